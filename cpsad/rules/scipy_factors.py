"""Factorizations and functions of `scipy.linalg` that are differentiated by a program in their place (`helpers_computed.py`)."""

import numpy as np
from scipy import linalg

from ..cotangents import Absorbing
from .helpers_computed import computed, matched, refuse, signs, valued
from .registry import Table
from .scipy_structured import toeplitz, vectors_of_toeplitz

table = Table("scipy factors")
python, constant = table.python, table.constant

constant(computed, matched, signs, refuse)
table.defrule(valued, lambda g, y, value, estimate: (None, like(g, estimate)))


def like(g, estimate):
    return g if isinstance(g, Absorbing) or np.iscomplexobj(estimate) else np.real(g)


def check(a, what):
    """Raises where the matrix is complex, or there are several."""
    if np.iscomplexobj(a):
        refuse(f"{what} of complex matrices", "what is written here is of real ones")
    if np.ndim(a) > 2:
        refuse(f"{what} of a stack of matrices", "one is taken at a time", "loop over the matrices")


def symmetric(a, lower):
    """The matrix of which one triangle is read."""
    return np.tril(a) + np.transpose(np.tril(a, -1)) if lower else np.triu(a) + np.transpose(np.triu(a, 1))


# -- bands ----------------------------------------------------------------------------------------------------------

def triangle_of_bands(ab, lower):
    """The triangle whose diagonals are the rows of `ab`, as `linalg.cholesky_banded` lays them out."""
    count, n = np.shape(ab)
    total = np.zeros((n, n))
    for k in range(min(count, n)):
        total = total + (np.diag(ab[k, :n - k], -k) if lower else np.diag(ab[count - 1 - k, k:], k))
    return total


def bands_of_triangle(triangle, ab, lower):
    """Its rows; what stands beside the diagonals is what stood there in `ab`."""
    count, n = np.shape(ab)
    rows = []
    for i in range(count):
        k = i if lower else count - 1 - i
        if k >= n:
            rows.append(ab[i])
        elif lower:
            rows.append(np.concatenate([np.diagonal(triangle, -k), ab[i, n - k:]]))
        else:
            rows.append(np.concatenate([ab[i, :k], np.diagonal(triangle, k)]))
    return np.stack(rows)


def cholesky_banded(ab, overwrite_ab=False, lower=False, check_finite=True):
    check(ab, "linalg.cholesky_banded")
    factor = np.linalg.cholesky(symmetric(triangle_of_bands(ab, lower), lower))
    value = computed(linalg.cholesky_banded, ab, False, lower, check_finite)
    return valued(value, bands_of_triangle(factor if lower else np.transpose(factor), ab, lower))


def cho_solve_banded(cb_and_lower, b, overwrite_b=False, check_finite=True):
    cb, lower = cb_and_lower
    check(cb, "linalg.cho_solve_banded")
    value = computed(linalg.cho_solve_banded, (cb, lower), b, False, check_finite)
    return valued(value, linalg.cho_solve((triangle_of_bands(cb, lower), lower), b))


def eig_banded(a_band, lower=False, eigvals_only=False, overwrite_a_band=False, select="a", select_range=None, max_ev=0,
               check_finite=True):
    check(a_band, "linalg.eig_banded")
    found = computed(linalg.eig_banded, a_band, lower, eigvals_only, False, select, select_range, max_ev, check_finite)
    return as_found(found, symmetric(triangle_of_bands(a_band, lower), lower), eigvals_only, "linalg.eig_banded")


def eigvals_banded(a_band, lower=False, overwrite_a_band=False, select="a", select_range=None, check_finite=True):
    return eig_banded(a_band, lower, True, False, select, select_range, 0, check_finite)


def eigh_tridiagonal(d, e, eigvals_only=False, select="a", select_range=None, check_finite=True, tol=0.0, lapack_driver="auto"):
    check(d, "linalg.eigh_tridiagonal")
    found = computed(linalg.eigh_tridiagonal, d, e, eigvals_only, select, select_range, check_finite, tol, lapack_driver)
    matrix = np.diag(d) + np.diag(e, 1) + np.diag(e, -1)
    return as_found(found, matrix, eigvals_only, "linalg.eigh_tridiagonal")


