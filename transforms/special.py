"""Special methods: what Python calls by itself becomes a call, where a class of the user's may be met.

`ctx.special` names the groups of implicit operations for which a class that the function may meet has a method in
Python ("number", "compare", "contains", "truth", "item", "iterate", and ".name" for an attribute that runs code); the
resolver knows them. Where it is empty, everything here does nothing.

Takes: the control-flow graph of a function in A-normal form, analysed. Guarantees: an operation of such a group whose
operand is of unknown kind is a call of the function that stands for it in `operator` or among the built-in functions.
From there on it is a call of unknown code like any other, and its method a function like any other.

Before:  t = a * b; if t: ...            (`ctx.special` has "number" and "truth")
After:   t = mul(a, b); t1 = truth(t); if t1: ...
"""

from __future__ import annotations

from typing import Any

import gast

from .cfg import Branch, Graph
from .context import MISSING, Context, Fact
from .keys import name_keys, with_operands
from .nodes import assign, call, const, copy_tree, expr_stmt, is_name, load

__all__ = ["dispatch", "groups_of", "is_met", "may_run"]

COMPARISONS = {gast.Lt: "lt", gast.LtE: "le", gast.Gt: "gt", gast.GtE: "ge", gast.Eq: "eq", gast.NotEq: "ne"}
CONTAINMENT = {gast.In: "contains", gast.NotIn: "lacks"}
ATTRIBUTES = {"getattr", "hasattr", "setattr", "delattr"}
TAKE_ITERATORS = {"extend", "extendleft", "update"}  # methods that use up what they are given


def groups_of(node: Any, ctx: Context) -> tuple[str, ...]:
    """The groups of operations that evaluating this node, its operands aside, belongs to."""
    if isinstance(node, gast.BinOp) or isinstance(node, gast.UnaryOp) and not isinstance(node.op, gast.Not):
        return ("number",)
    if isinstance(node, gast.Compare):
        found = {"compare" if type(op) in COMPARISONS else "contains" for op in node.ops
                 if not isinstance(op, (gast.Is, gast.IsNot))}
        return tuple(found)
    if isinstance(node, (gast.BoolOp, gast.IfExp)) or isinstance(node, gast.UnaryOp):
        return ("truth",)
    if isinstance(node, gast.Subscript):
        return ("item",)
    if isinstance(node, gast.Attribute):
        return ("." + node.attr, ".*")
    if isinstance(node, gast.Call):
        return ctx.resolver.groups(ctx.resolve(node.func), _name_given(node))
    return ()


def _name_given(node: Any) -> str | None:
    """The attribute's name in `getattr(x, "name")`."""
    name = node.args[1] if len(node.args) > 1 else None
    return name.value if isinstance(name, gast.Constant) and isinstance(name.value, str) else None


def may_run(node: Any, ctx: Context) -> bool:
    """Whether evaluating this node, its operands aside, may run a special method."""
    if not ctx.special:
        return False
    if isinstance(node, gast.Attribute) and is_name(node.value) and node.value.id in ctx.cells:
        return False
    return not ctx.special.isdisjoint(groups_of(node, ctx))


def is_met(node: Any, transfer: Any, *operands: Any) -> bool:
    """Whether it may, given what is known of its operands."""
    if not may_run(node, transfer.ctx):
        return False
    kinds = "olt" if isinstance(node, gast.Call) and transfer.ctx.resolver.computes(transfer.ctx.resolve(node.func)) else "o"
    return any(transfer.atom(o).kind in kinds and transfer.ctx.support_name(o) is None for o in operands)


def as_call(node: Any, transfer: Any) -> Any:
    """The call that stands for an operation which may run a special method; None for any other."""
    ctx = transfer.ctx
    if isinstance(node, gast.BinOp) and is_met(node, transfer, node.left, node.right):
        from .analysis import OPERATORS

        return call(ctx.use(OPERATORS[type(node.op)]), node.left, node.right)
    if isinstance(node, gast.UnaryOp) and is_met(node, transfer, node.operand):
        from .analysis import OPERATORS

        return call(ctx.use(OPERATORS[type(node.op)]), node.operand)
    if isinstance(node, gast.Compare) and len(node.ops) == 1:
        left, right = node.left, node.comparators[0]
        if not all(isinstance(o, (gast.Name, gast.Constant)) for o in (left, right)):
            return None
        if type(node.ops[0]) in CONTAINMENT and is_met(node, transfer, right):
            return call(ctx.use(CONTAINMENT[type(node.ops[0])]), right, left)
        if type(node.ops[0]) in COMPARISONS and is_met(node, transfer, left, right):
            return call(ctx.use(COMPARISONS[type(node.ops[0])]), left, right)
        return None
    if isinstance(node, gast.Subscript) and is_met(node, transfer, node.value):
        return call(ctx.use("getitem"), node.value, _index(node.slice, ctx))
    if isinstance(node, gast.Attribute) and is_met(node, transfer, node.value):
        return call(ctx.use("getattr"), node.value, const(node.attr))
    return None


