"""What stands behind `*` and `**` is unpacked before what stands on its right is evaluated.

    [*items, items.pop()]    becomes    t = (*items,); t1 = items.pop(); [*t, t1]

Where nothing that runs on its right could change it, it stays as it is.
"""

from __future__ import annotations

from typing import Any

import gast

from .context import Context
from .nodes import assign, at, load, tuple_
from .special import may_run

__all__ = ["Unpacked"]


class Unpacked:
    """The operands of one display or call, while they are named one after the other in `out`."""

    def __init__(self, ctx: Context, node: Any, out: list[Any]) -> None:
        self.ctx, self.node, self.out = ctx, node, out
        self.found: list[tuple[int, Any, Any]] = []  # where it would be unpacked, its owner and field

    def item(self, operand: Any) -> Any:
        if isinstance(operand, gast.Starred):
            self.found.append((len(self.out), operand, "value"))
        return operand

    def mapping(self, owner: Any, field: Any) -> None:
        self.found.append((len(self.out), owner, field))

    def settle(self) -> None:
        """All operands have been named."""
        if not self.found:
            return
        changed = len(self.out)
        while changed and self.is_silent(self.out[changed - 1]):
            changed -= 1
        for place, owner, field in reversed(self.found):
            if place < changed:
                value = owner[field] if isinstance(owner, list) else getattr(owner, field)
                held = tuple_([gast.Starred(value=value, ctx=gast.Load())]) if isinstance(owner, gast.Starred) else (
                    gast.Dict(keys=[None], values=[value]))
                name = self.ctx.names.fresh("t")
                self.out.insert(place, assign(name, at(held, self.node), self.node))
                if isinstance(owner, list):
                    owner[field] = load(name)
                else:
                    setattr(owner, field, load(name))

    def is_silent(self, statement: Any) -> bool:
        """Whether it changes nothing that could be unpacked; an item that is read may be made (`defaultdict`)."""
        value = getattr(statement, "value", None)
        if isinstance(value, (gast.Tuple, gast.List, gast.Dict)):
            parts = value.keys if isinstance(value, gast.Dict) else value.elts
            return not any(part is None or isinstance(part, gast.Starred) for part in parts)
        return getattr(value, "quiet", False) or isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Compare, gast.Attribute)) and (
            not may_run(value, self.ctx))
