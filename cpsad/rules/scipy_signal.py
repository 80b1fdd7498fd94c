"""Rules of `scipy.signal`: convolutions and linear filters."""

import numpy as np
from scipy import signal

from .helpers_signal import convolve_back, lines_back
from .registry import Table

table = Table("scipy signal")
defrule = table.defrule


def _convolve_back(g, y, in1, in2, mode="full", method="auto"):
    found = convolve_back(g, in1, in2, mode, signal.correlate)
    return found[0], found[1]


def _fftconvolve_back(g, y, in1, in2, mode="full"):
    found = convolve_back(g, in1, in2, mode, signal.correlate)
    return found[0], found[1]


def _convolve2d_back(g, y, in1, in2, mode="full"):
    found = convolve_back(g, in1, in2, mode, signal.correlate2d)
    return found[0], found[1]


def flipped(x):
    """What a correlation convolves with."""
    r = np.flip(x)
    return np.conjugate(r) if np.iscomplexobj(r) else r


def _correlate_back(g, y, in1, in2, mode="full", method="auto"):
    found = convolve_back(g, in1, flipped(in2), mode, signal.correlate)
    return found[0], flipped(found[1])


def _correlate2d_back(g, y, in1, in2, mode="full"):
    found = convolve_back(g, in1, flipped(in2), mode, signal.correlate2d, 1)
    return found[0], flipped(found[1])


def _lfilter_back(g, y, b, a, x, axis=-1):
    found = lines_back(g, y, b, a, x, axis, signal.lfilter)
    return found[0], found[1], found[2]


defrule(signal.convolve, _convolve_back)
defrule((signal.fftconvolve, signal.oaconvolve), _fftconvolve_back)
defrule(signal.convolve2d, _convolve2d_back)
defrule(signal.correlate, _correlate_back)
defrule(signal.correlate2d, _correlate2d_back)
defrule(signal.lfilter, _lfilter_back)
table.constant(signal.choose_conv_method)
