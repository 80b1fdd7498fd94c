"""Optimisation: names that are only other names, cotangents summed twice, and operations that nobody wants the result of.

Copy propagation and dead-code elimination on generated code, on the way back only: forward operations stay, since
they may raise, and the user's program would too.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import gast

from .context import Context
from .nodes import is_name, walk, walk_scope

__all__ = ["Cleaner", "Uses", "count_reads", "is_pure"]


class Uses:
    """How often each name is read and bound in the whole tree; names are unique but for adjoints."""

    def __init__(self, tree: Any) -> None:
        reads: dict[str, int] = {}
        binds: dict[str, int] = {}
        self.nonlocal_names: set[str] = set()
        load, name = gast.Load, gast.Name
        for node in walk(tree):
            kind = node.__class__
            if kind is name:
                counts = reads if node.ctx.__class__ is load else binds
                counts[node.id] = counts.get(node.id, 0) + 1
            elif kind is gast.Nonlocal:
                self.nonlocal_names |= set(node.names)
        self.reads: Counter[str] = Counter(reads)
        self.binds: Counter[str] = Counter(binds)


class Cleaner:
    def __init__(self, uses: Uses, ctx: Context) -> None:
        self.uses, self.ctx, self.changed = uses, ctx, False

    def clean(self, body: list[Any]) -> bool:
        self.block(body)
        return self.changed

    def block(self, body: list[Any]) -> None:
        i = 0
        while i < len(body):
            node = body[i]
            if isinstance(node, gast.If):
                self.block(node.body)
                self.block(node.orelse)
            elif isinstance(node, gast.FunctionDef):
                if hasattr(node, "role"):
                    self.block(node.body)
            elif self.is_dead(node):
                del body[i]
                self.changed = True
                continue
            elif (self.is_copy(node) or self.is_relay(node, body[i + 1:])) and self.propagate(node, body, i):
                del body[i]
                self.changed = True
                continue
            i += 1

    def is_dead(self, node: Any) -> bool:
        if not isinstance(node, gast.Assign) or getattr(node, "declares", False):
            return False
        target = node.targets[0]
        return (len(node.targets) == 1 and isinstance(target, gast.Name) and not self.uses.reads[target.id]
                and target.id not in self.uses.nonlocal_names and is_pure(node.value, self.ctx))

    def is_copy(self, node: Any) -> bool:
        return self.is_temporary(node) and isinstance(node.value, gast.Name) and node.targets[0].id != node.value.id

    def is_temporary(self, node: Any) -> bool:
        """An assignment on the way back to a name that is bound here only."""
        if not (isinstance(node, gast.Assign) and len(node.targets) == 1 and not getattr(node, "declares", False)):
            return False
        target = node.targets[0]
        return (isinstance(target, gast.Name) and self.uses.binds[target.id] == 1
                and target.id not in self.uses.nonlocal_names and getattr(node, "backward", False))

    def is_relay(self, node: Any, rest: list[Any]) -> bool:
        """`bt = unbroadcast(by, t)` of which only `unbroadcast(bt, ...)` is taken: what is summed in two steps."""
        if not (self.is_temporary(node) and self.is_unbroadcast(node.value) and is_name(node.value.args[0])):
            return False
        name = node.targets[0].id
        relayed = sum(self.is_unbroadcast(n) and is_name(n.args[0], name) for s in rest for n in walk(s))
        return 0 < relayed == self.uses.reads[name]

    def is_unbroadcast(self, node: Any) -> bool:
        return isinstance(node, gast.Call) and self.ctx.support_name(node.func) == "unbroadcast"

    def propagate(self, node: Any, body: list[Any], at: int) -> bool:
        """`bt = by`: replaces `bt` by `by`, where `by` does not change while `bt` is read."""
        old, value = node.targets[0].id, node.value
        new = value.id if isinstance(value, gast.Name) else value.args[0].id
        rest = body[at + 1:]
        if new != self.ctx.support.get("ZERO") and (
                new in self.uses.nonlocal_names or self.uses.binds[new] > 1 and _rebound_later(new, rest)):
            return False
        found = _reads_of(old, rest, self.uses.reads[old])
        if found is None:
            return False  # read elsewhere too: an arm, a return behind it
        for read in found:
            read.id = new
        self.uses.reads[new] += self.uses.reads.pop(old, 0) - 1
        return True


def _reads_of(name: str, statements: list[Any], count: int) -> list[Any] | None:
    """The `count` reads of `name`, if they are all in these statements. What follows the last is not looked at."""
    found: list[Any] = []
    for statement in statements:
        if len(found) == count:
            break
        found += [n for n in walk(statement) if isinstance(n, gast.Name) and n.id == name]
    return found if len(found) == count else None


def _rebound_later(name: str, statements: list[Any]) -> bool:
    return any(isinstance(n, gast.Name) and n.id == name and not isinstance(n.ctx, gast.Load)
               for s in statements for n in walk(s))


def count_reads(name: str, statements: list[Any]) -> int:
    return sum(isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Load)
               for s in statements for n in walk(s))


PURE_SUPPORT = {"unbroadcast", "frozen", "still", "frozen_index", "scatter", "placed", "dense"}


def is_pure(node: Any, ctx: Context) -> bool:
    """Whether evaluating `node` can only compute: leaving it out changes nothing but an error it might raise.

    Forward operations are kept even if unused: they may raise, and the user's program would too.
    """
    for inner in walk_scope(node):
        if isinstance(inner, gast.Call):
            support = ctx.support_name(inner.func)
            if support not in PURE_SUPPORT:
                return False
        elif isinstance(inner, (gast.BinOp, gast.Subscript, gast.Attribute, gast.Starred, gast.Await)):
            return False
    return True
