"""Lists that a function makes, fills, passes on and takes apart."""

import math

import numpy as np

from tests.corpus.case import case


def grown(xs, x, n):
    if n == 0:
        return xs
    xs.append(x * n)
    return grown(xs, x * 0.5, n - 1)


@case(1.2, 5)
def list_grown_in_a_recursion_and_rearranged(x, n):
    xs = grown([x], x, n)
    xs += [x * x, 1.0]
    xs.insert(1, x ** 3)
    xs.reverse()
    del xs[0]
    a = xs[0]
    xs[0] = xs[2] * a
    zs = (xs + xs[:2]) * 2
    t = 0.0
    for k, z in enumerate(zs):
        t = t * 0.5 + z * k
    return t + len(zs)


@case(0.3, 20)
def list_as_a_stack(x, n):
    todo = [x, x * 2.0]
    t = 0.0
    while todo:
        v = todo.pop()
        t += math.sin(v)
        if v < n:
            todo.append(v * 2.0)
            todo.append(v * 3.0)
    return t


@case(1.1, 9)
def list_as_a_table(x, n):
    t = [0.0] * (n + 1)
    t[0] = x
    for i in range(1, n + 1):
        t[i] = t[i - 1] * x + (t[i // 2] if i > 1 else x)
    return t[n]


@case(np.array([0.3, 0.7]), 5)
def list_of_states(w, n):
    hs = [np.tanh(w)]
    for _ in range(n):
        hs.append(np.tanh(w * hs[-1]))
    total = 0.0
    for h, g in zip(hs[1::2], hs):
        total = total + np.sum(h * g)
    return total + np.sum(hs[0] * hs.pop())


@case(1.5, 4)
def list_of_rows_that_are_lists(x, n):
    rows = []
    for i in range(n):
        row = []
        for j in range(i + 1):
            row.append(x * j + i)
        rows.append(row)
    rows[0] = rows[-1]
    t = 0.0
    for r in rows:
        for v in r:
            t += v * v
    return t


@case(1.3, 4)
def list_sorted_by_swaps(x, n):
    xs = [x, x * 2.0, x * 3.0, x ** 2]
    for _ in range(n):
        for j in range(len(xs) - 1):
            if xs[j] < xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]
    return xs[0] - 2.0 * xs[1] + 3.0 * xs[3]


@case(1.1, 12)
def list_of_results_found_before(x, n):
    known = [None] * n

    def value(i):
        if i < 2:
            return x
        if known[i] is not None:
            return known[i]
        found = value(i - 1) * 0.7 + value(i - 2)
        known[i] = found
        return found

    return value(n - 1)


@case(1.2, 7)
def list_of_which_the_extremes_are_taken(x, n):
    xs = []
    for i in range(n):
        xs.append(x * math.sin(i * 1.0) + i * 0.3 * x)
    return max(xs) * x - min(xs[1:]) * max([x, 2.0])
