"""The matrix products that SciPy exports: addresses of `dgemm` and `sgemm` for C.

`scipy.linalg.cython_blas` is one extension module that needs nothing of its package, while the package takes 0.17 s to import.
So the module alone is loaded where the program has not imported `scipy.linalg`, and not registered: an import of the package
later is as it would have been.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

__all__ = ["blas_routines"]

NAME = "scipy.linalg.cython_blas"


@functools.cache
def blas_routines() -> tuple[int, ...]:
    """The addresses of `dgemm` and `sgemm`, as SciPy exports them; none without SciPy."""
    try:
        module = sys.modules.get(NAME) or alone() or importlib.import_module(NAME)
    except ImportError:
        return ()
    name, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name.argtypes, name.restype = [ctypes.py_object], ctypes.c_char_p
    pointer.argtypes, pointer.restype = [ctypes.py_object, ctypes.c_char_p], ctypes.c_void_p
    capsules = [module.__pyx_capi__[routine] for routine in ("dgemm", "sgemm")]
    return tuple(pointer(c, name(c)) for c in capsules)


def alone() -> Any:
    """The module without its package; None where it does not load so."""
    scipy = importlib.import_module("scipy")
    if "scipy.linalg" in sys.modules:
        return None
    spec = PathFinder.find_spec(NAME, [str(Path(folder, "linalg")) for folder in scipy.__path__])
    if spec is None or spec.loader is None:
        return None
    try:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module if {"dgemm", "sgemm"} <= set(module.__pyx_capi__) else None
    except Exception:  # the package knows how
        return None
    finally:
        sys.modules.pop(NAME, None)  # modules of this kind register themselves
