"""Rows: products of arrays and linear algebra."""

import math
import operator

import numpy as np

from cpsad.rules.numpy_linear import summed

from .row import NUMPY2, C, M, R, S, row

PRODUCTS = (np.dot, np.matmul, operator.matmul, np.ndarray.dot, np.inner)
row(PRODUCTS, R(3), R(3))
row(PRODUCTS[:-1], R(2, 3), R(3, 4))
row(PRODUCTS[:-1], R(3), R(3, 4))
row(PRODUCTS, R(2, 3), R(3))
row(PRODUCTS, C(3), C(3))
row((np.dot, np.matmul), R(5, 2, 3), R(3))
row((np.dot, np.matmul), R(5, 2, 3), R(3, 4))
row((np.dot, np.matmul), R(3), R(5, 3, 4))
row((np.dot, np.matmul), R(2, 3), R(5, 3, 4))
row((np.dot, np.matmul), R(5, 2, 3), R(5, 3, 4))
row((np.matmul, operator.matmul), R(6, 1, 2, 3), R(5, 3, 4))
row((np.dot, np.inner), 1.5, R(3))
row((np.dot, np.inner), R(2, 3), 1.5)
row((np.dot, np.inner), 1.5, 2.5)
row((np.dot, np.inner), R(2, 3), R())
row(np.inner, R(2, 3), R(5, 4, 3))
row(np.inner, R(2, 3), R(4, 3))
row(np.outer, R(3), R(4))
row(np.outer, R(3, 2), 1.5)
row(np.vdot, R(3), R(3))
row(np.vdot, C(2, 3), C(3, 2))
row(np.vdot, 1.5, R(1))
row(np.tensordot, R(2, 3, 4), R(3, 4, 5))
row(np.tensordot, R(2, 3), R(3, 5), 1)
row(np.tensordot, R(2, 3), R(5), 0)
row(np.tensordot, R(2, 3, 4), R(4, 5, 2), ([0, 2], [2, 0]))
row(np.tensordot, R(2, 3, 4), R(4, 5, 2), axes=((2, -3), (0, -1)))
row(np.tensordot, R(2, 3), R(5, 3), (1, 1))
row(np.tensordot, R(2, 3), R(2, 3))
for subscripts, *shapes in (
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ji,jk,kl", (2, 3), (2, 4), (4, 5)),
    ("ii", (3, 3)), ("ii->i", (3, 3)), ("ij->", (2, 3)), ("ij->j", (2, 3)), ("i,j->ij", (2,), (3,)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)), ("...i,...i", (2, 1, 3), (4, 3)),
    ("ij,ij->i", (1, 3), (2, 3)), ("iij,ji->j", (2, 2, 3), (3, 2)), ("ijk,k->", (2, 3, 4), (4,)),
    ("i,->i", (3,), ()), ("ii,ii", (3, 3), (3, 3)), ("iji->j", (2, 3, 2)), ("ij,kj->", (2, 3), (4, 3)),
    ("i,i", (3,), (3,)), ("ba", (2, 3)), ("i...->...", (2, 3)), ("a,b,c,d->", (2,), (3,), (2,), (4,)),
):
    row(np.einsum, subscripts, *(R(*s) for s in shapes))
row(np.einsum, "ij,jk->ik", R(2, 3), R(3, 4), optimize=True)
row(np.einsum, "ij,j", C(2, 3), C(3))
row(np.kron, R(2, 3), R(4, 5))
row(np.kron, R(2), R(3, 2))
row(np.kron, R(2, 3), R(2))
row(np.kron, R(2, 1, 3), R(2, 2))
row(np.cross, R(3), R(3))
row(np.cross, R(4, 3), R(3))
row(np.cross, R(3, 4), R(3, 4), axis=0)
for mode in ("full", "same", "valid"):
    row(np.convolve, R(5), R(3), mode)
    row(np.convolve, R(3), R(5), mode)
    row(np.convolve, R(4), R(4), mode=mode)
    row(np.convolve, R(5), R(2), mode)
row((np.trace, np.ndarray.trace), R(3, 3))
row((np.trace, np.ndarray.trace), R(3, 4), 1)
row((np.trace, np.ndarray.trace), R(3, 4), offset=-1)
row((np.trace, np.ndarray.trace), R(2, 3, 4), 1, 2, 0)
row((np.trace, np.ndarray.trace), R(2, 3, 4), axis1=-1, axis2=0)
row((np.diagonal, np.ndarray.diagonal), R(3, 4))
row((np.diagonal, np.ndarray.diagonal), R(4, 3), -1)
row((np.diagonal, np.ndarray.diagonal), R(2, 3, 4), 1, 2, 0)
row((np.diagonal, np.ndarray.diagonal), R(2, 3, 4), axis1=-2, axis2=-1)
row(np.diag, R(3))
row(np.diag, R(3), -1)
row(np.diag, R(3, 4), 1)
row(np.diag, R(3, 4))
row((np.tril, np.triu), R(3, 4))
row((np.tril, np.triu), R(2, 3, 4), 1)
row((np.linalg.inv, np.linalg.det), M(3))
row((np.linalg.inv, np.linalg.det), M(3, 2))
row((np.linalg.inv, np.linalg.det), M(2) + 0.3j * M(2))
row(np.linalg.det, np.array([[1.0, 2.0], [2.0, 4.0]]), rtol=1e-5)
row(np.linalg.det, np.stack([M(2), np.array([[1.0, 2.0], [2.0, 4.0]])]), rtol=1e-5)
row(np.linalg.solve, M(3), R(3))
row(np.linalg.solve, M(3), R(3, 2))
if NUMPY2:
    row(np.linalg.solve, M(3, 4), R(3, 2))
    row(np.linalg.solve, M(3, 4), R(3))
