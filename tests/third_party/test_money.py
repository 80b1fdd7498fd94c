"""numpy-financial."""

from tests.third_party.compare import agrees, library

financial = library("numpy_financial")


def test_net_present_value():
    agrees(lambda r: financial.npv(r, [-100.0, 39.0, 59.0, 55.0, 20.0]), 0.05)
