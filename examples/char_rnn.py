"""A recurrent network that reads text one character at a time and learns to predict the next one.

    python examples/char_rnn.py [FILE] [STEPS]

The model is NumPy as one would write it down: a loop, a hidden state, a sum of losses. There is no backward
pass in this file; `cpsad.value_and_grad` makes it from `loss`.
"""

import sys

import numpy as np


def loss(Wxh, Whh, Why, bh, by, inputs, targets, h):
    """How badly the network predicts `targets[t]` once it has read `inputs[:t + 1]`, in nats, summed over t.

    `inputs` and `targets` are lists of character numbers, `h` is the hidden state before the first of them.
    Returns the loss, and the hidden state after the last.
    """
    total = 0.0
    for ix, target in zip(inputs, targets):
        h = np.tanh(Wxh[:, ix] + Whh @ h + bh)
        y = Why @ h + by
        y = y - np.max(y)  # for np.exp not to overflow
        total += np.log(np.sum(np.exp(y))) - y[target]
    return total, h


def initial_parameters(hidden, characters, rng):
    """Small random weights and zero biases, in the order in which `loss` takes them."""
    return [
        rng.normal(0.0, 0.01, (hidden, characters)),  # Wxh
        rng.normal(0.0, 0.01, (hidden, hidden)),  # Whh
        rng.normal(0.0, 0.01, (characters, hidden)),  # Why
        np.zeros(hidden),  # bh
        np.zeros(characters),  # by
    ]


def adagrad(parameters, gradients, memory, rate=0.05, limit=5.0):
    """One step downhill, in place. Every element of a gradient is clipped to `limit` either way.

    `memory` holds the sum of the squared gradients so far, an array for each parameter.
    """
    for p, g, m in zip(parameters, gradients, memory):
        g = np.clip(g, -limit, limit)
        m += g * g
        p -= rate * g / np.sqrt(m + 1e-8)


def sample(parameters, ix, length, rng):
    """`length` character numbers as the network would go on after character `ix`, drawn by their odds."""
    Wxh, Whh, Why, bh, by = parameters
    h = np.zeros(len(bh))
    drawn = []
    for _ in range(length):
        h = np.tanh(Wxh[:, ix] + Whh @ h + bh)
        y = Why @ h + by
        odds = np.exp(y - np.max(y))
        ix = int(rng.choice(len(odds), p=odds / np.sum(odds)))
        drawn.append(ix)
    return drawn


def main(path=None, steps=2000, hidden=100, length=25):
    from cpsad import value_and_grad

    if path is None:
        from pydoc_data.topics import topics  # the Python language reference, as `help()` has it

        text = "\n\n".join(topics.values()).encode("ascii", "ignore").decode("ascii")
    else:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    alphabet = sorted(set(text))
    number = {character: i for i, character in enumerate(alphabet)}
    data = [number[character] for character in text]
    if len(data) <= length:
        raise SystemExit(f"the text must have more than {length} characters")

    rng = np.random.default_rng(0)
    parameters = initial_parameters(hidden, len(alphabet), rng)
    memory = [np.zeros_like(p) for p in parameters]
    step = value_and_grad(loss, argnums=(0, 1, 2, 3, 4), has_aux=True)

    position, h = 0, np.zeros(hidden)
    average = None
    for n in range(steps):
        if position + length >= len(data):
            position, h = 0, np.zeros(hidden)
        inputs = data[position : position + length]
        targets = data[position + 1 : position + length + 1]
        (value, h), gradients = step(*parameters, inputs, targets, h)
        adagrad(parameters, gradients, memory)
        average = value if average is None else 0.99 * average + 0.01 * value
        position += length
        if n % 200 == 0:
            print(f"step {n:6d}   {average / length:.3f} nats a character")

    print("".join(alphabet[ix] for ix in sample(parameters, data[0], 400, rng)))


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
