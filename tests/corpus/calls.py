"""Calls between functions: how arguments arrive, closures, recursion, functions as values."""

import math

import numpy as np

from tests.corpus.case import case, normal, positive


def square(x):
    return x * x


def scaled(x, factor=2.0, *, offset=0.0):
    return x * factor + offset


def total(*values, start=0.0):
    for v in values:
        start = start + v
    return start


def described(x, **options):
    y = x * options.get("scale", 1.0)
    if "shift" in options:
        y = y + options["shift"]
    return y


def everything(a, b=2.0, /, c=3.0, *rest, d, e=5.0, **others):
    return a * b + c * len(rest) + sum(rest) + d * e + len(others)


def positional_only(x, y, /):
    return x - y * 2


def apply(function, *args):
    return function(*args)


def twice(function, x):
    return function(function(x))


def compose(f, g):
    def composed(x):
        return f(g(x))

    return composed


def maker(a):
    def inner(x):
        return a * x

    return inner


def default_mutable(x, seen=()):
    return x * (len(seen) + 1)


@case(1.5)
def one_call(x):
    return square(x) + 1


@case(1.5)
def call_in_a_call(x):
    return square(square(x) + square(x + 1)) * square(2.0)


@case(1.5, 2.5)
def same_argument_twice(x, y):
    return positional_only(x, x) * positional_only(y, x)


@case(1.5)
def result_unused(x):
    square(x)
    y = square(x)
    return x * 2


@case(1.5)
def callee_of_a_constant(x):
    return square(3.0) * x


@case(1.5, 2.5)
def defaults_and_keywords(x, y):
    return scaled(x) + scaled(x, y) + scaled(factor=y, x=x) + scaled(x, offset=y) * scaled(y, 1, offset=x)


@case(1.5, 2.5)
def star_arguments(x, y):
    args = [x, y]
    pair = (y, x * y)
    return total() + total(x) * total(x, y) + total(*args) * total(*pair, x, *args, start=y)


@case(1.5, 2.5)
def double_star_arguments(x, y):
    options = {"scale": y, "shift": x * y}
    return described(x) + described(x, scale=3.0) + described(x, **options) * described(y, shift=1.0, **{"scale": x})


@case(1.5, 2.5)
def every_kind_of_parameter(x, y):
    return (
        everything(x, d=y)
        + everything(x, y, x, y, x, d=2.0, e=x)
        + everything(x, d=x * y, z=1, w=2)
        + everything(x, *(y, x), **{"d": x, "q": 0})
    )


@case(1.5, 2.5, 3.5)
@case(1.5, argnums=0)
def own_star_arguments(x, *rest):
    y = x
    for r in rest:
        y = y * r + x
    return y * (len(rest) + 1)


@case(1.5, kwargs={"scale": 2.0})
@case(1.5, 3.0, kwargs={"scale": 2.0, "other": 4.0})
def own_keyword_arguments(x, y=1.0, *, scale, power=2, **more):
    return (x * scale) ** power * y + more.get("other", 0.0) * x


@case(1.5)
@case(1.5, 2.5)
def own_default(x, y=3.0):
    return x * y


@case(1.5)
def mutable_default_of_a_callee(x):
    return default_mutable(x) + default_mutable(x, [1, 2])


@case(1.5, 2.5)
def nested_function(x, y):
    def inner(z):
        return z * y

    return inner(x) + inner(inner(y))


@case(1.5, 2.5)
def nested_function_with_default(x, y):
    def inner(z, w=x * y, *, v=y):
        return z * w + v

    x = 0.5
    return inner(x) + inner(y, 2.0) * inner(1.0, v=x)


@case(1.5)
def lambdas(x):
    f = lambda t: t * t + x
    g = lambda t, u=2.0: f(t) * u
    return g(x) + (lambda: x * 3)() + (lambda *a: a[0] * a[1])(x, f(1.0))


@case(1.5, 2.5)
def closure_called_several_times(x, y):
    def scale(t):
        return t * x + y

    z = 1.0
    for _ in range(3):
        z = scale(z)
    if z > 1:
        z = scale(z) * scale(1.0)
    return z


@case(1.5)
def closure_sees_later_binding(x):
    def read():
        return y * 2

    y = x
    a = read()
    y = x * x
    b = read()
    return a * b


