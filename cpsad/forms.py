"""From a callee to its CPS form, whatever the callee is.

`form(g, "Nso")` gives a function `(heap, k, a, b, c) -> (ba, bb, bc)`: it calls `k` with the result of `g(a, b, c)`,
gets the result's adjoint back, and returns those of the arguments. The signature has a letter per argument: `s`
scalar, `n` scalar or array, `o` anything; a capital may carry a derivative. `*O` is a starred argument, `,key=N` a
keyword, `,**=o` a starred dictionary.

The calls in here are written so that CPython (3.11 too) runs them without recursing in C, except where arguments
are starred: what is generated has a fixed number of arguments.
"""

from __future__ import annotations

import threading
import types
from typing import Any

from . import execute, foreign, guarded
from .dataclass_forms import init_form, is_generated_init, is_generated_new
from .layout import Call, adaptor, define, layout_of
from .library import BY_CODE
from .places import PROGRAMS, here
from .reach import KEY, OPAQUE, TIES
from .rules.registry import REGISTRY
from .transforms.errors import NoDerivativeError, SourceError, UnsupportedError

__all__ = ["Level", "attach", "building", "form", "level", "of_function", "part", "primal_attach", "primal_form"]

ELSEWHERE = {"threading", "concurrent", "asyncio", "multiprocessing", "queue", "subprocess", "socket", "selectors", "sched"}
OPERATOR_PARTS = "__cpsad_parts__"  # what it computes with, and what of the result it gives
INSTEAD = "__cpsad_instead__"  # of a function of the run-time support: what is differentiated in its place, for a call
PROGRAM = "__cpsad_program_of__"  # of what an operator has made: itself, and what says the same in terms of `grad`
CUSTOM = "__cpsad_custom__"  # a function whose derivative is replaced has its rules under this name
OPERATOR = "__cpsad_operator__"  # a gradient function has itself under this name (a wrapper of it another)


# -- stages before `adjoint` ----------------------------------------------------------------------------------------

def primal_form(function: Any, signature: str) -> Any:
    """The CPS form of the plain function: for the stage `cps`, which computes values only."""
    def call(k: Any, /, *args: Any, **keywords: Any) -> Any:
        return k(function(*args, **keywords))

    def guarded(k: Any, h: Any, /, *args: Any, **keywords: Any) -> Any:
        try:
            result = function(*args, **keywords)
        except BaseException as caught:
            failed = caught
        else:
            return k(result)
        return h(failed)

    return guarded if signature.endswith("!") else call


def primal_attach(function: Any, cps: Any, guarded: bool = False, within: Any = None) -> None:
    """A nested function's CPS form at stage `cps`; the plain one does there."""


# -- functions ------------------------------------------------------------------------------------------------------

class Entry:
    """The forms of one function object, kept in its `__dict__` so that they go when it goes.

    `functools.wraps` copies that dictionary: an entry is of the function whose code and closure it names.
    `forms`: by signature, and below the outermost level by signature and depth. `ties`, of a function defined in
    generated code: by the depth of the level, its CPS form, whether that takes a handler, and what runs code
    `within` the variables that the function has captured (`adjoint.py`), if they may carry a derivative.
    """

    __slots__ = ("closure", "code", "defaults", "forms", "named_defaults", "ties")

    def __init__(self, code: types.CodeType, closure: Any, defaults: Any, named_defaults: Any,
                 ties: dict[int, tuple[Any, bool, Any]] | None = None) -> None:
        self.code, self.closure, self.defaults, self.named_defaults = code, closure, defaults, named_defaults
        self.forms: dict[Any, Any] = {}
        self.ties = ties

    @classmethod
    def of(cls, function: types.FunctionType) -> Entry:
        found = function.__dict__.get(KEY)
        if found is None or not found.is_of(function):
            found = function.__dict__[KEY] = cls(function.__code__, function.__closure__, function.__defaults__,
                                                 function.__kwdefaults__)
        return found

    def __reduce__(self) -> Any:
        """A pickled function leaves its forms behind: this one is of no function."""
        return Entry, (None, None, None, None, {})

    def is_of(self, function: types.FunctionType) -> bool:
        return (self.code is function.__code__ and self.closure is function.__closure__
                and self.defaults is function.__defaults__ and self.named_defaults is function.__kwdefaults__)


