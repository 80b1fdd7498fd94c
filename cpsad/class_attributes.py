"""Attributes of classes: which of them a transform may take for what they are now.

`Class.rate` in a function stands for one value, and is a constant, unless code of the class's file or of the function's
assigns an attribute of that name to anything but `self`. An assignment that was not seen so (`setattr`, another file) is
refused where it gives an active value to an attribute that a transform has taken for a constant.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any

from .outer import Rebound, rebound_in_file
from .places import here
from .transforms.errors import NoDerivativeError

__all__ = ["check_set", "may_change"]

_taken: dict[str, weakref.WeakSet[Any]] = {}  # name -> classes whose attribute was taken for a constant


def may_change(owner: Any, name: str, file: Rebound) -> bool:
    """Whether attribute `name` of a class may be set; else it is noted that it was taken for a constant.

    `file`: what the function's own file assigns.
    """
    if name in file.stored:
        return True
    for base in owner.__mro__:
        module = sys.modules.get(base.__module__)
        place = getattr(module, "__file__", None)
        if base.__module__.partition(".")[0] in ("builtins", "numpy", "scipy") or not place or not place.endswith(".py"):
            continue
        if name in rebound_in_file(place, vars(module)).stored:
            return True
    _taken.setdefault(name, weakref.WeakSet()).add(owner)
    return False


def check_set(owner: Any, name: str) -> None:
    """An attribute of a class is about to be set to what may carry a derivative."""
    for asked in _taken.get(name, ()):
        if issubclass(asked, owner):
            raise here(NoDerivativeError, f"the attribute {name} of the class {owner.__name__} is set to a value that may carry "
                       "a derivative", why="a function that reads it has taken it for a constant",
                       remedy=f"write {owner.__name__}.{name} = ... in the file of the class, or store it in an instance")
