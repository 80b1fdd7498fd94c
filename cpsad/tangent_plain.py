"""The plain function that a nested function of a tangent program stands for: a gradient is taken of that.

In forward mode a nested function is defined in its tangent form. An inner gradient of it (`grad(lambda y: x * y)(2.0)`, in a
function that is differentiated by `x`) wants the program that it had before, in reverse mode. That is made when it is asked
for, of the tree behind `anf`, and closes over the same variables as the tangent form, which reads all of them too. For the
inner gradient what they hold is constant; that they have tangents is known by the table, in which the enclosing function puts
what such functions share (`Context.shown`).
"""

from __future__ import annotations

import types
import weakref
from typing import Any

from . import execute
from .places import PROGRAMS
from .transforms.nodes import free_names
from .transforms.qualnames import pairs

__all__ = ["plain_of"]

KEY = "__cpsad_plain__"
_programs: weakref.WeakKeyDictionary[types.CodeType, Any] = weakref.WeakKeyDictionary()  # of tangent forms: plain programs


def plain_of(function: types.FunctionType) -> types.FunctionType | None:
    """The plain function of one that was defined in a tangent program; None if it has none."""
    known = function.__dict__.get(KEY)
    if known is not None and known[0] is function.__code__ and known[1] is function.__closure__:
        plain: types.FunctionType = known[2]
        return plain
    code = function.__code__
    if code not in _programs:
        _programs[code] = _made(code, function.__qualname__)
    program = _programs[code]
    if program is None:
        return None
    plain = execute.bind(program, function).call
    plain.__qualname__ = function.__qualname__
    function.__dict__[KEY] = code, function.__closure__, plain
    return plain


def _made(code: types.CodeType, qualname: str) -> execute.Program | None:
    """The program of the plain form, from the tree that the tangent program was printed from."""
    if code.co_filename not in execute.TANGENT_TREES:
        return None
    tree, parsed, support = execute.TANGENT_TREES[code.co_filename]
    plain = next((t.plain for t, p in pairs(tree, parsed) if p.lineno == code.co_firstlineno and hasattr(t, "plain")), None)
    if plain is None:
        return None
    free = free_names(plain)
    brought = {name: value for name, value in support.items() if name in free}
    return execute.written(plain, qualname, brought, tuple(n for n in code.co_freevars if n in free and n not in brought),
                           PROGRAMS[code.co_filename])
