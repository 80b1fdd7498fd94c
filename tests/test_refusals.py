"""What cannot be differentiated says so, with file, line, construct and a way out; it is never a silent zero."""

import ctypes
import inspect
import json
import linecache
import math
import operator
import os
import struct

import numpy as np
import pytest

import cpsad
from cpsad import CpsadError, NoDerivativeError, SourceError, UnsupportedError, grad
from tests.oracle import close, differences


def line_of(function, text):
    """The number of the line of `function` that holds `text`."""
    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if text in line and not line.startswith("def "))


# -- calls of code that has neither a rule nor a source ---------------------------------------------------------


def through_ctypes(x):
    y = x * 2
    return ctypes.c_double(y).value * 3


def through_hex(x):
    return float.fromhex((x * 2).hex())


def through_ratio(x):
    a, b = (x * 2).as_integer_ratio()
    return a / b


def through_text(x):
    return float(str(x * 2))


def through_format(x):
    return float(f"{x * 2:.17g}")


def through_percent(x):
    return float("%.17g" % (x * 2))


def through_struct(x):
    return struct.unpack("d", struct.pack("d", x * 2))[0]


def through_json(x):
    return json.loads(json.dumps(x * 2))


def through_bytes(x):
    return float(np.frombuffer(np.array(x * 2).tobytes())[0])


def through_object_array(x):
    return np.array([x * 2], dtype=object)[0] * x


def through_integer_view(x):
    return np.array([x * 2]).view(np.int64).view(float)[0]


def through_array_method_without_rule(x):
    v = np.array([x, x * 2])
    return float(v.dumps()[0]) + v.sum()


def through_ufunc_without_rule(x):
    return np.spacing(x * 2) + x


def through_frexp(x):
    m, e = math.frexp(x * 2)
    return m * 2**e


def through_nextafter(x):
    return math.nextafter(x * 2, 10.0)


def through_eigenvalues(x):
    return np.linalg.eigvals(np.array([[x, 1.0], [0.5, x]])).real.sum()


def through_fft(x):
    return np.fft.fft(np.array([x, 1.0])).real.sum()


def through_vectorize(x):
    return np.vectorize(abs)(np.array([x * 2])).sum()


def through_frompyfunc(x):
    return np.frompyfunc(lambda t: t * t, 1, 1)(x * 2) * 1.0


def through_eval(x):
    return eval("x * x")


def through_exec(x):
    scope = {"x": x}
    exec("y = x * x", scope)
    return scope["y"]


def through_locals(x):
    y = x * 2
    return locals()["y"] * x


def through_length_hint(x):
    class Hinted:
        def __length_hint__(self):
            return int(x)

    return operator.length_hint(Hinted()) * x


LEAKS = [
    through_ctypes, through_hex, through_ratio, through_text, through_format, through_percent, through_struct,
    through_json, through_bytes, through_object_array, through_integer_view, through_array_method_without_rule,
    through_ufunc_without_rule, through_frexp, through_nextafter, through_eigenvalues, through_fft,
    through_vectorize, through_frompyfunc, through_eval, through_exec, through_locals, through_length_hint,
]  # fmt: skip


@pytest.mark.parametrize("function", LEAKS, ids=lambda f: f.__name__)
def test_never_silently_wrong(function):
    """An error of ours, or, where a rule has been added since, the right gradient."""
    try:
        found = grad(function)(1.25)
    except CpsadError as error:
        check_message(error, __file__)
    else:
        expected, _ = differences(function, (1.25,), 0)
        assert close(found, expected), f"{found}, not {expected}"


def check_message(error, filename):
    """The place is in the function's own file, or in that of a library that it calls."""
    assert error.where is not None, error
    assert error.where.filename == filename or os.path.isabs(error.where.filename)
    assert error.where.excerpt().strip()
    text = str(error)
    assert f'File "{error.where.filename}", line {error.where.line}' in text
    assert "^" in text
    assert "why: " in text
    assert "instead: " in text


@pytest.mark.parametrize(
    ("function", "callee", "text"),
    [
        (through_ctypes, "c_double", "ctypes.c_double(y)"),
        (through_hex, "hex", ".hex()"),
        (through_ratio, "as_integer_ratio", ".as_integer_ratio()"),
        (through_nextafter, "nextafter", "math.nextafter"),
        (through_struct, "pack", "struct.pack"),
    ],
)
def test_the_function_and_the_line_are_named(function, callee, text):
    with pytest.raises(NoDerivativeError) as info:
        grad(function)(1.25)
    assert callee in str(info.value)
    assert "defrule" in info.value.remedy
    assert info.value.where.line == line_of(function, text)


