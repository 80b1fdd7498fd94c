"""Second derivatives of the corpus: the gradient of a weighted sum of the gradient, against differences of that sum.

    python -m tests.second_order [--every 4] [--only name] [--area arrays_in_place] [--times]

Every function either agrees with differences, along one direction, or is refused with an error of cpsad. Prints one
line for each that is not right, and a summary; `--times` compares the run time with that of the gradient.
"""

import argparse
import sys
import time
import traceback

import numpy as np

import cpsad
from cpsad import grad
from tests.corpus import CASES
from tests.oracle import is_structure, leaves, with_leaves


def weigh(gradient, weights):
    """The sum of a gradient's numbers times weights, in plain Python."""
    if isinstance(gradient, (list, tuple)):
        total = 0.0
        for i in range(len(gradient)):
            total = total + weigh(gradient[i], weights[i])
        return total
    if isinstance(gradient, dict):
        total = 0.0
        for key in gradient:
            total = total + weigh(gradient[key], weights[key])
        return total
    return 0.0 if gradient is None else np.sum(gradient * weights)


def weighted(first, weights, *args):
    return weigh(first(*args), weights)


def is_plain(value):
    """Whether a structure is of what `weigh` knows."""
    if not is_structure(value):
        return True
    if type(value) not in (list, tuple, dict):
        return False
    return all(map(is_plain, value.values() if isinstance(value, dict) else value))


def check(case, index=0):
    """("right" | "refused" | "skipped" | "kink" | "WRONG" | "FAILED", what is to be said of it)."""
    chosen = case.inputs[index]
    numbers = chosen.argnums if isinstance(chosen.argnums, tuple) else (chosen.argnums,)
    args, kwargs = chosen.fresh()
    if kwargs or not all(is_plain(args[i]) for i in numbers) or not numbers:
        return "skipped", "keywords, or structures of other kinds"
    first = grad(case.function, argnums=chosen.argnums)
    rng = np.random.default_rng(len(case.name))

    def normal(leaf):
        made = rng.normal(size=np.shape(leaf))
        return made if np.ndim(leaf) else float(made)

    weights = first(*chosen.fresh()[0])
    weights = [with_leaves(g, iter([normal(leaf) for leaf in leaves(g)])) for g in (
        weights if isinstance(chosen.argnums, tuple) else (weights,))]
    weights = weights if isinstance(chosen.argnums, tuple) else weights[0]
    direction = {i: [normal(leaf) for leaf in leaves(args[i])] for i in numbers}

    def at(step):
        given = list(chosen.fresh()[0])
        for i in numbers:
            moved = [leaf + step * d for leaf, d in zip(leaves(given[i]), direction[i], strict=True)]
            moved = [np.asarray(m, leaf.dtype)[()] if isinstance(leaf, (np.ndarray, np.generic)) else float(m)
                     for m, leaf in zip(moved, leaves(given[i]), strict=True)]
            given[i] = with_leaves(given[i], iter(moved))
        return weighted(first, weights, *given)

    try:
        found = grad(weighted, argnums=tuple(i + 2 for i in numbers))(first, weights, *chosen.fresh()[0])
    except cpsad.CpsadError as error:
        return "refused", str(error)
    except Exception:
        return "FAILED", traceback.format_exc(limit=-4)
    slope = sum(np.sum(g * d) for i, part in zip(numbers, found, strict=True)
                for g, d in zip(leaves(part), direction[i], strict=True))
    steps = [1e-3 / 2**n for n in range(4)]
    coarse = [(at(h) - at(-h)) / (2 * h) for h in steps]
    fine = [(4 * b - a) / 3 for a, b in zip(coarse, coarse[1:], strict=False)]
    scale = max(1.0, abs(slope), *map(abs, fine))
    if min(abs(slope - f) for f in fine) <= 1e-5 * scale:
        return "right", ""
    if abs(fine[-1] - fine[-2]) > 1e-4 * scale:
        return "kink", f"{slope}, and differences that do not settle: {fine}"
    return "WRONG", f"{slope}, not {fine}"


def times(case):
    """The run time of the gradient, and how many times longer a second derivative takes."""
    chosen = case.inputs[0]
    first = grad(case.function, argnums=chosen.argnums)
    numbers = chosen.argnums if isinstance(chosen.argnums, tuple) else (chosen.argnums,)
    weights = first(*chosen.fresh()[0])
    second = grad(weighted, argnums=tuple(i + 2 for i in numbers))

    def run(function, before=()):
        best = np.inf
        for _ in range(5):
            args = chosen.fresh()[0]
            start = time.perf_counter()
            function(*before, *args)
            best = min(best, time.perf_counter() - start)
        return best

    once = run(first)
    return once, run(second, (first, weights)) / once


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--only")
    parser.add_argument("--area")
    parser.add_argument("--times", action="store_true")
    options = parser.parse_args()
    chosen = [c for c in CASES.values() if (not options.only or options.only in c.name)
              and (not options.area or c.area == options.area)][options.start :: options.every]
    counts, factors = {}, []
    for case in chosen:
        verdict, what = check(case)
        counts[verdict] = counts.get(verdict, 0) + 1
        if verdict not in ("right", "skipped"):
            print(f"{verdict} {case.name}: {what}", flush=True)
        elif options.times and verdict == "right":
            once, factor = times(case)
            factors.append(factor)
            print(f"{case.name}: {once * 1e6:.0f} us, {factor:.1f} times", flush=True)
    print(counts)
    if factors:
        print(f"second derivatives take {np.median(factors):.1f} times as long as gradients (median)")
    return int("WRONG" in counts or "FAILED" in counts)


if __name__ == "__main__":
    sys.exit(main())
