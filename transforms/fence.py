"""The fence: what the transformer does not hold is refused before any pass runs, with a way out.

Takes the tree of `source`; returns nothing; raises `UnsupportedError` at the first construct it does not hold.
"""

from __future__ import annotations

from typing import Any

import gast

from .context import Context
from .nodes import SCOPES, children, walk

__all__ = ["check_supported"]

_REMEDY_OUTSIDE = "do this outside the function, or in a function that gets no active value"

REFUSED: dict[type, tuple[str, str, str]] = {
    gast.AsyncFunctionDef: ("async functions are not differentiated", "their steps run in an order that an event "
                            "loop decides", "write a plain function"),
    gast.Await: ("await is not differentiated", "an event loop runs other code in between", "write a plain call"),
    gast.AsyncFor: ("async for is not differentiated", "an event loop runs other code in between", "use for"),
    gast.AsyncWith: ("async with is not differentiated", "an event loop runs other code in between", "use with"),
}
if hasattr(gast, "TryStar"):
    REFUSED[gast.TryStar] = ("except* is not differentiated", "handlers run side by side", _REMEDY_OUTSIDE)

_FRAME_READERS = {
    "locals": "it reads the frame, and the frame of a continuation is another one",
    "exec": "its code is not seen by the transformer",
    "eval": "its code is not seen by the transformer",
    "vars": "without an argument it reads the frame, and the frame of a continuation is another one",
    "dir": "without an argument it reads the frame, and the frame of a continuation is another one",
}


def check_supported(tree: gast.FunctionDef, ctx: Context) -> None:
    for node in walk(tree):
        refused = REFUSED.get(type(node))
        if refused is not None:
            what, why, remedy = refused
            raise ctx.refuse(node, what, why=why, remedy=remedy)
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id in _FRAME_READERS:
            import builtins

            name = node.func.id
            if ctx.resolve(node.func) is getattr(builtins, name) and not (name in ("vars", "dir") and node.args):
                raise ctx.refuse(node, f"{name}() cannot be used in a differentiated function",
                                 why=_FRAME_READERS[name], remedy="name the values you need")
        if isinstance(node, gast.comprehension) and node.is_async:
            raise ctx.refuse(tree, "an async comprehension is not differentiated", why="an event loop runs between",
                             remedy="use for")
    _check_bare_raise(tree, False, ctx)


def _check_bare_raise(node: Any, handling: bool, ctx: Context) -> None:
    if isinstance(node, gast.Raise) and node.exc is None and not handling:
        raise ctx.refuse(node, "raise without an exception is not differentiated here", why="what it raises again is "
                         "being handled by code that is not seen from here", remedy="raise inside the except clause, or "
                         "name the exception: raise error")
    if isinstance(node, gast.Try):
        for child in [*node.body, *node.orelse, *node.finalbody, *(h.type for h in node.handlers if h.type is not None)]:
            _check_bare_raise(child, handling and child not in node.finalbody, ctx)
        for child in [s for h in node.handlers for s in h.body]:
            _check_bare_raise(child, True, ctx)
        return
    for child in children(node):
        _check_bare_raise(child, handling and not isinstance(node, SCOPES), ctx)
