"""Gradients inside gradients: a gradient program is a function like any other, and is transformed again.

Called with values that carry a derivative, a gradient function is `_drive` below: plain Python that calls the program
made of the function (the *inner* program, with a heap of its own) and is itself put into CPS, with the inner program
and all it calls. Two levels never meet: the inner heap holds the adjoints of the inner gradient, and what is
differentiated by are fresh objects there, so that no perturbation can be taken for another.

What an inner program asks of its heap is known here by what it means, not by its code: `add` adds a cotangent to the
slot of a stored value, `take` takes the sum. Backward: the cotangent of what `take` gave (`Heap.second`, by the stored
value) is that of every cotangent that was added.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import forms
from .cotangents import ZERO, Absorbing, stacked
from .heap import Heap, is_floating
from .layout import Call
from .places import here
from .reach import closes_over
from .resolve import letter_of
from .transforms.errors import UnsupportedError

__all__ = ["finish", "finished", "fresh", "gradient_form", "heap_form", "prepare", "seed"]


# -- what a gradient function does, as it is transformed ------------------------------------------------------------

def _drive(target: Any, heap: Any, pick: Any, slots: Any, has_aux: Any, *args: Any) -> Any:
    given = [fresh(a) if i in slots else a for i, a in enumerate(args)]
    held = []

    def end(result: Any) -> Any:
        held.append(result)
        if has_aux:
            heap.add(result[0], seed(result[0]))
            return ZERO
        return seed(result)

    results = target(heap, end, *given)
    finished(heap)
    return pick(held[0], [finish(results[i], given[i]) for i in slots])


def fresh(value: Any) -> Any:
    """An argument to be differentiated, as an object of its own."""
    return value.view() if isinstance(value, np.ndarray) else value * 1


def seed(value: Any) -> Any:
    """The cotangent of the function's result; a TypeError if that is no real scalar."""
    from .operators import _seed

    return _seed(value)


def finish(adjoint: Any, value: Any) -> Any:
    """The gradient by `value`, of its shape and dtype."""
    from .operators import _gradient

    return _gradient(adjoint, value)


def finished(heap: Heap) -> None:
    """The inner gradient is through: what it has written in place would have to be differentiated too."""
    if heap.written:
        raise here(UnsupportedError, "a gradient inside a gradient, of a function that writes into arrays",
                   why="the writes are undone on the way back, and that is not differentiated yet",
                   remedy="build the arrays anew")


def gradient_form(function: Any, call: Call) -> Any:
    """The CPS form of a gradient function that is called with values that carry a derivative."""
    names = tuple(name for name, _ in call.keywords)
    compute, pick = function.__dict__[forms.OPERATOR_PARTS]
    has_aux = compute.has_aux

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        every = [*args, *keywords.values()]
        target, slots, drive = prepare(compute, args, keywords, names)
        return drive(heap, k, target, Heap(), pick, slots, has_aux, *every)[5:]

    adapted.__dict__[forms.TWICE] = True
    return adapted


def prepare(compute: Any, args: tuple[Any, ...], keywords: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, Any, Any]:
    """The inner program, the positions that it is differentiated by, and the form of what drives it."""
    if closes_over(compute.function):
        raise here(UnsupportedError, "the gradient of a function that is defined in a differentiated function",
                   why="it may close over values that carry a derivative", remedy="define it at module level, and pass "
                   "what it needs as arguments")
    every = [*args, *keywords.values()]
    slots = compute.locate(args, keywords)
    compute.check_plain(every, slots, args)
    letters = [letter_of(a, i in slots) for i, a in enumerate(every)]
    text = "".join(letters[: len(args)])
    text += "".join(f",{n}={a}" for n, a in zip(names, letters[len(args):], strict=True))
    target = forms.form(compute.function, text)
    if names:
        target = _by_position(target, len(args), names)
    drive = forms.form(_drive, "oooos" + "".join("O" if is_floating(v) else "o" for v in every))
    return target, tuple(slots), drive


