"""Random programs: not one gradient is wrong. `--random-programs=100000` runs more, `--random-seed` others."""

import pytest

from tests.random_programs.generate import program
from tests.random_programs.run import run
from tests.random_programs.shrink import shrink

CHUNK = 100


def pytest_generate_tests(metafunc):
    if "chunk" in metafunc.fixturenames:
        first, count = (metafunc.config.getoption(option) for option in ("--random-seed", "--random-programs"))
        metafunc.parametrize("chunk", range(first, first + count, CHUNK))


def test_gradients(chunk):
    shown = []
    counts, failures = run(chunk, chunk + CHUNK, shrinks=False, show=lambda *parts: shown.append(" ".join(map(str, parts))))
    assert not failures, "\n".join([*shown, program(failures[0][0])])
    assert counts["right"] >= 0.9 * CHUNK, "\n".join(shown)


def test_the_judge_finds_what_is_wrong(monkeypatch):
    """A harness that cannot fail proves nothing: here a derivative is bent on purpose."""
    from tests.random_programs import check

    real = check.value_and_grad

    def bent(function, argnums):
        def differentiate(*args):
            value, (x, y, a) = real(function, argnums)(*args)
            return value, (x, y, a + [0, 1e-4, 0])

        return differentiate

    monkeypatch.setattr(check, "value_and_grad", bent)
    counts, failures = run(0, 10, shrinks=False, show=lambda *_: None)
    assert len(failures) + counts["rough"] + counts["invalid"] == 10
    assert {verdict.kind for _, verdict in failures} == {"wrong"}


def test_shrinking():
    text = "import math\n\n\ndef f(x, y, a):\n    t = math.sin(x)\n    for i in range(3):\n        t = t * y\n    u = t / 0\n    return u\n"

    def fails(text):
        namespace = {}
        exec(text, namespace)
        try:
            namespace["f"](1.0, 2.0, None)
        except ZeroDivisionError:
            return True
        except Exception:
            return False
        return False

    small = shrink(text, fails)
    assert "/" in small
    assert "for" not in small and "sin" not in small


@pytest.mark.parametrize("seed", range(3))
def test_a_seed_is_a_program(seed):
    assert program(seed) == program(seed)
