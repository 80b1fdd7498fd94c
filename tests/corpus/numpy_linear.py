"""Products: `dot`, `matmul`, `@`, `outer`, for every pair of ranks."""

import numpy as np

from tests.corpus.case import case, normal


@case(normal(3), normal(3, seed=1))
def vector_vector(a, b):
    return np.dot(a, b) * (a @ b) + a.dot(b) + np.matmul(a, b)


@case(normal(2, 3), normal(3))
def matrix_vector(m, v):
    return np.sum(np.dot(m, v) ** 2) + np.sum((m @ v) * 2) + m.dot(v)[0] * np.matmul(m, v)[1]


@case(normal(2), normal(2, 3))
def vector_matrix(v, m):
    return np.sum(np.dot(v, m) ** 2) + np.sum((v @ m) * 2) + np.matmul(v, m)[1]


@case(normal(2, 3), normal(3, 4))
def matrix_matrix(a, b):
    return np.sum(np.dot(a, b) ** 2) + np.sum((a @ b) * 2) + np.matmul(a, b)[0, 1]


@case(normal(2, 3), 1.5)
def dot_with_a_scalar(m, s):
    return np.sum(np.dot(m, s) ** 2) + np.dot(s, s) + np.sum(np.dot(2.0, m))


@case(normal(5, 2, 3), normal(5, 3, 4))
def batch_of_products(a, b):
    return np.sum((a @ b) ** 2)


@case(normal(5, 2, 3), normal(3, 4))
@case(normal(1, 2, 3), normal(5, 3, 4))
@case(normal(2, 3), normal(5, 3, 4))
@case(normal(6, 1, 2, 3), normal(5, 3, 2))
def batch_with_broadcasting(a, b):
    return np.sum(np.matmul(a, b) ** 2)


@case(normal(5, 2, 3), normal(3))
@case(normal(3), normal(5, 3, 2))
def batch_with_a_vector(a, b):
    return np.sum(np.tanh(a @ b))


@case(normal(2), normal(3))
def outer_product(a, b):
    return np.sum(np.outer(a, b) ** 2) + np.outer(a, b)[1, 2] + np.sum(np.outer(a, a))


@case(normal(2, 2), normal(3))
def outer_product_of_matrices(a, b):
    return np.sum(np.outer(a, b) ** 2)


@case(normal(3), normal(3, 3))
def quadratic_form(x, m):
    return x @ m @ x + np.dot(x, np.dot(m.T, x))


@case(normal(2, 3))
def gram_matrix(a):
    return np.sum((a @ a.T) ** 2) + np.sum(a.T @ a)


@case(normal(2, 2), 4, argnums=0)
def matrix_power_by_hand(m, n):
    p = np.eye(2)
    for _ in range(n):
        p = p @ m * 0.5
    return p[0, 1] + np.trace(p)


@case(normal(4, 3), normal(3), normal(4))
def residual(a, x, b):
    r = a @ x - b
    return r @ r / 2


@case(normal(3), normal(2, 3), argnums=0)
def constant_matrix(x, m):
    return np.sum((m @ x) ** 2) + np.dot(m[0], x)


@case(normal(2, 3), normal(4, 2), normal(4))
def two_layers(w1, w2, b):
    x = np.array([0.5, -1.0, 2.0])
    return np.sum((w2 @ np.tanh(w1 @ x) + b) ** 2)


@case(normal(3), normal(3, seed=1))
def column_times_row(a, b):
    return np.sum((a[:, None] @ b[None, :]) ** 2) + np.sum(a[:, np.newaxis] * b)


@case(normal(3, 1), normal(1, 3))
def columns_and_rows(a, b):
    return np.sum(np.dot(a, b) ** 2) + np.dot(b, a)[0, 0] + (b @ a).sum()


@case(normal(2, 3, 4), normal(4))
def dot_of_higher_rank(a, b):
    return np.sum(np.dot(a, b) ** 2)
