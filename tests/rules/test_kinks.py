"""What rules give where there is no derivative, or an infinite one, and how far a cotangent of 0 holds."""

import importlib
import math
import operator

import numpy as np
import pytest

from cpsad.cotangents import ZERO, Absorbing, Poison
from cpsad.rules.registry import REGISTRY
from cpsad.transforms.errors import NoDerivativeError

NAMES = [name for name in REGISTRY.BUILT_IN if name != "support"]
TABLES = [importlib.import_module(f"cpsad.rules.{name}").table for name in NAMES]
RULES = {p: r for table in TABLES for p, r in table.rules.items()}


def pull(primitive, g, *args, **kwargs):
    with np.errstate(all="ignore"):
        if type(primitive).__name__ == "getset_descriptor":
            y = primitive.__get__(args[0])
        else:
            y = primitive(*args, **kwargs)
        return RULES[primitive].pullback(g, y, *args, **kwargs)


def first(found):
    return found[0] if isinstance(found, tuple) else found


def same(found, expected):
    np.testing.assert_array_equal(np.asarray(found, float), np.asarray(expected, float))


G = np.array([2.0, 2.0, 0.0])
A = np.array

KINKS = [
    # primitive, g, arguments, cotangents
    (np.maximum, G[:2], (A([1.0, 3.0]), A([1.0, 2.0])), ([1, 2], [1, 0])),
    (np.minimum, G[:2], (A([1.0, 3.0]), 1.0), ([1, 0], [1, 2])),
    (np.fmax, G[:2], (A([np.nan, 3.0]), A([1.0, np.nan])), ([0, 2], [2, 0])),
    (np.maximum, A([np.inf, 1.0]), (A([-1.0, 2.0]), 0.0), ([0, 1], [np.inf, 0])),
    (np.clip, G[:2], (A([0.0, 2.0]), 0.0, 1.0), ([2, 0], [0, 0], [0, 2])),
    (np.clip, G[:2], (A([0.0, 2.0]), 1.0, 1.0), ([0, 0], [2, 2], [0, 0])),
    (np.clip, G[:2], (A([0.0, 2.0]), 1.5, 1.0), ([0, 0], [0, 0], [2, 2])),
    (np.max, 2.0, (A([3.0, 1.0, 3.0]),), [1, 0, 1]),
    (np.min, 2.0, (A([3.0, 1.0, 3.0]),), [0, 2, 0]),
    (np.ptp, 2.0, (A([3.0, 1.0, 3.0]),), [1, -2, 1]),
    (np.median, 2.0, (A([3.0, 1.0, 3.0]),), [1, 0, 1]),
    (np.median, 2.0, (A([4.0, 1.0, 3.0, 0.0]),), [0, 1, 1, 0]),
    (np.absolute, G, (A([0.0, -1.0, 1.0]),), [0, -2, 0]),
    (abs, 2.0, (0.0,), 0),
    (abs, 2.0, (-0.0,), 0),
    (math.fabs, 2.0, (0.0,), 0),
    (np.absolute, 2.0, (A([0j]),), [0]),
    (np.sqrt, G, (A([0.0, 4.0, 0.0]),), [np.inf, 0.5, 0]),
    (np.sqrt, G * 0, (A([0.0, -4.0, 4.0]),), [0, 0, 0]),
    (np.cbrt, G, (A([0.0, 8.0, 0.0]),), [np.inf, 2 / 12, 0]),
    (math.sqrt, 2.0, (0.0,), np.inf),
    (math.sqrt, 0.0, (0.0,), 0),
    (math.cbrt, 0.0, (0.0,), 0),
    (math.asin, 2.0, (1.0,), np.inf),
    (math.acos, 2.0, (1.0,), -np.inf),
    (math.acos, 0.0, (1.0,), 0),
    (math.acosh, 2.0, (1.0,), np.inf),
    (np.arcsin, G, (A([1.0, 0.0, 1.0]),), [np.inf, 2, 0]),
    (np.log, G, (A([0.0, 4.0, -1.0]),), [np.inf, 0.5, 0]),
    (np.log, G * 0, (A([0.0, -4.0, np.nan]),), [0, 0, 0]),
    (np.log, A([2.0, 0.0]), (A([1.0, 0.0]),), [2, 0]),
    (np.divide, G, (1.0, A([2.0, 4.0, 0.0])), ([1, 0.5, 0], [-0.5, -0.125, 0])),
    (operator.truediv, G, (A([1.0, 1.0, 0.0]), A([2.0, 4.0, 0.0])), ([1, 0.5, 0], [-0.5, -0.125, 0])),
    (np.reciprocal, G, (A([2.0, 4.0, 0.0]),), [-0.5, -0.125, 0]),
    (np.linalg.norm, 2.0, (np.zeros(3),), [0, 0, 0]),
    (np.linalg.norm, 2.0, (np.zeros(3), 1), [0, 0, 0]),
    (np.linalg.norm, 2.0, (np.zeros(3), 3), [0, 0, 0]),
    (np.linalg.norm, 2.0, (A([3.0, -3.0]), np.inf), [1, -1]),
    (np.hypot, 2.0, (0.0, 0.0), (0, 0)),
    (math.hypot, 2.0, (0.0, 0.0), (0, 0)),
    (np.std, 2.0, (np.full(3, 1.5),), [0, 0, 0]),
    (operator.pow, 2.0, (0.0, 0), 0),
    (operator.pow, 2.0, (0.0, 0.0), (0, 0)),
    (operator.pow, 2.0, (0.0, 1.0), (2, 0)),
    (operator.pow, 2.0, (0.0, 2), (0, 0)),
    (operator.pow, 2.0, (0.0, 0.5), (np.inf, 0)),
    (operator.pow, 0.0, (0.0, 0.5), (0, 0)),
    (math.pow, 2.0, (0.0, 0.5), (np.inf, 0)),
    (np.power, G, (A([0.0, 4.0, 0.0]), 0.5), ([np.inf, 0.5, 0], [0, 2 * 2 * math.log(4), 0])),
    (np.power, G, (A([0.0, 0.0, 0.0]), A([0.0, 1.0, 0.5])), ([0, 2, 0], [0, 0, 0])),
    (np.power, G, (0.0, A([0.0, 1.0, 2.0])), ([0, 2, 0], [0, 0, 0])),
    (np.power, G * 0, (A([0.0, -4.0, -1.0]), -0.5), ([0, 0, 0], None)),
    (operator.pow, 2.0, (-2.0, 3.0), (24, np.nan)),
    (np.where, A([2.0, np.inf]), (A([True, False]), A([1.0, 1.0]), 5.0), (None, [2, 0], [0, np.inf])),
    (np.logaddexp, 2.0, (-np.inf, -np.inf), (0, 0)),
    (np.logaddexp, 2.0, (-np.inf, 0.0), (0, 2)),
    (np.logaddexp.reduce, 2.0, (A([-np.inf, -np.inf]),), [0, 0]),
    (np.sinc, G[:2], (A([0.0, 1.0]),), [0, -2]),
    (np.sinc, 1.0, (1e-9,), -math.pi**2 / 3 * 1e-9),
    (np.heaviside, G, (A([0.0, -1.0, 1.0]), A([0.5, 0.5, 0.5])), (None, [2, 0, 0])),
    (np.nan_to_num, G, (A([np.nan, 1.0, np.inf]),), [0, 2, 0]),
    (operator.mod, 2.0, (-7.0, 3.0), (2, 6)),
    (operator.mod, 2.0, (3.0, math.inf), (2, 0)),
    (np.fmod, 2.0, (-7.0, 3.0), (2, 4)),
    (math.remainder, 2.0, (7.5, 2.0), (2, -8)),
    (math.atan2, 0.0, (0.0, 0.0), (0, 0)),
    (math.copysign, 2.0, (-1.5, -1.0), (2, None)),
    (np.prod, 2.0, (A([0.0, 3.0, 5.0]),), [30, 0, 0]),
    (np.prod, 2.0, (A([0.0, 3.0, 0.0]),), [0, 0, 0]),
    (np.cumprod, A([1.0, 1.0, 1.0]), (A([2.0, 0.0, 3.0]),), [1, 2 + 6, 0]),
    (np.nansum, 2.0, (A([np.nan, 1.0]),), [0, 2]),
    (np.nanmax, 2.0, (A([np.nan, 1.0, 1.0]),), [0, 1, 1]),
    (np.sort, A([1.0, 2.0, 3.0]), (A([5.0, 4.0, 5.0]),), [2, 1, 3]),
]


