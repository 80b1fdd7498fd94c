"""Formulas of the rules of `scipy.linalg`: solutions, factors, matrix functions, matrix equations. See `helpers.py`.

Sources: Giles, *An extended collection of matrix derivative results for forward and reverse mode AD* (2008); Higham,
*Functions of Matrices* (2008), theorem 3.6; Kao and Hennequin, *Automatic differentiation of Sylvester, Lyapunov, and
algebraic Riccati equations* (2020).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from ..cotangents import ZERO, Absorbing, unbroadcast
from ..places import here
from ..transforms.errors import NoDerivativeError
from .helpers_linalg import cholesky_of, solve_left, solve_right

__all__ = [
    "are_back", "cho_factor_back", "cho_solve_back", "cholesky_either", "dare_back", "discrete_back",
    "generalized_back", "lu_back", "lu_factor_back", "lu_solve_back", "lyapunov_back", "matrix_function_back", "solve_both",
    "sqrtm_back", "sylvester_back", "triangular_back",
]


def _t(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _given(g: Any, like: Any) -> Any:
    return np.zeros_like(like) if g is ZERO else g


def real_only(a: Any, what: str) -> None:
    if np.iscomplexobj(a):
        raise here(NoDerivativeError, f"{what} of complex matrices has no derivative here",
                   why="it conjugates, and the formula is of real ones", remedy="use the real and imaginary parts")


# -- solutions ------------------------------------------------------------------------------------------------------

_HALVES = {"sym", "symmetric", "her", "hermitian", "pos", "positive definite"}
_BANDS = {"gen": None, "general": None, "diagonal": (0, 0), "tridiagonal": (-1, 1), "banded": None,
          "upper triangular": (0, None), "lower triangular": (None, 0)}


def as_read(g: Any, structure: Any, lower: Any) -> Any:
    """Cotangent of a matrix of which a solver reads what its structure says, from that of the matrix it stands for."""
    if structure is None:
        return g
    if structure in _HALVES:
        real_only(g, f"a solution with assume_a={structure!r}")
        s = g + _t(g)
        half = np.tril(s) if lower else np.triu(s)
        return half - np.tril(np.triu(g))
    band = _BANDS[structure]
    if band is not None:
        g = g if band[0] is None else np.triu(g, band[0])
        g = g if band[1] is None else np.tril(g, band[1])
    return g


def solve_both(g: Any, y: Any, a: Any, b: Any, lower: Any, structure: Any, transposed: Any) -> tuple[Any, Any]:
    """y = a^-1 b, or a^-T b."""
    if isinstance(g, Absorbing):
        return g, g
    matrix = a
    if structure in _HALVES:
        matrix = np.tril(a) + _t(np.tril(a, -1)) if lower else np.triu(a) + _t(np.triu(a, 1))
    elif structure is not None:
        matrix = as_read(a, structure, lower)
    if transposed:
        return as_read(_t(solve_left(g, y, _t(matrix), b)), structure, lower), solve_right(g, y, _t(matrix), b)
    return as_read(solve_left(g, y, matrix, b), structure, lower), solve_right(g, y, matrix, b)


def triangular_back(g: Any, y: Any, a: Any, b: Any, trans: Any, lower: Any, unit: Any) -> tuple[Any, Any]:
    """y = a^-1 b of a triangle: w = a^-T g, and -w y^T in the triangle."""
    if isinstance(g, Absorbing):
        return g, g
    if trans in (2, "C"):
        real_only(a, "linalg.solve_triangular with trans=2")
    flipped = trans in (0, "N")
    w = linalg.solve_triangular(a, g, 1 if flipped else 0, lower, unit)
    vector = np.ndim(y) < np.ndim(a)
    left, right = (w[..., None], y[..., None]) if vector else (w, y)
    r = -np.matmul(left, _t(right)) if flipped else -np.matmul(right, _t(left))
    k = (-1 if lower else 1) if unit else 0
    r = np.tril(r, k) if lower else np.triu(r, k)
    return unbroadcast(r, a), unbroadcast(w, b)


# -- factors --------------------------------------------------------------------------------------------------------

def cholesky_either(g: Any, y: Any, a: Any, lower: Any) -> Any:
    """The lower factor, y y^T = a, or the upper one, y^T y = a; the triangle of its name is read."""
    if isinstance(g, Absorbing):
        return g
    return cholesky_of(g, y, a, not lower)


def cho_factor_back(g: Any, y: Any, a: Any, lower: Any) -> Any:
    """As `cholesky_either`. What stands in the other triangle of the result is not said, and so has no derivative."""
    g, factor = g[0], y[0]
    if isinstance(g, Absorbing):
        return g
    if np.any(np.triu(g, 1) if lower else np.tril(g, -1)):
        raise here(NoDerivativeError, "a derivative went through the other triangle of linalg.cho_factor's result",
                   why="SciPy leaves random numbers there", remedy="use linalg.cholesky, which has zeros there")
    if lower:
        return cholesky_either(np.tril(g), np.tril(factor), a, True)
    return cholesky_either(np.triu(g), np.triu(factor), a, False)


def cho_solve_back(g: Any, y: Any, c: Any, b: Any, lower: Any) -> tuple[Any, Any]:
    """y = (c c^T)^-1 b, or (c^T c)^-1 b: w = the same of g, and -(w y^T + y w^T) times the factor."""
    if isinstance(g, Absorbing):
        return g, g
    real_only(c, "linalg.cho_solve")
    w = linalg.cho_solve((c, lower), g)
    left, right = (w[..., None], y[..., None]) if np.ndim(y) < np.ndim(c) else (w, y)
    s = np.matmul(left, _t(right))
    s = -(s + _t(s))
    r = np.tril(np.matmul(s, np.tril(c))) if lower else np.triu(np.matmul(np.triu(c), s))
    return unbroadcast(r, c), unbroadcast(w, b)


def _packed_back(gl: Any, gu: Any, low: Any, up: Any) -> Any:
    """Cotangent of l u from those of its factors, l unit lower (m, k) and u upper (k, n), k = min(m, n)."""
    m, n = np.shape(low)[-2], np.shape(up)[-1]
    k = min(m, n)
    square, corner = low[..., :k, :], up[..., :k]
    gl, gu = np.tril(gl, -1), np.triu(gu)
    inner, corner_g = gl[..., :k, :], gu[..., :k]
    parts = []
    if n > k:  # u2 = l^-1 a2
        right = np.linalg.solve(_t(square), gu[..., k:])
        inner = inner - np.tril(np.matmul(right, _t(up[..., k:])), -1)
        parts.append(right)
    if m > k:  # l2 = a2 u^-1
        below = _t(np.linalg.solve(corner, _t(gl[..., k:, :])))
        corner_g = corner_g - np.triu(np.matmul(_t(low[..., k:, :]), below))
        parts.append(below)
    middle = np.tril(np.matmul(_t(square), inner), -1) + np.triu(np.matmul(corner_g, _t(corner)))
    r = _t(np.linalg.solve(corner, _t(np.linalg.solve(_t(square), middle))))
    return np.concatenate([r, *parts], -1 if n > k else -2) if parts else r


def lu_back(g: Any, y: Any, a: Any, indices: Any) -> Any:
    """a = p l u; `p` is a permutation matrix, or the row that each row of `a` has in l u."""
    p, low, up = y
    gl, gu = g[1], g[2]
    if isinstance(gl, Absorbing) and isinstance(gu, Absorbing):
        return gl + gu
    r = _packed_back(_given(gl, low), _given(gu, up), low, up)
    return np.take_along_axis(r, p[..., None], -2) if indices else np.matmul(p, r)


def lu_factor_back(g: Any, y: Any, a: Any) -> Any:
    """l and u in one matrix; row i was exchanged with row piv[i], in that order."""
    packed, pivots = y
    g = g[0]
    if isinstance(g, Absorbing):
        return g
    m, n = np.shape(a)[-2:]
    k = min(m, n)
    low, up = np.tril(packed[..., :k], -1) + np.eye(m, k, dtype=packed.dtype), np.triu(packed[..., :k, :])
    r = _packed_back(g[..., :k], g[..., :k, :], low, up)
    return np.take_along_axis(r, np.argsort(exchanged(pivots, m), axis=-1)[..., None], -2)


def exchanged(pivots: Any, m: int) -> Any:
    """The order of rows that pivots of LAPACK stand for."""
    rows = np.broadcast_to(np.arange(m), (*np.shape(pivots)[:-1], m)).copy()
    for i in range(np.shape(pivots)[-1]):
        j = pivots[..., i: i + 1]
        old = rows[..., i: i + 1].copy()
        rows[..., i: i + 1] = np.take_along_axis(rows, j, -1)
        np.put_along_axis(rows, j, old, -1)
    return rows


def lu_solve_back(g: Any, y: Any, lu: Any, piv: Any, b: Any, trans: Any) -> tuple[Any, Any]:
    """y = (p l u)^-1 b, or its transpose's: l and u by their triangles."""
    if isinstance(g, Absorbing):
        return g, g
    if trans == 2:
        real_only(lu, "linalg.lu_solve with trans=2")
    w = linalg.lu_solve((lu, piv), g, 0 if trans else 1)
    left, right = (w[..., None], y[..., None]) if np.ndim(y) < np.ndim(lu) else (w, y)
    if trans:
        left, right = right, left
    n = np.shape(lu)[-1]
    low, up = np.tril(lu, -1) + np.eye(n, dtype=lu.dtype), np.triu(lu)
    rows = exchanged(piv, n)[..., None]
    left = np.take_along_axis(left, np.broadcast_to(rows, (*np.shape(left)[:-1], 1)), -2)  # p^T a = l u
    r = -np.matmul(left, _t(right))
    return unbroadcast(np.tril(np.matmul(r, _t(up)), -1) + np.triu(np.matmul(_t(low), r)), lu), unbroadcast(w, b)


