"""Items and attributes of objects of any class: the CPS forms of `operator.getitem`, `getattr` and their kin.

A property, a descriptor, a `__getattr__` or a `__setitem__` written in Python is called in CPS, by Python's protocol;
what is only looked up or stored goes through the heap.
"""

from __future__ import annotations

import collections
import functools
import operator
import types
from typing import Any

import numpy as np

from . import lazy
from .class_attributes import check_set
from .cotangents import ZERO
from .places import here
from .protocols import FORMS, call_method, letter, member_of, python_member, truth_of
from .reach import dict_of
from .runtime import frozen_index, lacks
from .transforms.context import MISSING
from .transforms.errors import NoDerivativeError

__all__: list[str] = []



_ARRAYS = (np.ndarray, np.generic, float, complex)


def _entered(function: Any, *counts: int) -> Any:
    """Enters a form for calls of so many positional arguments."""
    def enter(form: Any) -> Any:
        FORMS[function] = lambda _, call: form if call.is_plain and len(call.args) in counts else None
        return form

    return enter


# -- items ----------------------------------------------------------------------------------------------------------

@_entered(operator.getitem, 2)
def get_item(heap: Any, k: Any, owner: Any, index: Any) -> Any:
    kind = type(owner)
    member = python_member(kind, "__getitem__")
    if member is not None:
        return call_method(heap, k, member, owner, index)
    if isinstance(owner, dict) and index not in owner:
        member = python_member(kind, "__missing__")
        if member is not None:
            return call_method(heap, k, member, owner, index)
        if isinstance(owner, collections.defaultdict) and owner.default_factory is not None:
            return _default(heap, k, owner, index)
    if isinstance(owner, type):
        member = python_member(kind, "__getitem__") or python_member(owner, "__class_getitem__")
        if member is not None:
            bound = owner.__class_getitem__  # type: ignore[attr-defined]
            return (ZERO, *heap.form(bound, letter(index))(heap, k, index))
    heap.put(index)
    value = owner[index] if isinstance(owner, dict) else heap.item(owner, index)
    index = frozen_index(index)
    total = heap.read_item(ZERO, owner, index, value, k(value))
    return total, heap.take(index)


def _default(heap: Any, k: Any, owner: Any, key: Any) -> Any:
    """A `defaultdict` makes the value of a new key."""
    def after(value: Any) -> Any:
        heap.put(value)
        owner[key] = value
        g = k(value)
        return g + heap.take(value)

    heap.put(key)
    heap.form(owner.default_factory, "")(heap, after)
    return ZERO, heap.take(key)


@_entered(operator.setitem, 3)
def set_item(heap: Any, k: Any, owner: Any, index: Any, value: Any) -> Any:
    member = python_member(type(owner), "__setitem__")
    if member is not None:
        return call_method(heap, _nothing(k), member, owner, index, value)
    heap.put(value)
    heap.put(index)
    key, index = index, frozen_index(index)
    old = heap.store_item(owner, index, value, True)
    k(None)
    given = heap.unstore_item(owner, index, old, value)
    return ZERO, heap.take(key), given + heap.take(value)


@_entered(operator.delitem, 2)
def delete_item(heap: Any, k: Any, owner: Any, index: Any) -> Any:
    member = python_member(type(owner), "__delitem__")
    if member is not None:
        return call_method(heap, _nothing(k), member, owner, index)
    del owner[index]
    k(None)
    return ZERO, ZERO


def _nothing(k: Any) -> Any:
    """What a special method returns is dropped."""
    def after(_: Any) -> Any:
        k(None)
        return ZERO

    return after


# -- attributes -----------------------------------------------------------------------------------------------------

def _find(owner: Any, name: str) -> tuple[Any, Any]:
    """The object whose attribute is asked, and what its class has under the name."""
    if type(owner) is super:
        mro = owner.__self_class__.__mro__
        for base in mro[mro.index(owner.__thisclass__) + 1:]:
            if name in base.__dict__:
                return owner.__self__, base.__dict__[name]
    return owner, member_of(type(owner), name)  # of `super` itself: `__self__`; it asks no `__getattr__` of the class


