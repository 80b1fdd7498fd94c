"""One function of a program, from its tree to C: definitions, statements, branches.

The tree is walked in order with what is known of each variable. A local variable that no nested function uses is a local
variable of C, one for each type that it takes on the way; one that nested functions use is a field of the function's frame,
of one type. A test whose outcome the types decide (`x is END`, `type(g) is np.ndarray`) leaves one branch only.

What a branch tells of a variable is used in it: behind `if t is END: ...` an `END or int` is an `int`.
"""

from __future__ import annotations

from typing import Any

import gast

from ..transforms.context import MISSING
from ..transforms.nodes import parameters, walk_scope
from . import joined, numpy_forms  # noqa: F401  (they enter their functions)
from .attempts import Failure
from .choices import Choice
from .duals import has_tangent
from .expressions import Expressions
from .flow import FRAME, jump
from .lists import List
from .made import Made
from .objects import Obj
from .program import StagingError, bound_names, defaults_of
from .scalars import slot_field
from .stage import Dead, Spec, Stager, cell_name
from .types import (
    BOTTOM,
    Arr,
    Box,
    Const,
    Fn,
    Kept,
    Known,
    Maybe,
    NoJoin,
    Num,
    Parted,
    Plain,
    Rows,
    Single,
    c_type,
    code_of,
    holds_arrays,
    join,
)
from .values import CONSTANT, Val, convert, identifier, literal, stored_type

__all__ = ["Walk"]


def without_marks(lines: list[str], keep: bool) -> list[str]:
    """The lines that stand only if a function uses the arena, without the mark or not at all."""
    return [line.replace("@", "", 1) if line.lstrip().startswith("@") else line
            for line in lines if keep or not line.lstrip().startswith("@")]


