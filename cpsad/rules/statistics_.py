"""Rules of the module `statistics`: its functions compute with exact fractions, and their results are taken from them.

What is not here (`fmean`, `geometric_mean`, `correlation`, `linear_regression`, `NormalDist`, ...) is transformed.
Sources of the slopes: differences from the mean, `d var / dx_i = 2 (x_i - mean) / (n - 1)`.
"""

import math
import statistics

from .registry import Table, present

table = Table("statistics")
gather = table.gather


def spread_back(g, data, center, count):
    """Cotangents of what a sum of squared differences from `center`, divided by `count`, is made of."""
    center = statistics.fmean(data) if center is None else center
    return [g * (2 * (x - center) / count) for x in data]


def center_back(g, data, center, count):
    """The cotangent of a center that was given."""
    return None if center is None else g * (-2 * sum([x - center for x in data]) / count)


# The quantiles of a normal distribution, which a function of C computes: d x / d p = 1 / density(x)
table.elementwise(present(statistics, "_normal_dist_inv_cdf"), lambda g, y, p, mu, sigma: (
    g * (sigma * math.sqrt(math.tau) * math.exp(((y - mu) / sigma) ** 2 / 2)), g, g * ((y - mu) / sigma)), result="s")

gather(statistics.mean, lambda g, y, data: [g / len(data) for _ in data], result="s", consumes=True)
gather(statistics.harmonic_mean, lambda g, y, data: [g * ((y / x if x else len(data)) ** 2 / len(data)) for x in data],
       result="s", consumes=True)
gather(statistics.variance, lambda g, y, data, xbar=None: (
    spread_back(g, data, xbar, len(data) - 1), center_back(g, data, xbar, len(data) - 1)), result="s", consumes=True)
gather(statistics.pvariance, lambda g, y, data, mu=None: (
    spread_back(g, data, mu, len(data)), center_back(g, data, mu, len(data))), result="s", consumes=True)
gather(statistics.stdev, lambda g, y, data, xbar=None: (
    spread_back(g / (2 * y), data, xbar, len(data) - 1), center_back(g / (2 * y), data, xbar, len(data) - 1)),
    result="s", consumes=True)
gather(statistics.pstdev, lambda g, y, data, mu=None: (
    spread_back(g / (2 * y), data, mu, len(data)), center_back(g / (2 * y), data, mu, len(data))), result="s", consumes=True)
