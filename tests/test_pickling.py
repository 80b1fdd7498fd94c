"""Gradient functions go to other processes: pickle where they can be imported, cloudpickle, joblib, Dask."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import cpsad
from cpsad import grad

ROOT = Path(__file__).parent.parent
X = np.array([0.5, 1.5])
HERE = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}

LOAD = """
import pickle, sys
import numpy as np
print(repr(pickle.load(sys.stdin.buffer)(np.array([0.5, 1.5])).tolist()))
"""

# A script, whose functions cannot be imported: pickled by value. Warm: after a call, so with transforms made.
SCRIPT = """
import sys
import cloudpickle
import numpy as np
import cpsad

RATE = 2.0

class Scale:
    def __init__(self, by):
        self.by = by
    def __call__(self, x):
        return helper(x) * self.by

def helper(x):
    return np.sum(np.exp(x)) * RATE

def plain(x):
    return helper(x) + np.sum(x)

def make(a):
    def inner(x):
        return plain(x) * a
    return cpsad.grad(inner)

scale = Scale(3.0)
gradients = {
    "plain": cpsad.grad(plain), "nested": make(3.0), "lambda": cpsad.grad(lambda x: np.sum(x * x)),
    "object": cpsad.grad(lambda x: scale(x)), "jacobian": cpsad.jacobian(lambda x: x * helper(x)),
    "hessian": cpsad.hessian(plain), "forward": cpsad.jacfwd(plain),
    "linearized": cpsad.linearize(lambda x: x * helper(x), np.array([0.5, 1.5]))[1],
}
made = gradients[sys.argv[1]]
if sys.argv[2] == "warm":
    made(np.array([0.5, 1.5]))
sys.stdout.buffer.write(cloudpickle.dumps(made))
"""


@pytest.mark.parametrize("name, state", [
    ("plain", "cold"), ("nested", "warm"), ("lambda", "cold"), ("object", "warm"), ("jacobian", "cold"),
    ("hessian", "cold"), ("forward", "warm"), ("linearized", "cold")])
def test_functions_of_a_script(name, state, tmp_path):
    pytest.importorskip("cloudpickle")
    (tmp_path / "script.py").write_text(SCRIPT)
    data = subprocess.run([sys.executable, tmp_path / "script.py", name, state], env=HERE, capture_output=True, check=True).stdout
    printed = subprocess.run([sys.executable, "-c", LOAD], input=data, env=HERE, capture_output=True, check=True).stdout
    e = np.exp(X)
    expected = {"plain": 2 * e + 1, "nested": 3 * (2 * e + 1), "lambda": 2 * X, "object": 6 * e,
                "jacobian": np.eye(2) * 2 * np.sum(e) + np.outer(X, 2 * e), "hessian": np.diag(2 * e), "forward": 2 * e + 1,
                "linearized": (np.eye(2) * 2 * np.sum(e) + np.outer(X, 2 * e)) @ X}[name]
    np.testing.assert_allclose(eval(printed), expected, rtol=1e-12)


def test_what_was_transformed_stays_behind():
    cloudpickle = pytest.importorskip("cloudpickle")
    gradient = grad(lambda x: np.sum(x * x))
    before = len(cloudpickle.dumps(gradient))
    gradient(X)
    assert len(cloudpickle.dumps(gradient)) < before + 500
    np.testing.assert_array_equal(cloudpickle.loads(cloudpickle.dumps(gradient))(X), 2 * X)


MODULE = """
import numpy as np
from cpsad import grad, value_and_grad

@grad
def slope(x):
    return np.sum(x ** 3)

def function(x):
    return np.sum(np.sin(x))

def both(x):
    return value_and_grad(function)(x)
"""


def test_in_a_process_pool(tmp_path, monkeypatch):
    (tmp_path / "travelling.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT), *sys.path]))
    import travelling

    assert pickle.loads(pickle.dumps(travelling.slope)) is travelling.slope  # by its name
    xs = [X * i for i in range(4)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(travelling.slope, xs))
        values = list(pool.map(travelling.both, xs))
    for x, g, (value, slope) in zip(xs, found, values):
        np.testing.assert_array_equal(g, 3 * x**2)
        assert value == np.sum(np.sin(x))
        np.testing.assert_array_equal(slope, np.cos(x))


def test_in_joblib():
    joblib = pytest.importorskip("joblib")
    a = 3.0
    gradient = cpsad.grad(lambda x: np.sum(x * x * a))
    found = joblib.Parallel(n_jobs=2)(joblib.delayed(gradient)(X * i) for i in range(4))
    for i, g in enumerate(found):
        np.testing.assert_array_equal(g, 6 * X * i)
