"""Universal functions with `dtype=`, `signature=`, `where=` (without `out=` too), `casting=`, `order=`, in plain Python.

`dtype` and `signature` convert the operands, as NumPy's choice of a loop does. Where `where` is false, the result is memory as
it was, a constant: its cotangent is dropped, and slopes there are not computed.
"""

import numpy as np

from . import numpy_elementwise, numpy_linear
from .numpy_writers import check_casting
from .registry import Table, present

table = Table("numpy ufunc keywords")


def loop_of(ufunc, inputs, dtype, signature, sig, casting, order):
    """What each operand is converted to (None: nothing); raises as the ufunc does for these operands and keywords."""
    empty = [x if isinstance(x, (bool, int, float, complex)) else np.empty(0, np.asarray(x).dtype) for x in inputs]
    named = {"signature": signature, "sig": sig, "dtype": dtype}
    named = {k: v for k, v in named.items() if v is not None}
    if ufunc.signature is None:
        ufunc(*empty, casting=casting, order=order, **named)
    if not named or "dtype" in named:
        return [dtype] * ufunc.nin
    kinds = [type(x) if isinstance(x, (bool, int, float, complex)) else x.dtype for x in empty]
    return ufunc.resolve_dtypes((*kinds, *[None] * ufunc.nout), signature=in_full(signature or sig), casting=casting)


def in_full(signature):
    """A signature as a tuple of dtypes."""
    return tuple(map(np.dtype, signature.replace("->", ""))) if isinstance(signature, str) else signature


def is_all(where):
    return where is True


table.constant(loop_of, is_all)


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

    def called(x, out=None, *, where=True, dtype=None, casting="same_kind", order="K", subok=True, signature=None, sig=None):
        x = converted(x, loop_of(ufunc, [x], dtype, signature, sig, casting, order)[0])
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

    def called(x1, x2, out=None, *, where=True, dtype=None, casting="same_kind", order="K", subok=True, signature=None,
               sig=None):
        types = loop_of(ufunc, [x1, x2], dtype, signature, sig, casting, order)
        x1, x2 = converted(x1, types[0]), converted(x2, types[1])
        result = ufunc(x1, x2) if is_all(where) else partly(x1, x2, where)
        return finished(ordered(result, order), out, where, casting)

    called.__name__ = called.__qualname__ = ufunc.__name__
    numpy_elementwise.table.otherwise(ufunc, called)


def _without_slopes(ufunc):
    """Of a function that is differentiated by one of its operands."""
    def called(x1, x2, out=None, *, where=True, dtype=None, casting="same_kind", order="K", subok=True, signature=None,
               sig=None):
        if ufunc is not np.ldexp or signature is not None or sig is not None:
            types = loop_of(ufunc, [x1, x2], dtype, signature, sig, casting, order)
            x1, x2 = converted(x1, types[0]), converted(x2, types[1])
        else:
            x1 = converted(x1, dtype)
        result = ufunc(x1, x2) if is_all(where) else np.where(where, ufunc(np.where(where, x1, 1), x2), 0)
        return finished(ordered(result, order), out, where, casting)

    numpy_elementwise.table.otherwise(ufunc, called)


def clip(a, a_min=None, a_max=None, out=None, *, min=None, max=None, where=True, dtype=None, casting="same_kind", order="K",
         subok=True):
    """`np.clip`, between bounds of which either name holds."""
    low, high = a_min if min is None else min, a_max if max is None else max
    low, high = None if low is None else converted(low, dtype), None if high is None else converted(high, dtype)
    result = np.clip(converted(a, dtype), low, high)
    return finished(ordered(result if is_all(where) else np.where(where, result, 0), order), out, where, casting)


def _axes(axes):
    return tuple([tuple(a) if isinstance(a, (tuple, list)) else (a,) for a in axes])


table.constant(_axes)


def _to_the_end(x, axes):
    return np.moveaxis(x, axes, tuple(range(-len(axes), 0)))


def _product(ufunc):
    def called(x1, x2, out=None, *, casting="same_kind", order="K", dtype=None, subok=True, signature=None, sig=None,
               axes=None, axis=None, keepdims=False):
        types = loop_of(ufunc, [x1, x2], dtype, signature, sig, casting, order)
        x1, x2 = converted(x1, types[0]), converted(x2, types[1])
        if axis is not None:
            axes = [axis, axis]
        if axes is not None:
            axes = _axes(axes)
            x1, x2 = _to_the_end(x1, axes[0]), _to_the_end(x2, axes[1])
        result = ufunc(x1, x2)
        if keepdims:
            result = np.expand_dims(result, -1 if axis is None else axis)
        elif axes is not None and len(axes) > 2 and len(axes[2]):
            result = np.moveaxis(result, tuple(range(-len(axes[2]), 0)), axes[2])
        return finished(ordered(result, order), out, True, casting)

    numpy_linear.table.otherwise(ufunc, called)


for _ufunc, _rule in tuple(numpy_elementwise.table.rules.items()):
    if not isinstance(_ufunc, np.ufunc):
        continue
    if _ufunc in (np.heaviside, np.copysign, np.ldexp):
        _without_slopes(_ufunc)
    elif _ufunc.nin == 1:
        _unary(_ufunc, _rule.pullback)
    elif _ufunc.nin == 2:
        _binary(_ufunc, _rule.pullback)
numpy_elementwise.table.otherwise(np.clip, clip)
for _ufunc in (np.matmul, *present(np, "vecdot", "matvec", "vecmat")):
    if isinstance(_ufunc, np.ufunc):
        _product(_ufunc)
