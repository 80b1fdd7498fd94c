"""Integrals of `scipy.integrate.quad`, by limits and parameters (Leibniz's rule); how is said in `cpsad/implicit.py`."""

from scipy import integrate

from .. import implicit
from .registry import Table

table = Table("scipy integrate")

table.constant(implicit.nodes_of, implicit.check_close)
table.defrule(implicit.replaced_integral, lambda g, y, value, estimate: (None, g), result="n")


def quad(func, a, b, args=(), full_output=0, epsabs=1.49e-08, epsrel=1.49e-08, limit=50, points=None, weight=None, wvar=None,
         wopts=None, maxp1=50, limlst=50, complex_func=False):
    if points is not None or weight is not None or complex_func or full_output:
        raise NotImplementedError("integrate.quad has a derivative without points, weight, complex_func and full_output")
    args = args if isinstance(args, tuple) else (args,)
    return implicit.integral(integrate.quad, func, a, b, args, {"epsabs": epsabs, "epsrel": epsrel, "limit": limit})


table.python(integrate.quad, quad)
