"""Where derivative rules are kept, and how one is found.

A `Table` holds the rules of one library. What a rule is, and how it is written, is in `docs/design.md`; in short:

    elementwise(np.sin, lambda g, y, x: g * np.cos(x))

`g` is the cotangent of the result `y`; what comes back is the cotangent of the first argument, or a tuple for
the first few arguments (`None`: not differentiable).
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import sys
import threading
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

__all__ = ["EVERY", "REGISTRY", "Rule", "Table", "present"]

EVERY = range(sys.maxsize)  # as `iterates`: all positions
ALLOCATORS = {"zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "eye", "identity",
              "copy", "array"}


_TEXTS = (str, repr, ascii, format, json.dumps)


@dataclass(frozen=True, eq=False)
class Rule:
    """What is known of one primitive.

    `role`: "rule" (has a derivative), "constant" (its result carries none, by nature or by convention),
    "mover" (moves references and makes no new number), "gather" (a rule whose first argument is a sequence;
    its cotangent is a sequence too), "parts" (a rule whose result is a sequence; `g` is one too), "python" (no rule:
    `pullback` is a Python function that does the same, and is differentiated in its place).
    `result`: kind of the result: "s" scalar, "n" scalar or array, "o" anything, "=" scalar if all arguments are;
    "whole" a scalar if only the first argument is given;
    of a mover also the kinds of `transforms.context.Fact`, "iterator" over its first argument, or "element" of it, "=" the same.
    `iterates`: for a mover, the positions of arguments that it iterates over (the others it stores); with
    `single_iterates`, only in a call with one positional argument: `max(xs)`, but not `max(a, b)`.
    `calls`: a mover given at least so many positional arguments calls Python functions among them.
    """

    primitive: Any
    role: str
    pullback: FunctionType | None = None
    elementwise: bool = False
    result: str = "n"
    iterates: Container[int] = ()
    single_iterates: bool = False
    calls: int = sys.maxsize
    view: bool = False  # result may share memory with an argument
    shares: tuple[int, ...] | None = None  # with those at these positions only
    otherwise: FunctionType | None = None  # does the same in plain Python, for calls that do not fit the rule
    fresh: bool = False  # result may be the argument object itself, with another derivative
    consumes: bool = False  # a "gather" that takes any iterable, an iterator too
    writes: bool = False  # of role "python": it writes into an argument
    holds: bool = False  # of role "constant": the result keeps what the arguments refer to, the owner of a method too

    @property
    def makes_array(self) -> bool:
        """Whether the result is sure to share no memory with an argument."""
        return self.role == "rule" and not self.view or self.role == "constant" and self.result in "sn"

    @functools.cached_property
    def place(self) -> tuple[str, int] | None:
        """The file and line of a rule of the user's; None of the project's own."""
        if self.pullback is None or self.pullback.__module__.partition(".")[0] == "cpsad":
            return None
        return self.pullback.__code__.co_filename, self.pullback.__code__.co_firstlineno

    @functools.cached_property
    def plain(self) -> Rule:
        """Of role "python": the primitive where nothing that carries a derivative gets in."""
        return Rule(self.primitive, "constant", result="o")

    @functools.cached_property
    def parameters(self) -> inspect.Signature:
        """What its rule takes, after the cotangent and the result."""
        assert self.pullback is not None
        known = inspect.signature(self.pullback)
        return known.replace(parameters=list(known.parameters.values())[2:])

    @functools.cached_property
    def first_is_constant(self) -> bool:
        """Whether its rule gives no cotangent for the first argument: `np.einsum` may have an array there."""
        return next(iter(self.parameters.parameters)) == "subscripts"

    def fits(self, positional: int, keywords: Iterable[str]) -> bool:
        """Whether its rule takes a call with so many positional arguments and these keywords."""
        try:
            self.parameters.bind(*range(positional), **dict.fromkeys(keywords))
        except TypeError:
            return False
        return True

    @functools.cached_property
    def allocates(self) -> bool:
        """Whether it is meant to make an array that is written into later."""
        module = getattr(self.primitive, "__module__", None) or getattr(
            getattr(self.primitive, "__objclass__", None), "__module__", "")
        return module.partition(".")[0] == "numpy" and getattr(self.primitive, "__name__", "") in ALLOCATORS

    @property
    def is_function(self) -> bool:
        """Whether it is known to give the same result for the same arguments, and to do nothing else."""
        return hasattr(self.primitive, "nin") or getattr(self.primitive, "__module__", "") == "math"

    @property
    def makes_text(self) -> bool:
        return self.primitive in _TEXTS

    @functools.cached_property
    def inputs(self) -> int:
        """How many leading positional arguments are surely only read: those before an `out`."""
        nin = getattr(self.primitive, "nin", None)
        if nin is not None:
            return int(nin)
        owner = getattr(self.primitive, "__objclass__", None)  # methods of arrays have no signatures, their functions do
        method = owner is not None and owner.__module__ == "numpy"
        try:
            known = inspect.signature(getattr(sys.modules["numpy"], self.primitive.__name__) if method else self.primitive)
        except (ValueError, TypeError, AttributeError):
            ufunc = isinstance(getattr(self.primitive, "__self__", None), getattr(sys.modules.get("numpy"), "ufunc", ()))
            return 3 if ufunc else sys.maxsize
        names = list(known.parameters)
        positional = "out" in names and known.parameters["out"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        return names.index("out") if positional else sys.maxsize

    @property
    def name(self) -> str:
        module = getattr(self.primitive, "__module__", None)
        name = getattr(self.primitive, "__qualname__", None) or getattr(self.primitive, "__name__", repr(self.primitive))
        return f"{module}.{name}" if module else str(name)


def present(owner: Any, *names: str) -> tuple[Any, ...]:
    """Those attributes of a library that its installed version has, as the primitives of a rule."""
    return tuple(getattr(owner, name) for name in names if hasattr(owner, name))


def _each(primitives: Any) -> Iterable[Any]:
    return primitives if isinstance(primitives, (tuple, list)) else (primitives,)


@dataclass
class Table:
    """The rules of one library. A primitive is entered once; a second entry is an error."""

    name: str
    rules: dict[Any, Rule] = field(default_factory=dict)
    views: bool = False  # results may share memory with arguments
    result: str = "n"  # kind of results

    def _enter(self, primitives: Any, **what: Any) -> None:
        for primitive in _each(primitives):
            if primitive in self.rules:
                raise ValueError(f"table {self.name!r} has a rule for {primitive!r} already")
            self.rules[primitive] = Rule(primitive, **what)

    def elementwise(self, primitives: Any, pullback: Callable[..., Any], result: str = "=") -> None:
        """A rule for a primitive that broadcasts its arguments: the adjoint pass undoes the broadcasting."""
        self._enter(primitives, role="rule", pullback=pullback, elementwise=True, result=result)

    def defrule(self, primitives: Any, pullback: Callable[..., Any], result: str | None = None,
                fresh: bool = False, view: bool | None = None) -> None:
        """A rule that returns cotangents of exactly the arguments' shapes. `result`, `view`: the table's unless given."""
        view = self.views if view is None else view
        result = self.result if result is None else result
        self._enter(primitives, role="rule", pullback=pullback, result=result, fresh=fresh, view=view)

    def gather(self, primitives: Any, pullback: Callable[..., Any], result: str = "n",
               consumes: bool = False) -> None:
        """A rule for a primitive whose first argument is a sequence of values; returns one cotangent for each."""
        self._enter(primitives, role="gather", pullback=pullback, result=result, consumes=consumes)

    def parts(self, primitives: Any, pullback: Callable[..., Any], result: str = "l") -> None:
        """A rule for a primitive that returns several values; `g` is the list of their cotangents."""
        self._enter(primitives, role="parts", pullback=pullback, result=result)

    def python(self, primitives: Any, function: Callable[..., Any], writes: bool = False) -> None:
        """A function in plain Python that does what the primitive does, with its parameters: it is differentiated."""
        self._enter(primitives, role="python", pullback=function, result="o", writes=writes)

    def otherwise(self, primitives: Any, function: Callable[..., Any]) -> None:
        """A function in plain Python for the calls of a primitive that do not fit its rule."""
        for primitive in _each(primitives):
            self.rules[primitive] = replace(self.rules[primitive], otherwise=function)

    def constant(self, *primitives: Any, result: str = "o", holds: bool = False) -> None:
        """Primitives whose results carry no derivative."""
        self._enter(primitives, role="constant", result=result, holds=holds)

    def mover(self, *primitives: Any, iterates: Container[int] = (), single_iterates: bool = False,
              result: str = "o", calls: int = sys.maxsize) -> None:
        """Primitives that only move references."""
        self._enter(primitives, role="mover", iterates=iterates, single_iterates=single_iterates, result=result,
                    calls=calls)


class Registry:
    """All tables: the users' first, then the project's, loaded when first asked; SciPy's with SciPy."""

    BUILT_IN = ("python", "containers", "numpy_elementwise", "numpy_reductions", "numpy_linear", "numpy_decompositions",
                "numpy_ufunc_keywords", "numpy_fft", "numpy_shape", "numpy_choices", "numpy_statistics", "numpy_histograms",
                "numpy_ufuncs",
                "numpy_ufunc_methods",
                "numpy_random", "numpy_polynomials", "numpy_constants", "numpy_writers",
                "library", "slots", "support", "exceptions")
    ON_IMPORT: dict[str, tuple[str, ...]] = {
        "statistics": ("statistics_",),
        "mpmath": ("mpmath_",),
        "scipy.special": ("scipy_special", "scipy_bessel", "scipy_hypergeometric"),
        "scipy.linalg": ("scipy_linalg", "scipy_structured", "scipy_factors"),
        "scipy.fft": ("scipy_fft",),
        "scipy.signal": ("scipy_signal",),
        "scipy.ndimage": ("scipy_ndimage",),
        "scipy.spatial.distance": ("scipy_distance",),
        "scipy.optimize": ("scipy_optimize",),
        "scipy.integrate": ("scipy_integrate",),
        "scipy.interpolate": ("scipy_interpolate", "scipy_grids"),
        "scipy.sparse": ("scipy_sparse",),
        "scipy.sparse.linalg": ("scipy_sparse_linalg",),
        "scipy.stats": ("scipy_stats", "scipy_stats_multivariate", "scipy_boost"),
    }

    def __init__(self) -> None:
        self.version = 0  # counts changes: a transform made before one is not used after it
        self.user = Table("user")
        self.tables: list[Table] = []
        self._pending = dict.fromkeys(self.BUILT_IN)
        self._waiting = dict(self.ON_IMPORT)  # for a library to be imported
        self._lock = threading.RLock()

    def load(self) -> None:
        with self._lock:
            for library in [name for name in self._waiting if name in sys.modules]:
                self._pending.update(dict.fromkeys(self._waiting.pop(library)))
            for name in list(self._pending):
                self.tables.append(importlib.import_module(f"cpsad.rules.{name}").table)
                del self._pending[name]

    def arrived(self) -> bool:
        """Whether a library that has rules was imported since the last look; its rules are loaded then."""
        if not any(name in sys.modules for name in self._waiting):
            return False
        self.load()
        return True

    def lookup(self, primitive: Any) -> Rule | None:
        """The rule of `primitive`, or None. Never raises, whatever the object."""
        if self._pending:
            self.load()
        try:
            found = self.user.rules.get(primitive)
            if found is not None:
                return found
            for table in self.tables:
                found = table.rules.get(primitive)
                if found is not None and found.primitive is primitive or _same(found, primitive):
                    return found
        except Exception:  # unhashable, or a hostile __eq__
            return None
        return self.lookup(primitive) if self._waiting and self.arrived() else None


def _same(found: Rule | None, primitive: Any) -> bool:
    return found is not None and type(found.primitive) is type(primitive) and bool(found.primitive == primitive)


REGISTRY = Registry()
