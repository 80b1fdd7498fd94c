"""Formulas of the rules of Bessel functions. What a helper is: `helpers.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["spherical", "unscaled"]


def unscaled(g: Any, y: Any, z: Any) -> Any:
    """What the factor exp(-|Re z|) of a scaled function adds to the cotangent: sign(Re z) Re(g y), a real slope."""
    return np.sign(np.real(z)) * np.real(g * y)


def spherical(function: Any, sign: int, y: Any, n: Any, z: Any, derivative: Any) -> Any:
    """Slope of a spherical Bessel function, or of its derivative: w'' = -2 w' / z + (sign + n (n + 1) / z^2) w."""
    if not derivative:
        return function(n, z, True)
    return -2 * y / z + (sign + n * (n + 1) / (z * z)) * function(n, z)
