"""Calls under a handler: `form(g, "No!")(heap, k, h, a, b)`.

A handler `h` is the second continuation of a call (double-barrelled CPS): it is called with what `g` raises, at the
point where it is raised, on top of the frames of `g`, whose way back comes when `h` has returned. So what `g` stored
before it raised is differentiated. What `k` raises is no concern of `h`: it is the rest of the program.

Generated code has a handler in its own form. Here are the adaptors for all else.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .cotangents import ZERO
from .layout import Call, define
from .memory import owner_of
from .places import here
from .transforms.errors import CpsadError, NoDerivativeError

__all__ = ["BadCall", "by_protocol", "failing", "leaf", "native", "nested", "under_handler"]


class BadCall(Exception):
    """A call that Python refuses before any of the callee's code runs; `error` is what Python raises."""

    def __init__(self, error: TypeError) -> None:
        self.error = error


def failing(error: BaseException, signature: str) -> Any:
    """The form of a callable that cannot be called like this."""
    count = len(Call.parse(signature).args) + len(Call.parse(signature).keywords)

    def adapted(heap: Any, k: Any, h: Any, /, *args: Any, **keywords: Any) -> Any:
        try:
            raise error
        except TypeError as caught:
            failed = caught
        h(failed)
        return (ZERO,) * count

    return adapted


def raises(error: BaseException) -> Any:
    """The handler where there is none."""
    raise error


def native(target: Any, count: int) -> Any:
    """A form that takes a handler, called where there is none."""
    names = ", ".join(f"_a{i}" for i in range(count))
    return define(f"def adapted(_heap, _k, {names}):\n    return _target(_heap, _k, _raises, {names})",
                  {"_target": target, "_raises": raises})


_UNDER = """\
def adapted(_heap, _k, _h, {names}):
    _arrived = False
    def _after(_result):
        nonlocal _arrived
        _arrived = True
        return _k(_result)
    _before = _prepare(_heap, {values})
    try:
        return _target(_heap, _after, {given})
    except BaseException as _caught:
        if _arrived:
            raise
        _failed = _caught
    _check(_heap, _before, _failed)
    _h(_failed)
    _undo(_heap, _before)
    return ({zeros})
"""


def under_handler(target: Any, call: Call, prepare: Any = None, check: Any = None, undo: Any = None) -> Any:
    """A form that takes no handler, called under one: what is raised before it has called `k` goes to the handler."""
    names = [f"_a{i}" for i in range(len(call.args))]
    keywords = [name for name, _ in call.keywords]
    text = _UNDER.format(names=", ".join([*names, *keywords]), given=", ".join([*names, *[f"{n}={n}" for n in keywords]]),
                         values=", ".join([*names, *keywords]), zeros="_ZERO, " * len([*names, *keywords]))
    return define(text, {"_target": target, "_ZERO": ZERO, "_prepare": prepare or _contents, "_check": check or _nothing,
                         "_undo": undo or _restore})


def _nothing(*_: Any) -> None:
    return None


def _contents(_heap: Any, *values: Any) -> Any:
    """Arrays that code which is not seen may write into before it raises."""
    return [(a, a.copy()) for a in values if isinstance(a, np.ndarray)]


def _restore(heap: Any, before: Any) -> None:
    for array, content in before:
        if id(owner_of(array)) in heap.written:
            array[...] = content


def _written(heap: Any, before: Any, _failed: Any) -> None:
    for array, content in before:
        if array.dtype != object and not np.array_equal(array, content, equal_nan=array.dtype.kind in "fc"):
            heap.note_write(owner_of(array))


def leaf(target: Any, call: Call) -> Any:
    """Code that is not transformed, under a handler."""
    return under_handler(target, call, check=_written)


def unstored(target: Any, call: Call, name: str, why: str, remedy: str) -> Any:
    """A form that takes no handler, called under one: right as long as it stored nothing before it raised."""
    def prepare(heap: Any, *_: Any) -> int:
        return int(heap.changes)

    def check(heap: Any, before: int, failed: BaseException) -> None:
        check_unstored(heap, before, failed, name, why, remedy)

    return under_handler(target, call, prepare, check, _nothing)


def check_unstored(heap: Any, before: int, failed: BaseException, name: str, why: str, remedy: str) -> None:
    """Raises if something has been stored since `heap.changes` was `before`."""
    if heap.changes != before and not isinstance(failed, CpsadError):
        raise here(NoDerivativeError, f"{name} stores values and then raises {type(failed).__name__}, which is handled "
                   "outside of it", why=why, remedy=remedy) from failed


def nested(target: Any, count: int, name: str) -> Any:
    """A nested function whose form takes no handler."""
    call = Call(tuple(("O", False) for _ in range(count)), ())
    return unstored(target, call, name, f"the function that defines {name} has no try, so that its way back is lost",
                    f"define {name} at module level, or handle the exception in it")


def around(target: Any, function: Any, call: Call) -> Any:
    """A function that has a form of another kind than its transform."""
    from .reach import OPAQUE
    from .rules.registry import REGISTRY

    if REGISTRY.lookup(function) is not None or OPAQUE in getattr(function, "__dict__", {}):
        return leaf(target, call)
    name = getattr(function, "__qualname__", repr(function))
    return unstored(target, call, name, "its way back is lost when it raises", "handle the exception in the function")


BY_PROTOCOL = ("Python calls it by itself, and its way back is lost",
               "store after what may raise, or handle the exception in the method")  # why, and a way out


def by_protocol(target: Any, function: Any, call: Call) -> Any:
    """What calls special methods, or the body of a generator."""
    from .generators import Suspend

    if type(function) is Suspend:
        def suspended(heap: Any, after: Any, h: Any, value: Any) -> Any:
            return target(heap, after, value, h)

        return suspended
    under = getattr(target, "under", None)
    if under is not None:  # it takes a handler itself
        return under
    name = getattr(function, "__name__", repr(function))
    return unstored(target, call, f"a method that {name} calls", *BY_PROTOCOL)
