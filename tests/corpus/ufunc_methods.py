"""Methods of universal functions that write into arrays, and functions of several results that do."""

import numpy as np

from tests.corpus.case import case

X = np.array([[0.5, 1.2, 2.0], [1.5, 0.7, 0.9]])
SOME = np.array([[True, False, True], [True, True, False]])


@case(X)
def reductions_into_arrays(x):
    total, product, largest = np.zeros(3), np.zeros((2, 1)), np.ones(3)
    back = np.add.reduce(x, out=total)
    np.multiply.reduce(x, 1, None, product, True, 0.5)
    np.maximum.reduce(x, axis=0, dtype=np.float64, out=(largest,), initial=0.8, where=SOME)
    return np.sum(back * total) + np.sum(product * x) + np.sum(largest * x[1])


@case(X)
def sums_of_chosen_elements_into_arrays(x):
    total, mean = np.zeros((2, 1)), np.ones(3)
    np.sum(x, axis=1, keepdims=True, where=SOME[:, :1], out=total)
    x.mean(axis=0, where=SOME, out=mean)
    return np.sum(total * x) + np.sum(mean * mean)


@case(X)
def folds_into_arrays(x):
    steps, parts = np.zeros((2, 3)), np.zeros((2, 2))
    np.multiply.accumulate(x, 1, None, steps)
    np.subtract.reduceat(x, [0, 1], 1, out=parts)
    table = np.hypot.outer(x[0], x[1], out=np.zeros((3, 3)), where=x[1] > 0.8)
    return np.sum(steps * steps) + np.sum(parts * x[:, 1:]) + np.sum(table * table)


@case(X)
def functions_at_places(x):
    y = x[0] * 1.0
    np.sqrt.at(y, [0, 0, 2])
    np.logaddexp.at(y, [1, 1], x[1, :2])
    np.negative.at(y, y > 1.0)
    return np.sum(y * x[1])


@case(X)
def two_results_into_two_arrays(x):
    fraction, whole, rest = np.zeros((2, 3)), np.zeros((2, 3)), np.ones((2, 3))
    np.modf(x * 3.1, fraction, whole)
    quotient, same = np.divmod(x, 0.37, out=(None, rest), where=SOME)
    mantissa, power = np.frexp(x * 1.1)
    return np.sum(fraction * x) + np.sum(whole) + np.sum(rest * same) + np.sum(quotient[SOME]) + np.sum(mantissa * power)
