"""Classes that inherit from the built-in containers: how their instances are made, and what is inherited called on them.

`class Result(dict)` is a dictionary like any other: where it takes over `__new__` and `__init__`, making one moves
references as `dict` does; where it has an `__init__` of its own, an empty one is made and that runs in CPS. A method of
the base that is called by name (`super().__setitem__(k, v)`, or `__setattr__ = dict.__setitem__` in the class) does what
the base does, past the methods of the class.
"""

from __future__ import annotations

import collections
import types
from typing import Any

import numpy as np

from . import foreign
from .cotangents import ZERO
from .layout import Call
from .places import here
from .protocols import FORMS, call_method, python_member
from .reach import runs_python
from .rules.registry import REGISTRY
from .transforms.errors import NoDerivativeError

__all__ = ["CALLED", "container_rule", "inherited", "init_of", "makes_container"]

_FILLED = (list, dict, set, collections.deque, collections.OrderedDict, collections.defaultdict, types.SimpleNamespace)
_WHOLE = (tuple, frozenset)  # have their elements from `__new__`
_NEWS = {base.__new__ for base in _FILLED}


def makes_container(cls: Any) -> bool:
    """Whether an empty instance is made by the `__new__` of a container that is filled later."""
    return cls.__new__ in _NEWS and issubclass(cls, _FILLED)


def container_rule(cls: Any) -> Any:
    """The rule of the container whose `__new__` and `__init__` make the instances of `cls`; None for other classes."""
    for base in (*_FILLED, *_WHOLE):
        if issubclass(cls, base) and cls.__init__ is base.__init__ and cls.__new__ is base.__new__ and (
                type(cls).__call__ is type.__call__):
            return None if init_of(cls) is fill else REGISTRY.lookup(base)
    return None


def init_of(cls: Any) -> Any:
    """The `__init__` of a class; an ordered dictionary is filled by a `__setitem__` that its class has in Python."""
    ordered = issubclass(cls, collections.OrderedDict) and cls.__init__ is collections.OrderedDict.__init__
    return fill if ordered and runs_python(cls, "__setitem__") else cls.__init__


def _entered(function: Any, count: int) -> Any:
    """Enters a form for calls of so many positional arguments."""
    def enter(form: Any) -> Any:
        FORMS[function] = lambda _, call: form if call.is_plain and len(call.args) == count else None
        return form

    return enter


def _setter(function: Any) -> None:
    @_entered(function, 3)
    def set_item(heap: Any, k: Any, owner: Any, index: Any, value: Any) -> Any:
        if type(index) is slice and isinstance(value, np.ndarray):
            raise here(NoDerivativeError, "an array is stored into a slice of a list", why="its elements are made by the store",
                       remedy="assign list(array)")
        heap.put(value)
        heap.put(index)
        function(owner, index, value)
        k(None)
        return ZERO, heap.take(index), heap.take(value)


def _getter(function: Any) -> None:
    @_entered(function, 2)
    def get_item(heap: Any, k: Any, owner: Any, index: Any) -> Any:
        if isinstance(owner, dict) and index not in owner.keys():
            member = python_member(type(owner), "__missing__")
            if member is not None:
                return call_method(heap, k, member, owner, index)
        value = function(owner, index)
        heap.add(value, k(value))
        return ZERO, ZERO


def _deleter(function: Any) -> None:
    @_entered(function, 2)
    def delete_item(heap: Any, k: Any, owner: Any, index: Any) -> Any:
        function(owner, index)
        k(None)
        return ZERO, ZERO


for _base in (list, dict, collections.OrderedDict, collections.deque):
    _setter(_base.__setitem__)
    _getter(_base.__getitem__)
    _deleter(_base.__delitem__)
_getter(tuple.__getitem__)
_getter(collections.defaultdict.__getitem__)


def inherited(owner: Any, descriptor: Any, call: Call) -> Any:
    """The form of an inherited method, bound, that is entered above, or of an ordered dictionary's that runs code."""
    kind: Any = type(owner)
    if kind is not collections.OrderedDict and isinstance(owner, collections.OrderedDict) and runs_python(
            kind, *CALLED.get(descriptor, ())):
        if descriptor in (collections.OrderedDict.update, collections.OrderedDict.__init__):
            return foreign._bound_method(fill, owner, _unparse(call))
        return foreign.untransformed(descriptor.__get__(owner), call, None)
    try:
        maker = FORMS.get(descriptor)
    except TypeError:  # not hashable
        return None
    made = maker(None, Call((("O", False), *call.args), call.keywords)) if maker is not None else None
    return None if made is None else lambda heap, k, /, *args: made(heap, k, owner, *args)[1:]


# Methods of ordered dictionaries, and those of the class that they call.
_TAKES = ("__contains__", "__getitem__", "__delitem__")
CALLED: dict[Any, tuple[str, ...]] = {
    collections.OrderedDict.update: ("__setitem__",), collections.OrderedDict.__init__: ("__setitem__",),
    collections.OrderedDict.pop: _TAKES, collections.OrderedDict.popitem: _TAKES,
    collections.OrderedDict.setdefault: ("__contains__", "__getitem__", "__setitem__"),
    collections.OrderedDict.copy: ("__getitem__", "__setitem__")}


def fill(self: Any, other: Any = (), /, **keywords: Any) -> None:
    """`OrderedDict.update` where the class stores items by a method of its own."""
    if hasattr(other, "keys"):
        for key in other.keys():
            self[key] = other[key]
    else:
        for key, value in other:
            self[key] = value
    for key in keywords:
        self[key] = keywords[key]


def _unparse(call: Call) -> str:
    return "".join(a for a, _ in call.args) + "".join(f",{n}={a}" for n, a in call.keywords)
