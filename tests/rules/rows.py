"""One row or more for every derivative rule: a primitive, arguments to call it with, keywords.

Floats, arrays of floats and sequences of them are what is differentiated; all else is constant. Rows stay
away from kinks and poles, which have tests of their own in `test_kinks.py`.
"""

import builtins
import math
import operator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Row:
    primitive: Any
    args: tuple
    kwargs: dict = field(default_factory=dict)
    only: tuple | None = None  # positions to differentiate, if not all that hold floats
    rtol: float = 1e-6

    def __str__(self):
        shapes = ",".join(_describe(a) for a in self.args)
        more = "".join(f",{k}={v}" for k, v in self.kwargs.items())
        owner = getattr(self.primitive, "__objclass__", None) or getattr(self.primitive, "__module__", None)
        owner = getattr(owner, "__name__", owner)
        return f"{owner}.{getattr(self.primitive, '__name__', '?')}({shapes}{more})"


def _describe(a):
    if isinstance(a, np.ndarray):
        return a.dtype.char + "x".join(map(str, a.shape))
    return f"{a:.2g}" if type(a) is float else type(a).__name__ if isinstance(a, list) else str(a)[:20]


ROWS: list[Row] = []
NUMPY2 = np.lib.NumpyVersion(np.__version__) >= "2.0.0"
_rng = np.random.default_rng(7)


def row(primitives, *args, only=None, rtol=1e-6, **kwargs):
    for primitive in primitives if isinstance(primitives, tuple) else (primitives,):
        ROWS.append(Row(primitive, args, kwargs, only, rtol))


def R(*shape):  # any sign, away from 0
    return _rng.uniform(0.3, 1.7, shape) * _rng.choice([-1.0, 1.0], shape)


def P(*shape):  # positive
    return _rng.uniform(0.4, 1.8, shape)


def U(*shape):  # between -1 and 1
    return _rng.uniform(-0.8, 0.8, shape)


def D(*shape):  # all different, in no order
    return _rng.permutation(np.arange(1, 1 + math.prod(shape)) * 0.37 - 2.05).reshape(shape)


def C(*shape):
    return R(*shape) + 1j * R(*shape)


def S(n, *batch):  # symmetric, positive definite
    a = _rng.standard_normal((*batch, n, n))
    return np.matmul(a, np.swapaxes(a, -1, -2)) + np.eye(n)


def M(n, *batch):  # well conditioned
    return _rng.uniform(-0.5, 0.5, (*batch, n, n)) + 1.5 * np.eye(n)


# python: operators

BINARY = (operator.add, operator.sub, operator.mul, operator.truediv, operator.mod)
row(BINARY, R(3, 4), P(3, 4))
row(BINARY, R(3, 1), P(4))
row(BINARY, 5.3, P(4))
row(BINARY, R(4), 0.7)
row(BINARY, 1.9, 0.7)
row(BINARY[:-1], C(3), C(2, 1))
row(operator.pow, P(3, 4), R(4))
row(operator.pow, R(3), 2)
row(operator.pow, R(3), -2)
row(operator.pow, R(3), 3.0, only=(0,))
row(operator.pow, P(3), 0.5)
row(operator.pow, 1.3, R(3))
row(operator.pow, 1.3, 0.7)
row(operator.pow, -1.3, 3)
row(operator.pow, R(3), np.array([2, 3, 0]))
row(operator.pow, np.array([1, 2, 3]), R(3))
row(operator.pow, 2, 1.5)
row(operator.pow, C(3), C(3))
row(operator.pow, 1.5 + 0.5j, 0.3)
row(operator.pow, -1.5, 0.3)
row((operator.neg, operator.pos, operator.abs, builtins.abs), R(3, 4))
row((operator.neg, operator.pos, operator.abs, builtins.abs), 1.5)
row((operator.neg, operator.pos, operator.abs, builtins.abs), -1.5)
row((operator.abs, builtins.abs, operator.neg), C(3))
row(builtins.abs, 0.6 - 0.8j)
row(operator.matmul, R(3, 4), R(4, 2))

# python: numbers

