"""Exceptions that hold values: `raise ValueError(f"{x} is too big")`, `error.args`, attributes that `__init__` has set.

One that no handler asks is made by Python, of the values that C has put into `raised` (`Given`). One that
may be caught is an object (`made.py`) whose attribute `args` holds what it was made of; its error has a number for each place
that raises it, and what is caught goes with a pointer to the object (`Held`). If nobody catches it, its attributes go to
`raised` at the end. Which exceptions a handler meets is known by their numbers: reading an attribute of what was caught is
reading that of the object of whichever it is.
"""

from __future__ import annotations

import inspect
import types
from dataclasses import dataclass
from typing import Any

import gast

from .attempts import is_final
from .made import Made, set_field
from .program import StagingError
from .texts import leaves_out, value_in
from .types import INT, Const, Single, Tup, c_type
from .values import Val, identifier, stored_type

__all__ = ["Given", "Held", "Raised", "dumps", "error_of", "is_plain_exception"]

MOST = 64  # slots of `raised`
SPECIAL = (OSError, UnicodeError, SyntaxError, ImportError, StopIteration, SystemExit)  # their arguments mean something to C


@dataclass(frozen=True)
class Given:
    """The arguments of an exception that Python makes: their types, those by keyword last."""

    items: tuple[Any, ...]
    names: tuple[str, ...]
    slots: int


@dataclass(frozen=True)
class Held:
    """An exception that is an object: its type."""

    type: Made


def error_of(kind: Any, message: Any, raw: bytes) -> BaseException:
    """The exception, of what C has left in `raised`."""
    if isinstance(message, Given):
        values, place = [], 0
        for t in message.items:
            value, place = value_in(t, raw, place)
            values.append(value)
        count = len(values) - len(message.names)
        return kind(*values[:count], **dict(zip(message.names, values[count:], strict=True)))  # type: ignore[no-any-return]
    error, place, found = kind.__new__(kind), 0, {}
    for name, type_ in message.type.fields.items():
        is_set, place = raw[8 * place] != 0, place + 1
        value, place = value_in(type_, raw, place)
        if is_set:
            found[name] = value
    error.args = found.pop("args", found.pop("args at new", ()))
    found.pop("args at new", None)
    for name, value in found.items():
        setattr(error, name, value)
    return error  # type: ignore[no-any-return]


def dumps(stager: Any) -> list[str]:
    """The function of C that puts the attributes of what was raised into `raised`."""
    held = [(i, m, kind, where) for i, (kind, m, where) in enumerate(stager.errors, 1) if isinstance(m, (Given, Held))]
    if not held:
        return []
    out = _Lines()
    out.emit(f"static void {stager.prefix}dump(runtime *R) {{")
    for number, message, kind, where in held:
        out.where, out.depth = where, 1
        if isinstance(message, Given):
            out.emit(f"if (R->error == {number}) memcpy(raised, R->payload, {message.slots} * sizeof(slot));")
            continue
        type_ = message.type
        out.emit(f"if (R->error == {number}) {{")
        out.depth += 1
        out.emit(f"const {c_type(type_)}o = R->payload;")
        place = 0
        for name, field in type_.fields.items():
            c = identifier(name, set())
            out.emit(f"raised[{place}].i = o->set_{c};")
            value = Val(field, f"o->v_{c}") if c_type(field) != "void" else Val(field)
            place = leaves_out(out, value, place + 1, None)
        if place > MOST:
            raise out.refuse(None, f"a {kind.__name__} that holds so much")
        out.depth -= 1
        out.emit("}")
    out.depth = 0
    out.emit("}")
    return out.lines


