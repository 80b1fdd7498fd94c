"""Libraries that try and catch, or enter contexts: pyquaternion, thermo."""

import pytest

from tests.third_party.compare import agrees, library


def test_quaternions():
    quaternion = library("pyquaternion")
    agrees(lambda a: quaternion.Quaternion(axis=[1, 0, 0], angle=a).rotate([0.0, 1.0, 2.0])[1], 0.3)


@pytest.mark.parametrize("equation", ["PR", "VDW"])
def test_equations_of_state(equation):
    eos = getattr(library("thermo.eos"), equation)
    options = {"Tc": 507.6, "Pc": 3025000.0, **({"omega": 0.2975} if equation == "PR" else {})}
    agrees(lambda t: 1e4 * eos(T=t, P=1e6, **options).V_l, 300.0)
