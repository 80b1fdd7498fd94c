"""`python -m cpsad demo`: the network of examples/char_rnn.py learns a text by the gradient made of its loss.

Same options, same text, same seed: the same network and the same samples. Interrupted by Ctrl-C, it stops at
the update it is at, shows what was learnt up to there and returns 130, as a shell expects of an interrupted
command.
"""

from __future__ import annotations

import codecs
import inspect
import os
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["DemoError", "run"]

OK, INTERRUPTED = 0, 130
WEIGHTS = (0, 1, 2, 3, 4)  # the arguments of the loss that are learnt
SHOWN = 24  # lines of generated code on the screen
SAMPLED = 320  # characters drawn from the network
LARGEST_TEXT = 16 * 2**20  # bytes read of a file; the rest is left out
LARGEST_ALPHABET = 128  # characters told apart; rarer ones all count as one
BETWEEN_LINES = 3.0  # seconds, where there is no terminal to draw a bar on


class DemoError(Exception):
    """The text or an option is unusable; the message is one line."""


def run(*, text: str | None, seed: int, steps: int, hidden: int, length: int) -> int:
    """Train for `steps` updates on the file `text`, or on Python's documentation, and return an exit code."""
    if "numpy" not in sys.modules:
        # The matrices are far too small to be worth sharing between threads. A user's own setting stands.
        for library in ("OPENBLAS", "MKL", "OMP"):
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")

    corpus = _corpus(text, length)
    import numpy as np

    import cpsad
    from cpsad._examples import char_rnn

    rng = np.random.default_rng(seed)
    try:
        parameters = char_rnn.initial_parameters(hidden, len(corpus.alphabet), rng)
        memory = [np.zeros_like(p) for p in parameters]
    except (MemoryError, ValueError) as error:
        raise DemoError(f"no memory for --hidden {hidden}: {error}") from None

    _show("The loss, as a person wrote it (examples/char_rnn.py):", _without_docstring(char_rnn.loss))
    arguments = (*parameters, corpus.data[:length], corpus.data[1 : length + 1], np.zeros(hidden))
    gradient = cpsad.source(char_rnn.loss, stage="optimized", args=arguments, argnums=WEIGHTS)
    _show("The program that computes its gradient, as cpsad wrote it:", gradient, SHOWN,
          "see cpsad dump cpsad._examples.char_rnn:loss --wrt Wxh,Whh,Why,bh,by")

    size = sum(p.size for p in parameters)
    print(f"Text: {corpus.name}, {len(corpus.data):,} characters, {len(corpus.alphabet)} different.")
    print(f"Network: {hidden} hidden units, {size:,} parameters, {length} characters an update.\n")

    def show_sample(title: str) -> None:
        # A generator of its own, so that a sample is the same however much was drawn before it.
        drawn = char_rnn.sample(parameters, corpus.data[0], SAMPLED, np.random.default_rng(seed))
        _show(title, _printable("".join(corpus.alphabet[ix] for ix in drawn)))

    def updates() -> Iterator[float]:
        step = cpsad.value_and_grad(char_rnn.loss, argnums=WEIGHTS, has_aux=True)
        h = np.zeros(hidden)
        position = 0
        while True:
            inputs = corpus.data[position : position + length]
            targets = corpus.data[position + 1 : position + length + 1]
            (loss, h), gradients = step(*parameters, inputs, targets, h)
            char_rnn.adagrad(parameters, gradients, memory)
            yield float(loss) / length
            position += length
            if position + length >= len(corpus.data):  # the end: from the start again, with no memory
                position, h = 0, np.zeros(hidden)

    show_sample("A sample before training:")
    if not steps:
        print("Not trained: --steps 0.")
        return OK
    print("Training (Ctrl-C ends it early). The loss is in nats a character, smoothed;")
    print(f"one who only guesses has {np.log(len(corpus.alphabet)):.3f}.", flush=True)
    progress = _train(updates(), steps, length)
    print()
    if progress.interrupted:
        print(f"Interrupted after {progress.steps} of {steps} updates.")
    if progress.steps:
        print(f"{progress.steps} updates in {progress.seconds:.1f} s: "
              f"the loss was {progress.first:.3f} and is {progress.last:.3f}.\n")
    show_sample("A sample after training:")
    return INTERRUPTED if progress.interrupted else OK


# -- training ------------------------------------------------------------------------------------------------


class Progress(NamedTuple):
    steps: int
    first: float
    last: float
    seconds: float
    interrupted: bool


