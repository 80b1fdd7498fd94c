"""The corridor: a function's tree through every stage, in order. This file is the table of contents."""

from __future__ import annotations

from typing import Any

import gast

from .adjoint import adjoint
from .anf import anf
from .classes import methods_shown
from .context import Context, Resolver
from .cps import cps
from .desugar import desugar
from .fence import check_supported
from .generators import uses_factories, uses_generators
from .nodes import Names, free_names, parameters, stores, walk
from .optimize import optimize
from .tangent import tangent

__all__ = ["STAGES", "TANGENT", "new_context", "stages"]

STAGES = ("source", "desugar", "anf", "cps", "adjoint", "optimized")
# They choose among values that have all been computed: what is not chosen may be infinite, or no number.
CHOOSERS = frozenset(["where", "select", "piecewise", "choose", "nan_to_num", "nansum", "nanprod", "nanmean", "nanmax", "nanmin",
                      "nanvar", "nanstd", "copyto", "putmask", "place", "fmax", "fmin"])
TANGENT = "tangent"  # forward mode branches off behind `anf`


def new_context(tree: gast.FunctionDef, filename: str, resolver: Resolver, signature: str,
                class_name: str | None = None, lines: list[str] | None = None) -> Context:
    """A context for one function. `signature`: a letter per parameter, in the order of `nodes.parameters`; a `!`
    behind them if the function is called under a handler, a `~` if only the tangent of its result is asked for."""
    taken = {n.id for n in walk(tree) if isinstance(n, gast.Name)}
    taken |= {n.name for n in walk(tree) if isinstance(n, gast.FunctionDef)}
    bound: set[str] = set()
    for node in walk(tree):
        if isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)):
            bound |= set(parameters(node.args))
            bound |= set(stores(node.body if isinstance(node.body, list) else [node.body]))
        elif isinstance(node, gast.Global):
            bound |= set(node.names)
    names = Names(taken | bound)
    resolver.chooses = any(n.attr in CHOOSERS if isinstance(n, gast.Attribute) else n.id in CHOOSERS
                           for n in walk(tree) if isinstance(n, (gast.Attribute, gast.Name)))
    alone, signature = signature.endswith("~"), signature.removesuffix("~")
    guarded, signature = signature.endswith("!"), signature.removesuffix("!")
    ctx = Context(filename, tree.name, resolver, names, signature, class_name=class_name, lines=lines,
                  locals=bound, outside=free_names(tree), guarded=guarded, alone=alone,
                  guards_nested=guarded or any(isinstance(n, (gast.Try, gast.With)) for n in walk(tree)),
                  special=resolver.special(signature, _groups_shown(tree)))
    return ctx


def _groups_shown(tree: gast.FunctionDef) -> frozenset[str]:
    """Groups of operations that run code of the user's, as the text shows it."""
    found = methods_shown(tree)
    if uses_generators(tree):
        found |= {"iterate", "contains"}
    return frozenset(found | {"item"} if uses_factories(tree) else found)


def stages(tree: gast.FunctionDef, ctx: Context, last: str = "optimized") -> dict[str, Any]:
    """The tree at each stage up to `last`."""
    if last == TANGENT:
        ctx.guarded = ctx.guards_nested = True  # what an exception holds has a name
    check_supported(tree, ctx)
    made = {"source": tree}
    reverse = (("desugar", desugar), ("anf", anf), ("cps", cps), ("adjoint", adjoint), ("optimized", optimize))
    for name, one_pass in (*reverse[:2], (TANGENT, tangent)) if last == TANGENT else reverse:
        if name in ("cps", TANGENT):
            ctx.locals |= _bound(made["anf"])
        made[name] = one_pass(made["anf" if name == TANGENT else _before(name)], ctx)
        if name == last:
            break
    return made


def _before(stage: str) -> str:
    return STAGES[STAGES.index(stage) - 1]


def _bound(tree: Any) -> set[str]:
    bound: set[str] = set()
    for node in walk(tree):
        if isinstance(node, gast.FunctionDef):
            bound |= set(parameters(node.args)) | set(stores(node.body))
    return bound
