"""`jvp`, `jacrev`, `hessian` and their kin, called with values that carry a derivative.

What `grad` does inside a differentiated function is a program of its own (`nested.py`). The other operators are said here
in terms of it, in plain Python: a Jacobian is a gradient for each entry of the result, the derivative along a direction is
those times the direction, the Hessian times a vector is the gradient of the gradient times it. These programs are
differentiated in the operators' place, in either mode. As each inner gradient has a level of its own, no perturbation can be
taken for another. (Siskind and Pearlmutter, *Nesting forward-mode AD in a functional framework*, 2008.)

Where nothing that carries a derivative gets in, the operator runs as it is.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from . import foreign, forms
from .again import value_of
from .cotangents import ZERO
from .heap import is_floating
from .jacobians import _unit, inner_product, leaves_of, paired
from .layout import Call, define
from .operators import grad
from .places import here
from .reach import holds_closure, reaches
from .tangent_unseen import _sees
from .transforms.errors import UnsupportedError

__all__ = ["CONSTANTS", "operator_form", "operator_tangent_form"]


# -- how they are called --------------------------------------------------------------------------------------------

def operator_form(function: Any, call: Call, signature: str) -> Any:
    """The CPS form of an operator's function: of its program, if a value that carries a derivative gets in."""
    if call.has_stars:
        return foreign.starred(function, call)
    letters = [a for a, _ in call.args] + [a for _, a in call.keywords]
    args = [f"_a{i}" for i in range(len(call.args))]
    names = [name for name, _ in call.keywords]
    given, taken = ", ".join([*args, *(f"{n}={n}" for n in names)]), ", ".join(args + names)
    program, compute = program_of(function)
    named = ", ".join(f"{n!r}: {n}" for n in names)
    instead = define(f"def adapted({taken}):\n    return _program(_compute, [{', '.join(args)}], {{{named}}})",
                     {"_program": program, "_compute": compute})
    return define(f"def adapted(_heap, _k, {taken}):\n"
                  f"    if _is_reached(_heap, _function, _letters, {taken}):\n"
                  f"        return _heap.form(_program, _signature)(_heap, _k, {given})\n"
                  f"    return _alone(_heap, _k, {given})",
                  {"_is_reached": is_reached, "_function": function, "_letters": "".join(letters), "_program": instead,
                   "_signature": signature, "_alone": foreign.untransformed(function, call, None)})


def operator_tangent_form(table: Any, function: Any) -> Any:
    """The tangent form of an operator's function."""
    program, compute = program_of(function)

    def run(*args: Any, **keywords: Any) -> Any:
        every = [*args, *keywords.values(), *behind(function)]
        if any(table.get(v) is not ZERO for v in every) or reaches(table.slots, *every) or any(
                holds_closure(v) or _sees(table, v) for v in every):
            return table.of(program)(compute, list(args), keywords)
        return function(*args, **keywords)

    return run


def is_reached(heap: Any, function: Any, letters: str, *every: Any) -> bool:
    """Whether a value that carries a derivative may be among the arguments, or in what the function holds."""
    held = [*every, *behind(function)]
    return any(a.isupper() and is_floating(v) for a, v in zip(letters, every, strict=True)) or reaches(
        heap.slots, *held) or any(map(holds_closure, held))


def behind(function: Any) -> list[Any]:
    """What an operator's function computes with, through operators of operators: closures of the code around may be in it."""
    found = [function]
    while True:
        own = getattr(function, "__dict__", {})
        compute = own.get(forms.PROGRAM, (None, None, None))[2]
        if compute is None and own.get(forms.OPERATOR) is function:
            compute = own[forms.OPERATOR_PARTS][0]
        if isinstance(compute, tuple):  # of what `vjp` has returned
            return [*found, *compute[1], *compute[2].values(), *behind(compute[0])]
        if compute is None:
            return found
        function = compute.function
        found.append(function)


# -- what they ask, as constants ------------------------------------------------------------------------------------

