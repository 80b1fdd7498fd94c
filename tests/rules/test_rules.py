"""Every derivative rule by itself, against central differences, on the rows of `rows.py`.

With `g` a cotangent and `v` a direction, both random: the sum of `g` times the derivative of the result along
`v` is the sum of the rule's cotangents times `v`. Numbers may be complex; then it is the real parts that
agree.
"""

import copy
import importlib
import json
import sys

import numpy as np
import pytest

from cpsad.cotangents import ZERO, Absorbing, unbroadcast
from cpsad.rules import helpers_computed, numpy_writers
from cpsad.rules.registry import REGISTRY

from . import whole
from .rows import NUMPY2, ROWS

NAMES = [name for name in REGISTRY.BUILT_IN if name != "support"]
NAMES += [name for library, names in REGISTRY.ON_IMPORT.items() if library in sys.modules for name in names]
TABLES = [importlib.import_module(f"cpsad.rules.{name}").table for name in NAMES]
RULES = {p: r for table in TABLES for p, r in table.rules.items() if r.role in ("rule", "gather")}
WHOLE = [row for row in ROWS if whole.needed(row)]
WHOLE_IDS = [f"{i}-{row}" for i, row in enumerate(WHOLE)]
EVERY_ROW, ROWS = ROWS, [row for row in ROWS if whole.by_rule(row)]
IDS = [f"{i}-{row}" for i, row in enumerate(ROWS)]

FOLDS = (list, tuple)


def is_float(x):
    return isinstance(x, (float, complex)) or isinstance(x, (np.ndarray, np.inexact)) and x.dtype.kind in "fc"


def holds_float(x):
    return any(map(holds_float, x)) if isinstance(x, FOLDS) else is_float(x)


def mapped(f, *trees):
    """`f` of the floats of nested sequences; what is no float stays."""
    first = trees[0]
    if isinstance(first, FOLDS):
        return type(first)([mapped(f, *t) for t in zip(*trees, strict=True)])
    return f(*trees) if is_float(first) else first


def flat(f, *trees):
    """The sum of `f` over the floats of the first tree and what stands there in the others."""
    if isinstance(trees[0], FOLDS):
        return sum(flat(f, *t) for t in zip(*trees, strict=True))
    return f(*trees) if is_float(trees[0]) else 0.0


def call(row, args):
    if type(row.primitive).__name__ in ("getset_descriptor", "member_descriptor"):
        return row.primitive.__get__(args[0])
    return row.primitive(*args, **row.kwargs)


def cotangents(row, g, y, args):
    """The rule's cotangents of the arguments, a tuple, with broadcasting undone."""
    rule = RULES[row.primitive]
    with np.errstate(all="ignore"):  # also of arguments that are constant in this row
        out = rule.pullback(g, y, *args, **row.kwargs)
    out = out if isinstance(out, tuple) else (out,)
    if rule.elementwise:
        out = tuple(c if c is None else unbroadcast(c, x) for c, x in zip(out, args))
    return out


def random_like(rng, x):
    r = rng.uniform(0.5, 1.5, np.shape(x)) * rng.choice([-1, 1], np.shape(x))
    if np.iscomplexobj(x):
        r = r + 1j * rng.standard_normal(np.shape(x))
    return r[()] if np.ndim(x) == 0 else r


def differentiated(row, args):
    places = range(len(args)) if row.only is None else row.only
    return [i for i in places if holds_float(args[i])]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_against_differences(row):
    rng = np.random.default_rng(3)
    args = list(row.args)
    y = call(row, args)
    g = random_like(rng, y)
    before = copy.deepcopy((g, y, args))
    out = cotangents(row, g, y, args)
    for was, now in zip(before[2], args):
        flat(lambda a, b: np.testing.assert_array_equal(a, b) or 0, was, now)
    np.testing.assert_array_equal(before[0], g)

    for i in differentiated(row, args):
        assert i < len(out) and out[i] is not None, f"no cotangent of argument {i}"
        h = 1e-5 if row.rtol < 1e-3 else 0.05
        v = mapped(lambda a: random_like(rng, a), args[i])
        ends = []
        for sign in (h, -h):
            moved = mapped(lambda a, d: shifted(a, sign * d), args[i], v)
            ends.append(np.asarray(call(row, [*args[:i], moved, *args[i + 1:]])))
        expected = np.nansum(np.real(g * (ends[0] - ends[1]))) / (2 * h)
        if out[i] is ZERO:
            assert abs(expected) < 1e-9
            continue
        cotangent = as_tree(args[i], out[i])
        mapped(check_shape, args[i], cotangent)
        found = flat(lambda a, c, d: float(np.nansum(np.real(np.asarray(c) * d))), args[i], cotangent, v)
        scale = flat(lambda a, c, d: float(np.nansum(np.abs(np.asarray(c) * d))), args[i], cotangent, v)
        wrong = abs(found - expected) > row.rtol * (scale + abs(expected)) + 1e-9
        assert not wrong, f"argument {i}: {found} {expected}"


def shifted(a, step):
    """`a + step`, of the same type and layout."""
    if not isinstance(a, np.ndarray):
        return type(a)(a + step)
    moved = a.copy(order="K")
    moved += step
    return moved


