"""What is known of values before the program runs: kind and activity; and which arrays nobody else can see.

Takes: the control-flow graph of a function in A-normal form, and what is known of its parameters. Guarantees: every
statement that computes has `node.facts` (name -> Fact, for what it binds) and, where it calls, `node.callee` (a
`Callee`); `Analysis.entry` holds the facts at the start of each block. Kinds are those of `context.Fact`; the
lattice is three high, so the forward iteration ends soon.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

import gast

from .cfg import Block, CallThen, Graph, inner_first, reads, writes
from .context import MISSING, Context, Fact
from .fills import mark_fills
from .memory import ARRAYS, Memory, is_fresh, outputs
from .nodes import free_names, load, walk, walk_scope
from .special import as_call, is_met
from .splice import Mismatch, bind_arguments

__all__ = ["Analysis", "Callee", "OPERATORS", "analyse", "check"]

SET_ALGEBRA = (gast.BitOr, gast.BitAnd, gast.BitXor)  # of numbers they are constants
OPERATORS = {gast.Add: "add", gast.Sub: "sub", gast.Mult: "mul", gast.Div: "truediv", gast.FloorDiv: "floordiv",
             gast.Mod: "mod", gast.Pow: "pow", gast.MatMult: "matmul", gast.LShift: "lshift", gast.RShift: "rshift",
             gast.BitAnd: "and_", gast.BitOr: "or_", gast.BitXor: "xor", gast.UAdd: "pos", gast.USub: "neg",
             gast.Invert: "invert", gast.Not: "not_"}

FROM_LETTER = {"s": "s", "n": "n", "o": "o", "v": "o"}
CONTAINERS = {gast.List: "l", gast.Tuple: "t", gast.Dict: "d", gast.Set: "c"}
NUMERIC = {"s", "a", "n"}


@dataclass(frozen=True)
class Callee:
    """What a call is: a `rule`'s primitive (`self_first`: the method's owner is its first argument), or code that
    the transformer must see (`rule` is None)."""

    rule: Any
    self_first: bool = False


@dataclass
class Analysis:
    graph: Graph
    entry: dict[Block, dict[str, Fact]] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)  # names whose arrays nobody else can see
    memory: Memory = None  # type: ignore[assignment]
    forced: set[str] = field(default_factory=set)  # names that are active because of what is written (`memory.py`)


def analyse(graph: Graph, ctx: Context, outer: dict[str, Fact]) -> Analysis:
    """`outer`: facts of the names of enclosing functions, for a nested function."""
    found = Analysis(graph)
    initial = {}
    letters = ctx.signature if len(ctx.signature) == len(graph.params) else "".join(
        ctx.kinds.get(name, "o").upper() for name in graph.params)
    for name, letter in zip(graph.params, letters, strict=True):
        initial[name] = Fact(FROM_LETTER[letter.lower()], letter.isupper())
    forced: set[str] = set()
    while True:
        found.entry = _flow(graph, ctx, outer, initial, forced)
        found.private = _private(graph)
        found.memory = Memory(graph, ctx, found.private)
        missing = found.memory.forced() - forced
        found.forced = forced
        if not missing:
            mark_fills(graph)
            return found
        forced |= missing


def _flow(graph: Graph, ctx: Context, outer: dict[str, Fact], initial: dict[str, Fact],
          forced: set[str]) -> dict[Block, dict[str, Fact]]:
    """The facts at the start of each block, where the names in `forced` are active whatever they are bound to."""
    initial = {n: force(f) if n in forced and f.kind != "o" else f for n, f in initial.items()}
    entry = {graph.entry: initial}
    forced = forced - {n for n, f in initial.items() if f.kind == "o"}
    blocks = inner_first(graph)
    order = {block: i for i, block in enumerate(blocks)}
    todo = {0}
    while todo:
        block = blocks[min(todo)]
        todo.remove(order[block])
        transfer = _Transfer(ctx, outer, dict(entry[block]), forced)
        after = transfer.block(block)
        for successor in block.successors():
            env = transfer.anywhere if successor in block.handlers() else after
            old = entry.get(successor)
            new = env if old is None else _joined(env, old)
            if new != old:
                entry[successor] = dict(new)
                todo.add(order[successor])
    return entry


def force(fact: Fact) -> Fact:
    """The fact of a value that may be an array, as that of an active one."""
    if fact.kind == "in":
        return Fact("iN", False)
    return Fact(fact.kind, True) if fact.kind in ARRAYS else fact


def _joined(env: dict[str, Fact], old: dict[str, Fact]) -> dict[str, Fact]:
    return {**env, **{k: v.join(env[k]) if k in env else v for k, v in old.items()}}


class _Transfer:
    def __init__(self, ctx: Context, outer: dict[str, Fact], env: dict[str, Fact],
                 forced: Set[str] = frozenset()) -> None:
        self.ctx, self.outer, self.env, self.forced = ctx, outer, env, forced
        self.anywhere: dict[str, Fact] = {}  # what holds wherever in the block an exception is raised

    def block(self, block: Block) -> dict[str, Fact]:
        if block.caught:
            self.env[block.caught] = Fact("c", False)
        self.anywhere = dict(self.env)
        statements = list(block.statements)
        if isinstance(block.end, CallThen):
            statements.append(block.end.statement)
        for node in statements:
            self.statement(node)
            if block.handler is not None:
                self.anywhere = _joined(self.env, self.anywhere)
        return self.env

    def statement(self, node: Any) -> None:
        node.facts = {}
        node.uses = {n: self.name(n) for n in reads(node) if n in self.env or n in self.outer}
        if isinstance(node, gast.Assign):
            target = node.targets[0]
            value = self.fact(node.value, node)
            if value.kind == "s" and outputs(node):
                value = Fact("n", value.active)
            if isinstance(target, gast.Name):
                node.facts[target.id] = value
            elif isinstance(target, gast.Tuple):
                element = Fact("n", value.active) if value.kind in NUMERIC else Fact("o", True)
                for name in writes(node):
                    node.facts[name] = element
                for part in target.elts:
                    if isinstance(part, gast.Starred):
                        node.facts[part.value.id] = Fact("l", False)
        elif isinstance(node, gast.AugAssign):
            node.facts[node.target.id] = self.augmented(node)
        elif isinstance(node, gast.Expr):
            self.fact(node.value, node)
        else:
            for name in writes(node):
                node.facts[name] = Fact("c", False)
        if self.ctx.kinds:
            node.facts = {n: Fact(self.ctx.kinds[n], f.active) if f.kind in ("o", "n") and n in self.ctx.kinds else f
                          for n, f in node.facts.items()}
        if self.forced:
            node.facts = {n: force(f) if n in self.forced else f for n, f in node.facts.items()}
        self.env.update(node.facts)

    def name(self, name: str) -> Fact:
        if name in self.env:
            return self.env[name]
        if name in self.outer:
            return self.outer[name]
        if name in self.ctx.locals:
            return Fact("o", True)
        value = self.ctx.resolve(gast.Name(id=name, ctx=gast.Load(), annotation=None, type_comment=None))
        return Fact("o" if value is MISSING else self.ctx.resolver.kind(value), False)

    def atom(self, node: Any) -> Fact:
        if isinstance(node, gast.Starred):
            return self.atom(node.value)
        if isinstance(node, gast.Constant):
            return Fact("s" if isinstance(node.value, (int, float, complex)) else "c", False)
        if isinstance(node, gast.Name):
            return self.name(node.id)
        return Fact("o", False)

    def fact(self, node: Any, statement: Any) -> Fact:
        if isinstance(node, (gast.Name, gast.Constant)):
            return self.atom(node)
        if self.ctx.special and as_call(node, self) is not None:
            statement.callee = Callee(None)
            return Fact("o", True)
        if isinstance(node, gast.BinOp):
            return self.binary(self.atom(node.left), node.op, self.atom(node.right))
        if isinstance(node, gast.UnaryOp):
            operand = self.atom(node.operand)
            if isinstance(node.op, gast.Not):
                return Fact("s", False)
            return Fact(operand.kind if operand.kind in NUMERIC else "n", operand.active)
        if isinstance(node, gast.Compare):
            kinds = {self.atom(o).kind for o in [node.left, *node.comparators]}
            return Fact("s" if kinds <= {"s"} else "n" if kinds <= NUMERIC else "o", False)
        if isinstance(node, gast.Subscript):
            owner = self.atom(node.value)
            return Fact("n", owner.active) if owner.kind in NUMERIC else Fact("o", True)
        if isinstance(node, gast.Attribute):
            return self.attribute(node, statement)
        if isinstance(node, gast.Call):
            return self.call(node, statement)
        if type(node) in CONTAINERS:
            return Fact(CONTAINERS[type(node)], False)
        if isinstance(node, gast.JoinedStr):
            names = [n for n in walk(node) if isinstance(n, gast.Name)]
            return Fact("c", any(self.atom(n).active for n in names))
        return Fact("o", False)  # quiet

    def attribute(self, node: Any, statement: Any) -> Fact:
        value = self.ctx.resolve(node)
        if value is not MISSING:
            return Fact(self.ctx.resolver.kind(value), False)
        owner = self.atom(node.value)
        if owner.kind not in NUMERIC:
            cell = node.value.id if node.attr == "value" and isinstance(node.value, gast.Name) else ""
            return Fact(self.ctx.kinds.get(cell, "o") if cell in self.ctx.cells else "o", True)
        rule = self.ctx.resolver.rule(self.ctx.resolver.method("n", node.attr))
        statement.callee = Callee(rule, self_first=True)
        if rule is None:
            return Fact("o", owner.active)
        return Fact(self.kind_of(rule, [owner]), owner.active and rule.role != "constant")

    def call(self, node: Any, statement: Any) -> Fact:
        args = [self.atom(a) for a in node.args] + [self.atom(k.value) for k in node.keywords]
        rule, self_first = self.ctx.resolver.rule(self.ctx.resolve(node.func)), False
        if rule is None and isinstance(node.func, gast.Attribute):
            owner = self.atom(node.func.value)
            primitive = self.ctx.resolver.method(owner.kind, node.func.attr)
            if self.ctx.resolve(node.func) is MISSING and primitive is not MISSING:
                rule, self_first = self.ctx.resolver.rule(primitive), True
                args.insert(0, owner)
        if rule is not None and (rule.role == "mover" and self.is_involved(rule, node)
                                 or is_met(node, self, *node.args, *([node.func.value] if self_first else []))):
            rule = None  # `form` sees to that
        elif rule is not None and rule.role == "python":
            rule = rule.plain if not rule.writes and self.is_plain(node, args) else None
        elif rule is not None and rule.otherwise is not None and not self.fits(rule, node, self_first):
            rule = rule.plain if self.is_plain(node, args) else None
        elif rule is not None and rule.role in ("rule", "gather", "parts") and (
                any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)):
            rule = None  # what the stars stand for is known when the call is made
        statement.callee = Callee(rule, self_first)
        if rule is None:
            return Fact("o", True)
        if rule.role == "constant":
            return Fact(self.kind_of(rule, args), False)
        if rule.role == "mover":
            return self.moved(rule, args)
        if rule.role == "parts":
            return Fact(rule.result, False)
        if rule.role == "gather":
            starts = rule.consumes and any(a.kind not in NUMERIC for a in args[1:])  # sum(lists, [])
            return Fact("o" if starts else self.kind_of(rule, args), True)
        every = [node.func.value, *node.args] if self_first else list(node.args)
        whole = len(every) == 1 and not node.keywords
        kind = ("s" if whole else "n") if rule.result == "whole" else self.kind_of(rule, args)
        return Fact(kind, self.passes_on(rule, every, node.keywords))

    @staticmethod
    def is_involved(rule: Any, node: gast.Call) -> bool:
        """Whether a mover calls Python functions, or iterates over what is known only when it runs."""
        return (len(node.args) >= rule.calls or any(k.arg == "key" for k in node.keywords)
                or bool(rule.iterates) and any(isinstance(a, gast.Starred) for a in node.args))

    def fits(self, rule: Any, node: Any, self_first: bool) -> bool:
        """Whether a call can be differentiated by its primitive's rule."""
        if rule.first_is_constant and node.args and self.atom(node.args[0]).kind in NUMERIC:
            return False
        starred = any(isinstance(a, gast.Starred) for a in node.args)
        every = [k.arg for k in node.keywords if k.arg != "out" or not (
            isinstance(k.value, gast.Constant) and k.value.value is None)]
        written = "out" in every or len(node.args) + self_first > rule.inputs
        if written and rule.role == "parts":
            return False  # each result goes into an array of its own
        names = [name for name in every if name != "out" and not (written and rule.elementwise and name == "where")]
        return not starred and None not in names and rule.fits(min(len(node.args) + self_first, rule.inputs), names)

    @staticmethod
    def is_plain(node: Any, facts: list[Fact]) -> bool:
        """Whether nothing that carries a derivative can get into a call."""
        given = [*node.args, *[k.value for k in node.keywords]]
        constant = [isinstance(a, gast.Constant) for a in given]
        constant = [False] * (len(facts) - len(given)) + constant
        return all(c or f.kind in NUMERIC and not f.active for c, f in zip(constant, facts, strict=True))

    def passes_on(self, rule: Any, args: list[Any], keywords: list[Any]) -> bool:
        """Whether an argument that the rule differentiates may carry a derivative, or hold what does."""
        template = self.ctx.resolver.splice(rule)
        if template is None:
            return any(self.atom(a).active for a in args)
        try:
            bound = bind_arguments(template, args, keywords)
        except Mismatch:
            return True
        given = [bound[p] for p in template.differentiated if p in bound]
        given += [e for g in given if isinstance(g, gast.Tuple) for e in g.elts]
        facts = [self.atom(g) for g in given if isinstance(g, gast.Name)]
        taken = [self.atom(g) for p, g in bound.items() if p not in template.differentiated and isinstance(g, gast.Name)]
        return any(f.active or f.kind not in NUMERIC for f in facts) or (
            any(f.active and f.kind in "no" for f in taken))  # for constants; floats among them are refused on the way back

    @staticmethod
    def moved(rule: Any, args: list[Fact]) -> Fact:
        first = args[0] if args else Fact("o", True)
        if rule.result == "iterator":
            if first.kind[0] == "i":
                return Fact(first.kind, False)
            return Fact(("iN" if first.active else "in") if first.kind in NUMERIC else "c", False)
        if rule.result == "element":
            if first.kind == "it":
                return Fact("t", False)
            known = {"is": Fact("s", False), "in": Fact("n", False), "iN": Fact("n", True)}
            return known.get(first.kind, Fact("o", True))
        if rule.result == "=":
            return Fact(first.kind if first.kind in NUMERIC else "o", True)
        return Fact(rule.result, rule.result == "o")

    @staticmethod
    def kind_of(rule: Any, args: list[Fact]) -> str:
        if rule.result != "=":
            return rule.result
        return "s" if all(a.kind == "s" for a in args) else "n"

    def binary(self, left: Fact, op: Any, right: Fact) -> Fact:
        kinds = {left.kind, right.kind}
        rule = self.ctx.resolver.operator(OPERATORS[type(op)])
        active = (left.active or right.active or bool(kinds & {"l", "t"})) and (rule is None or rule.role != "constant")
        if kinds <= NUMERIC:
            return Fact("s" if kinds == {"s"} else "n", active)
        if isinstance(op, gast.Mod) and left.kind == "c":
            return Fact("c", active)  # text
        if isinstance(op, (gast.Add, gast.Mult, gast.Mod, gast.Sub, *SET_ALGEBRA)) and kinds & set("lctd"):
            containers = kinds & set("ltd")
            if kinds & {"l", "t"} and kinds & {"n", "a"}:  # an array, unless `*` repeats a list
                return Fact("n" if "a" in kinds or not isinstance(op, gast.Mult) else "o", True)
            if kinds & {"l", "t"} and "o" in kinds:
                return Fact("o", True)
            return Fact(containers.pop() if len(containers) == 1 and "o" not in kinds else "o", False)
        if isinstance(op, SET_ALGEBRA) and not kinds & NUMERIC:
            return Fact("o", left.active or right.active)
        if isinstance(op, gast.Add) and kinds & NUMERIC or not isinstance(op, (gast.Add, gast.Mult, gast.Mod)):
            return Fact("n", active)
        return Fact("o", active)

    def augmented(self, node: gast.AugAssign) -> Fact:
        old = self.name(node.target.id)
        if is_met(gast.BinOp(left=load(node.target.id), op=node.op, right=node.value), self, load(node.target.id), node.value):
            return Fact("o", True)
        if old.kind in ("l", "d", "c"):
            return old
        return self.binary(old, node.op, self.atom(node.value))