def located(compute: Any, args: Any, keywords: Any) -> list[int]:
    """Which arguments are differentiated by."""
    slots: list[int] = compute.locate(tuple(args), dict(keywords))
    every = [*args, *keywords.values()]
    for i in slots:
        known(every[i], f"an operator called inside a differentiated function, by {compute.describe(i, args)}")
    return slots


def directed(primals: Any, tangents: Any) -> list[int]:
    """Which arguments have a tangent."""
    if len(primals) != len(tangents):
        raise TypeError(f"{len(primals)} primals and {len(tangents)} tangents: give one for each argument, or None")
    slots = [i for i, t in enumerate(tangents) if t is not None]
    for i in slots:
        known(primals[i], f"an operator called inside a differentiated function, by its argument {i}")
        paired(primals[i], tangents[i], "the tangent")
    return slots


def floating_slots(primals: Any) -> list[int]:
    """Which arguments hold floats, as `vjp` differentiates by them."""
    slots = [i for i, p in enumerate(primals) if leaves_of(p)]
    for i in slots:
        known(primals[i], f"an operator called inside a differentiated function, by its argument {i}")
    return slots


def refuse_complex(compute: Any) -> None:
    raise here(UnsupportedError, "a complex derivative inside a differentiated function, by what carries a derivative",
               why="gradients inside gradients are those of real numbers",
               remedy="differentiate the function's real part by real arguments, or use cpsad.stop_gradient")


def check_cotangent(value: Any, cotangent: Any) -> None:
    known(value, "an operator called inside a differentiated function, by what the function returns")
    paired(value, cotangent, "the cotangent")


def check_directions(compute: Any, slots: Any, args: Any, keywords: Any, direction: Any) -> None:
    """Raises where the direction is not of the structure of what is differentiated."""
    if not compute.single and (not isinstance(direction, (tuple, list)) or len(direction) != len(slots)):
        raise TypeError(f"the direction is a tuple of {len(slots)}, one for each argument in argnums")
    every = [*args, *keywords.values()]
    for i, tangent in zip(slots, [direction] if compute.single else direction, strict=True):
        paired(every[i], tangent, "the tangent")


def known(value: Any, what: str) -> None:
    """Raises where a structure is of kinds that the programs do not take apart, or holds complex numbers."""
    if isinstance(value, (complex, np.complexfloating)) or isinstance(value, np.ndarray) and value.dtype.kind == "c":
        raise here(UnsupportedError, f"{what}: it is complex", why="gradients inside gradients are those of real numbers",
                   remedy="differentiate its real and imaginary parts")
    if isinstance(value, (list, tuple, dict)) or leaves_of(value) and not is_floating(value):
        if type(value) not in (list, tuple, dict):
            raise here(UnsupportedError, f"{what}: it holds a {type(value).__name__}",
                       why="structures of lists, tuples and dicts are taken apart there", remedy="use one of those")
        for part in value.values() if isinstance(value, dict) else value:
            known(part, what)


def units(value: Any) -> list[Any]:
    """For each number of a result a cotangent that is one there and else zero."""
    known(value, "an operator called inside a differentiated function, by what the function returns")
    leaves = [leaf for _, leaf in leaves_of(value)]
    made = []
    for entry in range(sum(int(np.size(leaf)) for leaf in leaves)):
        parts = iter([g for _, g in _unit(leaves, entry)])
        made.append(_filled(value, parts))
    return made


def check_result(value: Any) -> None:
    if not leaves_of(value):
        raise TypeError(f"the function returns a {type(value).__name__} that holds no floating-point number")


def _filled(value: Any, parts: Any) -> Any:
    if is_floating(value):
        return next(parts)
    if isinstance(value, dict):
        return {key: _filled(part, parts) for key, part in value.items()}
    return type(value)([_filled(part, parts) for part in value]) if isinstance(value, (list, tuple)) else None


# -- the programs ---------------------------------------------------------------------------------------------------

@functools.lru_cache(maxsize=1024)
def caller(count: int, names: tuple[str, ...], slots: tuple[int, ...]) -> Any:
    """`call(primals, function, every)`: calls `function` with `primals` in the place of what is differentiated.

    `count`: of arguments by position; those by keyword, `names`, follow them in `every`. As many arguments as there are are
    written out, since a starred call costs depth.
    """
    values = [f"primals[{slots.index(i)}]" if i in slots else f"every[{i}]" for i in range(count + len(names))]
    given = values[:count] + [f"{n}={v}" for n, v in zip(names, values[count:], strict=True)]
    return define(f"def adapted(primals, function, every):\n    return function({', '.join(given)})", {})


