"""Forward rules of NumPy's functions that make, convert, order, choose and join arrays, where they are not linear."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing
from . import numpy_choices, numpy_statistics, numpy_writers
from .forward import array, forward
from .helpers import no_derivative
from .helpers_forward import cast_to, like, spread
from .helpers_places import unique_places
from .helpers_reductions import median_back, share
from .helpers_statistics import interp_x
from .registry import present

# The method would take ZERO for an object
forward(array.dot, lambda d, y, a, other: (np.dot(d, other), np.dot(a, d)))

# Copies and conversions
forward((array.astype, np.generic.astype), lambda d, y, a, dtype, order="K", *, copy=True: cast_to(d, y))
forward(present(np, "astype"), lambda d, y, x, dtype, *, copy=True: cast_to(d, y))
forward((np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128), lambda d, y, x=0.0: cast_to(d, y))
forward(np.array, lambda d, y, object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0: like(d, y))
forward((np.asarray, np.asanyarray), lambda d, y, a, dtype=None, order=None, *, copy=None: like(d, y))
forward(np.ascontiguousarray, lambda d, y, a, dtype=None: like(d, y))
forward((np.asfortranarray, np.require), lambda d, y, a, dtype=None, requirements=None: like(d, y))
forward(np.full, lambda d, y, shape, fill_value, dtype=None, order="C": (None, spread(cast_to(d, y), y)))
forward(
    np.full_like,
    lambda d, y, a, fill_value, dtype=None, order="K", subok=True, shape=None: (ZERO, spread(cast_to(d, y), y)),
)


def grid(d: Any, y: Any, weights: Any, axis: int) -> Any:
    """Of an array along whose `axis` an end point counts with these weights."""
    if isinstance(d, Absorbing):
        return d
    shape = [1] * np.ndim(y)
    shape[axis] = -1
    return np.broadcast_to(np.expand_dims(d, axis if axis >= 0 else axis + np.ndim(y)) * np.reshape(weights, shape), np.shape(y))


def fractions(num: int, endpoint: bool) -> Any:
    return np.linspace(0.0, 1.0, num, endpoint)


forward(
    np.linspace,
    lambda d, y, start, stop, num=50, endpoint=True, *, dtype=None: (
        grid(d, y, 1 - fractions(num, endpoint), 0),
        grid(d, y, fractions(num, endpoint), 0),
    ),
)
forward(
    np.logspace,
    lambda d, y, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0: (
        grid(d, y, 1 - fractions(num, endpoint), axis) * y * np.log(base),
        grid(d, y, fractions(num, endpoint), axis) * y * np.log(base),
        None,
        None,
        d * y * np.linspace(start, stop, num, endpoint, axis=axis) / base,
    ),
)
forward(
    np.geomspace,
    lambda d, y, start, stop, num=50, endpoint=True, dtype=None, axis=0: (
        grid(d / start, y, 1 - fractions(num, endpoint), axis) * y,
        grid(d / stop, y, fractions(num, endpoint), axis) * y,
    ),
)


forward(
    np.arange,
    lambda d, y, start, stop=None, step=1, dtype=None: (
        ZERO if stop is None else spread(d, y),
        ZERO,
        d * np.arange(np.size(y)),
    ),
)

# Shapes, in the order of the argument's memory
def relaid(d: Any, y: Any, a: Any, order: str) -> Any:
    """A tangent in the shape of `y`, its elements taken in the order in which those of `a` are."""
    if isinstance(d, Absorbing):
        return d
    if order not in "CF":
        if order == "K" and not (a.flags.c_contiguous or a.flags.f_contiguous):
            return no_derivative(d, "the order K of an array whose elements are in no order")
        order = "F" if a.flags.fnc else "C"
    return np.reshape(d, np.shape(y), order)


forward(np.reshape, lambda d, y, a, shape, order="C": relaid(d, y, a, order))
forward((array.reshape, np.generic.reshape), lambda d, y, a, *shape, order="C": relaid(d, y, a, order))
forward(array.view, lambda d, y, a: d)
forward(
    (np.ravel, array.ravel, array.flatten, np.generic.ravel, np.generic.flatten),
    lambda d, y, a, order="C": relaid(d, y, a, order),
)


# Order and choice
def in_order(d: Any, a: Any, axis: Any) -> Any:
    """Of sorted elements."""
    if isinstance(d, Absorbing):
        return d
    if axis is None:
        return np.ravel(d)[np.argsort(np.ravel(a), kind="stable")]
    return np.take_along_axis(d, np.argsort(a, axis=axis, kind="stable"), axis)


def at_places(d: Any, index: Any) -> Any:
    """The tangents of elements that have changed places."""
    return d if isinstance(d, Absorbing) else np.take(np.ravel(d), index)


def partition_tangent(d: Any, y: Any, a: Any, axis: Any) -> Any:
    """Of partitioned elements: equal ranks are the same element."""
    if isinstance(d, Absorbing):
        return d
    if axis is None:
        a, d, axis = np.ravel(a), np.ravel(d), 0
    ranks = np.argsort(np.argsort(y, axis=axis, kind="stable"), axis=axis, kind="stable")
    return np.take_along_axis(in_order(d, a, axis), ranks, axis)


forward(np.sort, lambda d, y, a, axis=-1, *, kind=None, stable=None: in_order(d, a, axis))
forward(np.partition, lambda d, y, a, kth, axis=-1, kind="introselect": partition_tangent(d, y, a, axis))
forward(numpy_writers.partitioned, lambda d, y, a, kth, axis=-1, kind="introselect": partition_tangent(d, y, a, axis))
forward(np.unique, lambda d, y, ar, *, axis=None: at_places(d, unique_places(ar, axis)))
forward(
    present(np, "unique_values"),
    lambda d, y, x: at_places(d, np.take(unique_places(x, None), np.searchsorted(np.unique(x), y))),
)
forward(np.trim_zeros, lambda d, y, filt, trim="fb", axis=None: trim_tangent(d, y, filt, trim))


def trim_tangent(d: Any, y: Any, filt: Any, trim: str) -> Any:
    """Of what is left of a vector."""
    if isinstance(d, Absorbing):
        return d
    if np.ndim(filt) != 1:
        found = np.argwhere(filt)
        low, high = found.min(axis=0), found.max(axis=0) + 1
        parts = tuple([slice(int(a) if "f" in trim.lower() else None, int(b) if "b" in trim.lower() else None)
                       for a, b in zip(low, high)])
        return np.asarray(d)[parts]
    nonzero = np.flatnonzero(filt)
    start = int(nonzero[0]) if len(nonzero) and "f" in trim.lower() else 0
    return np.asarray(d)[start:start + len(y)]


forward(
    np.insert,
    lambda d, y, arr, obj, values, axis=None: (
        np.insert(d, obj, np.zeros_like(values), axis),
        None,
        inserted(d, arr, obj, axis),
    ),
)


def inserted(d: Any, arr: Any, obj: Any, axis: Any) -> Any:
    return d if isinstance(d, Absorbing) else np.insert(np.zeros(np.shape(arr)), obj, d, axis)


def appended(d: Any, other: Any, axis: Any, first: bool) -> Any:
    if isinstance(d, Absorbing):
        return d
    zeros = np.zeros_like(other)
    return np.append(d, zeros, axis) if first else np.append(zeros, d, axis)


forward(
    np.append, lambda d, y, arr, values, axis=None: (appended(d, values, axis, True), appended(d, arr, axis, False)))
forward(
    numpy_choices.placed,
    lambda d, y, total, mask, values: (np.where(mask, 0, d), None, at_mask(d, total, mask)),
)


def at_mask(d: Any, total: Any, mask: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    made = np.zeros(np.shape(total), np.result_type(total, d))
    made[mask] = d
    return made


forward(numpy_statistics.cut_off, lambda d, y, c: d)
forward(numpy_writers.added_at, lambda d, y, a, indices, b: (d, None, at_indices(d, a, indices)))
forward(numpy_writers.subtracted_at, lambda d, y, a, indices, b: (d, None, at_indices(-d, a, indices)))


def at_indices(d: Any, a: Any, indices: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    made = np.zeros(np.shape(a), np.result_type(a, d))
    np.add.at(made, indices, d)
    return made


# Interpolation, grids of powers, counts
def interp_between(d: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    """By the values at the points."""
    if isinstance(d, Absorbing):
        return d
    found = np.interp(x, xp, d)
    if left is not None:
        found = np.where(np.less(x, xp[0]), 0, found)
    if right is not None:
        found = np.where(np.greater(x, xp[-1]), 0, found)
    return found


def interp_moved(d: Any, y: Any, x: Any, xp: Any, fp: Any) -> Any:
    """By the points themselves: the slope between two, as far as either moves."""
    if isinstance(d, Absorbing):
        return d
    slope = interp_x(np.ones(np.shape(x))[()], x, xp, fp)
    return -slope * np.interp(x, xp, d)


forward(
    np.interp,
    lambda d, y, x, xp, fp, left=None, right=None: (
        interp_x(d, x, xp, fp),
        interp_moved(d, y, x, xp, fp),
        interp_between(d, x, xp, fp, left, right),
        d * np.less(x, xp[0]),
        d * np.greater(x, xp[-1]),
    ),
)
forward(np.vander, lambda d, y, x, N=None, increasing=False: vander_tangent(d, y, x, increasing))


def vander_tangent(d: Any, y: Any, x: Any, increasing: bool) -> Any:
    if isinstance(d, Absorbing):
        return d
    n = np.shape(y)[1]
    powers = np.arange(n) if increasing else np.arange(n)[::-1]
    x = np.asarray(x)
    return np.asarray(d)[:, None] * powers * x[:, None] ** np.maximum(powers - 1, 0)


def pad_with(d: Any, array: Any, pad_width: Any, mode: Any, reflect_type: str, stat_length: Any) -> Any:
    """Of a padded array, in the modes that choose or average elements."""
    if isinstance(d, Absorbing):
        return d
    if mode in ("maximum", "minimum", "median"):
        return chosen_pad(d, array, pad_width, mode, stat_length)
    if mode in ("constant", "empty"):
        return np.pad(d, pad_width)
    if mode == "linear_ramp":
        return np.pad(d, pad_width, mode, end_values=0)
    if mode in ("reflect", "symmetric"):
        return np.pad(d, pad_width, mode, reflect_type=reflect_type)
    return np.pad(d, pad_width, mode, stat_length=stat_length) if mode == "mean" else np.pad(d, pad_width, mode)


def chosen_pad(d: Any, a: Any, pad_width: Any, mode: str, stat_length: Any) -> Any:
    """One axis after the other; what is chosen shares with its equals, as `np.max` and `np.median` do."""
    reducer: Any = {"maximum": np.max, "minimum": np.min, "median": np.median}[mode]
    pairs = np.broadcast_to(pad_width, (np.ndim(a), 2))
    lengths = None if stat_length is None else np.broadcast_to(stat_length, (np.ndim(a), 2))
    for axis in range(np.ndim(a)):
        n = np.shape(a)[axis]
        ends, tangents = [], []
        for side in range(2):
            size = n if lengths is None else min(int(lengths[axis][side]), n)
            where = range(size) if side == 0 else range(n - size, n)
            part, part_d = np.take(a, where, axis), np.take(d, where, axis)
            top = reducer(part, axis=axis, keepdims=True)
            weights = (median_back(np.ones_like(top), part, axis, True) if mode == "median"
                       else share(np.ones_like(top), top, part, axis, True))
            ends.append(np.repeat(top, pairs[axis][side], axis))
            tangents.append(np.repeat(np.sum(weights * part_d, axis=axis, keepdims=True), pairs[axis][side], axis))
        a = np.concatenate([ends[0], a, ends[1]], axis)
        d = np.concatenate([tangents[0], d, tangents[1]], axis)
    return d


def pad_value(d: Any, array: Any, pad_width: Any, mode: Any, ramp: bool) -> Any:
    if isinstance(d, Absorbing):
        return d
    zeros = np.zeros(np.shape(array))
    if ramp:
        return np.pad(zeros, pad_width, "linear_ramp", end_values=d) if mode == "linear_ramp" else ZERO
    return np.pad(zeros, pad_width, constant_values=d) if mode == "constant" else ZERO


forward(
    np.pad,
    lambda d, y, array, pad_width, mode="constant", *, constant_values=0, end_values=0, reflect_type="even", stat_length=None: (
        pad_with(d, array, pad_width, mode, reflect_type, stat_length),
        None,
        None,
        pad_value(d, array, pad_width, mode, False),
        pad_value(d, array, pad_width, mode, True),
    ),
)

# Random numbers: the draw is held fixed
BOTH = (np.random.Generator, np.random.RandomState)


def drawn(name: str, rule: Any, of_module: Any) -> None:
    forward(tuple(getattr(kind, name) for kind in BOTH), rule)
    forward(getattr(np.random, name), of_module)


for _name in ("normal", "laplace", "logistic", "gumbel"):
    drawn(
        _name,
        lambda d, y, self, loc=0.0, scale=1.0, size=None: (None, spread(d, y), spread(d * (y - loc) / scale, y)),
        lambda d, y, loc=0.0, scale=1.0, size=None: (spread(d, y), spread(d * (y - loc) / scale, y)),
    )
drawn(
    "uniform",
    lambda d, y, self, low=0.0, high=1.0, size=None: (None, d * (high - y) / (high - low), d * (y - low) / (high - low)),
    lambda d, y, low=0.0, high=1.0, size=None: (d * (high - y) / (high - low), d * (y - low) / (high - low)),
)
for _name in ("exponential", "rayleigh"):
    drawn(
        _name,
        lambda d, y, self, scale=1.0, size=None: (None, d * y / scale),
        lambda d, y, scale=1.0, size=None: d * y / scale,
    )
drawn(
    "lognormal",
    lambda d, y, self, mean=0.0, sigma=1.0, size=None: (None, d * y, d * y * (np.log(y) - mean) / sigma),
    lambda d, y, mean=0.0, sigma=1.0, size=None: (d * y, d * y * (np.log(y) - mean) / sigma),
)
drawn("weibull", lambda d, y, self, a, size=None: (None, -d * y * np.log(y) / a),
      lambda d, y, a, size=None: -d * y * np.log(y) / a)
drawn("pareto", lambda d, y, self, a, size=None: (None, -d * (1 + y) * np.log1p(y) / a),
      lambda d, y, a, size=None: -d * (1 + y) * np.log1p(y) / a)
