"""NumPy's functions of polynomials' coefficients, in Python where their own source cannot be differentiated."""

import warnings

import numpy as np

from .registry import Table

table = Table("numpy polynomials")
RANK_WARNING = getattr(getattr(np, "exceptions", np), "RankWarning", None) or np.RankWarning


def _trimmed(p):
    """Coefficients without zeros in front, at least one."""
    p = np.atleast_1d(p)
    nonzero = np.flatnonzero(p)
    return p[nonzero[0]:] if len(nonzero) else p[:0]


def polymul(a1, a2):
    """`np.polymul`."""
    p, q = _trimmed(a1), _trimmed(a2)
    return np.convolve(p if np.size(p) else np.zeros(1), q if np.size(q) else np.zeros(1))


def polyint(p, m=1, k=None):
    """`np.polyint`, as often as wanted."""
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = np.zeros(m) if k is None else np.atleast_1d(k) * np.ones(m)
    p = np.asarray(p)
    for i in range(m):
        p = np.concatenate([p / np.arange(len(p), 0, -1), constants[i:i + 1]])
    return p


def roots(p):
    """`np.roots`: the eigenvalues of the companion matrix."""
    p = np.atleast_1d(p)
    if np.ndim(p) != 1:
        raise ValueError("Input must be a rank-1 array.")
    nonzero = np.flatnonzero(p)
    if len(nonzero) == 0:
        return np.array([])
    trailing = len(p) - int(nonzero[-1]) - 1
    p = p[int(nonzero[0]):int(nonzero[-1]) + 1]
    n = len(p)
    found = np.array([])
    if n > 1:
        found = np.linalg.eigvals(np.concatenate([(-p[1:] / p[0])[None], np.eye(n - 2, n - 1)]))
    return np.concatenate([found, np.zeros(trailing)]) if trailing else found


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """`np.polyfit`: the coefficients, by least squares of scaled powers, and what is wanted beside them."""
    x, y = np.asarray(x) + 0.0, np.asarray(y) + 0.0
    if rcond is None:
        rcond = len(x) * np.finfo(x.dtype).eps
    left, right = np.vander(x, int(deg) + 1), y
    if w is not None:
        w = np.asarray(w) + 0.0
        left = left * w[:, None]
        right = right * w[:, None] if np.ndim(right) == 2 else right * w
    scale = np.sqrt(np.sum(left * left, axis=0))
    left = left / scale
    c, squares, rank, singular = np.linalg.lstsq(left, right, rcond)
    c = (c.T / scale).T
    if full:
        return c, squares, rank, singular, rcond
    if rank != int(deg) + 1:
        warnings.warn("Polyfit may be poorly conditioned", RANK_WARNING, stacklevel=2)
    if not cov:
        return c
    spread = np.linalg.inv(np.dot(left.T, left)) / np.outer(scale, scale)
    if cov != "unscaled":
        if len(x) <= int(deg) + 1:
            raise ValueError("the number of data points must exceed order to scale the covariance matrix")
        factor = squares / (len(x) - (int(deg) + 1))
        return c, spread * factor if np.ndim(y) == 1 else spread[:, :, None] * factor
    return c, spread * 1 if np.ndim(y) == 1 else spread[:, :, None] * 1


def polydiv(u, v):
    """`np.polydiv`: the quotient, coefficient by coefficient, and the remainder without zeros in front."""
    u, v = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    kind = (u[0] + v[0]).dtype
    m, n = len(u) - 1, len(v) - 1
    scale = 1.0 / v[0]
    rest, quotient = u.astype(kind), []
    for k in range(m - n + 1):
        d = scale * rest[k]
        quotient.append(d)
        rest = np.concatenate([rest[:k], rest[k:k + n + 1] - d * v, rest[k + n + 1:]])
    while np.allclose(rest[0], 0, rtol=1e-14) and np.shape(rest)[-1] > 1:
        rest = rest[1:]
    return np.stack(quotient).astype(kind) if quotient else np.zeros(1, kind), rest


table.python(np.polymul, polymul)
table.python(np.polyint, polyint)
table.python(np.roots, roots)
table.python(np.polyfit, polyfit)
table.python(np.polydiv, polydiv)
