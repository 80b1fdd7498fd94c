"""Classes that a function defines: their methods close over its variables."""

import dataclasses
import enum
import functools
from typing import NamedTuple

import numpy as np

from tests.corpus.case import case, normal


class Outer:
    def __init__(self, w):
        self.w = w

    def value(self):
        return self.w


@case(1.5)
def class_that_closes_over(x):
    class Layer:
        def __init__(self, w):
            self.w = w * x

        def __call__(self, v):
            return self.w * v + x

    return Layer(2.0)(Layer(x)(x))


@case(1.5)
def class_attributes(x):
    class A:
        w = x * 2.0
        n = 3
        u = v = w * n

        def value(self):
            return self.w * self.n + A.u

    return A().value() * A.v


@case(1.5)
def operators_of_a_local_class(x):
    class Dual:
        def __init__(self, a, b=0.0):
            self.a, self.b = a, b

        def __add__(self, other):
            return Dual(self.a + other.a, self.b + other.b)

        def __mul__(self, other):
            return Dual(self.a * other.a, self.a * other.b + self.b * other.a)

        def __len__(self):
            return 2

        @property
        def total(self):
            return self.a + self.b * x

    d = Dual(x, 1.0)
    return (d * d * d + d).total * len(d)


@case(1.5)
def local_base_classes(x):
    class Base(Outer):
        factor = x

        def value(self):
            return super().value() * self.factor

    class Derived(Base):
        factor = 2.0

        def value(self):
            def twice():
                return 2.0 * x

            return super().value() + twice() + (x if __class__ is Derived else 0.0)

    return Derived(x).value() * Base(x * x).value()


@case(1.5)
def local_dataclasses(x):
    @dataclasses.dataclass
    class Point:
        a: float
        b: float = x * 3.0
        log: list = dataclasses.field(default_factory=list)

        def area(self):
            self.log.append(self.a)
            return self.a * self.b

    @dataclasses.dataclass(frozen=True, order=True)
    class Frozen:
        c: float

    p, q = Point(x), Point(x, 2.0)
    f = Frozen(x * x)
    return p.area() * q.area() + p.log[0] * f.c + (x if Frozen(1.0) < f else 0.0)


@case(1.5)
def local_records(x):
    class Pair(NamedTuple):
        a: float
        b: float = 2.0

        def product(self):
            return self.a * self.b * x

    class Color(enum.Enum):
        RED = 1
        BLUE = 2

    p = Pair(x)._replace(b=x * x)
    return p.product() + p[0] * (2.0 if Color.RED is not Color(2) else 1.0)


@case(1.5)
def methods_of_other_kinds(x):
    class A:
        scale = 2.0

        @staticmethod
        def double(v):
            return v * 2.0 * x

        @classmethod
        def made(cls, v):
            a = cls()
            a.v = v * cls.scale
            return a

        @functools.cached_property
        def cube(self):
            return self.v**3

        @property
        def half(self):
            return self.v / 2.0

        @half.setter
        def half(self, value):
            self.v = value * 2.0

        def __private(self):
            return self.v * x

        def public(self):
            return self.__private()

    a = A.made(x)
    a.half = a.half * x
    return A.double(x) + a.cube + a.cube + a.public()


@case(1.5)
def local_generator_methods(x):
    class Tree:
        def __init__(self, value, *children):
            self.value, self.children = value, children

        def __iter__(self):
            yield self.value * x
            for child in self.children:
                yield from child

    s = 1.0
    for v in Tree(x, Tree(2.0), Tree(x * x, Tree(3.0))):
        s = s * v
    return s + sum(Tree(x, Tree(1.0)))


@case(1.5)
def classes_in_a_loop(x):
    made = []
    for i in range(3):
        class Power:
            exponent = i

            def __call__(self, v):
                return v**self.exponent * x

        made.append(Power())
    return sum(f(x) for f in made)


@case(1.5)
def class_in_a_class(x):
    class Outside:
        class Inside:
            w = x

            def times(self, v):
                return self.w * v

        def use(self):
            return self.Inside().times(x) + Outside.Inside.w

    return Outside().use() * x


@case(1.5)
def class_by_condition(x):
    if x > 1.0:
        class A:
            def f(self):
                return x * 2.0
    else:
        class A:
            def f(self):
                return x * 3.0
    return A().f() * x


@case(normal(3))
def local_class_of_arrays(v):
    class Model:
        def __init__(self, w):
            self.w = w

        def __matmul__(self, u):
            return np.tanh(self.w * u).sum()

    return Model(v) @ v + Model(v * 2.0) @ np.ones(3)


@case(1.5)
def name_and_text_of_a_class(x):
    class Named:
        """What it is."""

        def method(self):
            return x

    text = f"{Named.__name__} {Named.__doc__} {Named.method.__name__} {Named.method.__qualname__}"
    return Named().method() * len(text)
