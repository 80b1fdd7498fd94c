"""Scalar programs: `value_and_grad` in native code against the plain function in C at -O3, in turns.

    python -m tests.benchmarks.scalars [ROUNDS]

The C of each function is written by hand below; the ratio is that of the fastest runs. The last column is the native gradient
to the native function itself (`cpsad.compile`). JAX, where it is installed, runs the first as a `scan`.
"""

import ctypes
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cpsad import compile, value_and_grad
from cpsad.native.compiler import compiler
from tests.benchmarks.bench_native import branchy


def newton(a, steps):
    total = 0.0
    for t in range(steps):
        x = a + t
        while abs(x * x - a) > 1e-9:
            x = x - (x * x - a) / (2.0 * x)
        total = total + x
    return total


def tree(x, depth):
    if depth == 0:
        return math.sin(x)
    return tree(x * 0.9, depth - 1) + tree(x * 0.8, depth - 1)


def collatz(x, n):
    y = x
    for i in range(1, n):
        k = i
        while k != 1:
            if k % 2 == 0:
                k = k // 2
                y = y * 0.999
            else:
                k = 3 * k + 1
                y = y + 0.01
    return y


IN_C = """
#include <math.h>
double branchy(double x, long n) { for (long i = 0; i < n; i++) { if (x > 0.5) x = x * sin(x); else x = x + 0.3; } return x; }
double newton(double a, long n) {
    double total = 0;
    for (long t = 0; t < n; t++) {
        double x = a + t;
        while (fabs(x * x - a) > 1e-9) x = x - (x * x - a) / (2 * x);
        total += x;
    }
    return total;
}
double tree(double x, long depth) { return depth == 0 ? sin(x) : tree(x * 0.9, depth - 1) + tree(x * 0.8, depth - 1); }
double collatz(double x, long n) {
    double y = x;
    for (long i = 1; i < n; i++)
        for (long k = i; k != 1;) if (k % 2 == 0) { k /= 2; y *= 0.999; } else { k = 3 * k + 1; y += 0.01; }
    return y;
}
"""
PROGRAMS = [(branchy, 1.5, 1_000_000), (newton, 2.0, 20_000), (tree, 0.7, 16), (collatz, 0.5, 5_000)]


def gmm(alphas, means, icf, x, gamma):
    """ADBench's objective for one Gaussian mixture, as loops over scalars: `icf` has the logarithms of the diagonals, then the rest."""
    n, d, k = x.shape[0], x.shape[1], alphas.shape[0]
    total = 0.0
    for i in range(n):
        largest, terms = -1e300, 0.0
        for j in range(k):
            square, logs, at = 0.0, 0.0, d
            for a in range(d):
                logs = logs + icf[j, a]
                z = math.exp(icf[j, a]) * (x[i, a] - means[j, a])
                for b in range(a):
                    z = z + icf[j, at] * (x[i, b] - means[j, b])
                    at = at + 1
                square = square + z * z
            term = alphas[j] + logs - 0.5 * square
            if term > largest:
                terms = terms * math.exp(largest - term) + 1.0
                largest = term
            else:
                terms = terms + math.exp(term - largest)
        total = total + largest + math.log(terms)
    weights = 0.0
    for j in range(k):
        weights = weights + math.exp(alphas[j])
    total = total - n * math.log(weights)
    for j in range(k):
        for a in range(d):
            s = math.exp(icf[j, a])
            total = total + 0.5 * gamma * gamma * s * s - icf[j, a]
        for a in range(d, icf.shape[1]):
            total = total + 0.5 * gamma * gamma * icf[j, a] * icf[j, a]
    return total


def lstm_layer(weight, bias, hidden, cell, x):
    b = x.shape[0]
    forget = 1.0 / (1.0 + np.exp(-(x * weight[:b] + bias[:b])))
    ingate = 1.0 / (1.0 + np.exp(-(hidden * weight[b: 2 * b] + bias[b: 2 * b])))
    outgate = 1.0 / (1.0 + np.exp(-(x * weight[2 * b: 3 * b] + bias[2 * b: 3 * b])))
    change = np.tanh(hidden * weight[3 * b:] + bias[3 * b:])
    cell = cell * forget + ingate * change
    return outgate * np.tanh(cell), cell


