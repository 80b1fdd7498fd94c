"""Dicts that change: keys of integers, texts and tuples, items of numbers, arrays and lists; and context managers of classes."""

import numpy as np

from tests.corpus.case import case


@case(1.1, 12)
def remembered_results(x, n):
    known = {}

    def fibonacci(k):
        if k in known:
            return known[k]
        found = x if k < 2 else fibonacci(k - 1) + fibonacci(k - 2) * x
        known[k] = found
        return found

    return fibonacci(n) * len(known)


@case(0.7)
def methods_of_a_dict(x):
    d = {"a": x, "b": x * 2}
    d["c"] = d["a"] * 2
    total = 0.0
    for key, v in d.items():
        total = total + v * (2 if key == "b" else 3)
    for key in d:
        total = total * 0.5 + d[key]
    for v in d.values():
        total = total * 0.5 + v
    if "a" in d and "z" not in d:
        total = total + len(d)
    first = d.pop("a")
    none = d.pop("q", x)
    del d["b"]
    last = d.setdefault("z", x * 7)
    d["z"] = d["z"] + last
    try:
        total = total + d["nothing"]
    except KeyError:
        total = total * x
    return total + d.get("z", x) * first + none * d.get("nothing", 2.0) + len(d)


@case(0.6, 4)
def table_of_pairs(x, n):
    table = {}
    for i in range(n):
        for j in range(n):
            if i == 0 or j == 0:
                table[i, j] = x * (i + j)
            else:
                table[i, j] = table[i - 1, j] * 0.5 + table[i, j - 1] * x
    del table[0, 0]
    table[0, 0] = x
    total = 0.0
    for (i, j), v in table.items():
        total = total * 0.9 + v * (i - j)
    return total + table[n - 1, n - 1]


@case(np.array([0.3, 0.5, 0.7]), 0.4)
def dict_of_lists_and_arrays(w, x):
    groups = {}
    for i, v in enumerate(w):
        groups.setdefault(i % 2, []).append(v * x)
    state = {"w": w, "b": w * 2}
    for _ in range(3):
        for name in ("w", "b"):
            state[name] = state[name] - 0.1 * np.sin(state[name])
    total = np.sum(state["w"] * state["b"])
    for k, values in groups.items():
        for v in values:
            total = total + v * (k + 1)
    return total


class Tracing:
    def __init__(self, quiet):
        self.entered, self.quiet, self.seen = 0, quiet, 0.0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind, error, traceback):
        if kind is not None and issubclass(kind, ArithmeticError):
            self.seen = error.args[0]
        return self.quiet


@case(0.7, True)
@case(1.2, True)
def context_managers_of_a_class(x, quiet):
    manager = Tracing(quiet)
    y = x
    with manager as entered, Tracing(False) as other:
        y = y * 2 * entered.entered
        if x > 1:
            raise ZeroDivisionError(x * x, other.entered)
        y = y * 3
    for i in range(4):
        with manager:
            y = y + manager.entered
            if i == 1:
                break
    return y + manager.seen * x
