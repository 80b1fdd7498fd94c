"""Recursion through special methods is no deeper on the C stack than any other, in reverse and in forward mode."""

import pytest

from cpsad import grad, jacfwd

DEPTH = 20_000  # what CPython calls from C ends the process below 10,000


class Item:
    def __init__(self, v):
        self.v = v

    def __getitem__(self, n):
        return self.v if n == 0 else self[n - 1] * 0.9999

    def __call__(self, n):
        return self.v if n == 0 else self(n - 1) * 0.9999

    def __getattr__(self, name):
        n = int(name[1:])
        return self.v if n == 0 else getattr(self, f"a{n - 1}") * 0.9999


class Added:
    def __init__(self, v):
        self.v = v

    def __add__(self, n):
        return self.v if n == 0 else (self + (n - 1)) * 0.9999


def by_index(x):
    return Item(x)[DEPTH]


def by_call(x):
    return Item(x)(DEPTH)


def by_attribute(x):
    return getattr(Item(x), f"a{DEPTH}")


def by_operator(x):
    return Added(x) + DEPTH


@pytest.mark.parametrize("operator", [grad, jacfwd])
@pytest.mark.parametrize("function", [by_index, by_call, by_attribute, by_operator])
def test_recursion_through_special_methods(function, operator):
    assert abs(operator(function)(1.3) - 0.9999**DEPTH) < 1e-12
