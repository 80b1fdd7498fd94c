"""Keys of dictionaries: what is computed in a key gets a name, since the dictionary keeps it, or a method in Python gets it.

    Before:  d[x * 2.0, 1] = v                  After:  index = x * 2.0
                                                        d[index, 1] = v

Takes: the control-flow graph in A-normal form and what is known of its variables. Indices of arrays and lists stay as they are.
"""

from __future__ import annotations

from typing import Any

import gast

from .nodes import assign, load, walk

__all__ = ["is_key", "name_keys", "with_operands"]

OPERANDS: dict[type, tuple[str, ...]] = {
    gast.BinOp: ("left", "right"), gast.UnaryOp: ("operand",), gast.Call: ("args",), gast.Subscript: ("value",),
    gast.Attribute: ("value",)}
NO_KEYS = {"s", "a", "n", "l", "t"}  # kinds whose indices are whole numbers


def with_operands(index: Any, named: Any) -> bool:
    """Puts names for the operands of an expression in an index; False if it is none that may carry a derivative."""
    fields = OPERANDS.get(type(index), ())
    for field in fields:
        value = getattr(index, field)
        setattr(index, field, [named(e) for e in value] if isinstance(value, list) else named(value))
    for keyword in getattr(index, "keywords", ()):
        keyword.value = named(keyword.value)
    return bool(fields)


def is_key(place: gast.Subscript, kind: str) -> bool:
    """Whether the index of a value of this kind may be the key of a dictionary."""
    return not isinstance(place.slice, gast.Slice) and kind not in NO_KEYS


def _places(node: Any) -> list[Any]:
    """Where a statement reads an item or stores one, with computation in the index; a `defaultdict` stores when it is read."""
    places = [*getattr(node, "targets", []), getattr(node, "value", None)]
    return [p for p in places if isinstance(p, gast.Subscript) and any(isinstance(n, tuple(OPERANDS)) for n in walk(p.slice))]


def name_keys(graph: Any, transfers: Any) -> None:
    """`transfers(block)`: what is known at the start of a block."""
    for block in graph.blocks:
        if not any(map(_places, block.statements)):
            continue
        transfer = transfers(block)
        out: list[Any] = []
        for node in block.statements:
            for place in _places(node):
                if is_key(place, transfer.atom(place.value).kind):
                    place.slice = _named(place.slice, node, transfer, graph, out)
            transfer.statement(node)
            out.append(node)
        block.statements = out


def _named(key: Any, like: Any, transfer: Any, graph: Any, out: list[Any]) -> Any:
    if isinstance(key, gast.Tuple):
        key.elts = [_named(e, like, transfer, graph, out) for e in key.elts]
        return key
    if not any(isinstance(n, gast.Name) and transfer.atom(n).active for n in walk(key)):
        return key
    if isinstance(key, gast.Name) or not with_operands(key, lambda e: _named(e, like, transfer, graph, out)):
        return key
    name = transfer.ctx.names.fresh("index")
    transfer.ctx.locals.add(name)
    graph.names.add(name)
    node = assign(name, key, like)
    transfer.statement(node)
    out.append(node)
    return load(name)
