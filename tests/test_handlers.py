"""Exceptions that are handled inside a gradient: what is refused, what is interrupted, how deep it goes."""

import array
import sys

import numpy as np
import pytest

from cpsad import grad, inspection
from cpsad.transforms.errors import NoDerivativeError


def swallows(x, log):
    try:
        a = array.array("d", [x])
        return a[0] * x
    except Exception:
        return x
    finally:
        log.append("left")


def test_what_is_refused_is_not_caught_by_the_user():
    log = []
    with pytest.raises(NoDerivativeError) as info:
        grad(swallows)(2.0, log)
    assert log == ["left"]
    assert "array.array" in str(info.value)


def interrupted(x, log):
    try:
        try:
            log.append(x)
            raise KeyboardInterrupt
        except Exception:
            return x
    finally:
        log.append("left")


def test_an_interrupt_passes_the_handlers_that_do_not_name_it():
    log = []
    limit = sys.getrecursionlimit()
    with pytest.raises(KeyboardInterrupt):
        grad(interrupted)(2.0, log)
    assert log == [2.0, "left"]
    assert sys.getrecursionlimit() == limit


def calls_back(f, x):
    try:
        return f(x)
    except ValueError:
        return x


def stores_first(x):
    seen = []

    def g(y):
        seen.append(y * 2.0)
        raise ValueError

    return calls_back(g, x) * seen[0]


def stores_nothing(x):
    def g(y):
        if y > 1.0:
            raise ValueError
        return y * y

    return calls_back(g, x) * x


def test_a_nested_function_without_a_handler_form_is_right_or_refused():
    assert grad(stores_nothing)(3.0) == 6.0
    with pytest.raises(NoDerivativeError, match="stores values and then raises ValueError"):
        grad(stores_first)(3.0)


def attempts(x, n):
    total = x
    for i in range(n):
        try:
            if i % 1000 == 0:
                raise ValueError
            total = total * 1.0
        except ValueError:
            total = total + x
    return total


def test_a_long_loop_with_a_try_in_it():
    assert grad(attempts)(1.0, 1_000_000) == 1001.0


def goes_down(x, n):
    try:
        if n == 0:
            raise KeyError(x)
        return goes_down(x, n - 1)
    finally:
        x = x * 2.0


def catches_at_the_top(x, n):
    try:
        return goes_down(x, n)
    except KeyError as error:
        return error.args[0] * x


def test_a_deep_recursion_through_try():
    assert grad(catches_at_the_top)(3.0, 100_000) == 6.0


def test_gradient_of_a_gradient():
    def f(x, n):
        try:
            y = x / n
        except ZeroDivisionError:
            y = x * x * 2.0
        return y * x

    assert grad(grad(f))(3.0, 2) == 1.0
    assert grad(grad(f))(3.0, 0) == 36.0


def test_only_what_the_handler_covers_stands_in_the_native_try():
    text = inspection.source(covered, "adjoint", (np.ones(2), 1.0))
    native = text.split("try:")[1].split("except")[0]
    assert "y = x / n" in native
    assert "k(" not in native and "handler(" not in native


def covered(x, n):
    try:
        y = x / n
    except ZeroDivisionError:
        y = x
    return np.sum(y * x)
