"""Products of vectors and matrices. A product is computed where it is wanted, or added to a sum in place."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from .duals import has_tangent
from .types import Arr, Num, Single, c_type
from .values import Val

__all__ = ["Products"]

MISMATCH = "matmul: the lengths of the axes that are multiplied differ"


class Products:
    """What `Walk` does with products of arrays."""

    def matmul(self, a: Val, b: Val, node: Any) -> Val | None:
        for v in (a, b):
            if isinstance(v.type, Single) and v.type.name == "ZERO":
                return v
            if not isinstance(v.type, Arr) or v.type.rank > 2 or v.type.number.dtype.kind not in "fiu":
                return None
        if np.result_type(a.type.number.dtype, b.type.number.dtype).kind != "f":
            return None
        if a.type.number.plain != b.type.number.plain:
            kind = Num(np.result_type(a.type.number.dtype, b.type.number.dtype).name)
            a, b = (v if v.type.number.plain == kind else self.copied(v, kind.dual if has_tangent(v.type) else kind)
                    for v in (a, b))
        a, b = self.named(self.solid(a)), self.named(self.solid(b))
        kind, (m, n) = b.type.number if has_tangent(b.type) else a.type.number, (a.type.rank, b.type.rank)
        error = self.error(ValueError, MISMATCH)
        last = f"{a.c}.n[{m - 1}]"
        self.emit(f"if (UNLIKELY({last} != {b.c}.n[0])) fail(R, {error});")
        if m == n == 1:
            return self.reduced(self.binary_arrays(gast.Mult, a, b, node), None, False, "+=", kind)
        made = Val(Arr(kind.name, m + n - 2, True))
        left = a if m == 2 else self.view(a, [("1", "0"), (f"{a.c}.n[0]", f"{a.c}.s[0]")], f"{a.c}.p", False)
        right = b if n == 2 else self.view(b, [(f"{b.c}.n[0]", f"{b.c}.s[0]"), ("1", "0")], f"{b.c}.p", False)
        made.product = (left, right, m, n)
        return made

    def outer(self, a: Val, b: Val, node: Any) -> Val | None:
        """`np.outer` of vectors."""
        if not all(isinstance(v.type, Arr) and v.type.rank == 1 for v in (a, b)) or a.type.number.plain != b.type.number.plain:
            return None
        a, b = self.named(self.solid(a)), self.named(self.solid(b))
        left = self.view(a, [(f"{a.c}.n[0]", f"{a.c}.s[0]"), ("1", "0")], f"{a.c}.p", False)
        right = self.view(b, [("1", "0"), (f"{b.c}.n[0]", f"{b.c}.s[0]")], f"{b.c}.p", False)
        made = Val(Arr(max(a.type.dtype, b.type.dtype, key=len), 2, True))
        made.product = (left, right, 2, 2)
        return made

    def multiplied(self, v: Val) -> Val:
        """A product, computed."""
        left, right, m, n = v.product
        dims = [*([f"{left.c}.n[0]"] if m == 2 else []), *([f"{right.c}.n[1]"] if n == 2 else [])]
        out = self.new_array(v.type.number, dims)
        self.call_product(left, right, out, 0)
        return out

    def call_product(self, left: Val, right: Val, out: Val, add: int) -> None:
        if has_tangent(out.type):
            c = c_type(out.type.number)
            flags = ["true" if has_tangent(v.type) else "false" for v in (left, right)]
            self.emit(f"product_{c}(R, {left.c}.n[0], {right.c}.n[1], {left.c}.n[1], {left.c}.p, {left.c}.s[0], {left.c}.s[1], "
                      f"{flags[0]}, {right.c}.p, {right.c}.s[0], {right.c}.s[1], {flags[1]}, ({c} *){out.c}.p, {add});")
            return
        name = {"float64": "product_f64", "float32": "product_f32"}[out.type.dtype]
        c = {"float64": "double", "float32": "float"}[out.type.dtype]
        self.emit(f"{name}(R, {left.c}.n[0], {right.c}.n[1], {left.c}.n[1], {left.c}.p, {left.c}.s[0], {left.c}.s[1], "
                  f"{right.c}.p, {right.c}.s[0], {right.c}.s[1], ({c} *){out.c}.p, {add});")

    def add_product(self, total: Val, v: Val) -> bool:
        """`total += product` without a matrix in between, where `total` is of the product's shape and contiguous."""
        left, right, m, n = v.product
        if total.type != v.type:
            return False
        dims = [*([f"{left.c}.n[0]"] if m == 2 else []), *([f"{right.c}.n[1]"] if n == 2 else [])]
        error = self.error(ValueError, "operands could not be broadcast together")
        for j, d in enumerate(dims):
            self.emit(f"if (UNLIKELY({total.c}.n[{j}] != {d})) fail(R, {error});")
        self.call_product(left, right, total, 1)
        return True

