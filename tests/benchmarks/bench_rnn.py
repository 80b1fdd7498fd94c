"""A vanilla recurrent network, hidden 50, 20 steps, batch 1: value and gradient, by cpsad, by hand, by autograd.

Two ways of writing it: `rows` with one-dimensional states and the log-sum-exp, as `examples/char_rnn.py` does, and
`columns` with one-hot columns and softmax, the well-known short program, whose backward pass is the classic one.
"""

import numpy as np
import pytest

from cpsad import value_and_grad

HIDDEN, STEPS, CHARACTERS = 50, 20, 65
RNG = np.random.default_rng(0)
WEIGHTS = (
    RNG.normal(0, 0.1, (HIDDEN, CHARACTERS)),
    RNG.normal(0, 0.1, (HIDDEN, HIDDEN)),
    RNG.normal(0, 0.1, (CHARACTERS, HIDDEN)),
)
INPUTS = [int(i) for i in RNG.integers(CHARACTERS, size=STEPS)]
TARGETS = [int(i) for i in RNG.integers(CHARACTERS, size=STEPS)]
ALL = (0, 1, 2, 3, 4)


def parameters(*shape):
    """Weights, and biases of the given number of dimensions."""
    return (*WEIGHTS, np.zeros((HIDDEN, *shape)), np.zeros((CHARACTERS, *shape)))


# -- rows ------------------------------------------------------------------------------------------------------


def rows(Wxh, Whh, Why, bh, by, inputs, targets):
    h = np.zeros(HIDDEN)
    loss = 0.0
    for ix, target in zip(inputs, targets):
        h = np.tanh(Wxh[:, ix] + Whh @ h + bh)
        y = Why @ h + by
        y = y - np.max(y)
        loss += np.log(np.sum(np.exp(y))) - y[target]
    return loss


def rows_by_hand(Wxh, Whh, Why, bh, by, inputs, targets):
    hs = [np.zeros(HIDDEN)]
    ps = []
    loss = 0.0
    for ix, target in zip(inputs, targets):
        hs.append(np.tanh(Wxh[:, ix] + Whh @ hs[-1] + bh))
        y = Why @ hs[-1] + by
        e = np.exp(y - np.max(y))
        p = e / np.sum(e)
        ps.append(p)
        loss -= np.log(p[target])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros(HIDDEN)
    for t in reversed(range(len(inputs))):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWhy += np.outer(dy, hs[t + 1])
        dby += dy
        dh = Why.T @ dy + dhnext
        draw = (1 - hs[t + 1] * hs[t + 1]) * dh
        dbh += draw
        dWxh[:, inputs[t]] += draw
        dWhh += np.outer(draw, hs[t])
        dhnext = Whh.T @ draw
    return loss, (dWxh, dWhh, dWhy, dbh, dby)


def rows_overloaded(Wxh, Whh, Why, bh, by, inputs, targets):
    import autograd.numpy as np

    h = np.zeros(HIDDEN)
    loss = 0.0
    for ix, target in zip(inputs, targets):
        h = np.tanh(Wxh[:, ix] + Whh @ h + bh)
        y = Why @ h + by
        y = y - np.max(y)
        loss = loss + np.log(np.sum(np.exp(y))) - y[target]
    return loss


# -- columns ---------------------------------------------------------------------------------------------------


def columns(Wxh, Whh, Why, bh, by, inputs, targets):
    h = np.zeros((HIDDEN, 1))
    loss = 0.0
    for t in range(len(inputs)):
        x = np.zeros((CHARACTERS, 1))
        x[inputs[t]] = 1
        h = np.tanh(np.dot(Wxh, x) + np.dot(Whh, h) + bh)
        y = np.dot(Why, h) + by
        p = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(p[targets[t], 0])
    return loss


def columns_by_hand(Wxh, Whh, Why, bh, by, inputs, targets):
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.zeros((HIDDEN, 1))
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((CHARACTERS, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        y = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        draw = (1 - hs[t] * hs[t]) * dh
        dbh += draw
        dWxh += np.dot(draw, xs[t].T)
        dWhh += np.dot(draw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, draw)
    return loss, (dWxh, dWhh, dWhy, dbh, dby)


def columns_overloaded(Wxh, Whh, Why, bh, by, inputs, targets):
    import autograd.numpy as np

    h = np.zeros((HIDDEN, 1))
    loss = 0.0
    for t in range(len(inputs)):
        x = np.zeros((CHARACTERS, 1))
        x[inputs[t]] = 1
        h = np.tanh(np.dot(Wxh, x) + np.dot(Whh, h) + bh)
        y = np.dot(Why, h) + by
        p = np.exp(y) / np.sum(np.exp(y))
        loss = loss - np.log(p[targets[t], 0])
    return loss


def candidates(function, hand, overloaded, weights):
    """Functions without arguments that compute the same, by name; the first is what the others are compared with."""
    gradient = value_and_grad(function, argnums=ALL)
    found = {
        "by hand": lambda: hand(*weights, INPUTS, TARGETS),
        "cpsad": lambda: gradient(*weights, INPUTS, TARGETS),
        "plain function": lambda: function(*weights, INPUTS, TARGETS),
    }
    try:
        import autograd
    except ImportError:
        return found
    traced = autograd.value_and_grad(overloaded, argnum=ALL)
    return found | {"autograd": lambda: traced(*weights, INPUTS, TARGETS)}


ROWS = candidates(rows, rows_by_hand, rows_overloaded, parameters())
COLUMNS = candidates(columns, columns_by_hand, columns_overloaded, parameters(1))


def check(result, expected):
    assert np.isclose(result[0], expected[0], rtol=1e-12)
    for found, gradient in zip(result[1], expected[1]):
        np.testing.assert_allclose(found, gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.benchmark(group="rnn in rows: hidden 50, 20 steps")
@pytest.mark.parametrize("name", ROWS)
def test_rows(benchmark, name):
    result = benchmark(ROWS[name])
    if name != "plain function":
        check(result, ROWS["by hand"]())


@pytest.mark.benchmark(group="rnn in columns: hidden 50, 20 steps")
@pytest.mark.parametrize("name", COLUMNS)
def test_columns(benchmark, name):
    result = benchmark(COLUMNS[name])
    if name != "plain function":
        check(result, COLUMNS["by hand"]())
