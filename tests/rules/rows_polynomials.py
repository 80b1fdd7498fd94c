"""Rows: polynomials by their coefficients."""

import numpy as np

from .row import C, R, row

row(np.polyval, R(3), R(4))
row((np.polyadd, np.polysub), R(2), R(4))
row(np.polymul, R(2), R(3))
row(np.polymul, np.array([0.0, 1.5, 2.5])[1:], R(1))
row(np.polyder, R(4))
row(np.polyder, R(4), 2)
row(np.polyint, R(3))
row(np.polyint, R(3), 2)
row(np.polyint, R(3), k=1.5)
row(np.polyint, R(3), 2, R(2))
row(np.poly, R(3))
row(np.roots, np.array([1.5, -3.0, 0.5]), rtol=1e-5)
row(np.roots, np.array([1.5, -3.0, 2.5, 4.0]), rtol=1e-5)
row(np.polyfit, np.arange(6.0), R(6), 2, rtol=1e-5)
row(np.polyfit, np.arange(6.0), R(6, 2), 1, rtol=1e-5)
row(np.polyfit, np.arange(6.0), R(6), 1, w=np.array([1.0, 2.0, 1.0, 0.5, 1.5, 1.0]), rtol=1e-5)
row(np.polyval, C(3), R(2))
