"""The C compiler, and the cache of what it made.

A shared library is kept under the hash of all that decides what it is: the text, the flags, the compiler and its version,
the machine. An entry is put in place by one rename, beside the hash of its bytes, which is compared before it is loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from .program import StagingError

__all__ = ["cache_folder", "clear_cache", "cache_size", "compiler", "load"]

FLAGS = ("-std=gnu11", "-fPIC", "-shared", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off",
         "-fno-semantic-interposition", "-w")
SPEED = ("-O3",)
# of arrays: measured on the models of `examples/`, as fast as -O3, and compiled in a third of the time
SPEED_OF_LOOPS = ("-O1", "-ftree-vectorize", "-fvect-cost-model=dynamic", "-foptimize-sibling-calls")
SANITIZE = ("-g", "-O1", "-fno-sanitize-recover=all")
MOST_BYTES = 256 << 20  # of the cache
TIMEOUT = 600  # seconds for one compilation


@functools.cache
def compiler() -> tuple[tuple[str, ...], str]:
    """The command of the C compiler, and what it says of its version.

    `$CC`, else `cc`, `gcc` or `clang` on the path, else `ziglang`. Raises StagingError where there is none.
    """
    tried = [shlex.split(os.environ["CC"])] if os.environ.get("CC") else []
    tried += [[name] for name in ("cc", "gcc", "clang")]
    if importlib.util.find_spec("ziglang") is not None:
        tried.append([sys.executable, "-m", "ziglang", "cc"])
    for command in tried:
        if shutil.which(command[0]) is not None:
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                said = subprocess.run([*command, "--version"], capture_output=True, timeout=60, check=True)
                return tuple(command), said.stdout.decode(errors="replace")
    raise StagingError("there is no C compiler", why="native code is compiled on this machine, by cc, gcc or clang",
                       remedy="pip install ziglang")


def cache_folder() -> Path:
    """Where compiled programs are kept: `$CPSAD_CACHE_DIR`, else the user's cache directory. Made with mode 0700."""
    known = os.environ.get("CPSAD_CACHE_DIR")
    base = Path(known) if known else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cpsad" / "native"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = base.stat()
    if hasattr(os, "getuid") and state.st_uid != os.getuid():
        raise StagingError(f"the cache directory {base} belongs to another user", remedy="set CPSAD_CACHE_DIR to one of yours")
    if stat.S_IMODE(state.st_mode) & 0o022:
        base.chmod(0o700)
    return base


@functools.cache
def machine() -> tuple[tuple[str, ...], str]:
    """Options for the processor of this machine, and what it can do, for the key of the cache.

    `CPSAD_MARCH` names another target, for a cache that several machines share.
    """
    if platform.machine() not in ("x86_64", "AMD64"):
        return (), ""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return (), ""
    return ("-march=native",), next((line for line in lines if line.startswith("flags")), "")


def flags(text: str) -> tuple[str, ...]:
    chosen = os.environ.get("CPSAD_MARCH")
    target = (f"-march={chosen}",) if chosen else machine()[0]
    if os.environ.get("CPSAD_SANITIZE"):
        return (*FLAGS, *SANITIZE, f"-fsanitize={os.environ['CPSAD_SANITIZE']}")
    speed = SPEED_OF_LOOPS if "array_" in text else SPEED
    return (*FLAGS, *speed, *target, *shlex.split(os.environ.get("CPSAD_CFLAGS", "")))


def load(text: str) -> ctypes.CDLL:
    """The program, compiled or found in the cache, and loaded. Raises StagingError where the compiler fails."""
    from .. import __version__

    command, version = compiler()
    options = flags(text)
    about = "\0".join([text, *options, *command, version, __version__, machine()[1], platform.machine(), platform.system()])
    key = hashlib.sha256(about.encode()).hexdigest()
    folder = cache_folder()
    library, digest = folder / f"{key}.so", folder / f"{key}.sha256"
    if not _is_whole(library, digest):
        _compile(text, command, options, folder, library, digest)
    return ctypes.CDLL(str(library))


def _is_whole(library: Path, digest: Path) -> bool:
    try:
        return hashlib.sha256(library.read_bytes()).hexdigest() == digest.read_text()
    except OSError:
        return False


def _compile(text: str, command: tuple[str, ...], options: tuple[str, ...], folder: Path, library: Path, digest: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        source, output, summed = Path(made, "program.c"), Path(made, "program.so"), Path(made, "sum")
        source.write_text(text, encoding="utf-8")
        done = subprocess.run([*command, *options, "-o", str(output), str(source), "-lm"], capture_output=True,
                              timeout=TIMEOUT, check=False)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise StagingError("the C compiler does not take the program", why="\n".join(said[:12]),
                               remedy='report this; until then use backend="numpy"')
        summed.write_text(hashlib.sha256(output.read_bytes()).hexdigest())
        os.replace(summed, digest)
        os.replace(output, library)
    _bound(folder, keep=library)


def _bound(folder: Path, keep: Path) -> None:
    """Removes the oldest entries where the cache is too large."""
    entries = []
    for path in folder.glob("*.so"):
        with contextlib.suppress(OSError):
            entries.append((path.stat().st_mtime, path.stat().st_size, path))
    size = sum(s for _, s, _ in entries)
    for _, bytes_, path in sorted(entries):
        if size <= MOST_BYTES:
            break
        if path != keep:
            _remove(path)
            size -= bytes_


def _remove(path: Path) -> None:
    for p in (path, path.with_suffix(".sha256")):
        with contextlib.suppress(OSError):
            p.unlink()


def cache_size() -> tuple[int, int]:
    """How many programs the cache holds, and how many bytes."""
    paths = list(cache_folder().glob("*.so"))
    return len(paths), sum(p.stat().st_size for p in paths)


def clear_cache() -> int:
    """Removes all programs from the cache; returns how many there were."""
    paths = list(cache_folder().glob("*.so"))
    for path in paths:
        _remove(path)
    return len(paths)
