"""Formulas of the rules of universal functions' methods. What a helper is: `helpers.py`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter

__all__ = ["fold_back", "i0_slope", "reduceat_sum", "steps"]


def fold_back(g: Any, partial: Any, x: Any, axis: Any, slopes: Any, last: bool = False) -> Any:
    """`ufunc.accumulate(x, axis)`, whose results are `partial`: back from the end. `last`: `reduce`, only its end."""
    if isinstance(g, Absorbing):
        return g
    rows, done = np.moveaxis(x, axis, 0), np.moveaxis(partial, axis, 0)
    outputs = None if last else np.moveaxis(g, axis, 0)
    if len(rows) == 0:
        return np.zeros_like(x)
    total = outputs[-1] if outputs is not None else np.result_type(x).type(g) if type(g) is float else g
    terms = []
    for i in range(len(rows) - 1, 0, -1):
        left, right = slopes(total, done[i], done[i - 1], rows[i])
        terms.append(np.zeros_like(rows[i]) if right is ZERO else right)
        total = left if outputs is None else outputs[i - 1] + left
    terms.append(total)
    terms.reverse()
    return np.moveaxis(np.stack(terms), 0, axis)


def reduceat_sum(g: Any, x: Any, indices: Any, axis: int) -> Any:
    """`np.add.reduceat`: `g` of each segment to all in it."""
    if isinstance(g, Absorbing):
        return g
    starts = [int(i) for i in indices]
    ends = [*starts[1:], np.shape(x)[axis]]
    pieces = [np.arange(a, b) if a < b else np.array([a]) for a, b in zip(starts, ends)]
    segment = np.repeat(np.arange(len(pieces)), [len(p) for p in pieces])
    index = (slice(None),) * (axis % np.ndim(x)) + (np.concatenate(pieces),)
    return scatter(x, index, np.take(g, segment, axis))


def steps(g: Any, exponent: Any) -> Any:
    """Mantissa of `np.frexp`: x by a power of 2."""
    return g if isinstance(g, Absorbing) else g * np.ldexp(1.0, -exponent)


def i0_slope(x: Any) -> Any:
    """Slope of the Bessel function I0, which is I1: the mean of cos(t) exp(x cos(t)) over a circle.

    The mean over 256 points is exact to the last digits wherever I0 is finite.
    """
    t = np.cos(math.pi / 256 * (2 * np.arange(128) + 1)).astype(np.result_type(x))
    wide = np.expand_dims(np.asarray(x), -1)
    return np.mean(t * np.exp(wide * t), axis=-1)
