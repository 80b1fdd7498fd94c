"""Arrays put together and taken apart: `np.stack`, `np.concatenate` and their kin, and arrays of nested lists.

The arrays lie in a list that the program makes, or are the items of a tuple. Backward, each gets its part of the cotangent, as a
view.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..rules import helpers_shape
from . import functions  # noqa: F401  (what it enters is entered anew here)
from .lists import List, inner
from .primitives import PRIMITIVES, primitive
from .types import BOTTOM, INT, Arr, Maybe, Num, Single, Tup, c_type
from .values import Val

__all__ = ["flipped"]

SAME = "all input arrays must have the same shape"
MATCH = "all the input array dimensions except for the concatenation axis must match exactly"


def axis_of(w: Any, given: Val | None, rank: int) -> int | None:
    """A known axis, from 0 on; None for any other."""
    known = 0 if given is None else w.known_value(given)
    return known % rank if type(known) is int and -rank <= known < rank else None


def list_of_arrays(w: Any, value: Val, node: Any) -> Val | None:
    """The arrays in a list; None for anything else."""
    if w.is_sequence(value.type) and value.items and all(isinstance(v.type, Arr) for v in value.items):
        value = w.list_of(w.site(node), value.items, node)
    if not isinstance(value.type, List):
        return None
    if value.type.item is BOTTOM:
        return value
    return w.hold(value) if isinstance(inner(value.type.item), Arr) and not isinstance(value.type.item, Maybe) else None


def item_at(w: Any, value: Val, i: str) -> Val:
    found: Val = w.named(w.read_item(value.type.item, f"({value.c}->p + {i} * {w.size_of(value.type)})"))
    return found


def place_in(w: Any, out: Val, item: Val, start: str, axes: list[int]) -> None:
    """Copies an array into another, to whose axes `axes` its own belong."""
    size = out.type.number.itemsize
    steps = ", ".join(f"{out.c}.s[{a}]" for a in axes)
    w.emit(f"copy_elements({item.type.rank}, {start}, (i64[]){{{steps}}}, {item.c}.p, {item.c}.n, {item.c}.s, {size});")


def first_of(w: Any, value: Val, message: str) -> Val:
    if value.type.item is BOTTOM:
        w.fails(ValueError, message)
    w.emit(f"if (UNLIKELY({value.c}->n == 0)) fail(R, {w.error(ValueError, message)});")
    return item_at(w, value, "0")


def stacked(w: Any, value: Val, axis: int | None) -> Val | None:
    first = first_of(w, value, "need at least one array to stack")
    rank = first.type.rank + 1
    axis = axis_of(w, None, rank) if axis is None else axis
    if rank > 6 or axis is None:
        return None
    own = [a for a in range(rank) if a != axis]
    dims = [f"{first.c}.n[{a if a < axis else a - 1}]" for a in range(rank)]
    dims[axis] = f"{value.c}->n"
    out = w.new_array(first.type.number, dims)
    different = w.error(ValueError, SAME)

    def turn(i: str) -> None:
        item = item_at(w, value, i)
        for j in range(rank - 1):
            w.emit(f"if (UNLIKELY({item.c}.n[{j}] != {first.c}.n[{j}])) fail(R, {different});")
        place_in(w, out, item, f"{out.c}.p + {i} * {out.c}.s[{axis}]", own)

    w.for_each(f"{value.c}->n", turn)
    return out  # type: ignore[no-any-return]


def joined(w: Any, value: Val, axis: int) -> Val:
    first = first_of(w, value, "need at least one array to concatenate")
    rank, total = first.type.rank, w.temp(INT, "total")
    w.emit(f"{total} = 0;")
    different = w.error(ValueError, MATCH)

    def count(i: str) -> None:
        item = item_at(w, value, i)
        for j in range(rank):
            if j != axis:
                w.emit(f"if (UNLIKELY({item.c}.n[{j}] != {first.c}.n[{j}])) fail(R, {different});")
        w.emit(f"{total} += {item.c}.n[{axis}];")

    w.for_each(f"{value.c}->n", count)
    out = w.new_array(first.type.number, [total if j == axis else f"{first.c}.n[{j}]" for j in range(rank)])
    w.emit(f"{total} = 0;")

    def turn(i: str) -> None:
        item = item_at(w, value, i)
        place_in(w, out, item, f"{out.c}.p + {total} * {out.c}.s[{axis}]", list(range(rank)))
        w.emit(f"{total} += {item.c}.n[{axis}];")

    w.for_each(f"{value.c}->n", turn)
    return out  # type: ignore[no-any-return]


def _joining(function: Any, how: Any) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if not args or len(args) > 2 or not set(keywords) <= {"axis"}:
            return None
        given = args[1] if len(args) == 2 else keywords.get("axis")
        value = list_of_arrays(w, args[0], node)
        if value is None:
            return None
        rank = inner(value.type.item).rank if value.type.item is not BOTTOM else 1
        return how(w, value, rank, given)  # type: ignore[no-any-return]

    PRIMITIVES[function] = run


def _stack(w: Any, value: Val, rank: int, given: Val | None) -> Val | None:
    axis = axis_of(w, given, rank + 1)
    return stacked(w, value, axis) if axis is not None else None


def _concatenate(w: Any, value: Val, rank: int, given: Val | None) -> Val | None:
    axis = axis_of(w, given, rank)
    return joined(w, value, axis) if axis is not None else None


_joining(np.stack, _stack)
_joining(np.concatenate, _concatenate)
_joining(np.vstack, lambda w, value, rank, given: None if given else stacked(w, value, 0) if rank == 1 else joined(w, value, 0))
_joining(np.hstack, lambda w, value, rank, given: None if given else joined(w, value, 0 if rank == 1 else 1))


# -- backward -----------------------------------------------------------------------------------------------------

def slice_at(w: Any, g: Val, axis: int, i: str) -> Val:
    """`g` at a place of an axis."""
    axes = [(f"{g.c}.n[{a}]", f"{g.c}.s[{a}]") for a in range(g.type.rank) if a != axis]
    return w.view(g, axes, f"{g.c}.p + {i} * {g.c}.s[{axis}]", False)  # type: ignore[no-any-return]


def part_at(w: Any, g: Val, axis: int, start: str, length: str) -> Val:
    axes = [(length if a == axis else f"{g.c}.n[{a}]", f"{g.c}.s[{a}]") for a in range(g.type.rank)]
    return w.view(g, axes, f"{g.c}.p + {start} * {g.c}.s[{axis}]", False)  # type: ignore[no-any-return]


def parts_of(w: Any, g: Val, arrays: Val, axis: int, stack: bool, node: Any) -> Val | None:
    """The cotangents of arrays, as they stand in a list or tuple."""
    if isinstance(g.type, Single):
        return g
    if not isinstance(g.type, Arr):
        return None
    g = w.named(g)
    start = w.temp(INT, "start")
    w.emit(f"{start} = 0;")

    def part(item: Val, i: str) -> Val:
        made = slice_at(w, g, axis, i) if stack else part_at(w, g, axis, start, f"{item.c}.n[{axis}]")
        if not stack:
            w.emit(f"{start} += {item.c}.n[{axis}];")
        return made

    if w.is_sequence(arrays.type):
        return w.tuple_of([part(w.named(v), str(i)) for i, v in enumerate(arrays.items)])  # type: ignore[no-any-return]
    if not isinstance(arrays.type, List) or arrays.type.item is BOTTOM:
        return None
    arrays, type_ = w.hold(arrays), w.site(node)
    made: Val = w.new_list(type_, f"{arrays.c}->n")
    w.for_each(f"{arrays.c}->n", lambda i: w.extended(made, w.tuple_of([part(item_at(w, arrays, i), i)]), node))
    return made


def rank_of(w: Any, arrays: Val) -> int:
    items = arrays.type.items if w.is_sequence(arrays.type) else (arrays.type.item,)
    return getattr(inner(items[0]), "rank", 0)


@primitive(helpers_shape.stack_back)
def _stack_back(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    axis = axis_of(w, args[2] if len(args) == 3 else None, rank_of(w, args[1]) + 1)
    return None if axis is None else w.cases(args[0], lambda g: parts_of(w, g, args[1], axis, True, node))


@primitive(helpers_shape.concat_back)
def _concat_back(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    axis = axis_of(w, args[2] if len(args) == 3 else None, max(1, rank_of(w, args[1])))
    return None if axis is None else w.cases(args[0], lambda g: parts_of(w, g, args[1], axis, False, node))


@primitive(helpers_shape.row_stack_back)
def _row_stack_back(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if w.known_value(args[2]) != 2:
        return None
    return w.cases(args[0], lambda g: parts_of(w, g, args[1], 0, rank_of(w, args[1]) == 1, node))


@primitive(helpers_shape.hstack_back)
def _hstack_back(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    axis = 0 if rank_of(w, args[1]) == 1 else 1
    return w.cases(args[0], lambda g: parts_of(w, g, args[1], axis, False, node))


# -- arrays of nested lists ---------------------------------------------------------------------------------------------

def array_of_lists(w: Any, value: Val, node: Any) -> Val | None:
    """`np.array([[a, b], [c, d]])`."""
    rows, row = value.type, value.type.item
    if not isinstance(row, List):
        return None
    kind = inner(row.item)
    if row.item is BOTTOM:
        w.fails(OverflowError, "an array of empty lists, in native code")
    if not isinstance(kind, Num) or isinstance(row.item, Maybe) or kind.name == "bool":
        return None
    number = Num(kind.dtype.name).dual if kind.is_dual else Num(kind.dtype.name)
    empty = w.error(OverflowError, "an array of an empty list, in native code")
    different = w.error(ValueError, "setting an array element with a sequence. The requested array has an inhomogeneous shape")
    w.emit(f"if (UNLIKELY({value.c}->n == 0)) fail(R, {empty});")
    columns = w.hold(Val(INT, f"(*(list **){value.c}->p)->n + 0"), "columns")
    w.emit(f"if (UNLIKELY({columns.c} == 0)) fail(R, {empty});")
    out = w.new_array(number, [f"{value.c}->n", columns.c])

    def turn(i: str) -> None:
        each = w.hold(w.read_item(row, f"({value.c}->p + {i} * {w.size_of(rows)})"))
        w.emit(f"if (UNLIKELY({each.c}->n != {columns.c})) fail(R, {different});")

        def element(j: str) -> None:
            found = w.read_item(row.item, f"({each.c}->p + {j} * {w.size_of(row)})")
            w.emit(f"*({c_type(number)} *)({out.c}.p + {i} * {out.c}.s[0] + {j} * {out.c}.s[1]) = {w.cast(found, number)};")

        w.for_each(columns.c, element)

    w.for_each(f"{value.c}->n", turn)
    return out  # type: ignore[no-any-return]


def copied_lists(w: Any, value: Val) -> Val:
    """A list of lists, copied with these."""
    made: Val = w.hold(w.copied_list(value))
    row = value.type.item

    def turn(i: str) -> None:
        place = f"((list **){made.c}->p)[{i}]"
        each = w.hold(w.copied_list(w.hold(Val(row, f"{place} + 0"))))
        w.emit(f"{place} = {each.c};")

    w.for_each(f"{made.c}->n", turn)
    return made


def flipped(w: Any, v: Val, axes: list[int]) -> Val:
    v = w.named(v)
    start = " + ".join([f"{v.c}.p", *(f"({v.c}.n[{a}] > 0 ? {v.c}.n[{a}] - 1 : 0) * {v.c}.s[{a}]" for a in axes)])
    steps = [(f"{v.c}.n[{a}]", f"-{v.c}.s[{a}]" if a in axes else f"{v.c}.s[{a}]") for a in range(v.type.rank)]
    return w.view(v, steps, start, False)  # type: ignore[no-any-return]


plain_array = PRIMITIVES[np.array]


def _array(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) == 1 and not keywords:
        if isinstance(args[0].type, Arr):
            return w.copied(args[0])  # type: ignore[no-any-return]
        value = args[0]
        if w.is_sequence(value.type) and value.items and not isinstance(value.items[0].type, Tup):
            value = w.hold(w.list_of(w.site(node), value.items, node))
        if isinstance(value.type, List):
            value = w.hold(value)
            if isinstance(value.type.item, List):
                return array_of_lists(w, value, node)
            if isinstance(inner(value.type.item), Arr):
                return stacked(w, value, 0)
            return w.array_of_list(value, node)  # type: ignore[no-any-return]
    return plain_array(w, args, keywords, node)  # type: ignore[no-any-return]


PRIMITIVES[np.array] = PRIMITIVES[np.asarray] = _array
