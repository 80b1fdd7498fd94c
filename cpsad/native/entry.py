"""A call from Python: the program for these types, arguments in, value and gradients out."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import re
import struct
import threading
import types
from typing import Any

import gast
import numpy as np

from ..layout import Call, layout_of
from ..operators import Argnums, _fresh, _Gradient, _gradient
from ..resolve import letter_of, lookup
from ..rules.registry import REGISTRY
from ..transforms.errors import CpsadError
from ..trees import is_tree
from .blas import blas_routines
from .compiler import begin, load
from .gate import Plans, open_gate, plan_for
from .objects import Obj
from .program import StagingError, Unit, program
from .raised import Given, Held, error_of
from .records import Arguments, is_leaf_of_gradient, leaves_of, shaped
from .results import Results, arrays_among, number_at
from .scalars import slot_field
from .shared import heads, parts_for, parts_of
from .stage import Dead, EndK, Spec, Stager
from .types import Arr, Maybe, Num, Parted, Single, c_type, of_array, of_number
from .values import DUALS, RUNTIME, Val
from .walk import Walk

__all__ = ["NativeGradient", "Staged", "native_text"]

log = logging.getLogger("cpsad")
FORMATS = {"f": "d", "f4": "f4x", "i": "q", "p": "Q", "b": "?7x"}


class Staged(Results):
    """One function's gradient, for one combination of types: its text in C, and how it is called."""

    primal = False  # whether it is the function itself that is staged

    def __init__(self, function: Any, signature: str, types_: list[Any], wanted: list[int], has_aux: bool = False,
                 seeds: Any = None, along: bool = False) -> None:
        """`seeds`: the types of the cotangents of the result's leaves, behind the arguments; None: the result is a scalar."""
        if not isinstance(function, types.FunctionType):
            raise StagingError(f"a {type(function).__name__} cannot be staged to native code yet", why="it is no plain function",
                               remedy="write a function that calls it")
        self.function, self.types, self.wanted = function, types_, wanted
        self.version = REGISTRY.version
        layout = layout_of(function, Call.parse(signature))
        names = [n for n, _ in Call.parse(signature).keywords]
        count = len(types_) - len(names)
        self.stager = stager = Stager()
        stager.primal, stager.has_aux = self.primal, has_aux
        if found := {t.dtype for p in types_ for t in leaves_of(p) if isinstance(t, Arr)}:
            begin(parts_for(found, along))
        self.unit: Unit = program(function, layout.letters, "cps" if self.primal else "optimized")
        stager.units[(function, layout.letters)] = self.unit
        self.filled = [i for i, t in enumerate(types_) if c_type(t) != "void"]
        self.leaves, place = [], {}
        for position, type_ in enumerate(types_):
            place[position] = len(self.leaves)
            self.leaves += leaves_of(type_)
        self.wanted_leaves = [(position, place[position] + j, t) for position in wanted
                              for j, t in enumerate(leaves_of(types_[position])) if is_leaf_of_gradient(t)]
        if along:  # their directions come behind the arguments
            for _, leaf, type_ in self.wanted_leaves:
                stager.along[leaf] = len(self.leaves)
                self.leaves.append(type_)
        if seeds is not None:
            stager.seeds = [(len(self.leaves) + i, t) for i, t in enumerate(seeds)]
            self.leaves += seeds
        stager.offset = len(self.leaves)
        stager.first_slot = stager.most_slots = 2 * (1 + len(self.wanted_leaves))
        node = gast.parse("def entry(): pass").body[0]
        self.lines: list[str] = []
        self.gradients: list[Any] = []

        def walk() -> None:
            spec = Spec(self.unit, node, None, (), None, "entry")
            walker = Walk(stager, spec)
            walker.statement_node = self.unit.tree
            params = []
            back = {}
            if stager.writes and not stager.primal:
                walker.begin_writes(types_)
            elif stager.writes and along:
                walker.no_arrays_in_objects(types_)
                walker.emit("R->given = NULL;")
                walker.emit("R->at_error = hand_back_changed;")
            for i, (kind, what) in enumerate(layout.sources):
                if kind == "default":
                    stager.constant_default(function)
                    params.append(walker.constant(what, self.unit.tree))
                    continue
                if kind not in ("arg", "keyword"):
                    raise self.unit.refuse(self.unit.tree, "a function with starred parameters")
                position = what if kind == "arg" else count + names.index(what)
                back[position] = i
                type_ = types_[position]
                params.append(walker.structured(type_, place[position], position in wanted))
            if stager.writes and not stager.primal:
                positions = [None if kind == "default" else what if kind == "arg" else count + names.index(what)
                             for kind, what in layout.sources]
                walker.arguments_read([p for p, i in zip(params, positions, strict=True) if i is not None and i not in wanted])
            self.gradients = []
            with contextlib.suppress(Dead):  # it always raises
                result = walker.call_function(self.unit, self.unit.tree, None, "", Val(EndK()), params, self.unit.tree)
                for n, (position, leaf, type_) in enumerate([] if self.primal else self.wanted_leaves):
                    adjoint = walker.adjoint_of_leaf(leaf, type_) if isinstance(types_[position], Parted) else (
                        walker.heap_collect(params[back[position]], result.items[back[position]]))
                    adjoint = walker.tangent_of(adjoint) if along else adjoint
                    self.gradients.append(adjoint.type)
                    walker.write_gradient(adjoint, type_, n)
            declared = [f"    {k} {n};" for n, k in walker.declared.items()]
            name = stager.prefix
            self.lines = [f"static void {name}entry(runtime *R) {{", *declared,
                          f"    R->fixed = {'false' if stager.primal else 'true'};",
                          *([f"    R->at_raise = {name}dump;"] if stager.holds_values else []),
                          *walker.lines, "}", "",
                          f"int {name}call(slot *in, slot *out) {{ return run({name}entry, in, out); }}"]

        stager.solve(walk)
        if stager.writes and stager.doubts:
            unit, node, what = stager.doubts[0]
            raise unit.refuse(node, what, why="the function writes into arrays")
        self.text = stager.text(self.lines)
        self.prepare(names, count)

    def prepare(self, names: list[str], count: int) -> None:
        self.pack = struct.Struct("=" + "".join(FORMATS[slot_of(t)] for t in self.leaves)
                                  + "".join(FORMATS[slot_of(t)] for _, _, t in self.stager.inputs)).pack
        types_ = [*self.leaves, *(t for _, _, t in self.stager.inputs)]
        self.pointers = [t for t in types_ if isinstance(t, (Arr, Obj))] and types_
        self.loaded: Any = None
        self.plan: Any = None
        self.lock = threading.Lock()

    def compiled(self) -> Any:
        with self.lock:
            if self.loaded is None:
                if "array_" in self.text:
                    text, loops = self.stager.in_two(self.lines)
                    along = bool(self.stager.along)
                    common = heads(along)
                    library = load(common + text, loops and common + loops, parts_of(text + loops, along))
                else:
                    library = load(f"{RUNTIME}{DUALS if self.stager.along else ''}\n{self.text}")
                self.attach(library, "call")
        return self.loaded

    def attach(self, library: ctypes.CDLL, name: str) -> None:
        """Takes the program from a library in which it has this name."""
        self.library, self.gate = library, open_gate(library)
        for i, routine in enumerate(blas_routines() if re.search("product_|_due_", self.text) else ()):
            (ctypes.c_void_p * 2).in_dll(library, "blas")[i] = routine
        call = library[name]
        limit = os.environ.get("CPSAD_STACK_BYTES")
        ctypes.c_size_t.in_dll(library, "most_stack").value = int(limit) if limit else 0
        self.loaded = call

    # -- what was taken for granted ---------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Whether the names of the program stand for what they stood for when it was staged."""
        if self.version != REGISTRY.version:
            return False
        for unit, name, value in self.stager.constants.values():
            if lookup(unit.cells, unit.function.__globals__, name) is not value:
                return False
        for owner, name, value in self.stager.attributes.values():
            if getattr(owner, name, None) is not value:
                return False
        for function, defaults, named in self.stager.defaults.values():
            if function.__defaults__ is not defaults or function.__kwdefaults__ != named:
                return False
        return all(type_of(lookup(unit.cells, unit.function.__globals__, name)) == type_
                   for unit, name, type_ in self.stager.inputs)

    # -- the call ---------------------------------------------------------------------------------------------

    def slots(self, leaves: list[Any]) -> tuple[bytes, list[Any]]:
        """What C reads: arguments and values from outside; and what must outlive the call."""
        given = leaves + [lookup(unit.cells, unit.function.__globals__, name) for unit, name, _ in self.stager.inputs]
        kept = given
        if self.pointers:
            given = [id(g) if isinstance(t, Arr) else g.address if isinstance(t, Obj) else g
                     for g, t in zip(given, self.pointers, strict=True)]
        try:
            return self.pack(*given), kept
        except struct.error:
            raise StagingError("an integer that does not fit into 64 bits cannot be passed to native code",
                               remedy=f'use backend="{"auto" if self.primal else "numpy"}" for this call') from None

    def run(self, leaves: list[Any]) -> tuple[bytes, list[Any], list[Any]]:
        """What C leaves in the slots, the arrays that it has filled, and what must outlive the call."""
        call = self.loaded or self.compiled()
        packed, kept = self.slots(leaves)
        out = ctypes.create_string_buffer(8 * self.stager.most_slots)
        made = []
        for n, (_, leaf, type_) in enumerate(self.wanted_leaves):
            made.append(np.empty(leaves[leaf].shape, leaves[leaf].dtype) if isinstance(type_, Arr) else None)
            if made[n] is not None:
                struct.pack_into("=Q", out, 16 * (n + 1), id(made[n]))
        error = self.gate.through(call, packed, ctypes.addressof(out))
        if error:
            self.raise_(error)
        return out.raw, made, kept

    def slopes(self, arguments: list[Any], leaves: list[Any], raw: bytes, made: list[Any]) -> list[Any]:
        """The gradients, each of the structure of its argument."""
        if all(isinstance(self.types[i], Arr) for i in self.wanted):
            return made
        following = iter([g if g is not None else self.gradient(
            raw, 16 * (n + 1), self.gradients[n], leaves[self.wanted_leaves[n][1]]) for n, g in enumerate(made)])
        return [shaped(arguments[i], self.types[i], following) for i in self.wanted]

    def __call__(self, arguments: list[Any], leaves: list[Any]) -> tuple[Any, list[Any], Any]:
        """`leaves`: what the arguments consist of."""
        raw, made, kept = self.run(leaves)
        type_ = self.stager.results[struct.unpack_from("=q", raw, 8)[0]]
        aux = None
        if self.stager.has_aux:
            type_, aux_type = type_.items
            words = struct.unpack(f"={self.stager.most_slots}q", raw)
            aux, _ = self.result(aux_type, raw, words, 2 * (1 + len(made)), arrays_among(kept), [])
        value = number_at(raw, 0, type_)
        return value, self.slopes(arguments, leaves, raw, made), aux

    def gradient(self, raw: bytes, at: int, type_: Any, argument: Any) -> Any:
        from ..cotangents import ZERO

        if isinstance(type_, Single):
            return _gradient(ZERO, argument)
        if isinstance(type_, Maybe):
            if struct.unpack_from("=q", raw, at + 8)[0]:
                return _gradient(ZERO, argument)
            type_ = type_.type
        return _gradient(number_at(raw, at, type_), argument)

    def raise_(self, number: int) -> None:
        if number == -1:
            raise RecursionError(f"maximum recursion depth exceeded in native code of {self.function.__qualname__}")
        if number == -2:
            raise MemoryError(f"out of memory in native code of {self.function.__qualname__}")
        kind, message, where = self.stager.errors[number - 1]
        if isinstance(message, (Given, Held)):
            error = error_of(kind, message, ctypes.string_at(self.gate.raised_values(), 8 * 64))
        else:
            try:
                error = kind(message) if message else kind()
            except TypeError:
                error = RuntimeError(f"{kind.__name__}: {message}")
        error.add_note(f'  in native code of File "{where.filename}", line {where.line}\n{where.excerpt()}'.rstrip())
        raise error


