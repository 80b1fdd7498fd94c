"""Calls in CPS of what is no plain function: methods, classes, instances, properties, operators and primitives as values.

A class is called by a small program that makes an instance and calls `__init__`; an operator by one that follows Python's
protocol. They are written here as text, in the form that the passes give (`adaptor`), and staged like all others.
"""

from __future__ import annotations

import dataclasses
import inspect
import operator
import types
from typing import Any

import gast

from .. import forms
from ..cotangents import ZERO
from ..dataclass_forms import is_named_tuple, makes_itself
from ..layout import Call
from ..rules.registry import REGISTRY
from ..special import instance_letter
from ..transforms.nodes import walk
from .choices import Choice
from .dicts import Dict, DictMethod
from .lists import List, ListMethod
from .made import Bound, Made, Super, is_instance, new_instance, set_field
from .program import Unit
from .raised import SPECIAL
from .types import INT, NONE, Arr, Const, Num, Plain, Record, Single, Tup
from .values import Val, stored_type

__all__ = ["Methods"]

BINARY = {operator.add: ("__add__", "__radd__", gast.Add), operator.sub: ("__sub__", "__rsub__", gast.Sub),
          operator.mul: ("__mul__", "__rmul__", gast.Mult), operator.truediv: ("__truediv__", "__rtruediv__", gast.Div),
          operator.floordiv: ("__floordiv__", "__rfloordiv__", gast.FloorDiv), operator.mod: ("__mod__", "__rmod__", gast.Mod),
          operator.pow: ("__pow__", "__rpow__", gast.Pow), operator.matmul: ("__matmul__", "__rmatmul__", gast.MatMult)}
ORDER = {operator.lt: ("__lt__", "__gt__", gast.Lt), operator.le: ("__le__", "__ge__", gast.LtE),
         operator.gt: ("__gt__", "__lt__", gast.Gt), operator.ge: ("__ge__", "__le__", gast.GtE)}
TESTS = {**{f: op for f, (_, _, op) in ORDER.items()}, operator.eq: gast.Eq, operator.ne: gast.NotEq}
UNARY = {operator.neg: "__neg__", operator.pos: "__pos__", operator.invert: "__invert__", abs: "__abs__", len: "__len__"}


def names_of(signature: str) -> tuple[list[str], str]:
    """Names for the arguments of a call, and the text that hands them on."""
    call = Call.parse(signature)
    names = [f"a{i}" for i in range(len(call.args))]
    keywords = [f"k_{n}" for n, _ in call.keywords]
    return names + keywords, ", ".join(names + [f"{n}=k_{n}" for n, _ in call.keywords])


