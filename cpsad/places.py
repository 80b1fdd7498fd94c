"""Which line of the user's is running: from a frame of generated code back to its origin."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

from .transforms.errors import Location

__all__ = ["PROGRAMS", "Origin", "here", "user_location"]


@dataclass(frozen=True)
class Origin:
    """Where generated code comes from: the user's file, and a map of the generated lines to its lines."""

    filename: str
    name: str
    firstline: int
    lines: dict[int, int]
    assumed: frozenset[str] = frozenset()  # globals that it has taken for constants

    @property
    def is_ours(self) -> bool:
        """Whether it is code of this package that has been transformed."""
        return origin_is_ours(self.filename)

    def line(self, generated: int | None) -> int:
        while generated and generated not in self.lines:
            generated -= 1
        return self.lines.get(generated or 0, self.firstline)


_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_EXAMPLES = _PACKAGE + "_examples"


def origin_is_ours(filename: str) -> bool:
    return filename.startswith("<cpsad ") or filename.startswith(_PACKAGE) and not filename.startswith(_EXAMPLES)


PROGRAMS: dict[str, Origin] = {}  # file name of generated code -> its origin


def user_location() -> Location | None:
    """The user's line that the innermost frame of generated code runs, or None."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        origin = PROGRAMS.get(frame.f_code.co_filename)
        if origin is not None and not origin.is_ours:
            line = origin.line(frame.f_lineno)
            import linecache

            text = linecache.getline(origin.filename, line)
            indent = len(text) - len(text.lstrip())
            return Location(origin.filename, line, indent, len(text.rstrip()) or None)
        frame = frame.f_back
    return None


def here(error: type[Exception], what: str, **more: str) -> Exception:
    """An error of cpsad at the user's line that is running now."""
    return error(what, where=user_location(), **more)  # type: ignore[call-arg]
