"""The slope of a pseudo-inverse that leaves small singular values out. What a helper is: `helpers.py`.

f(a) = u f(s) v^H with f(s) = 1/s for the values that are kept and 0 for the others is a generalized matrix function, whose
slope is made of divided differences of f (Noferini, *A formula for the Frechet derivative of a generalized matrix
function*, 2017). Golub and Pereyra's formula is that of values left out that are 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["inverse_of_rank", "is_truncated", "kept_values", "truncated_slope"]


def _h(a: Any) -> Any:
    return np.conjugate(np.swapaxes(a, -1, -2))


def kept_values(a: Any, p: Any) -> Any:
    """Which singular values of `a` its pseudo-inverse `p` was made of."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    along = np.sum(vh * np.swapaxes(np.matmul(p, u), -1, -2), -1)
    return np.abs(along) * s > 0.5


def is_truncated(a: Any, p: Any) -> bool:
    """Whether one that is left out is not 0, as far as rounding tells."""
    s = np.linalg.svd(a, compute_uv=False)
    if not np.size(s) or not np.all(np.isfinite(s)):
        return False
    return bool(np.any(~kept_values(a, p) & (s > 1e-12 * s[..., :1])))


def truncated_slope(d: Any, a: Any, kept: Any) -> Any:
    """How u f(s) v^H, the conjugate transpose of the pseudo-inverse, moves with `a` along `d`.

    `d`, `a`: (..., m, n); `kept`: (..., min(m, n)). As a linear map of `d` it is its own adjoint.
    """
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    v, uh = _h(vh), _h(u)
    moved = np.matmul(np.matmul(uh, d), v)
    left, right = kept[..., :, None], kept[..., None, :]
    mixed = left != right
    big = np.where(left, s[..., :, None], s[..., None, :])
    small = np.where(left, s[..., None, :], s[..., :, None])
    gap = np.where(mixed, (big - small) * (big + small), 1)
    safe = np.where(left | right, big, 1)
    straight = np.where(mixed, moved / gap, 0)
    both = left & right
    turned = np.where(mixed, small / (safe * gap), np.where(both, -1 / (safe * np.where(both, small, 1)), 0)) * _h(moved)
    inner = np.matmul(np.matmul(u, straight + turned), vh)
    squares = np.where(kept, 1 / np.where(kept, s, 1) ** 2, 0)[..., None, :]
    rows = np.matmul(np.matmul(d - np.matmul(u, np.matmul(uh, d)), v) * squares, vh)
    columns = np.matmul(u * squares, np.matmul(uh, d - np.matmul(np.matmul(d, v), vh)))
    return inner + rows + columns


def inverse_of_rank(a: Any, rank: Any) -> Any:
    """The pseudo-inverse by the largest `rank` singular values."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    kept = np.arange(np.shape(s)[-1]) < rank
    return np.matmul(_h(vh) * np.where(kept, 1 / np.where(kept, s, 1), 0), _h(u))