class _Lines:
    """Lines of C."""

    where: Any = None

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0

    def emit(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def refuse(self, node: Any, what: str) -> StagingError:
        return StagingError(f"{what} cannot be staged to native code yet", where=self.where,
                            remedy='use backend="numpy" for this function')


def is_plain_exception(kind: Any) -> bool:
    """Whether an exception is made of its arguments as `BaseException` does it."""
    return isinstance(kind, type) and issubclass(kind, BaseException) and not issubclass(kind, SPECIAL) and not any(
        isinstance(getattr(kind, m, None), types.FunctionType) for m in ("__init__", "__new__")) and type(kind) is type


class Raised:
    """What `Walk` does with them."""

    def raises_given(self: Any, kind: Any, args: list[Val], names: list[str], node: Any) -> Any:
        """`raise kind(...)`, which leaves the program."""
        values = [self.hold(self.there(self.solid(v))) for v in args]
        items = tuple(v.type for v in values)
        held = self.temp(INT, "given")
        self.declared[held] = "slot *"
        self.arena, begin, place = True, len(self.lines), 0
        for v in values:
            place = leaves_out(self, v, place, node, held)
        if place > MOST:
            raise self.refuse(node, f"a {kind.__name__} that holds so much")
        self.lines.insert(begin, "    " * self.depth + f"{held} = allocate(R, {max(1, place)} * sizeof(slot));")
        self.emit(f"R->payload = {held};")
        self.fails(kind, Given(items, tuple(names), place))

    def exception_object(self: Any, kind: Any, args: list[Val], node: Any, field: str = "args", made: Val | None = None) -> Val:
        """`kind(...)` as an object; values that are stored have their boxes."""
        if made is None:
            made = self.made_object(kind, node)
        items = [self.hold(self.there(self.solid(v))) for v in args]
        value = Val(Tup(tuple(stored_type(v) for v in items)), parts=tuple(items))
        self.set_field(made, field, value, node)
        return made

    def raise_object(self: Any, value: Val, node: Any) -> Any:
        value = self.hold(value)
        error = self.error(value.type.kind, Held(value.type))
        self.emit(f"R->payload = {value.c};")
        self.emit(f"fail(R, {error});")
        from .stage import Dead

        raise Dead

    def sites(self: Any, value: Val) -> list[tuple[int, Any, Any]]:
        """The errors that a caught exception may be: number, class, and message or `Held`."""
        kinds = value.type.kinds
        return [(i, kind, message) for i, (kind, message, _) in enumerate(self.stager.errors, 1) if not isinstance(
            message, Given) and not is_final(kind, message) and (kinds is None or any(k in kind.__mro__ for k in kinds))]

    def attribute_of_failure(self: Any, owner: Val, name: str, node: Any) -> Val:
        """`caught.name`."""
        if name == "__traceback__":
            from .contexts import traceback_of

            return traceback_of(owner)
        if name.startswith("__"):
            raise self.refuse(node, f"the attribute `{name}` of an exception")
        owner = self.hold(owner)
        groups: dict[Any, list[int]] = {}
        plain = False
        for number, _, message in self.sites(owner):
            if isinstance(message, Held):
                groups.setdefault(message.type, []).append(number)
            else:
                plain = True
        todo = list(groups.items())

        def one(type_: Any) -> Any:
            return lambda: self.attribute_of_exception(Val(type_, f"(({c_type(type_)}){owner.c}.of)"), name, node)

        def at(i: int) -> Val:
            if i == len(todo):
                if plain and not todo:
                    what = f"the attribute `{name}` of an exception that an operation has raised"
                    self.stager.late.append(self.refuse(node, what))
                self.fails(StagingError, "what this exception holds is not known in native code")
            type_, numbers = todo[i]
            if i == len(todo) - 1 and not plain:
                return one(type_)()
            cond = " || ".join(f"{owner.c}.e == {n}" for n in numbers)
            return self.choose(f"({cond})", one(type_), lambda: at(i + 1))

        return at(0)

    def attribute_of_exception(self: Any, owner: Val, name: str, node: Any) -> Val:
        if name == "args" and "args at new" in owner.type.fields:
            if "args" not in owner.type.fields:
                name = "args at new"
            else:
                owner = self.hold(owner)
                return self.choose(self.is_set(owner, "args"), lambda: self.attribute_of_made(owner, "args", node),
                                   lambda: self.attribute_of_made(owner, "args at new", node))
        return self.attribute_of_made(owner, name, node)

    def constructor_of_exception(self: Any, kind: Any, signature: str, guarded: str) -> Any:
        """The program of `kind(...)` for an exception with an `__init__` in Python."""
        from .methods import instance_letter, names_of

        names, given = names_of(signature)
        if any(n.startswith("k_") for n in names):
            return None
        inner, h = repr(instance_letter(kind) + signature + guarded), "h, " * len(guarded)
        back = "".join(f"b{n}, " for n in names)
        items = "(" + "".join(f"{n}, " for n in names) + ")"
        puts = "".join(f"heap.put({n})\n" for n in names)
        takes = "".join(f"b{n} = b{n} + heap.take({n})\n" for n in reversed(names))
        text = (f"{puts}heap.set_field(made, 'args at new', {items})\ndef done(_):\n    k(made)\n    return ZERO\n"
                f"_, {back} = form(init, {inner})(heap, done, {h}made, {given})\n{takes}return ({back})")
        if not names:
            text = ("heap.set_field(made, 'args at new', ())\ndef done(_):\n    k(made)\n    return ZERO\n"
                    f"form(init, {inner})(heap, done, {h}made)\nreturn ()")
        primal = (f"set_field(made, 'args at new', {items})\ndef done(_):\n    return k(made)\n"
                  f"return form(init, {inner})(done, {h}made, {given})")
        return self.adaptor(("exception", kind, signature + guarded), kind.__init__, ", ".join(names), text, primal,
                            {"init": kind.__init__, "kind": kind, "set_field": set_field}, guarded)

    def call_init_of_exception(self: Any, owner: Val, k: Val, args: list[Val], node: Any) -> Val:
        """`super().__init__(...)` that comes to `BaseException`."""
        stored = [self.put_argument(a, node) if self.unit.takes_heap else a for a in args]
        self.exception_object(owner.type.kind, stored, node, made=self.instance_of(owner))
        return self.taken_back(stored, self.call_k(k, Val(Single("None")), node), node)

    def raise_call(self: Any, node: Any) -> bool:
        """`raise kind(...)` of values that are known only when the program runs; False for anything else."""
        made = node.exc
        kind = self.value(made.func).type
        kind = kind.value if isinstance(kind, Const) else None
        if not (isinstance(kind, type) and issubclass(kind, BaseException)) or any(
                isinstance(a, gast.Starred) for a in made.args) or any(k.arg is None for k in made.keywords):
            return False
        values = self.operands_of(*made.args, *(k.value for k in made.keywords))
        if not made.keywords and len(values) <= 1 and not isinstance(kind.__init__, types.FunctionType):
            known = [self.known_value(v) for v in values]
            if all(type(k) is str for k in known):
                self.fails(kind, known[0] if known else "")
        if inspect.isabstract(kind):
            return False
        self.raises_given(kind, values, [k.arg for k in made.keywords], node)
        return True
