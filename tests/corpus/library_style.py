"""Code as libraries write it: decorators that forward, checks of types, options by name, hierarchies, namespaces."""

import abc
import enum
import functools
import math
import operator
import typing
import warnings

import numpy as np

from tests.corpus.case import case, normal

_TABLE = {"square": lambda x: x * x, "sine": math.sin, "both": lambda x, k=0.5: k * math.sin(x) * x}
_SETTINGS = {"scale": 0.75, "offset": 0.25}
_EPS = np.finfo(float).eps


def forwarding(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def scaled(factor, *, offset=0.0):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(x, *args, **kwargs):
            return factor * function(x, *args, **kwargs) + offset

        return wrapper

    return decorate


def validated(function):
    """Checks its arguments, fills in a default, renames an old keyword."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if "weight" in kwargs:
            kwargs["w"] = kwargs.pop("weight")
        kwargs.setdefault("w", 0.5)
        for a in args:
            if not isinstance(a, (int, float, np.ndarray)):
                raise TypeError(f"a number, not {type(a)}")
        return function(*args, **kwargs)

    return wrapper


@forwarding
@scaled(2.0, offset=0.5)
@forwarding
def decorated(x, y, power=2, *, shift=0.1):
    return (x + shift) ** power * y


@validated
def weighted(x, y, w=0.1):
    return w * x + (1 - w) * y * y


@case(0.7, 0.4)
def decorators_that_forward(x, y):
    return decorated(x, y) + decorated(x, y=y, power=3, shift=y)


@case(0.7, 0.4)
def decorator_that_renames_keywords(x, y):
    return weighted(x, y) + weighted(x, y, weight=x * y) + weighted(x, y, w=0.25)


class Curve(abc.ABC):
    order = 1

    def __init__(self, *coefficients, name=None):
        self.coefficients = list(coefficients)
        self.name = name if name is not None else type(self).__name__

    @abc.abstractmethod
    def basis(self, x, i):
        """The i-th basis function."""

    def __call__(self, x):
        return sum([c * self.basis(x, i) for i, c in enumerate(self.coefficients)])

    @classmethod
    def unit(cls, first, **options):
        return cls(first, 1.0, **options)

    @staticmethod
    def damp(x):
        return x / (1.0 + x * x)


class Powers(Curve):
    def basis(self, x, i):
        return x**i


class Damped(Powers):
    order = 2

    def __init__(self, *coefficients, rate, **options):
        super().__init__(*coefficients, **options)
        self.rate = rate

    def basis(self, x, i):
        return super().basis(self.damp(x), i) * math.exp(-self.rate * i)

    def __call__(self, x):
        plain = super().__call__(x)
        return plain + self.order * Curve.damp(plain)


@case(0.7, 0.4)
def hierarchy_with_super(x, y):
    return Damped(x, y, x * y, rate=y)(x + 0.5) + Powers.unit(x, name="p")(y)


class Mixin:
    def total(self):
        return self.weight * super().total()


class Base:
    def __init__(self, weight):
        self.weight = weight

    def total(self):
        return self.weight + 1.0


class Mixed(Mixin, Base):
    pass


@case(0.7)
def cooperative_super(x):
    return Mixed(x).total() * Base(x).total()


class Slotted:
    __slots__ = ("a", "b", "__dict__")

    def __init__(self, a, b):
        self.a, self.b = a, b
        self.c = a * b


@case(0.7, 0.4)
def slots_and_dict(x, y):
    s = Slotted(x, y)
    s.d = s.a + s.c
    return s.d * s.b


class Method(enum.Enum):
    LINEAR = "linear"
    CUBIC = "cubic"


@case(0.7, "cubic")
@case(0.7, "linear")
def option_by_enum(x, how):
    method = Method(how)
    if method is Method.CUBIC:
        return x**3 + Method.CUBIC.value.count("c") * x
    return x


@case(0.7, "both")
@case(0.7, "sine")
def functions_in_a_table(x, which):
    return _TABLE[which](x) + _TABLE["both"](x, k=x) + _TABLE.get("none", math.tanh)(x)


@case(0.7)
def options_in_keywords(x):
    def solve(x, **options):
        scale = options.pop("scale", _SETTINGS["scale"])
        steps = options.pop("steps", 2)
        if options:
            raise TypeError(f"unknown options: {sorted(options)}")
        for _ in range(steps):
            x = scale * math.sin(x) + _SETTINGS["offset"]
        return x

    return solve(x) + solve(x, scale=x, steps=3)


@case(0.7)
@case(normal(3))
def checks_of_types(x):
    if np.isscalar(x) or np.ndim(x) == 0:
        factor = 2.0
    elif isinstance(x, np.ndarray) and np.issubdtype(x.dtype, np.floating) and x.dtype.kind == "f":
        factor = 3.0
    else:
        raise TypeError
    if hasattr(x, "__len__") and len(x) != x.shape[0] or callable(x) or np.iscomplexobj(x):
        raise TypeError
    x = np.asarray(x, dtype=float)
    x = np.atleast_1d(x)
    dtype = np.result_type(x.dtype, np.float32)
    return factor * np.sum(x.astype(dtype, copy=False) ** 2 + _EPS)


def namespace_of(*arrays):
    for a in arrays:
        if not isinstance(a, (np.ndarray, float)):
            raise TypeError
    return np


@case(normal(3), 0.4)
def array_namespace(x, y):
    xp = namespace_of(x, y)
    z = xp.sin(x) * xp.asarray(y)
    return xp.sum(xp.linalg.norm(z) + xp.tanh(z))


@case(0.7)
def warnings_and_imports_inside(x):
    import math as m
    from operator import mul

    if x > 1:
        warnings.warn("large", RuntimeWarning, stacklevel=2)
    return mul(m.sin(x), operator.add(x, 1.0))


@case(0.7, 0.4)
def casts_that_do_nothing(x, y):
    x = typing.cast(float, x)
    if typing.TYPE_CHECKING:
        x = None
    z: float = x * y
    return z + float(y)


@functools.lru_cache(maxsize=None)
def table_of_factorials(n):
    return [math.factorial(i) for i in range(n)]


@functools.cache
def constant_by_cache(n):
    return math.sqrt(n)


@case(0.7)
def cached_constants(x):
    return sum([x**i / f for i, f in enumerate(table_of_factorials(6))]) * constant_by_cache(3)


class Config:
    """Module-level state of a library."""

    current = None

    def __init__(self, **values):
        self.__dict__.update(values)


Config.current = Config(rate=0.5, steps=3)


@case(0.7)
def module_state(x):
    config = Config.current
    for i in range(config.steps):
        x = x - config.rate * math.cos(x) * (i + 1)
    return x


class Registry(dict):
    def register(self, name):
        def add(function):
            self[name] = function
            return function

        return add


_REGISTRY = Registry()


@_REGISTRY.register("double")
def doubled(x):
    return 2 * x * x


@case(0.7)
def registry_of_functions(x):
    return _REGISTRY["double"](x) + doubled(x)


class Transform:
    """Composes by methods that return `self`, and by attributes that are functions."""

    def __init__(self, function=math.sin, **options):
        self.function, self.options, self.steps = function, options, []

    def add(self, step, *args, **kwargs):
        self.steps.append((step, args, kwargs))
        return self

    def run(self, x):
        for step, args, kwargs in self.steps:
            x = step(x, *args, **kwargs)
        return self.function(x, **self.options)


@case(0.7, 0.4)
def fluent_calls_with_stored_arguments(x, y):
    t = Transform(lambda v, k=1.0: k * math.tanh(v), k=y)
    t.add(lambda v, w: v * w, x).add(pow, 2).add(lambda v, *, bias=0.0: v + bias, bias=x * y)
    return t.run(x + y)


@case(0.7)
def broadcast_helpers(x):
    a, b = np.array([x, 1.0]), 2.0
    c = np.asarray([x, x * 2]).reshape(-1, 1)
    d = np.expand_dims(a * b, 0)
    return np.sum((c @ d).ravel()) + np.squeeze(np.array([[x]]))


@case(0.7)
def error_message_with_the_value(x):
    if not math.isfinite(x) or x < 0:
        raise ValueError(f"bad {x!r}: {x:.3g} of %s" % x)
    return x * x


@case(0.7, np.array([1.0, 2.0]))
def keyword_only_defaults(x, a):
    def norm(v, /, p=2, *, axis=None, keepdims=False, weights=None):
        if weights is None:
            weights = np.ones_like(v)
        return np.sum(weights * np.abs(v) ** p, axis=axis, keepdims=keepdims) ** (1 / p)

    return norm(a * x) + norm(a, p=3, weights=a * x) + norm(a * x, 1, axis=0)


@case(0.7)
def static_callbacks(x):
    def integrate(f, a, b, args=(), n=4):
        if not isinstance(args, tuple):
            args = (args,)
        h = (b - a) / n
        total = 0.5 * (f(a, *args) + f(b, *args))
        for i in range(1, n):
            total += f(a + i * h, *args)
        return total * h

    return integrate(lambda t, k: math.sin(k * t), 0.0, x, args=x) + integrate(math.exp, x, 1.0)
