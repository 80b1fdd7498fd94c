"""Forward rules of Python's functions, of `math` and `cmath`, of complex numbers, and of the run-time support."""

from __future__ import annotations

import builtins
import cmath
import math
import operator
import statistics
from typing import Any

import numpy as np

from .. import custom, library, nested
from ..cotangents import ZERO, Absorbing, accumulate, add_at, dense, rebroadcast, scatter, unbroadcast
from ..products import total
from ..runtime import SUPPORT, numeric
from .forward import forward
from .helpers import no_derivative
from .helpers_forward import added, cast_to, dotted, number, spread
from .helpers_reductions import product_back
from .statistics_ import center_back, spread_back

# Numbers
forward((float,), lambda d, y, x=0.0: number(d, y))
forward(complex, lambda d, y, real=0, imag=0: (number(d, y), number(1j * d, y)))


forward(builtins.sum, lambda d, y, iterable, start=0: (spread(added(d), y), spread(d, y)))
forward(math.fsum, lambda d, y, seq: added(d))
forward(math.prod, lambda d, y, iterable: dotted(d, product_back(1.0, iterable, 1)))
forward(library.all_prod, lambda d, y, values: dotted(d, product_back(1.0, values, 1)))
forward(library.both_dist, lambda d, y, values: dotted(d, library.dist_back(1.0, y, values)))
forward(library.both_sumprod, lambda d, y, values: dotted(d, library.sumprod_back(1.0, values)))
forward(math.hypot, lambda d, r, *coordinates: tuple(d * (x / (r or 1)) for x in coordinates))
forward(str, lambda d, y, object="": no_derivative(d, "str"))
forward((repr, ascii), lambda d, y, obj: no_derivative(d, "repr"))
forward(format, lambda d, y, value, format_spec="": no_derivative(d, "format"))
forward(divmod, lambda d, y, x, y1: ((ZERO, spread(d, y[1])), (ZERO, spread(-d * y[0], y[1]))))
forward(math.modf, lambda d, y, x: ((d, ZERO),))
forward(math.frexp, lambda d, y, x: ((d * 2.0 ** -y[1], ZERO),))

# Statistics: what comes first is a sequence of numbers, each with its weight
forward(statistics.mean, lambda d, y, data: dotted(d, [1 / len(data) for _ in data]))
forward(
    statistics.harmonic_mean,
    lambda d, y, data: dotted(d, [(y / x if x else len(data)) ** 2 / len(data) for x in data]),
)
forward(
    statistics.variance,
    lambda d, y, data, xbar=None: (
        dotted(d, spread_back(1.0, data, xbar, len(data) - 1)), center_back(d, data, xbar, len(data) - 1)),
)
forward(
    statistics.pvariance,
    lambda d, y, data, mu=None: (dotted(d, spread_back(1.0, data, mu, len(data))), center_back(d, data, mu, len(data))),
)
forward(
    statistics.stdev,
    lambda d, y, data, xbar=None: (
        dotted(d, spread_back(1 / (2 * y), data, xbar, len(data) - 1)), center_back(d / (2 * y), data, xbar, len(data) - 1)),
)
forward(
    statistics.pstdev,
    lambda d, y, data, mu=None: (
        dotted(d, spread_back(1 / (2 * y), data, mu, len(data))), center_back(d / (2 * y), data, mu, len(data))),
)

# Complex numbers that become real
forward((float.real, complex.real), lambda d, y, x: d.real)
forward(float.conjugate, lambda d, y, x: d)
forward((float.imag, complex.imag), lambda d, y, x: d.imag)
forward(cmath.phase, lambda d, y, x: (d / x).imag)
forward(cmath.polar, lambda d, y, x: (((d * x.conjugate()).real / y[0], (d / x).imag),))
forward(cmath.rect, lambda d, y, r, phi: (d * cmath.rect(1.0, phi), d * 1j * y))


def abs_tangent(d: Any, x: Any) -> Any:
    """Of `abs(x)`; 0 at 0."""
    if isinstance(d, Absorbing):
        return d
    if not np.iscomplexobj(x):
        return d * np.sign(x)
    size = np.abs(x)
    return np.real(np.conjugate(x) * d) / (size + (size == 0))


def angle_tangent(d: Any, z: Any, deg: bool) -> Any:
    if isinstance(d, Absorbing):
        return d
    if not np.iscomplexobj(z):
        return ZERO
    found = np.imag(np.conjugate(z) * d) / (np.abs(z) ** 2 + (z == 0))
    return found * (180 / math.pi) if deg else found


def sign_tangent(d: Any, y: Any, x: Any) -> Any:
    """Of `x / abs(x)`, which turns only."""
    if isinstance(d, Absorbing) or not np.iscomplexobj(x):
        return ZERO
    return 1j * y * np.imag(np.conjugate(y) * d) / (np.abs(x) + (x == 0))


forward((operator.abs, builtins.abs), lambda d, y, a: abs_tangent(d, a))
forward((np.absolute, np.fabs), lambda d, y, x: abs_tangent(d, x))
forward(np.angle, lambda d, y, z, deg=False: angle_tangent(d, z, deg))
forward(np.sign, lambda d, y, x: sign_tangent(d, y, x))
forward(np.real_if_close, lambda d, y, a, tol=100: d if np.iscomplexobj(y) else np.real(d))

# Run-time support
forward((SUPPORT["imatmul"], SUPPORT["imatmul_copy"]), lambda d, y, a, b: (np.matmul(d, b), np.matmul(a, d)))
forward(numeric, lambda d, y, value: d)
forward(total, lambda d, y, sum_: d)
forward(accumulate, lambda d, y, total, g1: (d, d))
forward(unbroadcast, lambda d, y, g1, x: (unbroadcast(d, x), ZERO))
forward(scatter, lambda d, y, x, index, g1: (ZERO, None, scatter(x, index, d)))
forward(add_at, lambda d, y, total, x, index, g1: (d, ZERO, None, scatter(x, index, d)))
forward(nested.fresh, lambda d, y, value: d)
forward(nested.finish, lambda d, y, adjoint, value: (cast_to(d, y), ZERO))
forward(dense, lambda d, y, cotangent: d)
forward(rebroadcast, lambda d, y, g1, like: (rebroadcast(d, like), ZERO))
forward(custom.checked_shape, lambda d, y, g1, like, place, what: (d, ZERO))
