"""Calls: of continuations, of functions in CPS, of primitives, and of the formulas that rules call."""

from __future__ import annotations

import types
from typing import Any

import gast
import numpy as np

from .. import forms
from ..dataclass_forms import is_generated_init
from ..operators import _seed
from ..rules.registry import REGISTRY
from ..transforms.errors import NoDerivativeError
from . import quotients  # noqa: F401 (its primitives)
from .dicts import Dict
from .functions import METHODS
from .lists import List
from .made import is_instance
from .primitives import PRIMITIVES
from .scalars import message_of, slot_field
from .stage import MOST_KNOWN, Dead, EndK, Pointer, Restart, Spec
from .types import (
    BOTTOM,
    NONE,
    Arr,
    Const,
    Fn,
    Known,
    Maybe,
    Num,
    Parted,
    Record,
    Single,
    c_type,
    holds_arrays,
    is_scalar,
)
from .values import Val, convert

__all__ = ["Calls"]

FORMS = {id(forms.form), id(forms.primal_form)}
ATTACH = {id(forms.attach), id(forms.primal_attach)}
NEVER_RAISE = ("append", "insert", "extend", "clear", "reverse", "copy", "get", "setdefault", "update", "keys", "values", "items")
FORMULAS = ("cpsad.native.numpy_forms", "cpsad.rules", "cpsad.cotangents", "cpsad.products", "cpsad.lazy", "cpsad.runtime",
            "cpsad.matching")


class NotInline(Exception):
    """A formula has to be called."""


