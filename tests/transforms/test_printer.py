"""The printer: every construct comes back as the same tree, in the shape that a person would write."""

import importlib
import inspect
import math
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path

import gast
import pytest

from cpsad.transforms.printer import to_text, to_text_with_lines

NEW = sys.version_info >= (3, 12)
ROOT = Path(__file__).parents[2]


def parse(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gast.parse(text)


def check_round_trip(text):
    tree = parse(text)
    before = gast.dump(tree, include_attributes=True)
    printed = to_text(tree)
    assert gast.dump(parse(printed)) == gast.dump(tree), printed
    assert gast.dump(tree, include_attributes=True) == before, "the tree was changed"
    assert not any("_pp" in vars(node) for node in gast.walk(tree))
    return printed


@pytest.mark.parametrize(
    "module",
    ["argparse", "ast", "colorsys", "contextlib", "dataclasses", "statistics", "textwrap", "gast.astn"],
)
def test_modules_round_trip(module):
    check_round_trip(inspect.getsource(importlib.import_module(module)))


# Each of these is already what the printer should write.
AS_WRITTEN = """
a * b + c
a * (b + c)
a - b - c
a - (b - c)
a / b * c
a / (b * c)
x ** 2
x ** y ** z
(x ** y) ** z
(-x) ** 2
-x ** 2
(-1) ** 2
2 ** -1
2 ** -x ** 2
await x ** 2 if y else z
(await x).y
-(a + b)
-a + b
--x
~x & y | z ^ w << 2 >> 1
a @ b // c % d
not x
not (a and b)
(not a) in b
a and (b or c) and d
a or b and c
a < b <= c != d is not e not in f
(a < b) < c
a == (b == c)
f(x)[0].y(z)
f(*a, b, *c, k=1, **d)
f(x for x in y)
f((x for x in y), 1)
f(n := 3, (yield))
f(lambda: 0, *(a or b))
(lambda x: x)(1)
(a if b else c).d
(1).real
(1.5).real
'%d'.join(x)
(-1).bit_length()
[*a, *(b or c)]
[(n := 3), n]
{**a, 'k': 1, **(b or c)}
{1, 2, *x}
{*()}
()
(x,)
x[1:, ::2, None]
x[1:2,]
x[:]
x[::-1]
x[i, j]
x[()]
x[(a, b), c]
x[a + 1:b]
a if b else c if d else e
(a if b else c) if d else e
a if (b if c else d) else e
(lambda: 1) if a else lambda: 2
lambda: (yield)
lambda x, /, y=1, *a, k, m=2, **kw: x + y
lambda *, k: k
[x for x in y if a if b or c]
{x: y for x, y in z for y in (1, 2)}
{x for x in (a if b else c)}
[x for x in y if (z := x)]
[(x, y) for x in z]
a, *b = c
x = y = z
x = yield
x = yield a, b
x += yield y
x = (n := 1)
(x,) = t
bx, by = join(x)
loss, h = 0.0, 0
x, y = y, x
x: int
x: int = 3
(x): int = 3
x.y: int = 3
x[0]: list[int] = []
x @= y
x //= y
del x, y[0], z.a
del (a, b)
(n := 1)
1, 2
(yield x)
yield x, y
yield from x
x = 1e+20, 1e-09, 0.1, 1j, 1.5j, 10 ** 20
x = True, None, ..., b'a\\x00"', 'it\\'s "x"', "it's", 'a\\nb', 'é\\x07\\u200b\\ud800', u'x'
assert x, y
assert (x, y)
raise
raise E from None
import a.b as c, d
from . import e
from ..f import g as h, i
from m import *
global a, b
pass
"""


@pytest.mark.parametrize("line", AS_WRITTEN.strip().split("\n"))
def test_as_a_person_writes_it(line):
    if line.startswith(("yield", "(yield", "x = yield", "x += yield")):
        wanted = f"def f():\n    {line}\n"
    elif "await" in line or "(yield)" in line:
        wanted = f"async def f():\n    {line}\n"
    else:
        wanted = line + "\n"
    if line == "(yield x)":
        wanted = wanted.replace("(yield x)", "yield x")
    assert check_round_trip(wanted) == wanted


BLOCKS = '''
def f(a, b: int, /, c: str = 's', d=1, *args: int, e, g: int = 2, **kw: dict) -> int:
    """One line."""
    nonlocal x
    return
---
@dec
@dec.orator(1)
class C(A, B, metaclass=M, **kw):
    """Two

    "lines" \\\\ and a \\t tab."""
    x: int = 1

    def m(self):
        return __class__
---
async def f():
    async for x in y:
        await z
    else:
        pass
    async with a as b, c:
        return [x async for x in y]
---
if a:
    pass
elif b:
    pass
else:
    if c:
        pass
    d
---
if n := f():
    pass
while (n := f()) > 1:
    break
else:
    continue
---
for i, x in enumerate(y):
    for x in (1, 2):
        pass
    else:
        pass
---
for (x,) in y:
    pass
---
with a as (b, c), d as e.f:
    pass
with ((a, b)):
    pass
with (a, b) as c:
    pass
with (yield):
    pass
---
try:
    pass
except (A, B) as e:
    pass
except C:
    pass
except:
    pass
else:
    pass
finally:
    pass
---
try:
    pass
finally:
    pass
---
try:
    pass
except* A as e:
    pass
except* (B, C):
    pass
---
match x, y:
    case 1 | -1 | 1 - 2j | 'a' | None | a.b:
        pass
    case [a, *_] | (b as a):
        pass
    case [(1 | 2) as x, (3 as y) as z, *rest] if (n := x):
        pass
    case {'k': [], -1: _, **rest}:
        pass
    case C(1, [2], k=(3 as y), m={}) as z:
        pass
    case a.C() | [] | [*_]:
        pass
    case x:
        pass
'''


@pytest.mark.parametrize("block", BLOCKS.split("---\n"))
def test_blocks_round_trip(block):
    check_round_trip(block)


def test_layout():
    text = textwrap.dedent(
        '''\
        """Module."""
        import numpy as np

        def f(x):
            """Two
            lines."""
            y = 0

            def g(z):
                return z
            if y:
                y = 1
            elif x:
                y = 2
            else:
                y = 3
            return y

        @dec
        class A:
            pass
        '''
    )
    # nested definitions get no blank line; what is a blank line in a docstring stays one
    assert to_text(parse(text)) == text.replace("y = 0\n\n", "y = 0\n")


FSTRINGS = r"""
f''
f'abc'
f'{x}'
f'{x!r:>{width}.{n}f} and {y:%d}'
f'{{}} {{{x}}}'
f'{x}\n\\ \' " {y}'
f"{d['k']}"
f'''{d['k']} "{e["m"]}"'''
f'{ {1: 2}[1]}{ {x for x in y} }'
f'{(lambda: 1)()}{(a if b else c)}{(n := 3)}{a != b}{(yield)}{a, b}'
f'{f"{x}"}' 'b' f'c'
f'''{f"{f'{x}'}"}'''
f'{x=}{y = !s}'
f'é\x07\ud800{x}'
f'{x:\n}'
f'{x:}'
f'{x.y[1:2]}' + rf'\d{y}' + f'''
{x}'''
"""
NESTED = r"""
f'{x['k']}'
f'{f'{f'{f'{f'{x}'}'}'}'}'
f'{'\n'.join(x)}{"'" + '"'}'
f'{x:{'a' + "b"}}'
f'''{'''a
b'''}'''
"""


@pytest.mark.parametrize("text", FSTRINGS.strip().split("\nf"), ids=repr)
def test_fstrings(text):
    text = text if text.startswith("f") else "f" + text
    check_round_trip(f"def f():\n    return ({text})")


@pytest.mark.skipif(not NEW, reason="PEP 701")
@pytest.mark.parametrize("text", NESTED.strip().split("\nf"), ids=repr)
def test_nested_quotes_in_fstrings(text):
    check_round_trip(text if text.startswith("f") else "f" + text)


def test_an_fstring_reads_well():
    assert to_text(parse("""f"{x:.2f} it's {d['k']}" """)) == '''f"{x:.2f} it's {d['k']}"\n'''
    assert to_text(parse("f'plain {x}'")) == "f'plain {x}'\n"


def test_an_fstring_with_what_old_pythons_cannot_nest():
    """A pass may put a string with a backslash into an f-string, also before 3.12."""
    newline = gast.Constant("\n", None)
    spec = gast.JoinedStr([gast.Constant(">", None), gast.FormattedValue(gast.Constant(9, None), -1, None)])
    tree = gast.JoinedStr([gast.Constant("a{", None), gast.FormattedValue(newline, ord("r"), spec)])
    assert eval(to_text(tree)) == "a{" + f"{chr(10)!r:>9}"


@pytest.mark.skipif(not NEW, reason="type parameters")
@pytest.mark.parametrize(
    "text",
    [
        "def f[T: int, *Ts, **P](x: T, *args: *Ts) -> T: pass",
        "class A[T: (int, str)](B[T]): pass",
        "type X[T] = list[T]",
        "async def f[T](): pass",
        pytest.param(
            "def f[T: int = bool, *Ts = *tuple[int], **P = [int]](): pass",
            marks=pytest.mark.skipif(sys.version_info < (3, 13), reason="defaults"),
        ),
    ],
)
def test_type_parameters(text):
    check_round_trip(text)


@pytest.mark.parametrize(
    "value",
    [-1, -1.5, 0.0, -0.0, math.inf, -math.inf, math.nan, 10**5000, -(10**5000), -1j]
    + [complex(*parts) for parts in [(1, 2), (-1, -2), (0, -2), (-0.0, 1), (1, -0.0), (math.inf, 1)]]
    + [complex(*parts) for parts in [(1, math.inf), (0, -math.inf), (math.nan, math.nan)]],
    ids=lambda v: "huge" if isinstance(v, int) and abs(v) > 10**9 else repr(v),
)
def test_constants_made_by_a_pass(value):
    constant = gast.Constant(value, None)
    got = eval(to_text(constant))
    assert type(got) is type(value)
    assert hex(got) == hex(value) if isinstance(value, int) else repr(got) == repr(value)
    for build in (
        lambda c: gast.BinOp(c, gast.Pow(), gast.Constant(2, None)),
        lambda c: gast.BinOp(gast.Constant(3, None), gast.Mult(), c),
        lambda c: gast.Attribute(c, "real", gast.Load()),
        lambda c: gast.UnaryOp(gast.USub(), c),
    ):
        if not isinstance(value, int) or abs(value) < 10**9:
            names = {"x": value}
            wanted = eval(to_text(build(gast.Name("x", gast.Load(), None, None))), names)
            assert repr(eval(to_text(build(constant)))) == repr(wanted)


def test_docstrings_keep_their_value():
    for text in ('a\n"', 'a\n""" b', "a\n\\", "\n", "a\r\nb\x00\n", "é\n\ud800", 'a\n""""', "a\n    b\n    "):
        tree = parse("def f(): 'doc'")
        tree.body[0].body[0].value.value = text
        assert parse(to_text(tree)).body[0].body[0].value.value == text


def test_shared_nodes_and_bare_parts():
    shared = parse("a + b").body[0].value
    tree = gast.BinOp(shared, gast.Mult(), gast.BinOp(shared, gast.Add(), shared))
    assert to_text(tree) == "(a + b) * (a + b + (a + b))\n"
    assert to_text(parse("x = 1\ny = 2").body) == "x = 1\ny = 2\n"
    assert to_text([]) == ""
    assert to_text(parse("def f(): pass").body[0]) == "def f():\n    pass\n"


def test_an_empty_body_gets_pass():
    tree = parse("def f():\n if x:\n  y")
    tree.body[0].body[0].body = []
    assert to_text(tree) == "def f():\n    if x:\n        pass\n"


COMMENTED = '''\
def f(x):  # line 1
    """Doc
    string."""
    y = x * x  # line 4, forward
    if y:  # either
        z = 1
    elif x:  # or
        # long
        z = 2 + 2
    try:
        pass  # one
    except E:  # handler
        pass
    # first
    # second
    return y
'''


def test_comments():
    tree = parse(COMMENTED)
    for node in gast.walk(tree):
        if isinstance(node, gast.stmt | gast.ExceptHandler):
            node.comment = None
    f = tree.body[0]
    f.comment, f.body[1].comment = "line 1", "line 4, forward"
    f.body[2].comment, f.body[2].orelse[0].comment = "either", "or"
    f.body[2].orelse[0].body[0].comment = "long"
    f.body[3].body[0].comment, f.body[3].handlers[0].comment = "one", "handler"
    f.body[4].comment = "first\nsecond"
    assert to_text(tree) == COMMENTED.replace("# long\n        z = 2 + 2", "z = 2 + 2  # long")
    f.body[2].orelse[0].body[0].comment = "w" * 95
    assert to_text(tree) == COMMENTED.replace("# long", "# " + "w" * 95)
    assert gast.dump(parse(to_text(tree))) == gast.dump(tree)


def test_a_comment_on_a_docstring_and_on_a_decorated_function():
    tree = parse('@d\ndef f():\n    """a\n    b"""')
    tree.body[0].comment, tree.body[0].body[0].comment = "def", "doc"
    assert to_text(tree) == '@d\ndef f():  # def\n    # doc\n    """a\n    b"""\n'


def test_the_map_of_lines():
    tree = parse(
        "x = 1\n@d\ndef f():\n    '''a\n    b'''\n    if x:\n        return\n    else:\n        y\n"
        "    try:\n        z\n    except E:\n        w"
    )
    for node in gast.walk(tree):
        if isinstance(node, gast.stmt | gast.ExceptHandler):
            node.origin, node.comment = node.lineno + 100, None
    tree.body[0].comment = "c" * 120
    text, lines = to_text_with_lines(tree)
    numbered = {number: line.strip() for number, line in enumerate(text.split("\n"), 1)}
    found = {numbered[number]: origin for number, origin in lines.items()}
    assert found == {
        "# " + "c" * 120: 101, "x = 1": 101, "@d": 103, "def f():": 103, '"""a': 104, 'b"""': 104,
        "if x:": 106, "return": 107, "y": 109, "try:": 110, "z": 111, "except E:": 112, "w": 113,
    }  # fmt: skip
    assert to_text_with_lines(parse("x = 1"))[1] == {}


def test_a_long_line_stays_one_line():
    line = "x = f(" + ", ".join(f"argument_{i}" for i in range(30)) + ")\n"
    assert check_round_trip(line) == line


def test_large_and_deep_trees_leave_the_recursion_limit_alone():
    limit = sys.getrecursionlimit()
    check_round_trip("x = 1\n" * 2000)
    check_round_trip("if a:\n    b\n" * 150 + "def f():\n    pass\n" * 150)
    check_round_trip("".join("    " * i + "if a:\n" for i in range(15)) + "    " * 15 + "pass")
    elifs = parse("if a:\n    pass")
    for _ in range(800):
        elifs = gast.Module([gast.If(gast.Constant(1, None), [gast.Pass()], elifs.body)], [])
    assert to_text(elifs).count("elif") == 800
    tree = gast.Name("x0", gast.Load(), None, None)
    for i in range(1, 1500):
        op = gast.Sub() if i % 2 else gast.Add()
        tree = gast.BinOp(tree, op, gast.Name(f"x{i}", gast.Load(), None, None))
    assert to_text(tree).startswith("x0 - x1 + x2 - x3")
    tree = gast.Name("x", gast.Load(), None, None)
    for _ in range(3000):
        tree = gast.Call(gast.Attribute(tree, "m", gast.Load()), [], [])
    assert to_text(tree) == "x" + ".m()" * 3000 + "\n"
    assert sys.getrecursionlimit() == limit


def test_no_warning_leaks():
    script = (
        "import gast; from cpsad.transforms.printer import to_text;"
        "print(to_text(gast.parse('def f(x): return f\"{x!r}\", 1, b\"\", ..., None')))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "return f'{x!r}', 1, b'', ..., None" in done.stdout


def test_it_is_fast():
    tree = parse(inspect.getsource(importlib.import_module("argparse")))
    lines = to_text(tree).count("\n")
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        to_text(tree)
        best = min(best, time.perf_counter() - start)
    assert best / lines * 200 < 0.015
