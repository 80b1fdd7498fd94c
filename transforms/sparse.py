"""Optimisation: cotangents of what reads one place of an array are not made arrays of zeros before they must be.

Takes: generated code in A-normal form. Guarantees: the same program, in which a name `b = scatter(x, i, g)` of which
something is a product, a quotient, a negation or a sum is `b = placed(x, i, g)` (`cpsad/cotangents.py`). What is
computed from it alone is `Placed` too; where anything else takes such a value, `dense` makes an array of it.

Before:  bp = scatter(p, i, g); bt = bp / s; bq = bt * t + bu
After:   bp = placed(p, i, g); bt = bp / s; bq = bt * t + bu
"""

from __future__ import annotations

from typing import Any

import gast

from .clean import Uses, count_reads
from .context import Context
from .nodes import call, children, generated_blocks, walk

__all__ = ["keep_sparse"]

HELPERS = {"divided": 1, "divisor": 1, "masked": 2}  # of the rules: how many of their arguments may be `Placed`


def keep_sparse(tree: gast.FunctionDef, ctx: Context) -> None:
    uses = Uses(tree)
    for block in generated_blocks(tree):
        for i, statement in enumerate(block):
            if _is_scatter(statement, uses, ctx) and _Sparse(uses, ctx).pays(statement, block[i + 1:]):
                _Sparse(uses, ctx).rewrite(statement, block[i + 1:])


def _is_scatter(node: Any, uses: Uses, ctx: Context) -> bool:
    return (isinstance(node, gast.Assign) and isinstance(node.value, gast.Call)
            and ctx.support_name(node.value.func) == "scatter" and _is_temporary(node, uses))


def _is_temporary(node: Any, uses: Uses) -> bool:
    target = node.targets[0]
    return (len(node.targets) == 1 and isinstance(target, gast.Name) and uses.binds[target.id] == 1
            and target.id not in uses.nonlocal_names and getattr(node, "backward", False))


class _Sparse:
    """The names that hold a `Placed` from one `scatter` on, in the rest of its block."""

    def __init__(self, uses: Uses, ctx: Context) -> None:
        self.uses, self.ctx, self.names = uses, ctx, set[str]()

    def pays(self, scatter: Any, rest: list[Any]) -> bool:
        """Whether the name is read here only, and something is computed with it."""
        name = scatter.targets[0].id
        self.names = {name}
        plain = [s for s in rest if isinstance(s, (gast.Assign, gast.Expr, gast.Return)) and s.value is not None]
        if count_reads(name, plain) != self.uses.reads[name]:
            return False
        return any(self.is_sparse(n) and not isinstance(n, gast.Name) for s in plain for n in walk(s.value))

    def rewrite(self, scatter: Any, rest: list[Any]) -> None:
        self.names = {scatter.targets[0].id}
        scatter.value.func = self.ctx.use("placed")
        for i, node in enumerate(rest):
            if not isinstance(node, (gast.Assign, gast.Expr, gast.Return)) or node.value is None:
                continue
            if not self.is_sparse(node.value):
                self.fix(node.value)
            elif (isinstance(node, gast.Assign) and _is_temporary(node, self.uses)
                    and self.stays(node.targets[0].id, rest[i + 1:])):
                self.names.add(node.targets[0].id)
            else:
                node.value = call(self.ctx.use("dense"), node.value)

    def stays(self, name: str, rest: list[Any]) -> bool:
        """Whether a name that would hold a `Placed` is read in these statements only, and computed with."""
        plain = [s for s in rest if isinstance(s, (gast.Assign, gast.Expr, gast.Return)) and s.value is not None]
        if count_reads(name, plain) != self.uses.reads[name]:
            return False
        self.names.add(name)
        found = any(self.is_sparse(n) and not isinstance(n, gast.Name) and count_reads(name, [n])
                    for s in plain for n in walk(s.value))
        self.names.discard(name)
        return found

    def is_sparse(self, node: Any) -> bool:
        """Whether an expression gives a `Placed`, as its operands do."""
        if isinstance(node, gast.Name):
            return node.id in self.names
        if isinstance(node, gast.BinOp):
            left, right = self.is_sparse(node.left), self.is_sparse(node.right)
            return isinstance(node.op, gast.Mult) and left != right or isinstance(node.op, gast.Div) and left and not right
        if isinstance(node, gast.UnaryOp):
            return isinstance(node.op, gast.USub) and self.is_sparse(node.operand)
        if isinstance(node, gast.Call) and not node.keywords and node.args:
            placed = [self.is_sparse(a) for a in node.args]
            if self.ctx.support_name(node.func) == "unbroadcast":
                return placed == [True, False]
            helper = getattr(self.ctx.spliced.get(getattr(node.func, "id", "")), "__name__", "")
            many = HELPERS.get(helper, 0)
            return many > 0 and all(placed[:many]) and not any(placed[many:])
        return False

    def fix(self, node: Any) -> None:
        """Operands of what is no operation on a `Placed` are made arrays; sums take them as they are."""
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub)):
            for side in (node.left, node.right):
                if not self.is_sparse(side):
                    self.fix(side)
            return
        for field, value in list(node.__dict__.items()):
            if field not in node._fields:
                continue
            if isinstance(value, gast.AST):
                setattr(node, field, self.made_dense(value))
            elif isinstance(value, list):
                value[:] = [self.made_dense(v) if isinstance(v, gast.AST) else v for v in value]

    def made_dense(self, node: Any) -> Any:
        if isinstance(node, gast.keyword):
            node.value = self.made_dense(node.value)
            return node
        if self.is_sparse(node):
            return call(self.ctx.use("dense"), node)
        if any(True for _ in children(node)):
            self.fix(node)
        return node
