"""Built-in functions that call Python functions, written in Python, so that what they call is differentiated."""

from __future__ import annotations

import functools
from typing import Any

__all__ = ["EQUIVALENTS", "argsort"]

_MISSING: Any = object()


def argsort(keys: list[Any], reverse: bool) -> list[int]:
    """The order that sorts `keys`, as positions; stable, as `sorted` is."""
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def sort_by(iterable: Any, /, *, key: Any = None, reverse: bool = False) -> list[Any]:
    values = list(iterable)
    if key is None:
        return sorted(values, reverse=reverse)
    return [values[i] for i in argsort([key(v) for v in values], reverse)]


def sort_in_place(values: list[Any], /, *, key: Any = None, reverse: bool = False) -> None:
    ordered = sort_by(values, key=key, reverse=reverse)
    values.clear()
    values.extend(ordered)


def max_by(*args: Any, key: Any = None, default: Any = _MISSING) -> Any:
    values = list(args[0]) if len(args) == 1 else list(args)
    if not values:
        return max(values) if default is _MISSING else default
    if key is None:
        return max(values)
    best, top = values[0], key(values[0])
    for value in values[1:]:
        found = key(value)
        if found > top:
            best, top = value, found
    return best


def min_by(*args: Any, key: Any = None, default: Any = _MISSING) -> Any:
    values = list(args[0]) if len(args) == 1 else list(args)
    if not values:
        return min(values) if default is _MISSING else default
    if key is None:
        return min(values)
    best, top = values[0], key(values[0])
    for value in values[1:]:
        found = key(value)
        if found < top:
            best, top = value, found
    return best


def reduce(function: Any, iterable: Any, initial: Any = _MISSING, /) -> Any:
    total = initial
    for value in iterable:
        total = value if total is _MISSING else function(total, value)
    if total is _MISSING:
        raise TypeError("reduce() of empty iterable with no initial value")
    return total


EQUIVALENTS: dict[Any, Any] = {
    sorted: sort_by, list.sort: sort_in_place, max: max_by, min: min_by, functools.reduce: reduce,
}
