"""What goes wrong, with the place, the reason and a way out.

Every error of cpsad is a `CpsadError`. One that concerns a place in the user's code carries a `Location` and
prints as file, line, the source line with a caret, what, why and what to do instead.
"""

from __future__ import annotations

import linecache
from dataclasses import dataclass

__all__ = ["CpsadError", "Location", "NoDerivativeError", "SourceError", "UnsupportedError"]


@dataclass(frozen=True)
class Location:
    """A place in the user's source: `line` counts from 1, `column` and `end_column` from 0."""

    filename: str
    line: int
    column: int = 0
    end_column: int | None = None
    text: str | None = None  # the source line itself, where linecache cannot find it

    def excerpt(self) -> str:
        text = self.text if self.text is not None else linecache.getline(self.filename, self.line)
        text = text.rstrip("\n").expandtabs(1)
        if not text.strip():
            return ""
        stripped = text.lstrip()
        shift = len(text) - len(stripped)
        start = max(self.column - shift, 0)
        width = max((self.end_column or self.column + 1) - self.column, 1)
        width = min(width, max(len(stripped) - start, 1))
        return f"    {stripped}\n    {' ' * start}{'^' * width}\n"


class CpsadError(Exception):
    """Base of all errors raised by cpsad.

    `what` says what is wrong in one sentence, `why` gives the reason, `remedy` a way out.
    """

    def __init__(self, what: str, where: Location | None = None, why: str = "", remedy: str = "") -> None:
        super().__init__(what, where, why, remedy)
        self.what = what
        self.where = where
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        parts = []
        if self.where is not None:
            parts.append(f'File "{self.where.filename}", line {self.where.line}\n{self.where.excerpt()}')
        parts.append(self.what)
        if self.why:
            parts.append(f"\n  why: {self.why}")
        if self.remedy:
            parts.append(f"\n  instead: {self.remedy}")
        return "".join(parts)

    def __reduce__(self):
        return _rebuild, (type(self), self.what, self.where, self.why, self.remedy)


def _rebuild(cls, what, where, why, remedy):
    return cls(what, where=where, why=why, remedy=remedy)


class SourceError(CpsadError, OSError):
    """The source text of a function cannot be found.

        f = eval("lambda x: x * x")
        grad(f)                       # SourceError: nothing holds the text of this lambda

    Write the function in a file or a notebook cell, or pass its text along: `cpsad.from_source(text, "f")`.
    """


class UnsupportedError(CpsadError, SyntaxError):
    """A construct that the transformer does not hold. It is refused before any pass runs.

        async def f(x): ...
        grad(f)                       # UnsupportedError, with the line and what to write instead
    """

    def __init__(self, what: str, where: Location | None = None, why: str = "", remedy: str = "") -> None:
        CpsadError.__init__(self, what, where=where, why=why, remedy=remedy)
        self.msg = what  # SyntaxError prints this


class NoDerivativeError(CpsadError, TypeError):
    """A value that carries a derivative reached code whose derivative is not known.

        def f(x): return some_c_function(x)
        grad(f)(1.0)                  # NoDerivativeError: names some_c_function, the file and the line

    Add a rule (`cpsad.defrule`), or declare the value constant with `cpsad.stop_gradient`.
    """
