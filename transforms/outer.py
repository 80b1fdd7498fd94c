"""Variables from outside that change while the function runs: globals and variables of enclosing functions become cells.

Takes: a function's tree past the fence, before assignment conversion (`cells.py`). Guarantees (`check` tests it): no
`global`, and no `nonlocal` but for variables of functions in the tree; a variable from outside that this or other code
may rebind meanwhile is read and written through a cell, as `cell.value`, so that a value that carries a derivative is
found again where it is read.

Which those are: what the tree declares `global` or `nonlocal` and assigns, and what the resolver says changes
(`Resolver.changes`: other functions of the file assign it).

Before:                             After:
    global count                        count_cell = global_cell(globals(), 'count')
    count += 1                          count_cell.value += 1
    return count * x                    return count_cell.value * x
"""

from __future__ import annotations

from typing import Any

import gast

from .cells import Replace, undeclare
from .context import Context
from .nodes import assign, call, const, free_names, parameters, stores, walk, walk_scope

__all__ = ["check", "convert"]


def convert(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    declared = {n for s in walk(tree) if isinstance(s, gast.Global) for n in s.names}
    own = _own(tree)
    outer = {n for s in walk(tree) if isinstance(s, gast.Nonlocal) for n in s.names} & free_names(tree) - own
    assigned = _assigned(tree, declared) | outer
    head = []
    for name in sorted((free_names(tree) | declared) - {"__class__"}):
        changed = name in assigned or ctx.resolver.changes(name) and (name in declared or name not in own)
        if not changed:
            continue
        if name in declared and name in assigned:
            ctx.resolver.rebinds(name)
        cell = ctx.names.fresh(f"{name}_cell")
        ctx.cells.add(cell)
        enclosing = name in outer or name not in declared and ctx.resolver.encloses(name)
        value = call(ctx.use("outer_cell"), const(name)) if enclosing else (
            call(ctx.use("global_cell"), call(ctx.use("globals")), const(name)))
        replace = _Replace(name, cell, refers=name not in own, is_global=not enclosing)
        tree.body = [made for s in tree.body for made in replace.statement(s)]
        head.append(assign(cell, value, tree.body[0]))
    docstring = isinstance(tree.body[0], gast.Expr) and isinstance(tree.body[0].value, gast.Constant)
    tree.body[int(docstring):int(docstring)] = head
    undeclare(tree, lambda s: isinstance(s, gast.Global) or isinstance(s, gast.Nonlocal) and not s.names)
    return tree


def _own(function: Any) -> set[str]:
    """Variables of a function itself."""
    body = function.body if isinstance(function.body, list) else [function.body]
    declared = {n for s in walk_scope(body) if isinstance(s, (gast.Global, gast.Nonlocal)) for n in s.names}
    return (set(parameters(function.args)) | set(stores(body))) - declared


def _assigned(tree: Any, declared: set[str]) -> set[str]:
    """Of the names that are declared global somewhere in the tree, those that are assigned where they are."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, gast.FunctionDef):
            here = {n for s in walk_scope(node.body) if isinstance(s, gast.Global) for n in s.names}
            found |= here & set(stores(node.body))
    return found & declared


class _Replace(Replace):
    """`refers`: whether the name means the variable from outside, in the scope that is looked at."""

    def __init__(self, variable: str, cell: str, refers: bool, is_global: bool) -> None:
        super().__init__(variable, cell)
        self.refers, self.is_global = refers, is_global

    def means(self, name: str) -> bool:
        return self.refers and super().means(name)

    def visit_Nonlocal(self, node: Any) -> Any:
        if self.refers:
            node.names = [n for n in node.names if n != self.variable]
        return node

    def inside(self, node: Any) -> None:
        before = self.refers
        body = node.body if isinstance(node.body, list) else [node.body]
        if any(isinstance(s, gast.Global) and self.variable in s.names for s in walk_scope(body)):
            self.refers = self.is_global
        elif self.variable in _own(node):
            self.refers = False
        if isinstance(node, gast.Lambda):
            node.body = self.visit(node.body)
        else:
            node.body = [made for s in node.body for made in self.statement(s)]
        self.refers = before


def check(tree: gast.FunctionDef) -> None:
    """Raises AssertionError if a variable from outside is declared to be assigned."""
    free = free_names(tree)
    for node in walk(tree):
        assert not isinstance(node, gast.Global), "global"
        assert not isinstance(node, gast.Nonlocal) or not free & set(node.names), "nonlocal of a variable from outside"
