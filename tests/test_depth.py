"""Depth is no limit: long loops, deep recursion, and what becomes of the recursion limit."""

import math
import subprocess
import sys
import textwrap

import pytest

from cpsad import NoDerivativeError, grad, value_and_grad


@pytest.fixture(autouse=True)
def recursion_limit_is_restored():
    before = sys.getrecursionlimit()
    yield
    assert sys.getrecursionlimit() == before


def apart(code, seconds=300):
    """Runs `code` in a process of its own, from a file, and gives its return code and output."""
    program = textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, program], capture_output=True, text=True, timeout=seconds, check=False
    )
    return done.returncode, done.stdout.strip(), done.stderr[-2000:]


RUNNER = """
import linecache, sys
text = sys.argv[1]
linecache.cache["<program>"] = (len(text), None, text.splitlines(keepends=True), "<program>")
exec(compile(text, "<program>", "exec"), {"__name__": "program"})
"""


def long_loop(x, n):
    y = x
    for _ in range(n):
        y = math.sin(y) * x + 0.1
    return y


def by_hand(x, n):
    y, slope = x, 1.0
    for _ in range(n):
        y, slope = math.sin(y) * x + 0.1, math.cos(y) * slope * x + math.sin(y)
    return y, slope


def countdown(x, n):
    if n == 0:
        return x
    return countdown(x * 0.99999, n - 1) + 1e-6


def ping(x, n):
    return x if n == 0 else pong(x * 0.99999, n - 1)


def pong(x, n):
    return x * 2 if n == 0 else ping(x + 1e-6, n - 1)


class Walker:
    def __init__(self, rate):
        self.rate = rate

    def walk(self, x, n):
        if n == 0:
            return x * x
        return self.walk(x * self.rate, n - 1)


def test_a_million_turns():
    value, slope = value_and_grad(long_loop)(0.9, 1_000_000)
    expected = by_hand(0.9, 1_000_000)
    assert value == expected[0]
    assert slope == pytest.approx(expected[1], rel=1e-9)


def test_a_million_turns_of_while_with_a_branch():
    def f(x, n):
        i = 0
        while True:
            if i == n:
                break
            i += 1
            if i % 3 == 0:
                continue
            x = x * 0.999999
        return x

    assert grad(f)(2.0, 1_000_000) == pytest.approx(0.999999**666_667, rel=1e-9)


def test_recursion_a_hundred_thousand_deep():
    assert grad(countdown)(2.0, 100_000) == pytest.approx(0.99999**100_000, rel=1e-9)


def test_mutual_recursion_a_hundred_thousand_deep():
    assert grad(ping)(2.0, 100_000) == pytest.approx(0.99999**50_000, rel=1e-9)
    assert grad(ping)(2.0, 99_999) == pytest.approx(2 * 0.99999**50_000, rel=1e-9)


def test_recursive_method_a_hundred_thousand_deep():
    power = 0.99999**100_000
    assert grad(Walker(0.99999).walk)(2.0, 100_000) == pytest.approx(4 * power * power, rel=1e-9)


def test_nested_recursive_function_a_hundred_thousand_deep():
    def f(x, n):
        def go(y, n):
            return y * x if n == 0 else go(y * 0.99999, n - 1)

        return go(x, n)

    assert grad(f)(2.0, 100_000) == pytest.approx(4.0 * 0.99999**100_000, rel=1e-9)


def test_recursion_with_starred_arguments():
    """Python 3.11 makes such calls on the C stack: an error there is right, a crash is not."""
    code, out, err = apart(
        """
        from cpsad import grad

        def f(x, *rest, **options):
            if rest[0] == 0:
                return x * x
            return f(*(x * 0.99999, rest[0] - 1), **options)

        try:
            print(grad(f)(2.0, 100_000, a=1))
        except RecursionError:
            print("RecursionError")
        print(grad(f)(2.0, 3, a=1))
        """
    )
    assert code == 0, err
    first, second = out.split("\n")
    assert first == "RecursionError" or float(first) == pytest.approx(4 * 0.99999**200_000, rel=1e-9)
    assert float(second) == pytest.approx(4 * 0.99999**6)


def test_recursion_through_c_code(request):
    """`filter` with a function that recurs: right, or an error where there is not memory enough, but not a crash."""
    depth = 100_000 if request.config.getoption("--full-depth") else 20_000
    code, out, err = apart(
        f"""
        from cpsad import grad

        def even(n):
            return n == 0 or list(filter(lambda m: not even(m), [n - 1])) != []

        for n in (4, {depth}):
            try:
                print(grad(lambda x: x * even(n))(2.0))
            except RecursionError as error:
                print(type(error).__name__)
        """
    )
    assert code == 0, err
    first, second = out.split()
    assert first == "1.0" and second in ("1.0", "RecursionError")


def test_recursion_through_a_key():
    """`sorted` with a key that recurs does so in Python."""
    code, out, err = apart(
        """
        from cpsad import grad

        def f(x, n):
            return x if n == 0 else sorted([n], key=lambda t: f(x, n - 1))[0] * x

        print(grad(f)(2.0, 3), grad(f)(2.0, 20_000))
        """
    )
    assert out.split() == ["3.0", "20000.0"], err


# Few frames, so that the test is quick, but for the first, which goes to the limit that is really set: with --full-depth.
@pytest.mark.parametrize(
    ("limit", "body"),
    [
        (None, "return f(x * 1.0)"),
        (200_000, "return f(x * 1.0)"),
        (200_000, "return g(x) + 1\ndef g(x):\n    return f(x) * 2"),
        (200_000, "return (lambda t: f(t))(x)"),
        (200_000, "y = 1\n    while True:\n        y = f(x) + y"),
    ],
    ids=["to the limit", "itself", "mutual", "lambda", "loop"],
)
def test_runaway_recursion(limit, body, request):
    if limit is None and not request.config.getoption("--full-depth"):
        pytest.skip("only with --full-depth")
    code, out, err = apart(
        f"""
import sys
from cpsad import grad, stack

if {limit}:
    stack.deep_limit = lambda: {limit}

def f(x):
    {body}

limit = sys.getrecursionlimit()
try:
    grad(f)(2.0)
except RecursionError as error:
    print("RecursionError", sys.getrecursionlimit() == limit)
print(grad(lambda x: x * x)(3.0))
"""
    )
    assert code == 0, err
    assert out.split("\n") == ["RecursionError True", "6.0"]


def test_limit_after_errors_of_all_kinds():
    def refused(x):
        return float.fromhex(x.hex())

    def fails(x, depth):
        return 1 / depth if depth == 0 else fails(x, depth - 1)

    def wrong(x):
        return [x]

    before = sys.getrecursionlimit()
    for function, args in ((fails, (1.0, 5000)), (wrong, (1.0,)), (refused, (1.0,))):
        with pytest.raises((ZeroDivisionError, TypeError, NoDerivativeError)):
            grad(function)(*args)
        assert sys.getrecursionlimit() == before


def test_limit_set_by_the_user_meanwhile():
    def f(x):
        sys.setrecursionlimit(4321)
        return x * x

    before = sys.getrecursionlimit()
    try:
        assert grad(f)(3.0) == 6.0
        assert sys.getrecursionlimit() == 4321
    finally:
        sys.setrecursionlimit(before)


def test_gradients_inside_gradients_restore_the_limit():
    seen = []

    def inner(x):
        return x * x

    def f(x):
        seen.append(grad(inner)(2.0))
        seen.append(sys.getrecursionlimit() > 1_000_000)
        return x * seen[0]

    assert grad(f)(3.0) == 4.0
    assert seen == [4.0, True]
