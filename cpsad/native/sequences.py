"""Loops over tuples and lists whose items are of one type, and items of them at places that are known when the program runs.

The items are laid out one after another in the arena; an iterator is a pointer to the next and a count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .choices import as_run_time
from .types import INT, Arr, Kept, Maybe, NoJoin, Num, Parted, Single, c_type, join, mangle
from .values import Val, convert, stored_type

__all__ = ["Sequences", "Turns"]


@dataclass(frozen=True)
class Turns:
    """An iterator over items of one type; None: there are none."""

    item: Any

    @property
    def struct(self) -> str:
        return f"turns_of_{mangle(self.item)}"

    @property
    def c_type(self) -> str:
        return f"{self.struct} *" if self.item is not None else "void"

    @property
    def needs(self) -> list[Any]:
        return [self.item] if self.item is not None else []

    @property
    def declaration(self) -> str:
        return f"typedef struct {{ {c_type(self.item)} *next; i64 left; }} {self.struct};"

    def __str__(self) -> str:
        return "an iterator"


def one_type(types_: Any) -> Any:
    """The type of all items. Raises NoJoin where they have two."""
    made = types_[0]
    for t in types_[1:]:
        numbers = {u.plain if isinstance(u, Num) else u for u in (v.of if isinstance(v, Kept) else v for v in (made, t))}
        if len(numbers) > 1 and any(isinstance(u, Num) for u in numbers):
            raise NoJoin(" and ".join(sorted(map(str, numbers))))
        if isinstance(made, Parted) and isinstance(t, Parted) and len(made.items) == len(t.items):
            for pair in zip(made.items, t.items, strict=True):
                one_type(pair)
        made = join(made, t)
    return made


class Sequences:
    """What `Walk` does with them."""

    def laid_out(self: Any, value: Val, node: Any) -> tuple[str, Any]:
        """The items in the arena, and their type."""
        items = [as_run_time(self.hold(self.real(v))) for v in value.items]
        try:
            type_ = one_type([stored_type(v) for v in items])
        except NoJoin as error:
            raise self.refuse(node, f"a loop over, or a computed item of, {value.type}", why=f"its items are {error}") from None
        if c_type(type_) == "void" or isinstance(type_, (Maybe, Single)):
            raise self.refuse(node, f"a loop over, or a computed item of, {value.type}")
        self.stager.struct(type_)
        name = self.temp(INT, "items")
        self.declared[name] = f"{c_type(type_)} *"
        self.arena = True
        self.emit(f"{name} = allocate(R, {len(items)} * sizeof(*{name}));")
        for i, v in enumerate(items):
            self.emit(f"{name}[{i}] = {convert(self.solid(v), type_)};")
        return name, type_

    def turns_of(self: Any, value: Val, node: Any) -> Val:
        """`iter(value)`."""
        if not value.items:
            return Val(Turns(None))
        name, type_ = self.laid_out(value, node)
        made = Turns(type_)
        self.stager.struct(made)
        state = self.temp(made, "turns")
        self.declared[state] = made.struct
        self.emit(f"{state} = ({made.struct}){{{name}, {len(value.items)}}};")
        return Val(made, f"&{state}")

    def next_item(self: Any, it: Val) -> Val:
        if it.type.item is None:
            return Val(Single("END"))
        it = self.hold(it)
        made = Maybe(frozenset({"END"}), it.type.item)
        self.stager.struct(made)
        t = self.temp(made, "turn")
        self.emit(f"{t}.z = 2;")
        self.emit(f"if ({it.c}->left > 0) {{")
        self.emit(f"    {t} = ({c_type(made)}){{.z = 0, .v = *{it.c}->next++}};")
        self.emit(f"    {it.c}->left--;")
        self.emit("}")
        return Val(made, t)

    def computed_item(self: Any, value: Val, index: Val, node: Any) -> Val:
        """`value[i]` where `i` is known when the program runs."""
        if not isinstance(index.type, Num) or index.type.dtype.kind not in "iu" or not value.items:
            raise self.refuse(node, f"an item of {value.type} at {index.type}")
        name, type_ = self.laid_out(value, node)
        kind = "tuple" if issubclass(getattr(value.type, "kind", tuple), tuple) else "list"
        error = self.error(IndexError, f"{kind} index out of range")
        place = self.temp(INT, "i")
        self.emit(f"{place} = (i64){index.c};")
        self.emit(f"if ({place} < 0) {place} += {len(value.items)};")
        self.emit(f"if (UNLIKELY({place} < 0 || {place} >= {len(value.items)})) fail(R, {error});")
        made = self.temp(type_, "item")
        self.emit(f"{made} = {name}[{place}];")
        found = Val(type_, made)
        if not found.box and isinstance(found.type, (Num, Arr)):
            found.box = "NULL"  # none of them is more than a constant
        return found