def _train(updates: Iterator[float], steps: int, length: int) -> Progress:
    """Take `steps` updates and report on the way. `last` is the smoothed loss."""
    average = _Average()
    first = 0.0
    done = 0
    interrupted = False
    start = time.perf_counter()
    report, close = _bar(steps, length) if sys.stdout.isatty() else _lines(steps, length, start)
    try:
        for done, loss in enumerate(updates, start=1):
            if done == 1:
                first = loss
            average.add(loss)
            report(done, average.value)
            if done == steps:
                break
    except KeyboardInterrupt:
        interrupted = True
    seconds = time.perf_counter() - start
    close()
    return Progress(done, first, average.value, seconds, interrupted)


class _Average:
    """A mean that forgets: of about the last 500 losses, and of all of them while there are fewer."""

    def __init__(self) -> None:
        self.weighted = self.weight = 0.0

    def add(self, loss: float) -> None:
        self.weighted = 0.998 * self.weighted + 0.002 * loss
        self.weight = 0.998 * self.weight + 0.002

    @property
    def value(self) -> float:
        return self.weighted / self.weight if self.weight else 0.0


Reporter = tuple[Callable[[int, float], None], Callable[[], None]]


def _bar(steps: int, length: int) -> Reporter:
    import shutil

    from tqdm import tqdm

    screen = shutil.get_terminal_size()  # tqdm's own look-up shows nothing on a terminal that has no size
    bar = tqdm(total=steps * length, unit="char", unit_scale=True, file=sys.stdout, mininterval=0.2,
               ncols=min(screen.columns, 100) - 1, nrows=screen.lines)
    shown = 0.0

    def report(done: int, loss: float) -> None:
        nonlocal shown
        now = time.perf_counter()
        if now - shown > 0.2 or done == steps:
            bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
            shown = now
        bar.update(length)

    return report, bar.close


def _lines(steps: int, length: int, start: float) -> Reporter:
    last = start

    def report(done: int, loss: float) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= BETWEEN_LINES or done in (1, steps):
            speed = done * length / max(now - start, 1e-9)
            print(f"  update {done:6d} of {steps}   loss {loss:.3f}   {speed:,.0f} characters a second",
                  flush=True)
            last = now

    return report, lambda: None


# -- what is printed -----------------------------------------------------------------------------------------


def _show(title: str, text: str, most: int | None = None, more: str = "") -> None:
    lines = text.rstrip().splitlines()
    print(title)
    print(textwrap.indent("\n".join(lines[:most]), "    "))
    if most is not None and len(lines) > most:
        print(f"    ... and {len(lines) - most} more lines: {more}")
    print(flush=True)


def _without_docstring(function: Callable) -> str:
    import ast

    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    lines = source.splitlines()
    if ast.get_docstring(definition) is not None:
        docstring = definition.body[0]
        assert docstring.end_lineno is not None
        del lines[docstring.lineno - 1 : docstring.end_lineno]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """Text learnt from may hold anything; the terminal gets nothing that would move its cursor."""
    return "".join(c if c == "\n" or c.isprintable() else " " if c.isspace() else "?" for c in text)


# -- the text ------------------------------------------------------------------------------------------------


class Corpus(NamedTuple):
    name: str
    data: list[int]  # one number for each character: its place in the alphabet
    alphabet: list[str]


def _corpus(path: str | None, length: int) -> Corpus:
    name, text = _python_documentation() if path is None else (path, _read(path))
    if not text:
        raise DemoError(f"{name} is empty")
    if len(text) <= length:
        raise DemoError(f"{name} has {len(text):,} characters, --seq-len {length} needs {length + 1} or more")
    counts = Counter(text)
    if len(counts) > LARGEST_ALPHABET:
        common = {character for character, _ in counts.most_common(LARGEST_ALPHABET - 1)}
        text = "".join(c if c in common else "\N{REPLACEMENT CHARACTER}" for c in text)
    alphabet = sorted(set(text))
    number = {character: i for i, character in enumerate(alphabet)}
    return Corpus(name, [number[character] for character in text], alphabet)


def _python_documentation() -> tuple[str, str]:
    """The language reference as `help()` shows it, in ASCII: it is on every machine that has Python."""
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise DemoError("this Python has no pydoc_data.topics to learn; name a text by --text") from None
    text = "\n\n".join(topics.values())
    text = text.replace("…", "...").translate(str.maketrans("“”‘’–—", "\"\"''--"))
    return "Python's own documentation", text.encode("ascii", "replace").decode("ascii")


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_TEXT + 1)
    except (OSError, ValueError) as error:
        raise DemoError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    cut = len(data) > LARGEST_TEXT
    if b"\0" in data:
        raise DemoError(f"{path} is not a text: it holds null bytes")
    try:
        # The incremental decoder lets a character pass that the cut has split.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(data[:LARGEST_TEXT], final=not cut)
    except UnicodeDecodeError as error:
        raise DemoError(f"{path} is not UTF-8 text: byte {error.start} is {data[error.start]:#04x}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
