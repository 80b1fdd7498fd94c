"""Source: the right text for every function, with its places, or an error that says what to do."""

import ast
import collections.abc
import doctest
import functools
import importlib.util
import linecache
import math
import os
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import gast
import numpy as np
import pytest

from cpsad.transforms import locate, source
from cpsad.transforms.errors import SourceError, UnsupportedError
from cpsad.transforms.printer import to_text
from cpsad.transforms.source import module_tree, of_file, of_function

NEW = pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.12: type parameters, nested quotes")
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).read_text("utf8").splitlines()


@pytest.fixture
def module(tmp_path):
    """Imports a text as a module from a file of its own."""
    count = 0

    def make(text, encoding="utf8", namespace=()):
        nonlocal count
        count += 1
        path = tmp_path / f"model_{count}.py"
        path.write_bytes(textwrap.dedent(text).encode(encoding))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        made = importlib.util.module_from_spec(spec)
        vars(made).update(namespace)
        spec.loader.exec_module(made)
        return made

    return make


def shown(fn):
    return to_text(of_function(fn).tree)


def check_places(src, lines):
    """Names in the tree stand where the file has them; statements have their marks."""
    for node in gast.walk(src.tree):
        if isinstance(node, gast.Name):
            line = lines[node.lineno - 1].encode()
            there = line[node.col_offset :]  # the name in a handler has no place of its own
            assert there.startswith((node.id.encode(), b"except")), (node.id, node.lineno)
        if isinstance(node, gast.stmt | gast.ExceptHandler | gast.match_case):
            assert node.comment is None
            assert node.origin == getattr(node, "lineno", node.origin)
    assert src.tree.decorator_list == []


def plain(x, y=2):
    """The docstring."""
    z = x * y
    return z + math.sin(np.cos(x))


def test_a_plain_function():
    src = of_function(plain)
    assert src.tree.name == src.name == src.qualname == "plain"
    assert src.filename == __file__
    assert HERE[src.firstline - 1] == "def plain(x, y=2):"
    assert src.text.startswith("def plain(x, y=2):\n") and src.text.endswith("np.cos(x))\n")
    assert src.class_name is None and src.freevars == ()
    assert gast.get_docstring(src.tree) == "The docstring."
    assert to_text(src.tree) == src.text
    check_places(src, HERE)


def noted(fn):
    return fn


def wrapping(*_):
    def decorate(fn):
        @functools.wraps(fn)
        def wrapper(*args):
            return fn(*args) + 1

        return wrapper

    return decorate


# fmt: off
@noted
@(lambda f: f)
@functools.lru_cache(
    maxsize=None)
def decorated(
    x,
):
    return x
# fmt: on


def test_decorators_are_gone():
    src = of_function(decorated.__wrapped__)
    assert src.text == "def decorated(\n    x,\n):\n    return x\n"
    assert HERE[src.firstline - 1] == "def decorated("
    check_places(src, HERE)
    assert src.tree.body[0].origin == src.firstline + 3


@wrapping("a", (lambda x: x)(1))
def wrapped(x):
    return x


def test_a_wrapper_gives_its_own_source():
    assert wrapped.__name__ == "wrapped"
    src = of_function(wrapped)
    assert src.name == "wrapper" and src.freevars == ("fn",)
    assert to_text(src.tree) == "def wrapper(*args):\n    return fn(*args) + 1\n"
    assert to_text(of_function(wrapped.__wrapped__).tree) == "def wrapped(x):\n    return x\n"


class C:
    """A class."""

    def method(self, __x=0):
        self.__y = __x
        return super().__repr__(), C

    @staticmethod
    def static(x): return x; y = 1  # noqa: E702

    @classmethod
    def made(cls):
        return cls

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        self._value = new

    double = lambda self, x: self.__y * x

    class Inner:
        def method(self):
            def nested():
                return self.__y

            return nested

    async def later(self):
        await self


def test_methods():
    for fn in (C.method, C().method, types.MethodType(C().method, 3)):
        src = of_function(fn)
        assert (src.name, src.qualname, src.class_name) == ("method", "C.method", "C")
        assert src.freevars == ("__class__",)
        assert src.text.startswith("def method(self, __x=0):\n    self.__y = __x\n")
    assert of_function(C.static).text == "def static(x): return x; y = 1  # noqa: E702\n"
    assert shown(C.made) == "def made(cls):\n    return cls\n"
    assert "return self._value" in shown(C.value.fget) and "self._value = new" in shown(C.value.fset)
    double = of_function(C.double)
    assert (double.name, double.class_name) == ("lambda_", "C")
    nested = of_function(C.Inner().method())
    assert (nested.class_name, nested.freevars) == ("Inner", ("self",))
    assert nested.qualname == "C.Inner.method.<locals>.nested"
    for src in (nested, double, of_function(C.method)):
        check_places(src, HERE)
    assert isinstance(of_function(C.later).tree, gast.AsyncFunctionDef)


