"""Rules of NumPy's elementwise functions. Broadcasting is undone by the adjoint pass.

Conventions. Where two operands of a maximum are equal, each has half. `np.clip` at its bounds counts as
inside. |x|, `np.hypot` and the like have slope 0 at 0. Step functions have slope 0 everywhere, at their steps
too (those without any other derivative are in `numpy_constants.py`). Where a slope is infinite, so is the
cotangent, but `masked` keeps it 0 wherever `g` is 0. Complex numbers: `g` stands for the real part of `g dy`,
so derivatives of holomorphic functions are not conjugated, and what makes real numbers of complex ones takes
the real part of `g`.
"""

import math

import numpy as np

from ..cotangents import ZERO
from .helpers import divided, divisor, masked
from .helpers_elementwise import (
    abs_back,
    angle_back,
    mod_right,
    power_base,
    power_exponent,
    sign_back,
    sinc_slope,
    winner,
)
from .registry import Table

table = Table("numpy elementwise")
elementwise = table.elementwise

# Arithmetic
elementwise(np.add, lambda g, y, x1, x2: (g, g))
elementwise(np.subtract, lambda g, y, x1, x2: (g, -g))
elementwise(np.multiply, lambda g, y, x1, x2: (g * x2, g * x1))
elementwise(np.divide, lambda g, y, x1, x2: (divided(g, x2), divisor(g, y, x2)))
elementwise(np.negative, lambda g, y, x: -g)
elementwise(np.positive, lambda g, y, x: g)
elementwise(np.reciprocal, lambda g, y, x: masked(g, -g * y * y))
elementwise(np.remainder, lambda g, y, x1, x2: (g, mod_right(g, x1, x2)))
elementwise(np.fmod, lambda g, y, x1, x2: (g, -g * np.rint((x1 - y) / x2)))
elementwise(np.square, lambda g, y, x: g * (x + x))
elementwise(np.sqrt, lambda g, y, x: masked(g, g / (y + y)))
elementwise(np.cbrt, lambda g, y, x: masked(g, g / (3 * y * y)))
elementwise(
    (np.power, np.float_power),
    lambda g, y, x1, x2: (power_base(g, x1, x2), power_exponent(g, y, x1, x2)),
)
elementwise(np.ldexp, lambda g, y, x1, x2: np.ldexp(g, x2))

# Exponentials and logarithms
elementwise(np.exp, lambda g, y, x: g * y)
elementwise(np.exp2, lambda g, y, x: g * y * math.log(2))
elementwise(np.expm1, lambda g, y, x: g * (y + 1))
elementwise(np.log, lambda g, y, x: masked(g, g / x))
elementwise(np.log2, lambda g, y, x: masked(g, g / (x * math.log(2))))
elementwise(np.log10, lambda g, y, x: masked(g, g / (x * math.log(10))))
elementwise(np.log1p, lambda g, y, x: masked(g, g / (1 + x)))
elementwise(  # where both are -inf, so is y, and each has 0
    np.logaddexp,
    lambda g, y, x1, x2: (
        g * np.exp(x1 - np.where(y == -math.inf, 0, y)),
        g * np.exp(x2 - np.where(y == -math.inf, 0, y)),
    ),
)
elementwise(
    np.logaddexp2,
    lambda g, y, x1, x2: (
        g * np.exp2(x1 - np.where(y == -math.inf, 0, y)),
        g * np.exp2(x2 - np.where(y == -math.inf, 0, y)),
    ),
)

# Trigonometry
elementwise(np.sin, lambda g, y, x: g * np.cos(x))
elementwise(np.cos, lambda g, y, x: -g * np.sin(x))
elementwise(np.tan, lambda g, y, x: g * (1 + y * y))
elementwise(np.arcsin, lambda g, y, x: masked(g, g / np.sqrt((1 - x) * (1 + x))))
elementwise(np.arccos, lambda g, y, x: masked(g, -g / np.sqrt((1 - x) * (1 + x))))
elementwise(np.arctan, lambda g, y, x: g / (1 + x * x))
elementwise(
    np.arctan2,
    lambda g, y, x1, x2: (masked(g, g * x2 / (x1 * x1 + x2 * x2)), masked(g, -g * x1 / (x1 * x1 + x2 * x2))),
)
elementwise(np.hypot, lambda g, y, x1, x2: (g * x1 / (y + (y == 0)), g * x2 / (y + (y == 0))))
elementwise((np.deg2rad, np.radians), lambda g, y, x: g * (math.pi / 180))
elementwise((np.rad2deg, np.degrees), lambda g, y, x: g * (180 / math.pi))
elementwise(np.sinc, lambda g, y, x: g * sinc_slope(x))

# Hyperbolic functions
elementwise(np.sinh, lambda g, y, x: g * np.cosh(x))
elementwise(np.cosh, lambda g, y, x: g * np.sinh(x))
elementwise(np.tanh, lambda g, y, x: g * (1 - y * y))
elementwise(np.arcsinh, lambda g, y, x: g / np.sqrt(1 + x * x))
elementwise(np.arccosh, lambda g, y, x: masked(g, g / (np.sqrt(x - 1) * np.sqrt(x + 1))))
elementwise(np.arctanh, lambda g, y, x: masked(g, g / ((1 - x) * (1 + x))))

# Choices, kinks and signs
elementwise(
    (np.maximum, np.minimum, np.fmax, np.fmin),
    lambda g, y, x1, x2: (winner(g, y, x1, x2), winner(g, y, x2, x1)),
)
elementwise(
    np.where,
    lambda g, z, condition, x, y: (None, np.where(condition, g, 0), np.where(condition, 0, g)),
)
elementwise(
    np.clip,
    lambda g, y, a, a_min=None, a_max=None, *, min=None, max=None: (
        np.where(a == y, g, 0),
        np.where((a != y) & (y == a_min), g, 0),
        np.where((a != y) & (y != a_min), g, 0),
        np.where((a != y) & (y == min), g, 0),
        np.where((a != y) & (y != min), g, 0),
    ),
)
elementwise(
    (np.ndarray.clip, np.generic.clip),
    lambda g, y, a, min=None, max=None: (
        np.where(a == y, g, 0),
        np.where((a != y) & (y == min), g, 0),
        np.where((a != y) & (y != min), g, 0),
    ),
)
elementwise((np.absolute, np.fabs), lambda g, y, x: abs_back(g, x))
elementwise(np.copysign, lambda g, y, x1, x2: (np.where(np.signbit(x1) == np.signbit(y), g, -g), ZERO))
elementwise(np.heaviside, lambda g, y, x1, x2: (ZERO, np.where(x1 == 0, g, 0)))
elementwise(
    np.nan_to_num,
    lambda g, y, x, *, nan=0.0, posinf=None, neginf=None: np.where(np.isfinite(x), g, 0),
)

# Complex numbers; real and imaginary parts are in `numpy_shape.py`. Signs and angles of real ones have no
# derivative.
elementwise(np.conjugate, lambda g, y, x: np.conjugate(g))
elementwise(np.sign, lambda g, y, x: sign_back(g, y, x))
elementwise(np.angle, lambda g, y, z, deg=False: angle_back(g, z, deg))
