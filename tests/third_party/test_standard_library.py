"""Python's own library, where it is written in Python."""

import colorsys
import statistics

import pytest

from tests.third_party.compare import agrees


@pytest.mark.parametrize("color", [(0.3, 0.5, 0.2), (0.7, 0.5, 0.2), (0.1, 0.25, 0.8)])
@pytest.mark.parametrize("convert", [colorsys.rgb_to_hsv, colorsys.rgb_to_hls, colorsys.rgb_to_yiq])
def test_colors_from_rgb(convert, color):
    def f(r, g, b):
        x, y, z = convert(r, g, b)
        return x + 2 * y + 3 * z * z

    agrees(f, *color)


@pytest.mark.parametrize("color", [(0.3, 0.6, 0.2), (0.8, 0.4, 0.3), (0.05, 0.7, 0.9)])
@pytest.mark.parametrize("convert", [colorsys.hsv_to_rgb, colorsys.hls_to_rgb, colorsys.yiq_to_rgb])
def test_colors_to_rgb(convert, color):
    def f(h, s, v):
        r, g, b = convert(h, s, v)
        return r + 2 * g + 3 * b * b

    agrees(f, *color)


@pytest.mark.parametrize("method", ["pdf", "cdf", "zscore"])
def test_normal_distribution(method):
    def f(x, mu, sigma):
        return getattr(statistics.NormalDist(mu, sigma), method)(x) ** 2

    agrees(f, 0.3, 0.2, 1.3)


def test_arithmetic_of_distributions():
    def f(m, s, x):
        a, b = statistics.NormalDist(m, s), statistics.NormalDist(0.5, 1.2)
        c = -a + 3
        return (a + b).pdf(x) + (a * 2.0 - 1.0).cdf(x) + c.mean * c.stdev + (a / 2).zscore(x) + a.overlap(b)

    agrees(f, 0.3, 0.8, 0.2)


def test_quantiles_of_a_distribution():
    agrees(lambda p, m, s: statistics.NormalDist(m, s).inv_cdf(p) * sum(statistics.NormalDist(m, s).quantiles(4)), 0.2, 0.4, 0.7)
