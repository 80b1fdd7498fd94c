"""Forward mode: `jvp`, `jacfwd`, `directional`, `gvp`, `linearize`.

A function's tangent form (`transforms/tangent.py`) computes, behind each of its values, the derivative of that value along
a direction. It runs once for one direction, in a small multiple of the function's own time, and keeps nothing for a way
back. (Griewank and Walther, *Evaluating Derivatives*, 2008, section 3.1.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import forms
from .again import AsGiven
from .cotangents import Absorbing, Poison
from .jacobians import _unit, leaves_of, map_leaves, paired
from .kinds import holds_storing
from .operators import Argnums, _fresh, _Gradient, _like, _name_of, check_backend
from .resolve import letter_of
from .special import are_calls, groups_of_value, groups_seen, note
from .stack import Deep
from .tangents import Tangents
from .tracebacks import shown_to_the_user
from .transforms.errors import UnsupportedError
from .trees import Tree, is_tree
from .unseen import Watch

__all__ = ["directional", "gvp", "jacfwd", "jvp", "linearize"]


class Forward:
    """One run of a function's tangent form."""

    def __init__(self, function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], slots: Sequence[int]) -> None:
        """`slots`: the positions of the arguments to be differentiated, those by keyword last."""
        self.function, self.kwargs, self.slots = function, kwargs, list(slots)
        self.count = len(args)
        self.table = Tangents()
        self.arguments = [*args, *kwargs.values()]
        self.values: list[Any] = []
        self.trees: list[Tree] = []
        for i in self.slots:
            value = self.arguments[i]
            if is_tree(value):
                value = Tree(value, self.table, _fresh, lambda i=i: self.describe(i))  # type: ignore[misc]
                self.trees.append(value)
            else:
                value = _fresh(value, lambda i=i: self.describe(i))  # type: ignore[misc]
            self.values.append(value)
            self.arguments[i] = value.value if isinstance(value, Tree) else value

    def describe(self, slot: int) -> str:
        return f"argument {slot} of {getattr(self.function, '__name__', 'the function')}"

    def seed(self, tangents: Sequence[Any]) -> None:
        """The directions, one for each argument to be differentiated, of its structure."""
        for value, tangent in zip(self.values, tangents, strict=True):
            plain = value.value if isinstance(value, Tree) else value
            for leaf, d in paired(plain, tangent, "the tangent"):
                self.table.put(leaf, d if isinstance(leaf, np.ndarray) else type(leaf)(d))

    def run(self) -> Any:
        """The function's result; its tangents are in the table."""
        active = {i for i, v in zip(self.slots, self.values, strict=True) if not isinstance(v, Tree)}
        letters = ""
        for i, value in enumerate(self.arguments):
            letter = letter_of(value, i in active)
            if letter in "oO" and value is not None and (found := groups_of_value(value, 4000)):
                note(found)
                letter = "V" if are_calls(found) else letter
            letters += letter if letter == "s" else letter.upper()
        given = dict(zip(self.kwargs, self.arguments[self.count:], strict=True))
        done = False
        try:
            unseen = not groups_seen().isdisjoint({"unseen", "iterate"}) or any(map(holds_storing, self.arguments))
            with shown_to_the_user(), Deep(), Watch(self.table.slots, unseen, iterates=True):
                result = self.table.of(self.function, "" if given else letters)(*self.arguments[: self.count], **given)
            done = True
        finally:
            for tree in self.trees:
                tree.leave(check=done)
            self.table.functions.clear()  # forms and table refer to one another: else all waits for the garbage collector
        return result

    def tangent(self, result: Any) -> Any:
        """The tangent of a result: of its structure, with None in the place of what is no float."""
        return map_leaves(lambda leaf: finished(self.table.get(leaf), leaf), result)


def finished(tangent: Any, value: Any) -> Any:
    """A tangent as the caller gets it: of the shape and dtype of its value."""
    if isinstance(tangent, Absorbing):
        if isinstance(tangent, Poison):
            raise tangent.error
        return np.zeros_like(value) if isinstance(value, np.ndarray) else type(value)(0)
    if isinstance(value, np.ndarray):
        made = np.array(tangent, value.dtype) if value.dtype.kind == "c" or not np.iscomplexobj(tangent) else np.array(
            np.real(tangent), value.dtype)
        if made.shape != value.shape:
            raise AssertionError(f"a tangent of shape {made.shape} for a value of shape {value.shape}: a forward rule is wrong")
        return made
    if np.iscomplexobj(tangent) and not np.iscomplexobj(value):
        tangent = np.real(tangent)
    return type(value)(np.reshape(tangent, ())[()])


