"""Rows: `scipy.linalg`."""

import numpy as np
from scipy import linalg

from cpsad.rules.scipy_linalg import economic_qr, factor_solve, packed_solve, pivoted_qr, singular_values, triangle_of_qr
from cpsad.rules.scipy_structured import toeplitz_solve

from .row import C, M, P, R, S, row

# Solutions
for b in ((3,), (3, 2)):
    row(linalg.solve, M(3), R(*b))
    row(linalg.solve, M(3), R(*b), transposed=True)
    row(linalg.solve, S(3), R(*b), assume_a="pos")
    row(linalg.solve, S(3), R(*b), True, assume_a="pos")
    row(linalg.solve, S(3), R(*b), lower=True, assume_a="sym")
    row(linalg.solve, S(3), R(*b), assume_a="sym")
    row(linalg.solve, M(3), R(*b), assume_a="gen", check_finite=False)
    for trans in (0, 1, "T", 2):
        for lower in (False, True):
            row(linalg.solve_triangular, M(3), R(*b), trans, lower)
    row(linalg.solve_triangular, M(3), R(*b), unit_diagonal=True)
    row(linalg.solve_triangular, M(3), R(*b), lower=True, unit_diagonal=True)
    row(factor_solve, linalg.cholesky(S(3)), R(*b), False, True)
    row(factor_solve, linalg.cholesky(S(3), lower=True), R(*b), True, True)
    row(linalg.cho_solve, (linalg.cholesky(S(3)), False), R(*b))
    row(linalg.cho_solve, (linalg.cholesky(S(3), lower=True), True), R(*b))
    for trans in (0, 1, 2):
        row(packed_solve, *linalg.lu_factor(R(3, 3)), R(*b), trans, True, only=(0, 2))
        row(linalg.lu_solve, linalg.lu_factor(R(3, 3)), R(*b), trans)
    row(linalg.lstsq, R(5, 3), R(5, *b[1:]), rtol=1e-5)
    row(linalg.lstsq, R(3, 3) + 2 * np.eye(3), R(*b), rtol=1e-5)
    row(linalg.lstsq, R(2, 4), R(2, *b[1:]), rtol=1e-5)
    row(linalg.solve_banded, (1, 2), P(4, 5) + 3 * np.array([[0], [0], [1], [0]]), R(5, *b[1:]))
    row(linalg.solve_banded, (0, 0), P(1, 4), R(4, *b[1:]))
    row(linalg.solveh_banded, P(3, 5) + 6 * np.array([[0], [0], [1]]), R(5, *b[1:]))
    row(linalg.solveh_banded, P(2, 5) + 6 * np.array([[1], [0]]), R(5, *b[1:]), lower=True)
    row(toeplitz_solve, P(4) + np.array([6, 0, 0, 0]), P(4), R(4, *b[1:]), True)
    row(linalg.solve_toeplitz, P(4) + np.array([6, 0, 0, 0]), R(4, *b[1:]))
    row(linalg.solve_toeplitz, (P(4) + np.array([6, 0, 0, 0]), P(4)), R(4, *b[1:]))
row(linalg.solve, M(3) + 0.3j * M(3), C(3))
row(linalg.solve_circulant, P(4) + np.array([6, 0, 0, 0]), R(4))
row((linalg.inv, linalg.det, linalg.pinv), M(3))
row((linalg.inv, linalg.det), M(2) + 0.3j * M(2))
row(linalg.pinv, R(4, 3), rtol=1e-5)
row(linalg.pinv, R(2, 4), rtol=1e-5)
row(linalg.norm, R(3, 4))
row(linalg.norm, R(5), axis=0)
for order in (1, 2, -1, np.inf, "nuc", "fro"):
    row(linalg.norm, R(3, 4), order, only=(0,))

# Factors; eigenvalues far apart, so that the signs of eigenvectors stay
FAR = np.array([[1.0, 0.2, 0.1], [0.2, 2.5, -0.3], [0.1, -0.3, 4.0]])
for lower in (False, True):
    row(linalg.cholesky, S(3), lower)
    row(linalg.eigh, FAR, lower=lower, rtol=1e-5)
    row(linalg.eigvalsh, S(3), lower=lower, rtol=1e-5)
    row(linalg.eigh, FAR, np.eye(3) + 0.1 * FAR, lower=lower, rtol=1e-5)
    row(linalg.eigvalsh, S(3), S(3), lower=lower, rtol=1e-5)
