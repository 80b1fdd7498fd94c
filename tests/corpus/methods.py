"""Methods of the user's objects; what the objects hold is constant here."""

import numpy as np

from tests.corpus.case import case, normal


class Linear:
    """A layer with constant weights."""

    scale = 0.5

    def __init__(self, w, b=0.0):
        self.w = w
        self.b = b

    def __call__(self, x):
        return self.forward(x) + self.b

    def forward(self, x):
        return x * self.w * self.scale

    def repeat(self, x, n):
        if n == 0:
            return x
        return self.repeat(self.forward(x), n - 1)

    def with_default(self, x, y=2.0, *rest, **options):
        return x * y * self.w + len(rest) + options.get("z", 0.0)

    def made(self, x):
        def inner(t):
            return t * x * self.w

        return inner


class Sharp(Linear):
    """Inherits, and overrides one method."""

    scale = 3.0

    def forward(self, x):
        return x * x * self.w * self.scale


class Chain:
    """Holds other objects."""

    def __init__(self, *layers):
        self.layers = layers
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        for layer in self.layers:
            x = layer(x)
        return x


class Dense:
    """Weights that are arrays."""

    def __init__(self):
        self.w = normal(2, 3)
        self.b = normal(2)

    def __call__(self, x):
        return np.tanh(self.w @ x + self.b)


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a

    def times(self, x):
        return self.a * x


LAYER = Linear(1.5, 0.25)
CHAIN = Chain(Linear(2.0), Sharp(0.5), np.sin, lambda x: x + 1)


@case(1.5, Linear(2.0), argnums=0)
@case(1.5, Sharp(2.0, 1.0), argnums=0)
def method_of_an_argument(x, layer):
    return layer.forward(x) * x


@case(1.5, Linear(2.0, 3.0), argnums=0)
@case(1.5, Sharp(2.0, 1.0), argnums=0)
def object_called(x, layer):
    return layer(x) * layer(layer(x))


@case(1.5)
def global_object(x):
    return LAYER(x) + LAYER.forward(x) * LAYER.w


@case(1.5)
def chain_of_objects(x):
    return CHAIN(x)


@case(1.5, Chain(Linear(2.0), Linear(3.0)), argnums=0)
def object_that_counts(x, chain):
    y = chain(x) + chain(x * x)
    return y * chain.calls


@case(1.5, Linear(0.9), argnums=0)
def recursive_method(x, layer):
    return layer.repeat(x, 4) * x


@case(1.5, Linear(0.9), argnums=0)
def bound_method_as_a_value(x, layer):
    f = layer.forward
    y = f(x)
    for g in (layer.forward, layer, LAYER.forward):
        y = g(y)
    return y


@case(1.5, Linear(0.9), argnums=0)
def unbound_method(x, layer):
    return Linear.forward(layer, x) + Sharp.forward(layer, x)


@case(1.5, Linear(0.9), argnums=0)
def method_with_all_arguments(x, layer):
    return layer.with_default(x) + layer.with_default(x, x, 1, 2, z=x) * layer.with_default(*[x, 3.0])


@case(1.5, Linear(0.9), argnums=0)
def method_makes_a_closure(x, layer):
    f = layer.made(x)
    return f(2.0) + f(x)


@case(1.5, Sharp(0.9), argnums=0)
def attributes_read(x, layer):
    y = x * layer.w + layer.b
    return y * layer.scale + Linear.scale * x


@case(normal(3), Dense(), argnums=0)
def object_of_arrays(x, layer):
    return layer(x).sum() + (layer.w[0] * x).sum() * layer.b[1]


@case(1.5, Slotted(2.0), argnums=0)
def slots(x, box):
    return box.times(x) * box.a


@case(1.5)
def object_made_inside_from_constants(x):
    layer = Linear(2.0, 1.0)
    return layer(x) * x


@case(1.5, [Linear(2.0), Sharp(0.5), Linear(0.1)], argnums=0)
def list_of_objects(x, layers):
    for layer in layers:
        x = layer(x) + x
    return x


@case(1.5, Linear(2.0), argnums=0)
def method_in_condition_and_loop(x, layer):
    while layer.forward(x) < 10:
        x = layer(x) + x + 1
    return x if layer(x) > 3 else layer(x)


class Scaled:
    def __init__(self, v):
        self.v = v

    def grown(self, s):
        return self.v * s


class Loose(Scaled):
    def __init__(self, v):
        super().__init__(v * 0.9)

    def grown(self, s):
        return super().grown(s) * s

    def __getattr__(self, name):
        return self.v * 0.5

    def found(self):
        try:
            return super().nothing
        except AttributeError:
            return self.nothing * self.v


@case(1.3)
def super_asks_no_getattr(x):
    return Loose(x * x).grown(x) + Loose(x).found() + Loose(x).other * x


class Plain:
    def __init__(self, v):
        self.v = v

    def __neg__(self):
        return type(self)(-self.v)

    @classmethod
    def of(cls, *values):
        return cls(sum(values))


class Allocated:
    def __new__(cls, v):
        self = super().__new__(cls)
        self.w = v * 2
        return self

    def __init__(self, v):
        self.v = v


@case(1.3)
def classes_as_values_make_instances(x):
    return (-Plain(x * x)).v * x + Plain.of(x, x * x).v ** 2 + Allocated(x * x).w * Allocated(x).v
