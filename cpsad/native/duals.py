"""Numbers with their tangents: forward mode in native code.

A program that is staged along a direction is the same program with other types: a float that moves with the direction is a *dual*
number, its value and its tangent side by side (`duals.h`), and an array of such is an array of pairs. All that carries values
(variables, frames, tuples, lists, objects, boxes, the arena, views, in-place writes) carries pairs without knowing it. What
computes is few things: arithmetic, elementwise functions, comparisons (of the values), reductions and products. The derivative
of an elementwise function is its own reverse rule, with the tangent in the place of the cotangent (`rules/forward.py`), so that
no formula stands here twice. As a gradient program is a program, its tangents are products of the Hessian with the direction.

A number without a tangent is a number as ever, and becomes a dual one where the two meet (`join`, `cast`). The other way round is
an error when the program is staged (`fit`): no tangent is lost. What knows nothing of pairs does not compile, as C
has no arithmetic of structs; that is refused too.
"""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import gast
import numpy as np

from ..rules.registry import REGISTRY
from ..rules.splice import template_of
from ..transforms.nodes import parameters
from .program import Unit
from .scalars import message_of
from .types import NONE, Arr, Maybe, Num, Single, Tup, c_type
from .values import Val

__all__ = ["Duals", "has_tangent", "number_of"]

WORDS = {gast.Add: ("add", "plus"), gast.Sub: ("sub", "minus"), gast.Mult: ("mul", "times"), gast.Div: ("div", "by")}
RULES = {gast.Pow: operator.pow, gast.Mod: operator.mod}  # operations that have rules like functions; `//` has no derivative
# Of those whose rule takes any number of arguments, the rule for two.
OF_TWO = {math.hypot: lambda g, r, x, y: (g * (x / (r or 1)), g * (y / (r or 1)))}


def number_of(type_: Any) -> Any:
    type_ = type_.type if isinstance(type_, Maybe) else type_
    return type_.number if isinstance(type_, Arr) else type_


def has_tangent(type_: Any) -> bool:
    """Whether a number, or the elements of an array, are pairs."""
    number = number_of(type_)
    return isinstance(number, Num) and number.is_dual


