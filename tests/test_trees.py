"""Structured arguments: what comes back, what the caller's containers look like afterwards, and what is refused."""

import collections
import dataclasses
import threading
import types

import numpy as np
import pytest

from cpsad import NoDerivativeError, grad, value_and_grad
from tests.oracle import same

Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Layer:
    W: np.ndarray
    b: float = 0.0
    name: str = "layer"


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    a: float
    b: object = None


def total(tree):
    if isinstance(tree, dict):
        return sum([total(v) for v in tree.values()])
    if isinstance(tree, (list, tuple, collections.deque)):
        return sum([total(v) for v in tree])
    return np.sum(tree * tree)


# -- what comes back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tree",
    [
        {"a": 1.0, "b": [2.0, (3.0,)]},
        [1.0, [2.0, []], {}],
        (1.0, Point(2.0, [3.0])),
        collections.OrderedDict(b=1.0, a=2.0),
        collections.deque([1.0, 2.0], maxlen=4),
        {"w": np.ones((2, 3)), "s": np.float64(2.0), "z": np.array(3.0)},
        [],
        {},
    ],
    ids=lambda v: type(v).__name__ if not isinstance(v, str) else None,
)
def test_the_gradient_has_the_structure_of_the_argument(tree):
    def twice(value):
        if isinstance(value, dict):
            made = type(value)()
            made.update({k: twice(v) for k, v in value.items()})
            return made
        if isinstance(value, collections.deque):
            return collections.deque(map(twice, value), value.maxlen)
        if isinstance(value, Point):
            return Point(*map(twice, value))
        if isinstance(value, (list, tuple)):
            return type(value)(map(twice, value))
        return type(value)(2 * value) if isinstance(value, float) else 2 * value

    found = grad(lambda t: total(t) + 0.0)(tree)
    assert same(found, twice(tree)) or isinstance(tree, dict) and "z" in tree and found["z"] == 6.0
    if isinstance(tree, collections.deque):
        assert found.maxlen == 4


def test_default_factories_and_classes_are_kept():
    tree = collections.defaultdict(list, {"a": [1.5]})
    found = grad(lambda t: t["a"][0] ** 2)(tree)
    assert type(found) is collections.defaultdict and found.default_factory is list and dict(found) == {"a": [3.0]}
    assert grad(lambda t: t.a * 2.0)(Frozen(1.0, "text")) == Frozen(2.0, None)
    assert grad(lambda t: t.a * 2.0)(types.SimpleNamespace(a=1.0, b=3)) == types.SimpleNamespace(a=2.0, b=None)


def test_what_is_not_differentiated_is_none():
    def f(x):
        return 1

    tree = {"a": 1.5, "n": 3, "t": "text", "none": None, "flag": True, "f": f, "ints": np.arange(2), "range": range(3)}
    found = grad(lambda t: t["a"] * t["n"])(tree)
    assert found == {"a": 3.0, **dict.fromkeys(["n", "t", "none", "flag", "f", "ints", "range"])}


def test_each_leaf_has_its_dtype():
    tree = [np.ones(2, np.float32), np.ones(2, np.float16), np.float32(1.0), 1.0, np.float64(1.0)]
    found = grad(lambda t: float(sum([np.sum(leaf * leaf) for leaf in t])))(tree)
    assert [g.dtype for g in found[:3]] == [np.float32, np.float16, np.float32]
    assert type(found[2]) is np.float32 and type(found[3]) is float and type(found[4]) is np.float64


def test_leaves_that_are_not_used_are_zeros():
    assert same(grad(lambda t: t[0] * 2.0)([1.0, 1.0, np.ones(2)]), [2.0, 0.0, np.zeros(2)])


def test_gradients_share_no_memory():
    w = np.ones(2)
    found = grad(lambda t: np.sum(t["a"] + t["b"] + t["c"]))({"a": w, "b": w, "c": w})
    arrays = [*found.values(), w]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])
    for a in found.values():
        a += 1.0  # can be written to


def test_the_same_object_at_two_places_counts_as_two():
    one, w = 1.0, np.ones(2)
    assert grad(lambda t: t[0] * 2.0 + t[1] * 3.0)([one, one]) == [2.0, 3.0]
    assert grad(lambda t: t[0] * 2.0 + t[1] * 3.0 * 1.0)((1.0, 1.0)) == (2.0, 3.0)
    assert same(grad(lambda t: np.sum(t[0] * 2.0 + t[1] * 3.0))([w, w]), [np.full(2, 2.0), np.full(2, 3.0)])


