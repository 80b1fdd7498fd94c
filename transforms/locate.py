"""Locate: which definition or lambda in a text is it that became a given code object?

Takes for granted: the lines of the file or cell that the code object was compiled from, or claims to be.

Guarantees: the node that `locate` gives was compiled again, and its code is that of the code object: names,
constants, instructions, also of functions nested in it. Defaults, annotations and decorators are no part of a
code object: they may have been edited since. Lines and columns are those of the text. Of several lambdas on a
line that compile to the same it is the one in the same columns. A function whose `assert`s were rewritten by
pytest is compared by its names and constants. Only the function's own lines are parsed and compiled; the
whole file where that does not do, and then a function that was moved within its file is found as well.
"""

from __future__ import annotations
import __future__

import ast
import functools
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any

__all__ = ["DEFS", "became", "class_of", "codes_in", "deep", "locate", "no_warnings", "parse"]

LAMBDA = "<lambda>"
DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
KINDS = 0x2AC  # *args, **kw, generator, coroutine, asynchronous generator
FUTURE = __future__.annotations.compiler_flag | __future__.barry_as_FLUFL.compiler_flag
TRIES = 50  # ends of a block that are tried before the whole file is parsed


class no_warnings(warnings.catch_warnings):
    """Python has said already, when it compiled the user's code, what it has to say about it."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")


def deep(work: Any, *args: Any) -> Any:
    """`work(*args)`, once more with a higher recursion limit if the tree is too deep for this one."""
    try:
        return work(*args)
    except RecursionError:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + 20_000)
        try:
            return work(*args)
        finally:
            sys.setrecursionlimit(limit)


def parse(text: str) -> ast.Module:
    with no_warnings():
        return deep(ast.parse, text)


def locate(code: types.CodeType, lines: list[str]) -> Any:
    """The definition or lambda in `lines` that compiles to `code`; None if there is none."""
    block = _block(lines, code) if 1 <= code.co_firstlineno <= len(lines) else None
    node = block and _matching(block, code, lines)
    if node is None:  # it is no statement of its own
        tree, codes = _whole("".join(lines), code.co_flags & FUTURE)
        node = _matching(tree, code, lines)
        if node is None:  # what stands around it matters, or it was moved: compare with all of the file
            same = [c for c in codes if c.co_qualname == code.co_qualname and _same(c, code)]
            same.sort(key=lambda c: abs(c.co_firstlineno - code.co_firstlineno))
            node = node_of(same[0], tree) if same else None
    return node


def _matching(tree: ast.AST, code: types.CodeType, lines: list[str]) -> Any:
    """The node that compiles to `code` by itself; of several lambdas the one in the same columns, or any."""
    found = [(node, _compiled(node, code, lines)) for node in _standing_at(tree, code)]
    same = [(node, compiled) for node, compiled in found if compiled and _same(compiled, code)]
    if len(same) > 1:
        positions = list(code.co_positions())
        same.sort(key=lambda pair: list(pair[1].co_positions()) != positions)
    return same[0][0] if same else None


def node_of(code: types.CodeType, tree: ast.AST) -> Any:
    """The node in the file's tree that became `code`: of lambdas the innermost around its instructions."""
    nodes = list(_standing_at(tree, code))
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    places = [p for p in code.co_positions() if None not in p and (p[0], p[2]) != (p[1], p[3])]
    if not places:  # no columns: python -X no_debug_ranges
        return None
    start, end = min((p[0], p[2]) for p in places), max((p[1], p[3]) for p in places)
    around = [
        node
        for node in nodes
        if (node.body.lineno, node.body.col_offset) <= start and end <= (node.end_lineno, node.end_col_offset)
    ]
    return max(around, key=lambda node: (node.body.lineno, node.body.col_offset), default=None)


