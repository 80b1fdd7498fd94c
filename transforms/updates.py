"""The adjoints of in-place writes: items, parts of complex arrays, `x op= y`, and `out=`.

What is overwritten is kept in the frame. On the way back, first the adjoints that are pending in local variables are
*settled*: those of names that may be the same memory go to its shadow (`cpsad/shadows.py`), for they are of what was
written. Then the old content comes back, and what the shadow has gathered is the cotangent of what was written; of
what was there before, nothing depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from .analysis import NUMERIC, OPERATORS
from .context import Context
from .keys import is_key
from .memory import ARRAYS, PARTS, is_fresh, outputs
from .nodes import assign, const, copy_tree, expr_stmt, is_name, load, loads

if TYPE_CHECKING:
    from .adjoint import Frame

__all__ = ["IN_PLACE", "Updates"]

IN_PLACE = {"i" + name.strip("_") for name in OPERATORS.values()} - {"ipos", "ineg", "iinvert", "inot"}


class Updates:
    """The part of `statements.Statements` that sees to what writes into an array."""

    frame: Frame
    ctx: Context
    forward: list[Any]
    backward: list[Any]
    put: Any
    rows: Any
    on_heap: Any
    contribute: Any
    index: Any
    rule: Any

    # -- names that may be arrays -----------------------------------------------------------------------------

    def may_be_array(self, node: Any) -> bool:
        return isinstance(node, gast.Name) and self.frame.fact(node).kind in ARRAYS

    def keep_constant(self, node: Any, like: Any, unknown: bool = False) -> None:
        """An array without a derivative gets to where others may write into it: it must stay without."""
        if self.is_constant_array(node, unknown):
            self.forward.append(expr_stmt(self.on_heap("constant", load(node.id)), like))

    def is_constant_array(self, node: Any, unknown: bool = False) -> bool:
        return (isinstance(node, gast.Name) and not self.frame.active(node)
                and (self.frame.fact(node).kind in ("n", "a") or unknown and self.frame.fact(node).kind == "o"
                     and self.frame.binder(node.id) is not None and not self.frame.is_parameter(node.id)))

    def guard_alias(self, node: Any, name: str) -> None:
        """A name that carries a derivative becomes another one for memory that does not."""
        if isinstance(node.value, gast.Call):
            callee = self.frame.callee(node)  # is told apart by it
            if callee is not None and callee.rule is not None and (
                    callee.rule.primitive is self.ctx.resolver.support("captured")):
                return
        if self.frame.active(load(name)) and self.frame.fact(load(name)).kind in ARRAYS and not is_fresh(node):
            value = node.value.value if isinstance(node.value, gast.Subscript) else node.value
            for used in loads(value):
                self.keep_constant(load(used), node)

    def collect(self, node: Any, name: str) -> None:
        """An array is made here: what its shadow has gathered is its adjoint."""
        if self.frame.must_collect(name) and not self.is_move(node):
            def step(have: set[str], out: list[Any]) -> None:
                pending = self.frame.current(name, have) or self.ctx.use("ZERO")
                self.frame.replace(name, self.on_heap("collect", load(name), pending), have, out, node)

            self.backward.append(step)

    def is_move(self, node: Any) -> bool:
        """Whether what a statement binds was there before."""
        callee = self.frame.callee(node) if isinstance(node.value, gast.Call) else None
        return callee is not None and callee.rule is not None and (callee.rule.role == "mover" or any(
            self.ctx.resolver.support(n) is callee.rule.primitive for n in IN_PLACE))

    # -- items and parts --------------------------------------------------------------------------------------

    def store_item(self, node: Any, target: gast.Subscript) -> None:
        owner, value = target.value, node.value
        kind = self.frame.fact(owner).kind
        if is_key(target, kind):
            for used in [target.slice, *getattr(target.slice, "elts", [])]:
                if isinstance(used, gast.Name) and self.frame.active(used):
                    self.put(used, node)
        if getattr(node, "fills", False) and not self.frame.active(owner) and not self.frame.active(value):
            self.forward.append(node)
            return
        if kind in ("l", "d"):
            if isinstance(target.slice, gast.Slice):
                node.value = self.rows(value, node)
            else:
                self.put(value, node)
            self.forward.append(node)
            return
        if kind not in NUMERIC:
            self.put(value, node)
        self.write(node, "item", owner, self.index(target, node), value)

    def store_part(self, node: Any, target: gast.Attribute) -> None:
        """`x.real = v`, where `x` may be an array."""
        if self.frame.fact(target.value).kind not in NUMERIC:
            self.put(node.value, node)
        self.write(node, "part", target.value, const(target.attr), node.value)

    def is_part(self, target: gast.Attribute) -> bool:
        cell = is_name(target.value) and target.value.id in self.ctx.cells
        return not cell and target.attr in PARTS and self.may_be_array(target.value)

    def write(self, node: Any, what: str, owner: Any, place: Any, value: Any) -> None:
        old = self.ctx.names.fresh("old")
        self.ctx.locals.add(old)
        active = self.frame.active(value)
        if active:
            self.keep_constant(owner, node)
        self.forward.append(assign(old, self.on_heap("store_" + what, copy_tree(owner), copy_tree(place),
                                                     copy_tree(value), const(active)), node))

        def back(have: set[str], out: list[Any]) -> None:
            self.settle(node, [owner], have, out)
            given = self.on_heap("unstore_" + what, copy_tree(owner), copy_tree(place), load(old), copy_tree(value))
            if active:
                self.contribute(value, given, have, out, node)
            else:
                out.append(expr_stmt(given, node))

        self.backward.append(back)

    def settle(self, node: Any, owners: list[Any], have: set[str], out: list[Any]) -> None:
        names = [o.id for o in owners if isinstance(o, gast.Name)]
        live = [*getattr(node, "live", ()), *self.frame.captured]
        self.frame.settle(live, have, out, node, names)

    # -- whole arrays -----------------------------------------------------------------------------------------

    def in_place(self, node: Any, value: gast.Call, name: str | None) -> None:
        """`x op= y` where `x` may be an array that others see."""
        x, y = value.args
        kinds = self.frame.fact(x).kind, self.frame.fact(y).kind
        if not isinstance(x, gast.Name) or kinds[0] in "ltdc" and kinds[1] in "ltdc":
            self.forward.append(node)
            return
        rule = self.ctx.resolver.rule(self.ctx.resolve(value.func))
        self.update(node, rule, name, [x, y], [], x, const(True))

    def with_outputs(self, node: Any, value: gast.Call, rule: Any, name: str | None, args: list[Any]) -> None:
        """`f(..., out=x)`: `args` are the arguments of `f`, `x` among them or a keyword."""
        found = outputs(node)
        masked = rule.elementwise  # else `where` says which elements go into a reduction
        kept = [k for k in value.keywords if k.arg != "out" and not (masked and k.arg == "where")]
        if len(found) > 1:
            raise self.ctx.refuse(node, "several arrays are written into by one call",
                                  why="its rule gives the cotangents of one result", remedy="assign the results")
        if name is None:
            name = self.ctx.names.fresh("t")
            self.ctx.locals.add(name)
            self.frame.bound.add(name)
            self.ctx.facts[name] = self.frame.fact(found[0])
            live = getattr(node, "live", ())
            node = assign(name, value, node)
            node.live = live
        where = next((k.value for k in value.keywords if masked and k.arg == "where"), const(True))
        self.update(node, rule, name, args[: rule.inputs], kept, found[0], where)

    def update(self, node: Any, rule: Any, name: str | None, args: list[Any], keywords: list[Any], out_array: gast.Name,
               where: Any) -> None:
        """A primitive that writes its result into `out_array`."""
        old = self.ctx.names.fresh("old")
        self.ctx.locals.add(old)
        sources = [*args, *[k.value for k in keywords]]
        active = rule is not None and rule.role in ("rule", "gather") and any(map(self.frame.active, sources))
        if active:
            self.keep_constant(out_array, node)
        changes = [a for a in sources if isinstance(a, gast.Name) and not is_name(a, out_array.id) and (
            self.frame.active(a) or self.frame.fact(a).kind not in (*NUMERIC, "c"))]
        self.forward.append(assign(old, self.on_heap("snapshot", load(out_array.id), const(active), *map(copy_tree, changes)),
                                   node))
        self.forward.append(node)
        if not active or name is None:
            def restore(have: set[str], out: list[Any]) -> None:
                self.settle(node, [out_array], have, out)
                out.append(expr_stmt(self.on_heap("restore", load(out_array.id), load(old)), node))

            self.backward.append(restore)
            return
        template = self.ctx.resolver.splice(rule)
        result = None
        if template is not None and template.uses_result:
            result = self.ctx.names.fresh(name)
            self.ctx.locals.add(result)
        gathered = self.ctx.names.fresh("b" + name)
        self.ctx.locals.add(gathered)
        self.rule(node, rule, name, args, keywords, always=load(gathered), result=result and load(result),
                  where=None if isinstance(where, gast.Constant) else where)

        def back(have: set[str], out: list[Any]) -> None:
            self.settle(node, [out_array, load(name)], have, out)
            pending = self.frame.current(name, have) or self.ctx.use("ZERO")
            extra = [] if isinstance(where, gast.Constant) else [copy_tree(where)]
            out.append(assign(gathered, self.on_heap("drain", load(out_array.id), load(old), pending, *extra), node))
            if result is None:
                out.append(expr_stmt(self.on_heap("restore", load(out_array.id), load(old), *extra), node))
            else:
                out.append(assign(result, self.on_heap("undo", load(out_array.id), load(old), load(name)), node))

        self.backward.append(back)

