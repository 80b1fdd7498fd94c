"""Reverse mode for results of any shape: `vjp`, `jacrev`, `elementwise_grad`.

The gradient program of a function takes any cotangent of its result; these operators choose it. A product of a
cotangent with the Jacobian is one run of the program, a Jacobian is a run for each entry of the result. (Griewank and
Walther, *Evaluating Derivatives*, 2008, section 3.2.)

The forward pass and the way back of a program are one run, as the call stack is its only store. So what `vjp` returns
runs the function anew each time it is called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import forms
from .again import AsGiven
from .cotangents import ZERO
from .heap import is_floating
from .layout import Call, define
from .operators import Argnums, _Gradient, _like, _name_of, check_backend, grad
from .trees import _empty_like, _fill, _parts, _step, _tuple_like

__all__ = ["elementwise_grad", "inner_product", "jacobian", "jacrev", "map_leaves", "vjp"]


# -- results of any shape -------------------------------------------------------------------------------------------

def leaves_of(value: Any, place: str = "") -> list[tuple[str, Any]]:
    """The floats and arrays of floats of a result, and where in it they are."""
    if is_floating(value):
        return [(place, value)]
    parts = _parts(value)
    if parts is None:
        return []
    return [leaf for key, part in zip(*parts, strict=True) for leaf in leaves_of(part, place + _step(value, key))]


def map_leaves(function: Callable[..., Any], value: Any, *others: Any) -> Any:
    """A structure like `value` with `function(leaf, *others' leaves)` in it, and None for what is no float."""
    if is_floating(value):
        return function(value, *others)
    parts = _parts(value)
    if parts is None:
        return None
    keys, children = parts
    rest = [(_parts(o) or ([], []))[1] for o in others]
    made = [map_leaves(function, c, *[r[i] for r in rest]) for i, c in enumerate(children)]
    if isinstance(value, tuple):
        return _tuple_like(value, made)
    grown = _empty_like(value)
    _fill(grown, keys, made)
    return grown


def paired(value: Any, cotangent: Any, what: str, place: str = "") -> list[tuple[Any, Any]]:
    """Each leaf of `value` with its part of `cotangent`, which has the structure of `value`; a TypeError if not."""
    if is_floating(value):
        given = np.shape(cotangent)
        number = isinstance(cotangent, (int, float, complex, np.number)) or isinstance(cotangent, np.ndarray)
        if not number or getattr(getattr(cotangent, "dtype", None), "kind", "f") not in "fciu":
            raise TypeError(f"{what}{place} is a {type(cotangent).__name__}; it belongs to {_shown(value)}")
        if given != np.shape(value):
            raise TypeError(f"{what}{place} has shape {given}; it belongs to {_shown(value)}")
        if np.iscomplexobj(cotangent) and not np.iscomplexobj(value):
            raise TypeError(f"{what}{place} is complex; it belongs to {_shown(value)}")
        return [(value, np.asarray(cotangent, value.dtype) if isinstance(value, np.ndarray) else cotangent * 1.0)]
    parts = _parts(value)
    if parts is None:
        return []
    keys, children = parts
    known = _parts(cotangent)
    if known is None or len(known[1]) != len(children) or isinstance(value, dict) and set(known[0]) != set(keys):
        raise TypeError(f"{what}{place} is a {type(cotangent).__name__} of another structure than the {type(value).__name__} "
                        "that it belongs to")
    found = []
    by_key = dict(zip(known[0], known[1], strict=True))
    for i, (key, child) in enumerate(zip(keys, children, strict=True)):
        part = by_key[key] if isinstance(value, dict) else known[1][i]
        found += paired(child, part, what, place + _step(value, key))
    return found


def _shown(value: Any) -> str:
    return f"an array of shape {value.shape} ({value.dtype})" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"


def inner_product(value: Any, cotangent: Any) -> Any:
    """The sum of `value * cotangent` over all numbers of a result (the real part of it); a plain program."""
    if isinstance(value, dict):
        total = 0.0
        for key in value:
            total = total + inner_product(value[key], cotangent[key])
        return total
    if isinstance(value, (list, tuple)):
        total = 0.0
        for i in range(len(value)):
            total = total + inner_product(value[i], cotangent[i])
        return total
    if isinstance(value, (bool, int, str)) or value is None or cotangent is None:
        return 0.0
    return np.sum(np.real(value * cotangent))


class _Seed:
    """The cotangent of a result as the program takes it: of a structure, each leaf finds its own on the heap."""

    def __init__(self, pairs: Callable[[Any], list[tuple[Any, Any]]]) -> None:
        self.pairs = pairs

    def __call__(self, heap: Any, value: Any) -> Any:
        pairs = self.pairs(value)
        if is_floating(value):
            return pairs[0][1]
        for leaf, cotangent in pairs:
            heap.add(leaf, cotangent)
        return ZERO


# -- operators ------------------------------------------------------------------------------------------------------

def vjp(function: Callable[..., Any], *primals: Any, backend: str = "numpy",
        **keywords: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of a function, and its vector-Jacobian product as a function of the cotangent.

    Args:
        function: a plain Python function of any numbers, arrays and structures, with such a result.
        primals: the arguments; each float, array of floats, and structure of such is differentiated by, if it is
            positional. Others are constant, as are keyword arguments.
        backend: as in `grad`. The value and what `pull` returns then come out of native code.
        keywords: keyword arguments of the function, of any names but `backend`.

    Returns:
        `(value, pull)`. `pull(cotangent)` takes a cotangent of the structure and shapes of `value`, and returns a tuple:
        for each positional argument the product of the cotangent with the Jacobian by it, of its shape and dtype, or None
        for one that holds no float. It runs `function` anew.

    Raises: TypeError for a cotangent of another structure or shape (by `pull`); else as `grad` does.
    """
    slots = tuple(i for i, p in enumerate(primals) if leaves_of(p))
    check_backend(backend)
    native = _pullback(function, slots, backend) if backend != "numpy" and slots else None
    value = function(*primals, **keywords) if native is None else native.value(primals, keywords)
    compute = _Gradient(function, slots, False) if slots else None

    def pull(cotangent: Any) -> tuple[Any, ...]:
        found: list[Any] = [None] * len(primals)
        if compute is not None:
            def pairs(result: Any) -> list[tuple[Any, Any]]:
                return paired(result, cotangent, "the cotangent")

            gradients = (compute(primals, keywords, _Seed(pairs))[1] if native is None
                         else native.pull(primals, keywords, value, pairs))
            for i, g in zip(slots, gradients, strict=True):
                found[i] = g
        return tuple(found)

    pull.__dict__[forms.PROGRAM] = pull, "pulled_program", (function, primals, keywords, slots)
    return value, pull


