"""Sets: their algebra, where what is known of an operand is little."""

from tests.corpus.case import case


def _meet(first, second):
    return first & second


def _either(first, second):
    first |= second
    return first


def _differ(first, second):
    return first ^ second


@case(1.3)
def algebra_of_sets_in_callees(x):
    y = x * x
    kept = _meet({x, y}, {y, 2.0})
    other = _differ({x, y}, {y, 7.0})
    both = _either({x}, {y})
    return sum(kept) + 2.0 * sum(other) + 3.0 * sum(both) + _meet(7, 3) + _meet(True, False)


@case(1.3, 0.4)
def algebra_of_sets(x, y):
    values = {x, y, x * y}
    values ^= {x + y}
    values -= {y}
    shared = values & {x, 3.0} | {2.0 * y}
    return sum(v * v for v in values) * sum(shared) if values > shared - {2.0 * y} else x


@case(1.3)
def keys_in_common(x):
    def common(first, **second):
        return sorted(set(first) & set(second) ^ {"c"}), first.keys() | second.keys()

    given = {"a": x, "b": x * x}
    names, every = common(given, b=2.0, a=x)
    return sum(given.get(name, 5.0) * (i + 1) for i, name in enumerate(names)) * len(every)
