"""Dicts with fixed keys that a function makes and reads."""

import numpy as np

from tests.corpus.case import case


@case(1.2, 5)
def state_of_a_motion_as_a_dict(x, n):
    state = {"pos": x, "vel": x * 0.5}
    for _ in range(n):
        acc = -state["pos"]
        state = {"pos": state["pos"] + 0.1 * state["vel"], "vel": state["vel"] + 0.1 * acc}
    return state["pos"] * state["vel"]


def energy(s):
    return s["w"] @ s["w"] * s["scale"] + len(s)


@case(np.array([0.5, 1.5]))
def dict_of_parameters_passed_on(w):
    s = dict(w=w * 2.0, scale=w[0])
    if "bias" in s:
        return 0.0 * w[0]
    return energy(s)


@case(1.5)
@case(0.5)
def dict_made_in_two_branches(x):
    if x > 1:
        s = {"a": x, "b": 1.0}
    else:
        s = {"b": 2.0, "a": x * x}
    return s["a"] * s["b"]
