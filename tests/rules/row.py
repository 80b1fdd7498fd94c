"""What a row is: a primitive, arguments to call it with, keywords. The rows are in `rows_*.py`, by subject.

Floats, arrays of floats and sequences of them are what is differentiated; all else is constant. Rows stay
away from kinks and poles, which have tests of their own in `test_kinks.py`.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Row:
    primitive: Any
    args: tuple
    kwargs: dict = field(default_factory=dict)
    only: tuple | None = None  # positions to differentiate, if not all that hold floats
    rtol: float = 1e-6

    def __str__(self):
        shapes = ",".join(_describe(a) for a in self.args)
        more = "".join(f",{k}={getattr(v, '__name__', v)}" for k, v in self.kwargs.items())  # no address: names last
        owner = getattr(self.primitive, "__objclass__", None) or getattr(self.primitive, "__module__", None)
        owner = getattr(owner, "__name__", owner)
        return f"{owner}.{getattr(self.primitive, '__name__', '?')}({shapes}{more})"


def _describe(a):
    if isinstance(a, np.ndarray):
        return a.dtype.char + "x".join(map(str, a.shape))
    if isinstance(a, tuple) and any(isinstance(x, np.ndarray) for x in a):
        return f"({','.join(map(_describe, a))})"
    if callable(a) and hasattr(a, "__name__"):
        return a.__name__
    return f"{a:.2g}" if type(a) is float else type(a).__name__ if isinstance(a, list) else str(a)[:20]


ROWS: list[Row] = []
NUMPY2 = np.lib.NumpyVersion(np.__version__) >= "2.0.0"
_rng = np.random.default_rng(7)


def row(primitives, *args, only=None, rtol=1e-6, **kwargs):
    for primitive in primitives if isinstance(primitives, tuple) else (primitives,):
        ROWS.append(Row(primitive, args, kwargs, only, rtol))


def R(*shape):  # any sign, away from 0
    return _rng.uniform(0.3, 1.7, shape) * _rng.choice([-1.0, 1.0], shape)


def P(*shape):  # positive
    return _rng.uniform(0.4, 1.8, shape)


def U(*shape):  # between -1 and 1
    return _rng.uniform(-0.8, 0.8, shape)


def D(*shape):  # all different, in no order
    return _rng.permutation(np.arange(1, 1 + math.prod(shape)) * 0.37 - 2.05).reshape(shape)


def C(*shape):
    return R(*shape) + 1j * R(*shape)


def S(n, *batch):  # symmetric, positive definite
    a = _rng.standard_normal((*batch, n, n))
    return np.matmul(a, np.swapaxes(a, -1, -2)) + np.eye(n)


def M(n, *batch):  # well conditioned
    return _rng.uniform(-0.5, 0.5, (*batch, n, n)) + 1.5 * np.eye(n)
