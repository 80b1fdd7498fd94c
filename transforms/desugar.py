"""Desugar: any Python inside the fence becomes the core language.

Takes: the tree of `source`, past the fence. Guarantees (`check` tests it) statements of these forms only:

    name = expr                     name, name, *name = expr        name op= expr
    expr[expr] = expr               expr.attr = expr                expr
    if expr: ... else: ...          while True: ...   (no else)     break   continue   pass
    return expr                     raise ...         del ...       import ...
    try: ... except BaseException as name: ... else: ...            try: ... finally: ...       (`exceptions.py`)
    def name(...): ...              (body in core form; no decorators but calls of names)

and in expressions no conditional expression, walrus, comprehension, lambda, nor `and`, `or` or a chained
comparison, save where all operands are *quiet* (`quiet.py`): free of calls of unknown code, and of value true or
false. `for` is gone: an iterator and `next` stand for it. A variable that a nested function shares and that is
assigned more than once lives in a `Cell` (`cells.py`).

Before:                             After:
    for i in range(n):                  it = iter(range(n))
        x = x * 2 if i else x           while True:
                                            i1 = next(it, END)
                                            if i1 is END:
                                                break
                                            i = i1
                                            if i:
                                                x1 = x * 2
                                            else:
                                                x1 = x
                                            x = x1
"""

from __future__ import annotations
import __future__

import ast
from typing import Any

import gast

from . import captures, cells, outer, patterns, qualnames
from .classes import outline_classes
from .context import Context
from .core_check import check
from .exceptions import Exceptions
from .generators import note_blocks, outline_expressions
from .lowering import LOWERED, Lowering, negate
from .nodes import (
    assign,
    at,
    attribute,
    call,
    const,
    copy_tree,
    expr_stmt,
    if_,
    is_name,
    load,
    store,
    tuple_,
    walk,
    walk_scope,
    while_true,
)

__all__ = ["check", "desugar"]


