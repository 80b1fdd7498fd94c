"""Building and reading gast nodes. Every pass makes its nodes here, by keyword."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from typing import Any

import gast

__all__ = ["SCOPES", "assign", "at", "attribute", "call", "const", "copy_tree", "def_", "dotted", "expr_stmt",
           "generated_blocks", "if_", "is_name", "load", "loads", "ret", "store", "stores", "tuple_", "walk_scope",
           "while_true"]

SCOPES = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


def at(node: Any, like: Any) -> Any:
    """Gives a statement the origin and position of another."""
    node.origin = getattr(like, "origin", None) or getattr(like, "lineno", None)
    node.comment = getattr(node, "comment", None)
    for field in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        if getattr(like, field, None) is not None and getattr(node, field, None) is None:
            setattr(node, field, getattr(like, field))
    return node


def _name(identifier: str, ctx: Any) -> gast.Name:
    return gast.Name(id=identifier, ctx=ctx, annotation=None, type_comment=None)


def load(identifier: str) -> gast.Name:
    return _name(identifier, gast.Load())


def store(identifier: str) -> gast.Name:
    return _name(identifier, gast.Store())


def param(identifier: str) -> gast.Name:
    return _name(identifier, gast.Param())


def const(value: Any) -> gast.Constant:
    return gast.Constant(value=value, kind=None)


def attribute(value: Any, name: str, ctx: Any = None) -> gast.Attribute:
    return gast.Attribute(value=value, attr=name, ctx=ctx or gast.Load())


def tuple_(elements: list[Any], ctx: Any = None) -> gast.Tuple:
    return gast.Tuple(elts=elements, ctx=ctx or gast.Load())


def call(function: Any, *args: Any, **keywords: Any) -> gast.Call:
    function = load(function) if isinstance(function, str) else function
    return gast.Call(func=function, args=list(args),
                     keywords=[gast.keyword(arg=k, value=v) for k, v in keywords.items()])


def assign(target: Any, value: Any, like: Any = None) -> gast.Assign:
    target = store(target) if isinstance(target, str) else target
    node = gast.Assign(targets=[target], value=value, type_comment=None)
    return at(node, like if like is not None else value)


def expr_stmt(value: Any, like: Any = None) -> gast.Expr:
    return at(gast.Expr(value=value), like if like is not None else value)


def ret(value: Any, like: Any = None) -> gast.Return:
    return at(gast.Return(value=value), like if like is not None else value)


def if_(test: Any, body: list[Any], orelse: list[Any], like: Any) -> gast.If:
    return at(gast.If(test=test, body=body or [at(gast.Pass(), like)], orelse=orelse), like)


def while_true(body: list[Any], like: Any) -> gast.While:
    return at(gast.While(test=const(True), body=body, orelse=[]), like)


def arguments(names: Iterable[str]) -> gast.arguments:
    return gast.arguments(args=[param(n) for n in names], posonlyargs=[], vararg=None, kwonlyargs=[],
                          kw_defaults=[], kwarg=None, defaults=[])


def def_(name: str, args: Any, body: list[Any], like: Any) -> gast.FunctionDef:
    """A plain function; `args` is a `gast.arguments` or the parameters' names."""
    args = args if isinstance(args, gast.arguments) else arguments(args)
    node = gast.FunctionDef(name=name, args=args, body=body, decorator_list=[], returns=None, type_comment=None)
    if "type_params" in gast.FunctionDef._fields:
        node.type_params = []
    return at(node, like)


def parameters(args: gast.arguments) -> list[str]:
    """Names of all parameters, in the order of a call: positional, `*args`, keyword-only, `**kw`."""
    names = [a.id for a in args.posonlyargs + args.args]
    if args.vararg is not None:
        names.append(args.vararg.id)
    names += [a.id for a in args.kwonlyargs]
    if args.kwarg is not None:
        names.append(args.kwarg.id)
    return names


def is_name(node: Any, identifier: str | None = None) -> bool:
    return isinstance(node, gast.Name) and (identifier is None or node.id == identifier)


def dotted(node: Any) -> list[str] | None:
    """`["np", "linalg", "det"]` for the expression `np.linalg.det`; None for anything else."""
    parts: list[str] = []
    while isinstance(node, gast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, gast.Name):
        return None
    parts.append(node.id)
    return parts[::-1]


def copy_tree(node: Any) -> Any:
    """A copy of the tree; what rides on its nodes (origins, facts) is shared, and so is what says load or store."""
    if node.__class__ is list:
        return [copy_tree(n) for n in node]
    if not isinstance(node, gast.AST):
        return node
    kind = node.__class__
    made = kind.__new__(kind)
    values = made.__dict__
    values.update(node.__dict__)
    fields = _FIELDS.get(kind)
    for field in _fields(kind) if fields is None else fields:
        value = values.get(field)
        if value is None:
            continue
        if value.__class__ is list:
            values[field] = [copy_tree(n) for n in value]
        elif isinstance(value, gast.AST) and value._fields:
            values[field] = copy_tree(value)
    return made


_NO_CHILDREN = {"ctx", "id", "attr", "arg", "name", "kind", "type_comment", "module", "level", "asname", "is_async"}
_LEAVES = (gast.Constant, gast.operator, gast.unaryop, gast.boolop, gast.cmpop)
_FIELDS: dict[type, tuple[str, ...]] = {}  # of each class of nodes, those that hold nodes


def _fields(kind: Any) -> tuple[str, ...]:
    found = () if issubclass(kind, _LEAVES) else tuple(
        f for f in kind._fields if f not in _NO_CHILDREN or f == "name" and kind is gast.ExceptHandler)
    _FIELDS[kind] = found
    return found


