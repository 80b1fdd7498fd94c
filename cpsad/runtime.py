"""What generated code calls while it runs. Every name here may appear in it; keep them few and telling."""

from __future__ import annotations

import operator
import types
from typing import Any

import numpy as np

from . import lazy
from .cotangents import ZERO, Absorbing, accumulate, add_at, dense, placed, scatter, unbroadcast
from .exceptions import EXCEPTIONS
from .heap import is_floating
from .matching import MATCHING
from .operands import PLAIN, numeric, operand, operands, still
from .outer import GlobalCell, outer_cell
from .places import here
from .products import accumulate_product, total
from .rules.helpers import no_derivative
from .transforms.errors import NoDerivativeError
from .unseen import class_made

__all__ = ["END", "SUPPORT", "UNBOUND", "Cell", "Sentinel"]


class Sentinel:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


END = Sentinel("END")  # what `next` gives when an iterator is done
MISSING = Sentinel("MISSING")  # what a look-up gives that finds nothing
UNBOUND = Sentinel("UNBOUND")  # value of a variable before it is assigned


class Cell:
    """A variable that a nested function shares and that changes; in forward mode its tangent is beside it."""

    __slots__ = ("tangent", "value")

    def __init__(self, *value: Any) -> None:
        if value:
            self.value = value[0]

    def __getattr__(self, name: str) -> Any:
        if name != "value":  # somebody looks whether it has this
            raise AttributeError(name)
        raise NameError("a variable shared with a nested function is read before it is assigned")


def check_bound(value: Any, name: str) -> None:
    """Raises as Python does where a local variable is read before it is assigned."""
    if value is UNBOUND:
        raise UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")


def frozen(value: Any) -> Any:
    """A sequence as it is now: what the backward pass will read must not change under it."""
    if type(value) in PLAIN:
        return value
    if type(value) is list:
        return [frozen(v) if type(v) in (list, tuple) else v for v in value]
    if type(value) is tuple:
        return tuple([frozen(v) for v in value]) if list in map(type, value) else value
    if type(value) is np.flatiter:
        return np.array(value)
    if isinstance(value, (set, frozenset, type({}.keys()), type({}.values()), type({}.items()))):
        return list(value)
    if hasattr(type(value), "__next__"):
        raise here(NoDerivativeError, "an iterator is consumed by a function that has to look at its values twice",
                   why="once to compute, once to hand out derivatives", remedy="make a list of it first: list(...)")
    return value


def captured(value: Any) -> Any:
    """A value that a function brings along: where that is transformed again, it is read as from a container."""
    return value


def frozen_index(index: Any) -> Any:
    """An index as it is now: the lists in it may change until the way back comes to it."""
    if type(index) is list:
        return [frozen_index(i) for i in index]
    if type(index) is tuple:
        for i in index:
            if type(i) is list or type(i) is tuple:
                return tuple([frozen_index(i) for i in index])
    return index


def chosen(where: Any, value: Any, other: float) -> Any:
    """`value` where an operation has computed, else `other`."""
    return value if isinstance(value, Absorbing) else np.where(where, value, other)


class _Lacks:
    """`lacks(container, item)`: `item not in container`."""

    def __call__(self, container: Any, item: Any) -> bool:
        return item not in container


lacks = _Lacks()


def make_class(name: str, function: str, module: str, bases: tuple[Any, ...], options: dict[str, Any],
               members: dict[str, Any]) -> type:
    """What a class statement in a function makes; `members`: what its body has bound."""
    def fill(namespace: Any) -> None:
        namespace["__module__"] = module
        namespace["__qualname__"] = f"{function}.<locals>.{name}"
        for key, value in members.items():
            if value is MISSING:
                continue
            made = f"{name}_{key}"  # perhaps with a number
            if isinstance(value, types.FunctionType) and value.__name__.startswith(made) and not (
                    value.__name__[len(made):].strip("_0123456789")):
                value.__name__, value.__qualname__ = key, f"{function}.<locals>.{name}.{key}"
            namespace[key] = value

    made = types.new_class(name, bases, options, fill)
    class_made(made)
    return made


class _Maker:
    """Stands in generated code for the making of a generator; what makes it is its form (`generators.py`)."""

    def __call__(self, *_: Any) -> Any:
        raise AssertionError("a generator is made by its form")

    def __repr__(self) -> str:
        return "generator"


GENERATOR = _Maker()
GUARDED_GENERATOR = _Maker()  # whose body is called under a handler


def undifferentiated(g: Any, value: Any, what: str) -> Any:
    """Cotangent of what a rule takes for a constant: none, unless it is a float after all."""
    return no_derivative(g, what) if is_floating(value) else ZERO


def _copying(update: Any) -> Any:
    def on_copy(x: Any, y: Any) -> Any:
        return update(x.copy(), y) if isinstance(x, np.ndarray) else update(x, y)

    on_copy.__name__ = update.__name__ + "_copy"
    on_copy.__doc__ = f"`{update.__name__}` on an array that nobody else sees: the old one is kept as it was."
    return on_copy


IN_PLACE = ("iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul", "iand", "ior", "ixor",
            "ilshift", "irshift")

SUPPORT: dict[str, Any] = {
    "END": END, "MISSING": MISSING, "UNBOUND": UNBOUND, "ZERO": ZERO, "Cell": Cell, "iter": iter, "next": next,
    "set": set, "slice": slice, "globals": globals, "AssertionError": AssertionError,
    "check_bound": check_bound, "numeric": numeric, "operands": operands, "frozen": frozen, "frozen_index": frozen_index,
    "captured": captured, "still": still, "operand": operand, "chosen": chosen, "global_cell": GlobalCell,
    "outer_cell": outer_cell,
    "unbroadcast": unbroadcast, "accumulate": accumulate, "add_at": add_at, "scatter": scatter, "placed": placed, "dense": dense,
    "no_derivative": no_derivative, "undifferentiated": undifferentiated, "is_floating": is_floating,
    "accumulate_product": accumulate_product, "total": total,
}
SUPPORT |= MATCHING | EXCEPTIONS
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "and_", "or_", "xor",
              "neg", "pos", "invert", "lt", "le", "gt", "ge", "eq", "ne", "contains", "truth", "not_",
              "getitem", "setitem", "delitem"):
    SUPPORT[_name] = getattr(operator, _name)
SUPPORT |= {"lacks": lacks, "getattr": getattr, "setattr": setattr, "delattr": delattr, "tuple": tuple, "generator": GENERATOR,
            "guarded_generator": GUARDED_GENERATOR,
            "make_class": make_class,
            "unpacked": lazy.UNPACKED, "delegate": lazy.delegate,
            "delegate_guarded": lazy.delegate_guarded}
for _name in IN_PLACE:
    SUPPORT[_name] = getattr(operator, _name)
    SUPPORT[_name + "_copy"] = _copying(getattr(operator, _name))
