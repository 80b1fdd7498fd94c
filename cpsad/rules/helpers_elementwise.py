"""Formulas of the rules of elementwise functions. What a helper is: `helpers.py`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing
from .helpers import masked

__all__ = ["abs_back", "angle_back", "mod_right", "power_base", "power_exponent", "sign_back", "sinc_slope", "winner"]


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
    ties = x == other
    if np.ndim(r) and type(r) is not np.ndarray:  # of another library
        return np.where(ties, np.where(x == y, g, 0) / 2, np.where(x == y, g, 0))
    total = np.add.reduce(r, axis=None)
    if total != total:
        r = np.where(x == y, g, 0)
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
    if np.iscomplexobj(y):
        return masked(g, g * (y * np.log(np.where(x == 0, 1, x))))
    slope = np.where(x < 0, math.nan, np.log(np.where(x <= 0, 1, x)))  # no warning that the function did not give
    return masked(g, g * (y * slope))


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
