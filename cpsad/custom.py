"""Derivatives of the user's own: `defrule` for primitives, `custom_gradient` for functions whose derivative is replaced."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from . import forms, nested
from .cotangents import ZERO, Absorbing, Poison
from .heap import is_floating
from .layout import Call, define
from .rules import forward as forward_rules
from .rules.registry import REGISTRY
from .rules.splice import _make
from .transforms.errors import Location, NoDerivativeError, SourceError

__all__ = ["custom_gradient", "defrule"]


def defrule(*primitives: Any, elementwise: bool = False, replace: bool = False,
            forward: Callable[..., Any] | None = None) -> Callable[[Any], Any]:
    """Gives a function that is not transformed (one written in C, say) its derivative.

        @cpsad.defrule(scipy.special.expit, elementwise=True)
        def _(g, y, x):
            return g * y * (1 - y)

    Args:
        primitives: the functions that the rule is for, which share their parameters.
        elementwise: the function broadcasts its arguments as a ufunc does; cpsad sums the cotangent over the axes
            along which an argument was repeated.
        replace: whether a rule that is there already may be replaced.
        forward: the rule for forward mode, a function of `d`, the tangent of an argument; `y`, the result; and the function's
            parameters. It returns what `d` adds to the tangent of the result if it is that of the first argument, or a tuple
            for the first few. An elementwise function needs none: its rule is both.

    The rule is a function of `g`, the cotangent of the result (of its shape); `y`, the result; and the function's own
    parameters, under their own names and with their own defaults. It returns the cotangent of the first argument, or
    a tuple for the first few, `None` for one that is not differentiated. It must be linear in `g`, and treat `g`
    with operators, methods and NumPy functions only. Its source is spliced into the gradients that use it, so it ends in its one
    return; where it has to branch, it calls a function.

    Raises: TypeError if what is decorated cannot be such a rule; ValueError if there is a rule already. When a gradient
    runs: NoDerivativeError, at the rule's line, if what the rule returns has another shape than the argument.
    """
    if not primitives:
        raise TypeError("defrule takes the functions that the rule is for: @defrule(f)")
    for primitive in primitives:
        if not callable(primitive):
            raise TypeError(f"defrule takes functions, not {primitive!r}")

    def decorate(rule: Any) -> Any:
        if not inspect.isfunction(rule):
            raise TypeError(f"a rule is a Python function, not a {type(rule).__name__}")
        if len(inspect.signature(rule).parameters) < 3:
            raise TypeError(f"the rule {rule.__name__} takes {len(inspect.signature(rule).parameters)} parameters; "
                            "it takes g, the result, and the arguments of the function")
        for primitive in primitives:
            known = REGISTRY.lookup(primitive)
            if known is not None and not replace:
                raise ValueError(f"{known.name} has a rule already; replace it with defrule(..., replace=True)")
        if forward is not None and not inspect.isfunction(forward):
            raise TypeError(f"a forward rule is a Python function, not a {type(forward).__name__}")
        for written in (rule, forward):
            if written is not None:
                try:
                    _make(written)
                except SourceError:  # said where the rule is used
                    pass
        for primitive in primitives:
            REGISTRY.user.rules.pop(primitive, None)
            forward_rules.USER.pop(primitive, None)
            if forward is not None:
                forward_rules.USER[primitive] = forward
        if elementwise:
            REGISTRY.user.elementwise(primitives, rule)
        else:
            REGISTRY.user.defrule(primitives, rule, fresh=True, view=True)
        REGISTRY.version += 1
        return rule

    return decorate


# -- functions whose derivative is replaced -------------------------------------------------------------------------

def custom_gradient(function: Callable[..., Any]) -> Any:
    """A function whose derivative is what you say, not what its code says.

        @cpsad.custom_gradient
        def log1pexp(x):
            return np.log1p(np.exp(x))

        @log1pexp.defvjp
        def _(x):
            e = np.exp(x)
            return np.log1p(e), e          # the result, and residuals: whatever the way back needs

        @log1pexp.backward
        def _(residuals, g):
            return g * residuals / (1 + residuals)

        @log1pexp.defjvp
        def _(primals, tangents):
            (x,), (dx,) = primals, tangents
            return log1pexp(x), dx / (1 + np.exp(-x))

    `defvjp` gives the forward pass of reverse mode: a function of the arguments that returns `(result, residuals)`; the
    result is a number, an array or a tuple of such. `backward` gives the way back: a function of the residuals and of the
    result's cotangent (a tuple for a tuple) that returns the cotangent of the first argument, or a tuple for the first few,
    `None` for one that carries no derivative. `defjvp` gives forward mode: a function of the arguments and of their
    tangents (zeros where there is none, `None` for what is no float) that returns the result and its tangent. They are plain
    Python, and differentiated like any other where a gradient is differentiated again.

    Raises (when a gradient runs): NoDerivativeError where the rule that a mode needs is missing, and, at the rule's line,
    where what a rule returns has another structure or shape than it should.
    """
    if not callable(function):
        raise TypeError(f"custom_gradient takes a function, not {type(function).__name__}")
    rules = Custom(function)

    @functools.wraps(function)
    def customized(*args: Any, **keywords: Any) -> Any:
        return function(*args, **keywords)

    made: Any = customized
    rules.wrapper = made
    made.__dict__[forms.CUSTOM] = rules
    for name in ("defvjp", "backward", "defjvp"):
        setattr(made, name, functools.partial(rules.enter, name))
    return made


class Custom:
    """The rules of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.wrapper: Any = None  # what stands for it; another function may have got its __dict__
        self.defvjp: Any = None
        self.backward: Any = None
        self.defjvp: Any = None

    def enter(self, name: str, rule: Callable[..., Any]) -> Any:
        if not inspect.isfunction(rule):
            raise TypeError(f"{name} takes a Python function, not a {type(rule).__name__}")
        setattr(self, name, rule)
        REGISTRY.version += 1
        return rule

    @property
    def name(self) -> str:
        return getattr(self.function, "__qualname__", "the function")

    def form(self, call: Call) -> Any:
        """The CPS form."""
        if self.defvjp is None or self.backward is None:
            missing = "defvjp" if self.defvjp is None else "backward"
            raise NoDerivativeError(f"{self.name} has a custom derivative, and none for reverse mode",
                                    why=f"its rule {missing} is not given", remedy=f"add one: @{self.name}.{missing}")
        args = [f"_a{i}" for i in range(len(call.args))]
        names = [name for name, _ in call.keywords]
        given = ", ".join(args + [f"{n}={n}" for n in names])
        text = (f"def adapted(_heap, _k, {', '.join(args + names)}):\n"
                f"    _y, _residuals = _pair(_forward({given}), _rules)\n"
                "    if _is_tuple(_y):\n"
                "        _heap.put_each(_y)\n"
                "        _k(_y)\n"
                "        _g = _heap.take_each(_y)\n"
                "        _none = _all_zero(_g)\n"
                "    else:\n"
                "        _g = _k(_y)\n"
                "        _none = _all_zero([_g])\n"
                "    if _none:\n"
                f"        return ({'_ZERO, ' * len(args + names)})\n"
                "    _r = _backward(_residuals, _filled(_g, _y))\n"
                f"    return _checked(_r, ({', '.join(args + names)},), _rules)\n")
        return define(text, {"_forward": self.defvjp, "_backward": self.backward, "_rules": self, "_ZERO": ZERO, **PARTS})

    def tangent_form(self, table: Any) -> Any:
        """The tangent form."""
        rule = self.defjvp
        if rule is None:
            def missing(*args: Any, **keywords: Any) -> Any:
                if all(table.get(a) is ZERO for a in (*args, *keywords.values())):
                    return self.function(*args, **keywords)
                raise NoDerivativeError(f"{self.name} has a custom derivative, and none for forward mode",
                                        why="its rule defjvp is not given", remedy=f"add one: @{self.name}.defjvp")

            return missing

        def along(*args: Any, **keywords: Any) -> Any:
            given = inspect.signature(self.function).bind(*args, **keywords).args if keywords else args
            tangents = tuple(_tangent(table.get(a), a) for a in given)
            if all(table.get(a) is ZERO for a in given):
                return self.function(*args, **keywords)
            found = rule(given, tangents)  # for this table the rule is the derivative, and not differentiated itself
            if not isinstance(found, tuple) or len(found) != 2:
                raise self.error(rule, f"returns {_shown(found)}; it returns the result and its tangent")
            value, tangent = found
            for v, d in zip(*((value, tangent) if isinstance(value, tuple) else ((value,), (tangent,))), strict=True):
                if is_floating(v):
                    if np.shape(d) != np.shape(v):
                        raise self.error(rule, f"returns a tangent of shape {np.shape(d)} for a result of shape {np.shape(v)}")
                    table.put(v, d)
            return value

        return along

    def error(self, rule: Any, what: str) -> NoDerivativeError:
        code = rule.__code__
        return NoDerivativeError(f"a rule of {self.name} {what}", where=Location(code.co_filename, code.co_firstlineno, 0),
                                 remedy="return what the documentation of cpsad.custom_gradient says")


