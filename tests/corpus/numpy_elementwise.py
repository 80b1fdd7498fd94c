"""NumPy's ufuncs, on scalars and arrays, with broadcasting."""

import numpy as np

from tests.corpus.case import case, normal, positive


@case(0.4)
@case(normal(3))
@case(normal(2, 3))
@case(np.array(0.4))
def trigonometric(x):
    return np.sum(np.sin(x) * np.cos(x) + np.tan(x * 0.3))


@case(0.4)
@case(np.array([0.4, -0.3]))
def inverse_trigonometric(x):
    return np.sum(np.arcsin(x) + np.arccos(x) * 2 + np.arctan(x) * 3)


@case(0.4)
@case(normal(3))
def hyperbolic(x):
    return np.sum(np.sinh(x) + np.cosh(x) * 2 + np.tanh(x) * 3)


@case(1.4)
@case(positive(3) + 1)
def inverse_hyperbolic(x):
    return np.sum(np.arcsinh(x) + np.arccosh(x) * 2 + np.arctanh(1 / x) * 3)


@case(0.4)
@case(normal(3))
def exponentials(x):
    return np.sum(np.exp(x) + np.exp2(x) * 2 + np.expm1(x) * 3)


@case(1.4)
@case(positive(3))
def logarithms(x):
    return np.sum(np.log(x) + np.log2(x) * 2 + np.log10(x) * 3 + np.log1p(x) * 4)


@case(1.4)
@case(positive(3))
def roots_and_powers(x):
    return np.sum(np.sqrt(x) + np.cbrt(x) * 2 + np.square(x) * 3 + np.reciprocal(x) * 4)


@case(1.4)
@case(-1.4)
@case(normal(4))
def absolute_values_and_signs(x):
    return np.sum(np.abs(x) + np.absolute(x) * x + np.fabs(x) * 2 + np.sign(x) * x - np.negative(x) + np.positive(x))


@case(positive(3), positive(3, seed=1))
@case(1.4, 0.6)
def binary_arithmetic(x, y):
    return np.sum(
        np.add(x, y) * np.subtract(x, 2.0) + np.multiply(x, y) / np.divide(y, x) + np.true_divide(1.0, y)
    )


@case(positive(3), positive(3, seed=1))
@case(1.4, 0.6)
@case(positive(3), 2.5)
@case(1.5, positive(3))
def powers(x, y):
    return np.sum(np.power(x, y) + x**y + np.power(x, 3) + np.power(2.0, y) + np.float_power(x, y))


@case(normal(4))
def integer_power_of_negative_numbers(x):
    return np.sum(x**2 + x**3 + np.power(x, 2) + x**1 + x**0)


@case(normal(4), normal(4, seed=1))
@case(0.4, -0.6)
@case(normal(4), 0.1)
def maximum_and_minimum(x, y):
    return np.sum(np.maximum(x, y) * 2 + np.minimum(x, y) * x + np.fmax(x, 0.0) + np.fmin(0.5, y))


@case(normal(4), normal(4, seed=1))
@case(0.4, -0.6)
def angles_and_lengths(x, y):
    return np.sum(np.arctan2(x, y) + np.hypot(x, y) * 2)


@case(normal(4), normal(4, seed=1))
def log_of_sums(x, y):
    return np.sum(np.logaddexp(x, y) + np.logaddexp2(x, 2.0) * y)


@case(np.array([7.3, -7.3]), np.array([2.2, 2.2]))
@case(7.3, 2.2)
def remainders(x, y):
    return np.sum(np.mod(x, y) * 2 + np.remainder(x, 1.7) + np.fmod(x, y) * 3 + x % y)


