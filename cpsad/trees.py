"""Structured arguments: containers of floats and arrays, differentiated by every float in them.

A *tree* is a list, tuple, dict, deque, named tuple, dataclass or `SimpleNamespace` (of any nesting), its *leaves* are
what it holds in the end. Real floating-point leaves are differentiated; others (integers, texts, None, functions, ...)
are left alone, and the gradient has None in their place. The derivative is that by *positions*: an object that stands
at two positions of a tree counts as two. A container that is held twice is one container, in the gradient too.

The function gets a copy of the tree, with leaves that are objects of their own (arrays: views), so that nothing else
can be taken for them; it is aliased as the original is. What the function changes in the copy is changed in the
original when the call ends, however it ends. Several threads may thus differentiate by the same tree.
"""

from __future__ import annotations

import collections
import enum
import functools
import types
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from .heap import Heap, is_floating
from .reach import _inside
from .stack import Deep
from .transforms.errors import NoDerivativeError

__all__ = ["Tree", "is_tree"]

Path = tuple[Any, Any, Any] | None  # the path to a container, the container, the key in it; None: the argument itself
_CLOSED = (int, complex, str, bytes, type(None), enum.Enum, np.ndarray, np.generic, type, types.ModuleType, types.FunctionType,
           types.BuiltinFunctionType, types.MethodType, functools.partial)  # what they hold is no argument
_LEAVES = {float, int, bool, str, bytes, type(None), np.float64, np.float32, np.int64, np.ndarray}


def is_struct(kind: type) -> bool:
    """Whether instances are trees by their attributes."""
    return hasattr(kind, "__dataclass_fields__") or hasattr(kind, "__attrs_attrs__") or issubclass(
        kind, types.SimpleNamespace)


def is_tree(value: Any) -> bool:
    """Whether an argument to be differentiated is a structure of arguments."""
    kind = type(value)
    return kind not in _LEAVES and (isinstance(value, (list, tuple, dict, collections.deque))
                                    or is_struct(kind) or _is_opaque(value))


def _is_opaque(value: Any) -> bool:
    """Whether a value holds floats where a copy of it cannot be given others."""
    if isinstance(value, _CLOSED) or is_floating(value) or hasattr(type(value), "__array_ufunc__"):
        return False
    seen: set[int] = set()
    todo = [value]
    while todo and len(seen) < 10_000:
        inner = todo.pop()
        if id(inner) in seen:
            continue
        seen.add(id(inner))
        if is_floating(inner):
            return True
        if not isinstance(inner, _CLOSED):
            todo += inner if isinstance(inner, (list, tuple, set, frozenset)) else _inside(inner)
    return False


