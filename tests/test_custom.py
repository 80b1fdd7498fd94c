"""Derivatives of the user's own, in both modes and differentiated again; what is wrong with them is said at their lines."""

import numpy as np
import pytest

import cpsad
from cpsad import custom_gradient, defrule, grad, hvp, jacfwd, jvp, value_and_grad
from tests.corpus.case import normal

X = normal(3)


@custom_gradient
def softplus(x):
    return np.log1p(np.exp(x))


@softplus.defvjp
def _(x):
    e = np.exp(x)
    return np.log1p(e), e


@softplus.backward
def _(e, g):
    return g * e / (1 + e)


@softplus.defjvp
def _(primals, tangents):
    (x,), (dx,) = primals, tangents
    return softplus(x), dx / (1 + np.exp(-x))


def loss(x, w):
    return np.sum(softplus(w * x) ** 2)


def plain(x, w):
    return np.sum(np.log1p(np.exp(w * x)) ** 2)


def test_the_derivative_is_the_one_given():
    assert np.allclose(grad(loss)(X, 2.0), grad(plain)(X, 2.0))
    assert value_and_grad(loss, 1)(X, 2.0)[1] == pytest.approx(grad(plain, 1)(X, 2.0))
    assert np.allclose(jvp(loss, (X, 2.0), (X, 1.0))[1], grad(plain)(X, 2.0) @ X + grad(plain, 1)(X, 2.0))
    assert np.allclose(jacfwd(loss)(X, 2.0), grad(plain)(X, 2.0))
    assert softplus.__name__ == "softplus" and np.allclose(softplus(X), np.log1p(np.exp(X)))


def test_differentiated_again():
    assert np.allclose(hvp(loss)(X, 2.0, np.ones(3)), hvp(plain)(X, 2.0, np.ones(3)))
    again = grad(lambda x: np.sum(grad(loss)(x, 2.0) ** 2))(X)
    assert np.allclose(again, grad(lambda x: np.sum(grad(plain)(x, 2.0) ** 2))(X))


def test_stored_and_passed_on():
    def f(x):
        held = [softplus(v) for v in x]
        return held[0] * held[-1] + sum(map(softplus, held))

    def g(x):
        held = [np.log1p(np.exp(v)) for v in x]
        return held[0] * held[-1] + sum(np.log1p(np.exp(h)) for h in held)

    assert np.allclose(grad(f)(X), grad(g)(X))
    assert np.allclose(jacfwd(f)(X), grad(g)(X))


@custom_gradient
def polar(x, y):
    return np.hypot(x, y), np.arctan2(y, x)


@polar.defvjp
def _(x, y):
    return (np.hypot(x, y), np.arctan2(y, x)), (x, y)


@polar.backward
def _(residuals, g):
    x, y = residuals
    r = np.hypot(x, y)
    return g[0] * x / r - g[1] * y / r**2, g[0] * y / r + g[1] * x / r**2


def test_several_results():
    def f(x, y):
        r, angle = polar(x, y)
        return r * angle

    def g(x, y):
        return np.hypot(x, y) * np.arctan2(y, x)

    assert np.allclose(grad(f, (0, 1))(1.2, 0.7), grad(g, (0, 1))(1.2, 0.7))
    assert np.allclose(grad(lambda x: polar(x, 0.7)[1])(1.2), grad(lambda x: np.arctan2(0.7, x))(1.2))


def test_a_clipped_gradient():
    @custom_gradient
    def clipped(x):
        return x

    clipped.defvjp(lambda x: (x, None))
    clipped.backward(lambda _, g: np.clip(g, -1.0, 1.0))
    assert grad(lambda x: 5.0 * clipped(x) + x)(2.0) == 2.0


def test_a_missing_rule_is_named():
    @custom_gradient
    def f(x):
        return x * x

    with pytest.raises(cpsad.NoDerivativeError, match="none for reverse mode"):
        grad(f)(2.0)
    with pytest.raises(cpsad.NoDerivativeError, match="none for forward mode"):
        jvp(f, (2.0,), (1.0,))
    assert f(2.0) == 4.0