def lstm(main, extra, state, sequence):
    """ADBench's objective for an LSTM of two layers: `main` has a row of weights and one of biases for each, four gates side by side."""
    h1, c1, h2, c2 = state[0], state[1], state[2], state[3]
    total = 0.0
    for t in range(sequence.shape[0] - 1):
        h1, c1 = lstm_layer(main[0], main[1], h1, c1, sequence[t] * extra[0])
        h2, c2 = lstm_layer(main[2], main[3], h2, c2, h1)
        predicted = h2 * extra[1] + extra[2]
        total = total + np.sum(sequence[t + 1] * (predicted - np.log(np.sum(np.exp(predicted)) + 2.0)))
    return -total / ((sequence.shape[0] - 1) * sequence.shape[1])


def best_of(runs, rounds):
    best = [math.inf] * len(runs)
    for _ in range(rounds):
        for i, run in enumerate(runs):
            start = time.perf_counter()
            run()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def in_c():
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "primal.c"), Path(folder, "primal.so")
        source.write_text(IN_C)
        subprocess.run([*compiler()[0], "-O3", "-march=native", "-fPIC", "-shared", "-o", library, source, "-lm"], check=True)
        return ctypes.CDLL(str(library))


def against_jax(rounds):
    """The first program as a jitted `scan`, its branch as `where` and as `cond`."""
    try:
        import jax
    except ImportError:
        print("JAX is not installed")
        return
    jax.config.update("jax_enable_x64", True)
    np_, (_, x, n) = jax.numpy, PROGRAMS[0]
    turns = {"where": lambda x, _: (np_.where(x > 0.5, x * np_.sin(x), x + 0.3), None),
             "cond": lambda x, _: (jax.lax.cond(x > 0.5, lambda x: x * np_.sin(x), lambda x: x + 0.3, x), None)}
    ours, runs = value_and_grad(branchy, backend="native"), {}
    for name, turn in turns.items():
        jitted = jax.jit(jax.value_and_grad(lambda x, turn=turn: jax.lax.scan(turn, x, None, length=n)[0]))
        assert math.isclose(jitted(x)[0], ours(x, n)[0], rel_tol=1e-9)
        runs[name] = lambda jitted=jitted: jax.block_until_ready(jitted(x))
    best = best_of([lambda: ours(x, n), *runs.values()], min(rounds, 10))
    for name, seconds in zip(runs, best[1:]):
        print(f"branchy  JAX, {name:6} {seconds * 1e3:8.2f} ms, {seconds / best[0]:5.2f} times the native gradient")


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    library = in_c()
    for function, x, n in PROGRAMS:
        primal = library[function.__name__]
        primal.argtypes, primal.restype = [ctypes.c_double, ctypes.c_long], ctypes.c_double
        gradient, own = value_and_grad(function, backend="native"), compile(function)
        value = gradient(x, n)[0]
        assert math.isclose(value, primal(x, n), rel_tol=1e-9), (function.__name__, value, primal(x, n))
        c, ours, plain = best_of([lambda: primal(x, n), lambda: gradient(x, n), lambda: own(x, n)], rounds)
        print(f"{function.__name__:8} C {c * 1e3:8.2f} ms   gradient {ours * 1e3:8.2f} ms   {ours / c:5.2f} times C, "
              f"{ours / plain:5.2f} times the native function")
    against_jax(rounds)
    rng = np.random.default_rng(0)
    mixture = rng.normal(size=5), rng.normal(size=(5, 10)), rng.normal(size=(5, 55)) / 4, rng.normal(size=(200, 10)), 1.0
    network = (rng.normal(size=(4, 56)) / 4, rng.normal(size=(3, 14)), rng.normal(size=(4, 14)) / 4,
               np.round(rng.uniform(size=(1025, 14))))
    for function, argnums, args in ((gmm, (0, 1, 2), mixture), (lstm, (0, 1), network)):
        gradient, own = value_and_grad(function, argnums=argnums, backend="native"), compile(function)
        ours, plain = best_of([lambda: gradient(*args), lambda: own(*args)], rounds)
        print(f"{function.__name__:8} gradient {ours * 1e3:8.2f} ms   {ours / plain:5.2f} times the native function")


if __name__ == "__main__":
    main()
