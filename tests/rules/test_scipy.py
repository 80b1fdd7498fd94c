"""SciPy's rules: they come with SciPy's import and cost nothing without it; derivatives of derivatives."""

import linecache
import subprocess
import sys

import numpy as np
import pytest

import cpsad

special = pytest.importorskip("scipy.special")
linalg = pytest.importorskip("scipy.linalg")
STEP = np.array([[0.3, -0.1, 0.2], [0.4, 0.1, -0.3], [0.1, 0.2, 0.3]])
BASE = np.array([[2.0, 0.1, 0.3], [0.2, 1.5, -0.1], [0.1, 0.4, 1.8]])

LATE = """
import sys
import cpsad
def f(x):
    return x * x
assert cpsad.grad(f)(1.5) == 3.0
assert not any(name.partition(".")[0] == "scipy" for name in sys.modules)
from scipy import special
def g(x):
    return special.gammaln(x)
assert cpsad.grad(g)(1.5) == special.digamma(1.5)
assert "scipy.stats" not in sys.modules
"""


def test_rules_come_with_the_import_of_scipy(tmp_path):
    (tmp_path / "late.py").write_text(LATE)
    subprocess.run([sys.executable, tmp_path / "late.py"], check=True)


SECOND = """special.gamma(x); special.gamma(-x); special.digamma(-x); special.erfinv(x); special.log_ndtr(x)
    special.expit(x); special.xlogy(x, 2 * x); special.jv(1.5, x); special.kve(1.5, x)
    special.gammaincinv(2.5, x); special.betainc(1.5, 2.5, x); special.ellipk(x)
    special.ellipkinc(x, x * 0.5); special.ellipj(x, 0.5 * x)[0]; special.boxcox(x, x)
    special.logsumexp(np.array([x, 2 * x, x * x])); np.sum(special.softmax(np.array([x, 2 * x, x * x])) ** 2)
    special.exprel(x); special.spence(x); special.spherical_jn(2, x); special.lambertw(x).real"""
SECOND = [e.strip() for e in SECOND.replace("\n", ";").split(";")]


@pytest.mark.parametrize("expression", SECOND)
def test_second_derivatives(expression):
    gradient = cpsad.grad(function(expression))
    x, h = 0.37, 1e-5
    expected = (gradient(x + h) - gradient(x - h)) / (2 * h)
    assert cpsad.grad(gradient)(x) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def function(expression, body=None):
    """`lambda x: expression`, with a source."""
    source = f"def f(x):\n    {body or 'return ' + expression}\n"
    linecache.cache[f"<{expression}>"] = len(source), None, source.splitlines(True), f"<{expression}>"
    names = {"np": np, "special": special, "linalg": linalg, "base": BASE, "step": STEP}
    exec(compile(source, f"<{expression}>", "exec"), names)
    return names["f"]


@pytest.mark.parametrize("expression", ["special.gammainc(x, 1.5)", "special.jv(x, 1.5)", "special.stdtr(x, 0.5)"])
def test_a_parameter_without_closed_form_is_refused(expression):
    with pytest.raises(cpsad.NoDerivativeError, match="its rule does not differentiate (a|v|df)"):
        cpsad.grad(function(expression))(1.5)


LINALG = """linalg.solve(a, b); linalg.solve(a, b, overwrite_a=True); linalg.solve_triangular(a, b); linalg.expm(a); linalg.sqrtm(a)
    linalg.logm(a); linalg.cho_solve(linalg.cho_factor(a @ a.T), b)
    np.tril(linalg.cho_factor(a @ a.T, True)[0]); linalg.lu_solve(linalg.lu_factor(a), b, overwrite_b=True)
    linalg.solve_sylvester(a, a, b * a); linalg.block_diag(a, b); linalg.toeplitz(b); linalg.eigh(a + a.T)[0]
    linalg.det(a, overwrite_a=True); linalg.solve_continuous_lyapunov(a, b * a)"""


@pytest.mark.parametrize("expression", [e.strip() for e in LINALG.replace("\n", ";").split(";")])
@pytest.mark.parametrize("times", [1, 2])
def test_linear_algebra(expression, times):
    """First and second derivatives along a line of matrices."""
    source = f"a = base + x * step\n    b = np.array([x, 1.0, x * x])\n    return np.sum({expression} * 0.5)"
    f = function(f"({expression})", source)
    for _ in range(times - 1):
        f = cpsad.grad(f)
    x, h = 0.37, 1e-5
    assert cpsad.grad(f)(x) == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-5, abs=1e-6)


def test_the_random_triangle_of_a_factor_has_no_derivative():
    with pytest.raises(cpsad.NoDerivativeError, match="random numbers"):
        cpsad.grad(function("np.sum(linalg.cho_factor(base * x)[0])"))(1.0)


@pytest.mark.parametrize("expression", ["np.sum(special.gammainc(np.asarray(x), BASE))", "held([x, BASE])", "late(x, BASE)"])
def test_it_is_refused_whatever_is_known_of_the_argument(expression):
    """An array, an element of a list, an argument of an unknown kind: nothing else in the call carries a derivative."""
    f = function(expression)
    f.__globals__.update(held=held, late=late, BASE=BASE)
    with pytest.raises(cpsad.NoDerivativeError, match="gammainc by its argument a|does not differentiate a"):
        cpsad.grad(f)(1.5)


def held(values):
    return np.sum(special.gammainc(values[0], values[1]))


def late(a, x):
    return held((a, x)) + np.sum(x)


@pytest.mark.parametrize("expression", [
    "special.multigammaln(x + 2, 3)", "special.comb(5.0, x)", "special.diric(x, 5)", "special.jvp(1, x)",
    "special.assoc_laguerre(x, 3, 1)"])
def test_functions_written_in_python_are_transformed(expression):
    f = function(expression)
    h = 1e-5
    assert cpsad.grad(f)(0.37) == pytest.approx((f(0.37 + h) - f(0.37 - h)) / (2 * h), rel=1e-6)


@pytest.mark.parametrize("expression", ["held([x, BASE])", "late(x, BASE)", "np.sum(special.gammainc(np.asarray(x), BASE))"])
def test_it_is_refused_in_forward_mode_too(expression):
    f = function(expression)
    f.__globals__.update(held=held, late=late, BASE=BASE)
    with pytest.raises(cpsad.NoDerivativeError, match="gammainc by its argument a|does not differentiate a"):
        cpsad.jvp(f, (1.5,), (1.0,))
