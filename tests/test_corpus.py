"""The matrix: every function of the corpus, at every stage, on every input."""

import copy
import functools

import numpy as np
import pytest

from cpsad import inspection
from cpsad.transforms import adjoint, anf, cps, desugar, optimize
from tests.corpus import CASES, Case
from tests.oracle import close, differences, flat, same

CHECKS = {
    "desugar": desugar.check,
    "anf": anf.check,
    "cps": cps.check,
    "adjoint": adjoint.check,
    "optimized": optimize.check,
}
GRADIENT_STAGES = ("adjoint", "optimized")

every_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES.values()])


@functools.cache
def expected(name: str, index: int):
    """What the plain function gives, what it leaves of its arguments, and its slopes."""
    case = CASES[name]
    chosen = case.inputs[index]
    args, kwargs = chosen.fresh()
    value = case.function(*args, **kwargs)
    numbers = chosen.argnums if isinstance(chosen.argnums, tuple) else (chosen.argnums,)

    def function(*point):
        others, options = chosen.fresh()
        return case.function(*(copy.deepcopy(p) if i in numbers else others[i] for i, p in enumerate(point)), **options)

    gradients = [differences(function, chosen.fresh()[0], number) for number in numbers]
    return value, (args, kwargs), gradients


def run(case: Case, index: int, stage: str):
    """One run of a stage: the value, the gradients as a tuple (None before adjoint), the arguments after."""
    chosen = case.inputs[index]
    args, kwargs = chosen.fresh()
    result = inspection.run_stage(case.function, stage, args, argnums=chosen.argnums, kwargs=kwargs)
    if stage not in GRADIENT_STAGES:
        return result, None, (args, kwargs)
    value, gradients = result
    if not isinstance(chosen.argnums, tuple):
        gradients = (gradients,)
    return value, gradients, (args, kwargs)


@pytest.mark.parametrize("stage", inspection.STAGES)
@every_case
def test_stage(case, stage):
    for index, chosen in enumerate(case.inputs):
        value, after, slopes = expected(case.name.partition(".")[2], index)
        found, gradients, left = run(case, index, stage)
        assert same(found, value), f"input {index}: {found!r}, not {value!r}"
        assert same(left, after), f"input {index}: the arguments are {left!r}, not {after!r}"
        if gradients is None:
            continue
        assert len(gradients) == len(slopes)
        for number, (gradient, (slope, error)) in enumerate(zip(gradients, slopes)):
            gradient = flat(gradient)
            assert np.asarray(gradient).dtype == float, f"input {index}, argument {number}: {gradient!r}"
            assert np.max(error, initial=0) <= case.rtol * max(1, np.max(np.abs(slope), initial=0))
            assert close(gradient, slope, case.rtol), f"input {index}, argument {number}: {gradient}, not {slope}"


@every_case
def test_a_second_call_gives_the_same(case):
    for index in range(len(case.inputs)):
        assert same(run(case, index, "optimized")[:2], run(case, index, "optimized")[:2])


@every_case
def test_postconditions(case):
    args, _ = case.inputs[0].fresh()
    trees = inspection.trees_of(case.function, args)
    assert tuple(trees) == inspection.STAGES
    for stage, check in CHECKS.items():
        check(trees[stage])