def _private(graph: Graph) -> set[str]:
    """Names whose arrays nobody else can see where they are updated in place.

    Every binding from which an update can be reached is of a fresh result (an operator, a primitive that makes an
    array), and no use from which one can be reached lets the array itself get away: not into another name, a
    container, a view, a closure or unknown code.
    """
    updated = {s.target.id for b in graph.blocks for s in b.statements if isinstance(s, gast.AugAssign)}
    candidates = updated - set(graph.params)
    if not candidates:
        return set()
    for block in graph.blocks:
        statements = [*block.statements, *([block.end.statement] if isinstance(block.end, CallThen) else [])]
        for i, node in enumerate(statements):
            for name in _lets_go(node) & candidates:
                if _update_follows(name, statements[i + 1:], block):
                    candidates.discard(name)
    return candidates


def _update_follows(name: str, rest: list[Any], block: Block) -> bool:
    """Whether `name op= ...` can be reached before `name` is bound anew."""
    seen: set[Block] = set()
    todo = [(rest, block)]
    while todo:
        statements, b = todo.pop()
        for node in statements:
            if isinstance(node, gast.AugAssign) and node.target.id == name:
                return True
            if name in writes(node):
                break
        else:
            for successor in b.successors():
                if successor not in seen:
                    seen.add(successor)
                    todo.append((successor.statements, successor))
    return False


