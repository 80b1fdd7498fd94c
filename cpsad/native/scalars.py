"""Arithmetic of numbers, as Python and NumPy define it.

Of Python's integers those that fit into 64 bits are held; a result that does not is an error. A result's type is what
NumPy makes of a value of each operand's type.
"""

from __future__ import annotations

import operator
import warnings
from typing import Any

import gast
import numpy as np

from .. import runtime
from ..transforms.context import MISSING
from .types import BOOL, FLOAT, INT, Maybe, Num, Single, c_type, of_number, sample
from .values import Val, literal

__all__ = ["BINARY", "COMPARE", "Scalars", "result_of", "slot_field"]

BINARY = {gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul, gast.Div: operator.truediv,
          gast.FloorDiv: operator.floordiv, gast.Mod: operator.mod, gast.Pow: operator.pow, gast.BitAnd: operator.and_,
          gast.BitOr: operator.or_, gast.BitXor: operator.xor, gast.LShift: operator.lshift, gast.RShift: operator.rshift,
          gast.MatMult: operator.matmul}
COMPARE = {gast.Lt: "<", gast.LtE: "<=", gast.Gt: ">", gast.GtE: ">=", gast.Eq: "==", gast.NotEq: "!="}
SIGNS = {gast.Add: "+", gast.Sub: "-", gast.Mult: "*", gast.Div: "/", gast.BitAnd: "&", gast.BitOr: "|", gast.BitXor: "^"}
TOO_BIG = "an integer that does not fit into 64 bits, in native code"


