"""Products of matrices, of shapes that fill the blocks of `products.h` and of such that do not, as they lie and transposed."""

import numpy as np
import pytest

from cpsad import compile, value_and_grad

SHAPES = [(10, 25, 96), (10, 25, 101), (20, 250, 64), (250, 20, 131), (6, 300, 70), (11, 257, 97), (2, 3, 200), (64, 1, 64), (33, 7, 31),
          (20, 1030, 25), (4, 1024, 5), (9, 1500, 33), (3, 5000, 250), (2, 2, 2), (40, 600, 640), (12, 0, 64)]


def product(a, b):
    return a @ b


def transposed(a, b):
    return a.T @ b


def with_transposed(a, b):
    return a @ b.T


def added(a, b, n):
    total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    for i in range(n):
        total += a @ b
    return total


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_products_of_many_shapes(dtype):
    rng, error = np.random.default_rng(0), 1e-13 if dtype is np.float64 else 1e-5
    forms = [compile(f) for f in (product, transposed, with_transposed)]
    adding = compile(added)
    for m, k, n in SHAPES:
        a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
        expected = a.astype(np.float64) @ b.astype(np.float64)
        most = error * max(1.0, np.abs(a.astype(np.float64)).sum())
        for found in (forms[0](a, b), forms[1](np.ascontiguousarray(a.T), b), forms[2](a, np.ascontiguousarray(b.T)),
                      adding(a, b, 3) / 3, forms[0](a[::-1], b[:, ::-1])[::-1, ::-1]):
            assert found.dtype == dtype and np.abs(found - expected).max() <= most, (m, k, n)


def test_a_row_that_is_not_a_number_stays_where_it_is():
    a, b = np.ones((13, 30), np.float32), np.ones((30, 100), np.float32)
    a[7, 3], b[4, 99] = np.nan, np.inf
    found = compile(product)(a, b)
    assert np.isnan(found[7]).all() and (found[np.arange(13) != 7, 99] == np.inf).all()
    assert np.isfinite(np.delete(found, 7, 0)[:, :99]).all()


def convolution(w, x, v):
    """Rows of weights times columns of patches."""
    return np.sum(v * np.maximum(w @ x, 0.0))


def test_gradients_through_products():
    rng = np.random.default_rng(1)
    for dtype, error in ((np.float64, 1e-12), (np.float32, 1e-4)):
        args = [rng.normal(size=s).astype(dtype) for s in ((20, 50), (50, 1100), (20, 1100))]
        found = value_and_grad(convolution, argnums=(0, 1), backend="native")(*args)
        expected = value_and_grad(convolution, argnums=(0, 1))(*(a.astype(np.float64) for a in args))
        for f, e in zip(found[1], expected[1]):
            assert f.dtype == dtype and np.allclose(f, e, rtol=error, atol=error * np.abs(e).max())


def test_products_with_a_vector():
    rng, form = np.random.default_rng(2), compile(product)
    for dtype, error in ((np.float64, 1e-13), (np.float32, 2e-5)):
        for m, k in ((1, 1), (3, 5), (5, 7), (9, 16), (7, 17), (12, 31), (50, 150), (3, 300), (6, 0)):
            a, x = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=k).astype(dtype)
            expected, size = a.astype(np.float64) @ x, max(1.0, np.abs(a).sum())
            for found in (form(a, x), form(np.asfortranarray(a), x), form(x, np.ascontiguousarray(a.T)), form(x, a.T)):
                assert found.dtype == dtype and np.abs(found - expected).max() <= error * size, (m, k)
    a, x = np.ones((5, 20)), np.ones(20)
    a[2, 13], x[19] = np.inf, 2.0
    assert np.array_equal(form(a, x), [21, 21, np.inf, 21, 21])
