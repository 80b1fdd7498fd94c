"""What the native backend does beyond the corpus: arithmetic at the edges, depth, errors, names from outside, refusals."""

import gc
import logging
import math
import re
import signal
import sys
import threading
import time

import numpy as np
import pytest

import cpsad
from cpsad import grad, source, value_and_grad
from cpsad.cli import main
from cpsad.native import compiler
from cpsad.native.program import StagingError


def loop(x, n):
    i = 0
    while i < n:
        if x > 0.5:
            x = x * math.sin(x)
        else:
            x = x + math.exp(-x) * 0.3
        i += 1
    return x


def recursive(x, n):
    if n == 0:
        return x
    return recursive(x * 0.999, n - 1) + math.sin(x)


def endless(x):
    return endless(x * 1.0) + 1.0


def newton(a, tolerance):
    total = 0.0
    for t in range(5):
        x = a + t
        while abs(x * x - a) > tolerance:
            x = x - (x * x - a) / (2 * x)
        total += x
    return total


@pytest.mark.parametrize("function, args", [(loop, (1.5, 50)), (recursive, (0.3, 40)), (newton, (2.0, 1e-9))])
def test_same_as_numpy_to_the_last_digits(function, args):
    found = value_and_grad(function, backend="native")(*args)
    expected = value_and_grad(function)(*args)
    assert np.allclose(found, expected, rtol=1e-14, atol=0)
    assert [type(f) for f in found] == [type(e) for e in expected]


def test_a_million_iterations():
    value, slope = value_and_grad(loop, backend="native")(1.5, 1_000_000)
    assert math.isfinite(value) and math.isfinite(slope)
    x, dx = 1.5, 1.0  # forward mode by hand
    for _ in range(1_000_000):
        if x > 0.5:
            x, dx = x * math.sin(x), dx * (math.sin(x) + x * math.cos(x))
        else:
            x, dx = x + math.exp(-x) * 0.3, dx * (1 - math.exp(-x) * 0.3)
    assert value == x and math.isclose(slope, dx, rel_tol=1e-9, abs_tol=1e-300)


def test_a_recursion_a_hundred_thousand_deep():
    before = sys.getrecursionlimit()
    value, slope = value_and_grad(recursive, backend="native")(0.5, 100_000)
    assert sys.getrecursionlimit() == before
    assert math.isclose(value, sum(math.sin(0.5 * 0.999**i) for i in range(100_000)), rel_tol=1e-9)
    assert math.isclose(slope, sum(0.999**i * math.cos(0.5 * 0.999**i) for i in range(100_000)), rel_tol=1e-9)


def test_endless_recursion_is_a_recursion_error(monkeypatch):
    monkeypatch.setenv("CPSAD_STACK_BYTES", str(100 << 20))
    with pytest.raises(RecursionError):
        grad(endless, backend="native")(1.0)
    assert grad(loop, backend="native")(1.5, 3) == grad(loop)(1.5, 3)  # and nothing is broken behind it


