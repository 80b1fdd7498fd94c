"""Variables of which the way back wants the shape alone are computed in the loops of those that read them."""

import re

import numpy as np
import pytest

from cpsad import source, value_and_grad

RNG = np.random.default_rng(0)


def gate(x, w, b):
    return np.sum(np.tanh(x * w + b) * x)


def cell(c, f, i, g):
    made = c * f + i * g
    return np.sum(made * made)


def chain(x, w, b):
    first = x * w
    second = first + b
    third = second - w
    return np.sum(np.exp(third) * third)


def assigned_between(x, w, b):
    t = x * w
    x = x + 1.0
    w = np.sin(b)
    return np.sum(np.tanh(t + b) * x * w)


def in_a_loop(x, w, b):
    for _ in range(3):
        t = x * w
        x = np.tanh(t + b) + x
    return np.sum(x)


def in_branches(x, w, b):
    t = x * w
    if x[0] > 0:
        u = t + b
    else:
        u = t - b * b
    return np.sum(np.sin(u) * u)


def numbers_in_a_loop(x, w, b):
    total = 0.0
    for _ in range(4):
        t = x * w
        total = total + np.sum(np.tanh(t + b * total) * x)
    return total


def nested(x, w, b):
    def inner(y):
        t = y * w
        return np.tanh(t + b)
    return np.sum(inner(inner(x)))


def test_it_is_not_stored():
    text = source(gate, stage="c", args=(np.ones(3),) * 3, argnums=(0, 1, 2))
    assert "p = NULL;" in text and re.search(r"v_tanh\(\(\(\w+\[i__\] \* \w+\[i__\]\) \+ \w+\[i__\]\)\)", text), text


@pytest.mark.parametrize("function", [chain, assigned_between, in_a_loop, in_branches, numbers_in_a_loop, nested])
def test_gradients(function):
    shapes = [((4,), (4,), (4,)), ((4,), (1,), (4,)), ((4,), (1,), (1,))]
    if function is chain:
        shapes += [((1,), (4,), (1,)), ((3, 4), (4,), (3, 1)), ((2,), (3, 1), (1, 2))]
    for shape in shapes:
        compared(function, [RNG.normal(size=s) for s in shape])


def compared(function, args):
    (value, found), (same, expected) = (value_and_grad(function, argnums=(0, 1, 2), backend=b)(*args) for b in ("native", "numpy"))
    assert np.isclose(value, same, rtol=1e-14)
    for f, e in zip(found, expected):
        assert f.shape == e.shape and np.allclose(f, e, rtol=1e-12, atol=1e-13)


def test_four_factors():
    args = [RNG.normal(size=s) for s in ((5,), (1,), (5,), (5,))]
    found, expected = (value_and_grad(cell, argnums=(0, 1, 2, 3), backend=b)(*args) for b in ("native", "numpy"))
    assert all(np.allclose(f, e, rtol=1e-13) for f, e in zip(found[1], expected[1]))


def late(x, w, b, i):
    t = x * w
    first = b[i]
    return np.sum(np.tanh(t + b)) * first


def test_errors_of_shapes_are_raised_where_they_stand():
    x, w, b = np.ones(3), np.ones(2), np.ones(3)
    for backend in ("native", "numpy"):
        with pytest.raises(ValueError, match="broadcast"):
            value_and_grad(late, argnums=(0, 1, 2), backend=backend)(x, w, b, 7)
        with pytest.raises(IndexError):
            value_and_grad(late, argnums=(0, 1, 2), backend=backend)(x, x, b, 7)
