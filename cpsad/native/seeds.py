"""The end of a program whose result may be of any structure: the way back starts with cotangents that are given."""

from __future__ import annotations

from typing import Any

from .types import Arr, Maybe, Num, Parted, Single
from .values import Val

__all__ = ["Seeds"]

BROADCAST = "the cotangent is of another shape than the result"


class Seeds:
    """What `Walk` does at such an end."""

    def call_end_seeded(self: Any, value: Val, node: Any) -> Val:
        """The cotangents of the leaves, in their order: of a number or an array its own, else each goes to its box."""
        value = self.solid(value)
        leaves = self.leaves_of_result(value, node)
        seeds = self.stager.seeds
        if len(leaves) != len(seeds) or any(
                (t.dtype, getattr(t, "rank", 0)) != (v.type.dtype, getattr(v.type, "rank", 0))
                for v, (_, t) in zip(leaves, seeds, strict=True)):
            raise self.refuse(node, f"a function that returns {value.type}, whose cotangent is of another structure,")
        given = [self.seed_of(v, place, type_) for v, (place, type_) in zip(leaves, seeds, strict=True)]
        if isinstance(value.type, (Num, Arr)):
            if isinstance(value.type, Num) and leaves:
                self.check_decided(value)
            return given[0] if given else Val(Single("ZERO"))
        for v, g in zip(leaves, given, strict=True):
            self.heap_add(v, g, node)
        return Val(Single("ZERO"))

    def leaves_of_result(self: Any, value: Val, node: Any) -> list[Val]:
        """The floats and arrays of floats in a result."""
        if isinstance(value.type, Parted):
            return [leaf for item in value.items for leaf in self.leaves_of_result(item, node)]
        if isinstance(value.type, Maybe) or not isinstance(value.type, (Num, Arr)) and value.type != Single("None"):
            raise self.refuse(node, f"a function that returns {value.type}")
        kind = value.type.number if isinstance(value.type, Arr) else value.type
        return [value] if isinstance(kind, Num) and kind.dtype.kind == "f" else []

    def seed_of(self: Any, value: Val, place: int, type_: Any) -> Val:
        """A cotangent; an array in memory that the program may write to."""
        if isinstance(type_, Num):
            return self.hold(self.argument(type_, place))
        given, error = self.argument_at(f"R->in[{place}].p", type_), self.error(ValueError, BROADCAST)
        value = self.named(value)
        for j in range(type_.rank):
            self.emit(f"if (UNLIKELY({given.c}.n[{j}] != {value.c}.n[{j}])) fail(R, {error});")
        return self.copied(given)
