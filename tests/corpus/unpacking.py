"""Tuples, lists and stars on the left of `=`."""

import numpy as np

from tests.corpus.case import case, normal


def three(x):
    return x, x * x, 2.0


def nested(x, y):
    return (x * y, y), [x, (x + y, 1)]


@case(1.5, 2.5)
def swap(x, y):
    x, y = y, x
    return x * 2 + y * 3


@case(1.5, 2.5, 3.5)
def rotation(a, b, c):
    a, b, c = c, a, b
    a, b = b * 2, a * 3
    return a + b * 10 + c * 100


@case(1.5)
def tuple_from_a_call(x):
    a, b, c = three(x)
    return a * b + c * x


@case(1.5, 2.5)
def nested_targets(x, y):
    (a, b), [c, (d, e)] = nested(x, y)
    return a * b + c * d - e * x


@case(1.5, 2.5)
def tuple_kept_and_unpacked_later(x, y):
    pair = (x * y, x)
    x = 0.0
    a, b = pair
    return a * b + x + y


@case(1.5, 2.5)
def tuple_indexed(x, y):
    t = (x, y, x * y)
    return t[0] * t[2] + t[-1] - t[1]


@case(1.5, 2.5)
def starred(x, y):
    first, *middle, last = [x, y, x * y, 3.0]
    return first * last + middle[0] * middle[1] * len(middle)


@case(1.5)
def starred_may_be_empty(x):
    a, *rest, b = three(x)[:2]
    return a * b + len(rest)


@case(1.5)
def starred_first(x):
    *rest, last = three(x)
    return rest[0] * rest[1] + last


@case(normal(3))
def array_into_names(x):
    a, b, c = x
    return a * b - c * a


@case(normal(2, 3))
def rows_into_names(x):
    first, second = x
    return np.sum(first * second**2)


@case(1.5, 2.5)
def list_target(x, y):
    [a, b] = [y, x]
    return a * 2 + b * 3


@case(1.5)
def same_name_twice(x):
    a, a = x, x * x
    return a * 3


@case(1.5)
def one_element(x):
    (a,) = (x * 2,)
    [b] = [x * 3]
    return a * b


@case(1.5, 2.5)
def chained_with_tuples(x, y):
    p = (a, b) = (x * y, y)
    return a + b * p[0] + p[1]


@case(1.5, 2.5)
def tuple_concatenation(x, y):
    t = (x, y) + (x * y,)
    a, b, c = t
    return a * b * c + len(t)


@case(1.5, 2.5)
def star_in_a_display(x, y):
    t = (x, y)
    a, b, c, d = [*t, x * y, *(1.0,)]
    return a * b + c * d


@case(1.5, 2.5)
def tuple_through_a_branch(x, y):
    if x > y:
        pair = x, y
    else:
        pair = y, x * 2
    a, b = pair
    return a * 3 + b * b


@case(1.5, 2.5)
def tuple_carried_by_a_loop(x, y):
    state = (x, y, 0)
    for _ in range(3):
        a, b, n = state
        state = (b, a * b, n + 1)
    return state[0] + state[1] * state[2]


@case(1.5, 2.5)
def evaluation_order_of_targets(x, y):
    i = 0
    values = [x, y]
    i, z = 1, values[i]
    return z * 2 + values[i]


@case(1.5)
def nested_tuple_of_state(x):
    state = ((x, 1.0), [x * x])
    (a, b), [c] = state
    return a * b * c + state[0][0] * state[1][0]


@case(1.5, 2.5)
def dict_read(x, y):
    params = {"w": x, "b": y, "nested": {"u": x * y}}
    return params["w"] * 3 + params["b"] * params["nested"]["u"] + params.get("none", 1.0)


@case(1.5, {"w": 2.0, "b": {"c": 3.0}}, argnums=0)
def dict_given(x, params):
    return x * params["w"] + params["b"]["c"] * x * x
