"""The models of the paper in `examples/`: on both backends the same first steps, and the loss falls."""

import numpy as np
import pytest

from cpsad._examples import lstm, rnn


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