def eigvalsh_tridiagonal(d, e, select="a", select_range=None, check_finite=True, tol=0.0, lapack_driver="auto"):
    return eigh_tridiagonal(d, e, True, select, select_range, check_finite, tol, lapack_driver)


def as_found(found, matrix, values_only, what):
    """Eigenvalues of a symmetric matrix, those that were asked for, and their vectors."""
    if values_only:
        w = np.linalg.eigvalsh(matrix)
        return valued(found, w[matched(found, w, what) if len(found) < len(w) else np.arange(len(w))])
    w, v = np.linalg.eigh(matrix)
    places = matched(found[0], w, what)
    v = v[:, places]
    return valued(found[0], w[places]), valued(found[1], v * signs(found[1], v))


# -- factors --------------------------------------------------------------------------------------------------------

def hessenberg(a, calc_q=False, overwrite_a=False, check_finite=True):
    """By Arnoldi's iteration, with the signs of LAPACK's: all is known of the first unit vector and of what is left of it."""
    check(a, "linalg.hessenberg")
    found, rotation = computed(linalg.hessenberg, a, True, False, check_finite)
    n = len(found)
    if n <= 2:
        made = valued(found, np.asarray(a)), rotation
        return made if calc_q else made[0]
    if np.any(np.diagonal(found, -1) == 0):
        refuse("linalg.hessenberg of a matrix that falls apart", "a number below the diagonal is 0: what follows is arbitrary")
    basis, columns = [np.eye(n)[0]], []
    for k in range(n):
        v, known, total = np.dot(a, basis[k]), np.stack(basis), np.zeros(k + 1)
        for _ in range(2):  # what rounding has left of the first time
            part = np.dot(known, v)
            v = v - np.dot(part, known)
            total = total + part
        if k + 1 < n:
            length = np.sqrt(np.sum(v * v)) * np.sign(found[k + 1, k])
            basis.append(v / length)
            total = np.concatenate([total, np.reshape(length, (1,)), np.zeros(n - k - 2)])
        columns.append(total)
    made = valued(found, np.transpose(np.stack(columns)))
    return (made, valued(rotation, np.transpose(np.stack(basis)))) if calc_q else made


def rq(a, overwrite_a=False, lwork=None, mode="full", check_finite=True):
    """The rows from the last on are orthogonalized: the `qr` of the transposed matrix of reversed rows."""
    check(a, "linalg.rq")
    m, n = np.shape(a)
    if mode == "full" and m < n:
        refuse("the whole Q of linalg.rq", "the rows that span the rest are arbitrary", "use mode='economic'")
    found = computed(linalg.rq, a, False, lwork, "economic" if m < n else "full", check_finite)
    k = min(m, n)
    q, r = np.linalg.qr(np.transpose(a[m - k:][::-1]))
    q, r = np.transpose(q)[::-1], np.transpose(r)[::-1, ::-1]
    way = signs(np.transpose(found[1]), np.transpose(q))
    q, r = q * way[:, None], r * way
    if m > k:
        r = np.concatenate([np.matmul(a[:m - k], np.transpose(q)), r])
    if mode == "r":
        whole = r if m >= n else np.concatenate([np.zeros((m, n - m)), r], 1)
        return valued(computed(linalg.rq, a, False, lwork, "r", check_finite), whole)
    return valued(found[0], r), valued(found[1], q)


def ldl(A, lower=True, hermitian=True, overwrite_a=False, check_finite=True):
    """Block by block, in the order of the pivots and with the blocks that were found."""
    check(A, "linalg.ldl")
    found, blocks, perm = computed(linalg.ldl, A, lower, hermitian, False, check_finite)
    n = len(perm)
    order = perm if lower else perm[::-1]
    rest = symmetric(np.asarray(A), lower)[order][:, order]
    pattern = blocks if lower else blocks[::-1, ::-1]
    columns, diagonal, at = [], [], 0
    while at < n:
        size = 2 if at + 1 < n and pattern[at + 1, at] != 0 else 1
        block = rest[:size, :size]
        left = np.matmul(rest[size:, :size], np.linalg.inv(block))
        rest = rest[size:, size:] - np.matmul(left, np.transpose(rest[size:, :size]))
        columns.append(np.concatenate([np.zeros((at, size)), np.eye(size), left]))
        diagonal.append(np.concatenate([np.zeros((at, size)), block, np.zeros((n - at - size, size))]))
        at += size
    if not columns:
        return found, blocks, perm
    factor, middle = np.concatenate(columns, 1), np.concatenate(diagonal, 1)
    if not lower:
        factor, middle = factor[::-1, ::-1], middle[::-1, ::-1]
    return valued(found, factor[np.argsort(perm)]), valued(blocks, middle), perm


