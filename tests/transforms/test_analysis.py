"""What is known before the program runs, shown as comments on the A-normal form that it is found on."""

import gast
import pytest

from cpsad.transforms import cfg, pipeline
from cpsad.transforms.analysis import Analysis, analyse, check
from cpsad.transforms.cfg import Branch, CallThen, Leave
from cpsad.transforms.nodes import copy_tree, parameters
from cpsad.transforms.printer import to_text
from tests.transforms.snippets import context, corpus, dedent, rejects


def analysed(text: str, **options):
    """The tree in A-normal form, and what is found on it."""
    tree, ctx = context(text, **options)
    made = pipeline.stages(tree, ctx, "anf")["anf"]
    ctx.locals |= pipeline._bound(made)
    graph = cfg.build(made, parameters(made.args))
    found = analyse(graph, ctx, {})
    check(found)
    return made, found


def simple(block):
    return block.statements + ([block.end.statement] if isinstance(block.end, CallThen) else [])


# Liveness: what may still be read


def shows_live(before: str, after: str) -> None:
    tree, found = analysed(before)
    cfg.liveness(found.graph)
    for block in found.graph.blocks:
        ifs = [n for n in gast.walk(tree) if isinstance(block.end, Branch) and getattr(n, "test", 0) is block.end.test]
        leaving = [block.end.statement] if isinstance(block.end, Leave) else []
        first = [*block.statements, *ifs, *leaving][:1]
        for statement in first:
            statement.comment = ", ".join(sorted(block.live)) or "nothing"
    assert to_text(tree) == dedent(after)


def test_live_in_straight_code():
    shows_live("""
        def f(x, y):
            z = x * x
            return z
    """, """
        def f(x, y):
            z = x * x  # x
            return z
    """)


def test_live_in_branches():
    shows_live("""
        def f(x, y):
            if x > 0:
                z = x
            else:
                z = y
                y = x
            return z * 2
    """, """
        def f(x, y):
            if x > 0:  # x, y
                z = x  # x
            else:
                z = y  # x, y
                y = x
            t = z * 2  # z
            return t
    """)


def test_live_around_a_loop():
    shows_live("""
        def f(x, n):
            y = x * 2
            for i in range(n):
                w = x * i
                if w > 3:
                    break
                x = w + y
            return x
    """, """
        def f(x, n):
            y = x * 2  # n, x
            t = range(n)
            it = iter(t)
            while True:
                i1 = next(it, END)  # it, x, y
                if i1 is END:
                    break
                i = i1  # i1, it, x, y
                w = x * i
                if w > 3:
                    break
                x = w + y  # it, w, y
            return x  # x
    """)


def test_what_a_nested_function_reads_is_live_where_it_is_defined():
    shows_live("""
        def f(x, y):
            if x > 0:
                def g():
                    return y
            else:
                g = x
            return g
    """, """
        def f(x, y):
            if x > 0:  # x, y
                def g():  # y
                    return y
            else:
                g = x  # x
            return g  # g
    """)


# Kinds and activity: what a value is, and whether it may carry a derivative


def shows_facts(before: str, after: str, **options) -> None:
    tree, found = analysed(before, **options)
    for node in (s for block in found.graph.blocks for s in simple(block)):
        node.comment = ", ".join(f"{name}: {'active ' * fact.active}{fact.kind}" for name, fact in node.facts.items())
    assert to_text(tree) == dedent(after)


def test_scalars():
    shows_facts("""
        def f(x, n):
            y = x * 2
            z = n + 1
            w = math.sin(y) ** z
            v = x > n
            u = len(str(n))
            return w
    """, """
        def f(x, n):
            y = x * 2  # y: active s
            z = n + 1  # z: s
            t = math.sin(y)  # t: active s
            w = t ** z  # w: active s
            v = x > n  # v: s
            u = len(str(n))  # u: s
            return w
    """, signature="Ss")


def test_arrays():
    shows_facts("""
        def f(x, n):
            y = np.sin(x) * n
            z = y[0] + x.T
            w = np.zeros(3) + n
            v = np.argmax(x)
            u = x.shape
            return y
    """, """
        def f(x, n):
            t = np.sin(x)  # t: active n
            y = t * n  # y: active n
            t1 = y[0]  # t1: active n
            t2 = x.T  # t2: active n
            z = t1 + t2  # z: active n
            t3 = np.zeros(3)  # t3: n
            w = t3 + n  # w: n
            v = np.argmax(x)  # v: n
            u = x.shape  # u: o
            return y
    """, signature="Ns")


def test_containers_carry_no_derivative_of_their_own_but_their_elements_may():
    shows_facts("""
        def f(x):
            a = [x, 2]
            b = x, a
            d = {1: x}
            s = f"{x}"
            e = a[0]
            m, *r = a
            return e
    """, """
        def f(x):
            a = [x, 2]  # a: l
            b = x, a  # b: t
            d = {1: x}  # d: d
            s = f'{x}'  # s: active c
            e = a[0]  # e: active o
            m, *r = a  # m: active o, r: l
            return e
    """)


def test_iterators():
    shows_facts("""
        def f(x, n):
            y = 0.0
            for i in range(n):
                y = x * i
            for row in x:
                y = y + row
            for j, e in enumerate(x):
                y = y + e
            return y
    """, """
        def f(x, n):
            y = 0.0  # y: s
            t = range(n)  # t: is
            it = iter(t)  # it: is
            while True:
                i1 = next(it, END)  # i1: s
                if i1 is END:
                    break
                i = i1  # i: s
                y = x * i  # y: active n
            it1 = iter(x)  # it1: iN
            while True:
                row1 = next(it1, END)  # row1: active n
                if row1 is END:
                    break
                row = row1  # row: active n
                y = y + row  # y: active n
            t1 = enumerate(x)  # t1: it
            it2 = iter(t1)  # it2: it
            while True:
                item = next(it2, END)  # item: t
                if item is END:
                    break
                j, e = item  # j: active o, e: active o
                y = y + e  # y: active n
            return y
    """, signature="Ns")


