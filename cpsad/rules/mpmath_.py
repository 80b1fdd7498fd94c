"""mpmath: its numbers are integers, so that a float that becomes one has lost its derivative. That is not silent."""

from typing import Any

import mpmath.libmp

from ..reach import OPAQUE
from .registry import Table

table = Table("mpmath")


def from_float(x: Any, *options: Any) -> Any:
    return mpmath.libmp.from_float(x, *options)


from_float.__dict__[OPAQUE] = True
from_float.__module__ = "mpmath.libmp"
table.python(mpmath.libmp.from_float, from_float)
