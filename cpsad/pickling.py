"""Gradient functions that travel to another process: the text of what they differentiate goes with them.

`cloudpickle` takes functions by value where no other process could import them (those of `__main__`, of notebooks, nested
ones, lambdas), code and all, but not the text that a gradient is made from. So a gradient function takes along the texts
of the files that its function, and the functions that this names or closes over, come from. Transforms stay behind.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
import sys
import types
from collections.abc import Iterator
from typing import Any

__all__ = ["restore", "texts_of"]

_MOST = 1000  # functions looked at

Texts = tuple[dict[tuple[str, int], str], dict[str, str]]  # (qualified name, line) -> file; file -> text


def texts_of(function: Any) -> Texts:
    """The texts that the functions pickled by value with `function` come from."""
    places: dict[tuple[str, int], str] = {}
    texts: dict[str, str] = {}
    for found in functions_in_reach(function):
        code = found.__code__
        if not _is_importable(found):
            if code.co_filename not in texts:
                texts[code.co_filename] = "".join(linecache.getlines(code.co_filename, found.__globals__))
            if texts[code.co_filename]:
                places[found.__qualname__, code.co_firstlineno] = code.co_filename
    return places, {name: text for name, text in texts.items() if text}


def restore(function: Any, texts: Texts) -> None:
    """Gives the functions that came with `function` their texts back."""
    places, files = texts
    for found in functions_in_reach(function):
        code = found.__code__
        name = places.get((found.__qualname__, code.co_firstlineno))
        if name is None or linecache.getlines(code.co_filename, found.__globals__):
            continue
        text = files[name]
        unique = f"<{name} {hashlib.sha1(text.encode()).hexdigest()[:12]}>"
        linecache.cache[unique] = len(text), None, text.splitlines(keepends=True), unique
        found.__code__ = _in_file(code, unique)


def _in_file(code: types.CodeType, filename: str) -> types.CodeType:
    inner = tuple(_in_file(c, filename) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=filename, co_consts=inner)


def functions_in_reach(root: Any) -> Iterator[types.FunctionType]:
    """The Python functions that `root` is, holds, names or closes over."""
    seen: set[int] = set()
    todo = [root]
    while todo and len(seen) < _MOST:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, types.FunctionType):
            if value.__module__ is not None and value.__module__.partition(".")[0] == "cpsad":
                continue
            yield value
            todo += [value.__globals__[n] for n in _names(value.__code__) if n in value.__globals__]
            todo += [cell.cell_contents for cell in value.__closure__ or () if not _is_empty(cell)]
            todo += [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
            todo.append(getattr(value, "__wrapped__", None))
        elif isinstance(value, types.MethodType):
            todo += [value.__func__, value.__self__]
        elif isinstance(value, functools.partial):
            todo += [value.func, *value.args, *value.keywords.values()]
        elif isinstance(value, (staticmethod, classmethod)):
            todo.append(value.__func__)
        elif isinstance(value, property):
            todo += [value.fget, value.fset]
        elif isinstance(value, type):
            if value.__module__ == "__main__" or value.__module__ not in sys.modules:
                todo += list(vars(value).values())
        elif isinstance(value, (list, tuple)):
            todo += value[:100]
        elif isinstance(value, dict):
            todo += list(value.values())[:100]
        elif not isinstance(value, types.ModuleType) and type(value).__module__ == "__main__":
            todo += [type(value), *getattr(value, "__dict__", {}).values()]


def _names(code: types.CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found


def _is_empty(cell: Any) -> bool:
    try:
        return cell.cell_contents is cell  # which it never is
    except ValueError:  # not assigned
        return True


def _is_importable(function: types.FunctionType) -> bool:
    if function.__module__ == "__main__":
        return False
    owner: Any = sys.modules.get(function.__module__ or "")
    for part in function.__qualname__.split("."):
        owner = getattr(owner, part, None)
    return owner is function
