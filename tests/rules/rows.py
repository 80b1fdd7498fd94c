"""One row or more for every derivative rule."""

import importlib.util

from . import (  # noqa: F401
    rows_choices,
    rows_decompositions,
    rows_elementwise,
    rows_fft,
    rows_in_python,
    rows_linear,
    rows_polynomials,
    rows_python,
    rows_random,
    rows_reductions,
    rows_shape,
    rows_statistics,
    rows_subpackages,
    rows_ufunc_keywords,
    rows_ufuncs,
)
from .row import NUMPY2, ROWS

if importlib.util.find_spec("scipy") is not None:
    from . import rows_scipy_factors, rows_scipy_fft, rows_scipy_linalg, rows_scipy_more, rows_scipy_special  # noqa: F401

__all__ = ["NUMPY2", "ROWS"]
