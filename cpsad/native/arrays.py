"""Arrays: elementwise operations, which are computed together in one loop, their reductions, and where results are kept.

An elementwise operation computes nothing by itself: its value is a function of numbers and its operands. When the array is
wanted (it is stored, passed on, indexed, multiplied) the loop is written, for the whole expression. A sum of it is the same
loop with another end. Shapes are known when the program runs: broadcasting is a stride of 0.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from .duals import has_tangent
from .scalars import BINARY
from .shapes import only_shapes
from .types import CODES, Arr, Maybe, Num, Parted, Single, c_type, holds_arrays, sample
from .values import Val

__all__ = ["MOST_RANK", "Arrays", "combined"]

MOST_RANK = 6
BROADCAST = "operands could not be broadcast together"


def number_of(type_: Any) -> Num:
    return type_.number if isinstance(type_, Arr) else type_


def combined(function: Any, *types_: Any) -> Num | None:
    """The dtype of an elementwise operation of numbers and arrays, as NumPy has it; None where it is none of C."""
    try:
        with np.errstate(all="ignore"):
            made = function(*[np.ones((1,), t.number.dtype) if isinstance(t, Arr) else sample(t) for t in types_])
    except TypeError:
        return None
    name = "bool_" if made.dtype == bool else made.dtype.name
    if made.dtype.kind == "f" and any(number_of(t).is_dual for t in types_):
        name = Num(name).dual.name
    return Num(name) if made.dtype.kind in "biuf" and "float16" not in name and "longdouble" not in name else None


class Arrays:
    """What `Walk` does with arrays."""

    # -- operations that are not computed yet -----------------------------------------------------------------

    def elementwise(self, kind: Num, function: Any, args: list[Val]) -> Val:
        """`function` of numbers, for each element of the operands."""
        rank = max(a.type.rank for a in args if isinstance(a.type, Arr))
        made = Val(Arr(kind.name, rank, True))
        made.elementwise = function, [self.factor(a) for a in args]
        return made

    def factor(self, v: Val) -> Val:
        """An operand: products are computed first."""
        return self.multiplied(v) if v.product is not None else v

    def binary_arrays(self, op: Any, a: Val, b: Val, node: Any) -> Val | None:
        if not all(isinstance(v.type, (Arr, Num)) for v in (a, b)):
            return None
        if op is gast.MatMult:
            return self.matmul(a, b, node)
        kind = combined(BINARY[op], a.type, b.type)
        if kind is None:
            return None
        if kind.dtype.kind != "f" and op not in (gast.Add, gast.Sub, gast.Mult, gast.BitAnd, gast.BitOr, gast.BitXor):
            return None
        if op is gast.Pow and isinstance(b.type, Num) and b.known is None and b.type.dtype.kind != "f":
            b = self.fit(b, kind)

        def one(x: list[Val]) -> Val:
            left, right = (self.fit(v, kind) for v in x)
            return self.arithmetic(op, left, right, node)

        return self.elementwise(kind, one, [a, b])

    def unary_arrays(self, op: Any, v: Val, node: Any) -> Val | None:
        if not isinstance(v.type, Arr):
            return None
        if v.type.number.name == "bool_" and op is not gast.Invert:
            return None
        return self.elementwise(v.type.number, lambda x: self.unary_of(op, x[0], node), [v])

    def ufunc_others(self, function: Any, args: list[Val], node: Any) -> Val | None:
        if not all(isinstance(a.type, (Arr, Num)) for a in args) or function is np.matmul:
            return self.matmul(args[0], args[1], node) if function is np.matmul else None
        kind = combined(function, *(a.type for a in args))
        if kind is None:
            return None

        def one(x: list[Val]) -> Val:
            made = self.ufunc_of_one(function, x[0]) if len(x) == 1 else self.ufunc_of_numbers(function, x, args, kind, node)
            if made is None:
                raise self.refuse(node, f"np.{function.__name__} of ({', '.join(str(a.type) for a in args)})")
            return made

        return self.elementwise(kind, one, args)

    def ufunc_of_numbers(self, function: Any, x: list[Val], args: list[Val], kind: Num, node: Any) -> Val | None:
        if kind.dtype.kind == "f":  # a Python number takes the dtype of the array
            x = [self.fit(v, kind) if v.type.is_python else v for v in x]
        return self.ufunc_of_two(function, x[0], x[1], node)

    def compare_arrays(self, op: Any, a: Val, b: Val, node: Any) -> Val:
        return self.elementwise(Num("bool_"), lambda x: Val(Num("bool_"), f"({self.compare_numbers(op, x[0], x[1])})"), [a, b])

    # -- computing them ---------------------------------------------------------------------------------------

    def solid(self, v: Val) -> Val:
        """The value as it can be kept: arrays are computed, and copied if their memory may be written to."""
        if not holds_arrays(v.type):
            return v
        if v.parts is not None:
            return Val(v.type, parts=tuple(self.solid(p) for p in v.parts))
        v = self.real(self.for_writes(v))
        if v.borrowed:
            return self.cases(v, lambda x: self.copied(x) if isinstance(x.type, Arr) else x, whole=True)
        return v

    def real(self, v: Val) -> Val:
        """The value with its arrays computed."""
        if v.elementwise is not None:
            return self.computed(v)
        return self.multiplied(v) if v.product is not None else v

    def named(self, v: Val) -> Val:
        """An array in a variable of C."""
        v = self.real(v)
        if v.c.isidentifier():
            return v
        name = self.temp(v.type, "a")
        self.emit(f"{name} = {v.c};")
        return Val(v.type, name, borrowed=v.borrowed)

    def copied(self, v: Val, kind: Num | None = None) -> Val:
        kind = kind or v.type.number
        made = Val(Arr(kind.name, v.type.rank, True))
        made.elementwise = (lambda x: Val(kind, self.cast(x[0], kind))), [v]
        return self.computed(made)

    def prepared(self, v: Val, leaves: dict[str, Val]) -> Val:
        """The expression with its numbers and arrays in variables; `leaves`: the arrays."""
        if isinstance(v.type, Num):
            return self.hold(v)
        if v.elementwise is not None:
            function, args = v.elementwise
            made = Val(v.type)
            made.elementwise = function, [self.prepared(a, leaves) for a in args]
            return made
        v = self.named(v)
        leaves[v.c] = v
        return v

    def computed(self, v: Val) -> Val:
        """An array in the arena."""
        leaves: dict[str, Val] = {}
        v = self.prepared(v, leaves)
        dims = self.dims_of(list(leaves.values()), v.type.rank)
        out = self.new_array(v.type.number, dims)
        self.loops(v, leaves, out, [f"{out.c}.n[{j}]" for j in range(v.type.rank)], None, "=")
        return out

    def dims_of(self, leaves: list[Val], rank: int) -> list[str]:
        """The shape to which arrays broadcast."""
        dims = []
        for j in range(rank):
            parts = [f"{a.c}.n[{j - rank + a.type.rank}]" for a in leaves if j - rank + a.type.rank >= 0]
            made = parts[0]
            for p in parts[1:]:
                made = f"broadcast(R, {made}, {p}, {self.error(ValueError, BROADCAST)})"
            dims.append(made)
        return dims

    def shape_kept(self, name: str, v: Val) -> bool:
        """Binds a variable of which nothing but the shape is wanted later (`shapes.py`), if it is one."""
        stager = self.stager
        if self.backward or self.inlining or self.spec.is_formula or stager.writes or stager.primal or (
                stager.along or self.guard is not None or name not in only_shapes(self.unit, self.node)):
            return False
        leaves: dict[str, Val] = {}
        v = self.prepared(v, leaves)
        if any(a.borrowed for a in leaves.values()):
            made = self.solid(v)
            self.vars[name] = self.kept(name, made)
            return True
        c = self.local(name, v.type)
        for j, d in enumerate(self.dims_of(list(leaves.values()), v.type.rank)):
            self.emit(f"{c}.n[{j}] = {d};")
        self.emit(f"{c}.p = NULL;")
        self.vars[name] = Val(v.type, c)
        self.vars[name].elementwise = v.elementwise
        return True

    def new_array(self, kind: Num, dims: list[str], base: str = "a", zero: bool = False) -> Val:
        """A new array in the arena."""
        self.arena = True
        type_ = Arr(kind.name, len(dims), True)
        c, size = self.temp(type_, base), kind.itemsize
        for j, d in enumerate(dims):
            self.emit(f"{c}.n[{j}] = {d};")
        self.strides(c, len(dims), size)
        total = " * ".join(f"{c}.n[{j}]" for j in range(len(dims)))
        self.emit(f"{c}.p = allocate(R, (size_t)({total} * {size}));")
        if zero:
            self.emit(f"memset({c}.p, 0, (size_t)({total} * {size}));")
        return Val(type_, c)

    def strides(self, c: str, rank: int, size: int) -> None:
        """Those of a contiguous array."""
        for j in reversed(range(rank)):
            self.emit(f"{c}.s[{j}] = {size if j == rank - 1 else f'{c}.n[{j + 1}] * {c}.s[{j + 1}]'};")

    def loops(self, v: Val, leaves: dict[str, Val], out: Val, dims: list[str], strides: list[str] | None, op: str) -> None:
        """The loop of an expression: `out op= expression`, for all indices below `dims`.

        `strides`: those of `out` along `dims`; None: it is new and contiguous. `op`: "=", "+=", "max", "min".
        """
        rank, last, start = len(dims), len(dims) - 1, len(self.lines)
        kind = self.out_kind = out.type.number
        arrays = list(leaves.values())
        streams = [(f"x__{n}", a.c, c_type(a.type.number), a.type.number.itemsize, self.strides_in(a, dims))
                   for n, a in enumerate(arrays)]
        size = kind.itemsize
        to = strides or [f"{out.c}.s[{j}]" for j in range(rank)]
        streams.append(("o__", out.c, c_type(kind), size, to))
        self.emit("{")
        self.depth += 1
        flat = strides is None and rank > 1
        if flat:
            tests = [self.same_layout(a, dims) for a in arrays]
            flat = None not in tests
        if flat:
            self.emit(f"bool flat__ = {' && '.join(t for t in tests if t) or 'true'};")
        for j, d in enumerate(dims):
            if flat:
                d = f"flat__ ? {' * '.join(dims)} : {d}" if j == last else f"flat__ ? 1 : {d}"
            self.emit(f"const i64 d__{j} = {d};")
        for name, _, _, width, steps in streams:
            for j, s in enumerate(steps):
                if flat and j == last:
                    s = f"flat__ ? {width} : {s}"
                self.emit(f"const i64 {name}s{j} = {s};")
        for name, _, _, width, _ in streams[:-1]:
            self.emit(f"char *{name}r = {name}s{last} == {width} ? NULL : allocate(R, (size_t)(d__{last} * {width}));")
            self.arena = True
        for j in range(last):
            self.emit(f"for (i64 i__{j} = 0; i__{j} < d__{j}; i__{j}++) {{")
            self.depth += 1
        for name, c, kind_, width, _ in streams:
            way = "".join(f" + i__{j} * {name}s{j}" for j in range(last))
            self.emit(f"char *{name} = {c}.p{way};")
            if name != "o__":
                row = f"in_a_row_{width}({name}r, {name}, {name}s{last}, d__{last})"
                self.emit(f"const {kind_} *{name}u = (const {kind_} *)({name}r ? {row} : {name});")
        reduced = strides is not None and strides[last] == "0"
        if reduced or strides is None or strides[last] == str(size):
            self.inner(v, arrays, streams, op, strides is None, reduced, True, last)
        else:
            self.emit(f"if (o__s{last} == {size}) {{")
            self.depth += 1
            self.inner(v, arrays, streams, op, False, False, True, last)
            self.depth -= 1
            self.emit("} else {")
            self.depth += 1
            self.inner(v, arrays, streams, op, False, False, False, last)
            self.depth -= 1
            self.emit("}")
        for _ in range(last):
            self.depth -= 1
            self.emit("}")
        self.depth -= 1
        self.emit("}")
        self.outlined(start)

    def inner(self, v: Val, arrays: list[Val], streams: list[Any], op: str, fresh: bool, reduced: bool, unit: bool,
              last: int) -> None:
        """The innermost loop, along which operands are contiguous; `unit`: so is what is written."""
        kind = streams[-1][2]
        places = {a.c: f"{name}u[i__]" for (name, *_), a in zip(streams, arrays, strict=False)}
        if reduced and op == "+=":
            self.emit(f"{kind} sum__[8] = {{0}};")
            self.emit("i64 i__ = 0;")
            self.emit(f"for (; i__ + 8 <= d__{last}; i__ += 8)")
            self.emit("    for (int q__ = 0; q__ < 8; q__++) {")
            self.depth += 2
            eight = {c: p.replace("[i__]", "[i__ + q__]") for c, p in places.items()}
            self.in_loop = True
            self.emit(self.added_text("sum__[q__]", self.cast(self.number_at(v, eight), self.out_kind), self.out_kind))
            self.in_loop = False
            self.depth -= 2
            self.emit("    }")
            self.emit(f"for (; i__ < d__{last}; i__++) {{")
            self.depth += 1
            self.emit("ONE_BY_ONE;")
            self.in_loop = True
            self.emit(self.added_text("sum__[0]", self.cast(self.number_at(v, places), self.out_kind), self.out_kind))
            self.in_loop = False
            self.depth -= 1
            self.emit("}")
            if self.out_kind.is_dual:
                self.emit(f"for (int q__ = 1; q__ < 8; q__++) {self.added_text('sum__[0]', 'sum__[q__]', self.out_kind)}")
                self.emit(self.added_text(f"*({kind} *)o__", "sum__[0]", self.out_kind))
                return
            self.emit(f"*({kind} *)o__ += ((sum__[0] + sum__[1]) + (sum__[2] + sum__[3])) + "
                      "((sum__[4] + sum__[5]) + (sum__[6] + sum__[7]));")
            return
        if reduced and op in ("max", "min") and self.out_kind.dtype.kind == "f":
            self.extreme(v, places, op, kind, last)
            return
        target = f"*({kind} *)o__" if reduced else "o__u[i__]" if unit else f"*({kind} *)(o__ + i__ * o__s{last})"
        if unit and not reduced:
            self.emit(f"{kind} *{'restrict ' if fresh else ''}o__u = ({kind} *)o__;")
        if unit and not fresh and not reduced:
            self.emit("#pragma GCC ivdep")  # an operand is the very array that is written, or apart from it
        self.emit(f"for (i64 i__ = 0; i__ < d__{last}; i__++) {{")
        self.depth += 1
        if not unit:
            self.emit("ONE_BY_ONE;")
        self.in_loop = True
        made = self.cast(self.number_at(v, places), self.out_kind)
        self.in_loop = False
        if op in ("max", "min"):
            self.emit(f"const {kind} t__ = {made}, kept__ = {target};")
            self.emit(f"{target} = t__ {'>' if op == 'max' else '<'} kept__ ? t__ : t__ != t__ ? t__ : kept__;")
        else:
            self.emit(self.added_text(target, made, self.out_kind) if op == "+=" else f"{target} {op} {made};")
        self.depth -= 1
        self.emit("}")

    def extreme(self, v: Val, places: dict[str, str], op: str, kind: str, last: int) -> None:
        """The largest or smallest of a row, in eight parts; a NaN stays."""
        sign = ">" if op == "max" else "<"
        self.emit(f"{kind} best__[8];")
        self.emit(f"for (int q__ = 0; q__ < 8; q__++) best__[q__] = *({kind} *)o__;")
        self.emit("i64 i__ = 0;")
        self.emit(f"for (; i__ + 8 <= d__{last}; i__ += 8)")
        self.emit("    for (int q__ = 0; q__ < 8; q__++) {")
        self.depth += 2
        self.in_loop = True
        eight = {c: p.replace("[i__]", "[i__ + q__]") for c, p in places.items()}
        t, b = self.cast(self.number_at(v, eight), self.out_kind), "best__[q__]"
        self.emit(f"const {kind} t__ = {t}, kept__ = {b};")
        self.emit(f"{b} = t__ {sign} kept__ ? t__ : t__ != t__ ? t__ : kept__;")
        self.depth -= 2
        self.emit("    }")
        self.emit(f"for (; i__ < d__{last}; i__++) {{")
        self.depth += 1
        self.emit("ONE_BY_ONE;")
        t = self.cast(self.number_at(v, places), self.out_kind)
        self.in_loop = False
        self.emit(f"const {kind} t__ = {t};")
        self.emit(f"if (t__ {sign} best__[0] || t__ != t__) best__[0] = t__;")
        self.depth -= 1
        self.emit("}")
        self.emit(f"for (int q__ = 1; q__ < 8; q__++) if (best__[q__] {sign} best__[0] || best__[q__] != best__[q__]) "
                  "best__[0] = best__[q__];")
        self.emit(f"*({kind} *)o__ = best__[0];")

    def number_at(self, v: Val, places: dict[str, str]) -> Val:
        """One element of an expression."""
        if isinstance(v.type, Num):
            return v
        if v.elementwise is None:
            return Val(v.type.number, places[v.c])
        function, args = v.elementwise
        return function([self.number_at(a, places) for a in args])

    def strides_in(self, a: Val, dims: list[str]) -> list[str]:
        """The strides of an array along the axes of the loop: 0 where it is broadcast."""
        shift = len(dims) - a.type.rank
        return ["0" if j < shift else f"{a.c}.n[{j - shift}] == 1 ? 0 : {a.c}.s[{j - shift}]" for j in range(len(dims))]

    def same_layout(self, a: Val, dims: list[str]) -> str | None:
        """The test that an array is contiguous, of this shape."""
        if a.type.rank != len(dims):
            return None
        tests = [f"{a.c}.n[{j}] == {d}" for j, d in enumerate(dims)]
        if not a.type.packed:
            size = a.type.number.itemsize
            for j in reversed(range(a.type.rank)):
                after = f"{a.c}.n[{j + 1}] * {a.c}.s[{j + 1}]" if j < a.type.rank - 1 else str(size)
                tests.append(f"{a.c}.s[{j}] == {after}")
        return " && ".join(tests)

    # -- reductions -------------------------------------------------------------------------------------------

    def reduced(self, v: Val, axes: list[int] | None, keepdims: bool, op: str, kind: Num) -> Val:
        """The sum, maximum or minimum over axes."""
        rank = v.type.rank
        over = list(range(rank)) if axes is None else sorted(a % rank for a in axes)
        leaves: dict[str, Val] = {}
        v = self.prepared(self.factor(v), leaves)
        dims = [self.hold(Val(Num("int"), d), "n").c for d in self.dims_of(list(leaves.values()), rank)]
        if op != "+=":
            empty = self.error(ValueError, f"zero-size array to reduction operation {op}imum which has no identity")
            self.emit(f"if (UNLIKELY({' || '.join(f'{dims[j]} == 0' for j in over)})) fail(R, {empty});")
        kept = [j for j in range(rank) if j not in over]
        c = c_type(kind)
        start = {"+=": f"({c}){{0}}" if kind.is_dual else "0", "max": "-INFINITY", "min": "INFINITY"}[op]
        if not kept:
            box = self.temp(kind, "sum" if op == "+=" else op)
            self.emit(f"{box} = {start};")
            out = Val(Arr(kind.name, 1, True), f"((array_1){{.p = (char *)&{box}}})")
            self.loops(v, leaves, out, dims, ["0"] * rank, op)
            if keepdims:
                made = self.new_array(kind, ["1"] * rank)
                self.emit(f"*({c} *){made.c}.p = {box};")
                return made
            return Val(kind, box)
        out = self.new_array(kind, [("1" if j in over else dims[j]) for j in range(rank) if keepdims or j in kept])
        total = " * ".join(f"{out.c}.n[{j}]" for j in range(out.type.rank))
        self.emit(f"for (i64 i__ = 0; i__ < {total}; i__++) (({c} *){out.c}.p)[i__] = {start};")
        places = iter(range(out.type.rank))
        strides = []
        for j in range(rank):
            place = next(places) if keepdims or j in kept else None
            strides.append("0" if j in over else f"{out.c}.s[{place}]")
        self.loops(v, leaves, out, dims, strides, op)
        return out

    def add_into(self, target: Val, g: Val, op: str = "+=") -> None:
        """`target += g`, in place, or `target = g`; `target` is in a variable."""
        leaves: dict[str, Val] = {}
        if isinstance(g.type, Num):
            g = self.hold(g)
        else:
            g = self.prepared(self.factor(g), leaves)
        rank = target.type.rank
        dims = [f"{target.c}.n[{j}]" for j in range(rank)]
        to = [f"{target.c}.s[{j}]" for j in range(rank)]
        if target.type.packed:
            to[-1] = str(target.type.number.itemsize)
        error = self.error(ValueError, BROADCAST)
        for a in leaves.values():
            shift = rank - a.type.rank
            for j in range(a.type.rank):
                self.emit(f"if (UNLIKELY({a.c}.n[{j}] != {dims[j + shift]} && {a.c}.n[{j}] != 1)) fail(R, {error});")
        self.loops(g, leaves, target, dims, to, op)

    def unbroadcast(self, g: Val, x: Val, node: Any) -> Val:
        """Cotangent of `x` from that of its broadcast: summed over the axes along which `x` was repeated."""
        if isinstance(g.type, Single) or isinstance(g.type, Num) and isinstance(x.type, (Num, Single)):
            return g
        if isinstance(g.type, Arr) and isinstance(x.type, (Num, Single)):
            return self.reduced(g, None, False, "+=", g.type.number)
        if not isinstance(g.type, Arr) or not isinstance(x.type, Arr) or x.type.rank > g.type.rank:
            raise self.refuse(node, f"a cotangent of {g.type} for {x.type}")
        x = x if x.c.isidentifier() else self.named(x)
        lead = g.type.rank - x.type.rank
        if g.elementwise is not None and lead == 0:
            g = self.computed(g)
        if lead:
            g = self.reduced(g, list(range(lead)), False, "+=", g.type.number)
        g = self.named(g)
        rank = x.type.rank
        same = " && ".join(f"{g.c}.n[{j}] == {x.c}.n[{j}]" for j in range(rank))

        def summed() -> Val:
            out = self.new_array(g.type.number, [f"{x.c}.n[{j}]" for j in range(rank)], zero=True)
            c = c_type(g.type.number)
            name = {"double": "sum_f64", "float": "sum_f32"}.get(c, f"sum_{c}")
            self.emit(f"{name}({rank}, {out.c}.p, {out.c}.n, {out.c}.s, {g.c}.p, {g.c}.n, {g.c}.s);")
            return out

        return self.choose(same, lambda: g, summed)

    # -- the arena --------------------------------------------------------------------------------------------

    def moved_out(self, v: Val) -> None:
        """Before a return: the arrays of the value go to where the function's part of the arena begins.

        Lines that begin with `@` stand only if the function uses the arena.
        """
        arrays = self.arrays_in(v)
        if len(arrays) > 1:  # one must not be written over another
            for a, test in arrays:
                bytes_ = self.bytes_of(a)
                self.emit(f"@if ({test}{a.c}.p >= mark && {a.c}.p < R->top) {a.c}.p = "
                          f"memcpy(allocate(R, {bytes_}), {a.c}.p, {bytes_});")
        for a, test in arrays:
            bytes_ = self.bytes_of(a)
            self.emit(f"@if ({test}{a.c}.p >= mark && {a.c}.p < R->top) {{")
            self.emit(f"@    {a.c}.p = memmove(mark, {a.c}.p, {bytes_});")
            self.emit(f"@    mark += ({bytes_} + 63) & ~(size_t)63;")
            self.emit("@}")
        self.emit("@R->top = mark;")

    def bytes_of(self, a: Val) -> str:
        total = " * ".join(f"{a.c}.n[{j}]" for j in range(a.type.rank))
        return f"(size_t)({total} * {a.type.number.itemsize})"

    def leaving(self, v: Val) -> Val:
        """The value as it can be returned: its arrays contiguous, each in a variable of its own."""
        if not holds_arrays(v.type):
            return v
        if isinstance(v.type, Parted):
            return Val(v.type, parts=tuple(self.leaving(item) for item in v.items))
        v = self.solid(v)
        if isinstance(v.type, Arr):
            v = v if v.type.packed else self.copied(v)
        elif not v.type.type.packed:
            v = self.cases(v, lambda x: self.copied(x) if isinstance(x.type, Arr) else x, whole=True)
        name = self.temp(v.type, "r")
        self.emit(f"{name} = {v.c};")
        return Val(v.type, name)

    # -- variables of frames ----------------------------------------------------------------------------------

    def store_owned(self, place: str, own: str, value: Val, type_: Any) -> None:
        """Into a variable that functions inside assign: its memory is in the pool, and is its own."""
        def one(v: Val) -> Val:
            if isinstance(v.type, Single):
                self.emit(f"{place}.z = {CODES[v.type.name]};")
                return Val(Single("None"))
            self.doubt("a nested function's assignment to an array of an enclosing function")
            v = self.named(self.dualized(v) if has_tangent(type_) else v)
            if not v.type.packed:
                v = self.named(self.copied(v))
            bytes_ = self.bytes_of(v)
            self.emit(f"if ({own}.bytes < {bytes_}) {{ pool_give(R, {own}); {own} = pool_take(R, {bytes_}); }}")
            self.emit(f"if ({own}.p && {v.c}.p != {own}.p) memmove({own}.p, {v.c}.p, {bytes_});")
            target = place
            if isinstance(type_, Maybe):
                self.emit(f"{place}.z = 0;")
                target = f"{place}.v"
            self.emit(f"{target} = {v.c};")
            self.emit(f"{target}.p = {own}.p;")
            return Val(Single("None"))

        self.cases(self.real(value), one, whole=True)

    def arrays_in(self, v: Val) -> list[tuple[Val, str]]:
        if isinstance(v.type, Parted):
            return [found for item in v.items for found in self.arrays_in(item)]
        if isinstance(v.type, Maybe) and isinstance(v.type.type, Arr):
            return [(Val(v.type.type, f"{v.c}.v"), f"{v.c}.z == 0 && ")]
        return [(v, "")] if isinstance(v.type, Arr) else []