row(linalg.cholesky, S(3))
row(linalg.eigh, FAR, eigvals_only=True, rtol=1e-5)
for shape in ((3, 3), (4, 3), (3, 5), (1, 1), (1, 3), (3, 1)):
    row((linalg.lu, linalg.lu_factor), R(*shape), rtol=1e-5)
    row(linalg.lu, R(*shape), True, rtol=1e-5)
    row(linalg.lu, R(*shape), p_indices=True, rtol=1e-5)
    row(linalg.svd, R(*shape), False, rtol=1e-5)
    row(linalg.svd, R(*shape), compute_uv=False, rtol=1e-5)
    row(linalg.svdvals, R(*shape), rtol=1e-5)
    row(linalg.qr, R(*shape), mode="economic")
    row(linalg.qr, R(*shape), mode="r")
    row(linalg.qr, R(*shape), mode="economic", pivoting=True)
row(linalg.svd, R(3, 3), rtol=1e-5)
row(linalg.qr, R(3, 3))
row(linalg.qr, R(3, 4), overwrite_a=True)
row(economic_qr, R(4, 3), True)
row(pivoted_qr, R(4, 3), "economic", True)
row(triangle_of_qr, R(4, 3), True)
row(singular_values, R(4, 3), True, "gesdd")
DISTINCT = np.diag([1.0, 2.5, 4.0]) + 0.2 * R(3, 3)
row((linalg.eig, linalg.eigvals), DISTINCT, rtol=1e-5)
row(linalg.eigvals, np.array([[1.0, 2.0], [-2.0, 1.5]]), rtol=1e-5)
row(linalg.polar, M(3), rtol=1e-5)

# Functions of a matrix
FUNCTIONS = (linalg.expm, linalg.cosm, linalg.sinm, linalg.tanm, linalg.sinhm, linalg.coshm, linalg.tanhm,
             linalg.sqrtm)
row(FUNCTIONS, S(3) / 3 + np.eye(3), rtol=1e-5)
row(FUNCTIONS, M(2) * 0.4, rtol=1e-5)
row(linalg.logm, S(3) / 3 + np.eye(3) + 0j, rtol=1e-5)  # of single precision it warns
row(linalg.expm, R(2, 3, 3))
row(linalg.expm, np.array([[1.0, 1.0], [0.0, 1.0]]))
row(linalg.fractional_matrix_power, S(3), 0.3, rtol=1e-5)
row(linalg.fractional_matrix_power, M(3), -1.5, rtol=1e-5)

# Matrix equations
row(linalg.solve_sylvester, M(3), M(2), R(3, 2))
row((linalg.solve_lyapunov, linalg.solve_continuous_lyapunov), M(3), R(3, 3))
row(linalg.solve_discrete_lyapunov, M(3) * 0.4, R(3, 3))
row(linalg.solve_discrete_lyapunov, M(3) * 0.4, R(3, 3), "bilinear")
row((linalg.solve_continuous_are, linalg.solve_discrete_are), M(3), R(3, 2), S(3), S(2), only=(0, 1), rtol=1e-5)

# Matrices made of vectors
row(linalg.block_diag, R(2, 3), R(3), 1.5, R(1, 1))
row(linalg.block_diag, R(2, 3))
row((linalg.toeplitz, linalg.hankel), R(4), R(3))
row((linalg.toeplitz, linalg.hankel, linalg.circulant, linalg.companion, linalg.fiedler), R(4))
row((linalg.toeplitz, linalg.hankel, linalg.circulant), R(1))
row(linalg.convolution_matrix, R(3), 4)
row(linalg.convolution_matrix, R(3), 4, "same")
row(linalg.khatri_rao, R(2, 3), R(4, 3))

row(linalg.pinv, np.diag([3.0, 1.0, 0.2]) + 0.1 * R(3, 3), atol=1, only=(0,))
row(linalg.lstsq, np.diag([3.0, 1.0, 0.2]) + 0.1 * R(3, 3), R(3), 0.2, only=(0, 1))
