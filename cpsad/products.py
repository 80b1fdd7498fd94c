"""Sums of products that a loop adds up: `dW += g b^T`, one after the other, as one matrix product for many.

A weight that is used in every turn of a loop gets a rank-1 cotangent from each. Adding them one by one makes and
reads a matrix of the weight's size every time; here their factors are kept, as rows of two buffers, and multiplied
when the buffers are full or the sum is asked for. The same terms are added up, in another order. (The factors are
copied: what they were made of may be overwritten before they are multiplied.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing, accumulate

__all__ = ["Products", "accumulate_product", "left_rows", "right_rows", "total"]

ROWS = 64  # factors kept until they are multiplied
MOST = 16  # rows of one term, above which it is multiplied at once
_DTYPES = (np.dtype(np.float64), np.dtype(np.float32))


class Products:
    """A sum: `base` plus the product of the first `count` rows of `left`, transposed, with those of `right`."""

    __slots__ = ("base", "count", "left", "right")

    def __init__(self, base: Any, left: Any, right: Any) -> None:
        self.base, self.count = base, 0
        self.left = np.empty((ROWS, left.shape[-1]), left.dtype)
        self.right = np.empty((ROWS, right.shape[-1]), right.dtype)

    def add(self, left: Any, right: Any) -> bool:
        """Adds `left^T right`, vectors or matrices of a few rows; False if they are of another dtype than those before."""
        mine = self.left
        if left.dtype is not mine.dtype or right.dtype is not mine.dtype:
            return False
        count = self.count
        if left.ndim == 1 or len(left) == 1:
            if count == ROWS:
                self.multiply()
                count = 0
            mine[count] = left
            self.right[count] = right
            self.count = count + 1
        else:
            end = count + len(left)
            if end > ROWS:
                self.multiply()
                count, end = 0, len(left)
            mine[count:end] = left
            self.right[count:end] = right
            self.count = end
        return True

    def multiply(self) -> Any:
        """Everything added so far, as an array of our own."""
        if self.count:
            terms = np.dot(self.left[: self.count].T, self.right[: self.count])
            self.base = terms if self.base is ZERO else accumulate(self.base, terms)
            self.count = 0
        return self.base

    def __add__(self, other: Any) -> Any:
        if other is not ZERO:
            if isinstance(other, Absorbing):  # a derivative that is not known
                return other
            self.base = accumulate(self.base, other)
        return self


def left_rows(g: Any, a: Any, b: Any) -> Any:
    """The factors of the cotangent of `a` in `a @ b`, a matrix, as rows; None where they are no few rows."""
    if type(g) is type(a) is type(b) is np.ndarray and a.ndim == 2:
        if b.ndim == 1:
            return g, b
        if b.ndim == 2 and b.shape[1] <= MOST:
            return g.T, b.T
    return None


def right_rows(g: Any, a: Any, b: Any) -> Any:
    """The factors of the cotangent of `b` in `a @ b`, a matrix, as rows; None where they are no few rows."""
    if type(g) is type(a) is type(b) is np.ndarray and b.ndim == 2 and (
            a.ndim == 1 or a.ndim == 2 and a.shape[0] <= MOST):
        return a, g
    return None


def accumulate_product(total: Any, helper: Any, g: Any, a: Any, b: Any) -> Any:
    """`total + helper(g, a, b)`, where `helper` is a product and `total` is ours."""
    factors = helper.rows(g, a, b)
    if factors is not None:
        left, right = factors
        if type(total) is Products:
            if total.add(left, right):
                return total
        elif (left.dtype in _DTYPES and right.dtype is left.dtype and left.flags.aligned
                and (total is ZERO or type(total) is np.ndarray and total.dtype is left.dtype)):
            made = Products(total, left, right)
            made.add(left, right)
            return made
    if type(total) is Products:
        return total + helper(g, a, b)
    return accumulate(total, helper(g, a, b))


def total(sum_: Any) -> Any:
    """The value of a sum that may have products in it."""
    return sum_.multiply() if type(sum_) is Products else sum_
