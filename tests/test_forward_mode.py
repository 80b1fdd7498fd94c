"""Forward mode: every function of the corpus at stage `tangent`, and the operators that are made of it."""

import dataclasses
import math

import numpy as np
import pytest

import cpsad
from cpsad import directional, gvp, inspection, jacfwd, jacrev, jvp, linearize
from cpsad.transforms import tangent
from tests.corpus import CASES
from tests.corpus.case import normal
from tests.oracle import is_structure, leaves, same, with_leaves
from tests.test_corpus import run

every_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES.values()])


def direction(value, rng):
    """A random tangent of a float, an array or a structure."""
    if is_structure(value):
        return with_leaves(value, iter([direction(leaf, rng) for leaf in leaves(value)]))
    made = rng.normal(size=np.shape(value))
    return made if isinstance(value, np.ndarray) else type(value)(made)


def product(gradient, tangent_):
    if is_structure(gradient):
        return sum(product(a, b) for a, b in zip(leaves(gradient), leaves(tangent_), strict=True))
    return float(np.sum(gradient * tangent_))


REFUSED = {"class_attributes.metaclass_call", "iterators.counting_in_floats", "side_effects.printed_into_a_text"}


@every_case
def test_the_tangent_is_the_gradient_times_the_direction(case):
    for index, chosen in enumerate(case.inputs):
        args, kwargs = chosen.fresh()
        numbers = chosen.argnums if isinstance(chosen.argnums, tuple) else (chosen.argnums,)
        numbers = [n % len(args) for n in numbers]
        rng = np.random.default_rng(index)
        tangents = [direction(a, rng) if i in numbers else None for i, a in enumerate(args)]
        if case.name in REFUSED:
            with pytest.raises(cpsad.NoDerivativeError):
                jvp(case.function, args, tangents, **kwargs)
            return
        value, found = jvp(case.function, args, tangents, **kwargs)
        expected, gradients, left = run(case, index, "optimized")
        assert same(value, expected), f"input {index}: {value!r}, not {expected!r}"
        assert same((args, kwargs), left), f"input {index}: the arguments are {args!r}, not {left!r}"
        parts = [product(g, tangents[n]) for n, g in zip(numbers, gradients, strict=True)]
        scale = max(1.0, sum(map(abs, parts)))
        assert found is None and not any(parts) or abs(found - sum(parts)) <= 1e-7 * scale, f"input {index}"


@every_case
def test_postcondition(case):
    tree, ctx = inspection.tangent_tree(case.function, case.inputs[0].fresh()[0])
    tangent.check(tree, ctx)


# -- the pass -----------------------------------------------------------------------------------------------------


def straight(x):
    t = np.sin(x)
    return t * x


def looping(x, n):
    i = 0
    while i < n:
        x = x * 2.0
        i += 1
    return x


def test_before_and_after():
    text = cpsad.source(straight, "tangent", args=(X,))
    assert text.splitlines()[1:-1] == [
        "    dx = tangents.get(x)",
        "    t = np.sin(x)",
        "    dt = dx * np.cos(x)",
        "    t1 = t * x",
        "    dt1 = dt * x + dx * t",
        "    tangents.put(t1, dt1)",
    ]


def test_control_flow_stays_and_integers_have_no_tangent():
    text = cpsad.source(looping, "tangent", args=(1.5, 3))
    assert "while True:" in text and "di" not in text and "dn" not in text
    assert jvp(looping, (1.5, 3), (1.0, None)) == (12.0, 8.0)


# -- operators ----------------------------------------------------------------------------------------------------

X, W = normal(2), normal(3, 2, seed=1)


def layer(x, w):
    return np.tanh(w @ x)


@dataclasses.dataclass
class Pair:
    a: float
    b: np.ndarray


def several(p, scale=1.0):
    return {"out": p.a * p.b * scale, "count": 3, "sum": np.sum(p.b) * p.a}


def test_jvp():
    v, u = normal(2, seed=3), normal(3, 2, seed=4)
    by_x, by_w = jacrev(layer, (0, 1))(X, W)
    value, found = jvp(layer, (X, W), (v, u))
    assert np.array_equal(value, layer(X, W))
    assert np.allclose(found, by_x @ v + np.tensordot(by_w, u, 2))
    assert np.allclose(jvp(layer, (X, W), (v, None))[1], by_x @ v)


def test_jvp_of_structures():
    value, found = jvp(several, (Pair(2.0, X),), (Pair(1.0, np.ones(2)),), scale=3.0)
    assert value["count"] == 3 and found["count"] is None
    assert np.allclose(found["out"], 3.0 * (X + 2.0))
    assert found["sum"] == pytest.approx(np.sum(X) + 4.0)


