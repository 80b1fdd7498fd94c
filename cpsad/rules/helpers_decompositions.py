"""Formulas of the rules of matrix decompositions. What a helper is: `helpers.py`.

They are written for the conjugate of the cotangent, as the literature has them, so that `g` (which stands for the
real part of `g dy`) is conjugated on the way in and out; for real matrices that is nothing. `_h` is the conjugate
transpose. Where a result is determined up to a sign or a phase only, the one that LAPACK gave is followed along: the phases of
eigenvectors as `helpers_phases.py` says; of singular vectors the derivative is given if it does not depend on the phase, and
refused otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, unbroadcast
from ..places import here
from ..transforms.errors import NoDerivativeError
from .helpers_phases import turned
from .helpers_truncated import inverse_of_rank, is_truncated, kept_values, truncated_slope

__all__ = ["eig_back", "eigh_back", "eigvals_back", "lstsq_left", "lstsq_right", "pinv_back", "qr_back", "r_back",
           "slogdet_back", "svd_back", "svdvals_back"]


def _h(a: Any) -> Any:
    """Conjugate transpose of the last two axes."""
    r = np.swapaxes(a, -1, -2)
    return np.conjugate(r) if np.iscomplexobj(r) else r


def _bar(g: Any) -> Any:
    return np.conjugate(g) if np.iscomplexobj(g) else g


def _given(g: Any, like: Any) -> Any:
    """A cotangent as an array: zeros of the shape of `like` where there is none."""
    return np.zeros_like(like) if g is ZERO else g


def _real_if(r: Any, a: Any) -> Any:
    return r if np.iscomplexobj(a) else np.real(r)


def _free_of_phase(d: Any, scale: Any) -> None:
    """`d`: the diagonals whose imaginary part says how much the result depends on the phases of vectors."""
    if np.iscomplexobj(d) and np.any(np.abs(np.imag(d)) > 1e-6 * (np.abs(scale) + 1e-300)):
        raise here(NoDerivativeError, "a derivative depends on the phase of complex singular vectors or eigenvectors",
                   why="the phase is arbitrary", remedy="use what does not depend on it, as abs(v) or v @ v.conj().T")


def _diagonal(m: Any) -> Any:
    return np.diagonal(m, 0, -2, -1)


def _gaps(w: Any) -> Any:
    """1 / (w_j - w_i), and 0 on the diagonal."""
    gap = w[..., None, :] - w[..., :, None]
    eye = np.eye(np.shape(w)[-1], dtype=bool)
    return np.where(eye, 0, 1 / np.where(eye, 1, gap))


def _product(f: Any, m: Any) -> Any:
    """`f * m`, and 0 where `m` is."""
    return np.where(m == 0, 0, f * m)


def one_triangle(s: Any, UPLO: str) -> Any:
    """Of a function of a Hermitian matrix that reads one triangle of it: `s` and its transpose, folded there."""
    s = s + _h(s)
    diagonal = np.tril(np.triu(s))
    return np.tril(s) - diagonal / 2 if UPLO in "Ll" else np.triu(s) - diagonal / 2


def eigh_back(g: Any, y: Any, a: Any, UPLO: str) -> Any:
    """Eigenvalues and eigenvectors of a Hermitian matrix: v (diag(gw) + F * (v^H gv)) v^H, F = 1 / (w_j - w_i)."""
    gw, gv = g
    if isinstance(gw, Absorbing) and isinstance(gv, Absorbing):
        return gw + gv
    w, v = y
    middle = np.real(_given(gw, w))[..., None, :] * np.eye(np.shape(w)[-1], dtype=w.dtype)
    if gv is not ZERO:
        p = np.matmul(_h(v), turned(_bar(gv), v, UPLO))
        _free_of_phase(_diagonal(p), np.max(np.abs(p), axis=(-1, -2), initial=0)[..., None])
        middle = middle + _product(_gaps(w), (p - _h(p)) / 2)
    return _bar(one_triangle(np.matmul(np.matmul(v, middle), _h(v)), UPLO))


def eig_back(g: Any, y: Any, a: Any) -> Any:
    """Eigenvalues and unit eigenvectors: v^-H (diag(gw) + F^* (v^H gv - v^H v Re diag(v^H gv))) v^H."""
    gw, gv = g
    if isinstance(gw, Absorbing) and isinstance(gv, Absorbing):
        return gw + gv
    w, v = y
    middle = _bar(_given(gw, w))[..., None, :] * np.eye(np.shape(w)[-1], dtype=np.real(w).dtype)
    if gv is not ZERO:
        if np.iscomplexobj(v) and not np.iscomplexobj(a):  # real vectors, in an array of complex numbers, stay real
            gv = np.where((np.imag(w) == 0)[..., None, :], np.real(gv), gv)
        p = np.matmul(_h(v), turned(_bar(gv), v, None))
        d = _diagonal(p)
        _free_of_phase(d, np.max(np.abs(p), axis=(-1, -2), initial=0)[..., None])
        middle = middle + _product(np.conjugate(_gaps(w)), p - np.matmul(_h(v), v) * np.real(d)[..., None, :])
    return _real_if(_bar(np.linalg.solve(_h(v), np.matmul(middle, _h(v)))), a)


def eigvals_back(g: Any, y: Any, a: Any) -> Any:
    """Eigenvalues: v^-H diag(gw) v^H."""
    if isinstance(g, Absorbing):
        return g
    _, v = np.linalg.eig(a)
    return _real_if(_bar(np.linalg.solve(_h(v), _bar(g)[..., None] * _h(v))), a)


def svdvals_back(g: Any, a: Any) -> Any:
    """Singular values: u diag(gs) v^H."""
    if isinstance(g, Absorbing):
        return g
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return _bar(np.matmul(u * np.real(g)[..., None, :], vh))


def _thin(g: Any, k: int, what: str) -> Any:
    """The first `k` columns of a cotangent; those after them span what is free to turn, and can have none."""
    if g is ZERO or np.shape(g)[-1] == k:
        return g
    if np.any(g[..., k:]):
        raise here(NoDerivativeError, f"a derivative goes through the columns of a full {what} that span the rest",
                   why="they are determined up to a rotation only", remedy=f"use the reduced {what}")
    return g[..., :k]


def svd_back(g: Any, y: Any, a: Any, hermitian: bool = False) -> Any:
    """u s v^H = a: u ((J + J^H) s + s (K + K^H) + diag(gs)) v^H and what leaves the spaces of u and v;
    J = F * (u^H gu), K = F * (v^H gv), F = 1 / (s_j^2 - s_i^2)."""
    gu, gs, gvh = g
    if all(isinstance(part, Absorbing) for part in g):
        return gu + gs + gvh
    u, s, vh = y
    k = np.shape(s)[-1]
    gu = _thin(gu, k, "np.linalg.svd")
    gv = _thin(gvh if gvh is ZERO else _h(_bar(gvh)), k, "np.linalg.svd")
    u, v = u[..., :k], _h(vh)[..., :k]
    middle = np.real(_given(gs, s))[..., None, :] * np.eye(k, dtype=s.dtype)
    row, column = s[..., None, :], s[..., :, None]
    eye = np.eye(k, dtype=bool)
    f = np.where(eye, 0, 1 / np.where(eye, 1, (row - column) * (row + column)))
    total = ZERO
    phases, size = ZERO, 0.0
    if gu is not ZERO:
        gu = _bar(gu)
        p = np.matmul(_h(u), gu)
        j = _product(f, p - _h(p))  # F is antisymmetric: J + J^H
        middle = middle + j * row
        rest = gu - np.matmul(u, p)
        total = total + np.matmul(_product(1 / row, rest), _h(v))
        phases, size = phases + _diagonal(p), size + np.max(np.abs(p), initial=0)
    if gv is not ZERO:
        q = np.matmul(_h(v), gv)
        middle = middle + column * _product(f, q - _h(q))
        rest = gv - np.matmul(v, q)
        total = total + np.matmul(u, _h(_product(1 / row, rest)))
        if np.iscomplexobj(q):
            d = 1j * np.imag(_diagonal(q))
            middle = middle - (d / s)[..., None, :] * eye
        phases, size = phases + _diagonal(q), size + np.max(np.abs(q), initial=0)
    if phases is not ZERO:
        _free_of_phase(phases, size)
    r = np.matmul(np.matmul(u, middle), _h(v)) + total
    return _bar(one_triangle(r, "L") if hermitian else r)


def _below(m: Any) -> Any:
    """The lower triangle of `m`, mirrored to the upper; a real diagonal."""
    low = np.tril(m, -1)
    diagonal = np.real(np.tril(np.triu(m)))
    return low + _h(low) + diagonal


def _square_qr(gq: Any, gr: Any, q: Any, r: Any) -> Any:
    m = np.matmul(r, _h(gr)) - np.matmul(_h(gq), q)
    return _h(np.linalg.solve(r, _h(gq + np.matmul(q, _below(m)))))


def qr_back(g: Any, y: Any, a: Any) -> Any:
    """q r = a: (gq + q mirrored(r gr^H - gq^H q)) r^-H; columns beyond the square by what they depend on."""
    gq, gr = g
    if isinstance(gq, Absorbing) and isinstance(gr, Absorbing):
        return gq + gr
    q, r = y
    rows, columns = np.shape(a)[-2:]
    k = min(rows, columns)
    gq = _thin(gq, k, "np.linalg.qr")
    q, r = q[..., :k], r[..., :k, :]
    gq = _bar(_given(gq, q))
    gr = _bar(_given(gr if gr is ZERO else gr[..., :k, :], r))
    if columns <= rows:
        return _bar(_square_qr(gq, gr, q, r))
    right = gr[..., k:]
    gq = gq + np.matmul(a[..., k:], _h(right))
    left = _square_qr(gq, gr[..., :k], q, r[..., :k])
    return _bar(np.concatenate([left, np.matmul(q, right)], -1))


def r_back(g: Any, y: Any, a: Any) -> Any:
    """The triangle `r` of `np.linalg.qr` alone."""
    if isinstance(g, Absorbing):
        return g
    return qr_back((ZERO, g), np.linalg.qr(a), a)


def slogdet_back(g: Any, y: Any, a: Any) -> Any:
    """Sign and logarithm of a determinant: g times the transposed inverse."""
    gs, gl = g
    if isinstance(gs, Absorbing) and isinstance(gl, Absorbing):
        return gs + gl
    weight = np.real(_given(gl, y[1]))
    if gs is not ZERO and np.iscomplexobj(a):
        weight = weight - 1j * np.real(1j * gs * y[0])
    return np.reshape(weight, (*np.shape(y[1]), 1, 1)) * np.swapaxes(np.linalg.inv(a), -1, -2)


def pinv_back(g: Any, y: Any, a: Any, hermitian: bool = False) -> Any:
    """p = a^+ of the same rank: -p^H g p^H + (1 - a p) g^H p p^H + p^H p g^H (1 - p a)."""
    if isinstance(g, Absorbing):
        return g
    a = np.tril(a, -1) + _h(np.tril(a, -1)) + np.tril(np.triu(np.real(a))) if hermitian else a
    if is_truncated(a, y):
        r = truncated_slope(np.swapaxes(g, -1, -2), a, kept_values(a, y))
        return _bar(one_triangle(r, "L") if hermitian else _real_if(r, a))
    g, p, ph, gh = _bar(g), y, _h(y), _h(_bar(g))
    x = np.matmul(np.matmul(gh, p), ph)
    z = np.matmul(np.matmul(ph, p), gh)
    r = (x - np.matmul(a, np.matmul(p, x))) + (z - np.matmul(np.matmul(z, p), a)) - np.matmul(np.matmul(ph, g), ph)
    return _bar(one_triangle(r, "L") if hermitian else r)


def _columns(x: Any, b: Any) -> Any:
    return x if np.ndim(b) == 2 else np.reshape(x, (-1, 1))


def lstsq_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    """Least squares, for `a`: of the solution a^+ b, the sums of squares that are left, and the singular values."""
    gx, gr, gs = g[0], g[1], g[3]
    if all(isinstance(part, Absorbing) for part in (gx, gr, gs)):
        return gx + gr + gs
    total = ZERO
    x, c = _columns(y[0], b), _columns(b, b)
    if gx is not ZERO:
        inverse = inverse_of_rank(a, y[2])
        total = total + pinv_back(np.matmul(_columns(gx, b), np.swapaxes(c, -1, -2)), inverse, a)
    if gr is not ZERO and np.size(gr):
        left = _bar(c - np.matmul(a, x))
        total = total - np.matmul(left * (2 * np.real(gr)), np.swapaxes(x, -1, -2))
    if gs is not ZERO:
        total = total + svdvals_back(gs, a)
    return total


def lstsq_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """Least squares, for `b`."""
    gx, gr = g[0], g[1]
    if isinstance(gx, Absorbing) and isinstance(gr, Absorbing):
        return gx + gr
    total = ZERO
    if gx is not ZERO:
        total = total + np.matmul(np.swapaxes(inverse_of_rank(a, y[2]), -1, -2), _columns(gx, b))
    if gr is not ZERO and np.size(gr):
        left = _bar(_columns(b, b) - np.matmul(a, _columns(y[0], b)))
        total = total + left * (2 * np.real(gr))
    return unbroadcast(total, total) if total is ZERO else np.reshape(total, np.shape(b))
