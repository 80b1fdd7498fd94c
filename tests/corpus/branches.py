"""`if`, `elif`, `else` and the conditional expression, with every branch taken by some input."""

import numpy as np

from tests.corpus.case import case, normal


@case(1.5)
@case(-1.5)
def if_else(x):
    if x > 0:
        y = x * x
    else:
        y = x * 3
    return y + x


@case(1.5)
@case(-1.5)
def if_without_else(x):
    y = x
    if x > 0:
        y = y * x
    return y * 2


@case(0.5)
@case(1.5)
@case(2.5)
@case(3.5)
def elif_chain(x):
    if x < 1:
        y = x
    elif x < 2:
        y = x * x
    elif x < 3:
        y = x * x * x
    else:
        y = 1 / x
    return y * x


@case(1.5)
@case(-1.5)
def assigned_in_one_branch_only(x):
    if x > 0:
        extra = x * 3
    y = x * 2
    if x > 0:
        y = y + extra
    return y


@case(1.5, 2.0)
@case(1.5, -2.0)
@case(-1.5, 2.0)
@case(-1.5, -2.0)
def nested_ifs(x, y):
    if x > 0:
        if y > 0:
            z = x * y
        else:
            z = x - y
        z = z * 2
    else:
        z = y
        if y > 0:
            z = z * z
    return z + x


@case(1.5, 2.0)
@case(1.5, -2.0)
@case(-1.5, 2.0)
@case(-1.5, -2.0)
def sequential_ifs(x, y):
    a = 1.0
    if x > 0:
        a = a * x
    if y > 0:
        a = a + y
    else:
        a = a - y * x
    if a > 1:
        a = a * a
    return a


@case(1.5)
@case(-1.5)
def branch_makes_constant(x):
    y = x * x
    if x > 0:
        y = 2.0
    return y + 1


@case(1.5)
@case(-1.5)
def both_branches_constant(x):
    if x > 0:
        y = 1.0
    else:
        y = 0.0
    return y + 0.0 * x


@case(1.5)
@case(-1.5)
def branches_that_pass(x):
    if x > 0:
        pass
    elif x < -10:
        pass
    else:
        x = x * 2
    return x


@case(1.5, 2.5)
@case(2.5, 1.5)
def branch_swaps(x, y):
    if x > y:
        x, y = y, x
    return x * 2 + y * 3


@case(1.5)
@case(-1.5)
def ternary(x):
    return x * x if x > 0 else -x


@case(0.5)
@case(1.5)
@case(2.5)
def nested_ternaries(x):
    return x if x < 1 else x * x if x < 2 else x * (x * x if x < 3 else 0.0)


@case(0.5)
@case(1.5)
def ternary_inside_ternary_test(x):
    return x * 2 if (x * x if x > 1 else x) > 1 else x * 3


@case(0.5)
@case(1.5)
def ternary_in_arguments(x):
    return np.multiply(x if x < 1 else x * x, 2.0 if x > 1 else x) + max(x if x > 1 else 0.0, x)


@case(0.5, 2.0)
@case(1.5, 2.0)
def ternary_operands(x, y):
    return (x if x > 1 else y) * (y if x > 1 else 3.0) + (x if y > 1 else y)


@case(1.5, "square", argnums=0)
@case(1.5, "double", argnums=0)
@case(1.5, "other", argnums=0)
def string_tags(x, kind):
    if kind == "square":
        return x * x
    if kind in ("double", "twice"):
        return x * 2
    return x


@case(1.5, None)
@case(1.5, 2.5)
def none_default(x, b=None):
    if b is None:
        b = x * 2
    return x * b


@case(1.5)
@case(1.5, 2.5)
def default_in_terms_of_other(x, y=None):
    y = x if y is None else y
    return x * y


@case(0.5)
@case(1.5)
@case(-0.5)
def chained_comparison(x):
    if 0 < x < 1:
        return x * x
    if -1 < x <= 0 != 5:
        return x * 3
    return x


@case(1.5, 0.0, argnums=0)
@case(1.5, 2.5)
def truth_of_a_float(x, w):
    if w:
        return x * w
    if not x:
        return x * 5
    return x * 3


@case(1.5, 0, argnums=0)
@case(1.5, 3, argnums=0)
def truth_of_an_integer(x, n):
    y = x
    if not n:
        y = y * x
    return y * (2 if n else 3)


@case(1.5, [], argnums=0)
@case(1.5, [2.0, 3.0], argnums=0)
def truth_of_a_list(x, weights):
    if weights:
        x = x * weights[-1]
    return x * x


@case(1.5)
def condition_is_constant(x):
    if True:
        x = x * 2
    if False:
        x = x * 3
    if 0:
        x = an_unknown_name  # noqa: F821
    return x


@case(1.5)
@case(np.array([1.5, 2.5]))
def branch_on_the_kind(x):
    if isinstance(x, np.ndarray):
        return x.sum() * 2
    if isinstance(x, float):
        return x * 5
    return x


@case(normal(3))
@case(-abs(normal(3)))
def branch_on_array_contents(x):
    if np.any(x > 0):
        x = x * 2
    if (x < 0).all():
        x = x * x
    return x.sum()


@case(1.5, 2.5)
@case(-1.5, 2.5)
def array_or_scalar(x, y):
    z = np.array([1.0, 2.0]) * y if x > 0 else y
    return np.sum(z * x)


@case(1.5)
@case(-1.5)
def integer_or_float(x):
    n = 0
    if x > 0:
        n = x
    return n * x + n


@case(0.5)
@case(1.5)
@case(2.5)
def all_branches_do_different_variables(x):
    a = b = c = 1.0
    if x < 1:
        a = x
    elif x < 2:
        b = x * 2
    else:
        c = x * 3
    return a * b * c + a + b


@case(1.5)
@case(0.5)
def deep_ifs(x):
    y = x
    if x > 0:
        if x > 0.1:
            if x > 0.2:
                if x > 0.3:
                    if x > 1:
                        y = y * x
                    else:
                        y = y + x
                    y = y * 2
                y = y * x
            y = y + 1
        y = y * y
    return y


@case(1.5)
def dead_code_after_branches(x):
    if x > 0:
        return x * 2
    else:
        return x * 3
    x = x * 1000
    return x


@case(1.5)
@case(-1.5)
def assertion(x):
    assert x < 100, "too large"
    y = x * x
    assert y > 0
    return y


@case(1.5)
def raise_not_taken(x):
    if x < 0:
        raise ValueError(f"negative: {x}")
    if x > 10:
        raise RuntimeError
    return x * x


@case(1.5)
@case(-1.5)
def raise_in_the_else_branch(x):
    if x > 0:
        y = x
    elif x > -10:
        y = x * 3
    else:
        raise ValueError("out of range")
    return y * x


@case(1.5, True, argnums=0)
@case(1.5, False, argnums=0)
def flag(x, training):
    scale = 0.5 if training else 1.0
    if training:
        x = x * scale
    return x * x


@case(1.5)
@case(-1.5)
def condition_is_kept(x):
    positive = x > 0
    y = x * 2
    x = -x
    if positive:
        y = y * y
    return y * x
