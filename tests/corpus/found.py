"""What random programs have found, made small. Each was wrong once."""

import math

import numpy as np

from tests.corpus.case import case, normal


@case(0.37, 0.62)
def augmented_by_a_walrus_of_itself(x, y):
    x -= (x := x * y)
    y *= (y := 0.5 * y) + x
    return x + y


@case(0.37, 0.62)
def item_deleted_in_a_branch_before_a_loop(x, y):
    xs = [x, y, x * y]
    if x < 0:
        pass
    else:
        del xs[0]
        for _ in range(2):
            y, x = x, xs[-1] * 0.5 + x
    return x * y


@case(0.37, 0.62)
def unpacked_in_a_loop_and_read_after_it(x, y):
    p, q = x, y
    n = 0
    while True:
        p, q = (p * y + 0.1, q * x + 0.2)[::-1]
        if n == 2:
            break
        n += 1
    return p * q * q


@case(normal(3))
def an_array_out_of_a_dictionary_is_indexed_in_a_loop(x):
    weights = {"w": x * 2}
    w = weights["w"]
    total = 0.0
    for i in range(3):
        total = total + w[i] ** 2 * (i + 1)
    return total


@case(normal(2, 3))
def an_array_out_of_a_list_is_indexed_in_a_loop_and_after_it(x):
    rows = [x, x[0] * 2]
    first, second = rows
    total = 0.0
    for i in range(2):
        for j in range(3):
            if j != 1:
                total = total + first[i, j] * second[j]
    return total * second[1] + first[1, 1]


@case(0.37, np.array([0.3, 0.9]))
def keywords_of_a_primitive_in_a_dictionary(x, a):
    options = {"axis": 0}
    pair = (a * x, 2.0)
    f = np.sum
    return np.sum(a * x, **options) * np.max(*pair[:1], **options) + np.multiply(*pair).sum() + f([x, x * x, 1.0], **options)


class Holder:
    def __init__(self, c):
        if isinstance(c, Holder):
            self.__dict__.update(c.__dict__)
        else:
            self.c = np.array(c, subok=isinstance(c, tuple) or None) if isinstance(c, str) else c


@case(np.array([0.3, 0.9]))
def what_does_not_run_is_no_matter(a):
    return np.sum(Holder(Holder(a)).c ** 2)


@case(0.37)
def text_of_constants(x):
    rounded = [float(("{:." + str(3) + "f}").format(float(i) / 3.0)) for i in range(3)]
    return sum([r * x for r in rounded])


class Holding:
    """Holds back the errors of values, and keeps count of its exits."""

    def __init__(self, w):
        self.w, self.exits = w, 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.exits += 1
        self.w = self.w * 0.5
        return isinstance(error, ValueError)


@case(0.37)
@case(-0.37)
def error_held_back_by_a_context_manager(x):
    with Holding(x) as holding:
        t = x * x
        if x > 0.1:
            raise ValueError(x)
        t = t * 2
    return t * holding.w * holding.exits


@case(0.37, np.array([0.21, 0.83, -0.44]))
def item_of_an_array_in_turns_of_a_loop_behind_a_call(x, a):
    y = (lambda z: z * 0.5)(x)
    for i in range(3):
        y = y * 0.3 + a[i] * x
    return y


@case(0.37, np.array([0.21, 0.83, -0.44]))
def item_of_an_array_in_each_turn_of_a_recursion(x, a):
    def down(z, n):
        return z if n == 0 else down(z * 0.5, n - 1) + np.sin(a[n]) * x

    for _ in range(1):
        x = down(x, 2)
    return x


class Doubled:
    def __init__(self, v):
        self.v = v

    def __mul__(self, other):
        return self.v * other


@case(0.37, -0.62, np.array([0.21, 0.83, -0.44]))
def items_at_a_mask_are_updated_where_operators_may_be_calls(x, y, a):
    y *= Doubled(x) * 2.0
    w = np.array([x, y, 0.3]) * a
    other = w
    w[w < 0.2] += y * x
    w[[0, 2]] *= x
    w[[0, 2]] -= w[[1, 1]] * y
    return np.sum(other * a) + w[1]


@case(0.37, 4)
def item_of_a_text_by_a_computed_index(x, i):
    return {"a": x, "b": x * x, "c": 1.0}["abc"[i % 3]]


def weighed(z, scale=1.0, *rest, **named):
    return z * scale + sum(rest) + 3 * named.get("c", 0) + 2 * named.get("d", 0)


@case(0.7, 1.3)
def unpacked_before_a_variable_is_bound_anew(x, y):
    return weighed(*[x + x, y + y], (y := math.sin(y))) * y


@case(0.7, 1.3)
def unpacked_before_the_list_grows(x, y):
    values, named = [x, y], {"c": x}
    a = weighed(*values, 1.0 if values.append(y) else 2.0)
    b = weighed(y, **named, d=(x if named.update(c=y) else 2.0 * x))
    return a * b * {**named, "d": (x if named.update(c=x * y) else 2.0 * x)}["c"]


@case(0.37, 0.62)
def a_list_that_is_repeated_and_grows(x, y):
    values = [x, y] * 1
    values += [x * y]
    values *= 2
    return sum(values) * values[-1]


@case(0.37, 0.62)
def finally_that_reads_what_another_turn_has_bound(x, y):
    for i in range(2):
        try:
            if i:
                continue
            x -= (y := 1.29)
        finally:
            y += x
    return y


@case(0.5, normal(3))
def element_spread_over_a_part_of_its_array(x, a):
    w = a
    for _ in range(4):
        a = np.tanh(w)
        w[:2], w[2] = (a * x)[1:]
    return a.sum()


@case(1.3, 0.4)
def names_that_end_keywords(el, reak):
    """The adjoint of `reak` and the tangent of `el` cannot be called `b` and `d` and their names."""
    ef = el * reak
    for _ in range(2):
        ef, reak = np.sin(ef) * el, reak * ef
    return ef + el * reak
