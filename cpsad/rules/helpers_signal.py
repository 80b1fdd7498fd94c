"""Formulas of the rules of convolutions, filters and distances in SciPy. What a helper is: `helpers.py`.

A filter with a boundary is a convolution of the array continued beyond its edges (`continued`): the way back is the
other convolution, and then each element beyond goes to the place that it was taken from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing
from ..places import here
from ..transforms.errors import NoDerivativeError

__all__ = ["convolve_back", "filter_back", "lines_back", "window_back"]

_CONTINUED = {"reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap",
              "grid-wrap": "wrap", "constant": "constant", "grid-constant": "constant"}


def _flip(x: Any) -> Any:
    return x[(slice(None, None, -1),) * np.ndim(x)]


def _correlated(whole: Any, kernel: Any, correlate: Any) -> Any:
    """The sum over j of whole[i + j] kernel[j], for all i where it fits."""
    return correlate(whole, np.conjugate(kernel) if np.iscomplexobj(kernel) else kernel, "valid")


def _like(r: Any, x: Any) -> Any:
    return r if np.iscomplexobj(x) else np.real(r)


def convolve_back(g: Any, a: Any, v: Any, mode: str, correlate: Any, later: int = 0) -> tuple[Any, Any]:
    """Convolution along all axes; `correlate`: the function of SciPy's that goes with it; `later`: "same" starts so much
    later with an even number of weights."""
    if isinstance(g, Absorbing):
        return g, g
    if np.ndim(a) == 0:
        return g * v, g * a
    m, n = np.shape(a), np.shape(v)
    if 0 in m or 0 in n:
        return ZERO, ZERO
    if mode == "full":
        whole = g
    else:
        before = []
        for i in range(len(m)):
            start = (n[i] - 1 + later) // 2 if mode == "same" else min(m[i], n[i]) - 1
            before.append((start, m[i] + n[i] - 1 - start - np.shape(g)[i]))
        whole = np.pad(g, before)
    return _like(_correlated(whole, v, correlate), a), _like(_correlated(whole, a, correlate), v)


def lines_back(g: Any, y: Any, b: Any, a: Any, x: Any, axis: int, lfilter: Any) -> tuple[Any, Any, Any]:
    """y = b / a as a filter of x: w = 1 / a of g from the end; w with the past of x, of y."""
    if isinstance(g, Absorbing):
        return g, g, g
    g, y, x1 = np.moveaxis(g, axis, -1), np.moveaxis(y, axis, -1), np.moveaxis(np.asarray(x), axis, -1)
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    g = g.astype(np.result_type(g, y)) if g.dtype != y.dtype else g
    w = lfilter(np.ones(1, a.dtype), a, g[..., ::-1])[..., ::-1]
    by_x = lfilter(b, a, g[..., ::-1])[..., ::-1]
    n = np.shape(x1)[-1]
    by_b = [np.sum(w[..., k:] * x1[..., : n - k]) if k < n else np.sum(w[..., :0]) for k in range(len(b))]
    by_a = [-np.sum(w[..., k:] * y[..., : n - k]) if k < n else np.sum(w[..., :0]) for k in range(len(a))]
    return np.stack(by_b), np.stack(by_a), np.moveaxis(by_x, -1, axis)


# -- filters of images ----------------------------------------------------------------------------------------------

def margins(size: int, origin: int) -> tuple[int, int]:
    """How far a correlation reaches to the left and to the right."""
    left = size // 2 + origin
    return left, size - 1 - left


def places_of(n: int, left: int, right: int, mode: str) -> Any:
    """From which of `n` elements each one of the continued axis is; -1: from none."""
    if mode not in _CONTINUED:
        raise here(NoDerivativeError, f"a filter with mode={mode!r} has no derivative here", remedy="use another mode")
    if _CONTINUED[mode] == "constant":
        return np.pad(np.arange(n), (left, right), constant_values=-1)
    return np.pad(np.arange(n), (left, right), _CONTINUED[mode])


def continued(x: Any, axis: int, places: Any, cval: Any) -> Any:
    """`x` with the elements beyond its edges."""
    made = np.take(x, np.maximum(places, 0), axis)
    shape = [1] * np.ndim(x)
    shape[axis] = len(places)
    return np.where(np.reshape(places < 0, shape), cval, made)


def folded(g: Any, axis: int, places: Any, n: int) -> Any:
    """The way back of `continued`."""
    moved = np.moveaxis(g, axis, 0)
    total = np.zeros((n, *np.shape(moved)[1:]), g.dtype)
    np.add.at(total, places[places >= 0], moved[places >= 0])
    return np.moveaxis(total, 0, axis)


def _modes(mode: Any, count: int) -> list[str]:
    return [mode] * count if isinstance(mode, str) else list(mode)


def window_back(g: Any, x: Any, weights: Any, axis: int, mode: str, cval: Any, origin: int) -> tuple[Any, Any]:
    """y[i] is the sum over j of weights[j] continued x[i + j], along one axis."""
    if isinstance(g, Absorbing):
        return g, g
    axis = axis % np.ndim(x)
    shape = [1] * np.ndim(x)
    shape[axis] = len(weights)
    origins = [origin if i == axis else 0 for i in range(np.ndim(x))]
    by_x, by_weights = filter_back(g, x, np.reshape(weights, shape), mode, cval, origins)
    return by_x, np.reshape(by_weights, (-1,))


def filter_back(g: Any, x: Any, weights: Any, mode: Any, cval: Any, origin: Any) -> tuple[Any, Any]:
    """The same along all axes, with weights of as many dimensions."""
    if isinstance(g, Absorbing):
        return g, g
    rank = np.ndim(x)
    sizes, shape = np.shape(weights), np.shape(x)
    origins = [origin] * rank if isinstance(origin, int) else list(origin)
    reach = [margins(sizes[i], origins[i]) for i in range(rank)]
    places = [places_of(shape[i], *reach[i], m) for i, m in enumerate(_modes(mode, rank))]
    whole = x
    for i in range(rank):
        whole = continued(whole, i, places[i], cval)
    total = np.zeros(np.shape(whole), np.result_type(g, weights))
    by_weights = np.zeros(sizes, np.result_type(g, x))
    for index in np.ndindex(*sizes):
        window = tuple([slice(index[i], index[i] + shape[i]) for i in range(rank)])
        total[window] += g * weights[index]
        by_weights[index] = np.sum(g * whole[window])
    for i in range(rank):
        total = folded(total, i, places[i], shape[i])
    return total, by_weights
