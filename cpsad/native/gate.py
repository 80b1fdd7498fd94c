"""The quick way from Python into a program, which `gate.h` describes: what it is told."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import numpy as np

from ..rules.registry import REGISTRY
from .objects import Obj
from .types import Arr, Maybe, Num, Parted, Single, c_type

__all__ = ["Plan", "Plans", "is_known", "open_gate", "plan_for"]

FUNCTIONS = ("PyEval_SaveThread PyEval_RestoreThread PyGILState_Ensure PyGILState_Release PyErr_CheckSignals "
             "PyDict_GetItemWithError PyObject_GetAttr Py_DecRef Py_IncRef PyFloat_FromDouble PyLong_FromLongLong "
             "PyLong_AsLongLongAndOverflow PyTuple_New PyErr_Occurred PyErr_Clear").split()
NEW_FROM_DESCR, SCALAR = 94, 60  # places in NumPy's table of functions
FROM = {"arguments": 0, "dict": 1, "cell": 2}
KINDS = {"float": 0, "int": 1, "bool": 2, "float64": 3, "float32": 4, "int64": 5}
ARRAY, OBJECT = 6, 7
MOST = 8  # types of arguments that one function's quick way knows
IN_DICT, NOT_IN_DICT, IN_CELL, ATTRIBUTE = 0, 1, 2, 3


def addresses() -> list[int]:
    """What `gate.h` has in `python`, in its order."""
    from numpy._core import _multiarray_umath

    name, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name.argtypes, name.restype = [ctypes.py_object], ctypes.c_char_p
    pointer.argtypes, pointer.restype = [ctypes.py_object, ctypes.c_char_p], ctypes.c_void_p
    capsule = _multiarray_umath._ARRAY_API  # type: ignore[attr-defined]
    table = (ctypes.c_void_p * 128).from_address(pointer(capsule, name(capsule)) or 0)
    found = [ctypes.cast(getattr(ctypes.pythonapi, f), ctypes.c_void_p).value or 0 for f in FUNCTIONS]
    return [*found, table[NEW_FROM_DESCR] or 0, table[SCALAR] or 0, id(None), id(NotImplemented), id(np.ndarray), id(True)]


def open_gate(library: ctypes.CDLL) -> ctypes.PyDLL:
    """Tells a program where Python and NumPy are; the library as one whose functions are called with Python's lock."""
    known = addresses()
    (ctypes.c_void_p * len(known)).in_dll(library, "python")[:] = known
    gate = ctypes.PyDLL(library._name, handle=library._handle)
    gate.raised_values.restype = ctypes.c_void_p
    gate.through.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return gate


def is_known() -> bool:
    """Whether objects lie in memory as `gate.h` has it."""
    locked = getattr(sys, "_is_gil_enabled", lambda: True)()
    return sys.implementation.name == "cpython" and sys.version_info < (3, 14) and locked and sys.maxsize > 2**32


