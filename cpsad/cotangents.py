"""Cotangent values: the symbolic zero, and the arithmetic that generated code does on cotangents.

`ZERO` stands for a zero of any shape. Rules are linear in the cotangent and treat it with operators, methods and
NumPy functions only, so an object that absorbs all of them passes through every rule unchanged.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .places import here
from .transforms.errors import NoDerivativeError

__all__ = ["ZERO", "Absorbing", "Placed", "Poison", "accumulate", "add_at", "dense", "is_cotangent_zero", "placed", "rebroadcast",
           "scatter", "stacked", "unbroadcast"]

_SUMS = {np.add, np.subtract}
_REALS = {float, np.float64}
_DOUBLE = np.dtype(np.float64)


class Absorbing:
    """A cotangent that any linear operation leaves as it is."""

    __slots__ = ()
    __hash__ = object.__hash__

    def _self(self, *_args: Any, **_kw: Any) -> Absorbing:
        return self

    __mul__ = __rmul__ = __truediv__ = __floordiv__ = __matmul__ = __rmatmul__ = _self
    __neg__ = __pos__ = __getitem__ = __call__ = _self
    __imul__ = __itruediv__ = _self

    def __add__(self, other: Any) -> Any:
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_kw: Any) -> Any:
        if method == "__call__" and ufunc in _SUMS and len(inputs) == 2:
            left, right = inputs
            if isinstance(left, Absorbing):
                return left.__add__(right if ufunc is np.add else -right)
            return self.__add__(left)  # left ± 0 = left
        return self

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Zero(Absorbing):
    """The symbolic zero; there is one, `ZERO`."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return other

    __radd__ = __iadd__ = __rsub__ = __add__

    def __sub__(self, other: Any) -> Any:
        return -other

    __isub__ = __sub__

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "ZERO"

    def __reduce__(self) -> str:
        return "ZERO"


ZERO = Zero()


