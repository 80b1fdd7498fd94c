"""Built-in functions that consume iterators, written in Python for those that run user's code; transformed like user's code.

They say what the functions of the same names in `builtins` and `itertools` do; what a list or an array is given to
goes on to those, in C.
"""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

END: Any = object()
_UNSET: Any = object()


def list_of(iterable: Any) -> list[Any]:
    return [value for value in iterable]


def list_of_sized(iterable: Any) -> list[Any]:
    """`list` asks an object that has a length for it, once it has its iterator."""
    iterator = iter(iterable)
    len(iterable)
    return [value for value in iterator]


def any_of(iterable: Any) -> bool:
    for value in iterable:
        if value:
            return True
    return False


def all_of(iterable: Any) -> bool:
    for value in iterable:
        if not value:
            return False
    return True


def sum_of(iterable: Any, start: Any = 0) -> Any:
    total = start
    for value in iterable:
        total = total + value
    return total


def contains(iterable: Any, wanted: Any) -> bool:
    for value in iterable:
        if value is wanted or value == wanted:
            return True
    return False


def unpack_of(iterable: Any, count: int, rest: bool) -> tuple[Any, ...]:
    """The values that `a, b = iterable` wants, and one more if there are too many."""
    if rest:
        return tuple(list_of(iterable))
    found: list[Any] = []
    for value in iterable:
        found.append(value)
        if len(found) > count:
            break
    return tuple(found)


class _Unpack:
    """`unpack_of` of what runs user's code when it is iterated over; anything else stays as it is."""

    def __call__(self, iterable: Any, count: int, rest: bool) -> Any:
        return unpack_of(iterable, count, rest) if hasattr(iterable, "__next__") else iterable

    def __repr__(self) -> str:
        return "unpacked"


UNPACKED = _Unpack()


def sequence_items(sequence: Any) -> Any:
    """Iteration over an object that has `__getitem__` only."""
    i = 0
    while True:
        try:
            value = sequence[i]
        except IndexError:
            return
        yield value
        i += 1


def items_backwards(sequence: Any) -> Any:
    """`reversed` of an object that has `__len__` and `__getitem__`."""
    for i in range(len(sequence) - 1, -1, -1):
        yield sequence[i]


def delegate(suspend: Any, iterable: Any) -> Any:
    """`yield from iterable`, in a generator that is suspended by `suspend`."""
    iterator = iter(iterable)
    delegating(suspend, iterator)
    sent = None
    while True:
        value = step(iterator, sent)
        if value is END:
            delegating(suspend, None)
            return returned(iterator)
        sent = suspend(value)


def delegate_guarded(suspend: Any, iterable: Any) -> Any:
    """The same in a generator whose body sees to exceptions: they go to the inner one first (PEP 380)."""
    iterator = iter(iterable)
    value = step(iterator, None)
    while value is not END:
        try:
            sent = suspend(value)
        except GeneratorExit:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()
            raise
        except BaseException as error:
            throw = getattr(iterator, "throw", None)
            if throw is None:
                raise
            value = after_throwing(throw, error)
        else:
            value = step(iterator, sent)
    return returned(iterator)


def after_throwing(throw: Any, error: Any) -> Any:
    try:
        return throw(error)
    except StopIteration:
        return END


def delegating(suspend: Any, iterator: Any) -> None:
    """See `generators.delegating`."""
    from . import generators

    generators.delegating(suspend, iterator)


def step(iterator: Any, sent: Any) -> Any:
    """`next(iterator)` or `iterator.send(sent)`, END at the end."""
    if sent is None:
        return next(iterator, END)
    return iterator.send_or(sent, END) if is_generator(iterator) else sent_to(iterator, sent)


def sent_to(iterator: Any, sent: Any) -> Any:
    try:
        return iterator.send(sent)
    except StopIteration:
        return END


def returned(iterator: Any) -> Any:
    """What the generator that has ended has returned."""
    return getattr(iterator, "value", None) if is_generator(iterator) else None


def is_generator(iterator: Any) -> bool:
    from .generators import Generator

    return isinstance(iterator, Generator)


def list_extended(owner: Any, values: Any) -> None:
    """`owner.extend(values)`: what the generator's code sees of the list has grown so far."""
    for value in values:
        list.append(owner, value)


def deque_extended(owner: Any, values: Any) -> None:
    for value in values:
        collections.deque.append(owner, value)


def deque_extended_left(owner: Any, values: Any) -> None:
    for value in values:
        collections.deque.appendleft(owner, value)


def dict_updated(owner: Any, values: Any) -> None:
    for key, value in values:
        dict.__setitem__(owner, key, value)


def set_updated(owner: Any, values: Any) -> None:
    for value in values:
        set.add(owner, value)


STEP_BY_STEP: dict[Any, Any] = {list.extend: list_extended, collections.deque.extend: deque_extended,
                                collections.deque.extendleft: deque_extended_left, dict.update: dict_updated,
                                set.update: set_updated}


def zip_of(*iterables: Any, strict: bool = False) -> Any:
    iterators = [iter(it) for it in iterables]
    if not iterators:
        return
    while True:
        values = []
        for i, iterator in enumerate(iterators):
            value = next(iterator, END)
            if value is END:
                if strict and i:
                    raise ValueError(shorter(i, "shorter"))
                if strict:
                    for j, other in enumerate(iterators):
                        if j and next(other, END) is not END:
                            raise ValueError(shorter(j, "longer"))
                return
            values.append(value)
        yield tuple(values)


