"""A row as a program: a function of the row's floats that calls its primitive, differentiated as users' functions are."""

import linecache

import numpy as np

import cpsad
from cpsad.rules.registry import REGISTRY
from tests.oracle import differences


def is_float(x):
    return isinstance(x, float) or isinstance(x, (np.ndarray, np.floating)) and x.dtype.kind == "f"


def total(values, weights):
    """A number made of all that a primitive returns."""
    if isinstance(values, (list, tuple)):
        s = 0.0
        for value, weight in zip(values, weights):
            s = s + total(value, weight)
        return s
    return np.sum(np.real(values * weights))


def weights_of(rng, values):
    if isinstance(values, (list, tuple)):
        return [weights_of(rng, v) for v in values]
    if np.asarray(values).dtype.kind not in "fc":
        return np.zeros(np.shape(values))
    w = rng.uniform(0.5, 1.5, np.shape(values))
    return w + 1j * rng.uniform(0.5, 1.5, np.shape(values)) if np.iscomplexobj(values) else w


class Program:
    """`f(_0, _1, ...)`: the row's call, with its floats as parameters and all else as globals."""

    def __init__(self, row, part=None):
        self.floats, self.names = [], {"primitive": row.primitive, "total": total}
        args = [self.text(a, row.only is None or i in row.only) for i, a in enumerate(row.args)]
        args += [f"{k}={self.text(v, row.only is None)}" for k, v in row.kwargs.items()]
        params = ", ".join(f"_{i}" for i in range(len(self.floats)))
        kind = type(row.primitive).__name__
        if kind in ("method_descriptor", "getset_descriptor", "member_descriptor"):
            args[0] += f".{row.primitive.__name__}"
            call = args[0] if kind != "method_descriptor" else f"{args[0]}({', '.join(args[1:])})"
        else:
            call = f"primitive({', '.join(args)})"
        self.source = f"def f({params}):\n    y = {call}\n    return total(y, weights)\n"
        filename = f"<row {id(self)}>"
        linecache.cache[filename] = (len(self.source), None, self.source.splitlines(True), filename)
        exec(compile(self.source, filename, "exec"), self.names)
        self.function = self.names["f"]
        rng = np.random.default_rng(3)
        self.names["weights"] = weights_of(rng, eval(compile(call, filename, "eval"), dict(
            self.names, **{f"_{i}": v for i, v in enumerate(self.floats)})))

    def text(self, value, active):
        if isinstance(value, (list, tuple)) and active:
            inner = "".join(self.text(v, active) + ", " for v in value)
            return f"[{inner}]" if isinstance(value, list) else f"({inner})"
        if is_float(value) and active:
            self.floats.append(value)
            return f"_{len(self.floats) - 1}"
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name


def check(row):
    """The gradient of the row's program, against differences; shapes and dtypes too."""
    program = Program(row)
    numbers = tuple(range(len(program.floats)))
    if not numbers:
        return
    value, gradients = cpsad.value_and_grad(program.function, argnums=numbers)(*program.floats)
    plain = program.function(*program.floats)
    assert value == plain or value != value, f"{value!r}, not {plain!r}"
    for i, (x, found) in enumerate(zip(program.floats, gradients)):
        if not np.size(x):
            assert np.shape(found) == np.shape(x)
            continue
        expected, error = differences(program.function, tuple(program.floats), i)
        hidden = np.isnan(expected)  # differences of what is no number
        scale = max(1.0, np.nanmax(np.abs(expected), initial=0.0))
        wrong = ~(np.abs(found - expected) <= max(row.rtol, 1e-6) * scale + 4 * error) & ~hidden
        assert not wrong.any(), f"parameter {i} of\n{program.source}{found}, not {expected}"
        assert np.shape(found) == np.shape(x) and np.asarray(found).dtype == np.asarray(x).dtype


def by_rule(row):
    """Whether the row's call is differentiated by a rule of one result."""
    rule = REGISTRY.lookup(row.primitive)
    return rule is not None and rule.role in ("rule", "gather") and rule.fits(len(row.args), row.kwargs) and not (
        rule.otherwise is not None and rule.first_is_constant and not isinstance(row.args[0], str))


def needed(row):
    """Whether the rule by itself does not tell: there is none for the call, or a keyword is differentiated."""
    return not by_rule(row) or any(is_float(v) for v in row.kwargs.values())
