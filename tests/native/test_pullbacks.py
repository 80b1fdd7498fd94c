"""Vector-Jacobian products in native code: results of every structure, cotangents checked, as on the NumPy backend."""

import logging

import numpy as np
import pytest

from cpsad import elementwise_grad, grad, jacrev, vjp
from cpsad.native.program import StagingError

X = np.array([0.1, 0.2, 0.3])
W = np.arange(9.0).reshape(3, 3) / 10


def states(x, weights, turns):
    h = x
    for _ in range(turns):
        h = np.tanh(weights @ h)
    return h, (np.sum(h), turns), float(h[0])


def parts(x):
    return x[1:], x * 1.0


def overwritten(x):
    x[0] = x[1] * x[2]
    return x * 2.0, x[0]


def same(a, b):
    if isinstance(a, tuple):
        assert isinstance(b, tuple) and len(a) == len(b)
        for x, y in zip(a, b):
            same(x, y)
        return
    assert type(a) is type(b)
    if a is not None:
        assert np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-6 if np.asarray(a).dtype == np.float32 else 1e-12, atol=0)


CALLS = [
    (states, (X, W, 3), [(np.array([1.0, 2.0, 3.0]), (2.0, None), 0.5), (np.zeros(3), (1.0, None), 0.0)]),
    (parts, (X,), [(np.ones(2), np.array([3.0, 0.0, 1.0]))]),
    (overwritten, (X,), [(np.array([1.0, 2.0, 3.0]), -1.0)]),
    (lambda x: x * x, (3.0,), [2.0, 3]),
    (lambda x: x * x, (np.float32(3),), [2.0]),
    (lambda x, y: np.float32(2) * x @ y, (W.astype(np.float32), W.astype(np.float32).T), [np.ones((3, 3))]),
    (lambda n, x: x * n, (2, X), [np.ones(3)[::-1]]),
]


@pytest.mark.parametrize("function, args, cotangents", CALLS)
def test_same_as_numpy(function, args, cotangents):
    def fresh():
        return [a.copy() if isinstance(a, np.ndarray) else a for a in args]

    mine, other = fresh(), fresh()
    (value, pull), (expected, plain) = vjp(function, *mine, backend="native"), vjp(function, *other)
    same(value, expected)
    for cotangent in cotangents:
        same(pull(cotangent), plain(cotangent))
    same(tuple(mine), tuple(other))


def test_a_cotangent_of_another_structure():
    _, pull = vjp(states, X, W, 1, backend="native")
    with pytest.raises(TypeError, match=r"the cotangent\[0\] has shape \(2,\); it belongs to an array of shape \(3,\)"):
        pull((np.ones(2), (1.0, None), 1.0))
    with pytest.raises(TypeError, match="another structure"):
        pull(np.ones(3))


def test_a_cotangent_is_not_written_to():
    given = np.ones(3)
    _, pull = vjp(lambda x: x, X, backend="native")
    (found,) = pull(given)
    found += 1
    assert given.tolist() == [1, 1, 1]
    _, pull = vjp(lambda x: (x, x), X, backend="native")
    same(pull((given, given)), (np.full(3, 2.0),))
    assert given.tolist() == [1, 1, 1]


def test_jacobians():
    def f(x, weights):
        h = np.tanh(weights @ x)
        return h, h[0] * x

    same(jacrev(f, argnums=(0, 1), backend="native")(X, W), jacrev(f, argnums=(0, 1))(X, W))
    same(elementwise_grad(lambda x: x * np.sin(x), backend="native")(X), np.sin(X) + X * np.cos(X))


def test_an_array_that_is_written_is_as_given_in_each_run():
    mine, other = X.copy(), X.copy()
    same(jacrev(overwritten, backend="native")(mine), jacrev(overwritten)(other))
    same(mine, other)


def test_inside_a_differentiated_function():
    def outer(x):
        return vjp(lambda y, scale: y * y * scale, x, scale=x, backend="native")[1](x)[0].sum()

    same(grad(outer)(X), 6 * X * X)


def test_what_cannot_be_staged(caplog):
    def as_dict(x):
        return {y: y for y in [x]}

    with pytest.raises(StagingError, match="cannot be staged"):
        vjp(as_dict, 1.0, backend="native")
    with caplog.at_level(logging.WARNING, "cpsad"):
        value, pull = vjp(as_dict, 1.0, backend="auto")
        assert (value, pull({1.0: 3.0})) == ({1.0: 1.0}, (3.0,))
    assert "runs in Python" in caplog.text
    with pytest.raises(ValueError, match="backend='c'"):
        vjp(as_dict, 1.0, backend="c")


def test_decided_by_comparisons_only():
    _, pull = vjp(lambda x: 2.0 if x > 0 else 1.0, 3.0, backend="native")
    with pytest.raises(Exception, match="by comparisons only"):
        pull(7.0)
