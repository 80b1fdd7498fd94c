"""The recursive network of the paper on the trees of sentences: hidden 150, word vectors 300, Adagrad; all of it native code.

    python examples/tree_rnn.py [--trees FILE] [--epochs N] [--backend native|numpy]

A leaf is `tanh(W e + b)` of its word's vector, a node `tanh(U l + V r + d)` of its children; each predicts its label. FILE has
a tree on each line, as the Stanford Sentiment Treebank has them: `(3 (2 Good) (2 (1 old) (2 days)))`. Without it, trees are made
up. Model and optimiser are plain NumPy; there is no backward pass in this file: `cpsad.value_and_grad` makes it from `loss`,
which recurs over objects of the class `Node`.
"""

import argparse
from typing import Any

import numpy as np

HIDDEN, VECTOR, CLASSES = 150, 300, 5


class Node:
    """A node of a sentence's tree: its label; a leaf has a word's number, and no children."""

    def __init__(self, label, word=-1, left=None, right=None):
        self.label, self.word, self.left, self.right = label, word, left, right


def loss(W, b, U, V, d, Y, y, vectors, tree):
    """How badly the network predicts the labels of all nodes of a tree, in nats, summed.

    `vectors`: of the words, of shape (words, VECTOR).
    """
    def encode(node):
        if node.left is None:
            h = np.tanh(W @ vectors[node.word] + b)
            total = 0.0
        else:
            left, below_left = encode(node.left)
            right, below_right = encode(node.right)
            h = np.tanh(U @ left + V @ right + d)
            total = below_left + below_right
        scores = Y @ h + y
        scores = scores - np.max(scores)  # for np.exp not to overflow
        return h, total + np.log(np.sum(np.exp(scores))) - scores[node.label]

    return encode(tree)[1]


def initial_parameters(rng):
    """Small and uniform, in the order in which `loss` takes them."""
    shapes = (HIDDEN, VECTOR), (HIDDEN,), (HIDDEN, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,), (CLASSES, HIDDEN), (CLASSES,)
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


def read_trees(path):
    """The trees of a file, and the number of different words in them."""
    words: dict[str, int] = {}
    with open(path, encoding="utf-8") as file:
        found = [parsed(line.replace("(", " ( ").replace(")", " ) ").split(), words) for line in file if line.strip()]
    return found, len(words)


def parsed(tokens, words):
    """One tree: `( label word )` or `( label tree tree )`."""
    stack: list[tuple[int, list[Any]]] = []  # of what is open, its label and what has been read of it
    for i, token in enumerate(tokens):
        if token == "(":
            stack.append((int(tokens[i + 1]), []))
        elif token == ")":
            label, inside = stack.pop()
            node = Node(label, *inside) if len(inside) == 1 else Node(label, -1, *inside)
            if not stack:
                return node
            stack[-1][1].append(node)
        elif tokens[i - 1] != "(":
            stack[-1][1].append(words.setdefault(token, len(words)))
    raise ValueError("a tree that does not end")


def made_up_trees(count, rng, words=2000):
    """Trees of about 19 words, as long as those of the treebank are; words have a mood, which labels follow."""
    mood = rng.normal(size=words)

    def grown(leaves):
        if leaves == 1:
            word = int(rng.integers(words))
            return Node(int(np.clip(np.rint(2 + mood[word]), 0, 4)), word), mood[word]
        at = int(rng.integers(1, leaves))
        (left, a), (right, b) = grown(at), grown(leaves - at)
        return Node(int(np.clip(np.rint(2 + (a + b) / 2), 0, 4)), -1, left, right), (a + b) / 2

    return [grown(int(np.clip(rng.normal(19, 9), 2, 50)))[0] for _ in range(count)], words


def main():
    parser = argparse.ArgumentParser(description="Train a recursive network on trees of sentences.")
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
