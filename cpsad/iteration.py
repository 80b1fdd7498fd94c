"""Iteration in CPS: `iter`, `next`, and the functions that consume what a generator or an iterator of the user's gives.

A function that takes values one by one as they are asked for (`zip`, `map`, `itertools.accumulate`) is written in
Python in `lazy.py`; one that takes them all is given a list of them.
"""

from __future__ import annotations

import itertools
import types
from typing import Any

import numpy as np

from . import forms, guarded, lazy
from .cotangents import ZERO
from .generator_methods import under_handler
from .generators import Generator, next_form
from .heap import is_floating
from .layout import Call
from .protocols import FORMS, call_method, call_with, letter, member_of, python_member
from .reach import reaches, runs_python
from .rules.registry import REGISTRY
from .special import groups_of_type
from .transforms.context import MISSING

__all__ = ["all_values", "consumer", "runs_on_next"]

_QUICK = {list, tuple, dict, set, range, str, np.ndarray, float, int}

LAZY: dict[Any, Any] = {
    zip: lazy.zip_of, enumerate: lazy.enumerate_of, map: lazy.map_of, filter: lazy.filter_of,
    itertools.starmap: lazy.starmap, itertools.takewhile: lazy.takewhile, itertools.dropwhile: lazy.dropwhile,
    itertools.filterfalse: lazy.filterfalse, itertools.accumulate: lazy.accumulate, itertools.chain: lazy.chain,
    itertools.chain.from_iterable: lazy.chain_from, itertools.islice: lazy.islice, itertools.pairwise: lazy.pairwise,
    itertools.cycle: lazy.cycle, itertools.compress: lazy.compress, itertools.zip_longest: lazy.zip_longest,
    itertools.groupby: lazy.groupby, any: lazy.any_of, all: lazy.all_of, np.ndenumerate: lazy.ndenumerate_of,
}
if hasattr(itertools, "batched"):
    LAZY[itertools.batched] = lazy.batched
CALLS_FIRST = {map, filter, itertools.starmap, itertools.takewhile, itertools.dropwhile, itertools.filterfalse}
LEAST = {map: 2, filter: 2, itertools.starmap: 2, itertools.takewhile: 2, itertools.dropwhile: 2, itertools.filterfalse: 2,
         enumerate: 1, itertools.accumulate: 1, itertools.islice: 2, itertools.compress: 2}  # arguments that it takes
KEYED = {itertools.groupby, itertools.accumulate}


def runs_on_next(value: Any) -> bool:
    """Whether iterating over a value runs Python code of the user's."""
    kind = type(value)
    return kind not in _QUICK and (kind is Generator or runs_python(kind, "__iter__", "__next__") or (
        member_of(kind, "__iter__") is MISSING and python_member(kind, "__getitem__") is not None))


def all_values(heap: Any, k: Any, iterable: Any, sized: bool = False) -> Any:
    """A list of the values of an iterable goes to `k`; the adjoint of the iterable."""
    sized = sized and python_member(type(iterable), "__len__") is not None
    return heap.form(lazy.list_of_sized if sized else lazy.list_of, "V")(heap, k, iterable)[0]


# -- iter and next --------------------------------------------------------------------------------------------------

def _iter(function: Any, call: Call) -> Any:
    if not call.is_plain:
        return None
    if len(call.args) == 2:
        return _until(call)
    from . import foreign

    plain = foreign._moving(iter, REGISTRY.lookup(iter), call)

    def adapted(heap: Any, k: Any, value: Any) -> Any:
        kind = type(value)
        if kind is Generator:
            k(value)
            return (ZERO,)
        member = python_member(kind, "__iter__")
        if member is not None:
            return call_method(heap, k, member, value)
        if member_of(kind, "__iter__") is MISSING and python_member(kind, "__getitem__") is not None:
            return heap.form(lazy.sequence_items, "V")(heap, k, value)
        return plain(heap, k, value)

    return adapted


