"""Operators, and built-in functions that call special methods: their CPS forms for operands of any class.

A special method is called in CPS like any other function, by Python's own protocol: which of two operands is asked
first, what `NotImplemented` means, what stands in for a method that is missing. Operands whose classes have no such
method in Python go to the derivative rule, as in code where their kind is known.
"""

from __future__ import annotations

import functools
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from .cotangents import ZERO, unbroadcast
from .layout import Call
from .operands import computes_with, numeric, operands, still
from .places import here
from .resolve import letter_of
from .rules.registry import REGISTRY
from .special import is_alias
from .transforms.context import MISSING
from .transforms.errors import NoDerivativeError

__all__ = ["FORMS", "call_method", "call_with", "letter", "member_of", "python_member"]

_ARRAYS = (np.ndarray, np.generic)
_PLAIN = (int, str, bytes, type(None))
_SEQUENCES = (list, tuple, str)
_CONTAINERS = (list, tuple, str, bytes, set, frozenset, dict)

FORMS: dict[Any, Callable[[Any, Call], Any]] = {}  # function -> what makes its form for a call, or None


# -- methods --------------------------------------------------------------------------------------------------------

def letter(value: Any) -> str:
    return letter_of(value, not isinstance(value, _PLAIN))


def letters(*values: Any) -> str:
    """The signature of a call with these arguments."""
    return "".join(map(letter, values))


def member_of(kind: Any, name: str) -> Any:
    """What a class has under a name, as it stands there."""
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return MISSING


@functools.lru_cache(maxsize=4096)
def python_member(kind: Any, name: str) -> Any:
    """A special method that is written in Python, or None. Those that `dataclasses` writes only compare fields."""
    found = member_of(kind, name)
    if isinstance(found, types.FunctionType):
        return None if found.__code__.co_filename.startswith("<string") else found
    return found if isinstance(found, (staticmethod, classmethod, functools.partialmethod)) or is_alias(found, name) else None


def call_method(heap: Any, after: Any, member: Any, owner: Any, *args: Any) -> tuple[Any, ...]:
    """`owner.member(*args)` in CPS: the adjoints of `owner` and of `args`."""
    if type(member) is types.FunctionType:
        target, given, rest = heap.form(member, letters(owner, *args)), (owner, *args), ()
    else:
        target, given = heap.form(member.__get__(owner, type(owner)), letters(*args)), args
        rest = (ZERO,)
    return (*rest, *call_with(target, heap, after, given))


def call_with(target: Any, heap: Any, k: Any, args: Any, keywords: Any = None) -> Any:
    """`target(heap, k, *args, **keywords)`, without a starred call where it can be: CPython 3.11 would recurse in C."""
    if not keywords and len(args) <= 5:
        match len(args):
            case 0:
                return target(heap, k)
            case 1:
                return target(heap, k, args[0])
            case 2:
                return target(heap, k, args[0], args[1])
            case 3:
                return target(heap, k, args[0], args[1], args[2])
            case 4:
                return target(heap, k, args[0], args[1], args[2], args[3])
            case _:
                return target(heap, k, args[0], args[1], args[2], args[3], args[4])
    with heap.through_c():
        return target(heap, k, *args, **(keywords or {}))


def _plain_form(function: Any, call: Call) -> Any:
    """The form that a function has where no operand has methods of its own."""
    from . import foreign

    rule = REGISTRY.lookup(function)
    return foreign.untransformed(function, call, None) if rule is None else foreign._primitive(function, rule, call)


# -- binary operators -----------------------------------------------------------------------------------------------

def attempt(heap: Any, k: Any, tries: list[Any], a: Any, b: Any, fail: Callable[[], Any]) -> tuple[Any, Any]:
    """Asks one method after the other until one answers something but NotImplemented; the adjoints of `a` and `b`."""
    if not tries:
        return fail()
    member, swapped, finish = tries[0]
    more = (ZERO, ZERO)

    def after(result: Any) -> Any:
        nonlocal more
        if result is NotImplemented:
            more = attempt(heap, k, tries[1:], a, b, fail)
            return ZERO
        return k(result) if finish is None else finish(heap, k, result)

    if swapped:
        second, first = call_method(heap, after, member, b, a)
    else:
        first, second = call_method(heap, after, member, a, b)
    return first + more[0], second + more[1]


