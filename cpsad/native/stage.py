"""Specialisations, and the fixed point of their types.

A function is staged once for each combination of its arguments' types (polyvariant specialisation: Jones, Gomard and
Sestoft, *Partial Evaluation and Automatic Program Generation*, 1993). What a specialisation returns, and what the variables
in its frame hold, is found by walking all of them until nothing changes; the text of the last round is the program.

A continuation that is handed to a function of the user's is known there, and called directly, as long as the function does
not call itself on the way: then it is a pointer to a function and one to its frame (`Pointer`), of which the possible
targets are known (control-flow analysis of order 0: Shivers, 1991).
"""

from __future__ import annotations

import logging
import types
from typing import Any

from ..layout import Call, Layout, layout_of
from ..rules.registry import REGISTRY
from ..stack import Deep
from . import attempts, kernels
from .flow import WORD, NotDirect
from .lists import Sites
from .machine import machines, may_be_direct
from .made import MadeSites
from .primitives import PRIMITIVES
from .program import StagingError, Unit, captured_names, formula, owned_names, program
from .raised import Given, Held, dumps
from .types import BOTTOM, Fn, NoJoin, Num, Parted, c_type, holds_arrays, join
from .values import RUNTIME, identifier

__all__ = ["EndK", "Pointer", "Spec", "Stager"]

log = logging.getLogger("cpsad")
MOST_SPECS = 40  # of one function of a tree: more mean that its types grow without end
MOST_KNOWN = 4  # specialisations of a user's function to a known continuation
MOST_INLINE = 30  # lines of a formula that is written in place by the C compiler
ROUNDS = 60
MOST_TOGETHER = 200  # lines of loops over arrays that are compiled with the rest


class Dead(Exception):
    """Nothing behind this place is reached (in this round)."""


class Restart(Exception):
    """A function turns out to call itself: what has been staged takes it for one that does not."""


class EndK:
    """The type of the continuation of the whole: takes the function's result, gives the seed of the way back."""

    c_type = "void"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EndK)

    def __hash__(self) -> int:
        return hash(EndK)

    def __str__(self) -> str:
        return "the end"


class Pointer:
    """The type of a continuation of which only the possible targets are known."""

    def __init__(self) -> None:
        self.spec: Any = None
        self.members: dict[Fn, None] = {}
        self.versions: dict[Any, Any] = {}  # type of the argument -> type of what comes back

    @property
    def c_type(self) -> str:
        return "continuation"

    def __str__(self) -> str:
        return "a continuation"

    def table(self, member: Fn) -> str:
        return f"{self.spec.c}__k{list(self.members).index(member)}"


class Spec:
    """A function for one combination of types."""

    def __init__(self, unit: Unit, node: Any, parent: Spec | None, args: tuple[Any, ...], k: Any, c: str) -> None:
        self.unit, self.node, self.parent, self.args, self.k, self.c = unit, node, parent, args, k, c
        self.returns: Any = BOTTOM
        self.cells: dict[str, Any] = {}  # variables in its frame
        self.dues: dict[str, str] = {}  # those of them to which products are to be added, and their dtype
        self.forward: dict[str, bool] = {}  # whether they are arrays of the way forward, in programs that write
        self.doubt = ""  # of a formula: what `Stager.doubts` gets where it is called on the way forward
        self.constants: dict[str, bool] = {}  # of these, whether they were all read from containers, and nobody put them there
        self.captured = captured_names(unit, node)
        self.owned = owned_names(unit, node)  # those of them that functions inside assign
        self.lines: list[str] = []
        self.body: list[str] = []  # of these, what the walk has written,
        self.declared: dict[str, str] = {}  # its variables,
        self.params: list[tuple[str, str]] = []  # and those of its parameters that are neither a continuation nor a frame
        self.head = ""
        self.is_formula = False
        self.arena = True  # whether it takes memory from the arena: formulas leave that to their callers

    @property
    def cell_types(self) -> dict[str, str]:
        """The variables of its frame in C, without continuations."""
        found = {}
        for name, type_ in self.cells.items():
            if c_type(type_) != "void" and not isinstance(type_, (Fn, Pointer)):
                found[cell_name(name)] = c_type(type_)
                if name in self.owned and holds_arrays(type_):
                    found[f"{cell_name(name)}__own"] = "slab"
        return found

    @property
    def trees(self) -> set[Any]:
        """The functions that led here: of its own frames, and of those of its continuation."""
        found: set[Any] = set()
        spec: Any = self
        while spec is not None:
            found.add(id(spec.node))
            if isinstance(spec.k, Fn):
                found |= spec.k.frame.trees
            spec = spec.parent
        return found


