"""Forward rules of histograms, which are linear in their weights, and of views by strides."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import Absorbing
from . import numpy_histograms as rules
from .forward import forward
from .helpers_forward import through


def strided_tangent(d: Any, x: Any, shape: Any, strides: Any) -> Any:
    return d if isinstance(d, Absorbing) else np.ravel(d)[rules.strided_places(x, shape, strides)]


forward(rules.counted, lambda d, y, a, weights, bins, range: (None, through(d, rules.counted, a, d, bins, range)))
forward(rules.counted_in_boxes, lambda d, y, sample, weights, bins, range: (
    None, through(d, rules.counted_in_boxes, sample, d, bins, range)))
forward(
    np.lib.stride_tricks.as_strided,
    lambda d, y, x, shape=None, strides=None, subok=False, writeable=True: strided_tangent(d, x, shape, strides),
)
