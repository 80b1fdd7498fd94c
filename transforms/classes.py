"""Class statements: the body's statements stand in the function, and a call makes the class of what they have bound.

The first step of `desugar`. Takes a function's tree past the fence. Guarantees: no class statement; methods are nested
functions of the function, under names of their own, which see its variables as methods do, and not those of the class.

Before:                             After:
    class A(B):                         def A_m(self):
        w = x                               return super(A_class, self).m() * x
        def m(self):                    A_w = x
            return super().m() * x      A = make_class("A", "f", __name__, (B,), {}, {"w": A_w, "m": A_m})
                                        A_class = A
"""

from __future__ import annotations

from typing import Any

import gast

from .context import Context
from .nodes import assign, at, call, const, is_name, load, stores, tuple_, walk, walk_scope

__all__ = ["methods_shown", "outline_classes"]

BLOCKS = (gast.If, gast.For, gast.While, gast.Try, gast.With)
PLAIN = (gast.FunctionDef, gast.Assign, gast.AnnAssign, gast.AugAssign, gast.Expr, gast.Pass, gast.ClassDef, gast.Delete,
         gast.Import, gast.ImportFrom, gast.Raise, gast.Assert, gast.Break, gast.Continue, *BLOCKS)


def methods_shown(tree: Any) -> set[str]:
    """Names of the methods in the class statements of a tree, and of attributes that may run code as `.name`."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, gast.ClassDef):
            for member in node.body:
                if isinstance(member, gast.FunctionDef):
                    found.add(member.name)
                    known = all(is_name(d) and d.id in ("staticmethod", "classmethod") for d in member.decorator_list)
                    if member.decorator_list and not known:
                        found.add("." + member.name)
                elif isinstance(member, gast.Assign) and isinstance(member.value, gast.Call):
                    found |= {"." + t.id for t in member.targets if is_name(t)}
    return found


def outline_classes(tree: Any, ctx: Context) -> Any:
    for node in list(walk(tree)):
        if isinstance(node, gast.ClassDef):
            continue
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and any(isinstance(s, gast.ClassDef) for s in block):
                setattr(node, field, [m for s in block for m in _outlined(s, ctx)])
    return tree


def _outlined(node: Any, ctx: Context) -> list[Any]:
    return _Class(node, ctx).statements() if isinstance(node, gast.ClassDef) else [node]


class _Class:
    def __init__(self, node: gast.ClassDef, ctx: Context) -> None:
        self.node, self.ctx = node, ctx
        self.names: dict[str, str] = {}  # what the body has bound so far -> the variable
        self.annotations: list[tuple[str, Any]] = []
        self.own = ctx.names.fresh(f"{node.name}_class")
        self.out: list[Any] = []
        self.maybe: set[str] = set()  # names that may be bound or not; their variables are MISSING then
        self.depth = 0  # how many statements with blocks are around this place

    def fresh(self, name: str) -> str:
        made = self.ctx.names.fresh(f"{self.node.name}_{name}")
        self.ctx.locals.add(made)
        return made

    def statements(self) -> list[Any]:
        node, ctx = self.node, self.ctx
        _mangle(node)
        decorators = [self.held("decorator", d) for d in node.decorator_list]
        bases = self.held("bases", tuple_(node.bases))
        keywords = self.held("options", gast.Dict(keys=[const(k.arg) if k.arg else None for k in node.keywords],
                                                  values=[k.value for k in node.keywords]))
        self.block(node.body)
        if self.annotations:
            table = gast.Dict(keys=[const(n) for n, _ in self.annotations], values=[a for _, a in self.annotations])
            self.names["__annotations__"] = self.held("annotations", table).id
        members = gast.Dict(keys=[const(n) for n in self.names], values=[load(v) for v in self.names.values()])
        made = call(ctx.use("make_class"), const(node.name), const(ctx.name), load("__name__"), bases, keywords, members)
        self.out.append(assign(node.name, made, node))
        ctx.locals |= {self.own, node.name}
        self.out.append(assign(self.own, load(node.name), node))
        for decorator in reversed(decorators):
            self.out.append(assign(node.name, call(decorator, load(node.name)), node))
        for statement in self.out:
            at(statement, node)
        return self.out

    def held(self, base: str, value: Any) -> gast.Name:
        name = self.fresh(base)
        self.out.append(assign(name, value, self.node))
        return load(name)

    def block(self, body: list[Any]) -> None:
        for statement in body:
            if not isinstance(statement, PLAIN):
                raise self.ctx.refuse(statement, f"{type(statement).__name__} in the body of a class is not differentiated",
                                      why="the body becomes part of the function", remedy="compute it before the class")
            if isinstance(statement, BLOCKS) and not self.depth:
                for name in _bound_in(statement):
                    if name not in self.names:
                        self.names[name] = self.held(name, self.ctx.use("MISSING")).id
                        self.maybe.add(name)
            getattr(self, "add_" + type(statement).__name__)(statement)

    def inner(self, body: list[Any]) -> list[Any]:
        """The statements that a block of a statement in the body becomes."""
        out, self.out = self.out, []
        self.depth += 1
        self.block(body)
        self.depth -= 1
        made, self.out = self.out, out
        return made or [gast.Pass()] if body else []

    def bind(self, name: str) -> str:
        """The variable of a name that is bound here."""
        if name not in self.names:
            self.names[name] = self.fresh(name)
        if not self.depth:
            self.maybe.discard(name)
        return self.names[name]

    # -- statements of the body -------------------------------------------------------------------------------

    def add_Pass(self, node: Any) -> None:
        pass

    def add_Expr(self, node: Any) -> None:
        if isinstance(node.value, gast.Constant):
            if isinstance(node.value.value, str) and node is self.node.body[0]:
                self.names["__doc__"] = self.held("doc", node.value).id
            return
        node.value = self.here(node.value)
        self.out.append(node)

    def add_If(self, node: Any) -> None:
        node.test = self.here(node.test)
        node.body, node.orelse = self.inner(node.body), self.inner(node.orelse)
        self.out.append(node)

    add_While = add_If

    def add_For(self, node: Any) -> None:
        node.iter = self.here(node.iter)
        self.depth += 1
        node.target = self.target(node.target)
        self.depth -= 1
        node.body, node.orelse = self.inner(node.body), self.inner(node.orelse)
        self.out.append(node)

    def add_With(self, node: Any) -> None:
        self.depth += 1
        for item in node.items:
            item.context_expr = self.here(item.context_expr)
            item.optional_vars = item.optional_vars and self.target(item.optional_vars)
        self.depth -= 1
        node.body = self.inner(node.body)
        self.out.append(node)

    def add_Try(self, node: Any) -> None:
        node.body = self.inner(node.body)
        for handler in node.handlers:
            handler.type = handler.type and self.here(handler.type)
            if handler.name is None:
                handler.body = self.inner(handler.body)
                continue
            name, held = handler.name.id, dict(self.names)
            handler.name.id = self.names[name] = self.fresh(name)  # gone at the end of the clause
            handler.body = self.inner(handler.body)
            self.names = {n: v for n, v in self.names.items() if n != name} | ({name: held[name]} if name in held else {})
        node.orelse, node.finalbody = self.inner(node.orelse), self.inner(node.finalbody)
        self.out.append(node)

    def add_Raise(self, node: Any) -> None:
        node.exc, node.cause = node.exc and self.here(node.exc), node.cause and self.here(node.cause)
        self.out.append(node)

    def add_Assert(self, node: Any) -> None:
        node.test, node.msg = self.here(node.test), node.msg and self.here(node.msg)
        self.out.append(node)

    def add_Break(self, node: Any) -> None:
        self.out.append(node)

    add_Continue = add_Break

    def add_Delete(self, node: Any) -> None:
        for target in node.targets:
            if not is_name(target):
                self.out.append(at(gast.Delete(targets=[self.here(target)]), node))
            elif target.id in self.names:
                self.out.append(assign(self.names[target.id], self.ctx.use("MISSING"), node))
                self.maybe.add(target.id)
            else:
                self.out.append(at(gast.Delete(targets=[target]), node))  # raises

    def add_Import(self, node: Any) -> None:
        for alias in node.names:
            if alias.asname is None and "." in alias.name:
                raise self.ctx.refuse(node, f"import {alias.name} in the body of a class is not differentiated",
                                      why="it binds a part of the name", remedy="import it before the class")
            alias.asname = self.bind(alias.asname or alias.name)
        self.out.append(node)

    add_ImportFrom = add_Import

    def add_Assign(self, node: Any) -> None:
        node.value = self.here(node.value)
        node.targets = [self.target(t) for t in node.targets]
        self.out.append(node)

    def add_AnnAssign(self, node: Any) -> None:
        if isinstance(node.target, gast.Name):
            self.annotations.append((node.target.id, self.held("annotation", self.here(node.annotation))))
        if node.value is not None:
            value = self.here(node.value)
            self.out.append(assign(self.target(node.target), value, node))

    def add_AugAssign(self, node: Any) -> None:
        node.value = self.here(node.value)
        if is_name(node.target) and (node.target.id not in self.names or node.target.id in self.maybe):
            self.out.append(assign(self.target(gast.Name(node.target.id, gast.Store(), None, None)),
                                   self.here(load(node.target.id)), node))
        node.target = self.target(node.target)
        self.out.append(node)

    def add_ClassDef(self, node: Any) -> None:
        node.decorator_list = [self.here(d) for d in node.decorator_list]
        node.bases = [self.here(b) for b in node.bases]
        name = node.name
        self.out += _Class(node, self.ctx).statements()
        self.out.append(assign(self.bind(name), load(name), node))

    def add_FunctionDef(self, node: Any) -> None:
        node.decorator_list = [self.here(d) for d in node.decorator_list]
        args = node.args
        args.defaults = [self.here(d) for d in args.defaults]
        args.kw_defaults = [d if d is None else self.here(d) for d in args.kw_defaults]
        _Super(self.own).of(node)
        name, node.name = node.name, self.fresh(node.name)
        self.out.append(node)
        if self.depth or name in self.maybe:
            self.out.append(assign(self.bind(name), load(node.name), node))
        else:
            self.names[name] = node.name

    def target(self, node: Any) -> Any:
        """A target in the scope of the class."""
        for inner in walk(node):
            if isinstance(inner, gast.Name) and isinstance(inner.ctx, gast.Store):
                inner.id = self.bind(inner.id)
            elif isinstance(inner, (gast.Attribute, gast.Subscript)):
                for field in ("value", "slice"):
                    if getattr(inner, field, None) is not None:
                        setattr(inner, field, self.here(getattr(inner, field)))
        return node

    def here(self, node: Any) -> Any:
        """An expression of the class's scope: what the body has bound is read from its variables."""
        return _Scope(self.names, self.maybe, self.ctx).visit(node)