def generalized_back(g: Any, y: Any, a: Any, b: Any, lower: Any) -> tuple[Any, Any]:
    """a v = w b v, v^T b v = 1 of symmetric matrices: dw = v^T (da - w db) v, and so on; folded into a triangle."""
    gw, gv = g
    if isinstance(gw, Absorbing) and isinstance(gv, Absorbing):
        return gw + gv, gw + gv
    real_only(a, "linalg.eigh of two matrices")
    w, v = y
    n = np.shape(w)[-1]
    eye = np.eye(n, dtype=w.dtype)
    left = _given(gw, w)[..., None, :] * eye
    right = left * w[..., None, :]
    if gv is not ZERO:
        p = np.matmul(_t(v), gv)
        gap = w[..., None, :] - w[..., :, None] + eye
        f = np.where(p == 0, 0, p * (1 - eye) / gap)
        left = left + f
        right = right + f * w[..., None, :] + p * eye / 2
    whole = np.matmul(np.matmul(v, left), _t(v)), -np.matmul(np.matmul(v, right), _t(v))
    return as_read(whole[0], "sym", lower), as_read(whole[1], "sym", lower)


# -- functions of a matrix ------------------------------------------------------------------------------------------

def matrix_function_back(g: Any, a: Any, function: Any) -> Any:
    """A function of a matrix with a power series: the corner of the function of [[a^T, g], [0, a^T]]."""
    if isinstance(g, Absorbing):
        return g
    at = _t(a)
    n = np.shape(a)[-1]
    g = np.broadcast_to(g, np.shape(at))
    top = np.concatenate([at, g], -1)
    bottom = np.concatenate([np.zeros_like(at), at], -1)
    return function(np.concatenate([top, bottom], -2))[..., :n, n:]


