"""Methods that C code calls, where they store what they compute.

`sorted(nodes)` calls `Node.__lt__`, a dictionary `__hash__` and `__eq__`, a comparison of tuples whatever their items have:
that code runs as it is, without adjoints. As long as it only looks at values nothing is lost. If it keeps what it has
computed (`self._cost = ...`, a `cached_property`), what reads it later would take it for a constant.

Which classes have such methods is judged from their code, generously: `stores(kind)`. Where one is in reach
(`special.py`) a gradient is *watched*: a trace function waits for the code of these methods, follows it line by line,
and raises at a line that stores while it has a value in hand that carries a derivative. Everything else runs as
ever, at two to three times the cost. A debugger's trace function is asked too, and is put back.
"""

from __future__ import annotations

import builtins
import dataclasses
import dis
import functools
import reprlib
import sys
import threading
import types
import weakref
from typing import Any

import numpy as np

from .floating import is_floating
from .places import PROGRAMS, here
from .reach import holds_closure, reaches
from .transforms.errors import NoDerivativeError

__all__ = ["QUIET_MODULES", "Watch", "class_made", "is_text_in_doubt", "met", "paused", "stores", "texts_added", "watch_also",
           "watch_now"]

CALLED_BY_C = tuple(f"__{name}__" for name in (
    "lt", "le", "gt", "ge", "eq", "ne", "hash", "len", "bool", "contains", "getitem", "str", "repr", "format", "index", "int",
    "float", "complex", "length_hint", "reversed", "missing", "del"))
ITERATION = ("__iter__", "__next__")  # by C in forward mode only: in reverse mode iteration is a call (`iteration.py`)
_STORES = {"STORE_ATTR", "STORE_SUBSCR", "STORE_GLOBAL", "STORE_SLICE"}
_KEEP = {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "extendleft", "put", "place", "putmask",
         "copyto", "fill", "setattr", "__setattr__", "__setitem__", "heappush", "insort", "insort_left", "insort_right"}
_MAKES = {"__init__", "__new__", "__post_init__", "__set_name__"}  # they store into what nobody else has
_LOOK = {"get", "items", "keys", "values", "index", "count", "copy", "split", "join", "startswith", "endswith", "lower", "upper",
         "strip", "sum", "mean", "dot", "tolist", "item", "ravel", "reshape", "any", "all", "max", "min", "astype", "format",
         "replace", "union", "issubset", "tobytes", "as_tuple", "__name__", "__qualname__", "__class__"}
QUIET_MODULES = {"enum", "typing", "types", "abc", "dataclasses", "builtins", "object", "_py_abc", "re", "contextlib",
                 "inspect", "logging", "pathlib", "weakref", "string", "threading", "os", "warnings"}  # they hold no numbers
_QUIET = {"numpy", "math", "operator", "builtins", "functools", "itertools", "typing", "abc", "dataclasses", "collections"}
_LIBRARY = QUIET_MODULES | _QUIET | {"cpsad"}
_GUARDS_OF_REPR = {reprlib.__file__, dataclasses.__file__}  # they keep what is being printed
_INPLACE = 13  # from here on the arguments of BINARY_OP are operators in place


@functools.lru_cache(maxsize=4096)
def places(code: types.CodeType) -> dict[int, bool]:
    """Lines that keep a value; whether only if an array or a list is at hand (`op=`)."""
    found: dict[int, bool] = {}
    for instruction in dis.get_instructions(code):
        line = instruction.positions.lineno if instruction.positions is not None else None
        name, value = instruction.opname, instruction.argval
        keeps = (name in _STORES and (code.co_name not in _MAKES or name != "STORE_ATTR")
                 or name == "STORE_DEREF" and value in code.co_freevars
                 or value in _KEEP and name.startswith("LOAD_") and "CONST" not in name and (
                     code.co_name not in _MAKES or value != "__setattr__"))
        if keeps or name == "BINARY_OP" and (instruction.arg or 0) >= _INPLACE:
            found[line or code.co_firstlineno] = found.get(line or code.co_firstlineno, True) and not keeps
    return found


