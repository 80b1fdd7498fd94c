"""The CPS forms of callables that are no Python functions, and of code that is not transformed."""

from __future__ import annotations

import collections
import functools
import inspect
import io
import types
from typing import Any

import numpy as np

from . import forms, guarded, lazy
from .cotangents import ZERO, Poison, unbroadcast
from .dataclass_forms import is_named_tuple, makes_itself, new_form
from .equivalents import EQUIVALENTS
from .heap import Heap, is_floating
from .layout import Call, captured, define
from .memory import owner_of
from .operands import still
from .operator_methods import operator_of
from .places import here
from .reach import closes_over, holds_closure, reaches
from .remedies import remedy_for
from .resolve import letter_of
from .rules.registry import REGISTRY, Rule
from .special import instance_letter, is_special, note
from .stack import Shallow
from .transforms.errors import CpsadError, NoDerivativeError
from .unseen import stores, watch_now

__all__ = ["other", "starred", "untransformed"]

_BINDING = (types.FunctionType, types.WrapperDescriptorType, types.MethodDescriptorType, classmethod, staticmethod)
_PLAIN_DATA = {int, float, bool, complex, str, bytes, type(None), np.ndarray}


def starred(function: Any, call: Call) -> Any:
    """For `g(a, *xs, key=b, **d)`: what the stars stand for is known when the call is made.

    A starred argument stands last (`anf` sees to it). The values come from containers, so that is where their
    adjoints go; those of the arguments written out are returned.
    """
    stars = [star for _, star in call.args]
    written = stars.index(True) if True in stars else len(stars)
    letters = "".join(letter for letter, _ in call.args[:written])
    named = {name: letter for name, letter in call.keywords if name != "**"}

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        handler, args = args[: call.guarded], args[call.guarded:]
        target = starred_target(heap, function, letters, named, "!" * call.guarded, args[written:], keywords)
        with heap.through_c():
            results = target(heap, k, *handler, *args, **keywords) or ()  # nothing of a function without parameters
        for value, adjoint in zip(args[written:], results[written:], strict=False):
            heap.add(value, adjoint)
        by_name = dict(zip(keywords, results[len(args):], strict=True))
        for name, adjoint in by_name.items():
            if name not in named:
                heap.add(keywords[name], adjoint)
        return (*results[:written], *[by_name[name] for name in named])

    return adapted


def starred_target(heap: Heap, function: Any, letters: str, named: dict[str, str], end: str, more: Any, keywords: Any) -> Any:
    """The form for what the stars of a call stand for."""
    signature = letters + "".join("V" if is_special(v) else "O" for v in more)
    signature += "".join(f",{name}={named.get(name, 'V' if is_special(v) else 'O')}" for name, v in keywords.items())
    return heap.form(function, signature + end)


