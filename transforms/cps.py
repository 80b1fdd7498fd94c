"""Continuation-passing style: what follows a loop, a join point or a call becomes a function of its own.

Takes: A-normal form. Guarantees (`check` tests it): every name is assigned once; a function's body is statements,
then definitions of continuations, then one *ending*:

    ending = return k(atom) | return continuation(atom, ...) | return form(callee, "sig")(continuation, atom, ...)
           | raise ... | if test: statements ending else: statements ending
           | attempt if failed is not None: statements ending else: statements ending
    attempt = try: statements except BaseException as caught: failed = caught else: failed = None

In a function that is called under a handler `h` is that handler, `return h(exception)` is an ending too, and calls have
the signature `"sig!"` and a handler behind the continuation. (Thielecke, *Comparing control constructs by double-barrelled
CPS*, 2002.) A handler is called at the point of the exception, on top of the frames that led there, since their way back
is still to come; and outside of the native `try`, which must not cover the rest of the program.

Where a continuation lives. Every run of a loop's body is a frame of its own (the loop is a local function that calls
itself), and so is the function's. All continuations of one frame are siblings in it, whatever their order: they do
not nest in one another, so that a thousand statements in a row nest no deeper than three. What one of them computes
and another needs is a variable of that frame, written with `nonlocal`: within one frame each of them runs at most
once. What leaves a loop, or differs between the ways into a join point, is a parameter. In the terms of compilers:
this is SSA form with block arguments (Appel, *SSA is functional programming*, 1998), loop-closed, with each loop's
blocks in one frame.

Continuations are cut at loops, join points and calls of unknown code only; a branch that nothing joins stays in
place, unless it is nested very deep.
"""

from __future__ import annotations

from typing import Any

import gast

from .analysis import NUMERIC, OPERATORS, Analysis, _Transfer, analyse
from .blocks import assigned_in_loop, duplicate_returns, live_after, split_calls, written_owners
from .cfg import Attempt, Block, Branch, CallThen, Leave, build, connect, liveness, reads, writes
from .context import Context, Fact
from .continuations import Continuations
from .cps_check import check
from .generators import is_generator, outline
from .memory import is_update
from .nodes import assign, at, call, const, copy_tree, def_, expr_stmt, free_names, load, parameters, walk
from .regions import split_groups
from .renaming import bound_names, rename_closed_over, rename_reads
from .scoping import declare_shared
from .special import dispatch

__all__ = ["check", "cps"]

MAX_INLINE_DEPTH = 10
ATTEMPT_DEPTH = 4  # attempts nest less deep than branches: they are longer