def sqrtm_back(g: Any, y: Any) -> Any:
    """y y = a: y^T w + w y^T = g."""
    return g if isinstance(g, Absorbing) else linalg.solve_sylvester(_t(y), _t(y), g)


# -- matrix equations -----------------------------------------------------------------------------------------------

def sylvester_back(g: Any, y: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """a y + y b = q: a^T w + w b^T = g; -w y^T, -y^T w, w."""
    if isinstance(g, Absorbing):
        return g, g, g
    w = linalg.solve_sylvester(_t(a), _t(b), g)
    return -np.matmul(w, _t(y)), -np.matmul(_t(y), w), w


def lyapunov_back(g: Any, y: Any, a: Any) -> tuple[Any, Any]:
    """a y + y a^T = q."""
    if isinstance(g, Absorbing):
        return g, g
    real_only(a, "linalg.solve_continuous_lyapunov")
    w = linalg.solve_continuous_lyapunov(_t(a), g)
    return -np.matmul(w, _t(y)) - np.matmul(_t(w), y), w


def discrete_back(g: Any, y: Any, a: Any, method: Any) -> tuple[Any, Any]:
    """y = a y a^T + q."""
    if isinstance(g, Absorbing):
        return g, g
    real_only(a, "linalg.solve_discrete_lyapunov")
    w = linalg.solve_discrete_lyapunov(_t(a), g, method)
    return np.matmul(np.matmul(w, a), _t(y)) + np.matmul(np.matmul(_t(w), a), y), w


def are_back(g: Any, y: Any, a: Any, b: Any, r: Any) -> tuple[Any, Any, Any, Any]:
    """a^T y + y a - y b r^-1 b^T y + q = 0 of symmetric q and r: the closed loop's Lyapunov equation."""
    if isinstance(g, Absorbing):
        return g, g, g, g
    real_only(a, "linalg.solve_continuous_are")
    gain = np.linalg.solve(r, np.matmul(_t(b), y))
    w = linalg.solve_continuous_lyapunov(a - np.matmul(b, gain), -(g + _t(g)) / 2)
    moved = 2 * np.matmul(y, w)
    return moved, -np.matmul(moved, _t(gain)), w, np.matmul(np.matmul(gain, w), _t(gain))


def dare_back(g: Any, y: Any, a: Any, b: Any, r: Any) -> tuple[Any, Any, Any, Any]:
    """y = a^T y a - a^T y b (r + b^T y b)^-1 b^T y a + q of symmetric q and r."""
    if isinstance(g, Absorbing):
        return g, g, g, g
    real_only(a, "linalg.solve_discrete_are")
    gain = np.linalg.solve(r + np.matmul(np.matmul(_t(b), y), b), np.matmul(np.matmul(_t(b), y), a))
    closed = a - np.matmul(b, gain)
    w = linalg.solve_discrete_lyapunov(closed, (g + _t(g)) / 2)
    moved = 2 * np.matmul(np.matmul(y, closed), w)
    return moved, -np.matmul(moved, _t(gain)), w, np.matmul(np.matmul(gain, w), _t(gain))
