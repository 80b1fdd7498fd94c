"""Forward rules of `scipy.signal`: convolutions are linear in each operand, a filter's recursion defines its tangent."""

from __future__ import annotations

from typing import Any

from scipy import signal

from ..cotangents import Absorbing
from .forward import forward
from .helpers_forward import through


def _with_method(function: Any) -> None:
    forward(function, lambda d, y, in1, in2, mode="full", method="auto": (
        through(d, function, d, in2, mode, method), through(d, function, in1, d, mode, method)))


def _without(function: Any) -> None:
    forward(function, lambda d, y, in1, in2, mode="full": (
        through(d, function, d, in2, mode), through(d, function, in1, d, mode)))


for _name in ("convolve", "correlate"):
    _with_method(getattr(signal, _name))
for _name in ("fftconvolve", "oaconvolve", "convolve2d", "correlate2d"):
    _without(getattr(signal, _name))


def recursion_tangent(d: Any, y: Any, a: Any, axis: int) -> Any:
    """a * y = b * x, with * for the convolution: a * dy = -da * y."""
    return d if isinstance(d, Absorbing) else -signal.lfilter(d, a, y, axis)


forward(
    signal.lfilter,
    lambda d, y, b, a, x, axis=-1: (
        through(d, signal.lfilter, d, a, x, axis), recursion_tangent(d, y, a, axis), through(d, signal.lfilter, b, a, d, axis)),
)