def _computer_with_seed(function: Callable[..., Any], argnums: Argnums, backend: str) -> Any:
    """What computes the value and the cotangents of arguments from one of the result, on a backend."""
    check_backend(backend)
    if backend == "numpy":
        return _Gradient(function, argnums, False)
    from .native.pullback import NativePullback

    return NativePullback(function, argnums, backend)


_kept_computer = functools.lru_cache(maxsize=32)(_computer_with_seed)


def _pullback(function: Callable[..., Any], slots: tuple[int, ...], backend: str) -> Any:
    """What has been staged of a function is kept from one call of `vjp` to the next."""
    try:
        return _kept_computer(function, slots, backend)
    except TypeError:  # a callable that has no hash
        return _computer_with_seed(function, slots, backend)


def jacrev(function: Callable[..., Any] | None = None, argnums: Argnums = 0, backend: str = "numpy") -> Any:
    """The Jacobian of a function in reverse mode: a run of the gradient program for each entry of the result.

    Args:
        function: a plain Python function with a result that is a number, an array or a structure of such.
        argnums, backend: as in `grad`.

    Returns:
        A function of the same arguments. For a result of shape `s` and an argument of shape `t` it returns an array of
        shape `s + t`. For a structured result it returns that structure, with such an array in the place of each number
        or array; for a structured argument each of those is the argument's structure; for several `argnums` a tuple.

    Raises (when called): as `grad` does, but for results that are no real scalar.
    """
    if function is None:
        return functools.partial(jacrev, argnums=argnums, backend=backend)
    compute = _computer_with_seed(function, argnums, backend)

    @_like(function)
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        return _rows(compute, args, kwargs)

    _name_of(jacobian_of, function, "jacobian")
    jacobian_of.__dict__[forms.PROGRAM] = jacobian_of, "jacobian_program", compute.plain
    return jacobian_of


jacobian = jacrev
vjp.__dict__[forms.PROGRAM] = vjp, "vjp_program", None


