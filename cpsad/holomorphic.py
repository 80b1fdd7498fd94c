"""Derivatives of holomorphic functions: `grad(f, holomorphic=True)`."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from . import forms
from .jacobians import leaves_of
from .operators import Argnums, _Gradient, _like
from .transforms.errors import NoDerivativeError

__all__ = ["derivative"]


def derivative(function: Callable[..., Any], argnums: Argnums, has_aux: bool, backend: str) -> Any:
    """The complex derivative of a complex function of complex numbers, as `grad` describes it.

    With the cotangent c of a result standing for the real part of c dw, that of an argument is f' for c = 1, and -i f' for
    c = -i, if w depends on z but not on its conjugate: the Cauchy-Riemann equations (Ahlfors, *Complex Analysis*, 2.1).
    """
    if backend != "numpy":
        raise ValueError(f"holomorphic=True goes with backend='numpy', not with {backend!r}")
    compute = _Gradient(function, argnums, has_aux)

    @_like(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        for i in compute.locate(args, kwargs):
            given = [*args, *kwargs.values()][i]
            for place, leaf in leaves_of(given):
                if not np.iscomplexobj(leaf):
                    raise TypeError(f"{compute.describe(i, args)}{place} is not complex; holomorphic=True takes complex numbers: "
                                    "write complex(...) or .astype(complex)")
        _, turned, _ = compute(*copy.deepcopy((args, kwargs)), _seeded(-1j))
        _, gradients, aux = compute(args, kwargs, _seeded(1))
        for (_, a), (_, b) in zip(leaves_of(gradients), leaves_of(turned), strict=True):
            _check(np.asarray(a), np.asarray(b), function)
        return (gradients, aux) if has_aux else gradients

    gradient.__dict__[forms.PROGRAM] = gradient, "complex_program", compute
    return gradient


def _seeded(direction: complex) -> Any:
    def seed(heap: Any, value: Any) -> Any:
        if not isinstance(value, (complex, np.complexfloating)) and not (
                isinstance(value, np.ndarray) and value.shape == () and value.dtype.kind == "c"):
            raise TypeError("with holomorphic=True the function returns a complex scalar, not "
                            f"{value!r}" if np.ndim(value) == 0 else "an array: return one number of it")
        return direction if isinstance(value, complex) and not isinstance(value, np.generic) else value.dtype.type(direction)

    return seed


def _check(a: Any, b: Any, function: Any) -> None:
    """That `b` is -i `a`, up to what rounding makes of it."""
    off = np.abs(b + 1j * a)
    scale = np.maximum(np.abs(a), np.abs(b))
    tolerance = 1e3 * np.finfo(a.dtype).eps * np.max(scale, initial=0)
    if np.any(off > tolerance):
        raise NoDerivativeError(
            f"{getattr(function, '__name__', 'the function')} has no complex derivative here",
            why="the Cauchy-Riemann equations do not hold: it depends on the conjugate of its argument, as abs, real, imag, "
                "conj and angle do", remedy="differentiate its real part, or a real result, without holomorphic=True")
