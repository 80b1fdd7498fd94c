"""Optimisation: generated code as the adjoint pass leaves it, and what is left of it.

The texts before are written by hand in the form that the pass takes; statements on one line come from one line of
the user's, as far as the pass can see.
"""

import pytest

from cpsad.rules.helpers_reductions import unreduce
from cpsad.transforms import adjoint, optimize
from cpsad.transforms.printer import to_text
from tests.transforms.snippets import (
    accepts_the_corpus,
    becomes,
    corpus,
    dedent,
    generated,
    rejects,
    transformed,
    without_comments,
)


def optimizes(before: str, after: str) -> None:
    tree, ctx = generated(before)
    adjoint.check(tree, ctx)
    made = optimize.optimize(tree, ctx)
    optimize.check(made, ctx)
    assert without_comments(to_text(made)) == dedent(after)


def stays(text: str) -> None:
    optimizes(text, text)


def test_left_unchanged():
    stays("""
        def f_adj(heap, k, x, y):
            by = ZERO
            def loop(z):
                nonlocal by
                if z > 9:
                    bz = k(z)
                else:
                    bz1 = loop(z * y)
                    bz = bz1 * y
                    by = by + bz1 * z
                return bz
            bx = loop(x)
            return bx, by
    """)


def test_left_unchanged_what_the_way_back_needs_again():
    stays("""
        def f_adj(heap, k, x):
            y = math.sin(x)
            z = math.exp(y)
            w = y * z
            bw = k(w)
            bz = bw * y
            by = bw * z
            by = by + bz * z
            bx = by * math.cos(x)
            return (bx,)
    """)


def test_left_unchanged_what_may_raise_in_the_users_program():
    stays("""
        def f_adj(heap, k, x, g):
            y = x / g
            z = g.item
            w = g[x]
            bx = k(x)
            return bx, ZERO
    """)


def test_a_cotangent_is_not_repeated_only_to_be_multiplied():
    tree, ctx = generated("""
        def f_adj(heap, k, x, y):
            z = np.sum(x)
            bz = k(z)
            bx = unreduce(bz, x, None, False) * x
            by = unreduce(bz, y, 0, False) * y
            return bx, by
    """)
    ctx.spliced["unreduce"] = unreduce
    made = optimize.optimize(tree, ctx)
    optimize.check(made, ctx)
    assert without_comments(to_text(made)) == dedent("""
        def f_adj(heap, k, x, y):
            z = np.sum(x)
            bz = k(z)
            bx = bz * x
            by = unreduce(bz, y, 0, False) * y
            return bx, by
    """)


def test_negations():
    optimizes("""
        def f_adj(heap, k, x, y):
            if not x > 0:
                bz = k(y)
                by = --bz
                bx = ZERO
            else:
                if not x is y:
                    bx = k(x)
                else:
                    bx = k(-x)
                by = ZERO
            return bx, by
    """, """
        def f_adj(heap, k, x, y):
            if x > 0:
                if x is not y:
                    bx = k(x)
                else:
                    bx = k(-x)
                by = ZERO
            else:
                bz = k(y)
                by = bz
                bx = ZERO
            return bx, by
    """)


def test_another_name_for_an_adjoint_goes():
    optimizes("""
        def f_adj(heap, k, x, s):
            y = x + s
            by = k(y)
            bt = by
            bx = bt
            bs = bt * 2
            return bx, bs
    """, """
        def f_adj(heap, k, x, s):
            y = x + s
            by = k(y)
            bs = by * 2
            return by, bs
    """)


def test_left_unchanged_another_name_for_what_changes_meanwhile():
    stays("""
        def f_adj(heap, k, x, s):
            y = x + s
            by = k(y)
            bt = by
            by = by + bt * s
            bx = by * bt
            return bx, bt
    """)


def test_what_only_computes_and_is_not_read_goes():
    optimizes("""
        def f_adj(heap, k, x):
            bx = bq = ZERO
            y = x * 2
            n = None
            by = k(y)
            bz = unbroadcast(by, x)
            bx = bx + by * 2
            return (bx,)
    """, """
        def f_adj(heap, k, x):
            bx = ZERO
            y = x * 2
            by = k(y)
            bx = bx + by * 2
            return (bx,)
    """)


def test_a_temporary_that_the_next_statement_reads_stands_in_it_again():
    optimizes("""
        def f_adj(heap, k, xs, s):
            t = range(s); it = iter(t)
            rows = heap.rows(xs)
            u = math.sin(s); v = u * 2; w = math.exp(v)
            bw = k(w)
            bv = bw * w; bs = bv * 2
            return ZERO, bs
    """, """
        def f_adj(heap, k, xs, s):
            it = iter(range(s))
            rows = heap.rows(xs)
            w = math.exp(math.sin(s) * 2)
            bw = k(w)
            bs = bw * w * 2
            return ZERO, bs
    """)


def test_a_temporary_stays_where_something_else_would_run_before_it():
    optimizes("""
        def f_adj(heap, k, x, s):
            t = s.pop(); u = len(s); v = u * t
            bv = k(v)
            return ZERO, ZERO
    """, """
        def f_adj(heap, k, x, s):
            t = s.pop()
            v = len(s) * t
            bv = k(v)
            return ZERO, ZERO
    """)


