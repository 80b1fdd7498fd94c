"""Adjoints: what stands behind the call of what comes next, for each kind of statement and of ending."""

import functools

import numpy as np
import pytest

import cpsad
from cpsad.transforms import adjoint
from tests.transforms.snippets import accepts_the_corpus, becomes, dedent, generated, rejects, transformed, without_comments

becomes = functools.partial(becomes, "adjoint")


def shows(before: str, after: str, **options) -> None:
    """As `becomes`, less the comments that say where a continuation comes from."""
    assert without_comments(transformed("adjoint", before, **options)) == dedent(after)


def test_left_unchanged_where_nothing_is_active():
    becomes("""
        def f(x, n):
            y = n * 2
            z = len(x) + y
            print(f'{z}')
            if z > 1:
                return n
            raise ValueError(z)
    """, """
        def f_adj(heap, k, x, n):
            y = n * 2
            t = len(x)
            z = t + y
            print(f'{z}')
            if z > 1:
                k(n)
            else:
                raise ValueError(z)
            return ZERO, ZERO
    """, signature="Ss")


def test_statements_are_undone_in_reverse_behind_the_call():
    becomes("""
        def f(x, y):
            z = x * y
            w = z * 3
            return w
    """, """
        def f_adj(heap, k, x, y):
            z = x * y
            w = z * 3
            bw = k(w)
            bz = bw * 3
            bx = bz * y
            by = bz * x
            return bx, by
    """)


def test_what_is_used_twice_is_summed():
    becomes("""
        def f(x):
            y = x * x
            return y + x
    """, """
        def f_adj(heap, k, x):
            y = x * x
            t = y + x
            bt = k(t)
            by = bt
            bx = bt
            bx = bx + by * x
            bx = bx + by * x
            return (bx,)
    """)


def test_left_out_where_the_result_is_not_used():
    becomes("""
        def f(x):
            y = math.sin(x)
            z = x * 2
            return z
    """, """
        def f_adj(heap, k, x):
            y = math.sin(x)
            z = x * 2
            bz = k(z)
            bx = bz * 2
            return (bx,)
    """)


def test_a_rule_of_arrays_is_spliced_in_and_broadcasting_is_undone():
    becomes("""
        def f(x, y):
            z = np.sin(x) * y
            return z
    """, """
        def f_adj(heap, k, x, y):
            t = np.sin(x)
            z = t * y
            bz = k(z)
            bt = unbroadcast(bz * y, t)
            by = unbroadcast(bz * t, y)
            bx = bt * np.cos(x)
            return bx, by
    """, signature="NN")


def test_what_a_rule_decides_by_constants_is_decided_when_it_is_spliced_in():
    becomes("""
        def f(x, y):
            return np.sum(x * 2)
    """, """
        def f_adj(heap, k, x, y):
            t = x * 2
            t1 = np.sum(t)
            bt1 = k(t1)
            bt = unreduce(bt1, t, None, False)
            bx = bt * 2
            return bx, ZERO
    """, signature="Nn")


def test_both_ways_of_a_branch_give_the_same_adjoints():
    becomes("""
        def f(x, y):
            if x > 0:
                z = x * 2
            else:
                z = -y
            return z
    """, """
        def f_adj(heap, k, x, y):
            if x > 0:
                z = x * 2
                bz = k(z)
                bx = bz * 2
                by = ZERO
            else:
                z1 = -y
                bz1 = k(z1)
                by = -bz1
                bx = ZERO
            return bx, by
    """)


def test_a_continuation_returns_the_adjoint_of_its_parameter_and_adds_to_those_of_its_frame():
    shows("""
        def f(x):
            if x > 0:
                y = x * 2
            else:
                y = -x
            z = y * x
            return z
    """, """
        def f_adj(heap, k, x):
            bx = ZERO
            def join(y2):
                nonlocal bx
                z = y2 * x
                bz = k(z)
                by2 = bz * x
                bx = bx + bz * y2
                return by2
            if x > 0:
                y = x * 2
                by = join(y)
                bx = bx + by * 2
            else:
                y1 = -x
                by1 = join(y1)
                bx = bx + -by1
            return (bx,)
    """)


def test_a_loop_returns_a_tuple_where_it_changes_several():
    shows("""
        def f(x, y, n):
            while n > 0:
                x = x * y
                y = y + 1
                n = n - 1
            return x
    """, """
        def f_adj(heap, k, x, y, n):
            def loop(x1, y1, n1):
                if not n1 > 0:
                    bx1 = k(x1)
                    by1 = ZERO
                else:
                    x2 = x1 * y1
                    y2 = y1 + 1
                    n2 = n1 - 1
                    bx2, by2 = loop(x2, y2, n2)
                    by1 = by2
                    bx1 = bx2 * y1
                    by1 = by1 + bx2 * x1
                return bx1, by1
            bx, by = loop(x, y, n)
            del loop
            return bx, by, ZERO
    """, signature="SSs")


