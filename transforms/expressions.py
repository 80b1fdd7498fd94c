"""Expressions as text: the half of the printer that makes no lines.

Takes for granted: gast expressions. `ctx` and locations are not looked at, nodes may be shared.

Guarantees: the text parses back to the same expression, with parentheses only where the grammar asks for them
or a walrus would be hard to read. A constant made by a pass that Python cannot spell (`-1` as one node,
infinity, NaN, a complex number with two parts) comes back as an expression of the same value and type.

    >>> import gast
    >>> Expressions().text(gast.parse("((a*b)+(c))**-(2)", mode="eval").body, TEST)
    '(a * b + c) ** -2'
"""

from __future__ import annotations

import math
import sys

import gast

__all__ = ["ATOM", "BARE", "NAMED", "SYMBOL", "TEST", "TUPLE", "Expressions"]

# Levels: what stands somewhere without parentheses has at least the level of the place. BARE: a yield too.
# NAMED: the one place for a bare walrus. TEST: what the grammar calls an expression.
BARE, TUPLE, NAMED, TEST, OR, AND, NOT, COMPARE, BIT_OR = range(9)
BIT_XOR, BIT_AND, SHIFT, SUM, PRODUCT, UNARY, POWER, AWAIT, NUMBER, ATOM = range(9, 19)

BINARY = {
    "BitOr": ("|", BIT_OR), "BitXor": ("^", BIT_XOR), "BitAnd": ("&", BIT_AND), "LShift": ("<<", SHIFT),
    "RShift": (">>", SHIFT), "Add": ("+", SUM), "Sub": ("-", SUM), "Mult": ("*", PRODUCT),
    "Div": ("/", PRODUCT), "Mod": ("%", PRODUCT), "FloorDiv": ("//", PRODUCT), "MatMult": ("@", PRODUCT),
    "Pow": ("**", POWER),
}  # fmt: skip
UNARY_OPS = {"Not": ("not ", NOT), "Invert": ("~", UNARY), "UAdd": ("+", UNARY), "USub": ("-", UNARY)}
COMPARISONS = {
    "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=",
    "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
}  # fmt: skip
NESTING = sys.version_info >= (3, 12)  # an f-string may hold its own quote and backslashes: PEP 701
SYMBOL = {name: symbol for name, (symbol, _) in BINARY.items()}


def closed(text, own, level):
    """`text`, whose precedence is `own`, in parentheses where `level` is asked."""
    return f"({text})" if own < level else text


