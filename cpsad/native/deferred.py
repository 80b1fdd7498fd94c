"""Products that a loop adds to the adjoint of a variable of a frame further out: their factors are kept, and multiplied together.

`bW = accumulate_product(bW, matmul_right, g, a, W)` puts the rows of `a` and `g` into two buffers that belong to the variable
(`due` in `arrays.h`), and is one product for many turns when they are full or the variable is read. The same terms are
added up, in another order (see `cpsad/products.py`, which does it in Python).
"""

from __future__ import annotations

from typing import Any

import gast

from .. import products
from .types import ZERO, Arr, Maybe, Num, Single, c_type
from .values import Val, identifier

__all__ = ["Deferred"]


class Deferred:
    """What `Walk` does with them."""

    def deferred(self, node: Any) -> bool:
        """Whether an assignment has been taken care of here."""
        value = node.value
        if not (isinstance(value, gast.Call) and isinstance(value.func, gast.Name) and len(node.targets) == 1
                and self.unit.support.get(value.func.id) is products.accumulate_product
                and isinstance(node.targets[0], gast.Name) and isinstance(value.args[0], gast.Name)
                and node.targets[0].id == value.args[0].id):
            return False
        name = node.targets[0].id
        owner, way = self.owner_of(name)
        if name not in self.nonlocals or owner is None or name not in owner.owned:
            return False
        start = len(self.lines)
        helper, g, a, b = self.operands_of(*value.args[1:])
        rows = getattr(helper.type.value, "rows", None)
        inner = g.type.type if isinstance(g.type, Maybe) else g.type
        right = rows is products.right_rows
        if not (isinstance(inner, Arr) and isinstance(a.type, Arr) and isinstance(b.type, Arr)
                and inner.number.plain == a.type.number.plain == b.type.number.plain
                and inner.number.plain.name in ("float64", "float32") and (b if right else a).type.rank == 2
                and (not isinstance(g.type, Maybe) or g.type.names == {"ZERO"})
                and (inner.rank, (a if right else b).type.rank) in ((1, 1), (2, 2))):
            del self.lines[start:]
            return False
        dtype = inner.number.dual.name if self.stager.along else inner.dtype
        type_ = Maybe(frozenset({"ZERO"}), Arr(dtype, 2, True))
        if not self.holds_sum(owner, name, type_):
            del self.lines[start:]
            return False
        if name not in owner.dues:
            owner.dues[name] = dtype
            self.stager.changed = True
        self.narrowed.pop(name, None)
        place = f"{way}{identifier(name, set())}"
        self.cases(g, lambda v: self.add_due(place, v, a, b, right))
        return True

    def holds_sum(self, owner: Any, name: str, type_: Any) -> bool:
        """Whether a variable of a frame further out can be an array that is added to where it lies; it is from now on."""
        old = owner.cells.get(name)
        if old not in (None, ZERO, type_):
            return False
        owner.cells[name] = type_
        if old != type_:
            self.stager.changed = True
        return True

    def add_due(self, place: str, g: Val, a: Val, b: Val, right: bool) -> Val:
        done = Val(Single("None"))
        if isinstance(g.type, Single):
            return done
        other = a if right else b
        if self.stager.along:
            g, other = self.dualized(g), self.dualized(other)
        g, other = self.named(g), self.named(other)
        first, second = (other, g) if right else (g, other)
        if g.type.rank == 1:
            rows, steps = "1", ["0", f"{first.c}.s[0]", "0", f"{second.c}.s[0]"]
            lengths = [f"{first.c}.n[0]", f"{second.c}.n[0]"]
        else:
            along, across = (0, 1) if right else (1, 0)
            rows = f"{first.c}.n[{along}]"
            steps = [f"{v.c}.s[{j}]" for v in (first, second) for j in (along, across)]
            lengths = [f"{first.c}.n[{across}]", f"{second.c}.n[{across}]"]
            error = self.error(ValueError, "operands could not be broadcast together")
            self.emit(f"if (UNLIKELY({second.c}.n[{along}] != {rows})) fail(R, {error});")
        self.emit(f"add_due_{suffix(g.type.number)}(R, &{place}__due, {rows}, {first.c}.p, {steps[0]}, {steps[1]}, {lengths[0]}, "
                  f"{second.c}.p, {steps[2]}, {steps[3]}, {lengths[1]}, &{place}.v, &{place}.z, &{place}__own);")
        return done

    def settled(self, owner: Any, name: str, place: str) -> None:
        """Before a variable with products to come is read."""
        if name in owner.dues:
            self.emit(f"settle_due_{suffix(Num(owner.dues[name]))}(R, &{place}__due, &{place}.v, &{place}.z, &{place}__own);")


def suffix(kind: Num) -> str:
    return c_type(kind) if kind.is_dual else "f64" if kind.name == "float64" else "f32"
