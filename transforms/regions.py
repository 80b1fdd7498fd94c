"""The part of a function that a handler covers is cut into groups, each of which is attempted as one.

Takes: the graph with its facts, calls of unknown code split off, `Block.handler` where a handler covers a block.
Guarantees: no block has a `handler`; a statement that may raise and is covered is in a block that ends in `Attempt`,
whose handler sees the variables as they are at the start of the block.

A group ends behind a statement that binds a variable which the handler reads. A statement with effects (a store, a
mover, a write in place) is a group by itself. So, if a statement of a group raises, what the ones before it in the
group did matters to nobody, and has no way back.
"""

from __future__ import annotations

from typing import Any

import gast

from .cfg import OUTER, Attempt, Block, Branch, CallThen, Graph, Jump, Leave, Throw, connect, liveness, reads, writes
from .context import MISSING, Context, Fact
from .nodes import assign, load, walk

__all__ = ["split_groups"]

LAZY = {"iterator", "it", "element"}  # movers that nobody but their result sees


def split_groups(graph: Graph, ctx: Context, facts: dict[Block, dict[str, Fact]]) -> None:
    """`facts`: what is known at the start of a block."""
    if not any(b.handler is not None for b in graph.blocks):
        return
    liveness(graph)
    sure = _assigned(graph)
    for block in list(graph.blocks):
        if block.handler is not None:
            _Splitter(graph, ctx, sure[block], facts.get(block, {})).split(block)
    for i, block in enumerate(graph.blocks):
        block.handler, block.number = None, i
        if block.loop is not None:
            block.loop.blocks = []
    connect(graph)


def _assigned(graph: Graph) -> dict[Block, set[str]]:
    """The variables that surely have a value at the start of each block."""
    found = {block: set(graph.names) for block in graph.blocks}
    found[graph.entry] = set(graph.params)
    changed = True
    while changed:
        changed = False
        for block in graph.blocks:
            if block is graph.entry:
                continue
            known = set(graph.names)
            for pred in block.preds:
                after = found[pred]
                if block not in pred.handlers():
                    after = set(after)
                    for node in [*pred.statements, *([pred.end.statement] if isinstance(pred.end, CallThen) else [])]:
                        _bind(node, after)
                elif any(_unbinds(s) for s in pred.statements):
                    after = after - {n for s in pred.statements if _unbinds(s) for n in writes(s)}
                known &= after
            known |= {block.caught} if block.caught else set()
            if known != found[block]:
                found[block], changed = known, True
    return found


def _unbinds(node: Any) -> bool:
    return isinstance(node, gast.Delete) and bool(writes(node))


def _bind(node: Any, assigned: set[str]) -> None:
    if _unbinds(node):
        assigned -= set(writes(node))
    else:
        assigned |= set(writes(node))


