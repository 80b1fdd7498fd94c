"""Rules of NumPy's reductions and cumulative functions, and of the methods of arrays.

`axis` is None, an integer or a tuple. Several elements that attain a maximum (minimum, median) share its
cotangent. The standard deviation of equal numbers has slope 0. Where `dtype` is given, the cotangent is
converted back.
"""

import numpy as np

from .helpers import cast
from .helpers_reductions import (
    after_initial,
    average_left,
    average_right,
    count,
    cumprod_back,
    cumsum_back,
    diff_back,
    diff_parts,
    median_back,
    prod_back,
    share,
    unreduce,
    var_back,
)
from .helpers_where import (
    extreme_initial,
    extreme_where,
    mean_where,
    nanmean_where,
    numbers,
    prod_initial,
    prod_where,
    sum_where,
    var_mean,
    var_where,
)
from .registry import Table, present

table = Table("numpy reductions", result="whole")
defrule = table.defrule

# Sums and means
defrule(
    (np.sum, np.ndarray.sum, np.generic.sum),
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        unreduce(g if dtype is None else cast(g, a, y), a, axis, keepdims)
        if where is None
        else sum_where(g if dtype is None else cast(g, a, y), a, axis, keepdims, where),
        None,
        None,
        None,
        np.sum(g),
    ),
)
defrule(
    (np.mean, np.ndarray.mean, np.generic.mean),
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False, where=None: (
        unreduce((g if dtype is None else cast(g, a, y)) / count(a, y), a, axis, keepdims)
        if where is None
        else mean_where(g if dtype is None else cast(g, a, y), a, axis, keepdims, where)
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
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        prod_back(g if dtype is None else cast(g, a, y), y, a, axis, keepdims)
        if initial is None and where is None
        else prod_where(g if dtype is None else cast(g, a, y), a, axis, keepdims, initial, where),
        None,
        None,
        None,
        prod_initial(g, a, axis, keepdims, initial, where),
    ),
)

# Spread
defrule(
    (np.var, np.ndarray.var, np.generic.var),
    lambda g, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        var_back(g if dtype is None else cast(g, a, y), a, axis, ddof + correction, keepdims)
        if where is None and mean is None
        else var_where(g if dtype is None else cast(g, a, y), a, axis, ddof + correction, keepdims, mean, where),
        None,
        None,
        None,
        None,
        None,
        var_mean(g, a, axis, ddof + correction, keepdims, mean, where),
    ),
)
defrule(
    (np.std, np.ndarray.std, np.generic.std),
    lambda g, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        var_back(
            (g if dtype is None else cast(g, a, y)) / (y + y + (y == 0)), a, axis, ddof + correction, keepdims
        )
        if where is None and mean is None
        else var_where(
            (g if dtype is None else cast(g, a, y)) / (y + y + (y == 0)), a, axis, ddof + correction, keepdims, mean, where
        ),
        None,
        None,
        None,
        None,
        None,
        var_mean(g / (y + y + (y == 0)), a, axis, ddof + correction, keepdims, mean, where),
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
    lambda g, y, a, axis=None, *, keepdims=False, initial=None, where=None: (
        share(g, y, a, axis, keepdims)
        if initial is None and where is None
        else extreme_where(g, y, a, axis, keepdims, initial, where),
        None,
        None,
        extreme_initial(g, y, a, axis, keepdims, initial, where),
    ),
)
defrule(
    np.median,
    lambda g, y, a, axis=None, *, overwrite_input=False, keepdims=False: median_back(g, a, axis, keepdims),
)

