"""A call of the function that does what `x op= y` does is that statement, so that one form of it is left to look at.

Programs that are transformed again have such calls (`adjoint.py` leaves them), and so has code that uses `operator.iadd`
and its kin.

Before:  z = imul(y, x)
After:   z = y; z *= x
"""

from __future__ import annotations

from typing import Any

import gast

from .analysis import OPERATORS
from .context import MISSING, Context
from .nodes import assign, at, load, store

__all__ = ["as_update"]

_NAMES = {op: "i" + name.strip("_") for op, name in OPERATORS.items() if op not in (gast.UAdd, gast.USub, gast.Invert, gast.Not)}


def as_update(node: Any, ctx: Context) -> list[Any]:
    """A statement in A-normal form, as one or two."""
    value = node.value if isinstance(node, (gast.Assign, gast.Expr)) else None
    if not isinstance(value, gast.Call) or len(value.args) != 2 or value.keywords or not isinstance(value.args[0], gast.Name) or (
            isinstance(value.args[1], gast.Starred)):
        return [node]
    called = ctx.resolve(value.func)
    if called is MISSING:
        return [node]
    op = next((op for op, name in _NAMES.items() if called is ctx.resolver.support(name)), None)
    if op is None:
        return [node]
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    if target is not None and not isinstance(target, gast.Name):
        return [node]
    own = target is None or getattr(value.args[1], "id", None) == target.id
    name = ctx.names.fresh("t") if own else target.id
    update = at(gast.AugAssign(target=store(name), op=op(), value=value.args[1]), node)
    made = [update] if value.args[0].id == name else [assign(name, value.args[0], node), update]
    return [*made, assign(target.id, load(name), node)] if own and target is not None else made
