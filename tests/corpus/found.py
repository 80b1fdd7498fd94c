"""What random programs have found, made small. Each was wrong once."""

from tests.corpus.case import case, normal


@case(0.37, 0.62)
def augmented_by_a_walrus_of_itself(x, y):
    x -= (x := x * y)
    y *= (y := 0.5 * y) + x
    return x + y


@case(0.37, 0.62)
def item_deleted_in_a_branch_before_a_loop(x, y):
    xs = [x, y, x * y]
    if x < 0:
        pass
    else:
        del xs[0]
        for _ in range(2):
            y, x = x, xs[-1] * 0.5 + x
    return x * y


@case(0.37, 0.62)
def unpacked_in_a_loop_and_read_after_it(x, y):
    p, q = x, y
    n = 0
    while True:
        p, q = (p * y + 0.1, q * x + 0.2)[::-1]
        if n == 2:
            break
        n += 1
    return p * q * q


@case(normal(3))
def an_array_out_of_a_dictionary_is_indexed_in_a_loop(x):
    weights = {"w": x * 2}
    w = weights["w"]
    total = 0.0
    for i in range(3):
        total = total + w[i] ** 2 * (i + 1)
    return total


@case(normal(2, 3))
def an_array_out_of_a_list_is_indexed_in_a_loop_and_after_it(x):
    rows = [x, x[0] * 2]
    first, second = rows
    total = 0.0
    for i in range(2):
        for j in range(3):
            if j != 1:
                total = total + first[i, j] * second[j]
    return total * second[1] + first[1, 1]
