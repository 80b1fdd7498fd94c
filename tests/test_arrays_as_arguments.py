"""What the gradient of an array is like: dtype, shape, layout, byte order, emptiness, NaN and infinity."""

import numpy as np
import pytest

from cpsad import grad, value_and_grad


def polynomial(x):
    return np.sum(x * x * 0.5 + np.sin(x))


def looped(x):
    total = 0.0
    for row in x.reshape(-1):
        total = total + row * row
    return total


def product(x):
    return np.sum(x @ x.T) if x.ndim == 2 else np.dot(x, x)


def written(x):
    y = x.copy()
    y[...] = y * x
    y += 1
    return np.sum(y)


def held(x):
    parts = [x, x * 2]
    return np.sum(parts[0] * parts[1])


def norms(x):
    return np.linalg.norm(x) + np.max(x) + np.mean(x)


FUNCTIONS = (polynomial, looped, product, written, held, norms)
X = np.array([[0.5, -1.25, 2.0], [1.5, 0.75, -0.25]])


def like(x):
    """The gradient of the same numbers, in plain float64."""
    return np.array(x, dtype=np.float64)


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g", ">f4", ">f8", "<f8", ">f2"])
def test_dtype_is_that_of_the_argument(f, dtype):
    x = X.astype(dtype)
    g = grad(f)(x)
    assert g.dtype == x.dtype and g.shape == x.shape
    tolerance = {2: 2e-2, 4: 1e-5}.get(x.itemsize, 1e-12)
    np.testing.assert_allclose(g.astype(float), grad(f)(like(x)), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("layout", ["fortran", "stepped", "reversed", "transposed", "read-only", "broadcast", "size-1", "unaligned"])
def test_layout(f, layout):
    x = {
        "fortran": np.asfortranarray(X), "stepped": np.repeat(X, 2, 1)[:, ::2], "reversed": X[::-1, ::-1], "transposed": X.T,
        "read-only": X.copy(), "broadcast": np.broadcast_to(X[0], (2, 3)), "size-1": X[:1, :1],
        "unaligned": np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(np.float64).reshape(2, 3),
    }[layout]
    if layout == "read-only":
        x.flags.writeable = False
    before = x.copy()
    value, g = value_and_grad(f)(x)
    assert value == f(x)
    assert g.shape == x.shape and g.dtype == x.dtype and g.flags.writeable
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(g, grad(f)(like(x)), rtol=1e-12)
    g[...] = 0  # nobody else's
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("kind", [float, np.float16, np.float32, np.float64, np.longdouble])
def test_scalars_stay_scalars(kind):
    def f(x):
        return x * x * kind(0.5) + np.sin(x)

    for x in (kind(0.5), np.asarray(kind(0.5)) if kind is not float else np.array(0.5)):
        g = grad(f)(x)
        assert type(g) is type(x) and np.shape(g) == () and getattr(g, "dtype", None) == getattr(x, "dtype", None)
        assert float(g) == pytest.approx(0.5 + np.cos(0.5), rel=2e-3)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("f", [polynomial, looped, written, held])
def test_empty(f, shape, dtype):
    x = np.zeros(shape, dtype)
    value, g = value_and_grad(f)(x)
    assert value == f(x) and g.shape == shape and g.dtype == x.dtype


def test_not_a_number_and_infinity_follow_ieee():
    x = np.array([np.nan, np.inf, -np.inf, 1.0])
    with np.errstate(invalid="ignore"):
        g = grad(lambda x: np.sum(np.tanh(x) * x))(x)
        slope = np.tanh(x) + x * (1 - np.tanh(x) ** 2)
    np.testing.assert_array_equal(g, slope)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_array_equal(grad(lambda x: np.sum(np.log(x)))(np.array([0.0, np.inf, 2.0])), [np.inf, 0.0, 0.5])
    with np.errstate(divide="ignore", invalid="ignore"):
        chosen = grad(lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)))(np.array([0.0, 2.0]))
    np.testing.assert_array_equal(chosen, [0.0, 0.5])


def test_mixed_precision_goes_back_to_each():
    a, b = np.float32([1.5, 2.5]), np.array([0.5, 1.0])
    ga, gb = grad(lambda a, b: np.sum(a * b * b), argnums=(0, 1))(a, b)
    assert ga.dtype == np.float32 and gb.dtype == np.float64
    np.testing.assert_allclose(gb, 2 * a * b)
