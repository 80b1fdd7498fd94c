"""What the lines of C of one function read and assign, before and behind a call of what comes next; for `machine.py`.

A line is what `Walk` has written: an assignment `name = expression;`, a line that opens or closes a block, another statement,
or a `Jump`: a call of a continuation, or of a function that is given one. On each way through a function there is one at most.
What is not an assignment of this form counts as if it read and assigned every variable that it names.
"""

from __future__ import annotations

import re
from typing import Any

from .types import Fn

__all__ = ["CHEAP", "FRAME", "LITERAL", "RETURN", "WORD", "Block", "Jump", "NotDirect", "Site", "jump"]

WORD = re.compile(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")
ADDRESS = re.compile(r"(?<!&)&([A-Za-z_]\w*)")
ASSIGNED = re.compile(r"([A-Za-z_]\w*) = ([^;]*);$")
CALL = re.compile(r"(\w*kernel_\d+|sum_f\d+|memset)\(.*\);")
RETURN = re.compile(r"return\b ?(.*);")
LITERAL = re.compile(r"\(maybe\w*\)\{\.z = \d\}|-?[\d.]+(e-?\d+)?|true|false")
OTHERS = re.compile(r"\b(FRAME|frame|setjmp|_setjmp)\b|\be->|^\s*#")  # what is not written for this
CHEAP = re.compile(r"\(-?[\w.]+ [*+-] [\w.]+\)|\(?-\w+\)?")
FRAME = "FRAME"  # a frame as a value, of which there is none here


class NotDirect(Exception):
    """The program is not of this kind."""


class Jump(str):
    """A line that calls a continuation, or a function that is given one."""

    spec: Any  # what is called: a specialisation, or the pointer of a continuation
    args: list[str]
    result: str
    member: Any  # the continuation that is given to a function which is staged for all of them

    def at(self, depth: int) -> Jump:
        made = Jump("    " * depth + self)
        made.__dict__.update(self.__dict__)
        return made


def jump(text: str, spec: Any, args: list[str], result: str, member: Any = None) -> Jump:
    made = Jump(text)
    made.spec, made.args, made.result, made.member = spec, args, result, member
    return made


class Site:
    """A call: which variables its record holds, and where it goes."""

    def __init__(self, number: int, call: Jump, inside: Any) -> None:
        self.number, self.call, self.inside = number, call, inside
        self.tail = False
        self.saved: list[str] = []
        self.made_anew: dict[str, str] = {}
        self.tagged = False
        self.target: Any = None  # a block, or the pointer that is the group's own continuation
        self.routine: Any = None  # the function that is called before


class Node:
    """A statement of C: a line, a call, or a line that opens a block, with what is inside."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[list[Node]] = []
        self.site: Site | None = None
        self.is_if = text.lstrip().startswith("if (")


def tree_of(lines: list[str]) -> list[Node]:
    out: list[Node] = []
    stack = [out]
    opened: list[Node] = []
    for line in (part for one in lines for part in ([one] if isinstance(one, Jump) or "\n" not in one else one.split("\n"))):
        bare = line.strip()
        if bare.startswith("/*"):
            stack[-1].append(Node(line))
            continue
        if bare.startswith("}"):
            stack.pop()
            if bare == "} else {":
                opened[-1].parts.append([])
                stack.append(opened[-1].parts[-1])
                continue
            if bare != "}":
                raise NotDirect(bare)
            opened.pop()
            continue
        node = Node(line)
        if isinstance(line, Jump):
            node.text = line
        stack[-1].append(node)
        if bare.endswith("{"):
            node.parts.append([])
            opened.append(node)
            stack.append(node.parts[-1])
    return out


class Block:
    """One specialisation as a part of the function of C."""

    def __init__(self, spec: Any, group: Any) -> None:
        self.spec, self.group, self.number = spec, group, len(group.blocks)
        names = {**{n: t for t, n in spec.params}, **spec.declared}
        self.types = {group.unique(n): t for n, t in names.items()}
        renamed = dict(zip(names, self.types, strict=True))
        self.params = [renamed[n] for _, n in spec.params]
        self.cells = {f"{spec.c}_{n}": t for n, t in spec.cell_types.items()}
        if group.names & set(self.cells):
            raise NotDirect("two variables of one name")
        group.names |= set(self.cells)

        def new(text: str) -> str:
            return WORD.sub(lambda m: renamed.get(m.group(), m.group()), text)

        lines: list[str] = []
        for line in spec.body:
            if OTHERS.search(line) and not isinstance(line, Jump) and not line.lstrip().startswith("/*"):
                raise NotDirect("a frame in memory")
            made: str = line if line.lstrip().startswith("/*") else new(line)
            if isinstance(line, Jump):
                if any(FRAME in a for a in line.args):
                    raise NotDirect("a frame that is a value")
                made = jump(made, line.spec, [new(a) for a in line.args], renamed.get(line.result, ""), line.member)
            lines.append(made)
        self.tree = tree_of(lines)
        self.sites: list[Site] = []
        self.before: set[int] = set()  # lines behind which a call comes,
        self.behind: set[int] = set()  # and those that stand behind one
        self.reads: set[str] = set()  # variables that it names
        self.reads_behind: set[str] = set()
        self.assigned: dict[str, set[str]] = {}  # before a call: variables, and the texts of their values
        self.returned: set[Any] = set()  # sites to which it returns
        self.next: set[Block] = set()
        self.addresses: set[str] = set()

    @property
    def alive(self) -> set[Block]:
        """The blocks whose variables what comes after it may see: those that it sees, and those that its continuation does."""
        found: set[Block] = set()
        block: Any = self
        while True:
            scopes = block.scopes
            found |= set(scopes)
            k = scopes[-1].spec.k
            if not isinstance(k, Fn):
                return found
            block = self.group.blocks.get(k.frame)
            if block is None:
                raise NotDirect("a frame of another function")

    @property
    def scopes(self) -> list[Block]:
        """The blocks whose variables it sees, from its own outwards."""
        found, spec = [], self.spec
        while spec is not None:
            block = self.group.blocks.get(spec)
            if block is None:
                raise NotDirect("a frame of another function")
            found.append(block)
            spec = spec.parent
        return found

    def look(self) -> None:
        """Where calls are, and what stands before and behind them."""
        self.mark(self.tree, False, False)

    def mark(self, nodes: list[Node], follows: bool, preceded: bool) -> bool:
        """Whether a call is among them. `follows`: one comes behind all of them; `preceded`: one stands before them."""
        later = follows
        here = [holds_jump(n) for n in nodes]
        for i, node in enumerate(nodes):
            later = follows or any(here[i + 1:])
            if here[i] and (preceded or later):
                raise NotDirect("two calls one after another")
            if isinstance(node.text, Jump):
                self.reads |= {w for a in node.text.args for w in WORD.findall(a)}
                node.site = self.group.site(node.text, self)
                self.sites.append(node.site)
            elif node.parts:
                if here[i] and not node.is_if:
                    raise NotDirect("a call in a loop of C")
                self.note(node.text, later or here[i], preceded)
                for part in node.parts:
                    self.mark(part, later, preceded)
            else:
                self.note(node.text, later, preceded)
            preceded = preceded or here[i]
        return any(here)

    def note(self, text: str, before: bool, behind: bool) -> None:
        if text.lstrip().startswith("/*"):
            return
        if not CALL.fullmatch(text.strip()):  # which does not keep the address
            self.addresses |= set(ADDRESS.findall(text))
        self.reads |= set(WORD.findall(text))
        if behind:
            found = ASSIGNED.fullmatch(text.strip())
            self.reads_behind |= set(WORD.findall(found.group(2) if found else text))
        if before:
            found = ASSIGNED.fullmatch(text.strip())
            if found:
                self.assigned.setdefault(found.group(1), set()).add(found.group(2))
            elif not text.strip().startswith("if (") or not text.strip().endswith("{"):
                for name in WORD.findall(text):  # it may be
                    self.assigned.setdefault(name, set()).add(text)

    def live_behind(self, site: Site) -> set[str]:
        """The variables that are read behind a call before they are assigned."""
        found = _behind(self.tree, site, set(), self.types)
        assert found is not None
        return found

    def is_tail(self, site: Site) -> bool:
        """Whether nothing is done behind a call but to return its result."""
        rest = _rest(self.tree, site)
        assert rest is not None
        same = {site.call.result}
        for node in rest:
            text = node.text.strip()
            if node.parts or isinstance(node.text, Jump):
                return False
            if text.startswith("/*"):
                continue
            if RETURN.fullmatch(text):
                return RETURN.fullmatch(text)[1] in same  # type: ignore[index]
            found = ASSIGNED.fullmatch(text)
            if not found or "(R" in text or found.group(1) in self.group.shared:
                if not found or found.group(1) != found.group(2):
                    return False
            elif found.group(2) in same:
                same.add(found.group(1))
            elif found.group(1) in same:
                return False
        return False


def holds_jump(node: Node) -> bool:
    return isinstance(node.text, Jump) or any(holds_jump(n) for part in node.parts for n in part)


def _live(nodes: list[Node], out: set[str], own: Any) -> set[str]:
    """What is live before some statements, of which `out` is live behind them. `own`: variables that no other function sees."""
    for node in reversed(nodes):
        text = node.text.strip()
        if text.startswith("/*"):
            continue
        if isinstance(node.text, Jump):
            raise NotDirect("two calls one after another")
        if node.parts:
            inside = [_live(part, out, own) for part in node.parts]
            if not node.is_if:
                inside = [set(WORD.findall(t)) for part in node.parts for t in _texts(part)]
            if len(inside) < 2 or not node.is_if:
                inside.append(out)
            out = set().union(*inside) | set(WORD.findall(text))
        elif RETURN.fullmatch(text) or text.startswith(("fail(", "__builtin_trap(")):
            out = set(WORD.findall(text))
        else:
            found = ASSIGNED.fullmatch(text)
            if found and found.group(1) in own and found.group(1) not in out and "(R" not in text:
                continue  # nobody reads it
            out = (out - {found.group(1)}) | set(WORD.findall(found.group(2))) if found else out | set(WORD.findall(text))
    return out


def _texts(nodes: list[Node]) -> list[str]:
    return [t for n in nodes for t in [n.text, *(u for part in n.parts for u in _texts(part))]]


def _behind(nodes: list[Node], site: Site, out: set[str], own: Any) -> set[str] | None:
    for i, node in enumerate(nodes):
        rest = nodes[i + 1:]
        if node.site is site:
            return _live(rest, out, own)
        for part in node.parts:
            if any(holds_jump(n) for n in part):
                found = _behind(part, site, out if any(map(holds_jump, rest)) else _live(rest, out, own), own)
                if found is not None:
                    return found
    return None


def _rest(nodes: list[Node], site: Site) -> list[Node] | None:
    for i, node in enumerate(nodes):
        if node.site is site:
            return nodes[i + 1:]
        for part in node.parts:
            found = _rest(part, site)
            if found is not None:
                return found + nodes[i + 1:]
    return None
