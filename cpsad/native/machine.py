"""Programs as loops instead of calls: where each call of a continuation is the last but for the way back.

A function of the staged program is code, one call of what comes next, and adjoint code. A function that calls what comes next
and returns only after it keeps a frame on the stack of C, with all that C keeps there. Where no arrays are made this is most
of the time. So the continuations of one function of the user's become labels of one function of C: a call is a jump, behind
which stands a *record* of the variables that the adjoint code reads, and a return goes where the record on top says. This is
defunctionalization of the return (Reynolds, *Definitional Interpreters*, 1972; Danvy and Nielsen, *Defunctionalization at
Work*, 2001); the records are the frames, without what nobody reads again.

    static double f__loop(...) {                      f__loop:
        y = x * c;                                        y = x * c;
        b = f__loop(R, e, y);            ->               push(c); x = y; goto f__loop;
        return b * c;                                 back_1: pop(c); b = returned;
    }                                                     returned = b * c; goto *(the record on top)

A call with nothing behind it but the return leaves no record. A function that calls itself (its continuation is a `Pointer`)
becomes two functions of C: forward, which returns what its continuation would get, and backward, which takes what the
continuation would give back; what lies between is what the caller did in its continuation.

Taken for granted: the last round of a walk with `stager.direct`, in which variables of frames are written as variables of
this function (`Walk.owner_of`) and calls are `Jump`s. A variable of a function that may run again before it returns is in the
record of the call by which its scope is left, if adjoint code reads it; one that is a constant until then is made anew.

Raises NotDirect where that is not sure to be the same: the program is written with a function for each continuation then.
"""

from __future__ import annotations

from typing import Any

from .flow import CHEAP, LITERAL, WORD, Block, Jump, NotDirect, Site, jump
from .machine_text import Text
from .types import BOTTOM, c_type, holds_arrays

__all__ = ["machines", "may_be_direct"]


