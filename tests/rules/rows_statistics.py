"""Rows: order statistics, interpolation, counts with weights, correlations, slopes and integrals."""

import numpy as np

from cpsad.rules.numpy_statistics import cut_off

from .row import D, P, R, row

METHODS = ("linear", "lower", "higher", "nearest", "midpoint", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
           "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased")
HOLES = np.where(np.eye(4, 5) + np.eye(4, 5, 2) > 0, np.nan, D(4, 5))
for method in METHODS:
    row(np.quantile, D(7), 0.3, method=method)
    row(np.percentile, D(3, 5), 61.0, 1, method=method)
    row(np.nanquantile, HOLES, 0.37, axis=0, method=method, only=(0,))
QUANTILES = (np.quantile, np.nanquantile)
for axis in (None, 0, -1, (0, 2)):
    for keepdims in (False, True):
        row(QUANTILES, D(2, 3, 4), 0.3, axis=axis, keepdims=keepdims)
        row(QUANTILES, D(2, 3, 4), np.array([0.31, 0.77]), axis=axis, keepdims=keepdims)
        row(np.percentile, D(2, 3, 4), np.array([[31.0, 77.0]]), axis=axis, keepdims=keepdims)
        row(np.nanpercentile, D(2, 3, 4), np.array([31.0, 77.0]), axis=axis, keepdims=keepdims)
        row((np.median, np.nanmedian), D(2, 3, 4), axis=axis, keepdims=keepdims)
        row(np.nanmedian, np.stack([HOLES[:3, :4], D(3, 4)]), axis=axis, keepdims=keepdims)
row(QUANTILES, D(1), 0.4, only=(0,))
row(QUANTILES, D(5), 0.0, only=(0,))
row(QUANTILES, D(5), [0.0, 0.25, 1.0], only=(0,))

# Interpolation
XP = np.array([-1.0, 0.2, 0.9, 2.0])
row(np.interp, np.array([-0.5, 0.5, 1.5, -3.0, 4.0]), XP, R(4))
row(np.interp, 0.5, XP, R(4))
row(np.interp, np.array([[-0.5, 0.5], [-3.0, 4.0]]), XP, R(4), 0.5, 1.5)
row(np.interp, np.array([-0.5, 3.0]), XP, R(4), right=2.5)
row(np.interp, np.array([-0.5, 3.0, 7.0]), XP, R(4), period=3.5)

# Counts with weights
PLACES = np.array([0, 1, 1, 3])
row(np.bincount, PLACES, R(4))
row(np.bincount, PLACES, weights=R(4))
row(np.bincount, PLACES, R(4), 7)
COUNTED = np.array([0.1, 0.4, 0.45, 0.9, 1.0, 3.0])
row(np.histogram, COUNTED, 4, weights=P(6), only=())
row(np.histogram, COUNTED, np.array([0.0, 0.4, 1.0]), weights=P(6), only=())
row(np.histogram, COUNTED, 3, (0.0, 1.0), False, P(6), only=(4,))
row(np.histogram, COUNTED, 3, (0.0, 1.0), weights=P(6), density=False, only=())

# Grids
for increasing in (False, True):
    row(np.vander, R(3), increasing=increasing)
    row(np.vander, R(3), 5, increasing)
    row(np.vander, R(3), N=1, increasing=increasing)
row(np.logspace, 0.5, 1.5, 4)
row(np.logspace, 0.5, 1.5, 4, False, 2.5)
row(np.logspace, R(2), R(2), 3)
row(np.geomspace, 1.5, 5.5, 4)
row(np.geomspace, P(2), P(2) + 2, 5, endpoint=False)
row(np.geomspace, -1.5, -5.5, 4)

# Correlations
row(np.cov, R(3, 5))
row(np.cov, R(5))
row(np.cov, R(5), R(5))
row(np.cov, R(2, 5), R(1, 5))
row(np.cov, R(5, 2), rowvar=False)
row(np.cov, R(3, 5), bias=True)
row(np.cov, R(3, 5), ddof=2)
row(np.cov, R(3, 5), fweights=np.array([1, 2, 1, 3, 1]))
row(np.cov, R(3, 5), aweights=P(5))
row(np.cov, R(3, 5), None, True, False, 0, np.array([1, 2, 1, 3, 1]), P(5))
row(np.corrcoef, R(3, 5))
row(np.corrcoef, R(5), R(5))
row(np.corrcoef, R(5, 3), rowvar=False)
row(cut_off, np.array([-0.5, 0.5]))
row(np.average, D(3, 4), returned=True)
row(np.average, D(3, 4), 1, P(4), True)
row(np.average, D(3, 4), weights=P(3, 4), returned=True)
row(np.average, D(3, 4), axis=0, weights=P(3, 4), returned=True)

# Differences, slopes and integrals
row(np.ediff1d, R(5))
row(np.ediff1d, R(2, 3), to_end=1.5)
row(np.ediff1d, R(5), R(2), R(3))
TRAPEZOID = getattr(np, "trapezoid", None) or np.trapz
row(TRAPEZOID, R(5))
row(TRAPEZOID, R(5), R(5))
row(TRAPEZOID, R(3, 4), dx=0.5)
row(TRAPEZOID, R(3, 4), dx=0.5, axis=0)
row(TRAPEZOID, R(3, 4), R(3), axis=0)
row(TRAPEZOID, R(3, 4), R(3, 4))
GRID = np.array([0.0, 0.4, 1.1, 1.5, 2.5])
for order in (1, 2):
    row(np.gradient, R(5), edge_order=order)
    row(np.gradient, R(5), 0.5, edge_order=order)
    row(np.gradient, R(5), GRID, edge_order=order)
    row(np.gradient, R(3, 5), edge_order=order)
    row(np.gradient, R(3, 5), 0.5, GRID, edge_order=order)
    row(np.gradient, R(3, 5), 2.0, axis=1, edge_order=order)
    row(np.gradient, R(4, 3, 5), axis=(0, -1), edge_order=order)
