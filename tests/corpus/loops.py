"""`while` and `for` over `range`: break, continue, else, nesting, and what is left afterwards."""

import math

import numpy as np

from tests.corpus.case import case, normal, positive


@case(1.1, 5, argnums=0)
@case(1.1, 0, argnums=0)
@case(1.1, 1, argnums=0)
def while_loop(x, n):
    i = 0
    while i < n:
        x = x * math.sin(x)
        i += 1
    return x


@case(1.1, 5, argnums=0)
@case(1.1, 0, argnums=0)
def for_loop(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x + 0.1
    return y


@case(1.1)
def loop_variable_in_the_body(x):
    y = 0.0
    for i in range(4):
        y = y + x**i * i
    return y


@case(1.1, 3, argnums=0)
@case(1.1, 1, argnums=0)
def loop_variable_after_the_loop(x, n):
    for i in range(n):
        x = x * 1.5
    return x * i + i


@case(1.1)
def loop_variable_reassigned(x):
    y = 0.0
    for i in range(3):
        y = y + i * x
        i = i * 10
        y = y + i * x
    return y + i


@case(1.1)
def parameter_as_loop_variable(x):
    y = x * 2
    for x in range(3):
        y = y * (x + 1)
    return y + x


@case(1.1, 3, argnums=0)
@case(1.1, 0, argnums=0)
def first_assigned_inside_the_loop(x, n):
    y = x
    for _ in range(n):
        t = y * x
        y = t + 1
    if n > 0:
        y = y * t
    return y


@case(100.0)
@case(0.5)
def data_dependent_count(x):
    while x > 1:
        x = x / 2.5
    return x * x


@case(0.3)
@case(3.0)
def while_true_with_break(x):
    y = x
    n = 0
    while True:
        y = y * 1.5 + x
        n += 1
        if y > 10 or n > 7:
            break
    return y * n


@case(0.3)
def break_in_the_middle(x):
    y = 1.0
    for i in range(10):
        y = y + x
        if i == 3:
            break
        y = y * 1.1
    return y * x


@case(0.3)
def continue_skips(x):
    y = 1.0
    for i in range(7):
        if i % 2 == 0:
            continue
        y = y * x + i
    return y


@case(0.3)
def continue_in_while(x):
    y = x
    i = 0
    while i < 7:
        i += 1
        if i == 2 or i == 5:
            y = y + 1
            continue
        y = y * (x + 1)
    return y


@case(0.3)
@case(3.0)
def break_and_continue(x):
    y = 1.0
    for i in range(10):
        if i == 1:
            continue
        y = y + x * i
        if y > 8:
            break
        if i == 2:
            y = y * 2
            continue
        y = y * 1.25
    return y


@case(0.3)
@case(3.0)
def for_else(x):
    y = 1.0
    for i in range(4):
        y = y + x
        if y > 5:
            y = y * 2
            break
    else:
        y = y * x
    return y


@case(0.3)
@case(3.1)
def while_else(x):
    y = 1.0
    while y < 5:
        y = y * 2 + x
        if y > 9:
            break
    else:
        y = y * x
    return y + x


@case(0.3)
def else_without_break(x):
    y = x
    for i in range(3):
        y = y * 2
    else:
        y = y + x * i
    while y < 1:
        y = y * 3
    else:
        y = y * x
    return y


@case(0.3)
def else_of_an_empty_loop(x):
    for _ in range(0):
        x = x * 100
        break
    else:
        x = x * 2
    return x


@case(0.31)
@case(0.9)
def break_inside_the_else_of_an_inner_loop(x):
    y = x
    for i in range(5):
        for j in range(3):
            y = y + x * j
            if y > 2:
                break
        else:
            y = y * 1.5
            if i == 3:
                break
            continue
        y = y - 1
    return y


@case(0.3)
def nested_loops(x):
    y = 0.0
    for i in range(3):
        z = x
        for j in range(i + 1):
            z = z * x + j
        y = y + z
    return y * z


@case(0.3)
def triple_nesting(x):
    y = 0.0
    for i in range(2):
        for j in range(3):
            for k in range(2):
                y = y * x + i * j + k
    return y


@case(0.3)
def inner_break_leaves_the_outer_running(x):
    y = 1.0
    for i in range(4):
        for j in range(4):
            if j > i:
                break
            y = y + x * j
        y = y * 1.1
    return y


@case(0.3)
def continue_in_nested_loops(x):
    y = 1.0
    for i in range(4):
        if i == 1:
            continue
        for j in range(4):
            if j == i:
                continue
            y = y + x * i * j
        if i == 2:
            continue
        y = y * (1 + x)
    return y


@case(0.3)
def while_in_for_in_while(x):
    y = 1.0
    n = 0
    while n < 2:
        for i in range(2):
            k = 0
            while k <= i:
                y = y * 1.1 + x
                k += 1
        n += 1
    return y


@case(0.3, 0.7)
def swap_in_a_loop(x, y):
    for _ in range(3):
        x, y = y, x + y
    return x * y


@case(0.3, 0.7, 1.1)
def rotation_in_a_loop(a, b, c):
    for _ in range(4):
        a, b, c = b, c, a * b
    return a + 2 * b + 3 * c


@case(0.3, 0.7)
def invariant_used_in_a_loop(x, w):
    for _ in range(5):
        x = x * w + w
    return x


@case(0.3, 0.7)
def invariant_of_nested_loops(x, w):
    y = w * 2
    for _ in range(2):
        for _ in range(3):
            x = x * w + y
        w2 = w * y
        x = x * w2
    return x


@case(0.3)
def two_loops_one_variable(x):
    y = x
    for i in range(3):
        y = y * x + 1
    for i in range(2):
        y = y + x * i
    i = 7
    while i > 5:
        y = y * 1.5
        i -= 1
    return y


@case(0.4)
@case(1.4)
def branch_in_a_loop(x):
    y = x
    for i in range(5):
        if y > 1:
            y = y / 2
        elif i % 2:
            y = y * 3
        else:
            y = y + x
    return y


@case(0.4)
@case(1.4)
def loop_in_a_branch(x):
    if x > 1:
        for _ in range(3):
            x = x * x * 0.8
    else:
        i = 0
        while i < 4:
            x = x + 0.5 * x
            i += 1
    return x


@case(0.4)
def integer_becomes_float(x):
    y = 0
    n = 1
    for i in range(3):
        y = y + x * n
        n = n * 2
    return y


@case(0.4)
def constant_until_the_last_turn(x):
    y = 1.0
    for i in range(4):
        if i == 3:
            y = y * x
        else:
            y = y + 1
    return y


@case(0.4)
def active_becomes_constant(x):
    y = x
    for i in range(4):
        y = y * 2
        if i == 2:
            y = 1.0
    return y * x


@case(0.4)
def never_entered(x):
    y = x
    while x > 1:
        y = y * x
        x = x - 1
    return y


@case(0.4)
def loop_with_no_effect(x):
    for i in range(3):
        y = x * i
    while False:
        x = x * 2
    return x


@case(0.4)
def only_integers_in_the_loop(x):
    n = 1
    for i in range(1, 6):
        n *= i
    while n % 7:
        n -= 1
    return x * n


@case(0.4)
def condition_changes_nothing_active(x):
    i = 10
    while i > 0:
        i = i - 3
        if i % 2:
            x = x * 1.5
    return x * i


@case(0.4)
def several_breaks(x):
    y = x
    i = 0
    while True:
        i += 1
        y = y * 1.3
        if i > 20:
            y = y * 2
            break
        if y > 5:
            y = y + x
            break
        if y < -5:
            break
        if i == 3:
            y = y * 2
    return y


@case(0.4)
def break_at_once(x):
    y = x
    for i in range(5):
        y = y * 2
        break
    while True:
        y = y * 3
        break
    return y


@case(0.4)
def range_is_fixed_at_the_start(x):
    n = 3
    for i in range(n):
        n = 100
        x = x * 1.5 + i
    return x * n


@case(normal(4))
def array_carried_through(x):
    h = np.zeros(4)
    for _ in range(3):
        h = np.tanh(h + x) * 2
    return h.sum()


@case(positive(3))
def while_on_an_array(x):
    n = 0
    while x.sum() < 20:
        x = x * 1.7 + 0.1
        n += 1
    return x.sum() * n


@case(1.05)
def a_thousand_turns(x):
    y = x
    for _ in range(1000):
        y = math.sin(y) * x + 0.1
    return y


@case(1.1)
def fibonacci_in_floats(x):
    a, b = 0.0, x
    for i in range(10):
        a, b = b, a + b
    return a


@case(0.4)
def same_names_in_sibling_loops(x):
    total = 0.0
    for i in range(2):
        for j in range(2):
            t = x * (i + j)
            total = total + t
        for j in range(3):
            t = x * x * j
            total = total + t
    return total + t


@case(0.4)
def loops_fifteen_deep(x):
    for a in range(1):
        for b in range(1):
            for c in range(2):
                for d in range(1):
                    for e in range(1):
                        for f in range(2):
                            for g in range(1):
                                for h in range(1):
                                    for i in range(2):
                                        for j in range(1):
                                            for k in range(1):
                                                for m in range(1):
                                                    for n in range(1):
                                                        for o in range(2):
                                                            for p in range(1):
                                                                x = x * 1.1 + o * 0.1
    return x
