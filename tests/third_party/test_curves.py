"""svgpathtools: curves of complex numbers. lmfit: models of peaks, whose parameters are objects. sympy: functions it has written."""

import numpy as np
import pytest

from tests.third_party.compare import agrees, library

x = np.linspace(-1, 1, 7)


def test_bezier_curves():
    paths = library("svgpathtools")

    def f(a, b):
        curve = paths.CubicBezier(0j, complex(a, b), 1 + 1j, 2 + 0.5j)
        p = curve.point(0.3)
        return p.real * p.imag + abs(curve.derivative(0.4)) + curve.curvature(0.2) + paths.Line(0j, complex(a, b)).length()

    agrees(f, 0.5, 0.3)


@pytest.mark.parametrize("shape", ["gaussian", "lorentzian", "pearson7", "moffat", "breit_wigner", "students_t", "doniach"])
def test_peaks(shape):
    peak = getattr(library("lmfit.lineshapes"), shape)
    agrees(lambda centre, width: np.sum(peak(x, 1.0, centre, width) * np.arange(7.0)), 0.13, 0.7)


def test_model_of_a_peak():
    model = library("lmfit.models").GaussianModel()
    agrees(lambda c, s: np.sum(model.eval(x=x, amplitude=1.0, center=c, sigma=s) * np.arange(7.0)), 0.13, 0.7)


def test_functions_written_by_sympy():
    sympy = library("sympy")
    a, b = sympy.symbols("a b")
    scalar = sympy.lambdify((a, b), sympy.sin(a) * b**2 + sympy.exp(a * b), "math")
    matrix = sympy.lambdify((a, b), sympy.Matrix([sympy.sin(a) * b**2, sympy.exp(a * b)]), "numpy")
    agrees(lambda x, y: scalar(x, y) + np.sum(matrix(x, y)), 0.5, 0.3)
