"""Special functions that slopes need and `math` does not have."""

from __future__ import annotations

import math

__all__ = ["digamma"]


def digamma(x: float) -> float:
    """The logarithmic derivative of the gamma function, to double precision.

    Reflection to the right half, recurrence up to 12, then the asymptotic series (Bernardo, *Algorithm AS 103*, 1976).
    """
    below = 0.0
    if x < 0.5:
        below = -math.pi / math.tan(math.pi * x)
        x = 1 - x
    while x < 12.0:
        below = below - 1 / x
        x = x + 1
    r = 1 / (x * x)
    series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760 - r / 12))))))
    return below + math.log(x) - 1 / (2 * x) - series
