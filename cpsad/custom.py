"""Rules of the user's own: `defrule`, the decorator that the project's own tables are made of."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .rules.registry import REGISTRY

__all__ = ["defrule"]


def defrule(*primitives: Any, elementwise: bool = False, replace: bool = False) -> Callable[[Any], Any]:
    """Gives a function that is not transformed (one written in C, say) its derivative.

        @cpsad.defrule(scipy.special.expit, elementwise=True)
        def _(g, y, x):
            return g * y * (1 - y)

    Args:
        primitives: the functions that the rule is for, which share their parameters.
        elementwise: the function broadcasts its arguments as a ufunc does; cpsad sums the cotangent over the axes
            along which an argument was repeated.
        replace: whether a rule that is there already may be replaced.

    The rule is a function of `g`, the cotangent of the result (of its shape); `y`, the result; and the function's own
    parameters, under their own names and with their own defaults. It returns the cotangent of the first argument, or
    a tuple for the first few, `None` for one that is not differentiated. It must be linear in `g`, and treat `g`
    with operators, methods and NumPy functions only. Its source is spliced into the gradients that use it.

    Raises: TypeError if what is decorated cannot be such a rule; ValueError if there is a rule already.
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
        for primitive in primitives:
            REGISTRY.user.rules.pop(primitive, None)
        if elementwise:
            REGISTRY.user.elementwise(primitives, rule)
        else:
            REGISTRY.user.defrule(primitives, rule, fresh=True, view=True)
        REGISTRY.version += 1
        return rule

    return decorate
