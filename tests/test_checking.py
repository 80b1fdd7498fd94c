"""`check_grads`: what passes, what does not, and what the report says."""

import numpy as np
import pytest

import cpsad
from cpsad import check_grads, defrule
from tests.corpus.case import normal

X = normal(3)


def smooth(x, w):
    return {"a": np.tanh(w @ x), "b": [np.sum(x**3)]}


def energy(x):
    return np.sum(np.sin(x) * x) ** 2


def test_right_derivatives_pass():
    report = check_grads(energy, (X,))
    assert report.ok and {(e.order, e.mode) for e in report.entries} == {(1, "fwd"), (1, "rev"), (2, "fwd"), (2, "rev")}
    assert len(report.entries) == 12
    assert "none wrong" in str(report) and "args[0][" in str(report)


def test_structures_and_first_order():
    report = check_grads(smooth, (X, normal(2, 3)), order=1)
    assert len(report.entries) == 2 * 9
    report = check_grads(lambda p: p["w"] * p["n"], ({"w": 2.0, "n": 3},), order=1, modes=["rev"])
    (entry,) = report.entries
    assert entry.place == 'args[0]["w"]' and entry.found == pytest.approx(entry.expected)


class Wrong:
    """Stands for something that cannot be transformed."""

    def __call__(self, x):
        return x * x


def test_a_wrong_rule_is_reported_with_its_worst_entry():
    squared = Wrong()
    defrule(squared, elementwise=True)(lambda g, y, x: g * (2 * x + np.where(x == x[1], 0.1, 0.0)))
    with pytest.raises(AssertionError, match=r"WRONG") as caught:
        check_grads(lambda x: np.sum(squared(x)), (X,), order=1)
    lines = str(caught.value).splitlines()
    assert [line.split()[2] for line in lines[2:4]] == ["args[0][1]"] * 2
    assert "2 wrong" in lines[-1]


def test_a_jump_in_the_derivative_does_not_pass():
    with pytest.raises(AssertionError):
        check_grads(lambda x: cpsad.stop_gradient(x) * x, (2.0,), order=1)


@pytest.mark.parametrize(("options", "words"), [({"modes": ["sideways"]}, "sideways"), ({"order": 3}, "order 3")])
def test_what_is_not_known(options, words):
    with pytest.raises(ValueError, match=words):
        check_grads(energy, (X,), **options)


def test_a_result_without_floats():
    with pytest.raises(TypeError, match="no floating-point"):
        check_grads(lambda x: 3, (X,))
