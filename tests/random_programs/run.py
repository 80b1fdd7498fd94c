"""`python -m tests.random_programs.run 0 10000`: judges programs of these seeds, prints and shrinks what fails."""

import collections
import gc
import sys
import time

from tests.random_programs.check import BAD, judge
from tests.random_programs.generate import FEATURES, program
from tests.random_programs.shrink import shrink

__all__ = ["run"]


def run(first, last, features=FEATURES, shrinks=True, show=print):
    """How many programs of each verdict, and the failures as (seed, verdict)."""
    counts, reasons, failures = collections.Counter(), collections.Counter(), []
    start = time.time()
    for seed in range(first, last):
        text = program(seed, features)
        verdict = _judge_quietly(text, seed)
        counts[verdict.kind] += 1
        if verdict.kind in ("refused", "invalid"):
            reasons[verdict.kind + ": " + verdict.detail] += 1
        if verdict.kind in BAD:
            failures.append((seed, verdict))
            show(f"seed {seed}: {verdict.kind}: {verdict.detail}")
            if shrinks:
                small = shrink(text, lambda t, kind=verdict.kind: judge(t, forward=True).kind == kind)
                show(small[small.index("def f("):] if "def helper" not in small else small)
    show(dict(counts), f"{time.time() - start:.1f} s")
    for reason, count in reasons.most_common(12):
        show(f"{count:6d} {reason}")
    return counts, failures


def _judge_quietly(text, seed):
    """Without the collector, which would look through the trees of every transform again and again."""
    forward = seed % 4 == 0
    if not gc.isenabled():
        return judge(text, forward=forward)
    if seed % 20 == 0:
        gc.collect()
    gc.disable()
    try:
        return judge(text, forward=forward)
    finally:
        gc.enable()


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]), shrinks="-n" not in sys.argv)
