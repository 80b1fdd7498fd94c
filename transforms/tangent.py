"""Tangents: behind each statement that computes, what computes the directional derivative of its result.

Takes: A-normal form. Guarantees (`check` tests it): plain Python with the control flow it had, no continuation; the
statements of the user's function stand in it in their order; names that are read are bound.

    Before:  t = np.sin(x)                      After:  t = np.sin(x)
             y = t * x                                  dt = dx * np.cos(x)
                                                        y = t * x
                                                        dy = dt * x + dx * t

The tangent of local `x` is local `dx`; `ZERO` is the symbolic zero. What is stored, passed, returned or yielded is known by
the identity of its object (docs/design.md, "Forward mode"): `tangents.put(x, dx)` before, `dx = tangents.get(x)` where it
is read. So a function keeps its parameters, and whoever calls it (a generator's consumer, `sorted`) need not know. A call of
code that is not known is `tangents.of(g)(a, b)`: the tangent form of `g`, called as `g` is.

(Wengert, *A simple automatic derivative evaluation program*, 1964; Griewank and Walther, *Evaluating Derivatives*, section 3.1.)
"""

from __future__ import annotations

from typing import Any

import gast

from .analysis import NUMERIC, _flow, _private, _Transfer
from .cfg import build, writes
from .context import Context, Fact
from .memory import ARRAYS, Memory, is_update, outputs
from .nodes import assign, at, attribute, call, copy_tree, free_names, load, parameters, stores, walk, walk_scope
from .tangent_cells import CellTangents
from .tangent_statements import TangentStatements

__all__ = ["check", "tangent"]

ESCAPES = {"exposed", "stored", "passed", "captured", "returned"}


