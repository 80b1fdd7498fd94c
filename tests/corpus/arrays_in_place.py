"""Arrays written in place: through names, views, aliases, callees, objects and closures, between reads in any order."""

import collections
from dataclasses import dataclass

import numpy as np

from tests.corpus.case import case, normal, positive


@case(1.5)
def item_of_a_new_array(x):
    a = np.zeros(2)
    a[0] = x
    return a.sum() * 2 + a[0] * a[1]


@case(normal(4))
def items_in_a_loop(x):
    y = np.empty(4)
    for i in range(4):
        y[i] = x[i] * x[i - 1]
    return np.sum(y * y)


@case(normal(4))
def recurrence(x):
    y = np.zeros(5)
    y[0] = 1.0
    for i in range(4):
        y[i + 1] = y[i] * x[i] + 0.1 * y[i - 1]
    return y[-1] + np.sum(y[1:3] ** 2)


@case(normal(4))
def overwritten_between_two_uses(x):
    y = x * 2
    a = np.sum(y * y)
    y[1] = 3.0
    b = np.sum(y**3)
    y[1] = x[0] * x[1]
    y[0] = 0.0
    return a * b + np.sum(y)


@case(normal(4))
def slice_store_of_a_shifted_self(x):
    y = x * 1.5
    y[1:] = y[:-1]
    y[::2] = y[1::2] * y[0]
    return np.sum(y * np.arange(4))


@case(normal(3, 4), normal(4))
def broadcast_into_rows(m, w):
    a = np.ones((3, 4))
    a[1:] = w
    a[0] = m[0] * a[1]
    a[:, 2] = m[:, 1]
    return np.sum(a * m)


@case(normal(5))
def mask_store(x):
    y = x * x
    y[y > 0.5] = 0.1
    y[x < 0] = x[x < 0] * 3
    return np.sum(y * x)


@case(normal(5), normal(3))
def index_array_store(x, v):
    y = x.copy()
    y[np.array([0, 2, 4])] = v * v
    y[[1, 3]] = v[0]
    return np.sum(y**2 * x)


@case(normal(4), normal(3))
def repeated_index_keeps_the_last(x, v):
    y = x * 1.0
    y[np.array([1, 1, 2])] = v
    return np.sum(y * y) + y[1]


@case(normal(3), 1.5)
def list_into_a_slice(x, s):
    y = np.zeros(4)
    y[:2] = [s, x[0] * s]
    y[2:] = (s * 2, 1.0)
    return np.sum(y * y * y)


@case(normal(4))
def augmented_items(x):
    y = x * 1.0
    y[0] += x[1] * y[2]
    y[1:3] *= y[:2]
    y[-1] /= x[0]
    y[::2] -= 1.0
    y[1] **= 2
    return np.sum(y * y)


@case(normal(4))
def augmented_mask(x):
    y = x * 2
    y[x > 0] *= x[x > 0]
    y[np.array([0, 3])] += x[:2]
    return np.sum(y * y)


@case(normal(4))
def alias_sees_the_store(x):
    y = x * 1.0
    b = y
    s = np.sum(b * b)
    y[0] = x[1] * 2
    t = b[0] * x[0]
    b[1] = t
    return s + np.sum(y * b)


@case(normal(3, 3))
def view_written(m):
    a = m * 2
    row = a[1]
    row[0] = m[0, 0] ** 2
    col = a[:, 2]
    col *= 3
    a.T[0] = m[1]
    a.reshape(-1)[4] = m[2, 2] * a[0, 0]
    np.ravel(a)[8] = 1.0
    return np.sum(a * row) + np.sum(col)


@case(normal(4))
def view_taken_before_the_store(x):
    y = x * x
    v = y[1:3]
    a = np.sum(v * v)
    y[2] = x[0]
    b = np.sum(v**3)
    v[0] = x[3] * y[2]
    return a + b * y[1]


@case(normal(4))
def reversed_and_strided_views(x):
    y = np.zeros((4, 4))
    y[::-1, ::2][1] = x[:2]
    y.T[::-1][0, 1:] = x[1:] * x[:-1]
    np.swapaxes(y, 0, 1)[2] += x
    return np.sum(y**2) + y[2, 2]


@case(normal(4))
def transposed_fortran_array(x):
    y = np.zeros((2, 4), order="F")
    y[0] = x
    y[1, ::2] = y[0, 1::2] * 2
    z = y.T
    z[1, 0] = x[0]
    return np.sum(y * y * y)