row(builtins.pow, 1.3, 2.5)
row(builtins.pow, P(3), 2)
row(float, 1.5)
row(float, np.float64(1.5))
row(float, R())
row(complex, 1.5)
row(complex, 1.5, -0.5)
row(complex, 1 + 2j, 0.5)
row((float.real, float.conjugate, float.imag), 1.5)
row((complex.real, complex.imag, complex.conjugate), 0.6 - 0.8j)
row(sum, [1.5, 2.5, 3.5])
row(sum, [1.5, 2.5], 0.5)
row(sum, [R(3), R(2, 1), 1.5], R(2, 3))
row(sum, R(4))
row(sum, R(4, 3))

# math

SMOOTH = (math.exp, math.exp2, math.expm1, math.sin, math.cos, math.tan, math.atan, math.sinh, math.cosh,
          math.tanh, math.asinh, math.degrees, math.radians, math.erf, math.erfc, math.fabs)
row(SMOOTH, 0.6)
row(SMOOTH, -0.7)
row((math.asin, math.acos, math.atanh, math.log1p), 0.6)
row((math.asin, math.acos, math.atanh, math.log1p), -0.7)
row((math.sqrt, math.cbrt, math.log, math.log2, math.log10, math.acosh), 1.7)
row(math.cbrt, -1.7)
row(math.log, 1.7, 2)
row(math.log, 1.7, 2.5)
row(math.pow, 1.7, 2.5)
row(math.pow, -1.7, 3.0, only=(0,))
row(math.ldexp, 1.7, -3)
row(math.atan2, 0.7, -1.2)
row((math.fmod, math.remainder), 7.7, 2.1)
row((math.fmod, math.remainder), -7.7, 2.1)
row(math.copysign, 1.5, -2.0)
row(math.copysign, -1.5, -2.0)
row(math.hypot, 3.0, 4.0)
row(math.hypot, 3.0)
row(math.hypot, 1.5, 2.0, -2.5)
row((math.fsum, math.prod), [1.5, -2.5, 3.5])
row((math.fsum, math.prod), (1.5, 0.0, 3.5))
row(math.prod, [1.5, 2.5], start=2)
row((math.fsum, math.prod), R(4))
if hasattr(math, "fma"):
    row(math.fma, 1.5, 2.5, 3.5)

# Elementwise

UNARY = (np.negative, np.positive, np.reciprocal, np.square, np.cbrt, np.exp, np.exp2, np.expm1, np.sin,
         np.cos, np.arctan, np.deg2rad, np.radians, np.rad2deg, np.degrees, np.sinc, np.sinh, np.cosh,
         np.tanh, np.arcsinh, np.absolute, np.fabs, np.nan_to_num, np.conjugate, np.sign, np.angle, np.tan)
row(UNARY, U(3, 4) + 0.01)
row(UNARY, 0.7)
row((np.sqrt, np.log, np.log2, np.log10, np.log1p), P(3, 4))
row((np.sqrt, np.log, np.log2, np.log10, np.log1p), 1.7)
row((np.arcsin, np.arccos, np.arctanh), U(3, 4))
row((np.arcsin, np.arccos, np.arctanh), -0.3)
row(np.arccosh, 1 + P(3, 4))
HOLOMORPHIC = (np.negative, np.reciprocal, np.square, np.sqrt, np.exp, np.exp2, np.expm1, np.log, np.log2,
               np.log10, np.log1p, np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh,
               np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.absolute, np.conjugate, np.sign, np.angle)
row(HOLOMORPHIC, C(5))
row(np.angle, C(3), True)
row(np.angle, C(3), deg=True)

PAIRS = (np.add, np.subtract, np.multiply, np.divide, np.remainder, np.fmod, np.power, np.float_power,
         np.logaddexp, np.logaddexp2, np.arctan2, np.hypot, np.maximum, np.minimum, np.fmax, np.fmin)
