"""Formulas of the rules of reductions and cumulative functions. What a helper is: `helpers.py`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter

__all__ = [
    "after_initial", "average_left", "average_right", "count", "cumprod_back", "cumsum_back", "diff_back", "diff_parts",
    "kept", "median_back", "others", "prod_back", "product_back", "share", "unreduce", "var_back",
]


def kept(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`g` with the reduced axes of `x` put back with length 1, so that it broadcasts against `x`."""
    if axis is None or keepdims or isinstance(g, (float, int, complex, Absorbing)):
        return g
    shape = list(np.shape(x))
    for i in axis if isinstance(axis, tuple) else (axis,):
        shape[i] = 1
    return g.reshape(shape) if len(shape) > 1 else g


def unreduce(g: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Cotangent of `x` from that of its sum over `axis`: `g` repeated in the shape of `x`."""
    if isinstance(g, Absorbing):
        return g
    if type(g) is float:
        return np.full(np.shape(x), g, x.dtype if isinstance(x, (np.ndarray, np.generic)) else None)
    return np.full(np.shape(x), kept(g, x, axis, keepdims))


def count(x: Any, y: Any) -> int:
    """How many elements of `x` went into each element of its reduction `y`."""
    return x.size // max(y.size, 1) if hasattr(x, "size") else 1


def share(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Cotangent of `x` where `y` is its maximum (or minimum) over `axis`: `g` to the elements that attain it.

    Where several do, each has an equal share. Returns shape of `x`.
    """
    if isinstance(g, Absorbing):
        return g
    if axis is None and type(x) is np.ndarray and x.ndim == 1 and type(g) is not np.ndarray:
        (places,) = (x == y).nonzero()
        if len(places) == 1:
            return scatter(x, int(places[0]), g)
    attained = (x == kept(y, x, axis, keepdims)).astype(y.dtype)
    number = attained.sum(axis=axis, keepdims=axis is not None)
    return attained * (kept(g, x, axis, keepdims) / number)


def median_back(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """Median over `axis`: half to those that attain the lower middle, half to those that attain the upper."""
    if isinstance(g, Absorbing):
        return g
    low = np.quantile(x, 0.5, axis=axis, method="lower", keepdims=keepdims)
    high = np.quantile(x, 0.5, axis=axis, method="higher", keepdims=keepdims)
    return share(g / 2, low, x, axis, keepdims) + share(g / 2, high, x, axis, keepdims)


def others(x: Any, axis: Any) -> Any:
    """For each element the product of all the others along `axis`. No division: right where elements are
    0."""
    axes = tuple(range(np.ndim(x))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    front = tuple(range(len(axes)))
    moved = np.moveaxis(x, axes, front)
    rows = np.reshape(moved, (-1, *np.shape(moved)[len(axes):]))
    before, after = [1.0], [1.0]
    for i in range(len(rows) - 1):
        before.append(before[-1] * rows[i])
        after.append(after[-1] * rows[len(rows) - 1 - i])
    products = [before[i] * after[len(rows) - 1 - i] * np.ones_like(rows[i]) for i in range(len(rows))]
    return np.moveaxis(np.reshape(np.stack(products), np.shape(moved)), front, axes)


def prod_back(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Product over `axis`: g y / x, and without the division where some `x` is 0."""
    if isinstance(g, Absorbing):
        return g
    if np.all(x):
        return kept(g * y, x, axis, keepdims) / x
    return kept(g, x, axis, keepdims) * others(x, axis)


def product_back(g: Any, factors: Any, start: Any) -> Any:
    """Product of scalars: for each of `factors` g times the others; a list. No division."""
    if isinstance(g, Absorbing):
        return g
    before = [start]
    for x in factors:
        before.append(before[-1] * x)
    cotangents, after = [], 1
    for i in range(len(factors) - 1, -1, -1):
        cotangents.append(g * (before[i] * after))
        after = after * factors[i]
    cotangents.reverse()
    return cotangents


def cumsum_back(g: Any, x: Any, axis: Any = None) -> Any:
    """Cumulative sum along `axis` (None: of all elements in order): the same from the other end."""
    if isinstance(g, Absorbing):
        return g
    if axis is None:
        return np.reshape(np.cumsum(g[::-1])[::-1], np.shape(x))
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


def cumprod_back(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    """Cumulative product along `axis`: the cumulative sum of g y from the other end, over x.

    Where some `x` is 0: s_k = g_k + x_(k+1) s_(k+1), and the cotangent is s_k times the product of all
    before.
    """
    if isinstance(g, Absorbing):
        return g
    if np.all(x):
        return cumsum_back(g * y, x, axis) / x
    rows = np.ravel(x) if axis is None else np.moveaxis(x, axis, 0)
    g = g if axis is None else np.moveaxis(g, axis, 0)
    before = [np.ones_like(rows[0])]
    for i in range(len(rows) - 1):
        before.append(before[-1] * rows[i])
    s = g[-1]
    terms = [before[-1] * s]
    for i in range(len(rows) - 2, -1, -1):
        s = g[i] + rows[i + 1] * s
        terms.append(before[i] * s)
    terms.reverse()
    return np.reshape(np.stack(terms), np.shape(x)) if axis is None else np.moveaxis(np.stack(terms), 0, axis)


def diff_back(g: Any, x: Any, n: int = 1, axis: int = -1) -> Any:
    """`n`-th difference along `axis`: as often the difference of `g` between zeros, with the sign turned."""
    if isinstance(g, Absorbing):
        return g
    if np.size(g) == 0:
        return np.zeros_like(x)
    for _ in range(n):
        edge = np.zeros_like(np.take(g, [0], axis))
        g = -np.diff(np.concatenate([edge, g, edge], axis), axis=axis)
    return g


def after_initial(g: Any, x: Any, axis: Any, include_initial: bool) -> Any:
    """What of `np.cumulative_sum` is no start that was put before it."""
    if isinstance(g, Absorbing) or not include_initial:
        return g
    return g[1:] if axis is None else g[(slice(None),) * (axis % np.ndim(x)) + (slice(1, None),)]


def diff_parts(g: Any, x: Any, n: int, axis: int, prepend: Any, append: Any) -> Any:
    """`np.diff` with what is put before and behind: cotangents of all three."""
    if isinstance(g, Absorbing):
        return g
    axis = axis % np.ndim(x)
    shape = list(np.shape(x))
    shape[axis] = 1
    joined = [np.broadcast_to(p, shape) if np.ndim(p) == 0 else p for p in (prepend, x, append) if p is not None]
    r = diff_back(g, np.concatenate(joined, axis), n, axis)
    lead = (slice(None),) * axis
    start = 0 if prepend is None else np.shape(joined[0])[axis]
    stop = start + np.shape(x)[axis]
    first = ZERO if prepend is None else r[(*lead, slice(0, start))]
    last = ZERO if append is None else r[(*lead, slice(stop, None))]
    return (r[(*lead, slice(start, stop))], np.sum(first) if np.ndim(prepend) == 0 else first,
            np.sum(last) if np.ndim(append) == 0 else last)


def var_back(g: Any, x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Variance over `axis`: g 2 conj(x - mean) / (n - ddof)."""
    if isinstance(g, Absorbing):
        return g
    mean = np.mean(x, axis=axis, keepdims=True)
    n = count(x, mean) - ddof
    slope = (x - mean) * (2 / n if n > 0 else math.inf)
    if np.iscomplexobj(x):
        return kept(np.real(g), x, axis, keepdims) * np.conjugate(slope)
    return kept(g, x, axis, keepdims) * slope


def _spread(weights: Any, a: Any, axis: Any) -> Any:
    """`weights` of `np.average`, in a shape that broadcasts against `a`."""
    if weights is None:
        return np.ones_like(a)
    if np.shape(weights) == np.shape(a) or axis is None:
        return weights
    axes = tuple(i % np.ndim(a) for i in (axis if isinstance(axis, tuple) else (axis,)))
    ordered = np.transpose(weights, np.argsort(axes))
    return np.reshape(ordered, [n if i in axes else 1 for i, n in enumerate(np.shape(a))])


def average_left(g: Any, a: Any, axis: Any, weights: Any, keepdims: bool) -> Any:
    """Weighted average over `axis`: g w / sum w."""
    if isinstance(g, Absorbing):
        return g
    w = _spread(weights, a, axis)
    total = np.sum(w * np.ones_like(a), axis=axis, keepdims=True)
    return kept(g, a, axis, keepdims) * (w / total)


def average_right(g: Any, y: Any, a: Any, axis: Any, weights: Any, keepdims: bool) -> Any:
    """Weighted average over `axis`, for the weights: g (a - y) / sum w. Shape of `weights`."""
    if isinstance(g, Absorbing) or weights is None:
        return ZERO
    w = _spread(weights, a, axis)
    total = np.sum(w * np.ones_like(a), axis=axis, keepdims=True)
    r = kept(g, a, axis, keepdims) * ((a - kept(y, a, axis, keepdims)) / total)
    if np.shape(weights) == np.shape(a):
        return r
    axes = tuple(i % np.ndim(a) for i in (axis if isinstance(axis, tuple) else (axis,)))
    summed = np.sum(r, axis=tuple(i for i in range(np.ndim(a)) if i not in axes))
    return np.transpose(summed, np.argsort(np.argsort(axes)))
