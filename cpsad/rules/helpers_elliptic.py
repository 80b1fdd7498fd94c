"""Formulas of the rules of elliptic integrals and functions (DLMF 19.4, 22.13, 22.16). What a helper is: `helpers.py`.

At m = 0 the derivatives by the parameter are quotients of zeros: not a number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

__all__ = ["amplitude_by_parameter", "ellipj_by_argument", "ellipj_by_parameter", "first_by_parameter", "second_by_parameter"]


def first_by_parameter(y: Any, phi: Any, m: Any) -> Any:
    """Slope of F(phi | m) by m."""
    s, c = np.sin(phi), np.cos(phi)
    return (special.ellipeinc(phi, m) / (1 - m) - y) / (2 * m) - s * c / (2 * (1 - m) * np.sqrt(1 - m * s * s))


def second_by_parameter(y: Any, phi: Any, m: Any) -> Any:
    """Slope of E(phi | m) by m."""
    return (y - special.ellipkinc(phi, m)) / (2 * m)


def ellipj_by_argument(g: Any, y: Any, m: Any) -> Any:
    """sn, cn, dn and the amplitude, by u."""
    sn, cn, dn = y[0], y[1], y[2]
    return g[0] * (cn * dn) - g[1] * (sn * dn) - g[2] * (m * sn * cn) + g[3] * dn


def amplitude_by_parameter(y: Any, u: Any, m: Any) -> Any:
    """Slope of the amplitude by m: u = F(phi | m) is held, so that phi moves by -dn F_m."""
    sn, cn, dn, phi = y[0], y[1], y[2], y[3]
    return -dn * ((special.ellipeinc(phi, m) / (1 - m) - u) / (2 * m) - sn * cn / (2 * (1 - m) * dn))


def ellipj_by_parameter(g: Any, y: Any, u: Any, m: Any) -> Any:
    """sn, cn, dn and the amplitude, by m."""
    sn, cn, dn = y[0], y[1], y[2]
    moved = amplitude_by_parameter(y, u, m)
    return g[0] * (cn * moved) - g[1] * (sn * moved) - g[2] * ((sn * sn + 2 * m * sn * cn * moved) / (2 * dn)) + g[3] * moved