def shorter(i: int, how: str) -> str:
    return f"zip() argument {i + 1} is {how} than argument{' 1' if i == 1 else f's 1-{i}'}"


def enumerate_of(iterable: Any, start: int = 0) -> Any:
    n = start
    for value in iterable:
        yield n, value
        n += 1


def map_of(function: Any, *iterables: Any) -> Any:
    if len(iterables) == 1:
        for value in iterables[0]:
            yield function(value)
    else:
        for values in zip_of(*iterables):
            yield function(*values)


def map_next(function: Any, iterators: Any) -> Any:
    """`map(next, iterators)`, which ends where one of them does."""
    for iterator in iterators:
        value = function(iterator, END)
        if value is END:
            return
        yield value


def filter_of(function: Any, iterable: Any) -> Any:
    for value in iterable:
        if value if function is None or function is bool else function(value):
            yield value


def starmap(function: Any, iterable: Any) -> Any:
    for args in iterable:
        yield function(*args)


def takewhile(predicate: Any, iterable: Any) -> Any:
    for value in iterable:
        if not predicate(value):
            return
        yield value


def dropwhile(predicate: Any, iterable: Any) -> Any:
    dropping = True
    for value in iterable:
        if dropping and predicate(value):
            continue
        dropping = False
        yield value


def filterfalse(predicate: Any, iterable: Any) -> Any:
    for value in iterable:
        if not (value if predicate is None else predicate(value)):
            yield value


def accumulate(iterable: Any, func: Any = None, *, initial: Any = None) -> Any:
    iterator = iter(iterable)
    total = initial
    if initial is None:
        total = next(iterator, END)
        if total is END:
            return
    yield total
    for value in iterator:
        total = total + value if func is None else func(total, value)
        yield total


def chain(*iterables: Any) -> Any:
    for iterable in iterables:
        for value in iterable:
            yield value


def chain_from(iterable: Any) -> Any:
    for part in iterable:
        for value in part:
            yield value


def islice(iterable: Any, *args: Any) -> Any:
    s = slice(*args)
    start, stop, step = s.start or 0, s.stop, s.step or 1
    if start < 0 or step < 1 or stop is not None and stop < 0:
        raise ValueError("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    iterator = iter(iterable)
    i = 0
    wanted = start
    while stop is None or i < stop:
        value = next(iterator, END)
        if value is END:
            return
        if i == wanted:
            yield value
            wanted += step
            if stop is not None and wanted >= stop:
                i += 1
                while i < stop:
                    if next(iterator, END) is END:
                        return
                    i += 1
                return
        i += 1


def pairwise(iterable: Any) -> Any:
    iterator = iter(iterable)
    a = next(iterator, END)
    if a is END:
        return
    for b in iterator:
        yield a, b
        a = b


def cycle(iterable: Any) -> Any:
    saved = []
    for value in iterable:
        yield value
        saved.append(value)
    while saved:
        for value in saved:
            yield value


def compress(data: Any, selectors: Any) -> Any:
    for value, wanted in zip_of(data, selectors):
        if wanted:
            yield value


def batched(iterable: Any, n: int) -> Any:
    if n < 1:
        raise ValueError("n must be at least one")
    batch: list[Any] = []
    for value in iterable:
        batch.append(value)
        if len(batch) == n:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def zip_longest(*iterables: Any, fillvalue: Any = None) -> Any:
    iterators = [iter(it) for it in iterables]
    running = [True for it in iterables]
    while True:
        values = []
        for i, iterator in enumerate(iterators):
            value = next(iterator, END) if running[i] else END
            if value is END:
                running[i] = False
                value = fillvalue
            values.append(value)
        if not any(running):
            return
        yield tuple(values)


def groupby(iterable: Any, key: Any = None) -> Any:
    iterator = iter(iterable)
    value = next(iterator, END)
    if value is END:
        return
    current = value if key is None else key(value)
    ended = False

    def group(wanted: Any) -> Any:
        nonlocal value, current, ended
        yield value
        while True:
            value = next(iterator, END)
            if value is END:
                ended = True
                return
            current = value if key is None else key(value)
            if current != wanted:
                return
            yield value

    while not ended:
        wanted = current
        values = group(wanted)
        yield wanted, values
        if not ended and current == wanted:
            for _ in values:
                pass


def call_until(function: Any, sentinel: Any) -> Any:
    """`iter(function, sentinel)`."""
    while True:
        value = function()
        if value == sentinel:
            return
        yield value


def count(start: Any = 0, step: Any = 1) -> Any:
    """`itertools.count` of floats, which adds up."""
    n = start
    while True:
        yield n
        n = n + step


def tee_of(iterable: Any, n: int) -> tuple[Any, ...]:
    """`itertools.tee`: each gives what the others have not taken yet from a list of their own."""
    iterator = iter(iterable)
    waiting: list[list[Any]] = [[] for _ in range(n)]

    def branch(own: Any) -> Any:
        while True:
            if not own:
                value = next(iterator, END)
                if value is END:
                    return
                for others in waiting:
                    others.append(value)
            yield own.pop(0)

    return tuple([branch(own) for own in waiting])


def ndenumerate_of(arr: Any) -> Any:
    """`np.ndenumerate`."""
    arr = np.asarray(arr)
    i = 0
    for value in arr.flat:
        yield place_of(i, arr.shape), value
        i += 1


def place_of(i: int, shape: Any) -> tuple[int, ...]:
    return tuple([int(n) for n in np.unravel_index(i, shape)])
