"""The printer: a gast tree of any stage becomes text that a person would write.

Takes for granted: a gast tree (`Module`, any statement, any expression, or a list of statements) that is a
legal program. Statements may carry `origin` (line in the user's file) and `comment`; nothing else is asked of
the nodes: locations may be missing, nodes may be shared between places.

Guarantees: the text parses back to the same tree (for constants that Python cannot spell see `expressions`);
the tree is not changed; each statement is one line (a docstring keeps its lines), never broken for length;
parentheses only where the grammar asks for them or a walrus would be hard to read. A very deep tree is
printed with the recursion limit raised for that call only.

    >>> import gast
    >>> print(to_text(gast.parse("y = ((a*b)+c)**2 ;  (s,t) = f( -x )")), end="")
    y = (a * b + c) ** 2
    s, t = f(-x)

This is the only file that knows astor. Its `SourceGenerator` gives the dispatch over statements, their bodies
and the simple ones. Written here: lines with their comments and origins, and what astor does not know (gast's
nodes, `match`, `except*`, type parameters). Expressions are in `expressions.py`: astor writes precedences
into the nodes, changes nested quotes in f-strings, and needs `ast.Str`, which is gone in 3.14.
"""

from __future__ import annotations

import sys
import warnings

import gast

from .expressions import ATOM, BARE, NAMED, SYMBOL, TEST, TUPLE, Expressions

with warnings.catch_warnings():  # astor looks up ast.Num and others, deprecated since 3.12
    warnings.simplefilter("ignore", DeprecationWarning)
    from astor.code_gen import SourceGenerator

__all__ = ["to_text", "to_text_with_lines"]

WIDTH = 110  # a comment that would pass this column stands on a line of its own


def to_text(tree) -> str:
    """The text of a gast tree or of a list of statements, with its comments."""
    return to_text_with_lines(tree)[0]


def to_text_with_lines(tree) -> tuple[str, dict[int, int]]:
    """The text, and for each of its lines that belongs to a statement with an `origin`, the user's line."""
    try:
        return _print(tree)
    except RecursionError:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + 40_000)
        try:
            return _print(tree)
        finally:
            sys.setrecursionlimit(limit)


def _print(tree):
    printer = Printer()
    printer.write(*tree) if isinstance(tree, list) else printer.write(tree)
    printer.newline()
    return "".join([line + "\n" for line in printer.lines]), printer.origins