def binary(operation: Any, name: str, symbol: str, base: Any = None) -> None:
    """Enters an operator; `base`: the operator that `operation` does in place."""
    inplace, forward, reflected = f"__i{name}__" if base is not None else "", f"__{name}__", f"__r{name}__"

    def make(function: Any, call: Call) -> Any:
        plain = _plain_form(base if base is not None else operation, call)

        def adapted(heap: Any, k: Any, a: Any, b: Any) -> Any:
            left, right = type(a), type(b)
            own = python_member(left, inplace) if inplace else None
            first, second = python_member(left, forward), python_member(right, reflected)
            ufunc = _ufunc_of(a, b)
            if own is None and first is None and second is None and ufunc is None:
                return on_plain(heap, k, a, b)
            tries = [(own, False, None)] if own is not None else []
            if left is right:
                second = None
            if second is not None and issubclass(right, left) and second is not member_of(left, reflected):
                tries += [(second, True, None), (first, False, None)]
            elif first is None and isinstance(a, (np.ndarray, np.generic)) and not _defers(a, b):
                if ufunc is not None:
                    return _through_ufunc(heap, k, ufunc, name, a, b)
                if np.ndim(a) or second is None or hasattr(right, "__array__") or hasattr(right, "__len__"):
                    raise _elementwise(symbol, a, b)
                return attempt(heap, k, [(second, True, None)], a.item(), b, lambda: _unsupported(symbol, a, b))
            elif first is not None and second is None and isinstance(b, (np.ndarray, np.generic)):
                tries += [(first, False, None)]
                return attempt(heap, k, tries, a, b, lambda: _raise(_elementwise(symbol, a, b)))
            else:
                tries += [(first, False, None), (second, True, None)]
            tries = [t for t in tries if t[0] is not None]
            if first is None and second is None or first is None and isinstance(a, (float, int)) and isinstance(b, (float, int)):
                return attempt(heap, k, tries, a, b, lambda: on_plain(heap, k, a, b))
            return attempt(heap, k, tries, a, b, lambda: _unsupported(symbol, a, b))

        def on_plain(heap: Any, k: Any, a: Any, b: Any) -> Any:
            if isinstance(a, _CONTAINERS) or isinstance(b, _CONTAINERS):
                times = name == "mul"
                if isinstance(a, (list, tuple)) and not inplace and computes_with(b, times):
                    first, second = on_plain(heap, k, made := heap.array(held := still(a)), b)
                    return heap.unarray(held, made, first), second
                if isinstance(b, (list, tuple)) and computes_with(a, times):
                    first, second = on_plain(heap, k, a, made := heap.array(held := still(b)))
                    return first, heap.unarray(held, made, second)
                return _containers(heap, k, operation, a, b)
            if inplace and isinstance(a, np.ndarray):
                return _on_array(heap, k, operation, base, a, b)
            if isinstance(a, _ARRAYS) or isinstance(b, _ARRAYS):
                return plain(heap, k, _number(a), _number(b))
            return plain(heap, k, a, b)

        return adapted if call.is_plain and len(call.args) == 2 else None

    FORMS[operation] = make


def _number(value: Any) -> Any:
    return value if isinstance(value, (float, int, complex)) else numeric(value)


def _containers(heap: Any, k: Any, operation: Any, a: Any, b: Any) -> Any:
    """`[x] + ys`, `"%g" % x`: what is made holds the references that were held, or is a text."""
    operands(a, b)
    made = operation(a, b)
    heap.text(made, a, b)
    heap.add(made, k(made))
    return ZERO, ZERO


def _on_array(heap: Any, k: Any, operation: Any, base: Any, a: Any, b: Any) -> Any:
    """`a op= b` of an array: in place, with the derivative of the operator."""
    numeric(b)
    rule = REGISTRY.lookup(base)
    old = heap.snapshot(a, rule is not None and rule.role == "rule", b)
    made = operation(a, b)
    g = heap.drain(a, old, k(made))
    result = heap.undo(a, old, made)
    heap.erase(a)
    if rule is None or rule.role != "rule":
        return ZERO, ZERO
    first, second = rule.pullback(g, result, a, b)
    return (unbroadcast(first, a), unbroadcast(second, b)) if rule.elementwise else (first, second)


def _ufunc_of(a: Any, b: Any) -> Any:
    """The `__array_ufunc__` that NumPy calls, written in Python, where one operand is an array or a NumPy scalar."""
    for value, other in ((a, b), (b, a)):
        if isinstance(other, (np.ndarray, np.generic)):
            found = python_member(type(value), "__array_ufunc__")
            if found is not None:
                return value, found
    return None


