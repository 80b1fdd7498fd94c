"""The phase of complex eigenvectors, which is arbitrary, as LAPACK chooses it: one component of each vector is real.

`geev` makes the largest component real. `heevd` and `heevr` reduce the matrix to a real one, by reflections that leave the first
unit vector alone where the lower triangle is read, and the last where the upper is, so that this component of all vectors is
real. (Anderson and others, *LAPACK Users' Guide*, 1999, sections 2.4.4 and 2.4.5.) Each vector's own component is looked at:
where it is not real, something else has chosen the phase, and what depends on it is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .helpers import no_derivative

__all__ = ["held", "turned", "with_phase"]

WHAT = "the phase of complex singular vectors or eigenvectors"


def held(v: Any, UPLO: Any) -> Any:
    """Where the component of each vector stands that is kept real; nowhere if it is not."""
    n = np.shape(v)[-2]
    rows = np.arange(n)[:, None]
    if UPLO is not None:
        place = rows == (0 if UPLO in "Ll" else n - 1)
    else:
        size = np.where(np.imag(v) == 0, np.abs(v), -1.0)
        largest = np.max(np.abs(v), axis=-2, keepdims=True)
        place = (rows == np.argmax(size, axis=-2)[..., None, :]) & (size >= (1 - 1e-12) * largest)
    return place & (np.imag(v) == 0) & (np.real(v) != 0)


def turned(g: Any, v: Any, UPLO: Any) -> Any:
    """The cotangent `g` of vectors, and that of what the phase has in it: a turn by the angle -Im(dv_k) / v_k."""
    if not np.iscomplexobj(v):
        return g
    place = held(v, UPLO)
    kept = np.real(np.sum(np.where(place, v, 0), axis=-2))
    angle = np.imag(np.sum(np.conjugate(v) * g, axis=-2))
    turn = np.where(kept == 0, 0, angle / np.where(kept == 0, 1, kept))
    return g - 1j * np.where(place, turn[..., None, :], 0)


def with_phase(moved: Any, v: Any, UPLO: Any) -> Any:
    """Tangents of vectors, turned so that what is real of them stays so."""
    if not np.iscomplexobj(moved):
        return moved
    place = held(v, UPLO)
    if not np.all(np.any(place, axis=-2)):
        return no_derivative(moved, WHAT)
    angle = -np.sum(np.where(place, np.imag(moved), 0), axis=-2) / np.sum(np.where(place, np.real(v), 0), axis=-2)
    return moved + 1j * v * angle[..., None, :]
