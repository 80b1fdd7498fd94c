"""What `match` asks of its subject, as the interpreter asks it (PEP 634): generated code calls these."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["MATCHING"]

# Bits of a class's `__flags__` that the interpreter looks at; a class inherits them, or gets them by being registered.
SEQUENCE, MAPPING, HEAP_TYPE, MATCH_SELF = 1 << 5, 1 << 6, 1 << 9, 1 << 22


def is_sequence(value: Any) -> bool:
    """Whether a sequence pattern may match: lists, tuples, deques and the like, but no texts, no arrays of NumPy."""
    return bool(type(value).__flags__ & SEQUENCE)


def is_mapping(value: Any) -> bool:
    return bool(type(value).__flags__ & MAPPING)


def is_instance(value: Any, cls: Any) -> bool:
    if not isinstance(cls, type):
        raise TypeError(f"called match pattern must be a {'class' if sys.version_info >= (3, 12) else 'type'}")
    return isinstance(value, cls)


def distinct(*keys: Any) -> None:
    """The last key of a mapping pattern must differ from those before it."""
    if keys[-1] in set(keys[:-1]):
        raise ValueError(f"mapping pattern checks duplicate key ({keys[-1]!r})")


def match_names(cls: Any, count: int, named: tuple[str, ...]) -> tuple[str, ...]:
    """The attributes that positional subpatterns are for; empty where the subject itself is meant."""
    names = getattr(cls, "__match_args__", None)
    if names is None:
        if cls.__flags__ & MATCH_SELF and count == 1:
            return ()
        names = ()
    if type(names) is not tuple:
        raise TypeError(f"{_name(cls)}.__match_args__ must be a tuple (got {type(names).__name__})")
    if count > len(names):
        allowed = 1 if not names and cls.__flags__ & MATCH_SELF else len(names)
        raise TypeError(f"{_name(cls)}() accepts {allowed} positional sub-pattern{'' if allowed == 1 else 's'} ({count} given)")
    seen: set[str] = set()
    for name in (*names[:count], *named):
        if not isinstance(name, str):
            raise TypeError(f"__match_args__ elements must be strings (got {type(name).__name__})")
        if name in seen:
            raise TypeError(f"{_name(cls)}() got multiple sub-patterns for attribute {name!r}")
        seen.add(name)
    return names[:count]


def _name(cls: type) -> str:
    """The name of a class as the interpreter's own messages have it: with the module for one written in C."""
    in_c = not cls.__flags__ & HEAP_TYPE and cls.__module__ != "builtins"
    return f"{cls.__module__}.{cls.__name__}" if in_c else cls.__name__


MATCHING = {"is_sequence": is_sequence, "is_mapping": is_mapping, "is_instance": is_instance, "distinct": distinct,
            "match_names": match_names, "isinstance": isinstance, "getattr": getattr, "len": len, "dict": dict}
