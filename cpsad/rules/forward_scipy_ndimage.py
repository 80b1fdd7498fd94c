"""Forward rules of `scipy.ndimage`: a filter is linear in its weights, and in the image but for what stands beyond its edge."""

from __future__ import annotations

from scipy import ndimage

from .forward import forward
from .helpers_forward import through

forward(
    ndimage.correlate1d,
    lambda d, y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0: (
        through(d, ndimage.correlate1d, d, weights, axis, mode=mode, cval=0.0, origin=origin),
        through(d, ndimage.correlate1d, input, d, axis, mode=mode, cval=cval, origin=origin)),
)
forward(
    ndimage.convolve1d,
    lambda d, y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0: (
        through(d, ndimage.convolve1d, d, weights, axis, mode=mode, cval=0.0, origin=origin),
        through(d, ndimage.convolve1d, input, d, axis, mode=mode, cval=cval, origin=origin)),
)
forward(
    ndimage.correlate,
    lambda d, y, input, weights, *, mode="reflect", cval=0.0, origin=0: (
        through(d, ndimage.correlate, d, weights, mode=mode, cval=0.0, origin=origin),
        through(d, ndimage.correlate, input, d, mode=mode, cval=cval, origin=origin)),
)
forward(
    ndimage.convolve,
    lambda d, y, input, weights, *, mode="reflect", cval=0.0, origin=0: (
        through(d, ndimage.convolve, d, weights, mode=mode, cval=0.0, origin=origin),
        through(d, ndimage.convolve, input, d, mode=mode, cval=cval, origin=origin)),
)
forward(
    ndimage.uniform_filter1d,
    lambda d, y, input, size, axis=-1, *, mode="reflect", cval=0.0, origin=0: (
        through(d, ndimage.uniform_filter1d, d, size, axis, mode=mode, cval=0.0, origin=origin)),
)
