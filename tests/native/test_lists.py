"""Lists that a program makes, in native code: what is beside the corpus."""

import numpy as np
import pytest

from cpsad import compile, value_and_grad
from cpsad.native.program import StagingError


def of_two_types(x, n):
    xs = [1, x]
    return xs[0] // 2 + xs[1]


def found_at(x, n):
    xs = [x]
    return xs[n]


def taken_from_nothing(x, n):
    xs = [x]
    xs.pop()
    return xs.pop()


def written_behind_the_end(x, n):
    xs = [x]
    xs[n] = x
    return xs[0]


def primes(n, list):
    found = []
    for i in range(2, n):
        for p in found:
            if i % p == 0:
                break
        else:
            found.append(i)
    return found[-1] + list


def many(x, n):
    xs = []
    for i in range(n):
        xs.append(x * i)
    t = 0.0
    for v in xs:
        t += v * v
    return t


@pytest.mark.parametrize("function, n", [(found_at, 1), (found_at, -2), (taken_from_nothing, 0), (written_behind_the_end, 1)])
def test_errors_are_pythons(function, n):
    with pytest.raises(IndexError) as expected:
        function(1.0, n)
    with pytest.raises(IndexError, match=str(expected.value)):
        value_and_grad(function, backend="native")(1.0, n)


def test_items_of_two_types_are_refused():
    with pytest.raises(StagingError, match="line 11") as error:
        value_and_grad(of_two_types, backend="native")(1.5, 4)
    assert "int and float" in str(error.value) and 'backend="numpy"' in str(error.value)


def test_without_a_gradient():
    assert compile(primes)(50, 1) == 48


def test_a_long_list():
    value, gradient = value_and_grad(many, backend="native")(0.5, 100_000)
    total = float(np.sum(np.arange(100_000.0) ** 2))
    assert np.allclose([value, gradient], [0.25 * total, total])


def dict_that_changes(x):
    s = {"a": x}
    s["a"] = x * x
    return s["a"]


def dict_that_shrinks(x):
    s = {"a": x, "b": x * x}
    del s["a"]
    return s["b"] * len(s)


def dict_that_is_updated(x):
    s = {"a": x, "b": x * x}
    t = s
    t.update(a=x ** 3)
    return s["a"]


def found_or_not(x, n):
    known = [None, x]
    return known[n]


def two_kinds_of_keys(x):
    s = {"a": x}
    s[1] = x * x
    return s[1]


@pytest.mark.parametrize("function", [dict_that_changes, dict_that_shrinks])
def test_a_dict_that_changes(function):
    assert value_and_grad(function, backend="native")(1.5) == value_and_grad(function)(1.5)
    assert compile(function)(1.5) == function(1.5)


@pytest.mark.parametrize("function, text", [(dict_that_is_updated, "`update` of a dict"), (two_kinds_of_keys, "keys of two types")])
def test_what_is_refused_of_dicts(function, text):
    for stage in (value_and_grad(function, backend="native"), compile(function)):
        with pytest.raises(StagingError, match=text):
            stage(1.5)


def test_a_result_that_may_be_none():
    assert value_and_grad(found_or_not, backend="native")(2.0, 1) == (2.0, 1.0)
    for backend in ("native", "numpy"):
        with pytest.raises(TypeError, match="the function returns None"):
            value_and_grad(found_or_not, backend=backend)(2.0, 0)
