"""Long and deep functions: nothing nests in what it follows, and every stage is quick."""

import gc
import linecache
import time

import pytest

from cpsad import inspection
from cpsad.inspection import STAGES, run_stage
from cpsad.transforms import adjoint, anf, cps, desugar, optimize
from tests.oracle import close, differences

CHECKS = {
    "desugar": desugar.check,
    "anf": anf.check,
    "cps": cps.check,
    "adjoint": adjoint.check,
    "optimized": optimize.check,
}


def made(name, lines):
    """The function that `lines` spell."""
    text = "\n".join(["import math", f"def {name}(x, y):", *lines]) + "\n"
    filename = f"<{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {}
    exec(compile(text, filename, "exec"), namespace)
    return namespace[name]


def long_function():
    """400 statements, among them 100 `if`s and 50 loops, one after the other."""
    lines = ["    z = x"]
    for i in range(50):
        lines += [
            f"    if z > {i % 5}.5:",
            f"        z = z * 0.75 + y * {i % 3}",
            "    else:",
            "        z = z + x * 0.5",
            f"    for i{i % 7} in range({i % 3}):",
            "        z = z * 0.9 + math.sin(y)",
            f"    if y < {i}:",
            f"        w{i} = z * 0.1",
            f"        z = z + w{i}",
        ]
    return made("long_function", [*lines, "    return z * y"])


def loops_and_ifs(depth):
    """Nested `depth` deep: a loop, an `if` in it, a loop in that."""
    lines = ["    z = x"]
    for level in range(depth):
        indent = "    " * (level + 1)
        if level % 3 == 0:
            lines.append(f"{indent}for i{level} in range(2):")
        elif level % 3 == 1:
            lines += [f"{indent}if z < {100 + level}:"]
        else:
            lines += [f"{indent}n{level} = 0", f"{indent}while n{level} < 1:", f"{indent}    n{level} += 1"]
        lines.append(f"{indent}    z = z * 1.01 + y * {level} * 0.01")
    for level in reversed(range(depth)):
        indent = "    " * (level + 2)
        lines.append(f"{indent}z = z + x * 0.001")
        if level % 3 == 1:
            lines += ["    " * (level + 1) + "else:", f"{indent}z = z - y"]
    return made("loops_and_ifs", [*lines, "    return z"])


def functions_in_functions(depth):
    lines = []
    for level in range(depth):
        indent = "    " * (level + 1)
        lines += [f"{indent}def f{level}(t{level}):", f"{indent}    u{level} = t{level} * x + {level}"]
    lines.append("    " * (depth + 1) + f"return u{depth - 1} * y")
    for level in reversed(range(depth)):
        lines.append("    " * (level + 1) + f"return f{level}({f'u{level - 1}' if level else 'y'})")
    return made("functions_in_functions", lines)


def elif_ladder(length):
    lines = ["    if x < 0:", "        return y"]
    for i in range(length):
        lines += [f"    elif x < {i * 0.1 - 10}:", f"        z = x * y + {i}"]
    return made("elif_ladder", [*lines, "    else:", "        z = y", "    return z * x"])


def long_expression(length):
    terms = " + ".join(f"x * y * {i}" for i in range(length))
    return made("long_expression", [f"    return {terms}"])


def deep_expression(depth):
    text = "x"
    for i in range(depth):
        text = f"(y * {text} + {i % 3})" if i % 2 else f"math.sin({text})"
    return made("deep_expression", [f"    return {text}"])


def straight_line(length):
    lines = ["    z = x"]
    for i in range(length):
        lines.append("    z = z * y + 0.1" if i % 2 else "    z = math.sin(z)")
    return made("straight_line", [*lines, "    return z"])


def calls_in_a_row(length):
    lines = ["    def g(t):", "        return t * 0.9 + y", "    z = x"]
    lines += ["    z = g(z)"] * length
    return made("calls_in_a_row", [*lines, "    return z"])


def returns_everywhere(length):
    lines = ["    z = x"]
    for i in range(length):
        lines += [f"    if z > {10 + i}:", f"        return z * y + {i}", f"    z = z + y * {i % 3} * 0.1 + 0.2"]
    return made("returns_everywhere", [*lines, "    return z"])


FUNCTIONS = {
    "long": long_function(),
    "fifteen deep": loops_and_ifs(15),
    "functions in functions": functions_in_functions(15),
    "elif ladder": elif_ladder(150),
    "long expression": long_expression(150),
    "deep expression": deep_expression(60),
    "straight line": straight_line(400),
    "calls in a row": calls_in_a_row(150),
    "returns everywhere": returns_everywhere(100),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_stage_is_right(name):
    function = FUNCTIONS[name]
    x, y = 0.75, 0.8
    expected = function(x, y)
    slopes = [differences(function, (x, y), i)[0] for i in (0, 1)]
    for stage in STAGES:
        found = run_stage(function, stage, (x, y), argnums=(0, 1))
        if stage in ("adjoint", "optimized"):
            found, gradients = found
            for gradient, slope in zip(gradients, slopes):
                assert close(gradient, slope), f"{stage}: {gradient}, not {slope}"
        assert found == expected, stage


@pytest.mark.parametrize("name", FUNCTIONS)
def test_postconditions(name):
    trees = inspection.trees_of(FUNCTIONS[name], (0.7, 0.8), argnums=(0, 1))
    for stage, check in CHECKS.items():
        check(trees[stage])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_time_of_every_stage(name, capsys):
    """Each stage, those before it included, in under a second on a quiet machine."""
    function = FUNCTIONS[name]
    spent = {}
    gc.disable()  # a pass over all that a whole run of the tests has left takes longer than a stage
    try:
        for stage in STAGES:
            start = time.process_time()
            inspection.source(function, stage, (0.7, 0.8), (0, 1))
            spent[stage] = time.process_time() - start
    finally:
        gc.enable()
    with capsys.disabled():
        print(f"\n{name}: " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in spent.items()), end=" ")
    assert max(spent.values()) < 3  # what fails here is quadratic, not a slow machine


def test_length_of_the_long_function():
    import ast

    text = inspection.source(FUNCTIONS["long"], "source")
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    assert len(statements) >= 400
    assert sum(isinstance(node, ast.If | ast.For | ast.While) for node in statements) >= 150
