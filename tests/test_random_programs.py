"""Random programs: not one gradient is wrong. `--random-programs=100000` runs more, `--random-seed` others."""

import copy

import pytest

from cpsad import CpsadError, inspection
from tests.oracle import close, same
from tests.random_programs import templates
from tests.random_programs.check import ARGS, load
from tests.random_programs.generate import FEATURES, program
from tests.random_programs.run import run
from tests.random_programs.shrink import shrink
from tests.test_corpus import CHECKS, GRADIENT_STAGES

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


@pytest.mark.parametrize(("pool", "share"), [("MATRICES", 10), ("CONTAINERS", 10), ("OBJECTS", 10), ("NESTED", 100)])
def test_gradients_of_statements_put_together(pool, share, chunk):
    """A tenth as many of each pool, fewer of gradients inside, which take longer; every fourth in forward mode too."""
    right = 0
    for seed in range(chunk, chunk + CHUNK // share):
        text = templates.program(getattr(templates, pool), seed)
        kind, detail = templates.judge(text, f"<{pool} {seed}>", seed % 4 == 0)
        assert kind in ("right", "refused", "invalid"), f"{kind}: {detail}\n{templates.shrunk(text, kind)}"
        right += kind == "right"
    assert right >= CHUNK // share // 4  # the others are refused, or no programs


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_every_stage_of_some(start, seeds=20):
    """Each stage computes what the plain function does, in the same order, and keeps its postcondition."""
    whole = 0
    for seed in range(10**6 + start, 10**6 + start + seeds):
        text = program(seed, [feature for feature in FEATURES if feature != "entries"])
        namespace = load(text, f"<random program {seed}>")
        function, log = namespace["f"], namespace["LOG"]
        try:
            expected, order = function(*copy.deepcopy(ARGS)), list(log)
        except Exception:  # the program is wrong
            continue
        try:
            trees = inspection.trees_of(function, ARGS, (0, 1, 2))
            for stage, check in CHECKS.items():
                check(trees[stage])
            gradients = []
            for stage in inspection.STAGES:
                del log[:]
                value = inspection.run_stage(function, stage, copy.deepcopy(ARGS), argnums=(0, 1, 2))
                if stage in GRADIENT_STAGES:
                    value, gradient = value
                    gradients.append(gradient)
                assert same(value, expected) and log == order, f"seed {seed}, {stage}: {value}, {log}, not {expected}, {order}"
            assert all(close(a, b, 1e-9) for a, b in zip(*gradients)), f"seed {seed}: {gradients}"
            whole += 1
        except CpsadError:
            continue
    assert whole > 0.8 * seeds


def test_the_judge_finds_what_is_wrong(monkeypatch):
    """A harness that cannot fail proves nothing: here a derivative is bent on purpose."""
    from tests.random_programs import check

    real = check.value_and_grad

    def bent(function, argnums, has_aux):
        def differentiate(*args):
            value, (x, y, a) = real(function, argnums, has_aux)(*args)
            return value, (x, y, a + [0, 1e-4, 0])

        return differentiate

    monkeypatch.setattr(check, "value_and_grad", bent)
    features = [feature for feature in FEATURES if feature != "entries"]
    counts, failures = run(0, 10, features, shrinks=False, show=lambda *_: None)
    assert len(failures) >= 7 and not counts["right"]
    assert {verdict.kind for _, verdict in failures} == {"wrong"}


def test_the_judge_of_statements_finds_what_is_wrong(monkeypatch):
    real = templates.value_and_grad

    def bent(function):
        def differentiate(x):
            value, gradient = real(function)(x)
            return value, gradient * [1, 1, 1.01, 1]

        return differentiate

    monkeypatch.setattr(templates, "value_and_grad", bent)
    text = templates.program(templates.MATRICES, 0)
    assert templates.judge(text)[0] == "wrong"
    small = templates.shrunk(text, "wrong", tries=40)
    assert "def f(x):" in small and len(small) < len(text)


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
