"""Derivatives along a direction in native code: what the NumPy backend gives. `--along-share=1`: of all functions staged."""

import logging
import math

import numpy as np
import pytest

from cpsad import directional, grad, gvp, hessian, hvp, jacfwd, jvp, source
from cpsad.jacobians import map_leaves
from cpsad.native.along import NativeHessian, NativeTangent
from cpsad.native.program import StagingError
from tests.corpus import CASES
from tests.native.batch import stage_together
from tests.native.staged import STAGED
from tests.native.test_corpus_native import outcome
from tests.oracle import flat

EACH = 20  # functions compiled together


def direction_of(compute, chosen):
    """A direction for what is differentiated, the same at every run."""
    args, kwargs = chosen.fresh()
    rng = np.random.default_rng(7)

    def one(leaf):
        return rng.normal(size=np.shape(leaf)).astype(leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(rng.normal())

    every = [*args, *kwargs.values()]
    parts = tuple(map_leaves(one, every[i]) for i in compute.slots(args, kwargs))
    return parts[0] if compute.single else parts


def same(mine, other):
    mine, other = (x if isinstance(x, tuple) else (x,) for x in (mine, other))
    for a, b in zip(mine, other, strict=True):
        x, y = np.asarray(flat(a)), np.asarray(flat(b))
        single = x.dtype == np.float32
        assert type(a) is type(b) and x.dtype == y.dtype and x.shape == y.shape
        assert np.allclose(x, y, rtol=1e-5 if single else 1e-12, atol=1e-6 if single else 1e-13, equal_nan=True)


def same_arguments(mine, other, name):
    for a, b in zip(mine, other, strict=True):
        if isinstance(b, np.ndarray):
            assert a.dtype == b.dtype and np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True), name


def same_outcome(found, expected, name):
    if isinstance(expected[0], type) or isinstance(found[0], type):
        assert found == expected, name
    else:
        same(found[1], expected[1])


def test_tangents_of_the_corpus(request):
    share = request.config.getoption("--along-share")
    names = STAGED[share // 2::share]
    for name in names:
        for chosen in CASES[name].inputs:
            function, native = CASES[name].function, NativeTangent(CASES[name].function, "native")
            of = NativeHessian(function, chosen.argnums, False, "native")
            direction = direction_of(of, chosen)
            mine, keywords = chosen.fresh()
            slots = of.slots(mine, keywords)
            directions = [direction] if of.single else list(direction)
            given = [dict(zip(slots, directions, strict=True)).get(i) for i in range(len(mine))]
            found = outcome(lambda: (None, native.along(mine, keywords, slots, directions)))
            other, keywords = chosen.fresh()
            expected = outcome(lambda: (None, jvp(function, other, given, **keywords)))
            same_arguments(mine, other, name)
            same_outcome(found, expected, name)


def test_the_corpus(request):
    share = request.config.getoption("--along-share")
    names = STAGED[::share]
    for start in range(0, len(names), EACH):
        calls = [(name, chosen, NativeHessian(CASES[name].function, chosen.argnums, False, "native"))
                 for name in names[start: start + EACH] for chosen in CASES[name].inputs]
        stage_together([(compute, *chosen.fresh()) for _, chosen, compute in calls])
        for name, chosen, compute in calls:
            direction = direction_of(compute, chosen)
            given = chosen.fresh()
            found = outcome(lambda: (None, compute.product(*given, direction)))
            args, kwargs = chosen.fresh()
            expected = outcome(lambda: (None, hvp(CASES[name].function, chosen.argnums)(*args, direction, **kwargs)))
            same_arguments(given[0], args, name)
            same_outcome(found, expected, name)


def states(x, weights, turns):
    h = x
    kept = []
    for _ in range(turns):
        h = np.tanh(weights @ h)
        kept.append(h)
    return np.sum(kept[0] * h) + np.max(h) * kept[-1][0]


X = np.array([0.1, 0.2, 0.3])
W = np.arange(9.0).reshape(3, 3) / 10


def test_products_and_lists():
    for argnums, direction in [(0, X), ((0, 1), (X - 1, W.T)), (("weights",), (np.eye(3)[::-1],))]:
        same(hvp(states, argnums, backend="native")(X, W, 3, direction), hvp(states, argnums)(X, W, 3, direction))


@pytest.mark.parametrize("rows, columns", [(1, 4), (4, 1), (3, 5), (30, 40)])
def test_products_of_all_shapes(rows, columns):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(rows, 7)), rng.normal(size=(7, columns))

    def f(a, b):
        c = a @ b
        return np.sum(c.T @ np.sin(a)) + np.sum(c * c) + np.sum(b @ c.T) + np.sum(c @ np.ones((c.shape[1], 2)) * c[:, :1])

    direction = rng.normal(size=a.shape), rng.normal(size=b.shape)
    same(hvp(f, (0, 1), backend="native")(a, b, direction), hvp(f, (0, 1))(a, b, direction))
    same(hvp(f, 1, backend="native")(a, b, direction[1]), hvp(f, 1)(a, b, direction[1]))


def test_arrays_written_in_place():
    def f(x, workspace, n):
        y = np.zeros(n)
        for i in range(n):
            y[i] = x[i] * x[i - 1]
        workspace[1:] = y[1:] * 2.0
        x *= y
        row = workspace[1:]
        row[0] = 3.0
        return np.sum(np.sin(x) * workspace) + x[0] * row[1]

    calls = [(X.copy(), np.ones(3), 3) for _ in range(2)]
    same(hvp(f, (0, 1), backend="native")(*calls[0], (X + 1, X)), hvp(f, (0, 1))(*calls[1], (X + 1, X)))
    for mine, other in zip(*(c[:2] for c in calls)):
        assert np.array_equal(mine, other)


