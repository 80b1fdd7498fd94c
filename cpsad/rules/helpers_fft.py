"""Formulas of the rules of Fourier transforms. What a helper is: `helpers.py`.

The matrix of the transform is symmetric, so that the cotangent of a complex argument is the transform of `g` itself
(`g` stands for the real part of `g dy`). Where the transform cuts or pads an axis to `n`, the way back pads or cuts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import Absorbing
from .helpers import cast

__all__ = ["fft_back", "fftn_back", "hfft_back", "ihfft_back", "irfft_back", "irfftn_back", "rfft_back", "rfftn_back"]

_OTHER = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def fitted(g: Any, n: int, axis: int) -> Any:
    """`g` cut or padded with zeros to length `n` along `axis`."""
    have = np.shape(g)[axis]
    if n <= have:
        return g if n == have else g[(slice(None),) * (axis % np.ndim(g)) + (slice(0, n),)]
    shape = list(np.shape(g))
    shape[axis] = n - have
    return np.concatenate([g, np.zeros(shape, g.dtype)], axis)


def _like(g: Any, a: Any) -> Any:
    return g if np.iscomplexobj(a) else cast(np.real(g), a, np.real(g))


def _length(a: Any, n: Any, axis: int) -> int:
    return np.shape(a)[axis] if n is None else int(n)


def fft_back(g: Any, a: Any, transform: Any, axis: int, norm: Any) -> Any:
    """`np.fft.fft` and `ifft` (the `transform`): the same of `g`."""
    if isinstance(g, Absorbing):
        return g
    return _like(fitted(transform(g, None, axis, norm), np.shape(a)[axis], axis), a)


def fftn_back(g: Any, a: Any, transform: Any, axes: Any, norm: Any) -> Any:
    """`np.fft.fftn` and `ifftn`: transform by axis (`transform`: `fft` or `ifft`), last axis first, as they do."""
    if isinstance(g, Absorbing):
        return g
    for axis in axes:
        g = fitted(transform(g, None, axis, norm), np.shape(a)[axis], axis)
    return _like(g, a)


def rfft_back(g: Any, a: Any, n: Any, axis: int, norm: Any) -> Any:
    """`np.fft.rfft`: the real part of the transform of `g`, padded with zeros to `n`."""
    if isinstance(g, Absorbing):
        return g
    r = np.real(np.fft.fft(fitted(g, _length(a, n, axis), axis), None, axis, norm))
    return _like(fitted(r, np.shape(a)[axis], axis), a)


def irfft_back(g: Any, a: Any, y: Any, axis: int, norm: Any) -> Any:
    """`np.fft.irfft`: elements that stand for two, themselves and their conjugates, count twice."""
    if isinstance(g, Absorbing):
        return g
    n = np.shape(y)[axis]
    weight = np.full(n // 2 + 1, 2.0, np.real(y).dtype)
    weight[0] = 1
    if n % 2 == 0:
        weight[-1] = 1
    shape = [1] * np.ndim(y)
    shape[axis] = len(weight)
    r = np.conjugate(np.fft.rfft(g, None, axis, _OTHER[norm])) * np.reshape(weight, shape)
    return _like(fitted(r, np.shape(a)[axis], axis), a)


def hfft_back(g: Any, a: Any, y: Any, axis: int, norm: Any) -> Any:
    """`np.fft.hfft(a)` is `irfft(conj(a))` with the other norm."""
    return np.conjugate(irfft_back(g, a, y, axis, _OTHER[norm]))


def ihfft_back(g: Any, a: Any, n: Any, axis: int, norm: Any) -> Any:
    """`np.fft.ihfft(a)` is `conj(rfft(a))` with the other norm."""
    return rfft_back(np.conjugate(g), a, n, axis, _OTHER[norm])


def all_axes(a: Any, s: Any, axes: Any) -> list[int]:
    """The axes of a transform of several, in the order in which NumPy goes through them, from the last."""
    if axes is None:
        axes = range(-len(s), 0) if s is not None else range(np.ndim(a))
    return [int(axis) for axis in axes]


def rfftn_back(g: Any, a: Any, s: Any, axes: Any, norm: Any) -> Any:
    """`np.fft.rfftn`: real along the last axis, then complex along the others."""
    if isinstance(g, Absorbing):
        return g
    order = all_axes(a, s, axes)
    n = np.shape(a)[order[-1]] if s is None or s[-1] is None or s[-1] == -1 else int(s[-1])
    for axis in order[:-1]:
        g = fitted(np.fft.fft(g, None, axis, norm), np.shape(a)[axis], axis)
    r = np.real(np.fft.fft(fitted(g, n, order[-1]), None, order[-1], norm))
    return _like(fitted(r, np.shape(a)[order[-1]], order[-1]), a)


def irfftn_back(g: Any, a: Any, y: Any, s: Any, axes: Any, norm: Any) -> Any:
    """`np.fft.irfftn`: complex along all axes but the last, then back to real along that."""
    if isinstance(g, Absorbing):
        return g
    order = all_axes(a, s, axes)
    like = np.broadcast_to(np.zeros((), np.result_type(a, 1j)), [
        np.shape(a)[i] if i == order[-1] % np.ndim(a) else np.shape(y)[i] for i in range(np.ndim(a))])
    g = irfft_back(g, like, y, order[-1], norm)
    for axis in reversed(order[:-1]):
        g = fitted(np.fft.ifft(g, None, axis, norm), np.shape(a)[axis], axis)
    return _like(g, a)


# -- cosine and sine transforms -------------------------------------------------------------------------------------

_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}
_INVERTED = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def weighted(g: Any, axis: int, ends: tuple[float, float], middle: float = 1.0) -> Any:
    """`g` with its first and last elements along `axis` times `ends`, and those between times `middle`."""
    n = np.shape(g)[axis]
    weight = np.full(n, middle, np.real(g).dtype)
    weight[0], weight[-1] = (ends[0], ends[1]) if n > 1 else (ends[0] * ends[1] / middle, ends[0] * ends[1] / middle)
    shape = [1] * np.ndim(g)
    shape[axis] = n
    return g * np.reshape(weight, shape)


def of_parts(g: Any, transform: Any, kind: int, axis: int, norm: Any, orthogonal: Any) -> Any:
    if not np.iscomplexobj(g):
        return transform(g, kind, None, axis, norm, orthogonalize=orthogonal)
    return (transform(np.real(g), kind, None, axis, norm, orthogonalize=orthogonal)
            + 1j * transform(np.imag(g), kind, None, axis, norm, orthogonalize=orthogonal))


def told(transform: Any, kind: int, orthogonal: Any) -> bool:
    """Whether `orthogonalize` matters for complex numbers: SciPy 1.17 and older forget it."""
    x = np.array([1.0, 2.0])
    return bool(np.allclose(transform(x + 0j, kind, orthogonalize=orthogonal), transform(x, kind, orthogonalize=orthogonal)))


def trigonometric_back(g: Any, a: Any, transform: Any, kind: int, axis: int, norm: Any, orthogonal: Any) -> Any:
    """`scipy.fft.dct` and `dst` (the `transform`): the transpose of type 2 is type 3, but for the weight of one element.

    Orthogonal ones, and those of type 4, need no weights. (Martucci, *Symmetric convolution and the discrete sine and
    cosine transforms*, 1994, has the matrices.)
    """
    if isinstance(g, Absorbing):
        return g
    if orthogonal is None or np.iscomplexobj(a) and not told(transform, kind, orthogonal):
        orthogonal = norm == "ortho"
    turned, cosine = _INVERSE[kind], transform.__name__ == "dct"
    if not orthogonal and kind == 1 and cosine:
        g = weighted(g, axis, (1.0, 1.0), 0.5)
    if not orthogonal and kind == 2:
        g = weighted(g, axis, (2.0, 1.0) if cosine else (1.0, 2.0))
    r = of_parts(g, transform, turned, axis, norm, orthogonal)
    if not orthogonal and kind == 1 and cosine:
        r = weighted(r, axis, (1.0, 1.0), 2.0)
    if not orthogonal and kind == 3:
        r = weighted(r, axis, (0.5, 1.0) if cosine else (1.0, 0.5))
    return _like(fitted(r, np.shape(a)[axis], axis), a)


def inverse_back(g: Any, a: Any, transform: Any, kind: int, axis: int, norm: Any, orthogonal: Any) -> Any:
    """`scipy.fft.idct` and `idst`: transforms of the other type, with the other norm."""
    return trigonometric_back(g, a, transform, _INVERSE[kind], axis, _INVERTED[norm], orthogonal)


def each_axis_back(g: Any, a: Any, back: Any, transform: Any, kind: int, axes: Any, norm: Any, orthogonal: Any) -> Any:
    """Of several axes, one after the other."""
    if isinstance(g, Absorbing):
        return g
    for axis in axes:
        g = back(g, a, transform, kind, axis, norm, orthogonal)
    return g
