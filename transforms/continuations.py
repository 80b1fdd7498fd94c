"""Continuations: the text of the functions that blocks become, and how they call one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from .cfg import OUTER, Attempt, Block, CallThen, Graph, Jump, Leave, Loop
from .context import Context, Fact
from .nodes import assign, at, call, const, def_, if_, load, ret, store

__all__ = ["Continuations"]


class Continuations:
    """The part of `cps._Function` that writes what the blocks have become."""

    ctx: Context
    tree: Any
    graph: Graph
    k: str
    h: str | None
    names: dict[Block, str]
    args: dict[Block, list[str]]
    env: dict[Block, dict[str, str]]
    lines: dict[Block, list[Any]]

    if TYPE_CHECKING:
        def edge_env(self, pred: Block, block: Block) -> dict[str, str]: ...
        def exception_of(self, pred: Block) -> str: ...
        def live_names(self, variables: set[str], env: dict[str, str]) -> list[str]: ...

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

    # -- signatures --------------------------------------------------------------------------------------------

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
