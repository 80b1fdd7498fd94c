"""A-normal form: one operation per statement, wherever a derivative may pass.

Takes: core language. Guarantees (`check` tests it): control flow as before; every other statement is one of

    name = rhs          name, ..., *name = atom         name op= atom       rhs
    atom[index] = atom  atom.attr = atom                return atom         def, raise, del, import, pass

    rhs   = yield atom | yield from atom
          | atom | quiet | atom op atom | op atom | atom[index] | atom.attr | callee(atom, *atom, k=atom, **atom)
          | (atom, *atom) | [atom] | {atom} | {atom: atom}
    callee = atom | atom.name | a dotted global name
    atom  = name | constant

where `quiet` (`quiet.py`) stays as the user wrote it, and so do an `index` and a test: no derivative passes through
a comparison or a position. What they contain runs no code that the transformer would have to see.

Before:  y = x * np.sin(x + 1) + a[i - 1]
After:   t = x + 1; t1 = np.sin(t); t2 = x * t1; t3 = a[i - 1]; y = t2 + t3
"""

from __future__ import annotations

from typing import Any

import gast

from .anf_check import ATOMS, check, check_statement
from .context import Context
from .in_place import as_update
from .nodes import assign, at, const, copy_tree, is_negative, load, tuple_
from .quiet import is_calm, is_quiet
from .special import may_run
from .unpacking import Unpacked

__all__ = ["anf", "check", "check_statement"]

_PLAIN = (gast.Pass, gast.Break, gast.Continue, gast.Import, gast.ImportFrom, gast.Delete)


