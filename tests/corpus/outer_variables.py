"""Globals and variables of enclosing functions that code rebinds while it runs."""

import numpy as np

from tests.corpus.case import case, normal

TOTAL = 0.0
COUNT = 0
STATE = None
SCALE = 2.0
LOG = []
ACTIVATION = np.tanh
UNSET = 1.0


def reset():
    global TOTAL, COUNT, STATE
    TOTAL, COUNT = 0.0, 0
    STATE = None


def add(value):
    global TOTAL, COUNT
    TOTAL += value
    COUNT += 1


def total():
    return TOTAL


@case(1.5)
def global_rebound_and_read(x):
    global TOTAL
    TOTAL = x * 2.0
    return TOTAL * x


@case(1.5)
def global_accumulator(x):
    reset()
    for i in range(4):
        add(x * i)
    return total() * x + TOTAL * COUNT


@case(1.5)
def global_read_where_nothing_is_declared(x):
    reset()
    before = TOTAL
    add(x * x)
    return TOTAL * x + before


@case(1.5)
def global_in_a_loop_and_a_branch(x):
    global TOTAL
    TOTAL = x
    while TOTAL < 20.0:
        if TOTAL > 5.0:
            TOTAL = TOTAL * x
        else:
            TOTAL += x * x
    return TOTAL


@case(1.5)
def global_that_holds_a_container(x):
    global STATE
    STATE = {"h": x}
    for i in range(3):
        STATE = {"h": STATE["h"] * x, "before": STATE}
    return STATE["h"] + STATE["before"]["h"]


@case(normal(3))
def global_that_holds_an_array(x):
    global STATE
    STATE = x * 2.0
    a, b, c = STATE
    return np.sum(STATE * x) * a + b * c


@case(1.5)
def global_unpacked_into(x):
    global TOTAL, SCALE
    TOTAL, SCALE = x * 2.0, x * x
    result = TOTAL * SCALE
    SCALE = 2.0
    for TOTAL in (x, x * 3.0):
        result = result + TOTAL
    (SCALE, *_), TOTAL = [2.0, x], TOTAL
    return result * TOTAL


@case(1.5)
def global_deleted_and_set_again(x):
    global UNSET
    del UNSET
    UNSET = x * x
    return UNSET * x


@case(1.5)
def global_walrus(x):
    global TOTAL
    if (TOTAL := x * 2.0) > 1.0:
        return TOTAL * TOTAL
    return x


@case(1.5)
def global_function_rebound(x):
    global ACTIVATION
    ACTIVATION = np.tanh
    y = ACTIVATION(x)
    ACTIVATION = np.sin
    y = y * ACTIVATION(x)
    ACTIVATION = lambda t: t * x
    return y * ACTIVATION(x)


@case(1.5)
def global_of_a_nested_function(x):
    TOTAL = x * 100.0

    def inner():
        global TOTAL
        TOTAL = x * 3.0

        def innermost():
            return TOTAL * 2.0

        return innermost()

    return inner() + TOTAL + total()


@case(1.5)
def global_shadowed_in_a_comprehension(x):
    global TOTAL
    TOTAL = x
    values = [TOTAL * 2.0 for TOTAL in (1.0, 2.0)]
    return sum(values) * TOTAL + sum([COUNT * x for COUNT in range(3)])


@case(1.5)
def global_shadowed_by_a_parameter(x):
    add(x)

    def scaled(TOTAL):
        return TOTAL * 2.0

    return scaled(x) * (lambda SCALE: SCALE * x)(x)


@case(1.5)
def global_function_defined(x):
    global made_here

    def made_here(t):
        return t * x if t > 1.0 else made_here(t * 2.0)

    return made_here(x / 4.0)


def accumulator():
    total = 0.0
    calls = 0

    def add(value):
        nonlocal total, calls
        total += value
        calls += 1
        return total

    def read():
        return total * calls

    def clear():
        nonlocal total, calls
        total, calls = 0.0, 0

    return add, read, clear


ADD, READ, CLEAR = accumulator()


@case(1.5)
def outer_variables_of_closures(x):
    CLEAR()
    ADD(x)
    y = ADD(x * x)
    return READ() * y


class Optimizer:
    """Methods made of closures that share a variable."""

    def __init__(self):
        velocity = 0.0

        def step(g, decay=0.9):
            nonlocal velocity
            velocity = velocity * decay + g
            return velocity

        def reset():
            nonlocal velocity
            velocity = 0.0

        self.step, self.reset = step, reset


OPTIMIZER = Optimizer()


@case(1.5)
def outer_variable_of_an_objects_closures(x):
    OPTIMIZER.reset()
    for i in range(4):
        x = x - 0.1 * OPTIMIZER.step(2.0 * x + i)
    return x * x


def outer():
    factor = 2.0
    unset = None

    @case(1.5)
    def outer_variable_of_the_function_itself(x):
        nonlocal factor
        factor = 2.0
        for i in range(3):
            factor = factor * x + 1.0
        return factor * x

    @case(1.5)
    def outer_variable_by_a_nested_function(x):
        def set_factor(v):
            nonlocal factor
            factor = v

        set_factor(x * x)

        def get():
            return factor

        return get() * factor

    @case(1.5)
    def outer_variable_deleted(x):
        nonlocal unset
        unset = x * 2.0
        y = unset * x
        del unset
        unset = y
        return unset * x

    @case(1.5)
    def outer_variable_that_is_only_read(x):
        return x * (1.0 if factor is None else 3.0)


outer()


def counter():
    n = 0

    def count():
        nonlocal n
        n += 1
        return n

    return count


@case(1.5)
def counters(x):
    first, second = counter(), counter()
    y = x
    while first() < 4:
        y = y * x + second()
    return y
