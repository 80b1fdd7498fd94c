"""Forward rules of products of sparse matrices with dense arrays."""

from __future__ import annotations

from typing import Any

from ..cotangents import Absorbing
from .forward import forward
from .scipy_sparse import elements_known, product


def with_elements(self: Any, d: Any) -> Any:
    """The sparse matrix with `d` in the places of the elements of another."""
    elements_known(self)
    made = self.copy()
    made.data = d
    return made


def product_by_elements(d: Any, self: Any, other: Any) -> Any:
    return d if isinstance(d, Absorbing) else with_elements(self, d) @ other


def product_by_array(d: Any, self: Any) -> Any:
    return d if isinstance(d, Absorbing) else self @ d


forward(product, lambda d, y, self, data, other: (
    None, product_by_elements(d, self, other), product_by_array(d, self)))
