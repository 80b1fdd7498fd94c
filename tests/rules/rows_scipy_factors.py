"""Rows: what `scipy.linalg` computes and a program in its place differentiates."""

import inspect

import numpy as np
from scipy import linalg

from .row import M, P, R, S, row

BANDS = P(3, 5) + np.array([[0], [0], [6]])  # the diagonals of a positive matrix, upper ones
FAR = np.diag([1.0, 2.5, 4.0, 7.0]) + 0.2 * R(4, 4)  # eigenvalues that are real and far apart
row(linalg.cholesky_banded, BANDS, rtol=1e-5)
row(linalg.cholesky_banded, BANDS[::-1].copy(), lower=True, rtol=1e-5)
for b in ((5,), (5, 2)):
    row(linalg.cho_solve_banded, (linalg.cholesky_banded(BANDS), False), R(*b), rtol=1e-5)
    row(linalg.cho_solve_banded, (linalg.cholesky_banded(BANDS[::-1].copy(), lower=True), True), R(*b), rtol=1e-5)
STEPS = np.array([[0.3, -0.2, 0.4, 0.1], [1.0, 2.5, 4.0, 7.0]])
row(linalg.eig_banded, STEPS, rtol=1e-5)
row(linalg.eig_banded, STEPS[::-1].copy(), lower=True, rtol=1e-5)
row(linalg.eig_banded, STEPS, select="i", select_range=(1, 2), rtol=1e-5)
row(linalg.eigvals_banded, STEPS, select="v", select_range=(2.0, 5.0), rtol=1e-5)
row(linalg.eigh_tridiagonal, STEPS[1], STEPS[0, :3], rtol=1e-5)
row(linalg.eigvalsh_tridiagonal, STEPS[1], STEPS[0, :3], select="i", select_range=(0, 1), rtol=1e-5)
row(linalg.hessenberg, R(4, 4), rtol=1e-5)
row(linalg.hessenberg, R(5, 5), calc_q=True, rtol=1e-5)
row(linalg.hessenberg, R(2, 2), rtol=1e-5)
row(linalg.rq, R(3, 3), rtol=1e-5)
row(linalg.rq, R(5, 3), rtol=1e-5)
row(linalg.rq, R(3, 5), mode="economic", rtol=1e-5)
for a in (R(3, 3), R(5, 3), R(3, 5)):
    row(linalg.rq, a, mode="r", rtol=1e-5)
INDEFINITE = np.array([[0.1, 2.0, 0.3, 1.0], [2.0, 0.2, 1.5, -0.4], [0.3, 1.5, 3.0, 0.7], [1.0, -0.4, 0.7, -2.0]])
for lower in (True, False):
    row(linalg.ldl, S(3), lower=lower, rtol=1e-5)
    row(linalg.ldl, INDEFINITE, lower=lower, rtol=1e-5)
    row(linalg.pinvh, INDEFINITE, lower=lower, rtol=1e-5)
if "assume_a" in inspect.signature(linalg.inv).parameters:
    for structure in ("general", "upper triangular", "pos"):
        row(linalg.inv, S(3), assume_a=structure)
    row(linalg.inv, S(3), assume_a="sym", lower=True)
row(linalg.schur, FAR, rtol=1e-5)
row(linalg.schur, FAR, sort=lambda x: abs(x) > 3, rtol=1e-5)
row(linalg.signm, np.diag([1.0, -2.0, 3.0]) + 0.1 * R(3, 3), rtol=1e-5)
row(linalg.funm, M(3), lambda x: np.exp(x) * x, rtol=1e-5)
row(linalg.expm_frechet, M(3), R(3, 3), rtol=1e-5)
row(linalg.expm_frechet, M(3), R(3, 3), compute_expm=False, rtol=1e-5)
row(linalg.matmul_toeplitz, (P(4), P(3)), R(3), rtol=1e-5)
row(linalg.matmul_toeplitz, P(4), R(4, 2), rtol=1e-5)
