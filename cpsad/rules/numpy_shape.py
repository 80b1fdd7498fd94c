"""Rules of NumPy's functions that rearrange, select, join and convert elements.

Many of their results share memory with an argument, or are the argument itself; `view=False` marks those that
never do.
"""

import numpy as np

from ..cotangents import unbroadcast
from .helpers import cast, reshape_like
from .helpers_pad import pad_back, pad_value_back
from .helpers_shape import (
    column_stack_back,
    concat_back,
    hstack_back,
    item_back,
    join_parts,
    repeat_back,
    reshaped,
    row_stack_back,
    stack_back,
    take_along_back,
    take_back,
    tile_back,
    unroll,
    unsort,
    unstack_back,
    untranspose,
)
from .registry import Table, present

table = Table("numpy shape", views=True)
defrule, gather = table.defrule, table.gather

# Shapes
defrule(np.reshape, lambda g, y, a, shape, order="C": reshape_like(g, a, order))
defrule((np.ndarray.reshape, np.generic.reshape), lambda g, y, a, *shape, order="C": reshape_like(g, a, order))
defrule((np.ravel, np.ndarray.ravel, np.generic.ravel), lambda g, y, a, order="C": reshape_like(g, a, order))
defrule((np.ndarray.flatten, np.generic.flatten), lambda g, y, a, order="C": reshape_like(g, a, order), view=False)
defrule(np.ndarray.view, lambda g, y, a: g)  # of the same dtype
defrule(np.expand_dims, lambda g, y, a, axis: reshape_like(g, a))
defrule((np.squeeze, np.ndarray.squeeze, np.generic.squeeze), lambda g, y, a, axis=None: reshape_like(g, a))
defrule((np.atleast_1d, np.atleast_2d, np.atleast_3d), lambda g, y, ary: reshape_like(g, ary))

# Order of axes
defrule(np.transpose, lambda g, y, a, axes=None: untranspose(g, axes))
defrule((np.ndarray.transpose, np.generic.transpose), lambda g, y, a, *axes: untranspose(g, axes))
defrule((np.ndarray.T, np.generic.T), lambda g, y, a: np.transpose(g))
defrule(present(np.ndarray, "mT"), lambda g, y, a: np.swapaxes(g, -1, -2))
defrule(present(np, "matrix_transpose"), lambda g, y, x: np.swapaxes(g, -1, -2))
defrule((np.swapaxes, np.ndarray.swapaxes), lambda g, y, a, axis1, axis2: np.swapaxes(g, axis1, axis2))
defrule(np.moveaxis, lambda g, y, a, source, destination: np.moveaxis(g, destination, source))

# Order of elements
defrule(np.flip, lambda g, y, m, axis=None: np.flip(g, axis))
defrule(np.flipud, lambda g, y, m: np.flipud(g))
defrule(np.fliplr, lambda g, y, m: np.fliplr(g))
defrule(np.roll, lambda g, y, a, shift, axis=None: np.roll(g, np.negative(shift), axis), view=False)
defrule(np.rot90, lambda g, y, m, k=1, axes=(0, 1): np.rot90(g, -k, axes))
defrule(np.sort, lambda g, y, a, axis=-1, *, kind=None, stable=None: unsort(g, a, axis), view=False)

# Repetition and selection
defrule(np.broadcast_to, lambda g, y, array, shape, subok=False: unbroadcast(g, array))
defrule(
    (np.repeat, np.ndarray.repeat),
    lambda g, y, a, repeats, axis=None: repeat_back(g, a, repeats, axis),
    view=False,
)
defrule(np.tile, lambda g, y, A, reps: tile_back(g, A, reps), view=False)
defrule(
    np.pad,
    lambda g, y, array, pad_width, mode="constant", *, constant_values=0, end_values=0, reflect_type="even", stat_length=None: (
        pad_back(g, array, pad_width, mode, reflect_type, stat_length),
        None,
        None,
        pad_value_back(g, array, pad_width, mode, constant_values, False),
        pad_value_back(g, array, pad_width, mode, end_values, True),
    ),
    view=False,
)
defrule(
    (np.take, np.ndarray.take),
    lambda g, y, a, indices, axis=None: take_back(g, a, indices, axis),
    view=False,
)
defrule(
    np.take_along_axis,
    lambda g, y, arr, indices, axis=-1: take_along_back(g, arr, indices, axis),
    view=False,
)
defrule(
    (np.ndarray.item, np.generic.item),
    lambda g, y, a, *args: item_back(g, a, args),
    result="s",
    view=False,
)
defrule(
    np.append,
    lambda g, y, arr, values, axis=None: (
        concat_back(g, (arr, values), axis)[0],
        concat_back(g, (arr, values), axis)[1],
    ),
    view=False,
)

