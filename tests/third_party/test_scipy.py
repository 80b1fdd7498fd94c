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


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # slopes at 0 of what has no weight
@pytest.mark.parametrize("method", ["Radau", "BDF"])
def test_stiff_differential_equation(method):
    agrees(lambda rate: integrate.solve_ivp(lambda t, y: -rate * y, (0.0, 1.0), [1.0], method).y[0, -1], 1.7, rtol=1e-4)


def test_minimum_by_its_iterations():
    def f(a):
        def slope(x):
            return np.array([2 * (x[0] - a) + 4 * x[0] ** 3 - 2 * (x[1] - x[0]), 2 * (x[1] - x[0])])

        start = np.array([0.3, 0.2])
        found = optimize.minimize(lambda x: (x[0] - a) ** 2 + x[0] ** 4 + (x[1] - x[0]) ** 2, start, method="BFGS", jac=slope)
        return found.x[0]

    agrees(f, 0.7, rtol=1e-4)


def test_minimum_of_one_variable():
    agrees(lambda a: optimize.brent(lambda x: (x - a) ** 2 + x**4, brack=(-1.0, 1.0)), 0.7, rtol=1e-4)


@pytest.mark.filterwarnings("ignore:`lagrange` is deprecated:DeprecationWarning")
def test_interpolation():
    interpolate = library("scipy.interpolate")
    y = np.array([0.1, 0.3, 0.2, 0.5])
    agrees(lambda y, x: interpolate.barycentric_interpolate(np.arange(4.0), y, x), y, 1.3)
    agrees(lambda y, x: interpolate.krogh_interpolate(np.arange(4.0), y, x) * interpolate.lagrange(np.arange(4.0), y)(x), y, 1.3)


def test_sums():
    y = np.array([0.1, 0.3, 0.2, 0.5, 0.4])
    agrees(lambda y: integrate.simpson(y, dx=0.1) * integrate.romb(y, dx=0.1), y)
    agrees(lambda a: integrate.quad_vec(lambda x: np.sin(a * x), 0.0, 1.0)[0], 0.7)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_windows_and_filters():
    signal = library("scipy.signal")
    agrees(lambda b: np.sum(signal.windows.kaiser(7, b) * np.arange(7.0)) + np.sum(signal.windows.gaussian(7, b)), 2.0)
    agrees(lambda w: np.sum(signal.butter(3, w)[0]), 0.3)
    agrees(lambda b: np.sum(np.abs(signal.freqz(b, [1.0, 0.2], worN=5)[1])), np.array([0.2, 0.3, 0.1]))


def test_statistics():
    stats = library("scipy.stats")
    x = np.array([0.2, 0.5, 0.3, 0.9])
    agrees(lambda x: stats.gstd(x) * stats.hmean(x), x)
