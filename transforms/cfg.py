"""The control-flow graph of a function in A-normal form, and liveness on it.

A block is a run of statements and a terminator. Loops are lexical: a block belongs to the innermost loop whose text
holds it, even if it leaves that loop in the end, because that is whose frame it will run in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from .nodes import free_names, loads, walk, walk_scope
from .ways import Ways

__all__ = ["OUTER", "Attempt", "Block", "Branch", "CallThen", "Graph", "Jump", "Leave", "Loop", "Throw", "build", "connect",
           "inner_first", "live_at_end", "liveness", "reads", "writes"]


OUTER: Any = type("Outer", (), {"__repr__": lambda self: "OUTER"})()  # the handler that the function is called under


@dataclass(eq=False)
class Loop:
    parent: Loop | None
    header: Block = None  # type: ignore[assignment]
    blocks: list[Block] = field(default_factory=list)

    def inside(self, other: Loop | None) -> bool:
        """Whether this loop is `other` or nested in it; every loop is inside None, the function."""
        loop: Loop | None = self
        while loop is not None:
            if loop is other:
                return True
            loop = loop.parent
        return other is None


@dataclass(eq=False)
class Jump:
    target: Block
    origin: int | None = None


@dataclass(eq=False)
class Branch:
    test: Any
    then: Block
    orelse: Block
    origin: int | None = None


@dataclass(eq=False)
class CallThen:
    """`target = call`, of code that the transformer must see; then `next`. What it raises goes to `handler`."""

    statement: Any
    next: Block
    handler: Any = None  # a block, OUTER or None


@dataclass(eq=False)
class Attempt:
    """The statements of the block; what they raise goes to `handler`, else `next`. Nothing follows a `raise`."""

    handler: Any
    next: Block | None
    alone: bool = False  # one statement, which changes what others see
    failed: str = ""  # the variable that holds what was raised


@dataclass(eq=False)
class Throw:
    """The last statement of the block is a `raise`, which a handler covers."""


@dataclass(eq=False)
class Leave:
    """A `return` or a `raise`."""

    statement: Any


@dataclass(eq=False, repr=False)
class Block:
    number: int
    loop: Loop | None
    statements: list[Any] = field(default_factory=list)
    end: Any = None
    preds: list[Block] = field(default_factory=list)
    live: set[str] = field(default_factory=set)  # names live at the start
    origin: int | None = None
    role: str = "rest"  # what a continuation made of it is called
    handler: Any = None  # what covers its statements, until `regions.split_groups` has made `Attempt`s of them
    caught: str | None = None  # of a handler: its variable

    def __repr__(self) -> str:
        return f"Block {self.number} (line {self.origin}, {type(self.end).__name__})"

    def successors(self) -> list[Block]:
        if isinstance(self.end, Jump):
            found = [self.end.target]
        elif isinstance(self.end, Branch):
            found = [self.end.then, self.end.orelse]
        else:
            found = [self.end.next] if isinstance(self.end, (CallThen, Attempt)) and self.end.next is not None else []
        return found + [h for h in self.handlers() if h not in found]

    def handlers(self) -> list[Block]:
        """Where what the block raises may go."""
        found = [self.handler, self.end.handler if isinstance(self.end, (CallThen, Attempt)) else None]
        return [h for h in dict.fromkeys(found) if isinstance(h, Block)]


@dataclass(eq=False)
class Graph:
    entry: Block
    blocks: list[Block]
    params: list[str]
    names: set[str]  # all local variables


class _Builder(Ways):
    def __init__(self, handler: Any = None) -> None:
        self.blocks: list[Block] = []
        self.handler = handler
        self.protections = []
        self.depth = {}

    def block(self, loop: Loop | None, origin: int | None, role: str = "rest") -> Block:
        made = Block(len(self.blocks), loop, origin=origin, role=role, handler=self.handler)
        self.blocks.append(made)
        return made

    def fill(self, block: Block | None, statements: list[Any], leave: Block | None, again: Block | None) -> Block | None:
        """Adds statements at the end of `block`; what comes back is where control goes on, None if nowhere."""
        for node in statements:
            if block is None:
                return None
            if block.origin is None:
                block.origin = node.origin
            if isinstance(node, gast.If):
                block = self.branch(block, node, leave, again)
            elif isinstance(node, gast.While):
                block = self.loop(block, node)
            elif isinstance(node, gast.Try):
                block = self.protect(block, node, leave, again)
            elif isinstance(node, gast.Raise):
                self.throw(block, node)
                block = None
            elif isinstance(node, gast.Return):
                block = self.unwind(block, 0, node)
                if block is not None:
                    block.end = Leave(node)
                block = None
            elif isinstance(node, (gast.Break, gast.Continue)):
                target = leave if isinstance(node, gast.Break) else again
                block = self.unwind(block, self.depth[target], node)
                if block is not None:
                    block.end = Jump(target, node.origin)
                block = None
            elif not isinstance(node, gast.Pass):
                block.statements.append(node)
        return block

    def branch(self, block: Block, node: gast.If, leave: Block | None, again: Block | None) -> Block | None:
        then, orelse = self.block(block.loop, None), self.block(block.loop, None)
        block.end = Branch(node.test, then, orelse, node.origin)
        ends = [self.fill(then, node.body, leave, again), self.fill(orelse, node.orelse, leave, again)]
        for arm in (then, orelse):
            arm.origin = arm.origin or node.origin
        if ends == [None, None]:
            return None
        join = self.block(block.loop, None, "join")
        for end in ends:
            if end is not None:
                end.end = Jump(join)
        return join

    def loop(self, block: Block, node: gast.While) -> Block:
        loop = Loop(block.loop)
        loop.header = self.block(loop, node.origin, "loop")
        after = self.block(block.loop, None, "done")
        self.depth[after] = self.depth[loop.header] = len(self.protections)
        block.end = Jump(loop.header, node.origin)
        end = self.fill(loop.header, node.body, after, loop.header)
        if end is not None:
            end.end = Jump(loop.header)
        return after


def build(tree: gast.FunctionDef, params: list[str], guarded: bool = False) -> Graph:
    """`guarded`: the function is called under a handler, OUTER, which covers all of it."""
    builder = _Builder(OUTER if guarded else None)
    entry = builder.block(None, tree.origin, "entry")
    last = builder.fill(entry, tree.body, None, None)
    if last is not None:
        none = gast.Return(value=gast.Constant(value=None, kind=None))
        none.origin = tree.body[-1].origin
        none.comment = None
        last.end = Leave(none)
    graph = Graph(entry, builder.blocks, params, set(params))
    connect(graph)
    for block in graph.blocks:
        graph.names |= {block.caught} if block.caught else set()
        for node in block.statements:
            graph.names |= set(writes(node))
    return graph


def _reverse_postorder(graph: Graph, successors: Callable[[Block], list[Block]]) -> list[Block]:
    """Blocks that can be reached; of the successors of one, those named first come last."""
    order: list[Block] = []
    seen = {graph.entry}
    todo: list[tuple[Block, list[Block]]] = [(graph.entry, successors(graph.entry))]
    while todo:
        block, after = todo[-1]
        if not after:
            order.append(block)
            todo.pop()
            continue
        successor = after.pop(0)
        if successor not in seen:
            seen.add(successor)
            todo.append((successor, successors(successor)))
    return order[::-1]


def inner_first(graph: Graph) -> list[Block]:
    """Reverse postorder in which a loop's blocks come before what follows it.

    A data-flow analysis that takes the first of what is to be done is through with a loop before it goes on.
    """
    def stays(block: Block) -> bool:
        loop, to = block.loop, block.successors()
        return loop is None or any(s.loop is not None and s.loop.inside(loop) for s in to)

    def leaving_first(block: Block) -> list[Block]:
        order = block.successors()[::-1]
        order.sort(key=stays)
        return order

    return _reverse_postorder(graph, leaving_first)


def connect(graph: Graph) -> None:
    """Finds the predecessors, drops unreachable blocks, and puts the rest in reverse postorder."""
    graph.blocks = _reverse_postorder(graph, lambda block: block.successors()[::-1])
    for block in graph.blocks:
        block.preds = []
    for block in graph.blocks:
        for successor in block.successors():
            if successor.origin is None:
                successor.origin = block.origin
            if block not in successor.preds:
                successor.preds.append(block)
    for block in graph.blocks:
        loop = block.loop
        while loop is not None:
            if block not in loop.blocks:
                loop.blocks.append(block)
            loop = loop.parent


def writes(node: Any) -> list[str]:
    """Local names that a statement binds, or deletes."""
    if isinstance(node, gast.Delete):
        return [t.id for t in node.targets if isinstance(t, gast.Name)]
    if isinstance(node, gast.FunctionDef):
        return [node.name]
    if isinstance(node, gast.AugAssign):
        return [node.target.id]
    if isinstance(node, gast.Assign):
        return [n.id for t in node.targets for n in walk(t)
                if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Store)]
    if isinstance(node, (gast.Import, gast.ImportFrom)):
        return [(a.asname or a.name).split(".")[0] for a in node.names]
    return []


def reads(node: Any) -> list[str]:
    """Names that a statement or expression reads, or deletes; a nested function reads what it closes over."""
    found = loads(node)
    if isinstance(node, gast.AugAssign):
        found.append(node.target.id)
    if isinstance(node, gast.Delete):  # which raises if the name is not bound
        found += writes(node)
    for inner in walk_scope(node):
        if isinstance(inner, gast.FunctionDef):
            found += sorted(free_names(inner))
    return found


def _end_reads(block: Block) -> list[str]:
    if isinstance(block.end, Branch):
        return reads(block.end.test)
    if isinstance(block.end, (CallThen, Leave)):
        return reads(block.end.statement)
    return []


def live_at_end(block: Block) -> set[str]:
    """The variables that may be read behind the last statement of a block; `liveness` has been there."""
    live: set[str] = set().union(*(s.live for s in block.successors()), set())
    if isinstance(block.end, CallThen):
        live -= set(writes(block.end.statement))
    return live | set(_end_reads(block))


def liveness(graph: Graph) -> None:
    """Fills `block.live`: the local names whose value at the start of the block may be read."""
    gen: dict[Block, set[str]] = {}
    kill: dict[Block, set[str]] = {}
    for block in graph.blocks:
        used: set[str] = set()
        bound: set[str] = set()
        for node in block.statements:
            used |= {n for n in reads(node) if n in graph.names} - bound
            bound |= set(writes(node))
        used |= {n for n in _end_reads(block) if n in graph.names} - bound
        if isinstance(block.end, CallThen):
            bound |= set(writes(block.end.statement))
        gen[block], kill[block] = used - {block.caught}, bound | {block.caught or ""}
        block.live = set()
    changed = True
    while changed:
        changed = False
        for block in reversed(graph.blocks):
            out: set[str] = set()
            handlers = block.handlers()
            for successor in block.successors():
                if successor not in handlers:
                    out |= successor.live
            live = gen[block] | (out - kill[block])
            for handler in handlers:  # it may have bound its variables, or not
                live |= handler.live - {block.caught}
            if live != block.live:
                block.live, changed = live, True
