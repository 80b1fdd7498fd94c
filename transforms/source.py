"""Source: from a function object, or a file and a name, to the function's gast tree.

Takes for granted: nothing but that `linecache` holds the text of what was compiled, as it does for files,
notebook cells, doctests, the interactive interpreter from 3.13 on, and `exec` where the text was registered;
or that the function keeps it in an attribute.

Guarantees, for a `Source`:
- the tree is that of the very code object that runs: it was compiled again and compared with `fn.__code__`;
  neither a file edited since its import nor a wrapper with a borrowed name can mislead. The defaults in it
  are not compared: a call uses `fn.__defaults__`;
- decorators are gone (what is transformed is the raw function), the docstring is kept, `async` too;
- a lambda is a function `lambda_` of one `return`;
- lines and columns are those of the user's file; every statement, `except` and `case` has `origin` (its line)
  and `comment` (None);
- nothing is executed. Only the function's own lines are parsed, the whole file where that does not do.

    before: <function f at 0x7f...>, or "model.py" and "f"
    after:  Source(tree=FunctionDef(name="f", ...), filename="model.py", firstline=3, ...)
"""

from __future__ import annotations

import ast
import difflib
import linecache
import os
import sys
import tokenize
import types
from dataclasses import dataclass
from typing import Any

import gast

from .errors import Location, SourceError, UnsupportedError
from .locate import DEFS, became, class_of, codes_in, deep, locate, no_warnings, parse
from .typed import statements

__all__ = ["Source", "module_tree", "of_file", "of_function"]

BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
GENERATED = "<cpsad "  # how the names of files of generated code begin
PASS_TEXT = 'pass the text along: cpsad.from_source(text, "f")'


@dataclass
class Source:
    """A function's tree and where it came from."""

    tree: Any  # gast.FunctionDef or gast.AsyncFunctionDef
    filename: str
    firstline: int  # of the `def` or the `lambda`, below the decorators
    text: str  # from there to the function's end, less the indentation
    name: str  # as in the tree
    qualname: str
    class_name: str | None  # innermost class around it: private names are mangled with it
    freevars: tuple[str, ...]


def of_function(fn: Any) -> Source:
    """The source of a Python function, or of the function of a bound method."""
    while isinstance(fn, types.MethodType):
        fn = fn.__func__
    if not isinstance(fn, types.FunctionType):
        raise SourceError(
            f"{_describe(fn)} is not a Python function, so it has no Python source",
            remedy="pass a function written in Python, or give this one a derivative rule (cpsad.defrule)",
        )
    code = fn.__code__
    lines = _lines(code, fn.__globals__)
    if not lines and not _texts_kept(fn):
        for typed in statements(code) if code.co_filename == "<stdin>" else ():
            node = locate(code, typed)
            if node is not None:
                return _source(node, code, typed)
        raise _no_text(code)
    node = _generated(code, lines) if code.co_filename.startswith(GENERATED) else locate(code, lines)
    for kept in _texts_kept(fn) if node is None else ():
        node = locate(code, kept)
        if node is not None:
            linecache.cache[code.co_filename] = (sum(map(len, kept)), None, kept, code.co_filename)
            return _source(node, code, kept)
    if node is None:  # linecache may hold the text of an earlier import
        linecache.checkcache(code.co_filename)
        lines = _lines(code, fn.__globals__)
        node = locate(code, lines)
    if node is None:
        if code.co_filename == "<string>":  # what was evaluated has the name of what `python -c` has run, which 3.13 keeps
            raise _no_text(code)
        raise SourceError(
            f"the text of {code.co_qualname} is not what was compiled",
            where=Location(code.co_filename, code.co_firstlineno),
            why="the file was changed after it was imported, or an import hook rewrote the function",
            remedy="import the module again, or restart the interpreter; if a tool rewrites functions at "
            f"import, turn it off for this module or {PASS_TEXT}",
        )
    return _source(node, code, lines)


