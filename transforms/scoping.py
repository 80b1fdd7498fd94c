"""Who binds what in a CPS tree: variables that several continuations share live in the frame that holds them all.

Takes: a CPS tree whose continuations are siblings in their frame. Guarantees: a name assigned in a continuation and
used in another is declared by the frame (`t = u = None` at its head) and `nonlocal` where it is assigned; a parameter
that another continuation uses is handed to such a variable first.
"""

from __future__ import annotations

from typing import Any

import gast

from .cfg import writes
from .context import Context
from .nodes import assign, at, const, free_names, load, parameters, store

__all__ = ["assigned_deep", "assigned_in", "continuations", "declare_shared", "statements_of"]


def statements_of(function: gast.FunctionDef) -> list[Any]:
    """Statements of a function in CPS form, those in the arms of its ending and in attempts included, definitions not
    entered."""
    found: list[Any] = []
    todo = [function.body]
    while todo:
        for node in todo.pop():
            found.append(node)
            if isinstance(node, gast.If):
                todo += [node.orelse, node.body]
            elif isinstance(node, gast.Try):
                todo += [node.orelse, node.handlers[0].body, node.body]
    return found


def assigned_deep(statements: list[Any]) -> set[str]:
    """Names that the statements of an arm bind, and those of arms and attempts within it."""
    found: set[str] = set()
    for s in statements:
        if isinstance(s, gast.If):
            found |= assigned_deep(s.body) | assigned_deep(s.orelse)
        elif isinstance(s, gast.Try):
            found |= assigned_deep(s.body) | {s.failed}
        else:
            found |= set(writes(s))
    return found


def continuations(function: gast.FunctionDef) -> list[gast.FunctionDef]:
    """The CPS functions defined directly in `function`, in the arms of its ending too."""
    return [n for n in statements_of(function) if isinstance(n, gast.FunctionDef) and hasattr(n, "role")]


def assigned_in(function: gast.FunctionDef) -> set[str]:
    return {name for node in statements_of(function) for name in writes(node)}


def declare_shared(function: gast.FunctionDef, ctx: Context) -> None:
    """Adds the declarations, frame by frame; a loop is a frame of its own."""
    inner = continuations(function)
    for child in inner:
        declare_shared(child, ctx)
    siblings = [c for c in inner if c.role != "function"]
    nested = [n for n in statements_of(function) if isinstance(n, gast.FunctionDef) and n not in siblings]
    free = {id(c): free_names(c) for c in siblings + nested}
    shared: list[str] = []
    for child in siblings:
        outside = {name for c in siblings + nested if c is not child for name in free[id(c)]}
        names = sorted((assigned_in(child) & outside) - set(parameters(child.args)))
        for parameter in [a for a in child.args.args if a.id in outside]:
            shared_name, parameter.id = parameter.id, ctx.names.fresh(parameter.id + "_")
            ctx.locals.add(parameter.id)
            ctx.facts[parameter.id] = ctx.facts[shared_name]
            child.body.insert(0, assign(shared_name, load(parameter.id), child))
            names.append(shared_name)
        if names:
            child.body.insert(0, at(gast.Nonlocal(names=names), child))
            shared += names
    if shared:
        declared = assign(store(shared[0]), const(None), function)
        declared.targets = [store(name) for name in dict.fromkeys(shared)]
        declared.comment = "shared by the continuations below"
        declared.declares = True
        function.body.insert(0, declared)
