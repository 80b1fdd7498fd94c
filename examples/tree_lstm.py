"""The tree LSTM of the paper on the trees of sentences: hidden 150, word vectors 300, Adagrad; all of it native code.

    python examples/tree_lstm.py [--trees FILE] [--epochs N] [--backend native|numpy]

The gates `i`, `o` of a leaf are sigmoids and `u` is a tanh of `W e + b`; those of a node, with a forget gate `f` for each child,
are of `U h_l + V h_r + d`, where the forget gates share their part of `d`; `c = i u + f_l c_l + f_r c_r`, `h = o tanh(c)`
(Tai, Socher and Manning, *Improved Semantic Representations From Tree-Structured Long Short-Term Memory Networks*, ACL 2015).
All gates' matrices are one. Trees are those of `tree_rnn.py`, and so is the rest; there is no backward pass here:
`cpsad.value_and_grad` makes it from `loss`.
"""

import argparse

import numpy as np

HIDDEN, VECTOR, CLASSES = 150, 300, 5


def loss(W, b, U, V, d, Y, y, vectors, tree):
    """How badly the network predicts the labels of all nodes of a tree, in nats, summed.

    `vectors`: of the words, of shape (words, VECTOR).
    """
    n = U.shape[1]

    def encode(node):
        if node.left is None:
            z = W @ vectors[node.word] + b
            gates = 1 / (1 + np.exp(-z[: 2 * n]))
            c = gates[:n] * np.tanh(z[2 * n:])
            h = gates[n:] * np.tanh(c)
            total = 0.0
        else:
            hl, cl, below_left = encode(node.left)
            hr, cr, below_right = encode(node.right)
            z = U @ hl + V @ hr
            gates = 1 / (1 + np.exp(-(z[: 3 * n] + d[: 3 * n])))
            right = 1 / (1 + np.exp(-(z[3 * n: 4 * n] + d[2 * n: 3 * n])))
            c = gates[:n] * np.tanh(z[4 * n:] + d[3 * n:]) + gates[2 * n:] * cl + right * cr
            h = gates[n: 2 * n] * np.tanh(c)
            total = below_left + below_right
        scores = Y @ h + y
        scores = scores - np.max(scores)  # for np.exp not to overflow
        return h, c, total + np.log(np.sum(np.exp(scores))) - scores[node.label]

    return encode(tree)[2]


def initial_parameters(rng):
    """Small and uniform, in the order in which `loss` takes them."""
    shapes = ((3 * HIDDEN, VECTOR), (3 * HIDDEN,), (5 * HIDDEN, HIDDEN), (5 * HIDDEN, HIDDEN), (4 * HIDDEN,), (CLASSES, HIDDEN),
              (CLASSES,))
    return [((rng.random(s) - 0.5) * 0.01).astype(np.float32) for s in shapes]


def adagrad(p, g, m, rate):
    """One step downhill, in place. `m`: the sum of the squared gradients so far."""
    m += g * g
    p -= rate * g / np.sqrt(m + 1e-8)


def trainer(parameters, backend="native", rate=0.05):
    """A function that takes one step of training and returns the loss before it; it changes `parameters` in place."""
    from cpsad import compile, value_and_grad

    gradient = value_and_grad(loss, argnums=tuple(range(len(parameters))), backend=backend)
    update = adagrad if backend == "numpy" else compile(adagrad, backend=backend)
    memory = [np.zeros_like(p) for p in parameters]

    def step(vectors, tree):
        value, gradients = gradient(*parameters, vectors, tree)
        for p, g, m in zip(parameters, gradients, memory):
            update(p, g, m, rate)
        return value

    return step


def main():
    from tree_rnn import made_up_trees, read_trees  # type: ignore[import-not-found]  # beside this file

    parser = argparse.ArgumentParser(description="Train a tree LSTM on trees of sentences.")
    parser.add_argument("--trees", help="a file of trees (default: made up)")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--backend", choices=("native", "numpy", "auto"), default="native")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    trees, words = read_trees(options.trees) if options.trees else made_up_trees(1101, rng)
    vectors = rng.normal(size=(words, VECTOR)).astype(np.float32)
    step = trainer(initial_parameters(rng), options.backend)
    for epoch in range(options.epochs):
        print(f"epoch {epoch + 1}   loss {sum(step(vectors, t) for t in trees) / len(trees):.2f} nats a tree")


if __name__ == "__main__":
    main()
