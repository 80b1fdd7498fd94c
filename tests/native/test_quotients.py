"""Quotients on the way back of native code, at both ends of the exponents: as the rules have them, but for the last places."""

import itertools
import math

import numpy as np

from cpsad import source, value_and_grad

NUMBERS = [1.0, -3.7, 0.0, 1e-300, -1e-308, 5e-324, 1e300, -1.7e308, 1e-160, -1e160, 2.0**-500, 2.0**500]


def scaled(a, b, g):
    q = a / b
    return g * q


def differences(a, b, n):
    total = 0.0
    for i in range(n):
        total = total + (a * a - b) / (2.0 * a)
        a = a - 0.5 * (a * a - b) / a
    return total


def one(a):
    return a / a


def close(x, y):
    return x == y or math.isnan(x) and math.isnan(y) or abs(x - y) <= 1e-15 * abs(y) + 1e-323


def test_the_reciprocal_beside_the_chain():
    text = source(differences, stage="c", args=(2.0, 3.0, 3))
    assert "is_tame(" in text, text


def test_at_both_ends_of_the_exponents():
    native, plain = (value_and_grad(scaled, argnums=(0, 1, 2), backend=b) for b in ("native", "numpy"))
    for kind in (float, np.float64):
        for a, b, g in itertools.product(NUMBERS, NUMBERS, NUMBERS):
            if b == 0.0 and kind is float:
                continue  # Python raises
            args = kind(a), kind(b), kind(g)
            with np.errstate(all="ignore"):
                (value, found), (same, expected) = native(*args), plain(*args)
            assert close(value, same) and all(map(close, found, expected)), (args, found, expected)


def test_in_a_chain():
    found, expected = (value_and_grad(differences, argnums=(0, 1), backend=b)(2.3, 3.0, 6) for b in ("native", "numpy"))
    assert found[0] == expected[0] and np.allclose(found[1], expected[1], rtol=1e-14)
    for x in (0.3, -7e12, 3e-300, 1e301):
        assert value_and_grad(one, backend="native")(x) == (1.0, 0.0)