def test_the_line_is_that_of_the_callee_that_calls_it():
    def f(x):
        y = x + 1
        return through_hex(y)

    with pytest.raises(NoDerivativeError) as info:
        grad(f)(1.0)
    assert info.value.where.line == line_of(through_hex, ".hex()")


def test_a_constant_may_go_anywhere():
    def f(x, w):
        a = float.fromhex(w.hex()) + struct.unpack("d", struct.pack("d", w))[0]
        b = json.loads(json.dumps([w]))[0] + math.frexp(w)[0] + ctypes.c_double(w).value
        return x * (a + b) + float(f"{w:.3f}")

    assert grad(f)(2.0, 0.5) == 2.5


def test_messages_may_be_made_of_active_values():
    def f(x):
        lines = [f"{x:.3f}", str(x), repr(x), "%s" % x, "{}".format(x)]
        if x < 0:
            raise ValueError(f"bad {x}")
        return x * len(lines)

    assert grad(f)(2.0) == 5.0


# -- constructs --------------------------------------------------------------------------------------------------

CONSTRUCTS = {
    "async function": "async def f(x):\n    return x",
    "await": "async def g(x):\n    return x\nasync def f(x):\n    return await g(x)",
    "generator": "def f(x):\n    def g():\n        yield x\n    return sum(g())",
    "yield from": "def f(x):\n    def g():\n        yield from [x, x * x]\n    return sum(g())",
    "inner async": "def f(x):\n    async def g():\n        return x\n    return x * 2",
    "try": "def f(x):\n    try:\n        y = x * 2\n    except ValueError:\n        y = x\n    return y",
    "finally": "def f(x):\n    try:\n        return x * 2\n    finally:\n        x = 0",
    "with": "def f(x):\n    with open('/dev/null') as h:\n        y = x * 2\n    return y",
    "global": "W = 0.0\ndef f(x):\n    global W\n    W = x * 2\n    return W * x",
    "store": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    a[0] = x\n    return a.sum() * 2",
    "store of a slice": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    a[:] = x\n    return a.sum()",
    "store in a loop": "import numpy as np\ndef f(x):\n    a = np.zeros(3)\n    for i in range(3):\n        a[i] = x * i\n    return a.sum()",
    "augmented store": "import numpy as np\ndef f(x):\n    a = np.ones(2)\n    a[0] *= x\n    return a.sum() * 2",
    "out=": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    np.multiply(x, 2.0, out=a)\n    return a.sum()",
    "positional out": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    np.multiply(x, 2.0, a)\n    return a.sum()",
    "fill": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    a.fill(x)\n    return a.sum()",
    "copyto": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    np.copyto(a, x)\n    return a.sum()",
    "put": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    np.put(a, [0], x)\n    return a.sum()",
    "flat": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    a.flat[0] = x\n    return a.sum()",
    "alias written": "import numpy as np\ndef f(x):\n    a = np.ones(2) * x\n    b = a\n    b += x\n    return a.sum()",
    "view written": "import numpy as np\ndef f(x):\n    a = np.ones(2) * x\n    v = a[:1]\n    v += x\n    return a.sum()",
    "ufunc at": "import numpy as np\ndef f(x):\n    a = np.zeros(2)\n    np.add.at(a, [0, 0], x)\n    return a.sum()",
    "setattr": "class B: pass\ndef f(x):\n    b = B()\n    b.v = x * 2\n    return b.v * x",
    "nonlocal": "def f(x):\n    y = x\n    def g():\n        nonlocal y\n        y = y * x\n    g()\n    g()\n    return y",
    "comprehension": "def f(x):\n    return sum([x * i for i in range(3)])",
    "generator expression": "def f(x):\n    return sum(x * i for i in range(3))",
    "dict comprehension": "def f(x):\n    return {i: x * i for i in range(3)}[2]",
    "match": "def f(x):\n    match [x, 1]:\n        case [a, 1]:\n            return a * 2\n    return x",
    "del": "def f(x):\n    y = x * 2\n    z = y\n    del y\n    return z",
    "item store": "def f(x):\n    a = [0.0, 0.0]\n    a[0] = x * 2\n    return a[0] * x",
    "dict store": "def f(x):\n    a = {}\n    a['x'] = x * 2\n    return a['x'] * x",
    "list sorted": "def f(x):\n    a = [x * 3, x]\n    a.sort()\n    return a[0] + 2 * a[1]",
    "sort of an array": "import numpy as np\ndef f(x):\n    a = np.array([x * 3, x])\n    a.sort()\n    return a[0] + 2 * a[1]",
    "property": "class B:\n    @property\n    def v(self):\n        return W * 2\nW = 3.0\ndef f(x):\n    return B().v * x",
    "operators of a class": "class V:\n    def __init__(self, a):\n        self.a = a\n    def __mul__(self, o):\n        return V(self.a * o)\ndef f(x):\n    return (V(x) * x).a",
    "star import": "def f(x):\n    from math import sin\n    return sin(x)",
    "class in a function": "def f(x):\n    class A:\n        w = x\n    return A.w * x",
    "decorated inside": "import functools\ndef f(x):\n    @functools.lru_cache\n    def g(y):\n        return y * y\n    return g(x)",
    "map": "def f(x):\n    return sum(map(lambda t: t * x, [1.0, x]))",
    "filter": "def f(x):\n    return sum(filter(lambda t: t > 0, [x, -x]))",
    "reduce": "import functools\ndef f(x):\n    return functools.reduce(lambda a, b: a * b, [x, x, 2.0])",
    "sorted by key": "def f(x):\n    return sorted([x, 2.0, -x], key=lambda t: -t)[0]",
    "max by key": "def f(x):\n    return max([x, -3.0], key=abs) * x",
    "operator module": "import operator\ndef f(x):\n    return operator.mul(x, operator.itemgetter(1)([0, x]))",
    "thread": "import threading\ndef f(x):\n    r = []\n    t = threading.Thread(target=lambda: r.append(x * 2))\n    t.start()\n    t.join()\n    return r[0]",
    "deepcopy": "import copy\ndef f(x):\n    return copy.deepcopy([x])[0] * x",
    "deepcopy of an array": "import copy\nimport numpy as np\ndef f(x):\n    a = np.ones(2) * x\n    return copy.copy(a).sum() * copy.deepcopy(a).sum()",
    "lru_cache": "import functools\n@functools.lru_cache\ndef g(y):\n    return y * y\ndef f(x):\n    return g(x) + g(x)",
    "partial": "import functools\ndef f(x):\n    return functools.partial(lambda a, b: a * b, x)(x)",
    "id": "TABLE = {}\ndef f(x):\n    y = x * 2\n    TABLE[id(y)] = y\n    return TABLE[id(y)] * x",
    "default argument": "def f(x):\n    def g(a=x * 2):\n        return a\n    return g() * x",
    "complex numbers": "def f(x):\n    return abs(complex(x, 1.0))",
    "complex by operator": "def f(x):\n    return ((x + 1j) * (x - 1j)).real",
    "exception carries": "def f(x):\n    def g():\n        raise ValueError(x * 2)\n    try:\n        g()\n    except ValueError as e:\n        return e.args[0]",
    "setdefault": "def f(x):\n    d = {}\n    return d.setdefault('a', x * 2) * d['a']",
    "chained attribute": "class A: pass\ndef f(x):\n    a = A()\n    a.b = A()\n    a.b.c = x\n    return a.b.c * a.b.c",
    "iterator of actives": "def f(x):\n    it = iter([x, x * 2])\n    next(it)\n    return next(it) * x",
    "walrus in comprehension": "def f(x):\n    z = [(y := x * i) for i in range(3)]\n    return y * z[1]",
    "array of arrays": "import numpy as np\ndef f(x):\n    a = np.array([np.array([x, 1.0]), np.array([x * x, x])])\n    return a.sum()",
    "real and imag": "import numpy as np\ndef f(x):\n    return np.array([x]).real[0] * x",
    "nditer": "import numpy as np\ndef f(x):\n    s = 0.0\n    for v in np.nditer(np.array([x, x * x])):\n        s = s + v\n    return s",
    "apply_along_axis": "import numpy as np\ndef f(x):\n    return np.apply_along_axis(np.sum, 0, np.array([x, x * x]))",
    "tolist": "import numpy as np\ndef f(x):\n    a, b = np.array([x, x * x]).tolist()\n    return a * b",
    "list of an array": "import numpy as np\ndef f(x):\n    a = list(np.array([x, x * x]))\n    return a[0] * a[1]",
    "reduce of a ufunc": "import numpy as np\ndef f(x):\n    return np.multiply.reduce(np.array([x, x * x, 2.0]))",
    "accumulate": "import numpy as np\ndef f(x):\n    return np.add.accumulate(np.array([x, x * x, 2.0]))[1]",
    "outer of a ufunc": "import numpy as np\ndef f(x):\n    return np.multiply.outer(np.array([x, 1.0]), np.array([x])).sum()",
    "einsum": "import numpy as np\ndef f(x):\n    a = np.array([x, 2.0])\n    return np.einsum('i,i->', a, a)",
    "where with three": "import numpy as np\ndef f(x):\n    return np.where([True, False], x, x * x).sum()",
    "where=": "import numpy as np\ndef f(x):\n    return np.add(x, x, where=True) * np.sum(np.array([x, 5.0]), where=[True, False])",
    "initial=": "import numpy as np\ndef f(x):\n    return np.sum(np.array([x]), initial=x) * np.max(np.array([x]), initial=10.0)",
    "dtype=": "import numpy as np\ndef f(x):\n    return np.sum(np.array([x, x]), dtype=float) + np.add(x, x, dtype=float)",
    "interp": "import numpy as np\ndef f(x):\n    return np.interp(x, [0.0, 1.0, 2.0], [0.0, x, 4.0])",
    "sorting": "import numpy as np\ndef f(x):\n    return np.sort(np.array([x * 2, x]))[0] * np.median(np.array([x, 2.0, 3.0]))",
    "solve": "import numpy as np\ndef f(x):\n    a = np.array([[x, 1.0], [0.0, x]])\n    return np.linalg.solve(a, np.array([x, 1.0]))[0] + np.linalg.det(a) + np.linalg.inv(a)[0, 0]",
    "memoryview": "import numpy as np\ndef f(x):\n    return memoryview(np.array([x * 2]))[0] * x",
    "float method": "def f(x):\n    return (x * 2).__mul__(x) + x.conjugate()",
    "class call": "def f(x):\n    return float.__add__(x, x) * x",
    "fsum": "import math\ndef f(x):\n    return math.fsum([x, x * x]) + math.prod([x, x]) + math.dist([x], [0.0])",
    "statistics": "import statistics\ndef f(x):\n    return statistics.mean([x, x * x])",
    "fractions": "import fractions\ndef f(x):\n    return float(fractions.Fraction(x * 2))",
    "decimal": "import decimal\ndef f(x):\n    return float(decimal.Decimal(x * 2))",
    "set of actives": "def f(x):\n    return sum({x, x * x})",
    "dict keyed by an active": "def f(x):\n    d = {x * 2: 1}\n    for k in d:\n        x = x * k\n    return x",
    "tuple keyed": "def f(x):\n    d = {(x, 1): x}\n    return list(d)[0][0] * x",
    "exec made function": "def f(x):\n    scope = {}\n    exec('def g(t): return t * t', scope)\n    return scope['g'](x)",
    "lambda by eval": "def f(x):\n    return eval('lambda t: t * t')(x)",
    "attribute of a function": "def g(): pass\ndef f(x):\n    g.v = x * 2\n    return g.v * x",
    "class attribute": "class A: pass\ndef f(x):\n    A.v = x * 2\n    return A.v * x",
    "mutable default": "def g(v, seen=[]):\n    seen.append(v)\n    return seen[-1]\ndef f(x):\n    return g(x) * g(x * x)",
    "global list": "SEEN = []\ndef f(x):\n    SEEN.append(x * 2)\n    return SEEN[-1] * x",
    "global array": "import numpy as np\nA = np.zeros(2)\ndef f(x):\n    A[0] = x\n    return A.sum() * x",
    "slice store": "def f(x):\n    a = [1.0, 2.0, 3.0]\n    a[1:] = [x, x * x]\n    return a[1] * a[2]",
    "list times": "def f(x):\n    a = [x] * 3\n    return a[0] * a[1] + a[2]",
    "sum with a start": "def f(x):\n    return sum([x, x], start=x * x)",
    "zip star": "def f(x):\n    a, b = zip(*[(x, 1.0), (x * x, 2.0)])\n    return a[0] * a[1] + b[1]",
    "round to digits": "def f(x):\n    return round(x * 3.01, 1) + x",
    "divmod": "def f(x):\n    q, r = divmod(x * 5, 2.0)\n    return q * r",
    "float divmod": "def f(x):\n    return math_mod(x)\ndef math_mod(x):\n    import math\n    a, b = math.modf(x * 5)\n    return a * b",
    "pow with modulus": "def f(x):\n    return pow(2, 5, 7) * x",
    "isinstance": "def f(x):\n    return x * 2 if isinstance(x, float) and type(x) is float else x * 3",
    "hash": "def f(x):\n    return x * 2 if hash(x) == hash(7.25) else x * 3",
    "is": "def f(x):\n    y = x\n    return x * 2 if y is x else x * 3",
    "in": "def f(x):\n    return x * 2 if x in [1.0, x] else x * 3",
    "index of": "def f(x):\n    a = [2.0, x]\n    return a[a.index(x)] * a.count(x)",
    "negative step": "def f(x):\n    a = [x, 2.0, x * x][::-1]\n    return a[0] * a[2]",
    "unicode": "def f(x):\n    é = x * 2\n    return é * x",
    "numpy random": "import numpy as np\ndef f(x):\n    return x * np.random.default_rng(0).normal() + np.random.default_rng(1).normal(loc=x)",
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_constructs(name):
    """Either a refusal with its place, or the right gradient."""
    text = CONSTRUCTS[name]
    filename = f"<{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {}
    exec(compile(text, filename, "exec"), namespace)
    function = namespace["f"]
    try:
        found = grad(function)(1.25)
    except CpsadError as error:
        check_message(error, filename)
    else:
        expected, _ = differences(function, (1.25,), 0)
        assert close(found, expected), f"{found}, not {expected}"


@pytest.mark.parametrize("name", ["async function", "await", "inner async"])
def test_async_is_refused(name):
    text = CONSTRUCTS[name]
    filename = f"<{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {}
    exec(compile(text, filename, "exec"), namespace)
    with pytest.raises(UnsupportedError, match="async"):
        grad(namespace["f"])(1.25)


def test_source_that_is_not_there():
    namespace = {}
    exec("def f(x):\n    return x * x", namespace)
    with pytest.raises(SourceError, match="f"):
        grad(namespace["f"])(1.0)
    with pytest.raises(SourceError):
        grad(eval("lambda x: x * x"))(1.0)


def test_errors_are_raised_every_time():
    gradient = grad(through_hex)
    messages = set()
    for _ in range(3):
        with pytest.raises(NoDerivativeError) as info:
            gradient(1.25)
        messages.add(str(info.value))
    assert len(messages) == 1


def test_an_error_on_a_path_not_taken_is_none():
    def f(x):
        if x < 0:
            return through_hex(x)
        return x * x

    assert grad(f)(3.0) == 6.0
    with pytest.raises(NoDerivativeError):
        grad(f)(-3.0)


def test_a_result_that_is_not_used_needs_no_derivative():
    def f(x, log):
        log.append((x * 2).hex())
        return x * x

    log = []
    try:
        assert grad(f)(3.0, log) == 6.0
    except NoDerivativeError as error:
        assert "hex" in str(error)
    else:
        assert log == [(6.0).hex()]


# -- where zero is right -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function",
    [
        lambda x: float(int(x)),
        lambda x: round(x) * 1.0,
        lambda x: math.floor(x) * 1.0,
        lambda x: x // 0.1,
        lambda x: np.floor(x) + np.sign(x),
        lambda x: 5.0 if cpsad.stop_gradient(x) > 0 else 3.0,
        lambda x: len([x, x]) * 1.0,
        lambda x: np.argmax(np.array([x, 1.0])) * 1.0,
        lambda x: np.ones(3).sum(),
        lambda x: cpsad.stop_gradient(x * 3),
        lambda x: x * 0,
        lambda x: np.zeros_like(x).sum(),
        lambda x: np.array([x, x]).size * 1.0,
    ],
)
def test_constants_and_rounding_give_zero(function):
    gradient = grad(function)(1.25)
    assert gradient == 0.0
    assert type(gradient) is float


@pytest.mark.parametrize("operator", [grad, cpsad.jacfwd], ids=["reverse", "forward"])
def test_what_numpy_overwrites_before_it_is_copied_is_refused(operator):
    def crossing(x):
        y = np.outer(x, x)
        y[:, 3] = y[2, :]
        return y.sum()

    def copied(x):
        y = np.outer(x, x)
        y[:, 3] = y[2, :].copy()
        return y.sum()

    x = np.array([0.73, -0.41, 0.37, 0.91])
    y = np.outer(x, x)
    y[:, 3] = y[2, :]
    if y[3, 3] == x[2] * x[3]:
        pytest.skip("this NumPy copies it first")
    with pytest.raises(NoDerivativeError, match="gets a part of itself") as caught:
        operator(crossing)(x)
    assert caught.value.where.line == line_of(crossing, "y[2, :]") and ".copy()" in str(caught.value)
    assert close(operator(copied)(x), differences(copied, (x,), 0)[0], 1e-6)
