"""How a function that calls a library is checked: its value to the last bit, its gradient against differences."""

import copy
import importlib
import warnings

import numpy as np
import pytest

from cpsad import value_and_grad
from tests.oracle import close, differences, same

__all__ = ["agrees", "library"]


def library(name):
    """A module of a library that may be missing; the tests of the file are then skipped."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a library imports; some take them for errors, and go without
            return importlib.import_module(name)
    except ImportError:
        pytest.skip(f"{name} is not installed: pip install cpsad[third-party]", allow_module_level=True)


def agrees(function, *args, argnums=None, rtol=1e-6):
    """Asserts that value and gradient are right, by every float and array of floats, and the arguments left alone."""
    if argnums is None:
        argnums = tuple(i for i, a in enumerate(args) if isinstance(a, float) or isinstance(a, np.ndarray))
    before = copy.deepcopy(args)
    value, gradients = value_and_grad(function, argnums=argnums)(*args)
    assert same(args, before)
    assert same(value, function(*args))
    assert np.any([np.any(g != 0) for g in gradients]), "a gradient of zeros proves nothing"
    for number, gradient in zip(argnums, gradients):
        slope, error = differences(function, args, number)
        assert np.max(error, initial=0) <= rtol * max(1, np.max(np.abs(slope), initial=0)), f"no slope by {number}: {error}"
        assert close(gradient, slope, rtol), f"argument {number}: {gradient}, not {slope}"
    again = value_and_grad(function, argnums=argnums)(*args)
    assert same(again, (value, gradients))
