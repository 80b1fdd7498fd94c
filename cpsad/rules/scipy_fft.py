"""Rules of `scipy.fft`: the transforms that `numpy.fft` has too, by the same formulas, and the cosine and sine transforms.

`overwrite_x` is not followed: SciPy gets a copy.
"""

import numpy as np
from scipy import fft

from .helpers_fft import (
    all_axes,
    each_axis_back,
    fft_back,
    fftn_back,
    hfft_back,
    ihfft_back,
    inverse_back,
    irfft_back,
    irfftn_back,
    rfft_back,
    rfftn_back,
    trigonometric_back,
)
from .registry import Table

table = Table("scipy fft")
defrule = table.defrule

# Along one axis
defrule(fft.fft, lambda g, y, x, n=None, axis=-1, norm=None, *, workers=None: fft_back(g, x, np.fft.fft, axis, norm))
defrule(fft.ifft, lambda g, y, x, n=None, axis=-1, norm=None, *, workers=None: fft_back(g, x, np.fft.ifft, axis, norm))
defrule(fft.rfft, lambda g, y, x, n=None, axis=-1, norm=None, *, workers=None: rfft_back(g, x, n, axis, norm))
defrule(fft.irfft, lambda g, y, x, n=None, axis=-1, norm=None, *, workers=None: irfft_back(g, x, y, axis, norm))
defrule(fft.hfft, lambda g, y, x, n=None, axis=-1, norm=None, *, workers=None: hfft_back(g, x, y, axis, norm))
defrule(fft.ihfft, lambda g, y, x, n=None, axis=-1, norm=None, *, workers=None: ihfft_back(g, x, n, axis, norm))

# Along several
defrule(fft.fft2, lambda g, y, x, s=None, axes=(-2, -1), norm=None, *, workers=None: fftn_back(g, x, np.fft.fft, axes, norm))
defrule(fft.ifft2, lambda g, y, x, s=None, axes=(-2, -1), norm=None, *, workers=None: fftn_back(g, x, np.fft.ifft, axes, norm))
defrule(
    fft.fftn,
    lambda g, y, x, s=None, axes=None, norm=None, *, workers=None: fftn_back(g, x, np.fft.fft, all_axes(x, s, axes), norm),
)
defrule(
    fft.ifftn,
    lambda g, y, x, s=None, axes=None, norm=None, *, workers=None: fftn_back(g, x, np.fft.ifft, all_axes(x, s, axes), norm),
)
defrule(fft.rfft2, lambda g, y, x, s=None, axes=(-2, -1), norm=None, *, workers=None: rfftn_back(g, x, s, axes, norm))
defrule(fft.rfftn, lambda g, y, x, s=None, axes=None, norm=None, *, workers=None: rfftn_back(g, x, s, axes, norm))
defrule(fft.irfft2, lambda g, y, x, s=None, axes=(-2, -1), norm=None, *, workers=None: irfftn_back(g, x, y, s, axes, norm))
defrule(fft.irfftn, lambda g, y, x, s=None, axes=None, norm=None, *, workers=None: irfftn_back(g, x, y, s, axes, norm))
table.constant(fft.next_fast_len, result="s")


# Cosines and sines
def _trigonometric(name, back, transform):
    one, several = getattr(fft, name), getattr(fft, name + "n")
    defrule(
        one,
        lambda g, y, x, type=2, n=None, axis=-1, norm=None, *, workers=None, orthogonalize=None: (
            back(g, x, transform, type, axis, norm, orthogonalize)),
    )
    defrule(
        several,
        lambda g, y, x, type=2, s=None, axes=None, norm=None, *, workers=None, orthogonalize=None: (
            each_axis_back(g, x, back, transform, type, axes_of(x, s, axes), norm, orthogonalize)),
    )

    def along_one(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
        return one(x, type, n, axis, norm, workers=workers, orthogonalize=orthogonalize)

    def along_several(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None):
        return several(x, type, s, axes, norm, workers=workers, orthogonalize=orthogonalize)

    table.otherwise(one, along_one)
    table.otherwise(several, along_several)


def axes_of(x, s, axes):
    return all_axes(x, s if s is None or np.ndim(s) else [s], [axes] if isinstance(axes, int) else axes)


_trigonometric("dct", trigonometric_back, fft.dct)
_trigonometric("dst", trigonometric_back, fft.dst)
_trigonometric("idct", inverse_back, fft.dct)
_trigonometric("idst", inverse_back, fft.dst)


def _with_overwriting(function, several):
    def along_one(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
        return function(x, n, axis, norm, workers=workers)

    def along_several(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
        return function(x, s, axes, norm, workers=workers)

    def along_two(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
        return function(x, s, axes, norm, workers=workers)

    table.otherwise(function, (along_one, along_two, along_several)[several])


for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    _with_overwriting(getattr(fft, _name), 0)
for _name in ("fft", "ifft", "rfft", "irfft"):
    _with_overwriting(getattr(fft, _name + "2"), 1)
    _with_overwriting(getattr(fft, _name + "n"), 2)
