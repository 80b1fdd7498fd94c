"""Second derivatives through parts of what a function of the user's returns, whose kind is not known where it is read."""

import numpy as np
import pytest

import cpsad

X, S = np.array([0.3, -1.2, 0.7, 1.9, -0.4]), 1.2


def weights(s):
    w = np.exp(-0.5 / (s * s) * np.arange(-2.0, 3.0) ** 2)
    return w / np.sum(w)


def table(s):
    return np.outer(weights(s), weights(s) * s)


PROGRAMS = {
    "reversed": lambda x, s: np.sum(x * weights(s)[::-1]),
    "slice": lambda x, s: np.sum(x[:3] * weights(s)[1:4]),
    "number": lambda x, s: x[0] ** 2 * weights(s)[1],
    "slice of a slice": lambda x, s: np.sum(table(s)[1:3][:, ::2] * x[:3] * x[0]),
    "transposed": lambda x, s: np.sum(table(s).T * x),
    "new axis": lambda x, s: np.sum(weights(s)[:, None] ** 2 * x),
    "mask": lambda x, s: np.sum(weights(s)[weights(s) > 0.1] * x[0]),
    "getattr": lambda x, s: np.sum(getattr(table(s), "T")[0] * x),  # noqa: B009 - the call is wanted
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_mixed_second_derivatives(name):
    function = PROGRAMS[name]
    slope = cpsad.grad(function)
    expected = (slope(X, S + 1e-5) - slope(X, S - 1e-5)) / 2e-5
    assert np.max(np.abs(expected)) > 1e-3
    found, _ = cpsad.hvp(function, (0, 1))(X, S, (np.zeros(5), 1.0))
    assert np.allclose(found, expected, atol=1e-7)
