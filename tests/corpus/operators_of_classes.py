"""Operators and other special methods of the user's classes, called by Python itself."""

import functools
import math
from fractions import Fraction

import numpy as np

from tests.corpus.case import case, normal


class Vec:
    __array_ufunc__ = None

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return Vec(self.a + other.a, self.b + other.b) if isinstance(other, Vec) else NotImplemented

    def __radd__(self, other):
        return self if other == 0 else NotImplemented

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        if isinstance(other, Vec):
            return self.a * other.a + self.b * other.b
        return Vec(self.a * other, self.b * other)

    def __rmul__(self, other):
        return Vec(other * self.a, other * self.b)

    def __truediv__(self, other):
        return Vec(self.a / other, self.b / other)

    def __pow__(self, n):
        return Vec(self.a**n, self.b**n)

    def __matmul__(self, other):
        return Vec(self.a * other.a - self.b * other.b, self.a * other.b + self.b * other.a)

    def __neg__(self):
        return Vec(-self.a, -self.b)

    def __abs__(self):
        return math.sqrt(self.a * self.a + self.b * self.b)

    def __getitem__(self, i):
        return (self.a * 1.0, self.b * 2.0)[i]

    def __setitem__(self, i, value):
        if i == 0:
            self.a = value * 2.0
        else:
            self.b = value

    def __len__(self):
        return 2 if self.b > 0 else 0

    def __eq__(self, other):
        return self.a == other.a

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __float__(self):
        return self.a * self.b

    def __contains__(self, value):
        self.a = self.a * 1.5
        return value > self.b

    def __hash__(self):
        return 7


class Sub(Vec):
    """Python asks the method of the subclass first."""

    def __radd__(self, other):
        return Vec(self.a * other.a, self.b)

    def __mul__(self, other):
        return NotImplemented


class Account:
    def __init__(self, x):
        self.total = x

    def __iadd__(self, other):
        self.total = self.total * 2 + other
        return self

    def __bool__(self):
        self.total = self.total * 1.5
        return True

    def __call__(self, x):
        return self.total * x


@functools.total_ordering
class Ordered:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return self.v == other.v

    def __lt__(self, other):
        self.v = self.v * 1.25
        return self.v < other.v


class Doubling(dict):
    def __missing__(self, key):
        value = self[key] = self["x"] * key
        return value


class Scaled(float):
    """A number whose product is its own affair."""

    def __mul__(self, other):
        return float(self) * other * 2.0


class Layer:
    def __init__(self, w):
        self.w = w

    def __matmul__(self, x):
        return np.tanh(self.w @ x)

    __array_priority__ = 10

    def __rmatmul__(self, x):
        return x @ self.w


@case(1.5)
def sum_and_product(x):
    v = Vec(x, 2.0)
    w = x * v + v * 3.0 - v / x
    return (w * w + (v @ w).b) * abs(-w)


@case(1.5, Vec(2.0, 3.0), argnums=0)
def of_an_argument(x, v):
    w = v * x + v
    return w.a * w.b


@case(1.5)
def items_of_an_object(x):
    v = Vec(x, x * x)
    v[0] = x * 3
    v[1] = v[0] * v[1]
    return v[0] + v[1] * v.a


@case(1.5)
def sum_of_objects(x):
    v = sum([Vec(x, 1.0), Vec(x * x, x)])
    w = sum((Vec(x, t) for t in (x, 2.0)), Vec(1.0, x))
    return v * w


@case(1.5)
def compared_objects(x):
    v, w = Vec(x, 2.0), Vec(2.0, x)
    if v < w or v == w:
        return v.a * 3
    return v.b * x if v != Vec(x, 0.0) else w.a * x


@case(1.5)
def sorted_objects(x):
    a, b = Vec(x, 2.0), Vec(0.5, x * x)
    return (a if a > b else b).a * 2 + (a if len(b) else b).b


@case(1.5)
@case(-1.5)
def truth_by_length(x):
    v = Vec(2.0, x)
    if v:
        return x * x
    while not v:
        v.b = v.b + 1.0
    return v.b * x


@case(1.5)
def truth_that_computes(x):
    a = Account(x)
    if a and (a or x):
        a += x
    return a(x) if not (not a) else x


@case(1.5)
def in_place_operators(x):
    a = Account(x)
    b = a
    a += x * x
    a += 1.0
    v = Vec(x, 1.0)
    v += v
    return b.total * (1.0 if b is a else 0.0) + v.a


@case(1.5)
def containment_that_computes(x):
    v = Vec(x, 2.0)
    y = 3.0 if x * 2 in v else x
    z = 2.0 if x not in v else 5.0
    return v.a * y * z


@case(1.5)
def conversion_to_float(x):
    v = Vec(x, x * x)
    return float(v) * math.sin(float(v)) + x


@case(1.5)
def subclass_first(x):
    v, w = Vec(x, 2.0), Sub(x, 3.0)
    return (v + w).a + (w + v).a * x


@case(1.5)
def not_implemented_then_reflected(x):
    return (Sub(x, 2.0) * Vec(x, 1.0)).a if isinstance(x, str) else (x * Vec(x, 1.0)).a


@case(1.5)
def order_that_computes(x):
    a, b = Ordered(x), Ordered(2.0)
    n = 0
    while a < b:
        n += 1
    if a >= b:
        n += 1
    return a.v * b.v * n


@case(1.5)
def missing_key(x):
    d = Doubling()
    d["x"] = x
    return d[3] * d[3] + d["x"] * len(d)


@case(1.5)
def number_of_its_own(x):
    return Scaled(2.0) * x + x * Scaled(2.0)


@case(normal(3), argnums=0)
def arrays_and_objects(v):
    layer = Layer(np.arange(6.0).reshape(2, 3) / 6)
    return (layer @ v).sum() + (v[:2] @ layer).sum()


@case(normal(3))
def elements_times_objects(v):
    w = v[0] * Vec(v[1], 2.0) + Vec(v[2], v[0]) * v[1]
    return w * w


@case(1.5)
def objects_in_a_loop(x):
    v = Vec(x, 1.0)
    for i in range(5):
        v = v @ Vec(0.5, x / 3) + Vec(x, 0.1) * i
    return v * v


@case(1.5)
def polynomial_at_an_object(x):
    def horner(coefficients, t):
        y = coefficients[0] * t
        for c in coefficients[1:]:
            y = y + c * t
        return y

    return horner([1.0, x, 2.0], x) + horner([1.0, x, 2.0], Vec(x, 2.0)).b


@case(1.5)
def constant_fractions(x):
    return x * float(Fraction(1, 3) + Fraction(1, 6)) + float(Fraction(3, 4) * 2)


@case(1.5)
def powers_of_objects(x):
    v = Vec(x, 2.0) ** 3
    v = pow(v, 2)
    return v.a + v.b * x


@case(1.5)
def operators_as_functions(x):
    import operator

    v = functools.reduce(operator.add, [Vec(x, 1.0), Vec(x * x, 2.0), Vec(1.0, x)])
    return operator.mul(v, v) + operator.getitem(v, 0)


@case(normal(2, 3))
def star_in_an_index_where_items_may_be_calls(x):
    v, lead = Vec(x[0, 1], 2.0), (1,)
    w = v if x[0, 0] > 100 else x
    return v[0] * w[(*lead, 2)] * w[(*lead, 0)]
