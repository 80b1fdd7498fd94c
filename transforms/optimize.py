"""Optimisation of generated code: what a person would not have written goes.

Takes: the result of `adjoint` (or of `cps`). Guarantees: the same program, in which

- negations that cancel, and cotangents repeated only to be multiplied, are folded;
- what is computed twice is computed once (`common.py`), and cotangents of one place are no arrays (`sparse.py`);
- a name that is only another name for an adjoint or a constant is gone (copy propagation), and so is a cotangent
  that is summed over repeated axes only to be summed over more of them;
- an operation whose result nobody reads is gone, if it can do nothing but compute (dead code);
- a temporary that the next statement uses, and nobody else, stands in it again: A-normal form is undone where the
  way back does not need the value;
- a small loop of scalar arithmetic runs a few turns in one frame (`unroll.py`);
- a continuation that only hands its arguments to another is that other one (eta reduction, an administrative redex);
- comments say which line of the user's each run of statements comes from, and which of them are the way back.

Before:  t = range(n); it = iter(t); ...; by = k(y); bt = by; bx = bt * s
After:   it = iter(range(n)); ...; by = k(y); bx = by * s
"""

from __future__ import annotations

from typing import Any

import gast

from .clean import Cleaner, Uses
from .common import share_common
from .context import Context
from .nest import annotate, nest_all
from .nodes import call, copy_tree, generated_blocks, is_name, walk
from .sparse import keep_sparse
from .splice import truth
from .unroll import unroll

__all__ = ["check", "optimize"]


def optimize(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    tree = copy_tree(tree)
    tree = _Fold(ctx).visit(tree)
    _eta_reduce(tree, ctx)
    share_common(tree, ctx)
    for _ in range(20):
        uses = Uses(tree)
        changed = Cleaner(uses, ctx).clean(tree.body)
        if not changed:
            break
    if any(getattr(made, "__name__", "") == "unreduce" for made in ctx.spliced.values()):
        _fold_repeats(tree, ctx)
    if "scatter" in ctx.support:
        keep_sparse(tree, ctx)
    for _ in range(20):
        if not nest_all(tree, ctx):
            break
    tree = _Fold(ctx).visit(tree)
    if not ctx.again:
        unroll(tree, ctx)
    for _ in range(20):
        if not Cleaner(Uses(tree), ctx).clean(tree.body):
            break
    _drop_empty(tree, ctx)
    annotate(tree)
    return tree


# -- folding --------------------------------------------------------------------------------------------------------

class _Fold(gast.NodeTransformer):
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def visit_BinOp(self, node: Any) -> Any:
        """`unreduce(g, x, None, False) * x` repeats `g` in the shape of `x` only to multiply it with `x`; `scatter(x, i, g)`
        is made only to be added to a product."""
        self.generic_visit(node)
        if (isinstance(node.op, gast.Add) and isinstance(node.right, gast.BinOp) and isinstance(node.right.op, gast.Mult)
                and isinstance(node.left, gast.Call) and self.ctx.support_name(node.left.func) == "scatter"):
            return call(self.ctx.use("add_at"), node.right, *node.left.args)  # adds to a new array
        if isinstance(node.op, gast.Mult):
            for repeated, other in ((node.left, node.right), (node.right, node.left)):
                if self.is_repeated(repeated) and ast_equal(repeated.args[1], other):
                    return gast.BinOp(left=repeated.args[0], op=node.op, right=other)
        return node

    def is_repeated(self, node: Any) -> bool:
        return _is_repeated(node, self.ctx)

    def visit_Call(self, node: Any) -> Any:
        """`unbroadcast(-g, x)` is `-unbroadcast(g, x)`: the sum is the smaller of the two. A display is fresh."""
        self.generic_visit(node)
        if self.ctx.support_name(node.func) == "still" and self.is_fresh(node.args[0]):
            return node.args[0]  # nobody else has it
        if self.ctx.support_name(node.func) == "unbroadcast":
            summed = node.args[0]
            if isinstance(summed, gast.UnaryOp) and isinstance(summed.op, gast.USub):
                node.args[0], summed.operand = summed.operand, node
                return summed
        return node

    def is_fresh(self, node: Any) -> bool:
        """Whether this is a display of numbers and arrays."""
        return isinstance(node, (gast.List, gast.Tuple)) and all(
            isinstance(e, gast.Constant) or isinstance(e, gast.Name) and e.id in self.ctx.facts
            and self.ctx.facts[e.id].kind in ("s", "n", "a") for e in node.elts)

    def visit_UnaryOp(self, node: Any) -> Any:
        self.generic_visit(node)
        inner = node.operand
        if isinstance(node.op, gast.USub) and isinstance(inner, gast.UnaryOp) and isinstance(inner.op, gast.USub):
            return inner.operand
        if isinstance(node.op, gast.Not) and isinstance(inner, gast.Compare) and len(inner.ops) == 1:
            opposite = {gast.Is: gast.IsNot, gast.IsNot: gast.Is, gast.In: gast.NotIn, gast.NotIn: gast.In}
            if type(inner.ops[0]) in opposite:
                inner.ops = [opposite[type(inner.ops[0])]()]
                return inner
        return node

    def visit_If(self, node: Any) -> Any:
        """`if not c: A else: B` reads better the other way round, where `B` is not an `elif`."""
        self.generic_visit(node)
        test = node.test
        if (isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not) and node.orelse
                and not (len(node.orelse) == 1 and isinstance(node.orelse[0], gast.If))):
            node.test, node.body, node.orelse = test.operand, node.orelse, node.body
        return node