def caller_of(args: Any, keywords: Any, slots: Any) -> Any:
    return caller(len(args), tuple(keywords), tuple(slots))


def weighted(primals: Any, call: Any, function: Any, every: Any, weights: Any) -> Any:
    return inner_product(call(primals, function, every), weights)


def sloped(primals: Any, call: Any, function: Any, every: Any, tangents: Any) -> Any:
    return inner_product(grad(call)(primals, function, every), tangents)


def jacobian_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `jacrev`, `jacfwd`, `hessian`: a gradient for each number of the result."""
    slots = located(compute, args, keywords)
    every = args + list(keywords.values())
    primals = [every[i] for i in slots]
    call = caller_of(args, keywords, slots)
    # Not as a constant: a gradient in the function would run at the outermost level, in whose frames its closures are.
    value = value_of(call, primals, compute.function, every)
    check_result(value)
    rows = [grad(weighted)(primals, call, compute.function, every, w) for w in units(value)]
    return assembled(value, rows, primals, compute.single, 0)


def derivative_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `jvp`."""
    function, primals, tangents = args[0], list(args[1]), list(args[2])
    keywords = {name: keywords[name] for name in keywords if name != "backend"}
    slots = directed(primals, tangents)
    every = primals + list(keywords.values())
    value = value_of(caller_of(primals, keywords, slots), [every[i] for i in slots], function, every)
    return value, derivative(value, function, slots, primals, keywords, [tangents[i] for i in slots])


def derivative(value: Any, function: Any, slots: Any, args: Any, keywords: Any, tangents: Any) -> Any:
    """The derivative of the result along `tangents`, number by number."""
    every = args + list(keywords.values())
    primals = [every[i] for i in slots]
    call = caller_of(args, keywords, slots)
    found = []
    for w in units(value):
        row = grad(weighted)(primals, call, function, every, w) if slots else []
        found.append(inner_product(row, tangents))
    return refilled(value, found, 0)


def along_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `directional`."""
    given = last_apart(args)
    slots = located(compute, given, keywords)
    every = given + list(keywords.values())
    value = value_of(caller_of(given, keywords, slots), [every[i] for i in slots], compute.function, every)
    return derivative(value, compute.function, slots, given, keywords, directions(compute, slots, given, keywords, args[-1]))


def gradient_along_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `gvp`: the gradient times the direction."""
    given = last_apart(args)
    slots = located(compute, given, keywords)
    every = given + list(keywords.values())
    return sloped([every[i] for i in slots], caller_of(given, keywords, slots), compute.function, every,
                  directions(compute, slots, given, keywords, args[-1]))


def hessian_along_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `hvp`: the gradient of the gradient times the direction."""
    given = last_apart(args)
    slots = located(compute, given, keywords)
    every = given + list(keywords.values())
    tangents = directions(compute, slots, given, keywords, args[-1])
    found = grad(sloped)([every[i] for i in slots], caller_of(given, keywords, slots), compute.function, every, tangents)
    return found[0] if compute.single else tuple(found)


def complex_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `grad(..., holomorphic=True)`."""
    return refuse_complex(compute)


def vjp_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `vjp`."""
    function, primals = args[0], args[1:]
    keywords = {name: keywords[name] for name in keywords if name != "backend"}
    slots = floating_slots(primals)

    def pull(cotangent: Any) -> Any:
        return pulled(cotangent, function, primals, keywords, slots)

    return caller_of(primals, keywords, [])([], function, primals + list(keywords.values())), pull


def pulled_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of what `vjp` has returned, for a cotangent that carries a derivative."""
    function, primals, named, slots = compute
    return pulled(args[0], function, list(primals), named, list(slots))


