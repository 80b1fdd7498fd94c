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
import threading
from collections.abc import Sequence
from pathlib import Path

from .program import StagingError

Unit = tuple[str, tuple[str, ...]]  # a text, and the options with which it is compiled

__all__ = ["begin", "cache_folder", "clear_cache", "cache_size", "compiler", "load"]

FLAGS = ("-std=gnu11", "-fPIC", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off",
         "-fno-semantic-interposition", "-w")
SPEED = ("-O3",)
# of arrays: measured on the models of `examples/`, as fast as -O3, and compiled in a third of the time
SPEED_OF_LOOPS = ("-O1", "-ftree-vectorize", "-fvect-cost-model=dynamic", "-foptimize-sibling-calls")
SPEED_OF_CALLS = ("-O1", "-foptimize-sibling-calls")  # of what is left of a program whose loops are compiled apart
# of products: their sums may be rounded once where others round twice
SPEED_OF_PRODUCTS = (*SPEED_OF_LOOPS, "-fexpensive-optimizations", "-ffp-contract=fast")
OF_GCC = ("-fvect-cost-model=dynamic", "-fexpensive-optimizations")  # options that clang has not
SANITIZE = ("-g", "-O1", "-fno-sanitize-recover=all")
PRODUCTS = "#define ELSEWHERE\n#define WITH_f"  # how the text begins that has the products of a type
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


def understood(options: tuple[str, ...]) -> tuple[str, ...]:
    """The options, as clang has them if that is the compiler: it makes loops into vectors from -O2 on."""
    if "clang" not in compiler()[1]:
        return options
    return tuple("-O2" if o == "-ftree-vectorize" else o for o in options if o not in OF_GCC)


def flags(text: str, loops: bool = True) -> tuple[str, ...]:
    chosen = os.environ.get("CPSAD_MARCH")
    target = (f"-march={chosen}",) if chosen else machine()[0]
    if os.environ.get("CPSAD_SANITIZE"):
        return (*FLAGS, *SANITIZE, f"-fsanitize={os.environ['CPSAD_SANITIZE']}")
    speed = SPEED if "array_" not in text else SPEED_OF_LOOPS if loops else SPEED_OF_CALLS
    if text.startswith(PRODUCTS):
        speed = SPEED_OF_PRODUCTS
    return (*FLAGS, *understood(speed), *target, *shlex.split(os.environ.get("CPSAD_CFLAGS", "")))


def load(text: str, loops: str = "", shared: Sequence[str] = ()) -> ctypes.CDLL:
    """The program, compiled or found in the cache, and loaded. Raises StagingError where the compiler fails.

    `loops`: a part of it that is compiled apart, at the same time. `shared`: what many programs have in common, each compiled
    once and kept in the cache as well.
    """
    folder = cache_folder()
    units = [(text, flags(text, not loops)), *([(loops, flags(loops))] if loops else [])]
    common = [(part, flags(part)) for part in shared]
    place = folder / f"{key_of([*units, *common])}.so"
    if not _is_whole(place):
        for part in shared:
            if part in _begun:
                _begun.pop(part).join()
        objects = {unit: folder / f"{key_of([unit])}.o" for unit in common}
        _compile(units, {unit: o for unit, o in objects.items() if not _is_whole(o)}, list(objects.values()), place)
    return ctypes.CDLL(str(place))


_begun: dict[str, threading.Thread] = {}


def begin(shared: Sequence[str]) -> None:
    """Begins to compile what programs have in common, where it is not in the cache, while the first of them is staged."""
    def run(unit: Unit, place: Path) -> None:
        with contextlib.suppress(Exception):  # whoever needs it tries again, and tells
            _compile([], {unit: place}, [], None)

    with contextlib.suppress(StagingError, OSError):
        folder = cache_folder()
        for part in shared:
            unit = (part, flags(part))
            place = folder / f"{key_of([unit])}.o"
            if part not in _begun and not _is_whole(place):
                _begun[part] = threading.Thread(target=run, args=(unit, place), daemon=True)
                _begun[part].start()


