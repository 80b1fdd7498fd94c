"""SciPy, where it is written in Python."""

import numpy as np
import pytest

from cpsad import grad
from tests.third_party.compare import agrees, library

optimize = library("scipy.optimize")
integrate = library("scipy.integrate")


def test_newton():
    agrees(lambda a: optimize.newton(lambda z: z**3 - a, 1.0), 1.3)
    agrees(lambda a, x0: optimize.newton(lambda z: z**3 - a, x0, fprime=lambda z: 3 * z * z), 1.3, 1.1, argnums=(0,))
    agrees(lambda a: optimize.newton(lambda z, c: z**3 - c, 1.0, args=(a,)), 1.3)


def test_newton_with_a_second_derivative_and_all_results():
    def f(a):
        root, result = optimize.newton(lambda z: z**3 - a, 1.0, lambda z: 3 * z * z, fprime2=lambda z: 6 * z, full_output=True)
        return root * result.root

    agrees(f, 1.3)


def test_newton_of_arrays():
    agrees(lambda a: np.sum(optimize.newton(lambda z: z**3 - a, np.array([1.0, 1.1]), lambda z: 3 * z * z)), np.array([1.3, 1.5]))


def test_roots_between_bounds():
    agrees(lambda a: optimize.toms748(lambda z: z**3 - a, 0.0, 2.0), 1.3)


def test_fixed_point():
    agrees(lambda a: optimize.fixed_point(lambda z: np.cos(a * z), 0.5), 1.1)


x = np.array([0.3, 0.7, -0.2, 1.1])


def test_rosenbrock():
    agrees(lambda x: 0.01 * optimize.rosen(x), x)
    agrees(lambda x: 0.01 * np.sum(optimize.rosen_der(x) * np.arange(4.0)), x)
    agrees(lambda x: 0.01 * np.sum(optimize.rosen_hess(x) * np.arange(16.0).reshape(4, 4)), x)


def test_rosenbrock_against_its_own_derivatives():
    assert np.allclose(grad(lambda x: optimize.rosen(x))(x), optimize.rosen_der(x), rtol=1e-12)
    p = np.arange(4.0)
    assert np.allclose(grad(lambda x: np.sum(optimize.rosen_der(x) * p))(x), optimize.rosen_hess_prod(x, p), rtol=1e-12)


def test_cumulative_trapezoids():
    agrees(lambda y: np.sum(integrate.cumulative_trapezoid(y, dx=0.2) * np.arange(4.0)), np.array([0.3, 0.2, 0.1, 0.5, 0.6]))


def test_differential_equation():
    def f(rate, start):
        sol = integrate.solve_ivp(lambda t, y: [-rate * y[0], rate * y[0] - 0.1 * y[1]], (0.0, 1.0), [start, 0.0], method="RK45")
        return sol.y[1, -1] * sol.y[0, 2]

    agrees(f, 0.7, 1.3)


@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853"])
def test_differential_equation_at_given_times(method):
    def f(rate, start):
        times = np.linspace(0, 1, 4)
        sol = integrate.solve_ivp(lambda t, y, rate: -rate * y, (0.0, 1.0), start, method, times, args=(rate,))
        return np.sum(sol.y * np.arange(4.0))

    agrees(f, 0.7, np.array([1.3, 0.4]))