class Stager:
    """One program: all that is reached from an entry."""

    prefix = ""  # of the names in C, where several programs are one text

    def __init__(self) -> None:
        self.specs: dict[Any, Spec] = {}
        self.lists = Sites()
        self.made = MadeSites()
        self.catches: dict[str, tuple[Any, ...]] = {}  # functions of C: the classes of exceptions that each is about
        self.counts: dict[Any, int] = {}
        self.units: dict[Any, Unit] = {}
        self.layouts: dict[Any, Layout] = {}
        self.errors: list[tuple[type, Any, Any]] = []  # class; message, or what it is made of; place
        self.error_numbers: dict[Any, int] = {}
        self.inputs: list[tuple[Any, Any, Any]] = []  # (owner, name, type): values from outside, read at every call
        self.constants: dict[tuple[int, str], tuple[Any, str, Any]] = {}  # names from outside that must stay what they are
        self.attributes: dict[tuple[int, str], tuple[Any, str, Any]] = {}  # of modules and classes, likewise
        self.results: list[Any] = []  # types of the function's result
        self.structs: dict[str, Any] = {}
        self.kernels: dict[str, str] = {}  # loops that are functions of their own, by their texts
        self.names: set[str] = {"entry"}
        self.changed = True
        self.groups: list[Any] = []  # the functions of `machine.py`, if the program consists of such
        self.direct = False  # whether calls of continuations are written as jumps (`machine.py`)
        self.walked: dict[int, Spec] = {}
        self.known_call: dict[Any, bool] = {}
        self.known_counts: dict[int, int] = {}
        self.pointers: dict[Any, Pointer] = {}
        self.recursive: set[int] = set()  # functions of users' that are called on the way to themselves
        self.offset = 0  # of the values from outside among the inputs
        self.first_slot = 1  # of what it returns beside its value
        self.seeds: Any = None  # (slot, type) of each cotangent of the result's leaves, if these are given
        self.along: dict[int, int] = {}  # of a program along a direction: the slots of arguments, and those of their tangents
        self.dicts_grow = False  # whether a dict that is written down with its keys changes
        self.has_aux = False  # whether the function returns more than is differentiated
        self.primal = False  # whether it is the function itself that is staged, without its gradient
        self.writes = False  # whether it writes into arrays, and
        self.late: list[StagingError] = []  # refusals of what a later round may know better
        self.doubts: list[tuple[Any, Any, str]] = []  # where it would matter that C shares memory otherwise than NumPy
        self.most_slots = 1  # that a result takes
        self.defaults: dict[int, tuple[Any, Any, Any]] = {}  # functions whose defaults have been read

    # -- specialisations --------------------------------------------------------------------------------------

    def spec(self, unit: Unit, node: Any, parent: Spec | None, args: tuple[Any, ...], k: Any = None, where: Any = None) -> Spec:
        """The specialisation of a function, walked in this round (or being walked)."""
        key = (id(node), id(parent) if parent is not None else 0, args, k)
        found = self.specs.get(key)
        if found is None:
            count = self.counts[id(node)] = self.counts.get(id(node), 0) + 1
            if count > MOST_SPECS:
                raise unit.refuse(where or node, f"{node.name}, whose arguments have ever new types,",
                                  why="a program is staged once for each combination of types")
            base = unit.function.__name__ if unit.function.__name__ != "<lambda>" else "lambda"
            name = base if parent is None else f"{base}__{node.name}"
            c = self.prefix + "__".join(identifier(p, set()) for p in name.split("__"))
            while c in self.names or "__" not in c and c in RESERVED_FUNCTIONS:
                c = f"{c}__{self.counts[id(node)]}" if f"{c}__{count}" not in self.names else c + "_"
            self.names.add(c)
            found = self.specs[key] = Spec(unit, node, parent, args, k, c)
            self.changed = True
        if id(found) not in self.walked:
            self.walked[id(found)] = found
            from .walk import Walk

            Walk(self, found).run()
        return found

    def continuation(self, k: Fn, args: tuple[Any, ...]) -> Spec:
        return self.spec(k.frame.unit, k.node, k.frame, args)

    def pointer(self, unit: Unit, node: Any, parent: Spec | None, args: tuple[Any, ...]) -> Pointer:
        """The type of the continuations of a function that is staged for all of them."""
        key = (id(node), id(parent), args)
        if key not in self.pointers:
            self.pointers[key] = Pointer()
        return self.pointers[key]

    def result_number(self, type_: Num) -> int:
        if type_ not in self.results:
            self.results.append(type_)
        return self.results.index(type_)

    def is_primitive(self, value: Any) -> bool:
        try:
            return value in PRIMITIVES or REGISTRY.lookup(value) is not None
        except TypeError:
            return False

    def constant_default(self, function: types.FunctionType) -> None:
        self.defaults[id(function)] = (function, function.__defaults__, function.__kwdefaults__)

    def returned(self, spec: Spec, type_: Any, node: Any) -> None:
        spec.returns = self.joined(spec.unit, spec.returns, type_, node, "what comes back")

    def joined(self, unit: Unit, old: Any, new: Any, node: Any, what: str) -> Any:
        try:
            made = join(old, new)
        except NoJoin as error:
            raise unit.refuse(node, f"{what}, which has two types,", why=f"they are {error}") from None
        if made != old:
            self.changed = True
        return made

    def unit_of(self, function: types.FunctionType, letters: str) -> Unit:
        key = (function, letters)
        if key not in self.units:
            self.units[key] = program(function, letters, "cps" if self.primal else "optimized")
        return self.units[key]

    def formula(self, function: types.FunctionType, args: tuple[Any, ...], where: Unit, node: Any) -> Spec:
        """A function of the run-time support or of a rule, which is called as it is written."""
        unit = self.formula_unit(function)
        key = (id(unit.tree), 0, args, None)
        if key not in self.specs:
            count = self.counts[id(unit.tree)] = self.counts.get(id(unit.tree), 0) + 1
            base = c = f"{self.prefix}{identifier(function.__name__, set())}__"
            while c in self.names:
                c = f"{base}{count}"
                count += 1
            self.names.add(c)
            made = self.specs[key] = Spec(unit, unit.tree, None, args, None, c)
            made.is_formula = True
            self.changed = True
        spec = self.specs[key]
        if id(spec) not in self.walked:
            self.walked[id(spec)] = spec
            from .walk import Walk

            Walk(self, spec).run()
        return spec

    def formula_unit(self, function: types.FunctionType) -> Unit:
        if function not in self.units:
            self.units[function] = formula(function)
        return self.units[function]

    def layout(self, function: types.FunctionType, signature: str) -> Layout:
        key = (function, signature)
        if key not in self.layouts:
            self.layouts[key] = layout_of(function, Call.parse(signature))
        return self.layouts[key]

    # -- errors and values from outside -----------------------------------------------------------------------

    @property
    def holds_values(self) -> bool:
        """Whether exceptions hold what is known only when the program runs."""
        return any(isinstance(m, (Given, Held)) for _, m, _ in self.errors)

    def error(self, unit: Unit, node: Any, kind: type, message: Any) -> int:
        """The number by which C raises this exception at this place."""
        where = unit.where(node)
        key = (kind, message, where.filename, where.line)
        if key not in self.error_numbers:
            self.errors.append((kind, message, where))
            self.changed |= isinstance(message, Held)  # handlers read what it holds
            self.error_numbers[key] = len(self.errors)
        return self.error_numbers[key]

    def input(self, owner: Any, name: str, type_: Any) -> int:
        """The position, among the values from outside, of a name of a function."""
        for i, (o, n, t) in enumerate(self.inputs):
            if o is owner and n == name and t == type_:
                return i
        self.inputs.append((owner, name, type_))
        self.changed = True
        return len(self.inputs) - 1

    def constant(self, unit: Unit, name: str, value: Any) -> None:
        self.constants[id(unit), name] = (unit, name, value)

    # -- the whole --------------------------------------------------------------------------------------------

    def solve(self, walk_entry: Any) -> None:
        """Walks everything until types are settled. `walk_entry` walks what calls the function."""
        rounds = 0
        with Deep():
            while self.changed:
                self.changed = False
                self.walked = {}
                self.structs, self.kernels = {}, {}
                self.doubts, self.late = [], []
                try:
                    walk_entry()
                except Restart:
                    self.forget()
                rounds += 1
                if rounds > ROUNDS:
                    raise StagingError("the types of this function do not settle", why="they change with every turn of a loop",
                                       remedy='use backend="numpy" for this function')
            if self.late:
                raise self.late[0]
            if may_be_direct(self):
                self.direct = True
                self.again(walk_entry)
                try:
                    self.groups = machines(self)
                except NotDirect as error:
                    log.debug("native code with a function for each continuation: %s", error)
                    self.direct = False
                    self.again(walk_entry)

    def again(self, walk_entry: Any) -> None:
        self.walked, self.structs, self.kernels = {}, {}, {}
        walk_entry()

    def forget(self) -> None:
        """Begins again, with what is known of functions that call themselves."""
        self.specs, self.counts, self.known_call, self.known_counts, self.pointers = {}, {}, {}, {}, {}
        self.names, self.results, self.inputs, self.doubts, self.changed = {"entry"}, [], [], [], True
        self.errors, self.error_numbers = [], {}
        self.lists.items = {}
        self.made.fields = {place: {} for place in self.made.fields}

    def struct(self, type_: Any) -> None:
        """Makes sure that C knows a type."""
        name = getattr(type_, "struct", None) or c_type(type_)
        if name in self.structs or name == "void":
            return
        for t in getattr(type_, "needs", ()):
            self.struct(t)
        inner = getattr(type_, "items", None) if isinstance(type_, Parted) else [getattr(type_, "type", None)]
        for t in inner or []:
            if t is not None and t is not BOTTOM:
                self.struct(t)
        if isinstance(type_, Parted):
            fields = [f"{c_type(t)} _{i};" for i, t in enumerate(type_.items) if c_type(t) != "void"]
            self.structs[name] = f"typedef struct {{ {' '.join(fields)} }} {name};"
        elif name.startswith("maybe_"):
            self.structs[name] = f"typedef struct {{ {c_type(type_.type)} v; unsigned char z; }} {name};"
        elif hasattr(type_, "declaration"):
            self.structs[name] = type_.declaration

    def frame_of(self, spec: Spec) -> str:
        fields = []
        if spec.parent is not None:
            fields.append(f"    struct {spec.parent.c}_frame *up;")
        for name, type_ in spec.cells.items():
            if c_type(type_) != "void":
                self.struct(type_)
                fields.append(f"    {c_type(type_)} {cell_name(name)};")
                if name in spec.owned and holds_arrays(type_):
                    fields.append(f"    slab {cell_name(name)}__own;")
                if name in spec.dues:
                    fields.append(f"    due {cell_name(name)}__due;")
        return f"struct {spec.c}_frame {{\n" + "\n".join(fields or ["    char empty;"]) + "\n};"

    def in_two(self, entry_lines: list[str]) -> tuple[str, str]:
        """The program in C as two texts, of which the second has the loops over arrays, if that is much."""
        if sum(k.count("\n") for k in self.kernels) < MOST_TOGETHER:
            return self.text(entry_lines), ""
        return self.text(entry_lines, apart=True), "\n".join([*self.declarations(), *kernels.texts(self.kernels, "OUTER")])

    def declarations(self) -> list[str]:
        """The types of the program."""
        specs = [s for s in self.walked.values() if not self.groups or s.is_formula]
        framed = list(specs)  # and those that only a continuation no longer reached goes back to
        for s in framed:
            if s.parent is not None and s.parent not in framed:
                framed.append(s.parent)
        frames = [self.frame_of(s) for s in framed]
        before, behind = self.made.definitions(self.struct)
        types_ = [*attempts.declarations(self), *before, *self.structs.values(), *behind]
        return [*types_, *(f"struct {s.c}_frame;" for s in framed), *frames, ""]

    def text(self, entry_lines: list[str], apart: bool = False) -> str:
        """The program in C, without the run-time support. `apart`: its loops over arrays are elsewhere."""
        specs = [s for s in self.walked.values() if not self.groups or s.is_formula]
        tables = []
        for s in specs:
            if isinstance(s.k, Pointer):
                for member in s.k.members:
                    names = ", ".join(f"(void *){self.continuation(member, (t,)).c}" for t in s.k.versions)
                    tables.append(f"static void *const {s.k.table(member)}[] = {{{names}}};")
        if self.groups:  # a call would push all that is in registers
            for s in specs:
                if len(s.lines) <= MOST_INLINE and "inline" not in s.head and not calls_itself(s, {t.c: t for t in specs}):
                    s.head = s.head.replace("static ", "static inline __attribute__((always_inline)) ", 1)
        parts = [*self.declarations(), *dumps(self), *(f"{s.head};" for s in specs), *tables,
                 *(line for g in self.groups for line in g.head()), "",
                 *(kernels.heads(self.kernels) if apart else kernels.texts(self.kernels))]
        for s in specs:
            parts.append("\n".join([f"{s.head} {{", *s.lines, "}", ""]))
        return "\n".join([*parts, *(g.text() for g in self.groups), *entry_lines, ""])


def calls_itself(spec: Spec, by_name: dict[str, Spec]) -> bool:
    """Whether a formula is called on the way to itself."""
    found: set[str] = set()
    todo = [spec]
    while todo:
        for name in set(WORD.findall("\n".join(todo.pop().lines))) & set(by_name) - found:
            found.add(name)
            todo.append(by_name[name])
    return spec.c in found


def cell_name(name: str) -> str:
    return identifier(name, set())


RESERVED_FUNCTIONS = set(RUNTIME.replace("(", " ").replace("*", " ").split()) | {"main"}
