"""Formulas of the rules of systems with a Toeplitz or banded matrix: w = a^-T g, and -w y^T along diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from ..cotangents import Absorbing
from .helpers_scipy_linalg import real_only

__all__ = ["banded_back", "halfbanded_back", "toeplitz_back"]


def columns(x: Any) -> Any:
    return x[:, None] if np.ndim(x) == 1 else np.reshape(x, (np.shape(x)[0], -1))


def along(w: Any, y: Any, d: int) -> Any:
    """-(w y^T) on diagonal `d`: elements i, i + d."""
    n = np.shape(y)[0]
    return -np.sum(w[max(-d, 0): n - max(d, 0)] * y[max(d, 0): n - max(-d, 0)], -1)


def toeplitz_back(g: Any, y: Any, c: Any, r: Any) -> tuple[Any, Any, Any]:
    """The sums of -w y^T along its diagonals; the first of `r` is not read."""
    if isinstance(g, Absorbing):
        return g, g, g
    w = linalg.solve_toeplitz((r_first(r, c), c), g)
    left, right = columns(w), columns(y)
    by_c = [np.sum(along(left, right, -i)) for i in range(len(c))]
    by_r = [np.sum(along(left, right, i)) for i in range(1, len(c))]
    return np.stack(by_c), np.concatenate([np.zeros_like(r[:1]), np.stack(by_r)]) if by_r else np.zeros_like(r), w


def r_first(r: Any, c: Any) -> Any:
    """The first column of the transpose: its corner is that of `c`."""
    return np.concatenate([c[:1], r[1:]])


def transposed(ab: Any, low: int, up: int) -> Any:
    """The diagonals of the transpose of a banded matrix."""
    n = np.shape(ab)[1]
    rows = []
    for d in range(low, -up - 1, -1):  # diagonal d of the transpose is diagonal -d of the matrix
        row = ab[up + d]
        kept = row[max(-d, 0): n - max(d, 0)]
        rows.append(np.concatenate([np.zeros_like(row[: max(d, 0)]), kept, np.zeros_like(row[: max(-d, 0)])]))
    return np.stack(rows)


def banded_back(g: Any, y: Any, l_and_u: Any, ab: Any) -> tuple[Any, Any]:
    if isinstance(g, Absorbing):
        return g, g
    low, up = l_and_u
    w = linalg.solve_banded((up, low), transposed(ab, low, up), g)
    left, right = columns(w), columns(y)
    rows = [diagonal_row(left, right, d, ab) for d in range(up, -low - 1, -1)]
    return np.stack(rows), w


def diagonal_row(left: Any, right: Any, d: int, ab: Any) -> Any:
    """-(w y^T) on diagonal `d`, at the columns that it has, in a row of `ab`."""
    n = np.shape(ab)[1]
    part = along(left, right, d)
    before, after = max(d, 0), n - max(d, 0) - np.shape(part)[0]
    return np.concatenate([np.zeros(before, part.dtype), part, np.zeros(after, part.dtype)])


def halfbanded_back(g: Any, y: Any, ab: Any, lower: Any) -> tuple[Any, Any]:
    """A symmetric matrix by its upper or lower diagonals: the two sides of each add up."""
    if isinstance(g, Absorbing):
        return g, g
    real_only(ab, "linalg.solveh_banded")
    w = linalg.solveh_banded(ab, g, lower=lower)
    left, right = columns(w), columns(y)
    count = np.shape(ab)[0]
    rows = []
    for i in range(count):
        d = i if lower else count - 1 - i
        total = along(left, right, d) + along(left, right, -d) if d else along(left, right, 0)
        missing = np.zeros(d, total.dtype)
        rows.append(np.concatenate([total, missing]) if lower else np.concatenate([missing, total]))
    return np.stack(rows), w
