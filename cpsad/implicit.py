"""Solutions of equations and integrals, as functions of their parameters: what SciPy's solvers are differentiated through.

A root x of f(x, t) = 0 moves with t by the implicit function theorem, dx = -f_x^-1 f_t dt; a minimum is a root of the
gradient. The solver runs plainly. Then f is called once more at the solution, where it is differentiated by all it
depends on: `args`, what it closes over, attributes. The slope f_x is found by its form, on the way forward. The solution is
what two steps x - f_x^-1 f(x, t) with that slope, as a constant, make of the root that was found. Each step gives one more
derivative: if x is right up to terms of order n in dt, the step's error is f_x^-1 times what f_x changes over dt, times that of
x, of order n + 1. So second derivatives are exact too (Kelley, *Iterative methods for linear and nonlinear equations*, 1995,
chapter 5: the chord method); third ones are refused.

An integral over an interval is a sum over the nodes of Gauss's rule, on parts of the interval that are halved until it is
exact to the last digits; that sum is differentiated (Leibniz's rule, limits included), and the value stays QUADPACK's. If
the sum is not the value to 1e-6, the derivative would not be either, and is refused.

Everything here is plain Python around a few primitives, whose rules are in `rules/scipy_optimize.py`.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .cotangents import ZERO, Absorbing, Poison
from .heap import is_floating
from .layout import Call
from .places import here
from .protocols import FORMS, call_with
from .resolve import letter_of
from .tangent_forms import CALLERS
from .transforms.errors import NoDerivativeError

__all__ = ["implied", "integral", "jacobian_at", "limited", "nodes_of", "no_more", "plainly", "replaced", "slope_at"]


# -- what is constant -----------------------------------------------------------------------------------------------

def plainly(solver: Any, args: Any, keywords: Any) -> Any:
    """The solver's own result, of objects of its own: those that f gave have tangents in forward mode."""
    from .operators import stop_gradient

    found = solver(*args, **keywords)
    if not isinstance(found, dict):
        return stop_gradient(found)
    for name, value in found.items():
        found[name] = stop_gradient(value)
    return found


def slope_at(function: Any, x: Any, args: Any) -> Any:
    """f_x at a root of one number."""
    raise NotImplementedError("slope_at is called in differentiated code only")


def jacobian_at(function: Any, x: Any, args: Any) -> Any:
    """f_x at a root of several numbers, a square matrix."""
    raise NotImplementedError("jacobian_at is called in differentiated code only")


def _cotangents(heap: Any, function: Any, x: Any, args: Any, seed: Any) -> Any:
    """The cotangent of `x` from that of f(x, *args), which is `seed(result)`.

    It is done again with the opposite seed: so what else f depends on, whose adjoints are not yet asked for, has none.
    """
    signature = letter_of(x, True) + "".join([letter_of(a, is_floating(a)) for a in args])
    target = heap.form(function, signature)
    found = call_with(target, heap, lambda result: seed(result, 1.0), (x, *args))[0]
    call_with(target, heap, lambda result: seed(result, -1.0), (x, *args))
    return found


def _slope_form(function: Any, call: Call) -> Any:
    def adapted(heap: Any, k: Any, f: Any, x: Any, args: Any) -> Any:
        slope = _cotangents(heap, f, x * 1.0, args, lambda result, sign: sign)
        if isinstance(slope, Absorbing) or slope == 0:
            raise flat_root(f, "slope there is 0", "an equation whose root is simple")
        k(slope)
        return ZERO, ZERO, ZERO

    return adapted


def _jacobian_form(function: Any, call: Call) -> Any:
    def adapted(heap: Any, k: Any, f: Any, x: Any, args: Any) -> Any:
        x = np.array(x, float)
        rows = [_cotangents(heap, f, x.copy(), args, functools.partial(_unit, heap, i)) for i in range(x.size)]
        matrix = np.array([np.zeros(x.size) if isinstance(row, Absorbing) else np.ravel(row) for row in rows])
        if np.linalg.matrix_rank(matrix) < x.size:
            raise flat_root(f, "Jacobian there is singular", "equations whose root is isolated")
        k(matrix)
        return ZERO, ZERO, ZERO

    return adapted


