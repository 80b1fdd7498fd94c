"""The tangent of a primitive's result: its forward rule, spliced in.

A forward rule is written as a reverse rule is, with the tangent `d` of an argument where that has the cotangent: `(d, y,
*arguments)`, and a tuple for several arguments, of which part `i` is the tangent of the result that comes from the tangent
`d` of argument `i`. The tangents of all arguments are added up. So the rule of an elementwise primitive, whose Jacobian is
diagonal, is both. A primitive that is linear in each of its arguments is applied to their tangents.
"""

from __future__ import annotations

from typing import Any

import gast

from .analysis import NUMERIC
from .context import Context, Fact
from .nodes import at, call, const, copy_tree, is_name, load, loads, walk
from .splice import Mismatch, bind_arguments, splice

__all__ = ["TangentRules"]


class TangentRules:
    """The part of `TangentStatements` that sees to primitives with a rule."""

    ctx: Context
    node: Any
    out: list[Any]
    scope: Any
    transfer: Any
    tangent: Any
    raw: Any
    bind: Any
    do: Any
    named: Any
    on_heap: Any
    kind: Any
    fact: Any
    found: Any
    mark_text: Any

    def by_rule(self, value: Any, rule: Any, name: str | None, args: list[Any], keywords: list[Any],
                self_first: bool = False) -> None:
        """`name = value`, a call of a primitive or an operator, and the tangent that its forward rule gives."""
        if rule is None or rule.role == "constant":
            self.bind(name, value, None)
            return
        if rule.role == "mover":
            self.bind(name, value, self.found)
            return
        if rule.makes_text:
            every = [a.value if isinstance(a, gast.Starred) else a for a in [*args, *(k.value for k in keywords)]]
            for a in every:
                self.put(a)  # type: ignore[attr-defined]
            self.bind(name, value, None)
            if name is not None:
                self.do(self.on_heap("text", load(name), *(load(a.id) for a in every if isinstance(a, gast.Name))))
            return
        given = self.prepared(value, rule, args, keywords)
        if given is None:
            self.bind(name, value, None)
            return
        if name is None:
            self.do(value)
            return
        if rule.role == "parts":
            self.bind(name, value, None)
            seen = self.terms_of(value, rule, args, keywords, load(name), given)
            if seen:
                self.do(self.on_heap("put_each_tangent", load(name), *seen))
            return
        self.bind(name, value, lambda y: self.result_of(value, rule, args, keywords, self_first, y, given))

    def prepared(self, value: Any, rule: Any, args: list[Any], keywords: list[Any]) -> dict[str, Any] | None:
        """The tangents of the arguments by name, after sequences that stand for arrays were made arrays; None for none."""
        every = args + [k.value for k in keywords]
        starred = any(isinstance(a, gast.Starred) for a in args) or any(k.arg is None for k in keywords)
        template = self.ctx.resolver.splice(rule)
        if starred or template is None:
            self.refuse(rule, "its rule does not take * or ** arguments" if template is not None else "it has no rule", every)
            return None
        try:
            bound = bind_arguments(template, args, keywords)
        except Mismatch as mismatch:
            self.refuse(rule, str(mismatch), every)
            return None
        found: dict[str, Any] = {}
        leading = template.leading
        for param, arg in bound.items():
            gathers = rule.role == "gather" and param == leading[0]
            if gathers:
                if not isinstance(arg, gast.Name):
                    continue
                if rule.consumes and self.kind(arg) not in (*NUMERIC, "l", "t"):
                    self.substitute(value, args, keywords, arg, self.named(arg.id, self.on_heap(
                        "gathered", arg, self.tangent(arg) or self.ctx.use("ZERO"))), "l")
                    arg = self.substituted
                found[param] = self.on_heap("each", load(arg.id), self.tangent(arg) or self.ctx.use("ZERO"))
            elif param in template.differentiated and isinstance(arg, gast.Name) and self.kind(arg) in "oltc" and (
                    rule.role in ("rule", "parts")) and not self.is_operator(value):
                made = self.named(arg.id, self.on_heap("array", load(arg.id)))
                given = self.on_heap("unfold", load(arg.id), load(made.id), self.tangent(arg) or self.ctx.use("ZERO"))
                self.substitute(value, args, keywords, arg, made, "n")
                found[param] = self.named("d" + arg.id, given)
            elif param not in template.differentiated:
                if (given := self.tangent(arg)) is not None and self.kind(arg) in ("o", *NUMERIC):
                    self.do(self.on_heap("undifferentiated", load(arg.id), given, const(f"{rule.name} by its argument {param}")))
            elif isinstance(arg, gast.Tuple):  # the arguments of a rule of any number
                if template.parameters:
                    continue
                for i, element in enumerate(arg.elts):
                    if (given := self.tangent(element)) is not None:
                        found[f"{param} {i}"] = given
            elif (given := self.tangent(arg)) is not None:
                found[param] = given
        return found or None

    @staticmethod
    def is_operator(value: Any) -> bool:
        return isinstance(value, (gast.BinOp, gast.UnaryOp))

    def substitute(self, value: Any, args: list[Any], keywords: list[Any], old: Any, new: gast.Name, kind: str) -> None:
        """Puts `new` in the place of an argument of a call."""
        self.transfer.env[new.id] = Fact(kind, True)
        self.substituted = new
        for i, a in enumerate(args):
            if a is old:
                args[i] = new
        if isinstance(value, gast.Call):
            for i, a in enumerate(value.args):
                if a is old:
                    value.args[i] = new
        for k in keywords:
            if k.value is old:
                k.value = new

    def result_of(self, value: Any, rule: Any, args: list[Any], keywords: list[Any], self_first: bool, y: Any,
                  given: dict[str, Any]) -> Any:
        """The tangent of the result `y` as an expression; None where no argument has any."""
        terms = self.terms_of(value, rule, args, keywords, y, given)
        full = self.are_full(value, rule, args, y, given, terms)
        if len(terms) == 2 and isinstance(terms[0], gast.BinOp) and gast.dump(terms[0]) == gast.dump(terms[1]):
            terms = [term := self.named("d", terms[0]), copy_tree(term)]  # `x * x`
        total = None
        for term in terms:
            if total is not None and isinstance(term, gast.UnaryOp) and isinstance(term.op, gast.USub):
                total = gast.BinOp(left=total, op=gast.Sub(), right=term.operand)
            else:
                total = term if total is None else gast.BinOp(left=total, op=gast.Add(), right=term)
        if total is None:
            return None
        several = len([a for a in args if not isinstance(a, gast.Constant)]) + len(keywords) > 1
        if rule.elementwise and several and any(self.kind(a) != "s" for a in args) and not full:
            total = call(self.ctx.use("shaped"), total, copy_tree(y))
        if rule.place is not None:
            total = call(self.ctx.use("checked_shape"), total, copy_tree(y), const(rule.place), const("tangent"))
        return total

    def are_full(self, value: Any, rule: Any, args: list[Any], y: Any, given: dict[str, Any], terms: list[Any]) -> bool:
        """Whether each term of the tangent of an operation on two operands is computed with the operand whose tangent it is not
        made of, or with the result, and so of the shape of the result."""
        if not isinstance(value, gast.BinOp) or len(terms) != len(given):
            return False
        leading = self.ctx.resolver.splice(rule).leading
        others = [args[1 - leading.index(p)] if p in leading[:2] else None for p in given]
        return all(y.id in loads(t) or isinstance(o, gast.Constant) or is_name(o) and (
            self.kind(o) == "s" or o.id in loads(t)) for o, t in zip(others, terms, strict=True))

    def terms_of(self, value: Any, rule: Any, args: list[Any], keywords: list[Any], y: Any, given: dict[str, Any]) -> list[Any]:
        """What each argument's tangent adds to that of the result."""
        forward = self.ctx.resolver.forward(rule)
        if forward is None:
            return [self.on_heap("missing", const(rule.name), *given.values())]
        known: dict[str, Any] = {}
        for p, d in given.items():
            if (text := gast.dump(d)) not in known:
                known[text] = self.once(d)
            given[p] = copy_tree(known[text])
        if forward == "linear":
            return self.linear(value, rule, args, keywords, given)
        return self.spliced(rule, forward, args, keywords, y, given)

    def once(self, tangent: Any) -> Any:
        """A tangent that a rule may read more than once."""
        return tangent if isinstance(tangent, gast.Name) else self.named("d", tangent)

    def linear(self, value: Any, rule: Any, args: list[Any], keywords: list[Any], given: dict[str, Any]) -> list[Any]:
        """The primitive itself, once for each argument, with the tangent in the argument's place."""
        template = self.ctx.resolver.splice(rule)
        bound = bind_arguments(template, args, keywords)
        terms = []
        for param, d in given.items():
            name, _, place = param.partition(" ")
            arg = bound[name].elts[int(place)] if place else bound[name]
            made = _replaced(value, arg, d)
            assert any(n is d for n in walk(made)), f"{rule.name}: no argument {param}"
            if rule.role == "gather":  # NumPy would iterate over ZERO
                made = gast.IfExp(test=call(self.ctx.use("absorbs"), copy_tree(d)), body=copy_tree(d), orelse=made)
            terms.append(made)
        return terms

    def spliced(self, rule: Any, template: Any, args: list[Any], keywords: list[Any], y: Any, given: dict[str, Any]) -> list[Any]:
        try:
            bound = bind_arguments(template, args, keywords)
        except Mismatch as mismatch:
            self.refuse(rule, str(mismatch), args + [k.value for k in keywords])
            return []
        reverse = bind_arguments(self.ctx.resolver.splice(rule), args, keywords)
        leading = template.leading
        terms = []
        for param, d in given.items():
            name, _, place = param.partition(" ")
            body, results = splice(template, self.ctx, d, copy_tree(y), bound)
            if template.args.vararg is not None and not template.parameters:
                self.out.extend(at(s, self.node) for s in body)
                terms.append(gast.Subscript(value=results[0], slice=const(int(place)), ctx=gast.Load()))
                continue
            position = next((i for i, p in enumerate(leading) if bound.get(p) is reverse[name]), None)
            if position is None or position >= len(results) or results[position] is None:
                terms.append(self.on_heap("missing", const(f"{rule.name} by its argument {name}"), d))
                continue
            self.out.extend(at(s, self.node) for s in body)
            terms.append(results[position])
        return terms

    def refuse(self, rule: Any, why: str, args: list[Any]) -> None:
        """Where the statement runs, it is refused if one of `args` has a tangent; what does not run is no matter."""
        names = [a.value if isinstance(a, gast.Starred) else a for a in args]
        names = [n for n in names if isinstance(n, gast.Name) and (self.tangent(n) is not None or self.kind(n) not in NUMERIC)]
        what = rule.name if rule is not None else "this operation"
        for n in names:
            self.put(n)  # type: ignore[attr-defined]
        self.do(self.on_heap("refuse", const(what), const(why), *(load(n.id) for n in names)))


def _replaced(node: Any, old: Any, new: Any) -> Any:
    """A copy of a call or operator with another operand."""
    if node is old:
        return new
    if isinstance(node, (gast.BinOp, gast.UnaryOp, gast.Call, gast.Attribute, gast.keyword)):
        made = type(node)(**{f: getattr(node, f) for f in node._fields if hasattr(node, f)})
        for field in made._fields:
            part = getattr(made, field, None)
            if isinstance(part, list):
                setattr(made, field, [_replaced(p, old, new) for p in part])
            elif isinstance(part, gast.AST) and not isinstance(part, (gast.operator, gast.unaryop, gast.expr_context)):
                setattr(made, field, _replaced(part, old, new))
        return made
    return copy_tree(node)


