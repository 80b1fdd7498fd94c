"""Forward rules of NumPy's reductions, cumulative functions and statistics.

A reduction whose reverse rule gives each element a weight (`max`, `prod`, `std`) is the weighted sum of the tangents:
`contracted`. Conventions at kinks are those of the reverse rules, whose formulas these are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing
from . import numpy_statistics
from .forward import array, forward
from .helpers_elementwise import mod_right
from .helpers_forward import cast_to, contracted, one, spread
from .helpers_reductions import _spread, average_left, kept, median_back, prod_back, share, var_back
from .helpers_statistics import _CONTINUOUS, _neighbours, _ordered, quantile_back, shares_along
from .helpers_ufuncs import steps
from .helpers_where import (
    extreme_where,
    mean_where,
    nanmean_where,
    numbers,
    prod_where,
    var_mean,
    var_where,
)
from .registry import present

# Sums and means
forward(
    (np.sum, array.sum, np.generic.sum),
    lambda d, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        cast_to(sum_of(d, a, axis, keepdims, where), y),
        None,
        None,
        None,
        spread(d, y),
    ),
)
forward(
    np.nansum,
    lambda d, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        cast_to(sum_of(d, a, axis, keepdims, numbers(a, where)), y),
        None,
        None,
        None,
        spread(d, y),
    ),
)
forward(
    np.add.reduce,
    lambda d, y, array, axis=0, dtype=None, *, keepdims=False, initial=None, where=None: (
        cast_to(sum_of(d, array, axis, keepdims, where), y),
        None,
        None,
        None,
        spread(d, y),
    ),
)


def attained(d: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """The tangent of the maximum `y` of `x` over `axis`: that of the element, or the mean of those that attain it."""
    if axis is None and not keepdims and type(d) is type(x) is np.ndarray and x.ndim == 1:
        (places,) = (x == y).nonzero()
        if len(places) == 1:
            return d[int(places[0])]
    return contracted(d, share(one(y), y, x, axis, keepdims), y, axis, keepdims)


def sum_of(d: Any, a: Any, axis: Any, keepdims: bool, where: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    if where is not None:
        d = np.where(where, d, 0)
    if axis is None and not keepdims and type(d) is np.ndarray and d.dtype.kind == "f":
        return np.add.reduce(d, axis=None)
    return np.sum(d, axis=axis, keepdims=keepdims)


forward(
    (np.mean, array.mean, np.generic.mean),
    lambda d, y, a, axis=None, dtype=None, *, keepdims=False, where=None: (
        cast_to(np.mean(d, axis=axis, keepdims=keepdims), y)
        if where is None
        else contracted(d, mean_where(one(y), a, axis, keepdims, where), y, axis, keepdims)
    ),
)
forward(
    np.nanmean,
    lambda d, y, a, axis=None, dtype=None, *, keepdims=False, where=None: (
        contracted(d, nanmean_where(one(y), a, axis, keepdims, where), y, axis, keepdims)
    ),
)


def average_of_weights(d: Any, y: Any, a: Any, axis: Any, weights: Any, keepdims: bool) -> Any:
    """Of a weighted mean, by its weights."""
    if isinstance(d, Absorbing) or weights is None:
        return ZERO
    d, weights = _spread(d, a, axis), _spread(weights, a, axis) * np.ones_like(a)
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    return np.sum(d * (a - kept(y, a, axis, keepdims)), axis=axis, keepdims=keepdims) / total


forward(
    np.average,
    lambda d, y, a, axis=None, weights=None, *, keepdims=False: (
        contracted(d, average_left(one(y), a, axis, weights, keepdims), y, axis, keepdims),
        None,
        average_of_weights(d, y, a, axis, weights, keepdims),
    ),
)

# Products
forward(
    (np.prod, array.prod, np.generic.prod),
    lambda d, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        contracted(d, prod_back(one(y), y, a, axis, keepdims), y, axis, keepdims)
        if initial is None and where is None
        else contracted(d, prod_where(one(y), a, axis, keepdims, initial, where), y, axis, keepdims),
        None,
        None,
        None,
        d * np.prod(a, axis=axis, keepdims=keepdims) if where is None
        else d * np.prod(a, axis=axis, keepdims=keepdims, where=where),
    ),
)
forward(
    np.multiply.reduce,
    lambda d, y, array, axis=0, dtype=None, *, keepdims=False, initial=None, where=None: (
        contracted(d, prod_back(one(y), y, array, axis, keepdims), y, axis, keepdims)
        if initial is None and where is None
        else contracted(d, prod_where(one(y), array, axis, keepdims, initial, where), y, axis, keepdims),
        None,
        None,
        None,
        d * np.prod(array, axis=axis, keepdims=keepdims) if where is None
        else d * np.prod(array, axis=axis, keepdims=keepdims, where=where),
    ),
)
forward(
    np.nanprod,
    lambda d, y, a, axis=None, dtype=None, *, keepdims=False, initial=None, where=None: (
        contracted(d, prod_where(one(y), a, axis, keepdims, initial, numbers(a, where)), y, axis, keepdims),
        None,
        None,
        None,
        d * np.prod(a, axis=axis, keepdims=keepdims, where=numbers(a, where)),
    ),
)

# Spread
def by_mean(d: Any, weights: Any, y: Any) -> Any:
    """Of the mean that a variance is given, which has the axes that are summed over."""
    return d if isinstance(d, Absorbing) else np.reshape(d * weights, np.shape(y))[()]


forward(
    (np.var, array.var, np.generic.var),
    lambda d, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        contracted(d, var_back(one(y), a, axis, ddof + correction, keepdims), y, axis, keepdims)
        if where is None and mean is None
        else contracted(d, var_where(one(y), a, axis, ddof + correction, keepdims, mean, where), y, axis, keepdims),
        None, None, None, None, None,
        by_mean(d, var_mean(one(y), a, axis, ddof + correction, keepdims, mean, where), y),
    ),
)
forward(
    (np.std, array.std, np.generic.std),
    lambda d, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        contracted(d, var_back(one(y), a, axis, ddof + correction, keepdims), y, axis, keepdims) / (y + y + (y == 0))
        if where is None and mean is None
        else contracted(d, var_where(one(y), a, axis, ddof + correction, keepdims, mean, where), y, axis, keepdims)
        / (y + y + (y == 0)),
        None, None, None, None, None,
        by_mean(d, var_mean(one(y), a, axis, ddof + correction, keepdims, mean, where), y) / (y + y + (y == 0)),
    ),
)
forward(
    np.nanvar,
    lambda d, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        contracted(d, var_where(one(y), a, axis, ddof + correction, keepdims, mean, numbers(a, where)), y, axis, keepdims),
        None, None, None, None, None,
        by_mean(d, var_mean(one(y), a, axis, ddof + correction, keepdims, mean, numbers(a, where)), y),
    ),
)
forward(
    np.nanstd,
    lambda d, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=None, mean=None, correction=0: (
        contracted(d, var_where(one(y), a, axis, ddof + correction, keepdims, mean, numbers(a, where)), y, axis, keepdims)
        / (y + y + (y == 0)),
        None, None, None, None, None,
        by_mean(d, var_mean(one(y), a, axis, ddof + correction, keepdims, mean, numbers(a, where)), y) / (y + y + (y == 0)),
    ),
)
forward(
    np.ptp,
    lambda d, y, a, axis=None, *, keepdims=False: contracted(
        d,
        share(one(y), np.max(a, axis=axis, keepdims=keepdims), a, axis, keepdims)
        - share(one(y), np.min(a, axis=axis, keepdims=keepdims), a, axis, keepdims),
        y, axis, keepdims,
    ),
)

# Extremes and the middle
forward(
    (np.max, np.min, np.nanmax, np.nanmin) + (array.max, array.min, np.generic.max, np.generic.min)
    + tuple(f for f in (np.amax, np.amin) if f is not np.max and f is not np.min),
    lambda d, y, a, axis=None, *, keepdims=False, initial=None, where=None: (
        attained(d, y, a, axis, keepdims)
        if initial is None and where is None
        else contracted(d, extreme_where(one(y), y, a, axis, keepdims, initial, where), y, axis, keepdims),
        None,
        None,
        of_initial(d, y, a, axis, keepdims, initial, where),
    ),
)
forward(
    (np.maximum.reduce, np.minimum.reduce, np.fmax.reduce, np.fmin.reduce),
    lambda d, y, array, axis=0, *, keepdims=False, initial=None, where=None: (
        attained(d, y, array, axis, keepdims)
        if initial is None and where is None
        else contracted(d, extreme_where(one(y), y, array, axis, keepdims, initial, where), y, axis, keepdims),
        None,
        None,
        of_initial(d, y, array, axis, keepdims, initial, where),
    ),
)


def of_initial(d: Any, y: Any, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """Of an extreme, by the value that it starts from: what of it the elements do not have."""
    if isinstance(d, Absorbing):
        return d
    weights = extreme_where(one(y), y, a, axis, keepdims, initial, where)
    return d * (1 - np.sum(weights, axis=axis, keepdims=keepdims))


forward(
    np.median,
    lambda d, y, a, axis=None, *, overwrite_input=False, keepdims=False: contracted(
        d, median_back(one(y), a, axis, keepdims), y, axis, keepdims),
)


def quantile_tangent(d: Any, y: Any, a: Any, q: Any, axis: Any, method: str, keepdims: bool) -> Any:
    """Of quantiles, one after the other."""
    if isinstance(d, Absorbing):
        return d
    if np.ndim(q) == 0:
        return contracted(d, quantile_back(one(y), a, q, axis, method, keepdims), y, axis, keepdims)
    flat = np.ravel(q)
    found = [contracted(d, quantile_back(one(y[np.unravel_index(i, np.shape(q))]), a, flat[i], axis, method, keepdims),
                        y, axis, keepdims) for i in range(len(flat))]
    return np.reshape(np.stack(found), np.shape(y))


def quantile_step(d: Any, y: Any, a: Any, q: Any, axis: Any, method: str, keepdims: bool) -> Any:
    """Of quantiles, by `q`: the distance of the two elements by that of their parts."""
    if isinstance(d, Absorbing) or method not in _CONTINUOUS:
        return ZERO
    ordered, number = _ordered(a, axis)
    slopes = []
    for p in np.ravel(q):
        first, second, _ = _neighbours(ordered, number, float(p), method)
        slopes.append((second - first) * (number + _CONTINUOUS[method]))
    moved = np.reshape(d, np.shape(q) + (1,) * (np.ndim(y) - np.ndim(q)))
    return (moved * np.reshape(np.stack(slopes), np.shape(y)))[()]


forward(
    (np.quantile, np.nanquantile),
    lambda d, y, a, q, axis=None, *, overwrite_input=False, method="linear", keepdims=False: (
        quantile_tangent(d, y, a, q, axis, method, keepdims),
        quantile_step(d, y, a, q, axis, method, keepdims),
    ),
)
forward(
    (np.percentile, np.nanpercentile),
    lambda d, y, a, q, axis=None, *, overwrite_input=False, method="linear", keepdims=False: (
        quantile_tangent(d, y, a, np.true_divide(q, 100), axis, method, keepdims),
        quantile_step(d / 100, y, a, np.true_divide(q, 100), axis, method, keepdims),
    ),
)
forward(
    np.nanmedian,
    lambda d, y, a, axis=None, *, overwrite_input=False, keepdims=False: quantile_tangent(d, y, a, 0.5, axis, "linear", keepdims),
)

for _weighted in numpy_statistics.weighted:
    forward(_weighted, lambda d, y, a, q, axis, weights, method, keepdims: (
        shares_along(d, y, a, q, axis, keepdims), ZERO, None, ZERO))

# Cumulative functions and differences
forward(np.nancumsum, lambda d, y, a, axis=None, dtype=None: np.cumsum(np.where(np.isnan(a), 0, d), axis))


def scan(d: Any, a: Any, axis: Any) -> Any:
    """Of the products so far, by the product rule."""
    if isinstance(d, Absorbing):
        return d
    if axis is None:
        a, d, axis = np.ravel(a), np.ravel(d), 0
    a, d = np.moveaxis(a, axis, 0), np.moveaxis(d, axis, 0)
    made = np.zeros(a.shape, np.result_type(a, d))
    product, slope = np.ones(a.shape[1:], a.dtype), np.zeros(a.shape[1:], np.result_type(a, d))
    rows = []
    for i in range(len(a)):
        slope = slope * a[i] + product * d[i]
        product = product * a[i]
        rows.append(slope)
    return np.moveaxis(np.stack(rows), 0, axis) if rows else np.moveaxis(made, 0, axis)


def with_initial(d: Any, y: Any, axis: Any) -> Any:
    """With zeros in front, where the result has one element more."""
    if isinstance(d, Absorbing) or np.shape(d) == np.shape(y):
        return d
    axis = 0 if axis is None else axis
    return np.concatenate([np.zeros_like(np.take(d, [0], axis)), d], axis)


forward((np.cumprod, array.cumprod, np.generic.cumprod), lambda d, y, a, axis=None, dtype=None: scan(d, a, axis))
forward(
    np.nancumprod,
    lambda d, y, a, axis=None, dtype=None: scan(np.where(np.isnan(a), 0, d), np.where(np.isnan(a), 1, a), axis),
)
forward(
    present(np, "cumulative_prod"),
    lambda d, y, x, *, axis=None, dtype=None, include_initial=False: with_initial(scan(d, x, axis), y, axis),
)
forward(
    np.diff,
    lambda d, y, a, n=1, axis=-1, prepend=None, append=None: (
        np.diff(d, n, axis) if prepend is None and append is None else np.diff(joined(a, axis, d, prepend, append), n, axis),
        None,
        None,
        np.diff(joined(a, axis, None, prepend, append, 0, d), n, axis),
        np.diff(joined(a, axis, None, prepend, append, 1, d), n, axis),
    ),
)


def joined(a: Any, axis: int, middle: Any, prepend: Any, append: Any, side: int = 2, d: Any = None) -> Any:
    """Tangents of what `np.diff` puts together; zeros of what has none."""
    if isinstance(d, Absorbing) or isinstance(middle, Absorbing):
        return ZERO
    parts = [np.zeros(np.shape(a)) if middle is None else middle]
    for place, value in enumerate((prepend, append)):
        if value is not None:
            shape = list(np.shape(a))
            if np.ndim(value) == 0:
                shape[axis] = 1
                made = np.broadcast_to(d if side == place else 0.0, shape)
            else:
                made = d if side == place else np.zeros(np.shape(value))
            parts.insert(0 if place == 0 else len(parts), made)
    return np.concatenate(parts, axis)


forward(np.divmod, lambda d, y, x1, x2: ((ZERO, spread(d, y[1])), (ZERO, spread(mod_right(d, x1, x2), y[1]))))
forward(np.modf, lambda d, y, x: ((d, ZERO),))
forward(np.frexp, lambda d, y, x: ((steps(d, y[1]), ZERO),))
forward(np.unwrap, lambda d, y, p, discont=None, axis=-1, *, period=0.0: d)
