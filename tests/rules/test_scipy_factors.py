"""Factorizations of `scipy.linalg` that a program in their place differentiates: their values, and what is refused."""

import numpy as np
import pytest

import cpsad

linalg = pytest.importorskip("scipy.linalg")

A = np.array([[1.0, 0.3, 0.2], [0.1, 2.0, -0.4], [0.5, 0.2, 4.0]])
TURNED = np.array([[0.0, -1.0], [1.0, 0.2]])


def sums(results):
    return sum(np.sum(np.real(r)) for r in results)


@pytest.mark.parametrize("function, a, why", [
    (lambda a: sums(linalg.schur(a)), TURNED, "phase of complex vectors is arbitrary(.|\n)*instead: use linalg.eigvals"),
    (lambda a: sums(linalg.schur(a, output="complex")), A, "complex"),
    (lambda a: sums(linalg.rq(a)), A[:2], "span the rest(.|\n)*mode='economic'"),
    (lambda a: np.sum(linalg.hessenberg(a)), np.triu(A), "what follows is arbitrary"),
    (lambda a: sums(linalg.ldl(a * (1 + 1j), hermitian=False)), A @ A.T, "linalg.ldl of complex matrices"),
    (lambda a: np.sum(linalg.null_space(a)), A[:2], "span the rest"),
])
def test_what_is_refused(function, a, why):
    function(a)
    for derivative in (cpsad.grad(function), lambda x: cpsad.jvp(function, (x,), (x,))):
        with pytest.raises(cpsad.CpsadError, match=why):
            derivative(a)


def test_values_are_those_of_the_library():
    """To the last bit: the program in its place gives the derivative only."""
    def f(a):
        seen.append(linalg.hessenberg(a, calc_q=True) + linalg.rq(a) + linalg.schur(a) + linalg.ldl(a)[:2] + (linalg.signm(a),))
        return sums(seen[-1])

    seen = []
    f(A)
    cpsad.grad(f)(A)
    cpsad.jvp(f, (A,), (A,))
    for found in seen[1:]:
        for x, y in zip(seen[0], found, strict=True):
            np.testing.assert_array_equal(x, y)
