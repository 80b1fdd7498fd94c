"""Formulas of the rules of reductions of some of the elements (`where`), from a start (`initial`). See `helpers.py`.

`where` broadcasts against the array; None stands for all.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, unbroadcast
from .helpers import cast
from .helpers_reductions import kept, prod_back, unreduce

__all__ = ["extreme_initial", "extreme_where", "mean_where", "nanmean_where", "numbers", "prod_initial", "prod_where",
           "sum_where", "var_mean", "var_where"]


def numbers(x: Any, where: Any) -> Any:
    """Which elements the `nan` functions go over."""
    return ~np.isnan(x) if where is None else ~np.isnan(x) & where


def sum_where(g: Any, x: Any, axis: Any, keepdims: bool, where: Any) -> Any:
    """Sum over `axis`: `g` repeated, where an element is counted."""
    return np.where(where, unreduce(g, x, axis, keepdims), 0)


def mean_where(g: Any, x: Any, axis: Any, keepdims: bool, where: Any) -> Any:
    """Mean over `axis`: `g` by the number of elements that count, where they do."""
    if isinstance(g, Absorbing):
        return g
    counted = np.broadcast_to(where, np.shape(x))
    number = np.sum(counted, axis=axis, keepdims=keepdims, dtype=np.real(x).dtype)
    return np.where(counted, kept(g / number, x, axis, keepdims), 0)


def nanmean_where(g: Any, x: Any, axis: Any, keepdims: bool, where: Any) -> Any:
    """Mean over `axis` of the elements that are numbers."""
    return mean_where(g, x, axis, keepdims, numbers(x, where))


def prod_where(g: Any, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """Product over `axis`, from `initial`."""
    if isinstance(g, Absorbing):
        return g
    counted = np.broadcast_to(True if where is None else where, np.shape(x))
    factors = np.where(counted, x, 1)
    product = np.prod(factors, axis=axis, keepdims=keepdims)
    return np.where(counted, prod_back(g * (1 if initial is None else initial), product, factors, axis, keepdims), 0)


def prod_initial(g: Any, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """Product over `axis`, for `initial`: the product of the elements."""
    if isinstance(g, Absorbing) or initial is None:
        return ZERO
    return np.sum(g * np.prod(x, axis=axis, keepdims=keepdims, where=True if where is None else where))


def _attained(y: Any, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> tuple[Any, Any]:
    """Which elements are the extreme, and how many there are, with `initial`."""
    attained = x == kept(y, x, axis, keepdims)
    if where is not None:
        attained = attained & where
    number = np.sum(attained, axis=axis, keepdims=keepdims, dtype=y.dtype)
    return attained, number + (0 if initial is None else initial == y)


def extreme_where(g: Any, y: Any, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """Maximum or minimum over `axis` and of `initial`: an equal share to all that attain it."""
    if isinstance(g, Absorbing):
        return g
    attained, number = _attained(y, x, axis, keepdims, initial, where)
    return np.where(attained, kept(g / (number + (number == 0)), x, axis, keepdims), 0)


def extreme_initial(g: Any, y: Any, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """Maximum or minimum over `axis` and of `initial`, for `initial`."""
    if isinstance(g, Absorbing) or initial is None:
        return ZERO
    _, number = _attained(y, x, axis, keepdims, initial, where)
    return np.sum(np.where(y == initial, g / (number + (number == 0)), 0))


def _off(x: Any, axis: Any, ddof: float, mean: Any, where: Any) -> Any:
    counted = np.broadcast_to(True if where is None else where, np.shape(x))
    if mean is None:
        mean = np.mean(x, axis=axis, keepdims=True, where=counted)
    number = np.sum(counted, axis=axis, keepdims=True, dtype=np.real(x).dtype) - ddof
    return np.where(counted, x - mean, 0) * np.where(number > 0, 2 / np.where(number > 0, number, 1), math.inf)


def var_where(g: Any, x: Any, axis: Any, ddof: float, keepdims: bool, mean: Any, where: Any) -> Any:
    """Variance over `axis`, about `mean` if given: g 2 conj(x - mean) / (n - ddof)."""
    if isinstance(g, Absorbing):
        return g
    slope = _off(x, axis, ddof, mean, where)
    if np.iscomplexobj(x):
        return kept(np.real(g), x, axis, keepdims) * np.conjugate(slope)
    r = kept(g, x, axis, keepdims) * slope
    return r if mean is None else cast(r, x, r)


def var_mean(g: Any, x: Any, axis: Any, ddof: float, keepdims: bool, mean: Any, where: Any) -> Any:
    """Variance over `axis` about `mean`, for that."""
    if isinstance(g, Absorbing) or mean is None:
        return ZERO
    return unbroadcast(-var_where(g, x, axis, ddof, keepdims, mean, where), mean)