def attach(function: types.FunctionType, cps: Any, guarded: bool = False, within: Any = None) -> None:
    """Ties a nested function to its CPS form, which shares its variables; `guarded`: and takes a handler."""
    known = function.__dict__.get(KEY)
    if known is not None and known.is_of(function):  # a deeper level has tied it too
        known.ties = {**(known.ties or {}), 0: (cps, guarded, within)}
        return
    function.__dict__[KEY] = Entry(function.__code__, function.__closure__, function.__defaults__,
                                   function.__kwdefaults__, {0: (cps, guarded, within)})


def of_function(function: types.FunctionType, letters: str, stage: str = "optimized", depth: int = 0) -> Any:
    """The form of a Python function that takes all its parameters by position: one letter each, and perhaps a `!`."""
    entry = Entry.of(function)
    tie = entry.ties.get(depth) if entry.ties is not None else None
    if tie is not None:
        made, takes, _ = tie
        wants, count = letters.endswith("!"), len(letters.removesuffix("!"))
        if wants == takes:
            return made
        return guarded.nested(made, count, function.__qualname__) if wants else guarded.native(made, count)
    key = (letters, stage, depth)
    bound = entry.forms.get(key)
    if bound is None or not bound.is_valid():
        bound = execute.program_for(function, letters, stage, depth)
        entry.forms[key] = bound
        ties = entry.ties or function.__dict__.get(TIES)
        if ties:
            bound.call.__dict__[TIES] = ties
    return bound.call


def form(function: Any, signature: str) -> Any:
    """The CPS form of any callable for a call of this signature."""
    if type(function) is types.FunctionType:
        entry = function.__dict__.get(KEY)
        if entry is not None and entry.is_of(function):
            bound = entry.forms.get(signature)
            if bound is not None and bound.is_valid():
                return bound.call
        try:
            bound = _python(function, signature, 0)
        except guarded.BadCall as bad:
            if signature.endswith("!"):
                return guarded.failing(bad.error, signature)
            raise bad.error from None
        Entry.of(function).forms[signature] = bound
        return bound.call
    if signature.endswith("!") and not callable(function):
        return guarded.failing(TypeError(f"'{type(function).__name__}' object is not callable"), signature)
    return foreign.other(function, signature)


# -- levels ---------------------------------------------------------------------------------------------------------

