"""Second derivatives of functions that write into arrays, forward over reverse: the corpus, and random sequences of statements."""

import linecache

import numpy as np
import pytest

from cpsad import CpsadError, grad, hessian, hvp, jvp
from tests.corpus import CASES
from tests.corpus.case import normal
from tests.test_hessians import curvature
from tests.test_random_arrays import program

X, V = normal(4), normal(4, seed=1)


def check(function, x=X, v=V):
    """`hvp` against differences of the gradient; the function leaves its argument as it does when it is called."""
    left, plain = x.copy(), x.copy()
    function(plain)
    found = hvp(function)(left, v)
    assert np.array_equal(left, plain)
    gradient = grad(function)
    slope = [(gradient(x + h * v) - gradient(x - h * v)) / (2 * h) for h in (1e-5, 4e-5)]
    scale = max(1.0, np.max(np.abs(slope[0])))
    assert np.allclose(*slope, atol=1e-5 * scale), "no second derivative here"
    assert np.allclose(found, slope[0], rtol=1e-4, atol=1e-5 * scale)


AREAS = ("arrays_in_place", "fills", "augmented")


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES.values() if c.area in AREAS][::7])
def test_corpus(case):
    chosen = case.inputs[0]
    found, expected, scale = curvature(case.function, chosen.argnums if isinstance(chosen.argnums, tuple) else (
        chosen.argnums,), chosen)
    assert expected is None or np.allclose(found, expected, rtol=1e-4, atol=1e-5 * scale)


@pytest.mark.parametrize("block", range(2))
def test_random_programs(block):
    refused = 0
    for seed in range(5000 + block * 7, 5007 + block * 7):
        text = program(seed)
        filename = f"<second array program {seed}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        namespace = {}
        exec(compile(text, filename, "exec"), namespace)
        try:
            check(namespace["f"])
        except CpsadError as error:
            assert "is a constant" in str(error), text
            refused += 1
        except AssertionError as error:
            assert "no second derivative" in str(error), text
    assert refused <= 2


class Box:
    def __init__(self, a):
        self.a = a


def shift(a, b):
    a[1:] += b[:-1] * 0.5
    return b


def stored_and_updated(x):
    """The names of the gradient program that are optimized away stand for something else in its tangent form."""
    box = Box(x)
    x *= 0.9
    view = x[::-1]
    shift(view, view)
    return np.sum(x**3 * np.arange(1.0, 5.0)) + box.a[0] ** 2


def flat_items(x):
    return x.flat[1] ** 2 * x.flat[0] + sum([v**3 for v in x.flat])


def flat_written(x):
    y = x * x
    y.flat[1] = x[0] ** 2 * x[2]
    y.flat[2:] = x[:2] * x[3]
    return np.sum(y * y) + y.flat[3] * x[0]


def list_written(x):
    y = np.zeros(4)
    y[1:3] = [x[0] * x[1], x[2] ** 2]
    y[:2] += np.array([x[3], x[0] * x[3]])
    return np.sum(y**2 * x)


def parts_written(x):
    z = x * (1 + 2j)
    z.real = x * x
    z.imag[1] = x[0] * x[2]
    return np.sum(np.abs(z) ** 4)


def raised_and_caught(x):
    y = x * 1.0
    try:
        y[0] = x[1] * x[2]
        y[7] = x[0]
    except IndexError:
        y[1] *= x[3]
    return np.sum(y**3)


def loop_of_a_class(x):
    """The default that `next` gets for the end is a value of the gradient program itself."""
    total = 0.0
    for i in np.ndindex(2, 2):
        total += x[i[0]] ** 3 * x[2 * i[1]]
    return total


@pytest.mark.parametrize("function", [stored_and_updated, flat_items, flat_written, list_written, parts_written,
                                      raised_and_caught, loop_of_a_class])
def test_found(function):
    check(function)


def test_hessian():
    def f(x):
        y = np.empty(3)
        for i in range(3):
            y[i] = x[i] ** 2 * y[i - 1] if i else x[0]
        return y[2]

    x = np.array([0.7, 1.3, -0.4])
    a, b, c = x
    expected = np.array([[0, 2 * b * c**2, 2 * b**2 * c], [2 * b * c**2, 2 * a * c**2, 4 * a * b * c],
                         [2 * b**2 * c, 4 * a * b * c, 2 * a * b**2]])
    assert np.allclose(hessian(f)(x), expected)


def test_an_argument_that_an_inner_gradient_has_written():
    """What the inner gradient's function leaves in the array is what is read behind it, with its tangent."""
    def cube(x):
        x[1] = x[0] ** 2
        return np.sum(x**3)

    def f(x):
        y = x * 2.0
        g = grad(cube)(y)
        return np.sum(g) + np.sum(y**2 * x)

    h = 1e-6
    _, found = jvp(f, (X,), (V,))
    assert np.isclose(found, (f(X + h * V) - f(X - h * V)) / (2 * h), rtol=1e-6)


def test_result_of_out_with_where_in_forward_mode():
    """Where nothing is written, the result has the tangent that the array had."""
    def f(x):
        y = x * x
        r = np.divide(1.0, x, out=y, where=x > 0)
        return np.sum(r * x) + np.sum(y)

    h = 1e-6
    assert np.isclose(jvp(f, (X,), (V,))[1], (f(X + h * V) - f(X - h * V)) / (2 * h), rtol=1e-6)
