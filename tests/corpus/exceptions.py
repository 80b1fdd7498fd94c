"""Exceptions: `try` in all its forms, `raise`, `with`, `assert`, `del`."""

import contextlib
import math
import sys

import numpy as np

from tests.corpus.case import case, normal


class Rejected(Exception):
    """An error that carries values."""

    def __init__(self, message, value):
        super().__init__(message)
        self.value = value


class Retry(Exception):
    pass


class Track:
    """A context manager that keeps what it is given, and suppresses one kind of error."""

    def __init__(self, log, scale, suppressed=()):
        self.log = log
        self.scale = scale
        self.suppressed = suppressed

    def __enter__(self):
        self.log.append("enter")
        return self.scale

    def __exit__(self, kind, error, traceback):
        self.log.append("exit" if kind is None else kind.__name__)
        return kind is not None and issubclass(kind, self.suppressed)


def checked(value, limit):
    if value > limit:
        raise Rejected("too large", value)
    return value * 2.0


def stores_then_raises(store, x, limit):
    store.append(x * 3.0)
    y = x * x
    store.append(y)
    if y > limit:
        raise ValueError(y * 2.0)
    return y


def deep(store, x, limit, levels):
    store.append(x)
    if levels:
        return deep(store, x * 1.1, limit, levels - 1) * x
    return stores_then_raises(store, x, limit)


@case(2.0, 3)
@case(2.0, 0)
def fall_back(x, n):
    try:
        y = x / n
        z = y * x
    except ZeroDivisionError:
        z = x * 3.0
    return z * x


@case(2.0, 1.0)
@case(2.0, 100.0)
def error_carries_value(x, limit):
    try:
        y = checked(x * x, limit)
    except Rejected as error:
        y = error.value * 3.0 + error.value * x + len(error.args[0])
    return y * x


@case(1.5, argnums=0)
def builtin_error_carries_value(x):
    try:
        raise ValueError(x * 2.0, "text")
    except ValueError as error:
        return error.args[0] * x


@case(1.2, 10.0)
@case(1.2, 0.5)
def callee_stores_and_raises(x, limit):
    store = []
    try:
        y = stores_then_raises(store, x, limit)
    except ValueError as error:
        y = error.args[0] * store[1]
    return y * store[0] + store[-1]


@case(1.2, 10.0)
@case(1.2, 0.5)
def raised_several_levels_down(x, limit):
    store = []
    try:
        y = deep(store, x, limit, 5)
    except ValueError as error:
        y = error.args[0]
    return y * sum(store)


