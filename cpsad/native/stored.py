"""Values that are stored: in tuples, and as the rows of an array that is iterated over.

The heap knows a stored value by its identity (`heap.py`). In C a number has none, so a stored value goes with a pointer to
its *box*, which gathers the adjoints of its reads: `put` makes the box, a local variable of the function that stores, which lives
until `take` has emptied it. A read from a container brings the pointer along. A value without a box is a constant.
"""

from __future__ import annotations

from typing import Any

import gast

from .types import Arr, Box, Kept, Maybe, Num, Parted, RowIter, Rows, Single, c_type
from .values import CONSTANT, Val

__all__ = ["Stored"]


class Stored:
    """What `Walk` does with the heap's methods."""

    def heap_put(self, node: Any) -> Val:
        """`heap.put(v)`: from here on the variable's value has a box."""
        value = self.value(node.args[0])
        done = Val(Single("None"))
        if isinstance(value.type, Parted) or self.carries_nothing(value):
            return done
        if not isinstance(value.type, (Num, Arr)) or not isinstance(node.args[0], gast.Name):
            raise self.refuse(node, f"storing {value.type}")
        if isinstance(value.type, Arr) and value.borrowed:
            raise self.refuse(node, "storing an array that is written to")
        name = node.args[0].id
        made = self.boxed(value, name)
        (self.vars if name in self.vars else self.narrowed)[name] = made
        return done

    def boxed(self, value: Val, name: str) -> Val:
        """The value with its box: the one that it has, or a new one in this function."""
        if self.stager.along:  # its adjoint may have a tangent
            value = self.dualized(value)
            value = value if value.c.isidentifier() or value.known is not None else self.hold(value, name)
        box = self.new_box(value.type, f"{name}_box")
        pointer = self.temp(Box(value.type), f"{name}_kept")
        self.emit(f"{pointer} = {f'{value.box} ? {value.box} : &{box}' if value.box and value.box != CONSTANT else f'&{box}'};")
        return Val(value.type, value.c, known=value.known, borrowed=value.borrowed, box=pointer)

    def new_box(self, type_: Any, base: str) -> str:
        kind = Box(type_)
        self.stager.struct(kind)
        name = self.temp(kind, base)
        self.declared[name] = kind.struct
        self.emit(f"{name} = ({kind.struct}){{.v = {{.z = 1}}}};")
        if isinstance(type_, Arr):
            self.boxes_of_arrays.append(name)
        return name

    def heap_take(self, value: Val, node: Any) -> Val:
        if self.carries_nothing(value) or isinstance(value.type, Parted):
            return Val(Single("ZERO"))
        if not value.box or value.box == CONSTANT:
            raise self.refuse(node, f"a stored value of which it is not known where it was stored, {value.type},")
        made = Maybe(frozenset({"ZERO"}), value.type)
        self.stager.struct(made)
        name = self.temp(made, "taken")
        self.emit(f"{name} = {value.box}->v;")
        self.emit(f"{value.box}->v.z = 1;")
        return self.heap_collect(value, Val(made, name, borrowed=isinstance(value.type, Arr)))

    def heap_add(self, value: Val, adjoint: Val, node: Any) -> None:
        """The adjoint of a value that was read goes to its box; that of a constant goes nowhere."""
        def one(pair: list[Val]) -> Val:
            value, g = pair
            if isinstance(g.type, Single) or self.carries_nothing(value):
                return Val(Single("None"))
            if not isinstance(value.type, (Num, Arr)):
                raise self.refuse(node, f"a cotangent of {g.type} for {value.type}")
            if self.stager.writes and isinstance(value.type, Arr) and isinstance(g.type, (Arr, Num)):
                value, g = self.named(value), self.real(g)
                written = self.is_marked(value, "WRITTEN")
                self.fork(written, lambda: self.pour(value, g), lambda: self.add_if_boxed(value, g, node))
            else:
                self.add_if_boxed(value, g, node)
            return Val(Single("None"))

        self.cases(value, lambda v: self.cases(adjoint, lambda g: one([v, g])), whole=True)

    def add_if_boxed(self, value: Val, g: Val, node: Any) -> None:
        if not value.box:
            raise self.refuse(node, f"a stored value of which it is not known where it was stored, {value.type},")
        if value.box != CONSTANT:
            self.add_to_box(value, g, node)

    def add_to_box(self, value: Val, g: Val, node: Any) -> None:
        box = value.box
        self.emit(f"if ({box}) {{")
        self.depth += 1
        if isinstance(value.type, Num):
            if not isinstance(g.type, Num):
                raise self.refuse(node, f"a cotangent of {g.type} for {value.type}")
            g = self.hold(g)
            c = self.cast(g, value.type)
            if value.type.is_dual:
                total = self.dual_sum(gast.Add, value.type, f"{box}->v.v", c)
                self.emit(f"{box}->v.v = {box}->v.z ? {c} : {total};")
            else:
                self.emit(f"{box}->v.v = {box}->v.z ? {c} : {box}->v.v + {c};")
            self.emit(f"{box}->v.z = 0;")
        else:
            g = self.dualized(g) if value.type.number.is_dual else g
            if not isinstance(g.type, Arr) or (g.type.dtype, g.type.rank) != (value.type.dtype, value.type.rank):
                raise self.refuse(node, f"a cotangent of {g.type} for {value.type}")
            g = self.named(g)

            def fill() -> Val:
                self.store_owned(f"{box}->v", f"{box}->own", g, Maybe(frozenset({"ZERO"}), value.type))
                return Val(Single("None"))

            def add() -> Val:
                self.add_into(self.named(Val(value.type, f"{box}->v.v")), g)
                return Val(Single("None"))

            self.choose(f"{box}->v.z != 0", fill, add)
        self.depth -= 1
        self.emit("}")

    # -- rows -------------------------------------------------------------------------------------------------

    def heap_rows(self, x: Val, node: Any) -> Val:
        """What iterating over an array yields."""
        if not isinstance(x.type, Arr):
            raise self.refuse(node, f"iteration over {x.type}")
        x = self.named(self.solid(self.dualized(x) if self.stager.along else x))
        made = Rows(Arr(x.type.dtype, x.type.rank, x.type.packed))
        self.stager.struct(made)
        name = self.temp(made, "rows")
        box = Box(made.row)
        self.arena = True
        self.emit(f"{name}.x = {x.c};")
        if x.type.number.dtype.kind == "f":
            self.emit(f"{name}.boxes = allocate(R, (size_t){x.c}.n[0] * sizeof(*{name}.boxes));")
            self.emit(f"for (i64 i__ = 0; i__ < {x.c}.n[0]; i__++) {name}.boxes[i__] = ({box.struct}){{.v = {{.z = 1}}}};")
        else:
            self.emit(f"{name}.boxes = NULL;")
        return Val(made, name)

    def iterated(self, rows: Val, backwards: bool = False) -> Val:
        """`iter` of rows, or `reversed`."""
        made = RowIter(rows.type.array)
        self.stager.struct(made)
        state = self.temp(made, "turns")
        self.declared[state] = made.struct
        first = f"{rows.c}.x.n[0] - 1" if backwards else "0"
        self.emit(f"{state} = ({made.struct}){{.rows = {rows.c}, .next = {first}, .by = {-1 if backwards else 1}}};")
        if self.counts_turns(rows.type.array):
            self.emit(f"begin_turns(R, {rows.c}.x.p, {rows.c}.x.n[0], {rows.c}.x.s[0], {rows.type.array.number.itemsize});")
        return Val(made, f"&{state}")

    def counts_turns(self, array: Arr) -> bool:
        """Whether an array must not be written while a loop goes over its numbers."""
        return self.stager.writes and not self.stager.primal and array.rank == 1 and array.number.dtype.kind == "f"

    def next_row(self, it: Val) -> Val:
        it = self.hold(it)
        made = Maybe(frozenset({"END"}), Kept(it.type.row))
        self.stager.struct(made)
        t = self.temp(made, "turn")
        x = f"{it.c}->rows.x"
        self.emit(f"{t}.z = 2;")
        self.emit(f"if (0 <= {it.c}->next && {it.c}->next < {x}.n[0]) {{")
        self.depth += 1
        self.emit(f"{t}.z = 0;")
        self.row_into(f"{t}.v", it.type, f"{it.c}->rows", f"{it.c}->next")
        self.emit(f"{it.c}->next += {it.c}->by;")
        self.depth -= 1
        if self.counts_turns(it.type.array):
            self.emit(f"}} else if ({it.c}->by) {{")
            self.emit(f"    {it.c}->by = 0;")
            self.emit(f"    end_turns(R, {x}.p, {x}.n[0], {x}.s[0], {it.type.array.number.itemsize});")
        self.emit("}")
        return Val(made, t)

    def row_into(self, to: str, type_: Any, rows: str, i: str) -> None:
        """A row, with its box, into a variable."""
        x = f"{rows}.x"
        self.emit(f"{to}.b = {rows}.boxes ? &{rows}.boxes[{i}] : NULL;")
        start = f"{x}.p + {i} * {x}.s[0]"
        if isinstance(type_.row, Num):
            self.emit(f"{to}.v = *({c_type(type_.row)} *)({start});")
            return
        self.emit(f"{to}.v.p = {start};")
        for j in range(type_.row.rank):
            self.emit(f"{to}.v.n[{j}] = {x}.n[{j + 1}];")
            self.emit(f"{to}.v.s[{j}] = {x}.s[{j + 1}];")

    def row_at(self, type_: Any, rows: str, i: str) -> Val:
        """A row with its box."""
        made = Kept(type_.row)
        self.stager.struct(made)
        name = self.temp(made, "row")
        self.row_into(name, type_, rows, i)
        return Val(made, name)

    def heap_unrows(self, x: Val, rows: Val, node: Any) -> Val:
        """The cotangent of the array from those of its rows; ZERO where no row has any."""
        if isinstance(x.type, Parted) or rows.type == x.type:
            return Val(Single("ZERO"))
        if not isinstance(rows.type, Rows) or not isinstance(x.type, Arr):
            raise self.refuse(node, f"iteration over {x.type}")
        if x.type.number.dtype.kind != "f":
            return Val(Single("ZERO"))
        x, rows = self.named(x), self.hold(rows)
        length, row = f"{x.c}.n[0]", rows.type.row
        touched = self.temp(Num("bool"), "touched")
        self.emit(f"{touched} = false;")
        self.emit(f"for (i64 i__ = 0; i__ < {length}; i__++) {touched} |= !{rows.c}.boxes[i__].v.z;")

        def gathered() -> Val:
            out = self.new_array(x.type.number, [f"{x.c}.n[{j}]" for j in range(x.type.rank)], zero=True)
            self.emit(f"for (i64 r__ = 0; r__ < {length}; r__++)")
            self.emit(f"    if (!{rows.c}.boxes[r__].v.z) {{")
            self.depth += 2
            if isinstance(row, Num):
                self.emit(f"*({c_type(row)} *)({out.c}.p + r__ * {out.c}.s[0]) = {rows.c}.boxes[r__].v.v;")
            else:
                self.emit(f"memcpy({out.c}.p + r__ * {out.c}.s[0], {rows.c}.boxes[r__].v.v.p, (size_t){out.c}.s[0]);")
                self.emit(f"pool_give(R, {rows.c}.boxes[r__].own);")
            self.depth -= 2
            self.emit("    }")
            return out

        return self.choose(touched, gathered, lambda: Val(Single("ZERO")))

