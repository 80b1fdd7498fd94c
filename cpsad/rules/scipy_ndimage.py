"""Rules of the linear filters of `scipy.ndimage`, by the image and by the weights; `output=` is refused."""

import numpy as np
from scipy import ndimage
from scipy.ndimage import _filters

from .helpers_signal import filter_back, window_back
from .registry import Table

table = Table("scipy ndimage")
defrule, python = table.defrule, table.python


def _correlate1d_back(g, y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0):
    found = window_back(g, input, np.asarray(weights), axis, mode, cval, origin)
    return found[0], found[1]


def _convolve1d_back(g, y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0):
    found = window_back(g, input, np.asarray(weights)[::-1], axis, mode, cval, turned(origin, len(weights)))
    return found[0], found[1][::-1]


def turned(origin, size):
    """The origin of a convolution, as that of the correlation with the weights in reverse."""
    return -origin - (size % 2 == 0)


def _correlate_back(g, y, input, weights, *, mode="reflect", cval=0.0, origin=0):
    found = filter_back(g, input, np.asarray(weights), mode, cval, origin)
    return found[0], found[1]


def _convolve_back(g, y, input, weights, *, mode="reflect", cval=0.0, origin=0):
    found = filter_back(g, input, np.flip(np.asarray(weights)), mode, cval, all_turned(origin, np.shape(weights)))
    return found[0], np.flip(found[1])


def all_turned(origin, sizes):
    origins = [origin] * len(sizes) if isinstance(origin, int) else list(origin)
    return [turned(o, n) for o, n in zip(origins, sizes)]


def _uniform_back(g, y, input, size, axis=-1, *, mode="reflect", cval=0.0, origin=0):
    return window_back(g, input, np.full(size, 1 / size, y.dtype), axis, mode, cval, origin)[0]


defrule(ndimage.correlate1d, _correlate1d_back)
defrule(ndimage.convolve1d, _convolve1d_back)
defrule(ndimage.correlate, _correlate_back)
defrule(ndimage.convolve, _convolve_back)
defrule(ndimage.uniform_filter1d, _uniform_back)


# -- filters that are made of these ---------------------------------------------------------------------------------

def with_output(function):
    raise NotImplementedError(f"ndimage.{function} has no derivative with output=: use its result")


def gaussian_filter1d(input, sigma, axis=-1, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *, radius=None):
    if output is not None:
        with_output("gaussian_filter1d")
    reach = int(truncate * float(sigma) + 0.5) if radius is None else radius
    weights = _filters._gaussian_kernel1d(sigma, order, reach)[::-1]
    return ndimage.correlate1d(input, weights, axis, mode=mode, cval=cval)


def each(value, count):
    return list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value] * count


def gaussian_filter(input, sigma, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *, radius=None, axes=None):
    if output is not None:
        with_output("gaussian_filter")
    made = np.asarray(input)
    axes = list(range(made.ndim)) if axes is None else [axis % made.ndim for axis in each(axes, 1)]
    count = len(axes)
    sigmas, orders, modes, reaches = each(sigma, count), each(order, count), each(mode, count), each(radius, count)
    for i in range(len(axes)):
        if sigmas[i] > 1e-15:
            made = gaussian_filter1d(made, sigmas[i], axes[i], orders[i], None, modes[i], cval, truncate, radius=reaches[i])
    return made * 1


def uniform_filter(input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    if output is not None:
        with_output("uniform_filter")
    made = np.asarray(input)
    axes = list(range(made.ndim)) if axes is None else [axis % made.ndim for axis in each(axes, 1)]
    sizes, modes, origins = each(size, len(axes)), each(mode, len(axes)), each(origin, len(axes))
    for i in range(len(axes)):
        if sizes[i] > 1:
            made = ndimage.uniform_filter1d(made, int(sizes[i]), axes[i], mode=modes[i], cval=cval, origin=origins[i])
    return made * 1


def slopes(input, axis, mode, cval, across):
    made = np.asarray(input)
    axis, modes = axis % made.ndim, each(mode, made.ndim)
    r = ndimage.correlate1d(made, [-1, 0, 1], axis, mode=modes[axis], cval=cval)
    for i in range(made.ndim):
        if i != axis:
            r = ndimage.correlate1d(r, across, i, mode=modes[i], cval=cval)
    return r


def sobel(input, axis=-1, output=None, mode="reflect", cval=0.0):
    if output is not None:
        with_output("sobel")
    return slopes(input, axis, mode, cval, [1, 2, 1])


def prewitt(input, axis=-1, output=None, mode="reflect", cval=0.0):
    if output is not None:
        with_output("prewitt")
    return slopes(input, axis, mode, cval, [1, 1, 1])


def laplace(input, output=None, mode="reflect", cval=0.0):
    if output is not None:
        with_output("laplace")
    made = np.asarray(input)
    modes = each(mode, made.ndim)
    r = ndimage.correlate1d(made, [1, -2, 1], 0, mode=modes[0], cval=cval)
    for i in range(1, made.ndim):
        r = r + ndimage.correlate1d(made, [1, -2, 1], i, mode=modes[i], cval=cval)
    return r


for _function in (gaussian_filter1d, gaussian_filter, uniform_filter, sobel, prewitt, laplace):
    python(getattr(ndimage, _function.__name__), _function)
