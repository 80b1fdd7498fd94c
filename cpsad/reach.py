"""What code that is not transformed could get hold of: stored values, and variables of generated code."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

__all__ = ["KEY", "closes_over", "reaches"]

KEY = "__cpsad__"  # where a function keeps its forms


def closes_over(value: Any) -> bool:
    """Whether `value` is a nested function of generated code, which may close over active variables."""
    entry = value.__dict__.get(KEY) if isinstance(value, types.FunctionType) else None
    return entry is not None and entry.nested is not None and value.__closure__ is not None


def reaches(heap: Any, value: Any, depth: int = 6) -> bool:
    """Whether a stored value that carries a derivative can be reached from `value`."""
    if heap.holds(value):
        return True
    if depth == 0 or isinstance(value, (int, float, str, bytes, type(None), np.ndarray, type, types.ModuleType)):
        return False
    if isinstance(value, dict):
        return any(reaches(heap, v, depth - 1) for v in value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(reaches(heap, v, depth - 1) for v in value)
    if isinstance(value, types.FunctionType):
        cells = [c.cell_contents for c in value.__closure__ or () if c != types.CellType()]
        named = [value.__globals__.get(n) for n in value.__code__.co_names]
        return any(reaches(heap, v, depth - 2 if depth > 1 else 0) for v in
                   [*cells, *named, *(value.__defaults__ or ())])
    if isinstance(value, types.MethodType):
        return reaches(heap, value.__self__, depth - 1) or reaches(heap, value.__func__, depth - 1)
    inner = list(getattr(value, "__dict__", {}).values())
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        inner += [getattr(value, s, None) for s in ((slots,) if isinstance(slots, str) else slots)]
    if hasattr(value, "__iter__") and not inner:
        import gc

        inner = gc.get_referents(value)
    return any(reaches(heap, v, depth - 1) for v in inner)
