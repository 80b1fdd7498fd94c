"""Forward rules of `scipy.interpolate`: splines are linear in their coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.interpolate import BSpline, PPoly, UnivariateSpline

from ..cotangents import Absorbing
from . import scipy_grids
from . import scipy_interpolate as rules
from .forward import forward
from .helpers import no_derivative


def by_coefficients(d: Any, self: Any, x: Any, nu: Any, extrapolate: Any) -> Any:
    """The piecewise polynomial with the coefficients `d`."""
    if isinstance(d, Absorbing):
        return d
    return PPoly.construct_fast(d, self.x, self.extrapolate)(x, nu, extrapolate)


def by_weights(d: Any, self: Any, x: Any, nu: Any, extrapolate: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    return BSpline.construct_fast(self.t, d, self.k, self.extrapolate)(x, nu, extrapolate)


def by_point(d: Any, slope: Any, x: Any) -> Any:
    """Values may have axes of their own behind those of the points."""
    if isinstance(d, Absorbing):
        return d
    return np.reshape(d, (*np.shape(x), *[1] * (np.ndim(slope) - np.ndim(x)))) * slope


forward(
    rules.piecewise,
    lambda d, y, self, breaks, c, x, nu, extrapolate: (
        None, None, by_coefficients(d, self, x, nu, extrapolate),
        by_point(d, rules.piecewise(self, breaks, c, x, nu + 1, extrapolate), x)),
)
forward(
    rules.basis_sum,
    lambda d, y, self, knots, c, x, nu, extrapolate: (
        None, None, by_weights(d, self, x, nu, extrapolate),
        by_point(d, rules.basis_sum(self, knots, c, x, nu + 1, extrapolate), x)),
)
forward(UnivariateSpline.__call__, lambda d, y, self, x, nu=0, ext=None: (None, d * self(x, nu + 1, ext)))
forward(rules.fitted, lambda d, y, x, knots, c, k, der, ext: (d * rules.fitted(x, knots, c, k, der + 1, ext), None, None))
forward(scipy_grids.anchored, lambda d, y, value, places: (d, no_derivative(d, scipy_grids.PLACES)))
