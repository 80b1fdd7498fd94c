"""Rules of Fourier transforms: all of `np.fft`, with `n`, `s`, `axis`, `axes` and `norm`."""

import numpy as np

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

table = Table("numpy fft")
defrule, constant = table.defrule, table.constant

# Along one axis
defrule(np.fft.fft, lambda g, y, a, n=None, axis=-1, norm=None: fft_back(g, a, np.fft.fft, axis, norm))
defrule(np.fft.ifft, lambda g, y, a, n=None, axis=-1, norm=None: fft_back(g, a, np.fft.ifft, axis, norm))
defrule(np.fft.rfft, lambda g, y, a, n=None, axis=-1, norm=None: rfft_back(g, a, n, axis, norm))
defrule(np.fft.irfft, lambda g, y, a, n=None, axis=-1, norm=None: irfft_back(g, a, y, axis, norm))
defrule(np.fft.hfft, lambda g, y, a, n=None, axis=-1, norm=None: hfft_back(g, a, y, axis, norm))
defrule(np.fft.ihfft, lambda g, y, a, n=None, axis=-1, norm=None: ihfft_back(g, a, n, axis, norm))

# Along several
defrule(np.fft.fft2, lambda g, y, a, s=None, axes=(-2, -1), norm=None: fftn_back(g, a, np.fft.fft, axes, norm))
defrule(np.fft.ifft2, lambda g, y, a, s=None, axes=(-2, -1), norm=None: fftn_back(g, a, np.fft.ifft, axes, norm))
defrule(
    np.fft.fftn,
    lambda g, y, a, s=None, axes=None, norm=None: fftn_back(g, a, np.fft.fft, all_axes(a, s, axes), norm),
)
defrule(
    np.fft.ifftn,
    lambda g, y, a, s=None, axes=None, norm=None: fftn_back(g, a, np.fft.ifft, all_axes(a, s, axes), norm),
)
defrule(np.fft.rfft2, lambda g, y, a, s=None, axes=(-2, -1), norm=None: rfftn_back(g, a, s, axes, norm))
defrule(np.fft.rfftn, lambda g, y, a, s=None, axes=None, norm=None: rfftn_back(g, a, s, axes, norm))
defrule(np.fft.irfft2, lambda g, y, a, s=None, axes=(-2, -1), norm=None: irfftn_back(g, a, y, s, axes, norm))
defrule(np.fft.irfftn, lambda g, y, a, s=None, axes=None, norm=None: irfftn_back(g, a, y, s, axes, norm))

# Order
defrule(np.fft.fftshift, lambda g, y, x, axes=None: np.fft.ifftshift(g, axes))
defrule(np.fft.ifftshift, lambda g, y, x, axes=None: np.fft.fftshift(g, axes))
constant(np.fft.fftfreq, np.fft.rfftfreq, result="n")
