"""The convolutional network of the paper on images of digits: batches of 100, stochastic gradient descent; all native code.

    python examples/cnn.py [IMAGES LABELS] [--steps N] [--backend native|numpy]

Convolution 5x5 to 10 channels, ReLU, maximum of 2x2, convolution 5x5 to 20 channels, ReLU, maximum of 2x2, a linear layer to 50,
dropout of a half, a linear layer to 10, and the negative logarithm of the softmax, summed over the batch. The images of a
batch lie along the last axis, so that a convolution is one product: `x[patches]` has the 25 pixels under the kernel in rows.

IMAGES, LABELS: files in the format of MNIST, perhaps compressed (default: drawings that are made up). Model and optimiser are
plain NumPy. There is no backward pass in this file: `cpsad.value_and_grad` makes it from `loss`.
"""

import argparse
import gzip

import numpy as np

BATCH, SIDE, KERNEL = 100, 28, 5


def patches(channels, side):
    """For each channel and place in the kernel, and each place in the result: the row of `x` that is there."""
    out = side - KERNEL + 1
    c, i, j = np.meshgrid(np.arange(channels), np.arange(KERNEL), np.arange(KERNEL), indexing="ij")
    y, x = np.meshgrid(np.arange(out), np.arange(out), indexing="ij")
    return (c.reshape(-1, 1) * side + i.reshape(-1, 1) + y.reshape(1, -1)) * side + j.reshape(-1, 1) + x.reshape(1, -1)


def loss(K1, b1, K2, b2, W1, c1, W2, c2, images, labels, rows, keep, first, second):
    """The loss of a batch, in nats, summed.

    `images`: (pixels, batch); `labels`, `rows`: (batch,), `rows` counts from 0; `keep`: (50, batch), what dropout leaves,
    times 2;
    `first`, `second`: the `patches` of the two convolutions.
    """
    n = images.shape[1]
    x = np.maximum(K1 @ images[first].reshape(25, -1) + b1, 0)
    x = np.max(x.reshape(10, 12, 2, 12, 2, n), axis=(2, 4)).reshape(1440, n)
    x = np.maximum(K2 @ x[second].reshape(250, -1) + b2, 0)
    x = np.max(x.reshape(20, 4, 2, 4, 2, n), axis=(2, 4)).reshape(320, n)
    h = (W1 @ x + c1) * keep
    y = W2 @ h + c2
    y = y - np.max(y, axis=0)  # for np.exp not to overflow
    return np.sum(np.log(np.sum(np.exp(y), axis=0))) - np.sum(y[labels, rows])


def initial_parameters(rng):
    """In the order in which `loss` takes them."""
    def convolution(out, inside):
        scale = 2 * np.sqrt(6 / inside)
        return (scale * (rng.random((out, inside)) - 0.5)).astype(np.float32), np.zeros((out, 1), np.float32)

    def linear(out, inside):
        return [((rng.random(s) - 0.5) / np.sqrt(inside)).astype(np.float32) for s in ((out, inside), (out, 1))]

    return [*convolution(10, 25), *convolution(20, 250), *linear(50, 320), *linear(10, 50)]


def descend(p, g, rate):
    """One step downhill, in place."""
    p -= rate * g


def trainer(parameters, backend="native", rate=5e-4, rng=None):
    """A function that takes one step of training and returns the loss before it; it changes `parameters` in place."""
    from cpsad import compile, value_and_grad

    gradient = value_and_grad(loss, argnums=tuple(range(len(parameters))), backend=backend)
    update = descend if backend == "numpy" else compile(descend, backend=backend)
    first, second, rows = patches(1, SIDE), patches(10, 12), np.arange(BATCH)
    rng = rng or np.random.default_rng(1)

    def step(images, labels):
        keep = (rng.random((50, BATCH), np.float32) < 0.5) * np.float32(2)
        value, gradients = gradient(*parameters, images, labels, rows, keep, first, second)
        for p, g in zip(parameters, gradients):
            update(p, g, rate)
        return value

    return step


def read(path):
    """A file in the format of MNIST, as an array."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read()
    shape = np.frombuffer(data, ">i4", count=data[3], offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def drawings(count, rng):
    """Ten kinds of strokes, with noise, and which kind they are."""
    labels = rng.integers(10, size=count)
    angle = labels * (np.pi / 10) + rng.normal(0, 0.05, count)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    away = x * np.cos(angle)[:, None, None] + y * np.sin(angle)[:, None, None] + rng.normal(0, 0.1, count)[:, None, None]
    return np.exp(-20 * away**2) * 255, labels


def batches(images, labels):
    """(images, labels) for ever, the images of a batch along the last axis."""
    images = ((images.reshape(len(images), -1) / 255 - 0.1307) / 0.3081).astype(np.float32)
    while True:
        for i in range(0, len(labels) - BATCH + 1, BATCH):
            yield np.ascontiguousarray(images[i : i + BATCH].T), labels[i : i + BATCH].astype(np.int64)


def main():
    parser = argparse.ArgumentParser(description="Train a convolutional network on images of digits.")
    parser.add_argument("files", nargs="*", help="images and labels in the format of MNIST (default: made up)")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--backend", choices=("native", "numpy", "auto"), default="native")
    options = parser.parse_args()
    data = [read(f) for f in options.files] if options.files else drawings(2000, np.random.default_rng(2))
    step = trainer(initial_parameters(np.random.default_rng(0)), options.backend)
    for n, (images, labels) in zip(range(options.steps), batches(*data)):
        value = step(images, labels)
        if n % 100 == 0 or n == options.steps - 1:
            print(f"step {n:4d}   loss {value / BATCH:.3f} nats an image")


if __name__ == "__main__":
    main()
