"""The tangent form of a callable, whatever it is: called as the callable is, with tangents by identity of the objects."""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import operator
import types
from typing import Any

import numpy as np

from . import dataclass_forms, equivalents, execute, forms, special, subclasses, vectorizing
from .callbacks import _DECORATORS, _key
from .heap import Heap
from .layout import Call
from .library import BY_CODE
from .operator_methods import operator_of
from .reach import OPAQUE, runs_python
from .rules.registry import REGISTRY, Rule
from .runtime import make_class
from .tangent_inner import SUMS, gradient_form, heap_form
from .tangent_members import PROTOCOLS
from .tangent_protocols import invoke, python_member
from .tangent_rules import primitive_form
from .tangent_unseen import is_own, untransformed
from .transforms.errors import SourceError, UnsupportedError

__all__ = ["form_of"]



def form_of(heap: Any, function: Any, letters: str) -> tuple[Any, bool]:
    """The form, and whether it may be kept for the next call."""
    if _in(MAKERS, function):
        return function, True
    if type(function) is types.FunctionType:
        if (function.__module__, function.__qualname__) in _DECORATORS:
            return function, True
        if function in CALLERS:
            return functools.partial(CALLERS[function], heap), True
        return _python(heap, function, letters), True
    if isinstance(function, types.MethodType):
        return _method(heap, function, letters), False
    if isinstance(function, functools.partial):
        return functools.partial(heap.of(function.func), *function.args, **function.keywords), False
    protocol = _in(PROTOCOLS, function)
    if protocol is not None:
        return protocol(heap), True
    if type(function) is _CACHED:
        return functools.partial(_call_cached, heap, function), True
    if type(function) in _GETTERS:
        return functools.partial(_get_by, heap, function), False
    caller = _in(CALLERS, function)
    if caller is not None:
        return functools.partial(caller, heap), True
    rule = REGISTRY.lookup(function)
    if rule is not None:
        return by_rule(heap, function, rule), True
    if _of_container(function):
        return functools.partial(_move, heap, function), True
    if isinstance(function, type):
        return _constructor(heap, function), True
    if isinstance(function, (types.BuiltinFunctionType, types.MethodWrapperType)):
        owner = getattr(function, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            return _method_of_builtin(heap, function, owner), False
    if isinstance(function, np.vectorize) and function.signature is None and not function.excluded:
        return functools.partial(heap.of(equivalents.vectorized), function.pyfunc, function.otypes), False
    if isinstance(function, np.vectorize) and callable(function.pyfunc):
        return functools.partial(heap.of(vectorizing.in_full), function), False
    method = getattr(type(function), "__call__", None)  # noqa: B004 - the method itself is wanted
    if isinstance(method, types.FunctionType):
        return types.MethodType(heap.of(method), function), False
    wrapped = getattr(function, "_implementation", None)
    if isinstance(wrapped, types.FunctionType):
        return heap.of(wrapped), True
    return untransformed(heap, function, None), True


def _in(table: dict[Any, Any], function: Any) -> Any:
    try:
        return table.get(function)
    except TypeError:  # not hashable
        return None


# -- functions of the user's ----------------------------------------------------------------------------------------

def _python(heap: Any, function: types.FunctionType, letters: str) -> Any:
    if is_own(heap, function):
        return function
    rule = REGISTRY.lookup(function)
    if rule is not None:
        return by_rule(heap, function, rule)
    if (custom := function.__dict__.get(forms.CUSTOM)) is not None and custom.wrapper is function:
        return custom.tangent_form(heap)
    if function.__dict__.get(forms.OPERATOR) is function:
        return gradient_form(heap, function)
    if (instead := function.__dict__.get(forms.INSTEAD)) is not None and instead[0] is function:
        return heap.of(instead[1](Call((("O", True),), (("**", "O"),))))
    if (program := function.__dict__.get(forms.PROGRAM)) is not None and program[0] is function:
        from .nested_operators import operator_tangent_form

        return operator_tangent_form(heap, function)
    if OPAQUE in function.__dict__:
        return untransformed(heap, function, None)
    if dataclass_forms.is_generated_new(function):
        return function
    if dataclass_forms.is_generated_init(function):
        return _dataclass_init(heap, function)
    known = BY_CODE.get(function.__code__)
    if known is not None:
        return heap.of(known)
    try:
        made = execute.program_for(function, letters_for(function, letters), "tangent", table=heap).call
    except (SourceError, UnsupportedError) as error:
        return untransformed(heap, function, error)
    return dressed(made, function)


def dressed(made: Any, function: types.FunctionType) -> Any:
    made.__name__, made.__qualname__ = function.__name__, function.__qualname__
    made.__module__, made.__doc__ = function.__module__, function.__doc__
    for name, value in function.__dict__.items():
        if not name.startswith("__cpsad"):
            made.__dict__[name] = value
    return made


def letters_for(function: types.FunctionType, letters: str) -> str:
    """A letter for each parameter of a function: those of a call by position, if that fills them all."""
    code = function.__code__
    plain = not code.co_flags & 12 and not code.co_kwonlyargcount
    if letters and plain and len(letters) == code.co_argcount:
        return letters
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    return ("V" if special.groups_seen() else "O") * count


def _method(heap: Any, function: types.MethodType, letters: str) -> Any:
    inner, owner = function.__func__, function.__self__
    if id(owner) in heap.inner:
        return heap_form(heap, function)
    if type(owner) is Heap and inner is Heap.rows:
        return functools.partial(SUMS["rows"], heap, owner)  # of a gradient further in: its other methods are transformed
    unknown = "V" if special.groups_seen() else "O"
    target = heap.of(inner, unknown + letters if letters else "")
    return types.MethodType(target, owner)


def _dataclass_init(heap: Any, init: Any) -> Any:
    """The `__init__` that `dataclass` has generated stores its arguments; `__post_init__` runs in its tangent form."""
    def initialize(made: Any, *args: Any, **keywords: Any) -> Any:
        post = getattr(type(made), "__post_init__", None)
        if not isinstance(post, types.FunctionType) or "__post_init__" in getattr(made, "__dict__", ()):
            return init(made, *args, **keywords)
        import inspect

        given = inspect.signature(init).bind(made, *args, **keywords).arguments
        owner: Any = next(c for c in type(made).__mro__ if vars(c).get("__init__") is init)
        passed = []
        for field in owner.__dataclass_fields__.values():
            kind = field._field_type
            if kind is dataclasses._FIELD_CLASSVAR:  # type: ignore[attr-defined]
                continue
            if field.init and field.name in given:
                value = given[field.name]
            elif field.default_factory is not dataclasses.MISSING:
                value = heap.of(field.default_factory)()
            else:
                value = field.default
            if kind is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
                passed.append(value)
            elif value is not dataclasses.MISSING:
                object.__setattr__(made, field.name, value)
        heap.of(post)(made, *passed)
        return None

    return initialize


# -- classes --------------------------------------------------------------------------------------------------------

_CONTAINERS = (object, list, dict, tuple, set, BaseException)
_HOLDERS = (list, dict, tuple, set, frozenset, collections.deque, collections.OrderedDict, collections.defaultdict)


def _constructor(heap: Any, cls: Any) -> Any:
    """An instance: `__new__` and `__init__` run in their tangent forms; those written in C only move references."""
    if type(cls).__call__ is not type.__call__:
        return untransformed(heap, cls, None)
    new, init = cls.__new__, subclasses.init_of(cls)
    base = next((c for c in cls.__mro__ if "__new__" in vars(c) and not isinstance(new, types.FunctionType)), object)
    in_c = not isinstance(new, types.FunctionType)
    known = any(base is c or issubclass(base, BaseException) for c in _CONTAINERS) or base.__module__ == "collections"
    if in_c and not known:
        return untransformed(heap, cls, None)
    if in_c and not isinstance(init, types.FunctionType):
        return functools.partial(_filled, heap, cls) if issubclass(cls, _HOLDERS) else cls

    def construct(*args: Any, **keywords: Any) -> Any:
        if not in_c:
            made = heap.of(new)(cls, *args, **keywords)
        elif new is object.__new__:
            if cls.__abstractmethods__ if hasattr(cls, "__abstractmethods__") else ():
                return cls(*args, **keywords)  # raises
            made = new(cls)
        else:
            given = [heap.rows(a, heap.get(a)) for a in args] if issubclass(cls, _HOLDERS) else args
            made = new(cls, *given, **keywords)
        if isinstance(made, cls):
            start = subclasses.init_of(type(made))
            if isinstance(start, types.FunctionType):
                if heap.of(start)(made, *args, **keywords) is not None:
                    raise TypeError("__init__() should return None")
            elif start is not object.__init__:
                start(made, *[heap.rows(a, heap.get(a)) for a in args], **keywords)
        return made

    return construct


def _filled(heap: Any, cls: Any, *args: Any, **keywords: Any) -> Any:
    """An instance of a container's subclass, which C fills with what it iterates over."""
    return cls(*[heap.rows(a, heap.get(a)) for a in args], **keywords)


# -- built-in functions ---------------------------------------------------------------------------------------------

def by_rule(heap: Any, function: Any, rule: Rule) -> Any:
    """A primitive called as a value."""
    if rule.role == "constant":
        return function
    if rule.role == "mover":
        return _mover(heap, function, rule)
    if rule.role == "python":
        return heap.of(rule.pullback)
    plain = primitive_form(heap, function, rule)
    if rule.otherwise is None:
        return plain
    instead = heap.of(rule.otherwise)

    def call(*args: Any, **keywords: Any) -> Any:
        fits = rule.fits(len(args), list(keywords)) and not (
            args and rule.first_is_constant and not isinstance(args[0], str))
        return (plain if fits else instead)(*args, **keywords)

    return call


def _mover(heap: Any, function: Any, rule: Rule, owner: bool = False) -> Any:
    """What only moves references; functions that it is given, and calls, are given it in their tangent forms."""
    def call(*args: Any, **keywords: Any) -> Any:
        single = len(args) == 1
        given = [heap.rows(a, heap.get(a)) if i + owner in rule.iterates and (single or not rule.single_iterates) else a
                 for i, a in enumerate(args)]
        if len(args) + owner >= rule.calls or "key" in keywords:
            given = [form_if_called(heap, a) for a in given]
            keywords = {n: form_if_called(heap, a) for n, a in keywords.items()}
        return function(*given, **keywords)

    return call


def form_if_called(heap: Any, value: Any) -> Any:
    called = isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial))
    return heap.of(value) if called or isinstance(value, type) and value not in (list, dict, set, tuple, int) else value


