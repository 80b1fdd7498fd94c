"""Forward rules of solutions, by the implicit function theorem; how is said in `cpsad/implicit.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import implicit
from ..cotangents import Absorbing
from .forward import forward
from .helpers import no_derivative

BESIDE = "what a solver gives beside the solution: compute it from the solution"


def implied_tangent(d: Any, y: Any, slope: Any) -> Any:
    """-f_x^-1 times how f moves at the root."""
    if isinstance(d, Absorbing):
        return d
    if np.ndim(slope) == 0:
        return implicit.limited(-d / slope, y, 1)
    return implicit.limited(np.reshape(-np.linalg.solve(slope, np.reshape(d, (-1,))), np.shape(y)), y, 1)


forward(implicit.replaced, lambda d, y, value, estimate: (None, d))
forward(implicit.implied, lambda d, y, root, residual, slope: (d, implied_tangent(d, y, slope)))
forward(implicit.limited, lambda d, y, value, by, orders: (
    implicit.limited_back(d, by, orders), implicit.limited_by(d, y, orders)))
forward(implicit.no_more, lambda d, y, value, by: (no_derivative(d, BESIDE), no_derivative(d, BESIDE)))
