"""Compilers other than gcc."""

import sys

import numpy as np
import pytest

from cpsad import value_and_grad
from cpsad.native import compiler


def mean(w, x):
    return np.sum(np.tanh(x @ w)) / (1.0 + np.sum(x[:, 0]))


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    monkeypatch.setenv("CPSAD_CACHE_DIR", str(tmp_path))
    compiler.compiler.cache_clear()
    yield
    compiler.compiler.cache_clear()


def test_clang_is_given_no_options_of_gcc(monkeypatch):
    monkeypatch.delenv("CPSAD_SANITIZE", raising=False)
    monkeypatch.setattr(compiler, "compiler", lambda: (("cc",), "clang version 18.1.0"))
    for text in ("", "array_1", compiler.PRODUCTS + "f64"):
        assert not set(compiler.flags(text)) & set(compiler.OF_GCC)
    monkeypatch.setattr(compiler, "compiler", lambda: (("cc",), "gcc (GCC) 14.2"))
    assert set(compiler.OF_GCC) <= set(compiler.flags(compiler.PRODUCTS + "f64"))


def test_ziglang(fresh, monkeypatch):
    pytest.importorskip("ziglang")
    monkeypatch.setenv("CC", f"{sys.executable} -m ziglang cc")
    args = np.linspace(-1, 1, 12).reshape(3, 4), np.linspace(0, 1, 15).reshape(5, 3)
    found, expected = (value_and_grad(mean, argnums=(0, 1), backend=b)(*args) for b in ("native", "numpy"))
    assert np.isclose(found[0], expected[0], rtol=1e-13)
    assert all(np.allclose(f, e, rtol=1e-12) for f, e in zip(found[1], expected[1]))
