"""Types: what is known of a value before the program runs.

A function is staged once for each combination of its arguments' types, so a type says all that decides what code does:
a Python float is not a `np.float64`, whose division by zero does not raise. `join` gives the type of what comes from two
places; where there is none the program is refused.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "BOTTOM", "Box", "Kept", "Parted", "Record", "RowIter", "Rows",
    "Arr", "Slice", "holds_arrays", "CODES", "INT", "FLOAT", "BOOL", "ZERO", "NONE", "END", "Const", "Fn",
    "Iter", "Known", "Maybe", "NoJoin", "Num", "Plain", "Range", "Single", "Tup", "c_type", "code_of", "is_scalar",
    "join", "mangle", "of_array", "of_number", "sample",
]


DUAL = "dual_"  # before the name of a number's type: it has a tangent


class NoJoin(Exception):
    """Two types have no join."""


@dataclass(frozen=True)
class Num:
    """A number: Python's `int`, `float`, `bool`, or one of a NumPy dtype (`float64`, `int32`, `bool_`).

    A float that has its tangent beside it (`duals.py`) is one of these too: `dual_float`, `dual_float64`, `dual_float32`.
    """

    name: str

    @property
    def is_dual(self) -> bool:
        return self.name.startswith(DUAL)

    @property
    def plain(self) -> Num:
        """The same without its tangent."""
        return Num(self.name[len(DUAL):]) if self.is_dual else self

    @property
    def dual(self) -> Num:
        return self if self.is_dual else Num(DUAL + self.name)

    @property
    def is_python(self) -> bool:
        return self.plain.name in ("int", "float", "bool")

    @property
    def dtype(self) -> np.dtype[Any]:
        """What NumPy has for it, without its tangent."""
        return np.dtype(self.plain.name.rstrip("_"))

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize * (2 if self.is_dual else 1)

    def __str__(self) -> str:
        if self.is_dual:
            return f"{self.plain} with a tangent"
        return self.name if self.is_python else f"np.{self.name}"


@dataclass(frozen=True)
class Single:
    """One object: the symbolic zero, `None`, the end of an iterator, the value of an unbound variable."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Maybe:
    """One of these objects or a value of the type."""

    names: frozenset[str]
    type: Any

    def __str__(self) -> str:
        return f"{' or '.join(sorted(self.names))} or {self.type}"


class Parted:
    """What consists of a fixed number of items."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Tup(Parted):
    """A tuple, or the tuple of cotangents that a function returns."""

    items: tuple[Any, ...]

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@dataclass(frozen=True)
class Record(Parted):
    """A container whose keys do not change: a list, dict, named tuple or dataclass that is an argument. `kind`: its class."""

    items: tuple[Any, ...]
    kind: type
    keys: tuple[Any, ...]

    @property
    def is_sequence(self) -> bool:
        return issubclass(self.kind, (list, tuple))

    def __str__(self) -> str:
        return f"a {self.kind.__name__} of {', '.join(map(str, self.items)):.60}"


class Const:
    """An object that is known before the program runs: a module, a function, a class, a text."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and (self.value is other.value or (
            isinstance(self.value, (str, bytes)) and type(self.value) is type(other.value) and self.value == other.value))

    def __hash__(self) -> int:
        return hash(self.value) if isinstance(self.value, (str, bytes)) else hash(id(self.value))

    def join(self, other: Any) -> Any:
        return joined(self, other)

    def __str__(self) -> str:
        return f"the {type(self.value).__name__} {getattr(self.value, '__name__', self.value)!s:.40}"


@dataclass(frozen=True)
class Known:
    """A number of known value, where it is handed to a formula of a derivative rule."""

    type: Num
    value: Any

    def __str__(self) -> str:
        return f"{self.value!r}"


@dataclass(frozen=True, eq=False)
class Fn:
    """A continuation: a function of the generated code together with the specialisation whose frame it lives in."""

    node: Any
    frame: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fn) and self.node is other.node and self.frame is other.frame

    def __hash__(self) -> int:
        return hash((id(self.node), id(self.frame)))

    def __str__(self) -> str:
        return f"the function {self.node.name}"


