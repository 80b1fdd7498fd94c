"""What the user's function raises comes out as it would without cpsad, and leaves nothing behind."""

import linecache
import sys
import traceback

import numpy as np
import pytest

import cpsad
from cpsad import grad, value_and_grad


class OwnError(Exception):
    def __init__(self, message, payload):
        super().__init__(message)
        self.payload = payload


def raises_own(x):
    y = x * 2
    if y > 1:
        raise OwnError("too large", y)
    return y


def calls_it(x):
    z = x + 1
    return raises_own(z) * z


def divides(x, n):
    for i in range(n, -1, -1):
        x = x / i
    return x


def interrupted(x, log):
    y = x * x
    log.append("before")
    if len(log) == 1:
        raise KeyboardInterrupt
    return y


def outer_of_interrupted(x, log):
    total = 0.0
    for i in range(3):
        total = total + interrupted(x, log) * i
    return total


CASES = {
    "zero division": (lambda x: 1.0 / (x - x), 2.0),
    "domain": (lambda x: __import__("math").sqrt(-x), 2.0),
    "index": (lambda x: [x][3], 2.0),
    "key": (lambda x: {"a": x}["b"], 2.0),
    "name": (lambda x: x * not_defined_anywhere, 2.0),  # noqa: F821
    "attribute": (lambda x: x.no_such_attribute, 2.0),
    "shapes": (lambda x: np.sum(x * np.ones(4)), np.ones(3)),
    "call": (lambda x: (lambda a, b: a)(x), 2.0),
    "operands": (lambda x: None + x, 2.0),
    "unpack": (lambda x: unpacks(x), 2.0),
    "float of text": (lambda x: float("abc") * x, 2.0),
    "assertion": (lambda x: failing_assertion(x), 2.0),
    "unbound": (lambda x: unbound(x), 2.0),
    "iteration": (lambda x: iterate(x), 2.0),
    "own": (lambda x: raises_own(x), 2.0),
}


def unpacks(x):
    a, b, c = x, x
    return a


def failing_assertion(x):
    assert x < 0, f"{x} is not negative"
    return x


def unbound(x):
    if x < 0:
        y = x
    return y


def iterate(x):
    for v in 3:
        x = x * v
    return x


@pytest.mark.parametrize("name", CASES)
def test_type_and_message_are_those_of_the_function(name):
    function, argument = CASES[name]
    with pytest.raises(Exception) as plain:
        function(argument)
    with pytest.raises(Exception) as differentiated:
        grad(function)(argument)
    assert differentiated.type is plain.type
    assert first_line(differentiated) == first_line(plain)


def first_line(info):
    return str(info.value).partition("\n")[0]  # pytest adds to the message of an assertion


def test_the_exception_object_is_the_users():
    with pytest.raises(OwnError) as info:
        grad(calls_it)(3.0)
    assert info.value.payload == 8.0
    assert info.value.args == ("too large",)


def test_traceback_ends_at_the_users_line():
    with pytest.raises(OwnError) as info:
        grad(calls_it)(3.0)
    entries = traceback.extract_tb(info.value.__traceback__)
    ours = [entry for entry in entries if entry.filename == __file__]
    lines = [linecache.getline(entry.filename, entry.lineno).strip() for entry in ours]
    assert 'raise OwnError("too large", y)' in lines
    assert "grad(calls_it)(3.0)" in lines
    assert any(entry.name == "raises_own" for entry in ours)


def test_traceback_shows_the_line_of_a_loop_body():
    with pytest.raises(ZeroDivisionError) as info:
        grad(divides)(3.0, 50)
    entries = traceback.extract_tb(info.value.__traceback__)
    lines = [linecache.getline(e.filename, e.lineno).strip() for e in entries if e.filename == __file__]
    assert "x = x / i" in lines
    assert len(entries) < 20