class _Scope(gast.NodeTransformer):
    def __init__(self, names: dict[str, str], maybe: set[str], ctx: Context) -> None:
        self.names, self.maybe, self.ctx = names, maybe, ctx

    def visit_Name(self, node: Any) -> Any:
        name = node.id
        if name not in self.names:
            return node
        if name in self.maybe:  # what the body has not bound is looked up outside
            bound = gast.Compare(left=load(self.names[name]), ops=[gast.IsNot()], comparators=[self.ctx.use("MISSING")])
            return gast.IfExp(test=bound, body=load(self.names[name]), orelse=load(name))
        node.id = self.names[name]
        return node

    def visit_Lambda(self, node: Any) -> Any:
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        return node

    def visit_comprehension_scope(self, node: Any) -> Any:
        node.generators[0].iter = self.visit(node.generators[0].iter)
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_scope


class _Super(gast.NodeTransformer):
    """`super()` and `__class__` of a method, whose class is in the variable `own`."""

    def __init__(self, own: str) -> None:
        self.own, self.first = own, ""

    def of(self, function: Any) -> None:
        outer = self.first
        given = function.args.posonlyargs + function.args.args
        self.first = given[0].id if given else outer
        function.body = [self.visit(s) for s in function.body]
        self.first = outer

    def visit_FunctionDef(self, node: Any) -> Any:
        self.of(node)
        return node

    def visit_Call(self, node: Any) -> Any:
        self.generic_visit(node)
        if is_name(node.func, "super") and not node.args:
            node.args = [load(self.own), load(self.first)]
        return node

    def visit_Name(self, node: Any) -> Any:
        if node.id == "__class__":
            node.id = self.own
        return node


def _bound_in(node: Any) -> list[str]:
    """Names that a statement with blocks may bind in the scope of the class."""
    found = stores([node])
    for inner in walk_scope([node]):
        if isinstance(inner, gast.ExceptHandler) and inner.name is not None:
            found = [n for n in found if n != inner.name.id] + (stores(inner.body) if inner.name.id in stores(inner.body) else [])
    return list(dict.fromkeys(found))


def _mangle(node: gast.ClassDef) -> None:
    from .desugar import mangle

    for statement in node.body:
        mangle(statement, node.name)

