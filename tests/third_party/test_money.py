"""numpy-financial."""

import numpy as np
import pytest

from tests.third_party.compare import agrees, library

financial = library("numpy_financial")
written_in_python = pytest.mark.skipif(hasattr(financial._financial, "_cfinancial"), reason="this version is compiled")


@written_in_python
def test_net_present_value():
    agrees(lambda r: financial.npv(r, [-100.0, 39.0, 59.0, 55.0, 20.0]), 0.05)


@written_in_python
def test_rates_of_return():
    flows = np.array([-100.0, 39.0, 59.0, 55.0, 20.0])
    agrees(lambda v: financial.irr(v), flows)
    agrees(lambda v, a, b: financial.mirr(v, a, b), flows, 0.05, 0.06)
    agrees(lambda p: financial.rate(10, p, -1000.0, 0.0), 150.0)


@written_in_python
def test_payments():
    agrees(lambda r, p: financial.pmt(r, 12.0, p) + financial.nper(r, -150.0, p), 0.05, 1000.0)
    agrees(lambda r: 1e-3 * (financial.pv(r, 12, -100.0, 1000.0) * financial.fv(r, 12, -100.0, 1000.0)), 0.05)
    agrees(lambda r: financial.ipmt(r, 3, 12, 1000.0) + financial.ppmt(r, 3, 12, 1000.0) * 2, 0.05)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_options():
    scholes = library("py_vollib.black_scholes")
    agrees(lambda price, strike, sigma: scholes.black_scholes("c", price, strike, 0.5, 0.01, sigma), 100.0, 101.0, 0.2)
    implied = library("py_vollib.black_scholes.implied_volatility").implied_volatility
    agrees(lambda price: implied(price, 100.0, 101.0, 0.5, 0.01, "c"), 5.5)
