"""From a callee to its CPS form, whatever the callee is.

`form(g, "Nso")` gives a function `(heap, k, a, b, c) -> (ba, bb, bc)`: it calls `k` with the result of `g(a, b, c)`,
gets the result's adjoint back, and returns those of the arguments. The signature has a letter per argument: `s`
scalar, `n` scalar or array, `o` anything; a capital may carry a derivative. `*O` is a starred argument, `,key=N` a
keyword, `,**=o` a starred dictionary.

The calls in here are written so that CPython (3.11 too) runs them without recursing in C, except where arguments
are starred: what is generated has a fixed number of arguments.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

from . import execute, foreign, guarded
from .dataclass_forms import init_form, is_generated_init, is_generated_new
from .layout import Call, adaptor, layout_of
from .library import BY_CODE
from .places import PROGRAMS, here
from .reach import KEY, OPAQUE
from .rules.registry import REGISTRY
from .transforms.errors import NoDerivativeError, SourceError, UnsupportedError

__all__ = ["attach", "form", "of_function", "primal_attach", "primal_form"]

TWICE = "__cpsad_twice__"  # marks the form of a gradient inside a gradient
OPERATOR_PARTS = "__cpsad_parts__"  # what it computes with, and what of the result it gives
INSTEAD = "__cpsad_instead__"  # of a function of the run-time support: what is differentiated in its place, for a call
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


def primal_attach(function: Any, cps: Any, guarded: bool = False) -> None:
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
    guarded: bool = False  # whether that takes a handler

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


def attach(function: types.FunctionType, cps: Any, guarded: bool = False) -> None:
    """Ties a nested function to its CPS form, which shares its variables; `guarded`: and takes a handler."""
    function.__dict__[KEY] = Entry(function.__code__, function.__closure__, function.__defaults__,
                                   function.__kwdefaults__, {}, cps, guarded)


def of_function(function: types.FunctionType, letters: str, stage: str = "optimized") -> Any:
    """The form of a Python function that takes all its parameters by position: one letter each, and perhaps a `!`."""
    entry = Entry.of(function)
    if entry.nested is not None:
        wants, count = letters.endswith("!"), len(letters.removesuffix("!"))
        if wants == entry.guarded:
            return entry.nested
        return guarded.nested(entry.nested, count, function.__qualname__) if wants else guarded.native(entry.nested, count)
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
        try:
            bound = _python(function, signature)
        except guarded.BadCall as bad:
            if signature.endswith("!"):
                return guarded.failing(bad.error, signature)
            raise bad.error from None
        Entry.of(function).forms[signature] = bound
        return bound.call
    if signature.endswith("!") and not callable(function):
        return guarded.failing(TypeError(f"'{type(function).__name__}' object is not callable"), signature)
    return foreign.other(function, signature)


def _python(function: types.FunctionType, signature: str) -> execute.Bound:
    """A Python function: its transform, with an adaptor where the call does not fill its parameters one to one."""
    call = Call.parse(signature)
    if call.guarded and call.has_stars:
        return execute.Bound(foreign.starred(function, call), (), REGISTRY.version)
    known = _known(function, call.unguarded, signature.removesuffix("!"))
    if known is not None:
        made = guarded.around(known, function, call) if call.guarded else known
        return execute.Bound(made, (), REGISTRY.version)
    try:
        layout = layout_of(function, call)
        target = of_function(function, layout.letters + "!" * call.guarded)
    except (SourceError, UnsupportedError) as error:
        return execute.Bound(foreign.untransformed(function, call, error), (), REGISTRY.version)
    entry = Entry.of(function).forms.get((layout.letters + "!" * call.guarded, "optimized"))
    checks = entry.checks if entry is not None else ()
    if layout.is_direct:
        return execute.Bound(target, checks, REGISTRY.version)
    return execute.Bound(adaptor(function, call, layout, target), checks, REGISTRY.version)


def _known(function: types.FunctionType, call: Call, signature: str) -> Any:
    """The form of a function whose code is not transformed, or not as it stands; None for any other."""
    if REGISTRY.lookup(function) is not None:  # a rule for it goes before its source
        return foreign.other(function, signature)
    if TWICE in function.__dict__:
        raise here(UnsupportedError, "a gradient inside a gradient inside a gradient is not differentiated yet",
                   remedy="compute one of them by hand, or by differences")
    if (instead := function.__dict__.get(INSTEAD)) is not None:
        return form(instead(call), signature)
    if OPAQUE in function.__dict__:
        return foreign.untransformed(function, call, None)
    made_here = function.__code__.co_filename in PROGRAMS and "__cpsad_program__" not in function.__dict__
    if made_here and function.__closure__ and Entry.of(function).nested is None:
        raise here(NoDerivativeError, f"the function {function.__qualname__} has lost the form it was defined with",
                   why="its __dict__ was overwritten, or it was made anew from its parts", remedy="use functools.wraps")
    if is_generated_new(function):
        return foreign._moving(function, None, call)
    if is_generated_init(function) and not call.has_stars:
        return init_form(function, call)
    known = BY_CODE.get(function.__code__)
    if known is not None:
        return form(known, signature)
    if function.__dict__.get(OPERATOR) is function:
        from .nested import gradient_form

        return foreign.starred(function, call) if call.has_stars else gradient_form(function, call)
    if call.has_stars:
        return foreign.starred(function, call)
    made = foreign.by_protocol(function, call, signature)
    if made is None and (rule := REGISTRY.lookup(function)) is not None:
        made = foreign.by_rule(function, rule, call, signature)
    return made