def schur(a, output="real", lwork=None, overwrite_a=False, sort=None, check_finite=True):
    """The vectors of Schur are those that `qr` makes of the eigenvectors, in the order of the eigenvalues."""
    check(a, "linalg.schur")
    found = computed(linalg.schur, a, output, lwork, False, sort, check_finite)
    if np.iscomplexobj(found[0]) or np.any(np.diagonal(found[0], -1)):
        refuse("linalg.schur with complex eigenvalues, or output='complex'", "the phase of complex vectors is arbitrary",
               "use linalg.eigvals, or the function of the matrix that is wanted: linalg.expm, linalg.sqrtm")
    w, v = np.linalg.eig(np.asarray(a))
    q, _ = np.linalg.qr(v[:, matched(np.diagonal(found[0]), w, "linalg.schur")])
    q = q * signs(found[1], q)
    upper = np.triu(np.matmul(np.matmul(np.transpose(q), a), q))
    return (valued(found[0], upper), valued(found[1], q), *found[2:])


# -- functions of a matrix ------------------------------------------------------------------------------------------

def signm(A, disp=True):
    """a (a a)^(-1/2) (Higham, *Functions of Matrices*, 2008, equation 5.2)."""
    check(A, "linalg.signm")
    if disp is False:
        refuse("linalg.signm with disp=False", "the error that it estimates is not known", "use linalg.signm(A)")
    value = computed(linalg.signm, A)
    return valued(value, np.matmul(A, np.linalg.inv(linalg.sqrtm(np.matmul(A, A)))))


def funm(A, func, disp=True):
    """By the eigenvalues, of which each has a vector of its own (Higham, definition 1.2)."""
    check(A, "linalg.funm")
    if not disp:
        refuse("linalg.funm with disp=False", "the error that it estimates is not known", "use linalg.funm(A, func)")
    value = computed(linalg.funm, A, func)
    w, v = np.linalg.eig(np.asarray(A))
    made = np.matmul(v * func(w + 0j), np.linalg.inv(v))
    return valued(value, made if np.iscomplexobj(value) else np.real(made))


def expm_frechet(A, E, method=None, compute_expm=True, check_finite=True):
    """The corner of the exponential of [[a, e], [0, a]] (Higham, theorem 3.6)."""
    check(A, "linalg.expm_frechet")
    n = len(A)
    whole = linalg.expm(np.concatenate([np.concatenate([A, E], 1), np.concatenate([np.zeros((n, n)), A], 1)]))
    found = computed(linalg.expm_frechet, A, E, method, True, check_finite)
    corner = valued(found[1], whole[:n, n:])
    return (valued(found[0], whole[:n, :n]), corner) if compute_expm else corner


def pinvh(a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True):
    """Of the rank that was found."""
    check(a, "linalg.pinvh")
    value, rank = computed(linalg.pinvh, a, atol, rtol, lower, True, check_finite)
    matrix = symmetric(np.asarray(a), lower)
    sizes = computed(np.sort, computed(np.abs, computed(np.linalg.eigvalsh, matrix)))[::-1]
    last = sizes[rank] if rank < len(sizes) else 0.0
    cut = (last + sizes[rank - 1]) / 2 / sizes[0] if rank and sizes[0] else 1.0
    made = valued(value, np.linalg.pinv(matrix, rcond=cut, hermitian=True))
    return (made, rank) if return_rank else made


def matmul_toeplitz(c_or_cr, x, check_finite=False, workers=None):
    value = computed(linalg.matmul_toeplitz, c_or_cr, x, check_finite, workers)
    c, r = vectors_of_toeplitz(c_or_cr)
    return valued(value, np.dot(toeplitz(c, r), x))


for _function in (cholesky_banded, cho_solve_banded, eig_banded, eigvals_banded, eigh_tridiagonal, eigvalsh_tridiagonal,
                  hessenberg, rq, ldl, schur, signm, funm, expm_frechet, pinvh, matmul_toeplitz):
    python(getattr(linalg, _function.__name__), _function)
