"""Patterns: `match` becomes tests, unpacking and assignments, as the interpreter does it (PEP 634).

Takes: a function's tree past the fence. Guarantees (`check` tests it): no `match`. The subject is evaluated once; cases
are tried in order; names are bound when the whole pattern has matched, before the guard is asked.

Before:                             After:
    match p:                            matched = False
        case [a, 1]:                    if is_sequence(p) and len(p) == 2:
            y = a                           item, item1 = p
        case _:                             if item1 == 1:
            y = 0                               a = item
                                                matched = True
                                        if matched:
                                            y = a
                                        else:
                                            y = 0
"""

from __future__ import annotations

from typing import Any

import gast

from .context import MISSING, Context
from .nodes import assign, at, attribute, call, const, copy_tree, if_, is_name, load, store, stores, tuple_, walk

__all__ = ["check", "convert"]

SELF_MATCHED = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
BLOCKS = ("body", "orelse", "finalbody")


def convert(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    _block(tree, ctx)
    return tree


def _block(owner: Any, ctx: Context) -> None:
    for field in BLOCKS:
        statements = getattr(owner, field, None)
        if isinstance(statements, list):
            made: list[Any] = []
            for node in statements:
                if isinstance(node, gast.Match):
                    for case in node.cases:
                        _block(case, ctx)
                    _Match(node, ctx).convert(made)
                else:
                    _block(node, ctx)
                    made.append(node)
            setattr(owner, field, made)
    for handler in getattr(owner, "handlers", []):
        _block(handler, ctx)


class _Match:
    """One `match` statement."""

    def __init__(self, node: gast.Match, ctx: Context) -> None:
        self.node, self.ctx = node, ctx
        self.like: Any = node  # where what is being made comes from

    def temp(self, base: str) -> str:
        name = self.ctx.names.fresh(base)
        self.ctx.locals.add(name)
        return name

    def convert(self, out: list[Any]) -> None:
        rebound = stores([case.pattern for case in self.node.cases])
        rebound += stores([case.guard for case in self.node.cases if case.guard is not None])
        subject = self.node.subject
        if not is_name(subject) or subject.id in rebound:
            name = self.temp("subject")
            out.append(assign(name, subject, self.node))
            subject = load(name)
        self.cases(list(self.node.cases), subject, out)

    def cases(self, cases: list[Any], subject: Any, out: list[Any]) -> None:
        """A chain of decisions, one case after the other."""
        for i, case in enumerate(cases):
            self.like = at(gast.Pass(), case)
            self.like.lineno, self.like.col_offset = case.pattern.lineno, case.pattern.col_offset
            bound: list[tuple[str, Any]] = []
            tests: list[Any] = []
            inner = self.pattern(case.pattern, subject, tests, bound)
            binding = [self.assign(name, value) for name, value in bound]
            if inner is tests and not tests:  # matches anything
                out += binding
                if case.guard is None:
                    out += case.body
                    return
                out.append(self.branch(case.guard, case.body, []))
            elif i + 1 == len(cases) and case.guard is None:
                inner += binding + case.body
                out += tests
                return
            elif len(tests) == 1 and inner is tests[0].body and not (case.guard is not None and binding):
                if case.guard is not None:
                    tests[0].test = gast.BoolOp(op=gast.And(), values=[tests[0].test, case.guard])
                inner += binding + case.body
                out += tests
            else:
                flag = self.temp("matched")
                success = [self.assign(flag, const(True))]
                inner += binding + ([self.branch(case.guard, success, [])] if case.guard is not None else success)
                out.append(self.assign(flag, const(False)))
                out += tests
                out.append(self.branch(load(flag), case.body, []))
            rest = out[-1].orelse
            out = rest
        if out and not self.node.cases:  # pragma: no cover - the grammar wants a case
            raise AssertionError

    # -- making nodes -----------------------------------------------------------------------------------------

    def assign(self, target: Any, value: Any) -> Any:
        return assign(target, copy_tree(value), self.like)

    def branch(self, test: Any, body: list[Any], orelse: list[Any]) -> Any:
        made = if_(test, [], orelse, self.like)
        made.body = body
        return made

    def use(self, support: str, *args: Any) -> Any:
        return call(self.ctx.use(support), *map(copy_tree, args))

    def test(self, test: Any, out: list[Any]) -> list[Any]:
        made = self.branch(test, [], [])
        out.append(made)
        inner: list[Any] = made.body
        return inner

    # -- patterns ---------------------------------------------------------------------------------------------

    def pattern(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        """Adds the tests of a pattern to `out`; what comes back is where those statements go that run where it matches.

        `subject`: a name, or an expression that is evaluated once. `bound`: (name, value) of the captures so far.
        """
        made: list[Any] = getattr(self, "of_" + type(node).__name__)(node, subject, out, bound)
        return made

    def held(self, subject: Any, out: list[Any]) -> Any:
        """The subject under a name."""
        if is_name(subject):
            return subject
        name = self.temp("item")
        out.append(self.assign(name, subject))
        return load(name)

    def of_MatchValue(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        return self.test(gast.Compare(left=copy_tree(subject), ops=[gast.Eq()], comparators=[node.value]), out)

    def of_MatchSingleton(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        return self.test(gast.Compare(left=copy_tree(subject), ops=[gast.Is()], comparators=[const(node.value)]), out)

    def of_MatchAs(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        if node.pattern is None and node.name is None:
            return out
        subject = self.held(subject, out)
        if node.pattern is not None:
            out = self.pattern(node.pattern, subject, out, bound)
        bound.append((node.name, subject))
        return out

    def of_MatchOr(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        subject = self.held(subject, out)
        found = []
        for alternative in node.patterns:
            captures: list[tuple[str, Any]] = []
            tests: list[Any] = []
            found.append((tests, self.pattern(alternative, subject, tests, captures), captures))
        if all(len(tests) == 1 and inner is tests[0].body and not captures for tests, inner, captures in found):
            return self.test(gast.BoolOp(op=gast.Or(), values=[tests[0].test for tests, _, _ in found]), out)
        names = {name: self.temp(name) for name, _ in found[0][2]}
        bound += [(name, load(held)) for name, held in names.items()]
        flag = self.temp("matched")
        out.append(self.assign(flag, const(False)))
        for i, (tests, inner, captures) in enumerate(found):
            inner += [self.assign(names[name], value) for name, value in captures]
            inner.append(self.assign(flag, const(True)))
            out += [self.branch(gast.UnaryOp(op=gast.Not(), operand=load(flag)), tests, [])] if i else tests
        return self.test(load(flag), out)

    def of_MatchSequence(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        subject = self.held(subject, out)
        patterns = node.patterns
        count = len(patterns)
        star = next((i for i, p in enumerate(patterns) if isinstance(p, gast.MatchStar)), None)
        size = self.use("len", subject)
        length = gast.Compare(left=size, ops=[gast.Eq() if star is None else gast.GtE()],
                              comparators=[const(count - (star is not None))])
        test: Any = self.use("is_sequence", subject)
        if not (star is not None and count == 1):  # [*xs] has any length
            test = gast.BoolOp(op=gast.And(), values=[test, length])
        out = self.test(test, out)
        if all(_is_wildcard(p) for p in patterns):
            return out
        if star is not None and patterns[star].name is None:
            for i, p in enumerate(patterns):  # one by one: the rest is not looked at
                if not _is_wildcard(p):
                    place = const(i) if i < star else gast.BinOp(
                        left=self.use("len", subject), op=gast.Sub(), right=const(count - i))
                    item = gast.Subscript(value=copy_tree(subject), slice=place, ctx=gast.Load())
                    out = self.pattern(p, self.held(item, out), out, bound)
            return out
        names = [self.temp("item") for _ in patterns]
        targets = [gast.Starred(value=store(n), ctx=gast.Store()) if i == star else store(n) for i, n in enumerate(names)]
        out.append(self.assign(tuple_(targets, gast.Store()), subject))
        for p, name in zip(patterns, names, strict=True):
            if isinstance(p, gast.MatchStar):
                bound.append((p.name, load(name)))
            else:
                out = self.pattern(p, load(name), out, bound)
        return out

    def of_MatchMapping(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        subject = self.held(subject, out)
        test: Any = self.use("is_mapping", subject)
        if node.keys:
            length = gast.Compare(left=self.use("len", subject), ops=[gast.GtE()], comparators=[const(len(node.keys))])
            test = gast.BoolOp(op=gast.And(), values=[test, length])
        out = self.test(test, out)
        keys = [k if isinstance(k, gast.Constant) else self.held(k, out) for k in node.keys]
        names = []
        for i, key in enumerate(keys):
            if i and not all(isinstance(k, gast.Constant) for k in keys[: i + 1]):
                out.append(at(gast.Expr(value=self.use("distinct", *keys[: i + 1])), self.like))
            name = self.temp("item")
            out.append(self.assign(name, call(attribute(copy_tree(subject), "get"), copy_tree(key), self.ctx.use("MISSING"))))
            out = self.test(gast.Compare(left=load(name), ops=[gast.IsNot()], comparators=[self.ctx.use("MISSING")]), out)
            names.append(name)
        for p, name in zip(node.patterns, names, strict=True):
            out = self.pattern(p, load(name), out, bound)
        if node.rest is not None:
            rest = self.temp(node.rest)
            out.append(self.assign(rest, self.use("dict", subject)))
            for key in keys:
                place = gast.Subscript(value=load(rest), slice=copy_tree(key), ctx=gast.Del())
                out.append(at(gast.Delete(targets=[place]), self.like))
            bound.append((node.rest, load(rest)))
        return out

    def of_MatchClass(self, node: Any, subject: Any, out: list[Any], bound: list[tuple[str, Any]]) -> list[Any]:
        subject = self.held(subject, out)
        cls = node.cls
        known = self.ctx.resolve(cls)
        if known is not MISSING and any(known is c for c in SELF_MATCHED) and not node.kwd_attrs and len(node.patterns) < 2:
            out = self.test(self.use("isinstance", subject, cls), out)
            return self.pattern(node.patterns[0], subject, out, bound) if node.patterns else out
        if not is_name(cls):
            cls = self.held(cls, out)
        out = self.test(self.use("is_instance", subject, cls), out)
        values = []
        if node.patterns:
            names = self.temp("names")
            given = tuple_([const(a) for a in node.kwd_attrs])
            out.append(self.assign(names, self.use("match_names", cls, const(len(node.patterns)), given)))
            for i in range(len(node.patterns)):
                which = gast.Subscript(value=load(names), slice=const(i), ctx=gast.Load())
                if i == 0 and len(node.patterns) == 1:  # `float(x)`: of some classes the one subpattern is for the subject
                    held = self.temp("item")
                    out.append(self.assign(held, subject))
                    inner = self.test(load(names), out)
                    inner.append(self.assign(held, self.use("getattr", subject, which, self.ctx.use("MISSING"))))
                    values.append(held)
                else:
                    values.append(self.member(subject, which, out))
                out = self.present(values[-1], out)
        for name in node.kwd_attrs:
            values.append(self.member(subject, const(name), out))
            out = self.present(values[-1], out)
        for p, value in zip([*node.patterns, *node.kwd_patterns], values, strict=True):
            out = self.pattern(p, load(value), out, bound)
        return out

    def member(self, subject: Any, name: Any, out: list[Any]) -> str:
        held = self.temp("item")
        out.append(self.assign(held, self.use("getattr", subject, name, self.ctx.use("MISSING"))))
        return held

    def present(self, value: str, out: list[Any]) -> list[Any]:
        return self.test(gast.Compare(left=load(value), ops=[gast.IsNot()], comparators=[self.ctx.use("MISSING")]), out)


def _is_wildcard(node: Any) -> bool:
    return isinstance(node, (gast.MatchAs, gast.MatchStar)) and node.name is None and getattr(node, "pattern", None) is None


def check(tree: gast.FunctionDef) -> None:
    """Raises AssertionError unless `match` is gone."""
    for node in walk(tree):
        assert not isinstance(node, gast.Match), "match"
