"""The functions of the corpus that are staged: value, gradient and exceptions are those of the NumPy backend."""

import numpy as np
import pytest

from cpsad import value_and_grad
from cpsad.native.entry import NativeGradient
from tests.corpus import CASES
from tests.native.batch import stage_together
from tests.native.staged import STAGED
from tests.oracle import flat

EACH = 20  # functions compiled together


def outcome(run):
    """The value and the gradients; or the exception, as its class and text."""
    try:
        value, gradients = run()
    except Exception as error:
        return type(error), str(error)
    return value, gradients if isinstance(gradients, tuple) else (gradients,)


@pytest.mark.parametrize("names", [STAGED[i: i + EACH] for i in range(0, len(STAGED), EACH)], ids=lambda names: names[0])
def test_same_as_numpy(names):
    calls = []
    for name in names:
        for chosen in CASES[name].inputs:
            compute = NativeGradient(CASES[name].function, chosen.argnums, False, "native")
            calls.append((name, chosen, compute))
    stage_together([(compute, *chosen.fresh()) for _, chosen, compute in calls])
    for name, chosen, compute in calls:
        found = outcome(lambda: compute(*chosen.fresh())[:2])
        args, kwargs = chosen.fresh()
        expected = outcome(lambda: value_and_grad(CASES[name].function, argnums=chosen.argnums)(*args, **kwargs))
        assert_same(name, found, expected)


def assert_same(name, found, expected):
    if isinstance(expected[0], type) or isinstance(found[0], type):
        assert found == expected, name
        return
    assert type(found[0]) is type(expected[0]), name
    assert np.allclose(found[0], expected[0], rtol=1e-12, atol=0, equal_nan=True), name
    assert len(found[1]) == len(expected[1])
    for mine, other in zip(found[1], expected[1]):
        assert type(mine) is type(other), name
        a, b = np.asarray(flat(mine)), np.asarray(flat(other))
        assert a.dtype == b.dtype and a.shape == b.shape, name
        assert np.allclose(a, b, rtol=1e-12, atol=1e-13, equal_nan=True), name