class Group(Text):
    """One function of C, or two: a function of the user's, its continuations, and the functions that are given these."""

    def __init__(self, root: Any, pointer: Any, stager: Any) -> None:
        self.root, self.pointer, self.stager = root, pointer, stager
        self.names: set[str] = {"R", "sp", "given", "value__", *stager.names, *(f"given_{n}" for _, n in root.params),
                                *(f"back_{i}" for i in range(99))}
        self.blocks: dict[Any, Block] = {}
        self.sites: list[Site] = []
        self.routines: list[Any] = []
        self.exit = Site(0, jump("", None, [], ""), None)
        self.at_end: set[Any] = set()  # sites to which the group's own continuation returns
        todo = [root]
        while todo:
            spec = todo.pop(0)
            if spec not in self.blocks:
                for type_ in spec.cells.values():
                    stager.struct(type_)
                if spec.parent is not None and spec is root:
                    raise NotDirect("a nested function that calls itself")
                block = self.blocks[spec] = Block(spec, self)
                block.look()
                todo += [self.reached(site) for site in block.sites if self.reached(site) is not None]
        self.shared = {n for b in self.blocks.values() for n in b.cells}
        self.connect()

    def unique(self, name: str) -> str:
        made, n = name, 1
        while made in self.names:
            n += 1
            made = f"{name}_{n}"
        self.names.add(made)
        return made

    def site(self, call: Jump, block: Block) -> Site:
        made = Site(len(self.sites) + 1, call, block)
        self.sites.append(made)
        return made

    def reached(self, site: Site) -> Any:
        """The specialisation to which a call leads within the group; None: its end."""
        spec = site.call.spec
        if spec is self.pointer:
            return None
        if not hasattr(spec, "cells"):
            raise NotDirect("a continuation of another function")
        if site.call.member is None:
            return spec
        if len(spec.k.versions) != 1:
            raise NotDirect("a continuation that takes values of several types")
        (version,) = spec.k.versions
        return self.stager.continuation(site.call.member, (version,))

    def connect(self) -> None:
        """Which calls need records, and what is in them."""
        for site in self.sites:
            spec = self.reached(site)
            site.target = self.blocks[spec] if spec is not None else self.pointer
            if site.call.member is not None:
                site.routine = site.call.spec
                self.routines.append(site.routine)
            if site.target is not self.pointer:
                site.inside.next.add(site.target)
        for block in self.blocks.values():
            block.alive  # noqa: B018  (all of them are here)
        again = {b: reached_from(b) for b in self.blocks.values()}
        for site in self.sites:
            returns = site.target.spec.returns if isinstance(site.target, Block) else next(iter(self.pointer.versions.values()))
            same = c_type(returns) == c_type(site.inside.spec.returns) and returns is not BOTTOM
            self.record(site, again)
            site.tail = site.routine is None and same and not (site.saved or site.made_anew) and site.inside.is_tail(site)
        self.blocks[self.root].returned.add(self.exit)
        changed = True
        while changed:
            changed = False
            for site in self.sites:
                to = site.target.returned if isinstance(site.target, Block) else self.at_end
                more = site.inside.returned if site.tail else {site}
                changed |= not more <= to
                to |= more
        for sites in [*(b.returned for b in self.blocks.values()), self.at_end]:
            if len(sites) > 1:
                for site in sites:
                    site.tagged = True
        addresses = set().union(*(b.addresses for b in self.blocks.values()))
        for block in self.blocks.values():
            twice = self.pointer is not None or block in again[block]
            for name in addresses & {*block.types, *block.cells}:
                if twice and block.types.get(name) != "range":
                    raise NotDirect("the address of a variable")
            if twice and any(t in ("slab", "due") for t in block.cells.values()):
                raise NotDirect("an array of a frame")
            for name, type_ in {**block.types, **block.cells}.items():
                if type_ in ("range", "range *") and any(name in b.reads_behind for b in self.blocks.values()):
                    raise NotDirect("an iterator on the way back")
                if "@" in type_ or type_ == "decision":
                    raise NotDirect(f"a variable of the type {type_}")

    def constant_of(self, name: str, within: list[Block]) -> str | None:
        """What a variable of a frame is until all calls have been done, if it is always the same."""
        values = set().union(*(b.assigned.get(name, set()) for b in within))
        return next(iter(values)) if len(values) == 1 and LITERAL.fullmatch(next(iter(values))) else None

    def record(self, site: Site, again: dict[Block, set[Block]]) -> None:
        """What has to outlive a call: the caller's own variables, and those of the scopes that it leaves."""
        inside = site.inside
        live = inside.live_behind(site) - {site.call.result}
        saved = [n for n in inside.types if n in live]
        kept = site.target.alive - {site.target} if isinstance(site.target, Block) else set()
        for block in sorted(inside.alive, key=lambda b: b.number):
            runs_again = self.pointer is not None or block in again[block]
            if not runs_again and block is inside:
                saved = []
            if block in kept or not runs_again:
                continue
            within = [b for b in self.blocks.values() if block in b.scopes]
            for name in block.cells:
                if not any(name in b.reads_behind for b in within):
                    continue
                constant = self.constant_of(name, within)
                if constant is not None:
                    site.made_anew[name] = constant
                elif any(name in b.assigned for b in within):
                    saved.append(name)
        for name in saved:
            values = inside.assigned.get(name, set())
            if name in inside.types and len(values) == 1 and LITERAL.fullmatch(next(iter(values))) and (
                    name not in inside.params):
                site.made_anew[name] = next(iter(values))
        site.saved = [n for n in saved if n not in site.made_anew]
        known = {n for n in site.saved if len(inside.assigned.get(n, ())) == (n not in inside.params)}
        anew = {}  # what is computed anew, which is quicker than to write and read it
        for name in known & set(inside.types) - set(inside.params):
            (text,) = inside.assigned[name]
            if CHEAP.fullmatch(text) and set(WORD.findall(text)) <= known:
                anew[name] = text

        def make(name: str) -> None:
            if name in anew and name not in site.made_anew:
                for operand in WORD.findall(anew[name]):
                    make(operand)
                site.made_anew[name] = anew[name]

        for name in sorted(anew):
            make(name)
        site.saved = [n for n in site.saved if n not in anew]


def reached_from(block: Block) -> set[Block]:
    found: set[Block] = set()
    todo = list(block.next)
    while todo:
        b = todo.pop()
        if b not in found:
            found.add(b)
            todo += b.next
    return found


def may_be_direct(stager: Any) -> bool:
    """Whether it is worth the try: no arrays are handed back from turn to turn."""
    from .stage import EndK

    return not stager.primal and not stager.writes and not stager.catches and not any(
        s.dues or not s.is_formula and holds_arrays(s.returns) and not isinstance(s.k, EndK) for s in stager.walked.values())


def machines(stager: Any) -> list[Group]:
    """The functions of C for a program, all that it consists of but formulas. Raises NotDirect."""
    if stager.changed:
        raise NotDirect("the types of the program")
    root = next(s for s in stager.walked.values() if s.parent is None and not s.is_formula)
    made = [Group(root, None, stager)]
    for group in made:
        for spec in group.routines:
            if all(g.root is not spec for g in made):
                if spec.k.spec is not spec:
                    raise NotDirect("a function that hands on the continuation of another")
                made.append(Group(spec, spec.k, stager))
    return made
