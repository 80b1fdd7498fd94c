"""Desugaring of expressions: conditional ones, walruses, comprehensions, lambdas, and what decides as it goes along.

Takes and gives what `desugar` does, of which this is a part. What must run before an expression is a statement in front of it;
operands on its left that would notice are held in temporaries first, so that all is evaluated from left to right.

Before:                             After:
    z = f(a, b if c else d)             if c:
                                            choice = b
                                        else:
                                            choice = d
                                        z = f(a, choice)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from . import cells
from .context import Context
from .generators import TOTAL_CONSUMERS, loops_of
from .nodes import (
    COMPREHENSIONS,
    assign,
    at,
    attribute,
    call,
    def_,
    expr_stmt,
    if_,
    is_name,
    load,
    ret,
    walk_scope,
)
from .quiet import is_calm, is_quiet

__all__ = ["LOWERED", "Lowering", "is_zero_super", "negate"]

LOWERED = (gast.IfExp, gast.NamedExpr, gast.Lambda, *COMPREHENSIONS)


class Lowering:
    """The part of `desugar._Desugar` that sees to expressions."""

    ctx: Context
    handling: list[str]
    if TYPE_CHECKING:
        handled: Any
        temp: Any
        bind: Any
        block: Any
        function: Any
        defaults: Any

    def test(self, node: Any, out: list[Any]) -> Any:
        """An expression of which only the truth is asked."""
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            return negate(self.test(node.operand, out))
        if isinstance(node, gast.BoolOp) and "truth" in self.ctx.special and not is_calm(node, self.ctx):
            return self.expr(self.truths(node), out)
        return node if is_calm(node, self.ctx) else self.expr(node, out)

    def truths(self, node: Any) -> Any:
        """A test of several operands that may compute when they are asked for their truth: each is asked once."""
        if isinstance(node, gast.BoolOp):
            return at(gast.BoolOp(op=node.op, values=[self.truths(v) for v in node.values]), node)
        return node if isinstance(node, gast.Compare) else at(call(self.ctx.use("truth"), node), node)

    def expr(self, node: Any, out: list[Any], hint: str | None = None) -> Any:
        """`node` in core form; statements that must run before it go to `out`."""
        if (asked := self.handled(node, out)) is not None:
            return asked
        if not self.must_lower(node):
            return node
        lower = getattr(self, "lower_" + type(node).__name__, None)
        if lower is not None and (not isinstance(node, (gast.BoolOp, gast.Compare)) or not is_quiet(node, self.ctx)):
            return lower(node, out, hint)
        return self.flat(node, out)

    def must_lower(self, node: Any) -> bool:
        return any(isinstance(n, LOWERED) or is_zero_super(n)
                   or isinstance(n, gast.BoolOp) and not is_quiet(n, self.ctx)
                   or isinstance(n, gast.Compare) and len(n.ops) > 1 and not is_quiet(n, self.ctx)
                   or self.asks_for_handled(n)
                   for n in walk_scope(node))

    def lower_IfExp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        result = self.temp(hint or "choice")
        branches: list[list[Any]] = [[], []]
        test = self.test(node.test, out)
        for branch, value in zip(branches, (node.body, node.orelse), strict=True):
            branch.append(assign(result, self.expr(value, branch, hint), value))
        out.append(if_(test, branches[0], branches[1], node))
        return load(result)

    def lower_BoolOp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        result = self.temp(hint or ("both" if isinstance(node.op, gast.And) else "either"))
        out.append(assign(result, self.expr(node.values[0], out), node))
        for value in node.values[1:]:
            test = load(result) if isinstance(node.op, gast.And) else negate(load(result))
            branch: list[Any] = []
            branch.append(assign(result, self.expr(value, branch), value))
            out.append(if_(test, branch, [], node))
            out = branch
        return load(result)

    def lower_Compare(self, node: Any, out: list[Any], hint: str | None) -> Any:
        if len(node.ops) == 1:
            left, right = node.left, node.comparators[0]
            left = self.expr(left, out)
            if self.must_lower(right) and not isinstance(left, gast.Constant):
                name = self.temp("value")
                out.append(assign(name, left, node))
                left = load(name)
            return gast.Compare(left=left, ops=node.ops, comparators=[self.expr(right, out)])
        result, left = self.temp(hint or "both"), self.expr(node.left, out)
        for i, (op, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            name = self.temp("value")
            if not isinstance(left, (gast.Constant, gast.Name)) or self.must_lower(right):
                held = self.temp("value")
                out.append(assign(held, left, node))
                left = load(held)
            out.append(assign(name, self.expr(right, out), right))
            out.append(assign(result, gast.Compare(left=left, ops=[op], comparators=[load(name)]), node))
            left = load(name)
            if i + 1 < len(node.ops):
                inner = if_(load(result), [], [], node)
                inner.body = []
                out.append(inner)
                out = inner.body
        return load(result)

    def lower_NamedExpr(self, node: Any, out: list[Any], hint: str | None) -> Any:
        value = self.expr(node.value, out)
        if isinstance(node.target, gast.Name):
            self.bind(node.target, value, node, out)
            return load(node.target.id)
        name = self.temp("value")  # the variable lives in a cell
        out.append(assign(name, value, node))
        self.bind(node.target, load(name), node, out)
        return load(name)

    def lower_Lambda(self, node: Any, out: list[Any], hint: str | None) -> Any:
        makes_generator = getattr(node, "is_generator", False)
        name = self.temp(hint or ("values" if makes_generator else "function"))
        self.defaults(node.args, out)
        body = loops_of(node.body, node, self.ctx) if makes_generator else [ret(node.body, node)]
        made = def_(name, node.args, body, node)
        if hasattr(node, "qualname"):
            made.qualname = node.qualname
        out.append(self.function(made))
        return load(name)

    def lower_ListComp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        return self.comprehension(node, out, hint, gast.List(elts=[], ctx=gast.Load()), "append", [node.elt])

    def lower_SetComp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        return self.comprehension(node, out, hint, call(self.ctx.use("set")), "add", [node.elt])

    def lower_DictComp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        return self.comprehension(node, out, hint, gast.Dict(keys=[], values=[]), "__setitem__",
                                  [node.key, node.value])

    def lower_Call(self, node: Any, out: list[Any], hint: str | None) -> Any:
        if is_zero_super(node):
            first = self.ctx.first_parameter
            return call("super", load("__class__"), load(first))
        if (is_name(node.func) and node.func.id in TOTAL_CONSUMERS and node.args
                and isinstance(node.args[0], gast.GeneratorExp) and not isinstance(self.ctx.resolve(node.func), int)):
            g = node.args[0]
            node.args[0] = at(gast.ListComp(elt=g.elt, generators=g.generators), g)
        return self.flat(node, out)

    def flat(self, node: Any, out: list[Any]) -> Any:
        """Lowers the operands of `node` from left to right; one before a lowered one is held in a temporary."""
        children = _operands(node)
        last = max((i for i, (_, _, c) in enumerate(children) if self.must_lower(c)), default=-1)
        rebound = {n.target.id for _, _, c in children for n in walk_scope(c)
                   if isinstance(n, gast.NamedExpr) and isinstance(n.target, gast.Name)}
        for i, (owner, field, child) in enumerate(children):
            value = self.expr(child, out)
            if i < last and not _is_stable(value, rebound, field == "func"):
                value = self.held(value, node, out)
            elif i < last and not all(_is_silent(later) for _, _, later in children[i + 1:last + 1]):
                if isinstance(value, gast.Starred):  # what it holds now, it may not hold later
                    value = gast.Starred(value=self.held(gast.Tuple(elts=[value], ctx=gast.Load()), node, out), ctx=gast.Load())
                elif _is_unpacked(node, owner, field):
                    value = self.held(gast.Dict(keys=[None], values=[value]), node, out)
            if isinstance(field, int):
                owner[field] = value
            else:
                setattr(owner, field, value)
        return node

    def held(self, value: Any, node: Any, out: list[Any]) -> Any:
        name = self.temp("value")
        out.append(assign(name, value, node))
        return load(name)

    def comprehension(self, node: Any, out: list[Any], hint: str | None, empty: Any, method: str,
                      elements: list[Any]) -> Any:
        """A loop that fills a container; its own variables get names of their own."""
        result = self.temp(hint or "items")
        out.append(assign(result, empty, node))
        cells.rename_bound(node, self.ctx)
        for cell in getattr(node, "cells", []):
            out.append(assign(cell, call(self.ctx.use("Cell")), node))
        add: Any = call(attribute(load(result), method), *elements)
        if method == "__setitem__":
            key = elements[0]
            body = []
            if not isinstance(key, (gast.Name, gast.Constant)):  # it is evaluated before the value
                name = self.temp("key")
                body, key = [assign(name, key, node)], load(name)
            body.append(assign(gast.Subscript(value=load(result), slice=key, ctx=gast.Store()), elements[1], node))
        else:
            body = [expr_stmt(add, node)]
        for generator in reversed(node.generators):
            for test in reversed(generator.ifs):
                body = [if_(test, body, [], node)]
            loop = gast.For(target=generator.target, iter=generator.iter, body=body, orelse=[], type_comment=None)
            body = [at(loop, node)]
        out += self.block(body)
        return load(result)



def negate(test: Any) -> Any:
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    return gast.UnaryOp(op=gast.Not(), operand=test)


def is_zero_super(node: Any) -> bool:
    return isinstance(node, gast.Call) and is_name(node.func, "super") and not node.args


def _is_stable(value: Any, rebound: set[str], is_callee: bool) -> bool:
    """Whether evaluating `value` later than it stands makes no difference."""
    if is_callee and isinstance(value, gast.Attribute):
        value = value.value
    return (isinstance(value, (gast.Constant, gast.Starred, gast.Slice))
            or isinstance(value, gast.Name) and value.id not in rebound)


def _is_silent(node: Any) -> bool:
    """Whether an operand can be evaluated before those on its left and nobody sees it."""
    if isinstance(node, gast.Lambda):
        return all(isinstance(d, (gast.Constant, gast.Name, type(None))) for d in node.args.defaults + node.args.kw_defaults)
    return isinstance(node, (gast.Constant, gast.Name))


def _is_unpacked(node: Any, owner: Any, field: Any) -> bool:
    """Whether an operand of a call or a dictionary stands behind `**`."""
    if isinstance(node, gast.Dict):
        return owner is node.values and node.keys[field] is None
    return isinstance(owner, gast.keyword) and owner.arg is None


def _operands(node: Any) -> list[tuple[Any, Any, Any]]:
    """(owner, field, expression) of the expressions directly below, in the order Python evaluates them."""
    found: list[tuple[Any, Any, Any]] = []
    if isinstance(node, gast.Dict):
        for i, value in enumerate(node.values):
            if node.keys[i] is not None:
                found.append((node.keys, i, node.keys[i]))
            found.append((node.values, i, value))
        return found
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, gast.Slice):
            found += _operands(value)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, gast.keyword):
                    found.append((item, "value", item.value))
                elif isinstance(item, gast.Slice):
                    found += _operands(item)
                elif isinstance(item, gast.expr):
                    found.append((value, i, item))
        elif isinstance(value, gast.expr):
            found.append((node, field, value))
    return found
