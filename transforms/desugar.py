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
from .exceptions import Exceptions, check_try
from .generators import TOTAL_CONSUMERS, loops_of, note_blocks, outline_expressions
from .nodes import (
    COMPREHENSIONS,
    assign,
    at,
    attribute,
    call,
    const,
    copy_tree,
    def_,
    expr_stmt,
    if_,
    is_name,
    load,
    ret,
    store,
    tuple_,
    walk,
    walk_scope,
    while_true,
)
from .quiet import is_calm, is_quiet

__all__ = ["check", "desugar"]


def desugar(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    tree = copy_tree(tree)
    qualnames.note(tree)
    note_blocks(tree)
    tree.decorator_list, tree.returns = [], None
    _strip_annotations(tree.args)
    tree = patterns.convert(tree, ctx)
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


LOWERED = (gast.IfExp, gast.NamedExpr, gast.Lambda, *COMPREHENSIONS)

class _Desugar(Exceptions):
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
        self.stmt_If(if_(_negate(node.test), [failure], [], node), out)

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
            body.append(if_(_negate(test), leave, [], node))
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

    # -- expressions ------------------------------------------------------------------------------------------

    def test(self, node: Any, out: list[Any]) -> Any:
        """An expression of which only the truth is asked."""
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            return _negate(self.test(node.operand, out))
        if isinstance(node, gast.BoolOp) and "truth" in self.ctx.special and not is_calm(node, self.ctx):
            return self.expr(self.truths(node), out)
        return node if is_calm(node, self.ctx) else self.expr(node, out)

    def truths(self, node: Any) -> Any:
        """A test of several operands that may compute when they are asked for their truth: each is asked once."""
        if isinstance(node, gast.BoolOp):
            return at(gast.BoolOp(op=node.op, values=[self.truths(v) for v in node.values]), node)
        return node if isinstance(node, gast.Compare) else at(call(self.ctx.use("truth"), node), node)

    def expr(self, node: Any, out: list[Any], hint: str | None = None) -> Any:
        """`node` in core form; statements that must run before it go to `out`."""
        if self.handling and (asked := self.handled(node)) is not None:
            return asked
        if not self.must_lower(node):
            return node
        lower = getattr(self, "lower_" + type(node).__name__, None)
        if lower is not None and (not isinstance(node, (gast.BoolOp, gast.Compare)) or not is_quiet(node, self.ctx)):
            return lower(node, out, hint)
        return self.flat(node, out)

    def must_lower(self, node: Any) -> bool:
        return any(isinstance(n, LOWERED) or _is_zero_super(n)
                   or isinstance(n, gast.BoolOp) and not is_quiet(n, self.ctx)
                   or isinstance(n, gast.Compare) and len(n.ops) > 1 and not is_quiet(n, self.ctx)
                   for n in walk_scope(node))

    def lower_IfExp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        result = self.temp(hint or "choice")
        branches: list[list[Any]] = [[], []]
        test = self.test(node.test, out)
        for branch, value in zip(branches, (node.body, node.orelse), strict=True):
            branch.append(assign(result, self.expr(value, branch, hint), value))
        out.append(if_(test, branches[0], branches[1], node))
        return load(result)

    def lower_BoolOp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        result = self.temp(hint or ("both" if isinstance(node.op, gast.And) else "either"))
        out.append(assign(result, self.expr(node.values[0], out), node))
        for value in node.values[1:]:
            test = load(result) if isinstance(node.op, gast.And) else _negate(load(result))
            branch: list[Any] = []
            branch.append(assign(result, self.expr(value, branch), value))
            out.append(if_(test, branch, [], node))
            out = branch
        return load(result)

    def lower_Compare(self, node: Any, out: list[Any], hint: str | None) -> Any:
        if len(node.ops) == 1:
            left, right = node.left, node.comparators[0]
            left = self.expr(left, out)
            if self.must_lower(right) and not isinstance(left, gast.Constant):
                name = self.temp("value")
                out.append(assign(name, left, node))
                left = load(name)
            return gast.Compare(left=left, ops=node.ops, comparators=[self.expr(right, out)])
        result, left = self.temp(hint or "both"), self.expr(node.left, out)
        for i, (op, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            name = self.temp("value")
            if not isinstance(left, (gast.Constant, gast.Name)) or self.must_lower(right):
                held = self.temp("value")
                out.append(assign(held, left, node))
                left = load(held)
            out.append(assign(name, self.expr(right, out), right))
            out.append(assign(result, gast.Compare(left=left, ops=[op], comparators=[load(name)]), node))
            left = load(name)
            if i + 1 < len(node.ops):
                inner = if_(load(result), [], [], node)
                inner.body = []
                out.append(inner)
                out = inner.body
        return load(result)

    def lower_NamedExpr(self, node: Any, out: list[Any], hint: str | None) -> Any:
        value = self.expr(node.value, out)
        if isinstance(node.target, gast.Name):
            self.bind(node.target, value, node, out)
            return load(node.target.id)
        name = self.temp("value")  # the variable lives in a cell
        out.append(assign(name, value, node))
        self.bind(node.target, load(name), node, out)
        return load(name)

    def lower_Lambda(self, node: Any, out: list[Any], hint: str | None) -> Any:
        makes_generator = getattr(node, "is_generator", False)
        name = self.temp(hint or ("values" if makes_generator else "function"))
        self.defaults(node.args, out)
        body = loops_of(node.body, node, self.ctx) if makes_generator else [ret(node.body, node)]
        made = def_(name, node.args, body, node)
        if hasattr(node, "qualname"):
            made.qualname = node.qualname
        out.append(self.function(made))
        return load(name)

    def lower_ListComp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        return self.comprehension(node, out, hint, gast.List(elts=[], ctx=gast.Load()), "append", [node.elt])

    def lower_SetComp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        return self.comprehension(node, out, hint, call(self.ctx.use("set")), "add", [node.elt])

    def lower_DictComp(self, node: Any, out: list[Any], hint: str | None) -> Any:
        return self.comprehension(node, out, hint, gast.Dict(keys=[], values=[]), "__setitem__",
                                  [node.key, node.value])

    def lower_Call(self, node: Any, out: list[Any], hint: str | None) -> Any:
        asked = self.handled(node)
        if asked is not None:
            return asked
        if _is_zero_super(node):
            first = self.ctx.first_parameter
            return call("super", load("__class__"), load(first))
        if (is_name(node.func) and node.func.id in TOTAL_CONSUMERS and node.args
                and isinstance(node.args[0], gast.GeneratorExp) and not isinstance(self.ctx.resolve(node.func), int)):
            g = node.args[0]
            node.args[0] = at(gast.ListComp(elt=g.elt, generators=g.generators), g)
        return self.flat(node, out)

    def flat(self, node: Any, out: list[Any]) -> Any:
        """Lowers the operands of `node` from left to right; one before a lowered one is held in a temporary."""
        children = _operands(node)
        last = max((i for i, (_, _, c) in enumerate(children) if self.must_lower(c)), default=-1)
        rebound = {n.target.id for _, _, c in children for n in walk_scope(c)
                   if isinstance(n, gast.NamedExpr) and isinstance(n.target, gast.Name)}
        for i, (owner, field, child) in enumerate(children):
            value = self.expr(child, out)
            if i < last and not _is_stable(value, rebound, field == "func"):
                value = self.held(value, node, out)
            elif i < last and not all(_is_silent(later) for _, _, later in children[i + 1:last + 1]):
                if isinstance(value, gast.Starred):  # what it holds now, it may not hold later
                    value = gast.Starred(value=self.held(gast.Tuple(elts=[value], ctx=gast.Load()), node, out), ctx=gast.Load())
                elif _is_unpacked(node, owner, field):
                    value = self.held(gast.Dict(keys=[None], values=[value]), node, out)
            if isinstance(field, int):
                owner[field] = value
            else:
                setattr(owner, field, value)
        return node

    def held(self, value: Any, node: Any, out: list[Any]) -> Any:
        name = self.temp("value")
        out.append(assign(name, value, node))
        return load(name)

    def comprehension(self, node: Any, out: list[Any], hint: str | None, empty: Any, method: str,
                      elements: list[Any]) -> Any:
        """A loop that fills a container; its own variables get names of their own."""
        result = self.temp(hint or "items")
        out.append(assign(result, empty, node))
        cells.rename_bound(node, self.ctx)
        for cell in getattr(node, "cells", []):
            out.append(assign(cell, call(self.ctx.use("Cell")), node))
        add: Any = call(attribute(load(result), method), *elements)
        if method == "__setitem__":
            target = gast.Subscript(value=load(result), slice=elements[0], ctx=gast.Store())
            body = [assign(target, elements[1], node)]
        else:
            body = [expr_stmt(add, node)]
        for generator in reversed(node.generators):
            for test in reversed(generator.ifs):
                body = [if_(test, body, [], node)]
            loop = gast.For(target=generator.target, iter=generator.iter, body=body, orelse=[], type_comment=None)
            body = [at(loop, node)]
        out += self.block(body)
        return load(result)


def _hint(target: Any) -> str | None:
    return target.id if isinstance(target, gast.Name) else None


def _negate(test: Any) -> Any:
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    return gast.UnaryOp(op=gast.Not(), operand=test)


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


def _is_zero_super(node: Any) -> bool:
    return isinstance(node, gast.Call) and is_name(node.func, "super") and not node.args


def _is_stable(value: Any, rebound: set[str], is_callee: bool) -> bool:
    """Whether evaluating `value` later than it stands makes no difference."""
    if is_callee and isinstance(value, gast.Attribute):
        value = value.value
    return (isinstance(value, (gast.Constant, gast.Starred, gast.Slice))
            or isinstance(value, gast.Name) and value.id not in rebound)


def _is_silent(node: Any) -> bool:
    """Whether an operand can be evaluated before those on its left and nobody sees it."""
    if isinstance(node, gast.Lambda):
        return all(isinstance(d, (gast.Constant, gast.Name, type(None))) for d in node.args.defaults + node.args.kw_defaults)
    return isinstance(node, (gast.Constant, gast.Name))


def _is_unpacked(node: Any, owner: Any, field: Any) -> bool:
    """Whether an operand of a call or a dictionary stands behind `**`."""
    if isinstance(node, gast.Dict):
        return owner is node.values and node.keys[field] is None
    return isinstance(owner, gast.keyword) and owner.arg is None


def _has_slice(node: Any) -> bool:
    return any(isinstance(n, gast.Slice) for n in walk_scope(node))


def _needs_holding(target: Any, value: Any) -> bool:
    """Python evaluates the value before the target's parts; a name or constant cannot tell the difference."""
    if isinstance(value, (gast.Name, gast.Constant)):
        return False
    return any(isinstance(n, (gast.Call, *LOWERED)) for n in walk_scope(target))


def _operands(node: Any) -> list[tuple[Any, Any, Any]]:
    """(owner, field, expression) of the expressions directly below, in the order Python evaluates them."""
    found: list[tuple[Any, Any, Any]] = []
    if isinstance(node, gast.Dict):
        for i, value in enumerate(node.values):
            if node.keys[i] is not None:
                found.append((node.keys, i, node.keys[i]))
            found.append((node.values, i, value))
        return found
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, gast.Slice):
            found += _operands(value)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, gast.keyword):
                    found.append((item, "value", item.value))
                elif isinstance(item, gast.Slice):
                    found += _operands(item)
                elif isinstance(item, gast.expr):
                    found.append((value, i, item))
        elif isinstance(value, gast.expr):
            found.append((node, field, value))
    return found


