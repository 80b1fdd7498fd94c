"""Random programs put together from whole statements: what stands in a line is as people write it, what follows what is not.

Four pools: `MATRICES` writes arrays in place in all ways, `CONTAINERS` changes lists, dictionaries and objects in the middle of
expressions that use them, `OBJECTS` uses classes, sets and keys that are numbers, `NESTED` takes gradients inside. `{e}` is an
expression, `{i}` a basic index, `{fi}` any other, `{m}` a mask, `{a}` an axis, `{k}`, `{n}` numbers below 4, `{j}` one below 16. A program's gradient is judged by central differences of two widths.
"""

import itertools
import linecache
import random

import numpy as np

from cpsad import CpsadError, jacfwd, value_and_grad
from tests.random_programs.nested_pool import NESTED
from tests.random_programs.objects_pool import OBJECTS
from tests.random_programs.shrink import shrink

__all__ = ["CONTAINERS", "MATRICES", "NESTED", "OBJECTS", "assembled", "filled", "judge", "load", "program", "shrunk"]

X = np.array([0.73, -0.41, 0.37, 0.91])
ONE_OF = {
    "e": ("x[{k}]", "x[{k}] * t", "np.sin(t)", "0.5", "x[{k}] * x[{n}]"),
    "i": ("0", "1", "-1", ":2", "1:3", "::2", ":, 1", "1, :", "::-1", "2, 1:", "..., 0", ":, ::2", "None, 1", "0, 3"),
    "fi": ("[0, 2]", "[1, 1]", "[0, 2], [1, 3]", ":, [0, 1]", "np.array([3, 0])", "[True, False, True, True]",
           "np.ix_([0, 1], [2, 3])", "(0, 2),"),
    "m": ("y > 0.5", "W > 0.7", "np.abs(y) < 1.2", "(y > 0.1) & (W < 1.5)"),
}
NUMBERS = {"k": 4, "n": 4, "j": 16, "a": 2, "s": 3}

MATRICES = ("""
import numpy as np

W = np.arange(16.0).reshape(4, 4) / 8


class Holder:
    pass


def scale_row(a, k):
    a[k] = a[k] * 1.3


def shift(a):
    b = a[1:]
    b[0] += 0.1


def scaled(a, s):
    a[0] *= s
    return a


def f(x):
    t = x[0]
    y = np.outer(x, x) + W
    z = y[0]
    w = y.T
    xs = [x * 1.0]
    d = {}
    o = Holder()
    o.a = y * 0.5
""", """
y[{i}] = {e}
y[{i}] += {e}
y[{i}] *= 0.5 * x[{k}]
z = y[{i}]
z = y[{i}]; z *= 1.5
z = y[{i}].copy()
z = y[{fi}]
z = y[{fi}]; z[0] = x[{k}]
y[{fi}] = x[{k}]
y[{fi}] *= x[{k}]
y += x
y = y * x[{k}]
y *= y
w = y.T
w = y.T; w[{k}] += x
w = y.reshape(-1); w[{j}] = x[{k}]
w = y.ravel()[1::1 + {s}]; w += x[{k}]
w = y.copy(); w[{k}] = y[{n}]; y = w + y
np.add(y, x, out=y)
np.add(y, x[{k}], out=y, where={m})
np.multiply(y, x[{k}], out=y, where={m})
np.sin(y, out=y)
np.exp(-y * y, out=y, where={m})
np.maximum(y, x, out=y)
np.copyto(y, x[{k}] * y, where={m})
np.copyto(y[{i}], x[{k}])
y[{m}] = x[{k}]
y[{m}] *= 2
y[{m}] = y[{m}] ** 2
z = y[{m}]; z *= x[{k}]; t += z.sum()
y.sort(axis={a})
y[{k}], y[{n}] = y[{n}], y[{k}] * 2
y[{k}], y[{n}] = y[{n}].copy(), y[{k}].copy()
t += y[{k}] @ x
t += (y * W).sum() * 0.1
t += y[{i}].sum() ** 2 * 0.01
t = t * x[{k}]
y.fill(x[{k}]); y += W * x
np.fill_diagonal(y, x[{k}] * t)
y.flat[{j}] = x[{k}]
np.put(y, [{j}, 15 - {j}], [x[{k}], 2 * x[{n}]])
np.cumsum(y, axis={a}, out=y)
y -= y.mean(axis={a}, keepdims=True)
y = np.clip(y, -3, 3)
y = np.where({m}, y, x)
xs.append(y); y = y + 0.5
xs.append(y)
xs.append(y[{i}])
xs[-1] = xs[-1] * x[{k}]
y = xs[0] if xs[0].shape == (4, 4) else y
t += sum(v.sum() for v in xs) * 0.05
scale_row(y, {k})
scale_row(y[{k}], {n})
shift(y)
y = scaled(y, x[{k}])
for r in y: r *= x[{k}]
for r in y: t += r[{k}] * r[{n}]
for i, r in enumerate(y): r[i] = x[i] * t
o.a = y
o.a = y; o.a *= 1.1
o.a[{k}] = y[{n}] * 2
t += o.a.sum() * 0.03
y, o.a = o.a, y
d["p"] = y[{k}]; d["p"] += 1.0
z = np.diagonal(y).copy(); z[{k}] *= 2; t += z @ x
y = np.concatenate([y[{k}:], y[:{k}]])
y = np.roll(y, 1, axis={a}); y[0] = x
y = np.stack([y[0], y[1] * x, x, y[3]])
y[:, {k}] = y[{n}, :].copy()
y[1:] = y[:-1]
y[:-1] += y[1:]
y[::-1] *= x
y[::2, 1::2] = y[1::2, ::2] * 0.3
np.add.at(y, [{k}, {n}, {k}], x)
z = y[{k}]; y = y * 2; z += x; t += z.sum() + y.sum() * 0.1
z = y[{k}]; z = z * 2; z[{n}] = 0.0; t += z.sum()
if t > 0: y[{k}] *= 2
if y[{k}, {n}] > x[{k}]: y[{n}] = x * t
while t > 10: t = t * 0.5; y[{k}] *= 0.9
y.real[{k}] = x
z = y.view(); z[{k}] = t
u = y; u = u - x; u[{k}] = 0.3; t += (u * y).sum() * 0.01
y = np.outer(y[{k}], x); y[0, 0] = t
""", "t + (np.tanh(y) * W).sum() + z.sum() * 0.1 + (w * w).sum() * 0.01 + sum(np.sum(v) for v in xs) * 0.1 + o.a.sum()")

