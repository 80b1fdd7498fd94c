"""Inner gradients of functions that are defined in the differentiated one, and perturbation confusion.

The published counterexamples: Siskind and Pearlmutter, *Perturbation Confusion and Referential Transparency* (2005);
Manzyuk, Pearlmutter, Radul, Rush and Siskind, *Perturbation confusion in forward automatic differentiation of
higher-order functions* (2019).
"""

import functools

import numpy as np
import pytest

import cpsad
from cpsad import grad, value_and_grad

CASES = []


def case(slope, x=0.7):
    """A function and its derivative at `x`."""

    def register(function):
        CASES.append(pytest.param(function, x, slope, id=function.__name__))
        return function

    return register


@case(lambda x: 1.0, 1.0)
def siskind_pearlmutter(x):
    return x * grad(lambda y: x + y)(1.0)


@case(lambda x: 2 * x, 3.0)
def siskind_pearlmutter_product(x):
    return x * grad(lambda y: x * y)(2.0)


@case(lambda x: 4 * x)
def three_levels(x):
    return x * grad(lambda y: y * grad(lambda z: x * y * z)(1.0))(1.0)


def shift(u, f, x):
    return f(x + u)


def by_shift(f):
    """The derivative operator as that of a curried function, (D s 0) f."""
    return lambda x: grad(lambda u: shift(u, f, x))(0.0)


def h(x):
    return x**3 * np.sin(x)


@case(lambda x: 6 * np.sin(x) + 18 * x * np.cos(x) - 9 * x * x * np.sin(x) - x**3 * np.cos(x))
def manzyuk(x):
    return by_shift(by_shift(h))(x)  # h'' (and h' + h' or 0 where perturbations are confused)


@case(lambda x: 4.0)
def captured_by_a_lambda(x):
    return grad(lambda y: x * y * y)(2.0)


@case(lambda x: 2 * x)
def captured_and_passed(x):
    return x * grad(lambda y: x * y)(x)


@case(lambda x: 12 * x)
def captured_by_two_levels(x):
    return grad(lambda y: x * grad(lambda z: x * y * z * z)(3.0))(2.0)


def make(x):
    return lambda y: x * y * y


@case(lambda x: 5.0)
def made_elsewhere(x):
    return grad(make(x))(2.0) + make(x)(1.0)


def slope_at(g, y):
    return grad(g)(y)


@case(lambda x: 12 * x * x)
def asked_for_elsewhere(x):
    w = x * 2

    def g(y):
        def inner(z):
            return z * w * y

        return inner(y) * x

    return slope_at(g, x)


@case(lambda x: 1 + 4 * x)
def in_a_loop(x):
    total = 0.0
    for i in range(3):
        total = total + grad(lambda y: x * y**i)(x)  # noqa: B023 - it is called in this turn
    return total


@case(lambda x: 6 * x)
def stores_what_is_seen_outside(x):
    kept = []

    def g(y):
        kept.append(x * y)
        return kept[-1] * y

    return grad(g)(x) + kept[0]


@case(lambda x: 2 * x + 2)
def rebinds(x):
    n = x

    def g(y):
        nonlocal n
        n = n * y
        return n * x

    return grad(g)(2.0) + n


class Parabola:
    def __init__(self, w):
        self.w = w

    def at(self, y):
        return self.w * y * y


@case(lambda x: 4 * x)
def method(x):
    return grad(Parabola(x).at)(x)


def scaled(a, y):
    return a * y * y


@case(lambda x: 4 * x)
def partial(x):
    return grad(functools.partial(scaled, x))(x)


@case(lambda x: 2 * x)
def default_and_container(x):
    held = [x]
    return grad(lambda y, k=x: held[0] * y * k)(x)


@case(lambda x: 4 * x)
def a_closure_for_an_argument(x):
    def inner(y, g):
        return g(y) * y

    return grad(inner)(x, lambda t: t * x)


@case(lambda x: 12 * x * x + 2 * x)
def value_and_several(x):
    value, (by_y, by_z) = value_and_grad(lambda y, z: x * y * z, argnums=(0, 1))(x, 2.0)
    return value * by_y + by_z


@case(lambda x: 4 * x)
def aux(x):
    slope, seen = grad(lambda y: (x * y * y, {"x": x}), has_aux=True)(1.0)
    return slope * seen["x"]


