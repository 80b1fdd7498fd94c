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
from collections.abc import Callable
from typing import Any

from .cotangents import ZERO
from .layout import Call, define
from .places import PROGRAMS, here
from .protocols import FORMS
from .runtime import GENERATOR, GUARDED_GENERATOR
from .transforms.errors import Location, NoDerivativeError

__all__ = ["GENERATOR", "Generator", "Suspend", "check_finished", "check_level", "delegating", "next_form", "raises",
           "stopped"]


class Suspend:
    """`yield` of one generator."""

    __slots__ = ("owner",)

    def __init__(self, owner: Generator) -> None:
        self.owner = owner

    def __call__(self, _: Any) -> Any:
        raise AssertionError("a generator is suspended by its form")

    def form(self, heap: Any, after: Any, value: Any, handler: Any = None) -> Any:
        """`handler`: of the place, called with what is thrown into the generator there."""
        owner = self.owner
        owner.resume, owner.handler, owner.running = after, handler, False
        k, owner.k, owner.stop, owner.fail = owner.k, None, None, None
        if owner.closes and handler is not owner.failed:
            heap.unfinished[id(owner)] = owner
        return (k(value),)  # the consumer goes on; what comes back is the adjoint of `value`


def raises(error: BaseException) -> Any:
    """What an exception leads to where no handler is."""
    raise error


class Generator(collections.abc.Generator):
    """A generator of transformed code.

    The body of one that is *guarded* is called under a handler, `failed`: what it raises arrives there, on top of its
    frames, and so do exceptions that are thrown into it. One that `closes` is suspended in blocks which run code when they
    are left.
    """

    __slots__ = ("__weakref__", "body", "closes", "fail", "failed", "finished", "handler", "heap", "inner", "is_guarded", "k",
                 "resume", "running", "started", "stop", "value")

    def __init__(self, heap: Any, start: Callable[..., Any], body: Any, is_guarded: bool = False,
                 closes: bool = False) -> None:
        self.heap, self.body, self.closes, self.is_guarded = heap, body, closes, is_guarded
        self.resume: Any = start  # what a `next` calls
        self.k: Any = None  # what follows the `next` that is under way
        self.stop: Any = None  # what follows it if there is no further value
        self.fail: Any = None  # and if the body raises
        self.handler: Any = None  # of the place where it is suspended
        self.failed: Any = self.has_failed  # one object, known by its identity
        self.inner: Any = None  # what it delegates to
        self.value: Any = None  # what the body has returned
        self.running = self.finished = self.started = False

    def advance(self, k: Any, stop: Any, sent: Any = None, fail: Any = raises) -> Any:
        """Runs on to the next `yield`, whose value `k` gets, or to the end: then `stop` is called, and answers ZERO.

        Comes back the adjoint of `sent`. `fail` gets what the body raises, if the generator is guarded.
        """
        if self.running:
            raise ValueError("generator already executing")
        if self.finished:
            return stop()
        if not self.started and sent is not None:
            raise TypeError("can't send non-None value to a just-started generator")
        return self.run(self.resume, sent, k, stop, fail)

    def run(self, resume: Any, sent: Any, k: Any, stop: Any, fail: Any) -> Any:
        self.resume = self.handler = None
        self.k, self.stop, self.fail, self.running = k, stop, fail, True
        self.heap.unfinished.pop(id(self), None)
        try:
            if not self.started:
                self.started = True
                return resume(self, Suspend(self))
            return resume(sent)
        except BaseException as error:
            if self.running:  # raised in the body, not by who consumes it
                self.running, self.finished = False, True
                if isinstance(error, StopIteration):
                    raise _stopped_inside(error) from error
            raise

    def end(self, value: Any) -> Any:
        """The continuation of the body; gives back the adjoint of what it returns."""
        self.running, self.finished = False, True
        stop, self.k, self.stop, self.fail = self.stop, None, None, None
        self.value = value
        self.heap.put(value)
        stop()
        return self.heap.take(value)

    def has_failed(self, error: BaseException) -> None:
        """The handler of the body."""
        self.running, self.finished = False, True
        fail, self.k, self.stop, self.fail = self.fail, None, None, None
        if isinstance(error, StopIteration):
            error = _caused(_stopped_inside(error), error)
        fail(error)

    def receive(self, error: BaseException, k: Any, stop: Any, fail: Any) -> None:
        """`error` is raised where the generator is suspended."""
        if self.running:
            raise ValueError("generator already executing")
        if self.finished or not self.started or self.handler is None and self.inner is None:
            self.leave()
            fail(error)
        elif self.handler is not None:
            self.run(self.handler, error, k, stop, fail)
        else:
            self.delegate(error, k, stop, fail)

    def delegate(self, error: BaseException, k: Any, stop: Any, fail: Any) -> None:
        """The same where the body waits in a `yield from`, which hands the error on (PEP 380), and has no handler."""
        from .generator_methods import close_form

        inner = self.inner
        if type(inner) is not Generator:
            raise here(NoDerivativeError, "a generator that delegates to an iterator by `yield from` is left before its end",
                       why="what the iterator does about it is not seen", remedy="write a loop, and a `try` around the yield")
        resume, self.resume, self.running = self.resume, None, True

        def yields(value: Any) -> Any:
            self.resume, self.running = resume, False
            return k(value)

        def ends() -> Any:
            return self.run(resume, None, k, stop, fail)  # whose `next` finds the inner one at its end

        def fails(failure: BaseException) -> None:
            self.running, self.finished = False, True
            fail(failure)

        if isinstance(error, GeneratorExit):
            close_form(inner, self.heap, lambda _: fails(error), fails)
        else:
            inner.receive(error, yields, ends, fails)

    def leave(self) -> None:
        """It is not run on: nothing in its body sees to what it is left with."""
        self.finished, self.resume = True, None

    def place(self) -> Location | None:
        """Where its function is, in the user's file."""
        origin = PROGRAMS.get(self.body.__code__.co_filename)
        return None if origin is None else Location(origin.filename, origin.line(self.body.__code__.co_firstlineno))

    # -- as Python or C code that is not transformed sees it --------------------------------------------------

    def __next__(self) -> Any:
        raise self._refusal()

    def send(self, value: Any) -> Any:
        raise self._refusal()

    def send_or(self, value: Any, default: Any) -> Any:
        """`send`; `default` if it has ended."""
        raise self._refusal()

    def throw(self, *_: Any) -> Any:
        raise self._refusal()

    def _refusal(self) -> Exception:
        return here(NoDerivativeError, "a generator of differentiated code is consumed by code that is not transformed",
                    why="its steps would run without their derivatives", remedy="make a list of it first: list(...)")

    def close(self) -> None:
        if self.started and not self.finished and (self.handler is not None or self.inner is not None):
            raise self._refusal()
        self.leave()

    def __iter__(self) -> Generator:
        return self

    def __repr__(self) -> str:
        return f"<generator of differentiated code at {id(self):#x}>"


