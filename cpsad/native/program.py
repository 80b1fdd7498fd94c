"""The trees that are staged, and what the names in them stand for.

A `Unit` is one function's program: the tree of stage `optimized` for user's functions, or the tree of a formula of a
rule as it is written. A name that the tree does not bind is a function of the run-time support, a value that a rule's
file has, or a name of the user's function: its `outside` value.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, field
from typing import Any

import gast

from .. import execute
from ..forms import attach, primal_attach
from ..resolve import FunctionResolver, lookup
from ..transforms import pipeline
from ..transforms import source as source_pass
from ..transforms.cells import rename_bound
from ..transforms.errors import Location, UnsupportedError
from ..transforms.nest import nested
from ..transforms.nodes import COMPREHENSIONS, free_names, parameters, stores, walk, walk_scope

__all__ = ["StagingError", "Unit", "bound_names", "captured_names", "defaults_of", "formula", "owned_names", "program"]


class StagingError(UnsupportedError):
    """A construct that cannot be staged to native code."""


@dataclass(eq=False)
class Unit:
    """One tree and its names."""

    function: types.FunctionType
    tree: Any
    filename: str
    support: dict[str, Any]  # name in the tree -> value
    assumptions: tuple[Any, ...] = ()
    lines: list[str] | None = None
    stage: str = "optimized"
    bound: dict[int, frozenset[str]] = field(default_factory=dict)  # by id of the definition: names that it binds
    forms: dict[int, dict[str, Any]] = field(default_factory=dict)
    shapes: dict[int, frozenset[str]] = field(default_factory=dict)  # see `shapes.py`

    def __post_init__(self) -> None:
        self.cells = dict(zip(self.function.__code__.co_freevars, self.function.__closure__ or (), strict=True))

    @property
    def takes_heap(self) -> bool:
        return self.stage == "optimized"

    def forms_of(self, node: Any) -> dict[str, Any]:
        """The CPS forms of the functions nested in a function, by their names."""
        if id(node) not in self.forms:
            found = self.forms[id(node)] = {}
            inside = {n.name: n for n in walk_scope(node.body) if isinstance(n, gast.FunctionDef)}
            for n in walk_scope(node.body):
                if isinstance(n, gast.Call) and isinstance(n.func, gast.Name) and len(n.args) >= 2 and (
                        self.support.get(n.func.id) in (attach, primal_attach)):
                    found[n.args[0].id] = inside[n.args[1].id]
        return self.forms[id(node)]

    def resolve(self, name: str) -> Any:
        if name in self.support:
            return self.support[name]
        return lookup(self.cells, self.function.__globals__, name)

    def where(self, node: Any) -> Location:
        line = getattr(node, "origin", None) or getattr(node, "lineno", None) or self.function.__code__.co_firstlineno
        text = self.lines[line - 1] if self.lines and 0 < line <= len(self.lines) else None
        return Location(self.filename, line, 0, None, text)

    def refuse(self, node: Any, what: str, why: str = "", remedy: str = "") -> StagingError:
        return StagingError(f"{what} cannot be staged to native code yet", where=self.where(node), why=why,
                            remedy=remedy or 'use backend="numpy" for this function')


def program(function: types.FunctionType, letters: str, stage: str = "optimized") -> Unit:
    """The program of a user's function for a call with this signature."""
    found = source_pass.of_function(function)
    resolver = FunctionResolver(function)
    ctx = pipeline.new_context(found.tree, found.filename, resolver, letters, found.class_name)
    tree = pipeline.stages(found.tree, ctx, last=stage)[stage]
    if stage == "cps":
        tree = nested(tree, ctx)
    for node in list(walk(tree)):  # so that a name has one scope
        if isinstance(node, COMPREHENSIONS):
            rename_bound(node, ctx)
    support: dict[str, Any] = dict(ctx.spliced)
    for name, generated in ctx.support.items():
        support[generated] = execute._support_value(name, stage)
    return Unit(function, tree, found.filename, support, resolver.assumptions(), stage=stage)


def formula(function: types.FunctionType) -> Unit:
    """A function that a rule calls, as it is written."""
    found = source_pass.of_function(function)
    return Unit(function, found.tree, found.filename, {})


def names_of_comprehensions(body: list[Any]) -> set[str]:
    """Names that nothing in a body binds but comprehensions, whose targets are their own."""
    targets = [n for s in walk_scope(body) if isinstance(s, gast.comprehension) for n in gast.walk(s.target)
               if isinstance(n, gast.Name)]
    if not targets:
        return set()
    own = {id(n) for n in targets}
    others = {n.id for n in walk_scope(body) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Store) and id(n) not in own}
    return {n.id for n in targets} - others


def bound_names(unit: Unit, node: Any) -> frozenset[str]:
    """The names that a function binds as its own."""
    known = unit.bound.get(id(node))
    if known is None:
        declared = {n for s in walk_scope(node.body) if isinstance(s, gast.Nonlocal) for n in s.names}
        known = unit.bound[id(node)] = frozenset((
            set(parameters(node.args)) | set(stores(node.body)) - names_of_comprehensions(node.body)) - declared)
    return known


def owned_names(unit: Unit, node: Any) -> frozenset[str]:
    """The names of a function that functions nested in it assign."""
    declared = {n for s in walk(gast.Module(body=list(node.body), type_ignores=[])) if isinstance(s, gast.Nonlocal)
                for n in s.names}
    return bound_names(unit, node) & frozenset(declared)


def captured_names(unit: Unit, node: Any) -> frozenset[str]:
    """Those of them that functions nested in it use, which live in its frame."""
    inside = [n for n in walk_scope(node.body) if isinstance(n, (gast.FunctionDef, gast.Lambda))]
    used: set[str] = set()
    for function in inside:
        used |= free_names(function)
    return bound_names(unit, node) & frozenset(used)


def defaults_of(function: Any) -> dict[str, Any]:
    """The default values of a function of the tree, by the names of its parameters."""
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    found = dict(zip(positional[len(positional) - len(args.defaults):], args.defaults, strict=True))
    found |= {a: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
    return {a.id: d for a, d in found.items()}
