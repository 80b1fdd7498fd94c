"""Forward rules of what gradient programs call: the helpers of reverse rules, and the arithmetic of cotangents.

A gradient program is put into tangent form for second derivatives (`tangent_inner.py`). What it calls is linear in the
cotangent, and mostly a product with something else, so its tangent is written down here instead of being made from the
helper's source. `LINEAR`: functions that are linear in the argument at a position, and otherwise depend on shapes, dtypes and
on which elements were chosen; the tangent is the function itself with the tangent there. `ALONG`: the tangent as a function
of the result, of the arguments, and of a tangent (or `ZERO`) for each. No tangent is written into, but sums of products.
(Pearlmutter, *Fast exact multiplication by the Hessian*, 1994: the operator R{.} applied to backpropagation.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cotangents import ZERO, Absorbing, Placed, Poison, accumulate, add_at, dense, placed, rebroadcast, scatter, unbroadcast
from ..products import Products, accumulate_product, total
from .helpers import cast, divided, divisor, masked, reshape_like
from .helpers_products import dot_left, dot_right, matmul_left, matmul_right
from .helpers_reductions import cumsum_back, diff_back, kept, median_back, share, unreduce
from .registry import Rule

__all__ = ["ALONG", "LINEAR", "along", "rule_of"]

LINEAR: dict[Any, int] = {
    unbroadcast: 0, rebroadcast: 0, scatter: 2, dense: 0, total: 0, cast: 0, reshape_like: 0, unreduce: 0, kept: 0, share: 0,
    median_back: 0, cumsum_back: 0, diff_back: 0,
}
AS_THEY_ARE = {unbroadcast, rebroadcast, dense, cast, reshape_like, kept}  # they may give back their first argument itself
ALONG: dict[Any, Any] = {}


def along(function: Any) -> Any:
    def enter(made: Any) -> Any:
        ALONG[function] = made
        return made

    return enter


def rule_of(function: Any) -> Rule | None:
    """The rule that forward mode has for a function of the support, instead of any other."""
    try:
        return _RULES.get(function)
    except TypeError:  # not hashable
        return None


@along(masked)
def masked_along(y: Any, g: Any, r: Any, dg: Any, dr: Any) -> Any:
    """Nothing where the cotangent is 0 and stays 0, even where the slope, or its slope, is infinite or not a number."""
    if isinstance(dr, Absorbing):
        return dr
    if type(dr) is Placed:
        if not np.ndim(dr.g) and dr.g == dr.g:
            return dr
        dr = dr.dense()
    found = np.add.reduce(dr, axis=None) if type(dr) is np.ndarray else dr
    if not np.ndim(found) and found == found:
        return dr
    quiet = np.equal(dense(g), 0) if isinstance(dg, Absorbing) else np.equal(dense(g), 0) & np.equal(dense(dg), 0)
    return np.where(quiet, 0, dr)[()]


@along(divided)
def divided_along(y: Any, g: Any, d: Any, dg: Any, dd: Any) -> Any:
    made = dg if dg is ZERO else divided(dg, d)
    return made if dd is ZERO else made + masked(g if type(y) is Placed else dense(g), -y * dd / d)


@along(divisor)
def divisor_along(result: Any, g: Any, y: Any, d: Any, dg: Any, dy: Any, dd: Any) -> Any:
    made = dg if dg is ZERO else divisor(dg, y, d)
    if dy is not ZERO:
        made = made + divisor(g, dy, d)
    return made if dd is ZERO else made + masked(g if type(result) is Placed else dense(g), -result * dd / d)


@along(matmul_left)
def matmul_left_along(y: Any, g: Any, a: Any, b: Any, dg: Any, da: Any, db: Any) -> Any:
    made = dg if dg is ZERO else matmul_left(dg, a, b)
    return made if db is ZERO else made + matmul_left(g, a, db)


@along(matmul_right)
def matmul_right_along(y: Any, g: Any, a: Any, b: Any, dg: Any, da: Any, db: Any) -> Any:
    made = dg if dg is ZERO else matmul_right(dg, a, b)
    return made if da is ZERO else made + matmul_right(g, da, b)


@along(dot_left)
def dot_left_along(y: Any, g: Any, a: Any, b: Any, dg: Any, da: Any, db: Any) -> Any:
    made = dg if dg is ZERO else dot_left(dg, a, b)
    return made if db is ZERO else made + dot_left(g, a, db)


@along(dot_right)
def dot_right_along(y: Any, g: Any, a: Any, b: Any, dg: Any, da: Any, db: Any) -> Any:
    made = dg if dg is ZERO else dot_right(dg, a, b)
    return made if da is ZERO else made + dot_right(g, da, b)


@along(accumulate_product)
def accumulate_product_along(y: Any, sum_: Any, helper: Any, g: Any, a: Any, b: Any, dsum: Any, dhelper: Any, dg: Any, da: Any,
                             db: Any) -> Any:
    """Two products are added, kept as factors as those of the sum itself are."""
    if dg is not ZERO:
        dsum = _added(dsum, helper, dg, a, b)
    if helper is matmul_left or helper is dot_left:
        return dsum if db is ZERO else _added(dsum, helper, g, a, db)
    return dsum if da is ZERO else _added(dsum, helper, g, da, b)


def _added(total_: Any, helper: Any, g: Any, a: Any, b: Any) -> Any:
    """A sum of products is ours to write to; an array may be the tangent of something else too."""
    return accumulate_product(total_.copy() if type(total_) is np.ndarray else total_, helper, g, a, b)


@along(accumulate)
def accumulate_along(y: Any, total_: Any, g: Any, dtotal: Any, dg: Any) -> Any:
    if type(dtotal) is Products:
        dtotal = dtotal.multiply()
    return dtotal + dg


@along(add_at)
def add_at_along(y: Any, total_: Any, x: Any, index: Any, g: Any, dtotal: Any, dx: Any, dindex: Any, dg: Any) -> Any:
    if dg is ZERO:
        return dtotal
    return add_at(dtotal.copy() if type(dtotal) is np.ndarray else dtotal, x, index, dg)


@along(placed)
def placed_along(y: Any, x: Any, index: Any, g: Any, dx: Any, dindex: Any, dg: Any) -> Any:
    return placed(x, index, dg)


# -- sums that nobody else holds: they are added to where they lie ---------------------------------------------------
# The sum itself may not be there, if only its tangent is asked for: what it does not know is then not known of the tangent.

def accumulate_own(y: Any, total_: Any, g: Any, dtotal: Any, dg: Any) -> Any:
    if isinstance(g, Poison):
        return g
    if type(dg) is Products:
        dg = dg.multiply()
    if type(dtotal) is Products:
        return dtotal + dg
    return accumulate(dtotal, dg)


def add_at_own(y: Any, total_: Any, x: Any, index: Any, g: Any, dtotal: Any, dx: Any, dindex: Any, dg: Any) -> Any:
    if isinstance(g, Poison):
        return g
    return dtotal if dg is ZERO else add_at(total(dtotal), x, index, dg)


def accumulate_product_own(y: Any, sum_: Any, helper: Any, g: Any, a: Any, b: Any, dsum: Any, dhelper: Any, dg: Any, da: Any,
                           db: Any) -> Any:
    if isinstance(g, Poison):
        return g
    if dg is not ZERO:
        dsum = accumulate_product(dsum, helper, dg, a, b)
    if helper is matmul_left or helper is dot_left:
        return dsum if db is ZERO else accumulate_product(dsum, helper, g, a, db)
    return dsum if da is ZERO else accumulate_product(dsum, helper, g, da, b)


ADDS_ON = {accumulate: accumulate_own, add_at: add_at_own, accumulate_product: accumulate_product_own}

# With which arguments the result may share memory; of the others, with any.
SHARES: dict[Any, tuple[int, ...]] = {
    unbroadcast: (0,), rebroadcast: (0,), dense: (0,), total: (0,), cast: (0,), reshape_like: (0,), kept: (0,), accumulate: (0,),
    add_at: (0,), accumulate_product: (0,), masked: (0, 1), placed: (2,),
}
MAKES = {scatter, unreduce, share, divided, divisor, matmul_left, matmul_right, dot_left, dot_right}  # with none
_RULES = {f: Rule(f, "rule", result="n", view=f not in MAKES, shares=SHARES.get(f)) for f in (*LINEAR, *ALONG)}
