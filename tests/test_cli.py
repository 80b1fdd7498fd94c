"""The command `cpsad`, mostly `cpsad dump`: what it prints, where, and the exit code."""

import os
import stat
import subprocess
import sys
import textwrap

import pytest

import cpsad
from cpsad import cli
from cpsad.cli import STAGES, main

USER_FILE = '''
    """A user's file."""
    import sys

    import numpy as np

    sys.exit("this file was executed")

    def f(x, y):
        z = np.sin(x) * y
        return z + x

    class Model:
        def loss(self, w):
            return np.sum(w * w)

    async def later(x):
        return x

    square = lambda x: x * x
    number = 3
'''


@pytest.fixture
def file(tmp_path, monkeypatch):
    """`model.py` in the current folder, which is a new one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    path = tmp_path / "model.py"
    path.write_text(textwrap.dedent(USER_FILE), encoding="utf-8")
    return path


def command(*arguments, **keywords):
    """Run `python -m cpsad` as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    environment.update(keywords.pop("env", {}))
    keywords.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([sys.executable, "-m", "cpsad", *arguments], env=environment, text=True, timeout=60,
                          stderr=subprocess.PIPE, **keywords)


# -- the whole ---------------------------------------------------------------------------------------------


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cpsad {cpsad.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["dump", "--help"], ["demo", "--help"]])
def test_help_has_an_example(arguments, capsys):
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert "examples:\n  cpsad d" in shown.out
    assert shown.err == ""


def test_without_a_command_the_help_is_an_error(capsys):
    assert main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("usage: cpsad")


@pytest.mark.parametrize("arguments", [["--no-such"], ["no-such"], ["dump"], ["dump", "--no-such", "a.py:f"],
                                       ["dump", "a.py:f", "g"], ["demo", "more"], ["demo", "--ste", "3"]])
def test_bad_usage(arguments, capsys):
    assert main(arguments) == 2
    assert "usage: cpsad" in capsys.readouterr().err


def test_the_process_gives_the_exit_code(file):
    assert command("dump", "model.py:f").returncode == 0
    failed = command("dump", "model.py:later")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "Traceback" not in failed.stderr
    assert command("dump", "model.py:none").returncode == 2