def cps(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    function = _Function(copy_tree(tree), ctx, outer={}, used=set(parameters(tree.args)), guarded=ctx.guarded)
    made = function.convert(keep_params=True)
    declare_shared(made, ctx)
    return made


class _Function(Continuations):
    """Conversion of one function; functions nested in it get a `_Function` of their own.

    `outer`: the name in the generated code of each variable of the enclosing functions.
    """

    def __init__(self, tree: gast.FunctionDef, ctx: Context, outer: dict[str, str], used: set[str], guarded: bool) -> None:
        tree = outline(tree, ctx) if is_generator(tree) else tree
        self.tree, self.ctx, self.outer, self.used = tree, ctx, outer, used
        self.params = parameters(tree.args)
        self.graph = build(tree, self.params, guarded)
        facts = {name: ctx.facts[new] for name, new in outer.items() if new in ctx.facts}
        self.analysis: Analysis = analyse(self.graph, ctx, facts)
        dispatch(self.graph, ctx, lambda block: _Transfer(
            ctx, facts, dict(self.analysis.entry[block]), self.analysis.forced))
        self.analysis.memory.add(self.graph)
        split_calls(self.graph)
        split_groups(self.graph, ctx, self.analysis.entry)
        duplicate_returns(self.graph)
        connect(self.graph)
        liveness(self.graph)
        self.env: dict[Block, dict[str, str]] = {}  # at the start of a block: variable -> name
        self.end_env: dict[Block, dict[str, str]] = {}
        self.args: dict[Block, list[str]] = {}  # variables that are parameters of a continuation
        self.names: dict[Block, str] = {}  # a continuation's name
        self.unbound: set[str] = set()  # names that may hold UNBOUND
        self.fixed = self.captured_names()
        self.lines: dict[Block, list[Any]] = {}
        self.k = ctx.names.fresh("k")
        self.h = ctx.names.fresh("h") if guarded else None  # the handler that the function is called under

    # -- names ------------------------------------------------------------------------------------------------

    def captured_names(self) -> dict[str, str]:
        """A variable that a nested function closes over has one name throughout, known before it is assigned."""
        fixed = {}
        for block in self.graph.blocks:
            for node in block.statements:
                if isinstance(node, gast.FunctionDef):
                    for name in sorted(free_names(node) & self.graph.names - set(self.params)):
                        fixed.setdefault(name, self.new_name(name))
        return fixed

    def new_name(self, variable: str) -> str:
        base = self.ctx.hints.get(variable, variable)
        if base in self.used:
            base = self.ctx.names.fresh(base)
        self.used.add(base)
        self.ctx.locals.add(base)
        return base

    def bind(self, variable: str, env: dict[str, str], fact: Fact | None) -> str:
        name = self.fixed.pop(variable, None) or self.new_name(variable)
        env[variable] = name
        self.ctx.facts[name] = fact or Fact("o", True)
        self.remember(variable, name)
        return name

    def remember(self, variable: str, name: str) -> None:
        """What `memory.py` found of a variable, for the adjoint pass."""
        memory = self.analysis.memory
        self.ctx.groups[name] = (id(self), memory.find(variable))
        if memory.is_exposed(variable):
            self.ctx.exposed.add(name)
        if memory.is_handed(variable):
            self.ctx.handed.add(name)

    # -- blocks -----------------------------------------------------------------------------------------------

    def convert(self, keep_params: bool) -> gast.FunctionDef:
        entry: dict[str, str] = {}
        for variable in self.params:
            name = variable if keep_params else self.new_name(variable)
            entry[variable] = name
            self.ctx.facts[name] = self.analysis.entry[self.graph.entry][variable]
            self.remember(variable, name)
        if keep_params:
            self.ctx.borrowed = self.borrowed()
        self.env[self.graph.entry] = entry
        depth: dict[Block, int] = {}
        for block in self.graph.blocks:
            if block is not self.graph.entry:
                pred = block.preds[0]
                deeper = 1 if isinstance(pred.end, Branch) else ATTEMPT_DEPTH if isinstance(pred.end, Attempt) else 0
                depth[block] = depth.get(pred, 0) + deeper
                if self.is_cut(block) or depth[block] > MAX_INLINE_DEPTH:
                    depth[block] = 0
                    self.open_continuation(block)
                else:
                    self.env[block] = dict(self.edge_env(pred, block))
                    if block.caught:
                        self.env[block][block.caught] = self.exception_of(pred)
            self.rename_block(block)
        args = [self.k, *([self.h] if self.h else []), *(entry[p] for p in self.params)]  # by position: see `form`
        made = def_(self.ctx.names.fresh(f"{self.tree.name}_cps"), args, self.frame(self.graph.entry, None), self.tree)
        made.role, made.answers = "function", False
        made.k, made.h = self.k, self.h
        return made

    def edge_env(self, pred: Block, block: Block) -> dict[str, str]:
        """What variables are called on the way from one block to another: a handler sees those before the attempt."""
        attempted = isinstance(pred.end, Attempt) and pred.end.handler is block
        return self.env[pred] if attempted else self.end_env[pred]

    def exception_of(self, pred: Block) -> str:
        """What a handler's variable is called where it is jumped to from."""
        return pred.end.failed if isinstance(pred.end, Attempt) else self.env[pred][pred.caught]  # type: ignore[index]

    def is_cut(self, block: Block) -> bool:
        if block.loop is not None and block.loop.header is block or len(block.preds) > 1:
            return True
        pred = block.preds[0]
        if isinstance(pred.end, Attempt) and pred.end.next is None:
            return True
        return isinstance(pred.end, CallThen) or pred.loop is not block.loop

    def open_continuation(self, block: Block) -> None:
        """Decides the parameters of a continuation and what its other variables are called."""
        self.names[block] = self.ctx.names.fresh(block.role)
        known = [p for p in block.preds if p in self.end_env]
        envs = [self.edge_env(p, block) for p in known]
        pred = block.preds[0]
        if isinstance(pred.end, CallThen) and pred.end.next is block:
            env = dict(envs[0])
            targets = writes(pred.end.statement)
            self.args[block] = targets or [self.ctx.discard()]
            facts = pred.end.statement.facts
        else:
            env = {}
            changed: set[str] = set()
            header = block.loop is not None and block.loop.header is block
            if header:
                changed |= assigned_in_loop(block.loop)
            for p in block.preds:
                loop = p.loop
                while not header and loop is not None and (block.loop is None or not block.loop.inside(loop)):
                    changed |= assigned_in_loop(loop)
                    loop = loop.parent
            self.args[block] = [block.caught] if block.caught else []
            for variable in sorted(block.live, key=self.order):
                names = {e.get(variable) for e in envs}
                if variable in changed or len(names) > 1:
                    self.args[block].append(variable)
                elif names != {None}:
                    env[variable] = names.pop()
            facts = self.analysis.entry.get(block, {})
        for variable in self.args[block]:
            unsure = [e for e in envs if variable not in e or e[variable] in self.unbound]
            known_fact = Fact("c", False) if variable == block.caught else Fact("o", variable in facts)
            name = self.bind(variable, env, facts.get(variable, known_fact))
            if unsure and not isinstance(pred.end, CallThen) and variable != block.caught:
                self.unbound.add(name)
        self.env[block] = env

    def order(self, variable: str) -> tuple[int, str]:
        """Parameters in the order in which the user's code first binds them."""
        if not hasattr(self, "_order"):
            seen: dict[str, int] = {p: i for i, p in enumerate(self.params)}
            for b in sorted(self.graph.blocks, key=lambda b: b.number):
                statements = b.statements + ([b.end.statement] if isinstance(b.end, CallThen) else [])
                for n in (n for s in statements for n in writes(s)):
                    seen.setdefault(n, len(seen))
            self._order = seen
        return self._order.get(variable, 10**6), variable

    def rename_block(self, block: Block) -> None:
        env = dict(self.env[block])
        out: list[Any] = []
        self.attempting = isinstance(block.end, Attempt)
        after = live_after(block) if any(map(is_update, block.statements)) else []
        for i, node in enumerate(block.statements):
            self.statement(node, env, out)
            if after and is_update(node) and not (isinstance(node, gast.AugAssign) and self.is_out_of_place(node, out[-1])):
                out[-1].live = self.live_names(after[i], env)
                self.settle(out[-1].live, [w.id for w in written_owners(out[-1], node)])
        end = block.end
        if isinstance(end, Branch):
            end.test = self.rename(end.test, env, out, end)
        elif isinstance(end, CallThen):
            end.call = self.rename(_call_of(end.statement), env, out, end.statement)
            end.signature = self.signature(end.call) + ("!" if end.handler is not None else "")
            self.settle(self.live_names(end.next.live - set(writes(end.statement)), env))
        elif isinstance(end, Attempt):
            end.failed = self.ctx.names.fresh("failed")
            self.used.add(end.failed)
            self.ctx.locals.add(end.failed)
            self.ctx.facts[end.failed] = Fact("c", False)
        elif isinstance(end, Leave):
            end.statement = self.rename(end.statement, env, out, end.statement)
        self.lines[block] = out
        self.end_env[block] = env

    # -- arrays written in place ------------------------------------------------------------------------------

    def borrowed(self) -> list[str]:
        """Parameters that are thought inactive, and written into with what is active."""
        letters = dict(zip(self.graph.params, self.ctx.signature, strict=False))
        return [p for p in self.graph.params if letters.get(p) in ("n", "o", "v")
                and "activated" in self.analysis.memory.of(p)]

    def is_out_of_place(self, node: gast.AugAssign, made: gast.Assign) -> bool:
        return isinstance(made.value, gast.BinOp) or node.target.id in self.analysis.private

    def live_names(self, variables: set[str], env: dict[str, str]) -> list[str]:
        return list(dict.fromkeys(env[v] for v in sorted(variables, key=self.order) if v in env))

    def settle(self, names: list[str], owners: list[str] | None = None) -> None:
        """The adjoints of these names are settled at some place: where `owners` are written, or what is called writes."""
        groups = {self.ctx.groups.get(o) for o in owners or ()}
        everything = owners is None or any(o in self.ctx.exposed or o not in self.ctx.groups for o in owners)
        self.ctx.settled |= {n for n in names if self.ctx.groups.get(n) in groups or everything and n in self.ctx.exposed}

    # -- statements -------------------------------------------------------------------------------------------

    def statement(self, node: Any, env: dict[str, str], out: list[Any]) -> None:
        if isinstance(node, gast.FunctionDef):
            self.nested(node, env, out)
            return
        if isinstance(node, gast.AugAssign):
            node = self.augmented(node, env)
        if isinstance(node, gast.Delete) and writes(node):
            (variable,) = writes(node)
            self.rename(load(variable), env, out, node)
            env.pop(variable, None)
            return
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            variable = node.targets[0].id
            value = self.rename(node.value, env, out, node)
            if isinstance(value, gast.Name) and variable not in self.fixed and (
                    value.id in self.ctx.facts and not isinstance(node.value, gast.Call)):
                env[variable] = value.id  # a copy is another name for the same value
                if value.id in self.unbound and not self.attempting:  # pragma: no cover - rename has checked it
                    self.unbound.discard(value.id)
                return
            node = assign(self.bind(variable, env, node.facts.get(variable)), value, node)
        elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Tuple):
            facts, like = node.facts, node
            # a copy: what the block's statement writes is asked again, under the variables' own names
            node = assign(copy_tree(node.targets[0]), self.rename(node.value, env, out, node), node)
            for name in [n for n in walk(node.targets[0]) if isinstance(n, gast.Name)]:
                name.id = self.bind(name.id, env, facts.get(name.id))
            at(node, like)
        else:
            bound = writes(node)
            node = self.rename(node, env, out, node)
            if isinstance(node, (gast.Import, gast.ImportFrom)):
                for alias, variable in zip(node.names, bound, strict=True):
                    new = self.bind(variable, env, Fact("c", False))
                    if alias.asname or "." not in alias.name:
                        alias.asname = new if new != alias.name else alias.asname
        out.append(node)

    def augmented(self, node: gast.AugAssign, env: dict[str, str]) -> gast.Assign:
        """`x += e`: a new value where `x` is a number or an array that nobody else sees; else in place."""
        variable = node.target.id
        old = self.ctx.facts.get(env.get(variable, ""), Fact("o", True))
        if old.kind == "s":
            value: Any = gast.BinOp(left=load(variable), op=node.op, right=node.value)
        else:
            name = "i" + OPERATORS[type(node.op)].strip("_")
            if variable in self.analysis.private and old.kind in NUMERIC:
                name += "_copy"
            value = call(self.ctx.use(name), load(variable), node.value)
        made = assign(variable, value, node)
        made.facts = node.facts
        return made

    def rename(self, node: Any, env: dict[str, str], out: list[Any], like: Any) -> Any:
        for variable in dict.fromkeys(reads(node)):
            if variable in self.graph.names:
                name = env.get(variable)
                if name is None or name in self.unbound:
                    value = load(name) if name else self.ctx.use("UNBOUND")
                    out.append(expr_stmt(call(self.ctx.use("check_bound"), value, const(variable)),
                                         like if hasattr(like, "origin") else node))
                    if not self.attempting:  # a handler may come here with it unbound
                        self.unbound.discard(name or "")
        return rename_reads(node, {**self.outer, **env})

    def nested(self, node: gast.FunctionDef, env: dict[str, str], out: list[Any]) -> None:
        """A nested function: the plain one, its CPS form, and the tie between them."""
        free = free_names(node)
        visible = {**self.outer, **{v: n for v, n in env.items() if v in free},
                   **{v: n for v, n in self.fixed.items() if v in free}}
        args = copy_tree(node.args)  # `def f(x, f=f)`: the defaults are read before the name is bound
        args.defaults = [self.rename(d, env, out, node) for d in args.defaults]
        args.kw_defaults = [d if d is None else self.rename(d, env, out, node) for d in args.kw_defaults]
        own = self.bind(node.name, env, Fact("c", False))
        if node.name in free and node.name in self.graph.names:
            visible[node.name] = own
        plain = copy_tree(node)
        plain.args, plain.name = args, own
        plain.body = [rename_closed_over(s, {v: n for v, n in visible.items() if v in free}) for s in plain.body]
        out.append(plain)
        only_cps = getattr(node, "only_cps", False)
        signature, self.ctx.signature = self.ctx.signature, "o" + self.ctx.signature if only_cps else ""
        made = _Function(copy_tree(node), self.ctx, {v: n for v, n in visible.items() if v not in bound_names(node)},
                         self.used, node.guarded if only_cps else self.ctx.guards_nested).convert(keep_params=False)
        self.ctx.signature = signature
        made.nested_of = own
        if only_cps:
            made.name = own
            out[-1:] = [made]
            return
        out.append(made)
        guarded = [const(True)] if made.h else []
        out.append(expr_stmt(call(self.ctx.use("attach"), load(own), load(made.name), *guarded), node))


def _call_of(statement: Any) -> gast.Call:
    return statement.value
