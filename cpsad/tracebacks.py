"""Tracebacks that show the user's own lines.

The frames of a gradient are those of continuations, thousands of them, one in another. What the user wants to see
is the line of theirs that was running. On the way out of a gradient an exception's traceback is rebuilt: the
caller's frames, then the user's line, then the generated frame it stands for and what that called.
"""

from __future__ import annotations

import os
import types
from typing import Any

from .layout import ADAPTOR
from .places import PROGRAMS, Origin

__all__ = ["shown_to_the_user"]

_HERE = os.path.dirname(os.path.abspath(__file__))


class shown_to_the_user:  # noqa: N801 - reads as a phrase
    """Context that rewrites the traceback of what is raised in it. `CPSAD_TRACEBACK=full` leaves it alone."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if error is not None and os.environ.get("CPSAD_TRACEBACK") != "full":
            error.__traceback__ = rebuilt(traceback)
            raise error


def rebuilt(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """Leaves out continuations but the innermost, and puts the user's line above it."""
    generated = None
    entries: list[types.TracebackType] = []
    tb = traceback
    while tb is not None:
        origin = PROGRAMS.get(tb.tb_frame.f_code.co_filename)
        if origin is not None:
            generated, entries = (tb, origin), []
        else:
            entries.append(tb)
        tb = tb.tb_next
    if generated is None:
        return traceback
    rest: types.TracebackType | None = None
    for tb in reversed(entries):
        if not _is_ours(tb):
            rest = types.TracebackType(rest, tb.tb_frame, tb.tb_lasti, tb.tb_lineno)
    tb, origin = generated
    line = origin.line(tb.tb_lineno)
    inner = types.TracebackType(rest, tb.tb_frame, tb.tb_lasti, tb.tb_lineno)
    return types.TracebackType(inner, _frame(origin), -1, line)  # -1: the line counts, not the code's


def _is_ours(tb: types.TracebackType) -> bool:
    filename = tb.tb_frame.f_code.co_filename
    return filename.startswith(_HERE) or filename.startswith(ADAPTOR)


def _frame(origin: Origin) -> types.FrameType:
    """A frame that a traceback shows as one of the user's function."""
    def stand_in() -> types.FrameType:
        import sys

        return sys._getframe()

    code = stand_in.__code__.replace(co_filename=origin.filename, co_name=origin.name.rpartition(".")[2],
                                     co_qualname=origin.name, co_firstlineno=origin.firstline)
    made: types.FrameType = types.FunctionType(code, {"__name__": origin.name})()
    return made
