"""Rows: `scipy.fft`."""

from scipy import fft

from .row import C, R, row

for norm in (None, "ortho", "forward"):
    row((fft.fft, fft.ifft), C(5), norm=norm)
    row((fft.rfft, fft.ihfft), R(6), norm=norm)
    row((fft.irfft, fft.hfft), C(4), norm=norm)
row((fft.fft, fft.ifft, fft.rfft, fft.ihfft), R(3, 4), n=5, axis=0)
row((fft.fft, fft.rfft), R(7), 4)
row((fft.irfft, fft.hfft), C(3, 4), n=5)
row((fft.fft2, fft.ifft2, fft.fftn, fft.ifftn), C(3, 4))
row((fft.rfft2, fft.rfftn), R(3, 4))
row((fft.irfft2, fft.irfftn), C(3, 4))
row((fft.fftn, fft.rfftn), R(2, 3, 4), axes=(0, 2))
row(fft.fft2, C(3, 4), s=(2, 5), workers=1)
COSINES = (fft.dct, fft.dst, fft.idct, fft.idst)
for kind in (1, 2, 3, 4):
    row(COSINES, R(3, 4), kind)
    row(COSINES, R(5), kind, norm="ortho")
    row(COSINES, R(2, 5), type=kind, n=3 + kind, norm="forward", orthogonalize=kind > 2)
    row((fft.dctn, fft.dstn, fft.idctn, fft.idstn), R(3, 4), kind)
row(COSINES, R(3, 4), 2, 6, 0)
row(COSINES, C(4), orthogonalize=True)
row((fft.dctn, fft.idstn), R(3, 4), s=(4, 2), norm="ortho")
row((fft.dctn, fft.idstn), R(3, 4, 2), 3, axes=(0, 2))
row((fft.dct, fft.fft, fft.rfftn, fft.fft2), R(3, 4), overwrite_x=True)