class Tree:
    """One structured argument of a gradient call.

    `value`: the copy that the function gets. `fresh(leaf, describe)`: a leaf as an object of its own, or a TypeError.
    """

    def __init__(self, value: Any, heap: Heap, fresh: Callable[..., Any], describe: Callable[[], str]) -> None:
        self.heap, self.fresh, self.describe = heap, fresh, describe
        self.leaves: list[tuple[Any, Any]] = []  # (fresh, original)
        self.copies: dict[int, Any] = {}  # id of an original container -> its copy
        self.nodes: list[tuple[Any, Any, list[Any], list[Any], list[Any]]] = []  # original, copy, keys, what either held
        self.originals: dict[int, Any] = {}  # id of a copy or a fresh leaf -> the original
        self.integer: Path | Literal[False] = False  # the first that was met
        self.original = value
        with Deep():
            self.value = self.enter(value, None)
        if not self.leaves and self.integer is not False:
            raise TypeError(f"{describe()} holds no floating-point number ({self.place(self.integer)} is an integer); "
                            "only floating-point scalars and arrays are differentiated")
        for leaf, _ in self.leaves:
            heap.put(leaf)

    def enter(self, value: Any, path: Path) -> Any:
        kind = type(value)
        if kind in _LEAVES or isinstance(value, (np.generic, np.ndarray, complex, float)):
            return self.leaf(value, path)
        parts = _parts(value)
        if parts is None:
            return self.other(value, path)
        known = self.copies.get(id(value))
        if known is not None:
            return known
        keys, children = parts
        if isinstance(value, tuple):
            made = [self.enter(c, (path, value, k)) for k, c in zip(keys, children, strict=True)]
            copied = _tuple_like(value, made)
            self.originals[id(copied)] = value
            self.nodes.append((value, copied, keys, children, made))
            return copied
        copied = self.copies[id(value)] = _empty_like(value)
        self.originals[id(copied)] = value
        made = [self.enter(c, (path, value, k)) for k, c in zip(keys, children, strict=True)]
        _fill(copied, keys, made)
        self.nodes.append((value, copied, keys, children, made))
        return copied

    def leaf(self, value: Any, path: Path) -> Any:
        if isinstance(value, (np.ndarray, np.generic)):
            if value.dtype.kind not in "fcO":
                self.note_integer(value, path)
                return value
        elif not isinstance(value, (float, complex)):
            self.note_integer(value, path)
            return value
        made = self.fresh(value, lambda: self.place(path))
        self.leaves.append((made, value))
        self.originals[id(made)] = value
        return made

    def note_integer(self, value: Any, path: Path) -> None:
        if isinstance(value, (int, np.integer, np.ndarray)) and not isinstance(value, bool):
            self.integer = self.integer or path

    def other(self, value: Any, path: Path) -> Any:
        if hasattr(type(value), "__array_ufunc__"):  # an array of another library
            made = self.fresh(value, lambda: self.place(path))
            self.leaves.append((made, value))
            self.originals[id(made)] = value
            return made
        if _is_opaque(value):
            raise TypeError(f"{self.place(path)} is a {type(value).__name__}, which holds floating-point numbers, and is no "
                            "list, tuple, dict or dataclass: make its class a dataclass (@dataclasses.dataclass), or pass "
                            "the numbers as arguments of their own")
        return value

    def place(self, path: Path) -> str:
        """`argument 0 (params)["layers"][2].W of f`."""
        steps = []
        while path is not None:
            path, owner, key = path
            steps.append(_step(owner, key))
        head, of, tail = self.describe().rpartition(" of ")
        return f"{head}{''.join(reversed(steps))}{of}{tail}"

    # -- the way back -----------------------------------------------------------------------------------------

    def gradient(self, finish: Callable[[Any, Any], Any]) -> Any:
        """The gradient, of the structure of the argument; `finish(adjoint, leaf)` gives that of a leaf."""
        return self.shaped([finish(self.heap.take(leaf), leaf) for leaf, _ in reversed(self.leaves)][::-1])

    def shaped(self, found: list[Any]) -> Any:
        """One value for each leaf, in the structure of the argument."""
        by_leaf = {id(leaf): g for (leaf, _), g in zip(self.leaves, found, strict=True)}
        nodes = {id(copied): (original, keys, made) for original, copied, keys, _, made in self.nodes}
        copies: dict[int, Any] = {}

        def build(child: Any) -> Any:
            if id(child) in by_leaf:
                return by_leaf[id(child)]
            node = nodes.get(id(child))
            if node is None:
                return None
            original, keys, made = node
            if isinstance(original, tuple):
                return _tuple_like(original, [build(c) for c in made])
            if id(child) not in copies:
                copies[id(child)] = grown = _empty_like(original)
                _fill(grown, keys, [build(c) for c in made])
            return copies[id(child)]

        with Deep():
            return build(self.value)

    def back(self, value: Any) -> Any:
        """What the caller knows a value by that the function has got from the tree."""
        return self.originals.get(id(value), value)

    def is_unchanged(self) -> bool:
        """Whether the copy is what it was."""
        return all(isinstance(original, tuple) or _holds(copied, keys, made) for original, copied, keys, _, made in self.nodes)

    def leave(self, check: bool) -> None:
        """What the function has changed in its copy is changed in the caller's containers.

        `check`: whether to raise where the originals were changed beside, under another name.
        """
        for original, copied, keys, held, made in self.nodes:
            if isinstance(original, tuple):
                continue
            if check and not _holds(original, keys, held):
                raise NoDerivativeError(
                    f"a {type(original).__name__} in {self.describe()} was changed under another name than the argument",
                    why="the function got a copy of the argument, to know its numbers from others, and did not see the change",
                    remedy="reach what is changed through the argument alone, or pass a copy of it")
            if not _holds(copied, keys, made):
                new_keys, new = _parts(copied)  # type: ignore[misc]
                _fill(original, new_keys, [self.back(v) for v in new])


