"""Vector-Jacobian products in native code: the program of a gradient, whose way back starts with a cotangent that is given.

A result's leaves are numbers and arrays; their cotangents follow the arguments (`seeds.py`). One program serves all calls of a
pullback, and all pullbacks of a function at arguments of the same types.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..again import AsGiven
from ..jacobians import _Seed
from ..operators import Argnums
from .entry import NativeGradient, Staged
from .primal import _Compiled
from .program import StagingError
from .types import of_array, of_number

__all__ = ["NativePullback"]


class NativePullback(NativeGradient):
    """What `vjp` and its kin do with `backend="native"` or `"auto"`: called as `_Gradient` is."""

    def __init__(self, function: Any, argnums: Argnums, backend: str) -> None:
        super().__init__(function, argnums, False, backend)
        self.primal = _Compiled(function, backend)

    def stage(self, signature: str, types_: list[Any], slots: list[int], more: tuple[Any, ...]) -> Staged:
        return Staged(self.function, signature, types_, slots, seeds=list(more))

    def value(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The function's result."""
        return self.primal(args, kwargs)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any], seed: Any = None) -> tuple[Any, Any, Any]:
        """The value, and the cotangents of the arguments from those that `seed` finds for it."""
        given = AsGiven([*args, *kwargs.values()])
        value = self.value(args, kwargs)
        given.restore()
        return value, self.pull(args, kwargs, value, seed.pairs), None

    def pull(self, args: tuple[Any, ...], kwargs: dict[str, Any], value: Any, pairs: Any) -> Any:
        """The cotangents of the arguments that are differentiated. `value`: a result, of the structure that they all have;
        `pairs(value)`: its leaves, each with its cotangent. Raises StagingError."""
        try:
            found = self.pull_native(args, kwargs, pairs(value))
            return found[0] if self.single else found
        except StagingError as error:
            self.instead(error)
        return self.plain(args, kwargs, _Seed(pairs))[1]

    def pull_native(self, args: tuple[Any, ...], kwargs: dict[str, Any], pairs: list[tuple[Any, Any]]) -> tuple[Any, ...]:
        given = [np.require(g, requirements="A") if isinstance(leaf, np.ndarray) else float(g) for leaf, g in pairs]
        types_ = tuple(of_number(leaf) or of_array(g) for (leaf, _), g in zip(pairs, given, strict=True))
        if None in types_:
            raise StagingError("a result that C has no type for cannot be staged to native code",
                               remedy='use backend="numpy" for this function')
        slots = self.slots(args, kwargs)
        arguments = [*args, *kwargs.values()]
        return self.slopes(arguments, slots, args, kwargs, given, types_)
