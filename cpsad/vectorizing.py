"""What an object of `np.vectorize` does, in plain Python: with a signature, and with arguments that are not looped over."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from .equivalents import vectorized

__all__ = ["in_full"]


def in_full(maker: Any, *args: Any, **keywords: Any) -> Any:
    """`maker(*args, **keywords)` for `maker` an object of `np.vectorize`."""
    function, excluded = maker.pyfunc, maker.excluded
    places = [i for i in range(len(args)) if i not in excluded]
    names = [n for n in keywords if n not in excluded]
    varying = [*[args[i] for i in places], *[keywords[n] for n in names]]

    def called(*values: Any) -> Any:
        given, named = list(args), dict(keywords)
        for i, place in enumerate(places):
            given[place] = values[i]
        for i, name in enumerate(names):
            named[name] = values[len(places) + i]
        return function(*given, **named)

    if maker.signature is None:
        return vectorized(called, maker.otypes, *varying)
    return by_signature(called, maker.otypes, *core_dimensions(maker.signature), *varying)


def core_dimensions(signature: str) -> Any:
    """The names of the dimensions of each argument and of each result."""
    return [[[name.strip() for name in part.split(",") if name.strip()] for part in re.findall(r"\(([^()]*)\)", side)]
            for side in signature.split("->")]


def by_signature(function: Any, otypes: Any, inputs: Any, outputs: Any, *args: Any) -> Any:
    """The function of the last axes of the arguments, for all of the others."""
    if len(args) != len(inputs):
        raise TypeError(f"wrong number of positional arguments: expected {len(inputs)!r}, got {len(args)!r}")
    arrays = [np.asanyarray(a) for a in args]
    sizes: dict[str, int] = {}
    for array, names in zip(arrays, inputs):
        note_sizes(sizes, array, names)
    loops = [np.shape(a)[:np.ndim(a) - len(names)] for a, names in zip(arrays, inputs)]
    lead = np.broadcast_shapes(*loops)
    count = math.prod(lead)
    if not count and otypes is None:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    if not count and any(name not in sizes for names in outputs for name in names):
        raise ValueError("cannot call `vectorize` with a signature including new output dimensions on size 0 inputs")
    if not count:
        made = [np.zeros((*lead, *[sizes[n] for n in names]), otypes[i]) for i, names in enumerate(outputs)]
        return made[0] if len(outputs) == 1 else tuple(made)
    rows = []
    for array, names in zip(arrays, inputs):
        core = np.shape(array)[np.ndim(array) - len(names):]
        rows.append(np.reshape(np.broadcast_to(array, (*lead, *core)), (count, *core)))
    results = [function(*[row[i] for row in rows]) for i in range(count)]
    several = len(results[0]) if isinstance(results[0], tuple) else 1
    if len(outputs) != several:
        raise ValueError(f"wrong number of outputs from pyfunc: expected {len(outputs)!r}, got {several!r}")
    made = []
    for j in range(len(outputs)):
        values = [np.asarray(r[j] if several > 1 else r) for r in results]
        for value in values:
            note_sizes(sizes, value, outputs[j])
        kind = values[0].dtype if otypes is None else otypes[j]
        made.append(np.reshape(np.stack(values).astype(kind), (*lead, *[sizes[n] for n in outputs[j]])))
    return made[0] if len(outputs) == 1 else tuple(made)


def note_sizes(sizes: Any, array: Any, names: Any) -> None:
    """Raises where dimensions of one name differ, as NumPy does."""
    if np.ndim(array) < len(names):
        raise ValueError(f"{np.ndim(array)}-dimensional argument does not have enough dimensions for all core dimensions "
                         f"{tuple(names)!r}")
    for name, size in zip(names, np.shape(array)[np.ndim(array) - len(names):]):
        if sizes.setdefault(name, size) != size:
            raise ValueError(f"inconsistent size for core dimension {name!r}: {size!r} vs {sizes[name]!r}")
