"""Forward rules of SciPy where they are spliced into programs: the Jacobian is that of reverse mode."""

import numpy as np
import pytest

import cpsad

pytest.importorskip("scipy")
from scipy import linalg, ndimage, signal, special  # noqa: E402

A = np.array([[3.0, 0.4, 0.2], [0.1, 2.0, 0.5], [0.3, 0.6, 4.0]])
B = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]])


def symmetric(a):
    return a @ a.T


PROGRAMS = {
    "solve": lambda a: linalg.solve(a, B * a[0, 0]),
    "solve of a triangle read from a half": lambda a: linalg.solve(symmetric(a), B, assume_a="pos"),
    "solve_triangular": lambda a: linalg.solve_triangular(a, B * a[1, 0], trans=1, lower=True),
    "cho_solve": lambda a: linalg.cho_solve(linalg.cho_factor(symmetric(a), lower=True), B),
    "lu_solve": lambda a: linalg.lu_solve(linalg.lu_factor(a), B, trans=1),
    "inverse and determinant": lambda a: linalg.inv(a) * linalg.det(a),
    "upper factor": lambda a: linalg.cholesky(symmetric(a)),
    "generalized eigenvalues": lambda a: linalg.eigh(a + a.T, symmetric(a), eigvals_only=True),
    "singular values": lambda a: linalg.svd(a, compute_uv=False),
    "triangle of qr": lambda a: linalg.qr(a[:, :2], mode="r")[0],
    "pivoted qr": lambda a: linalg.qr(a, pivoting=True)[1],
    "lstsq": lambda a: linalg.lstsq(a[:, :2], a[:, 2])[0],
    "expm": lambda a: linalg.expm(0.1 * a),
    "power": lambda a: linalg.fractional_matrix_power(a, 0.5 + 0.1 * a[0, 1]),
    "sylvester": lambda a: linalg.solve_sylvester(a, a.T, a + 1),
    "discrete lyapunov": lambda a: linalg.solve_discrete_lyapunov(0.1 * a, symmetric(a)),
    "norm": lambda a: linalg.norm(a, axis=0),
    "convolutions": lambda a: signal.convolve2d(a, a[:2, :2]) + signal.fftconvolve(a[:2, :2], a),
    "recursive filter": lambda a: signal.lfilter(a[0], a[1], a[2]),
    "filters": lambda a: ndimage.gaussian_filter1d(ndimage.correlate(a, a[:2, :2], mode="constant", cval=2.0), 0.7),
    "softmax": lambda a: special.softmax(a, axis=0) + special.log_softmax(a, axis=1),
    "logsumexp": lambda a: special.logsumexp(a, axis=1, b=a + 1) * special.logsumexp(-a, return_sign=True, b=-1.0)[0],
    "several results": lambda a: special.sici(a)[0] * special.fresnel(a)[1] + special.airy(a)[0],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_jacobian_is_that_of_reverse_mode(name):
    ours, theirs = cpsad.jacfwd(PROGRAMS[name])(A), cpsad.jacrev(PROGRAMS[name])(A)
    assert ours.shape == theirs.shape
    assert np.allclose(ours, theirs, rtol=1e-8, atol=1e-10)
    assert np.any(theirs)


@pytest.mark.parametrize("name", ["solve_triangular", "cho_solve", "discrete lyapunov", "recursive filter", "filters", "logsumexp"])
def test_the_hessian_is_the_derivative_of_the_gradient(name):
    rng = np.random.default_rng(5)
    weights, v = rng.normal(size=np.shape(PROGRAMS[name](A))), rng.normal(size=A.shape)

    def loss(a):
        return np.sum(weights * PROGRAMS[name](a))

    slope = cpsad.grad(loss)
    expected = (slope(A + 1e-5 * v) - slope(A - 1e-5 * v)) / 2e-5
    assert np.allclose(cpsad.hvp(loss)(A, v), expected, rtol=1e-5, atol=1e-6 * np.max(np.abs(expected)))
