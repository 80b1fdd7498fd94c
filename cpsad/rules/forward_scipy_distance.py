"""Forward rules of `scipy.spatial.distance`: the slope of each distance times how its two points move."""

from typing import Any

import numpy as np
from scipy.spatial import distance

from ..cotangents import Absorbing
from .forward import forward
from .helpers_distances import slope
from .helpers_forward import through


def cdist_along(d: Any, y: Any, a: Any, b: Any, metric: Any, p: float, second: bool) -> Any:
    """All distances between the rows of `a` and those of `b`, of which one moves."""
    if isinstance(d, Absorbing):
        return d
    u, v = np.broadcast_arrays(np.asarray(a)[:, None, :], np.asarray(b)[None, :, :])
    if second:
        return np.sum(slope(v - u, y, v, u, metric, p) * d[None, :, :], -1)
    return np.sum(slope(u - v, y, u, v, metric, p) * d[:, None, :], -1)


def pdist_along(d: Any, y: Any, x: Any, metric: Any, p: float) -> Any:
    """The distances between the rows of `x`, of each pair once."""
    if isinstance(d, Absorbing):
        return d
    i, j = np.triu_indices(np.shape(x)[0], 1)
    u, v = x[i], x[j]
    return np.sum(slope(u - v, y, u, v, metric, p) * d[i] + slope(v - u, y, v, u, metric, p) * d[j], -1)


forward(
    distance.cdist,
    lambda d, y, XA, XB, metric="euclidean", *, p=2.0: (
        cdist_along(d, y, XA, XB, metric, p, False),
        cdist_along(d, y, XA, XB, metric, p, True),
    ),
)
forward(distance.pdist, lambda d, y, X, metric="euclidean", *, p=2.0: pdist_along(d, y, X, metric, p))
forward(distance.squareform, lambda d, y, X, force="no", checks=True: through(d, distance.squareform, d, force, False))
