"""Rules of NumPy's reductions and cumulative functions, and of the methods of arrays.

`axis` is None, an integer or a tuple. Several elements that attain a maximum (minimum, median) share its
cotangent. The standard deviation of equal numbers has slope 0. Where `dtype` is given, the cotangent is
converted back.
"""

import numpy as np

from .helpers import cast
from .helpers_reductions import (
    average_left,
    average_right,
    count,
    cumprod_back,
    cumsum_back,
    diff_back,
    kept,
    nanvar_back,
    prod_back,
    share,
    unreduce,
    var_back,
)
from .registry import Table

table = Table("numpy reductions", result="whole")
defrule = table.defrule

# Sums and means
defrule(
    (np.sum, np.ndarray.sum, np.generic.sum),
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False: (
        unreduce(g if dtype is None else cast(g, a, y), a, axis, keepdims)
    ),
)
defrule(
    (np.mean, np.ndarray.mean, np.generic.mean),
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False: (
        unreduce((g if dtype is None else cast(g, a, y)) / count(a, y), a, axis, keepdims)
    ),
)
defrule(
    np.average,
    lambda g, y, a, axis=None, weights=None, *, keepdims=False: (
        average_left(g, a, axis, weights, keepdims),
        None,
        average_right(g, y, a, axis, weights, keepdims),
    ),
)

# Products
defrule(
    (np.prod, np.ndarray.prod, np.generic.prod),
    lambda g, y, a, axis=None, *, keepdims=False: prod_back(g, y, a, axis, keepdims),
)

# Spread
defrule(
    (np.var, np.ndarray.var, np.generic.var),
    lambda g, y, a, axis=None, *, ddof=0, keepdims=False: var_back(g, a, axis, ddof, keepdims),
)
defrule(
    (np.std, np.ndarray.std, np.generic.std),
    lambda g, y, a, axis=None, *, ddof=0, keepdims=False: (
        var_back(g / (y + y + (y == 0)), a, axis, ddof, keepdims)
    ),
)
defrule(
    np.ptp,
    lambda g, y, a, axis=None, *, keepdims=False: (
        share(g, np.max(a, axis=axis, keepdims=keepdims), a, axis, keepdims)
        - share(g, np.min(a, axis=axis, keepdims=keepdims), a, axis, keepdims)
    ),
)

# Extremes and the middle
defrule(
    (np.max, np.amax, np.min, np.amin, np.nanmax, np.nanmin)
    + (np.ndarray.max, np.ndarray.min, np.generic.max, np.generic.min),
    lambda g, y, a, axis=None, *, keepdims=False: share(g, y, a, axis, keepdims),
)
defrule(
    np.median,
    lambda g, y, a, axis=None, *, keepdims=False: (
        share(g / 2, np.quantile(a, 0.5, axis=axis, method="lower", keepdims=keepdims), a, axis, keepdims)
        + share(g / 2, np.quantile(a, 0.5, axis=axis, method="higher", keepdims=keepdims), a, axis, keepdims)
    ),
)

# With elements that are not numbers left out
defrule(
    np.nansum,
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False: (
        np.where(np.isnan(a), 0, unreduce(g if dtype is None else cast(g, a, y), a, axis, keepdims))
    ),
)
defrule(
    np.nanmean,
    lambda g, y, a, axis=None, *, keepdims=False: (
        ~np.isnan(a)
        * kept(g / np.sum(~np.isnan(a), axis, y.dtype, keepdims=keepdims), a, axis, keepdims)
    ),
)
defrule(
    np.nanvar,
    lambda g, y, a, axis=None, *, ddof=0, keepdims=False: nanvar_back(g, a, axis, ddof, keepdims),
)
defrule(
    np.nanstd,
    lambda g, y, a, axis=None, *, ddof=0, keepdims=False: (
        nanvar_back(g / (y + y + (y == 0)), a, axis, ddof, keepdims)
    ),
)

# Cumulative functions and differences
defrule(
    (np.cumsum, np.ndarray.cumsum, np.generic.cumsum),
    lambda g, y, a, axis=None, dtype=None: cumsum_back(g if dtype is None else cast(g, a, y), a, axis),
    result="n",
)
defrule(
    (np.cumprod, np.ndarray.cumprod, np.generic.cumprod),
    lambda g, y, a, axis=None: cumprod_back(g, y, a, axis),
    result="n",
)
defrule(np.diff, lambda g, y, a, n=1, axis=-1: diff_back(g, a, n, axis), result="n", view=True)

# Reductions by universal functions; `axis` is 0 unless given
defrule(np.add.reduce, lambda g, y, array, axis=0, *, keepdims=False: unreduce(g, array, axis, keepdims), "n")
defrule(
    np.multiply.reduce,
    lambda g, y, array, axis=0, *, keepdims=False: prod_back(g, y, array, axis, keepdims),
    result="n",
)
defrule(
    (np.maximum.reduce, np.minimum.reduce, np.fmax.reduce, np.fmin.reduce),
    lambda g, y, array, axis=0, *, keepdims=False: share(g, y, array, axis, keepdims),
    result="n",
)
defrule(
    np.logaddexp.reduce,
    lambda g, y, array, axis=0, *, keepdims=False: (
        kept(g, array, axis, keepdims)
        * np.exp(array - kept(np.where(y == -np.inf, 0, y), array, axis, keepdims))
    ),
    result="n",
)
defrule(np.add.accumulate, lambda g, y, array, axis=0: cumsum_back(g, array, axis), "n")
defrule(np.multiply.accumulate, lambda g, y, array, axis=0: cumprod_back(g, y, array, axis), "n")

# No rule: np.quantile, np.percentile and their nan forms, np.nanmedian, np.nanprod, np.nancumsum,
# np.nancumprod, np.cov, np.corrcoef, np.gradient, np.trapezoid, np.histogram, np.bincount; `out`, `where`,
# `initial`, and `keepdims` and `ddof` by position.
