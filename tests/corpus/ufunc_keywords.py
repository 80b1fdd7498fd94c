"""Keywords of universal functions: `dtype`, `where` without an array for the rest, `casting`, `order`."""

import numpy as np

from tests.corpus.case import case

X = np.array([0.5, -1.2, 2.0])


@case(X)
def where_alone(x):
    positive = x > 0
    y = np.log(x, out=None, where=positive)
    z = np.divide(1.0, x, out=None, where=x != 0)
    return np.sum(y[positive] * x[positive]) + np.sum(z)


@case(X)
def dtype_and_casting(x):
    return np.sum(np.exp(x, dtype=np.float64) * np.multiply(x, x, dtype="f8", casting="unsafe"))


@case(X)
def order_of_a_product(x):
    return np.sum(np.multiply(np.reshape(x, (3, 1)), x * x, order="F").ravel("K") * np.arange(9.0))


@case(X)
def all_of_them_into_an_array(x):
    y = np.zeros((2, 3))
    z = np.add(x, np.ones((2, 1)), out=y, dtype=np.float64, where=x > 0)
    return np.sum(y * z)