def _by_position(target: Any, count: int, names: tuple[str, ...]) -> Any:
    def by_position(heap: Any, k: Any, *args: Any) -> Any:
        return target(heap, k, *args[:count], **dict(zip(names, args[count:], strict=True)))

    return by_position


# -- what an inner program asks of its heap -------------------------------------------------------------------------

def heap_form(method: Any) -> Any:
    """The CPS form of a method of an inner heap."""
    made = HEAP.get(method.__name__)
    if made is None:
        raise here(UnsupportedError, "a gradient inside a gradient comes to what is not differentiated twice yet "
                   f"({method.__name__})", remedy="compute the inner gradient by hand, or use cpsad.stop_gradient on its result")
    return _of(made, method.__self__)


def _of(made: Any, inner: Heap) -> Any:
    def adapted(heap: Heap, k: Any, /, *args: Any) -> Any:
        return made(inner, heap, k, *args)

    return adapted


def _second(inner: Heap, value: Any) -> Any:
    """The cotangent of what is added to the slot of `value`."""
    return inner.second.get(id(value), ZERO) if not isinstance(value, Absorbing) else ZERO


def _put(inner: Heap, heap: Heap, k: Any, value: Any) -> Any:
    new = not inner.holds(value)
    inner.put(value)
    k(None)
    if new:
        inner.second.pop(id(value), None)
    return (ZERO,)


def _add(inner: Heap, heap: Heap, k: Any, value: Any, adjoint: Any) -> Any:
    known = inner.holds(value)
    inner.add(value, adjoint)
    k(None)
    return ZERO, _second(inner, value) if known else ZERO


def _take(inner: Heap, heap: Heap, k: Any, value: Any) -> Any:
    known = inner.holds(value)
    gathered = inner.take(value)
    g = k(gathered)
    if known:
        inner.second[id(value)] = g
    return (ZERO,)


