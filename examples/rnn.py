"""The vanilla recurrent network of the paper: letters in batches, hidden 50, 20 steps, Adagrad; all of it native code.

    python examples/rnn.py [FILE] [--steps N] [--backend native|numpy]

`h = tanh(x Wxh + h Whh + b)`, `y = h Why + by`, and the negative logarithm of the softmax, summed over all places. The model
and the optimiser are plain NumPy. There is no backward pass in this file: `cpsad.value_and_grad` makes it from `loss`.
"""

import argparse

import numpy as np

HIDDEN, LETTERS, STEPS, BATCH = 50, 26, 20, 20


def loss(Wxh, Whh, bh, Why, by, inputs, targets):
    """How badly the network predicts `targets`, in nats, summed.

    `inputs`, `targets`: numbers of letters, of shape (steps, batch). The state begins at zero.
    """
    h = np.zeros((inputs.shape[1], Whh.shape[0]), Whh.dtype)
    rows = np.arange(inputs.shape[1])
    total = np.float32(0)
    for t in range(inputs.shape[0]):
        h = np.tanh(Wxh[inputs[t]] + h @ Whh + bh)
        y = h @ Why + by
        y = y - np.max(y, axis=1, keepdims=True)  # for np.exp not to overflow
        total += np.sum(np.log(np.sum(np.exp(y), axis=1))) - np.sum(y[rows, targets[t]])
    return total


def initial_parameters(rng):
    """Uniform, by the square root of the number of inputs, in the order in which `loss` takes them."""
    shapes = ((LETTERS, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,), (HIDDEN, LETTERS), (LETTERS,))
    return [((rng.random(s) - 0.5) / np.sqrt(s[0])).astype(np.float32) for s in shapes]


def adagrad(p, g, m, rate):
    """One step downhill, in place. `m`: the sum of the squared gradients so far, each element of which is clipped to 5."""
    g = np.clip(g, -5, 5)
    m += g * g
    p -= rate * g / np.sqrt(m + 1e-8)


def batches(numbers):
    """(inputs, targets) for ever: the text is read in parallel at `BATCH` places."""
    stride = len(numbers) // BATCH
    if stride <= STEPS:
        raise SystemExit(f"the text must have more than {BATCH * (STEPS + 1)} letters")
    columns = numbers[: stride * BATCH].reshape(BATCH, stride).T
    while True:
        for i in range(0, stride - STEPS, STEPS):
            yield np.ascontiguousarray(columns[i: i + STEPS]), np.ascontiguousarray(columns[i + 1: i + STEPS + 1])


def trainer(parameters, backend="native", rate=0.1):
    """A function that takes one step of training and returns the loss before it; it changes `parameters` in place."""
    from cpsad import compile, value_and_grad

    gradient = value_and_grad(loss, argnums=tuple(range(len(parameters))), backend=backend)
    update = adagrad if backend == "numpy" else compile(adagrad, backend=backend)
    memory = [np.zeros_like(p) for p in parameters]

    def step(inputs, targets):
        value, gradients = gradient(*parameters, inputs, targets)
        for p, g, m in zip(parameters, gradients, memory):
            update(p, g, m, rate)
        return value

    return step


def letters_of(path):
    """The letters of a text as numbers from 0 to 25."""
    if path is None:
        from pydoc_data.topics import topics  # the Python language reference, as `help()` has it

        text = "".join(topics.values())
    else:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    return np.array([ord(c) - ord("a") for c in text.lower() if "a" <= c <= "z"])


def main():
    parser = argparse.ArgumentParser(description="Train a vanilla recurrent network on a text.")
    parser.add_argument("file", nargs="?", help="a text (default: Python's own reference)")
    parser.add_argument("--steps", type=int, default=5001)
    parser.add_argument("--backend", choices=("native", "numpy", "auto"), default="native")
    options = parser.parse_args()
    step = trainer(initial_parameters(np.random.default_rng(0)), options.backend)
    for n, (inputs, targets) in zip(range(options.steps), batches(letters_of(options.file))):
        value = step(inputs, targets)
        if n % 500 == 0:
            print(f"step {n:5d}   loss {value:8.2f}   {value / (STEPS * BATCH):.3f} nats a letter")


if __name__ == "__main__":
    main()
