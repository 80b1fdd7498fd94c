"""Numbers that carry derivatives in keys of dictionaries, and in indices that methods in Python get."""

import numpy as np

from tests.corpus.case import case


class Product:
    def __getitem__(self, key):
        return key[0] * key[1] * key[0]

    def __setitem__(self, key, value):
        self.kept = key[0] * value


X = np.array([1.5, 0.7])
product = Product()


@case(X)
def index_of_a_class(x):
    a, b = x[0], x[1]
    return product[x[0], x[1]] + product[a * 2.0, -b] + product[a if a > 0 else b, b]


@case(X)
def store_of_a_class(x):
    a, b = x[0], x[1]
    p = Product()
    p[a * 2.0, 1] = b * a
    return p.kept


@case(X)
def arrays_by_index_tricks(x):
    a, b = x[0], x[1]
    return np.sum(np.r_[x, 1.0, a * 2.0] ** 2) + np.sum(np.c_[x, x * x] * a) + np.sum(np.r_[0.0:a * b:3j, b] ** 3)


@case(X)
def keys_that_are_read_again(x):
    k, s, d = x[0] * 2.0, 0.0, {}
    d[k] = 1.0
    d[x[1]] = x[0]
    d[x[0] * x[1]] = 2.0
    for key, value in d.items():
        s = s + key * key * value
    return s


@case(X)
def tuples_as_keys(x):
    d, s = {(x[0], 0): 2.0}, 0.0
    d[x[0] * 3.0, x[1] + 1.0] = x[1]
    for first, second in d:
        s = s + first * first * second * d[first, second]
    return s


@case(X, {})
def keys_of_an_argument(x, d):
    d[x[0] / x[1]] = x[1]
    return sum([key * key for key in {2.0 * v: i for i, v in enumerate(x)}]) + max(d) * 2
