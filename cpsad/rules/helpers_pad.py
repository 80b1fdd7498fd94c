"""Formulas of the rule of `np.pad`. What a helper is: `helpers.py`.

`np.pad` goes through the axes in order and pads what it has padded so far; the way back goes through them in reverse.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter, unbroadcast
from ..places import here
from ..transforms.errors import NoDerivativeError
from .helpers_reductions import median_back, share

__all__ = ["pad_back", "pad_value_back"]

COPIES = ("edge", "reflect", "symmetric", "wrap")
CHOICES = ("maximum", "minimum", "median")


def _pairs(value: Any, ndim: int) -> list[tuple[int, int]]:
    """What is given per axis and side, in full."""
    if isinstance(value, dict):
        pairs = [(0, 0)] * ndim
        for axis, width in value.items():
            pairs[axis] = (width, width) if np.ndim(width) == 0 else (width[0], width[-1])
        return pairs
    return [(int(before), int(after)) for before, after in np.broadcast_to(np.asarray(value), (ndim, 2))]


def _middle(g: Any, x: Any, pairs: Any, axis: int) -> Any:
    """The part of `g` that is not border along `axis`."""
    before = pairs[axis][0]
    return g[(slice(None),) * axis + (slice(before, before + np.shape(x)[axis]),)]


def _ends(g: Any, x: Any, pairs: Any, axis: int) -> tuple[Any, Any]:
    lead = (slice(None),) * axis
    return g[(*lead, slice(0, pairs[axis][0]))], g[(*lead, slice(pairs[axis][0] + np.shape(x)[axis], None))]


def _matrix(x: Any, pairs: Any, axis: int, mode: str, more: Any) -> Any:
    """What `np.pad` does along one axis, in modes that are linear."""
    n = np.shape(x)[axis]
    return np.pad(np.eye(n, dtype=x.dtype), (pairs[axis], (0, 0)), mode, **more)


def _of_axis(stat_length: Any, axis: int, ndim: int) -> Any:
    return None if stat_length is None else _pairs(stat_length, ndim)[axis]


def pad_back(g: Any, x: Any, pad_width: Any, mode: Any, reflect_type: str, stat_length: Any) -> Any:
    """`np.pad`: the middle of `g`, and what falls on the border added to the elements that it was made of."""
    if isinstance(g, Absorbing):
        return g
    pairs = _pairs(pad_width, np.ndim(x))
    if mode == "constant" or mode == "empty":
        return g[tuple(slice(before, before + n) for (before, _), n in zip(pairs, np.shape(x)))]
    if mode in COPIES and reflect_type == "even":
        index = np.pad(np.reshape(np.arange(np.size(x)), np.shape(x)), pairs, mode)
        return np.reshape(scatter(np.ravel(x), index, g), np.shape(x))
    if mode in CHOICES:
        return _choices_back(g, x, pairs, mode, stat_length)
    if mode not in ("mean", "linear_ramp", *COPIES):
        raise here(NoDerivativeError, f"np.pad in mode {getattr(mode, '__name__', mode)!r} has no derivative in reverse mode",
                   why="the function writes into the border of an array that only NumPy has",
                   remedy="pad with mode='constant', and write the border yourself")
    for axis in range(np.ndim(x) - 1, -1, -1):
        more: dict[str, Any] = {"reflect_type": reflect_type} if mode in ("reflect", "symmetric") else {}
        if mode == "mean" and stat_length is not None:
            more = {"stat_length": (_of_axis(stat_length, axis, np.ndim(x)), (1, 1))}
        matrix = _matrix(x, pairs, axis, mode, more)
        if mode == "linear_ramp":  # an identity matrix is padded along one axis, and its ends are zeros
            matrix = np.asarray(matrix)
        g = np.moveaxis(np.tensordot(g, matrix, ((axis,), (0,))), -1, axis)
    return g


def _choices_back(g: Any, x: Any, pairs: Any, mode: str, stat_length: Any) -> Any:
    """Borders of the maximum, minimum or median of the elements next to them."""
    ndim = np.ndim(x)
    stages = [x]
    for axis in range(ndim):
        widths = [pairs[i] if i == axis else (0, 0) for i in range(ndim)]
        stages.append(np.pad(stages[-1], widths, mode, stat_length=stat_length))
    for axis in range(ndim - 1, -1, -1):
        old = stages[axis]
        length = _of_axis(stat_length, axis, ndim) or (np.shape(x)[axis],) * 2
        lead = (slice(None),) * axis
        r = _middle(g, old, pairs, axis)
        sides = ((*lead, slice(0, length[0])), (*lead, slice(-length[1], None)))
        for part, side in zip(_ends(g, old, pairs, axis), sides):
            if np.size(part):
                near, summed = old[side], np.sum(part, axis=axis, keepdims=True)
                if mode == "median":
                    back = median_back(summed, near, axis, True)
                else:
                    best = np.max(near, axis=axis, keepdims=True) if mode == "maximum" else np.min(near, axis=axis, keepdims=True)
                    back = share(summed, best, near, axis, True)
                r = r + scatter(old, side, back)
        g = r
    return g


def pad_value_back(g: Any, x: Any, pad_width: Any, mode: Any, values: Any, ramp: bool) -> Any:
    """`np.pad`, for `constant_values`, or for the `end_values` of a `ramp`: the sums over the border, by axis and side."""
    if isinstance(g, Absorbing) or mode != ("linear_ramp" if ramp else "constant"):
        return ZERO
    ndim = np.ndim(x)
    pairs = _pairs(pad_width, ndim)
    sums: list[Any] = []
    for axis in range(ndim - 1, -1, -1):
        row = []
        for side, part in enumerate(_ends(g, x, pairs, axis)):
            if ramp:
                n = np.shape(part)[axis]
                falling = 1 - np.arange(n) / max(n, 1)
                shape = [n if i == axis else 1 for i in range(ndim)]
                part = part * np.reshape(falling if side == 0 else falling[::-1], shape)
            row.append(np.sum(part))
        sums.insert(0, np.stack(row))
        if ramp:
            n = np.shape(x)[axis]
            matrix = np.pad(np.eye(n), (pairs[axis], (0, 0)), "linear_ramp")
            g = np.moveaxis(np.tensordot(g, matrix, ((axis,), (0,))), -1, axis)
        else:
            g = _middle(g, x, pairs, axis)
    return unbroadcast(np.stack(sums), np.asarray(values)) if ndim else ZERO
