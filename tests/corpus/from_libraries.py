"""What functions of libraries were found to do that others did not: each is the smallest program that showed a defect."""

import collections
import io
import sys
import types
import weakref

import numpy as np
from numpy.polynomial import Polynomial

from tests.corpus.case import case


@case(0.5, (1.5,), argnums=0)
@case(0.5, None, argnums=0)
def function_that_wraps_what_had_its_name(x, args):
    def step(t, y):
        return t * y

    if args is not None:
        def step(t, y, step=step):
            return step(t, y) * x + args[0]

    return step(2.0, x)


@case(0.5, (0.3, 0.2), argnums=0)
@case(0.1, 0.3, argnums=0)
def argument_deleted_behind_a_branch(x, args):
    values = list(args) if isinstance(args, tuple) else [args]
    del args
    y = x * 2 if x > 0.2 else x
    if len(values) == 2:
        y = y * values[0]
    return y * x


@case(0.5)
def yield_under_a_handler(x):
    def items(values):
        i = 0
        try:
            while True:
                v = values[i]
                yield v * x
                i += 1
        except IndexError:
            return

    total = 0.0
    for value in items([x, 2.0, x * x]):
        total += value * total + value
    return total


class Held(collections.UserList):
    def total(self):
        return sum(self)


class Named(collections.UserDict):
    def total(self):
        return sum(self.values())


@case(0.5)
def classes_from_frozen_modules(x):
    held = Held([x])
    held.append(x * x)
    held.extend([x * 3])
    named = Named(a=x)
    named["b"] = x * x
    named.update({"c": 2 * x})
    return (held + [x]).total() * held[1] + named.total() * named["a"] + (held * 2).total()


