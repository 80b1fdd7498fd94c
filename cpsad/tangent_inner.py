"""Forward over reverse: the tangent form of a gradient function.

A gradient program is a function like any other (`nested.py`): it, its driver and what it calls are put into tangent form.
Its heap, the *inner* heap, is known by what it means: the tangent of what `take` gives is the sum of the tangents of what
was added. The Hessian times a vector is the tangent of the gradient. (Pearlmutter, *Fast exact multiplication by the
Hessian*, 1994.)
"""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np

from . import execute, forms, nested
from .cotangents import ZERO, Absorbing, stacked
from .heap import Heap
from .places import here
from .resolve import letter_of
from .rows import Flat, Rows
from .rules.helpers_forward import cast_to
from .stack import with_room
from .tangent_written import SOURCE as WRITTEN_SOURCE
from .tangent_written import WRITES, Inner, add_to_shadow, collected
from .tangents import Unasked
from .transforms.errors import UnsupportedError
from .trees import is_tree

__all__ = ["gradient_form", "heap_form", "spread"]


def gradient_form(table: Any, function: Any) -> Any:
    """The tangent form of a function that `grad` or `value_and_grad` has made."""
    compute, pick = function.__dict__[forms.OPERATOR_PARTS]

    def gradient(*args: Any, **keywords: Any) -> Any:
        alone = table.alone is function
        table.alone = None  # the function may call its own gradient, and use it
        every = [*args, *keywords.values()]
        slots = compute.locate(args, keywords)
        trees = {i for i in slots if is_tree(every[i])}
        for i in slots:
            if i not in trees:
                compute.check(every[i], i, args)
        letters = [letter_of(a, i in slots and i not in trees) for i, a in enumerate(every)]
        text = "".join(letters[: len(args)])
        text += "".join(f",{n}={a}" for n, a in zip(keywords, letters[len(args):], strict=True))
        heap = Heap()
        target = heap.form(compute.function, text)
        if keywords:
            target = nested._by_position(target, len(args), tuple(keywords))
        table.inner[id(heap)] = Inner(heap)
        try:
            if not trees:
                return pick(*_drive(table, heap, compute, target, every, slots, alone))
            kinds = "".join("-" if i not in slots else "t" if i in trees else "a" if isinstance(a, np.ndarray) else "s"
                            for i, a in enumerate(every))
            return table.of(nested._driver(kinds, slots, compute, args, pick))(target, heap, *every)
        finally:
            del table.inner[id(heap)]
            heap.end = heap.entered = None  # they refer to one another

    return gradient


def _alone(table: Any, target: Any, letters: str) -> Any:
    """The tangent form of a gradient program, of which only the tangent of the result is asked for."""
    if type(target) is not types.FunctionType or "__cpsad_program__" not in target.__dict__ or (
            len(letters) != target.__code__.co_argcount):
        return table.of(target, letters)
    return execute.program_for(target, letters + "~", "tangent", table=table).call


def _drive(table: Any, heap: Heap, compute: Any, target: Any, every: list[Any], slots: list[int],
           alone: bool) -> tuple[Any, list[Any]]:
    """What the driver of `nested.py` does, with tangents: the function's result, and its gradients. No structures.

    `alone`: only the tangents of the gradients are asked for; others may stand for the gradients, of their shapes.
    """
    given = list(every)
    for i in slots:
        given[i] = nested.fresh(every[i])
        table.put(given[i], table.get(every[i]))
    held: list[Any] = []

    def end(result: Any) -> Any:
        held.append(result)
        value = nested.pair(result)[0] if compute.has_aux else result
        one = nested.seed(value)
        if heap.written:
            held.append(WRITES["final_contents"](table, heap))
        if compute.has_aux:
            _add(table, heap, value, one)
            return ZERO
        return one

    table.own(end)
    heap.enter(end, [given[i] for i in slots], [v for i, v in enumerate(given) if i not in slots])
    letters = "Oo" + "".join(letter_of(v, True) for v in given)
    form = table.of(target, letters) if not alone else _alone(table, target, letters)
    results = with_room(form, heap, end, *given)
    if heap.written:
        WRITES["leave"](table, heap, held[1])
    gradients: list[Any] = [None] * len(slots)
    for place, i in reversed(list(enumerate(slots))):
        value, adjoint = given[i], results[i]
        if type(adjoint) is Unasked:
            tangent = table.get(adjoint)
            adjoint = heap.collect(value, ZERO) if isinstance(value, np.ndarray) else ZERO
            tangent = collected(table, heap, value, tangent) if heap.shadows else tangent
            gradients[place] = made = nested.fresh(value) if not isinstance(adjoint, Absorbing) or adjoint is ZERO else (
                nested.finish(adjoint, value))  # raises
            table.put(made, cast_to(tangent, made))
            continue
        if isinstance(value, np.ndarray):
            adjoint = WRITES["collect"](table, heap, value, adjoint)
        made = nested.finish(adjoint, value)
        table.put(made, cast_to(table.get(adjoint), made))
        gradients[place] = made
    nested.finished(heap)
    return held[0], gradients


# -- what a gradient program asks of its heap -----------------------------------------------------------------------

def heap_form(table: Any, method: Any) -> Any:
    """The tangent form of a method of an inner heap."""
    name, heap = method.__name__, method.__self__
    if name in SUMS:
        return functools.partial(SUMS[name], table, heap)
    if name in PLAIN:
        return method
    if name in WRITES:
        return functools.partial(WRITES[name], table, heap)
    if name in SOURCE:
        return functools.partial(table.of(getattr(Heap, name)), heap)
    raise here(UnsupportedError, f"forward mode over a gradient comes to what is not differentiated so yet ({name})",
               why="there is no tangent of what it does", remedy="use grad of grad")


