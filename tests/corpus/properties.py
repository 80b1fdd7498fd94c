"""Attributes that run code: properties, descriptors, `__getattr__` and its kin."""

import functools
import math

import numpy as np

from tests.corpus.case import case, normal


class Circle:
    def __init__(self, r):
        self.r = r

    @property
    def area(self):
        return math.pi * self.r * self.r

    @area.setter
    def area(self, value):
        self.r = math.sqrt(value / math.pi)

    @area.deleter
    def area(self):
        self.r = self.r * 2.0

    @functools.cached_property
    def cubed(self):
        self.r = self.r * 1.5
        return self.r**3

    def scale(self, by):
        self.area = self.area * by
        return self


class Ring(Circle):
    def __init__(self, r, inner):
        super().__init__(r)
        self.inner = inner

    @property
    def area(self):
        return super().area - self.inner * self.inner

    @property
    def ratio(self):
        return self.area / self.inner


class Positive:
    """A descriptor that keeps the logarithm."""

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return math.exp(instance.__dict__[self.name])

    def __set__(self, instance, value):
        instance.__dict__[self.name] = math.log(value)


class Model:
    rate = Positive()
    size = Positive()

    def __init__(self, rate):
        self.rate = rate
        self.size = rate * 2.0


class Lazy:
    """Attributes made when they are asked for."""

    def __init__(self, x):
        self.x = x

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.x * len(name)
        setattr(self, name, value)
        return value


class Guarded:
    def __init__(self, x):
        self.x = x

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2.0)


class Proxy:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)


class Layer:
    def __init__(self, w):
        self._w = w

    @property
    def w(self):
        return np.tanh(self._w)

    @property
    def norm(self):
        return np.sqrt((self.w**2).sum())


@case(1.5)
def property_read(x):
    c = Circle(x)
    return c.area * c.r + c.area


@case(1.5)
def property_set(x):
    c = Circle(x)
    c.area = x * 3.0
    c.area += c.r
    return c.r * c.area


@case(1.5)
def property_deleted(x):
    c = Circle(x)
    del c.area
    return c.area


@case(1.5)
def property_cached(x):
    c = Circle(x)
    return c.cubed * c.cubed + c.r


@case(1.5)
def property_of_a_base_class(x):
    r = Ring(x, 0.5 * x)
    return r.area * r.ratio + Circle(x).area


@case(1.5)
def property_in_methods(x):
    return Circle(x).scale(2.0).scale(x).area


@case(1.5, Ring(1.0, 0.5), argnums=0)
def property_of_an_argument(x, ring):
    ring.r = x
    return ring.area * ring.ratio


@case(1.5)
def property_in_a_loop(x):
    s = 0.0
    for c in [Circle(x), Ring(x, 1.0), Circle(x * x)]:
        s += c.area
        while c.area < 30:
            c.r = c.r + x
    return s


@case(1.5)
def descriptors(x):
    m = Model(x)
    m.rate = m.rate * m.size
    return m.rate + m.size * x


@case(1.5)
def attributes_made_on_demand(x):
    a = Lazy(x)
    return a.abc * a.de + a.abc


@case(1.5)
def attributes_set_by_a_method(x):
    g = Guarded(x)
    g.y = g.x * x
    return g.x * g.y


@case(1.5)
def attributes_of_a_proxy(x):
    p = Proxy(Circle(x))
    return p.area * p.r + p.scale(x).area


@case(1.5)
def attributes_by_name(x):
    c = Circle(x)
    setattr(c, "area", x * 2.0)
    s = 0.0
    for name in ("area", "r"):
        s += getattr(c, name)
    return s + getattr(c, "absent", x) + (x if hasattr(c, "area") and not hasattr(c, "absent") else 0.0)


@case(normal(3))
def properties_of_arrays(v):
    layer = Layer(v)
    return layer.norm * layer.w[0] + (layer.w * v).sum()


@case(1.5)
def instance_dictionary(x):
    c = Circle(x)
    c.__dict__["extra"] = x * x
    return c.extra * c.__dict__["r"]


@case(2.0)
def property_with_a_setter_in_a_class_statement(x):
    class Scaled:
        def __init__(self, value):
            self._value = value

        @property
        def value(self):
            return self._value * x

        @value.setter
        def value(self, new):
            self._value = new / x

    scaled = Scaled(x)
    scaled.value = scaled.value * 3.0
    return scaled.value


@case(2.0)
def dispatched_by_annotation(x):
    @functools.singledispatch
    def size(a):
        return x

    @size.register
    def _(a: int) -> float:
        return a * x * x

    @size.register
    def _(a: list):
        return sum(size(v) for v in a)

    return size(3) * size([1, 2, 2.0])