def _lets_go(node: Any) -> set[str]:
    """Names whose array may be seen elsewhere after this statement, or that it binds to one that may."""
    if isinstance(node, gast.AugAssign):
        return {n.id for n in walk_scope(node.value) if isinstance(n, gast.Name)} - {node.target.id}
    if isinstance(node, gast.FunctionDef):
        return free_names(node) | {node.name}
    value = getattr(node, "value", None)
    fresh = isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Compare, gast.Constant)) or (
        isinstance(value, gast.Call) and is_fresh(node))
    found = set() if fresh else set(writes(node))
    if not fresh:
        found |= {n.id for n in walk_scope(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
    return found


def check(found: Analysis) -> None:
    """Raises AssertionError unless what is known at the start of a block covers what is known on each way into it."""
    for block in found.graph.blocks:
        assert block in found.entry, "a block without facts"
        known = dict(found.entry[block])
        for node in [*block.statements, *([block.end.statement] if isinstance(block.end, CallThen) else [])]:
            facts = getattr(node, "facts", {})
            for name in writes(node):
                assert name in facts, f"{name} has no fact"
            if isinstance(getattr(node, "value", None), gast.Call):
                assert isinstance(getattr(node, "callee", None), Callee), "a call of nobody knows what"
            known.update(facts)
        for successor in block.successors():
            assert block in successor.preds, f"block {block.number} is no predecessor of its successor"
            there = found.entry.get(successor, {})
            for name, fact in known.items():
                assert name in there and fact.join(there[name]) == there[name], (
                    f"{name}: {fact} is more than is known at the start of the next block")
    for name in sorted(found.private & set(found.graph.params)):
        raise AssertionError(f"{name} is a parameter, and not private")
