"""Forward rules of `scipy.linalg`: LU factors, Riccati equations, Toeplitz and banded systems."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from ..cotangents import ZERO, Absorbing
from . import helpers_computed, scipy_structured
from .forward import forward
from .helpers import no_derivative
from .helpers_banded import columns
from .helpers_forward import through
from .helpers_scipy_linalg import _t, exchanged

# -- factors --------------------------------------------------------------------------------------------------------

def factors_along(d: Any, low: Any, up: Any) -> tuple[Any, Any]:
    """The tangents of l, unit lower (m, k), and u, upper (k, n), where `d` is that of l u; k = min(m, n)."""
    m, n = np.shape(low)[-2], np.shape(up)[-1]
    k = min(m, n)
    square, corner = low[..., :k, :], up[..., :k]
    left = np.linalg.solve(square, d[..., :k, :k])
    middle = _t(np.linalg.solve(_t(corner), _t(left)))
    dlow, dup = np.matmul(square, np.tril(middle, -1)), np.matmul(np.triu(middle), corner)
    if n > k:
        right = np.linalg.solve(square, d[..., :k, k:] - np.matmul(dlow, up[..., k:]))
        return dlow, np.concatenate([dup, right], -1)
    if m > k:
        below = d[..., k:, :] - np.matmul(low[..., k:, :], dup)
        return np.concatenate([dlow, _t(np.linalg.solve(_t(corner), _t(below)))], -2), dup
    return dlow, dup


def lu_tangent(d: Any, y: Any, indices: Any) -> Any:
    """a = p l u, `p` a permutation matrix, or the row that each row of `a` has in l u."""
    if isinstance(d, Absorbing):
        return d
    p, low, up = y
    d = np.take_along_axis(d, np.argsort(p, axis=-1)[..., None], -2) if indices else np.matmul(_t(p), d)
    return ZERO, *factors_along(d, low, up)


def lu_factor_tangent(d: Any, y: Any) -> Any:
    """l and u in one matrix, and the exchanges of rows."""
    if isinstance(d, Absorbing):
        return d
    packed, pivots = y
    m, n = np.shape(packed)[-2:]
    k = min(m, n)
    d = np.take_along_axis(d, exchanged(pivots, m)[..., None], -2)
    low, up = factors_along(d, np.tril(packed[..., :k], -1) + np.eye(m, k, dtype=packed.dtype), np.triu(packed[..., :k, :]))
    rows = np.zeros((*np.shape(up)[:-2], m - k, n), up.dtype)
    right = np.zeros((*np.shape(low)[:-1], n - k), low.dtype)
    return np.concatenate([low, right], -1) + np.concatenate([up, rows], -2), ZERO


forward(linalg.lu, lambda d, y, a, *, check_finite=True, p_indices=False: (lu_tangent(d, y, p_indices),))
forward(linalg.lu_factor, lambda d, y, a, *, check_finite=True: (lu_factor_tangent(d, y),))


# -- Riccati equations: the tangent solves the closed loop's Lyapunov equation ---------------------------------------

def continuous_tangent(d: Any, y: Any, a: Any, b: Any, r: Any, name: str) -> Any:
    """a^T y + y a - y b r^-1 b^T y + q = 0 of symmetric q and r, by the matrix of that name."""
    if isinstance(d, Absorbing):
        return d
    gain = np.linalg.solve(r, np.matmul(_t(b), y))
    half = (d + _t(d)) / 2 if name in "qr" else d
    if name == "a":
        moved = np.matmul(y, d)
    elif name == "b":
        moved = -np.matmul(np.matmul(y, d), gain)
    else:
        moved = half / 2 if name == "q" else np.matmul(np.matmul(_t(gain), half), gain) / 2
    return linalg.solve_continuous_lyapunov(_t(a - np.matmul(b, gain)), -(moved + _t(moved)))


def discrete_tangent(d: Any, y: Any, a: Any, b: Any, r: Any, name: str) -> Any:
    """y = a^T y a - a^T y b (r + b^T y b)^-1 b^T y a + q."""
    if isinstance(d, Absorbing):
        return d
    gain = np.linalg.solve(r + np.matmul(np.matmul(_t(b), y), b), np.matmul(np.matmul(_t(b), y), a))
    closed = a - np.matmul(b, gain)
    half = (d + _t(d)) / 2 if name in "qr" else d
    if name in "ab":
        moved = np.matmul(np.matmul(_t(closed), y), d)
        moved = moved if name == "a" else -np.matmul(moved, gain)
    else:
        moved = half / 2 if name == "q" else np.matmul(np.matmul(_t(gain), half), gain) / 2
    return linalg.solve_discrete_lyapunov(_t(closed), moved + _t(moved))


forward(
    linalg.solve_continuous_are,
    lambda d, y, a, b, q, r: (
        continuous_tangent(d, y, a, b, r, "a"), continuous_tangent(d, y, a, b, r, "b"),
        continuous_tangent(d, y, a, b, r, "q"), continuous_tangent(d, y, a, b, r, "r")),
)
forward(
    linalg.solve_discrete_are,
    lambda d, y, a, b, q, r: (
        discrete_tangent(d, y, a, b, r, "a"), discrete_tangent(d, y, a, b, r, "b"),
        discrete_tangent(d, y, a, b, r, "q"), discrete_tangent(d, y, a, b, r, "r")),
)


# -- systems with a structure ---------------------------------------------------------------------------------------

def toeplitz_tangent(d: Any, y: Any, c: Any, r: Any, by_row: bool) -> Any:
    """-a^-1 (da) y; the first of `r` is not read."""
    if isinstance(d, Absorbing):
        return d
    still = np.zeros_like(d)
    moved = linalg.toeplitz(still[:1].repeat(len(c)), np.concatenate([still[:1], d[1:]])) if by_row else linalg.toeplitz(
        d, np.concatenate([d[:1], np.zeros(len(r) - 1, d.dtype)]))
    return -linalg.solve_toeplitz((c, r), np.matmul(moved, y))


forward(
    scipy_structured.toeplitz_solve,
    lambda d, y, c, r, b, check_finite: (
        toeplitz_tangent(d, y, c, r, False), toeplitz_tangent(d, y, c, r, True),
        through(d, linalg.solve_toeplitz, (c, r), d)),
)


def shifted(row: Any, y: Any, k: int) -> Any:
    """The product of diagonal `k` with `y`: `row[j]` stands in column j, row j - k."""
    n = np.shape(y)[0]
    part = row[max(k, 0): n - max(-k, 0)][:, None] * y[max(k, 0): n - max(-k, 0)]
    rest = np.shape(y)[1:]
    return np.concatenate([np.zeros((max(-k, 0), *rest), part.dtype), part, np.zeros((max(k, 0), *rest), part.dtype)])


def banded_tangent(d: Any, y: Any, l_and_u: Any, ab: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    low, up = l_and_u
    right = columns(y)
    moved = np.zeros_like(right)
    for k in range(up, -low - 1, -1):
        moved = moved + shifted(d[up - k], right, k)
    return -linalg.solve_banded(l_and_u, ab, np.reshape(moved, np.shape(y)))


def halfbanded_tangent(d: Any, y: Any, ab: Any, lower: Any) -> Any:
    """A symmetric matrix by its upper or lower diagonals."""
    if isinstance(d, Absorbing):
        return d
    if np.iscomplexobj(ab):
        return no_derivative(d, "linalg.solveh_banded of complex matrices")
    right, count = columns(y), np.shape(ab)[0]
    n = np.shape(right)[0]
    moved = np.zeros_like(right)
    for i in range(count):
        k = i if lower else count - 1 - i
        row = d[i]
        by_column = np.concatenate([np.zeros(k, row.dtype), row[: n - k]]) if lower else row  # as an upper diagonal
        moved = moved + shifted(by_column, right, k)
        if k:
            below = np.concatenate([by_column[k:], np.zeros(k, row.dtype)])
            moved = moved + shifted(below, right, -k)
    return -linalg.solveh_banded(ab, np.reshape(moved, np.shape(y)), lower=lower)


forward(
    linalg.solve_banded,
    lambda d, y, l_and_u, ab, b, *, check_finite=True: (
        None, banded_tangent(d, y, l_and_u, ab), through(d, linalg.solve_banded, l_and_u, ab, d)),
)
forward(
    linalg.solveh_banded,
    lambda d, y, ab, b, *, lower=False, check_finite=True: (
        halfbanded_tangent(d, y, ab, lower), through(d, linalg.solveh_banded, ab, d, lower=lower)),
)


# -- the library's value, with the derivative of an estimate --------------------------------------------------------

forward(helpers_computed.valued, lambda d, y, value, estimate: (None, d))
