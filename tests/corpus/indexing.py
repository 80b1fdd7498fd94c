"""Reading parts of arrays."""

import numpy as np

from tests.corpus.case import case, normal


@case(normal(4))
def by_integer(x):
    return x[0] * x[-1] + x[2] ** 2 * x[0]


@case(normal(4), 2, argnums=0)
def by_computed_integer(x, i):
    j = (i + 3) % 4
    return x[i] * x[j - 1] + x[len(x) - 1] * x[-i] + x[np.argmax(x)]


@case(normal(6))
def by_slice(x):
    return np.sum(x[1:3] * x[3:5]) + np.sum(x[:2] ** 2) + np.sum(x[-2:]) * np.sum(x[:])


@case(normal(6))
def by_slice_with_step(x):
    return np.sum(x[::2] * x[1::2]) + np.dot(x[::-1], x) + x[4:0:-2].sum()


@case(normal(3, 4))
def by_tuple(x):
    return x[0, 1] * x[-1, -1] + x[1][2] ** 2 + x[(2, 3)]


@case(normal(3, 4))
def rows_and_columns(x):
    return np.sum(x[0] * x[1]) + np.sum(x[:, 0] * x[:, 3]) + np.sum(x[1:, :2] ** 2) + x[2].sum()


@case(normal(2, 3, 4))
def with_ellipsis(x):
    return np.sum(x[..., 0] ** 2) + np.sum(x[0, ...] * x[1, ...]) + np.sum(x[..., 1:3, -1]) * x[...].sum()


@case(normal(3))
def with_new_axis(x):
    return np.sum(x[:, None] * x[None, :] ** 2) + np.sum(x[None] * x)


@case(normal(5))
def by_mask(x):
    return np.sum(x[x > 0] ** 2) + np.sum(x[x < 0]) * x[0]


@case(normal(5))
def by_integer_array(x):
    i = np.array([0, 2, 4])
    return np.sum(x[i] ** 2) + np.sum(x[[1, 3]]) * x[i][1]


@case(normal(5))
def by_repeated_integers(x):
    i = np.array([0, 0, 1, 1, 1, -1])
    return np.sum(x[i] ** 2 * np.arange(6))


@case(normal(3, 4))
def by_pairs_of_arrays(x):
    i = np.arange(3)
    j = np.array([0, 2, 2])
    return np.sum(x[i, j] ** 2) + np.sum(x[i, 1]) * np.sum(x[range(3), [1, 1, 0]])


@case(normal(3, 4))
def by_array_and_slice(x):
    return np.sum(x[[0, 0, 2]] ** 2) + np.sum(x[:, [1, 1]] * x[:, 2:]) + np.sum(x[np.array([True, False, True])])


@case(normal(3, 4))
def by_matrix_of_truths(x):
    return np.sum(x[x > 0]) * np.sum(x[np.eye(3, 4) > 0] ** 2)


@case(normal(4), [2, 0, 1], argnums=0)
def by_index_from_a_list(x, order):
    y = 1.0
    for i in order:
        y = y * x[i] + x[order[i]]
    return y


@case(normal(6))
def slice_of_a_slice(x):
    y = x[1:]
    z = y[1:4]
    return z[0] * y[0] * x[0] + np.sum(z * y[:3])


@case(normal(4))
def index_of_an_expression(x):
    return (x * x)[1] + (x + 1)[::-1][0] * np.exp(x)[2]


@case(normal(4), np.array([2, 1, 0]), argnums=0)
def index_that_is_an_array_element(x, idx):
    return x[idx[0]] * x[idx[-1]] + x[int(idx[1])]


@case(normal(4), argnums=0)
def neighbours(x):
    y = 0.0
    for i in range(1, len(x)):
        y = y + (x[i] - x[i - 1]) ** 2 * x[i]
    return y


@case(normal(4))
def term_that_is_easily_lost(x):
    y = 0.0
    for i in range(4):
        y = y + x[i] * np.sin(x[i])
    return y


@case(normal(4))
def slice_object(x):
    s = slice(1, None, 2)
    return np.sum(x[s] ** 2)


@case(normal(3, 3), 1, argnums=0)
def slices_with_computed_bounds(x, i):
    return np.sum(x[i:, : i + 1] ** 2) + np.sum(x[: -i or None])


@case(normal(4))
def take(x):
    return np.sum(np.take(x, [0, 0, 3]) ** 2) + x.take(1)


@case(normal(4))
def element_of_an_array_in_a_branch(x):
    if x[0] > 0:
        y = x[1] * x[2]
    else:
        y = x[3] * 2
    return y * x[0]


@case(normal(3, 3))
def triangle_by_loops(x):
    y = 0.0
    for i in range(3):
        for j in range(i + 1):
            y = y + x[i, j] * x[j][i]
    return y


@case(normal(2, 3))
def index_with_a_star(x):
    lead = [1]
    total = 0.0
    for i in range(3):
        total = total + x[(*lead, i)] ** 2 * i
        lead[0] = i % 2
    return total
