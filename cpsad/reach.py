"""What code that is not transformed could get hold of: stored values, and variables of generated code."""

from __future__ import annotations

import functools
import gc
import types
from typing import Any

import numpy as np

from .stack import Shallow

__all__ = ["KEY", "OPAQUE", "TIES", "closes_over", "code_behind", "dict_of", "foreign_dtype", "holds_closure", "reaches",
           "runs_python"]

KEY = "__cpsad__"  # where a function keeps its forms
TIES = "__cpsad_ties__"  # where the program of a function defined in generated code has what ties that to its forms
OPAQUE = "__cpsad_opaque__"  # a function with this attribute is not transformed

_FUNCTION = types.FunctionType
_LEAVES = (int, float, complex, bytes, type(None), types.ModuleType, types.BuiltinFunctionType, types.CodeType)
_SEQUENCES = (list, tuple, set, frozenset)
_NUMBERS = {int, float, bool, str, type(None), np.float64}


@functools.lru_cache(maxsize=4096)
def runs_python(kind: Any, *names: str) -> bool:
    """Whether one of these methods of `kind` is written in Python."""
    return any(isinstance(getattr(kind, name, None), _FUNCTION) for name in names)


def dict_of(value: Any) -> Any:
    """The `__dict__` of an object, or an empty one; a `__getattr__` of its class is not run."""
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}


def foreign_dtype(value: Any) -> Any:
    """The dtype of an array of another library, which speaks NumPy's protocols; None for anything else."""
    kind: Any = type(value)
    if getattr(kind, "__array_ufunc__", None) is None or not (hasattr(kind, "dtype") or "dtype" in dict_of(value)):
        return None
    if isinstance(value, (np.ndarray, np.generic)) or not any(isinstance(c, _FUNCTION) for c in code_behind(kind, "dtype")):
        return getattr(value, "dtype", None)
    try:
        with Shallow():  # an instance that is not initialised yet may recurse without end
            return value.dtype
    except Exception:
        return None


@functools.lru_cache(maxsize=4096)
def code_behind(kind: Any, name: str) -> tuple[Any, ...]:
    """What runs when attribute `name` of an instance of `kind` is read: functions, or a descriptor."""
    hooks = [getattr(kind, hook, None) for hook in ("__getattribute__", "__getattr__")]
    for base in kind.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            hooks.append(found.fget if isinstance(found, property) else getattr(found, "func", found))
            break
    return tuple(h for h in hooks if h is not None)


def closes_over(value: Any) -> bool:
    """Whether `value` is a nested function of generated code, which may close over active variables."""
    while isinstance(value, (types.MethodType, functools.partial)):
        value = value.__func__ if isinstance(value, types.MethodType) else value.func
    entry = value.__dict__.get(KEY) if isinstance(value, _FUNCTION) else None
    return entry is not None and entry.ties is not None and value.__closure__ is not None


def holds_closure(value: Any) -> bool:
    """Whether `value` is, or is a method of an object that has in an attribute, a function that `closes_over`."""
    if closes_over(value):
        return True
    owner = value.__self__ if isinstance(value, types.MethodType) else value
    inner = dict_of(owner)
    return isinstance(inner, dict) and not isinstance(owner, (type, types.ModuleType, _FUNCTION)) and any(
        map(closes_over, inner.values()))


def reaches(slots: dict[int, Any], *values: Any) -> bool:
    """Whether an object with a slot (by its id) can be reached from one of `values`."""
    if not slots:
        return False
    seen: set[int] = set()
    todo = list(values)
    while todo:
        value = todo.pop()
        if id(value) in slots or type(value) in _SEQUENCES and not slots.keys().isdisjoint(map(id, value)):
            return True
        if isinstance(value, _LEAVES) or id(value) in seen:
            continue
        seen.add(id(value))
        todo += _inside(value)
    return False


def _inside(value: Any) -> Any:
    """What can be read from an object, as far as Python code can see."""
    if isinstance(value, np.ndarray):
        return value.ravel().tolist() if value.dtype == object else ()
    if isinstance(value, str):
        return ()
    if hasattr(type(value), "__cpsad_inside__"):
        return value.__cpsad_inside__()
    if isinstance(value, _FUNCTION):
        cells = [c.cell_contents for c in value.__closure__ or () if c != types.CellType()]
        named = [value.__globals__.get(n) for n in value.__code__.co_names]
        return [*cells, *named, *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
    if isinstance(value, types.MethodType):
        return (value.__self__, value.__func__)
    if isinstance(value, type):
        return _held_by_class(value)
    if type(value) in (list, tuple, set, frozenset):
        return [v for v in value if type(v) not in _NUMBERS]
    inner = [*value.keys(), *value.values()] if isinstance(value, dict) else []
    try:
        inner += vars(value).values()
    except TypeError:
        pass
    inner += _held_by_class(type(value))
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            private = name.startswith("__") and not name.endswith("__")
            member = cls.__dict__.get(f"_{cls.__name__.lstrip('_')}{name}" if private else name)
            if isinstance(member, types.MemberDescriptorType):
                try:
                    inner.append(member.__get__(value))
                except AttributeError:  # not assigned yet
                    pass
    if not inner or isinstance(value, (list, tuple, set, frozenset)):
        inner += [r for r in gc.get_referents(value) if r is not type(value)]
    return inner


def _held_by_class(kind: type) -> list[Any]:
    """Numbers, arrays and containers that are attributes of a class."""
    return [v for cls in kind.__mro__ for v in vars(cls).values()
            if isinstance(v, (float, np.ndarray, np.generic, list, dict, set, tuple)) or type(v).__module__ == "collections"]
