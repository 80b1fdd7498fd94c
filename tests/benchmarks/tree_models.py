"""The models on trees in `examples/`, native, against PyTorch eager doing the same mathematics, tree by tree in turns.

    python -m tests.benchmarks.tree_models [ROUNDS]

One thread each; a turn is the gradient and the update for each of 10 trees. The times are those of the fastest turns. "gates apart":
PyTorch with a product for each gate, as the equations have them, instead of one for all.
"""

import os
import sys
import tempfile
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

from tests.benchmarks.models import in_turns


def torch_step(parameters, vectors, encode):
    import torch

    torch.set_num_threads(1)
    P = [torch.tensor(p, requires_grad=True) for p in parameters]
    memory = [torch.zeros_like(p) for p in P]
    words = torch.tensor(vectors)

    def step(tree):
        *_, loss = encode(torch, P, words, tree)
        loss.backward()
        with torch.no_grad():
            for p, m in zip(P, memory):
                m.addcmul_(p.grad, p.grad)
                p.addcdiv_(p.grad, torch.sqrt(m + 1e-8), value=-0.05)
                p.grad = None
        return loss.item()

    return step


def judged(torch, P, h, label):
    return torch.nn.functional.cross_entropy((P[5] @ h + P[6])[None], torch.tensor([label]), reduction="sum")


def tree_rnn(torch, P, words, node):
    W, b, U, V, d, _, _ = P
    if node.left is None:
        h = torch.tanh(W @ words[node.word] + b)
        return h, judged(torch, P, h, node.label)
    left, a = tree_rnn(torch, P, words, node.left)
    right, c = tree_rnn(torch, P, words, node.right)
    h = torch.tanh(U @ left + V @ right + d)
    return h, a + c + judged(torch, P, h, node.label)


def tree_lstm(torch, P, words, node):
    W, b, U, V, d, _, _ = P
    n = U.shape[1]
    if node.left is None:
        z = W @ words[node.word] + b
        gates = torch.sigmoid(z[: 2 * n])
        c = gates[:n] * torch.tanh(z[2 * n:])
        h = gates[n:] * torch.tanh(c)
        return h, c, judged(torch, P, h, node.label)
    hl, cl, a = tree_lstm(torch, P, words, node.left)
    hr, cr, e = tree_lstm(torch, P, words, node.right)
    z = U @ hl + V @ hr
    gates = torch.sigmoid(z[: 3 * n] + d[: 3 * n])
    right = torch.sigmoid(z[3 * n: 4 * n] + d[2 * n: 3 * n])
    c = gates[:n] * torch.tanh(z[4 * n:] + d[3 * n:]) + gates[2 * n:] * cl + right * cr
    h = gates[n: 2 * n] * torch.tanh(c)
    return h, c, a + e + judged(torch, P, h, node.label)


def gates_apart(torch, P, words, node):
    W, b, U, V, d, _, _ = P
    n = U.shape[1]

    def gate(k, j=None):
        j = k if j is None else j
        if node.left is None:
            return W[k * n: (k + 1) * n] @ e + b[k * n: (k + 1) * n]
        return U[k * n: (k + 1) * n] @ hl + V[k * n: (k + 1) * n] @ hr + d[j * n: (j + 1) * n]

    below = 0.0
    if node.left is None:
        e = words[node.word]
        c = torch.sigmoid(gate(0)) * torch.tanh(gate(2))
    else:
        hl, cl, first = gates_apart(torch, P, words, node.left)
        hr, cr, second = gates_apart(torch, P, words, node.right)
        below = first + second
        c = torch.sigmoid(gate(0)) * torch.tanh(gate(4, 3)) + torch.sigmoid(gate(2)) * cl + torch.sigmoid(gate(3, 2)) * cr
    h = torch.sigmoid(gate(1)) * torch.tanh(c)
    return h, c, below + judged(torch, P, h, node.label)


def measure(name, rounds):
    import importlib

    from cpsad import compile, value_and_grad
    example, made = importlib.import_module(f"cpsad._examples.{name}"), importlib.import_module("cpsad._examples.tree_rnn")
    trees, words = made.made_up_trees(10, np.random.default_rng(0))
    vectors = np.random.default_rng(1).normal(size=(words, example.VECTOR)).astype(np.float32)
    parameters = example.initial_parameters(np.random.default_rng(2))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CPSAD_CACHE_DIR"] = folder
        step = example.trainer([p.copy() for p in parameters])
        start = time.perf_counter()
        step(vectors, trees[0])
        first = time.perf_counter() - start
        gradient = value_and_grad(example.loss, argnums=tuple(range(len(parameters))), backend="native")
        primal = compile(example.loss)
        runs = {"native": lambda t: step(vectors, t), "gradient": lambda t: gradient(*parameters, vectors, t),
                "primal": lambda t: primal(*parameters, vectors, t)}
        try:
            runs["torch"] = torch_step(parameters, vectors, tree_rnn if name == "tree_rnn" else tree_lstm)
            if name == "tree_lstm":
                runs["gates apart"] = torch_step(parameters, vectors, gates_apart)
        except ImportError:
            print("PyTorch is not installed")
        turns = [lambda run=run: [run(t) for t in trees] for run in runs.values()]
        times = dict(zip(runs, in_turns(turns, rounds)))
    print(f"{name}: {', '.join(f'{k} {v / len(trees) * 1e6:.0f} us' for k, v in times.items())} a tree; first {first:.2f} s; "
          f"gradient to primal {times['gradient'] / times['primal']:.2f}")
    for other in ("torch", "gates apart"):
        if other in times:
            print(f"    {times[other] / times['native']:.1f} times faster than {other}")


def main():
    for name in ("tree_rnn", "tree_lstm"):
        measure(name, int(sys.argv[1]) if len(sys.argv) > 1 else 30)


if __name__ == "__main__":
    main()
