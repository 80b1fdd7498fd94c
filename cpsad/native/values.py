"""Values while a program is staged: a type, and the C expression that gives it."""

from __future__ import annotations

import keyword
import math
import re
from pathlib import Path
from typing import Any

from .types import INT, Arr, Const, Kept, Known, Maybe, Num, Parted, Single, Tup, c_type, code_of, of_number

__all__ = ["ARRAYS", "CONSTANT", "DUALS", "DUAL_ARRAYS",
           "RUNTIME", "Val", "convert", "identifier", "literal", "of_constant", "stored_type"]

RUNTIME = "\n".join((Path(__file__).parent / f"{name}.h").read_text(encoding="utf-8")
                    for name in ("runtime", "lists", "dicts", "gate"))
ARRAYS = "\n".join((Path(__file__).parent / f"{name}.h").read_text(encoding="utf-8")
                   for name in ("thin", "products", "arrays", "shadows", "vectors"))
DUALS, DUAL_ARRAYS = ((Path(__file__).parent / f"{name}.h").read_text(encoding="utf-8") for name in ("duals", "dual_arrays"))
_C_WORDS = set("""
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof main
errno acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs floor fmod hypot
log log10 log1p log2 pow rint round sin sinh sqrt tan tanh tgamma lgamma trunc gamma j0 j1 jn y0 y1 yn nan index
signbit isnan isinf isfinite fmax fmin frame mark R e up runtime slot maybe range continuation i64 bool true false
jmp_buf size_t choice most_stack threads_own exp10 drem significand scalb read write close open link signal time clock select
send recv pipe kill fork wait exit abort slab numpy_array blas free malloc calloc abs div labs remove rename system
decision is_decided access dup sleep pause sync y0f entry call
dual dualf list list_turns dict dict_turns lines given_array write_errors list_new list_more list_at list_take list_gap
list_extend list_times list_bound list_part list_reverse""".split())
RESERVED = _C_WORDS | set(re.findall(r"\b([A-Za-z_]\w*)\(", RUNTIME + ARRAYS + DUALS + DUAL_ARRAYS)) | set(
    re.findall(r"\b([A-Z_]{2,})\b", RUNTIME + ARRAYS))


CONSTANT = "NULL"  # the box of a value that was stored without one


class Val:
    """A value. `c`: an expression without effects; `parts`: of a tuple, its items; `known`: a number's value, if it is known;
    `borrowed`: an array in memory that may be written to when this value is still wanted."""

    __slots__ = ("borrowed", "box", "c", "elementwise", "known", "parts", "product", "type")

    def __init__(self, type_: Any, c: str = "", parts: tuple[Any, ...] | None = None, known: Any = None,
                 borrowed: bool = False, box: str = "") -> None:
        self.box = box  # of a value that is stored: a pointer to what gathers its adjoints
        if isinstance(type_, Kept):
            type_, c, self.box = type_.of, f"{c}.v", f"{c}.b"
        self.type, self.c, self.parts, self.known, self.borrowed = type_, c, parts, known, borrowed
        self.elementwise: Any = None  # of an array that is not computed yet: (function of numbers, operands)
        self.product: Any = None  # or the two matrices whose product it is

    def __repr__(self) -> str:
        return f"Val({self.type}, {self.c!r})"

    @property
    def items(self) -> list[Val]:
        """The items of a tuple."""
        if self.parts is not None:
            return [_read(p) for p in self.parts]
        return [_read(Val(t, f"{self.c}._{i}") if c_type(t) != "void" else Val(t)) for i, t in enumerate(self.type.items)]


def _read(item: Val) -> Val:
    """An item of a tuple: it went in with its box, or it is a constant."""
    if item.box or item.elementwise is not None or item.product is not None or item.parts is not None:
        return item
    return Val(item.type, item.c, known=item.known, borrowed=item.borrowed, box=CONSTANT)


def stored_type(value: Val) -> Any:
    """The type of a value where its box goes with it."""
    return Kept(value.type) if value.box and value.box != CONSTANT and isinstance(value.type, (Num, Arr)) else value.type


