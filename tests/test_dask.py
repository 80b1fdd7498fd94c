"""Dask arrays: the gradient is a lazy Dask array; and what is computed survives the loss of a worker."""

import time

import numpy as np
import pytest

from cpsad import grad

da = pytest.importorskip("dask.array")
X = np.random.default_rng(0).uniform(0.1, 1, (40, 30))


def looped(x):
    y = x
    for _ in range(3):
        y = np.sin(y) * x
    return y.sum()


FUNCTIONS = [
    lambda x: np.sum(np.sin(x) * x), lambda x: np.sum(np.tanh(x @ x.T)), lambda x: np.mean(np.exp(x)) + np.sum(np.sqrt(x.reshape(-1))),
    lambda x: np.sum(np.where(x > 0.3, x * x, 2 * x)), lambda x: np.sum(np.sum(x, axis=0) ** 2) / np.linalg.norm(x),
    lambda x: np.sum(np.maximum(x, 0.5) * x), lambda x: np.sum(np.concatenate([x, x * 2]) ** 2), lambda x: np.var(x) + np.std(x),
    lambda x: np.sum(np.clip(x, 0.3, 0.7) ** 3) + np.sum(np.abs(x - 0.5)), lambda x: np.sum(x[2:5] ** 2) + np.sum(x.T[1] * 3),
    lambda x: np.max(x) + np.min(x), lambda x: np.sum(x / np.sqrt(x) + np.log(x)), looped]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_the_gradient_is_lazy(f):
    x = da.from_array(X, chunks=(20, 15))
    g = grad(f)(x)
    assert isinstance(g, da.Array) and g.shape == x.shape and g.dtype == x.dtype
    np.testing.assert_allclose(np.asarray(g), grad(f)(X), rtol=1e-12)


def test_nothing_is_computed():
    touched = []

    def block(b):
        touched.append(b.shape)
        return b

    x = da.from_array(X, chunks=(20, 15)).map_blocks(block, meta=X[:0])
    g = grad(lambda x: np.sum(np.sin(x) * x + np.maximum(x, 0.5) / x))(x)
    assert not touched
    g.compute()
    assert touched


def test_a_worker_is_lost():
    """Two processes, several chunks, one process killed in the middle: another one takes its place."""
    distributed = pytest.importorskip("distributed")

    def slow(b):
        import time

        time.sleep(0.3)
        return b

    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, (
            distributed.Client(cluster)) as client:
        x = da.from_array(X, chunks=(10, 10)).map_blocks(slow, meta=X[:0])
        future = client.compute(grad(lambda x: np.sum(np.tanh(x) * x))(x))
        time.sleep(1)  # some of the 12 chunks are done, and lost with the process that holds them
        first = next(iter(cluster.workers.values()))
        client.sync(first.kill)
        np.testing.assert_allclose(future.result(timeout=60), grad(lambda x: np.sum(np.tanh(x) * x))(X), rtol=1e-12)
        gradient = grad(lambda x: np.sum(x * x * 3))
        found = client.gather(client.map(gradient, [X, 2 * X]))
    np.testing.assert_allclose(found[1], 12 * X)
