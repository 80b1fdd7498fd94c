"""The tangents of calls: of unknown code, of movers, of primitives with a rule and of those that write into an array."""

from __future__ import annotations

from typing import Any

import gast

from .access import as_expression
from .context import MISSING
from .keys import with_operands
from .memory import outputs
from .nodes import assign, call, const, copy_tree, load, tuple_
from .special import is_met
from .splice import reference
from .tangent_rules import TangentRules

__all__ = ["TangentCalls"]


class TangentCalls(TangentRules):
    """The part of `TangentStatements` that sees to calls."""

    put: Any
    rows: Any
    emit: Any
    assignment: Any
    beside: Any

    def unknown(self, value: gast.Call, name: str | None) -> None:
        """A call of code that is not known: its tangent form is called as it would be."""
        for i, arg in enumerate(value.args):
            if isinstance(arg, gast.Starred):
                arg.value = self.rows(arg.value)
            elif not isinstance(arg, (gast.Name, gast.Constant)):  # of an operator: an index
                value.args[i] = self.part_of_index(arg)
            else:
                self.put(arg)
        for keyword in value.keywords:
            self.put(keyword.value)
        callee = value.func
        if isinstance(callee, gast.Attribute) and isinstance(callee.value, gast.Name):
            self.put(callee.value)
            if self.ctx.special and is_met(callee, self.transfer, callee.value) and self.ctx.resolve(callee) is MISSING:
                reading = call(self.on_heap("of", self.ctx.use("getattr")), callee.value, const(callee.attr))
                callee = self.named("method", reading)
        letters = self.signature(value)
        value.func = self.on_heap("of", callee, *([const(letters)] if letters else []))
        self.bind(name, value, self.found)

    def part_of_index(self, index: Any) -> Any:
        """An index that code of a class gets: what it is made of is known by its identity."""
        if isinstance(index, (gast.Name, gast.Constant)):
            self.put(index)
            return index
        if isinstance(index, gast.Starred):
            index.value = self.part_of_index(index.value)
            return index
        if isinstance(index, gast.Tuple):
            index.elts = [self.part_of_index(e) for e in index.elts]
            return self.named("index", index)
        index = as_expression(index, self.ctx)  # of a slice
        if not with_operands(index, self.part_of_index):
            return self.named("index", index)
        name = self.ctx.names.fresh("index")
        self.ctx.locals.add(name)
        self.scope.enter(assign(name, index, self.node), name, self.transfer, self.out)
        self.put(load(name))
        return load(name)

    def signature(self, value: gast.Call) -> str:
        """What is known of the arguments of a call by position; nothing of any other."""
        if value.keywords or any(isinstance(a, gast.Starred) for a in value.args) or not value.args:
            return ""
        letters = "".join(self.fact(a).letter for a in value.args)
        if self.ctx.special:
            letters = letters.replace("o", "v").replace("O", "V")
        return letters if set(letters) - {"o", "O", "v", "V"} else ""

    def call(self, value: gast.Call, name: str | None) -> None:
        callee = getattr(self.node, "callee", None)
        rule = callee.rule if callee is not None else None
        if outputs(self.node):
            self.with_outputs(value, rule, name, callee.self_first)  # type: ignore[union-attr]
        elif callee is None or rule is None:
            self.unknown(value, name)
        elif (along := self.ctx.resolver.along(rule)) is not None:
            self.by_formula(value, rule, along, name)
        elif rule.role == "constant":
            self.bind(name, value, None)
        elif rule.primitive is getattr and len(value.args) in (2, 3) and not any(
                isinstance(a, gast.Starred) for a in value.args):
            owner, which, *default = value.args
            for d in [owner, *default]:
                self.put(d)
            made = self.on_heap("attribute", *value.args)
            self.bind(name, made, lambda y: self.on_heap("member", copy_tree(owner), copy_tree(which), load(y.id)))
        elif rule.primitive is setattr and len(value.args) == 3 and not any(isinstance(a, gast.Starred) for a in value.args):
            self.put(value.args[2])
            self.bind(name, self.on_heap("set_attribute", *value.args), None)
        elif name in self.ctx.cell_tangents.known:  # it is made
            self.emit(self.assignment(name, value))
            for first in value.args:
                self.beside(load(name), first)
        elif rule.role == "mover":
            self.mover(value, rule, name, callee.self_first)
        else:
            args = [value.func.value, *value.args] if callee.self_first else list(value.args)
            self.by_rule(value, rule, name, args, list(value.keywords), callee.self_first)

    def by_formula(self, value: gast.Call, rule: Any, along: Any, name: str | None) -> None:
        """What gradient programs call, and the formula for its tangent (`cpsad/rules/forward_support.py`): a function of the
        result, the arguments and their tangents, or the position of the argument in which it is linear."""
        if value.keywords or any(isinstance(a, gast.Starred) for a in value.args):
            self.unknown(value, name)
            return
        tangents = [self.tangent(a) for a in value.args]
        if isinstance(along, int):
            given = tangents[along]
            args = [given if i == along else copy_tree(a) for i, a in enumerate(value.args)]
            made = None if given is None else call(copy_tree(value.func), *args)
            if made is not None and rule.primitive in self.ctx.resolver.as_they_are and isinstance(value.args[along], gast.Name):
                given = args[along] = self.once(given)
                self.bind(name, value, lambda y: gast.IfExp(  # what is given back as it is has the same tangent
                    test=gast.Compare(left=load(y.id), ops=[gast.Is()], comparators=[copy_tree(value.args[along])]),
                    body=copy_tree(given), orelse=made))
                return
            self.bind(name, value, made)
            return
        if all(t is None for t in tangents):
            self.bind(name, value, None)
            return
        zero = self.ctx.use("ZERO")
        sums = self.ctx.cell_tangents
        step = sums.steps.get(getattr(value.args[0], "id", None))
        if step is not None:
            along, tangents[0] = self.ctx.resolver.adds_on(rule.primitive), self.raw(value.args[0])
        formula = load(reference(self.ctx, along.__name__, {along.__name__: along}))
        args = [copy_tree(a) for a in value.args]
        if step in sums.unasked and name is not None:
            args[0] = copy_tree(zero)
            self.emit(assign(self.scope.tangent_name(name), call(
                formula, copy_tree(zero), *args, *[t or copy_tree(zero) for t in tangents]), self.node))
            return
        self.bind(name, value, lambda y: call(formula, copy_tree(y), *args, *[t or copy_tree(zero) for t in tangents]))

    def mover(self, value: gast.Call, rule: Any, name: str | None, self_first: bool) -> None:
        """What moves references: its arguments are put, its result is asked for."""
        if rule.primitive is next and isinstance(value.args[0], gast.Name) and self.kind(value.args[0]) == "o":
            for arg in value.args:
                self.put(arg)
            self.bind(name, self.on_heap("next", *value.args), self.found)
            return
        single = len(value.args) == 1
        for i, arg in enumerate(value.args):
            star = isinstance(arg, gast.Starred)
            inner = arg.value if star else arg
            if star or i + self_first in rule.iterates and (single or not rule.single_iterates):
                made = self.rows(inner)
                value.args[i] = gast.Starred(value=made, ctx=gast.Load()) if star else made
            else:
                self.put(inner)
        for keyword in value.keywords:
            self.put(keyword.value)
        self.bind(name, value, self.found)

    def with_outputs(self, value: gast.Call, rule: Any, name: str | None, self_first: bool) -> None:
        """`f(..., out=x)`: the tangent goes to the shadow of `x`."""
        found = outputs(self.node)
        if len(found) > 1:
            raise self.ctx.refuse(self.node, "several arrays are written into by one call",
                                  why="its rule gives the tangent of one result", remedy="assign the results")
        args = [*([value.func.value] if self_first else []), *value.args][: rule.inputs]
        masked = rule.elementwise  # else `where` says which elements go into a reduction
        kept = [k for k in value.keywords if k.arg != "out" and not (masked and k.arg == "where")]
        where = next((k.value for k in value.keywords if masked and k.arg == "where"), const(True))
        plain = gast.Call(func=value.func, args=value.args[: rule.inputs - self_first], keywords=kept)
        tangents = self.prepared(plain, rule, args, kept) if rule.role in ("rule", "gather") else None
        made = None
        if tangents is not None:
            result = self.named("result", plain if is_true(where) else self.on_heap(
                "computed", plain.func, tuple_(plain.args)))
            made = self.result_of(plain, rule, args, kept, self_first, result, tangents)
        given = self.named("dresult", made if made is not None else self.ctx.use("ZERO")).id
        name = name or self.ctx.names.fresh("t")
        self.ctx.locals.add(name)
        written = self.on_heap("write_out", load(found[0].id), load(given), copy_tree(where))
        self.emit(self.assignment(name, value))
        self.do(written)
        if name in self.scope.tangents:
            self.emit(assign(self.scope.tangent_name(name), load(given) if is_true(where) else self.on_heap(
                "see", load(name), self.raw(found[0])), self.node))  # where nothing is written, it is as it was


def is_true(node: Any) -> bool:
    return isinstance(node, gast.Constant) and node.value is True
