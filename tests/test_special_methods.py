"""Generators and special methods beyond values and slopes: errors, order, threads, interrupts, what is left over."""

import array
import gc
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

import cpsad
from cpsad import CpsadError, NoDerivativeError, UnsupportedError, grad, value_and_grad
from tests.oracle import close, differences
from tests.test_refusals import line_of


class Plain:
    def __init__(self, v):
        self.v = v

    def __mul__(self, other):
        return NotImplemented if isinstance(other, str) else Plain(self.v * other)

    def __len__(self):
        return -1

    def __float__(self):
        return "text"

    def __bool__(self):
        return 3


def powers(x, n):
    for i in range(n):
        yield x
        x = x * 0.5


def slope(function, x=1.5):
    return differences(function, (x,), 0)[0]


# -- errors are Python's own -------------------------------------------------------------------------------------

def unsupported(x):
    return Plain(x) + x


def unsupported_when_asked(x):
    return Plain(x) * "a"


def unsupported_order(x):
    return x if Plain(x) < Plain(x) else -x


def negative_length(x):
    return x * len(Plain(x))


def truth_of_another_type(x):
    return x if Plain(x) else -x


def float_of_another_type(x):
    return float(Plain(x)) * x


def sent_too_early(x):
    g = powers(x, 3)
    return g.send(x)


def already_running(x):
    def f():
        yield next(g) * x

    g = f()
    return next(g)


def too_few_values(x):
    a, b, c = powers(x, 2)
    return a * b * c


def too_many_values(x):
    a, b = powers(x, 3)
    return a * b


def raised_in_a_generator(x):
    def f():
        yield x
        raise KeyError("no more")

    return sum(f())


def exhausted(x):
    g = powers(x, 1)
    return next(g) * next(g)


@pytest.mark.parametrize("function", [
    unsupported, unsupported_when_asked, unsupported_order, negative_length, truth_of_another_type, float_of_another_type,
    sent_too_early, already_running, too_few_values, too_many_values, raised_in_a_generator, exhausted,
], ids=lambda f: f.__name__)
def test_errors_are_those_of_the_function(function):
    with pytest.raises(Exception) as plain:
        function(1.5)
    with pytest.raises(type(plain.value)) as info:
        grad(function)(1.5)
    assert type(info.value) is type(plain.value)
    assert str(info.value) == str(plain.value)


# -- refusals name the place -------------------------------------------------------------------------------------

def array_times_object(v):
    return (v * Plain(v[0])).sum()


def given_to_code_that_is_not_seen(x):
    return array.array("d", powers(x, 3))[0]


@pytest.mark.parametrize(("function", "x", "text"), [
    (array_times_object, np.ones(2), "v * Plain"),
    (given_to_code_that_is_not_seen, 1.5, "array.array"),
], ids=lambda v: getattr(v, "__name__", None))
def test_refusals_name_line_reason_and_remedy(function, x, text):
    with pytest.raises(NoDerivativeError) as info:
        grad(function)(x)
    assert info.value.where.line == line_of(function, text)
    assert info.value.why and info.value.remedy


def test_a_walrus_in_a_generator_of_a_lambda():
    def f(x):
        return (lambda v: 2.0 * v if any((y := u) > 1 for u in [v]) else v)(x)

    with pytest.raises(UnsupportedError) as info:
        grad(f)(1.5)
    assert "walrus" in info.value.what


def test_a_class_with_a_declaration_in_its_body():
    def f(x):
        class A:
            global STEP
            w = 2.0

        return A.w * x

    with pytest.raises(UnsupportedError) as info:
        grad(f)(1.5)
    assert info.value.where.line == line_of(f, "global STEP")


# -- a class that was not in reach when the function was made --------------------------------------------------------

def times(x, holder):
    return (holder["a"] * x).v


def count(x, holder):
    item = holder["a"]
    item.v = x
    return len(item) * item.v


def test_objects_of_classes_met_later():
    class Late:
        def __init__(self, v):
            self.v = v

        def __mul__(self, other):
            return Late(self.v * other)

        def __len__(self):
            self.v = self.v * 2.0
            return 2

    assert grad(times)(1.5, {"a": np.float64(2.0)}) == 2.0 if hasattr(2.0, "v") else True
    assert grad(times)(1.5, {"a": Late(2.0)}) == 2.0
    assert grad(count)(1.5, {"a": Late(2.0)}) == 4.0


