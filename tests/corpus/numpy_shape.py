"""Making arrays, and giving them other shapes."""

import numpy as np

from tests.corpus.case import case, normal


@case(normal(6))
def reshape_forms(x):
    a = x.reshape(2, 3)
    b = x.reshape((3, 2))
    c = np.reshape(x, (-1, 2))
    d = a.reshape(-1)
    return np.sum((a @ b) ** 2) + np.sum(c * b) + d[4] * np.reshape(x, 6)[1]


@case(normal(2, 3))
def ravel_and_flatten(x):
    return x.ravel()[1] * x.flatten()[4] + np.sum(np.ravel(x) ** 2 * np.arange(6))


@case(normal(2, 3))
def transpose_forms(x):
    return np.sum(x.T @ x) + x.T[0, 1] * x.transpose()[2, 0] + np.transpose(x)[1, 1] ** 2


@case(normal(2, 3, 4))
def transpose_axes(x):
    a = np.transpose(x, (2, 0, 1))
    b = x.transpose(1, 2, 0)
    c = x.transpose((0, 2, 1))
    return np.sum(a[0] ** 2) + b[1, 2, 0] * c[1, 3, 2] + np.sum(x.T[0])


@case(normal(2, 3, 4))
def swap_and_move_axes(x):
    a = np.swapaxes(x, 0, 2)
    b = np.moveaxis(x, 0, -1)
    c = x.swapaxes(1, 2)
    return np.sum(a[0] ** 2) + b[1, 2, 0] * c[1, 3, 2]


@case(normal(3))
def new_axes(x):
    a = x[:, None]
    b = x[np.newaxis, :]
    c = np.expand_dims(x, 0)
    d = np.expand_dims(x, axis=-1)
    return np.sum(a * b) + np.sum((a - b) ** 2) + np.sum(c * d**2)


@case(normal(1, 3, 1))
def squeezed(x):
    return np.sum(np.squeeze(x) ** 2) + x.squeeze()[1] + np.squeeze(x, axis=0)[0, 0] * x.squeeze(-1)[0, 1]


@case(normal(2), normal(3))
def concatenated(a, b):
    c = np.concatenate([a, b])
    d = np.concatenate((b, a * 2, np.ones(1), a))
    return np.sum(c**2) + c[1] * c[3] + np.sum(d * np.arange(8.0))


@case(normal(2, 3), normal(2, 3, seed=1))
def concatenated_along_axes(a, b):
    c = np.concatenate([a, b], axis=0)
    d = np.concatenate((a, b), axis=1)
    e = np.concatenate((a, b), 1)
    return np.sum(c**2 * np.arange(12.0).reshape(4, 3)) + np.sum(d**2) * d[1, 4] + e[0, 0]


@case(normal(3), normal(3, seed=1))
def stacked(a, b):
    c = np.stack([a, b])
    d = np.stack((a, b, a), axis=1)
    e = np.stack([a, b], axis=-1)
    return np.sum(c[0] * c[1]) + np.sum(d**2 * np.arange(9.0).reshape(3, 3)) + e[2, 1]


@case(normal(3), normal(3, seed=1))
def stacked_by_name(a, b):
    c = np.vstack([a, b])
    d = np.hstack([a, b])
    e = np.column_stack([a, b])
    return c[1, 2] * d[4] + np.sum(d**2) + np.sum(c @ e)


@case(1.5, 2.5)
def array_of_numbers(x, y):
    v = np.array([x, y, 1.0])
    m = np.array([[x, x * y], [0.0, y]])
    return np.dot(v, v) + np.sum(m @ m) + m[0, 1]


@case(1.5, 2.5)
def array_of_numbers_in_a_loop(x, y):
    v = np.array([x, y])
    for _ in range(3):
        v = np.array([v[1], v[0] * 0.5 + x])
    return v[0] * v[1]


@case(normal(3))
def copies(x):
    a = x.copy()
    b = np.copy(x)
    c = np.array(x)
    d = np.asarray(x)
    return np.sum(a * b) + np.sum(c * d * x)


@case(normal(2, 3))
def constants_like(x):
    a = np.zeros_like(x)
    b = np.ones_like(x)
    c = np.full_like(x, 2.0)
    return np.sum((a + x) * b * c) + np.sum(a)


@case(1.5)
def constants_made(x):
    a = np.zeros((2, 2)) + x
    b = np.ones(2) * x
    c = np.eye(2) * x
    d = np.arange(2) * x
    e = np.full((2,), 3.0) * x
    f = np.linspace(0, 1, 2) * x
    g = np.identity(2) - x
    return np.sum(a @ b) + np.sum(c @ d) + np.dot(e, f) + np.sum(g)


@case(1.5)
def constant_filled_with_an_active(x):
    return np.sum(np.full((2, 3), x) ** 2)


@case(normal(3))
def broadcast_by_name(x):
    return np.sum(np.broadcast_to(x, (2, 3)) ** 2 * np.arange(6.0).reshape(2, 3))


@case(normal(2, 3))
def sizes_read(x):
    n, m = x.shape
    y = x * n / m + x.size - x.ndim * len(x)
    return np.sum(y) * np.shape(x)[0] + np.size(x) * np.ndim(x)


@case(normal(4))
def flipped_and_rolled(x):
    return np.sum(np.flip(x) * x * np.arange(4)) + np.sum(np.roll(x, 1) * x**2)


@case(normal(3))
def repeated_and_tiled(x):
    return np.sum(np.tile(x, 2) ** 2 * np.arange(6)) + np.sum(np.repeat(x, 2) * np.arange(6.0))


@case(normal(3))
def list_of_arrays_through_a_loop(x):
    hs = [x]
    for i in range(3):
        hs.append(np.tanh(hs[-1]) * (i + 1))
    return np.sum(np.stack(hs)[1:] ** 2) + np.sum(np.concatenate(hs))


@case(normal(6))
def split_by_slices(x):
    a, b, c = x[:2], x[2:4], x[4:]
    return np.sum(a * b * c) + a @ b


@case(normal(6))
def split_by_name(x):
    a, b, c = np.split(x, 3)
    return np.sum(a * b * c) + a @ b


@case(normal(2, 3))
def shape_from_another_array(x):
    y = np.zeros(x.shape) + np.ones(x.shape[1])
    return np.sum(x.reshape(x.shape[::-1]) ** 2) + np.sum(y * x)


@case(1.5)
def scalars_at_least_one_dimension(x):
    return np.sum(np.atleast_1d(x) * np.array([2.0])) + np.asarray(x) * 2
