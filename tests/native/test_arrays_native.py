"""Arrays in native code beyond the corpus: layouts, dtypes, the functions of `vectors.h`, a recurrent network."""

import numpy as np
import pytest

from cpsad import grad, value_and_grad
from cpsad.native import entry
from cpsad.native.program import StagingError


def weighted(x, y):
    return np.sum(np.exp(-x * y) + x / (1.0 + y * y))


def compare(function, args, argnums, rtol=1e-12):
    found = value_and_grad(function, argnums=argnums, backend="native")(*args)
    expected = value_and_grad(function, argnums=argnums)(*args)
    assert type(found[0]) is type(expected[0])
    assert np.allclose(found[0], expected[0], rtol=rtol, atol=0)
    for mine, other in zip(found[1], expected[1]):
        assert mine.dtype == other.dtype and mine.shape == other.shape
        assert np.allclose(mine, other, rtol=rtol, atol=rtol * np.max(np.abs(other), initial=1e-300))


RNG = np.random.default_rng(0)


@pytest.mark.parametrize("x, y", [
    (RNG.normal(size=(3, 4)), RNG.normal(size=4)), (RNG.normal(size=(4, 3)).T, RNG.normal(size=(3, 1))),
    (RNG.normal(size=(6, 8))[::2, ::-2], RNG.normal(size=(1, 4))), (RNG.normal(size=(2, 3, 4)), RNG.normal(size=(3, 1))),
    (RNG.normal(size=(2, 3)).astype(np.float32), RNG.normal(size=(2, 3)).astype(np.float32)),
    (RNG.normal(size=(2, 3)).astype(np.float32), RNG.normal(size=3)), (np.zeros((0, 3)), RNG.normal(size=3)),
    (RNG.normal(size=(1, 1)), RNG.normal(size=(3, 1))), (np.broadcast_to(RNG.normal(size=4), (3, 4)), RNG.normal(size=(3, 4)))])
def test_layouts_and_dtypes(x, y):
    compare(weighted, (x, y), (0, 1), 1e-12 if x.dtype == y.dtype == float else 2e-5)


def through_matrices(a, b, v):
    return np.sum((a @ b) * (a @ b)) + np.sum(a @ v) * np.sum(v @ b.T) + v @ v


@pytest.mark.parametrize("n", [1, 2, 5, 40])
@pytest.mark.parametrize("transposed", [False, True])
def test_products(n, transposed):
    a, b, v = RNG.normal(size=(n, 7)), RNG.normal(size=(7, 7)), RNG.normal(size=7)
    compare(through_matrices, (a, b.T if transposed else b, v), (0, 1, 2))
    wide = RNG.normal(size=(n, 14))[:, ::2]
    compare(through_matrices, (wide, b, v[::-1]), (0, 1, 2))


def exponentials(x, w):
    return np.sum(np.exp(x) * w)


def tangents(x, w):
    return np.sum(np.tanh(x) * w)


def logarithms(x, w):
    return np.sum(np.log(x) * w)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("function, exact, x, bound", [
    (exponentials, np.exp, [*np.linspace(-87, 88, 5001), *np.linspace(-1, 1, 1001), 0.0, -0.0], 1.0),
    (tangents, np.tanh, [*np.linspace(-12, 12, 5001), *np.linspace(-1e-3, 1e-3, 1001), 0.0, -0.0], 2.2),
    (logarithms, np.log, [*np.exp(np.linspace(-80, 80, 5001)), *np.linspace(0.9, 1.1, 1001)], 1.0)])
def test_functions_of_arrays_are_exact_to_units_in_the_last_place(function, exact, x, bound, dtype):
    x = np.array(x, dtype)
    found = grad(function, argnums=1, backend="native")(x, np.ones_like(x))  # the slope by `w` is the function's value
    expected = exact(x.astype(np.longdouble))
    units = np.abs(found - expected) / np.spacing(np.abs(expected.astype(dtype)))
    assert np.max(units) <= bound


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_functions_of_arrays_at_the_ends(dtype):
    ends = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1000.0, -1000.0, 5e-324], dtype)
    with np.errstate(all="ignore"):
        for function, exact in ((exponentials, np.exp), (tangents, np.tanh), (logarithms, np.log)):
            found = grad(function, argnums=1, backend="native")(ends, np.ones_like(ends))
            assert np.allclose(found, exact(ends), rtol=1e-6, atol=0, equal_nan=True)


def network(Wxh, Whh, bh, Why, by, inputs, targets):
    h = np.zeros((inputs.shape[1], Whh.shape[0]), Whh.dtype)
    loss = 0.0
    rows = np.arange(inputs.shape[1])
    for t in range(inputs.shape[0]):
        h = np.tanh(Wxh[inputs[t]] + h @ Whh + bh)
        y = h @ Why + by
        y = y - np.max(y, axis=1, keepdims=True)
        loss += np.sum(np.log(np.sum(np.exp(y), axis=1))) - np.sum(y[rows, targets[t]])
    return loss


