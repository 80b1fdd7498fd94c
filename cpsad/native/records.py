"""Structured arguments: lists, tuples, dicts, named tuples and dataclasses of numbers and arrays, with fixed keys.

In C such an argument is its leaves, each a value of its own. A leaf that is differentiated has a box, to which the backward part
of its reads adds (`stored.py`); the gradient is what the boxes hold in the end, in containers of the same classes.
"""

from __future__ import annotations

import types
from typing import Any

import gast
import numpy as np

from ..trees import _empty_like, _fill, _parts, _tuple_like, is_struct
from .choices import Text
from .objects import Obj, is_object, schema_of
from .program import StagingError
from .scalars import slot_field
from .types import Arr, Const, Kept, Num, Parted, Record, Single, Tup, c_type, holds_arrays, of_array, of_number
from .values import Val, stored_type

__all__ = ["Arguments", "Records", "is_leaf_of_gradient", "leaves_of", "shaped"]

MOST_LEAVES = 400
CONSTANTS = (str, types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type, np.ufunc)


class Arguments:
    """How the arguments of one function become types and leaves."""

    def __init__(self) -> None:
        self.schemas: dict[type, tuple[Any, ...]] = {}  # of the class of the first object -> schemas, the last one first

    def read(self, value: Any, wanted: bool, leaves: list[Any]) -> Any:
        """The type of an argument, None where C has none; its leaves are appended to `leaves`.

        `wanted`: whether it is differentiated.
        """
        kind = of_number(value) or of_array(value)
        if kind is not None:
            leaves.append(value)
            return kind
        if value is None:
            return Single("None")
        if isinstance(value, CONSTANTS):
            return Const(value)
        return self.structure(value, wanted, leaves, {})

    def structure(self, value: Any, wanted: bool, leaves: list[Any], seen: dict[int, Any]) -> Any:
        kind: Any = type(value)
        if not (kind in (list, tuple, dict) or isinstance(value, tuple) and kind.__new__ is not tuple.__new__ and hasattr(
                kind, "_fields") or wanted and is_struct(kind)):
            return self.object(value, leaves) if is_object(value) and not wanted else None
        if wanted and kind is not tuple:
            if id(value) in seen:
                raise StagingError(f"a {kind.__name__} that stands at two places of an argument cannot be staged to native code "
                                   "yet", why="what it holds would be one variable",
                                   remedy='use backend="numpy" for this function')
            seen[id(value)] = value
        keys, children = _parts(value)  # type: ignore[misc]
        if not all(isinstance(k, (str, int)) for k in keys):
            return None
        items = []
        for child in children:
            type_ = of_number(child) or of_array(child)
            if type_ is not None:
                leaves.append(child)
            elif child is None:
                type_ = Single("None")
            elif isinstance(child, CONSTANTS):
                type_ = Const(child)
            else:
                type_ = self.structure(child, wanted, leaves, seen)
            if type_ is None:
                return None
            items.append(type_)
        if len(leaves) > MOST_LEAVES:
            raise StagingError(f"an argument of more than {MOST_LEAVES} numbers and arrays cannot be staged to native code",
                               why="the program is staged for each of them", remedy="put the numbers into an array")
        return Tup(tuple(items)) if kind is tuple else Record(tuple(items), kind, tuple(keys))

    def object(self, value: Any, leaves: list[Any]) -> Any:
        known = self.schemas.get(type(value), ())
        for schema in known:
            packed = schema.pack(value)
            if packed is not None:
                if schema is not known[0]:  # a tuple: other threads may be going over it
                    self.schemas[type(value)] = schema, *(s for s in known if s is not schema)
                leaves.append(packed)
                return Obj(schema, type(value))
        schema = schema_of(value, None)
        if known:  # one program for both, unless an attribute would have two types then
            both = schema_of(value, known[0])
            if both.count_unknown(schema.fields) == schema.count_unknown(schema.fields):
                schema = both
        packed = schema.pack(value)
        if packed is None:
            return None
        self.schemas[type(value)] = schema, *known
        leaves.append(packed)
        return Obj(schema, type(value))


