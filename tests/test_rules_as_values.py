"""A rule holds however its function is reached; and what does not run is not refused."""

import functools

import numpy as np
import pytest

import cpsad
from cpsad import NoDerivativeError, defrule, grad, stop_gradient


def clipped(x, low=-1.0):
    return max(low, x)


@defrule(clipped)
def _(g, y, x, low=-1.0):
    return g * 0.25  # on purpose not what the code of `clipped` gives


def scaled(x, k=1.0):
    return x * k


@defrule(scaled)
def _(g, y, x):
    return g


def apply(function, x):
    return function(x)


class Model:
    def __init__(self, act):
        self.act = act


@pytest.mark.parametrize("reach", [
    lambda x: clipped(x),
    lambda x: apply(clipped, x),
    lambda x: [clipped][0](x),
    lambda x: {"f": clipped}["f"](x, low=-2.0),
    lambda x: Model(clipped).act(x),
    lambda x: functools.partial(clipped, low=-2.0)(x),
    lambda x: (lambda f, *args: f(*args))(clipped, x, -3.0),
    lambda x: list(map(clipped, [x]))[0],
])
def test_a_rule_of_a_python_function_called_as_a_value(reach):
    assert grad(reach)(2.0) == 0.25


@pytest.mark.parametrize("reach", [
    lambda x: stop_gradient(x),
    lambda x: cpsad.stop_gradient(x),
    lambda x: apply(stop_gradient, x),
    lambda x: getattr(cpsad, "stop_gradient")(x),
    lambda x: [cpsad.stop_gradient][0](x),
    lambda x: stop_gradient([x])[0],
    lambda x: apply(cpsad.stop_gradient, {"x": x})["x"],
])
def test_stop_gradient_called_as_a_value(reach):
    assert grad(lambda x: reach(x) * x)(3.0) == 3.0


def test_what_does_not_run_is_not_refused():
    def f(x, wrong):
        if wrong:
            return scaled(x[0], k=2.0)
        return np.sum(x * x)

    x = np.array([0.5, 0.25])
    assert grad(f)(x, False).tolist() == [1.0, 0.5]
    with pytest.raises(NoDerivativeError, match="k=|scaled") as error:
        grad(f)(x, True)
    assert error.value.where.line == f.__code__.co_firstlineno + 2
    assert "defrule" in error.value.remedy


def test_what_is_not_callable_is_no_matter_of_derivatives():
    with pytest.raises(TypeError, match="not callable"):
        grad(lambda x: Model(None)(x))(1.0)
