"""Forward rules of `scipy.linalg`: solutions, factors, functions of matrices, matrix equations.

Sources: Giles (2008), as in `forward_linalg.py`; Higham, *Functions of Matrices* (2008), theorem 3.6. The tangent of what
an equation defines solves the equation's derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from ..cotangents import ZERO, Absorbing
from . import scipy_linalg
from .forward import forward
from .forward_linalg import (
    along,
    cholesky_tangent,
    det_tangent,
    diagonal,
    eig_tangent,
    eigvals_tangent,
    lstsq_tangent,
    one,
    pinv_tangent,
    qr_tangent,
    svd_tangent,
    svd_values,
    triangle,
    unphased,
)
from .helpers import no_derivative
from .helpers_decompositions import _gaps, _h
from .helpers_forward import through
from .helpers_linalg import norm_back
from .helpers_phases import with_phase
from .helpers_scipy_linalg import _HALVES, _t, as_read

# -- solutions ------------------------------------------------------------------------------------------------------

def columns(d: Any, y: Any, a: Any) -> Any:
    """The product of the tangent of a matrix with a solution, which may be one vector."""
    return np.matmul(d, y[..., None])[..., 0] if np.ndim(y) < np.ndim(a) else np.matmul(d, y)


def read(d: Any, structure: Any, lower: Any) -> Any:
    """The tangent of the matrix that a solver reads out of one of that structure."""
    if structure in _HALVES:
        return np.tril(d) + _t(np.tril(d, -1)) if lower else np.triu(d) + _t(np.triu(d, 1))
    return d if structure is None else as_read(d, structure, lower)


def solve_tangent(d: Any, y: Any, a: Any, lower: Any, structure: Any, transposed: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    if structure in _HALVES and np.iscomplexobj(a):
        return no_derivative(d, f"a solution with assume_a={structure!r} of complex matrices")
    d = read(d, structure, lower)
    return -linalg.solve(a, columns(_t(d) if transposed else d, y, a), lower, assume_a=structure, transposed=transposed)


def triangular_tangent(d: Any, y: Any, a: Any, trans: Any, lower: Any, unit: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    k = (-1 if lower else 1) if unit else 0
    d = np.tril(d, k) if lower else np.triu(d, k)
    if trans not in (0, "N"):
        d = np.conjugate(_t(d)) if trans in (2, "C") else _t(d)
    return -linalg.solve_triangular(a, columns(d, y, a), trans, lower, unit)


forward(
    linalg.solve,
    lambda d, y, a, b, lower=False, *, check_finite=True, assume_a=None, transposed=False: (
        solve_tangent(d, y, a, lower, assume_a, transposed),
        through(d, linalg.solve, a, d, lower, assume_a=assume_a, transposed=transposed)),
)
forward(
    linalg.solve_triangular,
    lambda d, y, a, b, trans=0, lower=False, unit_diagonal=False, *, check_finite=True: (
        triangular_tangent(d, y, a, trans, lower, unit_diagonal),
        through(d, linalg.solve_triangular, a, d, trans, lower, unit_diagonal)),
)
forward(linalg.inv, lambda d, y, a, *, check_finite=True: -np.matmul(np.matmul(y, d), y))
forward(linalg.det, lambda d, y, a, *, check_finite=True: det_tangent(d, a))
forward(
    linalg.norm,
    lambda d, y, a, ord=None, axis=None, keepdims=False, *, check_finite=True: along(
        d, norm_back(one(y), y if np.ndim(y) else np.asarray(y, np.real(a).dtype), a, ord, axis, keepdims), axis, keepdims),
)


# -- factors, eigenvalues, singular values --------------------------------------------------------------------------

def factor_tangent(d: Any, y: Any, lower: Any) -> Any:
    """The lower factor, or the upper one, of which the transposed is the lower of the transposed matrix."""
    if isinstance(d, Absorbing):
        return d
    return cholesky_tangent(d, y, not lower)


def factor_solve_tangent(d: Any, y: Any, c: Any, lower: Any) -> Any:
    """(c c^T) y = b, or (c^T c) y = b."""
    if isinstance(d, Absorbing):
        return d
    if np.iscomplexobj(c):
        return no_derivative(d, "linalg.cho_solve of complex matrices")
    c, d = (np.tril(c), np.tril(d)) if lower else (np.triu(c), np.triu(d))
    m = np.matmul(d, _t(c)) if lower else np.matmul(_t(d), c)
    return -linalg.cho_solve((c, lower), columns(m + _t(m), y, c))


forward(linalg.cholesky, lambda d, y, a, lower=False, *, check_finite=True: factor_tangent(d, y, lower))
forward(
    scipy_linalg.factor_solve,
    lambda d, y, c, b, lower, check_finite: (factor_solve_tangent(d, y, c, lower), through(d, linalg.cho_solve, (c, lower), d)),
)


def packed_factor_tangent(d: Any, y: Any, lower: Any) -> Any:
    """Of `linalg.cho_factor`: in the other triangle of the result stands what SciPy left there."""
    if isinstance(d, Absorbing):
        return d
    return factor_tangent(d, np.tril(y[0]) if lower else np.triu(y[0]), lower), ZERO


def order_of(pivots: Any) -> Any:
    """The order in which successive exchanges leave the rows."""
    order = np.arange(len(pivots))
    for i, j in enumerate(pivots):
        order[i], order[j] = order[j], order[i]
    return order


def packed_solve_tangent(d: Any, y: Any, lu: Any, piv: Any, trans: Any) -> Any:
    """p a = l u, and a y = b or a^T y = b."""
    if isinstance(d, Absorbing):
        return d
    order = order_of(piv)
    m = np.matmul(np.tril(d, -1), np.triu(lu)) + np.matmul(np.tril(lu, -1) + np.eye(len(lu)), np.triu(d))
    moved = np.empty_like(m)
    moved[order] = m
    if trans != 0:
        moved = np.conjugate(_t(moved)) if trans == 2 else _t(moved)
    return -linalg.lu_solve((lu, piv), np.matmul(moved, y), trans)


def generalized_tangent(d: Any, y: Any, lower: Any, by_b: bool, alone: bool = False) -> Any:
    """a v = w b v, where v^H b v = 1; `alone`: without b, where the phase of complex vectors is known."""
    if isinstance(d, Absorbing):
        return d
    w, v = y[0], y[1]
    m = np.matmul(_h(v), np.matmul(triangle(d, "L" if lower else "U"), v))
    moved = -m * w[..., None, :] if by_b else m
    stretched = -0.5 * diagonal(m)[..., None] * np.eye(m.shape[-1]) if by_b else 0
    found = np.matmul(v, _gaps(w) * moved + stretched)
    return np.real(diagonal(moved)), with_phase(found, v, "L" if lower else "U") if alone else unphased(found)


def values_tangent(d: Any, a: Any, b: Any, lower: Any, by_b: bool) -> Any:
    return d if isinstance(d, Absorbing) else generalized_tangent(d, linalg.eigh(a, b, lower=lower), lower, by_b)[0]


def all_rows(d: Any, y: Any, a: Any) -> Any:
    """The triangle of a QR factorization with as many rows as the matrix: those below it are 0."""
    if isinstance(d, Absorbing):
        return d
    moved = qr_tangent(d, linalg.qr(a, mode="economic"), a)[1]
    made = np.zeros(np.shape(y), moved.dtype)
    made[: len(moved)] = moved
    return made


def pivoted_tangent(d: Any, y: Any, a: Any) -> Any:
    return d if isinstance(d, Absorbing) else (*qr_tangent(d[:, y[2]], y[:2], a[:, y[2]]), ZERO)


forward(linalg.cho_factor, lambda d, y, a, lower=False, *, check_finite=True: (packed_factor_tangent(d, y, lower),))
forward(
    scipy_linalg.packed_solve,
    lambda d, y, lu, piv, b, trans, check_finite: (
        packed_solve_tangent(d, y, lu, piv, trans), None, through(d, linalg.lu_solve, (lu, piv), d, trans)),
)
forward(
    linalg.eigh,
    lambda d, y, a, b=None, *, lower=True, check_finite=True, driver=None: (
        generalized_tangent(d, y, lower, False, b is None), generalized_tangent(d, y, lower, True)),
)
forward(
    linalg.eigvalsh,
    lambda d, y, a, b=None, *, lower=True, check_finite=True, driver=None: (
        values_tangent(d, a, b, lower, False), values_tangent(d, a, b, lower, True)),
)
forward(linalg.eig, lambda d, y, a, *, check_finite=True: (eig_tangent(d, y),))
forward(linalg.eigvals, lambda d, y, a, *, check_finite=True: eigvals_tangent(d, y, a))
forward(
    linalg.svd,
    lambda d, y, a, full_matrices=True, *, check_finite=True, lapack_driver="gesdd": (svd_tangent(d, y, a, False),),
)
forward(linalg.qr, lambda d, y, a, *, check_finite=True: (qr_tangent(d, y, a),))
forward(scipy_linalg.economic_qr, lambda d, y, a, check_finite: (qr_tangent(d, y, a),))
forward(scipy_linalg.pivoted_qr, lambda d, y, a, mode, check_finite: (pivoted_tangent(d, y, a),))
forward(scipy_linalg.triangle_of_qr, lambda d, y, a, check_finite: all_rows(d, y, a))
forward(linalg.pinv, lambda d, y, a, *, atol=None, rtol=None, check_finite=True: pinv_tangent(d, y, a, False))
forward(
    linalg.lstsq,
    lambda d, y, a, b, cond=None, *, check_finite=True, lapack_driver=None: (
        lstsq_tangent(d, y, a, b, True), lstsq_tangent(d, y, a, b, False)),
)
forward(linalg.svdvals, lambda d, y, a, *, check_finite=True: svd_values(d, a))
forward(scipy_linalg.singular_values, lambda d, y, a, check_finite, lapack_driver: svd_values(d, a))


# -- functions of a matrix ------------------------------------------------------------------------------------------

def function_tangent(d: Any, a: Any, function: Any) -> Any:
    """A function of a matrix with a power series: the corner of the function of [[a, d], [0, a]]."""
    if isinstance(d, Absorbing):
        return d
    n = np.shape(a)[-1]
    top = np.concatenate([a, np.broadcast_to(d, np.shape(a))], -1)
    bottom = np.concatenate([np.zeros_like(a), a], -1)
    return function(np.concatenate([top, bottom], -2))[..., :n, n:]


def _function_of_matrix(function: Any) -> None:
    forward(function, lambda d, y, A: function_tangent(d, A, function))


for _name in ("expm", "logm", "cosm", "sinm", "tanm", "sinhm", "coshm", "tanhm"):
    if hasattr(linalg, _name):
        _function_of_matrix(getattr(linalg, _name))


def power_by_exponent(d: Any, y: Any, a: Any) -> Any:
    return d if isinstance(d, Absorbing) else d * np.matmul(y, linalg.logm(a))


forward(
    linalg.fractional_matrix_power,
    lambda d, y, A, t: (
        function_tangent(d, A, lambda m: linalg.fractional_matrix_power(m, t)), power_by_exponent(d, y, A)),
)


forward(linalg.sqrtm, lambda d, y, A: through(d, linalg.solve_sylvester, y, y, d))
forward(
    linalg.solve_sylvester,  # a y + y b = q
    lambda d, y, a, b, q: (
        through(d, linalg.solve_sylvester, a, b, -np.matmul(d, y)), through(d, linalg.solve_sylvester, a, b, -np.matmul(y, d)),
        through(d, linalg.solve_sylvester, a, b, d)),
)
forward(
    linalg.solve_continuous_lyapunov,  # a y + y a^H = q
    lambda d, y, a, q: (
        through(d, linalg.solve_continuous_lyapunov, a, -np.matmul(d, y) - np.matmul(y, np.conjugate(_t(d)))),
        through(d, linalg.solve_continuous_lyapunov, a, d)),
)


def discrete_tangent(d: Any, y: Any, a: Any, method: Any) -> Any:
    """a y a^H - y + q = 0."""
    if isinstance(d, Absorbing):
        return d
    one_side = np.matmul(np.matmul(d, y), np.conjugate(_t(a)))
    other = np.matmul(np.matmul(a, y), np.conjugate(_t(d)))
    return linalg.solve_discrete_lyapunov(a, one_side + other, method)


forward(
    linalg.solve_discrete_lyapunov,
    lambda d, y, a, q, method=None: (
        discrete_tangent(d, y, a, method), through(d, linalg.solve_discrete_lyapunov, a, d, method)),
)
