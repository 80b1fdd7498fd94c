"""NumPy's functions that write into an argument, in plain Python: all come down to `x[...] = v`.

They are differentiated in place of the primitives (role "python"). Their results are those of NumPy to the last bit.
"""

from typing import Any

import numpy as np

from ..cotangents import ZERO, unbroadcast
from .registry import Table

table = Table("numpy writers")
python, defrule = table.python, table.defrule


# -- what computes the new content ----------------------------------------------------------------------------------

def partitioned(a, kth, axis=-1, kind="introselect"):
    return np.partition(a, kth, axis, kind)


def _unpartition(g, y, a, axis):
    """Cotangent of what was partitioned: equal ranks are the same element."""
    back = np.zeros_like(g)
    ranks = np.argsort(a, axis=axis, kind="stable")
    values = np.take_along_axis(g, np.argsort(y, axis=axis, kind="stable"), axis)
    np.put_along_axis(back, ranks, values, axis)
    return back


def updated_at(update, a, indices, b):
    made = a.copy()
    update.at(made, indices, b)
    return made


defrule(partitioned, lambda g, y, a, kth, axis=-1, kind="introselect": _unpartition(g, y, a, axis))


def added_at(a, indices, b):
    return updated_at(np.add, a, indices, b)


def subtracted_at(a, indices, b):
    return updated_at(np.subtract, a, indices, b)


def _at(g: Any, indices: Any, b: Any) -> Any:
    return ZERO if g is ZERO else unbroadcast(g[indices], b)


defrule(added_at, lambda g, y, a, indices, b: (g, None, _at(g, indices, b)), view=False)
defrule(subtracted_at, lambda g, y, a, indices, b: (g, None, _at(-g, indices, b)), view=False)


def check_casting(dst, src, casting):
    """Raises as `np.copyto` does."""
    scalar = isinstance(src, (bool, int, float, complex))
    np.copyto(np.empty(0, dst.dtype), src if scalar else np.empty(0, np.asarray(src).dtype), casting)


table.constant(check_casting)


# -- what writes it -------------------------------------------------------------------------------------------------

def fill(self, value):
    self[...] = value


def sort(self, axis=-1, kind=None, order=None, *, stable=None):
    if order is not None:
        raise TypeError("order= is for structured arrays, which carry no derivative")
    if stable is None:
        self[...] = np.sort(self, axis, kind=kind)
    else:
        self[...] = np.sort(self, axis, kind=kind, stable=stable)


def partition(self, kth, axis=-1, kind="introselect", order=None):
    self[...] = partitioned(self, kth, axis, kind)


def copyto(dst, src, casting="same_kind", where=True):
    check_casting(dst, src, casting)
    if where is True:
        dst[...] = src
    else:
        chosen = np.broadcast_to(where, np.shape(dst))
        dst[chosen] = np.broadcast_to(src, np.shape(dst))[chosen]


def put(a, ind, v, mode="raise"):
    where = np.ravel(ind)
    size = np.size(a)
    if mode == "wrap":
        where = where % size
    elif mode == "clip":
        where = np.clip(where, 0, size - 1)
    values = np.ravel(v)
    if len(where) and len(values):
        a[np.unravel_index(np.where(where < 0, where + size, where), np.shape(a))] = values[
            np.arange(len(where)) % len(values)]


def place(arr, mask, vals):
    values = np.ravel(vals)
    count = np.count_nonzero(mask)
    if count and not len(values):
        raise ValueError("Cannot insert from an empty array!")
    if count:
        arr[np.reshape(mask, np.shape(arr)).astype(bool)] = values[np.arange(count) % len(values)]


def putmask(a, mask, values):
    chosen = np.reshape(mask, np.shape(a)).astype(bool)
    values = np.ravel(values)
    if len(values):
        a[chosen] = values[np.flatnonzero(chosen) % len(values)]


def put_along_axis(arr, indices, values, axis):
    if axis is None:
        put(arr, indices, values)
        return
    axis = axis % np.ndim(arr)
    grids = np.ogrid[tuple([slice(n) for n in np.shape(indices)])]
    places = tuple([indices if i == axis else grids[i] for i in range(np.ndim(arr))])
    arr[places] = values


def fill_diagonal(a, val, wrap=False):
    if np.ndim(a) < 2:
        raise ValueError("array must be at least 2-d")
    if np.ndim(a) == 2:
        step = np.shape(a)[1] + 1
        end = None if wrap else np.shape(a)[1] * np.shape(a)[1]
    else:
        if len(set(np.shape(a))) > 1:
            raise ValueError("All dimensions of input must be of equal length")
        step = 1 + int(np.sum(np.cumprod(np.shape(a)[:-1])))
        end = None
    places = np.arange(np.size(a))[:end:step]
    values = np.ravel(val)
    a[np.unravel_index(places, np.shape(a))] = values[np.arange(len(places)) % len(values)]


def add_at(a, indices, b):
    a[...] = added_at(a, indices, b)


def subtract_at(a, indices, b):
    a[...] = subtracted_at(a, indices, b)


def one_by_one(update, a, indices, b):
    """`update.at(a, indices, b)`: a place that is named twice is updated twice, in order."""
    other = b if isinstance(b, (int, float, complex)) else np.asarray(b)
    if not np.can_cast(np.result_type(a, other), a.dtype, "same_kind"):
        raise TypeError(f"Cannot cast the result of {update.__name__} to {a.dtype}")
    places = np.reshape(np.arange(np.size(a)), np.shape(a))[indices]
    values = np.broadcast_to(other, np.shape(places))
    for turn in np.ndindex(np.shape(places)):
        place = np.unravel_index(places[turn], np.shape(a))
        a[place] = update(a[place], values[turn])


def multiply_at(a, indices, b):
    one_by_one(np.multiply, a, indices, b)


def divide_at(a, indices, b):
    one_by_one(np.divide, a, indices, b)


def maximum_at(a, indices, b):
    one_by_one(np.maximum, a, indices, b)


def minimum_at(a, indices, b):
    one_by_one(np.minimum, a, indices, b)


def power_at(a, indices, b):
    one_by_one(np.power, a, indices, b)


for _primitive, _function in {
    np.ndarray.fill: fill, np.ndarray.sort: sort, np.ndarray.partition: partition, np.copyto: copyto, np.put: put,
    np.ndarray.put: put, np.place: place, np.putmask: putmask, np.put_along_axis: put_along_axis,
    np.fill_diagonal: fill_diagonal, np.add.at: add_at, np.subtract.at: subtract_at,
    np.multiply.at: multiply_at, np.divide.at: divide_at, np.maximum.at: maximum_at, np.minimum.at: minimum_at,
    np.power.at: power_at,
}.items():
    python(_primitive, _function, writes=True)

