"""Matrices of `scipy.linalg` with a structure: Toeplitz, Hankel and circulant ones, and banded systems.

A matrix made of a vector is the vector at an array of places, in plain Python. A banded matrix is kept by its diagonals,
`ab[upper + i - j, j] = a[i, j]`.
"""

import numpy as np
from scipy import linalg

from .helpers_banded import banded_back, halfbanded_back, toeplitz_back
from .registry import Table

table = Table("scipy structured")
defrule, python = table.defrule, table.python


def as_vector(x, name):
    """`x` as SciPy sees it; more dimensions mean one thing or another, by version."""
    x = np.asarray(x)
    if x.ndim > 1:
        raise NotImplementedError(f"linalg.{name} has a derivative for vectors only: loop over the rows")
    return np.ravel(x)


def toeplitz(c, r=None):
    c = as_vector(c, "toeplitz")
    r = np.conjugate(c) if r is None else as_vector(r, "toeplitz")
    values = np.concatenate((c[::-1], r[1:]))
    return values[len(c) - 1 - np.arange(len(c))[:, None] + np.arange(len(r))]


def hankel(c, r=None):
    c = as_vector(c, "hankel")
    r = np.zeros_like(c) if r is None else as_vector(r, "hankel")
    values = np.concatenate((c, r[1:]))
    return values[np.arange(len(c))[:, None] + np.arange(len(r))]


def circulant(c):
    c = as_vector(c, "circulant")
    return c[(np.arange(len(c))[:, None] - np.arange(len(c))) % max(len(c), 1)]


def vectors_of_toeplitz(c_or_cr):
    if isinstance(c_or_cr, tuple):
        c, r = c_or_cr
        return as_vector(c, "solve_toeplitz"), as_vector(r, "solve_toeplitz")
    c = as_vector(c_or_cr, "solve_toeplitz")
    return c, np.conjugate(c)


def toeplitz_solve(c, r, b, check_finite):
    """`linalg.solve_toeplitz`, the vectors by themselves."""
    return linalg.solve_toeplitz((c, r), b, check_finite)


def solve_toeplitz(c_or_cr, b, check_finite=True):
    c, r = vectors_of_toeplitz(c_or_cr)
    return toeplitz_solve(c, r, b, check_finite)


def _toeplitz_solve_back(g, y, c, r, b, check_finite):
    found = toeplitz_back(g, y, c, r)
    return found[0], found[1], found[2]


def _solve_banded_back(g, y, l_and_u, ab, b, *, check_finite=True):
    found = banded_back(g, y, l_and_u, ab)
    return None, found[0], found[1]


def _solveh_banded_back(g, y, ab, b, *, lower=False, check_finite=True):
    found = halfbanded_back(g, y, ab, lower)
    return found[0], found[1]


def solve_banded(l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True):
    return linalg.solve_banded(l_and_u, ab, b, check_finite=check_finite)


def solveh_banded(ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True):
    return linalg.solveh_banded(ab, b, lower=lower, check_finite=check_finite)


python(linalg.toeplitz, toeplitz)
python(linalg.hankel, hankel)
python(linalg.circulant, circulant)
python(linalg.solve_toeplitz, solve_toeplitz)
defrule(toeplitz_solve, _toeplitz_solve_back)
defrule(linalg.solve_banded, _solve_banded_back)
defrule(linalg.solveh_banded, _solveh_banded_back)
table.otherwise(linalg.solve_banded, solve_banded)
table.otherwise(linalg.solveh_banded, solveh_banded)
