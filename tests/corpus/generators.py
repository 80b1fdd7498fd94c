"""Generators, generator expressions, and what consumes them: `yield` keeps its frame while the consumer runs."""

import itertools
import math

import numpy as np

from tests.corpus.case import case, normal


def powers(x, n):
    y = x
    for i in range(n):
        yield y * i
        y = y * x


def endless(x):
    while True:
        yield x
        x = x * 1.5


def averages(x):
    total, n, value = 0.0, 0, x
    while True:
        got = yield value
        total, n = total + got, n + 1
        value = total / n * x


def leaves(tree, x):
    if isinstance(tree, tuple):
        for branch in tree:
            yield from leaves(branch, x)
    else:
        yield tree * x


def counted(x, n):
    for i in range(n):
        yield x * i
    return x * n


def delegating(x):
    a = yield from counted(x, 3)
    b = yield from counted(x * x, 2)
    yield from [a, b]


class Series:
    """An object that is iterated over by a generator method."""

    def __init__(self, x):
        self.x = x

    def __iter__(self):
        for i in range(3):
            yield self.x * i

    def pairs(self):
        for a in self:
            for b in self:
                yield a, b


class Countdown:
    """An iterator."""

    def __init__(self, x, n):
        self.x, self.n = x, n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.x * self.n


@case(1.5, 4)
@case(1.5, 0)
def for_over_a_generator(x, n):
    s = x
    for v in powers(x, n):
        s = s + v * v
    return s


@case(1.5)
def consumed_by_builtins(x):
    a = list(powers(x, 3))
    b, *c = powers(x, 4)
    return sum(powers(x, 4)) * max(powers(x, 3)) + min(powers(x, 3)) + a[2] * c[1] + tuple(powers(x, 3))[1] + b


@case(1.5)
def stars_of_generators(x):
    def f(a, b, c):
        return a + b * c

    return f(*powers(x, 3)) + sum([*powers(x, 3), *powers(x, 2)])


@case(1.5)
def a_few_of_an_endless_one(x):
    g = endless(x)
    a = next(g)
    next(g)
    return a * next(g) + next(g)


@case(1.2)
def left_by_break(x):
    for i, v in enumerate(endless(x)):
        if v > 10:
            break
    return v * i


@case(1.2)
def left_by_return(x):
    for v in endless(x):
        if v > 4:
            return v * v
    return x


@case(1.5)
def two_at_a_time(x):
    a, b = endless(x), endless(x * x)
    s = 0.0
    for _ in range(4):
        s = s + next(a) * next(b)
    return s


@case(1.5)
def sent(x):
    g = averages(x)
    s = next(g)
    for v in (1.0, x, x * x):
        s = s + g.send(v)
    return s


@case(1.5)
def walk_of_a_tree(x):
    s = 1.0
    for v in leaves(((1.0, 2.0), (3.0, (4.0, x))), x):
        s = s * v
    return s


@case(1.5)
def results_of_yield_from(x):
    s = 0.0
    for i, v in enumerate(delegating(x)):
        s = s + v * (i + 1)
    return s


@case(1.5)
def expression_kept(x):
    g = (v * x for v in (1.0, x, x * x) if v > 0)
    return next(g) + next(g) * next(g)


@case(1.5)
def expression_as_an_argument(x):
    def last(values):
        for v in values:
            pass
        return v * x

    return last(v * x for v in powers(x, 4))


@case(1.5)
def nested_expressions(x):
    return sum(a * b for a in (v * x for v in powers(x, 3)) for b in (a, x))


@case(1.5)
def any_and_all_of_generators(x):
    seen = []

    def note(v):
        seen.append(v * x)
        return v > 2

    if any(note(v) for v in powers(x, 9)) and not all(note(v) for v in powers(x, 9)):
        return sum(seen) + len(seen)
    return x


@case(1.5)
def expression_sees_a_later_value(x):
    w = x
    g = (v * w for v in (1.0, 2.0))
    w = x * x
    return next(g) + next(g)