def leaves_of(type_: Any) -> list[Any]:
    """The types of what an argument consists of in C."""
    if isinstance(type_, Parted):
        return [t for item in type_.items for t in leaves_of(item)]
    return [type_] if c_type(type_) != "void" else []


def is_leaf_of_gradient(type_: Any) -> bool:
    return isinstance(type_, (Num, Arr)) and (type_.number if isinstance(type_, Arr) else type_).dtype.kind == "f"


def shaped(argument: Any, type_: Any, gradients: Any) -> Any:
    """A gradient of the structure of an argument; `gradients` gives those of its leaves. None where nothing is differentiated."""
    if not isinstance(type_, Parted):
        return next(gradients) if is_leaf_of_gradient(type_) else None
    keys, children = _parts(argument)  # type: ignore[misc]
    made = [shaped(c, t, gradients) for c, t in zip(children, type_.items, strict=True)]
    if isinstance(argument, tuple):
        return _tuple_like(argument, made)
    grown = _empty_like(argument)
    _fill(grown, keys, made)
    return grown


def without_boxes(type_: Any) -> Any:
    """The type of a result, of which only the values get out."""
    if isinstance(type_, Kept):
        return type_.of
    return Tup(tuple(without_boxes(t) for t in type_.items)) if isinstance(type_, Tup) else type_


