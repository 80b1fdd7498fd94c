"""NumPy's functions whose results carry no derivative, and those that make arrays.

Step functions (`np.floor`, `np.round`, ...) are here by convention: their slope is taken to be 0 at the steps
too. Functions that draw random numbers are not: their parameters carry derivatives, and that must not be
lost.
"""

import numpy as np

from ..cotangents import ZERO, unbroadcast
from ..vectorizing import core_dimensions
from .helpers import cast
from .helpers_shape import arange_start, arange_step
from .registry import Table, present

table = Table("numpy constants")
defrule, constant = table.defrule, table.constant

# Arrays of one number, or between two
defrule(
    np.full,
    lambda g, y, shape, fill_value, dtype=None: (None, unbroadcast(cast(g, fill_value, y), fill_value)),
)
defrule(
    np.full_like,
    lambda g, y, a, fill_value, dtype=None, *, shape=None: (
        ZERO,
        unbroadcast(cast(g, fill_value, y), fill_value),
    ),
)
defrule(
    np.linspace,
    lambda g, y, start, stop, num=50, endpoint=True, *, dtype=None: (
        unbroadcast(np.tensordot(np.linspace(1, 0, num, endpoint, dtype=y.dtype), g, 1), start),
        unbroadcast(np.tensordot(np.linspace(0, 1, num, endpoint, dtype=y.dtype), g, 1), stop),
    ),
)
constant(np.zeros, np.ones, np.empty, np.eye, np.identity, np.tri, result="n")
constant(np.zeros_like, np.ones_like, np.empty_like, result="n")
constant(np.indices, np.tril_indices, np.triu_indices, np.diag_indices, np.ix_)
constant(np.unravel_index, np.ravel_multi_index)
constant(np.tril_indices_from, np.triu_indices_from, np.diag_indices_from)

# Steps
constant(np.floor, np.ceil, np.trunc, np.rint, np.floor_divide, result="=")
constant(np.round, np.around, np.fix, np.ndarray.round, np.generic.round, result="n")

# Comparisons, logic, bits
constant(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, result="=")
constant(np.isnan, np.isinf, np.isfinite, np.signbit, np.isneginf, np.isposinf, result="=")
constant(np.iscomplex, np.isreal, result="n")
constant(np.logical_and, np.logical_or, np.logical_xor, np.logical_not, result="=")
constant(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift, result="=")
constant(np.gcd, np.lcm, *present(np, "bitwise_count"), result="=")
constant(np.isclose, np.isin, np.all, np.any, np.logical_and.reduce, np.logical_or.reduce, result="n")
constant(np.ndarray.all, np.ndarray.any, np.generic.all, np.generic.any, result="n")
constant(np.allclose, np.array_equal, np.array_equiv, np.iscomplexobj, np.isrealobj, np.isscalar, result="s")
constant(np.may_share_memory, np.shares_memory, result="s")

# Places and counts
constant(np.argmax, np.argmin, np.argsort, np.argpartition, result="n")
constant(np.nanargmax, np.nanargmin, np.lexsort, result="n")
constant(np.searchsorted, np.digitize, np.count_nonzero, np.flatnonzero, np.argwhere, result="n")
constant(np.nonzero)
constant(np.ndarray.argmax, np.ndarray.argmin, np.ndarray.argsort, np.ndarray.argpartition, result="n")
constant(np.ndarray.searchsorted, np.generic.argmax, np.generic.argmin, result="n")
constant(np.ndarray.nonzero)

# What an array is
constant(np.shape, np.broadcast_shapes)
constant(np.size, np.ndim, result="s")
constant(np.ndarray.shape, np.ndarray.strides, np.ndarray.dtype, np.ndarray.flags)
constant(np.generic.shape, np.generic.strides, np.generic.dtype, np.generic.flags)
constant(*present(np.ndarray, "device"), *present(np.generic, "device"))
constant(np.ndarray.size, np.ndarray.ndim, np.ndarray.itemsize, np.ndarray.nbytes, result="s")
constant(np.generic.size, np.generic.ndim, np.generic.itemsize, np.generic.nbytes, result="s")
constant(np.dtype, np.finfo, np.iinfo, np.result_type, np.promote_types, np.min_scalar_type, np.common_type)
constant(np.can_cast, np.issubdtype, result="s")

# Conversions to integers
constant(np.bool_, np.int8, np.int16, np.int32, np.int64, result="n")
constant(np.uint8, np.uint16, np.uint32, np.uint64, result="n")

# Settings
constant(core_dimensions)
table.mover(np.vectorize)  # it keeps the function
constant(np.seterr, np.geterr, np.errstate, np.get_printoptions, np.set_printoptions, np.printoptions)
constant(np.random.seed, np.random.default_rng, np.random.get_state, np.random.set_state)

# No rule: np.logspace, np.geomspace, everything that draws from a distribution with parameters,
# np.array2string and other texts, np.unique, np.histogram, np.bincount.

# How many elements there are is a step function of stop
table.defrule(np.arange, lambda g, y, start, stop=None, step=1, dtype=None: (arange_start(g, stop), ZERO, arange_step(g, y)))
