"""Rules of NumPy's matrix decompositions and of what is made of them. Results that are read as one are named tuples.

Eigenvalue problems of symmetric matrices read one triangle of their argument, and only that triangle has a
cotangent. Where eigenvalues or singular values are equal, their vectors have no derivative: it is infinite, or not a
number.
"""

import numpy as np

from ..cotangents import ZERO
from .helpers_decompositions import (
    eig_back,
    eigh_back,
    eigvals_back,
    lstsq_left,
    lstsq_right,
    pinv_back,
    qr_back,
    r_back,
    slogdet_back,
    svd_back,
    svdvals_back,
)
from .helpers_linalg import cond_back, multi_dot_back, tensorinv_back, tensorsolve_left, tensorsolve_right
from .helpers_truncated import is_truncated, kept_values
from .registry import Table, present

table = Table("numpy decompositions")
defrule, parts = table.defrule, table.parts


# What the rules below are for, where the kind of result depends on an argument
def singular_values(a, hermitian=False):
    """`np.linalg.svd` without the vectors."""
    return np.linalg.svd(a, compute_uv=False, hermitian=hermitian)


def hermitian_svd(a, full_matrices):
    """`np.linalg.svd` of a Hermitian matrix."""
    return np.linalg.svd(a, full_matrices, hermitian=True)


def full_qr(a):
    """`np.linalg.qr` with all columns."""
    return np.linalg.qr(a, "complete")


def triangle_of_qr(a):
    """`np.linalg.qr`, its triangle only."""
    return np.linalg.qr(a, "r")


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """`np.linalg.svd` as those of its forms that have rules."""
    if not compute_uv:
        return singular_values(a, hermitian)
    if hermitian:
        return hermitian_svd(a, full_matrices)
    return np.linalg.svd(a, full_matrices)


def qr(a, mode="reduced"):
    """`np.linalg.qr` as those of its forms that have rules."""
    if mode == "r":
        return triangle_of_qr(a)
    if mode == "complete":
        return full_qr(a)
    if mode == "reduced":
        return np.linalg.qr(a)
    raise NotImplementedError(f"np.linalg.qr has no derivative in mode {mode!r}: use mode='reduced'")


parts(np.linalg.svd, lambda g, y, a, full_matrices=True: svd_back(g, y, a), "t")
parts(hermitian_svd, lambda g, y, a, full_matrices=True: svd_back(g, y, a, True), "t")
table.otherwise(np.linalg.svd, svd)
defrule(present(np.linalg, "svdvals"), lambda g, y, x: svdvals_back(g, x))
defrule(
    singular_values,
    lambda g, y, a, hermitian=False: svd_back((ZERO, g, ZERO), np.linalg.svd(a, False, hermitian=True), a, True)
    if hermitian else svdvals_back(g, a),
)
parts((np.linalg.qr, full_qr), lambda g, y, a: qr_back(g, y, a), "t")
table.otherwise(np.linalg.qr, qr)
defrule(triangle_of_qr, lambda g, y, a: r_back(g, y, a))
parts(np.linalg.eigh, lambda g, y, a, UPLO="L": eigh_back(g, y, a, UPLO), "t")
parts(np.linalg.eig, lambda g, y, a: eig_back(g, y, a), "t")
defrule(np.linalg.eigvals, lambda g, y, a: eigvals_back(g, y, a))
parts(np.linalg.slogdet, lambda g, y, a: slogdet_back(g, y, a), "t")

# Inverses and solutions
defrule(
    np.linalg.pinv,
    lambda g, y, a, rcond=None, hermitian=False, *, rtol=None: pinv_back(g, y, a, hermitian),
)
parts(
    np.linalg.lstsq,
    lambda g, y, a, b, rcond=None: (lstsq_left(g, y, a, b), lstsq_right(g, y, a, b), ZERO),
    "t",
)
defrule(np.linalg.tensorinv, lambda g, y, a, ind=2: tensorinv_back(g, y, a, ind))
defrule(
    np.linalg.tensorsolve,
    lambda g, y, a, b, axes=None: (tensorsolve_left(g, y, a, b, axes), tensorsolve_right(g, y, a, b, axes)),
)
table.gather(np.linalg.multi_dot, lambda g, y, arrays: multi_dot_back(g, arrays))
defrule(np.linalg.cond, lambda g, y, x, p=None: cond_back(g, y, x, p))
table.constant(np.linalg.matrix_rank, kept_values, result="n")
table.constant(is_truncated, result="s")
