"""Formulas of the rules of order statistics, interpolation and counts with weights. What a helper is: `helpers.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter, unbroadcast
from ..transforms.errors import NoDerivativeError
from .helpers_reductions import kept, share

__all__ = ["geomspace_back", "histogram_back", "interp_ends", "interp_fp", "interp_x", "interp_xp", "logspace_back",
           "quantile_back", "quantile_q", "shares", "shares_along", "vander_back"]

_CONTINUOUS = {"linear": -1.0, "hazen": 0.0, "interpolated_inverted_cdf": 0.0, "weibull": 1.0, "median_unbiased": 1 / 3,
               "normal_unbiased": 1 / 4}


def _ordered(x: Any, axis: Any) -> tuple[Any, Any]:
    """The elements that one quantile is of, along a last axis, in order; and how many are numbers."""
    if axis is None:
        moved = np.reshape(x, (1,) * np.ndim(x) + (-1,))
    else:
        axes = tuple(i % np.ndim(x) for i in (axis if isinstance(axis, tuple) else (axis,)))
        shape = [1 if i in axes else n for i, n in enumerate(np.shape(x))]
        moved = np.reshape(np.moveaxis(x, axes, range(np.ndim(x) - len(axes), np.ndim(x))), (*shape, -1))
    return np.sort(moved, -1), np.sum(~np.isnan(moved), -1)


def _neighbours(ordered: Any, number: Any, q: Any, method: str) -> tuple[Any, Any, Any]:
    """The two elements between which the quantile lies, and how far it is from the first to the second."""
    place = np.zeros(np.shape(number))
    for n in np.unique(number):
        if n > 0:
            place = np.where(number == n, np.quantile(np.arange(float(n)), q, method=method), place)
    low = np.clip(np.floor(place), 0, None).astype(int)
    high = np.minimum(low + 1, np.maximum(number - 1, 0))
    first = np.take_along_axis(ordered, low[..., None], -1)[..., 0]
    second = np.take_along_axis(ordered, high[..., None], -1)[..., 0]
    return first, second, (place - low).astype(ordered.dtype)


def _reduced(x: Any, axis: Any) -> int:
    return np.ndim(x) if axis is None else len(axis) if isinstance(axis, tuple) else 1


def _each_q(g: Any, q: Any, x: Any, axis: Any, keepdims: bool) -> list[tuple[Any, float]]:
    """Cotangent of each of the quantiles, in a shape that broadcasts against `x`, and which one it is."""
    if np.ndim(q) > 1 and np.ndim(g) != np.ndim(q) + (np.ndim(x) if keepdims else np.ndim(x) - _reduced(x, axis)):
        raise NoDerivativeError("quantiles of this shape of q have no derivative here", remedy="give q as a vector")
    g = np.result_type(x).type(g) if type(g) is float else g
    flat = np.reshape(g, (np.size(q), *np.shape(g)[np.ndim(q):]))
    shape = [1] * np.ndim(x) if axis is None else list(np.shape(x))
    return [(np.reshape(kept(flat[i], x, axis, keepdims), shape) if axis is None else kept(flat[i], x, axis, keepdims),
             float(p)) for i, p in enumerate(np.ravel(q))]


def _shared(g: Any, value: Any, x: Any, axis: Any) -> Any:
    attained = (x == value).astype(x.dtype)
    number = np.sum(attained, axis=axis, keepdims=True)
    return attained * (g / (number + (number == 0)))


def quantile_back(g: Any, x: Any, q: Any, axis: Any, method: str, keepdims: bool) -> Any:
    """Quantiles over `axis`: between two elements in order, and to those (in equal shares to their equals)."""
    if isinstance(g, Absorbing):
        return g
    ordered, number = _ordered(x, axis)
    total: Any = ZERO
    for part, p in _each_q(g, q, x, axis, keepdims):
        first, second, t = _neighbours(ordered, number, p, method)
        total = total + _shared(part * (1 - t), first, x, axis) + _shared(part * t, second, x, axis)
    return total


def shares(g: Any, y: Any, x: Any, q: Any, axis: Any, keepdims: bool) -> Any:
    """Quantiles that are elements: to those, in equal shares to their equals."""
    if isinstance(g, Absorbing):
        return g
    if np.ndim(q) == 0:
        return share(g, y, x, axis, keepdims)
    shape = np.shape(y)[np.ndim(q):]
    parts, values = np.reshape(g, (np.size(q), *shape)), np.reshape(y, (np.size(q), *shape))
    total: Any = ZERO
    for i in range(np.size(q)):
        total = total + share(parts[i], values[i], x, axis, keepdims)
    return total


def shares_along(d: Any, y: Any, x: Any, q: Any, axis: Any, keepdims: bool) -> Any:
    """The tangents of such quantiles."""
    if isinstance(d, Absorbing):
        return d
    if np.ndim(q) == 0:
        return np.sum(share(np.ones_like(y), y, x, axis, keepdims) * d, axis=axis, keepdims=keepdims)
    values = np.reshape(y, (np.size(q), *np.shape(y)[np.ndim(q):]))
    found = [np.sum(share(np.ones_like(v), v, x, axis, keepdims) * d, axis=axis, keepdims=keepdims) for v in values]
    return np.reshape(np.stack(found), np.shape(y))


def quantile_q(g: Any, x: Any, q: Any, axis: Any, method: str, keepdims: bool) -> Any:
    """Quantiles over `axis`, for the part `q` that lies below: the distance of the two elements by that of their parts."""
    if isinstance(g, Absorbing) or method not in _CONTINUOUS:
        return ZERO
    ordered, number = _ordered(x, axis)
    sums = []
    for part, p in _each_q(g, q, x, axis, keepdims):
        first, second, _ = _neighbours(ordered, number, p, method)
        sums.append(np.sum(part * (second - first) * (number + _CONTINUOUS[method]).astype(ordered.dtype)))
    return np.reshape(np.stack(sums), np.shape(q)) if np.ndim(q) else sums[0]


def _segment(x: Any, xp: Any) -> tuple[Any, Any, Any, Any]:
    """For each of `x`: the interval of `xp` it is in, the part of it that lies before, and whether it is outside."""
    i = np.clip(np.searchsorted(xp, x, "right") - 1, 0, max(len(xp) - 2, 0))
    j = np.minimum(i + 1, len(xp) - 1)
    width = xp[j] - xp[i]
    t = (x - xp[i]) / np.where(width == 0, 1, width)
    return i, j, t, (x < xp[0], x > xp[-1])


def _inside(g: Any, out: Any) -> Any:
    return np.where(out[0] | out[1], 0, g)


def interp_x(g: Any, x: Any, xp: Any, fp: Any) -> Any:
    """`np.interp`, for the places: the slope of their interval, and 0 outside. At a corner that on its right."""
    if isinstance(g, Absorbing):
        return g
    xp, fp = np.asarray(xp), np.asarray(fp)
    i, j, _, out = _segment(x, xp)
    width = xp[j] - xp[i]
    r = _inside(np.real(g * ((fp[j] - fp[i]) / np.where(width == 0, 1, width))), out)
    return r if np.ndim(x) else r[()]


def interp_xp(g: Any, x: Any, xp: Any, fp: Any) -> Any:
    """`np.interp`, for where the corners are."""
    if isinstance(g, Absorbing):
        return g
    xp, fp = np.asarray(xp), np.asarray(fp)
    i, j, t, out = _segment(x, xp)
    width = xp[j] - xp[i]
    g = -_inside(np.real(g * ((fp[j] - fp[i]) / np.where(width == 0, 1, width))), out)
    return scatter(xp, i, np.asarray(g * (1 - t))) + scatter(xp, j, np.asarray(g * t))


def interp_fp(g: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    """`np.interp`, for the values at the corners."""
    if isinstance(g, Absorbing):
        return g
    xp, fp = np.asarray(xp), np.asarray(fp)
    i, j, t, out = _segment(x, xp)
    r = scatter(fp, i, np.asarray(_inside(g * (1 - t), out))) + scatter(fp, j, np.asarray(_inside(g * t, out)))
    low = np.sum(np.where(out[0], g, 0)) if left is None else 0
    high = np.sum(np.where(out[1], g, 0)) if right is None else 0
    return r + scatter(fp, 0, np.asarray(low + r[0] * 0)) + scatter(fp, -1, np.asarray(high + r[0] * 0))


def interp_ends(g: Any, x: Any, xp: Any, value: Any, side: int) -> Any:
    """`np.interp`, for what it gives to the left (`side` 0) or right (1) of all."""
    if isinstance(g, Absorbing) or value is None:
        return ZERO
    return np.sum(np.where(_segment(x, np.asarray(xp))[3][side], g, 0))


def histogram_back(g: Any, y: Any, a: Any, weights: Any) -> Any:
    """`np.histogram(a, weights=weights)`, for the weights: what the bin of each element has."""
    if isinstance(g, Absorbing):
        return g
    edges = y[1]
    bins = np.searchsorted(edges, a, "right") - 1
    bins = np.where(np.ravel(a) == edges[-1], len(edges) - 2, np.ravel(bins))
    inside = (bins >= 0) & (bins < len(edges) - 1)
    return np.reshape(np.where(inside, g[np.clip(bins, 0, len(edges) - 2)], 0), np.shape(weights))


def vander_back(g: Any, x: Any, increasing: bool) -> Any:
    """`np.vander`: powers of each element."""
    if isinstance(g, Absorbing):
        return g
    n = np.shape(g)[1]
    powers = np.arange(n) if increasing else np.arange(n - 1, -1, -1)
    slopes = powers * np.asarray(x)[:, None] ** np.maximum(powers - 1, 0)
    return np.sum(g * slopes, axis=1)


def _along(values: Any, y: Any, axis: int) -> Any:
    shape = [1] * np.ndim(y)
    shape[axis] = -1
    return np.reshape(values, shape)


def logspace_back(g: Any, y: Any, base: Any, endpoint: bool, axis: int, start: Any, stop: Any, which: int) -> Any:
    """base ** np.linspace(start, stop), for the start (0), the stop (1) or the base (2)."""
    if isinstance(g, Absorbing):
        return g
    n = np.shape(y)[axis]
    t = _along(np.linspace(0, 1, n, endpoint, dtype=y.dtype), y, axis)
    wide = np.expand_dims(base, axis) if np.ndim(base) else base
    if which == 2:
        exponent = np.linspace(np.expand_dims(start, axis) * 1.0 if np.ndim(start) else start, stop, n, endpoint, axis=axis) \
            if np.ndim(start) == 0 else np.linspace(start, stop, n, endpoint, axis=axis)
        shape = [1 if i == axis % np.ndim(y) else m for i, m in enumerate(np.shape(y))]
        exponent = exponent if np.ndim(exponent) == np.ndim(y) else _along(exponent, y, axis) * np.ones(shape)
        return unbroadcast(np.sum(g * y * exponent / wide, axis=axis), base)
    part = np.sum(g * y * np.log(np.asarray(wide, y.dtype)) * (t if which else 1 - t), axis=axis)
    return unbroadcast(part, stop if which else start)


def geomspace_back(g: Any, y: Any, end: Any, endpoint: bool, axis: int, which: int) -> Any:
    """`np.geomspace`, for the start (0) or the stop (1)."""
    if isinstance(g, Absorbing):
        return g
    t = _along(np.linspace(0, 1, np.shape(y)[axis], endpoint, dtype=y.dtype), y, axis)
    return unbroadcast(np.sum(g * y * (t if which else 1 - t), axis=axis) / end, end)