@case(2.0)
def else_clause(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        y = x
    else:
        y = y * x
    return y + x


@case(2.0, 0)
@case(2.0, 2)
def error_in_else(x, n):
    try:
        try:
            y = x * 2.0
        except ZeroDivisionError:
            y = x * 100.0
        else:
            y = y / n
    except ZeroDivisionError:
        y = x * x
    return y * x


@case(2.0, 0)
@case(2.0, 2)
def finally_runs(x, n):
    log = []
    y = x
    try:
        y = y * 2.0
        y = y / n
    except ZeroDivisionError:
        log.append(y)
        y = y * x
    finally:
        log.append(y * 3.0)
        y = y * x
    return y + sum(log)


@case(2.0, 1)
@case(2.0, 3)
def return_through_finally(x, n):
    log = []

    def inner(y):
        try:
            if n > 2:
                return y * 2.0
            y = y * 3.0
            return y
        finally:
            y = y * 5.0
            log.append(y)

    return inner(x) + log[0] * x


@case(2.0, 0)
@case(2.0, 1)
def finally_overrides_return(x, n):
    try:
        if n:
            return x * 2.0
        return x / n
    finally:
        return x * x  # noqa: B012


@case(1.1)
def break_and_continue_through_finally(x):
    total = x
    log = []
    for i in range(8):
        try:
            if i == 2:
                continue
            if i == 6:
                break
            total = total * x
        finally:
            log.append(total * i)
    else:
        total = total * 100.0
    return total + sum(log)


@case(1.1)
def continue_in_finally(x):
    total = x
    for i in range(4):
        try:
            total = total * x / (i - 2)
        except ZeroDivisionError:
            total = total + x
            break
        finally:
            if i < 3:
                continue  # noqa: B012
    return total


@case(1.1)
def try_inside_loop(x):
    total = 0.0
    for i in range(-2, 3):
        try:
            total = total + x / i
        except ZeroDivisionError:
            total = total * x + x
    return total


@case(1.1)
def loop_inside_try(x):
    total = x
    i = 3
    try:
        while True:
            total = total * x + total / i
            i -= 1
    except ZeroDivisionError as e:
        total = total * x + len(str(e))
    return total


@case(1.1)
def loop_else_inside_try(x):
    try:
        for i in range(3):
            x = x * (i + 1.0)
            if i == 7:
                break
        else:
            raise Retry
        x = x * 100.0
    except Retry:
        x = x * x
    return x


@case(5.0)
def retries(x):
    attempts = 0
    while True:
        try:
            attempts += 1
            if attempts < 4:
                raise Retry(x)
            y = x * attempts
            break
        except Retry as again:
            x = again.args[0] * 1.5
            continue
    return y * x


@case(1.3)
def nested_tries(x):
    log = []
    try:
        try:
            y = x * 2.0
            log.append(y)
            raise KeyError(y)
        except ValueError:
            y = x * 100.0
        finally:
            log.append(x * x)
    except LookupError as error:
        y = error.args[0] * log[1]
    return y + log[0]


@case(1.3)
def error_in_handler(x):
    try:
        try:
            raise ValueError(x)
        except ValueError as first:
            y = first.args[0] * 2.0
            raise KeyError(y) from first
    except KeyError as second:
        return second.args[0] * x + second.__cause__.args[0] ** 2


@case(1.3)
def asks_what_is_handled(x):
    try:
        raise ValueError(x * 3.0)
    except ValueError:
        return sys.exc_info()[1].args[0] * x + len([sys.exc_info()[0].__name__, sys.exc_info()[2]])


@case(1.3)
def error_in_finally(x):
    try:
        try:
            raise ValueError(x * 7.0)
        finally:
            y = x * x
            y = y / 0 if y < 0 else {}[y]
    except KeyError as e:
        return e.args[0] * x
    return y


@case(1.3, 0)
@case(1.3, 1)
@case(1.3, 2)
@case(1.3, 3)
def chain_of_clauses(x, which):
    try:
        if which == 0:
            raise KeyError("a")
        if which == 1:
            x = x / 0
        if which == 2:
            x = [x][3]
        y = x * 2.0
    except (KeyError, ValueError):
        y = x * 3.0
    except ArithmeticError:
        y = x * 5.0
    except:  # noqa: E722
        y = x * 7.0
    return y * x


@case(1.3)
def reraised(x):
    log = []
    try:
        try:
            log.append(x * x)
            raise ValueError
        except ValueError:
            log.append(x * 3.0)
            raise
    except ValueError:
        return log[0] * log[1]


@case(1.3, kwargs={"table": {"a": 2.0}})
def falls_back_on_key(x, table):
    try:
        w = table["b"]
    except KeyError:
        w = table["a"] * x
    return w * x


@case(1.3)
def key_is_active(x):
    try:
        return {}[x * 2.0]
    except KeyError as e:
        return e.args[0] * x


@case(1.3)
def attribute_missing(x):
    t = Track([], x)
    try:
        return t.nothing * x
    except AttributeError:
        return t.scale * x


@case(1.3)
def stop_iteration(x):
    values = iter([x, x * 2.0, x * x])
    total = 1.0
    while True:
        try:
            v = next(values)
        except StopIteration:
            break
        total = total * v + x
    return total


@case(1.3)
def with_statement(x):
    log = []
    with Track(log, x * 2.0) as y:
        z = y * x
    return z + len(log)


@case(1.3)
def with_suppresses(x):
    log = []
    y = x
    with Track(log, x * 2.0, (ValueError, ZeroDivisionError)) as s:
        y = s * y
        y = y / 0
        y = y * 100.0
    return y * x + log.index("ZeroDivisionError")


@case(1.3)
def with_raises(x):
    log = []
    try:
        with Track(log, x) as a, Track(log, x * 3.0, KeyError) as b:
            log.append(a * b)
            raise ValueError(a)
    except ValueError as e:
        return e.args[0] * log[2] + len(log)


@case(1.3)
def with_return_and_loop(x):
    log = []
    for i in range(5):
        with Track(log, x * i) as y:
            if i == 1:
                continue
            x = x + y * 0.1
            if i == 3:
                return x * len(log)
    return x


@case(1.3)
def standard_managers(x):
    with contextlib.nullcontext(x * 2.0) as y:
        z = y * x
    with contextlib.suppress(KeyError):
        z = z * x
        z = z * {}["missing"]
    with np.errstate(all="ignore"):
        z = z * np.sin(x)
    return z


@case(np.array([1.0, 2.0]))
def floating_point_error(x):
    y = x * 3.0
    try:
        with np.errstate(divide="raise"):
            y = y / np.array([1.0, 0.0])
    except FloatingPointError:
        y = y * x
    return np.sum(y * x)


@case(2.0)
def asserts(x):
    assert x > 0, "not positive"
    try:
        assert x < 1, x
    except AssertionError as e:
        x = x * e.args[0]
    return x * x


@case(2.0)
def deletes(x):
    y, z = x * 2.0, [x, x * x, x * 3.0]
    w = {"a": y, "b": x}
    del z[0], w["b"]
    track = Track([], y)
    del track.log
    del y, (x)
    try:
        x = 0.0 * x  # noqa: F821
    except UnboundLocalError:
        x = 1.0
    return z[0] * w["a"] + z[1] + track.scale


@case(2.0)
def variable_is_deleted(x):
    e = x
    try:
        raise ValueError
    except ValueError as e:
        x = x * 2.0
    try:
        return e * x
    except NameError:
        return x * x


@case(1.1)
def closures_and_handlers(x):
    log = []

    def attempt(y, n):
        log.append(y)
        return y / n

    def safe(n):
        nonlocal x
        try:
            x = x + attempt(x * 2.0, n)
        except ZeroDivisionError:
            x = x * 1.5
        return x

    return safe(1) + safe(0) + safe(2) * sum(log)


@case(normal(3, 3))
def arrays_and_errors(a):
    total = np.zeros(3)
    for i in range(5):
        try:
            total = total + a[i]
        except IndexError:
            total = total * 2.0
    try:
        return np.sum(total @ np.ones(4))
    except ValueError:
        return np.sum(total * a[0])


def recursive(x, n):
    try:
        if n == 0:
            raise Rejected("bottom", x)
        return recursive(x * 1.1, n - 1) + x
    except Rejected as e:
        if n < 2:
            raise
        return e.value * x
    finally:
        x = x * 3.0


@case(1.1)
def recursion_through_try(x):
    return recursive(x, 6)


@case(1.1)
def partially_done(x):
    values = [x]

    def source():
        return [x * 2.0, x * 3.0]

    try:
        values.extend(source())
        values.append(x * 5.0)
        values[7] = x
    except IndexError:
        values.append(x * x)
    return sum(values) * values[3]


@case(1.1)
def swallowed_everything(x):
    try:
        x = undefined_name * x  # noqa: F821
    except BaseException as e:
        x = x * len(type(e).__name__)
    return x


@case(1.3)
def exception_made_elsewhere(x):
    def make(v):
        return Rejected("made", v * 2.0)

    try:
        raise make(x)
    except Rejected as e:
        return e.value * x


@case(1.3)
def bad_calls(x):
    def g(a):
        return a * 2.0

    try:
        y = g(x, x)
    except TypeError:
        y = g(x)
    try:
        y = y(x)
    except TypeError:
        y = y * x
    return y


class Resource:
    def __init__(self, value):
        self.value = value
        self.closed = False

    def close(self):
        self.closed = True


@case(1.3)
def managers_of_the_library(x):
    resource = Resource(x * 2.0)
    with contextlib.closing(resource) as r, contextlib.ExitStack() as stack:
        v = stack.enter_context(contextlib.nullcontext(r.value * x))
        stack.callback(lambda: None)
        y = v * x
    return y + resource.closed
