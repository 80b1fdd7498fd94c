"""SciPy: roots, minima, integrals, splines and sparse matrices."""

import linecache

import numpy as np
import pytest

import cpsad

integrate = pytest.importorskip("scipy.integrate")
interpolate = pytest.importorskip("scipy.interpolate")
optimize = pytest.importorskip("scipy.optimize")
sparse = pytest.importorskip("scipy.sparse")
sparse_linalg = pytest.importorskip("scipy.sparse.linalg")

X = np.linspace(0, 1, 6)
Y = np.sin(3 * X)
W = np.array([1.0, 0.7])


def equation(x, t):
    return x**3 + t * x - 2.0


def equations(x, t):
    return [x[0] ** 2 + t * x[1] - 2.0, x[1] ** 3 - x[0] * t]


def with_jacobian(x, t):
    return np.array(equations(x, t)), np.array([[2 * x[0], t], [-t, 3 * x[1] ** 2]])


def objective(x, t):
    return np.sum((x - np.array([t, t * t])) ** 2) + 0.1 * np.sum(x**4) * t


def array_of(x, t):
    return np.array(equations(x, t))


NAMES = {
    "array_of": array_of,
    "np": np, "optimize": optimize, "integrate": integrate, "interpolate": interpolate, "W": W, "X": X, "Y": Y,
    "equation": equation, "equations": equations, "objective": objective, "with_jacobian": with_jacobian,
    "cubic": interpolate.CubicSpline(X, Y), "pchip": interpolate.PchipInterpolator(X, Y),
    "natural": interpolate.CubicSpline(X, np.outer(Y, W), bc_type="natural"), "spsolve": sparse_linalg.spsolve,
    "spline": interpolate.make_interp_spline(X, Y), "fitted": interpolate.UnivariateSpline(X, Y, s=0),
    "tck": interpolate.splrep(X, Y), "linear": interpolate.interp1d(X, Y), "A": sparse.csr_matrix([[1.0, 0, 2], [0, 3, 0]]),
    "S": sparse.csc_array(np.array([[2.0, 1.0], [0.0, 3.0]])),
}

RIGHT = """optimize.brentq(equation, 0, 3, args=(t,)); optimize.brentq(lambda x: x**3 + t * x - 2.0, 0.0, 3.0) * t
    optimize.brentq(equation, 0, 3, args=(t,), full_output=True)[0]; optimize.bisect(equation, 0, 3, args=t)
    optimize.toms748(equation, 0, 3, args=(t,)); optimize.ridder(equation, 0, 3, (t,)); optimize.newton(equation, 1.0, args=(t,))
    optimize.root_scalar(equation, args=(t,), bracket=(0, 3)).root; np.sum(optimize.root(equations, [1.0, 1.0], args=(t,)).x * W)
    np.sum(optimize.root(with_jacobian, np.ones(2), args=(t,), jac=True)["x"] * W)
    np.sum(optimize.fsolve(lambda x: np.array(equations(x, t)), [1.0, 1.0]) * W)
    np.sum(optimize.minimize(objective, np.zeros(2), args=(t,), tol=1e-12).x * W)
    optimize.minimize(objective, np.zeros(2), args=(t,), tol=1e-12)["fun"]
    optimize.minimize(lambda x: np.sum((x - t) ** 2 + x**4), np.zeros(2), tol=1e-12).x @ W * t
    optimize.minimize(lambda x: (np.sum((x - t * t) ** 2), 2 * (x - t * t)), np.zeros(2), tol=1e-12, jac=True).x @ W * t
    optimize.minimize(lambda x: (x[0] - t) ** 2, np.zeros(1), jac=lambda x: np.array([2 * (x[0] - t)])).x[0]
    integrate.quad(lambda x: np.exp(-t * x * x), 0, 1)[0]; integrate.quad(lambda x, s: np.exp(-s * x * x), 0, np.inf, args=(t,))[0]
    integrate.quad(lambda x: np.exp(-t * x * x), -np.inf, np.inf)[0]; integrate.quad(np.sin, t, 2 * t)[0]
    integrate.quad(lambda x: np.exp(t * x), -np.inf, t)[0]; integrate.quad(lambda x: t * np.log(x), 0, 1)[0]
    integrate.quad(lambda x: np.sqrt(x) * t, 2 * t, t)[0]; integrate.dblquad(lambda y, x: np.exp(-t * x * y), 0, 1, 0, 1)[0]
    integrate.fixed_quad(lambda x: np.exp(-t * x), 0, 1, n=5)[0]; integrate.simpson(np.array([t, t * t, t]), dx=0.5)
    optimize.minimize_scalar(lambda x: (x - t) ** 2).x; optimize.least_squares(array_of, np.ones(2), args=(t,)).x[0]
    np.sum(cubic(np.array([t, t * t])) * W); cubic(t) + cubic(t, 1); np.sum(natural(np.array([t, t * t])) @ W); float(pchip(t))
    np.sum(spline(np.array([t, t * t])) * W); fitted(t) * 1.0; interpolate.splev(t, tck) * 1.0; linear(t) * 1.0
    interpolate.CubicSpline(X, Y * t)(0.33) * 1.0; interpolate.PchipInterpolator(X, Y * t)(np.array([0.3, 0.7])) @ W
    interpolate.BSpline(np.array([0, 0, 0, 1.0, 1, 1]), np.array([t, t * t, 1.0]), 2)(0.3) * 1.0
    (A @ np.array([t, 1, t * t])) @ W; np.sum(A @ np.outer(np.array([t, 1, t * t]), W)); A.dot(np.array([t, 1, t * t])) @ W
    np.sum(np.array([t, t * t]) @ A); np.sum(A.T @ np.array([t, t * t])); spsolve(S, np.array([t, t * t])) @ W"""