def _rows(compute: _Gradient, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """One run for each entry of the result."""
    rows: list[list[Any]] = []  # for each leaf of the result, the gradients of its entries
    shapes: list[tuple[int, ...]] = []
    value: Any = None
    turn = 0
    given = AsGiven([*args, *kwargs.values()])
    while True:
        entry = turn
        if turn:
            given.restore()

        def pairs(result: Any, entry: int = entry) -> list[tuple[Any, Any]]:
            leaves = [leaf for _, leaf in leaves_of(result)]
            shapes[:] = [np.shape(leaf) for leaf in leaves]
            return _unit(leaves, entry)

        value, gradients, _ = compute(args, kwargs, _Seed(pairs))
        if turn == 0:
            if not shapes:
                raise TypeError(f"the function returns a {type(value).__name__} that holds no floating-point number")
            ends = np.cumsum([int(np.prod(s)) for s in shapes])
            rows = [[] for _ in shapes]
        if turn < ends[-1]:
            rows[int(np.searchsorted(ends, turn, side="right"))].append(gradients)
        turn += 1
        if turn >= ends[-1]:
            break
    like = gradients
    made = iter([_joined(r, s, like) for r, s in zip(rows, shapes, strict=True)])
    return map_leaves(lambda _: next(made), value)


def _unit(leaves: list[Any], entry: int) -> list[tuple[Any, Any]]:
    """A cotangent that is one in one place of a result, and zero elsewhere."""
    pairs = []
    for leaf in leaves:
        size = int(np.size(leaf))
        g = np.zeros(size, getattr(leaf, "dtype", float))
        if 0 <= entry < size:
            g[entry] = 1
        entry -= size
        pairs.append((leaf, g.reshape(np.shape(leaf)) if isinstance(leaf, np.ndarray) else g[0]))
    return pairs


def _joined(rows: list[Any], shape: tuple[int, ...], like: Any) -> Any:
    """The gradients of the entries of an array of this shape, as one structure of arrays."""
    if like is None:
        return None
    if isinstance(like, (np.ndarray, np.generic, float)):
        stacked = np.array(rows) if rows else np.zeros((0, *np.shape(like)), np.result_type(like))
        return stacked.reshape(shape + np.shape(like))[()] if shape + np.shape(like) == () else stacked.reshape(
            shape + np.shape(like))
    if isinstance(like, tuple) and not hasattr(like, "_fields"):
        return tuple(_joined([r[i] for r in rows], shape, like[i]) for i in range(len(like)))
    columns = [[leaf for _, leaf in leaves_of(r)] for r in rows]
    made = iter([_joined([c[i] for c in columns], shape, leaf) for i, (_, leaf) in enumerate(leaves_of(like))])
    return map_leaves(lambda _: next(made), like)


def elementwise_grad(function: Callable[..., Any] | None = None, argnums: Argnums = 0, backend: str = "numpy") -> Any:
    """The derivative of a function that acts on each entry of its argument by itself, at every entry.

    Returns:
        A function of the same arguments; it returns an array of the shape and dtype of the argument: the column sums of
        the Jacobian. Where the function mixes entries, that is not its derivative entry by entry. `backend`: as in `grad`.

    Raises (when called): TypeError if the result is no number and no array; else as `grad` does.
    """
    if function is None:
        return functools.partial(elementwise_grad, argnums=argnums, backend=backend)
    compute = _computer_with_seed(function, argnums, backend)

    def ones(result: Any) -> list[tuple[Any, Any]]:
        if not is_floating(result):
            raise TypeError(f"elementwise_grad takes a function that returns an array or a number; this returns a "
                            f"{type(result).__name__}")
        return [(result, np.ones_like(result) if isinstance(result, np.ndarray) else type(result)(1))]

    @_like(function)
    def derivative(*args: Any, **kwargs: Any) -> Any:
        return compute(args, kwargs, _Seed(ones))[1]

    _name_of(derivative, function, "elementwise_grad")
    known: dict[Call, Any] = {}

    def instead(call: Call) -> Any:
        if call not in known:
            known[call] = grad(_summed(function, call), argnums)
        return known[call]

    derivative.__dict__[forms.INSTEAD] = derivative, instead
    return derivative


def _summed(function: Any, call: Call) -> Any:
    """The sum of a function's result, as a function with as many parameters as the call has arguments."""
    if call.has_stars:
        return lambda *args, **kwargs: np.sum(np.real(function(*args, **kwargs)))
    args = [f"_a{i}" for i in range(len(call.args))]
    names = [name for name, _ in call.keywords]
    given = ", ".join(args + [f"{n}={n}" for n in names])
    return define(f"def adapted({', '.join(args + names)}):\n    return _np.sum(_np.real(_function({given})))",
                  {"_function": function, "_np": np})
