"""Generators in continuation-passing style: a generator is a continuation that waits.

`yield v` keeps what follows it in the generator, and calls what follows the consumer's `next` with `v`; `next` keeps
what follows it, and calls what the generator keeps. So the two run in turns, as Python runs them, and the calls nest:
each turn is deeper in the stack than the last, and the way back passes through all turns in reverse by itself. No
thread or second stack is needed, and a generator that is left unfinished is a function that nobody calls.

The CPS form of a generator function gives a `Generator`; its body is a function of `suspend`, for which
`form(suspend, "O")(heap, after, v)` is the form of `yield v`.
"""

from __future__ import annotations

import collections.abc
import types
from collections.abc import Callable
from typing import Any

from .cotangents import ZERO
from .layout import Call, define
from .places import here
from .protocols import FORMS
from .runtime import GENERATOR
from .transforms.errors import NoDerivativeError

__all__ = ["GENERATOR", "Generator", "Suspend", "generator_form", "method_form", "next_form"]


class Suspend:
    """`yield` of one generator."""

    __slots__ = ("owner",)

    def __init__(self, owner: Generator) -> None:
        self.owner = owner

    def form(self, heap: Any, after: Any, value: Any) -> Any:
        owner = self.owner
        owner.resume, owner.running = after, False
        k, owner.k, owner.stop = owner.k, None, None
        return (k(value),)  # the consumer goes on; what comes back is the adjoint of `value`

    def __call__(self, value: Any) -> Any:
        raise AssertionError("a generator is suspended by its form")


class Generator(collections.abc.Generator):
    """A generator of transformed code."""

    __slots__ = ("__weakref__", "finished", "heap", "k", "resume", "running", "started", "stop", "value")

    def __init__(self, heap: Any, start: Callable[..., Any]) -> None:
        self.heap = heap
        self.resume: Any = start  # what a `next` calls
        self.k: Any = None  # what follows the `next` that is under way
        self.stop: Any = None  # what follows it if there is no further value
        self.value: Any = None  # what the body has returned
        self.running = self.finished = self.started = False

    def advance(self, k: Any, stop: Any, sent: Any = None) -> Any:
        """Runs on to the next `yield`, whose value `k` gets, or to the end: then `stop` is called, and answers ZERO.

        Comes back the adjoint of `sent`.
        """
        if self.running:
            raise ValueError("generator already executing")
        if self.finished:
            return stop()
        if not self.started and sent is not None:
            raise TypeError("can't send non-None value to a just-started generator")
        resume, self.resume = self.resume, None
        self.k, self.stop, self.running = k, stop, True
        try:
            if not self.started:
                self.started = True
                return resume(self.end, Suspend(self))
            return resume(sent)
        except BaseException:
            if self.running:  # raised in the body, not by who consumes it
                self.running, self.finished = False, True
            raise

    def end(self, value: Any) -> Any:
        """The continuation of the body; gives back the adjoint of what it returns."""
        self.running, self.finished = False, True
        stop, self.k, self.stop = self.stop, None, None
        self.value = value
        self.heap.put(value)
        stop()
        return self.heap.take(value)

    # -- as Python or C code that is not transformed sees it --------------------------------------------------

    def __next__(self) -> Any:
        raise self._refusal()

    def send(self, value: Any) -> Any:
        raise self._refusal()

    def throw(self, *_: Any) -> Any:
        raise self._refusal()

    def _refusal(self) -> Exception:
        return here(NoDerivativeError, "a generator of differentiated code is consumed by code that is not transformed",
                    why="its steps would run without their derivatives", remedy="make a list of it first: list(...)")

    def close(self) -> None:
        self.finished, self.resume = True, None

    def __iter__(self) -> Generator:
        return self

    def __repr__(self) -> str:
        return f"<generator of differentiated code at {id(self):#x}>"


def generator_form(function: Any, call: Call) -> Any:
    """`form(generator, "oSv")(heap, k, body, a, b)`: the arguments are kept until the first `next`."""
    names = [f"_a{i}" for i in range(1, len(call.args))]
    given = ", ".join(["_heap", "_end", "_suspend", *names])
    lines = [f"def adapted({', '.join(['_heap', '_k', '_body', *names])}):",
             *(f"    _heap.put({n})" for n in names),
             "    def _start(_end, _suspend):",
             f"        _r = _body({given})",
             *(f"        _heap.add({n}, _r[{i}])" for i, n in enumerate(names, 1)),
             "        return _ZERO",
             "    _k(_Generator(_heap, _start))",
             f"    return ({', '.join(['_ZERO', *(f'_heap.take({n})' for n in names)])},)"]
    return define("\n".join(lines), {"_Generator": Generator, "_ZERO": ZERO})


FORMS[GENERATOR] = generator_form


def next_form(heap: Any, k: Any, iterator: Generator, default: tuple[Any, ...]) -> Any:
    """`next(iterator)`, or `next(iterator, default)`: the adjoints of both."""
    back = ZERO

    def stop() -> Any:
        nonlocal back
        if not default:
            raise stopped(iterator)
        back = k(default[0])
        return ZERO

    iterator.advance(k, stop)
    return (ZERO, back) if default else (ZERO,)


def stopped(iterator: Generator) -> StopIteration:
    return StopIteration() if iterator.value is None else StopIteration(iterator.value)


def method_form(function: types.MethodType, call: Call) -> Any:
    """`g.send(v)`, `g.close()`, `g.__next__()` of a generator of ours."""
    owner, name = function.__self__, function.__func__.__name__

    def stop() -> Any:
        raise stopped(owner)

    def close(heap: Any, k: Any) -> Any:
        owner.close()
        k(None)
        return ()

    def advance(heap: Any, k: Any) -> Any:
        owner.advance(k, stop)
        return ()

    def send(heap: Any, k: Any, value: Any) -> Any:
        return (owner.advance(k, stop, value),)

    def itself(heap: Any, k: Any) -> Any:
        k(owner)
        return ()

    def refuse(heap: Any, k: Any, *_: Any) -> Any:
        raise owner._refusal()

    if name == "throw":
        return refuse
    known = {"close": (close, 0), "__next__": (advance, 0), "send": (send, 1), "__iter__": (itself, 0)}
    made, count = known.get(name, (None, 0))
    return made if call.is_plain and len(call.args) == count else None
