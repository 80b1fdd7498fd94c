"""Arrays that are filled in behind their making, and what looks like it and is not."""

import numpy as np

from tests.corpus.case import case, normal


@case(1.5)
def filled_in_a_loop(x):
    a = np.zeros(3)
    for i in range(3):
        a[i] = i + 1.0
    return (a * x * x).sum()


@case(1.5)
def filled_in_a_branch(x):
    total = 0.0
    for i in range(4):
        a = np.zeros(4)
        a[i] = 1.0
        if i % 2:
            a[0] = 2.0
        total = total + (a * x * np.arange(4.0) * x).sum()
    return total


@case(1.5)
def filled_again_after_it_was_read(x):
    a = np.ones(3)
    a[0] = 2.0
    y = (a * x).sum()
    a[0] = 5.0
    return y * (a * x).sum()


@case(1.5)
def filled_again_in_the_next_turn(x):
    a = np.zeros(2)
    total = 0.0
    for i in range(3):
        a[0] = i + 1.0
        total = total + (a * x).sum() * x
    return total


@case(1.5)
def filled_through_a_view_made_before(x):
    a = np.zeros(3)
    v = a[1:]
    y = x * v.sum()
    a[1] = 3.0
    return y + (v * x * x).sum()


@case(1.5)
def filled_with_a_constant_then_with_what_is_active(x):
    a = np.zeros(3)
    a[0] = 1.0
    y = a * x
    a[1] = x
    return (y * a).sum()


@case(1.5)
def filled_and_kept_in_a_list(x):
    rows = []
    for i in range(3):
        a = np.zeros(3)
        a[i] = 1.0
        rows.append(a)
    rows[0][1] = x
    return (rows[0] + rows[1] * x + rows[2]).sum() * x


@case(1.5)
def filled_by_a_nested_function(x):
    a = np.zeros(3)

    def fill(i):
        a[i] = 2.0

    fill(0)
    y = (a * x).sum()
    fill(1)
    return y * (a * x).sum()


@case(1.5)
def filling_fails(x):
    a = np.zeros(2)
    try:
        a[0] = 1.0
        a[7] = 1.0
    except IndexError:
        x = x * 2.0
    return (a * x * x).sum()


@case(normal(4), normal(4) + 0.5)
def one_place_is_read(p, q):
    s = p / q.sum()
    return np.log(s[2] ** 2) + (p * q)[1]


@case(normal(3, 4), normal(4) + 0.5)
def one_place_of_a_product_that_broadcasts(p, q):
    t = np.exp(p * q)
    u = t / np.sum(t)
    return u[1, 2] * u[0, 0] + np.sum((p / q)[1]) + (q * p)[2, 3]


@case(normal(4))
def places_named_twice(p):
    t = p * p
    return np.sum((t * p)[[1, 1, 2]]) + (t / 3.0)[1]


@case(normal(4))
def the_same_function_twice(p):
    t = np.exp(p) / np.sum(np.exp(p))
    return t[1] * t[2] + np.sin(p[0]) * np.sin(p[0])


@case(normal(4))
def the_same_function_twice_and_one_written_into(p):
    s = np.exp(p)
    t = np.exp(p)
    s[1] = 0.5
    return (s * t * p).sum()


@case(normal(4))
def the_same_function_of_what_has_changed(p):
    q = p * 1.0
    s = np.exp(q)
    q[1] = 0.5
    t = np.exp(q)
    return (s * t * p).sum()
