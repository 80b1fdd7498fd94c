"""`cpsad.compile`: a function as native code, without its gradient.

The program of stage `cps` is staged as a gradient's is, and may write into arrays (`writes.py`). Its result comes leaf by leaf:
an array that is an argument, or a part of one, is that array, or a view of it; any other is copied out of the arena.
"""

from __future__ import annotations

import ctypes
import functools
import logging
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from ..resolve import letter_of
from ..transforms.errors import CpsadError
from .entry import Programs, Staged
from .gate import plan_for
from .program import StagingError
from .results import arrays_among

__all__ = ["compile"]

log = logging.getLogger("cpsad")


def compile(function: Callable[..., Any] | None = None, backend: str = "native") -> Any:
    """The function as native code, compiled at the first call for the types of its arguments.

    Args:
        function: a plain Python function of numbers and arrays, which may write into arrays (`p -= rate * g`).
        backend: "native"; or "auto", which runs the function itself where it cannot be staged, and logs it.

    Returns:
        A function with the name, docstring and signature of `function`, which does the same. Its result may be a number, an
        array, None, or a tuple of these.

    Raises (when called):
        StagingError: the function uses what cannot be staged to native code; an array that is not writeable is given to a
            function that writes.
    """
    if function is None:
        return functools.partial(compile, backend=backend)
    if backend not in ("native", "auto"):
        raise ValueError(f'backend={backend!r} is none of "native", "auto"')
    compute = _Compiled(function, backend)

    @functools.wraps(function)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        return compute(args, kwargs)

    return compiled


class StagedFunction(Staged):
    """One function, for one combination of types."""

    primal = True

    def __init__(self, function: Any, signature: str, types_: list[Any], along: list[int] | None = None) -> None:
        """`along`: the positions of arguments with a direction; the result is then the value and its tangent."""
        super().__init__(function, signature, types_, along or [], along=bool(along))

    def __call__(self, arguments: list[Any], leaves: list[Any]) -> Any:  # type: ignore[override]
        call = self.loaded or self.compiled()
        packed, given = self.slots(leaves)
        directions = set(self.stager.along.values())
        kept = arrays_among([g for i, g in enumerate(given) if i not in directions] if directions else given)
        if self.stager.writes and self.stager.along and shares(kept):
            raise StagingError("arrays that share memory, with one another or with themselves, cannot be passed to native code "
                               "that writes, along a direction", remedy='use backend="auto" or "numpy"')
        if self.stager.writes and not all(a.flags.writeable for a in kept):
            raise StagingError("an array that is not writeable cannot be passed to native code that writes",
                               remedy='use backend="auto", or the function itself')
        slots = self.stager.most_slots
        out = ctypes.create_string_buffer(8 * slots)
        error = self.gate.through(call, packed, ctypes.addressof(out))
        if error:
            self.raise_(error)
        words = struct.unpack(f"={slots}q", out.raw)
        result, _ = self.result(self.stager.results[words[0]], out.raw, words, 1, kept, [])
        return result


def shares(arrays: list[Any]) -> bool:
    """Whether arrays may share memory, or an array a place of its own."""
    if any(s == 0 and n > 1 for a in arrays for s, n in zip(a.strides, a.shape, strict=True)):
        return True
    return any(np.may_share_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


class _Compiled(Programs):
    """What a compiled function does when it is called."""

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        plan = self.plans.first
        if plan is not None and not kwargs:
            found = plan.call(args, plan.address)
            if found is not NotImplemented:
                if found.__class__ is tuple:
                    found[0].raise_(found[1])
                return found
        arguments = [*args, *kwargs.values()]
        try:
            staged, leaves = self.staged_for(arguments, args, kwargs)
        except CpsadError as error:
            if self.backend != "auto":
                raise
            self.say(error)
            return self.function(*args, **kwargs)
        result = staged(arguments, leaves)
        if not kwargs:
            self.plans.add(plan_for(staged, arguments, True))
        return result

    def staged_for(self, arguments: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any], along: Any = ()) -> Any:
        leaves: list[Any] = []
        types_ = [self.arguments.read(a, i in along, leaves) for i, a in enumerate(arguments)]
        key = (*types_, *kwargs, *along)
        known = self.staged.get(key)
        if isinstance(known, CpsadError):
            raise known
        if known is not None and known.is_valid():
            return known, leaves
        for i, t in enumerate(types_):
            if t is None:
                raise StagingError(f"argument {i} of {getattr(self.function, '__qualname__', self.function)}, a "
                                   f"{type(arguments[i]).__name__}, cannot be passed to native code yet",
                                   remedy='use backend="auto", or the function itself')
        letters = [letter_of(a, False) for a in arguments]
        signature = "".join(letters[: len(args)]) + "".join(f",{n}={a}" for n, a in zip(kwargs, letters[len(args):], strict=True))
        try:
            made = StagedFunction(self.function, signature, types_, list(along))
        except CpsadError as error:
            self.staged[key] = error
            raise
        self.staged[key] = made
        return made, leaves
