"""What a nested function has captured, for gradients of that function inside the differentiated one.

`grad(lambda y: x * y)` differentiates the plain lambda, at a level of its own, where `x` is a constant. At the level of
the code that defines it `x` carries a derivative. So where a nested function may get away (be passed on, stored or
returned: its gradient may be asked for), its captured variables can be put on the heap while code runs that reads them by
identity, and what has been added there goes to their adjoints:

    def f_within(heap, run):
        nonlocal bx
        heap.put(x)
        results = run()
        bx = heap.settle(x, accumulate(bx, heap.take(x)))      (of an array; of a number: without `settle`)
        return results

`convert` is the other side: in a program that is transformed again, a variable of the code around it is read once, where
the function starts, as if from a container.

Before:  def f_adj(heap, k, y): ... x * y ...        (x: of an enclosing function)
After:   def f_adj(heap, k, y): x1 = captured(x); ... x1 * y ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from .cells import Replace
from .checks import is_form
from .context import Context
from .memory import ARRAYS
from .nodes import (
    assign,
    at,
    attribute,
    call,
    def_,
    expr_stmt,
    free_names,
    load,
    parameters,
    ret,
    store,
    stores,
    walk,
)

if TYPE_CHECKING:
    from .adjoint import Frame

__all__ = ["add_within", "convert", "escaping"]


def convert(tree: gast.FunctionDef, ctx: Context) -> gast.FunctionDef:
    """Reads captured variables through `captured`."""
    head = []
    for name in sorted(free_names(tree)):
        if ctx.resolver.captures(name):
            new = ctx.names.fresh(name)
            ctx.captured.add(name)
            head.append(assign(new, call(ctx.use("captured"), load(name)), tree))
            rename = _Rename(name, new)
            tree.body = [made for s in tree.body for made in rename.statement(s)]
    tree.body[:0] = head
    return tree


class _Rename(Replace):
    def place(self, ctx: Any) -> Any:
        return gast.Name(id=self.cell, ctx=ctx, annotation=None, type_comment=None)

    def inside(self, node: Any) -> None:
        body = node.body if isinstance(node.body, list) else [node.body]
        if self.variable not in {*parameters(node.args), *stores(body)}:
            super().inside(node)


# -- where functions are defined ------------------------------------------------------------------------------------

def escaping(tree: gast.FunctionDef, ctx: Context) -> set[str]:
    """Names of the nested functions that may get to where their gradient is asked for: those used but to be called, and
    those called by such."""
    functions = {n.nested_of: n for n in walk(tree) if isinstance(n, gast.FunctionDef) and getattr(n, "nested_of", None)}
    if not functions:
        return set()
    used: set[str] = set()
    called: dict[str, set[str]] = {}
    _look(tree, "", functions, used, called, ctx)
    todo = list(used)
    while todo:
        for name in called.get(todo.pop(), ()):
            if name not in used:
                used.add(name)
                todo.append(name)
    return used


def _look(node: Any, inside: str, functions: dict[str, Any], used: set[str], called: dict[str, set[str]], ctx: Context) -> None:
    if isinstance(node, gast.FunctionDef):
        if not hasattr(node, "role"):  # the plain function beside its CPS form
            return
        inside = getattr(node, "nested_of", None) or inside
    elif is_form(node, ctx) and isinstance(node.func.args[0], gast.Name):
        called.setdefault(inside, set()).add(node.func.args[0].id)
        for child in [*node.args, *node.keywords]:
            _look(child, inside, functions, used, called, ctx)
        return
    elif isinstance(node, gast.Call) and ctx.support_name(node.func) == "attach":
        return
    elif isinstance(node, gast.Name) and node.id in functions and isinstance(node.ctx, gast.Load):
        used.add(node.id)
    for child in gast.iter_child_nodes(node):
        _look(child, inside, functions, used, called, ctx)


def add_within(frame: Frame, out: list[Any]) -> list[Any]:
    """Behind nested functions that escape, what runs code within their captured variables."""
    made: list[Any] = []
    for node in out:
        tied = node.value.args[0].id if is_tie(node, frame.ctx) else None
        if tied in frame.ctx.escaping and (within := _within(frame, made[-1], tied)) is not None:
            made.append(within)
            node.value.keywords.append(gast.keyword(arg="within", value=load(within.name)))
        made.append(node)
    return made


def is_tie(node: Any, ctx: Context) -> bool:
    """Whether a statement is `attach(function, its CPS form)`."""
    return (isinstance(node, gast.Expr) and isinstance(node.value, gast.Call)
            and ctx.support_name(node.value.func) == "attach")


def _within(frame: Frame, form: Any, name: str) -> Any:
    ctx = frame.ctx
    variables = [n for n in sorted(free_names(form)) if n in ctx.facts and ctx.facts[n].active and frame.binder(n) is not None]
    if not variables:
        return None
    heap, run, results = ctx.names.fresh("heap"), ctx.names.fresh("run"), ctx.names.fresh("results")
    puts, takes, outer = [], [], []
    for variable in variables:
        adjoint = frame.adjoint_name(variable)
        outer.append(adjoint)
        if variable in frame.bound:
            frame.shared[variable] = None
        else:
            frame.touch(variable)
        puts.append(expr_stmt(call(attribute(load(heap), "put"), load(variable)), form))
        total = call(ctx.use("accumulate"), load(adjoint), call(attribute(load(heap), "take"), load(variable)))
        if ctx.facts[variable].kind in ARRAYS:  # which may be written into before, after the function was defined
            total = call(attribute(load(heap), "settle"), load(variable), total)
        takes.insert(0, assign(store(adjoint), total, form))
    body = [at(gast.Nonlocal(names=outer), form), *puts, assign(results, call(load(run)), form), *takes, ret(load(results), form)]
    made = def_(ctx.names.fresh(f"{name}_within"), [heap, run], body, form)
    made.comment = f"what {name} has captured"
    made.role, made.answers, made.captures = "within", True, True
    return made