@case(1.5)
def zipped_generators(x):
    s = 0.0
    for a, b in zip(powers(x, 4), endless(x)):
        s += a * b
    for i, (a, b) in enumerate(zip([x, x * x], powers(x, 5)), start=2):
        s += a * b * i
    return s


@case(1.5)
def order_of_side_effects(x):
    log = []

    def source():
        for i in range(3):
            log.append(("made", i))
            yield x * i
        log.append("end")

    def doubled(values):
        for v in values:
            log.append("doubled")
            yield v * 2

    s = 0.0
    for v in doubled(source()):
        log.append("used")
        s = s + v
    return s * len(log) + [i for i, e in enumerate(log) if e == "used"][1]


@case(1.5)
def iterators_of_itertools(x):
    s = 0.0
    for v in itertools.islice(endless(x), 1, 6, 2):
        s += v
    for v in itertools.chain(powers(x, 2), [x, 2.0], endless(x)):
        if v > 20:
            break
        s += v
    for a, b in itertools.pairwise(powers(x, 4)):
        s += a * b
    for v in itertools.takewhile(lambda t: t < 9, endless(x)):
        s += v * v
    return s


@case(1.5)
def accumulated_generators(x):
    a = list(itertools.accumulate([x, 2.0, x * x]))
    b = list(itertools.accumulate(powers(x, 4), lambda s, t: s * x + t, initial=x))
    return a[-1] * b[-1] + a[1]


@case(1.5)
def grouped(x):
    found = []
    for big, group in itertools.groupby([x, x * 0.5, 2.0 * x, 3.0, x], lambda v: v > 2.0):
        found.append(sum(group) * (2.0 if big else 1.0))
    return math.prod(found)


@case(1.5)
def mapped_and_filtered(x):
    a = map(lambda v: v * x, filter(lambda v: v > 1.0, [x, 0.5, 3.0 * x]))
    b = map(lambda u, v: u * v, [x, 2.0], endless(x))
    c = itertools.starmap(lambda u, v: u / v, [(x, 2.0), (3.0, x)])
    return sum(a) + sum(b) * sum(c) + sum(itertools.filterfalse(lambda v: v > 2, [x, 3.0]))


@case(1.5)
def called_until(x):
    values = [x, x * x, 0.0]
    s = 0.0
    for v in iter(lambda: values.pop(0), 0.0):
        s = s + v * v
    return s


@case(1.5)
def generator_method(x):
    s = 0.0
    for a, b in Series(x).pairs():
        s = s + a * b
    u, v, w = Series(x * x)
    return s + u + v * w + (max(Series(x)) if x * 2 in Series(x) else x)


@case(1.5)
def iterator_of_a_class(x):
    s = 0.0
    for v in Countdown(x, 4):
        s = s + v * v
    return s * sum(Countdown(x, 3)) + list(Countdown(x, 3))[0]


@case(normal(4))
def over_rows_of_an_array(v):
    def products(u):
        for a in u:
            yield a * a
            yield np.sin(a)

    return sum(products(v)) + sum(a * b for a, b in zip(v, products(v)))


@case(1.5)
def stored_and_passed_on(x):
    sources = {"a": powers(x, 4), "b": [endless(x)]}
    next(sources["a"])

    def take(g, n):
        return [next(g) for _ in range(n)]

    return sum(take(sources["a"], 2)) * sum(take(sources["b"][0], 3)) + next(sources["a"])


@case(1.1)
def fibonacci_of_generators(x):
    def numbers(n):
        if n < 2:
            yield x
        else:
            for a, b in zip(numbers(n - 1), numbers(n - 2)):
                yield a + b
                yield a * b

    return sum(numbers(5))


@case(1.5)
def the_default_of_next(x):
    g = powers(x, 1)
    return next(g, x) + next(g, x * x) + next(g, x)


@case(1.5)
def closed_early(x):
    g = endless(x)
    a = next(g)
    g.close()
    return a * next(g, x)
