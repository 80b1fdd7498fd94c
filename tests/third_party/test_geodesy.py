"""On the globe: geographiclib (objects, Newton's method, long functions), haversine, pymap3d, sgp4."""

import pytest

from tests.third_party.compare import agrees, library

geodesic = library("geographiclib.geodesic")
haversine = library("haversine")
pymap3d = library("pymap3d")
propagation = library("sgp4.propagation")


def test_inverse_geodesic():
    earth = geodesic.Geodesic.WGS84
    agrees(lambda a, b, c, d: 1e-5 * earth.Inverse(a, b, c, d)["s12"], 40.0, 10.0, 41.0, 12.0)
    agrees(lambda a, b: earth.Inverse(a, b, -33.0, 151.0)["azi1"], 40.5, -74.0)


def test_direct_geodesic():
    earth = geodesic.Geodesic.WGS84
    agrees(lambda lat, azimuth, s: earth.Direct(lat, 10.0, azimuth, 1e5 * s)["lat2"], 40.0, 41.0, 1.0)


@pytest.mark.parametrize("unit", ["km", "mi"])
def test_haversine(unit):
    agrees(lambda a, b: haversine.haversine((a, b), (48.8, 2.3), unit=unit), 45.7, 4.8)


def test_earth_centred():
    def f(lat, lon, alt):
        x, y, z = pymap3d.geodetic2ecef(lat, lon, alt)
        return 1e-6 * (x + 2 * y + 3 * z)

    agrees(f, 42.0, -82.0, 200.0)


def test_sidereal_time():
    agrees(lambda t: propagation.gstime(2451545.0 + t), 1.7)


def test_grid():
    utm = library("utm")
    agrees(lambda lat, lon: 1e-5 * utm.from_latlon(lat, lon)[0], 46.0, 8.0)
    agrees(lambda east: utm.to_latlon(east, 5000000.0, 32, "T")[1], 450000.0)


def test_distances_as_objects():
    distance = library("geopy.distance")
    agrees(lambda lat, lon: 1e-2 * distance.great_circle((lat, lon), (46.5, 8.2)).km, 46.0, 8.0)
    agrees(lambda lat, lon: 1e-2 * distance.geodesic((lat, lon), (46.5, 8.2)).km, 46.0, 8.0)


def test_sun():
    sun = library("astral.sun")
    agrees(lambda t: 1e-3 * sun.geom_mean_long_sun(t) + sun.sun_declination(t) + sun.eq_of_time(t), 0.2)
    agrees(lambda lat: sun.hour_angle(lat, 20.0, 90.8, sun.SunDirection.RISING), 46.0)
