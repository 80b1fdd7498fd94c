"""From a callee to its CPS form, whatever the callee is.

`form(g, "Nso")` gives a function `(heap, k, a, b, c) -> (ba, bb, bc)`: it calls `k` with the result of `g(a, b, c)`,
gets the result's adjoint back, and returns those of the arguments. The signature has a letter per argument: `s`
scalar, `n` scalar or array, `o` anything; a capital may carry a derivative. `*O` is a starred argument, `,key=N` a
keyword, `,**=o` a starred dictionary.

The calls in here are written so that CPython (3.11 too) runs them without recursing in C, except where arguments
are starred: what is generated has a fixed number of arguments.
"""

from __future__ import annotations

import functools
import inspect
import types
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import execute
from .cotangents import ZERO, Poison, unbroadcast
from .heap import Heap, is_floating
from .places import here
from .resolve import letter_of
from .rules.registry import REGISTRY, Rule
from .stack import Shallow
from .transforms.errors import CpsadError, NoDerivativeError, SourceError, UnsupportedError

__all__ = ["attach", "form", "of_function", "primal_attach", "primal_form"]

KEY = "__cpsad__"
_PLAIN_DATA = {int, float, bool, complex, str, bytes, type(None), np.ndarray}
OPERATOR = "__cpsad_operator__"  # a gradient function has itself under this name (a wrapper of it another)


# -- stages before `adjoint` ----------------------------------------------------------------------------------------

def primal_form(function: Any, signature: str) -> Any:
    """The CPS form of the plain function: for the stage `cps`, which computes values only."""
    def call(k: Any, /, *args: Any, **keywords: Any) -> Any:
        return k(function(*args, **keywords))

    return call


def primal_attach(function: Any, cps: Any) -> None:
    """A nested function's CPS form at stage `cps`; the plain one does there."""


# -- functions ------------------------------------------------------------------------------------------------------

@dataclass(eq=False)
class Entry:
    """The forms of one function object, kept in its `__dict__` so that they go when it goes.

    `functools.wraps` copies that dictionary: an entry is of the function whose code and closure it names.
    """

    code: types.CodeType
    closure: Any
    defaults: Any
    named_defaults: Any
    forms: dict[Any, Any]
    nested: Any = None  # the CPS form, for a function defined in generated code

    @classmethod
    def of(cls, function: types.FunctionType) -> Entry:
        found = function.__dict__.get(KEY)
        if found is None or not found.is_of(function):
            found = function.__dict__[KEY] = cls(function.__code__, function.__closure__, function.__defaults__,
                                                 function.__kwdefaults__, {})
        return found

    def is_of(self, function: types.FunctionType) -> bool:
        return (self.code is function.__code__ and self.closure is function.__closure__
                and self.defaults is function.__defaults__ and self.named_defaults is function.__kwdefaults__)


def attach(function: types.FunctionType, cps: Any) -> None:
    """Ties a nested function to its CPS form, which shares its variables."""
    function.__dict__[KEY] = Entry(function.__code__, function.__closure__, function.__defaults__,
                                   function.__kwdefaults__, {}, cps)


def of_function(function: types.FunctionType, letters: str, stage: str = "optimized") -> Any:
    """The form of a Python function that takes all its parameters by position: one letter each."""
    entry = Entry.of(function)
    if entry.nested is not None:
        return entry.nested
    bound = entry.forms.get((letters, stage))
    if bound is None or not bound.is_valid():
        bound = execute.program_for(function, letters, stage)
        entry.forms[(letters, stage)] = bound
    return bound.call


def form(function: Any, signature: str) -> Any:
    """The CPS form of any callable for a call of this signature."""
    if type(function) is types.FunctionType:
        entry = function.__dict__.get(KEY)
        if entry is not None and entry.is_of(function):
            bound = entry.forms.get(signature)
            if bound is not None and bound.is_valid():
                return bound.call
        bound = _python(function, signature)
        Entry.of(function).forms[signature] = bound
        return bound.call
    return _other(function, signature)


def _python(function: types.FunctionType, signature: str) -> execute.Bound:
    """A Python function: its transform, with an adaptor where the call does not fill its parameters one to one."""
    call = Call.parse(signature)
    if function.__dict__.get(OPERATOR) is function:
        nested = UnsupportedError("the gradient of a gradient is not supported yet")
        return execute.Bound(_untransformed(function, call, nested), (), REGISTRY.version)
    if call.has_stars:
        return execute.Bound(_starred(function, call), (), REGISTRY.version)
    try:
        layout = _layout(function, call)
        target = of_function(function, layout.letters)
    except (SourceError, UnsupportedError) as error:
        return execute.Bound(_untransformed(function, call, error), (), REGISTRY.version)
    entry = Entry.of(function).forms.get((layout.letters, "optimized"))
    checks = entry.checks if entry is not None else ()
    if layout.is_direct:
        return execute.Bound(target, checks, REGISTRY.version)
    return execute.Bound(_adaptor(function, call, layout, target), checks, REGISTRY.version)