def identifier(name: str, taken: set[str]) -> str:
    """A name of the user's as one of C that is not in `taken`."""
    name = "".join("_" if ch.isascii() and not ch.isalnum() else ch if ch.isascii() else f"u{ord(ch):x}" for ch in name)
    name = name.replace("__", "_u_").strip("_") or "_"
    name = f"v{name}" if name[0].isdigit() else name
    base, n = (name + "_" if name in RESERVED or keyword.iskeyword(name) else name), 1
    made = base
    while made in taken:
        n += 1
        made = f"{base}_v{n}"
    taken.add(made)
    return made


def literal(value: Any) -> str:
    """A number in C."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"INT64_C({value})" if abs(value) > 2**31 - 1 else str(value)
    if math.isnan(value):
        return "(double)NAN"
    if math.isinf(value):
        return "(double)INFINITY" if value > 0 else "(-(double)INFINITY)"
    return f"({value!r})" if value < 0 or math.copysign(1, value) < 0 else repr(float(value))


def of_constant(value: Any) -> Val | None:
    """A value that is known now; None where C has none such."""
    if value is None:
        return Val(Single("None"))
    kind = of_number(value)
    if kind is not None:
        if kind == INT and not -(2**63) < value < 2**63:
            return None
        if kind.is_python:
            return Val(kind, literal(value), known=value)
        return Val(kind, f"({c_type(kind)}){literal(value.item())}", known=value)
    if type(value) is tuple:
        items = [of_constant(v) for v in value]
        return None if None in items else Val(Tup(tuple(v.type for v in items)), parts=tuple(items))  # type: ignore[union-attr]
    return Val(Const(value))


def keeps_tangent(given: Any, to: Any) -> None:
    """Raises where a number with a tangent would become one without."""
    if not to.is_dual:
        from .program import StagingError

        raise StagingError(f"{given} in the place of {to} cannot be staged to native code yet", why="its tangent would be lost",
                           remedy='use backend="numpy" for this function')


def convert(value: Val, to: Any) -> str:
    """The C expression of a value as one of a wider type; "" where the type holds nothing."""
    given = value.type
    if isinstance(to, Parted):
        if c_type(to) == "void":
            return ""
        if value.parts is None and given == to:
            return value.c
        inside = [convert(v, t) for v, t in zip(value.items, to.items, strict=True)]
        return f"({c_type(to)}){{{', '.join(i for i in inside if i)}}}"
    if c_type(to) == "void":
        return ""
    if isinstance(to, Kept):
        return f"({c_type(to)}){{{convert(value, to.of)}, {value.box or 'NULL'}}}"
    if isinstance(to, Arr) and isinstance(given, Arr) and to.number != given.number:
        keeps_tangent(given.number, to.number)
        return f"{'dualized' if to.number.itemsize == 16 else 'dualized32'}_{to.rank}(R, {value.c})"
    if given == to or isinstance(to, Arr) and isinstance(given, Arr):
        return value.c
    if isinstance(to, Maybe):
        empty = c_type(to.type) == "void"
        if isinstance(given, Single):
            return f"({c_type(to)}){{.z = {code_of(given.name)}}}"
        if isinstance(given, Maybe):
            inner = Val(given.type, value.c + '.v')
            if isinstance(to.type, Arr) and isinstance(given.type, Arr) and to.type.number != given.type.number:
                return f"({value.c}.z ? ({c_type(to)}){{.z = {value.c}.z}} : ({c_type(to)}){{.v = {convert(inner, to.type)}}})"
            if empty or c_type(given) == c_type(to):
                return value.c
            if c_type(given.type) == "void":
                return f"({c_type(to)}){{.z = {value.c}.z}}"
            return f"({c_type(to)}){{.z = {value.c}.z, .v = {convert(inner, to.type)}}}"
        return f"({c_type(to)}){{.z = 0}}" if empty else f"({c_type(to)}){{.z = 0, .v = {convert(value, to.type)}}}"
    if isinstance(to, Num) and isinstance(given, Num):
        if to.is_dual and not given.is_dual:
            return f"{c_type(to)}_of({convert(value, to.plain)})"
        if given.is_dual and c_type(given) != c_type(to):
            keeps_tangent(given, to)
            return f"{c_type(to)}_of_{c_type(given)}({value.c})"
        return value.c if c_type(to) == c_type(given) else f"({c_type(to)}){value.c}"
    if isinstance(given, Known):
        return literal(given.value)
    if hasattr(to, "convert"):
        return to.convert(value)
    assert c_type(to) == "void", f"{given} to {to}"
    return ""