# -- what a class may do --------------------------------------------------------------------------------------------

_ENTRIES: weakref.WeakSet[types.CodeType] = weakref.WeakSet()  # the code of such methods


@functools.lru_cache(maxsize=4096)
def stores(kind: Any) -> bool:
    """Whether a method of a class that C code may call may store something, as far as its code shows."""
    found = False
    for base in kind.__mro__:
        if _is_library(base):
            continue
        for name in (*CALLED_BY_C, *ITERATION):
            member = vars(base).get(name)
            if isinstance(member, types.FunctionType) and member.__code__.co_filename in _GUARDS_OF_REPR:
                member = member.__wrapped__  # type: ignore[attr-defined]
            if isinstance(member, types.FunctionType) and not _is_library(member) and not (
                    member.__code__.co_filename.startswith("<string")) and _may_keep(member, kind, set()):
                _ENTRIES.add(member.__code__)
                found = found or name not in ITERATION
    return found


def _is_library(value: Any) -> bool:
    return (value.__module__ or "").partition(".")[0] in _LIBRARY


def _may_keep(function: Any, kind: Any, seen: set[Any]) -> bool:
    code = function.__code__
    if code in seen:
        return False
    seen.add(code)
    if any(not conditional for conditional in places(code).values()):
        return True
    before = ""
    for instruction in dis.get_instructions(code):
        name, value = instruction.opname, instruction.argval
        if name in ("MAKE_FUNCTION", "STORE_DEREF"):
            return True
        if name == "LOAD_GLOBAL" and not _is_quiet(function.__globals__.get(value, getattr(builtins, value, None)), kind, seen):
            return True
        if name == "LOAD_DEREF":
            inner = dict(zip(code.co_freevars, function.__closure__ or (), strict=False)).get(value)
            try:
                if value != "__class__" and inner is not None and not _is_quiet(inner.cell_contents, kind, seen):
                    return True
            except ValueError:
                return True
        if name in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR") and not _reads_quietly(value, before, kind, seen):
            return True
        before = name
    return False


def _reads_quietly(name: str, before: str, kind: Any, seen: set[Any]) -> bool:
    """Whether reading an attribute of `self`, or of something else, leads to code that keeps nothing."""
    members = [vars(base)[name] for base in kind.__mro__ if name in vars(base)]
    for member in members:
        code = getattr(member, "func", member) if not isinstance(member, property) else member.fget
        if isinstance(member, functools.cached_property) or not _is_quiet(getattr(code, "__func__", code), kind, seen):
            return False
    return bool(members) or before not in ("LOAD_ATTR", "LOAD_METHOD", "CALL", "BINARY_SUBSCR") or name in _LOOK


def _is_quiet(value: Any, kind: Any, seen: set[Any]) -> bool:
    """Whether calling a value, or having it, keeps nothing."""
    if isinstance(value, types.FunctionType):
        return (value.__module__ or "").partition(".")[0] in _QUIET or not _may_keep(value, kind, seen)
    return value is not None


# -- the watch ------------------------------------------------------------------------------------------------------

class _Watching(threading.local):
    watch: Any = None  # of the gradient under way in this thread


_watching = _Watching()


def watch_now() -> None:
    """A class with such methods has been met: from now on the gradient under way is watched."""
    if _watching.watch is not None:
        _watching.watch.start()


def met(groups: Any) -> None:
    """Classes have been met whose special methods are of these groups (`special.py`)."""
    watch = _watching.watch
    if watch is not None and ("unseen" in groups or watch.iterates and "iterate" in groups):
        watch.start()


def class_made(kind: Any) -> None:
    """A class statement has been executed in differentiated code."""
    if stores(kind):
        met({"unseen"})
    elif any(name in vars(kind) for name in ITERATION):
        met({"iterate"})


class paused:  # noqa: N801 - reads as a phrase
    """Context for code of our own that takes long, and runs none of the user's."""

    def __enter__(self) -> None:
        self.before = sys.gettrace()
        if self.before is not None and _watching.watch is not None and self.before == _watching.watch.called:
            sys.settrace(None)
        else:
            self.before = None

    def __exit__(self, *_: object) -> None:
        if self.before is not None and sys.gettrace() is None:
            sys.settrace(self.before)