row(PAIRS, P(3, 4), P(3, 4))
row(PAIRS, P(3, 1), P(4))
row(PAIRS, P(4), 0.9)
row(PAIRS, 1.1, P(4))
row(PAIRS, 1.1, 0.7)
row((np.copysign, np.heaviside), R(3, 4), R(4))
row((np.copysign, np.heaviside), R(3), 1.5)
row((np.add, np.subtract, np.multiply, np.divide, np.power), C(3), C(2, 1))
row((np.remainder, np.fmod), R(30) * 5, R(30))
row(np.ldexp, R(3), np.array([1, 2, -3]))
row(np.power, R(3), np.array([2, -1, 0]))
row(np.where, np.array([True, False, True]), R(3), R(2, 1))
row(np.where, True, R(3), 1.5)
row(np.clip, D(12), -1.3, 1.2)
row(np.clip, D(12), None, 1.2)
row(np.clip, D(12), -1.3, None)
row(np.clip, D(3, 4), D(4) - 1, 2.0)
row(np.ndarray.clip, D(12), -1.3, 1.2)
row(np.ndarray.clip, D(12), max=0.1)
row(np.ndarray.clip, D(12), min=0.1)

# Reductions

SUMS = (np.sum, np.mean, np.prod, np.var, np.std, np.max, np.amax, np.min, np.amin, np.ptp, np.median,
        np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.average)
METHODS = (np.ndarray.sum, np.ndarray.mean, np.ndarray.prod, np.ndarray.var, np.ndarray.std, np.ndarray.max,
           np.ndarray.min)
for axis in (None, 1, (-1, 0)):
    for keepdims in (False, True):
        row(SUMS, D(2, 3, 4), axis=axis, keepdims=keepdims)
row(METHODS, D(2, 3), axis=-1, keepdims=True)
row(SUMS + METHODS, D(2, 3), axis=(0, 1))
row(SUMS + METHODS, D(5))
row(SUMS + METHODS, D(6), 0)
row(SUMS + METHODS, D(1))
row(SUMS + METHODS, np.array(1.5))
row((np.generic.sum, np.generic.mean, np.generic.prod, np.generic.var, np.generic.std, np.generic.max,
     np.generic.min), np.float64(1.5))
row((np.sum, np.mean), D(2, 3), 1, np.float64)
row((np.sum, np.mean, np.ndarray.sum, np.ndarray.mean, np.cumsum, np.nansum), D(2, 3), dtype=np.float64)
row((np.var, np.std, np.nanvar, np.nanstd, np.ndarray.var, np.ndarray.std), D(5, 3), axis=0, ddof=1)
row((np.sum, np.mean, np.var, np.std, np.nanvar, np.nanmean), C(3, 4), axis=0)
row((np.prod, np.cumprod), C(3))
holed = np.where(D(3, 4) > 1, np.nan, D(3, 4))
row((np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanvar, np.nanstd), holed, axis=0)
for zeros in ([0], [1, 4], [0, 7]):
    holed = R(2, 3, 2)
    holed.flat[zeros] = 0
    row((np.prod, np.ndarray.prod, np.cumprod, np.ndarray.cumprod), holed)
    row((np.prod, np.cumprod), holed, axis=1)
    row(np.prod, holed, axis=(0, -1), keepdims=True)
row(np.average, D(3, 4), 0, P(3))
row(np.average, D(3, 4), None, P(3, 4))
row(np.average, D(3, 4), axis=-1, weights=P(4), only=(0,))
if NUMPY2:
    row(np.average, D(3, 4, 2), (2, 0), P(2, 3), keepdims=True)
CUMULATIVE = (np.cumsum, np.cumprod, np.ndarray.cumsum, np.ndarray.cumprod)
row(CUMULATIVE, R(3, 4))
row(CUMULATIVE, R(3, 4), 1)
row(CUMULATIVE, R(3, 4), axis=0)
row((np.generic.cumsum, np.generic.cumprod), np.float64(1.5))
row(np.diff, R(5))
row(np.diff, R(5, 4), 2, 0)
row(np.diff, R(5, 4), n=3)
row(np.diff, R(2), n=3)
REDUCE = (np.add.reduce, np.multiply.reduce, np.maximum.reduce, np.minimum.reduce, np.fmax.reduce,
          np.fmin.reduce, np.logaddexp.reduce)
row(REDUCE, D(5))
row(REDUCE, D(3, 4))
row(REDUCE, D(3, 4), axis=None)
row(REDUCE, D(3, 4), axis=1, keepdims=True)
row((np.add.accumulate, np.multiply.accumulate), R(3, 4))
row((np.add.accumulate, np.multiply.accumulate), R(3, 4), 1)

