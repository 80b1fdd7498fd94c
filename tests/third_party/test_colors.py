"""colorspacious, colormath: conversions found by a search in a graph of decorated functions."""

import numpy as np

from tests.third_party.compare import agrees, library


def test_appearance_models():
    spaces = library("colorspacious")
    color = np.array([0.2, 0.4, 0.6])
    agrees(lambda c: 0.1 * np.sum(spaces.cspace_convert(c, "sRGB1", "CAM02-UCS")), color)
    agrees(lambda c: 0.1 * spaces.deltaE(c, np.array([0.3, 0.3, 0.3]), input_space="sRGB1"), color)


def test_conversions():
    objects, conversions = library("colormath.color_objects"), library("colormath.color_conversions")

    def f(r, g, b):
        lab = conversions.convert_color(objects.sRGBColor(r, g, b), objects.LabColor)
        return 0.01 * (lab.lab_l + lab.lab_a * 0.5)

    agrees(f, 0.2, 0.4, 0.6)
