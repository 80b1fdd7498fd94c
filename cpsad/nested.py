"""Gradients inside gradients: a gradient program is a function like any other, and is transformed again.

Called with values that carry a derivative, a gradient function is a *driver*: plain Python that calls the program made
of the function (the *inner* program, with a heap and a level of its own, `forms.py`) and is itself put into CPS, with the
inner program and all it calls. Two levels never meet: the inner heap holds the adjoints of the inner gradient, what is
differentiated by are fresh objects there, and the forms of functions defined in one level's code are not those of
another's. So no perturbation can be taken for another, at any depth.

The driver does what `operators._Gradient` does when it is called at the outermost level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import forms
from .cotangents import ZERO
from .heap import Heap, is_floating
from .layout import Call, define
from .places import here
from .resolve import letter_of
from .transforms.errors import UnsupportedError
from .trees import Tree, is_tree
from .unseen import watch_also

__all__ = ["SUPPORT", "enter", "finish", "finished", "fresh", "gradient_form", "leaves", "prepare", "seed", "shaped", "tree_of",
           "writes"]


def gradient_form(function: Any, call: Call) -> Any:
    """The CPS form of a gradient function that is called with values that carry a derivative."""
    compute, pick = function.__dict__[forms.OPERATOR_PARTS]
    keywords = [name for name, _ in call.keywords]
    names = ", ".join([*(f"_a{i}" for i in range(len(call.args))), *keywords])
    text = (f"def adapted(_heap, _k, {names}):\n"
            f"    _target, _inner, _drive = _prepare(_compute, _pick, _names, _heap, {names})\n"
            f"    return _drive(_heap, _k, _target, _inner, {names})[2:]")
    return define(text, {"_prepare": prepare, "_compute": compute, "_names": tuple(keywords), "_pick": pick})


def prepare(compute: Any, pick: Any, names: tuple[str, ...], heap: Heap, *every: Any) -> tuple[Any, Heap, Any]:
    """The inner program, its heap, and the form of what drives it."""
    count = len(every) - len(names)
    args, keywords = every[:count], dict(zip(names, every[count:], strict=True))
    slots = compute.locate(args, keywords)
    trees = {i for i in slots if is_tree(every[i])}
    for i in slots:
        if i not in trees:
            compute.check(every[i], i, args)
    letters = [letter_of(a, i in slots and i not in trees) for i, a in enumerate(every)]
    text = "".join(letters[:count]) + "".join(f",{n}={a}" for n, a in zip(names, letters[count:], strict=True))
    target = forms.level(heap.depth + 1).form(compute.function, text)
    if names:
        target = _by_position(target, count, names)
    kinds = "".join("-" if i not in slots else "t" if i in trees else "a" if isinstance(a, np.ndarray) else "s"
                    for i, a in enumerate(every))
    drive = _driver(kinds, slots, compute, args, pick)
    inner = Heap(heap.depth + 1)
    watch_also(inner.slots)
    return target, inner, heap.form(drive, "oo" + "".join(letter_of(v, is_floating(v)) for v in every))


def _by_position(target: Any, count: int, names: tuple[str, ...]) -> Any:
    args = [f"_a{i}" for i in range(count)]
    given = ", ".join([*args, *[f"{name}={name}" for name in names]])
    return define(f"def adapted(_heap, _k, {', '.join([*args, *names])}):\n    return _target(_heap, _k, {given})",
                  {"_target": target})


def _driver(kinds: str, slots: Sequence[int], compute: Any, args: tuple[Any, ...], pick: Any) -> Any:
    """`drive(target, heap, *args)`, plain Python. `kinds`, of each argument: `-` a constant, `s` a number, `a` an array,
    `t` a structure."""
    lines = [f"def adapted({', '.join(['_target', '_heap', *(f'_a{i}' for i in range(len(kinds)))])}):"]
    for i, kind in enumerate(kinds):
        if kind == "t":
            lines += [f"    _v{i} = [_fresh(_leaf) for _leaf in _leaves(_compute, {i}, _args, _a{i})]",
                      f"    _t{i} = _tree_of(_heap, _compute, {i}, _args, _a{i}, _v{i})",
                      f"    _g{i} = _t{i}.value"]
        else:
            lines.append(f"    _g{i} = _a{i}" if kind == "-" else f"    _g{i} = _fresh(_a{i})")
    value = "_result[0]" if compute.has_aux else "_result"
    others = ", ".join(f"_g{i}" for i in range(len(kinds)) if i not in slots)
    lines += ["    _held = []",
              "    def _end(_result):",
              "        _held.append(_result)",
              f"        _one = _seed({'_pair(_result)[0]' if compute.has_aux else '_result'})",
              "        if _writes(_heap):",
              "            _held.append(_heap.final_contents())",
              *([f"        _heap.add({value}, _one)", "        return _ZERO"] if compute.has_aux else ["        return _one"]),
              f"    _enter(_heap, _end, ({', '.join(f'_g{i}' for i in slots)},), ({others}{',' if others else ''}))",
              f"    _r = _target({', '.join(['_heap', '_end', *(f'_g{i}' for i in range(len(kinds)))])})",
              "    if _writes(_heap):",
              "        _heap.leave(_held[1])"]
    found = {}
    for i in reversed(slots):
        if kinds[i] == "t":
            lines += [f"    _c{i} = _heap.take_each(_v{i})",
                      f"    _d{i} = _shaped(_t{i}, [_finish(_c, _v) for _c, _v in zip(_c{i}, _v{i})])"]
        else:
            adjoint = f"_heap.collect(_g{i}, _r[{i}])" if kinds[i] == "a" else f"_r[{i}]"
            lines.append(f"    _d{i} = _finish({adjoint}, _g{i})")
        found[i] = f"_d{i}"
    lines += ["    _finished(_heap)" if "t" not in kinds else "",
              f"    return _pick(_held[0], [{', '.join(found[i] for i in slots)}])"]
    return define("\n".join(lines), {**SUPPORT, "_compute": compute, "_args": len(args), "_pick": pick})


# -- what the driver calls ------------------------------------------------------------------------------------------

def fresh(value: Any) -> Any:
    """An argument to be differentiated, as an object of its own."""
    return value.view() if isinstance(value, np.ndarray) else value * 1


def enter(heap: Heap, end: Any, differentiated: Any, others: Any) -> None:
    """The inner program is about to be called with these arguments."""
    heap.enter(end, list(differentiated), list(others))


def pair(result: Any) -> Any:
    """The result of a function with `has_aux`."""
    from .operators import _describe

    if not (isinstance(result, tuple) and len(result) == 2):
        raise TypeError(f"with has_aux=True the function must return a pair (value, aux), not {_describe(result)}")
    return result


def seed(value: Any) -> Any:
    """The cotangent of the function's result; a TypeError if that is no real scalar."""
    from .operators import _seed

    return _seed(value)


