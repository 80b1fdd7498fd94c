"""Formulas of the rules of diagonals and of matrices as a whole. What a helper is: `helpers.py`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter, unbroadcast
from ..places import here
from ..transforms.errors import NoDerivativeError
from .helpers_elementwise import abs_back
from .helpers_reductions import kept, others, share

__all__ = [
    "cholesky_back", "cofactors", "cofactors_along", "cond_back", "det_back", "eigvalsh_back", "lower",
    "matrix_norm_back", "matrix_power_back", "multi_dot_back", "norm_back", "solve_left", "solve_right",
    "tensorinv_back", "tensorsolve_left", "tensorsolve_right", "trace_back", "undiagonal",
]


def undiagonal(g: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Cotangent of `a` from that of its diagonal: `g`, whose last axis is the diagonal, in zeros."""
    if isinstance(g, Absorbing):
        return g
    moved = np.moveaxis(a, (axis1, axis2), (-2, -1))
    rows, columns = np.shape(moved)[-2:]
    i = np.arange(max(0, min(rows + min(offset, 0), columns - max(offset, 0))))
    r = scatter(moved, (Ellipsis, i - min(offset, 0), i + max(offset, 0)), g)
    return np.moveaxis(r, (-2, -1), (axis1, axis2))


def trace_back(g: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Trace: `g` along the diagonal, in zeros."""
    if isinstance(g, Absorbing):
        return g
    if a.ndim == 2 and (axis1, axis2) == (0, 1):
        return g * np.eye(*a.shape, offset, dtype=a.dtype)
    return undiagonal(np.reshape(g, (*np.shape(g), 1)), a, offset, axis1, axis2)


def _t(a: Any) -> Any:
    """Transpose of the last two axes."""
    return np.swapaxes(a, -1, -2)


def det_back(g: Any, y: Any, a: Any) -> Any:
    """Determinant: g times the matrix of cofactors, which is y a^-T where `a` has an inverse."""
    if isinstance(g, Absorbing):
        return g
    if np.all(y != 0):
        return np.reshape(g * y, (*np.shape(y), 1, 1)) * _t(np.linalg.inv(a))
    return np.reshape(g * np.ones_like(y), (*np.shape(y), 1, 1)) * cofactors(a)


def cofactors(a: Any) -> Any:
    """The matrix of cofactors, of singular matrices too. It has a rule: singular vectors of the value 0 have no derivative."""
    u, s, vh = np.linalg.svd(a)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return np.conjugate(np.matmul(u * others(s, -1)[..., None, :], vh)) * sign[..., None, None]


def cofactors_along(d: Any, a: Any) -> Any:
    """The derivative of `cofactors(a)` along `d`; as the determinant's Hessian is symmetric, it is the cotangent too.

    With a = u s v^T and e = u^T d v, and p_ij the product of the singular values but i and j, the cofactors of diag(s) change
    by the sum over k of p_ik e_kk in place (i, i), and by -p_ij e_ji in place (i, j).
    """
    if isinstance(d, Absorbing):
        return d
    if np.iscomplexobj(a) or np.iscomplexobj(d):
        raise here(NoDerivativeError, "the determinant of a singular complex matrix has no second derivative here",
                   why="the formula is of real matrices", remedy="use the real and imaginary parts")
    u, s, vh = np.linalg.svd(a)
    eye = np.eye(np.shape(s)[-1])
    products = others(np.where(eye == 1, 1, s[..., None, :]), -1) * (1 - eye)
    e = np.matmul(np.matmul(_t(u), d), _t(vh))
    inside = np.sum(products * np.diagonal(e, axis1=-2, axis2=-1)[..., None, :], -1)[..., None] * eye - products * _t(e)
    return np.matmul(np.matmul(u, inside), vh) * (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]


def solve_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """y = a^-1 b, for `b`: a^-T g."""
    if isinstance(g, Absorbing):
        return g
    if np.ndim(y) < np.ndim(a):  # b is a vector, or many
        return unbroadcast(np.linalg.solve(_t(a), g[..., None])[..., 0], b)
    return unbroadcast(np.linalg.solve(_t(a), g), b)


def solve_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    """y = a^-1 b, for `a`: -(a^-T g) y^T."""
    if isinstance(g, Absorbing):
        return g
    if np.ndim(y) < np.ndim(a):
        g, y = g[..., None], y[..., None]
    return unbroadcast(-np.matmul(np.linalg.solve(_t(a), g), _t(y)), a)


def lower(s: Any) -> Any:
    """What a function that reads only the lower triangle of a symmetric matrix has for cotangent: s + s^T,
    folded."""
    return np.tril(s) + np.tril(_t(s), -1)


def cholesky_back(g: Any, y: Any, a: Any) -> Any:
    """y y^H = a: the lower triangle (the one that is read) of y^-H phi(y^H g) y^-1; phi: lower, half the diagonal.

    For the conjugate of the cotangent, as in `helpers_decompositions.py`.
    """
    if isinstance(g, Absorbing):
        return g
    p = np.matmul(_t(np.conjugate(y)), np.conjugate(g))
    phi = (np.tril(p) + np.tril(p, -1)) / 2
    s = _t(np.linalg.solve(_t(y), _t(np.linalg.solve(_t(np.conjugate(y)), phi))))
    s = s + np.conjugate(_t(s))
    return np.conjugate(np.tril(s) - np.tril(np.triu(s)) / 2)


def cholesky_of(g: Any, y: Any, a: Any, upper: bool) -> Any:
    """The lower factor, or the upper one of y^H y = a, of which the upper triangle is read."""
    if isinstance(g, Absorbing):
        return g
    if not upper:
        return cholesky_back(g, y, a)
    return _t(np.conjugate(cholesky_back(_t(np.conjugate(g)), _t(np.conjugate(y)), a)))


def eigvalsh_back(g: Any, a: Any, UPLO: str) -> Any:
    """Eigenvalues of a symmetric matrix: sum of g_i conj(v_i) v_i^T, folded into the triangle that is
    read."""
    if isinstance(g, Absorbing):
        return g
    _, v = np.linalg.eigh(a, UPLO)
    s = np.matmul(np.conjugate(v) * np.real(g)[..., None, :], _t(v))
    s = s + np.conjugate(_t(s))
    return np.tril(s) - np.tril(np.triu(s)) / 2 if UPLO in "Ll" else np.triu(s) - np.tril(np.triu(s)) / 2


def matrix_power_back(g: Any, y: Any, a: Any, n: int) -> Any:
    """a^n: the sum over i of (a^T)^i g (a^T)^(n-1-i); for negative `n` through the inverse."""
    if isinstance(g, Absorbing):
        return g
    if n == 0:
        return ZERO
    base = _t(a) if n > 0 else _t(np.linalg.inv(a))
    powers = [np.linalg.matrix_power(base, i) for i in range(abs(n))]
    total = ZERO
    for i in range(abs(n)):
        total = total + np.matmul(np.matmul(powers[i], g), powers[abs(n) - 1 - i])
    return total if n > 0 else -np.matmul(np.matmul(base, total), base)


def norm_back(g: Any, y: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Norm of a vector or a matrix. 2 and Frobenius: g conj(x) / y, and 0 where y is 0."""
    if isinstance(g, Absorbing):
        return g
    if np.iscomplexobj(x):
        g = np.real(g)
    n = np.ndim(x) if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if ord is None or ord == "fro" or ord == "f" or (ord == 2 and n == 1):
        x = np.conjugate(x) if np.iscomplexobj(x) else x
        return kept(g / (y + (y == 0)), x, axis, keepdims) * x
    if n == 2:
        return matrix_norm_back(g, y, x, ord, axis, keepdims)
    if ord == 0:
        return ZERO
    size = np.absolute(x)
    if ord == math.inf or ord == -math.inf:
        r = share(g, y, size, axis, keepdims)
    elif ord == 1:
        r = kept(g, x, axis, keepdims)
    else:
        ratio = size / kept(y + (y == 0), x, axis, keepdims)
        r = kept(g, x, axis, keepdims) * np.where(size == 0, 0, np.where(size == 0, 1, ratio) ** (ord - 1))
    return abs_back(r * np.ones_like(size), x)


def matrix_norm_back(g: Any, y: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    """Norms of a matrix: greatest (least) sum of a row or column; greatest (least) or sum of singular
    values."""
    i, j = (0, 1) if axis is None else (axis[0] % np.ndim(x), axis[1] % np.ndim(x))
    g = np.real(g)
    if ord in (1, -1, math.inf, -math.inf):
        along = i if abs(ord) == 1 else j
        sums = np.sum(np.absolute(x), axis=along, keepdims=True)
        r = share(kept(g, x, (i, j), keepdims), kept(y, x, (i, j), keepdims), sums, (i, j), True)
        return abs_back(r * np.ones_like(np.absolute(x)), x)
    u, s, vh = np.linalg.svd(np.moveaxis(x, (i, j), (-2, -1)), full_matrices=False)
    if ord == "nuc":
        weights = np.ones_like(s)
    else:
        weights = np.zeros_like(s)
        weights[..., 0 if ord == 2 else -1] = 1
    r = np.conjugate(np.matmul(u * weights[..., None, :], vh))
    return np.moveaxis(r, (-2, -1), (i, j)) * kept(g, x, (i, j), keepdims)


def multi_dot_back(g: Any, arrays: Any) -> Any:
    """`np.linalg.multi_dot(arrays)`: what stands before, transposed, g, and what stands after; a list."""
    if isinstance(g, Absorbing):
        return g
    last = len(arrays) - 1
    matrices = [np.reshape(x, (1, -1) if i == 0 else (-1, 1)) if np.ndim(x) == 1 else x for i, x in enumerate(arrays)]
    g = np.reshape(np.result_type(*arrays).type(g) if type(g) is float else g, (len(matrices[0]), np.shape(matrices[-1])[1]))
    before = [g]
    for x in matrices[:-1]:
        before.append(np.matmul(_t(x), before[-1]))
    parts, after = [before[-1]], matrices[-1]
    for i in range(last - 1, -1, -1):
        parts.append(np.matmul(before[i], _t(after)))
        after = np.matmul(matrices[i], after)
    parts.reverse()
    return [np.reshape(p, np.shape(x)) for p, x in zip(parts, arrays)]


def tensorinv_back(g: Any, y: Any, a: Any, ind: int) -> Any:
    """`np.linalg.tensorinv`: as a matrix -y^T g y^T."""
    if isinstance(g, Absorbing):
        return g
    n = math.prod(np.shape(a)[:ind])
    inverse = np.reshape(y, (-1, n))
    return np.reshape(-np.matmul(np.matmul(_t(inverse), np.reshape(g, (-1, n))), _t(inverse)), np.shape(a))


def _moved_back(a: Any, axes: Any) -> tuple[list[int], Any]:
    """The order of axes that `np.linalg.tensorsolve` puts `a` into, and `a` in it."""
    order = list(range(np.ndim(a)))
    for axis in axes or ():
        order.remove(axis % np.ndim(a))
        order.insert(np.ndim(a), axis % np.ndim(a))
    return order, np.transpose(a, order)


def tensorsolve_right(g: Any, y: Any, a: Any, b: Any, axes: Any) -> Any:
    """`np.linalg.tensorsolve`, for `b`: as a matrix a^-T g."""
    if isinstance(g, Absorbing):
        return g
    _, moved = _moved_back(a, axes)
    matrix = np.reshape(moved, (np.size(b), np.size(b)))
    return np.reshape(np.linalg.solve(_t(matrix), np.ravel(g)), np.shape(b))


def tensorsolve_left(g: Any, y: Any, a: Any, b: Any, axes: Any) -> Any:
    """`np.linalg.tensorsolve`, for `a`: as a matrix -(a^-T g) y^T."""
    if isinstance(g, Absorbing):
        return g
    order, moved = _moved_back(a, axes)
    r = -np.outer(tensorsolve_right(g, y, a, b, axes), y)
    return np.transpose(np.reshape(r, np.shape(moved)), np.argsort(order))


def cond_back(g: Any, y: Any, x: Any, p: Any) -> Any:
    """Condition number: of singular values the greatest by the least, else the norm of x times that of its inverse."""
    if isinstance(g, Absorbing):
        return g
    if p is None or p == 2 or p == -2:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        first, last = g / s[..., -1], -g * s[..., 0] / (s[..., -1] * s[..., -1])
        if p == -2:
            first, last = -g * s[..., -1] / (s[..., 0] * s[..., 0]), g / s[..., 0]
        middle = [first + last] if np.shape(s)[-1] == 1 else [first, *[first * 0] * (np.shape(s)[-1] - 2), last]
        return np.conjugate(np.matmul(u * np.stack(middle, -1)[..., None, :], vh))
    inverse = np.linalg.inv(x)
    size, other = np.linalg.norm(x, p, (-2, -1)), np.linalg.norm(inverse, p, (-2, -1))
    back = norm_back(g * size, other, inverse, p, (-2, -1))
    return norm_back(g * other, size, x, p, (-2, -1)) - np.matmul(np.matmul(_t(inverse), back), _t(inverse))