def test_nested_functions_and_their_margins():
    k = 3

    def inner(x):
        text = """not
    # the margin
of the code"""
        # a comment deeper
    # a comment less deep

        def inner(y):
            return inner(y), k

        return text, inner, (
  x)
    src = of_function(inner)
    assert src.freevars == ("k",)
    assert src.text.startswith('def inner(x):\n    text = """not\n    # the margin\nof the code"""\n')
    assert src.tree.body[0].value.value == "not\n    # the margin\nof the code"
    check_places(src, HERE)
    assert shown(inner(1)[1]) == "def inner(y):\n    return inner(y), k\n"


def test_recursion_by_a_captured_name():
    def fact(n):
        return 1 if n < 2 else n * fact(n - 1)

    assert of_function(fact).freevars == ("fact",)


# fmt: off
several = lambda x: x + 1, lambda x: x + 2, lambda y: y + 1, lambda x: (lambda x: x + 1)
twins = [lambda x: x * 2, lambda x: x * 2]
spread = dict(a=lambda x: (x
                           + np.sin(x)),
              b=lambda x, *, é=1: é *
              x, c=[(lambda: 0), lambda: 0.0, lambda: -0.0, lambda: False])
nested_lambda = lambda x: lambda y: x + y
default = lambda f=lambda x: x, *, g=lambda x: -x: (f, g)
conditional = (lambda x: x) if several else (lambda x: -x)
comprehended = [lambda x, i=i: x + i for i in range(2)], [(lambda: i) for i in range(2)]
# fmt: on


def body_of(fn):
    src = of_function(fn)
    assert (src.tree.name, src.name, len(src.tree.body)) == ("lambda_", "lambda_", 1)
    assert isinstance(ast.parse(f"({src.text})").body[0].value, ast.Lambda)
    check_places(src, HERE)
    return to_text(src.tree.body).strip(), src.tree.body[0].value.col_offset


def test_several_lambdas_on_a_line():
    assert [body_of(f)[0] for f in several[:3]] == ["return x + 1", "return x + 2", "return y + 1"]
    assert body_of(several[3])[0] == "return lambda x: x + 1"
    assert body_of(several[3](0))[0] == "return x + 1"
    columns = [body_of(f)[1] for f in (several[0], several[3](0), *twins)]
    assert len(set(columns[:2])) == 2 and columns[2] < columns[3]


def test_lambdas_within_expressions_of_several_lines():
    assert body_of(spread["a"])[0] == "return x + np.sin(x)"
    assert body_of(spread["b"])[0] == "return é * x"
    assert [body_of(f)[0] for f in spread["c"]] == ["return 0", "return 0.0", "return -0.0", "return False"]
    assert of_function(spread["b"]).text == "lambda x, *, é=1: é *\n              x"


def test_other_lambdas():
    assert body_of(nested_lambda)[0] == "return lambda y: x + y"
    assert body_of(nested_lambda(1))[0] == "return x + y"
    assert of_function(nested_lambda(1)).freevars == ("x",)
    assert body_of(default)[0] == "return f, g"
    assert [body_of(f)[0] for f in default()] == ["return x", "return -x"]
    assert body_of(conditional)[0] == "return x"
    assert [body_of(f)[0] for f in comprehended[0]] == ["return x + i"] * 2
    assert [body_of(f)[0] for f in comprehended[1]] == ["return i"] * 2
    x = 1
    assert body_of((lambda: x))[0] == "return x"
    assert shown(functools.partial(lambda a: a + x, 1).func) == "def lambda_(a):\n    return a + x\n"


def test_an_assert_that_pytest_rewrote():
    def checked(x):
        assert x > 0, f"message {x}"
        assert isinstance(x, int) and x in (1, 2)
        return x

    names = checked.__code__.co_names + checked.__code__.co_varnames
    assert any(name.startswith("@py") for name in names), "pytest rewrites asserts otherwise than it did"
    assert of_function(checked).tree.body[2].origin == of_function(checked).firstline + 3


