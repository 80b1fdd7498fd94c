"""Iterators beside one another: `zip`, `enumerate`, `reversed` of arrays, lists, tuples, ranges; unpacking of arrays and lists.

`zip` is the iterators of its arguments, of which each is asked in turn until one has ended; `enumerate` is a count beside
another iterator. A list backwards is gone through by positions, as in Python, so that it may change meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .lists import List, ListTurns
from .primitives import PRIMITIVES
from .sequences import Turns
from .texts import Formatted
from .types import BOTTOM, END, INT, Arr, Iter, Kept, Maybe, Num, Parted, Range, RowIter, Rows, Tup, c_type
from .values import Val

__all__ = ["Iterators"]


@dataclass(frozen=True)
class Beside(Parted):
    """Several iterators: what they give, as a tuple."""

    items: tuple[Any, ...]

    def __str__(self) -> str:
        return "iterators side by side"


@dataclass(frozen=True)
class Count:
    """A count that goes on: a pointer to the next number."""

    c_type = "i64 *"

    def __str__(self) -> str:
        return "a count"


class Backwards:
    """An iterator over a list from its end: a pointer to its state."""

    c_type = "list_turns *"

    def __init__(self, of: List) -> None:
        self.of = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backwards) and self.of == other.of

    def __hash__(self) -> int:
        return hash((Backwards, self.of))

    def __str__(self) -> str:
        return f"an iterator over {self.of} from its end"


ITERATORS = (Backwards, Beside, Count, Iter, ListTurns, RowIter, Turns)


class Iterators:
    """What `Walk` does with them."""

    def iterator_of(self: Any, value: Val, node: Any) -> Val | None:
        """`iter(value)`; None where it is not known."""
        if isinstance(value.type, ITERATORS):
            return value
        found = PRIMITIVES[iter](self, [value], {}, node)
        return found if found is not None and isinstance(found.type, ITERATORS) else None

    def beside(self: Any, values: list[Val], node: Any, counted: Val | None = None) -> Val | None:
        """`zip(*values)`; with `counted`, a count from there is the first."""
        made = []
        if counted is not None:
            state = self.temp(INT, "count")
            self.emit(f"{state} = (i64){counted.c};")
            made.append(Val(Count(), f"(&{state})"))
        for v in values:
            iterator = self.iterator_of(v, node)
            if iterator is None:
                return None
            made.append(iterator)
        return Val(Beside(tuple(v.type for v in made)), parts=tuple(self.hold(v) for v in made))

    def next_beside(self: Any, it: Val) -> Val:
        parts = it.items

        def at(i: int, found: list[Val]) -> Val:
            if i == len(parts):
                return self.tuple_of(found)
            turn = self.hold(self.next_of(parts[i]))
            if turn.type == END:
                return turn
            if isinstance(turn.type, Maybe):
                type_ = turn.type.type
                inner = Val(type_, f"{turn.c}.v" if c_type(type_) != "void" else "")
                return self.choose(f"{turn.c}.z == 2", lambda: Val(END), lambda: at(i + 1, [*found, inner]))
            return at(i + 1, [*found, turn])

        return at(0, [])

    def next_of(self: Any, it: Val) -> Val:
        """`next(it, END)`."""
        if isinstance(it.type, Count):
            t = self.temp(INT, "number")
            self.emit(f"{t} = (*{it.c})++;")
            return Val(INT, t)
        if isinstance(it.type, Beside):
            return self.next_beside(it)
        if isinstance(it.type, Backwards):
            return self.next_backwards(it)
        found: Val = PRIMITIVES[next](self, [it, Val(END)], {}, self.statement_node)
        return found

    def next_backwards(self: Any, it: Val) -> Val:
        item = it.type.of.item
        if item is BOTTOM:
            return Val(END)
        if not isinstance(item, (Num, Kept, Tup, List)):
            raise self.refuse(self.statement_node, f"a loop over {it.type.of}")
        it = self.hold(it)
        made = Maybe(frozenset({"END"}), item)
        self.stager.struct(made)
        t = self.temp(made, "turn")
        self.emit(f"{t}.z = 2;")
        self.emit(f"if ({it.c}->next >= 0 && {it.c}->next < {it.c}->of->n) {{")
        self.emit(f"    {t}.z = 0;")
        self.emit(f"    {t}.v = (({c_type(item)} *){it.c}->of->p)[{it.c}->next--];")
        self.emit(f"}} else {it.c}->next = -1;")
        return Val(made, t)

    def backwards(self: Any, value: Val, node: Any) -> Val | None:
        """`reversed(value)`."""
        if isinstance(value.type, Arr):
            value = self.heap_rows(value, node)
        if isinstance(value.type, Rows):
            return self.iterated(self.hold(value), backwards=True)
        if isinstance(value.type, List):
            value = self.hold(value)
            state = self.temp(INT, "turns")
            self.declared[state] = "list_turns"
            self.emit(f"{state} = (list_turns){{{value.c}, {value.c}->n - 1}};")
            return Val(Backwards(value.type), f"(&{state})")
        if isinstance(value.type, Range):
            r = self.hold(value)
            name = self.temp(Range(), "range_of")
            self.emit(f"{name} = (range){{{r.c}.next + ({r.c}.left - 1) * {r.c}.step, -{r.c}.step, {r.c}.left}};")
            return PRIMITIVES[iter](self, [Val(Range(), name)], {}, node)  # type: ignore[no-any-return]
        if self.is_sequence(value.type):
            items = value.items[::-1]
            return self.turns_of(Val(Tup(tuple(v.type for v in items)), parts=tuple(items)), node)  # type: ignore[no-any-return]
        return None

    # -- unpacking ------------------------------------------------------------------------------------------------

    def unpacked_rows(self: Any, rows: Val, count: int) -> list[Val]:
        rows = self.hold(rows)
        self.check_count(f"{rows.c}.x.n[0]", count)
        return [self.row_at(rows.type, rows.c, str(i)) for i in range(count)]

    def list_of_rows(self: Any, rows: Val, node: Any) -> Val:
        """`list(array)`."""
        rows, type_ = self.hold(rows), self.site(node)
        made: Val = self.new_list(type_, f"{rows.c}.x.n[0]")

        def turn(i: str) -> None:
            self.extended(made, self.tuple_of([self.row_at(rows.type, rows.c, i)]), node)

        self.for_each(f"{rows.c}.x.n[0]", turn)
        return made

    def unpacked_list(self: Any, value: Val, count: int) -> list[Val]:
        value = self.hold(value)
        self.check_count(f"{value.c}->n", count)
        size = self.size_of(value.type)
        return [self.read_item(value.type.item, f"({value.c}->p + {i} * {size})") for i in range(count)]

    def check_count(self: Any, c: str, count: int) -> None:
        many = self.error(ValueError, f"too many values to unpack (expected {count})")
        self.emit(f"if (UNLIKELY({c} > {count})) fail(R, {many});")
        self.check_least(c, count, "")

    def check_least(self: Any, c: str, count: int, least: str = "at least ") -> None:
        few = Val(Formatted((INT,), ("join", (
            f"not enough values to unpack (expected {least}{count}, got ", ("str", 0, "str"), ")"))), parts=(Val(INT, c),))
        self.fork(f"UNLIKELY({c} < {count})", lambda: self.raises_given(ValueError, [few], [], self.statement_node), lambda: None)

    def unpacked_with_star(self: Any, value: Val, targets: list[Any], node: Any) -> list[Val]:
        """The values of targets of which one has a star: what it gets is a list."""
        star = next(i for i, t in enumerate(targets) if type(t).__name__ == "Starred")
        behind = len(targets) - star - 1
        type_ = self.site(node)
        if isinstance(value.type, List):
            value = self.hold(value)
            size = self.size_of(value.type)
            self.check_least(f"{value.c}->n", len(targets) - 1)
            before = [self.read_item(value.type.item, f"({value.c}->p + {i} * {size})") for i in range(star)]
            last = [self.read_item(value.type.item, f"({value.c}->p + ({value.c}->n - {behind - i}) * {size})")
                    for i in range(behind)]
            part = self.temp(value.type, "part")
            zero = self.error(ValueError, "slice step cannot be zero")
            self.arena = True
            self.emit(f"{part} = list_part(R, {value.c}, true, {star}, true, {value.c}->n - {behind}, 1, {size}, {zero});")
            return [*before, Val(value.type, part), *last]
        if not self.is_sequence(value.type):
            raise self.refuse(node, f"unpacking of {value.type} with a star")
        items = [self.hold(v) for v in value.items]
        if len(items) < len(targets) - 1:
            self.fails(ValueError, f"not enough values to unpack (expected at least {len(targets) - 1}, got {len(items)})")
        middle = items[star: len(items) - behind]
        return [*items[:star], self.list_of(type_, middle, node), *items[len(items) - behind:]]


def _zip(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if keywords or not args:
        return None
    if all(isinstance(a.type, List) for a in args):
        return w.turns_of_list([w.hold(a) for a in args], True)  # type: ignore[no-any-return]
    return w.beside(args, node)  # type: ignore[no-any-return]


def _enumerate(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    start = args[1] if len(args) == 2 else keywords.get("start", Val(INT, "0", known=0))
    if not 1 <= len(args) <= 2 or not isinstance(start.type, Num) or start.type.dtype.kind not in "iu":
        return None
    if isinstance(args[0].type, List) and start.known == 0:
        return w.turns_of_list([None, w.hold(args[0])], True)  # type: ignore[no-any-return]
    return w.beside(args[:1], node, w.hold(start))  # type: ignore[no-any-return]


def _reversed(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.backwards(args[0], node) if len(args) == 1 else None


def _next(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) == 2 and args[1].type == END and isinstance(args[0].type, (Backwards, Beside)):
        return w.next_of(args[0])  # type: ignore[no-any-return]
    return plain_next(w, args, keywords, node)  # type: ignore[no-any-return]


def _iter(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) == 1 and isinstance(args[0].type, (Backwards, Beside)):
        return args[0]
    return plain_iter(w, args, keywords, node)  # type: ignore[no-any-return]


plain_next, plain_iter = PRIMITIVES[next], PRIMITIVES[iter]
PRIMITIVES.update({zip: _zip, enumerate: _enumerate, reversed: _reversed, next: _next, iter: _iter})