def _stopped_inside(error: BaseException) -> RuntimeError:
    return RuntimeError("generator raised StopIteration")


def _caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def check_finished(heap: Any, error: BaseException | None = None) -> None:
    """The differentiated function has ended (or raised `error`), and a generator waits in a block that it must leave."""
    for generator in heap.unfinished.values():
        raise NoDerivativeError(
            "a generator is left unfinished in a block that runs code when it is left (`with`, `finally`)",
            where=generator.place(), why="Python runs that code when it collects the generator, which is not seen here",
            remedy="use it up, or call its close()") from error


def delegating(suspend: Any, iterator: Any) -> None:
    """`yield from iterator` starts, in the generator that is suspended by `suspend`; None: it has ended."""
    suspend.owner.inner = iterator


def _maker(guarded: bool) -> Any:
    def generator_form(function: Any, call: Call) -> Any:
        """`form(generator, "oSv")(heap, k, body, a, b)`: the arguments are kept until the first `next`.

        With a guarded body there is one argument more, behind the body: whether the generator closes.
        """
        names = [f"_a{i}" for i in range(1 + guarded, len(call.args))]
        given = ", ".join(["_heap", "_made.end", *(["_made.failed"] if guarded else []), "_suspend", *names])
        closes = ["_closes"] if guarded else []
        lines = [f"def adapted({', '.join(['_heap', '_k', '_body', *closes, *names])}):",
                 *(f"    _heap.put({n})" for n in names),
                 "    def _start(_made, _suspend):",
                 f"        _r = _body({given})",
                 *(f"        _heap.add({n}, _r[{i}])" for i, n in enumerate(names, 1)),
                 "        return _ZERO",
                 f"    _k(_Generator({', '.join(['_heap', '_start', '_body', *(['True'] * guarded), *closes])}))",
                 f"    return ({', '.join(['_ZERO', *(['_ZERO'] * guarded), *(f'_heap.take({n})' for n in names)])},)"]
        return define("\n".join(lines), {"_Generator": Generator, "_ZERO": ZERO})

    return generator_form


FORMS[GENERATOR], FORMS[GUARDED_GENERATOR] = _maker(False), _maker(True)


def check_level(heap: Any, generator: Generator) -> None:
    """Raises where a gradient inside a gradient asks for a value of a generator of the code around it."""
    if generator.heap is not heap:
        raise here(NoDerivativeError, "a generator is asked for its values at another level than that of its code",
                   why="its derivatives are those of the gradient in which it was made",
                   remedy="make the generator in the function that consumes it, or pass a list of its values")


def next_form(heap: Any, k: Any, iterator: Generator, default: tuple[Any, ...], fail: Any = raises) -> Any:
    """`next(iterator)`, or `next(iterator, default)`: the adjoints of both."""
    check_level(heap, iterator)
    back = ZERO

    def stop() -> Any:
        nonlocal back
        if not default:
            fail(stopped(iterator))
        else:
            back = k(default[0])
        return ZERO

    iterator.advance(k, stop, None, fail)
    return (ZERO, back) if default else (ZERO,)


def stopped(iterator: Generator) -> StopIteration:
    return StopIteration() if iterator.value is None else StopIteration(iterator.value)
