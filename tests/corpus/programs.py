"""Whole programs, as people write them."""

import math

import numpy as np

from tests.corpus.case import case, normal, positive


@case(normal(3, 2), normal(3, 3), normal(3), normal(2, 3), np.eye(2)[[0, 1, 1, 0]], argnums=(0, 1, 2, 3))
def rnn(Wxh, Whh, bh, Why, xs):
    h = np.zeros(3)
    loss = 0
    for t in range(len(xs) - 1):
        h = np.tanh(Wxh @ xs[t] + Whh @ h + bh)
        y = Why @ h
        p = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(np.dot(p, xs[t + 1]))
    return loss


@case(normal(3, 2), normal(3, 3), normal(2, 3), [0, 1, 1, 0], argnums=(0, 1, 2))
def rnn_with_dictionaries(Wxh, Whh, Why, inputs):
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.zeros((3, 1))
    loss = 0.0
    for t in range(3):
        x = np.zeros((2, 1))
        x[inputs[t]] = 1
        xs[t] = x
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]))
        y = np.dot(Why, hs[t])
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][inputs[t + 1], 0])
    return loss


def sigmoid_of(x):
    return 1 / (1 + np.exp(-x))


def lstm_cell(x, h, c, w, b):
    z = w @ np.concatenate([x, h]) + b
    n = len(h)
    i = sigmoid_of(z[:n])
    f = sigmoid_of(z[n : 2 * n])
    o = sigmoid_of(z[2 * n : 3 * n])
    g = np.tanh(z[3 * n :])
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c


@case(normal(8, 5), normal(8), normal(3, 3), argnums=(0, 1))
def lstm(w, b, xs):
    h = c = np.zeros(2)
    for x in xs:
        h, c = lstm_cell(x, h, c, w, b)
    return np.sum(h * c)


@case(3.0)
@case(40.0)
def newton_square_root(a):
    x = a
    while abs(x * x - a) > 1e-13 * a:
        x = 0.5 * (x + a / x)
    return x


@case(0.6, 0.7)
def kepler_equation(mean_anomaly, eccentricity):
    e = mean_anomaly
    for _ in range(50):
        step = (e - eccentricity * math.sin(e) - mean_anomaly) / (1 - eccentricity * math.cos(e))
        e = e - step
        if abs(step) < 1e-14:
            break
    else:
        raise ArithmeticError("did not converge")
    return e


def runge_kutta_step(f, t, y, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@case(1.5, 0.8)
def runge_kutta_scalar(y, rate):
    def f(t, y):
        return -rate * y + math.sin(t)

    t = 0.0
    for _ in range(5):
        y = runge_kutta_step(f, t, y, 0.1)
        t += 0.1
    return y * y


@case(np.array([1.0, 0.5]), 0.8, 1.2)
def lotka_volterra(state, a, b):
    def f(t, s):
        prey, hunters = s
        return np.array([a * prey - b * prey * hunters, prey * hunters - 0.5 * hunters])

    for step in range(4):
        state = runge_kutta_step(f, step * 0.1, state, 0.1)
    return state[0] * 2 + state[1]


@case(2.0, 0.3)
@case(0.2, 0.3)
def falling_body_with_early_return(height, drag):
    v = 0.0
    t = 0.0
    dt = 0.05
    while t < 2.0:
        v = v + (9.81 - drag * v * v) * dt
        height = height - v * dt
        t += dt
        if height < 0:
            return v * t + height
    return v + height


@case(normal(3), 0.1, normal(6, 3), np.array([0.0, 1, 1, 0, 1, 0]), argnums=(0, 1))
def logistic_regression(w, b, features, labels):
    z = features @ w + b
    p = 1 / (1 + np.exp(-z))
    loss = -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))
    return loss + 0.01 * np.sum(w**2)


@case(normal(5, 3), np.array([0, 2, 1, 1, 0]), argnums=0)
def softmax_cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_probabilities[np.arange(len(labels)), labels])


@case(1.3, normal(6), argnums=(0, 1))
def horner(x, coefficients):
    result = 0
    for c in coefficients[::-1]:
        result = result * x + c
    return result


