"""Depth with everything in it: lists, objects, exceptions, generators and arrays in long loops and deep recursions.

`--full-depth` runs loops of 1,000,000 turns and recursions 100,000 deep, each in a process of its own, and prints the
seconds and the memory that they took; without it they are shorter. All but one multiply `x` by `RATE` in each turn.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cpsad import value_and_grad

RATE = 0.999999


class Cell:
    def __init__(self, w):
        self.w = w

    def step(self, rate):
        self.w = self.w * rate
        return self.w


class Node:
    def __init__(self, value, rest):
        self.value, self.rest = value, rest


def numbers(x, n):
    for _ in range(n):
        x = x * RATE
        yield x


# -- loops ----------------------------------------------------------------------------------------------------------

def loop_list_that_grows(x, n):
    xs = [x]
    for i in range(n):
        xs.append(xs[i] * RATE)
    return xs[-1]


def loop_list_item(x, n):
    xs = [x, 0.0]
    for i in range(n):
        xs[(i + 1) % 2] = xs[i % 2] * RATE
    return xs[n % 2]


def loop_dict_item(x, n):
    table = {"w": x}
    for _ in range(n):
        table["w"] = table["w"] * RATE
    return table["w"]


def loop_attribute(x, n):
    cell = Cell(x)
    for _ in range(n):
        cell.w = cell.w * RATE
    return cell.w


def loop_method(x, n):
    cell = Cell(x)
    for _ in range(n):
        cell.step(RATE)
    return cell.w


def loop_closure(x, n):
    def turn(z):
        return z * RATE

    for _ in range(n):
        x = turn(x)
    return x


def loop_except(x, n):
    for i in range(n):
        try:
            if i % 2:
                raise ValueError(i)
            x = x * RATE
        except ValueError:
            x = x * RATE
    return x


def loop_finally(x, n):
    turns = 0
    for _ in range(n):
        try:
            x = x * RATE
        finally:
            turns += 1
    return x * (turns / n)


def loop_generator(x, n):
    for last in numbers(x, n):
        pass
    return last


def loop_array_item(x, n):
    w = np.zeros(3)
    w[0] = x
    for i in range(n):
        w[(i + 1) % 3] = w[i % 3] * RATE
    return w[n % 3]


# -- recursions -----------------------------------------------------------------------------------------------------

def recursion_list(x, n):
    xs = [x]

    def go(n):
        if n > 0:
            xs.append(xs[-1] * RATE)
            go(n - 1)

    go(n)
    return xs[-1]


def recursion_object(x, n):
    def go(cell, n):
        return cell.w if n == 0 else go(Cell(cell.w * RATE), n - 1)

    return go(Cell(x), n)


def recursion_linked_list(x, n):
    node = None
    for _ in range(n):
        node = Node(x / n, node)

    def total(node):
        return 0.0 if node is None else node.value + total(node.rest)

    return total(node) * RATE**n


def recursion_raise(x, n):
    def go(y, n):
        try:
            if n == 0:
                raise ValueError(y)
            go(y * RATE, n - 1)
        except KeyError:
            return

    try:
        go(x, n)
    except ValueError as error:
        return error.args[0]


def recursion_finally(x, n):
    def go(y, n):
        try:
            return y if n == 0 else go(y * RATE, n - 1)
        finally:
            done.append(n)

    done = []
    y = go(x, n)
    return y * (len(done) / (n + 1))


def recursion_generator(x, n):
    if n == 0:
        return x
    for y in numbers(x, 1):
        x = y
    return recursion_generator(x, n - 1)


FUNCTIONS = {name: function for name, function in list(globals().items()) if name.startswith(("loop_", "recursion_"))}


def run(name, n):
    """Differentiates one of them; without cpsad in the way, they all are `x * RATE**n`."""
    limit = sys.getrecursionlimit()
    value, slope = value_and_grad(FUNCTIONS[name])(0.9, n)
    assert sys.getrecursionlimit() == limit
    assert slope == pytest.approx(RATE**n, rel=1e-9)
    assert value == pytest.approx(0.9 * RATE**n, rel=1e-9)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_depth(name, request):
    if not request.config.getoption("--full-depth"):
        run(name, 20_000 if name.startswith("loop_") else 5_000)
        return
    n = 1_000_000 if name.startswith("loop_") else 100_000
    done = subprocess.run([sys.executable, "-c", MEASURED, name, str(n)], capture_output=True, text=True, check=False,
                          cwd=Path(__file__).parent.parent)
    assert done.returncode == 0, done.stderr[-3000:]
    with request.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{name}, {n:,}: {done.stdout.strip()}")


MEASURED = """
import resource, sys, time
from tests.test_depth_of_all import run
start = time.process_time()
run(sys.argv[1], int(sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
print(f"{time.process_time() - start:.1f} s, {peak:.2f} GB")
"""