EVERYTHING = '''\
    from __future__ import annotations
    import numpy as np, math
    from collections import (
        deque,
        OrderedDict as od)
    try:
        import json as js
    except ImportError:
        import math as js

    def f(a, /, b: np.float64, *c, d=1, **e):
        """Text from here on
    import nothing
        """
        import random
        x: int = 1
        if (n := len(c)) > 1:
            x = np.linalg.norm(b) + math.sin(a) + deque.copy(b) + js.dumps(b)
            x = random.random() + od.fromkeys(b)
        match c:
            case [1, *y] | {"k": int(y)} if x:
                pass
        try:
            del x
        except* ValueError as err:
            raise err
        with open(a) as g, open(b):
            yield f"{x!r:>{n}}" + f'{e["k"]}'
        return [i for i in c if i], lambda z: (yield z)

    class A:
        def m(self):
            return f
    '''


def test_everything_survives(module):
    made = module(EVERYTHING)
    src = of_function(made.f)
    text = textwrap.dedent(EVERYTHING)
    wanted = gast.parse(text).body[4]
    assert gast.dump(src.tree) == gast.dump(wanted)
    check_places(src, text.splitlines())
    assert src.tree.body[-3].handlers[0].name.lineno == src.tree.body[-3].handlers[0].lineno
    assert gast.dump(of_file(made.__file__, "f").tree, include_attributes=True) == gast.dump(
        src.tree, include_attributes=True
    )
    of_function(made.A.m)


@NEW
def test_type_parameters_and_new_fstrings(module):
    made = module(
        """
        def f[T: int](x: T) -> T:
            return T, f'{x['k']} {f'{'\\n'}'}'

        class A[U]:
            def m[V](self, x: U) -> V:
                return U, V, self.__x
        """
    )
    assert [p.name for p in of_function(made.f).tree.type_params] == ["T"]
    src = of_function(made.A.m)
    assert (src.class_name, sorted(src.freevars)) == ("A", [".type_params", "U", "V"][1:])
    assert of_file(made.__file__, "A.m").tree.type_params[0].name == "V"
    assert "{f'{'\\n'}'}" in of_function(made.f).text


def test_tabs_and_encodings(module):
    made = module("# coding: latin-1\nclass A:\n\tdef f(self, ä):\n\t\treturn 'é', ä\n", "latin-1")
    for src in (of_function(made.A.f), of_file(made.__file__, "A.f")):
        assert src.text == "def f(self, ä):\n\treturn 'é', ä\n"
        assert src.tree.body[0].value.elts[1].col_offset == len("\t\treturn 'é', ".encode())


def test_code_that_is_fast_to_find_in_a_large_file(module, monkeypatch):
    filler = "def g_{0}(x):\n    '''Doc'''\n    return [np.sin(x) * i for i in range(3)]\n\n"
    text = "import numpy as np\n" + "".join(filler.format(i) for i in range(3000))
    body = "".join(f"    x = np.sin(x) * x + {i}\n" for i in range(200))
    made = module(text + f"def f(x):\n{body}    return x\n\nh = lambda x: np.cos(x)\n")
    monkeypatch.setattr(locate, "_whole", None)  # would fail if it were called
    assert of_function(made.f).tree.body[-1].lineno == 12_000 + 203
    assert shown(made.h) == "def lambda_(x):\n    return np.cos(x)\n"


