"""Outer variables: which become cells, and how they are read and written there."""

import pytest

from cpsad.transforms import outer
from cpsad.transforms.nodes import copy_tree
from cpsad.transforms.printer import to_text
from tests.transforms.snippets import context, corpus, dedent, head


def converts(before, after, changing=()):
    tree, ctx = context(before)
    ctx.resolver.changes = lambda name: name in changing
    tree = outer.convert(tree, ctx)
    outer.check(tree)
    assert to_text(tree) == dedent(after)


def test_the_example_in_the_head():
    before, after = head(outer)

    def indented(text):
        return "".join(f"    {line}\n" for line in text.splitlines())

    converts(f"def f(x):\n{indented(before)}", f"def f(x):\n{indented(after)}")


def test_a_variable_of_an_enclosing_function():
    converts("""
        def f(x):
            nonlocal n
            def g():
                nonlocal n
                n += x
            g()
            return n
    """, """
        def f(x):
            n_cell = outer_cell('n')
            def g():
                n_cell.value += x
            g()
            return n_cell.value
    """)


def test_what_other_code_rebinds():
    converts("""
        def f(x):
            return x * rate + other
    """, """
        def f(x):
            rate_cell = global_cell(globals(), 'rate')
            return x * rate_cell.value + other
    """, changing={"rate"})


def test_each_scope_has_its_own_meaning_of_a_name():
    converts("""
        def f(x):
            n = x
            def g():
                global n
                n = 1
                return lambda n: n, lambda: n
            def h(n):
                return n
            return n, [n for n in x]
    """, """
        def f(x):
            n_cell = global_cell(globals(), 'n')
            n = x
            def g():
                n_cell.value = 1
                return lambda n: n, lambda: n_cell.value
            def h(n):
                return n
            return n, [n for n in x]
    """)


def test_a_name_that_is_declared_and_only_read():
    converts("""
        def f(x):
            global n
            return n * x
    """, """
        def f(x):
            return n * x
    """)


def test_the_docstring_stays_first():
    converts('''
        def f(x):
            'What it does.'
            global n
            n = x
    ''', '''
        def f(x):
            """What it does."""
            n_cell = global_cell(globals(), 'n')
            n_cell.value = x
    ''')


def test_check_accepts_the_corpus():
    for trees, ctx in corpus().values():
        outer.check(outer.convert(copy_tree(trees["source"]), ctx))


@pytest.mark.parametrize("text", ["def f(x):\n    global n\n    n = x", "def f(x):\n    nonlocal n\n    n = x"])
def test_check_rejects_declarations(text):
    tree, _ = context(text)
    with pytest.raises(AssertionError):
        outer.check(tree)
