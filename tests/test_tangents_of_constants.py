"""Forward mode of arrays that are written in place and hold constants: no shadow where nothing has a tangent, and one in time."""

import numpy as np
import pytest

from cpsad import grad, hvp, jvp, special
from cpsad.forward_mode import Forward


def one_hot(w, places):
    total = 0.0
    for place in places:
        x = np.zeros((3, 1))
        x[place] = 1
        total += np.sum(np.tanh(np.dot(w, x)) ** 2)
    return total


def then_active(a):
    x = np.zeros(3)
    x[0] = 1.0
    view = x[1:]
    x[1] = a
    x[2] = 2.0
    return np.sum(view * view) * a + x[0]


def view_first(a):
    x = np.zeros(3)
    view = x[1:]
    view[0] = a
    x[0] = 4.0
    before = np.sum(x) * a
    x[1] = 2.0
    return before + np.sum(view * a)


def active_overwritten(a):
    x = a * np.ones(3)
    view = x[:2]
    x[0] = 5.0
    return np.sum(view * x[1:]) + np.sum(x * x)


def put(x, place, value):
    x[place] = value


def by_a_callee(a):
    x, y = np.zeros(3), a * np.ones(3)
    put(x, 0, 1.0)
    put(y, 0, 1.0)
    put(x, 1, a)
    return np.sum(x * x) + np.sum(y * y)


def in_a_container(a):
    held = [a * np.ones(3), np.zeros(3)]
    held[0][0] = 3.0
    held[1][0] = 1.0
    held[1][1] = a
    return np.sum(held[0] * held[0]) * np.sum(held[1] * held[1])


def in_a_closure(a):
    x, y = a * np.ones(3), np.zeros(3)

    def write():
        x[0] = 2.0
        y[0] = 1.0

    write()
    return np.sum(x * x) + np.sum(y * a)


def updated(a):
    x = np.zeros(3)
    x += 2.0
    x *= np.arange(3.0)
    y = x[1:]
    y += a
    x += 1.0
    return np.sum(x * x)


def numbers(a):
    total, scale = 0.0, a
    for i in range(3):
        total += np.sin(a * i)
        scale *= total
        scale /= 2.0
    scale **= 2
    return total - scale


FUNCTIONS = [then_active, view_first, active_overwritten, by_a_callee, in_a_container, in_a_closure, updated, numbers]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_tangent(function):
    value, tangent = jvp(function, (1.3,), (1.0,))
    assert value == function(1.3)
    assert np.isclose(tangent, (function(1.3 + 1e-6) - function(1.3 - 1e-6)) / 2e-6, rtol=1e-7)
    assert np.isclose(tangent, grad(function)(1.3), rtol=1e-12)


def test_hvp_of_what_writes_constants():
    w, v = np.arange(6.0).reshape(2, 3) / 5, np.ones((2, 3))
    slope = (grad(one_hot)(w + 1e-5 * v, [0, 2, 2]) - grad(one_hot)(w - 1e-5 * v, [0, 2, 2])) / 2e-5
    assert np.allclose(hvp(one_hot)(w, [0, 2, 2], v), slope, rtol=1e-7)


def test_no_shadow_where_nothing_has_a_tangent():
    made = Forward(one_hot, (np.ones((2, 3)), [0, 1]), {}, [0])
    made.seed([np.ones((2, 3))])
    made.run()
    assert not made.table.memory


def test_functions_of_numpy_show_no_classes():
    """Where classes with generators are in reach, forward mode is watched line by line."""
    assert special.groups_in_reach(lambda a: np.dot(a, np.where(a > 0, a, np.concatenate([a])))) == frozenset()
