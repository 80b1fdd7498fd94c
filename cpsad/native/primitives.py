"""Functions of Python, `math`, NumPy and the run-time support that the stager knows by itself.

All other functions of the run-time support and of rules are staged from their own source.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import gast
import numpy as np

from .. import cotangents, exceptions, guarded, heap, operands, products, runtime
from ..transforms.context import MISSING
from .attempts import Failure, classes_of
from .choices import Choice, Text
from .lists import List, ListTurns
from .made import Super, is_instance, new_instance, set_field
from .scalars import TOO_BIG, message_of
from .sequences import Turns
from .types import (
    BOOL,
    END,
    FLOAT,
    INT,
    Arr,
    Const,
    Iter,
    Maybe,
    Num,
    Parted,
    Range,
    Record,
    RowIter,
    Rows,
    Single,
    Slice,
    Tup,
    c_type,
)
from .values import CONSTANT, Val

__all__ = ["PRIMITIVES", "primitive"]

PRIMITIVES: dict[Any, Any] = {}


def primitive(*functions: Any) -> Any:
    def register(run: Any) -> Any:
        for f in functions:
            PRIMITIVES[f] = run
        return run
    return register


def number(w: Any, value: Val, kind: Num = FLOAT) -> str:
    return w.cast(value, kind)


# -- math ---------------------------------------------------------------------------------------------------------

JUDGED = {"sin": math.inf, "cos": math.inf, "tan": math.inf, "asin": 2.0, "acos": 2.0, "exp": math.nan, "exp2": math.nan,
          "expm1": math.nan, "sinh": math.nan, "cosh": math.nan, "atanh": 1.0, "acosh": 0.0, "tanh": None, "atan": None,
          "asinh": None, "cbrt": None, "erf": None, "erfc": None, "fabs": None, "gamma": -1.0}
C_NAMES = {"gamma": "tgamma"}


def _math(name: str, bad: float | None) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) != 1 or not isinstance(args[0].type, Num):
            return None
        x = w.hold(args[0])
        c = f"{C_NAMES.get(name, name)}({number(w, x)})"
        if bad is None:
            return Val(FLOAT, c)
        domain = w.error(*(message_of(lambda: getattr(math, name)(bad)) if bad == bad else (ValueError, "math domain error")))
        big = w.error(*message_of(lambda: math.exp(1e4)))
        if name == "atanh":
            big = domain
        return Val(FLOAT, f"judged(R, {c}, {number(w, x)}, {domain}, {big})")

    PRIMITIVES[getattr(math, name)] = run


for _name, _bad in JUDGED.items():
    if hasattr(math, _name):
        _math(_name, _bad)


def _logarithm(function: Any) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if not args or not all(isinstance(a.type, Num) for a in args) or len(args) > 2:
            return None

        def log(v: Val) -> str:
            v = w.hold(v)
            domain = w.error(*message_of(lambda: function(sample_zero(v))))
            return f"judged_log(R, {function.__name__}({number(w, v)}), {number(w, v)}, {domain})"

        if len(args) == 1:
            return Val(FLOAT, log(args[0]))
        top, base = w.hold(Val(FLOAT, log(args[0]))), w.hold(Val(FLOAT, log(args[1])))
        zero = w.error(*message_of(lambda: math.log(2.0, 1.0)))
        return Val(FLOAT, f"float_div(R, {top.c}, {base.c}, {zero})")

    PRIMITIVES[function] = run


def sample_zero(v: Val) -> Any:
    return 0 if v.type == INT else 0.0


for _function in (math.log, math.log2, math.log10):
    _logarithm(_function)


@primitive(math.log1p)
def _log1p(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    x = w.hold(args[0])
    domain = w.error(*message_of(lambda: math.log1p(-1.0)))
    return Val(FLOAT, f"judged(R, log1p({number(w, x)}), {number(w, x)}, {domain}, {domain})")


@primitive(math.sqrt)
def _sqrt(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if not isinstance(args[0].type, Num):
        return None
    x = w.hold(args[0])
    domain = w.error(*message_of(lambda: math.sqrt(-1.0)))
    w.emit(f"if (UNLIKELY({x.c} < 0)) fail(R, {domain});")
    return Val(FLOAT, f"sqrt({number(w, x)})")


for _function in (math.atan2, math.copysign):
    PRIMITIVES[_function] = lambda w, args, keywords, node, _c=_function.__name__: (
        Val(FLOAT, f"{_c}({number(w, args[0])}, {number(w, args[1])})") if all(isinstance(a.type, Num) for a in args) else None)


@primitive(math.hypot)
def _hypot(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 2 or not all(isinstance(a.type, Num) for a in args):
        return None
    return Val(FLOAT, f"hypot({number(w, args[0])}, {number(w, args[1])})")


@primitive(math.pow)
def _pow(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if not all(isinstance(a.type, Num) for a in args):
        return None
    x, y = (w.hold(Val(FLOAT, number(w, a))) for a in args)
    domain, big = w.error(*message_of(lambda: math.pow(-1.0, 0.5))), w.error(*message_of(lambda: math.pow(1e300, 2.0)))
    w.emit(f"if (UNLIKELY({x.c} == 0 && {y.c} < 0 && isfinite({y.c}))) fail(R, {domain});")
    r = w.hold(Val(FLOAT, f"pow({x.c}, {y.c})"))
    w.emit(f"if (UNLIKELY(isfinite({x.c}) && isfinite({y.c}) && !isfinite({r.c}))) fail(R, isnan({r.c}) ? {domain} : {big});")
    return r


def _to_int(function: Any, c: str) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) != 1 or not isinstance(args[0].type, Num):
            return None
        if args[0].type.dtype.kind in "biu":
            return Val(INT, f"(i64){args[0].c}", known=int(args[0].known) if args[0].known is not None else None)
        nan = w.error(*message_of(lambda: function(math.nan)))
        infinite, big = w.error(*message_of(lambda: function(math.inf))), w.error(OverflowError, TOO_BIG)
        return Val(INT, f"float_to_int(R, {c}({number(w, args[0])}), {nan}, {infinite}, {big})")

    PRIMITIVES[function] = run


_to_int(math.floor, "floor")
_to_int(math.ceil, "ceil")
_to_int(math.trunc, "trunc")
_to_int(int, "trunc")


def _test_of_float(function: Any, c: str) -> None:
    PRIMITIVES[function] = lambda w, args, keywords, node: (
        Val(BOOL, f"({c}({number(w, args[0])}) != 0)") if isinstance(args[0].type, Num) else None)


_test_of_float(math.isnan, "isnan")
_test_of_float(math.isinf, "isinf")
_test_of_float(math.isfinite, "isfinite")


# -- builtins -----------------------------------------------------------------------------------------------------

@primitive(float)
def _float(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) == 1 and isinstance(args[0].type, Num):
        if args[0].known is not None:
            return w.constant(float(args[0].known), node)
        return Val(FLOAT, number(w, args[0]))
    return None


@primitive(bool)
def _bool(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.as_bool(w.truth(args[0], node)) if len(args) == 1 else None


def _test(function: Any, op: Any) -> None:
    """A comparison as a function, of numbers and texts."""
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) != 2 or any(isinstance(a.type, Arr) or is_instance(getattr(a.type, "type", a.type)) for a in args):
            return None
        return w.as_bool(w.compared(op, *args, node))

    PRIMITIVES[function] = run


for _name, _op in {"eq": gast.Eq, "ne": gast.NotEq, "lt": gast.Lt, "le": gast.LtE, "gt": gast.Gt, "ge": gast.GtE}.items():
    _test(getattr(operator, _name), _op)
PRIMITIVES[operator.truth] = PRIMITIVES[bool]


@primitive(abs)
def _abs(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    x = args[0]
    if not isinstance(x.type, Num):
        return None
    if x.type.dtype.kind == "f":
        return Val(x.type, f"fabs({x.c})" if c_type(x.type) == "double" else f"fabsf({x.c})")
    if x.type in (INT, BOOL):
        x = w.hold(x)
        return Val(INT, f"({x.c} < 0 ? int_neg(R, {x.c}, {w.error(OverflowError, TOO_BIG)}) : (i64){x.c})")
    return None


def _extreme(function: Any, sign: str) -> None:
    """`max`, `min`: the first that attains it; numbers of one type."""
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) == 1 and isinstance(args[0].type, List) and not keywords:
            return w.extreme_of_list(function, w.hold(args[0]))
        if len(args) == 1 and w.is_sequence(args[0].type) and not keywords and any(
                v.box not in ("", CONSTANT) for v in args[0].items):  # which of them it is matters
            return w.extreme_of_list(function, w.hold(w.list_of(w.site(node), args[0].items, node)))
        if len(args) == 1 and w.is_sequence(args[0].type):
            args = args[0].items
        if keywords or len(args) < 2 or not all(isinstance(a.type, Num) for a in args):
            return None
        best = w.hold(args[0])
        for other in args[1:]:
            other = w.hold(other)
            cond = w.compare_numbers(gast.Gt if sign == ">" else gast.Lt, other, best)
            if other.type == best.type:
                best = w.hold(Val(best.type, f"{cond} ? {other.c} : {best.c}"))
            else:
                best = w.choose(cond, lambda v=other: v, lambda v=best: v)
        if all(a.box == CONSTANT for a in args):
            best.box = CONSTANT
        return best

    PRIMITIVES[function] = run


_extreme(max, ">")
_extreme(min, "<")


@primitive(len)
def _len(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if isinstance(args[0].type, Tup) or isinstance(args[0].type, Record) and issubclass(args[0].type.kind, (list, tuple, dict)):
        return w.constant(len(args[0].type.items), node)
    if isinstance(args[0].type, List):
        return w.hold(Val(INT, f"{w.hold(args[0]).c}->n + 0"))
    if isinstance(args[0].type, Range):
        return Val(INT, f"{w.hold(args[0]).c}.left")
    if isinstance(args[0].type, Arr):
        return Val(INT, f"{w.named(args[0]).c}.n[0]")
    return None


@primitive(divmod)
def _divmod(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    a, b = (w.hold(v) for v in args)
    items = (w.hold(w.binary(gast.FloorDiv, a, b, node)), w.hold(w.binary(gast.Mod, a, b, node)))
    return Val(Tup(tuple(v.type for v in items)), parts=items)


@primitive(pow)
def _power(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.binary(gast.Pow, args[0], args[1], node) if len(args) == 2 else None


@primitive(range)
def _range(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if not all(isinstance(a.type, Num) and a.type.dtype.kind in "biu" for a in args) or not 1 <= len(args) <= 3:
        return None
    given = [f"(i64){a.c}" for a in args]
    start, stop, step = ["0", given[0], "1"] if len(given) == 1 else [*given, "1"][:3]
    zero = w.error(*message_of(lambda: range(0, 1, 0)))
    return Val(Range(), f"make_range(R, {start}, {stop}, {step}, {zero})")


@primitive(iter)
def _iter(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) == 1 and isinstance(args[0].type, Range):
        state = w.temp(Range(), "range_of")
        w.emit(f"{state} = {args[0].c};")
        return Val(Iter(), f"&{state}")
    if len(args) == 1 and isinstance(args[0].type, Arr):
        return w.iterated(w.heap_rows(args[0], node))
    if len(args) == 1 and isinstance(args[0].type, Rows):
        return w.iterated(w.hold(args[0]))
    if len(args) == 1 and w.is_sequence(args[0].type):
        return w.turns_of(args[0], node)
    if len(args) == 1 and isinstance(args[0].type, List):
        return w.turns_of_list([w.hold(args[0])])
    return args[0] if len(args) == 1 and isinstance(args[0].type, (Iter, ListTurns, RowIter, Turns)) else None


@primitive(next)
def _next(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    it = args[0]
    if isinstance(it.type, RowIter) and len(args) == 2 and args[1].type == Single("END"):
        return w.next_row(it)
    if isinstance(it.type, Turns) and len(args) == 2 and args[1].type == Single("END"):
        return w.next_item(it)
    if isinstance(it.type, ListTurns) and len(args) == 2 and args[1].type == END:
        return w.next_of_list(it)
    if not isinstance(it.type, Iter) or len(args) != 2 or args[1].type != Single("END"):
        return None
    made = Maybe(frozenset({"END"}), INT)
    w.stager.struct(made)
    t = w.temp(made, "turn")
    w.emit(f"{t} = (maybe_i64){{.z = 2}};")
    w.emit(f"if (({it.c})->left > 0) {{")
    w.emit(f"    {t} = (maybe_i64){{.z = 0, .v = ({it.c})->next}};")
    w.emit(f"    if (--({it.c})->left) ({it.c})->next += ({it.c})->step;")
    w.emit("}")
    return Val(made, t)


def class_of(w: Any, value: Val) -> Any:
    """The class of a value, or MISSING."""
    if isinstance(value.type, Num):
        return {"int": int, "float": float, "bool": bool}.get(value.type.plain.name) or value.type.dtype.type
    if isinstance(value.type, Single):
        return {"None": type(None), "ZERO": cotangents.Zero}.get(value.type.name, MISSING)
    if isinstance(value.type, Tup):
        return tuple
    if isinstance(value.type, Record):
        return value.type.kind
    if isinstance(value.type, Range):
        return range
    if isinstance(value.type, Arr):
        return np.ndarray
    if isinstance(value.type, Const):
        return type(value.type.value)
    if isinstance(value.type, Slice):
        return slice
    return getattr(value.type, "python_class", MISSING)


@primitive(new_instance)
def _new_instance(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.made_object(args[0].type.value, node)


@primitive(runtime.Cell)
def _cell(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    made = w.made_object(runtime.Cell, node)
    if args:
        w.set_field(made, "value", args[0], node)
    return made


@primitive(set_field)
def _set_field(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    w.set_field(args[0], w.known_value(args[1]), args[2], node)
    return Val(Single("None"))


@primitive(exceptions.catches)
def _catches(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    classes = classes_of(w, args[1])
    return w.is_caught(args[0], classes, node) if isinstance(args[0].type, Failure) and classes is not MISSING else None


@primitive(guarded.raises)
def _raises(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.raised_again(args[0])


@primitive(super)
def _super(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 2 or not is_instance(args[1].type) or not isinstance(args[0].type, Const):
        return None
    of = args[1].type.of if isinstance(args[1].type, Super) else args[1].type
    return Val(Super(args[0].type.value, of), args[1].c)


@primitive(type)
def _type(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.cases(args[0], lambda v: w.constant(class_of(w, v), node)) if len(args) == 1 and not isinstance(
        args[0].type, Maybe) and class_of(w, args[0]) is not MISSING else None


def _text_of(function: Any) -> None:
    PRIMITIVES[function] = lambda w, args, keywords, node: (
        w.text_of(function, args[0], node) if len(args) == 1 and not keywords else None)


_text_of(str)
_text_of(repr)


@primitive(isinstance)
def _isinstance(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    classes = args[1].type.value if isinstance(args[1].type, Const) else w.known_value(args[1])
    if classes is MISSING:
        return None

    def one(value: Val) -> Val | None:
        kind = class_of(w, value)
        return None if kind is MISSING else w.constant(issubclass(kind, classes), node)

    return w.cases(args[0], one)


def _has(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    kind, name = class_of(w, args[0]), w.known_value(args[1])
    return None if kind is MISSING or not isinstance(name, str) else w.constant(hasattr(kind, name), node)


def _get(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    kind, name = class_of(w, args[0]), w.known_value(args[1])
    if isinstance(args[0].type, Super) and isinstance(name, str):
        return w.method_as_value(args[0], name)
    if kind is MISSING or not isinstance(name, str):
        return None
    if hasattr(kind, name):
        return w.attribute(args[0], name, node)
    return args[2] if len(args) == 3 else None


PRIMITIVES[hasattr], PRIMITIVES[getattr] = _has, _get


@primitive(dict)
def _dict(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.dict_of(list(keywords), list(keywords.values()), node) if not args else None


@primitive(list)
def _list(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if not args:
        return w.new_list(w.site(node), "0")
    if isinstance(args[0].type, (Arr, Rows)):
        return w.list_of_rows(args[0] if isinstance(args[0].type, Rows) else w.heap_rows(args[0], node), node)
    if w.is_sequence(args[0].type):
        return w.list_of(w.site(node), args[0].items, node)
    return w.copied_list(w.hold(args[0])) if isinstance(args[0].type, List) else None


@primitive(sum)
def _sum(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    start = args[1] if len(args) == 2 else keywords.get("start")
    if args[0].type == Tup(()):
        return start if start is not None else w.constant(0, node)
    if w.is_sequence(args[0].type):
        return w.sum_of_list(w.hold(w.list_of(w.site(node), args[0].items, node)), start, node)
    return w.sum_of_list(args[0], start, node) if isinstance(args[0].type, List) else None


@primitive(tuple)
def _tuple(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return args[0] if len(args) == 1 and isinstance(args[0].type, Tup) else None


# -- the run-time support -----------------------------------------------------------------------------------------

@primitive(operands.operands, operands.numeric)
def _operands(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Numbers and arrays are what these functions let pass; of other values only the symbolic zero and None come here."""
    for a in args:
        if isinstance(a.type, (Tup, Const)) and not isinstance(getattr(a.type, "value", None), str):
            return None
    return args[0]