class Poison(Absorbing):
    """Stands for a derivative that is not known. Reaching an argument of the gradient, it raises its error."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __add__(self, other: Any) -> Any:
        return self

    __radd__ = __iadd__ = __sub__ = __rsub__ = __isub__ = __add__

    def __repr__(self) -> str:
        return "POISON"


class Placed:
    """A cotangent that is `g` at `index` of an array like `x`, and zero elsewhere: what reading `x[index]` leaves to `x`.

    Generated code holds it where it only multiplies, divides, negates, sums and adds such a cotangent
    (`transforms/sparse.py`), and computes with `g` alone. Added to an array, or asked to be one, it is dense.
    """

    __slots__ = ("g", "index", "x")
    __array_ufunc__ = None  # operators of arrays leave it to the methods here

    def __init__(self, x: Any, index: Any, g: Any) -> None:
        self.x, self.index, self.g = x, index, g

    def dense(self) -> Any:
        return scatter(self.x, self.index, self.g)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self.dense(), dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.x.shape
        return shape

    def __mul__(self, other: Any) -> Any:
        if type(other) is np.ndarray:
            if other.shape != self.x.shape:
                return self.dense() * other
            other = other[self.index]
        return Placed(self.x, self.index, self.g * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if type(other) is np.ndarray:
            if other.shape != self.x.shape:
                return self.dense() / other
            other = other[self.index]
        return Placed(self.x, self.index, self.g / other)

    def __neg__(self) -> Any:
        return Placed(self.x, self.index, -self.g)

    def __add__(self, other: Any) -> Any:
        if type(other) is Placed and other.index is self.index and other.x is self.x:
            return Placed(self.x, self.index, self.g + other.g)
        if type(other) in _REALS and self.x.dtype is _DOUBLE and type(self.g) in _REALS:
            total = np.empty(self.x.shape)
            total.fill(other)
            total[self.index] += self.g
            return total
        return self.dense() + other

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self.dense() - other

    def __rsub__(self, other: Any) -> Any:
        return other - self.dense()


def placed(x: Any, index: Any, g: Any) -> Any:
    """Cotangent of `x` from that of `x[index]`, as what it is made of."""
    return g if isinstance(g, Absorbing) else Placed(x, index, g)


def dense(cotangent: Any) -> Any:
    """A cotangent as an array, if it is `Placed`."""
    return cotangent.dense() if type(cotangent) is Placed else cotangent


def is_cotangent_zero(g: Any) -> bool:
    return g is ZERO


def unbroadcast(g: Any, x: Any) -> Any:
    """Cotangent of `x` from that of its broadcast: sums `g` over the axes along which `x` was repeated.

    `g`: shape of the result; `x`: a shape that broadcasts to it. Returns shape of `x`.
    """
    try:
        shape = x.shape
        if g.shape == shape:
            return g
        if not shape and type(g) is np.ndarray:
            return np.add.reduce(g, axis=None) if x is not ZERO else ZERO  # nothing is made of the symbolic zero
    except AttributeError:
        pass
    if isinstance(g, Absorbing) or isinstance(x, Absorbing):
        return g
    shape = getattr(x, "shape", ())
    g_shape = getattr(g, "shape", ())
    if shape == g_shape:
        return g
    if type(g) is Placed:
        if not shape:
            return np.add.reduce(g.g, axis=None) if isinstance(g.g, np.ndarray) else g.g
        g = g.dense()
    if not shape:
        return np.add.reduce(g, axis=None) if type(g) is np.ndarray else np.sum(g)
    lead = len(g_shape) - len(shape)
    axes = tuple(range(lead)) + tuple(i + lead for i, n in enumerate(shape) if n == 1 and g_shape[i + lead] != 1)
    g = np.sum(g, axis=axes, keepdims=True)
    return np.reshape(g, shape) if lead else g


def rebroadcast(g: Any, like: Any) -> Any:
    """Transpose of `unbroadcast`: `g` repeated to the shape of `like`, the cotangent that was summed; none if that is ZERO."""
    if like is ZERO:
        return ZERO
    return g if isinstance(like, Absorbing) else np.broadcast_to(g, np.shape(like))


def accumulate(total: Any, g: Any) -> Any:
    """`total + g`, in place where `total` is an array: for sums that nobody else holds.

    The first cotangent that meets `ZERO` is copied, so that what is added to in place is always our own.
    """
    if type(total) is np.ndarray:
        if g is ZERO:
            return total
        try:
            total += g
        except (TypeError, ValueError):  # a complex term joins a real sum; a poison
            return total + g
        return total
    if total is ZERO:
        return g.copy() if type(g) is np.ndarray else g
    return total + g


def stacked(parts: list[Any], like: Any) -> Any:
    """Cotangent of an array of the shape of `like` from those of its rows."""
    total = np.zeros_like(like)
    for i, part in enumerate(parts):
        if isinstance(part, Absorbing):
            if part is not ZERO:
                return part
        else:
            total[i] = part
    return total


def scatter(x: Any, index: Any, g: Any) -> Any:
    """Cotangent of `x` from that of `x[index]`: zeros of the shape of `x` with `g` added at `index`."""
    if type(g) is np.float64 and x.dtype is _DOUBLE and _is_basic(index):
        made = np.zeros(x.shape)
        made[index] = g
        return made
    return add_at(ZERO, x, index, g)


def add_at(total: Any, x: Any, index: Any, g: Any) -> Any:
    """`total` plus the cotangent of `x` from that of `x[index]`; `total` is ours to write to."""
    if isinstance(g, Absorbing):
        return total + g
    if type(x) is not np.ndarray and hasattr(type(x), "__array_function__"):
        return total + _elsewhere(x, index, g)
    if total is ZERO:
        if x.dtype.kind == "V":
            raise here(NoDerivativeError, "a field of a structured array carries a derivative", why="the other fields are "
                       "numbers of other types", remedy="use an array for each field, or a dictionary of arrays")
        same = type(g) is float or g.dtype == x.dtype
        total = np.zeros(x.shape, x.dtype if same else np.result_type(x, g))
    elif type(total) is not np.ndarray:
        return total + add_at(ZERO, x, index, g)
    elif type(g) is not float and total.dtype.kind != "c" and (
            g.dtype.kind == "c" if isinstance(g, (np.ndarray, np.generic)) else np.iscomplexobj(g)):
        g = g.real
    if _is_basic(index):
        total[index] += g
    else:
        np.add.at(total, index, g)
    return total


def _elsewhere(x: Any, index: Any, g: Any) -> Any:
    """`scatter` for an array of another library, by its own functions."""
    if not _is_basic(index):
        raise NotImplementedError(f"an index that is an array, of a {type(x).__name__}, has no derivative: use slices")
    made = np.zeros_like(x)
    made[index] = g
    return made


_BASIC = {int, slice, type(None), type(Ellipsis), np.int64, np.int32, np.intp}


def _is_basic(index: Any) -> bool:
    """Whether an index selects each element at most once: integers, slices, `None` and `...`."""
    if type(index) is not tuple:
        return type(index) in _BASIC
    for i in index:
        if type(i) not in _BASIC:
            return False
    return True
