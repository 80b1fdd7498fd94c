"""Eight threads at once, each through a sample of the corpus in an order of its own, agree with one."""

import random
import sys
import threading

from cpsad import value_and_grad
from tests.corpus import CASES
from tests.oracle import same


def gradients_of(names):
    found = {}
    for name in names:
        chosen = CASES[name].inputs[0]
        args, kwargs = chosen.fresh()
        result = value_and_grad(CASES[name].function, argnums=chosen.argnums)(*args, **kwargs)
        found[name] = result, (args, kwargs)
    return found


def test_eight_threads_agree_with_one():
    alone = {"classes", "class_attributes", "globals_", "outer_variables"}  # their functions rebind variables that threads would share
    names = random.Random(5).sample([n for n, case in CASES.items() if case.area not in alone], 120)
    results, start = {}, threading.Barrier(8)

    def work(number):
        order = random.Random(number).sample(names, len(names))
        start.wait()
        try:
            results[number] = gradients_of(order)
        except BaseException as error:
            results[number] = error

    limit, interval = sys.getrecursionlimit(), sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    expected = gradients_of(names)  # after the threads, so that they meet each function for the first time
    for number, found in results.items():
        assert isinstance(found, dict), f"thread {number}: {found!r}"
        wrong = [name for name in names if not same(found[name], expected[name])]
        assert not wrong, f"thread {number}: {wrong}"
    assert sys.getrecursionlimit() == limit
