"""Classes of the objects that a value holds, however deep, by way of the garbage collector.

`special.py` looks at the first objects of an argument only, since what it misses there is found when it is met. A class
whose methods store what they compute when C code calls them (`unseen.py`) is not: all of the argument has to be looked at.
"""

from __future__ import annotations

import gc
import sys
import types
from typing import Any

import numpy as np

from .unseen import stores

__all__ = ["any_stores", "holds_storing"]

_LEAVES = (int, float, complex, str, bytes, type(None), range, slice, np.generic, types.ModuleType, types.FunctionType,
           types.BuiltinFunctionType, types.CodeType, types.FrameType)
_PLAIN = {float, int, bool, str, type(None), np.ndarray, np.float64}
_MOST = 20_000  # objects, before it is asked whether there is such a class at all


def holds_storing(value: Any) -> bool:
    """Whether an object that `value` holds is of a class that `stores`."""
    if type(value) in _PLAIN and (type(value) is not np.ndarray or not value.dtype.hasobject):
        return False
    seen: set[int] = set()
    kinds: set[type] = set()
    level = [value]
    asked = False
    while level:
        inner: list[Any] = []
        for held in level:
            if isinstance(held, _LEAVES) or id(held) in seen:
                continue
            seen.add(id(held))
            kind = held if isinstance(held, type) else type(held)
            if kind not in kinds:
                kinds.add(kind)
                if stores(kind):
                    return True
            if not isinstance(held, type) and (type(held) is not np.ndarray or held.dtype.hasobject):
                inner.append(held)
        if len(seen) > _MOST and not asked:
            if not any_stores():
                return False
            asked = True
        level = gc.get_referents(*inner)
        level += [item for held in inner if isinstance(held, np.ndarray) for item in held.ravel().tolist()]
    return False


def any_stores() -> bool:
    """Whether there is such a class in the process, the standard library aside."""
    kind: Any
    seen: set[type] = {object}
    todo: list[type] = [object]
    while todo:
        for kind in type.__subclasses__(todo.pop()):
            if kind not in seen:
                seen.add(kind)
                todo.append(kind)
                module = kind.__module__
                if type(module) is str and module.partition(".")[0] not in sys.stdlib_module_names and stores(kind):
                    return True
    return False