def _unit(heap: Any, i: int, result: Any, sign: float) -> Any:
    """The cotangent that asks for entry `i` of a result: an array, a number, or a sequence of numbers."""
    if isinstance(result, (list, tuple)):
        heap.add(result[i], sign)
        return ZERO
    if np.ndim(result) == 0:
        return sign
    made = np.zeros(np.shape(result))
    made.flat[i] = sign
    return made


FORMS[slope_at] = _slope_form
FORMS[jacobian_at] = _jacobian_form


# The same in forward mode: a run of its own, in which all but x is constant

def _along(function: Any, x: Any, args: Any, direction: Any) -> Any:
    from .forward_mode import jvp

    return jvp(lambda at: function(at, *args), (x,), (direction,))[1]


def _slope_forward(table: Any, function: Any, x: Any, args: Any) -> Any:
    slope = _along(function, x * 1.0, args, 1.0)
    if slope == 0:
        raise flat_root(function, "slope there is 0", "an equation whose root is simple")
    return slope


def _jacobian_forward(table: Any, function: Any, x: Any, args: Any) -> Any:
    x = np.array(x, float)
    columns = [_along(function, x, args, np.reshape(unit, np.shape(x))) for unit in np.eye(x.size)]
    matrix = np.stack([np.ravel(np.array(column)) for column in columns], 1)
    if np.linalg.matrix_rank(matrix) < x.size:
        raise flat_root(function, "Jacobian there is singular", "equations whose root is isolated")
    return matrix


CALLERS[slope_at] = _slope_forward
CALLERS[jacobian_at] = _jacobian_forward


def flat_root(function: Any, why: str, remedy: str) -> Exception:
    return here(NoDerivativeError, f"the root of {name_of(function)} has no derivative", why=f"the {why}",
                remedy=f"solve {remedy}")


