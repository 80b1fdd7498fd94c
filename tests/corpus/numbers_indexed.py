"""NumPy scalars have items: `x[()]` and `x[..., None]`, also where what is indexed is known only when it runs."""

import numpy as np

from .case import case


def as_row(value):
    return value[..., np.newaxis]


@case(0.7)
def indexed_scalar_from_a_list(x):
    found = [np.log(np.float64(x)), 1]
    return as_row(found[0])[0] * found[0][()]


class Held:
    def __init__(self, value):
        self._value = value

    @property
    def value(self):
        return np.array(self._value, dtype=float)[()]


@case(0.7)
def indexed_scalar_of_a_property(x):
    held = Held(np.exp(x))
    row = held.value
    if row.ndim == 0:
        row = row[..., np.newaxis]
    return np.sum(row * row)