class Calls:
    """What `Walk` does with calls."""

    def ev_call(self, node: Any) -> Val:
        if isinstance(node.func, gast.Call) and self.is_form(node.func):
            return self.call_form(node)
        if isinstance(node.func, gast.Attribute):
            made = self.call_method(node)
            if made is not None:
                return made
        callee = self.value(node.func)
        type_ = callee.type
        if isinstance(type_, Const) and id(type_.value) in ATTACH:
            return Val(Single("None"))
        args, keywords = self.arguments(node)
        if isinstance(type_, Fn):
            return self.call_continuation(callee, args, node)
        if isinstance(type_, EndK):
            return self.call_end(args[0], node)
        if isinstance(type_, Pointer):
            return self.call_pointer(callee, args[0], node)
        if isinstance(type_, Const):
            return self.call_constant(type_.value, args, keywords, node)
        if isinstance(type_, Single) and type_.name == "ZERO":
            return callee
        raise self.refuse(node, f"a call of {type_}")

    # -- continuations ----------------------------------------------------------------------------------------

    def passed(self, values: list[Val]) -> tuple[list[Val], list[str]]:
        """Arguments as C takes them: without those that are nothing at run time."""
        return values, [self.whole(v) for v in values if c_type(v.type) != "void"]

    def whole(self, value: Val) -> str:
        value = self.solid(value)
        return convert(value, value.type)

    def call_continuation(self, callee: Val, args: list[Val], node: Any) -> Val:
        args = [self.solid(v) for v in args]
        spec = self.stager.continuation(callee.type, tuple(v.type for v in args))
        given = self.passed(args)[1]
        return self.called(spec, [callee.c, *given], given)

    def called(self, spec: Spec, given: list[str], args: list[str] | None = None, member: Any = None) -> Val:
        """The result of a call in C, in a variable. `args`: of a continuation, or of a function that is given one, the arguments
        that are neither a continuation nor a frame."""
        if not spec.is_formula:
            self.backward = True
        elif spec.doubt:
            self.doubt(spec.doubt)
        text = f"{spec.c}({', '.join(['R', *given])})"
        called = (spec, args, member) if args is not None else None
        if spec.returns is BOTTOM:
            self.emit(f"{text};", called)
            self.emit("__builtin_trap();")
            raise Dead
        self.arena |= holds_arrays(spec.returns) or spec.is_formula and spec.arena
        made = self.result(text, spec.returns, called)
        if getattr(self.spec.node, "role", None) == "loop" and not spec.is_formula:
            self.emit("@CHECK_SIGNALS(R);")  # only where turns are long: it costs a scalar loop a third
        return made

    def result(self, text: str, type_: Any, called: Any = None) -> Val:
        if c_type(type_) == "void":
            self.emit(f"{text};", called)
            return Val(type_, parts=tuple(Val(t) for t in type_.items) if isinstance(type_, Parted) else None)
        name = self.temp(type_, "b")
        self.emit(f"{name} = {text};", called, name)
        return Val(type_, name)

    def call_end(self, value: Val, node: Any) -> Val:
        """The function's result: it is kept, and its cotangent is 1 (see `operators._seed`)."""
        type_ = value.type
        if self.stager.primal:
            return self.call_end_of_primal(value, node)
        if self.stager.writes and not isinstance(type_, Maybe):
            self.emit("hand_back(R);")
            self.backward = True
        if self.stager.seeds is not None:
            return self.call_end_seeded(value, node)
        if self.stager.has_aux:
            return self.call_end_with_aux(value, node)
        if type_ == NONE:  # one way through it may end without a result, and yet none that is taken
            self.fails(*message_of(lambda: _seed(None)))
        if isinstance(type_, Maybe) and type_.names == {"None"}:  # or None, as far as types tell
            return self.cases(value, lambda v: self.fails(*message_of(lambda: _seed(None))) if v.type == NONE else (
                self.call_end(v, node)))
        if not isinstance(type_, Num) or type_.name.startswith("bool"):
            raise self.refuse(node, f"a function that returns {type_}", why="a gradient is that of a real scalar")
        if type_.is_dual:
            return self.call_end(self.here(self.primal(value)), node)
        number = self.stager.result_number(type_)
        self.check_decided(value)
        self.emit(f"R->out[0].{slot_field(type_)} = {value.c};")
        self.emit(f"R->out[1].i = {number};")
        if type_.is_python or type_.dtype.kind != "f":
            return self.constant(1.0, node)
        return Val(type_, f"({c_type(type_)})1")

    def decided(self, value: Val) -> Val:
        """A function returns what comparisons of active values have chosen (`Refusals.decided`); it is known by its value."""
        if isinstance(value.type, Num) and value.type.dtype.kind == "f":
            name = self.temp(value.type, "chosen")
            self.declared[name] = "decision"
            self.emit(f"{name} = (decision){{{self.cast(self.primal(value), Num('float'))}, R->decisions}};")
            self.emit(f"R->decisions = &{name};")
        return Val(Single("None"))

    def check_decided(self, value: Val) -> None:
        if value.type.dtype.kind == "f":
            error = self.error(NoDerivativeError, "the result depends on the arguments by comparisons only")
            self.emit(f"if (UNLIKELY(R->decisions) && is_decided(R, {self.cast(value, Num('float'))})) fail(R, {error});")

    def call_pointer(self, callee: Val, value: Val, node: Any) -> Val:
        k: Pointer = callee.type
        value = self.solid(value)
        if value.type not in k.versions:
            k.versions[value.type] = BOTTOM
            self.stager.changed = True
        specs = [self.stager.continuation(m, (value.type,)) for m in list(k.members)]
        known = k.versions[value.type]
        for spec in specs:
            known = self.stager.joined(self.unit, known, spec.returns, node, "what a continuation gives back")
        k.versions[value.type] = known
        for spec in specs:
            self.stager.returned(spec, known, node)
        returns = "void" if known is BOTTOM else c_type(known)
        if known is not BOTTOM:
            self.stager.struct(known)
            self.arena |= holds_arrays(known)
        given = [self.whole(value)] if c_type(value.type) != "void" else []
        self.backward = True
        takes = ", ".join(["runtime *", "void *", *(c_type(value.type) for _ in given)])
        number = list(k.versions).index(value.type)
        text = f"(({returns} (*)({takes})){callee.c}.table[{number}])({', '.join(['R', f'{callee.c}.frame', *given])})"
        if known is BOTTOM:  # as far as is known in this round; else what comes next always raises
            self.emit(f"{text};", (k, given, None))
            self.emit("__builtin_trap();")
            raise Dead
        return self.result(text, known, (k, given, None))

    # -- functions of the user's ------------------------------------------------------------------------------

    def is_form(self, node: Any) -> bool:
        if not isinstance(node.func, gast.Name):
            return False
        value = self.unit.support.get(node.func.id)
        return id(value) in FORMS

    def call_form(self, node: Any) -> Val:
        """`form(callee, "sig")(heap, k, a, b, ...)`."""
        method = node.func.args[0]
        if isinstance(method, gast.Attribute) and not self.is_module(method.value):
            owner = self.value(method.value)
            signature = node.func.args[1].value
            if method.attr in ("update", "pop", "setdefault", "clear", "popitem"):
                self.is_growing_dict(owner)
            if isinstance(owner.type, (Dict, List)) and not node.keywords:
                if signature.endswith("!") and method.attr not in (NEVER_RAISE):
                    raise self.refuse(node, f"the method `{method.attr}` of {owner.type} under a handler of exceptions")
                return self.call_method_of_list(self.hold(owner), method.attr, node)
            if any(is_instance(t) for t in (owner.type, getattr(owner.type, "type", None))):
                return self.with_arguments(node, signature, lambda signature, k, args, keywords: self.cases(
                    owner, lambda v: self.attribute(v, method.attr, node) if not is_instance(v.type) else (
                        self.call_method_of_instance(v, method.attr, signature, k, args, keywords, node))))
        callee = self.value(method)
        return self.with_arguments(node, node.func.args[1].value, lambda signature, k, args, keywords: (
            self.call_value(callee, signature, k, args, keywords, node)))

    def with_arguments(self, node: Any, signature: str, run: Any) -> Val:
        """`run` with the signature, the continuation, the arguments, those by keyword last, and the keywords of a call in CPS."""
        given = node.args[1:] if self.unit.takes_heap else node.args
        k = self.value(given[0])
        self.guard = None
        if signature.endswith("!"):
            self.guard, given = self.value(given[1]), given[1:]
        if "*" in signature:
            signature, args, keywords, boxed = self.written_out(node, given[1:], signature)
            return self.gathered_in(run(signature, k, args, keywords), args, boxed, node)
        args = self.operands_of(*given[1:], *(n.value for n in node.keywords))
        return run(signature, k, args, [n.arg for n in node.keywords])

    def call_plain(self, function: Any, signature: str, k: Val, args: list[Val], keywords: list[str], node: Any) -> Val:
        """A call of a function written in Python."""
        if REGISTRY.lookup(function) is not None or forms.OPERATOR in function.__dict__ or is_generated_init(function):
            raise self.refuse(node, f"a call of {function.__name__}, which has a form of its own,")
        layout = self.stager.layout(function, signature)
        count = len(args) - len(keywords)
        args = list(args)
        params: list[Val] = []
        back: dict[int, int] = {}
        kept: dict[int, Val] = {}  # what goes into a container
        for i, (kind, what) in enumerate(layout.sources):
            if kind == "arg" or kind == "keyword":
                position = what if kind == "arg" else count + keywords.index(what)
                params.append(args[position])
                back[position] = i
            elif kind == "default":
                self.stager.constant_default(function)
                params.append(self.constant(what, node))
            else:
                positions = range(what, count) if kind == "rest" else [count + keywords.index(n) for n in what]
                for j in positions:
                    kept[j] = self.put_argument(args[j], node) if self.unit.takes_heap else args[j]
                items = [self.hold(kept[j]) for j in positions]
                params.append(self.tuple_of(items) if kind == "rest" else self.dict_of(list(what), items, node) if items else (
                    Val(Record((), dict, ()), parts=())))
        guard, self.guard = self.guard, None
        unit = self.stager.unit_of(function, layout.letters + "!" * (guard is not None))
        result = self.call_function(unit, unit.tree, None, "", k, [guard, *params] if guard is not None else params, node)
        if layout.is_direct or self.unit.stage == "cps":
            return result
        taken = {j: self.heap_take(v, node) for j, v in reversed(kept.items())}
        return self.tuple_of([taken[i] if i in taken else result.items[back[i]] for i in range(len(args))])

    def call_function(self, unit: Any, tree: Any, parent: Spec | None, frame: str, k: Val, params: list[Val], node: Any) -> Val:
        params = [self.solid(v) for v in params]
        if id(tree) in self.stager.recursive:
            params = [self.optional(v) for v in params]
        known = tuple(v.type for v in params)
        chosen: Any = k.type
        if isinstance(k.type, Fn) and not self.is_direct(unit, tree, parent, known, k.type):
            chosen = self.stager.pointer(unit, tree, parent, known)
            if k.type not in chosen.members:
                chosen.members[k.type] = None
                self.stager.changed = True
        elif not isinstance(k.type, (Fn, EndK, Pointer)):
            raise self.refuse(node, f"a call whose continuation is {k.type}")
        given = [frame] if parent is not None else []
        member = k.type if isinstance(k.type, Fn) and isinstance(chosen, Pointer) else None
        if member is not None:
            spec = self.stager.spec(unit, tree, parent, known, chosen, node)
            chosen.spec = spec
            given.append(f"(continuation){{{chosen.table(k.type)}, {k.c}}}")
            for version in list(chosen.versions):
                self.stager.continuation(k.type, (version,))
        else:
            spec = self.stager.spec(unit, tree, parent, known, chosen, node)
            if c_type(k.type) != "void":
                given.append(k.c)
        passed = self.passed(params)[1]
        return self.called(spec, [*given, *passed], passed, member)

    def is_direct(self, unit: Any, tree: Any, parent: Spec | None, known: Any, k: Fn) -> bool:
        """Whether the callee is staged for this very continuation; decided once for each place."""
        if id(tree) in self.stager.recursive:  # one version for the first call and those within it
            return False
        key = (id(tree), id(parent), known, k)
        if key not in self.stager.known_call:
            count = self.stager.known_counts.get(id(tree), 0)
            recursive = id(tree) in k.frame.trees
            if recursive and id(tree) not in self.stager.recursive:
                self.stager.recursive.add(id(tree))
                raise Restart
            self.stager.known_call[key] = not recursive and count < MOST_KNOWN
            self.stager.known_counts[id(tree)] = count + (not recursive)
        return self.stager.known_call[key]

    def call_k(self, k: Val, value: Val, node: Any) -> Val:
        value = self.hold(value)
        if isinstance(k.type, Fn):
            return self.call_continuation(k, [value], node)
        return self.call_end(value, node) if isinstance(k.type, EndK) else self.call_pointer(k, value, node)

    # -- primitives and formulas ------------------------------------------------------------------------------

    def call_constant(self, function: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val:
        if isinstance(function, np.ufunc) and len(args) == function.nin + 1 and function.nout == 1 and "out" not in keywords:
            args, keywords = args[:-1], {**keywords, "out": args[-1]}
        if "out" in keywords and keywords["out"].type != NONE:
            rest = {name: v for name, v in keywords.items() if name != "out"}
            made = self.call_constant(function, args, rest, node)
            return self.written_into(keywords["out"], made, isinstance(function, np.ufunc), node)
        try:
            made = PRIMITIVES.get(function)
        except TypeError:  # not hashable
            made = None
        if made is not None and self.stager.along:
            result = self.dual_call(function, args, keywords, node)
            if result is not None:
                return result
        if made is not None:
            result = made(self, args, keywords, node)
            if result is not None:
                return self.for_writes(result)
        result = self.call_ufunc(function, args, keywords, node)
        if result is not None:
            return result
        if isinstance(function, type) and issubclass(function, BaseException) and not keywords:
            result = self.exception_made(function, args, node)
            if result is not None:
                return result
        if isinstance(function, types.FunctionType) and function.__module__ and function.__module__.startswith(FORMULAS):
            return self.call_formula(function, args, keywords, node)
        name = getattr(function, "__name__", type(function).__name__)
        given = ", ".join(str(a.type) for a in args)
        raise self.refuse(node, f"a call of {name} with ({given})")

    def call_formula(self, function: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        defaults = dict(zip(code.co_varnames[code.co_argcount - len(function.__defaults__ or ()): code.co_argcount],
                            function.__defaults__ or (), strict=True)) | (function.__kwdefaults__ or {})
        given: list[Val] = []
        for i, name in enumerate(names):
            if i < len(args):
                given.append(args[i])
            elif name in keywords:
                given.append(keywords[name])
            elif name in defaults:
                given.append(self.constant(defaults[name], node))
            else:
                raise self.refuse(node, f"a call of {function.__name__} with these arguments")
        def one(values: list[Val]) -> Val:
            if self.in_loop or any(holds_arrays(v.type) for v in values):
                inlined = self.inlined(function, names, values)
                if inlined is not None:
                    return inlined
                if self.in_loop:  # which is a function of its own (`kernels.py`)
                    raise self.refuse(node, f"a call of {function.__name__} for each element of an array")
            return self.formula_of(function, values, node)

        return self.split(given, one)

    def inlined(self, function: Any, names: Any, values: list[Val]) -> Val | None:
        """What a formula gives, written in place, so that its operations are computed together with those around it; None
        where types do not decide which way it takes."""
        unit = self.stager.formula_unit(function)
        kept = self.unit, self.vars, self.narrowed, self.nonlocals, self.inlining, len(self.lines)
        lines, depth = self.lines, self.depth
        self.unit, self.vars, self.narrowed, self.nonlocals = unit, dict(zip(names, values, strict=True)), {}, frozenset()
        self.inlining = True
        try:
            made = self.inline(unit.tree.body)
        except NotInline:
            self.lines, self.depth = lines, depth
            del self.lines[kept[5]:]
            made = None
        finally:
            self.unit, self.vars, self.narrowed, self.nonlocals, self.inlining = kept[:5]
        return made

    def inline(self, body: list[Any]) -> Val | None:
        for i, node in enumerate(body):
            if isinstance(node, gast.Return):
                return self.value(node.value)
            if isinstance(node, gast.If):
                start = len(self.lines)
                cond, then, other = self.test(node.test)
                if cond is not True and cond is not False:
                    if not self.in_loop:
                        raise NotInline
                    return self.choose(cond, self.narrowing(then, lambda node=node: self.inline_all(node.body)), self.narrowing(
                        other, lambda node=node, i=i: self.inline_all([*node.orelse, *body[i + 1:]])))
                del self.lines[start:]
                self.narrow(then if cond else other)
                made = self.inline(node.body if cond else node.orelse)
                if made is not None:
                    return made
            elif isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
                self.vars[node.targets[0].id] = self.value(node.value)
            elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Tuple) and all(
                    isinstance(t, gast.Name) for t in node.targets[0].elts):
                items = self.unpacked(self.value(node.value), len(node.targets[0].elts), node)
                self.vars |= {t.id: v for t, v in zip(node.targets[0].elts, items, strict=True)}
            elif not (isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant)):
                raise NotInline
        return None

    def inline_all(self, body: list[Any]) -> Val:
        made = self.inline(body)
        if made is None:
            raise NotInline
        return made

    def split(self, values: list[Val], run: Any, i: int = 0) -> Val:
        """`run` for each combination of what the values may be."""
        if i == len(values):
            return run(values)
        if not isinstance(values[i].type, Maybe):
            return self.split(values, run, i + 1)
        return self.cases(values[i], lambda v: self.split([*values[:i], v, *values[i + 1:]], run, i + 1))

    def formula_of(self, function: Any, values: list[Val], node: Any) -> Val:
        values = [self.solid(v) for v in values]
        types_ = tuple(Known(v.type, v.known) if v.known is not None and is_scalar(v.type) else v.type for v in values)
        spec = self.stager.formula(function, types_, self.unit, node)
        given = [self.whole(v) for v, t in zip(values, types_, strict=True) if c_type(t) != "void"]
        return self.called(spec, given)

    # -- methods ----------------------------------------------------------------------------------------------

    def call_method(self, node: Any) -> Val | None:
        """A method of a value, or of the heap; None where it is no method."""
        owner = self.value(node.func.value) if not self.is_module(node.func.value) else None
        if owner is None or isinstance(owner.type, Const) and owner.type.value != "heap":
            return None
        if isinstance(owner.type, Const):
            return self.call_heap(node.func.attr, node)
        owner = self.hold(owner) if any(isinstance(a, gast.Call) for a in node.args) else owner
        args, keywords = self.arguments(node)
        return self.cases(owner, lambda v: self.method(v, node.func.attr, args, keywords, node))

    def arguments(self, node: Any) -> tuple[list[Val], dict[str, Val]]:
        """The arguments of a call, and those by keyword."""
        if any(k.arg is None for k in node.keywords):
            raise self.refuse(node, "a call with starred keywords")
        if any(isinstance(a, gast.Starred) for a in node.args):
            return self.spread(node.args), dict(zip((k.arg for k in node.keywords), self.operands_of(
                *(k.value for k in node.keywords)), strict=True))
        args = self.operands_of(*node.args, *(k.value for k in node.keywords))
        return args[: len(node.args)], dict(zip((k.arg for k in node.keywords), args[len(node.args):], strict=True))

    def is_module(self, node: Any) -> bool:
        while isinstance(node, gast.Attribute):
            node = node.value
        return isinstance(node, gast.Name) and node.id not in self.vars and self.owner_of(node.id)[0] is None and isinstance(
            self.unit.resolve(node.id), (types.ModuleType, type))

    def method(self, owner: Val, name: str, args: list[Val], keywords: dict[str, Val], node: Any) -> Val:
        if isinstance(owner.type, Single) and owner.type.name == "ZERO":
            return owner
        made = self.method_others(owner, name, args, keywords, node)
        if made is None:
            raise self.refuse(node, f"the method `{name}` of {owner.type}")
        return made

    def method_others(self, owner: Val, name: str, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if isinstance(owner.type, (Arr, Num)) and name in METHODS:
            return METHODS[name](self, [owner, *args], keywords, node)
        if isinstance(owner.type, List):
            return self.method_of_list(owner, name, args, keywords, node)
        if isinstance(owner.type, Dict):
            return self.method_of_dict(owner, name, args, keywords, node)
        if isinstance(owner.type, Record) and owner.type.kind is dict and not keywords:
            return self.method_of_record(owner, name, args, node)
        return None