def watch_also(slots: Any) -> None:
    """An inner gradient stores its values in these slots."""
    if _watching.watch is not None:
        _watching.watch.slots.append(slots)


def texts_added(*texts: Any) -> None:
    """Texts are added where nobody knew that they are texts: if one is made of active values, so is the sum."""
    watch = _watching.watch
    if watch is not None and any(id(text) in slots for slots in watch.slots for text in texts):
        watch.texts = True


def is_text_in_doubt() -> bool:
    """Whether any text may be made of active values."""
    return _watching.watch is not None and _watching.watch.texts


class Watch:
    """Context of one gradient call at the outermost level. `slots`: what is stored, by identity; of inner levels too.
    `iterates`: it is in forward mode, where iteration is left to C, and a function of generated code is its own tangent form."""

    def __init__(self, slots: Any, at_once: bool, iterates: bool = False) -> None:
        self.iterates = iterates
        self.slots = [slots]
        self.at_once = at_once
        self.inside = 0  # how many frames of unseen code are running
        self.started = False
        self.before: Any = None
        self.outer: Any = None
        self.failure: Any = None
        self.texts = False  # whether texts that are made of active values have been added unseen

    def __cpsad_inside__(self) -> tuple[()]:
        """A frame refers to its trace function: what is found by way of that is ours, not the frame's."""
        return ()

    def __enter__(self) -> Watch:
        self.outer, _watching.watch = _watching.watch, self
        if self.at_once:
            self.start()
        return self

    def start(self) -> None:
        if not self.started:
            self.started = True
            self.before = sys.gettrace()
            sys.settrace(self.called)

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        _watching.watch = self.outer
        if self.started and (self.failure is not None or sys.gettrace() == self.called):
            sys.settrace(self.before)  # an error raised by a trace function ends it
        if self.failure is not None and error is not self.failure and not isinstance(error, KeyboardInterrupt):
            raise self.failure  # somebody has caught it

    def called(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        """The trace function: a frame has been entered."""
        if self.inside or frame.f_code in _ENTRIES and not (self.iterates and frame.f_code.co_filename in PROGRAMS):
            self.inside += 1
            return self.runs
        return self.before(frame, event, arg) if self.before is not None else None

    def runs(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        """Unseen code is running."""
        if event == "return":
            self.inside -= 1
        elif event == "line":
            conditional = places(frame.f_code).get(frame.f_lineno)
            if conditional is not None and self.failure is None:
                self.look(frame, conditional)
        return self.runs

    def look(self, frame: types.FrameType, conditional: bool) -> None:
        values = [*frame.f_locals.values(), *map(frame.f_globals.get, frame.f_code.co_names)]
        if conditional and not any(isinstance(v, (np.ndarray, list)) for v in frame.f_locals.values()):
            return
        if any(reaches(slots, *values) for slots in self.slots) or captures(frame, values):
            entry = frame
            while entry.f_code not in _ENTRIES and entry.f_back is not None:
                entry = entry.f_back
            name = getattr(entry.f_code, "co_qualname", entry.f_code.co_name)
            self.failure = here(
                NoDerivativeError, f"{name} is called here, and stores a value that may carry a derivative",
                why=f"it is called by code in C, so that its derivative is not seen ({_where(frame)})",
                remedy="compute what it keeps before, by calling a method of the object; or sort with key=")
            raise self.failure


def captures(frame: types.FrameType, values: list[Any]) -> bool:
    """Whether it is a function of generated code, or has one at hand, that has captured what may carry a derivative."""
    if frame.f_code.co_filename in PROGRAMS and any(is_floating(frame.f_locals.get(n)) for n in frame.f_code.co_freevars):
        return True
    return any(map(holds_closure, values))


def _where(frame: types.FrameType) -> str:
    return f"{frame.f_code.co_name}, {frame.f_code.co_filename}, line {frame.f_lineno}"
