"""`return` from anywhere."""

from tests.corpus.case import case, normal


@case(1.5)
@case(-1.5)
def early_return(x):
    if x > 0:
        return x * x
    return x * 3


@case(0.5)
@case(1.5)
@case(2.5)
def three_returns(x):
    y = x * 2
    if y < 2:
        return y
    y = y * x
    if y < 6:
        return y + x
    y = y * x
    return y


@case(1.5)
@case(-1.5)
def return_in_both_branches(x):
    y = x * 2
    if x > 0:
        y = y + 1
        return y * x
    else:
        y = y - 1
        return y * 3


@case(0.3)
@case(1.3)
def return_from_a_loop(x):
    y = 1.0
    for i in range(10):
        y = y * x + 1
        if y > 4:
            return y * i
    return y


@case(0.3)
@case(1.3)
def return_from_while_true(x):
    y = 1.0
    while True:
        y = y * 1.5 + x
        if y > 10:
            return y * x


@case(0.3)
@case(1.3)
@case(2.3)
def return_from_nested_loops(x):
    y = 1.0
    for i in range(3):
        for j in range(3):
            y = y + x * j
            if y > 6:
                return y * (i + 1)
        y = y * 1.1
        if y > 4:
            return y * x
    return y - x


@case(0.3)
@case(1.3)
def return_from_nested_whiles(x):
    y = x
    while True:
        n = 0
        while True:
            y = y + 0.5
            n += 1
            if y > 5:
                return y * y * x
            if n == 3:
                break
        y = y * (x + 1)


@case(0.3)
@case(3.3)
def return_from_loop_else(x):
    for i in range(3):
        x = x * 1.5
        if x > 5:
            break
    else:
        return x * x
    return x * 3 + i


@case(0.3)
@case(1.3)
def return_a_constant_early(x):
    if x > 1:
        return 7.0
    return x * x


@case(0.3)
@case(1.3)
def return_an_integer_early(x):
    if x > 1:
        return 0
    return x * x


@case(normal(4))
@case(abs(normal(4)))
def return_from_a_loop_over_an_array(x):
    y = 1.0
    for i, v in enumerate(x):
        if v < 0:
            return y * x[i]
        y = y * v
    return y


@case(0.3)
def unreachable_tail(x):
    return x * x
    x = x * 2
    return x


@case(0.3)
def return_in_first_turn(x):
    for i in range(5):
        return x * (i + 2)
    return x


@case(0.3, 2, argnums=0)
@case(0.3, 1, argnums=0)
@case(0.3, 0, argnums=0)
def return_under_loop_under_if(x, mode):
    if mode == 2:
        for i in range(3):
            if i == 1:
                return x * i * x
    elif mode == 1:
        x = x * 2
        while x < 10:
            x = x * 2
            if x > 3:
                return x * x
    return x


@case(1.5)
@case(-1.5)
def return_a_conditional_expression(x):
    if x * x < 1:
        return 0.0
    return x if x > 0 else x * x


def note_and_return_nothing(log, x):
    if x < 0:
        return
    log.append(x > 1)


@case(1.5)
@case(-1.5)
def callee_returns_nothing(x):
    log = []
    r = note_and_return_nothing(log, x)
    note_and_return_nothing(log, x * 2)
    return x * len(log) + (x if r is None else 0.0)


@case(0.5)
@case(-0.5)
def clamp(x):
    if x > 1:
        return 1.0
    if x < 0:
        return x * 0.01
    return x
