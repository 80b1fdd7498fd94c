"""Rules of `scipy.fft`: the transforms that `numpy.fft` has too, by the same formulas. Not with `overwrite_x`."""

import numpy as np
from scipy import fft

from .helpers_fft import (
    all_axes,
    fft_back,
    fftn_back,
    hfft_back,
    ihfft_back,
    irfft_back,
    irfftn_back,
    rfft_back,
    rfftn_back,
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
