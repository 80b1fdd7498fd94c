"""A-normal form: what gets a name of its own, what stays as the user wrote it, and in which order."""

import functools

import pytest

from cpsad.transforms import anf
from tests.transforms.snippets import accepts_the_corpus, becomes, body_of, context, parse, rejects, stays, transformed

becomes = functools.partial(becomes, "anf")
stays = functools.partial(stays, "anf")


def test_left_unchanged():
    stays("""
        def f(x, g):
            y = x * 2
            y += x
            z = g(x, y, *x, k=1, **y)
            a, *b = z
            x[0] = a
            x.w = b
            c = x.w
            return c
    """)


def test_an_expression():
    becomes("""
        def f(x, i, a):
            y = x * np.sin(x + 1) + a[i - 1]
            return y
    """, """
        def f(x, i, a):
            t = x + 1
            t1 = np.sin(t)
            t2 = x * t1
            t3 = a[i - 1]
            y = t2 + t3
            return y
    """)


def test_tests_and_positions_left_unchanged():
    stays("""
        def f(x, n):
            if n + 1 > 2 and not x[n - 1] * 2 < np.sum(x):
                x[n + 1, 1:] = n
            while True:
                if not len(x) > n + 1:
                    break
                y = x[int(n) - 1:, [0, n], ...]
                del x[n + 1]
            return n
    """)


def test_what_runs_unknown_code_is_named_even_in_a_test_or_a_position():
    becomes("""
        def f(x, g):
            if not g(x) > x * 2:
                x[g(x), 1:g(2)] = 1
            return x + 1 < g(x)
    """, """
        def f(x, g):
            t = g(x)
            if not t > x * 2:
                t1 = g(x)
                t2 = g(2)
                x[t1, 1:t2] = 1
            t3 = g(x)
            t4 = x + 1 < t3
            return t4
    """)


def test_what_is_quiet_is_one_operation():
    stays("""
        def f(x, n):
            a = x + 1 > 2 * n
            b = len(x * 2)
            c = not x[0] == n
            d = x > 1 and isinstance(x, float) or n > 1
            e = np.zeros(len(x) + 1)
            s = f'{x * 2:.{n}}'
            return e
    """)


def test_a_constant_is_quiet_and_so_is_a_negative_number():
    becomes("""
        def f(x):
            return -1 * x + -x
    """, """
        def f(x):
            t = -1 * x
            t1 = -x
            t2 = t + t1
            return t2
    """)


def test_calls_attributes_and_known_dotted_names():
    becomes("""
        def f(x, g):
            return x.a.b @ g(x)(x, k=x.T, *x[1:], **{"a": x * 2}) + np.linalg.det(x) + math.pi
    """, """
        def f(x, g):
            t = x.a
            t1 = t.b
            t2 = g(x)
            t3 = x[1:]
            t4 = x.T
            t5 = x * 2
            t6 = {'a': t5}
            t7 = t2(x, *t3, k=t4, **t6)
            t8 = t1 @ t7
            t9 = np.linalg.det(x)
            t10 = t8 + t9
            t11 = math.pi
            t12 = t10 + t11
            return t12
    """)


def test_a_starred_argument_stands_last():
    becomes("""
        def f(x, g):
            return g(1, *x, x + 1, *x)
    """, """
        def f(x, g):
            t = x + 1
            t1 = *x, t, *x
            t2 = g(1, *t1)
            return t2
    """)


def test_what_is_unpacked_is_held_where_code_runs_on_its_right():
    becomes("""
        def f(x, g):
            return g(*x, x + 1, g(), *x, **g)
    """, """
        def f(x, g):
            t2 = (*x,)
            t = x + 1
            t1 = g()
            t3 = *t2, t, t1, *x
            t4 = g(*t3, **g)
            return t4
    """)
    becomes("""
        def f(x, g):
            return {**x, "a": x["b"], **x}
    """, """
        def f(x, g):
            t1 = {**x}
            t = x['b']
            t2 = {**t1, 'a': t, **x}
            return t2
    """)


def test_displays_and_stores():
    becomes("""
        def f(x, g):
            a, *b = x + 1, [x, *x]
            x[0] = g(x)
            x.y.z = {a: a + 1, **x}
            a += b * 2
            x
            g(g(x))
            return {a * b}
    """, """
        def f(x, g):
            t = x + 1
            t1 = [x, *x]
            t2 = t, t1
            a, *b = t2
            t3 = g(x)
            x[0] = t3
            t4 = a + 1
            t5 = {a: t4, **x}
            t6 = x.y
            t6.z = t5
            t7 = b * 2
            a += t7
            t8 = g(x)
            g(t8)
            t9 = a * b
            t10 = {t9}
            return t10
    """)


