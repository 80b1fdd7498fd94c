"""Construction of dataclasses and named tuples, whose `__init__` and `__new__` are generated and have no source."""

from __future__ import annotations

import abc
import dataclasses
import inspect
import types
from typing import Any

from .cotangents import ZERO
from .heap import Heap
from .layout import Call
from .places import here
from .reach import closes_over, reaches
from .special import instance_letter
from .transforms.errors import NoDerivativeError

__all__ = ["init_form", "is_generated_init", "is_generated_new", "is_named_tuple", "makes_itself", "new_form"]


def makes_itself(cls: Any) -> bool:
    """Whether instances are made by the `__init__` that `dataclass` has generated."""
    owner = next(c for c in cls.__mro__ if "__init__" in vars(c))
    made = vars(owner).get("__dataclass_params__")
    return (made is not None and made.init and cls.__new__ is object.__new__ and type(cls) in (type, _ABC)
            and owner.__init__.__code__.co_filename == "<string>")


_ABC = abc.ABCMeta


def is_generated_new(new: Any) -> bool:
    """Whether this is the `__new__` that `namedtuple` has generated."""
    return isinstance(new, types.FunctionType) and new.__globals__.get("__name__", "").startswith("namedtuple_")


def is_named_tuple(cls: Any) -> bool:
    return issubclass(cls, tuple) and cls.__init__ is object.__init__ and is_generated_new(cls.__new__)


def is_generated_init(function: types.FunctionType) -> bool:
    return function.__code__.co_name == "__init__" and function.__code__.co_filename == "<string>"


def init_form(init: types.FunctionType, call: Call) -> Any:
    """The form of a generated `__init__`: the fields are set, then `__post_init__` runs in CPS."""
    known = inspect.signature(init)

    from .foreign import untransformed

    def adapted(heap: Heap, k: Any, /, made: Any, *args: Any, **keywords: Any) -> Any:
        owner: Any = next((c for c in type(made).__mro__ if vars(c).get("__init__") is init), None)
        if owner is None or "__dataclass_fields__" not in vars(owner):
            return untransformed(init, call, None)(heap, k, made, *args, **keywords)
        try:
            given = known.bind(made, *args, **keywords).arguments
        except TypeError:
            init(made, *args, **keywords)  # raises what Python raises
            raise
        every = [*args, *keywords.values()]
        for value in every:
            heap.put(value)
        passed = []
        for field in owner.__dataclass_fields__.values():
            value = _value(field, given, heap)
            if field._field_type is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
                passed.append(value)
            elif value is not dataclasses.MISSING:
                _set(made, field.name, value, heap, owner.__dataclass_params__.frozen)
        if hasattr(made, "__post_init__"):
            from .protocols import letters

            target = heap.form(made.__post_init__, letters(*passed))
            with heap.through_c():
                results = target(heap, lambda _: k(None), *passed)
            for value, adjoint in zip(passed, results, strict=True):
                heap.add(value, adjoint)
        else:
            k(None)
        return (ZERO, *[heap.take(value) for value in reversed(every)][::-1])

    return adapted


def new_form(cls: Any, signature: str) -> Any:
    """The form of a class with a `__new__` in Python."""
    instance_letter(cls)

    def adapted(heap: Heap, k: Any, /, *args: Any, **keywords: Any) -> Any:
        more: tuple[Any, ...] = ()

        def after(made: Any) -> Any:
            nonlocal more
            init = type(made).__init__  # of the subclass that `__new__` has chosen
            if not isinstance(made, cls) or init is object.__init__:
                return k(made)

            def done(_: Any) -> Any:
                heap.add(made, k(made))
                return ZERO

            more = heap.form(init, instance_letter(type(made)) + signature)(heap, done, made, *args, **keywords)[1:]
            return ZERO

        with heap.through_c():
            results = heap.form(cls.__new__, "o" + signature)(heap, after, cls, *args, **keywords)[1:]
        return tuple([a + b for a, b in zip(results, more, strict=True)]) if more else results

    return adapted


def _value(field: Any, given: dict[str, Any], heap: Heap) -> Any:
    if field._field_type is dataclasses._FIELD_CLASSVAR:  # type: ignore[attr-defined]
        return dataclasses.MISSING
    if field.init and field.name in given:
        return given[field.name]
    if field.default_factory is not dataclasses.MISSING:
        if closes_over(field.default_factory) or reaches(heap.slots, field.default_factory):
            raise here(NoDerivativeError, f"the default factory of the field {field.name} can see values that carry a "
                       "derivative", why="it is called from C, without its derivative", remedy="pass the value")
        return field.default_factory()
    return field.default


def _set(made: Any, name: str, value: Any, heap: Heap, frozen: bool) -> None:
    if frozen:
        object.__setattr__(made, name, value)
    else:
        heap.set_attribute(made, name, value)