def test_the_heavy_modules_stay_out_of_help():
    modules = "{'numpy', 'gast', 'astor', 'pygments', 'tqdm', 'cpsad.demo', 'cpsad.inspection'}"
    before = "import cpsad, cpsad.cli, sys; before = set(sys.modules); cpsad.cli.main(['--help']); "
    done = subprocess.run([sys.executable, "-c", f"{before} print(set(sys.modules) - before & {modules})"],
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
                          capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


# -- dump: what it prints ----------------------------------------------------------------------------------


def test_the_default_is_the_optimized_stage(file, capsys):
    assert main(["dump", "model.py:f"]) == 0
    default = capsys.readouterr().out
    assert main(["dump", "model.py:f", "--stage", "optimized"]) == 0
    assert capsys.readouterr().out == default
    compile(default, "dump", "exec")
    assert "\x1b" not in default
    assert default.endswith("\n")


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_python(file, stage, capsys):
    assert main(["dump", "model.py:f", "--stage", stage]) == 0
    compile(capsys.readouterr().out, stage, "exec")


def test_all_prints_each_stage_under_a_heading(file, capsys):
    parts = []
    for stage in STAGES:
        main(["dump", "model.py:f", "--stage", stage])
        parts.append(f"# --- stage: {stage} ---\n{capsys.readouterr().out}")
    assert main(["dump", "model.py:f", "--stage", "all"]) == 0
    assert capsys.readouterr().out == "\n".join(parts)


def test_the_stage_of_forward_mode(file, capsys):
    assert main(["dump", "model.py:square", "--stage", "tangent"]) == 0
    printed = capsys.readouterr().out
    compile(printed, "tangent", "exec")
    assert "tangents.get(" in printed
    assert main(["dump", "model.py:square", "--diff", "anf..tangent"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["--- anf", "+++ tangent"]
    assert any(line.startswith("+") and "tangents.get(" in line for line in lines)


@pytest.mark.parametrize("target", ["model.py:f", "./model.py:f", "model.py:Model.loss", "model.py:square"])
def test_targets_in_a_file_that_is_not_executed(file, target, capsys):
    assert main(["dump", target]) == 0, capsys.readouterr().err
    assert capsys.readouterr().out


def test_a_target_in_a_module(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    (tmp_path / "a_module_of_its_own.py").write_text("def f(x):\n    return x * x\n", encoding="utf-8")
    try:
        assert main(["dump", "a_module_of_its_own:f", "--stage", "source"]) == 0
    finally:
        sys.modules.pop("a_module_of_its_own", None)
    assert "x * x" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["script", "./script", "{}/script"])
def test_a_file_needs_no_suffix(tmp_path, monkeypatch, place, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script").write_text("def f(x):\n    return x * x\n", encoding="utf-8")
    assert main(["dump", f"{place.format(tmp_path)}:f"]) == 0, capsys.readouterr().err


def test_the_example_of_the_readme(capsys):
    assert main(["dump", "cpsad._examples.char_rnn:loss", "--stage", "all"]) == 0
    assert "# --- stage: adjoint ---" in capsys.readouterr().out


@pytest.mark.parametrize("diff", [["anf", "cps"], ["anf..cps"]])
@pytest.mark.parametrize("first", [True, False])
def test_diff(file, diff, first, capsys):
    target = ["model.py:f"]
    given = ["--diff", *diff]
    assert main(["dump", *(given + target if first else target + given)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["--- anf", "+++ cps"]
    assert {line[0] for line in lines} <= set("-+@ ")


def test_the_diff_of_a_stage_with_itself_is_empty(file, capsys):
    assert main(["dump", "model.py:f", "--diff", "anf..anf"]) == 0
    assert capsys.readouterr().out == ""


def test_wrt_is_passed_on(file, monkeypatch, capsys):
    import cpsad.inspection

    asked = []

    def stages_of_target(target, wrt):
        asked.append((target, wrt))
        return dict.fromkeys(STAGES, "text")

    monkeypatch.setattr(cpsad.inspection, "stages_of_target", stages_of_target)
    for wrt in ("x", "y,x", "0,y", "x, y"):
        assert main(["dump", "model.py:f", "--wrt", wrt]) == 0
    assert main(["dump", "model.py:f"]) == 0
    assert [wrt for _, wrt in asked] == [("x",), ("y", "x"), (0, "y"), ("x", "y"), None]
    assert capsys.readouterr().out == "text\n" * 5


def test_wrt_changes_the_gradient(file, capsys):
    main(["dump", "model.py:f", "--wrt", "x"])
    by_x = capsys.readouterr().out
    assert main(["dump", "model.py:f", "--wrt", "y"]) == 0
    assert capsys.readouterr().out != by_x


# -- dump: what goes wrong ---------------------------------------------------------------------------------


def test_what_cannot_be_transformed(file, capsys):
    assert main(["dump", "model.py:later"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    line = file.read_text(encoding="utf-8").splitlines().index("async def later(x):") + 1
    assert shown.err.startswith("cpsad: ")
    assert f'model.py", line {line}' in shown.err
    for part in ("async def later(x):", "^", "why: ", "instead: "):
        assert part in shown.err


def test_a_file_that_is_not_python(tmp_path, capsys):
    path = tmp_path / "broken.py"
    path.write_text("x = 1\ndef f(x:\n    return x\n", encoding="utf-8")
    assert main(["dump", f"{path}:f"]) == 1
    shown = capsys.readouterr().err
    assert 'broken.py", line 2' in shown
    assert "^" in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(("arguments", "said"), [
    (["model.py"], "not of the form"),
    (["model.py:"], "not of the form"),
    ([":f"], "not of the form"),
    (["model.py:f()"], "not of the form"),
    (["model.py:f."], "not of the form"),
    (["none.py:f"], "no such file: none.py"),
    (["no such place:f"], "no such file"),
    ([".:f"], "cannot read"),
    (["bytes.py:f"], "cannot read"),
    (["model.py:g"], "no function g in model.py"),
    (["model.py:Model.los"], "did you mean Model.loss?"),
    (["model.py:Model"], "is a class"),
    (["no_such_module_here:f"], "cannot import no_such_module_here"),
    (["model:f"], "cannot import model: SystemExit: this file was executed"),
    (["os.path:none"], "no function none in os.path"),
    (["os.path:sep"], "is not a function"),
    (["model.py:f", "--wrt", "z"], "no such parameter of f (there are: x, y)"),
    (["model.py:f", "--wrt", "2"], "2 parameters"),
    (["model.py:f", "--wrt", "x,,y"], "neither a parameter's name nor a position"),
    (["model.py:f", "--wrt", "x,x"], "twice"),
    (["model.py:f", "--stage", "none"], "invalid choice"),
    (["model.py:f", "--diff", "anf"], "A..B"),
    (["model.py:f", "--diff", "anf", "none"], "no stage 'none'"),
    (["model.py:f", "--diff", "anf..cps", "--stage", "anf"], "not allowed with"),
    (["model.py:f", "--color", "blue"], "invalid choice"),
    (["model.py:f", "-o", "none/out.py"], "no such folder"),
    (["model.py:f", "-o", "."], "is a folder"),
    (["model.py:f", "-o", ""], "an empty file name"),
    (["model.py:f", "-o", "model.py"], "is the file to be read"),
])
def test_usage_errors(file, arguments, said, capsys):
    (file.parent / "bytes.py").write_bytes(b"def f(x):\n    return '\xff'\n")
    assert main(["dump", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert "Traceback" not in shown.err


def test_a_module_that_cannot_be_imported(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    (tmp_path / "a_module_that_fails.py").write_text("1 / 0\n", encoding="utf-8")
    assert main(["dump", "a_module_that_fails:f"]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


# -- dump: where it prints ---------------------------------------------------------------------------------


def test_output_goes_to_the_file(file, capsys):
    main(["dump", "model.py:f"])
    expected = capsys.readouterr().out
    assert main(["dump", "model.py:f", "-o", "out.py"]) == 0
    assert capsys.readouterr().out == ""
    assert (file.parent / "out.py").read_text(encoding="utf-8") == expected
    assert sorted(p.name for p in file.parent.iterdir()) == ["model.py", "out.py"]


def test_a_file_that_was_there_keeps_its_mode(file):
    out = file.parent / "out.py"
    out.write_text("old", encoding="utf-8")
    out.chmod(0o640)
    assert main(["dump", "model.py:f", "-o", "out.py"]) == 0
    assert out.read_text(encoding="utf-8") != "old"
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


@pytest.mark.parametrize(("arguments", "code"), [(["model.py:later"], 1), (["model.py:none"], 2),
                                                 (["model.py:f", "--wrt", "z"], 2)])
def test_on_an_error_the_file_is_left_alone(file, arguments, code):
    out = file.parent / "out.py"
    out.write_text("old", encoding="utf-8")
    assert main(["dump", *arguments, "-o", "out.py"]) == code
    assert out.read_text(encoding="utf-8") == "old"
    assert main(["dump", *arguments, "-o", "new.py"]) == code
    assert sorted(p.name for p in file.parent.iterdir()) == ["model.py", "out.py"]


def test_a_failed_replacement_leaves_nothing_behind(file, monkeypatch, capsys):
    def replace(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli.os, "replace", replace)
    assert main(["dump", "model.py:f", "-o", "out.py"]) == 2
    assert "No space left" in capsys.readouterr().err
    assert [p.name for p in file.parent.iterdir()] == ["model.py"]


def test_a_device_is_written_and_not_replaced(file):
    assert main(["dump", "model.py:f", "-o", os.devnull]) == 0
    assert not os.path.isfile(os.devnull)


def test_a_reader_that_leaves_early_is_no_error(file):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = command("dump", "model.py:f", "--stage", "all", stdout=closed)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
def test_a_full_disk_is_one_line(file):
    with open("/dev/full", "w") as full:
        done = command("dump", "model.py:f", stdout=full)
    assert done.returncode == 1
    assert done.stderr == "cpsad: cannot write: No space left on device\n"


# -- dump: colour ------------------------------------------------------------------------------------------


def test_a_pipe_is_plain_unless_told_otherwise(file):
    pytest.importorskip("pygments")
    assert "\x1b[" not in command("dump", "model.py:f").stdout
    assert "\x1b[" in command("dump", "model.py:f", "--color", "always").stdout


def test_colour_changes_no_text(file, capsys):
    pytest.importorskip("pygments")
    import re

    main(["dump", "model.py:f", "--stage", "all"])
    plain = capsys.readouterr().out
    main(["dump", "model.py:f", "--stage", "all", "--color", "always"])
    assert re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out) == plain


@pytest.mark.parametrize(("environment", "options", "colored"), [
    ({"TERM": "xterm"}, [], True),
    ({"TERM": "xterm"}, ["--color", "never"], False),
    ({"TERM": "xterm", "NO_COLOR": "1"}, [], False),
    ({"TERM": "xterm", "NO_COLOR": "1"}, ["--color", "always"], True),
    ({"TERM": "dumb"}, [], False),
])
def test_colour_on_a_terminal(file, environment, options, colored):
    pytest.importorskip("pygments")
    pty = pytest.importorskip("pty")
    screen, terminal = pty.openpty()
    try:
        done = command("dump", "model.py:f", *options, stdout=terminal, env={"NO_COLOR": "", **environment})
        os.close(terminal)
        shown = os.read(screen, 100_000)
    finally:
        os.close(screen)
    assert done.returncode == 0
    assert (b"\x1b[" in shown) == colored


def test_without_pygments_the_text_is_plain(file, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pygments", None)
    assert main(["dump", "model.py:f", "--color", "always"]) == 0
    assert "\x1b" not in capsys.readouterr().out
