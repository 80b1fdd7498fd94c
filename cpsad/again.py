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

__all__ = ["AsGiven"]

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

    def restore(self) -> None:
        """Puts back what has changed."""
        for holder, content in self.holders:
            if isinstance(holder, dict):
                if list(map(id, holder.values())) != list(map(id, content.values())) or list(holder) != list(content):
                    holder.clear()
                    holder.update(content)
            elif list(map(id, holder)) != list(map(id, content)):
                holder.clear()
                holder.extend(content)
        for array, content in self.arrays:
            if array.dtype.hasobject or array.tobytes() != content.tobytes():
                array[...] = content
