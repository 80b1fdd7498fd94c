"""Rules of `scipy.linalg`. What it may overwrite (`overwrite_a=True`) it gets a copy of.

A function that reads one triangle of a symmetric matrix gives that triangle all of the cotangent. Inputs are matrices;
stacks of them too where SciPy's function takes them. Signs and phases of eigenvectors are those that LAPACK gave.
"""

import inspect

import numpy as np
from scipy import linalg

from ..cotangents import ZERO
from .helpers_computed import computed, valued
from .helpers_decompositions import (
    eig_back,
    eigh_back,
    eigvals_back,
    lstsq_left,
    lstsq_right,
    pinv_back,
    qr_back,
    r_back,
    svd_back,
    svdvals_back,
)
from .helpers_linalg import det_back, eigvalsh_back, norm_back
from .helpers_scipy_linalg import (
    are_back,
    cho_factor_back,
    cho_solve_back,
    cholesky_either,
    dare_back,
    discrete_back,
    generalized_back,
    lu_back,
    lu_factor_back,
    lu_solve_back,
    lyapunov_back,
    matrix_function_back,
    solve_both,
    sqrtm_back,
    sylvester_back,
    triangular_back,
)
from .registry import Table

table = Table("scipy linalg")
defrule, parts, python = table.defrule, table.parts, table.python
_ANY = inspect.signature(linalg.solve).parameters["assume_a"].default  # its name has changed

# -- solutions ------------------------------------------------------------------------------------------------------


def _solve_back(g, y, a, b, lower=False, *, check_finite=True, assume_a=None, transposed=False):
    found = solve_both(g, y, a, b, lower, assume_a, transposed)
    return found[0], found[1]


defrule(linalg.solve, _solve_back)

def _solve_triangular_back(g, y, a, b, trans=0, lower=False, unit_diagonal=False, *, check_finite=True):
    found = triangular_back(g, y, a, b, trans, lower, unit_diagonal)
    return found[0], found[1]


defrule(linalg.solve_triangular, _solve_triangular_back)
defrule(
    linalg.inv,
    lambda g, y, a, *, check_finite=True: -np.matmul(np.matmul(np.swapaxes(y, -1, -2), g), np.swapaxes(y, -1, -2)),
)
defrule(
    linalg.norm,
    lambda g, y, a, ord=None, axis=None, keepdims=False, *, check_finite=True: (
        norm_back(g, y if np.ndim(y) else np.asarray(y, np.real(a).dtype), a, ord, axis, keepdims)
    ),
)
defrule(linalg.det, lambda g, y, a, *, check_finite=True: det_back(g, y, a), result="n")
parts(
    linalg.lstsq,
    lambda g, y, a, b, cond=None, *, check_finite=True, lapack_driver=None: (
        lstsq_left(g, y, a, b),
        lstsq_right(g, y, a, b),
    ),
    "t",
)


def solve(a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=_ANY, transposed=False):
    return linalg.solve(a, b, lower, check_finite=check_finite, assume_a=assume_a, transposed=transposed)


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True):
    return linalg.solve_triangular(a, b, trans, lower, unit_diagonal, check_finite=check_finite)


def inv(a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False):
    if assume_a is None:
        return linalg.inv(a, check_finite=check_finite)
    value = computed(linalg.inv, a, False, check_finite, assume_a=assume_a, lower=lower)
    return valued(value, linalg.solve(a, np.eye(np.shape(a)[-1]), lower, assume_a=assume_a))


def det(a, overwrite_a=False, check_finite=True):
    return linalg.det(a, check_finite=check_finite)


def lstsq(a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True, lapack_driver=None):
    return linalg.lstsq(a, b, cond, check_finite=check_finite, lapack_driver=lapack_driver)


# -- factors --------------------------------------------------------------------------------------------------------

defrule(linalg.cholesky, lambda g, y, a, lower=False, *, check_finite=True: cholesky_either(g, y, a, lower))
parts(linalg.cho_factor, lambda g, y, a, lower=False, *, check_finite=True: cho_factor_back(g, y, a, lower), "t")
parts(linalg.lu, lambda g, y, a, *, check_finite=True, p_indices=False: lu_back(g, y, a, p_indices), "t")
parts(linalg.lu_factor, lambda g, y, a, *, check_finite=True: lu_factor_back(g, y, a), "t")


