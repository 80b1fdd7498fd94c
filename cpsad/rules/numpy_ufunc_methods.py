"""Methods of universal functions: `reduce`, `accumulate`, `reduceat`, `outer` and `at`, with all their keywords.

A fold goes back step by step, with the rule of its function (`helpers_folds.py`); those that have formulas of their own (sums,
products, maxima, minima) are in `numpy_reductions.py`. `out` is plain Python around the call. `outer` is the function, of arrays
with axes of length 1 between, and `at` is the function, at one place after the other.
"""

from typing import Any

import numpy as np

from . import numpy_elementwise, numpy_reductions
from .helpers import cast
from .helpers_folds import fold_initial, fold_parts, reduceat_parts
from .helpers_reductions import cumprod_back, cumsum_back
from .helpers_ufuncs import fold_back, reduceat_sum
from .numpy_ufunc_keywords import converted, finished
from .numpy_writers import one_by_one
from .numpy_writers import table as writers_table
from .registry import Table

table = Table("numpy ufunc methods")
writers = writers_table.rules
defrule = table.defrule

BINARY = (np.add, np.subtract, np.multiply, np.divide, np.remainder, np.fmod, np.power, np.float_power, np.logaddexp,
          np.logaddexp2, np.arctan2, np.hypot, np.maximum, np.minimum, np.fmax, np.fmin, np.copysign)
EXACT = (np.maximum, np.minimum, np.fmax, np.fmin)  # a conversion before them is one behind them
NOTHING: Any = getattr(np, "_NoValue", None)


def dtype_of(target: Any, dtype: Any) -> Any:
    """What a method computes in: as its `out` has it, unless `dtype` is given."""
    target = target[0] if isinstance(target, tuple) else target
    return target.dtype if dtype is None and target is not None else dtype


table.constant(dtype_of)


def _reduce(ufunc: Any) -> None:
    reduced, exact = ufunc.reduce, ufunc in EXACT

    def reduce(array, axis=0, dtype=None, out=None, keepdims=False, initial=NOTHING, where=True):
        dtype = dtype_of(out, dtype)
        some = {} if where is True else {"where": where}
        if initial is not NOTHING:
            some["initial"] = initial
        if exact:
            result = reduced(converted(array, dtype), axis, keepdims=keepdims, **some)
        else:
            result = reduced(array, axis, dtype, keepdims=keepdims, **some)
        return finished(result, out, True, "unsafe")

    (table if reduced in table.rules else numpy_reductions.table).otherwise(reduced, reduce)


def _accumulate(ufunc: Any) -> None:
    accumulated = ufunc.accumulate

    def accumulate(array, axis=0, dtype=None, out=None):
        return finished(accumulated(array, axis, dtype_of(out, dtype)), out, True, "unsafe")

    table.otherwise(accumulated, accumulate)


def _reduceat(ufunc: Any) -> None:
    reduced = ufunc.reduceat

    def reduceat(array, indices, axis=0, dtype=None, out=None):
        return finished(reduced(array, indices, axis, dtype_of(out, dtype)), out, True, "unsafe")

    table.otherwise(reduced, reduceat)


def _folds(ufunc: Any) -> None:
    slopes = numpy_elementwise.table.rules[ufunc].pullback
    if ufunc.reduce not in numpy_reductions.table.rules:
        defrule(
            ufunc.reduce,
            lambda g, y, array, axis=0, dtype=None, *, keepdims=False, initial=None, where=None: (
                fold_parts(g, y, array, ufunc, slopes, axis, dtype, keepdims, initial, where)[0],
                None,
                None,
                None,
                fold_initial(g, y, array, ufunc, slopes, axis, dtype, keepdims, initial, where),
            ),
            result="n",
        )
    if ufunc is np.add:
        defrule(
            ufunc.accumulate,
            lambda g, y, array, axis=0, dtype=None: cumsum_back(g if dtype is None else cast(g, array, y), array, axis),
            result="n",
        )
        defrule(
            ufunc.reduceat,
            lambda g, y, array, indices, axis=0, dtype=None: (
                reduceat_sum(g if dtype is None else cast(g, array, y), array, indices, axis)),
            result="n",
        )
    else:
        back = (numpy_reductions.table.rules.get(ufunc.reduce) or table.rules[ufunc.reduce]).pullback
        defrule(
            ufunc.reduceat,
            lambda g, y, array, indices, axis=0, dtype=None: reduceat_parts(g, y, array, indices, back, axis, dtype),
            result="n",
        )
    if ufunc is np.multiply:
        defrule(
            ufunc.accumulate,
            lambda g, y, array, axis=0, dtype=None: (
                cumprod_back(g if dtype is None else cast(g, array, y), y, array, axis)),
            result="n",
        )
    elif ufunc is not np.add:
        defrule(
            ufunc.accumulate,
            lambda g, y, array, axis=0, dtype=None: (
                fold_back(g, y, array, axis, slopes) if dtype is None
                else cast(fold_back(g, y, converted(array, dtype), axis, slopes), array, y)),
            result="n",
        )
    _reduce(ufunc)
    _accumulate(ufunc)
    _reduceat(ufunc)


def _outer(ufunc: Any) -> None:
    def outer(A, B, /, **keywords):
        return ufunc(np.reshape(A, (*np.shape(A), *[1] * np.ndim(B))), B, **keywords)

    table.python(ufunc.outer, outer)


def _at(ufunc: Any) -> None:
    def unary(a, indices):
        places = np.reshape(np.arange(np.size(a)), np.shape(a))[indices]
        for turn in range(np.size(places)):
            place = np.unravel_index(np.ravel(places)[turn], np.shape(a))
            a[place] = ufunc(a[place])

    def binary(a, indices, b):
        one_by_one(ufunc, a, indices, b)

    table.python(ufunc.at, unary if ufunc.nin == 1 else binary, writes=True)


def methods_of(ufunc: Any) -> None:
    """Enters `outer` and `at` of a function that has a rule."""
    if ufunc.nin == 2 and ufunc.signature is None:
        _outer(ufunc)
    if ufunc.nin <= 2 and ufunc.nout == 1 and ufunc.signature is None and ufunc.at not in writers:
        _at(ufunc)


for _ufunc in BINARY:
    _folds(_ufunc)
for _ufunc in [u for u in numpy_elementwise.table.rules if isinstance(u, np.ufunc)]:
    methods_of(_ufunc)
methods_of(np.divmod)