def _index(index: Any, ctx: Context) -> Any:
    from .access import as_expression

    return as_expression(index, ctx)


def _store(node: Any, transfer: Any) -> Any:
    """`setitem(owner, index, value)` for a store that may run a special method."""
    ctx, target = transfer.ctx, node.targets[0]
    if isinstance(target, gast.Subscript) and is_met(target, transfer, target.value):
        return call(ctx.use("setitem"), target.value, _index(target.slice, ctx), node.value)
    if isinstance(target, gast.Attribute) and not (is_name(target.value) and target.value.id in ctx.cells) and (
            transfer.atom(target.value).kind == "o" and not ctx.special.isdisjoint({"." + target.attr, "=*"})):
        return call(ctx.use("setattr"), target.value, const(target.attr), node.value)
    return None


def _removal(node: Any, transfer: Any) -> Any:
    ctx, target = transfer.ctx, node.targets[0]
    if isinstance(target, gast.Subscript) and is_met(target, transfer, target.value):
        return call(ctx.use("delitem"), target.value, _index(target.slice, ctx))
    if isinstance(target, gast.Attribute) and is_met(target, transfer, target.value):
        return call(ctx.use("delattr"), target.value, const(target.attr))
    return None


def dispatch(graph: Graph, ctx: Context, transfers: Any) -> None:
    """Rewrites the statements of a graph. `transfers(block)`: what is known at the start of a block."""
    name_keys(graph, transfers)
    if not ctx.special:
        return
    for block in graph.blocks:
        transfer = transfers(block)
        out: list[Any] = []
        for node in block.statements:
            _statement(node, transfer, graph, out)
        block.statements = out
        if isinstance(block.end, Branch):
            block.end.test = _test(block.end.test, transfer, graph, out, block)


def _statement(node: Any, transfer: Any, graph: Graph, out: list[Any]) -> None:
    ctx = transfer.ctx
    made = _taken(node, transfer, graph, out)
    if made is not None:
        pass
    elif isinstance(node, gast.AugAssign):
        operation = gast.BinOp(left=load(node.target.id), op=node.op, right=node.value)
        if is_met(operation, transfer, operation.left, operation.right):
            from .analysis import OPERATORS

            made = assign(node.target.id, call(ctx.use("i" + OPERATORS[type(node.op)].strip("_")),
                                               operation.left, operation.right), node)
    elif isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Subscript, gast.Attribute)):
        stored = _store(node, transfer)
        made = expr_stmt(stored, node) if stored is not None else None
    elif isinstance(node, gast.Delete):
        removed = _removal(node, transfer)
        made = expr_stmt(removed, node) if removed is not None else None
    elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Tuple):
        _unpack(node, transfer, graph, out)
    elif isinstance(node, (gast.Assign, gast.Expr)):
        _each_star(node.value, node, transfer, graph, out)
        _callee(node.value, node, transfer, graph, out)
        value = as_call(node.value, transfer)
        if value is not None:
            node.value = value
    node = made if made is not None else node
    _name_indices(node, graph, transfer, out)
    transfer.statement(node)
    out.append(node)


def _takes_unknown(value: gast.Call, transfer: Any) -> bool:
    """Whether a method takes one by one what may be a generator, whose code may look at the method's owner."""
    return ("iterate" in transfer.ctx.special and value.func.attr in TAKE_ITERATORS and is_name(value.func.value)
            and any(is_name(a) and transfer.atom(a).kind == "o" for a in value.args))