@pytest.mark.parametrize(
    ("forward", "backward", "words"),
    [
        (lambda x: x * 2, lambda r, g: g, "returns a ndarray; it returns the result and the residuals"),
        (lambda x: (x * 2, None), lambda r, g: np.sum(g), r"shape \(\) for argument 0, which has shape \(3,\)"),
        (lambda x: (x * 2, None), lambda r, g: (g, g), "2 cotangents for 1 arguments"),
        (lambda x: (x * 2, None), lambda r, g: None, "returns None; it returns the cotangent"),
    ],
)
def test_what_a_rule_returns_is_checked_at_its_line(forward, backward, words):
    @custom_gradient
    def f(x):
        return x * 2

    f.defvjp(forward)
    f.backward(backward)
    with pytest.raises(cpsad.NoDerivativeError, match=words) as caught:
        grad(lambda x: np.sum(f(x)))(X)
    assert caught.value.where.filename == __file__
    wrong = forward if "residuals" in words else backward
    assert caught.value.where.line == wrong.__code__.co_firstlineno


def test_a_tangent_of_another_shape():
    @custom_gradient
    def f(x):
        return x * 2

    f.defjvp(lambda primals, tangents: (primals[0] * 2, np.sum(tangents[0])))
    with pytest.raises(cpsad.NoDerivativeError, match="tangent of shape"):
        jvp(f, (X,), (X,))


class Cubes:
    """Stands for something that cannot be transformed."""

    def __call__(self, x):
        return x.__pow__(3)


def test_defrule_with_both_modes():
    cubed = Cubes()

    @defrule(cubed, forward=lambda d, y, x: d * 3 * x**2)
    def _(g, y, x):
        return g * 3 * x**2

    assert grad(lambda x: cubed(x) * 2.0)(2.0) == 24.0
    assert jvp(lambda x: cubed(x) * 2.0, (2.0,), (1.0,)) == (16.0, 24.0)
    assert hvp(lambda x: cubed(x) * 2.0)(2.0, 1.0) == 24.0


def test_elementwise_needs_one_rule():
    cubed = Cubes()
    defrule(cubed, elementwise=True)(lambda g, y, x: g * 3 * x**2)
    assert np.allclose(jvp(lambda x: np.sum(cubed(x)), (X,), (np.ones(3),))[1], np.sum(3 * X**2))


def test_without_a_forward_rule():
    cubed = Cubes()
    defrule(cubed)(lambda g, y, x: g * 3 * x**2)
    with pytest.raises(cpsad.NoDerivativeError, match="no forward rule"):
        jvp(lambda x: cubed(x), (2.0,), (1.0,))


def summed(x):
    return float(np.sum(x))


def test_a_rule_of_another_shape_is_reported_with_its_line():
    total = Cubes()

    def rule(g, y, x):
        return np.sum(g * 3 * x**2)

    defrule(total)(rule)
    with pytest.raises(cpsad.NoDerivativeError, match=r"shape \(\), where \(3,\)") as caught:
        grad(lambda x: np.sum(total(x)))(X)
    assert caught.value.where.filename == __file__
    assert caught.value.where.line == rule.__code__.co_firstlineno


def test_an_argument_for_which_a_rule_gives_nothing():
    """It is a constant, or the derivative would be missing without a word."""
    @cpsad.custom_gradient
    def product(x, y):
        return x * y

    product.defvjp(lambda x, y: (x * y, y))
    product.backward(lambda y, g: (g * y, None))

    def by_first(x):
        return product(x, 2.0) * x

    def by_second(x):
        return product(2.0, x) * x

    assert cpsad.grad(by_first)(3.0) == 12.0 and cpsad.hvp(by_first)(3.0, 1.0) == cpsad.grad(cpsad.grad(by_first))(3.0) == 4.0
    for derivative in (cpsad.grad(by_second), cpsad.grad(cpsad.grad(by_second)), lambda x: cpsad.hvp(by_second)(x, 1.0)):
        with pytest.raises(cpsad.NoDerivativeError, match="no cotangent for argument 1(.|\n)*instead: return zeros"):
            derivative(3.0)


def forgets(g, y, x):
    g * 2


def gives_nothing(g, y, x):
    return None


def gives_too_much(g, y, x):
    return g, g


def branches(g, y, x):
    if x > 0:
        return g
    return -g


@pytest.mark.parametrize("rule, words", [(forgets, "ends without a return"), (gives_nothing, "returns nothing"), (
    gives_too_much, "returns 2 cotangents for 1 arguments"), (branches, "returns in several places(.|\n)*call a function that branches")])
def test_a_rule_that_cannot_be_spliced(rule, words):
    for given in ((rule, None), (lambda g, y, x: g, rule)):
        with pytest.raises(TypeError, match=f"the rule {rule.__name__} .*line [0-9]+. {words}"):
            defrule(lambda x: x, forward=given[1])(given[0])
