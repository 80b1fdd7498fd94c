"""The adjoint of one statement: what is added to its forward form, and what is done on the way back.

A statement's kind decides (docs/design.md): a primitive with a rule has the rule's body spliced in; a mover puts its
arguments on the heap and takes them back; a read gives its adjoint to the heap; everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gast

from .access import Access
from .analysis import NUMERIC, OPERATORS, SET_ALGEBRA
from .context import Fact
from .memory import outputs
from .nodes import assign, at, call, const, copy_tree, expr_stmt, load, walk
from .splice import Mismatch, bind_arguments, splice
from .updates import IN_PLACE, Updates

if TYPE_CHECKING:
    from .adjoint import Frame

__all__ = ["Statements"]

Backward = Callable[[set[str], list[Any]], None]
ADDITIVE = (gast.Add, gast.Mult, gast.Mod)


class Statements(Access, Updates):
    """Collects forward statements, and for each what to do on the way back."""

    def __init__(self, frame: Frame, outer: Statements | None = None, attempted: bool = False) -> None:
        """`attempted`: a handler covers the statements; `outer`: of one with effects, what comes before the attempt."""
        self.frame, self.ctx, self.attempted = frame, frame.ctx, attempted
        self.outer = outer or self
        self.forward: list[Any] = []
        self.backward: list[Backward] = []

    def add(self, node: Any) -> None:
        if isinstance(node, gast.Assign) and not getattr(node, "declares", False):
            target = node.targets[0]
            if isinstance(target, gast.Tuple):
                self.unpack(node, target)
            elif isinstance(target, gast.Subscript):
                self.store_item(node, target)
            elif isinstance(target, gast.Attribute):
                self.store_attribute(node, target)
            else:
                self.guard_alias(node, target.id)
                copies = self.copies(node.value)
                self.compute(node, node.value, target.id)
                if copies or not isinstance(node.value, (gast.Subscript, gast.Attribute)):
                    self.collect(node, target.id)
        elif isinstance(node, gast.Expr):
            self.compute(node, node.value, None)
        else:
            if isinstance(node, gast.FunctionDef):
                for default in [*node.args.defaults, *node.args.kw_defaults]:
                    if default is not None:
                        self.put(default, node)
            elif isinstance(node, gast.Delete) and isinstance(node.targets[0], gast.Subscript):
                self.put_key(node.targets[0], node)
            self.forward.append(node)

    # -- helpers ----------------------------------------------------------------------------------------------

    def on_heap(self, method: str, *args: Any) -> gast.Call:
        return self.frame.on_heap(method, *args)

    def pull(self, back: Callable[[Any, set[str], list[Any]], None], name: str | None) -> None:
        """Registers a backward step that wants the adjoint of `name` and is left out where there is none."""
        if name is None:
            return

        def step(have: set[str], out: list[Any]) -> None:
            cotangent = self.frame.current(name, have)
            if cotangent is not None:
                back(cotangent, have, out)

        self.backward.append(step)

    def contribute(self, arg: Any, value: Any, have: set[str], out: list[Any], like: Any) -> None:
        self.frame.contribute(arg.id, value, have, out, like)

    def put(self, arg: Any, like: Any) -> None:
        """`arg` is about to be stored: it goes on the heap, and comes back with what its readers gave."""
        if not self.frame.active(arg):
            self.keep_constant(arg, like)
            return
        self.outer.forward.append(expr_stmt(self.on_heap("put", load(arg.id)), like))
        self.outer.backward.append(lambda have, out: self.contribute(
            arg, self.on_heap("take", load(arg.id)), have, out, like))

    def put_key(self, place: gast.Subscript, like: Any) -> None:
        """If there is no such item, the exception will hold the key."""
        if self.attempted and self.frame.fact(place.value).kind not in ("o", *NUMERIC, "l", "t"):
            self.put_parts(place.slice, like)

    def rows(self, arg: Any, like: Any) -> Any:
        """`arg` is about to be iterated over: an array's rows are put on the heap."""
        if not self.frame.active(arg):
            unknown = isinstance(arg, gast.Name) and self.frame.fact(arg).kind == "o"
            return self.on_heap("iterable", arg) if unknown else arg
        name = self.ctx.names.fresh("rows")
        self.ctx.locals.add(name)
        self.forward.append(assign(name, self.on_heap("rows", load(arg.id)), like))
        self.backward.append(lambda have, out: self.contribute(
            arg, self.on_heap("unrows", load(arg.id), load(name)), have, out, like))
        return load(name)

    def read(self, name: str | None, like: Any) -> None:
        """`name` was read from somewhere: its adjoint goes there, through the heap."""
        if name is not None and self.frame.fact(load(name)).active:
            self.pull(lambda g, have, out: out.append(expr_stmt(self.on_heap("add", load(name), g), like)), name)

    def numeric(self, operand: Any) -> Any:
        """An operand of arithmetic: of a value of unknown kind it is checked that it is a number or an array."""
        if isinstance(operand, gast.Name) and self.frame.fact(operand).kind not in NUMERIC:
            self.frame.checked.add(operand.id)
            return call(self.ctx.use("numeric"), operand)
        return operand

    # -- statements that compute ------------------------------------------------------------------------------

    def compute(self, node: Any, value: Any, name: str | None) -> None:
        if isinstance(value, gast.BinOp):
            self.operator(node, value, name, [value.left, value.right])
        elif isinstance(value, gast.UnaryOp) and not isinstance(value.op, gast.Not):
            self.operator(node, value, name, [value.operand])
        elif isinstance(value, gast.Subscript):
            self.item(node, value, name)
        elif isinstance(value, gast.Attribute):
            self.attribute(node, value, name)
        elif isinstance(value, (gast.Tuple, gast.List, gast.Set, gast.Dict)):
            self.display(node, value)
        elif isinstance(value, gast.Call):
            self.call(node, value, name)
        elif isinstance(value, gast.JoinedStr):
            self.text(node, value, name)
        else:
            if isinstance(value, gast.Compare) and self.may_be_overloaded(value):
                node.value = self.on_heap("verdict", value)
            self.forward.append(node)
            if self.frame.active(value):
                self.pull(lambda g, have, out: self.contribute(value, g, have, out, node), name)

    def may_be_overloaded(self, value: gast.Compare) -> bool:
        """Whether a class may say what this comparison gives."""
        overloads = not any(isinstance(op, (gast.Is, gast.IsNot, gast.In, gast.NotIn)) for op in value.ops)
        names = [o for o in [value.left, *value.comparators] if isinstance(o, gast.Name)]
        return overloads and any(self.frame.fact(o).kind == "o" for o in names)

    def text(self, node: Any, value: Any, name: str | None) -> None:
        """A text with numbers in it: harmless, unless a number that is read back from it gets a cotangent."""
        self.forward.append(node)
        self.mark_text(node, name, [n for n in walk(value) if isinstance(n, gast.Name)])
        for used in dict.fromkeys(n.id for n in walk(value) if isinstance(n, gast.Name)):
            if self.frame.active(load(used)):
                self.pull(lambda g, have, out, used=used: self.contribute(  # type: ignore[misc]
                    load(used), call(self.ctx.use("no_derivative"), g, const("text")), have, out, node), name)

    def mark_text(self, node: Any, name: str | None, parts: list[Any]) -> None:
        """What is made of an active value is known to be so, wherever it is kept."""
        held = list(dict.fromkeys(p.id for p in parts if self.frame.active(p) or isinstance(p, gast.Name) and (
            self.frame.fact(p).kind not in NUMERIC and self.frame.binder(p.id) is not None)))
        if name is not None and held:
            self.forward.append(expr_stmt(self.on_heap("text", load(name), *map(load, held)), node))

    def operator(self, node: Any, value: Any, name: str | None, operands: list[Any]) -> None:
        if isinstance(value.op, gast.Mod) and self.frame.fact(operands[0]).kind == "c":
            self.text(node, value, name)
            return
        if len(operands) == 2:
            operands = self.mixed(node, value)
        kinds = {self.frame.fact(o).kind for o in operands}
        if len(operands) == 2 and not kinds <= NUMERIC:
            if kinds & set("ltdc") and isinstance(value.op, (*ADDITIVE, gast.Sub, *SET_ALGEBRA)) or (
                    isinstance(value.op, SET_ALGEBRA) and not kinds & NUMERIC):
                check = [o for o in operands if isinstance(o, gast.Name) and self.frame.fact(o).kind not in "sltdc"]
                if check:
                    self.forward.append(expr_stmt(call(self.ctx.use("operands"), *map(copy_tree, operands)), node))
                self.forward.append(node)
                if "c" in kinds:
                    self.mark_text(node, name, operands)
                return
            if isinstance(value.op, ADDITIVE) and not (isinstance(value.op, gast.Add) and kinds & NUMERIC):
                self.forward.append(expr_stmt(call(self.ctx.use("operands"), *map(copy_tree, operands)), node))
            else:
                value.left, value.right = self.numeric(value.left), self.numeric(value.right)
        elif len(operands) == 1:
            value.operand = self.numeric(value.operand)
        self.forward.append(node)
        if len(operands) == 2 and isinstance(value.op, (gast.Mod, gast.Add)) and kinds & set("co") and (
                "c" in kinds or isinstance(value.op, gast.Mod)):
            self.mark_text(node, name, operands)
        rule = self.ctx.resolver.operator(OPERATORS[type(value.op)])
        self.rule(node, rule, name, operands, [])

    def rule(self, node: Any, rule: Any, name: str | None, args: list[Any], keywords: list[Any],
             always: Any = None, gathered: Any = None, result: Any = None,
             where: Any = None) -> None:
        """Splices the rule of a primitive into the way back.

        `always`: the cotangent, where it is not the adjoint of `name`; `gathered`: the elements of the first argument;
        `result`: what the rule takes for the result, where it is not `name`; `where`: which elements are computed.
        """
        if rule is not None and rule.role in ("constant", "mover"):
            return
        every = args + [k.value for k in keywords]
        starred = [a for a in args if isinstance(a, gast.Starred)]
        if not any(self.frame.active(a) for a in every) and not (starred or rule is not None and rule.role == "gather"):
            return
        template = self.ctx.resolver.splice(rule) if rule is not None else None
        try:
            if template is None:
                raise Mismatch("it has no derivative rule")
            if starred or any(k.arg is None for k in keywords):
                raise Mismatch("its rule does not take * or ** arguments")
            bound = bind_arguments(template, args, keywords)
        except Mismatch as mismatch:
            what = rule.name if rule is not None else ast_name(node)
            self.refuse(node, what, str(mismatch), every)
            return
        if name is None:
            return
        leading = template.leading
        values = {p: self.saved(bound[p], not rule.elementwise) if gathered is None or p != leading[0] else gathered
                  for p in bound}
        out_name = load(name) if result is None else result
        if where is not None:
            values = {p: call(self.ctx.use("chosen"), where, v, const(0.5)) for p, v in values.items()}
            out_name = call(self.ctx.use("chosen"), where, out_name, const(0.5))

        def back(g: Any, have: set[str], out: list[Any]) -> None:
            body, results = splice(template, self.ctx, g, out_name, values)
            out.extend(at(s, node) for s in body)
            if template.args.vararg is not None and not template.parameters:
                self.give_each(args, results[0], have, out, node)
                return
            for i, (param, result) in enumerate(zip(leading, results, strict=False)):
                arg = bound[param]
                gathers = rule.role == "gather" and i == 0
                if result is None or not (self.frame.active(arg) or gathers):
                    continue
                if gathers:
                    result = self.on_heap("spread", copy_tree(values[param]), result)
                    if not self.frame.active(arg):
                        out.append(expr_stmt(result, node))
                        continue
                elif where is not None:
                    result = call(self.ctx.use("chosen"), copy_tree(where), result, const(0))
                if rule.elementwise and (always is not None or self.must_unbroadcast(arg, [bound[p] for p in leading])):
                    result = call(self.ctx.use("unbroadcast"), result, copy_tree(arg))
                if rule.place is not None:
                    result = call(self.ctx.use("checked_shape"), result, copy_tree(arg), const(rule.place), const("cotangent"))
                self.contribute(arg, result, have, out, node)
            for param, arg in bound.items():  # if it is a float after all, nobody knows its derivative
                if param not in template.differentiated and self.frame.active(arg) and self.frame.fact(arg).kind in "sno":
                    self.contribute(arg, call(self.ctx.use("undifferentiated"), copy_tree(g), load(arg.id),
                                              const(f"{rule.name} by its argument {param}")), have, out, node)

        for param, arg in bound.items():
            if self.frame.active(arg) and param not in template.differentiated and self.frame.fact(arg).kind == "s":
                self.refuse(node, rule.name, f"its rule does not differentiate {param}", [arg])
        if always is not None:
            self.backward.append(lambda have, out: back(copy_tree(always), have, out))
        else:
            self.pull(back, name)

    def parts(self, node: Any, rule: Any, name: str, args: list[Any], keywords: list[Any]) -> None:
        """A primitive that returns several values: they go on the heap, where their readers leave cotangents."""
        if not any(self.frame.active(a) for a in [*args, *[k.value for k in keywords]]):
            return
        self.forward.append(expr_stmt(self.on_heap("put_each", load(name)), node))
        gathered = self.ctx.names.fresh("b" + name)
        self.ctx.locals.add(gathered)
        self.ctx.adjoints[name] = gathered
        self.rule(node, rule, name, args, keywords, always=load(gathered))
        self.backward.append(lambda have, out: out.append(
            assign(gathered, self.on_heap("take_each", load(name)), node)))

    def give_each(self, args: list[Any], cotangents: Any, have: set[str], out: list[Any], node: Any) -> None:
        """A rule of any number of arguments: its cotangents come as one tuple."""
        name = self.ctx.names.fresh("parts")
        self.ctx.locals.add(name)
        out.append(assign(name, cotangents, node))
        for i, arg in enumerate(args):
            if self.frame.active(arg):
                part = gast.Subscript(value=load(name), slice=const(i), ctx=gast.Load())
                self.contribute(arg, part, have, out, node)

    def saved(self, arg: Any, sequence: bool) -> Any:
        """An argument as the way back may read it: a list is kept as it is now, and so is what a global stands for."""
        if not isinstance(arg, gast.Name):
            return arg
        if sequence and self.frame.fact(arg).kind not in (*NUMERIC, "c"):
            return self.keep(arg, call(self.ctx.use("frozen"), load(arg.id)))
        if self.frame.binder(arg.id) is None and arg.id not in self.ctx.support.values():
            return self.keep(arg, load(arg.id))
        return arg

    def keep(self, arg: Any, value: Any) -> Any:
        name = self.ctx.names.fresh(arg.id)
        self.ctx.locals.add(name)
        self.forward.append(assign(name, value, arg))
        return load(name)

    def mixed(self, node: Any, value: gast.BinOp) -> list[Any]:
        """The operands of an operator: beside what may be an array, one that may be a sequence is made an array if need be."""
        kinds = [self.frame.fact(o).kind for o in (value.left, value.right)]
        for field, kind, other in (("left", *kinds), ("right", *kinds[::-1])):
            operand = getattr(value, field)
            if not isinstance(operand, gast.Name) or kind not in ("l", "t") or other not in ("n", "a", "o"):
                continue
            partner = value.right if field == "left" else value.left
            sure = other == "a" or not isinstance(value.op, gast.Mult) and other == "n"
            made = self.converted(node, operand, Fact("n" if sure else "o", True), lambda name, partner=partner: call(
                self.ctx.use("operand"), name, copy_tree(partner), const(isinstance(value.op, gast.Mult))))
            setattr(value, field, made)
        return [value.left, value.right]

    def converted(self, node: Any, arg: Any, fact: Fact, make: Callable[[Any], Any]) -> Any:
        """A name for what `make` makes of a sequence, whose elements get the adjoint's; or of what is none, and gets it."""
        kind, active, old = self.frame.fact(arg).kind, self.frame.active(arg), arg.id
        held, name = old, self.ctx.names.fresh(old)
        if kind != "c":
            held = self.ctx.names.fresh(old)
            self.forward.append(assign(held, call(self.ctx.use("still"), load(old)), node))
        self.ctx.locals |= {held, name}
        self.frame.bound.add(name)
        self.ctx.facts[name] = fact
        self.forward.append(assign(name, make(load(held)), node))

        def back(g: Any, have: set[str], out: list[Any]) -> None:
            value = self.on_heap("unarray", load(held), load(name), g)
            if active:
                self.frame.contribute(old, value, have, out, node)
            else:
                out.append(expr_stmt(value, node))

        self.pull(back, name)
        return load(name)

    def as_arrays(self, node: Any, rule: Any, template: Any, args: list[Any], keywords: list[Any]) -> None:
        """NumPy takes a sequence for an array: it is made one here, where its elements' adjoints can be seen."""
        try:
            bound = bind_arguments(template, args, keywords)
        except Mismatch:
            return
        for param in sorted(template.differentiated & set(bound)):
            arg = bound[param]
            if not isinstance(arg, gast.Name) or self.frame.fact(arg).kind not in "oltc":
                continue
            arg.id = self.converted(node, arg, Fact("n", True), lambda held: self.on_heap("array", held)).id

    def must_unbroadcast(self, arg: Any, args: list[Any]) -> bool:
        others = [a for a in args if not (isinstance(a, gast.Name) and isinstance(arg, gast.Name) and a.id == arg.id)]
        kinds = {self.frame.fact(a).kind for a in others}
        return not kinds <= {"s"}

    def refuse(self, node: Any, what: str, why: str, args: list[Any]) -> None:
        """Where `node` runs, it is refused if one of `args` carries a derivative; what does not run is no matter."""
        names = [a.value if isinstance(a, gast.Starred) else a for a in args]
        names = [n for n in names if isinstance(n, gast.Name) and (
            self.frame.active(n) or self.frame.fact(n).kind not in NUMERIC)]
        check = expr_stmt(self.on_heap("refuse", const(what), const(why), *(load(n.id) for n in names)), node)
        place = next((i for i, s in enumerate(self.forward) if s is node), len(self.forward))
        self.forward.insert(place, check)

    def call(self, node: Any, value: gast.Call, name: str | None) -> None:
        callee = self.frame.callee(node)
        args = list(value.args)
        rule = callee.rule if callee is not None else None
        if outputs(node):
            self.with_outputs(node, value, rule, name, [*([value.func.value] if callee.self_first else []), *args])
            return
        if callee is None or callee.rule is None or callee.rule.role == "constant":
            if callee is not None and callee.rule is not None and callee.rule.holds:
                for used in [n for a in args for n in walk(a) if isinstance(n, gast.Name)]:
                    self.put(used, node)
            self.forward.append(node)
            if rule is not None and rule.primitive is print and any(
                    self.frame.active(a.value if isinstance(a, gast.Starred) else a) for a in args):
                files = [copy_tree(k.value) for k in value.keywords if k.arg == "file"]
                self.forward.append(expr_stmt(self.on_heap("printed", *files), node))
            return
        if callee.self_first:
            args.insert(0, value.func.value)
        if rule.primitive is getattr and len(value.args) in (2, 3) and not any(isinstance(a, gast.Starred) for a in value.args):
            self.get_attribute(node, value, name)
            return
        if rule.primitive is setattr and len(value.args) == 3 and not any(isinstance(a, gast.Starred) for a in value.args):
            self.put(value.args[2], node)
            node.value = self.on_heap("set_attribute", *value.args)
            self.forward.append(node)
            return
        if rule.role == "mover":
            self.mover(node, value, rule, name, callee.self_first)
            return
        if any(self.ctx.resolver.support(n) is rule.primitive for n in IN_PLACE):
            self.in_place(node, value, name)
            return
        if rule.role in ("rule", "parts") and not rule.makes_text and (template := self.ctx.resolver.splice(rule)) is not None:
            self.as_arrays(node, rule, template, args, value.keywords)
        gathered = None
        if rule.consumes and value.args and isinstance(value.args[0], gast.Name) and (
                self.frame.fact(value.args[0]).kind not in (*NUMERIC, "l", "t")):
            gathered = value.args[0] = self.keep(value.args[0], self.on_heap("gathered", value.args[0]))
        self.forward.append(node)
        if rule.role == "parts" and name is not None:
            self.parts(node, rule, name, args, value.keywords)
            return
        if rule.makes_text:
            self.mark_text(node, name, args)
        keywords = [k for k in value.keywords if not (k.arg == "out" and is_none(k.value))]
        self.rule(node, rule, name, args, keywords, gathered=gathered)

    def mover(self, node: Any, value: gast.Call, rule: Any, name: str | None, self_first: bool) -> None:
        single = len(value.args) == 1
        outside = rule.primitive is self.ctx.resolver.support("captured")  # its argument is stored already
        for i, arg in enumerate(() if outside else value.args):
            star = isinstance(arg, gast.Starred)
            inner = arg.value if star else arg
            position = i + self_first
            if star or position in rule.iterates and (single or not rule.single_iterates):
                made = self.rows(inner, node)
                value.args[i] = gast.Starred(value=made, ctx=gast.Load()) if star else made
            else:
                self.put(inner, node)
        for keyword in value.keywords:
            self.put(keyword.value, node)
        self.forward.append(node)
        self.read(name, node)


def is_none(node: Any) -> bool:
    return isinstance(node, gast.Constant) and node.value is None


def ast_name(node: Any) -> str:
    value = node.value
    if isinstance(value, (gast.BinOp, gast.UnaryOp)):
        return f"operator {OPERATORS[type(value.op)]}"
    return "this call"


