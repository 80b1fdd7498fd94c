"""Expressions: from the tree to C, with types. What is known before the program runs is computed here and now."""

from __future__ import annotations

import operator
import types
from typing import Any

import gast
import numpy as np

from .. import runtime
from ..cotangents import ZERO as ZERO_OBJECT
from ..transforms.context import MISSING
from ..transforms.nodes import dotted
from .arrays import Arrays
from .attempts import Attempts, Failure
from .calls import Calls
from .choices import Choice, Choices
from .deferred import Deferred
from .dicts import Dict, Dicts
from .duals import Duals
from .elements import Elements
from .heap_calls import HeapCalls
from .indexing import Indexing
from .iterators import Iterators
from .kernels import Kernels
from .lists import List, Lists
from .made import Made, MadeObjects, Super
from .matrices import Products
from .methods import Methods
from .nested_calls import NestedCalls
from .objects import Obj, Objects
from .raised import Raised
from .records import Records
from .scalars import COMPARE, Scalars, message_of, slot_field
from .seeds import Seeds
from .sequences import Sequences
from .shadows import Shadows
from .spread import Spread
from .stored import Stored
from .texts import Texts
from .types import (
    BOOL,
    BOTTOM,
    NONE,
    Arr,
    Const,
    Fn,
    Maybe,
    Num,
    Plain,
    Record,
    Single,
    Slice,
    Tup,
    c_type,
    code_of,
    of_array,
    of_number,
)
from .ufuncs import Ufuncs
from .values import CONSTANT, Val, of_constant, stored_type
from .writes import Writes

__all__ = ["Expressions"]

SINGLES = {id(ZERO_OBJECT): "ZERO", id(runtime.END): "END", id(runtime.UNBOUND): "UNBOUND"}
FIXED = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, np.ufunc, str, type(None))
LIBRARIES = ("math", "numpy", "operator", "builtins", "cpsad")
STATIC = {gast.Eq: operator.eq, gast.NotEq: operator.ne, gast.Lt: operator.lt, gast.LtE: operator.le, gast.Gt: operator.gt,
          gast.GtE: operator.ge, gast.In: lambda a, b: a in b, gast.NotIn: lambda a, b: a not in b}