class Walk(Expressions):
    """The walk of one specialisation."""

    def __init__(self, stager: Stager, spec: Spec) -> None:
        self.stager, self.spec, self.unit, self.node = stager, spec, spec.unit, spec.node
        self.lines: list[str] = []
        self.depth = 1
        self.vars: dict[str, Val] = {}  # variables of C
        self.narrowed: dict[str, Val] = {}  # what tests have told of variables in frames
        self.declared: dict[str, str] = {}
        self.local_names: dict[tuple[str, str], str] = {}
        self.taken: set[str] = {"R", "e"}
        self.nonlocals = {n for s in walk_scope(spec.node.body) if isinstance(s, gast.Nonlocal) for n in s.names}
        self.defined = {s.name: s for s in walk_scope(spec.node.body) if isinstance(s, gast.FunctionDef)}
        self.has_frame = bool(self.defined)
        self.statement_node: Any = spec.node
        self.arena = False
        self.inlining = False  # whether a formula is written in place
        self.out_kind: Any = None
        self.boxes_of_arrays: list[str] = []
        self.in_loop = False  # whether elements of arrays are computed
        self.guard: Any = None  # the handler of the call that is being staged
        self.backward = False  # whether what comes next has been called: what is computed now are adjoints

    # -- output -----------------------------------------------------------------------------------------------

    def emit(self, line: str, called: Any = None, result: str = "") -> None:
        if called is not None and self.stager.direct:
            spec, args, member = called
            self.lines.append(jump(line, spec, args, result, member).at(self.depth))
        else:
            self.lines.append("    " * self.depth + line)

    def temp(self, type_: Any, base: str = "t") -> str:
        """A new variable of C."""
        self.stager.struct(type_)
        name = identifier(base, self.taken)
        self.declared[name] = c_type(type_)
        return name

    def local(self, name: str, type_: Any) -> str:
        """The variable of C for a variable of the user's while it has this type."""
        self.stager.struct(type_)
        key = (name, c_type(type_))
        if key not in self.local_names:
            made = self.local_names[key] = identifier(name, self.taken)
            self.declared[made] = key[1]
        return self.local_names[key]

    def hold(self, value: Val, base: str = "t") -> Val:
        """The value in a variable of its own, so that its expression is evaluated once, and now."""
        value = self.real(value)
        if value.parts is not None:
            return Val(value.type, parts=tuple(self.hold(p, base) for p in value.parts))
        if c_type(value.type) == "void" or value.known is not None or value.c.isidentifier():
            return value
        name = self.temp(value.type, base)
        self.emit(f"{name} = {value.c};")
        return Val(value.type, name, borrowed=value.borrowed, box=value.box)

    def refuse(self, node: Any, what: str, why: str = "", remedy: str = "") -> Any:
        at = node if getattr(node, "origin", None) or getattr(node, "lineno", None) else self.statement_node
        return self.unit.refuse(at, what, why, remedy)

    def error(self, kind: type, message: str) -> int:
        return self.stager.error(self.unit, self.statement_node, kind, message)

    def fails(self, kind: type, message: str) -> Any:
        """The program raises here."""
        self.emit(f"fail(R, {self.error(kind, message)});")
        raise Dead

    # -- the function -----------------------------------------------------------------------------------------

    def run(self) -> None:
        spec = self.spec
        spec.params = []
        params = ["runtime *R"]
        if spec.parent is not None:
            params.append(f"struct {spec.parent.c}_frame *e")
        names = parameters(spec.node.args)
        is_function = getattr(spec.node, "role", None) == "function"
        if is_function and not spec.is_formula:
            if spec.unit.takes_heap:
                self.bind(names[0], Val(Const("heap")))
                names = names[1:]
            if self.stager.direct:
                if names[0] in spec.captured:
                    spec.cells[names[0]] = spec.k
                else:
                    self.vars[names[0]] = Val(spec.k, FRAME)
            elif c_type(spec.k) != "void":
                c = identifier(names[0], self.taken)
                params.append(f"{c_type(spec.k)}{'' if c_type(spec.k).endswith('*') else ' '}{c}")
                self.bind(names[0], Val(spec.k, c))
            else:
                self.bind(names[0], Val(spec.k))
            names = names[1:]
        for name, type_ in zip(names, spec.args, strict=True):
            if isinstance(type_, Known):
                self.vars[name] = Val(type_.type, literal(type_.value), known=type_.value)
            elif c_type(type_) == "void":
                self.bind(name, Val(type_))
            else:
                self.stager.struct(type_)
                c = identifier(name, self.taken)
                params.append(f"{c_type(type_)}{'' if c_type(type_).endswith('*') else ' '}{c}")
                spec.params.append((c_type(type_), c))
                self.local_names[name, c_type(type_)] = c
                self.bind(name, Val(type_, c))
        try:
            self.statements(spec.node.body)
            self.give(Val(Single("None")), spec.node)
        except Dead:
            pass
        returned = "void" if spec.returns is BOTTOM else c_type(spec.returns)
        if returned != "void":
            self.stager.struct(spec.returns)
        head = []
        role = getattr(spec.node, "role", None)
        if role in ("loop", "function") and not spec.is_formula:
            # where the way in looks after signals, the way back does too, at no cost to the other calls
            head += ["    if (UNLIKELY(TOO_DEEP(R))) {", "        deeper(R);"]
            again = f"{spec.c}({', '.join(p.split()[-1].lstrip('*') for p in params)})"
            if returned == "void":
                head += [f"        {again};", "        CHECK_SIGNALS(R);", "        return;", "    }"]
            else:
                head += [f"        {returned} again = {again};", "        CHECK_SIGNALS(R);", "        return again;", "    }"]
        elif role in ("after", "rest", "handler") and not spec.is_formula:
            head.append("    CHECK_DEPTH(R);")
        by_type: dict[str, list[str]] = {}
        for name, kind in self.declared.items():
            by_type.setdefault(kind, []).append(name)
        for kind, variables in by_type.items():
            if "@" in kind:  # an array of C: its length stands behind the name
                head += [f"    {kind.replace('@', v)};" for v in variables]
                continue
            star = "*" if kind.endswith("*") else ""
            head.append(f"    {kind.rstrip('*').rstrip()} {', '.join(star + v for v in variables)};")
        if self.has_frame:
            head.append(f"    struct {spec.c}_frame frame;")
            if spec.parent is not None:
                head.append("    frame.up = e;")
        if self.arena and not spec.is_formula:
            head.append("    char *mark = R->top;")
        for name, type_ in spec.cells.items():
            if name in spec.owned and holds_arrays(type_):
                head.append(f"    frame.{cell_name(name)}__own = (slab){{0}};")
            if name in spec.dues:
                head.append(f"    frame.{cell_name(name)}__due = (due){{0}};")
        for box in self.boxes_of_arrays:  # which a return may come before
            head.append(f"    {box} = ({self.declared[box]}){{.v = {{.z = 1}}}};")
        spec.arena = self.arena
        if self.stager.direct and not spec.is_formula:
            spec.declared = self.declared | ({"mark": "char *"} if self.arena else {})
            spec.body = [f"    {spec.c}_{n} = (slab){{0}};" for n, t in spec.cell_types.items() if t == "slab"]
            spec.body += [f"    {box} = ({self.declared[box]}){{.v = {{.z = 1}}}};" for box in self.boxes_of_arrays]
            spec.body += ["    mark = R->top;"] if self.arena else []
            spec.body += without_marks(self.lines, self.arena)
        spec.lines = head + without_marks(self.lines, self.arena and not spec.is_formula)
        spec.head = f"static {returned}{'' if returned.endswith('*') else ' '}{spec.c}({', '.join(params)})"

    # -- the entry --------------------------------------------------------------------------------------------

    def argument(self, type_: Any, place: int) -> Val:
        """An argument of the function, out of its slot."""
        if c_type(type_) == "void":
            return Val(type_)
        if self.stager.along and self.stager.writes and isinstance(type_, Arr) and type_.number.dtype.kind == "f":
            return self.written_along(type_, place)
        if place in self.stager.along:
            return self.argument_along(type_, place)
        if isinstance(type_, Arr):
            made = self.argument_at(f"R->in[{place}].p", type_)
            copied = self.stager.writes and not self.stager.primal and place < self.stager.offset
            return self.copied_in(made, place) if copied else made
        if isinstance(type_, Obj):
            return Val(type_, f"((slot *)R->in[{place}].p)")
        return Val(type_, f"R->in[{place}].{slot_field(type_)}")

    def argument_at(self, place: str, type_: Any) -> Val:
        """An array of NumPy's."""
        c = self.temp(type_, "a")
        given = f"((numpy_array *){place})"
        self.emit(f"{c}.p = {given}->data;")
        for j in range(type_.rank):
            self.emit(f"{c}.n[{j}] = {given}->dims[{j}];")
            self.emit(f"{c}.s[{j}] = {given}->strides[{j}];")
        return Val(type_, c)

    def write_gradient(self, adjoint: Val, type_: Any, n: int) -> None:
        """An adjoint into its slot; in the slot behind it, whether it is the symbolic zero."""
        if isinstance(type_, Arr):
            self.cases(adjoint, lambda v: self.write_array(v, type_, n))
            return
        at = f"R->out[{2 * n + 2}]", f"R->out[{2 * n + 3}]"
        if isinstance(adjoint.type, Single):
            return
        if isinstance(adjoint.type, Maybe):
            self.emit(f"{at[1]}.i = {adjoint.c}.z;")
            if c_type(adjoint.type.type) == "void":
                return
            adjoint = Val(adjoint.type.type, f"{adjoint.c}.v")
        if not isinstance(adjoint.type, Num):
            raise self.refuse(self.node, f"a gradient of {adjoint.type} for {type_}")
        self.emit(f"{at[0]}.{slot_field(adjoint.type)} = {adjoint.c};")

    def write_array(self, v: Val, type_: Any, n: int) -> Val:
        """The gradient of an array into the array that waits for it."""
        target = self.argument_at(f"R->out[{2 * n + 2}].p", type_)
        if has_tangent(v.type) and v.type.packed and v.type.rank == type_.rank:
            v = self.named(v)
            same = " && ".join(f"{v.c}.n[{j}] == {target.c}.n[{j}]" for j in range(type_.rank))
            return self.choose(same, lambda: self.tangents_out(v, target), lambda: self.write_slopes(v, target))
        if self.stager.along:  # the gradient itself is not asked for
            v = self.slope(self.real(v)) if has_tangent(v.type) else Val(Single("ZERO"))
        if isinstance(v.type, Single):
            self.emit(f"memset({target.c}.p, 0, {self.bytes_of(target)});")
            return Val(v.type)
        if isinstance(v.type, Arr) and v.type.rank != type_.rank or not isinstance(v.type, (Arr, Num)):
            raise self.refuse(self.node, f"a gradient of {v.type} for {type_}")
        self.add_into(target, v, "=")
        return Val(Single("None"))

    # -- variables --------------------------------------------------------------------------------------------

    def owner_of(self, name: str) -> tuple[Spec | None, str]:
        """The specialisation in whose frame a name lives, and C's way there."""
        spec: Spec | None = self.spec
        way = self.own_frame
        while spec is not None:
            if name in bound_names(spec.unit, spec.node):
                return spec, f"{spec.c}_" if self.stager.direct else way
            way = "e->" if spec is self.spec else way + "up->"
            spec = spec.parent
        return None, ""

    def bind(self, name: str, value: Val) -> None:
        """`name = value`."""
        self.narrowed.pop(name, None)
        if name in self.nonlocals or name in self.spec.captured:
            owner, way = self.owner_of(name)
            assert owner is not None
            old = owner.cells.get(name, BOTTOM)
            made = owner.cells[name] = self.stager.joined(self.unit, old, stored_type(value), self.statement_node, f"`{name}`")
            if owner.constants.setdefault(name, True) and value.box != CONSTANT:
                owner.constants[name], self.stager.changed = False, True
            place = f"{way}{cell_name(name)}"
            if self.stager.writes and not self.backward and holds_arrays(value.type) and not owner.forward.get(name):
                owner.forward[name] = self.stager.changed = True
            if owner.forward.get(name):  # the very array, which others may write into; it is not needed when its maker returns
                self.store_cell(place, self.solid(value), made)
            elif name in owner.owned and holds_arrays(made):
                if isinstance(made, Kept):
                    self.emit(f"{place}.b = {value.box or CONSTANT};")
                    self.store_owned(f"{place}.v", f"{place}__own", value, made.of)
                    return
                if not isinstance(getattr(made, "type", made), Arr):
                    self.is_growing_dict(value)  # a dict is a pointer then
                    raise self.refuse(self.statement_node, f"`{name}`, {made} in a variable that a nested function assigns,")
                self.store_owned(place, f"{place}__own", value, made)
            else:
                self.store_cell(place, self.solid(value), made)
            return
        if value.elementwise is not None and self.shape_kept(name, value):
            return
        value = self.solid(value)
        if value.parts is not None:
            self.vars[name] = Val(value.type, parts=tuple(self.kept(f"{name}_{i}", p) for i, p in enumerate(value.parts)))
        else:
            self.vars[name] = self.kept(name, value)

    def store_cell(self, place: str, value: Val, type_: Any) -> None:
        if c_type(type_) != "void":
            self.emit(f"{place} = {convert(value, type_)};")

    def kept(self, name: str, value: Val) -> Val:
        if value.parts is not None:
            return Val(value.type, parts=tuple(self.kept(f"{name}_{i}", p) for i, p in enumerate(value.parts)))
        if c_type(value.type) == "void":
            return value
        c = self.local(name, value.type)
        if c != value.c:
            self.emit(f"{c} = {value.c};")
        box = value.box
        if box and box != CONSTANT:
            box = self.local(f"{name}_kept", Box(value.type))
            if box != value.box:
                self.emit(f"{box} = {value.box};")
        return Val(value.type, c, known=value.known, box=box)

    def read(self, node: Any) -> Val:
        """A name."""
        name = node.id
        if name in self.narrowed:
            return self.narrowed[name]
        if name in self.vars:
            value = self.vars[name]
            if value.type is BOTTOM:
                raise self.refuse(node, f"`{name}`, which has different types on the ways to this place,")
            return Val(value.type, value.c) if getattr(node, "wants_shape", False) and value.elementwise is not None else value
        owner, way = self.owner_of(name) if not self.inlining else (None, "")
        if owner is None:
            return self.outside(node, name)
        function = self.function_of(owner, name)
        if function is not None:
            return Val(function, self.frame_pointer(owner))
        if owner is self.spec and name not in self.spec.captured:
            raise self.refuse(node, f"`{name}`, which may be unbound,")
        type_ = owner.cells.get(name, BOTTOM)
        if type_ is BOTTOM:  # nothing has assigned it, as far as is known in this round
            self.fails(StagingError, f"`{name}` is read, which nothing is known to assign, in native code")
        self.settled(owner, name, f"{way}{cell_name(name)}")
        borrowed = name in owner.owned and holds_arrays(type_) and not owner.forward.get(name)
        read = Val(type_, f"{way}{cell_name(name)}", borrowed=borrowed)
        if owner.constants.get(name):
            read.box = CONSTANT
        return read

    @property
    def own_frame(self) -> str:
        """C's way to the variables of this function's frame."""
        return f"{self.spec.c}_" if self.stager.direct else "frame."

    def function_of(self, owner: Spec, name: str) -> Any:
        """The type of a function of the tree."""
        for node in walk_scope(owner.node.body):
            if isinstance(node, gast.FunctionDef) and node.name == name:
                return Fn(node, owner) if hasattr(node, "role") else Plain(node, owner)
        return None

    def frame_pointer(self, owner: Spec) -> str:
        if self.stager.direct:
            return FRAME
        way, spec = "&frame", self.spec
        while spec is not owner:
            assert spec.parent is not None
            way = "e" if way == "&frame" else way + "->up"
            spec = spec.parent
        return way

    def outside(self, node: Any, name: str) -> Val:
        """A name that the program does not bind."""
        value = self.unit.resolve(name)
        if value is MISSING:
            raise self.refuse(node, f"the name `{name}`, which is not defined,")
        if name in self.unit.support or self.spec.is_formula or self.inlining:
            return self.constant(value, node)
        return self.from_outside(name, value, node)

    # -- statements -------------------------------------------------------------------------------------------

    def statements(self, nodes: list[Any]) -> None:
        for node in nodes:
            if getattr(node, "origin", None) or getattr(node, "lineno", None):
                self.statement_node = node
            if getattr(node, "comment", None) and not isinstance(node, gast.Delete | gast.FunctionDef):
                self.emit(f"/* {self.comment(node)} */")
            method = getattr(self, f"do_{type(node).__name__.lower()}", None)
            if method is None:
                raise self.refuse(node, f"a statement of the kind {type(node).__name__}")
            method(node)

    def comment(self, node: Any) -> str:
        text = node.comment
        if text.startswith("line ") and not text.endswith("backward"):
            excerpt = self.unit.where(node).excerpt().strip().splitlines()
            text += f": {excerpt[0].strip()}" if excerpt else ""
        return text.replace("*/", "* /").replace("/*", "/ *").replace("\\", "/")

    def do_functiondef(self, node: Any) -> None:
        for name, default in defaults_of(node).items():  # they are computed here, and lie in this frame
            value = self.hold(self.solid(self.value(default)))
            key, cells = f"default_{node.name}_{name}", self.spec.cells
            old, what = cells.get(key, BOTTOM), f"the default of `{name}`"
            cells[key] = self.stager.joined(self.unit, old, stored_type(value), node, what)
            self.store_cell(f"{self.own_frame}{cell_name(key)}", value, cells[key])
        if node.name in self.nonlocals and not hasattr(node, "role"):  # a variable of a frame further out
            self.bind(node.name, Val(Plain(node, self.spec), self.frame_pointer(self.spec)))

    def do_nonlocal(self, node: Any) -> None:
        pass

    do_pass = do_nonlocal

    def do_delete(self, node: Any) -> None:
        for target in node.targets:
            if not isinstance(target, gast.Name):
                self.delete_item(target)

    def do_expr(self, node: Any) -> None:
        if isinstance(node.value, gast.Constant):
            return
        self.value(node.value)

    def do_assign(self, node: Any) -> None:
        if getattr(node, "declares", False) and isinstance(node.value, gast.Constant) and node.value.value is None:
            return  # a variable of the frame, which is assigned before it is read
        if self.deferred(node) or self.element_added(node):
            return
        value = self.value(node.value)
        if len(node.targets) > 1 or isinstance(node.targets[0], gast.Tuple):
            value = self.hold(value) if value.known is None and value.parts is None else value
        for target in node.targets:
            self.assign(target, value, node)

    def assign(self, target: Any, value: Val, node: Any) -> None:
        if isinstance(target, gast.Name):
            self.bind(target.id, value)
        elif isinstance(target, gast.Tuple):
            if any(isinstance(t, gast.Starred) for t in target.elts):
                items = self.unpacked_with_star(value, target.elts, target)
            else:
                items = self.unpacked(value, len(target.elts), node)
            if len(target.elts) > 1 and value.parts is not None:
                items = [self.hold(i) for i in items]
            for t, v in zip(target.elts, items, strict=True):
                self.assign(t.value if isinstance(t, gast.Starred) else t, v, node)
        else:
            self.store_into(target, value, node)

    def unpacked(self, value: Val, count: int, node: Any) -> list[Val]:
        if isinstance(value.type, Rows):
            return self.unpacked_rows(value, count)
        if isinstance(value.type, Arr):
            return self.unpacked_rows(self.heap_rows(value, node), count)
        if isinstance(value.type, List):
            return self.unpacked_list(value, count)
        if not self.is_sequence(value.type):
            raise self.refuse(node, f"unpacking of {value.type}")
        if len(value.items) != count:
            more = len(value.items) > count
            self.fails(ValueError, f"too many values to unpack (expected {count})" if more else
                       f"not enough values to unpack (expected {count}, got {len(value.items)})")
        return value.items

    def do_return(self, node: Any) -> None:
        self.give(self.value(node.value) if node.value is not None else Val(Single("None")), node)

    def give(self, value: Val, node: Any) -> None:
        value = self.real(value) if self.spec.is_formula else self.leaving(value)
        self.stager.returned(self.spec, value.type, node)
        type_ = self.spec.returns
        if c_type(type_) != "void" and not holds_arrays(value.type):
            value = self.evaluated(value)
        for name, kind in self.spec.cells.items():
            if name in self.spec.owned and holds_arrays(kind):
                self.emit(f"pool_give(R, {self.own_frame}{cell_name(name)}__own);")
            if name in self.spec.dues:
                self.emit(f"pool_give(R, {self.own_frame}{cell_name(name)}__due.own);")
        for box in self.boxes_of_arrays:
            self.emit(f"pool_give(R, {box}.own);")
        self.moved_out(value)
        if c_type(type_) != "void":
            self.stager.struct(type_)
            self.emit(f"return {convert(value, type_)};")
        else:
            self.emit("return;")
        raise Dead

    def evaluated(self, value: Val) -> Val:
        """A value that reads no memory of the arena or of the frame's variables any more."""
        if value.parts is not None:
            return Val(value.type, parts=tuple(self.evaluated(p) for p in value.parts))
        return self.hold(value, "r") if not value.c.isidentifier() else value

    def do_raise(self, node: Any) -> None:
        made = node.exc
        if isinstance(made, gast.Name):
            value = self.value(made)
            if isinstance(value.type, Failure):
                self.raised_again(value)
            if isinstance(value.type, Made) and issubclass(value.type.kind, BaseException):
                self.raise_object(value, node)
        kind = None
        if isinstance(made, gast.Call):
            self.raise_call(node)
        elif made is not None:
            kind = self.value(made).type
        if kind is not None and isinstance(kind, Const) and kind.value.__class__ is type and issubclass(kind.value, Exception):
            self.fails(kind.value, "")
        raise self.refuse(node, "`raise` of anything but an exception made in place")

    def do_if(self, node: Any) -> None:
        self.branch(node.test, lambda: self.statements(node.body), lambda: self.statements(node.orelse))

    # -- branches ---------------------------------------------------------------------------------------------

    def branch(self, test: Any, then: Any, other: Any) -> None:
        """`if test: then() else: other()`, of a tree."""
        cond, narrow_then, narrow_other = self.test(test)
        if cond is True or cond is False:
            self.narrow(narrow_then if cond else narrow_other)
            (then if cond else other)()
            return
        self.fork(cond, self.narrowing(narrow_then, then), self.narrowing(narrow_other, other))

    def narrowing(self, known: dict[str, Val], body: Any) -> Any:
        def run() -> Any:
            self.narrow(known)
            return body()
        return run

    def narrow(self, known: dict[str, Val]) -> None:
        for name, value in known.items():
            if name in self.vars:
                self.vars[name] = value
            else:
                self.narrowed[name] = value

    def fork(self, cond: str, then: Any, other: Any) -> None:
        """`if (cond) then() else other()`; variables that differ behind it are joined."""
        before, narrowed, backward, behind = dict(self.vars), dict(self.narrowed), self.backward, False
        ends = []
        for body in (then, other):
            self.backward = backward
            self.vars, self.narrowed = dict(before), dict(narrowed)
            lines, self.lines = self.lines, []
            self.depth += 1
            try:
                body()
                dead = False
            except Dead:
                dead = True
            self.depth -= 1
            behind |= self.backward and not dead
            lines, self.lines = self.lines, lines
            ends.append((lines, self.vars, self.narrowed, dead))
        self.backward = backward or behind
        (a_lines, a_vars, a_narrowed, a_dead), (b_lines, b_vars, b_narrowed, b_dead) = ends
        if a_dead or b_dead:
            self.vars, self.narrowed = (b_vars, b_narrowed) if a_dead else (a_vars, a_narrowed)
        else:
            self.narrowed = {n: v for n, v in a_narrowed.items() if b_narrowed.get(n) is v}
            self.vars = {}
            for name in a_vars:
                if name in b_vars:
                    self.vars[name] = self.merged(name, a_vars[name], b_vars[name], a_lines, b_lines)
        self.emit(f"if ({cond}) {{")
        self.lines += a_lines
        if b_lines:
            self.emit("} else {")
            self.lines += b_lines
        self.emit("}")
        if a_dead and b_dead:
            raise Dead

    def merged(self, name: str, a: Val, b: Val, a_lines: list[str], b_lines: list[str]) -> Val:
        if a is b or a.type is BOTTOM or b.type is BOTTOM:
            return a if a.type is BOTTOM else b
        try:
            type_ = join(stored_type(a), stored_type(b))
        except NoJoin:
            return Val(BOTTOM)
        if a.parts is not None and b.parts is not None and isinstance(type_, Parted):
            return Val(type_, parts=tuple(self.merged(f"{name}_{i}", x, y, a_lines, b_lines)
                                          for i, (x, y) in enumerate(zip(a.parts, b.parts, strict=True))))
        if c_type(type_) == "void":
            return Val(type_)
        if a.c == b.c and a.box == b.box and a.type == b.type and a.parts is None and b.parts is None:
            return Val(a.type, a.c, known=a.known if a.known is not None and a.known == b.known else None, box=a.box,
                       borrowed=a.borrowed or b.borrowed)
        c = self.local(name, type_)
        for value, lines in ((a, a_lines), (b, b_lines)):
            made = convert(value, type_)
            if made != c:
                lines.append("    " * (self.depth + 1) + f"{c} = {made};")
        both = Val(type_, c, borrowed=a.borrowed or b.borrowed)
        if not both.box and CONSTANT in (a.box, b.box) and all(v.box == CONSTANT or isinstance(v.type, Single) for v in (a, b)):
            both.box = CONSTANT
        return both

    def choose(self, cond: str, then: Any, other: Any, base: str = "t") -> Val:
        """The value of one of two computations."""
        name = self.stager_name()

        def store(body: Any) -> Any:
            def run() -> None:
                value = body()
                value = self.real(value)
                if value.parts is not None:
                    value = Val(value.type, parts=tuple(self.hold(p, base) for p in value.parts))
                elif c_type(value.type) != "void":
                    value = Val(value.type, self.own(value, base), known=value.known, borrowed=value.borrowed, box=value.box)
                self.vars[name] = value
            return run

        self.fork(cond, store(then), store(other))
        made = self.vars.pop(name)
        if made.type is BOTTOM:
            raise self.refuse(self.statement_node, "a choice between values of two types")
        return made

    def own(self, value: Val, base: str) -> str:
        c = self.temp(value.type, base)
        self.emit(f"{c} = {value.c};")
        return c

    def stager_name(self) -> str:
        self._choices = getattr(self, "_choices", 0) + 1
        return f"t {self._choices}"

    def cases(self, value: Val, run: Any, whole: bool = False) -> Val:
        """`run` of a value that may be one object or another, for each of them.

        An end or an unbound variable comes to an operation in no run of the program: only tests, and with `whole` this,
        meet them.
        """
        if isinstance(value.type, Choice):
            return self.each_choice(value, run)
        if not isinstance(value.type, Maybe):
            return run(value)
        if not value.c.isidentifier():
            value = self.hold(value)
        names = sorted(value.type.names)
        rest = Val(value.type.type, f"{value.c}.v" if c_type(value.type.type) != "void" else "", borrowed=value.borrowed)
        rest.box = rest.box or (CONSTANT if value.box == CONSTANT else "")

        def only(name: str) -> Val:
            if name in ("END", "UNBOUND") and not whole:
                self.fails(TypeError, "a variable has no value here")
            return run(Val(Single(name)))

        def at(i: int) -> Val:
            if i == len(names) - 1 and value.type.type is BOTTOM:
                return only(names[i])
            if i == len(names):
                return self.each_choice(rest, run) if isinstance(rest.type, Choice) else run(rest)
            return self.choose(f"{value.c}.z == {code_of(names[i])}", lambda: only(names[i]), lambda: at(i + 1))

        return at(0)