def of_file(path: str | os.PathLike[str], qualname: str) -> Source:
    """The source of `qualname` (`f`, `Class.method`, `outer.inner`) in a file that is read, never run."""
    path = os.fspath(path)
    lines = _read(path)
    module = _parse_file(path, lines)
    wanted = [part for part in qualname.split(".") if part != "<locals>"]
    names = {".".join(name): nodes for name, nodes in _definitions(module).items()}
    nodes = names.get(".".join(wanted), [])
    functions = [node for node, _ in nodes if isinstance(node, (*DEFS, ast.Lambda))]
    if not nodes or not functions:
        callables = [n for n, found in names.items() if not isinstance(found[-1][0], ast.ClassDef)]
        close = [n for n in callables if n.split(".")[-1] == wanted[-1] or n.startswith(qualname + ".")]
        close += difflib.get_close_matches(qualname, callables, n=4, cutoff=0.5)
        close = list(dict.fromkeys(close))[:6]
        raise SourceError(
            f"{qualname} in {path} is a class" if nodes else f"there is no function {qualname} in {path}",
            where=Location(path, nodes[0][0].lineno, nodes[0][0].col_offset) if nodes else None,
            why="" if close or callables else "the file defines no function",
            remedy="name a function: " + ", ".join(close or callables[:6]) if callables else "",
        )
    if len({id(block) for _, block in nodes}) > 1:
        where = ", ".join(str(node.lineno) for node, _ in nodes)
        raise SourceError(
            f"{qualname} is defined more than once in {path}, on lines {where}",
            where=Location(path, nodes[0][0].lineno, nodes[0][0].col_offset),
            why="which definition stands depends on what happens when the file runs, and it is not run",
            remedy="import the module and pass the function itself",
        )
    node = functions[-1]
    with no_warnings():
        top = _guarded(path, lines, lambda: compile(module, path, "exec", dont_inherit=True, optimize=0))
    for code in codes_in(top):
        if became(node, code, module, lines):
            return _source(node, code, lines)
    raise SourceError(
        f"{qualname} in {path} is never defined",
        where=Location(path, node.lineno, node.col_offset),
        why="it stands in a branch that Python drops when it compiles the file",
    )


def module_tree(path: str | os.PathLike[str]) -> Any:
    """The `gast.Module` of a file, its statements marked as in a `Source`."""
    path = os.fspath(path)
    return _marked(deep(gast.ast_to_gast, _parse_file(path, _read(path))))


# The text.


def _generated(code: types.CodeType, lines: list[str]) -> Any:
    """A function of generated code, whose definitions stand on lines of their own; it may have a lambda's name."""
    for node in ast.walk(parse("".join(lines))):
        if isinstance(node, ast.FunctionDef) and node.lineno == code.co_firstlineno:
            return node
    return None


def _lines(code: types.CodeType, namespace: dict[str, Any]) -> list[str]:
    filename = code.co_filename
    if filename.startswith("<frozen ") and code.co_filename not in linecache.cache:  # a module inside the interpreter
        filename = getattr(sys.modules.get(filename[8:-1]), "__file__", None) or filename
    return linecache.getlines(filename, namespace)  # by attribute: doctest replaces it


def _texts_kept(fn: types.FunctionType) -> list[list[str]]:
    """Texts that a function made by `exec` has in its attributes; whether one is its own, `locate` finds out."""
    if os.path.exists(fn.__code__.co_filename):
        return []
    return [v.splitlines(keepends=True) for v in vars(fn).values()
            if isinstance(v, str) and f"def {fn.__code__.co_name}(" in v]


def _no_text(code: types.CodeType) -> SourceError:
    name = code.co_filename
    if name == "<stdin>":
        why = ("the interactive interpreter keeps what was typed from Python 3.13 on; this one does not, and the history "
               "of the prompt does not have it")
    elif name == "<dynamic-code>":  # cloudpickle's
        return SourceError(f"the source of {code.co_qualname} cannot be found", where=Location(name, code.co_firstlineno),
                           why="it came from another process, where its text stayed: a function that is sent as a value has none",
                           remedy="send what cpsad.grad and the like have made of it, or put the function in a module")
    elif name.startswith("<"):
        why = f"it was made by exec or eval, and nothing keeps the text of {name}"
    else:
        why = f"the file {name} cannot be read"
    return SourceError(
        f"the source of {code.co_qualname} cannot be found",
        where=Location(name, code.co_firstlineno),
        why=why,
        remedy=f"write the function in a file or a notebook cell, or {PASS_TEXT}",
    )


def _read(path: str) -> list[str]:
    try:
        with tokenize.open(path) as file:  # honours the encoding declared in the file
            return file.readlines()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error
    except (SyntaxError, UnicodeDecodeError) as error:
        raise SourceError(
            f"cannot read {path}: {error}",
            remedy="save the file as UTF-8, or declare its encoding in the first line",
        ) from error


