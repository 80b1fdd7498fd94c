"""Results that depend on what carries a derivative by comparisons only: a search by bisection, a count, a step.

Their derivative is zero wherever there is one, and hardly ever what was wanted. Where no return of a function can carry a
derivative, and it compares something that does, what it returns is noted (`heap.decided`); if that is the result of the
whole function, the gradient is refused. A function that returns something active on another way (`x if x > 0 else 0.0`) is
none of these.
"""

from __future__ import annotations

from typing import Any

import gast

from .nodes import is_name, walk_scope

__all__ = ["decides"]


def decides(node: gast.FunctionDef, ctx: Any) -> bool:
    """Whether a function in CPS returns floats only that comparisons of active values have chosen."""
    compared, chosen = False, False
    todo = list(node.body)
    while todo:
        found = list(walk_scope(todo))
        todo = [s for n in found if isinstance(n, gast.FunctionDef) and getattr(n, "role", "function") != "function"
                for s in n.body]
        for n in found:
            if isinstance(n, gast.Compare) and not any(isinstance(op, (gast.Is, gast.IsNot)) for op in n.ops):
                compared = compared or any(_is_active(o, ctx) for o in [n.left, *n.comparators])
            elif isinstance(n, gast.Call) and is_name(n.func, node.k):
                if _is_active(n.args[0], ctx):
                    return False
                chosen = chosen or not isinstance(n.args[0], gast.Constant) or isinstance(n.args[0].value, float)
            elif isinstance(n, gast.Call) and any(is_name(a, node.k) for a in n.args):
                return False  # what a call gives is returned
    return compared and chosen


def _is_active(node: Any, ctx: Any) -> bool:
    """Whether an operand is known to be a number or an array that carries a derivative."""
    fact = ctx.facts.get(node.id) if isinstance(node, gast.Name) else None
    return fact is not None and fact.active
