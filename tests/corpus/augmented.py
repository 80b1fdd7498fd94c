"""Augmented assignment, on numbers and on arrays that the function itself has made."""

import numpy as np

from tests.corpus.case import case, normal, positive


@case(1.5, 2.5)
def augmented_numbers(x, y):
    z = x
    z += y
    z *= x
    z -= 1
    z /= y
    z **= 2
    return z


@case(7.5, 2.25)
def augmented_modulo(x, y):
    z = x
    z %= y
    z //= 0.3
    return z * x


@case(1.5)
def augmented_integers(x):
    n = 7
    n += 1
    n //= 3
    n <<= 2
    n |= 1
    n &= 13
    n ^= 2
    n >>= 1
    n %= 5
    return x * n


@case(1.5)
def parameter_augmented(x):
    x += 1
    x *= x
    return x


@case(1.5)
def augmented_by_itself(x):
    x *= x
    x += x
    x *= x * x
    return x


@case(1.5)
def alias_of_a_number(x):
    y = x
    y += 1
    z = y
    z *= 2
    return x * y * z


@case(1.5)
def augmented_in_a_loop(x):
    total = 0.0
    for i in range(4):
        total += x**i
        total *= 0.9
    return total


@case(1.5)
def integer_total(x):
    total = 0
    count = 0
    for i in range(4):
        total += x * i
        count += 1
    return total / count


@case(1.5, normal(3))
def number_becomes_array(x, w):
    total = 0.0
    for i in range(3):
        total += x * w
    return total.sum()


@case(1.5, normal(3))
def fresh_array_summed_into(x, w):
    acc = np.zeros(3)
    for i in range(3):
        acc += x * w * i
        acc *= 1.1
    return acc.sum() * acc[0]


@case(positive(3), normal(3))
def fresh_result_augmented(x, w):
    y = x * w
    y += w
    y /= x
    y -= 1.0
    return np.sum(y * y)


@case(positive(3))
def value_used_before_it_is_augmented(x):
    y = x * 2
    z = y * y
    y += 1
    return np.sum(z * y)


@case(1.5)
def augmented_in_branches(x):
    y = x * 2
    if x > 1:
        y += x
    else:
        y -= x
    if x > 100:
        y *= 5
    return y * y


@case(1.5)
def strings_and_lists(x):
    name = "a"
    name += "b"
    values = [x]
    values += [x * x, 1.0]
    return values[0] * values[1] * len(values) * len(name)


@case(normal(2, 3), normal(3))
def rows_summed(m, w):
    total = 0
    for row in m:
        total += np.dot(row, w) ** 2
    return total


@case(normal(3))
def rebinding_is_not_writing(x):
    y = x
    x = x + 1
    z = y
    z = z * 2
    return np.sum(x * y * z)


@case(normal(2, 3), normal(3))
def matmul_assign(m, w):
    y = w
    m = m * 2
    z = m
    z = z @ y
    return np.sum(z**2)


@case(1.5)
def attribute_counter(x):
    box = Box()
    for i in range(3):
        box.n += 1
        x *= 1.1
    return x * box.n


class Box:
    n = 0


@case(1.5)
def dict_counter(x):
    counts = {"a": 0}
    for i in range(3):
        counts["a"] += i
        x *= 1.1
    return x * counts["a"]