def test_threads_have_stacks_of_their_own():
    results = {}

    def work(n):
        results[n] = [value_and_grad(loop, backend="native")(1.0 + n / 10, 20_000) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for n in range(4):
        assert results[n] == [value_and_grad(loop, backend="native")(1.0 + n / 10, 20_000)] * 5


def big(x, n):
    return x * (n * n)


def exponential(x):
    return math.exp(x)


def divides(x, y):
    return x / y


def modulo(x, m):
    return x % m + x // m


def in_numpy(x):
    return np.log(x) / np.sqrt(x)


@pytest.mark.parametrize("function, args, kind", [
    (exponential, (1000.0,), OverflowError), (divides, (1.0, 0.0), ZeroDivisionError), (modulo, (1.0, 0.0), ZeroDivisionError),
    (divides, (1.0, 0), ZeroDivisionError)])
def test_exceptions_are_those_of_python(function, args, kind):
    with pytest.raises(kind) as plain:
        function(*args)
    with pytest.raises(kind) as native:
        grad(function, backend="native")(*args)
    assert str(native.value) == str(plain.value)
    assert any("test_native.py" in note for note in native.value.__notes__)


def test_numbers_of_numpy_do_not_raise():
    with np.errstate(all="ignore"):
        expected = value_and_grad(in_numpy)(np.float64(0.0))
    assert np.array_equal(value_and_grad(in_numpy, backend="native")(np.float64(0.0)), expected, equal_nan=True)


def test_integers_beyond_64_bits_are_an_error():
    assert grad(big, backend="native")(1.0, 3_000_000_000) == 9e18
    with pytest.raises(OverflowError, match="64 bits"):
        grad(big, backend="native")(1.0, 4_000_000_000)
    with pytest.raises(StagingError, match="64 bits"):
        grad(big, backend="native")(1.0, 2**64)


@pytest.mark.parametrize("x", [-7.5, -0.0, 0.0, 2.5, 7.5, math.inf, math.nan])
@pytest.mark.parametrize("m", [-2.5, -1.0, 0.5, 3.0, math.inf])
def test_remainders_and_floors(x, m):
    found = value_and_grad(modulo, backend="native")(x, m)
    assert np.array_equal(found, value_and_grad(modulo)(x, m), equal_nan=True)


def test_types_are_told_apart():
    staged = value_and_grad(divides, backend="native", argnums=0)
    for x in (2.0, np.float64(2.0), np.float32(2.0)):
        for y in (3.0, 3, np.float32(3.0), True):
            found, expected = staged(x, y), value_and_grad(divides)(x, y)
            assert found == expected
            assert [type(f) for f in found] == [type(e) for e in expected]


rate = 2.0


def scaled(x):
    return x * rate


def helper(x):
    return x * 3.0


def helped(x):
    return helper(x) * x


def test_numbers_from_outside_are_read_at_every_call(monkeypatch):
    staged = grad(scaled, backend="native")
    assert staged(1.0) == 2.0
    monkeypatch.setitem(globals(), "rate", 5.0)
    assert staged(1.0) == 5.0
    monkeypatch.setitem(globals(), "rate", np.float32(3.0))
    assert staged(1.0) == 3.0


def test_a_function_from_outside_that_changes(monkeypatch):
    staged = grad(helped, backend="native")
    assert staged(2.0) == 12.0
    monkeypatch.setitem(globals(), "helper", lambda x: x * x)
    assert staged(2.0) == 12.0 and value_and_grad(helped, backend="native")(2.0)[0] == 8.0
    monkeypatch.setitem(globals(), "helper", lambda x: x)
    assert staged(2.0) == 4.0


class Settings:
    @staticmethod
    def scale(x):
        return x * 2.0


def by_settings(x):
    return Settings.scale(x) * x


def test_a_function_of_a_class_that_changes(monkeypatch):
    staged = grad(by_settings, backend="auto")
    assert staged(1.5) == grad(by_settings)(1.5) == 6.0
    monkeypatch.setattr(Settings, "scale", staticmethod(lambda x: x * 5.0))
    assert staged(1.5) == grad(by_settings)(1.5) == 15.0


def test_threads_that_end_give_their_stacks_back():
    def mapped():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0])

    def work():
        value_and_grad(loop, backend="native")(1.5, 10)

    work()
    before = mapped()
    for _ in range(3):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        for _ in range(100):  # the thread of the system ends a little later
            if mapped() - before < (64 << 30) // 4096:  # one stack alone has more pages of addresses
                break
            time.sleep(0.01)
        else:
            raise AssertionError("the stack of a thread that has ended is still there")


def kept(x):
    values = {x}
    return values.pop() * x


def test_what_is_not_staged_names_line_and_reason():
    with pytest.raises(StagingError) as caught:
        grad(kept, backend="native")(2.0)
    assert caught.value.where.line == kept.__code__.co_firstlineno + 1
    assert "native code" in str(caught.value) and 'backend="numpy"' in str(caught.value)


def test_auto_falls_back_and_says_so_once(caplog):
    automatic = grad(kept, backend="auto")
    with caplog.at_level(logging.WARNING, logger="cpsad"):
        assert automatic(2.0) == 4.0 and automatic(3.0) == 6.0
    assert len(caplog.records) == 1 and "kept" in caplog.text
    assert grad(loop, backend="auto")(1.5, 3) == grad(loop)(1.5, 3)


def test_unknown_backends_and_wrong_arguments():
    with pytest.raises(ValueError, match="backend"):
        grad(loop, backend="cuda")
    with pytest.raises(TypeError, match="write 1.0"):
        grad(loop, backend="native")(1, 3)


def test_native_gradients_differentiate_again():
    assert grad(lambda x: grad(scaled, backend="native")(x) * x)(1.5) == 2.0


def test_the_text_in_c():
    text = source(loop, stage="c", args=(1.5, 3))
    for part in ("x * math.sin(x)", "goto loop__loop1;", "i1", "line 7, backward"):
        assert part.replace("line 7", f"line {loop.__code__.co_firstlineno + 4}") in text
    with pytest.raises(ValueError, match="args"):
        source(loop, stage="c")


