"""Rows: methods of universal functions, and those of several results."""

import numpy as np

from cpsad.rules.numpy_ufunc_methods import BINARY

from .row import C, D, P, R, U, row

for ufunc in BINARY:
    row(ufunc.outer, P(3), P(4))
    row(ufunc.outer, P(2, 3), 1.3)
    if ufunc is not np.copysign:
        row(ufunc.accumulate, P(4) + 0.5)
        row(ufunc.accumulate, P(4, 3) + 0.5, 0)
        row(ufunc.accumulate, P(3, 4) + 0.5, axis=1)
row(np.copysign.accumulate, P(4))
row((np.maximum.accumulate, np.minimum.accumulate, np.fmax.accumulate, np.fmin.accumulate), D(7))
row((np.maximum.accumulate, np.minimum.accumulate), D(3, 4), axis=-1)
FOLDS = (np.subtract.reduce, np.divide.reduce, np.hypot.reduce, np.logaddexp2.reduce, np.fmod.reduce, np.remainder.reduce)
row(FOLDS, P(3) + 0.5)
row(FOLDS[:4], P(3, 2) + 0.5, 0)
row((np.subtract.reduce, np.hypot.reduce), P(3, 2), axis=1)
for indices in ([0, 2, 4], [3, 1, 5], [0]):
    row(np.add.reduceat, R(6), indices)
    row(np.add.reduceat, R(2, 6), indices, axis=1)
row(np.divmod, R(4) * 5, P(4))
row(np.divmod, R(3, 1) * 5, 0.7)
row(np.divmod, 5.3, P(3))
row((np.modf, np.frexp), R(3, 4))
row((np.modf, np.frexp), 1.7)
row(np.i0, R(3, 4))
row(np.i0, np.array([0.0, 5.0, -20.0, 7.5]))
row(np.unwrap, np.cumsum(R(6)) * 3)
row(np.unwrap, R(3, 4) * 4, axis=0)
row(np.unwrap, R(5) * 4, discont=4)
row(np.real_if_close, R(3))
row(np.real_if_close, C(3))
row(np.nextafter, R(3), 2.0, only=(0,))
for bounds in ({"min": -1.3}, {"max": 1.2}, {"min": -1.3, "max": 1.2}):
    row(np.clip, D(12), **bounds)
row(np.clip, D(3, 4), min=D(4) - 1, max=2.0)
row(np.clip, U(3, 4), a_min=-0.35, a_max=0.36)
