"""Cotangents of one place, common subexpressions and fills: before and after."""

import numpy as np

from cpsad.cotangents import Placed
from cpsad.rules.helpers import masked
from cpsad.transforms import adjoint, optimize
from cpsad.transforms.printer import to_text
from tests.transforms.snippets import dedent, generated, transformed, without_comments


def optimizes(before: str, after: str) -> None:
    tree, ctx = generated(before)
    ctx.spliced.update(masked=masked)
    adjoint.check(tree, ctx)
    made = optimize.optimize(tree, ctx)
    optimize.check(made, ctx)
    assert without_comments(to_text(made)) == dedent(after)


def test_what_is_computed_with_stays_one_place():
    optimizes("""
        def f_adj(heap, k, p, s, i):
            q = p[i]
            bq = k(q)
            bp = scatter(p, i, bq)
            bt = bp / s
            bs = unbroadcast(masked(bp, -bp * p / s), s)
            bs = bs + 1.0
            bu = bt * p
            return bu, bs, ZERO
    """, """
        def f_adj(heap, k, p, s, i):
            q = p[i]
            bq = k(q)
            bp = placed(p, i, bq)
            bt = bp / s
            bs = dense(unbroadcast(masked(bp, -bp * p / s), s))
            bs = bs + 1.0
            bu = dense(bt * p)
            return bu, bs, ZERO
    """)


def test_left_dense_what_nothing_is_computed_with():
    before = """
        def f_adj(heap, k, p, i):
            q = p[i]
            bq = k(q)
            bp = scatter(p, i, bq)
            heap.add(p, bp)
            return bp, ZERO
    """
    optimizes(before, before)


def test_computed_twice():
    optimizes("""
        def f_adj(heap, k, y):
            s = np.exp(y)
            t = np.exp(y)
            u = np.sum(t)
            p = s / u
            bp = k(p)
            by = bp * t; by = by + u * s
            return (by,)
    """, """
        def f_adj(heap, k, y):
            s = np.exp(y)
            u = np.sum(s)
            p = s / u
            bp = k(p)
            by = (bp + u) * s
            return (by,)
    """)


def test_computed_twice_where_the_results_can_be_told_apart():
    before = """
        def f_adj(heap, k, y):
            s = np.exp(y)
            t = np.exp(y)
            heap.put(t)
            by = k(s)
            return (by,)
    """
    optimizes(before, before)


def test_computed_twice_where_something_may_have_changed():
    before = """
        def f_adj(heap, k, y):
            s = np.exp(y)
            old = heap.store_item(y, 0, 1.0, False)
            t = np.exp(y)
            by = k(s + t)
            return (by,)
    """
    optimizes(before, before)


def test_fills_are_left_as_they_are():
    made = transformed("adjoint", """
        def f(x, i):
            a = np.zeros(3)
            a[i] = 1.0
            y = np.sum(a * x)
            a[i] = 2.0
            return y * np.sum(a)
    """, signature="Ss")
    assert "    a[i] = 1.0" in made
    assert "a[i] = 2.0" not in made and "heap.store_item(a, i, 2.0, False)" in made


def test_placed_is_what_the_dense_array_is():
    p = np.arange(1.0, 7.0).reshape(2, 3)
    for index in [(1, 2), 0, (slice(None), 1), ([0, 0, 1], [1, 1, 2])]:
        g = np.ones_like(p[index]) * 3.0
        one = Placed(p, index, g)
        full = one.dense()
        np.testing.assert_array_equal((one * p).dense(), full * p)
        np.testing.assert_array_equal((p * one).dense(), full * p)
        np.testing.assert_array_equal((-one / p).dense(), -full / p)
        np.testing.assert_array_equal((2.0 * one / np.float64(4.0)).dense(), full / 2)
        np.testing.assert_array_equal(one * p[0], full * p[0])
        np.testing.assert_array_equal(p[:, :1] * one, full * p[:, :1])
        np.testing.assert_array_equal(p - one, p - full)
        np.testing.assert_array_equal(one + one, full + full)
        np.testing.assert_array_equal(1.0 + one, full + 1.0)
        assert np.sum(np.asarray(one)) == np.sum(full)
