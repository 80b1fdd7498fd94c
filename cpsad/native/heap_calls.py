"""The methods of the heap, which generated code calls where values are stored, read and changed."""

from __future__ import annotations

from typing import Any

from .attempts import Failure
from .choices import Choice, Text
from .contexts import KindOf
from .dicts import Dict, DictMethod, DictView
from .lists import List, ListMethod
from .made import Bound, Made, Super
from .objects import Obj
from .types import Arr, Const, Maybe, Num, Parted, Plain, Record, Single, Tup
from .values import Val

__all__ = ["HeapCalls"]

WITH_ATTRIBUTES = (Failure, Record, Obj, Made, Super)
NOTHING = (Bound, Choice, Const, Dict, DictMethod, DictView, Failure, KindOf, List, ListMethod, Made, Obj, Plain, Single, Super,
           Text)


class HeapCalls:
    """What `Walk` does with them."""

    def call_heap(self: Any, name: str, node: Any) -> Val:
        """A method of the heap."""
        if name == "put":
            return self.heap_put(node)
        args = self.operands_of(*node.args)
        of_arrays = self.call_heap_of_arrays(name, args, node)
        if of_arrays is not None:
            return of_arrays
        if name in ("array", "iterable") and isinstance(args[0].type, (Num, Arr)):
            return args[0]
        if name == "unarray" and isinstance(args[0].type, (Num, Arr)):
            return args[2]
        if name == "item" and isinstance(args[0].type, (Arr, Dict, List, Tup, Record)):
            return self.item(args[0], args[1], node)
        if name == "item" and isinstance(args[0].type, Maybe):
            return self.cases(args[0], lambda v: self.item(v, args[1], node))
        if name == "read_item" and isinstance(getattr(args[1].type, "type", args[1].type), Arr):
            return self.split([args[0], args[1], args[4]], lambda v: self.added_item(v[0], v[1], args[2], v[2], node))
        if name == "add_item" and isinstance(args[1].type, Arr):
            return self.split([args[0], args[3]], lambda v: self.added_item(v[0], args[1], args[2], v[1], node))
        if name == "attribute" and isinstance(getattr(args[0].type, "type", args[0].type), (Arr, Num, *WITH_ATTRIBUTES)):
            return self.cases(args[0], lambda v: self.attribute(v, self.known_value(args[1]), node))
        if name == "snapshot" and isinstance(args[0].type, List) and any(isinstance(a.type, Arr) for a in args[2:]):
            raise self.refuse(node, "a list that gets the elements of an array")
        if name in ("snapshot", "drain", "restore", "undo") and isinstance(args[0].type, (Dict, List, Num)):
            return args[2] if name in ("drain", "undo") else Val(Single("None"))
        if name in ("set_attribute", "set_field"):
            if name == "set_field":
                self.set_field(args[0], self.known_value(args[1]), args[2], node)
            else:
                self.cases(args[0], lambda v: self.set_attribute(v, self.known_value(args[1]), args[2], node))
            return Val(Single("None"))
        if name == "text":  # what is made of values is made where it gets out
            return Val(Single("None"))
        if name == "decided":
            return self.decided(args[0])
        if name == "verdict":
            return args[0]
        if name == "take":
            return self.heap_take(args[0], node)
        if name == "add":
            if not (self.carries_nothing(args[0]) or isinstance(args[0].type, Parted)):
                self.heap_add(args[0], args[1], node)
            return Val(Single("None"))
        if name == "rows" and isinstance(args[0].type, Arr):
            return self.heap_rows(args[0], node)
        if name == "gathered" and isinstance(args[0].type, List):
            return self.copied_list(self.hold(args[0]))
        if name == "gathered" and self.is_sequence(args[0].type):
            return self.list_of(self.site(node), args[0].items, node) if args[0].items else args[0]
        if name == "store_item" and self.is_growing_dict(args[0]):
            self.store_into_dict(args[0], args[1], args[2], node)
            return Val(Single("None"))
        if name == "store_item" and isinstance(args[0].type, List):
            self.store_into_list(args[0], args[1], args[2], node)
            return Val(Single("None"))
        if name == "unstore_item" and isinstance(args[0].type, (Dict, List)):
            return Val(Single("ZERO"))
        if name == "spread" and len(args) == 2:
            return self.heap_spread(args[0], args[1], node)
        if name in ("rows", "iterable") and isinstance(args[0].type, (Dict, DictView, List, Tup, Record)):
            return args[0]
        if name == "unrows":
            return self.heap_unrows(args[0], args[1], node)
        if name == "read_attribute" and isinstance(getattr(args[0].type, "type", args[0].type), WITH_ATTRIBUTES):
            if not self.carries_nothing(args[2]):
                self.heap_add(args[2], args[3], node)
            return Val(Single("ZERO"))
        if name == "read_item" and isinstance(args[1].type, (Dict, List, Parted)):
            if not self.carries_nothing(args[3]):
                self.heap_add(args[3], args[4], node)
            return args[0]
        raise self.refuse(node, f"a value that is kept in a container or an object (heap.{name} of {args[0].type})")

    def carries_nothing(self: Any, value: Val) -> bool:
        type_ = value.type
        return isinstance(type_, Num) and type_.dtype.kind in "biu" or isinstance(type_, NOTHING) or (
            isinstance(type_, Maybe) and isinstance(type_.type, (Choice, Dict, Text, List, Obj, Made)))
