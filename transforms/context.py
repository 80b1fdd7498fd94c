"""What the passes are told: the place of the function, what its names stand for, and what has been found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import gast

from .errors import Location, UnsupportedError
from .nodes import Names

__all__ = ["MISSING", "Context", "Fact", "Resolver"]

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "MISSING"})()


@dataclass(frozen=True)
class Fact:
    """What is known of a value before the program runs.

    `kind`: "s" a scalar (Python or NumPy number), "n" a scalar or an array, "a" surely an array,
    "l", "t", "d" a list, tuple, dict; "c" another object of no numeric kind; "is", "in", "iN", "it" an iterator over
    scalars, over inactive numbers or arrays, over active ones, over tuples; "o" anything.
    `active`: it may carry a derivative in a local variable of its own.
    """

    kind: str
    active: bool

    def join(self, other: Fact) -> Fact:
        if self is other or self == other:
            return self
        return Fact(join_kinds(self.kind, other.kind), self.active or other.active)

    @property
    def letter(self) -> str:
        letter = {"s": "s", "a": "n", "n": "n"}.get(self.kind, "o")
        return letter.upper() if self.active else letter


def join_kinds(a: str, b: str) -> str:
    if a == b:
        return a
    return "n" if {a, b} <= {"s", "a", "n"} else "o"


class Resolver(Protocol):
    """Knows values, which the passes do not."""

    chooses: bool  # set for each function: whether it chooses among values that have all been computed

    def resolve(self, parts: list[str]) -> Any:
        """What a dotted name that is not local stands for now, or MISSING."""

    def changes(self, name: str) -> bool:
        """Whether code may rebind this name from outside while the function runs."""

    def encloses(self, name: str) -> bool:
        """Whether it is a variable of an enclosing function."""

    def captures(self, name: str) -> bool:
        """Whether it is a variable of an enclosing function that may carry a derivative: in programs transformed again."""

    def rebinds(self, name: str) -> None:
        """The function assigns this global."""

    def operator(self, name: str) -> Any:
        """The rule of a function of the `operator` module."""

    def support(self, name: str) -> Any:
        """The function of the run-time support of that name."""

    @property
    def as_they_are(self) -> Any:
        """Functions, linear in their first argument, that may give back the argument itself."""

    def adds_on(self, value: Any) -> Any:
        """The formula for the tangent of a sum that nobody else holds, where `value` adds something to such; or None."""

    def rule(self, value: Any) -> Any:
        """The rule of a primitive, or None."""

    def method(self, kind: str, name: str) -> Any:
        """The primitive that attribute `name` of a value of this kind is, or MISSING."""

    def kind(self, value: Any) -> str:
        """Kind of a value."""

    def special(self, signature: str, own: frozenset[str]) -> frozenset[str]:
        """Groups of operations for which the function may meet a class with methods in Python (`special.py`).

        `own`: those that its text shows, and the names of methods that it defines.
        """

    def groups(self, function: Any, name: str | None) -> tuple[str, ...]:
        """Those that a call of a built-in function belongs to; `name`: of the attribute, for `getattr` and the like."""

    def computes(self, function: Any) -> bool:
        """Whether a built-in function applies operators to the elements of what it is given."""
    def is_integral(self, value: Any) -> bool:
        """Whether a value names a dtype that holds no numbers with a fraction."""

    def forward(self, rule: Any) -> Any:
        """The forward rule as a template, "linear", or None where there is none."""

    def along(self, rule: Any) -> Any:
        """The formula for the tangent of what gradient programs call (`TangentCalls.by_formula`), or None."""

    def splice(self, rule: Any) -> Any:
        """The rule's pullback as a `transforms.splice.Template`, or None."""


