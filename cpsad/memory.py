"""Memory of arrays: who owns it, what overlaps, and what a store at an index means for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .cotangents import unbroadcast
from .places import here
from .transforms.errors import NoDerivativeError

__all__ = ["bounds", "copy_overlapping", "fit_to", "flat_view", "is_basic", "last_only", "overlaps_itself", "owner_of"]

BASIC = {int, slice, type(None), type(Ellipsis), np.int64, np.int32, np.intp}


def owner_of(array: Any) -> Any:
    """The array that holds the memory of `array`."""
    base = array.base
    while base is not None:
        if isinstance(base, np.ndarray):
            array, base = base, base.base
        elif isinstance(getattr(base, "base", None), np.ndarray):  # of np.lib.stride_tricks
            array, base = base.base, base.base.base
        else:
            break
    return array


def bounds(array: Any) -> tuple[int, int]:
    """The first and last address of an array's memory."""
    low = array.__array_interface__["data"][0]
    if not array.size:
        return low, low
    high = low + array.itemsize
    for n, stride in zip(array.shape, array.strides, strict=True):
        if stride < 0:
            low += (n - 1) * stride
        else:
            high += (n - 1) * stride
    return low, high


def overlaps_itself(array: Any) -> bool:
    """Whether two elements of an array may be one place in memory."""
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return False
    reach = array.itemsize
    for stride, n in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if stride < reach:
            return True
        reach += stride * (n - 1)
    return False


def is_basic(index: Any) -> bool:
    return all(type(i) in BASIC for i in index) if type(index) is tuple else type(index) in BASIC


def flat_view(iterator: Any, index: Any) -> tuple[Any, Any]:
    """What `x.flat[index]` is: an array that shares the memory of `x`, and an index into it."""
    array = iterator.base
    if array.flags.c_contiguous:
        return array.reshape(-1), index
    where = np.arange(array.size)[index]
    return array, np.unravel_index(where, array.shape)


def copy_overlapping(owner: Any, index: Any, value: Any) -> None:
    """`owner[index] = value` of one memory: NumPy may overwrite what it has yet to copy, where the strides differ."""
    if not is_basic(index) or not np.may_share_memory(owner[index], value):
        owner[index] = value
        return
    meant = value.copy()
    owner[index] = value
    left = owner[index]
    if not np.array_equal(left, np.broadcast_to(meant.reshape(meant.shape[-np.ndim(left):]), np.shape(left)).astype(left.dtype),
                          equal_nan=True):
        raise here(NoDerivativeError, "an array gets a part of itself, and NumPy overwrites some of it before it is copied",
                   why="what arrives is not what the statement says", remedy="copy it first: x[i] = x[j].copy()")


def last_only(g: Any, owner: Any, index: Any) -> Any:
    """The cotangent of what was written at an index that may name a place twice: the last one stays there."""
    parts = index if type(index) is tuple else (index,)
    if all(getattr(p, "dtype", None) == np.bool_ or type(p) in BASIC for p in parts):
        return g
    numbers = np.empty(owner.shape, np.intp)
    order = np.arange(g.size).reshape(g.shape)
    numbers[index] = order
    return np.where(numbers[index] == order, g, 0)


def fit_to(g: Any, value: Any) -> Any:
    """A cotangent of the shape and kind of what was written, which NumPy has broadcast."""
    kind = getattr(value, "dtype", None)
    if np.iscomplexobj(g) and not (kind.kind == "c" if kind is not None else isinstance(value, complex)):
        g = g.real
    shape = np.shape(value)
    if len(shape) > np.ndim(g):  # leading ones, which a store leaves off
        return np.reshape(unbroadcast(g, np.empty(shape[len(shape) - np.ndim(g):])), shape)
    return unbroadcast(g, value)
