"""What the language and the standard library can do and cpsad cannot says so: the line, the reason, a way out."""

import concurrent.futures
import contextlib
import ctypes
import inspect
import io
import itertools
import threading

import numpy as np
import pytest

from cpsad import NoDerivativeError, grad


def finishing(x):
    try:
        yield x
        yield x * x
    finally:
        x = 0.0


@contextlib.contextmanager
def doubled(x):
    try:
        yield x * 2
    finally:
        x = 0.0


def left_by_break(x):
    for v in finishing(x):
        break
    return v * x


def left_by_an_error(x):
    try:
        for v in finishing(x):
            raise ValueError(v)
    except ValueError as error:
        return error.args[0] * x


def left_by_zip(x):
    return sum(a * b for a, b in zip([x], finishing(x)))


def context_that_is_never_left(x):
    manager = doubled(x)
    return manager.__enter__() * x


def ended_by_an_error_of_the_plain_kind(x):
    done = []
    iterator = finishing(x)
    next(iterator)
    del iterator
    return x * done[0]


def number_written_while_iterated_over(x):
    z = x * 1.0
    total = 0.0
    for v in z:
        z[-1] = v * 2
        total += v
    return total


def written_before_a_lazy_iterator_is_used(x):
    z = x * 1.0
    pairs = zip(z, itertools.count())
    z *= 2
    return sum(a * b for a, b in pairs)


def by_nditer(x):
    total = 0.0
    for v in np.nditer(x):
        total += float(v) ** 2
    return total


def flat_that_is_kept(x):
    kept = [x.flat]
    return sum(kept[0])


def list_from_elsewhere(x):
    held = {"w": [1.0, 2.0, 3.0]}
    return np.sum(x * held["w"])


def printed_and_read_back(x):
    kept = io.StringIO()
    print(x, file=kept)
    return float(kept.getvalue())


def redirected_and_read_back(x):
    kept = io.StringIO()
    with contextlib.redirect_stdout(kept):
        print(x)
    return float(kept.getvalue())


def lines_read_back(x):
    kept = io.StringIO()
    kept.write(str(x))
    kept.seek(0)
    for line in kept:
        return float(line)


def field_of_a_structured_array(x):
    a = np.zeros(2, dtype=[("p", float), ("q", int)])
    a["p"][0] = x
    return a["p"][0] * x


class Point(ctypes.Structure):
    _fields_ = [("v", ctypes.c_double)]


def field_of_a_structure_of_c(x):
    point = Point()
    point.v = x * 2
    return point.v * x


def in_a_thread(x):
    found = []
    thread = threading.Thread(target=lambda: found.append(x * x))
    thread.start()
    thread.join()
    return found[0]


def in_a_pool(x):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda v: v * v, x).result()


@pytest.mark.parametrize(("function", "x", "text"), [
    (printed_and_read_back, 1.5, "kept.getvalue()"),
    (redirected_and_read_back, 1.5, "kept.getvalue()"),
    (lines_read_back, 1.5, "for line in kept"),
    (field_of_a_structured_array, 1.5, 'return a["p"]'),
    (field_of_a_structure_of_c, 1.5, "point.v = x * 2"),
    (in_a_thread, 1.5, "threading.Thread("),
    (in_a_pool, 1.5, "pool.submit("),
    (left_by_break, 1.5, "def finishing"),
    (left_by_an_error, 1.5, "def finishing"),
    (left_by_zip, 1.5, "def finishing"),
    (context_that_is_never_left, 1.5, "def doubled"),
    (ended_by_an_error_of_the_plain_kind, 1.5, "def finishing"),
    (number_written_while_iterated_over, np.ones(3), "for v in z"),
    (written_before_a_lazy_iterator_is_used, np.ones(3), "return sum"),
    (by_nditer, np.ones(3), "np.nditer(x)"),
    (flat_that_is_kept, np.ones(3), "[x.flat]"),
    (list_from_elsewhere, np.ones(3), "np.sum("),
], ids=lambda v: getattr(v, "__name__", ""))
def test_refused_with_line_reason_and_remedy(function, x, text):
    with pytest.raises(NoDerivativeError) as info:
        grad(function)(x)
    lines = inspect.getsource(inspect.getmodule(function)).splitlines()
    assert text in lines[info.value.where.line - 1]
    assert info.value.where.filename == __file__
    assert info.value.why and info.value.remedy
