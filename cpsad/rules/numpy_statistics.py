"""Order statistics, interpolation, counts with weights, correlations, slopes and integrals.

A quantile is between two elements in order, and equal elements share its cotangent. `np.interp` has at a corner the
slope on its right, and outside none. Counts are constant in what is counted, and linear in the weights.
"""

import numpy as np

from ..cotangents import ZERO
from .helpers_statistics import (
    geomspace_back,
    interp_ends,
    interp_fp,
    interp_x,
    interp_xp,
    logspace_back,
    quantile_back,
    quantile_q,
    shares,
    vander_back,
)
from .numpy_ufunc_keywords import finished
from .registry import Table, present

table = Table("numpy statistics")
defrule, python = table.defrule, table.python

# Order statistics
defrule(
    (np.quantile, np.nanquantile),
    lambda g, y, a, q, axis=None, *, overwrite_input=False, method="linear", keepdims=False: (
        quantile_back(g, a, q, axis, method, keepdims),
        quantile_q(g, a, q, axis, method, keepdims),
    ),
)
defrule(
    (np.percentile, np.nanpercentile),
    lambda g, y, a, q, axis=None, *, overwrite_input=False, method="linear", keepdims=False: (
        quantile_back(g, a, np.true_divide(q, 100), axis, method, keepdims),
        quantile_q(g / 100, a, np.true_divide(q, 100), axis, method, keepdims),
    ),
)
defrule(
    np.nanmedian,
    lambda g, y, a, axis=None, *, overwrite_input=False, keepdims=False: quantile_back(g, a, 0.5, axis, "linear", keepdims),
)


def _weighted(plain):
    """Quantiles with weights give elements: the cotangent goes to those that are equal to them, in equal shares."""
    def chosen(a, q, axis, weights, method, keepdims):
        return plain(a, q, axis, method=method, keepdims=keepdims, weights=weights)

    defrule(
        chosen,
        lambda g, y, a, q, axis, weights, method, keepdims: (shares(g, y, a, q, axis, keepdims), ZERO, None, ZERO),
    )

    def called(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None,
               interpolation=None):
        method = method if interpolation is None else interpolation
        if weights is None:
            result = plain(a, q, axis, method=method, keepdims=keepdims)
        else:
            result = chosen(a, q, axis, weights, method, keepdims)
        return finished(result, out, True, "same_kind")

    table.otherwise(plain, called)
    return chosen


weighted = [_weighted(f) for f in (np.quantile, np.nanquantile, np.percentile, np.nanpercentile)]

# Interpolation
defrule(
    np.interp,
    lambda g, y, x, xp, fp, left=None, right=None: (
        interp_x(g, x, xp, fp),
        interp_xp(g, x, xp, fp),
        interp_fp(g, x, xp, fp, left, right),
        interp_ends(g, x, xp, left, 0),
        interp_ends(g, x, xp, right, 1),
    ),
)


def interp(x, xp, fp, left=None, right=None, period=None):
    """`np.interp` of a periodic function, on one period and a point to each side."""
    if period is None:
        return np.interp(x, xp, fp, left, right)
    if period == 0:
        raise ValueError("period must be a non-zero value")
    period = abs(period)
    x, xp = np.asarray(x, dtype=np.float64) % period, np.asarray(xp, dtype=np.float64) % period
    order = np.argsort(xp)
    xp, fp = xp[order], np.asarray(fp)[order]
    xp = np.concatenate((xp[-1:] - period, xp, xp[0:1] + period))
    fp = np.concatenate((fp[-1:], fp, fp[0:1]))
    return np.interp(x, xp, fp)


table.otherwise(np.interp, interp)

# Counts with weights
defrule(np.bincount, lambda g, y, x, weights=None, minlength=0: (None, g[x]), "n")

# Grids
defrule(np.vander, lambda g, y, x, N=None, increasing=False: vander_back(g, x, increasing))
defrule(
    np.logspace,
    lambda g, y, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0: (
        logspace_back(g, y, base, endpoint, axis, start, stop, 0),
        logspace_back(g, y, base, endpoint, axis, start, stop, 1),
        None,
        None,
        logspace_back(g, y, base, endpoint, axis, start, stop, 2),
    ),
)
defrule(
    np.geomspace,
    lambda g, y, start, stop, num=50, endpoint=True, dtype=None, axis=0: (
        geomspace_back(g, y, start, endpoint, axis, 0),
        geomspace_back(g, y, stop, endpoint, axis, 1),
    ),
)