def test_no_warning_of_python_comes_twice(module):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = module("def f(x):\n    return x is 1, '\\d'\n\ng = [\n    lambda x: x is 1]\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "x is 1" in shown(made.f) and "x is 1" in shown(made.g[0])
        of_file(made.__file__, "f")


def test_names_that_the_surroundings_decide(module):
    """Shadowed `super`, methods of what only other functions import: the whole file is compiled."""
    made = module(
        """
        if True: import numpy as np
        def super():
            import math
            return object
        class A:
            def m(self):
                return super().__repr__(self), np.sin(1), math.sin(1)
        """
    )
    assert of_function(made.A.m).name == "m"


def test_traced_code(module):
    made = module("def f(x):\n    for i in x:\n        x += i\n    return x\n")
    old = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        for _ in range(2000):
            made.f([])
        assert of_function(made.f).name == "f"
    finally:
        sys.settrace(old)


# No file


def run(text, filename, register=True, **names):
    if register:
        lines = text.splitlines(keepends=True)
        linecache.cache[filename] = (len(text), None, lines, filename)
    exec(compile(text, filename, "exec"), names)
    return names


@pytest.mark.parametrize("filename", ["<cpsad 1>", "<python-input-7>", "/ipykernel_1/22.py"])
def test_text_in_linecache(filename):
    text = "import numpy as np\ndef f(x):\n  return np.sin(x)\ng = [lambda x: x,\n lambda x: x + 1]"
    made = run(text, filename)
    assert shown(made["f"]) == "def f(x):\n    return np.sin(x)\n"
    assert of_function(made["f"]).filename == filename
    assert of_function(made["g"][1]).text == "lambda x: x + 1"


def test_text_that_the_function_keeps():
    text = "def f(x):\n    return x * x\n"
    space: dict = {"__name__": __name__, "__loader__": __loader__}  # where linecache finds another text
    exec(compile(text, "<made by a decorator>", "exec"), space)
    f = space["f"]
    f.other = "def f(x): return 2"
    with pytest.raises(SourceError):
        of_function(f)
    f.text = text
    assert of_function(f).text == text
    assert linecache.getline("<made by a decorator>", 2) == "    return x * x\n"


def test_a_module_inside_the_interpreter():
    found = of_function(collections.abc.Mapping.get)
    assert found.name == "get" and "self[key]" in found.text


def test_doctest():
    """
    >>> def f(x):
    ...     return x + 1
    >>> print(shown(f), end="")
    def f(x):
        return x + 1
    """
    test = doctest.DocTestFinder().find(test_doctest, globs=globals())[0]
    assert doctest.DocTestRunner(verbose=False).run(test) == (0, 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: math.sin, "sin (a builtin_function_or_method) is not a Python function"),
        (lambda: np.sin, "sin (a ufunc)"),
        (lambda: C, "the class C"),
        (lambda: functools.partial(plain), "a partial"),
        (lambda: 3, "a int"),
        (lambda: len, "defrule"),
        (lambda: eval("lambda x: x"), "the source of <lambda> cannot be found"),
        (lambda: eval("lambda x: x"), "made by exec or eval"),
        (lambda: eval("lambda x: x"), 'cpsad.from_source(text, "f")'),
        (lambda: run("def f(): 0", "<stdin>", register=False)["f"], "from Python 3.13 on"),
        (lambda: run("def f(): 0", "/no/such.py", register=False)["f"], "/no/such.py cannot be read"),
    ],
)
def test_no_source(make, words):
    with pytest.raises(SourceError) as error:
        of_function(make())
    assert words in str(error.value)
    assert error.value.remedy


