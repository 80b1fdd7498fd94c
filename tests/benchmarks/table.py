"""One table: how long each takes, and as a multiple of the gradient written by hand.

    python -m tests.benchmarks.table [ROUNDS]

Two candidates take turns in one process, and nothing else runs in between: what one leaves in the caches would be
counted to the next (autograd's graphs cost the deep stack of a scalar loop a third of its speed). A ratio is the median
over the rounds of the ratio within a round.
"""

import gc
import statistics
import sys
import time

from tests.benchmarks import bench_rnn, bench_scalar_loop

PROGRAMS = {
    "scalar loop, 1000 iterations": bench_scalar_loop.CANDIDATES,
    "rnn in rows, hidden 50, 20 steps": bench_rnn.ROWS,
    "rnn in columns, hidden 50, 20 steps": bench_rnn.COLUMNS,
}


def in_turns(first, second, rounds):
    """Seconds of every round, of either."""
    seconds = [], []
    first(), second()
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            for run, spent in zip((first, second), seconds, strict=True):
                start = time.perf_counter()
                run()
                spent.append(time.perf_counter() - start)
            if turn % 20 == 19:
                gc.collect()
    finally:
        gc.enable()
    return seconds


def ratio(spent, other):
    return statistics.median(a / b for a, b in zip(spent, other, strict=True))


def main(rounds):
    print(f"| {'program':36} | {'candidate':14} | {'median':>10} | {'by hand':>7} | {'to cpsad':>8} |")
    print(f"|{'-' * 38}|{'-' * 16}|{'-' * 11}:|{'-' * 8}:|{'-' * 9}:|")
    for program, candidates in PROGRAMS.items():
        hand, ours = candidates["by hand"], candidates["cpsad"]
        for name, run in candidates.items():
            spent, by_hand = in_turns(run, hand, rounds)
            again, by_us = in_turns(run, ours, rounds)
            median = statistics.median(spent + again) * 1e6
            print(f"| {program:36} | {name:14} | {median:7.0f} µs | {ratio(spent, by_hand):7.2f} | {ratio(again, by_us):8.2f} |")
            program = ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
