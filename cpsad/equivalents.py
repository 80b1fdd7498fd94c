"""Built-in functions that call Python functions, written in Python, so that what they call is differentiated."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

__all__ = ["EQUIVALENTS", "argsort"]

_MISSING: Any = object()


def argsort(keys: list[Any], reverse: bool) -> list[int]:
    """The order that sorts `keys`, as positions; stable, as `sorted` is."""
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


class Compared:
    """What `functools.cmp_to_key(compare)` makes of a value."""

    def __init__(self, compare: Any, obj: Any) -> None:
        self.compare, self.obj = compare, obj

    def is_below(self, other: Any) -> Any:
        return self.compare(self.obj, other.obj) < 0


def cmp_to_key(mycmp: Any) -> Any:
    def key(obj: Any) -> Any:
        return Compared(mycmp, obj)

    return key


def order_by_comparing(keys: Any, reverse: bool) -> list[int]:
    """The order that sorts keys by comparing them: a run that is in order, then insertion, as `list.sort` does."""
    order = list(range(len(keys)))
    if reverse:
        order.reverse()
    run = 1
    if len(order) > 1:
        run = 2
        if keys[order[1]].is_below(keys[order[0]]):
            while run < len(order) and keys[order[run]].is_below(keys[order[run - 1]]):
                run += 1
            order = order[:run][::-1] + order[run:]
        else:
            while run < len(order) and not keys[order[run]].is_below(keys[order[run - 1]]):
                run += 1
    for n in range(run, len(order)):
        item, low, high = order[n], 0, n
        while low < high:
            middle = (low + high) // 2
            if keys[item].is_below(keys[order[middle]]):
                high = middle
            else:
                low = middle + 1
        order = order[:low] + [item] + order[low:n] + order[n + 1:]
    if reverse:
        order.reverse()
    return order


def sort_by(iterable: Any, /, *, key: Any = None, reverse: bool = False) -> list[Any]:
    values = list(iterable)
    if key is None:
        return sorted(values, reverse=reverse)
    keys = [key(v) for v in values]
    if keys and isinstance(keys[0], Compared):
        return [values[i] for i in order_by_comparing(keys, reverse)]
    return [values[i] for i in argsort(keys, reverse)]


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


def items_of(items: Any, owner: Any) -> Any:
    """`operator.itemgetter(*items)(owner)`."""
    return owner[items[0]] if len(items) == 1 else tuple([owner[item] for item in items])


def attributes_of(names: Any, owner: Any) -> Any:
    found = []
    for name in names:
        value = owner
        for part in name.split("."):
            value = getattr(value, part)
        found.append(value)
    return found[0] if len(names) == 1 else tuple(found)


def method_called(what: Any, owner: Any) -> Any:
    name, args, keywords = what
    return getattr(owner, name)(*args, **keywords)


def vectorized(function: Any, otypes: Any, *args: Any) -> Any:
    """What an object of `np.vectorize` does: elements as Python numbers; the first tells the type of the results."""
    arrays = [np.asarray(a) for a in args]
    shape = np.broadcast_shapes(*[a.shape for a in arrays])
    arrays = [np.broadcast_to(a, shape) for a in arrays]
    if otypes is None and 0 in shape:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    columns = [[v.item() for v in np.ravel(a)] for a in arrays]
    first: Any = function(*[c[0] for c in columns]) if otypes is None else None
    results = [function(*values) for values in zip(*columns)]
    several = isinstance(first, tuple) or otypes is not None and len(otypes) > 1
    if not several:
        kind = np.asarray(first).dtype.char if otypes is None else otypes[0]
        made = np.reshape(np.array(results), shape).astype(kind)
        return made if shape else made[()]
    found = []
    for i in range(len(results[0])):
        kind = np.asarray(first[i]).dtype.char if otypes is None else otypes[i]
        made = np.reshape(np.array([r[i] for r in results]), shape).astype(kind)
        found.append(made if shape else made[()])
    return tuple(found)


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """`np.apply_along_axis`: the first result tells shape and type of all."""
    array = np.asarray(arr)
    axis = range(array.ndim)[axis]
    moved = np.moveaxis(array, axis, -1)
    lead = moved.shape[:-1]
    if 0 in lead:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    rows = np.reshape(moved, (-1, moved.shape[-1]))
    results = [np.asarray(func1d(row, *args, **kwargs)) for row in rows]
    first = results[0]
    made = np.reshape(np.stack(results), (*lead, *first.shape)).astype(first.dtype)
    return np.moveaxis(made, list(range(-first.ndim, 0)), list(range(axis, axis + first.ndim))) if first.ndim else made[()]


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """`np.piecewise`: what several conditions hold for, the last one gives."""
    x = np.asarray(x)
    if np.isscalar(condlist) or not isinstance(condlist[0], (list, np.ndarray)) and x.ndim != 0:
        condlist = [condlist]
    conditions = np.array(condlist, dtype=bool)
    if len(conditions) == len(funclist) - 1:
        conditions = np.concatenate([conditions, ~np.any(conditions, axis=0, keepdims=True)], axis=0)
    elif len(conditions) != len(funclist):
        n = len(conditions)
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    made = np.zeros(x.shape, x.dtype)
    for condition, func in zip(conditions, funclist):
        if not callable(func):
            made = np.where(condition, func, made).astype(x.dtype)
        elif np.any(condition):
            values = np.broadcast_to(func(x[condition], *args, **kw), int(np.count_nonzero(condition)))
            places = np.reshape(np.maximum(np.cumsum(condition) - 1, 0), x.shape)
            made = np.where(condition, values[places], made).astype(x.dtype)
    return made


EQUIVALENTS: dict[Any, Any] = {
    sorted: sort_by, list.sort: sort_in_place, max: max_by, min: min_by, functools.reduce: reduce,
}
