"""Tangents of variables that functions share: they live beside the variable, in its cell.

Takes: A-normal form, where such a variable is `c.value` for a cell `c` (`cells.py`). A cell that this tree makes, and of
which nothing but its `value` is used, is known to nobody else: its `tangent` is set wherever its `value` is, and read where
that is read, instead of being entered in the table and found there.

Before:  t = c.value                        After:  t = c.value
         s = accumulate(t, g)                       dt = c.tangent
         c.value = s                                s = accumulate(t, g)
                                                    ds = accumulate_own(s, t, g, dt, dg)
                                                    c.value = s
                                                    c.tangent = ds

*Sums* are cells of which every value is zero, or what one of `Resolver.sums()` makes of the value before: gradient programs
add up adjoints so. Nobody else holds the tangent of such a sum, so that it is added to where it lies; a read for any other
purpose gets a copy.

Where only tangents of a gradient are asked for (`Context.alone`: a Hessian times a vector), sums that the function does nothing
with but return them are not added up themselves: something stands in for each, which has the sum's tangent.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import gast

from .context import Context
from .nodes import is_name, walk, walk_scope

__all__ = ["CellTangents"]


class CellTangents:
    """`known`: cells whose tangents are beside their values; `carrying`: those of which it is read; `sums`; `steps`: names that
    hold a sum before something is added to it, and after; `unasked`: sums that are not added up themselves."""

    def __init__(self, tree: gast.FunctionDef, ctx: Context) -> None:
        self.ctx = ctx
        self.known = self.private(tree)
        # a key or an index may get a name of its own when tangents are made
        self.carrying = {n.value.id for s in walk(tree) if isinstance(s, gast.Subscript) for n in walk(s.slice) if self.holds(n)}
        self.steps: dict[str, str] = {}  # -> the cell
        self.made: dict[str, str] = {}
        self.sums = {cell for cell in self.known if self.is_sum(tree, cell)}
        self.unasked = {cell for cell in self.sums if ctx.alone and self.is_returned(tree, cell)}

    def holds(self, node: Any) -> bool:
        """Whether an expression is the value of a cell that has the tangent beside it."""
        return _is_value(node) and node.value.id in self.known

    def seen(self, scope: Any) -> None:
        """Of cells whose values are never read under a name that may have a tangent, none has to be kept."""
        for node in scope.nodes():
            if isinstance(node, gast.Assign) and is_name(node.targets[0]) and node.targets[0].id in scope.tangents and (
                    self.holds(node.value)):
                self.carrying.add(node.value.value.id)
        own = {*scope.params, *scope.graph.names}
        self.unasked -= {c for n, c in [*self.steps.items(), *self.made.items()] if n in own and n not in scope.tangents}
        for inner in scope.children.values():
            self.seen(inner)

    def private(self, tree: Any) -> set[str]:
        """Cells that this tree makes, whose `value` is all that is used of them, set by plain assignments."""
        made, used, valued, stored, bound = (Counter[str]() for _ in range(5))
        for node in walk(tree):
            if isinstance(node, gast.Name) and node.id in self.ctx.cells:
                used[node.id] += 1
            elif _is_value(node):
                valued[node.value.id] += 1
                stored[node.value.id] += isinstance(node.ctx, gast.Store)
            elif isinstance(node, gast.Assign):
                target = node.targets[0]
                if _is_value(target):
                    bound[target.value.id] += 1
                elif is_name(target) and isinstance(node.value, gast.Call) and is_name(
                        node.value.func, self.ctx.support.get("Cell", "")):
                    made[target.id] += 1
        return {c for c in made if c not in self.ctx.shown and used[c] == made[c] + valued[c] and stored[c] == bound[c]}

    def is_sum(self, tree: Any, cell: str) -> bool:
        steps: dict[str, str] = {}
        for function in walk(tree):
            if not isinstance(function, gast.FunctionDef):
                continue
            own = list(walk_scope(function.body))
            bound: dict[str, list[Any]] = {}
            for node in own:
                if isinstance(node, gast.Assign) and is_name(node.targets[0]):
                    bound.setdefault(node.targets[0].id, []).append(node.value)
            reads = Counter(n.id for n in own if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load))
            for node in own:
                if isinstance(node, gast.Assign) and is_name(node.targets[0], cell) and node.value.args:
                    return False  # a parameter
                if not isinstance(node, gast.Assign) or not _is_value(node.targets[0], cell):
                    continue
                (made, *more) = bound.get(getattr(node.value, "id", ""), [node.value])
                if more:
                    return False
                if self.is_zero(made):
                    continue
                if not self.adds(made):
                    return False
                before = made.args[0]
                values = bound.get(getattr(before, "id", ""), [])
                if len(values) != 1 or not _is_value(values[0], cell) or reads[before.id] != 1:
                    return False
                steps[before.id] = node.value.id
        self.steps |= dict.fromkeys(steps, cell)
        self.made |= dict.fromkeys(steps.values(), cell)
        return bool(steps)

    def is_returned(self, tree: gast.FunctionDef, cell: str) -> bool:
        """Whether a sum, once it is made, is only returned, as an element of a tuple."""
        reads = Counter(n.id for n in walk(tree) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load))
        own = [s for s in walk_scope(tree.body) if isinstance(s, gast.Assign) and is_name(s.targets[0])]
        tuples = {s.targets[0].id: s.value.elts for s in own if isinstance(s.value, gast.Tuple) and reads[s.targets[0].id] == 1}
        elements: set[str] = set()
        for node in walk_scope(tree.body):
            if isinstance(node, gast.Return):
                if not is_name(node.value) or node.value.id not in tuples:
                    return False
                elements |= {e.id for e in tuples[node.value.id] if is_name(e)}
        total = self.ctx.resolver.support("total")
        elements |= {s.value.args[0].id for s in own if s.targets[0].id in elements and reads[s.targets[0].id] == 1 and (
            isinstance(s.value, gast.Call) and self.ctx.resolve(s.value.func) is total and is_name(s.value.args[0]))}
        return all(_is_read(s, own) and reads[s.targets[0].id] == 1 and s.targets[0].id in elements for s in walk(tree)
                   if isinstance(s, gast.Assign) and _is_value(s.value, cell) and s.targets[0].id not in self.steps)

    def is_zero(self, node: Any) -> bool:
        return is_name(node) and self.ctx.resolve(node) is self.ctx.resolver.support("ZERO")

    def adds(self, node: Any) -> bool:
        return isinstance(node, gast.Call) and is_name(node.func) and bool(node.args) and not node.keywords and (
            self.ctx.resolver.adds_on(self.ctx.resolve(node.func)) is not None)


def _is_value(node: Any, cell: str | None = None) -> bool:
    return isinstance(node, gast.Attribute) and node.attr == "value" and is_name(node.value, cell)


def _is_read(node: Any, own: list[Any]) -> bool:
    return any(node is s for s in own)
