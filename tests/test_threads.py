"""Several threads at once, and faults in the middle: what one call does, another does not feel."""

import copy
import linecache
import random
import sys
import threading

import numpy as np
import pytest

from cpsad import defrule, grad, value_and_grad
from tests.oracle import same
from tests.tracing import run_traced

TEXT = '''
import math
import numpy as np


class Cell:
    def __init__(self, w):
        number_ = w
        self.w = number_
        self.seen = []

    def step(self, h, x):
        number_ = h
        self.seen.append(number_)
        return np.tanh(self.w * h + x)


def deep(number_, n):
    return number_ if n == 0 else math.sin(deep(number_ * 0.99, n - 1))


class Pair:
    def __init__(self, u, v):
        self.u, self.v = u, v

    def __add__(self, other):
        return Pair(self.u + other.u, self.v * other.v)

    @property
    def size(self):
        return math.sqrt(self.u * self.u + self.v * self.v + 0.1)


def steps(number_, n):
    for i in range(n):
        number_ = math.sin(number_ + 0.1 * i)
        yield number_


def program(x, a, data):
    cell = Cell(x)
    it = steps(x, 5)
    first, second = next(it), next(it)
    pair = sum([Pair(v, first) for v in steps(second, 3)], Pair(x, 0.5))
    x = x * pair.size
    number_ = h = np.zeros(3)
    for i in range(len(data)):
        row = data[i]
        h = cell.step(h, row * a)
        if i % 2:
            row[0] = 0.75
        data[0][1] = 0.25 * i
    table = {"h": h, "x": x}
    table["y"] = sum([s[0] for s in cell.seen]) + deep(x, 5)
    return np.sum(table["h"]) * table["y"]
'''


def fresh_module(number=[0]):
    """The functions of `TEXT`, as nobody has transformed them yet."""
    number[0] += 1
    name = f"<threads {number[0]}>"
    text = TEXT.replace("number_", f"number_{number[0]}")  # equal code would share a transform
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"__name__": name}
    exec(compile(text, name, "exec"), namespace)
    return namespace


def arguments():
    return 0.7, np.array([0.3, -0.5, 0.9]), np.linspace(-1, 1, 12).reshape(4, 3)


@pytest.fixture(scope="module")
def expected():
    program = fresh_module()["program"]
    args, plain = arguments(), arguments()
    value = program(*plain)
    found = value_and_grad(program, argnums=(0, 1))(*args)
    assert same(found[0], value)
    assert same(args, plain)
    return found, args


@pytest.mark.parametrize("shared", [True, False], ids=["one function", "one each"])
def test_eight_threads_agree_with_one(expected, shared):
    program = fresh_module()["program"]
    start = threading.Barrier(8)
    results = [None] * 8

    def work(i):
        try:
            function = program if shared else fresh_module()["program"]
            differentiate = value_and_grad(function, argnums=(0, 1))
            start.wait()
            found = []
            for _ in range(15):
                args = arguments()
                found.append((differentiate(*args), args))
            results[i] = found
        except BaseException as error:
            results[i] = error

    limit, interval = sys.getrecursionlimit(), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    for found in results:
        assert isinstance(found, list), found
        assert all(same(f, expected) for f in found)
    assert sys.getrecursionlimit() == limit