def test_a_container_that_is_held_twice_is_one():
    shared = {"w": 1.5}
    found = grad(lambda t: t["a"]["w"] * t["b"]["w"])({"a": shared, "b": shared})
    assert found["a"] is found["b"] and found["a"] == {"w": 3.0}


def test_the_function_sees_the_aliases():
    layer = Layer(np.ones(2), 0.5)
    tree = {"first": layer, "all": [layer, layer]}

    def f(t):
        assert t["first"] is t["all"][0] is t["all"][1]
        t["all"][1].b = t["first"].b * 3.0
        return t["first"].b ** 2

    found = grad(f)(tree)
    assert found["first"].b == 2 * 1.5 * 3.0
    assert layer.b == 1.5
    assert tree["first"] is layer and tree["all"] == [layer, layer]


def test_cycles():
    node = types.SimpleNamespace(value=1.5)
    node.me = node
    node.others = [node]
    found = grad(lambda n: n.me.value * n.others[0].me.value)(node)
    assert found.value == 3.0 and found.me is found and found.others[0] is found


def test_a_long_chain():
    chain = None
    for i in range(20_000):
        chain = (float(i % 3), chain)

    def f(c):
        s = 0.0
        while c is not None:
            value, c = c
            s = s + value * value
        return s

    found = grad(f)(chain)
    assert found[0] == 2.0 * chain[0] and found[1][0] == 2.0 * chain[1][0]


def test_constants_of_the_program_collect_nothing():
    def f(t):
        return t[0] * 2.0 + [1.0, 2.0][0] * t[1]

    assert grad(f)([1.0, 2.0]) == [2.0, 1.0]
    assert grad(f)([2.0, 1.0]) == [2.0, 1.0]


# -- which arguments -------------------------------------------------------------------------------------------


def affine(p, x, q=None):
    return p["w"] * x + (q["b"] if q else 0.0)


def test_argnums():
    p, q = {"w": 2.0}, {"b": 1.0}
    assert grad(affine, argnums="p")(p, 3.0) == {"w": 3.0}
    assert grad(affine, argnums=-1)(p, 3.0, q) == {"b": 1.0}
    assert grad(affine, argnums=(0, 1, "q"))(p, 3.0, q=q) == ({"w": 3.0}, 2.0, {"b": 1.0})
    assert grad(affine, argnums=[0])(p=p, x=3.0) == ({"w": 3.0},)
    assert value_and_grad(affine)(p, 3.0) == (6.0, {"w": 3.0})


def test_a_structure_that_is_no_argument_to_be_differentiated_stays_as_it_is():
    seen = []

    def f(x, p):
        seen.append(p)
        return x * p["w"]

    p = {"w": 2.0}
    assert grad(f)(3.0, p) == 2.0
    assert seen[0] is p


class Net:
    def __init__(self):
        self.gain = 2.0

    def loss(self, params, x):
        return np.sum(params["w"] * x) * self.gain

    @staticmethod
    def static(params):
        return params["w"] * 2.0

    @classmethod
    def of_class(cls, params):
        return params["w"] * 3.0

    @grad
    def __call__(params, x):
        return params["w"] * x


def test_methods():
    net, w = Net(), np.ones(2)
    assert same(grad(net.loss)({"w": w}, 3.0), {"w": np.full(2, 6.0)})
    assert same(grad(Net.loss, argnums=1)(net, {"w": w}, 3.0), {"w": np.full(2, 6.0)})
    assert grad(net.static)({"w": 1.0}) == {"w": 2.0}
    assert grad(net.of_class)({"w": 1.0}) == {"w": 3.0}


def test_auxiliary_results():
    def f(t):
        y = t["a"] * t["b"]
        return y, {"inputs": t, "y": y, "list": [y, {"n": 3}]}

    tree = {"a": 2.0, "b": 3.0}
    (value, aux), gradient = value_and_grad(f, has_aux=True)(tree)
    assert value == 6.0 and gradient == {"a": 3.0, "b": 2.0}
    assert aux == {"inputs": tree, "y": 6.0, "list": [6.0, {"n": 3}]}
    assert grad(lambda t: (t[0] * 2.0, t), has_aux=True)(xs := [1.0])[1] is xs


# -- what is left of the caller's containers ---------------------------------------------------------------------