def factor_solve(c, b, lower, check_finite):
    """`linalg.cho_solve`, the factor by itself."""
    return linalg.cho_solve((c, lower), b, check_finite=check_finite)


def packed_solve(lu, piv, b, trans, check_finite):
    """`linalg.lu_solve`, the factors by themselves."""
    return linalg.lu_solve((lu, piv), b, trans, check_finite=check_finite)


def _factor_solve_back(g, y, c, b, lower, check_finite):
    found = cho_solve_back(g, y, c, b, lower)
    return found[0], found[1]


defrule(factor_solve, _factor_solve_back)

def _packed_solve_back(g, y, lu, piv, b, trans, check_finite):
    found = lu_solve_back(g, y, lu, piv, b, trans)
    return found[0], None, found[1]


defrule(packed_solve, _packed_solve_back)


def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    return linalg.cholesky(a, lower, check_finite=check_finite)


def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    return linalg.cho_factor(a, lower, check_finite=check_finite)


def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    c, lower = c_and_lower
    return factor_solve(c, b, lower, check_finite)


def lu(a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False):
    if permute_l:
        p, low, up = linalg.lu(a, check_finite=check_finite, p_indices=True)
        return np.take_along_axis(low, p[..., None], -2), up
    return linalg.lu(a, check_finite=check_finite, p_indices=p_indices)


def lu_factor(a, overwrite_a=False, check_finite=True):
    return linalg.lu_factor(a, check_finite=check_finite)


def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    lu, piv = lu_and_piv
    return packed_solve(lu, piv, b, trans, check_finite)


# -- eigenvalues, singular values, orthogonal factors ---------------------------------------------------------------

parts(
    linalg.eigh,
    lambda g, y, a, b=None, *, lower=True, check_finite=True, driver=None: (
        eigh_back(g, y, a, "L" if lower else "U") if b is None else generalized_back(g, y, a, b, lower)[0],
        None if b is None else generalized_back(g, y, a, b, lower)[1],
    ),
    "t",
)
defrule(
    linalg.eigvalsh,
    lambda g, y, a, b=None, *, lower=True, check_finite=True, driver=None: (
        eigvalsh_back(g, a, "L" if lower else "U")
        if b is None else generalized_back((g, ZERO), linalg.eigh(a, b, lower=lower), a, b, lower)[0],
        None if b is None else generalized_back((g, ZERO), linalg.eigh(a, b, lower=lower), a, b, lower)[1],
    ),
)
parts(linalg.eig, lambda g, y, a, *, check_finite=True: eig_back(g, y, a), "t")
defrule(linalg.eigvals, lambda g, y, a, *, check_finite=True: eigvals_back(g, y, a))
parts(linalg.svd, lambda g, y, a, full_matrices=True, *, check_finite=True, lapack_driver="gesdd": svd_back(g, y, a), "t")
defrule(linalg.svdvals, lambda g, y, a, *, check_finite=True: svdvals_back(g, a))
parts(linalg.qr, lambda g, y, a, *, check_finite=True: qr_back(g, y, a), "t")
defrule(linalg.pinv, lambda g, y, a, *, atol=None, rtol=None, check_finite=True: pinv_back(g, y, a))


def economic_qr(a, check_finite):
    """`linalg.qr` with as many columns as the matrix has."""
    return linalg.qr(a, mode="economic", check_finite=check_finite)


def triangle_of_qr(a, check_finite):
    """`linalg.qr`, its triangle only, with all rows."""
    return linalg.qr(a, mode="r", check_finite=check_finite)[0]


def pivoted_qr(a, mode, check_finite):
    """`linalg.qr` of the columns in another order."""
    return linalg.qr(a, mode=mode, pivoting=True, check_finite=check_finite)


def singular_values(a, check_finite, lapack_driver):
    """`linalg.svd` without the vectors."""
    return linalg.svd(a, compute_uv=False, check_finite=check_finite, lapack_driver=lapack_driver)


parts(economic_qr, lambda g, y, a, check_finite: qr_back(g, y, a), "t")
parts(pivoted_qr, lambda g, y, a, mode, check_finite: qr_back(g[:2], y[:2], a[:, y[2]])[:, np.argsort(y[2])], "t")
defrule(triangle_of_qr, lambda g, y, a, check_finite: r_back(g[..., :min(np.shape(a)[-2:]), :], y, a))
defrule(singular_values, lambda g, y, a, check_finite, lapack_driver: svdvals_back(g, a))


