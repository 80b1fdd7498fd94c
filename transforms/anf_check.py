"""The checker of A-normal form (`anf.py` states the grammar)."""

from __future__ import annotations

from typing import Any

import gast

from .context import MISSING, Context
from .core_check import check as check_core
from .nodes import dotted, walk
from .quiet import is_calm, is_quiet
from .special import may_run

__all__ = ["ATOMS", "check", "check_statement"]

ATOMS = (gast.Name, gast.Constant)


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless `tree` is in A-normal form; what is quiet is taken on trust without a `ctx`."""
    check_core(tree, ctx)
    for node in walk(tree):
        if isinstance(node, gast.stmt):
            check_statement(node, ctx)


def check_statement(node: Any, ctx: Context | None = None) -> None:
    """The grammar of one statement (of CPS form too); blocks within it are not looked at."""
    if isinstance(node, (gast.If, gast.While)):
        _check_test(node.test, ctx)
    elif isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Attribute, gast.Subscript)):
        _check_place(node.targets[0], ctx)
        _check_atom(node.value, "a stored value")
    elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Tuple):
        _check_atom(node.value, "an unpacked value")
    elif isinstance(node, (gast.Assign, gast.Expr)):
        _check_rhs(node.value, ctx)
        assert isinstance(node, gast.Assign) or not isinstance(node.value, ATOMS), "a statement without effect"
    elif isinstance(node, gast.AugAssign):
        _check_atom(node.value, "an operand of an augmented assignment")
    elif isinstance(node, gast.Return):
        _check_atom(node.value, "a returned value")
    elif isinstance(node, gast.Delete) and not isinstance(node.targets[0], gast.Name):
        _check_place(node.targets[0], ctx)
    elif isinstance(node, gast.Raise):
        _check_raised(node.exc, ctx)
        _check_raised(node.cause, ctx)


def _check_atom(node: Any, what: str) -> None:
    assert isinstance(node, ATOMS), f"{what} is a {type(node).__name__}, not an atom"


def _check_operand(node: Any) -> None:
    _check_atom(node.value if isinstance(node, gast.Starred) else node, "an operand")


def _check_calm(node: Any, ctx: Context | None, what: str) -> None:
    assert ctx is None or is_calm(node, ctx), f"{what} runs code that must be seen"


def _check_test(node: Any, ctx: Context | None) -> None:
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
        _check_test(node.operand, ctx)
    elif isinstance(node, gast.Compare) and ctx is not None and may_run(node, ctx):
        for operand in [node.left, *node.comparators]:
            _check_atom(operand, "an operand of a comparison that may run code")
    else:
        _check_calm(node, ctx, "a test")


def _check_place(node: Any, ctx: Context | None) -> None:
    _check_atom(node.value, "an owner")
    if isinstance(node, gast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
        for part in parts:
            _check_calm(part.value if isinstance(part, gast.Starred) else part, ctx, "an index")


def _check_raised(node: Any, ctx: Context | None) -> None:
    if isinstance(node, gast.Call) and not (ctx is not None and is_calm(node, ctx)):
        for part in [*node.args, *(k.value for k in node.keywords)]:
            if not (isinstance(part, gast.Starred) and isinstance(part.value, ATOMS)):
                _check_calm(part, ctx, "an argument of what is raised")
    elif node is not None:
        _check_calm(node, ctx, "what is raised")


def _check_rhs(node: Any, ctx: Context | None) -> None:
    if isinstance(node, ATOMS) or is_marked_quiet(node) and (ctx is None or is_quiet(node, ctx)):
        return
    if isinstance(node, gast.BinOp):
        _check_operand(node.left)
        _check_operand(node.right)
    elif isinstance(node, gast.UnaryOp) and not isinstance(node.op, gast.Not):
        _check_operand(node.operand)
    elif isinstance(node, (gast.Compare, gast.UnaryOp)):
        _check_test(node, ctx)
    elif isinstance(node, gast.Subscript):
        _check_place(node, ctx)
    elif isinstance(node, gast.Attribute):
        _check_member(node, ctx)
    elif isinstance(node, gast.Call):
        _check_call(node, ctx)
    elif isinstance(node, (gast.Tuple, gast.List, gast.Set)):
        for element in node.elts:
            _check_operand(element)
    elif isinstance(node, gast.Dict):
        for element in [k for k in node.keys if k is not None] + node.values:
            _check_operand(element)
    elif isinstance(node, (gast.Yield, gast.YieldFrom)):
        assert node.value is None or isinstance(node.value, ATOMS), "a value that is yielded has no name"
    else:
        assert isinstance(node, gast.JoinedStr), f"{type(node).__name__} is not in A-normal form"
        _check_calm(node, ctx, "a text")


def _check_member(node: gast.Attribute, ctx: Context | None) -> None:
    known = dotted(node) is not None and (ctx is None or ctx.resolve(node) is not MISSING)
    assert known or isinstance(node.value, ATOMS), "an attribute of something that has no name"


def _check_call(node: gast.Call, ctx: Context | None) -> None:
    if isinstance(node.func, gast.Attribute):
        _check_member(node.func, ctx)
    else:
        _check_atom(node.func, "a callee")
    assert not any(isinstance(a, gast.Starred) for a in node.args[:-1]), "a starred argument that is not the last"
    for a in node.args:
        _check_operand(a)
    for keyword in node.keywords:
        _check_atom(keyword.value, "a keyword argument")


def is_marked_quiet(node: Any) -> bool:
    return getattr(node, "quiet", False)