def _is_repeated(node: Any, ctx: Context) -> bool:
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and len(node.args) == 4):
        return False
    made = ctx.spliced.get(node.func.id)
    return (getattr(made, "__name__", "") == "unreduce" and isinstance(node.args[2], gast.Constant)
            and node.args[2].value is None)


def _fold_repeats(tree: gast.FunctionDef, ctx: Context) -> None:
    """`b = unreduce(g, x, None, False)` of which only `b * x` is taken: `g` need not be repeated."""
    uses = Uses(tree)
    for block in generated_blocks(tree):
        for i, node in enumerate(block):
            if not (isinstance(node, gast.Assign) and _is_repeated(node.value, ctx) and len(node.targets) == 1
                    and isinstance(node.targets[0], gast.Name) and isinstance(node.value.args[1], gast.Name)):
                continue
            name, other = node.targets[0].id, node.value.args[1].id
            products = [n for s in block[i + 1:] for n in walk(s) if isinstance(n, gast.BinOp) and isinstance(n.op, gast.Mult)
                        and any(is_name(a, name) and is_name(b, other) for a, b in ((n.left, n.right), (n.right, n.left)))]
            if len(products) == uses.reads[name] and uses.binds[name] == 1 and name not in uses.nonlocal_names:
                node.value = node.value.args[0]


# -- eta reduction --------------------------------------------------------------------------------------------------

def _eta_reduce(tree: gast.FunctionDef, ctx: Context) -> None:
    """`def join(y): by = join1(y); return by` is `join1`."""
    alias: dict[str, str] = {}
    for node in walk(tree):
        if not (isinstance(node, gast.FunctionDef) and hasattr(node, "role") and node.role != "function"):
            continue
        target = _forwards(node, ctx)
        if target is not None:
            alias[node.name] = target
    for name in alias:
        target, seen = alias[name], {name}
        while target in alias and target not in seen:
            seen.add(target)
            target = alias[target]
        alias[name] = target
    if not alias:
        return
    for node in walk(tree):
        if isinstance(node, gast.Name) and node.id in alias and not isinstance(node.ctx, gast.Del):
            node.id = alias[node.id]
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, [s for s in block if not (isinstance(s, gast.FunctionDef) and s.name in alias)])
                for s in block:
                    if isinstance(s, gast.Delete):
                        s.targets = [t for t in s.targets if getattr(t, "id", None) not in alias]


def _forwards(node: gast.FunctionDef, ctx: Context) -> str | None:
    params = [a.id for a in node.args.args]
    body = node.body
    if len(body) == 2 and isinstance(body[0], gast.Assign) and isinstance(body[1], gast.Return):
        made, back = body
        call, target = made.value, made.targets[0]
        if ast_equal(target, back.value) and isinstance(call, gast.Call) and isinstance(call.func, gast.Name):
            if (not call.keywords and [getattr(a, "id", None) for a in call.args] == params
                    and (call.func.id in ctx.active_params and all(ctx.active_params[call.func.id])
                         and all(ctx.active_params.get(node.name, [False])))):
                return call.func.id
    return None


def ast_equal(a: Any, b: Any) -> bool:
    def names(node: Any) -> list[str]:
        return [n.id for n in walk(node) if isinstance(n, gast.Name)]

    return type(a) is type(b) and isinstance(a, (gast.Name, gast.Tuple)) and names(a) == names(b)


# -- the look of it -------------------------------------------------------------------------------------------------

def _drop_empty(tree: gast.FunctionDef, ctx: Context) -> None:
    """Declarations of adjoints that nothing is added to."""
    uses = Uses(tree)
    for node in walk(tree):
        if isinstance(node, gast.FunctionDef) and hasattr(node, "role"):
            for s in list(node.body):
                if getattr(s, "declares", False):
                    s.targets = [t for t in s.targets if uses.reads[t.id] or uses.binds[t.id] > 1
                                 or t.id in uses.nonlocal_names]
                    if not s.targets:
                        node.body.remove(s)


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless `tree` keeps what `adjoint` promises, and nothing is left that must go."""
    from .adjoint import check as check_adjoint

    check_adjoint(tree, ctx)
    uses = Uses(tree)
    for node in walk(tree):
        if isinstance(node, gast.IfExp):
            assert truth(node.test) is None, "a choice between constants"
        if isinstance(node, gast.FunctionDef) and hasattr(node, "role") and node.role != "function" and ctx is not None:
            assert _forwards(node, ctx) is None, f"{node.name} only hands its arguments on"
        if isinstance(node, gast.Assign) and getattr(node, "declares", False):
            idle = [t.id for t in node.targets if not uses.reads[t.id] and uses.binds[t.id] == 1
                    and t.id not in uses.nonlocal_names]
            assert not idle, f"{', '.join(idle)}: declared and never used"
