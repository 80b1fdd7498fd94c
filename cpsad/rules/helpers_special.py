"""Formulas of the rules of `scipy.special`. What a helper is: `helpers.py`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from ..cotangents import ZERO, Absorbing, unbroadcast
from ..transforms.errors import NoDerivativeError
from .helpers_reductions import kept

__all__ = [
    "beta_density", "binomial_density", "boxcox_slope", "exprel_slope", "f_density", "gamma_density", "lambert_slope",
    "log_softmax_back", "logsumexp_back", "of_dtype", "over_one_minus", "ratio", "softmax_back", "student_density",
    "trigamma",
]


def of_dtype(slope: Any, x: Any) -> Any:
    """A slope in the precision of `x`: parameters that are Python numbers make it double on the way."""
    kind = getattr(x, "dtype", None)
    found = getattr(slope, "dtype", kind)
    return slope if found == kind or kind is None or kind.kind != "f" or found.kind != "f" else slope.astype(kind)


def ratio(x: Any, y: Any) -> Any:
    """`x / y`, and 0 where both are 0."""
    return x / np.where((x == 0) & (y == 0), 1, y)


def trigamma(x: Any) -> Any:
    """Slope of the digamma function: the Hurwitz zeta function at 2, by reflection left of 1/2 (DLMF 5.15.6)."""
    if np.iscomplexobj(x):
        raise NoDerivativeError("special.digamma of a complex number has no derivative here")
    left = x < 0.5
    right = special.zeta(2.0, np.where(left, 1 - x, x))
    return np.where(left, (math.pi / np.sin(math.pi * np.where(left, x, 0.5))) ** 2 - right, right)


def gamma_density(a: Any, x: Any) -> Any:
    """x^(a-1) e^-x / gamma(a), of `a` and `x` broadcast."""
    return of_dtype(np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a)), x)


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a-1) (1-x)^(b-1) / beta(a, b)."""
    return of_dtype(np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b)), x)


def f_density(dfn: Any, dfd: Any, x: Any) -> Any:
    """Density of the F distribution: that of a beta variable dfn x / (dfd + dfn x)."""
    whole = dfd + dfn * x
    return of_dtype(beta_density(dfn / 2, dfd / 2, dfn * x / whole) * dfn * dfd / (whole * whole), x)


def student_density(df: Any, t: Any) -> Any:
    """Density of Student's t distribution."""
    return of_dtype(np.exp(-special.betaln(df / 2, 0.5) - np.log(df) / 2 - (df + 1) / 2 * np.log1p(t * t / df)), t)


def binomial_density(k: Any, n: Any, p: Any) -> Any:
    """Minus the slope of the binomial distribution function: p^k (1-p)^(n-k-1) / beta(k+1, n-k)."""
    k = np.floor(k)
    return beta_density(k + 1, n - k, p)


def over_one_minus(z: Any) -> Any:
    """log(z) / (1 - z), and its limit -1 at 1, by the series of log1p(u) / u around u = 0."""
    u = z - 1
    small = np.absolute(u) < 0.02
    s = np.where(small, u, 0)
    total = 1 / 10
    for n in range(9, 0, -1):
        total = 1 / n - s * total
    return -np.where(small, total, np.log(np.where(small, 2, z)) / np.where(small, 1, u))


def exprel_slope(t: Any) -> Any:
    """Slope of (e^t - 1) / t: (e^t - (e^t - 1) / t) / t, around 0 by its series, the sum of t^n / (n! (n + 2))."""
    small = np.absolute(t) < 0.5
    s = np.where(small, t, 0)
    total = 1 / 15
    for n in range(12, -1, -1):
        total = 1 / (n + 2) + s * total / (n + 1)
    t = np.where(small, 1, t)
    return np.where(small, total, (np.exp(t) - special.exprel(t)) / t)


def boxcox_slope(logarithm: Any, lmbda: Any) -> Any:
    """Slope of (x^lmbda - 1) / lmbda by `lmbda`, from the logarithm of x."""
    return of_dtype(logarithm * logarithm * exprel_slope(lmbda * logarithm), lmbda)


def lambert_slope(y: Any) -> Any:
    """Slope of w, w e^w = z: 1 / (e^w (1 + w))."""
    return np.exp(-y) / (1 + y)


def logsumexp_back(g: Any, y: Any, sign: Any, a: Any, axis: Any, b: Any, keepdims: Any) -> tuple[Any, Any]:
    """y = log |sum of b e^a|, of that sign, by `a` and by `b`: e^(a - y), times b and the sign."""
    if isinstance(g, Absorbing):
        return g, g
    like = a if b is None else np.broadcast_to(a, np.broadcast_shapes(np.shape(a), np.shape(b)))
    g, y = kept(g, like, axis, keepdims), kept(y, like, axis, keepdims)
    # of nothing the logarithm is -inf, and the parts are 0
    each = g * sign_kept(sign, like, axis, keepdims) * np.exp(a - np.where(y == -np.inf, 0, y))
    if b is None:
        return unbroadcast(each, a), ZERO
    return unbroadcast(np.where(b == 0, 0, each * b), a), unbroadcast(each, b)


def sign_kept(sign: Any, like: Any, axis: Any, keepdims: Any) -> Any:
    return sign if type(sign) is int else kept(sign, like, axis, keepdims)


def softmax_back(g: Any, y: Any, axis: Any) -> Any:
    if isinstance(g, Absorbing):
        return g
    r = g * y
    return r - y * np.sum(r, axis=axis, keepdims=True)


def log_softmax_back(g: Any, y: Any, axis: Any) -> Any:
    if isinstance(g, Absorbing):
        return g
    return g - np.exp(y) * np.sum(g, axis=axis, keepdims=True)
