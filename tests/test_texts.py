"""Functions that come from no file: from text, and from the interactive prompt."""

import gc
import linecache
import os
import select
import sys
import time

import numpy as np
import pytest

import cpsad

TEXT = """
def scale(x):
    return x * factor

def f(x):
    y = scale(x)
    return y * y
"""


def test_from_source():
    f = cpsad.from_source(TEXT, "f", {"factor": 3.0})
    assert f(2.0) == 36.0 and cpsad.grad(f)(2.0) == 36.0
    assert cpsad.source(f, stage="source").startswith("def f(x):\n    y = scale(x)")


def test_from_source_lets_go_of_the_text():
    f = cpsad.from_source(TEXT, "f", {"factor": 3.0})
    filename = f.__code__.co_filename
    cpsad.grad(f)(2.0)
    assert filename in linecache.cache
    del f
    gc.collect()
    assert filename not in linecache.cache


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("def f(x:\n", "f", "the text is not Python"),
        ("def f(x): return x\n", "g", "the text defines no function g"),
        ("f = 3\n", "f", "write a def in it"),
    ],
)
def test_from_source_refuses(text, name, words):
    before = set(linecache.cache)
    with pytest.raises(cpsad.SourceError) as error:
        cpsad.from_source(text, name)
    assert words in str(error.value)
    assert set(linecache.cache) == before


def test_from_source_passes_errors_on():
    with pytest.raises(ZeroDivisionError):
        cpsad.from_source("1 / 0\n", "f")
    with pytest.raises(TypeError, match="takes the text as a str"):
        cpsad.from_source(b"def f(x): return x", "f")


def test_an_error_shows_the_line_of_the_text():
    f = cpsad.from_source("def f(x):\n    return float(str(x)) * x\n", "f")
    with pytest.raises(cpsad.NoDerivativeError, match="line 2") as error:
        cpsad.grad(f)(2.0)
    assert "float(str(x))" in str(error.value)


pty = pytest.importorskip("pty")


def typed(lines):
    """What the interactive interpreter prints when a person types `lines`."""
    child, terminal = pty.fork()
    if not child:  # pragma: no cover
        os.environ.update(TERM="dumb", PYTHON_BASIC_REPL="1", PYTHONSTARTUP="")
        os.execv(sys.executable, [sys.executable, "-q"])
    printed = b""

    def read(prompt, seconds=60.0):
        """Until `prompt` stands on a line of its own."""
        nonlocal printed
        seen, end = len(printed), time.monotonic() + seconds
        while time.monotonic() < end and not printed[seen:].endswith(prompt):
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    printed += os.read(terminal, 4096)
                except OSError:
                    return

    read(b">>> ")
    for line in lines:
        os.write(terminal, line.encode() + b"\n")
        read(b"... " if line.startswith((" ", "def")) else b">>> ")
    os.write(terminal, b"exit()\n")
    read(b"the end", 0.5)
    os.waitpid(child, 0)
    return printed.decode(errors="replace")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_what_is_typed_at_the_prompt():
    pytest.importorskip("readline")
    root = os.path.dirname(os.path.dirname(os.path.abspath(cpsad.__file__)))
    out = typed([
        f"import sys; sys.path.insert(0, {root!r}); import cpsad",
        "def f(x):", "    y = x * x", "    return y", "",
        "def g(x):", "    return f(x) * 7", "",
        "print('first', cpsad.grad(g)(2.0))",
        "h = lambda x: x * 5",
        "print('second', cpsad.grad(h)(1.0))",
        "def f(x):", "    return x * x * x", "",
        "print('third', cpsad.grad(g)(2.0))",
    ])
    assert "first 28.0" in out and "second 5.0" in out and "third 84.0" in out, out


def test_stacked_arrays_from_text():
    f = cpsad.from_source("import numpy as np\ndef f(x):\n    return np.sum(np.stack([x, 2 * x]))\n", "f")
    np.testing.assert_array_equal(cpsad.grad(f)(np.ones(3)), np.full(3, 3.0))