def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], backend: str = "numpy",
        **keywords: Any) -> tuple[Any, Any]:
    """The value of a function and its Jacobian-vector product: the derivative of the result along a direction.

    Args:
        function: a plain Python function of any numbers, arrays and structures, with such a result.
        primals: its positional arguments.
        tangents: as many, each of the structure and shapes of its argument, or None for an argument that stays.
        backend: as in `grad`.
        keywords: keyword arguments of the function, of any names but `backend`, which stay.

    Returns:
        `(value, tangent)`; the tangent has the structure, shapes and dtypes of the value, with None where that holds no float.

    Raises:
        TypeError: a tangent is not of its argument's structure and shape; the argument is an integer.
        NoDerivativeError: a primitive without a forward rule; UnsupportedError, SourceError: as `grad`.
    """
    if len(primals) != len(tangents):
        raise TypeError(f"{len(primals)} primals and {len(tangents)} tangents: give one for each argument, or None")
    slots = [i for i, t in enumerate(tangents) if t is not None]
    native = _native(function, backend) if slots else None
    if native is not None:
        try:
            return native.along(tuple(primals), keywords, slots, [tangents[i] for i in slots])
        except UnsupportedError as error:
            native.instead(error)
    run = Forward(function, primals, keywords, slots)
    run.seed([tangents[i] for i in slots])
    result = run.run()
    return result, run.tangent(result)


@functools.lru_cache(maxsize=32)
def _kept_native(function: Callable[..., Any], backend: str) -> Any:
    from .native.along import NativeTangent

    return NativeTangent(function, backend)


def _native(function: Callable[..., Any], backend: str) -> Any:
    """The function's programs along a direction, which are kept; None for the NumPy backend."""
    check_backend(backend)
    if backend == "numpy":
        return None
    try:
        return _kept_native(function, backend)
    except TypeError:  # a callable that has no hash
        return _kept_native.__wrapped__(function, backend)


