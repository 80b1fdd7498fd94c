"""Lists and tuples where NumPy computes, arrays taken apart into numbers, and iteration over arrays."""

import collections
import math
import operator

import numpy as np

from tests.corpus.case import case, normal, positive


@case(normal(2), 0.4)
def array_times_list(x, y):
    return np.sum(x * [y, 2.0]) + np.sum([y, 3.0] * x)


@case(normal(2), 0.4)
def array_and_tuple(x, y):
    return np.sum((x + (1.0, y)) ** 2) + np.sum((y, x[0]) - x * x)


@case(positive(2), 0.4)
def list_by_array(x, y):
    return np.sum([y, 3.0] / x) + np.sum(x / [y, 3.0]) + x @ [y, 2.0]


@case(normal(2, 2), 0.4)
def array_times_nested_lists(x, y):
    return np.sum(x * [[y, 2.0], [1.0, y * y]])


@case(normal(2), 0.4)
def array_updated_by_lists(x, y):
    z = x * 1.0
    z += [y, 2 * y]
    z *= (2.0, y)
    return np.sum(z * z)


@case(1.3, 2)
def scalar_or_list(x, n):
    values = [x, x * x] * n
    return sum(values + [x]) * len(values)


@case(normal(2), 0.4)
def operators_as_functions_of_lists(x, y):
    return np.sum(operator.mul(x, [y, 2.0])) + np.sum(operator.sub((y, x[0]), x) ** 2)


@case(1.3, 0.4)
def list_changed_behind_an_array_function(x, y):
    values = [x, y]
    total = np.sum(np.multiply(values, np.array([2.0, 3.0])))
    values[0] = y * 3
    values.append(x)
    return total + values[0]


@case(1.3, 0.4)
def nested_list_changed_behind_an_array_function(x, y):
    row = [x, y]
    total = np.sum(np.multiply([row, [y, 2.0]], np.array([1.0, 2.0])))
    row[0] = 0.0
    return total * total


@case(normal(2), 0.4)
def function_as_value_of_a_list_that_changes(x, y):
    multiply = np.multiply
    values = [y, 2.0]
    product = multiply(x, values)
    values[0] = x[0]
    return np.sum(product) * values[0]


@case(1.3, 0.4)
def nested_list_written_into_an_array(x, y):
    z = np.zeros((2, 2))
    rows = [[x, y], [y, 1.0]]
    z[...] = rows
    rows[0][0] = 5.0
    return np.sum(z * z) * x


@case(normal(3))
def numbers_by_tolist(x):
    return sum(v * v for v in x.tolist()) * x[0].tolist() * x[1].item()


@case(normal(2, 2))
def rows_by_tolist(x):
    return sum(v * v for row in x.tolist() for v in row)


@case(normal(2), 0.4)
def array_from_an_iterator(x, y):
    made = np.fromiter((v * v for v in [x[0], y, x[1] * y]), dtype=float)
    return np.sum(made**2) + np.sum(np.fromiter(x, float, count=1))


@case(normal(2, 2))
def loops_over_flat(x):
    total = 0.0
    for v in x.flat:
        total += v**3
    for i, v in enumerate((x * 2).flat):
        total += i * v * v
    return total + sum(x.flat) + sum(a * b for a, b in zip(x.flat, x.T.flat))


@case(normal(2, 3))
def flat_in_pieces(x):
    flat = x.T.flat
    total = 0.0
    for v in flat:
        total += v * v
        if total > 0.5:
            break
    for v in flat:
        total *= 1 + v
    return total + math.prod(list(x.flat)) + np.sum(np.array(x.flat) ** 2)


@case(normal(2, 2))
def places_and_numbers(x):
    return sum((i + 2 * j) * v * v for (i, j), v in np.ndenumerate(x)) + sum(x[i] ** 2 for i in np.ndindex(2, 2))


@case(normal(3, 2))
def rows_written_while_iterated_over(x):
    z = x * 1.0
    total = 0.0
    for i, row in enumerate(z):
        row[0] *= 2
        z[2, 1] += row[0]
        total += np.sum(row * row) * (i + 1)
    return total


@case(normal(3))
def other_array_written_in_a_loop_over_one(x):
    z, out = x * 1.0, np.zeros(3)
    for i, v in enumerate(z):
        out[i] = v * v
    z[0] = 4.0
    for v in z:
        out[0] += v
    return np.sum(out * out)


@case(normal(3))
def row_taken_and_the_array_written_after(x):
    z = x * 1.0
    for v in z:
        if v != 0:
            break
    z[1] = v * 2
    first, *rest = reversed(z)
    return first * rest[0] + v


@case(normal(3))
def list_takes_what_generators_give(x):
    def squares():
        for v in x:
            yield v * v

    ys = [x[0]]

    def last():
        return ys[-1]

    ys.extend(v * last() for v in x)  # it sees the list grow
    xs = [ys[0], ys[1]]
    xs.extend(v * xs[-1] for v in ys)
    zs = [x[2], x[0]]
    zs += squares()
    xs.extend(zs)
    xs[1:2] = (v + 1 for v in squares())
    d = {-1: x[1]}
    d.update((i, v * d[i - 1]) for i, v in enumerate(squares()))
    q = collections.deque(xs[:2])
    q.extendleft(v * q[0] for v in x)
    try:
        xs.extend(v if v < 100 else [][0] for v in (x[0], 200.0, x[1]))
    except IndexError:
        xs.append(x[2] * xs[-1])
    return sum(v * (i + 1) for i, v in enumerate([*xs, *q])) + sum(d.values())