@pytest.mark.parametrize("dtype, rtol", [(np.float64, 1e-10), (np.float32, 3e-4)])
def test_a_recurrent_network(dtype, rtol):
    letters, hidden, batch, steps = 7, 5, 3, 6
    weights = [RNG.normal(size=s).astype(dtype) for s in ((letters, hidden), (hidden, hidden), hidden, (hidden, letters), letters)]
    text = RNG.integers(letters, size=(steps + 1, batch))
    compare(network, (*weights, text[:-1], text[1:]), (0, 1, 2, 3, 4), rtol)


def test_a_second_call_goes_straight_in(monkeypatch):
    weights = [RNG.normal(size=s) for s in ((7, 5), (5, 5), 5, (5, 7), 7)]
    text = RNG.integers(7, size=(4, 3))
    staged = grad(network, argnums=(0, 1, 2, 3, 4), backend="native")
    before = staged(*weights, text[:-1], text[1:])
    monkeypatch.setattr(entry, "Staged", None)
    for a, b in zip(before, staged(*weights, text[:-1], text[1:])):
        assert np.array_equal(a, b)


def first(x, i):
    return x[i] * 2.0


def test_errors_of_arrays():
    with pytest.raises(IndexError):
        grad(first, backend="native")(np.ones(3), 3)
    assert np.array_equal(grad(first, backend="native")(np.ones(3), -1), [0.0, 0.0, 2.0])
    with pytest.raises(ValueError, match="broadcast"):
        grad(weighted, backend="native")(np.ones(3), np.ones(4))
    with pytest.raises(StagingError, match="ndarray"):
        grad(weighted, backend="native")(np.ones(3), np.ones(3, complex))


table = np.arange(3.0)


def looked_up(x):
    return np.sum(x * table)


def test_arrays_from_outside_are_read_at_every_call(monkeypatch):
    staged = grad(looked_up, backend="native")
    assert np.array_equal(staged(np.ones(3)), table)
    monkeypatch.setitem(globals(), "table", np.array([3.0, 4.0, 5.0]))
    assert np.array_equal(staged(np.ones(3)), [3.0, 4.0, 5.0])
    monkeypatch.setitem(globals(), "table", 2.0)
    assert np.array_equal(staged(np.ones(3)), [2.0, 2.0, 2.0])


def test_gradients_are_the_callers_own():
    staged = grad(weighted, backend="native")
    x, y = np.ones(3), np.ones(3)
    a, b = staged(x, y), staged(x, y)
    a[:] = 7.0
    assert not np.shares_memory(a, b) and np.array_equal(b, grad(weighted)(x, y)) and np.array_equal(x, np.ones(3))


def cell(W, h, c):
    z = np.tanh(W @ h)
    return z * c, c + z


def tuples_of_arrays(W, h, c):
    for _ in range(4):
        h, c = cell(W, h, c)
    return np.sum(h * c)


def rows_twice(x, y):
    s = 0.0
    for r in x:
        for v in y:
            s += v * (r @ r)
    return s


def constant_beside(x, y):
    pair = (y, x * 2.0, 3)
    a, b, n = pair
    return np.sum(a * b) * n


def early(x, n):
    if n > 2:
        return np.sum(x * x)
    pair = (x * 3.0, x + 1.0)
    a, b = pair
    return np.sum(a * b)


@pytest.mark.parametrize("n", [1, 3])
def test_a_return_before_arrays_are_stored(n):
    compare(early, (RNG.normal(size=4), n), (0,))


def test_tuples_and_rows_of_arrays():
    W, h, c = RNG.normal(size=(3, 3)), RNG.normal(size=3), RNG.normal(size=3)
    compare(tuples_of_arrays, (W, h, c), (0, 1, 2), 1e-11)
    compare(rows_twice, (RNG.normal(size=(4, 3)), RNG.normal(size=2)), (0, 1))
    compare(rows_twice, (RNG.normal(size=(3, 4)).T, RNG.normal(size=2)), (0,))
    compare(constant_beside, (h, c), (0,))


def products_in_a_loop(W, U, V, x, n):
    h, total = x, 0.0
    for t in range(n):
        h = np.tanh(h @ W)
        u = np.tanh(U @ h.T if h.ndim == 2 else U @ h)
        total += np.sum(u * u) + np.sum((h @ V) * t)
        if t % 3 == 2:
            total += np.sum(W) * total
    return total


@pytest.mark.parametrize("shape", [(4,), (3, 4), (120, 4)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_products_that_a_loop_adds_up(shape, dtype):
    W, U, V = (RNG.normal(size=s).astype(dtype) / 4 for s in ((4, 4), (5, 4), (4, 6)))
    x = RNG.normal(size=shape).astype(dtype)
    for n in (0, 1, 40):
        compare(products_in_a_loop, (W, U, V, x, n), (0, 1, 2, 3), 1e-11 if dtype == np.float64 else 2e-3)


def test_many_products_are_more_than_the_buffers_hold():
    W, x = RNG.normal(size=(4, 4)) / 4, RNG.normal(size=(50, 4))
    compare(products_in_a_loop, (W, W, W, x, 50), (0, 1), 1e-11)
