"""`:=`, `and`, `or`, `not`, and comparisons in a chain: what is evaluated, when, and how often."""

import math

from tests.corpus.case import case


def noted(log, value):
    log.append(len(log))
    return value


@case(1.5)
@case(0.5)
def walrus_in_if(x):
    if (y := x * x) > 1:
        return y * x
    return y + x


@case(1.5)
def walrus_in_while(x):
    n = 0
    while (x := x * 1.5) < 10:
        n += 1
    return x * n


@case(1.5)
def walrus_in_an_expression(x):
    return (y := x * 2) * y + (z := y + x) * z


@case(1.5)
def walrus_overwrites_an_operand(x):
    return x * (x := x * 3) + x


@case(1.5)
def walrus_in_arguments(x):
    return math.pow(y := x + 1, 2) + y * max(z := x, 0.5) + z


@case(1.5)
@case(0.5)
def walrus_in_ternary(x):
    return y * 2 if (y := x * x) > 1 else y * 3


@case(1.5)
@case(0.5)
@case(-0.5)
def walrus_maybe_not_evaluated(x):
    y = 1.0
    if x > 0 and (y := x * 5) > 4:
        return y * x
    return y + x


@case(1.5, 0.0, argnums=0)
@case(0.0, 2.5, argnums=1)
@case(1.5, 2.5)
def value_of_or(x, y):
    return (x or 3.0) * 2 + (y or x or 1.0)


@case(1.5, 0.0, argnums=0)
@case(0.0, 2.5, argnums=1)
@case(1.5, 2.5)
def value_of_and(x, y):
    return (x and y) * 2 + (y and 3.0) + (x and y and x * y)


@case(1.5, 2.5)
@case(0.0, 2.5, argnums=1)
def and_or_mixed(x, y):
    a = x and y or x * 3
    b = (x > 1 and y) or (y > 1 and x) or 1.0
    return a * b + y


@case(0.5)
@case(1.5)
@case(2.5)
def condition_of_and_or_not(x):
    if x > 1 and x < 2 or not x > 0.7:
        y = x * x
    else:
        y = x * 3
    if not (x > 1 or x < 0):
        y = y * x
    return y


@case(make=lambda: (0.5, []))
@case(make=lambda: (1.5, []))
def short_circuit_with_calls(x, log):
    if noted(log, x) > 1 and noted(log, x * 2) > 1:
        x = x * 2
    if noted(log, x) > 1 or noted(log, x * 3) > 100:
        x = x * 3
    return x * len(log)


@case(make=lambda: (0.5, []))
@case(make=lambda: (1.5, []))
def value_of_or_with_calls(x, log):
    y = (noted(log, x) > 1 and noted(log, x * 2)) or noted(log, x * 3)
    return y * len(log) * x


@case(make=lambda: (0.6, []))
@case(make=lambda: (1.2, []))
@case(make=lambda: (2.6, []))
def chained_comparison_with_side_effects(x, log):
    if noted(log, 0) < noted(log, x) < noted(log, 2) < noted(log, 3):
        x = x * 2
    y = 1 < noted(log, x) <= 3 != noted(log, 3)
    return x * x * len(log) + y


@case(0.5)
@case(1.5)
def comparison_result_kept(x):
    small = 0 < x < 1
    big = not small
    return x * x * small + x * big * 3


@case(0.5)
@case(1.5)
def nested_ternary_and_bool(x):
    return (x if x > 1 and x < 5 else x * x or 1.0) * (2 if not x < 1 else 3)


@case(1.5)
@case(0.5)
def loop_condition_with_and(x):
    i = 0
    y = x
    while y < 10 and i < 5:
        y = y * 1.7
        i += 1
    while not (y > 20 or i > 8):
        y = y + x
        i += 1
    return y * i


@case(make=lambda: (0.5, []))
def loop_condition_with_a_call(x, log):
    y = x
    while noted(log, y) < 2 and not noted(log, y) > 100:
        y = y * 1.7
    return y * len(log)


@case(0.5, None, argnums=0)
@case(0.5, 2.0, argnums=0)
def default_by_or(x, scale):
    scale = scale or 3.0
    return x * scale


@case(0.5)
def comparisons_that_are_not_numbers(x):
    kind = "a"
    ok = kind == "a" and kind is not None and kind in "abc" and "z" not in kind
    return x * 2 if ok else x


@case(0.5)
def walrus_from_a_nested_function(x):
    def inner():
        return (t := x * 2) * t

    return inner() + (t := x) * t
