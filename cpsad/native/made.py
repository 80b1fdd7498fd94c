"""Objects that a program makes itself: instances of users' classes, and the cells of variables that nested functions share.

An object in C is a pointer to a struct in the arena, in which each attribute lies with its box (`stored.py`) and with a mark
whether it is set. The type of an object is its class and the place in the program that makes it; its attributes, and their
types, are what is found to be stored there, in all rounds. Objects of one class from two places that meet in one variable are
one place in all further rounds. An attribute that is not set is that of the class.
"""

from __future__ import annotations

import types
from typing import Any

from .. import runtime
from ..heap import runs_code, sets_code
from .lists import holds, inner, same_numbers
from .types import BOTTOM, Const, Kept, NoJoin, Num, Single, c_type, join, joined
from .values import CONSTANT, Val, convert, identifier, stored_type

__all__ = ["Bound", "Made", "MadeObjects", "MadeSites", "Super", "is_instance", "new_instance", "set_field"]

UNSET = "a variable shared with a nested function is read before it is assigned"


class MadeSites:
    """The places of a program that make objects, and the types of their attributes."""

    def __init__(self) -> None:
        self.fields: dict[Any, dict[str, Any]] = {}
        self.same: dict[Any, Any] = {}
        self.numbers: dict[Any, int] = {}

    def found(self, place: Any) -> Any:
        while place in self.same:
            place = self.same[place]
        return place

    def at(self, place: Any, kind: type) -> Made:
        place = self.found(place)
        self.numbers.setdefault(place, len(self.numbers))
        self.fields.setdefault(place, {})
        return Made(self, place, kind)

    def definitions(self, struct: Any) -> tuple[list[str], list[str]]:
        """What C must know of them before and behind other types; `struct` makes types known."""
        before, behind = [], []
        for place, fields in self.fields.items():
            if place in self.same:
                continue
            name = f"struct made_{self.numbers[place]}"
            before.append(f"{name};")
            inside = []
            for n, type_ in fields.items():
                if c_type(type_) != "void":
                    struct(type_)
                    inside.append(f"{c_type(type_)} v_{identifier(n, set())};")
                inside.append(f"bool set_{identifier(n, set())};")
            behind.append(f"{name} {{ {' '.join(inside) or 'char empty;'} }};")
        return before, behind


class Made:
    """An object that the program makes: its class and its place."""

    __slots__ = ("kind", "place", "sites")

    def __init__(self, sites: MadeSites, place: Any, kind: type) -> None:
        self.sites, self.place, self.kind = sites, place, kind

    @property
    def c_type(self) -> str:
        return f"struct made_{self.sites.numbers[self.place]} *"

    @property
    def struct(self) -> str:  # known to C before all types
        return "void"

    @property
    def python_class(self) -> type:
        return self.kind

    @property
    def fields(self) -> dict[str, Any]:
        return self.sites.fields[self.place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Made) and self.sites is other.sites and self.place == other.place

    def __hash__(self) -> int:
        return hash(self.place)

    def __str__(self) -> str:
        return f"an object of class {self.kind.__name__}"

    def join(self, other: Any) -> Any:
        if not isinstance(other, Made) or other.kind is not self.kind:
            raise NoJoin(f"{self} and {other}")
        from .stage import Restart

        self.sites.same[self.place] = other.place
        raise Restart

    def truth(self, walk: Any, value: Any) -> Any:
        """Whether an object is true: it is, unless its class says otherwise."""
        if hasattr(self.kind, "__bool__") or hasattr(self.kind, "__len__"):
            raise walk.refuse(walk.statement_node, f"the truth of {self}", why="its class has a method for that")
        return True


class Super:
    """`super(cls, self)`: the object, whose methods are those behind a class."""

    def __init__(self, after: type, of: Any) -> None:
        self.after, self.of = after, of

    @property
    def c_type(self) -> str:
        return c_type(self.of)

    @property
    def kind(self) -> type:
        return self.of.kind  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Super) and (self.after, self.of) == (other.after, other.of)

    def __hash__(self) -> int:
        return hash((self.after, self.of))

    def __str__(self) -> str:
        return f"super() of {self.of}"


