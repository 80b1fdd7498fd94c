"""Which special methods a function may meet: those of the classes that its code, or its arguments, can get at.

An operation on a value of unknown kind is taken for arithmetic of numbers and arrays, and checked to be that, unless
a class with a method of that kind is in reach; then it is a call. What is in reach is found as in *rapid type
analysis* (Bacon and Sweeney, OOPSLA 1996): from the names in the function's code to the functions and classes that
they stand for, and on from there. Where a class comes in by a way that was not seen, the check raises.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import itertools
import math
import operator
import sys
import types
import weakref
from typing import Any

import numpy as np

from . import lazy
from .rules.registry import REGISTRY
from .runtime import lacks
from .transforms.special import TAKE_ITERATORS
from .unseen import QUIET_MODULES, met, stores

__all__ = ["are_calls", "groups_in_reach", "groups_of_call", "groups_of_names", "groups_of_type", "groups_of_value",
           "groups_seen", "is_special", "note"]

_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "and", "or", "xor", "divmod")
_UNARY = ("neg", "pos", "abs", "invert", "round", "floor", "ceil", "trunc", "float", "int", "complex", "index")

GROUPS: dict[str, tuple[str, ...]] = {f"__{side}{name}__": ("number",) for name in _BINARY for side in ("", "r", "i")}
GROUPS |= {f"__{name}__": ("number",) for name in _UNARY}
GROUPS |= {f"__{name}__": ("compare",) for name in ("lt", "le", "gt", "ge", "eq", "ne")}
GROUPS |= {
    "__len__": ("truth",), "__bool__": ("truth",), "__contains__": ("contains",), "__missing__": ("item",),
    "__getitem__": ("item", "iterate", "contains"), "__setitem__": ("item",), "__delitem__": ("item",),
    "__class_getitem__": (), "__iter__": ("iterate", "contains"), "__next__": ("iterate",), "__reversed__": ("iterate",),
    "__getattr__": (".*",), "__getattribute__": (".*",), "__setattr__": ("=*",), "__delattr__": (".*",),
    "__array_ufunc__": ("number",),
}
_FOLLOWED = {"fractions", "statistics", "functools", "collections", "itertools", "operator", "random"}
_LEAVES = (int, float, complex, str, bytes, bool, type(None), np.ndarray, np.generic, range, slice)
_NUMBERS = {int, float, bool, str, type(None), np.ndarray, np.float64}
MOST = 4000  # objects looked at
_DISPATCHED = type(np.sum)  # of NumPy's functions that are written in Python
HEAP_TYPE = 1 << 9  # of classes made by Python code

_CALLS: dict[Any, tuple[str, ...]] = dict.fromkeys(
    (abs, float, int, complex, round, divmod, pow, math.floor, math.ceil, math.trunc, operator.index, operator.abs), ("number",))
_CALLS |= {getattr(operator, side + name + "_" * (name in ("and", "or") and not side)): ("number",)
           for name in _BINARY if name != "divmod" for side in ("", "i")}
_CALLS |= {getattr(operator, name): ("number",) for name in ("neg", "pos", "invert")}
_CALLS |= {getattr(operator, name): ("compare",) for name in ("lt", "le", "gt", "ge", "eq", "ne")}
_CALLS |= dict.fromkeys((operator.contains, lacks), ("contains",))
_CALLS |= {getattr(operator, name): ("item",) for name in ("getitem", "setitem", "delitem")}
_CALLS |= {lazy.UNPACKED: ("iterate",)}
_CALLS |= dict.fromkeys((len, bool, operator.truth, operator.not_), ("truth",))
_CALLS |= dict.fromkeys((sum, math.fsum, math.prod), ("iterate", "number")) | dict.fromkeys((any, all), ("iterate", "truth"))
_ATTRIBUTE_CALLS = (getattr, hasattr, setattr, delattr)

# Iterators that call a function of the user's: in differentiated code they are generators (`lazy.py`).
_CALLERS = {map, filter, itertools.starmap, itertools.accumulate, itertools.takewhile, itertools.dropwhile,
            itertools.filterfalse, itertools.groupby, itertools.count}
_MAKERS = {"from_iterable", "ndenumerate", "next", "throw"}  # names in code that meets generators
_BUILT_IN = {"map": map, "filter": filter}

_seen: set[str] = set()


def groups_of_call(function: Any, name: str | None) -> tuple[str, ...]:
    """Groups of the special methods that a built-in function calls."""
    if function in _ATTRIBUTE_CALLS:
        return ("attribute",) if name is None else ("." + name, ".*", "=*")
    try:
        known = _CALLS.get(function)
    except TypeError:  # not hashable
        return ()
    if known is None:
        rule = REGISTRY.lookup(function)
        known = ("iterate",) if rule is not None and (rule.role == "mover" and rule.iterates or rule.consumes) or (
            function is next) else ()
    return known


def note(groups: Any) -> None:
    """Classes with such methods are in use: functions transformed from now on that may get one are made for it."""
    if not _seen.issuperset(groups):
        _seen.update(groups)
        REGISTRY.version += 1
    met(groups)


def groups_seen() -> frozenset[str]:
    return frozenset(_seen)


@functools.lru_cache(maxsize=4096)
def groups_of_type(kind: Any) -> frozenset[str]:
    """Groups of the special methods that a class has in Python, and its attributes that run code."""
    found: set[str] = set()
    for base in kind.__mro__:
        root = base.__module__.partition(".")[0]
        if base.__module__ in QUIET_MODULES or root == "cpsad" and base.__name__ != "Generator" or root == "numpy" and (
                issubclass(base, (np.ndarray, np.generic)) or not base.__flags__ & HEAP_TYPE):
            continue
        for name, value in vars(base).items():
            if isinstance(value, types.FunctionType):
                if name in GROUPS and not value.__code__.co_filename.startswith("<string"):
                    found.update(GROUPS[name])
            elif runs_code(value):
                found.add("." + name)
            elif name in GROUPS and (is_alias(value, name) or isinstance(
                    value, (staticmethod, classmethod, functools.partialmethod))):
                found.update(GROUPS[name])
    if any(group[0] in ".=" for group in found):
        found.add("attribute")
    if stores(kind):
        found.add("unseen")
    return frozenset(found)


def groups_of_names(names: frozenset[str]) -> frozenset[str]:
    """Names of methods become their groups; groups stay."""
    found = {group for name in names for group in GROUPS.get(name, (name,) if name[0] == "." or name in GROUPS_NAMED else ())}
    return frozenset(found | {"attribute"} if any(group[0] in ".=" for group in found) else found)


GROUPS_NAMED = {"number", "compare", "contains", "truth", "item", "iterate", "attribute"}


def are_calls(groups: frozenset[str]) -> bool:
    """Whether operations on what has methods of these groups may be calls; what is only watched (`unseen.py`) needs none."""
    return not groups <= {"unseen"}


def runs_code(member: Any) -> bool:
    """Whether a member of a class is a property, or a descriptor like it."""
    if isinstance(member, (property, functools.cached_property)):
        return True
    return any(isinstance(getattr(type(member), name, None), types.FunctionType) for name in ("__get__", "__set__")) and (
        not isinstance(member, (functools.partialmethod, functools.singledispatchmethod)))


def is_alias(member: Any, name: str) -> bool:
    """Whether a method written in C stands in a class under another name: `__setattr__ = dict.__setitem__`."""
    return isinstance(member, (types.WrapperDescriptorType, types.MethodDescriptorType)) and member.__name__ != name


def is_special(value: Any) -> bool:
    """Whether a value is an object whose class has special methods."""
    kind: Any = type(value)
    if kind in _PLAIN_TYPES:
        return False
    return are_calls(groups_of_type(kind))


def instance_letter(kind: Any) -> str:
    """The letter of a new instance, whose class is in use from now on, also where the code that makes it did not show it."""
    groups = groups_of_type(kind)
    note(groups)
    return "v" if are_calls(groups) else "o"


_PLAIN_TYPES = {int, float, bool, str, type(None), list, tuple, dict, set, np.ndarray, np.float64, types.FunctionType,
                types.BuiltinFunctionType, types.MethodType, type, types.ModuleType}


def groups_of_value(value: Any, most: int) -> frozenset[str]:
    """Groups of an object and of what it holds; so many objects are looked at."""
    if isinstance(value, _LEAVES) or type(value) in (list, tuple) and _NUMBERS.issuperset(map(type, value)):
        return frozenset()
    return _Reach(most, follow=False).of(value)


def groups_in_reach(function: Any) -> frozenset[str]:
    """Groups of the classes that a callable's code can get at."""
    if getattr(function, "__module__", None) == "cpsad.lazy":
        return frozenset({"number", "compare", "truth", "item", "iterate", "contains"})
    return _Reach(MOST, follow=True).of(function)


