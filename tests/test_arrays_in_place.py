"""Arrays written in place: what is refused, who shares memory with whom, and what the caller sees afterwards."""

import numpy as np
import pytest

from cpsad import NoDerivativeError, grad, value_and_grad
from tests.oracle import close, differences

DATA = np.array([1.0, 2.0, 3.0])


def write_first(a, v):
    a[0] = v
    return a


def constant_argument_written_by_a_callee(x, data):
    write_first(data, x[0])
    return np.sum(data)


def global_written(x):
    DATA[0] = x[0]
    return np.sum(DATA * x)


def global_written_by_an_alias(x):
    held = [DATA]
    held[0][0] = x[0]
    return np.sum(DATA * x)


def constant_stored_and_written(x, data):
    held = [data]
    held[0][0] = x[0]
    return np.sum(data)


def constant_returned_and_written(x, data):
    def same():
        return data

    b = same()
    b[0] = x[0]
    return np.sum(data)


def constant_row_of_a_zip(x, data):
    for row, value in zip(data.reshape(3, 1), x):
        row[0] = value
    return np.sum(data)


def objects(x, data):
    a = np.empty(2, dtype=object)
    a[0] = x[0]
    return a[0] * 2


def buffer_of_bytes(x, data):
    a = np.frombuffer(bytearray(24))
    a[0] = x[0]
    return np.sum(a)


def flat_iterated(x, data):
    total = 0.0
    y = x * 2
    for v in y.flat:
        total += v
    return total


def shape_set(x, data):
    y = x * 2
    y.shape = (3, 1)
    return np.sum(y)


def shuffled(x, data):
    y = x * 2
    np.random.default_rng(0).shuffle(y)
    return y[0]


@pytest.mark.parametrize("function", [
    constant_argument_written_by_a_callee, global_written, global_written_by_an_alias, constant_stored_and_written,
    constant_returned_and_written, constant_row_of_a_zip, objects, buffer_of_bytes, flat_iterated, shape_set, shuffled,
])
def test_refused_or_right(function):
    args = (np.array([0.3, 0.7, 1.1]), np.ones(3))[: function.__code__.co_argcount]
    before = DATA.copy()
    try:
        found = grad(function)(*[a.copy() for a in args])
    except Exception as error:
        assert isinstance(error, NoDerivativeError) or "cpsad" in type(error).__module__
        text = str(error)
        assert "test_arrays_in_place.py" in text and "instead: " in text
    else:
        DATA[...] = before
        slope, _ = differences(lambda x: function(x, *[a.copy() for a in args[1:]]), args[:1], 0)
        assert close(found, slope)
    finally:
        DATA[...] = before


def test_the_caller_s_arrays_are_left_as_the_function_leaves_them():
    def f(x, b):
        x[0] = 2.0
        b *= 2
        return np.sum(x * b)

    x, b = np.array([1.0, 3.0]), np.array([5.0, 7.0])
    value, gradient = value_and_grad(f)(x, b)
    assert value == 2 * 10 + 3 * 14 and gradient.tolist() == [0.0, 14.0]
    assert x.tolist() == [2.0, 3.0] and b.tolist() == [10.0, 14.0]


def test_one_array_twice():
    def f(x, y):
        x[0] = x[1] * y[1]
        return np.sum(x * y)

    x = np.array([1.0, 2.0])
    with pytest.raises(NoDerivativeError):
        grad(f)(x, x)
    with pytest.raises(NoDerivativeError):
        grad(f, argnums=(0, 1))(x, x)


def test_a_constant_view_of_the_argument_overwritten_with_a_constant():
    def f(x, view):
        s = np.sum(x * x)
        view[0] = 4.0
        return s + np.sum(x)

    x = np.array([1.0, 2.0])
    assert grad(f)(x, x[:1]).tolist() == [2.0, 5.0]


def test_many_writes_in_a_loop():
    def f(x):
        y = np.zeros(2000)
        y[0] = x
        for i in range(1, 2000):
            y[i] = y[i - 1] * 0.999 + x
        return y[-1]

    slope, _ = differences(f, (0.5,), 0)
    assert close(grad(f)(0.5), slope)
