"""Rows: functions of NumPy that are differentiated through plain Python, with keywords that no rule has."""

import numpy as np

from cpsad.rules.numpy_histograms import counted, counted_in_boxes
from cpsad.rules.numpy_statistics import weighted

from .row import NUMPY2, D, M, P, R, S, row

TIMES = np.array([0.0, 0.3, 0.5, 0.8, 1.0])
row(np.histogram, TIMES, 3, None, None, P(5), only=(4,))
row(np.histogram, D(6), 3)
row(np.histogram, D(6), 4, density=True, weights=P(6))
row(np.histogram, TIMES, [0.0, 0.4, 0.7, 1.0], density=True, only=(1,))
row(np.histogram_bin_edges, D(6), 4)
row(np.histogram_bin_edges, D(9), "sturges")
row(np.histogramdd, R(5, 2), 2, weights=P(5))
row(np.histogramdd, D(5, 2), [2, 3], density=True)
row(np.histogram2d, D(5), D(5), 2)
row(np.histogram2d, TIMES, D(5), [-3.0, 0.4, 3.0], density=True, only=(1,))
row(counted, TIMES, P(5), 3, None, only=(1,))
row(counted_in_boxes, np.stack([TIMES, TIMES**2], 1), P(5), 2, None, only=(1,))

row(np.lib.stride_tricks.as_strided, R(30), (3, 4), (8, 16))
row(np.lib.stride_tricks.as_strided, R(6, 5), (3,), (40,))

row(np.polyfit, TIMES, R(5), 2, full=True)
row(np.polyfit, TIMES, R(5), 1, cov=True)
row(np.polyfit, P(6), R(6, 2), 1, w=P(6), cov="unscaled")
row(np.polydiv, R(5), R(3))
row(np.polydiv, R(2), R(4))

if NUMPY2:
    for pick in weighted[:2]:
        row(pick, D(5), 0.3, None, np.arange(1, 6), "inverted_cdf", False, only=(0,))
        row(pick, D(3, 4), [0.2, 0.7], 1, np.arange(1, 5) + np.zeros((3, 1), int), "inverted_cdf", True, only=(0,))
    for pick in weighted[2:]:
        row(pick, D(3, 4), 30, 0, np.arange(1, 5) + np.zeros((3, 1), int), "inverted_cdf", False, only=(0,))
    row((np.quantile, np.nanquantile), D(5), 0.4, weights=np.arange(1, 6), method="inverted_cdf", only=(0,))
    row(np.linalg.cholesky, S(3), upper=True)
    row(np.linalg.cholesky, S(3, 2) + 0.1j * (M(3) - M(3).T), upper=True)
row(np.linalg.cholesky, S(3) + 3 * np.eye(3) + 0.1j * (M(3) - M(3).T))
row((np.union1d, np.setxor1d, np.setdiff1d), D(4), D(3) + 0.1)
row(np.intersect1d, D(4), np.array([0.5, 0.7]), only=(0,))
row(np.vectorize(lambda a, b: a @ b * a, signature="(n),(n)->(n)"), R(2, 3), R(3))
row(np.vectorize(lambda a, b: (a.sum() * b, b * a[0]), signature="(n),()->(),()"), R(2, 3), R(2))
row(np.vectorize(lambda p, x: p[0] * x + p[1], excluded={0}), [1.5, 0.5], R(3))
