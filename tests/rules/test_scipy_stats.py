"""Distributions of SciPy: densities, distribution functions, quantiles and moments by the point and all parameters."""

import linecache
import warnings

import numpy as np
import pytest

import cpsad

stats = pytest.importorskip("scipy.stats")

SHAPES = {
    "norm": (), "lognorm": (0.7,), "expon": (), "gamma": (2.3,), "beta": (1.7, 2.4), "t": (4.2,), "chi2": (3.3,), "f": (4.0, 6.0),
    "uniform": (), "laplace": (), "cauchy": (), "logistic": (), "weibull_min": (1.7,), "pareto": (2.5,), "rayleigh": (),
    "gumbel_r": (), "halfnorm": (), "invgamma": (2.3,), "triang": (0.4,), "vonmises": (1.3,), "skewnorm": (1.2,),
    "truncnorm": (-1.0, 2.0), "maxwell": (), "invgauss": (1.2,), "genextreme": (0.3,), "powerlaw": (1.6,), "nakagami": (1.4,),
    "loggamma": (1.3,), "betaprime": (2.0, 3.0), "chi": (2.5,), "foldnorm": (1.0,), "johnsonsu": (1.0, 2.0), "rice": (0.9,),
    "genpareto": (0.2,), "fisk": (2.0,), "gennorm": (1.5,), "exponweib": (2.0, 1.5), "pearson3": (0.5,),
    "norminvgauss": (1.5, 0.5),
}
# By these shapes the derivative has no closed form
BY_POINT_ONLY = {"gamma", "beta", "t", "chi2", "f", "invgamma", "nakagami", "loggamma", "betaprime", "chi", "gennorm", "pearson3"}


def program(body, **names):
    """A function with a source."""
    name = f"<{body}{sorted(names)}>"
    linecache.cache[name] = len(body), None, body.splitlines(True), name
    names["np"] = np
    exec(compile(body, name, "exec"), names)
    return names["f"]


def check(f, args, argnums):
    value, gradients = cpsad.value_and_grad(f, argnums=argnums)(*args)
    assert value == f(*args)
    h = 1e-5
    for i, g in zip(argnums, gradients):
        ends = [f(*[a + e if i == j else a for j, a in enumerate(args)]) for e in (h, -h)]
        assert np.sum(g) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-7)


BOTH = ("norm", "lognorm", "gamma", "beta", "t", "cauchy", "skewnorm", "invgauss", "gennorm")


@pytest.mark.parametrize("name, method", [(n, "logpdf") for n in SHAPES] + [(n, "cdf") for n in BOTH] + [
    (n, "ppf") for n in BOTH[:6]])
def test_distribution(name, method):
    distribution, shapes = getattr(stats, name), SHAPES[name]
    levels = np.array([[0.3, 0.6]])
    x = levels if method == "ppf" else distribution.ppf(levels, *shapes, 0.1, 1.3)
    params = [f"s{i}" for i in range(len(shapes))] + ["loc", "scale"]
    f = program(f"def f(x, {', '.join(params)}):\n"
                f"    return np.sum(weights * distribution.{method}(x, {', '.join(params)}))\n",
                distribution=distribution, weights=np.array([1.0, 0.7]))
    every = range(3 + len(shapes))
    known = [i for i in every if not (method != "logpdf" and name in BY_POINT_ONLY and 0 < i <= len(shapes))]
    check(f, (x, *shapes, 0.1, 1.3), tuple(known))