CONTAINERS = ("""
import collections
import contextlib
import functools
import itertools
import math

import numpy as np


class Holder:
    def __init__(self, v):
        self.v = v
        self.kept = [v]

    @property
    def twice(self):
        return 2 * self.v

    def bump(self, s):
        self.v = self.v * 0.5 + s
        self.kept.append(self.v)
        return self

    def __add__(self, other):
        return self.v + other


class Signal(Exception):
    pass


def called(a, *others, k=1.0, **named):
    return a * 0.5 + sum(v * (i + 1) * 0.2 for i, v in enumerate(others)) * k + sum(named.values())


def walk(values):
    for v in values:
        got = yield v
        if got is not None:
            yield got * v
    return sum(values)


def outer(values):
    total = yield from walk(values)
    yield total * 0.5


@contextlib.contextmanager
def marked(values, v):
    values.append(v)
    try:
        yield values
    finally:
        values.append(v * 0.5)


def f(x):
    t = x[0]
    xs = [x[1], x[2], x[0] * x[3]]
    d = {"a": x[0], "b": x[1] * x[2]}
    o = Holder(x[3])
    q = collections.deque([x[0], x[1]], maxlen=4)
    ys = xs

    def tick():
        nonlocal t
        xs.append(t * 0.5)
        d["a"] = d.get("a", 0.1) * 0.9
        t = math.tanh(t) + x[1] * 0.1
        return t
""", """
xs.append({e})
xs.insert({k}, {e})
t += xs.pop() if len(xs) > 3 else {e}
xs = [*xs, {e}, *xs[:1]]
xs = [*xs[-3:], tick(), *xs[:2]]
ys = [*xs, tick(), *xs, t]; t += sum(v * (i + 1) for i, v in enumerate(ys)) * 0.01
ys = (t, tick(), t, xs[-1]); t += ys[0] * ys[2] + ys[3]
xs[{k} % len(xs)] = {e}
xs[{k} % len(xs)] += {e}
xs[{k} % len(xs)] *= tick()
xs[len(xs) - 1] = tick()
xs[:2] = [{e}, {e}]
xs[::2] = [v * 0.5 for v in xs[::2]]
del xs[0]; xs.append({e}); xs.append(t)
xs.reverse()
xs.sort()
xs += [{e}]
xs *= 2; xs = xs[:5]
xs.extend(v * x[{k}] for v in xs[:2])
xs.extend(v * xs[-1] for v in xs[:2])
xs.extend(map(lambda v: v * t, xs[:2]))
d.update((k, v * t) for k, v in list(d.items())[:2])
q.extend(v * q[0] for v in xs[:2])
xs = sorted(xs, key=lambda v: -v)
ys = xs; ys.append({e})
ys = xs[:]; ys[0] = {e}
xs = [math.tanh(v) for v in xs if v != 5.0]
xs = [a * b for a, b in zip(xs, reversed(xs))]
t += sum(v for v in xs) * 0.1
d["a"] = {e}
d["b"] = d.get("a", t) * {e}
d = {**d, "c": {e}, **{"a": tick()}}
d = {"z": tick(), **d, "y": d.pop("b", t)}
d.update(a={e}, c=t)
d = {k: v * 0.9 for k, v in d.items()}
d = {k + k[:1]: tick() * v for k, v in list(d.items())[:4]}
t += d.pop("c", {e})
t += d.setdefault("z", {e})
d["a"] = d.get("a", 0.3) + tick()
t = t + tick() * t
t = tick() + t
t = t * 0.5 + called(t, tick(), t, k=t)
t, xs[0] = xs[0], t
(xs[0], d["a"]), t = (t, xs[-1]), d.get("b", x[0])
a, *b = xs; t += a * sum(b) * 0.1
t += called(*xs[:2], tick(), *xs[-1:], k=xs[0])
t += called(*xs, xs.pop() if len(xs) > 3 else 1.0, **d, k=tick()) if "k" not in d else {e}
o.v = {e}
o.v *= x[{k}]
o.kept = xs; o.kept.append({e})
o.bump({e}).bump(t)
t += o.twice * 0.1 + o.bump({e}).v * o.v
t = t * 0.1 + (o + tick())
p = o; p.v += t
q.append({e}); t += q.popleft()
q.rotate(1); q.appendleft({e})
t = (w := {e}) * w + w
t += sum(walk(xs)) * 0.1
g = walk(xs[:3]); v = next(g); t += g.send(t) * v; t += next(g, 0.5)
t += sum(v * (i + 1) for i, v in enumerate(outer(xs[:3]))) * 0.1
for i, v in enumerate(xs[:4]): t += v * i * 0.1 if v > 0 else tick() * 0.1
for a, b in zip(xs, xs[1:]): t += a * b * 0.1
for v in list(xs): xs[0] = xs[0] * 0.5 + v
for k in sorted(d): t += d[k] * 0.2
while len(xs) > 5: t += xs.pop() * 0.1
try: t += xs[99]|except IndexError: t += {e}
try:|    xs.append(t); raise Signal({e})|except Signal as error: t += error.args[0]|finally: xs.append(t * 0.5)
try: t += d["none"]|except KeyError: d["none"] = {e}|else: t += 0.5
with marked(xs, {e}) as m: t += m[-1] * x[{k}]
with contextlib.suppress(IndexError): t += {e}; t += xs[50]
match xs:|    case [a, b, *_] if a < b: t += a * b|    case [a, *_]: t += a * 0.5
t = t if xs[0] > xs[-1] else {e}
t += (xs[0] and xs[-1]) or tick()
t += max(xs) + min(xs, key=abs)
t = functools.reduce(lambda a, b: a * 0.5 + b, xs[:4], t)
fs = [lambda v=v: v * t for v in xs[:3]]; t += fs[-1]() * 0.1
fs = [lambda: t * xs[0]]; t += 0.1; t += fs[0]() * 0.1
t = math.tanh(t)
t += list(itertools.accumulate(xs[:4], lambda a, b: a * 0.5 + b))[-1]
t += sum(itertools.chain(xs[:1], map(lambda v: v * t, xs[1:3]), (tick(),))) * 0.1
t += sum(a * b for a, b in itertools.combinations(xs[:3], 2))
t += float(np.dot(xs[:2], [t, tick()])) * 0.1
t += np.array(xs[:3]).sum() * 0.1
t += (lambda *v: v[0] * v[-1])(*xs, tick())
""", "t + sum(v * (i + 1) * 0.1 for i, v in enumerate(xs[:8])) + sum(d.values()) * 0.3 + o.v + sum(q) * 0.2 + sum(o.kept) * 0.1")