def key_of(units: Sequence[Unit]) -> str:
    from .. import __version__

    command, version = compiler()
    about = [*(part for text, options in units for part in (text, *options)), *command, version, __version__, machine()[1],
             platform.machine(), platform.system()]
    return hashlib.sha256("\0".join(about).encode()).hexdigest()


def _is_whole(place: Path) -> bool:
    try:
        return hashlib.sha256(place.read_bytes()).hexdigest() == place.with_suffix(".sha256").read_text()
    except OSError:
        return False


def _compile(units: Sequence[Unit], fresh: dict[Unit, Path], shared: list[Path], library: Path | None) -> None:
    """Compiles the units, all at once, and links them to a library. `fresh`: what is compiled with them, and kept, each in its
    place; `shared`: the objects that go into the library as well."""
    folder = (library or next(iter(fresh.values()))).parent
    with tempfile.TemporaryDirectory(dir=folder) as made:
        output = Path(made, "program.so")
        parts = [*units, *fresh]
        sources = [Path(made, f"program{i}.c") for i in range(len(parts))]
        for (text, _), source in zip(parts, sources, strict=True):
            source.write_text(text, encoding="utf-8")
        if not shared and len(parts) == 1 and library:
            _run([[*units[0][1], "-shared", "-o", str(output), str(sources[0]), "-lm"]])
        else:
            objects = [source.with_suffix(".o") for source in sources]
            _run([[*options, "-c", "-o", str(to), str(source)]
                  for (_, options), source, to in zip(parts, sources, objects, strict=True)])
            for o, place in zip(objects[len(units):], fresh.values(), strict=True):
                _put(o, place)
            if library:
                _run([[*units[0][1], "-shared", "-o", str(output), *map(str, objects[:len(units)]), *map(str, shared), "-lm"]])
        if library:
            _put(output, library)
    _bound(folder, keep={library, *shared})


def _run(calls: list[list[str]]) -> None:
    """The compiler with each of these arguments, all at once."""
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(subprocess.Popen([*compiler()[0], *arguments], stdout=subprocess.PIPE,
                                                        stderr=subprocess.STDOUT)) for arguments in calls]
        try:
            said = [process.communicate(timeout=TIMEOUT)[0] for process in running]
        except BaseException:
            for process in running:
                process.kill()
            raise
    for process, text in zip(running, said, strict=True):
        if process.returncode:
            lines = text.decode(errors="replace").strip().splitlines()
            raise StagingError("the C compiler does not take the program", why="\n".join(lines[:12]),
                               remedy='report this; until then use backend="numpy"')


def _put(output: Path, place: Path) -> None:
    """Into the cache, by a rename."""
    summed = output.with_suffix(".sum")
    summed.write_text(hashlib.sha256(output.read_bytes()).hexdigest())
    os.replace(summed, place.with_suffix(".sha256"))
    os.replace(output, place)


def _bound(folder: Path, keep: set[Path | None]) -> None:
    """Removes the oldest entries where the cache is too large."""
    entries = []
    for path in _entries(folder):
        with contextlib.suppress(OSError):
            entries.append((path.stat().st_mtime, path.stat().st_size, path))
    size = sum(s for _, s, _ in entries)
    for _, bytes_, path in sorted(entries):
        if size <= MOST_BYTES:
            break
        if path not in keep:
            _remove(path)
            size -= bytes_


def _remove(path: Path) -> None:
    for p in (path, path.with_suffix(".sha256")):
        with contextlib.suppress(OSError):
            p.unlink()


def _entries(folder: Path) -> list[Path]:
    return [*folder.glob("*.so"), *folder.glob("*.o")]


def cache_size() -> tuple[int, int]:
    """How many programs the cache holds, and how many bytes."""
    paths = _entries(cache_folder())
    return len(paths), sum(p.stat().st_size for p in paths)


def clear_cache() -> int:
    """Removes all programs from the cache; returns how many there were."""
    paths = _entries(cache_folder())
    for path in paths:
        _remove(path)
    return len(paths)