ELSEWHERE = """d.norm(x, 1 + x).logpdf(0.3); d.norm(loc=x, scale=2 * x).cdf(0.3)
    np.sum(d.norm.logpdf(Z, x)); np.sum(d.norm.pdf(Z, scale=x)); np.sum(d.norm.sf(Z, x)); np.sum(d.norm.logcdf(Z, x))
    np.sum(d.norm.logsf(Z, x)); d.norm.isf(0.2, x, 2 * x); np.sum(d.uniform.logpdf(Z, 0.5, 3 * x)[1:3])
    np.sum(d.poisson.logpmf(K, x)); np.sum(d.poisson.pmf(K, x, 1)); np.sum(d.poisson.cdf(K, x)); np.sum(d.poisson.sf(K, x))
    np.sum(d.binom.pmf(K, 5, x)); np.sum(d.binom.cdf(K, 5, x)); np.sum(d.nbinom.logpmf(K, 2 + x, x)); d.geom.cdf(2, x)
    d.norm.mean(x, 2 * x); d.norm.std(x, 2 * x); d.gamma.var(x, scale=2 * x); d.beta.mean(x, 2 * x); d.norm.entropy(x, 2 * x)
    d.gamma.entropy(1 + x); d.poisson.mean(x); d.norm.stats(x, 2 * x)[1]; d.norm.stats(x, 2 * x, moments='v'); d.norm.median(x)
    d.norm.rvs(x, 2 * x, size=3, random_state=1).sum(); d.expon.rvs(x, 2 * x, random_state=1); d.norm.nnlf((x, 2 * x), Z)
    d.multivariate_normal.logpdf(Z[:2], np.array([x, 2 * x]), S * x); d.multinomial.logpmf([1, 2, 1], 4, np.array([x, 0.5 - x, 0.5]))
    d.multivariate_normal(np.array([x, 2 * x]), S).pdf(Z[:2]); d.wishart.logpdf(S, 3, S * x); d.beta.pdf(x, 2 * x, 3 * x)"""


@pytest.mark.parametrize("expression", [e.strip() for e in ELSEWHERE.replace("\n", ";").split(";")])
def test_one_way_or_another(expression):
    """Frozen, discrete, of several dimensions; parameters by keyword; outside the support."""
    f = program(f"def f(x):\n    return {expression}\n", d=stats, K=np.array([1, 2, 3]), Z=np.array([0.3, 1.2, 0.8, 2.0]),
                S=np.array([[1.5, 0.3], [0.3, 0.9]]))
    check(f, (0.37,), (0,))


@pytest.mark.parametrize("density", [
    lambda x: stats.multivariate_normal.logpdf(np.array([x[0], x[1] * x[0]]), x[1:3], np.eye(2) * x[0]),
    lambda x: stats.multivariate_normal(x[:2], np.eye(2) * x[2]).logpdf(np.ones(2)),
    lambda x: stats.multivariate_normal.pdf(np.array([[0.2, 0.3], x[:2]]), x[1:3], x[2]).sum(),
])
def test_covariances_with_equal_eigenvalues(density):
    """Eigenvectors have no derivative there; the density has."""
    x, h = np.array([0.9, 0.4, 0.6]), 1e-6

    def differences(f):
        return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(3)])

    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # of eigenvectors that nobody asks for
        np.testing.assert_allclose(cpsad.grad(density)(x), differences(density), rtol=1e-6)
        np.testing.assert_allclose(cpsad.jacfwd(density)(x), cpsad.grad(density)(x), rtol=1e-9)
        along = differences(lambda y: np.sum(cpsad.grad(density)(y)))
        np.testing.assert_allclose(cpsad.hvp(density)(x, np.ones(3)), along, rtol=1e-5)


@pytest.mark.parametrize("expression, why", [
    ("stats.gamma.cdf(1.0, x)", "gammainc by its argument a"),
    ("stats.poisson.pmf(x, 1.0)", "the point of a discrete distribution"),
    ("stats.truncnorm.ppf(1.0, -1.0, x)", "a quantile at 0 or 1"),
])
def test_what_has_no_derivative_is_refused(expression, why):
    f = program(f"def f(x):\n    return {expression}\n", stats=stats)
    with pytest.raises(cpsad.NoDerivativeError, match=why):
        cpsad.grad(f)(2.0)
