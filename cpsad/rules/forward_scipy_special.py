"""Forward rules of `scipy.special`: what is not elementwise, or has several results. Formulas: DLMF, by section."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from ..cotangents import Absorbing
from .forward import forward
from .helpers_elliptic import amplitude_by_parameter
from .helpers_reductions import kept
from .helpers_special import sign_kept, softmax_back
from .scipy_special import signed_logsumexp


def log_softmax_tangent(d: Any, y: Any, axis: Any) -> Any:
    return d if isinstance(d, Absorbing) else d - np.sum(np.exp(y) * d, axis=axis, keepdims=True)


def logsumexp_tangent(d: Any, y: Any, sign: Any, a: Any, axis: Any, b: Any, keepdims: Any, by_weights: bool) -> Any:
    """y = log |sum of b e^a|: the sum of the tangents times b e^(a - y) and the sign, by `b` without the b."""
    if isinstance(d, Absorbing):
        return d
    like = a if b is None else np.broadcast_to(a, np.broadcast_shapes(np.shape(a), np.shape(b)))
    top = kept(y, like, axis, keepdims)
    each = sign_kept(sign, like, axis, keepdims) * np.exp(a - np.where(top == -np.inf, 0, top)) * d
    if b is not None and not by_weights:
        each = np.where(b == 0, 0, each * b)
    return np.sum(np.broadcast_to(each, np.shape(like)), axis=axis, keepdims=keepdims)


def each_by(d: Any, *slopes: Any) -> Any:
    """The tangents of several results of one number."""
    return d if isinstance(d, Absorbing) else tuple(d * s for s in slopes)


def signed(d: Any) -> Any:
    """The sign, which comes second, does not move."""
    return d if isinstance(d, Absorbing) else (d, 0.0 * d)


forward(special.softmax, lambda d, y, x, axis=None: softmax_back(d, y, axis))  # its Jacobian is symmetric
forward(special.log_softmax, lambda d, y, x, axis=None: log_softmax_tangent(d, y, axis))
forward(
    special.logsumexp,
    lambda d, y, a, axis=None, b=None, keepdims=False: (
        logsumexp_tangent(d, y, 1, a, axis, b, keepdims, False), None, logsumexp_tangent(d, y, 1, a, axis, b, keepdims, True)),
)
forward(
    signed_logsumexp,
    lambda d, y, a, axis=None, b=None, keepdims=False: (
        signed(logsumexp_tangent(d, y[0], y[1], a, axis, b, keepdims, False)), None,
        signed(logsumexp_tangent(d, y[0], y[1], a, axis, b, keepdims, True))),
)
forward(  # 7.2
    special.fresnel,
    lambda d, y, z: (each_by(d, np.sin(math.pi / 2 * z * z), np.cos(math.pi / 2 * z * z)),),
)
forward(special.sici, lambda d, y, x: (each_by(d, np.sinc(x / math.pi), np.cos(x) / x),))  # 6.2
forward(special.shichi, lambda d, y, x: (each_by(d, np.sinh(x) / x, np.cosh(x) / x),))
forward(special.airy, lambda d, y, z: (each_by(d, y[1], z * y[0], y[3], z * y[2]),))  # 9.2


def elliptic_by_argument(d: Any, y: Any, m: Any) -> Any:
    """sn, cn, dn and the amplitude, by u (22.13)."""
    if isinstance(d, Absorbing):
        return d
    sn, cn, dn = y[0], y[1], y[2]
    return cn * dn * d, -sn * dn * d, -m * sn * cn * d, dn * d


def elliptic_by_parameter(d: Any, y: Any, u: Any, m: Any) -> Any:
    """By m: the amplitude moves by `moved`."""
    if isinstance(d, Absorbing):
        return d
    sn, cn, dn = y[0], y[1], y[2]
    moved = amplitude_by_parameter(y, u, m)
    return cn * moved * d, -sn * moved * d, -(sn * sn + 2 * m * sn * cn * moved) / (2 * dn) * d, moved * d


def scaled_bessel_tangent(d: Any, y: Any, v: Any, z: Any) -> Any:
    """I_v(z) exp(-|Re z|) of complex z, which is no holomorphic function (10.29)."""
    if isinstance(d, Absorbing):
        return d
    return d * (special.ive(v - 1, z) + special.ive(v + 1, z)) / 2 - np.sign(np.real(z)) * np.real(d) * y


forward(special.ellipj, lambda d, y, u, m: (elliptic_by_argument(d, y, m), elliptic_by_parameter(d, y, u, m)))
forward(special.ive, lambda d, y, v, z: (None, scaled_bessel_tangent(d, y, v, z)))
