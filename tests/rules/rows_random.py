"""Rows: random numbers with parameters. The same numbers are drawn each time."""

import numpy as np

from .row import P, R, row


class Drawn:
    """A generator's method, from the same seed at every call."""

    def __init__(self, name, make):
        self.__name__, self.make = name, make

    def __call__(self, *args, **kwargs):
        generator = self.make()
        return getattr(generator, self.__name__)(*args, **kwargs)


def generator():
    return np.random.default_rng(5)


def state():
    return np.random.RandomState(5)


def module():
    np.random.seed(5)
    return np.random


for make in (generator, state, module):
    for name in ("normal", "laplace", "logistic", "gumbel", "lognormal"):
        row(Drawn(name, make), 0.5, 1.5)
        row(Drawn(name, make), R(3), 1.5)
        row(Drawn(name, make), R(3), P(2, 1), (2, 3))
        row(Drawn(name, make), 0.5, P(3), size=3)
    row(Drawn("uniform", make), -0.5, 1.5)
    row(Drawn("uniform", make), R(3) - 2, P(3), (4, 3))
    for name in ("exponential", "rayleigh", "weibull", "pareto"):
        row(Drawn(name, make), 1.5)
        row(Drawn(name, make), P(3), size=(2, 3))
