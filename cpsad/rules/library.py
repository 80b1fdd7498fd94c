"""The standard library, where a rule alone does not say it: functions in plain Python, and the parts they are made of."""

import _random
import cmath
import copy
import dataclasses
import functools
import inspect
import math
import operator
import random
import sys
import time
import warnings

import numpy as np

from .. import conversions, copying, lazy, library
from ..cotangents import unbroadcast
from .helpers_reductions import product_back
from .registry import Table, present
from .special import digamma

table = Table("library")
elementwise, defrule, gather, parts, python, constant, mover = (
    table.elementwise, table.defrule, table.gather, table.parts, table.python, table.constant, table.mover)

# Copies
python(copy.copy, copying.shallow)
python(copy.deepcopy, copying.deep)
python(dataclasses.asdict, copying.asdict)
python(dataclasses.astuple, copying.astuple)
constant(copying.new_instance, copying.is_plain_object, copying.is_immutable, copying.field_names, result="o")
constant(vars, copying.attributes_of, result="d")
mover(copying.put_attribute, library.tuple_of, iterates=())
defrule((np.ndarray.__copy__, np.ndarray.__deepcopy__), lambda g, y, x, memo=None: g)

# Lists of arrays, and arrays of iterators
python((np.ndarray.tolist, np.generic.tolist), conversions.tolist)
python(np.fromiter, conversions.fromiter)
constant(lazy.place_of, result="t")
constant(lazy.delegating, result="c")

# What is told to people, and waiting
constant(time.sleep, warnings.warn)

# Functions that look like others
python(functools.update_wrapper, copying.update_wrapper)
mover(copying.dressed)

# Items and attributes by function
mover(operator.itemgetter, operator.attrgetter, operator.methodcaller, result="c")
python(operator.concat, library.concat)
python(present(operator, "call"), library.call)

# What a function looks like: its defaults are the objects themselves
mover(inspect.signature, inspect.getfullargspec, inspect.unwrap)

# Random bits
constant(random.Random.random, random.Random.getrandbits, result="s")
constant(_random.Random.seed)

# Of objects, not of what they hold
constant(sys.getsizeof, sys.getrefcount, sys.getrecursionlimit, result="s")

# Several results
parts(divmod, lambda g, y, x, y1: (unbroadcast(g[1], x), unbroadcast(-g[1] * y[0], y1)), result="t")
parts(math.modf, lambda g, y, x: g[0], result="t")
parts(math.frexp, lambda g, y, x: g[0] * 2.0 ** -y[1], result="t")

# Sequences
gather(library.both_dist, lambda g, y, values: library.dist_back(g, y, values), result="s")
gather(library.both_sumprod, lambda g, y, values: library.sumprod_back(g, values), result="n")
gather(library.all_prod, lambda g, y, values: product_back(g, values, 1), result="n")
python(math.dist, library.dist)
python(present(math, "sumprod"), library.sumprod)

# Special functions
elementwise(math.gamma, lambda g, y, x: g * y * digamma(x), result="s")
elementwise(math.lgamma, lambda g, y, x: g * digamma(x), result="s")

# Complex numbers. The cotangent of a complex number stands for the real part of `g dz`.
elementwise(cmath.exp, lambda g, y, x: g * y, result="s")
elementwise(cmath.log, lambda g, y, x, base=None: (
    g / x if base is None else g / (x * cmath.log(base)),
    None if base is None else -g * y / (base * cmath.log(base)),
), result="s")
elementwise(cmath.log10, lambda g, y, x: g / (x * math.log(10)), result="s")
elementwise(cmath.sqrt, lambda g, y, x: g / (2 * y), result="s")
elementwise(cmath.sin, lambda g, y, x: g * cmath.cos(x), result="s")
elementwise(cmath.cos, lambda g, y, x: -g * cmath.sin(x), result="s")
elementwise(cmath.tan, lambda g, y, x: g * (1 + y * y), result="s")
elementwise(cmath.sinh, lambda g, y, x: g * cmath.cosh(x), result="s")
elementwise(cmath.cosh, lambda g, y, x: g * cmath.sinh(x), result="s")
elementwise(cmath.tanh, lambda g, y, x: g * (1 - y * y), result="s")
elementwise(cmath.asin, lambda g, y, x: g / (cmath.sqrt(1 - x) * cmath.sqrt(1 + x)), result="s")
elementwise(cmath.acos, lambda g, y, x: -g / (cmath.sqrt(1 - x) * cmath.sqrt(1 + x)), result="s")
elementwise(cmath.atan, lambda g, y, x: g / (1 + x * x), result="s")
elementwise(cmath.asinh, lambda g, y, x: g / cmath.sqrt(1 + x * x), result="s")
elementwise(cmath.acosh, lambda g, y, x: g / (cmath.sqrt(x - 1) * cmath.sqrt(x + 1)), result="s")
elementwise(cmath.atanh, lambda g, y, x: g / (1 - x * x), result="s")
elementwise(cmath.phase, lambda g, y, x: np.real(g) * -1j / x, result="s")
parts(cmath.polar, lambda g, y, x: np.real(g[0]) * (x.conjugate() / y[0]) + np.real(g[1]) * (-1j / x), result="t")
elementwise(cmath.rect, lambda g, y, r, phi: ((g * cmath.rect(1.0, phi)).real, (g * 1j * y).real), result="s")
constant(cmath.isnan, cmath.isinf, cmath.isfinite, cmath.isclose, result="s")
