"""`docs/coverage.md` says what is, and leaves nothing out."""

import numpy as np
import pytest

from . import coverage


@pytest.mark.parametrize("title, owner", coverage.MODULES, ids=[title for title, _ in coverage.MODULES])
def test_every_function_is_differentiated_or_has_a_reason(title, owner):
    assert not [name for name, value in coverage.public(owner) if coverage.how(name, value)[0] == "missing"]


def test_the_file_is_current():
    text = coverage.FILE.read_text()
    if f"with NumPy {np.__version__}." not in text:
        pytest.skip("made with another version of NumPy")
    assert text == coverage.table(), "run python -m tests.rules.coverage"
