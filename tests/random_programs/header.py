"""What random programs import: classes and functions for them to use. `LOG` receives integers: the order of side effects."""

import collections
import contextlib
import functools  # noqa: F401
import math
from dataclasses import dataclass, field

import numpy as np  # noqa: F401

LOG = []


class Node:
    def __init__(self, u, v=0.5):
        self.u = u
        self.v = v
        self.kids = [u, v]

    def mix(self, w):
        self.v = math.tanh(self.v + w * self.u)
        return self.v * 0.5

    def total(self):
        t = self.u - self.v
        for kid in self.kids:
            t = t + math.sin(kid)
        return t * 0.3

    def __call__(self, w, scale=0.7):
        return math.sin(w * scale + self.u)


@dataclass
class Point:
    u: float
    v: float = 0.25
    tags: list = field(default_factory=list)

    @classmethod
    def of(cls, w):
        return cls(w, w * 0.5)

    @staticmethod
    def blend(p, q):
        return p.u * q.v - 0.3 * p.v

    def moved(self, w):
        self.tags.append(w)
        return Point(math.sin(self.u + w), self.v * 0.9)


Duo = collections.namedtuple("Duo", "first second")


class Boom(Exception):
    def __init__(self, amount, label="boom"):
        super().__init__(amount, label)
        self.amount = amount


class Guard:
    def __init__(self, w, swallow=True):
        self.w, self.swallow, self.seen = w, swallow, []

    def __enter__(self):
        LOG.append(1)
        self.w = math.tanh(self.w + 0.2)
        return self

    def __exit__(self, kind, error, traceback):
        LOG.append(2)
        if isinstance(error, Boom):
            self.seen.append(error.amount * 0.5)
            return self.swallow
        return False


class Vec:
    __array_ufunc__ = None  # NumPy's scalars leave it to the methods here

    def __init__(self, u, v):
        self.u, self.v = u, v

    def __add__(self, other):
        if isinstance(other, Vec):
            return Vec(self.u + other.u, self.v + other.v)
        return Vec(self.u + other, self.v)

    __radd__ = __add__

    def __mul__(self, w):
        return Vec(math.sin(self.u * w), self.v * w)

    def __rmul__(self, w):
        return Vec(self.u * w, math.sin(self.v * w))

    def __neg__(self):
        return Vec(-self.u, self.v * 0.5)

    def __iadd__(self, w):
        self.u = self.u + w * 0.5
        return self

    def __matmul__(self, other):
        return math.tanh(self.u * other.u + self.v * other.v)

    def __getitem__(self, i):
        if i > 1:
            raise IndexError(i)
        return self.u if i == 0 else self.v * 0.8

    def __len__(self):
        return 2

    def __lt__(self, other):
        return self.u < other.u

    def __abs__(self):
        return math.sqrt(1.0 + self.u * self.u + self.v * self.v)

    @property
    def norm(self):
        return math.sqrt(0.5 + self.u * self.u)

    @norm.setter
    def norm(self, w):
        self.u = w * 0.5


def pair(u, v):
    return math.sin(u * 0.5 + v), math.tanh(u - v)


def duo(u, v):
    return Duo(math.sin(u), second=u * v)


def va(*args, scale=0.5, **others):
    total = 0.1
    for q in args:
        total = total + q * scale
    for key, q in others.items():
        total += q if key < "m" else -q
    return math.tanh(total)


def apply(g, u, *rest):
    return g(u, *rest)


def compose(g, h):
    return lambda u: g(h(u) * 0.7)


def counted(n):
    """A function that keeps what it has been given."""
    kept = [0.2] * n

    def put(u):
        kept.append(math.sin(u))
        del kept[0]
        return sum(kept) * 0.4

    return put


def risky(u, xs, limit=0.3):
    xs.append(u * 0.5)
    if u > limit:
        raise Boom(math.sin(u) * 0.7)
    return math.tanh(u)


def steps(u, n):
    LOG.append(n)
    for i in range(n):
        u = math.sin(u + 0.1 * i)
        got = yield u
        if got is not None:
            u = u * 0.5 + got
    return u * 2.0

class Bank:
    def __init__(self, w):
        self.w = w
        self.rows = [w, w[::-1]]

    def put(self, i, v):
        self.w[i] = v
        return self.w[0] * 0.5

    def row(self):
        return self.rows[-1]

    def scaled(self, v):
        self.w *= v
        return self

    def __setitem__(self, i, v):
        self.rows[0][i] = v

    def __getitem__(self, i):
        return self.rows[1][i] * 0.7


def put(w, i, v):
    old = w[i]
    w[i] = v
    return old * 0.4


def smear(w, u, v=0.5):
    w[1:] += u[:-1] * v
    u[0] = w[2] * 0.3
    return w


def checked(w, i, v, limit=0.3):
    w[i] = v * 0.8
    if v > limit:
        raise Boom(w[0] * 0.5)
    w[-1] += 0.1
    return math.tanh(v)


def strides(w, n):
    for i in range(n):
        w[i % 3] = math.sin(w[i % 3] + 0.2)
        yield w[(i + 1) % 3] * 0.6
    w[0] *= 0.5


def halves(w):
    """Views of both ends."""
    return w[:2], w[1:]

class Fizz(Boom):
    pass


class Acc:
    def __init__(self, w):
        self.w, self.kept = w, {}

    def __call__(self, v):
        self.w = math.tanh(self.w + v)
        return self.w * 0.6

    def __setitem__(self, key, v):
        self.kept[key] = v * 0.5 + self.kept.get(key, 0.1)

    def __getitem__(self, key):
        return self.kept.get(key, self.w)

    def __contains__(self, key):
        return key in self.kept

    def __iter__(self):
        yield self.w
        for v in self.kept.values():
            yield v * 0.8

    def __bool__(self):
        return bool(self.w > 0.1)

    def __eq__(self, other):
        return isinstance(other, Acc) and self.w == other.w

    __hash__ = None

    def __enter__(self):
        self.w = self.w * 0.9
        return self.w

    def __exit__(self, *exc):
        LOG.append(3)
        self.w = math.sin(self.w + 0.1)
        return exc[0] is Fizz


class Chain:
    """An iterator of its own."""

    def __init__(self, v, n):
        self.v, self.n = v, n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        self.v = math.sin(self.v + 0.3)
        return self.v


def both(u, v):
    yield u * 0.5
    got = yield from steps(v, 2)
    yield got * 0.3
    return u


@contextlib.contextmanager
def scaled(u):
    """Holds back a Boom that is not large."""
    try:
        yield u * 0.6
    except Boom as error:
        if error.amount > 0.5:
            raise
        LOG.append(8)
    finally:
        LOG.append(9)


def settled(u, limit=0.2):
    """Raises from a `finally`'s cover, and again from the handler."""
    try:
        if u > limit:
            raise Boom(u * 0.5)
        return math.sin(u)
    except Boom as error:
        if error.amount > 0.3:
            raise Fizz(error.amount * 0.8) from error
        return error.amount * 0.4
    finally:
        LOG.append(4)
