"""Iteration over an array: its rows are objects of their own, made as they are asked for, as Python makes them.

A row is on the heap from when it was made, and its adjoint is part of the array's. Where an array of numbers is written
while it is iterated over, a row is read between two writes, and which of them its derivative belongs to is not known
where the rows' adjoints are gathered: the next row is refused then. (Rows that are views of the array have their
adjoints in its shadow, and may be written.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .memory import owner_of
from .places import here
from .transforms.errors import NoDerivativeError

__all__ = ["Flat", "Rows"]


class _Method:
    """A special method of a class that code which looks for the user's methods takes for one written in C."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return self if owner is None else self.function.__get__(owner)


class Rows:
    """The rows of an array, for a function that iterates over it."""

    __slots__ = ("array", "heaps", "made", "owner", "writes")

    def __init__(self, heap: Any, array: Any) -> None:
        self.array = array
        self.heaps = [heap]  # on which rows are put
        self.made: list[tuple[int, Any]] = []  # (number of the row, row)
        self.owner = owner_of(array)
        self.writes = heap.iterated.setdefault(id(self.owner), 0)

    @_Method
    def __len__(self) -> int:
        return len(self.array)

    @_Method
    def __iter__(self) -> Iterator[Any]:
        return self.walk(range(len(self.array)))

    @_Method
    def __reversed__(self) -> Iterator[Any]:
        return self.walk(range(len(self.array) - 1, -1, -1))

    def walk(self, places: range) -> Iterator[Any]:
        array, copies = self.array, self.array.ndim == 1
        for i in places:
            if copies:
                self.check()
            yield self.put(i, array[i])

    def check(self) -> None:
        if self.heaps[0].iterated[id(self.owner)] != self.writes:
            raise here(NoDerivativeError, "an array is written while it is iterated over", why="each number that is read "
                       "belongs to another state of the array", remedy="iterate over range(len(x)) and read x[i], or "
                       "over a copy: x.copy()")

    def put(self, i: int, row: Any) -> Any:
        for heap in self.heaps:
            heap.put(row)
        self.made.append((i, row))
        return row


class Flat(Rows):
    """The elements of an array by its iterator `.flat`, which goes on where it stands."""

    __slots__ = ("iterator",)

    def __init__(self, heap: Any, iterator: Any) -> None:
        super().__init__(heap, iterator.base.reshape(-1))
        self.iterator, self.owner = iterator, owner_of(iterator.base)
        self.writes = heap.iterated.setdefault(id(self.owner), 0)

    def walk(self, places: range) -> Iterator[Any]:
        iterator = self.iterator
        for i in range(iterator.index, len(places)):
            self.check()
            row = next(iterator)
            yield self.put(i, row)