def test_deep_recursion_in_threads():
    def down(x, n):
        return x if n == 0 else down(x * 0.9999, n - 1)

    results = []
    threads = [threading.Thread(target=lambda: results.append(grad(down)(2.0, 20_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == pytest.approx([0.9999**20_000] * 4)


class Fault(KeyboardInterrupt):
    pass


# What takes care of the recursion limit and of tracebacks runs with interrupts as any `finally` of Python's does.
CAREFUL = ("stack.py", "tracebacks.py")


def ours(frame):
    name = frame.f_code.co_filename
    return ("cpsad" in name or "transforms" in name) and not name.endswith(CAREFUL) and "tests" not in name


def with_fault_at(number, work):
    """Runs `work` and raises at the line of cpsad's or of generated code that runs as number `number`.

    Returns how many lines ran.
    """
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        if not ours(frame):
            return None if event == "call" and not frame.f_code.co_filename.startswith("<threads") else trace
        if event == "line":
            count += 1
            if count == number:
                sys.settrace(None)
                raise Fault
        return trace

    run_traced(trace, work)
    return count


def test_a_fault_anywhere_in_a_transform_or_a_pass(expected):
    """The call after it is right, on the same function; the recursion limit is as it was."""
    program = fresh_module()["program"]
    total = with_fault_at(-1, lambda: value_and_grad(program, argnums=(0, 1))(*arguments()))
    again = min(with_fault_at(-1, lambda: value_and_grad(program, argnums=(0, 1))(*arguments())) for _ in range(3))
    assert total > 10 * again > 1000  # the first call transforms
    rng = random.Random(3)
    limit = sys.getrecursionlimit()
    for number in [rng.randint(1, total - again) for _ in range(12)]:
        program = fresh_module()["program"]
        with pytest.raises(Fault):
            with_fault_at(number, lambda: value_and_grad(program, argnums=(0, 1))(*arguments()))
        assert sys.getrecursionlimit() == limit
        args = arguments()
        assert same((value_and_grad(program, argnums=(0, 1))(*args), args), expected)
    for number in [rng.randint(1, again) for _ in range(150)]:
        with pytest.raises(Fault):
            with_fault_at(number, lambda: value_and_grad(program, argnums=(0, 1))(*arguments()))
        assert sys.getrecursionlimit() == limit
    args = arguments()
    assert same((value_and_grad(program, argnums=(0, 1))(*args), args), expected)


def bend(x):
    return x * 1.0


def interrupted():
    raise Fault


@defrule(bend)
def bend_rule(g, y, x):
    return g * interrupted()


def test_a_fault_on_the_way_back_leaves_the_arguments_as_the_function_does():
    """What the way back restores of the arrays that the function wrote is put right again."""
    def f(x, data):
        y = bend(x)
        for i in range(3):
            data[i] = i + 1.5
            y = y + data[i] * x
        data[0] = 9.0
        return y

    data = np.zeros(3)
    with pytest.raises(Fault):
        grad(f)(2.0, data)
    left = np.zeros(3)
    f(2.0, left)
    assert same(data, left)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError, MemoryError, SystemExit])
def test_errors_from_callbacks(kind):
    """A callable of the user's that raises at its n-th call: the next gradient is right."""
    state = {"calls": 0, "at": -1}

    def callback(h):
        state["calls"] += 1
        if state["calls"] == state["at"]:
            raise kind("now")
        return h * h + 0.1

    class Model:
        def __init__(self, w, act):
            self.w, self.act, self.log = w, act, []

        def run(self, x, n):
            for _ in range(n):
                x = self.act(x * self.w)
                self.log.append(x)
            return sum(self.log)

    def f(x, model):
        return model.run(x, 4)

    right = grad(f)(0.5, Model(0.7, callback))
    for number in range(1, 5):
        state.update(calls=0, at=number)
        with pytest.raises(kind):
            grad(f)(0.5, Model(0.7, callback))
        state["at"] = -1
        assert grad(f)(0.5, Model(0.7, callback)) == right


def test_nothing_of_the_callers_is_changed():
    """Arguments of every kind are as they were, down to the identity of what they hold."""

    def f(x, a, xs, table, pair):
        total = x * np.sum(a)
        for v in xs:
            total = total + np.sum(v * x)
        for key, v in table.items():
            total = total * 1.1 + v
        return total + pair[0] * x

    xs = [1.5, np.arange(3.0), [0.5]]
    xs[2] = 2.5
    table = {"u": 1.5, "v": 0.25}
    pair = (0.5, "text")
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    a.flags.writeable = False
    args = (0.7, a, xs, table, pair)
    before = copy.deepcopy(args)
    ids = [id(v) for v in [*xs, *table.values(), *pair]]
    first = grad(f, argnums=(0, 1))(*args)
    assert same(args, before)
    assert ids == [id(v) for v in [*xs, *table.values(), *pair]]
    assert same(first, grad(f, argnums=(0, 1))(*args))