@case(np.array([0.5, -0.3]), positive(2), normal(4, 2), argnums=(0, 1))
def gaussian_log_density(mean, sigma, data):
    n, d = data.shape
    z = (data - mean) / sigma
    return -0.5 * np.sum(z * z) - n * np.sum(np.log(sigma)) - 0.5 * n * d * math.log(2 * math.pi)


@case(normal(3, 2), positive(3), argnums=(0, 1))
def gaussian_mixture(means, weights):
    data = np.array([[0.1, 0.2], [1.0, -1.0]])
    total = 0.0
    for point in data:
        density = 0.0
        for mean, weight in zip(means, weights / weights.sum()):
            density += weight * np.exp(-0.5 * np.sum((point - mean) ** 2))
        total += np.log(density)
    return total


TREE = ((None, 0.5, None), 1.5, ((None, -0.7, None), 2.5, None))


def tree_value(tree, w, b):
    if tree is None:
        return b
    left, value, right = tree
    return np.tanh(w * tree_value(left, w, b) + w * w * tree_value(right, w, b) + value)


@case(0.8, 0.3)
def tree_recursion(w, b):
    return tree_value(TREE, w, b)


def tree_vector(tree, w):
    if isinstance(tree, tuple):
        left, right = tree
        return np.tanh(w @ np.concatenate([tree_vector(left, w), tree_vector(right, w)]))
    return np.array([tree, 1.0])


@case(normal(2, 4), ((0.5, 1.0), (0.2, (0.1, -0.4))), argnums=0)
def recursive_network(w, tree):
    return np.sum(tree_vector(tree, w) ** 2)


@case(normal(3, 2), normal(3, 2, seed=1), positive(3), argnums=(0, 1, 2))
def three_bodies(positions, velocities, masses):
    for _ in range(2):
        forces = []
        for i in range(3):
            force = np.zeros(2)
            for j in range(3):
                if i == j:
                    continue
                d = positions[j] - positions[i]
                force += masses[j] * d / (np.sum(d**2) + 0.1) ** 1.5
            forces.append(force)
        velocities = velocities + 0.1 * np.stack(forces)
        positions = positions + 0.1 * velocities
    kinetic = 0.5 * np.sum(masses[:, None] * velocities**2)
    return kinetic + np.sum(positions**2)


@case(1.7)
@case(6.3)
def collatz_like(x):
    steps = 0
    while x > 1.1 and steps < 30:
        if int(x) % 2 == 0:
            x = x / 2
        else:
            x = 1.01 * x - 0.6
        steps += 1
    return x * steps


@case(0.3, 0.5)
@case(-0.5, 0.2)
def mandelbrot_escape(cr, ci):
    zr = zi = 0.0
    for n in range(12):
        zr, zi = zr * zr - zi * zi + cr, 2 * zr * zi + ci
        if zr * zr + zi * zi > 4:
            return n + math.log(zr * zr + zi * zi)
    return zr * zi


@case(1.3)
def continued_fraction(x):
    value = 0.0
    for n in range(8, 0, -1):
        value = n * x / (1 + value)
    return 1 / (1 + value)


@case(2.0, 0.5)
def bisection(a, b):
    lo, hi = 0.0, 5.0
    for _ in range(8):
        mid = (lo + hi) / 2
        if mid * mid * b < a:
            lo = mid
        else:
            hi = mid
    x = (lo + hi) / 2
    for _ in range(4):
        x = x - (x * x * b - a) / (2 * x * b)
    return x


@case(1.2, 0.4)
def arithmetic_geometric_mean(a, b):
    while abs(a - b) > 1e-12:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


def simpson(f, a, b, n):
    h = (b - a) / n
    total = f(a) + f(b)
    for i in range(1, n):
        total += f(a + i * h) * (4 if i % 2 else 2)
    return total * h / 3


@case(0.2, 1.5, 0.7)
def numerical_integral(a, b, w):
    return simpson(lambda x: math.exp(-w * x * x) * math.cos(x), a, b, 8)


def adaptive(f, a, b, tolerance, depth):
    middle = (a + b) / 2
    coarse = (b - a) * (f(a) + f(b)) / 2
    fine = (b - a) * (f(a) + 2 * f(middle) + f(b)) / 4
    if abs(fine - coarse) < tolerance or depth == 0:
        return fine
    return adaptive(f, a, middle, tolerance / 2, depth - 1) + adaptive(f, middle, b, tolerance / 2, depth - 1)


