"""Rules of NumPy's products of arrays and of its linear algebra, as far as the result is one array.

`np.linalg.cholesky` and `np.linalg.eigvalsh` read one triangle of their argument, and only that triangle has
a cotangent. The 2-norm and the Frobenius norm have slope 0 at 0.
"""

import numpy as np

from ..cotangents import unbroadcast
from ..products import left_rows, right_rows
from .helpers import cast, reshape_like
from .helpers_linalg import (
    cholesky_of,
    det_back,
    eigvalsh_back,
    matrix_power_back,
    norm_back,
    solve_left,
    solve_right,
    trace_back,
    undiagonal,
)
from .helpers_products import (
    convolve_left,
    convolve_right,
    correlate_left,
    correlate_right,
    cross_left,
    cross_right,
    dot_left,
    dot_right,
    einsum_back,
    kron_left,
    kron_right,
    matmul_left,
    matmul_right,
    tensordot_left,
    tensordot_right,
    vecdot_left,
    vecdot_right,
)
from .registry import Table, present

table = Table("numpy linear")
defrule = table.defrule

# What a loop adds up of these is multiplied many turns at a time
for _helper, _rows in ((dot_left, left_rows), (matmul_left, left_rows), (dot_right, right_rows), (matmul_right, right_rows)):
    _helper.rows = _rows

# Products
defrule(np.dot, lambda g, y, a, b: (dot_left(g, a, b), dot_right(g, a, b)))
defrule(np.ndarray.dot, lambda g, y, a, other: (dot_left(g, a, other), dot_right(g, a, other)))
defrule(
    (np.matmul, *present(np.linalg, "matmul")),
    lambda g, y, x1, x2: (matmul_left(g, x1, x2), matmul_right(g, x1, x2)),
)
defrule(
    (np.outer, *present(np.linalg, "outer")),
    lambda g, y, a, b: (reshape_like(np.dot(g, np.ravel(b)), a), reshape_like(np.dot(np.ravel(a), g), b)),
)
defrule(
    np.vdot,
    lambda g, y, a, b: (np.conjugate(g * reshape_like(b, a)), g * np.conjugate(reshape_like(a, b))),
    result="s",
)
defrule(
    np.inner,
    lambda g, y, a, b: (
        tensordot_left(g, a, b, (-1, -1)) if np.ndim(a) and np.ndim(b) else dot_left(g, a, b),
        tensordot_right(g, a, b, (-1, -1)) if np.ndim(a) and np.ndim(b) else dot_right(g, a, b),
    ),
)
defrule(
    (np.tensordot, *present(np.linalg, "tensordot")),
    lambda g, y, a, b, axes=2: (tensordot_left(g, a, b, axes), tensordot_right(g, a, b, axes)),
)
defrule(
    np.einsum,
    lambda g, y, subscripts, a, b=None, c=None, d=None, *, optimize=False: (
        None,
        einsum_back(g, 0, subscripts, a, b, c, d),
        einsum_back(g, 1, subscripts, a, b, c, d),
        einsum_back(g, 2, subscripts, a, b, c, d),
        einsum_back(g, 3, subscripts, a, b, c, d),
    ),
    view=True,
)
defrule(np.kron, lambda g, y, a, b: (kron_left(g, a, b), kron_right(g, a, b)))
defrule(np.cross, lambda g, y, a, b, *, axis=-1: (cross_left(g, a, b, axis), cross_right(g, a, b, axis)))
defrule(
    np.convolve,
    lambda g, y, a, v, mode="full": (convolve_left(g, a, v, mode), convolve_right(g, a, v, mode)),
)

