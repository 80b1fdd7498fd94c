"""How a program is called: with three arguments, or with a structure that holds them; for one gradient or several, with
or without an auxiliary result.

The text of a program says so itself, by a line `ENTRY = "..."`, so that it can be kept and shrunk.
"""

import collections
import copy
import types
from dataclasses import dataclass

import numpy as np

__all__ = ["ENTRIES", "Entry", "entry_of"]


@dataclass
class Pack:
    first: float
    rest: list
    name: str = "pack"


Pair = collections.namedtuple("Pair", "left right")


@dataclass
class Entry:
    """`head`: the parameters, and the lines that unpack them; `make` packs x, y, a into arguments; `read` unpacks a gradient."""

    parameters: str
    lines: tuple[str, ...]
    make: object
    read: object
    argnums: object = (0, 1, 2)
    aux: bool = False
    free: tuple[bool, bool, bool] = (True, True, True)  # which of x, y, a are differentiated


def plain(x, y, a):
    return x, y, a


ENTRIES = {
    "plain": Entry("x, y, a", (), plain, lambda g: g),
    "turned": Entry("x, y, a", (), plain, lambda g: (g[1], g[2], g[0]), argnums=(2, 0, "y")),
    "first": Entry("x, y, a", (), plain, lambda g: (g, 0.0, np.zeros(3)), argnums=0, free=(True, False, False)),
    "array": Entry("x, y, a", (), plain, lambda g: (0.0, 0.0, g), argnums=-1, free=(False, False, True)),
    "numbers": Entry("x, y, a", (), plain, lambda g: (*g, np.zeros(3)), argnums=(0, 1), free=(True, True, False)),
    "aux": Entry("x, y, a", (), plain, lambda g: g, aux=True),
    "dict": Entry("p", ("x, y, a = p['x'], p['rest'][0], p['rest'][1]",),
                  lambda x, y, a: ({"x": x, "rest": [y, a], "n": 3},),
                  lambda g: (g["x"], g["rest"][0], g["rest"][1]), argnums=0),
    "list": Entry("p, a", ("(x, y), _ = p", "p[1].append(x * y)", "p[0] = (y, x)"),
                  lambda x, y, a: ([(x, y), [0.5]], a), lambda g: (*g[0][0], g[1]), argnums=(0, 1)),
    "record": Entry("p", ("x, (y, a) = p.first, p.rest", "p.first = x * 0.5"), lambda x, y, a: (Pack(x, [y, a]),),
                    lambda g: (g.first, *g.rest), argnums=0),
    "tuple": Entry("p", ("x = p.left", "y, a = p.right['y'], p.right['w'].a"),
                   lambda x, y, a: (Pair(x, {"y": y, "w": types.SimpleNamespace(a=a, label="w")}),),
                   lambda g: (g.left, g.right["y"], g.right["w"].a), argnums=0),
    "keywords": Entry("x, *, y, a", (), plain, lambda g: g, argnums=(0, "y", "a")),
}


def entry_of(namespace):
    return ENTRIES[namespace.get("ENTRY", "plain")]


def call(entry, function, args):
    """`function` with these arguments, of which those by keyword only are passed so."""
    if "*" in entry.parameters:
        return function(args[0], **dict(zip("ya", args[1:])))
    return function(*args)


def arguments(entry, point):
    """Arguments for this `(x, y, a)`, of which nobody else holds a part."""
    return entry.make(*copy.deepcopy(point))
