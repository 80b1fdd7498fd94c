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
holed = np.where(np.eye(3, 4) > 0, np.nan, D(3, 4))
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

# Some of the elements, from a start
SOME = np.array([[True, False, True, True], [False, True, True, False], [True, True, True, True]])
FROM = (np.sum, np.prod, np.nansum, np.nanprod, np.max, np.min, np.nanmax, np.nanmin, np.ndarray.sum, np.ndarray.prod,
        np.ndarray.max, np.ndarray.min)
MEANS = (np.mean, np.var, np.std, np.nanmean, np.nanvar, np.nanstd, np.ndarray.mean, np.ndarray.var, np.ndarray.std)
for axis in (None, 0, -1, (0, 1)):
    for keepdims in (False, True):
        row(FROM[:4] + MEANS, D(3, 4), axis=axis, keepdims=keepdims, where=SOME)
        row(FROM, D(3, 4), axis=axis, keepdims=keepdims, where=SOME, initial=0.3)
        row(FROM, D(3, 4), axis=axis, keepdims=keepdims, initial=-0.7)
row((np.sum, np.prod, *MEANS), D(3, 4), 0, where=SOME[:, :1])
row((np.max, np.min), D(3, 4), 0, where=SOME, initial=9.5)
row((np.max, np.min), D(3, 4), 0, where=SOME, initial=-9.5)
row((np.prod, np.ndarray.prod), np.where(SOME, 0.0, D(3, 4)), axis=0, initial=2.5)
row(np.prod, np.where(SOME, D(3, 4), 0.0), axis=1, where=SOME, initial=2.5)
row((np.var, np.std, np.nanvar, np.nanstd), D(3, 4), 0, ddof=1, where=SOME)
row((np.nansum, np.nanmean, np.nanvar, np.nanstd, np.nanprod), np.where(np.eye(3, 4) > 0, np.nan, D(3, 4)), where=SOME)
if NUMPY2:
    row((np.var, np.std, np.nanvar, np.nanstd), D(3, 4), correction=1)
    row((np.var, np.std, np.nanvar, np.nanstd, np.ndarray.var), D(3, 4), axis=1, mean=D(3, 1))
    row((np.var, np.std), D(3, 4), axis=1, mean=D(3, 1), where=SOME, keepdims=True)
DTYPES = (np.prod, np.var, np.std, np.nanvar, np.nanstd, np.nanmean, np.nanprod, np.cumprod, np.nancumsum, np.nancumprod)
row(DTYPES, D(3, 4), dtype=np.float64)
row((np.prod, np.ndarray.prod, np.var, np.std), D(3, 4), 0, np.float64)
row(np.median, D(3, 4), axis=0, overwrite_input=False)

# Cumulative functions, with elements that are no numbers and with a start
holes = np.where(np.eye(3, 4) > 0, np.nan, D(3, 4))
for axis in (None, 0, 1, -1):
    row((np.nancumsum, np.nancumprod, np.cumsum, np.cumprod), D(3, 4), axis)
    row((np.nancumsum, np.nancumprod), holes, axis=axis)
row((np.nancumprod, np.cumprod), np.where(SOME, 0.0, D(3, 4)), 0)
if hasattr(np, "cumulative_sum"):
    ACCUMULATED = (np.cumulative_sum, np.cumulative_prod)
    row(ACCUMULATED, R(4))
    row(ACCUMULATED, R(4), include_initial=True)
    row(ACCUMULATED, R(3, 4), axis=0)
    row(ACCUMULATED, R(3, 4), axis=-1, include_initial=True)
    row(ACCUMULATED, R(3, 4), axis=1, dtype=np.float64)

# Differences, with what is put before and behind
row(np.diff, R(5), prepend=0.5)
row(np.diff, R(5), append=0.5)
row(np.diff, R(5), 2, prepend=R(2), append=1.5)
row(np.diff, R(3, 4), prepend=R(3, 2), append=R(3, 1))
row(np.diff, R(3, 4), axis=0, prepend=0.5)
row(np.diff, R(3, 4), 1, 0, R(1, 4), R(2, 4))
row(np.diff, R(3, 4), 2, -2, append=2.5)

# By universal functions
for axis in (0, 1, None, (0, 1)):
    row((np.add.reduce, np.multiply.reduce), D(3, 4), axis=axis, where=SOME)
    row((np.add.reduce, np.multiply.reduce, np.maximum.reduce, np.minimum.reduce), D(3, 4), axis=axis, initial=0.5)
    row((np.maximum.reduce, np.fmin.reduce), D(3, 4), axis=axis, initial=0.5, where=SOME)
row((np.add.reduce, np.multiply.reduce), D(3, 4), 0, np.float64)
