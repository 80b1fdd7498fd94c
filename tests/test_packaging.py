"""What is installed, and what the README says about installing it."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import cpsad

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    "python -m pip install . && python -m cpsad demo",
    'python -m pip install -e ".[test]" && python -m pytest',
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_stands_in_the_readme_and_in_ci(command):
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert command in [line for block in blocks for line in block.splitlines()]
    assert f"='{command}'" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_ci_is_executable():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("name", re.findall(r"^\| `(\w+)\(", README, re.MULTILINE))
def test_the_readme_names_only_what_there_is(name):
    assert callable(getattr(cpsad, name))


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_the_readme_links_to_what_there_is(link):
    assert (ROOT / link).exists()


def test_the_example_in_the_readme_runs(tmp_path):
    (example,) = re.findall(r"```python\n(import numpy.*?@grad.*?)```", README, re.DOTALL)
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, env=environment, text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(_slope(1.5, 3), rel=1e-6)


def _slope(x, n, step=1e-6):
    import math

    def f(x):
        for _ in range(n):
            x = x * math.sin(x)
        return x

    return (f(x + step) - f(x - step)) / (2 * step)


def test_the_version_is_the_same_everywhere():
    assert cpsad.__version__ == PROJECT["project"]["version"]
    try:
        installed = importlib.metadata.version("cpsad")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("cpsad is not installed, only importable")
    assert installed == cpsad.__version__


def test_every_package_is_listed():
    folders = {path.parent for path in (ROOT / "cpsad").rglob("__init__.py")}
    folders |= {ROOT / "cpsad" / "transforms" / path.parent.relative_to(ROOT / "transforms")
                for path in (ROOT / "transforms").rglob("__init__.py")}
    packages = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert packages | {"cpsad._examples"} == set(PROJECT["tool"]["setuptools"]["packages"])


@pytest.mark.parametrize(("link", "folder"), [("transforms", "transforms"), ("_examples", "examples")])
def test_the_symlink_leads_to_the_folder(link, folder):
    assert (ROOT / "cpsad" / link).resolve() == ROOT / folder


def test_the_wheel_holds_the_passes_and_the_example(tmp_path):
    try:
        version = importlib.metadata.version("setuptools")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("no setuptools here to build a wheel with")
    if int(version.split(".")[0]) < 77:
        pytest.skip(f"setuptools {version} is older than the 77 that pyproject.toml asks for")
    # A copy, because setuptools leaves its intermediate files beside the sources.
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, symlinks=True,
                    ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info"))
    build = ["wheel", ".", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "pip", *build], cwd=tree, text=True, capture_output=True,
                          timeout=300, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("cpsad-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        example = archive.read("cpsad/_examples/char_rnn.py")
    assert example == (ROOT / "examples" / "char_rnn.py").read_bytes()
    for module in (ROOT / "transforms").glob("*.py"):
        assert f"cpsad/transforms/{module.name}" in names
    for module in (ROOT / "cpsad").glob("*.py"):
        assert f"cpsad/{module.name}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "transforms", "examples"))]


def test_what_the_readme_shows_is_what_is_printed():
    from tests import readme

    assert len(readme.BLOCK.findall(README)) == 2
    assert readme.current(README) == README, "run python -m tests.readme"
