"""Arrays put together of lists and tuples of arrays, of nested lists, and NumPy's functions that are others put together."""

import numpy as np

from tests.corpus.case import case, normal, positive


@case(normal(3), normal(3, seed=1))
def stacked_in_all_ways(x, y):
    m = np.stack([x, y * 2, x * y])
    n = np.stack((x, y), axis=1)
    z = np.concatenate([x, y[:2], x * y])
    w = np.concatenate((x[:, None] * y, y[None, :]), axis=0)
    v = np.concatenate([m, n], 1)
    return (np.sum(w[:3] * m) * z[4] + v[1, 4] * np.hstack([w[0], y])[4] + np.sum(np.vstack((w, m)) ** 3) + n[1, 0] * n[0, 1]
            + np.hstack((n, m))[2, 4])


@case(normal(3), 4)
def grown_and_joined(x, n):
    states, lists = [], []
    h = x
    for i in range(n):
        h = np.tanh(h * 1.1 + i)
        states.append(h)
        lists.append([h[0], h[1] * i])
    table = np.array(lists)
    return np.sum(np.stack(states) ** 2) + np.concatenate(states)[n] + table[1, 1] * table[-1, 0] + np.sum(np.array(states)[:, 2])


@case(0.4, -0.7)
def matrices_of_numbers(a, b):
    m = np.array([[a, b], [b * a, 1.0]])
    r = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return (m @ r)[0, 1] * m[1, 0] + np.array((a, b, a * b))[2]


@case([0.3, 0.5, 0.7], [normal(2), normal(2, seed=1)], argnums=1)
@case([0.3, 0.5, 0.7], [normal(2), normal(2, seed=1)], argnums=(0, 1))
def lists_given_and_joined(xs, ws):
    both = np.concatenate(ws)
    return np.sum(np.array(xs) ** 2) * max(xs) + np.sum(np.stack(ws) ** 2) + both[3] * both[0] - min(xs)


@case(positive(3, 4))
@case(positive(2, 1))
def others_put_together(x):
    spread = np.std(x) + np.sum(np.var(x, axis=0)) + np.sum(x.std(axis=1, keepdims=True) if x.shape[1] > 1 else x)
    size = np.linalg.norm(x) * np.linalg.norm(x[0]) + np.sum(np.linalg.norm(x, axis=1))
    sums = np.cumsum(x)[2 - len(x)] + np.sum(np.cumsum(x, axis=0)[-1] * np.flip(x, 0)[0])
    wide = np.broadcast_to(x[0], (5, x.shape[1])) * np.expand_dims(np.linspace(0.0, 1.0, 5), 1)
    turned = np.swapaxes(x, 0, 1).transpose(1, 0) + np.transpose(np.transpose(x), (1, 0))
    return spread + size + sums + np.sum(wide ** 2) + np.trace(x @ x.T + np.eye(len(x))) + np.sum(turned * x.clip(0.0, 0.8))
