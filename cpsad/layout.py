"""How a call's arguments fill a function's parameters, and adaptors where they do not fill them one to one."""

from __future__ import annotations

import functools
import inspect
import itertools
import linecache
import types
from dataclasses import dataclass
from typing import Any

from .resolve import letter_of
from .runtime import captured

__all__ = ["ADAPTOR", "Call", "Layout", "adaptor", "captured", "define", "layout_of"]


ADAPTOR = "<cpsad adaptor"  # how the file names of adaptors begin
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Call:
    """A parsed signature: `args` is a list of (letter, starred), `keywords` of (name, letter); `guarded`: it ends in `!`."""

    args: tuple[tuple[str, bool], ...]
    keywords: tuple[tuple[str, str], ...]
    guarded: bool = False

    @classmethod
    @functools.lru_cache(maxsize=4096)
    def parse(cls, signature: str) -> Call:
        first, *rest = signature.removesuffix("!").split(",")
        args = []
        star = False
        for letter in first:
            if letter == "*":
                star = True
            else:
                args.append((letter, star))
                star = False
        keywords = tuple(tuple(part.rsplit("=", 1)) for part in rest)
        return cls(tuple(args), keywords, signature.endswith("!"))  # type: ignore[arg-type]

    @functools.cached_property
    def unguarded(self) -> Call:
        return Call(self.args, self.keywords)

    @functools.cached_property
    def is_plain(self) -> bool:
        return not self.keywords and not self.has_stars

    @functools.cached_property
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


def layout_of(function: types.FunctionType, call: Call) -> Layout:
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
    filled = function.__defaults__ or ()
    filled = filled[max(0, len(filled) - len(positional)):]  # some decorators leave more than there are parameters
    defaults = dict(zip(positional[len(positional) - len(filled):], filled, strict=True))
    named = function.__kwdefaults__ or {}
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
    unknown = "v" if any(a in "vV" for a in [*(a for a, _ in call.args), *dict(call.keywords).values()]) else "o"
    if has_rest:
        sources.append(("rest", len(positional)))
        letters += unknown
    elif len(call.args) > len(positional):
        _bad_call(function, call)
    for name in only:
        if name in keywords:
            sources.append(("keyword", name))
            letters += keywords.pop(name)
        elif name in named:
            sources.append(("default", named[name]))
            letters += letter_of(named[name], False)
        else:
            missing.append(name)
    if missing:
        _bad_call(function, call)
    if has_others:
        sources.append(("others", tuple(keywords)))
        letters += unknown
    elif keywords:
        _bad_call(function, call)
    direct = call.is_plain and [s for s in sources if s[0] != "arg"] == [] and len(sources) == len(call.args)
    return Layout(tuple(names), tuple(sources), letters, direct)


def _bad_call(function: Any, call: Call) -> None:
    """Raises a BadCall of the very error that Python raises for these arguments; the body does not run."""
    try:
        function(*[None for _ in call.args], **{name: None for name, _ in call.keywords})
    except TypeError as error:
        from .guarded import BadCall

        raise BadCall(error) from None
    raise AssertionError("the call was thought to be wrong")


def adaptor(function: Any, call: Call, layout: Layout, target: Any) -> Any:
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
            given.append(f"_captured(_d{i})")
        elif kind == "rest":
            rest = args[what:]
            given.append(f"({', '.join(rest)}{',' if rest else ''})")
            puts += rest
        else:
            given.append("{" + ", ".join(f"{n!r}: {n}" for n in what) + "}")
            puts += what
    for name in puts:
        back[name] = f"_heap.take({name})"
    through = ["_heap", "_k", *(["_h"] if call.guarded else [])]
    lines = [f"def adapted({', '.join([*through, *args, *keywords])}):"]
    lines += [f"    _heap.put({name})" for name in puts]
    lines += [f"    _r = _target({', '.join([*through, *given])})"]
    lines += [f"    _heap.add(_d{i}, _r[{i}])" for i, (kind, _) in enumerate(layout.sources) if kind == "default"]
    results = "".join(f"{back[name]}, " for name in [*args, *names])
    lines += [f"    return ({results})"]
    return define("\n".join(lines), {**values, "_target": target, "_captured": captured})


def define(text: str, values: dict[str, Any]) -> Any:
    """The function `adapted` of a text, with these values as its closure."""
    return _maker(text, tuple(values))(*values.values())


@functools.lru_cache(maxsize=1024)
def _maker(text: str, names: tuple[str, ...]) -> Any:
    lines = [f"def make({', '.join(names)}):", *(f"    {line}" for line in text.splitlines()), "    return adapted"]
    namespace: dict[str, Any] = {}
    filename = f"{ADAPTOR} {next(_numbers)}>"
    written = "\n".join(lines)
    linecache.cache[filename] = (len(written), None, written.splitlines(keepends=True), filename)  # it may be transformed
    exec(compile(written, filename, "exec"), namespace)
    return namespace["make"]
