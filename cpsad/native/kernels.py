"""Loops over arrays as functions of their own: what is written once is compiled once.

A model has few kinds of loops, many times each (four gates, each with the same activation; the products of every rule), and
a function of thousands of lines takes the compiler more than in proportion. So a loop that `Arrays.loops` has written becomes
a function of the variables that it names, numbered in the order in which it names them: two loops that differ by names only
are one function.

    {                                                 static void kernel_1(runtime *R, char *p0, i64 n0_0, i64 s0_0, ...) {
        ... f.p ... t10.p ...               ->            const array_1 a0 = {p0, {n0_0}, {s0_0}}, a1 = ...;
    }                                                     ... a0.p ... a1.p ...
                                                      }
    kernel_1(R, f.p, f.n[0], f.s[0], t10.p, ...);

Arrays are handed over number by number: a struct whose address is taken, or that is copied, stays in the caller's frame until the
way back has come by.
"""

from __future__ import annotations

import re
from typing import Any

from .flow import WORD

__all__ = ["Kernels"]

ERROR = re.compile(r"(\bat_index\(R, .*, )(\d+)\);$", re.M)
NUMBERS = ("i64", "double", "float", "bool")


class Kernels:
    """What `Walk` does with loops that it has written."""

    def outlined(self: Any, start: int) -> None:
        """The lines from `start` on, a block, as a call."""
        types_ = {n: t for t, n in self.spec.params} | self.declared
        spec = self.spec if self.stager.direct else None
        while spec is not None:  # variables of frames are variables there
            types_ |= {f"{spec.c}_{n}": t for n, t in spec.cell_types.items()}
            spec = spec.parent
        lines, names = self.lines[start:], []
        for line in lines:
            for name in WORD.findall(line):
                if name == "frame" or name in types_ and "@" in types_[name]:
                    return  # it stays where it is
                if (name in types_ or name == "e") and name not in names:
                    names.append(name)
        text = "\n".join(line[4 * (self.depth - 1):] for line in lines)
        places = {n: f"a{i}" for i, n in enumerate(names)}
        text = WORD.sub(lambda m: places.get(m.group(), m.group()), text)
        errors: list[str] = []  # their numbers stand for places in the user's code, which differ
        for found in ERROR.finditer(text):
            errors.append(found[2])
        numbers = iter(range(len(errors)))
        text = ERROR.sub(lambda m: f"{m[1]}error{next(numbers)});", text)
        params, before, behind, given = ["runtime *R"], [], [], ["R"]
        for n, a in places.items():
            type_ = f"struct {self.spec.parent.c}_frame *" if n == "e" else types_[n]
            space = "" if type_.endswith("*") else " "
            written = re.search(rf"&{a}\b|(?<![\w.]){a}(\.\w+(\[\w+\])?)? [-+*/&|^]?=(?!=)", text)
            if not written and type_.startswith("array_"):  # by its numbers: a struct whose address is taken stays in the frame
                rank, i = int(type_[6:]), a[1:]
                params += [f"char *p{i}", *(f"i64 {f}{i}_{j}" for f in "ns" for j in range(rank))]
                given += [f"{n}.p", *(f"{n}.{f}[{j}]" for f in "ns" for j in range(rank))]
                lengths, steps = (", ".join(f"{f}{i}_{j}" for j in range(rank)) for f in "ns")
                before.append(f"    const {type_} {a} = {{p{i}, {{{lengths}}}, {{{steps}}}}};")
                continue
            if not written and (type_ in NUMBERS or space == ""):
                params.append(f"{type_}{space}{a}")
                given.append(n)
                continue
            params.append(f"{type_}{space}*p{a[1:]}")
            given.append(f"&{n}")
            before.append(f"    {'' if written else 'const '}{type_}{space}{a} = *p{a[1:]};")
            behind += [f"    *p{a[1:]} = {a};"] if written else []
        params += [f"int error{i}" for i in range(len(errors))]
        given += errors
        key = "\n".join([f"({', '.join(params)}) {{", *before, text, *behind, "}", ""])
        kernels = self.stager.kernels
        name = kernels.setdefault(key, f"{self.stager.prefix}kernel_{len(kernels) + 1}")
        del self.lines[start:]
        self.emit(f"{name}({', '.join(given)});")


def texts(kernels: dict[str, str], how: str = "static __attribute__((noinline))") -> list[str]:
    """The functions."""
    return [f"{how} void {name}{key}" for key, name in kernels.items()]


def heads(kernels: dict[str, str]) -> list[str]:
    """Their declarations, where they are defined elsewhere."""
    return [f"OUTER void {name}{key.partition(' {')[0]};" for key, name in kernels.items()]
