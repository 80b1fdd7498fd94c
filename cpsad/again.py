"""Arguments of a function that is run several times for one derivative: each run finds them as they were given.

A Jacobian takes a run for each of its rows or columns. What a run leaves in its arguments (arrays that it writes into, lists that
it appends to, attributes that it sets) would be what the next one starts from; it is put back before that. The last run leaves
its arguments as the function does.
"""

from __future__ import annotations

import collections
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from .places import here
from .transforms.errors import UnsupportedError

__all__ = ["AsGiven", "as_given", "check_same", "value_of"]

_NUMBERS = {int, float, bool, complex, str, bytes, type(None), np.float64, np.int64}
_NO_STATE = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.generic)


class AsGiven:
    """Arrays, lists, deques, dictionaries and objects with attributes that `values` hold, with what is in them now."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.arrays: list[tuple[Any, Any]] = []
        self.holders: list[tuple[Any, Any]] = []
        self.seen: set[int] = set()
        todo = list(values)
        while todo:
            value = todo.pop()
            if type(value) in _NUMBERS or id(value) in self.seen:
                continue
            self.seen.add(id(value))
            if isinstance(value, np.ndarray):
                if value.flags.writeable:
                    self.arrays.append((value, value.copy()))
            elif isinstance(value, (list, collections.deque)):
                self.holders.append((value, list(value)))
                todo += value
            elif isinstance(value, (tuple, set, frozenset)):
                todo += value
            elif isinstance(value, dict):
                self.holders.append((value, dict(value)))
                todo += value.values()
            elif isinstance(getattr(value, "__dict__", None), dict) and not isinstance(value, _NO_STATE):
                todo.append(value.__dict__)

    def changed(self) -> list[tuple[Any, Any]]:
        """What has changed, each with what was in it."""
        found = [(h, c) for h, c in self.holders if (
            list(map(id, h.values())) != list(map(id, c.values())) or list(h) != list(c) if isinstance(h, dict)
            else list(map(id, h)) != list(map(id, c)))]
        return found + [(a, c) for a, c in self.arrays if (
            list(map(id, a.flat)) != list(map(id, c.flat)) if a.dtype.hasobject else a.tobytes() != c.tobytes())]

    def restore(self) -> None:
        """Puts back what has changed."""
        for holder, content in self.changed():
            if isinstance(holder, np.ndarray):
                holder[...] = content
                continue
            holder.clear()
            if isinstance(holder, dict):
                holder.update(content)
            else:
                holder.extend(content)


# -- in differentiated code, where what a run has changed cannot be put back behind its derivative -------------------

def as_given(values: Any) -> AsGiven:
    return AsGiven(values)


def check_same(given: AsGiven) -> None:
    """Raises an UnsupportedError where an argument has changed."""
    if given.changed():
        raise here(UnsupportedError, "a Jacobian or directional derivative inside a differentiated function, of a function that "
                   "changes its arguments", why="the function runs several times there, and each run would start from what the "
                   "one before has left", remedy="let the function work on a copy: x = x.copy()")


def value_of(call: Any, primals: Any, function: Any, every: Any) -> Any:
    """The value of a function that will run again with these arguments."""
    given = as_given(every)
    value = call(primals, function, every)
    check_same(given)
    return value