# With elements that are not numbers left out
defrule(
    np.nansum,
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        sum_where(g if dtype is None else cast(g, a, y), a, axis, keepdims, numbers(a, where)),
        None,
        None,
        None,
        np.sum(g),
    ),
)
defrule(
    np.nanprod,
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        prod_where(g if dtype is None else cast(g, a, y), a, axis, keepdims, initial, numbers(a, where)),
        None,
        None,
        None,
        prod_initial(g, a, axis, keepdims, initial, numbers(a, where)),
    ),
)
defrule(
    np.nanmean,
    lambda g, y, a, axis=None, dtype=None, *, keepdims=False, where=None: (
        nanmean_where(g if dtype is None else cast(g, a, y), a, axis, keepdims, where)
    ),
)
defrule(
    np.nanvar,
    lambda g, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        var_where(g if dtype is None else cast(g, a, y), a, axis, ddof + correction, keepdims, mean, numbers(a, where)),
        None,
        None,
        None,
        None,
        None,
        var_mean(g, a, axis, ddof + correction, keepdims, mean, numbers(a, where)),
    ),
)
defrule(
    np.nanstd,
    lambda g, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        var_where(
            (g if dtype is None else cast(g, a, y)) / (y + y + (y == 0)),
            a,
            axis,
            ddof + correction,
            keepdims,
            mean,
            numbers(a, where),
        ),
        None,
        None,
        None,
        None,
        None,
        var_mean(g / (y + y + (y == 0)), a, axis, ddof + correction, keepdims, mean, numbers(a, where)),
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
    lambda g, y, a, axis=None, dtype=None: cumprod_back(g if dtype is None else cast(g, a, y), y, a, axis),
    result="n",
)
defrule(
    np.nancumsum,
    lambda g, y, a, axis=None, dtype=None: (
        np.where(np.isnan(a), 0, cumsum_back(g if dtype is None else cast(g, a, y), a, axis))
    ),
    result="n",
)
defrule(
    np.nancumprod,
    lambda g, y, a, axis=None, dtype=None: (
        np.where(
            np.isnan(a), 0, cumprod_back(g if dtype is None else cast(g, a, y), y, np.where(np.isnan(a), 1, a), axis)
        )
    ),
    result="n",
)
defrule(
    present(np, "cumulative_sum"),
    lambda g, y, x, *, axis=None, dtype=None, include_initial=False: (
        cumsum_back(after_initial(g if dtype is None else cast(g, x, y), x, axis, include_initial), x, axis)
    ),
    result="n",
)
defrule(
    present(np, "cumulative_prod"),
    lambda g, y, x, *, axis=None, dtype=None, include_initial=False: (
        cumprod_back(
            after_initial(g if dtype is None else cast(g, x, y), x, axis, include_initial),
            after_initial(y, x, axis, include_initial),
            x,
            axis,
        )
    ),
    result="n",
)
defrule(
    np.diff,
    lambda g, y, a, n=1, axis=-1, prepend=None, append=None: (
        diff_back(g, a, n, axis) if prepend is None and append is None else diff_parts(g, a, n, axis, prepend, append)[0],
        None,
        None,
        diff_parts(g, a, n, axis, prepend, append)[1],
        diff_parts(g, a, n, axis, prepend, append)[2],
    ),
    result="n",
    view=True,
)

# Reductions by universal functions; `axis` is 0 unless given
defrule(
    np.add.reduce,
    lambda g, y, array, axis=0, dtype=None, *, keepdims=False, initial=None, where=None: (
        unreduce(g if dtype is None else cast(g, array, y), array, axis, keepdims)
        if where is None
        else sum_where(g if dtype is None else cast(g, array, y), array, axis, keepdims, where),
        None,
        None,
        None,
        np.sum(g),
    ),
    result="n",
)
defrule(
    np.multiply.reduce,
    lambda g, y, array, axis=0, dtype=None, *, keepdims=False, initial=None, where=None: (
        prod_back(g if dtype is None else cast(g, array, y), y, array, axis, keepdims)
        if initial is None and where is None
        else prod_where(g if dtype is None else cast(g, array, y), array, axis, keepdims, initial, where),
        None,
        None,
        None,
        prod_initial(g, array, axis, keepdims, initial, where),
    ),
    result="n",
)
defrule(
    (np.maximum.reduce, np.minimum.reduce, np.fmax.reduce, np.fmin.reduce),
    lambda g, y, array, axis=0, *, keepdims=False, initial=None, where=None: (
        share(g, y, array, axis, keepdims)
        if initial is None and where is None
        else extreme_where(g, y, array, axis, keepdims, initial, where),
        None,
        None,
        extreme_initial(g, y, array, axis, keepdims, initial, where),
    ),
    result="n",
)
# No rule: np.quantile, np.percentile and their nan forms, np.nanmedian, np.nanprod, np.nancumsum,
# np.nancumprod, np.cov, np.corrcoef, np.gradient, np.trapezoid, np.histogram, np.bincount; `out`, `where`,
# `initial`, and `keepdims` and `ddof` by position.


def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """`np.average`, and the sum of the weights if that is wanted."""
    mean = np.average(a, axis, weights, keepdims=keepdims)
    if not returned:
        return mean
    if weights is None:
        total = np.full(np.shape(mean), np.size(a) / np.size(mean), np.result_type(mean))
    elif np.shape(weights) == np.shape(a):
        total = np.sum(np.asarray(weights), axis=axis, keepdims=keepdims)
    else:
        total = np.full(np.shape(mean), np.sum(np.asarray(weights)))
    return mean, total if np.ndim(mean) else total[()]


table.otherwise(np.average, average)
