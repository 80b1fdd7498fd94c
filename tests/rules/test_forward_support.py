"""The formulas for tangents of what gradient programs call, against differences of what they are the tangents of."""

import numpy as np
import pytest

import cpsad.rules.numpy_linear  # noqa: F401 - says which products are kept as factors
from cpsad.cotangents import ZERO, Placed, accumulate, add_at, dense, placed, rebroadcast, scatter, unbroadcast
from cpsad.products import accumulate_product, total
from cpsad.rules.forward_support import ALONG, LINEAR, masked_along
from cpsad.rules.helpers import divided, divisor, masked
from cpsad.rules.helpers_products import dot_left, dot_right, matmul_left, matmul_right
from cpsad.rules.helpers_reductions import share, unreduce
from tests.corpus.case import normal

A, B, V, G = normal(3, 2), normal(2, 4, seed=1), normal(2, seed=2), normal(3, 4, seed=3)
CALLS = [
    (unbroadcast, (G, normal(4))), (rebroadcast, (normal(4), G)), (scatter, (A, 1, V)), (dense, (A,)), (total, (A,)),
    (share, (1.5, np.max(V), V, None, False)), (unreduce, (1.5, V, None, False)), (masked, (A, A * 2)), (divided, (A, 0.7)),
    (divided, (A, np.exp(A))), (divisor, (A, A * 2, 0.7)), (divisor, (A, A * 2, np.exp(A))),
    *[(f, (G, A, B)) for f in (matmul_left, matmul_right, dot_left, dot_right)],
    *[(f, (normal(3), A, V)) for f in (matmul_left, matmul_right, dot_left, dot_right)],
    *[(f, (normal(5, 3, 4), normal(5, 3, 2), normal(5, 2, 4))) for f in (matmul_left, matmul_right)],
    (accumulate_product, (A, matmul_left, G, A, B)), (accumulate_product, (A, matmul_left, normal(3), A, V)),
    (accumulate_product, (B, matmul_right, G, A, B)),
    (accumulate, (A, normal(3, 2, seed=4))), (add_at, (A, A, 1, V)), (placed, (A, 1, V)),
]
ONLY = {add_at: (0, 3), placed: (2,)}  # the arguments whose values count


def value(function, args):
    args = [a.copy() if isinstance(a, np.ndarray) else a for a in args]  # sums are added to in place
    return dense(total(function(*args)))


@pytest.mark.parametrize("function, args", [pytest.param(f, a, id=f"{f.__name__}-{i}") for i, (f, a) in enumerate(CALLS)])
@pytest.mark.parametrize("every", [True, False])
def test_tangent_is_the_slope(function, args, every):
    numbers = [i for i, a in enumerate(args) if isinstance(a, (np.ndarray, float))]
    places = ONLY.get(function, [LINEAR[function]] if function in LINEAR else numbers)
    sets = [places] if every else [[p] for p in places]
    rng = np.random.default_rng(5)
    for chosen in sets:
        tangents = [ZERO] * len(args)
        for i in chosen:
            tangents[i] = rng.normal(size=np.shape(args[i]))[()]
        moved = [[a if d is ZERO else a + step * d for a, d in zip(args, tangents)] for step in (1e-6, -1e-6)]
        slope = (value(function, moved[0]) - value(function, moved[1])) / 2e-6
        if function in LINEAR:
            given = [tangents[i] if i == LINEAR[function] else a for i, a in enumerate(args)]
            found = function(*given)
        else:
            before = [d.copy() if isinstance(d, np.ndarray) else d for d in tangents]
            copies = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
            found = ALONG[function](function(*copies), *args, *tangents)
            found = dense(total(found))
            assert all(np.array_equal(a, b) for a, b in zip(before, tangents) if b is not ZERO), "a tangent was written into"
        assert np.allclose(np.broadcast_to(0.0 if found is ZERO else found, np.shape(slope)), slope, atol=1e-6)


def test_nothing_comes_from_where_the_cotangent_is_and_stays_zero():
    g, dg = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0])
    found = masked_along(g, g, g, dg, np.array([np.nan, np.nan, np.nan]))
    assert found[0] == 0 and np.isnan(found[1:]).all()
    assert masked_along(0.0, 0.0, 0.0, ZERO, np.nan) == 0 and np.isnan(masked_along(1.0, 1.0, 1.0, ZERO, np.nan))


def test_what_is_placed_is_divided():
    where = Placed(V, 1, 2.0)
    found = ALONG[divided](divided(where, 2.0), where, 2.0, ZERO, 1.0)
    assert np.allclose(found, [0.0, -0.5])