@case(1.5)
def closures_over_a_loop_variable(x):
    functions = []
    for i in range(3):
        functions.append(lambda t: t * i + x)
    y = 0.0
    for f in functions:
        y = y + f(x)
    return y


@case(1.5)
def closures_with_the_value_kept(x):
    functions = []
    for i in range(3):
        w = x * i
        functions.append(lambda t, w=w: t * w)
    return functions[0](x) + functions[1](x) * functions[2](x)


@case(1.5)
def closures_over_an_active_loop_value(x):
    functions = []
    v = x
    for i in range(3):
        v = v * x
        functions.append(lambda: v * i)
    return functions[0]() + functions[2]() * 2


@case(1.5, 2.5)
def closure_from_a_maker(x, y):
    f = maker(x)
    g = maker(y)
    return f(2.0) * g(x) + f(g(1.0)) + maker(x * y)(3.0)


@case(1.5)
def closure_in_a_closure(x):
    def outer(a):
        def middle(b):
            def inner(c):
                return a * b * c * x

            return inner(a + b)

        return middle(a * 2)

    return outer(x) + outer(2.0)


@case(1.5)
def nonlocal_counter(x):
    count = 0

    def step(v):
        nonlocal count
        count += 1
        return v * count

    y = step(x)
    y = step(y) + step(x)
    return y * count


@case(1.5)
def composition(x):
    return compose(square, math.sin)(x) + compose(lambda t: t + 1, square)(x)


@case(1.5)
def functions_as_arguments(x):
    return apply(square, x) + twice(square, x) + apply(lambda a, b: a * b, x, 3.0) + twice(math.sin, x)


@case(1.5)
def primitives_as_arguments(x):
    return apply(math.exp, x) + apply(np.multiply, x, x) + apply(max, x, 1.0) + apply(abs, -x)


@case(1.5)
@case(0.5)
def function_chosen_at_run_time(x):
    f = square if x > 1 else math.cos
    if x > 1:
        g = math.sin
    else:
        def g(t):
            return t * x
    return f(x) * g(x)


@case(1.5)
def functions_in_a_loop(x):
    y = x
    for f in (math.sin, square, lambda t: t * x, np.exp):
        y = f(y)
    return y


@case(1.5)
def functions_in_a_dict(x):
    table = {"square": square, "sin": math.sin, "own": lambda t: t + x}
    return table["square"](x) + table["sin"](x) * table["own"](2.0)


def factorial_like(x, n):
    if n == 0:
        return 1.0
    return x * factorial_like(x * 0.9, n - 1)


@case(1.5, 4, argnums=0)
@case(1.5, 0, argnums=0)
def recursion(x, n):
    return factorial_like(x, n)


@case(1.5, 4, argnums=0)
def recursion_of_itself(x, n):
    if n == 0:
        return x
    return recursion_of_itself(x * 1.1, n - 1) + x


@case(1.5, 5, argnums=0)
def recursion_in_two_branches(x, n):
    if n < 2:
        return x
    return recursion_in_two_branches(x, n - 1) * 0.5 + recursion_in_two_branches(x, n - 2) * x


def is_even(x, n):
    return x if n == 0 else is_odd(x * 1.5, n - 1)


def is_odd(x, n):
    return x * x if n == 0 else is_even(x + 1, n - 1)


@case(1.5, 4, argnums=0)
@case(1.5, 5, argnums=0)
def mutual_recursion(x, n):
    return is_even(x, n)


@case(1.5, 3, argnums=0)
def nested_recursion(x, n):
    def go(y, n):
        if n == 0:
            return y * x
        return go(y * x, n - 1)

    return go(1.0, n)


@case(1.5, 3, argnums=0)
def recursion_of_a_lambda(x, n):
    go = lambda y, n: y if n == 0 else go(y * x, n - 1)
    return go(x, n)


@case(1.5, 4, argnums=0)
def nested_mutual_recursion(x, n):
    def even(y, n):
        return y if n == 0 else odd(y * x, n - 1)

    def odd(y, n):
        return y * 2 if n == 0 else even(y + x, n - 1)

    return even(1.0, n)


