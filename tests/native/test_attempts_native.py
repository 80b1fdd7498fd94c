"""Exceptions that are caught in native code: what handlers see, what is left, and what is not theirs to catch."""

import math

import numpy as np
import pytest

from cpsad import compile, grad, value_and_grad
from cpsad.native.entry import NativeGradient
from cpsad.native.program import StagingError
from tests.native.batch import stage_together
from tests.native.test_corpus_native import outcome
from tests.native.test_random_native import agree


class Refused(ArithmeticError):
    pass


def safe_root(x, depth):
    """Calls itself under a handler."""
    try:
        if depth == 0:
            raise Refused("too deep")
        return math.sqrt(x) * depth
    except ValueError:
        return safe_root(-x, depth - 1) * 2.0


def recovers(x, n):
    total = x
    for i in range(n):
        try:
            total += math.log(x - i) * 0.1
        except ValueError:
            total *= 0.99
            continue
        finally:
            total += x / (i + 1)
    return total


def nested(x, n):
    try:
        try:
            y = x / (n - 1)
        except KeyError:
            y = 1.0
        finally:
            x = x * 3.0
    except (ZeroDivisionError, Refused):
        y = x * x
    else:
        y = y + x
    return y


def under_a_handler(x, n):
    y = x
    for i in range(n):
        try:
            y = safe_root(y - i, 2)
        except ArithmeticError:
            y = y * 0.5
        else:
            y = y * 0.9
    return y


def written_and_left(x, n):
    done = 0
    for i in range(n):
        try:
            x[i] = x[i] * 2.0
            x[i + 2] = x[i] * x[i + 1]
        except IndexError:
            done += 1
    return np.sum(x * x) * done


def leaves(x, n):
    try:
        y = x / (n - 1)
    finally:
        x = x + 1.0
    return y * x


CALLS = [(recovers, (3.5, 6)), (nested, (1.5, 1)), (nested, (1.5, 3)), (under_a_handler, (4.2, 5)), (written_and_left, (np.arange(1.0, 5.0), 4)),
         (leaves, (2.0, 3)), (leaves, (2.0, 1))]


def fresh(args):
    return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in args)


def test_gradients_are_those_of_numpy():
    computes = [NativeGradient(f, 0, False, "native") for f, _ in CALLS]
    stage_together([(c, fresh(args), {}) for c, (_, args) in zip(computes, CALLS)])
    for compute, (f, args) in zip(computes, CALLS):
        mine, other = fresh(args), fresh(args)
        expected = outcome(lambda: value_and_grad(f)(*other))
        assert agree(outcome(lambda: compute(mine, {})[:2]), expected), f.__name__
        assert np.array_equal(mine[0], other[0])


def test_what_is_not_caught_leaves_with_its_place():
    with pytest.raises(ZeroDivisionError, match="division by zero") as caught:
        grad(leaves, backend="native")(2.0, 1)
    assert "y = x / (n - 1)" in "".join(caught.value.__notes__)


def overflows(x, n):
    try:
        k = n * n * n
    except OverflowError:
        k = 0
    return x * (k > 0)


def test_what_native_code_cannot_do_is_not_caught():
    assert value_and_grad(overflows, backend="native")(2.0, 3) == (2.0, 1.0)
    with pytest.raises(OverflowError, match="in native code"):
        grad(overflows, backend="native")(2.0, 10**7)


def test_many_are_caught_and_nothing_is_left():
    compiled = compile(recovers)
    assert abs(compiled(0.5, 100000) - recovers(0.5, 100000)) < 1e-9 * abs(recovers(0.5, 100000))


class Overdrawn(ValueError):
    def __init__(self, by, limit):
        super().__init__(f"{by:.2f} over {limit}")
        self.by = by


def held(x, n):
    """What an exception holds is read, where it is caught under handlers of calls and of operations."""
    try:
        if n > 3:
            raise Overdrawn(x * 2, n)
        if n > 2:
            raise KeyError(x * 3, n)
        return x * n
    except Overdrawn as error:
        return x * error.by
    except LookupError as error:
        return error.args[0] * x + error.args[1]


def left(x, n, kind="none"):
    """Messages of values, in each of the ways to write them, as Python leaves the program with them."""
    if n > 9:
        raise Overdrawn(x, n)
    if n > 7:
        raise ValueError(f"{n} and {x!r:>8} of {kind}", n)
    if n > 5:
        raise KeyError(n)
    if n > 3:
        raise IndexError("%d is more than " % n + str(x))
    if n > 1:
        raise RuntimeError("{} of {k}".format(n, k=x))
    if n > 0:
        raise AssertionError((x, n))
    try:
        raise Overdrawn(x, kind)
    except KeyError:
        return x


def reads_the_error(x):
    try:
        return math.sqrt(x)
    except ValueError as error:
        return error.args[0]


def test_what_an_exception_holds():
    for n in (1, 3, 4):
        assert value_and_grad(held, backend="native")(1.5, n) == value_and_grad(held)(1.5, n)


def test_exceptions_leave_as_python_makes_them():
    compute = grad(left, backend="native")
    for n in (0, 1, 2, 4, 6, 8, 10):
        for _ in range(2):  # the second is the quick way
            with pytest.raises(Exception) as found:
                compute(1.25, n)
            with pytest.raises(Exception) as expected:
                left(1.25, n)
            assert type(found.value) is type(expected.value)
            assert found.value.args == expected.value.args
            assert getattr(found.value, "by", None) == getattr(expected.value, "by", None)


def test_the_arguments_of_an_operation_s_error_are_refused():
    with pytest.raises(StagingError) as caught:
        grad(reads_the_error, backend="native")(2.0)
    assert "test_attempts_native.py" in str(caught.value)
    assert "`args`" in str(caught.value)


def always_fails(x):
    """Nothing behind the call is ever reached, which staging sees."""
    def turns(z, n):
        if n == 0:
            return z
        return turns(z * 0.5, n - 1) + z

    def unbound(z):
        y = later  # noqa: F821
        later = z
        return y

    return unbound(turns(x, 3)) * x


def test_a_program_that_always_raises():
    with pytest.raises(UnboundLocalError, match="later"):
        grad(always_fails, backend="native")(2.0)
