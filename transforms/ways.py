"""Ways out of a block of `try`: what the builder of the control-flow graph does at one.

`finally` is copied to every way out: the normal one, before each `return`, `break` and `continue` that leaves it, and
behind a handler of its own that raises again what is pending. What covers a copy is what is around the `try`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from .nodes import copy_tree, load

__all__ = ["Protection", "Ways"]


@dataclass(eq=False)
class Protection:
    """A `finally` around this place. `outer`: the handler around the `try`; `leave`, `again`: of the loop around it."""

    final: list[Any]
    outer: Any
    leave: Any
    again: Any


class Ways:
    """The part of `cfg._Builder` that sees to `try`."""

    handler: Any  # what covers this place
    protections: list[Protection]
    depth: dict[Any, int]  # of a loop's blocks: how many protections there are around it
    block: Any
    fill: Any

    def throw(self, block: Any, node: Any) -> None:
        from .cfg import Leave, Throw

        if self.handler is None:
            block.end = Leave(node)
        else:
            assert isinstance(node.exc, gast.Name), "what is raised under a handler has no name"
            block.statements.append(node)
            block.end = Throw()

    def then(self, block: Any, origin: int | None, role: str = "rest") -> Any:
        """A new block, covered by what is around now, that follows `block`."""
        from .cfg import Jump

        made = self.block(block.loop, origin, role)
        block.end = Jump(made, origin)
        return made

    def protect(self, block: Any, node: Any, leave: Any, again: Any) -> Any:
        if not node.finalbody:
            return self.handle(block, node, leave, again)
        outer, final = self.handler, node.finalbody
        cleanup = None
        if node.flag is None:
            cleanup = self.block(block.loop, node.origin, "cleanup")
            cleanup.caught = node.pending
            self.handler = cleanup
        else:  # of a `with`: after an exception, held or raised again, there is nothing left to do
            self.protections.append(Protection(final[0].body, outer, leave, again))
            end = self.handle(self.then(block, node.origin), node.body[0], leave, again, final[0].body)
            self.protections.pop()
            return end
        self.protections.append(Protection(final, outer, leave, again))
        end = self.fill(self.then(block, node.origin), node.body, leave, again)
        self.protections.pop()
        self.handler = outer
        if cleanup is not None:
            last = self.fill(cleanup, copy_tree(final), leave, again)
            if last is not None:
                again_raised = gast.Raise(exc=load(node.pending), cause=None)
                again_raised.origin, again_raised.comment = node.origin, None
                self.throw(last, again_raised)
        if end is not None:
            end = self.fill(self.then(end, final[0].origin), final, leave, again)
        return end

    def handle(self, block: Any, node: Any, leave: Any, again: Any, final: list[Any] | None = None) -> Any:
        """`final`: what runs behind the block where nothing was raised, not covered by the handler."""
        from .cfg import Jump

        outer, caught = self.handler, node.handlers[0]
        handler = self.block(block.loop, caught.body[0].origin, "handler")
        handler.caught = caught.name.id
        self.handler = handler
        end = self.fill(self.then(block, node.origin), node.body, leave, again)
        self.handler = outer
        if end is not None:
            end = self.then(end, node.orelse[0].origin if node.orelse else None)
            end = self.fill(end, node.orelse, leave, again)
        if end is not None and final:
            end = self.fill(self.then(end, final[0].origin), final, leave, again)
        ends = [end, self.fill(handler, caught.body, leave, again)]
        if ends == [None, None]:
            return None
        join = self.block(block.loop, None, "join")
        for e in ends:
            if e is not None:
                e.end = Jump(join)
        return join

    def unwind(self, block: Any, depth: int, node: Any) -> Any:
        """Runs the `finally` blocks on the way out to `depth`; None if one of them jumps elsewhere."""
        before = self.protections, self.handler
        while len(self.protections) > depth and block is not None:
            protection = self.protections[-1]
            self.protections, self.handler = self.protections[:-1], protection.outer
            block = self.fill(self.then(block, node.origin), copy_tree(protection.final), protection.leave, protection.again)
        self.protections, self.handler = before
        return block
