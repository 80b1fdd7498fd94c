"""Formulas of the rules of functions that put elements into other places. What a helper is: `helpers.py`.

Where each element goes is found by doing the same with numbers of places instead of the elements.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter, unbroadcast

__all__ = ["block_back", "flat_back", "insert_left", "insert_right", "partition_back", "placed_right", "places", "put_back",
           "taken_back", "trim_back", "unique_places"]


def places(x: Any) -> Any:
    """The number of each place of `x`, in the shape of `x`."""
    return np.reshape(np.arange(np.size(x)), np.shape(x))


def put_back(g: Any, y: Any, index: Any) -> Any:
    """Of what was added at `index` of zeros, or of a sum, which gave `y`; nothing where that is the symbolic zero."""
    return y if isinstance(y, Absorbing) else g[index]


def taken_back(g: Any, x: Any, index: Any) -> Any:
    """Of `x.ravel()[index]`: `g` added up at the places taken from."""
    if isinstance(g, Absorbing):
        return g
    return np.reshape(scatter(np.ravel(x), index, g), np.shape(x))


def flat_back(g: Any, x: Any, label: Any) -> Any:
    """Of an array that has at each place the element of `x` of this number, counted from 1; 0 stands for none."""
    if isinstance(g, Absorbing):
        return g
    chosen = label > 0
    return np.reshape(scatter(np.ravel(x), label[chosen] - 1, g[chosen]), np.shape(x))


def _inserted(x: Any, obj: Any, values: Any, axis: Any) -> Any:
    """Labels: those of elements of `x` from 1 on, those of `values` from -1 on."""
    return np.insert(places(x) + 1, obj, -1 - places(values), axis)


def insert_left(g: Any, x: Any, obj: Any, values: Any, axis: Any) -> Any:
    """`np.insert`, for the array."""
    return g if isinstance(g, Absorbing) else flat_back(g, x, _inserted(x, obj, values, axis))


def insert_right(g: Any, x: Any, obj: Any, values: Any, axis: Any) -> Any:
    """`np.insert`, for what is inserted."""
    if isinstance(g, Absorbing):
        return g
    r = flat_back(g, np.asarray(values), -_inserted(x, obj, values, axis))
    return r if np.ndim(values) else r[()]


def partition_back(g: Any, y: Any, x: Any, axis: Any) -> Any:
    """`np.partition`: `g` back in the order of `x`, by the ranks of elements in both."""
    if isinstance(g, Absorbing):
        return g
    flat = np.ravel(x) if axis is None else x
    axis = -1 if axis is None else axis
    rank = np.argsort(np.argsort(flat, axis, kind="stable"), axis)
    ordered = np.take_along_axis(g, np.argsort(y, axis, kind="stable"), axis)
    return np.reshape(np.take_along_axis(ordered, rank, axis), np.shape(x))


def unique_places(x: Any, axis: Any) -> Any:
    """The number of the place of each element that `np.unique` gives: the first one."""
    index = np.unique(x, return_index=True, axis=axis)[1]
    return index if axis is None else np.take(places(x), index, axis)


def trim_back(g: Any, x: Any, trim: str, axis: Any) -> Any:
    """`np.trim_zeros`: `g` between zeros."""
    if isinstance(g, Absorbing):
        return g
    x = np.asarray(x)
    found = np.argwhere(x)
    index = [slice(0, n) for n in np.shape(x)]
    axes = range(np.ndim(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    for i in axes:
        start = int(found[:, i].min()) if "f" in trim.lower() else 0
        stop = int(found[:, i].max()) + 1 if "b" in trim.lower() else np.shape(x)[i]
        index[i] = slice(start, stop)
    return scatter(x, tuple(index), g)


def block_back(g: Any, arrays: Any) -> Any:
    """`np.block(arrays)`: the blocks of `g`, nested as `arrays` is."""
    if isinstance(g, Absorbing):
        return g
    total = 0

    def labels(part: Any) -> Any:
        nonlocal total
        if isinstance(part, (list, tuple)):
            return [labels(p) for p in part]
        total += np.size(part)
        return places(part) + (total - np.size(part))

    index = np.block(labels(arrays))
    flat = scatter(np.zeros(total, g.dtype), index, g)
    start = 0

    def cut(part: Any) -> Any:
        nonlocal start
        if isinstance(part, (list, tuple)):
            return [cut(p) for p in part]
        start += np.size(part)
        return np.reshape(flat[start - np.size(part):start], np.shape(part))

    return cut(arrays)


def placed_right(g: Any, mask: Any, values: Any) -> Any:
    """Of an array in which `values` were put where `mask` is true."""
    return ZERO if g is ZERO else unbroadcast(g[mask], values)