def as_tree(x, c):
    """Cotangents of a nested sequence as one: `c` may be an array that is indexed like it. A list of those of
    an array's rows is joined; Python numbers in it take the array's dtype."""
    if isinstance(x, FOLDS):
        assert len(c) == len(x)
        return type(x)(as_tree(a, c[i]) for i, a in enumerate(x))
    if isinstance(x, np.ndarray) and isinstance(c, list):
        return np.stack([np.asarray(p, x.dtype if type(p) is float else None) for p in c])
    return c


def check_shape(x, c):
    assert np.shape(c) == np.shape(x)
    assert isinstance(c, (np.ndarray, np.generic, float, complex)), type(c)
    return x


SINGLE = [(i, row) for i, row in zip(IDS, ROWS)
          if any(isinstance(a, np.ndarray) and a.dtype == np.float64 for a in row.args)
          or isinstance(row.args[0], FOLDS) and any(isinstance(a, np.ndarray) for a in row.args[0])]


@pytest.mark.parametrize("row", [row for _, row in SINGLE], ids=[i for i, _ in SINGLE])
@pytest.mark.skipif(not NUMPY2, reason="NumPy 1 promotes by value")
@pytest.mark.parametrize("plain", [False, True], ids=["", "float-g"])
def test_single_precision_stays(row, plain):
    """The cotangent of a float32 array is float32, if that of the result is, or if it is a Python number."""
    args = [mapped(single, a) for a in row.args]
    y = call(row, args)
    if getattr(y, "dtype", np.float32) not in (np.float32, np.complex64):
        pytest.skip("the result is of double precision")
    if plain and np.ndim(y):
        pytest.skip("no scalar")
    g = 1.5 if plain or isinstance(y, float) else np.ones_like(y) * np.asarray(1.5, y.dtype)
    for a, c in zip(args, cotangents(row, g, y, args)):
        if c is not None and c is not ZERO:
            flat(lambda x, d: check_single(x, d) or 0, a, as_tree(a, c))


def single(a):
    return a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype == np.float64 else a


def check_single(x, c):
    if isinstance(x, np.ndarray) and x.dtype == np.float32:
        assert np.asarray(c).dtype in (np.float32, np.complex64) or isinstance(c, float) and type(c) is float


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_zero_passes_through(row):
    args = list(row.args)
    for c in cotangents(row, ZERO, call(row, args), args):
        assert c is None or all(p is ZERO for p in (c if isinstance(c, list) else [c]))


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_linear_in_the_cotangent(row):
    rng = np.random.default_rng(5)
    args = list(row.args)
    y = call(row, args)
    g1, g2 = random_like(rng, y), random_like(rng, y)
    outs = [cotangents(row, g, y, args) for g in (g1, g2, 2.0 * g1 - g2)]
    for a, c1, c2, c3 in zip(args, *outs):
        if c1 is not None and holds_float(a) and not any(isinstance(c, Absorbing) for c in (c1, c3)):
            rtol = 2e-3 if row.rtol > 1e-3 else 1e-8
            flat(lambda _, p, q, r: np.testing.assert_allclose(r, 2.0 * p - q, rtol=rtol, atol=1e-9) or 0,
                 a, as_tree(a, c1), as_tree(a, c2), as_tree(a, c3))


TEXTS = {str, repr, ascii, format, json.dumps}


def test_every_rule_has_a_row():
    have = {row.primitive for row in EVERY_ROW} | TEXTS
    have |= {*numpy_writers.table.rules, np.ndarray.flat}  # what writes has a function in tests/corpus/arrays_in_place.py
    have |= {getattr(helpers_computed, name) for name in helpers_computed.__all__}  # what other rows' functions are made of
    own_tests = {"library", "numpy_ufunc_keywords", "numpy_random", "slots", "statistics_", "scipy_stats",
                 "scipy_stats_multivariate", "scipy_boost", "scipy_optimize",
                 "scipy_integrate", "scipy_interpolate", "scipy_grids", "scipy_sparse", "scipy_sparse_linalg"}
    elsewhere = {p for name in own_tests.intersection(NAMES)  # in the corpus; drawn from a seed; around objects
                 for p in importlib.import_module(f"cpsad.rules.{name}").table.rules}
    assert not [rule.name for primitive, rule in RULES.items() if primitive not in have and primitive not in elsewhere]


def test_a_primitive_is_in_one_table():
    seen = [p for table in TABLES for p in table.rules]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_primitives_are_found(table):
    """By themselves, as a look-up compares: `np.add.reduce` and `dict.fromkeys` are new objects each time."""
    for primitive, rule in table.rules.items():
        assert callable(primitive) or type(primitive).__name__ in ("getset_descriptor", "member_descriptor")
        assert hash(primitive) == hash(rule.primitive)
        assert rule.role in ("rule", "gather", "parts", "python", "constant", "mover")
        assert (rule.pullback is not None) == (rule.role in ("rule", "gather", "parts", "python"))
        assert rule.name


@pytest.mark.parametrize("row", WHOLE, ids=WHOLE_IDS)
def test_in_a_program(row):
    """Primitives that no rule alone describes: of several results, or differentiated through Python."""
    whole.check(row)
