"""What the checkers of several passes share: scopes, and what callers and callees in generated code expect.

A pass's own checker (`check` in its file) states its postcondition; the parts that more than one of them states are
here. They read trees and raise AssertionError; no pass needs them to run.
"""

from __future__ import annotations

import re
from typing import Any

import gast

from .cfg import writes
from .context import MISSING, Context
from .nodes import COMPREHENSIONS, is_name, parameters, walk_scope

__all__ = ["check_calls", "check_scopes", "check_signature", "ends", "is_form"]

JUMPS = (gast.Return, gast.Raise, gast.Break, gast.Continue)


def ends(body: list[Any]) -> bool:
    """Whether control cannot reach what is behind these statements."""
    last = body[-1] if body else None
    if isinstance(last, gast.If):
        return bool(last.orelse) and ends(last.body) and ends(last.orelse)
    return isinstance(last, JUMPS)


# -- scopes ---------------------------------------------------------------------------------------------------------

def check_scopes(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Every name that is read is assigned before, or bound in a function around, or known outside (with a `ctx`)."""
    _Scope(tree, None, ctx).check()


class _Scope:
    """The names of one function; `assigned` are those that have a value at the point that is looked at."""

    def __init__(self, function: Any, parent: _Scope | None, ctx: Context | None) -> None:
        self.function, self.parent, self.ctx = function, parent, ctx
        body = function.body
        self.elsewhere = {n for s in walk_scope(body) if isinstance(s, gast.Nonlocal) for n in s.names}
        self.own = set(parameters(function.args)) | {n for s in walk_scope(body) for n in writes(s)}
        self.own -= self.elsewhere

    def check(self) -> None:
        name = self.function.name
        for outer in sorted(self.elsewhere):
            scope = self.parent
            while scope is not None and outer not in scope.own:
                scope = scope.parent
            assert scope is not None, f"nonlocal {outer} in {name} is bound in no function around it"
        self.block(self.function.body, set(parameters(self.function.args)))

    def block(self, body: list[Any], assigned: set[str] | None) -> set[str] | None:
        """What is assigned after `body`; None where control does not get."""
        for node in body:
            if isinstance(node, gast.FunctionDef):
                for default in [*node.args.defaults, *node.args.kw_defaults]:
                    self.expression(default, assigned)
                _Scope(node, self, self.ctx).check()
            elif isinstance(node, gast.If):
                self.expression(node.test, assigned)
                arms = [self.block(arm, None if assigned is None else set(assigned))
                        for arm in (node.body, node.orelse)]
                assigned = arms[0] if arms[1] is None else arms[1] if arms[0] is None else arms[0] & arms[1]
                continue
            elif isinstance(node, gast.Try) and hasattr(node, "failed"):
                after = self.block(node.body, None if assigned is None else set(assigned))  # or else it has failed
                if assigned is not None:  # where it is sure to fail, what is behind it never runs
                    after = after if after is not None else assigned | {n for s in node.body for n in writes(s)}
                    assigned = after | {node.failed}
                continue
            elif isinstance(node, (gast.With, gast.Try)):
                self.block(node.body, None)
                assigned = None
                continue
            elif isinstance(node, (gast.While, gast.For)):
                self.block(node.body + node.orelse, None)  # of the user's own code, kept as it was
                assigned = None
                continue
            else:
                self.expression(node, assigned)
            if isinstance(node, JUMPS) or _raises(node):
                assigned = None
            elif assigned is not None:
                assigned |= set(writes(node))
        return assigned

    def expression(self, node: Any, assigned: set[str] | None) -> None:
        for name in _names(node):
            if name in self.own:
                users = not hasattr(self.function, "role")  # kept as it was, and may be right for reasons of its own
                assert users or assigned is None or name in assigned, (
                    f"{name} may be read in {self.function.name} before it is assigned")
            else:
                self.outer(name, assigned)

    def outer(self, name: str, assigned: set[str] | None) -> None:
        scope = self.parent
        while scope is not None:
            if name in scope.own:
                return
            scope = scope.parent
        if self.ctx is not None and assigned is not None:
            assert _is_known(name, self.ctx), f"{name} is read in {self.function.name} and bound nowhere"


def _names(node: Any) -> list[str]:
    """Names that a statement or an expression reads from the scope it stands in."""
    if node is None or isinstance(node, gast.FunctionDef):
        return []
    if isinstance(node, gast.Name):
        return [node.id] if isinstance(node.ctx, gast.Load) else []
    found = [n for child in gast.iter_child_nodes(node) for n in _names(child)]
    if isinstance(node, gast.Lambda):
        return [n for n in found if n not in parameters(node.args)]
    if isinstance(node, COMPREHENSIONS):
        own = {n.id for g in node.generators for n in gast.walk(g.target) if isinstance(n, gast.Name)}
        return [n for n in found if n not in own]
    return found


def _raises(node: Any) -> bool:
    """`check_bound(UNBOUND, "x")`: what is behind it never runs, and may read `x`."""
    return (isinstance(node, gast.Expr) and isinstance(node.value, gast.Call) and len(node.value.args) == 2
            and is_name(node.value.func) and node.value.func.id.startswith("check_bound")
            and is_name(node.value.args[0]) and node.value.args[0].id.startswith("UNBOUND"))


def _is_known(name: str, ctx: Context) -> bool:
    """Whether `name` is of the support, of a rule's file, or of what the user's function takes from outside."""
    return (name in ctx.support.values() or name in ctx.spliced or name in ctx.outside or name == "__class__"
            or name not in ctx.locals and ctx.resolver.resolve([name]) is not MISSING)


# -- calls and what comes back --------------------------------------------------------------------------------------

def is_form(node: Any, ctx: Context | None = None) -> bool:
    """Whether `node` is `form(callee, "signature")(...)`."""
    return (isinstance(node, gast.Call) and isinstance(node.func, gast.Call) and is_name(node.func.func)
            and (ctx.support_name(node.func.func) == "form" if ctx is not None
                 else node.func.func.id.startswith("form")))


def check_signature(node: gast.Call, skipped: int) -> None:
    """The signature of a `form` call has an entry per argument; `skipped`: arguments before the user's."""
    assert len(node.func.args) == 2 and isinstance(node.func.args[1], gast.Constant), "form wants (callee, signature)"
    text = node.func.args[1].value
    positional, *keywords = text.removesuffix("!").split(",")
    stars = ["*" in entry for entry in re.findall(r"\*?[snovSNOV]", positional)]
    assert re.fullmatch(r"(\*?[snovSNOV])*", positional) and all(re.fullmatch(r"[\w*]+=[snovSNOV]", k) for k in keywords), (
        f"{text!r} is no signature")
    given = node.args[skipped:]
    assert stars == [isinstance(a, gast.Starred) for a in given], f"{text!r} does not fit the positional arguments"
    assert [k.split("=")[0] for k in keywords] == [k.arg or "**" for k in node.keywords], (
        f"{text!r} does not fit the keyword arguments")


def check_calls(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """In code with adjoints: what a function returns is what its callers unpack.

    A user's function takes `heap`, `k` and its parameters, and returns a tuple with an adjoint per parameter. A
    continuation returns the bare adjoint of its one active parameter, a tuple of several, nothing for none (`ZERO` to
    a callee, which wants an adjoint). What `form` gives is a tuple with an adjoint per argument.
    """
    made = {n.name: n for n in gast.walk(tree) if isinstance(n, gast.FunctionDef) and hasattr(n, "role")}
    shapes: dict[str, Any] = {}
    for name, node in made.items():
        if node.role == "function":
            _check_function(node)
        else:
            shapes[name] = _shape(node, ctx)
    for owner in made.values():
        for node in walk_scope(owner.body):
            if isinstance(node, (gast.Assign, gast.Expr, gast.Return)) and isinstance(node.value, gast.Call):
                _check_site(node, node.value, made, shapes, ctx)
            for inner in gast.iter_child_nodes(node):
                if isinstance(inner, gast.Call) and is_name(inner.func) and inner.func.id in shapes and not (
                        isinstance(node, gast.stmt)):
                    _check_arity(inner, made)
                    assert shapes[inner.func.id] in ("one", "never"), f"what {inner.func.id} returns is used as one adjoint"


def _returns(node: gast.FunctionDef) -> list[Any]:
    return [s.value for s in walk_scope(node.body) if isinstance(s, gast.Return)]


def _check_function(node: gast.FunctionDef) -> None:
    params = parameters(node.args)
    assert len(params) >= 2 and params[0].startswith("heap"), f"{node.name} takes no heap"
    first = 3 if getattr(node, "h", None) else 2
    for value in _returns(node):
        assert isinstance(value, gast.Tuple) and len(value.elts) == len(params) - first, (
            f"{node.name} does not return one adjoint per parameter")
    assert len(params) == first or ends(node.body), f"{node.name} may end without returning adjoints"


def _shape(node: gast.FunctionDef, ctx: Context | None) -> Any:
    """What a continuation returns: "nothing", "one" adjoint, or how many in a tuple; "never" if it raises."""
    values = _returns(node)
    if not values and ends(node.body):
        return "never"
    found = {len(v.elts) if isinstance(v, gast.Tuple) else "one" for v in values} or {"nothing"}
    assert len(found) == 1, f"{node.name} returns now {' now '.join(sorted(map(str, found)))}"
    (shape,) = found
    assert not values or ends(node.body), f"{node.name} may end without returning adjoints"
    if ctx is not None and node.name in ctx.active_params:
        count = sum(ctx.active_params[node.name])
        wanted = {0: "one" if node.answers else "nothing", 1: "one"}.get(count, count)
        assert shape == wanted, f"{node.name} returns {shape}; {count} of its parameters are active"
    return shape


def _check_arity(node: gast.Call, made: dict[str, Any]) -> None:
    count = len(parameters(made[node.func.id].args))
    assert len(node.args) == count and not node.keywords, f"{node.func.id} takes {count} arguments"


def _check_site(statement: Any, node: gast.Call, made: dict[str, Any], shapes: dict[str, Any],
                ctx: Context | None) -> None:
    if is_form(node, ctx):
        assert len(node.args) >= 2 and is_name(node.args[1]) and node.args[1].id in shapes, (
            "form gets no continuation")
        after = made[node.args[1].id]
        assert len(after.args.args) == 1 and shapes[after.name] in ("one", "never"), (
            f"{after.name} is called with one value and must return one adjoint")
        skipped = 2 + node.func.args[1].value.endswith("!")
        check_signature(node, skipped)
        shape: Any = sum(not isinstance(a, gast.Starred) for a in node.args[skipped:]) + sum(
            k.arg is not None for k in node.keywords)
        name = "form(...)"
    elif is_name(node.func) and node.func.id in shapes:
        _check_arity(node, made)
        shape, name = shapes[node.func.id], node.func.id
    else:
        return
    if isinstance(statement, gast.Expr):
        return
    wanted: Any = "one"
    if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Tuple):
        wanted = len(statement.targets[0].elts)
    assert shape in (wanted, "never"), f"{name} returns {shape}, {wanted} expected"
