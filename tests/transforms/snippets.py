"""Before and after: the text of a function, and what a pass makes of it.

    becomes("anf", before, after)

runs the passes before `anf`, then `anf`, and compares what the printer makes of it with `after`. Texts are dedented.
In the texts `np`, `math` and the builtins are known, as in a file that imports them.
"""

import functools
import math
import re
import textwrap

import gast
import numpy as np
import pytest

from cpsad import inspection
from cpsad.resolve import FileResolver
from cpsad.runtime import SUPPORT
from cpsad.transforms import adjoint, anf, cps, desugar, optimize, pipeline
from cpsad.transforms.context import Context, Fact
from cpsad.transforms.nodes import parameters
from cpsad.transforms.printer import to_text
from tests.corpus import CASES

CHECKS = {
    "desugar": desugar.check,
    "anf": anf.check,
    "cps": cps.check,
    "adjoint": adjoint.check,
    "optimized": optimize.check,
}


def dedent(text: str) -> str:
    return textwrap.dedent(text).strip("\n") + "\n"


def parse(text: str) -> gast.FunctionDef:
    """The tree of the one function in `text`, its statements marked as `source` marks them."""
    (tree,) = gast.parse(dedent(text)).body
    for node in gast.walk(tree):
        if isinstance(node, gast.stmt):
            node.origin, node.comment = node.lineno, None
    return tree


def context(text: str, signature: str | None = None, class_name: str | None = None):
    """The tree of `text` and a context; without a `signature` every parameter is a scalar to be differentiated."""
    tree = parse(text)
    letters = "S" * len(parameters(tree.args)) if signature is None else signature
    resolver = FileResolver({"np": np, "math": math})
    return tree, pipeline.new_context(tree, "snippet.py", resolver, letters, class_name, dedent(text).splitlines())


def transformed(stage: str, before: str, **options) -> str:
    """The text that the passes up to `stage` make of `before`; the stage's own check accepts it."""
    tree, ctx = context(before, **options)
    made = pipeline.stages(tree, ctx, stage)[stage]
    CHECKS[stage](made, ctx)
    return to_text(made)


def becomes(stage: str, before: str, after: str, **options) -> None:
    """`stage` makes `after` of `before`."""
    assert transformed(stage, before, **options) == dedent(after)


def stays(stage: str, before: str, **options) -> None:
    """`stage` leaves `before` as it is."""
    becomes(stage, before, before, **options)


# Code as the passes generate it, written by hand


def generated(text: str) -> tuple[gast.FunctionDef, Context]:
    """A tree of generated code, and its context.

    Functions called `..._cps` and `..._adj` are users' functions, those called `plain` are kept as they are, the others
    are continuations; all parameters of those are active. Names that begin with `b` are adjoints, and what computes
    them is the way back. What a body begins with, if it is `= ZERO` or `= None`, declares.
    """
    tree, ctx = context(text, signature="")
    ctx.support = {name: name for name in [*SUPPORT, "form", "attach"]}
    for node in gast.walk(tree):
        if isinstance(node, gast.FunctionDef) and not node.name.startswith("plain"):
            params = parameters(node.args)
            node.role = "function" if node.name.endswith(("_cps", "_adj")) else "rest"
            node.answers = node.name.startswith("after")
            if node.role == "function":
                node.k = (params + ["", ""])[node.name.endswith("_adj")]
            else:
                ctx.active_params[node.name] = [True] * len(params)
                ctx.facts.update({p: Fact("s", True) for p in params})
            for statement in node.body[:2]:
                value = getattr(statement, "value", None)
                statement.declares = isinstance(statement, gast.Assign) and to_text(value) in ("ZERO\n", "None\n")
        elif isinstance(node, gast.Assign):
            node.backward = to_text(node.targets[0]).lstrip("(").startswith("b") and not _goes_on(node.value)
    ctx.outside = set()
    return tree, ctx


def _goes_on(value) -> bool:
    """Whether `value` calls what comes next: a lone name that is no support function, or `form(...)`."""
    callee = getattr(value, "func", None)
    return isinstance(callee, gast.Call) or isinstance(callee, gast.Name) and callee.id not in SUPPORT


def without_comments(text: str) -> str:
    return re.sub(r"  # .*", "", text)


# Checkers


@functools.cache
def corpus() -> dict:
    """Of every function of the corpus: its trees at every stage, and its context."""
    return {name: inspection._trees(case.function, case.inputs[0].fresh()[0], case.inputs[0].argnums, "optimized")
            for name, case in CASES.items()}


def accepts_the_corpus(stage: str) -> None:
    """The check of `stage` accepts what the pass makes of every function of the corpus."""
    failed = []
    for name, (trees, ctx) in corpus().items():
        try:
            CHECKS[stage](trees[stage], ctx)
        except AssertionError as error:
            failed.append(f"{name}: {error}")
    assert not failed, "\n".join(failed)


def rejects(check, made: tuple, words: str) -> None:
    """`check` must fail on what was made by hand to break its promise, and say so with `words`."""
    with pytest.raises(AssertionError, match=re.escape(words)):
        check(*made)


# The examples in the heads of the passes


def head(module) -> tuple[str, str]:
    """Before and after, which stand side by side below these words in the docstring of a pass."""
    lines = module.__doc__.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Before:") and "After:" in line)
    column = lines[start].index("After:")
    block = lines[start + 1:]
    return dedent("\n".join([line[:column].rstrip() for line in block])), dedent(
        "\n".join([line[column:] for line in block]))


def body_of(text: str) -> str:
    """The lines of a function below its `def`."""
    return dedent(text.partition("\n")[2])
