"""`yield` in `try`, `finally` and `with`; `throw` and `close`; `contextlib`."""

import contextlib
import math

from tests.corpus.case import case, normal


@contextlib.contextmanager
def tag(log, v):
    log.append(v)
    try:
        yield v * v
    except ZeroDivisionError:
        log.append(v * 5)
    else:
        log.append(v * 2)
    finally:
        log.append(v * 3)


class Service:
    def __init__(self, v):
        self.v = v

    @contextlib.contextmanager
    def scaled(self, k):
        old, self.v = self.v, self.v * k
        try:
            yield self
        finally:
            self.v = old


@contextlib.contextmanager
def scaled(state, k):
    old = state["scale"]
    state["scale"] = old * k
    try:
        yield state["scale"]
    finally:
        state["scale"] = old


@case(1.3)
def closed_generator(x):
    log = []

    def g():
        try:
            while True:
                yield x
        finally:
            log.append(x * x)

    h = g()
    a = next(h)
    h.close()
    return a * log[0]


@case(1.3)
def generator_closed_before_it_starts(x):
    log = []

    def g():
        try:
            yield x
        finally:
            log.append(x * x)

    h = g()
    h.close()
    h.close()
    return x * x + len(log)


@case(1.3)
def finally_around_each_yield(x):
    log = []

    def g(n):
        for i in range(n):
            try:
                yield (x * i)
            finally:
                log.append(x**i)

    return sum(g(4)) * sum(log)


@case(1.3)
def thrown_into_a_loop(x):

    def g():
        t = x
        while True:
            try:
                t = t * (yield t)
            except ValueError as e:
                t = t + e.args[0]
            except KeyError:
                return t * t

    h = g()
    a = next(h)
    b = h.send(x)
    c = h.throw(ValueError(x * 2))
    d = h.send(2.0)
    try:
        h.throw(KeyError)
    except StopIteration as s:
        return s.value * a + b * c * d


@case(1.3)
def thrown_class(x):

    def g():
        try:
            yield x
        except ValueError:
            yield (x * x)

    h = g()
    next(h)
    return h.throw(ValueError)


@case(1.3)
def thrown_through_yield_from(x):

    def inner():
        try:
            yield x
        except ValueError as e:
            yield (e.args[0] * x)
        return x * 3

    def outer():
        try:
            r = yield from inner()
            yield r
        except KeyError:
            yield (5 * x)

    h = outer()
    a = next(h)
    b = h.throw(ValueError(x))
    c = next(h)
    d = h.throw(KeyError())
    return a * b + c * d


@case(1.3)
def closed_through_yield_from(x):
    log = []

    def inner():
        try:
            yield x
        finally:
            log.append(x)

    def outer():
        try:
            yield from inner()
        finally:
            log.append(x * x)

    h = outer()
    a = next(h)
    h.close()
    return a * log[0] + log[1]


@case(1.3)
def return_in_finally_of_a_generator(x):

    def g():
        try:
            yield x
        finally:
            return x * x

    h = g()
    a = next(h)
    try:
        h.throw(ValueError("a"))
    except StopIteration as s:
        return a * s.value


@case(1.3)
def generator_stores_and_raises(x):
    log = []

    def g():
        try:
            yield x
            log.append(x * x)
            raise ValueError(x * 3)
        finally:
            log.append(x)

    h = g()
    a = next(h)
    try:
        next(h)
    except ValueError as e:
        a = a * e.args[0]
    return a * log[0] * log[1]


@case(1.3)
def stop_iteration_inside(x):

    def g():
        try:
            yield x
            raise StopIteration(x)
        finally:
            pass

    h = g()
    a = next(h)
    try:
        next(h)
    except RuntimeError as e:
        return a * len(str(e))
    return a


@case(1.3)
def with_around_yields(x):
    log = []

    class M:
        def __enter__(s):
            log.append(x)
            return x * 2

        def __exit__(s, *a):
            log.append(x * x)
            return False

    def g():
        with M() as m:
            yield m
            yield (m * x)

    return sum(g()) * sum(log)


@case(1.3)
def thrown_into_a_with(x):
    log = []

    class M:
        def __enter__(s):
            return x * 2

        def __exit__(s, t, e, tb):
            log.append(e.args[0])
            return True

    def g():
        with M() as m:
            yield m
        yield (x**3)

    h = g()
    a = next(h)
    b = h.throw(ValueError(x))
    return a * b * log[0]


@case(1.3)
def nested_context_managers(x):
    log = []
    with tag(log, x) as a, tag(log, x * 2) as b:
        y = a * b
        1 / 0
    return sum(log) + log[0] * log[1] * log[2] + y