def _tangent(tangent: Any, value: Any) -> Any:
    """A tangent as the user's rule gets it."""
    if isinstance(tangent, Absorbing):
        if tangent is not ZERO:
            raise tangent.error
        return value * 0.0 if is_floating(value) else None
    return tangent


def _shown(value: Any) -> str:
    return f"a tuple of {len(value)}" if isinstance(value, tuple) else f"a {type(value).__name__}"


# What the CPS form calls: plain Python, for derivatives of derivatives

def pair(found: Any, rules: Any) -> Any:
    """The result and the residuals, the result as an object of its own."""
    if not (isinstance(found, tuple) and len(found) == 2):
        raise rules.error(rules.defvjp, f"returns {_shown(found)}; it returns the result and the residuals")
    value, residuals = found
    if isinstance(value, tuple):
        return tuple([own(v) for v in value]), residuals
    return own(value), residuals


def own(value: Any) -> Any:
    return nested.fresh(value) if is_floating(value) else value


def is_tuple(value: Any) -> bool:
    return isinstance(value, tuple)


def all_zero(cotangents: Any) -> bool:
    return all(g is ZERO for g in cotangents)


def filled(g: Any, y: Any) -> Any:
    """The cotangent as the user's rule gets it: zeros where nothing was read."""
    if isinstance(y, tuple):
        return tuple([filled(part, value) for part, value in zip(g, y)])
    return np.zeros_like(y)[()] if g is ZERO else g


