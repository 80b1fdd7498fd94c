"""What README shows of `cpsad dump`, kept current.

    python -m tests.readme

writes it anew; `tests/test_packaging.py` compares.
"""

import contextlib
import io
import re
from pathlib import Path

from cpsad import cli

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- dump: (.*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def dumped(arguments: str) -> str:
    """What `cpsad dump` prints, run in the folder of the project."""
    out = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(out):
        code = cli.main(["dump", *arguments.split()])
    assert code == 0, f"cpsad dump {arguments} ends with {code}"
    return out.getvalue()


def current(text: str) -> str:
    """README with every block as the command prints it now."""
    return BLOCK.sub(lambda found: f"{found[1]}```python\n{dumped(found[2]).strip()}\n```\n{found[3]}", text)


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
