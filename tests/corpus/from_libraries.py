"""What functions of libraries were found to do that others did not: each is the smallest program that showed a defect."""

import numpy as np

from tests.corpus.case import case


@case(0.5, (1.5,), argnums=0)
@case(0.5, None, argnums=0)
def function_that_wraps_what_had_its_name(x, args):
    def step(t, y):
        return t * y

    if args is not None:
        def step(t, y, step=step):
            return step(t, y) * x + args[0]

    return step(2.0, x)


@case(0.5, (0.3, 0.2), argnums=0)
@case(0.1, 0.3, argnums=0)
def argument_deleted_behind_a_branch(x, args):
    values = list(args) if isinstance(args, tuple) else [args]
    del args
    y = x * 2 if x > 0.2 else x
    if len(values) == 2:
        y = y * values[0]
    return y * x
