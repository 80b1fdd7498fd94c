"""The models of the paper in `examples/`: on both backends the same first steps, and the loss falls."""

import numpy as np
import pytest

from cpsad import value_and_grad
from cpsad._examples import cnn, lstm, rnn


@pytest.mark.parametrize("example", [rnn, lstm], ids=["rnn", "lstm"])
def test_first_steps_on_both_backends(example):
    text = np.random.default_rng(1).integers(26, size=2000)
    losses = {}
    for backend in ("native", "numpy"):
        step = example.trainer(example.initial_parameters(np.random.default_rng(0)), backend)
        stream = example.batches(text)
        losses[backend] = [step(*next(stream)) for _ in range(5)]
    assert abs(losses["native"][0] / (example.STEPS * example.BATCH) - np.log(example.LETTERS)) < 0.1
    np.testing.assert_allclose(losses["native"], losses["numpy"], rtol=1e-4)
    assert losses["native"][0] > 1250 and all(np.isfinite(losses["native"]))


def test_convolutions_on_both_backends():
    stream = cnn.batches(*cnn.drawings(2 * cnn.BATCH, np.random.default_rng(2)))
    images, labels = next(stream)
    images, labels = images[:, :10], labels[:10]
    parameters = cnn.initial_parameters(np.random.default_rng(0))
    args = (*parameters, images, labels, np.arange(10), np.full((50, 10), 1, np.float32), cnn.patches(1, 28), cnn.patches(10, 12))
    found = value_and_grad(cnn.loss, argnums=tuple(range(8)), backend="native")(*args)
    expected = value_and_grad(cnn.loss, argnums=tuple(range(8)))(*args)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)
    for mine, other in zip(found[1], expected[1]):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-4 * np.abs(other).max())
