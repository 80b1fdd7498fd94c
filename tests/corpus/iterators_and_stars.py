"""Loops over several things side by side, unpacking of what is no tuple, and stars whose number of items is known."""

import numpy as np

from tests.corpus.case import case


@case(np.array([0.3, 0.5, 0.7, 0.2]))
@case(np.array([0.3]))
def array_side_by_side(x):
    total = 0.0
    for i, (a, b) in enumerate(zip(x, x[1:]), 1):
        total = total + i * a * b
    for i, a, j in zip(range(9, 0, -2), reversed(x), range(3)):
        total = total * 0.5 + i * a + j
    for i in reversed(range(0, len(x), 2)):
        total = total + x[i] * total
    return total


@case(np.array([[0.3, 0.5, 0.7], [0.2, 0.1, 0.4]]))
def rows_side_by_side(w):
    first, second = w
    total = first @ second
    for i, (row, other) in enumerate(zip(w, reversed(w))):
        for j, (a, b) in enumerate(zip(row, other)):
            total = total + a * b * (i + j)
    a, *more, b = list(first)
    return total + a * more[0] * b if more else total


@case([0.3, 0.5, 0.7], 2, argnums=0)
def list_side_by_side(xs, n):
    grown = [x * n for x in xs]
    total = 0.0
    for i, (a, b) in enumerate(zip(xs, reversed(grown))):
        total = total + a * b * i
    for i, a in enumerate(reversed(grown), n):
        grown[0] = grown[0] * a
        total = total + a * i
    first, *middle, last = grown
    *before, end = (total, first, last)
    return before[0] * before[1] + end * middle[0] + sum(xs[1:]) + xs[::-1][0]


def with_everything(a, *rest, scale=1.0, **others):
    return (a + len(rest)) * scale + sum(others[k] for k in ("shift", "more")) + rest[-1] * rest[0]


@case(0.7, (0.3, 0.4))
@case(0.7, (0.3, 0.4), argnums=(0, 1))
def stars_written_out(x, pair):
    named = {"shift": x * x, "more": 0.5}
    both = (*pair, x, *pair[:1])
    lists = [x, *both, *pair]

    def inner(first, *more, by=2.0, **named):
        return first * more[0] * len(more) * by + named["shift"]

    return (with_everything(x, *both, scale=x, **named) + inner(*pair, **named) + inner(*both, by=x, shift=pair[1])
            + max(*pair) * lists[3] + len(lists))