@dataclass(frozen=True)
class Call:
    """A parsed signature: `args` is a list of (letter, starred), `keywords` of (name, letter)."""

    args: tuple[tuple[str, bool], ...]
    keywords: tuple[tuple[str, str], ...]

    @classmethod
    @functools.lru_cache(maxsize=4096)
    def parse(cls, signature: str) -> Call:
        first, *rest = signature.split(",")
        args = []
        star = False
        for letter in first:
            if letter == "*":
                star = True
            else:
                args.append((letter, star))
                star = False
        keywords = tuple(tuple(part.rsplit("=", 1)) for part in rest)
        return cls(tuple(args), keywords)  # type: ignore[arg-type]

    @property
    def is_plain(self) -> bool:
        return not self.keywords and not self.has_stars

    @property
    def has_stars(self) -> bool:
        return any(star for _, star in self.args) or any(name == "**" for name, _ in self.keywords)


@dataclass(frozen=True)
class Layout:
    """How the arguments of a call fill the parameters of a function.

    `sources`, one per parameter: ("arg", i), ("keyword", name), ("default", value), ("rest", first index),
    ("others", names); `letters`: what is known of each.
    """

    names: tuple[str, ...]
    sources: tuple[tuple[str, Any], ...]
    letters: str
    is_direct: bool


def _layout(function: types.FunctionType, call: Call) -> Layout:
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    only = code.co_varnames[code.co_argcount: code.co_argcount + code.co_kwonlyargcount]
    has_rest, has_others = bool(code.co_flags & inspect.CO_VARARGS), bool(code.co_flags & inspect.CO_VARKEYWORDS)
    names = list(positional)
    if has_rest:
        names.append(code.co_varnames[code.co_argcount + code.co_kwonlyargcount])
    names += only
    if has_others:
        names.append(code.co_varnames[code.co_argcount + code.co_kwonlyargcount + has_rest])
    keywords = dict(call.keywords)
    defaults = dict(zip(positional[len(positional) - len(function.__defaults__ or ()):],
                        function.__defaults__ or (), strict=True))
    defaults |= function.__kwdefaults__ or {}
    sources: list[tuple[str, Any]] = []
    letters = ""
    missing = []
    for i, name in enumerate(positional):
        if i < len(call.args):
            sources.append(("arg", i))
            letters += call.args[i][0]
            if name in keywords and i >= code.co_posonlyargcount:
                _bad_call(function, call)
        elif name in keywords and i >= code.co_posonlyargcount:
            sources.append(("keyword", name))
            letters += keywords.pop(name)
        elif name in defaults:
            sources.append(("default", defaults[name]))
            letters += letter_of(defaults[name], False)
        else:
            missing.append(name)
    if has_rest:
        sources.append(("rest", len(positional)))
        letters += "o"
    elif len(call.args) > len(positional):
        _bad_call(function, call)
    for name in only:
        if name in keywords:
            sources.append(("keyword", name))
            letters += keywords.pop(name)
        elif name in defaults:
            sources.append(("default", defaults[name]))
            letters += letter_of(defaults[name], False)
        else:
            missing.append(name)
    if missing:
        _bad_call(function, call)
    if has_others:
        sources.append(("others", tuple(keywords)))
        letters += "o"
    elif keywords:
        _bad_call(function, call)
    direct = call.is_plain and [s for s in sources if s[0] != "arg"] == [] and len(sources) == len(call.args)
    return Layout(tuple(names), tuple(sources), letters, direct)


def _bad_call(function: Any, call: Call) -> None:
    """Raises the very error that Python raises for these arguments; the body does not run."""
    function(*[None for _ in call.args], **{name: None for name, _ in call.keywords})
    raise AssertionError("the call was thought to be wrong")


