"""Adjoints of values that are stored: in a container, an attribute, a closure's cell.

A stored value is known by the identity of its object (see `docs/design.md`, "What a value is"). A `Heap` lives for
one gradient call.
"""

from __future__ import annotations

import collections
import functools
import io
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from .class_attributes import check_set
from .cotangents import ZERO, Absorbing, accumulate, add_at, stacked
from .floating import NEVER, is_floating
from .memory import owner_of
from .outer import GlobalCell, OuterCell
from .places import here
from .reach import closes_over, code_behind, foreign_dtype, reaches, runs_python
from .refusals import Refusals
from .rows import Flat, Rows
from .shadows import UNCHANGED, Shadows
from .stack import OnCStack
from .transforms.access import LAYOUT
from .transforms.errors import NoDerivativeError
from .unseen import is_text_in_doubt

__all__ = ["Heap", "is_floating"]

CELLS = {GlobalCell, OuterCell}  # variables from outside, in programs that are transformed again
_FUNCTION = type(lambda: None)

_NEVER_HELD: dict[str, Any] = {}
_NUMBERS = {int, float, bool, complex, type(None), np.ndarray, np.float64}
_HOLDERS = {list, dict, collections.deque, collections.OrderedDict, collections.defaultdict}


@functools.lru_cache(maxsize=4096)
def runs_code(kind: type, name: str) -> bool:
    """Whether reading attribute `name` of an instance of `kind` runs Python code of the user's."""
    if isinstance(getattr(kind, "__getattribute__", None), _FUNCTION):
        return True
    for base in kind.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            return isinstance(found, (property, functools.cached_property)) or isinstance(
                getattr(type(found), "__get__", None), _FUNCTION)
    return isinstance(getattr(kind, "__getattr__", None), _FUNCTION) and not hasattr(kind, name)


@functools.lru_cache(maxsize=4096)
def sets_code(kind: type, name: str) -> bool:
    """Whether setting attribute `name` of an instance of `kind` runs a `__set__` or a `__setattr__` in Python."""
    if isinstance(kind.__setattr__, _FUNCTION):  # a method of C only stores, `dict.__setitem__` too
        return True
    for base in kind.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            return isinstance(found, property) or isinstance(getattr(type(found), "__set__", None), _FUNCTION)
    return False


def _speaks_numpy(value: Any) -> bool:
    """Whether a value is an array of another library."""
    return isinstance(value, (np.ndarray, np.generic)) or foreign_dtype(value) is not None


