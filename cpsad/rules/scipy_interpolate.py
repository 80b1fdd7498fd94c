"""Rules of `scipy.interpolate`: piecewise polynomials and B-splines, by the point and by the coefficients they hold."""

import numpy as np
from scipy import interpolate
from scipy.interpolate import BSpline, PPoly, UnivariateSpline

from ..cotangents import Absorbing
from .registry import Table

table = Table("scipy interpolate")
defrule, python = table.defrule, table.python


def point_back(g, slope, x):
    """Cotangent of the points: values may have axes of their own behind those of the points."""
    if isinstance(g, Absorbing):
        return g
    r = g * slope
    return np.sum(np.reshape(r, (*np.shape(x), -1)), -1)


# -- piecewise polynomials: also CubicSpline, PchipInterpolator, Akima1DInterpolator, CubicHermiteSpline ------------

def piecewise(self, breaks, c, x, nu, extrapolate):
    """What the polynomial gives; `breaks` and `c` are its own: by the breakpoints there is no derivative."""
    return PPoly.__call__(self, x, nu, extrapolate)


def coefficients_back(g, self, c, x, nu, extrapolate):
    if isinstance(g, Absorbing):
        return g
    points = np.ravel(np.asarray(x, float))
    periodic = self.extrapolate == "periodic" if extrapolate is None else extrapolate == "periodic"
    first, last = self.x[0], self.x[-1]
    if periodic:
        points = first + (points - first) % (last - first)
    parts = np.clip(np.searchsorted(self.x, points, "right") - 1, 0, len(self.x) - 2)
    total = np.zeros(np.shape(c), c.dtype)
    flat = np.reshape(g, (len(points), *np.shape(c)[2:]))
    outside = (points < first) | (points > last)
    goes_on = self.extrapolate if extrapolate is None else extrapolate
    flat = flat if goes_on else np.where(np.reshape(outside, (-1,) + (1,) * (flat.ndim - 1)), 0, flat)
    distance = points - self.x[parts]
    order = len(c) - 1
    for k in range(len(c)):
        power = order - k
        if power >= nu:
            factor = np.prod(np.arange(power, power - nu, -1)) * distance ** (power - nu)
            np.add.at(total[k], parts, flat * np.reshape(factor, (-1,) + (1,) * (flat.ndim - 1)))
    return total


defrule(
    piecewise,
    lambda g, y, self, breaks, c, x, nu, extrapolate: (
        None,
        None,
        coefficients_back(g, self, c, x, nu, extrapolate),
        point_back(g, piecewise(self, breaks, c, x, nu + 1, extrapolate), x),
    ),
)


def at_points(self, x, nu=0, extrapolate=None):
    if self.axis != 0:
        raise NotImplementedError("a spline has a derivative with axis=0 only: move the axis to the front")
    return piecewise(self, self.x, self.c, np.asarray(x), nu, extrapolate)


python(PPoly.__call__, at_points)


# -- B-splines ------------------------------------------------------------------------------------------------------

def basis_sum(self, knots, c, x, nu, extrapolate):
    return BSpline.__call__(self, x, nu, extrapolate)


def basis_back(g, self, c, x, nu, extrapolate):
    if isinstance(g, Absorbing):
        return g
    n = len(self.t) - self.k - 1
    goes_on = self.extrapolate if extrapolate is None else extrapolate
    values = BSpline(self.t, np.eye(n), self.k, goes_on)(np.ravel(x), nu)
    r = np.tensordot(np.nan_to_num(values), np.reshape(g, (np.size(x), *np.shape(c)[1:])), (0, 0))
    return np.concatenate([r, np.zeros((len(c) - n, *np.shape(c)[1:]), r.dtype)]) if len(c) > n else r


defrule(
    basis_sum,
    lambda g, y, self, knots, c, x, nu, extrapolate: (
        None,
        None,
        basis_back(g, self, c, x, nu, extrapolate),
        point_back(g, basis_sum(self, knots, c, x, nu + 1, extrapolate), x),
    ),
)


def at_points_of_basis(self, x, nu=0, extrapolate=None):
    if self.axis != 0:
        raise NotImplementedError("a spline has a derivative with axis=0 only: move the axis to the front")
    return basis_sum(self, self.t, self.c, np.asarray(x), nu, extrapolate)


python(BSpline.__call__, at_points_of_basis)

# -- FITPACK: a fit of active values is refused, so that its coefficients are constants -----------------------------
defrule(UnivariateSpline.__call__, lambda g, y, self, x, nu=0, ext=None: (None, g * self(x, nu + 1, ext)))


def fitted(x, knots, c, k, der, ext):
    """`interpolate.splev`, the parts of the spline by themselves."""
    return interpolate.splev(x, (knots, c, k), der, ext)


defrule(fitted, lambda g, y, x, knots, c, k, der, ext: (g * fitted(x, knots, c, k, der + 1, ext), None, None))


def splev(x, tck, der=0, ext=0):
    if isinstance(tck, BSpline):
        raise NotImplementedError("interpolate.splev has a derivative for a tuple (t, c, k): call the BSpline itself")
    knots, c, k = tck
    if isinstance(c, (list, tuple)) or np.ndim(c) > 1:
        raise NotImplementedError("interpolate.splev has a derivative for splines of one value: use a BSpline")
    return fitted(np.asarray(x), knots, c, k, der, ext)


python(interpolate.splev, splev)
