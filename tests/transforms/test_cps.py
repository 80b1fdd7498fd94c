"""Continuation-passing style: what becomes a continuation, where it lives, and what it is passed."""

import functools

import pytest

from cpsad.transforms import cps
from tests.transforms.snippets import accepts_the_corpus, becomes, dedent, generated, rejects, transformed

becomes = functools.partial(becomes, "cps")


def test_straight_code_gets_a_continuation_and_names_assigned_once():
    becomes("""
        def f(x, y):
            x = x * 2
            x = x * y
            return x
    """, """
        def f_cps(k, x, y):
            x1 = x * 2
            x2 = x1 * y
            return k(x2)
    """)


def test_a_copy_is_another_name_for_the_same_value():
    becomes("""
        def f(x, y):
            x, y = y, x
            z = x
            return z - y
    """, """
        def f_cps(k, x, y):
            t = y - x
            return k(t)
    """)


def test_branches_that_nothing_joins_stay_in_place():
    becomes("""
        def f(x):
            if x > 0:
                return x * 2
            elif x == 0:
                raise ValueError(x)
            y = x - 1
            return y
    """, """
        def f_cps(k, x):
            if x > 0:
                t = x * 2
                return k(t)
            elif x == 0:
                raise ValueError(x)
            else:
                y = x - 1
                return k(y)
    """)


def test_a_return_is_copied_to_each_way_into_it():
    becomes("""
        def f(x):
            if x > 0:
                y = x * 2
            else:
                y = -x
            return y
    """, """
        def f_cps(k, x):
            if x > 0:
                y = x * 2
                return k(y)
            else:
                y1 = -x
                return k(y1)
    """)


def test_a_join_takes_what_differs_between_the_ways_into_it():
    becomes("""
        def f(x):
            if x > 0:
                y = x * 2
            else:
                y = -x
            z = y * x
            return z
    """, """
        def f_cps(k, x):
            def join(y2):  # line 6
                z = y2 * x
                return k(z)
            if x > 0:
                y = x * 2
                return join(y)
            else:
                y1 = -x
                return join(y1)
    """)


def test_a_loop_calls_itself_with_what_it_changes():
    becomes("""
        def f(x, n):
            for i in range(n):
                x = x * i
            return x
    """, """
        def f_cps(k, x, n):
            t = range(n)
            it = iter(t)
            def loop(x1):  # line 2
                i = next(it, END)
                if i is END:
                    return k(x1)
                else:
                    x2 = x1 * i
                    return loop(x2)
            return loop(x)
    """)


def test_what_follows_a_loop_with_several_ways_out():
    becomes("""
        def f(x, n):
            while x < n:
                x = x * 2
                if x == 5:
                    break
            y = x + n
            return y
    """, """
        def f_cps(k, x, n):
            def loop(x1):  # line 2
                if not x1 < n:
                    return done(x1)
                else:
                    x2 = x1 * 2
                    if x2 == 5:
                        return done(x2)
                    else:
                        return loop(x2)
            def done(x3):  # line 6
                y = x3 + n
                return k(y)
            return loop(x)
    """)


def test_each_loop_is_a_frame_and_its_continuations_live_in_it():
    becomes("""
        def f(x, n):
            y = x * x
            for i in range(n):
                if i > 1:
                    y = y * i
                x = x + y
            return x * y
    """, """
        def f_cps(k, x, n):
            y = x * x
            t = range(n)
            it = iter(t)
            def loop(x1, y1):  # line 3
                i = next(it, END)
                def join(y4):  # line 6
                    x3 = x1 + y4
                    return loop(x3, y4)
                if i is END:
                    return done(x1, y1)
                elif i > 1:
                    y3 = y1 * i
                    return join(y3)
                else:
                    return join(y1)
            def done(x2, y2):  # line 7
                t1 = x2 * y2
                return k(t1)
            return loop(x, y)
    """)


def test_calls_of_unknown_code():
    made = transformed("cps", """
        def f(x, g):
            y = x * 2
            z = g(y, k=1)
            g(*x, **z)
            return z * y
    """)
    assert without_places(made) == dedent("""
        def f_cps(k, x, g):
            z = None
            y = x * 2
            def after(z_):
                nonlocal z
                z = z_
                return form(g, '*S,**=O')(after1, *x, **z)
            def after1(_):
                t = z * y
                return k(t)
            return form(g, 'S,k=s')(after, y, k=1)
    """)


def without_places(text):
    return "".join(line.partition("  #")[0] + "\n" for line in text.splitlines())


def test_what_several_continuations_need_is_a_variable_of_their_frame():
    made = transformed("cps", """
        def f(x, g):
            y = g(x)
            z = g(y)
            return y * z
    """)
    assert without_places(made) == dedent("""
        def f_cps(k, x, g):
            y = None
            def after(y_):
                nonlocal y
                y = y_
                return form(g, 'O')(after1, y)
            def after1(z):
                t = y * z
                return k(t)
            return form(g, 'S')(after, x)
    """)


def test_a_nested_function_is_there_twice():
    made = transformed("cps", """
        def f(x):
            y = x * 2
            def g(z):
                return z * y
            return g(x)
    """)
    assert without_places(made) == dedent("""
        def f_cps(k, x):
            y = x * 2
            def g(z):
                t = z * y
                return t
            def g_cps(k1, z):
                t = z * y
                return k1(t)
            attach(g, g_cps)
            def after(t1):
                return k(t1)
            return form(g, 'S')(after, x)
    """)


