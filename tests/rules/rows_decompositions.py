"""Rows: decompositions of matrices, and what is made of them."""

import numpy as np

from cpsad.rules.numpy_decompositions import singular_values, triangle_of_qr

from .row import C, M, R, S, row

# Singular values
SHAPES = ((3, 3), (4, 3), (3, 5), (2, 3, 3), (2, 4, 2), (1, 3), (3, 1))
for shape in SHAPES:
    row(np.linalg.svd, R(*shape), False, rtol=1e-5)
    row(np.linalg.svd, R(*shape), compute_uv=False)
    row(np.linalg.svd, R(*shape), full_matrices=False, rtol=1e-5)
    row(np.linalg.cond, R(*shape), rtol=1e-5)
    row(np.linalg.cond, R(*shape), -2, rtol=1e-5)
    row(np.linalg.pinv, R(*shape), rtol=1e-5)
    row(np.linalg.qr, R(*shape))
    row(np.linalg.qr, R(*shape), "reduced")
    row(np.linalg.qr, R(*shape), mode="r")
    if hasattr(np.linalg, "svdvals"):
        row(np.linalg.svdvals, R(*shape))
row(np.linalg.svd, R(3, 3), rtol=1e-5)
row(np.linalg.svd, S(3), hermitian=True, rtol=1e-5)
row(np.linalg.svd, S(3, 2), True, False, hermitian=True, rtol=1e-5)
row(np.linalg.svd, C(3, 2), compute_uv=False)
row(np.linalg.qr, R(2, 4), "complete")
row(np.linalg.qr, R(3, 3), mode="complete")
row(np.linalg.pinv, C(3, 2), rtol=1e-5)
row(np.linalg.pinv, R(4, 3), 1e-12, only=(0,), rtol=1e-5)
row(np.linalg.pinv, S(3), hermitian=True, rtol=1e-5)
for p in (None, 2, -2, 1, -1, np.inf, -np.inf, "fro", "nuc"):
    row(np.linalg.cond, M(3), p, only=(0,), rtol=1e-5)
    row(np.linalg.cond, M(3, 2), p=p, rtol=1e-5) if not isinstance(p, float) else None

# Eigenvalues
for batch in ((), (2,), (2, 1)):
    for n in (1, 2, 4):
        row(np.linalg.eigh, S(n, *batch), rtol=1e-5)
        row(np.linalg.eigh, S(n, *batch), "U", rtol=1e-5)
        row(np.linalg.eigvals, S(n, *batch), rtol=1e-5)
        row(np.linalg.slogdet, M(n, *batch))
        row(np.linalg.slogdet, -S(n, *batch), rtol=1e-5)
        row(np.linalg.cholesky, S(n, *batch))
DISTINCT = np.diag([1.0, 2.5, 4.0]) + 0.2 * R(3, 3)
row(np.linalg.eig, DISTINCT, rtol=1e-5)
row(np.linalg.eig, np.stack([DISTINCT, DISTINCT.T @ np.diag([1.0, 2.0, 3.0])]), rtol=1e-5)
row(np.linalg.eigvals, np.array([[1.0, 2.0], [-2.0, 1.5]]), rtol=1e-5)  # complex ones
row(np.linalg.slogdet, M(3) + 0.3j * M(3))
row(np.linalg.eigvalsh, S(3) + 1j * (np.triu(M(3), 1) - np.triu(M(3), 1).T), rtol=1e-5)

# Solutions
row(np.linalg.lstsq, R(5, 3), R(5), None, rtol=1e-5)
row(np.linalg.lstsq, R(5, 3), R(5, 2), rcond=None, rtol=1e-5)
row(np.linalg.lstsq, R(2, 4), R(2), rcond=None, rtol=1e-5)
row(np.linalg.lstsq, M(3), R(3), -1, rtol=1e-5)
row(np.linalg.tensorinv, R(4, 6, 8, 3) + np.reshape(np.eye(24) * 5, (4, 6, 8, 3)), rtol=1e-5)
row(np.linalg.tensorinv, np.reshape(M(6), (6, 2, 3)), ind=1)
row(np.linalg.tensorsolve, np.reshape(M(6), (2, 3, 6)), R(2, 3))
row(np.linalg.tensorsolve, np.reshape(M(6), (2, 6, 3)), R(2, 3), axes=(1,))
row(np.linalg.tensorsolve, np.reshape(M(6), (6, 2, 3)), R(6), (0,)[:0])
row(np.linalg.multi_dot, [R(2, 3), R(3, 4)])
row(np.linalg.multi_dot, [R(2, 3), R(3, 4), R(4, 1)])
row(np.linalg.multi_dot, [R(2, 3), R(3, 4), R(4, 5), R(5, 2)])
row(np.linalg.multi_dot, (R(3), R(3, 4), R(4)))
row(np.linalg.multi_dot, (R(3), R(3, 4), R(4, 2)))
row(np.linalg.multi_dot, [R(2, 3), R(3)])
row(np.linalg.multi_dot, [C(2, 3), C(3, 2)])

# The forms that have rules of their own
row(singular_values, R(3, 4))
row(singular_values, S(3), hermitian=True)
row(triangle_of_qr, R(4, 3))

# Small singular values that are left out, and are not zero
SPREAD = np.diag([3.0, 1.0, 0.2]) + 0.1 * R(3, 3)
row(np.linalg.pinv, SPREAD, 0.2, only=(0,))
row(np.linalg.pinv, SPREAD[:2], rcond=0.4, only=(0,))
row(np.linalg.pinv, np.stack([SPREAD[:, :2], 2 * SPREAD[:, 1:]]), [0.5, 0.3], only=(0,))
row(np.linalg.pinv, SPREAD + SPREAD.T, 0.2, True, only=(0,))
row(np.linalg.pinv, SPREAD + 0.3j * R(3, 3), 0.2, only=(0,))
row(np.linalg.lstsq, SPREAD, R(3), 0.2, only=(0, 1))
row(np.linalg.lstsq, np.concatenate([SPREAD, SPREAD[:1]]), R(4, 2), 0.2, only=(0, 1))
