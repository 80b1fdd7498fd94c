"""What generated code calls where the user's code catches, raises and leaves a context."""

from __future__ import annotations

import traceback
from typing import Any

from .places import here
from .transforms.errors import CpsadError, UnsupportedError

__all__ = ["EXCEPTIONS", "catches"]


def catches(caught: BaseException, kinds: Any) -> bool:
    """Whether `except kinds:` catches an exception. What cpsad itself refuses is not the user's to catch."""
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
    if isinstance(caught, CpsadError):
        return False
    mro = type(caught).__mro__  # `__subclasscheck__` is not asked
    return any(kind in mro for kind in kinds) if isinstance(kinds, tuple) else kinds in mro


def suppresses(answer: Any, caught: BaseException) -> bool:
    """Whether `__exit__`, which has answered, wants the exception to end here."""
    return bool(answer) and not isinstance(caught, CpsadError)


def is_class(value: Any) -> bool:
    return isinstance(value, type)


def during(error: Any, handled: BaseException) -> None:
    """`error` is about to be raised while `handled` is being handled."""
    if not isinstance(error, BaseException) or error is handled:
        return
    link: Any = handled
    while link.__context__ is not None:  # as Python does, lest there be a circle
        if link.__context__ is error:
            link.__context__ = None
            break
        link = link.__context__
    error.__context__ = handled


def without_context(owner: Any) -> Any:
    """What `__context__` is about to be read of: no exception, since generated code handles exceptions elsewhere."""
    if isinstance(owner, BaseException):
        raise here(UnsupportedError, "__context__ of an exception cannot be read in a differentiated function",
                   why="generated code runs handlers after Python has left its own, and Python sets __context__ by these",
                   remedy="raise ... from error, and read __cause__")
    return owner


def special(manager: Any, name: str) -> Any:
    """The special method of a context manager, looked up on its type."""
    kind = type(manager)
    for cls in kind.__mro__:
        if name in cls.__dict__:
            found = cls.__dict__[name]
            bind = getattr(type(found), "__get__", None)
            return found if bind is None else bind(found, manager, kind)
    missed = " (missed __exit__ method)" if name == "__exit__" else ""
    raise TypeError(f"'{_name_of(kind)}' object does not support the context manager protocol{missed}")


def _name_of(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def format_exc(caught: BaseException, limit: int | None = None, chain: bool = True) -> str:
    return "".join(traceback.format_exception(type(caught), caught, caught.__traceback__, limit, chain))


def print_exc(caught: BaseException, limit: int | None = None, file: Any = None, chain: bool = True) -> None:
    traceback.print_exception(type(caught), caught, caught.__traceback__, limit, file, chain)


EXCEPTIONS: dict[str, Any] = {
    "BaseException": BaseException, "catches": catches, "suppresses": suppresses, "is_class": is_class, "during": during,
    "without_context": without_context, "special": special, "format_exc": format_exc, "print_exc": print_exc, "type": type,
}
