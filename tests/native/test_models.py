"""The models of the paper in `examples/`: on both backends the same first steps, and the loss falls."""

import numpy as np
import pytest

from cpsad import value_and_grad
from cpsad._examples import cnn, lstm, rnn, tree_lstm, tree_rnn


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


@pytest.mark.parametrize("example", [tree_rnn, tree_lstm], ids=lambda e: e.__name__)
def test_trees_on_both_backends(example):
    trees, words = tree_rnn.made_up_trees(3, np.random.default_rng(1), words=20)
    vectors = np.random.default_rng(2).normal(size=(words, 12)).astype(np.float32)
    parameters = [np.ascontiguousarray(p[:, :12]) if p.shape[-1:] == (tree_rnn.VECTOR,) else p
                  for p in example.initial_parameters(np.random.default_rng(0))]
    losses = {}
    for backend in ("native", "numpy"):
        step = example.trainer([p.copy() for p in parameters], backend)
        losses[backend] = [step(vectors, t) for _ in range(2) for t in trees]
    np.testing.assert_allclose(losses["native"], losses["numpy"], rtol=1e-4)
    assert losses["native"][-1] < losses["native"][2]


def test_trees_as_the_treebank_writes_them(tmp_path):
    path = tmp_path / "trees.txt"
    path.write_text("(3 (2 Good) (2 (1 old) (2 days)))\n\n(0 bad)\n", encoding="utf-8")
    (first, second), words = tree_rnn.read_trees(path)
    assert words == 4 and second.label == 0 and second.left is None and second.word == 3
    assert (first.label, first.left.word, first.right.label, first.right.right.word, first.word) == (3, 0, 2, 2, -1)