def test_a_loop_that_changes_nothing_active_returns_nothing():
    shows("""
        def f(x, n):
            while n > 0:
                n = n - 1
            return x * n
    """, """
        def f_adj(heap, k, x, n):
            bx = ZERO
            def loop(n1):
                if not n1 > 0:
                    done(n1)
                else:
                    n3 = n1 - 1
                    loop(n3)
            def done(n2):
                nonlocal bx
                t = x * n2
                bt = k(t)
                bx = bx + bt * n2
            loop(n)
            del loop
            return bx, ZERO
    """, signature="Ss")


def test_a_call_of_unknown_code_takes_the_heap_along_and_gives_an_adjoint_per_argument():
    shows("""
        def f(x, n, g):
            y = g(x, n)
            return y * x
    """, """
        def f_adj(heap, k, x, n, g):
            bx = ZERO
            def after(y):
                nonlocal bx
                operands(y, x)
                t = y * x
                bt = k(t)
                by = bt * x
                bx = bx + unbroadcast(bt * y, x)
                return by
            g1, _ = form(g, 'Ss')(heap, after, x, n)
            bx = bx + g1
            return bx, ZERO, ZERO
    """, signature="Sso")


def test_what_is_stored_goes_on_the_heap_and_a_read_gives_its_adjoint_there():
    becomes("""
        def f(x, y):
            a = [x, y]
            a.append(x)
            b = a[0]
            return b
    """, """
        def f_adj(heap, k, x, y):
            heap.put(x)
            heap.put(y)
            a = [x, y]
            heap.put(x)
            a.append(x)
            b = a[0]
            bb = k(b)
            heap.add(b, bb)
            bx = heap.take(x)
            by = heap.take(y)
            bx = bx + heap.take(x)
            return bx, by
    """)


def test_items_of_an_array():
    becomes("""
        def f(x, i):
            y = x[i + 1]
            return y
    """, """
        def f_adj(heap, k, x, i):
            y = x[i + 1]
            by = k(y)
            bx = scatter(x, i + 1, by)
            return bx, ZERO
    """, signature="Ns")


def test_several_items_of_an_array_are_added_in_place():
    shows("""
        def f(x, i):
            return x[i] * x[1:i]
    """, """
        def f_adj(heap, k, x, i):
            bx = ZERO
            t = x[i]
            t1 = x[1:i]
            t2 = t * t1
            bt2 = k(t2)
            bt = unbroadcast(bt2 * t1, t)
            bt1 = unbroadcast(bt2 * t, t1)
            bx = add_at(bx, x, slice(1, i), bt1)
            bx = add_at(bx, x, i, bt)
            return bx, ZERO
    """, signature="Ns")


def test_attributes():
    becomes("""
        def f(x, y):
            y.w = x
            return y.v
    """, """
        def f_adj(heap, k, x, y):
            heap.put(x)
            heap.set_attribute(y, 'w', x)
            t = heap.attribute(y, 'v')
            bt = k(t)
            heap.add(t, bt)
            bx = heap.take(x)
            return bx, ZERO
    """, signature="So")


def test_a_nested_function_adds_to_what_it_closes_over():
    shows("""
        def f(x):
            y = x * 2
            def g(z):
                return z * y
            return g(x)
    """, """
        def f_adj(heap, k, x):
            by = ZERO
            y = x * 2
            def g(z):
                t = z * y
                return t
            def g_cps(heap1, k1, z):
                nonlocal by
                operands(z, y)
                t = z * y
                bt = k1(t)
                bz = bt * y
                by = by + unbroadcast(bt * z, y)
                return (bz,)
            attach(g, g_cps)
            def after(t1):
                bt1 = k(t1)
                return bt1
            (bx,) = form(g, 'S')(heap, after, x)
            bx = bx + by * 2
            return (bx,)
    """)


def test_a_starred_argument_and_unpacking_put_rows_on_the_heap():
    shows("""
        def f(x, g):
            a, *b = x
            return g(*x)
    """, """
        def f_adj(heap, k, x, g):
            rows = heap.rows(x)
            a, *b = rows
            def after(t):
                bt = k(t)
                return bt
            rows1 = heap.rows(x)
            form(g, '*O')(heap, after, *rows1)
            bx = heap.unrows(x, rows1)
            bx = bx + heap.unrows(x, rows)
            return bx, ZERO
    """, signature="Oo")