defrule(
    np.correlate,
    lambda g, y, a, v, mode="valid": (correlate_left(g, a, v, mode), correlate_right(g, a, v, mode)),
)
defrule(
    (*present(np, "vecdot"), *present(np.linalg, "vecdot")),
    lambda g, y, x1, x2, *, axis=-1: (vecdot_left(g, x1, x2, axis), vecdot_right(g, x1, x2, axis)),
)
defrule(
    present(np, "matvec"),
    lambda g, y, x1, x2: (
        unbroadcast(g[..., None] * x2[..., None, :], x1),
        unbroadcast(np.matmul(np.swapaxes(x1, -1, -2), g[..., None])[..., 0], x2),
    ),
)
defrule(
    present(np, "vecmat"),
    lambda g, y, x1, x2: (
        unbroadcast(np.conjugate(np.matmul(x2, g[..., None])[..., 0]), x1),
        unbroadcast(np.conjugate(x1)[..., None] * g[..., None, :], x2),
    ),
)


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """`np.cross` of vectors along different axes."""
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    return np.moveaxis(np.cross(np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)), -1, axisc)


table.otherwise(np.cross, cross)


def summed(operands, subscripts, optimize=False):
    """`np.einsum` of a sequence."""
    return np.einsum(subscripts, *operands, optimize=optimize)


table.gather(
    summed,
    lambda g, y, operands, subscripts, optimize=False: (
        [einsum_back(g, i, subscripts, *operands) for i in range(len(operands))],
    ),
)


def einsum(*operands, optimize=False):
    """`np.einsum` of any number of operands, and with axes as lists."""
    if isinstance(operands[0], str):
        return summed(list(operands[1:]), operands[0], optimize)
    pairs = len(operands) // 2
    terms = [einsum_letters(operands[2 * i + 1]) for i in range(pairs)]
    result = "->" + einsum_letters(operands[-1]) if len(operands) % 2 else ""
    return summed([operands[2 * i] for i in range(pairs)], ",".join(terms) + result, optimize)


def einsum_letters(axes):
    """Axes as letters; NumPy has capital letters first."""
    return "".join(["..." if i is Ellipsis else "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[i] for i in axes])


table.constant(einsum_letters)
table.otherwise(np.einsum, einsum)

# Diagonals and triangles
defrule(
    (np.trace, np.ndarray.trace),
    lambda g, y, a, offset=0, axis1=0, axis2=1, dtype=None: (
        trace_back(g if dtype is None else cast(g, a, y), a, offset, axis1, axis2)
    ),
)
defrule(
    (np.diagonal, np.ndarray.diagonal),
    lambda g, y, a, offset=0, axis1=0, axis2=1: undiagonal(g, a, offset, axis1, axis2),
    view=True,
)
defrule(
    np.diag,
    lambda g, y, v, k=0: np.diagonal(g, k) if np.ndim(v) == 1 else undiagonal(g, v, k),
    view=True,
)
defrule(np.tril, lambda g, y, m, k=0: np.tril(g, k))
defrule(np.triu, lambda g, y, m, k=0: np.triu(g, k))

# Matrices
defrule(
    np.linalg.inv,
    lambda g, y, a: -np.matmul(np.matmul(np.swapaxes(y, -1, -2), g), np.swapaxes(y, -1, -2)),
)
defrule(np.linalg.det, lambda g, y, a: det_back(g, y, a))
defrule(np.linalg.solve, lambda g, y, a, b: (solve_left(g, y, a, b), solve_right(g, y, a, b)))
defrule(np.linalg.cholesky, lambda g, y, a, *, upper=False: cholesky_of(g, y, a, upper))
defrule(np.linalg.eigvalsh, lambda g, y, a, UPLO="L": eigvalsh_back(g, a, UPLO))
defrule(np.linalg.matrix_power, lambda g, y, a, n: matrix_power_back(g, y, a, n), view=True)
defrule(
    np.linalg.norm,
    lambda g, y, x, ord=None, axis=None, keepdims=False: norm_back(g, y, x, ord, axis, keepdims),
)
defrule(
    present(np.linalg, "vector_norm"),
    lambda g, y, x, *, axis=None, keepdims=False, ord=2: (
        norm_back(g, y, x, ord, axis, keepdims)
        if axis is not None or np.ndim(x) == 1
        else reshape_like(norm_back(reshape_like(g, 0.0), reshape_like(y, 0.0), np.ravel(x), ord), x)
    ),
)
defrule(
    present(np.linalg, "matrix_norm"),
    lambda g, y, x, *, keepdims=False, ord="fro": norm_back(g, y, x, ord, (-2, -1), keepdims),
)