class Records:
    """What `Walk` does with records."""

    def structured(self: Any, type_: Any, place: int, wanted: bool) -> Val:
        """An argument out of its slots, of which the first is `place`."""
        self.leaf_boxes, self.leaves = getattr(self, "leaf_boxes", {}), getattr(self, "leaves", {})
        return self.argument(type_, place) if not isinstance(type_, Parted) else self.parted(type_, place, wanted)

    def parted(self: Any, type_: Any, place: int, wanted: bool) -> Val:
        items = []
        for t in type_.items:
            if isinstance(t, Parted):
                items.append(self.parted(t, place, wanted))
            else:
                items.append(self.hold(self.argument(t, place)))
                if wanted and is_leaf_of_gradient(t):
                    self.leaf_boxes[place] = f"&{self.new_box(items[-1].type, 'leaf')}"
                    items[-1] = self.leaves[place] = Val(items[-1].type, items[-1].c, box=self.leaf_boxes[place])
            place += len(leaves_of(t))
        types_ = tuple(stored_type(v) for v in items)
        return Val(Tup(types_) if isinstance(type_, Tup) else Record(types_, type_.kind, type_.keys), parts=tuple(items))

    def ev_dict(self: Any, node: Any) -> Val:
        """`{"a": x, "b": y}`: its keys are known. Nothing that changes it is staged."""
        if any(k is None for k in node.keys):
            return self.dict_with_stars(node)
        if not node.keys:
            return self.new_dict(node)
        if self.stager.dicts_grow:
            both = self.operands_of(*(n for pair in zip(node.keys, node.values, strict=True) for n in pair))
            return self.growing_dict(both[::2], both[1::2], node)
        keys = [self.known_value(self.value(k)) for k in node.keys]
        values = self.operands_of(*node.values)
        return self.dict_of(keys, values, node)

    def dict_with_stars(self: Any, node: Any) -> Val:
        """`{**a, "b": y}`, of dicts whose keys are known."""
        items: dict[Any, Val] = {}
        for k, v in zip(node.keys, node.values, strict=True):
            if k is None:
                names, values = self.keywords_of(self.value(v), node)
                items |= dict(zip(names, values, strict=True))
            else:
                items[self.known_value(self.value(k))] = self.hold(self.value(v))
        return self.dict_of(list(items), list(items.values()), node)

    def dict_of(self: Any, keys: list[Any], values: list[Val], node: Any) -> Val:
        if not keys or not (all(type(k) is str for k in keys) or all(type(k) is int for k in keys)) or len(set(keys)) < len(keys):
            raise self.refuse(node, "a dict whose keys are not different texts or integers that are written there",
                              why="a dict that grows has no fixed keys")
        values = [self.hold(v) for v in values]
        return Val(Record(tuple(stored_type(v) for v in values), dict, tuple(keys)), parts=tuple(values))

    def adjoint_of_leaf(self: Any, place: int, type_: Any) -> Val:
        """What the box of a leaf holds in the end."""
        return self.heap_take(Val(self.leaves[place].type, self.leaves[place].c, box=f"({self.leaf_boxes[place]})"), None)

    def call_end_with_aux(self: Any, value: Val, node: Any) -> Val:
        """The end of a function that returns `(value, aux)`."""
        if not isinstance(value.type, Tup) or len(value.type.items) != 2:
            raise self.refuse(node, f"a function that returns {value.type}", why="with has_aux it must be a pair (value, aux)")
        result, aux = (self.solid(v) for v in value.items)
        type_ = result.type
        if self.stager.writes and holds_arrays(aux.type):
            raise self.refuse(node, "an auxiliary result with arrays of a function that writes into arrays")
        if not isinstance(type_, Num) or type_.name.startswith("bool"):
            raise self.refuse(node, f"a function that returns {type_}", why="a gradient is that of a real scalar")
        self.check_decided(result)
        self.emit(f"R->out[0].{slot_field(type_)} = {result.c};")
        self.emit(f"R->out[1].i = {self.stager.result_number(Tup((type_, without_boxes(aux.type))))};")
        place = self.result_slots(aux, self.stager.first_slot, node)
        self.stager.most_slots = max(self.stager.most_slots, place)
        if type_.dtype.kind == "f":
            seed = self.constant(1.0, node) if type_.is_python else Val(type_, f"({c_type(type_)})1")
            self.heap_add(result, seed, node)
        return Val(Single("ZERO"))

    def item_of_record(self: Any, owner: Any, index: Any, node: Any) -> Any:
        type_, key = owner.type, self.known_value(index)
        if type_.is_sequence:
            if not isinstance(key, int):
                return self.computed_item(owner, index, node)
            if not -len(type_.items) <= key < len(type_.items):
                self.fails(IndexError, f"{'tuple' if issubclass(type_.kind, tuple) else 'list'} index out of range")
            return owner.items[key]
        if issubclass(type_.kind, dict) and isinstance(index.type, Text) and all(type(k) is str for k in type_.keys):
            return self.item_by_text(owner, self.hold(index), node)
        if not issubclass(type_.kind, dict) or not isinstance(key, (str, int)):
            raise self.refuse(node, f"an item of {type_}")
        if key not in type_.keys:
            self.fails(KeyError, key)
        return owner.items[type_.keys.index(key)]

    def item_by_text(self: Any, owner: Any, index: Any, node: Any) -> Any:
        """An item of a dict whose keys are known, by a text that is known when the program runs."""
        def at(i: int) -> Val:
            if i == len(owner.items):
                return self.raises_given(KeyError, [index], [], node)
            found = owner.items[i]
            is_it = self.compare_texts(gast.Eq, index, Val(Const(owner.type.keys[i])))
            return self.choose(is_it, lambda: found, lambda: at(i + 1))

        return at(0)

    def method_of_record(self: Any, owner: Any, name: str, args: list[Any], node: Any) -> Any:
        """`items()` and the like of a dict whose keys are known; None for other methods."""
        if name in ("items", "keys", "values") and not args:
            keys = [self.constant(k, node) for k in owner.type.keys]
            pairs = zip(keys, owner.items, strict=True)
            return self.tuple_of({"items": [self.tuple_of([k, v]) for k, v in pairs], "keys": keys, "values": owner.items}[name])
        if name == "get" and 1 <= len(args) <= 2:
            key = self.known_value(args[0])
            if isinstance(key, (str, int)):
                if key in owner.type.keys:
                    return owner.items[owner.type.keys.index(key)]
                return args[1] if len(args) == 2 else Val(Single("None"))
        return None

    def attribute_of_record(self: Any, owner: Any, name: str, node: Any) -> Any:
        type_ = owner.type
        names = getattr(type_.kind, "_fields", ()) if issubclass(type_.kind, tuple) else (
            type_.keys if is_struct(type_.kind) else ())
        if name not in names:
            raise self.refuse(node, f"the attribute `{name}` of {type_}")
        return owner.items[names.index(name)]

    def is_sequence(self: Any, type_: Any) -> bool:
        """Whether iterating over a value gives its items."""
        return isinstance(type_, Tup) or isinstance(type_, Record) and type_.is_sequence