# -- order, state, threads -------------------------------------------------------------------------------------------

def test_a_generator_is_a_generator():
    kinds = []

    def f(x):
        import collections.abc

        def g():
            yield x

        made = g()
        kinds.append(isinstance(made, collections.abc.Generator) and iter(made) is made)
        return next(made)

    assert grad(f)(1.5) == 1.0
    assert kinds == [True]


def test_what_was_computed_is_undone_in_reverse():
    """Each turn of the generator restores what the turns after it have overwritten."""
    def f(x):
        state = [x]

        def g():
            while True:
                state[0] = state[0] * x
                yield state[0]

        s = 0.0
        for i, v in enumerate(g()):
            state[0] = state[0] + v
            s = s + v * state[0]
            if i == 4:
                return s

    assert close(grad(f)(1.1), slope(f, 1.1))


def test_many_turns_do_not_go_deep_in_c():
    def f(x, n):
        s = 0.0
        for v in powers(x, n):
            s = s + v
        return s

    assert abs(grad(f)(1.0, 50_000) - 2.0) < 1e-12


def test_threads_do_not_share_generators():
    def f(x):
        return sum(a * b for a, b in zip(powers(x, 50), powers(x * x, 50)))

    expected = grad(f)(1.5)
    found = [None] * 8

    def work(i):
        found[i] = [grad(f)(1.5) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [[expected] * 5] * 8


def test_an_interrupt_leaves_nothing():
    class Marker:
        factor = 2.0

    made = []

    def f(x):
        def g():
            m = Marker()
            made.append(weakref.ref(m))
            while True:
                yield x * m.factor

        for i, v in enumerate(g()):
            if i == 5:
                raise KeyboardInterrupt
        return v

    with pytest.raises(KeyboardInterrupt):
        grad(f)(1.5)
    gc.collect()
    assert made[0]() is None


def test_a_cache_of_one_gradient_is_not_that_of_the_next():
    import functools

    @functools.cache
    def square(y):
        return y * y

    def f(x):
        return square(x) + square(x)

    assert value_and_grad(f)(1.5) == (4.5, 6.0)
    assert value_and_grad(f)(1.5) == (4.5, 6.0)
    square(1.5)
    assert value_and_grad(f)(1.5) == (4.5, 6.0)


def test_second_use_with_numbers_and_objects():
    class Pair:
        def __init__(self, a):
            self.a = a

        def __mul__(self, other):
            return Pair(self.a * other)

        def __add__(self, other):
            return Pair(self.a + (other.a if isinstance(other, Pair) else other))

    def poly(t, x):
        return t * x + t

    assert grad(lambda x: poly(x, x))(1.5) == 4.0
    assert grad(lambda x: poly(Pair(x), x).a)(1.5) == 4.0
    assert grad(lambda x: poly(x, x))(1.5) == 4.0


def test_errors_are_ours_or_the_slope_is_right():
    """A value that a comparison function stores is not lost in silence."""
    import functools

    def f(x):
        seen = []

        def compare(a, b):
            seen.append(a * x)
            return (a > b) - (a < b)

        sorted([3.0, 1.0, 2.0], key=functools.cmp_to_key(compare))
        return seen[0]

    try:
        found = grad(f)(1.5)
    except CpsadError:
        return
    assert close(found, slope(f))


assert cpsad


@pytest.mark.parametrize("argument", ["Ring(2.0)", "[Ring(2.0)]", "Holder(Ring(2.0))"])
def test_an_argument_with_special_methods_in_a_process_that_has_met_none(argument):
    """What classes other tests have met must not matter; here an object is found in the arguments only."""
    program = f"""
class Ring:
    def __init__(self, r):
        self.r = r

    @property
    def area(self):
        return self.r * self.r

class Holder:
    def __init__(self, ring):
        self.ring = ring

    def __getitem__(self, i):
        return self.ring

def f(x, held):
    ring = held if hasattr(held, "r") else held[0]
    ring.r = ring.r * x
    return ring.area

from cpsad import grad

print(grad(f)(3.0, {argument}))
"""
    done = subprocess.run([sys.executable, "-c", RUNNER, program], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "24.0", done.stderr[-2000:]


RUNNER = """
import linecache, sys
text = sys.argv[1]
linecache.cache["<program>"] = (len(text), None, text.splitlines(keepends=True), "<program>")
exec(compile(text, "<program>", "exec"), {"__name__": "program"})
"""
