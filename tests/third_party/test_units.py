"""pint: quantities with units, made by classes that are made at run time."""

from tests.third_party.compare import agrees, library


def test_speeds():
    units = library("pint").UnitRegistry()

    def f(distance, time):
        speed = distance * units.meter / (time * units.second)
        return speed.to("km/hour").magnitude + speed.m

    agrees(f, 0.5, 2.0)