class _Reach:
    def __init__(self, most: int, follow: bool) -> None:
        self.most, self.follow = most, follow
        self.found: set[str] = set()
        self.seen: set[int] = set()
        self.todo: list[Any] = []
        self.root: Any = None

    def of(self, value: Any) -> frozenset[str]:
        self.todo.append(value)
        self.root = value
        while self.todo and self.most:
            value = self.todo.pop(0)
            if isinstance(value, _LEAVES) or id(value) in self.seen:
                continue
            self.seen.add(id(value))
            self.most -= 1
            self.look(value)
        return frozenset(self.found)

    def look(self, value: Any) -> None:
        if isinstance(value, types.FunctionType):
            self.function(value)
        elif isinstance(value, type):
            self.type(value)
        elif isinstance(value, (list, tuple, set, frozenset)):
            self.todo += [v for _, v in zip(range(50), value) if type(v) not in _NUMBERS]
            self.type(type(value))
        elif isinstance(value, dict):
            self.todo += [v for _, v in zip(range(50), value.values()) if type(v) not in _NUMBERS]
            self.type(type(value))
        elif isinstance(value, types.MethodType):
            self.todo += [value.__self__, value.__func__]
        elif isinstance(value, functools.partial):
            self.todo += [value.func, *value.args, *value.keywords.values()]
        elif isinstance(value, (types.ModuleType, types.BuiltinFunctionType)):
            pass
        elif isinstance(value, (staticmethod, classmethod)):
            self.todo.append(value.__func__)
        else:
            self.type(type(value))
            self.todo += _held(value)

    def type(self, kind: type) -> None:
        if kind in _CALLERS:
            self.found |= {"iterate", "contains"}
        if kind in _PLAIN_TYPES or kind.__module__ == "builtins":
            return
        self.found |= groups_of_type(kind)
        if not self.follow:
            return
        for base in kind.__mro__:
            if _is_users(base.__module__):
                for member in vars(base).values():
                    if isinstance(member, (types.FunctionType, staticmethod, classmethod)):
                        self.todo.append(member)
                    elif isinstance(member, property):
                        self.todo += [f for f in (member.fget, member.fset, member.fdel) if f is not None]
                    elif isinstance(member, functools.cached_property):
                        self.todo.append(member.func)
            elif any(isinstance(m, types.FunctionType) and _iterates(m.__code__) for m in vars(base).values()):
                self.found |= {"iterate", "contains"}  # its methods may return such an iterator; they are not followed

    def function(self, function: types.FunctionType) -> None:
        if function is not self.root and not _is_users(function.__module__ or ""):
            return
        groups, names = _shown(function.__code__)
        self.found |= groups
        if not self.follow:
            return
        values = [function.__globals__.get(name, _BUILT_IN.get(name, sys.modules.get(name))) for name in names]
        for cell in function.__closure__ or ():
            try:
                values.append(cell.cell_contents)
            except ValueError:  # not assigned yet
                pass
        for value in values:  # a name that is no global's may be that of a module which is imported in the function
            if isinstance(value, types.ModuleType):
                self.todo += _of_modules(value, names)
            elif value is not None:
                self.todo.append(value)
        self.todo += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _of_modules(module: types.ModuleType, names: frozenset[str]) -> list[Any]:
    """What these names stand for in a module, and in its modules: `package.part.Class`.

    A module that is imported when it is first asked for (`np.polynomial`) is imported: the function would do it.
    """
    found: list[Any] = []
    todo, seen = [module], {module.__name__}
    while todo:
        module = todo.pop()
        if "__getattr__" in vars(module) and hasattr(module, "__path__"):
            todo += _on_demand(module, names)
        for value in [vars(module)[n] for n in names if n in vars(module)]:  # `getattr` may import
            if not isinstance(value, types.ModuleType):
                found.append(value)
            elif value.__name__ not in seen:
                seen.add(value.__name__)
                todo.append(value)
    return found


