"""Methods that C code calls: where they keep what they compute, its derivative would be lost, and is refused."""

import bisect
import dataclasses
import functools
import heapq
import pathlib
import subprocess
import sys

import pytest

from cpsad import NoDerivativeError, grad, jvp, kinds, unseen


class Node:
    def __init__(self, x):
        self.x = x
        self.kept = None

    def cost(self):
        if self.kept is None:
            self.kept = self.x * self.x
        return self.kept

    def __lt__(self, other):
        return self.cost() < other.cost()

    def __eq__(self, other):
        return self.cost() == other.cost()

    def __hash__(self):
        return hash(self.cost())

    def __str__(self):
        return f"{self.cost()}"


@functools.total_ordering
class Lazy:
    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def value(self):
        return self.x * self.x

    def cost(self):
        return self.value

    def __lt__(self, other):
        return self.value < other.value

    def __eq__(self, other):
        return self.value == other.value

    def __hash__(self):
        return hash(self.value)

    def __str__(self):
        return str(self.value)


def sorts(x, kind):
    nodes = sorted([kind(x), kind(2 * x), kind(-0.5 * x)])
    return nodes[0].cost() * nodes[2].cost()


def sorts_in_place(x, kind):
    nodes = [kind(x), kind(2 * x), kind(-0.5 * x)]
    nodes.sort()
    return nodes[0].cost()


def takes_the_least(x, kind):
    return min(kind(x), kind(2 * x)).cost()


def queues(x, kind):
    heap = []
    for a in (x, 2 * x, 0.3 * x):
        heapq.heappush(heap, kind(a))
    return heapq.heappop(heap).cost()


def inserts(x, kind):
    nodes = [kind(x)]
    bisect.insort(nodes, kind(2 * x))
    return nodes[1].cost()


def finds(x, kind):
    nodes = [kind(2 * x), kind(x)]
    return nodes[nodes.index(kind(x))].cost()


def looks_up(x, kind):
    return sum(k.cost() * v for k, v in {kind(x): 1.0, kind(2 * x): 3.0}.items())


def collects(x, kind):
    return sum(k.cost() for k in {kind(x), kind(2 * x)})


def compares_tuples(x, kind):
    a, b = kind(x), kind(2 * x)
    return a.cost() * b.cost() if (a, 1) < (b, 1) else x


def caches(x, kind):
    @functools.lru_cache
    def cost(node):
        return node.cost()

    return cost(kind(x)) * cost(kind(2 * x))


def joins(x, kind):
    node = kind(x)
    return node.cost() if "%s" % (node,) else x


USES = [sorts, sorts_in_place, takes_the_least, queues, inserts, finds, looks_up, collects, compares_tuples, caches, joins]


@pytest.mark.parametrize("kind", [Node, Lazy])
@pytest.mark.parametrize("use", USES)
def test_what_is_kept_unseen_is_refused(use, kind):
    with pytest.raises(NoDerivativeError, match="called by code in C") as caught:
        grad(use)(0.7, kind)
    assert caught.value.where.filename == __file__ and "__" in caught.value.what


@pytest.mark.parametrize("kind", [Node, Lazy])
@pytest.mark.parametrize("use", [sorts, looks_up])
def test_forward_mode_too(use, kind):
    with pytest.raises(NoDerivativeError, match="called by code in C"):
        jvp(lambda x: use(x, kind), (0.7,), (1.0,))


def test_what_was_computed_before_is_only_looked_at():
    def function(x, kind):
        nodes = [kind(x), kind(2 * x), kind(-0.5 * x)]
        for node in nodes:
            node.cost()
        nodes.sort()
        return nodes[0].cost() * nodes[2].cost()

    assert grad(function)(0.7, Node) == pytest.approx(4 * 0.7**3)
    assert grad(function)(0.7, Lazy) == pytest.approx(4 * 0.7**3)


def test_constants_may_be_kept():
    nodes = [Node(1.0), Node(2.0), Node(1.0)]

    def function(x):
        return x * x * len(set(nodes))

    assert grad(function)(0.5) == 2.0
    assert nodes[0].kept == 1.0


def test_what_somebody_catches_is_raised_at_the_end():
    class Careful(Node):
        def __lt__(self, other):
            try:
                return self.cost() < other.cost()
            except Exception:
                return False

    with pytest.raises(NoDerivativeError, match="called by code in C"):
        grad(sorts)(0.7, Careful)


def test_an_argument_that_was_there_before():
    def function(x, nodes):
        nodes[0].x = x
        return sorted(nodes)[0].cost() * x

    with pytest.raises(NoDerivativeError, match="called by code in C"):
        grad(function)(0.7, [Node(1.0), Node(2.0)])


