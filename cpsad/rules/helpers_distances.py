"""Formulas of the rules of `scipy.spatial.distance`: the slope of each distance by its first point, by pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import Absorbing
from ..places import here
from ..transforms.errors import NoDerivativeError

__all__ = ["cdist_back", "pdist_back", "squareform_back"]


def slope(d: Any, y: Any, u: Any, v: Any, metric: Any, p: float) -> Any:
    """Slope of the distance `y` by `u`; `d` is u - v. Shape (..., n) for y of shape (...). 0 at distance 0."""
    y = y[..., None]
    if metric in ("euclidean", "euclid", "eu", "e"):
        return d / (y + (y == 0))
    if metric in ("sqeuclidean", "sqe", "sqeuclid"):
        return 2 * d
    if metric in ("cityblock", "cblock", "cb", "c", "manhattan"):
        return np.sign(d)
    if metric in ("chebyshev", "cheby", "cheb", "ch"):
        attained = (np.abs(d) == y) & (y > 0)
        return np.sign(d) * attained / np.maximum(np.sum(attained, -1, keepdims=True), 1)
    if metric in ("minkowski", "mi", "m", "pnorm"):
        size = np.abs(d)
        return np.sign(d) * np.where(size == 0, 0, size / (y + (y == 0))) ** (p - 1) * (size > 0)
    if metric in ("cosine", "cos"):
        uu, vv = np.sum(u * u, -1, keepdims=True), np.sum(v * v, -1, keepdims=True)
        return -(v / np.sqrt(uu * vv) - (1 - y) * u / uu)
    if metric in ("canberra",):
        total = np.abs(u) + np.abs(v)
        safe = total + (total == 0)
        return np.sign(d) / safe - np.abs(d) * np.sign(u) / (safe * safe)
    if metric in ("braycurtis",):
        total = np.sum(np.abs(u + v), -1, keepdims=True)
        return (np.sign(d) - y * np.sign(u + v)) / total
    raise here(NoDerivativeError, f"a distance with metric={metric!r} has no derivative here",
               remedy="write it with NumPy, or transform the points first")


def cdist_back(g: Any, y: Any, a: Any, b: Any, metric: Any, p: float) -> tuple[Any, Any]:
    """All distances between the rows of `a` and those of `b`."""
    if isinstance(g, Absorbing):
        return g, g
    u, v = np.broadcast_arrays(np.asarray(a)[:, None, :], np.asarray(b)[None, :, :])
    by_a = np.sum(g[..., None] * slope(u - v, y, u, v, metric, p), 1)
    return by_a, np.sum(g[..., None] * slope(v - u, y, v, u, metric, p), 0)


def pdist_back(g: Any, y: Any, x: Any, metric: Any, p: float) -> Any:
    """The distances between the rows of `x`, of each pair once."""
    if isinstance(g, Absorbing):
        return g
    n = np.shape(x)[0]
    i, j = np.triu_indices(n, 1)
    u, v = x[i], x[j]
    by_pair = np.zeros((n, n, np.shape(x)[1]), np.result_type(g, x))
    by_pair[i, j] = g[..., None] * slope(u - v, y, u, v, metric, p)
    by_pair[j, i] = g[..., None] * slope(v - u, y, v, u, metric, p)
    return np.sum(by_pair, 1)


def squareform_back(g: Any, x: Any) -> Any:
    """A vector of pairs as a symmetric matrix, or the upper triangle of one as a vector."""
    if isinstance(g, Absorbing):
        return g
    if np.ndim(x) == 1:
        i, j = np.triu_indices(np.shape(g)[0], 1)
        return g[i, j] + g[j, i]
    made = np.zeros(np.shape(x), g.dtype)
    made[np.triu_indices(np.shape(x)[0], 1)] = g
    return made
