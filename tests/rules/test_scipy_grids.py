"""SciPy: splines through data, and data on grids."""

import numpy as np
import pytest

import cpsad

interpolate = pytest.importorskip("scipy.interpolate")

X = np.linspace(0, 1, 7)
Y = np.sin(3 * X) + X
ROUND = np.concatenate([Y[:-1], Y[:1]])
AT, W = np.array([0.11, 0.52, 0.93]), np.array([1.0, 0.5, 2.0])
GRID = np.linspace(0, 1, 4), np.linspace(0, 2, 5)
V = np.random.default_rng(0).normal(size=(4, 5))
XI = np.array([[0.2, 0.3], [0.7, 1.9], [0.5, 1.1]])
spline, grid = interpolate.make_interp_spline, interpolate.RegularGridInterpolator

RIGHT = {
    "cubic": (lambda y: spline(X, y)(AT), Y),
    "linear": (lambda y: spline(X, y, k=1)(AT), Y),
    "slopes given": (lambda y: spline(X, y, bc_type=([(1, 2.0)], [(1, 0.5)]))(AT, 1), Y),
    "several": (lambda y: spline(X, y, bc_type="natural")(AT)[:, 0], np.stack([Y, Y * Y], 1)),
    "periodic": (lambda t: spline(X, ROUND * t * t, bc_type="periodic")(AT), 0.7),
    "least squares": (lambda y: interpolate.make_lsq_spline(X, y, np.array([0, 0, 0, 0, 0.5, 1, 1, 1, 1]))(AT), Y),
    "grid by values": (lambda v: grid(GRID, v)(XI), V),
    "of vectors": (lambda v: grid(GRID, v)(XI)[:, 1], np.stack([V, V * V], -1)),
    "grid by points": (lambda x: grid(GRID, V)(x), XI),
    "a tuple of coordinates": (lambda x: grid(GRID, V)((x, x * x)), AT),
    "nearest": (lambda v: grid(GRID, v, method="nearest")(XI), V),
    "outside, filled": (lambda v: grid(GRID, v, bounds_error=False, fill_value=3.0)(XI * 2), V),
    "outside, continued": (lambda v: grid(GRID, v, bounds_error=False, fill_value=None)(XI * 2), V),
    "descending": (lambda v: interpolate.interpn((GRID[0][::-1], GRID[1]), v, XI), V),
}


@pytest.mark.parametrize("name", RIGHT)
def test_by_data_and_points(name):
    function, x = RIGHT[name]

    def f(x):
        return np.sum(function(x) ** 2 * W)

    v = np.random.default_rng(1).normal(size=np.shape(x))[()] if np.ndim(x) else 1.3
    value, slope = cpsad.jvp(f, (x,), (v,))
    assert value == f(x)
    assert slope == pytest.approx((f(x + 1e-6 * v) - f(x - 1e-6 * v)) / 2e-6, rel=1e-6)
    gradient = cpsad.grad(f)
    assert np.sum(gradient(x) * v) == pytest.approx(slope, rel=1e-9)
    curvature = np.sum((gradient(x + 1e-5 * v) - gradient(x - 1e-5 * v)) * v) / 2e-5
    assert np.sum(cpsad.hvp(f)(x, v) * v) == pytest.approx(curvature, rel=1e-6)


@pytest.mark.parametrize("function, x, why", [
    (lambda x: np.sum(spline(x, Y)(AT)), X, "the places at which data"),
    (lambda x: np.sum(grid((x, GRID[1]), V)(XI)), GRID[0], "the places at which data"),
    (lambda v: np.sum(grid(GRID, v, method="cubic")(XI)), V, "method='cubic'(.|\n)*instead: use method='linear'"),
])
def test_what_is_refused(function, x, why):
    for derivative in (cpsad.grad(function), lambda x: cpsad.jvp(function, (x,), (x,))):
        with pytest.raises(cpsad.NoDerivativeError, match=why):
            derivative(x)