class Expressions(Arrays, Attempts, Calls, Choices, Deferred, Dicts, Duals, Elements, HeapCalls, Scalars, Indexing, Iterators,
                  Kernels, Lists, MadeObjects, Methods, NestedCalls, Objects, Products, Raised, Records, Seeds, Sequences,
                  Shadows, Spread, Stored, Texts, Ufuncs, Writes):
    """What `Walk` does with expressions."""

    def value(self, node: Any) -> Val:
        method = getattr(self, f"ev_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.refuse(node, f"an expression of the kind {type(node).__name__}")
        return method(node)

    def ev_name(self, node: Any) -> Val:
        return self.read(node)

    def ev_constant(self, node: Any) -> Val:
        return self.constant(node.value, node)

    def constant(self, value: Any, node: Any) -> Val:
        if id(value) in SINGLES:
            return Val(Single(SINGLES[id(value)]))
        made = of_constant(value)
        if made is None:
            raise self.refuse(node, f"the constant {value!r:.40}", why="it does not fit into 64 bits")
        return made

    def from_outside(self, name: str, value: Any, node: Any) -> Val:
        """A name of the user's module or of an enclosing function: numbers are read at every call, functions and modules
        must stay what they are."""
        kind = of_number(value)
        if kind is not None:
            return Val(kind, f"R->in[{self.stager.offset + self.stager.input(self.unit, name, kind)}].{slot_field(kind)}")
        if isinstance(value, FIXED) or callable(value) and self.stager.is_primitive(value):
            self.stager.constant(self.unit, name, value)
            return self.constant(value, node)
        found = self.outside_array(name, value, node)
        if found is not None:
            return found
        raise self.refuse(node, f"`{name}`, a {type(value).__name__} from outside of the function,")

    def outside_array(self, name: str, value: Any, node: Any) -> Val | None:
        type_ = of_array(value)
        if type_ is None:
            return None
        place = self.stager.offset + self.stager.input(self.unit, name, type_)
        return self.argument(type_, place)

    def ev_tuple(self, node: Any) -> Val:
        if any(isinstance(e, gast.Starred) for e in node.elts):
            return self.tuple_of(self.spread(node.elts))
        items = []
        for e in node.elts:
            items.append(self.held_if_called(self.value(e), node.elts))
        return self.tuple_of(items)

    def tuple_of(self, items: list[Val]) -> Val:
        return Val(Tup(tuple(stored_type(v) for v in items)), parts=tuple(items))

    def held_if_called(self, value: Val, nodes: list[Any]) -> Val:
        return self.hold(value) if len(nodes) > 1 and any(isinstance(n, gast.Call) for n in nodes) else value

    def operands_of(self, *nodes: Any) -> list[Val]:
        """The values of several expressions, of which a later one may change what an earlier one has read."""
        values = []
        for i, node in enumerate(nodes):
            value = self.value(node)
            if any(has_call(n) for n in nodes[i + 1:]):
                value = self.hold(value)
            values.append(value)
        return values

    def ev_binop(self, node: Any) -> Val:
        left, right = self.operands_of(node.left, node.right)
        for other in (self.text_binary, self.tuple_binary):
            made = other(type(node.op), left, right, node)
            if made is not None:
                return made
        if List in (type(left.type), type(right.type)):
            return self.list_binary(type(node.op), left, right, node)
        return self.binary(type(node.op), left, right, node)

    def ev_unaryop(self, node: Any) -> Val:
        if isinstance(node.op, gast.Not):
            cond, _, _ = self.test(node.operand)
            return self.negated(cond)
        return self.unary(type(node.op), self.value(node.operand), node)

    def negated(self, cond: Any) -> Val:
        if cond is True or cond is False:
            return self.constant(not cond, None)
        return Val(BOOL, f"!({cond})")

    def ev_ifexp(self, node: Any) -> Val:
        cond, narrow_then, narrow_other = self.test(node.test)
        if cond is True or cond is False:
            self.narrow(narrow_then if cond else narrow_other)
            return self.value(node.body if cond else node.orelse)

        def then() -> Val:
            self.narrow(narrow_then)
            return self.value(node.body)

        def other() -> Val:
            self.narrow(narrow_other)
            return self.value(node.orelse)

        return self.choose(cond, then, other)

    def ev_boolop(self, node: Any) -> Val:
        """`a and b`: its value is that of one of the operands."""
        first, *rest = node.values
        for i, operand in enumerate(rest):
            value = self.hold(self.value(first)) if i == 0 else value  # noqa: F821
            truth = self.truth(value, node)
            is_and = isinstance(node.op, gast.And)
            if truth is True or truth is False:
                value = self.value(operand) if truth is is_and else value
                if truth is not is_and:
                    return value
            else:
                kept = value
                value = self.choose(truth if is_and else f"!({truth})", lambda o=operand: self.value(o), lambda v=kept: v)
        return value

    def ev_compare(self, node: Any) -> Val:
        if len(node.ops) == 1 and type(node.ops[0]) in COMPARE:
            left, right = self.operands_of(node.left, node.comparators[0])
            if Arr in (type(left.type), type(right.type)):
                return self.split([left, right], lambda v: self.compare_arrays(type(node.ops[0]), v[0], v[1], node))
            cond = self.compared(type(node.ops[0]), left, right, node)
            return self.as_bool(cond)
        cond, _, _ = self.test(node)
        return self.as_bool(cond)

    def ev_attribute(self, node: Any) -> Val:
        parts = dotted(node)
        owner = self.value(node.value)
        if isinstance(owner.type, Const):
            found = self.attribute_of_constant(owner.type.value, node.attr, node)
            kind = of_number(found)
            module = getattr(owner.type.value, "__name__", "")
            if kind is not None and parts and module.partition(".")[0] not in LIBRARIES:
                raise self.refuse(node, f"`{'.'.join(parts)}`, a number of a module,", remedy="import the name itself")
            if isinstance(owner.type.value, (types.ModuleType, type)) and not isinstance(found, types.MethodType) and (
                    module.partition(".")[0] not in LIBRARIES):
                self.stager.attributes[id(owner.type.value), node.attr] = owner.type.value, node.attr, found
            return self.constant(found, node)
        return self.cases(owner, lambda v: self.attribute(v, node.attr, node))

    def attribute_of_constant(self, owner: Any, name: str, node: Any) -> Any:
        found = getattr(owner, name, MISSING)
        if found is MISSING or not (isinstance(owner, (types.ModuleType, type, np.dtype, np.ufunc)) or type(owner) is str and (
                name == "format")):
            raise self.refuse(node, f"the attribute `{name}` of a {type(owner).__name__}")
        return found

    def attribute(self, owner: Val, name: str, node: Any) -> Val:
        if isinstance(owner.type, Single) and owner.type.name == "ZERO" and not name.startswith("__"):
            return owner
        if isinstance(owner.type, Num):
            return self.attribute_of_number(owner, name, node)
        if isinstance(owner.type, Arr):
            return self.attribute_of_array(owner, name, node)
        if isinstance(owner.type, Obj):
            return self.attribute_of_object(owner, name, node)
        if isinstance(owner.type, Failure):
            return self.attribute_of_failure(owner, name, node)
        if isinstance(owner.type, Made):
            return (self.attribute_of_exception if issubclass(owner.type.kind, BaseException) else self.attribute_of_made)(
                owner, name, node)
        if isinstance(owner.type, Super):
            found = self.method_as_value(owner, name)
            if found is not None:
                return found
        if isinstance(owner.type, Record):
            return self.attribute_of_record(owner, name, node)
        if owner.type == NONE:
            self.fails(*message_of(lambda: getattr(None, name)))
        raise self.refuse(node, f"the attribute `{name}` of {owner.type}")

    def ev_subscript(self, node: Any) -> Val:
        owner, index = self.operands_of(node.value, node.slice)
        return self.cases(owner, lambda v: self.item(v, index, node))

    def item(self, owner: Val, index: Val, node: Any) -> Val:
        if isinstance(owner.type, Single) and owner.type.name == "ZERO":
            return owner
        if isinstance(index.type, Slice) and self.is_sequence(owner.type):
            return self.part_of(owner, index, node)
        if isinstance(owner.type, Tup):
            i = index.known
            if not isinstance(i, int):
                return self.computed_item(owner, index, node)
            items = owner.items
            if not -len(items) <= i < len(items):
                self.fails(IndexError, "tuple index out of range")
            return items[i]
        if isinstance(owner.type, Arr):
            return self.item_of_array(owner, index, node)
        if isinstance(owner.type, Record):
            return self.item_of_record(owner, index, node)
        if isinstance(owner.type, List):
            return self.item_of_list(owner, index, node)
        if isinstance(owner.type, Dict):
            return self.item_of_dict(owner, index, node)
        if owner.type == NONE:
            self.fails(*message_of(lambda: operator.getitem(None, 0)))  # type: ignore[call-overload]
        raise self.refuse(node, f"an item of {owner.type}")

    # -- tests ------------------------------------------------------------------------------------------------

    def test(self, node: Any) -> tuple[Any, dict[str, Val], dict[str, Val]]:
        """A condition: True, False or C; and what it tells of variables where it holds, and where it does not."""
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            cond, then, other = self.test(node.operand)
            return (not cond if cond is True or cond is False else f"!({cond})"), other, then
        if isinstance(node, gast.BoolOp):
            return self.test_boolop(node)
        if isinstance(node, gast.Compare):
            if len(node.ops) == 1 and isinstance(node.ops[0], (gast.Is, gast.IsNot)):
                return self.test_is(node)
            return self.test_compare(node), {}, {}
        known = self.test_catches(node)
        return known if known is not None else (self.truth(self.value(node), node), {}, {})

    def test_boolop(self, node: Any) -> tuple[Any, dict[str, Val], dict[str, Val]]:
        is_and = isinstance(node.op, gast.And)
        conds: list[str] = []
        told: dict[str, Val] = {}
        saved = dict(self.vars), dict(self.narrowed)
        for operand in node.values:
            start = len(self.lines)
            cond, then, other = self.test(operand)
            if conds and len(self.lines) > start:  # it has statements, which must run only if the test comes to them
                del self.lines[start:]
                self.vars, self.narrowed = saved
                return self.truth(self.ev_boolop(node), node), {}, {}
            if cond is (not is_and):
                self.vars, self.narrowed = saved
                if not conds:
                    return cond, then, other
                return cond, {}, {}
            known = then if is_and else other
            told |= known
            self.narrow(known)
            if cond is not is_and:
                conds.append(f"({cond})")
        self.vars, self.narrowed = saved
        if not conds:
            return is_and, told if is_and else {}, {} if is_and else told
        text = (" && " if is_and else " || ").join(conds)
        return text, (told if is_and else {}), ({} if is_and else told)

    def test_is(self, node: Any) -> tuple[Any, dict[str, Val], dict[str, Val]]:
        left, right = self.value(node.left), self.value(node.comparators[0])
        negated = isinstance(node.ops[0], gast.IsNot)
        name = node.left.id if isinstance(node.left, gast.Name) else None
        if isinstance(left.type, Single) and isinstance(right.type, Maybe):
            left, right, name = right, left, getattr(node.comparators[0], "id", None)
        cond: Any
        then: dict[str, Val] = {}
        other: dict[str, Val] = {}
        if isinstance(left.type, Maybe) and isinstance(right.type, Single):
            if right.type.name not in left.type.names:
                cond = False
            else:
                cond = f"{left.c}.z == {code_of(right.type.name)}"
                if name:
                    then[name] = Val(right.type)
                    rest = left.type.names - {right.type.name}
                    if not rest:
                        inner = left.type.type
                        other[name] = Val(inner, f"{left.c}.v" if c_type(inner) != "void" else "")
                        other[name].box = other[name].box or (CONSTANT if left.box == CONSTANT else "")
                    elif len(rest) == 1 and left.type.type is BOTTOM:
                        other[name] = Val(Single(next(iter(rest))))
        elif isinstance(left.type, Failure) and right.type == NONE:
            cond = False if left.type.surely else f"{left.c}.e == 0"
        elif isinstance(right.type, Single) or isinstance(left.type, Single):
            cond = left.type == right.type
            if Maybe in (type(left.type), type(right.type)):
                raise self.refuse(node, "`is` of these values")
        elif all(isinstance(getattr(v.type, "type", v.type), (Obj, Made)) for v in (left, right)):
            made = self.split([left, right], lambda v: self.as_bool(self.same_object(v[0], v[1])))
            cond = made.c if made.known is None else made.known
        elif isinstance(left.type, Const) and isinstance(right.type, Const):
            cond = left.type.value is right.type.value
        elif Choice in (type(left.type), type(right.type)):
            made = self.choices_are_one(left, right)
            cond = made.c if made.known is None else made.known
        elif isinstance(left.type, (Const, Fn, Plain)) or isinstance(right.type, (Const, Fn, Plain)):
            cond = False
        else:
            raise self.refuse(node, f"`is` of {left.type} and {right.type}", why="numbers have no identity in C")
        if negated:
            return (not cond if cond is True or cond is False else f"!({cond})"), other, then
        return cond, then, other

    def test_compare(self, node: Any) -> Any:
        values = self.operands_of(node.left, *node.comparators)
        conds = []
        for i, op in enumerate(node.ops):
            left, right = values[i], values[i + 1]
            if isinstance(op, (gast.Is, gast.IsNot)):
                if not (isinstance(left.type, Const) and isinstance(right.type, Const)):
                    raise self.refuse(node, "`is` in a chain of comparisons")
                cond: Any = (left.type.value is right.type.value) is isinstance(op, gast.Is)
            else:
                cond = self.compared(type(op), left, right, node)
            if cond is False:
                return False
            if cond is not True:
                conds.append(cond)
        if not conds:
            return True
        return conds[0] if len(conds) == 1 else " && ".join(f"({c})" for c in conds)

    def compared(self, op: Any, left: Val, right: Val, node: Any) -> Any:
        """`left op right`: True, False or C."""
        if isinstance(left.type, Maybe) or isinstance(right.type, Maybe):
            made = self.split([left, right], lambda v: self.as_bool(self.compared(op, v[0], v[1], node)))
            return made.known if made.known is not None else made.c
        a, b = self.known_value(left), self.known_value(right)
        if a is not MISSING and b is not MISSING:
            try:
                return bool(STATIC[op](a, b))
            except TypeError as error:
                self.fails(TypeError, str(error))
        if isinstance(left.type, Num) and isinstance(right.type, Num) and op not in (gast.In, gast.NotIn):
            return self.compare_numbers(op, left, right)
        if op in (gast.In, gast.NotIn) and isinstance(right.type, Tup) and isinstance(left.type, Num):
            conds = [self.compared(gast.Eq, left, item, node) for item in right.items]
            if True in conds:
                return op is gast.In
            text = " || ".join(f"({c})" for c in conds if c is not False)
            if not text:
                return op is not gast.In
            return text if op is gast.In else f"!({text})"
        of_texts = self.compare_texts(op, left, right)
        if of_texts is not None:
            return of_texts
        if isinstance(left.type, (Single, Const)) and isinstance(right.type, (Single, Const, Num)) or (
                isinstance(left.type, Num) and isinstance(right.type, (Single, Const))):
            if op in (gast.Eq, gast.NotEq):
                return (left.type == right.type) is (op is gast.Eq)
            if op not in (gast.In, gast.NotIn) and Const not in (type(left.type), type(right.type)):
                self.fails(*message_of(lambda: STATIC[op](self.stand_in(left), self.stand_in(right))))
        found = self.compare_others(op, left, right, node)
        if found is None:
            raise self.refuse(node, f"a comparison of {left.type} with {right.type}")
        return found

    def compare_others(self, op: Any, left: Val, right: Val, node: Any) -> Any:
        if op in (gast.In, gast.NotIn) and isinstance(getattr(right.type, "of", right.type), Dict):
            is_in = self.is_in_dict(right, left, node)
            return is_in if op is gast.In else f"!({is_in})"
        key = self.known_value(left)
        if op in (gast.In, gast.NotIn) and isinstance(right.type, Record) and right.type.kind is dict and isinstance(key, str):
            return (key in right.type.keys) is (op is gast.In)
        return None

    def ev_slice(self, node: Any) -> Val:
        parts = [Val(NONE) if p is None else self.value(p) for p in (node.lower, node.upper, node.step)]
        return Val(Slice(), parts=tuple(parts))

    def known_value(self, value: Val) -> Any:
        if isinstance(value.type, Const):
            return value.type.value
        if value.known is not None:
            return value.known
        if isinstance(value.type, Single) and value.type.name == "None":
            return None
        if isinstance(value.type, Tup):
            items = tuple(self.known_value(v) for v in value.items)
            return MISSING if any(i is MISSING for i in items) else items
        return MISSING

    def truth(self, value: Val, node: Any) -> Any:
        """Whether a value is true: True, False or C."""
        if value.known is not None:
            return bool(value.known)
        if isinstance(value.type, Single):
            if value.type.name in ("None", "ZERO"):
                return False
        elif isinstance(value.type, Num):
            value = self.primal(value)
            return value.c if value.type in (BOOL, Num("bool_")) else f"{value.c} != 0"
        elif isinstance(value.type, Tup) or isinstance(value.type, Record) and value.type.kind in (list, dict):
            return bool(value.type.items)
        elif isinstance(value.type, Const):
            return bool(value.type.value)
        elif isinstance(value.type, Maybe):
            made = self.cases(value, lambda v: self.as_bool(self.truth(v, node)))
            return made.c if made.known is None else made.known
        elif hasattr(value.type, "truth"):
            return value.type.truth(self, value)
        raise self.refuse(node, f"the truth of {value.type}")

    def as_bool(self, truth: Any) -> Val:
        return self.constant(truth, None) if truth is True or truth is False else Val(BOOL, f"({truth})")


def has_call(node: Any) -> bool:
    return any(isinstance(n, gast.Call) for n in gast.walk(node))

