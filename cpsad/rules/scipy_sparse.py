"""Products of sparse matrices with dense arrays: by the array, and by the matrix's stored elements."""

import numpy as np
from scipy.sparse._base import _spbase

from ..cotangents import Absorbing
from ..places import here
from ..transforms.errors import NoDerivativeError
from .registry import Table

table = Table("scipy sparse")


def product(self, data, other):
    """`self @ other`; `data` are the stored elements of `self`."""
    return _spbase._matmul_dispatch(self, other)


def elements_known(self):
    if self.format not in ("csr", "csc", "coo"):
        raise here(NoDerivativeError, f"the elements of a sparse matrix of format {self.format!r} have no derivative here",
                   remedy="make it one of format 'csr', 'csc' or 'coo'")


def elements_back(g, self, data, other):
    if isinstance(g, Absorbing):
        return g
    elements_known(self)
    places = self.tocoo()
    left, right = g[places.row], other[places.col]
    return left * right if np.ndim(g) == 1 else np.sum(left * right, -1)


table.defrule(product, lambda g, y, self, data, other: (
    None, elements_back(g, self, data, other), transposed_product(self, data, g)))


def transposed_product(self, data, g):
    if isinstance(g, Absorbing):
        return g
    return self.T @ g


def is_dense(other):
    return isinstance(other, np.ndarray)


table.constant(is_dense, result="s")


def matmul(self, other):
    other = np.asarray(other) if isinstance(other, (list, tuple)) else other
    if not is_dense(other):
        raise NotImplementedError("a product of two sparse matrices has no derivative here: make one of them dense")
    if self.format == "lil" or self.format == "dok":
        self = self.tocsr()
    return product(self, self.data, other)


def rmatmul(self, other):
    turned = self.transpose()
    return np.transpose(matmul(turned, np.transpose(other)))


table.python(_spbase._matmul_dispatch, matmul)
table.python(_spbase._rmatmul_dispatch, rmatmul)
