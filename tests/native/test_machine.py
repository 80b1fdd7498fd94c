"""Scalar programs without calls: continuations are labels, and records hold what the way back reads."""

import math
import re

import numpy as np
import pytest

from cpsad import source, value_and_grad
from cpsad.native.flow import Block, Jump, jump
from tests.benchmarks.scalars import collatz


def tree(x, y, depth):
    if depth == 0:
        return math.sin(x) * y
    return tree(x * 0.9, y, depth - 1) + tree(y * 0.8, x, depth - 2 if depth > 1 else 0) * x


def averages(x, n):
    """A variable of an outer turn is added to on the way back from inner ones."""
    total = 0.0
    for i in range(n):
        scale = x * i
        for j in range(i):
            total = total + scale * math.cos(x + j)
        total = total * scale + x
    return total


@pytest.mark.parametrize("function, args, argnums", [(collatz, (0.5, 40), 0), (tree, (0.7, 0.3, 6), (0, 1)),
                                                     (averages, (0.7, 6), 0)])
def test_same_as_numpy(function, args, argnums):
    found = value_and_grad(function, argnums=argnums, backend="native")(*args)
    expected = value_and_grad(function, argnums=argnums)(*args)
    assert np.allclose(found[0], expected[0], rtol=1e-14, atol=0)
    assert np.allclose(found[1], expected[1], rtol=1e-13, atol=0)


def test_records_hold_what_the_way_back_reads():
    text = source(collatz, stage="c", args=(0.5, 40))
    records = re.findall(r"typedef struct \{ (.*) \} collatz__record\d+;", text)
    assert records == ["unsigned char tag;"] * 2, text  # of a turn that adds there is none
    assert len(re.findall(r"^static .*\{$", text, re.M)) == 2, text  # the function and the entry


def test_a_function_that_calls_itself_goes_forward_and_backward():
    text = source(tree, stage="c", args=(0.7, 0.3, 6))
    assert "tree__2__forward(R," in text and "tree__2__backward(R," in text and "continuation)" not in text


class Group:
    def __init__(self):
        self.blocks, self.names, self.shared = {}, set(), set()

    def unique(self, name):
        return name

    def site(self, call, block):
        from cpsad.native.flow import Site

        return Site(1, call, block)


class Spec:
    c, cell_types, parent = "f", {}, None

    def __init__(self, declared, body):
        self.params, self.declared, self.body = [], dict.fromkeys(declared.split(), "double"), body


@pytest.mark.parametrize("behind, live, tail", [
    (["c = b;", "return c;"], "b", True),
    (["c = b * x;", "return c;"], "b x", False),
    (["x = 1.0;", "c = b * x;", "return c;"], "b", False),
    (["if (x > 0) {", "    c = y;", "}", "return c;"], "c x y", False),
    (["if (b > 0) {", "    c = y;", "} else {", "    c = x;", "}", "return c;"], "b x y", False),
])
def test_what_is_read_behind_a_call(behind, live, tail):
    call = jump("b = g(R, y);", None, ["y"], "b").at(1)
    assert isinstance(call, Jump) and call == "    b = g(R, y);"
    block = Block(Spec("b c x y", ["x = y;", call, *behind]), Group())
    block.look()
    (site,) = block.sites
    assert block.live_behind(site) & {"b", "c", "x", "y"} == set(live.split()) and block.is_tail(site) == tail
    assert block.assigned == {"x": {"y"}}