@pytest.mark.parametrize("primitive, g, args, expected", KINKS,
                         ids=[f"{i}-{getattr(k[0], '__name__', k[0])}" for i, k in enumerate(KINKS)])
def test_kinks(primitive, g, args, expected):
    found = pull(primitive, g, *args)
    if isinstance(expected, tuple):
        for f, e in zip(found, expected):
            if e is not None:
                np.testing.assert_allclose(f, np.asarray(e, float), rtol=1e-14)
    else:
        first = found[0] if isinstance(found, tuple) else found
        np.testing.assert_allclose(first, expected, rtol=1e-12)


def test_only_the_triangle_that_is_read_has_a_cotangent():
    a = np.array([[4.0, 99.0], [1.0, 3.0]])
    same(pull(np.linalg.cholesky, np.ones((2, 2)), a)[0, 1], 0)
    same(pull(np.linalg.eigvalsh, np.ones(2), a)[0, 1], 0)
    same(pull(np.linalg.eigvalsh, np.ones(2), a, "U")[1, 0], 0)


def test_conversions_to_integers_have_no_cotangent():
    x = np.array([1.5, 2.5])
    g = np.ones(2)
    assert pull(np.ndarray.astype, g, x, int) is ZERO
    assert pull(np.array, g, x, int) is ZERO
    assert pull(np.array, g, [1.5, 2.5], dtype=bool) is ZERO
    assert pull(np.full, g, 2, 1.5, int)[1] is ZERO
    assert first(pull(np.sum, g[0], x, dtype=int)) is ZERO


