"""Adjoints: behind each call of what comes next, the adjoint statements of what came before it.

Takes: CPS form. Guarantees: still CPS form in which every continuation returns the adjoints of its active
parameters (bare if there is one, else a tuple) and every function a tuple with one adjoint per parameter; `heap` is
the first parameter of every function.

The transform, for a body of statements `s1 ... sn` and an ending that passes `x` on to what comes next:

    s1; ...; sn; bx = next(x); adjoint(sn); ...; adjoint(s1); return the parameters' adjoints

`adjoint(y = f(a, b))` adds to `ba` and `bb` what the rule of `f` says, and is left out where nothing has been added
to `by`. The adjoint of a variable lives where the variable lives: a local's is a local, and what a nested
continuation reads of an outer frame it adds to with `nonlocal`, since that frame is under it on the stack. (Wang et
al., *Backpropagation with Callbacks*, section 3; the callbacks' mutable cells are the frames' variables here.)
"""

from __future__ import annotations

from typing import Any

import gast

from .analysis import NUMERIC, Callee, _Transfer
from .attempts import attempt
from .captures import add_within, escaping
from .checks import check_calls, check_scopes, is_form
from .context import Context, Fact
from .decisions import decides
from .memory import ARRAYS, is_update
from .nodes import (
    assign,
    at,
    attribute,
    call,
    copy_tree,
    def_,
    expr_stmt,
    free_names,
    if_,
    is_name,
    load,
    parameters,
    ret,
    store,
    tuple_,
    walk,
    walk_scope,
)
from .scoping import assigned_deep, assigned_in
from .statements import Statements

__all__ = ["adjoint", "check"]