@case(np.array([1.3, -2.7]))
def rounding_of_arrays(x):
    return np.sum(np.floor(x) * x + np.ceil(x) + np.rint(x) * 2 + np.trunc(x) * x + np.round(x) + x // 1)


@case(np.array([1.3, -2.7]))
def degrees_and_radians(x):
    return np.sum(np.deg2rad(x) + np.radians(x) * 2 + np.rad2deg(x) * 3 + np.degrees(x))


@case(normal(5))
def clipping(x):
    return np.sum(np.clip(x, -0.5, 0.5) * x + x.clip(-0.2, 0.3) * 2)


@case(normal(5))
@case(0.4)
def conditional_choice(x):
    return np.sum(np.where(x > 0, x * x, -x) + np.where(x < 0.1, 0.0, x))


@case(normal(3), normal(2, 3))
def choice_with_broadcasting(x, y):
    return np.sum(np.where(y > 0, x, y * 2) * np.where(x > 0, 1.0, y) + np.where(True, x, 0.0))


@case(normal(2, 3), normal(3))
def broadcast_row(m, v):
    return np.sum((m + v) * m - m * v / 2)


@case(normal(2, 3), normal(2, 1))
def broadcast_column(m, v):
    return np.sum((m * v) ** 2 + v - m)


@case(normal(3, 1), normal(1, 4))
def broadcast_both(a, b):
    return np.sum(np.tanh(a * b) + (a - b) ** 2)


@case(normal(2, 3), 1.5)
@case(normal(2, 3), np.array(1.5))
def broadcast_scalar(m, s):
    return np.sum(m * s + s / 2 - m**2 * s)


@case(normal(2, 3, 4), normal(3, 1), normal(4))
def broadcast_three_ranks(t, m, v):
    return np.sum(t * m + m * v - np.sin(t) * v)


@case(normal(1), normal(3))
def broadcast_length_one(a, v):
    return np.sum(a * v) + np.sum(v - a) ** 2


@case(1.5, normal(2, 2))
def scalar_grows_in_a_loop(x, m):
    for _ in range(2):
        x = x * m + 1
    return np.sum(x)


@case(np.array(1.5))
def array_of_no_dimensions(x):
    return x * x + np.sin(x) * 2 - x


@case(np.array([1.5]))
def item_of_an_array(x):
    return x.item() * 3.0 + x[0]


@case(np.float64(1.5))
def numpy_scalar(x):
    return x * 2 + np.sin(x) ** 2


@case(1.5)
def numpy_on_python_floats(x):
    return np.exp(-np.square(x)) * np.tanh(x) / np.sqrt(x)


@case(normal(4))
def comparisons_of_arrays(x):
    mask = x > 0
    both = mask & (x < 1)
    return np.sum(x * mask) + np.sum(x * x * both) + np.sum(~mask) * x[0]


@case(normal(4))
def mask_as_numbers(x):
    mask = (x > 0).astype(float)
    return np.sum(x * mask) * mask.sum()


@case(normal(4))
def predicates(x):
    ok = np.isfinite(x) & ~np.isnan(x) & np.logical_not(np.isinf(x))
    return np.sum(np.where(ok, x * x, 0.0)) * np.count_nonzero(ok)


@case(normal(3))
def sigmoid(x):
    return np.sum(1 / (1 + np.exp(-x)))


@case(normal(3))
def softplus_and_relu(x):
    return np.sum(np.log1p(np.exp(x)) + np.maximum(0, x) + np.maximum(x, 0.1 * x))


@case(normal(3))
def python_numbers_beside_arrays(x):
    return np.sum(2 * x + x * 3 - 1 + (4 - x) / 2 + 1 / (x + 10) + -x)


@case(normal(3), np.arange(3), argnums=0)
def integer_array_beside(x, n):
    return np.sum(x * n + n - x / (n + 1) + x**n)


@case(normal(3))
def conversions(x):
    return np.sum(x.astype(float) * 2 + x.astype(np.float64)) + float(x[0]) * float(x[1] * 2)


@case(normal(3))
def same_array_many_times(x):
    return np.sum(x * x + x / (1 + x * x) - x * np.multiply(x, x))


@case(normal(2, 2), argnums=0)
def builtin_functions_of_arrays(x):
    return np.sum(abs(x) * 2) + sum(x[0]) + max(x[1]) * min(x[0]) + len(x) * np.sum(pow(x, 2))
