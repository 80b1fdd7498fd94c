"""Random programs as text: `program(seed, features)` gives a module that defines `f(x, y, a)`.

`x` and `y` are floats, `a` is an array of three. Values are kept well scaled, so that differences are reliable, and
containers are never empty, so that the programs do not fail. What they import is in `header.py`.
"""

import random

from tests.random_programs.arrays import Arrays
from tests.random_programs.control import Control
from tests.random_programs.entries import ENTRIES
from tests.random_programs.more import MORE_FEATURES, More

__all__ = ["FEATURES", "program"]

# What a program may use beyond arithmetic, branches and loops. Each program draws a few.
FEATURES = ("lists", "dicts", "tuples", "objects", "closures", "lambdas", "helpers", "recursion", "arrays", "walrus",
            "comprehensions", "jumps", "early", "alias", "nested", "slices", "chains", "text", "keywords", "rebind",
            *MORE_FEATURES)


class Writer(More, Arrays, Control):
    """One program being written. `scopes`: what is bound, name to type, innermost last."""

    def __init__(self, rng, features):
        self.rng, self.features = rng, features
        self.lines, self.indent = [], 0
        self.scopes = [{}]
        self.pending = []
        self.count = 0
        self.helpers = []  # (name, types of parameters)
        self.budget = rng.choice([3, 6, 9, 14, 25])
        self.focus = rng.choice(sorted(features) or [""])  # what the program is full of
        self.in_loop = 0
        self.loops = 0
        self.frozen = [set()]  # names that must not be changed here
        self.function_depth = 0

    # -- small things -----------------------------------------------------------------------------------------

    def has(self, feature):
        return feature in self.features

    def line(self, text):
        self.lines.append("    " * self.indent + text)
        for scope, name, kind in self.pending:  # a line's own targets are no operands of it
            scope[name] = kind
        self.pending.clear()

    def new(self, kind, prefix=None):
        self.count += 1
        name = f"{prefix or kind.lower()}{self.count}"
        self.pending.append((self.scopes[-1], name, kind))
        return name

    def names(self, kind, writable=False):
        kinds = ("a", "W") if kind == "a" and not writable else (kind,)
        found = [n for scope in self.scopes for n, k in scope.items() if k in kinds]
        if writable:
            found = [n for n in found if n not in self.frozen[-1]]
        return found

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, items):
        return self.rng.choice(items)

    def const(self):
        return repr(round(self.rng.uniform(-1.5, 1.5), 2))

    # -- expressions ------------------------------------------------------------------------------------------

    def number(self, depth=2):
        """An expression of a float."""
        ways = [self.variable] * 5
        if depth > 0:
            ways += [self.arithmetic] * 4 + [self.smooth] * 4 + [self.special] * 5
        else:
            ways += [lambda d: self.const()]
        return self.pick(ways)(depth - 1)

    def variable(self, depth):
        names = self.names("f")
        return self.pick(names) if names else self.const()

    def arithmetic(self, depth):
        left, right = self.number(depth), self.number(depth)
        form = self.pick(["({} + {})", "({} - {})", "({} * {})", "({} / (1.0 + {} ** 2))", "(-{} + {})"])
        return form.format(left, right)

    def smooth(self, depth):
        form = self.pick(["math.sin({})", "np.sin({})", "math.tanh({})", "np.tanh({})", "math.cos({})",
                          "np.exp(-{} ** 2)", "math.atan({})", "np.arctan({})"])
        return form.format("(" + self.number(depth) + ")")

    def special(self, depth):
        ways = [self.smooth, self.arithmetic, self.ternary]
        if self.names("L"):
            ways += [lambda d: f"{self.item()}", lambda d: f"sum({self.pick(self.names('L'))}) * 0.2",
                     lambda d: f"{self.pick(['max', 'min'])}({self.pick(self.names('L'))})",
                     lambda d: f"{self.pick(self.names('L'))}[-1]"]
            if self.has("comprehensions"):
                ways += [self.summed] * 2
        if self.names("D"):
            ways += [lambda d: f"{self.pick(self.names('D'))}[{self.key()}]",
                     lambda d: f"{self.pick(self.names('D'))}.get({self.key()}, {self.number(d)})"]
        if self.names("T"):
            ways += [lambda d: f"{self.pick(self.names('T'))}[{self.rng.randint(0, 2)}]"]
        if self.names("O"):
            ways += [lambda d: f"{self.pick(self.names('O'))}.{self.pick(['u', 'v'])}"] * 2
            ways += [lambda d: f"{self.pick(self.names('O'))}.mix({self.number(d)})",
                     lambda d: f"{self.pick(self.names('O'))}.total()",
                     lambda d: f"{self.pick(self.names('O'))}({self.number(d)})",
                     lambda d: f"{self.pick(self.names('O'))}({self.number(d)}, scale={self.number(d)})",
                     lambda d: f"{self.pick(self.names('O'))}.kids[{self.pick(['0', '1', '-1'])}]"]
        if self.names("a"):
            ways += [lambda d: f"np.sum({self.vector(d)}) * 0.3", lambda d: f"{self.pick(self.names('a'))}[{self.position()}]",
                     lambda d: f"np.tanh(np.dot({self.vector(d)}, {self.pick(self.names('a'))}))",
                     lambda d: f"{self.pick(self.names('a'))}.mean()"]
        if self.names("M"):
            ways += [lambda d: f"{self.pick(self.names('M'))}[-1][{self.position()}]"]
        if self.helpers:
            ways += [self.helper_call] * 3
        if self.names("F"):
            ways += [lambda d: f"{self.pick(self.names('F'))}({self.number(d)})"] * 3
        if self.has("walrus"):
            ways += [self.walrus]
        if self.has("chains"):
            ways += [lambda d: f"({self.number(d)} or {self.number(d)})", lambda d: f"({self.number(d)} and {self.number(d)})"]
        if self.has("lambdas"):
            ways += [lambda d: f"(lambda z, k={self.number(d)}: math.sin(z) * k)({self.number(d)})"]
        return self.pick(ways)(depth)

    def ternary(self, depth):
        return f"({self.number(depth)} if {self.test(depth)} else {self.number(depth)})"

    def walrus(self, depth):
        names = self.names("f", writable=True)
        if not names or self.no_walrus:
            return self.number(depth)
        return f"({self.pick(names)} := {self.bounded(depth)})"

    no_walrus = 0

    def summed(self, depth):
        self.no_walrus += 1
        xs = self.pick(self.names("L"))
        self.scopes.append({"q": "f"})
        self.frozen.append(set(self.frozen[-1]) | {"q"})
        element = self.number(depth)
        test = f" if {self.test(0)}" if self.chance(0.4) else ""
        self.frozen.pop()
        self.scopes.pop()
        self.no_walrus -= 1
        form = self.pick(["sum([{} for q in {}{}]) * 0.2", "sum({} for q in {}{}) * 0.2", "sum([0.1, *[{} for q in {}{}]]) * 0.2"])
        return form.format(element, xs, test)

    def key(self):
        ints = self.names("i")
        if ints and self.chance(0.3):
            return f"'abc'[{self.pick(ints)} % 3]"
        return repr(self.pick("abc"))

    def position(self):
        ints = self.names("i")
        return f"{self.pick(ints)} % 3" if ints and self.chance(0.5) else str(self.rng.randint(-3, 2))

    def item(self):
        xs = self.pick(self.names("L"))
        ints = self.names("i")
        index = self.pick(ints) if ints and self.chance(0.7) else str(self.rng.randint(0, 3))
        return f"{xs}[{index} % len({xs})]"

    def helper_call(self, depth):
        name, params = self.pick(self.helpers)
        args = []
        for kind, param in params:
            value = self.of_kind(kind, depth)
            args.append(value)
        if self.has("keywords") and self.chance(0.4):
            args = args[:-1] + [f"{params[-1][1]}={args[-1]}"]
        elif self.has("keywords") and self.chance(0.2):
            args = [f"*({', '.join(args)},)"]
        return f"{name}({', '.join(args)})"

    def of_kind(self, kind, depth):
        if kind == "f":
            return self.number(depth)
        if kind == "i":
            return str(self.rng.randint(0, 3))
        if kind == "a":
            return self.vector(depth)
        names = self.names(kind)
        if names:
            return self.pick(names)
        return self.fresh(kind, depth)

    def fresh(self, kind, depth):
        if kind == "W":
            return f"np.array([{self.number(0)}, {self.number(0)}, 0.2])"
        if kind == "L":
            return f"[{', '.join(self.number(depth) for _ in range(self.rng.randint(1, 3)))}]"
        if kind == "D":
            return "{" + ", ".join(f"{k!r}: {self.number(depth)}" for k in "abc") + "}"
        if kind == "T":
            return f"({self.number(depth)}, {self.number(depth)}, {self.number(depth)})"
        if kind == "O":
            return f"Node({self.number(depth)}" + (f", v={self.number(depth)})" if self.chance(0.5) else ")")
        raise AssertionError(kind)

    def bounded(self, depth=2):
        """A float of a size that loops do not blow up."""
        form = self.pick(["math.tanh({})", "math.sin({})", "np.tanh({})", "{} * 0.5 + 0.1", "0.7 * math.cos({})"])
        inner = self.number(depth)
        return form.format(f"({inner})")

    def vector(self, depth=2):
        names = self.names("a")
        ways = [lambda: self.pick(names)] * 3 if names else [lambda: f"np.array([{self.number(0)}, {self.number(0)}, 0.3])"]
        if depth > 0 and names:
            ways += [lambda: f"np.tanh({self.vector(depth - 1)} * {self.number(depth - 1)})",
                     lambda: f"({self.vector(depth - 1)} + {self.vector(depth - 1)}) * 0.5",
                     lambda: f"np.sin({self.vector(depth - 1)} - {self.number(depth - 1)})",
                     lambda: f"np.array([{self.number(depth - 1)}, {self.number(depth - 1)}, {self.number(0)}])",
                     lambda: f"{self.pick(names)}[::-1]", lambda: f"{self.pick(names)}[[2, 0, 0]]",
                     lambda: f"np.where({self.pick(names)} > 0.1, {self.vector(depth - 1)}, {self.number(depth - 1)})",
                     lambda: f"np.concatenate([{self.pick(names)}[:1], {self.pick(names)}[1:]])",
                     lambda: f"np.cumsum({self.vector(depth - 1)}) * 0.3"]
            if self.names("M"):
                ways += [lambda: f"{self.pick(self.names('M'))}[{self.pick(['0', '-1'])}]",
                         lambda: f"np.stack({self.pick(self.names('M'))}).mean(axis=0)",
                         lambda: f"sum({self.pick(self.names('M'))}) * 0.2"]
        return self.pick(ways)()

    def test(self, depth=1):
        ways = [lambda: f"{self.number(0)} > {self.const()}", lambda: f"{self.number(depth)} < {self.const()}"]
        ints = self.names("i")
        if ints:
            ways += [lambda: f"{self.pick(ints)} % 2 == {self.rng.randint(0, 1)}", lambda: f"{self.pick(ints)} < 2"] * 2
        if self.names("L"):
            ways += [lambda: f"len({self.pick(self.names('L'))}) > {self.rng.randint(1, 3)}"]
        if self.has("chains") and depth > 0:
            ways += [lambda: f"-0.7 < {self.number(depth - 1)} < 0.8", lambda: f"not {self.test(depth - 1)}",
                     lambda: f"({self.test(depth - 1)} and {self.test(depth - 1)})",
                     lambda: f"({self.test(depth - 1)} or {self.test(depth - 1)})"]
        if self.has("walrus") and self.names("f", writable=True) and not self.no_walrus:
            ways += [lambda: f"({self.pick(self.names('f', writable=True))} := {self.bounded(1)}) > 0.1"]
        return self.pick(ways)()

    # -- statements -------------------------------------------------------------------------------------------

    def block(self, size=None):
        self.indent += 1
        self.scopes.append({})
        before = len(self.lines)
        for _ in range(size or self.rng.randint(1, 3)):
            self.statement()
        if len(self.lines) == before:
            self.line("pass")
        self.scopes.pop()
        self.indent -= 1

    def statement(self):
        self.budget -= 1
        ways = [self.assign] * 4 + [self.augment] * 3
        if self.budget > 0 and self.indent < 5:
            ways += [self.branch] * 3
            if self.loops < 3:
                ways += [self.loop] * 3
        if self.chance(0.15):
            ways += [lambda: self.line(f"LOG.append({self.rng.randint(0, 99)})")]
        for feature, way in (("lists", self.list_statement), ("dicts", self.dict_statement), ("tuples", self.tuple_statement),
                             ("objects", self.object_statement), ("arrays", self.array_statement), ("alias", self.alias),
                             ("slices", self.slice_statement), ("nested", self.nested_statement), ("text", self.text)):
            if self.has(feature):
                ways += [way] * 3
        if self.budget > 0 and self.indent < 4:
            if self.has("closures"):
                ways += [self.closure] * 2
            if self.has("lambdas"):
                ways += [self.lambda_]
        if self.in_loop and self.has("jumps"):
            ways += [self.jump] * 2
        if self.has("early") and self.indent > 1:
            ways += [self.early]
        for extra in self.extra():
            ways += [extra] * (12 if extra.__name__ == f"more_{self.focus}" else 3)
        self.pick(ways)()

    def assign(self):
        names = self.names("f", writable=True)
        value = self.bounded()
        if names and self.chance(0.6):
            self.line(f"{self.pick(names)} = {value}")
        elif len(names) > 1 and self.chance(0.3):
            a, b = self.rng.sample(names, 2)
            self.line(f"{a}, {b} = {b}, {value}")
        else:
            self.line(f"{self.new('f', 't')} = {value}")

    def augment(self):
        names = self.names("f", writable=True)
        if names:
            op = self.pick(["+=", "-=", "*="])
            self.line(f"{self.pick(names)} {op} {self.bounded(1)}")
        else:
            self.assign()

    def branch(self):
        self.line(f"if {self.test()}:")
        self.block()
        while self.chance(0.25):
            self.line(f"elif {self.test()}:")
            self.block(1)
        if self.chance(0.5):
            self.line("else:")
            self.block()

    def loop(self):
        self.loops += 1
        self.in_loop += 1
        kind = self.pick(["range", "range", "while", "list", "enumerate", "zip", "dict", "array"])
        self.scopes.append({})
        frozen = set(self.frozen[-1])
        if kind == "while":
            i = self.new("i")
            frozen.add(i)
            self.line(f"{i} = 0")
            test = f"{i} < {self.rng.randint(1, 4)}"
            if self.chance(0.3):
                test += f" and {self.test()}"
            self.line(f"while {test}:")
            self.indent += 1
            self.line(f"{i} += 1")
            self.indent -= 1
        elif kind in ("list", "enumerate", "zip") and self.names("L"):
            xs = self.pick(self.names("L"))
            frozen.add(xs)
            frozen |= set(self.names("L"))  # an alias may be the same list
            if kind == "list":
                q = self.new("f", "q")
                self.line(f"for {q} in {self.pick([xs, xs, f'list({xs})', f'reversed({xs})', f'sorted({xs})', f'tuple({xs})'])}:")
            elif kind == "enumerate":
                i, q = self.new("i"), self.new("f", "q")
                self.line(f"for {i}, {q} in enumerate({xs}):")
            else:
                ys = self.pick(self.names("L"))
                q, r = self.new("f", "q"), self.new("f", "q")
                self.line(f"for {q}, {r} in zip({xs}, {ys}):")
        elif kind == "dict" and self.names("D"):
            d = self.pick(self.names("D"))
            frozen |= set(self.names("D"))
            key, q = self.new("k", "key"), self.new("f", "q")
            self.line(f"for {key}, {q} in {d}.items():")
        elif kind == "array" and self.names("a"):
            q = self.new("f", "q")
            frozen |= set(self.names("a", writable=True))
            self.line(f"for {q} in {self.vector(1)}:")
        else:
            i = self.new("i")
            frozen.add(i)
            self.line(f"for {i} in range({self.rng.randint(0, 4)}):")
        self.frozen.append(frozen)
        self.block()
        self.frozen.pop()
        self.scopes.pop()
        self.in_loop -= 1
        if self.chance(0.2):
            self.line("else:")
            self.block(1)
        self.loops -= 1

    def jump(self):
        self.line(f"if {self.test()}:")
        self.indent += 1
        self.line(self.pick(["break", "continue"]))
        self.indent -= 1

    def early(self):
        self.line(f"if {self.test()}:")
        self.indent += 1
        self.line(f"return {self.returned()}")
        self.indent -= 1

    aux = False

    def returned(self):
        return self.bounded() + (", None" if self.aux and self.function_depth == 0 else "")

    # -- containers -------------------------------------------------------------------------------------------

    def list_statement(self):
        names = self.names("L", writable=True)
        if not names or self.chance(0.2):
            value = self.fresh("L", 1)
            if self.has("comprehensions") and self.chance(0.4):
                self.no_walrus += 1
                self.scopes.append({"j": "i"})
                value = f"[{self.bounded(1)} for j in range({self.rng.randint(1, 4)})]"
                self.scopes.pop()
                self.no_walrus -= 1
            self.line(f"{self.new('L', 'xs')} = {value}")
            return
        xs = self.pick(names)
        way = self.rng.randint(0, 11)
        i = self.rng.randint(0, 3)
        if way < 3:
            self.line(f"{xs}.append({self.bounded(1)})")
        elif way < 5:
            self.line(f"{xs}[{i} % len({xs})] = {self.bounded(1)}")
        elif way == 5:
            self.line(f"{xs}[{i} % len({xs})] {self.pick(['+=', '*='])} {self.bounded(1)}")
        elif way == 6:
            self.line(f"if len({xs}) > 1:")
            self.indent += 1
            names = self.names("f", writable=True)
            popped = f"{xs}.pop({self.pick(['', '0', '-1'])})"
            self.line(f"{self.pick(names)} = {popped}" if names else popped)
            self.indent -= 1
        elif way == 7:
            self.line(f"{xs}.insert({i}, {self.bounded(1)})")
        elif way == 8:
            self.line(self.pick([f"{xs}.reverse()", f"{xs}.sort()", f"{xs}.sort(key=lambda q: -q)"]))
        elif way == 9:
            self.line(f"{xs}.extend([{self.bounded(1)}, {self.bounded(1)}])")
        elif way == 10:
            self.line(f"{xs} += [{self.bounded(1)}]")
        else:
            self.line(f"if len({xs}) > 1:")
            self.indent += 1
            self.line(self.pick([f"del {xs}[0]", f"{xs}[0], {xs}[-1] = {xs}[-1], {xs}[0]"]))
            self.indent -= 1

    def dict_statement(self):
        names = self.names("D", writable=True)
        if not names or self.chance(0.2):
            value = self.fresh("D", 1)
            if self.has("comprehensions") and self.chance(0.4):
                self.no_walrus += 1
                value = f"{{k: {self.bounded(1)} for k in 'abc'}}"
                self.no_walrus -= 1
            self.line(f"{self.new('D', 'd')} = {value}")
            return
        d = self.pick(names)
        way = self.rng.randint(0, 4)
        if way < 2:
            self.line(f"{d}[{self.key()}] = {self.bounded(1)}")
        elif way == 2:
            self.line(f"{d}[{self.key()}] {self.pick(['+=', '*='])} {self.bounded(1)}")
        elif way == 3:
            self.line(f"{d}.update({self.pick('abc')}={self.bounded(1)})")
        else:
            self.line(f"{self.new('f', 't')} = sum({d}.values()) * 0.2")

    def tuple_statement(self):
        names = self.names("T")
        if not names or self.chance(0.4):
            value = self.fresh("T", 1)
            self.line(f"{self.new('T', 'p')} = {value}")
            return
        p = self.pick(names)
        floats = self.names("f", writable=True)
        if len(floats) > 1 and self.chance(0.6):
            a, b = self.rng.sample(floats, 2)
            value = self.bounded(1)
            self.line(self.pick([f"{a}, {b}, _ = {p}", f"{a}, *rest = {p}\n{'    ' * self.indent}{b} = rest[0]",
                                 f"({a}, _), {b} = ({value}, 1.0), {p}[1]", f"*_, {a} = {p}"]))
        else:
            value = self.bounded(1)
            self.line(f"{self.new('T', 'p')} = {self.pick([f'{p}[1:] + ({value},)', f'({value},) + {p}[:2]', f'tuple(reversed({p}))'])}")

    def object_statement(self):
        names = self.names("O")
        if not names or self.chance(0.25):
            value = self.fresh("O", 1)
            self.line(f"{self.new('O', 'o')} = {value}")
            return
        o = self.pick(names)
        way = self.rng.randint(0, 5)
        value = self.bounded(1)
        if way < 2:
            self.line(f"{o}.{self.pick('uv')} = {value}")
        elif way == 2:
            self.line(f"{o}.{self.pick('uv')} {self.pick(['+=', '*='])} {value}")
        elif way == 3:
            self.line(f"{o}.kids.append({value})")
        elif way == 4:
            self.line(f"{o}.mix({value})")
        else:
            self.line(f"{o}.kids[{self.pick(['0', '1', '-1'])}] = {value}")

    def array_statement(self):
        names = self.names("a", writable=True)
        value = self.vector()
        way = self.rng.randint(0, 7)
        if names and way < 3:
            self.line(f"{self.pick(names)} = np.tanh({value})")
        elif way == 6:  # of a kind that nobody knows before it runs
            held = self.pick([f"{{'w': {value}}}['w']", f"[{value}][0]", f"({value}, 0.5)[0]", f"Node({value}).u"])
            self.line(f"{self.new('a', 'v')} = {held}")
        elif way == 7 and names:
            i, v, t = f"j{len(self.lines)}", self.pick(names), self.pick(self.names("f", writable=True) or ["unused"])
            if t == "unused":
                self.line("unused = 0.0")
            self.line(f"for {i} in range(3):")
            self.line(f"    {t} = {t} * 0.5 + {v}[{i}] * {self.pick(names)}[{self.pick([i, '-1', '0'])}]")
        elif way == 3:
            lists = self.names("M", writable=True)
            if lists:
                self.line(f"{self.pick(lists)}.append({value})")
            else:
                self.line(f"{self.new('M', 'm')} = [{value}]")
        else:
            self.line(f"{self.new('a', 'v')} = {value}")

    def alias(self):
        kinds = [k for k in "LDOaTFWKB" if self.names(k)]
        if kinds:
            kind = self.pick(kinds)
            old = self.pick(self.names(kind))
            name = self.new(kind, "alias")
            self.line(f"{name} = {old}")
            if any(old in frozen for frozen in self.frozen):
                self.frozen[-1].add(name)
        else:
            self.assign()

    def slice_statement(self):
        names = self.names("L", writable=True)
        if not names:
            return self.assign()
        xs = self.pick(names)
        value = self.bounded(1)
        way = self.rng.randint(0, 3)
        if way == 0:
            self.line(f"{self.new('L', 'xs')} = {xs}[{self.pick([':', '::-1', ':2', '-2:'])}]")
        elif way == 1:
            self.line(f"{xs}[:1] = [{value}, {self.bounded(1)}]")
        elif way == 2:
            self.line(f"{self.new('L', 'xs')} = {xs} + [{value}]")
        else:
            self.line(f"{self.new('L', 'xs')} = [{value}, *{xs}] * {self.rng.randint(1, 2)}")

    def nested_statement(self):
        names = self.names("N", writable=True)
        if not names:
            parts = ", ".join(self.fresh("L", 1) for _ in range(2))
            shared = self.names("L")
            if shared and self.chance(0.5):
                parts += f", {self.pick(shared)}"
            self.line(f"{self.new('N', 'n')} = [{parts}]")
            return
        n = self.pick(names)
        value = self.bounded(1)
        i = self.rng.randint(0, 1)
        way = self.rng.randint(0, 4)
        floats = self.names("f", writable=True)
        if way == 0:
            self.line(f"{n}[{i}].append({value})")
        elif way == 1:
            self.line(f"{n}[{i}][0] = {value}")
        elif way == 2:
            self.line(f"{n}[{i}][0] += {value}")
        elif way == 3 and floats:
            self.line(f"{self.pick(floats)} = math.tanh(sum([sum(row) for row in {n}]))")
        elif not any(self.in_frozen_lists()):
            self.line(f"{self.new('L', 'xs')} = {n}[{i}]")

    def in_frozen_lists(self):
        return [name for frozen in self.frozen for name in frozen if name.startswith(("xs", "alias", "n"))]

    def text(self):
        floats = self.names("f")
        if floats:
            name = self.pick(floats)
            self.line(self.pick([f"LOG.append(len(f'{{{name}:.2f}}'))", f"LOG.append(isinstance({name}, float))",
                                 f"label = 'v%d' % int({name} * 4)", f"LOG.append(bool({name} > 0.2))"]))

    # -- functions --------------------------------------------------------------------------------------------

    def closure(self):
        """A nested function that reads, or changes with nonlocal, what is around it."""
        floats = self.names("f", writable=True) if self.function_depth == 0 else []
        own = [n for n in floats if n not in ("x", "y")] or floats
        captured = self.pick(own) if own and self.chance(0.6) else None
        value = self.bounded(1)
        self.count += 1
        name = f"g{self.count}"
        self.line(f"def {name}(z{self.pick(['', ', w=0.4', ', *, w=0.2'])}):")
        saved = self.scopes, self.frozen, self.in_loop, self.loops
        self.scopes = [*self.scopes, {"z": "f"}]
        visible = {n for scope in self.scopes for n in scope} - {"z"}
        self.frozen = [visible - ({captured} if captured else set())]
        self.in_loop, self.loops = 0, self.loops + 1
        self.function_depth += 1
        self.indent += 1
        if captured:
            self.line(f"nonlocal {captured}")
            self.line(f"{captured} = {self.bounded(1)}")
        for _ in range(self.rng.randint(0, 2)):
            self.statement()
        self.line(f"return {self.bounded(1)}")
        self.indent -= 1
        self.function_depth -= 1
        self.scopes, self.frozen, self.in_loop, self.loops = saved
        self.scopes[-1][name] = "F"
        names = self.names("f", writable=True)
        if names:
            self.line(f"{self.pick(names)} = {name}({value})")

    def lambda_(self):
        self.no_walrus += 1
        self.scopes.append({"z": "f"})
        body = self.bounded(1)
        self.scopes.pop()
        self.no_walrus -= 1
        self.line(f"{self.new('F', 'h')} = lambda z: {body}")

    def helper(self):
        """A function at module level."""
        self.count += 1
        name = f"helper{self.count}"
        kinds = [self.pick(["f", "f", "f", *[k for k, feature in (("L", "lists"), ("D", "dicts"), ("O", "objects"),
                                                                 ("a", "arrays"), ("W", "inplace"), ("W", "inplace")) if self.has(feature)]])
                 for _ in range(self.rng.randint(1, 3))]
        params = [(kind, f"p{i}") for i, kind in enumerate(kinds)]
        recursive = self.has("recursion") and self.chance(0.5)
        listed = [p for _, p in params]
        if recursive:
            listed = ["n", *listed]
        self.line(f"def {name}({', '.join(listed)}):")
        saved = self.scopes, self.frozen, self.budget, self.features
        self.scopes = [{p: kind for kind, p in params}]
        self.frozen = [set()]
        self.budget = self.rng.randint(2, 7)
        self.indent += 1
        if recursive:
            self.line("if n <= 0:")
            self.indent += 1
            self.line(f"return {self.bounded(1)}")
            self.indent -= 1
        for _ in range(self.rng.randint(1, 3)):
            self.statement()
        if recursive:
            args = ", ".join(["n - 1", *[self.of_kind(kind, 1) for kind, _ in params]])
            self.line(f"return {name}({args}) * {self.bounded(1)} + {self.number(1)}")
        else:
            self.line(f"return {self.bounded()}")
        self.indent -= 1
        self.line("")
        self.line("")
        self.scopes, self.frozen, self.budget, self.features = saved
        if recursive:
            params = [("i", "n"), *params]
        self.helpers.append((name, params))

    def module(self):
        self.lines = ["from tests.random_programs.header import *", "", ""]
        if self.has("helpers") or self.has("recursion"):
            for _ in range(self.rng.randint(1, 2)):
                self.helper()
        entry = self.rng.choice([*["plain"] * 8, *ENTRIES]) if self.has("entries") else "plain"
        self.aux = ENTRIES[entry].aux
        self.line(f'ENTRY = "{entry}"\n\n\ndef f({ENTRIES[entry].parameters}):')
        self.scopes = [{"x": "f", "y": "f", "a": "a"} if self.has("arrays") else {"x": "f", "y": "f"}]
        self.frozen = [set()]
        self.indent += 1
        for line in ENTRIES[entry].lines:
            self.line(line)
        if not self.has("arrays"):
            self.line("t = a[0] * x + a[2]")
            self.scopes[0]["t"] = "f"
        if self.has("rebind"):
            self.line("t = x")
            self.scopes[0]["t"] = "f"
        for _ in range(self.rng.randint(2, 7)):
            self.statement()
        self.line(f"return {self.result()}" + (", {'x': x, 'y': [y, 1]}" if self.aux else ""))
        self.indent -= 1
        return "\n".join(self.lines) + "\n"

    def result(self):
        parts = [*self.names("f")]
        parts += [f"sum({n})" for n in self.names("L")] + [f"sum({n}.values())" for n in self.names("D")]
        parts += [f"{n}.u * {n}.v" for n in self.names("O")] + [f"{n}.sum()" for n in self.names("a") + self.names("K")]
        parts += [f"{n}.w[0] * {n}.row()[1]" for n in self.names("B")] + [f"sum({n})" for n in self.names("A")]
        parts += [f"{n}[0] - {n}[2]" for n in self.names("T")] + [f"({n}.u - {n}.v)" for n in self.names("R") + self.names("V")]
        parts += [f"sum({n})" for n in self.names("Q")] + [f"{n}(0.3)" for n in self.names("F")]
        parts += [f"sum([np.sum(row) for row in {n}])" for n in self.names("N") + self.names("M") + self.names("WL")]
        self.rng.shuffle(parts)
        return " + ".join(f"{p} * {w}" for p, w in zip(parts, [1.0, -0.7, 0.6, 1.3, 0.9, -1.1])) or "x"


def program(seed, features=FEATURES):
    """The text of a program."""
    rng = random.Random(seed)
    share = rng.choice([0.1, 0.2, 0.35])
    drawn = {feature for feature in features if rng.random() < share}
    return Writer(rng, drawn).module()
