"""Arrays written in place: `x[i] = v`, `x[a:b] = v`, `x op= y`, `out=x`. Under a gradient, see also `shadows.py`.

An array in C is a pointer, so that all that shares its memory sees the write, as in Python. What is read may overlap with what
is written: an operand that does, and is not the very array, is copied before. Where NumPy gives a view and C a copy, or the other
way round (`doubt`), a program that writes is refused.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from .indexing import places_of
from .lists import List
from .scalars import slot_field
from .types import Arr, Maybe, Num, Single, Tup
from .values import Val

__all__ = ["Writes"]


class Writes:
    """What `Walk` does with writes."""

    def store_into(self, target: Any, value: Val, node: Any) -> None:
        """`target = value` for anything but names and tuples."""
        if isinstance(target, gast.Attribute):
            owner = self.value(target.value)
            self.cases(owner, lambda v: self.set_attribute(v, target.attr, value, node))
            return
        owner, index = self.operands_of(target.value, target.slice)
        if isinstance(owner.type, List):
            self.store_into_list(owner, index, value, node)
            return
        if self.is_growing_dict(owner):
            self.store_into_dict(owner, index, value, node)
            return
        if not self.stager.primal and not getattr(node, "fills", False):  # new memory, which needs no undoing
            raise self.refuse(node, "a store into a container or an array")
        if not isinstance(owner.type, Arr):
            raise self.refuse(node, f"a store into {owner.type}")
        if self.stager.primal:
            self.writing()
        owner = self.named(owner)
        index = self.by_places(index, owner, node)
        places = places_of(index)
        if places is not None and isinstance(value.type, (Num, Arr)):
            old = self.gathered(owner, index, node)
            rows = self.new_array(owner.type.number, [f"{old.c}.n[{j}]" for j in range(old.type.rank)])
            self.write(rows, value, node, "unsafe")
            self.each_row(owner, [self.named(p) for p in places], rows, "put")
            return
        place = self.viewed(owner, index, node)
        if isinstance(value.type, Maybe) or not isinstance(value.type, (Num, Arr)):
            raise self.refuse(node, f"a store of {value.type} into an array")
        if isinstance(place.type, Num):
            if not isinstance(value.type, Num):
                raise self.refuse(node, f"a store of {value.type} as one element")
            self.check_dtype(place.type, value.type, node, "unsafe")
            value = self.hold(value)
            self.emit(f"{place.c} = {self.cast(value, place.type)};")
        else:
            self.write(self.named(place), value, node, "unsafe")

    def written(self, op: Any, a: Val, b: Val, node: Any) -> Val:
        """`a op= b` of an array."""
        if not isinstance(a.type, Arr):
            raise self.refuse(node, f"{a.type} written in place")
        self.writing()
        a = self.named(a)
        made = self.binary_arrays(op, a, b, node)
        if made is None:
            raise self.refuse(node, f"an array written in place, {a.type}, with {b.type}")
        self.write(a, made, node, "same_kind")
        return a

    def written_into(self, out: Val, value: Val, broadcasts: bool, node: Any) -> Val:
        """What a function with `out=` has computed; `broadcasts`: it is repeated to fill `out`."""
        if not isinstance(out.type, Arr) or not isinstance(value.type, (Arr, Num)) or not broadcasts and (
                getattr(value.type, "rank", 0) != out.type.rank):
            raise self.refuse(node, f"out= of {out.type} for {value.type}")
        self.writing()
        out = self.named(out)
        if not broadcasts:
            value, error = self.named(value), self.error(ValueError, "output parameter has the wrong dimensions")
            for j in range(out.type.rank):
                self.emit(f"if (UNLIKELY({value.c}.n[{j}] != {out.c}.n[{j}])) fail(R, {error});")
        self.write(out, value, node, "same_kind")
        return out

    def check_dtype(self, to: Num, given: Num, node: Any, casting: Any) -> None:
        """Refuses what is lost in the array's dtype, or is an error."""
        kinds = to.dtype.kind, given.dtype.kind
        if kinds[0] == "f" or to.dtype == given.dtype:
            return
        if kinds[0] in "iu" and kinds[1] in "iub" and np.can_cast(given.dtype, to.dtype, "safe"):
            return
        raise self.refuse(node, f"{given} written into an array of {to}", why=f"under {casting} casting it is converted")

    def write(self, target: Val, value: Val, node: Any, casting: str) -> None:
        """`target[...] = value`; `target` is in a variable."""
        kind, rank = target.type.number, target.type.rank
        leaves: dict[str, Val] = {}
        if isinstance(value.type, Num):
            self.check_dtype(kind, value.type, node, casting)
            value = self.hold(value)
        else:
            self.check_dtype(kind, value.type.number, node, casting)
            if value.type.rank > rank:
                raise self.refuse(node, f"{value.type} written into {target.type}")
            value = self.prepared(self.factor(value), leaves)
        dims = [f"{target.c}.n[{j}]" for j in range(rank)]
        error = self.error(ValueError, "operands could not be broadcast together")
        apart: dict[str, Val] = {}
        for c, a in leaves.items():
            shift = rank - a.type.rank
            for j in range(a.type.rank):
                self.emit(f"if (UNLIKELY({a.c}.n[{j}] != {dims[j + shift]} && {a.c}.n[{j}] != 1)) fail(R, {error});")
            size, own = a.type.number.itemsize, kind.itemsize
            name = self.temp(a.type, "apart")
            self.arena = True
            self.emit(f"{name} = {a.c};")
            self.emit(f"if (UNLIKELY(entangled({rank}, {target.c}.p, {target.c}.n, {target.c}.s, {own}, "
                      f"{a.type.rank}, {a.c}.p, {a.c}.n, {a.c}.s, {size})))")
            self.emit(f"    {name}.p = taken_apart(R, {a.type.rank}, {name}.p, {name}.n, {name}.s, {size});")
            apart[c] = Val(a.type, name)
        value = replaced(value, apart)
        self.loops(value, {a.c: a for a in apart.values()}, target, dims, [f"{target.c}.s[{j}]" for j in range(rank)], "=")

    def doubt(self, what: str) -> None:
        """Here C shares memory otherwise than NumPy does, which nobody sees unless the program writes: adjoints are its own."""
        if self.spec.is_formula and not self.inlining:
            self.spec.doubt = what
        elif not self.backward:
            self.stager.doubts.append((self.unit, self.statement_node, what))

    # -- the end of a program without gradient ------------------------------------------------------------------

    def call_end_of_primal(self, value: Val, node: Any) -> Val:
        """The function's result, leaf by leaf, into the slots that Python reads."""
        value = self.solid(value)
        if self.stager.along:
            if self.stager.writes:
                self.emit("hand_back_changed(R);")
            value = self.tuple_of([self.apart(value, 0, node), self.apart(value, 1, node)])
        number = self.stager.result_number(value.type)
        self.emit(f"R->out[0].i = {number};")
        place = self.result_slots(value, 1, node)
        self.stager.most_slots = max(self.stager.most_slots, place)
        return Val(Single("None"))

    def result_slots(self, v: Val, place: int, node: Any) -> int:
        if isinstance(v.type, Tup):
            for item in v.items:
                place = self.result_slots(item, place, node)
            return place
        if isinstance(v.type, Single) and v.type.name == "None":
            return place
        if isinstance(v.type, Num):
            self.emit(f"R->out[{place}].{slot_field(v.type)} = {v.c};")
            return place + 1
        if not isinstance(v.type, Arr):
            raise self.refuse(node, f"a function that returns {v.type}")
        v = self.named(v)
        self.emit(f"R->out[{place}].p = {v.c}.p;")
        size = v.type.number.itemsize
        self.emit(f"R->out[{place + 1}].p = result_of(R, {v.type.rank}, {v.c}.p, {v.c}.n, {v.c}.s, {size});")
        for j in range(v.type.rank):
            self.emit(f"R->out[{place + 2 + 2 * j}].i = {v.c}.n[{j}];")
            self.emit(f"R->out[{place + 3 + 2 * j}].i = {v.c}.s[{j}];")
        return place + 2 + 2 * v.type.rank


def replaced(v: Val, leaves: dict[str, Val]) -> Val:
    """An expression that is not computed yet, with other arrays as its leaves."""
    if isinstance(v.type, Num):
        return v
    if v.elementwise is None:
        return leaves[v.c]
    function, args = v.elementwise
    made = Val(v.type)
    made.elementwise = function, [replaced(a, leaves) for a in args]
    return made
