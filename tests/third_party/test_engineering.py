"""Formulas of engineering: fluids, chemicals, ht, iapws, psychrolib."""

import pytest

from tests.third_party.compare import agrees, library

fluids = library("fluids")
chemicals = library("chemicals")
ht = library("ht")
iapws97 = library("iapws.iapws97")
psychrolib = library("psychrolib")


@pytest.mark.parametrize("reynolds", [500.0, 1e5, 3e6])
def test_friction_factor(reynolds):
    agrees(lambda re, rough: fluids.friction_factor(Re=re, eD=rough) * re**0.25, reynolds, 1e-4, argnums=(0,), rtol=1e-5)


@pytest.mark.parametrize("method", ["Clamond", "Haaland", "Swamee_Jain_1976", "Moody"])
def test_friction_factor_by_method(method):
    agrees(lambda s: 1e3 * fluids.friction_factor(Re=1e5 * s, eD=1e-4, Method=method), 1.0)


def test_flow():
    agrees(lambda v, d: 1e-5 * fluids.Reynolds(V=v, D=d, rho=1.1, mu=2e-5), 2.5, 0.3)
    agrees(lambda l: fluids.K_from_f(fd=0.02, L=l, D=0.3), 12.0)


def test_vapour_pressures():
    agrees(lambda t: 1e-4 * chemicals.Antoine(t, 8.9, 630.0, -30.0), 300.0)
    agrees(lambda t: 1e-4 * chemicals.Wagner(t, 508.0, 4.7e6, -7.6, 1.9, -2.4, -3.2), 300.0)


def test_heat_exchangers():
    agrees(lambda a, b: ht.LMTD(100.0 + a, 60.0, 30.0, 40.2 + b), 2.0, 0.5)
    agrees(lambda ntu, c: ht.effectiveness_from_NTU(NTU=ntu, Cr=c, subtype="counterflow"), 2.0, 0.7)
    agrees(lambda re, pr: 1e-2 * ht.turbulent_Dittus_Boelter(Re=1e5 * re, Pr=pr), 1.1, 1.2)


def test_water():
    agrees(lambda t, p: 1e-2 * iapws97._Region1(t, p)["h"], 300.0, 3.0)
    agrees(lambda t, p: iapws97._Region2(t, p)["s"], 600.0, 1.0)


def test_humid_air():
    psychrolib.SetUnitSystem(psychrolib.SI)
    agrees(lambda t: 1e-3 * psychrolib.GetSatVapPres(t), 20.0)
    agrees(lambda t, r: 1e3 * psychrolib.GetHumRatioFromRelHum(t, r, 101325.0), 20.0, 0.5)