def _method_of_builtin(heap: Any, function: Any, owner: Any) -> Any:
    if function.__name__ == "__new__" and isinstance(owner, type) and issubclass(owner, (BaseException, list, dict, set)):
        return function  # it keeps references, or looks at nothing but the class
    if function.__name__ == "__get__" and isinstance(
            owner, (types.FunctionType, types.WrapperDescriptorType, types.MethodDescriptorType)):
        return function  # it binds a method
    if isinstance(owner, (_GENERATOR, property)) or isinstance(function, types.MethodWrapperType) and function.__name__ in (
            "__setattr__", "__getattribute__", "__delattr__", "__init__", "__init_subclass__"):
        return function
    primitive = getattr(getattr(function, "__objclass__", type(owner)), function.__name__, None)
    if isinstance(primitive, types.FunctionType):  # asked for through super()
        primitive = next((vars(base)[function.__name__] for base in type(owner).__mro__ if not isinstance(
            vars(base).get(function.__name__, primitive), types.FunctionType)), None)
    if isinstance(owner, collections.OrderedDict) and type(owner) is not collections.OrderedDict and runs_python(
            type(owner), *subclasses.CALLED.get(primitive, ())):  # its methods call those
        if primitive in (collections.OrderedDict.update, collections.OrderedDict.__init__):
            return functools.partial(heap.of(subclasses.fill), owner)
        return untransformed(heap, function, None)
    if _of_container(primitive):
        return functools.partial(_move, heap, primitive, owner)
    protocol = _in(PROTOCOLS, primitive)
    if protocol is not None:
        return functools.partial(protocol(heap), owner)
    rule = REGISTRY.lookup(primitive) or REGISTRY.lookup(function)
    if rule is None:
        does = operator_of(function)
        return functools.partial(heap.of(does), owner) if does is not None else untransformed(heap, function, None)
    if rule.role == "constant":
        return function
    if rule.role == "mover":
        return _mover(heap, function, rule, owner=True)
    return functools.partial(by_rule(heap, primitive, rule), owner)


