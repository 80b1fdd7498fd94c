"""Elements of arrays that loops read: what comes back is added to the adjoint of the array, which lives further out."""

import numpy as np

from .case import case


@case(np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]), 0.7)
@case(np.zeros((2, 0)), 0.7)
def elements_at_two_indices(w, x):
    total = x
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            total = total + w[i, j] * w[-1 - i, j] * x
    return total


@case(np.array([1.0, 2.0, 3.0]), 0.7)
@case(np.array([1.0, 2.0, 3.0]), 2.5)
def elements_in_some_turns(w, x):
    total = x
    for i in range(3):
        if total < 2.0:
            total = total * w[i] + x
    return total


@case(np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]), 0.7)
def rows_in_turns(w, x):
    total = w[-1] * x
    for i in range(w.shape[0]):
        total = total * w[i] + w[1 - i, 0]
    return np.sum(total)
