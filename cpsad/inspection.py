"""Looking at the stages: their text, and running each of them."""

from __future__ import annotations

import importlib
import inspect
import types
from typing import Any

from . import execute
from .heap import Heap
from .layout import Call, adaptor, layout_of
from .operators import Argnums, _End, _fresh, _Gradient, _gradient, _Separate
from .resolve import FileResolver, FunctionResolver, letter_of
from .stack import Deep
from .transforms import pipeline, printer
from .transforms import source as source_pass
from .transforms.context import Context
from .transforms.errors import SourceError
from .transforms.nodes import parameters
from .trees import Tree, is_tree

__all__ = ["STAGES", "run_stage", "source", "stages_of_target", "tangent_of_target", "trees_of"]

STAGES = pipeline.STAGES


def source(function: Any, stage: str = "optimized", args: tuple[Any, ...] | None = None,
           argnums: Argnums = 0) -> str:
    """The text of a function at a stage.

    Args:
        function: a Python function, a method, or what `grad` made of one; for the stage "c" also what `hvp`, `directional` or
            `gvp` did, with `args` of the function alone.
        stage: one of `STAGES`, or "c": the C that `backend="native"` compiles for `args`, without what all programs share.
        args: example arguments, whose types the transform is specialised to; without them those of `argnums` are
            taken to be arrays or scalars, and nothing is taken for granted of the others.
        argnums: which arguments are differentiated.

    Raises: ValueError for an unknown stage; SourceError, UnsupportedError, NoDerivativeError as `grad` does.
    """
    if stage == "c":
        from .native.along import text_along
        from .native.entry import native_text

        if args is None:
            raise ValueError('stage "c" is made for the types of the arguments: give args')
        along = text_along(function, args)
        if along is not None:
            return along
        return native_text(_plain(function), args, argnums)
    if stage not in (*STAGES, pipeline.TANGENT):
        raise ValueError(f"stage {stage!r} is none of {', '.join((*STAGES, pipeline.TANGENT))}")
    trees, _ = _trees(function, args, argnums, stage)
    if stage == "source":
        return source_pass.of_function(_plain(function)).text
    return printer.to_text(trees[stage])


def _plain(function: Any) -> types.FunctionType:
    function = getattr(function, "__wrapped__", function) if _is_gradient(function) else function
    return inspect.unwrap(function, stop=lambda f: True).__func__ if isinstance(
        function, types.MethodType) else function


def _is_gradient(function: Any) -> bool:
    return getattr(getattr(function, "__code__", None), "co_filename", "").endswith("operators.py") and hasattr(
        function, "__wrapped__")


def _letters(names: list[str], wanted: Any, args: tuple[Any, ...] | None, known: int) -> str:
    wanted = (wanted,) if isinstance(wanted, (int, str)) else tuple(wanted)
    active = set()
    for item in wanted:
        if isinstance(item, str):
            if item not in names:
                raise ValueError(f"{item!r} is no parameter; they are {', '.join(names)}")
            active.add(names.index(item))
        elif names:
            active.add(item % len(names))
    if args is not None:
        letters = [letter_of(a, i in active and not is_tree(a)) for i, a in enumerate(args)]
        letters += ["o"] * (len(names) - len(args))
    else:
        letters = ["N" if i in active else "o" for i in range(len(names))]
    return "".join(letters[: len(names)])


def _trees(function: Any, args: tuple[Any, ...] | None, argnums: Argnums, last: str) -> tuple[dict[str, Any], Context]:
    plain = _plain(function)
    found = source_pass.of_function(plain)
    names = parameters(found.tree.args)
    letters = _letters(names, argnums, args, len(names))
    ctx = pipeline.new_context(found.tree, found.filename, FunctionResolver(plain), letters, found.class_name)
    return pipeline.stages(found.tree, ctx, last), ctx


def tangent_tree(function: Any, args: tuple[Any, ...] | None = None, argnums: Argnums = 0) -> tuple[Any, Context]:
    """The tree at stage `tangent`, and its context."""
    trees, ctx = _trees(function, args, argnums, pipeline.TANGENT)
    return trees[pipeline.TANGENT], ctx


def trees_of(function: Any, args: tuple[Any, ...] | None = None, argnums: Argnums = 0) -> dict[str, Any]:
    """The tree at every stage."""
    return _trees(function, args, argnums, "optimized")[0]