def became(node: Any, code: types.CodeType, tree: ast.AST, lines: list[str]) -> bool:
    """Is `code`, a part of what the whole file's `tree` compiles to, that of `node`?"""
    if code.co_name != getattr(node, "name", LAMBDA) or code.co_firstlineno != first_line(node):
        return False
    if node_of(code, tree) is node:
        return True
    compiled = _compiled(node, code, lines)  # all that is left without columns (-X no_debug_ranges)
    return compiled is not None and _same(compiled, code)


def _standing_at(tree: ast.AST, code: types.CodeType) -> Iterator[Any]:
    for node in ast.walk(tree):
        if code.co_name == LAMBDA:
            if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno:
                yield node
        elif isinstance(node, DEFS) and node.name == code.co_name and first_line(node) == code.co_firstlineno:
            yield node


def first_line(node: Any) -> int:
    """The line that its code object starts on: of the first decorator, if it has one."""
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _block(lines: list[str], code: types.CodeType) -> ast.Module | None:
    """The statement that starts on the first line of `code`, parsed at its place in the file.

    It ends before a line that is not indented deeper. Where that line is in a string, in brackets or belongs
    to the statement (`def` below its decorator), what is cut off there does not parse: the next one is tried.
    """
    first = code.co_firstlineno
    margin = _indent(lines[first - 1])
    if margin and first == 1:
        return None
    opening = "\n" * (first - 2) + "if 1:\n" if margin else "\n" * (first - 1)
    end = first
    for _ in range(3 if code.co_name == LAMBDA else TRIES):
        while end < len(lines):
            line = lines[end].strip()
            if line and line[0] != "#" and _indent(lines[end]) <= margin:
                break
            end += 1
        try:
            return parse(opening + "".join(lines[first - 1 : end]))
        except (SyntaxError, ValueError):
            if end >= len(lines):
                return None
        end += 1
    return None


def _indent(line: str) -> int:
    line = line.expandtabs(8)
    return len(line) - len(line.lstrip())


@functools.lru_cache(maxsize=4)
def _whole(text: str, flags: int) -> tuple[ast.Module, list[types.CodeType]]:
    """The tree and the code objects of a whole file; none if it does not compile."""
    try:
        tree = parse(text)
        with no_warnings():
            top = deep(functools.partial(compile, tree, "<whole>", "exec", flags, dont_inherit=True))
    except (SyntaxError, ValueError):
        return ast.Module([], []), []
    return tree, list(codes_in(top))


def codes_in(code: types.CodeType) -> Iterator[types.CodeType]:
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield const
            yield from codes_in(const)


# Is it what was compiled?


def _compiled(node: Any, code: types.CodeType, lines: list[str]) -> types.CodeType | None:
    """`node` compiled within a class and a function that stand for those around `code`.

    What matters of the surroundings: the free names, the class (private names, `super`), and what the module
    imports, since from 3.12 on its methods are called by other instructions.
    """
    signature = ast.arguments(
        posonlyargs=[_bare(a) for a in node.args.posonlyargs],
        args=[_bare(a) for a in node.args.args],
        vararg=_bare(node.args.vararg),
        kwonlyargs=[_bare(a) for a in node.args.kwonlyargs],
        kw_defaults=[None] * len(node.args.kwonlyargs),
        kwarg=_bare(node.args.kwarg),
        defaults=[],
    )
    class_name = class_of(code.co_qualname)
    name = class_name or ("" if isinstance(node, ast.Lambda) else node.name)
    shell = ["def outer():", *(f" {free} = None" for free in code.co_freevars if free != "__class__")]
    shell += [f" global {name}"] if name and name not in code.co_freevars else []
    shell += [f" class {name}:", "  pass"] if class_name else [" pass"]
    module = ast.parse("\n".join(shell))
    inner: Any = module.body[0]
    inner = inner.body[-1] if class_name else inner
    if isinstance(node, ast.Lambda):
        function: Any = ast.Lambda(args=signature, body=node.body)
        inner.body[-1] = ast.copy_location(ast.Expr(value=ast.copy_location(function, node)), node)
    else:
        parts = {"name": node.name, "args": signature, "body": node.body, "decorator_list": []}
        function = type(node)(**parts, type_params=[])
        inner.body[-1] = ast.copy_location(function, node)
    module.body[:0] = _imports(lines)
    try:
        with no_warnings():
            flags = code.co_flags & FUTURE
            top = deep(functools.partial(compile, module, "<block>", "exec", flags, dont_inherit=True))
    except (SyntaxError, ValueError):
        return None
    depth = 2 if class_name else 1
    for _ in range(depth):
        top = next(c for c in top.co_consts if isinstance(c, types.CodeType))
    return next((c for c in codes_in(top) if c.co_name == code.co_name), None)


