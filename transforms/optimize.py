"""Optimisation of generated code: what a person would not have written goes.

Takes: the result of `adjoint` (or of `cps`). Guarantees: the same program, in which

- negations that cancel, and cotangents repeated only to be multiplied, are folded;
- a name that is only another name for an adjoint or a constant is gone (copy propagation), and so is a cotangent
  that is summed over repeated axes only to be summed over more of them;
- an operation whose result nobody reads is gone, if it can do nothing but compute (dead code);
- a temporary that the next statement uses, and nobody else, stands in it again: A-normal form is undone where the
  way back does not need the value;
- a small loop of scalar arithmetic runs a few turns in one frame (`unroll.py`);
- a continuation that only hands its arguments to another is that other one (eta reduction, an administrative redex);
- comments say which line of the user's each run of statements comes from, and which of them are the way back.

Before:  t = range(n); it = iter(t); ...; by = k(y); bt = by; bx = bt * s
After:   it = iter(range(n)); ...; by = k(y); bx = by * s
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import gast

from .context import Context
from .nodes import children, copy_tree, is_name, walk, walk_scope
from .splice import truth
from .unroll import unroll

__all__ = ["check", "optimize"]


def optimize(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    tree = copy_tree(tree)
    tree = _Fold(ctx).visit(tree)
    _eta_reduce(tree, ctx)
    for _ in range(20):
        uses = _Uses(tree)
        changed = _Cleaner(uses, ctx).clean(tree.body)
        if not changed:
            break
    for _ in range(20):
        if not _nest_all(tree, ctx):
            break
    tree = _Fold(ctx).visit(tree)
    unroll(tree, ctx)
    for _ in range(20):
        if not _Cleaner(_Uses(tree), ctx).clean(tree.body):
            break
    _drop_empty(tree, ctx)
    _annotate(tree)
    return tree


# -- folding --------------------------------------------------------------------------------------------------------

class _Fold(gast.NodeTransformer):
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def visit_BinOp(self, node: Any) -> Any:
        """`unreduce(g, x, None, False) * x` repeats `g` in the shape of `x` only to multiply it with `x`."""
        self.generic_visit(node)
        if isinstance(node.op, gast.Mult):
            for repeated, other in ((node.left, node.right), (node.right, node.left)):
                if self.is_repeated(repeated) and ast_equal(repeated.args[1], other):
                    return gast.BinOp(left=repeated.args[0], op=node.op, right=other)
        return node

    def is_repeated(self, node: Any) -> bool:
        if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and len(node.args) == 4):
            return False
        made = self.ctx.spliced.get(node.func.id)
        return (getattr(made, "__name__", "") == "unreduce" and isinstance(node.args[2], gast.Constant)
                and node.args[2].value is None)

    def visit_UnaryOp(self, node: Any) -> Any:
        self.generic_visit(node)
        inner = node.operand
        if isinstance(node.op, gast.USub) and isinstance(inner, gast.UnaryOp) and isinstance(inner.op, gast.USub):
            return inner.operand
        if isinstance(node.op, gast.Not) and isinstance(inner, gast.Compare) and len(inner.ops) == 1:
            opposite = {gast.Is: gast.IsNot, gast.IsNot: gast.Is, gast.In: gast.NotIn, gast.NotIn: gast.In}
            if type(inner.ops[0]) in opposite:
                inner.ops = [opposite[type(inner.ops[0])]()]
                return inner
        return node

    def visit_If(self, node: Any) -> Any:
        """`if not c: A else: B` reads better the other way round, where `B` is not an `elif`."""
        self.generic_visit(node)
        test = node.test
        if (isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not) and node.orelse
                and not (len(node.orelse) == 1 and isinstance(node.orelse[0], gast.If))):
            node.test, node.body, node.orelse = test.operand, node.orelse, node.body
        return node


# -- eta reduction --------------------------------------------------------------------------------------------------

def _eta_reduce(tree: gast.FunctionDef, ctx: Context) -> None:
    """`def join(y): by = join1(y); return by` is `join1`."""
    alias: dict[str, str] = {}
    for node in walk(tree):
        if not (isinstance(node, gast.FunctionDef) and hasattr(node, "role") and node.role != "function"):
            continue
        target = _forwards(node, ctx)
        if target is not None:
            alias[node.name] = target
    for name in alias:
        target, seen = alias[name], {name}
        while target in alias and target not in seen:
            seen.add(target)
            target = alias[target]
        alias[name] = target
    if not alias:
        return
    for node in walk(tree):
        if isinstance(node, gast.Name) and node.id in alias and not isinstance(node.ctx, gast.Del):
            node.id = alias[node.id]
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, [s for s in block if not (isinstance(s, gast.FunctionDef) and s.name in alias)])
                for s in block:
                    if isinstance(s, gast.Delete):
                        s.targets = [t for t in s.targets if t.id not in alias]


def _forwards(node: gast.FunctionDef, ctx: Context) -> str | None:
    params = [a.id for a in node.args.args]
    body = node.body
    if len(body) == 2 and isinstance(body[0], gast.Assign) and isinstance(body[1], gast.Return):
        made, back = body
        call, target = made.value, made.targets[0]
        if ast_equal(target, back.value) and isinstance(call, gast.Call) and isinstance(call.func, gast.Name):
            if (not call.keywords and [getattr(a, "id", None) for a in call.args] == params
                    and (call.func.id in ctx.active_params and all(ctx.active_params[call.func.id])
                         and all(ctx.active_params.get(node.name, [False])))):
                return call.func.id
    return None


def ast_equal(a: Any, b: Any) -> bool:
    def names(node: Any) -> list[str]:
        return [n.id for n in walk(node) if isinstance(n, gast.Name)]

    return type(a) is type(b) and isinstance(a, (gast.Name, gast.Tuple)) and names(a) == names(b)


# -- copies and dead code -------------------------------------------------------------------------------------------

class _Uses:
    """How often each name is read and bound in the whole tree; names are unique but for adjoints."""

    def __init__(self, tree: Any) -> None:
        self.reads: Counter[str] = Counter()
        self.binds: Counter[str] = Counter()
        self.nonlocal_names: set[str] = set()
        for node in walk(tree):
            if isinstance(node, gast.Name):
                if isinstance(node.ctx, gast.Load):
                    self.reads[node.id] += 1
                else:
                    self.binds[node.id] += 1
            elif isinstance(node, gast.Nonlocal):
                self.nonlocal_names |= set(node.names)


class _Cleaner:
    def __init__(self, uses: _Uses, ctx: Context) -> None:
        self.uses, self.ctx, self.changed = uses, ctx, False

    def clean(self, body: list[Any]) -> bool:
        self.block(body)
        return self.changed

    def block(self, body: list[Any]) -> None:
        i = 0
        while i < len(body):
            node = body[i]
            if isinstance(node, gast.If):
                self.block(node.body)
                self.block(node.orelse)
            elif isinstance(node, gast.FunctionDef):
                if hasattr(node, "role"):
                    self.block(node.body)
            elif self.is_dead(node):
                del body[i]
                self.changed = True
                continue
            elif (self.is_copy(node) or self.is_relay(node, body[i + 1:])) and self.propagate(node, body, i):
                del body[i]
                self.changed = True
                continue
            i += 1

    def is_dead(self, node: Any) -> bool:
        if not isinstance(node, gast.Assign) or getattr(node, "declares", False):
            return False
        target = node.targets[0]
        return (len(node.targets) == 1 and isinstance(target, gast.Name) and not self.uses.reads[target.id]
                and target.id not in self.uses.nonlocal_names and is_pure(node.value, self.ctx))

    def is_copy(self, node: Any) -> bool:
        return self.is_temporary(node) and isinstance(node.value, gast.Name) and node.targets[0].id != node.value.id

    def is_temporary(self, node: Any) -> bool:
        """An assignment on the way back to a name that is bound here only."""
        if not (isinstance(node, gast.Assign) and len(node.targets) == 1 and not getattr(node, "declares", False)):
            return False
        target = node.targets[0]
        return (isinstance(target, gast.Name) and self.uses.binds[target.id] == 1
                and target.id not in self.uses.nonlocal_names and getattr(node, "backward", False))

    def is_relay(self, node: Any, rest: list[Any]) -> bool:
        """`bt = unbroadcast(by, t)` of which only `unbroadcast(bt, ...)` is taken: what is summed in two steps."""
        if not (self.is_temporary(node) and self.is_unbroadcast(node.value) and is_name(node.value.args[0])):
            return False
        name = node.targets[0].id
        relayed = sum(self.is_unbroadcast(n) and is_name(n.args[0], name) for s in rest for n in walk(s))
        return 0 < relayed == self.uses.reads[name]

    def is_unbroadcast(self, node: Any) -> bool:
        return isinstance(node, gast.Call) and self.ctx.support_name(node.func) == "unbroadcast"

    def propagate(self, node: Any, body: list[Any], at: int) -> bool:
        """`bt = by`: replaces `bt` by `by`, where `by` does not change while `bt` is read."""
        old, value = node.targets[0].id, node.value
        new = value.id if isinstance(value, gast.Name) else value.args[0].id
        rest = body[at + 1:]
        if new != self.ctx.support.get("ZERO") and (
                new in self.uses.nonlocal_names or self.uses.binds[new] > 1 and _rebound_later(new, rest)):
            return False
        found = _reads_of(old, rest, self.uses.reads[old])
        if found is None:
            return False  # read elsewhere too: an arm, a return behind it
        for read in found:
            read.id = new
        self.uses.reads[new] += self.uses.reads.pop(old, 0) - 1
        return True


def _reads_of(name: str, statements: list[Any], count: int) -> list[Any] | None:
    """The `count` reads of `name`, if they are all in these statements. What follows the last is not looked at."""
    found: list[Any] = []
    for statement in statements:
        if len(found) == count:
            break
        found += [n for n in walk(statement) if isinstance(n, gast.Name) and n.id == name]
    return found if len(found) == count else None


def _rebound_later(name: str, statements: list[Any]) -> bool:
    return any(isinstance(n, gast.Name) and n.id == name and not isinstance(n.ctx, gast.Load)
               for s in statements for n in walk(s))


def _reads(name: str, statements: list[Any]) -> int:
    return sum(isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Load)
               for s in statements for n in walk(s))


PURE_SUPPORT = {"unbroadcast", "frozen", "scatter"}


def is_pure(node: Any, ctx: Context) -> bool:
    """Whether evaluating `node` can only compute: leaving it out changes nothing but an error it might raise.

    Forward operations are kept even if unused: they may raise, and the user's program would too.
    """
    for inner in walk_scope(node):
        if isinstance(inner, gast.Call):
            support = ctx.support_name(inner.func)
            if support not in PURE_SUPPORT:
                return False
        elif isinstance(inner, (gast.BinOp, gast.Subscript, gast.Attribute, gast.Starred, gast.Await)):
            return False
    return True


# -- undoing A-normal form ------------------------------------------------------------------------------------------

def _nest_all(tree: gast.FunctionDef, ctx: Context) -> bool:
    uses = _Uses(tree)
    changed = False
    for node in walk(tree):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list) and (not isinstance(node, gast.FunctionDef) or hasattr(node, "role")):
                _join_scatters(block, ctx)
                changed |= _nest(block, uses, ctx)
    return changed


def _nest(body: list[Any], uses: _Uses, ctx: Context) -> bool:
    """`t = a * b; y = t + c` becomes `y = a * b + c`, where `t` is read there only."""
    changed = False
    i = 0
    while i + 1 < len(body):
        node, following = body[i], body[i + 1]
        name = _temporary(node, uses)
        if name is None or not isinstance(following, (gast.Assign, gast.Return, gast.Expr)) or (
                getattr(following, "declares", False)):
            i += 1
            continue
        if (getattr(node, "origin", None) != getattr(following, "origin", None)
                or getattr(node, "backward", False) != getattr(following, "backward", False)
                or not _is_first_read(name, following)):
            i += 1
            continue
        _Substitute(name, node.value).visit(following)
        del body[i]
        changed = True
        i = max(i - 1, 0)
    return changed


def _join_scatters(body: list[Any], ctx: Context) -> None:
    """`b = scatter(x, i, g); b = b + e` adds to `e` where that is a new array: `b = add_at(e, x, i, g)`."""
    for i, node in enumerate(body[:-1]):
        following = body[i + 1]
        if not (isinstance(node, gast.Assign) and isinstance(following, gast.Assign)):
            continue
        made, total = node.value, following.value
        if (isinstance(made, gast.Call) and ctx.support_name(made.func) == "scatter"
                and isinstance(total, gast.BinOp) and isinstance(total.op, gast.Add)
                and len(node.targets) == len(following.targets) == 1 and isinstance(node.targets[0], gast.Name)
                and is_name(following.targets[0], node.targets[0].id) and is_name(total.left, node.targets[0].id)
                and isinstance(total.right, gast.BinOp) and isinstance(total.right.op, gast.Mult)):
            made.func = ctx.use("add_at")
            made.args.insert(0, total.right)
            following.value = made
            body[i] = None
    body[:] = [s for s in body if s is not None]


def _temporary(node: Any, uses: _Uses) -> str | None:
    if not (isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name)):
        return None
    name: str = node.targets[0].id
    if uses.reads[name] != 1 or uses.binds[name] != 1 or name in uses.nonlocal_names:
        return None
    if isinstance(node.value, (gast.Name, gast.Constant)) or getattr(node, "declares", False):
        return None
    return name if _size(node.value) <= 14 else None


def _size(node: Any) -> int:
    return sum(isinstance(n, (gast.Name, gast.Constant, gast.Call, gast.BinOp)) for n in walk(node))


def _is_first_read(name: str, statement: Any) -> bool:
    """Whether the read of `name` comes before anything in `statement` that could see the difference."""
    value = statement.value
    if value is None or _size(value) > 14:
        return False
    for node in _in_order(value):
        if isinstance(node, gast.Name):
            if node.id == name:
                return True
        elif isinstance(node, (gast.Call, gast.Subscript)) and not _reads(name, [node]):
            return False
        elif isinstance(node, (gast.Lambda, gast.IfExp, gast.BoolOp, gast.ListComp, gast.GeneratorExp)):
            return False
    return False


def _in_order(node: Any) -> list[Any]:
    """Nodes in the order of evaluation, an operation before its operands."""
    found = [node]
    for child in children(node):
        if isinstance(child, gast.keyword):
            child = child.value
        found += _in_order(child)
    return found


class _Substitute(gast.NodeTransformer):
    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: Any) -> Any:
        return self.value if is_name(node, self.name) and isinstance(node.ctx, gast.Load) else node


# -- the look of it -------------------------------------------------------------------------------------------------

def _drop_empty(tree: gast.FunctionDef, ctx: Context) -> None:
    """Declarations of adjoints that nothing is added to."""
    uses = _Uses(tree)
    for node in walk(tree):
        if isinstance(node, gast.FunctionDef) and hasattr(node, "role"):
            for s in list(node.body):
                if getattr(s, "declares", False):
                    s.targets = [t for t in s.targets if uses.reads[t.id] or uses.binds[t.id] > 1
                                 or t.id in uses.nonlocal_names]
                    if not s.targets:
                        node.body.remove(s)


def _annotate(tree: gast.FunctionDef) -> None:
    for node in walk(tree):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                _annotate_block(block)


def _annotate_block(block: list[Any]) -> None:
    last: tuple[Any, bool] | None = None
    for node in block:
        if not hasattr(node, "origin") or isinstance(node, (gast.FunctionDef, gast.Nonlocal)) or (
                getattr(node, "declares", False)) or node.comment:
            continue
        here = (node.origin, bool(getattr(node, "backward", False)))
        if here != last and not (here[1] and isinstance(node, gast.Return)):
            node.comment = f"line {here[0]}, backward" if here[1] else f"line {here[0]}"
        last = here


def check(tree: gast.FunctionDef, ctx: Context | None = None) -> None:
    """Raises AssertionError unless `tree` keeps what `adjoint` promises, and nothing is left that must go."""
    from .adjoint import check as check_adjoint

    check_adjoint(tree, ctx)
    uses = _Uses(tree)
    for node in walk(tree):
        if isinstance(node, gast.IfExp):
            assert truth(node.test) is None, "a choice between constants"
        if isinstance(node, gast.FunctionDef) and hasattr(node, "role") and node.role != "function" and ctx is not None:
            assert _forwards(node, ctx) is None, f"{node.name} only hands its arguments on"
        if isinstance(node, gast.Assign) and getattr(node, "declares", False):
            idle = [t.id for t in node.targets if not uses.reads[t.id] and uses.binds[t.id] == 1
                    and t.id not in uses.nonlocal_names]
            assert not idle, f"{', '.join(idle)}: declared and never used"
