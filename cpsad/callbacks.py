"""Callables of the standard library and of NumPy that call functions of the user's: their CPS forms.

What a callable does is said in Python, in `equivalents.py`, or here where that is shorter; the function that it calls
is then called in CPS. Decorators and other makers of such callables keep a reference, and nothing else.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import operator
import types
import weakref
from typing import Any

import numpy as np

from . import equivalents, forms, vectorizing
from .cotangents import ZERO
from .heap import is_floating
from .layout import Call
from .protocols import FORMS, call_with
from .runtime import make_class

__all__ = ["form_of_object"]

_CACHED: Any = type(functools.lru_cache(lambda: None))


# -- makers ---------------------------------------------------------------------------------------------------------

def _maker(function: Any, call: Call) -> Any:
    """The form of a function that only keeps references to what it is given."""
    def adapted(heap: Any, k: Any, /, *args: Any, **keywords: Any) -> Any:
        every = [*args, *keywords.values()]
        for value in every:
            heap.put(value)
        k(function(*args, **keywords))
        return tuple([heap.take(value) for value in reversed(every)][::-1])

    return None if call.has_stars else adapted


for _function in (functools.lru_cache, functools.cache, functools.wraps, functools.update_wrapper,
                  functools.total_ordering, functools.singledispatch, functools.partialmethod, functools.cached_property,
                  operator.itemgetter, operator.attrgetter, operator.methodcaller, _CACHED, property, classmethod, staticmethod,
                  make_class, dataclasses.dataclass, dataclasses.field, collections.namedtuple):
    FORMS[_function] = _maker


def _new_tuple(function: Any, call: Call) -> Any:
    """`tuple.__new__(cls, values)`, which makes the results of `_make` and `_replace` of named tuples."""
    from . import iteration

    return iteration.eager(function, call, _maker(function, call), (1,)) if call.is_plain else None


FORMS[tuple.__new__] = _new_tuple


def _equivalent(function: Any, call: Call) -> Any:
    return forms.part(_EQUIVALENT[function], _unparse(call))


def _unparse(call: Call) -> str:
    return "".join("*" * star + a for a, star in call.args) + "".join(f",{n}={a}" for n, a in call.keywords)


_EQUIVALENT = {functools.cmp_to_key: equivalents.cmp_to_key, np.apply_along_axis: equivalents.apply_along_axis,
               np.piecewise: equivalents.piecewise}
for _function in _EQUIVALENT:
    FORMS[_function] = _equivalent


# What decorators with options return.
_DECORATORS = {("dataclasses", "dataclass.<locals>.wrap"), ("functools", "lru_cache.<locals>.decorating_function")}


# -- objects that are called ----------------------------------------------------------------------------------------

def form_of_object(function: Any, call: Call, signature: str) -> Any:
    """The form of a callable object, by its class; None for one that is not known here."""
    kind = type(function)
    if kind is types.FunctionType:
        return _maker(function, call) if (function.__module__, function.__qualname__) in _DECORATORS else None
    if kind is _CACHED:
        return _cached(function, signature)
    if kind is weakref.ref and not call.args and not call.keywords:
        return _maker(function, call)
    if kind is operator.itemgetter and len(call.args) == 1:
        return _bound(equivalents.items_of, signature, function.__reduce__()[1])
    if kind is operator.attrgetter and len(call.args) == 1:
        return _bound(equivalents.attributes_of, signature, function.__reduce__()[1])
    if kind is operator.methodcaller and len(call.args) == 1:
        made = function.__reduce__()
        name, args, keywords = made[1][0], made[1][1:], {}
        if isinstance(made[0], functools.partial):
            name, args, keywords = made[0].args[0], made[1], made[0].keywords
        return _bound(equivalents.method_called, signature, (name, args, keywords))
    if kind is np.vectorize and not call.keywords and function.signature is None and not function.excluded:
        return _bound(equivalents.vectorized, signature, function.pyfunc, function.otypes)
    if kind is np.vectorize and callable(function.pyfunc):
        return forms.part(functools.partial(vectorizing.in_full, function), signature)
    return None


def _bound(equivalent: Any, signature: str, *first: Any) -> Any:
    """`equivalent` with its first arguments filled in."""
    inner = forms.part(equivalent, "v" * len(first) + signature)

    def adapted(heap: Any, k: Any, /, *args: Any) -> Any:
        results = call_with(inner, heap, k, (*first, *args))
        for value, adjoint in zip(first, results, strict=False):
            heap.add(value, adjoint)
        return results[len(first):]

    return adapted


def _cached(function: Any, signature: str) -> Any:
    """A cached function: the cache is that of one gradient call, and knows numbers by their identity.

    Two numbers that happen to be equal have derivatives of their own.
    """
    inner = forms.part(function.__wrapped__, signature)

    def adapted(heap: Any, k: Any, /, *args: Any, **keywords: Any) -> Any:
        key = (function, *map(_key, args), *((n, _key(v)) for n, v in keywords.items()))
        count = len(args) + len(keywords)
        try:
            found = heap.caches.get(key)
        except TypeError:
            raise TypeError(f"unhashable type: {next(type(a).__name__ for a in args if _unhashable(a))!r}") from None
        if found is not None:
            heap.add(found[0], k(found[0]))
            return (ZERO,) * count

        def after(value: Any) -> Any:
            heap.put(value)
            heap.caches[key] = value, args, keywords  # which keeps them alive, and their identities
            g = k(value)
            return g + heap.take(value)

        return call_with(inner, heap, after, args, keywords)

    return adapted


def _key(value: Any) -> Any:
    if is_floating(value):
        return (type(value), id(value))
    return tuple(map(_key, value)) if type(value) is tuple else value


def _unhashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return True
    return False