class _Splitter:
    """Splits one block; `assigned`: the variables that have a value so far."""

    def __init__(self, graph: Graph, ctx: Context, assigned: set[str], facts: dict[str, Fact]) -> None:
        self.graph, self.ctx, self.assigned, self.facts = graph, ctx, set(assigned), dict(facts)
        self.group: list[Any] = []

    def split(self, block: Block) -> None:
        self.current, self.handler = block, block.handler
        live = self.handler.live - {self.handler.caught} if self.handler is not OUTER else set()
        end = block.end
        statements, block.statements = block.statements, []
        for node in statements:
            if isinstance(node, gast.FunctionDef) or self.is_own(node) or self.is_safe(node) and _role(node) == "mover":
                self.close()
                self.current.statements.append(node)
            elif self.changes_others(node) and not self.is_safe(node):
                self.close()
                self.group = [node]
                self.close(alone=True)
            elif self.group or not self.is_safe(node):
                self.group.append(node)
            else:
                self.current.statements.append(node)
            _bind(node, self.assigned)
            self.facts |= getattr(node, "facts", {})
            if set(writes(node)) & live:
                self.close()
        self.ending(end)

    def ending(self, end: Any) -> None:
        if isinstance(end, Throw):
            self.close(last=True)
            return
        if isinstance(end, Branch) and not self.is_plain_truth(end.test):
            name = self.ctx.names.fresh("t")
            self.graph.names.add(name)
            self.ctx.locals.add(name)
            test = end.test
            negated = isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not)
            made = assign(name, test if negated else gast.UnaryOp(op=gast.Not(), operand=test), test)
            made.origin, made.facts = end.origin, {name: Fact("s", False)}
            self.group.append(made)
            self.assigned.add(name)
            then, orelse = (end.then, end.orelse) if negated else (end.orelse, end.then)
            end = Branch(load(name), then, orelse, end.origin)
        elif isinstance(end, (CallThen, Leave)):
            for name in reads(end.statement):
                if name in self.graph.names and name not in self.assigned:
                    made = assign(self.ctx.discard(), load(name), end.statement)
                    made.facts = {self.ctx.discard(): Fact("o", True)}
                    self.group.append(made)
        self.close()
        self.current.end = end
        if isinstance(end, CallThen):
            end.handler = self.trap()

    def trap(self) -> Any:
        """Where what a call raises arrives: a continuation of the exception alone."""
        if self.handler is OUTER:
            return OUTER
        made = self.new_block()
        made.role, made.caught, made.end = "trap", self.ctx.names.fresh("failed"), Jump(self.handler, self.current.origin)
        self.graph.names.add(made.caught)
        return made

    def new_block(self) -> Block:
        made = Block(len(self.graph.blocks) + 10**6, self.current.loop, origin=self.current.origin)
        self.graph.blocks.append(made)
        return made

    def close(self, alone: bool = False, last: bool = False) -> None:
        if not self.group:
            return
        if self.current.statements:
            made = self.new_block()
            self.current.end = Jump(made)
            self.current = made
        self.current.statements, self.group = self.group, []
        self.current.origin = self.current.statements[0].origin or self.current.origin
        following = None if last else self.new_block()
        self.current.end = Attempt(self.handler, following, alone)
        if following is not None:
            self.current = following

    # -- what a statement may do ------------------------------------------------------------------------------

    def is_own(self, node: Any) -> bool:
        """A store into a cell of this function, which cannot fail."""
        target = node.targets[0] if isinstance(node, gast.Assign) else None
        return (isinstance(target, gast.Attribute) and getattr(target.value, "id", None) in self.ctx.cells
                and self.is_harmless(node.value) and self.is_harmless(target.value))

    def is_safe(self, node: Any) -> bool:
        """Whether a statement cannot raise."""
        if _unbinds(node):
            return all(n in self.assigned for n in writes(node))
        if not (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)):
            return False
        value = node.value
        if isinstance(value, (gast.Tuple, gast.List)):
            return all(self.is_harmless(e) for e in value.elts)
        if isinstance(value, gast.Dict):
            return all(isinstance(k, gast.Constant) for k in value.keys) and all(map(self.is_harmless, value.values))
        if isinstance(value, gast.Call):
            made = self.ctx.resolve(value.func)
            return (isinstance(made, type) and issubclass(made, BaseException) and _role(node) == "mover"
                    and not value.keywords and all(self.is_harmless(a) for a in value.args))
        return self.is_harmless(value)

    def is_harmless(self, node: Any) -> bool:
        """Whether evaluating an expression, and asking whether it is true, cannot raise."""
        if isinstance(node, gast.Constant):
            return True
        if isinstance(node, gast.Name):
            if node.id in self.graph.names:
                return node.id in self.assigned
            return node.id in self.ctx.locals or node.id in self.ctx.support.values() or self.ctx.resolve(node) is not MISSING
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            return self.is_harmless(node.operand)
        if isinstance(node, gast.BoolOp):
            return all(self.is_harmless(v) for v in node.values)
        if isinstance(node, gast.Compare):
            return (all(isinstance(op, (gast.Is, gast.IsNot)) for op in node.ops)
                    and all(self.is_harmless(o) for o in [node.left, *node.comparators]))
        if isinstance(node, gast.Call) and self.ctx.support_name(node.func) == "catches":
            kinds = self.ctx.resolve(node.args[1])
            return isinstance(kinds, type) and issubclass(kinds, BaseException)
        return False

    def kind(self, node: Any) -> str:
        known = self.facts.get(getattr(node, "id", ""))
        return known.kind if known is not None else "o"

    def is_plain_truth(self, node: Any) -> bool:
        """Whether the truth of an expression runs nobody's code and cannot raise."""
        while isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            node = node.operand
        if isinstance(node, gast.Name) and self.kind(node) not in "sltd":
            return False
        return self.is_harmless(node)

    def changes_others(self, node: Any) -> bool:
        """Whether others see what a statement does."""
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Attribute, gast.Subscript)):
            return True
        if isinstance(node, gast.AugAssign):
            return node.facts[node.target.id].kind != "s"
        value = getattr(node, "value", None)
        if isinstance(value, gast.Subscript):  # a KeyError holds the key
            return self.kind(value.value) not in ("s", "n", "a", "l", "t") and any(
                isinstance(n, gast.Name) for n in walk(value.slice))
        if isinstance(value, gast.Call):
            rule = node.callee.rule if getattr(node, "callee", None) is not None else None
            if rule is None:
                return False
            return (rule.role == "mover" and rule.result not in LAZY or len(value.args) > rule.inputs
                    or any(k.arg == "out" for k in value.keywords))
        return isinstance(node, (gast.Delete, gast.Import, gast.ImportFrom))


def _role(node: Any) -> str:
    callee = getattr(node, "callee", None)
    return callee.rule.role if callee is not None and callee.rule is not None else ""
