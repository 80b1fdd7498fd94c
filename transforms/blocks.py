"""The blocks that continuations are made of: where they end, and what is read and written in them.

Takes: a function's graph with facts (`cfg.py`, `analysis.py`). `split_calls` and `duplicate_returns` change it so that
every block ends where a continuation may be cut.
"""

from __future__ import annotations

from typing import Any

import gast

from .cfg import Attempt, Block, CallThen, Graph, Jump, Leave, Loop, connect, live_at_end, reads, writes
from .memory import outputs
from .nodes import copy_tree

__all__ = ["assigned_in_loop", "duplicate_returns", "live_after", "split_calls", "written_owners"]


def assigned_in_loop(loop: Loop | None) -> set[str]:
    found: set[str] = set()
    for block in loop.blocks if loop is not None else []:
        for node in block.statements + ([block.end.statement] if isinstance(block.end, CallThen) else []):
            found |= set(writes(node))
    return found


def live_after(block: Block) -> list[set[str]]:
    """The variables that may be read after each statement of a block."""
    live = live_at_end(block)
    found = []
    for node in reversed(block.statements):
        found.append(set(live))
        live = live - set(writes(node)) | set(reads(node))
    return found[::-1]


def written_owners(renamed: Any, node: Any) -> list[Any]:
    """The names that an update writes into, as they are called in the generated code."""
    if isinstance(node, gast.AugAssign):
        return [renamed.targets[0]]
    if isinstance(node, gast.Assign) and not isinstance(node.targets[0], (gast.Name, gast.Tuple)):
        owner = renamed.targets[0].value
        return [owner] if isinstance(owner, gast.Name) else []
    renamed.callee = node.callee
    return outputs(renamed)


def split_calls(graph: Graph) -> None:
    """Ends a block at each call of code that the transformer must see."""
    for block in list(graph.blocks):
        current = block
        statements, block.statements = block.statements, []
        for node in statements:
            callee = getattr(node, "callee", None)
            if callee is None or callee.rule is not None or not isinstance(getattr(node, "value", None), gast.Call):
                current.statements.append(node)
                continue
            following = Block(len(graph.blocks) + 10**6, block.loop, end=current.end, origin=node.origin, role="after")
            following.handler = block.handler
            graph.blocks.append(following)
            current.end = CallThen(node, following, block.handler)
            current = following
    for i, block in enumerate(graph.blocks):
        block.number = i
    if any(b.loop for b in graph.blocks):
        for block in graph.blocks:
            loop = block.loop
            if loop is not None:
                loop.blocks = []
    connect(graph)


def duplicate_returns(graph: Graph) -> None:
    """A block that only returns is copied to each way into it: no continuation is needed for it."""
    free = 1 + max(block.number for block in graph.blocks)
    for block in list(graph.blocks):
        for successor in block.successors():
            if not isinstance(successor.end, Leave) or successor.statements or isinstance(block.end, (CallThen, Attempt)):
                continue
            if len(successor.preds) < 2 and successor.loop is block.loop:
                continue
            copied = Block(free, block.loop, [], Leave(copy_tree(successor.end.statement)),
                           origin=successor.origin, role=successor.role)
            graph.blocks.append(copied)
            free += 1
            if isinstance(block.end, Jump):
                block.end.target = copied
            elif block.end.then is successor:
                block.end.then = copied
            else:
                block.end.orelse = copied