def pulled(cotangent: Any, function: Any, primals: Any, keywords: Any, slots: Any) -> Any:
    found = [None for _ in primals]
    if slots:
        every = primals + list(keywords.values())
        given = [every[i] for i in slots]
        call = caller_of(primals, keywords, slots)
        check_cotangent(call(given, function, every), cotangent)
        gradients = grad(weighted)(given, call, function, every, cotangent)
        for i in range(len(slots)):
            found[slots[i]] = gradients[i]
    return tuple(found)


def linearize_program(compute: Any, args: Any, keywords: Any) -> Any:
    """Of `linearize`."""
    function, primals = args[0], args[1:]

    def product(*tangents: Any) -> Any:
        return derivative_program(None, [function, primals, tangents], keywords)[1]

    return caller_of(primals, keywords, [])([], function, primals + list(keywords.values())), product


def last_apart(args: Any) -> list[Any]:
    """The arguments before the last, which is the direction."""
    if not args:
        raise TypeError("the direction is the last positional argument")
    return [args[i] for i in range(len(args) - 1)]


def directions(compute: Any, slots: Any, args: Any, keywords: Any, direction: Any) -> Any:
    """The directions, one for each argument to be differentiated."""
    check_directions(compute, slots, args, keywords, direction)
    return [direction] if compute.single else [direction[j] for j in range(len(slots))]


# -- results in the structures that the operators give --------------------------------------------------------------

def assembled(value: Any, rows: Any, primals: Any, single: Any, start: Any) -> Any:
    """Jacobians in the structure of `value`, of whose first number row `start` is the gradient."""
    if isinstance(value, dict):
        made = {}
        for key in value:
            made[key] = assembled(value[key], rows, primals, single, start)
            start = start + numbers_in(value[key])
        return made
    if isinstance(value, (list, tuple)):
        parts = []
        for i in range(len(value)):
            parts.append(assembled(value[i], rows, primals, single, start))
            start = start + numbers_in(value[i])
        return parts if isinstance(value, list) else tuple(parts)
    if not is_floating(value):
        return None
    own = rows[start:start + numbers_in(value)]
    found = [joined([r[j] for r in own], np.shape(value), primals[j]) for j in range(len(primals))]
    return found[0] if single else tuple(found)


def numbers_in(value: Any) -> int:
    return sum(int(np.size(leaf)) for _, leaf in leaves_of(value))


def joined(rows: Any, shape: Any, like: Any) -> Any:
    """Gradients of the numbers of an array of this shape, as one structure of arrays."""
    if isinstance(like, dict):
        made = {}
        for key in like:
            made[key] = joined([r[key] for r in rows], shape, like[key])
        return made
    if isinstance(like, (list, tuple)):
        parts = [joined([r[i] for r in rows], shape, like[i]) for i in range(len(like))]
        return parts if isinstance(like, list) else tuple(parts)
    if not is_floating(like):
        return None
    if not rows:
        return np.zeros(tuple(shape) + np.shape(like), getattr(like, "dtype", float))
    if not shape:
        return rows[0]
    return np.reshape(np.array(rows), tuple(shape) + np.shape(like))


def refilled(value: Any, found: Any, start: Any) -> Any:
    """A structure like `value`, of the numbers `found` from `start` on."""
    if isinstance(value, dict):
        made = {}
        for key in value:
            made[key] = refilled(value[key], found, start)
            start = start + numbers_in(value[key])
        return made
    if isinstance(value, (list, tuple)):
        parts = []
        for i in range(len(value)):
            parts.append(refilled(value[i], found, start))
            start = start + numbers_in(value[i])
        return parts if isinstance(value, list) else tuple(parts)
    if not is_floating(value):
        return None
    if isinstance(value, np.ndarray):
        return np.reshape(np.array(found[start:start + value.size]), value.shape).astype(value.dtype)
    return found[start] + 0.0


CONSTANTS = (is_reached, located, directed, check_directions, check_result,
             check_cotangent, floating_slots, refuse_complex, caller_of, units, numbers_in)


def program_of(function: Any) -> Any:
    """The program of what an operator has made, and what it computes with."""
    _, name, compute = function.__dict__[forms.PROGRAM]
    return globals()[name], compute
