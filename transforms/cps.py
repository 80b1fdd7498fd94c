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

from .analysis import OPERATORS, Analysis, _Transfer, analyse
from .anf import ATOMS, check_statement
from .cfg import (
    OUTER,
    Attempt,
    Block,
    Branch,
    CallThen,
    Graph,
    Jump,
    Leave,
    Loop,
    build,
    connect,
    live_at_end,
    liveness,
    reads,
    writes,
)
from .checks import check_scopes, check_signature, is_form
from .context import Context, Fact
from .generators import is_generator, outline
from .memory import is_update, outputs
from .nodes import (
    assign,
    at,
    call,
    const,
    copy_tree,
    def_,
    expr_stmt,
    free_names,
    if_,
    load,
    parameters,
    ret,
    store,
    stores,
    walk,
)
from .regions import split_groups
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


class _Function:
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
                changed |= _assigned(block.loop)
            for p in block.preds:
                loop = p.loop
                while not header and loop is not None and (block.loop is None or not block.loop.inside(loop)):
                    changed |= _assigned(loop)
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

    def signature(self, node: gast.Call) -> str:
        letters = "".join("*" + self.letter(a.value) if isinstance(a, gast.Starred) else self.letter(a)
                          for a in node.args)
        for keyword in node.keywords:
            letters += f",{keyword.arg or '**'}={self.letter(keyword.value)}"
        return letters

    def letter(self, node: Any) -> str:
        if isinstance(node, gast.Constant):
            return "s" if isinstance(node.value, (int, float, complex)) else "o"
        letter = "O"
        if isinstance(node, gast.Name) and node.id in self.ctx.facts:
            letter = self.ctx.facts[node.id].letter
        elif isinstance(node, gast.Name) and node.id not in self.ctx.locals:
            letter = Fact(self.ctx.resolver.kind(self.ctx.resolve(node)), False).letter
        return {"o": "v", "O": "V"}.get(letter, letter) if self.ctx.special else letter

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
            if variable in self.analysis.private:
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
        return _rename(node, {**self.outer, **env})

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
        plain.body = [_rename_inner(s, {v: n for v, n in visible.items() if v in free}) for s in plain.body]
        out.append(plain)
        only_cps = getattr(node, "only_cps", False)
        signature, self.ctx.signature = self.ctx.signature, "o" + self.ctx.signature if only_cps else ""
        made = _Function(copy_tree(node), self.ctx, {v: n for v, n in visible.items() if v not in _bound(node)},
                         self.used, self.ctx.guards_nested and not only_cps).convert(keep_params=False)
        self.ctx.signature = signature
        made.nested_of = own
        if only_cps:
            made.name = own
            out[-1:] = [made]
            return
        out.append(made)
        guarded = [const(True)] if made.h else []
        out.append(expr_stmt(call(self.ctx.use("attach"), load(own), load(made.name), *guarded), node))

    # -- emission ---------------------------------------------------------------------------------------------

    def frame(self, root: Block, loop: Loop | None) -> list[Any]:
        """The body of the function or loop that starts at `root`, with all continuations that live in its frame."""
        definitions = [self.continuation(b) for b in self.graph.blocks
                       if b in self.names and b is not root and not self.hands_on(b)
                       and (b.loop is loop or b.loop is not None and b.loop.header is b and b.loop.parent is loop)]
        return self.body(root, definitions)

    def continuation(self, block: Block) -> gast.FunctionDef:
        params = [self.env[block][v] for v in self.args[block]]
        header = block.loop is not None and block.loop.header is block
        body = self.frame(block, block.loop) if header else self.body(block, [])
        made = def_(self.names[block], params, body, self.tree)
        made.origin = block.origin
        made.comment = f"line {block.origin}"
        call_before = block.preds[0].end
        made.role, made.answers = block.role, isinstance(call_before, CallThen) and call_before.next is block
        if isinstance(call_before, CallThen) or any(block in p.handlers() for p in block.preds):
            made.live = self.live_names(block.live - set(self.args[block]), self.env[block])
        return made

    def body(self, block: Block, definitions: list[Any]) -> list[Any]:
        out: list[Any] = []
        while True:
            if isinstance(block.end, Attempt) and self.lines[block]:
                break
            out += self.lines[block]
            if isinstance(block.end, Jump) and block.end.target not in self.names:
                block = block.end.target
            elif isinstance(block.end, Attempt) and block.end.next not in self.names:
                block = block.end.next  # type: ignore[assignment]
            else:
                break
        return out + definitions + self.ending(block)

    def attempt(self, block: Block, end: Attempt, like: Any) -> list[Any]:
        """The statements of a group in a native `try`, and behind it the handler or what comes next."""
        if not self.lines[block]:
            return [self.jump(block, end.next, like)]  # type: ignore[arg-type]
        caught = self.ctx.caught()
        keep = [assign(end.failed, load(caught), like)]
        handler = gast.ExceptHandler(type=self.ctx.use("BaseException"), name=store(caught), body=keep)
        none = [assign(end.failed, const(None), like)] if end.next is not None else []
        made = at(gast.Try(body=list(self.lines[block]), handlers=[at(handler, like)], orelse=none, finalbody=[]), like)
        made.alone, made.failed = end.alone, end.failed
        target = end.handler
        if target is OUTER:
            failure = [ret(call(self.h, load(end.failed)), like)]
        else:
            failure = [self.jump(block, target, like)] if target in self.names else self.body(target, [])
        if end.next is None:
            return [made, *failure]
        success = [self.jump(block, end.next, like)] if end.next in self.names else self.body(end.next, [])
        test = gast.Compare(left=load(end.failed), ops=[gast.IsNot()], comparators=[const(None)])
        return [made, if_(test, failure, success, like)]

    def hands_on(self, block: Block) -> bool:
        """Whether a continuation that takes an exception only hands it on to a handler that takes nothing else."""
        target = block.end.target if block.role == "trap" else None
        return target in self.names and self.args[target] == [target.caught]

    def handler_of(self, end: CallThen) -> list[Any]:
        """The handler that a call of unknown code is given."""
        if end.handler is None:
            return []
        if end.handler is OUTER:
            return [load(self.h)]
        return [load(self.names[end.handler.end.target if self.hands_on(end.handler) else end.handler])]

    def ending(self, block: Block) -> list[Any]:
        end = block.end
        like = at(gast.Pass(), getattr(end, "statement", None) or self.tree)
        like.origin = getattr(getattr(end, "statement", None), "origin", None) or getattr(end, "origin", None) \
            or block.origin
        if isinstance(end, Leave):
            if isinstance(end.statement, gast.Raise):
                return [end.statement]
            return [ret(call(self.k, end.statement.value), end.statement)]
        if isinstance(end, Jump):
            return [self.jump(block, end.target, like)]
        if isinstance(end, Attempt):
            return self.attempt(block, end, like)
        if isinstance(end, CallThen):
            node = end.call
            entry = call(self.ctx.use("form"), node.func, const(end.signature))
            made = call(entry, load(self.names[end.next]), *self.handler_of(end), *node.args)
            made.keywords = node.keywords
            return [ret(made, end.statement)]
        arms = [[self.jump(block, arm, like)] if arm in self.names else self.body(arm, [])
                for arm in (end.then, end.orelse)]
        return [if_(end.test, arms[0], arms[1], like)]

    def jump(self, block: Block, target: Block, like: Any) -> Any:
        env = dict(self.edge_env(block, target))
        if target.caught:
            env[target.caught] = self.exception_of(block)
        args = [load(env[v]) if v in env else self.ctx.use("UNBOUND") for v in self.args[target]]
        return ret(call(self.names[target], *args), like)


