"""Generators: a generator function becomes one that makes a generator of its body; `yield` becomes a call.

`outline_expressions`, the first step of `desugar`, takes a function's tree past the fence. Guarantees: a generator
expression stands only as the whole body of a lambda that is called with its outermost iterator, which is when Python
asks for it, or as the argument of a function that uses it up and can be given a list.

    (x * w for x in xs)     ->      (lambda it: (x * w for x in it))(iter(xs))

`outline`, the first step of `cps` for a function that yields, takes A-normal form. Guarantees: no `yield`; the body is
a nested function of `suspend`, which has a CPS form only (`only_cps`).

    def f(x, n):                    def f(x, n):
        t = x * n                       def body(suspend, x, n):
        s = yield t                         t = x * n
        return s                            s = suspend(t)
                                            return s
                                        made = generator(body, x, n)
                                        return made
"""

from __future__ import annotations

from typing import Any

import gast

from .cells import share_walrus
from .context import Context
from .nodes import (
    arguments,
    assign,
    at,
    call,
    const,
    copy_tree,
    def_,
    dotted,
    expr_stmt,
    is_name,
    load,
    parameters,
    ret,
    walk,
    walk_scope,
)

__all__ = ["TOTAL_CONSUMERS", "is_generator", "loops_of", "note_blocks", "outline", "outline_expressions", "uses_factories",
           "uses_generators"]

TOTAL_CONSUMERS = {"sum", "list", "tuple", "set", "frozenset", "dict", "sorted", "max", "min"}


def is_generator(function: Any) -> bool:
    """Whether a function yields."""
    return any(isinstance(n, (gast.Yield, gast.YieldFrom)) for n in walk_scope(function.body))


def note_blocks(tree: Any) -> None:
    """Marks the functions that yield in a `try` or `with`: `guarded`, and `closes` if leaving the block then runs code."""
    for function in walk(tree):
        if not isinstance(function, gast.FunctionDef):
            continue
        for node in walk_scope(function.body):
            if isinstance(node, (gast.Try, gast.With)) and any(
                    isinstance(n, (gast.Yield, gast.YieldFrom)) for n in walk_scope([node])):
                function.guarded = True
                if isinstance(node, gast.With) or node.finalbody or any(_catches_exit(h.type) for h in node.handlers):
                    function.closes = True


def _catches_exit(kind: Any) -> bool:
    if isinstance(kind, gast.Tuple):
        return any(map(_catches_exit, kind.elts))
    return kind is None or is_name(kind) and kind.id in ("BaseException", "GeneratorExit")


def uses_generators(tree: Any) -> bool:
    """Whether a function makes generators or consumes some that it makes."""
    used_up = {id(n.args[0]) for n in walk(tree) if is_used_up(n)}
    return any(isinstance(n, (gast.Yield, gast.YieldFrom)) or isinstance(n, gast.GeneratorExp) and id(n) not in used_up
               or isinstance(n, gast.Call) and is_name(n.func, "iter") and len(n.args) == 2 for n in walk(tree))


def uses_factories(tree: Any) -> bool:
    """Whether a function makes a `defaultdict` whose factory is code of the user's."""
    for node in walk(tree):
        if isinstance(node, gast.Call) and node.args and (dotted(node.func) or [""])[-1] == "defaultdict":
            if not (is_name(node.args[0]) and node.args[0].id in ("list", "dict", "set", "int", "float", "str", "tuple")):
                return True
    return False


def is_used_up(node: Any) -> bool:
    """A call that takes all values of the generator expression which is its one positional argument."""
    return (isinstance(node, gast.Call) and is_name(node.func) and node.func.id in TOTAL_CONSUMERS and bool(node.args)
            and isinstance(node.args[0], gast.GeneratorExp))


def outline_expressions(tree: Any, ctx: Context) -> Any:
    used_up = {id(n.args[0]) for n in walk(tree) if is_used_up(n) and not isinstance(ctx.resolve(n.func), int)}
    share_walrus(tree, lambda node: id(node) not in used_up, ctx)
    return _Outline(ctx).visit(tree)


class _Outline(gast.NodeTransformer):
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def visit_Call(self, node: Any) -> Any:
        if is_used_up(node) and not isinstance(self.ctx.resolve(node.func), int):
            self.generic_visit(node.args[0])
            node.args[1:] = [self.visit(a) for a in node.args[1:]]
            for keyword in node.keywords:
                keyword.value = self.visit(keyword.value)
            return node
        return self.generic_visit(node)

    def visit_GeneratorExp(self, node: Any) -> Any:
        for inner in walk(node):
            if isinstance(inner, gast.NamedExpr) and isinstance(inner.target, gast.Name):
                raise self.ctx.refuse(inner, "a walrus in a generator expression in a lambda is not differentiated",
                                      why="it binds a variable of the lambda, whenever a value is asked for",
                                      remedy="write a function with a name, and a loop")
        self.generic_visit(node)
        first = node.generators[0]
        name = self.ctx.names.fresh("it")
        source, first.iter = first.iter, load(name)
        made = gast.Lambda(args=arguments([name]), body=node)
        made.is_generator = True
        for field in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
            setattr(made, field, getattr(node, field, None))
        return call(made, call(self.ctx.use("iter"), source))


def loops_of(node: Any, like: Any, ctx: Context) -> list[Any]:
    """The body of the generator function that a generator expression stands for; its outermost iterator is ready."""
    body: list[Any] = [expr_stmt(gast.Yield(value=node.elt), like)]
    for i, generator in reversed(list(enumerate(node.generators))):
        for test in reversed(generator.ifs):
            body = [at(gast.If(test=test, body=body, orelse=[]), like)]
        loop = gast.For(target=generator.target, iter=generator.iter, body=body, orelse=[], type_comment=None)
        loop.is_ready = i == 0
        body = [at(loop, like)]
    cells = [assign(cell, call(ctx.use("Cell")), like) for cell in getattr(node, "cells", [])]
    return cells + body


def outline(tree: Any, ctx: Context) -> Any:
    """See the head of this file. `ctx.signature` is that of the function, or empty."""
    names = ctx.names
    suspend, body, made = names.fresh("suspend"), names.fresh(f"{tree.name}_body"), names.fresh("made")
    ctx.locals |= {suspend, body, made}
    params = parameters(tree.args)
    guarded = getattr(tree, "guarded", False)
    calls = _Calls(suspend, "delegate_guarded" if guarded else "delegate", ctx)
    inner = def_(body, arguments([suspend, *params]), [calls.visit(copy_tree(s)) for s in tree.body], tree)
    inner.only_cps, inner.guarded = True, guarded
    making = call(ctx.use("generator"), load(body), *map(load, params))
    if guarded:
        closes = const(getattr(tree, "closes", False))
        making = call(ctx.use("guarded_generator"), load(body), closes, *map(load, params))
    outer = def_(tree.name, copy_tree(tree.args), [inner, assign(made, making, tree), ret(load(made), tree)], tree)
    return outer


class _Calls(gast.NodeTransformer):
    """`yield v` is `suspend(v)`, `yield from values` is `delegate(suspend, values)`."""

    def __init__(self, suspend: str, delegate: str, ctx: Context) -> None:
        self.suspend, self.delegate, self.ctx = suspend, delegate, ctx

    def visit_Yield(self, node: Any) -> Any:
        value = node.value if node.value is not None else gast.Constant(value=None, kind=None)
        return call(load(self.suspend), value)

    def visit_YieldFrom(self, node: Any) -> Any:
        return call(self.ctx.use(self.delegate), load(self.suspend), node.value)

    def visit_FunctionDef(self, node: Any) -> Any:
        return node

