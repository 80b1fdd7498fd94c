"""Rows: subpackages of NumPy that are transformed from their source."""

import numpy as np

from .row import P, R, U, row

TIMES = np.array([0.0, 0.3, 0.5, 0.8, 1.0])
row((np.emath.sqrt, np.emath.log), P(3))
row(np.emath.arcsin, U(3))
row(np.emath.power, P(3), 2.5)
for package, name in (("polynomial", "poly"), ("chebyshev", "cheb"), ("legendre", "leg"), ("laguerre", "lag"), ("hermite", "herm"),
                      ("hermite_e", "herme")):
    functions = getattr(np.polynomial, package)
    row(getattr(functions, name + "val"), U(3), R(4))
    row(getattr(functions, name + "fit"), TIMES, R(5), 2, only=(1,))
    row(getattr(functions, name + "mul"), R(3), R(2))
row(np.polynomial.chebyshev.cheb2poly, R(4))
row(np.polynomial.legendre.legint, R(4))
row(np.polynomial.hermite.hermder, R(4))
row(np.polynomial.polynomial.polydiv, R(4), R(2))
row(np.polynomial.polynomial.polyval2d, U(3), U(3), R(2, 3))