def _until(call: Call) -> Any:
    """`iter(function, sentinel)`; that of Python, where the function is the method of an object that holds constants."""
    python = forms.part(lazy.call_until, "".join(a for a, _ in call.args))

    def adapted(heap: Any, k: Any, called: Any, sentinel: Any) -> Any:
        method = isinstance(called, types.BuiltinMethodType) and not isinstance(called.__self__, _NUMERIC)
        if method and not reaches(heap.slots, called.__self__):  # a file's `readline`
            k(iter(called, sentinel))
            return ZERO, ZERO
        return python(heap, k, called, sentinel)

    return adapted


_NUMERIC = (np.ndarray, np.generic, float, complex)


def _next(function: Any, call: Call) -> Any:
    if not call.is_plain or not 1 <= len(call.args) <= 2:
        return None
    from . import foreign

    plain = foreign._moving(next, REGISTRY.lookup(next), call)

    def adapted(heap: Any, k: Any, iterator: Any, *default: Any) -> Any:
        kind = type(iterator)
        if kind is Generator:
            return next_form(heap, k, iterator, default)
        member = python_member(kind, "__next__")
        if member is not None:
            return _next_of_class(heap, k, member, iterator, default)
        return plain(heap, k, iterator, default[0]) if default else plain(heap, k, iterator)

    def under(heap: Any, k: Any, h: Any, iterator: Any, *default: Any) -> Any:
        if type(iterator) is Generator:
            return under_handler(iterator, lambda after, fail: next_form(heap, after, iterator, default, fail), k, h, "next",
                                 1 + len(default))
        return call_with(others, heap, k, (h, iterator, *default))

    others = guarded.by_protocol(adapted, function, call)
    adapted.under = under  # type: ignore[attr-defined]
    return adapted


def _next_of_class(heap: Any, k: Any, member: Any, iterator: Any, default: tuple[Any, ...]) -> Any:
    """`__next__` of a class: a StopIteration of its own, not of what follows, stands for the end."""
    arrived = False

    def after(value: Any) -> Any:
        nonlocal arrived
        arrived = True
        return k(value)

    try:
        return (*call_method(heap, after, member, iterator), *(ZERO for _ in default))
    except StopIteration:
        if arrived or not default:
            raise
    return ZERO, k(default[0])


def _reversed(function: Any, call: Call) -> Any:
    if not call.is_plain or len(call.args) != 1:
        return None
    from . import foreign

    plain = foreign._moving(reversed, REGISTRY.lookup(reversed), call)

    def adapted(heap: Any, k: Any, values: Any) -> Any:
        kind = type(values)
        member = python_member(kind, "__reversed__")
        if member is not None:
            return call_method(heap, k, member, values)
        if member_of(kind, "__reversed__") is MISSING:
            if python_member(kind, "__getitem__") is not None:
                return heap.form(lazy.items_backwards, "V")(heap, k, values)
            if runs_on_next(values):
                reversed(values)  # raises
        return plain(heap, k, values)

    return adapted


FORMS[iter], FORMS[next], FORMS[reversed] = _iter, _next, _reversed


# -- consumers ------------------------------------------------------------------------------------------------------

def _lazy(function: Any, call: Call) -> Any:
    """A lazy function, in Python if one of its iterables or the function it is given is the user's code."""
    from . import foreign

    signature = _unparse(call)
    rule = REGISTRY.lookup(function)
    plain = foreign.untransformed(function, call, None) if rule is None else foreign._primitive(function, rule, call)
    if call.is_plain and len(call.args) < LEAST.get(function, 0):
        return lambda heap, k, /, *args: k(function(*args))  # the error is Python's
    always = function in CALLS_FIRST or function in KEYED and (len(call.args) > 1 or bool(call.keywords))
    if always and not call.is_plain:
        return forms.part(LAZY[function], _seen(signature))

    def adapted(heap: Any, k: Any, /, *args: Any, **keywords: Any) -> Any:
        quiet = not any(map(runs_on_next, args))
        if quiet and function is map and _is_constant(args[0]):
            k(map(*args))
            return tuple([ZERO for _ in args])
        if quiet and rule is not None and not always:
            return call_with(plain, heap, k, args, keywords)
        python = lazy.map_next if function is map and args[0] is next and len(args) == 2 else LAZY[function]
        return call_with(heap.form(python, _seen(signature)), heap, k, args, keywords)

    return adapted


