"""What names stand for in a function: globals, closure cells and builtins, as they are now.

What a transform has taken for granted (that `np` is NumPy, that `rate` is a number) is recorded, and checked each
time the transform is used, so that a rebound global is seen.
"""

from __future__ import annotations

import builtins
import contextlib
import math
import operator
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from . import special
from .class_attributes import may_change
from .cotangents import Absorbing
from .outer import check_running, is_library, rebound_in_file, rebound_in_namespace, register
from .reach import foreign_dtype
from .rules.registry import REGISTRY
from .rules.splice import masking_template_of, template_of
from .runtime import SUPPORT
from .transforms.context import MISSING
from .transforms.errors import UnsupportedError

__all__ = ["FileResolver", "FunctionResolver", "kind_of", "letter_of"]

_CONTAINERS = {list: "l", tuple: "t", dict: "d", set: "c", str: "c", bytes: "c", type(None): "c"}
_OWNERS = {"n": np.ndarray, "s": float, "l": list, "t": tuple, "d": dict, "c": None}


def kind_of(value: Any) -> str:
    """Kind of a value, as in `transforms.context.Fact`."""
    kind = type(value)
    if kind in (int, float, bool, complex) or isinstance(value, np.generic):
        return "s"
    if isinstance(value, Absorbing):
        return "s"
    if kind is np.ndarray:
        return "n" if value.dtype.kind in "biufcSU" else "o"
    if kind in _CONTAINERS:
        return _CONTAINERS[kind]
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, type, types.ModuleType)):
        return "c"
    if not isinstance(value, np.ndarray) and foreign_dtype(value) is not None:
        return "n"  # an array of another library, which speaks NumPy's protocols
    return "o"


_LETTERS = {float: ("s", "S"), int: ("s", "S"), np.float64: ("s", "S"), list: ("o", "O"), type(None): ("o", "O")}


def letter_of(value: Any, active: bool) -> str:
    """The letter of an argument in a signature, as `forms.form` has it."""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return "N" if active else "n"
    known = _LETTERS.get(type(value))
    if known is not None:
        return known[active]
    letter = kind_of(value)
    if letter not in "sn":
        letter = "o"
        if special.is_special(value):  # functions transformed from now on are made for its methods
            kind: Any = type(value)
            special.note(special.groups_of_type(kind))
            letter = "v"
    return letter.upper() if active else letter


class _Rules:
    """The parts of a resolver that do not depend on the function."""

    chooses = False  # whether the function chooses among values that have all been computed: `np.where`

    def support(self, name: str) -> Any:
        return SUPPORT.get(name, MISSING)

    def operator(self, name: str) -> Any:
        return REGISTRY.lookup(getattr(operator, name))

    forwards = False  # whether the function is put into tangent form

    def rule(self, value: Any) -> Any:
        if self.forwards:
            from .rules import forward_support

            if (found := forward_support.rule_of(value)) is not None:
                return found
        return None if value is MISSING else REGISTRY.lookup(value)

    def along(self, rule: Any) -> Any:
        from .rules import forward_support

        primitive = rule.primitive
        if forward_support.rule_of(primitive) is not rule:
            return None
        return forward_support.LINEAR.get(primitive, forward_support.ALONG.get(primitive))

    @property
    def as_they_are(self) -> Any:
        from .rules import forward_support

        return forward_support.AS_THEY_ARE

    def adds_on(self, value: Any) -> Any:
        from .rules import forward_support

        try:
            return forward_support.ADDS_ON.get(value)
        except TypeError:  # not hashable
            return None

    def method(self, kind: str, name: str) -> Any:
        owner = _OWNERS.get(kind)
        if owner is None:
            return MISSING
        found = getattr(owner, name, MISSING)
        if kind == "s" and found is not MISSING:
            # A scalar may be a NumPy one; their methods are those of arrays.
            found = getattr(np.ndarray, name, found)
        elif kind == "s":
            found = getattr(np.ndarray, name, MISSING)
        return found

    def is_integral(self, value: Any) -> bool:
        try:
            return isinstance(value, (type, str, np.dtype)) and np.dtype(value).kind in "biu"
        except TypeError:
            return False

    def kind(self, value: Any) -> str:
        return "o" if value is MISSING else kind_of(value)

    def splice(self, rule: Any) -> Any:
        return masking_template_of(rule) if self.chooses and self.masks(rule) else template_of(rule)

    @staticmethod
    def masks(rule: Any) -> bool:
        """Whether the rule multiplies by slopes, element by element, and is none of the user's."""
        return rule.elementwise and rule.place is None and rule.primitive is not np.where

    def forward(self, rule: Any) -> Any:
        from .rules import forward

        found = forward.of(rule)
        if found is None or found == "linear":
            return found
        made = types.SimpleNamespace(pullback=found)
        return masking_template_of(made) if self.chooses and found is rule.pullback and self.masks(rule) else template_of(made)

    def changes(self, name: str) -> bool:
        return False

    def encloses(self, name: str) -> bool:
        return False

    def captures(self, name: str) -> bool:
        return False

    def rebinds(self, name: str) -> None:
        pass

    def computes(self, function: Any) -> bool:
        return function in (sum, any, all, math.prod)

    def groups(self, function: Any, name: str | None) -> tuple[str, ...]:
        return () if function is MISSING else special.groups_of_call(function, name)


