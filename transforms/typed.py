"""What was typed at the interactive prompt, where the interpreter itself does not keep it (before Python 3.13).

Where the prompt edits lines, `readline` has its history; a statement is found in it from the newest back. Which of
those that are found is the right one, `locate` decides, by its code.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator

from .locate import parse

__all__ = ["statements"]

MOST_LINES = 200  # of one statement
MOST_TRIED = 20  # statements looked at


def statements(code: types.CodeType) -> Iterator[list[str]]:
    """Statements in the history that may have defined `code`, the newest first; as lines, numbered as it numbers them."""
    readline = sys.modules.get("readline")
    if readline is None:
        return
    lines = [readline.get_history_item(i) or "" for i in range(1, readline.get_current_history_length() + 1)]
    mark = "lambda" if code.co_name == "<lambda>" else f"def {code.co_name}"
    tried = 0
    for first in range(len(lines) - 1, -1, -1):
        if lines[first][:1] in ("", " ", "\t", "#", ")"):
            continue
        found = _from(lines[first : first + MOST_LINES], mark)
        if found is not None:
            yield found
            tried += 1
            if tried == MOST_TRIED:
                return


def _from(lines: list[str], mark: str) -> list[str] | None:
    """The statement that starts with the first of these lines, if it has `mark` in it."""
    found: list[str] | None = None
    text = ""
    for i, line in enumerate(lines):
        if found is not None and line[:1] not in (" ", "\t", ""):
            break
        text += line + "\n"
        if mark in text:
            try:
                parse(text)
            except (SyntaxError, ValueError):
                continue
            found = [n + "\n" for n in lines[: i + 1]]
    return found
