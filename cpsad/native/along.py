"""Derivatives along a direction in native code: the program of a gradient, staged with tangents (`duals.py`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..jacobians import paired
from ..transforms.errors import CpsadError
from .entry import NativeGradient, Staged
from .program import StagingError

__all__ = ["NativeHessian", "directions_of"]


def directions_of(arguments: list[Any], slots: list[int], single: bool, direction: Any) -> list[Any]:
    """The leaves of the direction, in the order of those of the arguments. Raises a TypeError for another structure."""
    if not single and (not isinstance(direction, (tuple, list)) or len(direction) != len(slots)):
        raise TypeError(f"the direction is a tuple of {len(slots)}, one for each argument in argnums")
    found = []
    for i, part in zip(slots, [direction] if single else direction, strict=True):
        leaf = arguments[i]
        if type(leaf) is type(part) is np.ndarray and leaf.dtype is part.dtype and leaf.shape == part.shape:
            found.append(part if part.flags.aligned else part.copy())
            continue
        for x, d in paired(leaf, part, "the tangent"):
            found.append(np.require(d, requirements="A") if isinstance(x, np.ndarray) else float(d))
    return found


class NativeHessian(NativeGradient):
    """What `hvp` does with `backend="native"` or `"auto"`."""

    def stage(self, signature: str, types_: list[Any], slots: list[int], more: tuple[Any, ...]) -> Staged:
        return Staged(self.function, signature, types_, slots, along=True)

    def product(self, args: tuple[Any, ...], kwargs: dict[str, Any], direction: Any) -> Any:
        """The Hessian times the direction, of the structure of the arguments. Raises StagingError."""
        slots = self.slots(args, kwargs)
        arguments = [*args, *kwargs.values()]
        given = directions_of(arguments, slots, self.single, direction)
        try:
            staged, leaves = self.staged_for(arguments, slots, args, kwargs)
        except StagingError:
            raise
        except CpsadError as error:
            if self.backend != "auto":
                raise
            raise StagingError(str(error)) from error
        every = [*leaves, *given]
        raw, made, _ = staged.run(every)
        found = staged.slopes(arguments, every, raw, made)
        return found[0] if self.single else tuple(found)
