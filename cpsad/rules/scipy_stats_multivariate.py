"""Normal distributions of several dimensions: the density in plain Python around what SciPy has made of the covariance matrix.

SciPy takes its eigenvectors, whose derivatives are infinite where two eigenvalues are equal, as those of a multiple of the
identity. The density depends on them by P = M^-1 only, for which the formulas below stand: with U U^T = P, as SciPy's factor
is, dU = -P dM U / 2 gives dP = -P dM P, and d log det M = tr(P dM).
"""

import numpy as np
from scipy.stats import multivariate_normal
from scipy.stats._covariance import CovViaPSD
from scipy.stats._multivariate import _LOG_2PI, multivariate_normal_frozen

from ..cotangents import ZERO
from .forward import forward
from .registry import Table

table = Table("scipy stats multivariate")


def whitening(m, u):
    """`u`, with u u^T the inverse of the symmetric matrix `m`."""
    return u


def log_determinant(m, u, value):
    """`value`, the logarithm of the determinant of `m`; `u` as in `whitening`."""
    return value


# What `u` is made of counts by `m` alone.
table.defrule(whitening, lambda g, y, m, u: (-0.5 * y @ np.transpose(y) @ g @ np.transpose(y), ZERO))
table.defrule(log_determinant, lambda g, y, m, u, value: (g * u @ np.transpose(u), ZERO, ZERO))
forward(whitening, lambda d, y, m, u: (-0.5 * y @ np.transpose(y) @ d @ y, ZERO))
forward(log_determinant, lambda d, y, m, u, value: (np.sum(u @ np.transpose(u) * d), ZERO, ZERO))


def normal_logpdf(self, x, mean=None, cov=1, allow_singular=False):
    dim, mean, held = self._process_parameters(mean, cov, allow_singular)
    return log_density(self._process_quantiles(x, dim), mean, held, dim)


def normal_pdf(self, x, mean=None, cov=1, allow_singular=False):
    return np.exp(normal_logpdf(self, x, mean, cov, allow_singular))


def frozen_logpdf(self, x):
    return log_density(self._dist._process_quantiles(x, self.dim), self.mean, self.cov_object, self.dim)


def frozen_pdf(self, x):
    return np.exp(frozen_logpdf(self, x))


def log_density(x, mean, held, dim):
    """`held`: the covariance object that SciPy makes of a matrix, whose properties are not asked for here."""
    if not isinstance(held, CovViaPSD):
        raise NotImplementedError("stats.multivariate_normal has a derivative for a covariance matrix: "
                                  f"pass that of the {type(held).__name__}")
    dev = x - mean
    log_det, factor = np.array(held._log_pdet, dtype=float)[()], held._LP
    if held._rank == dim:  # else it is differentiated as SciPy computes it, within the range of the matrix
        lower = np.tril(held._covariance)
        matrix = lower + np.transpose(np.tril(lower, -1))
        factor = whitening(matrix, factor)
        log_det = log_determinant(matrix, factor, log_det)
    out = -0.5 * (held._rank * _LOG_2PI + log_det + np.sum(np.square(dev @ factor), axis=-1))
    if held._rank < dim:
        out = np.where(held._psd._support_mask(dev), out, -np.inf)
    out = np.squeeze(out)
    return out if np.ndim(out) else out[()]


for _kind, _functions in ((type(multivariate_normal), (normal_logpdf, normal_pdf)),
                          (multivariate_normal_frozen, (frozen_logpdf, frozen_pdf))):
    for _function in _functions:
        table.python(getattr(_kind, _function.__name__.partition("_")[2]), _function)
