"""Splines through data, and data on grids, of `scipy.interpolate`: by the data, as constants by the places where they are given.

The coefficients of a spline through data are linear in them; the matrix is what SciPy gives for unit vectors. (de Boor,
*A Practical Guide to Splines*, 2001, chapter 13.) The value between the nodes of a grid is a sum over the corners of the cell.
"""

import itertools

import numpy as np
from scipy import interpolate
from scipy.interpolate import BSpline, RegularGridInterpolator

from .helpers import no_derivative
from .helpers_computed import computed, refuse, valued
from .registry import Table

table = Table("scipy grids")
python, constant = table.python, table.constant
PLACES = "the places at which data of an interpolation are given"


def anchored(value, places):
    """`value`, which depends on `places` in a way that is not followed."""
    return value * 1


table.defrule(anchored, lambda g, y, value, places: (g, no_derivative(g, PLACES)))


# -- splines --------------------------------------------------------------------------------------------------------

def response(make, x, count, periodic, *conditions):
    """The coefficients for each unit vector of data; of a periodic spline's ends, which are one value, half to each."""
    units = np.eye(count)
    if periodic:
        units[:, [0, -1]] = 0.0
        units[[[0], [-1]], [0, -1]] = 0.5
    return make(x, units, *conditions).c


constant(response)


def with_data(found, matrix, x, y, axis):
    """The spline `found`, with coefficients that depend on the data."""
    data = np.moveaxis(y, axis, 0)
    c = anchored(valued(found.c, np.tensordot(matrix, data, (1, 0))), x)
    return BSpline(found.t, np.moveaxis(c, 0, axis), found.k, found.extrapolate, axis)


def make_interp_spline(x, y, k=3, t=None, bc_type=None, axis=0, check_finite=True):
    y = np.asarray(y)
    axis = axis % np.ndim(y)
    found = computed(interpolate.make_interp_spline, x, y, k, t, bc_type, axis, check_finite)
    conditions = free_of_values(bc_type, np.shape(y)[axis])
    matrix = response(interpolate.make_interp_spline, x, np.shape(y)[axis], bc_type == "periodic" and k > 1, k, t, conditions)
    return with_data(found, matrix, x, y, axis)


def free_of_values(bc_type, count):
    """The conditions at the ends, with zeros for the values of derivatives: these add a constant."""
    if bc_type is None or isinstance(bc_type, str):
        return bc_type
    return tuple([c if c is None or isinstance(c, str) else [(order, np.zeros(count)) for order, _ in c] for c in bc_type])


constant(free_of_values)


def make_lsq_spline(x, y, t, k=3, w=None, axis=0, check_finite=True, **keywords):
    y = np.asarray(y)
    axis = axis % np.ndim(y)
    found = computed(interpolate.make_lsq_spline, x, y, t, k, w, axis, check_finite, **keywords)
    matrix = response(interpolate.make_lsq_spline, x, np.shape(y)[axis], False, t, k, w)
    return with_data(found, matrix, x if w is None else np.array([x, w]), y, axis)


python(interpolate.make_interp_spline, make_interp_spline)
python(interpolate.make_lsq_spline, make_lsq_spline)


# -- grids ----------------------------------------------------------------------------------------------------------

def regular_grid(points, values, method="linear", bounds_error=True, fill_value=np.nan, **keywords):
    """An interpolator that holds the values themselves."""
    made = computed(RegularGridInterpolator, points, values, method, bounds_error, fill_value, **keywords)
    values = np.asarray(values)
    if made._descending_dimensions:
        values = np.flip(values, axis=made._descending_dimensions)
    values = anchored(values, places_of(points))
    if hasattr(made, "_values"):
        made._values = values
    else:
        made.values = values
    return made


def places_of(points):
    return np.concatenate([np.ravel(p) for p in points])


def coordinates(xi, count):
    """Points as rows, as SciPy reads them: a tuple holds an array for each coordinate."""
    if isinstance(xi, tuple) and len(xi) == 1:
        xi = xi[0]
    if isinstance(xi, tuple):
        shape = np.broadcast_shapes(*[np.shape(c) for c in xi])
        return np.stack([np.ravel(np.broadcast_to(c, shape)) for c in xi], -1)
    return np.reshape(np.asarray(xi), (-1, count))


def cells(nodes, x):
    """For each number the node on its left, counted, and the one on its right."""
    left = np.clip(np.searchsorted(nodes, x, "right") - 1, 0, max(len(nodes) - 2, 0))
    return left, np.minimum(left + 1, len(nodes) - 1)


def outside(grid, x):
    """Which points lie outside, and which are not numbers."""
    found = np.zeros(len(x), bool)
    for i, nodes in enumerate(grid):
        found |= (x[:, i] < nodes[0]) | (x[:, i] > nodes[-1])
    return found, np.isnan(x).any(-1)


constant(cells, outside)


def at_points_of_grid(self, xi, method=None, **keywords):
    kind = self.method if method is None else method
    if kind not in ("linear", "nearest"):
        refuse(f"RegularGridInterpolator with method={kind!r}", "what is written here is the linear one",
               "use method='linear', or interpolate.make_interp_spline along each axis")
    value = computed(RegularGridInterpolator.__call__, self, xi, method, **keywords)
    grid = self._grid if hasattr(self, "_grid") else self.grid
    values = self._values if hasattr(self, "_values") else self.values
    x = coordinates(xi, len(grid))
    sides = []
    for i in range(len(grid)):
        nodes = grid[i]
        left, right = cells(nodes, x[:, i])
        width = nodes[right] - nodes[left]
        share = (x[:, i] - nodes[left]) / np.where(width > 0, width, 1.0)
        sides.append(((left, 1 - share), (right, share)))
    if kind == "nearest":
        total = values[tuple([np.where(at[1][1] <= 0.5, at[0][0], at[1][0]) for at in sides])]
    else:
        total = 0.0
        for corner in itertools.product((0, 1), repeat=len(sides)):
            chosen = [side[place] for side, place in zip(sides, corner)]
            weight = 1.0
            for _, share in chosen:
                weight = weight * share
            held = values[tuple([place for place, _ in chosen])]
            total = total + held * np.reshape(weight, np.shape(weight) + (1,) * (np.ndim(held) - 1))
    beyond, unknown = outside(grid, x)
    constants = unknown if self.bounds_error or self.fill_value is None else unknown | beyond
    total = np.where(np.reshape(constants, (-1,) + (1,) * (np.ndim(total) - 1)), 0.0, total)
    return valued(value, np.reshape(total, np.shape(value)))


def interpn(points, values, xi, method="linear", bounds_error=True, fill_value=np.nan):
    if method == "splinef2d":
        refuse("interpn with method='splinef2d'", "FITPACK's fit of the values is not followed", "use method='linear'")
    return interpolate.RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)


python(interpolate.interpn, interpn)
python(RegularGridInterpolator, regular_grid)
python(RegularGridInterpolator.__call__, at_points_of_grid)