class Bound:
    """A method of an object, as a value: the object."""

    def __init__(self, function: Any, of: Any) -> None:
        self.function, self.of = function, of

    @property
    def c_type(self) -> str:
        return c_type(self.of)

    def join(self, other: Any) -> Any:
        return joined(self, other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and self.function is other.function and self.of == other.of

    def __hash__(self) -> int:
        return hash((id(self.function), self.of))

    def __str__(self) -> str:
        return f"the method {self.function.__name__} of {self.of}"


def is_instance(type_: Any) -> bool:
    """Whether values of a type are objects of users' classes, here or in an argument."""
    from .objects import Obj

    return isinstance(type_, (Made, Obj, Super))


class MadeObjects:
    """What `Walk` does with objects that the program makes."""

    def made_object(self: Any, kind: type, node: Any) -> Val:
        """A new instance, without attributes."""
        root = self.spec
        while root.parent is not None:
            root = root.parent
        if root.is_formula or self.inlining:
            raise self.refuse(node, "an object that a derivative rule makes")
        numbers = tuple((i, t) for i, t in enumerate(root.args) if isinstance(inner(t), Num) or hasattr(inner(t), "rank"))
        type_ = self.stager.made.at((id(node), kind, numbers), kind)
        name = self.temp(type_, "made")
        self.arena = True
        self.emit(f"{name} = allocate(R, sizeof *{name});")
        self.emit(f"memset({name}, 0, sizeof *{name});")
        return Val(type_, name)

    def method_as_value(self: Any, owner: Val, name: str) -> Val | None:
        """`owner.name` where it is a method; None where the class has none of this name."""
        found, _ = self.found_in_class(owner.type, name)
        if isinstance(found, staticmethod):
            return Val(Const(found.__func__))
        if name == "__init__" and isinstance(owner.type, Super) and issubclass(owner.type.kind, BaseException) and not isinstance(
                found, types.FunctionType):
            found = BaseException.__init__
        elif not isinstance(found, types.FunctionType):
            return None
        owner = self.instance_of(owner)
        return Val(Bound(found, owner.type), owner.c)

    def field(self: Any, owner: Val, name: str) -> str:
        return f"{owner.c}->v_{identifier(name, set())}"

    def is_set(self: Any, owner: Val, name: str) -> str:
        return f"{owner.c}->set_{identifier(name, set())}"

    def attribute_of_made(self: Any, owner: Val, name: str, node: Any) -> Val:
        kind: Any = owner.type.kind
        if kind is not runtime.Cell and runs_code(kind, name):
            raise self.refuse(node, f"the attribute `{name}` of {owner.type}", why="it is computed by code of the class")
        type_ = owner.type.fields.get(name)
        if type_ is None or type_ is BOTTOM:
            if kind is runtime.Cell:
                self.fails(NameError, UNSET)
            return self.attribute_of_class(owner, name, node)
        if not owner.c.isidentifier():
            owner = self.hold(owner)

        def stored() -> Val:
            if c_type(type_) == "void":
                return Val(type_)
            self.stager.struct(type_)
            t = self.temp(type_, name)
            self.emit(f"{t} = {self.field(owner, name)};")
            found = Val(type_, t)
            if not found.box and not holds(type_, Kept):
                found.box = CONSTANT
            return found

        if kind is runtime.Cell:
            self.emit(f"if (UNLIKELY(!{self.is_set(owner, name)})) fail(R, {self.error(NameError, UNSET)});")
        elif hasattr(kind, name) and name not in getattr(kind, "__slots__", ()) and not hasattr(BaseException, name):
            return self.choose(self.is_set(owner, name), stored, lambda: self.attribute_of_class(owner, name, node))
        else:
            error = self.error(AttributeError, f"'{kind.__name__}' object has no attribute '{name}'")
            self.emit(f"if (UNLIKELY(!{self.is_set(owner, name)})) fail(R, {error});")
        return stored()

    def set_field(self: Any, owner: Val, name: str, value: Val, node: Any) -> None:
        """`owner.name = value`, where no code of the class sees to it."""
        if any(v.borrowed and v.box not in ("", CONSTANT) for v in [value, *(value.parts or ())]):
            raise self.refuse(node, "storing an array that is written to")
        owner, value = self.hold(owner), self.hold(self.there(self.solid(value)))
        new = stored_type(value)
        fields = owner.type.fields
        old = fields.get(name, BOTTOM)
        try:
            same_numbers(old, new)
            made = join(old, new)
        except NoJoin as error:
            what = f"the attribute `{name}` of {owner.type}, which has two types,"
            raise self.refuse(node, what, why=f"they are {error}") from None
        if name not in fields or made != old:
            fields[name] = made
            self.stager.changed = True
        if c_type(made) != "void":
            self.stager.struct(made)
            self.emit(f"{self.field(owner, name)} = {convert(value, made)};")
        self.emit(f"{self.is_set(owner, name)} = true;")

    def set_attribute(self: Any, owner: Val, name: str, value: Val, node: Any) -> Val:
        """`owner.name = value`."""
        if not isinstance(owner.type, Made):
            raise self.refuse(node, f"setting an attribute of {owner.type}")
        kind: Any = owner.type.kind
        if kind is not runtime.Cell:
            if sets_code(kind, name):
                raise self.refuse(node, f"setting the attribute `{name}` of {owner.type}", why="code of the class does it")
            if not hasattr(kind, "__dict__") or "__dict__" not in dir(kind):
                try:
                    self.check_slot(kind, name)
                except AttributeError as error:
                    self.fails(AttributeError, str(error))
        self.set_field(owner, name, value, node)
        return Val(Single("None"))

    def check_slot(self: Any, kind: Any, name: str) -> None:
        setattr(kind.__new__(kind), name, None)

    def same_object(self: Any, a: Val, b: Val) -> Any:
        """Whether two objects are one."""
        if a.type != b.type:
            return a.type == b.type
        return f"{a.c} == {b.c}" if is_instance(a.type) else True


def new_instance(kind: type) -> Any:
    """What native code makes an instance by."""
    return kind.__new__(kind)


def set_field(made: Any, name: str, value: Any) -> None:
    """What native code sets an attribute by, in a program without gradient."""
    setattr(made, name, value)