def test_the_callers_containers_are_not_touched():
    w = np.ones(2)
    tree = {"w": w, "list": [1.5, w], "point": Point(1.0, [2.0])}
    inner, point = tree["list"], tree["point"]
    grad(lambda t: np.sum(t["w"] * t["list"][1]) * t["point"].y[0])(tree)
    assert tree["w"] is w and tree["list"] is inner and inner[1] is w and tree["point"] is point


def test_changes_of_the_function_are_there_afterwards():
    def f(t):
        t["seen"].append(t["w"] * 2.0)
        t["w"], t["v"] = t["v"], t["w"]
        del t["old"]
        t["layer"].b = t["w"] ** 2
        t["queue"].rotate(1)
        t["new"] = {"x": t["w"]}
        return t["w"] * 3.0 + t["seen"][0]

    def tree():
        return {"seen": [], "w": 1.5, "v": 0.5, "old": 1.0, "layer": Layer(np.ones(2)), "queue": collections.deque([1.0, 2.0])}

    plain, ours = tree(), tree()
    f(plain)
    inner = ours["seen"], ours["layer"], ours["queue"]
    found = grad(f)(ours)
    assert found["w"] == 2.0 and found["v"] == 3.0 and found["old"] == 0.0 and found["seen"] == []
    assert same(plain, ours)
    assert ours["seen"] is inner[0] and ours["layer"] is inner[1] and ours["queue"] is inner[2]


def test_changes_of_a_function_that_fails_are_there_too():
    def f(t):
        t.append(t[0] * 2.0)
        raise ValueError("enough")

    tree = [1.5]
    with pytest.raises(ValueError, match="enough"):
        grad(f)(tree)
    assert tree == [1.5, 3.0]


def test_a_second_call_gives_the_same():
    def f(t):
        return t["w"] * np.sum(t["v"] ** 2)

    tree = {"w": 1.5, "v": np.ones(3)}
    assert same(grad(f)(tree), grad(f)(tree))


def test_a_change_under_another_name_is_refused():
    tree = {"w": 1.5}

    def f(t):
        tree["w"] = 3.0
        return t["w"] * 2.0

    with pytest.raises(NoDerivativeError, match="another name") as info:
        grad(f)(tree)
    assert info.value.remedy


def test_threads_may_share_a_structure():
    tree = {"w": np.ones(3), "b": [0.5, 0.5]}
    expected = grad(lambda t: np.sum(np.sin(t["w"])) * t["b"][0] + t["b"][1])(tree)
    found = []

    def work():
        for _ in range(20):
            found.append(grad(lambda t: np.sum(np.sin(t["w"])) * t["b"][0] + t["b"][1])(tree))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(found) == 80 and all(same(g, expected) for g in found)


# -- what is refused -------------------------------------------------------------------------------------------


class Plain:
    def __init__(self):
        self.w = 1.0


class Callable(Plain):
    def __call__(self, x):
        return x * self.w


def loss(params):
    return params["layers"][1].W * 2.0


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        (np.array([1.0, None]), "object"),
        ({1.0, 2.0}, "set"),
        (Plain(), "Plain.*dataclass"),
        (Callable(), "Callable.*dataclass"),
        (types.MappingProxyType({"a": 1.0}), "mappingproxy"),
    ],
    ids=lambda v: type(v).__name__ if not isinstance(v, str) else None,
)
def test_the_path_is_named(leaf, reason):
    tree = {"layers": [1.0, Layer(leaf)]}
    with pytest.raises(TypeError, match=reason) as info:
        grad(loss)(tree)
    assert 'argument 0 (params)["layers"][1].W of loss' in str(info.value)


def test_named_tuples_in_paths():
    with pytest.raises(TypeError) as info:
        grad(loss)((Point(1.0, np.array([None])),))
    assert "(params)[0].y of loss" in str(info.value)


def test_objects_without_numbers_are_left_alone():
    class Marker:
        pass

    marker = Marker()
    assert grad(lambda t: t[0] * (2.0 if t[1] is marker else 3.0))([1.0, marker]) == [2.0, None]


@pytest.mark.parametrize("tree", [[1, 2], {"a": 1}, (np.arange(3),), Layer(3, 2)], ids=lambda v: type(v).__name__ if not isinstance(v, str) else None)
def test_nothing_but_integers(tree):
    with pytest.raises(TypeError, match="integer"):
        grad(lambda t: 1.0)(tree)


def test_plain_objects():
    with pytest.raises(TypeError, match="dataclass"):
        grad(lambda p: p.w)(Plain())
