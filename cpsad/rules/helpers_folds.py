"""Formulas of the rules of `ufunc.reduce` and `ufunc.reduceat`. What a helper is: `helpers.py`.

A fold is y_0 = x_0 (or the function of a start and x_0), y_i = f(y_{i-1}, x_i). It is gone back step by step, with the rule of
f, `slopes`. A *symmetric* f is one in which an element's slope depends on the element and the result alone, in whatever
order they are taken: the logarithm of a sum of exponentials, the length of a vector. Only such have several axes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter
from ..places import here
from ..transforms.errors import NoDerivativeError
from .helpers import cast
from .helpers_reductions import kept

__all__ = ["SYMMETRIC", "fold_initial", "fold_parts", "fold_tangent", "reduceat_parts", "reduceat_tangent"]

SYMMETRIC = (np.logaddexp, np.logaddexp2, np.hypot)
UNSURE = (np.power, np.float_power, np.arctan2)  # NumPy's own loops skip elements of these on some machines
_NOTHING = (None, getattr(np, "_NoValue", None))


def is_given(initial: Any) -> bool:
    return not any(initial is n for n in _NOTHING)


def axes_of(x: Any, axis: Any) -> tuple[int, ...]:
    number = np.ndim(x)
    if axis is None:
        return tuple(range(number))
    return tuple([a % number for a in (axis if isinstance(axis, tuple) else (axis,))]) if number else ()


def rows_of(x: Any, axes: tuple[int, ...]) -> Any:
    """`x` with what is folded along the first axis."""
    moved = np.moveaxis(x, axes, tuple(range(len(axes))))
    rest = np.shape(moved)[len(axes):]
    return np.reshape(moved, (math.prod(np.shape(moved)[:len(axes)]), *rest))


def from_rows(rows: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """What `rows_of` has done, undone."""
    lengths = [np.shape(x)[a] for a in axes]
    return np.moveaxis(np.reshape(rows, (*lengths, *np.shape(rows)[1:])), tuple(range(len(axes))), axes)


def chosen_of(x: Any, where: Any) -> Any:
    """`where` in the shape of `x`; None if all elements are taken."""
    return None if where is None or where is True else np.broadcast_to(where, np.shape(x))


def in_dtype(x: Any, dtype: Any) -> Any:
    return x if dtype is None else np.asarray(x).astype(dtype)


def _steps(ufunc: Any, rows: Any, chosen: Any, initial: Any, y: Any) -> list[Any]:
    """What the fold has come to before each of its rows, and at the end."""
    done = [initial + np.zeros_like(rows[0]) if is_given(initial) else rows[0]]
    for i in range(0 if is_given(initial) else 1, len(rows)):
        made = ufunc(done[-1], rows[i])
        done.append(made if chosen is None else np.where(chosen[i], made, done[-1]))
    if ufunc in UNSURE and not np.allclose(done[-1], np.reshape(y, np.shape(done[-1])), rtol=1e-3, atol=1e-6, equal_nan=True):
        raise here(NoDerivativeError, f"np.{ufunc.__name__}.reduce has given another result than the function, step by step",
                   why="NumPy's own loop skips elements there on some machines", remedy="write the loop")
    return done


def fold_parts(g: Any, y: Any, x: Any, ufunc: Any, slopes: Any, axis: Any, dtype: Any, keepdims: bool, initial: Any,
               where: Any) -> tuple[Any, Any]:
    """Cotangents of the array and of `initial`, from that of `ufunc.reduce(x, axis, dtype, None, keepdims, initial, where)`.

    `g`, `y`: shape of the result.
    """
    if isinstance(g, Absorbing):
        return g, g
    array, chosen = in_dtype(x, dtype), chosen_of(x, where)
    if ufunc in SYMMETRIC:
        back = slopes(kept(g, x, axis, keepdims), kept(y, x, axis, keepdims), array, array)[0] * np.ones_like(array)
        if chosen is not None:
            back = np.where(chosen, back, 0)
        return cast(back, x, y), np.sum(slopes(g, y, initial, initial)[0]) if is_given(initial) else ZERO
    axes = axes_of(x, axis)
    rows = rows_of(array, axes)
    if len(rows) == 0:
        return np.zeros_like(x), np.sum(g)
    masks = None if chosen is None else rows_of(chosen, axes)
    done = _steps(ufunc, rows, masks, initial, y)
    total, terms = np.reshape(g, np.shape(rows)[1:]), []
    for i in range(len(done) - 1, 0, -1):
        row = i - 1 if is_given(initial) else i
        left, right = slopes(total, done[i], done[i - 1], rows[row])
        right = np.zeros_like(rows[row]) if right is ZERO else right
        terms.append(right if masks is None else np.where(masks[row], right, 0))
        total = left if masks is None else np.where(masks[row], left, total)
    if not is_given(initial):
        terms.append(total)
    terms.reverse()
    return cast(from_rows(np.stack(terms), x, axes), x, y), np.sum(total)


def fold_initial(g: Any, *rest: Any) -> Any:
    return g if isinstance(g, Absorbing) else fold_parts(g, *rest)[1]


def fold_tangent(d: Any, dinitial: Any, y: Any, x: Any, ufunc: Any, slopes: Any, axis: Any, dtype: Any, keepdims: bool,
                 initial: Any, where: Any) -> Any:
    """The tangent of the result, from those of the array and of `initial`, either of which may be `ZERO`."""
    if isinstance(d, Absorbing) and isinstance(dinitial, Absorbing):
        return d + dinitial
    d = np.zeros_like(x) if d is ZERO else d
    array, chosen, start = in_dtype(x, dtype), chosen_of(x, where), 0.0 if dinitial is ZERO else dinitial
    if ufunc in SYMMETRIC:
        moved = slopes(d, kept(y, x, axis, keepdims), array, array)[0]
        if chosen is not None:
            moved = np.where(chosen, moved, 0)
        moved = np.sum(moved, axis=axis, keepdims=keepdims)
        return moved + slopes(start, y, initial, initial)[0] if is_given(initial) else moved
    axes = axes_of(x, axis)
    rows, tangents = rows_of(array, axes), rows_of(d, axes)
    if len(rows) == 0:
        return np.zeros_like(y) + start
    masks = None if chosen is None else rows_of(chosen, axes)
    done = _steps(ufunc, rows, masks, initial, y)
    total = start + np.zeros_like(rows[0]) if is_given(initial) else tangents[0]
    for i in range(1, len(done)):
        row = i - 1 if is_given(initial) else i
        made = (slopes(total, done[i], done[i - 1], rows[row])[0]
                + slopes(tangents[row], done[i], done[i - 1], rows[row])[1])
        total = made if masks is None else np.where(masks[row], made, total)
    return cast(np.reshape(total, np.shape(y)), y, y)


def _segments(x: Any, indices: Any, axis: int) -> list[Any]:
    starts = [int(i) for i in indices]
    ends = [*starts[1:], np.shape(x)[axis]]
    return [np.arange(a, b) if a < b else np.array([a]) for a, b in zip(starts, ends)]


def reduceat_parts(g: Any, y: Any, x: Any, indices: Any, back: Any, axis: int, dtype: Any) -> Any:
    """Cotangent of the array from that of `ufunc.reduceat(x, indices, axis, dtype)`; `back`: the rule of `ufunc.reduce`."""
    if isinstance(g, Absorbing):
        return g
    axis = axis % np.ndim(x)
    pieces, parts, array = _segments(x, indices, axis), [], in_dtype(x, dtype)
    for i, piece in enumerate(pieces):
        part = np.take(g, i, axis)
        if len(piece) > 1:
            part = back(part, np.take(y, i, axis), np.take(array, piece, axis), axis)[0]
        else:
            part = np.expand_dims(part, axis)
        parts.append(part)
    if not parts:
        return np.zeros_like(x)
    index = (*[slice(None)] * axis, np.concatenate(pieces))
    return cast(scatter(array, index, np.concatenate(parts, axis)), x, y)


def reduceat_tangent(d: Any, y: Any, x: Any, indices: Any, along: Any, axis: int, dtype: Any) -> Any:
    """The tangent of `ufunc.reduceat`; `along`: the tangent of `ufunc.reduce`, of that of its array."""
    if isinstance(d, Absorbing):
        return d
    axis = axis % np.ndim(x)
    parts, array = [], in_dtype(x, dtype)
    for i, piece in enumerate(_segments(x, indices, axis)):
        part = np.take(d, piece, axis)
        parts.append(along(part, np.take(y, i, axis), np.take(array, piece, axis), axis) if len(piece) > 1
                     else np.take(part, 0, axis))
    return cast(np.stack(parts, axis), y, y) if parts else np.zeros_like(y)