class Methods:
    """What `Walk` does with such calls."""

    def call_value(self: Any, callee: Val, signature: str, k: Val, args: list[Val], keywords: list[str], node: Any) -> Val:
        """`form(callee, signature)(heap, k, *args)`: the cotangents of the arguments, those by keyword last."""
        type_ = callee.type
        if isinstance(getattr(type_, "type", type_), Choice):
            return self.cases(callee, lambda v: self.call_value(v, signature, k, args, keywords, node))
        if type_ == NONE:
            self.fails(TypeError, "'NoneType' object is not callable")
        given = getattr(type_, "value", None)
        if isinstance(given, type) and issubclass(given, BaseException) and not keywords:
            stored = [self.put_argument(a, node) if self.unit.takes_heap else a for a in args]
            made = self.exception_made(given, stored, node)
            if made is not None:
                return self.taken_back(stored, self.call_k(k, made, node), node)
        plain = isinstance(type_, Bound | Plain) or is_instance(type_) or isinstance(given, (types.FunctionType, type))
        if self.guard is not None and not plain and given is not getattr and given is not setattr and any(
                is_instance(a.type) for a in args):
            raise self.refuse(node, f"a call of {type_} under a handler of exceptions")
        if isinstance(type_, Plain):
            return self.call_nested(callee, k, args, keywords, node)
        if is_instance(type_):
            return self.call_method_of_instance(callee, "__call__", signature, k, args, keywords, node)
        if isinstance(type_, (DictMethod, ListMethod)) and not keywords:
            return self.call_with_list(Val(type_.of, callee.c), type_.name, k, args, node)
        if isinstance(type_, Bound) and type_.function is BaseException.__init__:
            return self.call_init_of_exception(Val(type_.of, callee.c), k, args, node)
        if isinstance(type_, Bound):
            letter = instance_letter(type_.of.kind)
            return self.call_bound(type_.function, Val(type_.of, callee.c), letter, signature, k, args, keywords, node)
        if not isinstance(type_, Const):
            raise self.refuse(node, f"a call of {type_}")
        function = type_.value
        if getattr(function, "__name__", "") == "format" and type(getattr(function, "__self__", None)) is str:
            back = self.call_k(k, self.text_formatted(function.__self__, args, keywords, node), node)
            return self.tuple_of([Val(Single("ZERO"))] * len(args)) if self.unit.takes_heap else back
        if isinstance(function, types.MethodType) and isinstance(function.__self__, type):
            owner = Val(Const(function.__self__))
            return self.call_bound(function.__func__, owner, "o", signature, k, args, keywords, node)
        if isinstance(function, types.MethodType):
            raise self.refuse(node, "a call of a bound method")
        if isinstance(function, types.FunctionType):
            return self.call_plain(function, signature, k, args, keywords, node)
        if isinstance(function, type) and function.__flags__ & 1 << 9:
            return self.call_class(function, signature, k, args, keywords, node)
        made = None if keywords else self.call_protocol(function, signature, k, args, node)
        return made if made is not None else self.call_foreign(function, k, args, node)

    # -- methods --------------------------------------------------------------------------------------------------

    def found_in_class(self: Any, type_: Any, name: str) -> tuple[Any, Any]:
        """What a class of an object has under a name, as it stands there, and the class where it stands; or two times None."""
        mro = type_.kind.__mro__
        if isinstance(type_, Super):
            mro = mro[mro.index(type_.after) + 1:]
        for base in mro:
            if name in base.__dict__:
                found = base.__dict__[name]
                if isinstance(found, (types.FunctionType, staticmethod, property)):
                    self.stager.attributes[id(base), name] = base, name, getattr(base, name)
                return found, base
        return None, None

    def call_method_of_instance(self: Any, owner: Val, name: str, signature: str, k: Val, args: list[Val], keywords: list[str],
                                node: Any) -> Val:
        type_ = owner.type
        if isinstance(type_, Made) and name in type_.fields:
            return self.call_value(self.attribute_of_made(owner, name, node), signature, k, args, keywords, node)
        found, _ = self.found_in_class(type_, name)
        if isinstance(found, staticmethod):
            return self.call_value(Val(Const(found.__func__)), signature, k, args, keywords, node)
        if isinstance(found, classmethod):
            return self.call_bound(found.__func__, Val(Const(type_.kind)), "o", signature, k, args, keywords, node)
        if isinstance(found, types.FunctionType):
            letter = instance_letter(type_.kind)
            return self.call_bound(found, self.instance_of(owner), letter, signature, k, args, keywords, node)
        if found is object.__init__ and not args and not keywords:
            back = self.call_k(k, Val(Single("None")), node)
            return self.tuple_of([]) if self.unit.takes_heap else back
        if name == "__init__" and issubclass(type_.kind, BaseException) and isinstance(type_, Super) and not keywords:
            return self.call_init_of_exception(owner, k, args, node)
        if found is None and not isinstance(type_, Super) and name != "__call__" and hasattr(type_, "schema"):
            return self.call_value(self.attribute(owner, name, node), signature, k, args, keywords, node)
        raise self.refuse(node, f"a call of the method `{name}` of {type_}")

    def instance_of(self: Any, owner: Val) -> Val:
        """The object itself, of what `super()` gives."""
        return Val(owner.type.of, owner.c) if isinstance(owner.type, Super) else owner

    def call_bound(self: Any, function: Any, owner: Val, letter: str, signature: str, k: Val, args: list[Val],
                   keywords: list[str], node: Any) -> Val:
        result = self.call_plain(function, letter + signature, k, [owner, *args], keywords, node)
        return self.tuple_of(result.items[1:]) if self.unit.takes_heap else result

    # -- classes --------------------------------------------------------------------------------------------------

    def call_class(self: Any, kind: Any, signature: str, k: Val, args: list[Val], keywords: list[str], node: Any) -> Val:
        if is_named_tuple(kind):
            return self.call_named_tuple(kind, k, args, keywords, node)
        methods = ("__getattribute__", "__del__")
        is_error = issubclass(kind, BaseException) and kind.__new__ is not object.__new__ and not isinstance(
            kind.__new__, types.FunctionType) and not issubclass(kind, SPECIAL)
        makes = is_error or kind.__new__ is object.__new__
        if type(kind).__call__ is not type.__call__ or not makes or "*" in signature or any(
                isinstance(getattr(kind, m, None), types.FunctionType) for m in methods):
            raise self.refuse(node, f"a call of {kind.__name__}")
        if inspect.isabstract(kind):
            raise self.refuse(node, f"a call of the abstract class {kind.__name__}")
        instance_letter(kind)
        guard, self.guard = self.guard, None
        guarded = "!" * (guard is not None)
        if guarded and hasattr(kind, "__post_init__"):
            raise self.refuse(node, f"a call of {kind.__name__} under a handler of exceptions")
        if makes_itself(kind):
            guard = None
            unit = self.dataclass_unit(kind, signature, node)
        elif isinstance(kind.__init__, types.FunctionType):
            unit = (self.constructor_of_exception if is_error else self.constructor)(kind, signature.rstrip("!"), guarded)
            if unit is None:
                raise self.refuse(node, f"a call of {kind.__name__} with keywords")
        elif kind.__init__ is object.__init__ and not args and not keywords:
            guard = None
            unit = self.adaptor(("plain", kind), new_instance, "", "k(made)", "k(made)", {"kind": kind})
        else:
            raise self.refuse(node, f"a call of {kind.__name__}")
        return self.call_function(unit, unit.tree, None, "", k, [guard, *args] if guard is not None else args, node)

    def adaptor(self: Any, key: Any, function: Any, names: str, text: str, primal: str, values: dict[str, Any],
                guarded: str = "") -> Unit:
        """A program written here; its names stand for `values`. `guarded`: its first parameter is a handler `h`."""
        stage = self.unit.stage if self.unit.stage == "cps" else "optimized"
        known = self.stager.units.get((key, stage))
        if known is None:
            through = ("k" if stage == "cps" else "heap, k") + ", h" * len(guarded)
            body = (f"made = new_instance(kind)\n{primal}" if "kind" in values else primal) if stage == "cps" else (
                f"made = new_instance(kind)\n{text}\nreturn ({names})" if "kind" in values else text)
            lines = "\n".join("    " + line for line in body.splitlines())
            tree = gast.parse(f"def adapted({', '.join([through, names]) if names else through}):\n{lines}\n").body[0]
            for inner in walk(tree):
                if hasattr(inner, "lineno"):
                    inner.lineno = getattr(getattr(function, "__code__", None), "co_firstlineno", 1)
                if isinstance(inner, gast.FunctionDef):
                    inner.role = "function" if inner is tree else "after"
            tree.name = getattr(function, "__name__", "adapted") + "_"
            filename = getattr(getattr(function, "__code__", None), "co_filename", "<cpsad>")
            form = forms.primal_form if stage == "cps" else forms.form
            support = {"new_instance": new_instance, "form": form, "ZERO": ZERO, **values}
            known = self.stager.units[key, stage] = Unit(function, tree, filename, support, stage=stage)
        return known

    def constructor(self: Any, kind: Any, signature: str, guarded: str) -> Unit:
        """`kind(...)`: an instance is made, then `__init__` runs, then what comes next gets the instance."""
        names, given = names_of(signature)
        inner, h = repr(instance_letter(kind) + signature + guarded), "h, " * len(guarded)
        back = "".join(f"b{n}, " for n in names)
        text = (f"def done(_):\n    k(made)\n    return ZERO\n"
                f"_, {back} = form(init, {inner})(heap, done, {h}made, {given})\n"
                f"return ({back})")
        if not names:
            text = f"def done(_):\n    k(made)\n    return ZERO\nform(init, {inner})(heap, done, {h}made)\nreturn ()"
        primal = f"def done(_):\n    return k(made)\nreturn form(init, {inner})(done, {h}made, {given})"
        return self.adaptor(("class", kind, signature + guarded), kind.__init__, ", ".join(names), text, primal,
                            {"init": kind.__init__, "kind": kind}, guarded)

    def dataclass_unit(self: Any, kind: Any, signature: str, node: Any) -> Unit:
        """The same for a dataclass, whose `__init__` has no source."""
        names, _ = names_of(signature)
        call = Call.parse(signature)
        count = len(call.args)
        by_keyword = {n: f"k_{n}" for n, _ in call.keywords}
        try:
            bound = inspect.signature(kind.__init__).bind(None, *names[:count], **by_keyword)
        except TypeError as error:
            self.fails(TypeError, f"{kind.__name__}.__init__() {error}")
        given = dict(list(bound.arguments.items())[1:])
        values: dict[str, Any] = {"kind": kind}
        sets, passed = "", []
        for i, field in enumerate(kind.__dataclass_fields__.values()):
            if field._field_type is dataclasses._FIELD_CLASSVAR:  # type: ignore[attr-defined]
                continue
            if field.init and field.name in given:
                value = given[field.name]
            elif field.default_factory in (list, dict):
                value = "[]" if field.default_factory is list else "{}"
            elif field.default_factory is not dataclasses.MISSING:
                raise self.refuse(node, f"a call of {kind.__name__}, whose field `{field.name}` has a default factory,")
            elif field.default is not dataclasses.MISSING:
                values[f"d{i}"], value = field.default, f"d{i}"
            else:
                continue
            if field._field_type is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
                passed.append(value)
            else:
                sets += f"heap.set_field(made, {field.name!r}, {value})\n"
        if passed and any(not p.startswith(("a", "k_")) for p in passed):
            raise self.refuse(node, f"a call of {kind.__name__}, of which fields for `__post_init__` have defaults,")
        puts = "".join(f"heap.put({n})\n" for n in names)
        takes = "".join(f"b{n} = heap.take({n})\n" for n in reversed(names))
        back = "".join(f"b{n}, " for n in names)
        primal = sets.replace("heap.set_field(", "set_field(")
        if hasattr(kind, "__post_init__"):
            letters = "".join(dict(zip(names, [a for a, _ in call.args] + [a for _, a in call.keywords], strict=True))[p]
                              for p in passed)
            more = "".join(f"c{n}, " for n in passed)
            run = (f"def done(_):\n    k(made)\n    return ZERO\n"
                   f"{more + ' = ' if more else ''}form(made.__post_init__, {letters!r})(heap, done, {', '.join(passed)})\n")
            takes += "".join(f"b{n} = b{n} + c{n}\n" for n in passed)
            primal += f"def done(_):\n    return k(made)\nreturn form(made.__post_init__, {letters!r})(done, {', '.join(passed)})"
        else:
            run = "k(made)\n"
            primal += "return k(made)"
        values["set_field"] = set_field
        text = f"{puts}{sets}{run}{takes}return ({back})"
        return self.adaptor(("dataclass", kind, signature), kind.__init__, ", ".join(names), text, primal, values)

    def call_named_tuple(self: Any, kind: Any, k: Val, args: list[Val], keywords: list[str], node: Any) -> Val:
        """A named tuple is its items."""
        filled = dict(zip([*kind._fields[: len(args) - len(keywords)], *keywords], args, strict=False))
        defaults = kind._field_defaults
        if len(filled) != len(args) or not all(f in filled or f in defaults for f in kind._fields):
            raise self.refuse(node, f"a call of {kind.__name__} with these arguments")
        boxed = [self.put_argument(v, node) if self.unit.takes_heap else v for v in args]
        filled = dict(zip(filled, boxed, strict=True))
        items = [self.hold(filled[f]) if f in filled else self.constant(defaults[f], node) for f in kind._fields]
        made = Val(Record(tuple(stored_type(v) for v in items), kind, kind._fields), parts=tuple(items))
        return self.taken_back(boxed, self.call_k(k, made, node), node)

    def put_argument(self: Any, value: Val, node: Any) -> Val:
        """`heap.put(value)`, of an argument."""
        if self.carries_nothing(value) or not isinstance(value.type, (Num, Arr)):
            return value
        return self.boxed(self.hold(self.solid(value)), "stored")

    def taken_back(self: Any, values: list[Val], back: Val, node: Any) -> Val:
        """The cotangents of arguments that were stored."""
        if not self.unit.takes_heap:
            return back
        return self.tuple_of([self.heap_take(v, node) for v in reversed(values)][::-1])

    # -- attributes, operators, primitives ------------------------------------------------------------------------------

    def call_protocol(self: Any, function: Any, signature: str, k: Val, args: list[Val], node: Any) -> Val | None:
        """`getattr`, `setattr` and operators, which may call methods; None for anything else."""
        try:
            known = function in BINARY or function in ORDER or function in UNARY or function in (getattr, setattr)
        except TypeError:
            return None
        if not known:
            return None
        if function in (getattr, setattr):
            return self.call_accessor(function, signature, k, args, node)
        if not any(is_instance(a.type) for a in args):
            return None
        if function in UNARY:
            made = self.call_method_of_instance(args[0], UNARY[function], "", k, [], [], node)
            return self.tuple_of([Val(Single("ZERO"))]) if self.unit.takes_heap else made
        unit = self.operator_unit(function, args, signature, node)
        return self.call_function(unit, unit.tree, None, "", k, args, node)

    def operator_unit(self: Any, function: Any, args: list[Val], signature: str, node: Any) -> Unit:
        """`a + b`: a method of `a`, or if that gives `NotImplemented` or there is none, the reflected one of `b`."""
        name, reflected, _ = (BINARY | ORDER)[function]
        has = [is_instance(a.type) and isinstance(self.found_in_class(a.type, n)[0], types.FunctionType)
               for a, n in zip(args, (name, reflected), strict=True)]
        kinds = [a.type.kind if is_instance(a.type) else None for a in args]
        if kinds[0] is kinds[1]:
            has[1] &= function in ORDER
        elif all(has) and issubclass(kinds[1], kinds[0]):
            raise self.refuse(node, f"`{name.strip('_')}` of {args[0].type} and {args[1].type}",
                              why="one is a subclass of the other")
        if not any(has):
            raise self.refuse(node, f"`{name.strip('_')}` of {args[0].type} and {args[1].type}")
        sides = [s if s not in "vV" or is_instance(a.type) else s for s, a in zip(signature, args, strict=True)]
        cps = self.unit.stage == "cps"
        heap = "" if cps else "heap, "
        back = "" if cps else "gb, = "
        second = f"{back}form(b.{reflected}, {sides[0]!r})({heap}k, a)"
        first = f"form(a.{name}, {sides[1]!r})({heap}after, b)"
        error = "raise TypeError('unsupported operand type(s)')"
        if cps:
            after = (f"def after(c):\n    if c is NotImplemented:\n        {'return ' + second if has[1] else error}\n"
                     "    return k(c)\n")
            text = after + f"return {first}" if has[0] else f"return {second}"
        else:
            after = ("def after(c):\n    nonlocal ga\n    if c is NotImplemented:\n"
                     + (f"        {second.replace('gb, =', 'ga, =')}\n        return ZERO\n" if has[1] else f"        {error}\n")
                     + "    return k(c)\n")
            text = (f"ga = ZERO\n{after}gb, = {first}\nreturn (ga, gb)" if has[0] else
                    f"{second.replace('gb, =', 'ga, =')}\nreturn (ga, ZERO)")
        key = "operator", function, *kinds, tuple(has), signature
        owner, method = (args[0], name) if has[0] else (args[1], reflected)
        function = self.found_in_class(owner.type, method)[0]
        return self.adaptor(key, function, "a, b", text, text, {"NotImplemented": NotImplemented})

    def call_accessor(self: Any, function: Any, signature: str, k: Val, args: list[Val], node: Any) -> Val:
        owner, name = args[0], self.known_value(args[1])
        zeros = [Val(Single("ZERO"))] * len(args)
        kind = {List: list, Dict: dict}.get(type(owner.type))
        if len(args) == 2 and isinstance(getattr(kind, str(name), None), types.MethodDescriptorType):
            owner = self.hold(owner)
            made = (ListMethod if kind is list else DictMethod)(owner.type, name)
            back = self.call_k(k, Val(made, owner.c), node)
            return self.tuple_of(zeros) if self.unit.takes_heap else back
        if isinstance(owner.type, Super) and len(args) == 2 and (found := self.method_as_value(owner, str(name))) is not None:
            back = self.call_k(k, self.hold(found), node)
            return self.tuple_of(zeros) if self.unit.takes_heap else back
        if not isinstance(name, str) or not is_instance(owner.type) or len(args) != (2 if function is getattr else 3):
            raise self.refuse(node, f"a call of {function.__name__} with ({', '.join(str(a.type) for a in args)})")
        found, _ = self.found_in_class(owner.type, name)
        if isinstance(found, property):
            method = found.fget if function is getattr else found.fset
            if method is None:
                raise self.refuse(node, f"the property `{name}` of {owner.type}, which lacks a method,")
            letter = instance_letter(owner.type.kind)
            instance = self.instance_of(owner)
            if function is getattr:
                made = self.call_bound(method, instance, letter, "", k, [], [], node)
                return self.tuple_of(zeros) if self.unit.takes_heap else made
            if self.guard is not None:
                raise self.refuse(node, f"setting the property `{name}` under a handler of exceptions")
            unit = self.setter_unit(method, letter, signature[2:3] or "o")
            return self.call_function(unit, unit.tree, None, "", k, [instance, args[1], args[2]], node)
        if function is getattr:
            def rest(value: Val) -> Val:
                back = self.call_k(k, value, node)
                if not self.unit.takes_heap:
                    return back
                if not self.carries_nothing(value):
                    self.heap_add(value, back, node)
                return self.tuple_of(zeros)

            return self.under_guard(lambda: self.hold(self.attribute(owner, name, node)), rest, len(args))
        value = self.put_argument(args[2], node) if self.unit.takes_heap else args[2]

        def behind(_: Val) -> Val:
            back = self.call_k(k, Val(Single("None")), node)
            return self.tuple_of([*zeros[:2], self.heap_take(value, node)]) if self.unit.takes_heap else back

        return self.under_guard(lambda: self.set_attribute(owner, name, value, node), behind, len(args))

    def setter_unit(self: Any, method: Any, letter: str, given: str) -> Unit:
        """`owner.name = value` for a property: its method is called, and what it returns is dropped."""
        text = (f"def done(_):\n    k(None)\n    return ZERO\n_, b = form(setter, {letter + given!r})(heap, done, owner, value)\n"
                "return (ZERO, ZERO, b)")
        primal = f"def done(_):\n    return k(None)\nreturn form(setter, {letter + given!r})(done, owner, value)"
        return self.adaptor(("setter", method, letter, given), method, "owner, name, value", text, primal, {"setter": method})

    def is_operator(self: Any, function: Any) -> bool:
        try:
            return function in BINARY
        except TypeError:
            return False

    def call_foreign(self: Any, function: Any, k: Val, args: list[Val], node: Any) -> Val:
        """A primitive that the passes did not know to be one."""
        args = [self.there(a) for a in args]
        text = self.text_binary(BINARY[function][2], *args, node) if self.is_operator(function) and len(args) == 2 else None
        if text is not None:
            back = self.call_k(k, text, node)
            return self.tuple_of([Val(Single("ZERO"))] * 2) if self.unit.takes_heap else back
        test = self.test_of(function, args, node)
        if test is not None:
            return self.under_guard(test, lambda value: self.foreign_test(value, k, len(args), node), len(args))
        try:
            rule = REGISTRY.lookup(function)
        except TypeError:
            rule = None
        if function in (max, min) and len(args) > 1 and all(isinstance(a.type, Num) for a in args):
            return self.extreme_of(function, k, args, node)
        operation = BINARY.get(function) if rule is None or rule.role == "rule" else None
        if rule is None or rule.role not in ("constant", "rule") or rule.role == "rule" and not all(
                isinstance(a.type, (Num, Arr)) for a in args):
            raise self.refuse(node, f"a call of {getattr(function, '__name__', function)!s:.60}")
        args = [self.hold(self.solid(a)) for a in args]

        def compute() -> Val:
            if operation is not None:
                return self.hold(self.solid(self.binary(operation[2], *args, node)))
            if function is operator.neg:
                return self.hold(self.solid(self.unary(gast.USub, args[0], node)))
            return self.hold(self.solid(self.call_constant(function, args, {}, node)))

        return self.under_guard(compute, lambda value: self.foreign_back(rule, value, k, args, node), len(args))

    def test_of(self: Any, function: Any, args: list[Val], node: Any) -> Any:
        """What compares values, or asks for their truth, where no method of a class does; None for anything else."""
        try:
            op = TESTS.get(function)
        except TypeError:
            return None
        if any(is_instance(getattr(a.type, "type", a.type)) for a in args):
            return None
        if op is not None and len(args) == 2 and not any(isinstance(a.type, Arr) for a in args):
            return lambda: self.as_bool(self.compared(op, *args, node))
        if function in (operator.truth, bool, operator.not_) and len(args) == 1:
            return lambda: (self.negated if function is operator.not_ else self.as_bool)(self.truth(args[0], node))
        return None

    def foreign_test(self: Any, value: Val, k: Val, count: int, node: Any) -> Val:
        back = self.call_k(k, value, node)
        return self.tuple_of([Val(Single("ZERO"))] * count) if self.unit.takes_heap else back

    def extreme_of(self: Any, function: Any, k: Val, args: list[Val], node: Any) -> Val:
        """`max(a, b, ...)` of numbers of one type: all goes to the first that attains it."""
        if any(a.type.plain != args[0].type.plain for a in args):
            raise self.refuse(node, f"a call of {function.__name__} with ({', '.join(str(a.type) for a in args)})")
        kind = next((a.type for a in args if a.type.is_dual), args[0].type)
        args = [self.hold(a if a.type == kind else Val(kind, self.cast(a, kind))) for a in args]
        place, best = self.temp(INT, "place"), self.temp(kind, "best")
        self.emit(f"{place} = 0;")
        self.emit(f"{best} = {args[0].c};")
        for i, a in enumerate(args[1:], 1):
            cond = self.compare_numbers(gast.Gt if function is max else gast.Lt, a, Val(a.type, best))
            self.emit(f"if ({cond}) {{ {place} = {i}; {best} = {a.c}; }}")
        back = self.hold(self.call_k(k, Val(args[0].type, best), node))
        if not self.unit.takes_heap:
            return back
        zero = Val(Single("ZERO"))
        return self.tuple_of([self.choose(f"{place} == {i}", lambda: back, lambda: zero) for i in range(len(args))])

    def foreign_back(self: Any, rule: Any, value: Val, k: Val, args: list[Val], node: Any) -> Val:
        """What comes behind a primitive, and its way back."""
        back = self.call_k(k, value, node)
        if not self.unit.takes_heap:
            return back
        if rule.role == "constant":
            return self.tuple_of([Val(Single("ZERO")) for _ in args])
        made = self.hold(self.call_formula(rule.pullback, [back, value, *args], {}, node))
        parts = made.items if isinstance(made.type, Tup) else [made]
        if len(parts) < len(args):
            raise self.refuse(node, f"a call of {rule.name}, which is not differentiated by all its arguments,")
        if rule.elementwise:
            parts = [self.hold(self.split([p, a], lambda v: self.unbroadcast(v[0], v[1], node)))
                     for p, a in zip(parts, args, strict=False)]
        return self.tuple_of([Val(Single("ZERO")) if p.type == Single("None") else p for p in parts[: len(args)]])
