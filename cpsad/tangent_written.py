"""Forward over reverse of functions that write into arrays: what a gradient program asks of its heap for such, with tangents.

Two things have tangents. What the arrays hold is what forward mode knows anyway (`tangent_memory.py`): a store writes a
tangent as well, and what puts an old content back puts the tangent back that it had. The *shadows* of the inner heap hold
adjoints, to which everything is added or taken away linearly: the tangent of a shadow is another shadow, to which the
tangents of what the first gets are added by the same methods. So beside each inner heap there is one more, `along`, which
calls the same arrays written and whose shadows and poisons are its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing, add_at
from .heap import Heap
from .products import total as value_of
from .shadows import UNCHANGED, Sequence

__all__ = ["SOURCE", "WRITES", "Inner", "add_to_shadow", "collected"]


class Inner:
    """What a table of tangents knows of an inner heap.

    `sums`: of the values on it, by id, the tangents of what was added to them; `along`: the heap of its shadows' tangents;
    `final`: the tangents of what the forward pass leaves in arrays.
    """

    __slots__ = ("along", "final", "heap", "sums")

    def __init__(self, heap: Heap) -> None:
        self.heap, self.sums = heap, {}  # type: ignore[var-annotated]
        self.along = Heap()
        self.along.written = heap.written
        self.final: list[Any] = []


def add_to_shadow(table: Any, heap: Heap, array: Any, adjoint: Any, tangent: Any) -> None:
    """An adjoint of a written array has been added to its shadow."""
    if tangent is not ZERO and not isinstance(adjoint, Absorbing):
        along_of(table, heap).settle(array, tangent)


def along_of(table: Any, heap: Heap) -> Heap:
    found: Heap = table.inner[id(heap)].along
    return found


def collected(table: Any, heap: Heap, array: Any, tangent: Any) -> Any:
    """The tangent of what `heap.collect` has given: `tangent`, that of what was pending, and what the shadow's holds."""
    gathered = along_of(table, heap).collect(array, ZERO)
    if tangent is ZERO or gathered is ZERO:
        return gathered if tangent is ZERO else tangent
    return value_of(tangent) + gathered


def _settle(table: Any, heap: Heap, *pairs: Any) -> Any:
    if not heap.written:
        adjoints = list(pairs[1::2])
        return adjoints[0] if len(adjoints) == 1 else adjoints
    tangents = [table.get(adjoint) for adjoint in pairs[1::2]]
    if any(d is not ZERO for d in tangents):
        along_of(table, heap).settle(*[part for i, d in enumerate(tangents) for part in (pairs[2 * i], d)])
    return heap.settle(*pairs)


def _collect(table: Any, heap: Heap, array: Any, adjoint: Any) -> Any:
    if not heap.shadows and not heap.poisons:
        return adjoint
    tangent = table.get(adjoint)
    made = heap.collect(array, adjoint)
    if isinstance(made, Absorbing):
        return made
    table.put(made, collected(table, heap, array, tangent))
    return made


def _add_item(table: Any, heap: Heap, total: Any, owner: Any, index: Any, adjoint: Any) -> Any:
    tangent, before = table.get(adjoint), table.get(total)
    made = heap.add_item(total, owner, index, adjoint)
    if tangent is ZERO:
        table.put(made, before)
    elif heap.written and heap.is_written(owner):
        along_of(table, heap).add_item(ZERO, owner, index, tangent)
    else:
        table.put(made, add_at(before.copy() if isinstance(before, np.ndarray) else value_of(before), owner, index, tangent))
    return made


# -- items ----------------------------------------------------------------------------------------------------------

def _store_item(table: Any, heap: Heap, owner: Any, index: Any, value: Any, active: bool) -> Any:
    if isinstance(owner, np.ndarray):
        return _store_into(table, heap, owner, index, value, active)
    if isinstance(owner, np.flatiter):
        return table.of(Heap.store_flat)(heap, owner, index, value, active)
    return heap.store_item(owner, index, value, active)


def _unstore_item(table: Any, heap: Heap, owner: Any, index: Any, old: Any, value: Any) -> Any:
    if old is UNCHANGED:
        return ZERO
    if isinstance(owner, np.flatiter):
        return table.of(Heap.unstore_flat)(heap, owner, index, old, value)
    return _unstore_from(table, heap, owner, index, old, value)


