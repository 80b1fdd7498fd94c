"""Quiet expressions: those that can stay as the user wrote them, because no derivative passes through them.

An expression is quiet if it runs no unknown code and its value carries no derivative: constants, comparisons,
`not`, `and`/`or` of quiet operands, f-strings, and calls of primitives that are constant by nature (`len`,
`range`, `isinstance`, `np.zeros`), whatever is computed inside them by operators, subscripts and primitives.
"""

from __future__ import annotations

from typing import Any

import gast

from .context import Context
from .nodes import COMPREHENSIONS, children
from .special import may_run

__all__ = ["is_calm", "is_quiet"]

_NEVER = (gast.IfExp, gast.NamedExpr, gast.Lambda, gast.Await, gast.Yield, gast.YieldFrom, gast.Starred,
          *COMPREHENSIONS)


def is_calm(node: Any, ctx: Context) -> bool:
    """Runs no unknown code and binds nothing: operators, subscripts, attributes and calls of primitives."""
    if isinstance(node, _NEVER) or may_run(node, ctx):
        return False
    if isinstance(node, gast.Call):
        rule = ctx.resolver.rule(ctx.resolve(node.func))
        if rule is None or rule.role in ("mover", "python") or (
                len(node.args) > rule.inputs or any(k.arg == "out" for k in node.keywords)):  # it writes into an array
            return False
        return (all(is_calm(a, ctx) for a in node.args)
                and all(k.arg is not None and is_calm(k.value, ctx) for k in node.keywords))
    return all(is_calm(child, ctx) for child in children(node))


def is_quiet(node: Any, ctx: Context) -> bool:
    if isinstance(node, gast.Constant):
        return True
    if may_run(node, ctx):
        return False
    if isinstance(node, (gast.Compare, gast.JoinedStr)):
        return is_calm(node, ctx)
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
        return is_calm(node, ctx)
    if isinstance(node, gast.BoolOp):
        return all(is_quiet(v, ctx) for v in node.values)
    if isinstance(node, gast.Call):
        rule = ctx.resolver.rule(ctx.resolve(node.func))
        return rule is not None and rule.role == "constant" and is_calm(node, ctx)
    return False
