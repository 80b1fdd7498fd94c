"""Objects of users' classes as arguments: what is known of their attributes, and how they come into C.

All objects that are reached from an argument are described by one `Schema`: for each class its attributes, and of each
attribute the type that it has in all instances. A reference from class to class makes trees and graphs of any size one type.
For a call the objects of a class are laid out one after another, each a row of slots; a reference is the address of a row, or
NULL for `None`. The objects are only read.
"""

from __future__ import annotations

import functools
import operator
import types
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..heap import runs_code
from ..trees import _slots_of
from .choices import TEXT, is_text, number_of_text
from .scalars import slot_field
from .types import NONE, Arr, Const, Maybe, Num, c_type, of_array, of_number
from .values import CONSTANT, Val, convert

__all__ = ["Obj", "Objects", "Packed", "Schema", "Unknown", "is_object", "schema_of"]

_PLAIN = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.MethodType, type)


@dataclass(frozen=True)
class Unknown:
    """The type of an attribute that cannot be read in native code; `why`: it is a list, it has two types, ..."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True, eq=False)
class Obj:
    """An object: a pointer to its row."""

    schema: Schema
    kind: type

    @property
    def c_type(self) -> str:
        return "slot *"

    @property
    def python_class(self) -> type:
        return self.kind

    def truth(self, walk: Any, value: Any) -> Any:
        """Whether an object is true: it is, unless its class says otherwise."""
        if hasattr(self.kind, "__bool__") or hasattr(self.kind, "__len__"):
            raise walk.refuse(walk.statement_node, f"the truth of {self}", why="its class has a method for that")
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Obj) and self.schema is other.schema and self.kind is other.kind

    def __hash__(self) -> int:
        return hash((id(self.schema), self.kind))

    def __str__(self) -> str:
        return f"an object of class {self.kind.__name__}"


def is_object(value: Any) -> bool:
    """Whether a value is an instance of a class written in Python, with attributes of its own and nothing beside."""
    kind: Any = type(value)
    return kind.__flags__ & 1 << 9 != 0 and kind.__new__ is object.__new__ and kind.__getattribute__ is object.__getattribute__ \
        and not isinstance(value, _PLAIN)


@functools.lru_cache(maxsize=4096)
def has_slots(kind: type) -> bool:
    return any("__slots__" in c.__dict__ for c in kind.__mro__)


def attributes_of(value: Any) -> Any:
    """The names of an object's attributes."""
    return (*getattr(value, "__dict__", ()), *_slots_of(value)) if has_slots(type(value)) else value.__dict__


class Schema:
    """The attributes of classes: `fields[kind]` is {name: type}; a reference is a class, with `Maybe` if it may be None."""

    def __init__(self, fields: dict[type, dict[str, Any]]) -> None:
        self.fields = fields
        self.places: dict[type, dict[str, int]] = {}  # where in its row an attribute begins
        self.widths: dict[type, int] = {}
        for kind, types_ in fields.items():
            place = 0
            self.places[kind] = {}
            for name, type_ in types_.items():
                self.places[kind][name] = place
                place += slots_of(type_)
            self.widths[kind] = max(1, place)

    def count_unknown(self, kinds: Any) -> int:
        return sum(isinstance(t, Unknown) for kind in kinds for t in self.fields[kind].values())

    def type_of(self, kind: type, name: str) -> Any:
        """The type of an attribute; None if instances have no such."""
        found = self.fields[kind].get(name)
        if isinstance(found, type):
            return Obj(self, found)
        if isinstance(found, Maybe) and isinstance(found.type, type):
            return Maybe(found.names, Obj(self, found.type))
        return found

    @functools.cached_property
    def plans(self) -> dict[type, Any]:
        """How the objects of each class are read: the number of attributes, whether some are in slots, how to get them all, and
        which are references, to which class."""
        found = {}
        for kind, types_ in self.fields.items():
            references = [(i, target_of(t)) for i, t in enumerate(types_.values()) if target_of(t) is not None]
            names = tuple(types_)
            getter = operator.attrgetter(*names) if len(names) > 1 else lambda value, names=names: tuple(
                getattr(value, name) for name in names)
            found[kind] = len(names), has_slots(kind), getter, references
        return found

    def pack(self, root: Any) -> Packed | None:
        """The rows of all that is reached from an object; None if this schema does not describe it."""
        plans = self.plans
        rows: dict[type, list[Any]] = {kind: [] for kind in plans}
        places: dict[type, dict[int, int]] = {kind: {} for kind in plans}
        if type(root) not in rows:
            return None
        todo = [root]
        places[type(root)][id(root)] = 0
        try:
            for value in todo:
                kind = type(value)
                count, slots, getter, references = plans[kind]
                if len(attributes_of(value) if slots else value.__dict__) != count:
                    return None
                row = getter(value)
                rows[kind].append(row)
                for i, target in references:
                    inner = row[i]
                    if inner is not None:
                        if inner.__class__ is not target:
                            return None
                        known, number = places[target], id(inner)
                        if number not in known:
                            known[number] = len(known)
                            todo.append(inner)
        except AttributeError:
            return None
        blocks = {kind: np.zeros((len(r), self.widths[kind]), np.int64) for kind, r in rows.items() if r}
        for kind, block in blocks.items():
            where = self.places[kind]
            for (name, type_), column in zip(self.fields[kind].items(), zip(*rows[kind], strict=True), strict=True):
                if not fill(block, where[name], type_, column, places, blocks):
                    return None
        return Packed(blocks[type(root)].ctypes.data, blocks, rows)