def result_of(function: Any, *types_: Num) -> Num | None:
    """The type of what a function gives for numbers of these types; None if it is no number of C."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            made = of_number(function(*[sample(t) for t in types_]))
        except TypeError:
            return None
    return made.dual if made is not None and made.dtype.kind == "f" and any(t.is_dual for t in types_) else made


def message_of(run: Any) -> tuple[type, str]:
    """The exception that an operation raises, in this version of Python."""
    try:
        run()
    except Exception as error:
        return type(error), str(error)
    raise AssertionError("it did not raise")


def slot_field(type_: Num) -> str:
    """The field of a slot that holds a number."""
    assert not type_.is_dual, "a number with its tangent in one slot"
    return {"double": "f", "float": "f4"}.get(c_type(type_), "i")


class Scalars:
    """What `Walk` does with numbers."""

    def binary(self, op: Any, left: Val, right: Val, node: Any) -> Val:
        quick = self.binary_of_cotangents(op, left, right, node)
        if quick is not None:
            return quick
        return self.cases(left, lambda a: self.cases(right, lambda b: self.binary_of(op, a, b, node)))

    def binary_of_cotangents(self, op: Any, a: Val, b: Val, node: Any) -> Val | None:
        """Sums and products of floats that may be the symbolic zero, without branches. None where it is not that."""
        inner = []
        for v in (a, b):
            type_ = v.type.type if isinstance(v.type, Maybe) and v.type.names == {"ZERO"} else v.type
            if not isinstance(type_, Num) or type_.dtype.kind != "f":
                return None
            inner.append(type_)
        may = [isinstance(v.type, Maybe) for v in (a, b)]
        if inner[0].is_dual or inner[1].is_dual:
            return self.duals_of_cotangents(op, a, b, inner) if any(may) else None
        if not any(may) or c_type(inner[0]) != c_type(inner[1]) or op not in (gast.Add, gast.Sub, gast.Mult):
            return None
        if may[0] and not a.c.isidentifier():
            a = self.hold(a)
        if may[1] and not b.c.isidentifier():
            b = self.hold(b)
        x, y = f"{a.c}.v" if may[0] else a.c, f"{b.c}.v" if may[1] else b.c
        kind = result_of(BINARY[op], *inner)
        if kind is None:
            return None
        made = Maybe(frozenset({"ZERO"}), kind)
        self.stager.struct(made)
        lone = f"-{y}" if op is gast.Sub else y
        return self.unless_zero(op, made, (a, b), may, x, f"{x} {SIGNS[op]} {y}", lone)

    def duals_of_cotangents(self, op: Any, a: Val, b: Val, inner: list[Num]) -> Val | None:
        """The same, where one has a tangent: None, unless both have."""
        kind = result_of(BINARY[op], *inner) if op in (gast.Add, gast.Sub, gast.Mult) else None
        if kind is None or c_type(inner[0]) != c_type(inner[1]):
            return None
        made = Maybe(frozenset({"ZERO"}), kind)
        self.stager.struct(made)
        a, b = (v if v.c.isidentifier() or v.known is not None else self.hold(v) for v in (a, b))
        may = [isinstance(v.type, Maybe) for v in (a, b)]
        x, y = f"{a.c}.v" if may[0] else a.c, f"{b.c}.v" if may[1] else b.c
        lone = f"{c_type(kind)}_neg({y})" if op is gast.Sub else y
        return self.unless_zero(op, made, (a, b), may, x, self.dual_sum(op, kind, x, y), lone)

    @staticmethod
    def unless_zero(op: Any, made: Maybe, operands: tuple[Val, Val], may: list[bool], x: str, both: str, lone: str) -> Val:
        """A sum or product of what may be the symbolic zero: `both` where neither is, `lone` where only the second is there."""
        a, b = operands
        if op is gast.Mult:
            zero = " | ".join(f"{v.c}.z" for v, m in zip(operands, may, strict=True) if m)
            return Val(made, f"({c_type(made)}){{.z = {zero}, .v = {both}}}")
        if all(may):
            return Val(made, f"({c_type(made)}){{.z = {a.c}.z & {b.c}.z, .v = {a.c}.z ? {lone} : {b.c}.z ? {x} : {both}}}")
        return Val(made.type, f"({a.c}.z ? {lone} : {both})" if may[0] else f"({b.c}.z ? {x} : {both})")

    def binary_of(self, op: Any, a: Val, b: Val, node: Any) -> Val:
        zeros = [isinstance(v.type, Single) and v.type.name == "ZERO" for v in (a, b)]
        if any(zeros):
            if op is gast.Add:
                return b if zeros[0] else a
            if op is gast.Sub:
                return a if zeros[1] else self.unary(gast.USub, b, node)
            if zeros[0] or op in (gast.Mult, gast.MatMult):
                return a if zeros[0] else b
        elif isinstance(a.type, Num) and isinstance(b.type, Num):
            return self.arithmetic(op, a, b, node)
        elif any(isinstance(v.type, Single) for v in (a, b)):
            self.fails(*message_of(lambda: BINARY[op](self.stand_in(a), self.stand_in(b))))
        made = self.binary_others(op, a, b, node)
        if made is None:
            raise self.refuse(node, f"`{op.__name__}` of {a.type} and {b.type}")
        return made

    def binary_others(self, op: Any, a: Val, b: Val, node: Any) -> Val | None:
        made = self.binary_arrays(op, a, b, node)
        if made is not None:
            return made
        x, y = self.known_value(a), self.known_value(b)
        if x is not MISSING and y is not MISSING:
            return self.constant(BINARY[op](x, y), node)
        return None

    def stand_in(self, v: Val) -> Any:
        """An object of the class of a value, for an operation that cannot be done with it."""
        if isinstance(v.type, Num):
            return sample(v.type)
        if isinstance(v.type, Single):
            return None if v.type.name == "None" else runtime.SUPPORT[v.type.name]
        return object()

    def arithmetic(self, op: Any, a: Val, b: Val, node: Any) -> Val:
        if a.known is not None and b.known is not None:
            try:
                return self.constant(BINARY[op](a.known, b.known), node)
            except Exception as error:
                self.fails(type(error), str(error))
        if op is gast.Pow and a.type in (INT, BOOL) and b.type in (INT, BOOL):
            return self.int_power(a, b, node)
        kind = result_of(BINARY[op], a.type, b.type)
        if kind is None:
            raise self.refuse(node, f"`{op.__name__}` of {a.type} and {b.type}")
        if kind == INT:
            return self.integer(op, a, b, node)
        if kind.is_dual:
            return self.dual_arithmetic(op, a, b, kind.plain, node)
        x, y = self.cast(a, kind), self.cast(b, kind)
        if kind == FLOAT:
            return self.python_float(op, a, b, x, y, node)
        if kind.dtype.kind == "f":
            suffix = "" if c_type(kind) == "double" else "f"
            if op in SIGNS:
                return Val(kind, f"({x} {SIGNS[op]} {y})")
            if op is gast.Pow:
                return Val(kind, self.power(x, y, b, suffix))
            name = {gast.Mod: "np_mod", gast.FloorDiv: "np_floordiv"}[op]
            return Val(kind, f"({c_type(kind)}){name}({x}, {y})" if suffix else f"{name}({x}, {y})")
        if op in (gast.Add, gast.Sub, gast.Mult) and kind.dtype.kind in "iu":
            wide = f"uint{kind.dtype.itemsize * 8}_t"
            wide = "uint64_t" if kind.dtype.itemsize < 4 else wide
            return Val(kind, f"({c_type(kind)})(({wide}){x} {SIGNS[op]} ({wide}){y})")
        if op in (gast.BitAnd, gast.BitOr, gast.BitXor):
            return Val(kind, f"({c_type(kind)})({x} {SIGNS[op]} {y})")
        raise self.refuse(node, f"`{op.__name__}` of {a.type} and {b.type}")

    def power(self, x: str, y: str, b: Val, suffix: str) -> str:
        if b.known == 2:
            return f"({x} * {x})" if x.isidentifier() else f"np_pow({x}, 2.0)"
        if b.known == 1:
            return x
        return f"np_pow({x}, {y})" if not suffix else f"(float)np_pow({x}, {y})"

    def cast(self, value: Val, kind: Num) -> str:
        """The C of a number as one of another type."""
        if value.type.is_dual or kind.is_dual:
            return self.cast_dual(value, kind)
        if value.known is not None and kind.dtype.kind == "f" and not isinstance(value.known, np.generic):
            made = literal(float(value.known))
            return f"{made}f" if c_type(kind) == "float" and made[-1].isdigit() else f"({c_type(kind)}){made}" if (
                c_type(kind) == "float") else made
        if c_type(value.type) == c_type(kind):
            return value.c
        return f"({c_type(kind)}){value.c}"

    def python_float(self, op: Any, a: Val, b: Val, x: str, y: str, node: Any) -> Val:
        if op is gast.Div and a.type != FLOAT and b.type != FLOAT:  # of two integers
            big = self.error(OverflowError, "an integer beyond 2 ** 53 is divided, in native code")
            x, y = f"int_to_float(R, {a.c}, {big})", f"int_to_float(R, {b.c}, {big})"
        if op in (gast.Div, gast.Mod, gast.FloorDiv):
            name = {gast.Div: "float_div", gast.Mod: "float_mod", gast.FloorDiv: "float_floordiv"}[op]
            if b.known:
                if op is gast.Div:
                    return Val(FLOAT, f"({x} / {y})")
                return Val(FLOAT, f"{ {gast.Mod: 'floored_mod', gast.FloorDiv: 'floored_div'}[op] }({x}, {y})")
            zero = self.error(*message_of(lambda: BINARY[op](sample(a.type), sample(b.type) * 0)))
            return Val(FLOAT, f"{name}(R, {x}, {y}, {zero})")
        if op is gast.Pow:
            if b.known == 1:
                return Val(FLOAT, x)
            zero = self.error(*message_of(lambda: 0.0 ** -1.0))
            big = self.error(*message_of(lambda: 1e300 ** 2.0))
            complex_ = self.error(OverflowError, "a power that is a complex number, in native code")
            return Val(FLOAT, f"float_pow(R, {x}, {y}, {zero}, {big}, {complex_})")
        return Val(FLOAT, f"({x} {SIGNS[op]} {y})")

    def integer(self, op: Any, a: Val, b: Val, node: Any) -> Val:
        big = self.error(OverflowError, TOO_BIG)
        x, y = a.c, b.c
        if op in (gast.Add, gast.Sub, gast.Mult):
            return Val(INT, f"int_{ {gast.Add: 'add', gast.Sub: 'sub', gast.Mult: 'mul'}[op] }(R, {x}, {y}, {big})")
        if op in (gast.FloorDiv, gast.Mod):
            zero = self.error(*message_of(lambda: BINARY[op](1, 0)))
            if op is gast.FloorDiv:
                return Val(INT, f"int_floordiv(R, {x}, {y}, {zero}, {big})")
            return Val(INT, f"int_mod(R, {x}, {y}, {zero})")
        if op in SIGNS:
            return Val(INT, f"((i64){x} {SIGNS[op]} (i64){y})")
        if op in (gast.LShift, gast.RShift):
            negative = self.error(*message_of(lambda: 1 << -1))
            return Val(INT, f"int_lshift(R, {x}, {y}, {negative}, {big})" if op is gast.LShift else
                       f"int_rshift(R, {x}, {y}, {negative})")
        raise self.refuse(node, f"`{op.__name__}` of integers")

    def int_power(self, a: Val, b: Val, node: Any) -> Val:
        """`int ** int`: an int if the exponent is not negative, else a float; which one must be known or the same type."""
        big = self.error(OverflowError, TOO_BIG)
        if b.known is not None and b.known >= 0:
            return Val(INT, f"int_pow(R, {a.c}, {b.c}, {big})")
        a, b = self.hold(a), self.hold(b)
        negative = self.error(OverflowError, "an integer to a negative power whose sign is not known before, in native code")
        self.emit(f"if (UNLIKELY({b.c} < 0)) fail(R, {negative});")
        return Val(INT, f"int_pow(R, {a.c}, {b.c}, {big})")

    def compare_numbers(self, op: Any, a: Val, b: Val) -> str:
        a, b = self.primal(a), self.primal(b)
        pair = {c_type(a.type), c_type(b.type)}
        x, y = a.c, b.c
        if len(pair) > 1 and pair & {"double", "float"}:
            if "i64" in pair or "uint64_t" in pair:
                big = self.error(OverflowError, "an integer beyond 2 ** 53 is compared with a float, in native code")
                x, y = (v.c if c_type(v.type) in ("double", "float") else v.c if v.known is not None
                        else f"int_to_float(R, {v.c}, {big})" for v in (a, b))
            elif pair == {"double", "float"}:
                kind = np.result_type(*(sample(v.type) for v in (a, b))).name
                x, y = self.cast(a, Num(kind)), self.cast(b, Num(kind))
        elif "uint64_t" in pair and len(pair) > 1:
            raise self.refuse(self.statement_node, "a comparison of signed with unsigned integers")
        return f"{x} {COMPARE[op]} {y}"

    def unary(self, op: Any, value: Val, node: Any) -> Val:
        if isinstance(value.type, Maybe) and value.type.names == {"ZERO"} and op is gast.USub and isinstance(
                value.type.type, Num) and value.type.type.dtype.kind == "f" and not value.type.type.is_dual:
            value = self.hold(value)
            return Val(value.type, f"({c_type(value.type)}){{.z = {value.c}.z, .v = -{value.c}.v}}")
        return self.cases(value, lambda v: self.unary_of(op, v, node))

    def unary_of(self, op: Any, v: Val, node: Any) -> Val:
        if isinstance(v.type, Single) and v.type.name == "ZERO":
            return v
        if isinstance(v.type, Num):
            sign = {gast.USub: "-", gast.UAdd: "+", gast.Invert: "~"}[op]
            if v.known is not None:
                return self.constant({"-": operator.neg, "+": operator.pos, "~": operator.invert}[sign](v.known), node)
            if v.type in (INT, BOOL):
                big = self.error(OverflowError, TOO_BIG)
                return Val(INT, f"int_neg(R, {v.c}, {big})" if sign == "-" else f"({sign}(i64){v.c})")
            if v.type.is_dual and sign != "~":
                return self.dual_unary(op, v)
            if v.type.dtype.kind == "f" and sign != "~":
                return v if sign == "+" else Val(v.type, f"(-{v.c})")
            if v.type.dtype.kind in "iu":
                return Val(v.type, f"({c_type(v.type)})({sign}(uint64_t){v.c})")
            if v.type.name == "bool_" and sign == "~":
                return Val(v.type, f"(!{v.c})")
        if isinstance(v.type, Single):
            self.fails(*message_of(lambda: {gast.USub: operator.neg, gast.UAdd: operator.pos,
                                            gast.Invert: operator.invert}[op](self.stand_in(v))))
        made = self.unary_others(op, v, node)
        if made is None:
            raise self.refuse(node, f"`{op.__name__}` of {v.type}")
        return made

    def unary_others(self, op: Any, v: Val, node: Any) -> Val | None:
        return self.unary_arrays(op, v, node)

    def attribute_of_number(self, v: Val, name: str, node: Any) -> Val:
        kind = v.type
        if name in ("real", "imag") and kind != BOOL:
            if name == "real":
                return v
            return Val(kind.plain, f"({c_type(kind.plain)})0")
        if not kind.is_python and name in ("ndim", "size", "dtype", "shape", "T"):
            return v if name == "T" else self.constant(getattr(sample(kind), name), node)
        raise self.refuse(node, f"the attribute `{name}` of {kind}")