def _held(owner: Any, name: str) -> bool:
    return name in dict_of(owner)


def _unless_missing(heap: Any, k: Any, owner: Any, name: str, otherwise: Any) -> Any:
    """Reads an attribute whose reading runs code; where that raises AttributeError, `otherwise()` goes on in place of `k`."""
    arrived = False

    def after(value: Any) -> Any:
        nonlocal arrived
        arrived = True
        return k(value)

    changes = heap.changes
    try:
        return get_attribute(heap, after, owner, name)
    except AttributeError as error:
        if arrived:
            raise
        if heap.changes != changes:
            raise here(NoDerivativeError, f"reading {name} stores values and then raises AttributeError, which is caught",
                       why="its way back is lost when it raises", remedy="look whether the attribute is there before") from error
    otherwise()
    return ZERO, ZERO


@_entered(getattr, 2, 3)
def get_attribute(heap: Any, k: Any, owner: Any, name: str, *default: Any) -> Any:
    if default and _runs_to_read(owner, name):
        given: Any = ZERO

        def take_default() -> None:
            nonlocal given
            given = k(default[0])

        back = _unless_missing(heap, k, owner, name, take_default)
        return (*back, given)
    rest = (ZERO,) * (1 + len(default))
    if isinstance(owner, (type, types.ModuleType)):
        return _read(heap, k, owner, name, default)
    instance, member = _find(owner, name)
    hook = python_member(type(owner), "__getattribute__") if instance is owner else None
    if hook is not None:
        return call_method(heap, k, hook, owner, name)
    found = _by_class(heap, k, instance, member, name)
    if found is not None:
        return (*found, *rest)
    if member is MISSING and not _held(instance, name):
        hook = python_member(type(instance), "__getattr__")
        if hook is not None:
            return call_method(heap, k, hook, instance, name)
    return _read(heap, k, owner, name, default)


def _by_class(heap: Any, k: Any, instance: Any, member: Any, name: str) -> Any:
    """An attribute that runs the code of a property or descriptor in the class: the adjoint of the instance; or None."""
    if isinstance(member, property) and isinstance(member.fget, types.FunctionType):
        return call_method(heap, k, member.fget, instance)
    if isinstance(member, functools.cached_property) and not _held(instance, name):
        return _cached(heap, k, member, instance, name)
    get = python_member(type(member), "__get__") if member is not MISSING else None
    if get is not None and (not _held(instance, name) or hasattr(type(member), "__set__")):
        return (call_method(heap, k, get, member, instance, type(instance))[1],)
    return None


@_entered(object.__getattribute__, 2)
def plain_get(heap: Any, k: Any, owner: Any, name: str) -> Any:
    """Past a `__getattribute__` and a `__getattr__` that the class has."""
    found = _by_class(heap, k, owner, member_of(type(owner), name), name)
    if found is not None:
        return (*found, ZERO)
    value = object.__getattribute__(owner, name)
    return heap.read_attribute(owner, name, value, k(value)), ZERO


def _read(heap: Any, k: Any, owner: Any, name: str, default: Any) -> Any:
    value = getattr(owner, name, default[0]) if default else getattr(owner, name)
    if isinstance(owner, _ARRAYS) and callable(value):  # a method: its form finds the owner on the heap
        heap.put(owner)
        k(value)
        return (heap.take(owner), ZERO, *(ZERO for _ in default))
    g = k(value)
    if default and value is default[0]:
        return ZERO, ZERO, g
    return (heap.read_attribute(owner, name, value, g), ZERO, *(ZERO for _ in default))


def _cached(heap: Any, k: Any, member: Any, owner: Any, name: str) -> Any:
    """`functools.cached_property`: the value is kept in the instance."""
    def after(value: Any) -> Any:
        heap.put(value)
        owner.__dict__[name] = value
        g = k(value)
        return g + heap.take(value)

    return call_method(heap, after, member.func, owner)


