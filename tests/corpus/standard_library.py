"""Functions of the standard library that move, copy or take apart what carries a derivative."""

import cmath
import collections
import copy
import dataclasses
import functools
import heapq
import itertools
import math
import operator
import types
from dataclasses import dataclass, field

import numpy as np

from tests.corpus.case import case, normal

Point = collections.namedtuple("Point", "x y", defaults=[2.0])


class Holder:
    def __init__(self, w):
        self.w = w

    def scaled(self, k, z=1.0):
        return self.w * k * z

    tripled = functools.partialmethod(scaled, 3.0)


class Slotted:
    __slots__ = ("a", "b")


@dataclass
class Account:
    balance: float
    log: list = field(default_factory=list)


@dataclass
class Square:
    side: float
    area: float = field(init=False)
    scale: dataclasses.InitVar[float] = 1.0

    def __post_init__(self, scale):
        self.area = self.side * self.side * scale


@dataclass(frozen=True)
class Frozen:
    a: float
    b: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "b", self.a * self.b)


@dataclass(init=False)
class OwnInit:
    a: float

    def __init__(self, v):
        self.a = v * 2.0


class Derived(Account):
    def __init__(self, v):
        super().__init__(v * v)


class Scaled(Point):
    def __new__(cls, x):
        return super().__new__(cls, x * 2.0, x)


@dataclass(frozen=True, slots=True)
class FrozenSlots:
    a: float
    b: list


@case(1.5)
def deepcopy_of_a_holder(x):
    first = Holder([x, np.array([x, 2.0 * x])])
    second = copy.deepcopy(first)
    first.w[0] = 100.0
    return second.w[0] * np.sum(second.w[1] ** 2) + np.sum(first.w[1])


@case(1.5)
def deepcopy_keeps_aliases(x):
    a = [x]
    b = {"one": a, "two": (a, x)}
    c = copy.deepcopy(b)
    c["one"][0] = x * x
    return c["two"][0][0] * b["one"][0] + c["two"][1]


@case(1.5)
def deepcopy_of_a_cycle(x):
    a = [x]
    a.append(a)
    b = copy.deepcopy(a)
    b[1][0] = x * 3.0
    return b[0] * a[1][1][0]


@case(normal(3))
def copies_of_arrays(v):
    a = copy.copy(v) * copy.deepcopy(v)
    b = copy.deepcopy({"v": a, "n": 3})
    return np.sum(b["v"] * a) + b["n"]


@case(1.5)
def shallow_copies(x):
    a = [x, 2.0]
    b = copy.copy(a)
    b.append(x * x)
    d = copy.copy({"k": a})
    o = copy.copy(Holder(x))
    o.w = o.w * 2.0
    q = copy.copy(collections.deque([x], maxlen=1))
    return sum(b) * d["k"][0] * o.w * len(a) * q[0]


@case(1.5)
def deepcopy_of_slots(x):
    s = Slotted()
    s.a = x
    t = copy.deepcopy(s)
    f = copy.deepcopy(FrozenSlots(x, [x]))
    t.b = t.a * s.a
    return t.b * (1.0 if hasattr(s, "b") else 2.0) * f.a * f.b[0]


@case(1.5)
def deepcopy_of_records(x):
    p, a = copy.deepcopy((Point(x), Account(x, [x * x])))
    return p.x * p.y * a.balance * a.log[0]


@case(1.5)
def named_tuple_methods(x):
    p = Point(x)
    q = p._replace(y=x * x)
    r = Point._make([x, q.y])
    return q.x * q.y * sum(p._asdict().values()) * r.y + q.index(x) + len(Point._fields)


@case(1.5)
def named_tuple_with_its_own_new(x):
    s = Scaled(x)
    return s.x * s.y + s._replace(x=x * x).x


@case(1.5)
def dataclass_functions(x):
    a = Account(x, [x * x])
    b = dataclasses.replace(a, balance=x * 3.0)
    data, values = dataclasses.asdict(a), dataclasses.astuple(b)
    b.log.append(x)
    return data["balance"] * data["log"][0] * values[0] * len(values[1]) * a.log[1]


@case(1.5)
def dataclass_post_init(x):
    s, t, f = Square(x), Square(x, scale=x), Frozen(x, 3.0)
    return s.area * t.area + f.b * Square(side=2.0).area


@case(1.5)
def dataclass_with_its_own_init(x):
    return OwnInit(x).a * Derived(x).balance


@case(1.5)
def attributes_by_setattr(x):
    o = Holder(0.0)
    setattr(o, "w", x * 2.0)
    for name in ("u", "v"):
        setattr(o, name, x * len(name))
    return o.w * getattr(o, "v") * getattr(o, "missing", x) + (x if hasattr(o, "u") else 0.0)


@case(1.5)
def variables_of_an_object(x):
    o = Holder(x)
    d = vars(o)
    d["z"] = x * x
    o.__dict__["y"] = d["z"] * 2.0
    return o.z * d["w"] * o.y * sum(list(vars(o).values()))


