"""The operators: `grad` and `value_and_grad`.

Reverse-mode differentiation by source transformation to continuation-passing style (Wang et al., *Backpropagation
with Callbacks*, NeurIPS 2018).
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import forms
from .cotangents import ZERO, Absorbing, Poison
from .generators import check_finished
from .heap import Heap
from .kinds import holds_storing
from .pickling import restore, texts_of
from .resolve import kind_of, letter_of
from .rules.registry import REGISTRY
from .special import are_calls, groups_in_reach, groups_of_value, groups_seen, note
from .stack import Deep
from .tracebacks import shown_to_the_user
from .transforms.errors import CpsadError
from .trees import Tree, is_tree
from .unseen import Watch

__all__ = ["Argnums", "grad", "stop_gradient", "value_and_grad"]

Argnums = int | str | Sequence[int | str]


def grad(function: Callable[..., Any] | None = None, argnums: Argnums = 0, has_aux: bool = False,
         backend: str = "numpy", holomorphic: bool = False) -> Any:
    """The gradient of a function, as a function of the same arguments.

    Args:
        function: a plain Python function that returns a real scalar (a Python or NumPy number, or a 0-d array), or,
            with `has_aux`, a pair of such a scalar and anything.
        argnums: which arguments to differentiate: a position (negative from the end), a parameter's name, or a
            sequence of them. They must be floating-point scalars or arrays, real or complex, or structures of such: lists,
            tuples, dicts, deques, named tuples and dataclasses, of any nesting. Other things in a structure (integers,
            texts, None, functions) are left alone.
        has_aux: whether the function returns `(value, aux)`.
        backend: "numpy"; "native", compiled C for the types of the arguments (see the guide); "auto", native code where
            the function can be staged, and else NumPy, which is logged.
        holomorphic: the function is a complex one of complex arguments, and has a complex derivative. It is run twice, to
            see that this is so at the arguments given (the Cauchy-Riemann equations); if not, a NoDerivativeError.

    By a complex argument z = x + iy the gradient of a real result L is dL/dx - i dL/dy: L changes by the real part of
    the sum of gradient * dz. For descent, step along its conjugate. (docs/limits.md has other tools' conventions.)

    Returns:
        A function with the name, docstring and signature of `function`. It returns the gradient, of the shape and
        dtype of the argument, or of its structure, with None in the place of what is not differentiated; a tuple of
        gradients if `argnums` is a sequence; with `has_aux`, `(gradient, aux)`.

    Raises (when called):
        TypeError: an argument to be differentiated is an integer or no number; the result is no real scalar.
        NoDerivativeError: a value that carries a derivative reached code whose derivative is not known.
        UnsupportedError: the function has a construct that cannot be transformed.
        SourceError: the source text of the function cannot be found.

    Usable as `grad(f)`, `@grad` and `@grad(argnums=1)`.
    """
    if function is None:
        return functools.partial(grad, argnums=argnums, has_aux=has_aux, backend=backend, holomorphic=holomorphic)
    if holomorphic:
        from .holomorphic import derivative

        return derivative(function, argnums, has_aux, backend)
    compute = _computer(function, argnums, has_aux, backend)

    @_like(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        _, gradients, aux = compute(args, kwargs)
        return (gradients, aux) if has_aux else gradients

    pick = (_gradient_and_aux if compute.single else _gradients_and_aux) if has_aux else (
        _gradient_alone if compute.single else _gradients_alone)
    gradient.__dict__.update({forms.OPERATOR: gradient, forms.OPERATOR_PARTS: (compute.plain, pick)})
    return gradient


def value_and_grad(function: Callable[..., Any] | None = None, argnums: Argnums = 0, has_aux: bool = False,
                   backend: str = "numpy") -> Any:
    """The value of a function together with its gradient: `(value, gradient)`.

    With `has_aux`, where the function returns `(value, aux)`: `((value, aux), gradient)`. Arguments, results and
    errors are otherwise those of `grad`.
    """
    if function is None:
        return functools.partial(value_and_grad, argnums=argnums, has_aux=has_aux, backend=backend)
    compute = _computer(function, argnums, has_aux, backend)

    @_like(function)
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        value, gradients, aux = compute(args, kwargs)
        return ((value, aux) if has_aux else value), gradients

    pick = _value_and_gradient if compute.single else _value_and_gradients
    value_and_gradient.__dict__.update({forms.OPERATOR: value_and_gradient, forms.OPERATOR_PARTS: (compute.plain, pick)})
    return value_and_gradient


def _computer(function: Callable[..., Any], argnums: Argnums, has_aux: bool, backend: str) -> Any:
    """What a gradient function does when it is called, on a backend."""
    if backend == "numpy":
        return _Gradient(function, argnums, has_aux)
    check_backend(backend)
    from .native.entry import NativeGradient

    return NativeGradient(function, argnums, has_aux, backend)


def check_backend(backend: str) -> None:
    if backend not in ("numpy", "native", "auto"):
        raise ValueError(f'backend={backend!r} is none of "numpy", "native", "auto"')


# What a gradient function gives of the function's result and the list of gradients: plain Python, for `nested.py`.

def _gradient_alone(result: Any, gradients: Any) -> Any:
    return gradients[0]


def _gradients_alone(result: Any, gradients: Any) -> Any:
    return tuple(gradients)


def _gradient_and_aux(result: Any, gradients: Any) -> Any:
    return gradients[0], result[1]


def _gradients_and_aux(result: Any, gradients: Any) -> Any:
    return tuple(gradients), result[1]


def _value_and_gradient(result: Any, gradients: Any) -> Any:
    return result, gradients[0]


def _value_and_gradients(result: Any, gradients: Any) -> Any:
    return result, tuple(gradients)


def stop_gradient(value: Any) -> Any:
    """`value`, as a constant: no derivative passes through it. Arrays, lists, tuples and dicts are copied."""
    if type(value) in (list, tuple):
        return type(value)(stop_gradient(v) for v in value)
    if type(value) is dict:
        return {key: stop_gradient(v) for key, v in value.items()}
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (float, complex, np.inexact)):
        return value * 1  # a new object, with another identity
    return value


def _like(function: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    if hasattr(function, "__name__"):
        return functools.wraps(function)

    def named(wrapper: Callable[..., Any]) -> Any:  # a partial or a callable object
        wrapper.__wrapped__ = function  # type: ignore[attr-defined]
        wrapper.__name__ = f"grad_of_{type(function).__name__}"
        return wrapper

    return named


def _name_of(wrapper: Any, function: Any, operator: str) -> None:
    """A name for what an operator has made of a callable that has none."""
    if not hasattr(function, "__name__"):
        wrapper.__name__ = f"{operator}_of_{type(function).__name__}"


class _Gradient:
    """What a gradient function does when it is called."""

    def __init__(self, function: Callable[..., Any], argnums: Argnums, has_aux: bool) -> None:
        if not callable(function):
            raise TypeError(f"grad takes a function, not {type(function).__name__}")
        if isinstance(function, (classmethod, staticmethod)):
            raise TypeError(f"put @{type(function).__name__} above @grad, not below it")
        self.function, self.has_aux = function, has_aux
        self.single = isinstance(argnums, (int, str)) or hasattr(argnums, "__index__")
        wanted = (argnums,) if self.single else tuple(argnums)  # type: ignore[arg-type]
        for item in wanted:
            if isinstance(item, bool) or not (isinstance(item, str) or hasattr(item, "__index__")):
                raise TypeError(f"argnums takes positions and parameter names, not {item!r}")
        if not wanted:
            raise ValueError("argnums is empty: name at least one argument")
        self.wanted = wanted
        self.called = False
        self.reach = -1, False  # of which version of the registry, whether it has to be watched
        self.located: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        self.plain = self
        self.texts: Any = None  # of functions that came from another process
        self.is_here = False

    def __getstate__(self) -> dict[str, Any]:
        return {"function": self.function, "has_aux": self.has_aux, "single": self.single, "wanted": self.wanted,
                "texts": self.texts or texts_of(self.function)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, called=False, located={}, plain=self, reach=(-1, False), is_here=False)

    def arrived(self) -> None:
        """Before the first call: functions that came from another process get their texts."""
        if self.texts is not None and not self.is_here:
            restore(self.function, self.texts)
            self.is_here = True

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any], seed: Any = None) -> tuple[Any, Any, Any]:
        """`seed(heap, value)` gives the cotangent of the result, where it is not that of a real scalar."""
        shape = len(args), tuple(kwargs)
        slots = self.located.get(shape)
        if slots is None:
            slots = self.located[shape] = self.locate(args, kwargs)
        arguments = [*args, *kwargs.values()]
        heap = Heap()
        values: list[Any] = []  # of what is differentiated: the fresh argument, or its tree
        trees: list[Tree] = []
        letters: dict[int, str] = {}
        for i in slots:
            value = arguments[i]
            if type(value) is np.ndarray and value.dtype.kind == "f":
                value = arguments[i] = value.view()
                letters[i] = "N"
            elif type(value) is float:
                value = arguments[i] = value * 1.0
                letters[i] = "S"
            elif is_tree(value):
                value = Tree(value, heap, _fresh_or_complex, lambda i=i: self.describe(i, args))  # type: ignore[misc]
                trees.append(value)
                arguments[i] = value.value
                letters[i] = self.letter(value.value, False)
            else:
                value = arguments[i] = _fresh_or_complex(value, lambda i=i: self.describe(i, args))  # type: ignore[misc]
                letters[i] = self.letter(value, True)
            values.append(value)
        others = [a for i, a in enumerate(arguments) if i not in letters]
        signs = [letters[i] if i in letters else self.letter(a, False) for i, a in enumerate(arguments)]
        self.called = True
        signature = "".join(signs[: len(args)])
        given: dict[str, Any] = {}
        if kwargs:
            signature += "".join(f",{n}={a}" for n, a in zip(kwargs, signs[len(args):], strict=True))
            given = dict(zip(kwargs, arguments[len(args):], strict=True))
            arguments = arguments[: len(args)]
        ends = _End(heap, self.has_aux, seed)
        heap.enter(ends.arrive, [v.value if type(v) is Tree else v for v in values], others)
        done = False
        try:
            with shown_to_the_user(), Deep(), Watch(heap.slots, self.is_watched([*arguments, *given.values()])):
                target = forms.form(self.function, signature)
                results = target(heap, heap.end, *arguments, **given)
            done = True
            if heap.unfinished:
                check_finished(heap)
        except Exception as error:
            if heap.unfinished and not isinstance(error, CpsadError):
                check_finished(heap, error)
            raise
        finally:
            heap.end = heap.entered = None  # they refer to one another, and hold the arguments
            try:
                ends.leave(trees, check=done)
            except KeyboardInterrupt:  # in the middle of it: it must be done all the same
                ends.leave(trees, check=False)
                raise
        separate = _Separate()
        gradients = tuple([v.gradient(lambda a, x: separate(_gradient(a, x))) if type(v) is Tree
                           else separate(_gradient(heap.collect(v, results[i]), v)) for i, v in zip(slots, values, strict=True)])
        if heap.slots and not trees:
            heap.check_settled()
        return ends.value, (gradients[0] if self.single else gradients), ends.aux

    def is_watched(self, arguments: list[Any]) -> bool:
        """Whether a class may be met whose methods store what they compute when C code calls them (`unseen.py`)."""
        if any(map(holds_storing, arguments)):
            return True
        if "unseen" not in groups_seen():
            return False
        if self.reach[0] != REGISTRY.version:
            self.reach = REGISTRY.version, "unseen" in groups_in_reach(self.function)
        return self.reach[1]

    def letter(self, value: Any, active: bool) -> str:
        """The letter of an argument in the signature of the call."""
        letter = letter_of(value, active)
        if letter in "oOvV" and value is not None and (found := groups_of_value(value, 100 if self.called else 4000)):
            note(found)  # the argument, or something in it, is an object with special methods
            if are_calls(found):
                return "v" if letter in "ov" else "V"
        return letter

    def locate(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[int]:
        """Positions, among the arguments as given, of those to be differentiated."""
        self.arrived()
        names = _parameter_names(self.function)
        slots = []
        keys = list(kwargs)
        for item in self.wanted:
            if isinstance(item, str):
                if item in kwargs:
                    slots.append(len(args) + keys.index(item))
                elif item in names[: len(args)]:
                    slots.append(names.index(item))
                else:
                    known = "is not given" if item in names else f"is no parameter; they are {', '.join(names)}"
                    raise TypeError(f"argnums: {item!r} {known}")
                continue
            position = item.__index__()
            count = max(len(args), len([n for n in names if n in kwargs]) + len(args))
            if not -count <= position < count:
                raise TypeError(f"argnums={position}: the call has {count} arguments")
            position %= count
            if position < len(args):
                slots.append(position)
            elif names[position] in kwargs:
                slots.append(len(args) + keys.index(names[position]))
            else:
                raise TypeError(f"argnums={position}: argument {names[position]!r} is not given")
        if len(set(slots)) < len(slots):
            raise ValueError(f"argnums={self.wanted!r} names an argument twice")
        return slots

    def check(self, value: Any, slot: int, args: tuple[Any, ...]) -> None:
        """Raises a TypeError where an argument to be differentiated is no floating-point number or array."""
        _fresh(value, lambda: self.describe(slot, args))

    def describe(self, slot: int, args: Sequence[Any]) -> str:
        names = _parameter_names(self.function)
        name = getattr(self.function, "__name__", "the function")
        known = f" ({names[slot]})" if slot < min(len(args), len(names)) else ""
        return f"argument {slot}{known} of {name}"


class _End:
    """The continuation of the whole: takes the function's result, starts the way back."""

    def __init__(self, heap: Heap, has_aux: bool, seed: Any = None) -> None:
        self.heap, self.has_aux, self.seed = heap, has_aux, seed
        self.value: Any = None
        self.aux: Any = None
        self.contents: list[tuple[Any, Any]] = []

    def arrive(self, result: Any) -> Any:
        if self.has_aux:
            if not (isinstance(result, tuple) and len(result) == 2):
                raise TypeError("with has_aux=True the function must return a pair (value, aux), "
                                f"not {_describe(result)}")
            self.value, self.aux = result
        else:
            self.value = result
        seed = _seed(self.value) if self.seed is None else self.seed(self.heap, self.value)
        if self.heap.decisions:
            self.heap.check_decided(self.value)
        self.contents = self.heap.final_contents()
        if not self.has_aux:
            return seed
        self.heap.add(self.value, seed)
        return ZERO

    def restore(self) -> None:
        """What the way back has restored becomes again what the function left."""
        for array, content in self.contents:
            array[...] = content

    def leave(self, trees: list[Tree], check: bool) -> None:
        """The caller's arrays and containers are as the function left them. May be done twice."""
        self.restore()
        for tree in trees:
            tree.leave(check)
            self.aux = tree.back(self.aux)


def _seed(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.generic, np.ndarray)) and not (
            hasattr(value, "__array_ufunc__") and getattr(value, "shape", None) == ()):
        if isinstance(value, complex):
            raise TypeError("the function returns a complex number; a gradient is that of a real scalar: "
                            "return its real part, its imaginary part or its absolute value")
        raise TypeError(f"a gradient is that of a real scalar; the function returns {_describe(value)}")
    if isinstance(value, (int, float)) and not isinstance(value, np.generic):
        return 1.0
    if value.shape != ():
        raise TypeError(f"a gradient is that of a real scalar; the function returns {_describe(value)}: "
                        "return a sum or mean of it")
    if value.dtype.kind == "c":
        raise TypeError("the function returns a complex number; a gradient is that of a real scalar: "
                        "return its real part, its imaginary part or its absolute value")
    if value.dtype.kind not in "fiu":
        raise TypeError(f"a gradient is that of a real scalar; the function returns {_describe(value)}")
    return value.dtype.type(1) if value.dtype.kind == "f" else 1.0


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return "None" if value is None else f"a {type(value).__name__}"


