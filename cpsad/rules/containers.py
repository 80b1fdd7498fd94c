"""Functions that move references and make no new number: containers, iterators, the queue of `heapq`.

`iterates` has the positions (the receiver of a method is 0) whose elements are moved; what stands at the
others is moved itself. An array is no container: iterating over one makes new numbers, so that an array at
one of these positions needs the care of whoever calls.

Not here: what computes while it moves (`itertools.accumulate`, `map`, `itertools.groupby`, arithmetic of
`Counter`), what copies an array too (`copy.copy`, `copy.deepcopy`), and what looks deeper than one level
(`itertools.chain.from_iterable`, of arrays in a list).
"""

import bisect
import collections
import functools
import heapq
import itertools
import types
import weakref

from ..equivalents import argsort
from .registry import EVERY, Table

table = Table("containers")
constant, mover = table.constant, table.mover

# Containers from iterables, and iterators
mover(property.getter, property.setter, property.deleter)
mover(list, sorted, iterates=(0,), result="l")
mover(tuple, iterates=(0,), result="t")
mover(dict, iterates=(0,), result="d")
mover(iter, iterates=(0,), result="iterator", calls=2)
mover(reversed, iterates=(0,), result="iterator")
mover(enumerate, iterates=(0,), result="it")
mover(set, frozenset, iterates=(0,), result="c")
mover(collections.deque, collections.OrderedDict, iterates=(0,), result="c")
mover(collections.defaultdict, iterates=(1,), result="c", calls=1)
mover(zip, itertools.product, itertools.zip_longest, iterates=EVERY, result="it")
mover(itertools.chain, iterates=EVERY, result="c")
mover(itertools.islice, itertools.cycle, itertools.pairwise, itertools.tee, iterates=(0,), result="c")
mover(itertools.combinations, itertools.combinations_with_replacement, itertools.permutations, iterates=(0,), result="c")
mover(itertools.compress, iterates=(0, 1))
mover(itertools.takewhile, itertools.dropwhile, itertools.filterfalse, filter, iterates=(1,), calls=1)
mover(itertools.repeat, result="c")
mover(next, result="element")
if hasattr(itertools, "batched"):  # since Python 3.12
    mover(itertools.batched, iterates=(0,))

# One of several: max(xs) iterates, max(a, b) does not
mover(max, min, iterates=(0,), single_iterates=True)

# Lists and tuples
mover(list.append, list.insert, list.clear, list.remove, list.reverse, list.sort, result="c")
mover(list.pop)
mover(list.copy, result="l")
mover(list.extend, iterates=(1,), result="c")
constant(list.index, list.count, tuple.index, tuple.count, result="s")
constant(list.__len__, tuple.__len__, dict.__len__, set.__len__, result="s")
constant(list.__contains__, tuple.__contains__, dict.__contains__, set.__contains__, result="s")

# Dictionaries
mover(dict.get, dict.pop, dict.popitem, dict.setdefault, dict.copy, dict.clear)
mover(dict.keys, dict.values, dict.items)
mover(dict.update, iterates=(1,))
mover(dict.fromkeys, iterates=(0,))
mover(collections.OrderedDict.move_to_end, collections.OrderedDict.popitem, collections.OrderedDict.pop)
mover(collections.OrderedDict.keys, collections.OrderedDict.values, collections.OrderedDict.items)
mover(collections.OrderedDict.setdefault, collections.OrderedDict.copy, collections.OrderedDict.clear)
mover(collections.OrderedDict.update, iterates=(1,))
mover(collections.defaultdict.copy)

# Sets
mover(set.add, set.discard, set.remove, set.pop, set.copy, set.clear, frozenset.copy)
mover(set.update, set.union, set.intersection, set.difference, iterates=EVERY)
mover(frozenset.union, frozenset.intersection, frozenset.difference, iterates=EVERY)
mover(set.symmetric_difference, frozenset.symmetric_difference, iterates=(1,))
mover(set.intersection_update, set.difference_update, iterates=EVERY)
mover(set.symmetric_difference_update, iterates=(1,))
constant(set.isdisjoint, set.issubset, set.issuperset, result="s")
constant(frozenset.isdisjoint, frozenset.issubset, frozenset.issuperset, result="s")

# Queues
mover(collections.deque.append, collections.deque.appendleft)
mover(collections.deque.pop, collections.deque.popleft)
mover(collections.deque.insert, collections.deque.remove, collections.deque.rotate, collections.deque.reverse)
mover(collections.deque.copy, collections.deque.clear)
mover(collections.deque.extend, collections.deque.extendleft, iterates=(1,))
constant(collections.deque.index, collections.deque.count, result="s")

# Heaps and sorted lists
mover(heapq.heappush, heapq.heappop, heapq.heapify, heapq.heappushpop, heapq.heapreplace)
mover(heapq.nlargest, heapq.nsmallest, iterates=(1,))
mover(heapq.merge, iterates=EVERY)
mover(bisect.insort_left, bisect.insort_right)
constant(bisect.bisect_left, bisect.bisect_right, result="s")

# What fills a container, called by classes that inherit from one
mover(list.__init__, dict.__init__, set.__init__, collections.deque.__init__, collections.OrderedDict.__init__,
      iterates=(1,), result="c")
mover(collections.defaultdict.__init__, iterates=(2,), result="c", calls=2)
mover(types.SimpleNamespace, iterates=(0,))
mover(weakref.ref, result="c", calls=2)
mover(types.SimpleNamespace.__init__, iterates=(1,), result="c")

# The order that sorts: of what is known when it runs
constant(argsort)

# A function with some arguments filled in, an object as one of its base class
mover(tuple.__new__, iterates=(1,), result="t")
mover(object.__new__)  # holds nothing yet
mover(getattr)
mover(setattr, result="c")
mover(functools.partial, result="c")
mover(super)