def name_of(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


# -- primitives with rules ------------------------------------------------------------------------------------------

def implied(root: Any, residual: Any, slope: Any) -> Any:
    """The root; its derivative is that of root - residual / slope, or of a matrix, root - slope^-1 residual."""
    return root * 1


def implied_back(g: Any, residual: Any, slope: Any) -> Any:
    if isinstance(g, Absorbing):
        return g
    if np.ndim(slope) == 0:
        return limited(-g / slope, residual, 1)
    found = -np.linalg.solve(np.transpose(slope), np.reshape(g, (-1,)))
    return limited(np.reshape(found, np.shape(residual)), residual, 1)


def limited(value: Any, by: Any, orders: Any) -> Any:
    """`value`, which has so many derivatives; those of higher order, by what `by` depends on, are refused."""
    return value * 1


def limited_back(g: Any, by: Any, orders: Any) -> Any:
    if isinstance(g, Absorbing):
        return g
    if orders == 0:
        return refused(g, "a third derivative through a root or a minimum", "the slope at the root is taken for constant",
                       "differentiate twice")
    return limited(g, by, orders - 1)


def limited_by(g: Any, by: Any, orders: Any) -> Any:
    if isinstance(g, Absorbing) or orders == 0:
        return limited_back(g, by, orders)
    return np.zeros(np.shape(by))


def no_more(value: Any, by: Any) -> Any:
    """What a solver gives beside the solution: it depends on what the solution depends on, in a way that is not known."""
    return value


def replaced(value: Any, estimate: Any) -> Any:
    """`value`, with the derivative of `estimate`."""
    return value * 1


def replaced_integral(value: Any, estimate: Any) -> Any:
    """The same, of an integral."""
    return value * 1


def refused(g: Any, what: str, why: str, remedy: str) -> Any:
    return ZERO if isinstance(g, Absorbing) else Poison(here(NoDerivativeError, what, why=why, remedy=remedy))


# -- integrals ------------------------------------------------------------------------------------------------------

_RULE = np.polynomial.legendre.leggauss(15)
_MOST = 400  # parts of an interval


def nodes_of(solver: Any, function: Any, a: Any, b: Any, args: Any, keywords: Any) -> Any:
    """Places and weights in (0, 1) of a rule for the integral, and its value and error.

    On an infinite interval the places are those of t in (1 - t) / t. The parts are halved until a rule on each agrees
    with the sum of its halves to the last digits: where the integrand has a kink, its derivative jumps.
    """
    value, error, *_ = solver(function, a, b, args, full_output=1, **keywords)

    def integrand(t: Any) -> Any:
        if np.isfinite(a) and np.isfinite(b):
            return function(a + (b - a) * t, *args) * (b - a)
        s = (1 - t) / t
        if np.isinf(a) and np.isinf(b):
            return (function(s, *args) + function(-s, *args)) / (t * t)
        end, far = (a, b) if np.isinf(b) else (b, a)
        return function(end + (s if far > 0 else -s), *args) / (t * t)

    def summed(lower: float, upper: float) -> tuple[float, float]:
        parts = [w * integrand(t) for t, w in zip(*_nodes(lower, upper), strict=True)]
        return sum(parts), sum(map(abs, parts))

    done: list[tuple[float, float]] = []
    first, size = summed(0.0, 1.0)
    todo = [(0.0, 1.0, first)]
    while todo and a != b:
        lower, upper, whole = todo.pop()
        middle = (lower + upper) / 2
        (left, size_left), (right, size_right) = summed(lower, middle), summed(middle, upper)
        size = max(size, size_left + size_right)
        if abs(left + right - whole) <= 2e-14 * size or len(todo) + len(done) > _MOST or middle in (lower, upper):
            done.append((lower, upper))
        else:
            todo += [(lower, middle, left), (middle, upper, right)]
    places, weights = [], []
    for lower, upper in sorted(done) or [(0.0, 1.0)]:
        t, w = _nodes(lower, upper)
        places += t
        weights += w
    return places, weights, value, error


def _nodes(lower: float, upper: float) -> tuple[list[float], list[float]]:
    x, w = _RULE
    half = (upper - lower) / 2
    return (lower + half * (1 + x)).tolist(), (half * w).tolist()


def check_close(value: Any, estimate: Any, function: Any) -> None:
    if not abs(value - estimate) <= 1e-6 * abs(value) + 1e-9:
        raise here(NoDerivativeError, f"the integral of {name_of(function)} cannot be differentiated here",
                   why="it has a singularity, or runs so wildly that a rule of fixed nodes does not give its value",
                   remedy="take the singularity out by a change of variables, or split the interval there")


def integral(solver: Any, function: Any, a: Any, b: Any, args: Any, keywords: Any) -> Any:
    """(value, error) of an integral."""
    places, weights, value, error = nodes_of(solver, function, a, b, args, keywords)
    total = 0.0
    if np.isinf(a) and np.isinf(b):
        for t, w in zip(places, weights):
            s = (1 - t) / t
            total = total + w / (t * t) * (function(s, *args) + function(-s, *args))
        if a > b:
            total = -total
    elif np.isinf(b) or np.isinf(a):
        end, way = (a, 1.0 if b > 0 else -1.0) if np.isinf(b) else (b, 1.0 if a > 0 else -1.0)
        for t, w in zip(places, weights):
            total = total + w / (t * t) * function(end + way * (1 - t) / t, *args)
        if (b < 0) if np.isinf(b) else (a > 0):
            total = -total
    else:
        width = b - a
        for t, w in zip(places, weights):
            total = total + w * width * function(a + width * t, *args)
    check_close(value, total, function)
    return replaced_integral(value, total), error

