"""Rows: Fourier transforms."""

import numpy as np

from .row import C, R, row

ONE = (np.fft.fft, np.fft.ifft, np.fft.ihfft, np.fft.rfft)
TWO = (np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn, np.fft.rfft2, np.fft.rfftn)
for norm in (None, "backward", "ortho", "forward"):
    row(ONE, R(6), norm=norm)
    row((np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.hfft), C(5), norm=norm)
    row(TWO, R(4, 5), norm=norm)
    row((np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn, np.fft.irfft2, np.fft.irfftn), C(3, 4), norm=norm)
for n in (1, 2, 3, 4, 6, 7):
    row(ONE, R(4), n)
    row((np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.hfft), C(4), n)
    row(ONE, R(4, 2), n=n, axis=0)
    row((np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.hfft), C(3, 4, 2), n, 1, "ortho")
row(ONE, R(5))
row(ONE, R(1))
row(ONE, R(2, 3, 4), axis=-2)
row((np.fft.irfft, np.fft.hfft), R(5))
row((np.fft.irfft, np.fft.hfft), R(2, 4), axis=1)
for s in ((2, 3), (4, 4), (5, 7), (5, 2)):
    row((np.fft.fft2, np.fft.ifft2, np.fft.rfft2), R(4, 5), s)
    row(TWO, R(2, 4, 5), s, (0, 2))
    row((np.fft.irfft2, np.fft.fft2), C(4, 5), s)
    row((np.fft.irfft2, np.fft.irfftn, np.fft.fft2, np.fft.ifftn), C(4, 2, 5), s=s, axes=(2, 0))
row((np.fft.fftn, np.fft.ifftn, np.fft.rfftn), R(2, 3, 4))
row((np.fft.fftn, np.fft.ifftn, np.fft.rfftn), R(2, 3, 4), axes=(1,))
row((np.fft.fftn, np.fft.ifftn, np.fft.rfftn), R(2, 3, 4), axes=(-1, 0))
row(np.fft.irfftn, C(2, 3, 4))
row(np.fft.irfftn, C(2, 3, 4), axes=(0, 1), norm="forward")
for axes in (None, 0, (1,), (0, -1)):
    row((np.fft.fftshift, np.fft.ifftshift), R(3, 4), axes)
row((np.fft.fftshift, np.fft.ifftshift), C(5))
