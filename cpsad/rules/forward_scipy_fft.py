"""Forward rules of `scipy.fft`: the transforms are linear."""

from scipy import fft

from .forward import linear

linear(fft.fft, fft.ifft, fft.rfft, fft.irfft, fft.hfft, fft.ihfft, fft.fft2, fft.ifft2, fft.fftn, fft.ifftn, fft.rfft2,
       fft.rfftn, fft.irfft2, fft.irfftn)
linear(fft.dct, fft.dst, fft.idct, fft.idst, fft.dctn, fft.dstn, fft.idctn, fft.idstn)
