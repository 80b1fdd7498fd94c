"""Complex arguments: of real results, and of holomorphic functions."""

import cmath

import numpy as np
import pytest

import cpsad
from cpsad import grad, value_and_grad

Z = np.array([0.5 + 1.2j, -0.7 + 0.4j, 1.1 - 0.9j])


def both(f, z, h=1e-6):
    """dL/dx - i dL/dy of each element, by differences."""
    z = np.asarray(z)
    found = np.zeros(z.shape, complex)
    for i in np.ndindex(z.shape):
        for step, sign in ((h, 1), (h * 1j, -1j)):
            ends = []
            for s in (step, -step):
                moved = z.copy()
                moved[i] += s
                ends.append(f(moved if z.shape else complex(moved)))
            found[i] += sign * (ends[0] - ends[1]) / (2 * h)
    return found


def squares(z):
    return np.sum(np.abs(z) ** 2)


def mixed(z):
    w = np.exp(1j * z) * z.real + np.conj(z)
    return np.sum(w.imag * z.real) + np.sum(np.abs(w))


def real_in_the_middle(z):
    x = z.real * 1j + z.imag
    return np.sum((x * x).imag) + np.sum(np.angle(z))


def looped(z):
    total = 0.0
    for w in z:
        total = total + (w * w.conjugate()).real * w.imag
    return total


def written(z):
    w = z.copy()
    w[1:] = w[:-1] * z[1:]
    w *= 1j
    return np.sum(w.real * w.imag)


def of_parts(z):
    w = np.zeros(3, complex)
    w.real = z.imag
    w.imag = z.real * z.imag
    return np.sum(np.abs(w))


def matrices(z):
    m = np.outer(z, z) + 3 * np.eye(3)
    return np.abs(np.linalg.det(m)) + np.sum(np.abs(np.linalg.solve(m, z))) + np.linalg.norm(m)


def transformed(z):
    return np.sum(np.abs(np.fft.fft(z)) ** 3)


def in_a_list(z):
    parts = [z * 2, [z.real, z]]
    return np.sum(np.abs(parts[0] * parts[1][1]) * parts[1][0])


def chosen(z):
    return np.sum(np.where(z.real > 0, z * z, 1j * z).imag)


@pytest.mark.parametrize("f", [squares, mixed, real_in_the_middle, looped, written, of_parts, matrices, transformed, in_a_list, chosen])
def test_real_results(f):
    value, g = value_and_grad(f)(Z)
    assert value == f(Z) and g.dtype == Z.dtype and g.shape == Z.shape
    np.testing.assert_allclose(g, both(f, Z), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kind", [complex, np.complex128, np.complex64, np.asarray])
def test_scalars(kind):
    def f(z):
        return abs(z * z + 1) * z.imag

    z = kind(0.5 + 1.2j)
    g = grad(f)(z)
    assert type(g) is type(z) and np.asarray(g).dtype == np.asarray(z).dtype
    assert complex(g) == pytest.approx(complex(both(lambda w: float(f(complex(w))), 0.5 + 1.2j)), rel=1e-4)


def test_a_step_along_the_conjugate_descends():
    z = 1.0 + 2.0j
    for _ in range(50):
        z = z - 0.1 * np.conj(grad(lambda z: abs(z - (3 - 1j)) ** 2)(z))
    assert z == pytest.approx(3 - 1j, abs=1e-3)


def test_structures_and_real_arguments_beside():
    def f(p, x):
        return np.abs(p["a"] * x + p["b"][0]) ** 2

    gp, gx = grad(f, argnums=(0, 1))({"a": 1 + 2j, "b": [3 - 1j]}, 0.5)
    w = (1 + 2j) * 0.5 + (3 - 1j)
    assert gp["a"] == pytest.approx(2 * np.conj(w) * 0.5) and gp["b"][0] == pytest.approx(2 * np.conj(w))
    assert type(gx) is float and gx == pytest.approx((2 * np.conj(w) * (1 + 2j)).real)


def polynomial(z):
    return z**3 + 2j * z * z - z


@pytest.mark.parametrize("f, slope", [
    (polynomial, lambda z: 3 * z * z + 4j * z - 1), (cmath.exp, cmath.exp),
    (lambda z: np.exp(1j * z) / (z + 2), lambda z: np.exp(1j * z) * (1j / (z + 2) - 1 / (z + 2) ** 2)),
    (lambda z: np.sqrt(z) * np.log(z), lambda z: np.log(z) / (2 * np.sqrt(z)) + 1 / np.sqrt(z)),
    (lambda z: np.sin(z) * np.tanh(z), lambda z: np.cos(z) * np.tanh(z) + np.sin(z) * (1 - np.tanh(z) ** 2)),
    (lambda z: np.conj(np.exp(np.conj(z))), np.exp)])
def test_holomorphic(f, slope):
    assert grad(lambda z: f(z), holomorphic=True)(0.5 + 1.2j) == pytest.approx(slope(0.5 + 1.2j), rel=1e-12)


def test_holomorphic_function_of_an_array_and_a_structure():
    np.testing.assert_allclose(grad(lambda z: np.sum(z**3), holomorphic=True)(Z), 3 * Z**2, rtol=1e-12)
    g, aux = grad(lambda p: (p[0] * p[1], "more"), holomorphic=True, has_aux=True)([1 + 1j, 2 - 1j])
    assert g == [2 - 1j, 1 + 1j] and aux == "more"


@pytest.mark.parametrize("f", [np.abs, np.conj, lambda z: z * z.real, lambda z: z * abs(z)])
def test_what_is_not_holomorphic_is_refused(f):
    with pytest.raises((cpsad.NoDerivativeError, TypeError), match="Cauchy-Riemann|complex scalar"):
        grad(lambda z: f(z), holomorphic=True)(0.5 + 1.2j)


def test_errors():
    with pytest.raises(TypeError, match="not complex"):
        grad(polynomial, holomorphic=True)(0.5)
    with pytest.raises(TypeError, match="complex"):
        grad(polynomial)(0.5 + 1j)
    with pytest.raises(TypeError, match="complex scalar|return one number"):
        grad(lambda z: z * 2, holomorphic=True)(Z)
