"""Tangents of arrays that are written in place.

The tangents of arrays are values: they are not written into. Once an array is written, its *owner*, the end of its chain of
bases, gets a *shadow*: memory of the same size that holds the tangent of what has been written so far, and beside it which
parts are *known*. The tangent of any array in that memory is what its shadow holds where that is known, and elsewhere what
was computed for the array itself, as there nothing has been written since. `see` puts the two together, and makes all of it
known. So aliases, views and callees meet in the shadow, whatever name they use, and a write need not know what other arrays
see the memory.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing
from .memory import bounds, copy_overlapping, flat_view, overlaps_itself, owner_of
from .places import here
from .reach import reaches
from .transforms.errors import NoDerivativeError

__all__ = ["Shadowed"]

_NUMBERS = (float, np.float64)


class Shadowed:
    """The part of a table of tangents that sees to memory. `memory`: id of an owner -> (owner, address, content, known)."""

    slots: dict[int, Any]
    changes: int

    def __init__(self) -> None:
        super().__init__()
        self.memory: dict[int, tuple[Any, int, Any, Any]] = {}

    def forget(self) -> None:
        """Drops the shadows of memory that nobody else refers to."""
        for key, entry in list(self.memory.items()):
            if sys.getrefcount(entry[0]) <= 3:
                del self.memory[key]

    def _views(self, array: Any, make: bool) -> tuple[Any, Any] | None:
        """The shadow of an array, and which of its elements are known (not zero)."""
        owner = owner_of(array)
        entry = self.memory.get(id(owner))
        if entry is None:
            if not make:
                return None
            if owner.dtype.kind == "V":
                self.refuse_memory("a structured array", "its fields are numbers of several types")
            low, high = bounds(owner)
            entry = owner, low, np.zeros(high - low, np.uint8), np.zeros(high - low, np.uint8)
            self.memory[id(owner)] = entry
        _, low, content, known = entry
        if not array.size:
            empty = np.zeros(array.shape, array.dtype)
            return empty, empty
        offset = array.__array_interface__["data"][0] - low
        return (np.ndarray(array.shape, array.dtype, content, offset, array.strides),
                np.ndarray(array.shape, array.dtype, known, offset, array.strides))

    def see(self, array: Any, tangent: Any) -> Any:
        """The tangent of an array now; `tangent` is what it was computed to be."""
        if not self.memory or not isinstance(array, np.ndarray) or array.dtype.kind not in "fc":
            return tangent
        views = self._views(array, False)
        if views is None or isinstance(tangent, Absorbing) and tangent is not ZERO:
            return tangent
        shadow, known = views
        given = np.broadcast_to(np.asarray(0.0 if tangent is ZERO else tangent), array.shape)
        for s, k, g in [(shadow, known, np.real(given))] if shadow.dtype.kind == "f" else [
                (shadow.real, known.real, np.real(given)), (shadow.imag, known.imag, np.imag(given))]:
            missing = k == 0
            if missing.any():
                s[missing] = g[missing]
                k[missing] = 1
        return shadow.copy()

    def pick(self, owner: Any, tangent: Any, index: Any) -> Any:
        """The tangent of `owner[index]`."""
        if self.memory and isinstance(owner, np.ndarray) and (views := self._views(owner, False)) is not None:
            shadow, known = views
            if np.all(known.real[index] != 0) and (known.dtype.kind == "f" or np.all(known.imag[index] != 0)):
                found = shadow[index]
                return found.copy() if isinstance(found, np.ndarray) else found
            return self.see(owner, tangent)[index]
        return tangent[index] if isinstance(tangent, (np.ndarray, Absorbing)) else np.asarray(tangent)[index]

    def is_constant(self, array: Any, tangent: Any) -> bool:
        """Whether nothing in an array's memory has a tangent; `tangent`: what was computed for it.

        Views of an array take their tangents from it, or else from its shadow. So this is asked of an array that has memory of
        its own only: a view may be of one that has a tangent.
        """
        if tangent is not ZERO or type(array) is not np.ndarray or array.base is not None or id(array) in self.memory:
            return False
        slot = self.slots.get(id(array))
        return slot is None or slot[1] is ZERO

    def write(self, owner: Any, index: Any, value: Any, tangent: Any, before: Any = None) -> None:
        """`owner[index] = value` for an array; `before`: the tangent that was computed for it, if that is known."""
        self.refuse_fields(owner, value, tangent)
        if isinstance(value, (list, tuple)):
            tangent = self.of_written(value)
        elif type(value) is not np.ndarray:
            self.array(value)  # type: ignore[attr-defined]  # or raises
        seen = self.sees_write(owner, value, tangent, before)
        if seen and isinstance(value, np.ndarray):
            copy_overlapping(owner, index, value)
        else:
            owner[index] = value
        if seen:
            self.write_tangent(owner, index, tangent)
        self.changes += 1

    def of_written(self, value: Any) -> Any:
        """The tangent of what is written into an array, of the shape that NumPy makes of it."""
        if not isinstance(value, (list, tuple)):
            return self.get(value)  # type: ignore[attr-defined]
        tangent = self.each(value)  # type: ignore[attr-defined]
        return tangent if isinstance(tangent, Absorbing) else np.array(tangent)

    def sees_write(self, owner: Any, value: Any, tangent: Any, before: Any = None) -> bool:
        """Whether a write into an array has to be noted; raises for arrays of which it is not seen through.

        A constant into which a constant is written stays one: no shadow, of which every look at an array would have to know.
        """
        self.refuse_fields(owner, value, tangent)
        if owner.dtype.kind not in "fc":
            if owner.dtype == object and (tangent is not ZERO or reaches(self.slots, value)):
                self.refuse_memory("an array of objects", "it holds references, not numbers")
            return False
        if tangent is ZERO and self.is_constant(owner, before):
            return False
        if overlaps_itself(owner):
            self.refuse_memory("an array whose elements overlap in memory", "one write changes several of them")
        return True

    def refuse_fields(self, owner: Any, value: Any, tangent: Any) -> None:
        """A structured array, or a view of one of its fields, has no shadow."""
        if owner.dtype.kind != "V" and (owner.base is None or getattr(owner_of(owner), "dtype", owner.dtype).kind != "V"):
            return
        if tangent is not ZERO or reaches(self.slots, value):
            self.refuse_memory("a structured array", "its fields are numbers of several types")

    def write_tangent(self, owner: Any, index: Any, tangent: Any) -> None:
        """Something of this tangent has been written at `owner[index]`."""
        made = self._views(owner, True)
        assert made is not None
        shadow, known = made
        if isinstance(tangent, Absorbing):
            if tangent is not ZERO:
                raise tangent.error
            tangent = 0
        elif shadow.dtype.kind == "f" and np.iscomplexobj(tangent):
            tangent = np.real(tangent)
        shadow[index] = tangent
        known[index] = _one(known)

    def memory_of(self, owner: Any) -> Any:
        """What is known of the tangents in an owner's memory, as it is now."""
        entry = self.memory.get(id(owner))
        return None if entry is None else (entry[2].copy(), entry[3].copy())

    def set_memory(self, owner: Any, known: Any) -> None:
        """The memory is again as it was when `known` was asked for."""
        if known is None:
            self.memory.pop(id(owner), None)
        else:
            entry = self.memory[id(owner)]
            entry[2][...], entry[3][...] = known

    def write_flat(self, owner: Any, index: Any, value: Any, tangent: Any) -> None:
        """`x.flat[index] = value`."""
        array, inside = flat_view(owner, index)
        place = array[inside]
        if np.size(value) != 1 and np.size(value) != np.size(place):
            raise here(NoDerivativeError, "what is written through .flat is repeated",
                       why="which element goes where is not seen", remedy="write an array of as many elements")
        shape = np.shape(place) if np.size(value) == np.size(place) else ()
        tangent = tangent if isinstance(tangent, Absorbing) else np.reshape(tangent, shape)
        self.write(array, inside, np.reshape(value, shape), tangent)

    def store_part(self, owner: Any, name: str, value: Any, tangent: Any) -> None:
        """`owner.real = value`, and the like."""
        if not isinstance(owner, np.ndarray):
            self.put(value, tangent)  # type: ignore[attr-defined]
            self.set_attribute(owner, name, value)  # type: ignore[attr-defined]
        elif name == "flat":
            self.write_flat(owner.flat, slice(None), value, tangent)
        elif name == "imag" and owner.dtype.kind != "c":
            owner.imag = value  # raises
        else:
            self.write(getattr(owner, name), ..., value, tangent)

    def write_out(self, array: Any, tangent: Any, where: Any) -> None:
        """A primitive has written its result into `array`."""
        made = self._views(array, True) if isinstance(array, np.ndarray) and array.dtype.kind in "fc" else None
        if made is None:
            return
        if isinstance(tangent, Absorbing):
            if tangent is not ZERO:
                raise tangent.error
            tangent = 0
        shadow, known = made
        tangent = np.broadcast_to(np.real(tangent) if shadow.dtype.kind == "f" else tangent, array.shape)
        np.copyto(shadow, tangent, where=where, casting="same_kind")
        np.copyto(known, _one(known), where=where)

    def computed(self, function: Any, args: Any) -> Any:
        """What an operation would give everywhere, also where it is not wanted."""
        with np.errstate(all="ignore"):
            return function(*args)

    def update(self, in_place: Any, operation: Any, x: Any, y: Any, dx: Any, dy: Any) -> tuple[Any, Any]:
        """`x op= y`: the new `x`, and its tangent."""
        if type(x) in _NUMBERS and type(y) in _NUMBERS:
            from .tangent_rules import tangent_of_call

            made = operation(x, y)
            return made, ZERO if dx is ZERO and dy is ZERO else tangent_of_call(self, operation, made, [x, y], [dx, dy])
        if not isinstance(x, np.ndarray):
            return self.update_value(in_place, operation, x, y, dx, dy)
        from .tangent_rules import tangent_of_call

        if isinstance(y, (list, tuple)):
            y_array = self.array(y)  # type: ignore[attr-defined]
            dy, y = self.unfold(y, y_array, dy), y_array  # type: ignore[attr-defined]
        dx = self.see(x, dx)
        if dy is ZERO and self.is_constant(x, dx) and x.dtype.kind in "fc":
            return in_place(x, y), ZERO
        tangent = ZERO
        if x.dtype.kind in "fc" and not (dx is ZERO and dy is ZERO):
            tangent = tangent_of_call(self, operation, operation(x, y), [x, y], [dx, dy])
        made = in_place(x, y)
        if x.dtype == object and tangent is not ZERO:
            self.refuse_memory("an array of objects", "it holds references, not numbers")
        self.write_out(made, tangent, True)
        return made, tangent

    def update_value(self, in_place: Any, operation: Any, x: Any, y: Any, dx: Any, dy: Any) -> tuple[Any, Any]:
        """`x op= y` of what is no array."""
        from .tangent_protocols import update_container

        return update_container(self, in_place, operation, x, y, dx, dy)

    def refuse_memory(self, what: str, why: str) -> None:
        raise here(NoDerivativeError, f"{what} is written in place, and values that carry a derivative with it", why=why,
                   remedy="use a plain array, np.array(...)")


def _one(known: Any) -> Any:
    return 1 + 1j if known.dtype.kind == "c" else 1