def _rows(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    made = inner.rows(values)
    if made is values:
        return (k(made),)
    made.heaps.append(heap)
    k(made)
    return (heap.unrows(values, made),)


def _unrows(inner: Heap, heap: Heap, k: Any, values: Any, rows: Any) -> Any:
    total = inner.unrows(values, rows)
    g = k(total)
    if rows is not values:
        for i, row in rows.made:
            inner.second[id(row)] = g if isinstance(g, Absorbing) else g[i]
    return ZERO, ZERO


def _put_each(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    inner.put_each(values)
    k(None)
    return (ZERO,)


def _take_each(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    made = inner.take_each(values)
    for m in made:
        heap.put(m)
    k(made)
    for value, m in zip(values, made, strict=True):
        inner.second[id(value)] = heap.take(m)
    return (ZERO,)


def _spread(inner: Heap, heap: Heap, k: Any, values: Any, adjoints: Any) -> Any:
    if not isinstance(values, (list, tuple)) or any(isinstance(v, (list, tuple)) for v in values):
        if not isinstance(values, (list, tuple)) and not isinstance(adjoints, (list, tuple)):  # an array or a number
            return ZERO, k(inner.spread(values, adjoints))
        raise here(UnsupportedError, "a gradient inside a gradient, of a function of nested sequences",
                   remedy="make arrays of them first")
    inner.spread(values, adjoints)
    k(ZERO)
    found = [_second(inner, v) for v in values]
    if isinstance(adjoints, np.ndarray):
        return ZERO, stacked(found, adjoints)
    if not isinstance(adjoints, Absorbing):
        for adjoint, g in zip(adjoints, found, strict=True):
            heap.add(adjoint, g)
    return ZERO, ZERO


def _iterable(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    return (k(inner.iterable(values)),)


def _array(inner: Heap, heap: Heap, k: Any, value: Any) -> Any:
    made = inner.array(value)
    return (heap.unarray(value, made, k(made)),)


def _unarray(inner: Heap, heap: Heap, k: Any, value: Any, array: Any, adjoint: Any) -> Any:
    g = k(inner.unarray(value, array, adjoint))
    if array is value:
        return ZERO, ZERO, g
    return ZERO, ZERO, _seconds(inner, value, adjoint) if isinstance(adjoint, np.ndarray) else ZERO


def _seconds(inner: Heap, values: Any, like: Any) -> Any:
    return stacked([_seconds(inner, v, g) if isinstance(v, (list, tuple)) else _second(inner, v)
                     for v, g in zip(values, like, strict=True)], like)


def _item(inner: Heap, heap: Heap, k: Any, owner: Any, index: Any) -> Any:
    value = inner.item(owner, index)
    return heap.read_item(ZERO, owner, index, value, k(value)), ZERO


def _read_item(inner: Heap, heap: Heap, k: Any, total: Any, owner: Any, index: Any, value: Any, adjoint: Any) -> Any:
    known = inner.holds(value)
    g = k(inner.read_item(total, owner, index, value, adjoint))
    if isinstance(owner, np.ndarray):
        return g, ZERO, ZERO, ZERO, ZERO if isinstance(adjoint, Absorbing) else g[index]
    if isinstance(owner, np.generic):
        return g, ZERO, ZERO, ZERO, g if isinstance(adjoint, Absorbing) else np.broadcast_to(g, np.shape(adjoint))
    return g, ZERO, ZERO, ZERO, _second(inner, value) if known else ZERO


def _attribute(inner: Heap, heap: Heap, k: Any, owner: Any, name: str) -> Any:
    value = inner.attribute(owner, name)
    return heap.read_attribute(owner, name, value, k(value)), ZERO


def _read_attribute(inner: Heap, heap: Heap, k: Any, owner: Any, name: str, value: Any, adjoint: Any) -> Any:
    if isinstance(owner, (np.ndarray, np.generic)) and not isinstance(adjoint, Absorbing):
        raise here(UnsupportedError, f"a gradient inside a gradient, through the attribute {name} of an array",
                   remedy="use the function of the same name")
    known = inner.holds(value)
    g = k(inner.read_attribute(owner, name, value, adjoint))
    return g, ZERO, ZERO, _second(inner, value) if known else ZERO


def _set_attribute(inner: Heap, heap: Heap, k: Any, owner: Any, name: str, value: Any) -> Any:
    heap.put(value)
    inner.set_attribute(owner, name, value)
    k(None)
    return ZERO, ZERO, heap.take(value)


def _settle(inner: Heap, heap: Heap, k: Any, *pairs: Any) -> Any:
    """Nothing is written in place here (`store_item` and its kin are refused): the adjoints come back as they are."""
    adjoints = list(pairs[1::2])
    if len(adjoints) == 1:
        return ZERO, k(adjoints[0])
    for adjoint in adjoints:
        heap.put(adjoint)
    k(adjoints)
    back = [heap.take(adjoint) for adjoint in reversed(adjoints)][::-1]
    return tuple(part for g in back for part in (ZERO, g))


def _collect(inner: Heap, heap: Heap, k: Any, array: Any, adjoint: Any) -> Any:
    return ZERO, k(adjoint)


def _constant(name: str) -> Any:
    def constant(inner: Heap, heap: Heap, k: Any, *args: Any) -> Any:
        k(getattr(inner, name)(*args))
        return (ZERO,) * len(args)

    return constant


HEAP: dict[str, Any] = {
    "put": _put, "add": _add, "take": _take, "rows": _rows, "unrows": _unrows, "put_each": _put_each, "take_each": _take_each,
    "spread": _spread, "iterable": _iterable, "array": _array, "unarray": _unarray, "item": _item, "read_item": _read_item,
    "attribute": _attribute, "read_attribute": _read_attribute, "set_attribute": _set_attribute,
    "text": _constant("text"), "holds": _constant("holds"), "settle": _settle, "collect": _collect,
    "constant": _constant("constant"), "borrow": _constant("borrow"),
}
