"""Quotients on the way back: by the reciprocal of the divisor, which does not wait for the cotangent.

What comes back in a loop is a chain: each turn's cotangent is made from the one before. A division in it is four times as long
as a product, and of `g / d` only `g` is in the chain: `g * (1 / d)` has the division beside it. The result may differ in the
last place. Where the reciprocal, or what it is multiplied by, is near an end of the exponents, or is zero, infinite or no number,
the formulas of the rules are taken as they are.
"""

from __future__ import annotations

from typing import Any

from ..rules.helpers import divided, divisor
from .primitives import primitive
from .types import FLOAT, Maybe, Num, c_type
from .values import Val

__all__: list[str] = []


def is_double(v: Val) -> bool:
    return isinstance(v.type, Num) and not v.type.is_dual and c_type(v.type) == "double" and v.known is None


@primitive(divided, divisor)
def _quotient(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Of `g` and `d`, or of `g`, `y` and `d`."""
    g = args[0].type
    if keywords or w.in_loop or not all(map(is_double, args[1:])) or not isinstance(g.type if isinstance(g, Maybe) else g, Num):
        return None
    function = (divided, divisor)[len(args) - 2]

    def one(values: list[Val]) -> Val:
        if not is_double(values[0]):
            return w.call_formula(function, values, {}, node)  # type: ignore[no-any-return]
        g, *y, d = map(w.hold, values)
        slope = w.hold(Val(FLOAT, f"(1.0 / {d.c})"))
        tame, sign = f"is_tame({slope.c})", ""
        if y:
            sign, by = "-", slope
            slope = w.hold(Val(FLOAT, f"({y[0].c} * {by.c})"))
            tame += f" && (is_tame({slope.c}) || {y[0].c} == 0)"
        kind = FLOAT if all(v.type == FLOAT for v in values) else Num("float64")
        return w.choose(f"LIKELY({tame})", lambda: Val(kind, f"({sign}{g.c} * {slope.c})"),  # type: ignore[no-any-return]
                        lambda: w.call_formula(function, [g, *y, d], {}, node))

    return w.split(args, one)  # type: ignore[no-any-return]
