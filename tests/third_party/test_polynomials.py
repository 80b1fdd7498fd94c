"""NumPy's polynomials, functions and classes; all of it is written in Python."""

import numpy as np
import pytest
from numpy.polynomial import (
    Chebyshev,
    Hermite,
    Laguerre,
    Legendre,
    Polynomial,
    chebyshev,
    hermite,
    laguerre,
    legendre,
    polynomial,
)

from tests.third_party.compare import agrees

c = np.array([0.3, 0.4, 0.5])
at = np.array([0.1, 0.5])


def test_values():
    agrees(lambda c, x: polynomial.polyval(x, c) + chebyshev.chebval(x, c) * legendre.legval(x, c), c, 0.7)
    agrees(lambda c, x: hermite.hermval(x, c) + laguerre.lagval(x, c), c, 0.7)
    agrees(lambda r, x: polynomial.polyvalfromroots(x, r), c, 0.7)
    agrees(lambda c, x, y: np.sum(polynomial.polygrid2d(x, y, c) + polynomial.polyval2d(x, y, c)), c.reshape(3, 1) * at, at, at + 1)
    agrees(lambda x: np.sum(polynomial.polyvander(x, 3) * np.arange(8.0).reshape(2, 4)), at)


def test_arithmetic():
    weights = np.arange(7.0)
    agrees(lambda c: np.sum(polynomial.polymul(c, [1.0, 2.0]) * weights[:4]) + np.sum(polynomial.polypow(c, 3) * weights), c)
    agrees(lambda c: np.sum(polynomial.polydiv(c, [1.0, 2.0])[0] * weights[:2]), c)
    agrees(lambda c: np.sum(polynomial.polyadd(c, [1, 2]) * polynomial.polysub([1, 2], c) * polynomial.polymulx(c)[1:]), c)
    agrees(lambda c: np.sum(chebyshev.chebmul(c, c) * weights[:5]) + np.sum(chebyshev.cheb2poly(c) * weights[:3]), c)


@pytest.mark.parametrize("module, name", [(polynomial, "poly"), (chebyshev, "cheb"), (legendre, "leg"), (hermite, "herm")])
def test_calculus(module, name):
    derivative, integral = getattr(module, name + "der"), getattr(module, name + "int")
    agrees(lambda c: np.sum(derivative(c, scl=3.0) * np.arange(1.0, 3.0)) + np.sum(integral(c, 2, k=[1.0, 2.0]) * np.arange(5.0)), c)


def test_fits_and_roots():
    y = np.array([0.1, 0.5, 0.2, 0.9, 1.4])
    agrees(lambda y: np.sum(polynomial.polyfit(np.arange(5.0), y, 2) * np.arange(1.0, 4)), y)
    agrees(lambda c: np.sum(np.abs(polynomial.polyroots(c))), c)
    agrees(lambda a: np.sum(chebyshev.chebinterpolate(lambda x: np.sin(a * x), 5) * np.arange(6.0)), 0.7)
    agrees(lambda y, x: Polynomial.fit(np.arange(5.0), y, 2)(x), y, 0.3)


@pytest.mark.parametrize("kind", [Polynomial, Chebyshev, Legendre, Hermite, Laguerre])
def test_classes(kind):
    def f(c, x):
        p, q = kind(c), kind([1.0, 2.0])
        r = (p * q + 3 * p - q / 2.0) ** 2 + (1 - p)
        return r.deriv()(x) + (r // q)(x) * (p % q)(x) - p.integ(k=[0.2])(x)

    agrees(f, c, 0.3)


def test_domains_and_conversions():
    agrees(lambda c, x: Polynomial(c, domain=[0, 2], window=[-1, 1])(x) * Polynomial(c)(Polynomial([0.1, 0.4]))(x), c, 0.3)
    agrees(lambda c, x: Polynomial(c).convert(kind=Chebyshev)(x) + Polynomial.fromroots(c)(x), c, 0.3)
    agrees(lambda c, x: Polynomial(c).truncate(2)(x) + Polynomial(c).trim(1e-3).linspace(5)[1][2] + Polynomial(c).cutdeg(1)(x), c, 0.3)
    agrees(lambda c: np.sum(np.abs(Polynomial(c).roots())), c)
