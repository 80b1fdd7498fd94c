"""Forward rules of `ufunc.reduce`, `accumulate` and `reduceat`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing
from . import numpy_elementwise
from .forward import FORWARD, forward
from .forward_reductions import scan
from .helpers_folds import fold_tangent, in_dtype, reduceat_tangent
from .helpers_forward import cast_to, contracted, one, through
from .helpers_reductions import prod_back, share
from .numpy_ufunc_methods import BINARY, EXACT


def folded(d: Any, y: Any, a: Any, axis: int, slopes: Any) -> Any:
    """Of a fold's partial results, step by step."""
    if isinstance(d, Absorbing):
        return d
    a, d, done = np.moveaxis(a, axis, 0), np.moveaxis(d, axis, 0), np.moveaxis(y, axis, 0)
    if len(a) == 0:
        return np.zeros_like(y)
    rows = [d[0]]
    for i in range(1, len(a)):
        first = slopes(rows[-1], done[i], done[i - 1], a[i])[0]
        second = slopes(d[i], done[i], done[i - 1], a[i])[1]
        rows.append(first + second)
    return cast_to(np.moveaxis(np.stack(rows), 0, axis), y)


def _folds(ufunc: Any) -> None:
    slopes = numpy_elementwise.table.rules[ufunc].pullback
    if ufunc.reduce not in FORWARD:
        forward(
            ufunc.reduce,
            lambda d, y, array, axis=0, dtype=None, *, keepdims=False, initial=None, where=None: (
                fold_tangent(d, ZERO, y, array, ufunc, slopes, axis, dtype, keepdims, initial, where),
                None,
                None,
                None,
                fold_tangent(ZERO, d, y, array, ufunc, slopes, axis, dtype, keepdims, initial, where),
            ),
        )
    if ufunc is np.add:
        forward(ufunc.accumulate, lambda d, y, array, axis=0, dtype=None: through(d, np.add.accumulate, d, axis, dtype))
        forward(ufunc.reduceat, lambda d, y, array, indices, axis=0, dtype=None: (
            through(d, np.add.reduceat, d, indices, axis, dtype)))
        return
    if ufunc is np.multiply:
        forward(ufunc.accumulate, lambda d, y, array, axis=0, dtype=None: scan(d, in_dtype(array, dtype), axis))
    else:
        forward(ufunc.accumulate, lambda d, y, array, axis=0, dtype=None: folded(d, y, in_dtype(array, dtype), axis, slopes))

    def along(d: Any, y: Any, array: Any, axis: int) -> Any:
        """The tangent of `ufunc.reduce`, by that of its array."""
        if ufunc is np.multiply:
            return contracted(d, prod_back(one(y), y, array, axis), y, axis)
        if ufunc in EXACT:
            return contracted(d, share(one(y), y, array, axis), y, axis)
        return fold_tangent(d, ZERO, y, array, ufunc, slopes, axis, None, False, None, None)

    forward(ufunc.reduceat, lambda d, y, array, indices, axis=0, dtype=None: (
        reduceat_tangent(d, y, array, indices, along, axis, dtype)))


for _ufunc in BINARY:
    _folds(_ufunc)
