"""Texts and functions of which it is known only when the program runs which one they are: tags, functions in a list.

A text in C is a number that is made of its characters, the same in every process; two texts are equal if their numbers are. A
function that is one of several is such a number for its code, and a pointer: to the frame in which it was defined, or to the
object whose method it is. What is done with it is staged for each of the functions that it may be.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import gast

from .types import BOOL, Const, NoJoin, Plain, c_type
from .values import Val

__all__ = ["TEXT", "Choice", "Choices", "Text", "as_run_time", "joined_constants", "number_of_text", "text_of_number"]

_NUMBERS: dict[str, int] = {"": 0}
_TEXTS: dict[int, str] = {0: ""}


def number_of(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1 or 1


def number_of_text(text: str) -> int:
    """The number that stands for a text in C; that of the empty one is 0."""
    known = _NUMBERS.get(text)
    if known is None:
        known = _NUMBERS[text] = number_of(text)
        if _TEXTS.setdefault(known, text) != text:
            raise AssertionError("two texts of one number")
    return known


def text_of_number(number: int) -> str:
    return _TEXTS[number]


@dataclass(frozen=True)
class Text:
    """A text."""

    c_type = "i64"
    python_class = str

    def join(self, other: Any) -> Any:
        if other == self or is_text(other):
            return self
        raise NoJoin(f"{self} and {other}")

    def convert(self, value: Val) -> str:
        return literal_of(value.type.value) if isinstance(value.type, Const) else value.c

    def truth(self, walk: Any, value: Val) -> str:
        return f"{value.c} != 0"

    def __str__(self) -> str:
        return "a text"


TEXT = Text()


class Choice:
    """One of several functions: those that it may be, as types, by their numbers."""

    c_type = "choice"

    def __init__(self, members: dict[int, Any]) -> None:
        self.members = dict(sorted(members.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and self.members == other.members

    def __hash__(self) -> int:
        return hash(tuple(self.members))

    def __str__(self) -> str:
        return " or ".join(map(str, self.members.values()))

    def join(self, other: Any) -> Any:
        found = dict(self.members)
        for number, member in choice_of(other).members.items():
            if found.setdefault(number, member) != member:
                raise NoJoin(f"{self} and {other}")
        return Choice(found)

    def convert(self, value: Val) -> str:
        if isinstance(value.type, Choice):
            return value.c
        (number,) = choice_of(value.type).members
        frame = "NULL" if c_type(value.type) == "void" else f"(void *)({value.c})"
        return f"(choice){{INT64_C({number}), {frame}}}"

    def truth(self, walk: Any, value: Val) -> bool:
        return True


def is_text(type_: Any) -> bool:
    return isinstance(type_, Text) or isinstance(type_, Const) and type(type_.value) is str


def choice_of(type_: Any) -> Choice:
    """A function's type as one of several. Raises NoJoin for what is no function, or has no name by which it is known."""
    from .made import Bound

    if isinstance(type_, Choice):
        return type_
    if isinstance(type_, Const) and callable(type_.value):
        f = type_.value
        code = getattr(f, "__code__", None)
        module = getattr(f, "__module__", "") or ""
        name = f"{module}.{getattr(f, '__qualname__', None) or f.__name__}" if hasattr(f, "__name__") else None
        place = (code.co_filename, *list(code.co_positions())[:2]) if code is not None else ""
    elif isinstance(type_, Plain):
        name, place = f"{type_.frame.c}.{type_.node.name}", getattr(type_.node, "lineno", "")
    elif isinstance(type_, Bound):
        code = type_.function.__code__
        name, place = f"{type_.function.__qualname__} of {c_type(type_.of)}", (code.co_filename, code.co_firstlineno)
    else:
        name = None
    if name is None:
        raise NoJoin(f"{type_} and others")
    return Choice({number_of(f"{name} {place}"): type_})


def joined_constants(a: Any, b: Any) -> Any:
    """The type of what is one constant or another: two texts, or two functions."""
    if is_text(a):
        return TEXT.join(b)
    return choice_of(a).join(b)


def literal_of(text: str) -> str:
    return f"INT64_C({number_of_text(text)})"


def as_run_time(value: Val) -> Val:
    """A constant as a value that C holds, where it is to stand beside others: in a list."""
    if is_text(value.type):
        return Val(TEXT, TEXT.convert(value), box=value.box)
    if isinstance(value.type, Const) and callable(value.type.value):
        try:
            made = choice_of(value.type)
        except NoJoin:
            return value
        return Val(made, made.convert(value), box=value.box)
    return value


class Choices:
    """What `Walk` does with them."""

    def each_choice(self: Any, value: Val, run: Any) -> Val:
        """`run` of a function that may be one or another, for each of them."""
        value = self.hold(value)
        members = list(value.type.members.items())
        guard = self.guard

        def at(i: int) -> Val:
            number, type_ = members[i]
            c = c_type(type_)

            def one() -> Val:
                self.guard = guard
                return run(Val(type_, f"(({c}){value.c}.frame)" if c != "void" else ""))

            if i == len(members) - 1:
                return one()
            return self.choose(f"{value.c}.code == INT64_C({number})", one, lambda: at(i + 1))

        return at(0)

    def compare_texts(self: Any, op: Any, left: Val, right: Val) -> Any:
        """`==`, `!=` and `in` where one is a text; None for anything else."""
        if op in (gast.In, gast.NotIn) and isinstance(left.type, Text) and self.is_sequence(right.type):
            found = [self.compare_texts(gast.Eq, left, item) for item in right.items]
            if None in found:
                return None
            text = " || ".join(f"({c})" for c in found if c is not False)
            if True in found or not text:
                return (True in found) is (op is gast.In)
            return text if op is gast.In else f"!({text})"
        if op not in (gast.Eq, gast.NotEq) or Text not in (type(left.type), type(right.type)):
            return None
        if is_text(left.type) and is_text(right.type):
            return f"{TEXT.convert(left)} {'==' if op is gast.Eq else '!='} {TEXT.convert(right)}"
        return op is gast.NotEq

    def choices_are_one(self: Any, left: Val, right: Val) -> Val:
        """Whether two functions are the same object."""
        try:
            both = [choice_of(v.type) for v in (left, right)]
        except NoJoin:
            return self.constant(False, None)
        if any(type(m).__name__ == "Bound" for c in both for m in c.members.values()):
            raise self.refuse(self.statement_node, "`is` of methods")
        a, b = (self.hold(Val(c, c.convert(v))) for c, v in zip(both, (left, right), strict=True))
        return Val(BOOL, f"({a.c}.code == {b.c}.code && {a.c}.frame == {b.c}.frame)")