class Level:
    """`form` and `attach` of the gradients that run at one depth: 0 outermost, 1 inside one, and so on.

    A function that is defined in generated code has a form of its own at the level of that code, whose adjoints are
    variables of its frames. Other levels know nothing of them: there it is a function like any other, and what it has
    captured is a constant. So no level can take another's derivative for its own.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth

        def form_below(function: Any, signature: str) -> Any:
            """`form`, for a gradient inside a gradient."""
            before, building.depth = building.depth, depth
            try:
                if type(function) is not types.FunctionType:
                    return form(function, signature)
                entry = function.__dict__.get(KEY)
                if entry is not None and entry.is_of(function):
                    bound = entry.forms.get((signature, depth))
                    if bound is not None and bound.is_valid():
                        return bound.call
                bound = _python(function, signature, depth)
                Entry.of(function).forms[signature, depth] = bound
                return bound.call
            except guarded.BadCall as bad:
                if signature.endswith("!"):
                    return guarded.failing(bad.error, signature)
                raise bad.error from None
            finally:
                building.depth = before

        def attach_below(function: types.FunctionType, cps: Any, guarded: bool = False, within: Any = None) -> None:
            """`attach`, for a gradient inside a gradient."""
            entry = Entry.of(function)
            entry.ties = {**(entry.ties or {}), depth: (cps, guarded, within)}

        self.form, self.attach = (form_below, attach_below) if depth else (form, attach)


class _Building(threading.local):
    """The level whose forms are being made."""

    depth = 0


building = _Building()
_levels: list[Level] = []


def level(depth: int) -> Level:
    """The level at a depth; there is one each."""
    while len(_levels) <= depth:
        from .rules import support

        made = Level(len(_levels))
        if made.depth:
            support.table.constant(made.form, holds=True)
            support.table.constant(made.attach)
        _levels.append(made)
    return _levels[depth]


def part(function: Any, signature: str) -> Any:
    """A form that the form which is being made calls."""
    depth = building.depth
    return level(depth).form(function, signature) if depth else form(function, signature)


# -- Python functions -----------------------------------------------------------------------------------------------

def _python(function: types.FunctionType, signature: str, depth: int) -> execute.Bound:
    """A Python function: its transform, with an adaptor where the call does not fill its parameters one to one."""
    call = Call.parse(signature)
    if call.guarded and call.has_stars:
        return execute.Bound(foreign.starred(function, call), (), REGISTRY.version)
    known = _known(function, call.unguarded, signature.removesuffix("!"), depth)
    if known is not None:
        made = guarded.around(known, function, call) if call.guarded else known
        return execute.Bound(made, (), REGISTRY.version)
    try:
        layout = layout_of(function, call)
        target = of_function(function, layout.letters + "!" * call.guarded, depth=depth)
    except (SourceError, UnsupportedError) as error:
        return execute.Bound(foreign.untransformed(function, call, error), (), REGISTRY.version)
    entry = Entry.of(function).forms.get((layout.letters + "!" * call.guarded, "optimized", depth))
    checks = entry.checks if entry is not None else ()
    if TIES in function.__dict__:
        target = _within(function, target, len(layout.letters), depth, call.guarded)
    if layout.is_direct:
        return execute.Bound(target, checks, REGISTRY.version)
    return execute.Bound(adaptor(function, call, layout, target), checks, REGISTRY.version)


def _within(function: types.FunctionType, target: Any, count: int, depth: int, guarded: bool) -> Any:
    """The form of the program of a nested function: it runs within what the function has captured, at this level."""
    ties = function.__dict__.get(TIES) if "__cpsad_program__" in function.__dict__ else None
    within = ties[depth][2] if ties and depth in ties else None
    if within is None:
        return target
    names = ", ".join([*["_h"] * guarded, *(f"_a{i}" for i in range(count))])
    return define(f"def adapted(_heap, _k, {names}):\n"
                  f"    def _run():\n        return _target(_heap, _k, {names})\n"
                  f"    return _within(_heap, _run)", {"_target": target, "_within": within})


def _plain(function: types.FunctionType, ties: dict[int, Any]) -> types.FunctionType:
    """What a function that is defined in a tangent program was before: a gradient is taken of that."""
    from .tangent_plain import plain_of

    plain = plain_of(function)
    if plain is None:
        raise here(NoDerivativeError, f"in forward mode a gradient is taken of {function.__qualname__}, which is defined in "
                   "differentiated code and uses its variables", why="in this mode what a function has captured has no "
                   "place for an adjoint", remedy="give what it has captured as arguments, or use cpsad.grad around it")
    if ties:
        plain.__dict__[TIES] = ties
    return plain


def _known(function: types.FunctionType, call: Call, signature: str, depth: int) -> Any:
    """The form of a function whose code is not transformed, or not as it stands; None for any other."""
    if REGISTRY.lookup(function) is not None:  # a rule for it goes before its source
        return foreign.other(function, signature)
    if (custom := function.__dict__.get(CUSTOM)) is not None and custom.wrapper is function:
        return foreign.starred(function, call) if call.has_stars else custom.form(call)
    if (instead := function.__dict__.get(INSTEAD)) is not None and instead[0] is function:  # a wrapper has it too
        return part(instead[1](call), signature)
    if (program := function.__dict__.get(PROGRAM)) is not None and program[0] is function:
        from .nested_operators import operator_form

        return operator_form(function, call, signature)
    if OPAQUE in function.__dict__:
        return foreign.untransformed(function, call, None)
    if (function.__module__ or "").partition(".")[0] in ELSEWHERE:
        return foreign.untransformed(function, call, None, "its arguments go to another thread or process, or wait for one")
    if function.__code__.co_filename in PROGRAMS and "__cpsad_program__" not in function.__dict__ and function.__closure__:
        ties = Entry.of(function).ties or {}
        if function.__code__.co_filename in execute.TANGENT_TABLES and depth not in ties:
            return part(_plain(function, ties), signature)
        if not ties:
            raise here(NoDerivativeError, f"the function {function.__qualname__} has lost the form it was defined with",
                       why="its __dict__ was overwritten, or it was made anew from its parts", remedy="use functools.wraps")
    if is_generated_new(function):
        return foreign._moving(function, None, call)
    if is_generated_init(function) and not call.has_stars:
        return init_form(function, call)
    known = BY_CODE.get(function.__code__)
    if known is not None:
        return part(known, signature)
    if function.__dict__.get(OPERATOR) is function:
        from .nested import gradient_form

        return foreign.starred(function, call) if call.has_stars else gradient_form(function, call)
    if call.has_stars:
        return foreign.starred(function, call)
    made = foreign.by_protocol(function, call, signature)
    if made is None and (rule := REGISTRY.lookup(function)) is not None:
        made = foreign.by_rule(function, rule, call, signature)
    return made
