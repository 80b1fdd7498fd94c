"""What the tests compare with: central differences, and equality to the last bit."""

import numpy as np

STEPS = 0.02 / 2.0 ** np.arange(9)


def differences(function, args, argnum, kwargs=None):
    """The gradient of `function` by extrapolated central differences, and its estimated error.

    `function` takes the arguments and must leave them as they are.
    """
    kwargs = kwargs or {}
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
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return a.hex() == b.hex() if type(a) is float else a.tobytes() == b.tobytes()
    if hasattr(a, "__dict__"):
        return same(vars(a), vars(b))
    if isinstance(a, int | str | None | range | set):
        return a == b
    return True
