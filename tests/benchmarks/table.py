"""One table: how long each takes, and as a multiple of the gradient written by hand.

    python -m tests.benchmarks.table [ROUNDS]

The candidates take turns in one process; a ratio is the median over the rounds of the ratio within a round.
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


def interleaved(candidates, rounds):
    """Seconds of every round, by candidate."""
    seconds = {name: [] for name in candidates}
    for run in candidates.values():
        run()
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            for name, run in candidates.items():
                start = time.perf_counter()
                run()
                spent = time.perf_counter() - start
                seconds[name].append(spent)
            if turn % 20 == 19:
                gc.collect()
    finally:
        gc.enable()
    return seconds


def main(rounds):
    print(f"| {'program':36} | {'candidate':14} | {'median':>10} | {'by hand':>7} | {'to cpsad':>8} |")
    print(f"|{'-' * 38}|{'-' * 16}|{'-' * 11}:|{'-' * 8}:|{'-' * 9}:|")
    for program, candidates in PROGRAMS.items():
        seconds = interleaved(candidates, rounds)
        first = next(iter(candidates))
        for name, spent in seconds.items():
            to_hand = statistics.median(a / b for a, b in zip(spent, seconds[first]))
            to_ours = statistics.median(a / b for a, b in zip(spent, seconds["cpsad"]))
            median = statistics.median(spent) * 1e6
            print(f"| {program:36} | {name:14} | {median:7.0f} µs | {to_hand:7.2f} | {to_ours:8.2f} |")
            program = ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
