"""Functions of the user's that library functions call."""

import collections
import functools
import itertools
import operator

import numpy as np

from tests.corpus.case import case, normal, positive


@functools.lru_cache(maxsize=None)
def cached_square(y):
    return y * y


@functools.cache
def cached_powers(y, n):
    return y if n == 0 else cached_powers(y, n - 1) * y


@functools.singledispatch
def area(shape, x):
    return x * 2.0


@area.register
def _(shape: tuple, x):
    return shape[0] * shape[1] * x


@area.register(list)
def _(shape, x):
    return sum(shape) * x * x


class Dispatching:
    @functools.singledispatchmethod
    def scale(self, by, x):
        return x * by

    @scale.register
    def _(self, by: str, x):
        return x * len(by)

    twice = functools.partialmethod(scale, 2.0)


class Box:
    def scaled(self, by, offset=0.0):
        return self.v * by + offset


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **keywords):
        return function(*args, **keywords) * 2.0

    return wrapper


@logged
def doubled(x, y=1.0):
    return x * y


@case(1.5)
def sorted_by_a_key(x):
    values = sorted([x, 2.0, -x, x * x], key=lambda v: -v * x)
    values.sort(key=lambda v: v * v)
    return values[0] * values[1] + max(values, key=lambda v: -v) * min([x, 3.0], key=lambda v: v * x)


@case(1.5)
def keys_from_comparisons(x):
    def compare(a, b):
        return (a * x > b * x) - (a * x < b * x)

    values = sorted([x, 2.0, -x, x * x], key=functools.cmp_to_key(compare))
    return values[0] * values[1] + values[3]


@case(1.5)
def reduced(x):
    return functools.reduce(lambda a, b: a * b + x, [x, 2.0, x * x]) + functools.reduce(operator.mul, [x, x], 3.0)


@case(1.5)
def cached(x):
    return cached_square(x) * cached_square(x) + cached_square(2.0) + cached_powers(x, 3)


@case(1.5)
def cached_inside(x):
    calls = []

    @functools.lru_cache
    def f(n):
        calls.append(n)
        return x if n < 2 else f(n - 1) * x + f(n - 2)

    return f(5) * len(calls)


@case(1.5)
def dispatched_on_a_type(x):
    return area((x, 2.0), x) + area([x, 1.0], x) * area(0, x)


@case(1.5)
def dispatched_method(x):
    d = Dispatching()
    return d.scale(3.0, x) * d.scale("abc", x) + d.twice(x)


@case(1.5)
def wrapped_by_a_decorator(x):
    return doubled(x) * doubled(x, y=x)


@case(1.5)
def partials(x):
    def f(a, b, c=1.0):
        return a * b + c

    g = functools.partial(f, x, c=x * x)
    return g(2.0) * functools.partial(g, 3.0)() + sum(map(functools.partial(f, b=x), [x, 1.0]))


@case(1.5)
def default_values_of_a_dictionary(x):
    d = collections.defaultdict(lambda: x * 2.0)
    d["a"] = d["a"] * d["b"]
    e = collections.defaultdict(list)
    for i in range(4):
        e[i % 2].append(x * i)
    return d["a"] * d["b"] + sum(e[0]) * sum(e[1]) + len(e[7])


@case(normal(4))
def vectorized(v):
    f = np.vectorize(lambda t, u: t * t if t > 0 else t * u)
    return f(v, 2.0).sum() + np.vectorize(lambda t: t * v[0])(v).prod()


@case(normal(3, 2))
def along_an_axis(a):
    return np.apply_along_axis(lambda r: r * r.sum(), 0, a).sum() + np.apply_along_axis(np.sum, 1, a).prod()


@case(1.5)
def from_a_function(x):
    return np.fromfunction(lambda i, j: i * x + j * x * x, (2, 3)).sum()


@case(normal(5))
def piecewise(v):
    return np.piecewise(v, [v < 0, v >= 0.5], [lambda t: t * t, lambda t: t * 3.0, 1.0]).sum()


@case(1.5)
def functions_of_operator(x):
    box = Box()
    box.v = x * x
    return operator.itemgetter(1)([2.0, x]) * operator.attrgetter("v")(box) + operator.methodcaller("scaled", x, offset=2.0)(box)


@case(1.5)
def keys_of_itemgetter(x):
    rows = [(2.0, x), (1.0, x * x), (3.0, 1.0)]
    rows = sorted(rows, key=operator.itemgetter(0))
    return rows[0][1] * rows[1][1] + max(rows, key=operator.itemgetter(0))[0] * x


@case(1.5)
def set_default(x):
    d = {}
    for i in range(3):
        d.setdefault(i % 2, []).append(x * i)
    return sum(d[0]) * sum(d[1]) + d.get("a", x)


@case(1.5)
def pairs_of_itertools(x):
    s = 0.0
    for a, b in itertools.product([x, 2.0], map(lambda t: t * x, [1.0, x])):
        s += a * b
    for a, b in itertools.combinations((v * x for v in (1.0, x, 3.0)), 2):
        s += a * b
    for a, b in itertools.zip_longest((v * x for v in (1.0, 2.0)), [x, x, x], fillvalue=x):
        s += a * b
    return s


@case(1.5)
def lists_of_functions(x):
    fs = [np.sin, lambda t: t * x, functools.partial(pow, x), cached_square]
    return functools.reduce(lambda v, f: f(v), fs, x) + sum(f(x) for f in fs)


@case(1.5)
def counted_and_chained(x):
    s = 0.0
    for i, v in zip(itertools.count(), (v * x for v in (1.0, x))):
        s += i * v
    for v in itertools.chain.from_iterable([v * x for v in (1.0, w)] for w in (x, 2.0)):
        s += v
    for v in itertools.islice(itertools.cycle(v * x for v in (1.0, x)), 5):
        s += v
    return s


@case(positive(3))
def vectorized_by_decorator(v):
    @np.vectorize
    def f(t):
        return t * np.log(t) if t > 0.5 else t

    return f(v).sum()
