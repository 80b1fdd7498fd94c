"""NumPy's functions that choose, insert, delete and arrange elements: rules, and Python for the rest.

What is a function here is differentiated in the place of NumPy's, and gives the same values.
"""

import numpy as np

from .helpers_places import (
    block_back,
    flat_back,
    insert_left,
    insert_right,
    partition_back,
    placed_right,
    places,
    taken_back,
    trim_back,
    unique_places,
)
from .registry import Table, present

table = Table("numpy choices")
defrule, python = table.defrule, table.python


def fixed(a):
    """Conditions and places, which carry no derivative."""
    return np.asarray(a)


table.constant(fixed, result="n")

# Selection
defrule(
    np.compress,
    lambda g, y, condition, a, axis=None: (None, taken_back(g, a, np.compress(condition, places(a), axis))),
)
defrule(
    np.ndarray.compress,
    lambda g, y, a, condition, axis=None: taken_back(g, a, np.compress(condition, places(a), axis)),
)
defrule(np.extract, lambda g, y, condition, arr: (None, taken_back(g, arr, np.extract(condition, places(arr)))))
defrule(np.delete, lambda g, y, arr, obj, axis=None: taken_back(g, arr, np.delete(places(arr), obj, axis)))
defrule(
    np.insert,
    lambda g, y, arr, obj, values, axis=None: (
        insert_left(g, arr, obj, values, axis),
        None,
        insert_right(g, arr, obj, values, axis),
    ),
)
defrule(np.resize, lambda g, y, a, new_shape: taken_back(g, a, np.resize(places(a), new_shape)))
defrule(
    np.partition,
    lambda g, y, a, kth, axis=-1, kind="introselect": partition_back(g, y, a, axis),
)
defrule(np.unique, lambda g, y, ar, *, axis=None: taken_back(g, ar, unique_places(ar, axis)))
defrule(
    present(np, "unique_values"),
    lambda g, y, x: taken_back(g, x, np.take(unique_places(x, None), np.searchsorted(np.unique(x), y))),
)
defrule(np.trim_zeros, lambda g, y, filt, trim="fb", axis=None: trim_back(g, filt, trim, axis), view=True)
defrule(np.diagflat, lambda g, y, v, k=0: flat_back(g, v, np.diagflat(places(v) + 1, k)))
table.gather(np.block, lambda g, y, arrays: block_back(g, arrays))


def places_of_unique(a, return_inverse, return_counts, axis):
    """All that `np.unique` gives but the values."""
    return np.unique(a, True, return_inverse, return_counts, axis)[1:]


table.constant(places_of_unique)


def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True):
    """`np.unique` with its index, of which the values are taken."""
    found = places_of_unique(ar, return_inverse, return_counts, axis)
    values = np.take(np.ravel(ar) if axis is None else ar, found[0], 0 if axis is None else axis)
    rest = found if return_index else found[1:]
    return (values, *rest) if rest else values


table.otherwise(np.unique, unique)


def placed(total, mask, values):
    """A copy of `total` with `values` where `mask` is true."""
    result = np.array(total)
    result[mask] = values
    return result


defrule(placed, lambda g, y, total, mask, values: (np.where(mask, 0, g), None, placed_right(g, mask, values)))


def select(condlist, choicelist, default=0):
    """`np.select`, from the last choice to the first."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    for i in range(len(condlist)):
        if np.asarray(condlist[i]).dtype != bool:
            raise TypeError(f"invalid entry {i} in condlist: should be boolean ndarray")
    result = default
    for i in range(len(condlist) - 1, -1, -1):
        result = np.where(condlist[i], choicelist[i], result)
    return result


def choose(a, choices, out=None, mode="raise"):
    """`np.choose`, from the stack of the choices."""
    if out is not None:
        raise NotImplementedError("np.choose with out= has no derivative: use its result")
    index = fixed(a)
    count = len(choices)
    if mode == "wrap":
        index = index % count
    elif mode == "clip":
        index = np.clip(index, 0, count - 1)
    elif np.any((index < 0) | (index >= count)):
        raise ValueError("invalid entry in choice array")
    shape = np.broadcast_shapes(np.shape(index), *[np.shape(c) for c in choices])
    stacked = np.stack([np.broadcast_to(c, shape) for c in choices])
    return np.take_along_axis(stacked, np.broadcast_to(index, shape)[None], 0)[0]


def piecewise(x, condlist, funclist, *args, **kw):
    """`np.piecewise`: each piece is put in its places."""
    x = np.asarray(x)
    conditions = fixed(condlist)
    if np.isscalar(condlist) or np.ndim(condlist[0]) == 0 and np.ndim(x) != 0:
        conditions = fixed([condlist])
    conditions = np.not_equal(conditions, 0)
    count = len(conditions)
    if count == len(funclist) - 1:
        conditions = np.concatenate([conditions, ~np.any(conditions, axis=0, keepdims=True)])
    elif count != len(funclist):
        raise ValueError(f"with {count} condition(s), either {count} or {count + 1} functions are expected")
    result = np.zeros_like(x)
    for i in range(len(funclist)):
        function = funclist[i]
        if not callable(function):
            result = placed(result, conditions[i], function)
        else:
            values = x[conditions[i]]
            if np.size(values) > 0:
                result = placed(result, conditions[i], function(values, *args, **kw))
    return result


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """`np.meshgrid`: each vector along an axis of its own."""
    ndim = len(xi)
    if indexing not in ["xy", "ij"]:
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    axes = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        axes[0], axes[1] = 1, 0
    sizes = [1] * ndim
    for i in range(ndim):
        sizes[axes[i]] = np.size(xi[i])
    grids = []
    for i in range(ndim):
        shape = [1] * ndim
        shape[axes[i]] = -1
        grid = np.reshape(xi[i], shape)
        if not sparse:
            grid = np.broadcast_to(grid, sizes)
        grids.append(grid.copy() if copy else grid)
    return tuple(grids)


def broadcast_arrays(*args, subok=False):
    """`np.broadcast_arrays`, each by itself."""
    shape = np.broadcast_shapes(*[np.shape(a) for a in args])
    return tuple([np.broadcast_to(a, shape) for a in args])


python(np.select, select)
python((np.choose,), choose)
python(np.ndarray.choose, choose)
python(np.piecewise, piecewise)
python(np.meshgrid, meshgrid)
python(np.broadcast_arrays, broadcast_arrays)

# Conversions of the memory's layout
defrule((np.asfortranarray, np.require), lambda g, y, a, dtype=None, requirements=None: g, view=True)
defrule(
    np.lib.stride_tricks.sliding_window_view,
    lambda g, y, x, window_shape, axis=None: taken_back(
        g, x, np.lib.stride_tricks.sliding_window_view(places(x), window_shape, axis)
    ),
    view=True,
)