@dataclass
class Context:
    """Everything that travels with a function through the passes."""

    filename: str
    name: str
    resolver: Resolver
    names: Names
    signature: str = ""  # a letter per parameter
    guarded: bool = False  # whether the function is called under a handler, which its form takes
    guards_nested: bool = False  # whether the forms of nested functions take one
    lines: list[str] | None = None  # the file's lines, if it is not in linecache
    class_name: str | None = None
    first_parameter: str = "self"
    _discard: str | None = None
    _caught: str | None = None
    cells: set[str] = field(default_factory=set)  # variables that are `Cell`s
    alone: bool = False  # of a gradient program in tangent form: nobody asks for what it returns, but for its tangent
    cell_tangents: Any = None  # of those that have their tangent beside them (`tangent_cells.py`)
    kept_functions: set[str] = field(default_factory=set)  # of a tangent program: a gradient may be taken of them
    shown: set[str] = field(default_factory=set)  # names that those share: their values are put in the table
    hints: dict[str, str] = field(default_factory=dict)  # temporary -> the user's name it becomes
    facts: dict[str, Fact] = field(default_factory=dict)  # of names assigned once, from `cps` on
    adjoints: dict[str, str] = field(default_factory=dict)  # name -> name of its adjoint
    active_params: dict[str, list[bool]] = field(default_factory=dict)  # of each continuation
    locals: set[str] = field(default_factory=set)  # names bound in the function or in one nested in it
    outside: set[str] = field(default_factory=set)  # names that the user's function takes from outside
    exposed: set[str] = field(default_factory=set)  # names whose arrays other code may hold too (`memory.py`)
    handed: set[str] = field(default_factory=set)  # names whose arrays may have a shadow where they were made
    settled: set[str] = field(default_factory=set)  # names whose adjoints must be settled somewhere
    groups: dict[str, tuple[int, str]] = field(default_factory=dict)  # name -> the memory it may share
    borrowed: list[str] = field(default_factory=list)  # inactive parameters that are written into
    support: dict[str, str] = field(default_factory=dict)  # support name -> name in the generated code
    captured: set[str] = field(default_factory=set)  # outside names that may carry a derivative (`captures.py`)
    again: bool = False  # whether what is made is to be transformed again
    kinds: dict[str, str] = field(default_factory=dict)  # of names of a program that is: "s" or "n", also of cells' values
    closed_over: set[str] = field(default_factory=set)  # what nested functions read of those around them
    escaping: set[str] = field(default_factory=set)  # nested functions whose gradient may be asked for (`captures.py`)
    summed: set[str] = field(default_factory=set)  # variables to whose adjoints loops add products
    special: frozenset[str] = frozenset()  # groups of operations that may run a method of a class (`special.py`)
    tangents: str = "tangents"  # what the table of tangents is called in the generated code
    tangent_names: dict[str, str] = field(default_factory=dict)  # name -> name of its tangent
    spliced: dict[str, Any] = field(default_factory=dict)  # name in the generated code -> value from a rule's file

    def where(self, node: Any) -> Location:
        line = getattr(node, "lineno", None) or getattr(node, "origin", None) or 1
        end = getattr(node, "end_col_offset", None) if getattr(node, "end_lineno", line) == line else None
        text = None
        if self.lines and 0 < line <= len(self.lines):
            text = self.lines[line - 1]
        return Location(self.filename, line, getattr(node, "col_offset", None) or 0, end, text)

    def refuse(self, node: Any, what: str, *, why: str = "", remedy: str = "") -> UnsupportedError:
        return UnsupportedError(what, where=self.where(node), why=why, remedy=remedy)

    def use(self, support: str) -> gast.Name:
        """A reference to a function of the run-time support, under a name free in this function."""
        if support not in self.support:
            self.support[support] = self.names.fresh(support)
        return gast.Name(id=self.support[support], ctx=gast.Load(), annotation=None, type_comment=None)

    def discard(self) -> str:
        """A name for what is not wanted."""
        if self._discard is None:
            self._discard = self.names.fresh("_")
            self.locals.add(self._discard)
        return self._discard

    def caught(self) -> str:
        """The name by which generated code catches."""
        if self._caught is None:
            self._caught = self.names.fresh("caught")
            self.locals.add(self._caught)
        return self._caught

    def support_name(self, node: Any) -> str | None:
        """The run-time support function that a name in the generated code is, if it is one."""
        for support, name in self.support.items():
            if getattr(node, "id", None) == name:
                return support
        return None

    def resolve(self, node: Any) -> Any:
        """What a dotted expression stands for, if its root is not a local name; else MISSING."""
        from .nodes import dotted

        parts = dotted(node)
        if parts is None or parts[0] in self.locals:
            return MISSING
        for support, name in self.support.items():
            if name == parts[0]:
                return self.resolver.support(support)
        return self.resolver.resolve(parts)
