"""`itertools` in full, and variables bound in generator expressions."""

import itertools
import math
import operator

import numpy as np

from tests.corpus.case import case, normal, positive


@case(1.3, 0.7)
def chained_from_an_iterable(x, y):
    total = 0.0
    for v in itertools.chain.from_iterable([[x, y], (x * y,), iter([y])]):
        total = total * 0.9 + v * v
    return total


@case(normal(2, 3))
def chained_rows(x):
    return sum(v * v for v in itertools.chain.from_iterable(x)) + sum(itertools.chain.from_iterable([x[0], x[1] * 2]))


@case(1.3, 0.25)
def counting_in_floats(x, h):
    total = 0.0
    for t in itertools.count(x, h):
        if t > 2.1:
            break
        total += t * math.sin(t)
    steps = itertools.count(h)
    a, b = next(steps), next(steps)
    return total + a * b + sum(itertools.islice(itertools.count(x, step=h), 1, 6, 2)) * x


@case(1.3)
def counting_in_integers(x):
    total = 0.0
    for i, v in zip(itertools.count(1), [x, x * x]):
        total += v**i
    return total


@case(normal(3), 0.4)
def cycles(x, y):
    total = 0.0
    for v, _ in zip(itertools.cycle(x), range(5)):
        total = total * 0.5 + v * v
    around = itertools.cycle(v * y for v in [y, 2.0])
    return total + next(around) * next(around) * next(around)


@case(1.3, 0.4)
def teed(x, y):
    first, second = itertools.tee([x, y, x * y])
    next(second)
    total = sum(a * b for a, b in zip(first, second))
    third, fourth, fifth = itertools.tee((v * v for v in [x, y, x * y]), 3)
    next(fourth)
    total += sum(a * b for a, b in zip(third, fourth))
    return total + next(fifth) * sum(fifth)


@case(normal(3), 0.4)
def products_of_actives(x, y):
    total = sum(a * b**2 for a, b in itertools.product(x, [y, x[0]]))
    total += sum(a * b * b for a, b in itertools.combinations(x, 2))
    total += sum(a * b * b for a, b in itertools.permutations([x[0], y, x[1] * y], 2))
    return total + sum(a * b * b for a, b in itertools.combinations_with_replacement([y, y * y], 2))


@case(positive(3), 0.4)
def accumulated_and_compressed(x, y):
    total = sum(itertools.accumulate(x, operator.mul)) + list(itertools.accumulate(x, initial=y))[-2]
    total += math.prod(itertools.compress(x, [1, 0, 1]))
    return total + sum((b - a) ** 2 for a, b in itertools.pairwise(x))


@case(1.3, 0.4)
def groups_of_actives(x, y):
    total = 0.0
    for large, values in itertools.groupby([x, y, x * y, 2 * x], key=lambda v: v > 1):
        total = total * 1.5 + math.prod(values) + large
    return total


@case(1.3, 0.4)
def walrus_in_kept_generators(x, y):
    d = 0.5
    values = (d * (d := v - 1.0) for v in [x, y, x * y])
    first = next(values)
    seen = d
    return first * seen + sum(values) + d * d + math.fsum((d := v - y) * d for v in [x, y]) * d


@case(1.3, 0.4)
def walrus_in_a_generator_of_a_nested_function(x, y):
    d = x

    def scale():
        nonlocal d
        return math.prod((d := d * v) for v in [x, y])

    return scale() * d


@case(1.3, 0.4)
def walrus_in_generators_of_a_loop(x, y):
    total = 0.0
    for k in range(3):
        values = ((t := v * k) + x for v in [x, y])
        total += max(values) * t
    return total


@case(normal(3), 0.4)
def array_from_numbers_of_iterators(x, y):
    return np.sum(np.array(list(itertools.starmap(operator.mul, zip(x, itertools.repeat(y))))) ** 2)


@case(normal(3))
def backwards_by_the_methods_of_classes(x):
    class Chain:
        def __init__(self, values):
            self.values = list(values)

        def __iter__(self):
            return iter(self.values)

        def __reversed__(self):
            return iter([2 * v for v in self.values[::-1]])

    class Scaled:
        def __init__(self, values):
            self.values = list(values)

        def __len__(self):
            return len(self.values)

        def __getitem__(self, i):
            return self.values[i] * self.values[0]

    first, second = reversed(Chain(x)), reversed(Scaled(x))
    return sum(v * w * (i + 1) for i, (v, w) in enumerate(zip(first, second)))
