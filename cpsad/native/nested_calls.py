"""Calls of nested functions, whose code is a part of the program in which they stand."""

from __future__ import annotations

from typing import Any

from .. import guarded
from ..transforms.nodes import parameters
from .program import StagingError, defaults_of
from .stage import Spec, cell_name
from .types import BOTTOM, Const, Parted, Record, c_type
from .values import CONSTANT, Val, stored_type

__all__ = ["NestedCalls"]


class NestedCalls:
    """What `Walk` does with them."""

    def call_nested(self: Any, callee: Val, k: Val, args: list[Val], keywords: list[str], node: Any) -> Val:
        owner: Spec = callee.type.frame
        cps = owner.unit.forms_of(owner.node).get(callee.type.node.name)
        if cps is None:
            raise self.refuse(node, f"a call of the nested function {callee.type.node.name}")
        plain, inner = callee.type.node.args, parameters(cps.args)[2 if owner.unit.takes_heap else 1:]
        names = parameters(plain)
        guard, self.guard = self.guard, None
        if len(inner) == len(names) + 1:  # it takes a handler; where there is none, what it raises leaves the program
            inner, guard = inner[1:], guard or Val(Const(guarded.raises))
        elif guard is not None:
            raise self.refuse(node, f"a call of {callee.type.node.name} under a handler of exceptions")
        places, rest, others = self.filled_by(plain, names, len(args) - len(keywords), keywords)
        stars = (plain.vararg and plain.vararg.id, plain.kwarg and plain.kwarg.id)
        missing = [n for n in names if n not in (places or ()) and n not in stars]
        if places is None or len(inner) != len(names) or not {*missing} <= {*defaults_of(callee.type.node)}:
            raise self.refuse(node, f"a call of {callee.type.node.name} that does not fill its parameters one to one")
        defaults = {n: self.default_of(callee, n) for n in missing}
        kept = {i: self.hold(self.put_argument(args[i], node) if owner.unit.takes_heap else args[i])
                for i in (*rest, *others.values())}
        given = {n: args[places[n]] for n in places} | defaults
        for star, made in zip(stars, (self.tuple_of([kept[i] for i in rest]), self.record_of(
                {n: kept[i] for n, i in others.items()})), strict=True):
            if star:
                given[star] = made
        params = [given[n] for n in names]
        result = self.call_function(owner.unit, cps, owner, callee.c, k, params if guard is None else [guard, *params], node)
        if [*places.values()] == [*range(len(names))] or not owner.unit.takes_heap:
            return result
        for n, default in defaults.items():
            if not self.carries_nothing(default) and not isinstance(default.type, Parted):
                self.heap_add(default, result.items[names.index(n)], node)
        taken = {i: self.heap_take(v, node) for i, v in reversed(kept.items())}
        by_place = {i: n for n, i in places.items()}
        return self.tuple_of([taken[i] if i in taken else result.items[names.index(by_place[i])] for i in range(len(args))])

    def filled_by(self: Any, plain: Any, names: list[str], count: int, keywords: list[str]) -> Any:
        """Which argument fills each parameter of a nested function; those in its starred one, and in that of its keywords."""
        positional = [a.id for a in (*plain.posonlyargs, *plain.args)]
        places = dict(zip(positional, range(count), strict=False))
        rest = list(range(len(positional), count))
        others: dict[str, int] = {}
        named = {a.id for a in (*plain.args, *plain.kwonlyargs)}
        for i, name in enumerate(keywords, count):
            if name in named and name not in places:
                places[name] = i
            elif plain.kwarg and name not in named:
                others[name] = i
            else:
                places = None  # type: ignore[assignment]
                break
        if rest and not plain.vararg:
            places = None  # type: ignore[assignment]
        return places or ({} if places is not None else None), rest, others

    def record_of(self: Any, items: dict[str, Val]) -> Val:
        return Val(Record(tuple(stored_type(v) for v in items.values()), dict, tuple(items)), parts=tuple(items.values()))

    def default_of(self: Any, callee: Val, name: str) -> Val:
        """The default value of a parameter of a nested function: it lies in the frame in which the function was defined."""
        key = f"default_{callee.type.node.name}_{name}"
        type_ = callee.type.frame.cells.get(key, BOTTOM)
        if type_ is BOTTOM:
            self.fails(StagingError, f"the default of `{name}` is read, which is not known yet, in native code")
        made = self.hold(Val(type_, f"({callee.c})->{cell_name(key)}")) if c_type(type_) != "void" else Val(type_)
        made.box = made.box or CONSTANT
        return made