def program(pool, seed):
    """The text of a function `f(x)` of an array of four."""
    rng = random.Random(seed)
    statements = pool[1].strip().split("\n")
    return assembled(pool, [filled(rng.choice(statements), rng) for _ in range(rng.randint(3, 9))])


def filled(statement, rng):
    """A statement with expressions and numbers at its open places, sometimes done twice."""
    for _ in range(2):
        for name, choices in ONE_OF.items():
            while "{" + name + "}" in statement:
                statement = statement.replace("{" + name + "}", rng.choice(choices), 1)
        for name, bound in NUMBERS.items():
            while "{" + name + "}" in statement:
                statement = statement.replace("{" + name + "}", str(rng.randrange(bound)), 1)
    if rng.random() < 0.15 and not statement.startswith(("for", "if", "while", "try", "with", "match", "class")):
        statement = "for _ in range(2): " + statement
    return statement


def assembled(pool, statements):
    header, _, result = pool
    lines = ["    " + line for statement in statements for line in statement.split("|")]
    return "\n".join([header.strip("\n"), *lines, f"    return {result}", ""])


def load(text, name):
    """The function `f` of a program."""
    linecache.cache[name] = len(text), None, text.splitlines(True), name
    namespace = {"__name__": "random_program"}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]


def judge(text, name="<program>", forward=False):
    """(kind, detail): "right", "refused", "invalid" (it fails by itself, or has a kink there), or what is wrong."""
    f = load(text, name)
    try:
        with np.errstate(all="ignore"):
            value = f(X.copy())
            first, second = (np.array([(f(X + h) - f(X - h)) / (2 * width) for h in np.eye(4) * width]) for width in (1e-5, 2.3e-6))
        if not np.allclose(first, second, rtol=1e-5, atol=1e-5) or abs(value) > 1e5:
            return "invalid", "the differences do not agree"
    except Exception as error:
        return "invalid", repr(error)
    try:
        found, gradient = value_and_grad(f)(X.copy())
        if abs(found - value) > 1e-9 * max(1, abs(value)):
            return "wrong value", f"{found}, not {value}"
        if not np.allclose(gradient, first, rtol=1e-4, atol=1e-4):
            return "wrong", f"{gradient}, not {first}"
        if forward and not np.allclose(jacfwd(f)(X.copy()), first, rtol=1e-4, atol=1e-4):
            return "wrong forward", f"{jacfwd(f)(X.copy())}, not {first}"
    except CpsadError as error:
        return "refused", str(error)
    except Exception as error:
        return "crash", repr(error)
    return "right", ""