def _adaptor(function: Any, call: Call, layout: Layout, target: Any) -> Any:
    """A function with the call's shape around `target`, which has the function's."""
    args = [f"_a{i}" for i in range(len(call.args))]
    names = [name for name, _ in call.keywords]
    keywords = [f"{name}" for name in names]
    given, puts, back = [], [], {}
    values: dict[str, Any] = {}
    for i, (kind, what) in enumerate(layout.sources):
        if kind == "arg":
            given.append(f"_a{what}")
            back[f"_a{what}"] = f"_r[{i}]"
        elif kind == "keyword":
            given.append(what)
            back[what] = f"_r[{i}]"
        elif kind == "default":
            values[f"_d{i}"] = what
            given.append(f"_d{i}")
        elif kind == "rest":
            rest = args[what:]
            given.append(f"({', '.join(rest)}{',' if rest else ''})")
            puts += rest
        else:
            given.append("{" + ", ".join(f"{n!r}: {n}" for n in what) + "}")
            puts += what
    for name in puts:
        back[name] = f"_heap.take({name})"
    lines = [f"def adapted({', '.join(['_heap', '_k', *args, *keywords])}):"]
    lines += [f"    _heap.put({name})" for name in puts]
    lines += [f"    _r = _target({', '.join(['_heap', '_k', *given])})"]
    lines += [f"    _heap.add(_d{i}, _r[{i}])" for i, (kind, _) in enumerate(layout.sources) if kind == "default"]
    results = "".join(f"{back[name]}, " for name in [*args, *names])
    lines += [f"    return ({results})"]
    return _define("\n".join(lines), {**values, "_target": target})


def _define(text: str, values: dict[str, Any]) -> Any:
    """The function `adapted` of a text, with these values as its closure."""
    return _maker(text, tuple(values))(*values.values())


@functools.lru_cache(maxsize=1024)
def _maker(text: str, names: tuple[str, ...]) -> Any:
    lines = [f"def make({', '.join(names)}):", *(f"    {line}" for line in text.splitlines()), "    return adapted"]
    namespace: dict[str, Any] = {}
    exec(compile("\n".join(lines), "<cpsad adaptor>", "exec"), namespace)
    return namespace["make"]


def _starred(function: Any, call: Call) -> Any:
    """For `g(a, *xs, key=b, **d)`: what the stars stand for is known when the call is made.

    A starred argument stands last (`anf` sees to it). The values come from containers, so that is where their
    adjoints go; those of the arguments written out are returned.
    """
    stars = [star for _, star in call.args]
    written = stars.index(True) if True in stars else len(stars)
    letters = "".join(letter for letter, _ in call.args[:written])
    named = {name: letter for name, letter in call.keywords if name != "**"}

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        signature = letters + "O" * (len(args) - written)
        signature += "".join(f",{name}={named.get(name, 'O')}" for name in keywords)
        target = form(function, signature)
        with heap.through_c():
            results = target(heap, k, *args, **keywords)
        for value, adjoint in zip(args[written:], results[written:], strict=False):
            heap.add(value, adjoint)
        by_name = dict(zip(keywords, results[len(args):], strict=True))
        for name, adjoint in by_name.items():
            if name not in named:
                heap.add(keywords[name], adjoint)
        return (*results[:written], *[by_name[name] for name in named])

    return adapted


# -- everything that is no Python function ---------------------------------------------------------------------------

