"""Containers of the standard library that are written in Python, classes derived from containers, and `statistics`."""

import collections
import statistics
import types

import numpy as np

from tests.corpus.case import case, normal


@case(1.3)
def namespace(x):
    n = types.SimpleNamespace(a=x)
    n.b = n.a * x
    n.a += n.b
    m = types.SimpleNamespace(**{"a": x, "n": n})
    return n.a * n.b * m.n.a + sum(vars(n).values()) * m.a


@case(1.3, 0.4)
def counters_of_actives(x, y):
    c = collections.Counter({"a": x})
    c["b"] += y
    c["a"] += x * y
    d = collections.Counter(a=x, b=y) + collections.Counter(a=y)
    d.update({"a": y})
    d.subtract({"b": x})
    words = collections.Counter("abracadabra")
    return c["a"] * c["b"] + c["none"] + d["a"] * d["b"] + sum(x**n for n in words.values())


@case(1.3, 0.4)
def counters_in_order(x, y):
    c = collections.Counter(a=x, b=y)
    return c.most_common(1)[0][1] * x + c.total() * y


@case(1.3, 0.4)
def chained_maps(x, y):
    m = collections.ChainMap({"a": x}, {"a": y, "b": y})
    m["c"] = x * y
    inner = m.new_child({"b": x})
    return m["a"] * m["b"] * m["c"] + m.get("d", x) + inner["b"] * sum(inner.values())


class Doubling(collections.UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value * 2)


class Sums(collections.UserList):
    def total(self):
        return sum(self.data)


@case(1.3, 0.4)
def user_containers(x, y):
    d = Doubling(a=x)
    d["b"] = y
    d["a"] = d["a"] * x
    s = Sums([x])
    s.append(y)
    s += [x * y]
    return d["a"] * d["b"] + sum(d.values()) + s.total() * s[1] * len(s)


class Parameters(dict):
    def __init__(self, scale, **values):
        super().__init__(**values)
        self.scale = scale

    def norm(self):
        return sum(v * v for v in self.values()) * self.scale


class Path(list):
    @property
    def last(self):
        return self[-1]


class Pair(tuple):
    __slots__ = ()

    def product(self):
        return self[0] * self[1]


class Window(collections.deque):
    def mean(self):
        return sum(self) / len(self)


@case(1.3, 0.4)
def derived_containers(x, y):
    p = Parameters(y, a=x, b=x * y)
    p["c"] = y
    path = Path([x, y])
    path.append(x * y)
    window = Window([x, y, x * y], maxlen=2)
    return p.norm() + path.last * len(path) + Pair((x, y)).product() + window.mean() * Path(v * v for v in path).last


@case(normal(3))
def containers_derived_of_arrays(x):
    return sum(Path(x)[:2]) * Pair(x).product() + Window(x, 2).mean()


@case(1.3, 0.4)
def means(x, y):
    values = [x, y, x * y]
    return statistics.mean(values) + statistics.fmean(values) * statistics.harmonic_mean(values) + (
        statistics.geometric_mean(iter(values)) + statistics.median(values))


@case(1.3, 0.4)
def deviations(x, y):
    values = [x, y, x * y]
    total = statistics.stdev(values) + statistics.pstdev(values) * statistics.pvariance(v * v for v in values)
    return total + statistics.variance(values) + statistics.pvariance(values, y) + statistics.variance(values, xbar=x)


@case(normal(3))
def regressions(x):
    slope, intercept = statistics.linear_regression([1.0, 2.0, 3.5], x)
    return slope * intercept + statistics.correlation(x, [1.0, 2.0, 1.5]) + statistics.covariance(x, np.array([1.0, 2.0, 1.5]))
