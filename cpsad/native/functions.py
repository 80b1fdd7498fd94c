"""NumPy's functions of arrays, and the functions of the run-time support that deal with them."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from .. import cotangents, products
from ..rules import helpers, helpers_elementwise, helpers_reductions
from ..transforms.context import MISSING
from .arrays import combined
from .duals import has_tangent, number_of
from .lists import List
from .primitives import PRIMITIVES, primitive
from .types import FLOAT, INT, NONE, Arr, Maybe, Num, Single, Slice, Tup, c_type, sample
from .values import Val

__all__ = ["METHODS"]

METHODS: dict[str, Any] = {}


def parameters(names: str, args: list[Val], keywords: dict[str, Val]) -> list[Val | None] | None:
    """The arguments of a call by the names of the parameters; None if there are others."""
    known = names.split()
    if len(args) > len(known) or not set(keywords) <= set(known):
        return None
    given = dict(zip(known, args, strict=False)) | keywords
    return [given.get(n) for n in known]


def axes_of(w: Any, axis: Val | None) -> Any:
    """An axis as it is known: None, a list, or MISSING."""
    if axis is None or axis.type == NONE:
        return None
    known = w.known_value(axis)
    if isinstance(known, int):
        return [known]
    return list(known) if isinstance(known, tuple) and all(isinstance(k, int) for k in known) else MISSING


def _reduction(functions: list[Any], method: str | None, op: str) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        given = parameters("a axis dtype out keepdims", args, keywords)
        if given is None or given[0] is None or any(g is not None and g.type != NONE for g in given[2:4]):
            return None
        a, axis, _, _, keep = given
        axes, keepdims = axes_of(w, axis), w.known_value(keep) if keep is not None else False
        if axes is MISSING or not isinstance(keepdims, bool):
            return None
        return w.cases(a, lambda v: reduced_value(w, v, axes, keepdims, op, node))

    for f in functions:
        PRIMITIVES[f] = run
    if method:
        METHODS[method] = run


def reduced_value(w: Any, v: Val, axes: Any, keepdims: bool, op: str, node: Any) -> Val:
    if isinstance(v.type, Single) and v.type.name == "ZERO":
        return v
    if isinstance(v.type, Num) and axes is None and v.type.dtype.kind == "f":
        return w.as_numpy(v)
    if not isinstance(v.type, Arr) or v.type.number.dtype.kind != "f":
        raise w.refuse(node, f"a reduction of {v.type}")
    if axes is not None and any(not -v.type.rank <= a < v.type.rank for a in axes):
        w.fails(np.exceptions.AxisError, f"axis {axes[0]} is out of bounds for array of dimension {v.type.rank}")
    if op in ("max", "min") and v.type.number.is_dual:
        return w.dual_extreme(v, axes, keepdims, op)
    if op != "mean":
        return w.reduced(v, axes, keepdims, op, v.type.number)
    v = w.named(v)
    over = range(v.type.rank) if axes is None else [a % v.type.rank for a in axes]
    count = w.hold(Val(INT, " * ".join(f"{v.c}.n[{j}]" for j in over)), "count")
    total = w.reduced(v, axes, keepdims, "+=", v.type.number)
    plain = v.type.number.plain
    return w.binary(gast.Div, total, Val(plain, f"({c_type(plain)}){count.c}"), node)


_reduction([np.sum, np.add.reduce], "sum", "+=")
_reduction([np.max, np.amax, np.maximum.reduce], "max", "max")
_reduction([np.min, np.amin, np.minimum.reduce], "min", "min")
_reduction([np.mean], "mean", "mean")


@primitive(np.dot, np.matmul)
def _dot(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 2 or keywords:
        return None

    def one(v: list[Val]) -> Val:
        if all(isinstance(x.type, (Num, Single)) for x in v) or Num in (type(v[0].type), type(v[1].type)):
            return w.binary(gast.Mult, v[0], v[1], node)
        made = w.matmul(v[0], v[1], node)
        if made is None:
            raise w.refuse(node, f"a product of {v[0].type} and {v[1].type}")
        return made

    return w.split(args, one)


METHODS["dot"] = _dot


@primitive(np.outer)
def _outer(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.outer(args[0], args[1], node) if len(args) == 2 and not keywords else None


# -- shapes -------------------------------------------------------------------------------------------------------

@primitive(np.shape)
def _shape(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.constant((), node) if isinstance(args[0].type, Num) else w.attribute(args[0], "shape", node) if isinstance(
        args[0].type, Arr) else None


@primitive(np.ndim)
def _ndim(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.constant(args[0].type.rank if isinstance(args[0].type, Arr) else 0, node) if isinstance(
        args[0].type, (Arr, Num)) else None


@primitive(np.size)
def _size(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.attribute(args[0], "size", node) if len(args) == 1 and isinstance(args[0].type, Arr) else None


@primitive(np.transpose)
def _transpose(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if isinstance(args[0].type, Maybe):
        return w.cases(args[0], lambda v: v if isinstance(v.type, Single) else _transpose(w, [v, *args[1:]], keywords, node))
    if keywords or not isinstance(args[0].type, Arr):
        return None
    rank = args[0].type.rank
    axes = args[1].items if len(args) == 2 and isinstance(args[1].type, Tup) else args[1:]
    known = [w.known_value(a) for a in axes if a.type != NONE] or list(reversed(range(rank)))
    if not all(isinstance(k, int) for k in known) or sorted(k % rank for k in known) != list(range(rank)):
        return None
    return w.transposed(args[0], [k % rank for k in known])


METHODS["transpose"] = _transpose


def reshaped(w: Any, v: Val, dims: list[Val], node: Any) -> Val:
    """`v` in another shape; one length may be -1."""
    v = given = w.named(v)
    as_it_lies = not v.type.packed and w.stager.writes and not w.backward  # a view of it, if that can be
    if not v.type.packed and not as_it_lies:
        w.doubt("an array in another shape, which is a view of it or a copy,")
        v = w.named(w.copied(v))
    size = w.hold(w.attribute_of_array(v, "size", node), "size").c
    dims = [w.hold(d, "n") for d in dims]
    unknown = [i for i, d in enumerate(dims) if d.known == -1]
    if len(unknown) > 1 or any(d.known is None and not isinstance(d.type, Num) for d in dims):
        raise w.refuse(node, "this shape")
    error = w.error(ValueError, "cannot reshape array")
    others = " * ".join(["1", *(d.c for i, d in enumerate(dims) if i not in unknown)])
    lengths = [d.c for d in dims]
    if unknown:
        w.emit(f"if (UNLIKELY({others} == 0 || {size} % ({others}) != 0)) fail(R, {error});")
        lengths[unknown[0]] = w.hold(Val(INT, f"{size} / ({others})"), "n").c
    else:
        w.emit(f"if (UNLIKELY({others} != {size})) fail(R, {error});")
    if not lengths:
        return Val(v.type.number, f"*({c_type(v.type.number)} *){v.c}.p")
    if as_it_lies:
        return reshaped_as_it_lies(w, given, lengths)
    item = v.type.number.itemsize
    steps = [str(item)]
    for n in reversed(lengths[1:]):
        steps.insert(0, f"{steps[0]} * {n}")
    return w.view(v, list(zip(lengths, steps, strict=True)), f"{v.c}.p", True)


def reshaped_as_it_lies(w: Any, v: Val, lengths: list[str]) -> Val:
    """A view where the elements lie in steps, else a copy, as NumPy decides it."""
    type_, size = Arr(v.type.dtype, len(lengths), False), v.type.number.itemsize
    w.arena = True
    made = w.temp(type_, "v")
    for j, n in enumerate(lengths):
        w.emit(f"{made}.n[{j}] = {n};")
    w.emit(f"{made}.p = {v.c}.p;")
    w.emit(f"if (!steps_reshaped({v.type.rank}, {v.c}.n, {v.c}.s, {len(lengths)}, {made}.n, {made}.s, {size})) {{")
    w.emit(f"    {made}.p = allocate(R, (size_t)({' * '.join(f'{v.c}.n[{j}]' for j in range(v.type.rank))} * {size}));")
    steps = ", ".join(contiguous(v, size))
    w.emit(f"    copy_elements({v.type.rank}, {made}.p, (i64[]){{{steps}}}, {v.c}.p, {v.c}.n, {v.c}.s, {size});")
    w.strides(made, len(lengths), size)
    w.emit("}")
    return Val(type_, made)


def contiguous(v: Val, size: int) -> list[str]:
    """The strides of an array of this shape that is contiguous."""
    steps = [str(size)]
    for j in reversed(range(1, v.type.rank)):
        steps.insert(0, f"{steps[0]} * {v.c}.n[{j}]")
    return steps


def dims_given(args: list[Val]) -> list[Val]:
    return args[0].items if len(args) == 1 and isinstance(args[0].type, Tup) else args


@primitive(np.reshape)
def _reshape(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if keywords or len(args) < 2 or not isinstance(args[0].type, Arr):
        return None
    return reshaped(w, args[0], dims_given(args[1:]), node)


METHODS["reshape"] = _reshape


@primitive(np.ravel)
def _ravel(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if keywords or len(args) != 1 or not isinstance(args[0].type, Arr):
        return None
    return reshaped(w, args[0], [w.constant(-1, node)], node)


METHODS["ravel"] = _ravel


def _flatten(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    made = _ravel(w, args, keywords, node)
    copies = w.stager.primal or w.stager.writes  # else nobody sees whose memory it is
    return w.copied(made) if copies and made is not None else made


METHODS["flatten"] = _flatten


@primitive(helpers.reshape_like)
def _reshape_like(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 2 or keywords:
        return None

    def one(v: list[Val]) -> Val:
        if isinstance(v[0].type, Single):
            return v[0]
        if all(isinstance(x.type, Num) for x in v):
            return w.as_numpy(v[0])
        if not all(isinstance(x.type, Arr) for x in v):
            raise w.refuse(node, f"a cotangent of {v[0].type} for {v[1].type}")
        return reshaped(w, v[0], w.attribute_of_array(v[1], "shape", node).items, node)

    return w.split(args, one)


@primitive(np.array)
def _array(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.array_of_list(w.hold(args[0]), node) if len(args) == 1 and not keywords and isinstance(args[0].type, List) else None


@primitive(np.copy)
def _copy(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if keywords or len(args) != 1:
        return None
    return w.copied(args[0]) if isinstance(args[0].type, Arr) else args[0]


METHODS["copy"] = _copy


def _item(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 1 or not isinstance(args[0].type, Num):
        return None
    if args[0].type.is_dual:
        return w.fit(args[0], FLOAT)
    kind = {"f": "float", "i": "int", "u": "int", "b": "bool"}[args[0].type.dtype.kind]
    return Val(Num(kind), f"({c_type(Num(kind))}){args[0].c}")


METHODS["item"] = _item


def dtype_of(w: Any, v: Val | None, default: str) -> Num | None:
    if v is None or v.type == NONE:
        return Num(default)
    try:
        name = np.dtype(w.known_value(v)).name
    except TypeError:
        return None
    kind = Num("bool_" if name == "bool" else name)
    try:
        c_type(kind)
    except KeyError:
        return None
    return kind


def _astype(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    kind = dtype_of(w, args[1], "float64") if len(args) == 2 and not keywords else None
    if kind is None or kind.dtype.kind != "f":
        return None
    kind = kind.dual if has_tangent(args[0].type) else kind
    if isinstance(args[0].type, Arr):
        return w.elementwise(kind, lambda v: Val(kind, w.cast(v[0], kind)), [args[0]])
    return Val(kind, w.cast(args[0], kind))


METHODS["astype"] = _astype


# -- new arrays ---------------------------------------------------------------------------------------------------

def _filled(function: Any, value: Any) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        names = "shape fill_value dtype" if value is MISSING else "shape dtype"
        given = parameters(names, args, keywords)
        if given is None or given[0] is None:
            return None
        fill = given[1] if value is MISSING else w.constant(value, node)
        dims = dims_given([given[0]])
        if fill is None or not isinstance(fill.type, Num) or not dims or not all(
                isinstance(d.type, Num) and d.type.dtype.kind in "iu" for d in dims):
            return None
        default = fill.type.dtype.name if value is MISSING else "float64"
        kind = dtype_of(w, given[-1], "bool_" if default == "bool" else default)
        if kind is None:
            return None
        kind = kind.dual if fill.type.is_dual and kind.dtype.kind == "f" else kind
        error = w.error(ValueError, "negative dimensions are not allowed")
        lengths = []
        for d in dims:
            d = w.hold(d, "n")
            if d.known is None:
                w.emit(f"if (UNLIKELY({d.c} < 0)) fail(R, {error});")
            lengths.append(d.c)
        return filled_array(w, kind, lengths, fill)

    PRIMITIVES[function] = run


def filled_array(w: Any, kind: Num, lengths: list[str], fill: Val) -> Val:
    fill = w.hold(fill)
    out = w.new_array(kind, lengths, zero=fill.known == 0)
    if fill.known != 0:
        total = " * ".join(f"{out.c}.n[{j}]" for j in range(len(lengths)))
        w.emit(f"for (i64 i__ = 0; i__ < {total}; i__++) (({c_type(kind)} *){out.c}.p)[i__] = {w.cast(fill, kind)};")
    return out


_filled(np.zeros, 0.0)
_filled(np.ones, 1.0)
_filled(np.empty, 0.0)
_filled(np.full, MISSING)


def _filled_like(function: Any, value: Any) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if keywords or len(args) != (2 if value is MISSING else 1) or not isinstance(args[0].type, Arr):
            return None
        x = w.named(args[0])
        fill = args[1] if value is MISSING else w.constant(value, node)
        kind = x.type.number.plain if w.stager.along and not has_tangent(fill.type) else x.type.number
        kind = kind.dual if has_tangent(fill.type) and kind.dtype.kind == "f" else kind
        return filled_array(w, kind, [f"{x.c}.n[{j}]" for j in range(x.type.rank)], fill)

    PRIMITIVES[function] = run


_filled_like(np.zeros_like, 0.0)
_filled_like(np.ones_like, 1.0)
_filled_like(np.empty_like, 0.0)
_filled_like(np.full_like, MISSING)


@primitive(np.where)
def _where(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 3 or keywords:
        return None

    def one(v: list[Val]) -> Val:
        if Single in (type(x.type) for x in v) or not any(isinstance(x.type, Arr) for x in v):
            if not all(isinstance(x.type, Num) for x in v):
                raise w.refuse(node, "np.where of these values")
        kind = Num(np.result_type(*(x.type.number.dtype if isinstance(x.type, Arr) else sample(x.type) for x in v[1:])).name)
        kind = kind.dual if any(has_tangent(x.type) for x in v[1:]) else kind

        def element(x: list[Val]) -> Val:
            truth = w.truth(x[0], node)
            truth = {True: "true", False: "false"}.get(truth, truth)
            return Val(kind, f"({truth} ? {w.cast(x[1], kind)} : {w.cast(x[2], kind)})")

        if not any(isinstance(x.type, Arr) for x in v):
            if w.spec.is_formula or w.inlining:  # which computes with it: a number then
                return element(v)
            raise w.refuse(node, "np.where of numbers only")  # it gives an array of no dimensions
        return w.elementwise(kind, element, v)

    return w.split(args, one)


@primitive(np.count_nonzero)
def _count_nonzero(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 1 or keywords or not isinstance(args[0].type, Arr):
        return None
    kind = Num("int64")
    made = w.elementwise(kind, lambda x: Val(kind, f"({c_type(kind)})({x[0].c} != 0)"), [w.values_of(args[0])])
    return Val(INT, w.reduced(made, None, False, "+=", kind).c)


def _whole(function: Any, every: bool) -> None:
    """`np.any`, `np.all` of a whole array."""
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) != 1 or keywords or not isinstance(args[0].type, Arr):
            return None
        kind = Num("int64")
        sign = "==" if every else "!="
        made = w.elementwise(kind, lambda x: Val(kind, f"({c_type(kind)})({x[0].c} {sign} 0)"), [w.values_of(args[0])])
        return Val(Num("bool_"), f"({w.reduced(made, None, False, '+=', kind).c} {sign} 0)")

    PRIMITIVES[function] = run
    METHODS[function.__name__] = run


_whole(np.any, False)
_whole(np.all, True)


def _position(function: Any, sign: str) -> None:
    """`np.argmax`, `np.argmin` of a vector: the first that attains it, or the first NaN."""
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) != 1 or keywords or not isinstance(args[0].type, Arr) or args[0].type.rank != 1:
            return None
        a, at = w.named(w.values_of(args[0])), w.temp(INT, "at")
        error = w.error(ValueError, f"attempt to get {function.__name__} of an empty sequence")
        c = c_type(a.type.number)
        w.emit(f"if (UNLIKELY({a.c}.n[0] == 0)) fail(R, {error});")
        w.emit(f"{at} = 0;")
        w.emit(f"for (i64 i__ = 1; i__ < {a.c}.n[0]; i__++) {{")
        w.emit(f"    const {c} x__ = *({c} *)({a.c}.p + i__ * {a.c}.s[0]), y__ = *({c} *)({a.c}.p + {at} * {a.c}.s[0]);")
        w.emit(f"    if (x__ {sign} y__ || (x__ != x__ && y__ == y__)) {at} = i__;")
        w.emit("}")
        return Val(Num("int64"), at)

    PRIMITIVES[function] = run
    METHODS[function.__name__] = run


_position(np.argmax, ">")
_position(np.argmin, "<")


@primitive(np.eye, np.identity)
def _eye(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 1 or keywords or not isinstance(args[0].type, Num) or args[0].type.dtype.kind not in "iu":
        return None
    n = w.hold(args[0])
    out = w.new_array(Num("float64"), [n.c, n.c], zero=True)
    w.emit(f"for (i64 i__ = 0; i__ < {n.c}; i__++) ((double *){out.c}.p)[i__ * {n.c} + i__] = 1.0;")
    return out


@primitive(np.arange)
def _arange(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if not 1 <= len(args) <= 3 or keywords or not all(a.type in (INT, FLOAT) for a in args):
        return None
    if FLOAT in [a.type for a in args] or len(args) > 1:
        return steps_from(w, args)
    n = w.hold(args[0])
    out = w.new_array(Num("int64"), [f"{n.c} > 0 ? {n.c} : 0"])
    w.emit(f"for (i64 i__ = 0; i__ < {n.c}; i__++) ((i64 *){out.c}.p)[i__] = i__;")
    return out


def steps_from(w: Any, args: list[Val]) -> Val:
    """`np.arange` of several numbers, or of floats: the second number less the first is added again and again."""
    kind = Num("float64" if FLOAT in [a.type for a in args] else "int64")
    given = [Val(kind, "0"), args[0], Val(kind, "1")] if len(args) == 1 else [*args, Val(kind, "1")][:3]
    start, stop, step = (w.hold(Val(kind, f"({c_type(kind)}){a.c}")) for a in given)
    error = w.error(ZeroDivisionError, "division by zero")
    w.emit(f"if (UNLIKELY({step.c} == 0)) fail(R, {error});")
    length = f"ceil(({stop.c} - {start.c}) / (double){step.c})"
    n = w.hold(Val(INT, f"{length} > 0 ? (i64){length} : 0"))
    out = w.new_array(kind, [n.c])
    by = w.hold(Val(kind, f"({start.c} + {step.c}) - {start.c}"))
    w.emit(f"for (i64 i__ = 0; i__ < {n.c}; i__++) (({c_type(kind)} *){out.c}.p)[i__] = {start.c} + i__ * {by.c};")
    return out


@primitive(np.iscomplexobj)
def _iscomplexobj(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.constant(False, node) if isinstance(args[0].type, (Num, Arr, Single)) else None


@primitive(np.isscalar)
def _isscalar(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.constant(isinstance(args[0].type, Num), node) if isinstance(args[0].type, (Num, Arr)) else None


@primitive(helpers_elementwise.winner)
def _winner(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Element by element what the function does for the whole."""
    numbers = w.in_loop and all(isinstance(a.type, Num) for a in args)  # of the tangents of a maximum
    if len(args) != 4 or not numbers and not any(isinstance(getattr(a.type, "type", a.type), Arr) for a in args):
        return None

    def one(v: list[Val]) -> Val:
        if isinstance(v[0].type, Single):
            return v[0]
        kind = v[0].type.number if isinstance(v[0].type, Arr) else number_of(v[1].type)
        if w.stager.along:
            kind = kind.dual if has_tangent(v[0].type) else kind.plain
            v = [v[0], *(w.primal(w.real(x)) for x in v[1:])]

        def element(p: list[Val]) -> Val:
            g, y, x, other = (w.here(q) if w.stager.along else w.hold(q) for q in p)
            half = w.arithmetic(gast.Div, w.fit(g, kind), Val(kind.plain, "2", known=None), node)
            none = f"({c_type(kind)}){{0}}" if kind.is_dual else "0"
            return Val(kind, f"({x.c} == {y.c} ? ({x.c} == {other.c} ? {half.c} : {g.c}) : {none})")

        return element(v) if numbers else w.elementwise(kind, element, v)

    return w.split(args, one)