@primitive(operands.operand)
def _operand(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return args[0] if isinstance(args[0].type, (Num, Arr, Single)) else None


@primitive(runtime.SUPPORT["frozen"], runtime.SUPPORT["frozen_index"], operands.still)
def _frozen(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Lists are what changes."""
    if isinstance(args[0].type, List):
        if isinstance(args[0].type.item, List):
            from .joined import copied_lists

            return copied_lists(w, w.hold(args[0])) if not isinstance(args[0].type.item.item, List) else None
        return w.copied_list(w.hold(args[0]))
    return args[0] if isinstance(args[0].type, (Num, Arr, Slice, Single, Parted, Const, Text, Choice)) else None


@primitive(runtime.check_bound)
def _check_bound(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    name = w.known_value(args[1])
    kind, message = message_of(lambda: runtime.check_bound(runtime.UNBOUND, name))
    value = args[0]
    if isinstance(value.type, Single) and value.type.name == "UNBOUND":
        w.fails(kind, message)
    if isinstance(value.type, Maybe) and "UNBOUND" in value.type.names:
        w.emit(f"if (UNLIKELY({value.c}.z == 4)) fail(R, {w.error(kind, message)});")
        left = value.type.names - {"UNBOUND"}
        if not left and isinstance(node.args[0], gast.Name):
            inner = value.type.type
            w.narrow({node.args[0].id: Val(inner, f"{value.c}.v" if c_type(inner) != "void" else "")})
    return Val(Single("None"))


@primitive(cotangents.accumulate)
def _accumulate(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.binary(gast.Add, args[0], args[1], node)


@primitive(products.total)
def _total(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return args[0]


@primitive(cotangents.unbroadcast)
def _unbroadcast(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    g = args[0].type
    if isinstance(g, Maybe) and g.names == {"ZERO"} and isinstance(g.type, Num) and isinstance(args[1].type, Num):
        return args[0]  # a number's: nothing to sum, and no branch
    return w.split(args, lambda a: w.unbroadcast(a[0], a[1], node))


@primitive(heap.is_floating)
def _is_floating(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    type_ = args[0].type
    if isinstance(type_, Num):
        return w.constant(type_.dtype.kind == "f", node)
    if isinstance(type_, Arr):
        return w.constant(type_.number.dtype.kind == "f", node)
    return w.constant(False, node) if isinstance(type_, (Single, Const, Tup)) else None


def _update(name: str, op: Any) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        return w.updated(op, name.endswith("_copy"), args[0], args[1], node)

    PRIMITIVES[runtime.SUPPORT[name]] = run


UPDATES = {"iadd": gast.Add, "isub": gast.Sub, "imul": gast.Mult, "itruediv": gast.Div, "ifloordiv": gast.FloorDiv,
           "imod": gast.Mod, "ipow": gast.Pow, "iand": gast.BitAnd, "ior": gast.BitOr, "ixor": gast.BitXor,
           "ilshift": gast.LShift, "irshift": gast.RShift, "imatmul": gast.MatMult}
for _base, _op in UPDATES.items():
    _update(_base, _op)
    _update(_base + "_copy", _op)
