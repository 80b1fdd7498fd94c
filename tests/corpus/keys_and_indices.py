"""Numbers that carry derivatives in keys of dictionaries, and in indices that methods in Python get."""

import collections

import numpy as np

from tests.corpus.case import case, normal


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


class Grid:
    def __init__(self):
        self.total = 1.0

    def __setitem__(self, place, value):
        self.total = self.total + self.weight(place) * value

    def __getitem__(self, place):
        return self.total * self.weight(place)

    def __delitem__(self, place):
        self.total = self.total * place

    def weight(self, place):
        if isinstance(place, slice):
            return place.start * place.stop
        return place[0] * place[1] if isinstance(place, tuple) else place * 1.0


@case(1.3)
def keys_that_are_computed(x):
    table = {}
    table[x * 2.0] = 1.0
    table[x * x] = 2.0
    table[(x, -x)] = x
    (pair,) = [k for k in table if isinstance(k, tuple)]
    return sum(k * v for k, v in table.items() if k is not pair) + pair[0] * pair[1] + table[x * 2.0]


@case(1.3)
def keys_made_by_reading(x):
    groups = collections.defaultdict(list)
    groups[x * 2.0].append(x)
    groups[x * 2.0].append(x * x)
    groups[x + 1.0] += [2.0]
    return sum(k * sum(vs) for k, vs in groups.items())


@case(1.3)
def keys_counted(x):
    seen = collections.Counter()
    for v in [x, x * x, x, 2.0]:
        seen[v * 0.5] += 1
    return sum(k * k * n for k, n in seen.items())


@case(1.3)
def indices_of_special_methods(x):
    grid = Grid()
    grid[x * 2.0, x] = 3.0
    grid[x * 3.0:x * x] = x
    grid[x] = 2.0
    grid[x * 2.0, 1.0] += x
    del grid[x * 0.5]
    return grid[x * 2.0:x * 5.0] + grid[-x] * grid.total


@case(1.3)
def a_class_or_a_dictionary(x):
    kept = [Grid(), {}]
    for owner in kept:
        owner[x * 2.0] = x
    return kept[0].total + sum(kept[1]) * kept[1][x * 2.0]


@case(normal(3))
def concatenated_by_index(x):
    rows, columns = np.r_[x, 1.0, x[::-1] * 2.0], np.c_[x, x**2]
    return rows[4] * columns[1, 1] + np.sum(rows * np.arange(7.0)) + np.r_[x[0], x[1] * 2.0, 0:2][1]


@case(1.3)
def slices_from_the_end_of_classes(x):
    class Row:
        def __init__(self, values):
            self.values = values

        def __getitem__(self, place):
            return self.values[place]

    n = 2
    row = Row([x, x * x, 2.0 * x])
    return row[-1] * row[::-1][0] + row[n - 1] * row[-n:][0] + row[: n - 1][0]
