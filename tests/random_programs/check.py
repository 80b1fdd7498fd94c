"""Judges one program: its gradient against differences, its value and side effects against the plain function."""

import linecache
import math
from dataclasses import dataclass

import numpy as np

from cpsad import CpsadError, jvp, value_and_grad
from tests.oracle import same
from tests.random_programs.entries import ENTRIES, arguments, call, entry_of

__all__ = ["BAD", "Verdict", "judge"]

BAD = ("wrong", "forward", "value", "log", "changed", "second", "crash")  # what must never be

ARGS = (0.37, -0.62, np.array([0.21, 0.83, -0.44]))
STEPS = 1e-3 / 2.0 ** np.arange(4)


@dataclass
class Verdict:
    """`kind`: "right", "refused", "invalid" (the program itself fails), "rough" (no reliable difference), or one of `BAD`:
    a wrong gradient, a wrong forward derivative, a value or side effects that are not those of the plain function, ...
    """

    kind: str
    detail: str = ""


def load(text, name):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"__name__": "random_program"}
    exec(compile(text, name, "exec"), namespace)
    del namespace["LOG"][:]
    return namespace


def judge(text, name="<random program>", forward=False):
    """Runs `f` of a module's text plainly and differentiated; how it is called, the text says (`entries.py`).

    `forward`: whether to differentiate in forward mode too.
    """
    try:
        try:
            namespace = load(text, name)
            function, log, entry = namespace["f"], namespace["LOG"], entry_of(namespace)
            args = arguments(entry, ARGS)
            expected = call(entry, function, args)
            plain = expected[0] if entry.aux else expected
            if not np.isfinite(plain) or abs(plain) > 1e6:
                return Verdict("invalid", f"value {plain}")
        except Exception as error:
            return Verdict("invalid", f"{type(error).__name__}: {error}")
        verdict = compare(function, log, entry, expected, list(log), args)
        if forward and verdict.kind == "right" and len(args) == 3 and not entry.aux and "*" not in entry.parameters:
            return forward_verdict(function)
        return verdict
    finally:
        linecache.cache.pop(name, None)


def compare(function, log, entry, expected, expected_log, left):
    differentiate = value_and_grad(function, argnums=entry.argnums, has_aux=entry.aux)
    found = []
    for _ in range(2):
        del log[:]
        args = arguments(entry, ARGS)
        try:
            value, gradient = call(entry, differentiate, args)
        except CpsadError as error:
            return Verdict("refused", f"{type(error).__name__}: {error.what}")
        except Exception as error:
            return Verdict("crash", f"{type(error).__name__}: {error}")
        if not same(value, expected):
            return Verdict("value", f"{value!r}, not {expected!r}")
        if log != expected_log:
            return Verdict("log", f"{log}, not {expected_log}")
        if not same(args, left):
            return Verdict("changed", f"arguments are {args}, not {left}")
        found.append(entry.read(gradient))
    if not same(*found):
        return Verdict("second", f"{found[0]}, then {found[1]}")
    return slopes(function, entry, found[0])


def slopes(function, entry, gradient):
    """Compares along two directions: an error in any entry shows in them."""
    rng = np.random.default_rng(5)
    rough = None
    for _ in range(2):
        direction = (rng.uniform(0.3, 1), rng.uniform(-1, -0.3), rng.uniform(-1, 1, 3))
        direction = tuple(d if free else d * 0 for d, free in zip(direction, entry.free))
        slope, error = extrapolate(function, entry, direction)
        given = float(gradient[0] * direction[0] + gradient[1] * direction[1] + np.dot(gradient[2], direction[2]))
        scale = max(1.0, abs(slope))
        if not error < 1e-6 * scale:
            rough = Verdict("rough", f"the slope is {slope} within {error}")
        elif not abs(given - slope) <= 1e-6 * scale + 10 * error:
            return Verdict("wrong", f"{given}, not {slope} within {error}: {gradient}")
    return rough or Verdict("right")


def forward_verdict(function):
    """The tangent along a direction, against differences."""
    direction = (0.6, -0.8, np.array([0.3, -0.5, 0.9]))
    args = arguments(ENTRIES["plain"], ARGS)
    try:
        _, given = jvp(function, args, direction)
    except CpsadError:
        return Verdict("right")
    except Exception as error:
        return Verdict("crash", f"in forward mode, {type(error).__name__}: {error}")
    slope, error = extrapolate(function, ENTRIES["plain"], direction)
    if error < 1e-6 * max(1.0, abs(slope)) and not abs(given - slope) <= 1e-6 * max(1.0, abs(slope)) + 10 * error:
        return Verdict("forward", f"{given}, not {slope} within {error}")
    return Verdict("right")


def extrapolate(function, entry, direction):
    """The slope along a direction by Richardson's extrapolation of central differences, and how far it is off."""
    rows = []
    for h in STEPS:
        ends = []
        for sign in (h, -h):
            point = tuple(type(a)(a + sign * d) if isinstance(a, float) else a + sign * d for a, d in zip(ARGS, direction))
            try:
                value = call(entry, function, arguments(entry, point))
            except Exception:  # another branch is taken there, in which the program fails
                return math.nan, math.inf
            ends.append(float(value[0] if entry.aux else value))
        row = [(ends[0] - ends[1]) / (2 * h)]
        if rows:
            for order, old in enumerate(rows[-1], 1):
                row.append((4.0**order * row[-1] - old) / (4.0**order - 1))
        rows.append(row)
    best = rows[2][2], rows[3][2]
    return best[1], abs(best[0] - best[1]) + 1e-10