@functools.lru_cache(maxsize=4096)
def _on_demand(module: types.ModuleType, names: frozenset[str]) -> list[types.ModuleType]:
    found = []
    for name in sorted(names.intersection(module.__dir__()) - vars(module).keys()):
        try:
            if importlib.util.find_spec(f"{module.__name__}.{name}") is not None:
                found.append(importlib.import_module(f"{module.__name__}.{name}"))
        except ImportError:
            pass
    return found


def _is_users(module: str) -> bool:
    root = module.partition(".")[0]
    return root in _FOLLOWED or root not in sys.stdlib_module_names and root not in ("numpy", "scipy", "cpsad")


def _codes(code: types.CodeType) -> Any:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


_SHOWN: weakref.WeakKeyDictionary[types.CodeType, tuple[frozenset[str], frozenset[str]]] = weakref.WeakKeyDictionary()


def _shown(code: types.CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The groups that a function's code shows by itself, and the names of globals and attributes in it."""
    known = _SHOWN.get(code)
    if known is None:
        known = _SHOWN[code] = _read(code)
    return known


def _read(code: types.CodeType) -> tuple[frozenset[str], frozenset[str]]:
    codes = list(_codes(code))
    found: set[str] = set()
    for inner in codes:
        if inner.co_flags & inspect.CO_GENERATOR and (inner.co_name != "<genexpr>" or inner not in _consumed(codes)):
            found |= {"iterate", "contains"}
        found.update(GROUPS.get(inner.co_name, ()))
        if not _MAKERS.isdisjoint(inner.co_names):
            found |= {"iterate", "contains"}
        if "property" in inner.co_names or "cached_property" in inner.co_names:
            found |= {"attribute", *("." + c.co_name for c in inner.co_consts if isinstance(c, types.CodeType))}
    return frozenset(found), frozenset(n for inner in codes for n in inner.co_names)


def _iterates(code: types.CodeType) -> bool:
    groups, names = _shown(code)
    return "iterate" in groups or not names.isdisjoint(_BUILT_IN)


def _consumed(codes: list[types.CodeType]) -> set[types.CodeType]:
    """Generator expressions that are the argument of a call: nothing of them is left when the call is done.

    (Not those that a method takes which is called by its name, on an object of unknown kind.)
    """
    import dis

    found: set[types.CodeType] = set()
    for code in codes:
        waiting: Any = None
        method: Any = None
        calls = -1
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_METHOD", "LOAD_ATTR") and waiting is None:
                method = step.argval
            if step.opname == "LOAD_CONST" and isinstance(step.argval, types.CodeType) and step.argval.co_name == "<genexpr>":
                waiting, calls = step.argval, -1
            elif waiting is not None and step.opname == "GET_ITER":
                calls = 0
            elif calls >= 0 and step.opname.startswith("CALL"):
                calls += 1
                if calls == 2:
                    if method not in TAKE_ITERATORS:
                        found.add(waiting)
                    waiting, method, calls = None, None, -1
            elif calls >= 0 and step.opname not in ("PRECALL", "CACHE"):
                waiting, calls = None, -1
    return found


def _held(value: Any) -> list[Any]:
    if type(value) is _DISPATCHED and not _is_users(value.__module__ or ""):
        return []  # `np.dot` holds its signature, an object of a class whose methods are generators
    try:
        return list(vars(value).values())[:50]
    except TypeError:
        return []