def _defers(array: Any, other: Any) -> bool:
    """Whether the operators of an array leave it to the other operand, as `binop_should_defer` of NumPy has it."""
    ufunc = getattr(type(other), "__array_ufunc__", MISSING)
    if ufunc is not MISSING:
        return ufunc is None
    least = -1000000.0
    own = 0.0 if isinstance(array, np.ndarray) else least
    return bool(own < getattr(other, "__array_priority__", least))


_UFUNCS = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "floordiv": np.floor_divide,
           "mod": np.remainder, "pow": np.power, "matmul": np.matmul, "divmod": np.divmod}


def _through_ufunc(heap: Any, k: Any, found: Any, name: str, a: Any, b: Any) -> Any:
    owner, member = found
    _, _, _, first, second = call_method(heap, k, member, owner, _UFUNCS[name], "__call__", a, b)
    return first, second


def _unsupported(symbol: str, a: Any, b: Any) -> Any:
    if symbol in ("*", "*=") and (isinstance(a, _SEQUENCES) or isinstance(b, _SEQUENCES)):
        raise TypeError(f"can't multiply sequence by non-int of type '{type(b if isinstance(a, _SEQUENCES) else a).__name__}'")
    if symbol in ("+", "+=") and isinstance(a, _SEQUENCES):
        kind = type(a).__name__
        raise TypeError(f'can only concatenate {kind} (not "{type(b).__name__}") to {kind}')
    raise TypeError(f"unsupported operand type(s) for {symbol}: '{type(a).__name__}' and '{type(b).__name__}'")


def _elementwise(symbol: str, a: Any, b: Any) -> Exception:
    other = b if isinstance(a, (np.ndarray, np.generic)) else a
    return here(NoDerivativeError, f"{symbol} of an array and an object of type {type(other).__name__}",
                why="NumPy applies it to each element and calls the object's methods itself, without their derivatives",
                remedy=f"give {type(other).__name__} the attribute __array_ufunc__ = None, so that its own operator is used")


def _raise(error: Exception) -> Any:
    raise error


for _name, _symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//"), ("mod", "%"),
                       ("matmul", "@"), ("lshift", "<<"), ("rshift", ">>"), ("and", "&"), ("or", "|"), ("xor", "^")):
    _operation = getattr(operator, _name + "_" if _name in ("and", "or") else _name)
    binary(_operation, _name, _symbol)
    binary(getattr(operator, "i" + _name), _name, _symbol + "=", _operation)
binary(operator.pow, "pow", "** or pow()")
binary(operator.ipow, "pow", "**=", operator.pow)
binary(divmod, "divmod", "divmod()")


def _power(function: Any, call: Call) -> Any:
    return FORMS[operator.pow](operator.pow, call) if len(call.args) == 2 else None


FORMS[pow] = _power


# -- comparisons ----------------------------------------------------------------------------------------------------

def _inverted(heap: Any, k: Any, result: Any) -> Any:
    return truth_of(heap, lambda t: k(not t), result)


def comparison(operation: Any, forward: str, mirrored: str, symbol: str) -> None:
    def make(function: Any, call: Call) -> Any:
        def adapted(heap: Any, k: Any, a: Any, b: Any) -> Any:
            tries = [(_compares(type(a), forward), False), (_compares(type(b), mirrored), True)]
            if tries[0][0] is None and tries[1][0] is None:
                found = heap.verdict(operation(a, b))
                heap.add(found, k(found))
                return ZERO, ZERO
            if isinstance(a, (np.ndarray, np.generic)) and np.ndim(a) and not _defers(a, b):
                raise _elementwise(symbol, a, b)
            if type(a) is not type(b) and issubclass(type(b), type(a)):
                tries.reverse()
            asked = [(member[0], swapped, member[1]) for member, swapped in tries if member is not None]
            return attempt(heap, k, asked, a, b, lambda: fail(k, a, b))

        def fail(k: Any, a: Any, b: Any) -> Any:
            if forward == "__eq__":
                k(a is b)
            elif forward == "__ne__":
                k(a is not b)
            else:
                raise TypeError(f"'{symbol}' not supported between instances of '{type(a).__name__}' and '{type(b).__name__}'")
            return ZERO, ZERO

        return adapted if call.is_plain and len(call.args) == 2 else None

    def _compares(kind: Any, name: str) -> Any:
        member = python_member(kind, name)
        if member is None and name == "__ne__" and member_of(kind, "__ne__") is object.__ne__:
            member = python_member(kind, "__eq__")
            return None if member is None else (member, _inverted)
        return None if member is None else (member, None)

    FORMS[operation] = make


