"""Assignment conversion: a variable that a nested function shares and that changes lives in a cell.

Takes: a function's tree past the fence, before anything else is rewritten. Guarantees (`check` tests it): no
`nonlocal`; a variable that a nested function or lambda shares is assigned once and not in a loop, so that it can be
closed over under any name. (The term is from the literature on compiling closures: Kranz et al., *ORBIT*, 1986.)

Before:                             After:
    n = 0                               n_cell = Cell()
    def count():                        n_cell.value = 0
        nonlocal n                      def count():
        n += 1                              n_cell.value += 1
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import gast

from .context import Context
from .nodes import COMPREHENSIONS, assign, at, attribute, call, free_names, load, parameters, stores, walk, walk_scope

__all__ = ["Replace", "check", "convert", "share_walrus", "tell_apart", "undeclare"]

FUNCTIONS = (gast.FunctionDef, gast.Lambda)


def convert(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    for node in walk(tree):
        if isinstance(node, COMPREHENSIONS) and any(isinstance(n, gast.Lambda) for n in walk(node)):
            rename_bound(node, ctx)
    for node in list(walk(tree)):
        if isinstance(node, gast.FunctionDef):
            _convert_comprehensions(node, ctx)
            _convert_one(node, ctx)
    undeclare(tree, lambda s: isinstance(s, gast.Nonlocal))
    return tree


def tell_apart(tree: Any, ctx: Context) -> Any:
    """Gives a variable of a comprehension a name of its own where a variable of a function has it too.

    Else a function that reads such a variable from outside would seem to bind it.
    """
    if not any(isinstance(n, FUNCTIONS) for n in walk(tree) if n is not tree):
        return tree
    inside: set[int] = set()  # names that comprehensions bind, by their nodes
    found = [n for n in walk(tree) if isinstance(n, COMPREHENSIONS)]
    for node in found:
        bound, first = set(stores([g.target for g in node.generators])), set(map(id, walk(node.generators[0].iter)))
        for name in walk(node):
            if isinstance(name, gast.Name) and name.id in bound and id(name) not in first:
                inside.add(id(name))
    others = {n.id for n in walk(tree) if isinstance(n, gast.Name) and id(n) not in inside}
    others |= {name for f in walk(tree) if isinstance(f, FUNCTIONS) for name in parameters(f.args)}
    for node in found:
        if not others.isdisjoint(stores([g.target for g in node.generators])):
            rename_bound(node, ctx)
    return tree


def undeclare(tree: Any, is_needless: Callable[[Any], bool]) -> None:
    """Takes needless declarations out of every block."""
    for node in list(walk(tree)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and any(map(is_needless, block)):
                setattr(node, field, [s for s in block if not is_needless(s)] or [at(gast.Pass(), block[0])])


def rename_bound(comprehension: Any, ctx: Context) -> None:
    """Gives the variables of a comprehension, which has a scope of its own, names of their own."""
    renamed = {name: ctx.names.fresh(name) for name in stores([g.target for g in comprehension.generators])}
    outside = set(map(id, walk(comprehension.generators[0].iter)))
    for node in walk(comprehension):
        if isinstance(node, gast.Name) and node.id in renamed and id(node) not in outside:
            node.id = renamed[node.id]


def _convert_comprehensions(function: gast.FunctionDef, ctx: Context) -> None:
    """A comprehension's variable that a lambda in it shares: one cell for each run of the comprehension."""
    for node in list(walk_scope(function.body)):
        if not isinstance(node, COMPREHENSIONS):
            continue
        inner = [n for n in walk(node) if isinstance(n, gast.Lambda)]
        shared = set(stores([g.target for g in node.generators])) & set().union(*(free_names(n) for n in inner), set())
        node.cells = []
        for variable in sorted(shared):
            cell = ctx.names.fresh(f"{variable}_cell")
            ctx.cells.add(cell)
            node.cells.append(cell)
            Replace(variable, cell).generic_visit(node)


def _convert_one(function: gast.FunctionDef, ctx: Context) -> None:
    nested = [n for n in walk_scope(function.body) if isinstance(n, FUNCTIONS)]
    if not nested:
        return
    params = parameters(function.args)
    elsewhere = {n for s in walk_scope(function.body) if isinstance(s, (gast.Nonlocal, gast.Global))
                 for n in s.names}
    own = (set(params) | set(stores(function.body))) - elsewhere
    shared = own & set().union(*(free_names(n) for n in nested))
    if not shared:
        return
    times = Counter(params)
    _count(function.body, times, weight=1)
    written = {n for f in nested for s in walk(f) if isinstance(s, gast.Nonlocal) for n in s.names}
    for variable in sorted(v for v in shared if times[v] > 1 or v in written):
        _into_cell(function, variable, ctx)


def _into_cell(function: gast.FunctionDef, variable: str, ctx: Context) -> None:
    cell = ctx.names.fresh(f"{variable}_cell")
    ctx.cells.add(cell)
    if variable in ctx.kinds:
        ctx.kinds[cell] = ctx.kinds[variable]
    replace = Replace(variable, cell)
    function.body = [m for s in function.body for m in replace.statement(s)]
    initial = [load(variable)] if variable in parameters(function.args) else []
    docstring = isinstance(function.body[0], gast.Expr) and isinstance(function.body[0].value, gast.Constant)
    function.body.insert(int(docstring), assign(cell, call(ctx.use("Cell"), *initial), function.body[0]))