def test_ways_that_join():
    shows_facts("""
        def f(x, n):
            y = 1
            while n > 0:
                y = y * x
                n = n - 1
            z = y
            if z > 0:
                w = 1
            else:
                w = np.ones(2)
            return w + n
    """, """
        def f(x, n):
            y = 1  # y: s
            while True:
                if not n > 0:
                    break
                y = y * x  # y: active s
                n = n - 1  # n: s
            z = y  # z: active s
            if z > 0:
                w = 1  # w: s
            else:
                w = np.ones(2)  # w: n
            t = w + n  # t: active n
            return t
    """, signature="Ss")


def test_of_unknown_code_nothing_is_known():
    shows_facts("""
        def f(x, g):
            y = g(2)
            z = y.w
            a = y * 2
            b = y - 2
            return z
    """, """
        def f(x, g):
            y = g(2)  # y: active o
            z = y.w  # z: active o
            a = y * 2  # a: active o
            b = y - 2  # b: active n
            return z
    """, signature="So")


# Privacy: which arrays can be updated although a derivative is wanted, since nobody else sees them


def shows_private(before: str, after: str) -> None:
    tree, found = analysed(before, signature="Nn")
    for node in (s for block in found.graph.blocks for s in block.statements if isinstance(s, gast.AugAssign)):
        node.comment = "private" if node.target.id in found.private else "shared"
    assert to_text(tree) == dedent(after)


def test_a_fresh_result_is_private():
    shows_private("""
        def f(x, n):
            y = x * 2
            y += x
            return y
    """, """
        def f(x, n):
            y = x * 2
            y += x  # private
            return y
    """)


def test_an_argument_and_another_name_for_it_are_not():
    shows_private("""
        def f(x, n):
            y = x
            y += n
            x += n
            return y
    """, """
        def f(x, n):
            y = x
            y += n  # shared
            x += n  # shared
            return y
    """)


@pytest.mark.parametrize("leak", ["z = y", "z = [y]", "n.z = y", "z = y[0]", "z = y.T", "g(y)",
                                  "z = np.reshape(y, 3)"])
def test_what_has_got_away_before_the_update_is_not(leak):
    tree, found = analysed(f"def f(x, n):\n    y = x * 2\n    {leak}\n    y += n\n    return y")
    assert found.private == set()


@pytest.mark.parametrize("use", ["z = y * 2", "z = np.sum(y)", "z = y > 1", "z = y.sum()", "if y[0] > 1: z = 1"])
def test_a_use_that_makes_something_new_lets_nothing_away(use):
    tree, found = analysed(f"def f(x, n):\n    y = x * 2\n    {use}\n    y += n\n    return y", signature="Nn")
    assert found.private == {"y"}


def test_what_gets_away_behind_the_last_update_does_no_harm():
    shows_private("""
        def f(x, n):
            y = np.zeros(3)
            for i in range(n):
                y += x
            return [y], y.T
    """, """
        def f(x, n):
            y = np.zeros(3)
            t = range(n)
            it = iter(t)
            while True:
                i1 = next(it, END)
                if i1 is END:
                    break
                i = i1
                y += x  # private
            t1 = [y]
            t2 = y.T
            t3 = t1, t2
            return t3
    """)


def test_what_gets_away_in_a_loop_is_seen_at_the_next_update():
    shows_private("""
        def f(x, n):
            y = np.zeros(3)
            a = []
            while n > len(a):
                y += x
                a.append(y)
            return a
    """, """
        def f(x, n):
            y = np.zeros(3)
            a = []
            while True:
                if not n > len(a):
                    break
                y += x  # shared
                a.append(y)
            return a
    """)


def test_a_closure_sees_the_array():
    tree, found = analysed("def f(x, n):\n    y = x * 2\n    def g(): return y\n    n += 1\n    return g()")
    assert found.private == set()


# The check


def test_check_accepts_the_corpus():
    for trees, ctx in corpus().values():
        tree = copy_tree(trees["anf"])
        check(analyse(cfg.build(tree, parameters(tree.args)), ctx, {}))


TEXT = """
def f(x, g):
    y = x * 2
    z = g(y)
    if z > 0:
        z += y
    return z
"""


def broken(how):
    found = analysed(TEXT, signature="So")[1]
    how(found)
    return found


def drop_fact(found: Analysis):
    found.graph.entry.statements[0].facts = {}


def drop_callee(found: Analysis):
    found.graph.entry.statements[1].callee = None


def drop_entry(found: Analysis):
    del found.entry[found.graph.blocks[1]]


def forget_activity(found: Analysis):
    block = found.graph.blocks[1]
    found.entry[block] = {name: type(fact)(fact.kind, False) for name, fact in found.entry[block].items()}


def make_private(found: Analysis):
    found.private.add("x")


def cut_edge(found: Analysis):
    found.graph.blocks[1].preds = []


REJECTED = {
    drop_fact: "y has no fact",
    drop_callee: "a call of nobody knows what",
    drop_entry: "at the start of the next block",
    forget_activity: "is more than is known at the start of the next block",
    make_private: "x is a parameter",
    cut_edge: "is no predecessor",
}


@pytest.mark.parametrize(("how", "words"), REJECTED.items())
def test_check_rejects(how, words):
    rejects(check, (broken(how),), words)