defrule(np.ndarray.flat, lambda g, y, a: np.reshape(g, np.shape(a)), result="o")

# Parts of complex numbers
defrule((np.real, np.ndarray.real, np.generic.real), lambda g, y, val: np.real(g), result="=")
defrule((np.imag, np.ndarray.imag, np.generic.imag), lambda g, y, val: -1j * np.real(g), result="=")
defrule(
    (np.ndarray.conj, np.ndarray.conjugate, np.generic.conj, np.generic.conjugate),
    lambda g, y, x: np.conjugate(g),
    result="=",
)

# Joining: `g` comes back as a list, as long as the sequence
gather(np.concatenate, lambda g, y, arrays, axis=0, *, dtype=None, casting="same_kind": concat_back(g, arrays, axis))
gather(np.stack, lambda g, y, arrays, axis=0, *, dtype=None, casting="same_kind": stack_back(g, arrays, axis))
gather(np.vstack, lambda g, y, tup, *, dtype=None, casting="same_kind": row_stack_back(g, tup, 2, 0))
gather(np.dstack, lambda g, y, tup: row_stack_back(g, tup, 3, 2))
gather(np.hstack, lambda g, y, tup, *, dtype=None, casting="same_kind": hstack_back(g, tup))
gather(np.column_stack, lambda g, y, tup: column_stack_back(g, tup))

# Copies and conversions. Of an array, `g` is the cotangent; of nested sequences it is indexed like them.
defrule((np.copy, np.ndarray.copy, np.generic.copy), lambda g, y, a, order="K": g, view=False)
defrule((np.ndarray.astype, np.generic.astype), lambda g, y, a, dtype, order="K", *, copy=True: cast(g, a, y))
defrule(present(np, "astype"), lambda g, y, x, dtype, *, copy=True: cast(g, x, y))
defrule(
    (np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128),
    lambda g, y, x=0.0: cast(g, x, y),
)
gather(
    np.array,
    lambda g, y, object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0: (
        cast(g if ndmin == 0 else reshaped(g, object, y), object, y)
    ),
)
gather((np.asarray, np.asanyarray), lambda g, y, a, dtype=None, order=None, *, copy=None: cast(g, a, y))
gather(np.ascontiguousarray, lambda g, y, a, dtype=None: cast(reshape_like(g, a), a, y))

# One array into several
table.parts((np.split, np.array_split), lambda g, y, ary, indices_or_sections, axis=0: join_parts(g, y, axis))
table.parts(np.hsplit, lambda g, y, ary, indices_or_sections: join_parts(g, y, 1 if np.ndim(ary) > 1 else 0))
table.parts(np.vsplit, lambda g, y, ary, indices_or_sections: join_parts(g, y, 0))
table.parts(np.dsplit, lambda g, y, ary, indices_or_sections: join_parts(g, y, 2))
table.parts(present(np, "unstack"), lambda g, y, x, *, axis=0: unstack_back(g, y, axis), "t")
defrule(np.rollaxis, lambda g, y, a, axis, start=0: unroll(g, axis, start))

# No rule: np.ndarray.tolist, np.ndarray.flat, views of another dtype, and what writes into its argument (np.copyto, np.put,
# np.fill_diagonal, np.ndarray.fill, np.ndarray.sort, np.ndarray.resize, ...).