def checked(found: Any, args: Any, rules: Any) -> Any:
    """The cotangents of the arguments, of their shapes."""
    if found is None:
        raise rules.error(rules.backward, "returns None; it returns the cotangent of each argument")
    results = list(found) if isinstance(found, (tuple, list)) else [found]
    if len(results) > len(args):
        raise rules.error(rules.backward, f"returns {len(results)} cotangents for {len(args)} arguments")
    made = []
    for i in range(len(args)):
        result = results[i] if i < len(results) else None
        if result is None:
            made.append(left_out(args[i], rules, i))
            continue
        if is_floating(args[i]) and not isinstance(result, Absorbing) and np.shape(result) != np.shape(args[i]):
            raise rules.error(rules.backward, f"returns a cotangent of shape {np.shape(result)} for argument {i}, "
                              f"which has shape {np.shape(args[i])}")
        made.append(result)
    return tuple(made)


def left_out(value: Any, rules: Any, i: int) -> Any:
    """The cotangent of an argument for which a rule gives none: an error if it carries a derivative after all."""
    if not is_floating(value):
        return ZERO
    error = rules.error(rules.backward, f"gives no cotangent for argument {i}, which carries a derivative")
    error.remedy = "return zeros of its shape if there is none, or pass cpsad.stop_gradient of the argument"
    return Poison(error)


PARTS = {"_pair": pair, "_is_tuple": is_tuple, "_all_zero": all_zero, "_filled": filled, "_checked": checked}


def checked_shape(g: Any, like: Any, place: tuple[str, int], what: str) -> Any:
    """What a user's rule has given, which has the shape of `like`."""
    if isinstance(g, Absorbing) or np.shape(g) == np.shape(like):
        return g
    raise NoDerivativeError(f"a rule returns a {what} of shape {np.shape(g)}, where {np.shape(like)} is wanted",
                            where=Location(place[0], place[1], 0), remedy="give it the shape of what it belongs to")

