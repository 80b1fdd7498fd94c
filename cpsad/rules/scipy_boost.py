"""Rules of functions that `scipy.stats` keeps for itself in `scipy.special`: parts of distributions."""

import math

import numpy as np
from scipy import special
from scipy.special import _ufuncs

from .helpers import masked
from .helpers_special import beta_density, binomial_density
from .registry import Table, present

table = Table("scipy boost")
elementwise = table.elementwise

elementwise(
    present(_ufuncs, "_beta_pdf"),
    lambda g, y, x, a, b: (
        masked(g, g * y * ((a - 1) / x - (b - 1) / (1 - x))),
        masked(g, g * y * (np.log(x) - special.digamma(a) + special.digamma(a + b))),
        masked(g, g * y * (np.log1p(-x) - special.digamma(b) + special.digamma(a + b))),
    ),
)
elementwise(present(_ufuncs, "_beta_ppf"), lambda g, x, q, a, b: masked(g, g / beta_density(a, b, x)))
elementwise(
    present(_ufuncs, "_binom_pmf"),
    lambda g, y, x, n, p: (
        None,
        masked(g, g * y * (special.digamma(n + 1) - special.digamma(n - x + 1) + np.log1p(-p))),
        masked(g, g * y * (x / p - (n - x) / (1 - p))),
    ),
)
elementwise(
    present(_ufuncs, "_nbinom_pmf"),
    lambda g, y, x, n, p: (
        None,
        masked(g, g * y * (special.digamma(n + x) - special.digamma(n) + np.log(p))),
        masked(g, g * y * (n / p - x / (1 - p))),
    ),
)
elementwise(present(_ufuncs, "_binom_cdf"), lambda g, y, k, n, p: (None, None, masked(g, -g * binomial_density(k, n, p))))
elementwise(present(_ufuncs, "_binom_sf"), lambda g, y, k, n, p: (None, None, masked(g, g * binomial_density(k, n, p))))
elementwise(
    present(_ufuncs, "_nbinom_cdf"),
    lambda g, y, k, n, p: (None, None, masked(g, g * beta_density(n, np.floor(k) + 1, p))),
)
elementwise(
    present(_ufuncs, "_nbinom_sf"),
    lambda g, y, k, n, p: (None, None, masked(g, -g * beta_density(n, np.floor(k) + 1, p))),
)
elementwise(
    special.chndtr,
    lambda g, y, x, df, nc: (masked(g, g * noncentral_density(x, df, nc)), None,
                             masked(g, -g * noncentral_density(x, df + 2, nc))),
)
elementwise(special.tklmbda, lambda g, y, x, lmbda: masked(g, g / (y ** (lmbda - 1) + (1 - y) ** (lmbda - 1))))
# Phi((x - loc) / scale) - 2 T((x - loc) / scale, shape)
elementwise(
    present(_ufuncs, "_skewnorm_cdf"),
    lambda g, y, x, loc, scale, shape: (
        g * skew_density((x - loc) / scale, shape) / scale,
        -g * skew_density((x - loc) / scale, shape) / scale,
        -g * skew_density((x - loc) / scale, shape) * (x - loc) / (scale * scale),
        -g * np.exp(-((x - loc) / scale) ** 2 * (1 + shape * shape) / 2) / (math.pi * (1 + shape * shape)),
    ),
)
elementwise(
    present(_ufuncs, "_cauchy_ppf"),
    lambda g, y, q, loc, scale: (
        masked(g, g * math.pi * scale * (1 + ((y - loc) / scale) ** 2)), g, masked(g, g * (y - loc) / scale),
    ),
)
elementwise(
    present(_ufuncs, "_cauchy_isf"),
    lambda g, y, q, loc, scale: (
        masked(g, -g * math.pi * scale * (1 + ((y - loc) / scale) ** 2)), g, masked(g, g * (y - loc) / scale),
    ),
)
elementwise(present(_ufuncs, "_cosine_cdf"), lambda g, y, x: g * (1 + np.cos(x)) / (2 * math.pi))
elementwise(present(_ufuncs, "_cosine_invcdf"), lambda g, x, p: masked(g, g * 2 * math.pi / (1 + np.cos(x))))


def skew_density(z, shape):
    """Density of the skew normal distribution."""
    return 2 * np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * special.ndtr(shape * z)


def noncentral_density(x, df, nc):
    """Density of the noncentral chi-squared distribution."""
    root = np.sqrt(x * nc)
    return np.exp(-(np.sqrt(x) - np.sqrt(nc)) ** 2 / 2) * (x / nc) ** (df / 4 - 0.5) * special.ive(df / 2 - 1, root) / 2
