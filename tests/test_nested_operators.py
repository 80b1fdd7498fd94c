"""`jvp`, `jacrev`, `hessian` and their kin, called in a differentiated function with values that carry a derivative."""

import functools

import numpy as np
import pytest

import cpsad
from cpsad import (
    directional,
    elementwise_grad,
    grad,
    gvp,
    hessian,
    hvp,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    vjp,
)

X, V = np.array([0.3, 0.7, 1.1]), np.array([1.0, -2.0, 0.5])
A = np.arange(9.0).reshape(3, 3)


def cubes(y):
    return y**3 * np.array([1.0, 2.0, -1.0])


def product(y):
    return y[0] * y[1] * y[2]


CAPTURING = {
    "jacrev": lambda x: np.sum(jacrev(lambda y: np.sin(y) * x * np.sum(y))(x) * A),
    "jacfwd": lambda x: np.sum(jacfwd(lambda y: np.sin(y) * x * np.sum(y))(x) * A),
    "jvp": lambda x: np.sum(jvp(lambda y: y**3 * x, (x,), (x * 2,))[1] * x),
    "jvp of a number": lambda x: jvp(lambda y: np.sum(y**3 * x), (x,), (x * 2,))[1],
    "jvp, value": lambda x: np.sum(jvp(lambda y: y**3 * x, (x,), (V,))[0] * x),
    "directional": lambda x: np.sum(directional(lambda y: np.sin(y) * x)(x, V * x)),
    "gvp": lambda x: gvp(lambda y: np.sum(y**2 * x))(x, x) * x[0],
    "hvp": lambda x: np.sum(hvp(lambda y: np.sum(y**3 * x))(x, x) * V),
    "hessian": lambda x: np.sum(hessian(lambda y: product(y) * x[0])(x) * A),
    "linearize": lambda x: np.sum(linearize(lambda y: y**3 * x, x)[1](x) * V),
    "vjp": lambda x: np.sum(vjp(lambda y: y**3 * x, x)[1](x)[0] * V),
    "structures": lambda x: np.sum(jacrev(lambda d: [d["a"] * x[0], (d["a"] * d["b"],)])({"a": x, "b": x[1]})[1][0]["b"] * V),
    "keywords": lambda x: np.sum(jacrev(lambda y, *, z: y * z, "z")(x, z=x * x) * A),
    "two": lambda x: np.sum(jacrev(lambda y, z: y * z * x, (0, 1))(x, x * x)[1] * A),
}
PLAIN = {
    "jacrev": lambda x: np.sum(jacrev(cubes)(x) * A),
    "jvp": lambda x: np.sum(jvp(cubes, (x,), (x * 2,))[1] * x),
    "gvp": lambda x: gvp(product)(x, x) * x[0],
    "elementwise_grad": lambda x: np.sum(elementwise_grad(cubes)(x) * x),
}


def by_differences(f, x, h=1e-5):
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


@pytest.mark.parametrize("name", CAPTURING)
def test_in_reverse_mode(name):
    assert np.allclose(grad(CAPTURING[name])(X), by_differences(CAPTURING[name], X), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", PLAIN)
def test_in_forward_mode(name):
    found = jvp(PLAIN[name], (X,), (V,))[1]
    assert np.isclose(found, by_differences(PLAIN[name], X) @ V, rtol=1e-6)


def test_in_second_order():
    assert np.isclose(grad(grad(lambda x: jacrev(lambda y: y**3 * x)(x)))(0.7), 18 * 0.7)


# Siskind and Pearlmutter 2005 and 2008, Manzyuk et al. 2019: what mixes perturbations up gives other numbers.

def test_the_inner_variable_is_not_the_outer():
    assert grad(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1])(1.0) == 1.0
    assert grad(lambda x: x * jvp(lambda y: x * y, (2.0,), (x,))[1])(3.0) == 27.0
    assert grad(lambda x: x * jacrev(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * linearize(lambda y: x * y, x)[1](1.0))(3.0) == 6.0


def test_a_function_that_is_returned_keeps_its_level():
    def shifted(u):
        return lambda g: lambda x: g(x + u)

    def f(u):
        return jvp(shifted(u)(np.sin), (0.5,), (1.0,))[1]

    assert np.isclose(grad(f)(0.7), -np.sin(1.2))


def test_a_hessian_of_what_the_outer_function_holds():
    """The closure's own gradient must not get into that of the variable it has captured."""
    assert np.allclose(grad(lambda x: np.sum(hessian(lambda y: np.sum(y**3) * x[0])(X)))(X), [6 * X.sum(), 0, 0])


# What is wrapped is not what wraps it.

def test_a_gradient_of_an_elementwise_derivative():
    third = grad(elementwise_grad(lambda y: y**4))
    assert np.isclose(grad(lambda x: third(x) * 1.0)(2.0), 48.0)


def test_a_wrapper_of_an_operator():
    slope = elementwise_grad(lambda y: y**3)

    @functools.wraps(slope)
    def twice(y):
        return 2 * slope(y)

    assert grad(lambda x: twice(x))(2.0) == 24.0
    rows = jacrev(lambda y: y**3)

    @functools.wraps(rows)
    def thrice(y):
        return 3 * rows(y)

    assert grad(lambda x: thrice(x))(2.0) == 36.0


def test_what_does_not_carry_a_derivative_runs_as_it_is():
    calls = []

    def noted(y):
        calls.append(type(y))
        return y * y

    assert grad(lambda x: x * jvp(noted, (3.0,), (1.0,))[1])(2.0) == 6.0
    assert calls == [float]


def test_errors_are_those_of_the_operator():
    with pytest.raises(TypeError, match="2 primals and 1 tangents"):
        grad(lambda x: jvp(lambda a, b: a * b, (x, x), (1.0,))[1])(2.0)
    with pytest.raises(TypeError, match="shape"):
        grad(lambda x: np.sum(jvp(cubes, (x,), (np.ones(2),))[1]))(X)
    with pytest.raises(TypeError, match="holds no floating-point number"):
        grad(lambda x: jacrev(lambda y: "text")(x) * 1.0)(2.0)
    with pytest.raises(cpsad.UnsupportedError, match="complex"):
        grad(lambda x: np.sum(np.abs(jacrev(lambda y: y * 1j)(x))))(X)


def test_a_complex_derivative_does_not_overlook_what_its_function_holds():
    with pytest.raises(cpsad.UnsupportedError, match="complex derivative"):
        grad(lambda x: x * grad(lambda z: z * z * x, holomorphic=True)(1.0 + 2.0j).real)(3.0)
    assert grad(lambda x: x * grad(lambda z: z * z, holomorphic=True)(1.0 + 2.0j).real)(3.0) == 2.0


@pytest.mark.parametrize("operator", [cpsad.jacrev, cpsad.jacfwd])
def test_of_a_function_that_changes_its_arguments(operator):
    """It runs several times, from what the run before has left: refused."""
    def changing(x):
        y = x * x
        x[0] = x[1] * 2
        return y * x

    def total(x):
        return np.sum(operator(changing)(x * 1.5))

    with pytest.raises(cpsad.UnsupportedError, match="(?s)changes its arguments.*why: .*instead: let the function work on a copy"):
        cpsad.grad(total)(np.array([1.0, 2.0, 3.0]))
