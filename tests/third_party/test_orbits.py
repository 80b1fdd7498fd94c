"""PyAstronomy: Kepler's equation, orbits, broadened spectra; ambiance: the standard atmosphere; deap: functions to optimize."""

import numpy as np
import pytest

from tests.third_party.compare import agrees, library


def test_kepler():
    pyasl = library("PyAstronomy.pyasl")
    agrees(lambda anomaly, e: pyasl.MarkleyKESolver().getE(anomaly, e), 0.5, 0.27)
    agrees(lambda a, e: np.sum(pyasl.KeplerEllipse(a, 2.0, e=e, i=20.0, Omega=30.0, w=10.0).xyzPos(0.7)), 1.5, 0.09)


def test_broadening():
    pyasl = library("PyAstronomy.pyasl")
    agrees(lambda flux, width: pyasl.broadGaussFast(np.linspace(0, 1, 7), flux, width)[3],
           np.array([1, 0.5, 0.5, 0.3, 1, 1, 1]), 0.09)


def test_atmosphere():
    ambiance = library("ambiance")

    def at(height):
        found = ambiance.Atmosphere(5000 * height)
        return found.density[0] + found.speed_of_sound[0] * 1e-2 + found.pressure[0] * 1e-5

    agrees(at, 1.1)


@pytest.mark.parametrize("name", ["rosenbrock", "ackley", "rastrigin", "griewank", "schwefel", "himmelblau", "bohachevsky"])
def test_functions_to_optimize(name):
    function = getattr(library("deap.benchmarks"), name)
    agrees(lambda x: function(x)[0], np.array([0.5, 0.3]))