def children(node: Any) -> list[Any]:
    """The nodes directly below, in the order of evaluation where that is the order of the fields."""
    kind = node.__class__
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _fields(kind)
    found = []
    values = node.__dict__
    for field in fields:
        value = values.get(field)
        if value is None:
            continue
        if value.__class__ is list:
            for item in value:
                if isinstance(item, gast.AST):
                    found.append(item)
        elif isinstance(value, gast.AST):
            found.append(value)
    return found


def walk(node: Any) -> Iterator[Any]:
    """All nodes below, parents first, from left to right; faster than the standard library's."""
    return _walk([node], ())


def _walk(todo: list[Any], scopes: tuple[type, ...]) -> Iterator[Any]:
    """Nodes and what is below them, the last of `todo` first; of a node that is one of `scopes` what belongs to the scope
    around it."""
    while todo:
        node = todo.pop()
        kind = node.__class__
        fields = _BACKWARDS.get(kind, _UNKNOWN)
        if fields is _UNKNOWN:
            fields = _backwards(kind)
        if fields is None:
            continue
        yield node
        if kind is _NAME and node.annotation is None:
            continue
        if kind in scopes:
            inner: list[Any] = list(getattr(node, "decorator_list", []))
            if kind is gast.ClassDef:
                inner += node.bases + [k.value for k in node.keywords]
            else:
                inner += node.args.defaults + [d for d in node.args.kw_defaults if d is not None]
            todo += reversed(inner)
            continue
        values = node.__dict__
        for field in fields:
            value = values.get(field)
            if value.__class__ is list:
                todo += value[::-1]
            elif value is not None:
                todo.append(value)


_NAME, _AST, _UNKNOWN = gast.Name, gast.AST, object()
_BINDS = (gast.Store, gast.Del)
_BACKWARDS: dict[type, Any] = {}  # of each class of nodes, `_fields` from the last to the first; None: no nodes


def _backwards(kind: Any) -> Any:
    found = _fields(kind)[::-1] if issubclass(kind, _AST) else None
    _BACKWARDS[kind] = found
    return found


def generated_blocks(tree: Any) -> Iterator[list[Any]]:
    """The statement lists of generated code, outer ones first, without those of functions that stand in it as they were
    written. What a list holds when the next one is asked for is looked into."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, gast.FunctionDef) and not hasattr(node, "role"):
            continue
        inner = [b for b in (node.__dict__.get("body"), node.__dict__.get("orelse")) if b]
        inner += [h.body for h in node.__dict__.get("handlers") or ()]
        yield from inner
        todo += [s for block in reversed(inner) for s in reversed(block) if "body" in s.__dict__]


def walk_scope(nodes: Any) -> Iterator[Any]:
    """All nodes of a scope, without the bodies of functions and classes nested in it.

    Of a nested function its decorators, defaults and annotations belong to this scope.
    """
    return _walk(list(nodes)[::-1] if isinstance(nodes, (list, tuple)) else [nodes], SCOPES)


def stores(nodes: Any) -> list[str]:
    """Names bound in this scope, in order of first appearance (nested functions count by their name)."""
    found: dict[str, None] = {}
    for node in walk_scope(nodes):
        if node.__class__ is _NAME:
            if node.ctx.__class__ in _BINDS:
                found[node.id] = None
        elif isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
            found[node.name] = None
        elif isinstance(node, (gast.Import, gast.ImportFrom)):
            for alias in node.names:
                found[(alias.asname or alias.name).split(".")[0]] = None
        elif isinstance(node, (gast.MatchAs, gast.MatchStar, gast.MatchMapping)):
            name = node.rest if isinstance(node, gast.MatchMapping) else node.name
            if name is not None:
                found[name] = None
    return list(found)


def loads(nodes: Any) -> list[str]:
    """Names read in this scope, nested functions aside, in order of first appearance."""
    return list(dict.fromkeys(n.id for n in walk_scope(nodes)
                              if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)))


def free_names(function: Any) -> set[str]:
    """Names that a function (FunctionDef or Lambda) reads or writes but does not bind itself."""
    body = function.body if isinstance(function.body, list) else [function.body]
    used: set[str] = set()
    bound = set(parameters(function.args))
    declared: set[str] = set()
    for node in walk_scope(body):
        if node.__class__ is _NAME:
            (used if node.ctx.__class__ is gast.Load else bound).add(node.id)
        elif isinstance(node, (gast.FunctionDef, gast.Lambda)):
            used |= free_names(node)
            if isinstance(node, gast.FunctionDef):
                bound.add(node.name)
        elif isinstance(node, (gast.Nonlocal, gast.Global)):
            declared.update(node.names)
        elif isinstance(node, gast.ClassDef):
            used |= {n.id for n in walk(node) if isinstance(n, gast.Name)}
            bound.add(node.name)
        elif isinstance(node, BINDING):
            bound.update(stores([node]))
    return (used | declared) - (bound - declared)


BINDING = (gast.AsyncFunctionDef, gast.Import, gast.ImportFrom, gast.MatchAs, gast.MatchStar, gast.MatchMapping)


def is_negative(node: Any) -> bool:
    return (isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub)
            and isinstance(node.operand, gast.Constant) and type(node.operand.value) in (int, float))


class Names:
    """Fresh names: `fresh("x")` is `x` the first time, then `x1`, `x2`, ... skipping what is taken, and
    keywords (`"d" + "el"`)."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = {*taken, *keyword.kwlist}
        self.next: dict[str, int] = {}

    def fresh(self, base: str) -> str:
        if base not in self.taken:
            self.taken.add(base)
            return base
        number = self.next.get(base, 1)
        stem = base + "_" if base[-1].isdigit() else base
        while f"{stem}{number}" in self.taken:
            number += 1
        self.next[base] = number + 1
        self.taken.add(f"{stem}{number}")
        return f"{stem}{number}"