@case(1.5)
def getters_of_operator(x):
    a, b = operator.itemgetter(0, 2)([x, 1.0, x * x])
    o = Holder(Holder(x))
    n, m = operator.attrgetter("w.w", "w")(o)
    pairs = sorted([(2.0, x), (1.0, x * x)], key=operator.itemgetter(0))
    return a * b * n * m.w * operator.methodcaller("scaled", x, z=x)(m) * pairs[0][1] * operator.methodcaller("pop")([x])


@case(1.5)
def operator_setitem_and_others(x):
    xs = [x, 2.0]
    operator.setitem(xs, 1, x * x)
    y = operator.getitem(xs, 1)
    xs = operator.concat(xs, [x])
    operator.delitem(xs, 0)
    y = operator.iadd(y, x)
    z = operator.matmul(np.array([x, 1.0]), np.array([2.0, x]))
    return y * xs[0] * z * operator.truediv(operator.neg(x), 3.0) * operator.pow(x, 2) * functools.reduce(operator.mul, xs)


@case(1.5)
def partialmethods_(x):
    return Holder(x).tripled(z=x) * functools.partial(pow, x)(3)


@case(1.3)
@case(-1.3)
def quotient_and_remainder(x):
    q, r = divmod(x * 5.0, 2.0)
    s, t = divmod(7.0, x)
    return q * r + s * t * x


@case(np.array([1.3, -0.7, 2.9]), 0.9)
def quotient_and_remainder_of_arrays(v, x):
    q, r = divmod(v * 5.0, x)
    return np.sum(q * r * v)


@case(1.3)
@case(-2.7)
def parts_of_numbers(x):
    a, b = math.modf(x * 5.0)
    m, e = math.frexp(x * 5.0)
    return a * b + m * 2.0**e * x + math.modf(x)[0]


@case(1.3)
@case(0.3)
@case(-2.4)
@case(20.7)
def gamma_functions(x):
    return math.lgamma(x) * math.sin(x) + (math.gamma(x) if x < 10 else math.lgamma(x * 2.0))


@case(1.5, 0.5)
def distances(x, y):
    p = [x, y, x * y]
    return math.dist(p, (1.0, x, 2.0)) * math.hypot(x, y, x * x, 2.0) * math.hypot(x) + math.dist([x], [x])


@case(1.5)
def products_with_a_start(x):
    return math.prod([x, 2.0, x], start=x) * math.prod(v for v in [x, 3.0]) + math.prod([], start=x)


@case(1.5)
def sums_of_many_kinds(x):
    d = {"a": x, "b": x * x}
    both = sum([[x], [x * x]], [])
    return sum(d.values()) * sum({x, 2.0}) * sum(iter([x, x])) * both[1] + sum([x > 1.0, x > 2.0]) * x + math.fsum(d.values())


@case(1.3)
def complex_functions(x):
    z = complex(x, x * x)
    r, p = cmath.polar(z)
    w = cmath.exp(z) * cmath.log(z) * cmath.sqrt(z) + cmath.rect(x, x) + cmath.log(z, 2.0) + cmath.log10(z)
    u = cmath.sin(z) * cmath.cos(z) * cmath.tan(z) + cmath.sinh(z) * cmath.cosh(z) * cmath.tanh(z)
    return abs(w) * r * p * cmath.phase(z) + abs(u) + (z.conjugate() * z).real


@case(0.7)
def inverse_complex_functions(x):
    z = complex(x, x * x)
    w = cmath.asin(z) * cmath.acos(z) * cmath.atan(z) + cmath.asinh(z) * cmath.acosh(z) * cmath.atanh(z)
    return w.real * w.imag + cmath.sqrt(x).real + cmath.exp(x).real


@case(1.5)
def iterators_that_move(x):
    xs = [x, x * x, x**3]
    s = 0.0
    for a, b in itertools.pairwise(xs):
        s = s + a * b
    for a, b in itertools.product(xs, repeat=2):
        s = s + a * b
    for a, b in itertools.combinations(xs, 2):
        s = s + a / b
    for i, a in zip(itertools.count(1), itertools.chain(xs, [x])):
        s = s + i * a
    for a in itertools.islice(itertools.cycle(xs), 4):
        s = s * a
    for a, b in itertools.zip_longest(xs, [x], fillvalue=x * 2.0):
        s = s + a * b
    return s


@case(1.5)
def heaps(x):
    h = []
    for i, v in enumerate([x, x * x, 1.0 / x]):
        heapq.heappush(h, (-v, i, v))
    top = heapq.heappop(h)
    return top[2] * heapq.nsmallest(1, [x * 2.0, x])[0] * h[0][2] + heapq.heapreplace(h, (x, 9, x))[2]


@case(0.7, 1.3)
def copies_of_namespaces(x, y):
    held = types.SimpleNamespace(a=x, b=[y])
    other = copy.copy(held)
    other.a = y
    other.b.append(x)
    deep = copy.deepcopy(held)
    deep.b[0] = x
    return held.a * sum(held.b) * other.a + deep.b[0] * deep.b[1]