@_entered(setattr, 3)
def set_attribute(heap: Any, k: Any, owner: Any, name: str, value: Any) -> Any:
    kind = type(owner)
    hook = python_member(kind, "__setattr__")
    if hook is not None:
        return call_method(heap, _nothing(k), hook, owner, name, value)
    return plain_set(heap, k, owner, name, value)


@_entered(object.__setattr__, 3)
def plain_set(heap: Any, k: Any, owner: Any, name: str, value: Any) -> Any:
    member = member_of(type(owner), name)
    if isinstance(member, property) and isinstance(member.fset, types.FunctionType):
        first, last = call_method(heap, _nothing(k), member.fset, owner, value)
        return first, ZERO, last
    hook = python_member(type(member), "__set__") if member is not MISSING else None
    if hook is not None:
        _, first, last = call_method(heap, _nothing(k), hook, member, owner, value)
        return first, ZERO, last
    heap.put(value)
    if isinstance(owner, np.ndarray):
        if name not in ("real", "imag", "flat"):
            heap.set_layout(owner, name, value)
            k(None)
            return ZERO, ZERO, heap.take(value)
        old = heap.store_part(owner, name, value, True)
        k(None)
        return ZERO, ZERO, heap.unstore_part(owner, name, old, value) + heap.take(value)
    if isinstance(owner, type):
        check_set(owner, name)
    object.__setattr__(owner, name, value) if not isinstance(owner, type) else type.__setattr__(owner, name, value)
    k(None)
    return ZERO, ZERO, heap.take(value)


@_entered(delattr, 2)
def delete_attribute(heap: Any, k: Any, owner: Any, name: str) -> Any:
    member = member_of(type(owner), name)
    if isinstance(member, property) and isinstance(member.fdel, types.FunctionType):
        return (*call_method(heap, _nothing(k), member.fdel, owner), ZERO)
    hook = python_member(type(owner), "__delattr__")
    if hook is not None:
        return call_method(heap, _nothing(k), hook, owner, name)
    hook = python_member(type(member), "__delete__") if member is not MISSING else None
    if hook is not None:
        return (*call_method(heap, _nothing(k), hook, member, owner)[1:], ZERO)
    delattr(owner, name)
    k(None)
    return ZERO, ZERO


@_entered(object.__delattr__, 2)
def plain_delete(heap: Any, k: Any, owner: Any, name: str) -> Any:
    object.__delattr__(owner, name)
    k(None)
    return ZERO, ZERO


@_entered(hasattr, 2)
def has_attribute(heap: Any, k: Any, owner: Any, name: str) -> Any:
    if not _runs_to_read(owner, name):
        k(hasattr(owner, name))
        return ZERO, ZERO

    def after(_: Any) -> Any:
        k(True)
        return ZERO

    return _unless_missing(heap, after, owner, name, lambda: k(False))


def _runs_to_read(owner: Any, name: str) -> bool:
    """Whether reading an attribute of an instance runs code in Python, which may raise AttributeError."""
    if isinstance(owner, (type, types.ModuleType)):
        return False
    instance, member = _find(owner, name)
    if python_member(type(instance), "__getattribute__") is not None:
        return True
    if member is MISSING:
        return not _held(instance, name) and python_member(type(instance), "__getattr__") is not None
    return isinstance(member, (property, functools.cached_property)) or python_member(type(member), "__get__") is not None


# -- containment ----------------------------------------------------------------------------------------------------

def _containment(negated: bool) -> Any:
    def contains(heap: Any, k: Any, container: Any, item: Any) -> Any:
        def answer(truth: Any) -> Any:
            k(not truth if negated else truth)
            return ZERO

        kind = type(container)
        member = python_member(kind, "__contains__")
        if member is not None:
            return call_method(heap, lambda found: truth_of(heap, answer, found), member, container, item)
        if member_of(kind, "__contains__") is MISSING and (
                python_member(kind, "__iter__") or python_member(kind, "__getitem__")):
            return heap.form(lazy.contains, "V" + letter(item))(heap, answer, container, item)
        answer(item in container)
        return ZERO, ZERO

    return contains


_entered(operator.contains, 2)(_containment(False))
_entered(lacks, 2)(_containment(True))
