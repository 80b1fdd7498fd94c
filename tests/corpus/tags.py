"""Texts as tags, and functions that are one of several: chosen, in lists, in objects."""

import math

from tests.corpus.case import case


@case(0.7, 2)
@case(1.3, 5)
def tags_in_a_loop(x, n):
    last = "none"
    for i in range(n):
        for tag in ("square", "sine", "skip"):
            if tag == "skip" or tag == last:
                continue
            x = x * x if tag == "square" else math.sin(x)
            last = tag
        if last in ("cosine", "sine"):
            x = x + i
    return x


class Term:
    def __init__(self, kind, left=None, right=None, value=0.0):
        self.kind, self.left, self.right, self.value = kind, left, right, value


TERM = Term("sum", Term("product", Term("variable"), Term("variable")), Term("product", Term("number", value=3.0), Term("variable")))


def value_of_term(term, x):
    if term.kind == "variable":
        return x
    if term.kind == "number":
        return term.value
    left, right = value_of_term(term.left, x), value_of_term(term.right, x)
    if term.kind == "sum":
        return left + right
    if term.kind == "product":
        return left * right
    raise ValueError(f"no such kind: {term.kind}")


@case(1.4, TERM, argnums=0)
@case(0.4, TERM.left, argnums=0)
def tree_with_tags(x, term):
    return value_of_term(term, x) * x


@case(0.3, 3)
@case(0.3, 4)
def functions_in_a_list(x, n):
    def shifted(t):
        return t + x

    chosen = [math.sin, lambda t: t * t, shifted]
    if n % 2:
        chosen.append(math.exp)
    y = x
    for i in range(n):
        f = chosen[i % len(chosen)]
        y = f(y) * 0.5
    g = chosen[0] if y > 0.1 else chosen[-1]
    return g(y) + y


class Step:
    def __init__(self, rate):
        self.rate = rate

    def up(self, x):
        return x * (1 + self.rate)

    def down(self, x):
        return x - self.rate


@case(0.8, 0.25)
def methods_in_a_list(x, rate):
    small, large = Step(rate), Step(rate * 2)
    for move in [small.up, large.up, small.down, large.down]:
        x = move(x)
    return x