def anf(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    tree = copy_tree(tree)
    return _Anf(ctx).function(tree)


class _Anf:
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.nested = 0  # how many functions are around this place
        self.covered = False  # whether a handler covers it

    def function(self, node: gast.FunctionDef) -> gast.FunctionDef:
        outer, covered = self.ctx.locals, self.covered
        self.covered = (self.ctx.guards_nested if self.nested else self.ctx.guarded) or getattr(node, "guarded", False)
        self.nested += 1
        node.body = self.block(node.body)
        self.nested -= 1
        self.ctx.locals, self.covered = outer, covered
        return node

    def block(self, statements: list[Any]) -> list[Any]:
        out: list[Any] = []
        for node in statements:
            start = len(out)
            self.statement(node, out)
            out[start:] = [update for made in out[start:] for update in as_update(made, self.ctx)]
            for made in out[start:]:
                at(made, node)
        return out

    def statement(self, node: Any, out: list[Any]) -> None:
        if isinstance(node, gast.Assign):
            target = node.targets[0]
            if isinstance(target, (gast.Attribute, gast.Subscript)):
                node.value = self.atom(node.value, out)
                self.place(target, out)
            elif isinstance(target, gast.Tuple):
                node.value = self.atom(node.value, out)
            else:
                node.value = self.rhs(node.value, out)
        elif isinstance(node, gast.AugAssign):
            node.value = self.atom(node.value, out)
        elif isinstance(node, gast.Expr):
            node.value = self.rhs(node.value, out)
            if isinstance(node.value, ATOMS):
                return
        elif isinstance(node, gast.Return):
            node.value = self.atom(node.value, out)
        elif isinstance(node, gast.If):
            node.test = self.test(node.test, out)
            node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        elif isinstance(node, gast.While):
            node.body = self.block(node.body)
        elif isinstance(node, gast.Try):
            before, self.covered = self.covered, True
            node.body, node.orelse = self.block(node.body) or [at(gast.Pass(), node)], self.block(node.orelse)
            if node.finalbody:
                node.finalbody = self.block(node.finalbody) or [at(gast.Pass(), node)]
            for handler in node.handlers:
                handler.body = self.block(handler.body) or [at(gast.Pass(), node)]
            self.covered = before
        elif isinstance(node, gast.FunctionDef):
            node = self.function(node)
        elif isinstance(node, gast.Raise):
            for field in ("exc", "cause"):
                value = getattr(node, field)
                if value is not None and not is_calm(value, self.ctx):
                    setattr(node, field, self.raised(value, out))
        elif isinstance(node, gast.Delete):
            for target in node.targets:
                if not isinstance(target, gast.Name):
                    self.place(target, out)
        else:
            assert isinstance(node, _PLAIN), type(node).__name__
        out.append(node)

    def raised(self, value: Any, out: list[Any]) -> Any:
        """`raise E(...)`: the call of the class stays, its arguments are computed before."""
        if isinstance(value, gast.Call):
            value.args = [a if is_calm(a, self.ctx) else self.operand(a, out) for a in value.args]
            for keyword in value.keywords:
                keyword.value = self.atom(keyword.value, out)
            return value
        return self.atom(value, out)

    def place(self, target: Any, out: list[Any]) -> None:
        target.value = self.atom(target.value, out)
        if isinstance(target, gast.Subscript):
            target.slice = self.index(target.slice, out)

    def test(self, node: Any, out: list[Any]) -> Any:
        """Only the truth of it matters, so whatever is calm stays."""
        if is_calm(node, self.ctx):
            return node
        if isinstance(node, (gast.Compare, gast.UnaryOp, gast.BoolOp)) and is_quiet_shape(node) and not (
                isinstance(node, gast.Compare) and may_run(node, self.ctx)):
            return self.loud_parts(node, out)
        return self.atom(node, out)

    def loud_parts(self, node: Any, out: list[Any]) -> Any:
        """A comparison or `not` whose operands run unknown code: the operands are named, the rest stays."""
        if isinstance(node, gast.Compare) and may_run(node, self.ctx):
            node.left = self.atom(node.left, out)
            node.comparators = [self.atom(c, out) for c in node.comparators]
        elif isinstance(node, gast.Compare):
            node.left = node.left if is_calm(node.left, self.ctx) else self.atom(node.left, out)
            node.comparators = [c if is_calm(c, self.ctx) else self.atom(c, out) for c in node.comparators]
        else:
            node.operand = self.test(node.operand, out)
        return node

    def index(self, node: Any, out: list[Any]) -> Any:
        if self.covered and isinstance(node, (gast.BinOp, gast.UnaryOp, gast.Call, gast.IfExp)):
            return self.atom(node, out)  # it may be the key that a KeyError holds
        if is_calm(node, self.ctx) and not (self.covered and isinstance(node, (gast.Tuple, gast.Slice))):
            return node
        if isinstance(node, gast.Slice):
            for field in ("lower", "upper", "step"):
                if getattr(node, field) is not None:
                    setattr(node, field, self.index(getattr(node, field), out))
            return node
        if isinstance(node, gast.Tuple):
            node.elts = [self.operand(e, out) if isinstance(e, gast.Starred) else self.index(e, out)
                         for e in node.elts]
            return node
        return self.atom(node, out)

    def atom(self, node: Any, out: list[Any]) -> Any:
        rhs = self.rhs(node, out)
        if isinstance(rhs, ATOMS):
            return rhs
        name = self.ctx.names.fresh("t")
        out.append(assign(name, rhs, node))
        return load(name)

    def operand(self, node: Any, out: list[Any]) -> Any:
        if isinstance(node, gast.Starred):
            node.value = self.atom(node.value, out)
            return node
        return self.atom(node, out)

    def rhs(self, node: Any, out: list[Any]) -> Any:
        if isinstance(node, ATOMS):
            return node
        if is_quiet(node, self.ctx):
            node.quiet = True
            return node
        if is_negative(node):
            return const(-node.operand.value)
        if isinstance(node, gast.BinOp):
            return self.chain(node, out)
        if isinstance(node, gast.UnaryOp):
            if isinstance(node.op, gast.Not):
                return self.loud_parts(node, out)
            node.operand = self.atom(node.operand, out)
        elif isinstance(node, gast.Compare):
            return self.loud_parts(node, out)
        elif isinstance(node, gast.Subscript):
            node.value = self.atom(node.value, out)
            node.slice = self.index(node.slice, out)
        elif isinstance(node, gast.Attribute):
            if not self.is_static(node):
                node.value = self.atom(node.value, out)
        elif isinstance(node, gast.Call):
            self.callee(node, out)
            node.args, node.keywords = self.arguments(node, out)
            stars = [isinstance(a, gast.Starred) for a in node.args]
            if any(stars[:-1]):  # f(*a, b, *c): one tuple, so that one starred argument stands last
                first = stars.index(True)
                packed = self.atom(at(tuple_(node.args[first:]), node), out)
                node.args[first:] = [gast.Starred(value=packed, ctx=gast.Load())]
        elif isinstance(node, (gast.Tuple, gast.List, gast.Set)):
            unpacked = Unpacked(self.ctx, node, out)
            node.elts = [unpacked.item(self.operand(e, out)) for e in node.elts]
            unpacked.settle()
        elif isinstance(node, gast.Dict):
            unpacked = Unpacked(self.ctx, node, out)
            for i, key in enumerate(node.keys):
                if key is not None:
                    node.keys[i] = self.atom(key, out)
                node.values[i] = self.atom(node.values[i], out)
                if key is None:
                    unpacked.mapping(node.values, i)
            unpacked.settle()
        elif isinstance(node, gast.JoinedStr):
            for part in node.values:
                if isinstance(part, gast.FormattedValue) and not is_calm(part.value, self.ctx):
                    part.value = self.atom(part.value, out)
        elif isinstance(node, (gast.Yield, gast.YieldFrom)):
            node.value = self.atom(node.value, out) if node.value is not None else None
        elif isinstance(node, gast.BoolOp):
            pass  # quiet operands only, by desugar
        else:
            raise self.ctx.refuse(node, f"{type(node).__name__} is not differentiated")
        return node

    def chain(self, node: Any, out: list[Any]) -> Any:
        """`a + b + c + ...` without a Python frame per term."""
        links = []
        while isinstance(node, gast.BinOp):
            links.append(node)
            node = node.left
        left = self.atom(node, out)
        while True:
            link = links.pop()
            link.left, link.right = left, self.atom(link.right, out)
            if not links:
                return link
            name = self.ctx.names.fresh("t")
            out.append(assign(name, link, link))
            left = load(name)

    def arguments(self, node: Any, out: list[Any]) -> tuple[list[Any], list[Any]]:
        unpacked = Unpacked(self.ctx, node, out)
        args = [unpacked.item(self.operand(a, out)) for a in node.args]
        for keyword in node.keywords:
            if keyword.arg == "out" and isinstance(keyword.value, gast.Tuple) and len(keyword.value.elts) == 1:
                keyword.value = keyword.value.elts[0]  # NumPy takes out=(x,) for out=x
            keyword.value = self.atom(keyword.value, out)
            if keyword.arg is None:
                unpacked.mapping(keyword, "value")
        unpacked.settle()
        return args, node.keywords

    def callee(self, node: Any, out: list[Any]) -> None:
        if isinstance(node.func, gast.Name) or self.is_static(node.func):
            return
        if isinstance(node.func, gast.Attribute):
            node.func.value = self.atom(node.func.value, out)
        else:
            node.func = self.atom(node.func, out)

    def is_static(self, node: Any) -> bool:
        """A dotted name that stands for a known value, such as `np.linalg.det`."""
        from .context import MISSING

        return isinstance(node, gast.Attribute) and self.ctx.resolve(node) is not MISSING


def is_quiet_shape(node: Any) -> bool:
    return isinstance(node, gast.Compare) or isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not)
