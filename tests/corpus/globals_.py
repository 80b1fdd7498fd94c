"""Names from outside: constants, arrays, tables, modules under other names, functions."""

import math
import math as m
import os.path
from math import sin
from math import sqrt as root

import numpy
import numpy as np
import numpy as xp
from numpy import tanh

from tests.corpus import calls
from tests.corpus.calls import square as squared
from tests.corpus.case import case, normal

GRAVITY = 9.81
STEPS = 3
WEIGHTS = normal(3)
CONFIG = {"scale": 2.0, "nested": {"power": 3}, "names": ["a", "b"]}
TABLE = (1.0, 2.0, 3.0)
FUNCTIONS = [math.sin, lambda x: x * x, calls.square]


def double(x):
    return x * FACTOR


lambda_of_the_module = lambda x: x * GRAVITY


class Settings:
    rate = 0.1

    class Inner:
        depth = 2


@case(1.5)
def global_number(x):
    return x * GRAVITY + x**STEPS


@case(normal(3))
def global_array(x):
    return np.sum(x * WEIGHTS) + WEIGHTS[0] * x[1]


@case(1.5)
def global_dict(x):
    return x ** CONFIG["nested"]["power"] * CONFIG["scale"] + len(CONFIG["names"])


@case(1.5)
def global_tuple(x):
    y = x
    for v in TABLE:
        y = y * v + x
    return y + TABLE[0]


@case(1.5)
def global_functions(x):
    y = x
    for f in FUNCTIONS:
        y = f(y)
    return double(y) + lambda_of_the_module(x) + FUNCTIONS[1](x)


@case(1.5)
def global_defined_later(x):
    return double(x) * FACTOR


@case(1.5)
def modules_under_other_names(x):
    return m.exp(x) * xp.cos(x) + numpy.sin(x) + sin(x) * root(x) + tanh(x)


@case(1.5)
def function_of_another_module(x):
    return calls.square(x) + squared(x) * calls.scaled(x, offset=2.0)


@case(1.5)
def constants_of_modules(x):
    return x * math.pi + x * np.e + (x if x < math.inf else 0.0) + x * np.pi


@case(1.5)
def class_as_a_namespace(x):
    return x * Settings.rate * Settings.Inner.depth


@case(1.5)
def global_declared(x):
    global GRAVITY
    return x * GRAVITY


@case(1.5)
def import_inside(x):
    import math as mathematics
    from math import cos

    return mathematics.sin(x) * cos(x)


@case(1.5)
def module_that_has_nothing_to_do_with_numbers(x):
    name = os.path.join("a", "b")
    return x * len(name)


FACTOR = 4.0
