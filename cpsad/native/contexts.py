"""`with`: the methods of a context manager, and what its `__exit__` is told of an exception.

The passes have made `try` of it (`transforms/exceptions.py`). Of the class of what was caught it is known whether it is one of
some classes; a traceback is something that is not None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import exceptions
from ..transforms.context import MISSING
from .attempts import Failure, classes_of
from .made import is_instance
from .primitives import PRIMITIVES, primitive
from .types import Const, Single
from .values import Val

__all__ = ["TRACEBACK", "KindOf"]


class _Traceback:
    """The traceback of any exception."""


TRACEBACK = _Traceback()


@dataclass(frozen=True)
class KindOf:
    """The class of an exception that was caught: the exception."""

    of: Failure
    c_type = "failure"

    def truth(self, walk: Any, value: Val) -> bool:
        return True

    def __str__(self) -> str:
        return "the class of an exception"


@primitive(exceptions.EXCEPTIONS["special"])
def _special(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    name = w.known_value(args[1])
    if not is_instance(args[0].type):
        return None
    found = w.method_as_value(args[0], name)
    if found is None:
        try:
            exceptions.special(object.__new__(args[0].type.kind), name)
        except TypeError as error:
            w.fails(TypeError, str(error))
    return found


@primitive(exceptions.EXCEPTIONS["suppresses"])
def _suppresses(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.as_bool(w.truth(args[0], node)) if isinstance(args[1].type, Failure) else None


@primitive(exceptions.EXCEPTIONS["during"])
def _during(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """What sets `__context__`, which the program cannot read."""
    return Val(Single("None"))


@primitive(exceptions.EXCEPTIONS["is_class"])
def _is_class(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.constant(isinstance(args[0].type, Const) and isinstance(args[0].type.value, type), node)


def _of_kind(function: Any, plain: Any) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if function is type and len(args) == 1 and isinstance(args[0].type, Failure):
            return Val(KindOf(args[0].type), args[0].c)
        kind = KindOf if function is issubclass else Failure
        if function in (issubclass, isinstance) and len(args) == 2 and isinstance(args[0].type, kind):
            classes = classes_of(w, args[1])
            of = args[0].type.of if isinstance(args[0].type, KindOf) else args[0].type
            return w.is_caught(Val(of, args[0].c), classes, node) if classes is not MISSING else None
        return plain(w, args, keywords, node) if plain is not None else None

    PRIMITIVES[function] = run


_of_kind(type, PRIMITIVES[type])
_of_kind(isinstance, PRIMITIVES[isinstance])
_of_kind(issubclass, PRIMITIVES.get(issubclass))


def traceback_of(owner: Val) -> Val:
    """`error.__traceback__`."""
    return Val(Const(TRACEBACK))
