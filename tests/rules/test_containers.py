"""Movers move: every number in their result, or in what they change, is an object that went in."""

import bisect
import collections
import functools
import heapq
import itertools
import types
import weakref
from collections.abc import Iterator

import pytest

from cpsad.rules.containers import table
from cpsad.rules.python import table as python

MOVERS = {p: r for p, r in {**table.rules, **python.rules}.items() if r.role == "mover"}


def numbers():
    return [float(f"{n}.25") for n in (3, 1, 2)]


def even_odd(x):
    return x > 1.5


D, O, Q = dict, collections.OrderedDict, collections.deque


def keyed(kind=dict):
    return kind((k, v) for k, v in zip("abc", numbers()))


def S(kind=set):
    return kind(numbers())


CALLS = [
    *((p, numbers()) for p in (list, tuple, set, frozenset, sorted, reversed, iter, enumerate, Q)),
    (dict, keyed()), (O, keyed()), (dict, zip("ab", numbers())), (collections.defaultdict, float, keyed()),
    *((p, numbers(), numbers())
      for p in (zip, itertools.chain, itertools.product, itertools.zip_longest, heapq.merge)),
    (functools.partial, max, 1.5), (getattr, D, "missing", 1.25),
    (setattr, even_odd, "held", 1.25), (tuple.__new__, tuple, numbers()),
    (itertools.islice, numbers(), 2), (itertools.pairwise, numbers()), (itertools.tee, numbers()),
    (itertools.combinations, numbers(), 2), (itertools.combinations_with_replacement, numbers(), 2),
    (itertools.permutations, numbers()), (itertools.compress, numbers(), numbers()),
    *((p, even_odd, numbers())
      for p in (itertools.takewhile, itertools.dropwhile, itertools.filterfalse, filter)),
    (itertools.repeat, 1.25, 2), (next, iter(numbers())), (next, iter([]), 1.25),
    (max, numbers()), (min, numbers()), (max, *numbers()), (min, *numbers()),
    (list.append, numbers(), 1.25), (list.insert, numbers(), 1, 1.25), (list.extend, numbers(), numbers()),
    (list.pop, numbers()), (list.remove, numbers(), 1.25),
    *((p, numbers()) for p in (list.copy, list.clear, list.reverse, list.sort)),
    (dict.get, keyed(), "a"), (dict.get, keyed(), "z", 1.25), (dict.pop, keyed(), "a"),
    (dict.popitem, keyed()),
    (dict.setdefault, keyed(), "z", 1.25), (dict.update, keyed(), keyed()), (dict.fromkeys, numbers(), 1.25),
    *((p, keyed()) for p in (dict.keys, dict.values, dict.items, dict.copy, dict.clear)),
    (O.move_to_end, keyed(O), "a"), (O.popitem, keyed(O)), (O.pop, keyed(O), "a"),
    (O.setdefault, keyed(O), "z", 1.25),
    *((p, keyed(O)) for p in (O.keys, O.values, O.items, O.copy, O.clear)), (O.update, keyed(O), keyed()),
    (collections.defaultdict.copy, collections.defaultdict(float, keyed())),
    *((p, S(), 3.25) for p in (set.add, set.discard, set.remove)),
    *((p, S()) for p in (set.pop, set.copy, set.clear)),
    *((p, S(), numbers())
      for p in (set.update, set.union, set.intersection, set.difference, set.symmetric_difference,
                set.intersection_update, set.difference_update, set.symmetric_difference_update)),
    (frozenset.copy, S(frozenset)),
    *((p, S(frozenset), numbers()) for p in (frozenset.union, frozenset.intersection, frozenset.difference,
                                             frozenset.symmetric_difference)),
    *((p, Q(numbers()), 1.25) for p in (Q.append, Q.appendleft, Q.remove)), (Q.insert, Q(numbers()), 1, 1.25),
    *((p, Q(numbers())) for p in (Q.pop, Q.popleft, Q.rotate, Q.reverse, Q.copy, Q.clear)),
    *((p, Q(numbers()), numbers()) for p in (Q.extend, Q.extendleft)),
    *((p, [1.25, 3.25, 2.25], 2.5) for p in (heapq.heappush, heapq.heappushpop, heapq.heapreplace)),
    (heapq.heappop, [1.25, 3.25, 2.25]), (heapq.heapify, numbers()),
    *((p, 2, numbers()) for p in (heapq.nlargest, heapq.nsmallest)),
    *((p, [1.25, 3.25], 2.25) for p in (bisect.insort_left, bisect.insort_right)),
]
CALLS += [(p, S(), S()) for p, r in python.rules.items() if r.role == "mover" and p is not slice]  # & | ^
CALLS += [(slice, *numbers()), (types.SimpleNamespace.__init__, types.SimpleNamespace(a=1.25)),
          *((p.__init__, p(), numbers()) for p in (list, set, Q)), *((p.__init__, p(), keyed()) for p in (dict, O)),
          (collections.defaultdict.__init__, collections.defaultdict(), float, keyed())]
if hasattr(itertools, "batched"):
    CALLS.append((itertools.batched, numbers(), 2))


def floats(x):
    """The floats in a value, nested however deep. Uses up iterators."""
    if isinstance(x, float):
        return [x]
    if isinstance(x, dict):
        return floats([*x, *x.values()])
    if isinstance(x, slice):
        return floats([x.start, x.stop, x.step])
    if isinstance(x, types.SimpleNamespace):
        return floats(vars(x))
    if isinstance(x, (str, int, type(None))) or callable(x):
        return []
    return [f for part in x for f in floats(part)]


@pytest.mark.parametrize("primitive, args", [(c[0], c[1:]) for c in CALLS],
                         ids=lambda p: getattr(p, "__name__", ""))
def test_no_new_number(primitive, args):
    args = [list(a) if isinstance(a, (zip, Iterator)) else a for a in args]
    known = {id(f) for a in args for f in floats(a)}
    kept = [f for a in args for f in floats(a)]  # alive, so that no other object gets their id
    result = primitive(*(iter(a) if primitive is next and not isinstance(a, float) else a for a in args))
    found = floats(result) + [f for a in args for f in floats(a)]
    assert {id(f) for f in found} <= known
    assert kept


def test_every_mover_has_a_call():
    have = {c[0] for c in CALLS} | {itertools.cycle}  # which never ends; the others hold objects, or take keywords
    have |= {super, weakref.ref, property.getter, property.setter, property.deleter, types.SimpleNamespace, object.__new__}
    assert not [rule.name for primitive, rule in MOVERS.items() if primitive not in have]


def test_cycle():
    xs = numbers()
    assert [id(x) for x in itertools.islice(itertools.cycle(xs), 6)] == [id(x) for x in xs] * 2


def test_which_arguments_are_iterated_over():
    assert 5 in MOVERS[zip].iterates
    assert MOVERS[max].single_iterates and 0 in MOVERS[max].iterates
    assert 0 not in MOVERS[list.append].iterates and 1 in MOVERS[list.extend].iterates