def _fresh(value: Any, describe: Callable[[], str]) -> Any:
    """An argument to be differentiated, as an object of its own."""
    if type(value) is float:
        return value * 1.0
    what = describe()
    kind = kind_of(value)
    if isinstance(value, (np.ndarray, np.generic)):
        dtype = value.dtype
        if dtype.kind == "f":
            return value.view() if isinstance(value, np.ndarray) else value * dtype.type(1)
        if dtype.kind == "c":
            raise TypeError(f"{what} is complex ({dtype}); only real arguments are differentiated here")
        raise TypeError(f"{what} has dtype {dtype}; only floating-point arguments are differentiated: "
                        "convert it with .astype(float)")
    if isinstance(value, float):
        return value * 1.0
    if kind == "n":
        return value
    if isinstance(value, complex):
        raise TypeError(f"{what} is complex; only real arguments are differentiated here")
    if isinstance(value, int):
        raise TypeError(f"{what} is {value!r}, a {type(value).__name__}; only floating-point arguments are "
                        f"differentiated: write {float(value)!r}")
    raise TypeError(f"{what} is {_describe(value)}; only floating-point scalars and arrays are differentiated")


def _fresh_or_complex(value: Any, describe: Callable[[], str]) -> Any:
    """The same, of numbers that may be complex."""
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "c":
        return value.view() if isinstance(value, np.ndarray) else value.copy()
    if isinstance(value, complex):
        return complex(value.real, value.imag)
    return _fresh(value, describe)


