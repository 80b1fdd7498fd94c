"""The tangent of one statement: the statement as it was, and behind it what computes the tangent of what it binds.

What decides is what `analysis.py` knows of the statement: a primitive with a rule has the rule spliced in, or is applied
to the tangent where it is linear; what only moves references puts its arguments and asks for its result's tangent; a call
of unknown code goes through the callee's tangent form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from .access import as_expression
from .analysis import NUMERIC, OPERATORS, SET_ALGEBRA
from .context import MISSING, Fact
from .nodes import assign, attribute, call, const, copy_tree, expr_stmt, is_name, load, loads, walk
from .special import as_call, is_met
from .tangent_calls import TangentCalls
from .tangent_stores import TangentStores

if TYPE_CHECKING:
    from .tangent import Scope

__all__ = ["TangentStatements"]

ADDITIVE = (gast.Add, gast.Mult, gast.Mod)
STEADY = (gast.Name, gast.Constant, gast.Tuple, gast.Slice, gast.UnaryOp, gast.operator, gast.unaryop, gast.expr_context)


class TangentStatements(TangentStores, TangentCalls):
    """Writes one statement and its tangent to `out`."""

    def __init__(self, scope: Scope, node: Any, out: list[Any]) -> None:
        self.scope, self.ctx, self.node, self.out = scope, scope.ctx, node, out
        self.transfer = scope.transfer(node)

    # -- helpers ----------------------------------------------------------------------------------------------

    def fact(self, node: Any) -> Fact:
        return self.transfer.atom(node)

    def kind(self, node: Any) -> str:
        return self.fact(node).kind

    def on_heap(self, method: str, *args: Any) -> gast.Call:
        return self.scope.on_heap(method, *args)

    def emit(self, node: Any) -> None:
        self.out.append(node)

    def do(self, value: Any) -> None:
        self.out.append(expr_stmt(value, self.node))

    def named(self, base: str, value: Any) -> gast.Name:
        name = self.ctx.names.fresh(base)
        self.ctx.locals.add(name)
        self.out.append(assign(name, value, self.node))
        return load(name)

    def tangent(self, atom: Any) -> Any:
        """The tangent of an operand as an expression; None if it has none."""
        if not isinstance(atom, gast.Name) or atom.id in self.ctx.support.values():
            return None
        binder = self.scope.binder(atom.id)
        if binder is None:
            return self.on_heap("get", load(atom.id)) if self.fact(atom).active else None
        if atom.id not in binder.tangents or not self.fact(atom).active:
            return None
        variable = load(self.scope.tangent_name(atom.id))
        if self.scope.must_look(atom.id):
            return self.on_heap("see", load(atom.id), variable)
        return variable

    def raw(self, atom: Any) -> Any:
        """The variable of its tangent, which writes into the array may have left behind; ZERO if it has none."""
        binder = self.scope.binder(atom.id) if isinstance(atom, gast.Name) else None
        if binder is None or atom.id not in binder.tangents:
            return self.ctx.use("ZERO")
        return load(self.scope.tangent_name(atom.id))

    def put(self, atom: Any) -> None:
        """What was computed here is about to be seen elsewhere, where it is known by its identity."""
        if isinstance(atom, gast.Starred):
            atom = atom.value
        if isinstance(atom, gast.Attribute):
            atom = atom.value
        if not isinstance(atom, gast.Name):
            return
        binder = self.scope.binder(atom.id)
        if binder is None or atom.id not in binder.tangents or atom.id not in binder.computed:
            return
        if self.kind(atom) in "ltdc" or not self.fact(atom).active:
            return
        self.do(self.on_heap("put", load(atom.id), load(self.scope.tangent_name(atom.id))))

    def rows(self, atom: Any) -> Any:
        """`atom`, which is about to be iterated over: the rows of an array get tangents of their own."""
        if not isinstance(atom, gast.Name) or self.kind(atom) in "ltdcs":
            return atom
        given = self.tangent(atom)
        if given is None:
            return self.on_heap("iterable", atom) if self.kind(atom) == "o" else atom
        return self.on_heap("rows", load(atom.id), given)

    def bind(self, name: str | None, value: Any, tangent: Any) -> None:
        """`name = value`, with its tangent: an expression, None for none, or a function of the result that gives it."""
        if name is None:
            self.do(value)
            return
        active = name in self.scope.tangents
        if not active or tangent is None:
            self.emit(self.assignment(name, value))
            if active:
                self.emit(assign(self.scope.tangent_name(name), self.ctx.use("ZERO"), self.node))
            return
        clash = name in loads(value) or isinstance(value, gast.Name)
        target = self.named(name, value) if clash and not isinstance(value, gast.Name) else load(name)
        if isinstance(value, gast.Name):
            target = load(value.id)
        elif not clash:
            self.emit(self.assignment(name, value))
        given = tangent(target) if callable(tangent) else tangent
        if given is None:
            given = self.ctx.use("ZERO")
        self.emit(assign(self.scope.tangent_name(name), given, self.node))
        if clash:
            self.emit(self.assignment(name, target))

    def assignment(self, name: str, value: Any) -> Any:
        return assign(name, value, self.node)

    def found(self, name: gast.Name) -> Any:
        return self.on_heap("get", load(name.id))

    # -- statements -------------------------------------------------------------------------------------------

    def statement(self) -> None:
        node = self.node
        if isinstance(node, gast.Assign):
            target = node.targets[0]
            if isinstance(target, gast.Tuple):
                self.unpack(target)
            elif isinstance(target, gast.Subscript):
                self.store_item(target)
            elif isinstance(target, gast.Attribute):
                self.store_attribute(target)
            else:
                self.compute(node.value, target.id)
        elif isinstance(node, gast.AugAssign):
            self.update()
        elif isinstance(node, gast.Expr):
            self.compute(node.value, None)
        elif isinstance(node, gast.Return):
            if node.value is not None:
                self.put(node.value)
            self.emit(node)
        elif isinstance(node, gast.Raise):
            self.throw()
        elif isinstance(node, gast.Delete):
            self.delete()
        else:
            self.emit(node)
            if isinstance(node, (gast.Import, gast.ImportFrom)):
                return

    def definition(self) -> None:
        for default in [*self.node.args.defaults, *self.node.args.kw_defaults]:
            if default is not None:
                self.put(default)

    def update(self) -> None:
        """`x op= y`: a new value of a number, else in place."""
        node, name = self.node, self.node.target.id
        x, y = load(name), node.value
        operation = gast.BinOp(left=x, op=node.op, right=y)
        kinds = self.kind(x), self.kind(y)
        method = "i" + OPERATORS[type(node.op)].strip("_")
        if self.ctx.special and is_met(operation, self.transfer, x, y):
            self.unknown(call(self.ctx.use(method), x, y), name)
        elif kinds[0] == "s" and kinds[1] in NUMERIC or kinds[0] in "c" and isinstance(node.op, (gast.Add, gast.Mod)):
            self.operator(operation, name, [x, y])
        elif kinds[0] in "ltdc" and kinds[1] in "ltdc":
            self.emit(node)
        elif self.tangent(x) is None and self.tangent(y) is None and kinds[0] in NUMERIC and kinds[1] in NUMERIC:
            self.emit(node)
        else:
            zero = self.ctx.use("ZERO")
            made = self.on_heap("update", self.ctx.use(method), self.ctx.use(OPERATORS[type(node.op)]), x, y,
                                self.tangent(x) or zero, self.tangent(y) or zero)
            pair = self.named("updated", made)
            self.emit(assign(name, gast.Subscript(value=load(pair.id), slice=const(0), ctx=gast.Load()), node))
            if name in self.scope.tangents:
                part = gast.Subscript(value=load(pair.id), slice=const(1), ctx=gast.Load())
                self.emit(assign(self.scope.tangent_name(name), part, node))

    # -- statements that compute ------------------------------------------------------------------------------

    def compute(self, value: Any, name: str | None) -> None:
        stands_for = as_call(value, self.transfer) if self.ctx.special else None
        if stands_for is not None:
            self.unknown(stands_for, name)
        elif isinstance(value, gast.BinOp):
            self.operator(value, name, [value.left, value.right])
        elif isinstance(value, gast.UnaryOp) and not isinstance(value.op, gast.Not):
            self.operator(value, name, [value.operand])
        elif isinstance(value, gast.Subscript):
            self.item(value, name)
        elif isinstance(value, gast.Attribute):
            self.attribute(value, name)
        elif isinstance(value, (gast.Tuple, gast.List, gast.Set, gast.Dict)):
            self.display(value, name)
        elif isinstance(value, gast.Call):
            self.call(value, name)
        elif isinstance(value, gast.JoinedStr):
            self.bind(name, value, self.ctx.use("ZERO"))
            self.mark_text(name, [n for n in walk(value) if isinstance(n, gast.Name)])
        elif isinstance(value, (gast.Yield, gast.YieldFrom)):
            if value.value is not None:
                self.put(value.value)
            self.bind(name, value, self.found)
        else:
            if isinstance(value, gast.Compare) and self.may_be_overloaded(value):
                value = self.on_heap("verdict", value)
            self.bind(name, value, self.tangent(value))

    def may_be_overloaded(self, value: gast.Compare) -> bool:
        overloads = not any(isinstance(op, (gast.Is, gast.IsNot, gast.In, gast.NotIn)) for op in value.ops)
        names = [o for o in [value.left, *value.comparators] if isinstance(o, gast.Name)]
        return overloads and any(self.kind(o) == "o" for o in names)

    def mark_text(self, name: str | None, parts: list[Any]) -> None:
        """From a text made of what has a tangent no number is to be read back."""
        given = [t for t in map(self.tangent, parts) if t is not None]
        if name is not None and given:
            self.do(self.on_heap("mark_text", load(name), *given))

    def mixed(self, value: gast.BinOp) -> list[Any]:
        """The operands of an operator: beside what may be an array, one that is a sequence is made an array if need be."""
        kinds = self.kind(value.left), self.kind(value.right)
        for field, kind, other in (("left", *kinds), ("right", *kinds[::-1])):
            operand = getattr(value, field)
            if not isinstance(operand, gast.Name) or kind not in ("l", "t") or other not in ("n", "a", "o"):
                continue
            partner, times = value.right if field == "left" else value.left, isinstance(value.op, gast.Mult)
            made = self.named(operand.id, call(self.ctx.use("operand"), load(operand.id), copy_tree(partner), const(times)))
            self.do(self.on_heap("put", load(made.id), self.on_heap("unfold", load(operand.id), load(made.id))))
            sure = other == "a" or not times and other == "n"
            self.transfer.env[made.id] = Fact("n" if sure else "o", True)
            setattr(value, field, made)
        return [value.left, value.right]

    def numeric(self, operand: Any) -> Any:
        if isinstance(operand, gast.Name) and self.kind(operand) not in NUMERIC:
            return call(self.ctx.use("numeric"), operand)
        return operand

    def operator(self, value: Any, name: str | None, operands: list[Any]) -> None:
        if len(operands) == 2:
            operands = self.mixed(value)
        kinds = {self.kind(o) for o in operands}
        rule = self.ctx.resolver.operator(OPERATORS[type(value.op)])
        if isinstance(value.op, gast.Mod) and self.kind(operands[0]) == "c":
            self.bind(name, value, self.ctx.use("ZERO"))
            self.mark_text(name, operands)
            return
        if len(operands) == 2 and not kinds <= NUMERIC:
            if kinds & set("ltdc") and isinstance(value.op, (*ADDITIVE, gast.Sub, *SET_ALGEBRA)) or (
                    isinstance(value.op, SET_ALGEBRA) and not kinds & NUMERIC):
                if any(isinstance(o, gast.Name) and self.kind(o) not in "sltdc" for o in operands):
                    self.do(call(self.ctx.use("operands"), *map(copy_tree, operands)))
                self.bind(name, value, self.found)
                if "c" in kinds:
                    self.mark_text(name, operands)
                return
            if isinstance(value.op, ADDITIVE) and not (isinstance(value.op, gast.Add) and kinds & NUMERIC):
                self.do(call(self.ctx.use("operands"), *map(copy_tree, operands)))
            else:
                value.left, value.right = self.numeric(value.left), self.numeric(value.right)
        elif len(operands) == 1:
            value.operand = self.numeric(value.operand)
        self.by_rule(value, rule, name, operands, [])

    def index(self, index: Any) -> Any:
        """An index that is evaluated once, if it computes."""
        if all(isinstance(n, STEADY) for n in walk(index)):
            return index
        return self.named("index", as_expression(index, self.ctx))

    def item(self, value: gast.Subscript, name: str | None) -> None:
        owner, kind = value.value, self.kind(value.value)
        if kind in NUMERIC and self.tangent(owner) is None:
            self.bind(name, value, None)
            return
        if kind in "ltd":
            for used in walk(value.slice) if kind == "d" else ():
                self.put(used)  # a KeyError holds it
            self.bind(name, value, self.found)
            return
        value.slice = self.index(value.slice)
        if kind in NUMERIC:
            if kind != "s" and self.tangent_is_plain(owner):
                part = gast.Subscript(value=self.tangent(owner), slice=copy_tree(value.slice), ctx=gast.Load())
            else:
                part = self.on_heap("pick", owner, self.raw(owner), as_expression(value.slice, self.ctx))
            self.bind(name, value, part)
            return
        index = as_expression(value.slice, self.ctx)
        for used in walk(index):
            self.put(used)
        read = self.on_heap("item", owner, copy_tree(index))
        self.bind(name, read, lambda y: self.on_heap("part", copy_tree(owner), self.raw(owner), copy_tree(index), load(y.id)))

    def tangent_is_plain(self, owner: Any) -> bool:
        return self.scope.binder(owner.id) is not None and not self.scope.must_look(owner.id)

    def attribute(self, value: gast.Attribute, name: str | None) -> None:
        owner = value.value
        if self.ctx.resolve(value) is not MISSING:
            self.bind(name, value, None)
            return
        if self.kind(owner) in NUMERIC:
            callee = getattr(self.node, "callee", None)
            rule = callee.rule if callee is not None else None
            if rule is not None and rule.role == "rule":
                self.by_rule(value, rule, name, [owner], [])
            else:
                self.bind(name, value, None)
                if self.tangent(owner) is not None:
                    self.put(owner)
            return
        if is_name(owner) and value.attr == "value" and owner.id in self.ctx.cells:
            known = self.ctx.cell_tangents
            beside: Any = attribute(load(owner.id), "tangent")
            if owner.id in known.sums and name not in known.steps:
                beside = self.on_heap("copied", beside)
                value = self.on_heap("unasked") if owner.id in known.unasked else value
            elif owner.id in known.unasked:
                self.emit(assign(self.scope.tangent_name(name), beside, self.node))
                return
            self.bind(name, value, beside if owner.id in known.known else self.found)
            return
        self.put(owner)
        self.bind(name, self.on_heap("attribute", owner, const(value.attr)),
                  lambda y: self.on_heap("member", copy_tree(owner), const(value.attr), load(y.id)))

    def display(self, value: Any, name: str | None) -> None:
        elements = value.elts if not isinstance(value, gast.Dict) else [*value.keys, *value.values]
        for element in elements:
            if isinstance(element, gast.Starred):
                element.value = self.rows(element.value)
            elif element is not None:
                self.put(element)
        self.bind(name, value, None)

    def test(self, test: Any) -> Any:
        """The truth of a value whose class may have a method for it."""
        if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
            return gast.UnaryOp(op=test.op, operand=self.test(test.operand))
        if isinstance(test, gast.Name) and "truth" in self.ctx.special and self.kind(test) == "o" and not (
                isinstance(self.node, gast.While)):
            name = self.ctx.names.fresh("test")
            self.ctx.locals.add(name)
            self.unknown(call(self.ctx.use("truth"), copy_tree(test)), name)
            return load(name)
        return test
