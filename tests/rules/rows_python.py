"""Rows: Python's operators and numbers, and `math`."""

import builtins
import math
import operator

import numpy as np

from .row import C, P, R, row

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
