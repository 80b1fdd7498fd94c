"""Second derivatives: `hvp` and `hessian`, forward over reverse.

The tangent form of a gradient program along a direction gives the Hessian times that direction, at a small multiple of the
function's cost, whatever the number of arguments. (Pearlmutter, *Fast exact multiplication by the Hessian*, 1994.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from . import forms
from .forward_mode import _along, _columns, jacfwd
from .operators import Argnums, _Gradient, _like, _name_of, check_backend, grad
from .transforms.errors import UnsupportedError

__all__ = ["hessian", "hvp"]


def hvp(function: Callable[..., Any] | None = None, argnums: Argnums = 0, backend: str = "numpy") -> Any:
    """The Hessian of a function times a vector.

    Args:
        function: a plain Python function that returns a real scalar, as for `grad`.
        argnums, backend: as in `grad`.

    Returns:
        A function of the arguments and, last, of the vector, which has the structure and shapes of the differentiated
        argument (a tuple of them for several `argnums`). `hvp(f)(x, v)` has the structure and shapes of `x`.

    Raises (when called): TypeError for a vector of another structure or shape; else as `grad` and `jvp`.
    """
    if function is None:
        return functools.partial(hvp, argnums=argnums, backend=backend)
    check_backend(backend)
    compute = _Gradient(grad(function, argnums), argnums, False)
    native = _native(function, argnums, backend)

    @_like(function)
    def product(*args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError("the vector is the last positional argument")
        *given, vector = args
        return _product(compute, native, tuple(given), kwargs, vector)

    _name_of(product, function, "hvp")
    product.__dict__[forms.PROGRAM] = product, "hessian_along_program", _Gradient(function, argnums, False)
    return product


def _product(compute: _Gradient, native: Any, args: tuple[Any, ...], kwargs: dict[str, Any], vector: Any) -> Any:
    if native is not None:
        try:
            return native.product(args, kwargs, vector)
        except UnsupportedError as error:
            native.instead(error)
    return _along(compute, args, kwargs, vector, alone=True)[1]


def _native(function: Callable[..., Any], argnums: Argnums, backend: str) -> Any:
    if backend == "numpy":
        return None
    from .native.along import NativeHessian

    return NativeHessian(function, argnums, False, backend)


def hessian(function: Callable[..., Any] | None = None, argnums: Argnums = 0, backend: str = "numpy") -> Any:
    """The Hessian of a function: a run of its gradient's tangent form for each entry of the argument. `backend`: as in `grad`.

    Returns:
        A function of the same arguments. For an argument of shape `s` it returns an array of shape `s + s`; for several
        `argnums` a tuple of tuples of such, for a structure the structure of structures.

    Raises (when called): as `grad` and `jvp`.
    """
    if function is None:
        return functools.partial(hessian, argnums=argnums, backend=backend)
    check_backend(backend)
    columns = jacfwd(grad(function, argnums), argnums)
    compute, native = _Gradient(grad(function, argnums), argnums, False), _native(function, argnums, backend)

    def along(args: tuple[Any, ...], kwargs: dict[str, Any], vector: Any) -> tuple[Any, Any]:
        found = _product(compute, native, args, kwargs, vector)
        return found, found  # the gradient, of which only the structure is looked at, has that of the product

    @_like(function)
    def second(*args: Any, **kwargs: Any) -> Any:
        return columns(*args, **kwargs) if native is None else _columns(compute, args, kwargs, along)

    _name_of(second, function, "hessian")
    second.__dict__[forms.PROGRAM] = second, *columns.__dict__[forms.PROGRAM][1:]
    return second
