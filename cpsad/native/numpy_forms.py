"""NumPy's functions that are others put together: they are written here in plain NumPy, and staged like the formulas of rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..rules import helpers_shape
from .functions import METHODS, axes_of, parameters
from .joined import flipped
from .primitives import PRIMITIVES, primitive
from .types import INT, NONE, Arr, Num, Tup, c_type
from .values import Val

__all__: list[str] = []


def variance(a: Any, axis: Any, ddof: Any, keepdims: Any) -> Any:
    mean = np.mean(a, axis=axis, keepdims=True)
    off = a - mean
    return np.sum(off * off, axis=axis, keepdims=keepdims) / (a.size // mean.size - ddof)


def norm_of_vector(x: Any) -> Any:
    return np.sqrt(np.sum(x * x))


def norm_along(x: Any, axis: Any, keepdims: Any) -> Any:
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


def logaddexp(x: Any, y: Any) -> Any:
    larger = np.maximum(x, y)
    return larger + np.log1p(np.exp(-np.absolute(x - y)))


def absent(*values: Val | None) -> bool:
    return all(v is None or v.type == NONE for v in values)


def _spread_of_values(function: Any, root: bool) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        given = parameters("a axis dtype out ddof keepdims", args, keywords)
        if given is None or given[0] is None or not isinstance(given[0].type, Arr) or not absent(*given[2:4]) or (
                given[0].type.number.dtype.kind != "f"):
            return None
        a, axis, _, _, ddof, keep = given
        none, zero, false = w.constant(None, node), w.constant(0, node), w.constant(False, node)
        made = w.call_formula(variance, [w.named(a), axis or none, ddof or zero, keep or false], {}, node)
        return square_root(w, made, node) if root else made

    PRIMITIVES[function] = METHODS[function.__name__] = run


def square_root(w: Any, value: Val, node: Any) -> Val:
    return w.call_constant(np.sqrt, [value], {}, node)  # type: ignore[no-any-return]


_spread_of_values(np.var, False)
_spread_of_values(np.std, True)


def _norm(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    given = parameters("x ord axis keepdims", args, keywords)
    if given is None or given[0] is None or not isinstance(given[0].type, Arr) or given[0].type.number.dtype.kind != "f":
        return None
    x, order, axis, keep = given
    rank = x.type.rank
    known = None if order is None else w.known_value(order)
    if not (known is None or known == 2 and rank == 1 or known == "fro" and rank == 2):
        return None
    if absent(axis):
        return w.call_formula(norm_of_vector, [w.named(x)], {}, node) if keep is None else None  # type: ignore[no-any-return]
    if known is not None or not isinstance(w.known_value(axis), int):
        return None
    return w.call_formula(norm_along, [w.named(x), axis, keep or w.constant(False, node)], {}, node)  # type: ignore[no-any-return]


PRIMITIVES[np.linalg.norm] = _norm


def _of_two(function: Any, formula: Any) -> None:
    def run(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        if len(args) != 2 or keywords:
            return None
        return w.call_formula(formula, args, {}, node)  # type: ignore[no-any-return]

    PRIMITIVES[function] = run


# -- running sums -------------------------------------------------------------------------------------------------

def _cumsum(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Of one axis, or of all elements in order."""
    given = parameters("a axis dtype out", args, keywords)
    if given is None or given[0] is None or not absent(*given[2:]) or not isinstance(given[0].type, Arr) or (
            given[0].type.number.dtype.kind != "f"):
        return None
    axes = axes_of(w, given[1])
    a = w.named(w.copied(given[0]))
    rank, item = a.type.rank, c_type(a.type.number)
    if axes is None:
        a = w.named(PRIMITIVES[np.ravel](w, [a], {}, node))
        axes, rank = [0], 1
    if not isinstance(axes, list) or not -rank <= axes[0] < rank:
        return None
    axis = axes[0] % rank
    other = [j for j in range(rank) if j != axis]
    w.emit("{")
    w.depth += 1
    for j in other:
        w.emit(f"for (i64 j__{j} = 0; j__{j} < {a.c}.n[{j}]; j__{j}++)")
        w.depth += 1
    start = " + ".join([f"{a.c}.p", *(f"j__{j} * {a.c}.s[{j}]" for j in other)])
    w.emit(f"for (i64 q__ = 1; q__ < {a.c}.n[{axis}]; q__++) {{")
    here, before = (f"*({item} *)({start} + {q} * {a.c}.s[{axis}])" for q in ("q__", "(q__ - 1)"))
    if a.type.number.is_dual:
        w.emit(f"    ({here}).v += ({before}).v;")
        w.emit(f"    ({here}).d += ({before}).d;")
    else:
        w.emit(f"    {here} += {before};")
    w.emit("}")
    w.depth -= len(other) + 1
    w.emit("}")
    return a  # type: ignore[no-any-return]


