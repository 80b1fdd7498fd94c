"""Shadow memory: the adjoints of arrays that are written in place, by location.

The *owner* of an array is the end of its chain of bases, which holds the memory. The forward pass records the owners
that are written, and what was overwritten is kept in the frame. On the way back such an owner has a *shadow*, as many
bytes of zeros, and the shadow of an array is a view of it at the same place: aliases, views and callees all reach the
same one. (That of a complex array is the conjugate of its cotangent, whose parts are the derivatives by its parts, so
that views of the parts fit in.) Pending adjoints of local variables are added to it (`settle`) before anything written
is undone; undoing a write takes the cotangent of what was written out of it, and leaves zero; where an array was made,
the shadow's content is its adjoint (`collect`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing, accumulate, add_at, dense
from .memory import bounds, copy_overlapping, fit_to, flat_view, is_basic, last_only, overlaps_itself, owner_of
from .operands import still
from .places import here
from .products import Products
from .reach import reaches, runs_python
from .transforms.errors import NoDerivativeError

__all__ = ["UNCHANGED", "Shadows"]

UNCHANGED: Any = object()  # what a store that overwrites nothing leaves to restore
_SCALARS = {int, float, bool, complex, np.float64, np.int64}


class Sequence:
    """What a list or tuple written into an array has overwritten, and the list as it was."""

    __slots__ = ("content", "values")

    def __init__(self, content: Any, values: Any) -> None:
        self.content, self.values = content, values


class Shadows:
    """The part of `heap.Heap` that sees to arrays written in place."""

    __slots__ = ()

    slots: dict[int, Any]
    changes: int
    written: dict[int, Any]  # owners written in place, by id
    active: set[int]  # those of them into which values that carry a derivative were written
    known_constants: dict[int, list[Any]]
    entered: tuple[list[Any], list[Any]] | None  # the arguments, until it is asked which of them are constants
    shadows: dict[int, tuple[int, Any]]  # id of an owner -> first address, shadow
    poisons: dict[int, Any]  # ids of owners -> a derivative of some of it that is not known
    iterated: dict[int, int]
    end: Any

    def enter(self, end: Any, differentiated: list[Any], others: list[Any]) -> None:
        """The differentiated function is about to be called with these arguments; `end` is its continuation."""
        self.end = end
        self.entered = differentiated, others  # type: ignore[misc]  # a slot of Heap

    @property
    def constants(self) -> dict[int, list[Any]]:
        """id -> [owner, how often it was said]: arrays that must stay without a derivative.

        Those among the arguments are found when it is first asked: most functions write into no array.
        """
        if self.entered is not None:
            (differentiated, others), self.entered = self.entered, None  # type: ignore[misc]
            self._arguments(differentiated, others)
        return self.known_constants

    def _arguments(self, differentiated: list[Any], others: list[Any]) -> None:
        arrays = [owner_of(a) for a in differentiated if isinstance(a, np.ndarray)]
        known = {id(a) for a in arrays}
        if len(known) < len(arrays):
            self.constant(*arrays)  # whose the gradient is cannot be said where it is written
        self.constant(*others, *[a for a in others if isinstance(a, np.ndarray) and id(owner_of(a)) in known])

    # -- arrays that must stay constant -----------------------------------------------------------------------

    def constant(self, *values: Any) -> None:
        """Arrays that are taken for constants become visible elsewhere."""
        for value in values:
            if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
                owner = owner_of(value)
                known = self.constants.get(id(owner))
                if known is None:
                    self.constants[id(owner)] = [owner, 1]
                    if id(owner) in self.active:
                        self.refuse_constant()
                else:
                    known[1] += 1

    def borrow(self, k: Any, *values: Any) -> None:
        """Parameters that carry no derivative when the function starts, and are written into by it.

        Those of the differentiated function itself are known to carry one from then on; another's caller knows
        nothing of it.
        """
        if k is not self.end:
            self.constant(*values)
            return
        for value in values:
            if isinstance(value, np.ndarray):
                known = self.constants.get(id(owner_of(value)))
                if known is not None:
                    known[1] -= 1
                    if not known[1]:
                        del self.constants[id(owner_of(value))]

    def claim(self, owner: Any) -> None:
        """A value that carries a derivative is about to be written into the memory of `owner`."""
        if id(owner) in self.active:
            return
        if id(owner) in self.constants:
            self.refuse_constant()
        if owner.base is not None:
            raise here(NoDerivativeError, "a value that carries a derivative is written into memory that is no array's",
                       why=f"it belongs to an object of type {type(owner.base).__name__}, which others may read",
                       remedy="write into a copy of the array")
        self.active.add(id(owner))

    def refuse_constant(self) -> None:
        raise here(NoDerivativeError, "a value that carries a derivative is written into an array that is a constant",
                   why="it came from outside, or was made of constants and then passed on or stored, and those who read "
                       "it take it for one", remedy="make the array in the function, write into a copy of it, or "
                       "differentiate with respect to it as well (argnums)")

    def note_write(self, owner: Any) -> None:
        """The memory of `owner` is written in place."""
        self.written[id(owner)] = owner
        self.changes += 1  # type: ignore[misc]  # a slot of Heap
        if id(owner) in self.iterated:
            self.iterated[id(owner)] += 1

    # -- shadows ----------------------------------------------------------------------------------------------

    def shadow(self, array: Any, owner: Any) -> Any:
        known = self.shadows.get(id(owner))
        if known is None:
            low, high = bounds(owner)
            known = self.shadows[id(owner)] = low, np.zeros(high - low, np.uint8)
        low, content = known
        if not array.size:
            return np.zeros(array.shape, array.dtype)
        return np.ndarray(array.shape, array.dtype, content, array.__array_interface__["data"][0] - low, array.strides)

    def pour(self, array: Any, owner: Any, adjoint: Any) -> None:
        """Adds an adjoint of `array` to its shadow."""
        shadow = self.shadow(array, owner)
        adjoint = dense(adjoint)
        if shadow.dtype.kind == "c":
            adjoint = np.conj(adjoint)
        elif getattr(adjoint, "dtype", shadow.dtype).kind == "c":
            adjoint = adjoint.real
        if not overlaps_itself(array):
            shadow += adjoint
            return
        adjoint = np.broadcast_to(adjoint, array.shape)
        for index in np.ndindex(array.shape):
            shadow[index] += adjoint[index]

    def is_written(self, value: Any) -> bool:
        return isinstance(value, np.ndarray) and value.dtype.kind in "fc" and id(owner_of(value)) in self.written

    def settle(self, *pairs: Any) -> Any:
        """Moves pending adjoints to the shadows: of `x, bx, y, by, ...` it returns the new `bx, by, ...`."""
        adjoints = list(pairs[1::2])
        if self.written:
            for i, adjoint in enumerate(adjoints):
                if adjoint is ZERO:
                    continue
                array = pairs[2 * i]
                if isinstance(array, np.flatiter):
                    array, adjoint = array.base, np.reshape(adjoint, array.base.shape)
                if self.is_written(array):
                    if type(adjoint) is Products:
                        adjoint = adjoint.multiply()
                    if isinstance(adjoint, Absorbing):
                        self.poisons[id(owner_of(array))] = adjoint
                    else:
                        self.pour(array, owner_of(array), adjoint)
                        adjoints[i] = ZERO
        return adjoints[0] if len(adjoints) == 1 else adjoints

    def collect(self, array: Any, adjoint: Any) -> Any:
        """The adjoint of an array: what is pending, and what its shadow holds, which is zero from then on."""
        if self.poisons and isinstance(array, np.ndarray) and id(owner_of(array)) in self.poisons:
            return self.poisons[id(owner_of(array))]
        if self.shadows and isinstance(array, np.ndarray) and array.dtype.kind in "fc":
            owner = owner_of(array)
            if id(owner) in self.shadows and not overlaps_itself(array):
                shadow = self.shadow(array, owner)
                taken = np.conj(shadow) if shadow.dtype.kind == "c" else shadow.copy()
                shadow[...] = 0
                return accumulate(adjoint, taken)
        return adjoint

    def add_item(self, total: Any, owner: Any, index: Any, adjoint: Any) -> Any:
        """Backward of `owner[index]`: into the shadow, or to `total`."""
        if adjoint is not ZERO and self.written and self.is_written(owner):
            if isinstance(adjoint, Absorbing):
                self.poisons[id(owner_of(owner))] = adjoint
                return adjoint
            shadow = self.shadow(owner, owner_of(owner))
            adjoint = adjoint.real if owner.dtype.kind == "f" else np.conj(adjoint)
            if is_basic(index):
                shadow[index] += adjoint
            else:
                np.add.at(shadow, index, adjoint)
            return total
        return add_at(total, owner, index, adjoint)

    # -- items ------------------------------------------------------------------------------------------------

    def store_into(self, owner: Any, index: Any, value: Any, active: bool) -> Any:
        """`owner[index] = value` for an array; returns what was there."""
        from .heap import is_floating

        sequence = isinstance(value, (list, tuple))
        carries = active and is_floating(value) or bool(self.slots) and sequence and reaches(self.slots, value)
        if not sequence and type(value) not in _SCALARS and type(value) is not np.ndarray:
            self.array(value)  # type: ignore[attr-defined] # or raises
        root = owner_of(owner)
        if carries or id(owner) in self.slots or id(root) in self.active:
            self.check_array(owner)
        if carries and owner.dtype.kind in "fc":
            self.claim(root)
        content = owner[index]
        if isinstance(content, np.ndarray) and content.base is not None:
            content = content.copy()
        if isinstance(value, np.ndarray) and owner_of(value) is root:
            copy_overlapping(owner, index, value)
        else:
            owner[index] = value
        self.note_write(root)
        return Sequence(content, still(value)) if sequence and carries else content

    def check_array(self, array: Any) -> None:
        """Refuses arrays of which a write is not seen through."""
        kind: Any = type(array)
        if array.dtype.kind not in "O" and (kind is np.ndarray or not runs_python(
                kind, "__setitem__", "__getitem__", "__array_finalize__", "__array_wrap__", "__array_ufunc__")):
            if not overlaps_itself(array):
                return
            what, why = "an array whose elements overlap in memory", "one write changes several of them"
        elif array.dtype.kind == "O":
            what, why = "an array of objects", "it holds references, not numbers"
        else:
            what, why = f"an array of type {kind.__name__}", "code of its class does it"
        raise here(NoDerivativeError, f"{what} is written in place, and values that carry a derivative with it", why=why,
                   remedy="use a plain array, np.array(...)")

    def unstore_from(self, owner: Any, index: Any, old: Any, value: Any) -> Any:
        """Backward of `store_into`: puts back what was there; returns the cotangent of `value`."""
        if type(old) is not Sequence:
            owner[index] = old
            return self.released(owner, index, value)
        owner[index] = old.content
        self._spread(old.values, self.released(owner, index, np.array(old.values)))  # type: ignore[attr-defined]
        return ZERO

    def released(self, owner: Any, index: Any, value: Any) -> Any:
        """The cotangent of `value`, which has been written at `owner[index]`: the shadow has nothing there from now on."""
        root = owner_of(owner)
        if id(root) in self.poisons:  # the derivative of some of it is not known
            return self.poisons[id(root)]
        if id(root) not in self.shadows:
            return ZERO
        shadow = self.shadow(owner, root)
        g = shadow[index]
        if isinstance(g, np.ndarray) or owner.dtype.kind == "c":
            g = np.conj(g) if owner.dtype.kind == "c" else g.copy()
        shadow[index] = 0
        if owner.dtype.kind not in "fc":
            return ZERO
        if not is_basic(index) and np.ndim(g):
            g = last_only(g, owner, index)
        return fit_to(g, value)

    def store_flat(self, owner: Any, index: Any, value: Any, active: bool) -> Any:
        """`x.flat[index] = value`."""
        array, inside = flat_view(owner, index)
        place = array[inside]
        if np.size(value) != 1 and np.size(value) != np.size(place) or isinstance(value, (list, tuple)):
            raise here(NoDerivativeError, "what is written through .flat is repeated, or is a list",
                       why="which element goes where is not seen", remedy="write an array of as many elements")
        if isinstance(value, np.ndarray):
            value = value.reshape(-1) if value.size == np.size(place) else value.reshape(())
            value = value.reshape(np.shape(place))
        return self.store_into(array, inside, value, active)

    def unstore_flat(self, owner: Any, index: Any, old: Any, value: Any) -> Any:
        array, inside = flat_view(owner, index)
        g = self.unstore_from(array, inside, old, np.reshape(value, np.shape(old)) if np.size(value) == np.size(old) else
                              np.reshape(value, ()))
        return g if isinstance(g, Absorbing) or not isinstance(value, np.ndarray) else np.reshape(g, value.shape)

    # -- parts ------------------------------------------------------------------------------------------------

    def set_layout(self, owner: Any, name: str, value: Any) -> None:
        """`owner.shape = value`, or another of the attributes that say what an array's memory means: none may change."""
        if not isinstance(owner, np.ndarray) or owner.dtype.kind not in "fc":
            setattr(owner, name, value)
            return
        before = getattr(owner, name)
        changed = name != "shape" and value != before
        if not changed:
            setattr(owner, name, value)
            changed = getattr(owner, name) != before
        if changed:
            setattr(owner, name, before)
            raise here(NoDerivativeError, f"the attribute {name} of an array is changed", why="its adjoint has the shape and "
                       "dtype that it had", remedy="use np.reshape, or make a new array")

    def store_part(self, owner: Any, name: str, value: Any, active: bool) -> Any:
        """`owner.real = value`, and the like."""
        if not isinstance(owner, np.ndarray):
            if active:
                self.set_attribute(owner, name, value)  # type: ignore[attr-defined]
            else:
                setattr(owner, name, value)
            return UNCHANGED
        if name == "flat":
            return self.store_flat(owner.flat, slice(None), value, active)
        if name == "imag" and owner.dtype.kind != "c":
            owner.imag = value  # raises
        return self.store_into(getattr(owner, name), ..., value, active)

    def unstore_part(self, owner: Any, name: str, old: Any, value: Any) -> Any:
        if old is UNCHANGED:
            return ZERO
        if name == "flat":
            return self.unstore_flat(owner.flat, slice(None), old, value)
        return self.unstore_from(getattr(owner, name), ..., old, value)

    # -- whole arrays -----------------------------------------------------------------------------------------

    def snapshot(self, array: Any, active: bool, *sources: Any) -> Any:
        """What an in-place update of `array` with these is about to overwrite."""
        from .heap import is_floating

        if not isinstance(array, np.ndarray):
            lists = isinstance(array, (list, tuple))
            if lists and any(isinstance(s, np.ndarray) for s in sources):
                raise here(NoDerivativeError, "a list gets the elements of an array that carries a derivative",
                           why="they are made by the update", remedy="write x.extend(list(y)), or x = x + list(y)")
            if isinstance(array, tuple) and any(isinstance(a, np.ndarray) for a in array):
                raise here(NoDerivativeError, "out= is a tuple that is made elsewhere", why="what is written is not seen",
                           remedy="write out=x")
            if not lists:
                from .operands import numeric

                for value in (array, *sources):
                    if not isinstance(value, (list, tuple, dict, set, str)):
                        numeric(value)
            return UNCHANGED
        if any(isinstance(s, (list, tuple)) for s in sources) and reaches(self.slots, *sources):
            raise here(NoDerivativeError, "an array is updated with a list of values that carry a derivative",
                       why="NumPy would copy the numbers out of it", remedy="make it an array first: np.array(...)")
        root = owner_of(array)
        carries = active and any(map(is_floating, sources))
        if carries or id(array) in self.slots or id(root) in self.active:
            self.check_array(array)
        if carries and array.dtype.kind in "fc":
            self.claim(root)
        self.note_write(root)
        return array.copy()

    def restore(self, array: Any, old: Any, where: Any = True) -> None:
        """Backward of an in-place update (`where`): the array is as it was; on what it got nothing depends any more."""
        if old is not UNCHANGED:
            np.copyto(array, old)
            if where is True:  # else `drain` has left what belongs to the elements that stayed
                self.erase(array)

    def erase(self, array: Any) -> None:
        root = owner_of(array)
        if id(root) in self.shadows:
            self.shadow(array, root)[...] = 0

    def drain(self, array: Any, old: Any, adjoint: Any, where: Any = True) -> Any:
        """The cotangent of what an in-place update has written (where it has)."""
        if old is UNCHANGED:
            return adjoint
        taken = self.collect(array, adjoint)
        if where is True or isinstance(taken, Absorbing):
            return taken
        self.pour(array, owner_of(array), np.where(where, 0, taken))
        return np.where(where, taken, 0)

    def undo(self, array: Any, old: Any, result: Any) -> Any:
        """Backward of an in-place update; returns what it had made."""
        if old is UNCHANGED:
            return result
        made = array.copy()
        np.copyto(array, old)
        return made

    def final_contents(self) -> list[tuple[Any, Any]]:
        """Arrays written so far, with copies of what they hold: asked where the forward pass ends."""
        return [(a, a.copy()) for a in self.written.values()]

    def leave(self, contents: list[tuple[Any, Any]]) -> None:
        """Puts them back, where the way back has ended: arrays are left as the function leaves them."""
        for array, content in contents:
            array[...] = content
