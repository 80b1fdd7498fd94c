"""Structured arguments: every float in a nesting of containers is differentiated."""

import collections
import dataclasses
import types
from collections import OrderedDict, defaultdict, deque, namedtuple

import numpy as np

from tests.corpus.case import case, normal, positive

Layer = namedtuple("Layer", "W b")


@dataclasses.dataclass
class Cell:
    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    name: str = "cell"

    def step(self, x, h):
        return np.tanh(self.W @ x + self.U @ h + self.b)


@dataclasses.dataclass(frozen=True)
class Frozen:
    scale: float
    shift: float
    power: int = 2

    def apply(self, x):
        return (x * self.scale + self.shift) ** self.power


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    a: float
    b: np.ndarray


@dataclasses.dataclass
class Base:
    __slots__ = ("w",)
    w: float


@dataclasses.dataclass
class Model:
    layers: list
    head: dict
    count: int = 0
    note: str | None = None


class Params(dict):
    """A dictionary with a method."""

    def norm(self):
        total = 0.0
        for key in self.keys():
            total = total + self[key] * self[key]
        return total


class Tracked(namedtuple("Tracked", "x y")):
    def length(self):
        return np.sqrt(self.x * self.x + self.y * self.y)


def weights():
    return {"W": normal(3, 2), "b": normal(3, seed=1), "scale": 1.5, "name": "first", "size": 3, "mask": np.arange(3)}


@case(weights(), normal(2, seed=2), argnums=0)
def dict_of_arrays(p, x):
    return np.sum(np.tanh(p["W"] @ x + p["b"]) * p["scale"]) + p["size"] + np.sum(p["mask"])


@case([normal(2, 2), normal(2), 0.5], argnums=0)
def list_of_arrays(p):
    return np.sum(p[0] @ p[1]) * p[2] + len(p)


@case((1.5, (2.0, 0.5)), argnums=0)
def tuple_of_tuples(p):
    a, (b, c) = p
    return a * b + b * c * c


@case([1.5, 0.5, 2.0], argnums=0)
def list_of_floats(xs):
    total = 0.0
    for i, x in enumerate(xs):
        total = total + x * x * (i + 1)
    return total + sum(xs) + max(xs) * min(xs)


@case([1.0, 1.0, 1.0], argnums=0)
def equal_floats(xs):
    return xs[0] * 2.0 + xs[1] * 3.0 * xs[2] + 1.0


@case({"layers": [{"W": normal(3, 2), "b": normal(3)}, {"W": normal(1, 3), "b": normal(1)}]}, normal(2), argnums=0)
def network(params, x):
    for layer in params["layers"]:
        x = np.tanh(np.dot(layer["W"], x) + layer["b"])
    return x[0]


@case(OrderedDict(a=1.5, b=OrderedDict(c=normal(2))), argnums=0)
def ordered_dict(p):
    first, second = p.values()
    return first * np.sum(second["c"] ** 2) + len(list(p))


@case(defaultdict(float, {"x": 1.5, "y": 0.5}), argnums=0)
def default_dict(p):
    return p["x"] * p["y"] + p["missing"]


@case(deque([1.5, 0.5, 2.0], maxlen=3), argnums=0)
def queue_of_floats(q):
    q.append(q[0] * q[1])
    return q.popleft() * q[-1] + sum(q)


@case(Layer(normal(2, 2), normal(2)), normal(2), argnums=(0, 1))
def named_tuple(layer, x):
    W, b = layer
    return np.sum(layer.W @ x + b) * np.sum(W * layer[0])


@case(Tracked(1.5, 2.0), argnums=0)
def named_tuple_with_methods(p):
    return p.length() * p.x


@case(Cell(normal(3, 2), normal(3, 3), normal(3)), [normal(2, seed=i) for i in range(3)], argnums=0)
@case(Cell(normal(3, 2), normal(3, 3), normal(3)), [normal(2, seed=i) for i in range(3)], argnums=(0, 1))
def dataclass_with_a_method(cell, xs):
    h = np.zeros(3)
    for x in xs:
        h = cell.step(x, h)
    return np.sum(h * cell.b)


@case(Frozen(1.5, 0.5), 2.0, argnums=(0, 1))
def frozen_dataclass(p, x):
    return p.apply(x) + p.apply(p.scale)


@case(Slotted(1.5, normal(3)), argnums=0)
def dataclass_with_slots(p):
    return p.a * np.sum(np.sin(p.b)) + p.a**2