@case(1.5)
def zero_dimensional(x):
    y = np.array(1.0)
    y[()] = x
    y[...] = y * x
    z = np.zeros(())
    z += y * x
    z *= z
    return z * y


@case(normal(4))
def argument_is_overwritten(x):
    s = np.sum(x * x)
    x[0] = x[1] * 2
    x[2] = 7.0
    return s * np.sum(x**3)


@case(normal(3), normal(3))
def argument_updated(x, w):
    x += w
    x *= w
    x -= 1.5
    x /= w * w + 1.0
    return np.sum(x * w)


@case(normal(3), normal(3), argnums=0)
def constant_argument_as_a_buffer(x, buffer):
    buffer[0] = x[0] * x[1]
    buffer[1:] += x[1:]
    return np.sum(buffer**2)


@case(positive(3))
def powers_and_quotients_in_place(x):
    y = x
    y **= 2
    y /= x + 1
    y **= x
    y %= 0.7
    return np.sum(y * x)


@case(normal(3))
def updated_by_itself(x):
    y = x * 1.0
    z = y
    z *= z
    y += y[::-1]
    return np.sum(y * z)


@case(normal(3, 3), normal(3))
def matmul_in_place(m, v):
    a = m * 1.0
    b = a
    b @= m
    return np.sum(a @ v)


def fill_row(a, i, values):
    a[i] = values
    a[i, 0] *= 2


@case(normal(3, 2))
def callee_writes(m):
    a = np.zeros((3, 2))
    for i in range(3):
        fill_row(a, i, m[i] * m[i - 1])
    s = np.sum(a * m)
    fill_row(a, 1, m[0])
    return s + np.sum(a**3)


def scaled(a, s):
    a *= s
    return a


@case(normal(3), 1.5)
def callee_updates_and_returns_its_argument(x, s):
    y = x * x
    z = scaled(y, s)
    t = np.sum(y)
    scaled(z, y[0])
    return t * np.sum(z * y)


@case(normal(3), 1.5)
def callee_updates_the_caller_s_argument(x, s):
    before = np.sum(x**2)
    scaled(x, s)
    return before * np.sum(x**3)


def clipped(a):
    a[a < 0] = 0.0
    return a


@case(normal(5))
def constants_into_an_active_argument(x):
    y = x * 2
    s = np.sum(y**2)
    z = clipped(y)
    return s + np.sum(z * y * x)


@case(normal(4))
def two_names_for_one_argument(x):
    def swap(a, b):
        t = a[0] * 1.0
        a[0] = b[1]
        b[1] = t * b[2]

    y = x * 2
    swap(y, y)
    swap(y, y[1:])
    return np.sum(y * np.arange(1.0, 5.0))


class Tank:
    def __init__(self, n):
        self.level = np.zeros(n)
        self.total = 0.0

    def pour(self, i, amount):
        self.level[i] += amount
        self.total += amount

    def leak(self, rate):
        self.level *= 1 - rate
        return self.level


@case(normal(3), 0.25)
def array_of_an_object(x, rate):
    tank = Tank(3)
    for i in range(3):
        tank.pour(i, x[i] * x[i - 1])
        tank.pour(0, x[i])
    seen = tank.leak(rate)
    tank.pour(1, x[2])
    return np.sum(seen * seen) + tank.total


@dataclass
class Pair:
    a: object
    b: object


@case(normal(3))
def array_held_by_two_objects(x):
    y = x * 1.0
    p, q = Pair(y, 0), Pair(y, 1)
    p.a[0] = x[1] ** 2
    s = np.sum(q.a * x)
    q.a *= 2
    return s + np.sum(p.a**2) * y[0]


@case(normal(3))
def arrays_in_containers(x):
    held = [np.zeros(3), x * 2]
    held[0][1] = x[0]
    held[1] += held[0]
    table = {"a": held[1]}
    table["a"][2] = x[1] * 3
    table["b"] = held[0]
    table["b"] -= x
    queue = collections.deque(held)
    queue.rotate(1)
    queue[0][0] = 5.0
    return np.sum(held[0] * held[1]) + np.sum(table["a"])


@case(normal(3))
def list_of_rows_updated(x):
    rows = [x * i for i in range(3)]
    for i, row in enumerate(rows):
        row += x
        rows[i] *= 2
    for row in rows:
        row[0] = x[1]
    return np.sum(np.stack(rows) ** 2)


