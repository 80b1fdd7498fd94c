"""Structured arguments and results in native code: values, gradients and their structure are those of the NumPy backend."""

import dataclasses
import re
from typing import Any, NamedTuple

import numpy as np
import pytest

from cpsad import value_and_grad
from cpsad.native.entry import NativeGradient
from cpsad.native.program import StagingError
from tests.native.batch import stage_together


class Layer(NamedTuple):
    W: Any
    b: Any


@dataclasses.dataclass
class Affine:
    W: Any
    b: Any
    power: int = 2


class Node:
    kind = 3

    def __init__(self, number, left=None, right=None, weights=None, label=""):
        self.number, self.left, self.right, self.weights, self.label = number, left, right, weights, label


class Linked:
    __slots__ = ("rest", "scale", "value")

    def __init__(self, value, scale, rest):
        self.value, self.scale, self.rest = value, scale, rest


def by_key(p, x):
    return np.sum(np.tanh(p["W"] @ x + p["b"])) * p["scale"] if p["name"] == "a" else 0.0


def by_what_is_there(p):
    return p["scale"] * (2.0 if "bias" in p else 3.0) * (5.0 if "name" not in p else 7.0) if p else 0.0


def unpacked(p):
    W, b = p
    return np.sum(np.tanh(W @ b))


def by_attribute(p, x):
    return np.sum(p.W @ x * p.b) + p[1][0]


def of_a_dataclass(p, x):
    return np.sum(p.W @ x * p.b) ** p.power


def nested(p, x):
    first, second = p["layers"][0], p["layers"][-1]
    h = np.tanh(first["W"] @ x + first["b"])
    return np.sum(second.W @ h) + second.b[0]


def passed_on(p, x, n):
    for _ in range(n):
        x = layer(p, x)
    return np.sum(x)


def layer(p, x):
    return np.tanh(p["W"] @ x + p["b"])


def with_aux(p, x):
    h = p["W"] @ x
    return np.sum(h * h), (h, len(p), x)


def layers(layers, x):
    for W, b in layers:
        x = np.tanh(W @ x + b)
    return np.sum(x)


def horner(c, x):
    s, i = 0.0, len(c) - 1
    while i >= 0:
        s = s * x + c[i]
        i -= 1
    for v in (s, x, s * x):
        s = s * 0.5 + v * v
    return s


def tree_sum(node, x):
    if node is None:
        return x * 0.0
    s = tree_sum(node.left, x) + tree_sum(node.right, x)
    if node.weights is not None:
        s = s + node.weights[0] * x * node.kind
    return s + node.number * np.sin(x)


def encode(node, W, b, scale):
    if node.left is None:
        return np.tanh(b * node.number), 1.0
    l, m = encode(node.left, W, b, scale)
    r, n = encode(node.right, W, b, scale)
    return np.tanh(W @ l + r) + b, m + n * scale


def encoded(W, b, scale, node):
    h, n = encode(node, W, b, scale)
    return np.sum(h) * n


def linked_list(x, node):
    total = 0.0
    while node is not None:
        total = total * x + node.value * node.scale
        if node is node.rest:
            break
        node = node.rest
    return total


def grown(rng, depth):
    if depth == 0:
        return Node(float(rng.random()), label="leaf")
    return Node(0.5, grown(rng, depth - 1), grown(rng, int(rng.integers(depth))), rng.random(2) if depth > 1 else None)


