"""NumPy's functions of polynomials' coefficients, in Python where their own source cannot be differentiated."""

import numpy as np

from .registry import Table

table = Table("numpy polynomials")


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
    """`np.polyfit`: the coefficients, by least squares of scaled powers."""
    if full or cov:
        raise NotImplementedError("np.polyfit with full= or cov= has no derivative: use the coefficients alone")
    x, y = np.asarray(x) + 0.0, np.asarray(y) + 0.0
    if rcond is None:
        rcond = len(x) * np.finfo(x.dtype).eps
    left, right = np.vander(x, int(deg) + 1), y
    if w is not None:
        w = np.asarray(w) + 0.0
        left = left * w[:, None]
        right = right * w[:, None] if np.ndim(right) == 2 else right * w
    scale = np.sqrt(np.sum(left * left, axis=0))
    c = np.linalg.lstsq(left / scale, right, rcond)[0]
    return (c.T / scale).T


table.python(np.polymul, polymul)
table.python(np.polyint, polyint)
table.python(np.roots, roots)
table.python(np.polyfit, polyfit)