def _is_constant(function: Any) -> bool:
    """Whether a function's results carry no derivative, whatever it is given."""
    rule = REGISTRY.lookup(function)
    return rule is not None and rule.role == "constant"


def _seen(signature: str) -> str:
    """The signature, with what is unknown marked as what may have special methods."""
    head, *rest = signature.split(",")
    rest = [part[:-1] + {"o": "v", "O": "V"}.get(part[-1], part[-1]) for part in rest]
    return ",".join([head.replace("o", "v").replace("O", "V"), *rest])


def _unparse(call: Call) -> str:
    return "".join("*" * star + a for a, star in call.args) + "".join(f",{n}={a}" for n, a in call.keywords)


for _function in LAZY:
    FORMS[_function] = _lazy


def _count(function: Any, call: Call) -> Any:
    """`itertools.count`, in Python if what it counts by may carry a derivative."""
    def adapted(heap: Any, k: Any, /, *args: Any, **keywords: Any) -> Any:
        if not any(map(is_floating, [*args, *keywords.values()])):
            k(itertools.count(*args, **keywords))
            return (ZERO,) * (len(args) + len(keywords))
        return call_with(heap.form(lazy.count, _unparse(call)), heap, k, args, keywords)

    return None if call.has_stars else adapted


def _tee(function: Any, call: Call) -> Any:
    from . import foreign

    plain = foreign._primitive(function, REGISTRY.lookup(function), call)

    def adapted(heap: Any, k: Any, iterable: Any, n: Any = 2) -> Any:
        if not runs_on_next(iterable) or n < 0:
            return call_with(plain, heap, k, (iterable, n)[: len(call.args)])
        return heap.form(lazy.tee_of, "Vs")(heap, k, iterable, n)[: len(call.args)]

    return adapted if call.is_plain else None


FORMS[itertools.count], FORMS[itertools.tee] = _count, _tee


def eager(function: Any, call: Call, plain: Any, positions: Any, owner: Any = None) -> Any:
    """The form of a function that takes all values of its arguments at these positions: it gets lists of them."""
    shift = 0 if owner is None else 1

    def adapted(heap: Any, k: Any, /, *args: Any, **keywords: Any) -> Any:
        for i, value in enumerate(args):
            if i + shift in positions and runs_on_next(value):
                break
        else:
            return call_with(plain, heap, k, args, keywords)
        back: Any = None

        def after(values: Any) -> Any:
            nonlocal back
            given = [*args]
            given[i] = values
            back = call_with(adapted, heap, k, given, keywords)
            return back[i]

        own = all_values(heap, after, args[i], function in (list, tuple, sorted))
        return (*back[:i], own, *back[i + 1:])

    return adapted


def consumer(function: Any, call: Call) -> Any:
    """The form of a function that takes all values of an iterable, and has a rule for a sequence of them."""
    from . import foreign

    if call.has_stars:
        return None
    plain = foreign._primitive(function, REGISTRY.lookup(function), call)

    def of_list(heap: Any, k: Any, values: Any, /, *args: Any, **keywords: Any) -> Any:
        if function is sum and isinstance(values, (list, tuple)) and any(
                "number" in groups_of_type(type(v)) for v in values if type(v) is not float):
            start = args[0] if args else keywords.get("start", 0)
            result = heap.form(lazy.sum_of, "V" + letter(start))(heap, k, values, start)
            return result[: 1 + len(args) + len(keywords)]
        return call_with(plain, heap, k, (values, *args), keywords)

    return eager(function, call, of_list, (0,))


# -- unpacking ------------------------------------------------------------------------------------------------------

def _unpack(function: Any, call: Call) -> Any:
    def adapted(heap: Any, k: Any, values: Any, count: int, rest: bool) -> Any:
        if runs_on_next(values):
            return heap.form(lazy.unpack_of, "Vss")(heap, k, values, count, rest)
        return k(values), ZERO, ZERO

    return adapted


FORMS[lazy.UNPACKED] = _unpack
