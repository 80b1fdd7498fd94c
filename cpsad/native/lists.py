"""Lists that a program makes itself: `[]`, `[x, y]`, `append`, items, slices, loops over them.

A list in C is a pointer to its items, which lie in the arena (`lists.h`); two names for one list are two pointers. An item is
kept with its box (`stored.py`), so that the adjoints of what is read come to who has stored it, whatever was moved in between.
The type of a list is the place in the program that makes it; the type of its items is what is found to be stored there, in all
rounds. Lists of two places that meet in one variable are one place in all further rounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import gast

from .choices import as_run_time
from .scalars import message_of
from .types import BOTTOM, END, FLOAT, INT, NONE, Arr, Kept, Maybe, NoJoin, Num, Parted, Single, Slice, Tup, c_type, join
from .values import CONSTANT, Val, convert, stored_type

__all__ = ["List", "ListMethod", "ListTurns", "Lists", "Sites"]

NOTHING = "the sum of an empty list, which would be of another type, in native code"


class Sites:
    """The places of a program that make lists, and the types of their items."""

    def __init__(self) -> None:
        self.items: dict[Any, Any] = {}
        self.same: dict[Any, Any] = {}

    def found(self, place: Any) -> Any:
        while place in self.same:
            place = self.same[place]
        return place

    def merge(self, place: Any, other: Any) -> NoReturn:
        """Containers of two places meet in one variable: in the next round they are one place."""
        from .stage import Restart

        self.same[place] = other
        raise Restart

    def at(self, place: Any) -> List:
        return List(self, self.found(place))


class List:
    """A list that the program makes: its place."""

    __slots__ = ("place", "sites")
    c_type = "list *"
    python_class = list

    def __init__(self, sites: Sites, place: Any) -> None:
        self.sites, self.place = sites, place

    @property
    def item(self) -> Any:
        return self.sites.items.get(self.place, BOTTOM)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, List) and self.sites is other.sites and self.place == other.place

    def __hash__(self) -> int:
        return hash(self.place)

    def __str__(self) -> str:
        return f"a list of {self.item}" if not isinstance(self.item, List) else "a list of lists"

    def join(self, other: Any) -> Any:
        if not isinstance(other, List):
            raise NoJoin(f"{self} and {other}")
        self.sites.merge(self.place, other.place)

    def truth(self, walk: Any, value: Val) -> str:
        return f"({value.c}->n != 0)"


@dataclass(frozen=True)
class ListMethod:
    """A method of a list, as a value: the list."""

    c_type = "list *"

    of: List
    name: str

    def __str__(self) -> str:
        return f"the method {self.name} of {self.of}"


@dataclass(frozen=True)
class ListTurns:
    """An iterator over a list, or over several side by side (`zip`, and `enumerate`, whose first is None): a pointer to the
    states of all, one after another."""

    c_type = "list_turns *"

    of: tuple[List | None, ...]
    zipped: bool

    def __str__(self) -> str:
        return "an iterator over lists"


def inner(type_: Any) -> Any:
    type_ = type_.type if isinstance(type_, Maybe) else type_
    return type_.of if isinstance(type_, Kept) else type_


def same_numbers(a: Any, b: Any) -> None:
    """Raises NoJoin where one type for both would make another number of one of them."""
    a, b = (t.plain if isinstance(t, Num) else t for t in (inner(a), inner(b)))
    if isinstance(a, Num) and isinstance(b, Num) and a != b and {a.name, b.name} != {"float", "float64"}:
        raise NoJoin(f"{a} and {b}")
    if isinstance(a, Parted) and isinstance(b, Parted):
        for x, y in zip(a.items, b.items, strict=False):
            same_numbers(x, y)


def holds(type_: Any, wanted: Any) -> bool:
    """Whether a value of the type has one of the wanted kind in it."""
    if isinstance(type_, Parted):
        return any(holds(t, wanted) for t in type_.items)
    return isinstance(type_, wanted) or isinstance(type_, Maybe) and holds(type_.type, wanted)


def leads_to(type_: Any, wanted: Any) -> bool:
    """Whether a container of this type has one of the wanted type in it, or is one."""
    return type_ == wanted or getattr(type_, "python_class", None) in (list, dict) and leads_to(type_.item, wanted)


class Lists:
    """What `Walk` does with lists."""

    def site(self: Any, node: Any) -> List:
        """The type of the list that is made here, by a function whose arguments have these types."""
        root = self.spec
        while root.parent is not None:
            root = root.parent
        if root.is_formula or self.inlining:
            raise self.refuse(node, "a list that a derivative rule makes")
        numbers = tuple((i, t) for i, t in enumerate(root.args) if isinstance(inner(t), Num) or hasattr(inner(t), "rank"))
        self.stager.lists.at((id(node), numbers))
        return self.stager.lists.at((id(node), numbers))

    def ev_list(self: Any, node: Any) -> Val:
        type_ = self.site(node)
        if not any(isinstance(e, gast.Starred) for e in node.elts):
            return self.list_of(type_, self.operands_of(*node.elts), node)
        values = self.operands_of(*(e.value if isinstance(e, gast.Starred) else e for e in node.elts))
        made = self.new_list(type_, str(len(values)))
        for e, v in zip(node.elts, values, strict=True):
            if isinstance(e, gast.Starred):
                self.extended(made, v, node)
            else:
                self.extended(made, self.tuple_of([v]), node)
        return made

    def list_of(self: Any, type_: List, values: list[Val], node: Any) -> Val:
        values = [self.to_store(type_, v, node) for v in values]
        made: Val = self.new_list(type_, str(len(values)))
        for v in values:
            self.store_item(type_, v, f"list_more(R, {made.c}, 1, {self.size_of(type_)})")
        return made

    def new_list(self: Any, type_: List, most: str) -> Val:
        name = self.temp(type_, "list")
        self.arena = True
        self.emit(f"{name} = list_new(R, {most}, {self.size_of(type_)});")
        return Val(type_, name)

    def size_of(self: Any, type_: List) -> str:
        if type_.item is BOTTOM:
            return "8"  # of a list that stays empty, as far as is known in this round
        self.stager.struct(type_.item)
        return f"(i64)sizeof({c_type(type_.item)})"

    def to_store(self: Any, list_: List, value: Val, node: Any) -> Val:
        """A value that is about to be stored in a list: computed, and its type is one of the list's."""
        if any(v.borrowed and v.box not in ("", CONSTANT) for v in [value, *(value.parts or ())]):
            raise self.refuse(node, "storing an array that is written to")
        value = as_run_time(self.hold(self.there(self.solid(value))))
        new = stored_type(value)
        if isinstance(new, Single):
            new = Maybe(frozenset({new.name}), BOTTOM)
        if c_type(new) == "void" or holds(new, (List, ListTurns)) and not isinstance(new, List):
            raise self.refuse(node, f"a list of {value.type}")
        if getattr(new, "python_class", None) in (list, dict) and leads_to(new, list_):
            raise self.refuse(node, "a list of itself")
        old = list_.item
        try:
            same_numbers(old, new)
            made = join(old, new)
        except NoJoin as error:
            raise self.refuse(node, "a list of values of two types", why=f"they are {error}") from None
        if made != old:
            list_.sites.items[list_.place] = made
            self.stager.changed = True
        return value

    def there(self: Any, value: Val) -> Val:
        """The value, where it might also be unbound or the end of an iterator as far as types tell."""
        type_ = value.type
        return self.cases(value, lambda v: v) if isinstance(type_, Maybe) and type_.names & {"END", "UNBOUND"} else value

    def store_item(self: Any, list_: List, value: Val, place: str) -> None:
        self.stager.struct(list_.item)
        self.arena = True
        self.emit(f"*({c_type(list_.item)} *){place} = {convert(value, list_.item)};")

    def read_item(self: Any, type_: Any, c: str) -> Val:
        """An item in a variable. One that nobody has put on the heap is a constant."""
        if type_ is BOTTOM:
            from .stage import Dead

            raise Dead  # nothing has been stored, as far as is known in this round
        self.stager.struct(type_)
        name = self.temp(type_, "item")
        self.emit(f"{name} = *({c_type(type_)} *){c};")
        found = Val(type_, name)
        if not found.box and not holds(type_, Kept):
            found.box = CONSTANT
        return found

    # -- what is done with them -----------------------------------------------------------------------------------

    def whole_number(self: Any, index: Val, node: Any) -> str:
        index = self.there(index)
        if not isinstance(index.type, Num) or index.type.dtype.kind not in "iu":
            raise self.refuse(node, f"an item of a list at {index.type}")
        return f"(i64){index.c}"

    def item_of_list(self: Any, owner: Val, index: Val, node: Any) -> Val:
        size = self.size_of(owner.type)
        if isinstance(index.type, Slice):
            start, stop, step = index.parts  # type: ignore[misc]
            given = [("false", "0") if p.type == NONE else ("true", self.whole_number(p, node)) for p in (start, stop)]
            by = "1" if step.type == NONE else self.whole_number(step, node)
            zero = self.error(ValueError, "slice step cannot be zero")
            name = self.temp(owner.type, "part")
            self.arena = True
            self.emit(f"{name} = list_part(R, {owner.c}, {', '.join(f'{a}, {b}' for a, b in given)}, {by}, {size}, {zero});")
            return Val(owner.type, name)
        error = self.error(IndexError, "list index out of range")
        place = f"list_at(R, {owner.c}, {self.whole_number(index, node)}, {size}, {error})"
        if owner.type.item is BOTTOM:
            self.emit(f"{place};")
        return self.read_item(owner.type.item, place)

    def store_into_list(self: Any, owner: Val, index: Val, value: Val, node: Any) -> None:
        value = self.to_store(owner.type, value, node)
        error = self.error(IndexError, "list assignment index out of range")
        i = self.whole_number(index, node)
        self.store_item(owner.type, value, f"list_at(R, {owner.c}, {i}, {self.size_of(owner.type)}, {error})")

    def delete_item(self: Any, target: Any) -> None:
        """`del xs[i]`."""
        owner, index = self.operands_of(target.value, target.slice)
        if self.is_growing_dict(owner):
            return self.delete_from_dict(owner, index, target)
        if not isinstance(owner.type, List):
            raise self.refuse(target, f"`del` of an item of {owner.type}")
        error = self.error(IndexError, "list assignment index out of range")
        i, size = self.whole_number(index, target), self.size_of(owner.type)
        self.emit(f"list_take(R, {owner.c}, {i}, {size}, NULL, {error}, {error});")

    def method_of_list(self: Any, owner: Val, name: str, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        type_, none = owner.type, Val(Single("None"))
        if keywords:
            return None
        if name == "append" and len(args) == 1:
            value = self.to_store(type_, args[0], node)
            self.store_item(type_, value, f"list_more(R, {owner.c}, 1, {self.size_of(type_)})")
            return none
        if name == "insert" and len(args) == 2:
            value = self.to_store(type_, args[1], node)
            i = self.whole_number(args[0], node)
            self.store_item(type_, value, f"list_gap(R, {owner.c}, {i}, {self.size_of(type_)})")
            return none
        if name == "extend" and len(args) == 1:
            return self.extended(owner, args[0], node)
        if name == "pop" and len(args) <= 1:
            i = self.whole_number(args[0], node) if args else "-1"
            empty = self.error(IndexError, "pop from empty list")
            error = self.error(IndexError, "pop index out of range")
            if type_.item is BOTTOM:
                self.emit(f"fail(R, {empty});")
                return self.read_item(BOTTOM, "")
            self.stager.struct(type_.item)
            to = self.temp(type_.item, "popped")
            self.emit(f"list_take(R, {owner.c}, {i}, {self.size_of(type_)}, &{to}, {empty}, {error});")
            return self.read_item(type_.item, f"&{to}")
        if name == "clear" and not args:
            self.emit(f"{owner.c}->n = 0;")
            return none
        if name == "reverse" and not args:
            self.emit(f"list_reverse({owner.c}, {self.size_of(type_)});")
            return none
        return self.copied_list(owner) if name == "copy" and not args else None

    def call_method_of_list(self: Any, owner: Val, name: str, node: Any) -> Val:
        """`form(xs.append, "N")(heap, k, x)`, where the passes did not know that it is a list: what is stored is put here."""
        given = node.args[1:] if self.unit.takes_heap else node.args
        k, *args = self.operands_of(*given)
        args = args[1:] if node.func.args[1].value.endswith("!") else args
        return self.call_with_list(owner, name, k, args, node)

    def call_with_list(self: Any, owner: Val, name: str, k: Val, args: list[Val], node: Any) -> Val:
        for i, v in enumerate(args):
            if self.carries_nothing(v) or isinstance(v.type, Parted) and not self.unit.takes_heap:
                continue
            if not isinstance(v.type, (Num, Arr)) or v.borrowed or not self.unit.takes_heap and v.box not in ("", CONSTANT):
                raise self.refuse(node, f"storing {v.type}")
            if self.unit.takes_heap:
                args[i] = self.boxed(self.hold(v), "stored")
        run = self.method_of_list if isinstance(owner.type, List) else self.method_of_dict
        made = run(owner, name, args, {}, node)
        if made is None:
            raise self.refuse(node, f"the method `{name}` of {owner.type}")
        made = self.hold(self.solid(made))
        back = self.call_k(k, made, node)
        if not self.unit.takes_heap:
            return back
        if made.type != NONE and not isinstance(back.type, Single) and not self.carries_nothing(made):
            self.heap_add(made, back, node)
        taken = [self.heap_take(v, node) for v in args]
        return Val(Tup(tuple(stored_type(v) for v in taken)), parts=tuple(taken))

    def extended(self: Any, owner: Val, other: Val, node: Any) -> Val:
        if self.is_sequence(other.type):
            for v in [self.to_store(owner.type, v, node) for v in other.items]:
                self.store_item(owner.type, v, f"list_more(R, {owner.c}, 1, {self.size_of(owner.type)})")
        elif isinstance(other.type, List):
            join(owner.type, other.type)
            self.arena = True
            self.emit(f"list_extend(R, {owner.c}, {other.c}, {self.size_of(owner.type)});")
        else:
            raise self.refuse(node, f"a list extended by {other.type}")
        return Val(Single("None"))

    def copied_list(self: Any, value: Val) -> Val:
        made = self.new_list(value.type, f"{value.c}->n")
        self.emit(f"list_extend(R, {made.c}, {value.c}, {self.size_of(value.type)});")
        return made

    def list_binary(self: Any, op: Any, a: Val, b: Val, node: Any) -> Val:
        """`xs + ys`, `xs * n`."""
        if op is gast.Mult:
            a, b = (a, b) if isinstance(a.type, List) else (b, a)
            if isinstance(b.type, Num) and b.type.dtype.kind in "iu":
                made = self.temp(a.type, "list")
                self.arena = True
                self.emit(f"{made} = list_times(R, {a.c}, (i64){b.c}, {self.size_of(a.type)});")
                return Val(a.type, made)
        if op is gast.Add and isinstance(a.type, List) and isinstance(b.type, List):
            join(a.type, b.type)
            made = self.copied_list(a)
            self.extended(made, b, node)
            return made
        raise self.refuse(node, f"`{op.__name__}` of {a.type} and {b.type}")

    def list_updated(self: Any, op: Any, a: Val, b: Val, node: Any) -> Val:
        """`xs += ys`: the list itself grows."""
        if op is not gast.Add:
            raise self.refuse(node, f"`{op.__name__}` of a list in place")
        a = self.hold(a)
        self.extended(a, b, node)
        return a

    # -- loops ----------------------------------------------------------------------------------------------------

    def turns_of_list(self: Any, values: list[Val | None], zipped: bool = False) -> Val:
        made = ListTurns(tuple(v and v.type for v in values), zipped)
        state = self.temp(made, "turns")
        self.declared[state] = f"list_turns @[{len(values)}]"
        for i, v in enumerate(values):
            self.emit(f"{state}[{i}] = (list_turns){{{v.c if v else 'NULL'}, 0}};")
        return Val(made, f"({state} + 0)")

    def next_of_list(self: Any, it: Val) -> Val:
        items = [INT if of is None else of.item for of in it.type.of]
        if BOTTOM in items:
            return Val(END)
        if not it.type.zipped and isinstance(items[0], Maybe):
            raise self.refuse(self.statement_node, f"a loop over {it.type.of[0]}")
        it = self.hold(it)
        made = Maybe(frozenset({"END"}), Tup(tuple(items)) if it.type.zipped else items[0])
        self.stager.struct(made)
        t = self.temp(made, "turn")
        tests = [f"{it.c}[{i}].next < {it.c}[{i}].of->n" for i, of in enumerate(it.type.of) if of is not None]
        self.emit(f"{t}.z = 2;")
        self.emit(f"if ({' && '.join(tests)}) {{")
        self.emit(f"    {t}.z = 0;")
        for i, (of, item) in enumerate(zip(it.type.of, items, strict=True)):
            c = f"{it.c}[{i}].next++"
            c = c if of is None else f"(({c_type(item)} *){it.c}[{i}].of->p)[{c}]"
            self.emit(f"    {t}.v{f'._{i}' if it.type.zipped else ''} = {c};")
        self.emit("}")
        return Val(made, t, box="" if it.type.zipped or holds(items[0], Kept) else CONSTANT)

    def for_each(self: Any, count: str, body: Any) -> None:
        """A loop of C; `body` gets the name of its index."""
        i = self.temp(INT, "i")
        saved = dict(self.vars), dict(self.narrowed)
        self.emit(f"for ({i} = 0; {i} < {count}; {i}++) {{")
        self.depth += 1
        try:
            body(i)
        finally:
            self.depth -= 1
            self.emit("}")
            self.vars, self.narrowed = saved

    def ev_listcomp(self: Any, node: Any) -> Val:
        """`[f(x) for x in xs]` of a rule: the cotangents of the items."""
        loop = node.generators[0]
        if len(node.generators) > 1 or loop.ifs or not isinstance(loop.target, gast.Name):
            raise self.refuse(node, "a comprehension")
        over = self.value(loop.iter)
        if over.type == Tup(()):
            return over
        if not isinstance(over.type, List):
            raise self.refuse(node, f"a comprehension over {over.type}")
        over, type_ = self.hold(over), self.site(node)
        made = self.new_list(type_, f"{over.c}->n")

        def turn(i: str) -> None:
            size = self.size_of(over.type)
            self.narrowed.pop(loop.target.id, None)
            self.vars[loop.target.id] = self.read_item(over.type.item, f"({over.c}->p + {i} * {size})")
            value = self.to_store(type_, self.value(node.elt), node)
            self.store_item(type_, value, f"list_more(R, {made.c}, 1, {self.size_of(type_)})")

        if over.type.item is not BOTTOM:
            self.for_each(f"{over.c}->n", turn)
        return made

    def heap_spread(self: Any, values: Val, adjoints: Val, node: Any) -> Val:
        """Backward of a function of a list: each item gets its cotangent."""
        if isinstance(adjoints.type, Maybe):
            return self.cases(adjoints, lambda g: self.heap_spread(values, g, node))
        if isinstance(adjoints.type, Single) and adjoints.type.name == "ZERO" or values.type == Tup(()):
            return Val(Single("ZERO"))
        if isinstance(values.type, List) and isinstance(adjoints.type, Arr) and adjoints.type.rank == 1 and isinstance(
                inner(values.type.item), Num):
            g, kind = self.named(adjoints), adjoints.type.number
            size = self.size_of(values.type)
            self.for_each(f"{values.c}->n", lambda i: self.heap_add(
                self.read_item(values.type.item, f"({values.c}->p + {i} * {size})"),
                Val(kind, f"(*({c_type(kind)} *)({g.c}.p + {i} * {g.c}.s[0]))"), node))
            return Val(Single("ZERO"))
        if isinstance(values.type, Arr):
            return adjoints
        if self.is_sequence(values.type) and isinstance(adjoints.type, Arr):
            g = self.named(adjoints)
            adjoints = self.tuple_of([self.item(g, self.constant(i, node), node) for i in range(len(values.items))])
        if self.is_sequence(values.type) and isinstance(adjoints.type, Tup):
            for v, g in zip(values.items, adjoints.items, strict=True):
                if not self.carries_nothing(v):
                    self.heap_add(v, self.hold(self.solid(g)), node)
            return Val(Single("ZERO"))
        if isinstance(values.type, List) and isinstance(values.type.item, List) and isinstance(adjoints.type, Arr):
            g, row = self.named(adjoints), values.type.item
            self.for_each(f"{values.c}->n", lambda i: self.heap_spread(
                self.hold(self.read_item(row, f"({values.c}->p + {i} * {self.size_of(values.type)})")),
                self.item(g, Val(INT, i), node), node))
            return Val(Single("ZERO"))
        if isinstance(values.type, List) and isinstance(inner(values.type.item), Arr) and isinstance(adjoints.type, Arr):
            g = self.named(adjoints)
            self.for_each(f"{values.c}->n", lambda i: self.heap_add(
                self.read_item(values.type.item, f"({values.c}->p + {i} * {self.size_of(values.type)})"),
                self.item(g, Val(INT, i), node), node))
            return Val(Single("ZERO"))
        if not isinstance(values.type, List) or not isinstance(adjoints.type, List):
            raise self.refuse(node, f"the cotangents {adjoints.type} of the items of {values.type}")
        a, b = values.type, adjoints.type
        if a.item is not BOTTOM and b.item is not BOTTOM:
            self.for_each(f"{values.c}->n", lambda i: self.heap_add(
                self.read_item(a.item, f"({values.c}->p + {i} * {self.size_of(a)})"),
                self.read_item(b.item, f"({adjoints.c}->p + {i} * {self.size_of(b)})"), node))
        return Val(Single("ZERO"))

    def extreme_of_list(self: Any, function: Any, value: Val) -> Val | None:
        """`max(xs)`, `min(xs)` of numbers: the first that attains it, which is the item itself."""
        item, size = value.type.item, self.size_of(value.type)
        kind, message = message_of(lambda: function([]))
        if item is BOTTOM:
            self.fails(kind, message)
        if not isinstance(inner(item), Num) or isinstance(item, Maybe):
            return None
        self.emit(f"if (UNLIKELY({value.c}->n == 0)) fail(R, {self.error(kind, message)});")
        self.stager.struct(item)
        best = self.temp(item, "best")
        self.emit(f"{best} = *({c_type(item)} *){value.c}->p;")

        def turn(i: str) -> None:
            found, least = self.read_item(item, f"({value.c}->p + {i} * {size})"), Val(item, best)
            cond = self.compare_numbers(gast.Gt if function is max else gast.Lt, found, least)
            self.emit(f"if ({cond}) {best} = *({c_type(item)} *)({value.c}->p + {i} * {size});")

        self.for_each(f"{value.c}->n", turn)
        return self.read_item(item, f"&{best}")

    def array_of_list(self: Any, value: Val, node: Any) -> Val | None:
        """`np.array(xs)` of numbers."""
        item = value.type.item
        kind = inner(item)
        if item is BOTTOM:
            self.fails(OverflowError, "an array of an empty list, in native code")
        if not isinstance(kind, Num) or isinstance(item, Maybe) or kind.name == "bool":
            return None
        kind = Num(kind.dtype.name) if not kind.is_dual else Num(kind.dtype.name).dual
        if kind.plain.name != "float64":  # the dtype of an array of nothing
            error = self.error(OverflowError, "an array of an empty list, which would be of another dtype, in native code")
            self.emit(f"if (UNLIKELY({value.c}->n == 0)) fail(R, {error});")
        made = self.new_array(kind, [f"{value.c}->n"])
        self.for_each(f"{value.c}->n", lambda i: self.emit(
            f"(({c_type(kind)} *){made.c}.p)[{i}] = "
            f"{self.read_item(item, f'({value.c}->p + {i} * {self.size_of(value.type)})').c};"))
        return made

    def sum_of_list(self: Any, value: Val, start: Val | None, node: Any) -> Val | None:
        """`sum(xs)` of numbers. That of no floats is the integer 0, which has another type: an error."""
        kind = inner(value.type.item)
        if value.type.item is BOTTOM and start is not None:
            return start
        if value.type.item is BOTTOM:
            self.fails(OverflowError, NOTHING)
        if not isinstance(kind, Num) or kind.dtype.kind not in "fi" or isinstance(value.type.item, Maybe):
            return None
        if kind.plain.name not in ("float", "float64") or start is not None and start.type.plain not in (FLOAT, Num("float64")):
            return None
        if start is None:
            empty = self.error(OverflowError, NOTHING)
            self.emit(f"if (UNLIKELY({value.c}->n == 0)) fail(R, {empty});")
        else:
            kind = join(kind, start.type)
        total = self.temp(kind, "sum")
        self.emit(f"{total} = {self.cast(Val(FLOAT, '0.0', known=0.0) if start is None else start, kind)};")
        self.for_each(f"{value.c}->n", lambda i: self.emit(self.added_text(total, self.cast(self.read_item(
            value.type.item, f'({value.c}->p + {i} * {self.size_of(value.type)})'), kind), kind)))
        return Val(kind, total)
