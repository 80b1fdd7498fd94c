"""Methods of NumPy's universal functions, and those that give several results.

`accumulate` and `reduce` of functions that have no formula of their own go back step by step, each with the rule of
the function; `outer` is the function, of arrays with axes of length 1 between.
"""

import numpy as np

from ..cotangents import ZERO, unbroadcast
from . import numpy_elementwise
from .helpers import cast
from .helpers_elementwise import mod_right
from .helpers_ufuncs import fold_back, i0_slope, reduceat_sum, steps
from .registry import Table, present

table = Table("numpy ufuncs")
defrule, parts = table.defrule, table.parts

BINARY = (np.add, np.subtract, np.multiply, np.divide, np.remainder, np.fmod, np.power, np.float_power, np.logaddexp,
          np.logaddexp2, np.arctan2, np.hypot, np.maximum, np.minimum, np.fmax, np.fmin, np.copysign)


def _methods(ufunc):
    slopes = numpy_elementwise.table.rules[ufunc].pullback

    def outer(A, B):
        return ufunc(np.reshape(A, (*np.shape(A), *[1] * np.ndim(B))), B)

    if ufunc not in (np.add, np.multiply):
        defrule(
            ufunc.accumulate,
            lambda g, y, array, axis=0: fold_back(g, y, array, axis, slopes),
            result="n",
        )
    table.python(ufunc.outer, outer)
    # Not np.power and np.arctan2: NumPy's own reduction by them may skip elements
    if ufunc in (np.subtract, np.divide, np.hypot, np.logaddexp2, np.fmod, np.remainder):
        defrule(
            ufunc.reduce,
            lambda g, y, array, axis=0: fold_back(g, ufunc.accumulate(array, axis), array, axis, slopes, True),
            result="n",
        )


for _ufunc in BINARY:
    _methods(_ufunc)
defrule(np.add.reduceat, lambda g, y, array, indices, axis=0: reduceat_sum(g, array, indices, axis), "n")

# Several results
parts(np.divmod, lambda g, y, x1, x2: (unbroadcast(g[1], x1), unbroadcast(mod_right(g[1], x1, x2), x2)), "t")
parts(np.modf, lambda g, y, x: g[0], "t")
parts(np.frexp, lambda g, y, x: steps(g[0], y[1]), "t")

# Functions of one value that are written in Python
table.elementwise(np.i0, lambda g, y, x: g * i0_slope(x), result="n")
defrule(np.unwrap, lambda g, y, p, discont=None, axis=-1, *, period=0.0: cast(g, p, y))
defrule(np.real_if_close, lambda g, y, a, tol=100: g if np.iscomplexobj(y) or not np.iscomplexobj(a) else np.real(g), view=True)
table.elementwise(np.nextafter, lambda g, y, x1, x2: (g, ZERO))
table.constant(np.spacing, result="=")
table.constant(*present(np, "isdtype"), np.iterable, np.mintypecode, result="s")