PRIMITIVES[np.cumsum] = METHODS["cumsum"] = _cumsum


# -- shapes -------------------------------------------------------------------------------------------------------

def _flip(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    given = parameters("m axis", args, keywords)
    if given is None or given[0] is None or not isinstance(given[0].type, Arr):
        return None
    axes, rank = axes_of(w, given[1]), given[0].type.rank
    axes = list(range(rank)) if axes is None else axes
    if not isinstance(axes, list) or not all(-rank <= a < rank for a in axes):
        return None
    return flipped(w, given[0], [a % rank for a in axes])


PRIMITIVES[np.flip] = _flip


def _swapaxes(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 3 or keywords or not isinstance(args[0].type, Arr):
        return None
    rank, known = args[0].type.rank, [w.known_value(a) for a in args[1:]]
    if not all(type(k) is int and -rank <= k < rank for k in known):
        return None
    order = list(range(rank))
    a, b = (k % rank for k in known)
    order[a], order[b] = order[b], order[a]
    return w.transposed(args[0], order)  # type: ignore[no-any-return]


PRIMITIVES[np.swapaxes] = METHODS["swapaxes"] = _swapaxes


def with_axes(w: Any, v: Val, axes: list[tuple[str, str]]) -> Val:
    return w.view(v, axes, f"{v.c}.p", False)  # type: ignore[no-any-return]


def _expand_dims(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    given = parameters("a axis", args, keywords)
    if given is None or None in given or not isinstance(given[0].type, Arr):  # type: ignore[union-attr]
        return None
    new, v = axes_of(w, given[1]), w.named(given[0])
    if not isinstance(new, list) or v.type.rank + len(new) > 6:
        return None
    rank = v.type.rank + len(new)
    places = {a % rank for a in new if -rank <= a < rank}
    if len(places) < len(new):
        return None
    old = iter(range(v.type.rank))
    return with_axes(w, v, [("1", "0") if a in places else (lambda j: (f"{v.c}.n[{j}]", f"{v.c}.s[{j}]"))(next(old))
                            for a in range(rank)])


PRIMITIVES[np.expand_dims] = _expand_dims


def _squeeze(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Of named axes: which ones have length 1 is known only when the program runs."""
    given = parameters("a axis", args, keywords)
    if given is None or None in given or not isinstance(given[0].type, Arr):  # type: ignore[union-attr]
        return None
    gone, v = axes_of(w, given[1]), w.named(given[0])
    if not isinstance(gone, list) or len(gone) >= v.type.rank or not all(-v.type.rank <= a < v.type.rank for a in gone):
        return None
    places = {a % v.type.rank for a in gone}
    error = w.error(ValueError, "cannot select an axis to squeeze out which has size not equal to one")
    for a in places:
        w.emit(f"if (UNLIKELY({v.c}.n[{a}] != 1)) fail(R, {error});")
    return with_axes(w, v, [(f"{v.c}.n[{a}]", f"{v.c}.s[{a}]") for a in range(v.type.rank) if a not in places])


PRIMITIVES[np.squeeze] = METHODS["squeeze"] = _squeeze


# -- new arrays ---------------------------------------------------------------------------------------------------

def _eye(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    given = parameters("N M k dtype", args, keywords)
    if given is None or given[0] is None or not absent(given[2], given[3]) and not (given[2] and given[2].known == 0):
        return None
    from .functions import dtype_of

    n, m = (w.hold(v) for v in (given[0], given[1] if given[1] is not None and given[1].type != NONE else given[0]))
    kind = dtype_of(w, given[3], "float64")
    if kind is None or not all(isinstance(v.type, Num) and v.type.dtype.kind in "iu" for v in (n, m)):
        return None
    negative = w.error(ValueError, "negative dimensions are not allowed")
    w.emit(f"if (UNLIKELY({n.c} < 0 || {m.c} < 0)) fail(R, {negative});")
    out = w.new_array(kind, [n.c, m.c], zero=True)
    w.emit(f"for (i64 i__ = 0; i__ < {n.c} && i__ < {m.c}; i__++) "
           f"*({c_type(kind)} *)({out.c}.p + i__ * ({out.c}.s[0] + {out.c}.s[1])) = 1;")
    return out  # type: ignore[no-any-return]


PRIMITIVES[np.eye] = PRIMITIVES[np.identity] = _eye


def _linspace(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    """Between numbers of Python or NumPy, the end included."""
    given = parameters("start stop num", args, keywords)
    if given is None or None in given[:2] or not all(isinstance(v.type, Num) and not v.type.is_dual for v in given if v):
        return None
    kind = Num("float64")
    start, stop = (w.hold(Val(kind, w.cast(v, kind))) for v in given[:2])  # type: ignore[arg-type]
    count = w.hold(given[2] or w.constant(50, node))
    if count.type.dtype.kind not in "iu":
        return None
    negative = w.error(ValueError, "Number of samples must be non-negative.")
    w.emit(f"if (UNLIKELY({count.c} < 0)) fail(R, {negative});")
    out = w.new_array(kind, [count.c])
    step = w.hold(Val(kind, f"({stop.c} - {start.c}) / ({count.c} > 1 ? {count.c} - 1 : 1)"))
    w.emit(f"for (i64 i__ = 0; i__ < {count.c}; i__++) ((double *){out.c}.p)[i__] = "
           f"i__ > 0 && i__ == {count.c} - 1 ? {stop.c} : (double)i__ * {step.c} + {start.c};")
    return out  # type: ignore[no-any-return]


PRIMITIVES[np.linspace] = _linspace


def _trace(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 1 or keywords or not isinstance(args[0].type, Arr) or args[0].type.rank != 2 or (
            args[0].type.number.dtype.kind != "f"):
        return None
    a = w.named(args[0])
    n = w.hold(Val(INT, f"{a.c}.n[0] < {a.c}.n[1] ? {a.c}.n[0] : {a.c}.n[1]"), "n")
    diagonal = w.view(a, [(n.c, f"{a.c}.s[0] + {a.c}.s[1]")], f"{a.c}.p", False)
    return w.reduced(diagonal, None, False, "+=", a.type.number)  # type: ignore[no-any-return]


PRIMITIVES[np.trace] = METHODS["trace"] = _trace
_of_two(np.logaddexp, logaddexp)


def _broadcast_to(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) != 2 or keywords or not isinstance(args[0].type, Arr) or not isinstance(args[1].type, Tup):
        return None
    v, dims = w.named(args[0]), [w.hold(d) for d in args[1].items]
    new = len(dims) - v.type.rank
    if new < 0 or len(dims) > 6 or not all(isinstance(d.type, Num) and d.type.dtype.kind in "iu" for d in dims):
        return None
    error = w.error(ValueError, "operands could not be broadcast together with remapped shapes")
    axes = [(d.c, "0") for d in dims[:new]]
    for j, d in enumerate(dims[new:]):
        w.emit(f"if (UNLIKELY({v.c}.n[{j}] != 1 && {v.c}.n[{j}] != {d.c})) fail(R, {error});")
        axes.append((d.c, f"({v.c}.n[{j}] == 1 ? 0 : {v.c}.s[{j}])"))
    return with_axes(w, v, axes)


PRIMITIVES[np.broadcast_to] = _broadcast_to


@primitive(helpers_shape.untranspose)
def _untranspose(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    axes = w.known_value(args[1]) if len(args) == 2 else None
    axes = axes[0] if isinstance(axes, tuple) and len(axes) == 1 and not isinstance(axes[0], int) else axes
    if axes is not None and (not isinstance(axes, tuple) or not all(isinstance(a, int) for a in axes)):
        return None

    def one(g: Val) -> Val:
        if not isinstance(g.type, Arr):
            return g
        order = list(range(g.type.rank))[::-1] if not axes else np.argsort(np.mod(axes, len(axes))).tolist()
        return w.transposed(g, order)  # type: ignore[no-any-return]

    return w.cases(args[0], one)  # type: ignore[no-any-return]


METHODS["clip"] = PRIMITIVES[np.clip]
