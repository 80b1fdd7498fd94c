"""Rules of `scipy.special`: gamma, error and logistic functions, sums of exponentials, integrals, distributions.

A parameter by which there is no closed form (the shape of an incomplete gamma or beta function, an order) has None in
its place: active, it is refused. Formulas are those of the NIST Digital Library of Mathematical Functions (DLMF), by
section.
"""

import math

import numpy as np
from scipy import special

from .helpers import masked
from .helpers_special import (
    beta_density,
    binomial_density,
    boxcox_slope,
    exprel_slope,
    f_density,
    gamma_density,
    lambert_slope,
    log_softmax_back,
    logsumexp_back,
    of_dtype,
    over_one_minus,
    ratio,
    softmax_back,
    student_density,
    trigamma,
)
from .registry import Table, present

table = Table("scipy special")
elementwise, parts, defrule = table.elementwise, table.parts, table.defrule
_ROOT = math.sqrt(math.pi)
_ROOT2 = math.sqrt(2 * math.pi)

# Gamma and beta (DLMF 5.2, 5.12, 5.15)
elementwise(special.gamma, lambda g, y, x: masked(g, g * y * special.digamma(x)))
elementwise((special.gammaln, special.loggamma), lambda g, y, x: masked(g, g * special.digamma(x)))
elementwise(special.rgamma, lambda g, y, x: masked(g, -g * y * special.digamma(x)))
elementwise(special.digamma, lambda g, y, x: masked(g, g * trigamma(x)))
elementwise(special.polygamma, lambda g, y, n, x: (None, masked(g, g * special.polygamma(n + 1, x))), result="n")
elementwise(special.zeta, lambda g, y, x, q=None: (None, masked(g, -g * x * special.zeta(x + 1, q))), result="n")
elementwise(
    special.beta,
    lambda g, y, a, b: (
        masked(g, g * y * (special.digamma(a) - special.digamma(a + b))),
        masked(g, g * y * (special.digamma(b) - special.digamma(a + b))),
    ),
)
elementwise(
    special.betaln,
    lambda g, y, a, b: (
        masked(g, g * (special.digamma(a) - special.digamma(a + b))),
        masked(g, g * (special.digamma(b) - special.digamma(a + b))),
    ),
)
elementwise(
    special.poch,
    lambda g, y, z, m: (
        masked(g, g * y * (special.digamma(z + m) - special.digamma(z))),
        masked(g, g * y * special.digamma(z + m)),
    ),
)
elementwise(
    special.binom,
    lambda g, y, n, k: (
        masked(g, g * y * (special.digamma(n + 1) - special.digamma(n - k + 1))),
        masked(g, g * y * (special.digamma(n - k + 1) - special.digamma(k + 1))),
    ),
)
table.constant(special.gammasgn, result="=")

# Incomplete gamma and beta functions and their inverses (DLMF 8.8, 8.17), by the last argument
elementwise(special.gammainc, lambda g, y, a, x: (None, masked(g, g * gamma_density(a, x))))
elementwise(special.gammaincc, lambda g, y, a, x: (None, masked(g, -g * gamma_density(a, x))))
elementwise(special.gammaincinv, lambda g, x, a, y: (None, masked(g, g / gamma_density(a, x))))
elementwise(special.gammainccinv, lambda g, x, a, y: (None, masked(g, -g / gamma_density(a, x))))
elementwise(special.betainc, lambda g, y, a, b, x: (None, None, masked(g, g * beta_density(a, b, x))))
elementwise(present(special, "betaincc"), lambda g, y, a, b, x: (None, None, masked(g, -g * beta_density(a, b, x))))
elementwise(special.betaincinv, lambda g, x, a, b, y: (None, None, masked(g, g / beta_density(a, b, x))))
elementwise(present(special, "betainccinv"), lambda g, x, a, b, y: (None, None, masked(g, -g / beta_density(a, b, x))))

