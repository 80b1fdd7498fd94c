"""Texts that are made when the program runs: f-strings, `%`, `format`, `str`, sums of texts.

C holds what goes into such a text, not its characters: Python makes it where it gets out, as the message of an exception. What
would look at it in the program (a comparison, its length) is refused. The way in which a text is made is a part of its type:

    f"{x:.2f} of {n}"   ->   ("join", (("format", 0, "", ".2f"), " of ", ("format", 1, "", "")))      of the values of x and n
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from ..transforms.context import MISSING
from .choices import Text, text_of_number
from .results import number_at
from .types import Const, Kept, Maybe, NoJoin, Num, Parted, Single, Tup, c_type, join
from .values import Val, stored_type

__all__ = ["Formatted", "Texts", "leaves_out", "value_in"]

CONVERSIONS = {-1: "", 115: "s", 114: "r", 97: "a"}


@dataclass(frozen=True)
class Formatted(Parted):
    """A text made of values: their types, and how it is made of them."""

    items: tuple[Any, ...]
    recipe: Any

    def join(self, other: Any) -> Any:
        if not isinstance(other, Formatted) or other.recipe != self.recipe or len(other.items) != len(self.items):
            raise NoJoin("two texts that are made in different ways")
        return Formatted(tuple(join(a, b) for a, b in zip(self.items, other.items, strict=True)), self.recipe)

    def __str__(self) -> str:
        return "a text that is made when the program runs"


def made_text(recipe: Any, values: list[Any]) -> Any:
    """The text, or the value, of a recipe."""
    if isinstance(recipe, str):
        return recipe
    if isinstance(recipe, int):
        return values[recipe]
    kind, *rest = recipe
    if kind == "join":
        return "".join(made_text(part, values) for part in rest[0])
    if kind == "format":
        value = made_text(rest[0], values)
        converted = {"": lambda v: v, "s": str, "r": repr, "a": ascii}[rest[1]](value)
        return format(converted, made_text(rest[2], values))
    if kind == "str":
        return {"str": str, "repr": repr}[rest[1]](made_text(rest[0], values))
    if kind == "add":
        return made_text(rest[0], values) + made_text(rest[1], values)
    if kind == "mod":
        return rest[0] % made_text(rest[1], values)
    return rest[0].format(*(made_text(r, values) for r in rest[1]), **{n: made_text(r, values) for n, r in rest[2]})


def leaves_out(walk: Any, value: Val, place: int, node: Any, base: str = "raised") -> int:
    """Writes a value into slots from `place` on, for `value_in`; the place behind."""
    type_ = value.type
    if isinstance(type_, Maybe):
        if not type_.names <= {"None"}:
            raise walk.refuse(node, f"an exception that holds {type_}")
        walk.emit(f"{base}[{place}].i = {value.c}.z;")
        if c_type(type_.type) == "void":
            return place + 1
        walk.emit(f"if (!{value.c}.z) {{")
        walk.depth += 1
        end = leaves_out(walk, Val(type_.type, f"{value.c}.v"), place + 1, node, base)
        walk.depth -= 1
        walk.emit("}")
        return end
    if isinstance(type_, (Tup, Formatted)):
        for item in value.items:
            place = leaves_out(walk, item, place, node, base)
        return place
    if isinstance(type_, Num):
        value = Val(type_.plain, f"({value.c}).v") if type_.is_dual else value
        field = {"double": "f", "float": "f4"}.get(c_type(value.type), "i")
        walk.emit(f"{base}[{place}].{field} = {value.c};")
        return place + 1
    if isinstance(type_, Text):
        walk.emit(f"{base}[{place}].i = {value.c};")
        return place + 1
    if isinstance(type_, Const) or isinstance(type_, Single) and type_.name == "None":
        return place
    raise walk.refuse(node, f"an exception that holds {type_}")


def value_in(type_: Any, raw: bytes, place: int) -> tuple[Any, int]:
    """A value out of the slots that `leaves_out` has filled, and the place behind."""
    if isinstance(type_, Kept):
        type_ = type_.of
    if isinstance(type_, Maybe):
        (found,) = (int.from_bytes(raw[8 * place: 8 * place + 8], "little"),)
        if c_type(type_.type) == "void":
            return (None if found else value_in(type_.type, raw, place)[0]), place + 1
        value, end = value_in(type_.type, raw, place + 1)
        return (None if found else value), end
    if isinstance(type_, (Tup, Formatted)):
        items = []
        for t in type_.items:
            item, place = value_in(t, raw, place)
            items.append(item)
        return (tuple(items) if isinstance(type_, Tup) else made_text(type_.recipe, items)), place
    if isinstance(type_, Num):
        return number_at(raw, 8 * place, type_.plain), place + 1
    if isinstance(type_, Text):
        return text_of_number(int.from_bytes(raw[8 * place: 8 * place + 8], "little")), place + 1
    return (type_.value if isinstance(type_, Const) else None), place


class Texts:
    """What `Walk` does with them."""

    def formatted(self: Any, recipe: Any, values: list[Val], node: Any) -> Val:
        """The text that a recipe makes of values; itself, if they are all known."""
        items, recipes = [], []
        for v in values:
            v = self.hold(self.there(self.solid(v)))
            if isinstance(v.type, Formatted):
                recipes.append(shifted(v.type.recipe, len(items)))
                items += v.items
                continue
            if not is_plain(v.type):
                raise self.refuse(node, f"a text made of {v.type}")
            recipes.append(len(items))
            items.append(without_box(v))
        known = [self.known_value(v) for v in items]
        made = replaced(recipe, recipes)
        if not any(k is MISSING for k in known):
            try:
                return self.constant(made_text(made, known), node)
            except Exception as error:
                self.fails(type(error), str(error))
        return Val(Formatted(tuple(v.type for v in items), made), parts=tuple(items))

    def ev_joinedstr(self: Any, node: Any) -> Val:
        parts, values = [], []
        for piece in node.values:
            if isinstance(piece, gast.Constant):
                parts.append(piece.value)
                continue
            spec: Any = ""
            if piece.format_spec is not None:
                spec = self.known_value(self.value(piece.format_spec))
                if not isinstance(spec, str):
                    raise self.refuse(node, "a text whose format is made when the program runs")
            values.append(self.value(piece.value))
            parts.append(("format", len(values) - 1, CONVERSIONS[piece.conversion], spec))
        return self.formatted(("join", tuple(parts)), values, node)

    def text_binary(self: Any, op: Any, a: Val, b: Val, node: Any) -> Val | None:
        """`text % values`, and `+` of texts; None for anything else."""
        x = self.known_value(a)
        if op is gast.Mod and isinstance(x, str):
            return self.formatted(("mod", x, 0), [b], node)
        texts = [isinstance(v.type, (Text, Formatted)) or isinstance(self.known_value(v), str) for v in (a, b)]
        return self.formatted(("add", 0, 1), [a, b], node) if op is gast.Add and all(texts) else None

    def text_of(self: Any, function: Any, value: Val, node: Any) -> Val:
        """`str(value)`, `repr(value)`."""
        return self.formatted(("str", 0, function.__name__), [value], node)

    def text_formatted(self: Any, text: str, args: list[Val], names: list[str], node: Any) -> Val:
        """`text.format(...)`; `names`: of those by keyword, which come last."""
        count = len(args) - len(names)
        given = tuple((n, count + i) for i, n in enumerate(names))
        return self.formatted(("call", text, tuple(range(count)), given), args, node)


def is_plain(type_: Any) -> bool:
    """Whether Python gets the value of such a type back as it was."""
    if isinstance(type_, Maybe):
        return type_.names <= {"None"} and is_plain(type_.type)
    if isinstance(type_, Tup):
        return all(is_plain(t.of if isinstance(t, Kept) else t) for t in type_.items)
    if isinstance(type_, Const):
        return isinstance(type_.value, (str, type))
    return isinstance(type_, (Num, Text, Formatted)) or type_ == Single("None")


def without_box(value: Val) -> Val:
    if value.parts is not None:
        parts = tuple(without_box(p) for p in value.parts)
        return Val(Tup(tuple(stored_type(p) for p in parts)), parts=parts)
    return Val(value.type, value.c, known=value.known)


def shifted(recipe: Any, by: int) -> Any:
    """A recipe whose values begin at another place."""
    return changed(recipe, lambda i: i + by)


def replaced(recipe: Any, others: list[Any]) -> Any:
    """A recipe with recipes in place of its values."""
    return changed(recipe, lambda i: others[i])


def changed(recipe: Any, run: Any) -> Any:
    if isinstance(recipe, int):
        return run(recipe)
    if isinstance(recipe, str) or recipe is None:
        return recipe
    kind, *rest = recipe
    if kind == "join":
        return kind, tuple(changed(r, run) for r in rest[0])
    if kind == "format":
        return kind, changed(rest[0], run), rest[1], rest[2]
    if kind == "str":
        return kind, changed(rest[0], run), rest[1]
    if kind == "add":
        return kind, changed(rest[0], run), changed(rest[1], run)
    if kind == "mod":
        return kind, rest[0], changed(rest[1], run)
    return kind, rest[0], tuple(changed(r, run) for r in rest[1]), tuple((n, changed(r, run)) for n, r in rest[2])
