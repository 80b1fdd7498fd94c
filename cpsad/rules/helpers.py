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

from ..cotangents import ZERO, Absorbing, Placed, Poison
from ..places import here
from ..transforms.errors import NoDerivativeError

__all__ = ["cast", "divided", "divisor", "masked", "no_derivative", "quotient", "reshape_like"]


def masked(g: Any, r: Any) -> Any:
    """`r`, which is `g` times some slope, but 0 where `g` is 0, even where the slope is infinite or not a
    number.

    This is what keeps a branch that `np.where` did not take from leaking: `np.where(x > 0, np.log(x), 0.0)`.
    `g`, `r`: same shape. The sum is a quick test: it is NaN whenever an element is.
    """
    if type(r) is np.ndarray:
        total = np.add.reduce(r, axis=None)
        return r if total == total else np.where(g == 0, 0, r)
    if isinstance(r, float):
        return r if r == r or g != 0 else g
    if type(r) is Placed:
        return Placed(r.x, r.index, masked(g.g, r.g)) if type(g) is Placed else masked(g, r.dense())
    if isinstance(r, Absorbing):
        return r
    if np.ndim(r):  # an array of another library, which may be lazy: nothing is asked of its elements
        return np.where(g == 0, 0, r)
    if r == r:
        return r
    return r if g != 0 else g


def divided(g: Any, d: Any) -> Any:
    """`g / d`, and 0 where `g` is 0. By a number that is not 0 nothing has to be looked for."""
    return g / d if isinstance(d, float) and d != 0 else masked(g, g / d)


def divisor(g: Any, y: Any, d: Any) -> Any:
    """Cotangent of `d`, by which something was divided to give `y`; 0 where `g` is 0."""
    if type(g) is Placed and isinstance(d, float) and type(y) is np.ndarray and y.shape == g.shape:
        return Placed(g.x, g.index, masked(g.g, -g.g * y[g.index] / d))
    return masked(g, -g * y / d)


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
