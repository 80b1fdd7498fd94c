"""Formulas that forward rules share. A helper lets the symbolic zero through, as those of reverse rules do (`helpers.py`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing
from ..places import here
from ..transforms.errors import NoDerivativeError
from .helpers import no_derivative

_DOUBLE = np.dtype(np.float64)
_ONE = np.float64(1.0)


def one(y: Any) -> Any:
    """A cotangent of ones, which makes a reverse rule give weights."""
    if type(y) is np.float64:
        return _ONE
    return np.ones_like(y)[()] if isinstance(y, (np.ndarray, np.generic)) else 1.0


def through(d: Any, function: Any, *args: Any, **keywords: Any) -> Any:
    """`function` of arguments that `d` is one of, a tangent: for functions that do not know the symbolic zero."""
    return d if isinstance(d, Absorbing) else function(*args, **keywords)


def contracted(d: Any, weights: Any, y: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum over `axis` of the tangents `d` of elements times their weights: the tangent of a reduction `y`."""
    if isinstance(d, Absorbing):
        return d
    if axis is None and type(d) is type(weights) is np.ndarray and d.ndim == weights.ndim == 1 and not keepdims and (
            d.dtype is weights.dtype is _DOUBLE):
        return weights.dot(d)
    found = np.sum(weights * d, axis=axis, keepdims=keepdims)
    return np.real(found) if np.iscomplexobj(found) and not np.iscomplexobj(y) else found


def spread(d: Any, y: Any) -> Any:
    """A tangent of the shape of the result, all of which moves with it."""
    return d if isinstance(d, Absorbing) else np.broadcast_to(d, np.shape(y))[()]


def like(d: Any, y: Any) -> Any:
    """Tangents of a sequence's elements, or of an array, as one of the shape and dtype of `y`."""
    if isinstance(d, Absorbing):
        return d
    if y.dtype.kind == "V":
        raise here(NoDerivativeError, "a field of a structured array carries a derivative", why="the other fields are "
                   "numbers of other types", remedy="use an array for each field, or a dictionary of arrays")
    return cast_to(np.reshape(np.array(d), np.shape(y)), y)


def cast_to(d: Any, y: Any) -> Any:
    """A tangent as that of a value of another dtype: none of an integer."""
    if isinstance(d, Absorbing):
        return d
    if type(d) is type(y) and (type(d) is np.float64 or type(d) is np.ndarray and d.dtype is y.dtype and d.dtype.kind == "f"):
        return d
    kind = getattr(y, "dtype", np.dtype(type(y))).kind
    if kind not in "fc":
        return ZERO if kind in "iub" else no_derivative(d, f"a conversion to dtype {y.dtype}")
    d = np.real(d) if kind == "f" else d
    return np.asarray(d).astype(y.dtype)[()] if hasattr(y, "dtype") else d


def number(d: Any, y: Any) -> Any:
    """The tangent of a Python number made of `d`'s value."""
    if isinstance(d, Absorbing):
        return d
    return complex(np.reshape(d, ())) if isinstance(y, complex) else float(np.real(np.reshape(d, ())))


def added(d: Any) -> Any:
    """The sum of the tangents of a sequence's elements."""
    if isinstance(d, Absorbing):
        return d
    result = d[0] * 1
    for i in range(1, len(d)):
        result = result + d[i]
    return result


def dotted(d: Any, slopes: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    return added([a * b for a, b in zip(d, slopes)])