def _gradient(adjoint: Any, value: Any) -> Any:
    """The adjoint as the caller gets it: of the shape and dtype of the argument."""
    if type(adjoint) is type(value) is np.ndarray and adjoint.dtype is value.dtype and adjoint.shape == value.shape:
        return adjoint
    if type(adjoint) is type(value) is float:
        return adjoint
    if isinstance(adjoint, Absorbing):
        if isinstance(adjoint, Poison):
            raise adjoint.error
        return np.zeros_like(value) if isinstance(value, np.ndarray) else value * 0 if kind_of(value) == "n" else (
            type(value)(0))
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "c" and getattr(adjoint, "dtype", None) is not None and adjoint.dtype.kind == "c":
            adjoint = adjoint.real
        made = np.asarray(adjoint, dtype=value.dtype)
        if made.shape != value.shape:
            raise AssertionError(f"a gradient of shape {made.shape} for an argument of shape {value.shape}: "
                                 "a derivative rule is wrong")
        return made
    if isinstance(value, (complex, np.complexfloating)):
        return type(value)(adjoint)
    if isinstance(value, (float, np.generic)):
        return type(value)(adjoint.real if np.iscomplexobj(adjoint) else adjoint)
    return adjoint


class _Separate:
    """Arrays that share no memory with one another or with anything else, and can be written to."""

    def __init__(self) -> None:
        self.seen: dict[int, Any] = {}

    def __call__(self, g: Any) -> Any:
        if type(g) is np.ndarray:
            if g.base is not None or not g.flags.writeable or id(g) in self.seen:
                g = g.copy()
            self.seen[id(g)] = g
        return g


def _parameter_names(function: Any) -> list[str]:
    while forms.OPERATOR_PARTS in getattr(function, "__dict__", ()):  # what an operator has made
        function = function.__dict__[forms.OPERATOR_PARTS][0].function
    if isinstance(function, types.FunctionType):
        code = function.__code__
        return list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    try:
        return [n for n, p in inspect.signature(function).parameters.items()
                if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    except (TypeError, ValueError):
        return []