row(np.linalg.solve, M(3), R(4, 3, 2))
row(np.linalg.solve, M(3) + 0.3j * M(3), C(3))
row(np.linalg.cholesky, S(3))
row(np.linalg.cholesky, S(3, 2))
row(np.linalg.eigvalsh, S(3))
row(np.linalg.eigvalsh, S(3, 2), "U")
row(np.linalg.eigvalsh, S(3) + 1j * (np.triu(M(3), 1) - np.triu(M(3), 1).T))
for n in (0, 1, 2, 5, -1, -3):
    row(np.linalg.matrix_power, M(3), n)
row(np.linalg.matrix_power, M(3, 2), 3)
for order in (None, 1, 2, 3, 0.5, -1, math.inf, -math.inf, 0):
    row(np.linalg.norm, R(5), order, only=(0,))
    row(np.linalg.norm, R(3, 4), order, 1, only=(0,))
    row(np.linalg.norm, R(3, 4), order, only=(0,), axis=0, keepdims=True)
for order in (None, "fro", "nuc", 1, 2, -1, -2, math.inf, -math.inf):
    row(np.linalg.norm, R(3, 4), order, only=(0,))
    row(np.linalg.norm, R(3, 4, 2), order, (2, 0), only=(0,))
    row(np.linalg.norm, R(3, 4, 2), order, (0, 1), True, only=(0,))
row(np.linalg.norm, R(2, 3, 4))
row(np.linalg.norm, C(3))
row(np.linalg.norm, C(3), 1)
row(np.linalg.norm, C(3, 3), 2)
row(np.linalg.norm, C(3, 3), "nuc")
if hasattr(np.linalg, "vector_norm"):
    row(np.linalg.matmul, R(2, 3), R(3, 4))
    row(np.linalg.outer, R(2), R(3))
    row(np.linalg.tensordot, R(2, 3), R(3, 4), axes=1)
    row((np.linalg.matrix_norm, np.linalg.vector_norm), R(3, 4))
    row((np.linalg.matrix_norm, np.linalg.vector_norm), R(2, 3, 4), keepdims=True)
    row(np.linalg.matrix_norm, R(2, 3, 4), ord=1)
    row(np.linalg.vector_norm, R(2, 3, 4), axis=1, ord=3)
    row(np.linalg.vector_norm, R(5), ord=1)
    row(np.linalg.vector_norm, R(2, 3), ord=3, keepdims=True)

# Products in other forms
for mode in ("full", "same", "valid"):
    for m, n in ((5, 3), (3, 5), (4, 4), (5, 2), (2, 5), (1, 3)):
        row(np.correlate, R(m), R(n), mode)
    row(np.correlate, C(5), C(3), mode=mode)
    row(np.correlate, C(3), C(5), mode)
row(np.correlate, R(5), R(3))
row(np.cross, R(3, 4), R(3, 4), axisa=0, axisb=0)
row(np.cross, R(4, 3), R(3, 4), axisb=0, axisc=0)
row(np.cross, R(4, 3), R(4, 3), 0 - 1, -1, 0)
row(summed, [R(2, 3), R(3, 4)], "ij,jk->ik")
row(np.einsum, R(2, 3), [0, 1], R(3, 4), [1, 2], [0, 2])
row(np.einsum, R(2, 3), [0, 1], R(3, 4), [1, 2])
row(np.einsum, R(3, 3), [0, 0])
row(np.einsum, R(5, 2, 3), [..., 0, 1], R(3), [1])
row(np.einsum, "i,i,i,i,i->", R(3), R(3), R(3), R(3), R(3))
row(np.einsum, "ij,jk,kl,lm,mn", R(2, 2), R(2, 3), R(3, 2), R(2, 3), R(3, 2), optimize="greedy")
row((np.trace, np.ndarray.trace), R(3, 4), dtype=np.float64)
if hasattr(np, "vecdot"):
    row((np.vecdot, np.linalg.vecdot), R(3, 4), R(4))
    row((np.vecdot, np.linalg.vecdot), R(3, 4), R(3, 1), axis=0)
    row((np.vecdot, np.linalg.vecdot), C(3), C(2, 3))
    row((np.vecdot, np.linalg.vecdot), R(3), R(3))
if hasattr(np, "matvec"):
    row(np.matvec, R(2, 3), R(3))
    row(np.matvec, R(5, 2, 3), R(4, 1, 3))
    row(np.vecmat, R(2), R(2, 3))
    row(np.vecmat, C(4, 1, 2), C(5, 2, 3))
    row(np.matvec, C(2, 3), C(3))
if hasattr(np.linalg, "cross"):
    row((np.linalg.diagonal, np.linalg.trace, np.linalg.matrix_transpose), R(2, 3, 4))
    row((np.linalg.diagonal, np.linalg.trace), R(3, 4), offset=1)
    row(np.linalg.cross, R(4, 3), R(4, 3))
    row(np.linalg.cross, R(3, 4), R(3, 4), axis=0)
