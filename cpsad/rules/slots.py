"""Special methods of numbers that are called by name, `float.__mul__(x, y)`: what the operator does, for numbers alone."""

import operator
from typing import Any

from .registry import Table

table = Table("slots")


def _left(operation: Any) -> Any:
    def slot(self: float, value: Any, /) -> Any:
        return operation(self, value) if isinstance(value, (float, int)) else NotImplemented

    return slot


def _right(operation: Any) -> Any:
    def slot(self: float, value: Any, /) -> Any:
        return operation(value, self) if isinstance(value, (float, int)) else NotImplemented

    return slot


for _name in ("add", "sub", "mul", "truediv", "mod", "pow"):
    table.python(getattr(float, f"__{_name}__"), _left(getattr(operator, _name)))
    table.python(getattr(float, f"__r{_name}__"), _right(getattr(operator, _name)))

table.elementwise(float.__neg__, lambda g, y, self: -g, result="s")
table.elementwise((float.__pos__, float.__float__), lambda g, y, self: g, result="s")
table.python(float.__abs__, lambda self: abs(self))

_WHOLE = ("floordiv", "rfloordiv", "lt", "le", "eq", "ne", "ge", "gt", "bool", "int", "round", "trunc", "floor", "ceil", "hash")
_INTEGER = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "mod", "rmod", "pow", "rpow", "neg", "pos", "abs",
            "index", "float")
table.constant(*(getattr(float, f"__{name}__") for name in _WHOLE))
table.constant(*(getattr(int, f"__{name}__") for name in _WHOLE + _INTEGER))
