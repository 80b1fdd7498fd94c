"""Elements and rows that are added to the adjoint of an array in a frame further out.

`bx = add_at(bx, x, (i, j), g)` as it is written reads an array, makes one where there is none, adds, and stores an array: four
structs move for one sum. Where `bx` is a variable of a frame, which owns its memory, its element is added to where it lies.
"""

from __future__ import annotations

from typing import Any

import gast

from .. import cotangents
from .types import FLOAT, INT, Arr, Maybe, Num, Single, Tup
from .values import Val, identifier

__all__ = ["Elements"]


class Elements:
    """What `Walk` does with them."""

    def element_added(self, node: Any) -> bool:
        """Whether an assignment has been taken care of here."""
        value = node.value
        if not (isinstance(value, gast.Call) and isinstance(value.func, gast.Name) and len(value.args) == 4
                and not value.keywords and self.unit.support.get(value.func.id) is cotangents.add_at
                and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name)
                and isinstance(value.args[0], gast.Name) and node.targets[0].id == value.args[0].id):
            return False
        name = node.targets[0].id
        owner, way = self.owner_of(name)
        if name not in self.nonlocals or owner is None or name not in owner.owned or name in owner.dues:
            return False
        start = len(self.lines)
        x, index, g = self.operands_of(*value.args[1:])
        inner = g.type.type if isinstance(g.type, Maybe) and g.type.names == {"ZERO"} else g.type
        if not (isinstance(x.type, Arr) and (isinstance(inner, Num) and inner in (x.type.number, FLOAT, FLOAT.dual) and (
                                                 x.type.number.is_dual or not inner.is_dual)
                                             or isinstance(inner, Arr) and inner.number == x.type.number)
                and self.is_place(index, x.type.rank - getattr(inner, "rank", 0), x.type.rank, node)):
            del self.lines[start:]
            return False
        type_ = Maybe(frozenset({"ZERO"}), Arr(x.type.dtype, x.type.rank, True))
        if not self.holds_sum(owner, name, type_):
            del self.lines[start:]
            return False
        self.narrowed.pop(name, None)
        x = x if x.elementwise is None and x.product is None else self.named(x)
        self.cases(g, lambda v: self.add_element(f"{way}{identifier(name, set())}", x, index, v, node))
        return True

    def is_place(self, index: Val, count: int, rank: int, node: Any) -> bool:
        """Whether an index is an integer for each of the first axes, and nothing else."""
        parts = self.parts_of_index(index, rank, node)
        given = len(index.items) if isinstance(index.type, Tup) else 1
        return given == count and len(parts) == rank and all(
            isinstance(p.type, Num) and p.type.dtype.kind in "iu" or p.type == Maybe(frozenset({"END"}), INT)
            for p in parts[:count])

    def add_element(self, place: str, x: Val, index: Val, g: Val, node: Any) -> Val:
        if not isinstance(g.type, Single):
            target = Val(Arr(x.type.dtype, x.type.rank, True), f"{place}.v")
            self.emit(f"if (UNLIKELY({place}.z)) {{")
            for j in range(x.type.rank):
                self.emit(f"    {place}.v.n[{j}] = {x.c}.n[{j}];")
            self.emit(f"    {place}.v.p = zeros_of(R, &{place}__own, {x.type.rank}, {place}.v.n, {place}.v.s, "
                      f"{x.type.number.itemsize});")
            self.emit(f"    {place}.z = 0;")
            self.emit("}")
            element = self.viewed(target, index, node)
            if isinstance(element.type, Num):
                self.emit(self.added_text(element.c, self.cast(g, element.type), element.type))
            else:
                self.add_into(element, g)
        return Val(Single("None"))