def _of_container(function: Any) -> bool:
    """Whether a special method, as `dict.__setitem__`, is that of a container."""
    return (isinstance(function, (types.WrapperDescriptorType, types.MethodDescriptorType))
            and function.__name__.startswith("__") and function.__objclass__ in _HOLDERS and REGISTRY.lookup(function) is None)


def _move(heap: Any, function: Any, owner: Any, *args: Any, **keywords: Any) -> Any:
    if function.__name__ == "__getitem__" and isinstance(owner, dict) and args and args[0] not in owner.keys():
        member = python_member(type(owner), "__missing__")
        if member is not None:
            return invoke(heap, member, owner, *args)
    if function.__name__ in ("__init__", "__iadd__", "__add__"):
        args = tuple([heap.rows(a, heap.get(a)) for a in args])
    return function(owner, *args, **keywords)


def _map(heap: Any, function: Any, *iterables: Any) -> Any:
    return map(heap.of(function), *[heap.rows(v, heap.get(v)) for v in iterables])


def _filter(heap: Any, function: Any, iterable: Any) -> Any:
    return filter(None if function is None else heap.of(function), heap.rows(iterable, heap.get(iterable)))


def _reduce(heap: Any, function: Any, iterable: Any, *initial: Any) -> Any:
    return functools.reduce(heap.of(function), heap.rows(iterable, heap.get(iterable)), *initial)


