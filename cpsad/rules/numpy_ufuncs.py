"""Universal functions of several results, and functions of one value that are written in Python."""

import numpy as np

from ..cotangents import ZERO, unbroadcast
from .helpers import cast
from .helpers_elementwise import mod_right
from .helpers_ufuncs import i0_slope, steps
from .numpy_ufunc_keywords import converted, finished, is_all, loop_of, ordered
from .registry import Table, present

table = Table("numpy ufuncs")
defrule, parts = table.defrule, table.parts

# Several results
parts(np.divmod, lambda g, y, x1, x2: (unbroadcast(g[1], x1), unbroadcast(mod_right(g[1], x1, x2), x2)), "t")
parts(np.modf, lambda g, y, x: g[0], "t")
parts(np.frexp, lambda g, y, x: steps(g[0], y[1]), "t")



def in_arrays(results, out, where, casting, order):
    """Several results, each in the array that is given for it, if any."""
    if out is None:
        return tuple([ordered(r, order) for r in results])
    return tuple([finished(ordered(r, order), o, where, casting) for r, o in zip(results, out)])


def _one_operand(ufunc):
    def called(x, out1=None, out2=None, *, out=None, where=True, dtype=None, casting="same_kind", order="K", subok=True,
               signature=None, sig=None):
        x = converted(x, loop_of(ufunc, [x], dtype, signature, sig, casting, order)[0])
        results = ufunc(x if is_all(where) else np.where(where, x, 1))
        return in_arrays(results, (out1, out2) if out is None else out, where, casting, order)

    table.otherwise(ufunc, called)


def divmod_with_keywords(x1, x2, out1=None, out2=None, *, out=None, where=True, dtype=None, casting="same_kind", order="K",
                         subok=True, signature=None, sig=None):
    """`np.divmod` where its rule does not fit."""
    types = loop_of(np.divmod, [x1, x2], dtype, signature, sig, casting, order)
    x1, x2 = converted(x1, types[0]), converted(x2, types[1])
    results = np.divmod(x1, x2) if is_all(where) else np.divmod(np.where(where, x1, 1), np.where(where, x2, 1))
    return in_arrays(results, (out1, out2) if out is None else out, where, casting, order)


_one_operand(np.modf)
_one_operand(np.frexp)
table.otherwise(np.divmod, divmod_with_keywords)

# Functions of one value that are written in Python
table.elementwise(np.i0, lambda g, y, x: g * i0_slope(x), result="n")
defrule(np.unwrap, lambda g, y, p, discont=None, axis=-1, *, period=0.0: cast(g, p, y))
defrule(np.real_if_close, lambda g, y, a, tol=100: g if np.iscomplexobj(y) or not np.iscomplexobj(a) else np.real(g), view=True)
table.elementwise(np.nextafter, lambda g, y, x1, x2: (g, ZERO))
table.constant(np.spacing, result="=")
table.constant(*present(np, "isdtype"), np.iterable, np.mintypecode, result="s")