def test_a_variable_that_may_have_no_value_is_checked_where_it_is_read():
    becomes("""
        def f(x):
            if x > 0:
                y = x
            x = x * 2
            return y
    """, """
        def f_cps(k, x):
            def join(y):  # line 4
                x1 = x * 2
                check_bound(y, 'y')
                return k(y)
            if x > 0:
                return join(x)
            else:
                return join(UNBOUND)
    """)


def test_augmented_assignment():
    becomes("""
        def f(x, xs):
            x += 1
            y = x * np.ones(3)
            y += x
            xs += y
            return xs
    """, """
        def f_cps(k, x, xs):
            x1 = x + 1
            t = np.ones(3)
            y = x1 * t
            y1 = iadd_copy(y, x1)
            xs1 = iadd(xs, y1)
            return k(xs1)
    """, signature="So")


def test_no_return_and_none():
    becomes("""
        def f(x, y):
            x[0] = y
            import math as m
            a, *b = x
            x.y.z = m
    """, """
        def f_cps(k, x, y):
            x[0] = y
            import math as m
            a, *b = x
            t = x.y
            t.z = m
            return k(None)
    """)


def test_many_statements_in_a_row_do_not_nest():
    body = "".join(f"    if x > {i}:\n        x = g(x)\n" for i in range(60))
    text = transformed("cps", f"def f(x, g):\n{body}    return x")
    assert max(len(line) - len(line.lstrip()) for line in text.splitlines()) <= 12


def test_deep_branches_are_cut():
    lines = [f"{'    ' * (i + 1)}if x > {i}:" for i in range(15)]
    text = transformed("cps", "\n".join(["def f(x):", *lines, "    " * 16 + "return x * 2", "    return x"]))
    assert max(len(line) - len(line.lstrip()) for line in text.splitlines()) <= 4 * (cps.MAX_INLINE_DEPTH + 2)


# The check


def test_check_accepts_the_corpus():
    accepts_the_corpus("cps")


ACCEPTED = """
def f_cps(k, x, g):
    t = None
    y = x * 2
    def after(z):
        nonlocal t
        t = z * y
        return join(z, 1)
    def join(a, b):
        w = a * t
        return k(w)
    if x > 0:
        return form(g, 'Ss,k=o')(after, y, 1, k=x)
    else:
        raise ValueError(x)
"""


def test_check_accepts_what_is_right():
    cps.check(*generated(ACCEPTED))


REJECTED = {  # what is replaced in the text above: by what, and what the check says
    "a name assigned twice": ("w = a * t", "y = a * t\n        w = y * 2", "y is bound twice"),
    "a parameter bound elsewhere": ("join(a, b):", "join(a, x):", "x is bound twice"),
    "two continuations of one name": ("if x > 0", "def after(u):\n        return k(u)\n    if x > 0",
                                       "after is bound twice"),
    "a name that nobody binds": ("w = a * t", "w = a * q", "q is read in join and bound nowhere"),
    "a name that is bound later": ("y = x * 2", "y = x * v\n    v = x * 2", "v may be read in f_cps before"),
    "a nonlocal of nobody": ("nonlocal t", "nonlocal q", "nonlocal q in after is bound in no function around it"),
    "a loop": ("y = x * 2", "y = x * 2\n    while True: pass", "While is no statement of CPS form"),
    "an early return": ("y = x * 2", "y = x * 2\n    return k(y)", "Return is no statement of CPS form"),
    "an augmented assignment": ("y = x * 2", "y = x * 2\n    y += 1", "AugAssign is no statement of CPS form"),
    "a statement behind definitions": ("if x > 0", "q = x * x\n    if x > 0", "a statement behind the definition"),
    "no A-normal form": ("w = a * t", "w = a * t * t", "an operand is a BinOp"),
    "no ending": ("        return k(w)\n", "", "a body without an ending"),
    "an ending that returns a value": ("return k(w)", "return w", "a body without an ending"),
    "an ending that computes": ("return k(w)", "return k(w + 1)", "an ending that computes"),
    "an ending that calls anything": ("return k(w)", "return g(w)", "an ending calls g, which is no continuation"),
    "k with two values": ("return k(w)", "return k(w, a)", "k takes one value"),
    "a missing argument": ("join(z, 1)", "join(z)", "join takes 2 arguments"),
    "form without a continuation": ("(after, y, 1", "(g, y, 1", "form gets no continuation"),
    "form with one that takes two": ("(after, y, 1", "(join, y, 1", "join cannot take one value"),
    "a signature that is too short": ("'Ss,k=o'", "'S,k=o'", "'S,k=o' does not fit the positional arguments"),
    "a signature without the keyword": ("'Ss,k=o'", "'Ss'", "'Ss' does not fit the keyword arguments"),
    "no signature": ("'Ss,k=o'", "'Sx'", "'Sx' is no signature"),
    "a function without continuation": (ACCEPTED, "def f_cps():\n    raise ValueError", "takes no continuation"),
}


@pytest.mark.parametrize(("old", "new", "words"), REJECTED.values(), ids=REJECTED)
def test_check_rejects(old, new, words):
    assert old in ACCEPTED
    rejects(cps.check, generated(ACCEPTED.replace(old, new)), words)
