"""The fence: what is refused, with its place and a way out; and what is not."""

import pytest

from cpsad.transforms.errors import UnsupportedError
from cpsad.transforms.fence import check_supported
from tests.transforms.snippets import context, corpus, dedent

REFUSED = {
    "async def": ("def f(x):\n    async def g(): return x", "async functions are not differentiated"),
    "await": ("def f(x):\n    async def g(): await x", "async functions are not differentiated"),
    "bare raise": ("def f(x):\n    raise", "raise without an exception is not"),
    "bare raise in finally": ("def f(x):\n    try:\n        pass\n    finally:\n        raise", "raise without an exception"),
    "except*": ("def f(x):\n    try:\n        return x\n    except* ValueError:\n        pass", "except* is not"),
    "locals": ("def f(x):\n    return locals()", "locals() cannot be used in a differentiated function"),
    "exec": ("def f(x):\n    exec('x = 1')", "exec() cannot be used"),
    "eval": ("def f(x):\n    return eval('x')", "eval() cannot be used"),
    "vars": ("def f(x):\n    return vars()['x']", "vars() cannot be used"),
    "dir": ("def f(x):\n    return dir()", "dir() cannot be used"),
    "an async comprehension": ("def f(x):\n    return [y async for y in x]", "an async comprehension is not"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(text, words):
    with pytest.raises(UnsupportedError) as error:
        check_supported(*context(text))
    assert error.value.what.startswith(words)
    assert error.value.why and error.value.remedy


def test_the_place_is_shown():
    with pytest.raises(UnsupportedError) as error:
        check_supported(*context("""
            def f(x):
                y = x * 2
                return eval("y")
        """))
    assert str(error.value) == dedent("""
        File "snippet.py", line 3
            return eval("y")
                   ^^^^^^^^^
        eval() cannot be used in a differentiated function
          why: its code is not seen by the transformer
          instead: name the values you need
    """).rstrip()


PASSED = {
    "a nonlocal of its own": "def f(x):\n    n = x\n    def g():\n        nonlocal n\n        n = 1",
    "vars of an object": "def f(x):\n    return vars(x), dir(x)",
    "a name that is no builtin any more": "def f(x, eval):\n    return eval(x)",
    "an import": "def f(x):\n    import math as m\n    from math import sin\n    return m.sin(sin(x))",
    "del, global, assert, raise": "def f(x):\n    global n\n    assert x\n    del x\n    raise ValueError",
    "a lambda, comprehensions": "def f(x):\n    return [lambda y: y for _ in x], {y for y in x}, sum(y for y in x)",
}


@pytest.mark.parametrize("text", PASSED.values(), ids=PASSED)
def test_let_through(text):
    assert check_supported(*context(text)) is None


def test_lets_the_corpus_through():
    for trees, ctx in corpus().values():
        check_supported(trees["source"], ctx)