@dataclass(frozen=True)
class Packed:
    """Objects as C reads them: the address of the first row, and what must outlive the call."""

    address: int
    blocks: Any
    rows: Any

    @property
    def arrays(self) -> list[Any]:
        return [v for rows in self.rows.values() for row in rows for v in row if isinstance(v, np.ndarray)]


def target_of(type_: Any) -> type | None:
    """The class to which a reference leads."""
    inner = type_.type if isinstance(type_, Maybe) else type_
    return inner if isinstance(inner, type) else None


def slots_of(type_: Any) -> int:
    if isinstance(type_, Maybe) and (isinstance(type_.type, Num) or type_.type == TEXT):
        return 2
    return 0 if isinstance(type_, (Const, Unknown)) or type_ == NONE else 1


def fill(block: Any, place: int, type_: Any, column: Any, places: Any, blocks: Any) -> bool:
    """One attribute of all objects of a class into their rows; False where one of them is not of the type."""
    if isinstance(type_, Unknown):
        return True
    if type_ == NONE or isinstance(type_, Const):
        wanted = None if type_ == NONE else type_.value
        return all(v is wanted or isinstance(wanted, str) and type(v) is str and v == wanted for v in column)
    inner = type_
    if isinstance(type_, Maybe):
        inner = type_.type
        if isinstance(inner, Num) or inner == TEXT:
            block[:, place + 1] = [v is None for v in column]
    target = target_of(type_)
    if target is not None:
        if target not in blocks:
            return all(v is None for v in column)
        start, width = blocks[target].ctypes.data, blocks[target].strides[0]
        known = places[target]
        block[:, place] = [0 if v is None else start + known[id(v)] * width for v in column]
        return isinstance(type_, Maybe) or None not in column
    present = [v for v in column if v is not None] if isinstance(type_, Maybe) else column
    if isinstance(inner, Arr):
        if not all(isinstance(v, np.ndarray) and fits(of_array(v), inner) for v in present):
            return False
        block[:, place] = [0 if v is None else id(v) for v in column]
        return True
    if inner == TEXT:
        if not all(type(v) is str for v in present):
            return False
        block[:, place] = [0 if v is None else number_of_text(v) for v in column]
        return True
    if not set(map(type, present)) <= {class_of_number(inner)}:
        return False
    to = block[:, place]
    if inner.dtype.kind == "f":
        wide = c_type(inner) == "double"
        to = block.view(np.float64 if wide else np.float32)[:, place * (1 if wide else 2)]
    try:
        to[:] = column if present is column else [0 if v is None else v for v in column]
    except OverflowError:
        return False
    return True


def class_of_number(type_: Num) -> type:
    return {"int": int, "float": float, "bool": bool}[type_.name] if type_.is_python else type_.dtype.type


def fits(found: Arr | None, wanted: Arr) -> bool:
    return found is not None and (found.dtype, found.rank) == (wanted.dtype, wanted.rank) and (found.packed or not wanted.packed)


def schema_of(root: Any, known: Schema | None) -> Schema:
    """What describes all objects that are reached from `root`, and what `known` describes."""
    fields: dict[type, dict[str, Any]] = {} if known is None else {k: dict(f) for k, f in known.fields.items()}
    seen = {id(root)}
    todo = [root]
    for value in todo:
        kind, names = type(value), attributes_of(value)
        if kind not in fields:
            fields[kind] = {name: type_in(getattr(value, name)) for name in names}
        else:
            mine = fields[kind]
            for name in (*mine, *(n for n in names if n not in mine)):
                mine[name] = either(mine.get(name), type_in(getattr(value, name)) if name in names else None)
        for name in names:
            inner = getattr(value, name)
            if is_object(inner) and id(inner) not in seen:
                seen.add(id(inner))
                todo.append(inner)
    return Schema(fields)


def type_in(value: Any) -> Any:
    """The type of an attribute's value."""
    if value is None:
        return NONE
    found = of_number(value) or of_array(value)
    if found is not None:
        return found if found.__class__ is not Num or found.name != "int" or -(2**63) <= value < 2**63 else Unknown(
            "an integer that does not fit into 64 bits")
    if isinstance(value, str) or isinstance(value, _PLAIN):
        return Const(value) if not isinstance(value, types.MethodType) else Unknown("a method")
    if is_object(value):
        return type(value)
    return Unknown(f"a {type(value).__name__}")