def _taken(node: Any, transfer: Any, graph: Graph, out: list[Any]) -> Any:
    """`xs += values`, `xs[i:j] = values` of a list and what may be a generator."""
    ctx = transfer.ctx
    if "iterate" not in ctx.special or not is_name(getattr(node, "value", None)) or transfer.atom(node.value).kind != "o":
        return None
    if isinstance(node, gast.AugAssign) and isinstance(node.op, gast.Add) and transfer.atom(load(node.target.id)).kind == "l":
        method = call(ctx.use("getattr"), load(node.target.id), const("extend"))
        return expr_stmt(call(_named("method", method, node, graph, transfer, out), node.value), node)
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    if isinstance(target, gast.Subscript) and isinstance(target.slice, gast.Slice) and transfer.atom(target.value).kind == "l":
        node.value = _named("values", call(ctx.use("tuple"), node.value), node, graph, transfer, out)
    return None


def _callee(value: Any, node: Any, transfer: Any, graph: Graph, out: list[Any]) -> None:
    """`owner.name(...)` where reading the attribute may run code."""
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute):
        if (is_met(value.func, transfer, value.func.value) or _takes_unknown(value, transfer)) and (
                transfer.ctx.resolve(value.func) is MISSING):
            made = call(transfer.ctx.use("getattr"), value.func.value, const(value.func.attr))
            value.func = _named("method", made, node, graph, transfer, out)


def _name_indices(node: Any, graph: Graph, transfer: Any, out: list[Any]) -> None:
    """What is computed in an argument (a slice, a tuple of indices) gets a name: arguments are atoms."""
    value = getattr(node, "value", None)
    if not isinstance(value, gast.Call) or isinstance(node, gast.AugAssign):
        return
    if transfer.ctx.support_name(value.func) not in ("getitem", "setitem", "delitem"):
        return
    value.args[1] = _index_atom(value.args[1], node, graph, transfer, out)


def _index_atom(index: Any, node: Any, graph: Graph, transfer: Any, out: list[Any]) -> Any:
    if isinstance(index, (gast.Name, gast.Constant)):
        return index
    if isinstance(index, gast.Starred):
        index.value = _index_atom(index.value, node, graph, transfer, out)
        return index
    if isinstance(index, gast.Tuple):
        index.elts = [_index_atom(e, node, graph, transfer, out) for e in index.elts]
        return _named("index", index, node, graph, transfer, out)
    return _named("index", index, node, graph, transfer, out, not with_operands(
        index, lambda e: _index_atom(e, node, graph, transfer, out)))


def _named(base: str, value: Any, like: Any, graph: Graph, transfer: Any, out: list[Any], quiet: bool = True) -> Any:
    name = transfer.ctx.names.fresh(base)
    transfer.ctx.locals.add(name)
    graph.names.add(name)
    node = assign(name, value, like)
    value.quiet = quiet
    transfer.statement(node)
    out.append(node)
    return load(name)


def _unpack(node: Any, transfer: Any, graph: Graph, out: list[Any]) -> None:
    """`a, *b = values` of what may be a generator: as many as are wanted are taken from it first."""
    ctx = transfer.ctx
    if "iterate" not in ctx.special or transfer.atom(node.value).kind != "o":
        return
    parts = node.targets[0].elts
    stars = [i for i, p in enumerate(parts) if isinstance(p, gast.Starred)]
    count = len(parts) if not stars else len(parts) - 1
    node.value = _named("values", call(ctx.use("unpacked"), node.value, const(count), const(bool(stars))), node, graph,
                        transfer, out)


def _each_star(value: Any, node: Any, transfer: Any, graph: Graph, out: list[Any]) -> None:
    """`[*values]`, `f(*values)` of what may be a generator: its values as a tuple."""
    ctx = transfer.ctx
    if "iterate" not in ctx.special:
        return
    elements = value.elts if isinstance(value, (gast.List, gast.Tuple, gast.Set)) else (
        value.args if isinstance(value, gast.Call) else [])
    for element in elements:
        if isinstance(element, gast.Starred) and transfer.atom(element.value).kind == "o":
            made = call(ctx.use("tuple"), element.value)
            element.value = _named("values", made, node, graph, transfer, out)


def _test(test: Any, transfer: Any, graph: Graph, out: list[Any], block: Any) -> Any:
    """The truth of a value of unknown kind."""
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return gast.UnaryOp(op=test.op, operand=_test(test.operand, transfer, graph, out, block))
    if isinstance(test, gast.Name) and "truth" in transfer.ctx.special and transfer.atom(test).kind == "o":
        like = gast.Pass()
        like.origin = block.end.origin or block.origin
        return _named("test", call(transfer.ctx.use("truth"), copy_tree(test)), like, graph, transfer, out)
    return test


def unknown(active: bool = True) -> Fact:
    return Fact("o", active)