def test_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CPSAD_CACHE_DIR", str(tmp_path / "programs"))
    assert grad(scaled, backend="native")(1.0) == rate
    assert (tmp_path / "programs").stat().st_mode & 0o777 == 0o700
    assert compiler.cache_size()[0] == 1
    (library,) = (tmp_path / "programs").glob("*.so")
    known = library.read_bytes()
    gc.collect()
    library.unlink()  # not written over: it is loaded
    library.write_bytes(known[:1000])
    assert grad(scaled, backend="native")(1.0) == rate  # what is broken is made again
    assert library.read_bytes()[:4] == known[:4] and len(library.read_bytes()) > 1000
    assert compiler.clear_cache() == 1 and compiler.cache_size() == (0, 0)


def test_the_cache_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CPSAD_CACHE_DIR", str(tmp_path))
    assert grad(scaled, backend="native")(1.0) == rate
    assert main(["cache"]) == 0 and "1 programs" in capsys.readouterr().out
    assert main(["cache", "--clear"]) == 0 and "1 programs removed" in capsys.readouterr().out
    assert main(["cache", "--info"]) == 0 and "0 programs" in capsys.readouterr().out


def test_no_compiler(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(compiler.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StagingError, match="pip install ziglang"):
        compiler.compiler.__wrapped__()
    assert issubclass(StagingError, cpsad.UnsupportedError)


def two_loops(x, n):
    """Two variables are carried, of one of which no turn depends on the other's adjoint."""
    a, b = x, 0
    for i in range(n):
        for j in range(2):
            a = a * 1.5 + j
        b = i if a > 0 else b
    return a + b


def test_variables_without_adjoints_in_a_frame():
    assert value_and_grad(two_loops, backend="native")(0.3, 3) == value_and_grad(two_loops)(0.3, 3)


def vector_loop(x, n):
    for _ in range(n):
        x = x * np.sin(x)
    return np.sum(x)


def test_an_interrupt_ends_a_long_run():
    staged = grad(loop, backend="native")
    staged(1.5, 10)
    timer = threading.Timer(0.2, signal.raise_signal, (signal.SIGINT,))
    began = time.perf_counter()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        staged(1.5, 300_000_000)
    assert time.perf_counter() - began < 60  # else it has run to its end
    assert staged(1.5, 10) == grad(loop)(1.5, 10)


def test_the_way_back_looks_after_signals_where_the_way_in_did():
    text = source(loop, stage="c", args=(1.5, 10))
    assert re.search(r"if \(UNLIKELY\(R->low == EVERYWHERE\)\) \{.*?lower\(R, sp\);.*?\}\s+(if|switch) \(\*\(unsigned char \*\)sp", text,
                     re.S), text
    text = source(vector_loop, stage="c", args=(np.ones(3), 10))  # a function of C for each turn
    assert re.search(r" again = vector_loop__loop\w*\(R, e(, \w+)*\);\s+CHECK_SIGNALS\(R\);\s+return again;", text), text


def test_a_repeated_call_looks_at_what_it_takes_for_granted(monkeypatch):
    staged = value_and_grad(helped, backend="native")
    assert [staged(2.0) for _ in range(3)] == [(12.0, 12.0)] * 3
    assert [type(x) for x in staged(np.float32(2.0))] == [np.float32, np.float32]
    monkeypatch.setitem(globals(), "helper", lambda x: x)
    assert staged(2.0) == (4.0, 4.0)
    assert staged(x=2.0) == (4.0, 4.0)
    for _ in range(2):
        with pytest.raises(TypeError):
            staged(2)
        with pytest.raises(TypeError):
            staged()


def test_errors_and_memory_of_repeated_calls():
    staged, x = grad(divides, backend="native"), np.ones(10_000)
    summed = value_and_grad(lambda x: np.sum(x * x), backend="native")
    summed(x)
    before = sys.getrefcount(x), sys.getrefcount(x.dtype)
    for _ in range(1000):
        with pytest.raises(ZeroDivisionError, match="division by zero"):
            staged(1.0, 0.0)
        value, gradient = summed(x)
        assert sys.getrefcount(gradient) == 2
    del gradient
    assert sys.getrefcount(x) == before[0] and sys.getrefcount(x.dtype) <= before[1] + 2
    x.flags.writeable = False
    assert summed(x)[0] == 10_000 and summed(x[::2])[0] == 5_000 and summed(x[::2])[1].shape == (5_000,)


def converted(x, n):
    total = np.float32(0)
    for i in range(n):
        total = total + np.float32(i) * 2
    return np.float64(x) * x + float(total)


def test_classes_of_numbers():
    for x in (1.5, np.float64(1.5)):
        found, expected = value_and_grad(converted, backend="native")(x, 3), value_and_grad(converted)(x, 3)
        assert found == expected and [type(v) for v in found] == [type(v) for v in expected]
