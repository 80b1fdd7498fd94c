"""Methods written in C that operators call: `xs.__add__(ys)` is `xs + ys`, and `iterator.__next__()` is `next(iterator)`."""

from __future__ import annotations

import operator
import types
from typing import Any

import numpy as np

__all__ = ["operator_of"]

_OPERATORS: dict[str, Any] = {
    "__next__": next, "__iter__": iter, "__len__": len, "__contains__": operator.contains, "__getitem__": operator.getitem,
    "__setitem__": operator.setitem, "__delitem__": operator.delitem, "__pow__": pow, "__abs__": abs, "__float__": float,
    "__array__": np.asarray,
}
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "matmul"):
    _OPERATORS[f"__{_name}__"] = getattr(operator, _name)
    _OPERATORS[f"__i{_name}__"] = getattr(operator, f"i{_name}", None)
for _name in ("neg", "pos", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "xor"):
    _OPERATORS[f"__{_name}__"] = getattr(operator, _name, None) or getattr(operator, f"{_name}_")


def operator_of(function: Any) -> Any:
    """The function that does what a bound method in C does by another name; None for any other callable.

    A class written in Python may have put its own method over it: then the operator would call that one instead.
    """
    if not isinstance(function, (types.MethodWrapperType, types.BuiltinFunctionType)):
        return None
    name, owner = function.__name__, function.__self__
    if name not in _OPERATORS or owner is None or isinstance(owner, (type, types.ModuleType)):
        return None
    member: Any = getattr(type(owner), name, None)
    written_in_c = isinstance(member, (types.WrapperDescriptorType, types.MethodDescriptorType))
    return _OPERATORS[name] if written_in_c and member.__get__(owner) == function else None
