"""filterpy: Kalman filters over objects of arrays, written in place."""

import numpy as np

from tests.third_party.compare import agrees, library

kalman = library("filterpy.kalman")


def tracker(noise, spread, step):
    filter_ = kalman.KalmanFilter(dim_x=2, dim_z=1)
    filter_.x = np.array([[0.0], [1.0]])
    filter_.F = np.array([[1.0, step], [0.0, 1.0]])
    filter_.H = np.array([[1.0, 0.0]])
    filter_.P *= 10.0
    filter_.R *= spread
    filter_.Q *= noise
    return filter_


def test_predict_and_update():
    def f(noise, spread, step):
        filter_ = tracker(noise, spread, step)
        total = 0.0
        for z in [0.1, 0.9, 2.1, 3.2]:
            filter_.predict()
            filter_.update(np.array([[z]]))
            total += filter_.x[0, 0] ** 2 + filter_.P[0, 0] + filter_.y[0, 0]
        return total

    agrees(f, 0.05, 0.4, 0.9)


def test_batch_and_smoother():
    def f(noise, spread, step):
        filter_ = tracker(noise, spread, step)
        means, covariances, _, _ = filter_.batch_filter([0.1, 0.9, 2.1])
        smooth, _, _, _ = filter_.rts_smoother(means, covariances)
        return np.sum(smooth) + np.sum(covariances)

    agrees(f, 0.05, 0.4, 0.9)
