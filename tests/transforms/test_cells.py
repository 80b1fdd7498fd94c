"""Assignment conversion: which variables move to a cell, and how they are read and written there."""

import pytest

from cpsad.transforms import cells
from cpsad.transforms.nodes import copy_tree
from cpsad.transforms.printer import to_text
from tests.transforms.snippets import context, corpus, dedent, head, parse, rejects


def converts(before: str, after: str) -> None:
    tree = cells.convert(*context(before))
    cells.check(tree)
    assert to_text(tree) == dedent(after)


def test_a_variable_that_a_nested_function_changes():
    converts("""
        def f(x):
            n = 0

            def count():
                nonlocal n
                n = n + x
            count()
            return n
    """, """
        def f(x):
            n_cell = Cell()
            n_cell.value = 0
            def count():
                n_cell.value = n_cell.value + x
            count()
            return n_cell.value
    """)


def test_a_comprehension_has_a_variable_of_its_own():
    converts("""
        def f(x):
            n = x
            def g():
                nonlocal n
                n = [n for n in n]
            return [n for m in n]
    """, """
        def f(x):
            n_cell = Cell()
            n_cell.value = x
            def g():
                n_cell.value = [n for n in n_cell.value]
            return [n_cell.value for m in n_cell.value]
    """)


def test_left_unchanged_what_is_assigned_once():
    text = """
        def f(x):
            y = x * 2
            def g(z):
                return z * y + x
            return g(x)
    """
    converts(text, text)


def test_left_unchanged_what_is_not_shared():
    text = """
        def f(x):
            y = 1
            def g(y, z=x):
                return y * z
            for y in [1, 2]:
                x += y
            return g(y)
    """
    converts(text.replace("x += y", "y += 1"), text.replace("x += y", "y += 1"))


def test_left_unchanged_functions_that_call_each_other():
    text = """
        def f(x):
            def even(n):
                return n == 0 or odd(n - 1)
            def odd(n):
                return n != 0 and even(n - 1)
            return even(x)
    """
    converts(text, text)


def test_a_parameter_goes_into_its_cell_at_the_start_below_the_docstring():
    converts('''
        def f(x):
            """Doc."""
            x = x + 1
            return lambda y: x * y
    ''', '''
        def f(x):
            """Doc."""
            x_cell = Cell(x)
            x_cell.value = x_cell.value + 1
            return lambda y: x_cell.value * y
    ''')


def test_a_loop_variable_is_assigned_many_times():
    converts("""
        def f(x):
            fs = []
            for i in range(3):
                fs.append(lambda y: y * i)
            return fs
    """, """
        def f(x):
            i_cell = Cell()
            fs = []
            for i_cell.value in range(3):
                fs.append(lambda y: y * i_cell.value)
            return fs
    """)


def test_a_default_reads_the_variable_now_a_body_reads_it_later():
    converts("""
        def f(x):
            y = 1
            def g(z=y):
                return z * y
            y = 2
            return g()
    """, """
        def f(x):
            y_cell = Cell()
            y_cell.value = 1
            def g(z=y_cell.value):
                return z * y_cell.value
            y_cell.value = 2
            return g()
    """)


def test_a_function_with_two_definitions():
    converts("""
        def f(x):
            if x > 0:
                def g(): return 1
            else:
                def g(): return 2
            return lambda: g()
    """, """
        def f(x):
            g_cell = Cell()
            if x > 0:
                def g():
                    return 1
                g_cell.value = g
            else:
                def g():
                    return 2
                g_cell.value = g
            return lambda: g_cell.value()
    """)


def test_a_variable_of_a_function_in_between():
    converts("""
        def f(x):
            def g(y):
                def h():
                    nonlocal y
                    y = y * x
                h()
                return y
            return g(x)
    """, """
        def f(x):
            def g(y):
                y_cell = Cell(y)
                def h():
                    y_cell.value = y_cell.value * x
                h()
                return y_cell.value
            return g(x)
    """)


def test_a_comprehension_has_new_variables_each_time_it_runs():
    tree = cells.convert(*context("""
        def f(x):
            fs = []
            for k in range(2):
                fs += [lambda: i * x for i in [k + 1]]
            return fs[0]() * 10 + fs[1]()
    """))
    first = to_text(tree.body[0])
    assert "Cell()" not in first, "made above the loop"


def test_the_example_in_the_head():
    before, after = head(cells)
    converts(f"def f():\n{_indented(before)}", f"def f():\n{_indented(after)}")


def _indented(text):
    return "".join(f"    {line}\n" for line in text.splitlines())


# The check


def test_check_accepts_the_corpus():
    for trees, ctx in corpus().values():
        cells.check(cells.convert(copy_tree(trees["source"]), ctx))


REJECTED = {
    "nonlocal": ("""
        def f(x):
            n = 0
            def g():
                nonlocal n
                n = x
    """, "nonlocal"),
    "assigned twice": ("""
        def f(x):
            n = 0
            n = 1
            return lambda: n
    """, "n is shared with a nested function and assigned more than once"),
    "assigned in a loop": ("""
        def f(x):
            while x:
                n = 0
            return lambda: n
    """, "n is shared with a nested function and assigned more than once"),
    "a parameter that is assigned": ("""
        def f(x):
            x += 1
            def g():
                return x
    """, "x is shared with a nested function and assigned more than once"),
}


@pytest.mark.parametrize(("text", "words"), REJECTED.values(), ids=REJECTED)
def test_check_rejects(text, words):
    rejects(cells.check, (parse(text),), words)
