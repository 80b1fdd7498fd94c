"""mpmath: numbers that are integers; a float that becomes one is refused, not differentiated to zero."""

import pytest

import cpsad
from tests.third_party.compare import agrees, library

mpmath = library("mpmath")


def test_floats_become_integers():
    with pytest.raises(cpsad.NoDerivativeError, match="mpmath.libmp.from_float"):
        cpsad.grad(lambda x: float(mpmath.sin(x)))(0.3)


def test_its_context_of_floats():
    agrees(lambda x: mpmath.fp.polyval([x, 2, 3], x) + mpmath.fp.findroot(lambda z: z**3 - x, 1.0), 1.3, rtol=1e-4)
