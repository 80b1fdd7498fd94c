"""`copy.copy`, `copy.deepcopy` and `dataclasses.asdict` in plain Python, so that what they copy is differentiated.

A number that is copied is the same object; an array that is copied is a new one, and what is done to it is no business of
the original. What a class says about its own copies (`__copy__`, `__reduce_ex__`, ...) is left to the library, which is not
seen: that is refused where values that carry a derivative are concerned.
"""

from __future__ import annotations

import collections
import copy
import copyreg
import dataclasses
import functools
import types
from typing import Any

import numpy as np

from .reach import KEY, OPAQUE

__all__ = ["asdict", "astuple", "attributes_of", "deep", "dressed", "field_names", "new_instance", "put_attribute", "shallow",
           "update_wrapper"]

_NOTHING: Any = object()
_SEQUENCES = (list, tuple, set, frozenset, collections.deque)
_SAVED_BY = ("__copy__", "__deepcopy__", "__getnewargs__", "__getnewargs_ex__")


def new_instance(kind: Any) -> Any:
    """An instance, not initialised."""
    return kind.__new__(kind)


def attributes_of(value: Any) -> dict[str, Any]:
    """Names and values of what an instance has itself, in `__dict__` and in slots."""
    found = dict(getattr(value, "__dict__", ()))
    for name in copyreg._slotnames(type(value)):  # type: ignore[attr-defined]
        held = getattr(value, name, _NOTHING)
        if held is not _NOTHING:
            found[name] = held
    return found


def field_names(value: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(value)]


def dressed(wrapper: Any, wrapped: Any, assigned: Any, updated: Any) -> Any:
    """`functools.update_wrapper`, after which the wrapper still has the forms it was defined with."""
    own = getattr(wrapper, "__dict__", {}).get(KEY)
    functools.update_wrapper(wrapper, wrapped, assigned, updated)
    if KEY in getattr(wrapper, "__dict__", {}):
        if own is None:
            del wrapper.__dict__[KEY]
        else:
            wrapper.__dict__[KEY] = own
    return wrapper


def update_wrapper(wrapper: Any, wrapped: Any, assigned: Any = functools.WRAPPER_ASSIGNMENTS,
                   updated: Any = functools.WRAPPER_UPDATES) -> Any:
    """`functools.update_wrapper`."""
    return dressed(wrapper, wrapped, assigned, updated)


def put_attribute(value: Any, name: str, held: Any) -> None:
    object.__setattr__(value, name, held)


def is_plain_object(value: Any) -> bool:
    """Whether copies of an object are made attribute by attribute."""
    kind: Any = type(value)
    if kind is types.SimpleNamespace:
        return True
    frozen = getattr(kind, "__getstate__", None) is getattr(dataclasses, "_dataclass_getstate", _NOTHING)
    return (kind.__new__ is object.__new__ and kind.__reduce_ex__ is object.__reduce_ex__
            and kind.__reduce__ is object.__reduce__ and kind not in copyreg.dispatch_table
            and (frozen or kind.__getstate__ is object.__getstate__ and not hasattr(kind, "__setstate__"))
            and not any(hasattr(kind, name) for name in _SAVED_BY) and not isinstance(value, type)
            and not issubclass(kind, BaseException))


def _library_copy(value: Any) -> Any:
    return copy.copy(value)


def _library_deepcopy(value: Any, memo: Any) -> Any:
    return copy.deepcopy(value, memo)


for _function in (_library_copy, _library_deepcopy):
    _function.__dict__[OPAQUE] = True


def is_immutable(value: Any) -> bool:
    return value is None or isinstance(value, (int, float, complex, str, bytes, np.generic)) and type(value) in _ATOMS


_ATOMS = {int, float, complex, bool, str, bytes, np.float64, np.float32, np.float16, np.int64, np.int32, np.bool_,
          np.complex128, np.complex64}


def shallow(x: Any) -> Any:
    """`copy.copy`."""
    kind = type(x)
    if is_immutable(x) or kind is tuple or kind is frozenset:
        return x
    if kind is np.ndarray:
        return np.array(x)
    if kind is list or kind is dict or kind is set or kind is collections.deque or (
            kind is collections.OrderedDict or kind is collections.defaultdict):
        return x.copy()
    if is_plain_object(x):
        made = new_instance(kind)
        held = attributes_of(x)
        for name in held:
            put_attribute(made, name, held[name])
        return made
    return _library_copy(x)


def deep(x: Any, memo: Any = None) -> Any:
    """`copy.deepcopy`."""
    if memo is None:
        memo = {}
    if is_immutable(x):
        return x
    made = memo.get(id(x), _NOTHING)
    if made is not _NOTHING:
        return made
    kind = type(x)
    if kind is np.ndarray and x.dtype != object:
        made = np.array(x)
    elif kind is list:
        made = []
        memo[id(x)] = made
        for value in x:
            made.append(deep(value, memo))
    elif kind is dict or kind is collections.OrderedDict or kind is collections.defaultdict:
        made = collections.defaultdict(x.default_factory) if kind is collections.defaultdict else kind()
        memo[id(x)] = made
        for key in x:
            made[deep(key, memo)] = deep(x[key], memo)
    elif kind is collections.deque:
        made = collections.deque([], x.maxlen)
        memo[id(x)] = made
        for value in x:
            made.append(deep(value, memo))
    elif kind is tuple:
        values = [deep(value, memo) for value in x]
        if id(x) in memo:  # it holds itself
            return memo[id(x)]
        kept = [a is b for a, b in zip(x, values)]
        made = x if all(kept) else tuple(values)
    elif isinstance(x, tuple) and hasattr(kind, "_make"):
        made = kind._make([deep(value, memo) for value in x])
    elif is_plain_object(x):
        made = new_instance(kind)
        memo[id(x)] = made
        held = attributes_of(x)
        for name in held:
            put_attribute(made, name, deep(held[name], memo))
    else:
        return _library_deepcopy(x, memo)
    if made is not x:
        memo[id(x)] = made
        memo.setdefault(id(memo), []).append(x)  # alive, so that no other object gets its id
    return made


def asdict(obj: Any, *, dict_factory: Any = dict) -> Any:
    """`dataclasses.asdict`."""
    if isinstance(obj, type) or not hasattr(obj, "__dataclass_fields__"):
        raise TypeError("asdict() should be called on dataclass instances")
    return _plain_data(obj, dict_factory, False)


def astuple(obj: Any, *, tuple_factory: Any = tuple) -> Any:
    """`dataclasses.astuple`."""
    if isinstance(obj, type) or not hasattr(obj, "__dataclass_fields__"):
        raise TypeError("astuple() should be called on dataclass instances")
    return _plain_data(obj, tuple_factory, True)


def _plain_data(obj: Any, factory: Any, values_only: bool) -> Any:
    kind: Any = type(obj)
    if hasattr(kind, "__dataclass_fields__"):
        names = field_names(obj)
        values = [_plain_data(getattr(obj, name), factory, values_only) for name in names]
        return factory(values) if values_only else factory([(n, v) for n, v in zip(names, values)])
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return kind(*[_plain_data(v, factory, values_only) for v in obj])
    if isinstance(obj, (list, tuple)):
        return kind([_plain_data(v, factory, values_only) for v in obj])
    if issubclass(kind, dict):
        items = [(_plain_data(k, factory, values_only), _plain_data(obj[k], factory, values_only)) for k in obj]
        return collections.defaultdict(obj.default_factory, items) if kind is collections.defaultdict else kind(items)
    return deep(obj)
