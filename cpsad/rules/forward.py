"""Forward rules: the directional derivative of a primitive's result.

A forward rule is written as a reverse rule is (`registry.py`), with the tangent `d` of an argument in the place of the
cotangent: a function `(d, y, *arguments)`, and a tuple for several arguments, of which part `i` is what the tangent `d` of
argument `i` adds to the tangent of the result `y`. So most primitives need none of their own:

- the Jacobian of an `elementwise` primitive is diagonal, and its reverse rule is its forward rule;
- a primitive that is *linear* in each of its arguments is applied to their tangents: `np.sum(dx, axis)`, and
  `np.dot(da, b) + np.dot(a, db)`.

The others are in the `forward_*.py` files. What has no rule here is an error that names the primitive.
"""

from __future__ import annotations

import importlib
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .registry import REGISTRY, Rule, present

__all__ = ["FORWARD", "forward", "linear", "of"]

FORWARD: dict[Any, Any] = {}  # primitive -> its forward rule, or "linear"
USER: dict[Any, Any] = {}  # those of the user's
# Of a library that is imported: the files of its rules. What is left waits for its import.
ON_IMPORT = {
    "scipy.special": ("forward_scipy_special",), "scipy.linalg": ("forward_scipy_linalg", "forward_scipy_structured"),
    "scipy.signal": ("forward_scipy_signal",), "scipy.ndimage": ("forward_scipy_ndimage",), "scipy.fft": ("forward_scipy_fft",),
    "scipy.spatial.distance": ("forward_scipy_distance",), "scipy.interpolate": ("forward_scipy_interpolate",),
    "scipy.sparse": ("forward_scipy_sparse",), "scipy.sparse.linalg": ("forward_scipy_sparse_linalg",),
    "scipy.optimize": ("forward_scipy_optimize",), "scipy.integrate": ("forward_scipy_integrate",),
    "scipy.stats": ("forward_scipy_stats",)}
_loaded = False


def of(rule: Rule) -> Any:
    """The forward rule of a primitive: a function, "linear", or None if there is none."""
    global _loaded
    if not _loaded:
        for name in ("forward_python", "forward_arrays", "forward_reductions", "forward_folds", "forward_histograms",
                     "forward_linalg"):
            importlib.import_module(f"cpsad.rules.{name}")  # which enters its rules
        _loaded = True
    for library, names in tuple(ON_IMPORT.items()):
        if library in sys.modules:
            for name in names:
                importlib.import_module(f"cpsad.rules.{name}")
            ON_IMPORT.pop(library, None)
    if rule.primitive in USER:
        return USER[rule.primitive]
    if REGISTRY.user.rules.get(rule.primitive) is not rule and rule.primitive in FORWARD:
        return FORWARD[rule.primitive]
    return rule.pullback if rule.elementwise else None


def _enter(primitives: Any, rule: Any) -> None:
    for primitive in primitives if isinstance(primitives, (tuple, list)) else (primitives,):
        if primitive in FORWARD:
            raise ValueError(f"{primitive!r} has a forward rule already")
        FORWARD[primitive] = rule


def forward(primitives: Any, rule: Callable[..., Any]) -> None:
    _enter(primitives, rule)


def linear(*primitives: Any) -> None:
    """Primitives that are linear in each argument that their rules differentiate."""
    _enter(primitives, "linear")


array = np.ndarray

# Products
linear(
    operator.matmul, np.dot, np.matmul, *present(np.linalg, "matmul"), np.outer, *present(np.linalg, "outer"), np.vdot,
    np.inner, np.tensordot, *present(np.linalg, "tensordot"), np.einsum, np.kron, np.cross, np.convolve, np.correlate,
    *present(np, "vecdot"), *present(np.linalg, "vecdot"), *present(np, "matvec", "vecmat"),
)

# Diagonals and triangles
linear(np.trace, array.trace, np.diagonal, array.diagonal, np.diag, np.tril, np.triu, np.diagflat)

# Shapes, order of axes and of elements, repetition, selection
linear(
    np.expand_dims, np.squeeze, array.squeeze, np.generic.squeeze, np.generic.transpose,
    np.atleast_1d, np.atleast_2d, np.atleast_3d, np.transpose, array.transpose, array.T, np.generic.T, *present(array, "mT"),
    *present(np, "matrix_transpose"), np.swapaxes, array.swapaxes, np.moveaxis, np.rollaxis, np.flip, np.flipud, np.fliplr,
    np.roll, np.rot90, np.broadcast_to, np.repeat, array.repeat, np.tile, np.take, array.take, np.take_along_axis,
    array.item, np.generic.item, array.flat, np.copy, array.copy, np.generic.copy, array.__copy__, array.__deepcopy__,
    np.compress, array.compress, np.extract, np.delete, np.resize, np.lib.stride_tricks.sliding_window_view,
)
linear(np.real, array.real, np.generic.real, np.imag, array.imag, np.generic.imag)
linear(array.conj, array.conjugate, np.generic.conj, np.generic.conjugate)
linear(np.concatenate, np.stack, np.vstack, np.dstack, np.hstack, np.column_stack, np.block)
linear(np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit, *present(np, "unstack"))

# Sums, Fourier transforms, counts
linear(np.cumsum, array.cumsum, np.generic.cumsum, *present(np, "cumulative_sum"))
linear(np.bincount)
linear(
    np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft, np.fft.fft2, np.fft.ifft2, np.fft.fftn,
    np.fft.ifftn, np.fft.rfft2, np.fft.rfftn, np.fft.irfft2, np.fft.irfftn, np.fft.fftshift, np.fft.ifftshift,
)
