"""Scalar programs as loops instead of calls: where each call of a continuation is the last but for the way back.

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

from .flow import LITERAL, RETURN, Block, Jump, Node, NotDirect, Site, jump
from .types import BOTTOM, c_type, holds_arrays

__all__ = ["machines", "may_be_direct"]


class Group:
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
                values = set().union(*(b.assigned.get(name, set()) for b in within))
                if len(values) == 1 and LITERAL.fullmatch(next(iter(values))):
                    site.made_anew[name] = next(iter(values))
                elif values:
                    saved.append(name)
        for name in saved:
            values = inside.assigned.get(name, set())
            if name in inside.types and len(values) == 1 and LITERAL.fullmatch(next(iter(values))) and (
                    name not in inside.params):
                site.made_anew[name] = next(iter(values))
        site.saved = [n for n in saved if n not in site.made_anew]

    # -- the text ---------------------------------------------------------------------------------------------

    def type_of(self, name: str) -> str:
        for b in self.blocks.values():
            if name in b.types:
                return b.types[name]
            if name in b.cells:
                return b.cells[name]
        raise AssertionError(name)

    def struct_of(self, site: Site) -> str:
        """The declaration of a record, small things first: the tag of every record is its first byte."""
        fields = [("unsigned char", "tag")] if site.tagged else []
        small = {"bool": 0, "unsigned char": 0, "maybe": 0}
        named = sorted(((self.type_of(n), n) for n in site.saved), key=lambda f: small.get(f[0], 1))
        return " ".join(f"{t}{'' if t.endswith('*') else ' '}{n};" for t, n in [*fields, *named])

    def name_of(self, site: Site) -> str:
        return f"{self.root.c}__record{site.number}"

    def has_record(self, site: Site) -> bool:
        return site.tagged or bool(site.saved)

    def head(self) -> list[str]:
        parts = [f"typedef struct {{ {self.struct_of(s)} }} {self.name_of(s)};" for s in [self.exit, *self.sites]
                 if self.has_record(s)]
        return [*parts, *(f"{h};" for h, _ in self.heads())]

    def heads(self) -> list[tuple[str, str]]:
        """The heads of the functions, and which way each goes."""
        params = ["runtime *R", *(f"{spaced(t)}given_{n}" for t, n in self.root.params)]
        back = result_type(self.root.returns)
        if self.pointer is None:
            return [(f"static {spaced(back)}{self.root.c}({', '.join(params)})", "both")]
        (version, given), = self.pointer.versions.items()
        b = [f"{spaced(c_type(given))}given"] if c_type(given) != "void" else []
        return [(f"static {spaced(c_type(version))}{self.root.c}__forward({', '.join(params)})", "forward"),
                (f"static {spaced(back)}{self.root.c}__backward({', '.join(['runtime *R', *b])})", "backward")]

    def results(self) -> dict[str, str]:
        """For each type that comes back, the variable in which it does."""
        types_ = {result_type(b.spec.returns) for b in self.blocks.values()}
        if self.pointer is not None:
            types_ |= {c_type(t) for t in self.pointer.versions.values()}
        return {t: f"back_{i}" for i, t in enumerate(sorted(types_ - {"void"}))}

    def text(self) -> str:
        out = []
        back = self.results()
        for head, way in self.heads():
            lines = [f"{head} {{", "    char *sp = R->sp;"]
            by_type: dict[str, list[str]] = {}
            for name, type_ in [(n, t) for t, n in back.items()] + [
                    (n, t) for b in self.blocks.values() for n, t in [*b.types.items(), *b.cells.items()]]:
                by_type.setdefault(type_, []).append(name)
            lines += [f"    {spaced(t)}{(', *' if t.endswith('*') else ', ').join(names)};" for t, names in by_type.items()]
            if way != "both":
                lines.append("    CHECK_DEPTH(R);")
            if way == "backward":
                (given,) = self.pointer.versions.values()
                lines += [f"    {back[c_type(given)]} = given;"] if c_type(given) != "void" else []
                lines += [f"    {line}" for line in self.back_to(self.at_end, way)]
            else:
                lines += self.pushed(self.exit, "    ")
                root = self.blocks[self.root]
                lines += [f"    {p} = given_{n};" for p, (_, n) in zip(root.params, self.root.params, strict=True)]
            for block in self.blocks.values():
                lines.append(f"{block.spec.c}:;")
                if getattr(block.spec.node, "role", None) in ("loop", "function"):
                    lines.append("    if (UNLIKELY(sp < R->low)) lower(R, sp);")
                lines += self.written(block, block.tree, way)
            out.append("\n".join([*lines, "}", ""]))
        return "\n".join(out)

    def pushed(self, site: Site, indent: str) -> list[str]:
        if not self.has_record(site):
            return []
        name = self.name_of(site)
        values = [f".{n} = {n}" for n in site.saved]
        if site.tagged:
            values.insert(0, f".tag = {site.number}")
        return [f"{indent}sp -= sizeof({name}) + 7 & ~7;", f"{indent}*({name} *)sp = ({name}){{{', '.join(values)}}};"]

    def popped(self, site: Site, indent: str) -> list[str]:
        made = [f"{indent}{n} = {v};" for n, v in site.made_anew.items()]
        if not self.has_record(site):
            return made
        name = self.name_of(site)
        return [*made, *(f"{indent}{n} = (({name} *)sp)->{n};" for n in site.saved), f"{indent}sp += sizeof({name}) + 7 & ~7;"]

    def back_to(self, sites: set[Any], way: str) -> list[str]:
        """A return to one of these."""
        def to(site: Site) -> str:
            if site is not self.exit:
                return f"goto back{site.number};"
            value = self.results().get(result_type(self.root.returns), "")
            gone = f"sp += sizeof({self.name_of(site)}) + 7 & ~7; " if site.tagged else ""
            return f"{gone}R->sp = sp; return {value};"

        made = sorted(sites, key=lambda s: s.number)
        if not made or way == "forward":
            return ["__builtin_trap();"]
        if len(made) == 1:
            return [to(made[0])]
        if len(made) == 2:
            return [f"if (*(unsigned char *)sp == {made[1].number}) {{ {to(made[1])} }}", to(made[0])]
        return ["switch (*(unsigned char *)sp) {", *(f"    case {s.number}: {to(s)}" for s in made[1:]),
                f"    default: {to(made[0])}", "}"]

    def written(self, block: Block, nodes: list[Node], way: str) -> list[str]:
        lines = []
        for node in nodes:
            indent = node.text[: len(node.text) - len(node.text.lstrip())]
            if node.site is not None:
                lines += self.jumped(node.site, indent, way)
            elif node.parts:
                lines.append(node.text)
                for i, part in enumerate(node.parts):
                    lines += ([f"{indent}}} else {{"] if i else []) + self.written(block, part, way)
                lines.append(f"{indent}}}")
            elif given := RETURN.fullmatch(node.text.strip()):
                if value := given[1]:
                    lines.append(f"{indent}{self.results()[result_type(block.spec.returns)]} = {value};")
                if getattr(block.spec.node, "role", None) == "loop":
                    lines.append(f"{indent}if (UNLIKELY(R->low == EVERYWHERE)) lower(R, sp);")
                lines += [indent + line for line in self.back_to(block.returned, way)]
            else:
                lines.append(node.text)
        return lines

    def jumped(self, site: Site, indent: str, way: str) -> list[str]:
        call, back = site.call, self.results()
        lines = []
        if way != "backward":
            if site.target is self.pointer:
                lines += [*self.pushed(site, indent), f"{indent}R->sp = sp;", f"{indent}return {', '.join(call.args)};"]
            else:
                params = site.target.params
                args = call.args
                if site.routine is not None:
                    text = f"{site.routine.c}__forward({', '.join(['R', *call.args])})"
                    args = ["value__"] if params else []
                    lines += [f"{indent}R->sp = sp;", f"{indent}{spaced(site.target.types[params[0]]) if params else ''}"
                              f"{'value__ = ' if params else ''}{text};", f"{indent}sp = R->sp;"]
                if not site.tail:
                    lines += self.pushed(site, indent)
                if len(params) == 1:
                    lines.append(f"{indent}{params[0]} = {args[0]};")
                elif params:  # of which some may be read in the values of others
                    lines += [f"{indent}{spaced(site.target.types[p])}given{i} = {a};"
                              for i, (p, a) in enumerate(zip(params, args, strict=True))]
                    lines += [f"{indent}{p} = given{i};" for i, p in enumerate(params)]
                lines.append(f"{indent}goto {site.target.spec.c};")
                if site.routine is not None or len(params) > 1:
                    lines = [f"{indent}{{", *("    " + line for line in lines), f"{indent}}}"]
        if site.tail:
            return lines
        lines.append(f"{indent.removesuffix('    ')}back{site.number}:;")
        returns = site.target.spec.returns if isinstance(site.target, Block) else next(iter(self.pointer.versions.values()))
        given = back.get(result_type(returns), "")
        lines += self.popped(site, indent)
        if site.routine is not None:
            text = f"{site.routine.c}__backward({', '.join(['R', *([given] if given else [])])})"
            lines += [f"{indent}R->sp = sp;", f"{indent}{call.result} = {text};" if call.result else f"{indent}{text};",
                      f"{indent}sp = R->sp;"]
        elif call.result:
            lines.append(f"{indent}{call.result} = {given};")
        return lines


def reached_from(block: Block) -> set[Block]:
    found: set[Block] = set()
    todo = list(block.next)
    while todo:
        b = todo.pop()
        if b not in found:
            found.add(b)
            todo += b.next
    return found


def spaced(type_: str) -> str:
    return type_ if type_.endswith("*") else type_ + " "


def result_type(type_: Any) -> str:
    return "void" if type_ is BOTTOM else c_type(type_)


def may_be_direct(stager: Any) -> bool:
    """Whether it is worth the try: nothing is made that takes memory."""
    return not stager.primal and not stager.writes and not any(
        s.dues or not s.is_formula and (s.arena or holds_arrays(s.returns)) for s in stager.walked.values())


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
