"""What `np.where` and its kin do not choose adds nothing to a derivative, even where it is infinite or no number."""

import numpy as np
import pytest

import cpsad

X = np.array([0.5, 2.0, -1.5, 0.0])


def infinite_factor(x):
    return np.sum(np.where(x > 0, x * x, np.where(x < 10, x * x, x * np.inf)))


def product_with_infinity(x):
    return np.sum(np.where(np.abs(x) < 10, x * x, (x * np.inf) * x))


def overflow(x):
    return np.sum(np.where(x > 0, x * x, np.where(x > 9, x * np.exp(2000 * x + 4000), x * x)))


def not_a_number(x):
    scale = np.where(x > 0, 1.0, np.nan)
    return np.sum(np.where(x > 0, (scale * x) * x, x * x))


def fractional_power(x):
    return np.sum(np.where(x > 0, (x + x * 0) ** 2.5 / x**0.5, x * x))


def selected(x):
    return np.sum(np.select([x > 0], [x * np.hypot(x, 0 * x)], x * x))


def updated(x):
    y = x * 1
    y *= np.where(x > 0, 1.0, np.inf)
    return np.sum(np.where(x > 0, y * x, x * x))


def numbers(x):
    total = 0.0
    for v in x:
        worthless = v * np.inf
        total = total + np.where(v < 10, v * v, worthless * v)
    return total


FUNCTIONS = [infinite_factor, product_with_infinity, overflow, not_a_number, fractional_power, selected, updated, numbers]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_what_is_not_chosen_adds_nothing(function):
    """Each is the sum of squares, computed so that what is not chosen has slopes that are infinite or no numbers."""
    with np.errstate(all="ignore"):
        assert np.allclose(cpsad.grad(function)(X), 2 * X)
        assert np.allclose(cpsad.jacfwd(function)(X), 2 * X)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f is not fractional_power], ids=lambda f: f.__name__)
def test_in_second_order(function):
    v = np.array([1.0, -2.0, 3.0, 0.5])
    with np.errstate(all="ignore"):
        assert np.allclose(cpsad.hvp(function)(X, v), 2 * v)
        assert np.allclose(cpsad.grad(lambda x: np.sum(cpsad.grad(function)(x) * v))(X), 2 * v)


def test_what_is_chosen_keeps_its_infinity():
    def f(x):
        return np.sum(np.where(x > 0, x * np.inf, x))

    with np.errstate(invalid="ignore"):
        assert np.array_equal(cpsad.grad(f)(np.array([1.0, -1.0])), [np.inf, 1.0])


def test_without_a_choice_products_are_as_short_as_they_are():
    def f(x):
        return np.sum(x * x)

    def g(x):
        return np.sum(np.where(x > 0, x, x * x))

    assert "masked" not in cpsad.source(f)
    assert "masked" in cpsad.source(g)
