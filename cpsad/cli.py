"""The command `cpsad`: `dump` prints what the passes make of a function, `demo` trains a network.

Exit codes: 0 done; 1 the function could not be transformed; 2 the command line asks for something that is not
there; 130 interrupted. What is imported only when a sub-command runs is imported where it runs, so that
`cpsad --help` answers at once.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import errno
import os
import sys
import tempfile
import tokenize
import warnings
from collections.abc import Sequence
from typing import TextIO

__all__ = ["STAGES", "main"]

STAGES = ("source", "desugar", "anf", "cps", "adjoint", "optimized")
TANGENT = "tangent"  # forward mode branches off behind anf: no part of `all`

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """The command line is at fault; the message is one line."""


# -- the command line ----------------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")  # a source may hold what the terminal cannot show
    try:
        options = _parser().parse_args(_join_diff(arguments))
        code = options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse: 0 after --help and --version, 2 after a mistake
        return stop.code if isinstance(stop.code, int) else USAGE
    except UsageError as error:
        print(f"cpsad: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return OK  # the reader has seen enough
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        _abandon_output()
        print(f"cpsad: cannot write: {error.strerror}", file=sys.stderr)
        return FAILED


def _abandon_output() -> None:
    """Send standard output nowhere, else Python tries it once more at exit, and complains."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    from cpsad.native.command import add_cache

    parser = argparse.ArgumentParser(
        prog="cpsad",
        description="Gradients of plain Python functions, by transformation of their source.",
        epilog="examples:\n"
        "  cpsad dump model.py:loss                  the gradient of `loss`, as Python\n"
        "  cpsad dump model.py:loss --stage all      each pass on the way to it\n"
        "  cpsad demo                                train a character-level network\n\n"
        "`cpsad COMMAND --help` says more about each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, help="print the version and stop")
    parser.set_defaults(run=lambda options: _help(parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_dump(commands)
    _add_demo(commands)
    add_cache(commands)
    return parser


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return USAGE


class _Version(argparse.Action):
    def __init__(self, option_strings, dest, **keywords):
        super().__init__(option_strings, dest, nargs=0, **keywords)

    def __call__(self, parser, namespace, values, option_string=None):
        import cpsad

        print(f"cpsad {cpsad.__version__}")
        parser.exit()


def _add_dump(commands) -> None:
    dump = commands.add_parser(
        "dump",
        help="print what a pass makes of a function",
        description="Print what the passes make of a function.\n"
        "A file is read and never executed; a module is imported.",
        epilog="examples:\n"
        "  cpsad dump model.py:loss\n"
        "  cpsad dump model.py:Model.loss --stage anf\n"
        "  cpsad dump package.module:loss --wrt weights,bias -o gradient.py\n"
        "  cpsad dump model.py:loss --diff anf..cps\n\n"
        "exit codes:\n"
        "  0  printed\n"
        "  1  the function could not be transformed; the message says where, why and what to do\n"
        "  2  no such file, module, function, parameter or option, or FILE cannot be written",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    dump.add_argument("target", metavar="TARGET",
                      help="path/to/file.py:function, or package.module:function; a method is Class.method")
    what = dump.add_mutually_exclusive_group()
    what.add_argument("--stage", choices=(*STAGES, TANGENT, "all"), default="optimized", metavar="STAGE",
                      help=f"one of {', '.join(STAGES)}; all of these; or {TANGENT}, of forward mode "
                      "(default: optimized)")
    what.add_argument("--diff", type=_stage_pair, metavar="A..B",
                      help="a unified diff of two stages; `--diff A B` will do as well")
    dump.add_argument("--wrt", type=_names, metavar="X,Y",
                      help="the parameters to differentiate by, as names or positions")
    dump.add_argument("-o", "--output", metavar="FILE", type=_file_name,
                      help="write to FILE; on an error FILE is left alone")
    dump.add_argument("--color", choices=("auto", "always", "never"), default="auto",
                      help="highlighting; auto: on a terminal, unless NO_COLOR is set. Needs pygments "
                      "(default: auto)")
    dump.set_defaults(run=_dump)


def _add_demo(commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="train a character-level recurrent network",
        description="Train the recurrent network of examples/char_rnn.py, plain Python over NumPy, on a\n"
        "text, by the gradient that cpsad makes of it, and print text drawn from it before and after.",
        epilog="examples:\n"
        "  cpsad demo\n"
        "  cpsad demo --text novel.txt --steps 20000 --hidden 200\n\n"
        "The same seed, options and text give the same network. Ctrl-C ends the training early; what has\n"
        "been learnt is shown all the same, and the exit code is 130.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    demo.add_argument("--text", metavar="FILE", type=_file_name,
                      help="a UTF-8 text to learn (default: Python's own documentation)")
    demo.add_argument("--seed", type=_whole(0), default=0, metavar="N",
                      help="of the first weights and the samples (default: %(default)s)")
    demo.add_argument("--steps", type=_whole(0), default=10000, metavar="N",
                      help="updates of the weights; 0 shows the untrained network (default: %(default)s)")
    demo.add_argument("--hidden", type=_whole(1, 4096), default=100, metavar="N",
                      help="size of the hidden state (default: %(default)s)")
    demo.add_argument("--seq-len", type=_whole(1), default=25, metavar="N",
                      help="characters read for one update (default: %(default)s)")
    demo.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    from cpsad import demo

    try:
        return demo.run(text=options.text, seed=options.seed, steps=options.steps, hidden=options.hidden,
                        length=options.seq_len)
    except demo.DemoError as error:
        raise UsageError(str(error)) from None


# -- arguments -----------------------------------------------------------------------------------------------


def _join_diff(arguments: list[str]) -> list[str]:
    """`--diff A B` as `--diff A..B`. argparse cannot tell a second stage from the TARGET behind the first."""
    for i, argument in enumerate(arguments[:-2]):
        if argument == "--diff" and ".." not in arguments[i + 1] and not arguments[i + 2].startswith("-"):
            return [*arguments[: i + 1], "..".join(arguments[i + 1 : i + 3]), *arguments[i + 3 :]]
    return arguments


def _stage_pair(text: str) -> tuple[str, str]:
    first, dots, second = text.partition("..")
    if not dots:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form A..B")
    for stage in (first, second):
        if stage not in (*STAGES, TANGENT):
            raise argparse.ArgumentTypeError(f"no stage {stage!r} (choose from {', '.join((*STAGES, TANGENT))})")
    return first, second


def _names(text: str) -> tuple[str | int, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if not name.isidentifier() and not name.isdecimal():
            raise argparse.ArgumentTypeError(f"{name!r} is neither a parameter's name nor a position")
    if len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(f"{text!r} names a parameter twice")
    return tuple(int(name) if name.isdecimal() else name for name in names)


def _file_name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty file name")
    return text


def _whole(least: int, most: int | None = None):
    def whole_number(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < least:
            raise argparse.ArgumentTypeError(f"{text} is too small, {least} is the least")
        if most is not None and number > most:
            raise argparse.ArgumentTypeError(f"{text} is too large, {most} is the most")
        return number

    return whole_number


# -- dump ----------------------------------------------------------------------------------------------------


def _dump(options: argparse.Namespace) -> int:
    from cpsad.transforms.errors import CpsadError

    try:
        _check_target(options.target, options.wrt)
        if options.output is not None:
            _check_output(options.output, options.target)
        from cpsad.inspection import stages_of_target, tangent_of_target

        target, wanted = _unmistakable(options.target), options.diff or (options.stage,)
        stages = stages_of_target(target, options.wrt) if set(wanted) - {TANGENT} else {}
        if TANGENT in wanted:
            stages[TANGENT] = tangent_of_target(target, options.wrt)
    except CpsadError as error:
        print(f"cpsad: {error}", file=sys.stderr)
        return FAILED

    if options.diff:
        text, lexer = _diff(stages, *options.diff), "diff"
    elif options.stage == "all":
        text = "\n".join(f"# --- stage: {name} ---\n{_ended(body)}" for name, body in stages.items())
        lexer = "python"
    else:
        text, lexer = _ended(stages[options.stage]), "python"

    if options.output is not None:
        _write(options.output, _highlighted(text, lexer) if options.color == "always" else text)
        return OK
    print(_highlighted(text, lexer) if _wants_color(options.color, sys.stdout) else text, end="")
    return OK


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _diff(stages: dict[str, str], first: str, second: str) -> str:
    before, after = (_ended(stages[name]).splitlines(keepends=True) for name in (first, second))
    return "".join(difflib.unified_diff(before, after, first, second))


def _wants_color(choice: str, stream: TextIO | None) -> bool:
    if choice != "auto":
        return choice == "always"
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def _highlighted(text: str, lexer: str) -> str:
    try:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import DiffLexer, PythonLexer
    except ImportError:
        return text
    chosen = DiffLexer if lexer == "diff" else PythonLexer
    return highlight(text, chosen(stripnl=False, ensurenl=False), TerminalFormatter())


# -- the target ----------------------------------------------------------------------------------------------
# What the user can have mistyped is found here, before any pass runs, and is told apart from what the passes
# refuse: exit code 2 against 1.


def _check_target(target: str, wrt: tuple[str | int, ...] | None) -> None:
    place, _, name = target.rpartition(":")
    if not place or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(
            f"TARGET {target!r} is not of the form path/to/file.py:function or package.module:function"
        )
    if _is_path(place):
        parameters = _parameters_in_file(place, name)
    elif all(part.isidentifier() for part in place.split(".")):
        parameters = _parameters_in_module(place, name)
    else:
        raise UsageError(f"no such file: {place}")
    if parameters is None:
        return
    for chosen in wrt or ():
        if isinstance(chosen, int) and chosen >= len(parameters):
            raise UsageError(f"--wrt {chosen}: {name} has {len(parameters)} parameters, counted from 0")
        if isinstance(chosen, str) and chosen not in parameters:
            listed = ", ".join(parameters) or "none"
            raise UsageError(f"--wrt {chosen}: no such parameter of {name} (there are: {listed})")


def _unmistakable(target: str) -> str:
    """A file in the current folder without `.py` looks like a module; with `./` it does not."""
    place = target.rpartition(":")[0]
    bare = not place.endswith(".py") and os.path.dirname(place) == ""
    return os.path.join(os.curdir, target) if bare and os.path.isfile(place) else target


def _is_path(place: str) -> bool:
    separators = os.sep + (os.altsep or "")
    return place.endswith(".py") or any(s in place for s in separators) or os.path.exists(place)


def _parameters_in_file(path: str, name: str) -> list[str] | None:
    """The names of the function's parameters; None where only the passes can tell."""
    from cpsad.transforms.errors import Location, SourceError

    try:
        with tokenize.open(path) as file:
            text = file.read()
    except FileNotFoundError:
        raise UsageError(f"no such file: {path}") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    except (SyntaxError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, path)
    except SyntaxError as error:
        where = Location(path, error.lineno or 1, max((error.offset or 1) - 1, 0), text=error.text)
        raise SourceError(f"the file is not valid Python: {error.msg}", where=where) from None
    except ValueError as error:  # null bytes, before Python 3.12
        where = Location(path, 1, text="")
        raise SourceError(f"the file is not valid Python: {error}", where=where) from None

    found = dict(_definitions(tree))
    if name not in found:
        functions = [n for n, node in found.items() if not isinstance(node, ast.ClassDef)]
        raise UsageError(f"no function {name} in {path}" + _suggestion(name, functions))
    node = found[name]
    if isinstance(node, ast.ClassDef):
        raise UsageError(f"{name} in {path} is a class, not a function")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        a = node.args
        every = [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg]
        return [parameter.arg for parameter in every if parameter is not None]
    return None


def _definitions(tree: ast.AST, prefix: str = ""):
    """Dotted name and node of each function, class and assigned name, wherever it stands."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name, node
            yield from _definitions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield prefix + target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield prefix + node.target.id, node.value
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _definitions(node, prefix)


def _parameters_in_module(module: str, name: str) -> list[str] | None:
    import importlib
    import inspect

    if not sys.flags.safe_path and "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # `python -m cpsad` has it there already
    try:
        value: object = importlib.import_module(module)
    except ImportError as error:
        raise UsageError(f"cannot import {module}: {error}") from None
    except (Exception, SystemExit) as error:
        raise UsageError(f"cannot import {module}: {type(error).__name__}: {error}") from error
    for part in name.split("."):
        if not hasattr(value, part):
            names = [n for n, held in getattr(value, "__dict__", {}).items() if callable(held)]
            raise UsageError(f"no function {name} in {module}" + _suggestion(part, names))
        value = getattr(value, part)
    if isinstance(value, type) or not callable(value):
        raise UsageError(f"{name} in {module} is not a function")
    try:
        return list(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return None


def _suggestion(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    if names:
        return f" (there are: {', '.join(names[:10])}{', ...' if len(names) > 10 else ''})"
    return ""


# -- the output file -----------------------------------------------------------------------------------------


def _check_output(path: str, target: str) -> None:
    folder = os.path.dirname(os.path.realpath(path))
    source = target.rpartition(":")[0]
    if os.path.isdir(path):
        raise UsageError(f"cannot write {path}: it is a folder")
    if not os.path.isdir(folder):
        raise UsageError(f"cannot write {path}: no such folder")
    if os.path.exists(path) and os.path.exists(source) and os.path.samefile(path, source):
        raise UsageError(f"cannot write {path}: it is the file to be read")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise UsageError(f"cannot write {path}: permission denied")


def _write(path: str, text: str) -> None:
    """All of `text` or nothing: whoever reads `path` meanwhile sees the old file or the new one."""
    real = os.path.realpath(path)
    data = text.encode("utf-8", "backslashreplace")
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # /dev/stdout and the like
            with open(path, "wb") as device:
                device.write(data)
            return
        mode = os.stat(real).st_mode & 0o777 if os.path.exists(real) else 0o666 & ~_umask()
        handle, scratch = tempfile.mkstemp(prefix=".cpsad-", dir=os.path.dirname(real))
        try:
            with open(handle, "wb") as file:
                file.write(data)
            os.chmod(scratch, mode)
            os.replace(scratch, real)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(scratch)
            raise
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    sys.exit(main())
