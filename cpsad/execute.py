"""The exec step: a function's transform becomes a function that runs.

Text is compiled under a file name of its own, registered with `linecache`, so that tracebacks, `pdb` and
`inspect.getsource` see it. The globals of the generated function are the user's, and its closure cells too, so both
are read when it runs. What the support code and the rules' files add comes in as closure variables.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import threading
import types
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from .outer import OuterCells, outer_cell
from .places import PROGRAMS, Origin
from .resolve import FunctionResolver, lookup
from .rules.registry import REGISTRY
from .runtime import SUPPORT, Sentinel
from .transforms import pipeline, printer, qualnames
from .transforms import source as source_pass
from .transforms.nodes import parameters, walk
from .unseen import paused

__all__ = ["Bound", "Program", "bind", "program_for"]

TABLE: Any = type("Table", (), {"__repr__": lambda self: "tangents"})()  # stands for the table of tangents until `bind`
TANGENT_TABLES: dict[str, tuple[str, frozenset[str]]] = {}  # file of a tangent program -> its names of the table, of tangents
TANGENT_TREES: dict[str, tuple[Any, Any, dict[str, Any]]] = {}  # its tree, what was compiled, what that brings along
_numbers = itertools.count(1)
_lock = threading.RLock()


@dataclass(eq=False)
class Program:
    """A transformed function, compiled; `bind` makes it run in a function's own globals and closure."""

    text: str
    filename: str
    code: types.CodeType
    name: str
    support: dict[str, Any]  # name in the code -> value
    freevars: tuple[str, ...]  # the user's closure variables that it reads
    params: tuple[str, ...]
    assumptions: tuple[tuple[dict[str, Any] | None, str, Callable[[Any], bool]], ...]  # None: the function's own names
    stage: str
    version: int  # of the rules it was made with
    source: str  # the file of the function's code: equal code in another file has other lines to show
    kinds: dict[str, str] = field(default_factory=dict)  # of names in the text, for programs that are transformed again
    known: Any = None

    def parts(self) -> tuple[types.CodeType, list[Any], list[int]]:
        """The code that makes the function of what it brings along, these values, and where in them each function has its own."""
        if self.known is None:
            values = list(self.support.values())
            maker = next(c for c in self.code.co_consts if isinstance(c, types.CodeType) and c.co_name == "bind")
            self.known = maker, values, [i for i, v in enumerate(values) if v is outer_cell or v is TABLE]
        maker, values, places = self.known
        return maker, list(values), places


@dataclass(eq=False)
class Bound:
    """A program bound to one function."""

    call: Any
    checks: tuple[tuple[Any, dict[str, Any], str, Callable[[Any], bool]], ...]

    version: int = 0

    def is_valid(self) -> bool:
        if self.version != REGISTRY.version:
            return False
        for cells, namespace, name, test in self.checks:
            value = namespace[name] if name in namespace and name not in cells else lookup(cells, namespace, name)
            if not test(value):
                return False
        return True


def build(function: types.FunctionType, signature: str, stage: str, again: bool = False) -> Program:
    """Transforms and compiles. `signature`: a letter per parameter; `again`: it is to be transformed again."""
    found = source_pass.of_function(function)
    resolver = FunctionResolver(function)
    resolver.forwards = stage == pipeline.TANGENT
    ctx = pipeline.new_context(found.tree, found.filename, resolver, signature, found.class_name)
    before = function.__dict__.get("__cpsad_program__")
    ctx.again, ctx.kinds = again, dict(before.kinds) if before is not None else {}
    tree = pipeline.stages(found.tree, ctx, last=stage)[stage]
    text, lines = printer.to_text_with_lines(tree)
    filename = f"<cpsad {next(_numbers)}: {stage} of {found.qualname}, {found.filename}:{found.firstline}>"
    support: dict[str, Any] = dict(ctx.spliced)
    for name, generated in ctx.support.items():
        support[generated] = _support_value(name, stage)
        if name == "END" and (again or stage == pipeline.TANGENT):  # else a loop over what a program holds would end at its END
            support[generated] = Sentinel("END")
    freevars = tuple(n for n in function.__code__.co_freevars if n not in support)
    parsed, code = _entered(tree, text, filename, support, freevars, found.qualname)
    if stage == pipeline.TANGENT:
        TANGENT_TABLES[filename] = ctx.tangents, frozenset(ctx.tangent_names.values())
        if ctx.kept_functions:
            TANGENT_TREES[filename] = tree, parsed, support
    assumptions = resolver.assumptions()
    assumed = frozenset(name for namespace, name, _ in assumptions if namespace is None)
    PROGRAMS[filename] = origin_of(found, lines, assumed)
    kinds = known_kinds(ctx, tree) if stage in ("adjoint", "optimized") else {}
    program = Program(text, filename, code, tree.name, support, freevars, tuple(parameters(found.tree.args)),
                      assumptions, stage, REGISTRY.version, function.__code__.co_filename, kinds)
    weakref.finalize(program, _forget, filename)
    return program


def known_kinds(ctx: Any, tree: Any) -> dict[str, str]:
    """Which names of a program stand for numbers and arrays; the adjoint of a number is one, or ZERO.

    Of names that are not left in its text nothing is said: another transform may give them to something else.
    """
    left = {n.id for n in walk(tree) if isinstance(n, gast.Name)}
    left |= {name for f in walk(tree) if isinstance(f, gast.FunctionDef) for name in parameters(f.args)}
    found = {name: {"a": "n"}.get(fact.kind, fact.kind) for name, fact in ctx.facts.items() if fact.kind in ("s", "n", "a")}
    found |= {adjoint: found[name] for name, adjoint in ctx.adjoints.items() if name in found}
    return {name: kind for name, kind in found.items() if name in left}


