"""Rows: reductions and cumulative functions."""

import numpy as np

from .row import NUMPY2, C, D, P, R, row

SUMS = (np.sum, np.mean, np.prod, np.var, np.std, np.max, np.amax, np.min, np.amin, np.ptp, np.median,
        np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.average)
METHODS = (np.ndarray.sum, np.ndarray.mean, np.ndarray.prod, np.ndarray.var, np.ndarray.std, np.ndarray.max,
           np.ndarray.min)
for axis in (None, 1, (-1, 0)):
    for keepdims in (False, True):
        row(SUMS, D(2, 3, 4), axis=axis, keepdims=keepdims)
row(METHODS, D(2, 3), axis=-1, keepdims=True)
row(SUMS + METHODS, D(2, 3), axis=(0, 1))
row(SUMS + METHODS, D(5))
row(SUMS + METHODS, D(6), 0)
row(SUMS + METHODS, D(1))
row(SUMS + METHODS, np.array(1.5))
row((np.generic.sum, np.generic.mean, np.generic.prod, np.generic.var, np.generic.std, np.generic.max,
     np.generic.min), np.float64(1.5))
row((np.sum, np.mean), D(2, 3), 1, np.float64)
row((np.sum, np.mean, np.ndarray.sum, np.ndarray.mean, np.cumsum, np.nansum), D(2, 3), dtype=np.float64)
row((np.var, np.std, np.nanvar, np.nanstd, np.ndarray.var, np.ndarray.std), D(5, 3), axis=0, ddof=1)
row((np.sum, np.mean, np.var, np.std, np.nanvar, np.nanmean), C(3, 4), axis=0)
row((np.prod, np.cumprod), C(3))
holed = np.where(D(3, 4) > 1, np.nan, D(3, 4))
row((np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanvar, np.nanstd), holed, axis=0)
for zeros in ([0], [1, 4], [0, 7]):
    holed = R(2, 3, 2)
    holed.flat[zeros] = 0
    row((np.prod, np.ndarray.prod, np.cumprod, np.ndarray.cumprod), holed)
    row((np.prod, np.cumprod), holed, axis=1)
    row(np.prod, holed, axis=(0, -1), keepdims=True)
row(np.average, D(3, 4), 0, P(3))
row(np.average, D(3, 4), None, P(3, 4))
row(np.average, D(3, 4), axis=-1, weights=P(4), only=(0,))
if NUMPY2:
    row(np.average, D(3, 4, 2), (2, 0), P(2, 3), keepdims=True)
CUMULATIVE = (np.cumsum, np.cumprod, np.ndarray.cumsum, np.ndarray.cumprod)
row(CUMULATIVE, R(3, 4))
row(CUMULATIVE, R(3, 4), 1)
row(CUMULATIVE, R(3, 4), axis=0)
row((np.generic.cumsum, np.generic.cumprod), np.float64(1.5))
row(np.diff, R(5))
row(np.diff, R(5, 4), 2, 0)
row(np.diff, R(5, 4), n=3)
row(np.diff, R(2), n=3)
REDUCE = (np.add.reduce, np.multiply.reduce, np.maximum.reduce, np.minimum.reduce, np.fmax.reduce,
          np.fmin.reduce, np.logaddexp.reduce)
row(REDUCE, D(5))
row(REDUCE, D(3, 4))
row(REDUCE, D(3, 4), axis=None)
row(REDUCE, D(3, 4), axis=1, keepdims=True)
row((np.add.accumulate, np.multiply.accumulate), R(3, 4))
row((np.add.accumulate, np.multiply.accumulate), R(3, 4), 1)
