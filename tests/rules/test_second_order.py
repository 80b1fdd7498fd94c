"""Rules in second order, on the rows of `rows.py`: the Hessian times a vector is the derivative of the gradient along it.

A share of the rows is tested, another one with each `--second-order-share`; 1 tests all of them.
"""

import numpy as np
import pytest

import cpsad
from cpsad.transforms.errors import NoDerivativeError

from .rows import ROWS
from .whole import Program


def pytest_generate_tests(metafunc):
    if "row" not in metafunc.fixturenames:
        return
    every = metafunc.config.getoption("--second-order-share")
    chosen = [(i, row) for i, row in enumerate(ROWS) if i % every == every // 2]
    metafunc.parametrize("row", [row for _, row in chosen], ids=[f"{i}-{row}" for i, row in chosen])


def moved(x, step):
    return x + step if isinstance(x, np.ndarray) else type(x)(x + step)


def test_hessian_times_vector(row):
    program = Program(row)
    floats = program.floats
    if not floats or not all(np.asarray(x).dtype == np.float64 for x in floats):
        pytest.skip("no floats of double precision")
    rng, numbers = np.random.default_rng(11), tuple(range(len(floats)))
    vector = tuple(rng.uniform(0.5, 1.5, np.shape(x))[()] for x in floats)
    slope = cpsad.grad(program.function, argnums=numbers)
    with np.errstate(all="ignore"):
        try:
            found = cpsad.hvp(program.function, argnums=numbers)(*floats, vector)
        except (NoDerivativeError, cpsad.UnsupportedError) as error:
            pytest.skip(f"refused: {str(error).splitlines()[0]}")
        h = 1e-5
        behind, middle, ahead, further = (
            slope(*[moved(x, step * v) for x, v in zip(floats, vector, strict=True)]) for step in (-h, 0.0, h, 2 * h))
    for x, ours, a, m, b, c in zip(floats, found, ahead, middle, behind, further, strict=True):
        assert np.shape(ours) == np.shape(x)
        expected = (np.asarray(a) - np.asarray(b)) / (2 * h)
        size = np.max(np.abs(np.asarray(a)), initial=1.0)
        with np.errstate(all="ignore"):  # where the slope jumps, there is nothing to compare with
            bends = [np.abs((np.asarray(q) - p) - (np.asarray(p) - o)) for o, p, q in ((b, m, a), (m, a, c))]
            jumps = np.maximum(*bends) > 1e-3 * h * size + 0.1 * h * np.abs(expected)
        known = np.isfinite(expected) & ~jumps
        scale = np.max(np.abs(expected[known]), initial=0.0)
        near = 1e-5 * size + 1e-5 * scale + max(row.rtol, 1e-6)
        assert np.allclose(np.asarray(ours)[known], expected[known], rtol=1e-4, atol=near)


SINGULAR = [np.array([[1.0, 2.0], [2.0, 4.0]]), np.zeros((2, 2)), np.outer([1.0, 2.0, 0.0], [3.0, 1.0, 2.0]),
            np.stack([np.eye(3), np.arange(9.0).reshape(3, 3)])]


@pytest.mark.parametrize("a", SINGULAR, ids=["rank 1", "zeros", "rank 1 of 3", "one of two"])
def test_the_determinant_of_a_singular_matrix(a):
    """Its gradient is a polynomial of degree two at most, whose differences are exact."""
    def f(x):
        return np.sum(np.linalg.det(x))

    v = np.random.default_rng(2).normal(size=a.shape)
    slope = cpsad.grad(f)
    expected = (slope(a + v) - slope(a - v)) / 2
    assert np.allclose(cpsad.hvp(f)(a, v), expected, atol=1e-12)
    assert np.allclose(cpsad.grad(lambda x: np.sum(slope(x) * v))(a), expected, atol=1e-12)


def test_a_third_derivative_there_is_refused():
    def f(x):
        return np.linalg.det(x)

    a, v = SINGULAR[2], np.ones((3, 3))
    second = cpsad.grad(lambda x: np.sum(cpsad.grad(f)(x) * v))
    with pytest.raises(NoDerivativeError, match="third derivatives of the determinant"):
        cpsad.grad(lambda x: np.sum(second(x) * v))(a)
