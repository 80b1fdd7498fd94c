"""Further statements of random programs: functions as values, exceptions, generators, patterns, operators."""

__all__ = ["MORE_FEATURES", "More"]

MORE_FEATURES = ("endless", "functions", "varargs", "sorting", "deques", "tables", "pairs", "records", "recursive_closures", "generators", "overloads",
                 "patterns", "exceptions", "with", "inplace", "inplace",
                 "leaving", "raising", "producing", "accs", "guards", "local_classes", "entries")


class More:
    """Mixed into `generate.Writer`."""

    def extra(self):
        return [getattr(self, "more_" + feature) for feature in sorted(self.features) if hasattr(self, "more_" + feature)
                and self.budget > -3]

    def target(self):
        """A float variable to assign to."""
        names = self.names("f", writable=True)
        return self.pick(names) if names and self.chance(0.7) else self.new("f", "t")

    def targets(self):
        names = self.names("f", writable=True)
        return self.rng.sample(names, 2) if len(names) > 1 else [self.new("f", "t"), self.new("f", "t")]

    def give(self, text):
        """`t = text`; the expression is made before the target is."""
        self.line(f"{self.target()} = {text}")

    def more_endless(self):
        if self.loops >= 2:
            return self.assign()
        self.loops += 1
        self.in_loop += 1
        i = self.new("i")
        self.frozen.append(self.frozen[-1] | {i})
        self.line(f"{i} = 0")
        self.line("while True:")
        self.indent += 1
        self.line(f"{i} += 1")
        for _ in range(self.rng.randint(0, 2)):
            self.no_jump(self.statement)
        test = f" or {self.test()}" if self.chance(0.3) else ""
        self.line(f"if {i} >= {self.rng.randint(1, 4)}{test}:")
        self.indent += 1
        if self.chance(0.4):
            self.scopes.append({})
            self.no_jump(self.statement)
            self.scopes.pop()
        self.line("break")
        self.indent -= 2
        self.scopes.append({})
        self.indent += 1
        for _ in range(self.rng.randint(0, 2)):
            self.no_jump(self.statement)
        self.scopes.pop()
        self.indent -= 1
        self.frozen.pop()
        self.in_loop -= 1
        self.loops -= 1

    def no_jump(self, way):
        inside, self.in_loop = self.in_loop, 0
        way()
        self.in_loop = inside

    def more_pairs(self):
        first, second = self.number(1), self.number(1)
        a, b = self.targets()
        way = self.rng.randint(0, 4)
        if way == 0:
            self.line(f"{a}, {b} = pair({first}, {second})")
        elif way == 1:
            self.line(f"{a}, {b} = duo({first}, {second})")
        elif way == 2:
            self.line(f"{a} = duo({first}, {second}).second")
        elif way == 3:
            self.line(f"({a}, *_), {b} = pair({first}, 0.3), {second}")
        else:
            self.line(f"{a}, {b} = {b}, pair({first}, {a})[1]")

    def more_functions(self):
        tables = self.names("FL")
        way = self.rng.randint(0, 8)
        self.no_walrus += 1
        value = self.number(1)
        self.no_walrus -= 1
        if way < 2 or not tables:
            self.line(f"{self.new('FL', 'fs')} = [math.sin, {self.function_value()}, lambda z, k={value}: z * k]")
        elif way == 2:
            self.line(f"{self.pick(tables)}.append({self.function_value()})")
        elif way == 3:
            t = self.target()
            g = f"g{self.count}"
            self.line(f"{t} = {value}")
            self.line(f"for {g} in {self.pick(tables)}:")
            self.line(f"    {t} = {g}({t})")
        elif way == 4:
            self.line(f"{self.new('F', 'h')} = compose({self.pick(tables)}[{self.pick(['0', '1', '-1'])}], {self.function_value()})")
        elif way == 5:
            self.line(f"{self.new('F', 'h')} = {self.function_value()}")
        elif way == 6:
            self.give(f"apply({self.pick(tables)}[-1], {value})")
        elif way == 7:
            table = f"{{'p': {self.function_value()}, 'q': {self.function_value()}}}"
            self.give(f"{table}['{self.pick('pq')}']({value})")
        else:
            self.line(f"{self.new('F', 'h')} = counted({self.rng.randint(1, 3)})")

    def function_value(self):
        self.no_walrus += 1
        ways = [lambda: "math.tanh", lambda: f"functools.partial(va, {self.number(1)}, scale={self.number(0)})",
                lambda: f"functools.partial(apply, {self.pick(self.names('F') or ['math.sin'])})"]
        if self.names("O"):
            ways += [lambda: f"{self.pick(self.names('O'))}.mix", lambda: self.pick(self.names("O"))] * 2
        if self.names("F"):
            ways += [lambda: self.pick(self.names("F"))]
        self.scopes.append({"z": "f"})
        body = self.bounded(1)
        self.scopes.pop()
        ways += [lambda: f"(lambda z: {body})"] * 2
        made = self.pick(ways)()
        self.no_walrus -= 1
        return made

    def more_varargs(self):
        values = [self.number(1) for _ in range(3)]
        lists, tables = self.names("L"), self.names("D")
        ways = [f"va({values[0]}, {values[1]})", f"va({values[0]}, scale={values[1]}, a={values[2]})",
                f"va(*[{values[0]}, {values[1]}], {values[2]})", f"va(**dict(a={values[0]}, z={values[1]}))"]
        if lists:
            ways += [f"va(*{self.pick(lists)})", f"va({values[0]}, *{self.pick(lists)}, scale={values[1]})"]
        if tables:
            ways += [f"va(**{self.pick(tables)})", f"va({values[0]}, **{self.pick(tables)})"]
        if lists and tables:
            ways += [f"va(*{self.pick(lists)}, **{self.pick(tables)})"] * 2
        self.give(self.pick(ways))

    def more_sorting(self):
        lists = self.names("L")
        if not lists:
            self.line(f"{self.new('L', 'xs')} = {self.fresh('L', 1)}")
            return
        xs = self.pick(lists)
        self.no_walrus += 1
        key = self.pick(["lambda q: -q", "lambda q: q * q", "math.sin", f"lambda q: q * {self.number(0)}"])
        self.no_walrus -= 1
        way = self.rng.randint(0, 5)
        if way == 0:
            self.line(f"{self.new('L', 'xs')} = sorted({xs}, key={key}, reverse={self.chance(0.5)})")
        elif way == 1:
            self.give(f"{self.pick(['max', 'min'])}({xs}, key={key})")
        elif way == 2:
            self.give(f"sorted(zip({xs}, {self.pick(lists)}))[0][1]")
        elif way == 3:
            self.give(f"functools.reduce(lambda p, q: math.sin(p + q), {xs})")
        elif way == 4:
            self.line(f"{self.new('L', 'xs')} = list(map({key}, {xs}))")
        else:
            self.line(f"{self.new('L', 'xs')} = [0.3] + list(filter(lambda q: q > {self.const()}, {xs}))")

    def more_deques(self):
        names = self.names("Q")
        value = self.bounded(1)
        if not names or self.chance(0.2):
            self.line(f"{self.new('Q', 'dq')} = collections.deque([{value}, 0.4], maxlen={self.rng.randint(2, 3)})")
            return
        dq = self.pick(names)
        way = self.rng.randint(0, 5)
        if way < 2:
            self.line(f"{dq}.append({value})")
        elif way == 2:
            self.line(f"{dq}.appendleft({value})")
        elif way == 3:
            self.line(f"{dq}.rotate(1)")
        elif way == 4:
            self.give(f"sum({dq}) * 0.3")
        else:
            self.give(f"{dq}[-1] * {dq}[0]")

    def more_tables(self):
        tables = self.names("D", writable=True)
        value = self.bounded(1)
        if not tables:
            self.line(f"{self.new('D', 'd')} = {self.fresh('D', 1)}")
            return
        d = self.pick(tables)
        way = self.rng.randint(0, 7)
        key = self.pick("abc")
        if way == 0:
            self.give(f"{d}.pop({key!r})")
            self.line(f"{d}[{key!r}] = {value}")
        elif way == 1:
            self.give(f"{d}.setdefault('a', {value})")
        elif way == 2:
            self.line(f"{self.new('D', 'd')} = {{**{d}, {key!r}: {value}}}")
        elif way == 3:
            self.line(f"{self.new('D', 'd')} = dict({d}, {key}={value})")
        elif way == 4:
            self.line(f"{self.new('D', 'd')} = {{k: w * {self.number(0)} for k, w in {d}.items()}}")
        elif way == 5:
            self.give(f"sum([w * w for w in {d}.values()]) * 0.2")
        elif way == 6:
            self.line(f"{self.new('D', 'd')} = {d}.copy()")
        else:
            self.line(f"{self.new('D', 'd')} = collections.defaultdict(lambda: {value}, {d})")

    def more_records(self):
        names = self.names("R")
        value = self.bounded(1)
        if not names or self.chance(0.25):
            made = self.pick([f"Point({value})", f"Point({value}, v={self.number(1)})", f"Point.of({value})"])
            self.line(f"{self.new('R', 'r')} = {made}")
            return
        r = self.pick(names)
        way = self.rng.randint(0, 6)
        if way == 0:
            self.line(f"{r}.u = {value}")
        elif way == 1:
            self.line(f"{self.new('R', 'r')} = {r}.moved({value})")
        elif way == 2:
            self.give(f"Point.blend({r}, {self.pick(names)})")
        elif way == 3:
            self.give(f"{r}.u * {r}.v + sum({r}.tags) * 0.1")
        elif way == 4:
            self.line(f"{r}.tags.append({value})")
        elif way == 5:
            self.line(f"{r}.v {self.pick(['+=', '*='])} {value}")
        else:
            self.line(f"{self.new('R', 'r')} = {r}.moved({value}).moved({r}.v)")

    def more_recursive_closures(self):
        if self.loops > 1 or self.indent > 3:
            return self.assign()
        self.count += 1
        name, n = f"g{self.count}", self.rng.randint(1, 4)
        self.no_walrus += 1
        self.scopes.append({"z": "f"})
        base, step, scale = self.bounded(1), self.bounded(1), self.number(1)
        self.scopes.pop()
        self.no_walrus -= 1
        self.line(f"def {name}(z, n):")
        self.line("    if n == 0:")
        self.line(f"        return {base}")
        self.line(f"    return {name}({step}, n - 1) + math.sin({scale}) * 0.3")
        value = self.number(1)
        self.give(f"{name}({value}, {n})")

    # -- what ends a block early or late ----------------------------------------------------------------------

    def more_exceptions(self):
        if self.indent > 3:
            return self.assign()
        way = self.rng.randint(0, 3)
        lists = self.names("L")
        self.line("try:")
        self.indent += 1
        self.scopes.append({})
        for _ in range(self.rng.randint(1, 2)):
            self.statement()
        value = self.number(1)
        if way == 0:
            self.line(f"if {self.test()}:")
            self.line(f"    raise Boom({value})")
        elif way == 1:
            xs = self.pick(lists) if lists and not self.in_loop else "[]"
            self.give(f"risky({value}, {xs})")
        elif way == 2:
            self.give(f"{{'a': {value}}}[{self.pick(['chr(97)', 'chr(98)'])}]")
        else:
            self.give(f"{value} / {self.pick(['0', '2', 'int(' + self.number(0) + ' > 0)'])}")
        if self.chance(0.5):
            self.statement()
        self.scopes.pop()
        self.indent -= 1
        error = f"err{self.count}"
        if self.chance(0.7):
            self.line(f"except Boom as {error}:")
            self.line(f"    {self.target_known()} = {error}.{self.pick(['amount', 'args[0]'])} * 0.7")
            if self.chance(0.5):
                self.block(1)
            self.line("except (KeyError, ZeroDivisionError):")
            self.block(1)
        else:
            self.line("except Exception:")
            self.block(1)
        if self.chance(0.3):
            self.line("else:")
            self.block(1)
        if self.chance(0.4):
            self.line("finally:")
            self.no_jump(lambda: self.block(1))

    def target_known(self):
        names = self.names("f", writable=True)
        return self.pick(names) if names else "unused"

    def more_with(self):
        if self.indent > 3:
            return self.assign()
        name = self.new("G", "gd")
        self.line(f"with Guard({self.number(1)}) as {name}:")
        self.indent += 1
        self.scopes.append({})
        self.statement()
        if self.chance(0.5):
            self.line(f"if {self.test()}:")
            self.line(f"    raise Boom({self.number(1)})")
        self.statement()
        self.scopes.pop()
        self.indent -= 1
        self.give(f"{name}.w + sum({name}.seen)")

    def more_generators(self):
        way = self.rng.randint(0, 6)
        self.no_walrus += 1
        value, n = self.number(1), self.rng.randint(0, 3)
        self.no_walrus -= 1
        if way == 0 and self.loops < 2 and self.indent < 4:
            self.loops += 1
            self.in_loop += 1
            q = self.new("f", "q")
            self.line(f"for {q} in steps({value}, {n}):")
            self.block()
            self.in_loop -= 1
            self.loops -= 1
            del self.scopes[-1][q]
        elif way == 1:
            self.give(f"sum(steps({value}, {n})) * 0.3")
        elif way == 2:
            self.line(f"{self.new('L', 'xs')} = [0.1, *steps({value}, {n})]")
        elif way == 3:
            it = f"it{self.count}"
            self.line(f"{it} = steps({value}, 3)")
            self.give(f"next({it})")
            self.give(f"{it}.send({self.number(1)})")
        elif way == 4 and self.names("L"):
            self.no_walrus += 1
            self.scopes.append({"q": "f"})
            element = self.number(1)
            self.scopes.pop()
            self.no_walrus -= 1
            self.give(f"sum({element} for q in {self.pick(self.names('L'))}) * 0.2")
        elif way == 5:
            self.give(f"max(steps({value}, 2))")
        else:
            self.line(f"{self.new('L', 'xs')} = [p * q for p, q in zip(steps({value}, 2), steps({value}, 3))]")

    def more_patterns(self):
        if self.indent > 3:
            return self.assign()
        ways = [("f", self.number(1)), ("T", f"({self.number(1)}, {self.number(1)}, 0.3)"), ("R", f"Point({self.number(1)})")]
        for kind in "LDOR":
            if self.names(kind):
                ways += [(kind, self.pick(self.names(kind)))] * 2
        kind, subject = self.pick(ways)
        self.count += 1
        q, r = f"q{self.count}", f"rest{self.count}"
        cases = {
            "f": [(f"float() as {q} if {q} > 0", {q: "f"}), (f"{q}", {q: "f"})],
            "T": [(f"({q}, _, 0.3)", {q: "f"}), ("_", {})],
            "R": [(f"Point(u={q}, v=0.25)", {q: "f"}), (f"Point({q}, _)", {q: "f"}), ("_", {})],
            "L": [(f"[{q}]", {q: "f"}), (f"[{q}, _]", {q: "f"}), (f"[_, {q}, *{r}]", {q: "f"}), ("_", {})],
            "D": [(f"{{'a': {q}, **{r}}}", {q: "f"}), ("_", {})],
            "O": [(f"Node(u={q}, kids=[_, _])", {q: "f"}), (f"Node(v={q}) | Node(u={q})", {q: "f"})],
        }[kind]
        self.line(f"match {subject}:")
        self.indent += 1
        for pattern, bound in cases:
            self.line(f"case {pattern}:")
            self.scopes.append(dict(bound))
            self.block(self.rng.randint(1, 2))
            self.scopes.pop()
        self.indent -= 1

    def more_overloads(self):
        names = self.names("V")
        value = self.number(1)
        if not names or self.chance(0.2):
            self.line(f"{self.new('V', 'vec')} = Vec({value}, {self.number(1)})")
            return
        v, w = self.pick(names), self.pick(names)
        way = self.rng.randint(0, 12)
        if way < 6:
            made = [f"{v} + {w}", f"{v} * {value}", f"{value} * {v}", f"-{v}", f"{value} + {v}", f"sum([{v}, {w}])"][way]
            self.line(f"{self.new('V', 'vec')} = {made}")
        elif way == 6:
            self.line(f"{v} += {value}")
        elif way == 7:
            self.line(f"{v}.norm = {value}")
        else:
            self.give([f"{v}[{self.rng.randint(0, 1)}]", f"{v} @ {w}", f"{v}.norm", f"abs({v}) * 0.3",
                       f"({v} if {v} < {w} else {w}).u"][way - 8])
