"""Every forward rule by itself, on the rows of `rows.py`: it is the transpose of the reverse rule.

With `g` a cotangent and `v` a direction, both random: the sum of `g` times the tangent along `v` is the sum of the reverse
rule's cotangents times `v`, and that is tested against differences (`test_rules.py`). Where a row has no rule of its own
but is differentiated through Python, `whole.py` gives the program whose gradient is compared.
"""

import importlib
import json

import numpy as np
import pytest

from cpsad.cotangents import ZERO, Absorbing
from cpsad.rules import forward
from cpsad.tangent_rules import tangent_of
from cpsad.tangents import Tangents

from . import test_rules as reverse
from .test_rules import FOLDS, IDS, ROWS, RULES, as_tree, call, cotangents, differentiated, flat, is_float, mapped, random_like

WITHOUT = {np.ndarray.flat, json.dumps}  # a flat iterator has no tangent, a text neither
HAVE = [(i, row) for i, row in zip(IDS, ROWS, strict=True) if RULES[row.primitive].primitive not in WITHOUT]


def tangent(row, args, y, place, v):
    """The tangent of `y` along `v`, by the rule as it is called."""
    rule, table = RULES[row.primitive], Tangents()
    tangents = [ZERO] * len(args)
    tangents[place] = v
    positional = {}
    if type(row.primitive).__name__ in ("getset_descriptor", "member_descriptor"):
        return tangent_of(table, rule, y, args, {}, tangents)
    keywords = {k: a for k, a in row.kwargs.items()}
    return tangent_of(table, rule, y, list(args), keywords, tangents, positional)


def zeros_for_integers(v):
    """Sequences of tangents, in which what is no float does not move."""
    return type(v)([zeros_for_integers(a) if isinstance(a, FOLDS) else a if is_float(a) else 0.0 for a in v])


@pytest.mark.parametrize("row", [row for _, row in HAVE], ids=[i for i, _ in HAVE])
def test_transpose_of_the_reverse_rule(row):
    rng = np.random.default_rng(3)
    args = list(row.args)
    y = call(row, args)
    g = random_like(rng, y)
    out = cotangents(row, g, y, args)
    for i in differentiated(row, args):
        v = mapped(lambda a: random_like(rng, a), args[i])
        still = zeros_for_integers(v) if isinstance(v, FOLDS) else v
        with np.errstate(all="ignore"):
            found = tangent(row, args, y, i, still)
        if found is ZERO:
            found = 0.0 * np.asarray(y)
        assert not isinstance(found, Absorbing), found.error
        assert np.shape(found) == np.shape(y), f"argument {i}: {np.shape(found)}, not {np.shape(y)}"
        ours = float(np.nansum(np.real(g * found)))
        expected = scale = 0.0
        if out[i] is not ZERO:
            c = as_tree(args[i], out[i])
            expected = flat(lambda a, c, d: float(np.nansum(np.real(np.asarray(c) * d))), args[i], c, v)
            scale = flat(lambda a, c, d: float(np.nansum(np.abs(np.asarray(c) * d))), args[i], c, v)
        assert abs(ours - expected) <= max(row.rtol, 1e-6) * (scale + abs(expected)) + 1e-9, f"argument {i}: {ours}, not {expected}"


def test_every_rule_has_a_forward_rule():
    missing = []
    for name in reverse.NAMES:
        table = importlib.import_module(f"cpsad.rules.{name}").table
        missing += [r.name for p, r in table.rules.items() if r.role in ("rule", "gather", "parts") and p not in WITHOUT
                    and forward.of(r) is None]
    assert not missing
