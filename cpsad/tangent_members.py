"""Items and attributes of objects of any class, in forward mode: what runs code runs in its tangent form."""

from __future__ import annotations

import collections
import functools
import operator
from typing import Any

import numpy as np

from .cotangents import ZERO
from .heap import Heap, runs_code
from .protocols import member_of
from .tangent_protocols import _PLAIN, PROTOCOLS, _with, invoke, python_member
from .transforms.context import MISSING

__all__ = ["PROTOCOLS", "read_attribute", "set_attribute", "set_item"]


# -- items ----------------------------------------------------------------------------------------------------------

def get_item(heap: Any, owner: Any, index: Any) -> Any:
    kind = type(owner)
    member = python_member(kind, "__getitem__")
    if member is not None:
        return invoke(heap, member, owner, index)
    if isinstance(owner, dict) and index not in owner:
        member = python_member(kind, "__missing__")
        if member is not None:
            return invoke(heap, member, owner, index)
        if isinstance(owner, collections.defaultdict) and owner.default_factory is not None:
            value = owner[index] = heap.of(owner.default_factory)()
            return value
    if isinstance(owner, type) and (python_member(kind, "__getitem__") or python_member(owner, "__class_getitem__")):
        return heap.of(owner.__class_getitem__)(index)  # type: ignore[attr-defined]
    value = owner[index] if isinstance(owner, dict) else heap.item(owner, index)
    if isinstance(owner, (np.ndarray, np.generic, np.flatiter)):
        heap.put(value, heap.part(owner, heap.get(owner), index, value))
    return value


def set_item(heap: Any, owner: Any, index: Any, value: Any) -> None:
    member = python_member(type(owner), "__setitem__")
    if member is not None:
        invoke(heap, member, owner, index, value)
    else:
        heap.store(owner, index, value, heap.get(value))


def delete_item(heap: Any, owner: Any, index: Any) -> None:
    member = python_member(type(owner), "__delitem__")
    if member is not None:
        invoke(heap, member, owner, index)
    else:
        del owner[index]


PROTOCOLS[operator.getitem] = _with(get_item)
PROTOCOLS[operator.setitem] = _with(set_item)
PROTOCOLS[operator.delitem] = _with(delete_item)


# -- attributes -----------------------------------------------------------------------------------------------------

def read_attribute(heap: Any, owner: Any, name: str, *default: Any) -> Any:
    """`getattr(owner, name)`; code of the class's runs in its tangent form."""
    through = type(owner) is super
    kind: Any = owner.__self_class__ if through else type(owner)
    if kind in _PLAIN or kind is type or not runs_code(kind, name):
        return getattr(owner, name, *default)
    try:
        return _by_class(heap, owner, kind, name, through)
    except AttributeError:
        if not default:
            raise
        return default[0]


def read_part(heap: Any, owner: Any, name: str, *default: Any) -> Any:
    """`getattr`, called as a function: an attribute of an array or a number that is computed has its tangent with it."""
    value = read_attribute(heap, owner, name, *default) if default else read_attribute(heap, owner, name)
    numbers = (np.ndarray, np.generic, float, complex)
    if value is not owner and isinstance(owner, numbers) and isinstance(value, numbers):
        heap.put(value, heap.member(owner, name, value))
    return value


def _by_class(heap: Any, owner: Any, kind: Any, name: str, through: bool) -> Any:
    instance = owner.__self__ if through else owner
    if through:
        mro = kind.__mro__
        found = next((b.__dict__[name] for b in mro[mro.index(owner.__thisclass__) + 1:] if name in b.__dict__), MISSING)
    else:
        first = python_member(kind, "__getattribute__")
        if first is not None:
            try:
                return invoke(heap, first, owner, name)
            except AttributeError:
                if (last := python_member(kind, "__getattr__")) is None:
                    raise
            return invoke(heap, last, owner, name)  # after the handler: exceptions of a deep recursion would make a chain
        found = member_of(kind, name)
    if isinstance(found, property):
        if found.fget is None:
            return getattr(owner, name)  # raises
        return heap.of(found.fget)(instance)
    held = getattr(instance, "__dict__", {})
    if isinstance(found, functools.cached_property):
        if name not in held:
            held[name] = heap.of(found.func)(instance)
        return held[name]
    get = python_member(type(found), "__get__") if found is not MISSING else None
    if get is not None and (python_member(type(found), "__set__") is not None or name not in held):
        return heap.of(get)(found, instance, kind)
    if through:
        return getattr(owner, name)  # it asks no `__getattr__` of the class
    try:
        return getattr(owner, name) if python_member(kind, "__getattr__") is None else object.__getattribute__(owner, name)
    except AttributeError:
        last = python_member(kind, "__getattr__")
        if last is None:
            raise
    return invoke(heap, last, owner, name)


def set_attribute(heap: Any, owner: Any, name: str, value: Any) -> None:
    kind = type(owner)
    member = python_member(kind, "__setattr__")
    if member is not None:
        invoke(heap, member, owner, name, value)
        return
    found = member_of(kind, name)
    if isinstance(found, property) and found.fset is not None:
        heap.of(found.fset)(owner, value)
    elif found is not MISSING and (put := python_member(type(found), "__set__")) is not None:
        heap.of(put)(found, owner, value)
    elif isinstance(owner, np.ndarray) and name in ("real", "imag", "flat"):
        heap.store_part(owner, name, value, heap.get(value))
    elif found is not MISSING and isinstance(found, property):
        setattr(owner, name, value)  # raises
    elif heap.get(value) is not ZERO and not isinstance(owner, type):
        Heap.set_attribute(heap, owner, name, value)
    else:
        setattr(owner, name, value)


def delete_attribute(heap: Any, owner: Any, name: str) -> None:
    member = python_member(type(owner), "__delattr__")
    found = member_of(type(owner), name)
    if member is not None:
        invoke(heap, member, owner, name)
    elif isinstance(found, property) and found.fdel is not None:
        heap.of(found.fdel)(owner)
    else:
        delattr(owner, name)


PROTOCOLS[getattr] = _with(read_part)
PROTOCOLS[setattr] = _with(set_attribute)
PROTOCOLS[delattr] = _with(delete_attribute)
