"""Functions compiled without their gradients, with arrays written in place: what they do is what Python does."""

import copy

import numpy as np
import pytest

from cpsad import compile
from cpsad.native.primal import _Compiled
from cpsad.native.program import StagingError
from tests.native.batch import stage_together

RNG = np.random.default_rng(0)


def adagrad(p, g, m, rate):
    g = np.clip(g, -5, 5)
    m += g * g
    p -= rate * g / np.sqrt(m + 1e-8)


def overlaps(x):
    x[1:] = x[:-1] * 2
    x[:-1] += x[1:]
    y = x[2:]
    y[0] = 7
    x[...] = x[::-1]
    x[1:4] -= np.sum(x)
    return x, y, np.sum(x), x * 2, None, (3, x[::2])


def alias_of_what_is_written(x):
    z = x; x += 1; y = z * 2 + x  # noqa: E702
    return y, z


def by_rows(a, n):
    for i in range(n):
        a[i] = a[i - 1] + 1
        a[i, i] *= 3
        row = a[i]
        row /= 2
    return a.T


def columns_from_rows(a):
    a[:, 0] = a[1]
    a += a.T
    a[:2] = 4
    return a[0, 1]


def same_twice(x):
    y = x + 1
    y[0] = 5
    return y, y


def flattened(a):
    b = a.flatten()
    b[0] = 9
    c = a.ravel()
    c[1] = 8
    return b, a.copy()


def filter_in_place(x, n):
    total = 0
    for i in range(1, n):
        if x[i] > x[i - 1]:
            total += i
            x[i] = total
    return total, x


def reshaped_and_written(x):
    y = x.T.reshape(-1)
    y[0] = 3
    z = x[:, ::2].reshape(-1, 1, 1)
    z[1] = 4
    x[1:, :2].T.reshape(2, -1)[0] = 5
    return x, y


def nested_and_written(x):
    y = x * 2

    def rebind():
        nonlocal y
        y = y + 1

    rebind()
    y[0] = 3
    return y


def masked(x):
    x[x > 2] *= 2
    x[[0, 1]] = x[0] + 1
    np.add(x, 1, out=x)


CALLS = [
    (nested_and_written, lambda: (np.arange(3.0),)),
    (reshaped_and_written, lambda: (np.arange(12.0).reshape(4, 3)[:, ::-1],)), (masked, lambda: (np.arange(6.0).reshape(3, 2),)),
    (adagrad, lambda: (RNG.normal(size=(5, 7)), RNG.normal(size=(5, 7)), np.ones((5, 7)), 0.1)),
    (adagrad, lambda: (RNG.normal(size=7).astype(np.float32), RNG.normal(size=(3, 7)).astype(np.float32)[1],
                       np.ones((7, 2), np.float32)[:, 0], 0.1)),
    (overlaps, lambda: (np.arange(7.0),)), (alias_of_what_is_written, lambda: (np.arange(3.0),)),
    (by_rows, lambda: (RNG.normal(size=(4, 4)), 4)), (columns_from_rows, lambda: (RNG.normal(size=(4, 4)),)),
    (same_twice, lambda: (np.arange(3.0),)), (flattened, lambda: (np.ones((2, 3)),)),
    (filter_in_place, lambda: (np.array([1.0, 3.0, 2.0, 5.0]), 4)), (filter_in_place, lambda: (np.array([1, 3, 2, 5]), 4)),
]


class _ForBatch:
    def __init__(self, compute):
        self.compute = compute

    def locate(self, args, kwargs):
        return []

    def staged_for(self, arguments, slots, args, kwargs):
        return self.compute.staged_for(arguments, args, kwargs)


def leaves(value):
    return [v for item in value for v in leaves(item)] if isinstance(value, tuple) else [value]


def test_same_as_python():
    runs = [(_Compiled(function, "native"), make()) for function, make in CALLS]
    stage_together([(_ForBatch(c), args, {}) for c, args in runs])
    for compute, args in runs:
        other = copy.deepcopy(args)
        found, expected = compute(args, {}), compute.function(*other)
        for mine, theirs in zip(leaves((found, args)), leaves((expected, other)), strict=True):
            assert type(mine) is type(theirs)
            if mine is None:
                continue
            np.testing.assert_allclose(mine, theirs, rtol=1e-6 if getattr(mine, "dtype", None) == np.float32 else 1e-13)
            assert getattr(mine, "dtype", None) == getattr(theirs, "dtype", None)


def test_results_are_the_arguments_or_views_of_them():
    x = np.arange(7.0)
    found = compile(overlaps)(x)
    assert found[0] is x
    assert np.shares_memory(found[1], x) and np.shares_memory(found[5][1], x) and not np.shares_memory(found[3], x)
    first, second = compile(same_twice)(x)
    assert first is second


def into_integers(x):
    x[0] = 1.5


@pytest.mark.parametrize("function, x, why", [
    (into_integers, np.arange(3), "written into an array")])
def test_refused(function, x, why):
    with pytest.raises(StagingError, match=why) as caught:
        compile(function)(x)
    assert "test_compile.py" in str(caught.value)
    before = x.copy()
    assert np.array_equal(compile(function, backend="auto")(x), function(before))


def test_arrays_that_are_not_writeable():
    x = np.arange(7.0)
    x.flags.writeable = False
    with pytest.raises(StagingError, match="not writeable"):
        compile(overlaps)(x)
