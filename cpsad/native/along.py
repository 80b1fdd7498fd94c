"""Derivatives along a direction in native code: a function's program, or its gradient's, staged with tangents (`duals.py`)."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from .. import forms
from ..jacobians import paired
from ..operators import _fresh
from ..trees import is_tree
from .entry import NativeGradient, Staged
from .primal import _Compiled

__all__ = ["NativeHessian", "NativeTangent", "directions_of", "text_along"]

log = logging.getLogger("cpsad")


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


class NativeTangent(_Compiled):
    """What `jvp` and its kin do with `backend="native"` or `"auto"`."""

    def along(self, args: tuple[Any, ...], kwargs: dict[str, Any], slots: list[int], directions: list[Any]) -> tuple[Any, Any]:
        """The value, and its tangent along the directions of the arguments at `slots`. Raises StagingError."""
        arguments = [*args, *kwargs.values()]
        for i in slots:
            if not is_tree(arguments[i]):
                _fresh(arguments[i], lambda i=i: f"argument {i} of {getattr(self.function, '__name__', 'the function')}")  # type: ignore[misc]
        given = directions_of(arguments, slots, False, directions)
        staged, leaves = self.staged_with_reason(arguments, args, kwargs, tuple(slots))
        return staged(arguments, [*leaves, *given])  # type: ignore[no-any-return]


class NativeHessian(NativeGradient):
    """What `hvp` does with `backend="native"` or `"auto"`."""

    def stage(self, signature: str, types_: list[Any], slots: list[int], more: tuple[Any, ...]) -> Staged:
        return Staged(self.function, signature, types_, slots, along=True)

    def product(self, args: tuple[Any, ...], kwargs: dict[str, Any], direction: Any) -> Any:
        """The Hessian times the direction, of the structure of the arguments. Raises StagingError."""
        slots = self.slots(args, kwargs)
        arguments = [*args, *kwargs.values()]
        given = directions_of(arguments, slots, self.single, direction)
        found = self.slopes(arguments, slots, args, kwargs, given)
        return found[0] if self.single else found


def text_along(function: Any, args: tuple[Any, ...]) -> str | None:
    """The C of what `hvp`, `directional` or `gvp` has made, for arguments like these; None of anything else."""
    owner, name, compute = getattr(function, "__dict__", {}).get(forms.PROGRAM, (None, "", None))
    if owner is not function:
        return None
    if name == "hessian_along_program":
        native = NativeHessian(compute.function, compute.wanted[0] if compute.single else compute.wanted, False, "native")
        return native.staged_for(list(args), native.slots(args, {}), args, {})[0].text  # type: ignore[no-any-return]
    if name in ("along_program", "gradient_along_program"):
        tangent = NativeTangent(compute.function, "native")
        return tangent.staged_for(list(args), args, {}, tuple(compute.locate(args, {})))[0].text  # type: ignore[no-any-return]
    return None
