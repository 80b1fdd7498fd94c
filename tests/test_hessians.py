"""`hvp` and `hessian`: forward over reverse, against differences of gradients."""

import dataclasses

import numpy as np
import pytest

import cpsad
from cpsad import grad, hessian, hvp
from tests.corpus import CASES
from tests.corpus.case import normal
from tests.oracle import is_structure

X = normal(3)


def helper(h):
    return np.dot(h, h)


def recurrent(x, n):
    h = x * 0.0
    out = []
    for i in range(n):
        h = np.tanh(x * h + x[i])
        out.append(helper(h))
    return np.sum(np.stack(out)) + out[0] * np.max(h)


def network(w, b, x):
    return np.sum(np.tanh(w @ x + b) ** 2)


def slopes(gradient, x, v, step=1e-5):
    return (gradient(x + step * v) - gradient(x - step * v)) / (2 * step)


def test_hvp():
    v = normal(3, seed=1)
    assert np.allclose(hvp(recurrent)(X, 3, v), slopes(lambda x: grad(recurrent)(x, 3), X, v), rtol=1e-6)
    assert hvp(lambda x: x**4)(2.0, 1.0) == 48.0


def test_hessian_is_symmetric_and_right():
    found = hessian(recurrent)(X, 3)
    assert np.allclose(found, found.T)
    for i in range(3):
        assert np.allclose(found[:, i], slopes(lambda x: grad(recurrent)(x, 3), X, np.eye(3)[i]), rtol=1e-6)
    assert hessian(lambda x: x**3)(2.0) == 12.0


def test_by_several_arguments():
    w, b, x = normal(2, 3), normal(2, seed=1), normal(3, seed=2)
    (ww, wb), (bw, bb) = hessian(network, (0, "b"))(w, b, x)
    assert ww.shape == (2, 3, 2, 3) and wb.shape == (2, 3, 2) and bw.shape == (2, 2, 3) and bb.shape == (2, 2)
    assert np.allclose(np.transpose(wb, (2, 0, 1)), bw)
    dw, db = normal(2, 3, seed=3), normal(2, seed=4)
    by_w, by_b = hvp(network, (0, 1))(w, b, x, (dw, db))
    assert np.allclose(by_w, np.tensordot(ww, dw, 2) + wb @ db)
    assert np.allclose(by_b, np.tensordot(bw, dw, 2) + bb @ db)


@dataclasses.dataclass
class Pair:
    a: float
    b: np.ndarray


def test_of_a_structure():
    found = hvp(lambda p: p.a**2 * np.sum(p.b**2))(Pair(2.0, X), Pair(1.0, np.zeros(3)))
    assert found.a == pytest.approx(2 * np.sum(X**2))
    assert np.allclose(found.b, 8.0 * X)


def test_a_vector_of_another_shape():
    with pytest.raises(TypeError, match="shape"):
        hvp(recurrent)(X, 3, np.ones(2))


AREAS = ("globals_", "outer_variables", "arithmetic", "branches", "calls", "loops", "methods", "numpy_linear", "numpy_reduce",
         "structured", "exceptions")
CHOSEN = [c for c in CASES.values() if c.area in AREAS][::3]


def curvature(function, numbers, chosen, seed=0):
    """`hvp` along a direction and the differences that it is to agree with; None for these where they do not settle."""
    args, kwargs = chosen.fresh()
    gradient, rng = grad(function, numbers), np.random.default_rng(seed)
    v = [rng.normal(size=np.shape(args[n]))[()] for n in numbers]
    v = [d if isinstance(args[n], np.ndarray) else type(args[n])(d) for n, d in zip(numbers, v)]
    found = hvp(function, numbers)(*args, tuple(v), **kwargs)

    def at(step):
        moved = list(chosen.fresh()[0])
        for n, d in zip(numbers, v):
            moved[n] = type(moved[n])(moved[n] + step * d) if not isinstance(moved[n], np.ndarray) else moved[n] + step * d
        return np.concatenate([np.ravel(g) for g in gradient(*moved, **kwargs)])

    fine, coarse = (at(1e-5) - at(-1e-5)) / 2e-5, (at(4e-5) - at(-4e-5)) / 8e-5
    scale = max(1.0, np.max(np.abs(fine), initial=0.0))
    settled = np.allclose(fine, coarse, atol=1e-5 * scale)
    return np.concatenate([np.ravel(g) for g in found]), fine if settled else None, scale


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CHOSEN])
def test_corpus(case):
    chosen = case.inputs[0]
    args, _ = chosen.fresh()
    numbers = chosen.argnums if isinstance(chosen.argnums, tuple) else (chosen.argnums,)
    if any(is_structure(args[n]) for n in numbers):
        pytest.skip("a structure")
    try:
        found, expected, scale = curvature(case.function, numbers, chosen)
    except cpsad.CpsadError as error:
        pytest.skip(f"refused: {error.what}")
    if expected is None:
        pytest.skip("no second derivative here")
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-5 * scale)


def test_a_function_that_uses_its_own_gradient():
    """Of the outer gradient only the tangent is asked for; the inner one is read."""
    def f(x):
        total = 0.0
        for i in range(2):
            total += np.sum(np.tanh(x) ** 2) * x[i]
        return total

    def g(x):
        return np.sum(slope(x) ** 2) if x[0] > 10 else f(x)

    slope = grad(g)
    v = normal(3, seed=1)
    assert np.allclose(hvp(g)(X, v), slopes(grad(f), X, v), rtol=1e-6)
    assert np.allclose(hvp(lambda x: np.sum(slope(x) * x))(X, v), slopes(grad(lambda x: np.sum(grad(f)(x) * x)), X, v), rtol=1e-5)


def test_a_gradient_that_is_not_known_is_no_zero():
    """Its tangent is not known either, also where the gradient itself is not computed."""
    def f(w, x):
        total = 0.0
        for i in range(3):
            total += np.sum(unknown(w) * x)
        return total

    unknown = np.frompyfunc(lambda a: a * a, 1, 1)
    with pytest.raises(cpsad.CpsadError):
        grad(f)(X, X)
    with pytest.raises(cpsad.CpsadError):
        hvp(f)(X, X, X)
