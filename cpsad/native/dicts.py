"""Dicts that a program lets grow: `d[k] = v`, `k in d`, `get`, `pop`, loops. Keys are integers, texts, or tuples of such.

A dict in C is a table of keys (`dicts.h`); its type is the place in the program that makes it, as with lists (`lists.py`), and
the types of its keys and items are what is found to be stored there. An item is kept with its box. A dict that is written down
with its keys is one whose keys are fixed (`records.py`) as long as no dict of the program changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .choices import TEXT, Text, as_run_time, is_text
from .lists import List, holds, leads_to, same_numbers
from .primitives import PRIMITIVES
from .types import BOTTOM, END, INT, Maybe, NoJoin, Num, Record, Single, Tup, c_type, join
from .values import CONSTANT, Val, convert, stored_type

__all__ = ["Dict", "Dicts"]

KEY, ITEM = "key", "item"


class Dict:
    """A dict that the program makes: its place."""

    __slots__ = ("place", "sites")
    c_type = "dict *"
    python_class = dict

    def __init__(self, sites: Any, place: Any) -> None:
        self.sites, self.place = sites, place

    def type_of(self, what: str) -> Any:
        return self.sites.items.get((self.place, what), BOTTOM)

    @property
    def item(self) -> Any:
        return self.type_of(ITEM)

    @property
    def key(self) -> Any:
        return self.type_of(KEY)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dict) and self.place == other.place

    def __hash__(self) -> int:
        return hash((Dict, self.place))

    def __str__(self) -> str:
        return f"a dict of {self.item}" if not isinstance(self.item, (Dict, List)) else "a dict of containers"

    def join(self, other: Any) -> Any:
        if not isinstance(other, Dict):
            raise NoJoin(f"{self} and {other}")
        self.sites.merge(self.place, other.place)

    def truth(self, walk: Any, value: Val) -> str:
        return f"({value.c}->left != 0)"


@dataclass(frozen=True)
class DictMethod:
    """A method of a dict, as a value."""

    c_type = "dict *"

    of: Dict
    name: str

    def __str__(self) -> str:
        return f"the method {self.name} of {self.of}"


@dataclass(frozen=True)
class DictView:
    """`d.keys()`, `d.values()`, `d.items()`: the dict. Or an iterator over one: a pointer to its state."""

    of: Dict
    what: str
    turns: bool = False

    @property
    def c_type(self) -> str:
        return "dict_turns *" if self.turns else "dict *"

    def __str__(self) -> str:
        return f"the {self.what} of {self.of}"


def words_of(type_: Any) -> int:
    """How many words a key has."""
    return sum(map(words_of, type_.items)) if isinstance(type_, Tup) else 1


class Dicts:
    """What `Walk` does with dicts."""

    def new_dict(self: Any, node: Any) -> Val:
        place = ("dict", self.site(node).place)
        type_ = Dict(self.stager.lists, self.stager.lists.found(place))
        name = self.temp(type_, "dict")
        self.arena = True
        self.emit(f"{name} = dict_new(R);")
        return Val(type_, name)

    def is_growing_dict(self: Any, owner: Val) -> bool:
        """Whether what changes is a dict. If it is one that is written down with its keys, none of the program's are fixed."""
        if isinstance(owner.type, Record) and owner.type.kind is dict and not self.stager.dicts_grow:
            from .stage import Restart

            self.stager.dicts_grow = True
            raise Restart
        return isinstance(owner.type, Dict)

    def growing_dict(self: Any, keys: list[Val], values: list[Val], node: Any) -> Val:
        made = self.new_dict(node)
        for k, v in zip(keys, values, strict=True):
            self.store_into_dict(made, k, v, node)
        return made

    def key_of(self: Any, value: Val, node: Any) -> Val:
        """A key as C holds it: integers, texts, and tuples of them."""
        value = self.there(self.solid(value))
        if isinstance(value.type, Tup):
            items = [self.key_of(v, node) for v in value.items]
            return Val(Tup(tuple(v.type for v in items)), parts=tuple(items))
        if is_text(value.type):
            return as_run_time(value)
        if isinstance(value.type, Num) and value.type.dtype.kind in "biu":
            return Val(INT, f"(i64){value.c}", known=value.known)
        raise self.refuse(node, f"a key that is {value.type}")

    def plain_key(self: Any, key: Val) -> Val:
        """A key as Python has it."""
        key = self.hold(self.there(self.solid(key)))
        return self.tuple_of([self.plain_key(v) for v in key.items]) if isinstance(key.type, Tup) else key  # type: ignore[no-any-return]

    def words(self: Any, key: Val) -> list[str]:
        if isinstance(key.type, Tup):
            return [w for v in key.items for w in self.words(v)]
        return [key.c]

    def key_words(self: Any, owner: Dict, key: Val, node: Any, store: bool = False) -> str | None:
        """The words of a key in an array of C; None if the dict has keys of another type."""
        given = self.key_of(key, node)
        known = owner.key
        if store:
            exact = self.exact_key(key)
            if known is not BOTTOM and known != exact:
                raise self.refuse(node, "a dict with keys of two types", why=f"they are {known} and {exact}")
            if known is BOTTOM:
                owner.sites.items[owner.place, KEY] = exact
                self.stager.changed = True
        elif known is BOTTOM or shape_of(known) != given.type:
            return None
        name = self.temp(INT, "key")
        self.declared[name] = f"i64 @[{words_of(given.type)}]"
        for i, w in enumerate(self.words(given)):
            self.emit(f"{name}[{i}] = {w};")
        return name

    def exact_key(self: Any, key: Val) -> Any:
        """The type of a key as a loop over the dict gives it back."""
        key = self.there(key)
        if isinstance(key.type, Tup):
            return Tup(tuple(self.exact_key(v) for v in key.items))
        return TEXT if is_text(key.type) else key.type

    def item_size(self: Any, type_: Dict) -> str:
        if type_.item is BOTTOM:
            return "8"
        self.stager.struct(type_.item)
        return f"(i64)sizeof({c_type(type_.item)})"

    def store_into_dict(self: Any, owner: Val, key: Val, value: Val, node: Any) -> None:
        owner, type_ = self.hold(owner), owner.type
        if any(v.borrowed and v.box not in ("", CONSTANT) for v in [value, *(value.parts or ())]):
            raise self.refuse(node, "storing an array that is written to")
        value = as_run_time(self.hold(self.there(self.solid(value))))
        new = stored_type(value)
        if isinstance(new, Single):
            new = Maybe(frozenset({new.name}), BOTTOM)
        if c_type(new) == "void" or holds(new, (List, Dict)) and not isinstance(new, (List, Dict)):
            raise self.refuse(node, f"a dict of {value.type}")
        if isinstance(new, (List, Dict)) and leads_to(new, type_):
            raise self.refuse(node, "a dict of itself")
        try:
            same_numbers(type_.item, new)
            made = join(type_.item, new)
        except NoJoin as error:
            raise self.refuse(node, "a dict of values of two types", why=f"they are {error}") from None
        if made != type_.item:
            type_.sites.items[type_.place, ITEM] = made
            self.stager.changed = True
        words = self.key_words(type_, key, node, store=True)
        self.stager.struct(made)
        self.arena = True
        place = f"dict_place(R, {owner.c}, {words}, {words_of(type_.key)}, {self.item_size(type_)})"
        self.emit(f"*({c_type(made)} *){place} = {convert(value, made)};")

    def entry_of(self: Any, owner: Val, key: Val, node: Any) -> str:
        """The number of the entry of a key, in a variable; -1 where there is none."""
        entry = self.temp(INT, "entry")
        words = self.key_words(owner.type, key, node)
        self.emit(f"{entry} = {f'dict_find({owner.c}, {words}, {words_of(owner.type.key)})' if words else '-1'};")
        return entry

    def item_at_entry(self: Any, owner: Val, entry: str) -> Val:
        return self.read_item(owner.type.item, f"({owner.c}->items + {entry} * {self.item_size(owner.type)})")  # type: ignore[no-any-return]

    def item_of_dict(self: Any, owner: Val, key: Val, node: Any) -> Val:
        owner, key = self.hold(owner), self.plain_key(key)
        entry = self.entry_of(owner, key, node)
        self.fork(f"UNLIKELY({entry} < 0)", lambda: self.raises_given(KeyError, [key], [], node), lambda: None)
        return self.item_at_entry(owner, entry)

    def is_in_dict(self: Any, owner: Val, key: Val, node: Any) -> str:
        owner = self.hold(owner)
        return f"{self.entry_of(owner, key, node)} >= 0"

    def delete_from_dict(self: Any, owner: Val, key: Val, node: Any) -> None:
        owner, key = self.hold(owner), self.plain_key(key)
        entry = self.entry_of(owner, key, node)
        self.fork(f"UNLIKELY({entry} < 0)", lambda: self.raises_given(KeyError, [key], [], node), lambda: None)
        self.emit(f"dict_drop({owner.c}, {entry});")

    def method_of_dict(self: Any, owner: Val, name: str, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
        """A method of a dict; None for one that is not known."""
        if keywords:
            return None
        none, owner = Val(Single("None")), self.hold(owner)
        if name in ("keys", "values", "items") and not args:
            return Val(DictView(owner.type, name), owner.c)
        if name == "clear" and not args:
            self.emit(f"dict_clear({owner.c});")
            return none
        if name in ("get", "pop") and 1 <= len(args) <= 2:
            args = [self.hold(self.solid(a)) for a in args]
            entry = self.entry_of(owner, args[0], node)

            def found() -> Val:
                value = self.hold(self.item_at_entry(owner, entry))
                if name == "pop":
                    self.emit(f"dict_drop({owner.c}, {entry});")
                return value

            def missing() -> Val:
                if name == "pop" and len(args) == 1:
                    self.raises_given(KeyError, [self.plain_key(args[0])], [], node)
                return args[1] if len(args) == 2 else none

            return self.choose(f"{entry} >= 0", found, missing)
        if name == "setdefault" and len(args) == 2:
            args = [self.hold(self.solid(a)) for a in args]
            entry = self.entry_of(owner, args[0], node)

            def new() -> Val:
                self.store_into_dict(owner, args[0], args[1], node)
                return args[1]

            return self.choose(f"{entry} >= 0", lambda: self.item_at_entry(owner, entry), new)
        if name == "update" and len(args) == 1 and isinstance(args[0].type, Record) and args[0].type.kind is dict:
            for k, v in zip(args[0].type.keys, args[0].items, strict=True):
                self.store_into_dict(owner, self.constant(k, node), v, node)
            return none
        return None

    # -- loops ----------------------------------------------------------------------------------------------------

    def turns_of_dict(self: Any, value: Val) -> Val:
        view = value.type if isinstance(value.type, DictView) else DictView(value.type, "keys")
        state = self.temp(INT, "turns")
        self.declared[state] = "dict_turns"
        value = self.hold(value)
        self.emit(f"{state} = (dict_turns){{{value.c}, 0, {value.c}->left}};")
        return Val(DictView(view.of, view.what, True), f"(&{state})")

    def next_of_dict(self: Any, it: Val) -> Val:
        of, what = it.type.of, it.type.what
        if of.key is BOTTOM or of.item is BOTTOM:
            return Val(END)
        it = self.hold(it)
        entry = self.temp(INT, "entry")
        changed = self.error(RuntimeError, "dictionary changed size during iteration")
        self.emit(f"{entry} = dict_next(R, {it.c}, {changed});")

        def turn() -> Val:
            word = iter(range(words_of(of.key)))
            key = self.key_from(of.key, f"({it.c}->of->keys + {entry} * {words_of(of.key)})", word)
            if what == "keys":
                return key
            item = self.item_at_entry(Val(of, f"{it.c}->of"), entry)
            return item if what == "values" else self.tuple_of([key, item])

        return self.choose(f"{entry} < 0", lambda: Val(END), turn)

    def key_from(self: Any, type_: Any, c: str, word: Any) -> Val:
        if isinstance(type_, Tup):
            items = tuple(self.key_from(t, c, word) for t in type_.items)
            return Val(type_, parts=items)
        return self.hold(Val(type_, f"({c_type(type_)}){c}[{next(word)}]", box=CONSTANT))


def shape_of(type_: Any) -> Any:
    """The type of a key as C compares it."""
    if isinstance(type_, Tup):
        return Tup(tuple(map(shape_of, type_.items)))
    return type_ if isinstance(type_, Text) else INT


def _iter(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) == 1 and isinstance(args[0].type, DictView) and args[0].type.turns:
        return args[0]
    if len(args) == 1 and isinstance(args[0].type, (Dict, DictView)):
        return w.turns_of_dict(args[0])
    if len(args) == 1 and isinstance(args[0].type, Record) and args[0].type.kind is dict:
        return w.turns_of(w.method_of_record(args[0], "keys", [], node), node)
    return plain_iter(w, args, keywords, node)


def _next(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if len(args) == 2 and args[1].type == END and isinstance(args[0].type, DictView) and args[0].type.turns:
        return w.next_of_dict(args[0])
    return plain_next(w, args, keywords, node)


def _len(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if isinstance(args[0].type, (Dict, DictView)):
        return w.hold(Val(INT, f"{w.hold(args[0]).c}->left + 0"))
    return plain_len(w, args, keywords, node)


def _dict(w: Any, args: list[Val], keywords: dict[str, Val], node: Any) -> Val | None:
    if not args and not keywords:
        return w.new_dict(node)
    return plain_dict(w, args, keywords, node)


plain_iter, plain_next, plain_len, plain_dict = (PRIMITIVES[f] for f in (iter, next, len, dict))
PRIMITIVES.update({iter: _iter, next: _next, len: _len, dict: _dict})
