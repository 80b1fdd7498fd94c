"""`cpsad demo` and the example that it trains."""

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cpsad import demo, value_and_grad
from cpsad._examples import char_rnn
from cpsad.cli import main

ROOT = Path(__file__).resolve().parent.parent
TEXT = "the quick brown fox jumps over the lazy dog. " * 20


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


# -- the example -------------------------------------------------------------------------------------------


def small_problem():
    rng = np.random.default_rng(1)
    parameters = [rng.normal(0.0, 0.5, p.shape) for p in char_rnn.initial_parameters(5, 7, rng)]
    return parameters, [3, 1, 4, 1, 5], [1, 4, 1, 5, 6], rng.normal(size=5)


def test_the_gradient_of_the_example_is_the_slope_of_its_loss():
    parameters, inputs, targets, h = small_problem()
    step = value_and_grad(char_rnn.loss, argnums=(0, 1, 2, 3, 4), has_aux=True)
    (value, last), gradients = step(*parameters, inputs, targets, h)
    expected, expected_last = char_rnn.loss(*parameters, inputs, targets, h)
    assert value == expected
    np.testing.assert_array_equal(last, expected_last)
    for p, g in zip(parameters, gradients):
        assert g.shape == p.shape
        for index in np.ndindex(p.shape):
            kept, sides = p[index], []
            for p[index] in (kept + 1e-6, kept - 1e-6):
                sides.append(char_rnn.loss(*parameters, inputs, targets, h)[0])
            p[index] = kept
            assert g[index] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-5, abs=1e-7)


def test_the_loss_of_an_untrained_network_is_that_of_guessing():
    parameters = char_rnn.initial_parameters(10, 26, np.random.default_rng(0))
    total, _ = char_rnn.loss(*parameters, [0, 1, 2], [1, 2, 3], np.zeros(10))
    assert total / 3 == pytest.approx(np.log(26), rel=1e-3)


def test_adagrad_clips_and_works_in_place():
    p, m = np.zeros(3), np.zeros(3)
    char_rnn.adagrad([p], [np.array([2.0, -100.0, 0.0])], [m])
    np.testing.assert_allclose(m, [4.0, 25.0, 0.0])
    np.testing.assert_allclose(p, [-0.05, 0.05, 0.0])