@case(normal(3, 3))
def rows_of_a_matrix_updated(m):
    a = m * 1.0
    for row in a:
        row *= row[0]
    for i, row in enumerate(a):
        row[i] = m[i, i] * 2
    for row, other in zip(a, m):
        row += other
    return np.sum(a**2)


@case(normal(3))
def closure_writes(x):
    y = np.zeros(3)

    def put(i, v):
        y[i] = v * x[i]

    for i in range(3):
        put(i, x[i - 1])
    s = np.sum(y**2)
    put(0, 2.0)
    return s * np.sum(y)


@case(normal(3))
def closure_reads_what_is_written(x):
    y = x * 1.0

    def total():
        return np.sum(y * y)

    def update(z):
        s = total()
        z[0] = 5.0
        t = total()
        z[1] = x[0] * s
        return s * t

    return update(y) + total()


@case(normal(3), 1.5)
def shared_variable_rebound_and_updated(x, s):
    y = x * 1.0

    def grow():
        nonlocal y
        y *= s
        y = y + 1.0

    old = y
    grow()
    grow()
    return np.sum(old * y)


def fill_tree(a, lo, hi, x):
    if hi - lo == 1:
        a[lo] = x[lo] ** 2
        return a[lo]
    mid = (lo + hi) // 2
    left = fill_tree(a, lo, mid, x)
    right = fill_tree(a, mid, hi, x)
    a[lo] = a[lo] + left * right
    return a[lo]


@case(normal(5))
def writes_in_a_recursion(x):
    a = np.zeros(5)
    top = fill_tree(a, 0, 5, x)
    return top + np.sum(a * x)


@case(normal(3))
def out_of_ufuncs(x):
    y = np.empty(3)
    np.multiply(x, x, out=y)
    s = np.sum(y)
    np.add(y, x, out=y)
    z = np.sin(y, y)
    np.negative(z, out=(y,))
    np.exp(x, out=z[:])
    return s * np.sum(y * z)


@case(normal(3), positive(3))
def out_with_where(x, w):
    y = x * w
    np.divide(x, w, out=y, where=x > 0)
    r = np.sqrt(w, out=np.zeros(3), where=w > 0.8)
    return np.sum(y * y * w) + np.sum(r * x)


@case(normal(2, 3))
def out_of_reductions(m):
    s = np.zeros(3)
    np.sum(m * m, axis=0, out=s)
    t = np.empty(2)
    m.mean(axis=1, out=t)
    d = np.empty(2)
    np.dot(m, s, out=d)
    c = np.empty((2, 3))
    np.cumsum(m, axis=1, out=c)
    return np.sum(s) * np.sum(t * d) + np.sum(c * m)


@case(normal(3))
def out_that_may_be_none(x):
    return np.sum(squared(x) * squared(x, np.empty(3)))


def squared(x, out=None):
    return np.multiply(x, x, out=out)


@case(normal(4), 1.5)
def filled(x, s):
    y = x * 2
    a = np.sum(y * y)
    y.fill(s)
    y[0] = x[0]
    z = np.empty(2)
    z.fill(s * s)
    return a * np.sum(y) * z[1]


@case(normal(4))
def copied_to(x):
    y = np.zeros(4)
    np.copyto(y, x)
    np.copyto(y[1:], x[:3] * 2, where=np.array([True, False, True]))
    np.copyto(y, 1.0, where=y > 2)
    return np.sum(y * y * x)


@case(normal(6))
def put_and_place(x):
    y = x * 1.0
    np.put(y, [0, 2], x[3:5] * 2)
    np.place(y, y > 0.5, [x[0], 1.0])
    np.putmask(y, y < -0.5, x * x)
    y.put([5, 1], x[0])
    np.put_along_axis(y, np.array([3]), x[2] * 3, 0)
    m = np.outer(x, x)
    np.fill_diagonal(m, x[1])
    return np.sum(y * y) + np.sum(m * m * y)


@case(normal(5))
def sorted_in_place(x):
    y = x * x
    first = y[0]
    y.sort()
    m = np.outer(x, y)
    m.sort(axis=0)
    y.partition(2)
    return first * np.sum(y * np.arange(5)) + np.sum(m[0] * y)


@case(normal(4))
def added_at(x):
    y = np.zeros(3)
    np.add.at(y, [0, 1, 1, 2], x)
    np.add.at(y, 0, x[0] * 2)
    np.subtract.at(y, np.array([2, 2]), x[1:3])
    return np.sum(y**2 * x[:3])