# Distributions by name of their function
elementwise(special.chdtr, lambda g, y, v, x: (None, masked(g, g * gamma_density(v / 2, x / 2) / 2)))
elementwise(special.chdtrc, lambda g, y, v, x: (None, masked(g, -g * gamma_density(v / 2, x / 2) / 2)))
elementwise(special.chdtri, lambda g, x, v, p: (None, masked(g, -2 * g / gamma_density(v / 2, x / 2))))
elementwise(
    special.gdtr,
    lambda g, y, a, b, x: (
        masked(g, g * of_dtype(x * gamma_density(b, a * x), a)),
        None,
        masked(g, g * of_dtype(a * gamma_density(b, a * x), x)),
    ),
)
elementwise(
    special.gdtrc,
    lambda g, y, a, b, x: (
        masked(g, -g * of_dtype(x * gamma_density(b, a * x), a)),
        None,
        masked(g, -g * of_dtype(a * gamma_density(b, a * x), x)),
    ),
)
elementwise(special.gdtrix, lambda g, x, a, b, p: (-g * x / a, None, masked(g, g / of_dtype(a * gamma_density(b, a * x), x))))
elementwise(special.fdtr, lambda g, y, dfn, dfd, x: (None, None, masked(g, g * f_density(dfn, dfd, x))))
elementwise(special.fdtrc, lambda g, y, dfn, dfd, x: (None, None, masked(g, -g * f_density(dfn, dfd, x))))
elementwise(special.fdtri, lambda g, x, dfn, dfd, p: (None, None, masked(g, g / f_density(dfn, dfd, x))))
elementwise(special.stdtr, lambda g, y, df, t: (None, masked(g, g * student_density(df, t))))
elementwise(special.stdtrit, lambda g, t, df, p: (None, masked(g, g / student_density(df, t))))
elementwise(special.pdtr, lambda g, y, k, m: (None, masked(g, -g * gamma_density(np.floor(k) + 1, m))))
elementwise(special.pdtrc, lambda g, y, k, m: (None, masked(g, g * gamma_density(np.floor(k) + 1, m))))
elementwise(special.bdtr, lambda g, y, k, n, p: (None, None, masked(g, -g * binomial_density(k, n, p))))
elementwise(special.bdtrc, lambda g, y, k, n, p: (None, None, masked(g, g * binomial_density(k, n, p))))
elementwise(special.nbdtr, lambda g, y, k, n, p: (None, None, masked(g, g * beta_density(n, k + 1, p))))
elementwise(special.nbdtrc, lambda g, y, k, n, p: (None, None, masked(g, -g * beta_density(n, k + 1, p))))

# Error functions (DLMF 7.2, 7.10)
elementwise(special.erf, lambda g, y, z: g * (2 / _ROOT) * np.exp(-z * z))
elementwise(special.erfc, lambda g, y, x: -g * (2 / _ROOT) * np.exp(-x * x))
elementwise(special.erfi, lambda g, y, z: g * (2 / _ROOT) * np.exp(z * z))
elementwise(special.erfcx, lambda g, y, x: g * (2 * x * y - 2 / _ROOT))
elementwise(special.dawsn, lambda g, y, x: g * (1 - 2 * x * y))
elementwise(special.wofz, lambda g, y, z: g * (2j / _ROOT - 2 * z * y))
elementwise(special.erfinv, lambda g, x, y: masked(g, g * (_ROOT / 2) * np.exp(x * x)))
elementwise(special.erfcinv, lambda g, x, y: masked(g, -g * (_ROOT / 2) * np.exp(x * x)))
elementwise(special.ndtr, lambda g, y, x: g * np.exp(-x * x / 2) / _ROOT2)
elementwise(special.log_ndtr, lambda g, y, x: g * np.exp(-x * x / 2 - y) / _ROOT2)
elementwise(special.ndtri, lambda g, x, y: masked(g, g * _ROOT2 * np.exp(x * x / 2)))
elementwise(special.ndtri_exp, lambda g, x, y: masked(g, g * _ROOT2 * np.exp(y + x * x / 2)))
elementwise(
    special.owens_t,
    lambda g, y, h, a: (
        -g * special.erf(a * h / math.sqrt(2)) * np.exp(-h * h / 2) / (2 * _ROOT2),
        g * np.exp(-h * h * (1 + a * a) / 2) / (2 * math.pi * (1 + a * a)),
    ),
)
parts(
    special.fresnel,
    lambda g, y, z: g[0] * np.sin(math.pi / 2 * z * z) + g[1] * np.cos(math.pi / 2 * z * z),
    "t",
)

# Logistic functions and sums of exponentials
elementwise(special.expit, lambda g, y, x: g * y * special.expit(-x))
elementwise(special.logit, lambda g, y, x: masked(g, g / (x * (1 - x))))
elementwise(present(special, "log_expit"), lambda g, y, x: g * special.expit(-x))
elementwise(present(special, "softplus"), lambda g, y, x: g * special.expit(x), result="n")
defrule(special.softmax, lambda g, y, x, axis=None: softmax_back(g, y, axis))
defrule(special.log_softmax, lambda g, y, x, axis=None: log_softmax_back(g, y, axis))
defrule(
    special.logsumexp,
    lambda g, y, a, axis=None, b=None, keepdims=False: (
        logsumexp_back(g, y, 1, a, axis, b, keepdims)[0],
        None,
        logsumexp_back(g, y, 1, a, axis, b, keepdims)[1],
    ),
)


def signed_logsumexp(a, axis=None, b=None, keepdims=False):
    """`special.logsumexp` with its sign."""
    return special.logsumexp(a, axis, b, keepdims, True)


parts(
    signed_logsumexp,
    lambda g, y, a, axis=None, b=None, keepdims=False: (
        logsumexp_back(g[0], y[0], y[1], a, axis, b, keepdims)[0],
        None,
        logsumexp_back(g[0], y[0], y[1], a, axis, b, keepdims)[1],
    ),
    "t",
)


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    """`special.logsumexp` as those of its forms that have rules."""
    if return_sign:
        return signed_logsumexp(a, axis, b, keepdims)
    return special.logsumexp(a, axis, b, keepdims)


