"""Functions of `operator`, `math` and `collections` in plain Python, or taken apart so that they have rules."""

from __future__ import annotations

import math
import sys
from typing import Any

__all__ = ["BY_CODE"]


# Functions of `operator` that are no arithmetic

def concat(a: Any, b: Any, /) -> Any:
    if not hasattr(a, "__getitem__"):
        raise TypeError(f"'{type(a).__name__}' object can't be concatenated")
    return a + b


def call(obj: Any, /, *args: Any, **kwargs: Any) -> Any:
    return obj(*args, **kwargs)


# Functions of two sequences: of one, which holds both

def both_dist(values: list[Any]) -> float:
    """`math.dist` of the two halves of a list."""
    half = len(values) // 2
    return math.dist(values[:half], values[half:])


def dist_back(g: Any, y: Any, values: Any) -> list[Any]:
    half = len(values) // 2
    steps = [g * ((a - b) / (y or 1)) for a, b in zip(values[:half], values[half:])]
    return [*steps, *[-s for s in steps]]


def sumprod_back(g: Any, values: Any) -> list[Any]:
    half = len(values) // 2
    return [*[g * b for b in values[half:]], *[g * a for a in values[:half]]]


def dist(p: Any, q: Any, /) -> Any:
    p, q = tuple(p), tuple(q)
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    return both_dist([*p, *q])


def both_sumprod(values: list[Any]) -> float:
    """`math.sumprod` of the two halves of a list."""
    half = len(values) // 2
    return math.sumprod(values[:half], values[half:])  # type: ignore[attr-defined]


def sumprod(p: Any, q: Any, /) -> Any:
    p, q = list(p), list(q)
    if len(p) != len(q):
        raise ValueError("Inputs are not the same length")
    return both_sumprod([*p, *q])


def all_prod(values: list[Any]) -> Any:
    """`math.prod` with the start first."""
    return math.prod(values[1:], start=values[0])


def prod_from(iterable: Any, /, *, start: Any = 1) -> Any:
    return all_prod([start, *iterable])


# Methods of named tuples, which all have the same code

_UNEXPECTED: Any = TypeError if sys.version_info >= (3, 13) else ValueError


def tuple_of(cls: Any, values: Any) -> Any:
    """An instance of a class of tuples, past its own `__new__`."""
    return tuple.__new__(cls, values)


def make(cls: Any, iterable: Any) -> Any:
    values = list(iterable)
    if len(values) != len(cls._fields):
        raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(values)}")
    return tuple_of(cls, values)


def replace(self: Any, /, **kwds: Any) -> Any:
    values = [kwds.pop(name) if name in kwds else value for name, value in zip(self._fields, self)]
    result = self._make(values)
    if kwds:
        raise _UNEXPECTED(f"Got unexpected field names: {list(kwds)!r}")
    return result


def asdict(self: Any) -> dict[str, Any]:
    return dict(zip(self._fields, self))


def _codes() -> dict[Any, Any]:
    import collections

    sample: Any = collections.namedtuple("sample", ())
    return {vars(sample)["_make"].__func__.__code__: make, sample._replace.__code__: replace, sample._asdict.__code__: asdict}


BY_CODE = _codes()