def test_the_interactive_interpreter():
    """What is typed has no source before 3.13 (nor in the plain prompt that reads a pipe)."""
    script = "from cpsad.transforms.source import of_function\ndef f(x): return x\n\nof_function(f)\n"
    done = subprocess.run(
        [sys.executable, "-i", "-q"], input=script, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Source(tree=" in done.stdout or "the interactive interpreter keeps what was typed" in done.stderr


# A changed file


def edit(path, text):
    Path(path).write_text(text)
    stat = os.stat(path)
    os.utime(path, (stat.st_atime, stat.st_mtime + 5))


@pytest.mark.parametrize(
    "new",
    [
        "def f(x):\n    return x + 2\n\ng = lambda x: x + 2\n",
        "def f(x):\n    return x + 1.0\n\ng = lambda x: x + 1.0\n",
        "def f(y):\n    return y + 1\n\ng = lambda y: y + 1\n",
        "def f(x):\n    return x - 1\n\ng = lambda x: x - 1\n",
        "def f(x:\n",
        "# nothing\n",
    ],
)
def test_a_file_that_was_changed(module, new):
    made = module("def f(x):\n    return x + 1\n\ng = lambda x: x + 1\n")
    edit(made.__file__, new)
    for fn in (made.f, made.g):
        with pytest.raises(SourceError, match="is not what was compiled") as error:
            of_function(fn)
        assert made.__file__ in str(error.value) and "changed after it was imported" in str(error.value)


def test_a_change_that_does_not_matter_and_one_that_came_later(module):
    made = module("def f(x):\n    return x + 1\n")
    edit(made.__file__, "def f(x):\n    return x + 1  # now with a comment\n\ndef g(): pass\n")
    assert "comment" in of_function(made.f).text
    edit(made.__file__, "def f(x):\n    return x + 2\n")
    assert "comment" in of_function(made.f).text  # linecache still has what runs
    made.__spec__.loader.exec_module(made)
    assert "x + 2" in of_function(made.f).text


def test_a_function_that_was_moved(module):
    a, b, g = "class A:\n  def f(x): return x\n", "class B:\n  def f(x): return x\n", "  g = lambda x: x\n"
    made = module("\n\n" + a + b + g)
    edit(made.__file__, a + b.replace(":\n ", ":\n\n ") + "\n" + g)
    assert [of_function(fn).firstline for fn in (made.A.f, made.B.f, made.B.g)] == [2, 5, 7]


def test_a_function_that_only_looks_alike():
    with pytest.raises(SourceError, match="is not what was compiled"):
        of_function(types.FunctionType(plain.__code__.replace(co_consts=(None, 3)), globals(), argdefs=(2,)))
    renamed = types.FunctionType(plain.__code__, globals(), "other")
    assert of_function(renamed).name == "plain"


# Files that are not run


FILE = """\
1 / 0

@decorator
def f(x):
    return x

def outer(k):
    if k:
        def inner(x):
            return x + k
    return inner

class Model:
    def forward(self, x):
        return self.__w * x
    forward_twice = lambda self, x: self.forward(x)
    class Part:
        async def run(self): pass

square, cube = lambda x: x ** 2, lambda x: x ** 3
half = lambda x: (lambda y: y / 2)(x)
double = lambda x: 2 * x

def twice(): return 1
def twice(): return 2

try:
    from a import b
except ImportError:
    def b(): pass
else:
    def b(): pass

if 0:
    def never(): pass
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(FILE)
    return path


@pytest.mark.parametrize(
    ("qualname", "text", "freevars", "class_name"),
    [
        ("f", "def f(x):\n    return x\n", (), None),
        ("outer", "def outer(k):\n    if k:\n", (), None),
        ("outer.inner", "def inner(x):\n    return x + k\n", ("k",), None),
        ("outer.<locals>.inner", "def inner(x):\n    return x + k\n", ("k",), None),
        ("Model.forward", "def forward(self, x):\n", (), "Model"),
        ("Model.forward_twice", "lambda self, x: self.forward(x)", (), "Model"),
        ("Model.Part.run", "async def run(self): pass\n", (), "Part"),
        ("half", "lambda x: (lambda y: y / 2)(x)", (), None),
        ("double", "lambda x: 2 * x", (), None),
        ("twice", "def twice(): return 2\n", (), None),
    ],
)
def test_of_file(path, qualname, text, freevars, class_name):
    src = of_file(path, qualname)
    assert src.text.startswith(text) and src.freevars == freevars and src.class_name == class_name
    assert src.filename == str(path)
    check_places(src, FILE.splitlines())


@pytest.mark.parametrize(
    ("qualname", "words"),
    [
        ("g", "there is no function g in"),
        ("forwrd", "there is no function forwrd"),
        ("Model.forwrd", "name a function: Model.forward"),
        ("inner", "name a function: outer.inner"),
        ("Model", "Model in "),
        ("Model", "is a class"),
        ("Model", "Model.forward, Model.forward_twice"),
        ("b", "is defined more than once in"),
        ("b", "on lines 30, 32"),
        pytest.param("never", "is never defined", marks=NEW),
        ("square", "there is no function square"),
    ],
)
def test_of_file_names_that_are_not_there(path, qualname, words):
    with pytest.raises(SourceError) as error:
        of_file(path, qualname)
    assert words in str(error.value) and str(path) in str(error.value)


def test_of_file_with_an_error_in_it(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("def f(x):\n    return x +* 2\n")
    for read in (lambda: of_file(path, "f"), lambda: module_tree(path)):
        with pytest.raises(UnsupportedError) as error:
            read()
        assert f'File "{path}", line 2\n    return x +* 2\n              ^\n' in str(error.value)
    path.write_text("def f(x):\n    nonlocal x\n")
    with pytest.raises(UnsupportedError, match="line 2"):
        of_file(path, "f")
    path.write_bytes(b"def f(x): return '\xff'\n")
    with pytest.raises(SourceError, match="encoding"):
        of_file(path, "f")
    path.write_bytes(b"def f(x): return '\x00'\n")
    with pytest.raises((SourceError, UnsupportedError), match="null"):
        of_file(path, "f")
    with pytest.raises(SourceError, match="No such file"):
        of_file(tmp_path / "none.py", "f")
    path.write_text("x = 1\n")
    with pytest.raises(SourceError, match="defines no function"):
        of_file(path, "f")


def test_module_tree(path):
    tree = module_tree(path)
    assert isinstance(tree, gast.Module)
    assert tree.body[1].origin == 4 and tree.body[1].body[0].comment is None
    assert any(isinstance(node, gast.ImportFrom) for node in gast.walk(tree))


def test_a_deep_expression_leaves_the_recursion_limit_alone(module):
    limit = sys.getrecursionlimit()
    made = module("def f(x):\n    return " + " + ".join(["x"] * 1200) + "\n")
    assert of_function(made.f).name == "f"
    assert sys.getrecursionlimit() == limit
    assert source.__all__ == ["Source", "module_tree", "of_file", "of_function"]
