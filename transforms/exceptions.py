"""Desugaring of `try`, `with` and `raise`: handlers become one, context managers become `try`.

Takes and gives what `desugar` does, of which this is a part. The core language has two forms of `try`:

    try: ...  except BaseException as caught: ...  else: ...          (one handler, which catches all)
    try: ...  finally: ...

Before:                             After:
    try:                                try:
        y = f(x)                            y = f(x)
    except ValueError as e:             except BaseException as caught:
        y = g(e)                            if catches(caught, ValueError):
                                                e = caught
                                                y = g(e)
                                                e = None
                                                del e
                                            else:
                                                raise caught

`with` is what PEP 343 says it is. In the part of a program that a handler covers, and in a handler, what is raised is
named first, since its constructor is the user's code: `raise E(x)` is `error = E(x); raise error`.
"""

from __future__ import annotations

import sys
import traceback
from typing import Any

import gast

from .context import Context
from .nodes import assign, at, attribute, call, const, copy_tree, expr_stmt, if_, is_name, load, ret, store, tuple_

__all__ = ["Exceptions", "check_try"]

_ASKING = (sys.exc_info, getattr(sys, "exception", sys.exc_info), traceback.format_exc, traceback.print_exc)


class Exceptions:
    """The part of `desugar._Desugar` that sees to exceptions."""

    ctx: Context
    handling: list[str]  # what is being handled here, the innermost last
    covered: int  # how many handlers cover this place
    finals: int  # how many `finally` blocks are to run on the way out of the function
    named: list[Any]  # variables of `except ... as variable` around this place, in the innermost loop

    def enter_function(self, covered: bool) -> tuple[Any, ...]:
        """`covered`: the body runs under a handler in any case."""
        state = tuple(getattr(self, n, None) for n in ("handling", "covered", "finals", "named"))
        guarded = self.ctx.guarded if state[0] is None else self.ctx.guards_nested
        self.handling, self.covered, self.finals, self.named = [], int(guarded or covered), 0, []
        return state

    def leave_function(self, state: tuple[Any, ...]) -> None:
        self.handling, self.covered, self.finals, self.named = state

    # -- raise ------------------------------------------------------------------------------------------------

    def stmt_Raise(self, node: Any, out: list[Any]) -> None:
        if node.exc is None:
            out.append(at(gast.Raise(exc=load(self.handling[-1]), cause=None), node))
            return
        raised = self.expr(node.exc, out)  # type: ignore[attr-defined]
        if not (self.covered or self.handling):
            node.exc, node.cause = raised, node.cause and self.expr(node.cause, out)  # type: ignore[attr-defined]
            out.append(node)
            return
        error = self.ctx.names.fresh("error")
        kind = self.ctx.resolve(raised)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            raised = call(raised)
        out.append(assign(error, raised, node))
        if not (isinstance(raised, gast.Call) and isinstance(self.ctx.resolve(raised.func), type)):
            out.append(if_(call(self.ctx.use("is_class"), load(error)), [assign(error, call(error), node)], [], node))
        cause = None
        if node.cause is not None:
            cause = load(self.ctx.names.fresh("cause"))
            out.append(assign(cause.id, self.expr(node.cause, out), node))  # type: ignore[attr-defined]
        if self.handling:
            out.append(expr_stmt(call(self.ctx.use("during"), load(error), load(self.handling[-1])), node))
        out.append(at(gast.Raise(exc=load(error), cause=cause), node))

    # -- try --------------------------------------------------------------------------------------------------

    def stmt_Try(self, node: Any, out: list[Any]) -> None:
        if node.finalbody:
            inner = node.body
            if node.handlers:
                inner = [at(gast.Try(body=node.body, handlers=node.handlers, orelse=node.orelse, finalbody=[]), node)]
            out.append(self.with_final(self.under(inner, finals=1), self.under(node.finalbody), node))
            return
        body = self.under(node.body, covered=1)
        caught = self.ctx.names.fresh("caught")
        out.append(self.with_handler(body, caught, self.handlers(node.handlers, caught, node), node,
                                     self.under(node.orelse)))

    def under(self, body: list[Any], covered: int = 0, finals: int = 0) -> list[Any]:
        self.covered += covered + finals
        self.finals += finals
        made: list[Any] = self.block(body)  # type: ignore[attr-defined]
        self.covered -= covered + finals
        self.finals -= finals
        return made

    def with_handler(self, body: list[Any], caught: str, handler: list[Any], like: Any,
                     orelse: list[Any] | None = None) -> Any:
        handles = at(gast.ExceptHandler(type=self.ctx.use("BaseException"), name=store(caught), body=handler), like)
        return at(gast.Try(body=body or [at(gast.Pass(), like)], handlers=[handles], orelse=orelse or [], finalbody=[]), like)

    def with_final(self, body: list[Any], final: list[Any], like: Any) -> Any:
        """`pending`: the exception that waits for the block to end."""
        made = gast.Try(body=body or [at(gast.Pass(), like)], handlers=[], orelse=[],
                        finalbody=final or [at(gast.Pass(), like)])
        made.pending = self.ctx.names.fresh("pending")
        made.flag = None
        return at(made, like)

    def handlers(self, handlers: list[Any], caught: str, like: Any) -> list[Any]:
        """The chain of tests that `except` clauses are; what none of them catches is raised again."""
        chain: list[Any] = []
        out = chain
        self.handling.append(caught)
        for handler in handlers:
            kinds = handler.type if handler.type is not None else self.ctx.use("BaseException")
            test = self.test(call(self.ctx.use("catches"), load(caught), kinds), out)  # type: ignore[attr-defined]
            body: list[Any] = []
            if handler.name is not None:
                self.bind(handler.name, load(caught), handler, body)  # type: ignore[attr-defined]
                self.named.append(handler.name)
            body += self.block(handler.body)  # type: ignore[attr-defined]
            if handler.name is not None:
                self.named.pop()
                if not isinstance(body[-1], (gast.Return, gast.Raise, gast.Break, gast.Continue)):
                    self.forget(handler.name, handler, body)
            rest: list[Any] = []
            out.append(if_(test, body, rest, handler))
            out = rest
        self.handling.pop()
        out.append(at(gast.Raise(exc=load(caught), cause=None), like))
        return chain

    def forget(self, target: Any, like: Any, out: list[Any]) -> None:
        """The end of an `except` clause: its variable is deleted."""
        self.bind(target, const(None), like, out)  # type: ignore[attr-defined]
        place = copy_tree(target)
        place.ctx = gast.Del()
        out.append(at(gast.Delete(targets=[place]), like))

    def stmt_Break(self, node: Any, out: list[Any]) -> None:
        for target in reversed(self.named):
            self.forget(target, node, out)
        out.append(node)

    stmt_Continue = stmt_Break

    def loop_body(self, statements: list[Any]) -> list[Any]:
        named, self.named = self.named, []
        made: list[Any] = self.block(statements)  # type: ignore[attr-defined]
        self.named = named
        return made

    def stmt_Return(self, node: Any, out: list[Any]) -> None:
        value = self.expr(node.value, out) if node.value is not None else const(None)  # type: ignore[attr-defined]
        if self.finals and not isinstance(value, gast.Constant):  # a `finally` block may bind its variables anew
            result = self.ctx.names.fresh("result")
            out.append(assign(result, value, node))
            value = load(result)
        out.append(ret(value, node))

    # -- with -------------------------------------------------------------------------------------------------

    def stmt_With(self, node: Any, out: list[Any]) -> None:
        item, *others = node.items
        body = node.body if not others else [at(gast.With(items=others, body=node.body, type_comment=None), node)]
        fresh = self.ctx.names.fresh
        manager, enter, leave, entered = fresh("manager"), fresh("enter"), fresh("leave"), fresh("entered")
        out.append(assign(manager, self.expr(item.context_expr, out), node))  # type: ignore[attr-defined]
        for name, method in ((enter, "__enter__"), (leave, "__exit__")):
            out.append(assign(name, call(self.ctx.use("special"), load(manager), const(method)), node))
        out.append(assign(entered, call(enter), node))
        inner: list[Any] = []
        self.covered += 2
        self.finals += 1
        if item.optional_vars is not None:
            self.bind(item.optional_vars, load(entered), node, inner)  # type: ignore[attr-defined]
        inner += self.block(body)  # type: ignore[attr-defined]
        self.covered -= 2
        self.finals -= 1
        caught, flag, answer = fresh("caught"), fresh("inside"), fresh("answer")
        details = [call(self.ctx.use("type"), load(caught)), load(caught), attribute(load(caught), "__traceback__")]
        test = gast.UnaryOp(op=gast.Not(), operand=call(self.ctx.use("suppresses"), load(answer), load(caught)))
        handler = [assign(flag, const(False), node), assign(answer, call(leave, *details), node),
                   if_(test, [at(gast.Raise(exc=load(caught), cause=None), node)], [], node)]
        final = [if_(load(flag), [expr_stmt(call(leave, const(None), const(None), const(None)), node)], [], node)]
        out.append(assign(flag, const(True), node))
        made = self.with_final([self.with_handler(inner, caught, handler, node)], final, node)
        made.flag = flag
        out.append(made)

    # -- what asks for the exception that is being handled -----------------------------------------------------

    def asks_for_handled(self, node: Any) -> bool:
        """Whether the node asks for an exception that Python knows to be handled: generated code handles it elsewhere."""
        if isinstance(node, gast.Attribute):
            return node.attr == "__context__" and isinstance(node.ctx, gast.Load)
        if not isinstance(node, gast.Call):
            return False
        if is_name(node.func) and node.func.id == "getattr" and len(node.args) > 1:
            return isinstance(node.args[1], gast.Constant) and node.args[1].value == "__context__"
        if not self.handling:
            return False
        asked = self.ctx.resolve(node.func)
        return any(asked is function for function in _ASKING)

    def handled(self, node: Any, out: list[Any]) -> Any:
        """What `sys.exc_info()` and the like are in a handler, and `error.__context__` anywhere; None for other nodes."""
        if not self.asks_for_handled(node):
            return None
        if isinstance(node, gast.Attribute):
            owner = self.expr(node.value, out)  # type: ignore[attr-defined]
            return at(attribute(call(self.ctx.use("without_context"), owner), "__context__"), node)
        if is_name(node.func) and node.func.id == "getattr":
            node.args[0] = call(self.ctx.use("without_context"), node.args[0])
            return self.flat(node, out)  # type: ignore[attr-defined]
        asked, caught = self.ctx.resolve(node.func), self.handling[-1]
        if asked is sys.exc_info:
            return tuple_([call(self.ctx.use("type"), load(caught)), load(caught), attribute(load(caught), "__traceback__")])
        if asked in (traceback.format_exc, traceback.print_exc):
            node.args.insert(0, load(caught))
            node.func = self.ctx.use(asked.__name__)
            return self.flat(node, out)  # type: ignore[attr-defined]
        return load(caught)


def check_try(node: Any) -> None:
    """Raises AssertionError unless this `try` is of a core form."""
    if node.finalbody:
        assert not node.handlers and not node.orelse, "handlers beside a finally"
        assert hasattr(node, "pending"), "a finally without a name for what is pending"
        return
    assert len(node.handlers) == 1, "several handlers"
    handler = node.handlers[0]
    assert is_name(handler.type) and handler.type.id.startswith("BaseException"), "a handler that does not catch all"
    assert isinstance(handler.name, gast.Name), "a handler without a name for what it catches"
