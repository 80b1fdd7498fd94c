"""Inner gradients of functions that are defined in the differentiated one: in forward mode, and forward over reverse."""

import functools

import numpy as np
import pytest

from cpsad import grad, hessian, hvp, jacfwd, jacobian, jvp, vjp
from tests.test_nested_captures import CASES


@pytest.mark.parametrize(("function", "x", "slope"), CASES)
def test_inner_gradients(function, x, slope):
    assert np.isclose(jvp(function, (x,), (1.0,))[1], slope(x), rtol=1e-12)


def shared_variable_changes(x):
    c = x

    def f(y):
        return c * y * y

    c = c * x
    g = grad(f)(2.0)
    c = c * 3
    return g + grad(f)(1.0)


def one_for_each_turn(x):
    s, functions = 0.0, []
    for i in range(3):
        x = x * 1.1
        functions.append(lambda y, i=i, x=x: x * y**i)
    for f in functions:
        s = s + grad(f)(2.0)
    return s


def captured_list_changes(x):
    ws = [x, 2 * x]

    def f(y):
        return ws[0] * y + ws[1] * y * y

    g = grad(f)(1.0)
    ws[1] = x**3
    return g * grad(f)(2.0)


def captured_array_is_written(x):
    w = np.zeros(3)
    w[0] = x

    def f(y):
        return np.sum(w * y**2)

    g = grad(f)(1.0)
    w[1] = x * x
    return g * grad(f)(2.0)


def array_is_written_after_the_definition(x):
    w = np.zeros(3)

    def f(y):
        return np.sum(w * y)

    w[1] = x * x
    return grad(f)(2.0)


def make(x):
    def f(y, k=2.0):
        return x * y**k

    return f


def from_a_factory(x):
    return grad(make(x))(2.0) + grad(make(x * x), argnums=(0, 1))(2.0, 3.0)[1]


def object_with_call(x):
    class Model:
        def __init__(self, w):
            self.w = w

        def __call__(self, y):
            return self.w * np.sin(y) * x

    return grad(Model(x))(0.5)


def partial_of_a_capturing_function(x):
    f = functools.partial(lambda a, y: a * x * y * y, x * x)
    return grad(f)(2.0)


def generator_that_captures(x):
    def powers(y):
        for i in range(3):
            yield y * x**i

    def f(y):
        return sum(powers(y)) * y

    return grad(f)(2.0)


def loops_and_branches(x):
    def f(y):
        if y > x:
            return y * x
        while y < x:
            y = y * 2
        return y * x * x

    return grad(f)(0.3) + grad(f)(5.0)


def counts_its_calls(x):
    n = 0

    def f(y):
        nonlocal n
        n += 1
        return x * y * n

    return grad(f)(2.0) + grad(f)(2.0) * n


def catches(x):
    def f(y):
        try:
            if y < 1:
                raise ValueError(y * x)
            return y
        except ValueError as e:
            return e.args[0] * x

    return grad(f)(0.5)


def recursion_that_captures(x):
    def power(y, n):
        return y if n == 0 else power(y * x, n - 1) * y

    return grad(power)(0.5, 3)


def other_operators(x):
    j = jacobian(lambda v: np.array([v[0] * x, v[1] * v[0]]))(np.array([x, 2.0]))
    h = hessian(lambda v: np.sum(v**3) * x)(np.array([x, 2.0]))
    tangent = jvp(lambda y: np.array([y * x, y * y * x * x]), (2.0,), (1.0,))[1]
    return np.sum(j**2) + np.sum(h) + tangent[1] + vjp(lambda y: y * y * x, x)[1](2.0 * x)[0]


def newton(a):
    x = 1.0
    f = lambda x: x * x - a  # noqa: E731
    for _ in range(6):
        x = x - f(x) / grad(f)(x)
    return x


FUNCTIONS = [shared_variable_changes, one_for_each_turn, captured_list_changes, captured_array_is_written,
             array_is_written_after_the_definition, from_a_factory, object_with_call, partial_of_a_capturing_function,
             generator_that_captures, loops_and_branches, counts_its_calls, catches, recursion_that_captures, other_operators,
             newton]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_in_every_mode(function):
    x, h = 1.3, 1e-5
    slope = (function(x + h) - function(x - h)) / (2 * h)
    assert np.isclose(grad(function)(x), slope, rtol=1e-7)
    assert np.isclose(jvp(function, (x,), (1.0,))[1], slope, rtol=1e-7)
    curve = (grad(function)(x + h) - grad(function)(x - h)) / (2 * h)
    assert np.isclose(hvp(function)(x, 1.0), curve, rtol=1e-7)


def residual(w):
    """A network and its second derivative by the input, as in networks that satisfy a differential equation."""
    def u(t):
        return np.sum(np.tanh(w * t) * w)

    second = grad(grad(u))
    return sum((second(t) + u(t)) ** 2 for t in (0.1, 0.9))


def test_hessian_of_what_has_second_derivatives_inside():
    w, h = np.array([0.3, -0.7]), 1e-6
    np.testing.assert_allclose(jacfwd(residual)(w), grad(residual)(w), rtol=1e-10)
    columns = [(grad(residual)(w + h * e) - grad(residual)(w - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(hessian(residual)(w), np.array(columns), rtol=1e-6)
