"""Judges one program: its gradient against differences, its value and side effects against the plain function."""

import copy
import linecache
from dataclasses import dataclass

import numpy as np

from cpsad import CpsadError, value_and_grad
from tests.oracle import same

__all__ = ["BAD", "Verdict", "judge"]

BAD = ("wrong", "value", "log", "changed", "second", "crash")  # what must never be

ARGS = (0.37, -0.62, np.array([0.21, 0.83, -0.44]))
STEPS = 1e-3 / 2.0 ** np.arange(4)


@dataclass
class Verdict:
    """`kind`: "right", "refused", "invalid" (the program itself fails), "rough" (no reliable difference), or one of `BAD`."""

    kind: str
    detail: str = ""


def load(text, name):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"__name__": "random_program"}
    exec(compile(text, name, "exec"), namespace)
    return namespace


def judge(text, name="<random program>"):
    """Runs `f(x, y, a)` of a module's text plainly and differentiated."""
    try:
        namespace = load(text, name)
        function, log = namespace["f"], namespace["LOG"]
        args = copy.deepcopy(ARGS)
        expected = function(*args)
        expected_log = list(log)
        if not np.isfinite(expected) or abs(expected) > 1e6:
            return Verdict("invalid", f"value {expected}")
        if not same(args, ARGS):
            return Verdict("invalid", "it changes its arguments")
    except Exception as error:
        return Verdict("invalid", f"{type(error).__name__}: {error}")
    finally:
        linecache.cache.pop(name, None) if "expected_log" not in locals() else None
    try:
        return compare(function, log, expected, expected_log)
    finally:
        linecache.cache.pop(name, None)


def compare(function, log, expected, expected_log):
    differentiate = value_and_grad(function, argnums=(0, 1, 2))
    found = []
    for _ in range(2):
        del log[:]
        args = copy.deepcopy(ARGS)
        try:
            value, gradient = differentiate(*args)
        except CpsadError as error:
            return Verdict("refused", f"{type(error).__name__}: {error.what}")
        except Exception as error:
            return Verdict("crash", f"{type(error).__name__}: {error}")
        if not same(value, expected):
            return Verdict("value", f"{value!r}, not {expected!r}")
        if log != expected_log:
            return Verdict("log", f"{log}, not {expected_log}")
        if not same(args, ARGS):
            return Verdict("changed", f"arguments are {args}")
        found.append(gradient)
    if not same(*found):
        return Verdict("second", f"{found[0]}, then {found[1]}")
    return slopes(function, found[0])


def slopes(function, gradient):
    """Compares along two directions: an error in any entry shows in them."""
    rng = np.random.default_rng(5)
    rough = None
    for _ in range(2):
        direction = (rng.uniform(0.3, 1), rng.uniform(-1, -0.3), rng.uniform(-1, 1, 3))
        slope, error = extrapolate(function, direction)
        given = float(gradient[0] * direction[0] + gradient[1] * direction[1] + np.dot(gradient[2], direction[2]))
        scale = max(1.0, abs(slope))
        if not error < 1e-6 * scale:
            rough = Verdict("rough", f"the slope is {slope} within {error}")
        elif not abs(given - slope) <= 1e-6 * scale + 10 * error:
            return Verdict("wrong", f"{given}, not {slope} within {error}: {gradient}")
    return rough or Verdict("right")


def extrapolate(function, direction):
    rows = []
    for h in STEPS:
        ends = []
        for sign in (h, -h):
            args = tuple(type(a)(a + sign * d) if isinstance(a, float) else a + sign * d for a, d in zip(ARGS, direction))
            ends.append(float(function(*args)))
        row = [(ends[0] - ends[1]) / (2 * h)]
        if rows:
            for order, old in enumerate(rows[-1], 1):
                row.append((4.0**order * row[-1] - old) / (4.0**order - 1))
        rows.append(row)
    best = rows[2][2], rows[3][2]
    return best[1], abs(best[0] - best[1]) + 1e-10