def tangent(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    tree = copy_tree(tree)
    ctx.locals |= {n for f in walk(tree) if isinstance(f, gast.FunctionDef) for n in [*parameters(f.args), *stores(f.body)]}
    heap = ctx.tangents = ctx.names.fresh("tangents")
    ctx.support["tangents"] = heap
    ctx.kept_functions = _kept_functions(tree)
    ctx.shown = {n for f in walk(tree) if isinstance(f, gast.FunctionDef) and f is not tree and f.name in ctx.kept_functions
                 for n in free_names(f)}
    ctx.cell_tangents = CellTangents(tree, ctx)
    scope = Scope(tree, ctx, None)
    ctx.cell_tangents.seen(scope)
    made = scope.function()
    made.name = ctx.names.fresh(tree.name + "_tangent")
    _drop_unread(made, set(ctx.tangent_names.values()), ctx)
    return made


class Scope:
    """One function of the tree: what is known of its variables, and what it becomes."""

    def __init__(self, node: gast.FunctionDef, ctx: Context, outer: Scope | None) -> None:
        self.node, self.ctx, self.outer = node, ctx, outer
        self.params = parameters(node.args)
        self.graph = build(node, self.params)
        self.given = self.outside_facts()
        if outer is not None:
            ctx.signature, before = "", ctx.signature
        self.analyse()
        if outer is not None:
            ctx.signature = before
        self.own = {*self.params, *self.graph.names, *(n for s in self.nodes() for n in writes(s))}
        self.own |= {h.name.id for s in self.nodes() for h in getattr(s, "handlers", []) if h.name is not None}
        self.tangents = {n for n, f in self.known.items() if n in self.own and f.active and f.kind not in "ltdc"}
        self.computed = self.names_computed()
        self.affected: bool = outer is not None and outer.affected or any(
            self.may_write(n) for n in walk(node) if isinstance(n, gast.stmt))
        self.children = {id(n): Scope(n, ctx, self) for n in self.nodes() if isinstance(n, gast.FunctionDef)}

    # -- what is known ----------------------------------------------------------------------------------------

    def nodes(self, body: list[Any] | None = None) -> list[Any]:
        """The function's own statements, or those of a block of it, in blocks too."""
        found, todo = [], list(self.node.body if body is None else body)
        while todo:
            node = todo.pop(0)
            found.append(node)
            if not isinstance(node, gast.FunctionDef):
                for field in ("body", "orelse", "finalbody"):
                    todo += getattr(node, field, [])
                for handler in getattr(node, "handlers", []):
                    todo += handler.body
        return found

    def outside_facts(self) -> dict[str, Fact]:
        """Variables of enclosing functions, and arrays from outside, which may have been written into."""
        given: dict[str, Fact] = {}
        scope = self.outer
        while scope is not None:
            given = {**{n: f for n, f in scope.known.items() if n in scope.own}, **given}
            scope = scope.outer
        for name in free_names(self.node) - set(given) - self.ctx.locals:
            kind = self.ctx.resolver.kind(self.ctx.resolve(load(name)))
            if kind == "n" or kind == "s" and self.ctx.resolver.captures(name):
                given[name] = Fact(kind, True)
        return given

    def analyse(self) -> None:
        """Facts of `analysis.py`; what may share memory with something that others see may carry a tangent."""
        ctx, graph = self.ctx, self.graph
        letters = ctx.signature if len(ctx.signature) == len(self.params) else "".join(
            ctx.kinds.get(name, "o").upper() for name in self.params)
        initial = {}
        for name, letter in zip(self.params, letters, strict=True):
            kind = letter.lower().replace("v", "o")
            initial[name] = Fact(kind, letter.isupper() or kind != "s")
        forced = {n for b in graph.blocks for s in b.statements if isinstance(getattr(s, "value", None), (
            gast.Yield, gast.YieldFrom)) for n in writes(s)}
        while True:
            entry = _flow(graph, ctx, self.given, initial, forced)
            private = _private(graph)
            self.memory = Memory(graph, ctx, private)
            seen = {n for n in graph.names if self.memory.of(n) & ESCAPES}
            missing = (self.memory.forced() | seen) - forced
            if not missing:
                break
            forced |= missing
        self.known: dict[str, Fact] = {}
        for block in graph.blocks:
            for facts in [entry.get(block, {}), *[getattr(s, "facts", {}) for s in block.statements]]:
                for name, fact in facts.items():
                    self.known[name] = fact.join(self.known[name]) if name in self.known else fact
        for node in self.final_statements():
            _Transfer(ctx, self.given, dict(self.known), forced).statement(node)

    def final_statements(self) -> list[Any]:
        """The graph has a copy of a `finally` for every way out; here it stands once, for what holds on any of them."""
        finals = [node.finalbody for node in self.nodes() if isinstance(node, gast.Try)]
        return [s for block in finals for s in self.nodes(block) if not hasattr(s, "body")]

    def names_computed(self) -> set[str]:
        """Variables that are bound to what was computed here, which nobody else knows by its identity yet."""
        found: set[str] = set()
        for node in self.nodes():
            value = getattr(node, "value", None)
            if isinstance(node, gast.AugAssign):
                found.add(node.target.id)
            elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                rule = getattr(getattr(node, "callee", None), "rule", None)
                moved = isinstance(value, gast.Call) and (rule is None or rule.role == "mover") or isinstance(
                    value, (gast.Yield, gast.YieldFrom))
                uses = getattr(node, "uses", {})
                if isinstance(value, (gast.Subscript, gast.Attribute)) and isinstance(value.value, gast.Name):
                    fact = uses.get(value.value.id)
                    moved = fact is not None and fact.kind not in {*NUMERIC, "o"} and not self.ctx.cell_tangents.holds(value)
                if not moved:
                    found.add(node.targets[0].id)
        return found

    def may_write(self, node: Any) -> bool:
        """Whether a statement may write into an array: itself, or by code that is not known."""
        value = getattr(node, "value", None)
        if isinstance(value, (gast.Yield, gast.YieldFrom)):
            return True
        if isinstance(node, gast.AugAssign):
            return self.known.get(node.target.id, Fact("o", True)).kind not in "sltdc"
        if isinstance(value, gast.Call):
            rule = getattr(getattr(node, "callee", None), "rule", None)
            return rule is None or bool(outputs(node))
        return is_update(node)

    def transfer(self, node: Any) -> _Transfer:
        uses = getattr(node, "uses", None) or {}
        return _Transfer(self.ctx, self.given, {**self.known, **uses})

    def enter(self, node: Any, name: str, transfer: _Transfer, out: list[Any]) -> None:
        """One more statement, which binds a new name, and its tangent."""
        transfer.statement(node)
        fact = transfer.atom(load(name))
        self.own.add(name)
        self.known[name] = fact
        if fact.active and fact.kind not in "ltdc":
            self.tangents.add(name)
            self.computed.add(name)
        TangentStatements(self, node, out).statement()

    def binder(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and name not in scope.own:
            scope = scope.outer
        return scope

    def tangent_name(self, name: str) -> str:
        """The variable for the tangent of `name`; all functions of the tree call it the same."""
        known = self.ctx.tangent_names
        if name not in known:
            known[name] = self.ctx.names.fresh("d" + name)
            self.ctx.locals.add(known[name])
        return known[name]

    def must_look(self, name: str) -> bool:
        """Whether the memory of an array may have been written since its tangent was computed."""
        scope = self.binder(name)
        if not self.affected:
            return False
        if scope is None or scope is not self:
            return True
        fact = self.known.get(name)
        return (fact is None or fact.kind in ARRAYS) and bool(self.memory.of(name) & {*ESCAPES, "written"} - {"returned"})

    # -- emission ---------------------------------------------------------------------------------------------

    def function(self) -> gast.FunctionDef:
        head = []
        for name in self.params:
            if name in self.tangents:
                head.append(assign(self.tangent_name(name), self.on_heap("get", load(name)), self.node))
        made = copy_tree(self.node)
        if self.outer is not None and self.node.name in self.ctx.kept_functions:
            made.plain = copy_tree(self.node)
        made.body = head + self.block(self.node.body)
        if not made.body:
            made.body = [at(gast.Pass(), self.node)]
        return made

    def on_heap(self, method: str, *args: Any) -> gast.Call:
        return call(attribute(load(self.ctx.tangents), method), *args)

    def block(self, statements: list[Any]) -> list[Any]:
        out: list[Any] = []
        for node in statements:
            work = TangentStatements(self, node, out)
            if isinstance(node, (gast.If, gast.While)):
                node.test = work.test(node.test)
                node.body = self.block(node.body)
                node.orelse = self.block(node.orelse) if node.orelse else []
                out.append(node)
            elif isinstance(node, gast.Try):
                for field in ("body", "orelse", "finalbody"):
                    setattr(node, field, self.block(getattr(node, field)))
                for handler in node.handlers:
                    handler.body = self.block(handler.body)
                out.append(node)
            elif isinstance(node, gast.FunctionDef):
                work.definition()
                self.given = {**self.given}
                out.append(self.children[id(node)].function())
                if node.name in self.tangents:
                    out.append(assign(self.tangent_name(node.name), self.ctx.use("ZERO"), node))
            else:
                work.statement()
                for name in writes(node):
                    if name in self.ctx.shown:
                        work.put(load(name))
        return out or ([at(gast.Pass(), statements[0])] if statements else [])


def _kept_functions(tree: gast.FunctionDef) -> set[str]:
    """Nested functions of which more is done than calling them, and those that they name: a gradient may be taken of them."""
    nested = {f.name: f for f in walk(tree) if isinstance(f, gast.FunctionDef) and f is not tree}
    called = {id(n.func) for n in walk(tree) if isinstance(n, gast.Call)}
    found: set[str] = set()
    todo = {n.id for n in walk(tree) if isinstance(n, gast.Name) and n.id in nested and id(n) not in called
            and isinstance(n.ctx, gast.Load)}
    while todo:
        found |= todo
        todo = {n for f in todo for n in free_names(nested[f]) if n in nested} - found
    return found


def _drop_unread(tree: Any, names: set[str], ctx: Context) -> None:
    """Takes out tangents that nobody reads."""
    while True:
        read = {n.id for n in walk(tree) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
        dead = names - read
        changed = False
        for node in list(walk(tree)):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if not isinstance(block, list) or not block or not isinstance(block[0], gast.stmt):
                    continue
                kept = [s for s in block if not _is_dead(s, dead)]
                if len(kept) < len(block):
                    changed = True
                    setattr(node, field, kept or ([at(gast.Pass(), block[0])] if field == "body" else []))
        if not changed:
            return


def _is_dead(node: Any, dead: set[str]) -> bool:
    """An assignment of a tangent that nobody reads; what computes one has no effect."""
    return (isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) and node.targets[0].id in dead
            and not getattr(node, "effect", False))


def _check_names(function: Any, outer: set[str], ctx: Context | None) -> None:
    own = outer | set(parameters(function.args)) | set(stores(function.body)) | {function.name}
    own |= {n.name for n in walk_scope(function.body) if isinstance(n, gast.FunctionDef)}
    own |= {n for s in walk_scope(function.body) for n in (writes(s) if isinstance(s, gast.stmt) else [])}
    for node in walk_scope(function.body):
        if isinstance(node, gast.FunctionDef):
            _check_names(node, own, ctx)
        elif isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load) and node.id not in own and ctx is not None:
            known = node.id in {*ctx.support.values(), *ctx.spliced, *ctx.outside} or node.id not in ctx.locals
            assert known, f"{node.id} is read and bound nowhere"


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless names that are read are bound, and what escapes is put before."""
    _check_names(tree, set(), ctx)
    for node in walk(tree):
        assert not isinstance(node, (gast.Lambda, gast.Global, gast.Nonlocal)), f"{type(node).__name__} in tangent form"
