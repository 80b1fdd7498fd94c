"""The adjoints of reads and stores: items, attributes, displays, unpacking."""

from __future__ import annotations

from typing import Any

import gast

from .analysis import NUMERIC
from .context import MISSING, Context
from .nodes import assign, call, const, copy_tree, expr_stmt, is_name, load, tuple_, walk

__all__ = ["Access"]

POSITION = (gast.Slice, gast.UnaryOp, gast.BinOp, gast.operator, gast.unaryop, gast.expr_context)
LAYOUT = ("shape", "strides", "dtype", "data")  # what an array's memory means


class Access:
    """The part of `statements.Statements` that sees to what is read from somewhere and stored somewhere."""

    frame: Any
    ctx: Context
    forward: list[Any]
    backward: list[Any]
    put_key: Any  # of `Statements`

    def item(self, node: Any, value: gast.Subscript, name: str | None) -> None:
        owner = value.value
        kind = self.frame.fact(owner).kind
        if kind in NUMERIC and not self.frame.active(owner):
            self.forward.append(node)
            return
        self.put_key(value, node)
        if kind not in (*NUMERIC, "l", "t", "d"):  # it may keep the key, or give it to a method
            self.put_parts(value.slice, node)
        if not self.frame.active(owner):
            self.look_up(node, value, kind)
            self.read(name, node)
            return
        index = self.index(value, node)
        self.look_up(node, value, kind)

        def back(g: Any, have: set[str], out: list[Any]) -> None:
            so_far = self.frame.current(owner.id, have)
            if so_far is None:  # of an outer variable, other turns of a loop may have added to it
                local = self.frame.is_local(owner.id)
                so_far = self.ctx.use("ZERO") if local else load(self.frame.adjoint_name(owner.id))
            if kind in NUMERIC and owner.id in self.ctx.settled:
                self.frame.replace(owner.id, self.on_heap("add_item", so_far, load(owner.id), copy_tree(index), g),
                                   have, out, node)
                return
            if kind in NUMERIC and not self.frame.is_local(owner.id):
                self.frame.replace(owner.id, call(self.ctx.use("add_at"), load(self.frame.adjoint_name(owner.id)),
                                                  load(owner.id), copy_tree(index), g), have, out, node)
                return
            if kind in NUMERIC:
                self.contribute(owner, call(self.ctx.use("scatter"), load(owner.id), copy_tree(index), g),
                                have, out, node)
                return
            self.frame.replace(owner.id, self.on_heap("read_item", so_far, load(owner.id), copy_tree(index), load(name), g),
                               have, out, node)

        self.pull(back, name)

    def copies(self, value: Any) -> bool:
        """Whether an item may be a new array, with a shadow of its own: one at a mask, a list or an index array is."""
        if not isinstance(value, gast.Subscript):
            return False
        parts = value.slice.elts if isinstance(value.slice, gast.Tuple) else [value.slice]
        return not all(map(self.is_position, [n for part in parts for n in walk(part)]))

    def is_position(self, node: Any) -> bool:
        """Whether it stands for a number, or belongs to a slice."""
        if isinstance(node, gast.Name):
            return self.frame.fact(node).kind == "s"
        if isinstance(node, gast.Constant):
            return not isinstance(node.value, bool) and isinstance(node.value, (int, type(None), type(...)))
        return isinstance(node, POSITION)

    def put_parts(self, index: Any, like: Any) -> None:
        """What an index is made of is stored with it."""
        for used in walk(index):
            if isinstance(used, gast.Name):
                self.put(used, like)

    def look_up(self, node: Any, value: gast.Subscript, kind: str) -> None:
        """The read itself; of an owner of unknown kind, it may call the `__getitem__` of a class."""
        if kind not in (*NUMERIC, "l", "t", "d"):
            node.value = self.on_heap("item", value.value, as_expression(value.slice, self.ctx))
        self.forward.append(node)

    def index(self, value: gast.Subscript, node: Any) -> Any:
        """The index as an expression that means the same on the way back."""
        index = as_expression(value.slice, self.ctx)
        steady = all(isinstance(n, (gast.Constant, gast.Tuple, gast.BinOp, gast.UnaryOp, gast.operator, gast.unaryop,
                                    gast.expr_context))
                     or isinstance(n, gast.Name) and (self.frame.fact(n).kind == "s" or self.ctx.support_name(n) == "slice")
                     or isinstance(n, gast.Call) and self.ctx.support_name(n.func) == "slice" for n in walk(index))
        if steady:
            return index
        if isinstance(index, gast.Tuple):
            index.elts = [self.frozen(e) for e in index.elts]
        else:
            index = self.frozen(index)
        name = self.ctx.names.fresh("index")
        self.ctx.locals.add(name)
        self.forward.append(assign(name, index, node))
        value.slice = load(name)
        return load(name)

    def frozen(self, index: Any) -> Any:
        """An index, or one of several, as it is now: it may be a list, which may change."""
        if isinstance(index, gast.Starred):
            index.value = self.frozen(index.value)
            return index
        unknown = any(isinstance(n, gast.Name) and self.frame.fact(n).kind in ("o", "l", "t")
                      and self.ctx.support_name(n) is None for n in walk(index))
        is_slice = isinstance(index, gast.Call) and self.ctx.support_name(index.func) == "slice"
        return call(self.ctx.use("frozen_index"), index) if unknown and not is_slice else index

    def attribute(self, node: Any, value: gast.Attribute, name: str | None) -> None:
        if self.ctx.resolve(value) is not MISSING:
            self.forward.append(node)
            return
        owner = value.value
        if self.frame.fact(owner).kind in NUMERIC:
            self.forward.append(node)
            primitive = self.ctx.resolver.method("n", value.attr)
            known, rule = primitive is not MISSING, self.ctx.resolver.rule(primitive)
            if known and self.frame.active(owner) and value.attr != "flat" and (rule is None or callable(rule.primitive)):
                self.refuse(node, f"attribute {value.attr} of an array or number, taken as a value,",
                            "what it is used for later is not seen here", [owner])
            if rule is not None and rule.role == "rule":
                self.rule(node, rule, name, [owner], [])
            return
        cell = is_name(owner) and value.attr == "value" and owner.id in self.ctx.cells
        if not cell:
            node.value = self.on_heap("attribute", owner, const(value.attr))
        self.forward.append(node)
        if not self.frame.active(owner):
            self.read(name, node)
            return
        self.pull(lambda g, have, out: self.contribute(
            owner, self.on_heap("read_attribute", load(owner.id), const(value.attr), load(name), g),
            have, out, node), name)

    def get_attribute(self, node: Any, value: gast.Call, name: str | None) -> None:
        """`getattr(owner, name)`, perhaps with a default."""
        owner, which, *default = value.args
        for d in default:
            self.put(d, node)
        node.value = self.on_heap("attribute", *value.args)
        self.forward.append(node)
        if self.frame.active(owner):
            self.pull(lambda g, have, out: self.contribute(
                owner, self.on_heap("read_attribute", load(owner.id), copy_tree(which), load(name), g), have, out, node), name)
        else:
            self.read(name, node)

    def display(self, node: Any, value: Any) -> None:
        elements = value.elts if not isinstance(value, gast.Dict) else [*value.keys, *value.values]
        for i, element in enumerate(elements):
            if isinstance(element, gast.Starred):
                element.value = self.rows(element.value, node)
            elif element is not None:
                self.put(element, node)
            assert i >= 0
        self.forward.append(node)

    def unpack(self, node: Any, target: gast.Tuple) -> None:
        node.value = self.rows(node.value, node)
        self.forward.append(node)
        for part in target.elts:
            if isinstance(part, gast.Name):
                self.read(part.id, node)

    def store_attribute(self, node: Any, target: gast.Attribute) -> None:
        if self.is_part(target):
            self.store_part(node, target)
            return
        if target.attr in LAYOUT and self.frame.active(target.value) and not self.frame.active(node.value) and (
                self.may_be_array(target.value)):
            self.forward.append(expr_stmt(self.on_heap("set_layout", target.value, const(target.attr), node.value), node))
            return
        if self.frame.active(node.value):
            self.put(node.value, node)
            if not (is_name(target.value) and target.value.id in self.ctx.cells):
                node = expr_stmt(self.on_heap("set_attribute", target.value, const(target.attr), node.value), node)
        self.forward.append(node)


def as_expression(index: Any, ctx: Context) -> Any:
    """An index with its slices as calls of `slice`, which can be passed and kept."""
    if isinstance(index, gast.Slice):
        parts = [p if p is not None else const(None) for p in (index.lower, index.upper, index.step)]
        if index.step is None:
            parts = parts[1:2] if index.lower is None else parts[:2]
        return call(ctx.use("slice"), *map(copy_tree, parts))
    if isinstance(index, gast.Tuple):
        return tuple_([as_expression(e, ctx) for e in index.elts])
    return copy_tree(index)