class Duals:
    """What `Walk` does with them."""

    # -- pairs and their parts --------------------------------------------------------------------------------

    def here(self: Any, v: Val, base: str = "x") -> Val:
        """A number in a variable, which in the loop over an array is one of the loop's."""
        if v.known is not None or v.c.isidentifier():
            return v
        if not self.in_loop:
            return self.hold(v, base)
        self._in_loops = getattr(self, "_in_loops", 0) + 1
        name = f"{base}{self._in_loops}__"
        self.emit(f"const {c_type(v.type)} {name} = {v.c};")
        return Val(v.type, name)

    def primal(self: Any, v: Val) -> Val:
        """The value without its tangent; of an array a view."""
        return self.part(v, 0)

    def slope(self: Any, v: Val) -> Val:
        """The tangent alone."""
        return self.part(v, 1)

    def part(self: Any, v: Val, which: int) -> Val:
        if isinstance(v.type, Num):
            return Val(v.type.plain, f"{self.here(v).c}.{'vd'[which]}") if v.type.is_dual else v
        if not isinstance(v.type, Arr) or not v.type.number.is_dual:
            return v
        v, plain = self.named(v), v.type.number.plain
        axes = [(f"{v.c}.n[{j}]", f"{v.c}.s[{j}]") for j in range(v.type.rank)]
        start = f"{v.c}.p" if which == 0 else f"{v.c}.p + {plain.itemsize}"
        made = self.view(Val(Arr(plain.name, v.type.rank, False), v.c, borrowed=v.borrowed), axes, start, False)
        return made

    def values_of(self: Any, v: Val) -> Val:
        """An array without its tangents, computed."""
        return self.primal(self.real(v)) if has_tangent(v.type) else v

    def paired(self: Any, value: Val, slope: Val | None) -> Val:
        """A value and its tangent as one; no tangent where there is none."""
        if slope is None or isinstance(slope.type, Single):
            return value
        if isinstance(value.type, Num):
            kind = value.type.dual
            return Val(kind, f"(({c_type(kind)}){{{value.c}, {self.cast(slope, value.type.plain)}}})")
        kind = value.type.number.dual
        return self.elementwise(kind, lambda x: self.paired(x[0], x[1]), [value, slope])

    def dualized(self: Any, v: Val) -> Val:
        """A float, or an array of floats, with a tangent, which is zero if it had none."""
        if isinstance(v.type, Maybe):
            return self.cases(v, self.dualized, whole=True)
        if has_tangent(v.type) or not isinstance(v.type, (Num, Arr)) or number_of(v.type).dtype.kind != "f":
            return v
        if isinstance(v.type, Num):
            kind = v.type.dual
            return Val(kind, self.cast(v, kind), box=v.box)
        made = self.named(self.copied(v, v.type.number.dual))
        made.box = v.box
        return made

    def fit(self: Any, v: Val, kind: Num) -> Val:
        """A number as one of this type, with its tangent if it has one."""
        to = kind.plain if not v.type.is_dual else kind.dual
        return Val(to, self.cast(v, to), known=v.known)

    def cast_dual(self: Any, v: Val, kind: Num) -> str:
        """`cast` where one of the two is dual."""
        if v.type.is_dual and not kind.is_dual:
            raise self.refuse(self.statement_node, f"what is done with a number along a direction, as {kind},",
                              why="its tangent would be lost")
        to = c_type(kind)
        if not v.type.is_dual:
            return f"{to}_of({self.cast(v, kind.plain)})"
        return v.c if c_type(v.type) == to else f"{to}_of_{c_type(v.type)}({v.c})"

    def added_text(self: Any, place: str, value: str, kind: Num) -> str:
        """`place += value`."""
        return f"{place} = {c_type(kind)}_add({place}, {value});" if kind.is_dual else f"{place} += {value};"

    # -- arithmetic -------------------------------------------------------------------------------------------

    def dual_sum(self: Any, op: Any, kind: Num, x: str, y: str) -> str:
        """A sum, difference or product of two that both are dual."""
        return f"{c_type(kind)}_{WORDS[op][0]}({x}, {y})"

    def dual_arithmetic(self: Any, op: Any, a: Val, b: Val, kind: Num, node: Any) -> Val:
        """`a op b`; `kind`: its type, without the tangent."""
        if op in WORDS:
            if op is gast.Div and kind.is_python and not b.known:  # Python raises where it is zero
                b = self.here(b)
                zero = self.error(*message_of(lambda: 1.0 / 0.0))
                self.emit(f"if (UNLIKELY({self.primal(b).c} == 0)) fail(R, {zero});")
            a, b = self.fit(a, kind), self.fit(b, kind)
            both, one = WORDS[op]
            word = both if a.type.is_dual and b.type.is_dual else one
            x, y = a.c, b.c
            if not a.type.is_dual:
                if op in (gast.Add, gast.Mult):
                    x, y = y, x
                word = {gast.Sub: "less", gast.Div: "under"}.get(op, word)
            return Val(kind.dual, f"{c_type(kind.dual)}_{word}({x}, {y})")
        if op not in RULES:
            return self.arithmetic(op, self.primal(a), self.primal(b), node)
        if op is gast.Pow and b.known is not None and type(b.known) in (int, float) and b.known == 1:
            return self.fit(a, kind)
        return self.lifted(RULES[op], [a, b], lambda x: self.arithmetic(op, x[0], x[1], node), node)

    def dual_unary(self: Any, op: Any, v: Val) -> Val:
        if op is gast.UAdd:
            return v
        return Val(v.type, f"{c_type(v.type)}_neg({v.c})")

    # -- elementwise functions --------------------------------------------------------------------------------

    def lifted(self: Any, function: Any, args: list[Val], run: Any, node: Any) -> Val | None:
        """An elementwise function of numbers: `run` of the values, and the tangent by the function's rule."""
        args = [self.here(a) for a in args]
        values = [self.here(self.primal(a)) for a in args]
        y = run(values)
        if y is None or not isinstance(y.type, Num) or y.type.dtype.kind != "f":
            return y
        y = self.here(y, "y")
        rule = REGISTRY.lookup(function)
        if rule is None or rule.role == "constant":
            if rule is None:
                raise self.refuse(node, f"a call of {getattr(function, '__name__', function)} along a direction")
            return y
        total: Val | None = None
        for i, a in enumerate(args):
            if a.type.is_dual:
                slope = self.of_rule(rule, function, i, self.here(self.slope(a), "d"), y, values, node)
                if slope is None or isinstance(slope.type, Single):
                    continue
                total = slope if total is None else self.binary(gast.Add, total, slope, node)
        return self.paired(y, None if total is None else self.here(total))

    def of_rule(self: Any, rule: Any, function: Any, i: int, d: Val, y: Val, values: list[Val], node: Any) -> Val | None:
        """What a rule gives for one argument, with `d` for the cotangent."""
        if function in OF_TWO:
            from ..rules.registry import Rule

            rule = Rule(function, "rule", OF_TWO[function])
        template = template_of(rule)
        if template is None or not (rule.elementwise or function in OF_TWO):
            raise self.refuse(node, f"a call of {rule.name} along a direction")
        names = parameters(template.args)
        given = dict(zip(names, [d, y, *values], strict=False))
        unit = self.unit_of_rule(rule)
        kept = self.unit, self.vars, self.narrowed, self.nonlocals, self.inlining
        self.unit, self.vars, self.narrowed, self.nonlocals, self.inlining = unit, given, {}, frozenset(), True
        try:
            for name, default in self.defaults_of_rule(template):
                if name not in given:
                    given[name] = self.value(default)
            result = template.result
            if isinstance(result, gast.Tuple):
                if i >= len(result.elts):
                    return None
                result = result.elts[i]
            elif i:
                return None
            if isinstance(result, gast.Constant) and result.value is None:
                return None
            return self.value(result)
        finally:
            self.unit, self.vars, self.narrowed, self.nonlocals, self.inlining = kept

    def defaults_of_rule(self: Any, template: Any) -> list[tuple[str, Any]]:
        args = template.args
        every = [a.id for a in [*args.posonlyargs, *args.args]]
        found = list(zip(every[len(every) - len(args.defaults):], args.defaults, strict=True)) if args.defaults else []
        return found + [(a.id, d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None]

    def unit_of_rule(self: Any, rule: Any) -> Unit:
        known = self.stager.units.get(rule)
        if known is None:
            tree = gast.parse("def rule(): pass").body[0]
            known = self.stager.units[rule] = Unit(rule.pullback, tree, rule.pullback.__code__.co_filename, {})
        return known

    def dual_call(self: Any, function: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        """A call that has its own way with dual numbers; None where what is there does it."""
        from .primitives import PRIMITIVES

        if function in (builtins.max, builtins.min) or not any(has_tangent(a.type) for a in args):
            return None
        if all(isinstance(a.type, Num) for a in args):
            if function is float:
                return self.fit(args[0], Num("float"))
            if getattr(function, "__module__", "") == "math" or function in (builtins.abs, int, round):
                run = PRIMITIVES.get(function)
                if run is None or keywords:
                    return None
                return self.lifted(function, args, lambda x: run(self, x, {}, node), node)
        if function in VALUES_ONLY:
            return self.call_constant(function, [self.values_of(a) for a in args], keywords, node)
        return None

    # -- reductions -------------------------------------------------------------------------------------------

    def dual_extreme(self: Any, v: Val, axes: Any, keepdims: bool, op: str) -> Val:
        """The largest or smallest element; its tangent is the mean of those of all that attain it."""
        from .functions import opened

        v = self.named(v)
        kind = v.type.number.plain
        value, slope = self.primal(v), self.slope(v)
        made = self.reduced(value, axes, keepdims, op, kind)
        made = self.hold(made) if isinstance(made.type, Num) else self.named(made)
        over = opened(self, made, v.type.rank, axes, keepdims) if isinstance(made.type, Arr) else made

        def where(pick: Any) -> Val:
            return self.elementwise(kind, lambda x: Val(kind, f"({x[0].c} == {x[1].c} ? {pick(x)} : 0)"), [value, over, slope])

        count = self.reduced(where(lambda x: f"({c_type(kind)})1"), axes, keepdims, "+=", kind)
        total = self.reduced(where(lambda x: x[2].c), axes, keepdims, "+=", kind)
        return self.paired(made, self.binary(gast.Div, total, count, self.statement_node))

    # -- the way in and out -----------------------------------------------------------------------------------

    def argument_along(self: Any, type_: Any, place: int) -> Val:
        """An argument of the function with its direction, which has a slot of its own."""
        other = self.stager.along[place]
        if isinstance(type_, Num):
            kind = type_.dual
            value, slope = (Val(type_, f"R->in[{p}].{ {'double': 'f', 'float': 'f4'}[c_type(type_)] }") for p in (place, other))
            return self.hold(Val(kind, f"({c_type(kind)}){{{value.c}, {slope.c}}}"))
        value = self.argument_at(f"R->in[{place}].p", type_)
        slope = self.argument_at(f"R->in[{other}].p", type_)
        made = self.new_array(type_.number.dual, [f"{value.c}.n[{j}]" for j in range(type_.rank)])
        c = c_type(type_.number)
        name = "pairs_f64" if c == "double" else "pairs_f32"
        self.emit(f"{{ {c} *to__ = ({c} *){made.c}.p; {name}({type_.rank}, &to__, {value.c}.p, {value.c}.n, {value.c}.s, "
                  f"{slope.c}.p, {slope.c}.s); }}")
        return made

    def written_along(self: Any, type_: Any, place: int) -> Val:
        """An array of floats that is given, in a program that writes into arrays: there all of them are pairs, in the arena."""
        if self.stager.primal and place >= self.stager.offset:
            raise self.refuse(self.statement_node, "an array from outside of a function that writes, along a direction,")
        given, c = self.argument_at(f"R->in[{place}].p", type_), self.temp(Arr(type_.number.dual.name, type_.rank, True), "a")
        other = f"R->in[{self.stager.along[place]}].p" if place in self.stager.along else "NULL"
        outside = "true" if place >= self.stager.offset else "false"
        self.emit(f"{c} = {given.c};")
        kind = "f64" if c_type(type_.number) == "double" else "f32"
        self.emit(f"{c}.p = pairs_in_{kind}(R, R->in[{place}].p, {other}, {outside}, "
                  f"{'true' if self.stager.primal else 'false'}, {c}.s);")
        return Val(Arr(type_.number.dual.name, type_.rank, True), c)

    def for_writes(self: Any, v: Val) -> Val:
        """A new array of floats, into which pairs may be written if the program writes into arrays."""
        if not (self.stager.along and self.stager.writes) or self.backward:
            return v
        if self.spec.is_formula or self.inlining or self.in_loop or not isinstance(v.type, Arr):
            return v
        if v.type.number.dtype.kind != "f" or v.type.number.is_dual:
            return v
        kind = v.type.number.dual
        return self.elementwise(kind, lambda x: Val(kind, self.cast(x[0], kind)), [v])

    def apart(self: Any, v: Val, which: int, node: Any) -> Val:
        """A result without its tangents, or these alone: zeros where it has none, and None in the place of what is no float."""
        if isinstance(v.type, Tup):
            return self.tuple_of([self.apart(item, which, node) for item in v.items])
        if not isinstance(v.type, (Num, Arr)):
            if v.type != NONE:
                raise self.refuse(node, f"a function that returns {v.type}, along a direction,")
            return v
        kind = number_of(v.type)
        if which and kind.dtype.kind != "f":
            return Val(NONE)
        if isinstance(v.type, Num):
            return self.hold(self.part(v, which)) if kind.is_dual or not which else Val(kind, f"({c_type(kind)})0")
        if kind.is_dual:  # each in memory of its own
            return self.copied(self.part(v, which))
        if not which:
            return v
        v = self.named(v)
        return self.new_array(kind, [f"{v.c}.n[{j}]" for j in range(v.type.rank)], zero=True)

    def tangents_out(self: Any, v: Val, target: Val) -> Val:
        """The tangents of an adjoint into the array that waits for them, which is contiguous and of its shape."""
        lengths = [f"{v.c}.n[{j}]" for j in range(v.type.rank)]
        c, kind = c_type(target.type.number), "f64" if c_type(target.type.number) == "double" else "f32"
        self.emit(f"tangents_{kind}({' * '.join(lengths)}, (const {c} *){v.c}.p, ({c} *){target.c}.p);")
        return Val(Single("None"))

    def write_slopes(self: Any, v: Val, target: Val) -> Val:
        self.add_into(target, self.slope(v), "=")
        return Val(Single("None"))

    def tangent_of(self: Any, v: Val) -> Val:
        """The tangent of a number's adjoint: the symbolic zero if it has none. (Of an array see `write_array`.)"""
        if isinstance(getattr(v.type, "type", v.type), Arr):
            return v
        if isinstance(v.type, Maybe) and isinstance(v.type.type, Num):
            if not v.type.type.is_dual:
                return Val(Single("ZERO"))
            v = self.hold(v)
            kind = Maybe(v.type.names, v.type.type.plain)
            self.stager.struct(kind)
            return self.hold(Val(kind, f"({c_type(kind)}){{.z = {v.c}.z, .v = {v.c}.v.d}}"))
        if not has_tangent(v.type):
            return Val(Single("ZERO"))
        return self.slope(v)


VALUES_ONLY = {np.isnan, np.isinf, np.isfinite, np.count_nonzero, np.any, np.all, np.argmax, np.argmin, np.signbit, np.floor,
               np.ceil, np.trunc, np.rint, np.sign, np.logical_not, math.floor, math.ceil, math.trunc, math.isnan, math.isinf,
               math.isfinite, int, bool}
