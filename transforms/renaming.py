"""New names for the variables that a statement reads, and that a nested function closes over."""

from __future__ import annotations

from typing import Any

import gast

from .nodes import copy_tree, parameters, stores, walk

__all__ = ["bound_names", "rename_closed_over", "rename_reads"]


def bound_names(node: gast.FunctionDef) -> set[str]:
    return set(parameters(node.args)) | set(stores(node.body))


def rename_reads(node: Any, names: dict[str, str]) -> Any:
    node = copy_tree(node)
    for inner in walk(node):
        if isinstance(inner, gast.Name) and isinstance(inner.ctx, gast.Load) and inner.id in names:
            inner.id = names[inner.id]
    return node


def rename_closed_over(node: Any, names: dict[str, str]) -> Any:
    """Renames what nested code closes over, scope by scope."""
    if isinstance(node, gast.FunctionDef):
        inner = {v: n for v, n in names.items() if v not in bound_names(node)}
        node.body = [rename_closed_over(s, inner) for s in node.body]
        node.args.defaults = [rename_reads(d, names) for d in node.args.defaults]
        return node
    if isinstance(node, gast.Name):
        node.id = names.get(node.id, node.id)
        return node
    for field, value in gast.iter_fields(node):
        if isinstance(value, list):
            setattr(node, field, [rename_closed_over(v, names) if isinstance(v, gast.AST) else v for v in value])
        elif isinstance(value, gast.AST):
            setattr(node, field, rename_closed_over(value, names))
    return node