def run_stage(function: Any, stage: str, args: tuple[Any, ...], argnums: Argnums = 0,
              kwargs: dict[str, Any] | None = None) -> Any:
    """Runs one stage of a function: its value up to `cps`, `(value, gradients)` from `adjoint` on."""
    owner = ()
    if isinstance(function, types.MethodType):
        owner, function = (function.__self__,), function.__func__
    kwargs = kwargs or {}
    compute = _Gradient(function, argnums, False)
    slots = compute.locate(args, kwargs)
    arguments = [*args, *kwargs.values()]
    heap = Heap()
    values = [Tree(arguments[i], heap, _fresh, lambda: "argument") if is_tree(arguments[i])
              else _fresh(arguments[i], lambda: "argument") for i in slots]
    trees = [v for v in values if isinstance(v, Tree)]
    for i, value in zip(slots, values, strict=True):
        arguments[i] = value.value if isinstance(value, Tree) else value
    active = {i for i, v in zip(slots, values, strict=True) if not isinstance(v, Tree)}
    call = Call.parse("".join(letter_of(a, i in active) for i, a in enumerate(arguments[: len(args)]))
                            + "".join(f",{n}={letter_of(a, len(args) + i in active)}"
                                      for i, (n, a) in enumerate(zip(kwargs, arguments[len(args):], strict=True))))
    prefix = "".join(letter_of(o, False) for o in owner)
    call = Call.parse(prefix + _unparse(call))
    layout = layout_of(function, call)
    bound = execute.program_for(function, layout.letters, stage)
    given = dict(zip(kwargs, arguments[len(args):], strict=True))
    positional = [*owner, *arguments[: len(args)]]
    with Deep():
        if stage in ("source", "desugar", "anf", "cps"):
            if stage == "cps":
                ordered = inspect.signature(function).bind(*positional, **given)
                ordered.apply_defaults()
                result = bound.call(lambda y: y, *_in_order(function, ordered.arguments))
            else:
                result = bound.call(*positional, **given)
            for tree in trees:
                tree.leave(check=True)
            return result
        end = _End(heap, False)
        target = bound.call if layout.is_direct else adaptor(function, call, layout, bound.call)
        heap.enter(end.arrive, values, [a for i, a in enumerate(arguments) if i not in slots])
        results = target(heap, heap.end, *positional, **given)
    end.restore()
    for tree in trees:
        tree.leave(check=True)
    separate = _Separate()
    gradients = tuple(v.gradient(lambda a, x: separate(_gradient(a, x))) if isinstance(v, Tree)
                      else separate(_gradient(heap.collect(v, results[i + len(owner)]), v))
                      for i, v in zip(slots, values, strict=True))
    return end.value, (gradients[0] if compute.single else gradients)


def _in_order(function: Any, values: dict[str, Any]) -> list[Any]:
    tree = source_pass.of_function(function).tree
    return [values[name] for name in parameters(tree.args)]


def _unparse(call: Call) -> str:
    return "".join(letter for letter, _ in call.args) + "".join(f",{n}={a}" for n, a in call.keywords)


def stages_of_target(target: str, wrt: tuple[str | int, ...] | None = None) -> dict[str, str]:
    """The text of every stage of `path/to/file.py:function` (read, never executed) or `package.module:function`."""
    return _texts_of_target(target, wrt, "optimized")


def tangent_of_target(target: str, wrt: tuple[str | int, ...] | None = None) -> str:
    """The text of the tangent form, which branches off behind `anf`. Target and errors: as `stages_of_target`."""
    return _texts_of_target(target, wrt, pipeline.TANGENT)[pipeline.TANGENT]


def _texts_of_target(target: str, wrt: tuple[str | int, ...] | None, last: str) -> dict[str, str]:
    place, _, name = target.rpartition(":")
    argnums: Any = wrt if wrt else (0,)
    if place.endswith(".py") or "/" in place:
        found = source_pass.of_file(place, name)
        resolver: Any = FileResolver(_imports_of(place))
    else:
        module = importlib.import_module(place)
        function: Any = module
        for part in name.split("."):
            if not hasattr(function, part):
                raise SourceError(f"{place} has no {name}", remedy="name a function of the module")
            function = getattr(function, part)
        function = _plain(function)
        found = source_pass.of_function(function)
        resolver = FunctionResolver(function)
    names = parameters(found.tree.args)
    letters = _letters(names, argnums, None, len(names))
    ctx = pipeline.new_context(found.tree, found.filename, resolver, letters, found.class_name)
    trees = pipeline.stages(found.tree, ctx, last)
    return {stage: found.text if stage == "source" else printer.to_text(tree) for stage, tree in trees.items()}


RULED = ("numpy", "math", "operator", "scipy", "itertools", "functools", "collections", "heapq", "builtins")


def _imports_of(path: str) -> dict[str, Any]:
    """What the imports of a file stand for, of the libraries that have rules; nothing of the file is executed."""
    import gast

    names: dict[str, Any] = {}
    for node in gast.walk(source_pass.module_tree(path)):
        if isinstance(node, gast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in RULED:
                    module = importlib.import_module(alias.name)
                    root = importlib.import_module(alias.name.split(".")[0])
                    names[alias.asname or alias.name.split(".")[0]] = module if alias.asname else root
        elif isinstance(node, gast.ImportFrom) and node.module and node.module.split(".")[0] in RULED:
            module = importlib.import_module(node.module)
            for alias in node.names:
                if hasattr(module, alias.name):
                    names[alias.asname or alias.name] = getattr(module, alias.name)
    return names