# Linear algebra

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

# Shapes

row((np.reshape, np.ndarray.reshape), R(3, 4), (2, -1))
row((np.reshape, np.ndarray.reshape), R(3, 4), (2, 6), order="F")
row((np.reshape, np.ndarray.reshape), np.asfortranarray(R(3, 4)), (2, 6), order="A")
row(np.ndarray.reshape, R(3, 4), 2, 6)
row(np.ndarray.reshape, R(1), ())
row(np.ndarray.reshape, R(3, 4), -1)
row((np.ravel, np.ndarray.ravel, np.ndarray.flatten), R(3, 4))
row((np.ravel, np.ndarray.ravel, np.ndarray.flatten), R(3, 4), "F")
row((np.ravel, np.ndarray.ravel, np.ndarray.flatten), np.asfortranarray(R(3, 4)), "K")
row(np.expand_dims, R(3, 4), 1)
row(np.expand_dims, R(3, 4), (0, -1))
row((np.squeeze, np.ndarray.squeeze), R(3, 1, 4, 1))
row((np.squeeze, np.ndarray.squeeze), R(3, 1, 4, 1), 1)
row((np.atleast_1d, np.atleast_2d, np.atleast_3d), R(3))
row((np.atleast_1d, np.atleast_2d, np.atleast_3d), 1.5)
row((np.transpose, np.ndarray.transpose), R(2, 3, 4))
row((np.transpose, np.ndarray.transpose), R(2, 3, 4), (1, -1, 0))
row((np.transpose, np.ndarray.transpose), R(2, 3, 4), None)
row(np.ndarray.transpose, R(2, 3, 4), 1, 2, 0)
row(np.ndarray.transpose, R(3), 0)
row(np.ndarray.T, R(2, 3, 4))
row(np.generic.T, np.float64(1.5))
if hasattr(np, "matrix_transpose"):
    row((np.ndarray.mT, np.matrix_transpose), R(2, 3, 4))
    row(np.astype, R(3), np.float64)
row((np.swapaxes, np.ndarray.swapaxes), R(2, 3, 4), 0, -1)
row(np.moveaxis, R(2, 3, 4), 0, -1)
row(np.moveaxis, R(2, 3, 4), (0, 1), (-1, 0))
row(np.flip, R(2, 3))
row(np.flip, R(2, 3), 1)
row((np.flipud, np.fliplr), R(2, 3))
row(np.roll, R(5), 2)
row(np.roll, R(3, 4), 2)
row(np.roll, R(3, 4), (1, -1), (0, 1))
row(np.roll, R(3, 4), 1, axis=1)
row(np.rot90, R(3, 4))
row(np.rot90, R(2, 3, 4), 3, (1, 2))
row(np.sort, D(6))
row(np.sort, D(3, 4), 0)
row(np.sort, D(3, 4), None)
row(np.sort, D(3, 4), kind="stable")
row(np.broadcast_to, R(3, 1), (2, 3, 4))
row(np.broadcast_to, 1.5, (2, 3))
row((np.repeat, np.ndarray.repeat), R(3, 2), 2)
row((np.repeat, np.ndarray.repeat), R(3, 2), 2, -1)
row((np.repeat, np.ndarray.repeat), R(3, 2), [1, 0, 3], 0)
row((np.repeat, np.ndarray.repeat), R(3), np.array([1, 0, 3]))
row(np.repeat, 1.5, 3)
row(np.tile, R(3), 2)
row(np.tile, R(2, 3), (2, 1, 3))
row(np.tile, R(2, 3), 2)
row(np.tile, 1.5, (2, 3))
row(np.pad, R(3), 2)
row(np.pad, R(3, 4), ((1, 0), (2, 3)), constant_values=7.0)
row(np.pad, R(3, 4), (1, 2), "constant")
for mode in ("edge", "reflect", "symmetric", "wrap"):
    row(np.pad, R(3, 4), ((1, 2), (2, 0)), mode=mode)
