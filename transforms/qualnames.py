"""Qualified names: what nested functions are called, for whoever looks at them or at an error that names them.

`note(tree)` gives every nested function and lambda of a user's function `qualname`, which survives the passes (a lambda's
goes to the function that it becomes); `restore(code, ...)` puts them into the compiled code.

Before: <function bind.<locals>.f_adj.<locals>.after.<locals>.g>
After:  <function f.<locals>.g>
"""

from __future__ import annotations

import ast
import sys
import types
from typing import Any

import gast

from .nodes import walk

__all__ = ["note", "pairs", "restore"]

_SCOPES = {gast.GeneratorExp: "<genexpr>"}
if sys.version_info < (3, 12):  # from then on these comprehensions are no functions
    _SCOPES |= {gast.ListComp: "<listcomp>", gast.SetComp: "<setcomp>", gast.DictComp: "<dictcomp>"}


def note(tree: Any, prefix: str = "") -> None:
    """`qualname`, below the name of the function `tree` itself, of all functions in it."""
    todo = [(child, prefix) for child in _children(tree)]
    while todo:
        node, within = todo.pop()
        if isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)):
            name = getattr(node, "name", "<lambda>")
            node.qualname = f"{within}<locals>.{name}"
            body = node.body if isinstance(node.body, list) else [node.body]
            rest = [c for c in _children(node) if not any(c is b for b in body)]
            todo += [(c, within) for c in rest] + [(c, f"{node.qualname}.") for c in body]
        elif isinstance(node, gast.ClassDef):
            todo += [(c, f"{within}<locals>.{node.name}:") for c in _children(node)]
        elif type(node) in _SCOPES:
            first = node.generators[0].iter
            todo.append((first, within))
            inside = f"{within}<locals>.{_SCOPES[type(node)]}."
            todo += [(c, inside) for c in _children(node) if c is not node.generators[0]]
            todo += [(c, inside) for c in _children(node.generators[0]) if c is not first]
        else:
            todo += [(c, within) for c in _children(node)]


def _children(node: Any) -> list[Any]:
    return list(gast.iter_child_nodes(node))


def restore(code: types.CodeType, made: Any, parsed: ast.AST, qualname: str) -> types.CodeType:
    """Code in which the user's functions have their names. `made`: the tree that was printed; `parsed`: the text's tree."""
    names = {(there.lineno, there.name): here.qualname for here, there in pairs(made, parsed)
             if not hasattr(here, "role") and getattr(here, "qualname", "").find(":") < 0 and hasattr(here, "qualname")}
    return _renamed(code, names, qualname) if names else _below(code, f"bind.<locals>.{made.name}.", f"{qualname}.")


def pairs(made: Any, parsed: ast.AST) -> list[tuple[Any, Any]]:
    """The functions of a tree, each with itself in the tree of its text."""
    functions = [n for n in walk(made) if isinstance(n, gast.FunctionDef)]
    return list(zip(functions, [n for n in _walk(parsed) if isinstance(n, ast.FunctionDef)], strict=True))


def _walk(node: Any) -> Any:
    """All nodes below, parents first, from left to right."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo += list(ast.iter_child_nodes(node))[::-1]


def _renamed(code: types.CodeType, names: dict[tuple[int, str], str], qualname: str) -> types.CodeType:
    constants = tuple(_renamed(c, names, qualname) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    below = names.get((code.co_firstlineno, code.co_name))
    if below is not None:
        return code.replace(co_consts=constants, co_name=below.rpartition(".")[2], co_qualname=f"{qualname}.{below}")
    return code.replace(co_consts=constants)


def _below(code: types.CodeType, old: str, new: str) -> types.CodeType:
    """For a tree as the user wrote it: what is below the function has the function's own name before it."""
    def renamed(constant: Any) -> Any:
        if isinstance(constant, types.CodeType):
            return _below(constant, old, new)
        return new + constant.removeprefix(old) if isinstance(constant, str) and constant.startswith(old) else constant

    return code.replace(co_consts=tuple(map(renamed, code.co_consts)), co_qualname=renamed(code.co_qualname))
