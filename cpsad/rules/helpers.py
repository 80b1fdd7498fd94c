"""Formulas of derivative rules that are too long for one line.

Each is a small pure function over NumPy, linear in its first argument `g`, the cotangent of a result; it lets
the symbolic zero through, and its body is made of operations that have rules themselves, so that it can be
differentiated again. In the comments `y` is the result, and `x` or `a`, `b` the arguments, of the primitive.
A helper takes no short cut on the *value* of an argument that may carry a derivative, unless both ways are
the same function near that value.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, Poison, scatter, unbroadcast
from ..places import here
from ..transforms.errors import NoDerivativeError

__all__ = [
    "abs_back", "angle_back", "arange_start", "arange_step", "average_left", "average_right", "cast", "cholesky_back",
    "column_stack_back", "concat_back", "convolve_left", "convolve_right", "count", "cross_left",
    "cross_right", "cumprod_back", "cumsum_back", "det_back", "diff_back", "dot_left", "dot_right",
    "eigvalsh_back", "einsum_back", "hstack_back", "item_back", "join_parts", "kept", "kron_left", "kron_right",
    "lower", "masked", "matmul_left", "matmul_right", "matrix_norm_back", "matrix_power_back",
    "mod_right", "nanvar_back", "no_derivative", "norm_back", "others", "pad_back", "power_base",
    "power_exponent", "prod_back", "product_back", "quotient", "repeat_back", "reshape_like",
    "row_stack_back", "share", "sign_back", "sinc_slope", "solve_left", "solve_right", "stack_back",
    "take_along_back", "take_back", "tensordot_left", "tensordot_right", "tile_back", "trace_back",
    "undiagonal", "unreduce", "unsort", "untranspose", "var_back", "winner",
]


# Cotangents in general

def masked(g: Any, r: Any) -> Any:
    """`r`, which is `g` times some slope, but 0 where `g` is 0, even where the slope is infinite or not a
    number.

    This is what keeps a branch that `np.where` did not take from leaking: `np.where(x > 0, np.log(x), 0.0)`.
    `g`, `r`: same shape. The sum is a quick test: it is NaN whenever an element is.
    """
    if type(r) is np.ndarray:
        total = np.add.reduce(r, axis=None)
        return r if total == total else np.where(g == 0, 0, r)
    if isinstance(r, Absorbing) or r == r:
        return r
    return r if g != 0 else g


def quotient(g: Any, d: Any) -> Any:
    """`g / d` of scalars by IEEE rules (Python's own raises where `d` is 0), and 0 where `g` is 0."""
    if d != 0:
        return g / d
    return g * math.copysign(math.inf, d) if g != 0 else g


def cast(g: Any, x: Any, y: Any) -> Any:
    """Cotangent of `x` from that of `y`, which is `x` converted to another dtype; none where `y` is of
    integers.

    `g`: shape of `x`. Complex to real takes the real part, and so has a real cotangent.
    """
    if isinstance(g, Absorbing):
        return g
    kind = y.dtype.kind
    if kind not in "fc":
        return ZERO if kind in "iub" else no_derivative(g, f"a conversion to dtype {y.dtype}")
    to = getattr(x, "dtype", None)
    if kind == "f" or (to is not None and to.kind == "f"):
        g = np.real(g)
    if type(g) is float or to is None or to.kind not in "fc":
        return g
    return g.astype(to) if isinstance(g, (np.ndarray, np.generic)) else to.type(g)


def no_derivative(g: Any, what: str) -> Any:
    """For a result from which no derivative can be had: silent as long as none is asked for."""
    if isinstance(g, Absorbing):
        return g
    return Poison(here(NoDerivativeError, f"a derivative went through {what}, and there is none",
                       why="the number that comes out has no slope in the one that went in",
                       remedy="use the number itself, or cpsad.stop_gradient of it"))


def reshape_like(g: Any, x: Any, order: str = "C") -> Any:
    """`g` in the shape of `x`, which has as many elements; `order` as `np.reshape` and `np.ravel` take it."""
    if isinstance(g, Absorbing):
        return g
    shape = x.shape if hasattr(x, "shape") else np.shape(x)
    if type(g) is float:
        return np.full(shape, g, x.dtype) if shape else g
    if order == "C":
        return g.reshape(shape) if type(g) is np.ndarray else np.reshape(g, shape)
    if order == "A" or (order == "K" and (x.flags.c_contiguous or x.flags.f_contiguous)):
        order = "F" if x.flags.fnc else "C"
    return np.reshape(g, shape, order)  # which refuses "K"


# Elementwise

def abs_back(g: Any, x: Any) -> Any:
    """|x|: g conj(x) / |x|, and 0 at 0."""
    if isinstance(g, Absorbing):
        return g
    if isinstance(x, float):
        return g if x > 0 else -g if x < 0 else g * 0
    if np.iscomplexobj(x):
        size = np.absolute(x)
        return np.real(g) * (np.conjugate(x) / (size + (size == 0)))
    return g * np.sign(x)


_SIGN_TURNS = bool(np.sign(1j) == 1j)  # since NumPy 2; before, it was the sign of the real part


def sign_back(g: Any, y: Any, x: Any) -> Any:
    """x / |x|: none for real `x`; for complex ones only the direction turns, dy = i y Im(dx / x)."""
    if isinstance(g, Absorbing) or not (np.iscomplexobj(x) and _SIGN_TURNS):
        return ZERO
    return np.real(1j * g * y) * (-1j / (x + (x == 0)))


def angle_back(g: Any, x: Any, deg: bool) -> Any:
    """arg x, in degrees if `deg`: dy = Im(dx / x); none for real `x`."""
    if isinstance(g, Absorbing) or not np.iscomplexobj(x):
        return ZERO
    return np.real(g) * ((-1j * (180 / math.pi) if deg else -1j) / x)


def winner(g: Any, y: Any, x: Any, other: Any) -> Any:
    """Cotangent of `x` where `y` is the larger (or smaller) of `x` and `other`: half of `g` where they are
    equal.

    `g`, `y`: the shape to which `x` and `other` broadcast; returns that shape.
    """
    if isinstance(g, Absorbing):
        return g
    r = g * (x == y)
    total = np.add.reduce(r, axis=None)
    if total != total:
        r = np.where(x == y, g, 0)
    ties = x == other
    return np.where(ties, r / 2, r) if np.count_nonzero(ties) else r


def power_base(g: Any, x: Any, p: Any) -> Any:
    """Cotangent of `x` from that of x ** p: g p x^(p-1); 0 where `g` is, and where `x` and `p` both are 0."""
    if isinstance(g, Absorbing):
        return g
    plain = type(p) is int or type(p) is float
    if type(p) is int and p == 2:  # an int carries no derivative
        return g * (x + x)
    if plain and p >= 1:
        return g * (p * x ** (p - 1))
    if plain and type(x) in (float, int, complex):
        if x == 0:
            return g * math.inf if p != 0 and g != 0 else g * 0
        return g * (p * x ** (p - 1))
    if not plain or p == 0:
        x = np.where((x == 0) & (p == 0), 1, x)
    return masked(g, g * (p * x ** (p - 1)))


def power_exponent(g: Any, y: Any, x: Any, p: Any) -> Any:
    """Cotangent of `p` from that of y = x ** p: g y log x, and 0 where `x` is 0.

    NaN where `x` is negative and `y` real: x ** p is real for whole `p` only.
    """
    if isinstance(g, Absorbing):
        return g
    if type(x) is int or type(x) is float:
        if x > 0:
            return g * (y * math.log(x))
        if x == 0:
            return g * 0
        return g * (y * np.log(complex(x))) if np.iscomplexobj(y) else g * math.nan
    return masked(g, g * (y * np.log(np.where(x == 0, 1, x))))


def mod_right(g: Any, x: Any, m: Any) -> Any:
    """Cotangent of `m` from that of x % m = x - m floor(x / m). (`x` may be a format string, and `g` then
    ZERO.)"""
    return g if isinstance(g, Absorbing) else -g * (x // m)


_SINC = (-1 / 3, 1 / 30, -1 / 840, 1 / 45360, -1 / 3991680, 1 / 518918400, -1 / 93405312000)


def sinc_slope(x: Any) -> Any:
    """Slope of sin(t) / t, t = pi x: pi (t cos t - sin t) / t^2, by its series around 0. Shape of `x`."""
    t = math.pi * x
    small = np.absolute(t) < 0.5
    s = np.where(small, t, 0)
    q = s * s
    series = s * (_SINC[0] + q * (_SINC[1] + q * (_SINC[2] + q * (_SINC[3] + q * (_SINC[4] + q * (
        _SINC[5] + q * _SINC[6]))))))
    t = np.where(small, 1, t)
    return math.pi * np.where(small, series, (t * np.cos(t) - np.sin(t)) / (t * t))


# Reductions

def kept(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`g` with the reduced axes of `x` put back with length 1, so that it broadcasts against `x`."""
    if axis is None or keepdims or isinstance(g, (float, int, complex, Absorbing)):
        return g
    shape = list(np.shape(x))
    for i in axis if isinstance(axis, tuple) else (axis,):
        shape[i] = 1
    return g.reshape(shape) if len(shape) > 1 else g


def unreduce(g: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Cotangent of `x` from that of its sum over `axis`: `g` repeated in the shape of `x`."""
    if isinstance(g, Absorbing):
        return g
    if type(g) is float:
        return np.full(np.shape(x), g, x.dtype if isinstance(x, (np.ndarray, np.generic)) else None)
    return np.full(np.shape(x), kept(g, x, axis, keepdims))


def count(x: Any, y: Any) -> int:
    """How many elements of `x` went into each element of its reduction `y`."""
    return x.size // max(y.size, 1) if hasattr(x, "size") else 1


def share(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Cotangent of `x` where `y` is its maximum (or minimum) over `axis`: `g` to the elements that attain it.

    Where several do, each has an equal share. Returns shape of `x`.
    """
    if isinstance(g, Absorbing):
        return g
    attained = (x == kept(y, x, axis, keepdims)).astype(y.dtype)
    number = np.add.reduce(attained, axis=axis, keepdims=axis is not None)
    return attained * (kept(g, x, axis, keepdims) / number)


def others(x: Any, axis: Any) -> Any:
    """For each element the product of all the others along `axis`. No division: right where elements are
    0."""
    axes = tuple(range(np.ndim(x))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    front = tuple(range(len(axes)))
    moved = np.moveaxis(x, axes, front)
    rows = np.reshape(moved, (-1, *np.shape(moved)[len(axes):]))
    before, after = [1.0], [1.0]
    for i in range(len(rows) - 1):
        before.append(before[-1] * rows[i])
        after.append(after[-1] * rows[len(rows) - 1 - i])
    products = [before[i] * after[len(rows) - 1 - i] * np.ones_like(rows[i]) for i in range(len(rows))]
    return np.moveaxis(np.reshape(np.stack(products), np.shape(moved)), front, axes)


def prod_back(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Product over `axis`: g y / x, and without the division where some `x` is 0."""
    if isinstance(g, Absorbing):
        return g
    if np.all(x):
        return kept(g * y, x, axis, keepdims) / x
    return kept(g, x, axis, keepdims) * others(x, axis)


def product_back(g: Any, factors: Any, start: Any) -> Any:
    """Product of scalars: for each of `factors` g times the others; a list. No division."""
    if isinstance(g, Absorbing):
        return g
    before = [start]
    for x in factors:
        before.append(before[-1] * x)
    cotangents, after = [], 1
    for i in range(len(factors) - 1, -1, -1):
        cotangents.append(g * (before[i] * after))
        after = after * factors[i]
    cotangents.reverse()
    return cotangents


def cumsum_back(g: Any, x: Any, axis: Any = None) -> Any:
    """Cumulative sum along `axis` (None: of all elements in order): the same from the other end."""
    if isinstance(g, Absorbing):
        return g
    if axis is None:
        return np.reshape(np.cumsum(g[::-1])[::-1], np.shape(x))
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


def cumprod_back(g: Any, y: Any, x: Any, axis: Any = None) -> Any:
    """Cumulative product along `axis`: the cumulative sum of g y from the other end, over x.

    Where some `x` is 0: s_k = g_k + x_(k+1) s_(k+1), and the cotangent is s_k times the product of all
    before.
    """
    if isinstance(g, Absorbing):
        return g
    if np.all(x):
        return cumsum_back(g * y, x, axis) / x
    rows = np.ravel(x) if axis is None else np.moveaxis(x, axis, 0)
    g = g if axis is None else np.moveaxis(g, axis, 0)
    before = [np.ones_like(rows[0])]
    for i in range(len(rows) - 1):
        before.append(before[-1] * rows[i])
    s = g[-1]
    terms = [before[-1] * s]
    for i in range(len(rows) - 2, -1, -1):
        s = g[i] + rows[i + 1] * s
        terms.append(before[i] * s)
    terms.reverse()
    return np.reshape(np.stack(terms), np.shape(x)) if axis is None else np.moveaxis(np.stack(terms), 0, axis)


def diff_back(g: Any, x: Any, n: int = 1, axis: int = -1) -> Any:
    """`n`-th difference along `axis`: as often the difference of `g` between zeros, with the sign turned."""
    if isinstance(g, Absorbing):
        return g
    if np.size(g) == 0:
        return np.zeros_like(x)
    for _ in range(n):
        edge = np.zeros_like(np.take(g, [0], axis))
        g = -np.diff(np.concatenate([edge, g, edge], axis), axis=axis)
    return g


def var_back(g: Any, x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Variance over `axis`: g 2 conj(x - mean) / (n - ddof)."""
    if isinstance(g, Absorbing):
        return g
    mean = np.mean(x, axis=axis, keepdims=True)
    n = count(x, mean) - ddof
    slope = (x - mean) * (2 / n if n > 0 else math.inf)
    if np.iscomplexobj(x):
        return kept(np.real(g), x, axis, keepdims) * np.conjugate(slope)
    return kept(g, x, axis, keepdims) * slope


def nanvar_back(g: Any, x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Variance over `axis` of the elements that are numbers: g 2 conj(x - mean) / (n - ddof)."""
    if isinstance(g, Absorbing):
        return g
    number = ~np.isnan(x)
    off = np.where(number, x - np.nanmean(x, axis=axis, keepdims=True), 0)
    slope = off * (2 / (np.sum(number, axis=axis, keepdims=True, dtype=off.dtype) - ddof))
    if np.iscomplexobj(x):
        return kept(np.real(g), x, axis, keepdims) * np.conjugate(slope)
    return kept(g, x, axis, keepdims) * slope


def _spread(weights: Any, a: Any, axis: Any) -> Any:
    """`weights` of `np.average`, in a shape that broadcasts against `a`."""
    if weights is None:
        return np.ones_like(a)
    if np.shape(weights) == np.shape(a) or axis is None:
        return weights
    axes = tuple(i % np.ndim(a) for i in (axis if isinstance(axis, tuple) else (axis,)))
    ordered = np.transpose(weights, np.argsort(axes))
    return np.reshape(ordered, [n if i in axes else 1 for i, n in enumerate(np.shape(a))])


def average_left(g: Any, a: Any, axis: Any, weights: Any, keepdims: bool) -> Any:
    """Weighted average over `axis`: g w / sum w."""
    if isinstance(g, Absorbing):
        return g
    w = _spread(weights, a, axis)
    total = np.sum(w * np.ones_like(a), axis=axis, keepdims=True)
    return kept(g, a, axis, keepdims) * (w / total)


def average_right(g: Any, y: Any, a: Any, axis: Any, weights: Any, keepdims: bool) -> Any:
    """Weighted average over `axis`, for the weights: g (a - y) / sum w. Shape of `weights`."""
    if isinstance(g, Absorbing) or weights is None:
        return ZERO
    w = _spread(weights, a, axis)
    total = np.sum(w * np.ones_like(a), axis=axis, keepdims=True)
    r = kept(g, a, axis, keepdims) * ((a - kept(y, a, axis, keepdims)) / total)
    if np.shape(weights) == np.shape(a):
        return r
    axes = tuple(i % np.ndim(a) for i in (axis if isinstance(axis, tuple) else (axis,)))
    summed = np.sum(r, axis=tuple(i for i in range(np.ndim(a)) if i not in axes))
    return np.transpose(summed, np.argsort(np.argsort(axes)))


# Linear algebra: products

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
        return a.T @ g
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
        return g @ a if b.ndim == 1 else a.T @ g
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
        r = np.einsum(subscripts, g, left[0], left[1], left[2])
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


def convolve_left(g: Any, a: Any, v: Any, mode: str) -> Any:
    """`np.convolve(a, v, mode)`, for `a`: the correlation of `g` with `v`."""
    return g if isinstance(g, Absorbing) else _correlate(g, v, len(a), mode)


def convolve_right(g: Any, a: Any, v: Any, mode: str) -> Any:
    """`np.convolve(a, v, mode)`, for `v`: the correlation of `g` with `a`."""
    return g if isinstance(g, Absorbing) else _correlate(g, a, len(v), mode)


# Linear algebra: diagonals, and matrices as a whole

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
    u, s, vh = np.linalg.svd(a)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    cofactors = np.matmul(u * others(s, -1)[..., None, :], vh)
    return np.reshape(g * sign, (*np.shape(y), 1, 1)) * np.conjugate(cofactors)


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
    """y y^T = a: the lower triangle (the one that is read) of y^-T phi(y^T g) y^-1; phi: lower, half the
    diagonal."""
    if isinstance(g, Absorbing):
        return g
    if np.iscomplexobj(a):
        raise NoDerivativeError("np.linalg.cholesky of a complex matrix has no derivative here")
    p = np.matmul(_t(y), g)
    phi = (np.tril(p) + np.tril(p, -1)) / 2
    s = np.linalg.solve(_t(y), _t(np.linalg.solve(_t(y), _t(phi))))
    return lower(s)


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


# Shapes, and gathering

def item_back(g: Any, x: Any, args: tuple[Any, ...]) -> Any:
    """`x.item(*args)`: `g` in zeros of the shape of `x`."""
    if isinstance(g, Absorbing):
        return g
    if not args:
        return reshape_like(g, x)
    index = args[0] if len(args) == 1 else args
    if not isinstance(index, tuple):
        index = tuple(int(i) for i in np.unravel_index(index, x.shape))
    return scatter(x, index, g)


def untranspose(g: Any, axes: Any = None) -> Any:
    """Inverse of `np.transpose(x, axes)` or `x.transpose(*axes)`."""
    if isinstance(axes, tuple) and len(axes) == 1 and (axes[0] is None or np.ndim(axes[0])):
        axes = axes[0]
    if isinstance(g, Absorbing) or axes is None or len(axes) == 0:
        return np.transpose(g)
    return np.transpose(g, np.argsort(np.mod(axes, len(axes))))


def repeat_back(g: Any, x: Any, repeats: Any, axis: Any = None) -> Any:
    """`np.repeat(x, repeats, axis)`: sums each run. `g`: flat if `axis` is None."""
    if isinstance(g, Absorbing):
        return g
    flat = np.ravel(x) if axis is None else x
    axis = 0 if axis is None else axis % np.ndim(flat)
    shape = np.shape(flat)
    if np.ndim(repeats) == 0:
        runs = np.reshape(g, (*shape[:axis + 1], repeats, *shape[axis + 1:]))
        return np.reshape(np.sum(runs, axis=axis + 1), np.shape(x))
    index = np.repeat(np.arange(shape[axis]), repeats)
    return np.reshape(scatter(flat, (slice(None),) * axis + (index,), g), np.shape(x))


def tile_back(g: Any, x: Any, reps: Any) -> Any:
    """`np.tile(x, reps)`: sums the tiles."""
    if isinstance(g, Absorbing):
        return g
    reps = tuple(reps) if np.ndim(reps) else (reps,)
    n = max(len(reps), np.ndim(x))
    reps = (1,) * (n - len(reps)) + reps
    shape = (1,) * (n - np.ndim(x)) + np.shape(x)
    tiles = np.reshape(g, [d for pair in zip(reps, shape) for d in pair])
    return np.reshape(np.sum(tiles, axis=tuple(range(0, 2 * n, 2))), np.shape(x))


def pad_back(g: Any, x: Any, pad_width: Any, mode: str) -> Any:
    """`np.pad`: the middle of `g`; where the border repeats elements, what falls on it is added to them."""
    if isinstance(g, Absorbing):
        return g
    if mode == "constant":
        widths = np.broadcast_to(np.asarray(pad_width), (np.ndim(x), 2))
        return g[tuple(slice(int(w), int(w) + n) for (w, _), n in zip(widths, np.shape(x)))]
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise NoDerivativeError(f"np.pad has no derivative here in mode {mode!r}")
    index = np.pad(np.reshape(np.arange(np.size(x)), np.shape(x)), pad_width, mode)
    return np.reshape(scatter(np.ravel(x), index, g), np.shape(x))


def take_back(g: Any, x: Any, indices: Any, axis: Any = None) -> Any:
    """`np.take(x, indices, axis)`: `g` added up at the places taken from."""
    if isinstance(g, Absorbing):
        return g
    if axis is None:
        return np.reshape(scatter(np.ravel(x), np.asarray(indices), g), np.shape(x))
    return scatter(x, (slice(None),) * (axis % np.ndim(x)) + (np.asarray(indices),), g)


def take_along_back(g: Any, x: Any, indices: Any, axis: Any = -1) -> Any:
    """`np.take_along_axis(x, indices, axis)`: `g` added up at the places taken from."""
    if isinstance(g, Absorbing):
        return g
    if axis is None:
        return np.reshape(scatter(np.ravel(x), indices, g), np.shape(x))
    axis = axis % np.ndim(x)
    index = list(np.ogrid[tuple(slice(n) for n in np.shape(x))])
    index[axis] = indices
    return scatter(x, tuple(index), g)


def unsort(g: Any, x: Any, axis: Any = -1) -> Any:
    """`np.sort(x, axis)`: `g` back in the order of `x`."""
    if isinstance(g, Absorbing):
        return g
    flat = np.ravel(x) if axis is None else x
    axis = -1 if axis is None else axis
    rank = np.argsort(np.argsort(flat, axis, kind="stable"), axis)
    return np.reshape(np.take_along_axis(g, rank, axis), np.shape(x))


def concat_back(g: Any, arrays: Any, axis: Any = 0) -> Any:
    """`np.concatenate(arrays, axis)`: `g` cut up again; a list, as long as `arrays`."""
    if isinstance(g, Absorbing):
        return g
    parts, start = [], 0
    for x in arrays:
        shape = np.shape(x)
        if axis is None:
            stop = start + np.size(x)
            parts.append(np.reshape(g[start:stop], shape))
        else:
            stop = start + shape[axis]
            parts.append(g[(slice(None),) * (axis % len(shape)) + (slice(start, stop),)])
        start = stop
    return parts


def stack_back(g: Any, arrays: Any, axis: int = 0) -> Any:
    """`np.stack(arrays, axis)`: the slices of `g` along `axis`, a list."""
    if isinstance(g, Absorbing):
        return g
    lead = (slice(None),) * (axis % (np.ndim(arrays[0]) + 1))
    return [g[(*lead, i)] for i in range(len(arrays))]


def row_stack_back(g: Any, arrays: Any, ndim: int, axis: int) -> Any:
    """`np.vstack` (2, 0), `np.dstack` (3, 2): joined along `axis` with at least `ndim` axes."""
    if isinstance(g, Absorbing):
        return g
    widen = np.atleast_2d if ndim == 2 else np.atleast_3d
    parts = concat_back(g, [widen(x) for x in arrays], axis)
    return [np.reshape(p, np.shape(x)) for p, x in zip(parts, arrays)]


def hstack_back(g: Any, arrays: Any) -> Any:
    """`np.hstack`: joined along the first axis if there is only one, else along the second."""
    if isinstance(g, Absorbing):
        return g
    parts = concat_back(g, [np.atleast_1d(x) for x in arrays], 0 if np.ndim(arrays[0]) < 2 else 1)
    return [np.reshape(p, np.shape(x)) for p, x in zip(parts, arrays)]


def column_stack_back(g: Any, arrays: Any) -> Any:
    """`np.column_stack`: vectors become columns, then joined along the second axis."""
    if isinstance(g, Absorbing):
        return g
    parts = concat_back(g, [x if np.ndim(x) > 1 else np.reshape(x, (-1, 1)) for x in arrays], 1)
    return [np.reshape(p, np.shape(x)) for p, x in zip(parts, arrays)]


def join_parts(g: Any, y: Any, axis: int) -> Any:
    """Cotangent of an array from those of the parts `y` that it was split into along `axis`."""
    if all(part is ZERO for part in g):
        return ZERO
    return np.concatenate([np.zeros_like(p) if part is ZERO else part for part, p in zip(g, y, strict=True)], axis)


def arange_start(g: Any, stop: Any) -> Any:
    """Cotangent of the start of `np.arange(start, stop)`; with one argument it starts at zero."""
    return ZERO if stop is None else np.sum(g)


def arange_step(g: Any, y: Any) -> Any:
    """Cotangent of the step of `np.arange`: element i is `start + i * step`."""
    return np.sum(g * np.arange(np.size(y)))
