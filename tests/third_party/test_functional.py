"""toolz and more-itertools: functions of functions, partial application by a class, generators over generators."""

from tests.third_party.compare import agrees, library

toolz = library("toolz")
more = library("more_itertools")


def test_currying_and_pipes():
    @toolz.curry
    def scale(k, x):
        return k * x * x

    def f(x):
        both = toolz.compose(scale(x), lambda v: v + 1)
        return both(2.0) + toolz.pipe(x, scale(2.0), lambda v: v**2) + sum(
            toolz.pipe([x, x * x, 2.0], toolz.curried.map(lambda v: v * x), toolz.curried.filter(lambda v: v > 0.1), list))

    library("toolz.curried")
    agrees(f, 0.5)


def test_dictionaries_of_values():
    def f(x):
        d = toolz.valmap(lambda v: v * x, {"a": x, "b": 1.0})
        d = toolz.update_in(toolz.assoc_in(d, ["c", "d"], x), ["c", "d"], lambda v: v * v)
        merged = toolz.merge_with(sum, {"a": x}, {"a": x * x, "b": 2.0})
        groups = toolz.reduceby(lambda v: v > 1, lambda a, b: a + b, [x, 2.0, x * 3, 5.0])
        return toolz.get_in(["c", "d"], d) * d["a"] + merged["a"] * merged["b"] + groups[True] * groups[False]

    agrees(f, 0.5)


def test_windows_and_chunks():
    def f(x):
        xs = [x, x * x, 2.0, x + 1, 3.0]
        total = sum(a * b for a, b in more.pairwise(xs)) + more.dotproduct(xs, xs) + more.polynomial_eval([x, 2.0, 3.0], x)
        total += sum(sum(c) * (i + 1) for i, c in enumerate(more.chunked(xs, 2)))
        return total + sum(w[0] * w[2] for w in more.windowed(xs, 3)) + sum(more.convolve(xs, [1.0, x]))

    agrees(f, 0.5)


def test_iterators_that_look_ahead():
    def f(x):
        xs = [x, x * x, 2.0, x + 1, 3.0]
        ahead = more.peekable(xs)
        total = ahead.peek() * next(ahead) + sum(ahead)
        low, high = more.partition(lambda v: v > 1, xs)
        total += sum(low) * sum(high) + sum(more.roundrobin([x], [x * x, 2.0])) + sum(more.difference([x, 2 * x, 5.0]))
        again = more.seekable(iter(xs))
        total += sum(again)
        again.seek(0)
        return total + next(again) * 3

    agrees(f, 0.5)