def adjoint(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    tree = copy_tree(tree)
    for node in walk(tree):
        if isinstance(node, gast.FunctionDef) and hasattr(node, "role"):
            ctx.active_params[node.name] = [ctx.facts[p].active for p in parameters(node.args) if p in ctx.facts]
            if node.role == "function" and node is not tree:
                ctx.closed_over |= free_names(node)
    ctx.escaping = escaping(tree, ctx)
    made = Frame(tree, ctx, None).function()
    made.name = ctx.names.fresh(tree.name.removesuffix("_cps") + "_adj")
    return made


class Frame:
    """One function of the CPS tree: a user's function, a loop or another continuation."""

    def __init__(self, node: gast.FunctionDef, ctx: Context, parent: Frame | None) -> None:
        self.node, self.ctx, self.parent = node, ctx, parent
        self.is_function = node.role == "function"
        self.decides = self.is_function and decides(node, ctx)
        params = parameters(node.args)
        self.params = params[1 + bool(getattr(node, "h", None)):] if self.is_function else params
        declared = {n for s in node.body if isinstance(s, gast.Nonlocal) for n in s.names}
        self.bound = (set(params) | assigned_in(node)) - declared
        if parent is None or self.is_function:
            self.heap = ctx.names.fresh("heap")
        else:
            self.heap = parent.heap
        self.shared: dict[str, None] = dict.fromkeys(  # bound here, and added to from nested functions
            n for n in sorted(ctx.closed_over & self.bound) if n in ctx.facts and ctx.facts[n].active)
        self.outside: dict[str, None] = {}  # adjoints of outer variables that are assigned here
        self.checked: set[str] = set(parent.checked) if parent else set()
        self.owned = _often_indexed(node) & self.bound
        self.captured: list[str] = []  # variables of outer functions that may be arrays and carry a derivative
        if self.is_function and parent is not None:
            self.captured = [n for n in sorted(free_names(node)) if parent.binder(n) is not None and n in ctx.facts
                             and ctx.facts[n].active and ctx.facts[n].kind in ARRAYS]
        elif parent is not None:
            self.captured = parent.captured

    # -- facts and adjoint names ------------------------------------------------------------------------------

    def fact(self, node: Any) -> Fact:
        if isinstance(node, gast.Name) and node.id in self.checked:
            known = self.ctx.facts.get(node.id)
            if known is not None and known.kind not in NUMERIC:
                return Fact("n", known.active)
        return _Transfer(self.ctx, {}, self.ctx.facts).atom(node)

    def callee(self, statement: Any) -> Callee | None:
        statement.callee = None
        _Transfer(self.ctx, {}, self.ctx.facts).fact(statement.value, statement)
        return statement.callee

    def active(self, node: Any) -> bool:
        return isinstance(node, gast.Name) and self.fact(node).active and self.binder(node.id) is not None

    def binder(self, name: str) -> Frame | None:
        frame: Frame | None = self
        while frame is not None and name not in frame.bound:
            frame = frame.parent
        return frame

    def is_parameter(self, name: str) -> bool:
        frame = self.binder(name)
        return frame is not None and frame.is_function and name in frame.params

    def adjoint_name(self, name: str) -> str:
        names = self.ctx.adjoints
        if name not in names:
            names[name] = self.ctx.names.fresh("b" + name)
        return names[name]

    def is_local(self, name: str) -> bool:
        """Whether the adjoint of `name` is a local of this function that nobody else adds to."""
        return name in self.bound and name not in self.shared and name not in self.owned

    def outside_arrays(self) -> list[str]:
        """Arrays that are read from outside and taken for constants, where something that runs may write into arrays."""
        nodes = list(walk(self.node))
        if not any(is_form(n, self.ctx) or isinstance(n, gast.stmt) and is_update(n) for n in nodes):
            return []
        read = {n.id for n in nodes if isinstance(n, gast.Name)} & self.ctx.outside - self.ctx.locals - self.ctx.captured
        return [n for n in sorted(read) if self.ctx.resolver.kind(self.ctx.resolve(load(n))) == "n"]

    # -- functions --------------------------------------------------------------------------------------------

    def function(self) -> gast.FunctionDef:
        have: set[str] = set()
        body = self.body(self.node.body, have)
        start = len(body)
        if self.is_function and self.parent is not None:
            self.settle([n for n in self.captured if self.adjoint_name(n) in self.outside], have, body, self.node)
        elif hasattr(self.node, "live"):  # what called this may write into arrays that are seen here
            self.settle([*self.node.live, *self.captured], have, body, self.node)
        for made in body[start:]:
            made.backward = True
        for name in [p for p in self.params if self.node.answers and self.must_collect(p)]:
            body.append(assign(self.adjoint_name(name), self.on_heap(
                "collect", load(name), self.current(name, have) or self.ctx.use("ZERO")), self.node))
            body[-1].backward = True
            have.add(self.adjoint_name(name))
        loops = [s.name for s in body if getattr(s, "role", "") == "loop"]
        if loops and not isinstance(body[-1], gast.Raise):
            away = [gast.Name(id=n, ctx=gast.Del(), annotation=None, type_comment=None) for n in loops]
            body.append(at(gast.Delete(targets=away), self.node))  # a loop refers to itself
            body[-1].comment, body[-1].backward = "and what it holds", True
        if self.params if self.is_function else self.active_params():
            body.append(self.give_back(have))
        elif self.node.answers:  # a callee calls it, and wants an adjoint
            body.append(ret(self.ctx.use("ZERO"), self.node))
        head: list[Any] = []
        if self.parent is None and self.ctx.borrowed:
            given = [load(self.node.k), *map(load, self.ctx.borrowed)]
            body.insert(0, expr_stmt(self.on_heap("borrow", *given), self.node))
        if self.parent is None and (outside := self.outside_arrays()):
            body.insert(0, expr_stmt(self.on_heap("constant", *map(load, outside)), self.node))
        fresh = [self.adjoint_name(n) for n in [*self.shared, *sorted(self.owned & set(self.ctx.adjoints))]]
        if fresh:
            declared = assign(store(fresh[0]), self.ctx.use("ZERO"), self.node)
            declared.targets = [store(n) for n in dict.fromkeys(fresh)]
            declared.declares = True
            head.append(declared)
        outer = [n for s in body if isinstance(s, gast.Nonlocal) for n in s.names]
        outer += [n for n in self.outside if n not in outer]
        body = [s for s in body if not isinstance(s, gast.Nonlocal)]
        if outer:
            head.insert(0, at(gast.Nonlocal(names=outer), self.node))
        args = self.node.args
        if self.is_function:
            handler = [getattr(self.node, "h", None)] if getattr(self.node, "h", None) else []
            args = def_("_", [self.heap, self.node.k, *handler, *self.params], [], self.node).args
        made = def_(self.node.name, args, head + body, self.node)
        made.comment = self.node.comment
        made.role, made.answers = self.node.role, self.node.answers
        made.h = getattr(self.node, "h", None)
        return made

    def active_params(self) -> list[str]:
        return [p for p in self.params if self.ctx.facts[p].active]

    def give_back(self, have: set[str]) -> Any:
        names = self.params if self.is_function else self.active_params()
        values = []
        for name in names:
            known = not self.is_local(name) and self.ctx.adjoints.get(name) or self.adjoint_name(name) in have
            values.append(self.summed(name) if known else self.ctx.use("ZERO"))
        value = tuple_(values) if self.is_function or len(values) != 1 else values[0]
        made = ret(value, self.node)
        made.backward = True
        return made

    # -- bodies -----------------------------------------------------------------------------------------------

    def body(self, statements: list[Any], have: set[str]) -> list[Any]:
        """`have`: adjoint names assigned so far on the way back; grows."""
        *straight, ending = statements
        tried = straight.pop() if straight and isinstance(straight[-1], gast.Try) else None
        work = Statements(self)
        nested: list[gast.FunctionDef] = []
        for node in straight:
            if isinstance(node, gast.FunctionDef) and hasattr(node, "role"):
                nested.append(node)
                if node.role == "function":
                    work.forward.append(node)
            else:
                work.add(node)
        out = work.forward
        made = {id(n): self.nested(n) for n in reversed(nested)}  # what runs last adds first
        out = [made.get(id(s), s) for s in out]
        out += [made[id(n)] for n in nested if n.role != "function"]
        if self.ctx.escaping:
            out = add_within(self, out)
        if tried is not None:
            out += attempt(self, tried, ending, have)
        else:
            out += self.ending(ending, have)
        if not isinstance(ending, gast.Raise):
            self.way_back(work, have, out)
        return out

    def arm(self, statements: list[Any], have: set[str]) -> list[Any]:
        """One of two ways on; what is checked on it is not checked on the other."""
        checked = set(self.checked)
        made = self.body(statements, have)
        self.checked = checked
        return made

    @staticmethod
    def way_back(work: Statements, have: set[str], out: list[Any]) -> None:
        for back in reversed(work.backward):
            start = len(out)
            back(have, out)
            for s in out[start:]:
                s.backward = True

    def fill_in(self, have: set[str], arms: list[tuple[list[Any], set[str]]], like: Any) -> None:
        """An adjoint that one way assigns is ZERO on the other."""
        for made, arm_have in arms:
            if made and not isinstance(made[-1], gast.Raise):
                for name in sorted(have - arm_have):
                    missing = assign(name, self.ctx.use("ZERO"), like)
                    missing.backward = True
                    made.append(missing)

    def nested(self, node: gast.FunctionDef) -> gast.FunctionDef:
        frame = Frame(node, self.ctx, self)
        made = frame.function()
        for name in frame.outside_names:
            if name in self.bound:
                self.shared[name] = None
            else:
                self.touch(name)
        return made

    @property
    def outside_names(self) -> list[str]:
        back = {b: n for n, b in self.ctx.adjoints.items()}
        return [back[b] for b in self.outside]

    def touch(self, name: str) -> None:
        self.outside[self.adjoint_name(name)] = None

    # -- adding to adjoints -----------------------------------------------------------------------------------

    def current(self, name: str, have: set[str]) -> Any:
        """The adjoint of `name` as an expression, or None where nothing can have been added to it."""
        adjoint_name = self.adjoint_name(name)
        if self.is_local(name):
            return load(adjoint_name) if adjoint_name in have else None
        if name not in self.bound:
            binder = self.binder(name)
            if adjoint_name not in self.outside and (binder is None or name not in binder.shared):
                return None
        return self.summed(name)

    def summed(self, name: str) -> Any:
        """The adjoint of `name`; one that products were added to from a loop is multiplied out where it is used."""
        value = load(self.adjoint_name(name))
        return call(self.ctx.use("total"), value) if name in self.ctx.summed else value

    def contribute(self, name: str, value: Any, have: set[str], out: list[Any], like: Any) -> None:
        """`bx += value`."""
        target = self.adjoint_name(name)
        if self.is_local(name):
            if target in have:
                value = gast.BinOp(left=load(target), op=gast.Add(), right=value)
            have.add(target)
        else:
            if self.ctx.facts[name].kind == "s":
                value = gast.BinOp(left=load(target), op=gast.Add(), right=value)
            elif name not in self.bound and self.is_product(value):
                value = call(self.ctx.use("accumulate_product"), load(target), value.func, *value.args)
                self.ctx.summed.add(name)
            else:
                value = call(self.ctx.use("accumulate"), load(target), value)
            if name not in self.bound:
                self.touch(name)
        out.append(assign(target, value, like))

    def is_product(self, value: Any) -> bool:
        """Whether a cotangent is made by a helper whose results can be added up as factors (`rows`)."""
        return (isinstance(value, gast.Call) and isinstance(value.func, gast.Name) and not value.keywords
                and hasattr(self.ctx.spliced.get(value.func.id), "rows"))

    def replace(self, name: str, value: Any, have: set[str], out: list[Any], like: Any) -> None:
        """`bx = value`, where `value` already contains what `bx` was."""
        if self.is_local(name):
            have.add(self.adjoint_name(name))
        elif name not in self.bound:
            self.touch(name)
        out.append(assign(self.adjoint_name(name), value, like))

    # -- memory that is written in place ----------------------------------------------------------------------

    def must_collect(self, name: str) -> bool:
        """Whether others may have left cotangents in the shadow of what `name` is bound to."""
        fact = self.ctx.facts.get(name)
        return fact is not None and fact.active and fact.kind in ARRAYS and (
            name in self.ctx.handed or name in self.ctx.settled and name in self.ctx.exposed)

    def settle(self, names: list[str], have: set[str], out: list[Any], like: Any, written: list[str] | None = None) -> None:
        """The pending adjoints of these names go to their memory's shadow, if they may be in one that is written.

        `written`: what is; without it, unknown code has written.
        """
        groups = {self.ctx.groups.get(w) for w in written or ()}
        everything = written is None or any(
            w in self.ctx.exposed or w not in self.ctx.groups or w in self.captured for w in written)
        chosen = []
        for name in dict.fromkeys(names):
            fact = self.ctx.facts.get(name)
            if fact is None or not fact.active or fact.kind not in ARRAYS or self.binder(name) is None:
                continue
            seen = name in self.ctx.exposed or name in self.captured
            if self.ctx.groups.get(name) not in groups and not (everything and seen):
                continue
            pending = self.pending(name, have)
            if pending is not None:
                chosen.append((name, pending))
        if not chosen:
            return
        value = self.on_heap("settle", *[part for name, pending in chosen for part in (load(name), pending)])
        targets = [store(self.adjoint_name(name)) for name, _ in chosen]
        out.append(assign(targets[0] if len(targets) == 1 else tuple_(targets, gast.Store()), value, like))

    def pending(self, name: str, have: set[str]) -> Any:
        """The adjoint of `name`, or None if nothing can be pending in it; in a loop, from a later turn."""
        frame: Frame | None = self
        while frame is not None and name not in frame.bound:
            if frame.node.role == "loop" or frame.is_function:
                self.touch(name)
                return load(self.adjoint_name(name))
            frame = frame.parent
        if name not in self.bound and self.current(name, have) is not None:
            self.touch(name)
        return self.current(name, have)

    # -- endings ----------------------------------------------------------------------------------------------

    def ending(self, node: Any, have: set[str]) -> list[Any]:
        if isinstance(node, gast.Raise):
            return [node]
        if isinstance(node, gast.If):
            before = set(have)
            sets = [set(before), set(before)]
            arms = [self.arm(arm, arm_have) for arm, arm_have in zip((node.body, node.orelse), sets, strict=True)]
            have |= sets[0] | sets[1]
            inside = {self.ctx.adjoints.get(n) for n in assigned_deep(node.body) | assigned_deep(node.orelse)}
            have -= inside
            self.fill_in(have, list(zip(arms, sets, strict=True)), node)
            return [if_(node.test, arms[0], arms[1], node)]
        out: list[Any] = []
        target = node.value
        if isinstance(target.func, gast.Call):
            self.call_form(node, target, have, out)
        elif self.is_handler(target):
            out.append(expr_stmt(target, node))
        elif self.is_return(target):
            value = target.args[0]
            if not self.active(value):
                if Statements(self).is_constant_array(value, unknown=True):
                    out.append(expr_stmt(self.on_heap("constant", load(value.id)), node))
                if self.around().decides:
                    out.append(expr_stmt(self.on_heap("decided", copy_tree(value)), node))
                out.append(expr_stmt(target, node))
            else:
                self.receive([value], target, have, out, node, bare=True)
        else:
            continuation = self.ctx.active_params[target.func.id]
            args = [a for a, active in zip(target.args, continuation, strict=True) if active]
            self.receive(args, target, have, out, node, bare=len(args) == 1)
        return out

    def is_return(self, node: gast.Call) -> bool:
        return is_name(node.func, self.around().node.k)

    def is_handler(self, node: gast.Call) -> bool:
        """Whether a call is of the handler that the user's function is called under."""
        handler = getattr(self.around().node, "h", None)
        return handler is not None and is_name(node.func, handler)

    def around(self) -> Frame:
        frame = self
        while not frame.is_function and frame.parent is not None:
            frame = frame.parent
        return frame

    def receive(self, args: list[Any], value: Any, have: set[str], out: list[Any], like: Any, bare: bool) -> None:
        """The adjoints of `args` come back from a call, in this order."""
        if not any(self.active(a) for a in args):
            out.append(expr_stmt(value, like))
            return
        targets, later = [], []
        for arg in args:
            if not self.active(arg):
                targets.append(store(self.ctx.discard()))
                continue
            name = self.adjoint_name(arg.id)
            if not self.is_local(arg.id) or name in have or any(is_name(t, name) for t in targets):
                temporary = self.ctx.names.fresh("g")
                later.append((arg.id, temporary))
                name = temporary
            else:
                have.add(name)
            targets.append(store(name))
        target = targets[0] if bare else tuple_(targets, gast.Store())
        out.append(assign(target, value, like))
        for name, temporary in later:
            self.contribute(name, load(temporary), have, out, like)
            out[-1].backward = True

    def call_form(self, node: Any, target: gast.Call, have: set[str], out: list[Any]) -> None:
        """`form(g, "sig")(after, a, b)`: the heap goes along, a tuple of adjoints comes back."""
        rows: list[tuple[str, str]] = []
        given = target.args[1 + target.func.args[1].value.endswith("!"):]  # behind the continuations
        for a in given:
            if isinstance(a, gast.Starred) and self.active(a.value):
                name = self.ctx.names.fresh("rows")
                out.append(assign(name, self.on_heap("rows", load(a.value.id)), node))
                rows.append((a.value.id, name))
                a.value = load(name)
        callee = target.func.args[0]
        owner = callee.value if isinstance(callee, gast.Attribute) and self.active(callee.value) else None
        if owner is not None:  # the method of what may be an array
            out.append(expr_stmt(self.on_heap("put", load(owner.id)), node))
        kept = [callee.value] if isinstance(callee, gast.Attribute) and Statements(self).is_constant_array(callee.value) else []
        kept += [a for a in given if Statements(self).is_constant_array(a, unknown=True)
                 and self.fact(a).kind == "o"]
        if kept:
            out.append(expr_stmt(self.on_heap("constant", *[load(a.id) for a in kept]), node))
        args = [a for a in given if not isinstance(a, gast.Starred)]
        args += [k.value for k in target.keywords if k.arg is not None]
        target.args.insert(0, load(self.heap))
        self.receive(args, target, have, out, node, bare=False)
        if owner is not None:
            self.contribute(owner.id, self.on_heap("take", load(owner.id)), have, out, node)
        for name, made in rows:
            self.contribute(name, self.on_heap("unrows", load(name), load(made)), have, out, node)

    def on_heap(self, method: str, *args: Any) -> gast.Call:
        return call(attribute(load(self.heap), method), *args)


def _often_indexed(node: gast.FunctionDef) -> set[str]:
    """Names indexed twice or more in one function: their adjoints are summed in place."""
    seen: set[str] = set()
    often: set[str] = set()
    for inner in walk_scope(node.body):
        if isinstance(inner, gast.Subscript) and isinstance(inner.value, gast.Name):
            (often if inner.value.id in seen else seen).add(inner.value.id)
    return often


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless names that are read are bound, and callers unpack what is returned."""
    check_scopes(tree, ctx)
    check_calls(tree, ctx)
    for node in walk(tree):
        if isinstance(node, gast.FunctionDef) and hasattr(node, "role"):
            for statement in node.body[1:]:
                assert not isinstance(statement, gast.Nonlocal), "nonlocal after the head"
