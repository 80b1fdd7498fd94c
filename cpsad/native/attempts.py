"""Exceptions that are caught: attempts, what they have caught, and calls under a handler.

An attempt (`transforms/attempts.py`) covers statements that call nothing which comes next: in C, `setjmp` before them and a
place to return to. What they raise is the number of an error, of which Python knows the exception and its place; it is handed to
the handler, a continuation like others, and raised again by its number. So frames that led to it go their way back as ever.
What cpsad refuses, and what native code alone cannot do, is not the program's to catch.

What an exception holds is `raised.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from ..exceptions import catches
from ..transforms.context import MISSING
from ..transforms.errors import CpsadError
from .types import BOOL, INT, Const, Single
from .values import Val

__all__ = ["Attempts", "Failure", "classes_of", "declarations"]


@dataclass(frozen=True)
class Failure:
    """What an attempt has caught, the number of an error; None if that is 0. `surely`: it is not None."""

    surely: bool
    kinds: Any = None  # if it is known: it is of one of these classes

    @property
    def c_type(self) -> str:
        return "failure"

    def join(self, other: Any) -> Any:
        if not isinstance(other, Failure):
            return other.join(self)
        kinds = None if None in (self.kinds, other.kinds) else (*self.kinds, *(k for k in other.kinds if k not in self.kinds))
        return Failure(self.surely and other.surely, kinds)

    def convert(self, value: Val) -> str:
        return value.c

    def truth(self, walk: Any, value: Any) -> Any:
        return True

    def __str__(self) -> str:
        return "an exception"


def is_final(kind: type, message: str) -> bool:
    """Whether an error is none of the program's own."""
    return issubclass(kind, CpsadError) or isinstance(message, str) and "in native code" in message


def kinds_caught(classes: Any) -> tuple[Any, ...]:
    return classes if isinstance(classes, tuple) else (classes,)


def declarations(stager: Any) -> list[str]:
    """What C knows of the errors of a program, if it catches any."""
    if not stager.catches:
        return []
    final = [i for i, (kind, message, _) in enumerate(stager.errors, 1) if is_final(kind, message)]
    lines = [f"static bool {stager.prefix}is_final(int e) {{ return {one_of(final)} || e < 0; }}"]
    for name, classes in stager.catches.items():
        found = [i for i, (kind, message, _) in enumerate(stager.errors, 1)
                 if not is_final(kind, message) and any(c in kind.__mro__ for c in classes)]
        lines.append(f"static bool {name}(int e) {{ return {one_of(found)}; }}")
    return lines


def one_of(numbers: list[int]) -> str:
    return "(" + (" || ".join(f"e == {n}" for n in numbers) or "false") + ")"


class Attempts:
    """What `Walk` does with them."""

    def do_try(self: Any, node: Any) -> None:
        name = getattr(node, "failed", None)
        if name is None or node.finalbody or len(node.handlers) != 1:
            raise self.refuse(node, "a statement of the kind Try")
        _, failed = self.attempted(lambda: self.statements(node.body), name)
        self.bind(name, failed)

    def attempted(self: Any, run: Any, name: str = "failed") -> tuple[Any, Val]:
        """What `run` gives, None if it always raises; and what it has raised."""
        from .stage import Dead

        self.stager.catches.setdefault(f"{self.stager.prefix}catches_all", (BaseException,))
        number = self.stager_name().split()[1]
        here, outer = f"here__{number}", f"outer__{number}"
        failed = self.temp(INT, name)
        self.declared[failed] = "failure"
        self.declared[here], self.declared[outer] = "jmp_buf", "jmp_buf *"
        self.emit(f"{outer} = R->leave_to;")
        self.emit(f"R->leave_to = &{here};")
        self.emit(f"if (!_setjmp({here})) {{")
        self.depth += 1
        value, always = None, False
        try:
            value = run()
            self.emit(f"R->leave_to = {outer};")
            self.emit(f"{failed} = (failure){{0, NULL}};")
        except Dead:
            always = True
        self.depth -= 1
        self.emit("} else {")
        self.emit(f"    R->leave_to = {outer};")
        self.emit(f"    if ({self.stager.prefix}is_final(R->error)) fail(R, R->error);")
        self.emit(f"    {failed} = (failure){{R->error, R->payload}};")
        self.emit("    R->error = 0;")
        self.emit("}")
        return value, Val(Failure(always), failed)

    def under_guard(self: Any, compute: Any, rest: Any, count: int) -> Val:
        """`rest` of what `compute` gives, or if that raises, the handler of the call that is being staged."""
        guard, self.guard = self.guard, None
        if guard is None:
            return rest(compute())
        value, failed = self.attempted(lambda: self.hold(self.solid(compute())))

        def handled() -> Val:
            if isinstance(guard.type, Const):  # nobody handles it
                self.raised_again(failed)
            self.call_k(guard, Val(Failure(True), failed.c), self.statement_node)
            return self.tuple_of([Val(Single("ZERO"))] * count) if self.unit.takes_heap else Val(Single("None"))

        if value is None:
            return handled()
        return self.choose(f"{failed.c}.e != 0", handled, lambda: rest(value))

    def raised_again(self: Any, value: Val) -> Any:
        """`raise failed`."""
        from .stage import Dead

        self.emit(f"fail_again(R, {value.c});")
        raise Dead

    def exception_made(self: Any, kind: Any, args: list[Val], node: Any) -> Val | None:
        """`ValueError("text")`: the number by which C raises it."""
        known = [self.known_value(a) for a in args]
        from .raised import is_plain_exception

        if (len(known) > 1 or any(type(k) is not str for k in known)) and is_plain_exception(kind):
            return self.exception_object(kind, args, node)
        if kind.__init__ is not kind.__mro__[1].__init__ and "__init__" in kind.__dict__ and kind.__module__ != "builtins":
            return None
        if len(known) > 1 or any(k is MISSING or not isinstance(k, (str, int, float)) for k in known):
            return None
        number = self.error(kind, str(known[0]) if known else "")
        return Val(Failure(True, (kind,)), f"((failure){{{number}, NULL}})")

    def is_caught(self: Any, value: Val, classes: Any, node: Any) -> Val:
        """Whether `except classes:` catches an exception."""
        kinds = kinds_caught(classes)
        catches(ValueError(), kinds)  # raises what Python raises
        for name, known in self.stager.catches.items():
            if known == kinds:
                return Val(BOOL, f"{name}({value.c}.e)")
        name = f"{self.stager.prefix}catches_{len(self.stager.catches)}"
        self.stager.catches[name] = kinds
        return Val(BOOL, f"{name}({value.c}.e)")

    def test_catches(self: Any, node: Any) -> tuple[Any, dict[str, Val], dict[str, Val]] | None:
        """`catches(caught, kinds)` as a test: where it holds, the classes are known. None for anything else."""
        function = self.unit.support.get(getattr(getattr(node, "func", None), "id", None))
        if not isinstance(node, gast.Call) or function is not catches or not isinstance(node.args[0], gast.Name):
            return None
        caught, classes = self.value(node.args[0]), classes_of(self, self.value(node.args[1]))
        if not isinstance(caught.type, Failure) or classes is MISSING:
            return None
        told = {node.args[0].id: Val(Failure(True, kinds_caught(classes)), caught.c)}
        return self.truth(self.is_caught(caught, classes, node), node), told, {}


def classes_of(w: Any, value: Val) -> Any:
    return value.type.value if isinstance(value.type, Const) else w.known_value(value)
