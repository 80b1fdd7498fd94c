"""Operands of arithmetic: what generated code checks of a value of unknown kind, and lists where NumPy makes an array of them.

`x * [1.0, y]` computes with an array of the list. It is made where generated code can see it, of the sequence as it is
then: what it held gets the derivatives, whatever the list holds when the way back comes to it.
"""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing, Placed, Poison
from .places import here
from .reach import runs_python
from .transforms.errors import NoDerivativeError
from .unseen import texts_added

__all__ = ["PLAIN", "computes_with", "numeric", "operand", "operands", "still"]


PLAIN = {float, int, bool, complex, str, bytes, type(None), np.ndarray, np.float64, np.float32, np.int64, np.bool_,
          range, type(ZERO), Placed}


def numeric(value: Any) -> Any:
    """`value`, if operators on it are arithmetic of numbers and arrays (or of constants such as strings)."""
    if type(value) in PLAIN or _is_plain(type(value)):
        return value
    name = type(value).__name__
    if isinstance(value, (list, tuple, dict, set)):
        raise here(NoDerivativeError, f"arithmetic on a {name} mixes a container into an array operation",
                   why="NumPy would copy the numbers out of it, and their derivatives would be lost",
                   remedy="make it an array first: np.array(...)")
    if isinstance(value, Poison):
        raise value.error
    raise here(NoDerivativeError, f"the operators of {name} are not differentiated yet",
               why=f"{name} defines them in Python, and that code would run without its derivative",
               remedy=f"write the computation with the attributes of {name}, or use cpsad.stop_gradient")


_NUMBER_METHODS = [f"__{side}{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
                   for side in ("", "r")]
_NUMBER_METHODS += ["__neg__", "__pos__", "__abs__", "__invert__", "__float__", "__complex__", "__index__",
                    "__array__", "__array_ufunc__", "__array_interface__"]


def _is_plain(kind: Any) -> bool:
    if issubclass(kind, np.generic):
        plain = True
    elif issubclass(kind, (list, tuple, dict, set, np.ndarray)):
        plain = False
    else:
        plain = not runs_python(kind, *_NUMBER_METHODS)
    if plain:
        PLAIN.add(kind)
    return plain


_ADDED: tuple[Any, ...] = (list, tuple, str, bytes, set, frozenset, dict, collections.deque, type({}.keys()), type({}.items()))
_SUMS = [f"__{side}{name}__" for name in ("add", "mul", "mod", "or", "and", "xor", "sub") for side in ("", "r")]


def operands(left: Any, right: Any) -> None:
    """Checks the operands of `+`, `*`, `%` and the like, which containers and strings have too."""
    if isinstance(left, _ADDED) or isinstance(right, _ADDED):
        kinds: list[Any] = [type(left), type(right)]
        if kinds[0] is str or kinds[1] is str:
            texts_added(left, right)
        if isinstance(left, Absorbing) or isinstance(right, Absorbing):
            return  # on the way back of an addition of containers
        if isinstance(left, np.ndarray) or isinstance(right, np.ndarray) or (
                any(runs_python(kind, *_SUMS) for kind in kinds)):
            numeric(left)
            numeric(right)
        return
    numeric(left)
    numeric(right)


def still(value: Any) -> Any:
    """A list, or tuple of lists, as it is now; any other value itself."""
    if type(value) is list or type(value) is tuple and list in map(type, value):
        kept = [still(v) if type(v) in (list, tuple) else v for v in value]
        return kept if type(value) is list else tuple(kept)
    return value


def computes_with(other: Any, times: bool) -> bool:
    """Whether NumPy computes where an operator has a list or tuple beside `other`; `times`: the operator is `*`."""
    return isinstance(other, np.ndarray) or isinstance(other, np.generic) and not times


def operand(value: Any, other: Any, times: bool) -> Any:
    """A list or tuple as an operator takes it beside `other`: an array if NumPy computes, else as it is."""
    if computes_with(other, times):
        return np.array(value)
    operands(value, other)
    return value
