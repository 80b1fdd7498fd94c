"""An interrupt anywhere in a gradient leaves no changed state: the next call is right, and arguments are as they should be.

A sample of the corpus; `--faults=N` injects N faults into every function of it instead.
"""

import copy
import linecache
import random
import sys

import pytest

from cpsad import operators, value_and_grad
from tests.corpus import CASES
from tests.oracle import same
from tests.tracing import run_traced

AREAS = {}
for case in CASES.values():
    # Interrupted, those leave variables half changed, as they must; and the state of an iterator cannot be copied.
    # `logging` acquires its lock in front of its `try`: interrupted in between, by whatever, it stays locked.
    if case.function.__name__ != "logged" and case.area not in ("globals_", "outer_variables") and case.inputs[0].make is None:
        AREAS.setdefault(case.area, []).append(case.function.__name__)
SAMPLE = [name for area, names in AREAS.items() for name in random.Random(area).sample(names, min(3, len(names)))]


class Fault(KeyboardInterrupt):
    pass


class Injector:
    """Raises at the line of cpsad's run time or of generated code that runs as number `at`; counts them all."""

    def __init__(self, at):
        self.at, self.count, self.arrived = at, 0, False

    def trace(self, frame, event, arg):
        if event == "call" and not is_ours(frame.f_code.co_filename):
            return None
        if event == "return" and frame.f_code is operators._End.arrive.__code__:
            self.arrived = True
        if event == "line" and not is_exit(frame):
            self.count += 1
            if self.count == self.at:
                sys.settrace(None)
                raise Fault
        return self.trace

    def run(self, work):
        run_traced(self.trace, work)


def is_exit(frame):
    """Whether a block ends or begins here: between it and what is done at its exit the interpreter lets no interrupt come."""
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip().startswith(("with ", "try:", "finally:"))


def is_ours(filename):
    """Without what restores the recursion limit and tracebacks: that is called by `with` only."""
    if filename.startswith("<cpsad"):
        return True
    return "/cpsad/" in filename and "/transforms/" not in filename and not filename.endswith(("stack.py", "tracebacks.py"))


def states_of(case, chosen):
    """What the plain function's arguments are in the course of a call, from before it to after it."""
    args, kwargs = chosen.fresh()
    states = [copy.deepcopy((args, kwargs))]

    def trace(frame, event, arg):
        frame.f_trace_opcodes = True
        if not same((args, kwargs), states[-1]):
            states.append(copy.deepcopy((args, kwargs)))
        return trace if "/corpus/" in frame.f_code.co_filename else None

    sys.settrace(trace)
    try:
        case.function(*args, **kwargs)
    finally:
        sys.settrace(None)
    return [*states, copy.deepcopy((args, kwargs))]


def inject(case, chosen, count, rng):
    differentiate = value_and_grad(case.function, argnums=chosen.argnums)
    states = states_of(case, chosen)
    plain = states[-1]

    def call(injector=None):
        args, kwargs = chosen.fresh()
        found = None
        try:
            if injector is None:
                found = differentiate(*args, **kwargs)
            else:
                injector.run(lambda: differentiate(*args, **kwargs))
        except (Fault, TypeError):  # where C looks a method up by a descriptor in Python, it says that there is none
            if injector is None:
                raise
        return found, (args, kwargs)

    right = call()
    assert same(right[1], plain)
    counter = Injector(-1)
    call(counter)
    limit = sys.getrecursionlimit()
    for at in sorted(rng.sample(range(1, counter.count + 1), min(count, counter.count))):
        injector = Injector(at)
        _, left = call(injector)
        assert sys.getrecursionlimit() == limit
        if injector.arrived:
            assert same(left, plain), f"line {at}, on the way back"
        else:
            assert any(same(left, state) for state in states), f"line {at}: {left}"
        assert same(call(), right), f"the call after a fault at line {at}"


@pytest.mark.parametrize("name", SAMPLE)
def test_a_fault_anywhere(name, request):
    faults = request.config.getoption("--faults")
    inject(CASES[name], CASES[name].inputs[0], faults or 6, random.Random(name))


def test_a_fault_anywhere_in_all(request):
    faults = request.config.getoption("--faults")
    if not faults:
        pytest.skip("only with --faults")
    for name in [name for names in AREAS.values() for name in names]:
        inject(CASES[name], CASES[name].inputs[0], faults, random.Random(name))