@case(Base(1.5), argnums=0)
def dataclass_with_written_slots(p):
    return p.w * p.w


@case(Model([Layer(normal(2, 2), normal(2))] * 2, {"w": normal(2), "t": (0.5, None)}, 3, "x"), normal(2), argnums=0)
def dataclass_of_everything(model, x):
    for layer in model.layers:
        x = np.sin(layer.W @ x) + layer.b
    return np.dot(model.head["w"], x) * model.head["t"][0] * model.count


@case(types.SimpleNamespace(a=1.5, b=normal(2), c="c"), argnums=0)
def simple_namespace(p):
    return p.a * np.sum(p.b) + len(p.c)


@case(Params(a=1.5, b=2.5), argnums=0)
def class_derived_from_dict(p):
    return p.norm() * p["a"]


@case({"a": 1.5, "b": [0.5]}, {"b": 2.0}, argnums=(0, 1))
@case({"a": 1.5, "b": [0.5]}, {"b": 2.0}, argnums=1)
def two_structures(p, q):
    return p["a"] * q["b"] + p["b"][0] ** 2 * q["b"]


@case([1.5, 0.5], argnums=0)
def argument_changed(xs):
    xs.append(xs[0] * xs[1])
    xs[0] = xs[2] * 2.0
    return xs[0] * xs[1] + xs.pop()


@case({"w": 1.5, "cache": {}}, 2.0, argnums=(0, 1))
def argument_used_as_a_cache(p, x):
    for i in range(3):
        if "y" not in p["cache"]:
            p["cache"]["y"] = p["w"] * x
        x = x + p["cache"]["y"]
    p["last"] = x
    return x * p["w"]


@case([3, 1.5, True, "a", None, np.arange(2), 0.5], argnums=0)
def mixed_leaves(xs):
    return xs[1] * xs[0] + xs[6] * xs[5][1] + len(xs[3]) + (xs[2] is True)


@case([np.float64(1.5), np.array(0.5), 2.0], argnums=0)
def kinds_of_scalars(xs):
    a, b, c = xs
    return float(a * b * c)


@case({1: 1.5, (2, "x"): 2.0, None: 0.5}, argnums=0)
def keys_of_any_kind(p):
    return p[1] * p[(2, "x")] + p[None] ** 2


def norm(tree):
    if isinstance(tree, dict):
        return sum([norm(v) for v in tree.values()])
    if isinstance(tree, (list, tuple)):
        return sum([norm(v) for v in tree])
    return np.sum(tree * tree)


@case({"a": [normal(2), normal(2, 2)], "b": (normal(1), {"c": normal(3)})}, argnums=0)
def recursion_over_a_tree(p):
    return norm(p)


@case({"w": normal(3), "b": 0.5}, argnums=0)
def passed_by_stars(p):
    return linear(**p)


def linear(w, b):
    return np.sum(w) * b


@case([1.5, 0.5, 2.0], argnums=0)
def unpacked_with_a_star(xs):
    first, *rest = xs
    (second, third) = rest
    return product(*xs) + first * second + third


def product(*xs):
    total = 1.0
    for x in xs:
        total = total * x
    return total


@case([[1.5, 0.5], [2.0, 1.0]], argnums=0)
def matrix_of_lists(rows):
    return sum([row[i] * rows[j][i] for j, row in enumerate(rows) for i in range(2)]) + np.sum(np.array(rows) ** 2)


@case([1.5, 0.5, 2.0], argnums=0)
def list_given_to_numpy(xs):
    return np.sum(xs) * np.dot(xs, xs) + np.mean(np.array(xs)) + np.max(xs)


@case({"x": 1.5}, kwargs={"scale": 2.0}, argnums=0)
def structure_and_keywords(p, *, scale=1.0):
    return p["x"] ** 2 * scale


@case({"w": positive(2)}, argnums=0)
def merged(p):
    q = {**p, "v": p["w"] * 2}
    r = p | {"u": p["w"] ** 2}
    return np.sum(q["w"] * q["v"] * r["u"])


@case([normal(2), normal(2)], [normal(2), normal(2)], argnums=(0, 1))
def zipped_structures(p, q):
    return sum([np.sum(a * b) for a, b in zip(p, q)])


@case(collections.ChainMap({"a": 1.5}, {"a": 3.0, "b": 0.5})["b"], {"a": 1.5}, argnums=1)
def structure_looked_up_by_get(b, p):
    return p.get("a", 0.0) * p.get("b", b) + p.setdefault("c", p["a"])
