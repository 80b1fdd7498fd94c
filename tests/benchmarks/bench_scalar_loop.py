"""A scalar loop of 1000 iterations: the gradient, by cpsad, by hand, and by operator overloading."""

import math

import numpy as np
import pytest

from cpsad import value_and_grad

X, N = 1.05, 1000


def loop(x, n):
    y = x
    for _ in range(n):
        y = math.sin(y) * x + 0.1
    return y


def by_hand(x, n):
    """The adjoint as a person writes it: what the way back needs is pushed on the way there."""
    y = x
    ys, sines = [], []
    for _ in range(n):
        ys.append(y)
        s = math.sin(y)
        sines.append(s)
        y = s * x + 0.1
    by, bx = 1.0, 0.0
    for _ in range(n):
        bx += by * sines.pop()
        by = by * x * math.cos(ys.pop())
    return y, bx + by


def candidates():
    """Functions without arguments that compute the same, by name; the first is what the others are compared with."""
    gradient = value_and_grad(loop)
    found = {
        "by hand": lambda: by_hand(X, N),
        "cpsad": lambda: gradient(X, N),
        "plain function": lambda: loop(X, N),
    }
    try:
        import autograd
    except ImportError:
        return found
    traced = autograd.value_and_grad(overloaded)
    return found | {"autograd": lambda: traced(X, N)}


def overloaded(x, n):
    import autograd.numpy

    y = x
    for _ in range(n):
        y = autograd.numpy.sin(y) * x + 0.1
    return y


CANDIDATES = candidates()


@pytest.mark.benchmark(group="scalar loop, 1000 iterations")
@pytest.mark.parametrize("name", CANDIDATES)
def test_scalar_loop(benchmark, name):
    result = benchmark(CANDIDATES[name])
    if name != "plain function":
        assert np.allclose(result, by_hand(X, N), rtol=1e-12)
