"""The examples in the documentation run as they stand, and print what their comments say."""

import contextlib
import io
import linecache
import re
from pathlib import Path

import numpy as np
import pytest

import cpsad

DOCS = Path(__file__).parent.parent / "docs"


def examples():
    """(heading, text) of the code on the page, in order."""
    heading = ""
    for part in re.split(r"^(## [^\n]*|```python\n.*?^```)$", (DOCS / "guide.md").read_text(encoding="utf-8"),
                         flags=re.MULTILINE | re.DOTALL):
        if part.startswith("## "):
            heading = part[3:]
        elif part.startswith("```python"):
            yield heading, part.removeprefix("```python\n").removesuffix("```")


EXAMPLES = list(examples())


def run(text):
    """What an example prints, and its variables."""
    filename = f"<example {hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {"__name__": "example"}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, filename, "exec"), namespace)
    return out.getvalue(), namespace


@pytest.mark.parametrize("text", [pytest.param(t, id=f"{i} {h}") for i, (h, t) in enumerate(EXAMPLES)])
def test_example(text):
    if "from scipy" in text:
        pytest.importorskip("scipy")
    printed, _ = run(text)
    for line in text.splitlines():
        said = re.fullmatch(r"print\(.*\)  # (.*)", line)
        if said:
            assert said[1] in printed


def values(heading, number=0):
    return run([t for h, t in EXAMPLES if h == heading][number])


def test_what_the_examples_compute():
    _, names = values("By which arguments")
    np.testing.assert_allclose(names["dw"], [0.5, 1.5])
    assert np.isclose(names["db"], 2.0)
    _, names = values("By which arguments", 1)
    assert names["gradient"]["name"] is None
    assert names["gradient"]["layers"][0]["W"].shape == (2, 2)
    printed, _ = values("When something is refused")
    assert "float(str(x))" in printed and "line 5" in printed
    printed, names = values("A value beside the result")
    assert names["info"] == {"steps": 3}
    h = 1e-6
    assert np.isclose(names["slope"], (names["run"](1.5 + h)[0] - names["run"](1.5 - h)[0]) / (2 * h), rtol=1e-5)


def test_errors_of_the_page_are_those_of_the_package():
    text = (DOCS / "guide.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(\w+Error)`", text):
        assert issubclass(getattr(cpsad, name), cpsad.CpsadError)
