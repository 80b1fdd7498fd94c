"""One row or more for every derivative rule."""

from . import (  # noqa: F401
    rows_choices,
    rows_decompositions,
    rows_elementwise,
    rows_fft,
    rows_linear,
    rows_polynomials,
    rows_python,
    rows_random,
    rows_reductions,
    rows_shape,
    rows_statistics,
    rows_ufuncs,
)
from .row import NUMPY2, ROWS

__all__ = ["NUMPY2", "ROWS"]