def test_a_debugger_goes_on():
    lines = []

    def trace(frame, event, arg):
        if frame.f_code.co_filename == __file__:
            lines.append((frame.f_code.co_name, event))
        return trace

    def seen(value):
        return value

    nodes = [Node(1.0), Node(2.0)]

    def function(x):
        return len(set(nodes)) * x * x

    grad(function)(0.5)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        found = grad(function)(0.5)
        seen(found)
        assert sys.gettrace() == trace
    finally:
        sys.settrace(before)
    assert found == 2.0 and ("seen", "line") in lines


def test_which_classes_may_keep_something():
    @dataclasses.dataclass(order=True)
    class Plain:
        x: float

        def __hash__(self):
            return hash((self.x, type(self)))

        def __bool__(self):
            return self.x != 0 and isinstance(self.x, float)

    assert unseen.stores(Node) and unseen.stores(Lazy)
    assert not any(map(unseen.stores, (Plain, pathlib.Path, list, functools.partial, pytest.approx(1.0).__class__.__mro__[-1])))


def keeps_when_it_is_deleted(x):
    kept = []

    class Last:
        def __del__(self):
            kept.append(x)

    last = Last()
    del last
    return sum(kept) * x


def keeps_when_it_is_printed(x):
    kept = []

    class Name(str):
        def __format__(self, form):
            kept.append(x)
            return "name"

    f"{Name('a')}"
    return sum(kept) * x


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("function", [keeps_when_it_is_deleted, keeps_when_it_is_printed])
def test_what_a_method_has_captured(function):
    with pytest.raises(NoDerivativeError, match="called by code in C"):
        grad(function)(1.3)
    value, slope = jvp(function, (1.3,), (1.0,))  # a function of generated code is its own tangent form
    assert (value, slope) == (pytest.approx(1.3**2), pytest.approx(2.6))



DEEP = """
from cpsad import NoDerivativeError, grad, jvp
class Node:
    def __init__(self, x):
        self.x = x
    def __lt__(self, other):
        self.cost = self.x * self.x
        return self.cost < other.x
class Holder:
    __slots__ = ("held",)
    def __init__(self, held):
        self.held = held
PLACES = {
    "slots": (Holder, lambda a: a.held),
    "list": (lambda nodes: [[i] for i in range(70)] + [nodes], lambda a: a[-1]),
    "many": (lambda nodes: [[Holder([Holder(None)] * 3) for _ in range(40)] for _ in range(200)] + [nodes], lambda a: a[-1]),
    "key": (lambda nodes: {(1, nodes[0]): nodes}, lambda a: list(a.values())[0]),
}
store, nodes_of = PLACES["%s"]
def cost(x, argument):
    nodes = nodes_of(argument)
    for node in nodes:
        node.x = node.x * x
    sorted(nodes)
    return nodes[1].cost
for turn in (0, 1):
    try:
        %s
    except NoDerivativeError as error:
        assert "stores a value" in str(error)
        print("refused")
"""


@pytest.mark.parametrize("place", ["slots", "list", "many", "key"])
@pytest.mark.parametrize("call", ["grad(cost)(2.0, argument)", "grad(cost)(2.0, argument=argument)",
                                  "jvp(cost, (2.0, argument), (1.0, None))"])
def test_instances_are_found_wherever_they_are_in_an_argument(place, call):
    """In a process of its own: nothing else has met the class."""
    text = DEEP % (place, f"argument = store([Node(3.0), Node(2.0)]); {call}")
    done = subprocess.run([sys.executable, "-c", f"import linecache; text = {text!r}\n"
                           "linecache.cache['deep.py'] = (len(text), None, text.splitlines(True), 'deep.py')\n"
                           "exec(compile(text, 'deep.py', 'exec'))"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused"] * 2


def test_classes_are_looked_for_once_there_is_one():
    assert kinds.any_stores()
    assert not kinds.holds_storing([{}] * 100)
    assert not kinds.holds_storing([1.0, "text", None])
    assert kinds.holds_storing([[{"node": (Node(1.0),)}]])


def test_a_generator_that_is_watched_does_not_hold_what_the_watch_knows():
    """Its frame refers to the trace function, and that to all that is stored."""
    class Counted:
        def __init__(self):
            self.seen = []

        def __eq__(self, other):
            numbers = (n for n in (1, 2, 3))
            for n in numbers:
                self.seen.append(n)
            return len(self.seen) > 2

        __hash__ = None

    def f(x):
        values = [x, x * x]
        return values[0] * values[1] * ([Counted()].count(Counted()) + 1)

    assert grad(f)(2.0) == 24.0
