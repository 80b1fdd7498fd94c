"""Random numbers with parameters: the draw is held fixed, and the number moves with its parameters.

What is drawn is a function of the parameters and of a number from a standard distribution, which the result and the
parameters give back. Forward, NumPy's own method runs, so that the stream of numbers is the same. Distributions whose
numbers are no smooth function of a parameter (counts, the shape of a gamma distribution) have no rule for it.
"""

import numpy as np

from ..cotangents import unbroadcast
from .registry import Table

table = Table("numpy random")

BOTH = (np.random.Generator, np.random.RandomState)


def each(name):
    """The method in both kinds of generators."""
    return tuple(getattr(kind, name) for kind in BOTH)


def of_module(name):
    return getattr(np.random, name)


# loc + scale * z
for _name in ("normal", "laplace", "logistic", "gumbel"):
    table.defrule(
        each(_name),
        lambda g, y, self, loc=0.0, scale=1.0, size=None: (
            None,
            unbroadcast(g, loc),
            unbroadcast(g * (y - loc) / scale, scale),
        ),
    )
    table.defrule(
        of_module(_name),
        lambda g, y, loc=0.0, scale=1.0, size=None: (unbroadcast(g, loc), unbroadcast(g * (y - loc) / scale, scale)),
    )
table.defrule(
    each("uniform"),
    lambda g, y, self, low=0.0, high=1.0, size=None: (
        None,
        unbroadcast(g * (high - y) / (high - low), low),
        unbroadcast(g * (y - low) / (high - low), high),
    ),
)
table.defrule(
    np.random.uniform,
    lambda g, y, low=0.0, high=1.0, size=None: (
        unbroadcast(g * (high - y) / (high - low), low),
        unbroadcast(g * (y - low) / (high - low), high),
    ),
)
# scale * z
for _name in ("exponential", "rayleigh"):
    table.defrule(each(_name), lambda g, y, self, scale=1.0, size=None: (None, unbroadcast(g * y / scale, scale)))
    table.defrule(of_module(_name), lambda g, y, scale=1.0, size=None: unbroadcast(g * y / scale, scale))
# exp(mean + sigma * z)
table.defrule(
    each("lognormal"),
    lambda g, y, self, mean=0.0, sigma=1.0, size=None: (
        None,
        unbroadcast(g * y, mean),
        unbroadcast(g * y * (np.log(y) - mean) / sigma, sigma),
    ),
)
table.defrule(
    np.random.lognormal,
    lambda g, y, mean=0.0, sigma=1.0, size=None: (
        unbroadcast(g * y, mean),
        unbroadcast(g * y * (np.log(y) - mean) / sigma, sigma),
    ),
)
# z ** (1 / a), exp(z / a) - 1
table.defrule(each("weibull"), lambda g, y, self, a, size=None: (None, unbroadcast(-g * y * np.log(y) / a, a)))
table.defrule(np.random.weibull, lambda g, y, a, size=None: unbroadcast(-g * y * np.log(y) / a, a))
table.defrule(each("pareto"), lambda g, y, self, a, size=None: (None, unbroadcast(-g * (1 + y) * np.log1p(y) / a, a)))
table.defrule(np.random.pareto, lambda g, y, a, size=None: unbroadcast(-g * (1 + y) * np.log1p(y) / a, a))

# Without parameters
table.constant(np.random.rand, np.random.randn, np.random.random, np.random.random_sample, np.random.standard_normal,
               np.random.standard_exponential, np.random.standard_cauchy, result="n")
