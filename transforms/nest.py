"""Optimisation: A-normal form is undone where the way back does not need the value.

Before:  t = a * b; y = t + c
After:   y = a * b + c
"""

from __future__ import annotations

from typing import Any

import gast

from .clean import Uses, count_reads
from .context import Context
from .nodes import children, copy_tree, generated_blocks, is_name, walk

__all__ = ["annotate", "nest_all", "nested"]


def nested(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    """A program of stage `cps`, which computes values only, with its expressions whole again."""
    tree = copy_tree(tree)
    while nest_all(tree, ctx, keep_writes=True):
        pass
    annotate(tree)
    return tree


def nest_all(tree: gast.FunctionDef, ctx: Context, keep_writes: bool = False) -> bool:
    """Whether anything has changed. `keep_writes`: a write in place (`x1 = iadd(x, t)`) stays a statement of its own."""
    uses = Uses(tree)
    changed = False
    for block in generated_blocks(tree):
        _join_scatters(block, ctx)
        _join_products(block)
        changed |= _nest(block, uses, ctx, keep_writes)
    return changed


def _nest(body: list[Any], uses: Uses, ctx: Context, keep_writes: bool) -> bool:
    """`t = a * b; y = t + c` becomes `y = a * b + c`, where `t` is read there only or bound anew there."""
    changed = False
    i = 0
    while i + 1 < len(body):
        node, following = body[i], body[i + 1]
        name = _temporary(node, uses, following)
        if name is None or not isinstance(following, (gast.Assign, gast.Return, gast.Expr)) or (
                getattr(following, "declares", False)) or keep_writes and _is_update(node.value, ctx):
            i += 1
            continue
        if (getattr(node, "origin", None) != getattr(following, "origin", None)
                or getattr(node, "backward", False) != getattr(following, "backward", False)
                or not _is_first_read(name, following)):
            i += 1
            continue
        _Substitute(name, node.value).visit(following)
        del body[i]
        changed = True
        i = max(i - 1, 0)
    return changed


def _is_update(node: Any, ctx: Context) -> bool:
    return isinstance(node, gast.Call) and str(ctx.support_name(node.func) or "").startswith("i") and len(node.args) == 2


def _join_scatters(body: list[Any], ctx: Context) -> None:
    """`b = scatter(x, i, g); b = b + e` adds to `e` where that is a new array: `b = add_at(e, x, i, g)`."""
    for i, node in enumerate(body[:-1]):
        following = body[i + 1]
        if not (isinstance(node, gast.Assign) and isinstance(following, gast.Assign)):
            continue
        made, total = node.value, following.value
        if (isinstance(made, gast.Call) and ctx.support_name(made.func) == "scatter"
                and isinstance(total, gast.BinOp) and isinstance(total.op, gast.Add)
                and len(node.targets) == len(following.targets) == 1 and isinstance(node.targets[0], gast.Name)
                and is_name(following.targets[0], node.targets[0].id) and is_name(total.left, node.targets[0].id)
                and isinstance(total.right, gast.BinOp) and isinstance(total.right.op, gast.Mult)):
            made.func = ctx.use("add_at")
            made.args.insert(0, total.right)
            following.value = made
            body[i] = None
    body[:] = [s for s in body if s is not None]


def _join_products(body: list[Any]) -> None:
    """`b = g * t; b = b + e * t` is `b = (g + e) * t`."""
    for i, node in enumerate(body[:-1]):
        following = body[i + 1]
        if not (isinstance(node, gast.Assign) and isinstance(following, gast.Assign) and isinstance(node.targets[0], gast.Name)
                and getattr(node, "backward", False)
                and getattr(node, "origin", None) == getattr(following, "origin", None)):
            continue
        product, total = node.value, following.value
        if (_is_product(product) and isinstance(total, gast.BinOp) and isinstance(total.op, gast.Add) and _is_product(total.right)
                and len(node.targets) == len(following.targets) == 1 and is_name(following.targets[0], node.targets[0].id)
                and is_name(total.left, node.targets[0].id) and is_name(total.right.right, product.right.id)
                and product.right.id != node.targets[0].id and not count_reads(node.targets[0].id, [total.right])):
            factor = gast.BinOp(left=product.left, op=gast.Add(), right=total.right.left)
            following.value = gast.BinOp(left=factor, op=gast.Mult(), right=product.right)
            body[i] = None
    body[:] = [s for s in body if s is not None]


def _is_product(node: Any) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult) and isinstance(node.right, gast.Name)


def _temporary(node: Any, uses: Uses, following: Any) -> str | None:
    """The name that `node` binds, if the next statement can have the value in its place."""
    if not (isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name)):
        return None
    name: str = node.targets[0].id
    if getattr(node, "declares", False) or isinstance(node.value, gast.Constant) or _size(node.value) > 14:
        return None
    if isinstance(following, gast.Assign) and len(following.targets) == 1 and is_name(following.targets[0], name):
        return name if count_reads(name, [following.value]) == 1 else None  # by = a; by = by + b
    if uses.reads[name] != 1 or uses.binds[name] != 1 or name in uses.nonlocal_names:
        return None
    return None if isinstance(node.value, gast.Name) else name


def _size(node: Any) -> int:
    return sum([n.__class__ in _COUNTED for n in walk(node)])


_COUNTED = {gast.Name, gast.Constant, gast.Call, gast.BinOp}


def _is_first_read(name: str, statement: Any) -> bool:
    """Whether the read of `name` comes before anything in `statement` that could see the difference."""
    value = statement.value
    if value is None or _size(value) > 14:
        return False
    for node in _in_order(value):
        if isinstance(node, gast.Name):
            if node.id == name:
                return True
        elif isinstance(node, (gast.Call, gast.Subscript)) and not count_reads(name, [node]):
            return False
        elif isinstance(node, (gast.Lambda, gast.IfExp, gast.BoolOp, gast.ListComp, gast.GeneratorExp)):
            return False
    return False


def _in_order(node: Any) -> list[Any]:
    """Nodes in the order of evaluation, an operation before its operands."""
    found = [node]
    for child in children(node):
        if isinstance(child, gast.keyword):
            child = child.value
        found += _in_order(child)
    return found


class _Substitute(gast.NodeTransformer):
    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: Any) -> Any:
        return self.value if is_name(node, self.name) and isinstance(node.ctx, gast.Load) else node


def annotate(tree: gast.FunctionDef) -> None:
    """Comments say which line of the user's each run of statements comes from."""
    for node in walk(tree):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                _annotate_block(block)


def _annotate_block(block: list[Any]) -> None:
    last: tuple[Any, bool] | None = None
    for node in block:
        if not hasattr(node, "origin") or isinstance(node, (gast.FunctionDef, gast.Nonlocal)) or (
                getattr(node, "declares", False)) or node.comment:
            continue
        here = (node.origin, bool(getattr(node, "backward", False)))
        if here != last and not (here[1] and isinstance(node, gast.Return)):
            node.comment = f"line {here[0]}, backward" if here[1] else f"line {here[0]}"
        last = here