def shrunk(text, kind, tries=200):
    """The program made small, as long as it fails in this way."""
    numbers = itertools.count()

    def fails(candidate):
        try:
            return judge(candidate, f"<shrunk {next(numbers)} {hash(text)}>", kind == "wrong forward")[0] == kind
        except (SyntaxError, KeyError):  # it is no program any more, or has no `f`
            return False

    return shrink(text, fails, tries)


def main(first, last):
    """`python -m tests.random_programs.templates FIRST LAST`: counts, and programs that are wrong made small."""
    for title, pool in (("MATRICES", MATRICES), ("CONTAINERS", CONTAINERS), ("OBJECTS", OBJECTS)):
        counts = {}
        for seed in range(first, last):
            text = program(pool, seed)
            kind, detail = judge(text, f"<{title} {seed}>", seed % 4 == 0)
            counts[kind] = counts.get(kind, 0) + 1
            if kind == "refused" and counts[kind] < 10:
                print(seed, " | ".join(detail.split("\n")[:5])[:300])
            if kind not in ("right", "refused", "invalid"):
                print(title, seed, kind, detail[:300])
                print(shrunk(text, kind).split("def f(x):")[1])
        print(title, counts)


if __name__ == "__main__":
    import sys

    main(*map(int, sys.argv[1:]))
