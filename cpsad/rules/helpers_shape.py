"""Formulas of the rules that rearrange, select, repeat and join. What a helper is: `helpers.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter
from .helpers import reshape_like

__all__ = [
    "arange_start", "arange_step", "column_stack_back", "concat_back", "hstack_back", "item_back", "join_parts",
    "repeat_back", "reshaped", "row_stack_back", "stack_back", "take_along_back", "take_back", "tile_back", "unsort",
    "untranspose",
]


def reshaped(g: Any, x: Any, y: Any) -> Any:
    """Of `np.array(x, ndmin=n)`, which may put axes of length 1 in front."""
    if isinstance(g, Absorbing) or isinstance(x, (list, tuple)) and np.ndim(y) == 1:
        return g
    return g if np.ndim(y) == np.ndim(x) else np.reshape(g, np.shape(x))


def unroll(g: Any, axis: int, start: int) -> Any:
    """Inverse of `np.rollaxis(x, axis, start)`."""
    if isinstance(g, Absorbing):
        return g
    n = np.ndim(g)
    axis, start = axis % n, start + n if start < 0 else start
    return np.moveaxis(g, start - 1 if axis < start else start, axis)


def unstack_back(g: Any, y: Any, axis: int) -> Any:
    """Cotangent of an array from those of its slices along `axis`."""
    if all(part is ZERO for part in g):
        return ZERO
    return np.stack([np.zeros_like(p) if part is ZERO else part for part, p in zip(g, y, strict=True)], axis)


def item_back(g: Any, x: Any, args: tuple[Any, ...]) -> Any:
    """`x.item(*args)`: `g` in zeros of the shape of `x`."""
    if isinstance(g, Absorbing):
        return g
    if not args:
        return reshape_like(g, x)
    index = args[0] if len(args) == 1 else args
    if not isinstance(index, tuple):
        index = tuple(int(i) for i in np.unravel_index(index, x.shape))
    return scatter(x, index, g)


def untranspose(g: Any, axes: Any = None) -> Any:
    """Inverse of `np.transpose(x, axes)` or `x.transpose(*axes)`."""
    if isinstance(axes, tuple) and len(axes) == 1 and (axes[0] is None or np.ndim(axes[0])):
        axes = axes[0]
    if isinstance(g, Absorbing) or axes is None or len(axes) == 0:
        return np.transpose(g)
    return np.transpose(g, np.argsort(np.mod(axes, len(axes))))


def repeat_back(g: Any, x: Any, repeats: Any, axis: Any = None) -> Any:
    """`np.repeat(x, repeats, axis)`: sums each run. `g`: flat if `axis` is None."""
    if isinstance(g, Absorbing):
        return g
    flat = np.ravel(x) if axis is None else x
    axis = 0 if axis is None else axis % np.ndim(flat)
    shape = np.shape(flat)
    if np.ndim(repeats) == 0:
        runs = np.reshape(g, (*shape[:axis + 1], repeats, *shape[axis + 1:]))
        return np.reshape(np.sum(runs, axis=axis + 1), np.shape(x))
    index = np.repeat(np.arange(shape[axis]), repeats)
    return np.reshape(scatter(flat, (slice(None),) * axis + (index,), g), np.shape(x))


def tile_back(g: Any, x: Any, reps: Any) -> Any:
    """`np.tile(x, reps)`: sums the tiles."""
    if isinstance(g, Absorbing):
        return g
    reps = tuple(reps) if np.ndim(reps) else (reps,)
    n = max(len(reps), np.ndim(x))
    reps = (1,) * (n - len(reps)) + reps
    shape = (1,) * (n - np.ndim(x)) + np.shape(x)
    tiles = np.reshape(g, [d for pair in zip(reps, shape) for d in pair])
    return np.reshape(np.sum(tiles, axis=tuple(range(0, 2 * n, 2))), np.shape(x))


def take_back(g: Any, x: Any, indices: Any, axis: Any = None) -> Any:
    """`np.take(x, indices, axis)`: `g` added up at the places taken from."""
    if isinstance(g, Absorbing):
        return g
    if axis is None:
        return np.reshape(scatter(np.ravel(x), np.asarray(indices), g), np.shape(x))
    return scatter(x, (slice(None),) * (axis % np.ndim(x)) + (np.asarray(indices),), g)


def take_along_back(g: Any, x: Any, indices: Any, axis: Any = -1) -> Any:
    """`np.take_along_axis(x, indices, axis)`: `g` added up at the places taken from."""
    if isinstance(g, Absorbing):
        return g
    if axis is None:
        return np.reshape(scatter(np.ravel(x), indices, g), np.shape(x))
    axis = axis % np.ndim(x)
    index = list(np.ogrid[tuple(slice(n) for n in np.shape(x))])
    index[axis] = indices
    return scatter(x, tuple(index), g)


def unsort(g: Any, x: Any, axis: Any = -1) -> Any:
    """`np.sort(x, axis)`: `g` back in the order of `x`."""
    if isinstance(g, Absorbing):
        return g
    flat = np.ravel(x) if axis is None else x
    axis = -1 if axis is None else axis
    rank = np.argsort(np.argsort(flat, axis, kind="stable"), axis)
    return np.reshape(np.take_along_axis(g, rank, axis), np.shape(x))


def concat_back(g: Any, arrays: Any, axis: Any = 0) -> Any:
    """`np.concatenate(arrays, axis)`: `g` cut up again; a list, as long as `arrays`."""
    if isinstance(g, Absorbing):
        return g
    parts, start = [], 0
    for x in arrays:
        shape = np.shape(x)
        if axis is None:
            stop = start + np.size(x)
            parts.append(np.reshape(g[start:stop], shape))
        else:
            stop = start + shape[axis]
            parts.append(g[(slice(None),) * (axis % len(shape)) + (slice(start, stop),)])
        start = stop
    return parts


def stack_back(g: Any, arrays: Any, axis: int = 0) -> Any:
    """`np.stack(arrays, axis)`: the slices of `g` along `axis`, a list."""
    if isinstance(g, Absorbing):
        return g
    lead = (slice(None),) * (axis % (np.ndim(arrays[0]) + 1))
    return [g[(*lead, i)] for i in range(len(arrays))]


def row_stack_back(g: Any, arrays: Any, ndim: int, axis: int) -> Any:
    """`np.vstack` (2, 0), `np.dstack` (3, 2): joined along `axis` with at least `ndim` axes."""
    if isinstance(g, Absorbing):
        return g
    widen = np.atleast_2d if ndim == 2 else np.atleast_3d
    parts = concat_back(g, [widen(x) for x in arrays], axis)
    return [np.reshape(p, np.shape(x)) for p, x in zip(parts, arrays)]


def hstack_back(g: Any, arrays: Any) -> Any:
    """`np.hstack`: joined along the first axis if there is only one, else along the second."""
    if isinstance(g, Absorbing):
        return g
    parts = concat_back(g, [np.atleast_1d(x) for x in arrays], 0 if np.ndim(arrays[0]) < 2 else 1)
    return [np.reshape(p, np.shape(x)) for p, x in zip(parts, arrays)]


def column_stack_back(g: Any, arrays: Any) -> Any:
    """`np.column_stack`: vectors become columns, then joined along the second axis."""
    if isinstance(g, Absorbing):
        return g
    parts = concat_back(g, [x if np.ndim(x) > 1 else np.reshape(x, (-1, 1)) for x in arrays], 1)
    return [np.reshape(p, np.shape(x)) for p, x in zip(parts, arrays)]


def join_parts(g: Any, y: Any, axis: int) -> Any:
    """Cotangent of an array from those of the parts `y` that it was split into along `axis`."""
    if all(part is ZERO for part in g):
        return ZERO
    return np.concatenate([np.zeros_like(p) if part is ZERO else part for part, p in zip(g, y, strict=True)], axis)


def arange_start(g: Any, stop: Any) -> Any:
    """Cotangent of the start of `np.arange(start, stop)`; with one argument it starts at zero."""
    return ZERO if stop is None else np.sum(g)


def arange_step(g: Any, y: Any) -> Any:
    """Cotangent of the step of `np.arange`: element i is `start + i * step`."""
    return np.sum(g * np.arange(np.size(y)))
