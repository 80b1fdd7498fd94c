"""The functions of the corpus that are staged: value, gradient and exceptions are those of the NumPy backend."""

import numpy as np
import pytest

from cpsad import value_and_grad
from tests.corpus import CASES
from tests.native.staged import STAGED
from tests.oracle import flat


def outcome(function, argnums, backend, args, kwargs):
    """The value and the gradients; or the exception, as its class and text."""
    try:
        return value_and_grad(function, argnums=argnums, backend=backend)(*args, **kwargs)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", STAGED)
def test_same_as_numpy(name):
    case = CASES[name]
    for chosen in case.inputs:
        found = outcome(case.function, chosen.argnums, "native", *chosen.fresh())
        expected = outcome(case.function, chosen.argnums, "numpy", *chosen.fresh())
        if isinstance(expected[0], type) or isinstance(found[0], type):
            assert found == expected
            continue
        assert type(found[0]) is type(expected[0])
        assert np.allclose(found[0], expected[0], rtol=1e-12, atol=0, equal_nan=True)
        for mine, other in zip(every(found[1]), every(expected[1]), strict=True):
            assert type(mine) is type(other)
            a, b = np.asarray(flat(mine)), np.asarray(flat(other))
            assert a.dtype == b.dtype and a.shape == b.shape
            assert np.allclose(a, b, rtol=1e-12, atol=1e-13, equal_nan=True)


def every(gradients):
    return gradients if isinstance(gradients, tuple) else (gradients,)
