"""Whether a tree is in continuation-passing style, as `cps.py` promises it."""

from __future__ import annotations

from typing import Any

import gast

from .anf import ATOMS, check_statement
from .cfg import writes
from .checks import check_scopes, check_signature, is_form
from .context import Context
from .nodes import parameters, walk

__all__ = ["check"]


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless `tree` is in CPS form."""
    check_scopes(tree, ctx)
    made = {n.name: n for n in walk(tree) if isinstance(n, gast.FunctionDef) and hasattr(n, "role")}
    _check_function(tree, set(), made, "", None, ctx)


def _check_function(function: gast.FunctionDef, bound: set[str], made: dict[str, Any], k: str, h: str | None,
                    ctx: Context | None) -> None:
    """`bound`: names bound so far, anywhere; `k`, `h`: the continuation and handler of the user's function around."""
    params = parameters(function.args)
    for name in params:
        _check_new(name, bound)
    if function.role == "function":
        assert params and params[0] == function.k, f"{function.name} takes no continuation"
        k, h = function.k, getattr(function, "h", None)
        assert h is None or params[1] == h, f"{function.name} takes no handler"
    _check_body(function.body, bound, made, k, h, ctx)


def _check_new(name: str, bound: set[str]) -> None:
    assert name not in bound, f"{name} is bound twice"
    bound.add(name)


def _check_body(body: list[Any], bound: set[str], made: dict[str, Any], k: str, h: str | None,
                ctx: Context | None) -> None:
    """Statements, then definitions of continuations, then one ending."""
    *statements, ending = body or [None]
    defining = False
    if statements and isinstance(statements[-1], gast.Try):
        _check_attempt(statements.pop(), bound, ctx)
    for node in statements:
        if isinstance(node, gast.FunctionDef):
            _check_new(node.name, bound)
            defining = getattr(node, "role", "function") != "function"
            if hasattr(node, "role"):
                _check_function(node, bound, made, k, h, ctx)
            continue
        assert not defining, "a statement behind the definition of a continuation"
        assert isinstance(node, (gast.Assign, gast.Expr, gast.Delete, gast.Import, gast.ImportFrom, gast.Nonlocal)), (
            f"{type(node).__name__} is no statement of CPS form")
        if isinstance(node, gast.Assign) and getattr(node, "declares", False):
            continue
        _check_plain(node, bound, ctx)
    if isinstance(ending, gast.If):
        check_statement(ending, ctx)
        _check_body(ending.body, bound, made, k, h, ctx)
        _check_body(ending.orelse, bound, made, k, h, ctx)
    elif isinstance(ending, gast.Raise):
        check_statement(ending, ctx)
    else:
        assert isinstance(ending, gast.Return) and isinstance(ending.value, gast.Call), "a body without an ending"
        _check_ending(ending.value, made, k, h, ctx)


def _check_plain(node: Any, bound: set[str], ctx: Context | None) -> None:
    assert not isinstance(node, gast.Assign) or len(node.targets) == 1, "several targets"
    for name in writes(node):
        _check_new(name, bound)
    check_statement(node, ctx)


def _check_attempt(node: Any, bound: set[str], ctx: Context | None) -> None:
    """Statements in a native `try` that catches all, and keeps what it catches."""
    assert not node.finalbody and len(node.handlers) == 1 and node.body, "an odd attempt"
    for statement in node.body:
        assert isinstance(statement, (gast.Assign, gast.Expr, gast.Delete, gast.Import, gast.ImportFrom, gast.Raise)), (
            f"{type(statement).__name__} is no statement of an attempt")
        _check_plain(statement, bound, ctx)
    (kept,) = node.handlers[0].body
    assert writes(kept) == [node.failed] and kept.value.id == node.handlers[0].name.id, "what was caught is not kept"
    _check_new(node.failed, bound)


def _check_ending(node: gast.Call, made: dict[str, Any], k: str, h: str | None, ctx: Context | None) -> None:
    """`k(atom)`, `continuation(atom, ...)` or `form(callee, "sig")(continuation, atom, ...)`."""
    args = [*node.args, *(keyword.value for keyword in node.keywords)]
    for a in args:
        assert isinstance(a.value if isinstance(a, gast.Starred) else a, ATOMS), "an ending that computes"
    if is_form(node, ctx):
        after = made.get(getattr(args[0], "id", "")) if args else None
        assert after is not None and after.role != "function", "form gets no continuation"
        assert len(after.args.args) == 1 and after.answers, f"{after.name} cannot take one value"
        guarded = node.func.args[1].value.endswith("!")
        if guarded:
            assert args[1].id == h or len(made[args[1].id].args.args) == 1, f"{args[1].id} cannot take an exception"
        check_signature(node, 1 + guarded)
        return
    assert isinstance(node.func, gast.Name), "an ending that calls something computed"
    name = node.func.id
    if name in (k, h):
        assert len(node.args) == 1, f"{name} takes one value"
    else:
        assert name in made and made[name].role != "function", f"an ending calls {name}, which is no continuation"
        assert len(args) == len(made[name].args.args), f"{name} takes {len(made[name].args.args)} arguments"