class Printer(Expressions, SourceGenerator):
    """`visit_X` writes a statement; `text`, from `Expressions`, gives an expression as a string."""

    def __init__(self):
        super().__init__("    ")
        self.lines = []  # finished lines
        self.origins = {}  # line number in the text -> line in the user's file
        self.owner = None  # the statement that the line being written belongs to
        self.comment = None
        self.margin = ""
        self.gap = False  # a blank line comes first

    # Lines. Astor's `write` collects the pieces of one line in `self.result`.

    def newline(self, node=None, extra=0):
        """Finish the line being written and begin one that belongs to `node`."""
        if self.result:
            text = self.margin + "".join(self.result)
            self.result.clear()
            if self.gap and self.lines:
                self.lines.append("")
            self.gap = False
            first = len(self.lines) + 1
            if self.comment:
                if "\n" in text or "\n" in self.comment or len(text) + len(self.comment) + 4 > WIDTH:
                    self.lines += [f"{self.margin}# {line}".rstrip() for line in self.comment.split("\n")]
                else:
                    text = f"{text}  # {self.comment}"
            self.lines += text.split("\n")
            origin = getattr(self.owner, "origin", None)
            if origin is not None:
                self.origins.update(dict.fromkeys(range(first, len(self.lines) + 1), origin))
        self.owner = node
        self.comment = getattr(node, "comment", None)
        self.margin = self.indent_with * self.indentation
        self.gap = self.gap or bool(extra)

    def visit(self, node):
        if isinstance(node, gast.expr):
            self.write(self.text(node, TEST))
        else:
            super().visit(node)

    def body(self, statements):
        if statements:
            super().body(statements)
        else:
            self.indentation += 1
            self.statement(None, "pass")
            self.indentation -= 1

    def docstring_body(self, node):
        """The body of a function, class or module whose first statement may be a docstring."""
        first = node.body[0] if node.body else None
        text = getattr(getattr(first, "value", None), "value", None)
        if not isinstance(first, gast.Expr) or not isinstance(text, str):
            return self.body(node.body)
        self.indentation += 1
        self.statement(first, _docstring(text, getattr(first.value, "kind", None) or ""))
        self.write(*node.body[1:])
        self.indentation -= 1

    def comma_list(self, items, trailing=False):
        for index, item in enumerate(items):
            self.write(", " if index else "", item)
        self.write("," if trailing else "")

    # Statements that astor does not print, or not as gast has them. The rest is inherited.

    def visit_Module(self, node):
        self.indentation -= 1
        self.docstring_body(node)
        self.indentation += 1

    def visit_Expr(self, node):
        self.statement(node, self.text(node.value, BARE))

    def visit_Assign(self, node):
        targets = [self.text(target, TUPLE) + " = " for target in node.targets]
        self.statement(node, *targets, self.text(node.value, BARE))

    def visit_AugAssign(self, node):
        target, value = self.text(node.target, TEST), self.text(node.value, BARE)
        self.statement(node, f"{target} {SYMBOL[type(node.op).__name__]}= {value}")

    def visit_AnnAssign(self, node):
        target = self.text(node.target, TEST)
        if isinstance(node.target, gast.Name) and not node.simple:
            target = f"({target})"
        self.statement(node, target, ": ", node.annotation)
        if node.value is not None:
            self.write(" = ", self.text(node.value, BARE))

    def visit_TypeAlias(self, node):
        self.statement(node, "type ", node.name, self.type_params(node), " = ", node.value)

    def visit_Return(self, node):
        value = [] if node.value is None else [" ", self.text(node.value, TUPLE)]
        self.statement(node, "return", *value)

    def visit_Assert(self, node):
        self.statement(node, "assert ", node.test)
        self.conditional_write(", ", node.msg)

    def visit_FunctionDef(self, node, is_async=False):
        self.decorators(node, not self.indentation)
        self.statement(node, "async def " if is_async else "def ", node.name, self.type_params(node))
        self.write("(", self.arguments(node.args), ")")
        self.conditional_write(" -> ", node.returns)
        self.write(":")
        self.docstring_body(node)

    def visit_ClassDef(self, node):
        self.decorators(node, not self.indentation)
        self.statement(node, "class ", node.name, self.type_params(node))
        if node.bases or node.keywords:
            self.write("(", self.call_arguments(node.bases, node.keywords), ")")
        self.write(":")
        self.docstring_body(node)

    def decorators(self, node, extra):
        self.newline(extra=extra)
        for decorator in node.decorator_list:
            self.newline(node)
            self.comment = None  # it stands on the `def` line
            self.write("@", decorator)

    def visit_If(self, node):
        keyword = "if "
        while True:
            self.statement(node, keyword, self.text(node.test, NAMED), ":")
            self.body(node.body)
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], gast.If):
                return self.else_body(node.orelse)
            keyword, node = "elif ", node.orelse[0]

    def visit_While(self, node):
        self.statement(node, "while ", self.text(node.test, NAMED), ":")
        self.body_or_else(node)

    def visit_For(self, node, is_async=False):
        target = self.text(node.target, TUPLE)
        self.statement(node, "async for " if is_async else "for ", target, " in ", node.iter, ":")
        self.body_or_else(node)

    def visit_With(self, node, is_async=False):
        items = [self.text(item.context_expr, TEST) for item in node.items]
        if len(items) == 1 and isinstance(node.items[0].context_expr, gast.Tuple):
            items = [f"({items[0]})"]  # `with (a, b):` has two items
        for index, item in enumerate(node.items):
            if item.optional_vars is not None:
                items[index] += " as " + self.text(item.optional_vars, TEST)
        self.statement(node, "async with " if is_async else "with ", ", ".join(items), ":")
        self.body(node.body)

    def visit_Try(self, node, star=""):
        self.statement(node, "try:")
        self.body(node.body)
        for handler in node.handlers:
            self.statement(handler, "except", star)
            self.conditional_write(" ", handler.type)
            self.conditional_write(" as ", handler.name)
            self.write(":")
            self.body(handler.body)
        self.else_body(node.orelse)
        if node.finalbody:
            self.statement(None, "finally:")
            self.body(node.finalbody)

    def visit_TryStar(self, node):
        self.visit_Try(node, "*")

    def visit_Match(self, node):
        self.statement(node, "match ", self.text(node.subject, NAMED), ":")
        self.indentation += 1
        for case in node.cases:
            self.statement(case, "case ", self.pattern(case.pattern))
            if case.guard is not None:
                self.write(" if ", self.text(case.guard, NAMED))
            self.write(":")
            self.body(case.body)
        self.indentation -= 1

    # Parts of statements, as text.

    def pattern(self, node, level=0):
        """`level` 0: anything, 1: no `as`, 2: neither `as` nor `|`."""
        kind = type(node).__name__
        if kind == "MatchValue":
            return self.text(node.value, TEST)
        if kind == "MatchSingleton":
            return repr(node.value)
        if kind == "MatchStar":
            return f"*{node.name or '_'}"
        if kind == "MatchSequence":
            return f"[{', '.join([self.pattern(p) for p in node.patterns])}]"
        if kind == "MatchMapping":
            pairs = [f"{self.text(k, TEST)}: {self.pattern(p)}" for k, p in zip(node.keys, node.patterns)]
            return "{" + ", ".join(pairs + ([f"**{node.rest}"] if node.rest else [])) + "}"
        if kind == "MatchClass":
            parts = [self.pattern(p) for p in node.patterns]
            parts += [f"{name}={self.pattern(p)}" for name, p in zip(node.kwd_attrs, node.kwd_patterns)]
            return f"{self.text(node.cls, ATOM)}({', '.join(parts)})"
        if kind == "MatchOr":
            text = " | ".join([self.pattern(p, 2) for p in node.patterns])
            return f"({text})" if level > 1 else text
        if node.pattern is None:  # MatchAs
            return node.name or "_"
        text = f"{self.pattern(node.pattern, 1)} as {node.name}"
        return f"({text})" if level else text

    def type_params(self, node):
        parts = []
        for param in getattr(node, "type_params", None) or []:
            star = {"TypeVarTuple": "*", "ParamSpec": "**"}.get(type(param).__name__, "")
            bound, default = getattr(param, "bound", None), getattr(param, "default_value", None)
            text = star + param.name + (f": {self.text(bound, TEST)}" if bound is not None else "")
            parts.append(text + (f" = {self.text(default, TEST)}" if default is not None else ""))
        return f"[{', '.join(parts)}]" if parts else ""


def _docstring(text, prefix):
    """`text` between triple quotes, with its lines as they are; escapes only where there is no other way."""
    lines = [
        "".join([c if c.isprintable() and c != "\\" or c == "\t" else repr(c)[1:-1] for c in line])
        for line in text.split("\n")
    ]
    body = "\n".join(lines).replace('"""', '\\"\\"\\"')
    if body.endswith('"'):
        body = body[:-1] + '\\"'
    return f'{prefix}"""{body}"""'