def test_raise_and_texts():
    becomes("""
        def f(x, g):
            if x:
                raise ValueError(f"{x * 2}", g(x) + 1) from x
            return f"{g(x):.{x}}"
    """, """
        def f(x, g):
            if x:
                t = g(x)
                t1 = t + 1
                raise ValueError(f'{x * 2}', t1) from x
            t2 = g(x)
            t3 = f'{t2:.{x}}'
            return t3
    """)


def test_nested_functions():
    becomes("""
        def f(x):
            def g(y, z=x):
                return x * y + 1
            return g(x)
    """, """
        def f(x):
            def g(y, z=x):
                t = x * y
                t1 = t + 1
                return t1
            t2 = g(x)
            return t2
    """)


def test_a_long_sum():
    text = transformed("anf", "def f(x):\n    return " + " + ".join(["x"] * 150))
    assert text.splitlines()[-2:] == ["    t148 = t147 + x", "    return t148"]


def test_the_example_in_the_head():
    lines = anf.__doc__.splitlines()
    before, after = (next(line for line in lines if line.startswith(word)).partition(":")[2]
                     for word in ("Before", "After"))
    made = transformed("anf", f"def f(x, i, a):\n    {before.strip()}")
    assert body_of(made).splitlines() == [statement.strip() for statement in after.split(";")]


# The check


def test_check_accepts_the_corpus():
    accepts_the_corpus("anf")


REJECTED = {
    "not core": ("for i in x: pass", "For is not core"),
    "two operations": ("y = x * x + 1", "an operand is a BinOp, not an atom"),
    "two operations on the right": ("y = 1 + x[0]", "an operand is a Subscript, not an atom"),
    "a unary operand": ("y = -(x + 1)", "an operand is a BinOp, not an atom"),
    "an argument": ("y = g(x + 1)", "an operand is a BinOp, not an atom"),
    "a starred argument": ("y = g(*g(x))", "an operand is a Call, not an atom"),
    "a starred argument in front": ("y = g(*x, x)", "a starred argument that is not the last"),
    "a keyword argument": ("g(k=x[0])", "a keyword argument is a Subscript, not an atom"),
    "a callee": ("y = g(x)(x)", "a callee is a Call, not an atom"),
    "the owner of a method": ("y = g(x).h(x)", "an attribute of something that has no name"),
    "an attribute's owner": ("y = x.a.b", "an attribute of something that has no name"),
    "an item's owner": ("y = x[0][1]", "an owner is a Subscript, not an atom"),
    "a position": ("y = x[g(x)]", "an index runs code that must be seen"),
    "a bound of a slice": ("y = x[0, g(x):]", "an index runs code that must be seen"),
    "a test": ("if g(x) > 1: pass", "a test runs code that must be seen"),
    "a comparison": ("y = g(x) > 1", "a test runs code that must be seen"),
    "a text": ("y = f'{g(x)}'", "a text runs code that must be seen"),
    "an element": ("y = [x, x * 2]", "an operand is a BinOp, not an atom"),
    "a value of a dict": ("y = {'a': x * 2}", "an operand is a BinOp, not an atom"),
    "a stored value": ("x[0] = x + 1", "a stored value is a BinOp, not an atom"),
    "a store's owner": ("x[0].a = x", "an owner is a Subscript, not an atom"),
    "an unpacked value": ("a, b = x[0]", "an unpacked value is a Subscript, not an atom"),
    "an augmented assignment": ("x += x * 2", "an operand of an augmented assignment is a BinOp, not an atom"),
    "a returned value": ("return x + 1", "a returned value is a BinOp, not an atom"),
    "what is raised": ("raise ValueError(g(x))", "an argument of what is raised runs code that must be seen"),
    "what is deleted": ("del x[g(x)]", "an index runs code that must be seen"),
    "a statement without effect": ("x", "a statement without effect"),
    "in a nested function": ("def h(y): return y + 1", "a returned value is a BinOp, not an atom"),
}


@pytest.mark.parametrize(("statement", "words"), REJECTED.values(), ids=REJECTED)
def test_check_rejects(statement, words):
    rejects(anf.check, context(f"def f(x, g):\n    {statement}"), words)


def test_without_a_context_the_check_takes_calm_things_on_trust():
    anf.check(parse("def f(x, g):\n    if g(x):\n        y = x[g(x)]"))
    rejects(anf.check, (parse("def f(x, g):\n    y = g(g(x))"),), "an operand is a Call, not an atom")
