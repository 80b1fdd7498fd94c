"""Arrays written in place under a gradient in native code: who shares memory, what is refused, what is left of arguments."""

import linecache

import numpy as np
import pytest

from cpsad import NoDerivativeError, grad, value_and_grad
from cpsad.native.entry import NativeGradient
from cpsad.native.program import StagingError
from cpsad.native.stage import Stager
from tests.native.batch import stage_together
from tests.native.test_corpus_native import outcome
from tests.native.test_random_native import agree
from tests.test_arrays_in_place import constant_argument_written_by_a_callee, constant_returned_and_written, write_first
from tests.test_random_arrays import program

DATA = np.array([1.0, 2.0, 3.0])
ARGS = np.array([0.3, 0.7, 1.1]), np.ones(3)


def global_written(x, data):
    DATA[0] = x[0]
    return np.sum(DATA * x)


def written_in_a_loop_over_it(x, data):
    y = x * 2
    total = 0.0
    for v in y:
        total += v * v
        y[2] = total
    return total


def read_after_a_loop_over_it(x, data):
    y = x * 2
    total = 0.0
    for v in y:
        total += v * v
    y[2] = total
    return total + np.sum(y)


def buffers_of_callees(x, data):
    for i in range(3):
        write_first(x[i:], x[2] * data[0])
        x *= 2.0
    return np.sum(x)


@pytest.mark.parametrize("function", [constant_argument_written_by_a_callee, global_written, constant_returned_and_written,
                                      written_in_a_loop_over_it, read_after_a_loop_over_it, buffers_of_callees])
def test_right_where_numpy_is_right_and_else_refused(function):
    expected = outcome(lambda: value_and_grad(function)(*[a.copy() for a in ARGS]))
    found = outcome(lambda: value_and_grad(function, backend="native")(*[a.copy() for a in ARGS]))
    assert DATA.tolist() == [1.0, 2.0, 3.0]
    if isinstance(found[0], type):
        assert issubclass(found[0], NoDerivativeError | StagingError)
        assert function is not read_after_a_loop_over_it and function is not buffers_of_callees
    else:
        assert agree(found, expected)


def updated(x, b):
    x[0] = 2.0
    b *= 2
    return np.sum(x * b)


def fails_half_way(x, b):
    x[0] = 5.0
    x[int(b[0])] = 6.0
    return x[1]


def test_the_caller_s_arrays_are_left_as_the_function_leaves_them():
    for by in (1, -2):
        x, b = np.array([1.0, 9.0, 3.0])[::2][::by if by < 0 else 1], np.array([5.0, 7.0])
        first, last = x[0], x[-1]
        value, gradient = value_and_grad(updated, backend="native")(x[:2] if x.size > 1 else np.array([first, last]), b)
        assert b.tolist() == [10.0, 14.0] and gradient[0] == 0.0 and gradient[1] == 14.0
    x = np.array([1.0, 2.0])
    with pytest.raises(IndexError):
        grad(fails_half_way, backend="native")(x, np.array([2.0, 0.0]))
    assert x.tolist() == [5.0, 2.0]
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        grad(fails_half_way, backend="native")(x, np.array([1.0, 0.0]))


def test_memory_that_two_arguments_share():
    x = np.array([1.0, 2.0])
    with pytest.raises(StagingError, match="shares memory"):
        grad(updated, backend="native")(x, x)
    assert x.tolist() == [1.0, 2.0]

    def mostly_read(x, view):
        y = np.zeros(2)
        y[0] = x[0] * view[0]
        return np.sum(y)

    assert grad(mostly_read, backend="native")(x, x).tolist() == [1.0, 0.0]

    def view_written(x, view):
        s = np.sum(x * x)
        view[0] = 4.0
        return s + np.sum(x)

    found = grad(view_written, backend="auto")(x, x[:1])  # refused while it runs, and nothing has happened
    assert found.tolist() == [2.0, 5.0] and x.tolist() == [4.0, 2.0]


def test_many_writes_in_a_loop():
    def f(x):
        y = np.zeros(200000)
        y[0] = x
        for i in range(1, 200000):
            y[i] = y[i - 1] * 0.999 + x
        return y[-1]

    assert abs(grad(f, backend="native")(0.5) - (1 - 0.999 ** 200000) / 0.001) < 1e-6


def without_containers(text):
    """A program without its objects and lists, which native code does not have yet."""
    lines = []
    for line in text.splitlines():
        if not any(word in line for word in ("box", "Box", "held")):
            lines.append(line)
        elif lines[-1].endswith(":"):
            lines.append(line[: len(line) - len(line.lstrip())] + "pass")
    return "\n".join(lines) + "\n"


def test_random_programs(monkeypatch):
    staged = []
    for seed in range(5):
        text, name = without_containers(program(seed)), f"<array program in native code {seed}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        namespace = {}
        exec(compile(text, name, "exec"), namespace)
        x = np.random.default_rng(seed).uniform(0.2, 1.2, 4)
        compute = NativeGradient(namespace["f"], 0, False, "native")
        monkeypatch.setattr(Stager, "prefix", f"p{len(staged)}_")  # as `stage_together` will have it
        try:
            compute.staged_for([x], [0], (x,), {})
        except StagingError:
            continue
        staged.append((text, namespace["f"], compute, x))
    assert len(staged) > 1
    stage_together([(compute, (x,), {}) for _, _, compute, x in staged])
    for text, f, compute, x in staged:
        plain, ours = x.copy(), x.copy()
        expected = outcome(lambda: value_and_grad(f)(plain))
        assert agree(outcome(lambda: compute((ours,), {})[:2]), expected), text
        assert np.allclose(plain, ours, rtol=1e-12), text
