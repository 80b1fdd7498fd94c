"""Objects that a program makes: methods, properties, operators, trees, cells; the function itself and its gradient."""

import dataclasses

import numpy as np
import pytest

from cpsad import compile, value_and_grad
from cpsad.native.entry import NativeGradient
from cpsad.native.primal import _Compiled
from cpsad.native.program import StagingError
from tests.native.batch import stage_together
from tests.native.test_compile import _ForBatch
from tests.native.test_corpus_native import outcome
from tests.native.test_random_native import agree


class Node:
    """A tree that is made and rearranged in the program."""

    leaves = 0

    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def total(self):
        if self.left is None:
            return self.value
        return self.value * (self.left.total() + self.right.total())

    def grown(self, depth):
        if depth == 0:
            return Node(self.value * 0.5)
        return Node(self.value, self.grown(depth - 1), Node(self.value + depth).grown(0))


def tree(x, n):
    root = Node(x).grown(n)
    root.left, root.right = root.right, root.left
    root.value = root.value * x
    return root.total() + root.leaves


@dataclasses.dataclass
class Moments:
    first: float
    second: float = 0.5
    steps: int = dataclasses.field(default=0, init=False)
    seen: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.second = self.second * self.first

    @property
    def ratio(self):
        return self.first / (self.second + 1.0)

    def update(self, g, *, rate=0.9, **others):
        self.first = self.first * rate + g * (1 - rate)
        self.steps += 1
        self.seen.append(self.first)
        return self


class Nested(Moments):
    @staticmethod
    def squared(x):
        return x * x

    @classmethod
    def made(cls, x):
        return cls(x, x)

    def update(self, g, *more, **options):
        super().update(self.squared(g), rate=0.8)
        return self

    def __add__(self, other):
        return self.first + other


def adam(x, n):
    state = Nested.made(x)
    for i in range(n):
        state.update(x * i).second *= 1.5
    state.ratio * 2.0
    return state.ratio * state.steps + state.seen[-1] + (state + x)


class Layer:
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return np.tanh(self.w @ x)


def layers(x, w):
    made = [Layer(w), Layer(w * 2.0), Layer(w.T)]
    for layer in made:
        x = layer(x)
        layer.w = layer.w + 1.0
    return np.sum(x) + np.sum(made[0].w * w)


def cells(x, n):
    total = x

    def add(v):
        nonlocal total
        total = total * v
        return total

    for i in range(n):
        add(x + i)
    return total + add(2.0)


CALLS = [(tree, (1.3, 3), 0), (adam, (0.7, 4), 0), (layers, (np.ones(2), np.array([[0.5, 1.0], [2.0, 0.25]])), (0, 1)), (cells, (1.1, 3), 0)]


def test_gradients_are_those_of_numpy():
    computes = [NativeGradient(f, argnums, False, "native") for f, _, argnums in CALLS]
    stage_together([(c, args, {}) for c, (_, args, _) in zip(computes, CALLS)])
    for compute, (f, args, argnums) in zip(computes, CALLS):
        expected = outcome(lambda: value_and_grad(f, argnums=argnums)(*args))
        assert agree(outcome(lambda: compute(args, {})[:2]), expected), f.__name__


def test_values_are_those_of_python():
    computes = [_Compiled(f, "native") for f, _, _ in CALLS]
    stage_together([(_ForBatch(c), args, {}) for c, (_, args, _) in zip(computes, CALLS)])
    for compute, (f, args, _) in zip(computes, CALLS):
        assert np.allclose(compute(args, {}), f(*args), rtol=1e-12)


class Checked:
    def __setattr__(self, name, value):
        self.__dict__[name] = abs(value)


def sets_by_code(x):
    c = Checked()
    c.v = x
    return c.v


def two_types(x):
    node = Node(x)
    node.value = "text" if x > 0 else x
    return x


def missing(x):
    node = Node(x)
    if x < 0:
        node.other = x
    return node.other


def test_refused_with_line_and_reason():
    for function, why in ((sets_by_code, "code of the class"), (two_types, "cannot be staged")):
        with pytest.raises(StagingError, match=why) as caught:
            compile(function)(1.0)
        assert "test_objects_native.py" in str(caught.value)
    with pytest.raises(AttributeError, match="'Node' object has no attribute 'other'"):
        compile(missing)(1.0)
