"""`docs/coverage_scipy.md` says what is, and leaves nothing out of the modules that it lists whole."""

import importlib

import pytest

scipy = pytest.importorskip("scipy")
from . import coverage_scipy  # noqa: E402


@pytest.mark.parametrize("module", coverage_scipy.WHOLE)
def test_every_function_is_differentiated_or_has_a_reason(module):
    functions = coverage_scipy.public(importlib.import_module(module))
    assert not [name for name, value in functions if coverage_scipy.how(module, name, value)[0] == "missing"]


def test_the_file_is_current():
    text = coverage_scipy.FILE.read_text()
    if f"with SciPy {scipy.__version__}." not in text:
        pytest.skip("made with another version of SciPy")
    assert text == coverage_scipy.table(), "run python -m tests.rules.coverage_scipy"
