"""A third pool for `templates.py`: special methods, keys that are numbers, sets, iterators as values, attributes of all kinds."""

__all__ = ["OBJECTS"]

OBJECTS = ("""
import bisect
import collections
import dataclasses
import functools
import heapq
import itertools
import math
import operator
import types

import numpy as np


class Base:
    __array_ufunc__ = None
    scale = 0.5
    made = 0

    def __init__(self, v):
        self.v = v

    def grown(self, s):
        return self.v * self.scale + s

    @classmethod
    def of(cls, *values):
        return cls(sum(values))

    @staticmethod
    def half(v):
        return v * 0.5

    def __add__(self, other):
        return type(self)(self.v + (other.v if isinstance(other, Base) else other))

    __radd__ = __add__

    def __mul__(self, other):
        return type(self)(self.v * (other.v if isinstance(other, Base) else other))

    def __neg__(self):
        return type(self)(-self.v)

    def __iadd__(self, other):
        self.v = self.v + other * 0.5
        return self

    def __lt__(self, other):
        return self.v < other.v

    def __call__(self, *values, k=1.0):
        return self.v * sum(values) * k

    def __getitem__(self, place):
        if isinstance(place, slice):
            return self.v * (place.start or 1.0) + (place.stop or 0.5)
        return self.v * sum(place) if isinstance(place, tuple) else self.v * place

    def __setitem__(self, place, value):
        self.v = self.v * 0.5 + (sum(place) if isinstance(place, tuple) else place) * value

    def __len__(self):
        return 3

    def __iter__(self):
        for i in range(3):
            yield self.v * (i + 1)

    def __contains__(self, v):
        return v > self.v

    def __enter__(self):
        self.v = self.v * 1.1
        return self

    def __exit__(self, *_):
        self.v = self.v * 0.9

    def __bool__(self):
        return bool(self.v > 0)


class Derived(Base):
    scale = 0.7

    def __init__(self, v, w=0.3):
        super().__init__(v * 0.9)
        self.w = w

    def grown(self, s):
        return super().grown(s) + self.w

    @property
    def both(self):
        return self.v * self.w

    @both.setter
    def both(self, value):
        self.v, self.w = value, value * 0.5

    def __getattr__(self, name):
        if name.startswith("w_"):
            return self.w * 0.5
        raise AttributeError(name)


class Table(dict):
    def __missing__(self, key):
        self[key] = made = key * 0.5
        return made

    def total(self):
        return sum(self.values())


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b=0.2):
        self.a, self.b = a, b


@dataclasses.dataclass(order=True)
class Pair:
    first: float
    second: float = 0.4
    kept: list = dataclasses.field(default_factory=list, compare=False)

    def moved(self, s):
        return dataclasses.replace(self, first=self.first + s)


Named = collections.namedtuple("Named", "p q")


def f(x):
    t = x[0]
    o, e = Base(x[1]), Derived(x[2])
    d, g, c = {x[0] * 2.0: x[1]}, collections.defaultdict(list), Table()
    s = {x[0], x[1] * x[2]}
    l, h = Slotted(x[3]), [x[0], x[1], x[2]]
    p, n = Pair(x[1]), Named(x[0], x[3])
    r = types.SimpleNamespace(a=x[0], b=[x[1]])
""", """
o = o + {e}
o = {e} + o
o = o * e
o += {e}
o = -o
e = e + o
o = sum([o, e], Base(t))
t += (o + e).v
o[{e}] = t
e[{e}, t] = {e}
t += o[{e}]
t += e[t * 2.0, {e}] * 0.5
t += o[{e}:t * 0.5]
t += o[t:]
t += o(t, {e}, k=x[{k}])
t += sum(o) * 0.1
t += max(e) * 0.1
a, *b = o; t += a * sum(b) * 0.1
t += sum(v * w for v, w in zip(o, e)) * 0.1
t += min(o, e).v
t += sorted([o, e, Base({e})])[0].v
t = t * 0.5 if {e} in o else t + 0.1
t += 0.3 if o else {e}
t += e.grown({e}) + o.grown(t)
t += Derived.of(t, {e}).v + Base.half(t)
t += super(Derived, e).grown(t)
e.both = {e}
t += e.both + e.w_any
e.w = {e}; t += getattr(e, "w_other", 0.1) + getattr(e, "none", t)
setattr(o, "v", {e}); t += vars(o)["v"]
with o as q: t += q.v; q.v = {e}
Base.made = Base.made + 1; o.made = {e}; t += o.made
d[{e}] = t
d[t * 2.0] = {e}
d[t, 0] = {e}; del d[t, 0]
t += sum(d) * 0.1
t += sum(k * v for k, v in d.items()) * 0.1
d = {k * 0.5: v for k, v in d.items()}
t += max(d) * 0.1 + d[min(d)]
d.setdefault({e}, t); d.pop(max(d))
g[{e}].append(t)
g[t * 0.5] += [t, {e}]
g["a"].append({e}); t += g["a"][-1]
t += sum(k * sum(v) for k, v in g.items() if not isinstance(k, str)) * 0.1
t += c[{e}] + c.total() * 0.1
c[t] = {e}
c.update({"k": 1.0, "j": t}) if not c else c.clear()
s.add({e})
s = operator.ior(s, {{e}, t})
s = (s - {t}).union([t * 0.5])
s ^= {{e}}
s &= {*s, {e}}
t += sum(s) * 0.1 + len(s)
t += max(s & {*s, 2.0})
l.a = {e}
l.a, l.b = l.b, l.a * t
t += l.a * l.b
h.append({e}); heapq.heapify(h); t += heapq.heappop(h) * 0.5
t += heapq.nsmallest(2, h)[-1] + heapq.nlargest(1, h, key=lambda v: -v)[0]
h = sorted(h); bisect.insort(h, {e})
t += h.__getitem__({k} % 3) + t.__mul__(t) * 0.1
u = iter(h).__next__; t += u() * u()
t += next(iter(d)) * 0.1 + next(iter(s)) * 0.0
p = p.moved({e}); t += p.first
p.kept.append(t); t += sum(p.kept) * 0.1
t += max(p, Pair({e})).first
p.first, q = {e}, p; t += q.first * p.second
t += sum(dataclasses.astuple(p)[:2]) + dataclasses.asdict(p)["first"]
n = n._replace(p={e}); t += n.p * n.q
a, b = n; n = Named(b, a * t)
t += n[0] * n[-1] + sum(n) + n._asdict()["q"]
match n:|    case Named(p=a, q=b) if a > b: t += a * 0.5|    case (a, b): t += b
match p:|    case Pair(a, b) if a < b: t += a * b|    case Pair(first=a): t += a * 0.3
match {"k": t, "o": o}:|    case {"k": a, **others} if a > 0.2: t += others["o"].v|    case {"o": Base(v=a)}: t += a
r.a = r.a * {e}; t += r.a
r.b.append(r.a); t += r.b[-1] * r.b[0]
t += operator.attrgetter("v")(o) + operator.itemgetter(0)(h) + operator.methodcaller("grown", t)(e)
t += functools.partial(o, {e}, k=t)(0.5)
t = functools.reduce(lambda a, b: a * 0.3 + b.v, [o, e, o], t)
t += sum(map(operator.mul, h, itertools.cycle([t, {e}]))) * 0.1
m = [o.grown, e.grown, Base.half]; t += m[{k} % 3]({e})
m = {"o": o, "e": e}; m["o"].v = {e}; t += m["o"].v * m["e"].v
o = e if t > 0.3 else o
try: t += o.none|except AttributeError: o.none = {e}|else: t += 0.2
try: t += d[5.0]|except KeyError as error: d[5.0] = {e} + error.args[0] * 0.01
try:|    with o: t += {e}; raise ValueError(o, t)|except ValueError as error: t += error.args[0].v * error.args[1]
class Local(Base):|    extra = t|    def grown(self, s): return self.v * self.extra + s * t|t += Local({e}).grown(t) * 0.3
""", "t + o.v + e.v * 0.5 + sum(d.values()) * 0.3 + l.a + p.first + n.p + r.a + sum(c.values()) * 0.1 + sum(h[:4]) * 0.1")
