"""The corpus: plain functions with inputs, one module per area. `CASES` holds them all by name."""

import importlib
import pkgutil

from tests.corpus.case import CASES, Case, Input

for _module in pkgutil.iter_modules(__path__, __name__ + "."):
    importlib.import_module(_module.name)

__all__ = ["CASES", "Case", "Input"]