def share_walrus(function: gast.FunctionDef, is_kept: Callable[[Any], bool], ctx: Context) -> set[str]:
    """What a generator expression that is kept binds by `:=` is a variable of the function around it: it gets a cell.

    Returns those that are variables of a function further out.
    """
    inside = list(walk_scope(function.body))
    kept = [n for n in inside if isinstance(n, gast.GeneratorExp) and is_kept(n)]
    bound = {n.target.id for g in kept for n in walk_scope([g]) if isinstance(n, gast.NamedExpr)}
    for nested in inside:
        if isinstance(nested, gast.FunctionDef):
            bound |= share_walrus(nested, is_kept, ctx)
    elsewhere = {n for s in inside if isinstance(s, gast.Nonlocal) for n in s.names}
    for variable in sorted(bound - elsewhere):
        _into_cell(function, variable, ctx)
    return bound & elsewhere


def _count(statements: Any, times: Counter[str], weight: int) -> None:
    """How often each variable is bound; a binding in a loop or a comprehension counts twice."""
    for node in statements:
        if isinstance(node, (gast.While, gast.For)):
            _count(getattr(node, "body", []) + node.orelse, times, 2)
            times.update(dict.fromkeys(stores(getattr(node, "target", [])), 2))
            times.update(dict.fromkeys(stores(getattr(node, "test", [])), 2))
        elif isinstance(node, gast.If):
            _count([node.test, *node.body, *node.orelse], times, weight)
        elif isinstance(node, gast.Try):
            _count([*node.body, *node.orelse], times, weight)
            for handler in node.handlers:  # its variable is bound, and deleted in the end
                times.update(dict.fromkeys(stores([handler.name] if handler.name is not None else []), 2))
                _count(handler.body, times, weight)
            _count(node.finalbody, times, 2)  # copied to every way out
        elif isinstance(node, gast.With):
            _count([*node.items, *node.body], times, weight)
        else:
            times.update(dict.fromkeys(stores(node), weight))
            if isinstance(node, gast.FunctionDef) and node.decorator_list:
                times[node.name] += 1  # the function, and what the decorators make of it
            for inner in walk_scope(node):
                if isinstance(inner, gast.AugAssign) and isinstance(inner.target, gast.Name):
                    times[inner.target.id] += 1
                elif isinstance(inner, COMPREHENSIONS):
                    times.update(dict.fromkeys(stores([g.target for g in inner.generators]), 2))


class Replace(gast.NodeTransformer):
    def __init__(self, variable: str, cell: str) -> None:
        self.variable, self.cell = variable, cell

    def means(self, name: str) -> bool:
        """Whether a name, in the scope that is looked at, is the variable."""
        return name == self.variable

    def place(self, ctx: Any) -> Any:
        return attribute(load(self.cell), "value", ctx)

    def statement(self, node: Any) -> list[Any]:
        made = self.visit(node)
        return made if isinstance(made, list) else [made]

    def visit_Name(self, node: Any) -> Any:
        if not self.means(node.id):
            return node
        place = self.place(node.ctx)
        place.lineno, place.col_offset = getattr(node, "lineno", None), getattr(node, "col_offset", None)
        return place

    def _function(self, node: Any) -> None:
        args = node.args
        args.defaults = [self.visit(d) for d in args.defaults]
        args.kw_defaults = [d if d is None else self.visit(d) for d in args.kw_defaults]
        self.inside(node)

    def inside(self, node: Any) -> None:
        """The body of a nested function."""
        if self.variable in free_names(node):
            if isinstance(node, gast.Lambda):
                node.body = self.visit(node.body)
            else:
                node.body = [m for s in node.body for m in self.statement(s)]

    def visit_comprehension_scope(self, node: Any) -> Any:
        """A comprehension's own variable of that name is another one."""
        if self.variable in stores([g.target for g in node.generators]):
            node.generators[0].iter = self.visit(node.generators[0].iter)
            return node
        return self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_scope

    def visit_Import(self, node: Any) -> Any:
        if not any(map(self.means, stores([node]))):
            return node
        return [node, assign(self.place(gast.Store()), load(self.variable), node)]

    visit_ImportFrom = visit_Import

    def visit_Lambda(self, node: Any) -> Any:
        self._function(node)
        return node

    def visit_FunctionDef(self, node: Any) -> Any:
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        self._function(node)
        if not self.means(node.name):
            return node
        return [node, assign(self.place(gast.Store()), load(self.variable), node)]


def check(tree: gast.FunctionDef) -> None:
    """Raises AssertionError unless every variable that nested functions share is assigned once, not in a loop."""
    for function in gast.walk(tree):
        assert not isinstance(function, gast.Nonlocal), "nonlocal"
        if not isinstance(function, gast.FunctionDef):
            continue
        times = Counter(parameters(function.args))
        _count(function.body, times, weight=1)
        for nested in walk_scope(function.body):
            if isinstance(nested, FUNCTIONS):
                for name in sorted(free_names(nested)):
                    assert times[name] < 2, f"{name} is shared with a nested function and assigned more than once"
