"""Random sequences of array statements: new arrays, views, aliases, reads, writes of all kinds, helpers that write."""

import linecache
import random

import numpy as np
import pytest

from cpsad import NoDerivativeError, value_and_grad
from tests.oracle import close, differences

HELPERS = '''
import numpy as np

def put(a, i, v):
    a[i] = v

def grow(a, s):
    a *= s
    return a

def mix(a, b):
    a[1:] += b[:-1] * 0.5
    b[0] = a[2]
    return b

class Box:
    def __init__(self, a):
        self.a = a
'''


def program(seed):
    """The text of a function of one array of four numbers."""
    rng = random.Random(seed)
    names, lines = ["x"], ["s = 0.0", "box = Box(x)", "held = []"]

    def one():
        return rng.choice(names)

    def new():
        names.append(f"a{len(names)}")
        return names[-1]

    for _ in range(rng.randint(6, 16)):
        a, b, i, j = one(), one(), rng.randrange(4), rng.randrange(4)
        indent = "" if rng.random() < 0.8 else "for i in range(2):\n        "
        lines.append(indent + rng.choice([
            lambda: f"s += np.sum({a} * {b})",
            lambda: f"s += {a}[{i}] * {b}[{j}]",
            lambda: f"s += np.sum(np.sin({a}))",
            lambda: f"{a}[{i}] = {b}[{j}] * 0.7",
            lambda: f"{a}[{i}] = 0.3",
            lambda: f"{a}[1:3] = {b}[:2]",
            lambda: f"{a}[::-1][:2] = np.cos({b}[2:])",
            lambda: f"{a} *= 0.9",
            lambda: f"{a} += {b} * 0.5",
            lambda: f"{a}[{i}] -= {b}[{j}] * 0.2",
            lambda: f"{a}[{a} > 0.6] = 0.2",
            lambda: f"{a}[[{i}, {j}]] = {b}[:2]",
            lambda: f"put({a}, {i}, {b}[{j}])",
            lambda: f"s += np.sum(grow({a}, 0.8) * {b})",
            lambda: f"s += np.sum(mix({a}, {b}))",
            lambda: f"box.a = {a}",
            lambda: f"box.a[{i}] = {b}[{j}] * 0.6",
            lambda: "s += np.sum(box.a * box.a)",
            lambda: f"held.append({a})",
            lambda: f"s += sum([np.sum(h * {a}) for h in held])",
            lambda: f"np.multiply({a}, 0.5, out={b})",
            lambda: f"np.add({a}, {b}, {a})",
        ])())
        if rng.random() < 0.4:
            a, b = one(), one()
            lines.append(rng.choice([
                lambda: f"{new()} = np.zeros(4)", lambda: f"{new()} = {a} * 0.5", lambda: f"{new()} = {a}",
                lambda: f"{new()} = {a}[::-1]", lambda: f"{new()} = {a}.reshape(2, 2).T.ravel()",
                lambda: f"{new()} = {a}.reshape(2, 2).reshape(4)", lambda: f"{new()} = {a}.copy()",
                lambda: f"{new()} = box.a", lambda: f"{new()} = grow({a}, 1.1)", lambda: f"{new()} = np.ones(4) * 0.4",
            ])())
    lines.append("return s + " + " + ".join(f"np.sum({n} * np.arange(1.0, 5.0))" for n in names))
    return HELPERS + "\ndef f(x):\n    " + "\n    ".join(lines) + "\n"


@pytest.mark.parametrize("block", range(6))
def test_random_array_programs(block):
    refused = 0
    for seed in range(block * 15, block * 15 + 15):
        text = program(seed)
        filename = f"<array program {seed}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        namespace = {}
        exec(compile(text, filename, "exec"), namespace)
        f = namespace["f"]
        x = np.random.default_rng(seed).uniform(-1, 1, 4)
        plain, ours = x.copy(), x.copy()
        expected = f(plain)
        try:
            value, gradient = value_and_grad(f)(ours)
        except NoDerivativeError as error:
            assert "is a constant" in str(error), text
            refused += 1
            continue
        assert value == expected and np.array_equal(plain, ours), text
        slope, error = differences(lambda v: f(v.copy()), (x,), 0)
        if np.max(error) < 1e-6:
            assert close(gradient, slope, 1e-5), f"{gradient}, not {slope}\n{text}"
    assert refused <= 5
