"""What a gradient program asks of its heap, for the program to be differentiated again: the meaning of each operation.

An operation of an inner heap is a primitive here, like one of NumPy. `FORMS` has those with a rule of their own, written
as what they do and what their transpose is: `add` adds a cotangent to the slot of a stored value, `take` takes the sum;
backward, the cotangent of what `take` gave is that of every cotangent that was added (`Heap.second` of the outer heap, by
the inner heap and the stored value). `CONSTANT` are those through which no number flows, `PLAIN` those whose source is
transformed like the user's, as it is plain Python: writing into arrays, and shadows, are arrays written in place again.

The forms are plain Python too, so that a third level can transform them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing, stacked
from .heap import Heap
from .layout import Call, define
from .memory import owner_of
from .operands import still
from .places import here
from .resolve import letter_of
from .rules.registry import REGISTRY
from .transforms.errors import UnsupportedError

__all__ = ["CONSTANT", "FORMS", "MOVERS", "PLAIN", "heap_form"]


def heap_form(method: Any, call: Call) -> Any:
    """The CPS form of a method of an inner heap."""
    name, inner = method.__name__, method.__self__
    count = len(call.args)
    names = "".join(f", _a{i}" for i in range(count))
    made = FORMS.get(name)
    if made is not None:
        return define(f"def adapted(_heap, _k{names}):\n    return _made(_inner, _heap, _k{names})",
                      {"_made": made, "_inner": inner})
    if name in CONSTANT:
        zeros = "_ZERO, " * count
        return define(f"def adapted(_heap, _k{names}):\n    _k(_made({names[2:]}))\n    return ({zeros})",
                      {"_made": method, "_ZERO": ZERO})
    if name in MOVERS:
        zeros = "_ZERO, " * count
        return define(f"def adapted(_heap, _k{names}):\n    _result = _made({names[2:]})\n"
                      f"    _heap.add(_result, _k(_result))\n    return ({zeros})", {"_made": method, "_ZERO": ZERO})
    if name in PLAIN:
        letters = "o" + "".join(letter for letter, _ in call.args)
        return define(f"def adapted(_heap, _k{names}):\n"
                      f"    return _heap.form(_plain, {letters!r})(_heap, _k, _inner{names})[1:]",
                      {"_plain": getattr(Heap, name), "_inner": inner})
    raise here(UnsupportedError, "a gradient inside a gradient comes to what is not differentiated twice yet "
               f"({name})", remedy="compute the inner gradient by hand, or use cpsad.stop_gradient on its result")


# -- slots ----------------------------------------------------------------------------------------------------------

def _second(inner: Heap, heap: Heap, value: Any) -> Any:
    """The cotangent of what is added to the slot of `value`."""
    return heap.second.get((id(inner), id(value)), ZERO)


def _put(inner: Heap, heap: Heap, k: Any, value: Any) -> Any:
    new = not inner.holds(value)
    inner.put(value)
    k(None)
    if new:
        heap.second.pop((id(inner), id(value)), None)
    return (ZERO,)


def _add(inner: Heap, heap: Heap, k: Any, value: Any, adjoint: Any) -> Any:
    if inner.written and inner.is_written(value):
        return heap.form(_pour, "oOO")(heap, k, inner, value, adjoint)[1:]
    known = inner.holds(value)
    inner.add(value, adjoint)
    k(None)
    return ZERO, _second(inner, heap, value) if known else ZERO


def _pour(inner: Heap, value: Any, adjoint: Any) -> None:
    if not isinstance(adjoint, Absorbing):
        inner.pour(value, owner_of(value), adjoint)


def _take(inner: Heap, heap: Heap, k: Any, value: Any) -> Any:
    if inner.shadows:
        return heap.form(_take_collected, "oO")(heap, k, inner, value)[1:]
    return _take_slot(inner, heap, k, value)


def _take_collected(inner: Heap, value: Any) -> Any:
    return inner.collect(value, inner.take_slot(value))


def _take_slot(inner: Heap, heap: Heap, k: Any, value: Any) -> Any:
    known = inner.holds(value)
    gathered = inner.take_slot(value)
    g = k(gathered)
    if known:
        heap.second[id(inner), id(value)] = g
    return (ZERO,)


# -- sequences ------------------------------------------------------------------------------------------------------

def _rows(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    made = inner.rows(values)
    if made is values:
        return (k(made),)
    made.heaps.append(heap)
    k(made)
    return (heap.unrows(values, made),)


def _gathered(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    made = inner.gathered(values)
    if made is values:
        return (k(made),)
    k(made)
    return (ZERO,)


def _unrows(inner: Heap, heap: Heap, k: Any, values: Any, rows: Any) -> Any:
    if inner.shadows:
        return heap.form(Heap.unrows, "oOO")(heap, k, inner, values, rows)[1:]
    total = inner.unrows(values, rows)
    g = k(total)
    if rows is not values:
        for i, row in rows.made:
            heap.second[id(inner), id(row)] = g if isinstance(g, Absorbing) else g[i]
    return ZERO, ZERO


def _put_each(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    inner.put_each(values)
    k(None)
    return (ZERO,)


def _take_each(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    if inner.shadows:
        return heap.form(Heap.take_each, "oO")(heap, k, inner, values)[1:]
    made = inner.take_each(values)
    for m in made:
        heap.put(m)
    k(made)
    for value, m in zip(values, made, strict=True):
        heap.second[id(inner), id(value)] = heap.take(m)
    return (ZERO,)


def _spread(inner: Heap, heap: Heap, k: Any, values: Any, adjoints: Any) -> Any:
    if not isinstance(values, (list, tuple)) and not isinstance(adjoints, (list, tuple)):  # an array or a number
        return ZERO, k(inner.spread(values, adjoints))
    if inner.written or not isinstance(values, (list, tuple)) or any(isinstance(v, (list, tuple)) for v in values):
        return heap.form(Heap.spread, "oOO")(heap, k, inner, values, adjoints)[1:]
    inner.spread(values, adjoints)
    k(ZERO)
    found = [_second(inner, heap, v) for v in values]
    if isinstance(adjoints, np.ndarray):
        return ZERO, stacked(found, adjoints)
    if not isinstance(adjoints, Absorbing):
        for adjoint, g in zip(adjoints, found, strict=True):
            heap.add(adjoint, g)
    return ZERO, ZERO


def _iterable(inner: Heap, heap: Heap, k: Any, values: Any) -> Any:
    return (k(inner.iterable(values)),)


def _array(inner: Heap, heap: Heap, k: Any, value: Any) -> Any:
    held = still(value)  # as it is now
    made = inner.array(value)
    return (heap.unarray(held, made, k(made)),)


def _unarray(inner: Heap, heap: Heap, k: Any, value: Any, array: Any, adjoint: Any) -> Any:
    if array is value and not isinstance(value, (list, tuple)):
        return ZERO, ZERO, k(adjoint)
    return heap.form(Heap.unarray, "oOOO")(heap, k, inner, value, array, adjoint)[1:]


# -- items and attributes -------------------------------------------------------------------------------------------

def _item(inner: Heap, heap: Heap, k: Any, owner: Any, index: Any) -> Any:
    heap.put(index)  # the key of what a `defaultdict` makes
    value = inner.item(owner, index)
    back = heap.read_item(ZERO, owner, index, value, k(value))
    return back, heap.take(index)


def _read_item(inner: Heap, heap: Heap, k: Any, total: Any, owner: Any, index: Any, value: Any, adjoint: Any) -> Any:
    if inner.written:
        return heap.form(Heap.read_item, "oOOoOO")(heap, k, inner, total, owner, index, value, adjoint)[1:]
    known = inner.holds(value)
    g = k(inner.read_item(total, owner, index, value, adjoint))
    if isinstance(owner, np.ndarray):
        return g, ZERO, ZERO, ZERO, ZERO if isinstance(adjoint, Absorbing) else g[index]
    if isinstance(owner, np.generic):
        return g, ZERO, ZERO, ZERO, g if isinstance(adjoint, Absorbing) else np.broadcast_to(g, np.shape(adjoint))
    return g, ZERO, ZERO, ZERO, _second(inner, heap, value) if known else ZERO


def _attribute(inner: Heap, heap: Heap, k: Any, owner: Any, name: str, *default: Any) -> Any:
    for other in default:
        heap.put(other)
    value = inner.attribute(owner, name, *default)
    back = heap.read_attribute(owner, name, value, k(value))
    return (back, ZERO, *[heap.take(other) for other in default])


def attribute_rule(name: str) -> Any:
    """The rule of an attribute that arrays have, a linear function of the cotangent."""
    rule = REGISTRY.lookup(getattr(np.ndarray, name, None))
    return None if rule is None or rule.role != "rule" else rule.pullback


def _read_attribute(inner: Heap, heap: Heap, k: Any, owner: Any, name: str, value: Any, adjoint: Any) -> Any:
    if isinstance(owner, (np.ndarray, np.generic)) and not isinstance(adjoint, Absorbing):
        rule = attribute_rule(name)
        if rule is None:  # of a kind that carries nothing
            k(inner.read_attribute(owner, name, value, adjoint))
            return ZERO, ZERO, ZERO, ZERO
        by_adjoint, by_value, by_owner = heap.form(rule, "NNN")(heap, k, adjoint, value, owner)
        return by_owner, ZERO, by_value, by_adjoint
    if inner.written and inner.is_written(value):
        return heap.form(Heap.read_attribute, "oOoOO")(heap, k, inner, owner, name, value, adjoint)[1:]
    known = inner.holds(value)
    k(inner.read_attribute(owner, name, value, adjoint))  # ZERO: what goes to the owner depends on nothing
    return ZERO, ZERO, ZERO, _second(inner, heap, value) if known else ZERO


def _set_attribute(inner: Heap, heap: Heap, k: Any, owner: Any, name: str, value: Any) -> Any:
    heap.put(value)
    inner.set_attribute(owner, name, value)
    k(None)
    return ZERO, ZERO, heap.take(value)


def _set_layout(inner: Heap, heap: Heap, k: Any, owner: Any, name: str, value: Any) -> Any:
    """An array keeps its layout; what else has an attribute of that name holds its value."""
    heap.put(value)
    inner.set_layout(owner, name, value)
    k(None)
    return ZERO, ZERO, heap.take(value)


def _store_item(inner: Heap, heap: Heap, k: Any, owner: Any, index: Any, value: Any, active: bool) -> Any:
    if isinstance(owner, (np.ndarray, np.flatiter)):
        return heap.form(Heap.store_item, "oOo" + letter_of(value, True) + "s")(heap, k, inner, owner, index, value, active)[1:]
    heap.put(value)
    heap.put(index)
    k(inner.store_item(owner, index, value, active))
    return ZERO, heap.take(index), heap.take(value), ZERO


# -- arrays written in place ----------------------------------------------------------------------------------------

def _settle(inner: Heap, heap: Heap, k: Any, *pairs: Any) -> Any:
    """Where nothing is written in place, the adjoints come back as they are."""
    if inner.written:
        return _settle_written(inner, heap, k, pairs)
    adjoints = list(pairs[1::2])
    if len(adjoints) == 1:
        return ZERO, k(adjoints[0])
    for adjoint in adjoints:
        heap.put(adjoint)
    k(adjoints)
    back = [heap.take(adjoint) for adjoint in reversed(adjoints)][::-1]
    return tuple(part for g in back for part in (ZERO, g))


def _settle_written(inner: Heap, heap: Heap, k: Any, pairs: Any) -> Any:
    with heap.through_c():
        return heap.form(Heap.settle, "o" + "O" * len(pairs))(heap, k, inner, *pairs)[1:]


def _collect(inner: Heap, heap: Heap, k: Any, array: Any, adjoint: Any) -> Any:
    if inner.shadows:
        return heap.form(Heap.collect, "oOO")(heap, k, inner, array, adjoint)[1:]
    return ZERO, k(adjoint)


FORMS: dict[str, Any] = {
    "put": _put, "add": _add, "take": _take, "take_slot": _take_slot, "rows": _rows, "gathered": _gathered, "unrows": _unrows,
    "put_each": _put_each, "take_each": _take_each, "spread": _spread, "iterable": _iterable, "array": _array,
    "unarray": _unarray, "item": _item, "read_item": _read_item, "attribute": _attribute, "read_attribute": _read_attribute,
    "set_attribute": _set_attribute, "set_layout": _set_layout, "store_item": _store_item, "settle": _settle, "collect": _collect,
}

CONSTANT = {"text", "printed", "holds", "form", "through_c", "constant", "borrow", "claim", "check_array", "is_written", "refuse",
            "refuse_constant", "refuse_flat", "note_write", "elements", "lost",
            "decided", "guard", "guard_store", "is_harmless", "verdict", "check_settled"}

MOVERS = {"shadow"}  # an array that is there already, as a view

PLAIN = {"store_into", "unstore_item", "unstore_from", "store_part", "unstore_part", "store_flat", "unstore_flat",
         "snapshot", "restore", "erase", "drain",
         "undo", "pour", "add_item", "released", "final_contents", "leave", "_spread"}
