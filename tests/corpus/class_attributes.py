"""Attributes of classes that are set, metaclasses, and control flow in the body of a class."""

import contextlib

import numpy as np

from tests.corpus.case import case


class Totals:
    total = 0.0


class Adding:
    total = 0

    def add(self, x):
        type(self).total += x
        return self

    @classmethod
    def reset(cls):
        cls.total = 0


@case(1.3)
def set_attribute_of_a_class(x):
    Totals.total = x * x
    r = Totals.total * x
    Totals.total = 0.0
    return r


@case(1.3)
def sum_in_a_class(x):
    Adding.reset()
    for _ in range(3):
        Adding().add(x * x)
    r = Adding.total * x
    Adding.reset()
    return r


class Rated:
    rate = 0.5


class RatedBelow(Rated):
    pass


@case(1.3)
def inherited_class_attribute_set(x):
    Rated.rate = x * 2
    y = RatedBelow.rate * RatedBelow().rate
    Rated.rate = 0.5
    return y


class Activation:
    f = np.sin


@case(1.3)
def function_in_a_class_replaced(x):
    old = Activation.f
    Activation.f = np.cos
    y = Activation.f(x) * x
    Activation.f = old
    return y


class Tuned:
    k = 2.0


def read_tuned():
    return Tuned.k


@case(1.3)
def class_attribute_set_by_name(x):
    y = read_tuned() * x
    setattr(Tuned, "k", x)
    z = read_tuned() * x
    setattr(Tuned, "k", 2.0)
    return y + z


class Finishing(type):
    def __call__(cls, *a):
        o = super().__call__(*a)
        o.z = o.v * 2
        return o


class Doubled(metaclass=Finishing):
    def __init__(s, v):
        s.v = v


@case(1.3)
def metaclass_call(x):
    m = Doubled(x)
    return m.z * m.v


class Registry(type):
    items = {}

    def __new__(m, n, b, d):
        c = super().__new__(m, n, b, d)
        m.items[n] = c
        return c


class Registered(metaclass=Registry):
    def f(s, x):
        return x * 3


@case(1.3)
def metaclass_registry(x):
    return Registry.items["Registered"]().f(x) * x


class Single:
    inst = None

    def __new__(cls, v):
        if cls.inst is None:
            cls.inst = super().__new__(cls)
        cls.inst.v = v
        return cls.inst


@case(1.3)
def singleton(x):
    a = Single(x)
    b = Single(x * x)
    r = a.v * b.v
    Single.inst = None
    return r


class Counted:
    n = 0

    def __init__(s):
        Counted.n += 1


@case(1.3)
def instances_counted(x):
    Counted.n = 0
    for _ in range(3):
        Counted()
    return x**Counted.n


@case(1.3)
def attributes_of_local_classes(x):

    class A:
        w = x * 2

        def m(self):
            return self.w * A.w

    A.w = A.w * x

    class B(A):
        pass

    B.w = B.w + x
    return A().m() + B().m()


@case(1.3)
def branches_in_a_class_body(x):
    flag = True

    class A:
        if flag:
            k = x * 2

            def m(s):
                return s.k
        else:
            k = x * 3

            def other(s):
                return 1

        for i in range(3):
            k = k * i + x
        try:
            z = int("a")
        except ValueError as e:
            z = x
            w = len(str(e))

    return A.k * A().z * A().m() + A.w * x + hasattr(A, "other") + hasattr(A, "e") + A.i


@case(1.3)
def loop_in_a_class_body(x):

    class A:
        n = 0
        t = 1.0
        while n < 3:
            n += 1
            if n == 2:
                continue
            t *= x
        else:
            t += x
        del n

    return A.t + hasattr(A, "n")


STEP = 0.5


@case(1.3)
def names_bound_perhaps_in_a_class_body(x):

    class A:
        if x > 5:
            STEP = x
        y = STEP * x
        STEP = STEP + 1
        if x > 1:

            def f(self):
                return self.y * 2
        else:

            def f(self):
                return self.y * 3

    return A().f() * A.STEP


@case(1.3)
def imports_in_a_class_body(x):

    class A:
        import math as m
        from math import cos as c
        from math import sin

        def f(self, v):
            return self.m.exp(v)

        with contextlib.nullcontext(x) as q:
            r = q * x

    return A().f(x) * A.r * A.sin(x) * A.q


@case(1.3)
def comprehensions_in_a_class_body(x):

    class A:
        ks = [x * i for i in range(3)]
        if True:
            tot = sum(ks)
            d = {str(i): k for i, k in enumerate(ks)}

        class B:
            if True:
                v = x

    return A.tot * A.d["2"] * A.B.v