@case(1.3)
def stack_of_context_managers(x):
    log = []
    with contextlib.ExitStack() as s:
        vs = [s.enter_context(tag(log, x * i)) for i in range(1, 4)]
        y = sum(vs)
    return y * sum(log)


@case(1.3)
def stack_of_callbacks(x):
    log = []

    def cb(v, k=1.0):
        log.append(v * k)

    with contextlib.ExitStack() as s:
        s.callback(cb, x, k=x)
        s.push(lambda *a: log.append(x * 3))
        t = s.pop_all()
    n = len(log)
    t.close()
    return log[0] * log[1] + n


@case(1.3)
def context_manager_method(x):
    s = Service(x)
    with s.scaled(x) as t:
        with t.scaled(2.0):
            a = s.v
        b = s.v
    return a * b * s.v


@case(1.3)
def return_out_of_a_context_manager(x):
    log = []

    def f():
        with tag(log, x) as v:
            return v * x

    return f() * log[-1]


@case(1.3)
def context_managers_in_a_loop(x):
    log = []
    s = 0.0
    for i in range(4):
        with tag(log, x * i) as v:
            if i == 1:
                continue
            if i == 3:
                break
            s += v
    return s * log[-1] + len(log)


@case(1.3)
def context_manager_that_raises_again(x):
    log = []
    try:
        with tag(log, x) as v:
            raise KeyError(v)
    except KeyError as e:
        return e.args[0] * log[-1]


@case(1.3)
def context_manager_of_a_context_manager(x):

    @contextlib.contextmanager
    def outer(log):
        with tag(log, x) as v:
            yield (v * 2)

    log = []
    with outer(log) as w:
        y = w * x
    return y * log[-1]


@case(1.3)
def try_in_a_generator_s_loop(x):

    def g(xs):
        for v in xs:
            try:
                yield math.log(v)
            except ValueError:
                yield x

    return sum(g([x, x * x]))


@case(1.3)
def guarded_generators_used_up(x):
    log = []

    def g():
        try:
            for i in range(3):
                yield (x + i)
        finally:
            log.append(x)

    return math.prod(g()) * log[0] + max(g()) * sum(sorted(g()))


@case(1.3)
def harmless_unfinished_generator(x):

    def g():
        try:
            yield x
            yield (x * x)
        except ValueError:
            yield x

    return next(g()) * x


@case(1.3)
def suppress_around_yields(x):

    def g():
        with contextlib.suppress(ValueError):
            yield x
            raise ValueError
        yield (x * x)

    return math.prod(g())


@case(1.3)
def thrown_through_a_plain_delegation(x):

    def outer():
        yield from inner()

    def inner():
        try:
            yield x
        except ValueError:
            yield (x * x)

    h = outer()
    a = next(h)
    return a * h.throw(ValueError())


@case(1.3)
def bare_except_around_a_yield(x):

    def g():
        try:
            yield x
        except:
            yield (x * x)

    h = g()
    a = next(h)
    return a * h.throw(ValueError())


@case(1.001)
def many_yields_in_a_try(x):

    def g(n):
        try:
            for i in range(n):
                yield x
        finally:
            pass

    t = 1.0
    for v in g(200):
        t *= v
    return t


@case(normal(3))
def pipeline_of_guarded_generators(x):

    def src():
        try:
            for v in x:
                yield v
        finally:
            done.append(1.0)

    def sq(vs):
        try:
            for v in vs:
                yield (v * v)
        finally:
            done.append(2.0)

    done = []
    return sum(sq(src())) * sum(done)


@case(1.3)
def thrown_out_of_a_generator(x):

    def g():
        yield x

    h = g()
    a = next(h)
    try:
        h.throw(ValueError("k"))
    except ValueError as e:
        a = a * x
    return a


@case(1.3)
def context_manager_of_a_dictionary(x):
    d = {"scale": x}
    with scaled(d, x) as s:
        y = s * d["scale"]
    return y + d["scale"]


@case(1.3)
def context_manager_as_decorator(x):
    d = {"scale": x}

    @scaled(d, 2.0)
    def h(v):
        return v * d["scale"]

    return h(x)


@case(1.3)
def suppressed(x):
    y = x
    with contextlib.suppress(ValueError):
        y = y * x
        raise ValueError
    return y * x


@case(1.3)
def suppressed_look_up(x):
    d = {}
    y = x * x
    with contextlib.suppress(KeyError):
        y = d["a"]
    return y


@case(1.3)
def null_context(x):
    with contextlib.nullcontext(x * x) as w:
        return w * x


@case(1.3)
def closing_an_object(x):

    class R:
        def __init__(s, v):
            s.v = v
            s.n = 0.0

        def close(s):
            s.n = s.v * 2

    r = R(x)
    with contextlib.closing(r) as q:
        y = q.v * x
    return y * r.n
