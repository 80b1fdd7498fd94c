"""Derivatives along a direction in native code, as multiples of the function itself in native code.

`python -m tests.benchmarks.along`: the recurrent network of `bench_rnn.py` in rows and in columns, and that of `bench_native.py`
with a batch of 20 in float32. The fastest of many runs of each; one thread, if `OPENBLAS_NUM_THREADS=1` is set.
"""

import time

import numpy as np

from cpsad import compile, grad, hvp, jvp

from .bench_native import BATCH, LETTERS, RNG, STEPS, network, weights
from .bench_rnn import ALL, INPUTS, TARGETS, columns, parameters, rows


def fastest(run, turns=300):
    run()
    best = float("inf")
    for _ in range(turns):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best * 1e6


def programs():
    texts = np.array(INPUTS), np.array(TARGETS)
    batch = RNG.integers(LETTERS, size=(STEPS + 1, BATCH))
    return [("rows", rows, parameters(), texts), ("columns", columns, parameters(1), texts),
            ("batch", network, tuple(weights()), (batch[:-1], batch[1:]))]


def main():
    print(f"{'':10}{'f':>8}{'jvp':>8}{'grad':>8}{'hvp':>8}   microseconds; times f")
    for name, function, given, rest in programs():
        direction = tuple(RNG.normal(size=p.shape).astype(p.dtype) for p in given)
        tangents = (*direction, *[None] * len(rest))
        primal, gradient, along = compile(function), grad(function, ALL, backend="native"), hvp(function, ALL, backend="native")
        found = [fastest(lambda: primal(*given, *rest)), fastest(lambda: jvp(function, (*given, *rest), tangents, "native")),
                 fastest(lambda: gradient(*given, *rest)), fastest(lambda: along(*given, *rest, direction))]
        print(f"{name:10}" + "".join(f"{t:8.0f}" for t in found) + "   " + ", ".join(f"{t / found[0]:.1f}" for t in found[1:]))


if __name__ == "__main__":
    main()
