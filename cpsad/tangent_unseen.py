"""Code that forward mode does not see: what it may be given, and which functions are tangent forms already."""

from __future__ import annotations

import functools
import types
from typing import Any

from . import execute
from .cotangents import ZERO
from .heap import is_floating
from .places import here
from .reach import holds_closure, reaches
from .remedies import remedy_for
from .stack import Shallow
from .transforms.errors import CpsadError, NoDerivativeError

__all__ = ["OWN", "is_own", "untransformed"]

OWN = "__cpsad_tangents__"  # a function that sees to the tangents of a table itself has the table under this name


def is_own(heap: Any, function: types.FunctionType) -> bool:
    """Whether a function is a tangent form of this table's, or was defined in one."""
    if function.__dict__.get(OWN) is heap:
        return True
    known = execute.TANGENT_TABLES.get(function.__code__.co_filename)
    if known is None:
        return False
    name, free = known[0], function.__code__.co_freevars
    if name not in free:  # it only moves what it is given
        return "__cpsad_program__" not in function.__dict__
    return function.__closure__ is not None and function.__closure__[free.index(name)].cell_contents is heap


def untransformed(heap: Any, function: Any, error: CpsadError | None) -> Any:
    """Code that is not transformed: it may run where nothing that has a tangent gets in."""
    name = getattr(function, "__qualname__", None) or repr(function)
    module = getattr(function, "__module__", None)
    name = f"{module}.{name}" if module and module not in ("builtins", "__main__") else name
    formats = isinstance(getattr(function, "__self__", None), str)

    def call(*args: Any, **keywords: Any) -> Any:
        if not callable(function):
            return function(*args, **keywords)  # the error is Python's
        every = [*args, *keywords.values()]
        given = [heap.get(v) for v in every]
        reached = any(d is not ZERO for d in given) or reaches(heap.slots, *every, function, getattr(
            function, "__self__", None)) or any(holds_closure(v) or _sees(heap, v) for v in [*every, function])
        if reached and not formats:
            why = error.what if error is not None else "it has no derivative rule and no Python source"
            if error is not None and error.where is not None:
                raise error
            raise here(NoDerivativeError, f"a value that carries a derivative reaches {name}", why=why,
                       remedy=remedy_for(name))
        with Shallow():
            result = function(*args, **keywords)
        if formats and reached:
            heap.mark_text(result, *given, *([1.0] if heap.holds(function.__self__) else []))
        return result

    return call


def _sees(heap: Any, value: Any) -> bool:
    """Whether a function of a tangent program closes over a variable that has a tangent."""
    while isinstance(value, (types.MethodType, functools.partial)):
        value = value.__func__ if isinstance(value, types.MethodType) else value.func
    if not isinstance(value, types.FunctionType) or not is_own(heap, value) or value.__closure__ is None:
        return False
    _, tangents = execute.TANGENT_TABLES[value.__code__.co_filename]
    for name, cell in zip(value.__code__.co_freevars, value.__closure__, strict=True):
        if name in tangents and cell != types.CellType() and is_floating(cell.cell_contents):
            return True
    return False