class FunctionResolver(_Rules):
    """Looks names up in a function's closure, globals and builtins, and records what it answered."""

    def __init__(self, function: types.FunctionType) -> None:
        self.function = function
        self.globals = function.__globals__
        self.cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        self.filename = function.__code__.co_filename
        self.file = rebound_in_file(self.filename, self.globals)
        self.rebound: set[str] | None = None
        self.asked: dict[tuple[str, ...], Any] = {}

    def lookup(self, name: str) -> Any:
        return lookup(self.cells, self.globals, name)

    def changes(self, name: str) -> bool:
        if name in self.cells:
            return name in self.file.nonlocals
        if self.rebound is None:
            self.rebound = rebound_in_namespace(self.globals, self.filename)
        return name in self.rebound

    def encloses(self, name: str) -> bool:
        return name in self.cells

    def captures(self, name: str) -> bool:
        program = self.function.__dict__.get("__cpsad_program__")
        if program is None or name not in program.freevars or name not in self.cells:
            return False
        value = self.resolve([name])
        if value is MISSING and not self.changes(name):
            raise UnsupportedError(f"the gradient of a function that uses {name} before it is assigned",
                                   remedy="assign it before the gradient is asked for")
        return kind_of(value) in ("s", "n")

    def rebinds(self, name: str) -> None:
        if register(self.globals, name):
            REGISTRY.version += 1
            check_running(self.globals, name)

    def special(self, signature: str, own: frozenset[str]) -> frozenset[str]:
        found = special.groups_of_names(own) | special.groups_in_reach(self.function)
        special.note(found)
        return found | special.groups_seen() if "v" in signature.lower() else found

    def resolve(self, parts: list[str]) -> Any:
        if self.changes(parts[0]):
            return MISSING
        value = self.lookup(parts[0])
        for i, part in enumerate(parts[1:], 2):
            if not isinstance(value, (types.ModuleType, type)):
                return MISSING
            if self.is_set(value, parts[:i]) if isinstance(value, types.ModuleType) else may_change(value, part, self.file):
                return MISSING
            value = attribute_of(value, part)
        self.asked[tuple(parts)] = value
        return value

    def is_set(self, module: types.ModuleType, parts: list[str]) -> bool:
        """Whether code of the module, or of this file, sets this attribute of the module."""
        if ".".join(parts) in self.file.attributes:
            return True
        place = getattr(module, "__file__", None)
        return place is not None and place.endswith(".py") and parts[-1] in rebound_in_file(place, vars(module)).globals

    def assumptions(self) -> tuple[tuple[dict[str, Any] | None, str, Callable[[Any], bool]], ...]:
        """(names, name, test of its value) for each name that the transform took for granted; None: its own names."""
        found: dict[str, Callable[[Any], bool]] = {}
        inside: dict[tuple[int, str], tuple[dict[str, Any], str, Callable[[Any], bool]]] = {}
        for parts, value in self.asked.items():
            root = self.lookup(parts[0])
            if isinstance(root, types.ModuleType) or REGISTRY.lookup(value) is not None:
                found[parts[0]] = _Same(root)
            elif root is not MISSING and parts[0] not in found:
                found[parts[0]] = _Kind(kind_of(root))
            owner = root
            for part in parts[1:]:
                inner = attribute_of(owner, part)
                if isinstance(owner, types.ModuleType) and not is_library(owner) and part in vars(owner):
                    same = isinstance(inner, types.ModuleType) or REGISTRY.lookup(inner) is not None
                    inside[id(owner), part] = vars(owner), part, _Same(inner) if same else _Kind(kind_of(inner))
                owner = inner
        return (*[(None, name, test) for name, test in found.items()], *inside.values())


class _Same:
    __slots__ = ("expected",)

    def __init__(self, expected: Any) -> None:
        self.expected = expected

    def __call__(self, value: Any) -> bool:
        return value is self.expected


class _Kind:
    """A name's value is of the kind it was, and still no primitive that has a rule."""

    __slots__ = ("kind", "seen")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.seen: Any = None  # a weak reference to the last value found right: looking for a rule takes long

    def __call__(self, value: Any) -> bool:
        if self.seen is not None and self.seen() is value:
            return True
        if kind_of(value) != self.kind or self.kind == "c" and REGISTRY.lookup(value) is not None:
            return False
        with contextlib.suppress(TypeError):  # not every object can be referred to weakly
            self.seen = weakref.ref(value)
        return True


def lookup(cells: dict[str, Any], namespace: dict[str, Any], name: str) -> Any:
    if name in cells:
        try:
            return cells[name].cell_contents
        except ValueError:  # not assigned yet
            return MISSING
    if name in namespace:
        return namespace[name]
    return getattr(builtins, name, MISSING)


def attribute_of(owner: Any, name: str) -> Any:
    """An attribute of a module or class; what a user's module would have to make or import first is MISSING."""
    if isinstance(owner, types.ModuleType) and name not in vars(owner) and (
            owner.__name__.partition(".")[0] not in ("numpy", "scipy", "cpsad")):
        return MISSING
    if isinstance(owner, types.ModuleType) and owner.__name__.startswith("numpy.core"):  # warns, and the code may not come there
        owner = sys.modules.get(owner.__name__.replace("numpy.core", "numpy._core", 1), owner)
    try:
        return getattr(owner, name, MISSING)
    except Exception:  # of a module's own `__getattr__`, or of a metaclass's
        return MISSING


class FileResolver(_Rules):
    """Looks names up in a file that is not executed: builtins, and imports of libraries that have rules."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def special(self, signature: str, own: frozenset[str]) -> frozenset[str]:
        return special.groups_of_names(own)

    def resolve(self, parts: list[str]) -> Any:
        value = self.names.get(parts[0], getattr(builtins, parts[0], MISSING))
        for part in parts[1:]:
            if not isinstance(value, (types.ModuleType, type)):
                return MISSING
            value = attribute_of(value, part)
        return value
