"""What a library computes and a program in its place differentiates: the library's value, with the derivative of an estimate.

A factorization that has no rule here is written once more in plain Python, in terms of functions that have rules. What LAPACK
has chosen (signs, the order of eigenvalues, pivots) is read off its result, as a constant, so that both are the same function
near the argument; all derivatives of the program are then those of the factorization, in either mode and of any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..places import here
from ..transforms.errors import NoDerivativeError

__all__ = ["computed", "matched", "refuse", "signs", "valued"]


def computed(function: Any, *args: Any, **keywords: Any) -> Any:
    """What the library's function gives, as a constant."""
    return function(*args, **keywords)


def valued(value: Any, estimate: Any) -> Any:
    """`value`, a constant, with the derivatives of `estimate`, which is the same up to rounding."""
    return value * 1


def signs(value: Any, estimate: Any) -> Any:
    """For each column of `estimate`, the sign that makes it that of `value`."""
    return np.where(np.sum(value * estimate, 0) < 0, -1.0, 1.0)


def matched(some: Any, every: Any, what: str) -> Any:
    """The places of `some` numbers among `every`, each the nearest; two at one place are equal, and refused."""
    places = np.argmin(np.abs(np.reshape(every, (1, -1)) - np.reshape(some, (-1, 1))), 1) if len(some) else np.zeros(0, int)
    if len(set(places.tolist())) < len(places):
        refuse(f"{what} with equal eigenvalues", "their vectors are any that span the same space")
    return places


def refuse(what: str, why: str, remedy: str = "") -> None:
    raise here(NoDerivativeError, f"{what} has no derivative here", why=why,
               remedy=remedy or "use cpsad.stop_gradient on the matrix, or a function of it that has one")
