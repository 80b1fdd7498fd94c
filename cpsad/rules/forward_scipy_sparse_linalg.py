"""Forward rules of sparse systems."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import linalg

from ..cotangents import Absorbing
from .forward import forward
from .forward_scipy_sparse import with_elements
from .helpers_forward import through
from .scipy_sparse_linalg import solution


def solution_by_elements(d: Any, y: Any, A: Any) -> Any:
    if isinstance(d, Absorbing):
        return d
    return np.reshape(-linalg.spsolve(A, with_elements(A, d) @ y), np.shape(y))


forward(
    solution,
    lambda d, y, A, data, b, permc_spec, use_umfpack: (
        None, solution_by_elements(d, y, A), through(d, linalg.spsolve, A, d, permc_spec, use_umfpack)),
)