def other(function: Any, signature: str) -> Any:
    call = Call.parse(signature)
    if isinstance(function, types.MethodType) and type(function.__self__) is Heap:
        if call.has_stars:
            return starred(function, call)
        from .heap_forms import heap_form

        made = heap_form(function, call)
        return guarded.leaf(made, call) if call.guarded else made
    if call.has_stars:
        return starred(function, call)
    rule = REGISTRY.lookup(function)
    if rule is not None and (rule.role == "python" or rule.otherwise and not _fits(rule, call)):
        return forms.part(rule.otherwise or rule.pullback, signature)
    made = by_protocol(function, call.unguarded, signature.removesuffix("!"))
    if made is not None:
        return guarded.by_protocol(made, function, call) if call.guarded else made
    if isinstance(function, types.MethodWrapperType) and isinstance(function.__self__, type) and function.__name__ == "__call__":
        return _constructor(function.__self__, signature, call, itself=True)  # `super().__call__(...)` of a metaclass
    equivalent = EQUIVALENTS.get(rule.primitive if rule is not None else function) if _calls(function, call) else None
    if equivalent is not None:
        return forms.part(equivalent, signature)
    if rule is None and isinstance(function, (types.BuiltinFunctionType, types.MethodWrapperType)):
        owner = getattr(function, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            descriptor = descriptor_of(function)
            rule = REGISTRY.lookup(descriptor)
            made = _protocols[-1].inherited(owner, descriptor, call.unguarded)
            if made is not None:
                return guarded.by_protocol(made, function, call) if call.guarded else made
            if rule is not None:
                if rule.role == "python" or rule.otherwise and not _fits(rule, call, 1):
                    return _bound_method(rule.otherwise or rule.pullback, owner, signature)
                if _calls(function, call) and rule.primitive in EQUIVALENTS:
                    return _bound_method(EQUIVALENTS[rule.primitive], owner, signature)
                return _alone(_step_by_step, call, function, owner, rule, call, signature)
            if (does := operator_of(function)) is not None:
                return _bound_method(does, owner, signature)
    if rule is not None:
        by_name = {getattr: _get_attribute, setattr: _set_attribute}.get(function) if not call.keywords else None
        return _alone(lambda: by_name or _primitive(function, rule, call), call)
    if isinstance(function, types.MethodWrapperType) and function.__name__ == "__get__" and isinstance(
            function.__self__, _BINDING):
        return _alone(_moving, call, function, None, call)  # a method, bound to an object
    if isinstance(function, types.BuiltinFunctionType) and function.__name__ == "__new__" and isinstance(
            function.__self__, type) and issubclass(function.__self__, BaseException):
        return _alone(_moving, call, function, None, call)  # the instance holds its arguments
    if isinstance(function, types.MethodType):
        return _bound_method(function.__func__, function.__self__, signature)
    if isinstance(function, functools.partial):
        return _partial(function, signature)
    if isinstance(function, type):
        return _constructor(function, signature, call)
    method = getattr(type(function), "__call__", None)  # noqa: B004 - the method itself is wanted
    if isinstance(method, types.FunctionType):
        return _bound_method(method, function, signature)
    wrapped = getattr(function, "_implementation", None)  # NumPy's functions that are written in Python
    if isinstance(wrapped, types.FunctionType):
        return forms.part(wrapped, signature)
    return untransformed(function, call, None)


def descriptor_of(function: Any) -> Any:
    """What stands in the class for a bound method written in C, also where a class of Python has put another over it."""
    owner, name = function.__self__, function.__name__
    found = getattr(getattr(function, "__objclass__", type(owner)), name, None)
    if isinstance(found, types.FunctionType):
        members = [vars(base).get(name) for base in type(owner).__mro__]
        found = next((m for m in members if isinstance(m, types.MethodDescriptorType) and m.__get__(owner) == function), None)
    return found


_protocols: Any = None  # the modules of the forms below, which import this one
_known: dict[Any, Any] = {}  # (function, signature, version, depth) -> form, of functions that have one by name


def by_protocol(function: Any, call: Call, signature: str) -> Any:
    """The form of what calls special methods, or consumes iterators; None for anything else."""
    global _protocols
    try:
        found = _known.get((function, signature, REGISTRY.version, forms.building.depth))
    except TypeError:  # not hashable
        found = None
    if found is not None:
        return found
    if _protocols is None:
        from . import callbacks, generator_methods, generators, iteration, members, protocols, subclasses

        assert members  # they enter their forms
        _protocols = callbacks, generators, generator_methods, iteration, protocols, subclasses
    callbacks, generators, generator_methods, iteration, protocols, _ = _protocols
    kind = type(function)
    if kind is generators.Suspend:
        return function.form
    if kind is types.MethodType and type(function.__self__) is generators.Generator:
        return generator_methods.method_form(function, call)
    try:
        maker = protocols.FORMS.get(function)
    except TypeError:
        maker = None
    if maker is None and (rule := REGISTRY.lookup(function)) is not None and rule.consumes:
        maker = iteration.consumer
    if maker is None:
        return callbacks.form_of_object(function, call, signature)
    made = maker(function, call)
    if made is not None:
        if len(_known) > 4096:
            _known.clear()
        _known[function, signature, REGISTRY.version, forms.building.depth] = made
    return made


def by_rule(function: Any, rule: Rule, call: Call, signature: str) -> Any:
    """The form of a function written in Python that has a rule all the same."""
    if rule.role == "python" or rule.otherwise and not _fits(rule, call):
        return forms.part(rule.otherwise or rule.pullback, signature)
    return _primitive(function, rule, call)


def _alone(make: Any, call: Call, *what: Any) -> Any:
    """The form of what calls no code that has a form: under a handler, what it raises goes there."""
    made = make(*what)
    return guarded.leaf(made, call) if call.guarded else made


def _calls(function: Any, call: Call) -> bool:
    return function is functools.reduce or any(name == "key" for name, _ in call.keywords)


def _fits(rule: Rule, call: Call, owner: int = 0) -> bool:
    if call.args and not owner and call.args[0][0] in "SNn" and rule.first_is_constant:
        return False
    return rule.fits(len(call.args) + owner, [name for name, _ in call.keywords])


def _names_of(call: Call) -> tuple[list[str], str]:
    args = [f"_a{i}" for i in range(len(call.args))]
    names = [name for name, _ in call.keywords]
    return args + names, ", ".join(args + [f"{n}={n}" for n in names])


def _bound_method(function: Any, owner: Any, signature: str) -> Any:
    carries = is_floating(owner)
    letter = letter_of(owner, carries)
    inner = forms.part(function, letter + signature)
    call = Call.parse(signature)
    names, given = _names_of(call)
    through = "_heap, _k, _h" if call.guarded else "_heap, _k"
    text = f"def adapted({', '.join([through, *names])}):\n"
    text += f"    _r = _inner({through}, _captured(_owner), {given})\n"
    text += "    _heap.add(_owner, _r[0])\n" if carries else ""
    text += "    return _r[1:]"
    return define(text, {"_inner": inner, "_owner": owner, "_captured": captured})


def _partial(function: functools.partial[Any], signature: str) -> Any:
    fixed, named = function.args, function.keywords
    letters = "".join(letter_of(a, is_floating(a)) for a in fixed)
    extra = "".join(f",{n}={letter_of(v, is_floating(v))}" for n, v in named.items()
                    if f",{n}=" not in signature)
    named = {n: v for n, v in named.items() if f",{n}=" not in signature}
    under = signature.endswith("!")
    inner = forms.part(function.func, letters + signature.removesuffix("!") + extra + "!" * under)

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        handler, args = args[:under], args[under:]
        with heap.through_c():
            results = inner(heap, k, *handler, *fixed, *args, **keywords, **named)
        for value, adjoint in zip(fixed, results, strict=False):
            heap.add(value, adjoint)
        end = len(results) - len(named)
        for value, adjoint in zip(named.values(), results[end:], strict=True):
            heap.add(value, adjoint)
        return results[len(fixed): end]

    return adapted


def _constructor(cls: type, signature: str, call: Call, itself: bool = False) -> Any:
    """An instance: made plainly, then its `__init__` runs in CPS. `itself`: past the `__call__` of its metaclass."""
    made = _instance(cls, signature, call, itself)
    if not stores(cls):
        return made
    note(frozenset({"unseen"}))
    names, given = _names_of(call)
    through = ", ".join(["_heap", "_k", *(["_h"] if call.guarded else [])])
    return define(f"def adapted({', '.join([through, *names])}):\n    _watch()\n    return _made({', '.join([through, given])})",
                  {"_made": made, "_watch": watch_now})


def _instance(cls: type, signature: str, call: Call, itself: bool) -> Any:
    meta = type(cls).__call__
    if meta is not type.__call__ and not itself:
        if isinstance(meta, types.FunctionType) and meta.__module__ != "enum":
            return _bound_method(meta, cls, signature)
        return untransformed(cls, call, None)
    init: Any = cls.__init__  # type: ignore[misc]
    new: Any = cls.__new__
    moves = (cls is types.SimpleNamespace or makes_itself(cls) and not hasattr(cls, "__post_init__") or is_named_tuple(cls)
             or init is object.__init__ and new is object.__new__
             or issubclass(cls, BaseException) and not isinstance(init, types.FunctionType))
    if moves:
        return _alone(_moving, call, cls, None, call)
    subclasses = _protocols[-1]
    init = subclasses.init_of(cls)
    rule = subclasses.container_rule(cls)
    if rule is not None:
        return _alone(_consuming, call, cls, rule, call)
    if isinstance(new, types.FunctionType) and (
            init is object.__init__ or isinstance(init, types.FunctionType)):
        made = new_form(cls, signature.removesuffix("!"))
        return guarded.around(made, cls, call) if call.guarded else made
    is_error = issubclass(cls, BaseException) and new in (BaseException.__new__, *[k.__new__ for k in cls.__mro__[1:-1]])
    plain = new is object.__new__ or subclasses.makes_container(cls) or is_error and not isinstance(new, types.FunctionType)
    if not isinstance(init, types.FunctionType) or not plain:
        return untransformed(cls, call, None)
    inner = forms.part(init, instance_letter(cls) + signature)
    names, given = _names_of(call)
    through = ["_heap", "_k", *(["_h"] if call.guarded else [])]
    text = f"def adapted({', '.join([*through, *names])}):\n"
    text += f"    _made = _new(_cls{', ' + given if is_error else ''})\n"  # an exception keeps its arguments
    text += "".join(f"    _heap.put({name})\n" for name in names if is_error)
    text += ("    def _done(_):\n"
             "        _heap.add(_made, _k(_made))\n"
             "        return _ZERO\n"
             f"    _r = _inner({', '.join(['_heap', '_done', *through[2:], '_made', given])})[1:]\n")
    if is_error:
        parts = "".join(f"_r[{i}] + _heap.take({name}), " for i, name in enumerate(names))
        text += f"    return ({parts})\n"
    else:
        text += "    return _r\n"
    return define(text, {"_inner": inner, "_new": new, "_cls": cls, "_ZERO": ZERO})


def _get_attribute(heap: Heap, k: Any, /, owner: Any, name: str, *default: Any) -> Any:
    """The form of `getattr`."""
    for value in default:
        heap.put(value)
    value = heap.attribute(owner, name, *default)
    back = heap.read_attribute(owner, name, value, k(value))
    return (back, ZERO, *[heap.take(v) for v in default])


def _set_attribute(heap: Heap, k: Any, /, owner: Any, name: str, value: Any) -> Any:
    """The form of `setattr`."""
    heap.put(value)
    heap.set_attribute(owner, name, value)
    k(None)
    return (ZERO, ZERO, heap.take(value))


def _moving(function: Any, rule: Rule | None, call: Call, owner: Any = None) -> Any:
    """A function that moves references: its arguments go on the heap, its result is read from there."""
    shift = 0 if owner is None else 1
    iterates, alone = (rule.iterates, rule.single_iterates) if rule is not None else ((), False)
    calls = rule is not None and (len(call.args) >= rule.calls or any(name == "key" for name, _ in call.keywords))
    single = len(call.args) == 1

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        given: list[Any] = []
        for i, value in enumerate(args):
            if i + shift in iterates and (single or not alone):
                given.append(heap.rows(value))
            else:
                heap.put(value)
                given.append(value)
        for value in keywords.values():
            heap.put(value)
        called = [v for v in [*given, *keywords.values()] if callable(v)] if calls else []
        if called:  # Python code, called from C
            if function is not collections.defaultdict and (reaches(heap.slots, *called) or any(map(closes_over, called))):
                raise here(NoDerivativeError, f"{getattr(function, '__name__', function)} calls a function that can see "
                           "values that carry a derivative", why="it is called from C, without its derivative",
                           remedy="write the loop, or pass a function that closes over no such value")
            given = [_shallow(v) if any(v is c for c in called) and function is not collections.defaultdict else v for v in given]
            with Shallow():
                result = function(*given, **keywords)
        else:
            result = function(*given, **keywords)
        heap.add(result, k(result))
        back = []
        for i, value in reversed(list(enumerate(args))):
            if i + shift in iterates and (single or not alone):
                back.append(heap.unrows(value, given[i]))
            else:
                back.append(heap.take(value))
        return (*reversed(back), *[heap.take(v) for v in keywords.values()])

    return adapted


def _consuming(function: Any, rule: Rule, call: Call, owner: Any = None) -> Any:
    """A mover, with lists in place of generators and of iterators of the user's."""
    from . import iteration

    plain = _moving(function, rule, call, owner)
    if rule.iterates and not call.has_stars and (len(call.args) == 1 or not rule.single_iterates):
        return iteration.eager(function, call, plain, rule.iterates, owner)
    return plain


def _shallow(function: Any) -> Any:
    """`function` for an iterator that will call it later."""
    if not isinstance(function, (types.FunctionType, types.MethodType)):
        return function

    @functools.wraps(function)
    def called(*args: Any) -> Any:
        with Shallow():
            return function(*args)

    return called


def _step_by_step(function: Any, owner: Any, rule: Rule, call: Call, signature: str) -> Any:
    """A method of a built-in class; one that takes the values of an iterator which runs code takes one after the other."""
    plain = _method_of_builtin(function, owner, rule, call)
    python = lazy.STEP_BY_STEP.get(rule.primitive)
    if python is None or not call.is_plain or len(call.args) != 1:
        return plain
    from .iteration import runs_on_next

    def adapted(heap: Heap, k: Any, /, values: Any) -> Any:
        if runs_on_next(values):
            return _bound_method(python, owner, "V")(heap, k, values)
        return plain(heap, k, values)

    return adapted


def _method_of_builtin(function: Any, owner: Any, rule: Rule, call: Call) -> Any:
    if rule.role == "mover":
        return _consuming(function, rule, call, owner)
    inner = _primitive(rule.primitive, rule, call)

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        with heap.through_c():
            results = inner(heap, k, captured(owner), *args, **keywords)
        heap.add(owner, results[0])
        return results[1:]

    return adapted


def _primitive(function: Any, rule: Rule, call: Call) -> Any:
    """A primitive called as a value: its rule is called, not spliced."""
    if rule.role == "mover":
        return _consuming(function, rule, call)
    if rule.role == "constant":
        def constant(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
            k(function(*args, **keywords))
            return (ZERO,) * (len(args) + len(keywords))

        return constant
    pullback = rule.pullback
    assert pullback is not None
    known = inspect.signature(pullback)
    order = [n for n, p in list(known.parameters.items())[2:] if p.kind is not p.VAR_POSITIONAL]

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        if rule.consumes:
            args = (heap.gathered(args[0]), *args[1:])
        elif rule.role == "gather":
            args = tuple(tuple(a) if type(a) is list else a for a in args)
        sequences: dict[int, Any] = {}
        if rule.role in ("rule", "parts") and heap.slots:
            if any(isinstance(a, (list, tuple)) and reaches(heap.slots, a) for a in keywords.values()):
                raise here(NoDerivativeError, f"{rule.name}, called as a value, gets a sequence of active values by keyword",
                           remedy="call it by its name, or make the sequence an array first")
            sequences = {i: still(a) for i, a in enumerate(args) if isinstance(a, (list, tuple)) and reaches(heap.slots, a)}
            args = tuple(heap.array(a) if i in sequences else a for i, a in enumerate(args))
        wants = rule_keywords(rule, known, args, keywords)
        y = function(*args, **keywords)
        if rule.role == "parts":
            heap.put_each(y)
            k(y)
            g: Any = heap.take_each(y)
        else:
            g = k(y)
        results = pullback(g, y, *args, **wants)
        results = results if isinstance(results, tuple) else (results,)
        out = []
        given = [*enumerate(args), *[(order.index(n) if n in order else len(results), v) for n, v in keywords.items()]]
        for i, value in given:
            result = results[i] if i < len(results) else None
            if result is None:
                result = ZERO
                if g is not ZERO and is_floating(value):
                    result = Poison(here(NoDerivativeError, f"{rule.name} is not differentiated by all its arguments",
                                         remedy="use cpsad.stop_gradient on those that are constant"))
            if rule.role == "gather" and i == 0:
                result = heap.spread(value, result)
            elif rule.elementwise:
                result = unbroadcast(result, value)
            if rule.place is not None and i < len(results):
                from .custom import checked_shape

                result = checked_shape(result, value, rule.place, "cotangent")
            out.append(result if i not in sequences or i >= len(args) else heap.unarray(sequences[i], value, result))
        return tuple(out)

    return adapted


def rule_keywords(rule: Rule, known: inspect.Signature, args: Any, keywords: Any) -> Any:
    """The keywords that the rule takes; those that say nothing are left out."""
    wants = {n: v for n, v in keywords.items() if n in known.parameters or v is not None and v is not np._NoValue}
    try:
        known.bind(None, None, *args, **wants)
    except TypeError as error:
        raise here(NoDerivativeError, f"{rule.name} cannot be differentiated here", why=f"its rule has {error}",
                   remedy="add a rule with cpsad.defrule, or use cpsad.stop_gradient on its arguments") from None
    return wants


def untransformed(function: Any, call: Call, error: CpsadError | None, why: str = "") -> Any:
    """Code that is not transformed: it may run where no value that carries a derivative gets in."""
    return _alone(_untransformed, call, function, call, error, why)


def _untransformed(function: Any, call: Call, error: CpsadError | None, why: str = "") -> Any:
    name = getattr(function, "__qualname__", None) or repr(function)
    module = getattr(function, "__module__", None)
    name = f"{module}.{name}" if module and module not in ("builtins", "__main__") else name
    why = why or (error.what if error is not None else "it has no derivative rule and no Python source")
    if error is not None and error.where is not None:
        why += f" ({error.where.filename}, line {error.where.line})"

    # A text made for a person to read is harmless until a number is read back from it.
    formats = isinstance(getattr(function, "__self__", None), (str, io.StringIO))

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        if not callable(function):
            return function(*args, **keywords)  # the error is Python's
        every = [*args, *keywords.values()]
        letters = [a for a, _ in call.args] + [a for _, a in call.keywords]
        failure = error if error is not None else here(
            NoDerivativeError, f"a value that carries a derivative reaches {name}", why=why,
            remedy=remedy_for(name))
        maybe = False
        for value, letter in zip(every, letters, strict=False):
            if letter in "SN" and is_floating(value) and not formats:
                raise failure
            maybe = maybe or letter.isupper() and is_floating(value)
        owner = getattr(function, "__self__", None)
        reached = reaches(heap.slots, *every, function, owner) or any(map(holds_closure, every))
        if reached and not formats:
            raise failure
        seen = [a.obj if isinstance(a, memoryview) else a for a in [*every, owner]]
        kept = [(a, a.copy()) for a in seen if isinstance(a, np.ndarray)]
        if isinstance(function, types.BuiltinFunctionType) and all(type(v) in _PLAIN_DATA for v in every):
            result = function(*args, **keywords)  # calls no Python code
        else:
            with Shallow():
                result = function(*args, **keywords)
        if reached and not isinstance(result, (str, bytes, int, type(None))):  # several texts made of one
            raise failure
        if maybe and not formats and not isinstance(result, (int, float, complex, np.generic, np.ndarray)):
            raise failure
        kept = [(array, before) for array, before in kept if array.dtype != object and not np.array_equal(
            array, before, equal_nan=array.dtype.kind in "fc")]
        for array, _ in kept:
            heap.note_write(owner_of(array))
        if formats:
            if isinstance(owner, io.StringIO) and (reached or maybe):
                heap.printed(owner)
            heap.text(result, owner, *(v for v, a in zip(every, letters) if a.isupper() or not is_floating(v)))
        g = k(result)
        heap.add(result, g)
        for array, before in kept:
            heap.restore(array, before)
        poison = Poison(failure) if maybe and g is not ZERO else ZERO
        return tuple(poison if letter.isupper() else ZERO for letter in letters)

    return adapted