class Plan:
    """What `pass` compares and makes for one program; None where the quick way has no word for it."""

    def __init__(self, staged: Any, arguments: list[Any], single: bool) -> None:
        self.kept: list[Any] = []  # what the numbers below point to
        self.staged = staged
        gradient = not staged.primal
        wanted = [self.argument(i, staged.types[i], arguments[i]) for i in range(len(arguments))]
        filled = set(staged.filled)
        wanted = [wanted[i] for i in sorted(range(len(arguments)), key=lambda i: (i not in filled, i))]
        outside = [self.outside(*i) for i in staged.stager.inputs]
        inputs = [*wanted[: len(filled)], *outside, *wanted[len(filled):]]
        taken = [a for found in self.assumptions() for a in found]
        results = [v for t in staged.stager.results for v in self.number(t, 0)]
        gradients = []
        for n, position in enumerate(staged.wanted):
            type_ = staged.types[position]
            gradients += [ARRAY, 0, position, 0] if isinstance(type_, Arr) else self.slope(staged.gradients[n], type_, position)
        self.arrays = [(ctypes.c_int64 * max(1, len(part)))(*part) for part in
                       ([v for i in inputs for v in i], taken, results, gradients)]
        slots = 2 * (1 + len(staged.wanted)) if gradient else max(1, staged.stager.most_slots)
        self.words = (ctypes.c_int64 * 16)(
            ctypes.cast(staged.loaded, ctypes.c_void_p).value or 0, len(arguments), len(inputs), len(taken) // 4,
            len(results) // 4, len(gradients) // 4, single, staged.stager.writes, slots, gradient,
            *(ctypes.addressof(a) for a in self.arrays), 0, id(staged))
        pass_ = staged.gate["pass"]
        pass_.argtypes, pass_.restype = [ctypes.py_object, ctypes.c_void_p], ctypes.py_object
        self.call, self.address = pass_, ctypes.addressof(self.words)

    def at(self, value: Any) -> int:
        self.kept.append(value)
        return id(value)

    def argument(self, position: int, type_: Any, value: Any) -> list[int]:
        return [FROM["arguments"], *self.kind_of(type_, value, position, 0, 0)]

    def kind_of(self, type_: Any, value: Any, position: int, owner: int, name: int) -> list[int]:
        if isinstance(type_, Arr):
            if owner:
                raise LookupError  # its dtype would stand where the name does
            return [ARRAY, position, owner, self.at(value.dtype), id(np.ndarray), type_.rank, type_.packed]
        if isinstance(type_, Num):
            return [KINDS[type_.name], position, owner, name, self.at(type(value)), 0, 0]
        return [OBJECT, position, owner, name, self.at(value), 0, 0]

    def outside(self, unit: Any, name: str, type_: Any) -> list[int]:
        """A value from outside, which is read at every call."""
        if not isinstance(type_, Num):
            raise LookupError(name)
        if name in unit.cells:
            cell = unit.cells[name]
            return [FROM["cell"], *self.kind_of(type_, cell.cell_contents, 0, self.at(cell), 0)]
        namespace = unit.function.__globals__
        return [FROM["dict"], *self.kind_of(type_, namespace[name], 0, self.at(namespace), self.at(sys.intern(name)))]

    def assumptions(self) -> list[list[int]]:
        found = []
        stager = self.staged.stager
        for unit, name, value in stager.constants.values():
            key, namespace = self.at(sys.intern(name)), unit.function.__globals__
            if name in unit.cells:
                found.append([IN_CELL, self.at(unit.cells[name]), key, self.at(value)])
            elif name in namespace:
                found.append([IN_DICT, self.at(namespace), key, self.at(value)])
            else:
                builtins = namespace["__builtins__"]
                builtins = builtins if isinstance(builtins, dict) else vars(builtins)
                found.append([NOT_IN_DICT, self.at(namespace), key, 0])
                found.append([IN_DICT, self.at(builtins), key, self.at(value)])
        for owner, name, value in [*stager.attributes.values(), (REGISTRY, "version", REGISTRY.version)]:
            if getattr(owner, name) is not value:
                raise LookupError(name)
            found.append([ATTRIBUTE, self.at(owner), self.at(sys.intern(name)), self.at(value)])
        for function, defaults, named in stager.defaults.values():
            if named:
                raise LookupError(function)
            found.append([ATTRIBUTE, self.at(function), self.at(sys.intern("__defaults__")), self.at(defaults)])
            found.append([ATTRIBUTE, self.at(function), self.at(sys.intern("__kwdefaults__")), self.at(named)])
        return found

    def number(self, type_: Any, position: int, may_be_zero: bool = False) -> list[int]:
        """How a number is made from its slot."""
        if isinstance(type_, Single) and type_.name == "None" and self.staged.primal:
            return [OBJECT, id(None), position, 0]
        if not isinstance(type_, Num):
            raise LookupError(str(type_))
        kind = KINDS[type_.name]
        if kind == KINDS["bool"]:
            raise LookupError("bool")
        return [kind, self.at(type_.dtype), position, may_be_zero]

    def slope(self, adjoint: Any, type_: Any, position: int) -> list[int]:
        """The gradient by a number."""
        inner = adjoint.type if isinstance(adjoint, Maybe) else adjoint
        if inner != type_:
            raise LookupError(str(adjoint))
        return self.number(type_, position, isinstance(adjoint, Maybe))


class Plans:
    """The quick ways into the programs of one function, one after another."""

    def __init__(self) -> None:
        self.first: Plan | None = None
        self.all: list[Plan] = []
        self.retired: list[Plan] = []

    def add(self, plan: Plan | None) -> None:
        """Puts a plan at the front."""
        if plan is None or plan is self.first:
            return
        made = [plan, *(p for p in self.all if p is not plan and p.staged.is_valid())][:MOST]
        for one, following in zip(made, [*made[1:], None], strict=True):
            one.words[14] = following.address if following is not None else 0
        self.retired += [p for p in self.all if p not in made]  # another thread may be on its way through one
        self.all, self.first = made, plan


def plan_for(staged: Any, arguments: list[Any], single: bool) -> Plan | None:
    """The quick way into a program, where there is one."""
    if any(isinstance(t, (Parted, Obj)) for t in staged.types):
        return None
    key = tuple(id(a) for a, t in zip(arguments, staged.types, strict=True) if c_type(t) == "void")
    if staged.plan is None or staged.plan[0] != key:
        try:
            staged.plan = key, Plan(staged, arguments, single) if is_known() else None
        except LookupError:
            staged.plan = key, None
    return staged.plan[1]  # type: ignore[no-any-return]
