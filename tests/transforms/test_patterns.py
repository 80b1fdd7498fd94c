"""Patterns: what stands for each kind of pattern, and that they match what the interpreter matches."""

import array
import collections
import types

import gast
import numpy as np
import pytest

from cpsad import inspection, matching
from cpsad.transforms import patterns
from cpsad.transforms.printer import to_text
from tests.transforms.snippets import context, dedent


def becomes(before, after):
    tree, ctx = context(before)
    made = patterns.convert(tree, ctx)
    patterns.check(made)
    assert to_text(made) == dedent(after)


def test_the_example_in_the_head():
    becomes("""
        def f(p):
            match p:
                case [a, 1]:
                    y = a
                case _:
                    y = 0
            return y
    """, """
        def f(p):
            matched = False
            if is_sequence(p) and len(p) == 2:
                item, item1 = p
                if item1 == 1:
                    a = item
                    matched = True
            if matched:
                y = a
            else:
                y = 0
            return y
    """)


def test_literals_are_a_chain_of_tests():
    becomes("""
        def f(x):
            match x.kind:
                case 1 | 2:
                    return x
                case None if x:
                    return 1
                case "a":
                    return 2
                case other:
                    return other
    """, """
        def f(x):
            subject = x.kind
            if subject == 1 or subject == 2:
                return x
            elif subject is None and x:
                return 1
            elif subject == 'a':
                return 2
            else:
                other = subject
                return other
    """)


def test_mappings():
    becomes("""
        def f(x):
            match x:
                case {"a": 1, **rest}:
                    return rest
    """, """
        def f(x):
            if is_mapping(x) and len(x) >= 1:
                item = x.get('a', MISSING)
                if item is not MISSING:
                    if item == 1:
                        rest1 = dict(x)
                        del rest1['a']
                        rest = rest1
                        return rest
    """)


def test_classes():
    becomes("""
        def f(x):
            match x:
                case float(v):
                    return v
                case C(v, y=1):
                    return v
    """, """
        def f(x):
            if isinstance(x, float):
                v = x
                return v
            elif is_instance(x, C):
                names = match_names(C, 1, ('y',))
                item = x
                if names:
                    item = getattr(x, names[0], MISSING)
                if item is not MISSING:
                    item1 = getattr(x, 'y', MISSING)
                    if item1 is not MISSING:
                        if item1 == 1:
                            v = item
                            return v
    """)


def test_the_checker_rejects_match():
    tree, _ = context("def f(x):\n    match x:\n        case _:\n            return x")
    with pytest.raises(AssertionError, match="match"):
        patterns.check(tree)
    assert any(isinstance(node, gast.Match) for node in gast.walk(tree))


@pytest.mark.parametrize(
    "value",
    [[1], (1,), range(1), collections.deque([1]), array.array("d", [1.0]), memoryview(b"a"), collections.UserList([1]),
     "a", b"a", bytearray(b"a"), {1}, {1: 1}, np.ones(1), 1.0, None, iter([1]), types.MappingProxyType({}),
     collections.ChainMap(), collections.UserDict(), collections.Counter(), {1: 2}.keys(), collections.UserString("a")],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_what_is_a_sequence_or_a_mapping(value):
    match value:
        case [*_]:
            found = True, False
        case {}:
            found = False, True
        case _:
            found = False, False
    assert (matching.is_sequence(value), matching.is_mapping(value)) == found


# -- errors of the function itself -------------------------------------------------------------------------------


class Two:
    __match_args__ = ("a", "b")
    a = b = 1.0


class Wrong:
    __match_args__ = ["a"]


class Odd:
    __match_args__ = (1,)


def too_many(x):
    match Two():
        case Two(1, 2, 3):
            return x


def too_many_for_a_builtin(x):
    match x:
        case float(1, 2):
            return x


def none_at_all(x):
    match types.SimpleNamespace():
        case types.SimpleNamespace(1):
            return x


def twice(x):
    match Two():
        case Two(1.0, a=2):
            return x


def no_tuple(x):
    match Wrong():
        case Wrong(1):
            return x


def no_text(x):
    match Odd():
        case Odd(1):
            return x


def no_class(x):
    kind = 3
    match x:
        case kind():
            return x


def duplicate_key(x):
    match {1.0: x, "b": 2}:
        case {Two.a: _, Two.b: _}:
            return x
    return x


@pytest.mark.parametrize(
    "function",
    [too_many, too_many_for_a_builtin, none_at_all, twice, no_tuple, no_text, no_class, duplicate_key],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("stage", ["desugar", "optimized"])
def test_errors_are_those_of_the_interpreter(function, stage):
    with pytest.raises((TypeError, ValueError)) as plain:
        function(1.0)
    with pytest.raises(plain.type) as ours:
        inspection.run_stage(function, stage, (1.0,))
    assert str(ours.value) == str(plain.value)


class Loud:
    """Says what it is asked."""

    def __init__(self, log):
        self.log = log

    def __eq__(self, other):
        self.log.append(("eq", other))
        return other == 3

    __hash__ = None


def order(x, log):
    def key(n):
        log.append(n)
        return n

    match Loud(log):
        case 1 | 2 | 4:
            x = x * 2.0
        case _ if key(5) == 6:
            x = x * 3.0
        case 3 if key(7):
            x = x * x
        case _ if key(8):
            x = x * 5.0
    return x


def test_the_order_of_evaluation():
    plain, ours = [], []
    order(1.5, plain)
    for stage in ("desugar", "anf", "cps", "optimized"):
        ours.clear()
        inspection.run_stage(order, stage, (1.5, ours))
        assert ours == plain
