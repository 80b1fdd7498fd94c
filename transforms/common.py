"""Optimisation: what is computed twice from the same values is computed once (common subexpressions).

Takes: generated code in A-normal form. Guarantees: the same program, in which no block applies the same elementwise
function twice to the same names, where nothing in between can have changed what they stand for and nobody can tell
the two results apart: both are only computed with, never stored, passed on, returned or written into.

Before:  s = np.exp(y); t = np.exp(y); p = s / np.sum(t)
After:   s = np.exp(y); p = s / np.sum(s)
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import gast

from .clean import Uses
from .context import Context
from .nodes import children, generated_blocks, walk

__all__ = ["share_common"]

COMPUTING = {"unbroadcast", "scatter", "placed", "add_at", "accumulate_product", "dense"}


def share_common(tree: gast.FunctionDef, ctx: Context) -> None:
    for block in generated_blocks(tree):
        for first, again, operands in _twice(block, ctx):
            uses, computed_with = Uses(tree), _operands(tree, ctx)
            if all(computed_with[n] == uses.reads[n] and n not in uses.nonlocal_names for n in (first, again)) and all(
                    uses.binds[n] == 1 for n in (first, again, *operands)):
                _rename(tree, again, first)
                block[:] = [s for s in block if not (_binds(s) == again)]


def _twice(block: list[Any], ctx: Context) -> list[tuple[str, str, list[str]]]:
    """Pairs of names that are bound to the same function of the same names, which are given too."""
    found = []
    seen: dict[str, str] = {}
    for node in block:
        name = _binds(node)
        if name is None or not _only_computes(node.value, ctx):
            seen = {}
            continue
        text = None if getattr(node, "backward", False) else _as_key(node.value, ctx)
        if text is not None:
            if text in seen:
                found.append((seen[text], name, [a.id for a in node.value.args]))
            else:
                seen[text] = name
    return found


def _binds(node: Any) -> str | None:
    if isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
        return str(node.targets[0].id)
    return None


def _rule(node: Any, ctx: Context) -> Any:
    """The rule of the primitive that an expression calls, if it makes a value of its own."""
    if not isinstance(node, gast.Call) or any(k.arg in (None, "out") for k in node.keywords):
        return None
    value = ctx.resolve(node.func)
    rule = ctx.resolver.rule(value)
    return rule if rule is not None and rule.role == "rule" and rule.makes_array and len(node.args) <= rule.inputs else None


def _only_computes(node: Any, ctx: Context) -> bool:
    """Whether an expression makes a value and changes nothing."""
    for inner in walk(node):
        if isinstance(inner, gast.Call) and _rule(inner, ctx) is None:
            return False
    return True


def _as_key(node: Any, ctx: Context) -> str | None:
    """A text that two expressions have in common if they are the same function of the same values."""
    rule = _rule(node, ctx)
    if rule is None or not (rule.is_function and rule.elementwise) or node.keywords or (
            not isinstance(node.func, (gast.Name, gast.Attribute))):
        return None
    if not all(isinstance(a, gast.Name) for a in node.args):
        return None
    return f"{rule.name}({','.join(a.id for a in node.args)})"


def _operands(tree: Any, ctx: Context) -> Counter[str]:
    """How often each name is read as an operand of what computes a new value."""
    found: Counter[str] = Counter()
    for node in walk(tree):
        if isinstance(node, (gast.BinOp, gast.UnaryOp, gast.Compare)):
            inner = children(node)
        elif isinstance(node, gast.Call):
            helper = isinstance(node.func, gast.Name) and node.func.id in ctx.spliced
            if not helper and ctx.support_name(node.func) not in COMPUTING and _rule(node, ctx) is None:
                continue
            inner = [*node.args, *[k.value for k in node.keywords]]
        else:
            continue
        found.update(n.id for n in inner if isinstance(n, gast.Name))
    return found


def _rename(tree: Any, old: str, new: str) -> None:
    for node in walk(tree):
        if isinstance(node, gast.Name) and node.id == old and isinstance(node.ctx, gast.Load):
            node.id = new
