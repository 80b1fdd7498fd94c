"""Which writes into an array only fill it in: nothing has looked at the array since it was made.

Takes: a function's graph with facts (`analysis.py`). Guarantees: every `x[i] = v` of the graph has `node.fills`: whether
`x` carries no derivative, nor `v`, and on every way to it from where `x` was made by an allocator (`np.zeros`, ...)
nothing but such writes has used `x`. Nobody else can hold the array then, and the way back never reads what it held
before: the write needs no undoing, and stays as it is.

Before (adjoint):  x = np.zeros(n); old = heap.store_item(x, i, 1, False); ...; heap.unstore_item(x, i, old, 1)
After:             x = np.zeros(n); x[i] = 1; ...
"""

from __future__ import annotations

from typing import Any

import gast

from .cfg import Block, CallThen, Graph, reads, writes
from .nodes import is_name, loads

__all__ = ["mark_fills"]

NUMERIC = {"s", "a", "n"}


def mark_fills(graph: Graph) -> None:
    for block in graph.blocks:
        for i, node in enumerate(block.statements):
            if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Subscript):
                node.fills = _may_fill(node) and _only_filled_before(node.targets[0].value.id, block.statements[:i], block)


def _may_fill(node: gast.Assign) -> bool:
    """Whether `x[i] = v` writes numbers that carry no derivative into an array that carries none."""
    target = node.targets[0]
    if not isinstance(target.value, gast.Name):
        return False
    owner, uses = target.value.id, node.uses
    inner = set(loads(target.slice)) | set(loads(node.value))
    if owner in inner or owner not in uses or uses[owner].kind not in ("a", "n") or uses[owner].active:
        return False
    value = node.value
    if isinstance(value, gast.Name):
        return value.id in uses and uses[value.id].kind in NUMERIC and not uses[value.id].active
    return isinstance(value, gast.Constant)


def _only_filled_before(name: str, statements: list[Any], block: Block) -> bool:
    """Whether all ways to the end of these statements come from an allocation, with nothing but fills in between."""
    todo, seen = [(statements, block)], set()
    while todo:
        statements, block = todo.pop()
        for node in reversed(statements):
            if name in writes(node):
                if not _allocates(node):
                    return False
                break
            if name in reads(node) and not _fills(node, name):
                return False
        else:
            if not block.preds or block.caught == name:
                return False
            for before in block.preds:
                if before not in seen:
                    seen.add(before)
                    last = [before.end.statement] if isinstance(before.end, CallThen) else []
                    todo.append(([*before.statements, *last], before))
    return True


def _allocates(node: Any) -> bool:
    callee = getattr(node, "callee", None)
    return (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) and callee is not None
            and callee.rule is not None and callee.rule.allocates and callee.rule.makes_array)


def _fills(node: Any, name: str) -> bool:
    return (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Subscript)
            and is_name(node.targets[0].value, name) and _may_fill(node))
