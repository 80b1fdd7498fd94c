"""Arrays written in place where a gradient is wanted: what `cpsad/shadows.py` does, in C.

All that may be written lies in the arena: new arrays do, and arguments are copied there (and back when the function has ended).
An adjoint of an array is pending in a variable, or in the array's shadow, memory at a fixed distance from the arena, so that
aliases and views of an array meet there without a table. Marks for each line of memory say whether it is written in place,
whether its shadow holds anything, and whether others take it for a constant (`shadows.h`). They stand for what the heap knows
of the owner of an array; a line knows less than that of other parts of the same array, which nothing asks for.

Programs that write nothing have none of this: what it takes is known after the first round (`Stager.writes`).
"""

from __future__ import annotations

from typing import Any

import gast

from ..transforms.errors import NoDerivativeError
from .indexing import places_of
from .lists import List
from .objects import Obj
from .program import StagingError
from .types import INT, Arr, Maybe, Num, Single, c_type
from .values import Val

__all__ = ["Shadows"]

CONSTANT_WRITTEN = "a value that carries a derivative is written into an array that is a constant"
READ_ONLY = {"item": "assignment destination is read-only", "whole": "output array is read-only"}
NOTHING = Val(Single("None"))


def is_floating(type_: Any) -> bool:
    return isinstance(type_, Arr) and type_.number.dtype.kind == "f"