class Result(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__


@case(0.5)
def dictionary_with_attributes(x):
    result = Result({"a": x}, b=x * 2)
    result.c = x * x
    y = result.a * result.b + result["c"] * result.c
    del result.b
    if not hasattr(result, "b"):
        y = y * getattr(result, "a", 2.0) + getattr(result, "b", x)
    return y


class Scaled(list):
    def __init__(self, values, scale):
        super().__init__(values)
        self.scale = scale

    def append(self, value):
        super().append(value * self.scale)

    def __setitem__(self, i, value):
        super().__setitem__(i, value * self.scale)

    def total(self):
        return sum(self) * self.scale


class Doubling(dict):
    def __missing__(self, key):
        self[key] = made = 2.0 * key
        return made

    def __setitem__(self, key, value):
        dict.__setitem__(self, key, value * 3.0)

    def __getitem__(self, key):
        return super().__getitem__(key) * 1.5


class Ordered(collections.OrderedDict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value * value)


class Window(collections.deque):
    def mean(self):
        return sum(self) / len(self)


class Bag(tuple):
    @property
    def product(self):
        return self[0] * self[1]


@case(0.5)
def subclasses_of_containers(x):
    scaled = Scaled([x, x * x], x)
    scaled.append(x + 1)
    scaled[0] = 2 * x
    doubling = Doubling(a=x)
    y = doubling["a"] * x + doubling[x]
    ordered = Ordered([("a", x)], b=x + 1)
    ordered.update({"c": 3 * x})
    window = Window([x, 2.0], maxlen=2)
    window.append(x * x)
    space = types.SimpleNamespace(a=x, b=2.0)
    space.c = space.a * space.b
    return scaled.total() + y + sum(ordered.values()) + window.mean() * Bag([x, space.c]).product


@case(np.array([0.3, 0.4, 0.5]), 0.7)
def classes_of_numpy(c, x):
    p = np.polynomial.Polynomial(c)
    q = (p * Polynomial([1.0, 2.0]) + 3 * p) ** 2 - 1
    return q.deriv()(x) + (q // p)(x) * p.integ()(0.2) + np.poly1d(c)(x)


def _slope(p, x):
    return (p - Polynomial([x]))(x)


@case(np.array([0.3, 0.4, 0.5]), 0.7)
def objects_of_numpy_in_a_callee(c, x):
    return _slope(Polynomial(c), x)


class Reset:
    """A descriptor that forgets what was computed from the attribute."""

    def __set__(self, owner, value):
        owner.__dict__["level"] = value * 2.0
        owner.__dict__.pop("kept", None)


class Hidden:
    level = Reset()

    def __new__(cls, *args):
        return object.__new__(cls)

    def __init__(self, x):
        self.level = x
        self.kept = self.level * x


@case(0.5)
def class_that_the_code_does_not_show(x):
    made = getattr(sys.modules[__name__], "Hid" + "den")(x)
    return made.kept * made.__dict__["level"]


def _same(value):
    return value


@case(np.array([0.2, 0.5, 0.3]))
def items_of_numpy_scalars(x):
    mean = _same(np.mean(x))
    y = mean[()] if mean.ndim == 0 else mean
    return y * mean[None][0] + np.sum(mean[..., None] * x) + _same(x[1])[...]


def _centred(x, mean):
    centred = x - mean
    return centred * np.finfo(mean.dtype).resolution + mean.real


@case(np.array([0.2, 0.5, 0.3]))
def attributes_of_what_was_computed_with(x):
    return np.sum(_centred(x, _same(np.mean(x)))) + (np.poly1d(x) * np.poly1d([1.0, 2.0]))(0.7)


def _checked(values, shape):
    values = np.array(values, float, order="C")
    values.shape = (-1, *shape)
    return values


class Measured:
    def __init__(self, values):
        self.values = values
        self.values.shape = (3,)
        self.shape = values[0]


@case(np.array([0.2, 0.5, 0.3]))
def shape_set_to_what_it_is(x):
    measured = Measured(_same(x * 2))
    y = _checked(x.reshape(1, 3), (3,))
    x.shape = (3,)
    return np.sum(y @ x) + np.sum(measured.values) * measured.shape


@case(np.array([0.2, 0.5, 0.3]), np.array([True, False, True]), argnums=0)
def tuple_of_lists_behind_a_tuple(x, mask):
    places = np.nonzero(mask) + ([mask.size - 1],)
    return x[places[0][1]] * x[places[1][0]] * np.sum(x * [2.0, x[0], 1.0])


@case(np.array([0.2, 0.5, 0.3]))
def vectorized_with_a_type_of_results(x):
    return np.sum(np.vectorize(lambda v: v * v, otypes=[np.float64])(x) * x)


class Shape:
    def __new__(cls, *sizes):
        if cls is Shape:
            return (Disc if len(sizes) == 1 else Box).__new__(Disc if len(sizes) == 1 else Box, *sizes)
        return super().__new__(cls)

    def __init__(self):
        self.known = True


class Disc(Shape):
    def __init__(self, radius):
        super().__init__()
        self.area = radius * radius * 3.0


class Box(Shape):
    def __init__(self, a, b):
        super().__init__()
        self.area = a * b


@case(0.5)
def class_that_makes_instances_of_its_subclasses(x):
    return Shape(x).area + Shape(x, x + 1).area


class Grid:
    def __getitem__(self, where):
        if isinstance(where, tuple):
            return sum(self[w] for w in where)
        return np.linspace(where.start, where.stop, where.step).sum() if isinstance(where, slice) else where * where


@case(0.7)
def slices_that_hold_numbers(a):
    grid = Grid()
    ends = slice(a, 2 * a)
    return grid[0 : a : 3] + grid[a:1.0:2, a] * ends.stop + np.sum(np.arange(6.0)[slice(1, 3)] * a)


@case(0.7)
def grids_of_numpy(a):
    return np.sum(np.mgrid[0:a:3j] * np.r_[a:1.0:3j])


@case(0.7)
def lines_and_weak_references(x):
    made = Disc(x)
    there = weakref.ref(made)
    total = 0.0
    for line in iter(io.StringIO("1\n2\n").readline, ""):
        total += float(line) * there().area
    held = [x, 2 * x]
    return total + sum(iter(held.pop, x))
