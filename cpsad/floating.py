"""Which values can carry a derivative, by their type."""

from __future__ import annotations

from typing import Any

import numpy as np

from .cotangents import ZERO
from .reach import foreign_dtype

__all__ = ["NEVER", "is_floating"]

_FLOATING = {float, complex, np.float64, np.float32}
NEVER = {int, bool, str, bytes, type(None), list, tuple, dict, set, range, slice, type(ZERO)}


def is_floating(value: Any) -> bool:
    """Whether a value is of a kind that can carry a derivative: float or complex, scalar or array."""
    kind = type(value)
    if kind in _FLOATING:
        return True
    if kind in NEVER:
        return False
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fcO"
    return isinstance(value, (float, complex, np.inexact)) or getattr(foreign_dtype(value), "kind", "") in ("f", "c")
