"""Operators on numbers: every gradient here can be checked in the head."""

from tests.corpus.case import case


@case(1.5)
def identity(x):
    return x


@case(1.5)
def constant_result(x):
    return 3.0


@case(1.5)
def constant_through_dead_code(x):
    y = x * 2.0
    z = y + x
    return 4.0


@case(1.5)
def unused_results(x):
    a = x * x
    b = a + 1
    c = b / a
    return x * 3


@case(1.5, -2.0)
@case(-0.25, 4.0)
def add_and_multiply(x, y):
    return x * y + x - y


@case(1.5, -2.0)
def divide(x, y):
    return x / y + 1 / y - x / 3


@case(1.7)
def same_variable_three_times(x):
    return x * x * x


@case(2.5)
def difference_with_itself(x):
    return x - x


@case(2.5)
def quotient_with_itself(x):
    return x / x


@case(1.5)
@case(-1.5)
def unary(x):
    return -x + +x - -(-x) * x


@case(1.3)
@case(-1.3)
def power_with_integer_exponents(x):
    return x**2 + x**3 - x**-1 + x**0 + x**1


@case(1.3)
def power_with_float_exponent(x):
    return x**1.5 - x**-0.5


@case(1.3)
def power_of_constant(x):
    return 2**x + 0.5**x


@case(1.3, 2.2)
def power_both(x, y):
    return x**y


@case(1.3, 0.7)
def power_is_right_associative(x, y):
    return 2.0**x**y


@case(7.3, 2.2)
@case(-7.3, 2.2)
def modulo(x, y):
    return x % y * 2.0


@case(7.3, 2.2)
def floor_division(x, y):
    return x // y * x + y


@case(7.3)
def rounding_has_no_slope(x):
    return int(x) * x + round(x) + x // 1


@case(1.5)
def integers_and_floats(x):
    a = 2
    b = a * 3 + 1
    c = b // 2 % 2
    return a * x + b - x * c + (b << 1) + (a | 4) + (~a & 3)


@case(1.5)
def integer_start_of_a_sum(x):
    total = 0
    total = total + x
    total = total + 1
    return total * 2


@case(1.5)
def integer_times_zero(x):
    return 0 * x + 0.0 * x


@case(1.5)
@case(-1.5)
def comparison_as_number(x):
    return (x > 0) * x + (x < 0) * x * 3 + True


@case(-1.5)
@case(1.5)
def absolute_value(x):
    return abs(x) + abs(-x * 2)


@case(1.5)
def parameter_reassigned(x):
    x = x * 2
    x = x + 1
    x = x * x
    return x


@case(1.5)
def alias_then_rebind(x):
    y = x
    x = x * 2
    y = y * x
    x = y + x
    return x * y


@case(1.5)
def chain_of_aliases(x):
    a = x
    b = a
    c = b
    return a * b * c


@case(1.5)
def chained_assignment(x):
    a = b = c = x * 2
    a = a + 1
    return a * b * c


@case(1.5)
def overwritten_before_use(x):
    y = x * 100
    y = 2.0
    return x * y


@case(1.5, 2.5)
def multi_line_expression(x, y):
    """A docstring
    of two lines."""
    # a comment above
    z = (
        x * y  # first
        + x
        / (  # second
            y - 1
        )
    )  # last
    return (
        z
        * 2
    )


@case(1.5, 2.5)
def annotated(x: float, y: "float" = 2.0) -> float:
    z: float = x * y
    w: int
    w = 2
    return z * w


@case(1.5)
def several_statements_on_a_line(x):
    a = x * 2; b = a + 1; c = a * b
    return c


@case(1.2)
def deep_expression(x):
    return ((((((((x + 1) * x + 2) * x + 3) * x + 4) * x + 5) * x + 6) * x + 7) * x + 8) * x


@case(0.9, 1.1, 1.3, 0.4)
def many_parameters(a, b, c, d):
    return (a * b - c * d) / (a + b + c + d) ** 2


@case(2.5, 3, argnums=0)
def integer_argument_beside(x, n):
    return x**n + n * x + n / x


@case(0.5)
def builtin_minimum_and_maximum(x):
    return min(x * 2, 3.0) + max(x, 0.1) + max(0.2, x * x, x * 1.5) * min((x, 7.0))


@case(0.5)
def builtin_power_and_float(x):
    return pow(x, 3) + float(x) * pow(2.0, x)


@case(0.5)
def boolean_constants(x):
    yes, no = True, False
    return x * yes + x * no + x * (not no)


@case(0.05)
@case(1e3)
def scales(x):
    return 1e6 * x * x + 1e-6 / x


@case(1.5)
def pass_and_ellipsis(x):
    pass
    ...
    "a string that does nothing"
    x * 4
    return x * 5