def either(a: Any, b: Any) -> Any:
    """The type of an attribute that has one or the other in different objects."""
    if a == b or isinstance(a, Unknown):
        return a
    if a is None or b is None:
        return Unknown("not there in all objects")
    if isinstance(b, Unknown):
        return b
    optional = any(t == NONE or isinstance(t, Maybe) for t in (a, b))
    inner = [t.type if isinstance(t, Maybe) else t for t in (a, b) if t != NONE]
    if all(isinstance(t, Arr) for t in inner) and len({(t.dtype, t.rank) for t in inner}) == 1:
        found: Any = Arr(inner[0].dtype, inner[0].rank, all(t.packed for t in inner))
    elif all(map(is_text, inner)) and (len(set(inner)) > 1 or optional):
        found = TEXT
    elif all(t == inner[0] for t in inner):
        found = inner[0]
    else:
        names = " and ".join(sorted({getattr(t, "__name__", str(t)) for t in inner}))
        return Unknown(f"of two types, {names}" if len({str(t) for t in inner}) > 1 else "of two types")
    if not optional:
        return found
    if isinstance(found, Const):
        return Unknown("None in one object and a constant in another")
    return Maybe(frozenset({"None"}), found)


class Objects:
    """What `Walk` does with objects."""

    def optional(self: Any, value: Val) -> Val:
        """An object as one that might be None, where some attribute may be such an object or None: one type for both."""
        type_ = value.type
        if not isinstance(type_, Obj):
            return value
        mine = Maybe(frozenset({"None"}), type_.kind)
        if not any(t == mine for fields in type_.schema.fields.values() for t in fields.values()):
            return value
        made = Maybe(mine.names, type_)
        self.stager.struct(made)
        return Val(made, self.own(Val(made, convert(value, made)), "t"))

    def attribute_of_object(self: Any, owner: Any, name: str, node: Any) -> Any:
        schema, kind = owner.type.schema, owner.type.kind
        if runs_code(kind, name):
            raise self.refuse(node, f"the attribute `{name}` of {owner.type}", why="it is computed by code of the class")
        type_ = schema.type_of(kind, name)
        if type_ is None:
            return self.attribute_of_class(owner, name, node)
        if isinstance(type_, Unknown):
            raise self.refuse(node, f"the attribute `{name}` of {owner.type}", why=f"it is {type_}")
        place = f"{owner.c}[{schema.places[kind][name]}]" if owner.c else ""
        return self.from_slot(place, f"{owner.c}[{schema.places[kind][name] + 1}]", type_)

    def from_slot(self: Any, place: str, tag: str, type_: Any) -> Val:
        """A value out of its slot; it is a constant."""
        if c_type(type_) == "void":
            return Val(type_)
        if type_ == TEXT:
            return Val(type_, f"{place}.i", box=CONSTANT)
        if isinstance(type_, Num):
            c = f"{place}.{slot_field(type_)}"
            return Val(type_, c if slot_field(type_) != "i" or c_type(type_) == "i64" else f"({c_type(type_)}){c}", box=CONSTANT)
        if isinstance(type_, Obj):
            return Val(type_, f"((slot *){place}.p)")
        if isinstance(type_, Arr):
            made = self.argument_at(f"{place}.p", type_)
            made.box = CONSTANT
            return made
        self.stager.struct(type_)
        name = self.temp(type_, "read")
        there = f"!{tag}.i" if isinstance(type_.type, Num) or type_.type == TEXT else f"{place}.p"
        self.emit(f"{name}.z = {there} ? 0 : 3;")
        self.emit(f"if (!{name}.z) {{")
        self.depth += 1
        self.emit(f"{name}.v = {self.from_slot(place, tag, type_.type).c};")
        self.depth -= 1
        self.emit("}")
        return Val(type_, name, box=CONSTANT)

    def attribute_of_class(self: Any, owner: Any, name: str, node: Any) -> Any:
        """An attribute that instances have from their class."""
        kind = owner.type.kind
        method = self.method_as_value(owner, name)
        if method is not None:
            return method
        found = getattr(kind, name, self)
        if found is self:
            message = f"'{kind.__name__}' object has no attribute '{name}'"
            return self.fails(AttributeError, message)
        plain = of_number(found) is not None or found is None or isinstance(found, str)
        if not plain:
            raise self.refuse(node, f"the attribute `{name}` of the class {kind.__name__}, a {type(found).__name__},")
        self.stager.attributes[id(kind), name] = kind, name, found
        made = self.constant(found, node)
        made.box = CONSTANT
        return made