# Correlations
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """`np.cov`."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    x = np.asarray(m)
    if dtype is None:
        dtype = np.result_type(x, np.float64) if y is None else np.result_type(x, np.asarray(y), np.float64)
    turned = not rowvar and np.ndim(x) != 1
    x = np.atleast_2d(np.asarray(x, dtype=dtype))
    if turned:
        x = x.T
    if y is not None:
        other = np.atleast_2d(np.asarray(y, dtype=dtype))
        if not rowvar and np.shape(other)[0] != 1:
            other = other.T
        x = np.concatenate((x, other), axis=0)
    if ddof is None:
        ddof = 1 if bias == 0 else 0
    w = None
    if fweights is not None:
        w = np.asarray(fweights, dtype=float)
    if aweights is not None:
        other = np.asarray(aweights, dtype=float)
        w = other if w is None else w * other
    if w is None:
        mean = np.average(x, axis=1)
        factor = np.shape(x)[1] - ddof
    else:
        mean = np.average(x, axis=1, weights=w)
        total = np.sum(w)
        if ddof == 0:
            factor = total
        elif aweights is None:
            factor = total - ddof
        else:
            factor = total - ddof * np.sum(w * np.asarray(aweights, dtype=float)) / total
    x = x - mean[:, None]
    turned_x = x.T if w is None else (x * w).T
    c = np.dot(x, np.conjugate(turned_x))
    return np.squeeze(c * np.true_divide(1, factor))


def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    """`np.corrcoef`; what rounding puts beyond 1 is cut off."""
    c = cov(x, y, rowvar, dtype=dtype)
    if np.ndim(c) == 0:
        return c / c
    spread = np.sqrt(np.real(np.diag(c)))
    c = c / spread[:, None]
    c = c / spread[None, :]
    return c if np.iscomplexobj(c) else cut_off(c)


def cut_off(c):
    """Correlations between -1 and 1."""
    return np.clip(c, -1, 1)


defrule(cut_off, lambda g, y, c: g)


# Differences, slopes and integrals
def ediff1d(ary, to_end=None, to_begin=None):
    """`np.ediff1d`, joined."""
    flat = np.ravel(ary)
    parts = [flat[1:] - flat[:-1]]
    if to_begin is not None:
        parts.insert(0, np.ravel(to_begin))
    if to_end is not None:
        parts.append(np.ravel(to_end))
    return np.concatenate(parts).astype(flat.dtype)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """`np.trapezoid`."""
    y = np.asanyarray(y)
    if x is None:
        d = dx
    elif np.ndim(x) == 1:
        d = np.diff(x)
        shape = [1] * np.ndim(y)
        shape[axis] = np.shape(d)[0]
        d = np.reshape(d, shape)
    else:
        d = np.diff(x, axis=axis)
    after, before = [slice(None)] * np.ndim(y), [slice(None)] * np.ndim(y)
    after[axis], before[axis] = slice(1, None), slice(None, -1)
    return np.sum(d * (y[tuple(after)] + y[tuple(before)]) / 2.0, axis)


def _slope(f, h, axis, edge_order):
    """`np.gradient` along one axis; `h` is the distance of neighbours, or one for each pair."""
    n = np.shape(f)[axis]
    if n < edge_order + 1:
        raise ValueError("Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) "
                         "elements are required.")

    def part(start, stop):
        index = [slice(None)] * np.ndim(f)
        index[axis] = slice(start, stop)
        return f[tuple(index)]

    if np.ndim(h) == 0:
        middle = (part(2, None) - part(None, -2)) / (2.0 * h)
        first, last = h, h
    else:
        shape = [1] * np.ndim(f)
        shape[axis] = -1
        dx1, dx2 = np.reshape(h[0:-1], shape), np.reshape(h[1:], shape)
        a = -dx2 / (dx1 * (dx1 + dx2))
        b = (dx2 - dx1) / (dx1 * dx2)
        c = dx1 / (dx2 * (dx1 + dx2))
        middle = a * part(None, -2) + b * part(1, -1) + c * part(2, None)
        first, last = h[0], h[-1]
    if edge_order == 1:
        begin = (part(1, 2) - part(0, 1)) / first
        end = (part(n - 1, n) - part(n - 2, n - 1)) / last
    else:
        if np.ndim(h) == 0:
            a, b, c = -1.5 / h, 2.0 / h, -0.5 / h
        else:
            dx1, dx2 = h[0], h[1]
            a = -(2.0 * dx1 + dx2) / (dx1 * (dx1 + dx2))
            b = (dx1 + dx2) / (dx1 * dx2)
            c = -dx1 / (dx2 * (dx1 + dx2))
        begin = a * part(0, 1) + b * part(1, 2) + c * part(2, 3)
        if np.ndim(h) == 0:
            a, b, c = 0.5 / h, -2.0 / h, 1.5 / h
        else:
            dx1, dx2 = h[-2], h[-1]
            a = dx2 / (dx1 * (dx1 + dx2))
            b = -(dx2 + dx1) / (dx1 * dx2)
            c = (2.0 * dx2 + dx1) / (dx2 * (dx1 + dx2))
        end = a * part(n - 3, n - 2) + b * part(n - 2, n - 1) + c * part(n - 1, n)
    return np.concatenate([begin, middle, end], axis)


def gradient(f, *varargs, axis=None, edge_order=1):
    """`np.gradient`, axis by axis."""
    f = np.asanyarray(f)
    ndim = np.ndim(f)
    axes = list(range(ndim)) if axis is None else list(axis) if isinstance(axis, tuple) else [axis]
    axes = [i % ndim for i in axes]
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    if len(varargs) == 0:
        spaces = [1.0] * len(axes)
    elif len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        spaces = [varargs[0]] * len(axes)
    elif len(varargs) == len(axes):
        spaces = []
        for i in range(len(axes)):
            space = varargs[i]
            if np.ndim(space) != 0:
                space = np.diff(space)
                if np.all(space == space[0]):
                    space = space[0]
            spaces.append(space)
    else:
        raise TypeError("invalid number of arguments")
    slopes = [_slope(f, spaces[i], axes[i], edge_order) for i in range(len(axes))]
    return slopes[0] if len(axes) == 1 else tuple(slopes)


python(np.cov, cov)
python(np.corrcoef, corrcoef)
python(np.ediff1d, ediff1d)
python(present(np, "trapezoid", "trapz"), trapezoid)
python(np.gradient, gradient)