def _call_of(statement: Any) -> gast.Call:
    return statement.value


def _bound(node: gast.FunctionDef) -> set[str]:
    return set(parameters(node.args)) | set(stores(node.body))


def _assigned(loop: Loop | None) -> set[str]:
    found: set[str] = set()
    for block in loop.blocks if loop is not None else []:
        for node in block.statements + ([block.end.statement] if isinstance(block.end, CallThen) else []):
            found |= set(writes(node))
    return found


def live_after(block: Block) -> list[set[str]]:
    """The variables that may be read after each statement of a block."""
    live = live_at_end(block)
    found = []
    for node in reversed(block.statements):
        found.append(set(live))
        live = live - set(writes(node)) | set(reads(node))
    return found[::-1]


def written_owners(renamed: Any, node: Any) -> list[Any]:
    """The names that an update writes into, as they are called in the generated code."""
    if isinstance(node, gast.AugAssign):
        return [renamed.targets[0]]
    if isinstance(node, gast.Assign) and not isinstance(node.targets[0], (gast.Name, gast.Tuple)):
        owner = renamed.targets[0].value
        return [owner] if isinstance(owner, gast.Name) else []
    renamed.callee = node.callee
    return outputs(renamed)


def split_calls(graph: Graph) -> None:
    """Ends a block at each call of code that the transformer must see."""
    for block in list(graph.blocks):
        current = block
        statements, block.statements = block.statements, []
        for node in statements:
            callee = getattr(node, "callee", None)
            if callee is None or callee.rule is not None or not isinstance(getattr(node, "value", None), gast.Call):
                current.statements.append(node)
                continue
            following = Block(len(graph.blocks) + 10**6, block.loop, end=current.end, origin=node.origin, role="after")
            following.handler = block.handler
            graph.blocks.append(following)
            current.end = CallThen(node, following, block.handler)
            current = following
    for i, block in enumerate(graph.blocks):
        block.number = i
    if any(b.loop for b in graph.blocks):
        for block in graph.blocks:
            loop = block.loop
            if loop is not None:
                loop.blocks = []
    connect(graph)


