"""Rotations: transforms3d."""

import numpy as np

from tests.third_party.compare import agrees, library

quaternions = library("transforms3d.quaternions")
axangles = library("transforms3d.axangles")
W = np.arange(1.0, 10.0).reshape(3, 3)


def test_quaternions():
    q = np.array([0.9, 0.1, 0.2, 0.3])
    agrees(lambda q: np.sum(quaternions.quat2mat(q) * W), q)
    agrees(lambda q, p: np.dot(quaternions.qmult(q, p), [1.0, 2.0, 3.0, 4.0]), q, q[::-1].copy())
    agrees(lambda q: quaternions.qnorm(q) + quaternions.qinverse(q)[1], q)


def test_axis_and_angle():
    agrees(lambda a: np.sum(axangles.axangle2mat([1.0, 2.0, 3.0], a) * W), 0.3)


def test_euler_angles():
    euler = library("transforms3d.euler")
    weights = np.arange(9.0).reshape(3, 3)
    agrees(lambda a, b, c: np.sum(euler.euler2mat(a, b, c) * weights), 0.1, 0.2, 0.3)
    agrees(lambda a, b, c: np.sum(np.array(euler.mat2euler(euler.euler2mat(a, b, c, "szxz"), "szxz")) * weights[1]), 0.1, 0.2, 0.3)
    agrees(lambda a, b, c: euler.euler2axangle(a, b, c)[1] + np.sum(euler.euler2quat(a, b, c) * np.arange(4.0)), 0.1, 0.2, 0.3)


def test_affine_maps():
    affines = library("transforms3d.affines")
    matrix = np.array([[1.1, 0.2, 0.1, 0.4], [0.1, 0.9, 0.3, 0.5], [0.2, -0.1, 1.3, 0.6], [0.0, 0.0, 0.0, 1.0]])
    agrees(lambda a: sum(np.sum(p * (i + 1)) for i, p in enumerate(affines.decompose44(a))), matrix)


def test_rigid_motions():
    rotations, transformations = library("pytransform3d.rotations"), library("pytransform3d.transformations")
    agrees(lambda a: np.sum(rotations.matrix_from_axis_angle(a) * W), np.array([1.0, 0.0, 0.0, 0.4]))
    agrees(lambda s: np.sum(transformations.transform_from_exponential_coordinates(s)), np.arange(0.1, 0.7, 0.1))


def test_projections():
    matrix44, quaternion = library("pyrr.matrix44"), library("pyrr.quaternion")
    agrees(lambda view: np.sum(matrix44.create_perspective_projection(view, 1.3, 0.1, 10.0)), 45.0)
    agrees(lambda v: np.sum(quaternion.create_from_eulers(v) * np.arange(4.0)), np.array([0.1, 0.2, 0.3]))