def derivative(f):
    return lambda x: grad(f)(x)


@case(lambda x: 12 * x)
def an_operator_of_ones_own(x):
    return derivative(derivative(lambda y: x * y**3))(x)


@case(lambda x: 24 * x**5)
def recursion(x):
    def g(y, n):
        return y * x if n == 0 else g(y * y, n - 1) * x

    return grad(g)(x, 2)


@case(lambda x: 4 * x)
def decorated(x):
    @grad
    def g(y):
        return x * y**2

    return g(x)


@case(lambda x: np.cos(x * x) - 2 * x * x * np.sin(x * x))
def branches(x):
    def g(y):
        if y > 0.5:
            return np.sin(x * y)
        return x * y

    return grad(g)(x)


@case(lambda x: 3.0)
def comprehension(x):
    functions = [lambda y, i=i: x * y * i for i in range(3)]
    return sum(grad(f)(1.0) for f in functions)


@case(lambda x: 6 * x * x)
def defined_later(x):
    g = lambda y: f(y) * x  # noqa: E731
    f = lambda y: y * y * x  # noqa: E731
    return grad(g)(x)


@pytest.mark.parametrize(("function", "x", "slope"), CASES)
def test_inner_gradients(function, x, slope):
    assert np.isclose(grad(function)(x), slope(x), rtol=1e-12)


def test_three_levels_of_functions_that_capture():
    def inner(x):
        return x * x * grad(lambda y: x * y * y)(2.0)

    assert np.isclose(grad(grad(inner))(1.5), 36.0)


def arrays(x):
    W = np.outer(x, x)

    def loss(v):
        r = np.tanh(W @ v) - x
        return np.sum(r * r)

    v = x * 0.5
    for _ in range(2):
        v = v - 0.1 * grad(loss)(v)
    return loss(v)


def differences(function, x, h=1e-5):
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        found[i] = (function(x + step) - function(x - step)) / (2 * h)
    return found


X = np.array([0.3, 0.5, 0.2])


def test_through_an_inner_optimisation():
    np.testing.assert_allclose(grad(arrays)(X), differences(arrays, X), rtol=1e-7)


def model(p, x):
    return np.sum(np.tanh(p["W"] @ x + p["b"])) * p["c"]


def structured(x):
    g = grad(model)({"W": np.outer(x, x), "b": x * 2, "c": 1.5, "name": "m"}, x)
    assert g["name"] is None
    return np.sum(g["W"] * 0.3) + np.sum(g["b"] ** 2) + g["c"]


def writes(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = x[i] * x[(i + 1) % 3]
    y[1:] *= x[0]
    view = y[:2]
    view += np.sin(x[1:])
    np.multiply(y, x, out=y)
    return np.sum(y * y)


def through_writes(x):
    return np.sum(grad(writes)(x) * np.arange(1.0, 4.0))


def fill(y, x):
    y[0] = x[0] * x[1]
    y[2] = y[0] ** 2
    return y


def captures_and_writes(x):
    seen = x * 1.0
    seen[1] = seen[0] * x[2]

    def inner(v):
        made = fill(np.zeros(4), v)
        return np.sum(made * 2) + made[2] * seen[1]

    return np.sum(grad(inner)(x) * np.arange(1.0, 4.0)) + seen[1]


@pytest.mark.parametrize("function", [structured, through_writes, captures_and_writes])
def test_structures_and_writes(function):
    np.testing.assert_allclose(grad(function)(X), differences(function, X), rtol=1e-7, atol=1e-9)


def consumes_a_generator_of_another_level(x):
    values = (x * i for i in range(1, 4))
    return grad(lambda y: y * y * next(values))(x) + next(values)


def test_a_generator_of_another_level_is_refused():
    with pytest.raises(cpsad.NoDerivativeError, match="at another level") as error:
        grad(consumes_a_generator_of_another_level)(2.0)
    assert error.value.where is not None and error.value.remedy


def changes_its_argument(x):
    def inner(parts):
        parts.append(parts[0] * x)
        return parts[-1] * parts[0]

    return grad(inner)([x, x])[0]


def test_a_structured_argument_that_is_changed_is_refused():
    with pytest.raises(cpsad.UnsupportedError, match="changes its argument") as error:
        grad(changes_its_argument)(2.0)
    assert error.value.where is not None and error.value.remedy
