"""NumPy's elementwise functions of numbers: IEEE arithmetic, no exceptions."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from .duals import WORDS
from .lists import List
from .primitives import PRIMITIVES
from .scalars import result_of
from .types import FLOAT, Arr, Num, Single, c_type, holds_arrays
from .values import Val

__all__ = ["UNARY", "Ufuncs"]

UNARY = {np.sin: "sin", np.cos: "cos", np.tan: "tan", np.arcsin: "asin", np.arccos: "acos", np.arctan: "atan", np.sinh: "sinh",
         np.cosh: "cosh", np.tanh: "tanh", np.arcsinh: "asinh", np.arccosh: "acosh", np.arctanh: "atanh", np.exp: "exp",
         np.exp2: "exp2", np.expm1: "expm1", np.log: "log", np.log2: "log2", np.log10: "log10", np.log1p: "log1p",
         np.sqrt: "sqrt", np.cbrt: "cbrt", np.floor: "floor", np.ceil: "ceil", np.trunc: "trunc", np.rint: "rint",
         np.absolute: "fabs", np.fabs: "fabs", np.sign: "np_sign"}
BINARY_OPS = {np.add: gast.Add, np.subtract: gast.Sub, np.multiply: gast.Mult, np.divide: gast.Div, np.power: gast.Pow,
              np.mod: gast.Mod, np.floor_divide: gast.FloorDiv}
COMPARISONS = {np.less: gast.Lt, np.less_equal: gast.LtE, np.greater: gast.Gt, np.greater_equal: gast.GtE,
               np.equal: gast.Eq, np.not_equal: gast.NotEq}
TWO = {np.arctan2: "atan2", np.hypot: "hypot", np.copysign: "copysign", np.fmax: "fmax", np.fmin: "fmin"}
TESTS = {np.isnan: "isnan", np.isinf: "isinf", np.isfinite: "isfinite"}


class Ufuncs:
    """What `Walk` does with ufuncs."""

    def call_ufunc(self, function: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if not isinstance(function, np.ufunc) or keywords or not 1 <= len(args) <= 2:
            return None
        return self.split(args, lambda values: self.ufunc(function, values, node))

    def ufunc(self, function: Any, args: list[Val], node: Any) -> Val:
        zero = [isinstance(a.type, Single) and a.type.name == "ZERO" for a in args]
        if any(zero) and function not in BINARY_OPS:
            return args[zero.index(True)]
        if not all(isinstance(a.type, Num) or z for a, z in zip(args, zero, strict=True)):
            made = self.ufunc_others(function, args, node)
            if made is None:
                raise self.refuse(node, f"np.{function.__name__} of ({', '.join(str(a.type) for a in args)})")
            return made
        if len(args) == 1:
            made = self.ufunc_of_one(function, args[0])
        else:
            made = self.ufunc_of_two(function, args[0], args[1], node)
        if made is None:
            raise self.refuse(node, f"np.{function.__name__} of ({', '.join(str(a.type) for a in args)})")
        return made

    def ufunc_of_one(self, function: Any, x: Val) -> Val | None:
        if x.type.is_dual and function is not np.negative:
            x = self.as_numpy(x)
            if function in (np.positive, np.conjugate):
                return x
            return self.lifted(function, [x], lambda v: self.ufunc_of_one(function, v[0]), None)
        if function is np.negative:
            return self.unary(gast.USub, self.as_numpy(x), None)
        if function in (np.positive, np.conjugate):
            return self.as_numpy(x)
        if function is np.square:
            x = self.hold(self.as_numpy(x))
            return self.arithmetic(gast.Mult, x, x, None)
        if function in TESTS:
            return Val(Num("bool_"), f"({TESTS[function]}({self.cast(x, Num('float64'))}) != 0)")
        if function is np.logical_not:
            return Val(Num("bool_"), f"(!{x.c})")
        if function is np.reciprocal and x.type.dtype.kind == "f":
            return self.arithmetic(gast.Div, Val(Num("float64"), "1.0", known=1.0) if c_type(x.type) == "double" else
                                   Val(x.type, "1.0f"), self.as_numpy(x), None)
        name = UNARY.get(function)
        if self.in_loop and name in ("exp", "tanh", "log"):
            name = f"v_{name}"
        kind = result_of(function, x.type)
        if name is None or kind is None or kind.dtype.kind != "f" or kind.name == "float16":
            return None
        if c_type(kind) == "float":
            return Val(kind, f"{name}f({self.cast(x, kind)})" if name != "np_sign" else f"(float)np_sign({x.c})")
        return Val(kind, f"{name}({self.cast(x, kind)})")

    def ufunc_of_two(self, function: Any, x: Val, y: Val, node: Any) -> Val | None:
        duals = isinstance(x.type, Num) and isinstance(y.type, Num) and (x.type.is_dual or y.type.is_dual)
        if duals and function not in COMPARISONS and BINARY_OPS.get(function) not in WORDS:
            kind = result_of(function, x.type, y.type)
            if kind is None or kind.dtype.kind != "f":
                return None
            return self.lifted(function, [self.fit(x, kind), self.fit(y, kind)], lambda v: self.ufunc_of_two(
                function, v[0], v[1], node), node)
        if function in BINARY_OPS:
            op = BINARY_OPS[function]
            if Single in (type(x.type), type(y.type)):
                return self.binary(op, x, y, node)
            kind = result_of(function, x.type, y.type)
            if kind is None or kind.dtype.kind != "f":
                return None
            a, b = (self.fit(v, kind) for v in (x, y))
            return self.arithmetic(op, a, b, node)
        if function in COMPARISONS:
            return Val(Num("bool_"), f"({self.compare_numbers(COMPARISONS[function], x, y)})")
        kind = result_of(function, x.type, y.type)
        if kind is None or kind.dtype.kind != "f" or c_type(kind) not in ("double", "float"):
            return None
        suffix = "" if c_type(kind) == "double" else "f"
        if function in (np.maximum, np.minimum):
            a, b = (self.hold(Val(kind, self.cast(v, kind))) for v in (x, y))
            sign = ">=" if function is np.maximum else "<="
            return Val(kind, f"({a.c} {sign} {b.c} || isnan({a.c}) ? {a.c} : {b.c})")
        if function in TWO:
            return Val(kind, f"{TWO[function]}{suffix}({self.cast(x, kind)}, {self.cast(y, kind)})")
        return None

    def updated(self, op: Any, copied: bool, a: Val, b: Val, node: Any) -> Val:
        """`a op= b`; `copied`: nobody else sees what `a` was."""
        if not copied and holds_arrays(a.type):
            return self.written(op, a, b, node)
        if isinstance(a.type, List):
            return self.list_updated(op, a, b, node)
        return self.binary(op, a, b, node)

    def refuse_call(self, function: Any, v: Val, node: Any) -> Any:
        raise self.refuse(node, f"np.{function.__name__} of {v.type}")

    def as_numpy(self, x: Val) -> Val:
        """A Python number as NumPy takes it."""
        kind = {"float": Num("float64"), "int": Num("int64"), "bool": Num("bool_"), FLOAT.dual.name: Num("float64").dual}.get(
            x.type.name, x.type)
        return Val(kind, x.c)


def _class_of_numbers(class_: Any) -> None:
    """`np.float32(x)` of a number."""
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) != 1 or keywords:
            return None
        kind = Num(class_.__name__)
        return w.cases(args[0], lambda v: w.fit(v, kind) if isinstance(v.type, Num) else v if (
            isinstance(v.type, Single) and v.type.name == "ZERO") else w.refuse_call(class_, v, node))

    PRIMITIVES[class_] = run


for _class in (np.float32, np.float64):
    _class_of_numbers(_class)


def _real(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return args[0] if len(args) == 1 and not keywords and isinstance(args[0].type, (Num, Arr)) else None


PRIMITIVES[np.real] = _real
