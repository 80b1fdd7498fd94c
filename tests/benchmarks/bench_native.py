"""Native code beside the NumPy backend: a scalar loop of a million turns, and a recurrent network (hidden 50, 20 steps,
batch 20, float32, 26 letters). `pytest tests/benchmarks/bench_native.py --benchmark-enable -n 0`.
"""

import math

import numpy as np
import pytest

from cpsad import value_and_grad

HIDDEN, LETTERS, STEPS, BATCH = 50, 26, 20, 20
RNG = np.random.default_rng(0)


def branchy(x, n):
    for _ in range(n):
        if x > 0.5:
            x = x * math.sin(x)
        else:
            x = x + 0.3
    return x


def network(Wxh, Whh, bh, Why, by, inputs, targets):
    h = np.zeros((inputs.shape[1], Whh.shape[0]), Whh.dtype)
    loss = 0.0
    rows = np.arange(inputs.shape[1])
    for t in range(inputs.shape[0]):
        h = np.tanh(Wxh[inputs[t]] + h @ Whh + bh)
        y = h @ Why + by
        y = y - np.max(y, axis=1, keepdims=True)
        loss += np.sum(np.log(np.sum(np.exp(y), axis=1))) - np.sum(y[rows, targets[t]])
    return loss


def weights():
    shapes = ((LETTERS, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,), (HIDDEN, LETTERS), (LETTERS,))
    return [((RNG.random(s) - 0.5) / np.sqrt(s[0])).astype(np.float32) for s in shapes]


def training(backend):
    """A step of Adagrad, in plain NumPy."""
    parameters, text = weights(), RNG.integers(LETTERS, size=(STEPS + 1, BATCH))
    memory = [np.zeros_like(p) for p in parameters]
    gradient = value_and_grad(network, argnums=(0, 1, 2, 3, 4), backend=backend)

    def step():
        loss, gradients = gradient(*parameters, text[:-1], text[1:])
        for p, g, m in zip(parameters, gradients, memory):
            g = np.clip(g, -5, 5)
            m += g * g
            p -= 0.1 * g / np.sqrt(m + 1e-8)
        return loss

    return step


@pytest.mark.parametrize("backend", ["native", "numpy"])
def test_network(benchmark, backend):
    step = training(backend)
    first = step()
    assert abs(first / (STEPS * BATCH) - math.log(LETTERS)) < 0.2
    for _ in range(20):
        last = step()
    assert last < first
    benchmark(step)


def test_loop(benchmark):
    gradient = value_and_grad(branchy, backend="native")
    benchmark(gradient, 1.5, 1_000_000)


def test_primal_of_the_loop(benchmark):
    benchmark.pedantic(branchy, (1.5, 1_000_000), rounds=3)
