"""gymnasium, simple-pid, pykalman: simulated bodies, a controller with a state, a filter's steps."""

import numpy as np

from tests.third_party.compare import agrees, library


def test_pendulum():
    environments = library("gymnasium.envs.classic_control.pendulum")

    def f(angle, torque):
        env = environments.PendulumEnv()
        env.state = np.array([angle, 0.1])
        env.last_u = None
        total = 0.0
        for _ in range(3):
            _, reward, *_ = env.step(np.array([torque]))
            total = total + reward
        return total

    agrees(f, 0.5, 0.3)


def test_double_pendulum():
    module = library("gymnasium.envs.classic_control.acrobot")

    def f(a, b):
        state = module.rk4(module.AcrobotEnv()._dsdt, np.array([a, b, 0.1, 0.2, 0.3]), [0, 0.2])
        return state[0] + state[1] * state[2]

    agrees(f, 0.5, 0.3)


def test_controller():
    simple_pid = library("simple_pid")

    def f(kp, ki, kd):
        controller = simple_pid.PID(kp, ki, kd, setpoint=1.0, sample_time=None)
        y = 0.0
        for _ in range(5):
            y = y + 0.1 * controller(y, dt=0.1)
        return y

    agrees(f, 1.0, 0.1, 0.05)


def test_filter():
    standard = library("pykalman.standard")

    def f(noise):
        mean, covariance = standard._filter_predict(np.array([[1.0, 0.1], [0.0, 1.0]]), np.eye(2) * noise, np.zeros(2),
                                                    np.array([0.1, 0.2]), np.eye(2))
        _, mean, covariance = standard._filter_correct(np.array([[1.0, 0.0]]), np.array([[0.5]]), np.zeros(1), mean, covariance,
                                                       np.array([0.3]))
        return np.sum(mean) + np.sum(covariance)

    agrees(f, 0.1)
