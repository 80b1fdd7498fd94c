"""Solvers of `scipy.optimize`, by the implicit function theorem; how is said in `cpsad/implicit.py`.

They call the function that is solved plainly, and then a few times more. Derivatives of third order, and those of what a
solver gives beside the solution, are refused.
"""

import functools

import numpy as np
from scipy import optimize

from .. import implicit
from ..implicit import implied, jacobian_at, limited, no_more, plainly, slope_at
from ..operators import grad, stop_gradient
from .registry import Table

table = Table("scipy optimize")
python, defrule = table.python, table.defrule

table.constant(plainly)
defrule(implicit.replaced, lambda g, y, value, estimate: (None, g), result="n")
defrule(implied, lambda g, y, root, residual, slope: (g, implicit.implied_back(g, residual, slope)), result="n")
defrule(limited, lambda g, y, value, by, orders: (
    implicit.limited_back(g, by, orders), implicit.limited_by(g, by, orders)), result="n")
BESIDE = ("a derivative of what a solver gives beside the solution", "only the solution's is known",
          "compute it from the solution")
defrule(no_more, lambda g, y, value, by: (implicit.refused(g, *BESIDE), implicit.refused(g, *BESIDE)), result="n")


# -- roots of one number --------------------------------------------------------------------------------------------

def scalar_root(solver, f, first, args, keywords, full_output):
    found = plainly(solver, (f, *first), {**keywords, "args": args, "full_output": full_output})
    root = found[0] if full_output else found
    made = moved(root, f, args)
    return (made, found[1]) if full_output else made


def moved(root, f, args):
    """The root, whose first two derivatives are those of two steps."""
    slope = stop_gradient(slope_at(f, root, args))
    once = implied(root, f(root, *args), slope)
    return implied(once, f(once, *args), slope)


def moved_point(x, f, args):
    """The same of several numbers."""
    slope = stop_gradient(jacobian_at(f, x, args))
    once = implied(x, np.reshape(called(f, x, args), np.shape(x)), slope)
    return implied(once, np.reshape(called(f, once, args), np.shape(x)), slope)


def as_tuple(args):
    return args if isinstance(args, tuple) else (args,)


def brentq(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, full_output=False, disp=True):
    return scalar_root(optimize.brentq, f, (a, b), as_tuple(args), {
        "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}, full_output)


def brenth(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, full_output=False, disp=True):
    return scalar_root(optimize.brenth, f, (a, b), as_tuple(args), {
        "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}, full_output)


def ridder(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, full_output=False, disp=True):
    return scalar_root(optimize.ridder, f, (a, b), as_tuple(args), {
        "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}, full_output)


def bisect(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, full_output=False, disp=True):
    return scalar_root(optimize.bisect, f, (a, b), as_tuple(args), {
        "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}, full_output)


def toms748(f, a, b, args=(), k=1, xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, full_output=False, disp=True):
    return scalar_root(optimize.toms748, f, (a, b), as_tuple(args), {
        "k": k, "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "disp": disp}, full_output)


# -- roots of several -----------------------------------------------------------------------------------------------

def fsolve(func, x0, args=(), fprime=None, full_output=0, col_deriv=0, xtol=1.49012e-08, maxfev=0, band=None, epsfcn=None,
           factor=100, diag=None):
    args = as_tuple(args)
    found = plainly(optimize.fsolve, (
        func, x0, args, fprime, full_output, col_deriv, xtol, maxfev, band, epsfcn, factor, diag), {})
    x = found[0] if full_output else found
    made = moved_point(x, func, args)
    return (made, *found[1:]) if full_output else made


def root(fun, x0, args=(), method="hybr", jac=None, tol=None, callback=None, options=None):
    args = as_tuple(args)
    found = plainly(optimize.root, (fun, x0), {"args": args, "method": method, "jac": jac, "tol": tol, "callback": callback,
                                               "options": options})
    if jac is True:
        return held(found, fun, functools.partial(first_of, fun), args)
    return held(found, fun, fun, args)


def first_of(fun, x, *rest):
    """A value that comes with its slope: as no closure, whose tangents would be differentiated with it in forward mode."""
    return fun(x, *rest)[0]


def second_of(fun, x, *rest):
    return fun(x, *rest)[1]


def held(found, fun, residual, args):
    x = found["x"]
    made = moved_point(x, residual, args)
    for name in ("fun", "fjac", "r", "qtf", "jac", "cov_x"):
        if name in found:
            found[name] = no_more(found[name], made)
    found["x"] = made
    return found


def root_scalar(f, args=(), method=None, bracket=None, fprime=None, fprime2=None, x0=None, x1=None, xtol=None, rtol=None,
                maxiter=None, options=None):
    if fprime is True:
        raise NotImplementedError("optimize.root_scalar has a derivative for a function that gives its value alone")
    args = as_tuple(args)
    found = plainly(optimize.root_scalar, (f,), {
        "args": args, "method": method, "bracket": bracket, "fprime": fprime, "fprime2": fprime2, "x0": x0, "x1": x1,
        "xtol": xtol, "rtol": rtol, "maxiter": maxiter, "options": options})
    at = found["root"]
    found["root"] = moved(at, f, args)
    return found


# -- minima ---------------------------------------------------------------------------------------------------------

def minimize(fun, x0, args=(), method=None, jac=None, hess=None, hessp=None, bounds=None, constraints=(), tol=None,
             callback=None, options=None):
    if bounds is not None or len(constraints):
        raise NotImplementedError("optimize.minimize has a derivative without bounds and constraints only: where one is "
                                  "active, the solution moves along it")
    args = as_tuple(args)
    found = plainly(optimize.minimize, (fun, x0), {
        "args": args, "method": method, "jac": jac, "hess": hess, "hessp": hessp, "tol": tol, "callback": callback,
        "options": options})
    if jac is True:
        slope = functools.partial(second_of, fun)
    else:
        slope = jac if callable(jac) else grad(fun)
    x = found["x"]
    made = moved_point(x, slope, args)
    for name in ("jac", "hess", "hess_inv", "final_simplex"):
        if name in found:
            found[name] = no_more(found[name], made)
    found["x"] = made
    found["fun"] = implicit.replaced(found["fun"], fun(made, *args)[0] if jac is True else fun(made, *args))
    return found


def called(slope, x, args):
    """A gradient inside a gradient takes no stars."""
    if len(args) == 0:
        return slope(x)
    if len(args) == 1:
        return slope(x, args[0])
    if len(args) == 2:
        return slope(x, args[0], args[1])
    if len(args) == 3:
        return slope(x, args[0], args[1], args[2])
    return slope(x, *args)


for _function in (brentq, brenth, ridder, bisect, toms748, fsolve, root, root_scalar, minimize):
    python(getattr(optimize, _function.__name__), _function)