def slot_of(type_: Any) -> str:
    return "b" if type_ == Num("bool_") else slot_field(type_) if isinstance(type_, Num) else "p"


def type_of(value: Any) -> Any:
    """The type of a value from outside, or None where C has none."""
    return of_number(value) or of_array(value)


class Programs:
    """The programs of a function, one for each combination of its arguments' types, and what is known of its calls."""

    def __init__(self, function: Any, backend: str) -> None:
        self.function, self.backend = function, backend
        self.forget()

    def forget(self) -> None:
        self.staged: dict[Any, Any] = {}
        self.arguments = Arguments()
        self.plans = Plans()
        self.said = False

    def __getstate__(self) -> dict[str, Any]:
        """What was compiled stays behind: it is on disk, where another process finds it."""
        return {name: value for name, value in self.__dict__.items() if name not in ("staged", "arguments", "plans", "said")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.forget()


    def staged_with_reason(self, *given: Any) -> Any:
        """`staged_for`; with "auto" all that it refuses is a StagingError: reasons which the NumPy backend may not have."""
        try:
            return self.staged_for(*given)  # type: ignore[attr-defined]
        except CpsadError as error:
            if isinstance(error, StagingError) or self.backend != "auto":
                raise
            raise StagingError(str(error)) from error

    def instead(self, error: Exception) -> None:
        """The function cannot be staged, or has come to what native code does not do: it runs in Python, if that is wanted."""
        if self.backend != "auto" or not isinstance(error, StagingError):
            raise error
        self.say(error)

    def say(self, error: Exception) -> None:
        """Once, why the function runs in Python."""
        if not self.said:
            self.said = True
            log.warning("%s runs in Python: %s", getattr(self.function, "__qualname__", self.function), error)


class NativeGradient(Programs):
    """What a gradient function does when it is called, with `backend="native"` or `"auto"`."""

    def __init__(self, function: Any, argnums: Argnums, has_aux: bool, backend: str) -> None:
        super().__init__(function, backend)
        self.plain = _Gradient(function, argnums, has_aux)
        self.single, self.wanted, self.has_aux = self.plain.single, self.plain.wanted, has_aux

    def locate(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[int]:
        return self.plain.locate(args, kwargs)

    def check_plain(self, arguments: list[Any], slots: list[int], args: tuple[Any, ...]) -> None:
        self.plain.check_plain(arguments, slots, args)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, Any]:
        try:
            return self.in_native(args, kwargs)
        except StagingError as error:
            self.instead(error)
        return self.plain(args, kwargs)

    def in_native(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, Any]:
        plan = self.plans.first
        if plan is not None and not kwargs:
            found = plan.call(args, plan.address)
            if found is not NotImplemented:
                if len(found) == 2:
                    found[0].raise_(found[1])
                return found  # type: ignore[no-any-return]
        slots = self.slots(args, kwargs)
        arguments = [*args, *kwargs.values()]
        staged, leaves = self.staged_with_reason(arguments, slots, args, kwargs)
        value, gradients, aux = staged(arguments, leaves)
        if not kwargs:
            self.plans.add(plan_for(staged, arguments, self.single))
        return value, (gradients[0] if self.single else tuple(gradients)), aux

    def slopes(self, arguments: list[Any], slots: list[int], args: tuple[Any, ...], kwargs: dict[str, Any], given: list[Any],
               more: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        """What the program gives for the arguments at `slots` if it is `given` cotangents or directions behind their leaves."""
        staged, leaves = self.staged_with_reason(arguments, slots, args, kwargs, more)
        every = [*leaves, *given]
        raw, made, _ = staged.run(every)
        return tuple(staged.slopes(arguments, every, raw, made))

    def slots(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[int]:
        """Which arguments are differentiated."""
        shape = len(args), tuple(kwargs)
        found = self.plain.located.get(shape)
        if found is None:
            self.plain.arrived()
            found = self.plain.located[shape] = self.plain.locate(args, kwargs)
        return found

    def staged_for(self, arguments: list[Any], slots: list[int], args: tuple[Any, ...], kwargs: dict[str, Any],
                   more: tuple[Any, ...] = ()) -> Any:
        """The program for these arguments, and their leaves. `more`: what else a program depends on."""
        leaves: list[Any] = []
        types_ = [self.arguments.read(a, i in slots, leaves) for i, a in enumerate(arguments)]
        key = (*types_, *slots, *kwargs, *more)
        known = self.staged.get(key)
        if known is not None:
            if isinstance(known, CpsadError):
                raise known
            if known.is_valid():
                return known, leaves
        for i in slots:
            if not is_tree(arguments[i]) and not np.iscomplexobj(arguments[i]):
                _fresh(arguments[i], lambda i=i: self.plain.describe(i, args))  # type: ignore[misc]
        for i, t in enumerate(types_):
            if t is None:
                raise StagingError(f"{self.plain.describe(i, args)}, a {type(arguments[i]).__name__}, cannot be passed to native "
                                   "code yet", remedy='use backend="numpy" for this function')
            if i in slots and isinstance(t, Parted) and not any(map(is_leaf_of_gradient, leaves_of(t))):
                raise TypeError(f"{self.plain.describe(i, args)} holds no floating-point number; only floating-point scalars and "
                                "arrays are differentiated")
        letters = [letter_of(a, i in slots and not is_tree(a)) for i, a in enumerate(arguments)]
        signature = "".join(letters[: len(args)]) + "".join(
            f",{n}={a}" for n, a in zip(kwargs, letters[len(args):], strict=True))
        try:
            made = self.stage(signature, types_, slots, more)
        except CpsadError as error:
            self.staged[key] = error
            raise
        self.staged[key] = made
        return made, leaves

    def stage(self, signature: str, types_: list[Any], slots: list[int], more: tuple[Any, ...]) -> Staged:
        return Staged(self.function, signature, types_, slots, self.has_aux)


def native_text(function: Any, args: tuple[Any, ...], argnums: Argnums = 0) -> str:
    """The C of a function's gradient for arguments like these, without the run-time support."""
    compute = NativeGradient(function, argnums, False, "native")
    return compute.staged_for(list(args), compute.locate(args, {}), args, {})[0].text

