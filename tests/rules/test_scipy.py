"""SciPy's rules: they come with SciPy's import and cost nothing without it; derivatives of derivatives."""

import linecache
import subprocess
import sys

import numpy as np
import pytest

import cpsad

special = pytest.importorskip("scipy.special")

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


def function(expression):
    """`lambda x: expression`, with a source."""
    source = f"def f(x):\n    return {expression}\n"
    linecache.cache[f"<{expression}>"] = len(source), None, source.splitlines(True), f"<{expression}>"
    names = {"np": np, "special": special}
    exec(compile(source, f"<{expression}>", "exec"), names)
    return names["f"]


@pytest.mark.parametrize("expression", ["special.gammainc(x, 1.5)", "special.jv(x, 1.5)", "special.stdtr(x, 0.5)"])
def test_a_parameter_without_closed_form_is_refused(expression):
    with pytest.raises(cpsad.NoDerivativeError, match="its rule does not differentiate (a|v|df)"):
        cpsad.grad(function(expression))(1.5)