def directional(function: Callable[..., Any], argnums: Argnums = 0, backend: str = "numpy") -> Any:
    """The derivative of a function along a direction, as a function of its arguments and, last, of the direction.

    `directional(f)(x, v)` has the structure and shapes of `f(x)`; for several `argnums` the direction is a tuple. It is not
    divided by the length of the direction. `backend`: as in `grad`. Raises: as `jvp`.
    """
    compute, native = _Gradient(function, argnums, False), _native(function, backend)

    @_like(function)
    def along(*args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError("the direction is the last positional argument")
        *given, direction = args
        return _along(compute, given, kwargs, direction, native=native)[1]

    _name_of(along, function, "directional")
    along.__dict__[forms.PROGRAM] = along, "along_program", compute
    return along


def _along(compute: _Gradient, args: Sequence[Any], kwargs: dict[str, Any], direction: Any,
           alone: bool = False, native: Any = None) -> tuple[Any, Any]:
    """The result and its tangent; `alone`: the result of a gradient may be anything of its shape."""
    slots = compute.locate(tuple(args), kwargs)
    if not compute.single and (not isinstance(direction, (tuple, list)) or len(direction) != len(slots)):
        raise TypeError(f"the direction is a tuple of {len(slots)}, one for each argument in argnums")
    if native is not None:
        try:
            return native.along(tuple(args), kwargs, slots, [direction] if compute.single else list(direction))
        except UnsupportedError as error:
            native.instead(error)
    run = Forward(compute.function, args, kwargs, slots)
    run.table.alone = compute.function if alone else None
    run.seed([direction] if compute.single else list(direction))
    result = run.run()
    return result, run.tangent(result)


def gvp(function: Callable[..., Any], argnums: Argnums = 0, backend: str = "numpy") -> Any:
    """The product of a function's gradient with a vector, without the gradient: `gvp(f)(x, v)` is a number.

    `backend`: as in `grad`.
    Raises (when called): TypeError if the result is no real scalar; else as `jvp`.
    """
    compute, native = _Gradient(function, argnums, False), _native(function, backend)

    @_like(function)
    def product(*args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError("the vector is the last positional argument")
        *given, vector = args
        value, tangent = _along(compute, given, kwargs, vector, native=native)
        from .operators import _seed

        _seed(value)
        return tangent

    _name_of(product, function, "gvp")
    product.__dict__[forms.PROGRAM] = product, "gradient_along_program", compute
    return product


def jacfwd(function: Callable[..., Any] | None = None, argnums: Argnums = 0, backend: str = "numpy") -> Any:
    """The Jacobian of a function in forward mode: a run of its tangent form for each entry of the argument.

    Arguments, shapes of the result and errors are those of `jacrev`. Cheaper than that where the argument has fewer entries
    than the result.
    """
    if function is None:
        return functools.partial(jacfwd, argnums=argnums, backend=backend)
    compute, native = _Gradient(function, argnums, False), _native(function, backend)
    along = None if native is None else functools.partial(_along, compute, native=native)

    @_like(function)
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        return _columns(compute, args, kwargs, along)

    _name_of(jacobian_of, function, "jacfwd")
    jacobian_of.__dict__[forms.PROGRAM] = jacobian_of, "jacobian_program", compute
    return jacobian_of


def _columns(compute: _Gradient, args: tuple[Any, ...], kwargs: dict[str, Any], along: Any = None) -> Any:
    """One run for each entry of the arguments. `along(args, kwargs, direction)`: another way to the value and its tangent."""
    slots = compute.locate(args, kwargs)
    arguments = [*args, *kwargs.values()]
    columns: list[list[Any]] = []  # for each argument and each of its entries, the tangents of the result
    value: Any = None
    given = AsGiven(arguments)
    for position, slot in enumerate(slots):
        size = sum(int(np.size(leaf)) for _, leaf in leaves_of(arguments[slot]))
        columns.append([])
        for entry in range(size):
            if value is not None:
                given.restore()
            if along is not None:
                direction = [_unit_like(arguments[s], entry if s == slot else -1) for s in slots]
                value, tangent = along(args, kwargs, direction[0] if compute.single else direction)
                columns[-1].append(tangent)
                continue
            run = Forward(compute.function, args, kwargs, slots)
            plain = run.values[position]
            plain = plain.value if isinstance(plain, Tree) else plain
            for leaf, d in _unit([leaf for _, leaf in leaves_of(plain)], entry):
                run.table.put(leaf, d if isinstance(leaf, np.ndarray) else type(leaf)(d))
            value = run.run()
            columns[-1].append(run.tangent(value))
    if value is None:
        value = compute.function(*args, **kwargs)
    if not leaves_of(value):
        raise TypeError(f"the function returns a {type(value).__name__} that holds no floating-point number")
    paths = [place for place, _ in leaves_of(value)]

    def of_leaf(number: int, leaf: Any) -> Any:
        found = []
        for slot, entries in zip(slots, columns, strict=True):
            parts = iter([leaves_of(e)[number][1] for e in entries])
            found.append(map_leaves(lambda x, parts=parts: _joined_last(
                [next(parts) for _ in range(int(np.size(x)))], np.shape(leaf), np.shape(x), leaf), arguments[slot]))
        return found[0] if compute.single else tuple(found)

    made = iter([of_leaf(i, leaf) for i, (_, leaf) in enumerate(leaves_of(value))])
    assert len(paths) == len(leaves_of(value))
    return map_leaves(lambda _: next(made), value)


def _unit_like(value: Any, entry: int) -> Any:
    """A direction of the structure of an argument, which is one at one entry; at none if it is negative."""
    parts = iter([d for _, d in _unit([leaf for _, leaf in leaves_of(value)], entry)])
    return map_leaves(lambda _: next(parts), value)


def _joined_last(parts: list[Any], shape: tuple[int, ...], inner: tuple[int, ...], leaf: Any) -> Any:
    """The columns of a Jacobian, side by side."""
    if not parts:
        return np.zeros(shape + inner, getattr(leaf, "dtype", float))
    stacked = np.stack(parts, -1).reshape(shape + inner)
    return stacked[()] if stacked.shape == () else stacked


def linearize(function: Callable[..., Any], *primals: Any, **keywords: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of a function, and its derivative at these arguments as a linear function of the tangents.

    Returns:
        `(value, product)`. `product(*tangents)` takes a tangent for each positional argument (None for one that stays) and
        returns what `jvp` does. Each call runs the tangent form, and with it the function.
    """
    value = function(*primals, **keywords)
    traveller = _Gradient(function, 0, False)  # takes the texts along to another process

    def product(*tangents: Any) -> Any:
        traveller.arrived()
        return jvp(function, primals, tangents, **keywords)[1]

    return value, product


jvp.__dict__[forms.PROGRAM] = jvp, "derivative_program", None
linearize.__dict__[forms.PROGRAM] = linearize, "linearize_program", None