def test_conversions_restore_the_dtype():
    x = np.ones(2, np.float32)
    for primitive, *args in (np.ndarray.astype, float), (np.array, float), (np.asarray, float), (np.float64,):
        assert pull(primitive, np.ones(2), x, *args).dtype == np.float32
    assert pull(np.ndarray.astype, np.ones(2, np.float32), x.astype(float), np.float32).dtype == np.float64
    assert first(pull(np.sum, np.float64(1.0), x, dtype=np.float64)).dtype == np.float32
    assert not np.iscomplexobj(pull(np.ndarray.astype, np.ones(2) * 1j, x, complex))


def test_conversion_to_objects_poisons():
    found = pull(np.ndarray.astype, np.ones(2), np.ones(2), object)
    assert isinstance(found, Poison)
    assert isinstance(found.error, NoDerivativeError)


@pytest.mark.parametrize("primitive", [str, repr, ascii, format])
def test_texts_are_harmless_until_a_derivative_is_asked_of_them(primitive):
    assert pull(primitive, ZERO, 1.5) is ZERO
    assert isinstance(pull(primitive, 1.0, 1.5), Poison)
    assert pull(float, 1.0, str(1.5)) == 1.0  # goes on to `str`


def test_poison_goes_on():
    poison = Poison(NoDerivativeError("x"))
    x = np.array([1.5, 2.5])
    for primitive in (np.sin, np.sqrt, np.log, np.sum, np.max, np.prod, np.sort, np.abs, np.cumsum, np.var):
        assert isinstance(first(pull(primitive, poison, x)), Absorbing)
        assert first(pull(primitive, poison, x)) is poison
    for primitive in (np.add, np.multiply, np.divide, np.power, np.maximum, np.dot):
        assert all(c is poison for c in pull(primitive, poison, x, x))


@pytest.mark.parametrize("operands", [("%s and %s", (1.5, 2.5)), ("%.2f", 1.5)])
def test_formatting_with_the_operator(operands):
    assert pull(operator.mod, ZERO, *operands) == (ZERO, ZERO)


@pytest.mark.parametrize("primitive, operands", [(operator.add, ([1.5], [2.5])), (operator.mul, ([1.5], 3)),
                                                 (operator.sub, ({1.5}, {2.5})), (operator.add, ("a", "b"))])
def test_operators_on_containers(primitive, operands):
    assert pull(primitive, ZERO, *operands) == (ZERO, ZERO)


def test_refused():
    with pytest.raises(NoDerivativeError, match="in mode '<lambda>'"):
        pull(np.pad, np.ones(5), np.ones(3), 1, lambda vector, widths, axis, options: None)
    with pytest.raises(NoDerivativeError, match="lists of axes"):
        pull(np.einsum, 1.0, np.ones(2), [0], np.ones(2), [0])


STEPS = [p for p, r in RULES.items() if r.role == "constant" and isinstance(p, np.ufunc)]


@pytest.mark.parametrize("primitive", STEPS, ids=lambda p: p.__name__)
def test_constant_functions_are_constant(primitive):
    rng = np.random.default_rng(1)
    args = [rng.uniform(-3, 3, 50) for _ in range(primitive.nin)]
    try:
        y = primitive(*args)
    except TypeError:
        pytest.skip("not of floats")
    np.testing.assert_array_equal(y, primitive(*(a + 1e-9 for a in args)))