def finish(adjoint: Any, value: Any) -> Any:
    """The gradient by `value`, of its shape and dtype, in memory of its own."""
    from .operators import _gradient

    made = _gradient(adjoint, value)
    return made.copy() if made is adjoint and isinstance(made, np.ndarray) else made


def writes(heap: Heap) -> bool:
    """Whether the inner program has written into arrays."""
    return bool(heap.written)


def finished(heap: Heap) -> None:
    """The inner gradient is through: no adjoint may be left over."""
    if heap.slots:
        heap.check_settled()


def leaves(compute: Any, slot: int, args: int, value: Any) -> list[Any]:
    """What is differentiated in a structured argument."""
    from .operators import _fresh

    return [leaf for _, leaf in Tree(value, Heap(), _fresh, lambda: compute.describe(slot, range(args))).leaves]


def tree_of(heap: Heap, compute: Any, slot: int, args: int, value: Any, made: list[Any]) -> Tree:
    """The tree of a structured argument, with these leaves."""
    given = iter(made)
    return Tree(value, heap, lambda leaf, describe: next(given), lambda: compute.describe(slot, range(args)))


def shaped(tree: Tree, gradients: list[Any]) -> Any:
    """The gradients by the leaves, in the structure of the argument."""
    if not tree.is_unchanged():
        raise here(UnsupportedError, f"a gradient inside a gradient, of a function that changes its argument ({tree.describe()})",
                   why="what it stores there would have to be seen outside", remedy="build a new container instead")
    return tree.shaped(gradients)


SUPPORT = {"_fresh": fresh, "_leaves": leaves, "_tree_of": tree_of, "_seed": seed, "_pair": pair, "_writes": writes,
           "_ZERO": ZERO, "_enter": enter, "_finish": finish, "_shaped": shaped, "_finished": finished}
