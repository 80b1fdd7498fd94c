"""Variables from outside that a function rebinds: as cells for generated code, and which names of a file they are."""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import sys
import types
from dataclasses import dataclass
from typing import Any

from .places import PROGRAMS, here
from .transforms.errors import NoDerivativeError

__all__ = ["GlobalCell", "OuterCells", "Rebound", "check_running", "is_library", "outer_cell", "rebound_in_file",
           "rebound_in_namespace", "register"]


class GlobalCell:
    """A global variable: `value` is what it stands for now."""

    __slots__ = ("name", "namespace")

    def __init__(self, namespace: dict[str, Any], name: str) -> None:
        self.namespace, self.name = namespace, name

    @property
    def value(self) -> Any:
        try:
            return self.namespace[self.name]
        except KeyError:
            pass
        try:
            return getattr(builtins, self.name)
        except AttributeError:
            raise NameError(f"name '{self.name}' is not defined", name=self.name) from None

    @value.setter
    def value(self, value: Any) -> None:
        self.namespace[self.name] = value

    @value.deleter
    def value(self) -> None:
        if self.name not in self.namespace:
            raise NameError(f"name '{self.name}' is not defined", name=self.name)
        del self.namespace[self.name]

    def __cpsad_inside__(self) -> list[Any]:
        return [self.namespace.get(self.name)]


class OuterCell:
    """A variable of an enclosing function."""

    __slots__ = ("cell", "name")

    def __init__(self, cell: types.CellType, name: str) -> None:
        self.cell, self.name = cell, name

    @property
    def value(self) -> Any:
        try:
            return self.cell.cell_contents
        except ValueError:
            raise NameError(f"cannot access free variable '{self.name}' where it is not associated with a value in "
                            "enclosing scope", name=self.name) from None

    @value.setter
    def value(self, value: Any) -> None:
        self.cell.cell_contents = value

    @value.deleter
    def value(self) -> None:
        self.value  # noqa: B018 - or NameError
        del self.cell.cell_contents

    def __cpsad_inside__(self) -> list[Any]:
        return [self.cell.cell_contents] if self.cell != types.CellType() else []


class OuterCells:
    """`outer_cell` of one function: gives its variables from enclosing functions as cells."""

    def __init__(self, cells: dict[str, types.CellType]) -> None:
        self.cells = cells

    def __call__(self, name: str) -> OuterCell:
        return OuterCell(self.cells[name], name)


def outer_cell(name: str) -> Any:
    """Stands for an `OuterCells` until a program is bound to a function."""
    raise AssertionError("a program that is not bound to a function")


# -- which names are rebound -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rebound:
    """Names of a file that functions assign after declaring them `global` or `nonlocal`, and dotted names it assigns."""

    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()  # names of attributes that it assigns, but to `self`


NOTHING = Rebound()
_DECLARED = re.compile(r"^\s*(?:global|nonlocal)\s|[:;]\s*(?:global|nonlocal)\s|^\s*[A-Za-z_][\w.]*\.\w+[^=\n]*="
                       r"|\)\.\w+[^=\n]*=|\bsetattr\(", re.M)
_files: dict[str, tuple[list[str], Rebound]] = {}


def rebound_in_file(filename: str, namespace: dict[str, Any] | None = None) -> Rebound:
    lines = linecache.getlines(filename, namespace)
    known = _files.get(filename)
    if known is None or known[0] is not lines:
        known = _files[filename] = (lines, _read("".join(lines)))
    return known[1]


def _read(text: str) -> Rebound:
    if not _DECLARED.search(text):
        return NOTHING
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return NOTHING
    found: tuple[set[str], set[str]] = (set(), set())
    node: Any
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for i, kind in enumerate((ast.Global, ast.Nonlocal)):
                declared = {n for s in ast.walk(node) if isinstance(s, kind) for n in getattr(s, "names", ())}
                if declared:
                    found[i].update(declared & _bound(node))
    attributes = {ast.unparse(n) for n in ast.walk(tree)
                  if isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load) and _is_dotted(n)}
    stored = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load)
              and not (isinstance(n.value, ast.Name) and n.value.id == "self")}
    stored |= {str(n.args[1].value) for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
               and n.func.id == "setattr" and len(n.args) == 3 and isinstance(n.args[1], ast.Constant)}
    return Rebound(frozenset(found[0]), frozenset(found[1]), frozenset(attributes), frozenset(stored))


def _bound(node: ast.AST) -> set[str]:
    bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    bound |= {n.name for n in ast.walk(node) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    bound |= {(a.asname or a.name).split(".")[0] for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom))
              for a in n.names}
    return bound | {n.name for n in ast.walk(node) if isinstance(n, (ast.MatchAs, ast.MatchStar, ast.ExceptHandler)) and n.name}


def _is_dotted(node: Any) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def rebound_in_namespace(namespace: dict[str, Any], filename: str) -> set[str]:
    """Globals that functions of a module assign; in a notebook its functions come from several files."""
    files = {filename}
    for value in list(namespace.values()):
        inner = vars(value).values() if isinstance(value, type) and value.__module__ == namespace.get("__name__") else (value,)
        for function in inner:
            while (within := _wrapped(function)) is not None:
                function = within
            if isinstance(function, types.FunctionType) and function.__globals__ is namespace:
                files.add(function.__code__.co_filename)
    return set().union(*(rebound_in_file(f, namespace).globals for f in files), _registered.get(id(namespace), ()))


def _wrapped(value: Any) -> Any:
    """What a decorator or a descriptor holds. An object's `__getattr__` is not asked: in lazy modules it imports."""
    if isinstance(value, (staticmethod, classmethod)):
        return value.__func__
    if isinstance(value, property):
        return value.fget
    try:
        return object.__getattribute__(value, "__dict__").get("__wrapped__")
    except AttributeError:  # has no attributes of its own
        return None


_registered: dict[int, set[str]] = {}  # by the id of a namespace: what transformed functions assign in it


def register(namespace: dict[str, Any], name: str) -> bool:
    """A function that assigns this global is transformed. Whether that is new, and others must be transformed again."""
    known = _registered.setdefault(id(namespace), set())
    new = name not in known
    known.add(name)
    return new


def check_running(namespace: dict[str, Any], name: str) -> None:
    """Raises where a function is running that has taken a global for a constant."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        origin = PROGRAMS.get(frame.f_code.co_filename)
        if origin is not None and name in origin.assumed and frame.f_globals is namespace:
            raise here(NoDerivativeError, f"the global {name} is assigned by a function that is not found in its module",
                       why=f"{origin.name} is running, and has taken it for a constant",
                       remedy=f"declare `global {name}` in {origin.name} too, or call it again")
        frame = frame.f_back


def is_library(module: types.ModuleType) -> bool:
    """Whether a module's functions are taken to stay what they are: NumPy's, SciPy's and the standard library's."""
    root = module.__name__.partition(".")[0]
    return root in ("numpy", "scipy") or root in sys.stdlib_module_names