def _store_into(table: Any, heap: Heap, owner: Any, index: Any, value: Any, active: bool) -> Any:
    tangent, before = table.of_written(value), table.get(owner)
    there = table.pick(owner, before, index)
    seen = table.sees_write(owner, value, tangent, before)
    old = heap.store_into(owner, index, value, active)
    if seen:
        table.write_tangent(owner, index, tangent)
        table.put(old.content if type(old) is Sequence else old, there)
    return old


def _unstore_from(table: Any, heap: Heap, owner: Any, index: Any, old: Any, value: Any) -> Any:
    sequence = type(old) is Sequence
    content = old.content if sequence else old
    owner[index] = content
    _put_back(table, owner, index, content)
    like = np.array(old.values) if sequence else value
    made, tangent = heap.released(owner, index, like), along_of(table, heap).released(owner, index, like)
    if not isinstance(made, Absorbing):
        table.put(made, tangent)
    if sequence:
        from .tangent_inner import spread

        spread(table, heap, old.values, made)
        return ZERO
    return made


def _put_back(table: Any, owner: Any, index: Any, content: Any) -> None:
    """An old content is back at its place."""
    tangent = table.get(content)
    if table.sees_write(owner, content, tangent, ZERO):
        table.write_tangent(owner, index, tangent)


# -- whole arrays ---------------------------------------------------------------------------------------------------

def _snapshot(table: Any, heap: Heap, array: Any, active: bool, *sources: Any) -> Any:
    old = heap.snapshot(array, active, *sources)
    if old is not UNCHANGED:
        table.put(old, table.get(array))
    return old


def _restore(table: Any, heap: Heap, array: Any, old: Any, where: Any = True) -> None:
    heap.restore(array, old, where)
    if old is not UNCHANGED:
        if where is True:
            along_of(table, heap).erase(array)
        _put_back(table, array, ..., old)


def _erase(table: Any, heap: Heap, array: Any) -> None:
    heap.erase(array)
    along_of(table, heap).erase(array)


def _pour(table: Any, heap: Heap, array: Any, owner: Any, adjoint: Any) -> None:
    heap.pour(array, owner, adjoint)
    add_to_shadow(table, heap, array, adjoint, table.get(adjoint))


def _drain(table: Any, heap: Heap, array: Any, old: Any, adjoint: Any, where: Any = True) -> Any:
    if old is UNCHANGED:
        return adjoint
    tangent = value_of(table.get(adjoint))
    made = heap.drain(array, old, adjoint, where)
    if not isinstance(made, Absorbing):
        pending = tangent.copy() if isinstance(tangent, np.ndarray) else tangent
        table.put(made, along_of(table, heap).drain(array, old, pending, where))
    return made


def _undo(table: Any, heap: Heap, array: Any, old: Any, result: Any) -> Any:
    if old is UNCHANGED:
        return result
    tangent = table.get(array)
    made = heap.undo(array, old, result)
    table.put(made, tangent)
    _put_back(table, array, ..., old)
    return made


def _final_contents(table: Any, heap: Heap) -> Any:
    """The arrays are those that own the memory, of which there may be no tangent but of views: as the memory's is known."""
    found = heap.final_contents()
    table.inner[id(heap)].final = [table.memory_of(array) for array, _ in found]
    return found


def _leave(table: Any, heap: Heap, contents: Any) -> None:
    heap.leave(contents)
    for (array, _), known in zip(contents, table.inner[id(heap)].final, strict=True):
        table.set_memory(array, known)


WRITES: dict[str, Any] = {
    "settle": _settle, "collect": _collect, "add_item": _add_item, "store_item": _store_item, "unstore_item": _unstore_item,
    "store_into": _store_into, "unstore_from": _unstore_from, "snapshot": _snapshot, "restore": _restore, "drain": _drain,
    "erase": _erase, "pour": _pour, "undo": _undo, "final_contents": _final_contents, "leave": _leave,
}
SOURCE = {"store_flat", "unstore_flat", "store_part", "unstore_part"}  # plain Python in terms of these