def tak(x, y, n):
    if n <= 0 or x > y:
        return x * y
    return tak(tak(x * 1.2, y, n - 1), tak(y, x * 1.1, n - 2), n - 2)


@case(0.5, 2.5)
def recursion_inside_the_arguments(x, y):
    return tak(x, y, 4)


@case(1.5)
def call_in_a_loop(x):
    y = x
    for i in range(3):
        y = scaled(y, x, offset=i)
    return y


@case(1.5)
@case(0.5)
def call_in_conditions(x):
    if square(x) > 1:
        x = x * 2
    while square(x) < 20:
        x = scaled(x)
    return x if square(x) > 30 else square(x)


@case(1.5)
def calls_inside_operators(x):
    return square(x) * square(x + 1) - square(x) / scaled(x) ** 2


@case(make=lambda: (1.5, []))
def order_of_evaluation(x, log):
    def note(name, value):
        log.append(name)
        return value

    y = note("a", x) * note("b", x * x) + note("c", 2.0)
    z = [note("d", y), note("e", x)]
    return apply(note("f", lambda a, b: a * b), note("g", z[0]), note("h", z[1]))


@case(1.5)
def printing_to_a_list(x):
    lines = []
    for i in range(2):
        x = x * 2
        lines.append(f"turn {i}: {x:.2f} {x!r}")
    lines.append(str(x) + repr(i))
    return x * len(lines)


@case(normal(3), positive(3))
def arrays_through_calls(x, w):
    def layer(h, w):
        return np.tanh(h * w)

    h = x
    for _ in range(2):
        h = layer(h, w)
    return total(*h)


@case(1.5, 2.5)
def tuple_of_results(x, y):
    def both(a, b):
        return a * b, a + b

    p, q = both(x, y)
    r = both(p, q)
    return both(*r)[0] + r[1]


@case(1.5)
def shadowed_builtins(x):
    sum = x * 2
    list = [sum, x]
    max = lambda a: a * a
    len = 3
    return max(sum) + list[1] * len


@case(1.5, 2.5)
def shadowed_globals(x, square):
    math = square * x
    return math + square


@case(1.5, 0.7)
def names_of_generated_code(k, heap):
    bx = k * heap
    ZERO = bx + 1.0
    np = ZERO * k
    form = np * 2
    after = [form, bx]
    loop = 0.0
    for join in after:
        loop = loop + join * k
    g = loop
    y = g * heap
    x = y
    bk = x
    if bk > 0:
        bheap = bk * heap
    else:
        bheap = bk
    k1 = bheap
    x1 = k1
    x_1 = x1 + bx
    return x_1 * k1


@case(1.5)
def names_of_generated_functions(x):
    def k(heap):
        return heap * x

    def loop(k, after):
        return k * after

    def names_of_generated_functions_cps(t):
        return t * t

    return loop(k(2.0), x) + names_of_generated_functions_cps(x)


@case(1.5)
def names_in_a_loop_like_generated_ones(x):
    bx = by = i1 = 0.0
    for i in range(3):
        bx = bx + x * i
        by = by + bx
        i1 = by * bx
    return bx + by * i1


@case(1.5, 2.0)
def deep_call_chain(x, y):
    def a(t):
        return b(t * y) + 1

    def b(t):
        return c(t) * c(t + x)

    def c(t):
        return d(t, y) + d(t)

    def d(t, s=1.5):
        return t * s if t > 0 else s

    return a(x)


@case(1.5)
def called_by_star_of_an_array(x):
    v = np.array([1.0, 2.0]) * x
    return positional_only(*v)


@case(1.5)
def immediately_called_in_loop(x):
    y = 0.0
    for i in range(3):
        y += (lambda t: t * x * i)(y + 1)
    return y


@case(1.5)
def returned_functions(x):
    def pair(a):
        def get():
            return a * x

        def scaled_by(s):
            return get() * s

        return get, scaled_by

    get, scaled_by = pair(x * 2)
    return get() + scaled_by(x) * scaled_by(2.0)


@case(1.7)
def function_returns_itself_or_another(x):
    def inc(v):
        return v + x, done if v > 3 else inc

    def done(v):
        return v * x, None

    f = inc
    v = 0.0
    while f is not None:
        v, f = f(v)
    return v