def test_values_and_tangents_of_all_kinds():
    def f(x, weights, n):
        h = x
        for _ in range(n):
            h = np.tanh(weights @ h)
        return h, (np.sum(h), n), float(h[0]), np.ones(2), None

    for tangents in [(X + 1, None, None), (X, W - 1, None)]:
        value, tangent = jvp(f, (X, W, 2), tangents, backend="native")
        expected = jvp(f, (X, W, 2), tangents)
        for mine, other in zip((value, tangent), expected):
            same((mine[0], *mine[1][:1], mine[2], mine[3]), (other[0], *other[1][:1], other[2], other[3]))
            assert mine[1][1] == other[1][1] and mine[4] is None
    assert jvp(lambda x: x * x, (3.0,), (2,), backend="native") == (9.0, 12.0)


def test_jacobians_and_hessians():
    def f(x):
        return np.sin(x) * x[0]

    def g(x, p):
        return np.sum(f(x)) * p["a"]

    same(jacfwd(f, backend="native")(X), jacfwd(f)(X))
    same(directional(f, backend="native")(X, X), directional(f)(X, X))
    same(gvp(g, backend="native")(X, {"a": 2.0}, X), gvp(g)(X, {"a": 2.0}, X))
    with pytest.raises(TypeError, match="real scalar"):
        gvp(f, backend="native")(X, X)
    same(hessian(g, backend="native")(X, {"a": 2.0}), hessian(g)(X, {"a": 2.0}))
    found, expected = (hessian(g, (0, 1), backend=b)(X, {"a": 2.0}) for b in ("native", "numpy"))
    same((found[0][0], found[0][1]["a"], found[1]["a"][0]), (expected[0][0], expected[0][1]["a"], expected[1]["a"][0]))
    same(grad(lambda x: jvp(lambda y: y * y, (x,), (x * x,), backend="native")[1].sum())(X), 6 * X * X)


def test_arguments_written_along_a_direction():
    def f(x, table):
        buffer = np.zeros(3)
        for i in range(3):
            buffer[i] = x[i] * x[i - 1]
        x[1:] = buffer[:2]
        table[0] = 1.0
        if x[0] > 5:
            raise ValueError("too large")
        return x * table

    for factor in (1.0, 60.0):
        calls = [(X * factor, np.arange(3.0)) for _ in range(2)]
        native = outcome(lambda: (None, jvp(f, calls[0], (X, None), backend="native")))
        same_outcome(native, outcome(lambda: (None, jvp(f, calls[1], (X, None)))), "f")
        same_arguments(*calls, "f")
    both = X.copy()
    with pytest.raises(StagingError, match="share memory"):
        jvp(f, (both, both), (X, None), backend="native")


def test_a_global_array_is_not_written_along_a_direction():
    def f(x):
        GLOBAL[0] = x * x
        return GLOBAL[0] * 2.0

    with pytest.raises(StagingError, match="written to in native code"):
        hvp(f, backend="native")(2.0, 1.0)
    assert GLOBAL.tolist() == [0.0, 0.0]


GLOBAL = np.zeros(2)


def test_structures_and_dtypes():
    def f(p, n):
        return math.exp(p["a"] * n) * p["b"][0] ** 2 + np.sum(np.sin(p["b"][1]) * p["a"])

    p = {"a": 0.3, "b": (1.5, X)}
    direction = {"a": 1.0, "b": (2.0, X + 1)}
    found, expected = (hvp(f, backend=b)(p, 2, direction) for b in ("native", "numpy"))
    assert list(found) == list(expected)
    same((found["a"], *found["b"]), (expected["a"], *expected["b"]))

    def g(x):
        return np.sum(x * x * np.exp(x))

    same(hvp(g, backend="native")(X.astype(np.float32), X), hvp(g)(X.astype(np.float32), X))
    same(hvp(lambda x: x ** 3, backend="native")(np.float32(2), 1), hvp(lambda x: x ** 3)(np.float32(2), 1))


def test_the_text_in_c():
    def f(x):
        return math.sin(x) * x

    for made in (hvp(f), directional(f), gvp(f)):
        assert "dual_mul(" in source(made, stage="c", args=(2.0,))
    assert "dual" not in source(grad(f), stage="c", args=(2.0,))


def test_a_direction_of_another_structure():
    along = hvp(states, backend="native")
    with pytest.raises(TypeError, match=r"the tangent has shape \(2,\)"):
        along(X, W, 1, np.ones(2))
    with pytest.raises(TypeError, match="the direction is a tuple of 2"):
        hvp(states, (0, 1), backend="native")(X, W, 1, X)


def test_the_exceptions_of_the_function():
    def f(x):
        if x > 1:
            raise ValueError("too large")
        return math.log(x) / x

    for x in (2.0, 0.0):
        assert outcome(lambda: hvp(f, backend="native")(x, 1.0)) == outcome(lambda: hvp(f)(x, 1.0))
    with pytest.raises(TypeError, match="the vector is the last"):
        hvp(f, backend="native")()


def test_what_cannot_be_staged(caplog):
    def f(x):
        return {"a": x}["a"] ** 2 + len({y for y in [x]})

    with pytest.raises(StagingError, match="cannot be staged"):
        hvp(f, backend="native")(2.0, 1.0)
    with caplog.at_level(logging.WARNING, "cpsad"):
        along = hvp(f, backend="auto")
        assert [along(2.0, 1.0), along(2.0, 3.0)] == [2.0, 6.0]
    assert caplog.text.count("runs in Python") == 1
