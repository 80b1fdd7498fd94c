"""`g.send(v)`, `g.throw(error)`, `g.close()` of generators of transformed code, and what runs one on under a handler."""

from __future__ import annotations

import types
from typing import Any

from .cotangents import ZERO
from .generators import Generator, check_level, raises, stopped
from .guarded import BY_PROTOCOL, check_unstored
from .layout import Call

__all__ = ["close_form", "method_form", "under_handler"]


def method_form(function: types.MethodType, call: Call) -> Any:
    """`g.send(v)`, `g.throw(error)`, `g.close()`, `g.__next__()` of a generator of ours.

    The form has one that takes a handler in its attribute `under`.
    """
    owner: Any = function.__self__
    name = function.__func__.__name__
    made, least, most = _METHODS.get(name, (None, 0, 0))
    if made is None or not call.is_plain or not least <= len(call.args) <= most:
        return None

    def plain(heap: Any, k: Any, *args: Any) -> Any:
        check_level(heap, owner)
        return made(owner, heap, k, raises, *args)

    def under(heap: Any, k: Any, h: Any, *args: Any) -> Any:
        check_level(heap, owner)
        return under_handler(owner, lambda after, fail: made(owner, heap, after, fail, *args), k, h, name, len(args))

    plain.under = under  # type: ignore[attr-defined]
    return plain


def under_handler(owner: Generator, run: Any, k: Any, h: Any, name: str, count: int) -> Any:
    """`run(k, h)`: runs a generator on under a handler, which hears of its end on top of its frames.

    So it does of what the body raises, if the generator is guarded; else that has left the frames, and is handled if the
    body has stored nothing.
    """
    if owner.is_guarded:
        return run(k, h)
    arrived = False

    def after(value: Any) -> Any:
        nonlocal arrived
        arrived = True
        return k(value)

    def fail(error: BaseException) -> Any:
        nonlocal arrived
        arrived = True
        return h(error)

    before = owner.heap.changes
    try:
        return run(after, fail)
    except BaseException as caught:
        if arrived:
            raise
        failed = caught
    check_unstored(owner.heap, before, failed, f"a generator that {name} runs on", *BY_PROTOCOL)
    h(failed)
    return (ZERO,) * count


def _advance(owner: Generator, heap: Any, k: Any, fail: Any) -> Any:
    owner.advance(k, _stop(owner, fail), None, fail)
    return ()


def _send(owner: Generator, heap: Any, k: Any, fail: Any, value: Any) -> Any:
    return (owner.advance(k, _stop(owner, fail), value, fail),)


def _send_or(owner: Generator, heap: Any, k: Any, fail: Any, value: Any, default: Any) -> Any:
    back = ZERO

    def stop() -> Any:
        nonlocal back
        back = k(default)
        return ZERO

    return owner.advance(k, stop, value, fail), back


def _stop(owner: Generator, fail: Any) -> Any:
    def stop() -> Any:
        fail(stopped(owner))
        return ZERO

    return stop


def _itself(owner: Generator, heap: Any, k: Any, fail: Any) -> Any:
    k(owner)
    return ()


def _throw(owner: Generator, heap: Any, k: Any, fail: Any, *args: Any) -> Any:
    kind, value, traceback = (*args, None, None)[:3]
    error = kind
    if isinstance(kind, type) and issubclass(kind, BaseException):
        given = value if isinstance(value, tuple) else () if value is None else (value,)
        error = value if isinstance(value, kind) else kind(*given)
    if not isinstance(error, BaseException):
        raise TypeError(f"exceptions must be classes or instances deriving from BaseException, not {type(kind).__name__}")
    if traceback is not None:
        error = error.with_traceback(traceback)
    owner.receive(error, k, _stop(owner, fail), fail)
    return (ZERO,) * len(args)


def close_form(owner: Generator, heap: Any, k: Any, fail: Any) -> Any:
    def goes_on(_: Any) -> Any:
        fail(RuntimeError("generator ignored GeneratorExit"))
        return ZERO

    def ends() -> Any:
        k(None)
        return ZERO

    def leaves(error: BaseException) -> None:
        if isinstance(error, (GeneratorExit, StopIteration)):
            k(None)
        else:
            fail(error)

    if owner.finished or not owner.started or owner.handler is None and owner.inner is None and not owner.running:
        owner.leave()
        k(None)
    else:
        owner.receive(GeneratorExit(), goes_on, ends, leaves)
    return ()


_METHODS: dict[str, Any] = {"close": (close_form, 0, 0), "__next__": (_advance, 0, 0), "send": (_send, 1, 1),
                            "send_or": (_send_or, 2, 2), "throw": (_throw, 1, 3), "__iter__": (_itself, 0, 0)}