def desugar(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    tree = copy_tree(tree)
    qualnames.note(tree)
    note_blocks(tree)
    tree.decorator_list, tree.returns = [], None
    _strip_annotations(tree.args)
    tree = patterns.convert(cells.tell_apart(tree, ctx), ctx)
    outline_classes(tree, ctx)
    if ctx.class_name is not None:
        mangle(tree, ctx.class_name)
    positional = tree.args.posonlyargs + tree.args.args
    ctx.first_parameter = positional[0].id if positional else "self"
    return _Desugar(ctx).function(cells.convert(outline_expressions(outer.convert(captures.convert(tree, ctx), ctx), ctx), ctx))


def mangle(tree: Any, class_name: str) -> None:
    """Private names of a class: `self.__w` is `self._C__w`."""
    for node in walk(tree):
        field = {gast.Attribute: "attr", gast.Name: "id", gast.FunctionDef: "name"}.get(type(node))
        if field is not None:
            name = getattr(node, field)
            if name.startswith("__") and not name.endswith("__"):
                setattr(node, field, f"_{class_name.lstrip('_')}{name}")


def _strip_annotations(args: gast.arguments) -> None:
    for a in args.posonlyargs + args.args + args.kwonlyargs + [args.vararg, args.kwarg]:
        if a is not None:
            a.annotation = a.type_comment = None


class _Desugar(Lowering, Exceptions):
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def temp(self, base: str, hint: str | None = None) -> str:
        name = self.ctx.names.fresh(base)
        if hint is not None:
            self.ctx.hints[name] = hint
        return name

    def function(self, node: gast.FunctionDef) -> gast.FunctionDef:
        body = node.body
        if body and isinstance(body[0], gast.Expr) and isinstance(body[0].value, gast.Constant):
            body = body[1:]
        state = self.enter_function(getattr(node, "guarded", False))
        node.body = self.block(body) or [at(gast.Pass(), node)]
        self.leave_function(state)
        return node

    def block(self, statements: list[Any]) -> list[Any]:
        out: list[Any] = []
        for statement in statements:
            start = len(out)
            getattr(self, "stmt_" + type(statement).__name__)(statement, out)
            for made in out[start:]:
                at(made, statement)
                if made.origin is None:
                    made.origin = statement.origin
                if isinstance(made, gast.If):
                    self.place_all(made.body + made.orelse, statement.origin)
            if out and isinstance(out[-1], (gast.Return, gast.Break, gast.Continue, gast.Raise)):
                break  # what follows is never reached
        return out

    def place_all(self, statements: list[Any], origin: int) -> None:
        for statement in statements:
            if getattr(statement, "origin", None) is None:
                statement.origin = origin
            if isinstance(statement, gast.If):
                self.place_all(statement.body + statement.orelse, origin)

    # -- statements -------------------------------------------------------------------------------------------

    def keep(self, node: Any, out: list[Any]) -> None:
        out.append(node)

    def stmt_Pass(self, node: Any, out: list[Any]) -> None:
        pass

    stmt_Import = stmt_ImportFrom = keep

    def stmt_Expr(self, node: Any, out: list[Any]) -> None:
        if not isinstance(node.value, gast.Constant):
            out.append(expr_stmt(self.expr(node.value, out), node))

    def stmt_Assert(self, node: Any, out: list[Any]) -> None:
        error = call(self.ctx.use("AssertionError"), *([node.msg] if node.msg is not None else []))
        failure = at(gast.Raise(exc=error, cause=None), node)
        self.stmt_If(if_(negate(node.test), [failure], [], node), out)

    def stmt_Delete(self, node: Any, out: list[Any]) -> None:
        for target in node.targets:
            if isinstance(target, (gast.Tuple, gast.List)):
                self.stmt_Delete(gast.Delete(targets=target.elts), out)
            else:
                if not isinstance(target, gast.Name):
                    self.place(target, out)
                out.append(at(gast.Delete(targets=[target]), node))

    def stmt_Assign(self, node: Any, out: list[Any]) -> None:
        if len(node.targets) == 1 and self._parallel(node.targets[0], node.value, out):
            return
        value = self.expr(node.value, out, hint=_hint(node.targets[0]))
        if len(node.targets) > 1 and not isinstance(value, gast.Constant):
            name = self.temp("value", hint=_hint(node.targets[0]))
            out.append(assign(name, value, node))
            value = load(name)
        for target in node.targets:
            self.bind(target, copy_tree(value) if len(node.targets) > 1 else value, node, out)

    def _parallel(self, target: Any, value: Any, out: list[Any]) -> bool:
        """`a, b = b, a + b`: each element on its own; no tuple is made."""
        if not (isinstance(target, (gast.Tuple, gast.List)) and isinstance(value, (gast.Tuple, gast.List))
                and len(target.elts) == len(value.elts)
                and not any(isinstance(e, gast.Starred) for e in target.elts + value.elts)):
            return False
        held = []
        for place, element in zip(target.elts, value.elts, strict=True):
            element = self.expr(element, out, hint=_hint(place))
            if not isinstance(element, gast.Constant):
                name = self.temp("value", hint=_hint(place))
                out.append(assign(name, element, value))
                element = load(name)
            held.append(element)
        for place, element in zip(target.elts, held, strict=True):
            self.bind(place, element, target, out)
        return True

    def bind(self, target: Any, value: Any, like: Any, out: list[Any]) -> None:
        """Assigns `value`, already desugared, to any target."""
        if isinstance(target, gast.Name):
            out.append(assign(target.id, value, like))
        elif isinstance(target, (gast.Attribute, gast.Subscript)):
            if _needs_holding(target, value):
                name = self.temp("value")
                out.append(assign(name, value, like))
                value = load(name)
            self.place(target, out)
            out.append(assign(target, value, like))
        elif isinstance(target, gast.Starred):
            self.bind(target.value, value, like, out)
        else:
            self.unpack(target, value, like, out)

    def unpack(self, target: Any, value: Any, like: Any, out: list[Any]) -> None:
        simple, later = [], []
        for element in target.elts:
            star = isinstance(element, gast.Starred)
            place = element.value if star else element
            if isinstance(place, gast.Name):
                name = place.id
            else:
                name = self.temp("item")
                later.append((place, name))
            simple.append(gast.Starred(value=store(name), ctx=gast.Store()) if star else store(name))
        out.append(assign(tuple_(simple, gast.Store()), value, like))
        for place, name in later:
            self.bind(place, load(name), like, out)

    def place(self, target: Any, out: list[Any]) -> None:
        """Desugars what is inside a target, in the order Python evaluates it."""
        target.value = self.expr(target.value, out)
        if isinstance(target, gast.Subscript):
            target.slice = self.expr(target.slice, out)

    def stmt_AnnAssign(self, node: Any, out: list[Any]) -> None:
        if node.value is not None:
            self.bind(node.target, self.expr(node.value, out, hint=_hint(node.target)), node, out)

    def stmt_AugAssign(self, node: Any, out: list[Any]) -> None:
        target = node.target
        rebinds = any(isinstance(n, gast.NamedExpr) and is_name(n.target, target.id) for n in walk(node.value)) if (
            isinstance(target, gast.Name)) else False  # x += (x := 2): the old x is the left operand
        if isinstance(target, gast.Name) and not rebinds:
            value = self.expr(node.value, out)
            out.append(at(gast.AugAssign(target=target, op=node.op, value=value), node))
            return
        # place op= value: read the place once, update, store back.
        item = self.temp("item")
        if isinstance(target, gast.Name):
            read: Any = load(target.id)
        else:
            self.place(target, out)
            for field in ("value", "slice"):
                inner = getattr(target, field, None)
                if inner is not None and not isinstance(inner, (gast.Name, gast.Constant)):
                    name = self.temp("owner" if field == "value" else "index")
                    held = inner if field == "value" or not _has_slice(inner) else self.slice_call(inner)
                    out.append(assign(name, held, node))
                    setattr(target, field, load(name))
            read = copy_tree(target)
            read.ctx = gast.Load()
        out.append(assign(item, read, node))
        value = self.expr(node.value, out)
        out.append(at(gast.AugAssign(target=store(item), op=node.op, value=value), node))
        self.bind(target, load(item), node, out)

    def slice_call(self, node: Any) -> Any:
        """`1:n, ::2` as an expression: `(slice(1, n), slice(None, None, 2))`."""
        if isinstance(node, gast.Slice):
            parts = [p if p is not None else const(None) for p in (node.lower, node.upper, node.step)]
            return call(self.ctx.use("slice"), *parts)
        if isinstance(node, gast.Tuple):
            return tuple_([self.slice_call(e) for e in node.elts])
        return node

    def stmt_If(self, node: Any, out: list[Any]) -> None:
        test = self.test(node.test, out)
        body, orelse = self.block(node.body), self.block(node.orelse)
        out.append(if_(test, body, orelse, node))

    def stmt_While(self, node: Any, out: list[Any]) -> None:
        body: list[Any] = []
        if not (isinstance(node.test, gast.Constant) and node.test.value):
            test = self.test(node.test, body)
            leave, after = self.exhausted(node, out)
            body.append(if_(negate(test), leave, [], node))
        else:
            after = []
        out.append(while_true(_until_jump(body + self.loop_body(node.body)) or [at(gast.Pass(), node)], node))
        out += after

    def exhausted(self, node: Any, out: list[Any]) -> tuple[list[Any], list[Any]]:
        """What runs where a loop ends by itself: inside the loop, and after it.

        An `else` block runs inside, before the loop is left, unless it jumps in the loop around this one.
        """
        if not _jumps(node.orelse):
            return _until_jump([*self.block(node.orelse), at(gast.Break(), node)]), []
        flag = self.temp("ended")
        out.append(assign(flag, const(False), node))
        after = if_(load(flag), self.block(node.orelse), [], node)
        return [assign(flag, const(True), node), at(gast.Break(), node)], [after]

    def stmt_For(self, node: Any, out: list[Any]) -> None:
        if getattr(node, "is_ready", False):
            iterator = node.iter.id
        else:
            iterator = self.temp("it")
            out.append(assign(iterator, call(self.ctx.use("iter"), self.expr(node.iter, out)), node))
        simple = isinstance(node.target, gast.Name)
        item = self.temp(node.target.id if simple else "item", hint=_hint(node.target))
        body = [assign(item, call(self.ctx.use("next"), load(iterator), self.ctx.use("END")), node)]
        ended = gast.Compare(left=load(item), ops=[gast.Is()], comparators=[self.ctx.use("END")])
        leave, after = self.exhausted(node, out)
        body.append(if_(ended, leave, [], node))
        self.bind(node.target, load(item), node, body)
        for made in body:
            at(made, node)
        out.append(while_true(body + self.loop_body(node.body), node))
        out += after

    def stmt_FunctionDef(self, node: Any, out: list[Any]) -> None:
        table = self.annotations(node) if node.decorator_list else None  # a decorator may look at them
        decorators, node.decorator_list, node.returns = node.decorator_list, [], None
        held = []
        for decorator in decorators:
            name = self.temp("decorator")
            out.append(assign(name, self.expr(decorator, out), node))
            held.append(name)
        _strip_annotations(node.args)
        self.defaults(node.args, out)
        kept = None
        if table is not None:
            kept = self.temp("annotations")
            out.append(assign(kept, self.expr(table, out), node))
        out.append(self.function(node))
        if kept is not None:
            target = attribute(load(node.name), "__annotations__")
            target.ctx = gast.Store()
            out.append(assign(target, load(kept), node))
        for name in reversed(held):
            out.append(assign(node.name, call(name, load(node.name)), node))

    def annotations(self, node: Any) -> Any:
        """The table of a function's annotations, as Python evaluates them; None if it has none."""
        args = node.args
        every = [*args.posonlyargs, *args.args, *([args.vararg] if args.vararg else []), *args.kwonlyargs,
                 *([args.kwarg] if args.kwarg else [])]
        found = [(a.id, a.annotation) for a in every if a.annotation is not None]
        found += [("return", node.returns)] if node.returns is not None else []
        if not found:
            return None
        if self.ctx.resolve(load("annotations")) is __future__.annotations:
            found = [(name, const(ast.unparse(gast.gast_to_ast(copy_tree(value))))) for name, value in found]
        return gast.Dict(keys=[const(name) for name, _ in found], values=[value for _, value in found])

    def defaults(self, args: gast.arguments, out: list[Any]) -> None:
        for values in (args.defaults, args.kw_defaults):
            for i, value in enumerate(values):
                if value is not None and not isinstance(value, (gast.Constant, gast.Name)):
                    name = self.temp("default")
                    out.append(assign(name, self.expr(value, out), value))
                    values[i] = load(name)


def _hint(target: Any) -> str | None:
    return target.id if isinstance(target, gast.Name) else None


def _jumps(statements: list[Any]) -> bool:
    """Whether a `break` or `continue` in these statements belongs to a loop around them."""
    for node in statements:
        if isinstance(node, (gast.Break, gast.Continue)):
            return True
        inner = getattr(node, "orelse", [])
        if not isinstance(node, (gast.While, gast.For, gast.FunctionDef)):
            inner = inner + getattr(node, "body", []) if isinstance(getattr(node, "body", []), list) else inner
            inner = inner + getattr(node, "finalbody", []) + [s for h in getattr(node, "handlers", []) for s in h.body]
        if _jumps(inner):
            return True
    return False


def _until_jump(body: list[Any]) -> list[Any]:
    for i, statement in enumerate(body):
        if isinstance(statement, (gast.Return, gast.Break, gast.Continue, gast.Raise)):
            return body[: i + 1]
    return body


def _has_slice(node: Any) -> bool:
    return any(isinstance(n, gast.Slice) for n in walk_scope(node))


def _needs_holding(target: Any, value: Any) -> bool:
    """Python evaluates the value before the target's parts; a name or constant cannot tell the difference."""
    if isinstance(value, (gast.Name, gast.Constant)):
        return False
    return any(isinstance(n, (gast.Call, *LOWERED)) for n in walk_scope(target))
