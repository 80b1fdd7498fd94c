"""Globals and variables of enclosing functions: what the function leaves of them, and holes that are closed."""

import linecache
import sys
import types

import numpy as np
import pytest

from cpsad import NoDerivativeError, grad, value_and_grad

COUNT = 0
TOTAL = 0.0


def add(v):
    global COUNT, TOTAL
    COUNT += 1
    TOTAL = TOTAL + v
    return TOTAL


def test_the_state_is_that_of_the_plain_function():
    global COUNT, TOTAL
    COUNT, TOTAL = 0, 0.0
    assert grad(lambda x: add(x) * add(x * x))(2.0) == 2 * 2.0 + 3 * 2.0**2
    assert (COUNT, TOTAL) == (2, 6.0)
    assert value_and_grad(add)(1.0) == (7.0, 1.0)
    assert (COUNT, TOTAL) == (3, 7.0)


def test_what_an_earlier_call_left_is_a_constant():
    total = 0.0

    def f(x):
        nonlocal total
        total = total + x * x
        return total * x

    assert value_and_grad(f)(2.0) == (8.0, 4.0 + 8.0)
    assert value_and_grad(f)(2.0) == (16.0, 8.0 + 8.0)
    assert total == 8.0


def test_names_that_are_not_there():
    def f(x):
        global not_there
        y = x if x < 0 else not_there
        not_there = y
        return y

    def g(x):
        nonlocal later
        y = later * x
        later = y
        return y

    def h(x):
        global not_there
        del not_there
        return x

    for function in (f, g, h):
        with pytest.raises(NameError) as plain:
            function(1.0)
        with pytest.raises(NameError) as ours:
            grad(function)(1.0)
        assert str(ours.value) == str(plain.value) and ours.type is plain.type
    later = 1.0
    assert grad(g)(2.0) == 1.0


def module_of(text, name):
    """A module that was imported from a file, as far as anyone can see."""
    filename = f"/nowhere/{name}.py"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module = types.ModuleType(name)
    module.__file__ = filename
    exec(compile(text, filename, "exec"), vars(module))
    return module


def test_globals_of_another_module():
    module = module_of("W = 1.0\n\ndef put(v):\n    global W\n    W = v\n\ndef get():\n    return W\n", "holder_of_w")

    def f(x):
        module.put(x * x)
        return module.W * module.get()

    assert grad(f)(2.0) == 4 * 2.0**3


def test_a_number_is_not_set_into_a_module():
    module = module_of("W = 1.0\n\ndef get():\n    return W\n", "holder_of_w")

    def f(x):
        module.W = x * x
        return module.get()

    with pytest.raises(NoDerivativeError, match="module") as info:
        grad(f)(2.0)
    assert "global W" in info.value.remedy and info.value.where is not None


def test_constants_may_be_set_into_a_module():
    module = module_of("W = 1.0\n\ndef get():\n    return W\n", "holder_of_w")

    def f(x):
        module.W = 3.0
        return module.get() * x * module.W

    assert grad(f)(2.0) == 9.0
    assert module.W == 3.0


def test_an_attribute_of_a_module_rebound_between_two_calls():
    module = module_of("import numpy as np\n\nact = np.tanh\nrate = 2.0\n", "holder_of_act")

    def f(x):
        return module.act(x) * module.rate

    assert np.isclose(grad(f)(0.5), 2.0 * (1 - np.tanh(0.5) ** 2))
    vars(module)["act"] = np.sin
    assert np.isclose(grad(f)(0.5), 2.0 * np.cos(0.5))
    vars(module)["act"] = lambda t: t * t
    assert np.isclose(grad(f)(0.5), 2.0)
    vars(module)["rate"] = np.array([1.0, 3.0])
    assert np.isclose(grad(lambda x: np.sum(f(x)))(0.5), 4.0)


def test_functions_of_several_files_share_their_globals():
    namespace = {"__name__": "notebook"}
    for i, text in enumerate(["W = 1.0\n\ndef put(v):\n    global W\n    W = v\n", "def f(x):\n    put(x * x)\n    return W * x\n"]):
        filename = f"<cell {i} of test_outer>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec"), namespace)
    assert grad(namespace["f"])(2.0) == 12.0


def test_a_function_that_hides_where_it_assigns():
    namespace = {"__name__": "notebook"}
    holder = []
    namespace["holder"] = holder
    texts = ["HIDDEN = 1.0\n\ndef put(v):\n    global HIDDEN\n    HIDDEN = v\n", "def f(x):\n    holder[0](x * x)\n    return HIDDEN * x\n"]
    for i, text in enumerate(texts):
        filename = f"<hidden cell {i} of test_outer>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec"), namespace)
        if not i:
            holder.append(namespace.pop("put"))
    with pytest.raises(NoDerivativeError, match="HIDDEN is assigned") as info:
        grad(namespace["f"])(2.0)
    assert info.value.where is not None and info.value.remedy
    assert grad(namespace["f"])(2.0) == 12.0  # known from now on


def test_dictionaries_of_globals():
    def f(x):
        globals()["TOTAL"] = x * 2.0
        return TOTAL * x

    with pytest.raises(NoDerivativeError, match="global"):
        grad(f)(2.0)


def test_sys_modules_is_no_way_around():
    def f(x):
        setattr(sys.modules[__name__], "TOTAL", x * 2.0)
        return TOTAL * x

    with pytest.raises(NoDerivativeError):
        grad(f)(2.0)