def _bare(arg: Any) -> Any:
    return arg and ast.copy_location(ast.arg(arg=arg.arg), arg)


def _imports(lines: list[str]) -> list[ast.stmt]:
    """The imports of the module's own scope, as far as they stand on lines of their own."""
    found: list[ast.stmt] = []
    top = ""  # the last line without indentation: are we in a function or class?
    for index, line in enumerate(lines):
        if line[:1] not in " \t\n#)":
            top = line
        if "import" not in line or "__future__" in line or not line.lstrip().startswith(("import ", "from ")):
            continue
        if top is line or not top.startswith(("def ", "class ", "async ", "@")):
            text = line.strip()
            while "(" in text and ")" not in text and index + 1 < len(lines):
                index += 1
                text += "\n" + lines[index]
            try:
                found += [s for s in ast.parse(text).body if isinstance(s, (ast.Import, ast.ImportFrom))]
            except (SyntaxError, ValueError):
                pass  # a line of prose in a docstring
    return found


def class_of(qualname: str) -> str | None:
    """The innermost class around `C.method`, `f.<locals>.C.method.<locals>.<lambda>`, ..."""
    parts = qualname.split(".")[:-1]
    for index in range(len(parts) - 1, -1, -1):
        if parts[index] != "<locals>" and (index + 1 == len(parts) or parts[index + 1] != "<locals>"):
            return parts[index] if parts[index].isidentifier() else None
    return None


def _same(a: types.CodeType, b: types.CodeType) -> bool:
    """Does the text of `a` say what `b` does? `b` may have its `assert` rewritten by pytest."""
    count = a.co_argcount + a.co_kwonlyargcount + bool(a.co_flags & 4) + bool(a.co_flags & 8)
    unnamed = LAMBDA in (a.co_name, b.co_name)  # in generated code a lambda has become a definition
    head = [
        (unnamed or c.co_name, c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount, c.co_freevars)
        + (c.co_flags & KINDS, c.co_varnames[:count])
        for c in (a, b)
    ]
    if head[0] != head[1]:
        return False
    if any(name.startswith("@py") for name in b.co_names + b.co_varnames):
        if not set(a.co_names + a.co_varnames) <= set(b.co_names + b.co_varnames):
            return False
        keys = {_key(c) for c in b.co_consts}
        if any(not isinstance(c, (str, types.CodeType)) and _key(c) not in keys for c in a.co_consts):
            return False
        inner = [c for c in b.co_consts if isinstance(c, types.CodeType)]
        return all(any(_same(c, d) for d in inner) for c in a.co_consts if isinstance(c, types.CodeType))
    return (
        a.co_code == b.co_code
        and (a.co_names, a.co_varnames, a.co_cellvars) == (b.co_names, b.co_varnames, b.co_cellvars)
        and len(a.co_consts) == len(b.co_consts)
        and all(
            _key(c) == _key(d) and (not isinstance(c, types.CodeType) or _same(c, d))
            for c, d in zip(a.co_consts, b.co_consts)
        )
    )


def _key(const: Any) -> Any:
    """Tells 0 from 0.0, -0.0 and False."""
    if isinstance(const, (tuple, frozenset)):
        return type(const), type(const)(_key(item) for item in const)
    return type(const), None if isinstance(const, types.CodeType) else repr(const)
