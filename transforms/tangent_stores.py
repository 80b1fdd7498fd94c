"""The tangents of what is stored: into items and attributes, into names of a tuple, into exceptions."""

from __future__ import annotations

from typing import Any

import gast

from .access import as_expression
from .analysis import NUMERIC
from .context import Context
from .keys import is_key
from .memory import ARRAYS, PARTS
from .nodes import assign, attribute, call, const, is_name, load, walk
from .special import is_met

__all__ = ["TangentStores"]


class TangentStores:
    """The part of `TangentStatements` that sees to stores."""

    ctx: Context
    node: Any
    scope: Any
    transfer: Any
    tangent: Any
    raw: Any
    put: Any
    rows: Any
    emit: Any
    do: Any
    kind: Any
    fact: Any
    found: Any
    on_heap: Any
    unknown: Any
    part_of_index: Any

    def throw(self) -> None:
        for part in (self.node.exc, self.node.cause):
            for used in dict.fromkeys(n.id for n in walk(part) if isinstance(n, gast.Name)) if part is not None else ():
                self.put(load(used))
        self.emit(self.node)

    def delete(self) -> None:
        target = self.node.targets[0]
        if isinstance(target, gast.Subscript) and is_met(target, self.transfer, target.value):
            self.unknown(call(self.ctx.use("delitem"), target.value, as_expression(target.slice, self.ctx)), None)
        elif isinstance(target, gast.Attribute) and is_met(target, self.transfer, target.value):
            self.unknown(call(self.ctx.use("delattr"), target.value, const(target.attr)), None)
        else:
            self.emit(self.node)

    def unpack(self, target: gast.Tuple) -> None:
        self.node.value = self.rows(self.node.value)
        self.emit(self.node)
        for part in target.elts:
            if isinstance(part, gast.Name) and part.id in self.scope.tangents:
                self.emit(assign(self.scope.tangent_name(part.id), self.found(part), self.node))
            elif isinstance(part, gast.Starred) and part.value.id in self.scope.tangents:
                self.emit(assign(self.scope.tangent_name(part.value.id), self.ctx.use("ZERO"), self.node))

    def store_item(self, target: gast.Subscript) -> None:
        owner, value = target.value, self.node.value
        kind = self.kind(owner)
        if self.ctx.special and is_met(target, self.transfer, owner):
            self.unknown(call(self.ctx.use("setitem"), owner, as_expression(target.slice, self.ctx), value), None)
        elif kind in "ld":
            if isinstance(target.slice, gast.Slice):
                self.node.value = self.rows(value)
            else:
                self.put(value)
            if is_key(target, kind):
                target.slice = self.part_of_index(target.slice)
            for used in walk(target.slice):
                self.put(used)
            self.emit(self.node)
        elif kind in NUMERIC and self.tangent(owner) is None and self.tangent(value) is None:
            self.emit(self.node)
        else:
            if is_key(target, kind):
                target.slice = self.part_of_index(target.slice)
            for used in walk(target.slice):
                self.put(used)
            self.do(self.on_heap("store", owner, as_expression(target.slice, self.ctx), value,
                                 self.tangent(value) or self.ctx.use("ZERO"), self.raw(owner)))

    def beside(self, cell: gast.Name, value: Any) -> None:
        """The tangent of what a cell holds is in the cell too."""
        if cell.id in self.ctx.cell_tangents.carrying:
            place = attribute(load(cell.id), "tangent", gast.Store())
            self.emit(assign(place, self.tangent(value) or self.ctx.use("ZERO"), self.node))

    def store_attribute(self, target: gast.Attribute) -> None:
        owner, value = target.value, self.node.value
        cell = is_name(owner) and owner.id in self.ctx.cells
        if not cell and self.kind(owner) == "o" and not self.ctx.special.isdisjoint({"." + target.attr, "=*"}):
            self.unknown(call(self.ctx.use("setattr"), owner, const(target.attr), value), None)
        elif not cell and target.attr in PARTS and isinstance(owner, gast.Name) and self.kind(owner) in ARRAYS:
            self.do(self.on_heap("store_part", owner, const(target.attr), value, self.tangent(value) or self.ctx.use("ZERO")))
        elif cell and owner.id in self.ctx.cell_tangents.known:
            known = self.ctx.cell_tangents
            if owner.id not in known.unasked or getattr(value, "id", None) not in known.made:
                self.emit(self.node)
                self.beside(owner, value)
            else:
                self.emit(assign(attribute(load(owner.id), "tangent", gast.Store()), self.raw(value), self.node))
        else:
            self.put(value)
            if not cell and self.fact(value).active:
                self.do(self.on_heap("set_attribute", owner, const(target.attr), value))
            else:
                self.emit(self.node)
