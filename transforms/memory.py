"""Which names may be one memory: what an in-place write can reach, and what must carry a derivative for it.

Takes: a function's graph with facts (`analysis.py`). Two variables are in one *group* if a statement may make them
share an array: a copy, a view, an item, an iterator over rows, an `out=`. Groups do not depend on the order of
statements. Of each group is known whether it is *written* (here), *exposed* (a parameter, read from a container,
result of a call, stored, passed on or closed over: other code may hold it too), and *handed* on (passed on, closed
over or written, so that others may have left cotangents in its shadow).

An array believed inactive must not get an active value, for its readers would lose the derivative. So all names of
a group into which something active is written become active; and so does what is made here and gets out: a new
array that is stored or returned, and one made to be filled (`np.zeros`, ...) that is passed on or closed over.
"""

from __future__ import annotations

from typing import Any

import gast

from .cfg import CallThen, Graph, Leave, writes
from .context import MISSING, Context
from .nodes import free_names, loads, walk_scope

__all__ = ["ARRAYS", "Memory", "is_fresh", "is_update", "outputs"]

ARRAYS = {"n", "a", "o"}  # kinds of what may be an array
NUMERIC = {"s", "a", "n"}
CONTAINERS = {"l", "t", "d", "c"}
FRESH = (gast.BinOp, gast.UnaryOp, gast.Compare, gast.Constant, gast.JoinedStr, gast.BoolOp)
DISPLAYS = (gast.List, gast.Tuple, gast.Set, gast.Dict)
PARTS = {"real", "imag", "flat"}  # attributes of an array that are views of it


def outputs(node: Any) -> list[Any]:
    """The arguments that a call of a primitive writes into: its `out`."""
    value, callee = getattr(node, "value", None), getattr(node, "callee", None)
    if not isinstance(value, gast.Call) or callee is None or callee.rule is None or callee.rule.role not in (
            "rule", "constant", "gather"):
        return []
    given = [*([value.func.value] if callee.self_first else []), *value.args]
    found = [*given[callee.rule.inputs:], *[k.value for k in value.keywords if k.arg == "out"]]
    return [f for f in found if isinstance(f, gast.Name)]


def is_fresh(node: Any) -> bool:
    """Whether what a statement binds shares no memory with what it reads."""
    value, callee = getattr(node, "value", None), getattr(node, "callee", None)
    if isinstance(value, gast.Call):
        return (callee is not None and callee.rule is not None and callee.rule.makes_array and not outputs(node))
    return isinstance(value, FRESH) or getattr(value, "quiet", False)


def is_update(node: Any) -> bool:
    """Whether a statement may write into an array, as far as its form says."""
    if isinstance(node, gast.AugAssign):
        return True
    if isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Subscript, gast.Attribute)):
        return isinstance(node.targets[0], gast.Subscript) and not getattr(node, "fills", False) or (
            isinstance(node.targets[0], gast.Attribute) and node.targets[0].attr in PARTS)
    return bool(outputs(node))