row((np.take, np.ndarray.take), R(3, 4), 1)
row((np.take, np.ndarray.take), R(3, 4), [1, 1, 2], 0)
row((np.take, np.ndarray.take), R(3, 4), np.array([[0, 0], [3, -1]]), axis=-1)
row((np.take, np.ndarray.take), R(3, 4), [11, 0, 0])
row((np.take, np.ndarray.take), R(3, 4), 1, axis=1)
row(np.take_along_axis, R(3, 4), np.array([[0, 0], [3, 1], [2, 2]]), 1)
row(np.take_along_axis, R(3, 4), np.array([[0, 2, 2, 1]]), axis=0)
row(np.take_along_axis, R(3, 4), np.array([3, 3, 7]), None)
row(np.ndarray.item, R(1, 1))
row(np.ndarray.item, R(3, 4), 7)
row(np.ndarray.item, R(3, 4), 1, -1)
row(np.ndarray.item, R(3, 4), (1, 2))
row(np.generic.item, np.float64(1.5))
row(np.append, R(3), R(2, 2))
row(np.append, R(3), 1.5)
row(np.append, R(3, 2), R(1, 2), 0)
REAL = (np.real, np.ndarray.real, np.imag, np.ndarray.imag, np.ndarray.conj, np.ndarray.conjugate)
row(REAL, R(3))
row(REAL, C(3, 4))
row((np.generic.real, np.generic.imag, np.generic.conj, np.generic.conjugate), np.complex128(0.6 - 0.8j))
row((np.real, np.imag), 1.5)
row(np.concatenate, [R(2, 3), R(1, 3), R(4, 3)])
row(np.concatenate, (R(2, 3), R(2, 1)), 1)
row(np.concatenate, [R(2, 3), R(2, 1)], axis=-1)
row(np.concatenate, [R(2, 3), R(4)], None)
row(np.concatenate, R(2, 3, 4), 1)
row(np.stack, [R(2, 3), R(2, 3)])
row(np.stack, [R(2, 3), R(2, 3)], 1)
row(np.stack, (R(2, 3), R(2, 3)), axis=-1)
row(np.stack, [1.5, 2.5])
row(np.stack, R(2, 3, 4), 2)
row((np.vstack, np.dstack, np.hstack, np.column_stack), [R(3), R(3)])
row((np.vstack, np.dstack), [R(2, 3), R(2, 3)])
row((np.hstack, np.column_stack), [R(2, 3), R(2, 1)])
row(np.vstack, [R(3), R(2, 3)])
row(np.dstack, (R(2, 3, 2), R(2, 3)))
row(np.hstack, [1.5, R(2)])
row(np.column_stack, [R(2), R(2, 3)])
row((np.copy, np.ndarray.copy), R(2, 3))
row(np.generic.copy, np.float64(1.5))
row(np.ndarray.astype, np.array(1.5), np.float64)
row(np.generic.astype, np.float64(1.5), np.float64)
row(np.ndarray.astype, R(3), np.float64)
row(np.ndarray.astype, R(3), complex)
row(np.ndarray.astype, R(3), float, copy=False)
row((np.float64, np.longdouble, np.complex128), 1.5, rtol=1e-5)
row((np.float64, np.complex128), R(3))
row((np.float16,), 1.5, rtol=0.5)
row((np.float32, np.complex64), 1.5, rtol=1e-2)
CONVERT = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray)
row(CONVERT, R(3, 2))
row(CONVERT, [1.5, 2, 3.5])
row(CONVERT, [[1.5, 2.5], (3.5, 4.5)])
row(CONVERT, [R(2), R(2)])
row(CONVERT, [1.5, 2.5], dtype=np.float64)
row(CONVERT, [1.5, 2.5j], complex)
row(CONVERT, 1.5)

# Constants

row(np.full, (2, 3), 1.5)
row(np.full, (2, 3), R(2, 1))
row(np.full, (2, 3), R(3), dtype=np.float64)
row(np.full_like, R(2, 3), R(3))
row(np.full_like, R(2, 3), 1.5)
row(np.full_like, np.zeros((2, 3)), 1.5, shape=(4,))
row(np.arange, 1.5, 4.1, 0.5)
row(np.linspace, 1.5, 2.5, 7)
row(np.linspace, R(3), 2.5, 4, False)
row(np.linspace, R(2, 3), R(3), num=4)