def sums(table: Any, heap: Heap) -> dict[int, Any]:
    """Of the values on an inner heap: the tangents of what was added to them."""
    found: dict[int, Any] = table.inner[id(heap)].sums
    return found


def _add(table: Any, heap: Heap, value: Any, adjoint: Any) -> None:
    tangent = table.get(adjoint)
    known = heap.holds(value)
    written = bool(heap.written) and heap.is_written(value)
    heap.add(value, adjoint)
    if written:
        add_to_shadow(table, heap, value, adjoint, tangent)
    elif known and tangent is not ZERO:
        total = sums(table, heap)
        total[id(value)] = total.get(id(value), ZERO) + tangent


def _take(table: Any, heap: Heap, value: Any) -> Any:
    gathered = heap.take(value)
    tangent = sums(table, heap).pop(id(value), ZERO)
    if heap.shadows:
        tangent = collected(table, heap, value, tangent)
    if tangent is ZERO or isinstance(gathered, Absorbing):
        return gathered
    if isinstance(gathered, np.ndarray):
        gathered = gathered.view()  # another name for it may have another tangent
    elif isinstance(gathered, (float, complex, np.inexact)):
        gathered = gathered * 1
    table.put(gathered, tangent)
    return gathered


def spread(table: Any, heap: Heap, values: Any, adjoints: Any) -> None:
    if isinstance(adjoints, Absorbing):
        if adjoints is ZERO:
            return
        adjoints = [adjoints for _ in values]
    tangent = table.get(adjoints)
    if isinstance(adjoints, np.ndarray):
        parts = list(adjoints)
        for i, part in enumerate(parts):
            if tangent is not ZERO:
                table.put(part, tangent[i])
        adjoints = parts
    for value, adjoint in zip(values, adjoints, strict=True):
        if isinstance(value, (list, tuple)):
            spread(table, heap, value, adjoint)
        else:
            _add(table, heap, value, adjoint)


class _SeenRows(Rows):
    """Rows that get their tangents as they are made."""

    __slots__ = ("table", "tangent")
    table: Any
    tangent: Any

    def put(self, i: int, row: Any) -> Any:
        self.table.put(row, self.tangent[i])
        return super().put(i, row)


class _SeenFlat(Flat):
    __slots__ = ("table", "tangent")
    table: Any
    tangent: Any

    def put(self, i: int, row: Any) -> Any:
        self.table.put(row, self.tangent[i])
        return super().put(i, row)


def _rows(table: Any, heap: Heap, values: Any) -> Any:
    made = heap.rows(values)
    if not isinstance(made, Rows):
        return table.iterable(values)
    base = values.base if isinstance(made, Flat) else values
    tangent = table.get(base)
    if tangent is ZERO:
        return made
    seen: Any = _SeenFlat(heap, values) if isinstance(made, Flat) else _SeenRows(heap, values)
    seen.table, seen.tangent = table, np.reshape(tangent, -1) if isinstance(made, Flat) else tangent
    return seen


def _unrows(table: Any, heap: Heap, values: Any, rows: Any) -> Any:
    if rows is values or not isinstance(rows, Rows):  # rows of a gradient further in are that one's
        return ZERO
    taken: list[Any] = [ZERO] * len(rows)
    tangents: list[Any] = [ZERO] * len(rows)
    for i, row in reversed(rows.made):
        g = _take(table, heap, row)
        if g is not ZERO:
            taken[i], tangents[i] = g + taken[i], table.get(g) + tangents[i]
    if all(t is ZERO for t in taken):
        return ZERO
    total = stacked(taken, rows.array)
    if not isinstance(total, Absorbing) and any(t is not ZERO for t in tangents):
        table.put(total, stacked(tangents, rows.array))
    return total


def _elements(table: Any, heap: Heap, iterator: Any) -> Any:
    made = heap.elements(iterator)
    table.put(made, table.flat(iterator, ZERO))
    return made


def _item(table: Any, heap: Heap, owner: Any, index: Any) -> Any:
    """An array makes what is read of it anew, and its tangent with it; a container holds what was known before."""
    value = heap.item(owner, index)
    if isinstance(owner, (np.ndarray, np.generic, np.flatiter)):
        table.put(value, table.part(owner, table.get(owner), index, value))
    return value


def _attribute(table: Any, heap: Heap, owner: Any, name: str, *default: Any) -> Any:
    value = heap.attribute(owner, name, *default)
    if isinstance(owner, (np.ndarray, np.generic)):
        table.put(value, table.member(owner, name, value))
    return value


SUMS: dict[str, Any] = {"item": _item, "attribute": _attribute, "add": _add,
                        "take": _take, "_spread": spread, "rows": _rows, "unrows": _unrows,
                        "elements": _elements}
# They keep references, or ask: what they give back was known before.
PLAIN = {"put", "text", "printed", "holds", "constant", "borrow", "enter", "form", "iterable", "guard", "refuse", "lost",
         "check_settled",
         "put_each", "through_c", "verdict", "is_harmless", "guard_index", "guard_store", "note_write",
         "set_attribute", "set_layout", "claim", "check_array", "is_written", "decided", "refuse_constant", "refuse_flat"}
SOURCE = {"spread", "take_each", "read_item", "read_attribute", "unarray", "array", "gathered", *WRITTEN_SOURCE}