CORE = (gast.Assign, gast.AugAssign, gast.Expr, gast.If, gast.While, gast.Break, gast.Continue, gast.Pass, gast.Return,
        gast.Raise, gast.Delete, gast.Import, gast.ImportFrom, gast.FunctionDef, gast.Try)


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless `tree` is in core form; what is quiet is known with a `ctx` only."""
    assert isinstance(tree, gast.FunctionDef) and not tree.decorator_list, "decorators are not core"
    assert not any(a.annotation for a in walk(tree.args) if isinstance(a, gast.Name)), "annotations are not core"
    _check_block(tree.body, ctx, in_loop=False)


def _check_block(body: list[Any], ctx: Context | None, in_loop: bool) -> None:
    assert body, "an empty block"
    for i, node in enumerate(body):
        assert isinstance(node, CORE), f"{type(node).__name__} is not core"
        assert node.origin is not None, f"{type(node).__name__} without origin"
        assert i + 1 == len(body) or not isinstance(node, (gast.Return, gast.Raise, gast.Break, gast.Continue)), (
            "statements that are never reached")
        if isinstance(node, gast.FunctionDef):
            defaults = [d for d in [*node.args.defaults, *node.args.kw_defaults] if d is not None]
            assert all(isinstance(d, (gast.Name, gast.Constant)) for d in defaults), "a default that is computed"
            check(node, ctx)
        elif isinstance(node, gast.If):
            _check_expression(node.test, ctx, is_test=True)
            _check_block(node.body, ctx, in_loop)
            if node.orelse:
                _check_block(node.orelse, ctx, in_loop)
        elif isinstance(node, gast.While):
            assert isinstance(node.test, gast.Constant) and node.test.value is True, "a loop with a test"
            assert not node.orelse, "a loop with an else"
            _check_block(node.body, ctx, in_loop=True)
        elif isinstance(node, gast.Try):
            check_try(node)
            for block in (node.body, node.orelse, node.finalbody, *(h.body for h in node.handlers)):
                if block:
                    _check_block(block, ctx, in_loop)
        elif isinstance(node, (gast.Break, gast.Continue)):
            assert in_loop, f"{type(node).__name__} outside of a loop"
        else:
            _check_simple(node, ctx)


def _check_simple(node: Any, ctx: Context | None) -> None:
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    assert len(targets) == 1, "several targets"
    if isinstance(node, gast.Delete):
        assert isinstance(targets[0], (gast.Name, gast.Attribute, gast.Subscript)), "an odd target"
    elif isinstance(node, gast.AugAssign):
        assert isinstance(targets[0], gast.Name), "an augmented assignment to a place"
    elif isinstance(targets[0], gast.Tuple):
        parts = [e.value if isinstance(e, gast.Starred) else e for e in targets[0].elts]
        assert all(isinstance(p, gast.Name) for p in parts), "unpacking into a place"
    elif targets[0] is not None:
        assert isinstance(targets[0], (gast.Name, gast.Attribute, gast.Subscript)), "an odd target"
    if isinstance(node, gast.Return):
        assert node.value is not None, "return without a value"
    if isinstance(node, gast.Expr):
        assert not isinstance(node.value, gast.Constant), "a statement without effect"
    _check_expression(node, ctx, is_test=False)


def _check_expression(node: Any, ctx: Context | None, is_test: bool) -> None:
    for inner in walk(node):
        assert not isinstance(inner, LOWERED), f"{type(inner).__name__} is not core"
        if isinstance(inner, gast.BoolOp) or isinstance(inner, gast.Compare) and len(inner.ops) > 1:
            assert ctx is None or is_quiet(inner, ctx) or is_test and is_calm(node, ctx), (
                f"{type(inner).__name__} that is not quiet")