def origin_of(found: Any, lines: dict[int, int], assumed: frozenset[str]) -> Origin:
    """Where a program comes from; that of a program which is transformed again is where the first comes from."""
    before = PROGRAMS.get(found.filename)
    if before is None:
        return Origin(found.filename, found.qualname, found.firstline, lines, assumed)
    lines = {generated: before.line(line) for generated, line in lines.items()}
    return Origin(before.filename, before.name, before.firstline, lines, assumed)


def _forget(filename: str) -> None:
    linecache.cache.pop(filename, None)
    PROGRAMS.pop(filename, None)
    TANGENT_TABLES.pop(filename, None)
    TANGENT_TREES.pop(filename, None)


def _support_value(name: str, stage: str) -> Any:
    if name == "tangents":
        return TABLE
    if name == "checked_shape":
        from .custom import checked_shape

        return checked_shape
    if name in ("shaped", "absorbs"):
        from . import tangent_rules

        return getattr(tangent_rules, name)
    if name in ("form", "attach"):
        from . import forms

        differentiates = stage in ("adjoint", "optimized")
        return getattr(forms, name if differentiates else "primal_" + name)
    return SUPPORT[name]


def written(tree: Any, qualname: str, support: dict[str, Any], freevars: tuple[str, ...], origin: Origin) -> Program:
    """A function that is no transform of another by itself: a part of the tree of one, behind `anf`."""
    text, lines = printer.to_text_with_lines(tree)
    filename = f"<cpsad {next(_numbers)}: {qualname}, {origin.filename}:{origin.firstline}>"
    _, code = _entered(tree, text, filename, support, freevars, qualname)
    PROGRAMS[filename] = Origin(origin.filename, qualname, origin.firstline, lines, origin.assumed)
    program = Program(text, filename, code, tree.name, support, freevars, tuple(parameters(tree.args)), (), "anf",
                      REGISTRY.version, filename)
    weakref.finalize(program, _forget, filename)
    return program


def _entered(tree: Any, text: str, filename: str, support: dict[str, Any], freevars: tuple[str, ...],
             qualname: str) -> tuple[ast.Module, types.CodeType]:
    """The text of a program, parsed and compiled, and where tracebacks look for it."""
    parsed = ast.parse(text, filename)
    code = qualnames.restore(_compile(parsed, filename, support, freevars), tree, parsed, qualname)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    return parsed, code


def _compile(module: ast.Module, filename: str, support: dict[str, Any], freevars: tuple[str, ...]) -> types.CodeType:
    """Code of `def bind(<support>, <free variables>): <the function>; return <it>`."""
    (function,) = module.body
    assert isinstance(function, ast.FunctionDef)
    function.args.defaults = [ast.copy_location(ast.Constant(None), d) for d in function.args.defaults]
    function.args.kw_defaults = [None if d is None else ast.copy_location(ast.Constant(None), d)
                                 for d in function.args.kw_defaults]
    give = ast.Return(ast.Name(function.name, ast.Load()))
    args = ast.arguments([], [ast.arg(n) for n in [*support, *freevars]], None, [], [], None, [])
    extra = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
    outer = ast.FunctionDef("bind", args, [function, give], [], None, None, **extra)
    ast.fix_missing_locations(ast.copy_location(outer, function))
    ast.fix_missing_locations(ast.copy_location(give, function))
    for a in args.args:
        ast.copy_location(a, function)
    return compile(ast.Module([outer], []), filename, "exec", dont_inherit=True)


def bind(program: Program, function: types.FunctionType, depth: int = 0, table: Any = None) -> Bound:
    """The program with the globals, closure cells and defaults of `function`, for the level of that depth; `table`: of its
    tangents."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    maker, support, places = program.parts()
    for i in places:
        support[i] = OuterCells(cells) if support[i] is outer_cell else table
    if depth:
        from . import forms

        level = forms.level(depth)
        own = {id(forms.form): level.form, id(forms.attach): level.attach}
        support = [own.get(id(value), value) for value in support]
    made = types.FunctionType(maker, function.__globals__)(*support, *program.freevars)
    closure = tuple(cells[name] if name in program.freevars and name in cells else cell
                    for name, cell in zip(made.__code__.co_freevars, made.__closure__ or (), strict=True))
    call = types.FunctionType(made.__code__, function.__globals__, made.__name__, None, closure or None)
    if program.stage in ("source", "desugar", "anf", pipeline.TANGENT):
        call.__defaults__, call.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    checks = tuple((cells if names is None else {}, function.__globals__ if names is None else names, name, test)
                   for names, name, test in program.assumptions)
    call.__cpsad_program__ = program
    return Bound(call, checks, program.version)


_programs: weakref.WeakKeyDictionary[types.CodeType, dict[tuple[str, str, bool], list[Program]]] = (
    weakref.WeakKeyDictionary())


def program_for(function: types.FunctionType, signature: str, stage: str, depth: int = 0, table: Any = None) -> Bound:
    """The transform of `function` at a stage: found by its code object, made if need be; for the level of a depth."""
    with _lock:
        known = _programs.setdefault(function.__code__, {}).setdefault((signature, stage, depth > 0), [])
        for program in known:
            if program.source != function.__code__.co_filename:
                continue
            bound = bind(program, function, depth, table)
            if bound.is_valid():
                return bound
        with paused():
            program = build(function, signature, stage, depth > 0)
        known.insert(0, program)
        del known[8:]
        return bind(program, function, depth, table)