class Expressions:
    """`text(node, level)` for any expression; what holds expressions has a method of its own."""

    def text(self, node, level):
        """`node` as it stands where `level` is the least precedence that needs no parentheses."""
        return getattr(self, "expr_" + type(node).__name__)(node, level)

    # What holds expressions.

    def parameter(self, name, default=None, star=""):
        text, equals = star + name.id, "="
        if name.annotation is not None:
            text, equals = f"{text}: {self.text(name.annotation, TEST)}", " = "
        return text if default is None else f"{text}{equals}{self.text(default, TEST)}"

    def arguments(self, node):
        names = node.posonlyargs + node.args
        defaults = [None] * (len(names) - len(node.defaults)) + node.defaults
        parts = [self.parameter(name, default) for name, default in zip(names, defaults)]
        if node.posonlyargs:
            parts.insert(len(node.posonlyargs), "/")
        if node.vararg is not None:
            parts.append(self.parameter(node.vararg, star="*"))
        elif node.kwonlyargs:
            parts.append("*")
        parts += [self.parameter(name, default) for name, default in zip(node.kwonlyargs, node.kw_defaults)]
        if node.kwarg is not None:
            parts.append(self.parameter(node.kwarg, star="**"))
        return ", ".join(parts)

    def call_arguments(self, args, keywords):
        parts = [self.text(arg, NAMED) for arg in args]
        for keyword in keywords:
            parts.append((f"{keyword.arg}=" if keyword.arg else "**") + self.text(keyword.value, TEST))
        return ", ".join(parts)

    def generators(self, node):
        parts = []
        for part in node.generators:
            target, source = self.text(part.target, TUPLE), self.text(part.iter, OR)
            parts.append(f"{' async' if part.is_async else ''} for {target} in {source}")
            parts += [f" if {self.text(test, OR)}" for test in part.ifs]
        return "".join(parts)

    def comma(self, nodes, level=TEST):
        return ", ".join([self.text(node, level) for node in nodes])

    # Atoms.

    def expr_Name(self, node, level):
        return node.id

    def expr_Constant(self, node, level):
        value = node.value
        if isinstance(value, str):
            return (getattr(node, "kind", None) or "") + repr(value)
        if isinstance(value, (int, float, complex)) and not isinstance(value, bool):
            text = _number(value)  # `1.real` is no expression, `-1` is an operation
            own = UNARY if text.startswith("-") else ATOM if text.endswith(")") else NUMBER
            return closed(text, own, level)
        return "..." if value is Ellipsis else repr(value)

    def expr_Attribute(self, node, level):
        return f"{self.text(node.value, ATOM)}.{node.attr}"

    def expr_Call(self, node, level):
        func, args = self.text(node.func, ATOM), self.call_arguments(node.args, node.keywords)
        if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], gast.GeneratorExp):
            return func + args
        return f"{func}({args})"

    def expr_Subscript(self, node, level):
        index = node.slice
        if isinstance(index, gast.Tuple) and index.elts:
            inside = self.comma(index.elts) + ("," if len(index.elts) == 1 else "")
        else:
            inside = self.text(index, TEST)
        return f"{self.text(node.value, ATOM)}[{inside}]"

    def expr_Slice(self, node, level):
        lower = "" if node.lower is None else self.text(node.lower, TEST)
        upper = "" if node.upper is None else self.text(node.upper, TEST)
        step = "" if node.step is None else ":" + self.text(node.step, TEST)
        return f"{lower}:{upper}{step}"

    def expr_Tuple(self, node, level):
        if len(node.elts) == 1:
            return f"({self.text(node.elts[0], TEST)},)"
        text = self.comma(node.elts)
        return closed(text, TUPLE, level) if text else "()"

    def expr_List(self, node, level):
        return f"[{self.comma(node.elts)}]"

    def expr_Set(self, node, level):
        return f"{{{self.comma(node.elts) or '*()'}}}"

    def expr_Dict(self, node, level):
        pairs = []
        for key, value in zip(node.keys, node.values):
            if key is None:
                pairs.append(f"**{self.text(value, BIT_OR)}")
            else:
                pairs.append(f"{self.text(key, TEST)}: {self.text(value, TEST)}")
        return f"{{{', '.join(pairs)}}}"

    def expr_ListComp(self, node, level):
        return f"[{self.text(node.elt, TEST)}{self.generators(node)}]"

    def expr_SetComp(self, node, level):
        return f"{{{self.text(node.elt, TEST)}{self.generators(node)}}}"

    def expr_GeneratorExp(self, node, level):
        return f"({self.text(node.elt, TEST)}{self.generators(node)})"

    def expr_DictComp(self, node, level):
        return f"{{{self.text(node.key, TEST)}: {self.text(node.value, TEST)}{self.generators(node)}}}"

    # Operations.

    def expr_BinOp(self, node, level):
        symbol, own = BINARY[type(node.op).__name__]
        if own == POWER:  # leans to the right, and `2 ** -1` needs no parentheses
            return closed(f"{self.text(node.left, POWER + 1)} ** {self.text(node.right, UNARY)}", own, level)
        links = [(symbol, node.right)]
        left = node.left  # a long sum leans to the left: walk down it in a loop
        while isinstance(left, gast.BinOp) and BINARY[type(left.op).__name__][1] == own:
            links.append((BINARY[type(left.op).__name__][0], left.right))
            left = left.left
        parts = [self.text(left, own)]
        for symbol, right in reversed(links):
            parts += [symbol, self.text(right, own + 1)]
        return closed(" ".join(parts), own, level)

    def expr_UnaryOp(self, node, level):
        symbol, own = UNARY_OPS[type(node.op).__name__]
        return closed(symbol + self.text(node.operand, own), own, level)

    def expr_BoolOp(self, node, level):
        symbol, own = (" and ", AND) if isinstance(node.op, gast.And) else (" or ", OR)
        return closed(symbol.join([self.text(value, own + 1) for value in node.values]), own, level)

    def expr_Compare(self, node, level):
        parts = [self.text(node.left, COMPARE + 1)]
        for op, right in zip(node.ops, node.comparators):
            parts += [COMPARISONS[type(op).__name__], self.text(right, COMPARE + 1)]
        return closed(" ".join(parts), COMPARE, level)

    def expr_NamedExpr(self, node, level):
        text = f"{node.target.id} := {self.text(node.value, TEST)}"
        return text if level == NAMED else f"({text})"

    def expr_Lambda(self, node, level):
        head = f"lambda {self.arguments(node.args)}".rstrip()
        return closed(f"{head}: {self.text(node.body, TEST)}", TEST, level)

    def expr_IfExp(self, node, level):
        text = f"{self.text(node.body, OR)} if {self.text(node.test, OR)} else {self.text(node.orelse, TEST)}"
        return closed(text, TEST, level)

    def expr_Await(self, node, level):
        return closed(f"await {self.text(node.value, ATOM)}", AWAIT, level)

    def expr_Yield(self, node, level):
        value = "" if node.value is None else " " + self.text(node.value, TUPLE)
        return closed("yield" + value, BARE, level)

    def expr_YieldFrom(self, node, level):
        return closed(f"yield from {self.text(node.value, TEST)}", BARE, level)

    def expr_Starred(self, node, level):
        return f"*{self.text(node.value, BIT_OR)}"

    # F-strings.

    def expr_JoinedStr(self, node, level):
        prefix = "t" if type(node).__name__ == "TemplateStr" else "f"
        pieces = self.fields(node)
        codes = [text for is_code, text in pieces if is_code]
        fitting = [
            quote
            for quote in ("'", '"', "'''", '"""')  # for the reader no quote within its like
            if not any(quote in code or "\\" in code for code in codes)
        ]
        if not fitting and not NESTING:
            return self.format_call(node)
        quote = fitting[0] if fitting else "'"
        inside = [text if is_code else _escape(text, quote[0]) for is_code, text in pieces]
        return prefix + quote + "".join(inside) + quote

    expr_TemplateStr = expr_JoinedStr

    def fields(self, node):
        """The pieces of an f-string or of a format specification: (is it code?, text)."""
        pieces = []
        for part in node.values:
            if isinstance(part, gast.Constant):
                pieces.append((False, part.value.replace("{", "{{").replace("}", "}}")))
                continue
            code = self.text(part.value, OR)
            code = ("{ " if code.startswith("{") else "{") + code
            pieces.append((True, code if part.conversion in (-1, None) else f"{code}!{chr(part.conversion)}"))
            if part.format_spec is not None:
                pieces += [(False, ":"), *self.fields(part.format_spec)]
            pieces.append((False, "}"))
        return pieces

    def format_call(self, node):
        """An f-string that this Python cannot spell, as a call of `str.format`: same values, same order."""
        template, values = "", []

        def add(node):
            nonlocal template
            for part in node.values:
                if isinstance(part, gast.Constant):
                    template += part.value.replace("{", "{{").replace("}", "}}")
                    continue
                values.append(part.value)
                template += "{" + ("" if part.conversion == -1 else f"!{chr(part.conversion)}")
                if part.format_spec is not None:
                    template += ":"
                    add(part.format_spec)
                template += "}"

        add(node)
        return f"{template!r}.format({self.comma(values)})"


def _number(value):
    """A number that is not a bool, as an expression; it starts with `-` if it is an operation."""
    if isinstance(value, complex):
        real, imag = value.real, value.imag
        size = "1e999j" if math.isinf(imag) else repr(complex(0.0, abs(imag)))
        if repr(real) == "0.0" and repr(imag)[0] not in "-n":
            return size
        if imag != imag or "-0.0" in (repr(real), repr(imag)):  # no sum keeps these
            return f"complex({_number(real)}, {_number(imag)})"
        return f"({_number(real)} {'-' if imag < 0 else '+'} {size})"
    if isinstance(value, float) and not math.isfinite(value):
        return "(1e999 - 1e999)" if value != value else "1e999" if value > 0 else "-1e999"
    return hex(value) if isinstance(value, int) and value.bit_length() > 10_000 else repr(value)


def _escape(text, quote):
    """`text` as it stands between quotes; a letter only where Python would not print it."""
    if text.isprintable() and "\\" not in text and quote not in text:
        return text
    return "".join(
        ["\\" + c if c in ("\\", quote) else c if c.isprintable() else repr(c)[1:-1] for c in text]
    )
