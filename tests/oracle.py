"""What the tests compare with: central differences, and equality to the last bit."""

import collections
import copy
import dataclasses
import types

import numpy as np

STEPS = 0.02 / 2.0 ** np.arange(9)


def differences(function, args, argnum, kwargs=None):
    """The gradient of `function` by extrapolated central differences, and its estimated error.

    `function` takes the arguments and must leave them as they are.
    """
    kwargs = kwargs or {}
    if is_structure(args[argnum]):
        return structured_differences(function, args, argnum, kwargs)
    point = np.asarray(args[argnum], float)
    gradient = np.zeros(point.shape)
    error = np.zeros(point.shape)

    def at(index, step):
        moved = point.copy()
        moved[index] += step
        value = moved if isinstance(args[argnum], np.ndarray) else moved[()]
        if isinstance(args[argnum], float) and not isinstance(args[argnum], np.generic):
            value = float(value)
        shifted = (*args[:argnum], value, *args[argnum + 1 :])
        return float(function(*shifted, **kwargs))

    for index in np.ndindex(point.shape):
        gradient[index], error[index] = extrapolate(lambda h, i=index: (at(i, h) - at(i, -h)) / (2 * h))
    return gradient, error


def is_structure(value):
    return isinstance(value, list | tuple | dict | collections.deque | types.SimpleNamespace) or dataclasses.is_dataclass(value)


def leaves(value):
    """The floats and arrays of floats of a structure, position by position."""
    if isinstance(value, dict):
        value = list(value.values())
    elif isinstance(value, types.SimpleNamespace):
        value = list(vars(value).values())
    elif dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, list | tuple | collections.deque):
        return [leaf for inner in value for leaf in leaves(inner)]
    floating = isinstance(value, float | np.floating) or isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return [value] if floating else []


def with_leaves(value, given):
    """A copy of a structure with other leaves, taken from an iterator."""
    if isinstance(value, dict):
        made = copy.copy(value)
        for key in value:
            made[key] = with_leaves(value[key], given)
        return made
    if isinstance(value, list | collections.deque):
        made = copy.copy(value)
        for i, inner in enumerate(value):
            made[i] = with_leaves(inner, given)
        return made
    if isinstance(value, tuple):
        items = [with_leaves(inner, given) for inner in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, types.SimpleNamespace) or dataclasses.is_dataclass(value):
        made = copy.copy(value)
        names = vars(value) if isinstance(value, types.SimpleNamespace) else [f.name for f in dataclasses.fields(value)]
        for name in list(names):
            object.__setattr__(made, name, with_leaves(getattr(value, name), given))
        return made
    return next(given) if leaves(value) else value


def structured_differences(function, args, argnum, kwargs):
    """Slopes by every leaf of a structure, one after the other, and their estimated errors."""
    old = leaves(args[argnum])
    slopes, errors = [], []
    for number, leaf in enumerate(old):
        def at(moved, number=number):
            changed = with_leaves(copy.deepcopy(args[argnum]), iter([*old[:number], moved, *old[number + 1 :]]))
            return function(*args[:argnum], changed, *args[argnum + 1 :], **kwargs)

        slope, error = differences(at, (leaf,), 0)
        slopes.append(np.ravel(slope))
        errors.append(np.ravel(error))
    return np.concatenate(slopes), np.concatenate(errors)


def flat(value):
    """The leaves of a structure in one array; an array or a number is its own."""
    return np.concatenate([np.ravel(leaf) for leaf in leaves(value)]) if is_structure(value) else value


def extrapolate(slope):
    """Ridders' method: the entry of the Neville table that agrees best with its neighbours."""
    best, best_error = np.nan, np.inf
    row = []
    for step in STEPS:
        new = [slope(step)]
        for order, old in enumerate(row, 1):
            factor = 4.0**order
            new.append((factor * new[-1] - old) / (factor - 1))
            error = max(abs(new[-1] - new[-2]), abs(new[-1] - old))
            if error < best_error:
                best, best_error = new[-1], error
        row = new
    return best, best_error


def close(found, expected, rtol=1e-6):
    """Whether two gradients agree; `rtol` is relative to the largest entry, or to one if less."""
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    return np.shape(found) == np.shape(expected) and np.allclose(
        found, expected, rtol=rtol, atol=rtol * scale
    )


def same(a, b):
    """Equality of type, shape and every bit, through containers and objects."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, list | tuple | collections.deque):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return a.hex() == b.hex() if type(a) is float else a.tobytes() == b.tobytes()
    if dataclasses.is_dataclass(a) and not isinstance(a, type):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if hasattr(a, "__dict__"):
        return same(vars(a), vars(b))
    if isinstance(a, int | str | None | range | set):
        return a == b
    return True
