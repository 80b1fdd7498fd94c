"""Forward rules of NumPy's linear algebra (Giles, *Collected matrix derivative results for forward and reverse mode
algorithmic differentiation*, 2008; Giles writes the dot for the tangent, here `d`).

Formulas hold for stacks of matrices. Functions that read one triangle of their argument read the same of the tangent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing
from . import numpy_decompositions, numpy_linear
from .forward import forward
from .helpers import no_derivative, reshape_like
from .helpers_decompositions import _gaps, _h
from .helpers_linalg import cofactors, cofactors_along, cond_back, norm_back
from .helpers_phases import WHAT, with_phase
from .helpers_truncated import inverse_of_rank, is_truncated, kept_values, truncated_slope
from .registry import present


def transposed(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def diagonal(a: Any) -> Any:
    return np.diagonal(a, axis1=-2, axis2=-1)


def triangle(d: Any, UPLO: str) -> Any:
    """The tangent of a Hermitian matrix of which one triangle is read."""
    low = np.tril(d, -1) if UPLO.upper() == "L" else _h(np.triu(d, 1))
    return low + _h(low) + np.real(diagonal(d))[..., None] * np.eye(d.shape[-1])


def along(d: Any, gradient: Any, axis: Any, keepdims: bool) -> Any:
    """The tangent of a function of the arrays along `axis` from its gradient by each of them."""
    if isinstance(d, Absorbing):
        return d
    axis = tuple(range(np.ndim(d))) if axis is None else axis
    return np.real(np.sum(gradient * d, axis=axis, keepdims=keepdims))


def one(y: Any) -> Any:
    return np.ones_like(y)[()] if isinstance(y, (np.ndarray, np.generic)) else 1.0


# Inverses, solutions, determinants
forward(np.linalg.inv, lambda d, y, a: -np.matmul(np.matmul(y, d), y))


def det_tangent(d: Any, a: Any) -> Any:
    """By the columns: the determinant is linear in each, which holds for singular matrices too."""
    if isinstance(d, Absorbing):
        return d
    total: Any = 0.0
    for i in range(np.shape(a)[-1]):
        mask = np.arange(np.shape(a)[-1]) == i
        total = total + np.linalg.det(np.where(mask, d, a))
    return total


def columns_of(b: Any, y: Any, a: Any) -> bool:
    """Whether `np.linalg.solve` takes `b` for one vector."""
    return np.ndim(b) == 1 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else np.ndim(b) == np.ndim(a) - 1


def solve_tangent(d: Any, y: Any, a: Any, b: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    if columns_of(b, y, a):
        return -np.linalg.solve(a, np.matmul(d, y[..., None]))[..., 0]
    return -np.linalg.solve(a, np.matmul(d, y))


forward(np.linalg.det, lambda d, y, a: det_tangent(d, a))
forward(cofactors, lambda d, y, a: cofactors_along(d, a))
forward(
    cofactors_along,
    lambda d, y, d1, a: (
        cofactors_along(d, a), no_derivative(d, "third derivatives of the determinant of a singular matrix")),
)
forward(np.linalg.solve, lambda d, y, a, b: (solve_tangent(d, y, a, b), np.linalg.solve(a, d)))


def slogdet_tangent(d: Any, y: Any, a: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    trace = np.sum(diagonal(np.linalg.solve(a, d)), axis=-1)
    return (1j * np.imag(trace) * y[0] if np.iscomplexobj(a) else ZERO), np.real(trace)


forward(np.linalg.slogdet, lambda d, y, a: (slogdet_tangent(d, y, a),))


def power_tangent(d: Any, a: Any, n: int) -> Any:
    if isinstance(d, Absorbing):
        return d
    if n == 0:
        return np.zeros_like(d)
    if n < 0:
        inverse = np.linalg.inv(a)
        return power_tangent(-np.matmul(np.matmul(inverse, d), inverse), inverse, -n)
    left = np.broadcast_to(np.eye(np.shape(a)[-1]), np.shape(a))
    right = np.linalg.matrix_power(a, n - 1)
    total = np.matmul(d, right)
    for i in range(1, n):
        left = np.matmul(left, a)
        right = np.linalg.matrix_power(a, n - 1 - i)
        total = total + np.matmul(np.matmul(left, d), right)
    return total


forward(np.linalg.matrix_power, lambda d, y, a, n: power_tangent(d, a, n))


def pinv_tangent(d: Any, y: Any, a: Any, hermitian: bool) -> Any:
    """Golub and Pereyra, 1973."""
    if isinstance(d, Absorbing):
        return d
    if hermitian:
        a, d = triangle(a, "L"), triangle(d, "L")
    if is_truncated(a, y):
        found = _h(truncated_slope(d, a, kept_values(a, y)))
        return found if np.iscomplexobj(y) else np.real(found)
    n, m = np.shape(a)[-2:]
    right, left = np.eye(n) - np.matmul(a, y), np.eye(m) - np.matmul(y, a)
    return (-np.matmul(np.matmul(y, d), y) + np.matmul(np.matmul(np.matmul(y, _h(y)), _h(d)), right)
            + np.matmul(left, np.matmul(_h(d), np.matmul(_h(y), y))))


forward(np.linalg.pinv, lambda d, y, a, rcond=None, hermitian=False, *, rtol=None: pinv_tangent(d, y, a, hermitian))


def lstsq_tangent(d: Any, y: Any, a: Any, b: Any, by_matrix: bool) -> Any:
    """The solution is the pseudo-inverse times `b`; the sums of squares that are left, where there are any."""
    if isinstance(d, Absorbing):
        return d
    inverse = inverse_of_rank(a, y[2])
    x = y[0]
    if by_matrix:
        moved = np.dot(pinv_tangent(d, inverse, a, False), b)
        rest = -np.dot(d, x) - np.dot(a, moved)
    else:
        moved = np.dot(inverse, d)
        rest = d - np.dot(a, moved)
    squares = ZERO if np.size(y[1]) == 0 else np.reshape(
        np.sum(2 * np.real(np.conjugate(b - np.dot(a, x)) * rest), axis=0), np.shape(y[1]))
    return moved, squares, ZERO, svd_values(d, a) if by_matrix else ZERO


def svd_values(d: Any, a: Any) -> Any:
    """Of singular values."""
    if isinstance(d, Absorbing):
        return d
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.real(diagonal(np.matmul(np.matmul(_h(u), d), _h(vh))))


forward(
    np.linalg.lstsq,
    lambda d, y, a, b, rcond=None: (lstsq_tangent(d, y, a, b, True), lstsq_tangent(d, y, a, b, False), ZERO),
)
forward(np.linalg.tensorinv, lambda d, y, a, ind=2: tensorinv_tangent(d, y, a, ind))
forward(
    np.linalg.tensorsolve,
    lambda d, y, a, b, axes=None: (tensorsolve_tangent(d, y, a, b, axes), np.linalg.tensorsolve(a, d, axes)),
)


def tensorinv_tangent(d: Any, y: Any, a: Any, ind: int) -> Any:
    if isinstance(d, Absorbing):
        return d
    return -np.tensordot(np.tensordot(y, d, ind), y, np.ndim(a) - ind)


def tensorsolve_tangent(d: Any, y: Any, a: Any, b: Any, axes: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    if axes is not None:
        order = [i for i in range(np.ndim(a)) if i not in [k % np.ndim(a) for k in axes]] + [k % np.ndim(a) for k in axes]
        a, d = np.transpose(a, order), np.transpose(d, order)
    return -np.linalg.tensorsolve(a, np.reshape(np.tensordot(d, y, np.ndim(y)), np.shape(b)))


def chain(d: Any, arrays: Any) -> Any:
    """Of a product of several matrices, by the product rule."""
    if isinstance(d, Absorbing):
        return d
    total: Any = 0.0
    for i in range(len(arrays)):
        total = total + np.linalg.multi_dot([*arrays[:i], d[i], *arrays[i + 1:]])
    return total


def einsum_chain(d: Any, operands: Any, subscripts: str, optimize: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    total: Any = 0.0
    for i in range(len(operands)):
        total = total + np.einsum(subscripts, *operands[:i], d[i], *operands[i + 1:], optimize=optimize)
    return total


forward(np.linalg.multi_dot, lambda d, y, arrays: chain(d, arrays))
forward(numpy_linear.summed, lambda d, y, operands, subscripts, optimize=False: einsum_chain(d, operands, subscripts, optimize))


# Factorizations
def cholesky_tangent(d: Any, y: Any, upper: bool = False) -> Any:
    if isinstance(d, Absorbing):
        return d
    if upper:
        return _h(cholesky_tangent(_h(d), _h(y)))
    d = triangle(d, "L")
    middle = _h(np.linalg.solve(y, _h(np.linalg.solve(y, d))))
    half = np.tril(middle, -1) + 0.5 * diagonal(middle)[..., None] * np.eye(d.shape[-1])
    return np.matmul(y, half)


def square_qr(d: Any, q: Any, r: Any) -> tuple[Any, Any]:
    """Walter and Lehmann, *Algorithmic differentiation of linear algebra functions*, 2010: at least as many rows as columns."""
    c = transposed(np.linalg.solve(transposed(r), transposed(d)))
    m = np.matmul(_h(q), c)
    low = np.tril(m, -1)
    skew = low - _h(low)
    if np.iscomplexobj(m):
        skew = skew + 1j * np.imag(diagonal(m))[..., None] * np.eye(m.shape[-1])
    upper = np.matmul(m - skew, r)
    return np.matmul(q, skew) + c - np.matmul(q, m), upper


FULL = "the vectors of a full {}, of which those that span the rest are arbitrary (those of the reduced one are not)"


def qr_tangent(d: Any, y: Any, a: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    q, r = y[0], y[1]
    n, m = np.shape(a)[-2:]
    if np.shape(q)[-1] > min(n, m):
        upper = qr_tangent(d, np.linalg.qr(a), a)[1]
        below = np.zeros((*np.shape(upper)[:-2], n - min(n, m), m), upper.dtype)
        return no_derivative(d, FULL.format("qr")), np.concatenate([upper, below], -2)
    if n >= m:
        return square_qr(d, q, r)
    moved, upper = square_qr(d[..., :n], q, r[..., :n])
    rest = np.matmul(_h(moved), a[..., n:]) + np.matmul(_h(q), d[..., n:])
    return moved, np.concatenate([upper, rest], -1)


def triangle_tangent(d: Any, y: Any, a: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    q, r = np.linalg.qr(a)
    return qr_tangent(d, (q, r), a)[1]


forward(np.linalg.cholesky, lambda d, y, a, *, upper=False: cholesky_tangent(d, y, upper))
forward((np.linalg.qr,), lambda d, y, a: (qr_tangent(d, y, a),))
forward(numpy_decompositions.full_qr, lambda d, y, a: (qr_tangent(d, y, a),))
forward(numpy_decompositions.triangle_of_qr, lambda d, y, a: triangle_tangent(d, y, a))


def eigh_tangent(d: Any, y: Any, UPLO: str) -> Any:
    if isinstance(d, Absorbing):
        return d
    w, v = y[0], y[1]
    m = np.matmul(_h(v), np.matmul(triangle(d, UPLO), v))
    return np.real(diagonal(m)), with_phase(np.matmul(v, _gaps(w) * m), v, UPLO)


def unphased(moved: Any) -> Any:
    """The tangents of vectors; of complex ones, whose phase is arbitrary, they are not known."""
    return no_derivative(moved, WHAT) if np.iscomplexobj(moved) else moved


def eigvalsh_tangent(d: Any, a: Any, UPLO: str) -> Any:
    if isinstance(d, Absorbing):
        return d
    return eigh_tangent(d, np.linalg.eigh(a, UPLO), UPLO)[0]


def eig_tangent(d: Any, y: Any) -> Any:
    """Eigenvectors of length 1, whose largest component is real."""
    if isinstance(d, Absorbing):
        return d
    w, v = y[0], y[1]
    m = np.linalg.solve(v, np.matmul(d, v))
    moved = np.matmul(v, _gaps(w) * m)
    along_v = np.real(np.sum(np.conjugate(v) * moved, axis=-2, keepdims=True))
    return diagonal(m), with_phase(moved - v * along_v, v, None)


def eigvals_tangent(d: Any, y: Any, a: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    w, v = np.linalg.eig(a)
    found = diagonal(np.linalg.solve(v, np.matmul(d, v)))
    return found if np.iscomplexobj(y) else np.real(found)


forward(np.linalg.eigh, lambda d, y, a, UPLO="L": (eigh_tangent(d, y, UPLO),))
forward(np.linalg.eigvalsh, lambda d, y, a, UPLO="L": eigvalsh_tangent(d, a, UPLO))
forward(np.linalg.eig, lambda d, y, a: (eig_tangent(d, y),))
forward(np.linalg.eigvals, lambda d, y, a: eigvals_tangent(d, y, a))


def svd_tangent(d: Any, y: Any, a: Any, hermitian: bool) -> Any:
    """Townsend, *Differentiating the singular value decomposition*, 2016."""
    if isinstance(d, Absorbing):
        return d
    if hermitian:
        d = triangle(d, "L")
    u, s, vh = y[0], y[1], y[2]
    k = np.shape(s)[-1]
    if np.shape(u)[-1] > k or np.shape(vh)[-2] > k:
        values = np.real(diagonal(np.matmul(np.matmul(_h(u[..., :k]), d), _h(vh[..., :k, :]))))
        return no_derivative(d, FULL.format("svd")), values, no_derivative(d, FULL.format("svd"))
    v = _h(vh)
    m = np.matmul(np.matmul(_h(u), d), v)
    gaps = _gaps(s * s)
    row, column = s[..., None, :], s[..., :, None]
    du = np.matmul(u, gaps * (m * row + column * _h(m)))
    dv = np.matmul(v, gaps * (column * m + _h(m) * row))
    rest_u = d @ v - u @ m
    rest_v = _h(d) @ u - v @ _h(m)
    return unphased(du + rest_u / row), np.real(diagonal(m)), (
        _h(dv + rest_v / row) if not np.iscomplexobj(dv) else unphased(dv))


forward(np.linalg.svd, lambda d, y, a, full_matrices=True: (svd_tangent(d, y, a, False),))
forward(numpy_decompositions.hermitian_svd, lambda d, y, a, full_matrices=True: (svd_tangent(d, y, a, True),))
forward(present(np.linalg, "svdvals"), lambda d, y, x: svd_values(d, x))


def singular_tangent(d: Any, a: Any, hermitian: bool) -> Any:
    if isinstance(d, Absorbing):
        return d
    if not hermitian:
        return svd_values(d, a)
    return svd_tangent(d, np.linalg.svd(a, False, hermitian=True), a, True)[1]


forward(numpy_decompositions.singular_values, lambda d, y, a, hermitian=False: singular_tangent(d, a, hermitian))

# Norms
forward(
    np.linalg.norm,
    lambda d, y, x, ord=None, axis=None, keepdims=False: along(d, norm_back(one(y), y, x, ord, axis, keepdims), axis, keepdims),
)
forward(
    present(np.linalg, "vector_norm"),
    lambda d, y, x, *, axis=None, keepdims=False, ord=2: (
        along(d, norm_back(one(y), y, x, ord, axis, keepdims), axis, keepdims)
        if axis is not None or np.ndim(x) == 1
        else np.reshape(along(np.ravel(d), norm_back(1.0, reshape_like(y, 0.0), np.ravel(x), ord), None, False), np.shape(y))
    ),
)
forward(
    present(np.linalg, "matrix_norm"),
    lambda d, y, x, *, keepdims=False, ord="fro": along(
        d, norm_back(one(y), y, x, ord, (-2, -1), keepdims), (-2, -1), keepdims),
)
forward(np.linalg.cond, lambda d, y, x, p=None: along(d, cond_back(one(y), y, x, p), (-2, -1), False))
