"""What programs of arrays have in common: texts in C that are compiled once for all of them (`compiler.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import compiler
from .values import ARRAYS, DUAL_ARRAYS, DUALS, RUNTIME

__all__ = ["heads", "parts_for", "parts_of"]

BASE = f"#define ONCE\n{RUNTIME}{ARRAYS}"
PRODUCTS = {t: f"{compiler.PRODUCTS}{t[1:]}\n{RUNTIME}{ARRAYS}" for t in ("f64", "f32")}
OF_DUALS = {t: f"#define ELSEWHERE\n#define WITH_duals_{t}\n{RUNTIME}{ARRAYS}{DUALS}{DUAL_ARRAYS}" for t in ("f64", "f32")}


def heads(along: bool) -> str:
    """What a program begins with that gets these parts."""
    return f"#define ELSEWHERE\n{RUNTIME}{ARRAYS}{DUALS + DUAL_ARRAYS if along else ''}\n"


def parts_of(text: str, along: bool) -> list[str]:
    """The parts that a program needs. `along`: it is one along a direction."""
    duals = [t for t, word in (("f64", "dual"), ("f32", "dualf")) if along and re.search(rf"{word}\b|_{t}\(", text)]
    products = [p for t, p in PRODUCTS.items() if f"_{t}(" in text or t in duals]
    return [BASE, *products, *(OF_DUALS[t] for t in duals)]


def parts_for(dtypes: Iterable[str], along: bool) -> list[str]:
    """Those that a program whose arguments are arrays of these dtypes is likely to need."""
    kinds = [f"f{d[-2:]}" for d in dtypes if d in ("float64", "float32")]
    return [BASE, *(PRODUCTS[k] for k in kinds), *(OF_DUALS[k] for k in kinds if along)]
