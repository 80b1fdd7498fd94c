"""The adjoint of an attempt: a native `try` around some statements, and behind it the handler or what comes next.

Before:                                 After:
    try:                                    try:
        t = a / b                               t = a / b
    except BaseException as caught:         except BaseException as caught:
        failed = caught                         failed = caught
    else:                                   else:
        failed = None                           failed = None
    if failed is not None:                  if failed is not None:
        return handler(failed, a)               ba = handler(failed, a)
    else:                                       del failed
        return k(t)                         else:
                                                bt = k(t)
                                                ba = bt / b

The way back of the statements is on the side where they all ran. What an effect puts on the heap is put before the
`try`, and taken back on both sides: even if it failed, a part of it may have been done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from .nodes import at, if_
from .scoping import assigned_deep
from .statements import Statements

if TYPE_CHECKING:
    from .adjoint import Frame

__all__ = ["attempt"]


def attempt(frame: Frame, node: Any, ending: Any, have: set[str]) -> list[Any]:
    """`node`: the `try`; `ending`: what stands behind it."""
    before = Statements(frame)
    inner = Statements(frame, outer=before if node.alone else None, attempted=True)
    for statement in node.body:
        inner.add(statement)
    made = gast.Try(body=inner.forward, handlers=node.handlers, orelse=node.orelse, finalbody=[])
    made = at(made, node)
    made.failed = node.failed
    forget = at(gast.Delete(targets=[gast.Name(id=node.failed, ctx=gast.Del(), annotation=None, type_comment=None)]), node)
    forget.backward = True
    out = [*before.forward, made]
    if not isinstance(ending, gast.If) or getattr(ending.test.left, "id", None) != node.failed:  # a `raise`: it always fails
        out += frame.arm([ending], have)
        if not isinstance(ending, gast.Raise):
            out.append(forget)
        return out
    failure_have, success_have = set(have), set(have)
    failure = frame.arm(ending.body, failure_have)
    if not isinstance(failure[-1], gast.Raise):
        failure.append(forget)
    success = frame.arm(ending.orelse, success_have)
    if not isinstance(success[-1], gast.Raise):
        frame.way_back(inner, success_have, success)
    have |= failure_have | success_have
    inside = assigned_deep(ending.body) | assigned_deep(ending.orelse) | assigned_deep(node.body)
    have -= {frame.ctx.adjoints.get(name) for name in inside}
    frame.fill_in(have, [(failure, failure_have), (success, success_have)], ending)
    out.append(if_(ending.test, failure, success, ending))
    frame.way_back(before, have, out)
    return out