def function(expression):
    source = f"def f(t):\n    return {expression}\n"
    linecache.cache[f"<{expression}>"] = len(source), None, source.splitlines(True), f"<{expression}>"
    names = dict(NAMES)
    exec(compile(source, f"<{expression}>", "exec"), names)
    return names["f"]


@pytest.mark.parametrize("expression", [e.strip() for e in RIGHT.replace("\n", ";").split(";")])
def test_solver(expression):
    f = function(expression)
    value, gradient = cpsad.value_and_grad(f)(0.7)
    assert value == f(0.7)
    h = 1e-4
    slope = (8 * (f(0.7 + h) - f(0.7 - h)) - f(0.7 + 2 * h) + f(0.7 - 2 * h)) / (12 * h)
    assert gradient == pytest.approx(slope, rel=1e-5 if "minimize" in expression else 1e-6, abs=1e-8)
    assert cpsad.jvp(f, (0.7,), (1.0,)) == (value, pytest.approx(gradient, rel=1e-9))


@pytest.mark.parametrize("expression, why", [
    ("optimize.root(equations, [1.0, 1.0], args=(t,)).fun[0]", "beside the solution"),
    ("optimize.minimize(objective, np.zeros(2), args=(t,), bounds=[(0, 1), (0, 1)]).x[0]", "bounds"),
    ("optimize.bisect(lambda x: 0.0 * x + t - t, 0.0, 3.0)", "slope there is 0"),
    ("interpolate.PPoly(np.array([[1.0, 2.0], [1.0, 0.0]]), np.array([0.0, 0.5 * t, 1.0]))(0.7) * 1.0", "argument breaks"),
    ("interpolate.BSpline(np.array([0, 0, 0.5 * t, 1.0, 1]), np.array([1.0, 2.0, 3.0]), 1)(0.3) * 1.0", "argument knots"),
    ("interpolate.splev(0.3, (tck[0], tck[1] * t, 3)) * 1.0", "argument c"),
    ("integrate.quad(lambda x: np.cos(t * x), 0, 1, weight='cos', wvar=2.0)[0]", "weight"),
])
def test_what_is_refused(expression, why):
    with pytest.raises((cpsad.NoDerivativeError, NotImplementedError), match=why):
        cpsad.grad(function(expression))(0.7)


def test_a_kink_inside_an_integral():
    """Its derivative jumps there; SciPy's own value is right to 1e-8, its slope by differences to 1e-5."""
    assert cpsad.grad(function("integrate.quad(lambda x: abs(x - t), 0, 1)[0]"))(0.7) == pytest.approx(0.4, abs=1e-6)


@pytest.mark.parametrize("expression", [
    "optimize.brentq(lambda x: x**3 + t * x - 2.0, 0.0, 3.0) * t", "np.sum(optimize.root(equations, [1.0, 1.0], args=(t,)).x * W)",
    "optimize.minimize(lambda x: (x[0] - t**3) ** 2, np.zeros(1), jac=lambda x: np.array([2 * (x[0] - t**3)])).x[0]",
    "optimize.minimize(objective, np.zeros(2), args=(t,), tol=1e-12)['fun']",
    "integrate.quad(lambda x: np.exp(-t * x * x), 0, 1)[0]"])
def test_second_derivatives(expression):
    f = function(expression)
    slope, h = cpsad.grad(f), 1e-3
    expected = (8 * (slope(0.7 + h) - slope(0.7 - h)) - slope(0.7 + 2 * h) + slope(0.7 - 2 * h)) / (12 * h)
    assert cpsad.hvp(f)(0.7, 1.0) == pytest.approx(expected, rel=1e-6)
    assert cpsad.grad(slope)(0.7) == pytest.approx(expected, rel=1e-6)


def test_third_derivatives_through_a_root_are_refused():
    second = cpsad.grad(cpsad.grad(function("optimize.brentq(equation, 0, 3, args=(t,))")))
    with pytest.raises(cpsad.NoDerivativeError, match="third derivative"):
        cpsad.jvp(second, (0.7,), (1.0,))


def test_nothing_is_left_of_the_search_for_a_slope():
    """What the equation depends on, and the result too: each has its share once."""
    def f(t):
        def g(x):
            return x * x - t * t * 2.0

        return optimize.brentq(g, 0.0, 3.0) + t

    assert cpsad.grad(f)(0.7) == pytest.approx(2**0.5 + 1, rel=1e-12)
