"""What a heap refuses: code that is not seen and would get hold of stored values, texts that are read back as numbers."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np

from .cotangents import ZERO, Poison
from .floating import is_floating
from .places import here
from .reach import reaches, runs_python
from .transforms.errors import NoDerivativeError

__all__ = ["Refusals"]


class Refusals:
    """The part of `heap.Heap` that raises."""

    __slots__ = ()

    slots: dict[int, Any]
    decisions: dict[int, Any]

    def text(self, made: Any, *parts: Any) -> None:
        """A text has been made of `parts`: if of what carries a derivative, no number is to be read back from it."""
        if isinstance(made, (str, bytes)) and (any(map(is_floating, parts)) or reaches(self.slots, *parts)):
            self.slots[id(made)] = [made, ZERO, 1]

    def printed(self, file: Any = None) -> None:
        """Something that may carry a derivative was printed: what is kept in memory is known to be made of it."""
        file = sys.stdout if file is None else file
        if isinstance(file, io.StringIO):
            self.slots.setdefault(id(file), [file, ZERO, 1])

    def check_settled(self) -> None:
        """At the end of the way back every adjoint has been taken by who stored its value; if not, its way was cut off."""
        for value, adjoint, _ in self.slots.values():
            if adjoint is not ZERO:
                raise NoDerivativeError(
                    f"the derivative of a stored value was lost: a {type(value).__name__}", why="what stored it was left by "
                    "an exception, or ran unseen", remedy="return the value instead of storing it")

    def refuse(self, what: str, why: str, *values: Any) -> None:
        """Code that has no derivative is about to run: an error, unless `values` are all constants."""
        if any(map(is_floating, values)) or reaches(self.slots, *values):
            raise here(NoDerivativeError, f"{what} cannot be differentiated here", why=why,
                       remedy="add a rule with cpsad.defrule, or use cpsad.stop_gradient on its arguments")

    def decided(self, value: Any) -> None:
        """A function returns what comparisons of active values have chosen, and nothing else."""
        if is_floating(value):
            self.decisions[id(value)] = value

    def check_decided(self, result: Any) -> None:
        """The function's result has a derivative, or is a constant that nothing was asked for."""
        if self.decisions.get(id(result), self) is result:
            raise here(NoDerivativeError, "the result depends on the arguments by comparisons only",
                       why="its derivative is zero wherever there is one: a search by comparisons, a count or a step is "
                       "not differentiated by what it finds",
                       remedy="for a root, the implicit function theorem (cpsad.custom_gradient, scipy.optimize.brentq); if zero "
                       "is meant, compare cpsad.stop_gradient(x)")

    def lost(self, value: Any, adjoint: Any) -> None:
        """A cotangent of what is no number: of an object that Python or NumPy took for one."""
        if isinstance(adjoint, Poison):
            raise adjoint.error
        if adjoint is not ZERO:
            raise here(NoDerivativeError, f"a value of type {type(value).__name__} was taken for a number",
                       why="what made a number of it ran without its derivative",
                       remedy="compute the number in a method, and call that")

    def refuse_flat(self) -> None:
        raise here(NoDerivativeError, "the iterator .flat is used as a value", why="it makes new numbers when it is read",
                   remedy="use x.ravel() or np.ravel(x); x.flat[i] and loops over x.flat are held")

    def guard(self, value: Any, doing: str, *methods: str) -> None:
        """Raises where Python or NumPy is about to call one of these methods of a value, and it can see stored values."""
        kind: Any = type(value)
        if runs_python(kind, *methods) and reaches(self.slots, value):
            raise here(NoDerivativeError, f"{doing} an object of type {kind.__name__} calls its methods",
                       why=f"Python calls {' or '.join(m for m in methods if runs_python(kind, m))} by itself, "
                           "and that code would run without its derivative",
                       remedy="call a method with a plain name")

    def guard_index(self, owner: Any) -> None:
        raise here(NoDerivativeError, f"indexing an object of type {type(owner).__name__} with a value that carries "
                   "a derivative", why="its __getitem__ would run without its derivative",
                   remedy="use a function with a rule, such as np.concatenate or np.stack")

    def verdict(self, value: Any) -> Any:
        """The result of a comparison, unless a class has made it a number."""
        if is_floating(value) or reaches(self.slots, value):
            raise here(NoDerivativeError, "a comparison gives a number", why="the code that computes it is not seen",
                       remedy="call a method with a plain name")
        return value

    def guard_store(self, owner: Any, value: Any, active: bool) -> None:
        """Raises where a store into a container that is no list, dict or the like may lose a derivative."""
        kind: Any = type(owner)
        carries = active and is_floating(value) or reaches(self.slots, value)
        if type(owner) is list:  # a slice: of an array it would store new objects
            if not isinstance(value, np.ndarray) or not active:
                return
            what, why = "an array is stored into a slice of a list", "its elements are made by the store"
        elif "__builtins__" in owner if kind is dict else False:
            what, why = "a value that carries a derivative is stored as a global variable", "it outlives the gradient"
        elif runs_python(kind, "__setitem__"):
            carries = carries or reaches(self.slots, owner)
            what, why = f"storing into an object of type {kind.__name__} calls its __setitem__", "that code is not seen"
        elif isinstance(owner, (list, dict)) or kind.__module__ == "collections":
            return
        else:
            what, why = f"a value that carries a derivative is stored into a {kind.__name__}", "it keeps only the number"
        if carries:
            raise here(NoDerivativeError, what, why=why, remedy="collect the values in a list or dict")
