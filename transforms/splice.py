"""Splicing a rule: its body with the call's arguments in place of its parameters.

A rule is a function `(g, y, *arguments) -> cotangent or tuple of cotangents` (docs/design.md, "Rules"). Its names
that are not parameters are those of the file it stands in; they get names that are free in the generated code.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any

import gast

from .context import Context
from .nodes import copy_tree, load, tuple_, walk

__all__ = ["Mismatch", "Template", "bind_arguments", "splice"]


class Mismatch(Exception):
    """A call's arguments do not fit the rule's parameters."""


@dataclass
class Template:
    name: str
    args: gast.arguments
    body: list[Any]
    result: Any
    namespace: dict[str, Any]

    @property
    def differentiated(self) -> set[str]:
        """The parameters for which the rule gives a cotangent."""
        if self.args.vararg is not None:
            return {*self.parameters, self.args.vararg.id}
        if not isinstance(self.result, gast.Tuple):
            return set(self.parameters[:1])
        return {p for p, e in zip(self.leading, self.result.elts, strict=False)
                if not (isinstance(e, gast.Constant) and e.value is None)}

    @property
    def uses_result(self) -> bool:
        """Whether the rule reads the primitive's result."""
        result = (self.args.posonlyargs + self.args.args)[1].id
        return any(isinstance(n, gast.Name) and n.id == result for s in [*self.body, self.result] for n in walk(s))

    @property
    def leading(self) -> list[str]:
        """The parameters in the order of the cotangents: those that are passed by keyword only come last."""
        return self.parameters + [a.id for a in self.args.kwonlyargs]

    @property
    def parameters(self) -> list[str]:
        return [a.id for a in self.args.posonlyargs + self.args.args][2:]


def bind_arguments(template: Template, args: list[Any], keywords: list[Any]) -> dict[str, Any]:
    """The rule's parameters -> expressions of the call, as Python binds them."""
    names = template.parameters
    bound: dict[str, Any] = dict(zip(names, args, strict=False))
    extra = args[len(names):]
    vararg = template.args.vararg
    if vararg is not None:
        bound[vararg.id] = tuple_(list(extra))
    elif extra:
        raise Mismatch(f"takes {len(names)} arguments in its rule, {len(args)} are given")
    allowed = names + [a.id for a in template.args.kwonlyargs]
    for keyword in keywords:
        if keyword.arg not in allowed or keyword.arg in bound:
            raise Mismatch(f"its rule does not handle {keyword.arg or '**'}=...")
        bound[keyword.arg] = keyword.value
    defaults = dict(zip(names[len(names) - len(template.args.defaults):], template.args.defaults, strict=False))
    for a, default in zip(template.args.kwonlyargs, template.args.kw_defaults, strict=True):
        if default is not None:
            defaults[a.id] = default
    for name in allowed:
        if name not in bound:
            if name not in defaults:
                raise Mismatch(f"its rule wants {name}, which is not given")
            bound[name] = copy_tree(defaults[name])
    return bound


def splice(template: Template, ctx: Context, cotangent: Any, result: Any,
           bound: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Statements, and an expression for the cotangent of each leading argument (None where there is none)."""
    params = [a.id for a in template.args.posonlyargs + template.args.args]
    values = {params[0]: cotangent, params[1]: result, **bound}
    locals_: dict[str, str] = {}
    for statement in template.body:
        for node in walk(statement):
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store) and node.id not in values:
                locals_.setdefault(node.id, ctx.names.fresh(node.id))
    replace = _Replace(template, ctx, values, locals_)
    body = [replace.visit(copy_tree(s)) for s in template.body]
    out = copy_tree(template.result)
    parts = out.elts if isinstance(out, gast.Tuple) else [out]
    if template.args.vararg is not None and not template.parameters:
        return body, [replace.visit(out)]  # a tuple, with one cotangent for each argument
    results = [None if isinstance(p, gast.Constant) and p.value is None else replace.visit(p) for p in parts]
    return body, results


class _Replace(gast.NodeTransformer):
    def __init__(self, template: Template, ctx: Context, values: dict[str, Any], locals_: dict[str, str]) -> None:
        self.template, self.ctx, self.values, self.locals = template, ctx, values, locals_
        self.bound: set[str] = set()

    def visit_IfExp(self, node: Any) -> Any:
        """`g if dtype is None else cast(g)`: an argument that was not given decides here."""
        node.test = self.visit(node.test)
        known = truth(node.test)
        if known is None:
            node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
            return node
        return self.visit(node.body if known else node.orelse)

    def visit_Lambda(self, node: Any) -> Any:
        own = {a.id for a in node.args.args} - self.bound
        self.bound |= own
        node.body = self.visit(node.body)
        self.bound -= own
        return node

    def visit_comprehension_scope(self, node: Any) -> Any:
        own = {n.id for g in node.generators for n in walk(g.target) if isinstance(n, gast.Name)} - self.bound
        self.bound |= own
        node = self.generic_visit(node)
        self.bound -= own
        return node

    visit_ListComp = visit_GeneratorExp = visit_SetComp = visit_DictComp = visit_comprehension_scope

    def visit_Name(self, node: Any) -> Any:
        name = node.id
        if name in self.bound:
            return node
        if name in self.locals:
            node.id = self.locals[name]
            return node
        if name in self.values:
            return copy_tree(self.values[name])
        return load(reference(self.ctx, name, self.template.namespace))


def truth(test: Any) -> bool | None:
    """Whether a test in a rule is true or false, as far as the arguments that are not given say."""
    if isinstance(test, gast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(left, gast.Constant) and isinstance(right, gast.Constant):
            if isinstance(test.ops[0], gast.Is) and None in (left.value, right.value):
                return left.value is right.value
            if isinstance(test.ops[0], gast.IsNot) and None in (left.value, right.value):
                return left.value is not right.value
    if isinstance(test, gast.Constant) and isinstance(test.value, (bool, type(None))):
        return bool(test.value)
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        known = truth(test.operand)
        return None if known is None else not known
    if isinstance(test, gast.BoolOp):
        decisive = isinstance(test.op, gast.Or)
        parts = [truth(v) for v in test.values]
        if decisive in parts:  # all of them only compute
            return decisive
        return None if None in parts else not decisive
    return None


def reference(ctx: Context, name: str, namespace: dict[str, Any]) -> str:
    """A name in the generated code for what `name` stands for in a rule's file."""
    missing = object()
    value = namespace.get(name, getattr(builtins, name, missing))
    if value is missing:
        raise Mismatch(f"its rule uses {name}, which is not defined in the rule's file")
    for known, what in ctx.spliced.items():
        if what is value:
            return known
    if name not in ctx.locals and ctx.resolver.resolve([name]) is value:
        ctx.names.taken.add(name)
        return name  # the user's own name for it
    fresh = ctx.names.fresh(name)
    ctx.spliced[fresh] = value
    return fresh