def test_traceback_of_an_error_in_a_builtin():
    def f(x):
        y = x * 2
        z = np.dot(np.ones(3), np.ones(4)) * y
        return z

    with pytest.raises(ValueError) as info:
        grad(f)(1.0)
    entries = traceback.extract_tb(info.value.__traceback__)
    assert any("np.dot(np.ones(3)" in (e.line or "") and e.filename == __file__ for e in entries)


def test_the_next_call_is_right():
    gradient = value_and_grad(raises_own)
    for _ in range(3):
        with pytest.raises(OwnError):
            gradient(3.0)
        assert gradient(0.25) == (0.5, 2.0)


def test_arguments_are_left_alone_when_it_fails():
    x = np.ones(3)
    data = {"w": np.ones(3)}

    def f(x, data):
        y = np.zeros(3)
        y += x * data["w"]
        raise ValueError("late")

    with pytest.raises(ValueError, match="late"):
        grad(f)(x, data)
    np.testing.assert_array_equal(x, np.ones(3))
    np.testing.assert_array_equal(data["w"], np.ones(3))


def test_keyboard_interrupt():
    before = sys.getrecursionlimit()
    log = []
    with pytest.raises(KeyboardInterrupt):
        grad(outer_of_interrupted)(2.0, log)
    assert log == ["before"]
    assert sys.getrecursionlimit() == before
    assert grad(outer_of_interrupted)(2.0, log) == 12.0


def test_keyboard_interrupt_on_the_way_back(monkeypatch):
    def f(x, log):
        for _ in range(3):
            x = np.sin(x)
        log.append("forward")
        return np.sum(x)

    def cos(*args, **options):
        raise KeyboardInterrupt

    before = sys.getrecursionlimit()
    x, log = np.ones(3), []
    expected = grad(f)(x, [])
    with monkeypatch.context() as patch:
        patch.setattr(np, "cos", cos)
        with pytest.raises(KeyboardInterrupt):
            grad(f)(x, log)
    assert log == ["forward"]
    assert sys.getrecursionlimit() == before
    np.testing.assert_array_equal(x, np.ones(3))
    np.testing.assert_array_equal(grad(f)(x, log), expected)


def test_a_callee_that_catches():
    """`try` in a callee that sees only constants is left as it is."""

    def parsed(text):
        try:
            return float(text)
        except ValueError:
            return 1.0

    def f(x):
        return x * parsed("2.5") * parsed("oops")

    assert grad(f)(3.0) == 2.5


def test_system_exit_and_stop_iteration():
    def leaves(x):
        raise SystemExit(3)

    def stops(x):
        return next(iter([])) * x

    with pytest.raises(SystemExit) as info:
        grad(leaves)(1.0)
    assert info.value.code == 3
    with pytest.raises(StopIteration):
        grad(stops)(1.0)


def test_no_chained_internals():
    with pytest.raises(OwnError) as info:
        grad(raises_own)(3.0)
    assert info.value.__cause__ is None
    assert info.value.__context__ is sys.exc_info()[1]  # none, unless one is being handled around the tests


def test_cause_given_by_the_user_is_kept():
    def f(x):
        raise ValueError("outer") from KeyError("inner")

    with pytest.raises(ValueError) as info:
        grad(f)(1.0)
    assert isinstance(info.value.__cause__, KeyError)


def reads_context(x):
    try:
        try:
            raise ValueError(x)
        except ValueError:
            raise KeyError(x * 2) from None
    except KeyError as error:
        return error.args[0] * error.__context__.args[0]


def gets_context(x):
    try:
        raise ValueError(x)
    except ValueError as error:
        return x if getattr(error, "__context__", None) is None else x * 2


@pytest.mark.parametrize("function", [reads_context, gets_context])
@pytest.mark.parametrize("operator", [grad, cpsad.jacfwd], ids=["reverse", "forward"])
def test_the_context_of_an_exception_is_refused(function, operator):
    """Generated code runs handlers elsewhere, where Python would set another one, or none."""
    with pytest.raises(cpsad.UnsupportedError, match="__context__") as info:
        operator(function)(1.0)
    assert "__cause__" in str(info.value)
    assert "__context__" in info.value.where.excerpt()
