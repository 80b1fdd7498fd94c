"""gpxpy's distances, filterpy's simple filters, perlin-noise."""

import numpy as np
import pytest

from tests.third_party.compare import agrees, library


def test_distances():
    geo = library("gpxpy.geo")
    agrees(lambda lat, lon: 1e-3 * geo.haversine_distance(lat, lon, 46.5, 8.2), 46.0, 8.0)
    agrees(lambda lat, height: 1e-3 * geo.distance(lat, 8.0, height, 46.5, 8.2, 120.0), 46.0, 100.0)


def test_noise():
    noise = library("perlin_noise").PerlinNoise(octaves=2, seed=1)
    agrees(lambda x, y: noise([x, y]), 0.37, 0.21)


def test_alpha_beta_filter():
    gh = library("filterpy.gh")

    def f(z, g):
        tracker = gh.GHFilter(x=0.0, dx=0.0, dt=1.0, g=g, h=0.02)
        for i in range(4):
            tracker.update(z=z * i)
        return tracker.x * tracker.dx

    agrees(f, 0.5, 0.6)


@pytest.mark.parametrize("order", [1, 2])
def test_kinematics(order):
    common = library("filterpy.common")
    agrees(lambda dt: np.sum(common.kinematic_state_transition(order, dt)), 0.3)