@primitive(np.clip)
def _clip(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 3 or keywords or not all(isinstance(a.type, Num) for a in args[1:]) or not isinstance(args[0].type, Arr):
        return None
    low, high = w.hold(args[1]), w.hold(args[2])
    kind = combined(np.clip, *(a.type for a in args))
    if kind is None or kind.plain != args[0].type.number.plain:
        return None

    def element(p: list[Val]) -> Val:
        x = p[0] if kind.is_dual else w.hold(p[0])
        a, b = w.fit(low, kind), w.fit(high, kind)
        if kind.is_dual:
            x = w.here(x)
            below, above = w.compare_numbers(gast.Lt, x, a), w.compare_numbers(gast.Gt, x, b)
            return Val(kind, f"({below} ? {w.cast(a, kind)} : {above} ? {w.cast(b, kind)} : {w.cast(x, kind)})")
        return Val(kind, f"({x.c} < {a.c} ? {a.c} : {x.c} > {b.c} ? {b.c} : {x.c})")

    return w.elementwise(kind, element, [args[0]])


# -- the run-time support -----------------------------------------------------------------------------------------

@primitive(slice)
def _slice(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    parts = [Val(NONE), args[0], Val(NONE)] if len(args) == 1 else [*args, Val(NONE)][:3]
    return Val(Slice(), parts=tuple(parts))


@primitive(cotangents.accumulate)
def _accumulate(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    def one(v: list[Val]) -> Val:
        total, g = v
        if isinstance(total.type, Arr) and has_tangent(g.type):
            total = w.dualized(total)
        if isinstance(total.type, Arr) and isinstance(g.type, (Arr, Num)):
            total = w.named(total)
            if g.product is None or not w.add_product(total, g):
                w.add_into(total, g)
            return total
        if isinstance(total.type, Single) and isinstance(g.type, Arr) and g.elementwise is None and g.product is None:
            return w.copied(g)  # what is added to in place later is ours
        return w.binary(gast.Add, total, g, node)

    quick = w.binary_of_cotangents(gast.Add, args[0], args[1], node)
    return quick if quick is not None else w.split(args, one)


@primitive(products.accumulate_product)
def _accumulate_product(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    made = w.call_constant(args[1].type.value, args[2:], {}, node)
    return _accumulate(w, [args[0], made], {}, node)


@primitive(cotangents.add_at)
def _add_at(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.split([args[0], args[3]], lambda v: w.added_at(v[0], args[1], args[2], v[1], node))


@primitive(cotangents.dense)
def _dense(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return args[0]


@primitive(cotangents.scatter, cotangents.placed)
def _scatter(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    return w.cases(args[2], lambda g: w.added_at(Val(Single("ZERO")), args[0], args[1], g, node))


@primitive(helpers_reductions.unreduce)
def _unreduce(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    given = parameters("g x axis keepdims", args, keywords)
    if given is None or given[0] is None or given[1] is None:
        return None
    g, x, axis, keep = given
    axes, keepdims = axes_of(w, axis), w.known_value(keep) if keep is not None else False
    if axes is MISSING or not isinstance(keepdims, bool):
        return None

    def one(v: list[Val]) -> Val:
        g, x = v
        if isinstance(g.type, Single) or isinstance(x.type, Num):
            return g
        if not isinstance(x.type, Arr):
            raise w.refuse(node, f"a cotangent for {x.type}")
        kind = x.type.number if g.type == Num("float") else g.type.number if isinstance(g.type, Arr) else g.type
        if w.stager.along:  # of `x` only the shape counts
            kind = x.type.number if g.type in (FLOAT, FLOAT.dual) else kind
            kind, x = kind.dual if has_tangent(g.type) else kind.plain, w.primal(w.real(x))
        if isinstance(g.type, Arr):
            g = opened(w, g, x.type.rank, axes, keepdims)
        return w.elementwise(kind, lambda p: Val(kind, w.cast(p[0], kind)), [g, x])

    return w.split([g, x], one)


@primitive(helpers_reductions.share)
def _share(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Of a maximum of all elements: each that attains it has an equal share."""
    if len(args) != 5 or keywords or args[3].type != NONE or (type(args[2].type), type(args[1].type)) != (Arr, Num):
        return None

    def one(g: Val) -> Val:
        if not isinstance(g.type, Num):
            return g
        x, y = w.named(w.primal(w.real(args[2]))), w.hold(w.primal(args[1]))
        kind = x.type.number
        if g.type.is_dual:
            return w.paired(one(w.here(w.primal(g))), one(w.here(w.slope(g))))
        same = w.elementwise(Num("int64"), lambda p: Val(Num("int64"), f"({c_type(INT)})({p[0].c} == {y.c})"), [x])
        part = w.hold(Val(kind, f"({w.cast(g, kind)} / ({c_type(kind)}){w.reduced(same, None, False, '+=', Num('int64')).c})"))
        return w.elementwise(kind, lambda p: Val(kind, f"({p[0].c} == {y.c} ? {part.c} : 0)"), [x])

    return w.cases(args[0], one)


def opened(w: Any, g: Val, rank: int, axes: Any, keepdims: bool) -> Val:
    """`g` with the reduced axes put back, of length 1."""
    if axes is None or keepdims:
        return g
    g = w.named(g)
    rest = iter(range(g.type.rank))
    over = {a % rank for a in axes}
    lengths = []
    for j in range(rank):
        if j in over:
            lengths.append(("1", "0"))
        else:
            place = next(rest)
            lengths.append((f"{g.c}.n[{place}]", f"{g.c}.s[{place}]"))
    return w.view(g, lengths, f"{g.c}.p", False)


@primitive(helpers_reductions.kept)
def _kept(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 4:
        return None
    axes, keepdims = axes_of(w, args[2]), w.known_value(args[3])
    if axes is MISSING or not isinstance(keepdims, bool) or not isinstance(args[1].type, Arr):
        return None
    return w.cases(args[0], lambda g: opened(w, g, args[1].type.rank, axes, keepdims) if isinstance(g.type, Arr) else g)


def masked_number(w: Any, g: Val, r: Val) -> Val:
    g, r = w.here(g), w.here(r)
    if g.type.is_dual or r.type.is_dual:
        kind = r.type.dual
        return Val(kind, f"{c_type(kind)}_masked({w.cast(g, kind)}, {w.cast(r, kind)})")
    return Val(r.type, f"({r.c} != {r.c} && {g.c} == 0 ? {w.cast(g, r.type)} : {r.c})")


@primitive(helpers.masked)
def _masked(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Element by element what the function does for the whole: an element of `r` that is not NaN stays."""
    if w.stager.along and all(isinstance(a.type, Num) for a in args):
        return masked_number(w, *args)
    if not any(isinstance(getattr(a.type, "type", a.type), Arr) for a in args):
        return None

    def one(v: list[Val]) -> Val:
        g, r = v
        if not isinstance(r.type, Arr) or isinstance(g.type, Single):
            return r
        kind = r.type.number
        if has_tangent(kind) or has_tangent(g.type):
            return w.elementwise(kind.dual, lambda x: masked_number(w, w.fit(x[0], kind.dual), x[1]), [g, r])

        def element(x: list[Val]) -> Val:
            r = w.hold(x[1])
            return Val(kind, f"({r.c} != {r.c} && {x[0].c} == 0 ? 0 : {r.c})")

        return w.elementwise(kind, element, [g, r])

    return w.split(args, one)



