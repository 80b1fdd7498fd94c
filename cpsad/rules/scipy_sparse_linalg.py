"""Solutions of sparse systems with a dense right side: by that and by the matrix's stored elements."""

import numpy as np
from scipy.sparse import linalg

from ..cotangents import Absorbing
from .registry import Table

table = Table("scipy sparse linalg")


def solution(A, data, b, permc_spec, use_umfpack):
    return linalg.spsolve(A, b, permc_spec, use_umfpack)


def solution_back(g, y, A):
    if isinstance(g, Absorbing):
        return g, g
    w = linalg.spsolve(A.T.tocsc(), g)
    places = A.tocoo()
    left, right = w[places.row], y[places.col]
    return -(left * right if np.ndim(left) == 1 else np.sum(left * right, -1)), w


def _solution_back(g, y, A, data, b, permc_spec, use_umfpack):
    found = solution_back(g, y, A)
    return None, found[0], np.reshape(found[1], np.shape(b))


table.defrule(solution, _solution_back)


def spsolve(A, b, permc_spec=None, use_umfpack=True):
    if A.format not in ("csr", "csc", "coo") or not isinstance(b, np.ndarray):
        raise NotImplementedError("sparse.linalg.spsolve has a derivative for a matrix of format 'csr', 'csc' or 'coo' and "
                                  "a dense right side")
    return solution(A, A.data, b, permc_spec, use_umfpack)


table.python(linalg.spsolve, spsolve)