def _parse_file(path: str, lines: list[str]) -> ast.Module:
    return _guarded(path, lines, lambda: parse("".join(lines)))


def _guarded(path: str, lines: list[str], work: Any) -> Any:
    """What `work` gives; what Python has against the file becomes an error with the place."""
    try:
        return work()
    except SyntaxError as error:
        line = error.lineno or 1
        start = max((error.offset or 1) - 1, 0)
        end = error.end_offset - 1 if error.end_lineno == line and error.end_offset else None
        text = lines[line - 1] if line <= len(lines) else ""
        raise UnsupportedError(
            f"this is not Python {sys.version_info[0]}.{sys.version_info[1]}: {error.msg}",
            where=Location(path, line, start, end, text),
        ) from error
    except ValueError as error:  # a null byte
        raise SourceError(f"cannot parse {path}: {error}") from error


# The result.


def _source(node: Any, code: types.CodeType, lines: list[str]) -> Source:
    if isinstance(node, ast.Lambda):
        result = ast.copy_location(ast.Return(value=node.body), node.body)
        function: Any = ast.FunctionDef(name="lambda_", args=node.args, body=[result], decorator_list=[])
        text = _segment(node, lines)
    else:
        function = type(node)(**{**dict(ast.iter_fields(node)), "decorator_list": []})
        text = _dedented(node, lines)
    function.type_params = getattr(node, "type_params", [])
    tree = _marked(deep(gast.ast_to_gast, ast.copy_location(function, node)))
    return Source(
        tree=tree,
        filename=code.co_filename,
        firstline=node.lineno,
        text=text,
        name=tree.name,
        qualname=code.co_qualname,
        class_name=class_of(code.co_qualname),
        freevars=code.co_freevars,
    )


def _marked(tree: Any) -> Any:
    """Gives statements, handlers and cases their `origin`, the name in a handler the place gast forgot."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if not isinstance(node, gast.Module):
            node.origin = node.pattern.lineno if isinstance(node, gast.match_case) else node.lineno
            node.comment = None
        if isinstance(node, gast.ExceptHandler) and node.name is not None:
            gast.copy_location(node.name, node)
        for field in BLOCKS:
            todo += getattr(node, field, ())
    return tree


def _segment(node: Any, lines: list[str]) -> str:
    """The text of an expression; columns count bytes."""
    part = [line.encode() for line in lines[node.lineno - 1 : node.end_lineno]]
    part[-1] = part[-1][: node.end_col_offset]
    part[0] = part[0][node.col_offset :]
    return b"".join(part).decode()


def _dedented(node: Any, lines: list[str]) -> str:
    """The lines of a definition less its indentation, with the lines inside strings as they are."""
    margin = lines[node.lineno - 1][: node.col_offset]
    part = lines[node.lineno - 1 : node.end_lineno]
    if not margin:
        return "".join(part)
    inside: set[int] = set()
    for child in ast.walk(node):
        if isinstance(child, (ast.Constant, ast.JoinedStr)):
            inside.update(range(child.lineno + 1, (child.end_lineno or child.lineno) + 1))
    numbered = enumerate(part, node.lineno)
    return "".join([line if n in inside else line.removeprefix(margin) for n, line in numbered])


def _definitions(module: ast.Module) -> dict[tuple[str, ...], list[tuple[Any, Any]]]:
    """Functions, classes and named lambdas by their names, each with the block it stands in."""
    found: dict[tuple[str, ...], list[tuple[Any, Any]]] = {}

    def visit(owner: Any, names: tuple[str, ...]) -> None:
        for field in BLOCKS:
            block = getattr(owner, field, [])
            for node in block:
                if isinstance(node, (*DEFS, ast.ClassDef)):
                    found.setdefault((*names, node.name), []).append((node, block))
                    visit(node, (*names, node.name))
                elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                    for target in node.targets:
                        if isinstance(target, ast.Name):
                            found.setdefault((*names, target.id), []).append((node.value, block))
                else:
                    visit(node, names)

    visit(module, ())
    return found


def _describe(value: Any) -> str:
    if isinstance(value, type):
        return f"the class {value.__qualname__}"
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    return f"{name} (a {type(value).__name__})" if name else f"a {type(value).__name__}"
