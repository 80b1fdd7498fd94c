"""Methods written in C that operators call, asked for by name and as values; and libraries that do so."""

import graphlib

import numpy as np

from tests.corpus.case import case, normal


@case(1.3)
def methods_of_numbers_and_containers(x):
    values, table, pair = [x, x * x], {"a": x}, (x, 2.0 * x)
    table.__setitem__("b", x * x)
    read = table.__getitem__
    number = x.__add__(2.0) * x.__mul__(x) + x.__neg__() + x.__rsub__(3.0) + x.__pow__(2) + x.__truediv__(2.0)
    number += values.__getitem__(1) * values.__len__() + values.__add__([x])[2] + sum(values.__iter__())
    number *= 2.0 if values.__contains__(x) else 1.0
    return number + read("a") * read("b") + sum(map(table.__getitem__, "ab")) + pair.__getitem__(1)


@case(normal(3), 0.4)
def methods_of_arrays(x, y):
    v = x * y
    v.__setitem__(0, y**3)
    v.__iadd__(y)
    return v.__getitem__(1) * v.__mul__(x).sum() + v.__matmul__(v) + v.__len__() * v[0] * np.sum(x.__array__())


@case(0.7)
def next_of_iterators_as_values(x):
    values, pairs = iter([x, x * x, 0.0]).__next__, zip([x, 2.0 * x], [x * x, 1.0]).__next__
    first, second = pairs()
    return values() * x + first * second + [v for v in iter(values, 0.0)][0] * map(lambda v: v * x, [x, 2.0]).__next__()


@case(1.3)
def order_of_dependencies(x):
    values = {"a": x, "b": x * x}
    for name in graphlib.TopologicalSorter({"c": {"a", "b"}, "d": {"c"}}).static_order():
        if name == "c":
            values[name] = values["a"] * values["b"]
        elif name == "d":
            values[name] = values["c"] ** 2
    return values["d"] + np.sin(values["c"])