def _step(value: Any, key: Any) -> str:
    if isinstance(value, (list, dict, collections.deque)) or isinstance(value, tuple) and not hasattr(value, "_fields"):
        return f'["{key}"]' if isinstance(key, str) else f"[{key!r}]"
    return "." + (value._fields[key] if hasattr(value, "_fields") else key)


def _parts(value: Any) -> tuple[list[Any], list[Any]] | None:
    """Keys and children of a container, None of anything else."""
    if isinstance(value, dict):
        return list(value), list(dict.values(value))
    if isinstance(value, (list, tuple, collections.deque)):
        return list(range(len(value))), list(value)
    if is_struct(type(value)):
        names = [*getattr(value, "__dict__", ()), *_slots_of(value)]
        return names, [object.__getattribute__(value, name) for name in names]
    return None


def _slots_of(value: Any) -> list[str]:
    found = []
    for cls in type(value).__mro__:
        names = cls.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{cls.__name__.lstrip('_')}{name}"
            if isinstance(cls.__dict__.get(name), types.MemberDescriptorType) and name not in found:
                try:
                    object.__getattribute__(value, name)
                except AttributeError:  # not assigned
                    continue
                found.append(name)
    return found


def _holds(value: Any, keys: list[Any], children: list[Any]) -> bool:
    """Whether a container has these very children at these keys, in this order."""
    now_keys, now = _parts(value)  # type: ignore[misc]
    return len(now) == len(children) and all(a is b for a, b in zip(now, children, strict=True)) and (
        not isinstance(value, dict) and not is_struct(type(value)) or all(
            a is b for a, b in zip(now_keys, keys, strict=True)))


def _empty_like(value: Any) -> Any:
    kind: Any = type(value)
    if isinstance(value, collections.deque):
        made = kind.__new__(kind)
        collections.deque.__init__(made, (), value.maxlen)
    else:
        made = kind.__new__(kind)
        if isinstance(value, collections.defaultdict):
            made.default_factory = value.default_factory
    if isinstance(value, (list, dict, collections.deque)) and getattr(value, "__dict__", None):
        own = value.__dict__
        if own is value:  # its items are its attributes
            made.__dict__ = made
        elif _is_opaque(list(own.values())):
            raise TypeError(f"a {kind.__name__} holds floating-point numbers in attributes beside its items")
        else:
            made.__dict__.update(own)
    return made


def _tuple_like(value: tuple[Any, ...], items: list[Any]) -> Any:
    kind: Any = type(value)
    if kind is tuple:
        return tuple(items)
    made = tuple.__new__(kind, items)
    if getattr(value, "__dict__", None):
        made.__dict__.update(value.__dict__)
    return made


def _fill(value: Any, keys: list[Any], children: list[Any]) -> None:
    """Gives a container these children, past what its class has made of its methods."""
    if isinstance(value, dict):
        base: Any = collections.OrderedDict if isinstance(value, collections.OrderedDict) else dict
        base.clear(value)
        for key, child in zip(keys, children, strict=True):
            base.__setitem__(value, key, child)
    elif isinstance(value, list):
        list.__setitem__(value, slice(None), children)
    elif isinstance(value, collections.deque):
        collections.deque.clear(value)
        collections.deque.extend(value, children)
    else:
        for name in set(_parts(value)[0]).difference(keys):  # type: ignore[index]
            object.__delattr__(value, name)
        for name, child in zip(keys, children, strict=True):
            object.__setattr__(value, name, child)
