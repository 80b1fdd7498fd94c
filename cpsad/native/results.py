"""Results of native code, as Python gets them: leaf by leaf, out of slots."""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import numpy as np

from .objects import Packed
from .program import StagingError
from .scalars import slot_field
from .types import Arr, Num, Tup

__all__ = ["Results", "arrays_among", "number_at"]


def number_at(raw: bytes, at: int, type_: Num) -> Any:
    type_ = type_.plain
    code = {"f": "=d", "f4": "=f", "i": "=q"}[slot_field(type_)]
    (number,) = struct.unpack_from(code, raw, at)
    if type_.is_python:
        return bool(number) if type_.name == "bool" else number
    return type_.dtype.type(number)


def arrays_among(leaves: list[Any]) -> list[Any]:
    """The arrays that a result may be, or be a part of."""
    return [a for leaf in leaves for a in (leaf.arrays if isinstance(leaf, Packed) else [leaf]) if isinstance(a, np.ndarray)]


class Results:
    """What a staged function does with the slots that a call has filled."""

    function: Any
    library: Any

    def result(self, type_: Any, raw: bytes, words: Any, at: int, given: list[Any], made: list[Any]) -> tuple[Any, int]:
        """A result from its slots, and the slot behind it. `given`: arrays whose memory it may be; `made`: those it has made."""
        if isinstance(type_, Tup):
            items = []
            for t in type_.items:
                item, at = self.result(t, raw, words, at, given, made)
                items.append(item)
            return tuple(items), at
        if isinstance(type_, Num):
            return number_at(raw, 8 * at, type_), at + 1
        if not isinstance(type_, Arr):
            return None, at
        place, copy = words[at], words[at + 1]
        shape, strides = words[at + 2: at + 2 + 2 * type_.rank: 2], words[at + 3: at + 3 + 2 * type_.rank: 2]
        try:
            array = self.array(place, copy, shape, strides, type_.number.dtype, given, made)
        finally:
            self.library.release(ctypes.c_void_p(copy))
        return array, at + 2 + 2 * type_.rank

    def array(self, place: int, copy: int, shape: Any, strides: Any, dtype: Any, given: list[Any], made: list[Any]) -> Any:
        for a in given:
            if a.size and a.ctypes.data == place and a.shape == shape and a.strides == strides and a.dtype == dtype:
                return a
        for a in given:
            low, high = np.lib.array_utils.byte_bounds(a)
            if low <= place < high:
                return np.asarray(_Memory(a, place, shape, strides, dtype))
        new = np.empty(shape, dtype)
        for old, old_place, old_strides in made:
            if old_place == place and old.shape == shape and old_strides == strides and old.dtype == dtype:
                return old
            if max(place, old_place) < min(place + new.nbytes, old_place + old.nbytes):
                raise StagingError(f"two results of {self.function.__qualname__} that share memory cannot come out of native "
                                   "code", remedy="return a copy of one of them")
        ctypes.memmove(new.ctypes.data, copy, new.nbytes)
        made.append((new, place, strides))
        return new


class _Memory:
    """A part of the memory of an array, as NumPy takes it."""

    def __init__(self, owner: Any, place: int, shape: Any, strides: Any, dtype: Any) -> None:
        self.owner = owner
        self.__array_interface__ = {"data": (place, not owner.flags.writeable), "shape": shape, "strides": strides,
                                    "typestr": dtype.str, "version": 3}