def duplicate_returns(graph: Graph) -> None:
    """A block that only returns is copied to each way into it: no continuation is needed for it."""
    for block in list(graph.blocks):
        for successor in block.successors():
            if not isinstance(successor.end, Leave) or successor.statements or isinstance(block.end, (CallThen, Attempt)):
                continue
            if len(successor.preds) < 2 and successor.loop is block.loop:
                continue
            copied = Block(len(graph.blocks), block.loop, [], Leave(copy_tree(successor.end.statement)),
                           origin=successor.origin, role=successor.role)
            graph.blocks.append(copied)
            if isinstance(block.end, Jump):
                block.end.target = copied
            elif block.end.then is successor:
                block.end.then = copied
            else:
                block.end.orelse = copied


def _rename(node: Any, names: dict[str, str]) -> Any:
    node = copy_tree(node)
    for inner in walk(node):
        if isinstance(inner, gast.Name) and isinstance(inner.ctx, gast.Load) and inner.id in names:
            inner.id = names[inner.id]
    return node


def _rename_inner(node: Any, names: dict[str, str]) -> Any:
    """Renames what nested code closes over, scope by scope."""
    if isinstance(node, gast.FunctionDef):
        inner = {v: n for v, n in names.items() if v not in _bound(node)}
        node.body = [_rename_inner(s, inner) for s in node.body]
        node.args.defaults = [_rename(d, names) for d in node.args.defaults]
        return node
    if isinstance(node, gast.Name):
        node.id = names.get(node.id, node.id)
        return node
    for field, value in gast.iter_fields(node):
        if isinstance(value, list):
            setattr(node, field, [_rename_inner(v, names) if isinstance(v, gast.AST) else v for v in value])
        elif isinstance(value, gast.AST):
            setattr(node, field, _rename_inner(value, names))
    return node


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless `tree` is in CPS form."""
    check_scopes(tree, ctx)
    made = {n.name: n for n in walk(tree) if isinstance(n, gast.FunctionDef) and hasattr(n, "role")}
    _check_function(tree, set(), made, "", None, ctx)


def _check_function(function: gast.FunctionDef, bound: set[str], made: dict[str, Any], k: str, h: str | None,
                    ctx: Context | None) -> None:
    """`bound`: names bound so far, anywhere; `k`, `h`: the continuation and handler of the user's function around."""
    params = parameters(function.args)
    for name in params:
        _check_new(name, bound)
    if function.role == "function":
        assert params and params[0] == function.k, f"{function.name} takes no continuation"
        k, h = function.k, getattr(function, "h", None)
        assert h is None or params[1] == h, f"{function.name} takes no handler"
    _check_body(function.body, bound, made, k, h, ctx)