class Shadows:
    """What `Walk` does with the heap's methods for arrays that are written."""

    # -- the program as a whole -----------------------------------------------------------------------------------

    def writing(self: Any) -> None:
        """The program writes into arrays."""
        if not self.stager.writes:
            self.stager.writes = self.stager.changed = True
            if self.stager.along:  # all arrays of floats have tangents then, from the beginning
                from .stage import Restart

                raise Restart

    def begin_writes(self: Any, types_: list[Any]) -> None:
        """At the entry, before the arguments are read."""
        self.no_arrays_in_objects(types_)
        self.emit("begin_writes(R);")
        for i, (_, _, type_) in enumerate(self.stager.inputs):
            if isinstance(type_, Arr):
                place = f"(numpy_array *)R->in[{self.stager.offset + i}].p"
                self.emit(f"remember(R, {place}, {type_.number.itemsize}, NULL, NULL, 0);")

    def no_arrays_in_objects(self: Any, types_: list[Any]) -> None:
        if any(isinstance(t, Obj) and any(isinstance(getattr(f, "type", f), Arr) for fields in t.schema.fields.values()
                                          for f in fields.values()) for t in types_):
            raise self.refuse(self.statement_node, "a function that writes into arrays, of objects that hold arrays,")

    def copied_in(self: Any, value: Val, place: int) -> Val:
        """An array of Python's that is an argument, in the arena."""
        self.emit(f"{value.c}.p = copied_in(R, (numpy_array *)R->in[{place}].p, {value.type.number.itemsize});")
        return value

    def arguments_read(self: Any, constants: list[Val]) -> None:
        """All arguments are in the arena; of these no derivative is wanted."""
        self.emit("find_shared(R);")
        self.heap_constant(constants)

    # -- marks ----------------------------------------------------------------------------------------------------

    def memory_of(self: Any, x: Val) -> str:
        return f"R, {x.type.rank}, {x.c}.p, {x.c}.n, {x.c}.s, {x.type.number.itemsize}"

    def is_marked(self: Any, x: Val, mark: str) -> str:
        return f"marks_of({self.memory_of(x)}) & {mark}"

    def note_write(self: Any, memory: str, active: bool, what: str) -> None:
        errors = [
            self.error(ValueError, READ_ONLY[what]),
            self.error(StagingError, "an argument that shares memory with another, or with itself, is written to in native code"),
            self.error(NoDerivativeError, CONSTANT_WRITTEN),
            self.error(NoDerivativeError, "an array is written while it is iterated over"),
            self.error(StagingError, "an array from outside of the function is written to in native code"),
        ]
        self.emit(f"note_write({memory}, {'true' if active else 'false'}, "
                  f"&(const write_errors){{{', '.join(map(str, errors))}}});")

    def heap_constant(self: Any, values: list[Val]) -> Val:
        """Arrays that are taken for constants become visible elsewhere."""
        for value in values if self.stager.writes else ():
            for a, test in self.arrays_in(self.named(value) if isinstance(value.type, Arr) else value):
                if is_floating(a.type):
                    error = self.error(NoDerivativeError, CONSTANT_WRITTEN)
                    self.emit(f"if ({test}true) take_for_constant({self.memory_of(a)}, {error});")
        return NOTHING

    def heap_borrow(self: Any, k: Val, values: list[Val]) -> Val:
        """Parameters that are written into, and carry no derivative yet."""
        from .stage import EndK

        if not isinstance(k.type, EndK):
            return self.heap_constant(values)
        for value in values if self.stager.writes else ():
            for a, test in self.arrays_in(value):
                self.emit(f"if ({test}true) take_back_constant({self.memory_of(a)});")
        return NOTHING

    # -- shadows --------------------------------------------------------------------------------------------------

    def shadow(self: Any, x: Val) -> Val:
        """The shadow of an array that is in a variable: an array of the same shape."""
        name = self.temp(x.type, "shadow")
        self.emit(f"{name} = {x.c};")
        self.emit(f"{name}.p = shadow_of(R, {x.c}.p);")
        return Val(x.type, name)

    def pour(self: Any, x: Val, g: Val) -> None:
        """Adds an adjoint to the shadow."""
        if isinstance(g.type, Arr) and g.type.rank > x.type.rank:
            raise self.refuse(self.statement_node, f"a cotangent of {g.type} for {x.type}")
        self.add_elements(x, f"shadow_of(R, {x.c}.p)", g)
        self.emit(f"set_marks({self.memory_of(x)}, DIRTY);")

    def add_elements(self: Any, x: Val, start: str, g: Val) -> None:
        """Adds an adjoint to memory of the shape and strides of `x`."""
        if isinstance(g.type, Arr) and g.type.number == x.type.number and not g.type.number.is_dual:
            g, name = self.named(g), "add_elements_f64" if c_type(x.type.number) == "double" else "add_elements_f32"
            error = self.error(ValueError, "operands could not be broadcast together")
            self.emit(f"{name}(R, {x.type.rank}, {start}, {x.c}.n, {x.c}.s, {g.type.rank}, {g.c}.p, {g.c}.n, {g.c}.s, {error});")
        else:
            target = self.temp(x.type, "to")
            self.emit(f"{target} = {x.c};")
            self.emit(f"{target}.p = {start};")
            self.add_into(Val(x.type, target), g)

    def memory_copied(self: Any, x: Val) -> Val:
        """A copy of an array that is in a variable."""
        made = self.new_array(x.type.number, [f"{x.c}.n[{j}]" for j in range(x.type.rank)])
        self.emit(f"copy_elements({x.type.rank}, {made.c}.p, {made.c}.s, {x.c}.p, {x.c}.n, {x.c}.s, "
                  f"{x.type.number.itemsize});")
        return made

    def zero_or(self: Any, type_: Any) -> Any:
        return Maybe(frozenset({"ZERO"}), type_)

    def heap_settle(self: Any, pairs: list[Val]) -> Val:
        """Pending adjoints of arrays that are written go to their shadows."""
        settled = [self.settled_adjoint(x, g) if self.stager.writes else g
                   for x, g in zip(pairs[::2], pairs[1::2], strict=True)]
        return settled[0] if len(settled) == 1 else self.tuple_of(settled)

    def settled_adjoint(self: Any, x: Val, g: Val) -> Val:
        def one(x: Val, g: Val) -> Val:
            if not is_floating(x.type) or not isinstance(g.type, (Arr, Num)):
                return g
            x, g = self.named(x), self.hold(g)
            return self.choose(self.is_marked(x, "WRITTEN"), lambda: self.poured(x, g), lambda: g)

        return self.cases(x, lambda x: self.cases(g, lambda g: one(x, g), whole=True), whole=True)

    def poured(self: Any, x: Val, g: Val) -> Val:
        self.pour(x, g)
        return Val(Single("ZERO"))

    def heap_collect(self: Any, x: Val, g: Val) -> Val:
        """The adjoint of an array: what is pending and what its shadow holds, which is zero from then on."""
        if not self.stager.writes:
            return g

        def one(x: Val) -> Val:
            if not is_floating(x.type):
                return g
            x = self.named(x)
            return self.choose(self.is_marked(x, "DIRTY"), lambda: self.cases(g, lambda v: self.collected(x, v)), lambda: g)

        return self.cases(x, one, whole=True)

    def collected(self: Any, x: Val, g: Val) -> Val:
        shadow = self.shadow(x)
        taken = self.memory_copied(shadow)
        if not isinstance(g.type, Single):
            g = self.real(g)
            if isinstance(g.type, Arr) and g.type.number != x.type.number:
                taken = self.named(self.binary(gast.Add, g, taken, self.statement_node))
            else:
                self.add_elements(taken, f"{taken.c}.p", g)
        self.erase(shadow)
        return taken

    def erase(self: Any, shadow: Val) -> None:
        self.emit(f"erase({self.memory_of(shadow).removeprefix('R, ')});")

    # -- items ----------------------------------------------------------------------------------------------------

    def place_in(self: Any, owner: Val, index: Val, node: Any) -> Val:
        """`owner[index]` as it lies in memory: an array, or an element, which can be assigned."""
        place = self.viewed(owner, index, node)
        if isinstance(place.type, Num):
            name = self.temp(INT, "at")
            self.declared[name] = "char *"
            self.emit(f"{name} = (char *)&{place.c};")
            return Val(place.type, f"*({c_type(place.type)} *){name}", box=name)
        return self.named(place)

    def heap_store(self: Any, owner: Val, index: Val, value: Val, active: Val, node: Any) -> Val:
        """`owner[index] = value`: what was there."""
        if not isinstance(value.type, (Num, Arr)):
            raise self.refuse(node, f"a store of {value.type} into an array")
        self.writing()
        owner, value = self.named(owner), self.real(value)
        index = self.by_places(index, owner, node)
        kind = value.type.number if isinstance(value.type, Arr) else value.type
        carries = bool(active.known) and kind.dtype.kind == "f" and is_floating(owner.type)
        if places_of(index) is not None:
            self.note_write(self.memory_of(owner), carries, "item")
            old = self.gathered(owner, index, node)
            rows = self.new_array(owner.type.number, [f"{old.c}.n[{j}]" for j in range(old.type.rank)])
            self.write(rows, value, node, "unsafe")
            self.each_row(owner, [self.named(p) for p in places_of(index) or ()], rows, "put")
            return old
        place = self.place_in(owner, index, node)
        if isinstance(place.type, Num):
            if not isinstance(value.type, Num):
                raise self.refuse(node, f"a store of {value.type} as one element")
            self.check_dtype(place.type, value.type, node, "unsafe")
            self.note_write(self.memory_of_element(place), carries, "item")
            value, old = self.hold(value), Val(place.type, self.own(Val(place.type, place.c), "old"))
            self.emit(f"{place.c} = {self.cast(value, place.type)};")
            return old
        self.note_write(self.memory_of(place), carries, "item")
        old = self.memory_copied(place)
        self.write(place, value, node, "unsafe")
        return old

    def memory_of_element(self: Any, place: Val) -> str:
        return f"R, 0, {place.box}, NULL, NULL, {place.type.itemsize}"

    def heap_unstore(self: Any, owner: Val, index: Val, old: Val, value: Val, node: Any) -> Val:
        """What was there comes back; the cotangent of what was written."""
        owner = self.named(owner)
        index = self.by_places(index, owner, node)
        floating = is_floating(owner.type)
        if places_of(index) is not None:
            places = [self.named(p) for p in places_of(index) or ()]
            old = self.named(old)
            self.each_row(owner, places, old, "put")

            def taken() -> Val:
                rows = self.new_array(owner.type.number, [f"{old.c}.n[{j}]" for j in range(old.type.rank)])
                self.each_row(self.shadow(owner), places, rows, "take")
                return rows

            memory = self.is_marked(owner, "DIRTY")
        else:
            place = self.place_in(owner, index, node)
            if isinstance(place.type, Num):
                return self.unstored_element(place, old, floating)
            self.put_back(place, old)

            def taken() -> Val:
                shadow = self.shadow(place)
                made = self.memory_copied(shadow)
                self.erase(shadow)
                return made

            memory = self.is_marked(place, "DIRTY")
        if not floating:
            return Val(Single("ZERO"))
        return self.choose(memory, lambda: self.fitted(taken(), value, node), lambda: Val(Single("ZERO")))

    def fitted(self: Any, g: Val, value: Val, node: Any) -> Val:
        """The cotangent of a value that was written into all of these places."""
        if isinstance(value.type, Arr) and value.type.number.dtype.kind != "f":
            return Val(Single("ZERO"))
        return self.hold(self.unbroadcast(g, value, node))

    def unstored_element(self: Any, place: Val, old: Val, floating: bool) -> Val:
        self.emit(f"{place.c} = {old.c};")
        if not floating:
            return Val(Single("ZERO"))
        made, kind = self.zero_or(place.type), c_type(place.type)
        name = self.temp(made, "taken")
        self.emit(f"{name}.z = 1;")
        self.emit(f"if (marks_of({self.memory_of_element(place)}) & DIRTY) {{")
        self.emit(f"    {kind} *shadow__ = ({kind} *)shadow_of(R, {place.box});")
        self.emit(f"    {name}.v = *shadow__;")
        self.emit(f"    {name}.z = 0;")
        self.emit(f"    *shadow__ = ({kind}){{0}};")
        self.emit("}")
        return Val(made, name)

    def put_back(self: Any, target: Val, old: Val) -> None:
        """`target[...] = old`, of an array apart from it."""
        old = self.named(old)
        self.emit(f"copy_elements({target.type.rank}, {target.c}.p, {target.c}.s, {old.c}.p, {old.c}.n, {old.c}.s, "
                  f"{target.type.number.itemsize});")

    def added_item(self: Any, total: Val, x: Val, index: Val, g: Val, node: Any) -> Val:
        """Backward of `x[index]`: into the shadow, which whoever made the array collects; or to `total`."""
        if not self.stager.writes or not is_floating(x.type) or isinstance(g.type, Single):
            return self.added_at(total, x, index, g, node)
        x = self.named(x)

        def into_shadow() -> Val:
            shadow = self.shadow(x)
            places = self.by_places(index, x, node)
            if places_of(places) is not None:
                self.added_at(shadow, x, places, g, node)
                self.emit(f"set_marks({self.memory_of(x)}, DIRTY);")
                return total
            place = self.place_in(shadow, index, node)
            if isinstance(place.type, Num):
                self.add_to_element(place, g, node)
                self.emit(f"R->marks[({place.box} - R->shadow) >> 6] |= DIRTY;")
                return total
            self.add_into(place, g)
            self.emit(f"{place.c}.p += R->arena - R->shadow;")
            self.emit(f"set_marks({self.memory_of(place)}, DIRTY);")
            return total

        return self.choose(f"is_ours(R, {x.c}.p)", into_shadow, lambda: self.added_at(total, x, index, g, node))

    # -- whole arrays ---------------------------------------------------------------------------------------------

    def heap_snapshot(self: Any, x: Val, active: Val, sources: list[Val], node: Any) -> Val:
        """What an update of the whole array is about to overwrite."""
        self.writing()
        x = self.named(x)
        if any(isinstance(getattr(s.type, "type", s.type), List) for s in sources):
            raise self.refuse(node, "an array that is updated with a list")
        kinds = [s.type.number if isinstance(s.type, Arr) else s.type for s in sources]
        carries = bool(active.known) and any(not isinstance(k, Num) or k.dtype.kind == "f" for k in kinds)
        self.note_write(self.memory_of(x), carries and is_floating(x.type), "whole")
        return self.memory_copied(x)

    def heap_restore(self: Any, x: Val, old: Val) -> Val:
        x = self.named(x)
        self.put_back(x, old)
        if is_floating(x.type):
            self.emit(f"if ({self.is_marked(x, 'DIRTY')})")
            self.emit(f"    erase({x.type.rank}, shadow_of(R, {x.c}.p), {x.c}.n, {x.c}.s, {x.type.number.itemsize});")
        return NOTHING

    def heap_undo(self: Any, x: Val, old: Val) -> Val:
        """As it was before an update; what that had made."""
        x = self.named(x)
        made = self.memory_copied(x)
        self.put_back(x, old)
        return made

    def call_heap_of_arrays(self: Any, name: str, args: list[Val], node: Any) -> Val | None:
        """The heap's methods that see to arrays that are written; None for others."""
        if name == "collect" and len(args) == 2:
            return self.heap_collect(args[0], args[1])
        if name == "settle":
            return self.heap_settle(args)
        if name == "constant":
            return self.heap_constant(args)
        if name == "borrow":
            return self.heap_borrow(args[0], args[1:])
        if name == "store_item" and isinstance(args[0].type, Arr):
            return self.heap_store(*args, node)
        if name == "unstore_item" and isinstance(args[0].type, Arr):
            return self.heap_unstore(*args, node)
        if name == "snapshot" and isinstance(args[0].type, Arr):
            return self.heap_snapshot(args[0], args[1], args[2:], node)
        if name in ("restore", "drain", "undo") and isinstance(args[0].type, Arr):
            if len(args) > (2 if name == "restore" else 3):
                raise self.refuse(node, "an update of an array with where=")
            if name == "drain":
                return self.heap_collect(args[0], args[2])
            return self.heap_restore(args[0], args[1]) if name == "restore" else self.heap_undo(args[0], args[1])
        return None

    # -- indices --------------------------------------------------------------------------------------------------

    def by_places(self: Any, index: Val, owner: Val, node: Any) -> Val:
        """The index with masks, and lists of integers, as the places that they name."""
        if isinstance(index.type, List) and index.type.item == INT:
            return self.array_of_list(self.hold(index), node) or index
        if not isinstance(index.type, Arr) or index.type.number.name != "bool_":
            return index
        mask, rank = self.named(index), index.type.rank
        if rank > owner.type.rank:
            self.fails(IndexError, "too many indices for array")
        error = self.error(IndexError, "boolean index did not match indexed array")
        for j in range(rank):
            self.emit(f"if (UNLIKELY({mask.c}.n[{j}] != {owner.c}.n[{j}])) fail(R, {error});")
        count = self.hold(Val(INT, f"count_true({rank}, {mask.c}.p, {mask.c}.n, {mask.c}.s)"), "count")
        places = [self.new_array(Num("int64"), [count.c], "places") for _ in range(rank)]
        given = ", ".join(f"(i64 *){p.c}.p" for p in places)
        self.emit(f"places_of_mask({rank}, {mask.c}.p, {mask.c}.n, {mask.c}.s, (i64 *[]){{{given}}});")
        return places[0] if rank == 1 else self.tuple_of(places)


