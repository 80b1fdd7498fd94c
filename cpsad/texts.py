"""Functions from text: what `exec` makes has no source to be found, what is made here has."""

from __future__ import annotations

import itertools
import linecache
import types
import weakref
from typing import Any

from .transforms.errors import Location, SourceError

__all__ = ["from_source"]

_numbers = itertools.count(1)


def from_source(text: str, name: str, namespace: dict[str, Any] | None = None) -> types.FunctionType:
    """Runs `text` and returns the function it defines under `name`, with its source kept.

    Args:
        text: Python statements, as in a file.
        name: of a function that is there when they have run.
        namespace: the global variables in which they run; a new, empty dictionary unless given.

    Raises:
        SourceError: the text is not Python, or defines no such function. What the statements raise is passed on.
    """
    if not isinstance(text, str):
        raise TypeError(f"from_source takes the text as a str, not a {type(text).__name__}")
    filename = f"<text {next(_numbers)}: {name}>"
    try:
        code = compile(text, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise SourceError(f"the text is not Python: {error.msg}",
                          where=Location(filename, error.lineno or 1, (error.offset or 1) - 1, None, error.text)) from error
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    lines = text.splitlines(keepends=True)
    linecache.cache[filename] = (len(text), None, lines, filename)
    try:
        exec(code, namespace)
        function = namespace.get(name)
        if not isinstance(function, types.FunctionType):
            known = [n for n, value in namespace.items() if isinstance(value, types.FunctionType)
                     and value.__code__.co_filename == filename]
            raise SourceError(f"the text defines no function {name}",
                              remedy=f"it defines {', '.join(known)}" if known else "write a def in it")
    except BaseException:
        linecache.cache.pop(filename, None)
        raise
    weakref.finalize(function.__code__, linecache.cache.pop, filename, None)
    return function
