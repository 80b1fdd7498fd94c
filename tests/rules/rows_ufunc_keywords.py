"""Rows: the keywords of universal functions and of their methods."""

import numpy as np

from cpsad.rules.numpy_ufunc_methods import BINARY

from .row import D, P, R, row

SOME = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, True]])
for ufunc in BINARY:
    uneven = ufunc in (np.power, np.float_power, np.arctan2)  # along the last axis NumPy's own reduction is not trusted
    row(ufunc.reduce, P(3, 4) + 0.5, 0, None, keepdims=True)
    row(ufunc.reduce, P(3, 4) + 0.5, axis=0, dtype=np.float64)
    row(ufunc.reduce, P(3, 4) + 0.5, axis=0 if uneven else -1, initial=0.7)
    row(ufunc.reduce, P(3, 4) + 0.5, axis=0 if uneven else 1, where=SOME, initial=1.3, keepdims=True)
    row(ufunc.reduce, P(1, 4) + 0.5)
    row(ufunc.reduceat, P(6) + 0.5, [0, 2, 4] if not uneven else [5, 4, 5])
    if not uneven:
        row(ufunc.reduceat, P(5, 2) + 0.5, [1, 3, 0], 0)
    row(ufunc.accumulate, P(3, 4) + 0.5, 0, np.float64)
    row(ufunc.outer, P(2), P(3), dtype=np.float64)
for ufunc in (np.add, np.multiply, np.logaddexp, np.logaddexp2, np.hypot, np.maximum, np.fmin):
    row(ufunc.reduce, D(2, 3, 2), axis=(0, 2))
    row(ufunc.reduce, D(2, 3), axis=None, keepdims=True, initial=0.7)
    row(ufunc.reduce, D(2, 3), axis=())
    row(ufunc.reduce, np.zeros((0, 3)), initial=0.5)
row(np.hypot.reduce, R(1))
row((np.subtract.reduce, np.divide.reduce), R(3, 4), axis=1, initial=0.3)
row((np.multiply.reduceat, np.subtract.reduceat, np.maximum.reduceat), R(2, 6), [0, 3], axis=1, dtype=np.float64)
row((np.copysign.outer, np.heaviside.outer, np.divmod.outer), R(3) * 3, P(2), only=(0,))

row(np.modf, R(4) * 3, dtype=np.float64)
row((np.modf, np.frexp), R(4) * 3, casting="same_kind")
row(np.divmod, R(4) * 5, P(4), dtype=np.float64)
row((np.sin, np.exp, np.sqrt), P(3), signature="d->d")
row(np.sin, P(3), sig=("d", "d"))
row((np.add, np.power, np.arctan2), P(3), P(3), signature=(None, None, np.float64))
row((np.copysign, np.heaviside), R(4), P(4), dtype=np.float64)
row(np.ldexp, R(4), 3, dtype=np.float64)
row(np.clip, D(3, 4), -0.5, 0.6, dtype=np.float64)
row(np.clip, D(3, 4), min=-0.5, max=0.6, order="F")
row(np.matmul, R(2, 3), R(3, 2), dtype=np.float64)
row(np.matmul, R(3, 2, 4), R(4, 3, 2), axes=[(0, 1), (2, 1), (-1, -2)])
row(np.matmul, R(3, 4), R(4), signature="dd->d")
if hasattr(np, "vecdot"):
    row(np.vecdot, R(3, 4), R(3, 4), keepdims=True)
    row(np.vecdot, R(3, 4), R(3, 4), axis=0, keepdims=True)
