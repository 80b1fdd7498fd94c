"""Sums of products that loops add up: the same terms, whatever is added in between, and for any kinds of factors."""

import numpy as np
import pytest

import cpsad
from cpsad.cotangents import ZERO
from cpsad.products import MOST, ROWS, Products, accumulate_product, left_rows, total
from cpsad.rules.numpy_linear import matmul_left, matmul_right
from tests.oracle import close, differences

RNG = np.random.default_rng(0)


def vectors(count, *sizes, dtype=float):
    return [[RNG.normal(size=n).astype(dtype) for n in sizes] for _ in range(count)]


@pytest.mark.parametrize("count", [1, 2, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS + 5])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_vectors(count, dtype):
    a = np.zeros((4, 3), dtype)
    found, expected = ZERO, np.zeros((4, 3))
    for g, b in vectors(count, 4, 3, dtype=dtype):
        found = accumulate_product(found, matmul_left, g, a, b)
        expected = expected + np.outer(g.astype(float), b)
        g[:] = b[:] = np.nan  # what they were made of is overwritten
    made = total(found)
    assert made.dtype == dtype and made.shape == a.shape
    np.testing.assert_allclose(made, expected, rtol=1e-4 if dtype is np.float32 else 1e-12, atol=1e-5)


@pytest.mark.parametrize("width", [1, 2, MOST, MOST + 1, 40])
def test_matrices(width):
    a = np.zeros((4, 3))
    left, right, expected, expected_right = ZERO, ZERO, np.zeros((4, 3)), np.zeros((3, 5))
    for _ in range(50):
        g, b = RNG.normal(size=(4, width)), RNG.normal(size=(3, width))
        left = accumulate_product(left, matmul_left, g, a, b)
        expected = expected + g @ b.T
        x, gx = RNG.normal(size=(width, 3)), RNG.normal(size=(width, 5))
        right = accumulate_product(right, matmul_right, gx, x, np.zeros((3, 5)))
        expected_right = expected_right + x.T @ gx
    np.testing.assert_allclose(total(left), expected, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(total(right), expected_right, rtol=1e-11, atol=1e-12)


def test_what_is_added_in_between_counts():
    a = np.zeros((4, 3))
    (g, b), (g2, b2) = vectors(2, 4, 3)
    found = accumulate_product(ZERO, matmul_left, g, a, b)
    found = found + ZERO + np.ones((4, 3))
    found = accumulate_product(found, matmul_left, g2, a, b2)
    found = accumulate_product(found, matmul_left, ZERO, a, b)
    np.testing.assert_allclose(total(found), np.outer(g, b) + np.outer(g2, b2) + 1)
    start = np.ones((4, 3))
    found = total(accumulate_product(start, matmul_left, g, a, b))
    np.testing.assert_allclose(found, 1 + np.outer(g, b))


def test_factors_of_other_kinds_are_added_at_once():
    a = np.zeros((4, 3))
    ((g, b),) = vectors(1, 4, 3)
    found = accumulate_product(ZERO, matmul_left, g, a, b)
    found = accumulate_product(found, matmul_left, g.astype(np.float32), a, b)
    found = accumulate_product(found, matmul_left, g, a, b.astype(int))
    assert isinstance(found, Products)
    wanted = np.outer(g, b) + np.outer(g.astype(np.float32), b) + np.outer(g, b.astype(int))
    np.testing.assert_allclose(total(found), wanted)
    assert left_rows(g * 1j, a * 1j, b * 1j) is not None  # complex factors are no rows of the buffers ...
    found = accumulate_product(ZERO, matmul_left, g * 1j, a * 1j, b * 1j)
    assert not isinstance(found, Products)  # ... and are multiplied at once
    np.testing.assert_allclose(found, -np.outer(g, b))


def loop(W, U, x, n):
    h = np.zeros(3)
    for i in range(n):
        h = np.tanh(W @ h + x @ U + 0.1 * i)
        if i % 3 == 0:
            h = h * W[0, 0] + np.sum(U) * 0.01
    return np.sum(h * h)


@pytest.mark.parametrize("n", [0, 1, 5, 80])
def test_a_weight_used_in_other_ways_too(n):
    args = (RNG.normal(size=(3, 3)) * 0.5, RNG.normal(size=(2, 3)), RNG.normal(size=2), n)
    found = cpsad.grad(loop, argnums=(0, 1, 2))(*args)
    for i, gradient in enumerate(found):
        assert close(gradient, differences(loop, args, i)[0], 1e-5)


def test_captured_weight():
    def outer(W, x):
        def step(h):
            return np.tanh(W @ h)

        h = x
        for _ in range(4):
            h = step(h)
        V = W * 2.0
        for _ in range(3):
            h = V @ step(h)
        return np.sum(h)

    args = (RNG.normal(size=(3, 3)) * 0.5, RNG.normal(size=3))
    for i, gradient in enumerate(cpsad.grad(outer, argnums=(0, 1))(*args)):
        assert close(gradient, differences(outer, args, i)[0], 1e-5)


def test_products_of_a_variable_that_an_outer_frame_binds():
    def f(x, n):
        y = x
        if n > 0:
            y = y - np.mean(y, axis=1)[:, None]
        z = y.T if n > 1 else (y * 2.0).T
        return np.sum(np.dot(y, z) ** 2)

    x = np.arange(6.0).reshape(2, 3) ** 1.5
    for n in (0, 1, 2):
        expected, _ = differences(lambda x, n=n: f(x, n), (x,), 0)
        assert close(cpsad.grad(f)(x, n), expected)
