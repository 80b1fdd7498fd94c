"""statsmodels: a least-squares fit from the arrays to the result, robust norms, families of distributions, weighted moments."""

import numpy as np
import pytest

from tests.third_party.compare import agrees, library

sm = library("statsmodels.api")
norms = library("statsmodels.robust.norms")
families = library("statsmodels.genmod.families")
weightstats = library("statsmodels.stats.weightstats")

X, Y = np.array([[1.0, 0.3], [1.0, 0.8], [1.0, 2.0], [1.0, 3.0]]), np.array([0.4, 1.0, 1.2, 3.0])


def test_least_squares():
    def fit(x, y):
        found = sm.OLS(y, x).fit()
        return found.params[0] + found.params[1] * 2 + found.ssr

    agrees(fit, X, Y)


@pytest.mark.parametrize("norm", ["TukeyBiweight", "HuberT", "Hampel", "AndrewWave"])
def test_robust_norms(norm):
    agrees(lambda c, z: np.sum(getattr(norms, norm)(c).rho(z)), 1.3, np.array([0.3, 2.1, -0.7]), argnums=(1,))


def test_families():
    agrees(lambda mu: families.Poisson().deviance(np.array([1.0, 2.0]), mu), np.array([0.5, 0.8]))
    agrees(lambda mu: np.sum(families.links.Logit()(mu) + families.links.CLogLog().inverse(mu)), np.array([0.5, 0.8]))


def test_weighted_moments():
    def moments(values, weights):
        found = weightstats.DescrStatsW(values, weights=weights)
        return found.mean + found.var + found.std_mean

    agrees(moments, np.array([0.5, 1.0, 0.3, 2.0]), np.array([1.0, 2.0, 0.9, 1.0]))
