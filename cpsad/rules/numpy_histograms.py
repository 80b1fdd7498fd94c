"""Histograms and strided views, in plain Python where their rules say nothing.

What is counted is constant in what is counted and linear in the weights. Edges that NumPy computes move with the smallest and
the largest element, and a density moves with its edges.
"""

import operator

import numpy as np

from ..cotangents import ZERO, Absorbing, scatter
from ..places import here
from ..transforms.errors import NoDerivativeError
from .helpers_statistics import histogram_back
from .registry import Table

table = Table("numpy histograms")
defrule, python = table.defrule, table.python


def edge_count(a, bins, range, weights):
    """How many edges NumPy makes; raises as it does."""
    return len(np.histogram_bin_edges(a, bins, range, weights))


def is_given(bins):
    return not isinstance(bins, str) and np.ndim(bins) > 0


table.constant(edge_count, is_given)


def ends(a, range):
    """The outermost edges."""
    if range is not None:
        first, last = range
    elif np.size(a) == 0:
        first, last = 0, 1
    else:
        first, last = np.min(a), np.max(a)
    return (first - 0.5, last + 0.5) if first == last else (first, last)


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    count = edge_count(a, bins, range, weights)
    if is_given(bins):
        return np.asarray(bins)
    a = np.ravel(np.asarray(a))
    first, last = ends(a, range)
    kind = np.result_type(first, last, a)
    return np.linspace(first, last, count, endpoint=True, dtype=kind if kind.kind not in "iub" else np.result_type(kind, float))


def counted(a, weights, bins, range):
    """The counts of `np.histogram`."""
    return np.histogram(a, bins, range, None, weights)[0]


defrule(counted, lambda g, y, a, weights, bins, range: (None, edges_of(g, y, a, weights, bins, range)))


def edges_of(g, y, a, weights, bins, range):
    if isinstance(g, Absorbing) or weights is None:
        return ZERO
    return histogram_back(g, (y, plain_edges(a, bins, range)), a, weights)


def plain_edges(a, bins, range):
    return np.histogram_bin_edges(a, bins, range)


def unmoved(x):
    """As a constant: counts do not move with what is counted."""
    return x



def histogram(a, bins=10, range=None, density=None, weights=None):
    edges = histogram_bin_edges(a, bins, range, weights)
    counts = counted(unmoved(a), weights, unmoved(bins), unmoved(range))
    if not density:
        return counts, edges
    return counts / np.array(np.diff(edges), float) / np.sum(counts), edges


# -- of several dimensions ------------------------------------------------------------------------------------------

def columns_of(sample):
    return sample if isinstance(sample, np.ndarray) and sample.ndim == 2 else np.transpose(np.atleast_2d(np.asarray(sample)))


def axes_of(sample):
    return list(range(np.shape(sample)[1]))


def counted_in_boxes(sample, weights, bins, range):
    return np.histogramdd(sample, bins, range, None, weights)[0]


def boxes_back(g, sample, weights, bins, range):
    """`g` at the box of each point; outside of all boxes 0."""
    if isinstance(g, Absorbing):
        return g
    inside, places = boxes_of(sample, bins, range)
    return np.where(inside, g[places], 0)


def boxes_of(sample, bins, range):
    """Which points are in a box, and in which."""
    _, edges = np.histogramdd(sample, bins, range)
    inside, places = np.ones(len(sample), bool), []
    for i, own in enumerate(edges):
        x = sample[:, i]
        places.append(np.clip(np.searchsorted(own, x, "right") - 1 - (x == own[-1]), 0, len(own) - 2))
        inside = inside & (own[0] <= x) & (x <= own[-1])
    return inside, tuple(places)


defrule(counted_in_boxes, lambda g, y, sample, weights, bins, range: (None, boxes_back(g, sample, weights, bins, range)))


def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    sample = columns_of(sample)
    axes = axes_of(sample)
    counts = counted_in_boxes(unmoved(sample), weights, unmoved(bins), unmoved(range))
    each = [bins for _ in axes] if np.ndim(bins) == 0 else bins
    ranges = [None for _ in axes] if range is None else range
    edges = []
    for i in axes:
        if np.ndim(each[i]) == 0:
            first, last = ends(sample[:, i], ranges[i])
            edges.append(np.linspace(first, last, operator.index(each[i]) + 1))
        else:
            edges.append(np.asarray(each[i]))
    if density:
        total = np.sum(counts)
        for i in axes:
            shape = [len(edges[i]) - 1 if j == i else 1 for j in axes]
            counts = counts / np.reshape(np.diff(edges[i]), shape)
        counts = counts / total
    return counts, edges


def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    if len(x) != len(y):
        raise ValueError("x and y must have the same length.")
    if np.ndim(bins) == 1 and len(bins) not in (1, 2):
        bins = [np.asarray(bins), np.asarray(bins)]
    counts, edges = histogramdd(np.stack([np.asarray(x), np.asarray(y)], 1), bins, range, density, weights)
    return counts, edges[0], edges[1]


table.constant(unmoved, plain_edges, boxes_of, axes_of)
python(np.histogram_bin_edges, histogram_bin_edges)
python(np.histogram, histogram)
python(np.histogramdd, histogramdd)
python(np.histogram2d, histogram2d)


# -- views by strides -----------------------------------------------------------------------------------------------

def strided_places(x, shape, strides):
    """Which elements of an array a view of that shape has."""
    shape = np.shape(x) if shape is None else tuple(np.atleast_1d(shape).tolist())
    strides = x.strides if strides is None else tuple(np.atleast_1d(strides).tolist())
    places = np.zeros(shape, int)
    for axis, (n, step) in enumerate(zip(shape, strides)):
        places = places + np.reshape(np.arange(n) * (step // x.itemsize), [-1 if i == axis else 1 for i in range(len(shape))])
    if not x.flags.c_contiguous or any(s % x.itemsize for s in strides) or places.size and not (
            0 <= places.min() and places.max() < x.size):
        raise here(NoDerivativeError, "as_strided of an array that is not contiguous, or beyond its end", why="which elements "
                   "it gives is not known", remedy="use np.lib.stride_tricks.sliding_window_view, or a copy of the array")
    return places


def strided_back(g, x, shape, strides):
    if isinstance(g, Absorbing):
        return g
    return np.reshape(scatter(np.ravel(x), strided_places(x, shape, strides), g), np.shape(x))


table.constant(strided_places)
defrule(
    np.lib.stride_tricks.as_strided,
    lambda g, y, x, shape=None, strides=None, subok=False, writeable=True: strided_back(g, x, shape, strides),
    view=True,
)
