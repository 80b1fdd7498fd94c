"""A fourth pool for `templates.py`: gradients inside the function, of functions that share its variables, while these change."""

__all__ = ["NESTED"]

NESTED = ("""
import functools

import numpy as np

from cpsad import grad, hvp, jacobian, jvp, value_and_grad, vjp

W = np.arange(16.0).reshape(4, 4) / 8


class Holder:
    def __init__(self, a):
        self.a = a

    def energy(self, v):
        return np.sum(self.a * v * v) * 0.1

    def step(self, v):
        self.a = self.a * 0.9 + v * 0.1
        return grad(self.energy)(v)


def model(p, v):
    return np.sum(np.tanh(p["w"] @ v + p["b"])) * p["c"]


def scaled(f, s):
    return lambda a: f(a) * s


def f(x):
    t = x[0]
    y = np.outer(x, x) * 0.3 + W * 0.1
    v = x * 0.5
    w = y[1:3]
    xs = [x[0], x[1] * x[2]]
    d = {"p": x[3], "q": v}
    o = Holder(v * 2)
    fs = [lambda s: s * s * x[0]]

    def inner(a):
        return np.sum(np.tanh(y @ a) * v) * xs[0] + d["p"] * a[0]

    def count(s):
        nonlocal t
        t = t * 0.9 + 0.05 * x[1]
        return s * s * t

    def slope(s):
        return grad(lambda r: r * r * s * t)(0.7) * s
""", """
t += 0.1 * grad(lambda s: s * s * {e})({e})
fs.append(lambda s, q={e}: s * q + np.sin(s) * t)
fs.append(lambda s: s * s * v[{k}] + y[{k}, {n}] * s)
t += 0.1 * grad(fs[-1])({e})
t += 0.1 * sum(grad(h)(0.3) for h in fs)
t += 0.1 * hvp(fs[-1])({e}, 1.0)
t += 0.1 * jvp(fs[-1], (0.4,), ({e},))[1]
v = v + 0.1 * grad(inner)(v)
v = v + 0.1 * grad(inner)(x)
v[{k}] = {e}
v[{k}] = grad(inner)(v)[{n}]
v *= x[{k}]
v += 0.1 * x
y[{k}] = {e}
y[{k}] *= v
w[0] = v * {e}
w += x
y = y.T.copy()
y = y * x[{k}]
xs.append({e})
xs[0] = {e}
xs[0] = xs[0] * 0.5 + grad(count)({e})
d["p"] = {e}
d["q"][{k}] = {e}
d["q"] = v.copy()
t += np.sum(d["q"]) * 0.1
t += 0.1 * grad(lambda a: np.sum(a * d["q"]) ** 2)(v)[{k}]
t += grad(count)({e}) * 0.1
t += grad(slope)({e}) * 0.1
t = slope(t) * 0.3
o.a[{k}] = {e}
o.a = v
o.a = o.a * x
t += np.sum(o.step(v)) * 0.1
t += np.sum(grad(o.energy)(x)) * 0.1
v = o.step(v) + x * 0.3
g = value_and_grad(inner)(v); t += 0.1 * g[0]; v = v - 0.1 * g[1]
g = grad(model)({"w": y, "b": v, "c": 0.5}, x); t += 0.1 * np.sum(g["b"]) + 0.1 * g["w"][{k}, {n}]
g = grad(lambda p: model(p, v))({"w": W, "b": x, "c": t}); v = v + 0.1 * g["b"]
j = jacobian(lambda a: a * a * v)(x); y = y + 0.1 * j
t += 0.1 * vjp(lambda a: y @ a, v)[1](x)[0][{k}]
t += 0.1 * np.sum(hvp(inner)(v, x))
t += 0.1 * grad(functools.partial(lambda q, s: q * s * s * t, {e}))(0.6)
t += 0.1 * grad(scaled(fs[0], t))({e})
t += 0.1 * grad(lambda s: sum(c * s for c in xs))({e})
t += 0.1 * grad(lambda s: grad(lambda r: r * r * s * x[{k}])(s))(0.5)
for i in range(3): v[i] = v[i] * 0.5 + 0.1 * grad(lambda s: s * s * v[i] * x[{k}])(t)
for i in range(2): fs.append(lambda s, i=i: s ** (i + 1) * xs[i])
for h in fs: t += 0.05 * grad(h)(v[{k}])
if t > x[{k}]: t += 0.1 * grad(fs[0])(t)
while t > 2: t = t * 0.5; v[0] = 0.1 * grad(count)(t)
""", "t + np.sum(np.tanh(y) * W) * 0.3 + np.sum(v * v) + sum(xs) * 0.1 + d['p'] + np.sum(d['q']) * 0.1 + np.sum(o.a) * 0.2")