@case(normal(2, 3))
def flat_items(m):
    a = m * 2
    a.flat[4] = m[0, 0] * 3
    a.flat[::2] = m.reshape(-1)[:3]
    a.T.flat[1] = m[1, 2]
    a.flat[[0, 5]] = 1.5
    return np.sum(a * a) + a.flat[3] * m.flat[1]


@case(normal(3))
def parts_of_complex_arrays(x):
    z = x * (1 + 2j)
    z.real = x * x
    a = np.sum(np.abs(z) ** 2)
    z.imag[1] = x[0]
    z.imag = z.real * z.imag
    z[0] = x[2] * 1j
    r = z.real
    r += x
    return a + np.sum(np.abs(z) ** 2) + np.sum(z.imag * r)


@case(normal(3))
def real_part_of_a_real_array(x):
    y = x * 2
    y.real[0] = x[1]
    y.real = y * x
    return np.sum(y)


@case(normal(3, 3))
def swapped_rows(m):
    a = m * 1.0
    a[[0, 2]] = a[[2, 0]]
    t = a[0].copy()
    a[0] = a[1]
    a[1] = t
    a[0, 0], a[1, 1] = a[1, 1], a[0, 0] * 2
    return np.sum(a * m**2)


@case(normal(3, 3) + 4 * np.eye(3), normal(3))
def gauss_elimination(m, b):
    n = len(b)
    a = m.copy()
    x = b.copy()
    for i in range(n):
        p = i + int(np.argmax(np.abs(a[i:, i])))
        if p != i:
            a[[i, p]] = a[[p, i]]
            x[[i, p]] = x[[p, i]]
        for j in range(i + 1, n):
            f = a[j, i] / a[i, i]
            a[j, i:] -= f * a[i, i:]
            x[j] -= f * x[i]
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - a[i, i + 1:] @ x[i + 1:]) / a[i, i]
    return np.sum(x * x)


@case(normal(3, 3))
def cholesky_by_hand(m):
    a = m @ m.T + 3 * np.eye(3)
    n = a.shape[0]
    c = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - np.sum(c[i, :j] * c[j, :j])
            if i == j:
                c[i, i] = np.sqrt(s)
            else:
                c[i, j] = s / c[j, j]
    return np.sum(np.log(np.diag(c))) + c[2, 0]


@case(normal(6))
def running_sums(x):
    y = x * 1.0
    for i in range(1, len(y)):
        y[i] += y[i - 1]
    total = y[-1] * 1.0
    y /= total
    return np.sum(y**2)


@case(normal(6), 0.2)
def heat_steps(u0, k):
    u = u0.copy()
    new = np.empty_like(u)
    for _ in range(4):
        new[0] = u[0]
        new[-1] = u[-1]
        new[1:-1] = u[1:-1] + k * (u[:-2] - 2 * u[1:-1] + u[2:])
        u, new = new, u
    return np.sum(u * u) + new[2]


@case(normal(4), 0.1)
def wave_history(u0, k):
    u = np.zeros((4, 4))
    u[0] = u0
    for t in range(1, 4):
        u[t] = u[t - 1] * (1 - k)
        u[t, 1:] += k * u[t - 1, :-1]
    return np.sum(u[-1] ** 2) + u[2, 1]