def test_of_what_does_not_move():
    assert np.array_equal(jvp(lambda x: np.ones(3), (X,), (X,))[1], np.zeros(3))
    assert jvp(lambda x: 7, (X,), (X,)) == (7, None)


@pytest.mark.parametrize(
    ("tangents", "words"),
    [((X,), "1 tangents"), ((np.ones(3), None), "shape"), (("a", None), "str"), ((X * 1j, None), "complex")],
)
def test_tangents_of_another_shape(tangents, words):
    with pytest.raises(TypeError, match=words):
        jvp(layer, (X, W), tangents)


def test_an_integer_has_no_tangent():
    with pytest.raises(TypeError, match="only floating-point"):
        jvp(lambda x: x, (3,), (1,))


def test_jacfwd_is_jacrev():
    for argnums in (0, "w", (1, 0)):
        ours, theirs = jacfwd(layer, argnums)(X, W), jacrev(layer, argnums)(X, W)
        for a, b in zip(ours if type(ours) is tuple else (ours,), theirs if type(theirs) is tuple else (theirs,), strict=True):
            assert a.shape == b.shape and np.allclose(a, b)
    ours, theirs = jacfwd(several)(Pair(2.0, X)), jacrev(several)(Pair(2.0, X))
    assert ours["count"] is None
    assert np.allclose(ours["out"].b, theirs["out"].b) and np.allclose(ours["out"].a, theirs["out"].a)
    assert np.allclose(ours["sum"].b, theirs["sum"].b)
    assert jacfwd(lambda x: x * x)(3.0) == 6.0


def test_directional_gvp_linearize():
    v = normal(2, seed=5)
    assert np.allclose(directional(layer)(X, W, v), jacrev(layer)(X, W) @ v)
    assert gvp(lambda x: np.sum(x**3))(X, v) == pytest.approx(3 * X**2 @ v)
    with pytest.raises(TypeError, match="scalar"):
        gvp(layer)(X, W, v)
    with pytest.raises(TypeError, match="tuple of 2"):
        directional(layer, (0, 1))(X, W, v)
    value, product_ = linearize(layer, X, W)
    assert np.array_equal(value, layer(X, W))
    assert np.allclose(product_(v, None), jacrev(layer)(X, W) @ v)


def test_depth_and_length_are_no_limit():
    def deep(x, n):
        return x if n == 0 else deep(x, n - 1) * 1.00001

    def long(x, n):
        for _ in range(n):
            x = x * 1.00001
        return x

    assert jvp(deep, (1.0, 50_000), (1.0, None))[1] == pytest.approx(1.00001**50_000)
    assert jvp(long, (1.0, 200_000), (1.0, None))[1] == pytest.approx(1.00001**200_000)


def test_memory_does_not_grow_with_the_length():
    from cpsad.forward_mode import Forward

    def step(x):
        return np.sin(x) * 1.5

    def run_long(x, n):
        for _ in range(n):
            x = step(x)
        return x

    made = Forward(run_long, (np.ones(4), 20_000), {}, [0])
    made.seed([np.ones(4)])
    made.run()
    assert len(made.table.slots) < 10_000


def test_code_that_is_not_seen_is_refused():
    import json

    with pytest.raises(cpsad.NoDerivativeError, match="reaches|text"):
        jvp(lambda x: float(json.loads(json.dumps([x]))[0]), (1.5,), (1.0,))
    with pytest.raises(cpsad.NoDerivativeError, match="text"):
        jvp(lambda x: float(str(x)), (1.5,), (1.0,))


def test_attributes_of_arrays_where_attributes_may_run_code():
    """`o.T` is a call of `getattr` once a class with `__getattr__` has been met."""
    class Asks:
        def __getattr__(self, name):
            raise AttributeError(name)

    def transposed(o):
        return (o.T * 2).T

    def function(x):
        assert not hasattr(Asks(), "x")
        return np.sum(transposed([np.ones(3) * x][0]) * x)

    assert jvp(function, (2.0,), (1.0,)) == (24.0, 24.0)


@pytest.mark.parametrize("function, remedy", [
    (lambda x: float.fromhex(x.hex()), "keep the number itself"), (lambda x: float(np.frompyfunc(math.sin, 1, 1)(x)), "write the loop"),
    (lambda x: float(np.frombuffer(np.array([x]).tobytes())[0]), "use x.copy")])
def test_the_remedy_is_that_of_reverse_mode(function, remedy):
    for derivative in (cpsad.grad(function), lambda x: cpsad.jvp(function, (x,), (1.0,))):
        with pytest.raises(cpsad.NoDerivativeError, match=f"instead: {remedy}"):
            derivative(0.5)
