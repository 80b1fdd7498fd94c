"""Forward rules where they are looked up when the program runs: primitives called as values.

The same rules as in generated code (`transforms/tangent_rules.py`), called instead of spliced.
"""

from __future__ import annotations

import ast
import functools
import inspect
from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing
from .heap import is_floating
from .places import here
from .reach import reaches
from .rules import forward
from .rules.registry import REGISTRY, Rule
from .rules.splice import _node_of
from .transforms.errors import NoDerivativeError

__all__ = ["absorbs", "primitive_form", "shaped", "tangent_of", "tangent_of_call"]


def shaped(tangent: Any, value: Any) -> Any:
    """A tangent of the shape of its value, to which it broadcasts."""
    try:
        if tangent.shape == value.shape:
            return tangent
    except AttributeError:  # a Python number, or ZERO
        pass
    shape = getattr(value, "shape", ())
    if getattr(tangent, "shape", ()) == shape or isinstance(tangent, Absorbing):
        return tangent
    return np.broadcast_to(tangent, shape)


def tangent_of(heap: Any, rule: Rule, y: Any, args: list[Any], keywords: dict[str, Any], tangents: list[Any],
               named: dict[str, Any] | None = None) -> Any:
    """The tangent of the result `y` of a primitive; `tangents`: of `args`, `named`: of keyword arguments."""
    named = {k: d for k, d in (named or {}).items() if d is not ZERO}
    if all(d is ZERO for d in tangents) and not named:
        return ZERO
    for d in [*tangents, *named.values()]:
        if isinstance(d, Absorbing) and d is not ZERO:
            return d
    found = forward.of(rule)
    if found is None:
        return heap.missing(rule.name, *tangents, *named.values())
    if found == "linear":
        total: Any = ZERO
        for i, d in enumerate(tangents):
            if d is not ZERO:
                total = _plus(total, _apply(rule.primitive, [*args[:i], d, *args[i + 1:]], keywords))
        for name, d in named.items():
            total = _plus(total, _apply(rule.primitive, args, {**keywords, name: d}))
        return total
    known = _signature(found)
    order = [n for n, p in list(known.parameters.items())[2:] if p.kind is not p.VAR_POSITIONAL]
    total = ZERO
    for i, d in [*enumerate(tangents), *((order.index(n) if n in order else -1, d) for n, d in named.items())]:
        if d is ZERO:
            continue
        part = component(found, i)
        if part is None:
            raise here(NoDerivativeError, f"{rule.name} is not differentiated by all its arguments",
                       remedy="use cpsad.stop_gradient on those that are constant")
        total = _plus(total, part(d, y, *args, **keywords))
    return shaped(total, y) if rule.elementwise else total


_signature = functools.lru_cache(maxsize=4096)(inspect.signature)
_components: dict[tuple[Any, int], Any] = {}


def component(rule: Any, position: int) -> Any:
    """The part of a forward rule for the tangent of one argument, as a function of its own; None if there is none."""
    known = _components.get((rule, position))
    if known is None and (rule, position) not in _components:
        known = _components[rule, position] = _make_component(rule, position)
    return known


def _make_component(rule: Any, position: int) -> Any:
    node = _node_of(rule)
    if not isinstance(node, ast.Lambda) or not isinstance(node.body, ast.Tuple):
        starred = isinstance(node, ast.Lambda) and node.args.vararg is not None and len(node.args.args) == 2
        if isinstance(node, ast.Lambda) and not starred:
            return rule if position == 0 else None

        def chosen(*args: Any, **keywords: Any) -> Any:
            parts = rule(*args, **keywords)
            if not isinstance(parts, tuple):
                parts = (parts,)
            return parts[position]

        return chosen
    if not 0 <= position < len(node.body.elts):
        return None
    element = node.body.elts[position]
    if isinstance(element, ast.Constant) and element.value is None:
        return None
    cells = zip(rule.__code__.co_freevars, rule.__closure__ or (), strict=True)
    namespace = {**rule.__globals__, **{name: cell.cell_contents for name, cell in cells}}
    made = ast.Expression(ast.Lambda(node.args, element))
    return eval(compile(ast.fix_missing_locations(made), rule.__code__.co_filename, "eval"), namespace)


def _plus(a: Any, b: Any) -> Any:
    """The sum of two tangents, or of those of several results."""
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return [x + y for x, y in zip(a, b, strict=True)]
    return a + b


def absorbs(tangent: Any) -> bool:
    """Whether a tangent is no number: the symbolic zero, or one that is not known."""
    return isinstance(tangent, Absorbing)


def _apply(primitive: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    if type(primitive).__name__ in ("getset_descriptor", "member_descriptor"):
        return getattr(args[0], primitive.__name__)
    return primitive(*args, **keywords)


def tangent_of_call(heap: Any, operation: Any, y: Any, args: list[Any], tangents: list[Any]) -> Any:
    """The tangent of what an operator gives."""
    rule = REGISTRY.lookup(operation)
    if rule is None or rule.role != "rule":
        return ZERO
    return tangent_of(heap, rule, y, args, {}, tangents)


def primitive_form(heap: Any, function: Any, rule: Rule) -> Any:
    """A primitive with a rule as a function that enters the tangent of its result."""
    pullback = rule.pullback
    known = inspect.signature(pullback) if pullback is not None else None

    def call(*args: Any, **keywords: Any) -> Any:
        if rule.makes_text:
            made = function(*args, **keywords)
            heap.text(made, *args, *keywords.values())
            return made
        given = list(args)
        tangents: list[Any] = []
        if rule.consumes and given:
            given[0] = heap.gathered(given[0], heap.get(given[0]))
        for i, value in enumerate(given):
            if isinstance(value, (list, tuple)) and not (rule.role == "gather" and i == 0) and reaches(heap.slots, value):
                made = np.array(value)
                tangents.append(heap.unfold(value, made, ZERO))
                given[i] = made
            elif rule.role == "gather" and i == 0:
                tangents.append(heap.each(value, heap.get(value)))
            else:
                tangents.append(heap.get(value))
        named = {k: heap.get(v) for k, v in keywords.items()}
        plain = all(d is ZERO for d in [*tangents, *named.values()])
        if plain and reaches(heap.slots, *keywords.values()):
            raise here(NoDerivativeError, f"{rule.name}, called as a value, gets a sequence of active values by keyword",
                       remedy="call it by its name, or make the sequence an array first")
        y = function(*given, **keywords)
        if plain:
            return y
        assert known is not None
        wants = {n: v for n, v in keywords.items() if n in known.parameters or v is not None and v is not np._NoValue}
        try:
            known.bind(None, None, *given, **wants)
        except TypeError as error:
            raise here(NoDerivativeError, f"{rule.name} cannot be differentiated here", why=f"its rule has {error}",
                       remedy="add a rule, or use cpsad.stop_gradient on its arguments") from None
        tangent = tangent_of(heap, rule, y, given, wants, tangents, {n: d for n, d in named.items() if n in wants})
        if rule.role == "parts":
            heap.put_each_tangent(y, tangent)
        else:
            y = _own(y, given) if rule.fresh or rule.view else y
            heap.put(y, tangent)
        return y

    return call


def _own(y: Any, args: list[Any]) -> Any:
    """The result as an object of its own, where the primitive has given back its argument."""
    if is_floating(y) and any(y is a for a in args) and isinstance(y, np.ndarray):
        return y.view()
    return y
