"""Formulas of the rules of products of arrays. What a helper is: `helpers.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter, unbroadcast
from ..transforms.errors import NoDerivativeError

__all__ = [
    "convolve_left", "convolve_right", "correlate_left", "correlate_right", "cross_left", "cross_right", "dot_left",
    "dot_right", "einsum_back", "kron_left", "kron_right", "matmul_left", "matmul_right", "tensordot_left",
    "tensordot_right", "vecdot_left", "vecdot_right",
]


def dot_left(g: Any, a: Any, b: Any) -> Any:
    """`np.dot(a, b)`, for `a`: the product of `g` with `b` over the axes that `b` brought."""
    if isinstance(g, Absorbing):
        return g
    if type(a) is type(b) is np.ndarray and a.ndim == b.ndim == 2:
        return g @ b.T
    m, n = np.ndim(a), np.ndim(b)
    if m == 0:
        return np.sum(g * b)
    if m <= 2 and n <= 2:
        return matmul_left(g, a, b) if n else g * b
    if n == 1:
        return g[..., None] * b
    return np.tensordot(g, b, (range(m - 1, m + n - 2), (*range(n - 2), n - 1)))


def dot_right(g: Any, a: Any, b: Any) -> Any:
    """`np.dot(a, b)`, for `b`: the product of `a` with `g` over the axes that `a` brought."""
    if isinstance(g, Absorbing):
        return g
    if type(a) is type(b) is np.ndarray and a.ndim == b.ndim == 2:
        return a.T.dot(g)  # the method is spared NumPy's dispatch
    m, n = np.ndim(a), np.ndim(b)
    if n == 0:
        return np.sum(a * g)
    if m <= 2 and n <= 2:
        return matmul_right(g, a, b) if m else a * g
    r = np.tensordot(a, g, (range(m - 1), range(m - 1))) if m else a * g
    return np.moveaxis(r, 0, -2) if m and n > 1 else r


def matmul_left(g: Any, a: Any, b: Any) -> Any:
    """`a @ b`, for `a`: g b^T, summed over the batch axes along which `a` was repeated."""
    if type(g) is type(a) is type(b) is np.ndarray and a.ndim == 2:
        if b.ndim == 1:
            return np.dot(g[:, None], b[None, :])  # BLAS is faster at it than broadcasting
        if b.ndim == 2:
            return g @ b.T
    if isinstance(g, Absorbing):
        return g
    m, n = np.ndim(a), np.ndim(b)
    if n == 1:
        return g * b if m == 1 else g[..., None] * b
    if m == 1:
        return np.matmul(b, g) if n == 2 else unbroadcast(np.matmul(b, g[..., None])[..., 0], a)
    return unbroadcast(np.matmul(g, np.swapaxes(b, -1, -2)), a)


def matmul_right(g: Any, a: Any, b: Any) -> Any:
    """`a @ b`, for `b`: a^T g, summed over the batch axes along which `b` was repeated."""
    if type(g) is type(a) is type(b) is np.ndarray and a.ndim == 2 and b.ndim <= 2:
        return g.dot(a) if b.ndim == 1 else a.T.dot(g)  # the method is spared NumPy's dispatch
    if isinstance(g, Absorbing):
        return g
    m, n = np.ndim(a), np.ndim(b)
    if m == 1:
        return a * g if n == 1 else a[:, None] * g[..., None, :]
    if n == 1:
        return np.tensordot(g, a, m - 1)
    return unbroadcast(np.matmul(np.swapaxes(a, -1, -2), g), b)


def _axes(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int], list[int], list[int]]:
    """Contracted axes of `a` and `b` in `np.tensordot`, then the free ones of each."""
    m, n = np.ndim(a), np.ndim(b)
    if isinstance(axes, (int, np.integer)):
        first, second = range(m - axes, m), range(axes)
    else:
        first, second = axes
    ca = [i % m for i in (first if np.ndim(first) else [first])]
    cb = [i % n for i in (second if np.ndim(second) else [second])]
    return ca, cb, [i for i in range(m) if i not in ca], [i for i in range(n) if i not in cb]


def _typed(g: Any, *like: Any) -> Any:
    """A Python number as a NumPy one of the dtype of `like`, for functions to which it would mean float64."""
    return np.result_type(*like).type(g) if type(g) is float else g


def tensordot_left(g: Any, a: Any, b: Any, axes: Any) -> Any:
    """`np.tensordot(a, b, axes)`, for `a`."""
    if isinstance(g, Absorbing):
        return g
    ca, cb, fa, fb = _axes(a, b, axes)
    r = np.tensordot(_typed(g, a, b), b, (range(len(fa), len(fa) + len(fb)), fb))
    return np.transpose(r, np.argsort(fa + [ca[cb.index(i)] for i in sorted(cb)]))


def tensordot_right(g: Any, a: Any, b: Any, axes: Any) -> Any:
    """`np.tensordot(a, b, axes)`, for `b`."""
    if isinstance(g, Absorbing):
        return g
    ca, cb, fa, fb = _axes(a, b, axes)
    r = np.tensordot(a, _typed(g, a, b), (fa, range(len(fa))))
    return np.transpose(r, np.argsort([cb[ca.index(i)] for i in sorted(ca)] + fb))


def _letters(subscripts: str, operands: tuple[Any, ...]) -> tuple[list[str], str]:
    """Subscripts of the operands and of the result of `np.einsum`, explicit and without ellipses."""
    if not isinstance(subscripts, str):
        raise NoDerivativeError("np.einsum with lists of axes has no derivative here",
                                remedy='write the subscripts as a string: "ij,jk->ik"')
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    free = [c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in subscripts]
    widths = [np.ndim(x) - len(s.replace("...", "")) if "..." in s else 0 for s, x in zip(terms, operands)]
    batch = "".join(free[:max(widths)])
    terms = [s.replace("...", batch[len(batch) - w:]) for s, w in zip(terms, widths)]
    if arrow:
        return terms, right.replace("...", batch)
    joined = left.replace(",", "").replace("...", "")
    return terms, batch + "".join(sorted(c for c in set(joined) if joined.count(c) == 1))


def einsum_back(g: Any, place: int, subscripts: str, *operands: Any) -> Any:
    """`np.einsum(subscripts, *operands)`, for the operand at `place`: the product of `g` and the other
    operands.

    Operands that are None are not there. Where an index is summed away the product is repeated along it,
    where it occurs twice in the operand the product lies on a diagonal.
    """
    operands = tuple(x for x in operands if x is not None)
    if isinstance(g, Absorbing) or place >= len(operands):
        return g if isinstance(g, Absorbing) else ZERO
    terms, result = _letters(subscripts, operands)
    g = _typed(g, *operands)
    x, term = operands[place], terms[place]
    rest = [result, *terms[:place], *terms[place + 1:]]
    unique = "".join(dict.fromkeys(term))
    given = ",".join(rest)
    have = "".join([c for c in unique if c in given])
    left = [operands[i] for i in range(len(operands)) if i != place]
    subscripts = given + "->" + have
    if len(left) == 0:
        r = np.einsum(subscripts, g)
    elif len(left) == 1:
        r = np.einsum(subscripts, g, left[0])
    elif len(left) == 2:
        r = np.einsum(subscripts, g, left[0], left[1])
    else:
        r = np.einsum(subscripts, g, *left)
    if have != term:
        r = np.reshape(r, [np.shape(r)[have.index(c)] if c in have else 1 for c in unique])
    if term != unique:
        sizes = [max(n for n, d in zip(np.shape(x), term) if d == c) for c in unique]
        grid = np.indices(sizes)
        return scatter(x, tuple(grid[unique.index(c)] for c in term), r * np.ones(sizes, x.dtype))
    return r if np.shape(r) == np.shape(x) else unbroadcast(r, x) * np.ones_like(x)


def _kron_shapes(a: Any, b: Any) -> tuple[list[int], list[int], list[int]]:
    """Shapes of `a` and `b` that broadcast to the interleaved shape of their Kronecker product, and that
    shape."""
    n = max(np.ndim(a), np.ndim(b))
    sa = (1,) * (n - np.ndim(a)) + np.shape(a)
    sb = (1,) * (n - np.ndim(b)) + np.shape(b)
    spread_a = [d for i in sa for d in (i, 1)]
    spread_b = [d for j in sb for d in (1, j)]
    return spread_a, spread_b, [i * j for i, j in zip(spread_a, spread_b)]


def kron_left(g: Any, a: Any, b: Any) -> Any:
    """`np.kron(a, b)`, for `a`: each block of `g` times `b`, summed."""
    if isinstance(g, Absorbing):
        return g
    _, sb, both = _kron_shapes(a, b)
    r = np.reshape(g, both) * np.reshape(b, sb)
    return np.reshape(np.sum(r, axis=tuple(range(1, len(both), 2))), np.shape(a))


def kron_right(g: Any, a: Any, b: Any) -> Any:
    """`np.kron(a, b)`, for `b`: the blocks of `g`, weighted by `a`, summed."""
    if isinstance(g, Absorbing):
        return g
    sa, _, both = _kron_shapes(a, b)
    r = np.reshape(g, both) * np.reshape(a, sa)
    return np.reshape(np.sum(r, axis=tuple(range(0, len(both), 2))), np.shape(b))


def _spatial(a: Any, b: Any, axis: int) -> None:
    if np.shape(a)[axis] != 3 or np.shape(b)[axis] != 3:
        raise NoDerivativeError("np.cross of vectors in the plane has no derivative here",
                                remedy="write x[0] * y[1] - x[1] * y[0]")


def cross_left(g: Any, a: Any, b: Any, axis: int) -> Any:
    """Vector product along `axis`, for `a`: b x g."""
    if isinstance(g, Absorbing):
        return g
    _spatial(a, b, axis)
    return unbroadcast(np.cross(b, g, axis=axis), a)


def cross_right(g: Any, a: Any, b: Any, axis: int) -> Any:
    """Vector product along `axis`, for `b`: g x a."""
    if isinstance(g, Absorbing):
        return g
    _spatial(a, b, axis)
    return unbroadcast(np.cross(g, a, axis=axis), b)


def _correlate(g: Any, other: Any, n: int, mode: str) -> Any:
    """Cotangent of an argument of `n` elements from that of its convolution with `other`."""
    full = n + len(other) - 1
    least, most = sorted((n, len(other)))
    size = {"full": full, "same": most, "valid": most - least + 1}[mode]
    start = (full - size) // 2
    padded = np.concatenate([np.zeros_like(g, shape=start), g, np.zeros_like(g, shape=full - size - start)])
    return np.convolve(padded, other[::-1], "full")[len(other) - 1:len(other) - 1 + n]


def correlate_left(g: Any, a: Any, v: Any, mode: str) -> Any:
    """`np.correlate(a, v, mode)`, for `a`: as the convolution with `v` from its other end."""
    if isinstance(g, Absorbing):
        return g
    if mode != "full" and len(v) > len(a):
        return _correlate_swapped(g, np.conjugate(v), len(a), mode)
    return _correlate(g, np.conjugate(v)[::-1], len(a), mode)


def correlate_right(g: Any, a: Any, v: Any, mode: str) -> Any:
    """`np.correlate(a, v, mode)`, for `v`."""
    if isinstance(g, Absorbing):
        return g
    if mode != "full" and len(v) > len(a):  # NumPy swaps them, and turns the result
        return np.conjugate(_correlate(g[::-1], a[::-1], len(v), mode))
    return np.conjugate(_correlate(g, a, len(v), mode)[::-1])


def _correlate_swapped(g: Any, v: Any, n: int, mode: str) -> Any:
    return _correlate(g[::-1], v, n, mode)[::-1]


def vecdot_left(g: Any, x1: Any, x2: Any, axis: int, conjugated: bool = True) -> Any:
    """`np.vecdot(x1, x2)`: the sum of conj(x1) x2 over `axis`, for `x1`."""
    if isinstance(g, Absorbing):
        return g
    r = np.moveaxis(np.expand_dims(_typed(g, x1, x2), -1) * np.moveaxis(x2, axis, -1), -1, axis)
    return unbroadcast(np.conjugate(r) if conjugated else r, x1)


def vecdot_right(g: Any, x1: Any, x2: Any, axis: int) -> Any:
    """`np.vecdot(x1, x2)`, for `x2`."""
    if isinstance(g, Absorbing):
        return g
    return unbroadcast(np.moveaxis(np.expand_dims(_typed(g, x1, x2), -1) * np.moveaxis(np.conjugate(x1), axis, -1), -1, axis), x2)


def convolve_left(g: Any, a: Any, v: Any, mode: str) -> Any:
    """`np.convolve(a, v, mode)`, for `a`: the correlation of `g` with `v`."""
    return g if isinstance(g, Absorbing) else _correlate(g, v, len(a), mode)


def convolve_right(g: Any, a: Any, v: Any, mode: str) -> Any:
    """`np.convolve(a, v, mode)`, for `v`: the correlation of `g` with `a`."""
    return g if isinstance(g, Absorbing) else _correlate(g, a, len(v), mode)
