"""Variables of which the way back wants the shape alone.

    t = x * w                        t.n[0] = broadcast(R, x.n[0], w.n[0], 3);
    y = np.tanh(t + b)        ->     y[i] = tanh(x[i] * w[i] + b[i]), in one loop
    ...                              ...
    bx = unbroadcast(bt * w, x)
    bt = unbroadcast(by, t)          (reads t.n)

`t` is computed where it is read, in the loop of what reads it, and is never stored: its array has a shape and no memory. Errors
of shapes are raised where they stand. A name is such a variable if it is assigned once, read once as an array, by a later
statement of the same block, and otherwise is the second argument of `unbroadcast`; and if nothing in between assigns what it is
made of or calls what comes next. Programs that write into arrays have none.
"""

from __future__ import annotations

from typing import Any

import gast

from .. import cotangents
from ..transforms.nodes import COMPREHENSIONS, walk_scope
from .program import Unit, bound_names, captured_names

__all__ = ["only_shapes"]

SCOPES = (gast.FunctionDef, gast.Lambda, gast.IfExp, gast.BoolOp, gast.NamedExpr, *COMPREHENSIONS)


def only_shapes(unit: Unit, node: Any) -> frozenset[str]:
    """The names of a function of which the way back wants the shape alone. The places that want it are marked (`wants_shape`)."""
    known = unit.shapes.get(id(node))
    if known is None:
        known = unit.shapes[id(node)] = frozenset(_found(unit, node))
    return known


def _found(unit: Unit, node: Any) -> set[str]:
    stored: dict[str, int] = {}
    read: dict[str, list[Any]] = {}
    shapes: dict[str, list[Any]] = {}
    nonlocals: set[str] = set()
    for n in walk_scope(node.body):
        if isinstance(n, gast.Name):
            if isinstance(n.ctx, gast.Load):
                read.setdefault(n.id, []).append(n)
            else:
                stored[n.id] = stored.get(n.id, 0) + 1
        elif isinstance(n, gast.Nonlocal):
            nonlocals |= set(n.names)
        elif isinstance(n, gast.Call) and isinstance(n.func, gast.Name) and len(n.args) == 2 and (
                isinstance(n.args[1], gast.Name) and unit.support.get(n.func.id) is cotangents.unbroadcast):
            shapes.setdefault(n.args[1].id, []).append(n.args[1])
    outside = nonlocals | captured_names(unit, node) | {a.id for a in node.args.args}
    candidates = {t for t in shapes if t not in outside and stored.get(t) == 1 and len(read[t]) == len(shapes[t]) + 1}
    found: set[str] = set()
    made_of: dict[str, set[str]] = {}
    for block in _blocks(node.body):
        for i, s in enumerate(block):
            if not isinstance(s, gast.Assign) or len(s.targets) != 1 or not isinstance(s.targets[0], gast.Name):
                continue
            t = s.targets[0].id
            if t not in candidates or not isinstance(s.value, (gast.BinOp, gast.UnaryOp, gast.Call)):
                continue
            marked = {id(n) for n in shapes[t]}
            (data,) = (n for n in read[t] if id(n) not in marked)
            parts = {n.id for n in gast.walk(s.value) if isinstance(n, gast.Name)}
            parts = parts.union(*(made_of.get(p, ()) for p in parts))
            if _is_read_at_once(unit, node, block[i + 1:], data, parts):
                found.add(t)
                made_of[t] = set(parts)
                for n in shapes[t]:
                    n.wants_shape = True
    return found


def _blocks(body: list[Any]) -> Any:
    yield body
    for s in body:
        if isinstance(s, gast.If):
            yield from _blocks(s.body)
            yield from _blocks(s.orelse)


def _is_read_at_once(unit: Unit, node: Any, following: list[Any], data: Any, parts: Any) -> bool:
    """Whether one of the statements that follow reads it, and until then nothing is assigned that it is made of."""
    own = bound_names(unit, node) | parts
    for s in following:
        if not isinstance(s, gast.Assign) or len(s.targets) != 1 or not isinstance(s.targets[0], gast.Name):
            return False
        inside = list(gast.walk(s.value))
        if any(isinstance(n, SCOPES) for n in inside):
            return False
        if any(isinstance(n, gast.Call) and not _is_plain(n.func, own) for n in inside):
            return False
        if any(n is data for n in inside):
            return True
        if s.targets[0].id in parts:
            return False
    return False


def _is_plain(called: Any, own: Any) -> bool:
    """Whether what is called is a function of a module, or of the run-time support: it computes a value, and that is all."""
    if isinstance(called, gast.Attribute):
        return isinstance(called.value, gast.Name) and (called.value.id not in own or called.attr == "item")
    return isinstance(called, gast.Name) and called.id not in own
