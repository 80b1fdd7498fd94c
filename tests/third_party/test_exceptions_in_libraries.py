"""Libraries that try and catch, or enter contexts: SciPy, NumPy's polynomials, pyquaternion, thermo."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial, chebyshev, polynomial

from tests.third_party.compare import agrees, library


def test_rosenbrock():
    optimize = library("scipy.optimize")
    agrees(lambda x: 0.01 * optimize.rosen(x), np.array([0.3, 0.7, -0.2, 1.1]))


def test_rosenbrock_against_its_own_derivative():
    from cpsad import grad

    optimize = library("scipy.optimize")
    x = np.array([0.3, 0.7, -0.2, 1.1])
    assert np.allclose(grad(lambda x: optimize.rosen(x))(x), optimize.rosen_der(x), rtol=1e-12)


def test_cumulative_trapezoids():
    integrate = library("scipy.integrate")
    agrees(lambda y: np.sum(integrate.cumulative_trapezoid(y, dx=0.2) * np.arange(4.0)), np.array([0.3, 0.2, 0.1, 0.5, 0.6]))


def test_polynomials():
    c = np.array([0.3, 0.4, 0.5])
    agrees(lambda c, x: polynomial.polyval(x, c) + chebyshev.chebval(x, c), c, 0.7)
    agrees(lambda c: np.sum(polynomial.polymul(c, [1.0, 2.0]) * np.arange(4.0)), c)
    agrees(lambda c, x: Polynomial(c)(x), c, 0.3)


def test_quaternions():
    quaternion = library("pyquaternion")
    agrees(lambda a: quaternion.Quaternion(axis=[1, 0, 0], angle=a).rotate([0.0, 1.0, 2.0])[1], 0.3)


@pytest.mark.parametrize("equation", ["PR", "VDW"])
def test_equations_of_state(equation):
    eos = getattr(library("thermo.eos"), equation)
    options = {"Tc": 507.6, "Pc": 3025000.0, **({"omega": 0.2975} if equation == "PR" else {})}
    agrees(lambda t: 1e4 * eos(T=t, P=1e6, **options).V_l, 300.0)
