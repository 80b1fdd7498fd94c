"""Rows: elementwise functions."""

import numpy as np

from .row import C, D, P, R, U, row

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
row(np.generic.clip, np.float64(1.5), -1.3, 1.2)
row(np.ndarray.clip, D(12), max=0.1)
row(np.ndarray.clip, D(12), min=0.1)
