"""What a generator returns, where the user's code catches its StopIteration, or `yield from` asks for it after a `send`."""

from tests.corpus.case import case


@case(1.2)
def value_of_a_caught_end(x):
    def walk():
        yield x
        return 2 * x

    g = walk()
    total = next(g) * x
    try:
        total += next(g)
    except StopIteration as end:
        total += end.value * total
    return total


@case(1.2)
def value_of_an_end_after_send(x):
    def walk():
        got = yield x
        return got * x

    g = walk()
    v = next(g)
    total = 0.0
    try:
        while True:
            total += v
            v = g.send(v * 2)
    except StopIteration as end:
        return total * end.value


@case(1.2)
def delegated_generator_ends_after_send(x):
    def inner():
        a = yield x
        b = yield a * x
        return a * b

    def outer():
        r = yield from inner()
        q = yield r * r
        return q * r

    g = outer()
    v = next(g)
    for _ in range(2):
        v = g.send(v + x)
    try:
        g.send(v * x)
    except StopIteration as end:
        return v + end.value


@case(1.2)
def tasks_in_turns(x):
    def task(n):
        s = 0.0
        for i in range(n):
            s += yield x * i
        return s

    found = {}
    waiting = [(i, task(2 + i), None) for i in range(2)]
    while waiting:
        i, t, v = waiting.pop(0)
        try:
            w = t.send(v)
        except StopIteration as end:
            found[i] = end.value
        else:
            waiting.append((i, t, w * x))
    return found[0] * found[1]