@dataclass(frozen=True, eq=False)
class Plain:
    """A nested function of the user's, with its CPS form."""

    node: Any
    frame: Any

    def join(self, other: Any) -> Any:
        return joined(self, other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and self.node is other.node and self.frame is other.frame

    def __hash__(self) -> int:
        return hash((id(self.node), id(self.frame)))

    def __str__(self) -> str:
        return f"the function {self.node.name}"


@dataclass(frozen=True)
class Range:
    """A `range`."""

    def __str__(self) -> str:
        return "range"


@dataclass(frozen=True)
class Iter:
    """An iterator over a range: a pointer to its state."""

    def __str__(self) -> str:
        return "range_iterator"


@dataclass(frozen=True)
class Arr:
    """An array; `packed`: surely contiguous, in the order of C."""

    dtype: str
    rank: int
    packed: bool

    @property
    def number(self) -> Num:
        return Num(self.dtype)

    @property
    def c_type(self) -> str:
        return f"array_{self.rank}"

    def join(self, other: Any) -> Any:
        if isinstance(other, Arr) and (other.number.plain, other.rank) == (self.number.plain, self.rank):
            return Arr(max(self.dtype, other.dtype, key=len), self.rank, self.packed and other.packed)
        raise NoJoin(f"{self} and {other}")

    def __str__(self) -> str:
        return f"an array of {self.rank} dimensions of {self.dtype}"


@dataclass(frozen=True)
class Box:
    """A pointer to what gathers the adjoints of a stored value."""

    of: Any

    @property
    def struct(self) -> str:
        return f"box_{mangle(self.of)}"

    @property
    def c_type(self) -> str:
        return f"{self.struct} *"

    @property
    def needs(self) -> list[Any]:
        return [Maybe(frozenset({"ZERO"}), self.of)]

    @property
    def declaration(self) -> str:
        own = " slab own;" if isinstance(self.of, Arr) else ""
        return f"typedef struct {{ {c_type(self.needs[0])} v;{own} }} {self.struct};"


@dataclass(frozen=True)
class Kept:
    """A value in a container, with its box."""

    of: Any

    @property
    def c_type(self) -> str:
        return f"kept_{mangle(self.of)}"

    @property
    def needs(self) -> list[Any]:
        return [Box(self.of)]

    @property
    def declaration(self) -> str:
        return f"typedef struct {{ {c_type(self.of)} v; {Box(self.of).struct} *b; }} {self.c_type};"

    def join(self, other: Any) -> Any:
        return Kept(join(self.of, other.of if isinstance(other, Kept) else other))

    def __str__(self) -> str:
        return f"stored {self.of}"


@dataclass(frozen=True)
class Rows:
    """An array as its rows."""

    array: Arr

    @property
    def row(self) -> Any:
        return self.array.number if self.array.rank == 1 else Arr(self.array.dtype, self.array.rank - 1, self.array.packed)

    @property
    def c_type(self) -> str:
        return f"rows_{mangle(self.array)}_{self.array.dtype}"

    @property
    def needs(self) -> list[Any]:
        return [Box(self.row)]

    @property
    def declaration(self) -> str:
        return f"typedef struct {{ {c_type(self.array)} x; {Box(self.row).struct} *boxes; }} {self.c_type};"

    def __str__(self) -> str:
        return f"the rows of {self.array}"


@dataclass(frozen=True)
class RowIter:
    """An iterator over rows: a pointer to its state."""

    array: Arr

    @property
    def row(self) -> Any:
        return Rows(self.array).row

    @property
    def struct(self) -> str:
        return f"turns_{mangle(self.array)}_{self.array.dtype}"

    @property
    def c_type(self) -> str:
        return f"{self.struct} *"

    @property
    def needs(self) -> list[Any]:
        return [Rows(self.array)]

    @property
    def declaration(self) -> str:
        return f"typedef struct {{ {Rows(self.array).c_type} rows; i64 next, by; }} {self.struct};"

    def __str__(self) -> str:
        return f"an iterator over {Rows(self.array)}"


@dataclass(frozen=True)
class Slice:
    """A `slice`; its parts are those of the value."""

    def __str__(self) -> str:
        return "a slice"


def holds_arrays(type_: Any) -> bool:
    """Whether a value of the type has arrays in it."""
    if isinstance(type_, Parted):
        return any(holds_arrays(t) for t in type_.items)
    if isinstance(type_, Kept):
        return holds_arrays(type_.of)
    return isinstance(type_, Arr) or isinstance(type_, Maybe) and holds_arrays(type_.type)


class _Bottom:
    """The type of what has not been computed yet."""

    def __str__(self) -> str:
        return "nothing"


BOTTOM: Any = _Bottom()
INT, FLOAT, BOOL = Num("int"), Num("float"), Num("bool")
ZERO, NONE, END = Single("ZERO"), Single("None"), Single("END")
CODES = {"ZERO": 1, "END": 2, "None": 3, "UNBOUND": 4}  # how C says which object a `Maybe` is; 0: its value

_C = {"dual_float": "dual", "dual_float64": "dual", "dual_float32": "dualf",
      "int": "i64", "bool": "bool", "bool_": "bool", "float": "double", "float64": "double", "float32": "float",
      **{f"int{n}": f"int{n}_t" for n in (8, 16, 32)}, "int64": "i64", **{f"uint{n}": f"uint{n}_t" for n in (8, 16, 32, 64)}}
_SHORT = {"double": "f64", "float": "f32"}


def code_of(name: str) -> int:
    return CODES[name]


def of_number(value: Any) -> Num | None:
    """The type of a number, or None for what is none, or is none that C has."""
    kind = type(value)
    if kind in (int, float, bool):
        return Num(kind.__name__)
    if isinstance(value, np.generic):
        name = "bool_" if value.dtype == bool else value.dtype.name
        return Num(name) if name in _C and value.dtype.isnative and kind is np.dtype(name.rstrip("_")).type else None
    return None


def of_array(value: Any) -> Arr | None:
    """The type of an array, or None for what is none, or is none that C has."""
    if type(value) is not np.ndarray:
        return None
    flags = value.flags
    return _array_type(value.dtype, value.ndim, flags.c_contiguous) if flags.aligned else None


@functools.lru_cache(maxsize=1024)
def _array_type(dtype: np.dtype[Any], rank: int, packed: bool) -> Arr | None:
    if not 1 <= rank <= 6 or not dtype.isnative:
        return None
    name = "bool_" if dtype.kind == "b" else dtype.name
    return Arr(name, rank, packed) if name in _C else None


def is_scalar(type_: Any) -> bool:
    return isinstance(type_, Num)


def sample(type_: Num) -> Any:
    """A value of the type: what NumPy makes of it shows what type a result has."""
    if type_.is_python:
        return {"int": 1, "float": 1.0, "bool": True}[type_.plain.name]
    return type_.dtype.type(1)


def c_type(type_: Any) -> str:
    """Its name in C; "void" where there is nothing to hold."""
    if isinstance(type_, Num):
        return _C[type_.name]
    if isinstance(type_, Maybe):
        inner = c_type(type_.type)
        return "maybe" if inner == "void" else f"maybe_{mangle(type_.type)}"
    if isinstance(type_, Parted):
        return "void" if all(c_type(t) == "void" for t in type_.items) else f"tuple_{mangle(type_)}"
    if isinstance(type_, (Fn, Plain)):
        return f"struct {type_.frame.c}_frame *"
    if isinstance(type_, Range):
        return "range"
    if isinstance(type_, Iter):
        return "range *"
    if hasattr(type_, "c_type"):
        return type_.c_type
    return "void"


def mangle(type_: Any) -> str:
    """Its C type as a part of a name."""
    if isinstance(type_, Parted):
        return f"{len(type_.items)}" + "".join("_" + mangle(t) for t in type_.items)
    if isinstance(type_, Maybe):
        return f"m{mangle(type_.type)}"
    name = c_type(type_)
    return _SHORT.get(name, name.replace("struct ", "").replace(" *", "_p").replace("void", "0").replace("_t", ""))


def joined(a: Any, b: Any) -> Any:
    """The type of what is one constant or another."""
    from .choices import joined_constants

    return joined_constants(a, b)


def join(a: Any, b: Any) -> Any:
    """The type of a value that has one or the other type. Raises NoJoin where C has none."""
    if a is BOTTOM or a == b:
        return b
    if b is BOTTOM:
        return a
    if isinstance(a, (Single, Maybe)) or isinstance(b, (Single, Maybe)):
        names, types = set(), []
        for t in (a, b):
            if isinstance(t, Single):
                names.add(t.name)
            elif isinstance(t, Maybe):
                names |= t.names
                types.append(t.type)
            else:
                types.append(t)
        inner = BOTTOM
        for t in types:
            inner = join(inner, t)
        return Maybe(frozenset(names), inner)
    if isinstance(b, Kept) and not isinstance(a, Kept):
        return b.join(a)
    if isinstance(a, Tup) and isinstance(b, Tup) and len(a.items) == len(b.items):
        return Tup(tuple(join(x, y) for x, y in zip(a.items, b.items, strict=True)))
    if isinstance(a, Record) and isinstance(b, Record) and (a.kind, a.keys) == (b.kind, b.keys):
        return Record(tuple(join(x, y) for x, y in zip(a.items, b.items, strict=True)), a.kind, a.keys)
    if isinstance(a, Num) and isinstance(b, Num):
        if a.is_dual or b.is_dual:
            made = join(a.plain, b.plain)
            return made.dual
        pair = {a.name, b.name}
        if pair <= {"int", "float", "bool"}:
            return FLOAT if "float" in pair else INT  # cotangents: a rule may give a plain 0 or 1
        if pair <= {"int", "float", "bool", "float64"}:
            return Num("float64")
        if "float32" in pair and pair <= {"int", "bool", "float32"}:
            return Num("float32")
        if pair == {"float", "float32"}:
            return FLOAT  # exact, and the dtype of an array beside it decides, as with Python's
    if hasattr(a, "join"):
        return a.join(b)
    raise NoJoin(f"{a} and {b}")
