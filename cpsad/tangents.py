"""The table of tangents: what forward mode knows of values that are stored, passed on and returned.

A value is known by the identity of its object, as on the heap of reverse mode (`heap.py`): `put(v, dv)` enters the tangent of
an object, `get(v)` finds it; an object that is not in the table is a constant. The table lives for one call of an operator.
It keeps the objects that are in it alive, and from time to time drops those that nobody else refers to, so that memory does
not grow with the length of the computation.

The tangent of an array that is written in place is held by its memory (`tangent_memory.py`).
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing, Poison
from .heap import CELLS, Heap, is_floating
from .heap import sets_code as _sets_code
from .places import here
from .products import total
from .reach import reaches
from .reach import runs_python as _runs_python
from .rules.registry import REGISTRY
from .tangent_memory import Shadowed
from .tangent_unseen import OWN
from .transforms.errors import NoDerivativeError

__all__ = ["Tangents", "Unasked"]

_FEW = 4096  # entries that are not worth a sweep
_SEQUENCES = (list, tuple)
sets_code: Any = _sets_code
runs_python: Any = _runs_python


class Unasked(Poison):
    """A value that was not computed, as only its tangent is asked for. Whatever reads it after all raises."""

    __slots__ = ()


_UNASKED = AssertionError("a gradient is read of which only the tangent was asked for")


class Rows:
    """The rows of an array, each with its tangent: as a sequence, for `reversed` too."""

    def __init__(self, table: Tangents, array: Any, tangent: Any) -> None:
        self.table, self.array, self.tangent = table, array, tangent

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, index: Any) -> Any:
        row = self.array[index]
        self.table.put(row, self.table.pick(self.array, self.tangent, index))
        return row

    def __iter__(self) -> Any:
        for i in range(len(self.array)):
            yield self[i]


class Flat:
    """What is left of `x.flat`, each number with its tangent."""

    def __init__(self, table: Tangents, values: Any, tangent: Any) -> None:
        self.table, self.values, self.tangent = table, values, tangent

    def __iter__(self) -> Any:
        while True:
            index = self.values.index
            try:
                value = next(self.values)
            except StopIteration:
                return
            self.table.put(value, self.table.flat(self.values, self.tangent)[index])
            yield value


class Tangents(Shadowed, Heap):
    """Tangents of objects, by identity; `slots`: id -> [object, tangent, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.limit = _FEW
        self.inner: dict[int, Any] = {}  # heaps of gradients that are differentiated, each with its sums of tangents
        self.alone: Any = None  # a gradient function of whose result only the tangent is asked for
        self.functions: dict[Any, Any] = {}  # of functions of the user's: their tangent forms

    # -- the table --------------------------------------------------------------------------------------------

    def put(self, value: Any, tangent: Any = ZERO) -> None:
        """Enters the tangent of an object."""
        if tangent is ZERO:
            return
        if type(value) is np.flatiter:
            value, tangent = value.base, tangent.base if isinstance(tangent, np.flatiter) else tangent
        if self.memory and isinstance(value, np.ndarray):
            tangent = self.see(value, tangent)
        slot = self.slots.get(id(value))
        if slot is not None:
            slot[1] = tangent
            return
        self.slots[id(value)] = [value, tangent, 1]
        if len(self.slots) > self.limit:
            self.sweep()

    def get(self, value: Any) -> Any:
        """The tangent of an object; ZERO if it has none."""
        slot = self.slots.get(id(value))
        tangent = ZERO if slot is None else slot[1]
        if self.memory and isinstance(value, np.ndarray):
            return self.see(value, tangent)
        return tangent

    def copied(self, tangent: Any) -> Any:
        """The tangent of a sum to which more may be added, as it is now."""
        tangent = total(tangent)
        return tangent.copy() if isinstance(tangent, np.ndarray) else tangent

    def unasked(self) -> Any:
        """Stands in for a value that nobody asks for, but for its tangent."""
        return Unasked(_UNASKED)

    def sweep(self) -> None:
        """Drops what nobody else refers to."""
        count = sys.getrefcount
        for key, slot in list(self.slots.items()):
            if count(slot[0]) <= 2:
                del self.slots[key]
        self.forget()
        self.limit = max(_FEW, 2 * len(self.slots))

    # -- reads ------------------------------------------------------------------------------------------------

    def part(self, owner: Any, tangent: Any, index: Any, value: Any) -> Any:
        """The tangent of `value = owner[index]`, for an owner of any kind."""
        if isinstance(owner, np.ndarray):
            return self.pick(owner, tangent, index)
        if isinstance(owner, np.generic):
            return tangent if isinstance(tangent, Absorbing) else np.asarray(tangent)[index]
        if isinstance(owner, np.flatiter):
            return self.flat(owner, tangent)[index]
        return self.get(value)

    def member(self, owner: Any, name: str, value: Any) -> Any:
        """The tangent of `value = owner.name`, for an owner of any kind."""
        if isinstance(owner, (np.ndarray, np.generic, float, complex)):
            tangent = self.get(owner)
            if tangent is ZERO:
                return ZERO
            from .tangent_rules import tangent_of

            plain = isinstance(owner, (float, complex)) and not isinstance(owner, np.generic)
            rule = REGISTRY.lookup(getattr(type(owner) if plain else np.ndarray, name, None))
            if rule is not None and rule.role == "rule":
                return tangent_of(self, rule, value, [owner], {}, [tangent])
            return ZERO
        return self.get(value)

    def attribute(self, owner: Any, name: str, *default: Any) -> Any:
        """`owner.name`; a property runs in its tangent form."""
        from .tangent_members import read_attribute

        return read_attribute(self, owner, name, *default)

    def rows(self, values: Any, tangent: Any = ZERO) -> Any:
        """What iterating over `values` yields; rows of an array get their tangents as they are made."""
        if type(values) is tuple:
            return values
        if type(values) is np.flatiter:
            return Flat(self, values, tangent)
        if not isinstance(values, np.ndarray):
            return self.iterable(values)
        tangent = self.see(values, tangent)
        return values if tangent is ZERO else Rows(self, values, tangent)

    def next(self, iterator: Any, *default: Any) -> Any:
        """`next` of an iterator of any kind."""
        if type(iterator) is np.flatiter:
            return next(iter(Flat(self, iterator, ZERO)), *default)
        return next(iterator, *default)

    def flat(self, values: Any, tangent: Any) -> Any:
        """The tangents of what `x.flat` goes over; `tangent`: what that of `x` was computed to be, or its `.flat`."""
        if not isinstance(tangent, np.flatiter):
            tangent = self.get(values.base) if tangent is ZERO else tangent
        found = self.see(values.base, tangent.base if isinstance(tangent, np.flatiter) else tangent)
        return found if isinstance(found, Absorbing) else np.reshape(found, -1)

    def iterable(self, values: Any) -> Any:
        """`values`, or the values that it yields where a method in Python does."""
        from .tangent_protocols import iterate

        return iterate(self, values)

    def gathered(self, values: Any, tangent: Any = ZERO) -> Any:
        return values if isinstance(values, np.ndarray) else list(self.rows(values, tangent))

    # -- sequences as arguments -------------------------------------------------------------------------------

    def each(self, values: Any, tangent: Any = ZERO) -> Any:
        """The tangents of a sequence's elements, as a sequence; those of an array; ZERO if there are none."""
        if type(values) is np.flatiter:
            return self.flat(values, tangent)
        if not isinstance(values, (list, tuple, set, frozenset)):
            return self.see(values, tangent)
        found = [self.each(v) if isinstance(v, _SEQUENCES) else self.get(v) for v in values]
        if all(d is ZERO for d in found):
            return ZERO
        for d in found:
            if isinstance(d, Absorbing) and d is not ZERO:
                return d
        filled = [_zeros(v) if d is ZERO else d for v, d in zip(values, found, strict=True)]
        return tuple(filled) if isinstance(values, tuple) else filled

    def unfold(self, values: Any, array: Any, tangent: Any = ZERO) -> Any:
        """The tangent of what `array(values)` has made."""
        if array is values:
            return self.see(values, tangent)
        if isinstance(array, np.ndarray):
            self.refuse_fields(array, values, tangent)
        found = self.each(values, tangent)
        return found if isinstance(found, Absorbing) else np.array(found)

    def put_each_tangent(self, values: Any, tangents: Any, *more: Any) -> None:
        """The tangents of what a primitive with several results gives; those that its arguments give are added up."""
        for other in more:
            if isinstance(tangents, Absorbing) or isinstance(other, Absorbing):
                tangents = tangents + other
            else:
                tangents = [a + b for a, b in zip(tangents, other, strict=True)]
        if not isinstance(tangents, Absorbing):
            for value, tangent in zip(values, tangents, strict=True):
                self.put(value, tangent)
        elif tangents is not ZERO:
            for value in values:
                self.put(value, tangents)

    # -- refusals ---------------------------------------------------------------------------------------------

    def refuse(self, what: str, why: str, *values: Any) -> None:
        if any(self.get(v) is not ZERO for v in values) or reaches(self.slots, *values):
            raise here(NoDerivativeError, f"{what} cannot be differentiated here", why=why,
                       remedy="add a rule with cpsad.defrule, or use cpsad.stop_gradient on its arguments")

    def missing(self, what: str, *tangents: Any) -> Any:
        """A primitive that has no forward rule."""
        if all(d is ZERO for d in tangents):
            return ZERO
        raise here(NoDerivativeError, f"{what} has no forward rule", why="it is differentiated in reverse mode only",
                   remedy="use cpsad.grad or cpsad.jacrev, or add a rule with cpsad.defrule(..., forward=...)")

    def undifferentiated(self, value: Any, tangent: Any, what: str) -> None:
        """What a rule takes for a constant has a tangent."""
        if tangent is not ZERO and is_floating(value):
            raise here(NoDerivativeError, f"{what} has no derivative rule", remedy="use cpsad.stop_gradient on it")

    def text(self, made: Any, *parts: Any) -> None:
        if any(self.get(p) is not ZERO for p in parts) or reaches(self.slots, *parts):
            self.mark_text(made, 1.0)

    def mark_text(self, made: Any, *tangents: Any) -> None:
        """A text has been made of what has a tangent: no number is to be read back from it."""
        if isinstance(made, (str, bytes)) and any(d is not ZERO for d in tangents):
            self.slots[id(made)] = [made, Poison(here(
                NoDerivativeError, "a number is read back from a text",
                why="the text was made of a value that carries a derivative, which it does not keep",
                remedy="keep the number itself, or use cpsad.stop_gradient on it")), 1]

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        if type(owner) in CELLS:  # of a gradient: a variable from outside, whose value the table knows
            setattr(owner, name, value)
        elif sets_code(type(owner), name) or not isinstance(owner, type) and runs_python(type(owner), "__setattr__"):
            from .tangent_members import set_attribute

            set_attribute(self, owner, name, value)
        elif isinstance(owner, type):
            setattr(owner, name, value)
        else:
            super().set_attribute(owner, name, value)

    def item(self, owner: Any, index: Any) -> Any:
        if type(owner) is str and self.holds(owner):
            made = owner[index]
            self.slots[id(made)] = [made, self.slots[id(owner)][1], 1]
            return made
        return super().item(owner, index)

    # -- stores -----------------------------------------------------------------------------------------------

    def store(self, owner: Any, index: Any, value: Any, tangent: Any, known: Any = None) -> None:
        """`owner[index] = value` for an owner of any kind; `known`: the tangent that was computed for it, if that is known."""
        if isinstance(owner, np.ndarray):
            self.write(owner, index, value, tangent, known)
            return
        if isinstance(owner, np.flatiter):
            self.write_flat(owner, index, value, tangent)
            return
        self.put(value, tangent)
        if type(owner) not in (list, dict):
            if runs_python(type(owner), "__setitem__"):
                from .tangent_members import set_item

                set_item(self, owner, index, value)
                return
            self.guard_store(owner, value, tangent is not ZERO)
        elif type(owner) is list and type(index) is slice:
            value = self.rows(value, tangent)
        elif type(owner) is dict and "__builtins__" in owner:
            self.guard_store(owner, value, tangent is not ZERO)
        owner[index] = value

    # -- functions --------------------------------------------------------------------------------------------

    def own(self, function: Any) -> None:
        """Says of a function that it sees to the tangents of this table itself."""
        function.__dict__[OWN] = self

    def of(self, function: Any, letters: str = "") -> Any:
        """The tangent form of a callable: it is called as the callable is, and enters the tangent of what it returns.

        `letters`: what is known of its arguments, where a call has them all by position.
        """
        try:
            found = self.functions.get((id(function), letters))
        except TypeError:
            found = None
        if found is not None and found[0] is function:
            return found[1]
        from .tangent_forms import form_of

        made, lasts = form_of(self, function, letters)
        if lasts:
            self.functions[id(function), letters] = (function, made)
        return made


def _zeros(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.zeros_like(value) if value.dtype.kind in "fc" else np.zeros(value.shape)
    if isinstance(value, _SEQUENCES):
        return [_zeros(v) for v in value]
    return value * 0.0 if isinstance(value, (float, complex, np.inexact)) else 0.0