def eigh(a, b=None, *, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, type=1, check_finite=True,
         driver=None):
    if type != 1:
        raise NotImplementedError("linalg.eigh has a derivative for type=1 only")
    if eigvals_only:
        return linalg.eigvalsh(a, b, lower=lower, check_finite=check_finite, driver=driver)
    return linalg.eigh(a, b, lower=lower, check_finite=check_finite, driver=driver)


def svd(a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    if not compute_uv:
        return singular_values(a, check_finite, lapack_driver)
    return linalg.svd(a, full_matrices, check_finite=check_finite, lapack_driver=lapack_driver)


def svdvals(a, overwrite_a=False, check_finite=True):
    return linalg.svdvals(a, check_finite=check_finite)


def qr(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    if mode == "raw" or pivoting and mode == "r":
        raise NotImplementedError(f"linalg.qr has no derivative in mode {mode!r} with pivoting={pivoting}")
    if pivoting:
        return pivoted_qr(a, mode, check_finite)
    if mode == "economic":
        return economic_qr(a, check_finite)
    if mode == "r":
        return (triangle_of_qr(a, check_finite),)
    return linalg.qr(a, check_finite=check_finite)


for _function in (solve, solve_triangular, inv, det, lstsq, cholesky, cho_factor, lu, lu_factor, eigh, svd, svdvals, qr):
    table.otherwise(getattr(linalg, _function.__name__), _function)
python(linalg.cho_solve, cho_solve)
python(linalg.lu_solve, lu_solve)

# -- functions of a matrix ------------------------------------------------------------------------------------------


def _function_of_matrix(function):
    defrule(function, lambda g, y, A: matrix_function_back(g, A, function))


for _name in ("expm", "logm", "cosm", "sinm", "tanm", "sinhm", "coshm", "tanhm"):
    if hasattr(linalg, _name):
        _function_of_matrix(getattr(linalg, _name))
defrule(linalg.sqrtm, lambda g, y, A: sqrtm_back(g, y))
defrule(
    linalg.fractional_matrix_power,
    lambda g, y, A, t: (
        matrix_function_back(g, A, lambda m: linalg.fractional_matrix_power(m, t)),
        np.sum(g * np.matmul(y, linalg.logm(A))),
    ),
)

# -- matrix equations -----------------------------------------------------------------------------------------------


def _solve_sylvester_back(g, y, a, b, q):
    found = sylvester_back(g, y, a, b)
    return found[0], found[1], found[2]


defrule(linalg.solve_sylvester, _solve_sylvester_back)

def _solve_lyapunov_back(g, y, a, q):
    found = lyapunov_back(g, y, a)
    return found[0], found[1]


defrule(tuple({linalg.solve_continuous_lyapunov, linalg.solve_lyapunov}), _solve_lyapunov_back)

def _solve_discrete_lyapunov_back(g, y, a, q, method=None):
    found = discrete_back(g, y, a, method)
    return found[0], found[1]


defrule(linalg.solve_discrete_lyapunov, _solve_discrete_lyapunov_back)

def _solve_continuous_are_back(g, y, a, b, q, r):
    found = are_back(g, y, a, b, r)
    return found[0], found[1], found[2], found[3]


defrule(linalg.solve_continuous_are, _solve_continuous_are_back)

def _solve_discrete_are_back(g, y, a, b, q, r):
    found = dare_back(g, y, a, b, r)
    return found[0], found[1], found[2], found[3]


defrule(linalg.solve_discrete_are, _solve_discrete_are_back)

# -- matrices made of vectors ---------------------------------------------------------------------------------------

def block_diag(*arrs):
    blocks = [np.atleast_2d(a) for a in arrs] or [np.zeros((1, 0))]
    kind = np.result_type(*blocks)
    stack = np.broadcast_shapes(*[np.shape(b)[:-2] for b in blocks])
    before, rows = 0, []
    width = sum([np.shape(b)[-1] for b in blocks])
    for block in blocks:
        height, own = np.shape(block)[-2:]
        rows.append(np.concatenate([
            np.zeros((*stack, height, before), kind), np.broadcast_to(block, (*stack, height, own)),
            np.zeros((*stack, height, width - before - own), kind)], -1))
        before = before + own
    return np.concatenate(rows, -2)


python(linalg.block_diag, block_diag)
