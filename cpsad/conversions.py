"""Functions that make lists of arrays and arrays of iterators, in plain Python; transformed like user's code."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

__all__ = ["fromiter", "tolist"]


def tolist(a: Any) -> Any:
    """`a.tolist()`: Python numbers, in lists within lists."""
    if np.ndim(a) == 0:
        return a.item()
    if np.ndim(a) == 1:
        return [value.item() for value in a]
    return [tolist(row) for row in a]


def fromiter(iter: Any, dtype: Any, count: int = -1) -> Any:  # noqa: A002 - the name that NumPy has given it
    """`np.fromiter`."""
    values = list(iter) if count < 0 else list(itertools.islice(iter, count))
    if len(values) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(values)} items.")
    if not values:
        return np.empty(0, dtype)
    return np.array(values, dtype)
