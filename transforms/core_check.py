"""Whether a tree is in core form: the postcondition of `desugar`."""

from __future__ import annotations

from typing import Any

import gast

from .context import Context
from .exceptions import check_try
from .lowering import LOWERED
from .nodes import walk
from .quiet import is_calm, is_quiet

__all__ = ["check"]

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
