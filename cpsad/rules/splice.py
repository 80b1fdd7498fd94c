"""A rule's source as a template: what the adjoint pass splices into the code it generates.

The file of a rule is parsed once; a rule is found in it by its line.
"""

from __future__ import annotations

import ast
import linecache
from typing import Any

import gast

from ..transforms.splice import Template
from .helpers import masked

__all__ = ["masking_template_of", "template_of"]

_files: dict[str, dict[int, list[Any]]] = {}
_templates: dict[int, tuple[Any, Template]] = {}
_masking: dict[int, tuple[Any, Template]] = {}
_MASKED = {"masked", "divided", "divisor"}  # helpers whose results are 0 where `g` is 0


def template_of(rule: Any) -> Template | None:
    """The template of a rule's pullback, or None if it has none."""
    function = rule.pullback
    if function is None:
        return None
    found = _templates.get(id(function))
    if found is None or found[0] is not function:
        found = function, _make(function)
        _templates[id(function)] = found
    return found[1]


def masking_template_of(rule: Any) -> Template | None:
    """The template of an elementwise rule, by which a cotangent of 0 stays 0 where the slope is infinite or not a number."""
    template = template_of(rule)
    if template is None:
        return None
    found = _masking.get(id(template))
    if found is None or found[0] is not template:
        result = template.result
        parts = [_masked(p, template) for p in (result.elts if isinstance(result, gast.Tuple) else [result])]
        made = gast.Tuple(elts=parts, ctx=gast.Load()) if isinstance(result, gast.Tuple) else parts[0]
        namespace = {**template.namespace, "masked": masked}
        found = template, Template(template.name, template.args, template.body, made, namespace)
        _masking[id(template)] = found
    return found[1]


def _masked(result: Any, template: Template) -> Any:
    """`masked(g, result)`, unless the result is 0 with `g` in any case."""
    g = template.args.args[0].id if template.args.args else template.args.posonlyargs[0].id
    names = {n.id for n in gast.walk(result) if isinstance(n, gast.Name)}
    helper = result.func.id if isinstance(result, gast.Call) and isinstance(result.func, gast.Name) else None
    if names <= {g} or helper in _MASKED:
        return result
    call = gast.Call(func=gast.Name(id="masked", ctx=gast.Load(), annotation=None, type_comment=None),
                     args=[gast.Name(id=g, ctx=gast.Load(), annotation=None, type_comment=None), result], keywords=[])
    return call


def _make(function: Any) -> Template:
    node = gast.ast_to_gast(_node_of(function))
    if isinstance(node, gast.Lambda):
        body, result = [], node.body
    else:
        *body, last = node.body
        if body and isinstance(body[0], gast.Expr) and isinstance(body[0].value, gast.Constant):
            body = body[1:]
        check_form(function, body, last)
        result = last.value
    if result is None or isinstance(result, gast.Constant) and result.value is None:
        raise unfit(function, "returns nothing; it returns the cotangent of the first argument, or a tuple")
    params = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    if isinstance(result, gast.Tuple) and len(result.elts) > len(params) - 2 and node.args.vararg is None:
        raise unfit(function, f"returns {len(result.elts)} cotangents for {len(params) - 2} arguments")
    namespace = function.__globals__
    if function.__closure__:  # a rule made for several primitives
        cells = zip(function.__code__.co_freevars, function.__closure__, strict=True)
        namespace = {**namespace, **{name: cell.cell_contents for name, cell in cells}}
    return Template(function.__name__, node.args, body, result, namespace)


def check_form(function: Any, body: list[Any], last: Any) -> None:
    """Raises a TypeError where a rule does not run from its first statement to its one return: it is spliced, not called."""
    inner = (gast.FunctionDef, gast.Lambda, gast.ClassDef)
    todo = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, gast.Return):
            raise unfit(function, "returns in several places; it ends in its one return: choose by an expression (np.where, "
                        "a if c else b), or call a function that branches")
        if not isinstance(node, inner):
            todo += gast.iter_child_nodes(node)
    if not isinstance(last, gast.Return):
        raise unfit(function, "ends without a return")


def unfit(function: Any, what: str) -> TypeError:
    code = function.__code__
    return TypeError(f"the rule {function.__name__} ({code.co_filename}, line {code.co_firstlineno}) {what}")


def _node_of(function: Any) -> Any:
    code = function.__code__
    by_line = _files.get(code.co_filename)
    if by_line is None or code.co_firstlineno not in by_line:
        text = "".join(linecache.getlines(code.co_filename, function.__globals__))
        by_line = {}
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Lambda, ast.FunctionDef)):
                line = node.decorator_list[0].lineno if getattr(node, "decorator_list", None) else node.lineno
                by_line.setdefault(line, []).append(node)
        _files[code.co_filename] = by_line
    params = code.co_varnames[: code.co_argcount]
    for node in by_line.get(code.co_firstlineno, ()):
        if tuple(a.arg for a in node.args.posonlyargs + node.args.args) == params:
            return node
    from ..transforms.source import of_function

    return gast.gast_to_ast(of_function(function).tree)
