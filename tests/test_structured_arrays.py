"""Arrays with named fields: constants are read as any array, and what would carry a derivative in one is refused."""

import numpy as np
import pytest

from cpsad import NoDerivativeError, grad, jacfwd
from tests.oracle import close, differences

KIND = [("p", float), ("q", float, (2,)), ("n", int)]
DATA = np.array([(1.0, (1.0, 2.0), 3), (0.5, (0.0, 1.0), 2)], dtype=KIND)


def field(x):
    made = np.zeros(2, dtype=KIND)
    made["p"] = x[0]
    return made["p"][1] * x[1]


def view_of_a_field(x):
    made = np.zeros(2, dtype=KIND)
    values = made["q"]
    values[0] += x[0]
    return made["q"].sum() * x[1]


def record(x):
    made = np.zeros(2, dtype=KIND)
    made[0]["p"] = x[0]
    return made[0]["p"] * x[1]


def whole_record(x):
    made = np.zeros(2, dtype=KIND)
    made[0] = (x[0], (x[1], 1.0), 3)
    return made["p"][0] * x[1]


def literal(x):
    made = np.array([(x[0], (1.0, 2.0), 3)], dtype=KIND)
    return made["p"][0] * x[1]


def copied(x):
    made = np.zeros(2, dtype=KIND)
    made["p"][:] = x
    other = made.copy()
    return other["p"][0] * x[1]


def copied_into(x):
    made = np.zeros(2, dtype=KIND)
    np.copyto(made["p"], x)
    return made[::-1]["p"][0] * x[1]


def result_of_a_ufunc(x):
    made = np.zeros(2, dtype=KIND)
    np.add(made["p"], x, out=made["p"])
    return made[1]["p"] * x[1]


@pytest.mark.parametrize("operator", [grad, jacfwd])
@pytest.mark.parametrize("function", [field, view_of_a_field, record, whole_record, literal, copied, copied_into, result_of_a_ufunc])
def test_what_carries_a_derivative_is_refused(function, operator):
    with pytest.raises(NoDerivativeError) as info:
        operator(function)(np.array([0.5, 0.3]))
    assert "structured array" in info.value.what or "void" in info.value.what
    assert info.value.where.filename == __file__


def constants(x):
    total = (DATA["p"] * x[0]).sum() + DATA[0]["p"] * x[1]
    for row in DATA:
        total += (x * row["q"]).sum() * row["n"]
    return total


@pytest.mark.parametrize("operator", [grad, jacfwd])
def test_constants_are_read(operator):
    x = np.array([0.5, 0.3])
    assert close(operator(constants)(x), differences(constants, (x,), 0)[0])