def test_an_active_value_that_no_rule_takes_is_refused_where_it_runs():
    text = transformed("adjoint", "def f(x, y):\n    return np.sort(x, kind=y)", signature="NS")
    assert "heap.refuse('numpy.sort', 'its rule does not differentiate kind', y)" in text


def test_what_may_be_an_array_is_refused_when_it_is_one_of_floats():
    def f(x, places):
        return np.sum(np.take(x, places * 1) ** 2)

    x = np.array([1.0, 2.0, 3.0])
    assert np.array_equal(cpsad.grad(f)(x, np.array([0, 0])), [4.0, 0.0, 0.0])


# The check


def test_check_accepts_the_corpus():
    accepts_the_corpus("adjoint")


ACCEPTED = """
def f_adj(heap, k, x, y):
    by = ZERO
    t = x * y
    def after(z):
        nonlocal by
        bz, bw = join(z, y)
        by = by + bw
        return bz
    def join(z1, w):
        v = z1 * w
        bv = k(v)
        bz1 = bv * w
        bw1 = bv * z1
        return bz1, bw1
    if x > 0:
        (bt,) = form(np.sin, 'S')(heap, after, t)
    else:
        bt = after(t)
        by = ZERO
    bx = bt * y
    return bx, by
"""


def test_check_accepts_what_is_right():
    adjoint.check(*generated(ACCEPTED))


REJECTED = {  # what is replaced in the text above: by what, and what the check says
    "a name that nobody binds": ("bx = bt * y", "bx = bt * q", "q is read in f_adj and bound nowhere"),
    "an adjoint that nobody sets": ("        bz1 = bv * w\n", "", "bz1 is read in join and bound nowhere"),
    "an adjoint that one arm does not set": ("        bt = after(t)\n", "        after(t)\n",
                                             "bt may be read in f_adj before it is assigned"),
    "an adjoint read too early": ("    t = x * y", "    t = x * bx", "bx may be read in f_adj before"),
    "an outer adjoint without nonlocal": ("        nonlocal by\n", "", "by may be read in after before"),
    "a nonlocal of nobody": ("nonlocal by", "nonlocal bq", "nonlocal bq in after is bound in no function around it"),
    "a nonlocal behind the head": ("        nonlocal by\n        bz, bw = join(z, y)\n",
                                   "        bz, bw = join(z, y)\n        nonlocal by\n", "nonlocal after the head"),
    "too few adjoints of the parameters": ("return bx, by", "return (bx,)", "f_adj does not return one adjoint per"),
    "a bare adjoint of the parameters": ("return bx, by", "return bx", "f_adj does not return one adjoint per"),
    "no adjoints of the parameters": ("    return bx, by", "", "f_adj may end without returning adjoints"),
    "a function without a heap": (ACCEPTED, "def f_adj(k, x):\n    return (x,)", "f_adj takes no heap"),
    "too few adjoints of a continuation": ("return bz1, bw1", "return bz1", "join returns one; 2 of its parameters"),
    "too many adjoints of a continuation": ("return bz\n", "return bz, bw\n", "after returns 2; 1 of its parameters"),
    "no adjoint of a continuation": ("        return bz\n", "", "after returns nothing; 1 of its parameters"),
    "an unpacking of too many": ("bz, bw = join", "bz, bw, bq = join", "join returns 2, 3 expected"),
    "a tuple taken for an adjoint": ("bz, bw = join(z, y)", "bw = bz = join(z, y)", "join returns 2, one expected"),
    "a bare adjoint unpacked": ("bt = after(t)", "(bt,) = after(t)", "after returns one, 1 expected"),
    "a tuple used in an expression": ("bt = after(t)", "bt = join(t, y) * 2", "what join returns is used as one"),
    "a missing argument": ("join(z, y)", "join(z)", "join takes 2 arguments"),
    "a form unpacked wrongly": ("(bt,) = form", "bt, bq = form", "form(...) returns 1, 2 expected"),
    "a form not unpacked": ("(bt,) = form", "bt = form", "form(...) returns 1, one expected"),
    "a form without continuation": ("(heap, after, t)", "(heap, t, t)", "form gets no continuation"),
    "a form with one that takes two": ("(heap, after, t)", "(heap, join, t)", "join is called with one value"),
    "a signature that does not fit": ("'S'", "'SS'", "'SS' does not fit the positional arguments"),
}


@pytest.mark.parametrize(("old", "new", "words"), REJECTED.values(), ids=REJECTED)
def test_check_rejects(old, new, words):
    assert old in ACCEPTED
    rejects(adjoint.check, generated(ACCEPTED.replace(old, new)), words)


def test_without_a_context_free_names_are_taken_for_globals():
    tree, _ = generated(ACCEPTED.replace("bx = bt * y", "bx = bt * rate"))
    adjoint.check(tree)
