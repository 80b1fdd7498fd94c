"""The models of the paper in `examples/`, native, against PyTorch eager doing the same mathematics, step by step in turns.

    python -m tests.benchmarks.models [ROUNDS] [MODEL ...]

One thread each. A step is the gradient and the update. A ratio is that of the fastest steps: what else the machine does
only adds. `primal` is the loss alone, `ratio` the gradient to it, `first` the seconds of the first step, compiled anew.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

RNG = np.random.default_rng(1)


def recurrent(name):
    import importlib

    example = importlib.import_module(name)
    text = RNG.integers(example.LETTERS, size=20_000)
    inputs, targets = next(example.batches(text))
    parameters = example.initial_parameters(np.random.default_rng(0))
    return example, parameters, (inputs, targets)


def convolutional():
    import importlib

    example = importlib.import_module("cnn")
    images, labels = next(example.batches(*example.drawings(example.BATCH, np.random.default_rng(2))))
    return example, example.initial_parameters(np.random.default_rng(0)), (images, labels)


def torch_cnn(parameters, images, labels):
    import torch

    torch.set_num_threads(1)
    shapes = ((10, 1, 5, 5), (10,), (20, 10, 5, 5), (20,), (50, 320), (50,), (10, 50), (10,))
    P = [torch.tensor(p.reshape(s), requires_grad=True) for p, s in zip(parameters, shapes)]
    x, y = torch.tensor(np.ascontiguousarray(images.T).reshape(-1, 1, 28, 28)), torch.tensor(labels)
    f = torch.nn.functional

    def step():
        h = f.max_pool2d(torch.relu(f.conv2d(x, P[0], P[1])), 2)
        h = f.max_pool2d(torch.relu(f.conv2d(h, P[2], P[3])), 2)
        h = f.dropout(f.linear(h.reshape(-1, 320), P[4], P[5]), 0.5)
        loss = f.cross_entropy(f.linear(h, P[6], P[7]), y, reduction="sum")
        loss.backward()
        with torch.no_grad():
            for p in P:
                p.sub_(p.grad, alpha=5e-4)
                p.grad = None
        return loss.item()

    return step


def torch_step(name, parameters, inputs, targets):
    import torch

    torch.set_num_threads(1)
    P = [torch.tensor(p, requires_grad=True) for p in parameters]
    memory = [torch.zeros_like(p) for p in P]
    x, y = torch.tensor(inputs), torch.tensor(targets)
    losses = {"rnn": torch_rnn, "lstm": torch_lstm}

    def step():
        loss = losses[name](torch, P, x, y)
        loss.backward()
        adagrad(torch, P, memory)
        return loss.item()

    return step


def adagrad(torch, P, memory):
    """The update of the examples, in place."""
    with torch.no_grad():
        for p, m in zip(P, memory):
            g = p.grad.clamp_(-5, 5)
            m.addcmul_(g, g)
            p.addcdiv_(g, torch.sqrt(m + 1e-8), value=-0.1)
            p.grad = None


def torch_rnn(torch, P, inputs, targets):
    Wxh, Whh, bh, Why, by = P
    h = torch.zeros(inputs.shape[1], Whh.shape[0])
    total = 0
    for x, t in zip(inputs, targets):
        h = torch.tanh(Wxh[x] + h @ Whh + bh)
        total = total + torch.nn.functional.cross_entropy(h @ Why + by, t, reduction="sum")
    return total


def torch_lstm(torch, P, inputs, targets):
    Wf, Uf, bf, Wi, Ui, bi, Wo, Uo, bo, Wc, Uc, bc, Why, by = P
    h = c = torch.zeros(inputs.shape[1], Uf.shape[0])
    total = 0
    for x, t in zip(inputs, targets):
        f = torch.sigmoid(Wf[x] + h @ Uf + bf)
        i = torch.sigmoid(Wi[x] + h @ Ui + bi)
        o = torch.sigmoid(Wo[x] + h @ Uo + bo)
        c = f * c + i * torch.tanh(Wc[x] + h @ Uc + bc)
        h = o * torch.tanh(c)
        total = total + torch.nn.functional.cross_entropy(h @ Why + by, t, reduction="sum")
    return total


def torch_module(inputs, targets):
    """`torch.nn.LSTM` with the same sizes, and the same update."""
    import torch

    torch.manual_seed(0)
    lstm, linear = torch.nn.LSTM(26, 50), torch.nn.Linear(50, 26)
    P = [*lstm.parameters(), *linear.parameters()]
    memory = [torch.zeros_like(p) for p in P]
    x, y = torch.nn.functional.one_hot(torch.tensor(inputs), 26).float(), torch.tensor(targets)

    def step():
        out, _ = lstm(x)
        loss = torch.nn.functional.cross_entropy(linear(out).reshape(-1, 26), y.reshape(-1), reduction="sum")
        loss.backward()
        adagrad(torch, P, memory)

    return step


def in_turns(runs, rounds):
    best = [float("inf")] * len(runs)
    for _ in range(rounds):
        for i, run in enumerate(runs):
            for _ in range(5):  # the first finds the caches full of the others' work
                start = time.perf_counter()
                run()
                best[i] = min(best[i], time.perf_counter() - start)
    return best


def measure(name, rounds):
    from cpsad import compile, value_and_grad

    example, parameters, data = convolutional() if name == "cnn" else recurrent(name)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CPSAD_CACHE_DIR"] = folder
        step = example.trainer([p.copy() for p in parameters])
        start = time.perf_counter()
        step(*data)
        first = time.perf_counter() - start
        gradient = value_and_grad(example.loss, argnums=tuple(range(len(parameters))), backend="native")
        primal = compile(example.loss)
        more = (np.arange(example.BATCH), np.full((50, example.BATCH), 1, np.float32), example.patches(1, 28),
                example.patches(10, 12)) if name == "cnn" else ()
        runs = {"native": lambda: step(*data), "gradient": lambda: gradient(*parameters, *data, *more),
                "primal": lambda: primal(*parameters, *data, *more)}
        try:
            runs["torch"] = torch_cnn(parameters, *data) if name == "cnn" else torch_step(name, parameters, *data)
            if name == "lstm":
                runs["nn.LSTM"] = torch_module(*data)
        except ImportError:
            print("PyTorch is not installed")
        times = dict(zip(runs, in_turns(list(runs.values()), rounds)))
    line = ", ".join(f"{k} {v * 1e6:.0f} us" for k, v in times.items())
    print(f"{name}: {line}; first {first:.2f} s; gradient to primal {times['gradient'] / times['primal']:.2f}")
    for other in ("torch", "nn.LSTM"):
        if other in times:
            print(f"    {times[other] / times['native']:.1f} times faster than {other}")


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for name in sys.argv[2:] or ["rnn", "lstm", "cnn"]:
        measure(name, rounds)


if __name__ == "__main__":
    main()
