"""Arrays: their attributes, their items (views), and cotangents of items."""

from __future__ import annotations

from typing import Any

import numpy as np

from .duals import has_tangent
from .types import INT, NONE, Arr, Const, Maybe, Num, Single, Slice, Tup, c_type
from .values import Val

__all__ = ["Indexing"]


class Indexing:
    """What `Walk` does with indices."""

    def attribute_of_array(self, v: Val, name: str, node: Any) -> Val:
        rank = v.type.rank
        if name in ("ndim", "dtype"):
            return self.constant(rank if name == "ndim" else v.type.number.dtype, node)
        if name in ("shape", "size"):
            v = self.named(v)
            sizes = [Val(INT, f"{v.c}.n[{j}]") for j in range(rank)]
            if name == "size":
                return Val(INT, "(" + " * ".join(s.c for s in sizes) + ")")
            return Val(Tup((INT,) * rank), parts=tuple(sizes))
        if name == "T":
            return self.transposed(v, list(reversed(range(rank))))
        if name == "real" and v.type.number.dtype.kind == "f":
            return v
        raise self.refuse(node, f"the attribute `{name}` of {v.type}")

    def transposed(self, v: Val, order: list[int]) -> Val:
        if order == list(range(v.type.rank)):
            return v
        v = self.named(v)
        return self.view(v, [(f"{v.c}.n[{a}]", f"{v.c}.s[{a}]") for a in order], f"{v.c}.p", False)

    def view(self, of: Val, axes: list[tuple[str, str]], start: str, packed: bool) -> Val:
        """An array that shares the memory of another; `axes`: length and stride of each."""
        type_ = Arr(of.type.dtype, len(axes), packed)
        c = self.temp(type_, "v")
        self.emit(f"{c}.p = {start};")
        for j, (n, s) in enumerate(axes):
            self.emit(f"{c}.n[{j}] = {n};")
            self.emit(f"{c}.s[{j}] = {s};")
        return Val(type_, c, borrowed=of.borrowed)

    def parts_of_index(self, index: Val, rank: int, node: Any) -> list[Val]:
        """The index as one part for each axis, with `None` for new ones."""
        parts = list(index.items) if isinstance(index.type, Tup) else [index]
        dots = [i for i, p in enumerate(parts) if isinstance(p.type, Const) and p.type.value is Ellipsis]
        taken = sum(not (isinstance(p.type, Single) and p.type.name == "None") for p in parts) - len(dots)
        if taken > rank:
            self.fails(IndexError, f"too many indices for array: array is {rank}-dimensional, but {taken} were indexed")
        full = [Val(Slice(), parts=(Val(Single("None")),) * 3)] * (rank - taken)
        if dots:
            return [*parts[: dots[0]], *full, *parts[dots[0] + 1:]]
        return [*parts, *full]

    def item_of_array(self, v: Val, index: Val, node: Any) -> Val:
        v = self.named(v)
        index = self.by_places(index, v, node)
        if places_of(index) is not None:
            return self.gathered(v, index, node)
        view = self.viewed(v, index, node)
        if isinstance(view.type, Num):
            return self.hold(view)
        return view

    def viewed(self, v: Val, index: Val, node: Any) -> Val:
        """`v[index]`: a view, or the element, whose expression can be assigned too."""
        start, axis, packed = [f"{v.c}.p"], 0, v.type.packed
        axes: list[tuple[str, str]] = []
        for part in self.parts_of_index(index, v.type.rank, node):
            if isinstance(part.type, Single) and part.type.name == "None":
                packed = False
                axes.append(("1", "0"))
                continue
            n, s = f"{v.c}.n[{axis}]", f"{v.c}.s[{axis}]"
            part = self.turn_of(part)
            if isinstance(part.type, Num) and part.type.dtype.kind in "iu":
                error = self.error(IndexError, f"index is out of bounds for axis {axis}")
                place = self.hold(Val(INT, f"at_index(R, (i64){part.c}, {n}, {error})"), "i")
                start.append(f"{place.c} * {s}")
                packed = packed and not axes
            elif isinstance(part.type, Slice):
                first, length, step = self.sliced(part, n, node)
                if first is None:
                    axes.append((n, s))
                else:
                    start.append(f"{first} * {s}")
                    packed = packed and not axes and step == "1"
                    axes.append((length, f"{s} * {step}" if step != "1" else s))
            else:
                raise self.refuse(node, f"an index that is {part.type}")
            axis += 1
        if not axes:
            return Val(v.type.number, f"*({c_type(v.type.number)} *)({' + '.join(start)})")
        return self.view(v, axes, " + ".join(start), packed)

    def turn_of(self, part: Val) -> Val:
        """A part of an index; a loop's variable is read in its body only, where it is not the end."""
        is_turn = isinstance(part.type, Maybe) and part.type.names == {"END"} and part.type.type == INT
        return Val(INT, f"{part.c}.v") if is_turn else part

    def sliced(self, part: Val, n: str, node: Any) -> tuple[Any, str, str]:
        """Start, length and step of a slice; a start of None: all of the axis."""
        lower, upper, step = parts = [self.turn_of(p) for p in part.parts]
        for p in parts:
            if p.type != NONE and not (isinstance(p.type, Num) and p.type.dtype.kind in "iu"):
                raise self.refuse(node, f"a slice with {p.type}")
        by = 1 if isinstance(step.type, Single) else step.known
        if not isinstance(by, int) or by == 0:
            raise self.refuse(node, "a slice whose step is known only when the program runs")
        if by == 1 and isinstance(lower.type, Single) and isinstance(upper.type, Single):
            return None, "", "1"
        low, high = ("0", n) if by > 0 else ("-1", f"{n} - 1")
        first = self.hold(Val(INT, (low if by > 0 else high) if isinstance(lower.type, Single)
                              else f"clipped((i64){lower.c}, {n}, {low}, {high})"), "start")
        last = self.hold(Val(INT, (high if by > 0 else low) if isinstance(upper.type, Single)
                             else f"clipped((i64){upper.c}, {n}, {low}, {high})"), "stop")
        length = self.hold(Val(INT, f"slice_length({first.c}, {last.c}, {by})"), "length")
        return first.c, length.c, str(by) if by > 0 else f"({by})"

    def gathered(self, v: Val, index: Val, node: Any) -> Val:
        """`v[index]` for an array of integers: rows of `v`."""
        places = places_of(index)
        if places is None or len(places) > v.type.rank or places[0].type.rank + v.type.rank - len(places) > 6 or any(
                p.type.rank != places[0].type.rank for p in places):
            raise self.refuse(node, f"an index that is {index.type}")
        v, places = self.named(v), [self.named(p) for p in places]
        outer = [f"{places[0].c}.n[{j}]" for j in range(places[0].type.rank)]
        error = self.error(IndexError, "shape mismatch: indexing arrays could not be broadcast together")
        for p in places[1:]:
            for j, n in enumerate(outer):
                self.emit(f"if (UNLIKELY({p.c}.n[{j}] != {n})) fail(R, {error});")
        out = self.new_array(v.type.number, outer + [f"{v.c}.n[{j}]" for j in range(len(places), v.type.rank)])
        self.each_row(v, places, out, "=")
        return out

    def each_row(self, v: Val, places: list[Val], rows: Val, op: str) -> None:
        """For all `i`, with an index for each leading axis: `rows[i] = v[index[i]]` ("="), `v[index[i]] += rows[i]` ("+="),
        `v[index[i]] = rows[i]` ("put"), or from the last to the first `rows[i], v[index[i]] = v[index[i]], 0` ("take")."""
        plus = self.added_text("{a}", "{b}", v.type.number)
        do = {"=": "{b} = {a};", "+=": plus, "put": "{a} = {b};", "take": "{{ {b} = {a}; {a} = 0; }}"}[op]
        if v.type.number.is_dual and op == "take":
            do = f"{{{{ {{b}} = {{a}}; {{a}} = ({c_type(v.type.number)}){{{{0}}}}; }}}}"
        outer, taken = places[0].type.rank, len(places)
        inner = v.type.rank - taken
        index, begin = places[0], len(self.lines)
        self.emit("{")
        self.depth += 1
        whole = inner > 0 and v.type.packed and rows.type.packed  # a row lies in one piece
        loops = outer if whole else outer + inner
        for j in range(loops):
            length = f"{index.c}.n[{j}]" if j < outer else f"{v.c}.n[{j - outer + taken}]"
            self.emit(f"for (i64 j__{j} = {length} - 1; j__{j} >= 0; j__{j}--) {{" if op == "take" else
                      f"for (i64 j__{j} = 0; j__{j} < {length}; j__{j}++) {{")
            self.depth += 1
            if j == outer - 1:
                for q, p in enumerate(places):
                    error = self.error(IndexError, f"index is out of bounds for axis {q}")
                    at = " + ".join(f"j__{a} * {p.c}.s[{a}]" for a in range(outer))
                    self.emit(f"const i64 row__{q} = at_index(R, (i64)*({c_type(p.type.number)} *)({p.c}.p + {at}), "
                              f"{v.c}.n[{q}], {error});")
        here = " + ".join([f"{v.c}.p", *(f"row__{q} * {v.c}.s[{q}]" for q in range(taken)),
                           *(f"j__{outer + j} * {v.c}.s[{j + taken}]" for j in range(loops - outer))])
        there = " + ".join([f"{rows.c}.p", *(f"j__{j} * {rows.c}.s[{j}]" for j in range(loops))])
        to, given = c_type(v.type.number), c_type(rows.type.number)
        if whole:
            self.emit(f"{to} *a__ = ({to} *)({here});")
            self.emit(f"{given} *b__ = ({given} *)({there});")
            self.emit("#pragma GCC ivdep")
            self.emit(f"for (i64 q__ = 0; q__ < {' * '.join(f'{v.c}.n[{j}]' for j in range(taken, taken + inner))}; q__++)")
            self.emit("    " + do.format(a="a__[q__]", b="b__[q__]"))
        else:
            a, b = f"*({to} *)({here})", f"*({given} *)({there})"
            self.emit(do.format(a=a, b=b))
        for _ in range(loops):
            self.depth -= 1
            self.emit("}")
        self.depth -= 1
        self.emit("}")
        self.outlined(begin)

    def add_to_element(self: Any, place: Val, g: Val, node: Any) -> None:
        if isinstance(g.type, Arr):
            raise self.refuse(node, "an array as the cotangent of an element")
        self.emit(self.added_text(place.c, self.cast(g, place.type), place.type))

    def added_at(self, total: Val, x: Val, index: Val, g: Val, node: Any) -> Val:
        """`total` plus the cotangent of `x` from that of `x[index]`; `total` is ours to write to."""
        if isinstance(g.type, Single):
            return total
        if x.type == NONE:
            self.fails(TypeError, "'NoneType' object is not subscriptable")  # as reading it did
        if not isinstance(g.type, (Num, Arr)) or not isinstance(x.type, Arr):
            raise self.refuse(node, f"a cotangent of {g.type} for an item of {x.type}")
        if isinstance(total.type, Single):
            x = self.named(x)
            kind = x.type.number
            if not (g.type == Num("float") or (g.type.number if isinstance(g.type, Arr) else g.type) == kind):
                other = g.type.number if isinstance(g.type, Arr) else g.type
                dual = kind.is_dual or other.is_dual
                kind = Num(np.result_type(kind.dtype, other.dtype).name)
                kind = kind.dual if dual else kind
            total = self.new_array(kind, [f"{x.c}.n[{j}]" for j in range(x.type.rank)], zero=True)
        if has_tangent(g.type) != has_tangent(total.type):
            total, g = self.dualized(total), self.dualized(g) if isinstance(g.type, Arr) else g
        total = self.named(total)
        index = self.by_places(index, total, node)
        places = places_of(index)
        if places is not None:
            rank = places[0].type.rank + x.type.rank - len(places)
            if isinstance(g.type, Num) or g.type.rank != rank:
                raise self.refuse(node, "a cotangent of another shape than the item")
            self.each_row(total, [self.named(p) for p in places], self.named(g), "+=")
            return total
        place = self.viewed(total, index, node)
        if isinstance(place.type, Num):
            self.add_to_element(place, g, node)
        else:
            self.add_into(self.named(place), g)
        return total


def places_of(index: Val) -> list[Val] | None:
    """The arrays of an index that is made of arrays of integers; None for any other."""
    parts = list(index.items) if isinstance(index.type, Tup) else [index]
    if parts and all(isinstance(p.type, Arr) and p.type.number.dtype.kind in "iu" for p in parts):
        return parts
    return None