def _other(function: Any, signature: str) -> Any:
    call = Call.parse(signature)
    if call.has_stars:
        return _starred(function, call)
    rule = REGISTRY.lookup(function)
    if rule is None and isinstance(function, (types.BuiltinFunctionType, types.MethodWrapperType)):
        owner = getattr(function, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            rule = REGISTRY.lookup(getattr(type(owner), function.__name__, None))
            if rule is not None:
                return _method_of_builtin(function, owner, rule, call)
    if rule is not None:
        return _primitive(function, rule, call)
    if isinstance(function, types.MethodType):
        return _bound_method(function.__func__, function.__self__, signature)
    if isinstance(function, functools.partial):
        return _partial(function, signature)
    if isinstance(function, type):
        return _constructor(function, signature, call)
    method = getattr(type(function), "__call__", None)  # noqa: B004 - the method itself is wanted
    if isinstance(method, types.FunctionType):
        return _bound_method(method, function, signature)
    wrapped = getattr(function, "_implementation", None)  # NumPy's functions that are written in Python
    if isinstance(wrapped, types.FunctionType):
        return form(wrapped, signature)
    return _untransformed(function, call, None)


def _names_of(call: Call) -> tuple[list[str], str]:
    args = [f"_a{i}" for i in range(len(call.args))]
    names = [name for name, _ in call.keywords]
    return args + names, ", ".join(args + [f"{n}={n}" for n in names])


def _bound_method(function: Any, owner: Any, signature: str) -> Any:
    letter = letter_of(owner, False)
    inner = form(function, letter + signature)
    call = Call.parse(signature)
    names, given = _names_of(call)
    text = (f"def adapted({', '.join(['_heap', '_k', *names])}):\n"
            f"    return _inner(_heap, _k, _owner, {given})[1:]")
    return _define(text, {"_inner": inner, "_owner": owner})


def _partial(function: functools.partial[Any], signature: str) -> Any:
    fixed, named = function.args, function.keywords
    letters = "".join(letter_of(a, is_floating(a)) for a in fixed)
    extra = "".join(f",{n}={letter_of(v, is_floating(v))}" for n, v in named.items()
                    if f",{n}=" not in signature)
    named = {n: v for n, v in named.items() if f",{n}=" not in signature}
    inner = form(function.func, letters + signature + extra)

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        with heap.through_c():
            results = inner(heap, k, *fixed, *args, **keywords, **named)
        for value, adjoint in zip(fixed, results, strict=False):
            heap.add(value, adjoint)
        end = len(results) - len(named)
        for value, adjoint in zip(named.values(), results[end:], strict=True):
            heap.add(value, adjoint)
        return results[len(fixed): end]

    return adapted


def _constructor(cls: type, signature: str, call: Call) -> Any:
    """An instance: made plainly, then its `__init__` runs in CPS."""
    init, new = cls.__init__, cls.__new__  # type: ignore[misc]
    moves = (hasattr(cls, "__dataclass_fields__") and not hasattr(cls, "__post_init__")
             or issubclass(cls, tuple) and hasattr(cls, "_fields")
             or init is object.__init__ and new is object.__new__
             or issubclass(cls, BaseException) and not isinstance(init, types.FunctionType))
    if moves:
        return _moving(cls, (), False, call)
    if type(cls) is not type or not isinstance(init, types.FunctionType) or new is not object.__new__:
        return _untransformed(cls, call, None)
    inner = form(init, "o" + signature)
    names, given = _names_of(call)
    text = (f"def adapted({', '.join(['_heap', '_k', *names])}):\n"
            "    _made = _new(_cls)\n"
            "    def _done(_):\n"
            "        _k(_made)\n"
            "        return _ZERO\n"
            f"    return _inner(_heap, _done, _made, {given})[1:]")
    return _define(text, {"_inner": inner, "_new": new, "_cls": cls, "_ZERO": ZERO})


def _moving(function: Any, iterates: Any, alone: bool, call: Call, owner: Any = None) -> Any:
    """A function that moves references: its arguments go on the heap, its result is read from there."""
    shift = 0 if owner is None else 1
    single = len(call.args) == 1

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        given: list[Any] = []
        for i, value in enumerate(args):
            if i + shift in iterates and (single or not alone):
                given.append(heap.rows(value))
            else:
                heap.put(value)
                given.append(value)
        for value in keywords.values():
            heap.put(value)
        if "key" in keywords:  # Python code, called from C
            with Shallow():
                result = function(*given, **keywords)
        else:
            result = function(*given, **keywords)
        heap.add(result, k(result))
        back = []
        for i, value in reversed(list(enumerate(args))):
            if i + shift in iterates and (single or not alone):
                back.append(heap.unrows(value, given[i]))
            else:
                back.append(heap.take(value))
        return (*reversed(back), *[heap.take(v) for v in keywords.values()])

    return adapted


def _method_of_builtin(function: Any, owner: Any, rule: Rule, call: Call) -> Any:
    if rule.role == "mover":
        return _moving(function, rule.iterates, rule.single_iterates, call, owner)
    inner = _primitive(rule.primitive, rule, call)

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        with heap.through_c():
            results = inner(heap, k, owner, *args, **keywords)
        heap.add(owner, results[0])
        return results[1:]

    return adapted


def _primitive(function: Any, rule: Rule, call: Call) -> Any:
    """A primitive called as a value: its rule is called, not spliced."""
    if rule.role == "mover":
        return _moving(function, rule.iterates, rule.single_iterates, call)
    if rule.role == "constant":
        def constant(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
            k(function(*args, **keywords))
            return (ZERO,) * (len(args) + len(keywords))

        return constant
    pullback = rule.pullback
    assert pullback is not None

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        if rule.role == "gather":
            args = tuple(tuple(a) if type(a) is list else a for a in args)
        if any(is_floating(v) and a.isupper() for v, (_, a) in zip(keywords.values(), call.keywords, strict=False)) or (
                rule.role == "rule" and heap.slots and any(
                    isinstance(a, (list, tuple)) and reaches(heap, a) for a in args)):
            raise here(NoDerivativeError, f"{rule.name}, called as a value, gets an active keyword or a sequence of "
                       "active values", remedy="call it by its name, or make the sequence an array first")
        y = function(*args, **keywords)
        if rule.role == "parts":
            heap.put_each(y)
            k(y)
            g: Any = heap.take_each(y)
        else:
            g = k(y)
        results = pullback(g, y, *args, **keywords)
        results = results if isinstance(results, tuple) else (results,)
        out = []
        for i, value in enumerate(args):
            result = results[i] if i < len(results) and results[i] is not None else ZERO
            if rule.role == "gather" and i == 0:
                result = heap.spread(value, result)
            elif rule.elementwise:
                result = unbroadcast(result, value)
            out.append(result)
        return (*out, *[ZERO for _ in keywords])

    return adapted


def _untransformed(function: Any, call: Call, error: CpsadError | None) -> Any:
    """Code that is not transformed: it may run where no value that carries a derivative gets in."""
    name = getattr(function, "__qualname__", None) or repr(function)
    module = getattr(function, "__module__", None)
    name = f"{module}.{name}" if module and module not in ("builtins", "__main__") else name
    why = error.what if error is not None else "it has no derivative rule and no Python source"
    if error is not None and error.where is not None:
        why += f" ({error.where.filename}, line {error.where.line})"

    # A text made for a person to read is harmless until a number is read back from it.
    formats = isinstance(getattr(function, "__self__", None), str)

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        every = [*args, *keywords.values()]
        letters = [a for a, _ in call.args] + [a for _, a in call.keywords]
        failure = error if error is not None else here(
            NoDerivativeError, f"a value that carries a derivative reaches {name}", why=why,
            remedy=f"add a rule with cpsad.defrule({name.rpartition('.')[2]}), or pass "
                   "cpsad.stop_gradient(...) of the value")
        maybe = False
        for value, letter in zip(every, letters, strict=False):
            if letter in "SN" and is_floating(value) and not formats:
                raise failure
            maybe = maybe or letter.isupper() and is_floating(value)
        owner = getattr(function, "__self__", None)
        if heap.slots and any(reaches(heap, v) for v in [*every, function, owner]) or any(map(_closes_over, every)):
            raise failure
        kept = [(a, a.copy()) for a in [*every, owner] if isinstance(a, np.ndarray)]
        if isinstance(function, types.BuiltinFunctionType) and all(type(v) in _PLAIN_DATA for v in every):
            result = function(*args, **keywords)  # calls no Python code
        else:
            with Shallow():
                result = function(*args, **keywords)
        if maybe and not formats and not isinstance(result, (int, float, complex, np.generic, np.ndarray)):
            raise failure
        for array, before in kept:
            if array.dtype != object and not np.array_equal(array, before, equal_nan=array.dtype.kind in "fc"):
                heap.written[id(array)] = array
        g = k(result)
        heap.add(result, g)
        for array, before in kept:
            if id(array) in heap.written:
                array[...] = before
        poison = Poison(failure) if maybe and g is not ZERO else ZERO
        return tuple(poison if letter.isupper() else ZERO for letter in letters)

    return adapted


def _closes_over(value: Any) -> bool:
    """Whether `value` is a nested function of generated code, which may close over active variables."""
    entry = value.__dict__.get(KEY) if isinstance(value, types.FunctionType) else None
    return entry is not None and entry.nested is not None and value.__closure__ is not None


def reaches(heap: Heap, value: Any, depth: int = 6) -> bool:
    """Whether a stored value that carries a derivative can be reached from `value`."""
    if heap.holds(value):
        return True
    if depth == 0 or isinstance(value, (int, float, str, bytes, type(None), np.ndarray, type, types.ModuleType)):
        return False
    if isinstance(value, dict):
        return any(reaches(heap, v, depth - 1) for v in value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(reaches(heap, v, depth - 1) for v in value)
    if isinstance(value, types.FunctionType):
        cells = [c.cell_contents for c in value.__closure__ or () if c != types.CellType()]
        named = [value.__globals__.get(n) for n in value.__code__.co_names]
        return any(reaches(heap, v, depth - 2 if depth > 1 else 0) for v in
                   [*cells, *named, *(value.__defaults__ or ())])
    if isinstance(value, types.MethodType):
        return reaches(heap, value.__self__, depth - 1) or reaches(heap, value.__func__, depth - 1)
    inner = list(getattr(value, "__dict__", {}).values())
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        inner += [getattr(value, s, None) for s in ((slots,) if isinstance(slots, str) else slots)]
    if hasattr(value, "__iter__") and not inner:
        import gc

        inner = gc.get_referents(value)
    return any(reaches(heap, v, depth - 1) for v in inner)
