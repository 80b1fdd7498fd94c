"""The phase of complex eigenvectors: that which LAPACK chooses, as long as one component is real."""

import numpy as np
import pytest

import cpsad
from cpsad.rules.helpers_phases import held

_rng = np.random.default_rng(3)
A, B, W, V = _rng.normal(size=(4, 4, 4))


def hermitian(a):
    m = a + 1j * (a @ B)
    return m + np.conj(m.T)


def weighted(vectors):
    return np.sum(np.real(vectors) * W + np.imag(vectors) * W.T)


FUNCTIONS = {
    "eig of a real matrix": lambda a: weighted(np.linalg.eig(a)[1]),
    "eig": lambda a: weighted(np.linalg.eig(a + 1j * (a @ B))[1]),
    "eigh": lambda a: weighted(np.linalg.eigh(hermitian(a))[1]),
    "eigh of the upper triangle": lambda a: weighted(np.linalg.eigh(hermitian(a), "U")[1]),
    "of several": lambda a: np.sum(np.imag(np.linalg.eig(np.stack([a, a @ B]))[1]) * W),
}


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_vectors_and_their_second_derivatives(f):
    h, slope = 1e-6, cpsad.grad(f)
    expected = (f(A + h * V) - f(A - h * V)) / (2 * h)
    assert np.sum(slope(A) * V) == pytest.approx(expected, rel=1e-6)
    assert cpsad.jvp(f, (A,), (V,))[1] == pytest.approx(expected, rel=1e-6)
    curvature = np.sum((slope(A + h * V) - slope(A - h * V)) * V) / (2 * h)
    assert np.sum(cpsad.hvp(f)(A, V) * V) == pytest.approx(curvature, rel=1e-5)


def test_another_phase_is_not_taken_for_this_one():
    """Where no component is real, something else has chosen."""
    v = np.linalg.eigh(hermitian(A))[1]
    assert np.array_equal(held(v, "L"), np.arange(4)[:, None] == np.zeros(4))
    assert not held(v * np.exp(0.3j), "L").any() and not held(v * np.exp(0.3j), None).any()


def test_singular_vectors_have_no_phase_that_is_known():
    def f(a):
        return weighted(np.linalg.svd(hermitian(a))[0])

    for derivative in (cpsad.grad(f), lambda a: cpsad.jvp(f, (a,), (V,))):
        with pytest.raises(cpsad.NoDerivativeError, match="phase"):
            derivative(A)