def _check_new(name: str, bound: set[str]) -> None:
    assert name not in bound, f"{name} is bound twice"
    bound.add(name)


def _check_body(body: list[Any], bound: set[str], made: dict[str, Any], k: str, h: str | None,
                ctx: Context | None) -> None:
    """Statements, then definitions of continuations, then one ending."""
    *statements, ending = body or [None]
    defining = False
    if statements and isinstance(statements[-1], gast.Try):
        _check_attempt(statements.pop(), bound, ctx)
    for node in statements:
        if isinstance(node, gast.FunctionDef):
            _check_new(node.name, bound)
            defining = getattr(node, "role", "function") != "function"
            if hasattr(node, "role"):
                _check_function(node, bound, made, k, h, ctx)
            continue
        assert not defining, "a statement behind the definition of a continuation"
        assert isinstance(node, (gast.Assign, gast.Expr, gast.Delete, gast.Import, gast.ImportFrom, gast.Nonlocal)), (
            f"{type(node).__name__} is no statement of CPS form")
        if isinstance(node, gast.Assign) and getattr(node, "declares", False):
            continue
        _check_plain(node, bound, ctx)
    if isinstance(ending, gast.If):
        check_statement(ending, ctx)
        _check_body(ending.body, bound, made, k, h, ctx)
        _check_body(ending.orelse, bound, made, k, h, ctx)
    elif isinstance(ending, gast.Raise):
        check_statement(ending, ctx)
    else:
        assert isinstance(ending, gast.Return) and isinstance(ending.value, gast.Call), "a body without an ending"
        _check_ending(ending.value, made, k, h, ctx)


def _check_plain(node: Any, bound: set[str], ctx: Context | None) -> None:
    assert not isinstance(node, gast.Assign) or len(node.targets) == 1, "several targets"
    for name in writes(node):
        _check_new(name, bound)
    check_statement(node, ctx)


def _check_attempt(node: Any, bound: set[str], ctx: Context | None) -> None:
    """Statements in a native `try` that catches all, and keeps what it catches."""
    assert not node.finalbody and len(node.handlers) == 1 and node.body, "an odd attempt"
    for statement in node.body:
        assert isinstance(statement, (gast.Assign, gast.Expr, gast.Delete, gast.Import, gast.ImportFrom, gast.Raise)), (
            f"{type(statement).__name__} is no statement of an attempt")
        _check_plain(statement, bound, ctx)
    (kept,) = node.handlers[0].body
    assert writes(kept) == [node.failed] and kept.value.id == node.handlers[0].name.id, "what was caught is not kept"
    _check_new(node.failed, bound)


def _check_ending(node: gast.Call, made: dict[str, Any], k: str, h: str | None, ctx: Context | None) -> None:
    """`k(atom)`, `continuation(atom, ...)` or `form(callee, "sig")(continuation, atom, ...)`."""
    args = [*node.args, *(keyword.value for keyword in node.keywords)]
    for a in args:
        assert isinstance(a.value if isinstance(a, gast.Starred) else a, ATOMS), "an ending that computes"
    if is_form(node, ctx):
        after = made.get(getattr(args[0], "id", "")) if args else None
        assert after is not None and after.role != "function", "form gets no continuation"
        assert len(after.args.args) == 1 and after.answers, f"{after.name} cannot take one value"
        guarded = node.func.args[1].value.endswith("!")
        if guarded:
            assert args[1].id == h or len(made[args[1].id].args.args) == 1, f"{args[1].id} cannot take an exception"
        check_signature(node, 1 + guarded)
        return
    assert isinstance(node.func, gast.Name), "an ending that calls something computed"
    name = node.func.id
    if name in (k, h):
        assert len(node.args) == 1, f"{name} takes one value"
    else:
        assert name in made and made[name].role != "function", f"an ending calls {name}, which is no continuation"
        assert len(args) == len(made[name].args.args), f"{name} takes {len(made[name].args.args)} arguments"
