"""How a function enters the corpus: `@case(1.5, 2.0)` above a plain `def`, once per input."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Input:
    """One way to call a function of the corpus, and what to differentiate."""

    args: tuple
    kwargs: dict
    argnums: int | tuple[int, ...]
    make: Callable[[], tuple] | None = None

    def fresh(self) -> tuple[tuple, dict]:
        """Arguments of which nobody else holds a part."""
        if self.make is not None:
            return self.make(), copy.deepcopy(self.kwargs)
        return copy.deepcopy((self.args, self.kwargs))


@dataclass
class Case:
    """A function and its inputs; `rtol` is how far the gradient may be from central differences."""

    function: Callable
    area: str
    rtol: float
    inputs: list[Input] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.area}.{self.function.__name__}"


CASES: dict[str, Case] = {}


def case(*args, argnums=None, kwargs=None, make=None, rtol=1e-6):
    """Put the function below into the corpus, with one input; stacked decorators give several.

    `argnums`: what to differentiate; without it, every float and every array of floats in `args`.
    `make`: called for the arguments, where they cannot be copied (iterators, generators).
    """
    if make is not None:
        args = make()
    if argnums is None:
        found = tuple(i for i, a in enumerate(args) if is_float(a))
        argnums = found[0] if len(found) == 1 else found

    def register(function):
        known = CASES.setdefault(
            function.__name__, Case(function, function.__module__.rpartition(".")[2], rtol)
        )
        if known.function is not function:
            raise ValueError(f"two functions of the corpus are called {function.__name__}")
        known.inputs.insert(0, Input(args, kwargs or {}, argnums, make))
        return function

    return register


def is_float(value: Any) -> bool:
    """Whether `value` can be differentiated."""
    if isinstance(value, np.ndarray | np.generic):
        return np.issubdtype(value.dtype, np.floating)
    return isinstance(value, float)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """An array of numbers around zero, the same at every run."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """An array of numbers between 0.3 and 1.7, the same at every run."""
    return np.random.default_rng([seed, *shape]).uniform(0.3, 1.7, size=shape)
