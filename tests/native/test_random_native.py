"""Random programs (`tests/random_programs`) in native code: those that are staged do what the NumPy backend does, exceptions
included. `--native-programs=2000` runs more, `--random-seed` others."""

import copy

import numpy as np

from cpsad import CpsadError, value_and_grad
from cpsad.native.entry import NativeGradient
from cpsad.native.stage import Stager
from tests.native.batch import stage_together
from tests.native.test_corpus_native import outcome
from tests.random_programs.check import ARGS, load
from tests.random_programs.generate import program

EACH = 20  # programs compiled together
FEATURES = ("tuples", "closures", "lambdas", "helpers", "recursion", "arrays", "walrus", "jumps", "early", "alias", "slices",
            "chains", "keywords", "rebind", "functions", "pairs", "recursive_closures", "lists", "dicts", "objects", "comprehensions",
            "exceptions", "with", "records", "raising")


def pytest_generate_tests(metafunc):
    first, count = (metafunc.config.getoption(option) for option in ("--random-seed", "--native-programs"))
    metafunc.parametrize("chunk", range(first, first + count, EACH))


def agree(found, expected):
    """Whether outcomes are the same: exceptions by class, values and gradients up to the order of sums."""
    if isinstance(expected[0], type) or isinstance(found[0], type):
        return expected[0] is found[0]
    pairs = zip((found[0], *found[1]), (expected[0], *expected[1]), strict=True)
    return all(np.asarray(a).dtype == np.asarray(b).dtype and np.allclose(a, b, rtol=1e-9, atol=1e-11, equal_nan=True) for a, b in pairs)


def test_same_as_numpy(chunk, monkeypatch):
    staged = []
    for seed in range(chunk, chunk + EACH):
        try:
            namespace = load(program(seed, FEATURES), f"<native program {seed}>")
        except SyntaxError:  # no program after all
            continue
        compute = NativeGradient(namespace["f"], (0, 1, 2), False, "native")
        monkeypatch.setattr(Stager, "prefix", f"p{len(staged)}_")  # as `stage_together` will have it
        try:
            compute.staged_for(copy.deepcopy(list(ARGS)), [0, 1, 2], ARGS, {})
        except CpsadError:
            continue
        staged.append((seed, namespace, compute))
    assert staged
    stage_together([(compute, copy.deepcopy(ARGS), {}) for _, _, compute in staged])
    for seed, namespace, compute in staged:
        with np.errstate(all="ignore"):  # native code gives no warnings of NumPy's
            expected = outcome(lambda: value_and_grad(namespace["f"], argnums=(0, 1, 2))(*copy.deepcopy(ARGS)))
        for turn in range(2):  # the second is the quick way
            found = outcome(lambda: compute(copy.deepcopy(ARGS), {})[:2])
            if found[0] is OverflowError and "in native code" in found[1]:
                break  # what native code alone cannot do (docs/limits.md), as it says
            assert agree(found, expected), f"seed {seed}, call {turn}: {found}, not {expected}"
