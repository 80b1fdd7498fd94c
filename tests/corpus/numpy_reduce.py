"""Reductions, with and without `axis` and `keepdims`, as functions and as methods."""

import numpy as np

from tests.corpus.case import case, normal, positive


@case(normal(4))
@case(normal(2, 3))
@case(1.5)
def sum_of_all(x):
    return np.sum(x * x)


@case(normal(2, 3))
def sum_along_axes(x):
    return np.sum(np.sum(x, axis=0) ** 2) + np.sum(np.sum(x**2, axis=1) ** 2) + np.sum(x, axis=-1)[0]


@case(normal(2, 3))
def sum_axis_by_position(x):
    return np.sum(np.sum(x, 0) ** 2) * np.sum(x.sum(1) ** 2)


@case(normal(2, 3))
def sum_keeping_dimensions(x):
    return np.sum(x / np.sum(x * x, axis=1, keepdims=True)) + np.sum(x * x.sum(axis=0, keepdims=True))


@case(normal(2, 3, 4))
def sum_over_two_axes(x):
    return np.sum(np.sum(x, axis=(0, 2)) ** 2) + np.sum(x.sum(axis=(-1, 1), keepdims=True) * x)


@case(normal(2, 3))
def mean_of_all(x):
    return np.mean(x * x) + x.mean() * np.mean(x)


@case(normal(2, 3))
def mean_along_axes(x):
    return np.sum(np.mean(x, axis=0) ** 2) + np.sum((x - x.mean(axis=1, keepdims=True)) ** 2 * x)


@case(positive(4))
@case(positive(2, 3))
def product(x):
    return np.prod(x) + np.sum(x.prod(axis=0) ** 2) + np.prod(x, axis=-1, keepdims=True).sum()


@case(normal(5))
@case(normal(2, 3))
def largest_and_smallest(x):
    return np.max(x) * np.min(x) + x.max() - x.min() * 2 + np.amax(x) * 3


@case(normal(2, 3))
def largest_along_axes(x):
    return np.sum(np.max(x, axis=0) ** 2) + np.sum(x.min(axis=1, keepdims=True) * x) + np.sum(x.max(axis=-1))


@case(normal(5))
@case(normal(2, 3))
def variance(x):
    return np.var(x) + np.std(x) * 2 + x.var() * x.std()


@case(normal(2, 3))
def variance_along_axes(x):
    centred = x - np.mean(x, axis=0)
    return np.sum(centred / np.sqrt(np.var(x, axis=0) + 1e-3) * x) + np.sum(np.std(x, axis=1, keepdims=True))


@case(normal(4))
def cumulative_sum(x):
    return np.sum(np.cumsum(x) ** 2) + x.cumsum()[2]


@case(normal(2, 3))
def cumulative_sum_along_axes(x):
    return np.sum(np.cumsum(x, axis=0) ** 2) + np.sum(np.cumsum(x, axis=1) * x)


@case(normal(5))
def position_of_the_largest(x):
    i = np.argmax(x)
    j = x.argmin()
    return x[i] * x[j] + i


@case(normal(4))
def any_and_all(x):
    return np.sum(x * x) * (2 if np.any(x > 0) else 3) * (5 if np.all(x > 0) else 7)


@case(normal(2, 3))
def reduction_in_steps(x):
    return x.sum(axis=0).max() + x.max(axis=0).sum() * x.mean(1).min()


@case(normal(2, 3))
def stable_log_sum_exp(x):
    top = np.max(x, axis=1, keepdims=True)
    return np.sum(top + np.log(np.sum(np.exp(x - top), axis=1, keepdims=True)))


@case(normal(2, 3))
def normalised_rows(x):
    norms = np.sqrt((x**2).sum(axis=1, keepdims=True))
    return np.sum((x / norms)[:, 0] * norms.ravel())


@case(normal(3))
def python_sum_of_products(x):
    return sum([x[0] * x[1], x[1] * x[2]]) + sum([x[0], 2.0], x[2])


@case(normal(4))
def norm(x):
    return np.linalg.norm(x) * 2 + np.sqrt(np.sum(x**2))


@case(normal(3, 3))
def trace_and_diagonal(x):
    return np.trace(x) * x.trace() + np.sum(np.diagonal(x) ** 2) + np.diag(x)[0]


@case(np.zeros((0,)) + 1.0, 1.5)
def sum_of_nothing(empty, x):
    return np.sum(empty * x) + x
