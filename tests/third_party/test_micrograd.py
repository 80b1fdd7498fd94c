"""micrograd: a tape of overloaded operators and closures. Its backward pass is differentiated as any other code."""

import math

from tests.third_party.compare import agrees, library

engine = library("micrograd.engine")


def test_value():
    def f(x, y):
        a, b = engine.Value(x), engine.Value(y)
        return ((a * b + a**3).relu() + a / b - 1.5).data

    agrees(f, 0.4, 2.0)


def test_its_gradient():
    """A second derivative: micrograd's gradient, differentiated."""

    def f(x, y):
        a, b = engine.Value(x), engine.Value(y)
        c = a * b + a**3 + a / b
        c.backward()
        return math.sin(a.grad) + b.grad

    agrees(f, 0.4, 2.0)
