"""Loops over arrays are functions of their own; what all programs have in common is compiled once."""

import re

import numpy as np

from cpsad import source, value_and_grad


def gates(x, a, b):
    first = np.tanh(x * a + 1.0)
    second = np.tanh(x * b + 1.0)
    return np.sum(first * second) + np.sum(np.exp(x) / (1.0 + x * x)) + np.max(x - a[0])


def test_loops_that_differ_by_names_only_are_one_function():
    x = np.ones(3)
    text = source(gates, stage="c", args=(x, x, x))
    called = re.findall(r"^ +(kernel_\d+)\(", text, re.M)
    assert len(called) > len(set(called)) and len(set(called)) == len(re.findall(r"void kernel_\d+\(", text)), text
    assert text.count("v_tanh(") == 1, text


def test_a_program_of_two_parts(tmp_path, monkeypatch):
    monkeypatch.setenv("CPSAD_CACHE_DIR", str(tmp_path))
    rng = np.random.default_rng(0)
    args = rng.normal(size=5), rng.normal(size=5), rng.normal(size=(1,))
    found, expected = value_and_grad(gates, backend="native")(*args), value_and_grad(gates)(*args)
    assert np.isclose(found[0], expected[0], rtol=1e-14) and np.allclose(found[1], expected[1], rtol=1e-13)
    assert len(list(tmp_path.glob("*.o"))) == 2  # and the products of its type
    value_and_grad(lambda x: np.sum(x * x), backend="native")(args[0])
    assert len(list(tmp_path.glob("*.o"))) == 2 and len(list(tmp_path.glob("*.so"))) == 2
    for place in tmp_path.glob("*.o"):  # damaged: it is made anew
        place.write_bytes(b"no object")
    value_and_grad(lambda x: np.sum(x * x * x), backend="native")(args[0])
    assert all(place.read_bytes() != b"no object" for place in tmp_path.glob("*.o"))
