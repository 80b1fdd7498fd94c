"""Starred arguments and items, slices and sums of tuples: where the number of items is known, they are written out."""

from __future__ import annotations

from typing import Any

import gast

from ..layout import Call
from ..transforms.context import MISSING
from .types import Arr, Num, Record, Tup
from .values import CONSTANT, Val, stored_type

__all__ = ["Spread"]


def letter(value: Val) -> str:
    """What is known of an argument that comes out of a container (`forms.py`)."""
    known = "s" if isinstance(value.type, Num) else "n" if isinstance(value.type, Arr) else "o"
    active = isinstance(value.type, (Num, Arr)) and value.box != CONSTANT and (
        value.type.number if isinstance(value.type, Arr) else value.type).dtype.kind == "f"
    return known.upper() if active else known


class Spread:
    """What `Walk` does with them."""

    def spread(self: Any, nodes: list[Any]) -> list[Val]:
        """The values of expressions of which some have stars."""
        values = self.operands_of(*(n.value if isinstance(n, gast.Starred) else n for n in nodes))
        found = []
        for node, value in zip(nodes, values, strict=True):
            found += self.items_of(value, node) if isinstance(node, gast.Starred) else [value]
        return found

    def items_of(self: Any, value: Val, node: Any) -> list[Val]:
        if not self.is_sequence(value.type):
            raise self.refuse(node, f"a star before {value.type}", why="its length is not known before the program runs")
        return [self.hold(v) for v in value.items]

    def keywords_of(self: Any, value: Val, node: Any) -> tuple[list[str], list[Val]]:
        if not isinstance(value.type, Record) or value.type.kind is not dict or not all(type(k) is str for k in value.type.keys):
            raise self.refuse(node, f"two stars before {value.type}")
        return list(value.type.keys), [self.hold(v) for v in value.items]

    def written_out(self: Any, node: Any, given: list[Any], signature: str) -> tuple[str, list[Val], list[str], list[bool]]:
        """The signature, the arguments and the keywords of a call in CPS, its stars written out; and of each argument, whether
        its cotangent goes to a container."""
        call, keywords = Call.parse(signature), list(node.keywords)
        values = self.operands_of(*(a.value if isinstance(a, gast.Starred) else a for a in given),
                                  *(k.value for k in keywords))
        letters, args, boxed = "", [], []
        for a, (known, _), value in zip(given, call.args, values, strict=False):
            items = self.items_of(value, node) if isinstance(a, gast.Starred) else [value]
            letters += "".join(letter(v) for v in items) if isinstance(a, gast.Starred) else known
            args += items
            boxed += [isinstance(a, gast.Starred)] * len(items)
        names: list[str] = []
        for k, (_, known), value in zip(keywords, call.keywords, values[len(given):], strict=True):
            more, items = (self.keywords_of(value, node)) if k.arg is None else ([k.arg], [value])
            for n, v in zip(more, items, strict=True):
                if n in names:
                    self.fails(TypeError, f"got multiple values for keyword argument '{n}'")
                names.append(n)
                letters += f",{n}={known if k.arg is not None else letter(v)}"
                args.append(v)
                boxed.append(k.arg is None)
        return letters + "!" * call.guarded, args, names, boxed

    def gathered_in(self: Any, result: Val, args: list[Val], boxed: list[bool], node: Any) -> Val:
        """The cotangents of a call's arguments without those of starred ones, which go to where these lie."""
        if not self.unit.takes_heap:
            return result
        for value, g, stored in zip(args, result.items, boxed, strict=True):
            if stored and not self.carries_nothing(value):
                self.heap_add(value, g, node)
        return self.tuple_of([g for g, stored in zip(result.items, boxed, strict=True) if not stored])  # type: ignore[no-any-return]

    def part_of(self: Any, owner: Val, index: Val, node: Any) -> Val:
        """`value[a:b:c]` of a tuple, or of a list that is an argument."""
        parts = [self.known_value(p) for p in index.parts]
        if any(p is MISSING for p in parts):
            raise self.refuse(node, f"an item of {owner.type} at a slice that is not known before the program runs")
        items = owner.items[slice(*parts)]
        types_ = tuple(stored_type(v) for v in items)
        if isinstance(owner.type, Record) and owner.type.kind is list:
            return Val(Record(types_, list, tuple(range(len(items)))), parts=tuple(items))
        return Val(Tup(types_), parts=tuple(items))

    def tuple_binary(self: Any, op: Any, a: Val, b: Val, node: Any) -> Val | None:
        """`+` of tuples, and a tuple some times; None for anything else."""
        if op is gast.Add and all(isinstance(v.type, Tup) for v in (a, b)):
            return self.tuple_of([*a.items, *b.items])  # type: ignore[no-any-return]
        a, b = (b, a) if isinstance(b.type, Tup) else (a, b)
        if op is gast.Mult and isinstance(a.type, Tup) and isinstance(b.known, int):
            return self.tuple_of([self.hold(v) for v in a.items] * b.known)  # type: ignore[no-any-return]
        return None
