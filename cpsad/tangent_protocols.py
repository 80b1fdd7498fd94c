"""What Python calls by itself, in forward mode: operators, items, attributes and iteration of objects of any class.

By Python's own protocol, with the special methods in their tangent forms. Operands whose classes have no such method in
Python go to the forward rule. (The same for reverse mode is in `protocols.py` and `members.py`.)
"""

from __future__ import annotations

import functools
import inspect
import operator
import types
from typing import Any

import numpy as np

from . import lazy
from .protocols import _UFUNCS, _defers, _elementwise, _of_type, _Sized, _ufunc_of, _unsupported, member_of
from .protocols import python_member as _python_member
from .runtime import lacks, numeric, operands
from .transforms.context import MISSING

__all__ = ["PROTOCOLS", "invoke", "iterate", "python_member", "update_container"]

_CONTAINERS = (list, tuple, str, bytes, set, frozenset, dict)
_ARRAYS = (np.ndarray, np.generic)
_PLAIN = {int, float, bool, str, bytes, complex, type(None), list, tuple, dict, set, np.ndarray, np.float64, range}
python_member: Any = _python_member
PROTOCOLS: dict[Any, Any] = {}  # function -> what makes its form for a table


def invoke(heap: Any, member: Any, owner: Any, *args: Any) -> Any:
    """`owner.member(*args)` in its tangent form."""
    if type(member) is not types.FunctionType:
        return heap.of(member.__get__(owner, type(owner)))(*args)
    target = heap.of(member)  # starred arguments would go over the C stack, which is not deep
    if not args:
        return target(owner)
    if len(args) == 1:
        return target(owner, args[0])
    return target(owner, args[0], args[1]) if len(args) == 2 else target(owner, *args)


def plainly(heap: Any, function: Any) -> Any:
    """The form of a function whose operands have no methods of their own."""
    from .rules.registry import REGISTRY
    from .tangent_forms import by_rule

    rule = REGISTRY.lookup(function)
    return function if rule is None else by_rule(heap, function, rule)


# -- operators ------------------------------------------------------------------------------------------------------

def binary(operation: Any, name: str, symbol: str, base: Any = None) -> None:
    inplace, forward, reflected = f"__i{name}__", f"__{name}__", f"__r{name}__"

    def make(heap: Any) -> Any:
        plain = plainly(heap, base or operation)

        def call(a: Any, b: Any, *more: Any) -> Any:
            if more:
                return plain(a, b, *more)
            left, right = type(a), type(b)
            own = python_member(left, inplace) if base is not None else None
            first, second = python_member(left, forward), python_member(right, reflected)
            ufunc = _ufunc_of(a, b)
            if own is None and first is None and second is None and ufunc is None:
                return on_plain(heap, operation, base, plain, a, b)
            tries = [] if own is None else [(own, a, b)]
            if left is right:
                second = None
            if first is None and isinstance(a, _ARRAYS) and not _defers(a, b):
                if ufunc is not None:
                    return invoke(heap, ufunc[1], ufunc[0], _UFUNCS[name], "__call__", a, b)
                if np.ndim(a) or second is None or hasattr(right, "__array__") or hasattr(right, "__len__"):
                    raise _elementwise(symbol, a, b)
                a = a.item()
            if first is not None and second is None and isinstance(b, _ARRAYS) and own is None:
                result = invoke(heap, first, a, b)
                if result is NotImplemented:
                    raise _elementwise(symbol, a, b)
                return result
            ordered = [(first, a, b), (second, b, a)]
            if second is not None and issubclass(right, left) and second is not member_of(left, reflected):
                ordered.reverse()
            for member, owner, other in tries + ordered:
                if member is not None:
                    result = invoke(heap, member, owner, other)
                    if result is not NotImplemented:
                        return result
            if first is None and isinstance(a, (float, int)) and isinstance(b, (float, int)):
                return on_plain(heap, operation, base, plain, a, b)
            return _unsupported(symbol, a, b)

        return call

    PROTOCOLS[operation] = make


def on_plain(heap: Any, operation: Any, base: Any, plain: Any, a: Any, b: Any) -> Any:
    if isinstance(a, _CONTAINERS) or isinstance(b, _CONTAINERS):
        operands(a, b)
        if isinstance(a, list) and isinstance(b, np.ndarray):
            numeric(a)  # raises
        made = operation(a, b)
        heap.mark_text(made, heap.get(a), heap.get(b))
        return made
    if base is not None and isinstance(a, np.ndarray):
        made, tangent = heap.update(operation, base, a, b, heap.get(a), heap.get(b))
        heap.put(made, tangent)
        return made
    if isinstance(a, _ARRAYS) or isinstance(b, _ARRAYS):
        return plain(a if isinstance(a, (float, int, complex)) else numeric(a),
                     b if isinstance(b, (float, int, complex)) else numeric(b))
    return plain(a, b)


