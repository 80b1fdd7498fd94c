"""What depends on the arguments by comparisons only is refused; what has an active branch, or is constant, is not."""

import numpy as np
import pytest

from cpsad import NoDerivativeError, grad, stop_gradient


def square_root(y):
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if middle**2 < y:
            low = middle
        else:
            high = middle
    return low


def passed_on(y):
    return square_root(y)


def step(x):
    return 1.0 if x > 0 else 2.0


def counted(x):
    total = 0.0
    while x > 1:
        x = x / 2
        total += 1.0
    return total


def accuracy(x):
    return np.mean(x > 0.5)


@pytest.mark.parametrize(("function", "x"), [
    (square_root, 2.0), (passed_on, 2.0), (step, 0.3), (counted, 9.0), (accuracy, np.array([0.1, 0.7]))])
def test_by_comparisons_only(function, x):
    with pytest.raises(NoDerivativeError, match="by comparisons only") as caught:
        grad(function)(x)
    assert caught.value.where.filename == __file__ and "stop_gradient" in caught.value.remedy


def rectified(x):
    if x > 0:
        return x
    return 0.0


def hinge(w):
    total = 0.0
    for a in (5.0, 6.0):
        if w * a < 1:
            total += 1 - w * a
    return total


def times_a_step(x):
    return step(x) * x


def power(x):
    return x ** (2 if x > 1 else 3)


def meant(x):
    return 1.0 if stop_gradient(x) > 0 else 2.0


@pytest.mark.parametrize(("function", "x", "slope"), [
    (rectified, -2.0, 0.0), (hinge, 3.0, 0.0), (times_a_step, 2.0, 1.0), (power, 2.0, 4.0), (meant, 2.0, 0.0),
    (lambda x: 3.0, 2.0, 0.0), (lambda x: float(int(x)), 2.5, 0.0)])
def test_what_has_another_way(function, x, slope):
    assert grad(function)(x) == slope
