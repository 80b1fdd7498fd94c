"""`for` over everything that can be iterated: arrays, containers, and iterators of any kind."""

import numpy as np

from tests.corpus.case import case, normal


class Countdown:
    """An iterator of the user's own."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n + 0.5


class Sequence:
    """Iterable by the old protocol: `__getitem__` until `IndexError`."""

    def __init__(self, *items):
        self.items = items

    def __getitem__(self, index):
        return self.items[index]


@case(0.7)
def range_forms(x):
    y = 0.0
    for i in range(3):
        y = y * x + i
    for i in range(2, 5):
        y = y + x * i
    for i in range(10, 0, -3):
        y = y * 1.01 + x * i
    for i in range(5, 2):
        y = y * 1000
    for i in range(-3, 4, 2):
        y = y + i * x
    return y


@case(0.7, range(1, 8, 3), argnums=0)
def range_object_given(x, r):
    for i in r:
        x = x * 0.5 + i
    return x


@case(normal(4))
def range_of_length(x):
    y = 1.0
    for i in range(len(x)):
        y = y * x[i] + x[len(x) - 1 - i]
    return y


@case(normal(3, 2))
def range_of_shape(x):
    y = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y = y + x[i, j] ** 2 * (i + 1) * (j + 1)
    return y


@case(normal(4))
def array_of_one_dimension(x):
    y = 1.0
    for v in x:
        y = y * v + v * v
    return y


@case(normal(3, 2))
def array_of_two_dimensions(x):
    y = np.ones(2)
    for row in x:
        y = y * row + 1
    return y.sum()


@case(normal(2, 3))
def array_by_rows_and_elements(x):
    y = 0.1
    for row in x:
        for v in row:
            y = y * v + 0.5
        y = y + row[0]
    return y


@case(normal(2, 3))
def array_transposed(x):
    y = 1.0
    for column in x.T:
        y = y * column[0] + column.sum()
    return y


@case(0.7, normal(4), argnums=0)
def constant_array(x, data):
    y = x
    for d in data:
        y = np.sin(y * d) + x
    return y


@case(normal(4), argnums=0)
def array_with_break_and_else(x):
    y = 1.0
    for v in x:
        y = y + v * v
        if y > 100:
            break
    else:
        y = y * x[0]
    return y * v


@case(0.7, 1.1)
def list_of_actives(x, w):
    y = 1.0
    for v in [x, w, x * w, 2.0]:
        y = y * v + w
    return y


@case(0.7, 1.1)
def tuple_of_actives(x, w):
    y = 1.0
    for v in (x, w, x):
        y = y * v + w
    return y


@case(0.7, [1.0, 2.0, 3.0], argnums=0)
@case(0.7, [], argnums=0)
@case(0.7, (1.0, 2), argnums=0)
def list_given(x, weights):
    y = x
    for w in weights:
        y = y * w + x
    return y


@case(0.7, [[1.0, 2.0], [3.0], []], argnums=0)
def list_of_lists_given(x, rows):
    y = x
    for row in rows:
        for w in row:
            y = y * w + x
        y = y + len(row)
    return y


@case(0.7, 1.1)
def list_appended_and_iterated(x, w):
    values = []
    for i in range(3):
        values.append(x * i + w)
    y = 0.0
    for v in values:
        y = y + v * v
    return y


@case(0.7)
def list_that_grows_while_iterated(x):
    values = [x]
    y = 0.0
    for v in values:
        y = y + v
        if len(values) < 4:
            values.append(v * x)
    return y


@case(0.7)
def list_of_results_summed(x):
    results = []
    for i in range(4):
        results.append(x**i)
    return sum(results)


@case(0.7)
def list_of_results_stacked(x):
    results = []
    for i in range(1, 4):
        results.append(np.array([1.0, 2.0]) * x**i)
    return np.sum(np.stack(results) * np.arange(6.0).reshape(3, 2))


@case(0.7)
def list_of_results_to_array(x):
    results = []
    for i in range(1, 4):
        results.append(x**i)
    return np.dot(np.array(results), np.array([1.0, 2.0, 3.0]))


@case(0.7)
def last_of_a_list(x):
    states = [x]
    for _ in range(3):
        states.append(states[-1] * x + 1)
    return states[-1] + states[0] * states[1]


@case(0.7, 1.1)
def zip_of_lists(x, w):
    y = 1.0
    for a, b in zip([x, w, 2.0], [1.0, x, w]):
        y = y * a + b
    return y


@case(normal(3), normal(3, seed=1))
def zip_of_arrays(x, w):
    y = 1.0
    for a, b in zip(x, w):
        y = y + a * b * y
    return y


@case(normal(3), normal(5, seed=1))
def zip_of_three_of_different_lengths(x, w):
    y = 1.0
    for i, a, b in zip(range(10), x, w):
        y = y + a * b * i
    return y


@case(normal(3), normal(3, seed=1))
def zip_target_is_one_name(x, w):
    y = 1.0
    for pair in zip(x, w):
        y = y + pair[0] * pair[1]
    return y


@case(normal(3))
def zip_with_a_slice_of_itself(x):
    y = 0.0
    for a, b in zip(x, x[1:]):
        y = y + (b - a) ** 2
    return y


@case(normal(3))
def enumerate_array(x):
    y = 0.0
    for i, v in enumerate(x):
        y = y + v * v * i
    return y * i


@case(0.7, 1.1)
def enumerate_with_start(x, w):
    y = 0.0
    for i, v in enumerate([x, w, x * w], 1):
        y = y + v * i
    for i, v in enumerate((x, w), start=5):
        y = y * v + i
    return y


@case(normal(3), normal(3, seed=1))
def enumerate_zip(x, w):
    y = 0.0
    for i, (a, b) in enumerate(zip(x, w)):
        y = y + a * b * (i + 1)
    return y + a


@case(normal(3), normal(3, seed=1))
def zip_enumerate(x, w):
    y = 0.0
    for (i, a), (j, b) in zip(enumerate(x), enumerate(w, 2)):
        y = y * a + b * i * j
    return y


@case(0.7, 1.1)
def reversed_list(x, w):
    y = 1.0
    for v in reversed([x, w, 2.0]):
        y = y * v + 1
    return y


@case(normal(4))
def reversed_array_and_range(x):
    y = 1.0
    for v in reversed(x):
        y = y * v + 1
    for i in reversed(range(4)):
        y = y + x[i] * i
    return y


@case(normal(4))
def array_backwards_by_slice(x):
    y = 1.0
    for v in x[::-1]:
        y = y * v + 1
    return y


@case(0.7, {"a": 2.0, "b": 3.0}, argnums=0)
def dict_keys_given(x, weights):
    y = x
    for name in weights:
        y = y * weights[name]
        if name == "a":
            y = y + x
    return y


@case(0.7, {"a": 2.0, "b": 3.0}, argnums=0)
def dict_items_given(x, weights):
    y = x
    for name, w in weights.items():
        y = y * w if name == "a" else y + w * x
    return y


@case(0.7, 1.1)
def dict_of_actives(x, w):
    params = {"x": x, "w": w, "c": 2.0}
    y = 1.0
    for name, v in params.items():
        y = y * v + params["x"]
    for v in params.values():
        y = y + v * v
    for name in params:
        y = y + params[name]
    for name in params.keys():
        y = y * params[name]
    return y


@case(0.7, 1.1)
def dict_sorted_by_key(x, w):
    params = {"w": w, "a": x}
    y = 1.0
    for name in sorted(params):
        y = y * 2 + params[name]
    return y


@case(make=lambda: (0.7, iter([1.0, 2.0])))
def plain_iterator(x, it):
    y = x
    for w in it:
        y = y * w + x
    return y


@case(make=lambda: (0.7, (i * 0.5 for i in range(3))))
def generator_given(x, it):
    y = x
    for w in it:
        y = y * w + x
    return y


@case(make=lambda: (0.7, iter([1.0, 2.0, 3.0])))
def iterator_consumed_in_two_loops(x, it):
    y = x
    for w in it:
        y = y * w + x
        break
    for w in it:
        y = y + w * x
    return y


@case(0.7)
def iterator_made_inside(x):
    it = iter([x, x * x, 3.0])
    y = next(it)
    for v in it:
        y = y * v
    return y


@case(0.7)
def nested_loops_over_one_iterator(x):
    it = iter(range(6))
    y = x
    for i in it:
        for j in it:
            y = y * 1.1 + x * j
            if j == 3:
                break
        y = y + i
    return y


@case(make=lambda: (0.7, Countdown(3)))
def iterator_class(x, it):
    y = x
    for w in it:
        y = y * w + x
    return y


@case(0.7, Sequence(1.0, 2.0), argnums=0)
def old_sequence_protocol(x, items):
    y = x
    for w in items:
        y = y * w + x
    return y


@case(0.7, "abca", argnums=0)
def characters(x, text):
    y = x
    for c in text:
        if c == "a":
            y = y * x
        else:
            y = y + ord(c) / 100
    return y


@case(0.7, {2, 3}, argnums=0)
def set_given(x, exponents):
    y = 0.0
    for n in sorted(exponents):
        y = y + x**n
    return y


@case(0.7)
def map_over_numbers(x):
    y = x
    for w in map(float, range(3)):
        y = y + w * x
    return y


@case(0.7)
def index_arrays(x):
    y = x
    for i in np.arange(4):
        y = y * 0.5 + x * i
    for i, j in np.ndindex(2, 2):
        y = y + x * i * j
    return y


@case(0.7, [(1.0, 2.0), (3.0, 4.0)], argnums=0)
def pairs(x, points):
    y = 0.0
    for a, b in points:
        y = y + (a * x - b) ** 2
    return y


@case(0.7, [(1.0, 2.0, 3.0), (4.0, 5.0)], argnums=0)
def starred_target(x, rows):
    y = 0.0
    for first, *rest in rows:
        y = y + first * x
        for r in rest:
            y = y * x + r
    return y


@case(0.7, 1.1)
def nested_list_of_actives(x, w):
    y = 0.0
    for row in [[x, w], [w * x], []]:
        for v in row:
            y = y * v + v
    return y


@case(normal(2, 3), normal(3, 2, seed=1))
def matrix_product_by_hand(a, b):
    total = 0.0
    for row in a:
        for column in b.T:
            entry = 0.0
            for p, q in zip(row, column):
                entry = entry + p * q
            total = total + entry * entry
    return total