@case(normal(5))
def bubble_sort(x):
    y = x.copy()
    for i in range(len(y)):
        for j in range(len(y) - 1 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    return np.sum(y * np.arange(1.0, 6.0))


@case(normal(2), normal(2, 2), positive(3))
def kalman_like(state, m, data):
    p = np.eye(2)
    s = state.copy()
    for z in data:
        p[...] = m @ p @ m.T + 0.1 * np.eye(2)
        gain = p[:, 0] / (p[0, 0] + 0.5)
        s += gain * (z - s[0])
        p -= np.outer(gain, p[0])
    return np.sum(s * s) + np.trace(p)


@case(normal(3, 2))
def adagrad_like(g):
    w = np.ones(2)
    memory = np.zeros(2)
    for i in range(3):
        memory += g[i] ** 2
        w -= 0.1 * g[i] * w / np.sqrt(memory + 1e-3)
    return np.sum(w * w)


@case(normal(3))
def buffer_reused_in_a_loop(x):
    buffer = np.zeros(3)
    total = 0.0
    for i in range(3):
        buffer[:] = 0
        buffer[i] = x[i]
        buffer += x
        total += np.sum(buffer**2) * x[i - 1]
    return total


@case(normal(3), normal(3))
def chosen_buffer(x, w):
    a, b = np.zeros(3), np.ones(3)
    for i in range(3):
        c = a if x[i] > 0 else b
        c[i] = w[i] * x[i]
        c *= 1.5
    return np.sum(a * b) + np.sum(a * w)


def prepared(data):
    return data * 2


@case(normal(3), normal(3), argnums=0)
def constant_made_by_a_callee(x, data):
    y = prepared(data)
    s = np.sum(y * x)
    y += x
    y[0] = x[1]
    return s * np.sum(y * data)


@case(normal(3), normal(3), argnums=0)
def constant_rows_and_derived_data(x, data):
    made = [data * i for i in range(3)]
    made[1][0] = x[0]
    made[2] *= x
    return np.sum(made[0] + made[1] * made[2])


def keep_largest(a, v):
    for i in range(len(a)):
        if v > a[i]:
            a[i + 1:] = a[i:-1]
            a[i] = v
            break


@case(normal(6))
def insertion_into_an_array(x):
    top = np.full(3, -9.0)
    for i in range(6):
        keep_largest(top, x[i])
    return np.sum(top * np.array([1.0, 2.0, 3.0]))


@case(normal(4))
def loop_reads_after_the_write_of_an_earlier_turn(x):
    w = x * 1.0
    total = 0.0
    for i in range(3):
        total += np.sum(w * x)
        touch(w, i)
    return total


def touch(w, i):
    w[i] = w[i] * w[i + 1]


@case(normal(4))
def float32_array(x):
    y = np.zeros(4, dtype=np.float64)
    y[:] = x
    z = y.astype(np.float64)
    z[0] = y[1]
    return np.sum(z * y)


@case(normal(3))
def integer_array_written(x):
    counts = np.zeros(3, dtype=int)
    for i in range(3):
        counts[i] = i + 1
        counts[0] += 1
    counts *= 2
    return np.sum(x * counts)


@case(normal(4))
def constant_parts_of_a_workspace(x):
    work = np.arange(4.0)
    a = np.sum(work * x)
    work[1:3] = x[:2]
    b = np.sum(work * x)
    work[:] = 1.0
    return a * b + np.sum(work * x)


@case(normal(2, 2))
def view_of_a_result_outlives_it(m):
    v = (m * 2)[0]
    w = np.zeros((2, 2)).reshape(-1)
    w[1] = v[0]
    v[1] = w[1] * m[1, 1]
    return np.sum(v) * np.sum(w)


@case(normal(4), 0.7)
def other_updates_at_places(x, s):
    y = np.outer(x, [1.0, 2.0]) + 3.0
    np.multiply.at(y, ([0, 1, 1], [1, 0, 0]), x[:3])
    np.divide.at(y, [2, 3], s)
    np.maximum.at(y, ([0, 0], [0, 0]), [x[1] * 5, x[2]])
    np.minimum.at(y, (slice(1, 3), 1), x[0] * 4 + 3)
    np.power.at(y, (3, [0, 0]), 2.0)
    return np.sum(y * y)


@case(normal(4))
def copy_at_a_list_is_written(x):
    y = x * x
    z = y[[0, 2]]
    z[0] = 0.0
    w = np.outer(x, y)[(0, 2),]
    w[0] *= x
    return z.sum() * 3 + y.sum() + (w * w).sum()


@case(normal(4))
def copies_at_lists_and_slices_are_written(x):
    y = np.outer(x, x)
    a, b, c = y[:, [0, 1]], y[[True, False, True, True]], y[np.ix_([0, 1], [1, 2])]
    a[0] = 2.0
    b *= x
    c[1] = x[0]
    return (a * a).sum() + (b * b).sum() + (c * c).sum() * y.sum()


@case(normal(4))
def sum_written_where_a_mask_holds(x):
    y = x * x
    np.add(y, x[1], out=y, where=[True, False, True, False])
    np.subtract(x, y, out=y, where=y > 0.5)
    return (y * y * np.arange(1, 5)).sum()


@case(normal(3, 3))
def parts_of_itself_are_written(x):
    y = x * 1.0
    y[1:] = y[:-1]
    y[:, 0] = y[:, 1]
    y[...] = y[::-1]
    y[:2, :2] = y[2, 2]
    return (y * np.arange(9).reshape(3, 3)).sum() + (y * y).sum()
