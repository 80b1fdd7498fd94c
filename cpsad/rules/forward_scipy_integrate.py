"""Forward rule of integrals: the tangent is that of the sum which stands for the integral (`cpsad/implicit.py`)."""

from .. import implicit
from .forward import forward

forward(implicit.replaced_integral, lambda d, y, value, estimate: (None, d))