for _operation, _forward, _mirrored, _symbol in (
        (operator.lt, "__lt__", "__gt__", "<"), (operator.le, "__le__", "__ge__", "<="), (operator.gt, "__gt__", "__lt__", ">"),
        (operator.ge, "__ge__", "__le__", ">="),
        (operator.eq, "__eq__", "__eq__", "=="), (operator.ne, "__ne__", "__ne__", "!=")):
    comparison(_operation, _forward, _mirrored, _symbol)


# -- functions of one object ----------------------------------------------------------------------------------------

def unary(function: Any, *names: str, finish: Any = None) -> None:
    """Enters a function that calls the first of these methods that a class has, its further arguments handed on."""
    def make(known: Any, call: Call) -> Any:
        plain = _plain_form(function, call)

        def adapted(heap: Any, k: Any, value: Any, *more: Any) -> Any:
            if not more and type(value) is float:
                return plain(heap, k, value)
            kind = type(value)
            for name in names:
                member = python_member(kind, name)
                if member is not None:
                    after = k if finish is None else lambda result, used=name: finish(heap, k, used, result, value)
                    if more and name == names[0]:
                        return call_method(heap, after, member, value, more[0])
                    return call_method(heap, after, member, value)
                if member_of(kind, name) is not MISSING:
                    break
            return plain(heap, k, value, more[0]) if more else plain(heap, k, value)

        return adapted if call.is_plain and call.args and len(call.args) <= 2 else None

    FORMS[function] = make


def _of_type(kind: type) -> Any:
    def finish(heap: Any, k: Any, name: str, result: Any, owner: Any = None) -> Any:
        if name == "__index__" and isinstance(result, int):
            result = kind(result)
        if not isinstance(result, kind):
            whose = f"{type(owner).__name__}." if kind is float else ""
            raise TypeError(f"{whose}{name} returned non-{kind.__name__} (type {type(result).__name__})")
        return k(result)

    return finish


for _function, _names in ((operator.neg, ("__neg__",)), (operator.pos, ("__pos__",)), (operator.invert, ("__invert__",)),
                          (abs, ("__abs__",)), (operator.abs, ("__abs__",)), (round, ("__round__",))):
    unary(_function, *_names)
unary(float, "__float__", "__index__", finish=_of_type(float))
unary(int, "__int__", "__index__", "__trunc__", finish=_of_type(int))
unary(complex, "__complex__", "__float__", "__index__")
unary(operator.index, "__index__", finish=_of_type(int))


def _rounding(function: Any, name: str) -> None:
    def finish(heap: Any, k: Any, used: str, result: Any, owner: Any = None) -> Any:
        return k(result) if used == name else k(function(result))

    unary(function, name, "__float__", "__index__", finish=finish)


for _function in (math.floor, math.ceil, math.trunc):
    _rounding(_function, f"__{_function.__name__}__")


# -- truth and length -----------------------------------------------------------------------------------------------

def length_of(heap: Any, k: Any, value: Any) -> Any:
    member = python_member(type(value), "__len__")
    if member is None:
        k(len(value))
        return ZERO

    def after(result: Any) -> Any:
        k(_Sized(result).__len__() if type(result) is int and result >= 0 else len(_Sized(result)))
        return ZERO

    return call_method(heap, after, member, value)[0]


class _Sized:
    """Lets Python check what a `__len__` returns."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def __len__(self) -> int:
        return self.found


def truth_of(heap: Any, k: Any, value: Any) -> Any:
    """The adjoint of `value`, whose truth `k` gets."""
    kind = type(value)
    member = python_member(kind, "__bool__")
    if member is not None:
        def after(result: Any) -> Any:
            if not isinstance(result, bool):
                raise TypeError(f"__bool__ should return bool, returned {type(result).__name__}")
            k(result)
            return ZERO

        return call_method(heap, after, member, value)[0]
    if member_of(kind, "__bool__") is MISSING and python_member(kind, "__len__") is not None:
        return length_of(heap, lambda n: k(n != 0), value)
    k(bool(value))
    return ZERO


def _of_one(made: Any) -> Any:
    def make(function: Any, call: Call) -> Any:
        if not call.is_plain or len(call.args) != 1:
            return None
        return lambda heap, k, value: (made(heap, k, value),)

    return make


FORMS[bool] = FORMS[operator.truth] = _of_one(truth_of)
FORMS[operator.not_] = _of_one(lambda heap, k, value: truth_of(heap, lambda t: k(not t), value))
FORMS[len] = _of_one(length_of)