for _name, _symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//"), ("mod", "%"),
                       ("matmul", "@"), ("lshift", "<<"), ("rshift", ">>"), ("and", "&"), ("or", "|"), ("xor", "^")):
    _operation = getattr(operator, _name + "_" if _name in ("and", "or") else _name)
    binary(_operation, _name, _symbol)
    binary(getattr(operator, "i" + _name), _name, _symbol + "=", _operation)
for _operation in (operator.pow, pow):
    binary(_operation, "pow", "** or pow()")
binary(operator.ipow, "pow", "**=", operator.pow)
binary(divmod, "divmod", "divmod()")


def update_container(heap: Any, in_place: Any, operation: Any, x: Any, y: Any, dx: Any, dy: Any) -> tuple[Any, Any]:
    """`x op= y` of what is no array: the new `x`, and its tangent."""
    if isinstance(x, list) and isinstance(y, np.ndarray):
        y = heap.rows(y, dy)
    elif type(x) not in _CONTAINERS and type(y) not in _CONTAINERS:
        heap.put(x, dx)
        heap.put(y, dy)
        made = heap.of(operation)(x, y) if type(x) in (int, float, complex) else PROTOCOLS[in_place](heap)(x, y)
        return made, heap.get(made)
    else:
        operands(x, y)
        if type(x) in (list, set, dict):
            y = heap.iterable(y)
    made = in_place(x, y)
    heap.mark_text(made, dx, dy)
    return made, heap.get(made)


def comparison(operation: Any, forward: str, mirrored: str, symbol: str) -> None:
    def make(heap: Any) -> Any:
        def call(a: Any, b: Any) -> Any:
            first, second = python_member(type(a), forward), python_member(type(b), mirrored)
            if first is None and second is None:
                if forward == "__ne__" and (python_member(type(a), "__eq__") or python_member(type(b), "__eq__")):
                    return not PROTOCOLS[operator.truth](heap)(PROTOCOLS[operator.eq](heap)(a, b))
                return heap.verdict(operation(a, b))
            if isinstance(a, _ARRAYS) and np.ndim(a) and not _defers(a, b):
                raise _elementwise(symbol, a, b)
            tries = [(first, a, b), (second, b, a)]
            if type(a) is not type(b) and issubclass(type(b), type(a)):
                tries.reverse()
            for member, owner, other in tries:
                if member is not None:
                    result = invoke(heap, member, owner, other)
                    if result is not NotImplemented:
                        return result
            if forward in ("__eq__", "__ne__"):
                return (a is b) == (forward == "__eq__")
            raise TypeError(f"'{symbol}' not supported between instances of '{type(a).__name__}' and '{type(b).__name__}'")

        return call

    PROTOCOLS[operation] = make


for _operation, _forward, _mirrored, _symbol in (
        (operator.lt, "__lt__", "__gt__", "<"), (operator.le, "__le__", "__ge__", "<="), (operator.gt, "__gt__", "__lt__", ">"),
        (operator.ge, "__ge__", "__le__", ">="),
        (operator.eq, "__eq__", "__eq__", "=="), (operator.ne, "__ne__", "__ne__", "!=")):
    comparison(_operation, _forward, _mirrored, _symbol)


def unary(function: Any, *names: str, finish: Any = None) -> None:
    def make(heap: Any) -> Any:
        plain = plainly(heap, function)

        def call(*args: Any, **keywords: Any) -> Any:
            if not args or type(args[0]) in _PLAIN:
                return plain(*args, **keywords)
            for name in names:
                member = python_member(type(args[0]), name)
                if member is not None:
                    result = invoke(heap, member, *(args if name == names[0] else args[:1]))
                    return result if finish is None else finish(heap, lambda r: r, name, result, args[0])
                if member_of(type(args[0]), name) is not MISSING:
                    break
            return plain(*args, **keywords)

        return call

    PROTOCOLS[function] = make


for _function, _names in ((operator.neg, ("__neg__",)), (operator.pos, ("__pos__",)), (operator.invert, ("__invert__",)),
                          (abs, ("__abs__",)), (operator.abs, ("__abs__",)), (round, ("__round__",))):
    unary(_function, *_names)
unary(float, "__float__", "__index__", finish=_of_type(float))
unary(int, "__int__", "__index__", "__trunc__", finish=_of_type(int))
unary(operator.index, "__index__", finish=_of_type(int))


# -- truth and length -----------------------------------------------------------------------------------------------

def length(heap: Any, value: Any) -> int:
    member = python_member(type(value), "__len__")
    return len(value) if member is None else len(_Sized(invoke(heap, member, value)))


def truth(heap: Any, value: Any) -> bool:
    if type(value) in _PLAIN:
        return bool(value)
    member = python_member(type(value), "__bool__")
    if member is not None:
        result = invoke(heap, member, value)
        if not isinstance(result, bool):
            raise TypeError(f"__bool__ should return bool, returned {type(result).__name__}")
        return result
    if member_of(type(value), "__bool__") is MISSING and python_member(type(value), "__len__") is not None:
        return length(heap, value) != 0
    return bool(value)