class Heap(Shadows, Refusals):
    """Slots of stored values, by the identity of the stored object, which a slot keeps alive."""

    __slots__ = ("active", "c_depth", "caches", "changes", "decisions", "depth", "end", "entered", "iterated", "known_constants",
                 "poisons", "second", "shadows", "slots", "unfinished", "written")

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth  # of the level whose adjoints these are (`forms.py`)
        self.changes = 0  # how often something was stored, or written in place
        self.caches: dict[Any, Any] = {}  # of cached functions: what they were called with -> value
        self.decisions: dict[int, Any] = {}  # what comparisons alone have chosen
        self.c_depth = 0  # calls that CPython 3.11 makes on the C stack
        self.unfinished: dict[int, Any] = {}  # generators suspended in blocks that run code when they are left
        self.second: dict[tuple[int, int], Any] = {}  # cotangents of what is added to the slots of inner heaps
        self.written: dict[int, Any] = {}
        self.iterated: dict[int, int] = {}  # owners of arrays that were iterated over -> how often they have been written since
        self.active: set[int] = set()
        self.known_constants: dict[int, list[Any]] = {}
        self.entered: Any = None
        self.poisons: dict[int, Any] = {}
        self.shadows: dict[int, tuple[int, Any]] = {}
        self.end: Any = None  # the continuation of the differentiated function
        self.slots: dict[int, list[Any]] = {}  # id -> [object, adjoint, number of stores]

    def form(self, function: Any, signature: str) -> Any:
        """The CPS form of a callable, at the level whose adjoints these are."""
        from .forms import level

        return level(self.depth).form(function, signature)

    def through_c(self) -> OnCStack:
        """Context for a call with starred arguments, which CPython 3.11 makes on the C stack."""
        return OnCStack(self)

    def put(self, value: Any) -> None:
        """`value` is about to be stored somewhere."""
        if type(value) is np.flatiter:
            self.refuse_flat()
        if is_floating(value):
            self.changes += 1
            slot = self.slots.get(id(value))
            if slot is None:
                self.slots[id(value)] = [value, ZERO, 1]
            else:
                slot[2] += 1

    def take(self, value: Any) -> Any:
        """Backward of `put`: the adjoint that reads of the stored value have gathered."""
        slot = self.slots.get(id(value))
        if slot is None:
            return ZERO
        gathered, slot[1] = slot[1], ZERO
        slot[2] -= 1
        if not slot[2]:
            del self.slots[id(value)]
        return self.collect(value, gathered) if self.shadows or self.poisons else gathered

    def take_slot(self, value: Any) -> Any:
        """`take`, but for what the shadow of an array has gathered."""
        slot = self.slots.get(id(value))
        if slot is None:
            return ZERO
        gathered, slot[1] = slot[1], ZERO
        slot[2] -= 1
        if not slot[2]:
            del self.slots[id(value)]
        return gathered

    def add(self, value: Any, adjoint: Any) -> None:
        """Backward of reading `value` from somewhere; a value that nobody put there is a constant."""
        if adjoint is not ZERO:
            if self.written and self.is_written(value):
                if not isinstance(adjoint, Absorbing):
                    self.pour(value, owner_of(value), adjoint)
                    return
                self.poisons[id(owner_of(value))] = adjoint
            slot = self.slots.get(id(value))
            if slot is not None:
                slot[1] = accumulate(slot[1], adjoint)
            elif type(value) not in NEVER and not is_floating(value) and not isinstance(
                    value, (int, np.ndarray, np.generic)):
                self.lost(value, adjoint)

    def holds(self, value: Any) -> bool:
        return id(value) in self.slots

    def rows(self, values: Any) -> Any:
        """What `values` are iterated over as: the rows of an array are put on the heap when they are made."""
        if type(values) is np.flatiter and values.base.dtype.kind in "fc":
            return Flat(self, values)
        if not isinstance(values, np.ndarray) or values.dtype.kind not in "fc":
            return self.iterable(values)
        return Rows(self, values)

    def iterable(self, values: Any) -> Any:
        """`values`, unless iterating over it runs Python code that can see stored values."""
        if self.slots and type(values) not in NEVER:
            if isinstance(values, io.StringIO) and self.holds(values):
                raise here(NoDerivativeError, "a text made of values that carry a derivative is taken apart into lines",
                           why="a number that is read back has lost its derivative", remedy="keep the numbers themselves")
            self.guard(values, "iterating over", "__iter__", "__next__", "__getitem__")
        return values

    def unrows(self, values: Any, rows: Any) -> Any:
        """Backward of `rows`: cotangent of the array, or ZERO for what was no array."""
        if rows is values:
            return ZERO
        taken: list[Any] = [ZERO] * len(rows)
        for i, row in reversed(rows.made):
            g = self.take(row)
            if g is not ZERO:
                taken[i] = accumulate(taken[i], g)
        if all(t is ZERO for t in taken):
            return ZERO
        return stacked(taken, rows.array)

    def gathered(self, values: Any) -> Any:
        """The values that a function of any iterable is given, as a sequence that the way back can look at again."""
        if type(values) is np.flatiter:
            return self.elements(values)
        return values if isinstance(values, np.ndarray) or _speaks_numpy(values) else list(self.iterable(values))

    def elements(self, iterator: Any) -> Any:
        """What `.flat` goes over, which it has done then."""
        if iterator.index:
            self.refuse_flat()
        found = np.empty(iterator.base.size, iterator.base.dtype)
        for i, value in enumerate(iterator):
            found[i] = value
        return found

    def spread(self, values: Any, adjoints: Any) -> Any:
        """Backward of a function of a sequence: each element gets its cotangent.

        `values`: the sequence, or an array; `adjoints`: a sequence of as many. Returns the cotangent of the array,
        or ZERO for a container, whose elements have been served.
        """
        if not isinstance(values, (list, tuple, set, frozenset)):
            if not isinstance(values, (np.ndarray, np.generic, int, float, complex)) and not _speaks_numpy(values):
                self.lost(values, adjoints)
            if not isinstance(adjoints, (list, tuple)):
                return adjoints
            return stacked(list(adjoints), values) if isinstance(values, np.ndarray) else np.array(
                adjoints, np.result_type(values))
        self._spread(values, adjoints)
        return ZERO

    def put_each(self, values: Any) -> None:
        """The results of a function that returns several."""
        for value in values:
            self.put(value)

    def take_each(self, values: Any) -> list[Any]:
        """Backward of `put_each`."""
        return [self.take(value) for value in reversed(values)][::-1]

    def array(self, value: Any) -> Any:
        """What NumPy makes of a sequence that it is given for an array."""
        if isinstance(value, (list, tuple)) or type(value) is np.flatiter:
            return np.array(value)
        if self.slots and type(value) not in _NUMBERS:
            if isinstance(value, (str, bytes)) and (self.holds(value) or is_text_in_doubt()):
                raise here(NoDerivativeError, "a number is read back from a text",
                           why="the text was made of a value that carries a derivative, which it does not keep",
                           remedy="keep the number itself, or use cpsad.stop_gradient on it")
            if not isinstance(value, np.ndarray) and not _speaks_numpy(value):
                self.guard(value, "doing arithmetic with", "__array__", "__float__", "__complex__", "__index__", "__abs__",
                           "__array_ufunc__", "__array_function__", "__len__", "__getitem__", "__round__")
        return value

    def unarray(self, value: Any, array: Any, adjoint: Any) -> Any:
        """Backward of `array`: the elements of a sequence get theirs; what was no sequence gets it all."""
        if array is value and not isinstance(value, (list, tuple)) or type(value) is np.flatiter:
            return adjoint
        self._spread(value, adjoint)
        return ZERO

    def _spread(self, values: Iterable[Any], adjoints: Any) -> None:
        if isinstance(adjoints, Absorbing):
            if adjoints is ZERO:
                return
            adjoints = [adjoints for _ in values]
        for value, adjoint in zip(values, adjoints, strict=True):
            if isinstance(value, (list, tuple)):
                self._spread(value, adjoint)
            else:
                self.add(value, adjoint)

    def item(self, owner: Any, index: Any) -> Any:
        """`owner[index]`, unless it runs Python code that can see stored values."""
        if type(owner) is str and self.holds(owner):
            part = owner[index]
            self.text(part, owner)
            return part
        if self.slots and type(owner) not in NEVER and type(owner) is not np.ndarray:
            if type(owner) is collections.defaultdict and isinstance(owner.default_factory, _FUNCTION) and index not in owner:
                raise here(NoDerivativeError, "a defaultdict calls a function of yours for a key that is missing",
                           why="it would run without its derivative", remedy="store the value before it is read")
            self.guard(owner, "indexing", "__getitem__", "__missing__", "__class_getitem__")
            if runs_python(type(owner), "__getitem__") and reaches(self.slots, index):
                self.guard_index(owner)
        return owner[index]

    def read_item(self, total: Any, owner: Any, index: Any, value: Any, adjoint: Any) -> Any:
        """Backward of `value = owner[index]` for an owner of any kind; returns the owner's new adjoint."""
        if isinstance(owner, np.ndarray):
            return self.add_item(total, owner, index, adjoint)
        if isinstance(owner, np.generic):  # `x[()]`, `x[..., None]`: all elements are the number
            return total + (adjoint if isinstance(adjoint, Absorbing) else np.sum(adjoint))
        if isinstance(owner, np.flatiter):
            return add_at(total, owner.base.reshape(-1), index, adjoint)
        self.add(value, adjoint)
        return total

    def attribute(self, owner: Any, name: str, *default: Any) -> Any:
        """`owner.name`, unless reading it runs Python code that computes with stored values."""
        value = getattr(owner, name, *default)
        if type(owner) in CELLS:
            return value
        kind = owner.__self_class__ if type(owner) is super else type(owner)
        if self.slots and kind is not type and runs_code(kind, name) and not self.is_harmless(value) and (
                reaches(self.slots, owner, *code_behind(kind, name)) or any(map(closes_over, code_behind(kind, name)))):
            raise here(NoDerivativeError, f"{type(owner).__name__}.{name} is a property",
                       why="its code would run without its derivative", remedy="call a method that computes it")
        return value

    def is_harmless(self, value: Any) -> bool:
        return self.holds(value) or isinstance(value, (int, str, bytes, type(None))) or callable(value)

    def read_attribute(self, owner: Any, name: str, value: Any, adjoint: Any) -> Any:
        """Backward of `value = owner.name` for an owner of any kind; returns what goes to the owner itself."""
        if isinstance(owner, (np.ndarray, np.generic, float, complex)) and adjoint is not ZERO:
            from .rules.registry import REGISTRY

            plain = isinstance(owner, (float, complex)) and not isinstance(owner, np.generic)
            rule = REGISTRY.lookup(getattr(type(owner) if plain else np.ndarray, name, None))
            if rule is not None and rule.role == "rule":
                return rule.pullback(adjoint, value, owner)
            if rule is None:
                raise here(NoDerivativeError, f"the array attribute {name} has no derivative rule",
                           remedy="add one with cpsad.defrule")
            return ZERO
        self.add(value, adjoint)
        return ZERO

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        """`owner.name = value` of a value that carries a derivative."""
        if isinstance(owner, np.ndarray) and name in LAYOUT:
            self.set_layout(owner, name, value)  # numbers that came by a way of no known kind
            return
        if isinstance(owner, np.ndarray):
            raise here(NoDerivativeError, f"setting the attribute {name} of an array to a value that carries a derivative",
                       why="it writes into the array", remedy="build the array anew")
        if isinstance(owner, types.ModuleType) and (is_floating(value) or reaches(self.slots, value)):
            raise here(NoDerivativeError, f"the attribute {name} of a module is set to a value that carries a derivative",
                       why="functions of that module have taken it for a constant",
                       remedy=f"assign it in a function of that module, after `global {name}`, or keep it in a list or dict")
        if type(owner) not in CELLS and sets_code(type(owner), name) and (
                is_floating(value) or reaches(self.slots, value, owner)):
            raise here(NoDerivativeError, f"setting {type(owner).__name__}.{name} runs code",
                       why="it would run without its derivative", remedy="set a plain attribute")
        if isinstance(owner, type):
            check_set(owner, name)
        setattr(owner, name, value)
        if is_floating(value) and getattr(owner, "__dict__", _NEVER_HELD).get(name) is not value and (
                getattr(owner, name, None) is not value):
            raise here(NoDerivativeError, f"{type(owner).__name__}.{name} is set to a value that carries a derivative",
                       why="it keeps only the number", remedy="use a class written in Python, a list or a dict")

    # -- stores -----------------------------------------------------------------------------------------------

    def store_item(self, owner: Any, index: Any, value: Any, active: bool) -> Any:
        """`owner[index] = value`; returns what was there if `owner` is an array."""
        if isinstance(owner, np.ndarray):
            return self.store_into(owner, index, value, active)
        if isinstance(owner, np.flatiter):
            return self.store_flat(owner, index, value, active)
        if (active or self.slots) and (type(owner) not in _HOLDERS or type(index) is slice or (
                type(owner) is dict and "__builtins__" in owner)):
            self.guard_store(owner, value, active)
        owner[index] = value
        return UNCHANGED

    def unstore_item(self, owner: Any, index: Any, old: Any, value: Any) -> Any:
        """Backward of `store_item`: what ran before the store reads what it read then; returns the value's cotangent."""
        if old is UNCHANGED:
            return ZERO
        if isinstance(owner, np.flatiter):
            return self.unstore_flat(owner, index, old, value)
        return self.unstore_from(owner, index, old, value)