def test_a_sample_follows_the_generator():
    parameters, *_ = small_problem()
    first, second = (char_rnn.sample(parameters, 2, 50, np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert len(first) == 50
    assert set(first) <= set(range(7))


def test_the_example_holds_no_backward_pass():
    """It imports NumPy alone, and cpsad only where it trains."""
    source = (ROOT / "examples" / "char_rnn.py").read_text(encoding="utf-8")
    assert re.findall(r"^(?:import|from) .*", source, re.MULTILINE) == ["import sys", "import numpy as np"]


def test_the_example_runs_on_its_own(text):
    done = subprocess.run([sys.executable, str(ROOT / "examples" / "char_rnn.py"), str(text), "801"],
                          env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    losses = [float(loss) for loss in re.findall(r"([\d.]+) nats", done.stdout)]
    assert len(losses) == 5
    assert losses[-1] < losses[0] - 0.5


# -- the demo ----------------------------------------------------------------------------------------------


def run(*options):
    return main(["demo", *map(str, options)])


def losses(shown):
    return [float(x) for x in re.search(r"the loss was ([\d.]+) and is ([\d.]+)\.", shown).groups()]


def test_it_learns(text, capsys):
    assert run("--text", text, "--steps", 300, "--hidden", 20, "--seq-len", 10) == 0
    shown = capsys.readouterr().out
    before, after = losses(shown)
    assert before == pytest.approx(np.log(len(set(TEXT))), rel=0.01)
    assert after < before - 0.5
    assert "for ix, target in zip(inputs, targets):" in shown
    assert "gradient" in shown
    assert "A sample before training:" in shown
    assert "A sample after training:" in shown


def test_the_default_text_is_python_s_documentation(capsys):
    assert run("--steps", 2, "--hidden", 5) == 0
    assert "Python's own documentation" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_network(text, capsys):
    shown = []
    for seed in (7, 7, 8):
        assert run("--text", text, "--steps", 20, "--hidden", 8, "--seed", seed) == 0
        out = capsys.readouterr().out
        shown.append((losses(out), out.partition("A sample after training:")[2]))
    assert shown[0] == shown[1]
    assert shown[0] != shown[2]


def test_no_steps_shows_the_untrained_network(text, capsys):
    assert run("--text", text, "--steps", 0) == 0
    shown = capsys.readouterr().out
    assert "A sample before training:" in shown
    assert "Not trained" in shown


def test_the_text_may_be_shorter_than_the_training(tmp_path, capsys):
    (tmp_path / "short").write_text("abcdefgh", encoding="utf-8")
    assert run("--text", tmp_path / "short", "--seq-len", 7, "--steps", 5, "--hidden", 3) == 0


def test_without_a_terminal_there_are_no_control_characters(tmp_path, capsys):
    path = tmp_path / "odd.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "bell \a escape \x1b[31m back \b\r\ntab\t é ".encode() * 20)
    assert run("--text", path, "--steps", 3, "--hidden", 5) == 0
    assert [c for c in capsys.readouterr().out if c != "\n" and not c.isprintable()] == []


def test_on_a_terminal_there_is_a_bar(text):
    pty = pytest.importorskip("pty")
    screen, terminal = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "cpsad", "demo", "--text", str(text), "--steps", "50",
                                "--hidden", "5"], env=environment(), stdout=terminal, stderr=subprocess.PIPE)
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(screen, 65536):
            shown += part
    except OSError:  # Linux says that the other side is closed in this way
        pass
    os.close(screen)
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 0, complaints
    assert b"100%" in shown
    assert b"loss " in shown
    assert complaints == b""


def test_an_interrupt_stops_the_training_and_shows_the_sample(text, monkeypatch, capsys):
    calls = []
    adagrad = char_rnn.adagrad

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        adagrad(*arguments)

    monkeypatch.setattr(char_rnn, "adagrad", interrupted)
    assert run("--text", text, "--steps", 100, "--hidden", 5) == 130
    shown = capsys.readouterr().out
    assert "Interrupted after 4 of 100 updates." in shown
    assert "A sample after training:" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_a_real_interrupt(text):
    arguments = ["--text", str(text), "--hidden", "5", "--steps", "100000000"]
    process = subprocess.Popen([sys.executable, "-u", "-m", "cpsad", "demo", *arguments], env=environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if "update      1 of" in line:
                process.send_signal(signal.SIGINT)
                break
        rest, complaints = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Interrupted after" in rest
    assert "A sample after training:" in rest
    assert complaints == ""


# -- what it refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "said"), [
    (b"", "is empty"),
    (b"\xef\xbb\xbf", "is empty"),
    (b"short", "--seq-len 25 needs 26 or more"),
    (b"a" * 25, "--seq-len 25 needs 26 or more"),
    (b"abc\xff\xfe" * 20, "is not UTF-8 text: byte 3 is 0xff"),
    (b"abc\xe2\x82", "is not UTF-8"),
    (b"\x7fELF\x00\x01" * 20, "null bytes"),
    (None, "No such file"),
])
def test_a_text_that_is_none(tmp_path, content, said, capsys):
    path = tmp_path / "text"
    if content is not None:
        path.write_bytes(content)
    assert run("--text", path) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert str(path) in shown.err
    assert shown.err.count("\n") == 1


def test_a_folder_is_no_text(tmp_path, capsys):
    assert run("--text", tmp_path) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("option", "value"), [
    ("--steps", "-1"), ("--steps", "many"), ("--hidden", "0"), ("--hidden", "100000"), ("--hidden", "1.5"),
    ("--seq-len", "0"), ("--seq-len", "-3"), ("--seed", "-1"),
])
def test_silly_values(option, value, capsys):
    assert run(option, value) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"argument {option}: " in shown.err


# -- the text ----------------------------------------------------------------------------------------------


def test_line_ends_and_the_byte_order_mark_are_not_learnt(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    assert demo._read(str(path)) == "one\ntwo\nthree\n"


def test_a_cut_in_a_character_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "LARGEST_TEXT", 4)
    path = tmp_path / "text"
    path.write_bytes("abcé and more".encode())
    assert demo._read(str(path)) == "abc"


def test_rare_characters_count_as_one(tmp_path):
    path = tmp_path / "text"
    path.write_text("".join(map(chr, range(0x4E00, 0x4E00 + 500))) + "abc" * 50, encoding="utf-8")
    corpus = demo._corpus(str(path), 10)
    assert len(corpus.alphabet) == demo.LARGEST_ALPHABET
    assert "\N{REPLACEMENT CHARACTER}" in corpus.alphabet
    assert "".join(corpus.alphabet[ix] for ix in corpus.data[500:]) == "abc" * 50


def test_the_documentation_is_plain_ascii():
    _, text = demo._python_documentation()
    assert text.isascii()
    assert len(text) > 100_000


def test_the_smoothed_loss_starts_as_a_mean():
    average = demo._Average()
    assert average.value == 0.0
    for loss in (1.0, 2.0, 3.0):
        average.add(loss)
    assert average.value == pytest.approx(2.0, rel=1e-2)


def test_progress_lines_come_first_last_and_in_between(capsys, monkeypatch):
    monkeypatch.setattr(demo.sys, "stdout", io.StringIO())
    demo._train(iter([3.0, 2.0, 1.0]), 3, 10)
    lines = demo.sys.stdout.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["1", "3"]
