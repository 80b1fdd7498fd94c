"""Rows: `scipy.signal`, `scipy.ndimage`, `scipy.spatial.distance`."""

import numpy as np
from scipy import ndimage, signal
from scipy.spatial import distance

from .row import C, P, R, row

# Signals
CONVOLUTIONS = (signal.convolve, signal.fftconvolve, signal.oaconvolve, signal.correlate)
for mode in ("full", "same", "valid"):
    for m, n in ((5, 3), (4, 4), (5, 2), (1, 1)):
        row(CONVOLUTIONS, R(m), R(n), mode)
    row(CONVOLUTIONS, R(4, 5), R(2, 3), mode)
    row((signal.convolve2d, signal.correlate2d), R(4, 5), R(3, 2), mode)
    row(CONVOLUTIONS[:2], C(4), C(3), mode)
    row(signal.correlate, C(4), C(3), mode)
row(CONVOLUTIONS, R(3), R(5), "valid")
row(CONVOLUTIONS, R(3), R(5))
row(signal.convolve, R(3), R(5), mode="same", method="fft")
row(signal.correlate, R(3), R(5), mode="same", method="direct")
for n in (1, 2, 6):
    row(signal.lfilter, R(3), np.array([1.5, 0.3, -0.2]), R(n))
    row(signal.lfilter, R(2), np.array([1.0]), R(n))
row(signal.lfilter, R(2), np.array([1.5, 0.4, 0.2, 0.1]), R(3, 6))
row(signal.lfilter, R(2), np.array([1.5, 0.4]), R(6, 3), axis=0)
row(signal.detrend, R(6))
row(signal.savgol_filter, R(9), 5, 2, mode="nearest")

# Images
MODES = ("reflect", "mirror", "nearest", "wrap", "constant")
for mode in MODES:
    row((ndimage.correlate1d, ndimage.convolve1d), R(6), R(3), mode=mode)
    row((ndimage.correlate1d, ndimage.convolve1d), R(3, 5), R(4), 0, mode=mode, only=(0, 1))
    row((ndimage.correlate1d, ndimage.convolve1d), R(6), R(4), mode=mode, origin=1, only=(0, 1))
    row((ndimage.correlate1d, ndimage.convolve1d), R(6), R(3), mode=mode, origin=-1, only=(0, 1))
    row((ndimage.correlate, ndimage.convolve), R(4, 5), R(3, 2), mode=mode, only=(0, 1))
    row((ndimage.correlate, ndimage.convolve), R(4, 5), R(2, 3), mode=mode, origin=(0, -1), only=(0, 1))
    row(ndimage.uniform_filter1d, R(3, 6), 3, mode=mode, only=(0,))
    row(ndimage.uniform_filter1d, R(6), 4, origin=-1, mode=mode, only=(0,))
    row(ndimage.gaussian_filter1d, R(7), 1.2, mode=mode)
row((ndimage.correlate1d, ndimage.convolve1d), R(6), R(3), mode="constant", cval=0.7, only=(0, 1))
row(ndimage.gaussian_filter1d, R(7), 1.2, order=1)
row(ndimage.gaussian_filter, R(5, 4), 0.9)
row(ndimage.gaussian_filter, R(5, 4), [0.9, 1.3], mode="constant")
row(ndimage.uniform_filter, R(5, 4), 3, only=(0,))
row((ndimage.sobel, ndimage.prewitt, ndimage.laplace), R(5, 4))
row((ndimage.sobel, ndimage.prewitt), R(5, 4), 0, mode="wrap")

# Distances
for metric in ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "cosine", "canberra", "braycurtis"):
    row(distance.cdist, P(3, 2) + 1, P(4, 2), metric)
    row(distance.pdist, R(4, 3) * 3, metric)
row(distance.cdist, R(3, 2), R(4, 2))
row(distance.cdist, R(3, 2), R(4, 2), "minkowski", p=3.0, only=(0, 1))
row(distance.pdist, R(4, 2), metric="minkowski", p=1.5, only=(0,))
row(distance.pdist, R(4, 2))
row(distance.squareform, R(6))
row(distance.squareform, np.array([[0.0, 1.5, 2.5], [1.5, 0.0, 0.5], [2.5, 0.5, 0.0]]), checks=False)
row((distance.euclidean, distance.sqeuclidean, distance.cityblock, distance.cosine, distance.correlation, distance.minkowski,
     distance.braycurtis), P(3), P(3) + 1)
row((distance.canberra, distance.chebyshev), R(3) * 3, R(3))
row(distance.seuclidean, P(3), P(3) + 1, P(3))
row(distance.mahalanobis, P(3), P(3) + 1, np.eye(3) * 1.5, only=(0, 1))
row(distance.jensenshannon, P(3), P(3) + 1)
