"""Universal functions with `dtype=`, `where=` (without `out=` too), `casting=`, `order=`, in plain Python.

`dtype` converts the operands, as NumPy's choice of a loop does. Where `where` is false, the result is memory as it was, a
constant: its cotangent is dropped, and slopes there are not computed.
"""

import numpy as np

from . import numpy_elementwise
from .numpy_writers import check_casting
from .registry import Table

table = Table("numpy ufunc keywords")


def check_loop(ufunc, inputs, dtype, casting, order):
    """Raises as the ufunc does for these operands and keywords."""
    empty = [x if isinstance(x, (bool, int, float, complex)) else np.empty(0, np.asarray(x).dtype) for x in inputs]
    ufunc(*empty, dtype=dtype, casting=casting, order=order)


def is_all(where):
    return where is True


table.constant(check_loop, is_all)


def converted(x, dtype):
    """An operand in the dtype that it is computed in."""
    return x if dtype is None else np.asarray(x).astype(dtype)


def ordered(result, order):
    return np.copy(result, order) if order in ("C", "F") and np.ndim(result) > 1 else result


def finished(result, out, where, casting):
    """The result, or `out` with the result in it."""
    if out is None:
        return result
    target = out[0] if isinstance(out, tuple) else out
    check_casting(target, result, casting)
    if is_all(where):
        target[...] = result
    else:
        np.copyto(target, result, casting, where)
    return target


def _unary(ufunc, slopes):
    def partly(x, where):
        return ufunc(x, out=None, where=where)

    table.elementwise(
        partly,
        lambda g, y, x, where: np.where(
            where, slopes(np.where(where, g, 0), np.where(where, y, 1), np.where(where, x, 0.5)), 0),
        result="n",
    )

    def called(x, out=None, *, where=True, dtype=None, casting="same_kind", order="K", subok=True):
        check_loop(ufunc, [x], dtype, casting, order)
        x = converted(x, dtype)
        result = ufunc(x) if is_all(where) else partly(x, where)
        return finished(ordered(result, order), out, where, casting)

    called.__name__ = called.__qualname__ = ufunc.__name__
    numpy_elementwise.table.otherwise(ufunc, called)


def _binary(ufunc, slopes):
    def partly(x1, x2, where):
        return ufunc(x1, x2, out=None, where=where)

    table.elementwise(
        partly,
        lambda g, y, x1, x2, where: (
            np.where(where, slopes(np.where(where, g, 0), np.where(where, y, 1), np.where(where, x1, 0.5),
                                   np.where(where, x2, 0.5))[0], 0),
            np.where(where, slopes(np.where(where, g, 0), np.where(where, y, 1), np.where(where, x1, 0.5),
                                   np.where(where, x2, 0.5))[1], 0),
        ),
        result="n",
    )

    def called(x1, x2, out=None, *, where=True, dtype=None, casting="same_kind", order="K", subok=True):
        check_loop(ufunc, [x1, x2], dtype, casting, order)
        x1, x2 = converted(x1, dtype), converted(x2, dtype)
        result = ufunc(x1, x2) if is_all(where) else partly(x1, x2, where)
        return finished(ordered(result, order), out, where, casting)

    called.__name__ = called.__qualname__ = ufunc.__name__
    numpy_elementwise.table.otherwise(ufunc, called)


for _ufunc, _rule in tuple(numpy_elementwise.table.rules.items()):
    if isinstance(_ufunc, np.ufunc) and _ufunc not in (np.heaviside, np.copysign, np.ldexp, getattr(np, "clip", None)):
        if _ufunc.nin == 1:
            _unary(_ufunc, _rule.pullback)
        elif _ufunc.nin == 2:
            _binary(_ufunc, _rule.pullback)
