"""cpsad: gradients of ordinary Python, by source transformation to continuation-passing style."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_HOME = {
    "grad": "operators", "value_and_grad": "operators", "stop_gradient": "operators",
    "elementwise_grad": "jacobians", "jacobian": "jacobians", "jacrev": "jacobians", "vjp": "jacobians",
    "check_grads": "checking", "hessian": "hessians", "hvp": "hessians",
    "directional": "forward_mode", "gvp": "forward_mode", "jacfwd": "forward_mode", "jvp": "forward_mode",
    "linearize": "forward_mode",
    "compile": "native.primal",
    "source": "inspection", "from_source": "texts", "custom_gradient": "custom", "defrule": "custom",
    "CpsadError": "transforms.errors", "NoDerivativeError": "transforms.errors", "SourceError": "transforms.errors",
    "UnsupportedError": "transforms.errors",
}
__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    """Loads what is asked for: importing cpsad itself costs nothing."""
    if name in _HOME:
        import importlib

        value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