table.otherwise(special.logsumexp, logsumexp)

# Entropies and losses
elementwise(
    special.xlogy,
    lambda g, z, x, y: (masked(g, g * of_dtype(np.log(np.where((x == 0) & (y == 0), 1, y)), x)), g * ratio(x, y)),
)
elementwise(
    special.xlog1py,
    lambda g, z, x, y: (masked(g, g * of_dtype(np.log1p(np.where((x == 0) & (y == -1), 0, y)), x)), g * ratio(x, 1 + y)),
)
elementwise(special.entr, lambda g, y, x: masked(g, -g * (np.log(x) + 1)))
elementwise(special.rel_entr, lambda g, z, x, y: (masked(g, g * (np.log(x / y) + 1)), -g * ratio(x, y)))
elementwise(special.kl_div, lambda g, z, x, y: (masked(g, g * np.log(x / y)), g * (1 - ratio(x, y))))
elementwise(
    special.huber,
    lambda g, y, delta, r: (
        g * of_dtype(np.where(np.abs(r) <= delta, 0, np.abs(r) - delta), delta),
        g * of_dtype(np.where(np.abs(r) <= delta, r, delta * np.sign(r)), r),
    ),
)
elementwise(
    special.pseudo_huber,
    lambda g, y, delta, r: (
        g * (2 * y / delta - r * r / (delta * np.sqrt(1 + (r / delta) ** 2))),
        g * r / np.sqrt(1 + (r / delta) ** 2),
    ),
)

# Powers, exponentials, angles
elementwise(special.exp2, lambda g, y, x: g * y * math.log(2))
elementwise(special.exp10, lambda g, y, x: g * y * math.log(10))
elementwise(special.expm1, lambda g, y, x: g * (y + 1))
elementwise(special.log1p, lambda g, y, x: masked(g, g / (1 + x)))
elementwise(special.cbrt, lambda g, y, x: masked(g, g / (3 * y * y)))
elementwise(special.cosm1, lambda g, y, x: -g * np.sin(x))
elementwise(special.exprel, lambda g, y, x: g * exprel_slope(x))
elementwise(
    present(special, "powm1"),
    lambda g, y, x1, x2: (masked(g, g * x2 * x1 ** (x2 - 1)), masked(g, g * of_dtype((y + 1) * np.log(x1), x2))),
)
elementwise(
    special.boxcox,
    lambda g, y, x, lmbda: (masked(g, g * x ** (lmbda - 1)), g * boxcox_slope(np.log(x), lmbda)),
)
elementwise(
    special.boxcox1p,
    lambda g, y, x, lmbda: (masked(g, g * (1 + x) ** (lmbda - 1)), g * boxcox_slope(np.log1p(x), lmbda)),
)
elementwise(
    special.inv_boxcox,
    lambda g, x, y, lmbda: (g * x ** (1 - lmbda), -g * boxcox_slope(np.log(x), lmbda) * x ** (1 - lmbda)),
)
elementwise(
    special.inv_boxcox1p,
    lambda g, x, y, lmbda: (
        g * (1 + x) ** (1 - lmbda),
        -g * boxcox_slope(np.log1p(x), lmbda) * (1 + x) ** (1 - lmbda),
    ),
)
elementwise(special.sindg, lambda g, y, x: g * (math.pi / 180) * special.cosdg(x))
elementwise(special.cosdg, lambda g, y, x: -g * (math.pi / 180) * special.sindg(x))
elementwise(special.tandg, lambda g, y, x: g * (math.pi / 180) * (1 + y * y))
elementwise(special.cotdg, lambda g, y, x: -g * (math.pi / 180) * (1 + y * y))
elementwise(
    special.radian,
    lambda g, y, d, m, s: (g * (math.pi / 180), g * (math.pi / 180 / 60), g * (math.pi / 180 / 3600)),
)
table.constant(special.round, result="=")

# Exponential and other integrals (DLMF 6.2, 8.19, 25.12), Lambert's W (DLMF 4.13)
elementwise(special.exp1, lambda g, y, z: masked(g, -g * np.exp(-z) / z))
elementwise(special.expi, lambda g, y, x: masked(g, g * np.exp(x) / x))
elementwise(special.expn, lambda g, y, n, x: (None, masked(g, -g * special.expn(n - 1, x))))
parts(special.sici, lambda g, y, x: g[0] * np.sinc(x / math.pi) + g[1] * np.cos(x) / x, "t")
parts(special.shichi, lambda g, y, x: g[0] * np.sinh(x) / x + g[1] * np.cosh(x) / x, "t")
elementwise(special.spence, lambda g, y, z: masked(g, g * over_one_minus(z)))
elementwise(special.lambertw, lambda g, y, z, k=0, tol=1e-8: g * lambert_slope(y), result="n")
elementwise(special.wrightomega, lambda g, y, z: g * y / (1 + y))