def test_a_temporary_of_another_line_stays_on_its_line():
    stays("""
        def f_adj(heap, k, x):
            t = math.sin(x)
            y = t * 2
            by = k(y)
            bx = by * 2 * math.cos(x)
            return (bx,)
    """)


def test_a_continuation_that_only_hands_on_is_the_other_one():
    optimizes("""
        def f_adj(heap, k, x, g):
            def after(y):
                by = join(y)
                return by
            def join(z):
                bz = join1(z)
                return bz
            def join1(w):
                bw = k(w * 2)
                return bw * 2
            if x > 0:
                (bx,) = form(g, 'S')(heap, after, x)
            else:
                bx = join(x)
            return bx, ZERO
    """, """
        def f_adj(heap, k, x, g):
            def join1(w):
                bw = k(w * 2)
                return bw * 2
            if x > 0:
                (bx,) = form(g, 'S')(heap, join1, x)
            else:
                bx = join1(x)
            return bx, ZERO
    """)


def test_left_unchanged_a_continuation_that_hands_on_something_else():
    stays("""
        def f_adj(heap, k, x, y):
            def join(a, b):
                bb, ba = join1(b, a)
                return ba, bb
            def join1(c, d):
                bc = k(c - d)
                return bc, -bc
            bx, by = join(x, y)
            return bx, by
    """)


def test_comments_say_where_each_run_of_statements_comes_from():
    becomes("optimized", """
        def f(x, y):
            z = x * y
            if z > 1:
                z = z * 2
            return z
    """, """
        def f_adj(heap, k, x, y):
            z = x * y  # line 2
            if z > 1:  # line 3
                z1 = z * 2  # line 4
                bz1 = k(z1)  # line 5
                bz = bz1 * 2  # line 4, backward
            else:
                bz = k(z)  # line 5
            bx = bz * y  # line 2, backward
            by = bz * x
            return bx, by
    """)


def test_a_small_function_as_a_person_would_write_it():
    made = transformed("optimized", """
        def f(x, n):
            y = 2 * np.sin(x) + 1
            return y * y
    """, signature="Nn")
    assert without_comments(made) == dedent("""
        def f_adj(heap, k, x, n):
            y = 2 * np.sin(x) + 1
            bt2 = k(y * y)
            by = (bt2 + bt2) * y
            bx = by * 2 * np.cos(x)
            return bx, ZERO
    """)


def test_the_example_in_the_head():
    before, after = (next(line for line in optimize.__doc__.splitlines() if line.startswith(word)).partition(":")[2]
                     for word in ("Before", "After"))
    made = []
    for text in (before, after):
        parts = [part.strip() for part in text.replace("by = k(y)", "by = k(it)").split("...; ")]
        lines = [parts[0].strip("; "), *parts[1].split("; ")]
        made.append("def f_adj(heap, k, n, s):\n" + "".join(f"    {line}\n" for line in [*lines, "return ZERO, bx"]))
    optimizes(*made)


# The check


def test_check_accepts_the_corpus():
    accepts_the_corpus("optimized")


def test_optimizing_again_is_allowed():
    for name in ("for_loop", "while_loop", "data_dependent_count"):
        trees, ctx = corpus()[name]
        optimize.check(optimize.optimize(trees["optimized"], ctx), ctx)


ACCEPTED = """
def f_adj(heap, k, x, y):
    by = ZERO
    def join(z, w):
        nonlocal by
        bz, bw = loop(w, z)
        by = by + bz if z is None else bz
        return bz, bw
    def loop(v, u):
        bv = k(v * u)
        return bv, bv * v
    bx, bt = join(x, y)
    by = by + bt
    return bx, by
"""


def test_check_accepts_what_is_right():
    optimize.check(*generated(ACCEPTED))


REJECTED = {  # what is replaced in the text above: by what, and what the check says
    "a choice between constants": ("if z is None", "if 1 is None", "a choice between constants"),
    "a declaration of nothing": ("by = ZERO", "by = bq = ZERO", "bq: declared and never used"),
    "a continuation that hands on": ("        nonlocal by\n        bz, bw = loop(w, z)\n"
                                     "        by = by + bz if z is None else bz\n",
                                     "        bz, bw = loop(z, w)\n", "join only hands its arguments on"),
    "a name that was lost": ("bv = k(v * u)", "k(v * u)", "bv is read in loop and bound nowhere"),
    "a name that moved too far down": ("by = by + bt", "by = by + bx1\n    bx1 = bt", "bx1 may be read in f_adj before"),
    "a continuation that was lost": ("loop(w, z)", "done(w, z)", "done is read in join and bound nowhere"),
    "an adjoint that was lost": ("return bv, bv * v", "return bv", "loop returns one; 2 of its parameters are active"),
    "an adjoint too many": ("return bx, by", "return bx, by, bt", "f_adj does not return one adjoint per parameter"),
    "a wrong unpacking": ("bx, bt = join", "bx, bt, bq = join", "join returns 2, 3 expected"),
}


@pytest.mark.parametrize(("old", "new", "words"), REJECTED.values(), ids=REJECTED)
def test_check_rejects(old, new, words):
    assert old in ACCEPTED
    rejects(optimize.check, generated(ACCEPTED.replace(old, new, 1)), words)