@case(1.5, 0.7)
def adaptive_quadrature(b, w):
    return adaptive(lambda x: math.sin(w * x) * x, 0.0, b, 1e-2, 6)


@case(normal(2, 2), normal(2), 0.1, argnums=(0, 1))
def gradient_descent_unrolled(a, x, rate):
    m = a @ a.T + np.eye(2)
    for _ in range(4):
        x = x - rate * (m @ x - 1.0)
    return 0.5 * x @ m @ x - np.sum(x)


@case(normal(4, 3), normal(4), normal(2, 4), normal(2), normal(5, 3), normal(5, 2), argnums=(0, 1, 2, 3))
def two_layer_network(w1, b1, w2, b2, inputs, targets):
    hidden = np.maximum(inputs @ w1.T + b1, 0)
    outputs = hidden @ w2.T + b2
    return np.mean((outputs - targets) ** 2)


@case(100.0, 95.0, 0.2, 0.5, argnums=(0, 1, 2, 3))
def black_scholes(spot, strike, volatility, time):
    def normal_cdf(x):
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    root = volatility * math.sqrt(time)
    d1 = (math.log(spot / strike) + 0.5 * volatility**2 * time) / root
    return spot * normal_cdf(d1) - strike * normal_cdf(d1 - root)


@case(np.array([3.1, 4.0, 5.2, 5.8]), 0.1, 0.5)
def kalman_filter(measurements, process_noise, measurement_noise):
    estimate, variance = measurements[0], 1.0
    log_likelihood = 0.0
    for z in measurements[1:]:
        variance = variance + process_noise
        innovation = z - estimate
        s = variance + measurement_noise
        gain = variance / s
        log_likelihood -= 0.5 * (math.log(2 * math.pi * s) + innovation**2 / s)
        estimate = estimate + gain * innovation
        variance = (1 - gain) * variance
    return log_likelihood


@case(positive(3, 3), positive(3), np.array([0, 1, 1, 2]), argnums=(0, 1))
def hidden_markov_forward(transitions, start, observations):
    transitions = transitions / transitions.sum(axis=1, keepdims=True)
    alpha = start / start.sum()
    total = 0.0
    for o in observations:
        alpha = alpha @ transitions * np.where(np.arange(3) == o, 0.8, 0.1)
        norm = alpha.sum()
        total += np.log(norm)
        alpha = alpha / norm
    return total


@case(normal(4), normal(3))
def dynamic_time_warping(a, b):
    previous = [0.0, 1e3, 1e3, 1e3]
    for x in a:
        row = [1e3]
        for j, y in enumerate(b):
            best = min(previous[j], previous[j + 1], row[j])
            row.append((x - y) ** 2 + best)
        previous = row
    return previous[-1]


@case(2.3, 1.1)
def euclid_in_floats(a, b):
    while b > 0.2:
        a, b = b, a % b
    return a * 2 + b


@case(normal(3, 3) + 3 * np.eye(3), normal(3))
def jacobi_iteration(a, b):
    x = np.zeros(3)
    d = a[np.arange(3), np.arange(3)]
    for _ in range(6):
        x = (b - (a @ x - d * x)) / d
    return x @ x


def determinant(m):
    if len(m) == 1:
        return m[0, 0]
    total = 0.0
    for j in range(len(m)):
        minor = np.concatenate([m[1:, :j], m[1:, j + 1 :]], axis=1)
        total += (-1) ** j * m[0, j] * determinant(minor)
    return total


@case(normal(3, 3))
def laplace_expansion(m):
    return determinant(m)


@case(normal(7), normal(3))
def convolution(signal, kernel):
    out = []
    for i in range(len(signal) - len(kernel) + 1):
        window = signal[i : i + len(kernel)]
        out.append(np.tanh(window @ kernel))
    return np.mean(np.array(out) ** 2)


@case(normal(4, 3), normal(3, 3), normal(3, 3, seed=1), argnums=(0, 1, 2))
def attention(x, wq, wk):
    q = x @ wq
    k = x @ wk
    scores = q @ k.T / math.sqrt(3)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return np.sum((weights @ x) ** 2)
