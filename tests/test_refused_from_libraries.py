"""What libraries do and cpsad cannot differentiate is refused: the line, the reason, a way out."""

import collections
import inspect

import numpy as np
import pytest
import scipy.special

from cpsad import NoDerivativeError, grad


def same(value):
    return value


class Ordered(collections.OrderedDict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value * 2)


class Missing:
    def __init__(self, x):
        self.kept = []
        self.x = x

    def __getattr__(self, name):
        if name == "kept":
            raise AttributeError(name)
        self.kept.append(self.x * 2)
        raise AttributeError(name)


def shape_that_is_changed(x):
    y = same(x * 2)
    y.shape = (1, 2)
    return np.sum(y[0])


def default_set_by_an_ordered_dictionary(x):
    d = Ordered()
    d.setdefault("a", x[0])
    return d["a"]


def attribute_that_stores_and_is_missing(x):
    found = Missing(x[0])
    return getattr(found, "other", 1.0) * x[0] + found.kept[0]


def written_and_given_to_code_in_c(x):
    y = same(np.zeros(4))
    y[1:3] = x
    return np.sum(np.real(scipy.special.itstruve0(y))[1:])


def written_from_a_list_and_given_to_code_in_c(x):
    y = same(np.zeros(3))
    y[:] = [x[0], x[1], 1.0]
    z = y[:2]
    return np.sum(np.abs(scipy.special.itstruve0(same(z))))


def updated_and_given_to_code_in_c(x):
    y = same(np.ones(2))
    y *= x
    return np.sum(np.abs(scipy.special.itstruve0(y)))


@pytest.mark.parametrize("function, line, words, remedy", [
    (shape_that_is_changed, "y.shape = (1, 2)", "the attribute shape of an array is changed", "np.reshape"),
    (default_set_by_an_ordered_dictionary, 'd.setdefault("a", x[0])', "setdefault", "defrule"),
    (attribute_that_stores_and_is_missing, 'getattr(found, "other", 1.0)', "stores values and then raises AttributeError",
     "look whether the attribute is there"),
    (written_and_given_to_code_in_c, "scipy.special.itstruve0(y)", "itstruve0", "defrule"),
    (written_from_a_list_and_given_to_code_in_c, "scipy.special.itstruve0(same(z))", "itstruve0", "defrule"),
    (updated_and_given_to_code_in_c, "scipy.special.itstruve0(y)", "itstruve0", "defrule"),
])
def test_refused(function, line, words, remedy):
    with pytest.raises(NoDerivativeError) as caught:
        grad(function)(np.array([0.5, 0.7]))
    text = str(caught.value)
    assert line in text and words in text and remedy in text, text
    lines, first = inspect.getsourcelines(function)
    assert first <= caught.value.where.line < first + len(lines)