RNG = np.random.default_rng(0)
W, B, X = RNG.random((3, 3)), RNG.random(3), RNG.random(3)
P = {"W": W, "b": B, "scale": 2.0, "count": 3, "name": "a", "none": None}
TREE = grown(RNG, 4)
CALLS = [
    (by_key, (P, X), 0), (by_key, (P, X), (0, 1)), (by_key, (P, X), 1), (by_what_is_there, (P,), 0), (unpacked, ((W, B),), 0), (unpacked, ([W, B],), 0),
    (by_attribute, (Layer(W, B), X), 0), (of_a_dataclass, (Affine(W, B), X), (1, 0)), (of_a_dataclass, (Affine(W, B), X), 1),
    (nested, ({"layers": [{"W": W, "b": B}, Affine(W[:2], B)], "other": None}, X), 0), (passed_on, (P, X, 3), 0),
    (tree_sum, (TREE, 0.5), 1), (tree_sum, (Node(2), 0.5), 1), (encoded, (W, B, 1.5, TREE), (0, 1, 2)),
    (layers, ([(W, B), (W, B + 1)], X), (0, 1)), (layers, ([], X), 1),
    (horner, ([1.0, 2.0, 3.0], 0.5), (0, 1)), (horner, ((1.0, 2.0), 0.5), 1), (linked_list, (1.5, Linked(2, np.float32(0.5), Linked(3, np.float32(0.25), None))), 0), (with_aux, (P, X), 0),
]


def assert_same(a, b):
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        a, b = list(a.values()), list(b.values())
    if dataclasses.is_dataclass(a):
        a, b = [*vars(a).values()], [*vars(b).values()]
    if isinstance(a, (list, tuple)):
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    elif a is not None:
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_same_as_numpy():
    runs = [(NativeGradient(f, argnums, f is with_aux, "native"), args) for f, args, argnums in CALLS]
    stage_together([(compute, args, {}) for compute, args in runs])
    for (compute, args), (f, _, argnums) in zip(runs, CALLS, strict=True):
        (value, gradient, aux) = compute(args, {})
        expected = value_and_grad(f, argnums=argnums, has_aux=f is with_aux)(*args)
        assert_same(((value, aux) if f is with_aux else value, gradient), expected)


def test_one_program_for_trees_of_all_sizes_and_aliased_ones():
    compute = NativeGradient(tree_sum, 1, False, "native")
    shared = Node(2.0, Node(1.0), Node(1.0))
    deep = None
    for i in range(30_000):
        deep = Node(i % 3.0, None, deep)
    for tree in (grown(RNG, 3), TREE, Node(2.0, shared, shared), Node(7.0), deep):
        value, gradient, _ = compute((tree, 0.5), {})
        assert_same((value, gradient), value_and_grad(tree_sum, argnums=1)(tree, 0.5))
    assert len(compute.staged) <= 5


def test_attributes_are_read_at_each_call():
    compute = value_and_grad(tree_sum, argnums=1, backend="native")
    tree = Node(2, Node(3.0))
    tree.number = 2.0
    before = compute(tree, 0.5)
    tree.number, tree.left = 7.0, None
    assert compute(tree, 0.5) == value_and_grad(tree_sum, argnums=1)(tree, 0.5) != before
    del tree.weights
    with pytest.raises(AttributeError, match="weights"):
        compute(tree, 0.5)


class Computed:
    def __init__(self):
        self.items = [1.0]

    @property
    def scale(self):
        return 2.0


TWICE = [3.0]


@pytest.mark.parametrize("function, args, text", [
    (lambda x, c: x * c.items[0], (2.0, Computed()), "the attribute `items` of an object of class Computed.*it is a list"),
    (lambda p: p[0][0] * p[1][0], ([TWICE, TWICE],), "a list that stands at two places of an argument cannot be staged"),
    (lambda p: sum(p[i] for i in range(2)), ([2.0, 3],), "generator|list|container"),
    (horner, ([2.0, 3], 0.5), "a computed item of, a list of stored float, int.*float and int"),
    (lambda p: p["a"] * len(p.keys()), ({"a": 2.0},), "heap|method `keys`"),
])
def test_refused(function, args, text):
    staged = value_and_grad(function, backend="native")
    with pytest.raises(StagingError) as error:
        staged(*args)
    assert re.search(text, str(error.value), re.DOTALL)
    assert value_and_grad(function, backend="auto")(*args)[0] == function(*args)


def test_no_floating_point_number():
    with pytest.raises(TypeError, match="holds no floating-point number"):
        value_and_grad(lambda p: 1.0, backend="native")([1, 2])
    with pytest.raises(KeyError, match="b"):
        value_and_grad(lambda p: p["b"], backend="native")({"a": 1.0})
