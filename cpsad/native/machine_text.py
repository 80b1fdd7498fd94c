"""The text of the functions of `machine.py`: labels, records, jumps, returns."""

from __future__ import annotations

from typing import Any

from .flow import RETURN, Block, Node, Site
from .types import BOTTOM, c_type

__all__ = ["Text"]

FLOATS, MAYBE_FLOATS = {"double", "float"}, {"maybe_f64", "maybe_f32"}


class Text:
    """What a `Group` does to write itself."""

    root: Any
    pointer: Any
    blocks: dict[Any, Block]
    sites: list[Site]
    exit: Site
    at_end: set[Any]
    constant_of: Any

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
                    lines += self.lowered(block, "sp < R->low", [(p, block.types[p]) for p in block.params], False, "    ")
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
        return [*(f"{indent}{n} = (({name} *)sp)->{n};" for n in site.saved), f"{indent}sp += sizeof({name}) + 7 & ~7;", *made]

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
                    given_back = result_type(block.spec.returns)
                    own = [(self.results()[given_back], given_back)] if given_back != "void" else []
                    lines += self.lowered(block, "R->low == EVERYWHERE", own, True, indent)
                lines += [indent + line for line in self.back_to(block.returned, way)]
            else:
                lines.append(node.text)
        return lines

    def lowered(self, block: Block, condition: str, own: list[tuple[str, str]], behind: bool, indent: str) -> list[str]:
        """The look at the limit. Floats that are alive are in memory meanwhile: in registers they would be in those that a call
        keeps, of which there are none for floats, so that every turn would move them to others and back."""
        kept = [n for n, t in own if t in FLOATS]
        kept += [f"{n}.v" for n, t in own if t in MAYBE_FLOATS]
        for b in sorted(block.alive - {block}, key=lambda b: b.number):
            within = [c for c in self.blocks.values() if b in c.scopes]
            for name, type_ in b.cells.items():
                if type_ in FLOATS | MAYBE_FLOATS and any(
                        name in (c.reads_behind if behind else c.reads) for c in within) and (
                        behind or self.constant_of(name, within) is None):
                    kept.append(f"{name}.v" if type_ in MAYBE_FLOATS else name)
        if not kept:
            return [f"{indent}if (UNLIKELY({condition})) lower(R, sp);"]
        return [f"{indent}if (UNLIKELY({condition})) {{", f"{indent}    const volatile double kept[] = {{{', '.join(kept)}}};",
                f"{indent}    lower(R, sp);", *(f"{indent}    {n} = kept[{i}];" for i, n in enumerate(kept)), f"{indent}}}"]

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


def spaced(type_: str) -> str:
    return type_ if type_.endswith("*") else type_ + " "


def result_type(type_: Any) -> str:
    return "void" if type_ is BOTTOM else c_type(type_)
