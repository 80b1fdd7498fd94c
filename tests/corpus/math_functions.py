"""Every function of `math` that has a slope, and those that have none."""

import math

import numpy as np

from tests.corpus.case import case


@case(0.4)
@case(-0.4)
def math_trigonometric(x):
    return math.sin(x) + math.cos(x) * 2 + math.tan(x) * 3 + math.asin(x) + math.acos(x) * 2 + math.atan(x) * 3


@case(0.4)
def math_hyperbolic(x):
    return math.sinh(x) + math.cosh(x) * 2 + math.tanh(x) * 3 + math.asinh(x) + math.acosh(x + 1) + math.atanh(x)


@case(0.4)
def math_exponentials(x):
    return math.exp(x) + math.expm1(x) * 2 + math.exp2(x) * 3


@case(1.4)
def math_logarithms(x):
    return math.log(x) + math.log2(x) * 2 + math.log10(x) * 3 + math.log1p(x) * 4


@case(1.4, 2.2)
def math_logarithm_to_a_base(x, b):
    return math.log(x, b) + math.log(x, 3)


@case(1.4, 2.2)
def math_powers(x, y):
    return math.pow(x, y) + math.sqrt(x) + math.cbrt(y) + math.pow(x, 3) + math.pow(2, y)


@case(1.4, -2.2)
def math_lengths_and_angles(x, y):
    return math.hypot(x, y) + math.atan2(x, y) * 2 + math.fabs(y) + math.copysign(x, y)


@case(1.4, -2.2, 0.5)
def math_hypot_of_three(x, y, z):
    return math.hypot(x, y, z) + math.hypot(x)


@case(40.0)
def math_degrees(x):
    return math.radians(x) + math.degrees(x)


@case(0.4)
def math_error_function(x):
    return math.erf(x) + math.erfc(x) * 2


@case(2.7)
@case(-2.7)
def math_rounding(x):
    return math.floor(x) * x + math.ceil(x) + math.trunc(x) * 2 + x


@case(7.3, 2.2)
@case(-7.3, 2.2)
def math_remainder(x, y):
    return math.fmod(x, y) * 2


@case(0.4)
def math_predicates(x):
    if math.isnan(x) or math.isinf(x) or not math.isfinite(x):
        return 0.0
    return x * 2 if math.isclose(x, 0.41, rel_tol=0.5) else x


@case(0.4)
def math_constants(x):
    return math.pi * x + math.e + math.tau * x * x


@case(0.4, 5, argnums=0)
def math_of_integers(x, n):
    return x * math.factorial(n) / math.comb(n, 2) + math.gcd(n, 10) * x + math.isqrt(n) * x


@case(np.array([0.4, 0.7]))
def math_of_array_elements(x):
    return math.exp(x[0]) * math.sin(x[1]) + math.sqrt(x[0] * x[1])


@case(0.4)
def math_and_numpy_mixed(x):
    return math.exp(np.sin(x)) * np.cos(math.tanh(x))


@case(0.4)
def math_inside_loops(x):
    total = 0.0
    for n in range(1, 6):
        total += math.sin(n * x) / n
    return total