def _accumulate(heap: Any, iterable: Any, func: Any = None, **keywords: Any) -> Any:
    return itertools.accumulate(heap.rows(iterable, heap.get(iterable)), heap.of(func or operator.add), **keywords)


def _starmap(heap: Any, function: Any, iterable: Any) -> Any:
    return itertools.starmap(heap.of(function), heap.iterable(iterable))


def _groupby(heap: Any, iterable: Any, key: Any = None) -> Any:
    return itertools.groupby(heap.rows(iterable, heap.get(iterable)), None if key is None else heap.of(key))


def _cmp_to_key(heap: Any, compare: Any) -> Any:
    return functools.cmp_to_key(heap.of(compare))


def _chain(heap: Any, iterables: Any) -> Any:
    return itertools.chain.from_iterable(heap.rows(v, heap.get(v)) for v in heap.rows(iterables, heap.get(iterables)))


def _call_cached(heap: Any, function: Any, /, *args: Any, **keywords: Any) -> Any:
    """A cached function: the cache is that of the table, and knows numbers by their identity."""
    key = (function, *map(_key, args), *((n, _key(v)) for n, v in keywords.items()))
    found = heap.caches.get(key)
    if found is None:
        found = heap.caches[key] = heap.of(function.__wrapped__)(*args, **keywords), args, keywords
    return found[0]


def _get_by(heap: Any, getter: Any, owner: Any) -> Any:
    """What an `operator.itemgetter` and its kin do."""
    made = getter.__reduce__()
    if type(getter) is operator.methodcaller:
        name, args, keywords = made[1][0], made[1][1:], {}
        if isinstance(made[0], functools.partial):
            name, args, keywords = made[0].args[0], made[1], made[0].keywords
        return heap.of(equivalents.method_called)((name, args, keywords), owner)
    return heap.of(equivalents.items_of if type(getter) is operator.itemgetter else equivalents.attributes_of)(made[1], owner)


_CACHED: Any = type(functools.lru_cache(lambda: None))
_GETTERS = {operator.itemgetter, operator.attrgetter, operator.methodcaller}
_GENERATOR: Any = type((lambda: (yield))())
MAKERS: dict[Any, Any] = dict.fromkeys((  # they keep references, and nothing else
    functools.lru_cache, functools.cache, functools.wraps, functools.update_wrapper, functools.total_ordering,
    functools.singledispatch, functools.partialmethod, functools.cached_property, property, classmethod, staticmethod,
    operator.itemgetter, operator.attrgetter, operator.methodcaller, _CACHED, make_class, dataclasses.dataclass,
    dataclasses.field, collections.namedtuple, object.__setattr__, object.__getattribute__, object.__delattr__,
    object.__init__, object.__new__, object.__init_subclass__, types.MethodType, tuple.__new__,
), True)
CALLERS: dict[Any, Any] = {
    np.apply_along_axis: lambda heap, *args, **keywords: heap.of(equivalents.apply_along_axis)(*args, **keywords),
    np.piecewise: lambda heap, *args, **keywords: heap.of(equivalents.piecewise)(*args, **keywords),
    itertools.chain.from_iterable: _chain,
    map: _map, filter: _filter, functools.reduce: _reduce, itertools.accumulate: _accumulate, itertools.starmap: _starmap,
    itertools.groupby: _groupby, functools.cmp_to_key: _cmp_to_key,
}