class Memory:
    """The groups of one function's variables."""

    def __init__(self, graph: Graph, ctx: Context, private: set[str]) -> None:
        self.graph, self.ctx, self.private = graph, ctx, private
        self.parent: dict[str, str] = {}
        self.flags: dict[str, set[str]] = {}
        self.kinds: dict[str, set[tuple[str, bool]]] = {}
        for name in graph.params:
            self.mark(name, "exposed", "bound")
        self.groups: dict[str, set[str]] = {}
        self.add(graph)

    def add(self, graph: Graph) -> None:
        """Sees to the statements of a graph, which may have changed."""
        for block in graph.blocks:
            for node in block.statements:
                self.statement(node)
            if isinstance(block.end, Leave) and isinstance(block.end.statement, gast.Return):
                self.mark_all([block.end.statement.value], "returned")
            elif isinstance(block.end, CallThen):
                self.statement(block.end.statement)
        merged: dict[str, set[str]] = {}
        for name, flags in self.flags.items():
            merged.setdefault(self.find(name), set()).update(flags)
        self.groups = merged

    def find(self, name: str) -> str:
        while (above := self.parent.get(name, name)) != name:
            name = above
        return name

    def join(self, names: list[str]) -> None:
        for name in names[1:]:
            a, b = self.find(names[0]), self.find(name)
            if a != b:
                self.parent[a] = b

    def mark(self, name: str, *flags: str) -> None:
        self.flags.setdefault(name, set()).update(flags)

    def mark_all(self, nodes: list[Any], *flags: str) -> None:
        for node in nodes:
            inner = node.value if isinstance(node, gast.Starred) else node
            if isinstance(inner, gast.Name):
                self.mark(inner.id, *flags)

    def of(self, name: str) -> set[str]:
        return self.groups.get(self.find(name), set())

    def is_exposed(self, name: str) -> bool:
        return bool(self.of(name) & {"exposed", "stored", "passed", "captured"})

    def is_handed(self, name: str) -> bool:
        return bool(self.of(name) & {"written", "passed", "captured"})

    # -- statements -------------------------------------------------------------------------------------------

    def statement(self, node: Any) -> None:
        uses = getattr(node, "uses", {})

        def kind(name: Any) -> str:
            fact = uses.get(getattr(name, "id", None))
            return fact.kind if fact is not None else "o"

        def active(name: Any) -> bool:
            fact = uses.get(getattr(name, "id", None))
            return fact is not None and fact.active

        value = getattr(node, "value", None)
        if isinstance(node, gast.FunctionDef):
            for name in free_names(node):
                self.mark(name, "captured")
            self.mark_all([*node.args.defaults, *node.args.kw_defaults], "stored")
        elif isinstance(node, gast.AugAssign):
            name = node.target.id
            old = uses.get(name)
            if old is None or old.kind not in {"s", *CONTAINERS}:
                if name not in self.private:
                    self.mark(name, "written")
                if active(value):
                    self.mark(name, "activated")
            self.mark(name, "bound")
        elif isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Subscript, gast.Attribute)):
            target = node.targets[0]
            owner = target.value
            writes_array = isinstance(target, gast.Subscript) or target.attr in PARTS
            if writes_array and kind(owner) not in CONTAINERS:
                carries = active(value) or kind(value) in "ltdo" and isinstance(value, gast.Name)
                self.mark_all([owner], "written", *(["activated"] if carries else []))
            if kind(owner) not in NUMERIC:
                self.mark_all([value], "stored")
        elif isinstance(node, (gast.Assign, gast.Expr)):
            self.computation(node, value, writes(node), kind)

    def computation(self, node: Any, value: Any, targets: list[str], kind: Any) -> None:
        callee = getattr(node, "callee", None)
        rule = callee.rule if callee is not None else None
        for target in targets:
            self.mark(target, "bound")
        if is_fresh(node):
            for target in targets:
                self.mark(target, "allocated" if rule is not None and rule.allocates and not self.is_integral(value) else "fresh")
            return
        loose = False  # comes from somewhere unknown
        if isinstance(value, gast.Call):
            args = [*value.args, *(k.value for k in value.keywords)]
            if isinstance(value.func, gast.Attribute):
                args.append(value.func.value)
            if rule is None:
                self.mark_all(args, "passed")
                self.join([*targets])
                loose = True
                args = []
            elif rule.role == "mover":
                quiet = rule.result in ("iterator", "element")
                self.mark_all([a for a in args if not (quiet and (kind(a) in NUMERIC or kind(a)[0] == "i"))], "stored")
                loose = not quiet or not args or kind(args[0]) not in {*NUMERIC, "in", "iN", "is"}
            elif written := outputs(node):
                changed = rule.role != "constant" and any(
                    f.active for n, f in getattr(node, "uses", {}).items() if n not in {w.id for w in written})
                self.mark_all(written, "written", *(["activated"] if changed else []))
                args = written
            elif rule.role == "parts":
                loose = True
            elif getattr(rule, "shares", None) is not None and not callee.self_first and not any(
                    isinstance(a, gast.Starred) for a in args):
                args = [a for i, a in enumerate(args) if i in rule.shares]
            names = [n.value.id if isinstance(n, gast.Starred) else n.id for n in args
                     if isinstance(n.value if isinstance(n, gast.Starred) else n, gast.Name)]
            self.join([*targets, *names])
        elif isinstance(value, DISPLAYS):
            elements = value.elts if not isinstance(value, gast.Dict) else [*value.keys, *value.values]
            self.mark_all(elements, "stored")
        elif isinstance(value, (gast.Subscript, gast.Attribute)):
            if kind(value.value) in NUMERIC:
                self.join([*targets, *loads(value.value)])
            else:
                loose = True
        elif value is not None:
            loose = isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Tuple)
            self.join([*targets, *[n.id for n in walk_scope(value) if isinstance(n, gast.Name)]])
        if loose:
            for target in targets:
                self.mark(target, "exposed")

    def is_integral(self, value: gast.Call) -> bool:
        """Whether a call that makes an array names a dtype that holds no numbers with a fraction."""
        for dtype in [*[k.value for k in value.keywords if k.arg == "dtype"], *value.args[1:2]]:
            known = dtype.value if isinstance(dtype, gast.Constant) else self.ctx.resolve(dtype)
            if known is not MISSING and self.ctx.resolver.is_integral(known):
                return True
        return False

    # -- activity ---------------------------------------------------------------------------------------------

    def forced(self) -> set[str]:
        """The variables that must be active."""
        members: dict[str, list[str]] = {}
        for name in set(self.flags) | set(self.parent):
            members.setdefault(self.find(name), []).append(name)
        found: set[str] = set()
        for root, names in members.items():
            flags = self.groups.get(root, set())
            local = [n for n in names if n in self.graph.names]
            made_here = len(local) == len(names) and "exposed" not in flags and not set(local) & set(self.graph.params)
            allocated = made_here and "allocated" in flags
            if "activated" in flags or made_here and flags & {"fresh", "allocated"} and flags & {"stored", "returned"} or (
                    allocated and flags & {"passed", "captured"}):
                found |= set(local)
        return found