def _with(function: Any) -> Any:
    """Its form: a function in Python for each count of arguments, since `partial` would go over the C stack."""
    if function.__code__.co_flags & inspect.CO_VARARGS or function.__defaults__:
        def make(heap: Any) -> Any:
            def call(a: Any, *more: Any) -> Any:
                if len(more) == 1:
                    return function(heap, a, more[0])
                return function(heap, a, *more) if more else function(heap, a)

            return call

        return make
    return {1: lambda heap: lambda a: function(heap, a), 2: lambda heap: lambda a, b: function(heap, a, b),
            3: lambda heap: lambda a, b, c: function(heap, a, b, c)}[function.__code__.co_argcount - 1]


PROTOCOLS[bool] = PROTOCOLS[operator.truth] = _with(truth)
PROTOCOLS[operator.not_] = _with(lambda heap, value: not truth(heap, value))
PROTOCOLS[len] = _with(length)


# -- iteration ------------------------------------------------------------------------------------------------------

def iterate(heap: Any, values: Any) -> Any:
    """`values`, or an iterator over it that calls its methods in their tangent forms."""
    kind = type(values)
    if kind in _PLAIN:
        return values
    member = python_member(kind, "__iter__")
    if member is not None:
        values = invoke(heap, member, values)
    elif member_of(kind, "__iter__") is MISSING and python_member(kind, "__getitem__") is not None:
        return _by_index(heap, values)
    step = python_member(type(values), "__next__")
    return values if step is None else _steps(heap, step, values)


def _by_index(heap: Any, values: Any) -> Any:
    member = python_member(type(values), "__getitem__")
    position = 0
    while True:
        try:
            value = invoke(heap, member, values, position)
        except IndexError:
            return
        yield value
        position += 1


def _steps(heap: Any, step: Any, values: Any) -> Any:
    while True:
        try:
            value = invoke(heap, step, values)
        except StopIteration:
            return
        yield value


def advance(heap: Any, iterator: Any, *default: Any) -> Any:
    step = python_member(type(iterator), "__next__")
    if step is None:
        return heap.next(iterator, *default)
    try:
        return invoke(heap, step, iterator)
    except StopIteration:
        if default:
            return default[0]
        raise


def iterator_of(heap: Any, values: Any, *sentinel: Any) -> Any:
    if sentinel:
        return iter(heap.of(values), *sentinel)
    if isinstance(values, (np.ndarray, np.flatiter)):
        return iter(heap.rows(values, heap.get(values)))
    member = python_member(type(values), "__iter__")
    if member is not None:
        made = invoke(heap, member, values)
        if member_of(type(made), "__next__") is MISSING:
            raise TypeError(f"iter() returned non-iterator of type '{type(made).__name__}'")
        return made
    return iter(iterate(heap, values))


def found_in(heap: Any, container: Any, item: Any) -> bool:
    member = python_member(type(container), "__contains__")
    if member is not None:
        return truth(heap, invoke(heap, member, container, item))
    if member_of(type(container), "__contains__") is MISSING and type(container) not in _PLAIN and (
            python_member(type(container), "__iter__") or python_member(type(container), "__getitem__")):
        equal = PROTOCOLS[operator.eq](heap)
        return any(v is item or truth(heap, equal(v, item)) for v in iterator_of(heap, container))
    return item in container


def _backwards(heap: Any, plain: Any, values: Any) -> Any:
    kind = type(values)
    member = python_member(kind, "__reversed__")
    if member is not None:
        return invoke(heap, member, values)
    item = python_member(kind, "__getitem__")
    if item is not None and kind not in _PLAIN:
        return (invoke(heap, item, values, i) for i in range(length(heap, values) - 1, -1, -1))
    return plain(values)


PROTOCOLS[reversed] = lambda heap: functools.partial(_backwards, heap, plainly(heap, reversed))
PROTOCOLS[next] = _with(advance)
PROTOCOLS[iter] = _with(iterator_of)
PROTOCOLS[operator.contains] = _with(found_in)
PROTOCOLS[lacks] = _with(lambda heap, container, item: not found_in(heap, container, item))
PROTOCOLS[sum] = lambda heap: functools.partial(_sum, heap, plainly(heap, sum))
PROTOCOLS[lazy.UNPACKED] = _with(lambda heap, values, count, rest: heap.of(lazy.unpack_of)(
    heap.rows(values, heap.get(values)), count, rest) if type(values) not in (list, tuple) else values)


def _sum(heap: Any, plain: Any, iterable: Any, *start: Any, **keywords: Any) -> Any:
    values = heap.gathered(iterable)
    numbers = (int, float, complex, np.ndarray, np.generic)
    if all(isinstance(v, numbers) for v in values):
        return plain(values, *start, **keywords)
    return heap.of(lazy.sum_of)(values, *start, *keywords.values())
